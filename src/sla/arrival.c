/*-------------------------------------------------------------------------
 *
 * arrival.c
 *		Alerts of level new: more tasks come than are expected.
 *
 * The arrivals of the last while are compared with the forecast of the hours
 * that it touches, each by the part that lies within.  Their deviations add up as
 * those of independent numbers do; the deviation is never taken for less than
 * that of a Poisson process, so that a quiet history does not make every task an
 * alert.  An alert closes when its arrivals are as expected again.
 *
 * Locking: LOCK_OUTBOX, then alerts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "core/lock.h"
#include "core/plan.h"
#include "sla/sweep.h"

#define FORECAST_WEEKS_MAX 52

PG_FUNCTION_INFO_V1(assure_forecast_arrivals);

static SqlPlan check = {
	"WITH w AS (SELECT w.*, now() - w.look_back AS since FROM assure.arrival_watch w), "
	"n AS (SELECT w.queue_id, CASE WHEN w.by_branch THEN t.branch_id ELSE 0 END AS branch_id, count(*) AS arrivals "
	"  FROM w JOIN assure.task t ON t.queue_id = w.queue_id AND t.created_at > w.since AND t.created_at <= now() "
	"  WHERE t.created_at > now() - interval '24 hours' GROUP BY 1, 2), "
	"h AS (SELECT w.queue_id, h.hour AT TIME ZONE current_setting('TimeZone') AS wall, "
	"    extract(epoch FROM least(h.hour + interval '1 hour', now()) - greatest(h.hour, w.since)) / 3600.0 AS part "
	"  FROM w, generate_series(date_trunc('hour', w.since), now(), interval '1 hour') h (hour)), "
	"f AS (SELECT n.queue_id, n.branch_id, sum(coalesce(f.mean, 0) * h.part) AS expected, "
	"    sqrt(sum(greatest(coalesce(f.deviation, 0) ^ 2, coalesce(f.mean, 0)) * h.part)) AS deviation "
	"  FROM n JOIN h USING (queue_id) LEFT JOIN assure.arrival_forecast f ON f.queue_id = n.queue_id AND f.branch_id = n.branch_id "
	"    AND f.weekday = extract(isodow FROM h.wall) AND f.hour = extract(hour FROM h.wall) GROUP BY 1, 2), "
	"u AS (SELECT n.queue_id, n.branch_id, n.arrivals, f.expected, greatest(f.deviation, 1) AS deviation "
	"  FROM n JOIN f USING (queue_id, branch_id) JOIN w USING (queue_id) "
	"  WHERE n.arrivals >= w.least AND n.arrivals > f.expected + w.deviations * greatest(f.deviation, 1) "
	"  AND EXISTS (SELECT FROM assure.arrival_forecast x WHERE x.queue_id = n.queue_id)), "
	"r AS (UPDATE assure.alert a SET resolved_at = now() WHERE a.level = 'new' AND a.resolved_at IS NULL "
	"  AND NOT EXISTS (SELECT FROM u WHERE u.queue_id = a.subject_id AND u.branch_id = a.branch_id)), "
	"a AS (INSERT INTO assure.alert (level, step, at_target, subject_kind, subject_id, branch_id, due_at, detail) "
	"  SELECT 'new', 0, false, 'queue', queue_id, branch_id, now(), jsonb_build_object('arrivals', arrivals, "
	"    'expected', round(expected::numeric, 1), 'deviation', round(deviation::numeric, 1)) FROM u ORDER BY 4, 5 "
	"  ON CONFLICT (subject_kind, subject_id, branch_id) WHERE level = 'new' AND resolved_at IS NULL DO NOTHING RETURNING alert_id), "
	"s AS (INSERT INTO assure.notification (alert_id, kind) SELECT alert_id, 'raised' FROM a) "
	"SELECT max(alert_id), count(*) FROM a", {0}
};

/*
 * arrivals_check raises and closes alerts of level new.
 */
void
arrivals_check(SweepCount *count)
{
	static SqlPlan any = {"SELECT 1 FROM assure.arrival_watch LIMIT 1", {0}};
	static SqlPlan open = {"SELECT 1 FROM assure.alert WHERE level = 'new' AND resolved_at IS NULL LIMIT 1", {0}};

	if (plan_run(&any, NULL, NULL) == 0 && plan_run(&open, NULL, NULL) == 0)
		return;
	lock_for_transaction(LOCK_OUTBOX);
	plan_run(&check, NULL, NULL);
	count->alert_id_max = Max(count->alert_id_max, plan_int64(0, 1, 0));
	count->alert_count += plan_int64(0, 2, 0);
}

/* $1: weeks at most; as many whole weeks as there are tasks for. */
static SqlPlan forecast = {
	"WITH p AS (SELECT date_trunc('hour', now()) AS until, least($1, floor(extract(epoch FROM date_trunc('hour', now()) "
	"    - (SELECT created_at FROM assure.task ORDER BY task_id LIMIT 1)) / (7 * 86400))::int) AS weeks), "
	"c AS (SELECT t.queue_id, CASE WHEN w.by_branch THEN t.branch_id ELSE 0 END AS branch_id, "
	"    date_trunc('hour', t.created_at AT TIME ZONE current_setting('TimeZone')) AS hour, count(*) AS n "
	"  FROM p, assure.arrival_watch w JOIN assure.task t USING (queue_id) "
	"  WHERE t.created_at >= p.until - make_interval(secs => p.weeks * 7 * 86400.0) AND t.created_at < p.until GROUP BY 1, 2, 3) "
	"INSERT INTO assure.arrival_forecast (queue_id, branch_id, weekday, hour, mean, deviation, weeks) "
	"SELECT c.queue_id, c.branch_id, extract(isodow FROM c.hour)::int2, extract(hour FROM c.hour)::int2, "
	"  sum(c.n) / p.weeks, sqrt(greatest(sum(c.n ^ 2) / p.weeks - (sum(c.n) / p.weeks) ^ 2, 0)), p.weeks "
	"FROM c, p WHERE p.weeks > 0 GROUP BY 1, 2, 3, 4, p.weeks", {INT4OID}
};

/*
 * forecast_write computes the forecast anew and returns the number of its rows.
 */
static int64
forecast_write(int weeks)
{
	static SqlPlan clear = {"DELETE FROM assure.arrival_forecast", {0}};
	Datum		value = Int32GetDatum(weeks);

	plan_run(&clear, NULL, NULL);
	return (int64) plan_run(&forecast, &value, NULL);
}

/*
 * assure_forecast_arrivals computes what is expected of the queues that are
 * watched.
 */
PGDLLEXPORT Datum
assure_forecast_arrivals(PG_FUNCTION_ARGS)
{
	int32		weeks = PG_ARGISNULL(0) ? 8 : PG_GETARG_INT32(0);
	Call		call;
	int64		rows;

	if (weeks < 1 || weeks > FORECAST_WEEKS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("weeks is %d, not between 1 and %d", weeks, FORECAST_WEEKS_MAX)));
	call_begin(&call, SCOPE_ADMIN | SCOPE_SUPERVISOR, "forecast_arrivals");
	lock_for_transaction(LOCK_OUTBOX);
	rows = forecast_write(weeks);
	call_end(&call);
	PG_RETURN_INT64(rows);
}
