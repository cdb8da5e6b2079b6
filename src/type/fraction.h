/*-------------------------------------------------------------------------
 *
 * fraction.h
 *		Numerics of few digits as a fraction of two integers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TYPE_FRACTION_H
#define ASSURE_TYPE_FRACTION_H

#include "postgres.h"

typedef struct Fraction
{
	int64		part;
	int64		whole;			/* a power of ten, at least 1 */
} Fraction;

/*
 * fraction_of_numeric reads a numeric, which may have a short header but is not
 * toasted.  False: it has too many digits, or is NaN or an infinity.
 */
extern bool fraction_of_numeric(const struct varlena *numeric, Fraction *fraction);

#endif							/* ASSURE_TYPE_FRACTION_H */
