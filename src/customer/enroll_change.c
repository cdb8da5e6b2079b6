/*-------------------------------------------------------------------------
 *
 * enroll_change.c
 *		Leaves, changes of cover from a day on, corrections.
 *
 * A change of plan from a day on ends the cover on the day before and begins
 * another, which carries its end and its continuity on.  A correction says how it
 * has been from the start.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/errors.h"
#include "customer/enroll.h"

/*
 * subject_require finds the person of a leave or change; one who is not there may
 * yet join in the same load.
 */
static Person *
subject_require(World *world, EnrollRow *row, const PolicyFacts **policy)
{
	Person	   *person;

	if (!row_subject(world, row, policy, &person))
		return NULL;
	if (person == NULL)
		row_wait(row, ERRCODE_FOREIGN_KEY_VIOLATION, "member_ref: \"%s\" is not a member of policy \"%s\"", row->member_ref, row->policy);
	return person;
}

/* ----- leaves ----- */

/*
 * cover_cut ends a person's cover on a day: what is in force then, and what
 * follows it.  Covers that would begin later, up to "until", never do.
 */
static void
cover_cut(World *world, EnrollRow *row, Person *person, DateADT day, DateADT until)
{
	List	   *later = NIL;
	Cover	   *cover = person_cover_on(person, day);
	ListCell   *cell;

	foreach(cell, person->covers)
	{
		DateADT		enrolled_on = ((Cover *) lfirst(cell))->now.enrolled_on;

		if (enrolled_on > day && enrolled_on <= until)
			later = lappend(later, lfirst(cell));
	}
	foreach(cell, later)
		person_cover_remove(person, lfirst(cell));
	if (cover != NULL)
		cover->now.ended_on = day;
	world_effect(world, row, person, day + 1);
}

/*
 * leave_check refuses a last day that ends nothing, or that would take away a
 * later time of cover.
 */
static bool
leave_check(EnrollRow *row, const Person *person)
{
	const Cover *cover = person_cover_on(person, row->ended_on);
	const Cover *next = person_cover_on(person, row->ended_on + 1);
	const Cover *last = llast(person->covers);
	char		day[JSON_DATE_BYTES];

	if (cover == NULL && next == NULL)
	{
		row_refuse(row, ERRCODE_NO_DATA_FOUND, "ended_on: member \"%s\" is not covered on %s", row->member_ref,
				   iso_date_print(row->ended_on, day));
		row->hint = "The last day of cover, or the day before it begins for one who never came.";
	}
	else if (next == NULL)
		row_refuse(row, ERRCODE_ASSURE_WRONG_STATE, "ended_on: the cover of member \"%s\" ends on that day already", row->member_ref);
	else if (person_chain_end(person, next) < last->now.enrolled_on)
		row_refuse(row, ERRCODE_ASSURE_WRONG_STATE, "ended_on: member \"%s\" is covered again from %s on, after a gap", row->member_ref,
				   iso_date_print(last->now.enrolled_on, day));
	return row->state == ROW_WAITING;
}

/*
 * leave_try tries a leave, and ends the cover.  Dependants who leave along are
 * those covered through who leaves: cover through a later subscriber stays.
 */
void
leave_try(World *world, EnrollRow *row)
{
	const PolicyFacts *policy;
	Person	   *person = subject_require(world, row, &policy);
	List	   *leaving;
	DateADT		until;
	bool		is_subscriber;
	ListCell   *cell;

	if (person == NULL)
		return;
	if (person->covers == NIL || !leave_check(row, person))
	{
		row_refuse(row, ERRCODE_NO_DATA_FOUND, "member_ref: \"%s\" is not covered", row->member_ref);
		return;
	}
	until = person_chain_end(person, person_cover_on(person, row->ended_on + 1));
	is_subscriber = person_is_covered_within(person, row->ended_on + 1, row->ended_on + 1, relationship_code("self"));
	if (is_subscriber && !row->with_dependants && !row_check_dependants(row, person, row->ended_on, until))
		return;
	row->state = ROW_ACCEPTED;
	row->person = person;
	leaving = list_make1(person);
	foreach(cell, is_subscriber && row->with_dependants ? person->certificate->people : NIL)
		if (lfirst(cell) != person && person_depends_on(lfirst(cell), person, row->ended_on, until))
			leaving = lappend(leaving, lfirst(cell));
	foreach(cell, leaving)
		cover_cut(world, row, lfirst(cell), row->ended_on, until);
}

