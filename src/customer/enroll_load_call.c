/*-------------------------------------------------------------------------
 *
 * enroll_load_call.c
 *		A load of rows from beginning to end, and its outcome as arrays.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "audit/audit.h"
#include "core/plan.h"
#include "customer/enroll_load_call.h"
#include "utils/builtins.h"

/*
 * accepted_count counts what was accepted, by action.
 */
static void
accepted_count(const EnrollRow *rows, int count, EnrollLoad *load)
{
	for (int i = 0; i < count; i++)
		if (rows[i].state == ROW_ACCEPTED)
		{
			load->counts[rows[i].action]++;
			load->accepted++;
		}
}

/*
 * enroll_load tries the rows, writes what was accepted and notes it in the audit.
 */
void
enroll_load(Call *call, EnrollRow *rows, int count, EnrollLoad *load)
{
	World	   *world = world_create(call, true);
	AuditRow	audit = {0};

	world->held = load->held;
	world_load(world, rows, count);
	enroll_rows_try(world, rows, count, load->is_last);
	accepted_count(rows, count, load);
	if (load->dry_run)
	{
		world_count_claims(world);
		return;
	}
	if (load->accepted == 0)
		return;
	audit.audit_id = load->audit_id = audit_next_id();
	audit.subject = load->batch ? psprintf("enrollment batch %s", load->batch) : "enrollment rows";
	audit.row_count = load->accepted;
	audit.detail = psprintf("{\"join\": %d, \"leave\": %d, \"change\": %d}",
							load->counts[ENROLL_JOIN], load->counts[ENROLL_LEAVE], load->counts[ENROLL_CHANGE]);
	world_write(world, audit.audit_id);
	audit_write(call, &audit);
}

/*
 * outcome_add adds the outcome of a row to the columns.
 */
static void
outcome_add(const EnrollRow *row, Column *columns)
{
	bool		accepted = row->state == ROW_ACCEPTED;

	column_add(&columns[0], Int32GetDatum(row->row_no));
	column_add_text(&columns[1], row->action ? enroll_action_name(row->action) : NULL);
	column_add_text(&columns[2], row->member_ref);
	column_add_key(&columns[3], accepted ? row->person->member_id : 0);
	column_add(&columns[4], BoolGetDatum(accepted));
	column_add_text(&columns[5], accepted ? NULL : unpack_sql_state(row->sqlstate));
	column_add_text(&columns[6], accepted ? NULL : row->hint ? psprintf("%s. %s", row->reason, row->hint) : row->reason);
	if (accepted && !DATE_IS_NOEND(row->rerun_from))
		column_add(&columns[7], DateADTGetDatum(row->rerun_from));
	else
		column_add_null(&columns[7]);
	if (accepted)
		column_add(&columns[8], Int32GetDatum(row->claims_to_rerun));
	else
		column_add_null(&columns[8]);
}

/*
 * outcome_arrays makes the arrays that tell what became of the rows.
 */
void
outcome_arrays(const EnrollRow *rows, int count, Datum *values)
{
	static const Oid types[OUTCOME_COLUMNS] = {INT4OID, TEXTOID, TEXTOID, INT8OID, BOOLOID, TEXTOID, TEXTOID, DATEOID, INT4OID};
	Column		columns[OUTCOME_COLUMNS];

	for (int i = 0; i < OUTCOME_COLUMNS; i++)
		column_start(&columns[i], types[i]);
	for (int i = 0; i < count; i++)
		outcome_add(&rows[i], columns);
	for (int i = 0; i < OUTCOME_COLUMNS; i++)
		values[i] = column_array(&columns[i]);
}
