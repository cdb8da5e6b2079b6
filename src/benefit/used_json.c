/*-------------------------------------------------------------------------
 *
 * used_json.c
 *		Reads and writes what is used: counter, period, measure.
 *
 * An empty object under a counter or a period is kept as an entry without a
 * measure, so that counters which the terms do not know pass through as they
 * came.  "last" and "groups" are read as the events and groups that they stand
 * for, and written out of them (benefit.h).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/benefit_names.h"
#include "benefit/result_parts.h"
#include "core/errors.h"
#include "core/fixed.h"
#include "core/json.h"
#include "miscadmin.h"
#include "storage/shmem.h"

#define FAMILY_SUFFIX		"@family"
#define GROUPS_MAX			1000

/* Entries while they are read. */
typedef struct UsedList
{
	Used	   *used;
	int			n_allocated;
} UsedList;

/*
 * add_entry adds an entry.
 */
static UsedEntry *
add_entry(const DocNode *node, UsedList *list, const UsedEntry *pattern)
{
	Used	   *used = list->used;

	if (used->n_entries == USED_ENTRIES_MAX)
		doc_fail(node, ERRCODE_PROGRAM_LIMIT_EXCEEDED, NULL,
				 "more than %d values", USED_ENTRIES_MAX);
	if (used->n_entries == list->n_allocated)
	{
		list->n_allocated *= 2;
		used->entries = repalloc(used->entries,
								 mul_size(sizeof(UsedEntry),
										  list->n_allocated));
	}
	used->entries[used->n_entries] = *pattern;
	return &used->entries[used->n_entries++];
}

/*
 * read_key copies the key of a node.
 */
static char *
read_key(const DocNode *node)
{
	if (node->key_bytes == 0 || node->key_bytes > CLAIM_TEXT_BYTES_MAX)
		doc_fail_invalid(node, "a name has 1 to %d bytes",
						 CLAIM_TEXT_BYTES_MAX);
	return pnstrdup(node->key, node->key_bytes);
}

/*
 * read_last reads the last event that was paid for.
 */
static void
read_last(const DocNode *node, UsedList *list, const UsedEntry *pattern)
{
	UsedEntry  *entry = add_entry(node, list, pattern);

	entry->period_kind = PERIOD_EVENT;
	entry->period_start = doc_date(node);
	entry->measure = MEASURE_COUNT;
	entry->value = 1;
}

/*
 * is_group says whether a group stands among the entries from "first" on.
 */
static bool
is_group(const Used *used, int first, const char *name)
{
	int			i;

	for (i = first; i < used->n_entries; i++)
		if (strcmp(used->entries[i].name, name) == 0)
			return true;
	return false;
}

/*
 * read_groups reads the groups that were paid for, none twice; an entry of its
 * own says that there is a list.
 */
static void
read_groups(const DocNode *node, UsedList *list, const UsedEntry *pattern)
{
	int			count = doc_list(node, 0, GROUPS_MAX);
	int			first;
	int			i;

	add_entry(node, list, pattern)->measure = MEASURE_GROUPS;
	first = list->used->n_entries;
	for (i = 0; i < count && !node->reader->failed; i++)
	{
		DocNode		child;
		UsedEntry  *entry;
		char	   *name;

		doc_element(node, i, &child);
		name = doc_text(&child, CLAIM_TEXT_BYTES_MAX);
		if (is_group(list->used, first, name))
			doc_fail_invalid(&child, "is named twice");
		entry = add_entry(node, list, pattern);
		entry->period_kind = PERIOD_GROUP;
		entry->name = name;
		entry->measure = MEASURE_COUNT;
		entry->value = 1;
	}
}

/*
 * read_value reads one value.
 */
static void
read_value(const DocNode *node, Measure measure, UsedList *list,
		   const UsedEntry *pattern)
{
	UsedEntry  *entry = add_entry(node, list, pattern);

	entry->measure = measure;
	entry->value = measure == MEASURE_COUNT || measure == MEASURE_DAYS
		? doc_integer(node, 0, PG_INT32_MAX) : doc_amount(node);
}

/*
 * read_measure reads a value, or "last" or "groups" of a lifetime.
 */
