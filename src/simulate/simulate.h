/*-------------------------------------------------------------------------
 *
 * simulate.h
 *		What-if: the stored claims of a plan and a period, replayed under draft
 *		terms.  Nothing is written.
 *
 * Vocabulary.  A claim is of the plan if its current decision applied a version
 * of the plan.  "Decided" is what that decision pays; "before" what the terms
 * that it applied pay when the claims are replayed in order of their events;
 * "after" what the draft pays.  The accounts of a run are handed out in batches:
 * a batch is a range of account keys.
 *
 * Several processes may share a run: the caller's own and parallel workers.
 * simulate_sql.c begins and ends it, crew.c starts workers and brings their
 * tallies together, source.c reads, replay.c replays, tally.c adds up.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_SIMULATE_SIMULATE_H
#define ASSURE_SIMULATE_SIMULATE_H

#include "postgres.h"

#include "benefit/benefit.h"
#include "lib/stringinfo.h"
#include "port/atomics.h"

#define SIMULATE_MONTHS_MAX		1200
#define SIMULATE_CHANGES		20	/* largest changes told one by one */
#define SIMULATE_FAILURES_MAX	100 /* kinds of errors told apart */
#define SIMULATE_BATCH_ACCOUNTS	128 /* accounts of the plan in a batch */

/* ----- the run: what all its processes know ----- */

typedef struct RunSpec
{
	int64		plan_id;
	DateADT		first_day;
	DateADT		end_day;		/* the first that is no longer in the period */
	int64		sample_bound;	/* an account takes part if the low 32 bits of
								 * its hash are below */
	int			n_batches;
} RunSpec;

typedef struct Run
{
	RunSpec		spec;
	const int64 *starts;		/* n_batches + 1: first account of each batch;
								 * behind the last, what no key reaches */
	pg_atomic_uint32 *next_batch;	/* the one that is handed out next */
	const Terms *draft;
} Run;

/* ----- tally.c: sums ----- */

typedef struct Sums
{
	int64		claims;
	int64		members;
	int128		decided_fen;
	int128		before_fen;
	int128		after_fen;
} Sums;

typedef enum MemberOutcome
{
	MEMBER_GAINS, MEMBER_LOSES, MEMBER_UNCHANGED
} MemberOutcome;

#define MEMBER_OUTCOMES		(MEMBER_UNCHANGED + 1)

/* Claims of the plan and period that the replay leaves as they are. */
typedef enum SkipKind
{
	SKIP_NONE,
	SKIP_PENDED,				/* waits for a person */
	SKIP_DENIED,				/* for a reason that no terms change */
	SKIP_REVERSED,
	SKIP_NO_INPUT				/* decided under a version that kept none */
} SkipKind;

#define SKIP_KINDS			(SKIP_NO_INPUT + 1)

typedef struct BenefitSums
{
	char		code[TERMS_CODE_BYTES_MAX + 1];
	Sums		sums;
} BenefitSums;

typedef struct Failure
{
	int			sqlstate;		/* 0: all that could not be told apart */
	char		message[200];
	Sums		sums;
} Failure;

/* One claim whose payment changes. */
typedef struct Change
{
	int64		account_id;
	int64		claim_id;
	DateADT		event_date;
	int64		decided_fen;
	int64		before_fen;
	int64		after_fen;
	char		ref[CLAIM_TEXT_BYTES_MAX + 1];
} Change;

typedef struct Tally
{
	MemoryContext context;
	int64		accounts;		/* with a claim of the plan that was replayed */
	Sums		total;
	int128		squares;		/* of the accounts' differences */
	Sums		others;			/* claims of other plans whose payment changes */
	Sums		outcomes[MEMBER_OUTCOMES];
	Sums		skipped[SKIP_KINDS];
	int			n_months;
	Sums	   *months;			/* by month of the event, from the first day's */
	int			n_benefits;
	int			n_benefits_allocated;
	BenefitSums *benefits;		/* in order of appearance */
	int			n_failures;
	Failure		failures[SIMULATE_FAILURES_MAX];
	int			n_changes;
	Change		changes[SIMULATE_CHANGES];	/* the largest first */
} Tally;

extern Tally *tally_create(const RunSpec *spec);
extern void sums_add(Sums *to, const Sums *from);
extern int	tally_month(const RunSpec *spec, DateADT day);
extern int	tally_benefit(Tally *tally, const char *code);
extern void tally_failure(Tally *tally, int sqlstate, const char *message, int64 decided_fen);
extern void tally_change(Tally *tally, const Change *change);
extern void tally_write(const Tally *tally, StringInfo bytes);
extern void tally_merge(Tally *tally, const char *bytes, Size length);
extern void tally_sort(Tally *tally);

/* ----- source.c: what is read ----- */

/* A version of any plan. */
typedef struct SourceVersion
{
	int64		plan_version_id;	/* key */
	int64		plan_id;
	const Terms *terms;
} SourceVersion;

/* The current decision of a claim, or an earlier one while it is read. */
typedef struct SourceClaim
{
	int64		account_id;
	int64		claim_id;
	int32		decision_no;
	char		verdict;		/* its first letter: approve, deny, pend, reverse */
	bool		is_apart;		/* denied for a reason that no terms change */
	DateADT		event_date;
	int64		plan_version_id;	/* 0: none */
	const SourceVersion *version;	/* NULL: none */
	int64		paid_fen;
	bytea	   *input;			/* packed, NULL: none */
} SourceClaim;

/* What a claim before the period used of a counter. */
typedef struct SourceCounter
{
	int64		account_id;
	int64		member_id;		/* 0: the family's */
	const char *member_ref;		/* NULL: the family's */
	UsedEntry	entry;
} SourceCounter;

/* A batch: claims in order of account, event and claim; counters by account and
 * member, several of one key to be added up. */
typedef struct SourceBatch
{
	int			n_claims;
	int			n_claims_allocated;
	SourceClaim *claims;
	int			n_counters;
	SourceCounter *counters;
} SourceBatch;

typedef struct Source Source;

extern int64 source_plan_id(const char *code);
extern int64 *source_starts(const RunSpec *spec, int *n_batches);
extern Source *source_open(const Run *run);
extern bool source_next(Source *source, SourceBatch **batch);

/* ----- replay.c ----- */

extern void replay_all(const Run *run, Tally *tally);

/* ----- crew.c ----- */

/* Runs it with up to so many workers; returns how many took part. */
extern int	crew_run(RunSpec *spec, const int64 *starts, Jsonb *draft, int workers_max, Tally *tally);

#endif							/* ASSURE_SIMULATE_SIMULATE_H */
