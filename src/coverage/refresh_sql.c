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

/* How far a merge has come. */
typedef struct Merge
{
	int64		settled;
	int64		chunk_events;
	int64		events;
	bool		more;
} Merge;

/*
 * queue_work looks at who is in the queue.
 */
static void
queue_work(Call *call, void *state)
{
	(void) step_begin(call);
	queue_settle();
}

/*
 * served_work merges a chunk of events.
 */
static void
served_work(Call *call, void *state)
{
	Merge	   *merge = state;
	CoverageState now = step_begin(call);
	int64		upto = Max(now.watermark, Min(merge->settled, now.watermark + merge->chunk_events));

	merge->events += served_refresh(now.watermark, upto);
	merge->more = upto < merge->settled;
}

/*
 * insured_work brings up who is insured.
 */
static void
insured_work(Call *call, void *state)
{
	CoverageState now = step_begin(call);

	insured_refresh(now.insured, months_wanted());
}

/*
 * assure_merge_coverage brings all up, a chunk a transaction.
 */
PGDLLEXPORT Datum
assure_merge_coverage(PG_FUNCTION_ARGS)
{
	Merge		merge = {.chunk_events = PG_ARGISNULL(0) ? CHUNK_EVENTS : PG_GETARG_INT32(0), .more = true};
	BatchCall	batch;
	Datum		values[1];
	bool		nulls[1] = {false};

	if (merge.chunk_events < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("chunk_events is %d, not at least 1", (int) merge.chunk_events)));
	batch_call_begin(&batch, fcinfo, REFRESH_SCOPES, "merge_coverage");
	batch_call_chunk(&batch, queue_work, &merge, sizeof(merge));
	batch_call_enter(&batch);
	merge.settled = events_settled(WAIT_MS);
	batch_call_commit(&batch);
	while (merge.more)
		batch_call_chunk(&batch, served_work, &merge, sizeof(merge));
	batch_call_chunk(&batch, insured_work, &merge, sizeof(merge));
	batch_call_end(&batch);
	values[0] = Int64GetDatum(merge.events);
	return batch_call_result(fcinfo, values, nulls);
}
