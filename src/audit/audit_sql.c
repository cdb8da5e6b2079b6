/*-------------------------------------------------------------------------
 *
 * audit_sql.c
 *		Triggers that keep rows as they are, and note changes of configuration.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "audit/audit.h"
#include "core/errors.h"

PG_FUNCTION_INFO_V1(assure_refuse_change);
PG_FUNCTION_INFO_V1(assure_audit_change);

/* True while a person is erased. */
static bool guard_is_lifted = false;

/*
 * audit_guard_lift lets rows of append-only tables be updated, or no longer.
 */
void
audit_guard_lift(bool lifted)
{
	guard_is_lifted = lifted;
}

/*
 * trigger_verb names what fired the trigger.
 */
static const char *
trigger_verb(TriggerEvent event)
{
	if (TRIGGER_FIRED_BY_INSERT(event))
		return "insert";
	if (TRIGGER_FIRED_BY_UPDATE(event))
		return "update";
	return TRIGGER_FIRED_BY_DELETE(event) ? "delete" : "truncate";
}

/*
 * assure_refuse_change is the guard of append-only tables.  Privileges already
 * keep everybody else out; this one stops the owner's own slip.
 */
PGDLLEXPORT Datum
assure_refuse_change(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("assure.refuse_change() is a trigger function")));
	if (guard_is_lifted && TRIGGER_FIRED_BY_UPDATE(trigger->tg_event))
		return PointerGetDatum(NULL);
	ereport(ERROR,
			(errcode(ERRCODE_ASSURE_APPEND_ONLY),
			 errmsg("rows of \"%s.%s\" are append-only: %s is refused",
					get_namespace_name(RelationGetNamespace(trigger->tg_relation)),
					RelationGetRelationName(trigger->tg_relation), trigger_verb(trigger->tg_event)),
			 errhint("Record a correction as a new row, through the functions of schema assure.")));
	PG_RETURN_NULL();
}

/*
 * row_key returns the first column of a row as text: the key of every table of
 * configuration.
 */
static char *
row_key(Relation relation, HeapTuple tuple)
{
	return SPI_getvalue(tuple, RelationGetDescr(relation), 1);
}

/*
 * assure_audit_change notes a change to a row of configuration that was made by
 * plain SQL: table and key, never values.  Who acts is resolved before the
 * switch to the owner, who alone may write the log.
 */
PGDLLEXPORT Datum
assure_audit_change(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Call		call = {0};
	char	   *subject;
	AuditRow	row = {.row_count = 1};

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("assure.audit_change() is a row trigger function")));
	call_begin_unchecked(&call, "configure");
	subject = psprintf("%s %s", RelationGetRelationName(trigger->tg_relation),
					   row_key(trigger->tg_relation,
							   TRIGGER_FIRED_BY_UPDATE(trigger->tg_event)
							   ? trigger->tg_newtuple : trigger->tg_trigtuple));
	row.action = psprintf("configure.%s", trigger_verb(trigger->tg_event));
	row.subject = subject;
	audit_write(&call, &row);
	call_end(&call);
	return PointerGetDatum(NULL);
}
