/*
 * engine.c
 *		Times scoring, the wide search and its proof by themselves, outside the
 *		server:  engine TASKS WORKERS LOAD_PERCENT [SEED [alike|NUMBER]]
 *
 * Realistic, and hard: ten provinces, branches in them, forty classes of work each
 * of which a tenth of the people can do, people who differ in quality so that all
 * tasks want the good ones, authorities in six steps, deadlines.  LOAD_PERCENT is
 * tasks of capacity; above 100 there is a shortage.  alike: one class of work,
 * people of three branches who all can do it equally well, and tasks of a fourth:
 * nothing but ties, as when a branch goes offline. A number: people are alike but
 * for so many units at most. THREADS in the environment: 1 unless told.
 */
#include "postgres.h"

#include <math.h>
#include <signal.h>
#include <time.h>

#include "match/proof.h"
#include "match/score.h"
#include "match/wide.h"
#include "../match/instance.h"

/* What the engine needs of the server. */
volatile sig_atomic_t InterruptPending;
MemoryContext CurrentMemoryContext;
void ProcessInterrupts(void) {}
void *MemoryContextAllocHuge(MemoryContext context, Size size) { return malloc(size); }
bool errstart_cold(int level, const char *domain) { return true; }
bool errstart(int level, const char *domain) { return true; }
int errcode(int code) { return 0; }
int errmsg(const char *format,...) { puts(format); return 0; }
int errmsg_internal(const char *format,...) { puts(format); return 0; }
int errhint(const char *format,...) { return 0; }
void errfinish(const char *file, int line, const char *function) { exit(1); }

#define BRANCHES	300
#define CLASSES		40
#define FACTORS		30

