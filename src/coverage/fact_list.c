/*-------------------------------------------------------------------------
 *
 * fact_list.c
 *		Who was served in which cell, many at once.
 *
 * To find the set of a cell takes longer than all else that is done with an
 * event.  So events are noted with their cell in one number, put in order of cells
 * and people, digit by digit from the lowest, and each set is found once.  A digit
 * that all have in common takes no pass.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "core/errors.h"
#include "coverage/fact_list.h"

/* Bits of a packed cell, from above: month, service, insurer, region. */
#define SERVICE_BITS	18
#define INSURER_BITS	12
#define REGION_BITS		20
#define MONTH_SHIFT		(SERVICE_BITS + INSURER_BITS + REGION_BITS)
#define SERVICE_SHIFT	(INSURER_BITS + REGION_BITS)
#define LOW_BITS(number, bits) ((number) & ((UINT64CONST(1) << (bits)) - 1))

#define FACTS_GUESS		65536
#define DIGIT_BITS		11
#define DIGIT_VALUES	(1 << DIGIT_BITS)
#define PERSON_BITS		31
#define CELL_BITS		62

/*
 * service_number returns the number of a service: there are few.
 */
static uint64
service_number(ServiceList *services, int64 service_id)
{
	if (services->last < services->count && services->service_ids[services->last] == service_id)
		return services->last;
	for (int i = 0; i < services->count; i++)
		if (services->service_ids[i] == service_id)
			return services->last = i;
	if (services->count == services->capacity)
	{
		services->capacity = Max(64, 2 * services->capacity);
		services->service_ids = services->service_ids == NULL ? palloc(sizeof(int64) * services->capacity) :
			repalloc(services->service_ids, sizeof(int64) * services->capacity);
	}
	services->service_ids[services->count] = service_id;
	return services->last = services->count++;
}

/*
 * cell_pack makes a number of month, service, insurer and region.
 */
uint64
cell_pack(const SetKey *key, ServiceList *services)
{
	uint64		service = service_number(services, key->service_id);

	if (service >> SERVICE_BITS != 0 || key->insurer >> INSURER_BITS != 0)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("there are more than %d services or %d insurers", 1 << SERVICE_BITS, 1 << INSURER_BITS)));
	return (uint64) (key->month - MONTH_MIN) << MONTH_SHIFT | service << SERVICE_SHIFT |
		(uint64) key->insurer << REGION_BITS | (uint64) key->region;
}

/*
 * cell_unpack fills these parts of a key.
 */
void
cell_unpack(uint64 cell, const ServiceList *services, SetKey *key)
{
	key->month = (int32) (cell >> MONTH_SHIFT) + MONTH_MIN;
	key->service_id = services->service_ids[LOW_BITS(cell >> SERVICE_SHIFT, SERVICE_BITS)];
	key->insurer = (int32) LOW_BITS(cell >> REGION_BITS, INSURER_BITS);
	key->region = (Region) LOW_BITS(cell, REGION_BITS);
}

/*
 * facts_add notes a fact.
 */
void
facts_add(FactList *facts, uint64 cell, int32 person_no)
{
	if (facts->count == facts->capacity)
	{
		facts->capacity = Max(FACTS_GUESS, 2 * facts->capacity);
		facts->list = facts->list == NULL ? palloc(sizeof(Fact) * facts->capacity) :
			repalloc_huge(facts->list, sizeof(Fact) * facts->capacity);
	}
	facts->list[facts->count++] = (Fact) {cell, person_no};
}

/*
 * digit_of returns a digit of a fact: those of the person come first.
 */
static inline uint32
digit_of(const Fact *fact, int shift)
{
	uint64		number = shift < PERSON_BITS ? (uint64) fact->person_no >> shift : fact->cell >> (shift - PERSON_BITS);

	return (uint32) (number & (DIGIT_VALUES - 1));
}

/*
 * digit_sort puts facts in order of one digit, those that agree in it as they
 * stood; false: all agree, nothing was done.
 */
static bool
digit_sort(const Fact *from, Fact *to, size_t count, int shift)
{
	size_t		places[DIGIT_VALUES] = {0};
	size_t		place = 0;

	for (size_t i = 0; i < count; i++)
		places[digit_of(&from[i], shift)]++;
	if (places[digit_of(&from[0], shift)] == count)
		return false;
	for (int i = 0; i < DIGIT_VALUES; i++)
	{
		size_t		next = place + places[i];

		places[i] = place;
		place = next;
	}
	for (size_t i = 0; i < count; i++)
		to[places[digit_of(&from[i], shift)]++] = from[i];
	return true;
}

/*
 * facts_sort puts them in order of cells, and of people within a cell.
 */
void
facts_sort(FactList *facts)
{
	Fact	   *other;

	if (facts->count < 2)
		return;
	other = MemoryContextAllocHuge(GetMemoryChunkContext(facts->list), sizeof(Fact) * facts->count);
	for (int shift = 0; shift < PERSON_BITS + CELL_BITS; shift += shift < PERSON_BITS && shift + DIGIT_BITS > PERSON_BITS ? PERSON_BITS - shift : DIGIT_BITS)
		if (digit_sort(facts->list, other, facts->count, shift))
		{
			Fact	   *sorted = other;

			other = facts->list;
			facts->list = sorted;
			facts->capacity = facts->count;
		}
	pfree(other);
}

/*
 * facts_end forgets the facts.
 */
void
facts_end(FactList *facts)
{
	if (facts->list != NULL)
		pfree(facts->list);
	*facts = (FactList) {0};
}
