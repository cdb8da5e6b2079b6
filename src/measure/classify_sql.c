/*-------------------------------------------------------------------------
 *
 * classify_sql.c
 *		Trigger: a new task knows its product line and chapter of diagnoses.
 *
 * They decide which measures of a worker count for it, so they stand in the row
 * and are not looked up for each of a hundred thousand tasks that are matched.
 * Of a claim they are its plan and its first diagnosis; of a task about another
 * task they are that one's; else they are what the attributes say.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "commands/trigger.h"
#include "executor/spi.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/rel.h"

#include "core/call.h"
#include "core/plan.h"
#include "measure/measure.h"
#include "type/icd.h"

PG_FUNCTION_INFO_V1(assure_classify_task);

/* What is found, in the context of the trigger's caller. */
typedef struct TaskClass
{
	char	   *product;		/* NULL: not known */
	int			chapter;		/* 0: not known */
} TaskClass;

/*
 * column_get returns a column of the new row by name.
 */
static Datum
column_get(TriggerData *trigger, const char *name, bool *isnull)
{
	TupleDesc	descriptor = RelationGetDescr(trigger->tg_relation);

	return SPI_getbinval(trigger->tg_trigtuple, descriptor, SPI_fnumber(descriptor, name), isnull);
}

/*
 * key_get returns a key of the new row; 0: NULL.
 */
static int64
key_get(TriggerData *trigger, const char *name)
{
	bool		isnull;
	Datum		value = column_get(trigger, name, &isnull);

	return isnull ? 0 : DatumGetInt64(value);
}

/*
 * chapter_of returns the chapter of a diagnosis as documents write it; 0: it is
 * no code.
 */
static int
chapter_of(const char *diagnosis)
{
	IcdCode		code;
	InputFault	fault;

	if (diagnosis == NULL || !icd_parse(diagnosis, strlen(diagnosis), &code, &fault))
		return 0;
	return icd_chapter(code);
}

/*
 * class_of_claim finds the plan and the first diagnosis of a claim.
 */
static void
class_of_claim(int64 account_id, int64 claim_id, TaskClass *found)
{
	static SqlPlan find = {
		"SELECT (SELECT p.code FROM assure.decision d JOIN assure.plan_version v USING (plan_version_id) JOIN assure.plan p USING (plan_id) "
		"    WHERE d.account_id = c.account_id AND d.claim_id = c.claim_id ORDER BY d.decision_no DESC LIMIT 1), "
		"  coalesce(c.document #>> '{diagnoses,0}', c.document #>> '{bills,0,diagnoses,0}') "
		"FROM assure.claim c WHERE c.account_id = $1 AND c.claim_id = $2",
		{INT8OID, INT8OID}, .generic = true
	};
	Datum		values[2] = {Int64GetDatum(account_id), Int64GetDatum(claim_id)};

	if (plan_run(&find, values, NULL) == 0)
		return;
	found->product = plan_text(0, 1);
	found->chapter = chapter_of(plan_text(0, 2));
}

/*
 * class_of_task finds the class of the task that a task is about.
 */
static void
class_of_task(int64 task_id, TaskClass *found)
{
	static SqlPlan find = {"SELECT product, chapter::int4 FROM assure.task WHERE task_id = $1", {INT8OID}, .generic = true};
	Datum		value = Int64GetDatum(task_id);

	if (plan_run(&find, &value, NULL) == 0)
		return;
	found->product = plan_text(0, 1);
	found->chapter = plan_int32(0, 2, 0);
}

/*
 * class_of_attributes reads product and chapter from the attributes; what is no
 * product and no chapter says nothing.
 */
static void
class_of_attributes(Jsonb *attributes, TaskClass *found)
{
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(attributes))
		return;
	if (getKeyJsonValueFromContainer(&attributes->root, "product", strlen("product"), &value) != NULL &&
		value.type == jbvString && value.val.string.len > 0 && value.val.string.len <= MEASURE_KEY_BYTES_MAX)
		found->product = pnstrdup(value.val.string.val, value.val.string.len);
	if (getKeyJsonValueFromContainer(&attributes->root, "chapter", strlen("chapter"), &value) != NULL && value.type == jbvNumeric)
	{
		double		chapter = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow, NumericGetDatum(value.val.numeric)));

		for (int i = 1; i <= ICD_CHAPTERS; i++)
			if (chapter == i)
				found->chapter = i;
	}
}

/*
 * class_find finds the class of the new row.
 */
static TaskClass
class_find(TriggerData *trigger)
{
	TaskClass	found = {0};
	Call		call = {0};
	MemoryContext home = CurrentMemoryContext;
	MemoryContext inner;
	bool		isnull;
	Datum		kind = column_get(trigger, "subject_kind", &isnull);
	bool		is_claim = !isnull && strcmp(TextDatumGetCString(kind), "claim") == 0;
	bool		is_task = !isnull && strcmp(TextDatumGetCString(kind), "task") == 0;
	Datum		attributes = column_get(trigger, "attributes", &isnull);

	if (!isnull)
		class_of_attributes(DatumGetJsonbP(attributes), &found);
	if ((!is_claim && !is_task) || (found.product != NULL && found.chapter != 0))
		return found;
	call_begin_unchecked(&call, "classify_task");
	if (is_claim)
		class_of_claim(key_get(trigger, "account_id"), key_get(trigger, "subject_id"), &found);
	else
		class_of_task(key_get(trigger, "subject_id"), &found);
	inner = MemoryContextSwitchTo(home);
	if (found.product != NULL)
		found.product = pstrdup(found.product);
	MemoryContextSwitchTo(inner);
	call_end(&call);
	return found;
}

/*
 * assure_classify_task fills product and chapter of a new task where they are
 * not given.
 */
PGDLLEXPORT Datum
assure_classify_task(PG_FUNCTION_ARGS)
{
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	TaskClass	found;
	Datum		values[2];
	bool		nulls[2];
	int			columns[2];

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_FOR_ROW(trigger->tg_event) || !TRIGGER_FIRED_BY_INSERT(trigger->tg_event) || !trigger_is_of(trigger, "task"))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("assure.classify_task() is a row trigger function for inserts into assure.task")));
	values[0] = column_get(trigger, "product", &nulls[0]);
	values[1] = column_get(trigger, "chapter", &nulls[1]);
	if (!nulls[0] && !nulls[1])
		return PointerGetDatum(trigger->tg_trigtuple);
	found = class_find(trigger);
	columns[0] = SPI_fnumber(RelationGetDescr(trigger->tg_relation), "product");
	columns[1] = SPI_fnumber(RelationGetDescr(trigger->tg_relation), "chapter");
	if (nulls[0] && found.product != NULL)
	{
		values[0] = CStringGetTextDatum(found.product);
		nulls[0] = false;
	}
	if (nulls[1] && found.chapter != 0)
	{
		values[1] = Int16GetDatum(found.chapter);
		nulls[1] = false;
	}
	return PointerGetDatum(heap_modify_tuple_by_cols(trigger->tg_trigtuple, RelationGetDescr(trigger->tg_relation), 2, columns, values, nulls));
}