/* ----- changes ----- */

/*
 * check_particulars refuses particulars that contradict each other or are
 * another's, as they would be after the change.
 */
static bool
check_particulars(World *world, EnrollRow *row, const PolicyFacts *policy, const Person *person)
{
	DateADT		birth_date = row->stated & STATED_BIRTH_DATE ? row->birth_date : person->birth_date;
	const char *sex = row->sex ? row->sex : person->sex;
	const Cover *first = person->covers ? linitial(person->covers) : NULL;
	char	   *number = row->resident_id ? row->resident_id : person->resident_id;
	bool		matters = row->resident_id != NULL || (row->stated & STATED_BIRTH_DATE) || row->sex != NULL;

	if (row->region != NULL && !row_check_region(world, row))
		return false;
	if (first != NULL && birth_date > first->now.enrolled_on)
	{
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "birth_date: is after the cover begins");
		return false;
	}
	if (!matters || number == NULL)
		return true;
	if (!row_check_resident(row, &number, birth_date, sex))
		return false;
	if (row->resident_id == NULL)
		return true;
	row->resident_id = number;
	return first == NULL || row_check_resident_free(world, row, policy, person, number, first->now.enrolled_on,
													((Cover *) llast(person->covers))->now.ended_on);
}

/*
 * text_change takes a text over and notes whether it is another one.
 */
static int
text_change(char **to, char *value, int bit)
{
	if (value == NULL || (*to != NULL && strcmp(*to, value) == 0))
		return 0;
	*to = value;
	return bit;
}

/*
 * particulars_apply changes what the row states of the person.  Age, sex and
 * region may have weighed in every claim.
 */
static void
particulars_apply(World *world, EnrollRow *row, Person *person)
{
	int			changed = text_change(&person->name, row->name, CHANGED_NAME) |
		text_change(&person->phone, row->phone, CHANGED_PHONE) |
		text_change(&person->region, row->region, CHANGED_REGION);

	if (text_change(&person->resident_id, row->resident_id, CHANGED_RESIDENT_ID))
	{
		changed |= CHANGED_RESIDENT_ID;
		world_resident_add(world, person);
	}
	if ((row->stated & STATED_BIRTH_DATE) && row->birth_date != person->birth_date)
	{
		person->birth_date = row->birth_date;
		changed |= CHANGED_BIRTH_DATE;
	}
	if (row->sex != NULL && row->sex != person->sex)
	{
		person->sex = row->sex;
		changed |= CHANGED_SEX;
	}
	person->changed |= changed;
	if ((changed & (CHANGED_BIRTH_DATE | CHANGED_SEX)) && person->covers != NIL)
		world_effect(world, row, person, ((Cover *) linitial(person->covers))->now.enrolled_on);
	else if (changed)
		world->touched = lappend(world->touched, person);
}

/*
 * is_cover_change tells whether a row says anything of the cover.
 */
static bool
is_cover_change(const EnrollRow *row)
{
	return row->plan != NULL || row->relationship != NULL ||
		(row->stated & (STATED_ENROLLED_ON | STATED_CONTINUOUS | STATED_ENDED_ON));
}

/*
 * is_anything_stated refuses a change of nothing, and what cannot be said at once.
 */
static bool
change_check_stated(EnrollRow *row)
{
	bool		particulars = row->name || row->resident_id || row->sex || row->phone || row->region || (row->stated & STATED_BIRTH_DATE);

	if (!particulars && !is_cover_change(row))
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "nothing is stated that could change");
	else if ((row->plan != NULL || row->relationship != NULL) && !(row->stated & STATED_FROM))
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "from: missing: another plan or relationship has a first day");
	else if ((row->plan != NULL || row->relationship != NULL) && (row->stated & STATED_ENROLLED_ON))
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "enrolled_on: is corrected in a row of its own, not with plan or relationship");
	return row->state == ROW_WAITING;
}

