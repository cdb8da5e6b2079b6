/*-------------------------------------------------------------------------
 *
 * refresh_insured.c
 *		The sets of the insured are brought up.
 *
 * A cover is somebody's days at a place; what matters of it is in which months it
 * begins and ends, and whether that is on a first day.  People whose covers agree
 * in that are one group, and a month's sets are unions of groups.
 *
 *		first day of month in [from, to)	-> start
 *		last day of month in [from, to)		-> last, and whoever is not left
 *		begins in month						-> joined
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/array.h"
#include "utils/memutils.h"

#include "coverage/facts.h"
#include "coverage/refresh.h"

/* So many people are looked at again at once; beyond, all sets are built anew. */
#define RECHECK_MAX 200000

/* What people of a group have in common: months that the range limits. */
typedef struct CoverKey
{
	Region		prefecture;
	Region		branch_province;
	int32		insurer;
	int32		start_first;	/* months in whose start they are */
	int32		start_to;
	int32		last_first;		/* and in whose last */
	int32		last_to;
	int32		joined;			/* month, 0: none */
} CoverKey;

typedef struct CoverGroup
{
	CoverKey	key;
	MemberUnion members;
	MemberSet  *set;
} CoverGroup;

typedef struct InsuredRefresh
{
	MemoryContext context;
	MonthRange	range;
	HTAB	   *groups;
	Insurers   *insurers;
	HTAB	   *kept;			/* codes that are kept as they are */
} InsuredRefresh;

/*
 * cover_key says what matters of a cover within the range.
 */
static CoverKey
cover_key(const InsuredRefresh *refresh, const CoverFact *cover)
{
	MonthRange	range = refresh->range;
	int			from = month_of(cover->from_on);
	int			to = DATE_IS_NOEND(cover->to_on) ? range.to + 1 : month_of(cover->to_on);
	bool		begins = month_begins(cover->from_on);
	bool		ends = DATE_IS_NOEND(cover->to_on) || month_begins(cover->to_on);
	CoverKey	key;

	memset(&key, 0, sizeof(key));
	key.prefecture = place_of(refresh->kept, cover->prefecture);
	key.branch_province = cover->branch_province;
	key.insurer = insurer_number(refresh->insurers, DatumGetTextPP(cover->insurer));
	key.start_first = Max(range.from, begins ? from : from + 1);
	key.start_to = Max(key.start_first, Min(range.to, ends ? to : to + 1));
	key.last_first = Max(range.from, from);
	key.last_to = Max(key.last_first, Min(range.to, to));
	key.joined = from >= range.from && from < range.to ? from : 0;
	return key;
}

/*
 * cover_row adds somebody's cover to its group.
 */
static void
cover_row(const Datum *values, const bool *nulls, void *state)
{
	InsuredRefresh *refresh = state;
	CoverFact	cover = cover_of_row(values);
	CoverKey	key = cover_key(refresh, &cover);
	MemoryContext before;
	CoverGroup *group;
	bool		found;

	if (key.start_to <= key.start_first && key.last_to <= key.last_first && key.joined == 0)
		return;
	before = MemoryContextSwitchTo(refresh->context);
	group = hash_search(refresh->groups, &key, HASH_ENTER, &found);
	if (!found)
	{
		union_begin(&group->members, memory_max());
		group->set = NULL;
	}
	if (!union_add_member(&group->members, member_from_int(cover.person_no)))
		memory_exceeded(0);
	MemoryContextSwitchTo(before);
}

/*
 * group_is_in says whether a group is in the sets of a kind of a month.
 */
static bool
group_is_in(const CoverKey *key, InsuredKind kind, int month)
{
	switch (kind)
	{
		case INSURED_START:
			return month >= key->start_first && month < key->start_to;
		case INSURED_JOINED:
			return month == key->joined;
		case INSURED_LEFT:
			return false;
		case INSURED_LAST:
			return month >= key->last_first && month < key->last_to;
	}
	return false;
}

/*
 * group_add adds a group to the sets of a span.
 */
