#!/bin/sh
# Builds and runs test/fuzz/claim_pack.c:  claim_pack.sh [SEED [MUTANTS]]
# With 0 MUTANTS it says how many bytes and nanoseconds a claim takes.
set -eu
cd "$(dirname "$0")/../.."
config=${PG_CONFIG:-pg_config}
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
checks='-O1 -fsanitize=address,undefined -fno-sanitize-recover=all'
if [ "${2:-1}" = 0 ]; then checks=-O2; fi
# libpgcommon gives palloc over malloc. Of what reads terms and filters only a few functions are wanted.
# shellcheck disable=SC2086  # a list of options
${CC:-gcc} -g $checks -fwrapv -w -ffunction-sections -Wl,--gc-sections -Isrc -I"$("$config" --includedir-server)" -o "$build/fuzz" \
	test/fuzz/claim_pack.c src/benefit/claim_pack.c src/benefit/claim_unpack.c src/benefit/claim_normalize.c src/benefit/claim_seal.c src/benefit/benefit_filter.c src/benefit/spread.c \
	"$("$config" --pkglibdir)/libpgcommon.a" "$("$config" --pkglibdir)/libpgport.a"
ASAN_OPTIONS=detect_leaks=0 "$build/fuzz" "${1:-1}" "${2:-1000000}"
