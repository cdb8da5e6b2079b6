/*-------------------------------------------------------------------------
 *
 * enroll_world.c
 *		What rows are tried against: policies, certificates, people, covers.
 *
 * In force on a day is the cover that started last, unless it ended before; so a
 * cover's end is its own or the day before the next one starts.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"

#include "customer/enroll.h"

/* What tables of the world are searched by: a text within a policy, or in all (0). */
typedef struct TextKey
{
	int64		scope;
	const char *text;
} TextKey;

typedef struct TextEntry
{
	TextKey		key;
	void	   *value;
} TextEntry;

/*
 * text_key_hash hashes what the key points at.
 */
static uint32
text_key_hash(const void *key, Size size)
{
	const TextKey *k = key;

	return hash_combine(hash_bytes((const unsigned char *) k->text, (int) strlen(k->text)), (uint32) k->scope);
}

/*
 * text_key_match compares two keys: 0 if they are equal.
 */
static int
text_key_match(const void *a, const void *b, Size size)
{
	const TextKey *x = a;
	const TextKey *y = b;

	return x->scope == y->scope ? strcmp(x->text, y->text) : 1;
}

/*
 * world_table makes an empty table in the current context.
 */
HTAB *
world_table(void)
{
	HASHCTL		control = {
		.keysize = sizeof(TextKey), .entrysize = sizeof(TextEntry), .hash = text_key_hash, .match = text_key_match,
		.hcxt = CurrentMemoryContext
	};

	return hash_create("pg_assure enrollment", 256, &control, HASH_ELEM | HASH_FUNCTION | HASH_COMPARE | HASH_CONTEXT);
}

/*
 * world_set notes a value; the text must live as long as the table.
 */
void
world_set(HTAB *table, int64 scope, const char *text, void *value)
{
	TextKey		key = {scope, text};
	TextEntry  *entry = hash_search(table, &key, HASH_ENTER, NULL);

	entry->value = value;
}

/*
 * world_get returns what was noted, or NULL.
 */
void *
world_get(HTAB *table, int64 scope, const char *text)
{
	TextKey		key = {scope, text};
	TextEntry  *entry = hash_search(table, &key, HASH_FIND, NULL);

	return entry ? entry->value : NULL;
}

/*
 * world_create makes an empty world.
 */
World *
world_create(Call *call, bool is_strict)
{
	World	   *world = palloc0(sizeof(World));

	world->call = call;
	world->caller_name = GetUserNameFromId(call->caller, false);
	world->is_strict = is_strict;
	world->policies = world_table();
	world->plans = world_table();
	world->regions = world_table();
	world->certificates = world_table();
	world->people = world_table();
	world->residents = world_table();
	world->orphans = world_table();
	return world;
}

/*
 * world_certificate finds or makes a certificate; account_id is 0 for one that
 * rows make.
 */
Certificate *
world_certificate(World *world, const PolicyFacts *policy, const char *ref, int64 account_id)
{
	Certificate *certificate = world_get(world->certificates, policy->policy_id, ref);

	if (certificate != NULL)
		return certificate;
	certificate = palloc0(sizeof(Certificate));
	certificate->policy = policy;
	certificate->account_id = account_id;
	certificate->ref = pstrdup(ref);
	world_set(world->certificates, policy->policy_id, certificate->ref, certificate);
	if (account_id == 0)
		world->new_certificates = lappend(world->new_certificates, certificate);
	return certificate;
}

/*
 * world_resident_add notes whose identity number it is.
 */
void
world_resident_add(World *world, Person *person)
{
	int64		policy_id = person->certificate->policy->policy_id;

	if (person->resident_id != NULL)
		world_set(world->residents, policy_id, person->resident_id,
				  lappend(world_get(world->residents, policy_id, person->resident_id), person));
}

/*
 * world_person_add puts a person on their certificate.
 */
void
world_person_add(World *world, Person *person)
{
	person->certificate->people = lappend(person->certificate->people, person);
	world_set(world->people, person->certificate->policy->policy_id, person->ref, person);
	world_resident_add(world, person);
}

/*
 * person_cover_on returns the cover in force on a day, or NULL.
 */
Cover *
person_cover_on(const Person *person, DateADT day)
{
	for (int i = list_length(person->covers) - 1; i >= 0; i--)
	{
		Cover	   *cover = list_nth(person->covers, i);

		if (cover->now.enrolled_on <= day)
			return cover->now.ended_on >= day ? cover : NULL;
	}
	return NULL;
}

/*
 * person_cover_end returns the last day on which a cover counts.
 */
DateADT
person_cover_end(const Person *person, const Cover *cover)
{
	ListCell   *cell;

	foreach(cell, person->covers)
	{
		const Cover *next = lfirst(cell);

		if (next->now.enrolled_on > cover->now.enrolled_on)
			return Min(cover->now.ended_on, next->now.enrolled_on - 1);
	}
	return cover->now.ended_on;
}

/*
 * person_chain_end returns the last day of the covers that follow one another
 * from this one on without a gap.
 */
DateADT
person_chain_end(const Person *person, const Cover *cover)
{
	DateADT		end = person_cover_end(person, cover);
	ListCell   *cell;

	foreach(cell, person->covers)
	{
		const Cover *next = lfirst(cell);

		if (!DATE_IS_NOEND(end) && next->now.enrolled_on == end + 1)
			end = person_cover_end(person, next);
	}
	return end;
}

/*
 * person_cover_add puts a new cover in its place.
 */
Cover *
person_cover_add(Person *person, const CoverTerms *terms)
{
	Cover	   *cover = palloc0(sizeof(Cover));
	int			place = list_length(person->covers);

	cover->now = *terms;
	while (place > 0 && ((Cover *) list_nth(person->covers, place - 1))->now.enrolled_on > terms->enrolled_on)
		place--;
	person->covers = list_insert_nth(person->covers, place, cover);
	return cover;
}

/*
 * person_cover_remove takes a cover away that never comes into force.
 */
void
person_cover_remove(Person *person, Cover *cover)
{
	person->covers = list_delete_ptr(person->covers, cover);
	if (cover->enrollment_id != 0)
		person->removed = lappend(person->removed, cover);
}

/*
 * person_is_covered_within tells whether a person is covered on any of the days,
 * as what the relationship says (NULL: as anything).
 */
bool
person_is_covered_within(const Person *person, DateADT from, DateADT to, const char *relationship)
{
	ListCell   *cell;

	foreach(cell, person->covers)
	{
		const Cover *cover = lfirst(cell);

		if (cover->now.enrolled_on <= to && person_cover_end(person, cover) >= from &&
			(relationship == NULL || cover->now.relationship == relationship))
			return true;
	}
	return false;
}

/*
 * world_effect notes that a row changed a person's cover from a day on.  What was
 * decided of someone who is new is nothing.
 */
void
world_effect(World *world, EnrollRow *row, Person *person, DateADT from)
{
	Effect	   *effect = palloc(sizeof(Effect));

	*effect = (Effect) {row, person, from};
	world->touched = lappend(world->touched, person);
	if (person->member_id != 0)
		world->effects = lappend(world->effects, effect);
}
