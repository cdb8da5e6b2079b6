/*-------------------------------------------------------------------------
 *
 * builtin_aggregate.c
 *		Functions of FEEL that make one value of a list: count, min, sum, median
 *		and their like.
 *
 * All but count take a list or the items themselves.  An empty list gives null,
 * except where the standard says otherwise: count, mode.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/builtin.h"

extern const FeelBuiltin builtin_aggregate[];

/*
 * builtin_count counts the items of a list.
 */
static FeelValue
builtin_count(FeelState *state, const FeelValue *args, int count)
{
	return value_from_int64(list_count(args[0]));
}

/*
 * builtin_count_all counts arguments, two at least.
 */
static FeelValue
builtin_count_all(FeelState *state, const FeelValue *args, int count)
{
	return value_from_int64((int64) list_count(args[2]) + 2);
}

/*
 * extreme gives the least item (sign -1) or the greatest (1).
 */
static FeelValue
extreme(FeelState *state, FeelValue list, int sign)
{
	const FeelValue *items = list_items(state, list);
	int32		count = list_count(list);
	FeelValue	best;
	int			order;

	if (count == 0)
		return feel_null(state, "an empty list has no least or greatest item");
	best = items[0];
	/* the first is compared with itself, to see that it can be */
	for (int32 i = 0; i < count; i++)
	{
		feel_step(state, 1);
		if (!feel_compare(state, items[i], best, &order))
			return feel_null(state, "a %s and a %s do not compare",
							 feel_kind_name(items[i].kind), feel_kind_name(best.kind));
		if (order * sign > 0)
			best = items[i];
	}
	return best;
}

/*
 * builtin_min gives the least item.
 */
static FeelValue
builtin_min(FeelState *state, const FeelValue *args, int count)
{
	return extreme(state, args[0], -1);
}

/*
 * builtin_max gives the greatest item.
 */
static FeelValue
builtin_max(FeelState *state, const FeelValue *args, int count)
{
	return extreme(state, args[0], 1);
}

/*
 * sum_numbers adds the items up; false: overflow.
 */
static bool
sum_numbers(FeelState *state, FeelValue list, FeelNumber *sum)
{
	const FeelValue *items = list_items(state, list);

	*sum = number_from_int64(0);
	for (int32 i = 0; i < list_count(list); i++)
	{
		feel_step(state, 1);
		if (!number_add(*sum, items[i].u.number, sum))
			return false;
	}
	return true;
}

/*
 * mean_number gives the average; false: of nothing, or overflow.
 */
static bool
mean_number(FeelState *state, FeelValue list, FeelNumber *mean)
{
	FeelNumber	sum;

	return sum_numbers(state, list, &sum) &&
		number_div(sum, number_from_int64(list_count(list)), mean);
}

/*
 * builtin_sum adds numbers up.
 */
static FeelValue
builtin_sum(FeelState *state, const FeelValue *args, int count)
{
	FeelNumber	sum;

	if (list_count(args[0]) == 0 || !sum_numbers(state, args[0], &sum))
		return feel_null(state, "the sum of nothing, or one that is too great");
	return value_from_number(sum);
}

/*
 * builtin_mean gives the average of numbers.
 */
static FeelValue
builtin_mean(FeelState *state, const FeelValue *args, int count)
{
	FeelNumber	mean;

	if (!mean_number(state, args[0], &mean))
		return feel_null(state, "the mean of nothing, or one that is too great");
	return value_from_number(mean);
}

/*
 * builtin_product multiplies numbers.
 */
static FeelValue
builtin_product(FeelState *state, const FeelValue *args, int count)
{
	const FeelValue *items = list_items(state, args[0]);
	FeelNumber	product = number_from_int64(1);

	if (list_count(args[0]) == 0)
		return feel_null(state, "the product of nothing");
	for (int32 i = 0; i < list_count(args[0]); i++)
	{
		feel_step(state, 1);
		if (!number_mul(product, items[i].u.number, &product))
			return feel_null(state, "the product is too great");
	}
	return value_from_number(product);
}

