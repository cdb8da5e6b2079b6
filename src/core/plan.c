/*-------------------------------------------------------------------------
 *
 * plan.c
 *		Statements that are prepared once a backend and run many times.
 *
 * Memory: a prepared plan lives in SPI's cache context for the life of the
 * backend; there are as many as there are static SqlPlans in the source.  Results
 * live in SPI's procedure context until SPI_finish.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "nodes/parsenodes.h"
#include "storage/shmem.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/snapmgr.h"

#include "core/plan.h"

/* Whether statements see what is committed when they run, in a transaction with one snapshot. */
static bool sees_now = false;

/*
 * see_as_before has statements see what the transaction sees again.
 */
static void
see_as_before(void *unused)
{
	sees_now = false;
}

/*
 * plan_see_now has statements see what is committed when they run, until the SPI
 * connection ends, by an error too.
 */
void
plan_see_now(void)
{
	MemoryContextCallback *callback;

	if (sees_now || XactIsoLevel != XACT_REPEATABLE_READ)
		return;
	callback = palloc0(sizeof(MemoryContextCallback));
	callback->func = see_as_before;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
	sees_now = true;
}

/*
 * plan_prepare prepares and keeps the statement.
 */
static void
plan_prepare(SqlPlan *plan)
{
	int			count = 0;
	SPIPlanPtr	prepared;

	while (count < PLAN_PARAM_MAX && OidIsValid(plan->types[count]))
		count++;
	prepared = SPI_prepare_cursor(plan->sql, count, plan->types, plan->generic ? CURSOR_OPT_GENERIC_PLAN : 0);
	if (prepared == NULL || SPI_keepplan(prepared) != 0)
		elog(ERROR, "could not prepare \"%s\": %s", plan->sql, SPI_result_code_string(SPI_result));
	plan->prepared = prepared;
}

/*
 * run_now runs the statement on what is committed now.  PostgreSQL looks for the
 * row that a foreign key names in the transaction's snapshot; the code has looked
 * before, so one that is missing there came after it.
 */
static int
run_now(SPIPlanPtr prepared, const Datum *values, const char *nulls, long row_count_max)
{
	MemoryContext before = CurrentMemoryContext;
	volatile int code = 0;

	PG_TRY();
	{
		code = SPI_execute_snapshot(prepared, (Datum *) values, nulls, GetLatestSnapshot(), GetTransactionSnapshot(), false, true, row_count_max);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		if (geterrcode() != ERRCODE_FOREIGN_KEY_VIOLATION)
			PG_RE_THROW();
		MemoryContextSwitchTo(before);
		error = CopyErrorData();
		FlushErrorState();
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent insert"),
				 errdetail_internal("%s", error->message),
				 errhint("Retry the transaction; if that does not help, what the detail names does not exist.")));
	}
	PG_END_TRY();
	return code;
}

/*
 * plan_run_few runs the statement and returns the number of rows processed, at
 * most row_count_max (0: all).  Rows that it returns stand in SPI_tuptable.  SPI
 * leaves its own memory context current; the caller's stays so here.
 */
uint64
plan_run_few(SqlPlan *plan, const Datum *values, const char *nulls, long row_count_max)
{
	MemoryContext before = CurrentMemoryContext;
	int			code;

	if (plan->prepared == NULL)
		plan_prepare(plan);
	if (sees_now)
		code = run_now(plan->prepared, values, nulls, row_count_max);
	else
		code = SPI_execute_plan(plan->prepared, (Datum *) values, nulls, false, row_count_max);
	MemoryContextSwitchTo(before);
	if (code < 0)
		elog(ERROR, "could not run \"%s\": %s", plan->sql, SPI_result_code_string(code));
	return SPI_processed;
}

/*
 * plan_run runs the statement to its end.
 */
uint64
plan_run(SqlPlan *plan, const Datum *values, const char *nulls)
{
	return plan_run_few(plan, values, nulls, 0);
}

/*
 * fresh_snapshot returns a snapshot of now, or in parallel operation that of
 * the statement.
 */
Snapshot
fresh_snapshot(void)
{
	return IsInParallelMode() ? GetActiveSnapshot() : GetLatestSnapshot();
}

/*
 * plan_read_fresh runs a statement that only reads, under a fresh snapshot, and
 * returns the number of rows.
 */
uint64
plan_read_fresh(SqlPlan *plan, const Datum *values)
{
	MemoryContext before = CurrentMemoryContext;
	int			code;

	if (plan->prepared == NULL)
		plan_prepare(plan);
	PushActiveSnapshot(fresh_snapshot());
	code = SPI_execute_plan(plan->prepared, (Datum *) values, NULL, true, 0);
	PopActiveSnapshot();
	MemoryContextSwitchTo(before);
	if (code < 0)
		elog(ERROR, "could not run \"%s\": %s", plan->sql, SPI_result_code_string(code));
	return SPI_processed;
}

