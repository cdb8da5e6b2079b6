/*-------------------------------------------------------------------------
 *
 * deploy_sql.c
 *		Entry point: a decision model is deployed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "audit/audit.h"
#include "core/call.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/request.h"
#include "dmn/dmn_cache.h"

PG_FUNCTION_INFO_V1(assure_deploy_model);

#define NAME_BYTES_MAX 200

static SqlPlan lock_model = {
	"INSERT INTO assure.rule_model AS m (name) VALUES ($1) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING rule_model_id",
	{TEXTOID}
};

/* The version in force, if it is the same text with the same imports. */
static SqlPlan find_same = {
	"SELECT model_version_id FROM (SELECT model_version_id, sha256, imports FROM assure.rule_model_version "
	"  WHERE rule_model_id = $1 ORDER BY version DESC LIMIT 1) v "
	"WHERE sha256 = sha256(convert_to($2, 'UTF8')) AND imports = $3",
	{INT8OID, TEXTOID, INT8ARRAYOID}
};

static SqlPlan insert_version = {
	"INSERT INTO assure.rule_model_version (rule_model_id, version, namespace, dmn, sha256, imports, note, created_by) "
	"SELECT $1, 1 + coalesce(max(version), 0), $4, $2, sha256(convert_to($2, 'UTF8')), $3, $5, $6 "
	"FROM assure.rule_model_version WHERE rule_model_id = $1 RETURNING model_version_id, version",
	{INT8OID, TEXTOID, INT8ARRAYOID, TEXTOID, TEXTOID, TEXTOID}
};

/*
 * check_model builds the model, to see that it can be, and keeps what is
 * stored with it.
 */
static void
check_model(Datum dmn, const char **name, const char **name_space, Datum *imports)
{
	MemoryContext before = CurrentMemoryContext;
	MemoryContext scratch = AllocSetContextCreate(before, "decision model to be deployed", ALLOCSET_DEFAULT_SIZES);
	DmnText		source = {.version_id = 0};
	DmnModel   *model;

	MemoryContextSwitchTo(scratch);
	source.text = TextDatumGetCString(dmn);
	source.length = strlen(source.text);
	model = dmn_model_read(&source);
	if (strlen(model->name) > NAME_BYTES_MAX || strlen(model->name_space) > NAME_BYTES_MAX * 5)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_INVALID_MODEL),
				 errmsg("dmn: the name of the model has more than %d bytes, or its namespace more than %d", NAME_BYTES_MAX, NAME_BYTES_MAX * 5)));
	MemoryContextSwitchTo(before);
	*name = pstrdup(model->name);
	*name_space = pstrdup(model->name_space);
	*imports = array_of_int64(model->imports, model->import_count);
	MemoryContextDelete(scratch);
}

/*
 * deploy stores the model as a version, unless the one in force is the same,
 * and returns its key.  The row of the model is the lock.
 */
static int64
deploy(FunctionCallInfo fcinfo, Call *call)
{
	const char *name;
	const char *name_space;
	Datum		values[6];
	char		nulls[7] = "      ";
	int64		model_version_id;

	check_model(PG_GETARG_DATUM(0), &name, &name_space, &values[2]);
	values[0] = CStringGetTextDatum(name);
	plan_run(&lock_model, values, NULL);
	values[0] = Int64GetDatum(plan_int64(0, 1, 0));
	values[1] = PG_GETARG_DATUM(0);
	if (plan_run(&find_same, values, NULL) == 1)
		return plan_int64(0, 1, 0);
	values[3] = CStringGetTextDatum(name_space);
	values[4] = PG_GETARG_DATUM(1);
	nulls[4] = PG_ARGISNULL(1) ? 'n' : ' ';
	values[5] = CStringGetTextDatum(call->session_role);
	plan_run(&insert_version, values, nulls);
	model_version_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("rule model \"%s\" version %d", name, plan_int32(0, 2, 0)));
	return model_version_id;
}

/*
 * version_row returns a version as a row of assure.model_version.
 */
static Datum
version_row(FunctionCallInfo fcinfo, int64 model_version_id)
{
	static SqlPlan read = {
		"SELECT m.name, v.version, v.model_version_id, encode(v.sha256, 'hex'), v.note, v.created_by, v.created_at "
		"FROM assure.rule_model_version v JOIN assure.rule_model m USING (rule_model_id) WHERE v.model_version_id = $1",
		{INT8OID}
	};
	Datum		id = Int64GetDatum(model_version_id);
	TupleDesc	description;

	if (get_call_result_type(fcinfo, NULL, &description) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "assure.deploy_model() must return a row");
	if (plan_run(&read, &id, NULL) != 1)
		elog(ERROR, "rule model version " INT64_FORMAT " is gone", model_version_id);
	return PointerGetDatum(SPI_returntuple(SPI_tuptable->vals[0], BlessTupleDesc(description)));
}

/*
 * deploy_arguments writes the canonical bytes of the arguments.
 */
static void
deploy_arguments(FunctionCallInfo fcinfo, StringInfo bytes)
{
	initStringInfo(bytes);
	for (int i = 0; i < 2; i++)
		if (PG_ARGISNULL(i))
			digest_null(bytes);
		else
			digest_text(bytes, text_to_cstring(PG_GETARG_TEXT_PP(i)));
}

/*
 * assure_deploy_model checks a model and makes it the version in force.
 */
PGDLLEXPORT Datum
assure_deploy_model(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	int64		model_version_id;
	Datum		row;

	if (PG_ARGISNULL(0))
		ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("dmn must not be NULL")));
	call_begin(&call, SCOPE_ADMIN, "deploy_model");
	deploy_arguments(fcinfo, &arguments);
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		model_version_id = request_answer_int64(answer);
	else
	{
		model_version_id = deploy(fcinfo, &call);
		request_end_int64(request_id, model_version_id);
	}
	row = version_row(fcinfo, model_version_id);
	call_end(&call);
	PG_RETURN_DATUM(row);
}
