/*-------------------------------------------------------------------------
 *
 * icd_set.c
 *		Sets of ICD-10 codes: intervals, sorted, apart from each other.
 *
 * Pure but for palloc.  Two intervals are apart if there is a code between them;
 * those that touch are one.  An array that keeps to this is called normal here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/shmem.h"
#include "type/icd.h"

#define EXCEPT		"except"
#define EMPTY		"none"

/*
 * compare_firsts orders intervals by where they begin.
 */
static int
compare_firsts(const void *left, const void *right)
{
	IcdCode		a = ((const IcdInterval *) left)->first;
	IcdCode		b = ((const IcdInterval *) right)->first;

	return a < b ? -1 : a > b;
}

/*
 * icd_set_normalize sorts intervals and joins those that overlap or touch; it
 * returns how many are left.
 */
int
icd_set_normalize(IcdInterval *intervals, int count)
{
	int			kept = 0;

	if (count > 1)
		qsort(intervals, count, sizeof(IcdInterval), compare_firsts);
	for (int i = 0; i < count; i++)
	{
		IcdInterval *previous = kept > 0 ? &intervals[kept - 1] : NULL;

		if (previous && (intervals[i].first <= previous->last || intervals[i].first == icd_next(previous->last)))
			previous->last = Max(previous->last, intervals[i].last);
		else
			intervals[kept++] = intervals[i];
	}
	return kept;
}

/*
 * icd_set_contains says whether nothing of inner is outside outer.  Both are
 * normal, so each interval of inner has to be in one of outer's.
 */
bool
icd_set_contains(const IcdInterval *outer, int n_outer, const IcdInterval *inner, int n_inner)
{
	int			j = 0;

	for (int i = 0; i < n_inner; i++)
	{
		while (j < n_outer && outer[j].last < inner[i].first)
			j++;
		if (j == n_outer || outer[j].first > inner[i].first || outer[j].last < inner[i].last)
			return false;
	}
	return true;
}

/*
 * icd_set_overlaps says whether two normal arrays have a code in common.
 */
bool
icd_set_overlaps(const IcdInterval *a, int n_a, const IcdInterval *b, int n_b)
{
	int			i = 0;
	int			j = 0;

	while (i < n_a && j < n_b)
	{
		if (a[i].last < b[j].first)
			i++;
		else if (b[j].last < a[i].first)
			j++;
		else
			return true;
	}
	return false;
}

/*
 * icd_set_union puts all intervals together.
 */
int
icd_set_union(const IcdInterval *a, int n_a, const IcdInterval *b, int n_b, IcdInterval *result)
{
	memcpy(result, a, n_a * sizeof(IcdInterval));
	memcpy(result + n_a, b, n_b * sizeof(IcdInterval));
	return icd_set_normalize(result, n_a + n_b);
}

/*
 * icd_set_difference cuts the intervals of b out of those of a.  Both are
 * normal, and so is the result.
 */
int
icd_set_difference(const IcdInterval *a, int n_a, const IcdInterval *b, int n_b, IcdInterval *result)
{
	int			count = 0;
	int			j = 0;

	for (int i = 0; i < n_a; i++)
	{
		IcdInterval rest = a[i];
		bool		is_left = true;

		while (j < n_b && b[j].last < rest.first)
			j++;
		for (int k = j; is_left && k < n_b && b[k].first <= rest.last; k++)
		{
			if (b[k].first > rest.first)
			{
				result[count].first = rest.first;
				result[count++].last = icd_previous(b[k].first);
			}
			is_left = b[k].last < rest.last;
			if (is_left)
				rest.first = icd_next(b[k].last);
		}
		if (is_left)
			result[count++] = rest;
	}
	return count;
}

/*
 * icd_set_intersection keeps what both have.  Both are normal, and so is the
 * result.
 */
int
icd_set_intersection(const IcdInterval *a, int n_a, const IcdInterval *b, int n_b, IcdInterval *result)
{
	int			count = 0;
	int			i = 0;
	int			j = 0;

	while (i < n_a && j < n_b)
	{
		IcdCode		first = Max(a[i].first, b[j].first);
		IcdCode		last = Min(a[i].last, b[j].last);

		if (first <= last)
		{
			result[count].first = first;
			result[count++].last = last;
		}
		if (a[i].last < b[j].last)
			i++;
		else
			j++;
	}
	return count;
}

/*
 * is_word says whether a text is a word, in capitals or not.
 */
static bool
is_word(const char *text, size_t length, const char *word)
{
	return length == strlen(word) && pg_strncasecmp(text, word, length) == 0;
}

/*
 * find_except returns where the word "except" begins; NULL: nowhere.  No code
 * holds six letters in a row without a digit before them, so the first is it.
 */
