#!/bin/sh
# Builds and runs test/fuzz/feel.c:  feel.sh [SEED [MUTANTS]]
set -eu
cd "$(dirname "$0")/../.."
config=${PG_CONFIG:-pg_config}
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
# All of FEEL but what knows the server; libpgport gives snprintf.
pure=$(find src/feel -name '*.c' ! -name '*_sql.c' ! -name feel_json.c ! -name feel_cache.c ! -name feel_host.c | sort)
# shellcheck disable=SC2086  # a list of files
${CC:-gcc} -g -O1 -fsanitize=address,undefined -fno-sanitize=alignment -fno-sanitize-recover=all -fwrapv -w \
	-Isrc -I"$("$config" --includedir-server)" -o "$build/fuzz" test/fuzz/feel.c $pure \
	"$("$config" --pkglibdir)/libpgcommon.a" "$("$config" --pkglibdir)/libpgport.a" -licuuc -licui18n -lbidgcc000 -lm
"$build/fuzz" "${1:-1}" "${2:-300000}"
