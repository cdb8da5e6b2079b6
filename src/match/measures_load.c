/*-------------------------------------------------------------------------
 *
 * measures_load.c
 *		Factors by worker: what all workers cost in all classes of tasks.
 *
 * A class asks for parameters in four groups: all work, its queue, its product,
 * its chapter.  So a parameter and a group make a column, one value a worker,
 * and classes share columns.  The rows of assure.worker_measure and the priors
 * are read once, set-wise, into the columns; who has no row has the value that
 * is expected of whom nothing is known.
 *
 * A factor's cost depends on the groups that it looks at only: its vector, one
 * cost a worker, is made once for each combination of them, and so is the sum of
 * those that look at the same ones: a class is the sum of a few such sums.
 *
 * Memory: all in CurrentMemoryContext.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "core/plan.h"
#include "match/profile_program.h"

/* Handling times are expected to be what they were in the last 90 days. */
#define MINUTES_WINDOW 2

/* A scope and key that some class asks for. */
typedef struct ClassGroup
{
	MeasureScope scope;
	const char *key;
	float4	   *columns[MEASURE_COUNT][MEASURE_WINDOWS];	/* NULL: nobody asks for it */
	bool		has_prior[MEASURE_COUNT][MEASURE_WINDOWS];
	SmoothPrior priors[MEASURE_COUNT][MEASURE_WINDOWS];
	int		   *levels;			/* MEASURE_OF_QUEUE, of workers in its skill; NULL: not read */
} ClassGroup;

/* The entry of a group in the table that finds it. */
typedef struct GroupEntry
{
	char		name[NAMEDATALEN * 4];	/* scope and key */
	ClassGroup	   *group;
} GroupEntry;

/*
 * The cost of all workers by one factor, or by all that look at the same groups, or
 * who a condition excludes, for some groups.
 */
typedef struct Vector
{
	const void *of;				/* MatchFactor or MatchCondition; of several factors the first one's scopes_used */
	ClassGroup	   *groups[MEASURE_SCOPES];	/* NULL: it does not look there */
	int32	   *costs;
	bool	   *excluded;
} Vector;

typedef struct Loading
{
	const int64 *worker_ids;
	int			worker_count;
	int			class_count;
	const MatchClass *classes;
	ClassGroup	   *(*groups_of)[MEASURE_SCOPES];	/* by class; NULL: the class has none */
	bool		needed[PARAMETER_COUNT];
	bool		needs_facts;
	HTAB	   *groups;
	MatchWorkerFacts *facts;	/* by worker; NULL: not read */
	Vector	   *vectors;
	int			vector_count;
	int			vector_capacity;
} Loading;

/*
 * group_name writes the name of a group as the table of groups has it; false: no
 * group has so long a one.
 */
static bool
group_name(char *name, MeasureScope scope, const char *key)
{
	memset(name, 0, sizeof(((GroupEntry *) NULL)->name));
	return snprintf(name, sizeof(((GroupEntry *) NULL)->name), "%d%s", (int) scope, key) < (int) sizeof(((GroupEntry *) NULL)->name);
}

/*
 * group_get returns the group of a scope and key; with enter it is made.
 */
static ClassGroup *
group_get(Loading *loading, MeasureScope scope, const char *key, bool enter)
{
	GroupEntry *entry;
	char		name[sizeof(entry->name)];
	bool		found;

	if (!group_name(name, scope, key))
		return NULL;
	entry = hash_search(loading->groups, name, enter ? HASH_ENTER : HASH_FIND, &found);
	if (entry == NULL)
		return NULL;
	if (!found)
	{
		entry->group = palloc0(sizeof(ClassGroup));
		entry->group->scope = scope;
		entry->group->key = pstrdup(key);
	}
	return entry->group;
}

/*
 * needs_of_profile notes which parameters a profile asks for.
 */
