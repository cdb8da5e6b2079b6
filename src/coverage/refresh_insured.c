/*-------------------------------------------------------------------------
 *
 * refresh_insured.c
 *		The sets of the insured are brought up.
 *
 * A cover is somebody's days at a place; what matters of it is in which months it
 * begins and ends, and whether that is on a first day.  People whose covers at a
 * place agree in that are one group, and the sets of a place in a month are unions
 * of its groups.  Who has left are those of groups that end before the last day,
 * without who is there by another cover.
 *
 *		first day of month in [from, to)	-> start
 *		last day of month in [from, to)		-> last, and whoever is not left
 *		begins in month						-> joined
 *
 * Ranges begin with a year, so each longer span has its first month in one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/array.h"
#include "utils/memutils.h"

#include "coverage/facts.h"
#include "coverage/refresh.h"

/* So many people are looked at again at once; beyond, all sets are built anew. */
#define RECHECK_MAX 200000

/* What people of a group have in common: a place, an insurer, and months that the range limits. */
typedef struct CoverKey
{
	int32		place;			/* a Place */
	Region		region;
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
	SetReader	reader;			/* of all of them */
} CoverGroup;

typedef struct InsuredRefresh
{
	MemoryContext context;
	MonthRange	range;
	HTAB	   *groups;
	CoverGroup **list;			/* in order of place, region, insurer */
	int			count;
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
	key.insurer = insurer_number(refresh->insurers, DatumGetTextPP(cover->insurer));
	key.start_first = Max(range.from, begins ? from : from + 1);
	key.start_to = Max(key.start_first, Min(range.to, ends ? to : to + 1));
	key.last_first = Max(range.from, from);
	key.last_to = Max(key.last_first, Min(range.to, to));
	key.joined = from >= range.from && from < range.to ? from : 0;
	return key;
}

/*
 * group_add adds somebody to a group.
 */
static void
group_add(InsuredRefresh *refresh, const CoverKey *key, int32 person_no)
{
	bool		found;
	CoverGroup *group = hash_search(refresh->groups, key, HASH_ENTER, &found);

	if (!found)
		union_begin(&group->members, memory_max());
	if (!union_add_member(&group->members, member_from_int(person_no)))
		memory_exceeded(0);
}

/*
 * cover_row adds somebody's cover to its groups, where the customer lives and
 * where the branch is.
 */
static void
cover_row(const Datum *values, const bool *nulls, void *state)
{
	InsuredRefresh *refresh = state;
	CoverFact	cover = cover_of_row(values);
	CoverKey	key = cover_key(refresh, &cover);
	MemoryContext before;

	if (key.start_to <= key.start_first && key.last_to <= key.last_first && key.joined == 0)
		return;
	before = MemoryContextSwitchTo(refresh->context);
	key.place = PLACE_CUSTOMER;
	key.region = place_of(refresh->kept, cover.prefecture);
	group_add(refresh, &key, cover.person_no);
	key.place = PLACE_BRANCH;
	key.region = cover.branch_province;
	group_add(refresh, &key, cover.person_no);
	MemoryContextSwitchTo(before);
}

/*
 * members_add adds a group to a set.
 */
static void
members_add(MemberUnion *members, const CoverGroup *group)
{
	if (!union_add_set(members, &group->reader))
		memory_exceeded(0);
}

/* The sets of a place and an insurer in a month. */
typedef struct MonthSets
{
	MemberUnion *start;
	MemberUnion *joined;
	MemberUnion *left;
	MemberUnion last;			/* insured on the last day: not kept */
} MonthSets;

/*
 * month_sets finds or makes these sets.
 */
static MonthSets
month_sets(Sets *sets, const CoverGroup *group, int insurer, int month)
{
	SetKey		key = {
		.table = SET_INSURED_TOTAL, .place = group->key.place, .kind = INSURED_START, .span = SPAN_MONTH, .month = month,
		.region = group->key.region, .insurer = insurer
	};
	MonthSets	found;

	found.start = sets_at(sets, &key);
	key.kind = INSURED_JOINED;
	found.joined = sets_at(sets, &key);
	key.kind = INSURED_LEFT;
	found.left = sets_at(sets, &key);
	union_begin(&found.last, memory_max());
	return found;
}

/*
 * month_group adds a group to the sets of a month.
 */
static void
month_group(MonthSets *sets, const CoverGroup *group, int month)
{
	const CoverKey *key = &group->key;
	bool		starts = month >= key->start_first && month < key->start_to;
	bool		stays = month >= key->last_first && month < key->last_to;

	if (starts)
		members_add(sets->start, group);
	if (month == key->joined)
		members_add(sets->joined, group);
	if (stays)
		members_add(&sets->last, group);
	else if (starts || month == key->joined)
		members_add(sets->left, group);
}

/*
 * without takes the members of one union out of another; returns the set of that.
 */
static MemberSet *
without(MemberUnion *members, MemberUnion *others)
{
	MemberSet  *set = union_write(others);
	SetReader	reader;

	set_read(&reader, set);
	if (!union_remove_set(members, &reader))
		memory_exceeded(0);
	return set;
}

/*
 * union_join adds one union to another.
 */
static void
union_join(MemberUnion *members, MemberUnion *others)
{
	MemberSet  *set = union_write(others);
	SetReader	reader;

	set_read(&reader, set);
	if (!union_add_set(members, &reader))
		memory_exceeded(0);
	pfree(set);
}

