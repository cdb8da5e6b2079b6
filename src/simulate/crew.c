/*-------------------------------------------------------------------------
 *
 * crew.c
 *		Shares a run among the caller's process and parallel workers.
 *
 * The server's own parallel operation: workers have the leader's snapshot, role
 * and settings, and may write nothing.  They take batches by a counter in shared
 * memory, and so does the leader, so that all end at about the same time; then
 * each worker sends its tally through a queue.  Where no worker is free the
 * leader does it all.
 *
 * An error in a worker reaches the leader as any parallel worker's does.  Nothing
 * here needs cleaning up after one: the abort destroys the parallel context.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/parallel.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/proc.h"
#include "storage/shmem.h"

#include "simulate/simulate.h"

#define KEY_SHARED			UINT64CONST(0xA550E000000000C1)
#define KEY_STARTS			UINT64CONST(0xA550E000000000C2)
#define KEY_DRAFT			UINT64CONST(0xA550E000000000C3)
#define KEY_QUEUES			UINT64CONST(0xA550E000000000C4)
#define QUEUE_BYTES			65536

/* In shared memory. */
typedef struct Shared
{
	RunSpec		spec;
	pg_atomic_uint32 next_batch;
} Shared;

PGDLLEXPORT void assure_simulate_worker(dsm_segment *segment, shm_toc *toc);

/*
 * starts_bytes is the size of the starts of all batches, and of their end.
 */
static Size
starts_bytes(const RunSpec *spec)
{
	return mul_size(sizeof(int64), (Size) spec->n_batches + 1);
}

/*
 * share_place takes a place in the shared segment and names it.
 */
static void *
share_place(ParallelContext *context, uint64 key, Size bytes)
{
	void	   *place = shm_toc_allocate(context->toc, bytes);

	shm_toc_insert(context->toc, key, place);
	return place;
}

/*
 * share_run puts what all processes know into shared memory.
 */
static Shared *
share_run(ParallelContext *context, const RunSpec *spec, const int64 *starts, const Jsonb *draft)
{
	Shared	   *shared = share_place(context, KEY_SHARED, sizeof(Shared));

	shared->spec = *spec;
	pg_atomic_init_u32(&shared->next_batch, 0);
	memcpy(share_place(context, KEY_STARTS, starts_bytes(spec)), starts, starts_bytes(spec));
	memcpy(share_place(context, KEY_DRAFT, VARSIZE(draft)), draft, VARSIZE(draft));
	return shared;
}

/*
 * share_queues makes a queue for each worker, read by the leader.
 */
static shm_mq_handle **
share_queues(ParallelContext *context)
{
	shm_mq_handle **queues = palloc(mul_size(sizeof(shm_mq_handle *), Max(context->nworkers, 1)));
	char	   *place = share_place(context, KEY_QUEUES, mul_size(QUEUE_BYTES, context->nworkers));

	for (int i = 0; i < context->nworkers; i++)
	{
		shm_mq	   *queue = shm_mq_create(place + (Size) i * QUEUE_BYTES, QUEUE_BYTES);

		shm_mq_set_receiver(queue, MyProc);
		queues[i] = shm_mq_attach(queue, context->seg, NULL);
	}
	return queues;
}

/*
 * open_context makes a parallel context with room for what is shared.
 */
static ParallelContext *
open_context(const RunSpec *spec, const Jsonb *draft, int workers_max)
{
	ParallelContext *context = CreateParallelContext("pg_assure", "assure_simulate_worker", workers_max);

	shm_toc_estimate_chunk(&context->estimator, sizeof(Shared));
	shm_toc_estimate_chunk(&context->estimator, starts_bytes(spec));
	shm_toc_estimate_chunk(&context->estimator, VARSIZE(draft));
	shm_toc_estimate_chunk(&context->estimator, mul_size(QUEUE_BYTES, workers_max));
	shm_toc_estimate_keys(&context->estimator, 4);
	InitializeParallelDSM(context);
	return context;
}

/*
 * gather adds the tallies of the workers.  A queue that ends without a tally is
 * a worker that failed; waiting for it raises its error.
 */
static void
gather(ParallelContext *context, shm_mq_handle **queues, Tally *tally)
{
	for (int i = 0; i < context->nworkers_launched; i++)
	{
		Size		length;
		void	   *bytes;

		if (shm_mq_receive(queues[i], &length, &bytes, false) != SHM_MQ_SUCCESS)
		{
			WaitForParallelWorkersToFinish(context);
			elog(ERROR, "a parallel worker ended without a tally");
		}
		tally_merge(tally, bytes, length);
	}
	WaitForParallelWorkersToFinish(context);
}

/*
 * crew_run replays all batches into the tally, with workers_max workers at most;
 * returns how many took part.  SPI is connected and parallel mode entered.
 */
int
crew_run(RunSpec *spec, const int64 *starts, Jsonb *draft, int workers_max, Tally *tally)
{
	ParallelContext *context = open_context(spec, draft, workers_max);
	Shared	   *shared = share_run(context, spec, starts, draft);
	shm_mq_handle **queues = share_queues(context);
	Run			run = {.spec = *spec, .starts = starts, .next_batch = &shared->next_batch};
	int			launched;

	LaunchParallelWorkers(context);
	launched = context->nworkers_launched;
	for (int i = 0; i < launched; i++)
		shm_mq_set_handle(queues[i], context->worker[i].bgwhandle);
	run.draft = terms_from_jsonb(draft);
	replay_all(&run, tally);
	gather(context, queues, tally);
	DestroyParallelContext(context);
	return launched;
}

/*
 * assure_simulate_worker is what a parallel worker runs.
 */
void
assure_simulate_worker(dsm_segment *segment, shm_toc *toc)
{
	Shared	   *shared = shm_toc_lookup(toc, KEY_SHARED, false);
	char	   *queues = shm_toc_lookup(toc, KEY_QUEUES, false);
	Run			run = {.spec = shared->spec, .next_batch = &shared->next_batch};
	shm_mq	   *queue = (shm_mq *) (queues + (Size) ParallelWorkerNumber * QUEUE_BYTES);
	shm_mq_handle *handle;
	StringInfoData bytes;
	Tally	   *tally;

	shm_mq_set_sender(queue, MyProc);
	handle = shm_mq_attach(queue, segment, NULL);
	run.starts = shm_toc_lookup(toc, KEY_STARTS, false);
	run.draft = terms_from_jsonb(shm_toc_lookup(toc, KEY_DRAFT, false));
	initStringInfo(&bytes);
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	tally = tally_create(&run.spec);
	replay_all(&run, tally);
	tally_write(tally, &bytes);
	SPI_finish();
	(void) shm_mq_send(handle, (Size) bytes.len, bytes.data, false, true);
	shm_mq_detach(handle);
}