static void
needs_of_profile(Loading *loading, const MatchProfile *profile)
{
	for (int i = 0; i < profile->factor_count; i++)
	{
		const MatchFactor *factor = &profile->factors[i];

		if (factor->kind != FACTOR_WORKER)
			continue;
		if (factor->program == NULL)
			loading->needed[factor->parameter] = true;
		else
			program_needs(factor->program, loading->needed, &loading->needs_facts);
	}
	for (int i = 0; i < profile->condition_count; i++)
		if (profile->conditions[i].kind == CONDITION_WORKER)
			program_needs(profile->conditions[i].program, loading->needed, &loading->needs_facts);
}

/*
 * groups_start makes the groups of all classes, and a column for each parameter
 * that is asked for.
 */
static void
groups_start(Loading *loading)
{
	HASHCTL		control = {.keysize = sizeof(((GroupEntry *) NULL)->name), .entrysize = sizeof(GroupEntry), .hcxt = CurrentMemoryContext};
	HASH_SEQ_STATUS scan;
	GroupEntry *entry;

	loading->groups = hash_create("groups of measures", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	loading->groups_of = palloc0(mul_size(sizeof(*loading->groups_of), Max(loading->class_count, 1)));
	for (int i = 0; i < loading->class_count; i++)
	{
		const MatchClass *of_class = &loading->classes[i];
		char		chapter[12];

		snprintf(chapter, sizeof(chapter), "%d", of_class->chapter);
		loading->groups_of[i][MEASURE_OF_ALL] = group_get(loading, MEASURE_OF_ALL, "", true);
		loading->groups_of[i][MEASURE_OF_QUEUE] = group_get(loading, MEASURE_OF_QUEUE, of_class->queue, true);
		if (of_class->product != NULL)
			loading->groups_of[i][MEASURE_OF_PRODUCT] = group_get(loading, MEASURE_OF_PRODUCT, of_class->product, true);
		if (of_class->chapter != 0)
			loading->groups_of[i][MEASURE_OF_CHAPTER] = group_get(loading, MEASURE_OF_CHAPTER, chapter, true);
		if (i == 0 || of_class->profile != loading->classes[i - 1].profile)
			needs_of_profile(loading, of_class->profile);
	}
	loading->needed[parameter_of(MEASURE_HANDLING_MEAN, MEASURE_OF_ALL, MINUTES_WINDOW)] = true;
	loading->needed[parameter_of(MEASURE_HANDLING_MEAN, MEASURE_OF_QUEUE, MINUTES_WINDOW)] = true;
	hash_seq_init(&scan, loading->groups);
	while ((entry = hash_seq_search(&scan)) != NULL)
		for (int i = 0; i < PARAMETER_COUNT; i++)
			if (loading->needed[i] && parameter_scope(i) == entry->group->scope)
				entry->group->columns[parameter_measure(i)][parameter_window(i)] =
					palloc(mul_size(sizeof(float4), Max(loading->worker_count, 1)));
}

/*
 * window_of returns the number of a window.
 */
static int
window_of(int days)
{
	for (int i = 0; i < MEASURE_WINDOWS; i++)
		if (measure_window_days[i] == days)
			return i;
	return -1;
}

/*
 * prior_take notes the prior of a group.
 */
static void
prior_take(const Datum *values, const bool *nulls, void *state)
{
	Loading    *loading = state;
	char	   *scope = TextDatumGetCString(values[0]);
	char	   *key = TextDatumGetCString(values[1]);
	int			window = window_of(DatumGetInt32(values[2]));
	char	   *measure = TextDatumGetCString(values[3]);

	for (int i = 0; measure_scope_names[i] != NULL; i++)
		if (strcmp(measure_scope_names[i], scope) == 0)
		{
			ClassGroup	   *group = group_get(loading, i, key, false);

			for (int j = 0; group != NULL && j < MEASURE_COUNT; j++)
				if (strcmp(measure_code(j), measure) == 0)
				{
					group->has_prior[j][window] = true;
					group->priors[j][window] = (SmoothPrior) {DatumGetFloat8(values[4]), DatumGetFloat8(values[5]), DatumGetFloat8(values[6])};
				}
		}
	pfree(scope);
	pfree(key);
	pfree(measure);
}

/*
 * priors_read reads the priors of the groups, and gives all workers the values
 * that are expected of whom nothing is known.
 */
static void
priors_read(Loading *loading)
{
	static SqlPlan read = {"SELECT scope, key, window_days::int4, measure, centre::float8, strength::float8, spread::float8 FROM assure.measure_prior", {0}};
	HASH_SEQ_STATUS scan;
	GroupEntry *entry;

	plan_run_each(&read, NULL, prior_take, loading);
	hash_seq_init(&scan, loading->groups);
	while ((entry = hash_seq_search(&scan)) != NULL)
		for (int i = 0; i < MEASURE_COUNT; i++)
			for (int j = 0; j < MEASURE_WINDOWS; j++)
			{
				float4	   *column = entry->group->columns[i][j];
				float4		value = measure_is_volume(i) ? 0 : entry->group->has_prior[i][j] ? entry->group->priors[i][j].centre : NAN;

				for (int k = 0; column != NULL && k < loading->worker_count; k++)
					column[k] = value;
			}
}

/*
 * worker_find returns the place of a worker, -1: not asked for.
 */
static int
worker_find(const Loading *loading, int64 worker_id)
{
	int			low = 0;
	int			high = loading->worker_count;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;

		if (loading->worker_ids[middle] < worker_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < loading->worker_count && loading->worker_ids[low] == worker_id ? low : -1;
}

/*
 * row_take puts the values of a row into the columns of its group, drawn to the
 * group's centre.
 */
static void
row_take(const Datum *values, const bool *nulls, void *state)
{
	Loading    *loading = state;
	int			worker = worker_find(loading, DatumGetInt64(values[0]));
	char	   *key = TextDatumGetCString(values[2]);
	ClassGroup	   *group = group_get(loading, DatumGetInt32(values[1]), key, false);
	int			window = window_of(DatumGetInt32(values[3]));
	double		evidence[EVIDENCE_COUNT];

	pfree(key);
	if (worker < 0 || group == NULL || window < 0)
		return;
	evidence_read(values + 4, evidence);
	for (int i = 0; i < MEASURE_COUNT; i++)
	{
		MeasureValue value;

		if (group->columns[i][window] == NULL)
			continue;
		value = measure_value(i, evidence);
		if (group->has_prior[i][window])
			group->columns[i][window][worker] = smooth_value(&group->priors[i][window], value.cases, value.value);
		else if (value.cases > 0)
			group->columns[i][window][worker] = value.value;
	}
}

/*
 * rows_read reads the rows of the workers in the groups and windows that are
 * asked for.  Only the worker is looked up in the index: an index scan by
 * several arrays loses rows in the first minor releases of PostgreSQL 17.
 */
static void
rows_read(Loading *loading)
{
	static SqlPlan read = {
		"SELECT m.worker_id, array_position('{all,queue,product,chapter}'::text[], m.scope) - 1, m.key, m.window_days::int4, " EVIDENCE_COLUMNS
		" FROM assure.worker_measure m WHERE m.worker_id = ANY ($1) AND array_position($2, m.scope) IS NOT NULL AND array_position($3, m.window_days) IS NOT NULL",
		{INT8ARRAYOID, TEXTARRAYOID, INT2ARRAYOID}
	};
	bool		scopes[MEASURE_SCOPES] = {false};
	bool		windows[MEASURE_WINDOWS] = {false};
	Column		scope_column;
	Column		window_column;
	Datum		values[3];

	for (int i = 0; i < PARAMETER_COUNT; i++)
		if (loading->needed[i])
		{
			scopes[parameter_scope(i)] = true;
			windows[parameter_window(i)] = true;
		}
	column_start(&scope_column, TEXTOID);
	column_start(&window_column, INT2OID);
	for (int i = 0; i < MEASURE_SCOPES; i++)
		if (scopes[i])
			column_add_text(&scope_column, measure_scope_names[i]);
	for (int i = 0; i < MEASURE_WINDOWS; i++)
		if (windows[i])
			column_add(&window_column, Int16GetDatum(measure_window_days[i]));
	values[0] = array_of_int64(loading->worker_ids, loading->worker_count);
	values[1] = column_array(&scope_column);
	values[2] = column_array(&window_column);
	plan_run_each(&read, values, row_take, loading);
}

/*
 * level_take notes a worker's level in the skill of a queue.
 */
static void
level_take(const Datum *values, const bool *nulls, void *state)
{
	Loading    *loading = state;
	int			worker = worker_find(loading, DatumGetInt64(values[0]));
	char	   *queue = TextDatumGetCString(values[1]);
	ClassGroup	   *group = group_get(loading, MEASURE_OF_QUEUE, queue, false);

	pfree(queue);
	if (worker < 0 || group == NULL)
		return;
	if (group->levels == NULL)
		group->levels = palloc0(sizeof(int) * loading->worker_count);
	group->levels[worker] = DatumGetInt32(values[2]);
}

/*
 * facts_read reads what expressions may ask of workers beside the measures.
 */
static void
facts_read(Loading *loading)
{
	static SqlPlan read = {
		"SELECT w.worker_id, w.authority_fen, w.capacity, b.code, left(b.region, 2) || '0000' "
		"FROM assure.worker w JOIN assure.branch b USING (branch_id) WHERE w.worker_id = ANY ($1)", {INT8ARRAYOID}
	};
	static SqlPlan levels = {
		"SELECT s.worker_id, q.code, s.level::int4 FROM assure.queue q JOIN assure.worker_skill s ON s.skill = q.skill WHERE s.worker_id = ANY ($1)",
		{INT8ARRAYOID}
	};
	Datum		value = array_of_int64(loading->worker_ids, loading->worker_count);
	uint64		rows = plan_run(&read, &value, NULL);

	loading->facts = palloc0(mul_size(sizeof(MatchWorkerFacts), Max(loading->worker_count, 1)));
	for (uint64 i = 0; i < rows; i++)
	{
		int			worker = worker_find(loading, plan_int64(i, 1, 0));

		if (worker >= 0)
			loading->facts[worker] = (MatchWorkerFacts)
		{
			.authority_fen = plan_int64(i, 2, 0), .capacity = plan_int32(i, 3, 0), .branch = plan_text(i, 4), .province = plan_text(i, 5)
		};
	}
	plan_run_each(&levels, &value, level_take, loading);
}

/*
 * loading_start reads all that the classes ask for.
 */
static Loading *
loading_start(const int64 *worker_ids, int worker_count, const MatchClass *classes, int class_count)
{
	Loading    *loading = palloc0(sizeof(Loading));

	loading->worker_ids = worker_ids;
	loading->worker_count = worker_count;
	loading->classes = classes;
	loading->class_count = class_count;
	groups_start(loading);
	if (worker_count == 0 || class_count == 0)
		return loading;
	priors_read(loading);
	rows_read(loading);
	if (loading->needs_facts)
		facts_read(loading);
	return loading;
}

/*
 * factor_scale gives the worst and the best value of a measure for a class:
 * the profile's, or two spreads from the centre of the group.  False: the group
 * does not differ, or nothing is known of it.
 */
static bool
factor_scale(const MatchFactor *factor, ClassGroup *const *groups, double *worst, double *best)
{
	const ClassGroup *group;
	const SmoothPrior *prior;
	Measure		measure;

	*worst = factor->worst;
	*best = factor->best;
	if (!factor->scale_by_group)
		return true;
	group = groups[parameter_scope(factor->parameter)];
	measure = parameter_measure(factor->parameter);
	if (group == NULL || !group->has_prior[measure][parameter_window(factor->parameter)])
		return false;
	prior = &group->priors[measure][parameter_window(factor->parameter)];
	*worst = prior->centre + (measure_is_better_low(measure) ? 2 : -2) * prior->spread;
	*best = prior->centre - (measure_is_better_low(measure) ? 2 : -2) * prior->spread;
	return *worst != *best;
}

/*
 * values_of_program evaluates a program for the workers that are needed.
 */
static void
values_of_program(Loading *loading, const FeelProgram *program, int of_class, const bool *needed, double *values)
{
	ClassGroup	   *const *groups = loading->groups_of[of_class];
	double		parameters[PARAMETER_COUNT];
	MatchWorkerFacts worker = {0};
	ProfileFacts facts = {.parameters = parameters, .worker = &worker, .of_class = &loading->classes[of_class]};
	const float4 *columns[PARAMETER_COUNT] = {NULL};
	int			used[PARAMETER_COUNT];
	int			used_count = program_parameters(program, used);

	for (int i = 0; i < used_count; i++)
		if (groups[parameter_scope(used[i])] != NULL)
			columns[i] = groups[parameter_scope(used[i])]->columns[parameter_measure(used[i])][parameter_window(used[i])];
	for (int i = 0; i < loading->worker_count; i++)
	{
		values[i] = NAN;
		if (needed != NULL && !needed[i])
			continue;
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < used_count; j++)
			parameters[used[j]] = columns[j] ? columns[j][i] : NAN;
		if (loading->facts != NULL)
			worker = loading->facts[i];
		if (groups[MEASURE_OF_QUEUE] != NULL && groups[MEASURE_OF_QUEUE]->levels != NULL)
			worker.level = groups[MEASURE_OF_QUEUE]->levels[i];
		values[i] = program_value(program, &facts);
	}
}

/*
 * factor_values gives the values of a factor by worker for a class.
 */
static void
factor_values(Loading *loading, const MatchFactor *factor, int of_class, const bool *needed, double *values)
{
	const ClassGroup *group;
	const float4 *column;

	if (factor->program != NULL)
	{
		values_of_program(loading, factor->program, of_class, needed, values);
		return;
	}
	group = loading->groups_of[of_class][parameter_scope(factor->parameter)];
	column = group ? group->columns[parameter_measure(factor->parameter)][parameter_window(factor->parameter)] : NULL;
	for (int i = 0; i < loading->worker_count; i++)
		values[i] = column ? column[i] : NAN;
}

/*
 * vector_get finds the vector of a factor or condition for the groups that a
 * class has and it looks at; a new one has neither costs nor exclusions yet.
 */
static Vector *
vector_get(Loading *loading, const void *of, int scopes_used, int of_class)
{
	ClassGroup	   *groups[MEASURE_SCOPES];
	Vector	   *vector;

	for (int i = 0; i < MEASURE_SCOPES; i++)
		groups[i] = scopes_used & (1 << i) ? loading->groups_of[of_class][i] : NULL;
	for (int i = 0; i < loading->vector_count; i++)
		if (loading->vectors[i].of == of && memcmp(loading->vectors[i].groups, groups, sizeof(groups)) == 0)
			return &loading->vectors[i];
	if (loading->vector_count == loading->vector_capacity)
	{
		loading->vector_capacity = Max(64, 2 * loading->vector_capacity);
		loading->vectors = loading->vectors == NULL ? palloc(sizeof(Vector) * loading->vector_capacity)
			: repalloc(loading->vectors, mul_size(sizeof(Vector), loading->vector_capacity));
	}
	vector = &loading->vectors[loading->vector_count++];
	*vector = (Vector) {.of = of};
	memcpy(vector->groups, groups, sizeof(groups));
	return vector;
}

/*
 * needed_anywhere fills who is asked for in any class that shares a vector.
 */
static void
needed_anywhere(const Loading *loading, const Vector *vector, int scopes_used, const bool *needed, bool *any)
{
	memset(any, 0, sizeof(bool) * loading->worker_count);
	for (int i = 0; i < loading->class_count; i++)
	{
		bool		shares = true;

		for (int j = 0; j < MEASURE_SCOPES; j++)
			if (scopes_used & (1 << j) && loading->groups_of[i][j] != vector->groups[j])
				shares = false;
		for (int j = 0; shares && j < loading->worker_count; j++)
			any[j] |= needed[(Size) i * loading->worker_count + j];
	}
}

/*
 * factor_costs returns what a factor costs each worker in a class.
 */
static const int32 *
factor_costs(Loading *loading, const MatchFactor *factor, int of_class, const bool *needed)
{
	Vector	   *vector = vector_get(loading, factor, factor->scopes_used, of_class);
	double	   *values;
	bool	   *any = NULL;
	double		worst;
	double		best;
	bool		has_scale;

	if (vector->costs != NULL)
		return vector->costs;
	values = palloc(sizeof(double) * loading->worker_count);
	if (needed != NULL && factor->program != NULL)
	{
		any = palloc(sizeof(bool) * loading->worker_count);
		needed_anywhere(loading, vector, factor->scopes_used, needed, any);
	}
	factor_values(loading, factor, of_class, any, values);
	has_scale = factor_scale(factor, loading->groups_of[of_class], &worst, &best);
	vector->costs = palloc(sizeof(int32) * loading->worker_count);
	for (int i = 0; i < loading->worker_count; i++)
		vector->costs[i] = factor_cost(factor->weight, worst, best, has_scale ? values[i] : NAN);
	pfree(values);
	if (any != NULL)
		pfree(any);
	return vector->costs;
}

/*
 * are_kin tells whether two factors are by worker and look at the same groups.
 */
static bool
are_kin(const MatchFactor *one, const MatchFactor *other)
{
	return one->kind == FACTOR_WORKER && other->kind == FACTOR_WORKER && one->scopes_used == other->scopes_used;
}

/*
 * is_first_of_kin tells whether no factor before one is its kin.
 */
static bool
is_first_of_kin(const MatchProfile *profile, int number)
{
	for (int i = 0; i < number; i++)
		if (are_kin(&profile->factors[i], &profile->factors[number]))
			return false;
	return profile->factors[number].kind == FACTOR_WORKER;
}

/*
 * kin_costs returns what a factor and those after it that are its kin cost each
 * worker in a class.
 */
static const int32 *
kin_costs(Loading *loading, const MatchProfile *profile, int first, int of_class, const bool *needed)
{
	const MatchFactor *factor = &profile->factors[first];
	const int32 *known = vector_get(loading, &factor->scopes_used, factor->scopes_used, of_class)->costs;
	int32	   *sum;

	if (known != NULL)
		return known;
	sum = palloc0(sizeof(int32) * loading->worker_count);
	for (int i = first; i < profile->factor_count; i++)
	{
		const int32 *costs;

		if (!are_kin(factor, &profile->factors[i]))
			continue;
		costs = factor_costs(loading, &profile->factors[i], of_class, needed);
		for (int j = 0; j < loading->worker_count; j++)
			sum[j] += costs[j];
	}
	vector_get(loading, &factor->scopes_used, factor->scopes_used, of_class)->costs = sum;
	return sum;
}

/*
 * condition_excluded returns whom a condition excludes in a class.
 */
static const bool *
condition_excluded(Loading *loading, const MatchCondition *condition, int of_class, const bool *needed)
{
	Vector	   *vector = vector_get(loading, condition, condition->scopes_used, of_class);
	double	   *values;
	bool	   *any = NULL;

	if (vector->excluded != NULL)
		return vector->excluded;
	values = palloc(sizeof(double) * loading->worker_count);
	if (needed != NULL)
	{
		any = palloc(sizeof(bool) * loading->worker_count);
		needed_anywhere(loading, vector, condition->scopes_used, needed, any);
	}
	values_of_program(loading, condition->program, of_class, any, values);
	vector->excluded = palloc(sizeof(bool) * loading->worker_count);
	for (int i = 0; i < loading->worker_count; i++)
		vector->excluded[i] = values[i] != 1.0;
	pfree(values);
	if (any != NULL)
		pfree(any);
	return vector->excluded;
}

/*
 * class_sum sums up the factors of a class, and notes whom its conditions
 * exclude and how long everybody is expected to take.
 */
static void
class_sum(Loading *loading, int of_class, const bool *needed, MatchMeasures *measures)
{
	const MatchProfile *profile = loading->classes[of_class].profile;
	int			workers = loading->worker_count;
	int32	   *cost = measures->cost + (Size) of_class * workers;
	float4	   *minutes = measures->minutes + (Size) of_class * workers;
	const float4 *own = loading->groups_of[of_class][MEASURE_OF_QUEUE]->columns[MEASURE_HANDLING_MEAN][MINUTES_WINDOW];
	const float4 *all = loading->groups_of[of_class][MEASURE_OF_ALL]->columns[MEASURE_HANDLING_MEAN][MINUTES_WINDOW];

	for (int i = 0; i < profile->factor_count; i++)
	{
		const int32 *costs;

		if (!is_first_of_kin(profile, i))
			continue;
		costs = kin_costs(loading, profile, i, of_class, needed);
		for (int j = 0; j < workers; j++)
			cost[j] += costs[j];
	}
	for (int i = 0; i < profile->condition_count; i++)
	{
		uint8	   *excluded_by = measures->excluded_by + (Size) of_class * workers;
		const bool *excluded;

		if (profile->conditions[i].kind != CONDITION_WORKER)
			continue;
		excluded = condition_excluded(loading, &profile->conditions[i], of_class, needed);
		for (int j = 0; j < workers; j++)
			if (excluded[j] && excluded_by[j] == 0)
				excluded_by[j] = i + 1;
	}
	for (int j = 0; j < workers; j++)
		minutes[j] = isnan(own[j]) ? all[j] : own[j];
}

/*
 * measures_load fills the matrix of all workers and classes.
 */
MatchMeasures *
measures_load(const int64 *worker_ids, int worker_count, const MatchClass *classes, int class_count, const bool *needed)
{
	MatchMeasures *measures = palloc0(sizeof(MatchMeasures));
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "pg_assure measures", ALLOCSET_DEFAULT_SIZES);
	Size		pairs = mul_size(worker_count, class_count);
	bool		has_conditions = false;
	MemoryContext before;
	Loading    *loading;

	for (int i = 0; i < class_count; i++)
		has_conditions |= classes[i].profile->has_worker_conditions;
	measures->worker_count = worker_count;
	measures->class_count = class_count;
	measures->cost = MemoryContextAllocExtended(CurrentMemoryContext, mul_size(sizeof(int32), Max(pairs, 1)), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	measures->minutes = MemoryContextAllocExtended(CurrentMemoryContext, mul_size(sizeof(float4), Max(pairs, 1)), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	if (has_conditions)
		measures->excluded_by = MemoryContextAllocExtended(CurrentMemoryContext, Max(pairs, 1), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	before = MemoryContextSwitchTo(context);
	loading = loading_start(worker_ids, worker_count, classes, class_count);
	for (int i = 0; worker_count > 0 && i < class_count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		class_sum(loading, i, needed, measures);
	}
	MemoryContextSwitchTo(before);
	MemoryContextDelete(context);
	return measures;
}

/*
 * measures_explain gives values, scales and costs of the factors by worker of one
 * class, one by one.
 */
MatchFactorValue *
measures_explain(const int64 *worker_ids, int worker_count, const MatchClass *of_class)
{
	const MatchProfile *profile = of_class->profile;
	MatchFactorValue *result = MemoryContextAllocExtended(CurrentMemoryContext,
														  mul_size(mul_size(sizeof(MatchFactorValue), worker_count), Max(profile->factor_count, 1)),
														  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "pg_assure measures", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(context);
	Loading    *loading = loading_start(worker_ids, worker_count, of_class, 1);
	double	   *values = palloc(mul_size(sizeof(double), Max(worker_count, 1)));

	for (int i = 0; worker_count > 0 && i < profile->factor_count; i++)
	{
		const MatchFactor *factor = &profile->factors[i];
		const int32 *costs;
		double		worst;
		double		best;

		if (factor->kind != FACTOR_WORKER)
			continue;
		factor_values(loading, factor, 0, NULL, values);
		costs = factor_costs(loading, factor, 0, NULL);
		if (!factor_scale(factor, loading->groups_of[0], &worst, &best))
			worst = best = NAN;
		for (int j = 0; j < worker_count; j++)
			result[(Size) i * worker_count + j] = (MatchFactorValue) {values[j], worst, best, costs[j]};
	}
	MemoryContextSwitchTo(before);
	MemoryContextDelete(context);
	return result;
}
