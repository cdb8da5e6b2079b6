/*-------------------------------------------------------------------------
 *
 * assign.h
 *		Who gets which task; knows no SPI.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MATCH_ASSIGN_H
#define ASSURE_MATCH_ASSIGN_H

#include "postgres.h"

typedef struct MatchWorker
{
	int64		worker_id;
	int64		branch_id;
	int32		province;		/* first two digits of the branch's region */
	int64		authority_fen;
	int			capacity;
	int			load;			/* tasks reserved or accepted now */
	bool		takes_outside;	/* the branch takes work of other branches */
	int			skill_level;	/* in the queue that is matched; 0: none */
} MatchWorker;

typedef struct MatchTask
{
	int64		task_id;
	int64		branch_id;
	int32		province;
	int64		amount_fen;
	const int64 *excluded_worker_ids;
	int			excluded_count;
} MatchTask;

typedef struct MatchQueue
{
	int			skill_level;	/* least level */
	bool		shareable;
} MatchQueue;

/*
 * assign fills worker_of[task] with an index into workers, -1 for nobody, and
 * raises the load of the workers it chose.  Tasks are taken in their order.
 * Returns how many were assigned.
 */
extern int	assign(const MatchQueue *queue, const MatchTask *tasks, int task_count,
				   MatchWorker *workers, int worker_count, int *worker_of);

#endif							/* ASSURE_MATCH_ASSIGN_H */
