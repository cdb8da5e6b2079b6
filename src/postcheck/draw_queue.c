/*-------------------------------------------------------------------------
 *
 * draw_queue.c
 *		The finished work of a queue is drawn, and what was drawn is written.
 *
 * A day of a queue is drawn once: drawing a period again with the same seed gives
 * what was drawn, and another seed, or a period that shares a day, is refused; so
 * nobody can draw until the sample suits.
 *
 * Locking: the table of draws, against other draws.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "audit/audit.h"
#include "core/digest.h"
#include "core/errors.h"
#include "core/fixed.h"
#include "core/plan.h"
#include "postcheck/check_plan.h"
#include "postcheck/draw.h"
#include "postcheck/draw_queue.h"
#include "postcheck/postcheck.h"
#include "sla/facts.h"
#include "work/task_condition.h"

#define POPULATION_MAX 2000000
#define STRATA_PER_TASK 5		/* all, person, provider, band, risk */
#define FACTS_CHUNK 1000

/* Who a task t is about work of: the provider of a claim's first bill, the supplier of a service order. */
#define PROVIDER_OF_TASK \
	"coalesce((SELECT b.provider_code FROM assure.bill b WHERE t.subject_kind = 'claim' AND b.account_id = t.account_id AND b.claim_id = t.subject_id " \
	"  ORDER BY b.position LIMIT 1), (SELECT p.code FROM assure.service_order o JOIN assure.supplier p USING (supplier_id) " \
	"  WHERE t.subject_kind = 'service_order' AND o.account_id = t.account_id AND o.order_id = t.subject_id), '')"

/* The finished work of a queue, and what is drawn of it. */
typedef struct Draw
{
	int64		check_plan_id;
	int64		queue_id;
	char	   *queue;
	CheckPlan	plan;
	Datum		period;
	const char *seed;
	int			count;			/* of tasks */
	int64	   *task_ids;
	int64	   *amounts_fen;
	int64	   *author_ids;
	int		   *strata;			/* STRATA_PER_TASK for each */
	int		   *rates_micro;
	int			stratum_count;
	int			band_first;		/* number of the first band, the first level of risk */
	int			level_first;
	bool	   *is_drawn;
	int			drawn;
} Draw;

/*
 * draw_find tells whether the queue's period was drawn before: 0, or the draw.
 * The snapshot may be older than the lock that was waited for.
 */
static int64
draw_find(const Draw *draw)
{
	static SqlPlan find = {
		"SELECT check_draw_id, period = $2 AND seed = $3, period::text FROM assure.check_draw WHERE queue_id = $1 AND period && $2 ORDER BY 1 LIMIT 1",
		{INT8OID, DATERANGEOID, TEXTOID}
	};
	Datum		values[3] = {Int64GetDatum(draw->queue_id), draw->period, CStringGetTextDatum(draw->seed)};

	if (plan_read_fresh(&find, values) == 0)
		return 0;
	if (!plan_bool(0, 2))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE), errmsg("queue \"%s\": draw " INT64_FORMAT " has days of the period", draw->queue, plan_int64(0, 1, 0)),
				 errdetail("It was drawn of %s with another seed or for other days.", plan_text(0, 3)),
				 errhint("A day is drawn once. The same period and seed give what was drawn.")));
	return plan_int64(0, 1, 0);
}

/*
 * band_of returns in which band of the plan an amount lies, from 0.
 */
static int
band_of(const CheckPlan *plan, int64 amount_fen)
{
	int			band = 0;

	while (band < plan->bound_count && amount_fen >= plan->bounds_fen[band])
		band++;
	return band;
}

/*
 * rates_set numbers the strata: all, persons, providers, bands, levels of risk,
 * and the level of those of which none is true; a division that the plan does not
 * have is one stratum with the rate of all.
 */
static void
rates_set(Draw *draw, int person_count, int provider_count)
{
	const CheckPlan *plan = &draw->plan;
	int			bands = plan->bound_count + 1;
	int			s = 0;

	draw->band_first = 1 + person_count + provider_count;
	draw->level_first = draw->band_first + bands;
	draw->stratum_count = draw->level_first + plan->level_count + 1;
	draw->rates_micro = palloc(mul_size(sizeof(int), draw->stratum_count));
	draw->rates_micro[s++] = plan->rate_micro;
	for (int i = 0; i < person_count; i++)
		draw->rates_micro[s++] = plan->by_person ? plan->person_rate_micro : plan->rate_micro;
	for (int i = 0; i < provider_count; i++)
		draw->rates_micro[s++] = plan->by_provider ? plan->provider_rate_micro : plan->rate_micro;
	for (int i = 0; i < bands; i++)
		draw->rates_micro[s++] = plan->by_amount ? plan->amount_rate_micro : plan->rate_micro;
	for (int i = 0; i < plan->level_count; i++)
		draw->rates_micro[s++] = plan->levels[i].rate_micro;
	draw->rates_micro[s] = plan->rate_micro;
}

