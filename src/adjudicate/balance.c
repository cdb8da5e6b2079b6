/*-------------------------------------------------------------------------
 *
 * balance.c
 *		What is used of each counter, in memory while a chunk is adjudicated.
 *
 * Several claims of one account may stand in one chunk, so a booking of the
 * first must be seen by the second.  Rows are kept by account in a hash table;
 * an account has a few dozen of them, walked in line.
 *
 * Memory: everything lives in the context in which the set was created.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "nodes/pg_list.h"
#include "utils/hsearch.h"

#include "adjudicate/chunk.h"

struct BalanceSet
{
	MemoryContext context;
	HTAB	   *accounts;
	int			changed_count;
};

typedef struct AccountBalances
{
	int64		account_id;		/* key */
	List	   *rows;			/* of BalanceRow * */
} AccountBalances;

/*
 * balance_set_create makes an empty set.
 */
BalanceSet *
balance_set_create(void)
{
	HASHCTL		control = {.keysize = sizeof(int64), .entrysize = sizeof(AccountBalances), .hcxt = CurrentMemoryContext};
	BalanceSet *set = palloc0(sizeof(BalanceSet));

	set->context = CurrentMemoryContext;
	set->accounts = hash_create("pg_assure balances by account", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	return set;
}

/*
 * account_balances finds or makes the entry of an account.
 */
static AccountBalances *
account_balances(BalanceSet *set, int64 account_id)
{
	bool		found;
	AccountBalances *entry = hash_search(set->accounts, &account_id, HASH_ENTER, &found);

	if (!found)
		entry->rows = NIL;
	return entry;
}

/*
 * balance_set_add adds a row as it was read.
 */
void
balance_set_add(BalanceSet *set, const BalanceRow *row)
{
	MemoryContext before = MemoryContextSwitchTo(set->context);
	AccountBalances *entry = account_balances(set, row->account_id);
	BalanceRow *copy = palloc(sizeof(BalanceRow));

	*copy = *row;
	copy->counter = pstrdup(row->counter);
	copy->counter_key = text_key(row->counter);
	copy->name = row->name ? pstrdup(row->name) : NULL;
	entry->rows = lappend(entry->rows, copy);
	MemoryContextSwitchTo(before);
}

/*
 * balance_set_used hands the calculation what it may read: the counters of the
 * member and of the family.
 */
void
balance_set_used(BalanceSet *set, int64 account_id, int64 member_id, Used *used)
{
	AccountBalances *entry = account_balances(set, account_id);
	ListCell   *cell;

	used->n_entries = 0;
	used->entries = palloc0(sizeof(UsedEntry) * Max(list_length(entry->rows), 1));
	foreach(cell, entry->rows)
	{
		BalanceRow *row = lfirst(cell);
		UsedEntry  *to;

		if (row->value == 0 || (row->member_id != member_id && row->member_id != 0))
			continue;
		to = &used->entries[used->n_entries++];
		to->counter = row->counter;
		to->counter_key = row->counter_key;
		to->is_family = row->member_id == 0;
		to->period_kind = row->period_kind;
		to->period_start = row->period_start;
		to->name = row->name;
		to->measure = row->measure;
		to->value = row->value;
	}
}

/*
 * same_name compares what tells stays and groups apart.
 */
static bool
same_name(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/*
 * balance_find returns the row that a booking goes to, or NULL.
 */
static BalanceRow *
balance_find(AccountBalances *entry, int64 member_id, const Booking *booking)
{
	ListCell   *cell;

	foreach(cell, entry->rows)
	{
		BalanceRow *row = lfirst(cell);

		if (row->member_id == member_id && row->measure == booking->measure &&
			row->is_paid == booking->is_paid && row->period_kind == booking->period_kind &&
			row->period_start == booking->period_start && same_name(row->name, booking->name) &&
			strcmp(row->counter, booking->counter) == 0)
			return row;
	}
	return NULL;
}

/*
 * balance_set_book adds a booking to the balances.  What is taken off leaves the
 * limit as it was: a limit in force is that of what was last added.
 */
void
balance_set_book(BalanceSet *set, int64 account_id, int64 member_id, const Booking *booking)
{
	MemoryContext before = MemoryContextSwitchTo(set->context);
	AccountBalances *entry = account_balances(set, account_id);
	int64		whose = booking->is_family ? 0 : member_id;
	BalanceRow *row = balance_find(entry, whose, booking);

	if (row == NULL)
	{
		row = palloc0(sizeof(BalanceRow));
		row->account_id = account_id;
		row->member_id = whose;
		row->counter = pstrdup(booking->counter);
		row->counter_key = text_key(row->counter);
		row->period_kind = booking->period_kind;
		row->period_start = booking->period_start;
		row->name = booking->name ? pstrdup(booking->name) : NULL;
		row->measure = booking->measure;
		row->is_paid = booking->is_paid;
		row->limit = -1;
		entry->rows = lappend(entry->rows, row);
	}
	if (row->delta == 0)
		set->changed_count++;
	row->value += booking->delta;
	row->delta += booking->delta;
	if (booking->delta > 0)
		row->limit = booking->limit;
	MemoryContextSwitchTo(before);
}

/*
 * balance_row_compare orders rows by their key, the order in which they are
 * locked when they are written.
 */
static int
balance_row_compare(const void *a, const void *b)
{
	const BalanceRow *x = *(BalanceRow *const *) a;
	const BalanceRow *y = *(BalanceRow *const *) b;
	int			by_counter;

	if (x->account_id != y->account_id)
		return x->account_id < y->account_id ? -1 : 1;
	if (x->member_id != y->member_id)
		return x->member_id < y->member_id ? -1 : 1;
	by_counter = strcmp(x->counter, y->counter);
	if (by_counter != 0)
		return by_counter;
	if (x->period_kind != y->period_kind)
		return x->period_kind < y->period_kind ? -1 : 1;
	if (x->period_start != y->period_start)
		return x->period_start < y->period_start ? -1 : 1;
	if (x->measure != y->measure)
		return x->measure < y->measure ? -1 : 1;
	if (x->name != NULL && y->name != NULL && strcmp(x->name, y->name) != 0)
		return strcmp(x->name, y->name);
	return (int) x->is_paid - (int) y->is_paid;
}

/*
 * balance_set_changed lists the rows that got bookings, in key order, and
 * returns their number.
 */
int
balance_set_changed(BalanceSet *set, BalanceRow ***rows)
{
	HASH_SEQ_STATUS walk;
	AccountBalances *entry;
	int			count = 0;

	*rows = palloc(sizeof(BalanceRow *) * Max(set->changed_count, 1));
	hash_seq_init(&walk, set->accounts);
	while ((entry = hash_seq_search(&walk)) != NULL)
	{
		ListCell   *cell;

		foreach(cell, entry->rows)
		{
			BalanceRow *row = lfirst(cell);

			if (row->delta != 0 && count < set->changed_count)
				(*rows)[count++] = row;
		}
	}
	qsort(*rows, count, sizeof(BalanceRow *), balance_row_compare);
	return count;
}
