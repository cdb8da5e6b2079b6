/*-------------------------------------------------------------------------
 *
 * why_sql.c
 *		Entry point: who is best for a task and why, and what keeps the others.
 *
 * The pool of one task is read and prepared as dispatch does it, with everybody in
 * it; the engine's own costs are taken apart.  Workers rank by what they cost and
 * what their next place is worth; contributions of one add up to that.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"

#include "core/call.h"
#include "core/errors.h"
#include "core/result_set.h"
#include "match/dispatch_pool.h"

#define WHY_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN | SCOPE_AUDITOR)
#define WHY_RANKS_MAX 10		/* beside who has the task */
#define WHY_COLUMNS 8

PG_FUNCTION_INFO_V1(assure_why);

/* A worker's pair with the task. */
typedef struct Pair
{
	int			worker;
	int32		node;
	int			at;				/* in the class */
	ScoreParts	parts;
	int32		place;			/* what the next place costs or is worth */
	int64		total;
} Pair;

typedef struct Why
{
	ReturnSetInfo *result;
	Pool	   *pool;
	PoolProblem *problem;
	const PoolTask *task;
	const PoolClass *of_class;
	const MatchProfile *profile;
	MatchFactorValue *measured; /* [factor * count + n] of the ranked pairs */
	int			measured_count;
} Why;

/*
 * numeric_of_units gives units as a share of the distance from best to worst.
 */