/*
 * change_target finds the cover that the row is about: in force on its day, or
 * the last one.
 */
static Cover *
change_target(EnrollRow *row, const Person *person)
{
	Cover	   *cover = NULL;
	char		day[JSON_DATE_BYTES];

	if (row->stated & STATED_FROM)
		cover = person_cover_on(person, row->from);
	else if (person->covers != NIL)
		cover = llast(person->covers);
	if (cover != NULL)
		return cover;
	if (row->stated & STATED_FROM)
		row_refuse(row, ERRCODE_NO_DATA_FOUND, "from: member \"%s\" is not covered on %s", row->member_ref, iso_date_print(row->from, day));
	else
		row_refuse(row, ERRCODE_NO_DATA_FOUND, "member_ref: \"%s\" is not covered", row->member_ref);
	return NULL;
}

/*
 * terms_wanted returns what the cover would be after the change, from its own
 * first day or from the row's.
 */
static bool
terms_wanted(World *world, EnrollRow *row, const Cover *cover, CoverTerms *terms)
{
	*terms = cover->now;
	if (row->plan != NULL && (terms->plan_id = row_plan(world, row, row->from)) == 0)
		return false;
	if (row->relationship != NULL && row->relationship != terms->relationship &&
		(strcmp(row->relationship, "self") == 0 || strcmp(terms->relationship, "self") == 0))
	{
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "relationship: who is the subscriber of a certificate does not change");
		row->hint = "The family leaves, and joins under another certificate.";
		return false;
	}
	if (row->relationship != NULL)
		terms->relationship = row->relationship;
	if (row->stated & STATED_ENROLLED_ON)
	{
		/* Who was covered without a gap before keeps that. */
		if (terms->continuous_since == terms->enrolled_on || terms->continuous_since > row->enrolled_on)
			terms->continuous_since = row->enrolled_on;
		terms->enrolled_on = row->enrolled_on;
	}
	if (row->plan != NULL || row->relationship != NULL)
		terms->enrolled_on = row->from;
	if (row->stated & STATED_CONTINUOUS)
		terms->continuous_since = row->continuous_since;
	if (row->stated & STATED_ENDED_ON)
		terms->ended_on = row->ended_on;
	return true;
}

/*
 * check_wanted refuses a cover whose days do not fit: each other, the policy, the
 * covers before and after it.
 */
static bool
check_wanted(EnrollRow *row, const PolicyFacts *policy, const Person *person, const Cover *cover, const CoverTerms *terms)
{
	DateADT		birth_date = row->stated & STATED_BIRTH_DATE ? row->birth_date : person->birth_date;
	int			place = 0;
	const Cover *before;
	const Cover *after;

	while (list_nth(person->covers, place) != cover)
		place++;
	before = place > 0 ? list_nth(person->covers, place - 1) : NULL;
	after = place + 1 < list_length(person->covers) ? list_nth(person->covers, place + 1) : NULL;
	if (terms->ended_on < terms->enrolled_on)
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "ended_on: is before the cover begins");
	else if (terms->continuous_since > terms->enrolled_on)
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "continuous_since: is after the cover begins");
	else if (terms->continuous_since < birth_date || terms->enrolled_on < birth_date)
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "enrolled_on: the cover would begin before the member was born");
	else if ((row->stated & STATED_ENROLLED_ON) && before != NULL &&
			 terms->enrolled_on <= (DATE_IS_NOEND(before->now.ended_on) ? before->now.enrolled_on : before->now.ended_on))
		row_refuse(row, ERRCODE_UNIQUE_VIOLATION, "enrolled_on: the member's cover before would be met");
	else if ((row->stated & (STATED_ENROLLED_ON | STATED_ENDED_ON)) && after != NULL &&
			 (terms->enrolled_on >= after->now.enrolled_on ||
			  (terms->ended_on >= after->now.enrolled_on && (row->stated & STATED_ENDED_ON))))
		row_refuse(row, ERRCODE_UNIQUE_VIOLATION, "ended_on: the member's next cover would be met");
	else if (row->stated & STATED_ENROLLED_ON)
		row_check_term(row, policy, "enrolled_on", terms->enrolled_on);
	if (row->state == ROW_WAITING && (row->stated & STATED_ENDED_ON))
		row_check_term(row, policy, "ended_on", terms->ended_on);
	return row->state == ROW_WAITING;
}

