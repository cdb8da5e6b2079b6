/*-------------------------------------------------------------------------
 *
 * chunk.h
 *		The claims that are adjudicated together in one transaction.
 *
 * A chunk is loaded set-wise, evaluated claim by claim in memory, and written
 * set-wise.  Its order is the order of submission.
 *
 * Locking, in this order: account_book rows of all its accounts by UPDATE
 * (that is the lock on every balance of the account, those not there yet
 * included), then everything else.  Whoever adjudicates, decides or corrects
 * takes the same lock first, so that a limit is never overshot.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_ADJUDICATE_CHUNK_H
#define ASSURE_ADJUDICATE_CHUNK_H

#include "postgres.h"

#include "nodes/pg_list.h"

#include "benefit/benefit.h"
#include "core/call.h"
#include "core/digest.h"
#include "utils/jsonb.h"

typedef struct ClaimKey
{
	int64		account_id;
	int64		claim_id;
} ClaimKey;

typedef enum Verdict
{
	VERDICT_NONE,				/* not yet evaluated */
	VERDICT_APPROVE,
	VERDICT_DENY,
	VERDICT_PEND,
	VERDICT_REVERSE,			/* what was booked is undone */
	VERDICT_FAILED				/* set aside with error_code and error_message */
} Verdict;

/* What led to a decision. */
typedef enum Origin
{
	ORIGIN_SUBMISSION,
	ORIGIN_PERSON,
	ORIGIN_REVERSAL,
	ORIGIN_READJUDICATION,
	ORIGIN_RERUN,
	ORIGIN_APPEAL
} Origin;

/* What the pipeline adds to the reasons of the calculation. */
typedef enum PipelineReason
{
	PIPELINE_NONE,
	PIPELINE_NOT_IN_FORCE,
	PIPELINE_LATE_SUBMISSION,
	PIPELINE_DUPLICATE_BILL,
	PIPELINE_PROVIDER_UNKNOWN,
	PIPELINE_AMOUNT_REVIEW,
	PIPELINE_DENIED_BY_PERSON,
	PIPELINE_AUTHORIZATION_MISSING,
	PIPELINE_SCREENING,			/* text: what the decision model said */
	PIPELINE_SCREENING_FAILED,	/* text: why it said nothing */
	PIPELINE_SECOND_APPROVAL
} PipelineReason;

/* One reason of the pipeline, with the parameters that it has. */
typedef struct PipelineFinding
{
	PipelineReason code;
	const char *bill_no;		/* NULL: the whole claim */
	const char *text;			/* a model's words, a kind of care; NULL: none */
	int64		first_claim_id; /* duplicates: who showed the invoice first; 0: none */
	int64		amount_fen;		/* at stake, or allowed; -1: none */
	int32		days;			/* allowed; -1: none */
} PipelineFinding;

/* A version of a plan: its terms, and who else has to look.  Cached, immutable. */
typedef struct PlanVersion
{
	int64		plan_version_id;
	const char *plan_code;
	const Terms *terms;
	int64		review_above_fen;	/* -1: never */
	int64		second_approval_above_fen;	/* -1: never */
	int32		submit_within_days; /* 0: no deadline */
	uint32		authorize_care; /* bit 1 << CareKind: needs an authorization */
	bool		authorization_denies;	/* one that is missing: deny, else pend */
	const char *screening_model;	/* NULL: none */
	const char *screening_decision;
} PlanVersion;

#define SCREENING_LIST_MAX 20	/* reasons, skills */
#define SCREENING_TEXT_BYTES_MAX 500

/* What the decision model of the plan said. */
typedef struct Screening
{
	int64		model_version_id;	/* 0: none was found */
	int			version;
	const char *error;			/* why it said nothing; NULL: it spoke */
	Verdict		verdict;		/* VERDICT_NONE: no opinion */
	int			reason_count;
	const char *reasons[SCREENING_LIST_MAX];
	int			skill_count;
	const char *skills[SCREENING_LIST_MAX];
	int			priority;		/* 1..9; 0: no opinion */
} Screening;

typedef struct BalanceSet BalanceSet;

#define HISTORY_WINDOWS 3		/* of 30, 90 and 365 days */

/*
 * What the member handed in before this claim, on the same account, by the days
 * from those events to this one's; and the policy, for who screens.
 */
typedef struct CaseHistory
{
	int64		claims[HISTORY_WINDOWS];
	int64		paid_fen[HISTORY_WINDOWS];	/* by their current decisions */
	int64		providers;		/* different ones, in the longest window */
	int64		same_diagnosis; /* claims with a diagnosis of the same category, likewise */
	const char *insurer;
	const char *holder;
	const char *branch;			/* by code */
	DateADT		starts_on;
	bool		has_end;
	DateADT		ends_on;
} CaseHistory;

/*
 * One claim of a chunk.  Zero is "nothing of it" in every field that chunk_load
 * does not fill, so that who makes a case of a document of its own (a quote)
 * starts from zeros.
 */
