/*-------------------------------------------------------------------------
 *
 * terms_fixed.c
 *		Reads what a daily, lump_sum or schedule benefit promises.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/terms.h"
#include "core/json.h"

/*
 * terms_fixed_read refuses kinds that are not expense.
 */
void
terms_fixed_read(const DocNode *node, Terms *terms, int benefit)
{
	doc_fail(node, ERRCODE_FEATURE_NOT_SUPPORTED, NULL,
			 "the kind of \"%s\" is not supported yet",
			 terms->benefits[benefit].code);
}
