#!/bin/sh
# Builds and runs test/fuzz/memberset.c:  memberset.sh [SEED [MUTANTS]]
set -eu
cd "$(dirname "$0")/../.."
config=${PG_CONFIG:-pg_config}
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
# libpgcommon gives palloc over malloc, and libpgport counts bits.
${CC:-gcc} -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fwrapv -w \
	-Isrc -I"$("$config" --includedir-server)" -o "$build/fuzz" \
	test/fuzz/memberset.c src/type/memberset_format.c src/type/memberset_write.c src/type/memberset_union.c src/type/memberset_pair.c \
	"$("$config" --pkglibdir)/libpgcommon.a" "$("$config" --pkglibdir)/libpgport.a" -lroaring
"$build/fuzz" "${1:-1}" "${2:-1000000}"
