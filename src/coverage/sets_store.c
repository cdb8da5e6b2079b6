/*-------------------------------------------------------------------------
 *
 * sets_store.c
 *		Sets of people between memory and the tables that keep them.
 *
 * Sets are written in batches.  Adding is one statement, whether a row is there
 * or not.  Looking again at people compares what the tables say of them with
 * what is true, and writes only the sets that are wrong.
 *
 * Who calls holds LOCK_COVERAGE, so nobody else writes these tables.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "core/plan.h"
#include "coverage/sets.h"

#define BATCH_ROWS_MAX	2000
#define BATCH_BYTES_MAX (16 * 1024 * 1024)

/* Columns of a row, in this order in all statements. */
typedef enum StoredColumn
{
	COLUMN_PLACE,
	COLUMN_KIND,
	COLUMN_SPAN,
	COLUMN_STARTS_ON,
	COLUMN_REGION,
	COLUMN_SERVICE,
	COLUMN_INSURER,
	COLUMN_MEMBERS,
	COLUMN_COUNT
} StoredColumn;

static const Oid column_types[COLUMN_COUNT] = {TEXTOID, TEXTOID, TEXTOID, DATEOID, INT4OID, INT8OID, TEXTOID, BYTEAOID};

#define COLUMN_TYPES {TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, DATEARRAYOID, INT4ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, BYTEAARRAYOID}
#define ROWS_GIVEN \
	"unnest($1, $2, $3, $4, $5, $6, $7, $8) AS k (place, kind, span, starts_on, region, service_id, insurer, members)"
#define PEOPLE "(SELECT $1::assure.memberset)"

static const char *const place_names[] = {"customer", "branch", NULL};
static const char *const kind_names[] = {"start", "joined", "left", "any", NULL};

/* The statements of a table: rows added to, rows replaced, rows that have some of the people. */
typedef struct TableStatements
{
	SqlPlan		add;
	SqlPlan		replace;
	SqlPlan		drop_empty;
	SqlPlan		find;
} TableStatements;

static TableStatements statements[SET_TABLE_COUNT] = {
	{
		{"INSERT INTO assure_internal.served_cell AS c (place, span, starts_on, service_id, insurer, region, members) "
			"SELECT place, span, starts_on, service_id, insurer, region::assure.region, members::assure.memberset FROM " ROWS_GIVEN
			" ON CONFLICT (starts_on, service_id, span, place, insurer, region) "
		"DO UPDATE SET members = c.members OPERATOR(assure.|) excluded.members", COLUMN_TYPES},
		{"UPDATE assure_internal.served_cell c SET members = k.members::assure.memberset FROM " ROWS_GIVEN
			" WHERE c.place = k.place AND c.span = k.span AND c.starts_on = k.starts_on AND c.service_id = k.service_id AND c.insurer = k.insurer "
		"AND c.region OPERATOR(assure.=) k.region::assure.region", COLUMN_TYPES},
		{"DELETE FROM assure_internal.served_cell WHERE assure.is_empty(members)", {0}},
		{"SELECT place, 'start'::text, span, starts_on, region::int, service_id, insurer, members "
		"FROM assure_internal.served_cell WHERE members OPERATOR(assure.&&) " PEOPLE, {BYTEAOID}}
	},
	{
		{"INSERT INTO assure_internal.served_total AS c (place, span, starts_on, insurer, region, members) "
			"SELECT place, span, starts_on, insurer, region::assure.region, members::assure.memberset FROM " ROWS_GIVEN
		" ON CONFLICT (starts_on, span, place, insurer, region) DO UPDATE SET members = c.members OPERATOR(assure.|) excluded.members", COLUMN_TYPES},
		{"UPDATE assure_internal.served_total c SET members = k.members::assure.memberset FROM " ROWS_GIVEN
			" WHERE c.place = k.place AND c.span = k.span AND c.starts_on = k.starts_on AND c.insurer = k.insurer "
		"AND c.region OPERATOR(assure.=) k.region::assure.region", COLUMN_TYPES},
		{"DELETE FROM assure_internal.served_total WHERE assure.is_empty(members)", {0}},
		{"SELECT place, 'start'::text, span, starts_on, region::int, 0::int8, insurer, members "
		"FROM assure_internal.served_total WHERE members OPERATOR(assure.&&) " PEOPLE, {BYTEAOID}}
	},
	{
		{"INSERT INTO assure_internal.insured_total AS c (place, kind, span, starts_on, insurer, region, members) "
			"SELECT place, kind, span, starts_on, insurer, region::assure.region, members::assure.memberset FROM " ROWS_GIVEN
		" ON CONFLICT (starts_on, span, place, kind, insurer, region) DO UPDATE SET members = c.members OPERATOR(assure.|) excluded.members", COLUMN_TYPES},
		{"UPDATE assure_internal.insured_total c SET members = k.members::assure.memberset FROM " ROWS_GIVEN
			" WHERE c.place = k.place AND c.kind = k.kind AND c.span = k.span AND c.starts_on = k.starts_on AND c.insurer = k.insurer "
		"AND c.region OPERATOR(assure.=) k.region::assure.region", COLUMN_TYPES},
		{"DELETE FROM assure_internal.insured_total WHERE assure.is_empty(members)", {0}},
		{"SELECT place, kind, span, starts_on, region::int, 0::int8, insurer, members "
		"FROM assure_internal.insured_total WHERE members OPERATOR(assure.&&) " PEOPLE, {BYTEAOID}}
	}
};

