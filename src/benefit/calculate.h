/*-------------------------------------------------------------------------
 *
 * calculate.h
 *		The state of a calculation, and the parts that work on it.
 *
 * Inside the room only.  calculate.c leads through bills and benefits,
 * calculate_steps.c and calculate_share.c run steps, calculate_limit.c limits,
 * calculate_pay.c bounds and splits what is paid and checks that it adds up,
 * calculate_fixed.c runs the fixed benefits, calculate_trace.c writes down what
 * happens.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_BENEFIT_CALCULATE_H
#define ASSURE_BENEFIT_CALCULATE_H

#include "benefit/counters.h"
#include "benefit/terms.h"

/*
 * Lines as a benefit sees them: which it lets through, and what counts of each.
 * Most benefits let all through and count them whole: they look at one view,
 * which is made once a bill.
 */
typedef struct LinesView
{
	bool	   *is_let;
	int64	   *eligible_fen;
	int64		total_fen;		/* what counts of all */
} LinesView;

/* What a shared step has done on this bill, by line. */
typedef struct SharedVisit
{
	bool		is_open;		/* arrays are there and belong to this bill */
	int64		taken_fen;		/* copay: taken on this visit */
	int64	   *closed_fen;		/* taken on the line */
} SharedVisit;

/* What of a bill's payments has been credited to a counter, by line. */
typedef struct CreditVisit
{
	bool		is_open;
	int64	   *credited_fen[PAYMENT_KINDS];
} CreditVisit;

typedef enum PendingKind
{
	PENDING_FIXED,				/* a delta that is known: deductible met */
	PENDING_PAID,				/* what is paid in the end */
	PENDING_LINES,				/* what is paid on the lines of a limit */
	PENDING_MEMBER,				/* the member's own share in the end */
	PENDING_VISIT				/* a visit, if anything is paid */
} PendingKind;

#define PENDING_KINDS	(PENDING_VISIT + 1)

/* A booking that waits until the last step. */
typedef struct Pending
{
	PendingKind kind;
	CounterKey	key;
	int64		delta;			/* PENDING_FIXED; else 0 */
	int64		limit;
	const TextList *categories; /* PENDING_LINES */
} Pending;

/* At most two bookings a step, and the benefit's own. */
#define PENDING_MAX		(TERMS_STEPS_MAX * 2 + 8)

typedef struct Work
{
	const Terms *terms;
	const Claim *claim;
	Counters   *counters;
	ClaimResult *result;
	Trace	   *trace;			/* NULL: nothing is written down */
	int			trace_first;	/* first row of the benefit on the visit */
	int			n_reasons_allocated;
	SharedVisit *shared;		/* by shared step */
	CreditVisit *credits;		/* by counter */
	int64	   *scratch_fen;	/* by line */
	int64	   *part_fen;		/* by line, too */
	/* the bill; for a fixed benefit of the claim the event */
	const ClaimBill *bill;		/* NULL: the event */
	int			bill_index;		/* in order; n_bills: the event */
	DateADT		date;			/* the from-date, or the event's */
	int64		days;			/* of the bill, both ends in */
	DateADT		year_start;
	BillResult *bill_result;
	LinesView	all;			/* all its lines, whole */
	int64		contract_fen;	/* of all lines: above contract prices */
	int64		social_fen;		/* of all lines */
	int64		other_fen;
	int64	   *prior_fen;		/* by line: paid by earlier benefits */
	int64	   *open_fen;		/* by line: what nobody has paid yet */
	/* the benefit on the bill */
	const Benefit *benefit;
	int			benefit_index;
	LinesView	own;			/* arrays for lines of its own choice */
	const bool *is_let;			/* by line: let through; of all, or own */
	const int64 *eligible_fen;	/* by line: after caps by line; likewise */
	bool		has_bounds;		/* have they been set? */
	int64	   *bounds_fen;		/* by line: open, and left by limits on lines */
	int64	   *kept_fen;		/* by line: what a limit kept of the amount */
	uint32		offset_payments;	/* that offsets have taken off so far: bits */
	int64	   *paid_fen;		/* by line: paid by this benefit */
	int			reason_first;	/* its first reason */
	const Step *step;			/* NULL: none runs */
	int64		amount_fen;		/* what goes from step to step */
	BenefitSplit *split;
	int			n_pending;
	Pending		pending[PENDING_MAX];
} Work;

/*
 * counter_key names a counter in the period that the visit falls into.
 */
static inline CounterKey
counter_key(const Work *work, int counter, bool is_family, PeriodKind kind,
			Measure measure)
{
	DateADT		start = kind == PERIOD_YEAR ? work->year_start
		: kind == PERIOD_DAY ? work->date
		: kind == PERIOD_VISIT ? work->bill_index : 0;

	return counter_pack(counter, is_family, kind, start, measure, NULL);
}

/* ----- calculate.c ----- */

/* Begins a bill, or with bill NULL the event of the claim on a date. */
extern void open_visit(Work *work, const ClaimBill *bill, int bill_index,
					   DateADT date);
