/*-------------------------------------------------------------------------
 *
 * dmn_check.c
 *		What is wrong with a decision table: gaps, rules that never fire, clashes.
 *
 * Exact over tests of constants.  The bounds of a column cut its values into
 * cells (dmn_index.c); a rule is a box of cells, so is a gap.  What an input
 * allows is one more rule, the last one, and bounds the search.
 *
 * A search goes column by column.  The cells of the column that have the same
 * rules are one branch, with these rules; a branch without rules is a gap,
 * whatever the columns after it hold, and one with a rule that asks nothing of
 * them has none.  So the work follows the rules, not the product of the cells,
 * and it has a bound.
 *
 * A test that is more than constants is taken to hold: then a gap is a gap for
 * certain.  A rule with such a test proves nothing about others: it hides and
 * clashes with none.  Null is no value here.
 *
 * Memory: a context of its own, gone at the end.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/memutils.h"

#include "dmn/dmn_check.h"
#include "dmn/dmn_region.h"

#define WORK_MAX INT64CONST(100000000)	/* of all searches and comparisons of a table */
#define FINDINGS_MAX 1000		/* of one kind */

typedef struct Checker
{
	FeelState  *state;
	MemoryContext scratch;		/* for one rule or pair of rules */
	const DmnTable *table;
	const DmnFindings *findings;
	DmnTable	extended;		/* with the rule of what is allowed */
	bool	   *is_certain;		/* by rule: all tests are constants */
	bool	   *is_empty;		/* by rule: a test holds nowhere in what is allowed */
	int		   *last_asked;		/* by rule: the last column that it asks something of; -1: none */
	Domain		domain;
	int64		work;
	bool		too_much;
	int			found;			/* of the search that runs */
	int			found_max;
	Part	   *region;			/* of the branch */
	const char *kind;			/* what a branch without rules is called; NULL: it is only counted */
} Checker;

/*
 * report hands over a finding.
 */
static void
report(Checker *checker, const char *kind, const int *rules, int count, const char *region)
{
	checker->findings->found(checker->findings->data, kind, rules, count, region);
}

/* ---- parts ---- */

/*
 * rule_part is what a rule asks of a column.
 */
static Part
rule_part(const Checker *checker, int rule, int input)
{
	Part		part;

	part.spans = unconstify(IndexSpan *, index_spans(&checker->extended.index->columns[input], rule, &part.count));
	if (part.count == 1 && part.spans[0].high < part.spans[0].low)
		part.count = 0;
	return part;
}

/*
 * intersect gives the cells that two parts have in common.
 */
static Part
intersect(const Part *a, const Part *b)
{
	Part		both = {0, palloc(sizeof(IndexSpan) * (a->count + b->count + 1))};
	int			i = 0;
	int			j = 0;

	while (i < a->count && j < b->count)
	{
		int			low = Max(a->spans[i].low, b->spans[j].low);
		int			high = Min(a->spans[i].high, b->spans[j].high);

		if (low <= high)
			both.spans[both.count++] = (IndexSpan) {low, high, 0, 0};
		if (a->spans[i].high < b->spans[j].high)
			i++;
		else
			j++;
	}
	return both;
}

/*
 * meets tells whether two parts have a cell in common.
 */
static bool
meets(const Part *a, const Part *b)
{
	int			i = 0;
	int			j = 0;

	while (i < a->count && j < b->count)
	{
		if (Max(a->spans[i].low, b->spans[j].low) <= Min(a->spans[i].high, b->spans[j].high))
			return true;
		if (a->spans[i].high < b->spans[j].high)
			i++;
		else
			j++;
	}
	return false;
}

/* ---- preparing ---- */

/*
 * domain_test makes the test of what an input allows: what it says itself, or
 * its type, or the two values of a boolean.
 */
