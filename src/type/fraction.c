/*-------------------------------------------------------------------------
 *
 * fraction.c
 *		Reads the bytes of a numeric.
 *
 * What a numeric computes with costs several times what its digits do: each
 * call unpacks, allocates and packs again.  So a number of few digits is read
 * where it stands.  Its bytes are those on disk, the same since PostgreSQL 9.1
 * because data must survive pg_upgrade, but declared in numeric.c only:
 *
 *	16 bits header		10sddddd dwwwwwww	short: sign, digits to show, weight
 *						0s dddddddddddddd	long, and 16 bits of weight follow
 *						11..............	NaN or an infinity
 *	16 bits each digit	0 to 9999; the first counts 10000 ^ weight
 *
 * Should a server ever have others, numbers that are known are not read as such,
 * and from then on none is: callers have numeric's own functions left.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/compat.h"
#include "type/fraction.h"

#include "common/int.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#define HEADER_SHORT			0x8000
#define HEADER_SPECIAL			0xC000	/* both bits */
#define SHORT_NEGATIVE			0x2000
#define SHORT_WEIGHT_NEGATIVE	0x0040
#define SHORT_WEIGHT			0x003F
#define LONG_NEGATIVE			0x4000

#define DIGIT_BASE				10000
#define DIGITS_MAX				5
#define PLACES_MAX				4	/* digits behind the point */

static const int64 wholes[PLACES_MAX + 1] = {
	1, INT64CONST(10000), INT64CONST(100000000), INT64CONST(1000000000000), INT64CONST(10000000000000000)
};

/*
 * word_at fetches 16 bits, which stand at any address behind a short header.
 */
static inline uint16
word_at(const char *bytes, int index)
{
	uint16		word;

	memcpy(&word, bytes + sizeof(word) * index, sizeof(word));
	return word;
}

/*
 * read_bytes reads a numeric of this layout.
 */
static inline bool
read_bytes(const struct varlena *numeric, Fraction *fraction)
{
	const char *bytes = VARDATA_ANY(numeric);
	int			words = (int) (VARSIZE_ANY_EXHDR(numeric) / sizeof(uint16));
	uint16		header = words > 0 ? word_at(bytes, 0) : HEADER_SPECIAL;
	bool		is_short = (header & HEADER_SHORT) != 0;
	int			first = is_short ? 1 : 2;
	int			digits = words - first;
	int			weight;
	int			places;
	int64		part = 0;

	if ((header & HEADER_SPECIAL) == HEADER_SPECIAL || digits < 0 || digits > DIGITS_MAX)
		return false;
	if (is_short)
		weight = (int) (header & SHORT_WEIGHT) - (header & SHORT_WEIGHT_NEGATIVE ? SHORT_WEIGHT + 1 : 0);
	else
		weight = (int16) word_at(bytes, 1);
	places = digits == 0 ? 0 : digits - 1 - weight;
	if (places > PLACES_MAX || places < -DIGITS_MAX)
		return false;
	for (int i = 0; i < digits - Min(places, 0); i++)
	{
		int			digit = i < digits ? word_at(bytes, first + i) : 0;

		if (pg_mul_s64_overflow(part, DIGIT_BASE, &part) || pg_add_s64_overflow(part, digit, &part))
			return false;
	}
	fraction->part = header & (is_short ? SHORT_NEGATIVE : LONG_NEGATIVE) ? -part : part;
	fraction->whole = wholes[Max(places, 0)];
	return true;
}

/*
 * layout_is_known reads numbers that are known.
 */
static bool
layout_is_known(void)
{
	static const struct
	{
		const char *text;
		Fraction	fraction;
	}			known[] = {
		{"0", {0, 1}}, {"12.340", {123400, 10000}}, {"-70000", {-70000, 1}}, {"0.00000001", {1, INT64CONST(100000000)}},
		{"-50000000", {-50000000, 1}}, {"10002.5", {100025000, 10000}},
		/* the digits to show are more than a short header has room for */
		{"-3.0000000000000000000000000000000000000000000000000000000000000000000000", {-3, 1}}
	};

	for (size_t i = 0; i < lengthof(known); i++)
	{
		Datum		numeric = DirectFunctionCall3(numeric_in, CStringGetDatum(known[i].text),
												  ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1));
		Fraction	fraction;
		bool		is_same = read_bytes((struct varlena *) DatumGetPointer(numeric), &fraction) &&
			fraction.part == known[i].fraction.part && fraction.whole == known[i].fraction.whole;

		pfree(DatumGetPointer(numeric));
		if (!is_same)
			return false;
	}
	return true;
}

/*
 * fraction_of_numeric reads a numeric, if the server's are what they are known to be.
 */
bool
fraction_of_numeric(const struct varlena *numeric, Fraction *fraction)
{
	static enum {UNTRIED, KNOWN, UNKNOWN} layout = UNTRIED;

	if (layout == UNTRIED)
		layout = layout_is_known() ? KNOWN : UNKNOWN;
	return layout == KNOWN && read_bytes(numeric, fraction);
}
