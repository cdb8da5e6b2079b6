/*-------------------------------------------------------------------------
 *
 * judgement.h
 *		What a person judged of a claim, when it is calculated again.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_ADJUDICATE_JUDGEMENT_H
#define ASSURE_ADJUDICATE_JUDGEMENT_H

#include "adjudicate/standing.h"

/* A person approves the claim with these adjustments (NULL: none). */
extern void case_judge_by_person(Case *item, Jsonb *adjustments);

/* Lets stand what a person judged, if one did. */
extern void case_keep_judgement(Case *item, const Standing *standing);

/* Refuses a case that cannot be judged as things stand. */
extern void case_require_verdict(const Case *item, const char *ref);

#endif							/* ASSURE_ADJUDICATE_JUDGEMENT_H */
