/*-------------------------------------------------------------------------
 *
 * amount.h
 *		Money: what assure.amount is to C.
 *
 * An amount is a number of fen (1/100 yuan) in an int64, any of them; as text
 * it is yuan, "1234.50".  A Datum holds it by value, so DatumGetAmount and
 * DatumGetInt64 are the same thing under two names: a function that takes
 * amounts from SQL uses these macros, and calls its variables ..._fen.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TYPE_AMOUNT_H
#define ASSURE_TYPE_AMOUNT_H

#include "postgres.h"

#include "core/fixed.h"
#include "fmgr.h"
#include "utils/numeric.h"

#define AMOUNT_FEN_PER_YUAN		100

#define DatumGetAmount(x)		DatumGetInt64(x)
#define AmountGetDatum(x)		Int64GetDatum(x)
#define PG_GETARG_AMOUNT(n)		DatumGetAmount(PG_GETARG_DATUM(n))
#define PG_RETURN_AMOUNT(x)		return AmountGetDatum(x)

/* amount.c: no fmgr, no memory */
extern FixedParse amount_parse(const char *text, int length,
							   int64 *amount_fen);

/* amount_numeric.c; a Datum is a numeric that may be toasted */
extern Numeric amount_to_numeric(int64 amount_fen);
extern int64 amount_from_numeric(Datum value);
extern int64 amount_from_fen_numeric(Numeric value_fen);
extern int64 amount_prorate(int64 amount_fen, int64 part, int64 whole);
extern int64 amount_multiply(int64 amount_fen, Datum factor);
extern int64 amount_divide(int64 amount_fen, Datum divisor);
extern Numeric amount_fen_sum_to_numeric(fixed128 sum_fen);
extern void amount_report_overflow(void) __attribute__((noreturn));

#endif							/* ASSURE_TYPE_AMOUNT_H */