/* Rows on their way into a table. */
typedef struct Batch
{
	SqlPlan    *plan;
	Insurers   *insurers;
	MemoryContext context;
	Column		columns[COLUMN_COUNT];
	size_t		bytes;
} Batch;

/*
 * batch_start begins a batch in a memory context of its own.
 */
static void
batch_start(Batch *batch)
{
	MemoryContext before;

	MemoryContextReset(batch->context);
	before = MemoryContextSwitchTo(batch->context);
	for (int i = 0; i < COLUMN_COUNT; i++)
		column_start(&batch->columns[i], column_types[i]);
	batch->bytes = 0;
	MemoryContextSwitchTo(before);
}

/*
 * batch_run writes the rows and begins the next batch.
 */
static void
batch_run(Batch *batch)
{
	MemoryContext before = MemoryContextSwitchTo(batch->context);
	Datum		values[COLUMN_COUNT];

	if (batch->columns[0].count > 0)
	{
		for (int i = 0; i < COLUMN_COUNT; i++)
			values[i] = column_array(&batch->columns[i]);
		plan_run(batch->plan, values, NULL);
	}
	MemoryContextSwitchTo(before);
	batch_start(batch);
	CHECK_FOR_INTERRUPTS();
}

/*
 * batch_add adds a row; the set is copied.
 */
static void
batch_add(Batch *batch, const SetKey *key, const MemberSet *set)
{
	MemoryContext before = MemoryContextSwitchTo(batch->context);
	Column	   *columns = batch->columns;

	column_add_text(&columns[COLUMN_PLACE], place_names[key->place]);
	column_add_text(&columns[COLUMN_KIND], kind_names[key->kind]);
	column_add_text(&columns[COLUMN_SPAN], span_name((Span) key->span));
	column_add(&columns[COLUMN_STARTS_ON], DateADTGetDatum(month_day(key->month)));
	column_add(&columns[COLUMN_REGION], Int32GetDatum(key->region));
	column_add_int64(&columns[COLUMN_SERVICE], key->service_id);
	column_add(&columns[COLUMN_INSURER], PointerGetDatum(batch->insurers->names[key->insurer]));
	column_add(&columns[COLUMN_MEMBERS], PointerGetDatum(memcpy(palloc(VARSIZE_ANY(set)), set, VARSIZE_ANY(set))));
	batch->bytes += VARSIZE_ANY(set);
	MemoryContextSwitchTo(before);
	if (columns[0].count >= BATCH_ROWS_MAX || batch->bytes >= BATCH_BYTES_MAX)
		batch_run(batch);
}

/*
 * batch_begin makes the first batch for a statement.
 */
static void
batch_begin(Batch *batch, SqlPlan *plan, const Sets *sets)
{
	batch->plan = plan;
	batch->insurers = sets->insurers;
	batch->context = AllocSetContextCreate(sets->context, "sets to be written", ALLOCSET_DEFAULT_SIZES);
	batch_start(batch);
}

/*
 * batch_end writes what is left.
 */
static void
batch_end(Batch *batch)
{
	batch_run(batch);
	MemoryContextDelete(batch->context);
}

/*
 * compare_entries orders sets about as the indexes of their tables do, so that
 * neighbours are written one after another.
 */
static int
compare_entries(const void *a, const void *b)
{
	const SetKey *left = &(*(SetEntry *const *) a)->key;
	const SetKey *right = &(*(SetEntry *const *) b)->key;
	int64		order[] = {
		left->table - right->table, left->month - right->month, left->service_id - right->service_id, left->span - right->span,
		left->place - right->place, left->kind - right->kind, left->insurer - right->insurer, left->region - right->region
	};

	for (int i = 0; i < (int) lengthof(order); i++)
		if (order[i] != 0)
			return order[i] < 0 ? -1 : 1;
	return 0;
}

/*
 * sets_add_to_tables adds all sets to the tables, but those that have them.
 */
