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

#include "access/xlog.h"
#include "utils/builtins.h"

#include "audit/audit.h"
#include "core/plan.h"

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
 * audit_write writes one row.
 */
void
audit_write(Call *call, const AuditRow *row)
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
	{
		RowHash		root = digest_root(row->row_hashes, row->row_count);

		values[5] = hash_datum(&root);
	}
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
 * audit_write_one writes the row of a call that changed one thing.
 */
void
audit_write_one(Call *call, const char *subject)
{
	AuditRow	row = {.subject = subject, .row_count = 1};

	audit_write(call, &row);
}
