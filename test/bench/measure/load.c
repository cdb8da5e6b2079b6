/*-------------------------------------------------------------------------
 *
 * load.c
 *		Times the matrix of workers and classes that dispatch asks for.
 *
 * Built by run into a library of its own, with the objects of the extension;
 * no user ever sees it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <time.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "core/call.h"
#include "core/plan.h"
#include "match/profile.h"

PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(bench_load);

/*
 * cpu_ms gives the processor time of this process, milliseconds.
 */
static double
cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

/*
 * bench_load loads the measures of all workers in all classes of the tasks'
 * table of classes, with the current version of a profile; returns milliseconds
 * of processor time, and adds up the matrix, so that it is known to be there.
 */
PGDLLEXPORT Datum
bench_load(PG_FUNCTION_ARGS)
{
	static SqlPlan workers = {"SELECT worker_id FROM assure.worker ORDER BY 1", {0}};
	static SqlPlan classes = {"SELECT queue_id, queue, product, chapter FROM public.bench_class", {0}};
	Call		call;
	int			worker_count;
	int			class_count;
	int64	   *ids;
	MatchClass *list;
	const MatchProfile *profile;
	MatchMeasures *measures;
	double		started;
	int64		sum = 0;

	call_begin(&call, SCOPE_ALL, "bench_load");
	call_allow_scans(&call);
	worker_count = (int) plan_run(&workers, NULL, NULL);
	ids = palloc(sizeof(int64) * worker_count);
	for (int i = 0; i < worker_count; i++)
		ids[i] = plan_int64(i, 1, 0);
	profile = profile_current(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	class_count = (int) plan_run(&classes, NULL, NULL);
	list = palloc0(sizeof(MatchClass) * class_count);
	for (int i = 0; i < class_count; i++)
		list[i] = (MatchClass) {plan_int64(i, 1, 0), plan_text(i, 2), plan_text(i, 3), plan_int32(i, 4, 0), profile};
	started = cpu_ms();
	measures = measures_load(ids, worker_count, list, class_count, NULL);
	started = cpu_ms() - started;
	for (int64 i = 0; i < (int64) worker_count * class_count; i++)
		sum += measures->cost[i];
	ereport(NOTICE, (errmsg("%d workers x %d classes, mean cost %.0f", worker_count, class_count, (double) sum / worker_count / class_count)));
	call_end(&call);
	PG_RETURN_FLOAT8(started);
}
