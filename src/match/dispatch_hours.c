/*-------------------------------------------------------------------------
 *
 * dispatch_hours.c
 *		What of people's shifts is left, and what tasks take of it.
 *
 * A worker with a calendar has what is left of the shift, less the expected times
 * of what stays in hand, in full: how far it has come is not known.  Without a
 * calendar the time is not bounded.  Times are whole minutes, rounded up.  One
 * that is not known is the mean of those known for the class; where none is, the
 * task takes no time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "storage/shmem.h"
#include "utils/memutils.h"

#include "match/dispatch_pool.h"

/* No task takes longer. */
#define MINUTES_MAX (30 * 24 * 60)

/*
 * alloc_array returns room for so many elements, beyond 1 GB too.
 */
static void *
alloc_array(int64 count, Size size)
{
	return MemoryContextAllocHuge(CurrentMemoryContext, mul_size(size, (Size) Max(count, 1)));
}

/*
 * class_times gives the expected time of each worker for a class; all are 0 where
 * its profile takes no hours.
 */
static int32 *
class_times(const PoolProblem *problem, int class_no)
{
	const Pool *pool = problem->pool;
	const float4 *known = problem->measures->minutes + (Size) class_no * pool->worker_count;
	int32	   *times = alloc_array(pool->worker_count, sizeof(int32));
	double		sum = 0;
	int			count = 0;

	for (int w = 0; w < pool->worker_count; w++)
		if (known[w] > 0)
		{
			sum += known[w];
			count++;
		}
	for (int w = 0; w < pool->worker_count; w++)
	{
		double		minutes = known[w] > 0 ? known[w] : count > 0 ? sum / count : 0;

		times[w] = pool->queues[pool->classes[class_no].queue].profile->takes_hours ? (int32) Min(ceil(minutes), MINUTES_MAX) : 0;
	}
	return times;
}

/*
 * room_of gives the minutes left of a worker's shift.
 */
static int32
room_of(const PoolWorker *worker)
{
	return isnan(worker->shift_hours) ? HOURS_UNBOUNDED : (int32) (worker->shift_hours * 60);
}

/*
 * pool_hours notes the times of all pairs and the rooms of all workers.
 */
void
pool_hours(PoolProblem *problem)
{
	Pool	   *pool = problem->pool;
	HoursProblem *hours = palloc0(sizeof(HoursProblem));
	int32	   *room = alloc_array(pool->worker_count, sizeof(int32));
	int32	  **times = alloc_array(pool->class_count, sizeof(int32 *));

	hours->wide = &problem->wide;
	hours->input = &problem->input;
	hours->worker_count = pool->worker_count;
	hours->worker_of_node = problem->worker_of_node;
	hours->room = room;
	hours->minutes = alloc_array(pool->class_count, sizeof(int32 *));
	for (int w = 0; w < pool->worker_count; w++)
		room[w] = room_of(&pool->workers[w]);
	for (int c = 0; c < pool->class_count; c++)
	{
		const ScoreClass *of_class = &problem->input.classes[c];

		times[c] = class_times(problem, c);
		hours->minutes[c] = alloc_array(of_class->count, sizeof(int32));
		for (int32 i = 0; i < of_class->count; i++)
			hours->minutes[c][i] = times[c][problem->worker_of_node[of_class->worker[i]]];
	}
	for (int64 i = 0; i < pool->held_count; i++)
	{
		int			worker = pool_worker_number(pool, pool->helds[i].worker_id);

		if (worker >= 0 && room[worker] != HOURS_UNBOUNDED)
			room[worker] = Max(room[worker] - times[pool->helds[i].class_no][worker], 0);
	}
	problem->hours = hours;
}