/*
 * population_read reads the finished tasks of the period, but for those drawn
 * before.  Persons and providers come numbered from 1; 1 alone where the plan does
 * not ask.
 */
static void
population_read(Draw *draw)
{
	static SqlPlan read = {
		"SELECT t.task_id, t.worker_id, t.amount_fen, CASE WHEN $3 THEN dense_rank() OVER (ORDER BY t.worker_id) ELSE 1 END::int4, "
		"  CASE WHEN $4 THEN dense_rank() OVER (ORDER BY CASE WHEN $4 THEN " PROVIDER_OF_TASK " END COLLATE \"C\") ELSE 1 END::int4 "
		"FROM assure.task t "
		"WHERE t.queue_id = $1 AND t.state = 'done' AND t.state_since >= lower($2)::timestamptz AND t.state_since < upper($2)::timestamptz "
		"  AND NOT EXISTS (SELECT 1 FROM assure.check_sample s WHERE s.task_id = t.task_id) ORDER BY t.task_id",
		{INT8OID, DATERANGEOID, BOOLOID, BOOLOID}
	};
	Datum		values[4] = {Int64GetDatum(draw->queue_id), draw->period, BoolGetDatum(draw->plan.by_person), BoolGetDatum(draw->plan.by_provider)};
	uint64		rows = plan_run(&read, values, NULL);
	int			most[2] = {1, 1};

	if (rows > POPULATION_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("queue \"%s\" finished " UINT64_FORMAT " tasks in the period, more than %d", draw->queue, rows, POPULATION_MAX),
				 errhint("Draw shorter periods.")));
	draw->count = (int) rows;
	draw->task_ids = palloc(mul_size(sizeof(int64), rows + 1));
	draw->author_ids = palloc(mul_size(sizeof(int64), rows + 1));
	draw->amounts_fen = palloc(mul_size(sizeof(int64), rows + 1));
	draw->strata = palloc(mul_size(sizeof(int) * STRATA_PER_TASK, rows + 1));
	for (int i = 0; i < draw->count; i++)
	{
		int		   *strata = &draw->strata[i * STRATA_PER_TASK];

		CHECK_FOR_INTERRUPTS();
		draw->task_ids[i] = plan_int64(i, 1, 0);
		draw->author_ids[i] = plan_int64(i, 2, 0);
		draw->amounts_fen[i] = plan_int64(i, 3, 0);
		for (int d = 0; d < 2; d++)
		{
			strata[1 + d] = plan_int32(i, 4 + d, 1);
			most[d] = Max(most[d], strata[1 + d]);
		}
	}
	rates_set(draw, most[0], most[1]);
	for (int i = 0; i < draw->count; i++)
	{
		int		   *strata = &draw->strata[i * STRATA_PER_TASK];

		strata[0] = 0;
		strata[2] += most[0];
		strata[3] = draw->band_first + band_of(&draw->plan, draw->amounts_fen[i]);
		strata[4] = draw->stratum_count - 1;
	}
}

/*
 * risks_read asks the levels of risk of all tasks.
 */
static void
risks_read(Draw *draw)
{
	const CheckPlan *plan = &draw->plan;
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "facts of tasks", ALLOCSET_DEFAULT_SIZES);
	MemoryContext caller = CurrentMemoryContext;

	for (int from = 0; from < draw->count && plan->by_risk; from += FACTS_CHUNK)
	{
		int			count = Min(FACTS_CHUNK, draw->count - from);
		Jsonb	  **facts;

		MemoryContextSwitchTo(context);
		facts = task_facts(&draw->task_ids[from], count);
		for (int i = 0; i < count; i++)
		{
			int			level = 0;

			CHECK_FOR_INTERRUPTS();
			while (level < plan->level_count && !task_condition_holds(plan->levels[level].condition, facts[i]))
				level++;
			draw->strata[(from + i) * STRATA_PER_TASK + 4] = draw->level_first + level;
		}
		SPI_freetuptable(SPI_tuptable);
		MemoryContextSwitchTo(caller);
		MemoryContextReset(context);
	}
	MemoryContextDelete(context);
}

/*
 * draw_tasks draws of the tasks that were read.
 */
