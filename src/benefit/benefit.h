/*-------------------------------------------------------------------------
 *
 * benefit.h
 *		What the room "benefit" offers: terms, claims, and the calculation
 *		that joins them.
 *
 * Terms say what a plan promises; a claim says what was spent; "used" says
 * what earlier claims have used up.  benefit_evaluate() takes the three and
 * says who bears each fen, and why.  It is a function of its arguments only:
 * no SPI, no clock, no settings.
 *
 * Vocabulary.  A bill is a visit.  A line is one item of a bill.  A counter is
 * what is remembered between claims: named by a benefit (OP), a step of a
 * benefit (OP.drugs) or a shared step (D), kept for a member or for the family,
 * by period and measure.  Amounts are int64 fen (1/100 yuan), shares int64
 * millionths, dates DateADT.
 *
 * Memory.  Everything is palloc'd in CurrentMemoryContext and freed with it;
 * strings are copies, never pointers into a Jsonb.  Terms are immutable once
 * made and may be kept in a cache context.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_BENEFIT_BENEFIT_H
#define ASSURE_BENEFIT_BENEFIT_H

#include "postgres.h"

#include "core/json_build.h"
#include "datatype/timestamp.h"
#include "utils/date.h"
#include "utils/jsonb.h"

/* Size limits of the documents; past them: SQLSTATE 54000 with the path. */
#define CLAIM_BILLS_MAX			1000	/* bills a claim */
#define CLAIM_LINES_MAX			5000	/* lines a bill */
#define CLAIM_LIST_MAX			200 /* diagnoses, grades */
#define CLAIM_TEXT_BYTES_MAX	200 /* ref, numbers, codes */
#define TERMS_BENEFITS_MAX		200 /* benefits of a plan */
#define TERMS_SHARED_MAX		200 /* shared steps of a plan */
#define TERMS_STEPS_MAX			50	/* steps of a benefit */
#define TERMS_LIST_MAX			5000	/* entries of a list in terms */
#define TERMS_CASES_MAX			200 /* cases of a coinsurance, bands of a case */
#define TERMS_FEEL_BYTES_MAX	10000	/* of a condition */
#define TERMS_CODE_BYTES_MAX	64	/* code of a benefit, step, shared name */
#define TERMS_NAME_BYTES_MAX	500 /* names for people */
#define USED_ENTRIES_MAX		100000	/* values in "used" */

/* 0 is "not stated" in each of these; PERIOD_NONE and MEASURE_NONE mark an
 * empty object in "used", which passes through as it came. */
typedef enum ClaimCause
{
	CAUSE_NONE, CAUSE_ILLNESS, CAUSE_ACCIDENT, CAUSE_MATERNITY
} ClaimCause;

typedef enum CareKind
{
	CARE_NONE, CARE_OUTPATIENT, CARE_EMERGENCY, CARE_INPATIENT, CARE_PHARMACY,
	CARE_DENTAL, CARE_CHECKUP, CARE_MATERNITY
} CareKind;

typedef enum Relationship
{
	RELATIONSHIP_NONE, RELATIONSHIP_SELF, RELATIONSHIP_SPOUSE,
	RELATIONSHIP_CHILD, RELATIONSHIP_PARENT
} Relationship;

typedef enum Sex
{
	SEX_NONE, SEX_F, SEX_M
} Sex;

typedef enum Ownership
{
	OWNERSHIP_NONE, OWNERSHIP_PUBLIC, OWNERSHIP_PRIVATE
} Ownership;

typedef enum Ward
{
	WARD_NONE, WARD_GENERAL, WARD_SPECIAL, WARD_INTERNATIONAL
} Ward;

typedef enum ItemClass
{
	CLASS_NONE, CLASS_A, CLASS_B, CLASS_C
} ItemClass;

typedef enum PeriodKind
{
	PERIOD_NONE,
	PERIOD_VISIT,				/* never stored: ends with the bill */
	PERIOD_CLAIM,				/* never stored: ends with the claim */
	PERIOD_DAY,					/* period_start is the day */
	PERIOD_YEAR,				/* period_start is its first day */
	PERIOD_LIFETIME,			/* period_start is 0 */
	PERIOD_STAY,				/* a stay in hospital, by its id */
	PERIOD_EVENT,				/* an event that was paid for: period_start is
								 * its day.  The last one is "last" in "used" */
	PERIOD_GROUP				/* a group of diagnoses that was paid for, by
								 * its text.  All of them are "groups" */
} PeriodKind;

