/*-------------------------------------------------------------------------
 *
 * pack_sql.c
 *		What SQL calls of packed claims: pack_claim(), unpack_claim().
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/claim_pack.h"
#include "fmgr.h"

PG_FUNCTION_INFO_V1(assure_pack_claim);
PG_FUNCTION_INFO_V1(assure_unpack_claim);

/*
 * assure_pack_claim packs a claim document.
 */
PGDLLEXPORT Datum
assure_pack_claim(PG_FUNCTION_ARGS)
{
	PG_RETURN_BYTEA_P(claim_pack(claim_from_jsonb(PG_GETARG_JSONB_P(0), 0)));
}

/*
 * assure_unpack_claim writes a packed claim as a document.
 */
PGDLLEXPORT Datum
assure_unpack_claim(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(claim_to_jsonb(claim_unpack_argument(PG_GETARG_BYTEA_PP(0))));
}