static DmnTest
domain_test(const DmnInput *input, int kind)
{
	static const FeelValue truth[2] = {{.kind = FEEL_BOOLEAN, .u.boolean = false}, {.kind = FEEL_BOOLEAN, .u.boolean = true}};
	const FeelProgram *allowed = input->allowed ? input->allowed : input->type ? input->type->allowed : NULL;
	DmnTest		test = {.text = "-", .is_constant = true, .intervals = {.is_any = true}};
	FeelIntervals intervals;

	if (kind == FEEL_BOOLEAN)
	{
		FeelRange  *ranges = palloc0(sizeof(FeelRange) * 2);

		for (int i = 0; i < 2; i++)
			ranges[i] = (FeelRange) {truth[i], truth[i], true, true};
		test.intervals = (FeelIntervals) {.count = 2, .ranges = ranges};
	}
	else if (allowed != NULL && feel_program_intervals(allowed, &intervals))
		test.intervals = intervals;
	return test;
}

/*
 * extend makes the table with one more rule: what the inputs allow.
 */
static void
extend(Checker *checker)
{
	const DmnTable *table = checker->table;
	size_t		count = (size_t) table->rule_count * table->input_count;

	checker->extended = *table;
	checker->extended.rule_count = table->rule_count + 1;
	checker->extended.tests = palloc0(mul_size(sizeof(DmnTest), count + Max(table->input_count, 1)));
	if (count > 0)
		memcpy(checker->extended.tests, table->tests, sizeof(DmnTest) * count);
	for (int input = 0; input < table->input_count; input++)
		checker->extended.tests[count + input] = domain_test(&table->inputs[input], table->index->columns[input].kind);
	checker->extended.index = dmn_index_build(checker->state, &checker->extended);
}

/*
 * all_points tells whether all tests of a column are of single values.
 */
static bool
all_points(Checker *checker, int input)
{
	for (int rule = 0; rule < checker->extended.rule_count; rule++)
	{
		const DmnTest *test = &checker->extended.tests[(size_t) rule * checker->table->input_count + input];

		for (int i = 0; test->is_constant && i < test->intervals.count; i++)
		{
			const FeelRange *range = &test->intervals.ranges[i];

			if (range->low.kind == FEEL_NULL || range->high.kind == FEEL_NULL || feel_equal(checker->state, range->low, range->high) != FEEL_TRUE)
				return false;
		}
	}
	return true;
}

/*
 * points_reduce leaves one cell of those between single values, for they are
 * all the same: the first one stands for all other values.
 */
static Part
points_reduce(const Part *part)
{
	Part		reduced = {0, NULL};
	int			cells = 0;

	for (int i = 0; i < part->count; i++)
		cells += (part->spans[i].high - part->spans[i].low) / 2 + 2;
	reduced.spans = palloc(sizeof(IndexSpan) * (cells + 1));
	for (int i = 0; i < part->count; i++)
		for (int cell = part->spans[i].low; cell <= part->spans[i].high; cell++)
			if (cell % 2 == 1 || cell == 0)
				reduced.spans[reduced.count++] = (IndexSpan) {cell, cell, 0, 0};
	return reduced;
}

/*
 * column_prepare finds out what a column allows and whether it can be analysed.
 */
static void
column_prepare(Checker *checker, int input)
{
	const DmnTable *table = checker->table;
	IndexColumn *column = &checker->extended.index->columns[input];
	int		   *rules = palloc(sizeof(int) * (table->rule_count + 1));
	int			unclear = 0;

	CHECK_FOR_INTERRUPTS();
	for (int rule = 0; rule < table->rule_count; rule++)
		for (int i = checker->extended.index->residual_first[rule]; i < checker->extended.index->residual_first[rule + 1]; i++)
			if (checker->extended.index->residuals[i] == input)
			{
				checker->is_certain[rule] = false;
				rules[unclear++] = rule;
			}
	if (unclear > 0)
		report(checker, "not analysed", rules, unclear, psprintf("%s: %d of %d tests are more than constants of one kind, and are taken to hold",
														  table->inputs[input].label, unclear, table->rule_count));
	if (column->kind == FEEL_NULL)
	{
		column->cell_count = 1;
		column->spans = palloc0(mul_size(sizeof(IndexSpan), table->rule_count + 1));
	}
	checker->domain.allowed[input] = rule_part(checker, table->rule_count, input);
	checker->domain.points_only[input] = column->kind != FEEL_NULL && all_points(checker, input);
	if (checker->domain.points_only[input])
		checker->domain.allowed[input] = points_reduce(&checker->domain.allowed[input]);
}

