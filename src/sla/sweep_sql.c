/*-------------------------------------------------------------------------
 *
 * sweep_sql.c
 *		The sweep: raises alerts for what is due, and costs as much as that is.
 *
 * A sweep is chunks of clocks that are due, then of alerts to be escalated, each
 * a transaction and in it a subtransaction, so that a chunk that lost a race is
 * tried again.  A sweep that had something to say sends one NOTIFY; it takes a
 * lock over the whole database until commit, so nothing else in the engine sends
 * one.
 *
 * The watermark.  Entries of swept clocks stay at the low end of the index as
 * long as any old snapshot is open, so a sweep begins to read at a moment before
 * which nothing can be due, neither a clock nor an alert's next escalation.  How is
 * that known?  Whoever writes one takes LOCK_DEADLINES first, shared and to the end
 * of the transaction, then the present moment, and sets nothing due before that.  A
 * sweep notes the moment (candidate_at) and then who has the lock
 * (candidate_writers).  When all of these have ended, what they wrote is seen by
 * the sweep that finds so; and whoever comes later writes nothing due before
 * candidate_at.  If that sweep comes to its end and nobody had a due clock in hand,
 * candidate_at is the new watermark.  Other transactions may run as long as they
 * like.
 *
 * Who corrects a row by hand has no lock: a sweep reads from a little before the
 * watermark.
 *
 * Background workers sweep when something is due: each sweep ends with reading
 * what is due next (worker/worker.h).
 *
 * Once an hour a sweep reads from the beginning, and whenever the server's clock
 * is behind the watermark, as after a switch to a standby whose clock is slow.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/async.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/datum.h"
#include "utils/memutils.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "core/batch_call.h"
#include "core/lock.h"
#include "core/plan.h"
#include "sla/sweep.h"
#include "worker/worker.h"

#define SWEEP_CHUNK_CLOCKS 1000
#define SWEEP_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)

PG_FUNCTION_INFO_V1(assure_sla_sweep);

/* It outlives transactions: values only, and what is in its context. */
typedef struct Sweep
{
	SweepCount	count;
	int			left;			/* clocks that may be swept yet */
	TimestampTz from;			/* due clocks are read from here */
	TimestampTz alerts_from;	/* and alerts that are to be escalated */
	TimestampTz watermark;		/* as it was read, or may be set */
	bool		is_whole;		/* reads from the beginning */
	bool		may_advance;	/* the candidate is good */
	bool		skipped;		/* somebody had a due clock in hand */
	bool		has_more;		/* another chunk may follow */
	bool		check_arrivals;
	TimestampTz noted_at;		/* when the state was last written */
	TimestampTz candidate_at;	/* the next candidate */
	Datum		candidate_writers;	/* in context */
	MemoryContext context;		/* as long as the sweep */
	bool		takes_candidate;
	bool		did_something;
	TimestampTz next;			/* when something is due */
} Sweep;

/* Who sets next_due = now() by hand has so long to commit. */
#define HAND_MARGIN_USEC (10 * USECS_PER_SEC)

/*
 * writers_now returns who writes deadlines, as an array.
 */
static Datum
writers_now(void)
{
	Column		names;
	ListCell   *cell;

	column_start(&names, TEXTOID);
	foreach(cell, lock_holders(LOCK_DEADLINES))
		column_add_text(&names, lfirst(cell));
	return column_array(&names);
}

/*
 * sweep_start reads how far the sweep is.  The present moment is taken before who
 * writes deadlines, and that before the snapshot.
 */