static Datum
numeric_of_units(int64 units)
{
	int64		size = units < 0 ? -units : units;
	char	   *text = psprintf("%s" INT64_FORMAT ".%06d", units < 0 ? "-" : "", size / MATCH_UNITS, (int) (size % MATCH_UNITS));

	return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/*
 * numeric_of_value gives a value of a factor; NaN is not known.
 */
static Datum
numeric_of_value(double value)
{
	char	   *text = psprintf("%.4f", value == 0 ? 0 : value);

	return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
}

/*
 * put_row returns one row; rank 0 and a NULL text are NULL.
 */
static void
put_row(Why *why, int worker, int rank, const char *factor, const char *dimension, double value, const int32 *weight, const int64 *contribution,
		const char *excluded_by)
{
	Datum		values[WHY_COLUMNS] = {0};
	bool		nulls[WHY_COLUMNS] = {false, rank == 0, factor == NULL, dimension == NULL, isnan(value), weight == NULL, contribution == NULL,
		excluded_by == NULL};

	values[0] = CStringGetTextDatum(why->pool->workers[worker].code);
	values[1] = Int32GetDatum(rank);
	values[2] = factor ? CStringGetTextDatum(factor) : (Datum) 0;
	values[3] = dimension ? CStringGetTextDatum(dimension) : (Datum) 0;
	values[4] = isnan(value) ? (Datum) 0 : numeric_of_value(value);
	values[5] = weight ? numeric_of_units(*weight) : (Datum) 0;
	values[6] = contribution ? numeric_of_units(*contribution) : (Datum) 0;
	values[7] = excluded_by ? CStringGetTextDatum(excluded_by) : (Datum) 0;
	tuplestore_putvalues(why->result->setResult, why->result->setDesc, values, nulls);
}

/*
 * is_named tells whether the task names a worker so.
 */
static bool
is_named(const Why *why, int worker, PoolNamed named)
{
	for (int64 i = 0; i < why->pool->name_count; i++)
		if (why->pool->names[i].named == named && why->pool->names[i].worker_id == why->pool->workers[worker].worker_id)
			return true;
	return false;
}

/*
 * excluded_because says what keeps a worker from the task.
 */
static const char *
excluded_because(const Why *why, int worker, ScoreExclusion exclusion)
{
	const Pool *pool = why->pool;
	const PoolWorker *who = &pool->workers[worker];
	int			missing = pool_missing_skill(pool, why->of_class, worker);
	int			condition = why->problem->measures->excluded_by == NULL ? 0 : why->problem->measures->excluded_by[worker];

	if (pool->branches[who->branch].is_offline)
		return "branch is offline";
	if (!who->is_on)
		return "not on shift";
	if (missing >= 0)
		return psprintf("skill %s at level %d", pool->skills[why->of_class->needs[missing].skill], why->of_class->needs[missing].level);
	if (condition > 0)
		return psprintf("condition %s", why->profile->conditions[condition - 1].code);
	if (exclusion == SCORE_AUTHORITY)
		return "authority";
	if (is_named(why, worker, NAMED_EXCLUDED))
		return "four eyes";
	if (is_named(why, worker, NAMED_PAUSED))
		return "gave it back a short while ago";
	if (is_named(why, worker, NAMED_DECLINED) && exclusion == SCORE_NAMED)
		return "gave it back before";
	if (exclusion == SCORE_NOT_SHARED)
		return why->task->is_kept ? "kept to its branch" : "takes no work of other branches";
	if (exclusion == SCORE_CONDITION_PLACE)
		return "condition on the place";
	return "no room";
}

/*
 * pair_find finds the cheaper of a worker's nodes; false: the worker is excluded,
 * and *exclusion says why.
 */
static bool
pair_find(const Why *why, const ScoreTerms *terms, int worker, Pair *pair, ScoreExclusion *exclusion)
{
	const PoolProblem *problem = why->problem;
	const ScoreClass *of_class = &problem->input.classes[why->task->class_no];
	bool		is_found = false;

	*exclusion = SCORE_NOT_IN_CLASS;
	for (int32 node = problem->first_node[worker]; node < problem->first_node[worker + 1]; node++)
	{
		Pair		this = {.worker = worker, .node = node, .at = score_find(of_class, node)};
		ScoreExclusion now;
		int32		cost = score_pair(&problem->input, terms, 0, this.at, &this.parts, &now);
		int64		place = problem->wide.first_place[node];

		if (now != SCORE_ELIGIBLE)
		{
			*exclusion = is_found ? *exclusion : now;
			continue;
		}
		*exclusion = SCORE_ELIGIBLE;
		if (place == problem->wide.first_place[node + 1])
			continue;
		this.place = problem->wide.place_cost[place];
		this.parts.own -= problem->shift;
		this.total = (int64) cost - problem->shift + this.place;
		if (!is_found || this.total < pair->total)
			*pair = this;
		is_found = true;
	}
	return is_found;
}

/*
 * pair_value gives the value of a feature of a pair.
 */
static double
pair_value(const Why *why, const Pair *pair, MatchPairFeature feature)
{
	const ScoreWorker *worker = &why->problem->input.workers[pair->node];
	const ScoreClass *of_class = &why->problem->input.classes[why->task->class_no];
	ScorePlace	place = why->pool->branches[why->task->branch].place;

	switch (feature)
	{
		case PAIR_AUTHORITY_HEADROOM:
			return score_headroom(why->task->authority_fen, worker->authority_fen);
		case PAIR_SLACK_FIT:
			return score_slack_fit((float4) why->task->slack_hours, of_class->minutes[pair->at]);
		case PAIR_SAME_BRANCH:
			return worker->place.branch == place.branch;
		case PAIR_SAME_PREFECTURE:
			return worker->place.prefecture == place.prefecture;
		case PAIR_SAME_PROVINCE:
			return worker->place.province == place.province;
		case PAIR_SAME_CUSTOMER:
			return is_named(why, pair->worker, NAMED_KNOWN);
		case PAIR_PREFERRED:
			return is_named(why, pair->worker, NAMED_PREFERRED);
		case PAIR_RETURNED_BEFORE:
		case PAIR_DECLINED_BEFORE:
			return is_named(why, pair->worker, NAMED_DECLINED);
		default:
			return pool_feature(why->pool, why->of_class, pair->worker, of_class->minutes[pair->at], feature);
	}
}

/*
 * put_factor returns the row of one factor of a pair.
 */
static void
put_factor(Why *why, const Pair *pair, int rank, int number, const MatchTaskFacts *facts)
{
	const MatchFactor *factor = &why->profile->factors[number];
	const MatchFactorValue *measured = &why->measured[number * why->measured_count + rank - 1];
	double		value;
	int64		cost;

	if (factor->kind == FACTOR_WORKER)
	{
		value = measured->value;
		cost = measured->cost;
	}
	else
	{
		value = factor->kind == FACTOR_TASK ? profile_task_value(why->profile, factor, facts) : pair_value(why, pair, factor->feature);
		cost = factor_cost(factor->weight, factor->worst, factor->best, value);
		if (factor->kind == FACTOR_PAIR && factor->feature == PAIR_AUTHORITY_HEADROOM)
			cost = pair->parts.headroom;
		if (factor->kind == FACTOR_PAIR && factor->feature == PAIR_SLACK_FIT)
			cost = pair->parts.slack;
	}
	put_row(why, pair->worker, rank, factor->code, match_dimension_names[factor->dimension], value, &factor->weight, &cost, NULL);
}

/*
 * put_price returns the row of what is not a factor; nothing where it is 0.
 */
static void
put_price(Why *why, const Pair *pair, int rank, const char *name, double value, int64 cost)
{
	if (cost != 0)
		put_row(why, pair->worker, rank, name, NULL, value, NULL, &cost, NULL);
}

/*
 * put_pair returns the rows of a pair.
 */
static void
put_pair(Why *why, const Pair *pair, int rank)
{
	const MatchPenalties *penalties = &why->profile->penalties;
	const ScoreWorker *worker = &why->problem->input.workers[pair->node];
	ScorePlace	place = why->pool->branches[why->task->branch].place;
	int			below = pool_levels_below(why->pool, why->of_class, pair->worker);
	MatchTaskFacts facts = pool_facts(why->pool, why->task);

	for (int i = 0; i < why->profile->factor_count; i++)
		put_factor(why, pair, rank, i, &facts);
	if (worker->place.province != place.province)
		put_price(why, pair, rank, "other_province", 1, penalties->other_province);
	else if (worker->place.branch != place.branch)
		put_price(why, pair, rank, "other_branch", 1, penalties->other_branch);
	put_price(why, pair, rank, "level_below", below, (int64) below * penalties->level_below);
	if (is_named(why, pair->worker, NAMED_PREFERRED))
		put_price(why, pair, rank, "preferred_worker", 1, -(int64) why->profile->preferred_bonus);
	if (is_named(why, pair->worker, NAMED_HOLDER))
		put_price(why, pair, rank, "has_it", 1, -(int64) POOL_MOVE_UNITS);
	put_price(why, pair, rank, "price", NAN, pair->place);
}

/*
 * compare_pairs orders pairs, the best first.
 */
static int
compare_pairs(const void *a, const void *b)
{
	const Pair *x = a;
	const Pair *y = b;

	if (x->total != y->total)
		return x->total < y->total ? -1 : 1;
	return x->worker - y->worker;
}

/*
 * load_measured asks for the measures of the ranked workers, who come in the order
 * of their rank afterwards.
 */
static void
load_measured(Why *why, const Pair *pairs, int count)
{
	const PoolQueue *queue = &why->pool->queues[why->of_class->queue];
	MatchClass	of_class = {queue->queue_id, queue->code, why->of_class->product, why->of_class->chapter, queue->profile};
	int64	   *worker_ids = palloc(mul_size(sizeof(int64), (Size) Max(count, 1)));
	MatchFactorValue *values;

	why->measured_count = count;
	why->measured = palloc0(mul_size(sizeof(MatchFactorValue), (Size) Max(count * why->profile->factor_count, 1)));
	for (int i = 0; i < count; i++)
	{
		worker_ids[0] = why->pool->workers[pairs[i].worker].worker_id;
		values = measures_explain(worker_ids, 1, &of_class);
		for (int f = 0; f < why->profile->factor_count; f++)
			why->measured[f * count + i] = values[f];
	}
}

/*
 * explain returns all rows of a task.
 */
static void
explain(Why *why)
{
	const Pool *pool = why->pool;
	const ScoreTerms *terms = score_terms(why->profile);
	Pair	   *pairs = palloc(mul_size(sizeof(Pair), (Size) Max(pool->worker_count, 1)));
	const char **reasons = palloc0(mul_size(sizeof(char *), (Size) Max(pool->worker_count, 1)));
	ScoreExclusion exclusion;
	int			count = 0;
	int			shown = 0;

	for (int w = 0; w < pool->worker_count; w++)
	{
		CHECK_FOR_INTERRUPTS();
		if (pair_find(why, terms, w, &pairs[count], &exclusion))
			count++;
		else
			reasons[w] = excluded_because(why, w, exclusion);
	}
	qsort(pairs, count, sizeof(Pair), compare_pairs);
	shown = Min(count, WHY_RANKS_MAX);
	load_measured(why, pairs, shown);
	for (int i = 0; i < shown; i++)
		put_pair(why, &pairs[i], i + 1);
	for (int i = shown; i < count; i++)
		put_row(why, pairs[i].worker, i + 1, NULL, NULL, NAN, NULL, &pairs[i].total, NULL);
	for (int w = 0; w < pool->worker_count; w++)
		if (reasons[w] != NULL)
			put_row(why, w, 0, NULL, NULL, NAN, NULL, NULL, reasons[w]);
}

/*
 * release_holder gives the worker who has the task the place that it takes.
 */
static void
release_holder(Pool *pool)
{
	static SqlPlan find = {
		"SELECT t.worker_id, t.branch_id = w.branch_id FROM assure.task t JOIN assure.worker w USING (worker_id) "
		"WHERE t.task_id = $1 AND t.state IN ('reserved', 'accepted')", {INT8OID}
	};
	Datum		value = Int64GetDatum(pool->tasks[0].task_id);
	int			worker;

	if (plan_run(&find, &value, NULL) == 0 || (worker = pool_worker_number(pool, plan_int64(0, 1, 0))) < 0)
		return;
	if (plan_bool(0, 2))
		pool->workers[worker].fixed_home--;
	else
		pool->workers[worker].fixed_outside--;
}

/*
 * assure_why explains the pairs of a task.
 */
PGDLLEXPORT Datum
assure_why(PG_FUNCTION_ARGS)
{
	int64		task_id = PG_GETARG_INT64(0);
	PoolScope	scope = {.task_ids = &task_id, .task_count = 1, .with_prices = true, .with_everybody = true};
	Pool		pool;
	PoolProblem problem;
	Why			why = {.result = (ReturnSetInfo *) fcinfo->resultinfo, .pool = &pool, .problem = &problem};
	Call		call;

	result_set_open(fcinfo);
	call_begin(&call, WHY_SCOPES, "why");
	pool_read(&pool, &scope);
	if (pool.task_count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("task " INT64_FORMAT " does not exist", task_id)));
	release_holder(&pool);
	pool_prepare(&pool, &problem, true);
	why.task = &pool.tasks[0];
	why.of_class = &pool.classes[why.task->class_no];
	why.profile = pool.queues[why.of_class->queue].profile;
	explain(&why);
	call_end(&call);
	return (Datum) 0;
}