typedef enum Measure
{
	MEASURE_NONE,
	MEASURE_AMOUNT,				/* fen paid */
	MEASURE_COUNT,				/* paying visits, payments */
	MEASURE_BASE,				/* fen that went into coinsurance */
	MEASURE_MEMBER,				/* fen of the member's own share */
	MEASURE_DEDUCTIBLE,			/* fen of deductible met */
	MEASURE_DAYS,				/* days that paid; of a stay: its days so far */
	MEASURE_LAST,				/* in documents of "used" only: see above */
	MEASURE_GROUPS				/* likewise; an entry of it says that there is a
								 * list, which may be empty */
} Measure;

/* ----- claim ----- */

typedef struct ClaimMember
{
	DateADT		birth_date;
	Sex			sex;
	Relationship relationship;
	DateADT		enrolled_on;
	DateADT		continuous_since;	/* = enrolled_on where not stated */
	DateADT		policy_start;	/* = enrolled_on where not stated */
	bool		has_policy_start;	/* was it stated? */
} ClaimMember;

typedef struct ClaimProvider
{
	char	   *code;			/* NULL: not stated */
	int			grade;			/* 0..3, -1: not stated */
	Ownership	ownership;
	Ward		ward;
	int			network;		/* 1 in, 0 out, -1: not stated */
	char	   *region;			/* NULL: not stated */
} ClaimProvider;

/*
 * A text as it is compared with others: as it is, up to 15 bytes, and how many;
 * a longer one by its beginning and a hash, which equal texts have in common.
 */
typedef struct TextKey
{
	uint64		head;
	uint64		tail;
} TextKey;

/*
 * A line.  The first half is what the document says; the net_ half is what is
 * left of it after refunds and with the bill's payments spread over the lines,
 * and is what the calculation reads; the keys are claim_seal()'s.
 */
typedef struct ClaimLine
{
	int32		no;
	char	   *category;
	char	   *code;			/* NULL: none */
	ItemClass	item_class;
	int64		quantity_micro; /* millionths, > 0 */
	int64		amount_fen;		/* negative: a refund */
	int64		allowed_fen;
	int64		self_first_fen;
	int64		social_paid_fen;	/* stated on the line */
	int64		other_paid_fen;
	bool		is_refund;		/* takes no part in the calculation */
	int64		net_amount_fen;
	int64		net_allowed_fen;
	int64		net_self_first_fen;
	int64		net_social_fen;
	int64		net_other_fen;
	TextKey		category_key;
	TextKey		code_key;		/* zero without a code */
} ClaimLine;

/* An ICD-10 code as it is compared: capitals, no point; "" for what is none. */
#define ICD_BYTES_MAX			20	/* of a code, and its end */

typedef struct IcdCode
{
	char		text[ICD_BYTES_MAX];
} IcdCode;

typedef struct ClaimBill
{
	int			position;		/* index in the document's list */
	char	   *no;
	CareKind	care;
	DateADT		from_date;
	DateADT		to_date;
	char	   *stay;			/* NULL: none */
	int			n_diagnoses;
	char	  **diagnoses;		/* as stated */
	IcdCode    *icd_codes;		/* claim_seal(): of each diagnosis */
	ClaimProvider provider;		/* the pipeline may overwrite it */
	bool		social_settled;
	bool		has_social_paid;	/* stated on the bill? */
	bool		has_other_paid;
	int64		social_paid_fen;	/* the whole bill's */
	int64		other_paid_fen;
	int			n_lines;
	ClaimLine  *lines;
	int64		submitted_fen;	/* sum of all lines, refunds netted */
} ClaimBill;

typedef struct Claim
{
	char	   *ref;			/* NULL: not stated */
	char	   *policy;			/* NULL: not stated */
	char	   *member_ref;		/* NULL: not stated */
	ClaimCause	cause;
	bool		has_event_date;
	DateADT		event_date;
	bool		has_submitted_at;
	TimestampTz submitted_at;
	int			n_diagnoses;
	char	  **diagnoses;
	IcdCode    *icd_codes;		/* claim_seal(): of each diagnosis */
	int			n_disability_grades;
	int		   *disability_grades;
	bool		has_member;
	ClaimMember member;
	int			n_bills;
	ClaimBill  *bills;			/* as in the document */
	const ClaimBill **order;	/* claim_seal(): in order of calculation */
	int			n_lines_max;	/* claim_seal(): of any bill, at least 1 */
	int64		submitted_fen;
} Claim;