static void
sweep_start(Sweep *sweep)
{
	static SqlPlan read = {
		"SELECT watermark, candidate_at, NOT candidate_writers && $1, "
		"  whole_at NOT BETWEEN now() - interval '1 hour' AND now(), arrivals_checked_at NOT BETWEEN now() - interval '1 minute' AND now(), swept_at "
		"FROM assure_internal.sweep_state", {TEXTARRAYOID}
	};
	TimestampTz now = GetCurrentTimestamp();
	Datum		writers = writers_now();
	TimestampTz candidate_at;
	MemoryContext before;

	PushActiveSnapshot(GetLatestSnapshot());
	if (plan_run(&read, &writers, NULL) != 1)
		elog(ERROR, "assure_internal.sweep_state has no row");
	PopActiveSnapshot();
	sweep->watermark = plan_int64(0, 1, DT_NOBEGIN);
	candidate_at = plan_int64(0, 2, DT_NOBEGIN);
	sweep->may_advance = candidate_at != DT_NOBEGIN && plan_bool(0, 3);
	sweep->candidate_at = now;
	before = MemoryContextSwitchTo(sweep->context);
	sweep->candidate_writers = datumCopy(writers, false, -1);
	MemoryContextSwitchTo(before);
	sweep->takes_candidate = candidate_at == DT_NOBEGIN || sweep->may_advance || candidate_at > now ||
		candidate_at < now - USECS_PER_HOUR;
	sweep->is_whole = plan_bool(0, 4) || sweep->watermark > now;
	sweep->check_arrivals = plan_bool(0, 5);
	sweep->noted_at = plan_int64(0, 6, DT_NOBEGIN);
	sweep->from = sweep->alerts_from = sweep->is_whole || sweep->watermark == DT_NOBEGIN ? DT_NOBEGIN : sweep->watermark - HAND_MARGIN_USEC;
	if (sweep->watermark > now)
		sweep->watermark = DT_NOBEGIN;
	if (sweep->may_advance)
		sweep->watermark = Max(sweep->watermark, candidate_at);
}

/*
 * sweep_note notes how far the sweep came: where there was something to do, else
 * once a minute, so that an idle database is not written to.
 */
static void
sweep_note(const Sweep *sweep, bool did_something, bool is_complete)
{
	static SqlPlan note = {
		"UPDATE assure_internal.sweep_state SET watermark = CASE WHEN $1 THEN $2 ELSE least(watermark, $2) END, "
		"  candidate_at = CASE WHEN $3 THEN $4 ELSE candidate_at END, candidate_writers = CASE WHEN $3 THEN $5 ELSE candidate_writers END, "
		"  whole_at = CASE WHEN $6 THEN now() ELSE whole_at END, swept_at = clock_timestamp(), "
		"  arrivals_checked_at = CASE WHEN $7 THEN now() ELSE arrivals_checked_at END",
		{BOOLOID, TIMESTAMPTZOID, BOOLOID, TIMESTAMPTZOID, TEXTARRAYOID, BOOLOID, BOOLOID}
	};
	Datum		values[7];

	if (!did_something && !sweep->check_arrivals && !sweep->is_whole && sweep->noted_at > GetCurrentTimestamp() - USECS_PER_MINUTE &&
		sweep->noted_at < GetCurrentTimestamp())
		return;
	values[0] = BoolGetDatum(is_complete && !sweep->skipped && sweep->may_advance);
	values[1] = TimestampTzGetDatum(sweep->watermark);
	values[2] = BoolGetDatum(sweep->takes_candidate);
	values[3] = TimestampTzGetDatum(sweep->candidate_at);
	values[4] = sweep->candidate_writers;
	values[5] = BoolGetDatum(sweep->is_whole && is_complete);
	values[6] = BoolGetDatum(sweep->check_arrivals);
	plan_run(&note, values, NULL);
}

/*
 * chunk_note notes what a chunk found, and where the next one reads on: a whole
 * chunk that others have in hand does not end the sweep.
 */
static void
chunk_note(Sweep *sweep, TimestampTz *from)
{
	sweep->has_more = sweep->count.taken > 0 || (sweep->count.due > 0 && sweep->count.due_last > *from);
	if (sweep->count.taken < sweep->count.due)
		sweep->skipped = true;
	if (sweep->count.due > 0)
		*from = sweep->count.due_last;
}

/*
 * clocks_work sweeps a chunk of clocks.
 */
