/*-------------------------------------------------------------------------
 *
 * memberset_agg_sql.c
 *		The aggregates over members and sets of them.
 *
 * intersect_agg needs no function of its own: its state only shrinks, and each
 * row is one "&".
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "type/memberset.h"

PG_FUNCTION_INFO_V1(assure_memberset_add_member);
PG_FUNCTION_INFO_V1(assure_memberset_add_set);

/*
 * state_begin gives the union in the state, the first argument, to add to, and
 * makes the union's memory context the current one.
 */
static MemberUnion *
state_begin(FunctionCallInfo fcinfo, Datum *changed)
{
	MemoryContext aggregate;

	if (!AggCheckCallContext(fcinfo, &aggregate))
		aggregate = NULL;
	return union_of_state(PG_ARGISNULL(0) ? (Datum) 0 : PG_GETARG_DATUM(0), PG_ARGISNULL(0), aggregate, changed);
}

/*
 * assure_memberset_add_member adds a member to the state; a null adds nothing.
 */
PGDLLEXPORT Datum
assure_memberset_add_member(PG_FUNCTION_ARGS)
{
	MemoryContext before = CurrentMemoryContext;
	MemberUnion *members;
	Datum		changed;
	bool		added;

	if (PG_ARGISNULL(1))
	{
		if (PG_ARGISNULL(0))
			PG_RETURN_NULL();
		PG_RETURN_DATUM(PG_GETARG_DATUM(0));
	}
	members = state_begin(fcinfo, &changed);
	added = union_add_member(members, member_from_int(PG_GETARG_INT32(1)));
	MemoryContextSwitchTo(before);
	if (!added)
		memory_exceeded(0);
	PG_RETURN_DATUM(changed);
}

/*
 * assure_memberset_add_set adds a set to the state; it combines states, too.
 */
PGDLLEXPORT Datum
assure_memberset_add_set(PG_FUNCTION_ARGS)
{
	MemoryContext before = CurrentMemoryContext;
	MemberSet  *set = PG_GETARG_VARLENA_PP(1);
	SetReader	reader;
	MemberUnion *members;
	Datum		changed;
	bool		added;

	set_read(&reader, set);
	members = state_begin(fcinfo, &changed);
	added = union_add_set(members, &reader);
	MemoryContextSwitchTo(before);
	PG_FREE_IF_COPY(set, 1);
	if (!added)
		memory_exceeded(0);
	PG_RETURN_DATUM(changed);
}
