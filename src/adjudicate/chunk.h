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

#include "benefit/benefit.h"
#include "core/call.h"
#include "core/digest.h"

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
	VERDICT_FAILED				/* set aside with error_code and error_message */
} Verdict;

/* What the pipeline adds to the reasons of the calculation. */
typedef enum PipelineReason
{
	PIPELINE_NONE,
	PIPELINE_NOT_IN_FORCE,
	PIPELINE_LATE_SUBMISSION,
	PIPELINE_DUPLICATE_BILL,
	PIPELINE_PROVIDER_UNKNOWN,
	PIPELINE_AMOUNT_REVIEW,
	PIPELINE_DENIED_BY_PERSON
} PipelineReason;

#define PIPELINE_REASONS_MAX 4

typedef struct PipelineFinding
{
	PipelineReason code;
	const char *bill_no;		/* NULL: the whole claim */
} PipelineFinding;

typedef struct BalanceSet BalanceSet;

typedef struct Case
{
	/* loaded */
	ClaimKey	key;
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
	int64		review_above_fen;	/* -1: no amount */
	int32		submit_within_days; /* 0: no deadline */
	const Terms *terms;
	const char *duplicate_bill_no;	/* NULL: none */
	const char *unknown_provider_bill_no;	/* NULL: none */

	/* evaluated */
	Verdict		verdict;
	int64		payable_fen;	/* what the calculation says */
	int64		paid_fen;		/* what the decision pays: 0 but for approve */
	bool		is_settled;		/* the calculation is the verdict: it is booked */
	bool		has_result;
	ClaimResult result;
	int			finding_count;
	PipelineFinding findings[PIPELINE_REASONS_MAX];
	const char *error_code;		/* SQLSTATE of VERDICT_FAILED */
	const char *error_message;
} Case;

typedef struct Chunk
{
	Call	   *call;
	int64		actor_worker_id;	/* 0: the engine decides */
	const char *note;
	int			count;
	Case	   *cases;
	BalanceSet *balances;
} Chunk;

/* load.c */
extern void accounts_lock(const ClaimKey *keys, int count);
extern void chunk_load(Chunk *chunk, const ClaimKey *keys, int count);

/* pipeline.c: no SPI */
extern void case_evaluate(Chunk *chunk, Case *item);
extern bool case_is_booked(const Case *item);
extern const char *verdict_name(Verdict verdict);
extern const char *pipeline_reason_name(PipelineReason code);

/* write.c */
extern void chunk_write(Chunk *chunk);

/* balance.c: no SPI */
typedef struct BalanceRow
{
	int64		account_id;
	int64		member_id;		/* 0: the family's */
	const char *counter;
	PeriodKind	period_kind;
	DateADT		period_start;
	const char *name;			/* stay and group; else NULL */
	Measure		measure;
	bool		is_paid;		/* measure "paid": the money itself */
	int64		value;			/* as of now, bookings of this chunk included */
	int64		delta;			/* what this chunk added */
	int64		limit;			/* -1: none */
} BalanceRow;

extern BalanceSet *balance_set_create(void);
extern void balance_set_add(BalanceSet *set, const BalanceRow *row);
extern void balance_set_used(BalanceSet *set, int64 account_id, int64 member_id, Used *used);
extern void balance_set_book(BalanceSet *set, int64 account_id, int64 member_id, const Booking *booking);
extern int	balance_set_changed(BalanceSet *set, BalanceRow ***rows);

/* terms_cache.c */
extern const Terms *terms_cache_find(int64 plan_version_id);
extern void terms_cache_load(const int64 *plan_version_ids, int count);

#endif							/* ASSURE_ADJUDICATE_CHUNK_H */