/*
 * longer_spread adds the sets of a month to those of longer spans: who joined, and
 * who is insured on any day, for which who is at its start comes in the first month.
 */
static void
longer_spread(Sets *sets, const CoverGroup *group, int insurer, int month, const MonthSets *of_month)
{
	static const Span spans[] = {SPAN_QUARTER, SPAN_YEAR};

	for (int i = 0; i < (int) lengthof(spans); i++)
	{
		SetKey		key = {
			.table = SET_INSURED_TOTAL, .place = group->key.place, .kind = INSURED_JOINED, .span = spans[i],
			.month = span_start(spans[i], month), .region = group->key.region, .insurer = insurer
		};
		bool		is_first = key.month == month;

		if (of_month->joined->count > 0)
			union_join(sets_at(sets, &key), of_month->joined);
		key.kind = INSURED_ANY;
		if (of_month->joined->count > 0)
			union_join(sets_at(sets, &key), of_month->joined);
		if (is_first && of_month->start->count > 0)
			union_join(sets_at(sets, &key), of_month->start);
	}
}

/*
 * region_month makes the sets of a region in a month, of each insurer and of all
 * together; the groups are those of the region.
 */
static void
region_month(Sets *sets, CoverGroup **groups, int count, int month)
{
	MonthSets	all = month_sets(sets, groups[0], 0, month);
	int			end;

	for (int from = 0; from < count; from = end)
	{
		int			insurer = groups[from]->key.insurer;
		MonthSets	own = month_sets(sets, groups[from], insurer, month);
		SetReader	reader;
		MemberSet  *last;

		for (end = from; end < count && groups[end]->key.insurer == insurer; end++)
			month_group(&own, groups[end], month);
		last = without(own.left, &own.last);
		set_read(&reader, last);
		if (!union_add_set(&all.last, &reader))
			memory_exceeded(0);
		pfree(last);
		union_end(&own.last);
		union_join(all.start, own.start);
		union_join(all.joined, own.joined);
		union_join(all.left, own.left);
		longer_spread(sets, groups[from], insurer, month, &own);
	}
	pfree(without(all.left, &all.last));
	union_end(&all.last);
	longer_spread(sets, groups[0], 0, month, &all);
}

/* What is done with the sets of a region that are made. */
typedef void (*RegionDone) (Sets *sets);

/*
 * regions_make makes all sets, one region after another; done: after each.
 */
static void
regions_make(const InsuredRefresh *refresh, Sets *sets, RegionDone done)
{
	int			end;

	for (int from = 0; from < refresh->count; from = end)
	{
		const CoverKey *key = &refresh->list[from]->key;
		MemoryContext before = MemoryContextSwitchTo(sets->context);

		for (end = from; end < refresh->count && refresh->list[end]->key.place == key->place && refresh->list[end]->key.region == key->region;)
			end++;
		for (int month = refresh->range.from; month < refresh->range.to; month++)
			region_month(sets, &refresh->list[from], end - from, month);
		MemoryContextSwitchTo(before);
		if (done != NULL)
			done(sets);
		CHECK_FOR_INTERRUPTS();
	}
}

/*
 * compare_groups orders groups by place, region and insurer.
 */
static int
compare_groups(const void *a, const void *b)
{
	const CoverKey *left = &(*(CoverGroup *const *) a)->key;
	const CoverKey *right = &(*(CoverGroup *const *) b)->key;

	if (left->place != right->place)
		return left->place - right->place;
	if (left->region != right->region)
		return left->region - right->region;
	return left->insurer - right->insurer;
}

/*
 * groups_settle makes the sets of the groups, and puts these in order.
 */
static void
groups_settle(InsuredRefresh *refresh)
{
	MemoryContext before = MemoryContextSwitchTo(refresh->context);
	HASH_SEQ_STATUS status;
	CoverGroup *group;

	refresh->count = 0;
	refresh->list = palloc(mul_size(sizeof(CoverGroup *), (Size) hash_get_num_entries(refresh->groups) + 1));
	hash_seq_init(&status, refresh->groups);
	while ((group = hash_seq_search(&status)) != NULL)
	{
		set_read(&group->reader, union_write(&group->members));
		union_end(&group->members);
		refresh->list[refresh->count++] = group;
	}
	qsort(refresh->list, refresh->count, sizeof(CoverGroup *), compare_groups);
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
 * sets_flush adds sets to the tables, and begins with none again.
 */
static void
sets_flush(Sets *sets)
{
	sets_add_to_tables(sets);
	MemoryContextReset(sets->context);
	sets_begin(sets, sets->context, sets->insurers);
}

/*
 * months_build adds the months of a range to the tables, of everybody.  One region
 * after another, so that their memory is not all of it at once.
 */
static void
months_build(MonthRange range)
{
	static SqlPlan read = {COVERS_OF_ALL, {0}};
	InsuredRefresh refresh;
	Sets		sets;

	refresh_begin(&refresh, range);
	plan_run_each(&read, NULL, cover_row, &refresh);
	groups_settle(&refresh);
	sets_begin(&sets, AllocSetContextCreate(refresh.context, "sets of a region", ALLOCSET_DEFAULT_SIZES), refresh.insurers);
	regions_make(&refresh, &sets, sets_flush);
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
	regions_make(&refresh, &sets, NULL);
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
