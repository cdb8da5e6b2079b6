/*-------------------------------------------------------------------------
 *
 * tally.c
 *		Sums of a run: by month, by benefit, by what becomes of members, and the
 *		largest changes.
 *
 * Each process has a tally of its own; those of workers travel as bytes and are
 * added to the leader's.  Every sum is a whole number and every order is total,
 * so that it does not matter which process replayed which account.
 *
 * Memory is bounded by the terms (benefits) and the period (months), not by the
 * claims.  Pure: no SPI, no settings.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "storage/shmem.h"
#include "utils/datetime.h"
#include "utils/memutils.h"

#include "simulate/simulate.h"

/*
 * month_number counts months from year 0.
 */
static int
month_number(DateADT day)
{
	int			year;
	int			month;
	int			day_of_month;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);
	return year * MONTHS_PER_YEAR + month - 1;
}

/*
 * tally_month returns the place of a day's month in the period; that of its end
 * is the number of months.
 */
int
tally_month(const RunSpec *spec, DateADT day)
{
	return month_number(day) - month_number(spec->first_day);
}

/*
 * tally_create makes an empty tally in the current context.
 */
Tally *
tally_create(const RunSpec *spec)
{
	Tally	   *tally = palloc0(sizeof(Tally));

	tally->context = CurrentMemoryContext;
	tally->n_months = tally_month(spec, spec->end_day - 1) + 1;
	tally->months = palloc0(mul_size(sizeof(Sums), tally->n_months));
	tally->n_benefits_allocated = 16;
	tally->benefits = palloc(sizeof(BenefitSums) * tally->n_benefits_allocated);
	return tally;
}

/*
 * sums_add adds sums to others.
 */
void
sums_add(Sums *to, const Sums *from)
{
	to->claims += from->claims;
	to->members += from->members;
	to->decided_fen += from->decided_fen;
	to->before_fen += from->before_fen;
	to->after_fen += from->after_fen;
}

/*
 * tally_benefit finds the place of a benefit, and makes it where it is new.
 */
int
tally_benefit(Tally *tally, const char *code)
{
	BenefitSums *benefit;

	for (int i = 0; i < tally->n_benefits; i++)
		if (strcmp(tally->benefits[i].code, code) == 0)
			return i;
	if (tally->n_benefits == tally->n_benefits_allocated)
	{
		tally->n_benefits_allocated *= 2;
		tally->benefits = repalloc(tally->benefits, mul_size(sizeof(BenefitSums), tally->n_benefits_allocated));
	}
	benefit = &tally->benefits[tally->n_benefits];
	memset(benefit, 0, sizeof(*benefit));
	strlcpy(benefit->code, code, sizeof(benefit->code));
	return tally->n_benefits++;
}

/*
 * find_failure finds the sums of a kind of error.  Beyond what can be told apart
 * the last place takes the rest.
 */
static Sums *
find_failure(Tally *tally, int sqlstate, const char *message)
{
	Failure    *failure;

	for (int i = 0; i < tally->n_failures; i++)
		if (tally->failures[i].sqlstate == sqlstate && strcmp(tally->failures[i].message, message) == 0)
			return &tally->failures[i].sums;
	if (tally->n_failures == SIMULATE_FAILURES_MAX)
		return &tally->failures[SIMULATE_FAILURES_MAX - 1].sums;
	if (tally->n_failures == SIMULATE_FAILURES_MAX - 1)
	{
		sqlstate = 0;
		message = "other errors";
	}
	failure = &tally->failures[tally->n_failures++];
	memset(failure, 0, sizeof(*failure));
	failure->sqlstate = sqlstate;
	strlcpy(failure->message, message, sizeof(failure->message));
	return &failure->sums;
}

/*
 * tally_failure counts a claim that could not be calculated.  The message is cut
 * to what is kept of it before it is looked up.
 */
void
tally_failure(Tally *tally, int sqlstate, const char *message, int64 decided_fen)
{
	char		kept[sizeof(((Failure *) 0)->message)];
	Sums	   *sums;

	strlcpy(kept, message, pg_mbcliplen(message, strlen(message), sizeof(kept) - 1) + 1);
	sums = find_failure(tally, sqlstate, kept);
	sums->claims++;
	sums->decided_fen += decided_fen;
}

/*
 * change_size is by how much a payment changes, either way.
 */
static int64
change_size(const Change *change)
{
	int64		difference = change->after_fen - change->before_fen;

	return difference < 0 ? -difference : difference;
}

/*
 * is_larger orders changes: the larger first, of equal ones the earlier claim.
 */
static bool
is_larger(const Change *a, const Change *b)
{
	int64		size_a = change_size(a);
	int64		size_b = change_size(b);

	if (size_a != size_b)
		return size_a > size_b;
	if (a->claim_id != b->claim_id)
		return a->claim_id < b->claim_id;
	return a->account_id < b->account_id;
}

