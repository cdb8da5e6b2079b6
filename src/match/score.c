/*-------------------------------------------------------------------------
 *
 * score.c
 *		What each pair of a task and a worker costs.
 *
 * Workers of a class stand in columns, so that the loop over them has no branch
 * and no index: comparisons become masks, and the compiler makes vectors of it
 * (the Makefile asks for it).  Authority is compared by rank among the workers'
 * limits, which fits 32 bits.
 *
 * Floating point is single precision and never contracted (the Makefile again):
 * score_row() and score_pair() get the same bits on every machine.  Weights are
 * below 2^24, so a part is off by less than a unit before it is rounded down.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "storage/shmem.h"

#include "match/score.h"
#include "match/vector.h"

/* A feature as a line over its value, cut off at 0 and at the weight. */
typedef struct Line
{
	float4		at_zero;
	float4		slope;
	float4		weight;
	float4		unknown;		/* where the value is NaN */
} Line;

/* What a profile asks of single pairs. */
struct ScoreTerms
{
	int32		far;			/* another province */
	int32		province;		/* added in the same one: below 0 */
	int32		prefecture;
	int32		branch;
	int32		abroad;			/* mask: may be done outside of the province */
	int32		away;			/* mask: outside of the branch */
	Line		headroom;
	Line		slack;
};

/* The columns of a class. */
typedef struct Columns
{
	ScoreTerms *terms;
	int32	   *branch;
	int32	   *prefecture;
	int32	   *province;
	int32	   *outside;		/* mask: takes work of other branches */
	int32	   *rank;			/* of the authority */
	float4	   *per_fen;		/* 1 / authority */
	float4	   *per_hour;		/* 1 / handling time in hours */
} Columns;

/* That a worker is in a class. */
typedef struct Standing
{
	int32		class_no;
	int32		at;				/* the worker's place there */
} Standing;

struct Scorer
{
	const ScoreInput *input;
	Columns    *columns;		/* of each class */
	int32		rank_count;
	int64	   *limits;			/* distinct authorities, ascending */
	int32	   *first_task;		/* of each class, one more at the end */
	int64	   *first_standing; /* of each worker, one more at the end */
	Standing   *standings;
	int32		row_max;
	int32	   *costs;
};

/*
 * alloc_column returns room for so many 4-byte values.
 */
static void *
alloc_column(int64 count)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, mul_size(4, (Size) Max(count, 1)));
}

/*
 * feature_cost gives what a profile's factors of a feature cost at a value.
 */
static int32
feature_cost(const MatchProfile *profile, MatchPairFeature feature, double value)
{
	int32		cost = 0;

	for (int i = 0; i < profile->factor_count; i++)
	{
		const MatchFactor *factor = &profile->factors[i];

		if (factor->kind == FACTOR_PAIR && factor->feature == feature)
			cost += factor_cost(factor->weight, factor->worst, factor->best, value);
	}
	return cost;
}

/*
 * feature_line gives the line of a feature.
 */
static Line
feature_line(const MatchProfile *profile, MatchPairFeature feature)
{
	Line		line = {0, 0, 0, 0};

	for (int i = 0; i < profile->factor_count; i++)
	{
		const MatchFactor *factor = &profile->factors[i];
		double		span = factor->best - factor->worst;
		int32		half = factor->weight / 2;

		if (factor->kind != FACTOR_PAIR || factor->feature != feature)
			continue;
		line.at_zero = (float4) (factor->best / span * factor->weight);
		line.slope = (float4) (-factor->weight / span);
		line.weight = (float4) factor->weight;
		line.unknown = (float4) half;
	}
	return line;
}

/*
 * line_cost gives what a feature costs at a value.
 */
static inline int32
line_cost(const Line *line, float4 value)
{
	float4		scaled = value * line->slope;
	float4		cost = line->at_zero + scaled;

	cost = cost > 0 ? cost : 0;
	cost = cost < line->weight ? cost : line->weight;
	cost = value == value ? cost : line->unknown;
	return (int32) cost;
}

/*
 * share_left gives how much of a worker's authority an amount leaves.
 */
static inline float4
share_left(float4 amount_fen, float4 per_fen)
{
	float4		taken = amount_fen * per_fen;

	return 1.0f - taken;
}

/*
 * slack_fit gives the ratio of what is left to the deadline to the expected
 * handling time, 0 to 10.
 */
