/*-------------------------------------------------------------------------
 *
 * decision_json.c
 *		The documents that a decision row holds: reasons, screening.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "adjudicate/write.h"
#include "core/json.h"

/*
 * push_finding writes one reason of the pipeline, with the parameters it has.
 */
static void
push_finding(JsonbParseState **state, const PipelineFinding *finding)
{
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	doc_push_text(state, "code", pipeline_reason_name(finding->code));
	if (finding->bill_no != NULL)
		doc_push_text(state, "bill", finding->bill_no);
	if (finding->first_claim_id != 0)
		doc_push_integer(state, "first_claim_id", finding->first_claim_id);
	if (finding->amount_fen >= 0)
		doc_push_amount(state, "above", finding->amount_fen);
	if (finding->days >= 0)
		doc_push_integer(state, "days", finding->days);
	if (finding->text != NULL)
		doc_push_text(state, finding->code == PIPELINE_AUTHORIZATION_MISSING ? "care" : "text", finding->text);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * case_reasons_jsonb lists the reasons of a case: the pipeline's, then those of
 * the calculation.
 */
Jsonb *
case_reasons_jsonb(const Case *item)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < item->finding_count; i++)
		push_finding(&state, &item->findings[i]);
	if (item->has_result)
		for (int i = 0; i < item->result.n_reasons; i++)
			reason_push(&state, &item->result.reasons[i]);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
}

/*
 * push_list writes a list of text, where there is any.
 */
static void
push_list(JsonbParseState **state, const char *key, const char *const *items, int count)
{
	if (count == 0)
		return;
	doc_push_key(state, key);
	pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < count; i++)
		doc_push_element_text(state, items[i]);
	pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/*
 * screening_jsonb tells what the decision model of the plan said, and which
 * version of it; NULL: it was not asked.
 */
Jsonb *
screening_jsonb(const Case *item)
{
	const Screening *screening = item->screening;
	JsonbParseState *state = NULL;

	if (screening == NULL)
		return NULL;
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	doc_push_text(&state, "model", item->plan->screening_model);
	doc_push_text(&state, "decision", item->plan->screening_decision);
	doc_push_integer(&state, "model_version_id", screening->model_version_id);
	if (screening->error != NULL)
		doc_push_text(&state, "error", screening->error);
	if (screening->verdict != VERDICT_NONE)
		doc_push_text(&state, "verdict", verdict_name(screening->verdict));
	push_list(&state, "reasons", screening->reasons, screening->reason_count);
	push_list(&state, "skills", screening->skills, screening->skill_count);
	if (screening->priority != 0)
		doc_push_integer(&state, "priority", screening->priority);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}
