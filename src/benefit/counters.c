/*-------------------------------------------------------------------------
 *
 * counters.c
 *		What is used, while a claim is calculated.
 *
 * Values stand in an array in the order in which they came up, so that what is
 * handed out has an order of its own and not a hash's; a hash finds them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/counters.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/shmem.h"

typedef struct CounterSlot
{
	uint64		key;			/* of pack_key() */
	int			index;			/* in values */
	char		status;
} CounterSlot;

#define SH_PREFIX counter_hash
#define SH_ELEMENT_TYPE CounterSlot
#define SH_KEY_TYPE uint64
#define SH_KEY key
#define SH_HASH_KEY(table, key) hash_counter(key)
#define SH_EQUAL(table, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE

/*
 * hash_counter hashes a packed key.
 */
static inline uint32
hash_counter(uint64 key)
{
	return hash_combine(murmurhash32((uint32) (key >> 32)),
						murmurhash32((uint32) key));
}

#include "lib/simplehash.h"

struct Counters
{
	const Terms *terms;
	const Used *used;
	bool	   *is_known;		/* by entry of used: does a counter read it? */
	counter_hash_hash *hash;
	int			n_values;
	int			n_allocated;
	CounterValue *values;
};

/*
 * pack_key makes one number of a key.
 */
static uint64
pack_key(const CounterKey *key)
{
	return ((uint64) key->counter << 40) | ((uint64) key->is_family << 39) |
		((uint64) key->kind << 36) | ((uint64) key->measure << 32) |
		(uint32) key->start;
}

/*
 * find_value finds the value of a key, NULL for none.
 */
static CounterValue *
find_value(const Counters *counters, const CounterKey *key)
{
	CounterSlot *slot = counter_hash_lookup(counters->hash, pack_key(key));

	return slot ? &counters->values[slot->index] : NULL;
}

/*
 * make_value finds the value of a key, and makes it where it is new.
 */
static CounterValue *
make_value(Counters *counters, const CounterKey *key)
{
	bool		found;
	CounterSlot *slot = counter_hash_insert(counters->hash, pack_key(key),
											&found);
	CounterValue *value;

	if (found)
		return &counters->values[slot->index];
	if (counters->n_values == counters->n_allocated)
	{
		counters->n_allocated *= 2;
		counters->values = repalloc(counters->values,
									mul_size(sizeof(CounterValue),
											 counters->n_allocated));
	}
	slot->index = counters->n_values++;
	value = &counters->values[slot->index];
	memset(value, 0, sizeof(*value));
	value->key = *key;
	value->used_index = -1;
	value->limit = -1;
	value->last_bill = -1;
	return value;
}

/*
 * find_counter finds a counter of the terms by name, -1 for none.
 */
static int
find_counter(const Terms *terms, const char *name)
{
	int			i;

	for (i = 0; i < terms->n_counters; i++)
		if (strcmp(terms->counters[i], name) == 0)
			return i;
	return -1;
}

/*
 * counters_open starts with what was handed in.  Counters that the terms do
 * not know stay out, and pass through.
 */
Counters *
counters_open(const Terms *terms, const Used *used)
{
	Counters   *counters = palloc0(sizeof(Counters));
	int			i;

	counters->terms = terms;
	counters->used = used;
	counters->is_known = palloc0(mul_size(sizeof(bool),
										  Max(used->n_entries, 1)));
	counters->hash = counter_hash_create(CurrentMemoryContext, 64, NULL);
	counters->n_allocated = 64;
	counters->values = palloc(sizeof(CounterValue) * counters->n_allocated);
	for (i = 0; i < used->n_entries; i++)
	{
		const UsedEntry *entry = &used->entries[i];
		CounterKey	key;
		CounterValue *value;

		CHECK_FOR_INTERRUPTS();
		key.counter = find_counter(terms, entry->counter);
		if (key.counter < 0)
			continue;
		counters->is_known[i] = true;
		if (entry->measure == MEASURE_NONE || entry->measure == MEASURE_GROUPS ||
			entry->period_kind == PERIOD_STAY)
			continue;
		key.is_family = entry->is_family;
		key.kind = entry->period_kind;
		key.start = entry->period_start;
		key.measure = entry->measure;
		value = make_value(counters, &key);
		value->used_index = i;
		value->initial = entry->value;
	}
	return counters;
}

/*
 * counters_get says what stands in a counter now.
 */