static inline float4
slack_fit(float4 slack_hours, float4 per_hour)
{
	float4		ratio = slack_hours * per_hour;

	ratio = ratio < 0 ? 0 : ratio;
	return ratio > 10 ? 10 : ratio;
}

/*
 * per_fen_of and per_hour_of give the reciprocals that a worker's columns hold.
 */
static inline float4
per_fen_of(int64 authority_fen)
{
	return authority_fen > 0 ? (float4) (1.0 / (double) authority_fen) : 0;
}

/*
 * per_hour_of gives how many such tasks fill an hour; not known: NaN.
 */
static inline float4
per_hour_of(float4 minutes)
{
	return minutes > 0 ? (float4) (60.0 / (double) minutes) : (float4) NAN;
}

/*
 * has_condition tells whether a profile has a condition of a kind.
 */
static bool
has_condition(const MatchProfile *profile, MatchConditionKind kind)
{
	for (int i = 0; i < profile->condition_count; i++)
		if (profile->conditions[i].kind == kind)
			return true;
	return false;
}

/*
 * score_terms works out what is constant for a profile.
 */
ScoreTerms *
score_terms(const MatchProfile *profile)
{
	ScoreTerms *terms = palloc(sizeof(ScoreTerms));
	int32		near_province = feature_cost(profile, PAIR_SAME_PROVINCE, 1) - feature_cost(profile, PAIR_SAME_PROVINCE, 0);
	int32		near_prefecture = feature_cost(profile, PAIR_SAME_PREFECTURE, 1) - feature_cost(profile, PAIR_SAME_PREFECTURE, 0);
	int32		near_branch = feature_cost(profile, PAIR_SAME_BRANCH, 1) - feature_cost(profile, PAIR_SAME_BRANCH, 0);

	terms->far = feature_cost(profile, PAIR_SAME_PROVINCE, 0) + feature_cost(profile, PAIR_SAME_PREFECTURE, 0) +
		feature_cost(profile, PAIR_SAME_BRANCH, 0) + profile->penalties.other_province;
	terms->province = near_province + profile->penalties.other_branch - profile->penalties.other_province;
	terms->prefecture = near_prefecture;
	terms->branch = near_branch - profile->penalties.other_branch;
	terms->away = has_condition(profile, CONDITION_SAME_BRANCH) ? 0 : -1;
	terms->abroad = has_condition(profile, CONDITION_SAME_PROVINCE) ? 0 : -1;
	terms->headroom = feature_line(profile, PAIR_AUTHORITY_HEADROOM);
	terms->slack = feature_line(profile, PAIR_SLACK_FIT);
	return terms;
}

/*
 * place_cost gives what the way from a task's branch to a worker's costs.
 */
static inline int32
place_cost(const ScoreTerms *terms, const ScorePlace *task, const ScorePlace *worker)
{
	int32		cost = terms->far;

	if (task->province == worker->province)
		cost += terms->province;
	if (task->prefecture == worker->prefecture)
		cost += terms->prefecture;
	if (task->branch == worker->branch)
		cost += terms->branch;
	return cost;
}

/*
 * compare_limits orders authorities.
 */
static int
compare_limits(const void *a, const void *b)
{
	int64		x = *(const int64 *) a;
	int64		y = *(const int64 *) b;

	return (x > y) - (x < y);
}

/*
 * rank_of returns the number of limits below an amount: a worker may decide it
 * whose own rank is not below.
 */
