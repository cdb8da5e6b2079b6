/*-------------------------------------------------------------------------
 *
 * partition.c
 *		Partitions of the tables that grow.
 *
 * Where the DBA asked for it at create_schema(), each of them is partitioned by
 * range of its key, so many keys a partition.  A key comes from a sequence, so
 * a partition is also a span of time, and an old one can be detached and kept
 * elsewhere.  Partitions are made ahead; a row beyond the last one goes to the
 * default partition instead of failing.
 *
 * Locking: CREATE TABLE ... PARTITION OF locks its parent and the default partition
 * in AccessExclusive mode, and tables on the other side of its foreign keys in
 * ShareRowExclusive mode, until the transaction ends.  That is rare and short, but
 * it may wait for callers, and they for it: with a lock_timeout below any
 * deadlock_timeout it is housekeeping that gives up, and tries again later.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/guc.h"

#include "core/grants.h"
#include "core/guc.h"
#include "core/partition.h"
#include "core/plan.h"

typedef struct GrowingTable
{
	const char *table;
	const char *sequence;		/* of the partition key */
} GrowingTable;

static const GrowingTable growing_tables[] = {
	{"claim", "claim_id_seq"},
	{"bill", "claim_id_seq"},
	{"decision", "claim_id_seq"},
	{"ledger_entry", "ledger_entry_id_seq"},
	{"audit_log", "audit_id_seq"},
	{"task_event", "task_event_id_seq"},
	{"payment", "payment_id_seq"},
	{"payment_entry", "payment_entry_id_seq"}
};

/*
 * relation_exists tells whether schema assure has a relation of that name.
 */
static bool
relation_exists(const char *name)
{
	static SqlPlan find = {"SELECT to_regclass('assure.' || quote_ident($1)) IS NOT NULL", {TEXTOID}};
	Datum		value = CStringGetTextDatum(name);

	plan_run(&find, &value, NULL);
	return plan_bool(0, 1);
}

/*
 * partition_make makes one partition unless it is there; returns 1 if it did.
 * Statement triggers are not inherited, so it gets its own guard: all of these
 * tables are append-only.
 */
static int
partition_make(const char *table, const char *partition, const char *bounds)
{
	if (relation_exists(partition))
		return 0;
	run_utility("CREATE TABLE assure.%s PARTITION OF assure.%s %s", partition, table, bounds);
	run_utility("CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.%s "
				"FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change()", partition);
	return 1;
}

/*
 * table_partitions_add makes the default partition, the one that the table's
 * next key goes to, and the one after it.  Where housekeeping came late, and
 * rows went to the default partition, they stay there and the next span of keys
 * gets the first partition.
 */
static int
table_partitions_add(const GrowingTable *growing, int64 partition_rows)
{
	int64		first;
	int			made;

	made = partition_make(growing->table, psprintf("%s_default", growing->table), "DEFAULT");
	run_utility("SELECT last_value / " INT64_FORMAT " + EXISTS (SELECT 1 FROM assure.%s_default)::int FROM assure.%s",
				partition_rows, growing->table, growing->sequence);
	first = plan_int64(0, 1, 0);
	for (int64 n = first; n <= first + 1; n++)
		made += partition_make(growing->table, psprintf("%s_p" INT64_FORMAT, growing->table, n),
							   psprintf("FOR VALUES FROM (" INT64_FORMAT ") TO (" INT64_FORMAT ")",
										n * partition_rows, (n + 1) * partition_rows));
	return made;
}

/*
 * partitions_add makes what is missing of all tables that grow.
 */
int
partitions_add(Oid owner)
{
	static SqlPlan read = {"SELECT coalesce(partition_rows, 0) FROM assure_internal.installation", {0}};
	Identity	before = identity_take(owner);
	int			level = NewGUCNestLevel();
	int64		partition_rows;
	int			made = 0;

	pin_setting("lock_timeout", "300ms");
	/* a transaction that takes the row away may ask for this in the same breath */
	partition_rows = plan_run(&read, NULL, NULL) == 1 ? plan_int64(0, 1, 0) : 0;
	if (partition_rows > 0)
		for (int i = 0; i < (int) lengthof(growing_tables); i++)
			made += table_partitions_add(&growing_tables[i], partition_rows);
	AtEOXact_GUC(false, level);
	identity_restore(before);
	return made;
}
