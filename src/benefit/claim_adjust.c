/*-------------------------------------------------------------------------
 *
 * claim_adjust.c
 *		What a person changes of a claim before it is calculated.
 *
 * A list of changes, each to one bill or one line, each with its reason:
 *
 *		{"bill": "0310-5521", "item": 2, "allowed": "80.00", "class": "B",
 *		 "self_first": "8.00", "social_paid": "0.00", "other_paid": "0.00",
 *		 "reason": "..."}
 *		{"bill": "0310-5521", "item": 3, "exclude": true, "reason": "..."}
 *		{"bill": "0310-5521", "social_settled": true, "social_paid": "300.00",
 *		 "other_paid": "0.00", "reason": "..."}
 *		{"bill": "0310-5521", "exclude": true, "reason": "..."}
 *
 * That is all a person may change: what was spent stays as it was handed in,
 * and everything else is facts, which the directories hold.  A line that is
 * excluded stays with nothing allowed; a bill that is excluded is as if it had
 * not been handed in.  Where a claim has the same number on several bills, "nth"
 * says which (from 1).
 *
 * The adjusted claim is normalized again, so that it is calculated like any
 * other.  No SPI, no clock, no settings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/benefit_names.h"
#include "benefit/claim_adjust.h"
#include "benefit/claim_engine.h"
#include "core/errors.h"
#include "core/json.h"
#include "miscadmin.h"
#include "storage/shmem.h"

#define REASON_BYTES_MAX	500

static const char *const line_change_keys[] = {
	"bill", "nth", "item", "reason", "exclude", "allowed", "class", "self_first", "social_paid", "other_paid", NULL
};
static const char *const bill_change_keys[] = {
	"bill", "nth", "reason", "exclude", "social_settled", "social_paid", "other_paid", NULL
};

/* What was changed already: a thing is changed once. */
typedef struct Touched
{
	bool	   *bills;			/* by place */
	bool	  **lines;			/* by place of the bill, then of the line */
	bool	   *excluded;		/* bills */
} Touched;

/*
 * find_bill finds the bill that a change names, -1 after an error.
 */
static int
find_bill(const DocNode *change, const Claim *claim)
{
	DocNode		node;
	DocNode		nth_node;
	bool		has_nth = doc_member(change, "nth", &nth_node);
	int64		nth = has_nth ? doc_integer(&nth_node, 1, CLAIM_BILLS_MAX) : 1;
	int64		seen = 0;
	int			found = -1;
	char	   *no;

	if (!doc_require(change, "bill", &node))
		return -1;
	no = doc_text(&node, CLAIM_TEXT_BYTES_MAX);
	for (int i = 0; i < claim->n_bills; i++)
		if (strcmp(claim->bills[i].no, no) == 0 && ++seen == nth)
			found = i;
	if (found < 0)
		doc_fail_invalid(has_nth && seen > 0 ? &nth_node : &node, "the claim has no such bill");
	else if (seen > 1 && !has_nth)
		doc_fail_invalid(&node, "%d bills of the claim have this number; \"nth\" says which", (int) seen);
	return change->reader->failed ? -1 : found;
}

/*
 * find_line finds the line that a change names, -1 after an error.
 */
static int
find_line(const DocNode *node, const ClaimBill *bill)
{
	int64		no = doc_integer(node, 0, PG_INT32_MAX);

	for (int i = 0; i < bill->n_lines && !node->reader->failed; i++)
	{
		if (bill->lines[i].no != no)
			continue;
		if (!bill->lines[i].is_refund)
			return i;
		doc_fail_invalid(node, "the line is a refund");
	}
	doc_fail_invalid(node, "the bill has no such line");
	return -1;
}

/*
 * touch refuses to change a thing twice.
 */
static void
touch(const DocNode *change, bool *touched)
{
	if (*touched)
		doc_fail_invalid(change, "is adjusted twice");
	*touched = true;
}

/*
 * read_payment reads a payment by others, where the change has it.
 */
static bool
read_payment(const DocNode *change, const char *key, int64 *paid_fen)
{
	DocNode		node;

	if (!doc_member(change, key, &node))
		return false;
	*paid_fen = doc_amount(&node);
	return true;
}

/*
 * reads_exclude says whether a change excludes; then it says nothing else.
 */
static bool
reads_exclude(const DocNode *change, int key_count)
{
	DocNode		node;

	if (!doc_member(change, "exclude", &node))
		return false;
	if (!doc_bool(&node))
		doc_fail_invalid(&node, "is true or absent");
	else if (doc_object_size(change) != key_count + 1)
		doc_fail_invalid(change, "what is excluded is not adjusted as well");
	return true;
}

/*
 * adjust_line changes one line.  What is to be borne first is never above what
 * is allowed, so a smaller allowed amount takes it along.
 */