static int32
rank_of(const Scorer *scorer, int64 amount_fen)
{
	int32		low = 0;
	int32		high = scorer->rank_count;

	while (low < high)
	{
		int32		middle = (low + high) / 2;

		if (scorer->limits[middle] < amount_fen)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * rank_limits sorts the distinct authorities of all workers.
 */
static void
rank_limits(Scorer *scorer)
{
	const ScoreInput *input = scorer->input;

	scorer->limits = palloc_extended(mul_size(sizeof(int64), (Size) Max(input->worker_count, 1)), MCXT_ALLOC_HUGE);
	for (int32 w = 0; w < input->worker_count; w++)
		scorer->limits[w] = input->workers[w].authority_fen;
	qsort(scorer->limits, input->worker_count, sizeof(int64), compare_limits);
	for (int32 w = 0; w < input->worker_count; w++)
		if (scorer->rank_count == 0 || scorer->limits[w] > scorer->limits[scorer->rank_count - 1])
			scorer->limits[scorer->rank_count++] = scorer->limits[w];
}

/*
 * columns_make fills the columns of a class.
 */
static void
columns_make(const Scorer *scorer, Columns *columns, const ScoreClass *of_class)
{
	columns->terms = score_terms(of_class->profile);
	columns->branch = alloc_column(of_class->count);
	columns->prefecture = alloc_column(of_class->count);
	columns->province = alloc_column(of_class->count);
	columns->outside = alloc_column(of_class->count);
	columns->rank = alloc_column(of_class->count);
	columns->per_fen = alloc_column(of_class->count);
	columns->per_hour = alloc_column(of_class->count);
	for (int32 i = 0; i < of_class->count; i++)
	{
		const ScoreWorker *worker = &scorer->input->workers[of_class->worker[i]];

		columns->branch[i] = worker->place.branch;
		columns->prefecture[i] = worker->place.prefecture;
		columns->province[i] = worker->place.province;
		columns->outside[i] = worker->takes_outside ? -1 : 0;
		columns->rank[i] = rank_of(scorer, worker->authority_fen);
		columns->per_fen[i] = per_fen_of(worker->authority_fen);
		columns->per_hour[i] = per_hour_of(of_class->minutes[i]);
	}
}

/*
 * find_first_tasks finds where the tasks of each class begin.
 */
static void
find_first_tasks(Scorer *scorer)
{
	const ScoreInput *input = scorer->input;
	int32		task = 0;

	scorer->first_task = alloc_column((int64) input->class_count + 1);
	for (int32 c = 0; c <= input->class_count; c++)
	{
		while (task < input->task_count && input->tasks[task].class_no < c)
			task++;
		scorer->first_task[c] = task;
	}
}

/*
 * find_standings finds the classes of each worker.
 */
static void
find_standings(Scorer *scorer)
{
	const ScoreInput *input = scorer->input;
	int64	   *first = MemoryContextAllocHuge(CurrentMemoryContext, mul_size(sizeof(int64), (Size) input->worker_count + 2));

	memset(first, 0, sizeof(int64) * ((Size) input->worker_count + 2));
	for (int32 c = 0; c < input->class_count; c++)
		for (int32 i = 0; i < input->classes[c].count; i++)
			first[input->classes[c].worker[i] + 2]++;
	for (int32 w = 0; w < input->worker_count; w++)
		first[w + 2] += first[w + 1];
	scorer->standings = MemoryContextAllocHuge(CurrentMemoryContext, mul_size(sizeof(Standing), (Size) first[input->worker_count + 1] + 1));

	/* first[w + 1] walks from the beginning of w to its end, which is that of w + 1. */
	for (int32 c = 0; c < input->class_count; c++)
		for (int32 i = 0; i < input->classes[c].count; i++)
			scorer->standings[first[input->classes[c].worker[i] + 1]++] = (Standing) {c, i};
	scorer->first_standing = first;
}

/*
 * scorer_create prepares the columns of all classes.
 */
Scorer *
scorer_create(const ScoreInput *input)
{
	Scorer	   *scorer = palloc0(sizeof(Scorer));

	scorer->input = input;
	rank_limits(scorer);
	find_first_tasks(scorer);
	find_standings(scorer);
	scorer->columns = palloc(mul_size(sizeof(Columns), (Size) Max(input->class_count, 1)));
	for (int32 c = 0; c < input->class_count; c++)
	{
		columns_make(scorer, &scorer->columns[c], &input->classes[c]);
		scorer->row_max = Max(scorer->row_max, input->classes[c].count);
	}
	scorer->costs = alloc_column(scorer->row_max);
	return scorer;
}

/*
 * scorer_twin makes another scorer on the same columns.
 */
Scorer *
scorer_twin(const Scorer *scorer)
{
	Scorer	   *twin = palloc(sizeof(Scorer));

	*twin = *scorer;
	twin->costs = alloc_column(scorer->row_max);
	return twin;
}

/*
 * scorer_row_max returns the length of the longest row.
 */
int32
scorer_row_max(const Scorer *scorer)
{
	return scorer->row_max;
}

/*
 * score_find finds a worker in a class; -1: not there.
 */
int32
score_find(const ScoreClass *of_class, int32 worker)
{
	int32		low = 0;
	int32		high = of_class->count - 1;

	while (low <= high)
	{
		int32		middle = (low + high) / 2;

		if (of_class->worker[middle] == worker)
			return middle;
		if (of_class->worker[middle] < worker)
			low = middle + 1;
		else
			high = middle - 1;
	}
	return -1;
}

/*
 * row_costs fills the costs of a task with all workers of its class, before
 * patches.
 */
VECTOR_BODY void
row_costs(const ScoreTask *task, const ScoreClass *of_class, const Columns *columns, int32 rank, int32 *restrict costs)
{
	const ScoreTerms *terms = columns->terms;
	const int32 *restrict base = of_class->base;
	const int32 *restrict branch = columns->branch;
	const int32 *restrict prefecture = columns->prefecture;
	const int32 *restrict province = columns->province;
	const int32 *restrict outside = columns->outside;
	const int32 *restrict ranks = columns->rank;
	const float4 *restrict per_fen = columns->per_fen;
	const float4 *restrict per_hour = columns->per_hour;
	const Line	headroom = terms->headroom;
	const Line	slack = terms->slack;
	const ScorePlace place = task->place;
	int32		fixed = task->own_cost + terms->far;
	int32		at_province = terms->province;
	int32		at_prefecture = terms->prefecture;
	int32		at_branch = terms->branch;
	int32		home = task->home;
	int32		away = task->may_leave ? terms->away : 0;
	int32		abroad = terms->abroad;
	float4		amount_fen = (float4) task->authority_fen;
	float4		slack_hours = task->slack_hours;
	int32		count = of_class->count;

	for (int32 i = 0; i < count; i++)
	{
		int32		in_province = -(province[i] == place.province);
		int32		in_prefecture = -(prefecture[i] == place.prefecture);
		int32		in_branch = -(branch[i] == place.branch);
		int32		at_home = -(branch[i] == home);
		int32		allowed = (at_home | (away & outside[i] & (abroad | in_province))) & -(ranks[i] >= rank);
		int32		cost = base[i] + fixed + (in_province & at_province) + (in_prefecture & at_prefecture) + (in_branch & at_branch);

		cost += line_cost(&headroom, share_left(amount_fen, per_fen[i]));
		cost += line_cost(&slack, slack_fit(slack_hours, per_hour[i]));
		costs[i] = (cost & allowed) | (SCORE_NEVER & ~allowed);
	}
}

/*
 * row_costs_plain and row_costs_avx2 are the two variants of it.
 */
static void
row_costs_plain(const ScoreTask *task, const ScoreClass *of_class, const Columns *columns, int32 rank, int32 *costs)
{
	row_costs(task, of_class, columns, rank, costs);
}

/*
 * row_costs_avx2 is the other one.
 */
AVX2_VARIANT static void
row_costs_avx2(const ScoreTask *task, const ScoreClass *of_class, const Columns *columns, int32 rank, int32 *costs)
{
	row_costs(task, of_class, columns, rank, costs);
}

/*
 * score_row gives all pairs of a task.
 */
int32
score_row(Scorer *scorer, int32 task_no, const int32 **workers, const int32 **costs)
{
	const ScoreInput *input = scorer->input;
	const ScoreTask *task = &input->tasks[task_no];
	const ScoreClass *of_class = &input->classes[task->class_no];

	(avx2_is_there() ? row_costs_avx2 : row_costs_plain) (task, of_class, &scorer->columns[task->class_no],
														   rank_of(scorer, task->authority_fen), scorer->costs);
	for (int64 i = task->first_patch; i < task[1].first_patch; i++)
	{
		int32		at = score_find(of_class, input->patches[i].worker);

		if (at < 0)
			continue;
		if (input->patches[i].cost == SCORE_NEVER)
			scorer->costs[at] = SCORE_NEVER;
		else if (scorer->costs[at] != SCORE_NEVER)
			scorer->costs[at] += input->patches[i].cost;
	}
	*workers = of_class->worker;
	*costs = scorer->costs;
	return of_class->count;
}

/*
 * pair_exclusion tells what keeps a worker of the class from a task.
 */
static ScoreExclusion
pair_exclusion(const ScoreTask *task, const ScoreWorker *worker, const ScoreTerms *terms)
{
	if (worker->authority_fen < task->authority_fen)
		return SCORE_AUTHORITY;
	if (worker->place.branch == task->home)
		return SCORE_ELIGIBLE;
	if (!task->may_leave || !worker->takes_outside)
		return SCORE_NOT_SHARED;
	if (terms->away == 0 || (terms->abroad == 0 && task->place.province != worker->place.province))
		return SCORE_CONDITION_PLACE;
	return SCORE_ELIGIBLE;
}

/*
 * named_cost sums up what a task adds for a worker by name; SCORE_NEVER: it
 * excludes the worker.
 */
static inline int32
named_cost(const ScoreInput *input, const ScoreTask *task, int32 worker)
{
	int32		sum = 0;

	for (int64 i = task->first_patch; i < task[1].first_patch; i++)
		if (input->patches[i].worker == worker)
		{
			if (input->patches[i].cost == SCORE_NEVER)
				return SCORE_NEVER;
			sum += input->patches[i].cost;
		}
	return sum;
}

/*
 * parts_set works out the parts of an eligible pair, but for the patches.
 */
static inline void
parts_set(ScoreParts *parts, const ScoreTask *task, const ScoreWorker *worker, const ScoreTerms *terms, int32 base, float4 per_fen, float4 per_hour)
{
	parts->base = base;
	parts->own = task->own_cost;
	parts->place = place_cost(terms, &task->place, &worker->place);
	parts->headroom = line_cost(&terms->headroom, share_left((float4) task->authority_fen, per_fen));
	parts->slack = line_cost(&terms->slack, slack_fit(task->slack_hours, per_hour));
}

/*
 * parts_sum sums them up.
 */
static inline int32
parts_sum(const ScoreParts *parts)
{
	return parts->base + parts->own + parts->place + parts->headroom + parts->slack + parts->patches;
}

/*
 * score_pair gives the cost of one pair and its parts.
 */
int32
score_pair(const ScoreInput *input, const ScoreTerms *terms, int32 task_no, int32 at, ScoreParts *parts, ScoreExclusion *why)
{
	const ScoreTask *task = &input->tasks[task_no];
	const ScoreClass *of_class = &input->classes[task->class_no];
	const ScoreWorker *worker;

	*why = SCORE_NOT_IN_CLASS;
	if (at < 0)
		return SCORE_NEVER;
	worker = &input->workers[of_class->worker[at]];
	*why = pair_exclusion(task, worker, terms);
	if (*why != SCORE_ELIGIBLE)
		return SCORE_NEVER;
	parts->patches = named_cost(input, task, of_class->worker[at]);
	if (parts->patches == SCORE_NEVER)
	{
		*why = SCORE_NAMED;
		return SCORE_NEVER;
	}
	parts_set(parts, task, worker, terms, of_class->base[at], per_fen_of(worker->authority_fen), per_hour_of(of_class->minutes[at]));
	return parts_sum(parts);
}

/*
 * score_column gives all pairs of a worker.
 */
int32
score_column(const Scorer *scorer, int32 worker_no, int32 *tasks, int32 *costs)
{
	const ScoreInput *input = scorer->input;
	const ScoreWorker *worker = &input->workers[worker_no];
	float4		per_fen = per_fen_of(worker->authority_fen);
	int32		count = 0;
	ScoreParts	parts;

	for (int64 i = scorer->first_standing[worker_no]; i < scorer->first_standing[worker_no + 1]; i++)
	{
		int32		c = scorer->standings[i].class_no;
		int32		at = scorer->standings[i].at;
		const ScoreTerms *terms = scorer->columns[c].terms;
		float4		per_hour = scorer->columns[c].per_hour[at];

		for (int32 t = scorer->first_task[c]; t < scorer->first_task[c + 1]; t++)
		{
			if (pair_exclusion(&input->tasks[t], worker, terms) != SCORE_ELIGIBLE)
				continue;
			parts.patches = named_cost(input, &input->tasks[t], worker_no);
			if (parts.patches == SCORE_NEVER)
				continue;
			parts_set(&parts, &input->tasks[t], worker, terms, input->classes[c].base[at], per_fen, per_hour);
			tasks[count] = t;
			costs[count++] = parts_sum(&parts);
		}
	}
	return count;
}

/*
 * score_headroom gives the share of a worker's authority that an amount leaves,
 * as it is priced.
 */
double
score_headroom(int64 authority_fen, int64 worker_authority_fen)
{
	return share_left((float4) authority_fen, per_fen_of(worker_authority_fen));
}

/*
 * score_slack_fit gives the ratio of slack and handling time, as it is priced.
 */
double
score_slack_fit(float4 slack_hours, float4 minutes)
{
	return slack_fit(slack_hours, per_hour_of(minutes));
}
