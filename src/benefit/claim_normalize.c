/*-------------------------------------------------------------------------
 *
 * claim_normalize.c
 *		Brings a claim that was read into the form that is calculated with.
 *
 * A negative line is a refund: it takes from the other lines of its bill.
 * Payments by others that stand on the bill fall on its lines.  Afterwards
 * every line has net_ amounts, none below zero, and no line has more payments
 * than amount.
 *
 * Pure: a claim in, a claim out; what is wrong is told by a ClaimProblem.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/claim_engine.h"
#include "core/fixed.h"
#include "miscadmin.h"
#include "storage/shmem.h"

/* One figure of all lines of a bill: as stated, and what is left of it. */
typedef struct Column
{
	int64	   *stated_fen;
	int64	   *net_fen;
	int			short_line;		/* a refund that found too little; -1: none */
} Column;

/* How near a line is to a refund; it takes from the nearest first. */
typedef enum Nearness
{
	NEAR_CODE, NEAR_CATEGORY, NEAR_BILL
} Nearness;

/*
 * set_problem notes what is wrong, where nothing was wrong before.
 */
static void
set_problem(ClaimProblem *problem, int bill, int line, const char *key,
			const char *message)
{
	if (problem->message)
		return;
	problem->bill = bill;
	problem->line = line;
	problem->key = key;
	problem->message = message;
}

/*
 * is_near says whether a refund takes from a line at this nearness.
 */
static bool
is_near(const ClaimLine *refund, const ClaimLine *line, Nearness nearness)
{
	switch (nearness)
	{
		case NEAR_CODE:
			return refund->code && line->code &&
				strcmp(refund->code, line->code) == 0;
		case NEAR_CATEGORY:
			return strcmp(refund->category, line->category) == 0;
		case NEAR_BILL:
			break;
	}
	return true;
}

/*
 * take_refund takes one refund from the lines, nearest first, in line order,
 * none below zero; says what it could not take.
 */
static int64
take_refund(const ClaimBill *bill, const ClaimLine *refund, int64 refund_fen,
			int64 *net_fen)
{
	Nearness	nearness;
	int			i;

	for (nearness = NEAR_CODE; nearness <= NEAR_BILL; nearness++)
		for (i = 0; i < bill->n_lines && refund_fen > 0; i++)
			if (is_near(refund, &bill->lines[i], nearness))
			{
				int64		taken_fen = Min(net_fen[i], refund_fen);

				net_fen[i] -= taken_fen;
				refund_fen -= taken_fen;
			}
	return refund_fen;
}

/*
 * net_column takes all refunds of one figure (amount, social, other).
 */
static void
net_column(const ClaimBill *bill, Column *column)
{
	int			i;

	column->short_line = -1;
	for (i = 0; i < bill->n_lines; i++)
		column->net_fen[i] = Max(column->stated_fen[i], 0);
	for (i = 0; i < bill->n_lines; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (column->stated_fen[i] < 0 &&
			take_refund(bill, &bill->lines[i], -column->stated_fen[i],
						column->net_fen) > 0 &&
			column->short_line < 0)
			column->short_line = i;
	}
}

/*
 * make_column copies one figure of all lines; "offset" is its place in a line.
 */
static void
make_column(const ClaimBill *bill, Size offset, Column *column)
{
	int			i;

	column->stated_fen = palloc(mul_size(sizeof(int64), bill->n_lines));
	column->net_fen = palloc(mul_size(sizeof(int64), bill->n_lines));
	for (i = 0; i < bill->n_lines; i++)
		column->stated_fen[i] =
			*(const int64 *) ((const char *) &bill->lines[i] + offset);
	net_column(bill, column);
}

/*
 * free_column gives back what make_column() took.
 */
static void
free_column(Column *column)
{
	pfree(column->stated_fen);
	pfree(column->net_fen);
}

/*
 * shrink_lines sets the net amounts, and shrinks what belongs to a line as its
 * amount shrank.  Once, from what was stated, however many refunds there were:
 * so the order of refunds makes no difference to rounding.
 */
