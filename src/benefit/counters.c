/*-------------------------------------------------------------------------
 *
 * counters.c
 *		What is used, while a claim is calculated.
 *
 * Values stand in an array in the order in which they came up, so that what is
 * handed out has an order of its own and not a hash's; a table of slots finds
 * them.  Most claims have a few dozen values: for those, all of it is one
 * chunk of memory.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/counters.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "storage/shmem.h"

/* What a claim starts with; of slots there are so many for a value that most
 * keys are found, or not, at once. */
#define VALUES_FIRST		32
#define SLOTS_PER_VALUE		4

typedef struct CounterValue
{
	CounterKey	key;
	int64		initial;
	int64		delta;
	int64		limit;			/* in force for what was added, -1: none */
	int			used_index;		/* in what was handed in, -1: not there */
	int			last_bill;		/* that was counted, -1: none */
} CounterValue;

struct Counters
{
	const Terms *terms;
	const Used *used;
	int			n_values;
	int			n_allocated;
	CounterValue *values;
	int			shift;			/* a mixed key by it: its first slot */
	uint32		mask;			/* of slots, open addressing */
	uint32	   *slots;			/* index in values + 1, 0: free */
};

/*
 * first_slot says where the search for a key begins: the upper bits of a
 * product depend on all bits below.
 */
static inline uint32
first_slot(const Counters *counters, uint64 packed)
{
	return (uint32) ((packed * UINT64CONST(0x9E3779B97F4A7C15)) >>
					 counters->shift);
}

/*
 * find_slot finds the slot of a key, or the free one where it would go.
 */
static inline uint32 *
find_slot(const Counters *counters, const CounterKey *key)
{
	uint32		slot = first_slot(counters, key->packed);

	while (counters->slots[slot] != 0)
	{
		const CounterKey *other =
			&counters->values[counters->slots[slot] - 1].key;

		if (other->packed == key->packed &&
			(!counter_kind_has_name(counter_kind(key->packed)) ||
			 strcmp(other->name, key->name) == 0))
			break;
		slot = (slot + 1) & counters->mask;
	}
	return &counters->slots[slot];
}

/*
 * find_value finds the value of a key, NULL for none.
 */
static inline CounterValue *
find_value(const Counters *counters, const CounterKey *key)
{
	uint32		index = *find_slot(counters, key);

	return index == 0 ? NULL : &counters->values[index - 1];
}

/*
 * set_slots says how many slots there are.
 */
static inline void
set_slots(Counters *counters, uint32 count)
{
	counters->mask = count - 1;
	counters->shift = 64 - pg_leftmost_one_pos32(count);
}

/*
 * grow doubles the values and makes slots anew.
 */
static pg_noinline void
grow(Counters *counters)
{
	CounterValue *values;
	int			i;

	counters->n_allocated *= 2;
	values = palloc(mul_size(sizeof(CounterValue), counters->n_allocated));
	memcpy(values, counters->values, sizeof(CounterValue) * counters->n_values);
	counters->values = values;
	set_slots(counters,
			  pg_nextpower2_32(counters->n_allocated * SLOTS_PER_VALUE));
	counters->slots = palloc0(mul_size(sizeof(uint32),
									   (Size) counters->mask + 1));
	for (i = 0; i < counters->n_values; i++)
	{
		uint32		slot = first_slot(counters, values[i].key.packed);

		while (counters->slots[slot] != 0)
			slot = (slot + 1) & counters->mask;
		counters->slots[slot] = i + 1;
	}
}

/*
 * make_value finds the value of a key, and makes it where it is new.
 */
static inline CounterValue *
make_value(Counters *counters, const CounterKey *key)
{
	uint32	   *slot = find_slot(counters, key);
	CounterValue *value;

	if (*slot != 0)
		return &counters->values[*slot - 1];
	if (unlikely(counters->n_values == counters->n_allocated))
	{
		grow(counters);
		slot = find_slot(counters, key);
	}
	value = &counters->values[counters->n_values++];
	*slot = counters->n_values;
	value->key = *key;
	value->used_index = -1;
	value->last_bill = -1;
	value->initial = 0;
	value->delta = 0;
	value->limit = -1;
	return value;
}

/*
 * take_used takes one entry of what was handed in.
 */
static inline void
take_used(Counters *counters, int counter, int index)
{
	const UsedEntry *entry = &counters->used->entries[index];
	CounterKey	key;
	CounterValue *value;

	if (entry->measure == MEASURE_NONE || entry->measure == MEASURE_GROUPS)
		return;
	key = counter_pack(counter, entry->is_family, entry->period_kind,
					   entry->period_start, entry->measure, entry->name);
	value = make_value(counters, &key);
	value->used_index = index;
	value->initial = entry->value;
}

/*
 * make_counters allocates counters with all that they start with in one chunk.
 */
