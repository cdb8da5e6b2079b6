/*-------------------------------------------------------------------------
 *
 * builtin_range.c
 *		Functions of FEEL that relate points and ranges, and range().
 *
 * A point is the range from itself to itself.  An end of a range is a place: the
 * value, or, if it is not included, just behind a start, just before an end.  So
 * every relation is a comparison of places, whether ends are included or not.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/builtin.h"

extern const FeelBuiltin builtin_range[];

/* A place on the line of values. */
typedef struct Place
{
	FeelValue	value;
	int			nudge;			/* -1 just before it, 0 there, 1 just behind it */
	int			infinite;		/* -1 before, 1 behind all values; 0: neither */
} Place;

typedef struct Span
{
	Place		start;
	Place		end;
} Span;

/*
 * to_span gives the places of a point or range; false: a range has none.
 */
static bool
to_span(FeelValue value, Span *span)
{
	const FeelRange *range = value.u.range;

	memset(span, 0, sizeof(*span));
	if (value.kind != FEEL_RANGE)
	{
		span->start.value = value;
		span->end.value = value;
		return true;
	}
	span->start.value = range->low;
	span->start.nudge = range->low_included ? 0 : 1;
	span->end.value = range->high;
	span->end.nudge = range->high_included ? 0 : -1;
	if (range->form == FEEL_RANGE_LESS)
		span->start.infinite = -1;
	else if (range->low.kind == FEEL_NULL)
		return false;
	if (range->form == FEEL_RANGE_GREATER)
		span->end.infinite = 1;
	else if (range->high.kind == FEEL_NULL)
		return false;
	return range->form != FEEL_RANGE_UNEQUAL;
}

/*
 * compare_places sets *order; false: the values do not compare.
 */
static bool
compare_places(FeelState *state, Place a, Place b, int *order)
{
	if (a.infinite != 0 || b.infinite != 0)
	{
		*order = a.infinite - b.infinite;
		return true;
	}
	if (!feel_compare(state, a.value, b.value, order))
		return false;
	if (*order == 0)
		*order = a.nudge - b.nudge;
	return true;
}

/* How the places of a and b stand: each is < 0, 0, > 0. */
typedef struct Relation
{
	int			starts;			/* a's start to b's start */
	int			ends;			/* a's end to b's end */
	int			start_end;		/* a's start to b's end */
	int			end_start;		/* a's end to b's start */
} Relation;

/*
 * relate compares all places of two points or ranges.
 */
static bool
relate(FeelState *state, const FeelValue *args, Relation *relation)
{
	Span		a,
				b;

	return to_span(args[0], &a) && to_span(args[1], &b) &&
		compare_places(state, a.start, b.start, &relation->starts) &&
		compare_places(state, a.end, b.end, &relation->ends) &&
		compare_places(state, a.start, b.end, &relation->start_end) &&
		compare_places(state, a.end, b.start, &relation->end_start);
}

/*
 * no_relation gives null: points and ranges of different kinds.
 */
static FeelValue
no_relation(FeelState *state)
{
	return feel_null(state, "these points or ranges do not compare");
}

/* Defines the function builtin_<name>: condition over Relation r. */
#define RELATION(name, condition) \
static FeelValue \
builtin_##name(FeelState *state, const FeelValue *args, int count) \
{ \
	Relation	r; \
 \
	if (!relate(state, args, &r)) \
		return no_relation(state); \
	return value_from_bool(condition); \
}

RELATION(before, r.end_start < 0)
RELATION(after, r.start_end > 0)
RELATION(meets, r.end_start == 0)
RELATION(met_by, r.start_end == 0)
RELATION(overlaps, r.end_start >= 0 && r.start_end <= 0)
RELATION(overlaps_before, r.starts < 0 && r.end_start >= 0 && r.ends <= 0)
RELATION(overlaps_after, r.starts > 0 && r.start_end <= 0 && r.ends >= 0)
RELATION(finishes, r.ends == 0 && r.starts >= 0)
RELATION(finished_by, r.ends == 0 && r.starts <= 0)
RELATION(includes, r.starts <= 0 && r.ends >= 0)
RELATION(during, r.starts >= 0 && r.ends <= 0)
RELATION(starts, r.starts == 0 && r.ends <= 0)
RELATION(started_by, r.starts == 0 && r.ends >= 0)
RELATION(coincides, r.starts == 0 && r.ends == 0)

/* ---- range("[1..10]") ---- */

typedef struct RangeText
{
	const char *at;
	const char *end;
} RangeText;

/*
 * skip_spaces skips white space.
 */
static void
skip_spaces(RangeText *text)
{
	while (text->at < text->end && strchr(" \t\n\r", *text->at) != NULL && *text->at != '\0')
		text->at++;
}

/*
 * take_text takes a text if it comes next.
 */
static bool
take_text(RangeText *text, const char *wanted)
{
	size_t		bytes = strlen(wanted);

	skip_spaces(text);
	if ((size_t) (text->end - text->at) < bytes || memcmp(text->at, wanted, bytes) != 0)
		return false;
	text->at += bytes;
	return true;
}

/*
 * take_string takes a string in quotes, with \" and \\ in it.
 */
