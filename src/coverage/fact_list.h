/*-------------------------------------------------------------------------
 *
 * fact_list.h
 *		Who was served in which cell, many at once: packed, and put in order by
 *		digits; inside this room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_COVERAGE_FACT_LIST_H
#define ASSURE_COVERAGE_FACT_LIST_H

#include "postgres.h"

#include "coverage/sets.h"

/* Somebody in a cell: month, service, insurer and region in one number. */
typedef struct Fact
{
	uint64		cell;
	int32		person_no;
} Fact;

/* In the memory context of the first fact. */
typedef struct FactList
{
	Fact	   *list;
	size_t		count;
	size_t		capacity;
} FactList;

/* Services get numbers as they come. */
typedef struct ServiceList
{
	int64	   *service_ids;
	int			count;
	int			capacity;
	int			last;			/* that was found last */
} ServiceList;

extern uint64 cell_pack(const SetKey *key, ServiceList *services);
extern void cell_unpack(uint64 cell, const ServiceList *services, SetKey *key);
extern void facts_add(FactList *facts, uint64 cell, int32 person_no);
extern void facts_sort(FactList *facts);
extern void facts_end(FactList *facts);

#endif							/* ASSURE_COVERAGE_FACT_LIST_H */