typedef struct Case
{
	/* read with the claim (chunk_load), or given by who makes the case */
	ClaimKey	key;			/* claim_id 0: not stored */
	int64		member_id;
	int64		branch_id;
	int64		received_actor_id;	/* 0: none */
	int32		last_decision_no;	/* 0: not decided yet */
	TimestampTz submitted_at;
	DateADT		submitted_on;	/* in the company's time zone */
	Claim	   *claim;
	ClaimMember member;
	bool		is_in_force;
	int64		plan_version_id;	/* 0: none */

	/* what a person, a reversal or a rerun adds before case_evaluate */
	Origin		origin;
	Verdict		asked;			/* by a person: approve or deny; NONE: the engine decides */
	Jsonb	   *adjustments;	/* applied to claim, kept with the decision; NULL: none */
	int64		approved_fen;	/* what another person approved of it, as adjusted alike */
	int64		paid_before_fen;	/* what this claim's entries so far pay; bookings are on top of it */

	/* looked up (chunk_load_facts) */
	const PlanVersion *plan;	/* NULL: no version on the event date */
	bool		has_new_invoices;	/* known when it was handed in: no duplicate */
	const char *duplicate_bill_no;	/* NULL: none */
	int64		duplicate_claim_id;
	const char *unknown_provider_bill_no;	/* NULL: none */
	const char *unauthorized_bill_no;	/* NULL: none */
	CareKind	unauthorized_care;
	CaseHistory *history;		/* NULL: the plan does not screen */

	/* evaluated */
	bytea	   *input;			/* the claim as it was calculated, packed; NULL: not calculated */
	Verdict		verdict;
	int64		payable_fen;	/* what the calculation says */
	int64		paid_fen;		/* what the decision pays: 0 but for approve */
	bool		is_settled;		/* the calculation is the verdict: it is booked */
	bool		has_result;
	ClaimResult result;
	int			booking_count;	/* the ledger entries to write; deltas may be < 0 */
	Booking    *bookings;
	int			finding_count;
	PipelineFinding *findings;
	int			finding_capacity;
	const Screening *screening; /* NULL: not asked */
	const char *error_code;		/* SQLSTATE of VERDICT_FAILED */
	const char *error_message;

	/* written */
	int64		horizon;		/* entries of the account below it were known */
} Case;

typedef struct Chunk
{
	Call	   *call;
	int64		actor_worker_id;	/* 0: the engine decides */
	const char *note;
	int			count;
	Case	   *cases;
	BalanceSet *balances;
	List	   *screening_pins; /* versions of models, found once a chunk; screening.c */
} Chunk;

/*
 * load.c: chunk_load reads stored claims, then their facts; chunk_take those of
 * the keys that wait, which leave the waiting ones with that.  The accounts must
 * be locked.
 */
extern void accounts_lock(const ClaimKey *keys, int count);
extern void chunk_load(Chunk *chunk, const ClaimKey *keys, int count);
extern void chunk_take(Chunk *chunk, const ClaimKey *keys, int count);

/*
 * load_facts.c: all that cases are judged by, for claims that are stored or not.
 * Claims come normalized, and are normalized again where a contract price or a
 * provider changed them.  chunk_load calls it.
 */
extern void chunk_load_facts(Chunk *chunk);

/* pipeline.c: no SPI */
extern void case_evaluate(Chunk *chunk, Case *item);
extern bool case_is_booked(const Case *item);
extern PipelineFinding *case_find(Case *item, PipelineReason code, const char *bill_no);
extern const char *verdict_name(Verdict verdict);
extern const char *origin_name(Origin origin);
extern const char *pipeline_reason_name(PipelineReason code);

/* screening.c: asks the model of the plan */
extern const Screening *case_screen(Chunk *chunk, Case *item);

/* write.c */
extern void chunk_write(Chunk *chunk);

/* balance.c: no SPI */
typedef struct BalanceRow
{
	int64		account_id;
	int64		member_id;		/* 0: the family's */
	const char *counter;
	TextKey		counter_key;	/* set when it is added */
	PeriodKind	period_kind;
	DateADT		period_start;
	const char *name;			/* stay and group; else NULL */
	Measure		measure;
	bool		is_paid;		/* measure "paid": the money itself */
	int64		value;			/* as of now, bookings of this chunk included */
	int64		delta;			/* what this chunk added */
	int64		limit;			/* -1: none */
	bool		is_stored;		/* it has a row */
} BalanceRow;

extern BalanceSet *balance_set_create(void);
extern void balance_set_add(BalanceSet *set, const BalanceRow *row);
extern void balance_set_used(BalanceSet *set, int64 account_id, int64 member_id, Used *used);
extern void balance_set_book(BalanceSet *set, int64 account_id, int64 member_id, const Booking *booking);
extern int	balance_set_changed(BalanceSet *set, BalanceRow ***rows);

/* plan_cache.c */
extern const PlanVersion *plan_cache_find(int64 plan_version_id);
extern void plan_cache_load(const int64 *plan_version_ids, int count);

#endif							/* ASSURE_ADJUDICATE_CHUNK_H */
