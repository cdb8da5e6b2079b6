/*-------------------------------------------------------------------------
 *
 * sets.h
 *		Sets of people by key, in memory and in the tables that keep them;
 *		inside this room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_COVERAGE_SETS_H
#define ASSURE_COVERAGE_SETS_H

#include "postgres.h"

#include "utils/hsearch.h"

#include "coverage/months.h"
#include "type/memberset.h"
#include "type/region.h"

typedef enum SetTable
{
	SET_SERVED_CELL,
	SET_SERVED_TOTAL,
	SET_INSURED_TOTAL,
	SET_TABLE_COUNT
} SetTable;

typedef enum Place
{
	PLACE_CUSTOMER,
	PLACE_BRANCH
} Place;

typedef enum InsuredKind
{
	INSURED_START,
	INSURED_JOINED,
	INSURED_LEFT,
	INSURED_ANY
} InsuredKind;

/*
 * A key: no padding, for it is hashed by its bytes.  What a table has no column
 * for is 0.
 */
typedef struct SetKey
{
	int16		table;
	int16		place;
	int32		kind;
	int32		span;
	int32		month;
	Region		region;
	int32		insurer;		/* its number in the sets; 0: all together */
	int64		service_id;
} SetKey;

typedef struct SetEntry
{
	SetKey		key;
	MemberUnion members;
	MemberSet  *written;		/* the set of them, if it was made and nothing added since; NULL: not */
	bool		is_stored;		/* the table has it: nothing to write */
} SetEntry;

/* Insurers get numbers as they come. */
typedef struct Insurers
{
	int			count;
	int			capacity;
	text	  **names;
	int			last;			/* that was found last */
} Insurers;

/* All memory is in the context, which the caller deletes. */
typedef struct Sets
{
	MemoryContext context;
	HTAB	   *entries;
	Insurers   *insurers;
} Sets;

extern Insurers *insurers_make(void);
extern int	insurer_number(Insurers *insurers, const text *name);

extern void sets_begin(Sets *sets, MemoryContext context, Insurers *insurers);
extern MemberUnion *sets_at(Sets *sets, const SetKey *key);
extern void sets_add_member(Sets *sets, const SetKey *key, int32 person_no);
extern void sets_add_set(Sets *sets, const SetKey *key, const MemberSet *set);
extern const MemberSet *set_written(const Sets *sets, SetEntry *entry);
extern SetEntry **sets_list(const Sets *sets, int *count);
extern bool set_is_empty(const MemberSet *set);
extern MemberSet *set_of_people(const int32 *people, int count);

/* sets_store.c: between memory and tables. */
extern void sets_add_to_tables(Sets *sets);
extern int64 sets_recheck(Sets *fresh, SetTable table, const MemberSet *people);

#endif							/* ASSURE_COVERAGE_SETS_H */
