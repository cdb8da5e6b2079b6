/*-------------------------------------------------------------------------
 *
 * icd.h
 *		assure.icd, icd_range, icd_set: codes of ICD-10 as numbers.
 *
 * A code is a category, a letter and two digits, and an extension of up to ten
 * letters and digits: C34, C34.9, C34.901, I10.X00X002.  As a number it is the
 * category, 0 for A00 to 2599 for Z99, followed by the extension as ten digits
 * in base 37, 0 for "ends here", 1 to 10 for 0 to 9, 11 to 36 for A to Z.  So
 * the order of the numbers is that of the book, a code comes right before what is
 * under it, and all that is under a code is one interval of numbers.
 *
 * With that a range is an interval from code to code, and a set is intervals,
 * sorted, with a code between any two of them: equal sets are equal bytes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TYPE_ICD_H
#define ASSURE_TYPE_ICD_H

#include "postgres.h"

#include "core/compat.h"
#include "lib/stringinfo.h"
#include "type/containment.h"
#include "type/input.h"

typedef uint64 IcdCode;

/* Both its ends are codes. */
typedef NumberInterval IcdInterval;

typedef struct IcdSet
{
	int32		vl_len_;		/* as of any varlena */
	int32		flags;			/* 0: of the first layout */
	IcdInterval intervals[FLEXIBLE_ARRAY_MEMBER];
} IcdSet;

#define ICD_EXTENSION_CHARS		10
#define ICD_TEXT_BYTES			16	/* of a code, with point and end of string */
#define ICD_SET_INTERVALS_MAX	10000
#define ICD_CHAPTERS			22

#define DatumGetIcd(datum)		((IcdCode) DatumGetInt64(datum))
#define IcdGetDatum(code)		Int64GetDatum((int64) (code))
#define PG_GETARG_ICD(n)		DatumGetIcd(PG_GETARG_DATUM(n))
#define PG_RETURN_ICD(code)		return IcdGetDatum(code)
#define PG_GETARG_ICD_RANGE(n)	((IcdInterval *) PG_GETARG_POINTER(n))
#define DatumGetIcdSet(datum)	((IcdSet *) PG_DETOAST_DATUM(datum))
#define PG_GETARG_ICD_SET(n)	DatumGetIcdSet(PG_GETARG_DATUM(n))

#define ICD_SET_COUNT(set)	((int) ((VARSIZE(set) - offsetof(IcdSet, intervals)) / sizeof(IcdInterval)))

/* Codes */
extern bool icd_parse(const char *text, size_t length, IcdCode *code, InputFault *fault);
extern void icd_print(IcdCode code, char *buffer);
extern int	icd_chapter(IcdCode code);
extern IcdCode icd_category(IcdCode code);
extern IcdCode icd_last_under(IcdCode code);
extern IcdCode icd_next(IcdCode code);
extern IcdCode icd_previous(IcdCode code);

/* Ranges */
extern bool icd_range_parse(const char *text, size_t length, IcdInterval *range, InputFault *fault);
extern void icd_range_print(const IcdInterval *range, StringInfo out);

/*
 * icd_range_has says whether a code lies in a range.
 */
static inline bool
icd_range_has(const IcdInterval *range, IcdCode code)
{
	return code >= range->first && code <= range->last;
}

/* Sets: arrays of intervals.  What makes a new one writes to room for both. */
extern bool icd_set_parse(const char *text, size_t length, IcdInterval **intervals, int *count, InputFault *fault);
extern void icd_set_print(const IcdInterval *intervals, int count, StringInfo out);
extern bool icd_set_contains(const IcdInterval *outer, int n_outer, const IcdInterval *inner, int n_inner);
extern bool icd_set_overlaps(const IcdInterval *a, int n_a, const IcdInterval *b, int n_b);
extern int	icd_set_normalize(IcdInterval *intervals, int count);
extern int	icd_set_union(const IcdInterval *a, int n_a, const IcdInterval *b, int n_b, IcdInterval *result);
extern int	icd_set_difference(const IcdInterval *a, int n_a, const IcdInterval *b, int n_b, IcdInterval *result);
extern int	icd_set_intersection(const IcdInterval *a, int n_a, const IcdInterval *b, int n_b, IcdInterval *result);

#endif							/* ASSURE_TYPE_ICD_H */
