/*-------------------------------------------------------------------------
 *
 * profile_sql.c
 *		Entry points: matching profiles are put, and tried.
 *
 * Locking: put_match_profile() takes the table's lock of writers against itself,
 * so that two versions do not get one number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "audit/audit.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "core/plan.h"
#include "feel/feel_sql.h"
#include "match/profile.h"
#include "type/icd.h"

#define TRY_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define TRY_COLUMNS 11

PG_FUNCTION_INFO_V1(assure_put_match_profile);
PG_FUNCTION_INFO_V1(assure_try_match_profile);

/*
 * compile checks a document in memory that ends with the call.
 */
static MatchProfile *
compile(Jsonb *document)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "pg_assure matching profile", ALLOCSET_DEFAULT_SIZES);

	return profile_read(document, feel_arena_create(context, feel_limits().size_max));
}

/*
 * put_document checks a profile, and makes it the next version of its code.
 */
static int64
put_document(Call *call, Jsonb *document)
{
	static SqlPlan lock = {"LOCK TABLE assure.match_profile IN SHARE ROW EXCLUSIVE MODE", {0}};
	static SqlPlan insert = {
		"INSERT INTO assure.match_profile (code, version, name, document, put_by) "
		"SELECT $1, 1 + coalesce(max(version), 0), $2, $3, $4 FROM assure.match_profile WHERE code = $1 RETURNING match_profile_id, version",
		{TEXTOID, TEXTOID, JSONBOID, TEXTOID}
	};
	const MatchProfile *profile = compile(document);
	Datum		values[4];
	int64		match_profile_id;

	values[0] = CStringGetTextDatum(profile->code);
	values[1] = CStringGetTextDatum(profile->name);
	values[2] = JsonbPGetDatum(document);
	values[3] = CStringGetTextDatum(call->session_role);
	plan_run(&lock, NULL, NULL);
	plan_run(&insert, values, NULL);
	match_profile_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("match_profile %s version %d", profile->code, plan_int32(0, 2, 0)));
	return match_profile_id;
}

/*
 * assure_put_match_profile checks a profile and makes it the current version of
 * its code.
 */
PGDLLEXPORT Datum
assure_put_match_profile(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "profile", SCOPE_ADMIN, "put_match_profile", put_document));
}

/* A worker of a trial. */
typedef struct TriedWorker
{
	const char *code;
	int64		cost;
	int			excluded_by;	/* 1 + index of the condition; 0: none */
	int			place;			/* in the list of keys */
} TriedWorker;

/*
 * tried_compare puts the excluded last, then the cheaper first, then by code.
 */
static int
tried_compare(const void *a, const void *b)
{
	const TriedWorker *left = a;
	const TriedWorker *right = b;

	if ((left->excluded_by != 0) != (right->excluded_by != 0))
		return left->excluded_by != 0 ? 1 : -1;
	if (left->cost != right->cost)
		return left->cost < right->cost ? -1 : 1;
	return strcmp(left->code, right->code);
}

/*
 * class_read makes the class that a trial is for.
 */
static MatchClass
class_read(FunctionCallInfo fcinfo, const MatchProfile *profile)
{
	static SqlPlan find = {"SELECT queue_id FROM assure.queue WHERE code = $1", {TEXTOID}};
	MatchClass	of_class = {.queue = text_to_cstring(PG_GETARG_TEXT_PP(1)), .profile = profile};
	Datum		value = CStringGetTextDatum(of_class.queue);

	if (plan_run(&find, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("queue \"%s\" does not exist", of_class.queue),
				 errhint("assure.queue lists them, by code.")));
	of_class.queue_id = plan_int64(0, 1, 0);
	of_class.product = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	of_class.chapter = PG_ARGISNULL(3) ? 0 : PG_GETARG_INT32(3);
	if (!PG_ARGISNULL(3) && (of_class.chapter < 1 || of_class.chapter > ICD_CHAPTERS))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("chapter is %d, not from 1 to %d", of_class.chapter, ICD_CHAPTERS),
				 errhint("assure.icd_chapter lists them.")));
	return of_class;
}

