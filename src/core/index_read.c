/*-------------------------------------------------------------------------
 *
 * index_read.c
 *		Rows of our tables read by an index without a statement.
 *
 * For the few calls that come so often that preparing the executor would cost
 * more than what they read.  Reading and locking only: what is written goes
 * through a statement, so that triggers, constraints and replication see it.  The
 * caller works as the owner of the tables, whom no policy filters.
 *
 * Locking: the table and the index as a statement would, until the transaction
 * ends; rows as LockRows of the executor does, for one statement that begins here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/relscan.h"
#include "access/stratnum.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "storage/lmgr.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "core/compat.h"
#include "core/index_read.h"
#include "core/relation_names.h"

/*
 * relation_named finds a relation of schema assure.
 */
static Oid
relation_named(const char *name)
{
	Oid			relation = relation_find(name);

	if (!OidIsValid(relation))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_TABLE), errmsg("relation \"assure.%s\" does not exist", name)));
	return relation;
}

/*
 * index_read_open opens the table and the index.
 */
void
index_read_open(IndexRead *read)
{
	read->table = table_open(relation_named(read->table_name), AccessShareLock);
	read->index = index_open(relation_named(read->index_name), AccessShareLock);
	read->slot = table_slot_create(read->table, NULL);
	read->scan = NULL;
	read->key_count = 0;
}

/*
 * index_read_key adds a condition.
 */
void
index_read_key(IndexRead *read, AttrNumber column, StrategyNumber strategy, RegProcedure function, Datum value)
{
	if (read->key_count == INDEX_READ_KEYS)
		elog(ERROR, "more than %d conditions on index \"%s\"", INDEX_READ_KEYS, read->index_name);
	ScanKeyEntryInitialize(&read->keys[read->key_count++], 0, column, strategy, InvalidOid,
						   read->index->rd_indcollation[column - 1], function, value);
}

/*
 * index_read_start begins to read.
 */
void
index_read_start(IndexRead *read, Snapshot snapshot)
{
	if (read->scan == NULL)
		read->scan = index_beginscan_compat(read->table, read->index, snapshot, read->key_count);
	if (read->scan->numberOfKeys != read->key_count)
		elog(ERROR, "index \"%s\" is read with another number of conditions than before", read->index_name);
	index_rescan(read->scan, read->keys, read->key_count, NULL, 0);
	read->key_count = 0;
}

/*
 * index_read_next goes to the next row; false: there is none.
 */
bool
index_read_next(IndexRead *read)
{
	CHECK_FOR_INTERRUPTS();
	return index_getnext_slot(read->scan, ForwardScanDirection, read->slot);
}

/*
 * index_read_close ends the reading.
 */
void
index_read_close(IndexRead *read)
{
	if (read->scan != NULL)
		index_endscan(read->scan);
	ExecDropSingleTupleTableSlot(read->slot);
	index_close(read->index, NoLock);
	table_close(read->table, NoLock);
}

/*
 * index_read_lock locks a row.
 */
bool
index_read_lock(IndexRead *read, ItemPointer tid, Snapshot snapshot, IndexReadLock how)
{
	TM_FailureData failure;
	TM_Result	result;

	PreventCommandIfReadOnly("SELECT FOR NO KEY UPDATE");
	LockRelationOid(RelationGetRelid(read->table), RowShareLock);
	result = table_tuple_lock(read->table, tid, snapshot, read->slot, GetCurrentCommandId(true), LockTupleNoKeyExclusive,
							  how == LOCK_WAITING ? LockWaitBlock : LockWaitSkip, how == LOCK_AS_READ ? 0 : TUPLE_LOCK_FLAG_FIND_LAST_VERSION, &failure);

	switch (result)
	{
		case TM_Ok:
			return true;
		case TM_WouldBlock:
		case TM_Updated:
		case TM_Deleted:
		case TM_SelfModified:
			return false;
		default:
			elog(ERROR, "unexpected result %d of locking a row of \"%s\"", result, read->table_name);
	}
}

/*
 * index_read_is_held looks at who was the last to lock or change the row.  What it
 * does not know (several at once, another kind of table), locking it finds out.
 */
bool
index_read_is_held(const IndexRead *read, Snapshot snapshot)
{
	HeapTupleHeader row;

	if (!TTS_IS_BUFFERTUPLE(read->slot))
		return false;
	row = ((BufferHeapTupleTableSlot *) read->slot)->base.tuple->t_data;
	return (row->t_infomask & (HEAP_XMAX_INVALID | HEAP_XMAX_IS_MULTI)) == 0 && !HEAP_XMAX_IS_KEYSHR_LOCKED(row->t_infomask) &&
		XidInMVCCSnapshot(HeapTupleHeaderGetRawXmax(row), snapshot);
}

/*
 * index_read_column returns the number of a column.
 */
AttrNumber
index_read_column(const IndexRead *read, const char *name)
{
	AttrNumber	number = column_find(RelationGetRelid(read->table), name);

	if (number == InvalidAttrNumber)
		elog(ERROR, "column \"%s\" of \"%s\" does not exist", name, read->table_name);
	return number;
}
