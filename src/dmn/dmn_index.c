/*-------------------------------------------------------------------------
 *
 * dmn_index.c
 *		Which rules of a decision table match, without asking each.
 *
 * bound	a value at which a constant test of a column begins or ends
 * cell		the bounds of a column cut its values into cells: 2i is what lies
 *			below bound i (and above the one before it), 2i + 1 is bound i itself
 * span		cells from one to another; a constant test is a span or some of them
 *
 * The value of an input lies in one cell, found by a binary search, and a test
 * of constants holds for all of a cell or for none of it.  So each cell has the
 * rules whose test of this column holds there: as a list where they are few,
 * else as bits.  The column that leaves the fewest rules proposes them; a
 * proposed rule is checked in the other columns by comparing cell numbers, and
 * only then are its tests run that are more than constants.
 *
 * A column has one kind of values; a test of another kind is a program like
 * any other.  A value of another kind (null, mostly) has no cell: its tests are
 * run, but for null, which lies in no interval.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "port/pg_bitutils.h"
#include "storage/shmem.h"

#include "dmn/dmn_index.h"

#define CELLS_BYTES_MAX (8 * 1024 * 1024)	/* of one column; a larger one is only compared */
#define DENSE_WORDS_MIN 4		/* so many words of bits are always kept as bits */
#define LIST_SHARE 32			/* fewer rules than one in so many: a list */
#define NO_CELL (-1)

/* ---- building ---- */

/*
 * is_indexed tells kinds whose values have one order.
 */
static bool
is_indexed(int kind)
{
	return kind == FEEL_NUMBER || kind == FEEL_STRING || kind == FEEL_BOOLEAN || kind == FEEL_DATE ||
		kind == FEEL_DAYS_DURATION || kind == FEEL_MONTHS_DURATION;
}

/*
 * compare_values orders two values of one indexed kind.
 */
static inline int
compare_values(FeelState *state, FeelValue a, FeelValue b)
{
	int			order = 0;

	if (a.kind == FEEL_NUMBER)
		return number_compare(a.u.number, b.u.number);
	if (a.kind == FEEL_STRING)
		return string_compare(a.u.string, b.u.string);
	if (a.kind == FEEL_BOOLEAN)
		return (int) a.u.boolean - (int) b.u.boolean;
	feel_compare(state, a, b, &order);
	return order;
}

/*
 * range_kind is the kind of a range's ends; FEEL_NULL: it has none.
 */
static int
range_kind(const FeelRange *range)
{
	return range->low.kind != FEEL_NULL ? range->low.kind : range->high.kind;
}

/*
 * test_fits tells whether a test is made of ranges of the kind.
 */
static bool
test_fits(const DmnTest *test, int kind)
{
	if (!test->is_constant || test->intervals.is_any)
		return test->is_constant;
	for (int i = 0; i < test->intervals.count; i++)
	{
		const FeelRange *range = &test->intervals.ranges[i];

		if (range_kind(range) != kind || (range->low.kind != FEEL_NULL && range->high.kind != FEEL_NULL && range->low.kind != range->high.kind))
			return false;
	}
	return true;
}

/*
 * column_kind is the kind of the first constant test of a column.
 */
static int
column_kind(const DmnTable *table, int input)
{
	for (int rule = 0; rule < table->rule_count; rule++)
	{
		const DmnTest *test = &table->tests[(size_t) rule * table->input_count + input];

		if (test->is_constant && !test->intervals.is_any && test->intervals.count > 0 && is_indexed(range_kind(test->intervals.ranges)))
			return range_kind(test->intervals.ranges);
	}
	return FEEL_NULL;
}

/*
 * compare_bounds is compare_values for qsort_arg.
 */
static int
compare_bounds(const void *a, const void *b, void *state)
{
	return compare_values(state, *(const FeelValue *) a, *(const FeelValue *) b);
}

/*
 * bounds_build gathers, orders and reduces the bounds of a column.
 */
