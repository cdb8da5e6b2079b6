/*-------------------------------------------------------------------------
 *
 * sets.c
 *		Sets of people by key, in memory.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "coverage/sets.h"

#define ENTRIES_GUESS 4096

/*
 * insurers_make makes the list; number 0 is the empty name, all together.
 */
Insurers *
insurers_make(void)
{
	Insurers   *insurers = palloc0(sizeof(Insurers));

	insurers->capacity = 8;
	insurers->names = palloc(sizeof(text *) * insurers->capacity);
	insurers->names[insurers->count++] = cstring_to_text("");
	return insurers;
}

/*
 * same_text compares two names by their bytes.
 */
static bool
same_text(const text *a, const text *b)
{
	return VARSIZE_ANY_EXHDR(a) == VARSIZE_ANY_EXHDR(b) && memcmp(VARDATA_ANY(a), VARDATA_ANY(b), VARSIZE_ANY_EXHDR(a)) == 0;
}

/*
 * insurer_number returns the number of an insurer.  A group has a handful of
 * them, so they are looked through, the last one first.
 */
int
insurer_number(Insurers *insurers, const text *name)
{
	MemoryContext before;

	if (same_text(insurers->names[insurers->last], name))
		return insurers->last;
	for (int i = 0; i < insurers->count; i++)
		if (same_text(insurers->names[i], name))
			return insurers->last = i;
	before = MemoryContextSwitchTo(GetMemoryChunkContext(insurers));
	if (insurers->count == insurers->capacity)
	{
		insurers->capacity *= 2;
		insurers->names = repalloc(insurers->names, sizeof(text *) * insurers->capacity);
	}
	insurers->names[insurers->count] = cstring_to_text_with_len(VARDATA_ANY(name), (int) VARSIZE_ANY_EXHDR(name));
	MemoryContextSwitchTo(before);
	return insurers->last = insurers->count++;
}

/*
 * sets_begin begins with no set.
 */
void
sets_begin(Sets *sets, MemoryContext context, Insurers *insurers)
{
	HASHCTL		control = {.keysize = sizeof(SetKey), .entrysize = sizeof(SetEntry), .hcxt = context};

	sets->context = context;
	sets->entries = hash_create("sets of people", ENTRIES_GUESS, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	sets->insurers = insurers;
}

/*
 * sets_at returns the set of a key, empty if there was none.
 */
MemberUnion *
sets_at(Sets *sets, const SetKey *key)
{
	bool		found;
	SetEntry   *entry = hash_search(sets->entries, key, HASH_ENTER, &found);

	if (!found)
	{
		union_begin(&entry->members, memory_max());
		entry->is_stored = false;
	}
	else if (entry->written != NULL)
		pfree(entry->written);
	entry->written = NULL;
	return &entry->members;
}

/*
 * sets_add_member adds a person to the set of a key.
 */
void
sets_add_member(Sets *sets, const SetKey *key, int32 person_no)
{
	MemoryContext before = MemoryContextSwitchTo(sets->context);

	if (!union_add_member(sets_at(sets, key), member_from_int(person_no)))
		memory_exceeded(0);
	MemoryContextSwitchTo(before);
}

/*
 * sets_add_set adds people to the set of a key.
 */
void
sets_add_set(Sets *sets, const SetKey *key, const MemberSet *set)
{
	MemoryContext before = MemoryContextSwitchTo(sets->context);
	SetReader	reader;

	set_read(&reader, set);
	if (!union_add_set(sets_at(sets, key), &reader))
		memory_exceeded(0);
	MemoryContextSwitchTo(before);
}

/*
 * set_written returns the set of an entry, which keeps it.
 */
const MemberSet *
set_written(const Sets *sets, SetEntry *entry)
{
	MemoryContext before;

	if (entry->written == NULL)
	{
		before = MemoryContextSwitchTo(sets->context);
		entry->written = union_write(&entry->members);
		MemoryContextSwitchTo(before);
	}
	return entry->written;
}

/*
 * sets_list lists all sets as they are now: others may be added meanwhile.
 */
SetEntry **
sets_list(const Sets *sets, int *count)
{
	MemoryContext before = MemoryContextSwitchTo(sets->context);
	SetEntry  **entries = palloc(mul_size(sizeof(SetEntry *), (Size) hash_get_num_entries(sets->entries) + 1));
	HASH_SEQ_STATUS status;

	*count = 0;
	hash_seq_init(&status, sets->entries);
	while ((entries[*count] = hash_seq_search(&status)) != NULL)
		(*count)++;
	MemoryContextSwitchTo(before);
	return entries;
}

/*
 * set_is_empty says whether a set has no member.
 */
bool
set_is_empty(const MemberSet *set)
{
	SetReader	reader;

	set_read(&reader, set);
	return header_count(&reader.header) == 0;
}

/*
 * set_of_people makes a set of numbers in any order.
 */
MemberSet *
set_of_people(const int32 *people, int count)
{
	MemberUnion members;

	union_begin(&members, memory_max());
	for (int i = 0; i < count; i++)
		if (!union_add_member(&members, member_from_int(people[i])))
			memory_exceeded(0);
	return union_write(&members);
}
