/*-------------------------------------------------------------------------
 *
 * terms_counters.c
 *		Finds the counters of terms by name.
 *
 * A plan may have ten thousand counters, and what is used a hundred thousand
 * entries; most have a dozen of each.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/terms.h"
#include "port/pg_bitutils.h"
#include "storage/shmem.h"

/*
 * find_slot finds the slot of a name, or the free one where it would go.
 */
static uint32 *
find_slot(const Terms *terms, const char *name)
{
	uint32		slot = text_hash(name) & terms->counter_mask;

	while (terms->counter_slots[slot] != 0 &&
		   strcmp(terms->counters[terms->counter_slots[slot] - 1], name) != 0)
		slot = (slot + 1) & terms->counter_mask;
	return &terms->counter_slots[slot];
}

/*
 * terms_counters_index makes the table; called when all counters are there.
 */
void
terms_counters_index(Terms *terms)
{
	int			i;

	terms->counter_mask = pg_nextpower2_32(Max(terms->n_counters, 4) * 2) - 1;
	terms->counter_slots = palloc0(mul_size(sizeof(uint32),
											(Size) terms->counter_mask + 1));
	for (i = 0; i < terms->n_counters; i++)
		*find_slot(terms, terms->counters[i]) = i + 1;
}

/*
 * terms_counter_find finds a counter by name, -1 for none.
 */
int
terms_counter_find(const Terms *terms, const char *name)
{
	return (int) *find_slot(terms, name) - 1;
}
