/*-------------------------------------------------------------------------
 *
 * refresh_sql.c
 *		Entry points: the sets that coverage is counted from are brought up.
 *
 * It never has to be: what the sets do not have is counted beside them.  It is
 * for speed.  One transaction changes sets, watermark and queue together, under
 * LOCK_COVERAGE, so a reader sees all of it or nothing and waits for nobody.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "core/batch_call.h"
#include "core/errors.h"
#include "core/guc.h"
#include "core/lock.h"
#include "core/plan.h"
#include "coverage/people.h"
#include "coverage/refresh.h"

#define REFRESH_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define CHUNK_EVENTS 2000000
#define WAIT_MS 5000
#define WORK_MEM "256MB"

/* Months of the insured: from two years before this one, or the first service; no further back than this. */
#define YEARS_KEPT 2
#define YEARS_KEPT_MAX 10

PG_FUNCTION_INFO_V1(assure_refresh_coverage);
PG_FUNCTION_INFO_V1(assure_merge_coverage);

/*
 * coverage_state_read reads how far the sets are.
 */
CoverageState
coverage_state_read(void)
{
	static SqlPlan read = {"SELECT watermark, insured_from, insured_to FROM assure_internal.coverage_state", {0}};

	if (plan_run(&read, NULL, NULL) != 1)
		elog(ERROR, "assure_internal.coverage_state has no row");
	return (CoverageState) {
		plan_int64(0, 1, 0), {month_of(plan_int32(0, 2, 0)), month_of(plan_int32(0, 3, 0))}
	};
}

/*
 * months_wanted says which months the sets of the insured should have: to the end
 * of the next one.
 */
static MonthRange
months_wanted(void)
{
	static SqlPlan read = {
		"SELECT current_date, (SELECT min(starts_on) FROM assure_internal.served_total WHERE place = 'customer' AND span = 'year')", {0}
	};
	int			today;
	int			first;

	plan_run(&read, NULL, NULL);
	today = month_of(plan_int32(0, 1, 0));
	first = span_start(SPAN_YEAR, today) - YEARS_KEPT * 12;
	first = Min(first, month_of(plan_int32(0, 2, month_day(first))));
	return (MonthRange) {Max(first, span_start(SPAN_YEAR, today) - YEARS_KEPT_MAX * 12), today + 2};
}

/*
 * step_begin begins a transaction's work on the sets.
 */
static CoverageState
step_begin(Call *call)
{
	if (IsolationUsesXactSnapshot())
		ereport(ERROR,
				(errcode(ERRCODE_ACTIVE_SQL_TRANSACTION),
				 errmsg("assure.%s() needs the isolation level READ COMMITTED", call->function),
				 errhint("Call it in a transaction of its own.")));
	call_allow_scans(call);
	pin_setting("work_mem", WORK_MEM);
	lock_for_transaction(LOCK_COVERAGE);
	return coverage_state_read();
}

/*
 * queue_settle looks at who is in the queue: sessions that enrolled somebody at the
 * same moment did not see each other's.
 */
static void
queue_settle(void)
{
	static SqlPlan read = {
		"SELECT array_agg(DISTINCT person_no) FROM assure_internal.coverage_recheck WHERE kind = 'insured' HAVING count(*) > 0", {0}
	};
	bool		isnull;

	if (plan_run(&read, NULL, NULL) == 1)
		people_settle(plan_datum(0, 1, &isnull));
}

/*
 * assure_refresh_coverage brings all up in the caller's transaction.
 */
PGDLLEXPORT Datum
assure_refresh_coverage(PG_FUNCTION_ARGS)
{
	Call		call;
	CoverageState state;
	int64		settled;
	int64		events;

	call_begin(&call, REFRESH_SCOPES, "refresh_coverage");
	settled = events_settled(WAIT_MS);
	state = step_begin(&call);
	queue_settle();
	events = served_refresh(state.watermark, Max(settled, state.watermark));
	insured_refresh(state.insured, months_wanted());
	call_end(&call);
	PG_RETURN_INT64(events);
}

/*
 * chunk_run merges a chunk in a transaction of its own; returns how many events
 * that was, *more whether there are others.
 */
static int64
chunk_run(BatchCall *batch, int64 settled, int64 chunk_events, bool *more)
{
	CoverageState state;
	int64		upto;
	int64		events;

	batch_call_enter(batch);
	state = step_begin(&batch->call);
	upto = Max(state.watermark, Min(settled, state.watermark + chunk_events));
	events = served_refresh(state.watermark, upto);
	*more = upto < settled;
	batch_call_commit(batch);
	return events;
}

/*
 * assure_merge_coverage brings all up, a chunk a transaction.
 */
PGDLLEXPORT Datum
assure_merge_coverage(PG_FUNCTION_ARGS)
{
	int			chunk_events = PG_ARGISNULL(0) ? CHUNK_EVENTS : PG_GETARG_INT32(0);
	int64		events = 0;
	int64		settled;
	bool		more = true;
	CoverageState state;
	BatchCall	batch;
	Datum		values[1];
	bool		nulls[1] = {false};

	if (chunk_events < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("chunk_events is %d, not at least 1", chunk_events)));
	batch_call_begin(&batch, fcinfo, REFRESH_SCOPES, "merge_coverage");
	batch_call_enter(&batch);
	(void) step_begin(&batch.call);
	queue_settle();
	batch_call_commit(&batch);
	batch_call_enter(&batch);
	settled = events_settled(WAIT_MS);
	batch_call_commit(&batch);
	while (more)
		events += chunk_run(&batch, settled, chunk_events, &more);
	batch_call_enter(&batch);
	state = step_begin(&batch.call);
	insured_refresh(state.insured, months_wanted());
	batch_call_commit(&batch);
	batch_call_end(&batch);
	values[0] = Int64GetDatum(events);
	return batch_call_result(fcinfo, values, nulls);
}