static bool
take_string(FeelState *state, RangeText *text, FeelString *string)
{
	FeelBuffer	buffer;

	if (!take_text(text, "\""))
		return false;
	buffer_begin(&buffer, feel_arena(state));
	for (; text->at < text->end && *text->at != '"'; text->at++)
	{
		if (*text->at == '\\' && (++text->at == text->end || strchr("\"\\'", *text->at) == NULL))
			return false;
		buffer_append_char(&buffer, *text->at);
	}
	*string = buffer_string(&buffer);
	return take_text(text, "\"");
}

/*
 * take_number takes a number; what follows may be the two points.
 */
static bool
take_number(RangeText *text, FeelValue *value)
{
	const char *start;
	FeelNumber	number;

	skip_spaces(text);
	start = text->at;
	while (text->at < text->end &&
		   (strchr("+-0123456789eE", *text->at) != NULL ||
			(*text->at == '.' && text->at + 1 < text->end && text->at[1] != '.')))
		text->at++;
	if (!number_parse(start, (size_t) (text->at - start), &number))
		return false;
	*value = value_from_number(number);
	return true;
}

/*
 * take_endpoint takes what may stand at the end of a range: a number, a string,
 * @"..." or one of the functions that read a date, time or duration.
 */
static bool
take_endpoint(FeelState *state, RangeText *text, FeelValue *value)
{
	static const struct
	{
		const char *call;
		uint32		kinds;
	}			calls[] = {
		{"date and time(", 1 << FEEL_DATE_TIME},
		{"date(", 1 << FEEL_DATE},
		{"time(", 1 << FEEL_TIME},
		{"duration(", 1 << FEEL_DAYS_DURATION | 1 << FEEL_MONTHS_DURATION}
	};
	FeelString	string;

	skip_spaces(text);
	if (text->at < text->end && *text->at == '"')
	{
		if (!take_string(state, text, &string))
			return false;
		*value = value_from_string(string);
		return true;
	}
	if (take_text(text, "@"))
	{
		if (!take_string(state, text, &string))
			return false;
		*value = feel_temporal_literal(state, string);
		return value->kind != FEEL_NULL;
	}
	for (size_t i = 0; i < lengthof(calls); i++)
		if (take_text(text, calls[i].call))
		{
			if (!take_string(state, text, &string) || !take_text(text, ")"))
				return false;
			*value = feel_temporal_literal(state, string);
			return (calls[i].kinds & ((uint32) 1 << value->kind)) != 0;
		}
	return take_number(text, value);
}

/*
 * builtin_range_of reads a range from a text.
 */
static FeelValue
builtin_range_of(FeelState *state, const FeelValue *args, int count)
{
	FeelString	string = args[0].u.string;
	RangeText	text = {string.data, string.data + string.length};
	FeelRange	range = {.form = FEEL_RANGE_INTERVAL};
	int			order;

	feel_step(state, string.length);
	range.low_included = take_text(&text, "[");
	if (!range.low_included && !take_text(&text, "(") && !take_text(&text, "]"))
		return feel_null(state, "a range begins with a bracket");
	if (!take_endpoint(state, &text, &range.low) || !take_text(&text, "..") ||
		!take_endpoint(state, &text, &range.high))
		return feel_null(state, "a range has two ends, with two points between them");
	range.high_included = take_text(&text, "]");
	if (!range.high_included && !take_text(&text, ")") && !take_text(&text, "["))
		return feel_null(state, "a range ends with a bracket");
	skip_spaces(&text);
	if (text.at != text.end)
		return feel_null(state, "something follows the range");
	if (range.low.kind != range.high.kind ||
		!feel_compare(state, range.low, range.high, &order) || order > 0)
		return feel_null(state, "the range ends before it begins, or its ends do not compare");
	return value_from_range(feel_arena(state), range);
}

#define POINT	"number|string|date|time|datetime|days|months"
#define POINTS(name, function) \
	{name, "point1: " POINT ", point2: " POINT, function}
#define POINT_RANGE(name, function) \
	{name, "point: " POINT ", range: range", function}
#define RANGE_POINT(name, function) \
	{name, "range: range, point: " POINT, function}
#define RANGES(name, function) \
	{name, "range1: range, range2: range", function}

const FeelBuiltin builtin_range[] = {
	POINTS("before", builtin_before),
	POINT_RANGE("before", builtin_before),
	RANGE_POINT("before", builtin_before),
	RANGES("before", builtin_before),
	POINTS("after", builtin_after),
	POINT_RANGE("after", builtin_after),
	RANGE_POINT("after", builtin_after),
	RANGES("after", builtin_after),
	RANGES("meets", builtin_meets),
	RANGES("met by", builtin_met_by),
	RANGES("overlaps", builtin_overlaps),
	RANGES("overlaps before", builtin_overlaps_before),
	RANGES("overlaps after", builtin_overlaps_after),
	POINT_RANGE("finishes", builtin_finishes),
	RANGES("finishes", builtin_finishes),
	RANGE_POINT("finished by", builtin_finished_by),
	RANGES("finished by", builtin_finished_by),
	RANGE_POINT("includes", builtin_includes),
	RANGES("includes", builtin_includes),
	POINT_RANGE("during", builtin_during),
	RANGES("during", builtin_during),
	POINT_RANGE("starts", builtin_starts),
	RANGES("starts", builtin_starts),
	RANGE_POINT("started by", builtin_started_by),
	RANGES("started by", builtin_started_by),
	POINTS("coincides", builtin_coincides),
	RANGES("coincides", builtin_coincides),
	{"range", "from: string", builtin_range_of},
	{NULL}
};
