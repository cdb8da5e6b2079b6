/*-------------------------------------------------------------------------
 *
 * asan_probe.c
 *		Two faults on purpose, for tools/run_asan: a run in which these are not
 *		reported would prove nothing about the extension.
 *
 * Never part of the extension's library.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(asan_probe_heap);
PG_FUNCTION_INFO_V1(asan_probe_bounds);

/* asan_probe_heap reads one byte behind an allocation: the address sanitizer's. */
Datum
asan_probe_heap(PG_FUNCTION_ARGS)
{
	int			size = PG_GETARG_INT32(0);
	volatile char *bytes = calloc(1, size);

	PG_RETURN_INT32(bytes[size]);
}

/* asan_probe_bounds reads an element that an array has not: the undefined behaviour sanitizer's. */
Datum
asan_probe_bounds(PG_FUNCTION_ARGS)
{
	volatile int numbers[8] = {0};

	PG_RETURN_INT32(numbers[PG_GETARG_INT32(0)]);
}