static void
draw_tasks(Draw *draw)
{
	DrawTask   *tasks = palloc(mul_size(sizeof(DrawTask), Max(draw->count, 1)));

	for (int i = 0; i < draw->count; i++)
		tasks[i] = (DrawTask) {.task_id = draw->task_ids[i], .place = i};
	draw->is_drawn = palloc0(Max(draw->count, 1));
	draw->drawn = draw_sample(draw->seed, tasks, draw->count, draw->strata, STRATA_PER_TASK, draw->rates_micro, draw->stratum_count, draw->is_drawn);
	pfree(tasks);
}

/*
 * draw_hash hashes the canonical bytes of a draw and of its sample.
 */
static RowHash
draw_hash(const Draw *draw, int64 check_draw_id, int64 audit_id)
{
	StringInfoData bytes;

	initStringInfo(&bytes);
	digest_int64(&bytes, check_draw_id);
	digest_int64(&bytes, draw->check_plan_id);
	digest_text(&bytes, draw->seed);
	digest_int64(&bytes, draw->count);
	digest_int64(&bytes, audit_id);
	for (int i = 0; i < draw->count; i++)
		if (draw->is_drawn[i])
		{
			digest_int64(&bytes, draw->task_ids[i]);
			digest_int64(&bytes, draw->author_ids[i]);
		}
	return digest_finish(&bytes);
}

/*
 * draw_insert writes the draw, with its audit row, and returns its key.
 */
static int64
draw_insert(Call *call, const Draw *draw)
{
	static SqlPlan take = {"SELECT nextval('assure.check_draw_id_seq')", {0}};
	static SqlPlan insert = {
		"INSERT INTO assure.check_draw (check_draw_id, check_plan_id, queue_id, period, seed, population_count, sample_count, drawn_by, actor_worker_id, audit_id, row_hash) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9, 0), $10, $11)",
		{INT8OID, INT8OID, INT8OID, DATERANGEOID, TEXTOID, INT8OID, INT8OID, TEXTOID, INT8OID, INT8OID, BYTEAOID}
	};
	AuditRow	audit = {.row_count = 1};
	RowHash		hash;
	int64		check_draw_id;
	Datum		values[11];

	plan_run(&take, NULL, NULL);
	check_draw_id = plan_int64(0, 1, 0);
	audit.audit_id = audit_next_id();
	hash = draw_hash(draw, check_draw_id, audit.audit_id);
	audit.row_hashes = &hash;
	audit.subject = psprintf("check_draw " INT64_FORMAT ": %d of %d tasks", check_draw_id, draw->drawn, draw->count);
	values[0] = Int64GetDatum(check_draw_id);
	values[1] = Int64GetDatum(draw->check_plan_id);
	values[2] = Int64GetDatum(draw->queue_id);
	values[3] = draw->period;
	values[4] = CStringGetTextDatum(draw->seed);
	values[5] = Int64GetDatum(draw->count);
	values[6] = Int64GetDatum(draw->drawn);
	values[7] = CStringGetTextDatum(call->session_role);
	values[8] = Int64GetDatum(call_actor(call));
	values[9] = Int64GetDatum(audit.audit_id);
	values[10] = hash_datum(&hash);
	plan_run(&insert, values, NULL);
	audit_write(call, &audit);
	return check_draw_id;
}

/*
 * band_text names the band of a task: from its lower bound to below its upper one.
 */
static char *
band_text(const Draw *draw, int task)
{
	const CheckPlan *plan = &draw->plan;
	int			band = draw->strata[task * STRATA_PER_TASK + 3] - draw->band_first;
	char		from[FIXED_PRINT_BYTES];
	char		to[FIXED_PRINT_BYTES];

	if (!plan->by_amount)
		return NULL;
	return psprintf("amount:%s-%s", band > 0 ? fixed_print_fen(plan->bounds_fen[band - 1], from) : "0.00",
					band < plan->bound_count ? fixed_print_fen(plan->bounds_fen[band], to) : "");
}

/*
 * level_text names the level of risk of a task.
 */
static char *
level_text(const Draw *draw, int task)
{
	const CheckPlan *plan = &draw->plan;
	int			level = draw->strata[task * STRATA_PER_TASK + 4] - draw->level_first;

	if (!plan->by_risk)
		return NULL;
	return psprintf("risk:%s", level < plan->level_count ? plan->levels[level].name : "normal");
}

/*
 * sample_insert writes the sample and opens its tasks.
 */