/*
 * first_difference returns the first day on which two terms differ, DATEVAL_NOEND
 * if none; enrolled_on and continuity weigh on every day of the cover.
 */
static DateADT
first_difference(const CoverTerms *a, const CoverTerms *b)
{
	if (a->plan_id != b->plan_id || a->relationship != b->relationship ||
		a->enrolled_on != b->enrolled_on || a->continuous_since != b->continuous_since)
		return Min(a->enrolled_on, b->enrolled_on);
	if (a->ended_on != b->ended_on)
		return Min(a->ended_on, b->ended_on) + 1;
	return DATEVAL_NOEND;
}

/*
 * cover_set makes the cover what is wanted, in its place or as another one that
 * begins where this one ends; returns the first day that is otherwise.
 */
static DateADT
cover_set(const EnrollRow *row, Person *person, Cover *cover, const CoverTerms *terms)
{
	bool		is_split = (row->plan != NULL || row->relationship != NULL) && row->from != cover->now.enrolled_on;
	DateADT		from = first_difference(&cover->now, terms);

	if (DATE_IS_NOEND(from))
		return from;
	if (is_split)
	{
		/* The same under another name for its first day is no change. */
		if (terms->plan_id == cover->now.plan_id && terms->relationship == cover->now.relationship &&
			terms->continuous_since == cover->now.continuous_since)
		{
			DateADT		ended_on = cover->now.ended_on;

			cover->now.ended_on = terms->ended_on;
			return ended_on == terms->ended_on ? DATEVAL_NOEND : Min(ended_on, terms->ended_on) + 1;
		}
		cover->now.ended_on = row->from - 1;
		person_cover_add(person, terms)->misfits = cover->misfits;
		return row->from;
	}
	cover->now = *terms;
	return from;
}

/*
 * change_make makes the change, unless the family would not fit any more.
 */
static bool
change_make(World *world, EnrollRow *row, Person *person, Cover *cover, const CoverTerms *terms)
{
	List	   *covers = list_copy(person->covers);
	CoverTerms	before = cover ? cover->now : (CoverTerms) {0};
	DateADT		birth_date = person->birth_date;
	DateADT		from = DATEVAL_NOEND;
	bool		fits;

	family_remember(person->certificate);
	if (cover != NULL)
		from = cover_set(row, person, cover, terms);
	if (row->stated & STATED_BIRTH_DATE)
		person->birth_date = row->birth_date;
	fits = row_check_family(row, person->certificate);
	person->birth_date = birth_date;
	if (fits)
	{
		particulars_apply(world, row, person);
		if (!DATE_IS_NOEND(from))
			world_effect(world, row, person, from);
	}
	else
	{
		person->covers = covers;
		if (cover != NULL)
			cover->now = before;
	}
	return fits;
}

/*
 * change_try tries a change, and makes it.
 */
void
change_try(World *world, EnrollRow *row)
{
	const PolicyFacts *policy;
	Person	   *person = subject_require(world, row, &policy);
	Cover	   *cover = NULL;
	CoverTerms	terms;

	if (person == NULL || !change_check_stated(row) || !check_particulars(world, row, policy, person))
		return;
	if (is_cover_change(row))
	{
		cover = change_target(row, person);
		if (cover == NULL || !terms_wanted(world, row, cover, &terms) || !check_wanted(row, policy, person, cover, &terms))
			return;
		if (person->resident_id != NULL && row->resident_id == NULL &&
			(terms.enrolled_on < cover->now.enrolled_on || terms.ended_on > cover->now.ended_on) &&
			!row_check_resident_free(world, row, policy, person, person->resident_id, terms.enrolled_on, terms.ended_on))
			return;
		if (terms.ended_on < person_cover_end(person, cover) && strcmp(cover->now.relationship, "self") == 0 &&
			!row_check_dependants(row, person, terms.ended_on, person_cover_end(person, cover)))
			return;
	}
	if (!change_make(world, row, person, cover, &terms))
		return;
	row->state = ROW_ACCEPTED;
	row->person = person;
}