/* Hands each row to a callback. */
typedef struct RowReceiver
{
	DestReceiver receiver;		/* first: what the executor knows of it */
	PlanRowCallback each;
	void	   *state;
	MemoryContext context;		/* of the callback; NULL: the statement's */
} RowReceiver;

/*
 * row_receive hands one row on.
 */
static bool
row_receive(TupleTableSlot *slot, DestReceiver *self)
{
	RowReceiver *rows = (RowReceiver *) self;

	slot_getallattrs(slot);
	if (rows->context == NULL)
		rows->each(slot->tts_values, slot->tts_isnull, rows->state);
	else
	{
		MemoryContext before = MemoryContextSwitchTo(rows->context);

		rows->each(slot->tts_values, slot->tts_isnull, rows->state);
		MemoryContextSwitchTo(before);
	}
	return true;
}

/*
 * row_startup has nothing to begin.
 */
static void
row_startup(DestReceiver *self, int operation, TupleDesc types)
{
}

/*
 * row_end has nothing to end.
 */
static void
row_end(DestReceiver *self)
{
}

/*
 * run_into runs the statement with all its results handed to a receiver.
 */
static uint64
run_into(SqlPlan *plan, const Datum *values, RowReceiver *rows, bool read_only)
{
	MemoryContext before = CurrentMemoryContext;
	SPIExecuteOptions options = {.read_only = read_only, .dest = &rows->receiver};
	int			code;

	options.params = makeParamList(SPI_getargcount(plan->prepared));
	for (int i = 0; i < options.params->numParams; i++)
		options.params->params[i] = (ParamExternData) {values[i], false, PARAM_FLAG_CONST, plan->types[i]};
	code = SPI_execute_plan_extended(plan->prepared, &options);
	MemoryContextSwitchTo(before);
	if (code < 0)
		elog(ERROR, "could not run \"%s\": %s", plan->sql, SPI_result_code_string(code));
	return SPI_processed;
}

/*
 * plan_read_each runs a statement that only reads, as plan_read_fresh does, and
 * calls back for each row; returns their number.
 */
uint64
plan_read_each(SqlPlan *plan, const Datum *values, PlanRowCallback each, void *state)
{
	RowReceiver rows = {{row_receive, row_startup, row_end, row_end, DestTupleQueue}, each, state, NULL};
	uint64		count;

	if (plan->prepared == NULL)
		plan_prepare(plan);
	PushActiveSnapshot(fresh_snapshot());
	count = run_into(plan, values, &rows, true);
	PopActiveSnapshot();
	return count;
}

/*
 * run_each_now is plan_run_each for statements that see now: SPI takes a snapshot
 * or a receiver, not both, so the rows are kept until all are handed on.
 */
static uint64
run_each_now(SqlPlan *plan, const Datum *values, PlanRowCallback each, void *state)
{
	uint64		count = plan_run(plan, values, NULL);
	SPITupleTable *rows = SPI_tuptable;
	Datum	   *columns;
	bool	   *nulls;

	if (rows == NULL)
		return count;
	columns = palloc(mul_size(sizeof(Datum), rows->tupdesc->natts));
	nulls = palloc(mul_size(sizeof(bool), rows->tupdesc->natts));
	for (uint64 i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		heap_deform_tuple(rows->vals[i], rows->tupdesc, columns, nulls);
		each(columns, nulls, state);
	}
	pfree(columns);
	pfree(nulls);
	SPI_freetuptable(rows);
	return count;
}

/*
 * plan_run_each runs a statement as plan_run does and calls back for each row;
 * returns their number.
 */
uint64
plan_run_each(SqlPlan *plan, const Datum *values, PlanRowCallback each, void *state)
{
	RowReceiver rows = {{row_receive, row_startup, row_end, row_end, DestTupleQueue}, each, state, CurrentMemoryContext};

	if (sees_now)
		return run_each_now(plan, values, each, state);
	if (plan->prepared == NULL)
		plan_prepare(plan);
	return run_into(plan, values, &rows, false);
}

/*
 * plan_scan_each runs a statement that only reads in the active snapshot and
 * calls back for each row; returns their number.
 */
uint64
plan_scan_each(SqlPlan *plan, const Datum *values, PlanRowCallback each, void *state)
{
	RowReceiver rows = {{row_receive, row_startup, row_end, row_end, DestTupleQueue}, each, state, CurrentMemoryContext};

	if (plan->prepared == NULL)
		plan_prepare(plan);
	return run_into(plan, values, &rows, true);
}

