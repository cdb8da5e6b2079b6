/*-------------------------------------------------------------------------
 *
 * claim_packed_event.c
 *		The event date of a packed claim (pack_format.h), without unpacking it:
 *		who reads the claims of years looks at the rest of some.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/claim_pack.h"
#include "benefit/pack_format.h"

#define COUNTS_BEFORE_TEXTS		6	/* the last is the bytes of the texts */
#define TEXTS_BEFORE_EVENT		3

typedef struct PackCursor
{
	const uint8 *at;
	const uint8 *end;
	bool		failed;
} PackCursor;

/*
 * next_number reads a number; beyond the end it is 0 and the cursor has failed.
 */
static uint64
next_number(PackCursor *cursor)
{
	uint64		value = 0;

	for (int shift = 0; shift < 64 && cursor->at < cursor->end; shift += 7)
	{
		uint8		byte = *cursor->at++;

		value |= (uint64) (byte & 0x7f) << shift;
		if (byte < 0x80)
			return value;
	}
	cursor->failed = true;
	return 0;
}

/*
 * find_event reads up to the event date; false where the bytes end before it, or
 * have none.
 */
static bool
find_event(PackCursor *cursor, DateADT *event_date)
{
	uint64		number = 0;
	int			flags;

	if (cursor->end - cursor->at < PACK_HEAD_BYTES || cursor->at[0] != PACK_VERSION)
		return false;
	flags = cursor->at[1] | cursor->at[2] << 8;
	cursor->at += PACK_HEAD_BYTES;
	for (int i = 0; i < COUNTS_BEFORE_TEXTS; i++)
		number = next_number(cursor);
	if (number > (uint64) (cursor->end - cursor->at) || !(flags & CLAIM_HAS_EVENT))
		return false;
	cursor->at += number;
	for (int i = 0; i < TEXTS_BEFORE_EVENT; i++)
		(void) next_number(cursor);
	number = next_number(cursor);
	*event_date = (DateADT) ((int64) (number >> 1) ^ -(int64) (number & 1));
	return !cursor->failed;
}

/*
 * claim_packed_event returns the event date of a packed claim of a stored one.
 */
DateADT
claim_packed_event(const bytea *packed)
{
	PackCursor	cursor = {.at = (const uint8 *) VARDATA_ANY(packed)};
	DateADT		event_date = 0;

	cursor.end = cursor.at + VARSIZE_ANY_EXHDR(packed);
	if (!find_event(&cursor, &event_date) || event_date < PACK_DATE_MIN || event_date > PACK_DATE_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("the bytes are not a packed claim with an event date")));
	return event_date;
}
