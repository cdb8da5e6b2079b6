/*-------------------------------------------------------------------------
 *
 * refresh_sql.c
 *		Measures of workers are computed from the history.
 *
 * Some workers a transaction: what each of them did in the last 90 days is read
 * by index, summed up by scope, key and window, and held against the rows that
 * are there; only those that differ are written.  Then, in one transaction, the
 * priors of all groups are fitted to the rows.
 *
 * A window is whole days of the company's time zone, today included: until
 * midnight a refresh changes the rows of those only who did something.
 *
 * Locking: each transaction takes LOCK_MEASURE, so two refreshes do not meet;
 * then rows are only its own.  History is read without locks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "audit/audit.h"
#include "core/batch_call.h"
#include "core/lock.h"
#include "core/plan.h"
#include "measure/measure.h"

#define REFRESH_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define REFRESH_WORKERS 40		/* a transaction */

PG_FUNCTION_INFO_V1(assure_refresh_match_measures);

/*
 * c: a worker's cases, with the time that nothing was in hand before each; r: what
 * was given up; f: both in one stream, a case having one in "done"; x: a row for
 * each scope, numbered within its day (the sum of the odd numbers 1, 3 .. 2n - 1 is
 * n squared); n: the rows as they should be.
 */
static SqlPlan refresh = {
	"WITH c AS MATERIALIZED ( "
	"  SELECT m.*, m.done_at::date AS day, "
	"    CASE WHEN m.before_at::date = m.accepted_at::date THEN greatest(0, extract(epoch FROM m.accepted_at - m.before_at))::bigint END AS idle_seconds "
	"  FROM (SELECT m.*, max(m.done_at) OVER (PARTITION BY m.worker_id ORDER BY m.accepted_at, m.task_id "
	"      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before_at "
	"    FROM assure_internal.measured_case m WHERE m.worker_id = ANY ($1) AND m.done_at >= (current_date - 89)::timestamptz) m), "
	"r AS (SELECT m.*, m.refused_at::date AS day FROM assure_internal.measured_refusal m "
	"  WHERE m.worker_id = ANY ($1) AND m.refused_at >= (current_date - 89)::timestamptz), "
	"f AS (SELECT worker_id, queue, product, chapter, day, 1 AS done, (priority >= 8)::int AS urgent, amount_fen, handling_seconds, response_seconds, idle_seconds, "
	"    (accepted_at IS NOT NULL)::int AS offered, (accepted_at IS NOT NULL)::int AS accepted, 0 AS returned, suspended::int AS suspended, in_time, slack_permille, "
	"    passed, weight, reworked::int AS reworked, appealed::int AS appealed, closed::int AS closed, overturned::int AS overturned, "
	"    complained::int AS complained, score::int AS score, points, cost_fen FROM c "
	"  UNION ALL SELECT worker_id, queue, product, chapter, day, 0, 0, 0, NULL, NULL, NULL, 1, was_accepted::int, was_accepted::int, 0, NULL, NULL, "
	"    NULL, NULL, 0, 0, 0, 0, 0, NULL, NULL, NULL FROM r), "
	"x AS (SELECT f.*, s.scope, s.key, CASE WHEN f.done = 1 THEN row_number() OVER (PARTITION BY f.worker_id, s.scope, s.key, f.day, f.done) END AS of_day "
	"  FROM f CROSS JOIN LATERAL (VALUES ('all', ''), ('queue', f.queue), ('product', f.product), ('chapter', f.chapter::text)) AS s (scope, key) "
	"  WHERE s.key IS NOT NULL), "
	"n AS MATERIALIZED (SELECT x.worker_id, x.scope, x.key, w.days::int2 AS window_days, sum(done)::int4 AS cases, "
	"    count(*) FILTER (WHERE of_day = 1)::int4 AS days, coalesce(sum(2 * of_day - 1), 0)::int8 AS cases_square, sum(urgent)::int4 AS urgent, sum(amount_fen)::int8 AS amount_fen, "
	"    count(handling_seconds)::int4 AS timed, coalesce(sum(handling_seconds), 0)::int8, coalesce(sum(handling_seconds * handling_seconds), 0)::int8, "
	"    coalesce((percentile_disc('{0.5,0.9}'::float8[]) WITHIN GROUP (ORDER BY handling_seconds))[1], 0)::int4, "
	"    coalesce((percentile_disc('{0.5,0.9}'::float8[]) WITHIN GROUP (ORDER BY handling_seconds))[2], 0)::int4, "
	"    count(response_seconds)::int4, coalesce(sum(response_seconds), 0)::int8, coalesce(sum(response_seconds * response_seconds), 0)::int8, "
	"    count(idle_seconds)::int4, coalesce(sum(idle_seconds), 0)::int8, coalesce(sum(idle_seconds * idle_seconds), 0)::int8, "
	"    sum(offered)::int4, sum(accepted)::int4, sum(returned)::int4, sum(suspended)::int4, "
	"    count(in_time)::int4, count(*) FILTER (WHERE in_time)::int4, coalesce(sum(slack_permille), 0)::int8, coalesce(sum(slack_permille::int8 * slack_permille), 0)::int8, "
	"    count(passed)::int4, count(*) FILTER (WHERE passed)::int4, coalesce(sum(weight), 0)::int8, coalesce(sum(weight::int8 * weight), 0)::int8, "
	"    sum(reworked)::int4, sum(appealed)::int4, sum(closed)::int4, sum(overturned)::int4, sum(complained)::int4, "
	"    count(score)::int4, coalesce(sum(score), 0)::int8, coalesce(sum(score * score), 0)::int8, count(*) FILTER (WHERE score <= 2)::int4, "
	"    count(points)::int4, coalesce(sum(points), 0)::int8, coalesce(sum(points * points), 0)::int8, "
	"    count(cost_fen)::int4, coalesce(sum(cost_fen), 0)::int8, least(coalesce(sum(cost_fen::numeric * cost_fen), 0), 9000000000000000000)::int8 "
	"  FROM x JOIN (VALUES (7), (30), (90)) AS w (days) ON x.day > current_date - w.days GROUP BY 1, 2, 3, 4), "
	"gone AS (DELETE FROM assure.worker_measure m WHERE m.worker_id = ANY ($1) "
	"    AND (m.worker_id, m.scope, m.key, m.window_days) NOT IN (SELECT n.worker_id, n.scope, n.key, n.window_days FROM n) RETURNING 1), "
	"put AS (INSERT INTO assure.worker_measure AS m SELECT * FROM (SELECT * FROM n EXCEPT SELECT * FROM assure.worker_measure WHERE worker_id = ANY ($1)) d "
	"  ON CONFLICT (worker_id, scope, key, window_days) DO UPDATE SET "
	"    (cases, days, cases_square, urgent, amount_fen, timed, handling_seconds, handling_square, handling_median, handling_p90, "
	"     responses, response_seconds, response_square, idles, idle_seconds, idle_square, offers, accepted, returned, suspended, "
	"     targeted, in_time, slack_permille, slack_square, checked, passed, defect_weight, defect_square, reworked, appealed, appeals_closed, overturned, "
	"     complained, scored, score, score_square, unhappy, pointed, points, points_square, costed, cost_fen, cost_square) = "
	"    (EXCLUDED.cases, EXCLUDED.days, EXCLUDED.cases_square, EXCLUDED.urgent, EXCLUDED.amount_fen, EXCLUDED.timed, EXCLUDED.handling_seconds, "
	"     EXCLUDED.handling_square, EXCLUDED.handling_median, EXCLUDED.handling_p90, EXCLUDED.responses, EXCLUDED.response_seconds, EXCLUDED.response_square, "
	"     EXCLUDED.idles, EXCLUDED.idle_seconds, EXCLUDED.idle_square, EXCLUDED.offers, EXCLUDED.accepted, EXCLUDED.returned, EXCLUDED.suspended, "
	"     EXCLUDED.targeted, EXCLUDED.in_time, EXCLUDED.slack_permille, EXCLUDED.slack_square, EXCLUDED.checked, EXCLUDED.passed, EXCLUDED.defect_weight, "
	"     EXCLUDED.defect_square, EXCLUDED.reworked, EXCLUDED.appealed, EXCLUDED.appeals_closed, EXCLUDED.overturned, EXCLUDED.complained, EXCLUDED.scored, "
	"     EXCLUDED.score, EXCLUDED.score_square, EXCLUDED.unhappy, EXCLUDED.pointed, EXCLUDED.points, EXCLUDED.points_square, EXCLUDED.costed, "
	"     EXCLUDED.cost_fen, EXCLUDED.cost_square) RETURNING 1) "
	"SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM put)",
	{INT8ARRAYOID}
};