static const char *
find_except(const char *text, size_t length)
{
	size_t		word = strlen(EXCEPT);

	for (size_t i = 1; i + word < length; i++)
		if (is_word(text + i, word, EXCEPT) && input_is_space(text[i - 1]) && input_is_space(text[i + word]))
			return text + i;
	return NULL;
}

/*
 * list_parse reads ranges with commas between them.
 */
static bool
list_parse(const char *text, size_t length, IcdInterval **intervals, int *count, InputFault *fault)
{
	const char *end = text + length;
	int			room = 1;

	for (const char *c = text; c < end; c++)
		room += *c == ',';
	fault->item = text;
	fault->item_length = length;
	if (room > ICD_SET_INTERVALS_MAX)
		return input_refuse(fault, "A list has at most %d codes and ranges.", ICD_SET_INTERVALS_MAX);
	*intervals = palloc(mul_size(room, sizeof(IcdInterval)));
	*count = 0;
	for (int i = 0; i < room; i++)
	{
		const char *comma = memchr(text, ',', end - text);
		const char *item_end = comma ? comma : end;

		CHECK_FOR_INTERRUPTS();
		fault->item = text;
		fault->item_length = item_end - text;
		if (!icd_range_parse(text, item_end - text, &(*intervals)[i], fault))
			return false;
		text = comma ? comma + 1 : end;
	}
	*count = icd_set_normalize(*intervals, room);
	return true;
}

/*
 * icd_set_parse reads "C00-C97, D00-D09 except C44, C73", or "none".
 */
bool
icd_set_parse(const char *text, size_t length, IcdInterval **intervals, int *count, InputFault *fault)
{
	const char *except;
	const char *after;
	IcdInterval *included;
	IcdInterval *excepted;
	int			n_included;
	int			n_excepted;

	input_trim(&text, &length);
	if (is_word(text, length, EMPTY))
	{
		*intervals = NULL;
		*count = 0;
		return true;
	}
	except = find_except(text, length);
	if (except == NULL)
		return list_parse(text, length, intervals, count, fault);
	after = except + strlen(EXCEPT);
	if (!list_parse(text, except - text, &included, &n_included, fault) ||
		!list_parse(after, text + length - after, &excepted, &n_excepted, fault))
		return false;
	*intervals = palloc(mul_size(n_included + n_excepted, sizeof(IcdInterval)));
	*count = icd_set_difference(included, n_included, excepted, n_excepted, *intervals);
	if (*count > ICD_SET_INTERVALS_MAX)
		return input_refuse(fault, "A set has at most %d ranges.", ICD_SET_INTERVALS_MAX);
	return true;
}

/*
 * find_exceptions marks the intervals after which there is a gap that is best
 * written as an exception: one of the gaps in a category that the set has on
 * both sides.  So "C34 except C34.9" is written as it was read, and not as
 * "C34-C34.8,C34.A-C34", and a list of single codes stays one.
 */
static bool *
find_exceptions(const IcdInterval *intervals, int count)
{
	bool	   *is_before_exception = palloc0(Max(count, 1) * sizeof(bool));
	int			i = 0;

	while (i + 1 < count)
	{
		IcdCode		category = icd_category(icd_next(intervals[i].last));
		IcdCode		end = icd_last_under(category);
		int			j = i;

		CHECK_FOR_INTERRUPTS();
		while (j + 1 < count && intervals[j + 1].first <= end)
			j++;
		if (intervals[i].first <= category && intervals[j].last >= end)
			memset(is_before_exception + i, true, j - i);
		i = Max(j, i + 1);
	}
	return is_before_exception;
}

/*
 * icd_set_print writes a set as icd_set_parse reads it: the ranges, then the
 * exceptions.
 */
void
icd_set_print(const IcdInterval *intervals, int count, StringInfo out)
{
	bool	   *is_before_exception = find_exceptions(intervals, count);
	const char *separator = "";

	if (count == 0)
		appendStringInfoString(out, EMPTY);
	for (int i = 0; i < count; i++)
	{
		IcdInterval range = intervals[i];

		while (is_before_exception[i])
			range.last = intervals[++i].last;
		appendStringInfoString(out, separator);
		icd_range_print(&range, out);
		separator = ",";
	}
	separator = " " EXCEPT " ";
	for (int i = 0; i < count; i++)
	{
		IcdInterval gap;

		if (!is_before_exception[i])
			continue;
		gap.first = icd_next(intervals[i].last);
		gap.last = icd_previous(intervals[i + 1].first);
		appendStringInfoString(out, separator);
		icd_range_print(&gap, out);
		separator = ",";
	}
	pfree(is_before_exception);
}
