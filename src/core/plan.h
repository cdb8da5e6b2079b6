/*-------------------------------------------------------------------------
 *
 * plan.h
 *		Statements that are prepared once a backend and run many times.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_PLAN_H
#define ASSURE_CORE_PLAN_H

#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "executor/spi.h"
#include "utils/snapmgr.h"

#define PLAN_PARAM_MAX 24

/*
 * A static SqlPlan is written where it is used:
 *
 *		static SqlPlan find_claim = {
 *			"SELECT ... WHERE ref = $1", {TEXTOID}
 *		};
 *
 * The argument list ends with the first zero type.  With .generic = true the
 * statement is planned once and never for its values: where those say nothing to
 * the planner, as keys and columns of rows do, PostgreSQL would plan five times
 * before it finds that out.
 */
typedef struct SqlPlan
{
	const char *sql;
	Oid			types[PLAN_PARAM_MAX];
	SPIPlanPtr	prepared;		/* filled at first use */
	bool		generic;
} SqlPlan;

extern uint64 plan_run(SqlPlan *plan, const Datum *values, const char *nulls);
extern uint64 plan_run_few(SqlPlan *plan, const Datum *values, const char *nulls, long row_count_max);

/*
 * Until the SPI connection ends, in a REPEATABLE READ transaction: statements see
 * what is committed when they run, as under READ COMMITTED, and not what was when
 * the transaction began; to change a row that the transaction does not see is
 * 40001.  It is for calls that write: what they wait for with a lock has to be
 * there when they have it.  (SERIALIZABLE finds such conflicts by itself.)
 */
extern void plan_see_now(void);

/*
 * What a cache is filled from, in read-only statements: as it is now, whatever
 * snapshot the statement has.  In parallel operation no new snapshot may be
 * taken; what all its processes share is that of the statement.
 */
extern Snapshot fresh_snapshot(void);
extern uint64 plan_read_fresh(SqlPlan *plan, const Datum *values);

/*
 * Row by row as the executor finds them, none kept: for results of any size
 * (plan_read_each, which reads as plan_read_fresh does), and where a copy of each
 * row would cost more than what is made of it (plan_run_each, as plan_run; the
 * callback has the caller's memory context).  The values are gone when the
 * callback returns, which runs no statement.
 */
typedef void (*PlanRowCallback) (const Datum *values, const bool *nulls, void *state);
extern uint64 plan_read_each(SqlPlan *plan, const Datum *values, PlanRowCallback each, void *state);
extern uint64 plan_run_each(SqlPlan *plan, const Datum *values, PlanRowCallback each, void *state);

/* The same for several statements that read one snapshot: the caller's, or one that the caller has pushed. */
extern uint64 plan_scan_each(SqlPlan *plan, const Datum *values, PlanRowCallback each, void *state);

/* Columns of row `row` of the last result, by 1-based number. */
extern Datum plan_datum(uint64 row, int column, bool *isnull);
extern int64 plan_int64(uint64 row, int column, int64 if_null);
extern int32 plan_int32(uint64 row, int column, int32 if_null);
extern bool plan_bool(uint64 row, int column);
extern char *plan_text(uint64 row, int column);

/* An array as a parameter. */
extern Datum array_of_int64(const int64 *values, int count);

/* Whether a bigint[] has a value. */
extern bool array_has_int64(Datum array, int64 value);

/*
 * A column of rows that are written together: filled one by one, handed over
 * as an array.
 */
typedef struct Column
{
	Oid			type;
	int			count;
	int			capacity;
	Datum	   *values;
	bool	   *nulls;
} Column;

extern void column_start(Column *column, Oid type);
extern void column_add(Column *column, Datum value);
extern void column_add_null(Column *column);
extern void column_add_int64(Column *column, int64 value);
extern void column_add_key(Column *column, int64 value_or_0);
extern void column_add_text(Column *column, const char *value_or_null);
extern Datum column_array(const Column *column);

#endif							/* ASSURE_CORE_PLAN_H */