/*
 * rule_prepare finds out which columns a rule asks something of.
 */
static void
rule_prepare(Checker *checker, int rule)
{
	checker->last_asked[rule] = -1;
	for (int input = 0; input < checker->table->input_count; input++)
	{
		Part		part = rule_part(checker, rule, input);
		Part		inside = intersect(&part, &checker->domain.allowed[input]);

		if (inside.count == 0)
			checker->is_empty[rule] = true;
		if (!same_part(&inside, &checker->domain.allowed[input]))
			checker->last_asked[rule] = input;
		pfree(inside.spans);
	}
}

/* ---- searching what no rule covers ---- */

/* A run of cells with the same rules, and the next one that has them too. */
typedef struct Segment
{
	IndexSpan	span;
	uint32		hash;
	uint64	   *active;			/* bits of the rules of the branch */
	bool		done;
} Segment;

typedef struct Edge
{
	int32		cell;
	int32		rule;			/* among those of the branch; -1: of what is searched */
	bool		begins;
} Edge;

/*
 * compare_edges orders edges by cell.
 */
static int
compare_edges(const void *a, const void *b)
{
	const Edge *x = a;
	const Edge *y = b;

	return (x->cell > y->cell) - (x->cell < y->cell);
}

/*
 * edges_add adds where a part begins and where it has ended.
 */
static int
edges_add(Edge *edges, int count, const Part *part, int rule)
{
	for (int i = 0; i < part->count; i++)
	{
		edges[count++] = (Edge) {part->spans[i].low, rule, true};
		edges[count++] = (Edge) {part->spans[i].high + 1, rule, false};
	}
	return count;
}

/*
 * segments_cut cuts what is searched of a column into runs of cells that have
 * the same rules of the branch.
 */
static Segment *
segments_cut(Checker *checker, int input, const Part *searched, const int *rules, int rule_count, int *segment_count)
{
	int			words = rule_count / 64 + 1;
	int			spans = searched->count;
	uint64	   *active = palloc0(sizeof(uint64) * words);
	Edge	   *edges;
	Segment    *segments;
	int			edge_count;
	int			depth = 0;

	for (int i = 0; i < rule_count; i++)
		spans += rule_part(checker, rules[i], input).count;
	edges = palloc(mul_size(sizeof(Edge) * 2, spans + 1));
	segments = palloc(mul_size(sizeof(Segment) * 2, spans + 1));
	edge_count = edges_add(edges, 0, searched, -1);
	for (int i = 0; i < rule_count; i++)
	{
		Part		part = rule_part(checker, rules[i], input);

		edge_count = edges_add(edges, edge_count, &part, i);
	}
	qsort(edges, edge_count, sizeof(Edge), compare_edges);
	*segment_count = 0;
	for (int i = 0; i < edge_count;)
	{
		int			cell = edges[i].cell;
		Segment    *segment = &segments[*segment_count];

		for (; i < edge_count && edges[i].cell == cell; i++)
			if (edges[i].rule < 0)
				depth += edges[i].begins ? 1 : -1;
			else
				active[edges[i].rule / 64] ^= UINT64CONST(1) << (edges[i].rule % 64);
		if (depth == 0 || i == edge_count)
			continue;
		*segment = (Segment) {.span = {cell, edges[i].cell - 1, 0, 0}};
		segment->active = palloc(sizeof(uint64) * words);
		memcpy(segment->active, active, sizeof(uint64) * words);
		segment->hash = hash_bytes((unsigned char *) active, sizeof(uint64) * words);
		(*segment_count)++;
		checker->work += words;
	}
	checker->work += edge_count;
	pfree(edges);
	return segments;
}