/* How far a refresh has come. */
typedef struct Refresh
{
	int64		after_worker_id;
	int64		changed;
	bool		is_more;
} Refresh;

/*
 * workers_work computes the measures of the next workers.
 */
static void
workers_work(Call *call, void *state)
{
	Refresh    *done = state;
	static SqlPlan next = {"SELECT worker_id FROM assure.worker WHERE worker_id > $1 ORDER BY worker_id LIMIT $2", {INT8OID, INT4OID}};
	Datum		values[2] = {Int64GetDatum(done->after_worker_id), Int32GetDatum(REFRESH_WORKERS)};
	int			rows = (int) plan_run(&next, values, NULL);
	int64		worker_ids[REFRESH_WORKERS];

	done->is_more = rows > 0;
	if (rows == 0)
		return;
	for (int i = 0; i < rows; i++)
		worker_ids[i] = plan_int64(i, 1, 0);
	done->after_worker_id = worker_ids[rows - 1];
	call_allow_scans(call);
	lock_for_transaction(LOCK_MEASURE);
	values[0] = array_of_int64(worker_ids, rows);
	plan_run(&refresh, values, NULL);
	done->changed += plan_int64(0, 1, 0);
}

#define PRIOR_COLUMNS 8

/* A group while its rows go by, and the columns of the priors that were fitted. */
typedef struct Fitting
{
	char		scope[NAMEDATALEN];
	char	   *key;
	int			window_days;
	bool		is_open;
	SmoothGroup groups[MEASURE_COUNT];
	MemoryContext context;		/* of columns and keys */
	Column		columns[PRIOR_COLUMNS];
} Fitting;