static void
group_add(Sets *sets, const CoverGroup *group, InsuredKind kind, Span span, int month)
{
	SetKey		key = {.table = SET_INSURED_TOTAL, .kind = kind, .span = span, .month = span_start(span, month)};

	for (int place = PLACE_CUSTOMER; place <= PLACE_BRANCH; place++)
	{
		key.place = place;
		key.region = place == PLACE_CUSTOMER ? group->key.prefecture : group->key.branch_province;
		key.insurer = 0;
		sets_add_set(sets, &key, group->set);
		key.insurer = group->key.insurer;
		sets_add_set(sets, &key, group->set);
	}
}

/*
 * month_make makes the sets of a kind of a month, and those of longer spans.
 */
static void
month_make(InsuredRefresh *refresh, Sets *sets, InsuredKind kind, int month)
{
	HASH_SEQ_STATUS status;
	CoverGroup *group;

	hash_seq_init(&status, refresh->groups);
	while ((group = hash_seq_search(&status)) != NULL)
	{
		if (!group_is_in(&group->key, kind, month))
			continue;
		group_add(sets, group, kind, SPAN_MONTH, month);
		if (kind == INSURED_JOINED)
		{
			group_add(sets, group, kind, SPAN_QUARTER, month);
			group_add(sets, group, kind, SPAN_YEAR, month);
		}
	}
}

/*
 * month_finish makes of who is insured on the last day who has left.
 */
static void
month_finish(Sets *sets)
{
	int			count;
	SetEntry  **entries = sets_list(sets, &count);

	for (int i = 0; i < count; i++)
		if (entries[i]->key.span == SPAN_MONTH && entries[i]->key.kind != INSURED_LAST)
		{
			SetKey		left = entries[i]->key;
			MemberSet  *set = union_write(&entries[i]->members);

			left.kind = INSURED_LEFT;
			sets_add_set(sets, &left, set);
			pfree(set);
		}
	for (int i = 0; i < count; i++)
		if (entries[i]->key.kind == INSURED_LAST)
		{
			SetKey		left = entries[i]->key;
			MemberSet  *set = union_write(&entries[i]->members);
			SetReader	reader;

			left.kind = INSURED_LEFT;
			set_read(&reader, set);
			if (!union_remove_set(sets_at(sets, &left), &reader))
				memory_exceeded(0);
			pfree(set);
			(void) hash_search(sets->entries, &entries[i]->key, HASH_REMOVE, NULL);
		}
	pfree(entries);
}

/*
 * months_make makes all sets of some months.
 */
static void
months_make(InsuredRefresh *refresh, Sets *sets, int from, int to)
{
	MemoryContext before = MemoryContextSwitchTo(sets->context);

	for (int month = from; month < to; month++)
	{
		month_make(refresh, sets, INSURED_START, month);
		month_make(refresh, sets, INSURED_JOINED, month);
		month_make(refresh, sets, INSURED_LAST, month);
	}
	month_finish(sets);
	MemoryContextSwitchTo(before);
}

/*
 * groups_settle makes the sets of the groups.
 */
static void
groups_settle(InsuredRefresh *refresh)
{
	MemoryContext before = MemoryContextSwitchTo(refresh->context);
	HASH_SEQ_STATUS status;
	CoverGroup *group;

	hash_seq_init(&status, refresh->groups);
	while ((group = hash_seq_search(&status)) != NULL)
	{
		group->set = union_write(&group->members);
		union_end(&group->members);
	}
	MemoryContextSwitchTo(before);
}

/*
 * refresh_begin begins with a range of months, in a memory context that the
 * caller deletes.
 */
