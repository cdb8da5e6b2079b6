/*-------------------------------------------------------------------------
 *
 * decision_json.c
 *		The documents that a decision row holds: reasons, screening.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "adjudicate/write.h"
#include "core/json_build.h"

/*
 * push_finding writes one reason of the pipeline, with the parameters it has.
 */
static void
push_finding(DocBuilder *builder, const PipelineFinding *finding)
{
	build_open_object(builder, NULL);
	build_text(builder, "code", pipeline_reason_name(finding->code));
	if (finding->bill_no != NULL)
		build_text(builder, "bill", finding->bill_no);
	if (finding->first_claim_id != 0)
		build_integer(builder, "first_claim_id", finding->first_claim_id);
	if (finding->amount_fen >= 0)
		build_amount(builder, "above", finding->amount_fen);
	if (finding->days >= 0)
		build_integer(builder, "days", finding->days);
	if (finding->text != NULL)
		build_text(builder, finding->code == PIPELINE_AUTHORIZATION_MISSING ? "care" : "text", finding->text);
	build_close(builder);
}

/*
 * case_reasons_jsonb lists the reasons of a case: the pipeline's, then those of
 * the calculation.
 */
Jsonb *
case_reasons_jsonb(const Case *item)
{
	DocBuilder	builder;

	build_start(&builder);
	build_open_list(&builder, NULL);
	for (int i = 0; i < item->finding_count; i++)
		push_finding(&builder, &item->findings[i]);
	if (item->has_result)
		for (int i = 0; i < item->result.n_reasons; i++)
			reason_push(&builder, &item->result.reasons[i]);
	build_close(&builder);
	return build_finish(&builder);
}

/*
 * push_list writes a list of text, where there is any.
 */
static void
push_list(DocBuilder *builder, const char *key, const char *const *items, int count)
{
	if (count == 0)
		return;
	build_open_list(builder, key);
	for (int i = 0; i < count; i++)
		build_text(builder, NULL, items[i]);
	build_close(builder);
}

/*
 * screening_jsonb tells what the decision model of the plan said, and which
 * version of it; NULL: it was not asked.
 */
Jsonb *
screening_jsonb(const Case *item)
{
	const Screening *screening = item->screening;
	DocBuilder	builder;

	if (screening == NULL)
		return NULL;
	build_start(&builder);
	build_open_object(&builder, NULL);
	build_text(&builder, "model", item->plan->screening_model);
	build_text(&builder, "decision", item->plan->screening_decision);
	if (screening->model_version_id != 0)
	{
		build_integer(&builder, "version", screening->version);
		build_integer(&builder, "model_version_id", screening->model_version_id);
	}
	if (screening->error != NULL)
		build_text(&builder, "error", screening->error);
	if (screening->verdict != VERDICT_NONE)
		build_text(&builder, "verdict", verdict_name(screening->verdict));
	push_list(&builder, "reasons", screening->reasons, screening->reason_count);
	push_list(&builder, "skills", screening->skills, screening->skill_count);
	if (screening->priority != 0)
		build_integer(&builder, "priority", screening->priority);
	build_close(&builder);
	return build_finish(&builder);
}
