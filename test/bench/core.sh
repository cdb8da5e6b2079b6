#!/bin/sh
# Measures the pure core, claims a second on one core, in the server that psql
# reaches, which must be allowed to read this checkout's build (make first).
#   core.sh [CLAIMS [ROUNDS]]
set -eu
cd "$(dirname "$0")/../.."
config=${PG_CONFIG:-pg_config}
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
chmod 755 "$build"
${CC:-gcc} -g -O2 -fPIC -fwrapv -fno-omit-frame-pointer -w -Isrc -I"$("$config" --includedir-server)" -c -o "$build/core.o" test/bench/core.c
# shellcheck disable=SC2046  # a list of files
${CC:-gcc} -shared -o "$build/core.so" "$build/core.o" $(find src -name "*.o" ! -name pg_assure.o) -ldl -licuuc -licui18n -lbidgcc000 -lxml2 -Wl,--exclude-libs,ALL
chmod 755 "$build/core.so"
psql -X -q -v library="$build/core" -v claims="${1:-2000}" -v rounds="${2:-500}" -f test/bench/core.sql
