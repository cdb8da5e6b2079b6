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

/* Begins to read what the keys say, and forgets them; then row by row, in the order of the index. */
extern void index_read_start(IndexRead *read, Snapshot snapshot);
extern bool index_read_next(IndexRead *read);
extern void index_read_close(IndexRead *read);

/*
 * index_read_lock locks the row that is there for an update of what is no key,
 * waiting for nobody, and has it as the row at hand.  A row that was changed since
 * the snapshot is locked as it is now if is_any_version, else it is passed over;
 * one that somebody else holds is.
 */
extern bool index_read_lock(IndexRead *read, ItemPointer tid, Snapshot snapshot, bool is_any_version);

/* The number of a column. */
extern AttrNumber index_read_column(const IndexRead *read, const char *name);

#endif							/* ASSURE_CORE_INDEX_READ_H */
