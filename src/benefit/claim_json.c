/*-------------------------------------------------------------------------
 *
 * claim_json.c
 *		Reads a claim document.
 *
 * Everything that the document may hold is read here and nothing else: an
 * unknown key is an error.  Defaults are filled in where a key is absent; null
 * is not absent but a wrong type.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/benefit_names.h"
#include "benefit/claim_engine.h"
#include "benefit/terms.h"
#include "core/errors.h"
#include "core/fixed.h"
#include "core/json.h"
#include "miscadmin.h"
#include "storage/shmem.h"

static const char *const claim_keys[] = {
	"ref", "policy", "member_ref", "cause", "event_date", "submitted_at",
	"diagnoses", "disability_grades", "member", "bills", NULL
};
static const char *const member_keys[] = {
	"birth_date", "sex", "relationship", "policy_start", "enrolled_on",
	"continuous_since", NULL
};
static const char *const bill_keys[] = {
	"no", "care", "from", "to", "diagnoses", "provider", "social_settled",
	"social_paid", "other_paid", "stay", "items", NULL
};
static const char *const provider_keys[] = {
	"code", "grade", "ownership", "ward", "network", "region", NULL
};
static const char *const line_keys[] = {
	"no", "category", "code", "class", "quantity", "amount", "allowed",
	"self_first", "social_paid", "other_paid", NULL
};

/*
 * optional_text reads a text that may be absent: then NULL.
 */
static char *
optional_text(const DocNode *node, const char *key)
{
	DocNode		child;

	return doc_member(node, key, &child)
		? doc_text(&child, CLAIM_TEXT_BYTES_MAX) : NULL;
}

/*
 * required_text reads a text that has to be there.
 */
static char *
required_text(const DocNode *node, const char *key)
{
	DocNode		child;

	return doc_require(node, key, &child)
		? doc_text(&child, CLAIM_TEXT_BYTES_MAX) : pstrdup("");
}

/*
 * optional_code reads a code out of a table, 0 where it is absent.
 */
static int
optional_code(const DocNode *node, const char *key, const char *const *names)
{
	DocNode		child;

	return doc_member(node, key, &child) ? doc_code(&child, names) : 0;
}

/*
 * required_code reads a code out of a table that has to be there.
 */
static int
required_code(const DocNode *node, const char *key, const char *const *names)
{
	DocNode		child;

	return doc_require(node, key, &child) ? doc_code(&child, names) : 0;
}

/*
 * required_date reads a date that has to be there.
 */
static DateADT
required_date(const DocNode *node, const char *key)
{
	DocNode		child;

	return doc_require(node, key, &child) ? doc_date(&child) : 0;
}

/*
 * optional_date reads a date, or gives a default.
 */
static DateADT
optional_date(const DocNode *node, const char *key, DateADT absent)
{
	DocNode		child;

	return doc_member(node, key, &child) ? doc_date(&child) : absent;
}

/*
 * read_diagnoses reads a list of ICD-10 codes, kept as they are written.
 */
static char **
read_diagnoses(const DocNode *node, int *n_diagnoses)
{
	DocNode		list;
	char	  **diagnoses;
	int			i;

	*n_diagnoses = 0;
	if (!doc_member(node, "diagnoses", &list))
		return NULL;
	*n_diagnoses = doc_list(&list, 0, CLAIM_LIST_MAX);
	diagnoses = palloc(mul_size(sizeof(char *), Max(*n_diagnoses, 1)));
	for (i = 0; i < *n_diagnoses; i++)
	{
		DocNode		child;
		char		normal[ICD_BYTES_MAX];

		doc_element(&list, i, &child);
		diagnoses[i] = doc_text(&child, CLAIM_TEXT_BYTES_MAX);
		if (!icd_normalize(diagnoses[i], normal, sizeof(normal)))
			doc_fail_invalid(&child, "not an ICD-10 code such as \"S82.6\"");
	}
	return diagnoses;
}

/*
 * read_grades reads the disability grades of the claim.
 */
