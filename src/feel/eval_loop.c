/*-------------------------------------------------------------------------
 *
 * eval_loop.c
 *		for, some, every, and filters.
 *
 * A loop has one frame for all its turns, unless a function is made in it: then
 * each turn has its own, for the function to keep.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/state.h"

/* What a variable runs over: items of a list, or numbers or days counted up or down. */
typedef struct Domain
{
	int64		count;
	const FeelValue *items;		/* NULL: counted */
	bool		of_days;
	int64		first;			/* a number, or days since 1970 */
	int			step;
} Domain;

typedef struct Loop
{
	FeelState  *state;
	const Node *node;
	int			variables;
	FeelFrame  *frame;
	/* given each combination; false ends the loop */
	bool		(*visit) (struct Loop *loop);
	FeelListBuilder results;	/* of for */
	FeelTruth	truth;			/* of some and every */
	bool		is_null;		/* a domain was none */
} Loop;

/*
 * counted_domain makes a domain of from..to, both whole numbers or dates.
 */
static bool
counted_domain(FeelState *state, FeelValue from, FeelValue to, bool skip_first, bool skip_last, Domain *domain)
{
	int64		last;
	uint64		distance;

	domain->items = NULL;
	domain->of_days = from.kind == FEEL_DATE;
	if (from.kind != to.kind || (from.kind != FEEL_NUMBER && from.kind != FEEL_DATE))
		return false;
	if (domain->of_days)
	{
		domain->first = date_to_days(value_date(from));
		last = date_to_days(value_date(to));
	}
	else if (!number_to_int64(from.u.number, &domain->first) || !number_to_int64(to.u.number, &last))
		return false;
	domain->step = last >= domain->first ? 1 : -1;
	distance = domain->step > 0 ? (uint64) last - (uint64) domain->first : (uint64) domain->first - (uint64) last;
	if (distance >= (uint64) PG_INT64_MAX - 1)
		feel_fail_limit(state, "a range of too many items");
	domain->count = (int64) distance + 1;
	if (skip_first)
	{
		domain->first += domain->step;
		domain->count--;
	}
	if (skip_last)
		domain->count--;
	return true;
}

/*
 * value_domain makes the domain of a list's items, of what a range counts from
 * end to end, or of a single value, which is a list of one.
 */
static bool
value_domain(FeelState *state, FeelValue value, Domain *domain)
{
	FeelValue  *single;

	memset(domain, 0, sizeof(*domain));
	if (value.kind == FEEL_RANGE)
	{
		const FeelRange *range = value.u.range;

		if (range->form == FEEL_RANGE_INTERVAL &&
			counted_domain(state, range->low, range->high, !range->low_included, !range->high_included, domain))
			return true;
		(void) feel_null(state, "a range to run over is of whole numbers or of dates");
		return false;
	}
	if (value.kind == FEEL_NULL)
	{
		(void) feel_null(state, "there is nothing to run over: null");
		return false;
	}
	if (value.kind == FEEL_LIST)
	{
		domain->count = list_count(value);
		domain->items = list_items(state, value);
		return true;
	}
	single = arena_alloc(state->arena, sizeof(FeelValue));
	*single = value;
	domain->count = 1;
	domain->items = single;
	return true;
}

/*
 * make_domain makes the domain of a variable.
 */
static bool
make_domain(FeelState *state, const FeelFrame *frame, const Node *node, Domain *domain)
{
	FeelValue	from;

	if (node->kind != NODE_DOMAIN)
		return value_domain(state, eval_node(state, frame, node), domain);
	from = eval_node(state, frame, node->kids[0]);
	if (counted_domain(state, from, eval_node(state, frame, node->kids[1]), false, false, domain))
		return true;
	(void) feel_null(state, "a..b to run over is of whole numbers or of dates");
	return false;
}

/*
 * domain_item gives the item of a turn.
 */
static FeelValue
domain_item(const Domain *domain, int64 i)
{
	FeelDate	date;

	if (domain->items)
		return domain->items[i];
	if (!domain->of_days)
		return value_from_int64(domain->first + i * domain->step);
	return date_from_days(domain->first + i * domain->step, &date) ? value_from_date(date) : value_null();
}

/*
 * feel_run_over gives what a for runs over; NULL, with a reason: nothing.
 */
const FeelValue *
feel_run_over(FeelState *state, FeelValue value, int32 *count)
{
	Domain		domain;
	FeelValue  *items;

	if (!value_domain(state, value, &domain))
		return NULL;
	if (domain.count > PG_INT32_MAX / (int64) sizeof(FeelValue))
		feel_fail_limit(state, "a range of too many items");
	*count = (int32) domain.count;
	if (domain.items)
		return domain.items;
	items = arena_alloc_array(state->arena, Max(*count, 1), sizeof(FeelValue));
	for (int32 i = 0; i < *count; i++)
		items[i] = domain_item(&domain, i);
	return items;
}

/*
 * frame_size gives the bytes of a frame of count values.
 */
static size_t
frame_size(int count)
{
	return offsetof(FeelFrame, values) + count * sizeof(FeelValue);
}

/*
 * run_variable gives the variable each of its values, and for each the later
 * variables theirs.
 */