static Counters *
make_counters(void)
{
	const Size	slots_bytes = sizeof(uint32) * VALUES_FIRST * SLOTS_PER_VALUE;
	Counters   *counters = palloc(MAXALIGN(sizeof(Counters)) +
								  sizeof(CounterValue) * VALUES_FIRST +
								  slots_bytes);

	counters->n_values = 0;
	counters->n_allocated = VALUES_FIRST;
	counters->values = (CounterValue *)
		((char *) counters + MAXALIGN(sizeof(Counters)));
	set_slots(counters, VALUES_FIRST * SLOTS_PER_VALUE);
	counters->slots = (uint32 *) (counters->values + VALUES_FIRST);
	memset(counters->slots, 0, slots_bytes);
	return counters;
}

/*
 * counters_open starts with what was handed in.  Counters that the terms do
 * not know stay out, and pass through.  Entries of one counter mostly stand
 * side by side, so its name is looked up once.
 */
Counters *
counters_open(const Terms *terms, const Used *used)
{
	Counters   *counters = make_counters();
	const char *name = NULL;
	int			counter = -1;
	int			i;

	counters->terms = terms;
	counters->used = used;
	for (i = 0; i < used->n_entries; i++)
	{
		const UsedEntry *entry = &used->entries[i];

		CHECK_FOR_INTERRUPTS();
		if (name != entry->counter)
		{
			name = entry->counter;
			counter = terms_counter_find(terms, name, entry->counter_key);
		}
		if (counter >= 0)
			take_used(counters, counter, i);
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
 * counters_last_event finds the last event that a member's counter has paid
 * for; false where there is none.
 */
bool
counters_last_event(const Counters *counters, int counter, DateADT *last)
{
	bool		found = false;
	int			i;

	for (i = 0; i < counters->n_values; i++)
	{
		const CounterValue *value = &counters->values[i];
		CounterParts key = counter_unpack(value->key);

		if (key.counter != counter || key.is_family ||
			key.kind != PERIOD_EVENT || value->initial + value->delta <= 0 ||
			(found && key.start < *last))
			continue;
		found = true;
		*last = key.start;
	}
	return found;
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
	{
		if (limit >= 0 && (value->limit < 0 || limit < value->limit))
			value->limit = limit;
		return;
	}
	value->last_bill = bill;
	value->delta++;
	value->limit = limit;
}

/*
 * is_booked says whether a value has grown and lives on after the claim.
 */
static inline bool
is_booked(const CounterValue *value)
{
	return value->delta != 0 && counter_kind(value->key.packed) >= PERIOD_DAY;
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
		CounterParts key;

		if (!is_booked(value))
			continue;
		key = counter_unpack(value->key);
		booking->counter = counters->terms->counters[key.counter];
		booking->is_family = key.is_family;
		booking->period_kind = key.kind;
		booking->period_start = key.start;
		booking->name = key.name;
		booking->measure = key.measure;
		booking->delta = value->delta;
		booking->limit = value->limit;
		booking->is_paid = key.counter < counters->terms->n_benefits &&
			!key.is_family && key.kind == PERIOD_LIFETIME &&
			key.measure == MEASURE_AMOUNT;
		result->n_bookings++;
	}
}

/*
 * result_used tells what is used after the claim: what was handed in, in its
 * order, with what was added; zeros of known counters are left out.
 */
void
result_used(const ClaimResult *result, Used *after)
{
	const Counters *counters = result->counters;
	const Used *used = counters->used;
	UsedEntry  *entries = palloc(mul_size(sizeof(UsedEntry),
										  add_size(used->n_entries,
												   result->n_bookings + 1)));
	int			n_entries = 0;
	int			i;

	memcpy(entries, used->entries, sizeof(UsedEntry) * used->n_entries);
	for (i = 0; i < counters->n_values; i++)
		if (counters->values[i].used_index >= 0)
			entries[counters->values[i].used_index].value +=
				counters->values[i].delta;
	for (i = 0; i < used->n_entries; i++)
		if ((entries[i].value != 0 && entries[i].measure != MEASURE_NONE) ||
			terms_counter_find(counters->terms, entries[i].counter,
							   entries[i].counter_key) < 0)
			entries[n_entries++] = entries[i];
	for (i = 0; i < counters->n_values; i++)
	{
		const CounterValue *value = &counters->values[i];
		UsedEntry  *entry = &entries[n_entries];
		CounterParts key;

		if (value->used_index >= 0 || !is_booked(value))
			continue;
		key = counter_unpack(value->key);
		entry->counter = counters->terms->counters[key.counter];
		entry->counter_key = counters->terms->counter_keys[key.counter];
		entry->is_family = key.is_family;
		entry->period_kind = key.kind;
		entry->period_start = key.start;
		entry->name = key.name;
		entry->measure = key.measure;
		entry->value = value->delta;
		n_entries++;
	}
	after->n_entries = n_entries;
	after->entries = entries;
}

/*
 * counters_close hands out the bookings.
 */
void
counters_close(const Counters *counters, ClaimResult *result)
{
	result->counters = counters;
	close_bookings(counters, result);
}