/*
 * plan_datum returns a column of the last result.
 */
Datum
plan_datum(uint64 row, int column, bool *isnull)
{
	/* a statement in between would have put another result in its place */
	if (SPI_tuptable == NULL || row >= SPI_tuptable->numvals)
		elog(ERROR, "the last result has no row " UINT64_FORMAT, row);
	return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, isnull);
}

/*
 * plan_int64 returns a bigint column, or if_null.
 */
int64
plan_int64(uint64 row, int column, int64 if_null)
{
	bool		isnull;
	Datum		value = plan_datum(row, column, &isnull);

	return isnull ? if_null : DatumGetInt64(value);
}

/*
 * plan_int32 returns an int or date column, or if_null.
 */
int32
plan_int32(uint64 row, int column, int32 if_null)
{
	bool		isnull;
	Datum		value = plan_datum(row, column, &isnull);

	return isnull ? if_null : DatumGetInt32(value);
}

/*
 * plan_bool returns a boolean column; NULL is false.
 */
bool
plan_bool(uint64 row, int column)
{
	bool		isnull;
	Datum		value = plan_datum(row, column, &isnull);

	return !isnull && DatumGetBool(value);
}

/*
 * plan_text returns a copy of a text column, or NULL.
 */
char *
plan_text(uint64 row, int column)
{
	bool		isnull;
	Datum		value = plan_datum(row, column, &isnull);

	return isnull ? NULL : TextDatumGetCString(value);
}

/*
 * column_start makes an empty column.
 */
void
column_start(Column *column, Oid type)
{
	column->type = type;
	column->count = 0;
	column->capacity = 64;
	column->values = palloc(sizeof(Datum) * column->capacity);
	column->nulls = palloc(sizeof(bool) * column->capacity);
}

/*
 * column_place makes room for one more value and returns its place.
 */
static int
column_place(Column *column)
{
	if (column->count == column->capacity)
	{
		column->capacity *= 2;
		column->values = repalloc(column->values, mul_size(sizeof(Datum), column->capacity));
		column->nulls = repalloc(column->nulls, mul_size(sizeof(bool), column->capacity));
	}
	return column->count++;
}

/*
 * column_add adds a value of the column's type.
 */
void
column_add(Column *column, Datum value)
{
	int			place = column_place(column);

	column->values[place] = value;
	column->nulls[place] = false;
}

/*
 * column_add_null adds a NULL.
 */
void
column_add_null(Column *column)
{
	int			place = column_place(column);

	column->values[place] = (Datum) 0;
	column->nulls[place] = true;
}

/*
 * column_add_int64 adds a number to a bigint column.
 */
void
column_add_int64(Column *column, int64 value)
{
	column_add(column, Int64GetDatum(value));
}

/*
 * column_add_key adds a key to a bigint column; 0 stands for NULL.
 */
void
column_add_key(Column *column, int64 value_or_0)
{
	if (value_or_0 == 0)
		column_add_null(column);
	else
		column_add_int64(column, value_or_0);
}

/*
 * column_add_text adds a text; NULL stays NULL.
 */
void
column_add_text(Column *column, const char *value_or_null)
{
	if (value_or_null == NULL)
		column_add_null(column);
	else
		column_add(column, CStringGetTextDatum(value_or_null));
}

/*
 * column_array returns the column as an array.
 */
Datum
column_array(const Column *column)
{
	int16		length;
	bool		by_value;
	char		align;
	int			dimension = column->count;
	int			lower_bound = 1;

	if (column->count == 0)
		return PointerGetDatum(construct_empty_array(column->type));
	get_typlenbyvalalign(column->type, &length, &by_value, &align);
	return PointerGetDatum(construct_md_array(column->values, column->nulls, 1, &dimension, &lower_bound,
											  column->type, length, by_value, align));
}

/*
 * array_of_int64 makes a bigint[] parameter.
 */
Datum
array_of_int64(const int64 *values, int count)
{
	Column		column;

	column_start(&column, INT8OID);
	for (int i = 0; i < count; i++)
		column_add_int64(&column, values[i]);
	return column_array(&column);
}

/*
 * array_has_int64 looks for a value in a bigint[].  Elements that are NULL take no
 * room.
 */
bool
array_has_int64(Datum array, int64 value)
{
	ArrayType  *elements = DatumGetArrayTypeP(array);
	const int64 *values = (const int64 *) ARR_DATA_PTR(elements);
	int			count = (int) ((ARR_SIZE(elements) - ARR_DATA_OFFSET(elements)) / sizeof(int64));

	for (int i = 0; i < count; i++)
		if (values[i] == value)
			return true;
	return false;
}