/* Which optional parts of the document the caller needs. */
#define CLAIM_NEEDS_MEMBER	0x01	/* evaluate: the document is all there is */
#define CLAIM_NEEDS_KEYS	0x02	/* submit: ref, policy, member_ref,
									 * event_date, submitted_at */

/* Parses, checks, fills in defaults, nets refunds, spreads payments; throws
 * ERRCODE_ASSURE_INVALID_CLAIM, 22003 (out of range) or 54000 (too long), each
 * naming the JSON path. */
extern Claim *claim_from_jsonb(Jsonb *document, int flags);
extern void claim_set_member(Claim *claim, const ClaimMember *member);

/* Derives what the calculation looks up: texts and codes as they are compared,
 * the order of bills.  Whoever makes a claim by another way than
 * claim_from_jsonb() calls it last. */
extern void claim_seal(Claim *claim);

/* The document with its defaults filled in. */
extern Jsonb *claim_to_jsonb(const Claim *claim);

/* ----- terms ----- */

typedef struct Terms Terms;		/* terms.h of the room */

/* Checks and compiles; throws ERRCODE_ASSURE_INVALID_TERMS, or 0A000 for what
 * this version does not do. */
extern Terms *terms_from_jsonb(Jsonb *document);

/* Does any counter belong to the family?  (Then the account is to be locked,
 * and "used" has to hold the family's counters.) */
extern bool terms_has_family_counter(const Terms *terms);

/* ----- used ----- */

/*
 * All values are sums of what claims added, so that taking back what a claim
 * added makes it undone: what has been paid last is not a date that was put in
 * the place of another, but the last of the events that count.
 */
typedef struct UsedEntry
{
	const char *counter;		/* without "@family" */
	TextKey		counter_key;	/* text_key() of it */
	bool		is_family;
	PeriodKind	period_kind;
	DateADT		period_start;	/* day, year and event; else 0 */
	const char *name;			/* stay and group; else NULL */
	Measure		measure;
	int64		value;			/* fen, count or days by measure */
} UsedEntry;

typedef struct Used
{
	int			n_entries;		/* in any order; no two with the same key */
	UsedEntry  *entries;
} Used;

/* A text as it is compared; found by others so, not by its letters. */
extern TextKey text_key(const char *text);

extern void used_from_jsonb(Jsonb *document, Used *used);
extern Jsonb *used_to_jsonb(const Used *used);

/* ----- result ----- */

typedef enum ReasonCode
{
	REASON_NONE,
	/* the benefit does not respond */
	REASON_CAUSE, REASON_CARE, REASON_PROVIDER, REASON_DIAGNOSIS_EXCLUDED,
	REASON_DIAGNOSIS_NOT_INCLUDED, REASON_AGE, REASON_SEX, REASON_RELATIONSHIP,
	REASON_WAITING_PERIOD, REASON_CONDITION, REASON_ITEM,
	REASON_LEVEL_NONE,			/* lump_sum: no level's diagnosis fits */
	REASON_GRADE_NONE,			/* schedule: no grade of the table */
	/* an amount that a step booked */
	REASON_CONTRACT_PRICE, REASON_INELIGIBLE, REASON_OFFSET,
	REASON_DEDUCTIBLE, REASON_COPAY, REASON_COINSURANCE, REASON_CAP,
	REASON_LIMIT_VISIT, REASON_LIMIT_CLAIM, REASON_LIMIT_DAY,
	REASON_LIMIT_YEAR, REASON_LIMIT_LIFETIME, REASON_LIMIT_COUNT,
	REASON_LIMIT_DAYS,			/* daily: the days that pay are used up */
	REASON_INTERVAL,			/* lump_sum: too soon after the last */
	REASON_ONCE,				/* lump_sum without levels: paid before */
	REASON_SAME_GROUP,			/* lump_sum: the group has been paid for */
	REASON_INDEMNITY
} ReasonCode;

