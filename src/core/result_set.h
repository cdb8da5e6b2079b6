/*-------------------------------------------------------------------------
 *
 * result_set.h
 *		Set-returning functions whose rows come from a statement.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_RESULT_SET_H
#define ASSURE_CORE_RESULT_SET_H

#include "fmgr.h"

#include "core/plan.h"

/*
 * result_set_open is called first, in the function's own context; result_set_fill
 * runs the statement, whose columns have exactly the declared types.
 */
extern void result_set_open(FunctionCallInfo fcinfo);
extern void result_set_fill(FunctionCallInfo fcinfo, SqlPlan *plan, const Datum *values, const char *nulls);

#endif							/* ASSURE_CORE_RESULT_SET_H */
