/*-------------------------------------------------------------------------
 *
 * enroll_join.c
 *		Joins: a person comes under cover, for the first time or again.
 *
 * A document of assure.enroll() is taken at its word where a row of a file is
 * not: applications enter a family in any order and change a plan by enrolling
 * again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/errors.h"
#include "customer/enroll.h"

/* A family; a certificate of more is a mistake of the file. */
#define CERTIFICATE_PEOPLE_MAX 100

/*
 * is_resident_shape tells whether a text has the shape of a resident identity
 * number of 18 characters.
 */
static bool
is_resident_shape(const char *text)
{
	return strlen(text) == 18 && strspn(text, "0123456789") >= 17 && text[0] != '0' &&
		strchr("0123456789X", text[17]) != NULL;
}

/*
 * check_number refuses an identity number that is none; in a file also one that
 * contradicts the person or is another's.
 */
static bool
check_number(World *world, EnrollRow *row, const PolicyFacts *policy, const Person *person)
{
	if (row->resident_id == NULL)
		return !world->is_strict || person == NULL || person->resident_id == NULL ||
			row_check_resident_free(world, row, policy, person, person->resident_id, row->enrolled_on, row->ended_on);
	if (world->is_strict)
		return row_check_resident(row, &row->resident_id, row->birth_date, row->sex) &&
			row_check_resident_free(world, row, policy, person, row->resident_id, row->enrolled_on, row->ended_on);
	if (!is_resident_shape(row->resident_id))
	{
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "resident_id: is not 17 digits and a digit or X");
		row->is_document = true;
	}
	return row->state == ROW_WAITING;
}

/*
 * check_person refuses other particulars under a member_ref that is somebody's:
 * it names one person for good, and a correction is a change.
 */
static bool
check_person(EnrollRow *row, const Person *person)
{
	if (strcmp(person->name, row->name) == 0 && person->birth_date == row->birth_date && person->sex == row->sex &&
		(person->resident_id == NULL || row->resident_id == NULL || strcmp(person->resident_id, row->resident_id) == 0))
		return true;
	row_refuse(row, ERRCODE_ASSURE_REF_CONFLICT, "member_ref: \"%s\" is another person or on another certificate of policy \"%s\"",
			   row->member_ref, row->policy);
	row->hint = "Use a new member_ref for a new person.";
	return false;
}

/*
 * check_free refuses days on which the person is covered already.
 */
static bool
check_free(World *world, EnrollRow *row, const Person *person)
{
	char		from[JSON_DATE_BYTES];
	ListCell   *cell;

	foreach(cell, person->covers)
	{
		const Cover *cover = lfirst(cell);

		if (cover->now.enrolled_on == row->enrolled_on)
		{
			row_refuse(row, ERRCODE_UNIQUE_VIOLATION, "enrolled_on: member \"%s\" is enrolled from that day already", row->member_ref);
			return false;
		}
		if (!world->is_strict || cover->now.enrolled_on > row->ended_on || person_cover_end(person, cover) < row->enrolled_on)
			continue;
		row_refuse(row, ERRCODE_UNIQUE_VIOLATION, "enrolled_on: member \"%s\" is covered from %s on", row->member_ref,
				   iso_date_print(cover->now.enrolled_on, from));
		row->hint = "Another plan or relationship is a change; a member who comes again has left before.";
		return false;
	}
	return true;
}

/*
 * check_subscriber refuses a second subscriber on the same days.
 */
static bool
check_subscriber(EnrollRow *row, const Certificate *certificate)
{
	ListCell   *cell;

	foreach(cell, certificate ? certificate->people : NIL)
	{
		const Person *other = lfirst(cell);

		if (strcmp(other->ref, row->member_ref) != 0 &&
			person_is_covered_within(other, row->enrolled_on, row->ended_on, row->relationship))
		{
			row_refuse(row, ERRCODE_UNIQUE_VIOLATION, "relationship: certificate \"%s\" has a subscriber already, member \"%s\"",
					   row->certificate, other->ref);
			return false;
		}
	}
	return true;
}

/*
 * orphan_add lists a dependant who waits for a subscriber, once.
 */
static void
orphan_add(World *world, EnrollRow *row, const PolicyFacts *policy)
{
	List	   *orphans = world_get(world->orphans, policy->policy_id, row->certificate);

	if (!row->is_orphan)
		world_set(world->orphans, policy->policy_id, row->certificate, lappend(orphans, row));
	row->is_orphan = true;
}

/*
 * check_dependant refuses a dependant who does not fit the subscriber, and lets
 * one wait who has none.
 */
