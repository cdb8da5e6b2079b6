/*
 * solve.c
 *		Times the solver by itself, outside the server:  solve INSTANCE
 */
#include "postgres.h"

#include <signal.h>
#include <time.h>

#include "match/solver.h"
#include "instance.h"

/* What the solver needs of the server. */
volatile sig_atomic_t InterruptPending;
MemoryContext CurrentMemoryContext;
void ProcessInterrupts(void) {}
void *MemoryContextAllocHuge(MemoryContext context, Size size) { return malloc(size); }
bool errstart_cold(int level, const char *domain) { return true; }
bool errstart(int level, const char *domain) { return true; }
int errcode(int code) { return 0; }
int errmsg(const char *format,...) { puts(format); return 0; }
int errhint(const char *format,...) { return 0; }
void errfinish(const char *file, int line, const char *function) { exit(1); }

int
main(int argc, char **argv)
{
	Instance	instance;
	MatchProblem problem;
	MatchSolution solution;
	struct timespec before;
	struct timespec after;

	if (argc != 2 || !make_instance(&instance, argv[1]))
		return 2;
	problem.task_count = instance.tasks;
	problem.worker_count = instance.workers;
	problem.first_edge = instance.first;
	problem.edge_worker = instance.worker;
	problem.edge_cost = instance.cost;
	problem.capacity = instance.capacity;
	problem.outside = instance.outside;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	match_solve(&problem, &solution);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	printf("%lld %.3f %s\n", (long long) solution.cost,
		   (after.tv_sec - before.tv_sec) + (after.tv_nsec - before.tv_nsec) / 1e9, solution.is_optimal ? "proven" : "unproven");
	return 0;
}
