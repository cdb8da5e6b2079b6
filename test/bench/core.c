/*-------------------------------------------------------------------------
 *
 * core.c
 *		Measures the calculation alone: struct in, struct out.
 *
 * Built by core.sh into a library of its own, with the objects of the
 * extension, and called by core.sql; no user ever sees it.  Terms, claims and
 * what is used are read once; then rounds of all claims are calculated, each
 * claim in a context that is reset before it, as a batch does.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <time.h>

#include "benefit/benefit.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

PG_FUNCTION_INFO_V1(bench_core);

typedef struct Case
{
	const Terms *terms;
	Claim	   *claim;
	Used		used;
} Case;

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
		cases[i].claim = claim_from_jsonb(DatumGetJsonbP(claims[i]), CLAIM_NEEDS_MEMBER);
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
	MemoryContext scratch = AllocSetContextCreate(CurrentMemoryContext, "bench", 0, 64 * 1024, 8 * 1024 * 1024);
	MemoryContext caller;
	int64		paid_fen = 0;
	int			count;
	Case	   *cases = read_cases(fcinfo, &count);
	double		taken_sec = 0;
	double		least_sec = 1e9;

	caller = MemoryContextSwitchTo(scratch);
	for (int round = 0; round < rounds; round++)
	{
		double		start_sec = cpu_sec();
		double		round_sec;

		CHECK_FOR_INTERRUPTS();
		for (int i = 0; i < count; i++)
		{
			ClaimResult result;
			Trace		trace = {0};

			MemoryContextReset(scratch);
			if (is_traced)
				benefit_trace(cases[i].terms, cases[i].claim, &cases[i].used, &result, &trace);
			else
				benefit_evaluate(cases[i].terms, cases[i].claim, &cases[i].used, &result);
			paid_fen += result.paid_fen;
		}
		round_sec = cpu_sec() - start_sec;
		taken_sec += round_sec;
		least_sec = Min(least_sec, round_sec);
	}
	MemoryContextSwitchTo(caller);
	ereport(NOTICE, (errmsg("%d claims, %d rounds, %.0f claims a second on average, paid %lld", count, rounds,
							count * rounds / taken_sec, (long long) (paid_fen / rounds))));
	PG_RETURN_FLOAT8(count / least_sec);
}