static void
bounds_build(FeelState *state, const DmnTable *table, int input, IndexColumn *column)
{
	size_t		count = 0;

	for (int rule = 0; rule < table->rule_count; rule++)
		count += table->tests[(size_t) rule * table->input_count + input].intervals.count;
	column->bounds = palloc_extended(mul_size(sizeof(FeelValue), Max(count * 2, 1)), MCXT_ALLOC_HUGE);
	for (int rule = 0; rule < table->rule_count; rule++)
	{
		const DmnTest *test = &table->tests[(size_t) rule * table->input_count + input];

		for (int i = 0; test_fits(test, column->kind) && i < test->intervals.count; i++)
		{
			const FeelRange *range = &test->intervals.ranges[i];

			if (range->low.kind != FEEL_NULL)
				column->bounds[column->bound_count++] = range->low;
			if (range->high.kind != FEEL_NULL)
				column->bounds[column->bound_count++] = range->high;
		}
	}
	qsort_arg(column->bounds, column->bound_count, sizeof(FeelValue), compare_bounds, state);
	count = 0;
	for (int i = 0; i < column->bound_count; i++)
		if (count == 0 || compare_values(state, column->bounds[count - 1], column->bounds[i]) != 0)
			column->bounds[count++] = column->bounds[i];
	column->bound_count = count;
	column->cell_count = 2 * count + 1;
}

/*
 * scale_number brings a small number to a scale; false: it does not fit.
 */
static inline bool
scale_number(FeelNumber number, uint64 scale, int64 *result)
{
	int64		value = number.coefficient;

	if (!number_is_small(number) || number.form > scale)
		return false;
	for (uint64 s = number.form; s < scale; s++)
		if (pg_mul_s64_overflow(value, 10, &value))
			return false;
	*result = value;
	return true;
}

/*
 * scaled_build keeps number bounds as integers of one scale, if that goes.
 */
static void
scaled_build(IndexColumn *column)
{
	uint64		scale = 0;
	int64	   *scaled;

	if (column->kind != FEEL_NUMBER)
		return;
	for (int i = 0; i < column->bound_count; i++)
		if (number_is_small(column->bounds[i].u.number))
			scale = Max(scale, column->bounds[i].u.number.form);
	scaled = palloc(mul_size(sizeof(int64), Max(column->bound_count, 1)));
	for (int i = 0; i < column->bound_count; i++)
		if (!scale_number(column->bounds[i].u.number, scale, &scaled[i]))
			return;
	column->scaled = scaled;
	column->scale = scale;
}

/*
 * cell_of finds the cell of a value of the column's kind.
 */
