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

typedef enum BenefitKind
{
	KIND_NONE, KIND_EXPENSE, KIND_DAILY, KIND_LUMP_SUM, KIND_SCHEDULE
} BenefitKind;

/* A compiled condition (condition.c). */
typedef struct Condition Condition;
typedef struct Conditions Conditions;

typedef enum BandOn
{
	BAND_ON_NONE,				/* one rate */
	BAND_ON_VISIT,				/* slices of this amount */
	BAND_ON_YEAR,				/* slices that go on from the year's base */
	BAND_ON_VISITS				/* one rate, by the number of the visit */
} BandOn;

typedef struct Band
{
	int64		upto;			/* fen or visits; the last: PG_INT64_MAX */
	int64		pay_micro;
} Band;

typedef struct CoinsuranceCase
{
	Condition  *when;			/* NULL: always */
	BandOn		band_on;
	int			n_bands;		/* one where band_on is none */
	Band	   *bands;
	int64		max_fen;		/* the member bears at most; -1: no bound */
} CoinsuranceCase;

typedef struct TextList
{
	int			count;			/* 0: not stated */
	TextKey    *keys;			/* in their order */
	char	  **texts;			/* of the keys */
} TextList;

typedef struct Step
{
	StepKind	kind;
	CapPer		cap_per;		/* cap */
	PeriodKind	per;			/* deductible, out_of_pocket_max, limit */
	bool		is_family;		/* scope: the family's counter alone */
	int64		amount_fen;		/* -1: none (a limit by count or days) */
	int64		family_amount_fen;	/* -1: none */
	int64		count;			/* limit by count; -1: none */
	int64		days;			/* limit by days (daily); -1: none */
	uint32		payments;		/* offset; credit of a deductible: bits */
	int			n_cases;		/* coinsurance */
	CoinsuranceCase *cases;
	bool		keeps_base;		/* one of them reads the year's base */
	bool		keeps_count;	/* one of them reads the year's visits */
	TextList	categories;		/* limit on some lines */
	int			counter;		/* index of its counter */
	int			shared;			/* index under "shared", -1: the benefit's own */
	const char *rule;			/* the step as JSON text, for traces */
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
	Condition  *when;			/* NULL: none */
	TextList	categories;
	TextList	exclude_categories;
	TextList	codes;
	TextList	exclude_codes;
	uint32		classes;
	bool		has_item;		/* do any of the last five say something? */
	bool		has_provider;	/* do any of provider's? */
	bool		has_person;		/* do any of age, sex, relationship, waiting? */
} Filter;

/* What a daily, lump_sum or schedule benefit promises (terms_fixed.c). */
typedef struct FixedTerms FixedTerms;

typedef struct Benefit
{
	BenefitKind kind;
	char	   *code;
	Filter		filter;
	int64		share_micro[CLASS_C + 1];	/* by class; of CLASS_NONE too */
	int64		self_first_micro;	/* -1: the share of the class */
	bool		is_whole;		/* all of every line that is allowed counts */
	const char *eligible_rule;	/* "eligible" as JSON text, NULL: none */
	int			n_steps;
	Step	   *steps;
	bool		limits_year;	/* a limit counts in the benefit's own amount */
	bool		limits_lifetime;	/* of the year, of the lifetime */
	FixedTerms *fixed;			/* NULL: expense */
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
	TextKey    *counter_keys;
	uint32		counter_mask;	/* of slots, open addressing */
	uint32	   *counter_slots;	/* index in counters + 1, 0: free */
	int			n_fixed;		/* benefits of another kind than expense */
	Conditions *conditions;		/* what compiles and runs "when"; NULL: none */
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

/* terms_counters.c */
extern void terms_counters_index(Terms *terms);
extern int	terms_counter_find(const Terms *terms, const char *name, TextKey key);

/* terms_filter.c */
extern void filter_read(const struct DocNode *node, Terms *terms,
						Filter *filter);
extern void text_list_read(const struct DocNode *node, const char *key,
						   TextList *texts);
extern const char *rule_text(const struct DocNode *node);
extern void eligible_read(const struct DocNode *node, Benefit *benefit);

/* terms_steps.c */
extern void shared_step_read(const struct DocNode *node, Step *step);
extern void steps_read(const struct DocNode *node, Terms *terms, int benefit);

extern void icd_range_read(const struct DocNode *node, IcdRange *range);
extern IcdRange *icd_ranges_read(const struct DocNode *node, const char *key,
								 int *count);

/* condition.c */
extern Condition *condition_read(const struct DocNode *node, Terms *terms);

/*
 * terms_fixed.c: reads "amount", "from_day", "levels", "table" of a benefit of
 * another kind than expense, after its filter and steps; sets benefit->fixed.
 * Unknown keys have been refused; of steps only limits have been let in, and
 * limits by days to daily only.
 */
extern void terms_fixed_read(const struct DocNode *node, Terms *terms,
							 int benefit);

/* benefit_filter.c */
extern uint32 text_hash(const char *text);

/*
 * text_key_is_same says whether two texts are the same: their keys are, and
 * the texts too where those are not all of them.
 */
static inline bool
text_key_is_same(TextKey a, TextKey b, const char *a_text, const char *b_text)
{
	return a.head == b.head && a.tail == b.tail &&
		((a.tail >> 56) != 0xFF || strcmp(a_text, b_text) == 0);
}
extern bool icd_normalize(const char *text, char *buffer, int buffer_bytes);
extern bool icd_in_range(const IcdCode *code, const IcdRange *range);
extern bool icd_in_ranges(const IcdCode *codes, int n_codes,
						  const IcdRange *ranges, int n_ranges);

#endif							/* ASSURE_BENEFIT_TERMS_H */
