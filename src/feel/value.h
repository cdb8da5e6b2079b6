/*-------------------------------------------------------------------------
 *
 * value.h
 *		Values of FEEL.
 *
 * A FeelValue is small and copied freely; what it points to lives in the arena
 * of the evaluation, in that of the program (constants), or with the host
 * (strings of a jsonb document), and is never changed once it is a value.
 *
 * Lists and contexts may be lazy: their items are in the host's data until
 * someone asks.  So items are read by list_items/list_at and context_get,
 * context_entries only, never from the struct.
 *
 * Temporal values are read by value_date(v), value_time(v) ... and made by
 * value_from_date(arena, date) ...: how they are held is value.c's matter.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_VALUE_H
#define ASSURE_FEEL_VALUE_H

#include "postgres.h"

#include "feel/arena.h"
#include "feel/number.h"
#include "feel/temporal.h"

typedef enum FeelKind
{
	FEEL_NULL,
	FEEL_BOOLEAN,
	FEEL_NUMBER,
	FEEL_STRING,
	FEEL_DATE,
	FEEL_TIME,
	FEEL_DATE_TIME,
	FEEL_DAYS_DURATION,
	FEEL_MONTHS_DURATION,
	FEEL_LIST,
	FEEL_CONTEXT,
	FEEL_RANGE,
	FEEL_FUNCTION,
	FEEL_UNBOUND				/* a slot that nobody asked for yet; never seen by functions */
} FeelKind;

/* UTF-8, not terminated; chars is the number of code points or -1: not counted yet */
typedef struct FeelString
{
	const char *data;
	int32		length;
	int32		chars;
} FeelString;

typedef struct FeelList FeelList;
typedef struct FeelContext FeelContext;
typedef struct FeelRange FeelRange;
typedef struct FeelFunction FeelFunction;
typedef struct FeelState FeelState;

typedef struct FeelValue
{
	uint8		kind;			/* FeelKind */
	bool		absent;			/* of a null: an optional argument that was not given */
	union
	{
		bool		boolean;
		FeelNumber	number;
		FeelString	string;
		FeelDate	date;
		FeelMonthsDuration months;
		const FeelTime *time;
		const FeelDateTime *date_time;
		const FeelDaysDuration *days;
		FeelList   *list;
		FeelContext *context;
		const FeelRange *range;
		const FeelFunction *function;
	}			u;
} FeelValue;

/* An entry of a context, in the order in which they were made. */
typedef struct FeelEntry
{
	FeelString	key;
	FeelValue	value;
} FeelEntry;

/*
 * An interval, or a comparison that is used as one: (< 5) has no low end, (= 5)
 * has both, and (!= 5) has neither: its operand is in high.  An end that is null
 * is open to that side.
 */
typedef enum FeelRangeForm
{
	FEEL_RANGE_INTERVAL,
	FEEL_RANGE_LESS,			/* < and <=: only high */
	FEEL_RANGE_GREATER,			/* > and >=: only low */
	FEEL_RANGE_EQUAL,			/* both ends are the operand */
	FEEL_RANGE_UNEQUAL
} FeelRangeForm;

struct FeelRange
{
	FeelValue	low;
	FeelValue	high;
	bool		low_included;
	bool		high_included;
	uint8		form;			/* FeelRangeForm */
};

/*
 * What a host gives for a list or context of its own.  All are called within
 * an evaluation; values may be lazy in turn.
 */
typedef struct FeelLazyList
{
	void		(*fill) (FeelState *state, void *data, FeelValue *items);
} FeelLazyList;

typedef struct FeelLazyContext
{
	/* false: no such key */
	bool		(*get) (FeelState *state, void *data, FeelString key, FeelValue *value);
	void		(*fill) (FeelState *state, void *data, FeelEntry *entries);
} FeelLazyContext;

static inline FeelValue
value_null(void)
{
	FeelValue	v;

	v.kind = FEEL_NULL;
	v.absent = false;
	return v;
}

static inline FeelValue
value_from_bool(bool b)
{
	FeelValue	v;

	v.kind = FEEL_BOOLEAN;
	v.absent = false;
	v.u.boolean = b;
	return v;
}

static inline FeelValue
value_from_number(FeelNumber n)
{
	FeelValue	v;

	v.kind = FEEL_NUMBER;
	v.absent = false;
	v.u.number = n;
	return v;
}

static inline FeelValue
value_from_int64(int64 n)
{
	return value_from_number(number_from_int64(n));
}

static inline FeelValue
value_from_string(FeelString s)
{
	FeelValue	v;

	v.kind = FEEL_STRING;
	v.absent = false;
	v.u.string = s;
	return v;
}