static bool is_alike;
static uint32 unlike = 1;
static MatchFactor factors[FACTORS];
static MatchProfile profile = {.factor_count = 5, .factors = factors, .penalties = {20000, 80000, 0, 0}};
static ScorePlace places[BRANCHES];

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(getenv("THREADS") ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

static void
set_factor(int i, MatchPairFeature feature, int32 weight, double worst, double best)
{
	factors[i] = (MatchFactor) {.kind = FACTOR_PAIR, .feature = feature, .weight = weight, .worst = worst, .best = best};
}

static int32
row(void *source, int32 task, const int32 **workers, const int32 **costs)
{
	return score_row(source, task, workers, costs);
}

static int32
column(void *source, int32 worker, int32 *tasks, int32 *costs)
{
	return score_column(source, worker, tasks, costs);
}

static void
draw_workers(ScoreWorker *workers, int count)
{
	for (int w = 0; w < count; w++)
	{
		workers[w].place = places[below(BRANCHES)];
		workers[w].authority_fen = INT64CONST(100000) << below(6);
		workers[w].takes_outside = below(10) > 0;
		if (is_alike)
			workers[w] = (ScoreWorker) {.place = places[w % 3], .authority_fen = INT64CONST(100000000), .takes_outside = true};
	}
}

static void
draw_classes(ScoreClass *classes, int workers)
{
	int32	   *quality = malloc(sizeof(int32) * workers);

	for (int w = 0; w < workers; w++)
		quality[w] = below(400000);
	for (int c = 0; c < CLASSES; c++)
	{
		classes[c] = (ScoreClass) {.profile = &profile, .worker = malloc(4 * workers), .base = malloc(4 * workers), .minutes = malloc(4 * workers)};
		for (int w = 0; w < workers; w++)
			if (is_alike)
			{
				classes[c].worker[w] = w;
				classes[c].minutes[w] = 20;
				classes[c].base[w] = 300000 + quality[w] % unlike;
				classes[c].count = w + 1;
			}
			else if (below(100) < 22)
			{
				classes[c].worker[classes[c].count] = w;
				classes[c].minutes[classes[c].count] = 5 + below(60);
				classes[c].base[classes[c].count++] = quality[w] + below(200000);
			}
	}
}

static int
compare_tasks(const void *a, const void *b)
{
	return ((const ScoreTask *) a)->class_no - ((const ScoreTask *) b)->class_no;
}

static void
draw_tasks(ScoreTask *tasks, int count)
{
	for (int t = 0; t < count; t++)
	{
		tasks[t].class_no = below(CLASSES);
		tasks[t].place = places[below(BRANCHES)];
		tasks[t].home = tasks[t].place.branch;
		tasks[t].may_leave = true;
		tasks[t].authority_fen = (int64) exp(log(20000) + below(1000) / 1000.0 * 4);
		tasks[t].slack_hours = below(100) < 10 ? NAN : below(4800) / 100.0 - 2;
		tasks[t].own_cost = 0;
		if (is_alike)
			tasks[t] = (ScoreTask) {.class_no = 0, .place = places[3], .home = places[3].branch, .may_leave = true, .authority_fen = 100000, .slack_hours = 10};
	}
	qsort(tasks, count, sizeof(ScoreTask), compare_tasks);
	tasks[count].first_patch = 0;
}

int
main(int argc, char **argv)
{
	int			task_count = atoi(argv[1]);
	int			worker_count = atoi(argv[2]);
	int			load = atoi(argv[3]);
	ScoreInput	input = {.worker_count = worker_count, .task_count = task_count, .class_count = CLASSES};
	ScoreWorker *workers = calloc(worker_count, sizeof(ScoreWorker));
	ScoreTask  *tasks = calloc(task_count + 1, sizeof(ScoreTask));
	ScoreClass	classes[CLASSES];
	WideProblem problem = {.task_count = task_count, .worker_count = worker_count, .cost_most = 1200000, .row = row, .column = column};
	WideSolution solution;
	MatchProof	proof;
	Scorer	   *scorer;
	int64	   *first_place = malloc(8 * (worker_count + 1));
	int32	   *place_cost;
	int32	   *outside = malloc(4 * task_count);
	double		started;
	double		scored;
	double		solved;

	random_state = argc > 4 ? atoi(argv[4]) : 42;
	is_alike = argc > 5;
	if (is_alike && atoi(argv[5]) > 0)
		unlike = atoi(argv[5]);
	for (int b = 0; b < BRANCHES; b++)
	{
		int			p = draw_province();

		places[b] = (ScorePlace) {b, 100 * p + below(12), p};
	}
	set_factor(0, PAIR_SAME_BRANCH, 30000, 0, 1);
	set_factor(1, PAIR_SAME_PREFECTURE, 30000, 0, 1);
	set_factor(2, PAIR_SAME_PROVINCE, 60000, 0, 1);
	set_factor(3, PAIR_AUTHORITY_HEADROOM, 100000, 1, 0);
	set_factor(4, PAIR_SLACK_FIT, 150000, 0, 4);
	draw_workers(workers, worker_count);
	draw_classes(classes, worker_count);
	draw_tasks(tasks, task_count);
	input.workers = workers;
	input.tasks = tasks;
	input.classes = classes;
	first_place[0] = 0;
	for (int w = 0; w < worker_count; w++)
		first_place[w + 1] = first_place[w] + 1 + (int64) (below(1000) / 1000.0 * 2 * (task_count * 100.0 / load / worker_count - 1) + 0.5);
	place_cost = malloc(4 * first_place[worker_count]);
	for (int w = 0; w < worker_count; w++)
		for (int64 i = first_place[w]; i < first_place[w + 1]; i++)
			place_cost[i] = Min((i - first_place[w]) * 2000, 60000);
	for (int t = 0; t < task_count; t++)
		outside[t] = 1300000 + below(9) * 100000 + below(500000);
	problem.first_place = first_place;
	problem.place_cost = place_cost;
	problem.outside = outside;
	scorer = scorer_create(&input);
	problem.row_max = scorer_row_max(scorer);
	problem.member_count = getenv("THREADS") ? atoi(getenv("THREADS")) : 1;
	problem.sources = malloc(sizeof(void *) * problem.member_count);
	for (int m = 0; m < problem.member_count; m++)
		problem.sources[m] = scorer_twin(scorer);
	started = seconds();
	{
		int64		eligible = 0;
		const int32 *w;
		const int32 *c;

		for (int t = 0; t < task_count; t++)
		{
			int			n = score_row(scorer, t, &w, &c);

			for (int i = 0; i < n; i++)
				eligible += c[i] != SCORE_NEVER;
		}
		scored = seconds();
		printf("pairs %lld eligible of %d x %d, places %lld, scored once in %.3f\n", (long long) eligible, task_count, worker_count,
			   (long long) first_place[worker_count], scored - started);
	}
	wide_solve(&problem, &solution);
	solved = seconds();
	match_prove(&problem, &input, &solution, &proof);
	printf("solved in %.3f, %.2f rows a task; proof %.3f; assigned %d cost %lld dual %lld %s\n", solved - scored,
		   (double) solution.row_count / task_count, seconds() - solved, solution.assigned_count, (long long) solution.cost,
		   (long long) proof.dual_bound, proof.is_optimal ? "optimal" : "GAP");
	return !proof.is_optimal;
}