int64
counters_get(const Counters *counters, const CounterKey *key)
{
	const CounterValue *value = find_value(counters, key);

	return value ? value->initial + value->delta : 0;
}

/*
 * counters_has_visit says whether a bill has been counted in a counter: then
 * another benefit's payment on it is the same visit.
 */
bool
counters_has_visit(const Counters *counters, const CounterKey *key, int bill)
{
	const CounterValue *value = find_value(counters, key);

	return value && value->last_bill == bill;
}

/*
 * counters_add books an amount.  Of several limits in force (a limit by day,
 * bills over more or fewer days) the largest is what the value stays within.
 */
void
counters_add(Counters *counters, const CounterKey *key, int64 delta,
			 int64 limit)
{
	CounterValue *value;

	if (delta == 0)
		return;
	value = make_value(counters, key);
	value->limit = value->delta == 0 ? limit : Max(value->limit, limit);
	value->delta += delta;
}

/*
 * counters_add_visit counts a paying visit, once a bill.
 */
void
counters_add_visit(Counters *counters, const CounterKey *key, int bill,
				   int64 limit)
{
	CounterValue *value = make_value(counters, key);

	if (value->last_bill == bill)
		return;
	value->last_bill = bill;
	value->delta++;
	value->limit = limit;
}

/*
 * is_stored says whether a value lives on after the claim.
 */
static bool
is_stored(const CounterValue *value)
{
	return value->key.kind == PERIOD_DAY || value->key.kind == PERIOD_YEAR ||
		value->key.kind == PERIOD_LIFETIME;
}

/*
 * close_bookings hands out what the claim adds.
 */
static void
close_bookings(const Counters *counters, ClaimResult *result)
{
	int			i;

	result->bookings = palloc(mul_size(sizeof(Booking),
									   Max(counters->n_values, 1)));
	for (i = 0; i < counters->n_values; i++)
	{
		const CounterValue *value = &counters->values[i];
		Booking    *booking = &result->bookings[result->n_bookings];

		if (value->delta == 0 || !is_stored(value))
			continue;
		booking->counter = counters->terms->counters[value->key.counter];
		booking->is_family = value->key.is_family;
		booking->period_kind = value->key.kind;
		booking->period_start = value->key.start;
		booking->measure = value->key.measure;
		booking->delta = value->delta;
		booking->limit = value->limit;
		booking->is_paid = value->key.counter < counters->terms->n_benefits &&
			!value->key.is_family && value->key.kind == PERIOD_LIFETIME &&
			value->key.measure == MEASURE_AMOUNT;
		result->n_bookings++;
	}
}

/*
 * close_used hands out what is used after the claim: what was handed in, in
 * its order, with what was added; zeros of known counters are left out.
 */
static void
close_used(const Counters *counters, ClaimResult *result)
{
	const Used *used = counters->used;
	UsedEntry  *entries = palloc0(mul_size(sizeof(UsedEntry),
										   add_size(used->n_entries,
													counters->n_values + 1)));
	int			n_entries = 0;
	int			i;

	for (i = 0; i < used->n_entries; i++)
		entries[i] = used->entries[i];
	for (i = 0; i < counters->n_values; i++)
		if (counters->values[i].used_index >= 0)
			entries[counters->values[i].used_index].value +=
				counters->values[i].delta;
	for (i = 0; i < used->n_entries; i++)
		if (!counters->is_known[i] ||
			(entries[i].measure != MEASURE_NONE &&
			 (entries[i].value != 0 || entries[i].measure == MEASURE_GROUPS ||
			  entries[i].measure == MEASURE_LAST)))
			entries[n_entries++] = entries[i];
	for (i = 0; i < counters->n_values; i++)
	{
		const CounterValue *value = &counters->values[i];
		UsedEntry  *entry = &entries[n_entries];

		if (value->delta == 0 || value->used_index >= 0 || !is_stored(value))
			continue;
		memset(entry, 0, sizeof(*entry));
		entry->counter = counters->terms->counters[value->key.counter];
		entry->is_family = value->key.is_family;
		entry->period_kind = value->key.kind;
		entry->period_start = value->key.start;
		entry->measure = value->key.measure;
		entry->value = value->delta;
		n_entries++;
	}
	result->used.n_entries = n_entries;
	result->used.entries = entries;
}

/*
 * counters_close hands out the bookings and what is used after them.
 */
void
counters_close(const Counters *counters, ClaimResult *result)
{
	close_bookings(counters, result);
	close_used(counters, result);
}