/*
 * class_gather gathers the cells of all segments that have the same rules as
 * one of them.
 */
static Part
class_gather(Checker *checker, Segment *segments, int first, int count, int words)
{
	Part		part = {0, palloc(sizeof(IndexSpan) * (count - first))};

	for (int i = first; i < count; i++)
	{
		if (segments[i].done || segments[i].hash != segments[first].hash ||
			memcmp(segments[i].active, segments[first].active, sizeof(uint64) * words) != 0)
			continue;
		segments[i].done = true;
		if (part.count > 0 && part.spans[part.count - 1].high + 1 == segments[i].span.low)
			part.spans[part.count - 1].high = segments[i].span.high;
		else
			part.spans[part.count++] = segments[i].span;
	}
	checker->work += count - first;
	return part;
}

static void search(Checker *checker, int input, const Part *searched, const int *rules, int rule_count);

/*
 * branch follows one class of cells of a column.
 */
static void
branch(Checker *checker, int input, const Part *searched, const int *rules, int rule_count, const uint64 *active)
{
	int		   *inside = palloc(sizeof(int) * (rule_count + 1));
	int			count = 0;

	for (int i = 0; i < rule_count; i++)
		if (active[i / 64] & (UINT64CONST(1) << (i % 64)))
		{
			if (checker->last_asked[rules[i]] <= input)
				return;			/* it covers all of the branch */
			inside[count++] = rules[i];
		}
	if (count > 0)
	{
		search(checker, input + 1, searched, inside, count);
		return;
	}
	for (int i = input + 1; i < checker->table->input_count; i++)
		checker->region[i] = searched[i];
	if (checker->kind != NULL && checker->found < FINDINGS_MAX)
		report(checker, checker->kind, NULL, 0, region_words(checker->state, &checker->domain, checker->region));
	checker->found++;
}

/*
 * search looks for what the rules do not cover of what is searched, from a
 * column on.
 */
static void
search(Checker *checker, int input, const Part *searched, const int *rules, int rule_count)
{
	int			words = rule_count / 64 + 1;
	MemoryContext context;
	MemoryContext before;
	Segment    *segments;
	int			segment_count;

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	if (input == checker->table->input_count || checker->found >= checker->found_max)
		return;
	if (checker->work > WORK_MAX)
	{
		checker->too_much = true;
		return;
	}
	context = AllocSetContextCreate(CurrentMemoryContext, "branch of a decision table", ALLOCSET_SMALL_SIZES);
	before = MemoryContextSwitchTo(context);
	segments = segments_cut(checker, input, &searched[input], rules, rule_count, &segment_count);
	for (int i = 0; i < segment_count && !checker->too_much; i++)
	{
		if (segments[i].done)
			continue;
		checker->region[input] = class_gather(checker, segments, i, segment_count, words);
		branch(checker, input, searched, rules, rule_count, segments[i].active);
	}
	MemoryContextSwitchTo(before);
	MemoryContextDelete(context);
}

/*
 * search_begin looks for what some rules leave of a region.  found tells how
 * many pieces there are, at most found_max.
 */
static void
search_begin(Checker *checker, const char *kind, int found_max, const Part *searched, const int *rules, int rule_count)
{
	checker->kind = kind;
	checker->found = 0;
	checker->found_max = found_max;
	for (int i = 0; i < rule_count; i++)
		if (checker->last_asked[rules[i]] < 0)
			return;				/* it covers everything */
	if (checker->table->input_count == 0 || rule_count == 0)
	{
		checker->found = 1;
		if (kind != NULL)
			report(checker, kind, NULL, 0, region_words(checker->state, &checker->domain, searched));
		return;
	}
	search(checker, 0, searched, rules, rule_count);
}

/* ---- the three questions ---- */

/*
 * check_gaps looks for inputs that no rule covers.
 */