static int
cell_of(FeelState *state, const IndexColumn *column, FeelValue value)
{
	int			low = 0;
	int			high = column->bound_count;
	int64		number;

	if (column->scaled != NULL && scale_number(value.u.number, column->scale, &number))
	{
		while (low < high)
		{
			int			middle = (low + high) / 2;

			if (column->scaled[middle] < number)
				low = middle + 1;
			else
				high = middle;
		}
		return 2 * low + (low < column->bound_count && column->scaled[low] == number);
	}
	while (low < high)
	{
		int			middle = (low + high) / 2;
		int			order = compare_values(state, column->bounds[middle], value);

		if (order == 0)
			return 2 * middle + 1;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return 2 * low;
}

/*
 * span_of_range gives the cells of a range.
 */
static IndexSpan
span_of_range(FeelState *state, const IndexColumn *column, const FeelRange *range)
{
	IndexSpan	span = {0, column->cell_count - 1, 0, 0};

	if (range->low.kind != FEEL_NULL)
		span.low = cell_of(state, column, range->low) + (range->low_included ? 0 : 1);
	if (range->high.kind != FEEL_NULL)
		span.high = cell_of(state, column, range->high) - (range->high_included ? 0 : 1);
	return span;
}

/*
 * compare_spans orders spans by where they begin.
 */
static int
compare_spans(const void *a, const void *b)
{
	const IndexSpan *x = a;
	const IndexSpan *y = b;

	return (x->low > y->low) - (x->low < y->low);
}

/*
 * spans_merge makes spans that touch one another one, drops empty ones, and
 * returns how many are left.
 */
static int
spans_merge(IndexSpan *spans, int count)
{
	int			kept = 0;

	qsort(spans, count, sizeof(IndexSpan), compare_spans);
	for (int i = 0; i < count; i++)
	{
		if (spans[i].high < spans[i].low)
			continue;
		if (kept > 0 && spans[i].low <= spans[kept - 1].high + 1)
			spans[kept - 1].high = Max(spans[kept - 1].high, spans[i].high);
		else
			spans[kept++] = spans[i];
	}
	return kept;
}

/*
 * spans_complement gives the cells outside of merged spans; there is room for
 * one more.
 */
static int
spans_complement(IndexSpan *spans, int count, int cell_count)
{
	int			low = 0;
	int			kept = 0;

	for (int i = 0; i <= count; i++)
	{
		int			high = i < count ? spans[i].low - 1 : cell_count - 1;
		int			next = i < count ? spans[i].high + 1 : cell_count;

		if (low <= high)
			spans[kept++] = (IndexSpan) {low, high, 0, 0};
		low = next;
	}
	return kept;
}

/*
 * extras_add keeps several spans of a test, and returns where.
 */
static int
extras_add(IndexColumn *column, const IndexSpan *spans, int count)
{
	int			first = column->extra_count;

	if (column->extra_count + count > column->extra_capacity)
	{
		column->extra_capacity = Max(column->extra_capacity * 2, column->extra_count + count + 16);
		column->extras = column->extras ? repalloc_huge(column->extras, mul_size(sizeof(IndexSpan), column->extra_capacity))
			: palloc_extended(mul_size(sizeof(IndexSpan), column->extra_capacity), MCXT_ALLOC_HUGE);
	}
	memcpy(column->extras + first, spans, sizeof(IndexSpan) * count);
	column->extra_count += count;
	return first;
}

/*
 * test_span gives the cells in which a test holds: one span, or more as extras.
 * A test that is a program may hold anywhere.
 */
static IndexSpan
test_span(FeelState *state, IndexColumn *column, const DmnTest *test)
{
	IndexSpan	all = {0, column->cell_count - 1, 0, 0};
	IndexSpan  *spans;
	int			count = test->intervals.count;

	if (!test_fits(test, column->kind) || test->intervals.is_any)
		return all;
	spans = palloc(mul_size(sizeof(IndexSpan), count + 1));
	for (int i = 0; i < count; i++)
		spans[i] = span_of_range(state, column, &test->intervals.ranges[i]);
	count = spans_merge(spans, count);
	if (test->intervals.negated)
		count = spans_complement(spans, count, column->cell_count);
	if (count == 0)
		all = (IndexSpan) {1, 0, 0, 0};
	else
	{
		all.low = spans[0].low;
		all.high = spans[count - 1].high;
		if (count > 1)
		{
			all.extra = extras_add(column, spans, count);
			all.extra_count = count;
		}
	}
	pfree(spans);
	return all;
}

typedef struct IndexEvent
{
	int32		cell;
	int32		rule;
	bool		begins;
} IndexEvent;

/*
 * compare_events orders events by cell.
 */
static int
compare_events(const void *a, const void *b)
{
	const IndexEvent *x = a;
	const IndexEvent *y = b;

	return (x->cell > y->cell) - (x->cell < y->cell);
}

/*
 * events_build lists where the spans of a column begin and where they have
 * ended, in order of cells.
 */
static IndexEvent *
events_build(const IndexColumn *column, int rule_count, size_t *count)
{
	IndexEvent *events = palloc_extended(mul_size(sizeof(IndexEvent) * 2, (size_t) rule_count + column->extra_count + 1), MCXT_ALLOC_HUGE);
	size_t		n = 0;

	for (int rule = 0; rule < rule_count; rule++)
	{
		const IndexSpan *span = &column->spans[rule];
		const IndexSpan *spans = span->extra_count > 0 ? column->extras + span->extra : span;

		for (int i = 0; i < Max(span->extra_count, 1); i++)
			if (spans[i].low <= spans[i].high)
			{
				events[n++] = (IndexEvent) {spans[i].low, rule, true};
				events[n++] = (IndexEvent) {spans[i].high + 1, rule, false};
			}
	}
	qsort(events, n, sizeof(IndexEvent), compare_events);
	*count = n;
	return events;
}

/*
 * cell_build makes a cell of the rules whose bits are set, and returns its
 * bytes.
 */
static size_t
cell_build(IndexCell *cell, const uint64 *bits, int word_count, int count)
{
	cell->count = count;
	if (word_count <= DENSE_WORDS_MIN || count > word_count * 64 / LIST_SHARE)
	{
		uint64	   *copy = palloc(sizeof(uint64) * word_count);

		memcpy(copy, bits, sizeof(uint64) * word_count);
		cell->bits = copy;
		return sizeof(uint64) * word_count;
	}
	else
	{
		int32	   *list = palloc(sizeof(int32) * Max(count, 1));
		int			n = 0;

		for (int word = 0; word < word_count; word++)
			for (uint64 rest = bits[word]; rest != 0; rest &= rest - 1)
				list[n++] = word * 64 + pg_rightmost_one_pos64(rest);
		cell->list = list;
		return sizeof(int32) * count;
	}
}

/*
 * cells_build sweeps over the cells of a column with the rules that hold there,
 * and gives up when they would take too much.
 */
static void
cells_build(IndexColumn *column, int rule_count, int word_count)
{
	uint64	   *bits = palloc0(sizeof(uint64) * Max(word_count, 1));
	size_t		event_count;
	IndexEvent *events = events_build(column, rule_count, &event_count);
	size_t		next = 0;
	size_t		bytes = mul_size(sizeof(IndexCell), column->cell_count);
	int			count = 0;

	column->cells = palloc0(bytes);
	for (int cell = 0; cell < column->cell_count && column->cells != NULL; cell++)
	{
		bool		changed = cell == 0;

		for (; next < event_count && events[next].cell == cell; next++)
		{
			uint64		bit = UINT64CONST(1) << (events[next].rule % 64);

			if (events[next].begins)
				bits[events[next].rule / 64] |= bit;
			else
				bits[events[next].rule / 64] &= ~bit;
			count += events[next].begins ? 1 : -1;
			changed = true;
		}
		if (changed)
			bytes += cell_build(&column->cells[cell], bits, word_count, count);
		else
			column->cells[cell] = column->cells[cell - 1];
		if (bytes > CELLS_BYTES_MAX)
			column->cells = NULL;
	}
	pfree(events);
	pfree(bits);
}

/*
 * residuals_build lists by rule the inputs whose tests are programs.
 */
static void
residuals_build(DmnIndex *index, const DmnTable *table)
{
	size_t		count = 0;

	index->residual_first = palloc(mul_size(sizeof(int), (size_t) table->rule_count + 1));
	for (int pass = 0; pass < 2; pass++)
	{
		if (pass == 1)
			index->residuals = palloc_extended(mul_size(sizeof(int), Max(count, 1)), MCXT_ALLOC_HUGE);
		count = 0;
		for (int rule = 0; rule < table->rule_count; rule++)
		{
			index->residual_first[rule] = count;
			for (int input = 0; input < table->input_count; input++)
				if (!test_fits(&table->tests[(size_t) rule * table->input_count + input], index->columns[input].kind))
				{
					if (pass == 1)
						index->residuals[count] = input;
					count++;
				}
		}
		index->residual_first[table->rule_count] = count;
	}
}

/*
 * dmn_index_build builds the index of a table in the current memory context.
 */
DmnIndex *
dmn_index_build(FeelState *state, const DmnTable *table)
{
	DmnIndex   *index = palloc0(sizeof(DmnIndex));

	index->word_count = (table->rule_count + 63) / 64;
	index->columns = palloc0(mul_size(sizeof(IndexColumn), Max(table->input_count, 1)));
	for (int input = 0; input < table->input_count; input++)
	{
		IndexColumn *column = &index->columns[input];

		column->kind = column_kind(table, input);
		if (column->kind == FEEL_NULL)
			continue;
		bounds_build(state, table, input, column);
		scaled_build(column);
		column->spans = palloc(mul_size(sizeof(IndexSpan), Max(table->rule_count, 1)));
		for (int rule = 0; rule < table->rule_count; rule++)
			column->spans[rule] = test_span(state, column, &table->tests[(size_t) rule * table->input_count + input]);
		cells_build(column, table->rule_count, index->word_count);
	}
	residuals_build(index, table);
	return index;
}

/* ---- matching ---- */

typedef struct IndexMatch
{
	FeelState  *state;
	DmnActivation *activation;
	const DmnTable *table;
	const FeelValue *values;
	int		   *cells;			/* by input, or NO_CELL */
	bool		bits_done;		/* columns with bits have been looked at */
} IndexMatch;

/*
 * span_holds tells whether a cell is in a test's span.
 */
static inline bool
span_holds(const IndexColumn *column, const IndexSpan *span, int cell)
{
	if (cell < span->low || cell > span->high)
		return false;
	if (span->extra_count == 0)
		return true;
	for (int i = 0; i < span->extra_count; i++)
		if (cell >= column->extras[span->extra + i].low && cell <= column->extras[span->extra + i].high)
			return true;
	return false;
}

/*
 * misfit_holds runs a constant test on a value that has no cell.
 */
static bool
misfit_holds(const IndexMatch *match, const DmnTest *test, FeelValue value)
{
	if (test->intervals.is_any)
		return true;
	if (value.kind == FEEL_NULL && !test->intervals.negated)
		return false;
	return dmn_test_holds(match->state, match->activation, test, value);
}

/*
 * rule_holds checks a proposed rule.
 */
static bool
rule_holds(const IndexMatch *match, int rule)
{
	const DmnTable *table = match->table;
	const DmnIndex *index = table->index;

	for (int input = 0; input < table->input_count; input++)
	{
		const IndexColumn *column = &index->columns[input];
		int			cell = match->cells[input];

		if (column->kind == FEEL_NULL)
			continue;
		if (cell == NO_CELL)
		{
			const DmnTest *test = &table->tests[(size_t) rule * table->input_count + input];

			if (test_fits(test, column->kind) && !misfit_holds(match, test, match->values[input]))
				return false;
		}
		else if (column->cells != NULL && column->cells[cell].bits != NULL)
		{
			if (!match->bits_done && (column->cells[cell].bits[rule / 64] & (UINT64CONST(1) << (rule % 64))) == 0)
				return false;
		}
		else if (!span_holds(column, &column->spans[rule], cell))
			return false;
	}
	for (int i = index->residual_first[rule]; i < index->residual_first[rule + 1]; i++)
	{
		int			input = index->residuals[i];

		if (!dmn_test_holds(match->state, match->activation, &table->tests[(size_t) rule * table->input_count + input], match->values[input]))
			return false;
	}
	return true;
}

/*
 * cells_find finds the cell of each input, and the one with the fewest rules;
 * NULL: no column has cells for its value.
 */
static const IndexCell *
cells_find(IndexMatch *match)
{
	const IndexCell *fewest = NULL;

	for (int input = 0; input < match->table->input_count; input++)
	{
		const IndexColumn *column = &match->table->index->columns[input];
		FeelValue	value = match->values[input];

		match->cells[input] = NO_CELL;
		if (column->kind == FEEL_NULL || value.kind != column->kind)
			continue;
		match->cells[input] = cell_of(match->state, column, value);
		if (column->cells != NULL && (fewest == NULL || column->cells[match->cells[input]].count < fewest->count))
			fewest = &column->cells[match->cells[input]];
	}
	return fewest;
}

/*
 * match_bits goes over the rules that are in the bits of all columns that have
 * some.
 */
static int
match_bits(IndexMatch *match, const IndexCell *fewest, int most, int *rules)
{
	const DmnIndex *index = match->table->index;
	int			found = 0;

	match->bits_done = true;
	for (int word = 0; word < index->word_count && found < most; word++)
	{
		uint64		bits = fewest->bits[word];

		for (int input = 0; bits != 0 && input < match->table->input_count; input++)
		{
			const IndexColumn *column = &index->columns[input];

			if (match->cells[input] != NO_CELL && column->cells != NULL && column->cells[match->cells[input]].bits != NULL)
				bits &= column->cells[match->cells[input]].bits[word];
		}
		for (; bits != 0 && found < most; bits &= bits - 1)
		{
			int			rule = word * 64 + pg_rightmost_one_pos64(bits);

			if (rule_holds(match, rule))
				rules[found++] = rule;
		}
	}
	return found;
}

/*
 * dmn_index_match finds the rules that match.
 */
int
dmn_index_match(FeelState *state, DmnActivation *activation, const DmnTable *table, const FeelValue *values,
				int most, int *rules)
{
	IndexMatch	match = {.state = state, .activation = activation, .table = table, .values = values};
	const IndexCell *fewest;
	int			count;
	int			found = 0;

	match.cells = arena_alloc_array(feel_arena(state), Max(table->input_count, 1), sizeof(int));
	fewest = cells_find(&match);
	if (fewest != NULL && fewest->bits != NULL)
		return match_bits(&match, fewest, most, rules);
	count = fewest ? fewest->count : table->rule_count;
	for (int i = 0; i < count && found < most; i++)
	{
		int			rule = fewest ? fewest->list[i] : i;

		if (i % 1024 == 1023)
			feel_step(state, 1024);
		if (rule_holds(&match, rule))
			rules[found++] = rule;
	}
	return found;
}
