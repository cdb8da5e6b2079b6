/*-------------------------------------------------------------------------
 *
 * input_sql.c
 *		Entry point: is what a decision keeps as its input a claim?
 *
 * claim_unpack() raises on bytes that are none.  It is pure: all that it leaves
 * behind is memory, which goes with a context of its own, so its error can be
 * taken without a subtransaction.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/memutils.h"

#include "benefit/claim_pack.h"

PG_FUNCTION_INFO_V1(assure_is_packed_claim);

/*
 * is_packed unpacks the bytes in a context and tells whether they are a claim.
 */
static bool
is_packed(const bytea *packed, MemoryContext work)
{
	MemoryContext before = MemoryContextSwitchTo(work);
	volatile bool is_whole = true;

	PG_TRY();
	{
		(void) claim_unpack(packed);
		MemoryContextSwitchTo(before);
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(before);
		if (geterrcode() != ERRCODE_DATA_CORRUPTED)
			PG_RE_THROW();
		FlushErrorState();
		is_whole = false;
	}
	PG_END_TRY();
	return is_whole;
}

/*
 * assure_is_packed_claim tells whether bytes are a packed claim.
 */
PGDLLEXPORT Datum
assure_is_packed_claim(PG_FUNCTION_ARGS)
{
	bytea	   *packed = PG_GETARG_BYTEA_PP(0);
	MemoryContext work = AllocSetContextCreate(CurrentMemoryContext, "pg_assure packed claim", ALLOCSET_DEFAULT_SIZES);
	bool		is_whole = is_packed(packed, work);

	MemoryContextDelete(work);
	PG_RETURN_BOOL(is_whole);
}
