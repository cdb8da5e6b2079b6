/*-------------------------------------------------------------------------
 *
 * check_plan_sql.c
 *		Entry points: plans of post-checks and the catalogue of defects.
 *
 * Both are immutable by version.  Locking: the table's lock of writers against
 * itself, so that two versions do not get one number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "audit/audit.h"
#include "core/document_call.h"
#include "core/json.h"
#include "core/plan.h"
#include "postcheck/check_plan.h"
#include "work/queue_lookup.h"

#define CODE_BYTES_MAX 60
#define NAME_BYTES_MAX 200
#define CHECK_QUEUE "claim_check"
#define RECTIFY_QUEUE "claim_rectify"

PG_FUNCTION_INFO_V1(assure_put_check_plan);
PG_FUNCTION_INFO_V1(assure_put_defect);

/*
 * check_plan_put checks a plan and makes it the current one of its queue.
 */
static int64
check_plan_put(Call *call, Jsonb *document)
{
	static const char *const keys[] = {"queue", "rate", "strata", "check_queue", "rectify_queue", NULL};
	static SqlPlan lock = {"LOCK TABLE assure.check_plan IN SHARE ROW EXCLUSIVE MODE", {0}};
	static SqlPlan insert = {
		"INSERT INTO assure.check_plan (queue_id, version, rate_micro, strata, check_queue_id, rectify_queue_id) "
		"SELECT $1, 1 + coalesce(max(version), 0), $2, coalesce($3 -> 'strata', '[]'), $4, $5 FROM assure.check_plan WHERE queue_id = $1 RETURNING check_plan_id",
		{INT8OID, INT4OID, JSONBOID, INT8OID, INT8OID}
	};
	CheckPlan	plan = {0};
	DocReader	reader;
	DocNode		root;
	DocNode		rate;
	DocNode		strata;
	Datum		values[5] = {0};
	int64		check_plan_id;

	doc_open(&reader, &root, document, "plan", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		values[0] = Int64GetDatum(queue_of_document(&root, "queue", NULL));
		values[3] = Int64GetDatum(queue_of_document(&root, "check_queue", CHECK_QUEUE));
		values[4] = Int64GetDatum(queue_of_document(&root, "rectify_queue", RECTIFY_QUEUE));
		if (doc_require(&root, "rate", &rate))
			check_plan_read(&rate, doc_member(&root, "strata", &strata) ? &strata : NULL, &plan);
		if (!reader.failed && (values[3] == values[0] || values[4] == values[0] || values[3] == values[4]))
			doc_fail_invalid(&root, "queue, check_queue and rectify_queue are not three queues");
	}
	doc_report(&reader, NULL);
	values[1] = Int32GetDatum(plan.rate_micro);
	values[2] = JsonbPGetDatum(document);
	plan_run(&lock, NULL, NULL);
	plan_run(&insert, values, NULL);
	check_plan_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("check_plan " INT64_FORMAT, check_plan_id));
	return check_plan_id;
}

/*
 * assure_put_check_plan puts how much of a queue's finished work is checked.
 */
PGDLLEXPORT Datum
assure_put_check_plan(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "plan", SCOPE_ADMIN, "put_check_plan", check_plan_put));
}

/*
 * defect_put checks a defect and makes it the current version of its code.
 */
static int64
defect_put(Call *call, Jsonb *document)
{
	static const char *const keys[] = {"code", "name", "weight", "active", NULL};
	static SqlPlan lock = {"LOCK TABLE assure.defect IN SHARE ROW EXCLUSIVE MODE", {0}};
	static SqlPlan insert = {
		"INSERT INTO assure.defect (code, version, name, weight, active) SELECT $1, 1 + coalesce(max(version), 0), $2, $3, $4 "
		"FROM assure.defect WHERE code = $1 RETURNING defect_id, version", {TEXTOID, TEXTOID, INT2OID, BOOLOID}
	};
	DocReader	reader;
	DocNode		root;
	DocNode		node;
	char	   *code = NULL;
	char	   *name = NULL;
	int64		weight = 0;
	bool		is_active = true;
	Datum		values[4];
	int64		defect_id;

	doc_open(&reader, &root, document, "defect", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		code = doc_require(&root, "code", &node) ? doc_text(&node, CODE_BYTES_MAX) : NULL;
		name = doc_require(&root, "name", &node) ? doc_text(&node, NAME_BYTES_MAX) : NULL;
		weight = doc_require(&root, "weight", &node) ? doc_integer(&node, 1, 100) : 0;
		is_active = doc_member(&root, "active", &node) ? doc_bool(&node) : true;
	}
	doc_report(&reader, NULL);
	values[0] = CStringGetTextDatum(code);
	values[1] = CStringGetTextDatum(name);
	values[2] = Int16GetDatum((int16) weight);
	values[3] = BoolGetDatum(is_active);
	plan_run(&lock, NULL, NULL);
	plan_run(&insert, values, NULL);
	defect_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("defect %s version %d", code, plan_int32(0, 2, 0)));
	return defect_id;
}

/*
 * assure_put_defect puts a defect into the catalogue.
 */
PGDLLEXPORT Datum
assure_put_defect(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "defect", SCOPE_ADMIN, "put_defect", defect_put));
}