static void
adjust_line(const DocNode *change, int key_count, ClaimLine *line)
{
	DocNode		node;

	if (!doc_object(change, line_change_keys))
		return;
	if (doc_object_size(change) == key_count)
		doc_fail_invalid(change, "changes nothing");
	if (reads_exclude(change, key_count))
	{
		line->allowed_fen = 0;
		line->self_first_fen = 0;
		return;
	}
	if (doc_member(change, "class", &node))
		line->item_class = (ItemClass) doc_code(&node, item_class_names);
	if (doc_member(change, "allowed", &node))
	{
		line->allowed_fen = doc_amount(&node);
		if (line->allowed_fen > line->amount_fen)
			doc_fail_invalid(&node, "is above the amount");
		line->self_first_fen = Min(line->self_first_fen, line->allowed_fen);
	}
	if (doc_member(change, "self_first", &node))
	{
		line->self_first_fen = doc_amount(&node);
		if (line->self_first_fen > line->allowed_fen)
			doc_fail_invalid(&node, "is above the allowed amount");
	}
	(void) read_payment(change, "social_paid", &line->social_paid_fen);
	(void) read_payment(change, "other_paid", &line->other_paid_fen);
}

/*
 * adjust_bill changes what a bill says as a whole; true: it is excluded.
 */
static bool
adjust_bill(const DocNode *change, int key_count, ClaimBill *bill)
{
	DocNode		node;

	if (!doc_object(change, bill_change_keys))
		return false;
	if (doc_object_size(change) == key_count)
		doc_fail_invalid(change, "changes nothing");
	if (reads_exclude(change, key_count))
		return true;
	if (doc_member(change, "social_settled", &node))
		bill->social_settled = doc_bool(&node);
	if (read_payment(change, "social_paid", &bill->social_paid_fen))
		bill->has_social_paid = true;
	if (read_payment(change, "other_paid", &bill->other_paid_fen))
		bill->has_other_paid = true;
	return false;
}

/*
 * adjust_one makes one change.
 */
static void
adjust_one(const DocNode *change, Claim *claim, Touched *touched)
{
	int			key_count = 2;	/* those that say where and why */
	DocNode		node;
	int			bill;
	int			line;

	if (!doc_object(change, NULL))
		return;
	if (doc_require(change, "reason", &node))
		(void) doc_text(&node, REASON_BYTES_MAX);
	bill = find_bill(change, claim);
	if (bill < 0)
		return;
	if (doc_member(change, "nth", &node))
		key_count++;
	if (!doc_member(change, "item", &node))
	{
		touch(change, &touched->bills[bill]);
		touched->excluded[bill] = adjust_bill(change, key_count, &claim->bills[bill]);
		return;
	}
	line = find_line(&node, &claim->bills[bill]);
	if (line < 0)
		return;
	touch(change, &touched->lines[bill][line]);
	adjust_line(change, key_count + 1, &claim->bills[bill].lines[line]);
}

/*
 * remove_excluded leaves out the excluded bills; those behind them move up, for a
 * bill's position is its place in the list.
 */
static void
remove_excluded(Claim *claim, const Touched *touched)
{
	int			kept = 0;

	for (int i = 0; i < claim->n_bills; i++)
		if (!touched->excluded[i])
		{
			claim->bills[kept] = claim->bills[i];
			claim->bills[kept].position = kept;
			kept++;
		}
	claim->n_bills = kept;
}

/*
 * touched_create starts with nothing changed.
 */
static void
touched_create(const Claim *claim, Touched *touched)
{
	touched->bills = palloc0(mul_size(sizeof(bool), Max(claim->n_bills, 1)));
	touched->excluded = palloc0(mul_size(sizeof(bool), Max(claim->n_bills, 1)));
	touched->lines = palloc(mul_size(sizeof(bool *), Max(claim->n_bills, 1)));
	for (int i = 0; i < claim->n_bills; i++)
		touched->lines[i] = palloc0(mul_size(sizeof(bool), Max(claim->bills[i].n_lines, 1)));
}

/*
 * report_problem raises what the changes together make wrong.
 */
static void
report_problem(const Claim *claim, const ClaimProblem *problem)
{
	const ClaimBill *bill = problem->bill >= 0 ? &claim->bills[problem->bill] : NULL;
	char	   *place = "the claim";

	if (bill != NULL)
		place = problem->line >= 0 ? psprintf("bill \"%s\", line %d", bill->no, bill->lines[problem->line].no)
			: psprintf("bill \"%s\"", bill->no);
	ereport(ERROR,
			(errcode(problem->is_range ? ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE : ERRCODE_ASSURE_INVALID_ADJUSTMENT),
			 errmsg("adjustments: %s: %s%s%s", place, problem->key ? problem->key : "", problem->key ? ": " : "",
					problem->message),
			 errdetail("The claim would not be a claim any more, as adjusted.")));
}

/*
 * claim_adjust makes the changes and normalizes the claim anew.
 */
void
claim_adjust(Claim *claim, Jsonb *adjustments)
{
	Touched		touched;
	ClaimProblem problem;
	DocReader	reader;
	DocNode		root;
	int			count;

	doc_open(&reader, &root, adjustments, "adjustments", ERRCODE_ASSURE_INVALID_ADJUSTMENT);
	count = doc_list(&root, 0, ADJUSTMENTS_MAX);
	touched_create(claim, &touched);
	for (int i = 0; i < count && !reader.failed; i++)
	{
		DocNode		change;

		CHECK_FOR_INTERRUPTS();
		doc_element(&root, i, &change);
		adjust_one(&change, claim, &touched);
	}
	doc_report(&reader, NULL);
	if (count == 0)
		return;
	remove_excluded(claim, &touched);
	claim_normalize(claim, &problem);
	if (problem.message)
		report_problem(claim, &problem);
	claim_seal(claim);
}