static void
check_gaps(Checker *checker)
{
	int		   *rules = palloc(sizeof(int) * (checker->table->rule_count + 1));
	int			count = 0;

	if (checker->table->has_default)
		return;
	for (int rule = 0; rule < checker->table->rule_count; rule++)
		if (!checker->is_empty[rule])
			rules[count++] = rule;
	search_begin(checker, "gap", FINDINGS_MAX, checker->domain.allowed, rules, count);
	if (checker->found >= FINDINGS_MAX)
		report(checker, "not analysed", NULL, 0, psprintf("more than %d gaps", FINDINGS_MAX));
}

/*
 * boxes_meet tells whether an input can match two rules.
 */
static bool
boxes_meet(Checker *checker, int a, int b)
{
	checker->work += checker->table->input_count;
	for (int input = 0; input < checker->table->input_count; input++)
	{
		Part		x = rule_part(checker, a, input);
		Part		y = rule_part(checker, b, input);

		if (!meets(&x, &y))
			return false;
	}
	return true;
}

/*
 * box_region is what two rules have in common, within what is allowed; false:
 * nothing.
 */
static bool
box_region(Checker *checker, int a, int b, Part *region)
{
	for (int input = 0; input < checker->table->input_count; input++)
	{
		Part		x = rule_part(checker, a, input);
		Part		y = rule_part(checker, b, input);
		Part		both = intersect(&x, &y);

		region[input] = intersect(&both, &checker->domain.allowed[input]);
		if (region[input].count == 0)
			return false;
	}
	return true;
}

/*
 * same_outputs tells whether two rules have equal results, as far as they are
 * constants; texts that are equal are equal, too.
 */
static bool
same_outputs(Checker *checker, int a, int b)
{
	const DmnTable *table = checker->table;

	for (int i = 0; i < table->output_count; i++)
	{
		const DmnResult *x = &table->results[(size_t) a * table->output_count + i];
		const DmnResult *y = &table->results[(size_t) b * table->output_count + i];

		if (strcmp(x->text, y->text) == 0)
			continue;
		if (x->constant.kind == FEEL_UNBOUND || y->constant.kind == FEEL_UNBOUND || feel_equal(checker->state, x->constant, y->constant) != FEEL_TRUE)
			return false;
	}
	return true;
}

/*
 * check_pair reports two rules that clash; false: they do not.
 */
static bool
check_pair(Checker *checker, int a, int b)
{
	const DmnTable *table = checker->table;
	Part	   *region = palloc0(sizeof(Part) * Max(table->input_count, 1));
	int			rules[2] = {a, b};

	if (!box_region(checker, a, b, region) || (table->policy == DMN_ANY && same_outputs(checker, a, b)))
		return false;
	report(checker, "clash", rules, 2, region_words(checker->state, &checker->domain, region));
	return true;
}

/*
 * check_clashes looks for inputs that match two rules where only one may, or
 * only rules with equal results.
 */
static void
check_clashes(Checker *checker)
{
	const DmnTable *table = checker->table;
	int			found = 0;

	for (int a = 0; a < table->rule_count; a++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int b = a + 1; checker->is_certain[a] && b < table->rule_count; b++)
		{
			if (!checker->is_certain[b] || !boxes_meet(checker, a, b))
				continue;
			MemoryContextSwitchTo(checker->scratch);
			found += check_pair(checker, a, b);
			MemoryContextReset(checker->scratch);
			if (found == FINDINGS_MAX)
			{
				report(checker, "not analysed", NULL, 0, psprintf("more than %d clashes", FINDINGS_MAX));
				return;
			}
		}
		checker->too_much = checker->too_much || checker->work > WORK_MAX;
		if (checker->too_much)
			return;
	}
}

/*
 * priority_of is the place of a rule's first result among the values of its
 * output; -1: it is not constant.
 */
static int
priority_of(Checker *checker, int rule, int output)
{
	const DmnOutput *column = &checker->table->outputs[output];
	FeelValue	value = checker->table->results[(size_t) rule * checker->table->output_count + output].constant;

	if (value.kind == FEEL_UNBOUND)
		return -1;
	for (int i = 0; i < column->value_count; i++)
		if (feel_equal(checker->state, column->values[i], value) == FEEL_TRUE)
			return i;
	return column->value_count;
}

