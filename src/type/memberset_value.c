/*-------------------------------------------------------------------------
 *
 * memberset_value.c
 *		Values of assure.memberset between SQL and the engine.
 *
 * An aggregate's state is a memberset like any other: between rows it is an
 * expanded object, in which a union grows, and it becomes a plain value when it
 * leaves the aggregate, to a worker's leader, to another node or into a table.
 * So parallel and distributed aggregation need no form of their own.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/expandeddatum.h"
#include "utils/memutils.h"

#include "core/guc.h"
#include "type/memberset.h"

#define UNIONS_CONTEXT	"memberset unions"
#define EXPANDED_MAGIC	0x6D656D62	/* "memb" */

typedef struct ExpandedSet
{
	ExpandedObjectHeader header;
	int			magic;
	MemberUnion members;
	MemberSet  *flat;			/* the value, while nothing is added to it */
} ExpandedSet;

static Size expanded_size(ExpandedObjectHeader *header);
static void expanded_flatten(ExpandedObjectHeader *header, void *result, Size size);

static const ExpandedObjectMethods expanded_methods = {expanded_size, expanded_flatten};

/*
 * memory_max gives what one set in work may take, in bytes.
 */
size_t
memory_max(void)
{
	return (size_t) guc_memberset_memory_kb * 1024;
}

/*
 * memory_exceeded refuses to take more; 0 bytes: it is not known how much more.
 */
void
memory_exceeded(size_t bytes)
{
	ereport(ERROR,
			(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
			 errmsg("a memberset in work needs more memory than assure.memberset_memory allows"),
			 bytes == 0 ? errdetail("%d kB are allowed.", guc_memberset_memory_kb) :
			 errdetail("%d kB are allowed, %zu kB are needed.", guc_memberset_memory_kb, bytes / 1024 + 1),
			 errhint("Have fewer members in one set, or let a superuser raise assure.memberset_memory.")));
}

/*
 * set_read begins to read a value.
 */
void
set_read(SetReader *reader, const MemberSet *set)
{
	const char *fault = set_open(reader, set_bytes(set), set_length(set));

	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("a stored memberset is broken: %s", fault)));
}

/*
 * set_from_untrusted makes a value of bytes from outside.  Any sound Roaring
 * bitmap will do; the value is canonical.
 */
MemberSet *
set_from_untrusted(const uint8 *bytes, size_t length)
{
	uint32		block;
	SetReader	reader;
	const char *fault = set_fault(bytes, length, &block);

	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("these bytes are no memberset: %s", fault),
				 errdetail("The fault is in block %u, in %zu bytes.", block, length),
				 errhint("The portable format of Roaring bitmaps is expected, with members from 0 to %d.", MEMBER_MAX)));
	(void) set_open(&reader, bytes, length);
	return set_canonical(&reader);
}

/*
 * member_from_int takes a number from SQL.
 */
uint32
member_from_int(int32 number)
{
	if (number < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("member number %d is out of range", number),
				 errdetail("Member numbers go from 0 to %d.", MEMBER_MAX)));
	return (uint32) number;
}

/*
 * unions_context gives the memory context below an aggregate's in which the
 * unions of all its groups stand.  One for each group would be usual; but a hash
 * aggregate adds up the memory of all contexts below its own at each new group.
 *
 * An expanded object's context is deleted or moved by whoever owns a read-write
 * pointer to it.  Those here never leave the aggregate, and what adds to one
 * returns the pointer that it got, so its context goes with the aggregate's only.
 */
static MemoryContext
unions_context(MemoryContext aggregate)
{
	for (MemoryContext child = aggregate->firstchild; child != NULL; child = child->nextchild)
		if (strcmp(child->name, UNIONS_CONTEXT) == 0)
			return child;
	return AllocSetContextCreate(aggregate, UNIONS_CONTEXT, ALLOCSET_DEFAULT_SIZES);
}

/*
 * expanded_make makes an empty expanded set: in an aggregate's memory, or where
 * there is none with a context of its own.
 */
static ExpandedSet *
expanded_make(MemoryContext aggregate)
{
	MemoryContext context = aggregate != NULL ? unions_context(aggregate) :
		AllocSetContextCreate(CurrentMemoryContext, "memberset union", ALLOCSET_START_SMALL_SIZES);
	ExpandedSet *expanded = MemoryContextAllocZero(context, sizeof(ExpandedSet));

	EOH_init_header(&expanded->header, &expanded_methods, context);
	expanded->magic = EXPANDED_MAGIC;
	union_begin(&expanded->members, memory_max());
	return expanded;
}

/*
 * expanded_get gives the expanded set that a datum points to, if it does.
 */
static ExpandedSet *
expanded_get(Datum value)
{
	ExpandedSet *expanded;

	if (!VARATT_IS_EXTERNAL_EXPANDED(DatumGetPointer(value)))
		return NULL;
	expanded = (ExpandedSet *) DatumGetEOHP(value);
	return expanded->magic == EXPANDED_MAGIC ? expanded : NULL;
}

/*
 * expanded_size writes the value and gives its size.
 */
static Size
expanded_size(ExpandedObjectHeader *header)
{
	ExpandedSet *expanded = (ExpandedSet *) header;

	if (expanded->flat == NULL)
	{
		MemoryContext before = MemoryContextSwitchTo(header->eoh_context);

		expanded->flat = union_write(&expanded->members);
		MemoryContextSwitchTo(before);
	}
	return VARSIZE(expanded->flat);
}

/*
 * expanded_flatten copies the value to where it is wanted.
 */
static void
expanded_flatten(ExpandedObjectHeader *header, void *result, Size size)
{
	memcpy(result, ((ExpandedSet *) header)->flat, size);
}

/*
 * union_of_state gives the union in an aggregate's state, to be added to in the
 * context that this switches to; "changed" is the state from now on.  A state
 * that is a plain value, or NULL, becomes an expanded one; "aggregate" is the
 * aggregate's memory context, NULL outside of one.
 */
MemberUnion *
union_of_state(Datum state, bool isnull, MemoryContext aggregate, Datum *changed)
{
	ExpandedSet *expanded = NULL;

	if (!isnull && VARATT_IS_EXTERNAL_EXPANDED_RW(DatumGetPointer(state)))
		expanded = expanded_get(state);
	if (expanded == NULL)
	{
		MemberSet  *set = isnull ? NULL : (MemberSet *) PG_DETOAST_DATUM_PACKED(state);
		SetReader	reader;

		expanded = expanded_make(aggregate);
		MemoryContextSwitchTo(expanded->header.eoh_context);
		if (set != NULL)
		{
			set_read(&reader, set);
			if (!union_add_set(&expanded->members, &reader))
				memory_exceeded(0);
		}
	}
	MemoryContextSwitchTo(expanded->header.eoh_context);
	if (expanded->flat != NULL)
		pfree(expanded->flat);
	expanded->flat = NULL;
	*changed = EOHPGetRWDatum(&expanded->header);
	return &expanded->members;
}

/*
 * union_if_expanded gives the union behind a value that is one still, or NULL.
 */
MemberUnion *
union_if_expanded(Datum value)
{
	ExpandedSet *expanded = expanded_get(value);

	return expanded == NULL ? NULL : &expanded->members;
}