static void
read_grades(const DocNode *node, Claim *claim)
{
	DocNode		list;
	int			i;

	if (!doc_member(node, "disability_grades", &list))
		return;
	claim->n_disability_grades = doc_list(&list, 0, CLAIM_LIST_MAX);
	claim->disability_grades =
		palloc(mul_size(sizeof(int), Max(claim->n_disability_grades, 1)));
	for (i = 0; i < claim->n_disability_grades; i++)
	{
		DocNode		child;

		doc_element(&list, i, &child);
		claim->disability_grades[i] =
			(int) doc_integer(&child, 1, DISABILITY_GRADE_MAX);
	}
}

/*
 * read_member reads the member part.
 */
static void
read_member(const DocNode *node, ClaimMember *member)
{
	DocNode		child;

	if (!doc_object(node, member_keys))
		return;
	member->birth_date = required_date(node, "birth_date");
	member->sex = (Sex) required_code(node, "sex", sex_names);
	member->relationship = (Relationship)
		required_code(node, "relationship", relationship_names);
	member->enrolled_on = required_date(node, "enrolled_on");
	member->continuous_since = optional_date(node, "continuous_since",
											 member->enrolled_on);
	member->has_policy_start = doc_member(node, "policy_start", &child);
	member->policy_start = optional_date(node, "policy_start",
										 member->enrolled_on);
}

/*
 * read_provider reads the provider part of a bill; what is absent is unknown,
 * and unknown passes no filter.
 */
static void
read_provider(const DocNode *bill, ClaimProvider *provider)
{
	DocNode		node;
	DocNode		child;

	provider->grade = -1;
	provider->network = -1;
	if (!doc_member(bill, "provider", &node) ||
		!doc_object(&node, provider_keys))
		return;
	provider->code = optional_text(&node, "code");
	if (doc_member(&node, "grade", &child))
		provider->grade = (int) doc_integer(&child, 0, PROVIDER_GRADE_MAX);
	provider->ownership = (Ownership)
		optional_code(&node, "ownership", ownership_names);
	provider->ward = (Ward) optional_code(&node, "ward", ward_names);
	if (doc_member(&node, "network", &child))
		provider->network = doc_bool(&child);
	provider->region = optional_text(&node, "region");
}

/*
 * read_quantity reads the quantity of a line: above zero.  On a refund a
 * hospital may write it negative, where it says nothing more.
 */
static int64
read_quantity(const DocNode *node, bool is_refund)
{
	DocNode		child;
	int64		quantity_micro;

	if (!doc_member(node, "quantity", &child))
		return FIXED_MICRO_ONE;
	quantity_micro = doc_decimal(&child, QUANTITY_MICRO_MAX);
	if (quantity_micro == 0 || (quantity_micro < 0 && !is_refund))
		doc_fail_invalid(&child, "a quantity is above zero");
	return quantity_micro;
}

/*
 * read_part reads a part of a line's amount: between zero and the whole, with
 * the sign of the whole.
 */
static int64
read_part(const DocNode *node, const char *key, int64 absent_fen,
		  int64 whole_fen, const char *whole_name)
{
	DocNode		child;
	int64		part_fen;

	if (!doc_member(node, key, &child))
		return absent_fen;
	part_fen = doc_signed_amount(&child);
	if (whole_fen >= 0 && part_fen < 0)
		doc_fail_invalid(&child, "is negative");
	else if (whole_fen < 0 && part_fen > 0)
		doc_fail_invalid(&child, "is positive on a refund");
	else if (whole_fen >= 0 ? part_fen > whole_fen : part_fen < whole_fen)
		doc_fail_invalid(&child, "is above the %s", whole_name);
	return part_fen;
}

/*
 * optional_signed reads a payment on a line, 0 where it is absent.
 */
static int64
optional_signed(const DocNode *node, const char *key)
{
	DocNode		child;

	return doc_member(node, key, &child) ? doc_signed_amount(&child) : 0;
}

/*
 * read_line reads one line of a bill.
 */