extern void add_reason(Work *work, ReasonCode code, int64 amount_fen,
					   const char *counter, int64 limit);
extern void add_silence(Work *work, ReasonCode code);
extern Pending *add_pending(Work *work, PendingKind kind,
							const CounterKey *key, int64 delta, int64 limit);

/* Moves an amount out of the stream into a category, with its reason. */
extern void book(Work *work, Category category, ReasonCode code,
				 int64 booked_fen, const char *counter, int64 limit);

/* Asks for the benefit's own amounts of the year and for life. */
extern void add_own_amounts(Work *work);

/* Books what was asked for, now that split->paid_fen is known. */
extern void book_pending(Work *work);

/* ----- calculate_steps.c ----- */

/*
 * Runs one step on work->amount_fen.  Limits also serve the fixed benefits,
 * which bring a split of their own; limits by days are theirs alone.
 */
extern void run_step(Work *work, const Step *step);


/* add_pending(), and the counter stands in the trace. */
extern Pending *ask(Work *work, PendingKind kind, const CounterKey *key,
					int64 delta, int64 limit);
extern void run_coinsurance(Work *work, const Step *step);
extern void run_out_of_pocket(Work *work, const Step *step);
extern void run_limit(Work *work, const Step *step);
extern int64 period_amount(const Work *work, PeriodKind per, int64 amount_fen);

/* What is left of an amount in a counter, never below zero. */
extern int64 room_in(const Work *work, const CounterKey *key,
					 int64 amount_fen);

/* ----- calculate_pay.c ----- */

/* Looks at the lines of the bill: work->all, and what is open on each. */
extern void open_bill_lines(Work *work);

/* Sets what each line may be paid, where it has not been set yet. */
extern void open_bounds(Work *work);
extern void pay(Work *work);

extern void sum_is_broken(const Work *work, const char *what)
			__attribute__((noreturn, cold));

/*
 * ensure_sum raises an internal error where money does not add up.
 */
static inline void
ensure_sum(const Work *work, bool holds, const char *what)
{
	if (unlikely(!holds))
		sum_is_broken(work, what);
}

/* ----- benefit_filter.c ----- */

/* Why a benefit does not respond to the visit, or REASON_NONE; then is_let
 * says which lines of the bill it lets through. */
extern ReasonCode filter_test(Work *work, const Benefit *benefit);

/*
 * text_key_is_before orders keys; any order does that both sides know.
 */
static inline bool
text_key_is_before(TextKey a, TextKey b)
{
	return a.head < b.head || (a.head == b.head && a.tail < b.tail);
}

/* Lists of as many texts are looked through rather than searched. */
#define TEXT_LIST_FEW	8

/*
 * text_list_begin says from where on a list may have a key.
 */
static inline int
text_list_begin(const TextList *list, TextKey key)
{
	int			low = 0;
	int			high = list->count;

	/* the keys before "low" are before this one */
	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (text_key_is_before(list->keys[middle], key))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * text_list_has says whether a text stands in a list.  A short list is looked
 * through to its end: whether a line's text is in it no processor can guess.
 */
static inline bool
text_list_has(const TextList *list, const char *text, TextKey key)
{
	int			i;
	bool		found = false;

	if (likely(list->count <= TEXT_LIST_FEW && (key.tail >> 56) != 0xFF))
	{
		for (i = 0; i < list->count; i++)
			found |= (list->keys[i].head == key.head) &
				(list->keys[i].tail == key.tail);
		return found;
	}
	for (i = text_list_begin(list, key);
		 i < list->count && !text_key_is_before(key, list->keys[i]); i++)
		if (text_key_is_same(list->keys[i], key, list->texts[i], text))
			return true;
	return false;
}

/*
 * is_in_categories says whether a limit on categories is about a line.
 */
static inline bool
is_in_categories(const Work *work, const TextList *categories, int line)
{
	const ClaimLine *claim_line = &work->bill->lines[line];

	return work->is_let[line] &&
		text_list_has(categories, claim_line->category,
					  claim_line->category_key);
}

/* ----- condition.c ----- */

/* Does a condition hold on the visit?  Anything but true: it does not. */
extern bool condition_holds(Work *work, const Condition *condition);

/* ----- calculate_fixed.c ----- */

/* The fixed benefits of the claim, after all bills, in order of the terms. */
extern void run_fixed(Work *work);

/* ----- calculate_trace.c: only where work->trace is there ----- */

/*
 * What a benefit does on a visit is written down as rows, in sequence; then
 * trace_end() fills in what became of the counters.
 */
extern void trace_begin(Work *work);
extern void trace_end(Work *work);

/* A new row, from an amount on to work->amount_fen. */
extern TraceRow *trace_row(Work *work, TraceKind kind, int64 amount_in_fen,
						   Category category, ReasonCode reason);

extern TraceRow *trace_last(Work *work);

/* Adds a counter to the last row. */
extern void trace_counter(Work *work, const CounterKey *key, int64 limit);

#endif							/* ASSURE_BENEFIT_CALCULATE_H */