/*
 * tally_change keeps a change if it is among the largest.
 */
void
tally_change(Tally *tally, const Change *change)
{
	int			place = tally->n_changes;

	if (place == SIMULATE_CHANGES && !is_larger(change, &tally->changes[place - 1]))
		return;
	if (place == SIMULATE_CHANGES)
		place--;
	else
		tally->n_changes++;
	for (; place > 0 && is_larger(change, &tally->changes[place - 1]); place--)
		tally->changes[place] = tally->changes[place - 1];
	tally->changes[place] = *change;
}

/*
 * tally_write appends a tally to the bytes: the struct, then its arrays.
 */
void
tally_write(const Tally *tally, StringInfo bytes)
{
	appendBinaryStringInfo(bytes, (const char *) tally, sizeof(Tally));
	appendBinaryStringInfo(bytes, (const char *) tally->months, (int) mul_size(sizeof(Sums), tally->n_months));
	appendBinaryStringInfo(bytes, (const char *) tally->benefits, (int) mul_size(sizeof(BenefitSums), tally->n_benefits));
}

/*
 * tally_read points a tally at arrays that it copies from the bytes.  They come
 * from a process of the same run, so only their length is checked.
 */
static void
tally_read(Tally *tally, const char *bytes, Size length)
{
	Size		months_bytes;
	Size		benefits_bytes;

	if (length < sizeof(Tally))
		elog(ERROR, "a worker's tally is too short");
	memcpy(tally, bytes, sizeof(Tally));
	months_bytes = mul_size(sizeof(Sums), tally->n_months);
	benefits_bytes = mul_size(sizeof(BenefitSums), tally->n_benefits);
	if (length != add_size(sizeof(Tally), add_size(months_bytes, benefits_bytes)))
		elog(ERROR, "a worker's tally has %zu bytes", length);
	tally->months = palloc(Max(months_bytes, 1));
	memcpy(tally->months, bytes + sizeof(Tally), months_bytes);
	tally->benefits = palloc(Max(benefits_bytes, 1));
	memcpy(tally->benefits, bytes + sizeof(Tally) + months_bytes, benefits_bytes);
}

/*
 * tally_merge adds a tally that came as bytes.
 */
void
tally_merge(Tally *tally, const char *bytes, Size length)
{
	MemoryContext before = MemoryContextSwitchTo(tally->context);
	Tally	   *from = palloc(sizeof(Tally));

	tally_read(from, bytes, length);
	if (from->n_months != tally->n_months)
		elog(ERROR, "a worker's tally has %d months", from->n_months);
	tally->accounts += from->accounts;
	sums_add(&tally->total, &from->total);
	tally->squares += from->squares;
	sums_add(&tally->others, &from->others);
	for (int i = 0; i < MEMBER_OUTCOMES; i++)
		sums_add(&tally->outcomes[i], &from->outcomes[i]);
	for (int i = 0; i < SKIP_KINDS; i++)
		sums_add(&tally->skipped[i], &from->skipped[i]);
	for (int i = 0; i < tally->n_months; i++)
		sums_add(&tally->months[i], &from->months[i]);
	for (int i = 0; i < from->n_benefits; i++)
	{
		int			place = tally_benefit(tally, from->benefits[i].code);

		sums_add(&tally->benefits[place].sums, &from->benefits[i].sums);
	}
	for (int i = 0; i < from->n_failures; i++)
		sums_add(find_failure(tally, from->failures[i].sqlstate, from->failures[i].message), &from->failures[i].sums);
	for (int i = 0; i < from->n_changes; i++)
		tally_change(tally, &from->changes[i]);
	MemoryContextSwitchTo(before);
}

/*
 * compare_benefits orders benefits by code.
 */
static int
compare_benefits(const void *a, const void *b)
{
	return strcmp(((const BenefitSums *) a)->code, ((const BenefitSums *) b)->code);
}

/*
 * compare_failures orders kinds of errors by frequency, then by text.
 */
static int
compare_failures(const void *a, const void *b)
{
	const Failure *x = a;
	const Failure *y = b;

	if (x->sums.claims != y->sums.claims)
		return x->sums.claims > y->sums.claims ? -1 : 1;
	if (x->sqlstate != y->sqlstate)
		return x->sqlstate < y->sqlstate ? -1 : 1;
	return strcmp(x->message, y->message);
}

/*
 * tally_sort brings what stands in order of appearance into an order of its own.
 */
void
tally_sort(Tally *tally)
{
	qsort(tally->benefits, tally->n_benefits, sizeof(BenefitSums), compare_benefits);
	qsort(tally->failures, tally->n_failures, sizeof(Failure), compare_failures);
}
