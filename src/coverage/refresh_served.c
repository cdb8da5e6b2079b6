/*-------------------------------------------------------------------------
 *
 * refresh_served.c
 *		The sets of the served are brought up.
 *
 * A chunk of events becomes sets by month; all others are unions of those.  Events
 * only add.  What takes away, a withdrawal or an event stated anew, is written
 * with a row in coverage_recheck for each person concerned; those people are
 * counted from all their events, and their events in the chunk are passed over.
 *
 * Someone who is withdrawn between the statements of a refresh has a row that it
 * did not see, and is looked at again by the next one.  A row stays where the
 * person has events beyond the chunk: one of them may be what the row takes away,
 * and the chunk that adds it has to find the row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/memutils.h"

#include "coverage/fact_list.h"
#include "coverage/facts.h"
#include "coverage/refresh.h"

/* Beyond, facts become sets before others are read. */
#define FACTS_MAX 4000000

/* A refresh at work. */
typedef struct ServedRefresh
{
	Sets		sets;			/* cells by month, then all that is made of them */
	MemberSet  *people;			/* to be looked at again; NULL: nobody */
	SetReader	people_reader;
	DateADT		day;			/* that was looked at last */
	int			month;			/* its month */
	ServiceList services;
	FactList	facts[2];		/* by Place */
	int64		events;
} ServedRefresh;

/*
 * is_looked_at says whether a person is looked at again.
 */
static bool
is_looked_at(const ServedRefresh *refresh, int32 person_no)
{
	SetReader	reader;
	Container	container;

	if (refresh->people == NULL)
		return false;
	reader = refresh->people_reader;
	while (reader_next(&reader, &container))
		if (container.key == person_no >> 16)
			return container_has(&container, (uint16) person_no);
	return false;
}

/*
 * facts_settle makes sets of the facts that were read: in order of cells and people
 * each cell is a run.
 */
static void
facts_settle(ServedRefresh *refresh)
{
	for (int place = PLACE_CUSTOMER; place <= PLACE_BRANCH; place++)
	{
		FactList   *facts = &refresh->facts[place];
		uint64		cell = 0;
		MemberUnion *members = NULL;
		MemoryContext before;

		facts_sort(facts);
		before = MemoryContextSwitchTo(refresh->sets.context);
		for (size_t i = 0; i < facts->count; i++)
		{
			const Fact *fact = &facts->list[i];

			if (members == NULL || fact->cell != cell)
			{
				SetKey		key = {.table = SET_SERVED_CELL, .span = SPAN_MONTH, .place = place};

				cell = fact->cell;
				cell_unpack(cell, &refresh->services, &key);
				members = sets_at(&refresh->sets, &key);
			}
			if (!union_add_member(members, member_from_int(fact->person_no)))
				memory_exceeded(0);
		}
		MemoryContextSwitchTo(before);
		facts_end(facts);
	}
}

/*
 * fact_add notes what was done for somebody.
 */
static void
fact_add(ServedRefresh *refresh, const ServedFact *fact)
{
	SetKey		key = {.insurer = insurer_number(refresh->sets.insurers, DatumGetTextPP(fact->insurer)), .service_id = fact->service_id};

	if (fact->served_on != refresh->day)
	{
		refresh->day = fact->served_on;
		refresh->month = month_of(fact->served_on);
	}
	key.month = refresh->month;
	key.region = fact->prefecture;
	facts_add(&refresh->facts[PLACE_CUSTOMER], cell_pack(&key, &refresh->services), fact->person_no);
	key.region = fact->branch_province;
	facts_add(&refresh->facts[PLACE_BRANCH], cell_pack(&key, &refresh->services), fact->person_no);
	if (refresh->facts[PLACE_CUSTOMER].count >= FACTS_MAX)
		facts_settle(refresh);
}

/*
 * event_row adds an event of the chunk, but for people who are looked at again.
 */
static void
event_row(const Datum *values, const bool *nulls, void *state)
{
	ServedRefresh *refresh = state;
	ServedFact	fact = served_of_row(values);

	refresh->events++;
	if (!is_looked_at(refresh, fact.person_no))
		fact_add(refresh, &fact);
}

/*
 * recheck_row adds what counts of somebody who is looked at again.
 */
static void
recheck_row(const Datum *values, const bool *nulls, void *state)
{
	ServedFact	fact = served_of_row(values);

	fact_add(state, &fact);
}

/*
 * cell_spread adds a cell of a month to that of its year, and to the total of its
 * insurer in the month.
 */
static void
cell_spread(Sets *sets, const SetKey *cell, const MemberSet *set)
{
	SetKey		year = *cell;
	SetKey		total = *cell;

	year.span = SPAN_YEAR;
	year.month = span_start(SPAN_YEAR, cell->month);
	sets_add_set(sets, &year, set);
	total.table = SET_SERVED_TOTAL;
	total.service_id = 0;
	sets_add_set(sets, &total, set);
}

