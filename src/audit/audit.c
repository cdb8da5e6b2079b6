/*-------------------------------------------------------------------------
 *
 * audit.c
 *		Append-only rows that say who did what.
 *
 * A batch writes one row a chunk, with the root of the hashes of its rows: a
 * row a claim would cost the batch a third of its speed.  Keys only: no
 * personal value ever enters the log, so that a person can be erased from the
 * data and the log stays whole.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "access/xlog.h"
#include "commands/sequence.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#include "audit/audit.h"
#include "core/plan.h"
#include "core/relation_names.h"
#include "core/row_write.h"

/* Columns of assure.audit_log. */
enum
{
	LOG_ID = 1, LOG_LOGGED_AT, LOG_ACTION, LOG_SESSION_ROLE, LOG_ACTOR_WORKER_ID, LOG_SUBJECT, LOG_ROW_COUNT, LOG_ROOT_HASH, LOG_DETAIL,
	LOG_TRANSACTION_ID, LOG_SYSTEM_IDENTIFIER,
	LOG_COLUMNS = LOG_SYSTEM_IDENTIFIER
};

/*
 * audit_next_id takes the next key.
 */
int64
audit_next_id(void)
{
	static SqlPlan next = {"SELECT nextval('assure.audit_id_seq')", {0}, .generic = true};

	plan_run(&next, NULL, NULL);
	return plan_int64(0, 1, 0);
}

/*
 * root_of gives the root of the hashes of the rows that it stands for.
 */
static Datum
root_of(const AuditRow *row)
{
	RowHash		root = digest_root(row->row_hashes, row->row_count);

	return hash_datum(&root);
}

/*
 * by_statement writes one row by a statement, where something asks for one.
 */
static void
by_statement(Call *call, const AuditRow *row)
{
	static SqlPlan insert = {
		"INSERT INTO assure.audit_log (action, session_role, actor_worker_id, subject, row_count, root_hash, detail, audit_id, "
		"  system_identifier) VALUES ($1, $2, nullif($3, 0), $4, $5, $6, $7::jsonb, "
		"  CASE WHEN $8 = 0 THEN nextval('assure.audit_id_seq') ELSE $8 END, $9)",
		{TEXTOID, TEXTOID, INT8OID, TEXTOID, INT4OID, BYTEAOID, TEXTOID, INT8OID, INT8OID}, .generic = true
	};
	Datum		values[9] = {0};
	char		nulls[10] = "         ";

	values[0] = CStringGetTextDatum(row->action ? row->action : call->function);
	values[1] = CStringGetTextDatum(call->session_role);
	values[2] = Int64GetDatum(call_actor(call));
	values[4] = Int32GetDatum(row->row_count);
	if (row->subject)
		values[3] = CStringGetTextDatum(row->subject);
	else
		nulls[3] = 'n';
	if (row->row_hashes)
		values[5] = root_of(row);
	else
		nulls[5] = 'n';
	if (row->detail)
		values[6] = CStringGetTextDatum(row->detail);
	else
		nulls[6] = 'n';
	values[7] = Int64GetDatum(row->audit_id);
	values[8] = Int64GetDatum((int64) GetSystemIdentifier());
	plan_run(&insert, values, nulls);
}

/*
 * directly writes one row without a statement; false: that has to go through one.
 */
static bool
directly(Call *call, const AuditRow *row)
{
	static PreparedTable table = {"audit_log", LOG_COLUMNS};
	RowWrite	write = {&table};
	int64		actor = call_actor(call);

	if (!row_write_open(&write))
		return false;
	row_write_empty(&write);
	row_write_set(&write, LOG_ID, row->audit_id != 0 ? Int64GetDatum(row->audit_id) :
				  DirectFunctionCall1(nextval_oid, ObjectIdGetDatum(relation_find("audit_id_seq"))));
	row_write_set(&write, LOG_LOGGED_AT, TimestampTzGetDatum(GetCurrentTimestamp()));
	row_write_set(&write, LOG_ACTION, CStringGetTextDatum(row->action ? row->action : call->function));
	row_write_set(&write, LOG_SESSION_ROLE, CStringGetTextDatum(call->session_role));
	if (actor != 0)
		row_write_set(&write, LOG_ACTOR_WORKER_ID, Int64GetDatum(actor));
	if (row->subject)
		row_write_set(&write, LOG_SUBJECT, CStringGetTextDatum(row->subject));
	row_write_set(&write, LOG_ROW_COUNT, Int32GetDatum(row->row_count));
	if (row->row_hashes)
		row_write_set(&write, LOG_ROOT_HASH, root_of(row));
	if (row->detail)
		row_write_set(&write, LOG_DETAIL, DirectFunctionCall1(jsonb_in, CStringGetDatum(row->detail)));
	row_write_set(&write, LOG_TRANSACTION_ID, FullTransactionIdGetDatum(GetTopFullTransactionId()));
	row_write_set(&write, LOG_SYSTEM_IDENTIFIER, Int64GetDatum((int64) GetSystemIdentifier()));
	row_write_insert(&write);
	row_write_close(&write);
	return true;
}

/*
 * audit_write writes one row.
 */
void
audit_write(Call *call, const AuditRow *row)
{
	if (!directly(call, row))
		by_statement(call, row);
}

/*
 * audit_write_one writes the row of a call that changed one thing.
 */
void
audit_write_one(Call *call, const char *subject)
{
	AuditRow	row = {.subject = subject, .row_count = 1};

	audit_write(call, &row);
}
