/*-------------------------------------------------------------------------
 *
 * dispatch_pool.h
 *		The pool of a dispatch: tasks, the people for them, and what pairs cost.
 *
 * pool_read() reads it set-wise on one snapshot.  pool_prepare() makes of it what
 * the engine takes: workers and tasks have numbers, tasks stand class by class.
 *
 * A worker is one node or two.  Where work of other branches may take a part of
 * the capacity only, the places are divided: the open ones take any work, the own
 * ones that of the worker's branch alone.
 *
 * Memory: CurrentMemoryContext.  Profiles are the cache's, and hold to the end of
 * the transaction.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MATCH_DISPATCH_POOL_H
#define ASSURE_MATCH_DISPATCH_POOL_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/jsonb.h"

#include "match/hours.h"
#include "match/score.h"
#include "match/wide.h"

/* What a task that is only reserved must gain to be moved. */
#define POOL_MOVE_UNITS 100000

/* A skill that a class needs, and at which level. */
typedef struct PoolNeed
{
	int			skill;			/* number */
	int			level;
} PoolNeed;

typedef struct PoolQueue
{
	int64		queue_id;
	char	   *code;
	const MatchProfile *profile;
	double		wait_hours;		/* bound on waiting */
	int			need_count;		/* the queue's own skill first */
	PoolNeed   *needs;
} PoolQueue;

/* Tasks that ask the same of a worker. */
typedef struct PoolClass
{
	int			queue;			/* number */
	const char *product;		/* NULL: none */
	int			chapter;
	int			need_count;		/* those of the queue, then those of the tasks themselves, at any level */
	PoolNeed   *needs;
} PoolClass;

typedef struct PoolBranch
{
	int64		branch_id;
	char	   *code;
	ScorePlace	place;
	bool		takes_in;		/* online */
	bool		is_offline;
	int			take_in;		/* percent of a worker's capacity */
} PoolBranch;

/* Which lists of the task a worker stands in. */
typedef enum PoolNamed
{
	NAMED_EXCLUDED, NAMED_PAUSED, NAMED_DECLINED, NAMED_KNOWN, NAMED_PREFERRED, NAMED_HOLDER
} PoolNamed;

typedef struct PoolName
{
	int32		task;			/* in the order of reading */
	PoolNamed	named;
	int64		worker_id;
} PoolName;

typedef struct PoolTask
{
	int64		task_id;
	int			class_no;
	int			branch;
	bool		is_kept;
	int64		authority_fen;
	int64		amount_fen;
	int			priority;
	float8		age_hours;
	float8		slack_hours;	/* NaN: no deadline */
	int64		holder_id;		/* who has it reserved; 0: it is open */
	int			returns;
	Jsonb	   *attributes;		/* where a profile asks for facts of the task */
} PoolTask;

/* A task that stays with who has it, and takes time there. */
typedef struct PoolHeld
{
	int64		worker_id;
	int			class_no;
} PoolHeld;

typedef struct PoolWorker
{
	int64		worker_id;
	char	   *code;
	int			branch;
	int64		authority_fen;
	int			capacity;
	int			fixed_home;		/* tasks that stay, of its branch and of others */
	int			fixed_outside;
	float8		shift_hours;	/* left; NaN: no calendar */
	bool		is_on;			/* on shift */
	float8		case_mix;		/* share of hard cases today, less the group's; NaN: not asked for, or no case */
	int32		price;			/* of the last dispatch, units */
} PoolWorker;

/* Which tasks a dispatch is about. */
typedef struct PoolScope
{
	const int64 *task_ids;		/* NULL: all open ones */
	int			task_count;
	int			open_max;		/* of the open ones, the most urgent */
	bool		with_reserved;	/* what is only reserved may move */
	bool		with_prices;	/* of the last dispatch: what a place is worth to others */
	bool		with_everybody; /* who is off shift or full too, for explanations */
} PoolScope;

typedef struct Pool
{
	TimestampTz now;
	int			queue_count;
	PoolQueue  *queues;
	int			branch_count;
	PoolBranch *branches;
	int			class_count;
	PoolClass  *classes;
	int			task_count;
	PoolTask   *tasks;
	int			worker_count;
	PoolWorker *workers;		/* ascending by key */
	int			skill_count;
	const char **skills;
	uint8	   *levels;			/* [skill * worker_count + worker]; 0: none */
	int64		name_count;
	PoolName   *names;			/* by task */
	MatchMeasures *(*measures_of) (const int64 *worker_ids, int worker_count, const MatchClass *classes, int class_count,
								   const bool *needed); /* NULL: measures_load */
	bool		takes_hours;	/* a profile says so */
	int64		held_count;		/* read in that case */
	PoolHeld   *helds;
} Pool;

/* SPI is connected, the caller inside of a call. */
extern void pool_read(Pool *pool, const PoolScope *scope);

/* The problem that a pool makes. */
typedef struct PoolProblem
{
	Pool	   *pool;
	int			node_count;
	int32	   *worker_of_node;
	int32	   *first_node;		/* of each worker, one more at the end */
	int32	   *task_of;		/* number in the engine -> in the pool */
	MatchMeasures *measures;	/* by class and worker */
	int32		shift;			/* added to all costs and outside options, so that none is below 0 */
	ScoreInput	input;
	WideProblem wide;
	HoursProblem *hours;		/* NULL: no task takes time that is short */
} PoolProblem;

extern void pool_prepare(Pool *pool, PoolProblem *problem, bool with_prices);

/* dispatch_hours.c: what of shifts is left, and what tasks take of it. */
extern void pool_hours(PoolProblem *problem);

extern int	pool_worker_number(const Pool *pool, int64 worker_id);

/* For explanations: values of features that depend on the class only, and facts. */
extern double pool_feature(const Pool *pool, const PoolClass *of_class, int worker, float4 minutes, MatchPairFeature feature);
extern int	pool_missing_skill(const Pool *pool, const PoolClass *of_class, int worker);
extern int	pool_levels_below(const Pool *pool, const PoolClass *of_class, int worker);
extern MatchTaskFacts pool_facts(const Pool *pool, const PoolTask *task);

#endif							/* ASSURE_MATCH_DISPATCH_POOL_H */