static bool
run_variable(Loop *loop, int variable)
{
	Domain		domain;

	if (variable == loop->variables)
		return loop->visit(loop);
	if (!make_domain(loop->state, loop->frame, loop->node->kids[variable], &domain))
	{
		loop->is_null = true;
		return false;
	}
	for (int64 i = 0; i < domain.count; i++)
	{
		state_step(loop->state);
		if (loop->node->has_closure)
		{
			FeelFrame  *fresh = arena_alloc(loop->state->arena, frame_size(loop->variables + 1));

			memcpy(fresh, loop->frame, frame_size(loop->variables + 1));
			loop->frame = fresh;
		}
		loop->frame->values[variable] = domain_item(&domain, i);
		if (!run_variable(loop, variable + 1))
			return false;
	}
	return true;
}

/*
 * loop_begin makes the frame: the variables, and partial.
 */
static void
loop_begin(Loop *loop, FeelState *state, const FeelFrame *frame, const Node *node)
{
	loop->state = state;
	loop->node = node;
	loop->variables = node->count - 1;
	loop->frame = arena_alloc(state->arena, frame_size(node->count));
	loop->frame->parent = frame;
	loop->frame->binding = frame->binding;
	for (int i = 0; i < node->count; i++)
		loop->frame->values[i] = value_null();
	loop->is_null = false;
}

/*
 * visit_for adds what the body gives to the results.
 */
static bool
visit_for(Loop *loop)
{
	if (loop->node->uses_partial)
	{
		FeelValue  *items;
		FeelValue	partial = value_new_list(loop->state->arena, loop->results.count, &items);

		feel_step(loop->state, loop->results.count);
		if (loop->results.count > 0)
			memcpy(items, loop->results.items, loop->results.count * sizeof(FeelValue));
		loop->frame->values[loop->variables] = partial;
	}
	list_append(&loop->results, eval_node(loop->state, loop->frame, loop->node->kids[loop->variables]));
	return true;
}

/*
 * eval_for gives the list of what the body gives for each combination.
 */
FeelValue
eval_for(FeelState *state, const FeelFrame *frame, const Node *node)
{
	Loop		loop;

	loop_begin(&loop, state, frame, node);
	loop.visit = visit_for;
	list_begin(&loop.results, state->arena);
	run_variable(&loop, 0);
	return loop.is_null ? value_null() : list_end(&loop.results);
}

/*
 * visit_quantified looks whether the condition decides: true for some, false for
 * every.
 */
static bool
visit_quantified(Loop *loop)
{
	bool		deciding = loop->node->kind == NODE_SOME;
	FeelValue	value = eval_node(loop->state, loop->frame, loop->node->kids[loop->variables]);

	if (value.kind != FEEL_BOOLEAN)
		loop->truth = FEEL_UNKNOWN;
	else if (value.u.boolean == deciding)
	{
		loop->truth = (FeelTruth) deciding;
		return false;
	}
	return true;
}

/*
 * eval_quantified gives whether the condition holds for some, or every,
 * combination.
 */
FeelValue
eval_quantified(FeelState *state, const FeelFrame *frame, const Node *node)
{
	Loop		loop;

	loop_begin(&loop, state, frame, node);
	loop.visit = visit_quantified;
	loop.truth = node->kind == NODE_SOME ? FEEL_FALSE : FEEL_TRUE;
	run_variable(&loop, 0);
	if (loop.is_null || loop.truth == FEEL_UNKNOWN)
		return value_null();
	return value_from_bool(loop.truth == FEEL_TRUE);
}

/*
 * filter_index gives the item at a place counted from 1, or, negative, from the
 * end.
 */
static FeelValue
filter_index(FeelState *state, const FeelValue *items, int32 count, FeelNumber number)
{
	int64		index;

	if (!number_to_int64(number, &index))
		return feel_null(state, "an index is a whole number");
	if (index < 0)
		index += (int64) count + 1;
	if (index < 1 || index > count)
		return feel_null(state, "the list has no such item");
	return items[index - 1];
}

/*
 * eval_filter gives list[condition]: the items for which it is true, or, if it
 * is a number, that item.  A single value is the list of itself.
 */
FeelValue
eval_filter(FeelState *state, const FeelFrame *frame, const Node *node)
{
	FeelValue	list = eval_node(state, frame, node->kids[0]);
	const Node *condition = node->kids[1];
	FeelFrame  *inner = arena_alloc(state->arena, frame_size(1));
	FeelListBuilder found;
	const FeelValue *items = &list;
	int32		count = 1;

	if (list.kind == FEEL_NULL)
		return feel_null(state, "there is nothing to filter: null");
	if (list.kind == FEEL_LIST)
	{
		items = list_items(state, list);
		count = list_count(list);
	}
	inner->parent = frame;
	inner->binding = frame->binding;
	list_begin(&found, state->arena);
	for (int32 i = 0; i < Max(count, 1); i++)
	{
		FeelValue	value;

		state_step(state);
		if (i > 0 && node->has_closure)
		{
			const FeelFrame *before = inner;

			inner = arena_alloc(state->arena, frame_size(1));
			memcpy(inner, before, frame_size(1));
		}
		/* no items: the condition is looked at all the same, it may be an index */
		inner->values[0] = i < count ? items[i] : value_null();
		value = eval_node(state, inner, condition);
		if (value.kind == FEEL_NUMBER)
			return filter_index(state, items, count, value.u.number);
		if (i < count && value.kind == FEEL_BOOLEAN && value.u.boolean)
			list_append(&found, items[i]);
	}
	return list_end(&found);
}