static void
sample_insert(Call *call, const Draw *draw, int64 check_draw_id)
{
	static SqlPlan insert = {
		"INSERT INTO assure.check_sample (check_draw_id, task_id, queue_id, branch_id, author_worker_id, subject_kind, account_id, subject_id, amount_fen, done_at, strata) "
		"SELECT $4, t.task_id, t.queue_id, t.branch_id, t.worker_id, t.subject_kind, t.account_id, t.subject_id, t.amount_fen, t.state_since, "
		"  array_remove(ARRAY['all', CASE WHEN $5 THEN 'person:' || w.code END, CASE WHEN $6 THEN 'provider:' || " PROVIDER_OF_TASK " END, u.band, u.level], NULL) "
		"FROM unnest($1, $2, $3) u (task_id, band, level) JOIN assure.task t USING (task_id) JOIN assure.worker w ON w.worker_id = t.worker_id "
		"ORDER BY t.task_id RETURNING check_id",
		{INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8OID, BOOLOID, BOOLOID}
	};
	static const Oid types[] = {INT8OID, TEXTOID, TEXTOID};
	Column		columns[3];
	Datum		values[6];
	int64	   *check_ids = palloc(mul_size(sizeof(int64), Max(draw->drawn, 1)));

	for (int c = 0; c < 3; c++)
		column_start(&columns[c], types[c]);
	for (int i = 0; i < draw->count; i++)
	{
		if (!draw->is_drawn[i])
			continue;
		column_add_int64(&columns[0], draw->task_ids[i]);
		column_add_text(&columns[1], band_text(draw, i));
		column_add_text(&columns[2], level_text(draw, i));
	}
	for (int c = 0; c < 3; c++)
		values[c] = column_array(&columns[c]);
	values[3] = Int64GetDatum(check_draw_id);
	values[4] = BoolGetDatum(draw->plan.by_person);
	values[5] = BoolGetDatum(draw->plan.by_provider);
	if (plan_run(&insert, values, NULL) != (uint64) draw->drawn)
		elog(ERROR, "%d tasks that were drawn are not as many", draw->drawn);
	for (int i = 0; i < draw->drawn; i++)
		check_ids[i] = plan_int64(i, 1, 0);
	check_tasks_open(call, check_ids, draw->drawn);
}

/*
 * draw_queue draws one queue and returns the draw.
 */
static int64
draw_queue(Call *call, Draw *draw)
{
	int64		check_draw_id = draw_find(draw);

	if (check_draw_id != 0)
		return check_draw_id;
	population_read(draw);
	risks_read(draw);
	draw_tasks(draw);
	check_draw_id = draw_insert(call, draw);
	sample_insert(call, draw, check_draw_id);
	return check_draw_id;
}

/*
 * draws_read reads the current plans, of one queue or of all.
 */
static Draw *
draws_read(const char *queue, Datum period, const char *seed, int *count)
{
	static SqlPlan read = {
		"SELECT DISTINCT ON (q.code COLLATE \"C\") p.check_plan_id, q.queue_id, q.code, p.rate_micro, p.strata FROM assure.check_plan p JOIN assure.queue q USING (queue_id) "
		"WHERE $1 IS NULL OR q.code = $1 ORDER BY q.code COLLATE \"C\", p.version DESC", {TEXTOID}
	};
	Datum		value = queue ? CStringGetTextDatum(queue) : (Datum) 0;
	Draw	   *draws;

	*count = (int) plan_run(&read, &value, queue ? NULL : "n");
	if (*count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 queue ? errmsg("queue \"%s\" has no check plan", queue) : errmsg("no queue has a check plan"),
				 errhint("assure.put_check_plan() puts one.")));
	draws = palloc0(mul_size(sizeof(Draw), *count));
	for (int i = 0; i < *count; i++)
	{
		bool		isnull;

		draws[i].check_plan_id = plan_int64(i, 1, 0);
		draws[i].queue_id = plan_int64(i, 2, 0);
		draws[i].queue = plan_text(i, 3);
		check_plan_stored(plan_int32(i, 4, 0), DatumGetJsonbPCopy(plan_datum(i, 5, &isnull)), &draws[i].plan);
		draws[i].period = period;
		draws[i].seed = seed;
	}
	return draws;
}

/*
 * draws_make draws the finished work of a period of one queue, or of each that has
 * a plan, and returns the keys of the draws.
 */
int64 *
draws_make(Call *call, const char *queue, Datum period, const char *seed, int *count)
{
	static SqlPlan lock = {"LOCK TABLE assure.check_draw IN SHARE ROW EXCLUSIVE MODE", {0}};
	Draw	   *draws;
	int64	   *draw_ids;

	plan_run(&lock, NULL, NULL);
	draws = draws_read(queue, period, seed, count);
	draw_ids = palloc(mul_size(sizeof(int64), *count));
	for (int i = 0; i < *count; i++)
		draw_ids[i] = draw_queue(call, &draws[i]);
	return draw_ids;
}
