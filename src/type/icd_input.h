/*-------------------------------------------------------------------------
 *
 * icd_input.h
 *		How input of assure.icd, icd_range and icd_set is refused.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TYPE_ICD_INPUT_H
#define ASSURE_TYPE_ICD_INPUT_H

#include "postgres.h"

#include "core/compat.h"
#include "mb/pg_wchar.h"
#include "type/input.h"

/* What a message shows of a text at most. */
#define SHOWN_BYTES_MAX		64

/*
 * icd_shown returns as many bytes of a text as a message shows.
 */
static inline int
icd_shown(const char *text, size_t length)
{
	return pg_mbcliplen(text, (int) Min(length, SHOWN_BYTES_MAX + MAX_MULTIBYTE_CHAR_LEN), SHOWN_BYTES_MAX);
}

/* icd_refuse leaves an input function with the error of a fault. */
#define icd_refuse(context, sqlstate, type, text, length, fault) \
	ereturn_compat(context, (Datum) 0, \
				   (errcode(sqlstate), \
					errmsg("invalid input for type %s: \"%.*s\"", type, icd_shown(text, length), text), \
					errdetail((fault)->detail, (fault)->number), \
					errhint("A code looks like C34, C34.9 or I10.x00x002, a range like C00-C97, a set like \"C00-C97, D00-D09 except C44\".")))

#endif							/* ASSURE_TYPE_ICD_INPUT_H */
