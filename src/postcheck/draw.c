/*-------------------------------------------------------------------------
 *
 * draw.c
 *		What is drawn of finished tasks: reproducible, and some of each stratum.
 *
 * Pure: no SPI, no clock.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/shmem.h"

#include "core/digest.h"
#include "postcheck/draw.h"

/*
 * rank_tasks gives each task its place in the order: the first bytes of the hash.
 */
static void
rank_tasks(const char *seed, DrawTask *tasks, int task_count)
{
	pg_cryptohash_ctx *context = digest_start();
	StringInfoData bytes;

	initStringInfo(&bytes);
	for (int i = 0; i < task_count; i++)
	{
		RowHash		hash;

		CHECK_FOR_INTERRUPTS();
		digest_text(&bytes, seed);
		digest_int64(&bytes, tasks[i].task_id);
		hash = digest_row(context, &bytes);
		tasks[i].rank = 0;
		for (int b = 0; b < (int) sizeof(uint64); b++)
			tasks[i].rank = tasks[i].rank << 8 | hash.bytes[b];
	}
	digest_end(context);
}

/*
 * compare_rank orders tasks by rank; two of one rank by key.
 */
static int
compare_rank(const void *a, const void *b)
{
	const DrawTask *x = a;
	const DrawTask *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return x->task_id < y->task_id ? -1 : x->task_id > y->task_id;
}

/*
 * quotas counts the tasks of each stratum and says how many are drawn of it.
 */
static int64 *
quotas(int task_count, const int *strata, int strata_per_task, const int *rates_micro, int stratum_count)
{
	int64	   *counts = palloc0(mul_size(sizeof(int64), Max(stratum_count, 1)));

	for (int64 i = 0; i < (int64) task_count * strata_per_task; i++)
	{
		Assert(strata[i] >= 0 && strata[i] < stratum_count);
		counts[strata[i]]++;
	}
	for (int s = 0; s < stratum_count; s++)
		counts[s] = Max((counts[s] * rates_micro[s] + DRAW_RATE_ONE - 1) / DRAW_RATE_ONE, 1);
	return counts;
}

/*
 * draw_sample draws of each stratum those that come first.
 */
int
draw_sample(const char *seed, DrawTask *tasks, int task_count, const int *strata, int strata_per_task,
			const int *rates_micro, int stratum_count, bool *is_drawn)
{
	int64	   *left = quotas(task_count, strata, strata_per_task, rates_micro, stratum_count);
	int			drawn = 0;

	rank_tasks(seed, tasks, task_count);
	qsort(tasks, task_count, sizeof(DrawTask), compare_rank);
	for (int i = 0; i < task_count; i++)
	{
		const int  *of_task = &strata[(int64) tasks[i].place * strata_per_task];
		bool		is_first = false;

		for (int s = 0; s < strata_per_task; s++)
			is_first |= left[of_task[s]]-- > 0;
		is_drawn[tasks[i].place] = is_first;
		drawn += is_first;
	}
	pfree(left);
	return drawn;
}