/* ---- strings ---- */

/* A string over bytes that live long enough; no copy. */
static inline FeelString
feel_string(const char *data, size_t length)
{
	FeelString	s = {data, (int32) length, -1};

	return s;
}

#define FEEL_STRING_LITERAL(text) feel_string(text, sizeof(text) - 1)

extern bool string_equal(FeelString a, FeelString b);
extern int	string_compare(FeelString a, FeelString b);		/* by code point, which is by byte in UTF-8 */
extern int32 string_chars(FeelString s);					/* code points */
extern FeelString string_copy(FeelArena *arena, FeelString s);
extern const char *string_c(FeelArena *arena, FeelString s);	/* terminated */

/* A growing string: bytes are appended, the result is one FeelString. */
typedef struct FeelBuffer
{
	FeelArena  *arena;
	char	   *data;
	size_t		length;
	size_t		size;
} FeelBuffer;

extern void buffer_begin(FeelBuffer *buffer, FeelArena *arena);
extern void buffer_append(FeelBuffer *buffer, const char *data, size_t length);
extern void buffer_append_string(FeelBuffer *buffer, FeelString s);
extern void buffer_append_char(FeelBuffer *buffer, char c);
extern void buffer_append_code_point(FeelBuffer *buffer, uint32 c);
extern FeelString buffer_string(const FeelBuffer *buffer);

/* ---- temporal values ---- */

extern FeelValue value_from_date(FeelDate date);
extern FeelValue value_from_time(FeelArena *arena, FeelTime time);
extern FeelValue value_from_date_time(FeelArena *arena, FeelDateTime date_time);
extern FeelValue value_from_days(FeelArena *arena, FeelDaysDuration days);
extern FeelValue value_from_months(FeelMonthsDuration months);

#define value_date(v) ((v).u.date)
#define value_time(v) (*(v).u.time)
#define value_date_time(v) (*(v).u.date_time)
#define value_days(v) (*(v).u.days)
#define value_months(v) ((v).u.months)

/* ---- lists ---- */

/* A list of count items that the caller fills through *items before anyone sees it. */
extern FeelValue value_new_list(FeelArena *arena, int32 count, FeelValue **items);
extern FeelValue value_lazy_list(FeelArena *arena, const FeelLazyList *lazy, void *data, int32 count);
extern int32 list_count(FeelValue list);
extern const FeelValue *list_items(FeelState *state, FeelValue list);

/* A list that grows; its items move, so keep no pointer to them. */
typedef struct FeelListBuilder
{
	FeelArena  *arena;
	FeelValue  *items;
	int32		count;
	int32		size;
} FeelListBuilder;

extern void list_begin(FeelListBuilder *builder, FeelArena *arena);
extern void list_append(FeelListBuilder *builder, FeelValue item);
extern FeelValue list_end(FeelListBuilder *builder);

/* ---- contexts ---- */

extern FeelValue value_new_context(FeelArena *arena, int32 count, FeelEntry **entries);
extern FeelValue value_lazy_context(FeelArena *arena, const FeelLazyContext *lazy, void *data, int32 count);
extern int32 context_count(FeelValue context);
extern const FeelEntry *context_entries(FeelState *state, FeelValue context);
extern bool context_get(FeelState *state, FeelValue value, FeelString key, FeelValue *result);

/* A copy with one entry set (replaced in place, or added last). */
extern FeelValue context_put(FeelState *state, FeelValue value, FeelString key, FeelValue item);

/* ---- ranges ---- */

extern FeelValue value_from_range(FeelArena *arena, FeelRange range);

/* ---- comparing (compare.c) ---- */

/*
 * Three-valued: FEEL_TRUE, FEEL_FALSE, or FEEL_UNKNOWN where kinds do not go
 * together.  Null equals null only.
 */
typedef enum FeelTruth
{
	FEEL_FALSE = 0,
	FEEL_TRUE = 1,
	FEEL_UNKNOWN = -1
} FeelTruth;

extern FeelTruth feel_equal(FeelState *state, FeelValue a, FeelValue b);

/* False: not comparable.  *order is < 0, 0, > 0. */
extern bool feel_compare(FeelState *state, FeelValue a, FeelValue b, int *order);

/* Is the value in the range? */
extern FeelTruth feel_in_range(FeelState *state, FeelValue value, const FeelRange *range);

/* The name of a value's kind, for messages: "number", "date and time" ... */
extern const char *feel_kind_name(int kind);

/* The text that string() gives; strings inside lists and contexts are quoted. */
extern FeelString feel_to_string(FeelState *state, FeelValue value);

#endif							/* ASSURE_FEEL_VALUE_H */
