/*-------------------------------------------------------------------------
 *
 * selectivity.h
 *		Estimates for the inequalities of types whose values are integers.
 *
 * A type takes part by its operators alone: those of <, <=, > and >= between
 * two of its values name assure.ordinal_ltsel, ordinal_lesel, ordinal_gtsel and
 * ordinal_gesel as RESTRICT.  The type is passed by value, and its order is
 * that of the signed integer of its length.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TYPE_SELECTIVITY_H
#define ASSURE_TYPE_SELECTIVITY_H

#include "postgres.h"

#include "fmgr.h"

extern PGDLLEXPORT Datum assure_ordinal_ltsel(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum assure_ordinal_lesel(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum assure_ordinal_gtsel(PG_FUNCTION_ARGS);
extern PGDLLEXPORT Datum assure_ordinal_gesel(PG_FUNCTION_ARGS);

#endif							/* ASSURE_TYPE_SELECTIVITY_H */