static void
read_measure(const DocNode *node, UsedList *list, const UsedEntry *pattern)
{
	char	   *key = read_key(node);
	Measure		measure = measure_parse(key);

	if (measure == MEASURE_NONE)
		doc_fail_invalid(node, "unknown key");
	else if (measure < MEASURE_LAST)
		read_value(node, measure, list, pattern);
	else if (pattern->period_kind != PERIOD_LIFETIME)
		doc_fail_invalid(node, "stands under \"lifetime\" only");
	else if (measure == MEASURE_LAST)
		read_last(node, list, pattern);
	else
		read_groups(node, list, pattern);
	pfree(key);
}

/*
 * read_period reads the values of one period of a counter.
 */
static void
read_period(const DocNode *node, UsedList *list, const UsedEntry *counter)
{
	UsedEntry	pattern = *counter;
	char	   *key = read_key(node);
	DocEach		each;
	DocNode		child;

	if (!node->reader->failed &&
		(!period_parse(key, &pattern.period_kind, &pattern.period_start,
					   &pattern.name) || pattern.period_kind > PERIOD_STAY))
		doc_fail_invalid(node, "not a period such as \"year:2024-01-01\", \"day:2024-03-02\" or \"lifetime\"");
	if (doc_object(node, NULL) && doc_object_size(node) == 0)
		(void) add_entry(node, list, &pattern);
	doc_each_begin(&each, node);
	while (doc_each_next(&each, &child))
		read_measure(&child, list, &pattern);
	pfree(key);
}

/*
 * read_counter reads the periods of one counter.
 */
static void
read_counter(const DocNode *node, UsedList *list)
{
	UsedEntry	pattern;
	char	   *name = read_key(node);
	int			suffix = (int) strlen(name) - (int) strlen(FAMILY_SUFFIX);
	DocEach		each;
	DocNode		child;

	memset(&pattern, 0, sizeof(pattern));
	pattern.counter = name;
	if (suffix > 0 && strcmp(name + suffix, FAMILY_SUFFIX) == 0)
	{
		pattern.is_family = true;
		name[suffix] = '\0';
	}
	pattern.counter_key = text_key(name);
	if (doc_object(node, NULL) && doc_object_size(node) == 0)
		(void) add_entry(node, list, &pattern);
	doc_each_begin(&each, node);
	while (doc_each_next(&each, &child))
		read_period(&child, list, &pattern);
}

/*
 * used_from_jsonb reads what is used.
 */
void
used_from_jsonb(Jsonb *document, Used *used)
{
	UsedList	list = {used, 16};
	DocReader	reader;
	DocNode		root;
	DocNode		child;
	DocEach		each;

	used->n_entries = 0;
	used->entries = palloc(sizeof(UsedEntry) * list.n_allocated);
	doc_open(&reader, &root, document, "used", ERRCODE_ASSURE_INVALID_USED);
	(void) doc_object(&root, NULL);
	doc_each_begin(&each, &root);
	while (doc_each_next(&each, &child))
	{
		CHECK_FOR_INTERRUPTS();
		read_counter(&child, &list);
	}
	doc_report(&reader, NULL);
}

/*
 * shown_kind says under which kind of period an entry is written: events and
 * groups under the lifetime.
 */
static PeriodKind
shown_kind(const UsedEntry *entry)
{
	return entry->period_kind > PERIOD_STAY ? PERIOD_LIFETIME
		: entry->period_kind;
}

/*
 * compare_periods orders entries by counter and by the period under which they
 * are written.
 */
static int
compare_periods(const UsedEntry *a, const UsedEntry *b)
{
	int			order = strcmp(a->counter, b->counter);

	if (order != 0)
		return order;
	if (a->is_family != b->is_family)
		return a->is_family ? 1 : -1;
	if (shown_kind(a) != shown_kind(b))
		return shown_kind(a) < shown_kind(b) ? -1 : 1;
	if (shown_kind(a) == PERIOD_LIFETIME)
		return 0;
	if (a->period_start != b->period_start)
		return a->period_start < b->period_start ? -1 : 1;
	return a->period_kind == PERIOD_STAY ? strcmp(a->name, b->name) : 0;
}

/*
 * compare_entries orders entries for writing; groups stay in their order.
 */
