/*-------------------------------------------------------------------------
 *
 * core.c
 *		Measures the calculation alone: struct in, struct out.
 *
 * Built by core.sh into a library of its own, with the objects of the
 * extension, and called by core.sql; no user ever sees it.  Terms, packed
 * claims and what is used are read once; then rounds of all claims are
 * calculated, in chunks as a batch does it: the claims of a chunk are unpacked,
 * which is not counted, then calculated, which is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <time.h>

#include "benefit/claim_pack.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(bench_core);

typedef struct Case
{
	const Terms *terms;
	bytea	   *packed;
	Used		used;
	Claim	   *claim;			/* in the context of the chunk; so is "now" */
	Used		now;
} Case;

#define CHUNK_CLAIMS	32

/*
 * read_cases reads the claims, their plans and what is used.
 */
static Case *
read_cases(FunctionCallInfo fcinfo, int *count)
{
	Datum	   *terms;
	Datum	   *plans;
	Datum	   *claims;
	Datum	   *used;
	int			n_terms;
	int			n;
	Terms	  **compiled;
	Case	   *cases;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), JSONBOID, -1, false, 'i', &terms, NULL, &n_terms);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), INT4OID, 4, true, 'i', &plans, NULL, &n);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), JSONBOID, -1, false, 'i', &claims, NULL, &n);
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(3), JSONBOID, -1, false, 'i', &used, NULL, &n);
	compiled = palloc(sizeof(Terms *) * n_terms);
	for (int i = 0; i < n_terms; i++)
		compiled[i] = terms_from_jsonb(DatumGetJsonbP(terms[i]));
	cases = palloc(sizeof(Case) * n);
	for (int i = 0; i < n; i++)
	{
		cases[i].terms = compiled[DatumGetInt32(plans[i])];
		cases[i].packed = claim_pack(claim_from_jsonb(DatumGetJsonbP(claims[i]), CLAIM_NEEDS_MEMBER));
		used_from_jsonb(DatumGetJsonbP(used[i]), &cases[i].used);
	}
	*count = n;
	return cases;
}

/*
 * cpu_sec gives the processor's time that this process has had: others may be
 * busy on the machine.
 */
static double
cpu_sec(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

/*
 * load_case makes the structs of a case anew, as whoever reads a claim does.
 */
static void
load_case(Case *one)
{
	Size		bytes = sizeof(UsedEntry) * one->used.n_entries;

	one->claim = claim_unpack(one->packed);
	one->now = one->used;
	one->now.entries = palloc(bytes);
	memcpy(one->now.entries, one->used.entries, bytes);
}

/*
 * calculate_case calculates a case; says what is paid.
 */
static int64
calculate_case(const Case *one, bool is_traced)
{
	ClaimResult result;
	Trace		trace = {0};

	if (is_traced)
		benefit_trace(one->terms, one->claim, &one->now, &result, &trace);
	else
		benefit_evaluate(one->terms, one->claim, &one->now, &result);
	return result.paid_fen;
}

/*
 * run_round calculates all cases once; says how long that took, without the
 * making of their structs.
 */
static double
run_round(Case *cases, int count, bool is_traced, MemoryContext chunk, MemoryContext scratch,
		  int64 *paid_fen)
{
	double		taken_sec = 0;

	for (int first = 0; first < count; first += CHUNK_CLAIMS)
	{
		int			last = Min(first + CHUNK_CLAIMS, count);
		double		start_sec;

		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(chunk);
		MemoryContextSwitchTo(chunk);
		for (int i = first; i < last; i++)
			load_case(&cases[i]);
		MemoryContextSwitchTo(scratch);
		start_sec = cpu_sec();
		for (int i = first; i < last; i++)
		{
			MemoryContextReset(scratch);
			*paid_fen += calculate_case(&cases[i], is_traced);
		}
		taken_sec += cpu_sec() - start_sec;
	}
	return taken_sec;
}

/*
 * bench_core(terms jsonb[], plans int[], claims jsonb[], used jsonb[], rounds
 * int, traced bool) gives claims a second of the quickest round: what the others
 * took more is of whoever else the machine works for.  A notice tells the
 * average, and the sum that was paid.
 */
PGDLLEXPORT Datum
bench_core(PG_FUNCTION_ARGS)
{
	int			rounds = PG_GETARG_INT32(4);
	bool		is_traced = PG_GETARG_BOOL(5);
	MemoryContext chunk = AllocSetContextCreate(CurrentMemoryContext, "chunk", 0, 256 * 1024, 8 * 1024 * 1024);
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "claim", 0, 64 * 1024, 8 * 1024 * 1024);
	MemoryContext caller = CurrentMemoryContext;
	int64		paid_fen = 0;
	int			count;
	Case	   *cases = read_cases(fcinfo, &count);
	double		taken_sec = 0;
	double		least_sec = 1e9;

	for (int round = 0; round < rounds; round++)
	{
		double		round_sec = run_round(cases, count, is_traced, chunk, scratch, &paid_fen);

		taken_sec += round_sec;
		least_sec = Min(least_sec, round_sec);
	}
	MemoryContextSwitchTo(caller);
	ereport(NOTICE, (errmsg("%d claims, %d rounds, %.0f claims a second on average, paid %lld", count, rounds,
							count * rounds / taken_sec, (long long) (paid_fen / rounds))));
	PG_RETURN_FLOAT8(count / least_sec);
}
