/*-------------------------------------------------------------------------
 *
 * adjust_sql.c
 *		What SQL calls of adjustments: adjust_claim().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/claim_adjust.h"
#include "fmgr.h"

PG_FUNCTION_INFO_V1(assure_adjust_claim);

/*
 * assure_adjust_claim adjusts a claim document.
 */
PGDLLEXPORT Datum
assure_adjust_claim(PG_FUNCTION_ARGS)
{
	Claim	   *claim = claim_from_jsonb(PG_GETARG_JSONB_P(0), 0);

	claim_adjust(claim, PG_GETARG_JSONB_P(1));
	PG_RETURN_JSONB_P(claim_to_jsonb(claim));
}
