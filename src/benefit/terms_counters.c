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
find_slot(const Terms *terms, const char *name, TextKey key)
{
	uint64		mixed = (key.head ^ key.tail) * UINT64CONST(0x9E3779B97F4A7C15);
	uint32		slot = (uint32) (mixed >> 32) & terms->counter_mask;
	uint32		index;

	while ((index = terms->counter_slots[slot]) != 0 &&
		   !text_key_is_same(terms->counter_keys[index - 1], key,
							 terms->counters[index - 1], name))
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
	terms->counter_keys = palloc(mul_size(sizeof(TextKey), terms->n_counters));
	for (i = 0; i < terms->n_counters; i++)
	{
		TextKey		key = text_key(terms->counters[i]);

		terms->counter_keys[i] = key;
		*find_slot(terms, terms->counters[i], key) = i + 1;
	}
}

/*
 * terms_counter_find finds a counter by name, -1 for none.
 */
int
terms_counter_find(const Terms *terms, const char *name, TextKey key)
{
	return (int) *find_slot(terms, name, key) - 1;
}