static void
read_line(const DocNode *node, ClaimLine *line)
{
	DocNode		child;

	if (!doc_object(node, line_keys))
		return;
	if (doc_require(node, "no", &child))
		line->no = (int32) doc_integer(&child, 0, PG_INT32_MAX);
	line->category = required_text(node, "category");
	line->code = optional_text(node, "code");
	line->item_class = (ItemClass)
		optional_code(node, "class", item_class_names);
	if (doc_require(node, "amount", &child))
		line->amount_fen = doc_signed_amount(&child);
	line->is_refund = line->amount_fen < 0;
	line->quantity_micro = read_quantity(node, line->is_refund);
	line->allowed_fen = read_part(node, "allowed", line->amount_fen,
								  line->amount_fen, "amount");
	line->self_first_fen = read_part(node, "self_first", 0, line->allowed_fen,
									 "allowed amount");
	line->social_paid_fen = optional_signed(node, "social_paid");
	line->other_paid_fen = optional_signed(node, "other_paid");
}

/*
 * compare_numbers orders line numbers.
 */
static int
compare_numbers(const void *left, const void *right)
{
	int32		a = *(const int32 *) left;
	int32		b = *(const int32 *) right;

	return a < b ? -1 : (a > b);
}

/*
 * check_line_numbers refuses a line number that stands twice on a bill: the
 * result names lines by it.
 */
static void
check_line_numbers(const DocNode *list, const ClaimBill *bill)
{
	int32	   *numbers = palloc(mul_size(sizeof(int32), bill->n_lines));
	int			i;

	for (i = 0; i < bill->n_lines; i++)
		numbers[i] = bill->lines[i].no;
	qsort(numbers, bill->n_lines, sizeof(int32), compare_numbers);
	for (i = 1; i < bill->n_lines; i++)
		if (numbers[i] == numbers[i - 1])
			doc_fail_invalid(list, "two lines have the number %d", numbers[i]);
	pfree(numbers);
}

/*
 * read_lines reads the lines of a bill; there is at least one.
 */
static void
read_lines(const DocNode *node, ClaimBill *bill)
{
	DocNode		list;
	int			i;

	if (!doc_require(node, "items", &list))
		return;
	bill->n_lines = doc_list(&list, 1, CLAIM_LINES_MAX);
	bill->lines = palloc0(mul_size(sizeof(ClaimLine), Max(bill->n_lines, 1)));
	for (i = 0; i < bill->n_lines && !node->reader->failed; i++)
	{
		DocNode		child;

		CHECK_FOR_INTERRUPTS();
		doc_element(&list, i, &child);
		read_line(&child, &bill->lines[i]);
	}
	if (!node->reader->failed)
		check_line_numbers(&list, bill);
}

/*
 * read_bill reads one bill.
 */
static void
read_bill(const DocNode *node, ClaimBill *bill)
{
	DocNode		child;

	if (!doc_object(node, bill_keys))
		return;
	bill->no = required_text(node, "no");
	bill->care = (CareKind) required_code(node, "care", care_names);
	bill->from_date = required_date(node, "from");
	bill->to_date = optional_date(node, "to", bill->from_date);
	if (bill->to_date < bill->from_date && doc_member(node, "to", &child))
		doc_fail_invalid(&child, "is before \"from\"");
	bill->stay = optional_text(node, "stay");
	bill->diagnoses = read_diagnoses(node, &bill->n_diagnoses);
	read_provider(node, &bill->provider);
	if (doc_member(node, "social_settled", &child))
		bill->social_settled = doc_bool(&child);
	bill->has_social_paid = doc_member(node, "social_paid", &child);
	if (bill->has_social_paid)
		bill->social_paid_fen = doc_amount(&child);
	bill->has_other_paid = doc_member(node, "other_paid", &child);
	if (bill->has_other_paid)
		bill->other_paid_fen = doc_amount(&child);
	read_lines(node, bill);
}

/*
 * read_bills reads the bills; a claim for fixed sums has none.
 */
