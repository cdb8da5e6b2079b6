/*-------------------------------------------------------------------------
 *
 * calculate.h
 *		The state of a calculation; shared by calculate.c and its steps.
 *
 * Inside the room only.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_BENEFIT_CALCULATE_H
#define ASSURE_BENEFIT_CALCULATE_H

#include "benefit/counters.h"
#include "benefit/terms.h"

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
	PENDING_VISIT				/* a visit, if anything is paid */
} PendingKind;

/* A booking that waits until the last step. */
typedef struct Pending
{
	PendingKind kind;
	CounterKey	key;
	int64		delta;
	int64		limit;
} Pending;

/* At most two bookings a step, and the benefit's own year and lifetime. */
#define PENDING_MAX		(TERMS_STEPS_MAX * 2 + 2)

typedef struct Work
{
	const Terms *terms;
	const Claim *claim;
	Counters   *counters;
	ClaimResult *result;
	int			n_reasons_allocated;
	SharedVisit *shared;		/* by shared step */
	CreditVisit *credits;		/* by counter */
	int			n_lines_max;	/* of any bill: what the arrays hold */
	int64	   *scratch_fen;	/* by line */
	/* the bill */
	const ClaimBill *bill;
	int			bill_index;		/* in the order of calculation */
	int64		days;			/* of the bill, both ends in */
	DateADT		year_start;
	BillResult *bill_result;
	int64	   *prior_fen;		/* by line: paid by earlier benefits */
	/* the benefit on the bill */
	const Benefit *benefit;
	int			benefit_index;
	bool	   *is_let;			/* by line: let through */
	int64	   *eligible_fen;	/* by line: after caps by line */
	int64		amount_fen;		/* what goes from step to step */
	BenefitSplit *split;
	int			n_pending;
	Pending		pending[PENDING_MAX];
} Work;

/* calculate.c */
extern void add_reason(Work *work, ReasonCode code, int64 amount_fen,
					   const char *counter, int64 limit);
extern void add_pending(Work *work, PendingKind kind, const CounterKey *key,
						int64 delta, int64 limit);

/* calculate_steps.c */
extern void run_step(Work *work, const Step *step);
extern CounterKey counter_key(const Work *work, int counter, bool is_family,
							  PeriodKind kind, Measure measure);

#endif							/* ASSURE_BENEFIT_CALCULATE_H */