typedef struct Reason
{
	ReasonCode	code;
	const char *bill_no;		/* NULL: a fixed benefit of the claim */
	const char *benefit_code;
	bool		has_amount;		/* false: the benefit does not respond */
	int64		amount_fen;
	const char *counter;		/* parameter: counter of the step, or NULL */
	int64		limit;			/* parameter: its amount in fen or count, or -1 */
} Reason;

/* Where an amount goes: the amounts of BenefitSplit, in its order. */
typedef enum Category
{
	CATEGORY_NONE,				/* what was submitted */
	CATEGORY_INELIGIBLE, CATEGORY_OFFSET, CATEGORY_DEDUCTIBLE, CATEGORY_COPAY,
	CATEGORY_COINSURANCE, CATEGORY_OVER_LIMIT, CATEGORY_PAID
} Category;

#define CATEGORY_KINDS		(CATEGORY_PAID + 1)

/* submitted = ineligible + offset + deductible + copay + coinsurance
 *			   + over_limit + paid, each >= 0; checked when it is made. */
typedef struct BenefitSplit
{
	const char *benefit_code;
	int64		submitted_fen;
	int64		ineligible_fen;
	int64		offset_fen;
	int64		deductible_fen;
	int64		copay_fen;
	int64		coinsurance_fen;
	int64		over_limit_fen;
	int64		paid_fen;
} BenefitSplit;

typedef struct BillResult
{
	const ClaimBill *bill;		/* of the claim handed in */
	int			n_splits;		/* one for each benefit that responds */
	BenefitSplit *splits;
	int64	   *line_paid_fen;	/* bill->n_lines of them */
	int64		paid_fen;
} BillResult;

/* What a fixed benefit pays: a lump sum, a schedule, the days of a bill. */
typedef struct FixedResult
{
	const char *benefit_code;
	const char *level;			/* lump_sum with levels; else NULL */
	int			grade;			/* schedule: the grade that counts; else 0 */
	const ClaimBill *bill;		/* daily; else NULL */
	int64		days;			/* daily: the days that pay; else -1 */
	int64		paid_fen;
} FixedResult;

/* What the claim adds to a counter; deltas are > 0. */
typedef struct Booking
{
	const char *counter;
	bool		is_family;
	PeriodKind	period_kind;	/* day and all behind it */
	DateADT		period_start;
	const char *name;			/* stay and group; else NULL */
	Measure		measure;
	int64		delta;
	int64		limit;			/* value + delta <= limit; -1: no limit */
	bool		is_paid;		/* the benefit's own lifetime amount: the money;
								 * these add up to ClaimResult.paid_fen */
} Booking;

typedef struct ClaimResult
{
	bool		is_paid;		/* outcome: pay or deny */
	int64		paid_fen;
	int64		submitted_fen;
	int			n_bills;
	BillResult *bills;			/* by from-date, then number */
	int			n_fixed;
	FixedResult *fixed;
	int			n_reasons;
	Reason	   *reasons;
	int			n_bookings;
	Booking    *bookings;
	const struct Counters *counters;	/* for result_used() */
} ClaimResult;

/* The claim needs its member.  Throws ERRCODE_ASSURE_INVALID_CLAIM where the
 * terms need what the claim lacks, ERRCODE_ASSURE_IDENTITY on a bug. */
extern void benefit_evaluate(const Terms *terms, const Claim *claim,
							 const Used *used, ClaimResult *result);

/* What was handed in as used, after the claim.  Made when it is asked for. */
extern void result_used(const ClaimResult *result, Used *after);

/* ----- trace ----- */

typedef enum StepKind
{
	STEP_NONE, STEP_CAP, STEP_OFFSET, STEP_DEDUCTIBLE, STEP_COPAY,
	STEP_COINSURANCE, STEP_OUT_OF_POCKET, STEP_LIMIT
} StepKind;

typedef enum TraceKind
{
	TRACE_SILENT,				/* the benefit does not respond: reason */
	TRACE_ELIGIBLE,				/* from submitted to eligible */
	TRACE_STEP,					/* a step of the terms */
	TRACE_INDEMNITY,			/* within what is open on the lines */
	TRACE_PAID,					/* what came out, and what is kept of it */
	TRACE_FIXED					/* what a fixed benefit pays before its steps */
} TraceKind;