static void
shrink_lines(ClaimBill *bill, const Column *amounts)
{
	int			i;

	for (i = 0; i < bill->n_lines; i++)
	{
		ClaimLine  *line = &bill->lines[i];

		line->net_amount_fen = amounts->net_fen[i];
		line->net_allowed_fen = 0;
		line->net_self_first_fen = 0;
		if (line->amount_fen <= 0)
			continue;
		line->net_allowed_fen = fixed_scale(line->allowed_fen,
											line->net_amount_fen,
											line->amount_fen);
		line->net_self_first_fen = fixed_scale(line->self_first_fen,
											   line->net_amount_fen,
											   line->amount_fen);
	}
}

/*
 * stand_on_lines puts on each line the payments that it states, as far as its
 * amount reaches after refunds; the excess is left to fall on the others.
 */
static void
stand_on_lines(ClaimBill *bill, const Column *social, const Column *other)
{
	int			i;

	for (i = 0; i < bill->n_lines; i++)
	{
		ClaimLine  *line = &bill->lines[i];

		line->net_social_fen = Min(social->net_fen[i], line->net_amount_fen);
		line->net_other_fen = Min(other->net_fen[i],
								  line->net_amount_fen - line->net_social_fen);
	}
}

/*
 * fall_on_lines spreads a payment over the lines in proportion to what is open
 * on each, at most that; over lines of class A and B only, if so asked.  Says
 * what is left.
 */
static int64
fall_on_lines(ClaimBill *bill, int64 rest_fen, bool is_social, bool only_ab)
{
	int64	   *open_fen = palloc0(mul_size(sizeof(int64), bill->n_lines));
	int64	   *shares_fen = palloc(mul_size(sizeof(int64), bill->n_lines));
	int64		falls_fen;
	int			i;

	for (i = 0; i < bill->n_lines; i++)
	{
		const ClaimLine *line = &bill->lines[i];

		if (!only_ab || line->item_class == CLASS_A ||
			line->item_class == CLASS_B)
			open_fen[i] = line->net_amount_fen - line->net_social_fen -
				line->net_other_fen;
	}
	falls_fen = Min(rest_fen, sum_fen(open_fen, bill->n_lines));
	spread(falls_fen, open_fen, bill->n_lines, shares_fen);
	for (i = 0; i < bill->n_lines; i++)
	{
		if (is_social)
			bill->lines[i].net_social_fen += shares_fen[i];
		else
			bill->lines[i].net_other_fen += shares_fen[i];
	}
	pfree(open_fen);
	pfree(shares_fen);
	return rest_fen - falls_fen;
}

/*
 * bill_figure settles the bill's figure of a payment: as stated, else the sum
 * of its lines.
 */
static void
bill_figure(int bill_index, const ClaimBill *bill, const Column *column,
			bool is_stated, const char *key, int64 *figure_fen,
			ClaimProblem *problem)
{
	int64		lines_fen = sum_fen(column->net_fen, bill->n_lines);

	if (!is_stated)
	{
		if (column->short_line >= 0)
			set_problem(problem, bill_index, column->short_line, key,
						"takes back more than the lines state");
		*figure_fen = lines_fen;
	}
	else if (*figure_fen < lines_fen)
		set_problem(problem, bill_index, -1, key,
					"less than the sum of its lines");
}

/*
 * spread_payments puts the bill's payments on its lines.
 */
