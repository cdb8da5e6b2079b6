/*-------------------------------------------------------------------------
 *
 * result_parts.h
 *		Parts that the result is written with.
 *
 * Inside the room only.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_BENEFIT_RESULT_PARTS_H
#define ASSURE_BENEFIT_RESULT_PARTS_H

#include "benefit/benefit.h"

extern JsonbValue *used_push(JsonbParseState **state, const Used *used);

/* reason_text.c */
extern char *reason_text(const Reason *reason);

#endif							/* ASSURE_BENEFIT_RESULT_PARTS_H */