/*
 * total_spread adds the total of an insurer in a month to those of longer spans
 * and of all insurers together.
 */
static void
total_spread(Sets *sets, const SetKey *month, const MemberSet *set)
{
	static const Span spans[] = {SPAN_MONTH, SPAN_QUARTER, SPAN_YEAR};

	for (int i = 0; i < (int) lengthof(spans); i++)
	{
		SetKey		total = *month;

		total.span = spans[i];
		total.month = span_start(spans[i], month->month);
		if (spans[i] != SPAN_MONTH)
			sets_add_set(sets, &total, set);
		total.insurer = 0;
		sets_add_set(sets, &total, set);
	}
}

/*
 * sets_spread adds the sets of months that a table has to all that they are part of.
 */
static void
sets_spread(Sets *sets, SetTable table, void (*spread) (Sets *, const SetKey *, const MemberSet *))
{
	int			count;
	SetEntry  **entries = sets_list(sets, &count);

	for (int i = 0; i < count; i++)
	{
		SetEntry   *entry = entries[i];

		if (entry->key.table != (int) table || entry->key.span != SPAN_MONTH)
			continue;
		spread(sets, &entry->key, set_written(sets, entry));
	}
	pfree(entries);
}

/*
 * months_spread makes the cells by month, and all sets of them.
 */
static void
months_spread(ServedRefresh *refresh)
{
	facts_settle(refresh);
	sets_spread(&refresh->sets, SET_SERVED_CELL, cell_spread);
	sets_spread(&refresh->sets, SET_SERVED_TOTAL, total_spread);
}

/*
 * people_take takes out of the queue who is to be looked at again and has no
 * events beyond the chunk.
 */
static Datum
people_take(ServedRefresh *refresh, int64 upto)
{
	static SqlPlan take = {
		"WITH gone AS (DELETE FROM assure_internal.coverage_recheck q WHERE q.kind = 'served' "
		"  AND NOT EXISTS (SELECT FROM assure.service_event e WHERE e.event_id > $1 AND e.person_no = q.person_no) RETURNING q.person_no) "
		"SELECT array_agg(DISTINCT person_no) FROM gone", {INT8OID}
	};
	bool		isnull;
	Datum		beyond = Int64GetDatum(upto);
	Datum		people;
	ArrayType  *list;

	plan_run(&take, &beyond, NULL);
	people = plan_datum(0, 1, &isnull);
	if (isnull)
		return (Datum) 0;
	list = DatumGetArrayTypePCopy(people);
	refresh->people = set_of_people((int32 *) ARR_DATA_PTR(list), ArrayGetNItems(ARR_NDIM(list), ARR_DIMS(list)));
	set_read(&refresh->people_reader, refresh->people);
	return PointerGetDatum(list);
}

/*
 * people_recheck makes the tables say the truth of people in the queue.
 */
static void
people_recheck(ServedRefresh *refresh, int64 upto)
{
	static SqlPlan read = {SERVED_OF_PEOPLE, {INT4ARRAYOID}};
	Datum		people = people_take(refresh, upto);

	if (refresh->people == NULL)
		return;
	plan_run_each(&read, &people, recheck_row, refresh);
	months_spread(refresh);
	sets_recheck(&refresh->sets, SET_SERVED_CELL, refresh->people);
	sets_recheck(&refresh->sets, SET_SERVED_TOTAL, refresh->people);
	sets_add_to_tables(&refresh->sets);
	sets_begin(&refresh->sets, refresh->sets.context, refresh->sets.insurers);
}

/*
 * served_refresh brings the sets up from one event to another; returns how many
 * events that was.
 */
int64
served_refresh(int64 watermark, int64 upto)
{
	static SqlPlan read = {
		"SELECT " SERVED_COLUMNS " FROM assure.service_event WHERE event_id > $1 AND event_id <= $2 AND event = 'served'", {INT8OID, INT8OID}
	};
	static SqlPlan note = {"UPDATE assure_internal.coverage_state SET watermark = $1, refreshed_at = now()", {INT8OID}};
	ServedRefresh refresh = {.day = PG_INT32_MIN};
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "sets of the served", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(context);
	Insurers   *insurers = insurers_make();
	Datum		values[2] = {Int64GetDatum(watermark), Int64GetDatum(upto)};

	sets_begin(&refresh.sets, context, insurers);
	people_recheck(&refresh, upto);
	if (upto > watermark)
	{
		plan_run_each(&read, values, event_row, &refresh);
		months_spread(&refresh);
		sets_add_to_tables(&refresh.sets);
		plan_run(&note, &values[1], NULL);
	}
	MemoryContextSwitchTo(before);
	MemoryContextDelete(context);
	return refresh.events;
}
