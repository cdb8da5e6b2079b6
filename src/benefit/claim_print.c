/*-------------------------------------------------------------------------
 *
 * claim_print.c
 *		Writes a claim document with its defaults filled in.
 *
 * What is read back from it is the same claim.  Optional parts without a
 * default (a line's code, a provider's grade) stay absent; a time is written
 * in UTC; a bill's payments are the bill's whole.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/benefit.h"
#include "core/fixed.h"
#include "core/json.h"
#include "miscadmin.h"

/*
 * push_optional pushes a text that may be absent.
 */
static void
push_optional(JsonbParseState **state, const char *key, const char *text)
{
	if (text)
		doc_push_text(state, key, text);
}

/*
 * push_texts pushes a list of texts.
 */
static void
push_texts(JsonbParseState **state, const char *key, char **texts, int count)
{
	int			i;

	doc_push_key(state, key);
	(void) pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < count; i++)
		doc_push_element_text(state, texts[i]);
	(void) pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/*
 * push_grades pushes the disability grades.
 */
static void
push_grades(JsonbParseState **state, const Claim *claim)
{
	int			i;

	doc_push_key(state, "disability_grades");
	(void) pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < claim->n_disability_grades; i++)
	{
		JsonbValue	grade;

		grade.type = jbvNumeric;
		grade.val.numeric = int64_to_numeric(claim->disability_grades[i]);
		(void) pushJsonbValue(state, WJB_ELEM, &grade);
	}
	(void) pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/*
 * push_member pushes the member part.
 */
static void
push_member(JsonbParseState **state, const ClaimMember *member)
{
	doc_push_key(state, "member");
	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	doc_push_date(state, "birth_date", member->birth_date);
	doc_push_text(state, "sex", sex_name(member->sex));
	doc_push_text(state, "relationship",
				  relationship_name(member->relationship));
	doc_push_date(state, "enrolled_on", member->enrolled_on);
	doc_push_date(state, "continuous_since", member->continuous_since);
	if (member->has_policy_start)
		doc_push_date(state, "policy_start", member->policy_start);
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * push_provider pushes what a bill states of its provider.
 */
static void
push_provider(JsonbParseState **state, const ClaimProvider *provider)
{
	doc_push_key(state, "provider");
	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	push_optional(state, "code", provider->code);
	if (provider->grade >= 0)
		doc_push_integer(state, "grade", provider->grade);
	push_optional(state, "ownership", ownership_name(provider->ownership));
	push_optional(state, "ward", ward_name(provider->ward));
	if (provider->network >= 0)
		doc_push_bool(state, "network", provider->network != 0);
	push_optional(state, "region", provider->region);
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * print_quantity writes a quantity without the zeros behind it: "1", "2.5".
 */
static char *
print_quantity(int64 quantity_micro)
{
	char		buffer[FIXED_PRINT_BYTES];
	char	   *text = pstrdup(fixed_print(quantity_micro, FIXED_MICRO_PLACES,
										   buffer));
	char	   *end = text + strlen(text);

	while (end[-1] == '0')
		*--end = '\0';
	if (end[-1] == '.')
		end[-1] = '\0';
	return text;
}

/*
 * push_line pushes one line.
 */
static void
push_line(JsonbParseState **state, const ClaimLine *line)
{
	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	doc_push_integer(state, "no", line->no);
	doc_push_text(state, "category", line->category);
	push_optional(state, "code", line->code);
	push_optional(state, "class", item_class_name(line->item_class));
	doc_push_text(state, "quantity", print_quantity(line->quantity_micro));
	doc_push_amount(state, "amount", line->amount_fen);
	doc_push_amount(state, "allowed", line->allowed_fen);
	doc_push_amount(state, "self_first", line->self_first_fen);
	doc_push_amount(state, "social_paid", line->social_paid_fen);
	doc_push_amount(state, "other_paid", line->other_paid_fen);
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * push_bill pushes one bill.
 */
static void
push_bill(JsonbParseState **state, const ClaimBill *bill)
{
	int			i;

	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	doc_push_text(state, "no", bill->no);
	doc_push_text(state, "care", care_name(bill->care));
	doc_push_date(state, "from", bill->from_date);
	doc_push_date(state, "to", bill->to_date);
	push_optional(state, "stay", bill->stay);
	push_texts(state, "diagnoses", bill->diagnoses, bill->n_diagnoses);
	push_provider(state, &bill->provider);
	doc_push_bool(state, "social_settled", bill->social_settled);
	doc_push_amount(state, "social_paid", bill->social_paid_fen);
	doc_push_amount(state, "other_paid", bill->other_paid_fen);
	doc_push_key(state, "items");
	(void) pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < bill->n_lines; i++)
		push_line(state, &bill->lines[i]);
	(void) pushJsonbValue(state, WJB_END_ARRAY, NULL);
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * claim_to_jsonb writes the document.
 */
Jsonb *
claim_to_jsonb(const Claim *claim)
{
	JsonbParseState *state = NULL;
	char		moment[JSON_TIMESTAMP_BYTES];
	int			i;

	(void) pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_optional(&state, "ref", claim->ref);
	push_optional(&state, "policy", claim->policy);
	push_optional(&state, "member_ref", claim->member_ref);
	doc_push_text(&state, "cause", cause_name(claim->cause));
	if (claim->has_event_date)
		doc_push_date(&state, "event_date", claim->event_date);
	if (claim->has_submitted_at)
		doc_push_text(&state, "submitted_at",
					  pstrdup(iso_timestamp_print(claim->submitted_at,
												  moment)));
	push_texts(&state, "diagnoses", claim->diagnoses, claim->n_diagnoses);
	push_grades(&state, claim);
	if (claim->has_member)
		push_member(&state, &claim->member);
	doc_push_key(&state, "bills");
	(void) pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < claim->n_bills; i++)
	{
		CHECK_FOR_INTERRUPTS();
		push_bill(&state, &claim->bills[i]);
	}
	(void) pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}