/*
 * goes_before tells whether a rule is preferred to another where both match.
 */
static bool
goes_before(Checker *checker, int a, int b)
{
	if (checker->table->policy == DMN_FIRST)
		return a < b;
	for (int output = 0; output < checker->table->output_count; output++)
	{
		int			x = priority_of(checker, a, output);
		int			y = priority_of(checker, b, output);

		if (x < 0 || y < 0)
			return false;
		if (x != y)
			return x < y;
	}
	return a < b;
}

/*
 * check_hidden tells whether a rule never decides, for others always do where
 * it matches.
 */
static void
check_hidden(Checker *checker, int rule)
{
	const DmnTable *table = checker->table;
	Part	   *region = palloc0(sizeof(Part) * Max(table->input_count, 1));
	int		   *before = palloc(sizeof(int) * (table->rule_count + 1));
	int			count = 0;

	for (int other = 0; other < table->rule_count; other++)
		if (other != rule && checker->is_certain[other] && !checker->is_empty[other] && goes_before(checker, other, rule) &&
			boxes_meet(checker, other, rule))
			before[count++] = other;
	if (count == 0)
		return;
	if (!box_region(checker, rule, rule, region))
		return;
	search_begin(checker, NULL, 1, region, before, count);
	if (checker->found > 0 || checker->too_much)
		return;
	memmove(before + 1, before, sizeof(int) * count);
	before[0] = rule;
	report(checker, "never fires", before, count + 1, region_words(checker->state, &checker->domain, region));
}

/*
 * check_silent looks for rules that never decide.
 */
static void
check_silent(Checker *checker)
{
	const DmnTable *table = checker->table;

	for (int rule = 0; rule < table->rule_count && !checker->too_much; rule++)
	{
		CHECK_FOR_INTERRUPTS();
		MemoryContextReset(checker->scratch);
		MemoryContextSwitchTo(checker->scratch);
		if (checker->is_empty[rule])
			report(checker, "never fires", &rule, 1, "no input that is allowed matches");
		else if (table->policy == DMN_FIRST || table->policy == DMN_PRIORITY)
			check_hidden(checker, rule);
		checker->too_much = checker->too_much || checker->work > WORK_MAX;
	}
}

/*
 * dmn_check_table analyses a table.
 */
void
dmn_check_table(FeelState *state, const DmnTable *table, const DmnFindings *findings)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "check of a decision table", ALLOCSET_DEFAULT_SIZES);
	MemoryContext before = MemoryContextSwitchTo(context);
	Checker		checker = {.state = state, .table = table, .findings = findings};

	extend(&checker);
	checker.domain.table = &checker.extended;
	checker.is_certain = palloc(sizeof(bool) * (table->rule_count + 1));
	memset(checker.is_certain, true, table->rule_count + 1);
	checker.is_empty = palloc0(sizeof(bool) * (table->rule_count + 1));
	checker.last_asked = palloc(sizeof(int) * (table->rule_count + 1));
	checker.domain.allowed = palloc0(sizeof(Part) * Max(table->input_count, 1));
	checker.domain.points_only = palloc0(sizeof(bool) * Max(table->input_count, 1));
	checker.scratch = AllocSetContextCreate(context, "one rule of a decision table", ALLOCSET_DEFAULT_SIZES);
	checker.region = palloc0(sizeof(Part) * Max(table->input_count, 1));
	for (int input = 0; input < table->input_count; input++)
		column_prepare(&checker, input);
	for (int rule = 0; rule < table->rule_count; rule++)
		rule_prepare(&checker, rule);
	check_gaps(&checker);
	check_silent(&checker);
	if (table->policy == DMN_UNIQUE || table->policy == DMN_ANY)
		check_clashes(&checker);
	if (checker.too_much)
		report(&checker, "not analysed", NULL, 0, "the table is too large to be analysed whole");
	MemoryContextSwitchTo(before);
	MemoryContextDelete(context);
}
