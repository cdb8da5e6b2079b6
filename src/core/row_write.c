/*-------------------------------------------------------------------------
 *
 * row_write.c
 *		A row of our tables written without a statement.
 *
 * For the few writes that come so often that preparing the executor costs more
 * than the write.  It goes the way that the apply worker of logical replication
 * goes: triggers after rows fire, constraints are checked, generated columns computed,
 * indexes written, and replication sees it.  What that way has not (triggers of
 * statements and before rows, partitions, policies that bind the owner) has to go
 * through a statement, and so has what runs under the snapshot of its transaction, where a
 * statement would find out that the row has changed since, or under none, after a commit.
 *
 * The expressions of constraints and of partial indexes are prepared once for many
 * writes; any change of the table or its indexes has them prepared anew.  What a row has
 * passed is not checked again as long as the columns that it looks at stay.
 *
 * Memory: what is prepared lives in a context of its own; the rest until
 * row_write_close.
 *
 * Locking: the table and its indexes as an UPDATE or INSERT would.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/genam.h"
#include "access/sysattr.h"
#include "access/table.h"
#include "access/tableam.h"
#include "access/xact.h"
#include "catalog/index.h"
#include "commands/trigger.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/nodeFuncs.h"
#include "optimizer/optimizer.h"
#include "storage/shmem.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/rel.h"
#include "utils/snapmgr.h"

#include "core/compat.h"
#include "core/relation_names.h"
#include "core/row_write.h"

#define TABLES_MAX 32

/* No column: a check that has this is made again whatever changes. */
#define ALWAYS_DUE 0

/* Tables that are prepared somewhere, and a count of what changed of them. */
static Oid	tables[TABLES_MAX];
static int	table_count = 0;
static uint64 relation_changes = 1;

/*
 * relation_changed hears of every relation.
 */
static void
relation_changed(Datum argument, Oid relation)
{
	bool		is_ours = !OidIsValid(relation);

	for (int i = 0; i < table_count; i++)
		is_ours |= tables[i] == relation;
	if (is_ours)
		relation_changes++;
}

/*
 * table_watch has changes of a table and its indexes counted.
 */
static void
table_watch(Oid table)
{
	static bool is_registered = false;

	if (!is_registered)
		CacheRegisterRelcacheCallback(relation_changed, (Datum) 0);
	is_registered = true;
	for (int i = 0; i < table_count; i++)
		if (tables[i] == table)
			return;
	if (table_count == TABLES_MAX)
		table_count = 0;		/* those of a schema that is gone; who is forgotten prepares anew */
	if (table_count == 0)
		relation_changes++;
	tables[table_count++] = table;
}

/*
 * expression_prepare prepares an expression in the current context.
 */
static ExprState *
expression_prepare(Expr *expression)
{
	return ExecInitExpr(expression_planner(expression), NULL);
}

/*
 * checks_prepare prepares the check constraints, as the executor would at each
 * statement.
 */
static void
checks_prepare(RowWrite *write)
{
	TupleConstr *constraints = write->table->rd_att->constr;
	int			count = constraints == NULL ? 0 : constraints->num_check;

	write->prepared->check_count = count;
	write->prepared->checks = NULL;
	if (count == 0)
		return;
	write->prepared->checks = palloc(mul_size(sizeof(ExprState *), count));
	write->prepared->check_columns = palloc0(mul_size(sizeof(Bitmapset *), count));
	for (int i = 0; i < count; i++)
	{
		Node	   *check = stringToNode(constraints->check[i].ccbin);

		write->prepared->checks[i] = expression_prepare((Expr *) check);
		pull_varattnos(check, 1, &write->prepared->check_columns[i]);
		if (!constraints->check[i].ccvalid || contain_mutable_functions(check))
			write->prepared->check_columns[i] = bms_add_member(write->prepared->check_columns[i], ALWAYS_DUE);
	}
}

/*
 * index_prepare prepares what an index asks of a row.
 */
static IndexInfo *
index_prepare(Oid index_id)
{
	Relation	index = index_open(index_id, RowExclusiveLock);
	IndexInfo  *info = BuildIndexInfo(index);
	ListCell   *cell;

	if (info->ii_Predicate != NIL)
		info->ii_PredicateState = ExecInitQual((List *) expression_planner((Expr *) info->ii_Predicate), NULL);
	foreach(cell, info->ii_Expressions)
		info->ii_ExpressionsState = lappend(info->ii_ExpressionsState, expression_prepare(lfirst(cell)));
	index_close(index, NoLock);
	return info;
}

/*
 * table_prepare prepares constraints and indexes, if they are not as they are.
 */
