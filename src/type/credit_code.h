/*-------------------------------------------------------------------------
 *
 * credit_code.h
 *		assure.credit_code: a unified social credit code by GB 32100.
 *
 * Character 1 is the registering department, 2 the kind of body, 3 to 8 the
 * region, 9 to 17 the organisation code by GB 11714, 18 the check character of
 * the other 17.  The alphabet is the digits and the capitals without I, O, S, V
 * and Z.  A value is the 18 characters; their order is that of the bytes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TYPE_CREDIT_CODE_H
#define ASSURE_TYPE_CREDIT_CODE_H

#include "postgres.h"

#include "type/input.h"

#define CREDIT_CODE_CHARS	18

typedef struct CreditCode
{
	char		chars[CREDIT_CODE_CHARS];	/* no end of string */
} CreditCode;

#define PG_GETARG_CREDIT_CODE(n)	((CreditCode *) PG_GETARG_POINTER(n))

/* credit_code_parse reads 18 characters. */
extern bool credit_code_parse(const char *text, size_t length, CreditCode *code, InputFault *fault);

/* credit_code_region returns the number that characters 3 to 8 make. */
extern int32 credit_code_region(const CreditCode *code);

/* credit_code_prefix returns a number in the order of the first 14 characters. */
extern uint64 credit_code_prefix(const CreditCode *code);

#endif							/* ASSURE_TYPE_CREDIT_CODE_H */
