/*-------------------------------------------------------------------------
 *
 * judgement.c
 *		What a person judged of a claim, when it is calculated again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "adjudicate/judgement.h"
#include "benefit/claim_adjust.h"

/*
 * empty_list makes the adjustments of a person who changed nothing.
 */
static Jsonb *
empty_list(void)
{
	JsonbParseState *state = NULL;

	(void) pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
}

/*
 * case_judge_by_person approves in a person's name: what would pend the case is
 * not asked, and the claim is calculated as adjusted.  The list is kept also
 * where it is empty: that a person judged is told by it.
 */
void
case_judge_by_person(Case *item, Jsonb *adjustments)
{
	item->asked = VERDICT_APPROVE;
	item->adjustments = adjustments ? adjustments : empty_list();
	claim_adjust(item->claim, item->adjustments);
}

/*
 * case_keep_judgement lets stand what a person judged.  It is called for claims
 * that no person denied.
 */
void
case_keep_judgement(Case *item, const Standing *standing)
{
	if (standing->is_by_person)
		case_judge_by_person(item, standing->adjustments);
}

/*
 * case_require_verdict refuses a case that a batch would set aside.
 */
void
case_require_verdict(const Case *item, const char *ref)
{
	if (item->verdict == VERDICT_FAILED)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("claim \"%s\" cannot be adjudicated: %s", ref, item->error_message),
				 errhint("Publish one with assure.publish_plan(), then try again.")));
}
