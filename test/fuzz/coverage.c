/*-------------------------------------------------------------------------
 *
 * coverage.c
 *		Built into the extension for fuzzing: notes which ways were gone.
 *
 * The compiler calls __sanitizer_cov_trace_pc() at each basic block.  A way from
 * one block to the next is a byte of the map that counts it; the fuzzer finds
 * the map by its name and clears it before each input.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#define MAP_BYTES 65536

extern void __sanitizer_cov_trace_pc(void);

/* The fuzzer looks for it in the library. */
PGDLLEXPORT uint8 assure_fuzz_map[MAP_BYTES];
static uint32 before;

/*
 * __sanitizer_cov_trace_pc notes the way to the caller's block.
 */
__attribute__((no_sanitize("address", "undefined"), no_sanitize_coverage)) void
__sanitizer_cov_trace_pc(void)
{
	uint64		block = (uint64) (uintptr_t) __builtin_return_address(0);
	uint32		here = (uint32) ((block * UINT64CONST(0x9E3779B97F4A7C15)) >> 48);
	uint32		way = (here ^ before) % MAP_BYTES;

	if (assure_fuzz_map[way] != 255)
		assure_fuzz_map[way]++;
	before = here >> 1;
}
