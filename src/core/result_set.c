/*-------------------------------------------------------------------------
 *
 * result_set.c
 *		Set-returning functions whose rows come from a statement.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "funcapi.h"
#include "miscadmin.h"
#include "utils/tuplestore.h"

#include "core/result_set.h"

/*
 * result_set_open makes the tuplestore that the caller reads.
 */
void
result_set_open(FunctionCallInfo fcinfo)
{
	InitMaterializedSRF(fcinfo, 0);
}

/*
 * result_set_fill puts the rows of the statement into it.
 */
void
result_set_fill(FunctionCallInfo fcinfo, SqlPlan *plan, const Datum *values, const char *nulls)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	uint64		rows = plan_run(plan, values, nulls);

	if (SPI_tuptable->tupdesc->natts != info->setDesc->natts)
		elog(ERROR, "a statement returns %d columns where %d are declared",
			 SPI_tuptable->tupdesc->natts, info->setDesc->natts);
	for (int i = 0; i < info->setDesc->natts; i++)
		if (TupleDescAttr(SPI_tuptable->tupdesc, i)->atttypid != TupleDescAttr(info->setDesc, i)->atttypid)
			elog(ERROR, "column %d of a statement is not of the declared type", i + 1);
	for (uint64 row = 0; row < rows; row++)
	{
		CHECK_FOR_INTERRUPTS();
		tuplestore_puttuple(info->setResult, SPI_tuptable->vals[row]);
	}
}
