/*-------------------------------------------------------------------------
 *
 * quote_sql.c
 *		Entry point: what would be paid now?
 *
 * A claim that is not handed in goes through the same pipeline on the balances
 * of now.  Nothing is written and no lock is taken, so that it works on a standby
 * and in a read-only transaction; by the time a claim is handed in, the balances
 * may be others.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/timestamp.h"

#include "adjudicate/write.h"
#include "core/call.h"
#include "core/errors.h"
#include "core/json.h"

#define QUOTE_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)

PG_FUNCTION_INFO_V1(assure_quote);

static SqlPlan read_member = {
	"SELECT r.account_id, r.member_id, p.branch_id, m.birth_date, m.sex, p.starts_on, e.relationship, e.enrolled_on, e.continuous_since, "
	"  e.plan_id IS NOT NULL AND $3 <= coalesce(e.ended_on, 'infinity') AND $3 BETWEEN p.starts_on AND coalesce(p.ends_on, 'infinity'), "
	"  v.plan_version_id, $4::date "
	"FROM assure.policy p JOIN assure_internal.member_ref r ON r.policy_id = p.policy_id AND r.ref = $2 "
	"JOIN assure.member m ON m.account_id = r.account_id AND m.member_id = r.member_id "
	"LEFT JOIN LATERAL (SELECT * FROM assure.enrollment e WHERE e.account_id = m.account_id AND e.member_id = m.member_id AND e.enrolled_on <= $3 "
	"  ORDER BY e.enrolled_on DESC LIMIT 1) e ON true "
	"LEFT JOIN LATERAL (SELECT v.plan_version_id FROM assure.plan_version v WHERE v.plan_id = e.plan_id AND v.valid_from <= $3 "
	"  ORDER BY v.valid_from DESC LIMIT 1) v ON true WHERE p.ref = $1",
	{TEXTOID, TEXTOID, DATEOID, TIMESTAMPTZOID}
};

/*
 * today returns the company's day.
 */
static DateADT
today(void)
{
	static SqlPlan read = {"SELECT now()::date", {0}};

	plan_run(&read, NULL, NULL);
	return plan_int32(0, 1, 0);
}

/*
 * check_same refuses a document that names somebody else than the call does.
 */
static void
check_same(const char *key, const char *stated, const char *asked)
{
	if (stated != NULL && strcmp(stated, asked) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_INVALID_CLAIM),
				 errmsg("claim: %s: \"%s\" is not \"%s\", for which the quote is asked", key, stated, asked)));
}

/*
 * claim_read reads the document; what says when, where it is absent, is now.
 */
static Claim *
claim_read(Jsonb *document, const char *policy, const char *member_ref)
{
	Claim	   *claim = claim_from_jsonb(document, 0);

	check_same("policy", claim->policy, policy);
	check_same("member_ref", claim->member_ref, member_ref);
	if (!claim->has_submitted_at)
		claim->submitted_at = GetCurrentTransactionStartTimestamp();
	claim->has_submitted_at = true;
	if (!claim->has_event_date)
		claim->event_date = today();
	claim->has_event_date = true;
	return claim;
}

/*
 * case_of_member fills a case with the member as the event date finds him.
 */
static void
case_of_member(Case *item, const char *policy, const char *member_ref)
{
	Datum		values[4];

	values[0] = CStringGetTextDatum(policy);
	values[1] = CStringGetTextDatum(member_ref);
	values[2] = DateADTGetDatum(item->claim->event_date);
	values[3] = TimestampTzGetDatum(item->claim->submitted_at);
	if (plan_run(&read_member, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("member \"%s\" of policy \"%s\" does not exist", member_ref, policy)));
	item->key.account_id = plan_int64(0, 1, 0);
	item->member_id = plan_int64(0, 2, 0);
	item->branch_id = plan_int64(0, 3, 0);
	item->submitted_at = item->claim->submitted_at;
	item->submitted_on = plan_int32(0, 12, 0);
	item->plan_version_id = plan_int64(0, 11, 0);
	item->is_in_force = plan_bool(0, 10);
	if (!item->is_in_force)
		return;
	item->member.birth_date = plan_int32(0, 4, 0);
	item->member.sex = sex_parse(plan_text(0, 5));
	item->member.policy_start = plan_int32(0, 6, 0);
	item->member.has_policy_start = true;
	item->member.relationship = relationship_parse(plan_text(0, 7));
	item->member.enrolled_on = plan_int32(0, 8, 0);
	item->member.continuous_since = plan_int32(0, 9, 0);
	claim_set_member(item->claim, &item->member);
}

/*
 * quote_jsonb writes the verdict, what the calculation comes to, what the
 * pipeline found, and the calculation itself.
 */
static Jsonb *
quote_jsonb(const Case *item)
{
	DocBuilder	builder;
	Case		found = *item;

	found.has_result = false;
	build_start(&builder);
	build_open_object(&builder, NULL);
	build_text(&builder, "verdict", verdict_name(item->verdict));
	build_amount(&builder, "payable", item->payable_fen);
	build_document(&builder, "findings", case_reasons_jsonb(&found));
	if (item->has_result)
		build_document(&builder, "result", result_to_jsonb(&item->result));
	build_close(&builder);
	return build_finish(&builder);
}

/*
 * quote judges the claim as if it were handed in.
 */
static Jsonb *
quote(Call *call, const char *policy, const char *member_ref, Jsonb *document)
{
	Case		item = {0};
	Chunk		chunk = {.call = call,.count = 1,.cases = &item};

	item.claim = claim_read(document, policy, member_ref);
	case_of_member(&item, policy, member_ref);
	call_require_branch(call, item.branch_id, psprintf("policy \"%s\"", policy));
	chunk_load_facts(&chunk);
	case_evaluate(&chunk, &item);
	if (item.verdict == VERDICT_FAILED)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("%s", item.error_message)));
	return quote_jsonb(&item);
}

/*
 * assure_quote says what a claim would come to now.
 */
PGDLLEXPORT Datum
assure_quote(PG_FUNCTION_ARGS)
{
	char	   *policy = text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *member_ref = text_to_cstring(PG_GETARG_TEXT_PP(1));
	Jsonb	   *document = PG_GETARG_JSONB_P(2);
	MemoryContext result_context = CurrentMemoryContext;
	Call		call;
	Jsonb	   *answer;
	Jsonb	   *result;

	call_begin(&call, QUOTE_SCOPES, "quote");
	answer = quote(&call, policy, member_ref, document);
	result = MemoryContextAlloc(result_context, VARSIZE(answer));
	memcpy(result, answer, VARSIZE(answer));
	call_end(&call);
	PG_RETURN_JSONB_P(result);
}