static void
spread_payments(int bill_index, ClaimBill *bill, ClaimProblem *problem)
{
	Column		social;
	Column		other;

	make_column(bill, offsetof(ClaimLine, social_paid_fen), &social);
	make_column(bill, offsetof(ClaimLine, other_paid_fen), &other);
	bill_figure(bill_index, bill, &social, bill->has_social_paid,
				"social_paid", &bill->social_paid_fen, problem);
	bill_figure(bill_index, bill, &other, bill->has_other_paid,
				"other_paid", &bill->other_paid_fen, problem);
	if (bill->social_paid_fen + bill->other_paid_fen > bill->submitted_fen)
		set_problem(problem, bill_index, -1,
					bill->social_paid_fen > bill->submitted_fen
					? "social_paid" : "other_paid",
					"payments by others exceed the bill's amount");
	if (problem->message == NULL)
	{
		int64		rest_fen;
		int			i;

		stand_on_lines(bill, &social, &other);
		rest_fen = bill->social_paid_fen;
		for (i = 0; i < bill->n_lines; i++)
			rest_fen -= bill->lines[i].net_social_fen;
		rest_fen = fall_on_lines(bill, rest_fen, true, true);
		(void) fall_on_lines(bill, rest_fen, true, false);

		rest_fen = bill->other_paid_fen;
		for (i = 0; i < bill->n_lines; i++)
			rest_fen -= bill->lines[i].net_other_fen;
		(void) fall_on_lines(bill, rest_fen, false, false);
	}
	free_column(&social);
	free_column(&other);
}

/*
 * check_line refuses payments beyond a line's own amount, and a payment that
 * is taken back by a line that is no refund.
 */
static void
check_line(int bill_index, const ClaimBill *bill, int line_index,
		   ClaimProblem *problem)
{
	const ClaimLine *line = &bill->lines[line_index];
	bool		is_social = line->social_paid_fen != 0;

	if (line->is_refund)
	{
		if (line->social_paid_fen > 0 || line->other_paid_fen > 0)
			set_problem(problem, bill_index, line_index,
						line->social_paid_fen > 0 ? "social_paid" : "other_paid",
						"a payment on a refund line is not positive");
	}
	else if (line->social_paid_fen < 0 || line->other_paid_fen < 0)
		set_problem(problem, bill_index, line_index,
					line->social_paid_fen < 0 ? "social_paid" : "other_paid",
					"is negative, and the line is no refund");
	else if (line->social_paid_fen + line->other_paid_fen > line->amount_fen)
		set_problem(problem, bill_index, line_index,
					is_social ? "social_paid" : "other_paid",
					"payments by others exceed the line's amount");
}

/*
 * normalize_bill nets one bill and spreads its payments.
 */
static void
normalize_bill(int bill_index, ClaimBill *bill, ClaimProblem *problem)
{
	Column		amounts;
	int64		gross_fen = 0;
	int			i;

	for (i = 0; i < bill->n_lines && problem->message == NULL; i++)
	{
		gross_fen += Max(bill->lines[i].amount_fen, 0);
		check_line(bill_index, bill, i, problem);
	}
	if (problem->message == NULL && gross_fen > FIXED_FEN_MAX)
	{
		problem->is_range = true;
		set_problem(problem, bill_index, -1, "items",
					"the sum of the amounts is out of range");
	}
	if (problem->message)
		return;
	make_column(bill, offsetof(ClaimLine, amount_fen), &amounts);
	if (amounts.short_line >= 0)
		set_problem(problem, bill_index, amounts.short_line, "amount",
					"refunds take the bill below zero");
	shrink_lines(bill, &amounts);
	bill->submitted_fen = sum_fen(amounts.net_fen, bill->n_lines);
	free_column(&amounts);
	if (problem->message == NULL)
		spread_payments(bill_index, bill, problem);
}

/*
 * claim_normalize nets and spreads every bill, and adds the claim up.
 */
void
claim_normalize(Claim *claim, ClaimProblem *problem)
{
	int			i;

	memset(problem, 0, sizeof(*problem));
	claim->submitted_fen = 0;
	for (i = 0; i < claim->n_bills && problem->message == NULL; i++)
	{
		CHECK_FOR_INTERRUPTS();
		normalize_bill(i, &claim->bills[i], problem);
		claim->submitted_fen += claim->bills[i].submitted_fen;
	}
	if (problem->message == NULL && claim->submitted_fen > FIXED_FEN_MAX)
	{
		problem->is_range = true;
		set_problem(problem, -1, -1, "bills",
					"the sum of the amounts is out of range");
	}
}
