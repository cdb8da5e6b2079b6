/*-------------------------------------------------------------------------
 *
 * counters.h
 *		What is used, while a claim is calculated: what was handed in and what
 *		this claim has added so far.
 *
 * Inside the room only.  Also holds the counters of a visit and of a claim,
 * which live no longer than the calculation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_BENEFIT_COUNTERS_H
#define ASSURE_BENEFIT_COUNTERS_H

#include "benefit/terms.h"

/* What a key is made of. */
typedef struct CounterParts
{
	int			counter;		/* index in the terms */
	bool		is_family;
	PeriodKind	kind;
	DateADT		start;			/* of a visit: its place in the claim; else as
								 * in UsedEntry */
	Measure		measure;
	const char *name;			/* stay, group; NULL with the others */
} CounterParts;

/*
 * A key as it is looked for: all in one number, with a name as its hash.
 */
typedef struct CounterKey
{
	uint64		packed;
	const char *name;			/* not looked at where kinds have none */
} CounterKey;

/* Where the parts of a key stand in its number; below them its start. */
#define COUNTER_SHIFT		41
#define FAMILY_SHIFT		40
#define KIND_SHIFT			36
#define MEASURE_SHIFT		32

/*
 * counter_kind gives the kind of period of a key.
 */
static inline PeriodKind
counter_kind(uint64 packed)
{
	return (PeriodKind) ((packed >> KIND_SHIFT) & 0xf);
}

/*
 * counter_kind_has_name says whether a kind of period is told apart by a name.
 */
static inline bool
counter_kind_has_name(PeriodKind kind)
{
	return kind == PERIOD_STAY || kind == PERIOD_GROUP;
}

/*
 * counter_pack makes a key of its parts.
 */
static inline CounterKey
counter_pack(int counter, bool is_family, PeriodKind kind, DateADT start,
			 Measure measure, const char *name)
{
	uint32		low = counter_kind_has_name(kind) ? text_hash(name)
		: (uint32) start;
	CounterKey	key;

	key.packed = ((uint64) counter << COUNTER_SHIFT) |
		((uint64) is_family << FAMILY_SHIFT) |
		((uint64) kind << KIND_SHIFT) |
		((uint64) measure << MEASURE_SHIFT) | low;
	key.name = name;
	return key;
}

/*
 * counter_unpack gives the parts of a key.
 */
static inline CounterParts
counter_unpack(CounterKey key)
{
	CounterParts parts;
	bool		has_name = counter_kind_has_name(counter_kind(key.packed));

	parts.counter = (int) (key.packed >> COUNTER_SHIFT);
	parts.is_family = (key.packed >> FAMILY_SHIFT) & 1;
	parts.kind = counter_kind(key.packed);
	parts.measure = (Measure) ((key.packed >> MEASURE_SHIFT) & 0xf);
	parts.name = has_name ? key.name : NULL;
	parts.start = has_name ? 0 : (DateADT) (uint32) key.packed;
	return parts;
}

/*
 * Values stand in an array in the order in which they came up; a table of slots
 * finds them.
 */
typedef struct CounterValue
{
	CounterKey	key;
	int64		initial;
	int64		delta;
	int64		limit;			/* in force for what was added, -1: none */
	int			used_index;		/* in what was handed in, -1: not there */
	int			last_bill;		/* that was counted, -1: none */
} CounterValue;

typedef struct Counters
{
	const Terms *terms;
	const Used *used;
	int			n_values;
	int			n_allocated;
	CounterValue *values;
	int			shift;			/* a mixed key by it: its first slot */
	uint32		mask;			/* of slots, open addressing */
	uint32	   *slots;			/* index in values + 1, 0: free */
} Counters;

/*
 * counters_first_slot says where the search for a key begins: the upper bits of a
 * product depend on all bits below.
 */
static inline uint32
counters_first_slot(const Counters *counters, uint64 packed)
{
	return (uint32) ((packed * UINT64CONST(0x9E3779B97F4A7C15)) >>
					 counters->shift);
}

/*
 * counters_find_slot finds the slot of a key, or the free one where it would go.
 */
static inline uint32 *
counters_find_slot(const Counters *counters, const CounterKey *key)
{
	uint32		slot = counters_first_slot(counters, key->packed);

	while (counters->slots[slot] != 0)
	{
		const CounterKey *other =
			&counters->values[counters->slots[slot] - 1].key;

		if (other->packed == key->packed &&
			(!counter_kind_has_name(counter_kind(key->packed)) ||
			 (key->name != NULL && strcmp(other->name, key->name) == 0)))
			break;
		slot = (slot + 1) & counters->mask;
	}
	return &counters->slots[slot];
}

/*
 * counters_find finds the value of a key, NULL for none.
 */
static inline CounterValue *
counters_find(const Counters *counters, const CounterKey *key)
{
	uint32		index = *counters_find_slot(counters, key);

	return index == 0 ? NULL : &counters->values[index - 1];
}

/*
 * counters_get says what stands in a counter now.
 */
static inline int64
counters_get(const Counters *counters, const CounterKey *key)
{
	const CounterValue *value = counters_find(counters, key);

	return value ? value->initial + value->delta : 0;
}


extern Counters *counters_open(const Terms *terms, const Used *used);
extern bool counters_last_event(const Counters *counters, int counter,
								DateADT *last);
extern bool counters_has_visit(const Counters *counters,
							   const CounterKey *key, int bill);
extern void counters_add(Counters *counters, const CounterKey *key,
						 int64 delta, int64 limit);
extern void counters_add_visit(Counters *counters, const CounterKey *key,
							   int bill, int64 limit);
extern void counters_close(const Counters *counters, ClaimResult *result);

#endif							/* ASSURE_BENEFIT_COUNTERS_H */