void
sets_add_to_tables(Sets *sets)
{
	Batch		batches[SET_TABLE_COUNT];
	int			count;
	SetEntry  **entries = sets_list(sets, &count);

	qsort(entries, count, sizeof(SetEntry *), compare_entries);
	for (int i = 0; i < SET_TABLE_COUNT; i++)
		batch_begin(&batches[i], &statements[i].add, sets);
	for (int i = 0; i < count; i++)
		if (!entries[i]->is_stored && !set_is_empty(set_written(sets, entries[i])))
			batch_add(&batches[entries[i]->key.table], &entries[i]->key, set_written(sets, entries[i]));
	for (int i = 0; i < SET_TABLE_COUNT; i++)
		batch_end(&batches[i]);
	pfree(entries);
}

/* People looked at again. */
typedef struct Recheck
{
	Sets	   *fresh;
	SetTable	table;
	SetReader	people;
	Batch		replaced;
	bool		has_emptied;
	List	   *rows;			/* of SetKey, MemberSet * in turn: what is to be replaced */
} Recheck;

/*
 * name_number finds a name in a list of them.
 */
static int
name_number(const char *const *names, Datum name)
{
	char	   *wanted = TextDatumGetCString(name);
	int			i = 0;

	while (names[i] != NULL && strcmp(names[i], wanted) != 0)
		i++;
	if (names[i] == NULL)
		elog(ERROR, "\"%s\" is not the name of a set", wanted);
	pfree(wanted);
	return i;
}

/*
 * key_of_row reads the key of a row.
 */
static SetKey
key_of_row(Recheck *recheck, const Datum *values)
{
	SetKey		key = {.table = recheck->table};
	char	   *span = TextDatumGetCString(values[COLUMN_SPAN]);

	key.place = name_number(place_names, values[COLUMN_PLACE]);
	key.kind = name_number(kind_names, values[COLUMN_KIND]);
	key.span = span[0] == 'm' ? SPAN_MONTH : span[0] == 'q' ? SPAN_QUARTER : SPAN_YEAR;
	key.month = month_of(DatumGetDateADT(values[COLUMN_STARTS_ON]));
	key.region = DatumGetInt32(values[COLUMN_REGION]);
	key.service_id = DatumGetInt64(values[COLUMN_SERVICE]);
	key.insurer = insurer_number(recheck->fresh->insurers, DatumGetTextPP(values[COLUMN_INSURER]));
	pfree(span);
	return key;
}

/*
 * row_recheck compares what a stored set has of the people with what it should
 * have, and keeps the set as it should be if they differ.
 */
static void
row_recheck(const Datum *values, const bool *nulls, void *state)
{
	Recheck    *recheck = state;
	SetKey		key = key_of_row(recheck, values);
	MemberSet  *stored = (MemberSet *) PG_DETOAST_DATUM(values[COLUMN_MEMBERS]);
	SetEntry   *entry = hash_search(recheck->fresh->entries, &key, HASH_FIND, NULL);
	MemberUnion members;
	MemberSet  *has;
	MemberSet  *should;
	SetReader	reader;

	union_begin(&members, memory_max());
	should = entry == NULL ? union_write(&members) : union_write(&entry->members);
	set_read(&reader, stored);
	has = set_intersect(&reader, &recheck->people);
	if (set_length(has) != set_length(should) || memcmp(set_bytes(has), set_bytes(should), set_length(has)) != 0)
	{
		SetReader	wanted;

		set_read(&wanted, should);
		if (!union_add_set(&members, &reader) || !union_remove_set(&members, &recheck->people) || !union_add_set(&members, &wanted))
			memory_exceeded(0);
		recheck->rows = lappend(recheck->rows, memcpy(palloc(sizeof(key)), &key, sizeof(key)));
		recheck->rows = lappend(recheck->rows, union_write(&members));
		if (union_count(&members) == 0)
			recheck->has_emptied = true;
		union_end(&members);
	}
	if (entry != NULL)
		entry->is_stored = true;
	pfree(has);
	pfree(should);
	if ((Pointer) stored != DatumGetPointer(values[COLUMN_MEMBERS]))
		pfree(stored);
}

/*
 * sets_recheck makes a table say the truth of some people: fresh has all sets of
 * that table that they are in, with only these people.  Returns how many sets
 * were wrong; what no row was there for remains to be added.
 */
int64
sets_recheck(Sets *fresh, SetTable table, const MemberSet *people)
{
	Recheck		recheck = {.fresh = fresh, .table = table};
	MemoryContext before = MemoryContextSwitchTo(fresh->context);
	Datum		value = PointerGetDatum(people);

	set_read(&recheck.people, people);
	plan_run_each(&statements[table].find, &value, row_recheck, &recheck);
	batch_begin(&recheck.replaced, &statements[table].replace, fresh);
	for (int i = 0; i < list_length(recheck.rows); i += 2)
		batch_add(&recheck.replaced, list_nth(recheck.rows, i), list_nth(recheck.rows, i + 1));
	batch_end(&recheck.replaced);
	if (recheck.has_emptied)
		plan_run(&statements[table].drop_empty, NULL, NULL);
	MemoryContextSwitchTo(before);
	return list_length(recheck.rows) / 2;
}
