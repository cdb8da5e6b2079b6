#!/bin/sh
# Measures assure.memberset beside its peers: the union in one process with
# libroaring, then questions of coverage in the server that psql reaches, where
# pg_assure (and, to be among the peers, roaringbitmap) is installed.
#   memberset.sh [EVENTS]
set -eu
cd "$(dirname "$0")/../.."
config=${PG_CONFIG:-pg_config}
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
${CC:-gcc} -O2 -fwrapv -w -Isrc -I"$("$config" --includedir-server)" -o "$build/bench" \
	test/bench/memberset_union.c src/type/memberset_format.c src/type/memberset_write.c src/type/memberset_union.c src/type/memberset_pair.c \
	"$("$config" --pkglibdir)/libpgcommon.a" "$("$config" --pkglibdir)/libpgport.a" -lroaring
"$build/bench"
psql -X -q -v events="${1:-3000000}" -f test/bench/memberset.sql
