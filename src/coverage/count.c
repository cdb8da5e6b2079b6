/*-------------------------------------------------------------------------
 *
 * count.c
 *		Counting who was served and who is insured.
 *
 * The truth about a group of sets is
 *
 *		(their union, and events above the watermark)
 *			without the people in coverage_recheck
 *			and with what events and enrollments say of those
 *
 * because nothing but an addition ever happens without a row there.  All
 * statements read the snapshot of the caller's statement, so sets, events and
 * queue belong to one moment, whatever a refresh does meanwhile.
 *
 * Where the sets do not reach, in months or by the bases of the location, and
 * where too many people are in the queue, all is counted from the facts; it is
 * the same with everybody in the queue.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "core/plan.h"
#include "coverage/count.h"
#include "coverage/facts.h"

/* Above, everybody is counted anew: it takes less than looking up so many. */
#define PEOPLE_MAX 100000

/* The group of the insured of all services. */
#define CODE_OF_ALL 0

/* How far the sets are. */
typedef struct Reach
{
	int64		watermark;
	int			insured_from;
	int			insured_to;
} Reach;

/*
 * count_begin begins with no groups; the insurers that are asked for have the
 * first numbers.
 */
void
count_begin(Count *count, const Question *question)
{
	HASHCTL		control = {.keysize = sizeof(int64), .entrysize = sizeof(CoverageGroup), .hcxt = CurrentMemoryContext};
	HASHCTL		of_regions = {.keysize = sizeof(Region), .entrysize = sizeof(RegionRow), .hcxt = CurrentMemoryContext};

	memset(count, 0, sizeof(*count));
	count->question = *question;
	count->groups = hash_create("groups of coverage", 512, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	count->regions = hash_create("regions of coverage", 512, &of_regions, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	count->insurers = insurers_make();
	union_begin(&count->on_last_day, memory_max());
	for (int i = 0; i < question->insurer_count; i++)
		(void) insurer_number(count->insurers, question->insurer_names[i]);
	if (question->insurer_count >= 0)
		count->question.insurer_count = count->insurers->count - 1;
}

/*
 * count_group returns the group of a code, empty if there was none.
 */
CoverageGroup *
count_group(Count *count, int64 code)
{
	bool		found;

	if (count->group != NULL && count->group->code == code)
		return count->group;
	count->group = hash_search(count->groups, &code, HASH_ENTER, &found);
	if (!found)
	{
		union_begin(&count->group->served, memory_max());
		union_begin(&count->group->insured, memory_max());
	}
	return count->group;
}

/*
 * group_at returns the union that a place, insurer and service count in; NULL:
 * they are not asked for.
 */
static MemberUnion *
group_at(Count *count, Region region, Datum insurer_name, int64 service_id)
{
	const Question *question = &count->question;
	int			insurer = insurer_number(count->insurers, DatumGetTextPP(insurer_name));
	int64		code = CODE_OF_ALL;
	CoverageGroup *group;

	if (question->insurer_count >= 0 && (insurer == 0 || insurer > question->insurer_count))
		return NULL;
	if (question->by == BY_PROVINCE || question->by == BY_PREFECTURE)
	{
		RegionRow  *row;

		region = count->kept == NULL ? region : place_of(count->kept, region);
		row = hash_search(count->regions, &region, HASH_FIND, NULL);
		code = row == NULL ? region : row->row;
	}
	else if (question->by == BY_INSURER)
		code = insurer;
	else if (question->by == BY_SERVICE && !count->of_insured)
		code = service_id;
	group = count_group(count, code);
	return count->of_insured ? &group->insured : &group->served;
}

/*
 * set_row adds a stored set: region, insurer, service, members.
 */
static void
set_row(const Datum *values, const bool *nulls, void *state)
{
	Count	   *count = state;
	MemberUnion *members = group_at(count, DatumGetInt32(values[0]), values[1], DatumGetInt64(values[2]));
	MemberSet  *set;
	SetReader	reader;

	if (members == NULL)
		return;
	set = (MemberSet *) PG_DETOAST_DATUM_PACKED(values[3]);
	set_read(&reader, set);
	if (!union_add_set(members, &reader))
		memory_exceeded(0);
	if ((Pointer) set != DatumGetPointer(values[3]))
		pfree(set);
}

/*
 * service_is_asked says whether a service is one of those that are asked for.
 */
static bool
service_is_asked(const Question *question, int64 service_id)
{
	if (question->service_count < 0)
		return true;
	for (int i = 0; i < question->service_count; i++)
		if (question->service_ids[i] == service_id)
			return true;
	return false;
}

/*
 * person_add adds somebody to the union of a place, insurer and service.
 */
static void
person_add(Count *count, Region region, Datum insurer, int64 service_id, int32 person_no)
{
	MemberUnion *members = group_at(count, region, insurer, service_id);

	if (members != NULL && !union_add_member(members, member_from_int(person_no)))
		memory_exceeded(0);
}

/*
 * served_row adds an event.
 */
static void
served_row(const Datum *values, const bool *nulls, void *state)
{
	Count	   *count = state;
	ServedFact	fact = served_of_row(values);

	if (fact.served_on >= count->question.from_on && fact.served_on < count->question.to_on &&
		service_is_asked(&count->question, fact.service_id))
		person_add(count, count->question.place == PLACE_CUSTOMER ? fact.prefecture : fact.branch_province,
				   fact.insurer, fact.service_id, fact.person_no);
}

/*
 * cover_row adds a cover of days that are asked for.
 */
static void
cover_row(const Datum *values, const bool *nulls, void *state)
{
	Count	   *count = state;
	CoverFact	cover = cover_of_row(values);
	DateADT		first = count->question.last_day ? count->question.to_on - 1 : count->question.from_on;

	if (cover.from_on < count->question.to_on && cover.to_on > first)
		person_add(count, count->question.place == PLACE_CUSTOMER ? cover.prefecture : cover.branch_province,
				   cover.insurer, 0, cover.person_no);
}

/*
 * person_row notes somebody who is looked at anew.
 */
static void
person_row(const Datum *values, const bool *nulls, void *state)
{
	Count	   *count = state;

	if (count->people_count == count->people_capacity)
	{
		count->people_capacity = Max(64, 2 * count->people_capacity);
		count->people = count->people == NULL ? palloc(sizeof(int32) * count->people_capacity) :
			repalloc(count->people, sizeof(int32) * count->people_capacity);
	}
	count->people[count->people_count++] = DatumGetInt32(values[0]);
}

/*
 * people_read reads who is in the queue; false: too many to be looked up.
 */
static bool
people_read(Count *count, const char *kind)
{
	static SqlPlan read = {
		"SELECT DISTINCT person_no FROM assure_internal.coverage_recheck WHERE kind = $1 LIMIT " CppAsString2(PEOPLE_MAX), {TEXTOID}
	};
	Datum		value = CStringGetTextDatum(kind);

	count->people_count = 0;
	plan_scan_each(&read, &value, person_row, count);
	return count->people_count < PEOPLE_MAX;
}

/*
 * people_given returns the people in the queue as a parameter.
 */
static Datum
people_given(const Count *count)
{
	Datum	   *people = palloc(sizeof(Datum) * count->people_count);

	for (int i = 0; i < count->people_count; i++)
		people[i] = Int32GetDatum(count->people[i]);
	return PointerGetDatum(construct_array(people, count->people_count, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

/*
 * facts_count counts all from a statement whose rows have codes of locations.
 */
static void
facts_count(Count *count, SqlPlan *facts, const Datum *values, PlanRowCallback each)
{
	if (count->question.place == PLACE_CUSTOMER)
		count->kept = places_read();
	plan_scan_each(facts, values, each, count);
}

/*
 * people_replace takes the people in the queue out of all groups and adds what the
 * facts say of them; of_places: these rows have places, not codes of locations.
 */
static void
people_replace(Count *count, SqlPlan *facts, PlanRowCallback each, bool of_places)
{
	MemberSet  *people;
	HASH_SEQ_STATUS status;
	CoverageGroup *group;
	SetReader	reader;
	Datum		value;

	if (count->people_count == 0)
		return;
	people = set_of_people(count->people, count->people_count);
	set_read(&reader, people);
	hash_seq_init(&status, count->groups);
	while ((group = hash_seq_search(&status)) != NULL)
		if (!union_remove_set(count->of_insured ? &group->insured : &group->served, &reader))
			memory_exceeded(0);
	value = people_given(count);
	if (!of_places && count->question.place == PLACE_CUSTOMER)
		count->kept = places_read();
	plan_scan_each(facts, &value, each, count);
}

/*
 * spans_given fills two parameters: the spans that make up the period.
 */
static void
spans_given(const Question *question, bool has_quarters, Datum *values)
{
	MonthSpan  *spans = palloc(sizeof(MonthSpan) * (question->to - question->from));
	int			n = months_split(question->from, question->to, has_quarters, spans);
	Column		names;
	Column		days;

	column_start(&names, TEXTOID);
	column_start(&days, DATEOID);
	for (int i = 0; i < n; i++)
	{
		column_add_text(&names, span_name(spans[i].span));
		column_add(&days, DateADTGetDatum(month_day(spans[i].month)));
	}
	values[0] = column_array(&names);
	values[1] = column_array(&days);
}

/*
 * insurers_given returns the insurers whose sets are read: the empty name where
 * all together will do; *any says that all are read one by one.
 */
static Datum
insurers_given(const Count *count, bool one_by_one, bool *any)
{
	const Question *question = &count->question;
	Column		names;

	column_start(&names, TEXTOID);
	*any = question->insurer_count < 0 && one_by_one;
	if (question->insurer_count < 0 && !one_by_one)
		column_add_text(&names, "");
	for (int i = 1; i <= question->insurer_count; i++)
		column_add(&names, PointerGetDatum(count->insurers->names[i]));
	return column_array(&names);
}

#define SPANS "unnest($1, $2) AS k (span, starts_on)"
#define LISTED " AND t.insurer = ANY ($4)"
#define ONE_BY_ONE " AND t.insurer <> ''"

#define SERVED_TOTALS \
	"SELECT t.region::int, t.insurer, 0::int8, t.members FROM " SPANS " JOIN assure_internal.served_total t " \
	"ON t.place = $3 AND t.span = k.span AND t.starts_on = k.starts_on"
#define SERVED_CELLS \
	"SELECT t.region::int, t.insurer, t.service_id, t.members FROM " SPANS \
	" JOIN assure_internal.served_cell t ON t.place = $3 AND t.span = k.span AND t.starts_on = k.starts_on AND t.service_id = ANY ($5)"

/*
 * sets_place names the place whose sets are read: where no region is asked for,
 * both say the same, and by branch there are fewer.
 */
static Datum
sets_place(const Question *question)
{
	bool		by_region = question->by == BY_PROVINCE || question->by == BY_PREFECTURE;

	return CStringGetTextDatum(by_region && question->place == PLACE_CUSTOMER ? "customer" : "branch");
}

/*
 * served_sets adds the stored sets of the served.
 */
static void
served_sets(Count *count)
{
	static SqlPlan totals = {SERVED_TOTALS LISTED, {TEXTARRAYOID, DATEARRAYOID, TEXTOID, TEXTARRAYOID}};
	static SqlPlan all_totals = {SERVED_TOTALS ONE_BY_ONE, {TEXTARRAYOID, DATEARRAYOID, TEXTOID, TEXTARRAYOID}};
	static SqlPlan cells = {SERVED_CELLS LISTED, {TEXTARRAYOID, DATEARRAYOID, TEXTOID, TEXTARRAYOID, INT8ARRAYOID}};
	static SqlPlan all_cells = {SERVED_CELLS, {TEXTARRAYOID, DATEARRAYOID, TEXTOID, TEXTARRAYOID, INT8ARRAYOID}};
	const Question *question = &count->question;
	bool		by_cell = question->service_count >= 0;
	bool		any;
	Datum		values[5];

	spans_given(question, !by_cell, values);
	values[2] = sets_place(question);
	values[3] = insurers_given(count, by_cell || question->by == BY_INSURER, &any);
	if (by_cell)
		values[4] = array_of_int64(question->service_ids, question->service_count);
	plan_scan_each(by_cell ? (any ? &all_cells : &cells) : any ? &all_totals : &totals, values, set_row, count);
}

/*
 * served_count counts who was served.
 */
static void
served_count(Count *count, const Reach *reach)
{
	static SqlPlan tail = {"SELECT " SERVED_COLUMNS " FROM assure.service_event WHERE event_id > $1 AND event = 'served'", {INT8OID}};
	static SqlPlan of_people = {SERVED_OF_PEOPLE, {INT4ARRAYOID}};
	static SqlPlan of_all = {SERVED_OF_ALL, {0}};
	static SqlPlan of_all_by_bases = {SERVED_OF_ALL_BY_BASES, {TEXTARRAYOID}};
	Datum		watermark = Int64GetDatum(reach->watermark);

	count->of_insured = false;
	count->kept = NULL;
	if (count->question.bases != 0)
		facts_count(count, &of_all_by_bases, &count->question.bases, served_row);
	else if (!people_read(count, "served"))
		plan_scan_each(&of_all, NULL, served_row, count);
	else
	{
		served_sets(count);
		plan_scan_each(&tail, &watermark, served_row, count);
		people_replace(count, &of_people, served_row, true);
	}
}

/*
 * last_day_end adds who is insured on the last day at one place with one insurer.
 */
static void
last_day_end(Count *count)
{
	MemberSet  *set;
	SetReader	reader;

	if (count->last_group == NULL)
		return;
	set = union_write(&count->on_last_day);
	set_read(&reader, set);
	if (!union_add_set(count->last_group, &reader))
		memory_exceeded(0);
	pfree(set);
	union_end(&count->on_last_day);
	count->last_group = NULL;
}

/*
 * last_day_row reads a row of those: who was insured in the month, then who left.
 */
static void
last_day_row(const Datum *values, const bool *nulls, void *state)
{
	Count	   *count = state;
	MemberUnion *members = group_at(count, DatumGetInt32(values[0]), values[1], 0);
	int64		row = (int64) DatumGetInt32(values[0]) << 32 | insurer_number(count->insurers, DatumGetTextPP(values[1]));
	MemberSet  *set;
	SetReader	reader;

	if (count->last_group == NULL || row != count->last_row)
	{
		last_day_end(count);
		count->last_row = row;
		count->last_group = members;
	}
	if (members == NULL)
		return;
	set = (MemberSet *) PG_DETOAST_DATUM_PACKED(values[3]);
	set_read(&reader, set);
	if (!(DatumGetInt64(values[2]) == 0 ? union_add_set(&count->on_last_day, &reader) : union_remove_set(&count->on_last_day, &reader)))
		memory_exceeded(0);
	if ((Pointer) set != DatumGetPointer(values[3]))
		pfree(set);
}

#define INSURED_TOTALS \
	"SELECT t.region::int, t.insurer, (t.kind = 'left')::int::int8, t.members FROM unnest($1, $2, $5) AS k (span, starts_on, kind) " \
	"JOIN assure_internal.insured_total t ON t.place = $3 AND t.kind = k.kind AND t.span = k.span AND t.starts_on = k.starts_on"
#define LEFT_LAST " ORDER BY t.region USING OPERATOR(assure.<), t.insurer, 3"

/* Which sets of the insured make up an answer. */
typedef struct SpanKinds
{
	Column		spans;
	Column		days;
	Column		kinds;
} SpanKinds;

/*
 * kind_add adds a kind of sets of a span.
 */
static void
kind_add(SpanKinds *list, MonthSpan span, const char *kind)
{
	column_add_text(&list->spans, span_name(span.span));
	column_add(&list->days, DateADTGetDatum(month_day(span.month)));
	column_add_text(&list->kinds, kind);
}

/*
 * kinds_given fills three parameters: on the last day, who is insured in its month
 * and has not left; on any day, who was so on any day of the first span of the
 * period, and who joined in the others.
 */
static void
kinds_given(const Question *question, Datum *values)
{
	MonthSpan  *spans = palloc(sizeof(MonthSpan) * (question->to - question->from));
	int			count = question->last_day ? 1 : months_split(question->from, question->to, true, spans);
	SpanKinds	list;

	column_start(&list.spans, TEXTOID);
	column_start(&list.days, DATEOID);
	column_start(&list.kinds, TEXTOID);
	if (question->last_day)
		spans[0] = (MonthSpan) {SPAN_MONTH, question->to - 1};
	if (spans[0].span == SPAN_MONTH)
	{
		kind_add(&list, spans[0], "start");
		kind_add(&list, spans[0], "joined");
	}
	else
		kind_add(&list, spans[0], "any");
	if (question->last_day)
		kind_add(&list, spans[0], "left");
	for (int i = 1; i < count; i++)
		kind_add(&list, spans[i], "joined");
	values[0] = column_array(&list.spans);
	values[1] = column_array(&list.days);
	values[4] = column_array(&list.kinds);
}

/*
 * insured_sets adds the stored sets of the insured.
 */
static void
insured_sets(Count *count)
{
	static SqlPlan totals = {INSURED_TOTALS LISTED, {TEXTARRAYOID, DATEARRAYOID, TEXTOID, TEXTARRAYOID, TEXTARRAYOID}};
	static SqlPlan all_totals = {INSURED_TOTALS ONE_BY_ONE, {TEXTARRAYOID, DATEARRAYOID, TEXTOID, TEXTARRAYOID, TEXTARRAYOID}};
	static SqlPlan last_totals = {INSURED_TOTALS LISTED LEFT_LAST, {TEXTARRAYOID, DATEARRAYOID, TEXTOID, TEXTARRAYOID, TEXTARRAYOID}};
	static SqlPlan all_last_totals = {INSURED_TOTALS ONE_BY_ONE LEFT_LAST, {TEXTARRAYOID, DATEARRAYOID, TEXTOID, TEXTARRAYOID, TEXTARRAYOID}};
	const Question *question = &count->question;
	bool		last_day = question->last_day;
	bool		any;
	Datum		values[5];

	kinds_given(question, values);
	values[2] = sets_place(question);
	values[3] = insurers_given(count, question->by == BY_INSURER, &any);
	plan_scan_each(last_day ? (any ? &all_last_totals : &last_totals) : any ? &all_totals : &totals, values, last_day ? last_day_row : set_row, count);
	last_day_end(count);
}

/*
 * insured_count counts who is insured.
 */
static void
insured_count(Count *count, const Reach *reach)
{
	static SqlPlan of_people = {COVERS_OF_PEOPLE, {INT4ARRAYOID}};
	static SqlPlan of_all = {COVERS_OF_ALL, {0}};
	static SqlPlan of_all_by_bases = {COVERS_OF_ALL_BY_BASES, {TEXTARRAYOID}};

	count->of_insured = true;
	count->kept = NULL;
	if (count->question.bases != 0)
		facts_count(count, &of_all_by_bases, &count->question.bases, cover_row);
	else if (reach->insured_from > count->question.from || reach->insured_to < count->question.to || !people_read(count, "insured"))
		facts_count(count, &of_all, NULL, cover_row);
	else
	{
		insured_sets(count);
		people_replace(count, &of_people, cover_row, false);
	}
}

/*
 * reach_row reads how far the sets are.
 */
static void
reach_row(const Datum *values, const bool *nulls, void *state)
{
	Reach	   *reach = state;

	reach->watermark = DatumGetInt64(values[0]);
	reach->insured_from = month_of(DatumGetDateADT(values[1]));
	reach->insured_to = month_of(DatumGetDateADT(values[2]));
}

/*
 * count_all counts both.
 */
void
count_all(Count *count)
{
	static SqlPlan read = {"SELECT watermark, insured_from, insured_to FROM assure_internal.coverage_state", {0}};
	Reach		reach = {0};

	plan_scan_each(&read, NULL, reach_row, &reach);
	served_count(count, &reach);
	insured_count(count, &reach);
}