/* A counter that a step reads or books: before this benefit, and after it. */
typedef struct TraceCounter
{
	int			counter;		/* index in the terms */
	const char *counter_name;
	bool		is_family;
	PeriodKind	period_kind;	/* visit and claim too */
	DateADT		period_start;	/* of a visit: its place in the claim */
	const char *period_id;		/* name of a stay or group; else NULL */
	Measure		measure;
	int64		before;
	int64		after;
	int64		limit;			/* the step's amount, count or days; -1: none */
} TraceCounter;

#define TRACE_COUNTERS_MAX	4	/* of one row */

/*
 * One row: amount_in - booked = amount_out.  A step that books under several
 * categories (contract price and class; a maximum out of pocket, which gives
 * back: booked is negative) has several rows in sequence, the amounts going
 * on.  A step that booked nothing has a row too, of the category it would
 * have booked.
 */
typedef struct TraceRow
{
	TraceKind	kind;
	const ClaimBill *bill;		/* NULL: a fixed benefit of the claim */
	const char *benefit_code;
	StepKind	step_kind;		/* TRACE_STEP; else STEP_NONE */
	int			step;			/* TRACE_STEP: its index in the terms; else -1 */
	const char *shared;			/* name of the shared step; else NULL */
	const char *rule;			/* JSON text of the terms: the step, the shares
								 * of "eligible", the levels; NULL: none */
	int			case_index;		/* coinsurance: the case that held, -1: none */
	int64		amount_in_fen;
	int64		amount_out_fen;
	Category	category;
	int64		booked_fen;
	int64		closed_fen;		/* of booked: taken by the same shared step
								 * earlier on this bill, not counted again */
	int64		credit_fen;		/* deductible: counted beyond what was taken */
	int64		days;			/* steps by days: days that pay; else -1 */
	ReasonCode	reason;			/* TRACE_SILENT, and why something was booked */
	int			n_counters;
	TraceCounter counters[TRACE_COUNTERS_MAX];
} TraceRow;

typedef struct Trace
{
	int			n_rows;
	int			n_allocated;
	TraceRow   *rows;
} Trace;

/* The same calculation, which writes down every step of it. */
extern void benefit_trace(const Terms *terms, const Claim *claim,
						  const Used *used, ClaimResult *result, Trace *trace);

/* ----- results as documents ----- */

extern Jsonb *trace_to_jsonb(const Trace *trace);
extern Jsonb *result_to_jsonb(const ClaimResult *result);

/* The parts that a stored decision keeps: without used, reasons and words. */
extern Jsonb *result_core_to_jsonb(const ClaimResult *result);
extern void reason_push(DocBuilder *builder, const Reason *reason);

/* ----- names ----- */

/* The codes that the documents use; NULL for the value 0 ("not stated"). */
extern const char *cause_name(ClaimCause cause);
extern const char *care_name(CareKind care);
extern const char *relationship_name(Relationship relationship);
extern const char *sex_name(Sex sex);
extern const char *ownership_name(Ownership ownership);
extern const char *ward_name(Ward ward);
extern const char *item_class_name(ItemClass item_class);
extern const char *measure_name(Measure measure);
extern const char *reason_name(ReasonCode code);
extern const char *category_name(Category category);
extern const char *step_kind_name(StepKind kind);
extern const char *trace_kind_name(TraceKind kind);

/* 'year:2024-01-01', 'day:2024-03-02', 'lifetime', 'stay:S-1',
 * 'event:2024-03-02', 'group:C00-C97'. */
extern char *period_name(PeriodKind kind, DateADT start, const char *name);

/* And back: false, or 0, for what is none.  *name is a palloc'd copy. */
extern bool period_parse(const char *text, PeriodKind *kind, DateADT *start,
						 const char **name);
extern Measure measure_parse(const char *text);
extern ClaimCause cause_parse(const char *text);
extern CareKind care_parse(const char *text);
extern Relationship relationship_parse(const char *text);
extern Sex sex_parse(const char *text);
extern Ownership ownership_parse(const char *text);
extern Ward ward_parse(const char *text);
extern ItemClass item_class_parse(const char *text);

#endif							/* ASSURE_BENEFIT_BENEFIT_H */
