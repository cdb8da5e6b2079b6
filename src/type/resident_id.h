/*-------------------------------------------------------------------------
 *
 * resident_id.h
 *		assure.resident_id: a citizen's number by GB 11643, in eight bytes.
 *
 * Characters 1 to 6 are the region of first registration, 7 to 14 the date of
 * birth, 15 to 17 a sequence number (odd: male), 18 the check character of the
 * other 17.  A value is the number that the first 17 make: the check character
 * follows from them, and the order of the numbers is that of the texts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TYPE_RESIDENT_ID_H
#define ASSURE_TYPE_RESIDENT_ID_H

#include "postgres.h"

#include "type/input.h"
#include "utils/date.h"

typedef int64 ResidentId;

#define DatumGetResidentId(datum)	((ResidentId) DatumGetInt64(datum))
#define ResidentIdGetDatum(id)		Int64GetDatum(id)
#define PG_GETARG_RESIDENT_ID(n)	DatumGetResidentId(PG_GETARG_DATUM(n))
#define PG_RETURN_RESIDENT_ID(id)	return ResidentIdGetDatum(id)

#define RESIDENT_ID_CHARS			18
#define RESIDENT_ID_LEGACY_CHARS	15

/* resident_id_parse reads 18 characters, or 15 of the old form. */
extern bool resident_id_parse(const char *text, size_t length, ResidentId *id, InputFault *fault);

/* resident_id_check says whether a number is one of a citizen. */
extern bool resident_id_check(int64 number, InputFault *fault);

/* resident_id_print writes 18 characters and the end of the string. */
extern void resident_id_print(ResidentId id, char *buffer);

/* resident_id_birth_date returns the day of birth. */
extern DateADT resident_id_birth_date(ResidentId id);

/*
 * resident_id_region returns the six digits of the region, as they were when the
 * number was given: the code may have been abolished since.
 */
static inline int32
resident_id_region(ResidentId id)
{
	return (int32) (id / INT64CONST(100000000000));
}

/*
 * resident_id_is_male says what the sequence number says.
 */
static inline bool
resident_id_is_male(ResidentId id)
{
	return id % 2 == 1;
}

#endif							/* ASSURE_TYPE_RESIDENT_ID_H */