static void
clocks_work(Call *call, void *state)
{
	Sweep	   *sweep = state;

	raise_chunk(sweep->from, Min(sweep->left, SWEEP_CHUNK_CLOCKS), &sweep->count);
	sweep->left -= sweep->count.taken;
	chunk_note(sweep, &sweep->from);
	sweep->has_more = sweep->has_more && sweep->left > 0;
}

/*
 * alerts_work escalates a chunk of alerts.
 */
static void
alerts_work(Call *call, void *state)
{
	Sweep	   *sweep = state;

	escalate_chunk(call, sweep->alerts_from, &sweep->count);
	chunk_note(sweep, &sweep->alerts_from);
}

/* What others had in hand is looked at again so soon. */
#define SKIPPED_AGAIN_USEC USECS_PER_SEC

/*
 * sweep_next finds when something is due next, from where this sweep came to.
 * Who commits something sooner meanwhile says so by himself.
 */
static TimestampTz
sweep_next(const Sweep *sweep)
{
	static SqlPlan find = {
		"SELECT least((SELECT next_due FROM assure.clock WHERE next_due >= $1 ORDER BY next_due LIMIT 1), "
		"  (SELECT escalate_at FROM assure.alert WHERE escalate_at >= $2 ORDER BY escalate_at LIMIT 1))", {TIMESTAMPTZOID, TIMESTAMPTZOID}
	};
	Datum		values[2] = {TimestampTzGetDatum(sweep->from), TimestampTzGetDatum(sweep->alerts_from)};
	TimestampTz now = GetCurrentTimestamp();
	TimestampTz next;

	plan_run(&find, values, NULL);
	next = plan_int64(0, 1, DT_NOEND);
	if (sweep->skipped && (next <= now || next > now + SKIPPED_AGAIN_USEC))
		return now + SKIPPED_AGAIN_USEC;
	return next;
}

/*
 * end_work is the last transaction: arrivals, the one NOTIFY, how far it came.
 */
static void
end_work(Call *call, void *state)
{
	Sweep	   *sweep = state;

	if (sweep->check_arrivals)
		arrivals_check(&sweep->count);
	if (sweep->count.alert_id_max > 0)
		Async_Notify("assure_alert", psprintf("{\"upto\": " INT64_FORMAT "}", sweep->count.alert_id_max));
	sweep_note(sweep, sweep->did_something, sweep->left > 0);
	sweep->next = sweep_next(sweep);
}

/*
 * sweep_run sweeps clocks, then alerts.
 */
static void
sweep_run(BatchCall *batch, Sweep *sweep)
{
	int			left = sweep->left;

	batch_call_enter(batch);
	sweep_start(sweep);
	batch_call_commit(batch);
	do
		batch_call_chunk(batch, clocks_work, sweep, sizeof(Sweep));
	while (sweep->has_more);
	do
		batch_call_chunk(batch, alerts_work, sweep, sizeof(Sweep));
	while (sweep->has_more);
	sweep->did_something = left != sweep->left || sweep->count.alert_id_max > 0;
	batch_call_chunk(batch, end_work, sweep, sizeof(Sweep));
	worker_sweep_next(sweep->next);
}

/*
 * assure_sla_sweep raises what is due, a chunk a transaction.
 */
PGDLLEXPORT Datum
assure_sla_sweep(PG_FUNCTION_ARGS)
{
	Sweep		sweep = {.left = PG_ARGISNULL(0) ? 10000 : PG_GETARG_INT32(0)};
	BatchCall	batch;
	Datum		values[1];
	bool		nulls[1] = {false};

	if (sweep.left < 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("max_clocks is %d, not at least 1", sweep.left)));
	batch_call_begin(&batch, fcinfo, SWEEP_SCOPES, "sla_sweep");
	sweep.context = CurrentMemoryContext;
	sweep_run(&batch, &sweep);
	batch_call_end(&batch);
	values[0] = Int64GetDatum(sweep.count.alert_count);
	return batch_call_result(fcinfo, values, nulls);
}