/*
 * group_close fits the priors of the group that has gone by.
 */
static void
group_close(Fitting *fitting)
{
	for (int i = 0; fitting->is_open && i < MEASURE_COUNT; i++)
	{
		SmoothPrior prior;

		if (!measure_prior(i, &fitting->groups[i], &prior))
			continue;
		column_add_text(&fitting->columns[0], fitting->scope);
		column_add_text(&fitting->columns[1], fitting->key);
		column_add(&fitting->columns[2], Int16GetDatum(fitting->window_days));
		column_add_text(&fitting->columns[3], measure_code(i));
		column_add(&fitting->columns[4], Int32GetDatum(fitting->groups[i].workers));
		column_add(&fitting->columns[5], Float8GetDatum(prior.centre));
		column_add(&fitting->columns[6], Float8GetDatum(prior.strength));
		column_add(&fitting->columns[7], Float8GetDatum(prior.spread));
	}
	fitting->is_open = false;
}

/*
 * row_collect adds a worker's row to its group; rows come group by group.
 */
static void
row_collect(const Datum *values, const bool *nulls, void *state)
{
	Fitting    *fitting = state;
	MemoryContext before = MemoryContextSwitchTo(fitting->context);
	char	   *scope = TextDatumGetCString(values[0]);
	char	   *key = TextDatumGetCString(values[1]);
	int			window_days = DatumGetInt32(values[2]);
	double		evidence[EVIDENCE_COUNT];

	if (!fitting->is_open || strcmp(scope, fitting->scope) != 0 || strcmp(key, fitting->key) != 0 || window_days != fitting->window_days)
	{
		group_close(fitting);
		strlcpy(fitting->scope, scope, sizeof(fitting->scope));
		fitting->key = key;
		fitting->window_days = window_days;
		memset(fitting->groups, 0, sizeof(fitting->groups));
		fitting->is_open = true;
	}
	else
		pfree(key);
	pfree(scope);
	evidence_read(values + 3, evidence);
	for (int i = 0; i < MEASURE_COUNT; i++)
	{
		MeasureValue value = measure_value(i, evidence);

		smooth_add(&fitting->groups[i], value.cases, value.value, value.within);
	}
	MemoryContextSwitchTo(before);
}

