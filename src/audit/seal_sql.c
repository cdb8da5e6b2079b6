/*-------------------------------------------------------------------------
 *
 * seal_sql.c
 *		Entry points: seals are made and handed out, sealed rows dropped.
 *
 * Locking of drop_audit: what keeps sealers apart, then PostgreSQL's own on the
 * partition and its table, AccessExclusive to the end of the transaction.  It
 * waits for them no longer than housekeeping does, and fails.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/dbcommands.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "audit/audit.h"
#include "audit/seal.h"
#include "core/grants.h"
#include "core/guc.h"
#include "core/lock.h"
#include "core/result_set.h"

PG_FUNCTION_INFO_V1(assure_seal_audit);
PG_FUNCTION_INFO_V1(assure_export_seals);
PG_FUNCTION_INFO_V1(assure_drop_audit);

/*
 * assure_seal_audit seals what has not been sealed, and says the last seal in
 * the server's log, out of reach of who may change the database.
 */
PGDLLEXPORT Datum
assure_seal_audit(PG_FUNCTION_ARGS)
{
	Call		call;
	Anchor		last;
	int64		row_count;

	call_begin(&call, SCOPE_SUPERVISOR | SCOPE_ADMIN, "seal_audit");
	call_allow_scans(&call);
	row_count = audit_seal(&last);
	call_end(&call);
	if (row_count > 0)
		ereport(LOG,
				(errmsg("pg_assure sealed " INT64_FORMAT " audit rows of database \"%s\", anchor %s",
						row_count, get_database_name(MyDatabaseId), anchor_print(&last)),
				 errhidestmt(true), errhidecontext(true)));
	PG_RETURN_INT64(row_count);
}

/*
 * assure_export_seals lists seals with their anchors.
 */
PGDLLEXPORT Datum
assure_export_seals(PG_FUNCTION_ARGS)
{
	static SqlPlan list = {
		"SELECT seal_no, sealed_at, row_count, logged_from, logged_to, seal_no || ':' || encode(seal_hash, 'hex') "
		"FROM assure.audit_seal WHERE seal_no >= $1 ORDER BY seal_no", {INT8OID}
	};
	Call		call;
	Datum		from = Int64GetDatum(PG_ARGISNULL(0) ? 1 : PG_GETARG_INT64(0));

	result_set_open(fcinfo);
	call_begin(&call, SCOPE_AUDITOR | SCOPE_ADMIN | SCOPE_BACKUP, "export_seals");
	result_set_fill(fcinfo, &list, &from, NULL);
	call_end(&call);
	return (Datum) 0;
}

/*
 * anchor_require refuses an anchor that is not a seal of this database: whoever
 * drops rows must hold outside what proves them.
 */
static void
anchor_require(const Anchor *anchor)
{
	static SqlPlan find = {"SELECT 1 FROM assure.audit_seal WHERE seal_no = $1 AND seal_hash = $2", {INT8OID, BYTEAOID}};
	Datum		values[2] = {Int64GetDatum(anchor->seal_no), hash_datum(&anchor->hash)};

	if (plan_run(&find, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("anchor " INT64_FORMAT " is no seal of this database", anchor->seal_no),
				 errhint("assure.export_seals() lists those that are; assure.audit_verify(NULL, NULL, anchor) says more.")));
}

/*
 * partitioned_require refuses to drop rows of a plain table: that would be row
 * by row, from an append-only table.
 */
static void
partitioned_require(void)
{
	static SqlPlan find = {"SELECT relkind = 'p' FROM pg_catalog.pg_class WHERE oid = 'assure.audit_log'::regclass", {0}};

	plan_run(&find, NULL, NULL);
	if (!plan_bool(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("assure.audit_log is not partitioned"),
				 errdetail("Only whole partitions of the log are dropped."),
				 errhint("assure.create_schema(owner, partition_rows => ...) makes it partitioned, in a new installation.")));
}

/*
 * partitions_find returns the partitions of which every row was written before a
 * moment and is in a seal up to that of the anchor; oldest first, with the span
 * of keys that each is for.
 */
static uint64
partitions_find(TimestampTz before, const Anchor *anchor)
{
	static SqlPlan list = {
		"SELECT c.relname::text, b.from_id, b.to_id FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid "
		"CROSS JOIN LATERAL (SELECT m[1]::bigint AS from_id, m[2]::bigint - 1 AS to_id "
		"  FROM regexp_match(pg_catalog.pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES FROM \\(''(\\d+)''\\) TO \\(''(\\d+)''\\)$') m) b "
		"WHERE i.inhparent = 'assure.audit_log'::regclass AND b.to_id < (SELECT last_value FROM assure.audit_id_seq) "
		"  AND NOT EXISTS (SELECT FROM assure.audit_log a WHERE a.audit_id BETWEEN b.from_id AND b.to_id AND (a.logged_at >= $1 "
		"    OR NOT a.audit_id <@ (SELECT coalesce(range_agg(members), '{}') FROM assure.audit_seal WHERE seal_no <= $2))) "
		"ORDER BY b.from_id", {TIMESTAMPTZOID, INT8OID}
	};
	Datum		values[2] = {TimestampTzGetDatum(before), Int64GetDatum(anchor->seal_no)};

	return plan_run(&list, values, NULL);
}

/*
 * partition_drop drops a partition and notes it, in the log and beside it.
 */
static void
partition_drop(Call *call, const char *partition, int64 from_id, int64 to_id)
{
	static SqlPlan note = {
		"INSERT INTO assure.audit_drop (from_id, to_id, dropped_by, audit_id) VALUES ($1, $2, $3, $4)",
		{INT8OID, INT8OID, TEXTOID, INT8OID}
	};
	AuditRow	row = {.row_count = 1, .audit_id = audit_next_id()};
	Datum		values[4] = {Int64GetDatum(from_id), Int64GetDatum(to_id), CStringGetTextDatum(call->session_role), Int64GetDatum(row.audit_id)};

	row.subject = psprintf("audit rows " INT64_FORMAT " to " INT64_FORMAT, from_id, to_id);
	run_utility("DROP TABLE assure.%s", quote_identifier(partition));
	plan_run(&note, values, NULL);
	audit_write(call, &row);
}

/*
 * assure_drop_audit drops the partitions of the log whose rows are old and
 * sealed, and returns how many there were.
 */
PGDLLEXPORT Datum
assure_drop_audit(PG_FUNCTION_ARGS)
{
	Call		call;
	Anchor		anchor;
	uint64		count;
	char	  **names;
	int64	   *spans;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("before and anchor must not be NULL")));
	anchor = anchor_parse(text_to_cstring(PG_GETARG_TEXT_PP(1)));
	call_begin(&call, SCOPE_ADMIN, "drop_audit");
	call_allow_scans(&call);
	lock_for_transaction(LOCK_SEAL);
	partitioned_require();
	anchor_require(&anchor);
	count = partitions_find(PG_GETARG_TIMESTAMPTZ(0), &anchor);
	names = palloc(sizeof(char *) * Max(count, 1));
	spans = palloc(sizeof(int64) * 2 * Max(count, 1));
	for (uint64 i = 0; i < count; i++)
	{
		names[i] = plan_text(i, 1);
		spans[2 * i] = plan_int64(i, 2, 0);
		spans[2 * i + 1] = plan_int64(i, 3, 0);
	}
	pin_setting("lock_timeout", "300ms");
	for (uint64 i = 0; i < count; i++)
		partition_drop(&call, names[i], spans[2 * i], spans[2 * i + 1]);
	call_end(&call);
	PG_RETURN_INT32((int32) count);
}
