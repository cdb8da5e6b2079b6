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
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"

#include "audit/audit.h"
#include "core/errors.h"
#include "core/plan.h"

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
 * row_json makes a JSON object of a row; NULL where there is none.
 */
static Datum
row_json(Relation relation, HeapTuple tuple, char *null)
{
	*null = tuple == NULL ? 'n' : ' ';
	if (tuple == NULL)
		return (Datum) 0;
	return DirectFunctionCall1(row_to_json, heap_copy_tuple_as_datum(tuple, RelationGetDescr(relation)));
}

/*
 * change_detail tells what a row was and what it is: of an update the columns
 * that differ, NULL if none does.  What is kept for ever holds no names, nor why a
 * person is away.
 */
static char *
change_detail(Relation relation, HeapTuple before, HeapTuple after)
{
	static SqlPlan compare = {
		"WITH b AS (SELECT key, value FROM json_each($1)), a AS (SELECT key, value FROM json_each($2)), "
		"d AS (SELECT key, b.value AS before, a.value AS after FROM b FULL JOIN a USING (key) WHERE b.value::text IS DISTINCT FROM a.value::text), "
		"m AS (SELECT key, CASE WHEN $3 AND key IN ('name', 'status_reason') AND before::text <> 'null' THEN '\"*\"' ELSE before END AS before, "
		"  CASE WHEN $3 AND key IN ('name', 'status_reason') AND after::text <> 'null' THEN '\"*\"' ELSE after END AS after FROM d) "
		"SELECT (CASE WHEN $1 IS NULL THEN '{}' ELSE jsonb_build_object('before', (SELECT jsonb_object_agg(key, before) FROM m)) END || "
		"  CASE WHEN $2 IS NULL THEN '{}' ELSE jsonb_build_object('after', (SELECT jsonb_object_agg(key, after) FROM m)) END)::text "
		"WHERE EXISTS (SELECT FROM m)", {JSONOID, JSONOID, BOOLOID}
	};
	Datum		values[3];
	char		nulls[4] = "   ";

	values[0] = row_json(relation, before, &nulls[0]);
	values[1] = row_json(relation, after, &nulls[1]);
	values[2] = BoolGetDatum(strcmp(RelationGetRelationName(relation), "worker") == 0);
	return plan_run(&compare, values, nulls) > 0 ? plan_text(0, 1) : NULL;
}

/*
 * assure_audit_change notes a change to a row of configuration that was made by
 * plain SQL: table, key, what it was and what it is.  Who acts is resolved before
 * the switch to the owner, who alone may write the log.
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
	row.detail = change_detail(trigger->tg_relation, TRIGGER_FIRED_BY_INSERT(trigger->tg_event) ? NULL : trigger->tg_trigtuple,
							   TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) ? trigger->tg_newtuple :
							   TRIGGER_FIRED_BY_DELETE(trigger->tg_event) ? NULL : trigger->tg_trigtuple);
	audit_write(&call, &row);
	call_end(&call);
	return PointerGetDatum(NULL);
}