static void
refresh_begin(InsuredRefresh *refresh, MonthRange range)
{
	HASHCTL		control = {.keysize = sizeof(CoverKey), .entrysize = sizeof(CoverGroup)};
	MemoryContext before;

	refresh->context = AllocSetContextCreate(CurrentMemoryContext, "sets of the insured", ALLOCSET_DEFAULT_SIZES);
	refresh->range = range;
	control.hcxt = refresh->context;
	refresh->groups = hash_create("covers", 4096, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	before = MemoryContextSwitchTo(refresh->context);
	refresh->insurers = insurers_make();
	refresh->kept = places_read();
	MemoryContextSwitchTo(before);
}

/*
 * months_build adds the months of a range to the tables, of everybody.  One month
 * after another, so that their memory is not all of it at once.
 */
static void
months_build(MonthRange range)
{
	static SqlPlan read = {COVERS_OF_ALL, {0}};
	InsuredRefresh refresh;

	refresh_begin(&refresh, range);
	plan_run_each(&read, NULL, cover_row, &refresh);
	groups_settle(&refresh);
	for (int month = range.from; month < range.to; month++)
	{
		MemoryContext context = AllocSetContextCreate(refresh.context, "sets of a month", ALLOCSET_DEFAULT_SIZES);
		Sets		sets;

		sets_begin(&sets, context, refresh.insurers);
		months_make(&refresh, &sets, month, month + 1);
		sets_add_to_tables(&sets);
		MemoryContextDelete(context);
		CHECK_FOR_INTERRUPTS();
	}
	MemoryContextDelete(refresh.context);
}

/*
 * people_recheck makes the tables say the truth of people.
 */
static void
people_recheck(ArrayType *people, MonthRange range)
{
	static SqlPlan read = {COVERS_OF_PEOPLE, {INT4ARRAYOID}};
	InsuredRefresh refresh;
	Datum		value = PointerGetDatum(people);
	MemoryContext before;
	Sets		sets;

	refresh_begin(&refresh, range);
	before = MemoryContextSwitchTo(refresh.context);
	plan_run_each(&read, &value, cover_row, &refresh);
	groups_settle(&refresh);
	sets_begin(&sets, refresh.context, refresh.insurers);
	months_make(&refresh, &sets, range.from, range.to);
	sets_recheck(&sets, SET_INSURED_TOTAL, set_of_people((int32 *) ARR_DATA_PTR(people), ArrayGetNItems(ARR_NDIM(people), ARR_DIMS(people))));
	sets_add_to_tables(&sets);
	MemoryContextSwitchTo(before);
	MemoryContextDelete(refresh.context);
}

/*
 * queue_take takes who is to be looked at again out of the queue; NULL: nobody.
 */
static ArrayType *
queue_take(void)
{
	static SqlPlan take = {
		"WITH gone AS (DELETE FROM assure_internal.coverage_recheck WHERE kind = 'insured' RETURNING person_no) "
		"SELECT array_agg(DISTINCT person_no) FROM gone", {0}
	};
	bool		isnull;
	Datum		people;

	plan_run(&take, NULL, NULL);
	people = plan_datum(0, 1, &isnull);
	return isnull ? NULL : DatumGetArrayTypePCopy(people);
}

/*
 * insured_refresh brings the sets of the months that are built up to date, and
 * builds those that are wanted more; returns how many people were looked at again.
 */
int64
insured_refresh(MonthRange built, MonthRange wanted)
{
	static SqlPlan clear = {"DELETE FROM assure_internal.insured_total", {0}};
	static SqlPlan note = {
		"UPDATE assure_internal.coverage_state SET insured_from = $1, insured_to = $2, refreshed_at = now()", {DATEOID, DATEOID}
	};
	ArrayType  *people = queue_take();
	int			count = people == NULL ? 0 : ArrayGetNItems(ARR_NDIM(people), ARR_DIMS(people));
	Datum		values[2];

	if (built.from == built.to || wanted.from < built.from || wanted.from > built.to || count > RECHECK_MAX)
	{
		plan_run(&clear, NULL, NULL);
		built = (MonthRange) {wanted.from, wanted.from};
	}
	else if (count > 0)
		people_recheck(people, built);
	wanted.from = built.from;
	wanted.to = Max(wanted.to, built.to);
	if (wanted.to > built.to)
		months_build((MonthRange) {built.to, wanted.to});
	values[0] = DateADTGetDatum(month_day(wanted.from));
	values[1] = DateADTGetDatum(month_day(wanted.to));
	if (wanted.to > built.to)
		plan_run(&note, values, NULL);
	return count;
}