static void
table_prepare(RowWrite *write)
{
	List	   *index_ids;
	MemoryContext before;
	ListCell   *cell;
	uint64		changes;

	if (write->prepared->prepared_of == RelationGetRelid(write->table) && write->prepared->prepared_at == relation_changes)
		return;
	table_watch(RelationGetRelid(write->table));
	changes = relation_changes;
	write->prepared->prepared_of = InvalidOid;
	if (write->prepared->context == NULL)
		write->prepared->context = AllocSetContextCreate(CacheMemoryContext, "pg_assure prepared table", ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(write->prepared->context);
	index_ids = RelationGetIndexList(write->table);
	before = MemoryContextSwitchTo(write->prepared->context);
	checks_prepare(write);
	write->prepared->index_count = 0;
	write->prepared->index_ids = palloc(mul_size(sizeof(Oid), Max(list_length(index_ids), 1)));
	write->prepared->indexes = palloc(mul_size(sizeof(IndexInfo *), Max(list_length(index_ids), 1)));
	foreach(cell, index_ids)
	{
		write->prepared->index_ids[write->prepared->index_count] = lfirst_oid(cell);
		write->prepared->indexes[write->prepared->index_count++] = index_prepare(lfirst_oid(cell));
	}
	MemoryContextSwitchTo(before);
	write->prepared->prepared_of = RelationGetRelid(write->table);
	write->prepared->prepared_at = changes;
}

/*
 * needs_statement tells what only a statement does; what a trigger may do before
 * the row is written, the caller would not notice.
 */
static bool
needs_statement(const RowWrite *write)
{
	const Relation table = write->table;
	const TriggerDesc *triggers = table->trigdesc;

	if (table->rd_rel->relkind != RELKIND_RELATION || table->rd_rel->relispartition || table->rd_rel->relforcerowsecurity ||
		table->rd_rel->relhasrules || (write->prepared->column_count > 0 && table->rd_att->natts != write->prepared->column_count))
		return true;
	return triggers != NULL &&
		(write->prepared->column_count > 0 ?
		 triggers->trig_insert_before_row || triggers->trig_insert_before_statement || triggers->trig_insert_after_statement || triggers->trig_insert_new_table :
		 triggers->trig_update_before_row || triggers->trig_update_before_statement || triggers->trig_update_after_statement ||
		 triggers->trig_update_new_table || triggers->trig_update_old_table);
}

/*
 * indexes_open opens the indexes with what is prepared of them.
 */
static void
indexes_open(RowWrite *write)
{
	ResultRelInfo *result = write->result;

	result->ri_NumIndices = write->prepared->index_count;
	result->ri_IndexRelationDescs = palloc(mul_size(sizeof(Relation), Max(write->prepared->index_count, 1)));
	result->ri_IndexRelationInfo = palloc(mul_size(sizeof(IndexInfo *), Max(write->prepared->index_count, 1)));
	for (int i = 0; i < write->prepared->index_count; i++)
	{
		IndexInfo  *info = palloc(sizeof(IndexInfo));

		*info = *write->prepared->indexes[i];
		info->ii_Context = CurrentMemoryContext;
		result->ri_IndexRelationDescs[i] = index_open(write->prepared->index_ids[i], RowExclusiveLock);
		result->ri_IndexRelationInfo[i] = info;
	}
}

/*
 * row_write_open opens the table.
 */
bool
row_write_open(RowWrite *write)
{
	Oid			table = relation_find(write->prepared->table_name);

	if (!OidIsValid(table) || IsolationUsesXactSnapshot() || !ActiveSnapshotSet())
		return false;
	PreventCommandIfReadOnly(write->prepared->column_count > 0 ? "INSERT" : "UPDATE");
	write->table = table_open(table, RowExclusiveLock);
	if (needs_statement(write))
	{
		table_close(write->table, NoLock);
		return false;
	}
	table_prepare(write);
	write->estate = CreateExecutorState();
	write->estate->es_output_cid = GetCurrentCommandId(true);
	write->estate->es_snapshot = GetActiveSnapshot();
	write->result = makeNode(ResultRelInfo);
	InitResultRelInfo(write->result, write->table, 0, NULL, 0);
	*result_checks_compat(write->result) = write->prepared->checks;
	indexes_open(write);
	write->checks_due = NULL;
	write->changed = NULL;
	write->is_hinted = false;
	write->slot = MakeSingleTupleTableSlot(RelationGetDescr(write->table), &TTSOpsVirtual);
	AfterTriggerBeginQuery();
	return true;
}

/*
 * row_write_from begins a row with what another one has.
 */
void
row_write_from(RowWrite *write, TupleTableSlot *old)
{
	int			count = RelationGetDescr(write->table)->natts;

	slot_getallattrs(old);
	ExecClearTuple(write->slot);
	memcpy(write->slot->tts_values, old->tts_values, sizeof(Datum) * count);
	memcpy(write->slot->tts_isnull, old->tts_isnull, sizeof(bool) * count);
	ExecStoreVirtualTuple(write->slot);
}

/*
 * row_write_empty begins a row without anything.
 */
void
row_write_empty(RowWrite *write)
{
	ExecStoreAllNullTuple(write->slot);
}

/*
 * row_write_set sets a column.
 */
void
row_write_set(RowWrite *write, AttrNumber column, Datum value)
{
	write->slot->tts_values[column - 1] = value;
	write->slot->tts_isnull[column - 1] = false;
	write->changed = bms_add_member(write->changed, column - FirstLowInvalidHeapAttributeNumber);
}

/*
 * row_write_null sets a column to NULL.
 */
void
row_write_null(RowWrite *write, AttrNumber column)
{
	write->slot->tts_isnull[column - 1] = true;
	write->changed = bms_add_member(write->changed, column - FirstLowInvalidHeapAttributeNumber);
}

/*
 * indexes_hint has the indexes know whether an update changes what they hold: of a
 * row that is only elsewhere they look for older versions to drop first.  The
 * executor would ask the statement which columns it sets, and there is none.
 */
static void
indexes_hint(RowWrite *write)
{
	for (int i = 0; i < write->result->ri_NumIndices; i++)
	{
		IndexInfo  *info = write->result->ri_IndexRelationInfo[i];
		Bitmapset  *columns = NULL;

		pull_varattnos((Node *) info->ii_Expressions, 1, &columns);
		for (int j = 0; j < info->ii_NumIndexKeyAttrs; j++)
			if (info->ii_IndexAttrNumbers[j] != 0)
				columns = bms_add_member(columns, info->ii_IndexAttrNumbers[j] - FirstLowInvalidHeapAttributeNumber);
		info->ii_CheckedUnchanged = true;
		info->ii_IndexUnchanged = !bms_overlap(columns, write->changed);
		bms_free(columns);
	}
	write->is_hinted = true;
}

/*
 * check_is_due tells whether a check looks at a column that is not as it was, or
 * at more than columns.
 */
static bool
check_is_due(const RowWrite *write, TupleTableSlot *old, Bitmapset *columns)
{
	int			member = -1;

	while ((member = bms_next_member(columns, member)) >= 0)
	{
		int			column = member + FirstLowInvalidHeapAttributeNumber - 1;

		if (column < 0 || write->slot->tts_isnull[column] != old->tts_isnull[column] || write->slot->tts_values[column] != old->tts_values[column])
			return true;
	}
	return false;
}

/*
 * checks_choose leaves out the checks that the old row has passed and the new one
 * can only pass too.
 */
static void
checks_choose(RowWrite *write, TupleTableSlot *old)
{
	const PreparedTable *prepared = write->prepared;

	if (prepared->check_count == 0 || write->table->rd_att->constr->has_generated_stored)
		return;
	if (write->checks_due == NULL)
		write->checks_due = palloc(mul_size(sizeof(ExprState *), prepared->check_count));
	for (int i = 0; i < prepared->check_count; i++)
		write->checks_due[i] = check_is_due(write, old, prepared->check_columns[i]) ? prepared->checks[i] : NULL;
	*result_checks_compat(write->result) = write->checks_due;
}

/*
 * row_write_update writes the row in place of a locked one.
 */
void
row_write_update(RowWrite *write, TupleTableSlot *old)
{
	EPQState	epq;

	checks_choose(write, old);
	if (!write->is_hinted)
		indexes_hint(write);
	ResetPerTupleExprContext(write->estate);
	EvalPlanQualInit_compat(&epq, write->estate);
	ExecSimpleRelationUpdate(write->result, write->estate, &epq, old, write->slot);
	EvalPlanQualEnd(&epq);
}

/*
 * row_write_insert writes the row as a new one.
 */
void
row_write_insert(RowWrite *write)
{
	ResetPerTupleExprContext(write->estate);
	ExecSimpleRelationInsert(write->result, write->estate, write->slot);
}

/*
 * row_write_close fires what comes after, and has what follows see the row.
 */
void
row_write_close(RowWrite *write)
{
	AfterTriggerEndQuery(write->estate);
	ExecCloseIndices(write->result);
	ExecCloseResultRelations(write->estate);	/* what triggers opened */
	ExecDropSingleTupleTableSlot(write->slot);
	ExecResetTupleTable(write->estate->es_tupleTable, false);
	FreeExecutorState(write->estate);
	table_close(write->table, NoLock);
	CommandCounterIncrement();
}