/*
 * compare_numbers orders numbers for qsort.
 */
static int
compare_numbers(const void *a, const void *b)
{
	return number_compare(*(const FeelNumber *) a, *(const FeelNumber *) b);
}

/*
 * sorted_numbers gives the numbers of a list in ascending order.
 */
static FeelNumber *
sorted_numbers(FeelState *state, FeelValue list, int32 count)
{
	const FeelValue *items = list_items(state, list);
	FeelNumber *numbers = arena_alloc_array(feel_arena(state), count, sizeof(FeelNumber));

	feel_step(state, count);
	for (int32 i = 0; i < count; i++)
		numbers[i] = items[i].u.number;
	qsort(numbers, count, sizeof(FeelNumber), compare_numbers);
	return numbers;
}

/*
 * builtin_median gives the number in the middle, or the mean of the two there.
 */
static FeelValue
builtin_median(FeelState *state, const FeelValue *args, int count)
{
	int32		item_count = list_count(args[0]);
	FeelNumber *numbers;
	FeelNumber	median;

	if (item_count == 0)
		return feel_null(state, "the median of nothing");
	numbers = sorted_numbers(state, args[0], item_count);
	median = numbers[item_count / 2];
	if (item_count % 2 == 0 &&
		(!number_add(numbers[item_count / 2 - 1], median, &median) ||
		 !number_div(median, number_from_int64(2), &median)))
		return feel_null(state, "the median is too great");
	return value_from_number(median);
}

/*
 * add_square adds (number - mean)^2 to a sum.
 */
static bool
add_square(FeelNumber number, FeelNumber mean, FeelNumber *sum)
{
	FeelNumber	difference;

	return number_sub(number, mean, &difference) &&
		number_mul(difference, difference, &difference) && number_add(*sum, difference, sum);
}

/*
 * builtin_stddev gives the standard deviation of a sample.
 */
static FeelValue
builtin_stddev(FeelState *state, const FeelValue *args, int count)
{
	const FeelValue *items = list_items(state, args[0]);
	int32		item_count = list_count(args[0]);
	FeelNumber	mean;
	FeelNumber	sum = number_from_int64(0);
	bool		done = item_count > 1 && mean_number(state, args[0], &mean);

	for (int32 i = 0; done && i < item_count; i++)
	{
		feel_step(state, 1);
		done = add_square(items[i].u.number, mean, &sum);
	}
	if (!done || !number_div(sum, number_from_int64(item_count - 1), &sum) ||
		!number_sqrt(sum, &sum))
		return feel_null(state, "fewer than two numbers have no standard deviation");
	return value_from_number(sum);
}

/*
 * builtin_mode gives the list of the most frequent numbers, ascending.
 */
static FeelValue
builtin_mode(FeelState *state, const FeelValue *args, int count)
{
	int32		item_count = list_count(args[0]);
	FeelNumber *numbers = sorted_numbers(state, args[0], item_count);
	FeelListBuilder modes;
	int32		most = 0;
	int32		run = 0;

	list_begin(&modes, feel_arena(state));
	for (int32 i = 0; i < item_count; i++)
	{
		run = i > 0 && number_equal(numbers[i - 1], numbers[i]) ? run + 1 : 1;
		if (run > most)
		{
			most = run;
			modes.count = 0;
		}
		if (run == most)
			list_append(&modes, value_from_number(numbers[i]));
	}
	return list_end(&modes);
}

const FeelBuiltin builtin_aggregate[] = {
	{"count", "list: list", builtin_count},
	{"count", "c1: any, c2: any, cn*: any", builtin_count_all},
	{"min", "list...: any", builtin_min},
	{"max", "list...: any", builtin_max},
	{"sum", "list...: number", builtin_sum},
	{"mean", "list...: number", builtin_mean},
	{"product", "list...: number", builtin_product},
	{"median", "list...: number", builtin_median},
	{"stddev", "list...: number", builtin_stddev},
	{"mode", "list...: number", builtin_mode},
	{NULL}
};