/*
 * priors_write writes the priors that changed, and takes away those of groups
 * that are gone.
 */
static int64
priors_write(Column *columns)
{
	static SqlPlan write = {
		"WITH n AS MATERIALIZED (SELECT scope, key, window_days, measure, workers, round(centre::numeric, 9) AS centre, round(strength::numeric, 9) AS strength, "
		"    round(spread::numeric, 9) AS spread FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS u (scope, key, window_days, measure, workers, centre, strength, spread)), "
		"gone AS (DELETE FROM assure.measure_prior p WHERE (p.scope, p.key, p.window_days, p.measure) NOT IN (SELECT n.scope, n.key, n.window_days, n.measure FROM n) "
		"  RETURNING 1), "
		"put AS (INSERT INTO assure.measure_prior AS p SELECT * FROM (SELECT * FROM n EXCEPT SELECT * FROM assure.measure_prior) d "
		"  ON CONFLICT (scope, key, window_days, measure) DO UPDATE SET workers = EXCLUDED.workers, centre = EXCLUDED.centre, "
		"    strength = EXCLUDED.strength, spread = EXCLUDED.spread RETURNING 1) "
		"SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM put)",
		{TEXTARRAYOID, TEXTARRAYOID, INT2ARRAYOID, TEXTARRAYOID, INT4ARRAYOID, FLOAT8ARRAYOID, FLOAT8ARRAYOID, FLOAT8ARRAYOID}
	};
	Datum		values[PRIOR_COLUMNS];

	for (int i = 0; i < PRIOR_COLUMNS; i++)
		values[i] = column_array(&columns[i]);
	plan_run(&write, values, NULL);
	return plan_int64(0, 1, 0);
}

/*
 * priors_fit fits the priors of all groups to what the workers' rows say.
 */
static int64
priors_fit(void)
{
	static SqlPlan read = {
		"SELECT m.scope, m.key, m.window_days::int4, " EVIDENCE_COLUMNS " FROM assure.worker_measure m "
		"ORDER BY m.scope COLLATE \"C\", m.key COLLATE \"C\", m.window_days, m.worker_id", {0}
	};
	static const Oid types[PRIOR_COLUMNS] = {TEXTOID, TEXTOID, INT2OID, TEXTOID, INT4OID, FLOAT8OID, FLOAT8OID, FLOAT8OID};
	Fitting    *fitting = palloc0(sizeof(Fitting));

	lock_for_transaction(LOCK_MEASURE);
	fitting->context = CurrentMemoryContext;
	for (int i = 0; i < PRIOR_COLUMNS; i++)
		column_start(&fitting->columns[i], types[i]);
	plan_run_each(&read, NULL, row_collect, fitting);
	group_close(fitting);
	return priors_write(fitting->columns);
}

/*
 * priors_work fits the priors, and notes what the refresh has changed.
 */
static void
priors_work(Call *call, void *state)
{
	Refresh    *done = state;
	AuditRow	row = {0};
	int64		priors;

	call_allow_scans(call);
	priors = priors_fit();
	row.row_count = (int) Min(done->changed + priors, PG_INT32_MAX);
	row.detail = psprintf("{\"measures\": " INT64_FORMAT ", \"priors\": " INT64_FORMAT "}", done->changed, priors);
	if (done->changed + priors > 0)
		audit_write(call, &row);
}

/*
 * assure_refresh_match_measures computes all measures.
 */
PGDLLEXPORT Datum
assure_refresh_match_measures(PG_FUNCTION_ARGS)
{
	BatchCall	batch;
	Refresh		refreshed = {.is_more = true};
	Datum		result;
	bool		null = false;

	batch_call_begin(&batch, fcinfo, REFRESH_SCOPES, "refresh_match_measures");
	while (refreshed.is_more)
		batch_call_chunk(&batch, workers_work, &refreshed, sizeof(refreshed));
	batch_call_chunk(&batch, priors_work, &refreshed, sizeof(refreshed));
	batch_call_end(&batch);
	result = Int64GetDatum(refreshed.changed);
	return batch_call_result(fcinfo, &result, &null);
}