static bool
check_dependant(World *world, EnrollRow *row, const PolicyFacts *policy, const Certificate *certificate)
{
	const char *self = relationship_code("self");
	const Person *subscriber = NULL;
	char		day[JSON_DATE_BYTES];
	DateADT		end;
	ListCell   *cell;

	foreach(cell, certificate ? certificate->people : NIL)
	{
		const Person *other = lfirst(cell);

		if (person_is_covered_within(other, row->enrolled_on, row->enrolled_on, self))
			subscriber = other;
	}
	if (subscriber == NULL || strcmp(subscriber->ref, row->member_ref) == 0)
	{
		row_wait(row, ERRCODE_FOREIGN_KEY_VIOLATION, "relationship: certificate \"%s\" has no subscriber on %s", row->certificate,
				 iso_date_print(row->enrolled_on, day));
		row->hint = "Enroll who is insured as \"self\" on that certificate, in the same load or before.";
		orphan_add(world, row, policy);
		return false;
	}
	end = person_chain_end(subscriber, person_cover_on(subscriber, row->enrolled_on));
	if (row->ended_on > end)
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "ended_on: the subscriber's cover ends before, on %s", iso_date_print(end, day));
	else if (strcmp(row->relationship, "child") == 0 && row->birth_date <= subscriber->birth_date)
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "birth_date: a child that is not younger than the subscriber");
	else if (strcmp(row->relationship, "parent") == 0 && row->birth_date >= subscriber->birth_date)
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "birth_date: a parent who is not older than the subscriber");
	return row->state == ROW_WAITING;
}

/*
 * check_family looks at the policy's term and the family of a row of a file.
 */
static bool
check_family(World *world, EnrollRow *row, const PolicyFacts *policy)
{
	const Certificate *certificate = world_get(world->certificates, policy->policy_id, row->certificate);

	if (!world->is_strict)
		return true;
	if (certificate != NULL && list_length(certificate->people) >= CERTIFICATE_PEOPLE_MAX)
	{
		row_refuse(row, ERRCODE_PROGRAM_LIMIT_EXCEEDED, "certificate: \"%s\" has %d members, at most %d are allowed", row->certificate,
				   list_length(certificate->people), CERTIFICATE_PEOPLE_MAX);
		return false;
	}
	if (!row_check_term(row, policy, "enrolled_on", row->enrolled_on) || !row_check_term(row, policy, "ended_on", row->ended_on))
		return false;
	if ((row->stated & STATED_CONTINUOUS) && row->continuous_since < row->birth_date)
	{
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "continuous_since: is before birth_date");
		return false;
	}
	return strcmp(row->relationship, "self") == 0 ? check_subscriber(row, certificate) : check_dependant(world, row, policy, certificate);
}

/*
 * person_new makes the person of a row.
 */
static Person *
person_new(World *world, EnrollRow *row, const PolicyFacts *policy)
{
	Person	   *person = palloc0(sizeof(Person));

	person->certificate = world_certificate(world, policy, row->certificate, 0);
	person->ref = row->member_ref;
	person->name = row->name;
	person->resident_id = row->resident_id;
	person->birth_date = row->birth_date;
	person->sex = row->sex;
	person->phone = row->phone;
	person->region = row->region;
	world_person_add(world, person);
	return person;
}

/*
 * person_refresh takes over what a member who comes again states anew.
 */
static void
person_refresh(World *world, EnrollRow *row, Person *person)
{
	if (row->phone != NULL && (person->phone == NULL || strcmp(person->phone, row->phone) != 0))
	{
		person->phone = row->phone;
		person->changed |= CHANGED_PHONE;
	}
	if (strcmp(person->region, row->region) != 0)
	{
		person->region = row->region;
		person->changed |= CHANGED_REGION;
	}
	if (row->resident_id != NULL && person->resident_id == NULL)
	{
		person->resident_id = row->resident_id;
		person->changed |= CHANGED_RESIDENT_ID;
		world_resident_add(world, person);
	}
}

/*
 * continuous_since returns since when the member is covered without a gap: a
 * renewal carries it on unless the row states it.
 */
static DateADT
continuous_since(EnrollRow *row, const Person *person)
{
	const Cover *before = person_cover_on(person, row->enrolled_on - 1);

	if ((row->stated & STATED_CONTINUOUS) || before == NULL)
		return row->continuous_since;
	return before->now.continuous_since;
}

/*
 * join_try tries a join, and enrolls the person.
 */
void
join_try(World *world, EnrollRow *row)
{
	const PolicyFacts *policy;
	Person	   *person;
	int64		plan_id;
	CoverTerms	terms;

	if (!row_subject(world, row, &policy, &person))
		return;
	plan_id = row_plan(world, row, row->enrolled_on);
	if (plan_id == 0 || !row_check_region(world, row) || !check_number(world, row, policy, person) ||
		(person != NULL && (!check_person(row, person) || !check_free(world, row, person))) ||
		!check_family(world, row, policy))
		return;
	if (person == NULL)
		person = person_new(world, row, policy);
	else
		person_refresh(world, row, person);
	terms = (CoverTerms) {plan_id, row->relationship, row->enrolled_on, continuous_since(row, person), row->ended_on};
	person_cover_add(person, &terms);
	row->state = ROW_ACCEPTED;
	row->person = person;
	world_effect(world, row, person, row->enrolled_on);
}