static void
read_bills(const DocNode *node, Claim *claim)
{
	DocNode		list;
	int			i;

	if (!doc_member(node, "bills", &list))
		return;
	claim->n_bills = doc_list(&list, 0, CLAIM_BILLS_MAX);
	claim->bills = palloc0(mul_size(sizeof(ClaimBill), Max(claim->n_bills, 1)));
	for (i = 0; i < claim->n_bills && !node->reader->failed; i++)
	{
		DocNode		child;

		CHECK_FOR_INTERRUPTS();
		doc_element(&list, i, &child);
		claim->bills[i].position = i;
		read_bill(&child, &claim->bills[i]);
	}
}

/*
 * read_keys reads what says whose claim this is, and when; all of it has to be
 * there where the claim is stored.
 */
static void
read_keys(const DocNode *node, Claim *claim, bool needs_keys)
{
	DocNode		child;

	claim->ref = needs_keys ? required_text(node, "ref")
		: optional_text(node, "ref");
	claim->policy = needs_keys ? required_text(node, "policy")
		: optional_text(node, "policy");
	claim->member_ref = needs_keys ? required_text(node, "member_ref")
		: optional_text(node, "member_ref");
	claim->has_event_date = needs_keys
		? doc_require(node, "event_date", &child)
		: doc_member(node, "event_date", &child);
	if (claim->has_event_date)
		claim->event_date = doc_date(&child);
	claim->has_submitted_at = needs_keys
		? doc_require(node, "submitted_at", &child)
		: doc_member(node, "submitted_at", &child);
	if (claim->has_submitted_at)
		claim->submitted_at = doc_timestamp(&child);
}

/*
 * report_problem raises what the engine found wrong, at its JSON path.
 */
static void
report_problem(const DocNode *root, const ClaimProblem *problem)
{
	DocNode		bills;
	DocNode		bill;
	DocNode		items;
	DocNode		line;
	DocNode		child;
	const DocNode *place = root;

	if (problem->bill >= 0 && doc_member(root, "bills", &bills))
	{
		doc_element(&bills, problem->bill, &bill);
		place = &bill;
		if (problem->line >= 0 && doc_member(&bill, "items", &items))
		{
			doc_element(&items, problem->line, &line);
			place = &line;
		}
	}
	if (problem->key)
	{
		(void) doc_member(place, problem->key, &child);
		place = &child;
	}
	doc_fail(place, problem->is_range ? ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE
			 : ERRCODE_ASSURE_INVALID_CLAIM, NULL, "%s", problem->message);
	doc_report(root->reader, NULL);
}

/*
 * claim_from_jsonb reads, checks and normalizes a claim document.
 */
Claim *
claim_from_jsonb(Jsonb *document, int flags)
{
	Claim	   *claim = palloc0(sizeof(Claim));
	ClaimProblem problem;
	DocReader	reader;
	DocNode		root;
	DocNode		child;

	doc_open(&reader, &root, document, "claim", ERRCODE_ASSURE_INVALID_CLAIM);
	if (doc_object(&root, claim_keys))
	{
		read_keys(&root, claim, (flags & CLAIM_NEEDS_KEYS) != 0);
		claim->cause = (ClaimCause)
			optional_code(&root, "cause", cause_names);
		if (claim->cause == CAUSE_NONE)
			claim->cause = CAUSE_ILLNESS;
		claim->diagnoses = read_diagnoses(&root, &claim->n_diagnoses);
		read_grades(&root, claim);
		claim->has_member = (flags & CLAIM_NEEDS_MEMBER)
			? doc_require(&root, "member", &child)
			: doc_member(&root, "member", &child);
		if (claim->has_member)
			read_member(&child, &claim->member);
		read_bills(&root, claim);
	}
	doc_report(&reader, NULL);
	claim_normalize(claim, &problem);
	if (problem.message)
		report_problem(&root, &problem);
	claim_seal(claim);
	return claim;
}

/*
 * claim_set_member gives a claim the member that the directory knows: what a
 * stored claim's document says of the person does not count.
 */
void
claim_set_member(Claim *claim, const ClaimMember *member)
{
	claim->member = *member;
	claim->has_member = true;
}
