/*-------------------------------------------------------------------------
 *
 * row_write.h
 *		A row of our tables written without a statement.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_ROW_WRITE_H
#define ASSURE_CORE_ROW_WRITE_H

#include "postgres.h"

#include "nodes/execnodes.h"

/*
 * A table that is written so, for the life of the backend: a static variable,
 * filled with its name and the number of columns that who inserts knows of (0: it
 * is only updated).
 */
typedef struct PreparedTable
{
	const char *table_name;		/* in schema assure */
	int			column_count;

	/* What is prepared, of which table, as of which change of relations. */
	Oid			prepared_of;
	uint64		prepared_at;
	MemoryContext context;
	int			check_count;
	ExprState **checks;
	Bitmapset **check_columns;	/* that each check looks at, as pull_varattnos has them */
	int			index_count;
	Oid		   *index_ids;
	IndexInfo **indexes;
} PreparedTable;

/*
 * One row or many, filled with its table: a trigger may write the same one
 * meanwhile.  Of many that are updated all have the same columns set.
 */
typedef struct RowWrite
{
	PreparedTable *prepared;
	Relation	table;
	EState	   *estate;
	ResultRelInfo *result;
	TupleTableSlot *slot;
	ExprState **checks_due;		/* of the checks, those that the row at hand may not pass */
	Bitmapset  *changed;		/* columns that were set, as an index has them */
	bool		is_hinted;		/* indexes know whether they are changed */
} RowWrite;

/*
 * Opens the table; false: this has to go through a statement, and nothing is
 * open.
 */
extern bool row_write_open(RowWrite *write);

/* The new row, from the old one or all NULL; then its columns by number. */
extern void row_write_from(RowWrite *write, TupleTableSlot *old);
extern void row_write_empty(RowWrite *write);
extern void row_write_set(RowWrite *write, AttrNumber column, Datum value);
extern void row_write_null(RowWrite *write, AttrNumber column);

/* Writes it, one by one; the old row is locked by this transaction, as it is. */
extern void row_write_update(RowWrite *write, TupleTableSlot *old);
extern void row_write_insert(RowWrite *write);

extern void row_write_close(RowWrite *write);

#endif							/* ASSURE_CORE_ROW_WRITE_H */
