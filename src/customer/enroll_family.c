/*-------------------------------------------------------------------------
 *
 * enroll_family.c
 *		What makes a certificate a family: each dependant has a subscriber on the
 *		first day, is covered no longer, and of an age that fits; nobody else is
 *		the subscriber on the same days.
 *
 * assure.enroll() takes a family at its word, so what does not fit may be there.
 * A change is refused for what fitted before and would not any more.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/errors.h"
#include "customer/enroll.h"

/* How a cover does not fit the family, as bits of Cover.misfits. */
#define MISFIT_SECOND	(1 << 0)	/* another subscriber on the same days */
#define MISFIT_ALONE	(1 << 1)	/* no subscriber on the first day */
#define MISFIT_LONGER	(1 << 2)	/* covered longer than the subscriber */
#define MISFIT_AGE		(1 << 3)	/* a child not younger, a parent not older */

/*
 * subscriber_on returns who beside the person is covered as the subscriber on a
 * day, or NULL.
 */
static const Person *
subscriber_on(const Person *person, DateADT day)
{
	const char *self = relationship_code("self");
	ListCell   *cell;

	foreach(cell, person->certificate->people)
	{
		const Person *other = lfirst(cell);

		if (other != person && person_is_covered_within(other, day, day, self))
			return other;
	}
	return NULL;
}

/*
 * subscriber_misfits tells how the cover of a subscriber does not fit.
 */
static int
subscriber_misfits(const Person *person, const Cover *cover)
{
	ListCell   *cell;

	foreach(cell, person->certificate->people)
	{
		const Person *other = lfirst(cell);

		if (other != person &&
			person_is_covered_within(other, cover->now.enrolled_on, person_cover_end(person, cover), cover->now.relationship))
			return MISFIT_SECOND;
	}
	return 0;
}

/*
 * cover_misfits tells how a cover does not fit its family.
 */
static int
cover_misfits(const Person *person, const Cover *cover)
{
	const char *relationship = cover->now.relationship;
	const Person *subscriber;
	int			misfits = 0;

	if (strcmp(relationship, "self") == 0)
		return subscriber_misfits(person, cover);
	subscriber = subscriber_on(person, cover->now.enrolled_on);
	if (subscriber == NULL)
		return MISFIT_ALONE;
	if (person_cover_end(person, cover) > person_chain_end(subscriber, person_cover_on(subscriber, cover->now.enrolled_on)))
		misfits |= MISFIT_LONGER;
	if ((strcmp(relationship, "child") == 0 && person->birth_date <= subscriber->birth_date) ||
		(strcmp(relationship, "parent") == 0 && person->birth_date >= subscriber->birth_date))
		misfits |= MISFIT_AGE;
	return misfits;
}

/*
 * family_remember notes how covers do not fit before a change.
 */
void
family_remember(const Certificate *certificate)
{
	ListCell   *cell;
	ListCell   *inner;

	foreach(cell, certificate->people)
	{
		foreach(inner, ((Person *) lfirst(cell))->covers)
			((Cover *) lfirst(inner))->misfits = cover_misfits(lfirst(cell), lfirst(inner));
	}
}

/*
 * row_wait_misfit says what would not fit any more.  Another row of the load may
 * yet mend it.
 */
static void
row_wait_misfit(EnrollRow *row, const Person *person, const Cover *cover, int misfits)
{
	char		day[JSON_DATE_BYTES];

	if (misfits & MISFIT_SECOND)
		row_wait(row, ERRCODE_UNIQUE_VIOLATION, "relationship: certificate \"%s\" would have another subscriber beside member \"%s\"",
				 person->certificate->ref, person->ref);
	else if (misfits & MISFIT_ALONE)
		row_wait(row, ERRCODE_FOREIGN_KEY_VIOLATION, "enrolled_on: member \"%s\" would have no subscriber on %s", person->ref,
				 iso_date_print(cover->now.enrolled_on, day));
	else if (misfits & MISFIT_LONGER)
		row_wait(row, ERRCODE_INVALID_PARAMETER_VALUE, "ended_on: member \"%s\" would be covered longer than the subscriber", person->ref);
	else
		row_wait(row, ERRCODE_INVALID_PARAMETER_VALUE, "birth_date: member \"%s\" would be a %s that is not %s than the subscriber",
				 person->ref, cover->now.relationship, strcmp(cover->now.relationship, "child") == 0 ? "younger" : "older");
}

/*
 * row_check_family lets a row wait after whose change a cover does not fit that
 * fitted before.
 */
bool
row_check_family(EnrollRow *row, const Certificate *certificate)
{
	ListCell   *cell;
	ListCell   *inner;

	foreach(cell, certificate->people)
	{
		const Person *person = lfirst(cell);

		foreach(inner, person->covers)
		{
			const Cover *cover = lfirst(inner);
			int			misfits = cover_misfits(person, cover) & ~cover->misfits;

			if (misfits == 0)
				continue;
			row_wait_misfit(row, person, cover, misfits);
			return false;
		}
	}
	return true;
}

/*
 * person_depends_on tells whether a person is covered through this subscriber and
 * no other on a day after the one given, up to "until".
 */
bool
person_depends_on(const Person *person, const Person *subscriber, DateADT day, DateADT until)
{
	const char *self = relationship_code("self");
	ListCell   *cell;

	foreach(cell, person->covers)
	{
		const Cover *cover = lfirst(cell);
		DateADT		first = Max(day + 1, cover->now.enrolled_on);

		if (cover->now.relationship == self || first > until || person_cover_end(person, cover) < first ||
			!person_is_covered_within(subscriber, first, first, self))
			continue;
		if (subscriber_on(subscriber, first) == NULL)
			return true;
	}
	return false;
}
