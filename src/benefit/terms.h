/*-------------------------------------------------------------------------
 *
 * terms.h
 *		Compiled terms: what terms_from_jsonb() makes and the calculation reads.
 *
 * Inside the room only.  All references are resolved to indexes, all lists are
 * sorted, and every rule about the order of steps and about counters has been
 * checked: the calculation trusts what it finds here.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_BENEFIT_TERMS_H
#define ASSURE_BENEFIT_TERMS_H

#include "benefit/benefit.h"

/* Payments by others, as bits: those that an offset or a credit names. */
typedef enum Payment
{
	PAYMENT_NONE, PAYMENT_SOCIAL, PAYMENT_OTHER, PAYMENT_PRIOR
} Payment;

#define PAYMENT_KINDS		(PAYMENT_PRIOR + 1)

typedef enum CapPer
{
	CAP_PER_NONE, CAP_PER_UNIT, CAP_PER_ITEM, CAP_PER_VISIT
} CapPer;

typedef enum StepKind
{
	STEP_NONE, STEP_CAP, STEP_OFFSET, STEP_DEDUCTIBLE, STEP_COPAY,
	STEP_COINSURANCE, STEP_LIMIT
} StepKind;

typedef struct Step
{
	StepKind	kind;
	CapPer		cap_per;		/* cap */
	PeriodKind	per;			/* deductible, limit */
	bool		is_family;		/* scope: the family's counter alone */
	int64		amount_fen;		/* -1: none (a limit by count) */
	int64		family_amount_fen;	/* -1: none */
	int64		count;			/* limit by count; -1: none */
	uint32		payments;		/* offset; credit of a deductible: bits */
	int64		pay_micro;		/* coinsurance */
	int64		max_fen;		/* coinsurance: -1 none */
	int			counter;		/* index of its counter */
	int			shared;			/* index under "shared", -1: the benefit's own */
} Step;

/*
 * A range of ICD-10 codes, both ends in capitals without the point.  In a list
 * they are sorted by low, and high is the furthest of this range and all before
 * it: so a code lies in one of them if it lies in the last that begins before it.
 */
typedef struct IcdRange
{
	char	   *low;
	char	   *high;
} IcdRange;

typedef struct TextList
{
	int			count;			/* 0: not stated */
	char	  **texts;			/* sorted by byte */
} TextList;

/* What a benefit responds to; sets are bits by enum, 0 is "not stated". */
typedef struct Filter
{
	uint32		causes;
	uint32		cares;
	int			min_grade;		/* -1: not stated; so are the other ints */
	uint32		ownerships;
	uint32		wards;
	int			network;
	int			n_includes;
	IcdRange   *includes;
	int			n_excludes;
	IcdRange   *excludes;
	int			age_min;
	int			age_max;
	Sex			sex;
	uint32		relationships;
	int			waiting_days;
	int			waiting_months;
	bool		waived_for_accident;
	bool		waived_for_renewal;
	TextList	categories;
	TextList	exclude_categories;
	TextList	codes;
	TextList	exclude_codes;
	uint32		classes;
} Filter;

typedef struct Benefit
{
	char	   *code;
	Filter		filter;
	int64		share_micro[CLASS_C + 1];	/* by class; of CLASS_NONE too */
	int64		self_first_micro;	/* -1: the share of the class */
	int			n_steps;
	Step	   *steps;
} Benefit;

/*
 * Counters are numbered: those of the benefits first (a benefit's index is its
 * counter's), then those of shared steps, then those of steps with a code.
 */
struct Terms
{
	bool		is_calendar_year;
	int			n_benefits;
	Benefit    *benefits;
	int			n_shared;
	Step	   *shared;
	int			n_counters;
	char	  **counters;
	bool		has_family_counter;
	bool		has_family_year;	/* of the policy year: needs its start */
};

/*
 * The parts of terms_from_jsonb().  They read through a DocReader, whose first
 * error sticks: what they leave behind after an error is not to be used.
 */
struct DocNode;
struct DocReader;

/* terms_json.c */
extern Terms *terms_compile(struct DocReader *reader, Jsonb *document);
extern char *terms_code(const struct DocNode *node);
extern int	terms_shared_find(const Terms *terms, const char *name);
extern int	terms_step_counter(Terms *terms, int benefit, const char *code);

/* terms_filter.c */
extern void filter_read(const struct DocNode *node, Filter *filter);
extern void eligible_read(const struct DocNode *node, Benefit *benefit);

/* terms_steps.c */
extern void shared_step_read(const struct DocNode *node, Step *step);
extern void steps_read(const struct DocNode *node, Terms *terms, int benefit);

/* benefit_filter.c */
extern ReasonCode filter_test(const Filter *filter, const Claim *claim,
							  const ClaimBill *bill);
extern int	text_list_find(const TextList *list, const char *text);
extern bool filter_takes_line(const Filter *filter, const ClaimLine *line);
extern bool icd_normalize(const char *text, char *buffer, int buffer_bytes);

#define ICD_BYTES_MAX		20	/* of a code, and its end */

#endif							/* ASSURE_BENEFIT_TERMS_H */
