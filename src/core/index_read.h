/*-------------------------------------------------------------------------
 *
 * index_read.h
 *		Rows of our tables read by an index without a statement.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_INDEX_READ_H
#define ASSURE_CORE_INDEX_READ_H

#include "postgres.h"

#include "access/genam.h"
#include "access/skey.h"
#include "executor/tuptable.h"
#include "nodes/lockoptions.h"
#include "utils/snapshot.h"

#define INDEX_READ_KEYS 5

/*
 * A table, one of its indexes, and the row at hand.  Filled with its names first:
 *
 *		static IndexRead by_code = {"worker", "worker_code_key"};
 */
typedef struct IndexRead
{
	const char *table_name;		/* in schema assure */
	const char *index_name;
	Relation	table;
	Relation	index;
	TupleTableSlot *slot;		/* the row at hand */
	IndexScanDesc scan;
	ScanKeyData keys[INDEX_READ_KEYS];
	int			key_count;
} IndexRead;

extern void index_read_open(IndexRead *read);

/* A condition on a column of the index; function is that of the operator. */
extern void index_read_key(IndexRead *read, AttrNumber column, StrategyNumber strategy, RegProcedure function, Datum value);

/* Begins to read what the keys say, each time as many, and forgets them; then row by row, in the order of the index. */
extern void index_read_start(IndexRead *read, Snapshot snapshot);
extern bool index_read_next(IndexRead *read);
extern void index_read_close(IndexRead *read);

/*
 * index_read_lock locks the row that is there for an update of what is no key, and
 * has it as the row at hand; false: it is not to be had.
 */
typedef enum IndexReadLock
{
	LOCK_AS_READ,				/* a row that was changed since the snapshot, or that somebody holds, is passed over */
	LOCK_AS_IS,					/* one that was changed is taken as it is now */
	LOCK_WAITING				/* and one that somebody holds is waited for */
} IndexReadLock;

extern bool index_read_lock(IndexRead *read, ItemPointer tid, Snapshot snapshot, IndexReadLock how);

/*
 * Tells whether a transaction that runs, as the snapshot has it, has locked or
 * changed the row at hand: a lock on it would not be had.
 */
extern bool index_read_is_held(const IndexRead *read, Snapshot snapshot);

/* The number of a column. */
extern AttrNumber index_read_column(const IndexRead *read, const char *name);

#endif							/* ASSURE_CORE_INDEX_READ_H */
