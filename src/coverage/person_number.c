/*-------------------------------------------------------------------------
 *
 * person_number.c
 *		Numbers of people in sets.
 *
 * A set of people is a bitmap in blocks of 65,536 numbers, and sets are by place.
 * So numbers are dealt out in blocks by prefecture: a set of one place then has
 * few and full blocks.  Where somebody lives later does not change the number.
 *
 * A session takes from a block that no other has in hand (SKIP LOCKED), and opens
 * a new one rather than wait: so there are no waits, no deadlocks, and as many
 * open blocks of a place as sessions that enroll there at the same time.  What is
 * rolled back is dealt out again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "core/plan.h"
#include "coverage/coverage.h"
#include "coverage/facts.h"
#include "type/memberset.h"

/* The last block; numbers above are dealt out by a sequence. */
#define BLOCK_NO_MAX 24575

/* Numbers in hand. */
typedef struct Taken
{
	int32		first;
	int			count;
} Taken;

/*
 * block_open opens a block for a prefecture and takes from it; false: there are no
 * blocks left.
 */
static bool
block_open(Datum prefecture, int wanted, Taken *taken)
{
	static SqlPlan open = {
		"WITH n AS (SELECT nextval('assure_internal.number_block_seq') AS block_no) "
		"INSERT INTO assure_internal.number_block (block_no, region, used) SELECT block_no, $1::assure.region, $2 FROM n "
		"WHERE block_no <= " CppAsString2(BLOCK_NO_MAX) " RETURNING block_no", {INT4OID, INT4OID}
	};
	Datum		values[2] = {prefecture, Int32GetDatum(Min(wanted, BLOCK_MEMBERS))};

	if (plan_run(&open, values, NULL) == 0)
		return false;
	*taken = (Taken) {plan_int32(0, 1, 0) * BLOCK_MEMBERS, Min(wanted, BLOCK_MEMBERS)};
	return true;
}

/*
 * block_take takes up to so many numbers of a block that is open.  From the last
 * one down, since those before it are mostly full: the index has all blocks, for one
 * of the open ones alone would be written anew with each number that is taken.
 */
static bool
block_take(Datum prefecture, int wanted, Taken *taken)
{
	static SqlPlan take = {
		"UPDATE assure_internal.number_block b SET used = least(f.used + $2, 65536) FROM (SELECT block_no, used FROM assure_internal.number_block "
		"  WHERE region OPERATOR(assure.=) $1::assure.region AND used < 65536 ORDER BY block_no DESC LIMIT 1 FOR UPDATE SKIP LOCKED) f "
		"WHERE b.block_no = f.block_no RETURNING b.block_no * 65536 + f.used, b.used - f.used", {INT4OID, INT4OID}
	};
	Datum		values[2] = {prefecture, Int32GetDatum(wanted)};

	if (plan_run(&take, values, NULL) == 0)
		return false;
	*taken = (Taken) {plan_int32(0, 1, 0), plan_int32(0, 2, 0)};
	return true;
}

/*
 * numbers_take gets numbers for people of a prefecture.
 */
static Taken
numbers_take(Datum prefecture, int wanted)
{
	static SqlPlan next = {"SELECT nextval('assure.person_no_seq')::int", {0}};
	Taken		taken;

	if (block_take(prefecture, wanted, &taken) || block_open(prefecture, wanted, &taken))
		return taken;
	plan_run(&next, NULL, NULL);
	return (Taken) {plan_int32(0, 1, 0), 1};
}

/* Somebody who is enrolled. */
typedef struct Newcomer
{
	int			at;				/* in the caller's list */
	int			same_as;		/* the first with that resident_id in it */
	int32		prefecture;
	int32		number;			/* -1: none yet */
} Newcomer;

/*
 * newcomers_read finds who is known, or twice in the list; in order of prefectures.
 */
static Newcomer *
newcomers_read(const char *const *regions, const char *const *resident_ids, int count)
{
	static SqlPlan find = {
		"SELECT k.n::int, (CASE WHEN k.resident_id IS NULL THEN k.n ELSE min(k.n) OVER (PARTITION BY k.resident_id) END)::int, "
		PREFECTURE("k.region") "::int, (SELECT min(m.person_no) FROM assure.member m WHERE m.resident_id = k.resident_id) "
		"FROM (SELECT region::assure.region, resident_id, n FROM unnest($1, $2) WITH ORDINALITY AS u (region, resident_id, n)) k "
		"ORDER BY 3, 1", {TEXTARRAYOID, TEXTARRAYOID}
	};
	Newcomer   *newcomers = palloc(sizeof(Newcomer) * count);
	Column		columns[2];
	Datum		values[2];

	column_start(&columns[0], TEXTOID);
	column_start(&columns[1], TEXTOID);
	for (int i = 0; i < count; i++)
	{
		column_add_text(&columns[0], regions[i]);
		column_add_text(&columns[1], resident_ids[i]);
	}
	values[0] = column_array(&columns[0]);
	values[1] = column_array(&columns[1]);
	plan_run(&find, values, NULL);
	for (int i = 0; i < count; i++)
		newcomers[i] = (Newcomer) {plan_int32(i, 1, 0) - 1, plan_int32(i, 2, 0) - 1, plan_int32(i, 3, 0), plan_int32(i, 4, -1)};
	return newcomers;
}

/*
 * needs_number says whether somebody is neither known nor in the list before.
 */
static bool
needs_number(const Newcomer *newcomer)
{
	return newcomer->number < 0 && newcomer->same_as == newcomer->at;
}

/*
 * person_numbers deals out numbers.
 */
void
person_numbers(const char *const *regions, const char *const *resident_ids, int count, int32 *numbers)
{
	Newcomer   *newcomers;
	int			end;

	if (count == 0)
		return;
	newcomers = newcomers_read(regions, resident_ids, count);
	for (int i = 0; i < count; i = end)
	{
		int			wanted = 0;
		Taken		taken = {0};

		for (end = i; end < count && newcomers[end].prefecture == newcomers[i].prefecture; end++)
			wanted += needs_number(&newcomers[end]);
		for (int j = i; j < end; j++)
		{
			if (!needs_number(&newcomers[j]))
				continue;
			if (taken.count == 0)
				taken = numbers_take(Int32GetDatum(newcomers[i].prefecture), wanted);
			newcomers[j].number = taken.first++;
			taken.count--;
			wanted--;
		}
	}
	for (int i = 0; i < count; i++)
		numbers[newcomers[i].at] = newcomers[i].number;
	for (int i = 0; i < count; i++)
		numbers[newcomers[i].at] = numbers[newcomers[i].same_as];
}