static int
compare_entries(const void *left, const void *right)
{
	const UsedEntry *a = *(const UsedEntry *const *) left;
	const UsedEntry *b = *(const UsedEntry *const *) right;
	int			order = compare_periods(a, b);

	if (order != 0)
		return order;
	if (a->period_kind != b->period_kind)
		return (int) a->period_kind - (int) b->period_kind;
	if (a->measure != b->measure)
		return (int) a->measure - (int) b->measure;
	return a < b ? -1 : a > b;
}

/*
 * push_measure pushes one value.
 */
static void
push_measure(JsonbParseState **state, const UsedEntry *entry)
{
	const char *name = measure_name(entry->measure);

	switch (entry->measure)
	{
		case MEASURE_AMOUNT:
		case MEASURE_BASE:
		case MEASURE_MEMBER:
		case MEASURE_DEDUCTIBLE:
			doc_push_amount(state, name, entry->value);
			break;
		case MEASURE_COUNT:
		case MEASURE_DAYS:
			doc_push_integer(state, name, entry->value);
			break;
		case MEASURE_NONE:
		case MEASURE_LAST:
		case MEASURE_GROUPS:
			break;
	}
}

/*
 * push_events pushes the last event and the groups of a lifetime, out of its
 * entries.
 */
static void
push_events(JsonbParseState **state, const UsedEntry **entries, int count)
{
	const UsedEntry *last = NULL;
	bool		has_list = false;
	int			i;

	for (i = 0; i < count; i++)
	{
		if (entries[i]->period_kind == PERIOD_EVENT &&
			(last == NULL || entries[i]->period_start > last->period_start))
			last = entries[i];
		has_list |= entries[i]->period_kind == PERIOD_GROUP ||
			entries[i]->measure == MEASURE_GROUPS;
	}
	if (last)
		doc_push_date(state, measure_name(MEASURE_LAST), last->period_start);
	if (!has_list)
		return;
	doc_push_key(state, measure_name(MEASURE_GROUPS));
	(void) pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < count; i++)
		if (entries[i]->period_kind == PERIOD_GROUP)
			doc_push_element_text(state, entries[i]->name);
	(void) pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/*
 * push_period pushes the values of one period: those from "first" that are of
 * it.  Says where the next period begins.
 */
static int
push_period(JsonbParseState **state, const UsedEntry **entries, int first,
			int end)
{
	const UsedEntry *period = entries[first];
	int			i;

	if (period->period_kind == PERIOD_NONE)
		return first + 1;
	doc_push_key(state, period_name(shown_kind(period), period->period_start,
									period->name));
	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	for (i = first; i < end && compare_periods(period, entries[i]) == 0; i++)
		if (entries[i]->period_kind == shown_kind(period))
			push_measure(state, entries[i]);
	push_events(state, &entries[first], i - first);
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
	return i;
}

/*
 * push_counter pushes the periods of one counter; says where the next begins.
 */
static int
push_counter(JsonbParseState **state, const UsedEntry **entries, int first,
			 int end)
{
	const UsedEntry *counter = entries[first];
	int			last = first;
	int			i = first;

	while (last < end && strcmp(counter->counter, entries[last]->counter) == 0 &&
		   counter->is_family == entries[last]->is_family)
		last++;
	doc_push_key(state, counter->is_family
				 ? psprintf("%s" FAMILY_SUFFIX, counter->counter)
				 : counter->counter);
	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	while (i < last)
		i = push_period(state, entries, i, last);
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
	return last;
}

/*
 * used_push pushes what is used as an object.
 */
JsonbValue *
used_push(JsonbParseState **state, const Used *used)
{
	const UsedEntry **entries = palloc(mul_size(sizeof(UsedEntry *),
												Max(used->n_entries, 1)));
	int			i;

	for (i = 0; i < used->n_entries; i++)
		entries[i] = &used->entries[i];
	qsort(entries, used->n_entries, sizeof(UsedEntry *), compare_entries);
	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	for (i = 0; i < used->n_entries;)
	{
		CHECK_FOR_INTERRUPTS();
		i = push_counter(state, entries, i, used->n_entries);
	}
	return pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * used_to_jsonb writes what is used.
 */
Jsonb *
used_to_jsonb(const Used *used)
{
	JsonbParseState *state = NULL;

	return JsonbValueToJsonb(used_push(&state, used));
}