/*
 * workers_read reads who is qualified for the queue, and not gone.
 */
static int
workers_read(int64 queue_id, int64 **worker_ids, TriedWorker **workers)
{
	static SqlPlan read = {
		"SELECT w.worker_id, w.code FROM assure.worker w JOIN assure.queue q ON q.queue_id = $1 "
		"JOIN assure.worker_skill s ON s.worker_id = w.worker_id AND s.skill = q.skill AND s.level >= q.skill_level "
		"WHERE w.status <> 'left' ORDER BY w.worker_id", {INT8OID}
	};
	Datum		value = Int64GetDatum(queue_id);
	int			rows = (int) plan_run(&read, &value, NULL);

	*worker_ids = palloc(sizeof(int64) * Max(rows, 1));
	*workers = palloc0(sizeof(TriedWorker) * Max(rows, 1));
	for (int i = 0; i < rows; i++)
	{
		(*worker_ids)[i] = plan_int64(i, 1, 0);
		(*workers)[i].code = plan_text(i, 2);
		(*workers)[i].place = i;
	}
	return rows;
}

/*
 * row_put writes a row for a worker and a factor, or for a worker that no factor
 * looks at.
 */
static void
row_put(FunctionCallInfo fcinfo, const MatchProfile *profile, const TriedWorker *worker, int rank, const MatchFactor *factor,
		const MatchFactorValue *value)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[TRY_COLUMNS] = {0};
	bool		nulls[TRY_COLUMNS] = {false};

	values[0] = CStringGetTextDatum(worker->code);
	values[1] = Int64GetDatum(rank);
	nulls[1] = worker->excluded_by != 0;
	values[2] = Int64GetDatum(worker->cost);
	values[3] = CStringGetTextDatum(factor->code);
	values[4] = CStringGetTextDatum(match_dimension_names[factor->dimension]);
	values[5] = Float8GetDatum(value->value);
	nulls[5] = isnan(value->value);
	values[6] = Float8GetDatum(value->worst);
	nulls[6] = isnan(value->worst);
	values[7] = Float8GetDatum(value->best);
	nulls[7] = isnan(value->best);
	values[8] = Int64GetDatum(factor->weight);
	values[9] = Int64GetDatum(value->cost);
	nulls[10] = worker->excluded_by == 0;
	if (worker->excluded_by != 0)
		values[10] = CStringGetTextDatum(profile->conditions[worker->excluded_by - 1].code);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

/*
 * trial_put writes the rows of a trial.
 */
static void
trial_put(FunctionCallInfo fcinfo, const MatchClass *of_class)
{
	const MatchProfile *profile = of_class->profile;
	int64	   *worker_ids;
	TriedWorker *workers;
	int			count = workers_read(of_class->queue_id, &worker_ids, &workers);
	MatchMeasures *measures = measures_load(worker_ids, count, of_class, 1, NULL);
	MatchFactorValue *values = measures_explain(worker_ids, count, of_class);

	for (int i = 0; i < count; i++)
	{
		workers[i].cost = measures->cost[i];
		workers[i].excluded_by = measures->excluded_by ? measures->excluded_by[i] : 0;
	}
	qsort(workers, count, sizeof(TriedWorker), tried_compare);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		for (int j = 0; j < profile->factor_count; j++)
			if (profile->factors[j].kind == FACTOR_WORKER)
				row_put(fcinfo, profile, &workers[i], i + 1, &profile->factors[j], &values[(Size) j * count + workers[i].place]);
	}
}

/*
 * assure_try_match_profile shows what a draft holds of the people for a class of
 * tasks.
 */
PGDLLEXPORT Datum
assure_try_match_profile(PG_FUNCTION_ARGS)
{
	MatchClass	of_class;
	Call		call;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", PG_ARGISNULL(0) ? "profile" : "queue")));
	InitMaterializedSRF(fcinfo, 0);
	call_begin(&call, TRY_SCOPES, "try_match_profile");
	call_allow_scans(&call);
	of_class = class_read(fcinfo, compile(PG_GETARG_JSONB_P(0)));
	trial_put(fcinfo, &of_class);
	call_end(&call);
	return (Datum) 0;
}
