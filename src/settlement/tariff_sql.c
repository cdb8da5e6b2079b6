/*-------------------------------------------------------------------------
 *
 * tariff_sql.c
 *		Entry points: tariffs, difficulty and points are put as documents.
 *
 * All are immutable.  Locking: the table's lock of writers against itself, so
 * that two versions do not get one number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "audit/audit.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "work/queue_lookup.h"
#include "work/task_condition.h"

#define LEVELS_MAX 5			/* CHECKs of the tables */
#define SPEEDS_MAX 10
#define POINTS_MAX 100000

PG_FUNCTION_INFO_V1(assure_put_tariff);
PG_FUNCTION_INFO_V1(assure_put_difficulty);
PG_FUNCTION_INFO_V1(assure_put_point_rule);

/*
 * amounts_read reads a list of amounts by level.
 */
static Datum
amounts_read(const DocNode *list)
{
	int			count = doc_list(list, 1, LEVELS_MAX);
	Column		amounts;

	column_start(&amounts, INT8OID);
	for (int i = 0; i < count; i++)
	{
		DocNode		element;

		doc_element(list, i, &element);
		column_add_int64(&amounts, doc_amount(&element));
	}
	return column_array(&amounts);
}

/*
 * tariff_insert writes a tariff, unless there is one of that day, and returns its
 * key.
 */
static int64
tariff_insert(const DocNode *from, Datum *values)
{
	static SqlPlan lock = {"LOCK TABLE assure.tariff IN SHARE ROW EXCLUSIVE MODE", {0}};
	static SqlPlan find = {
		"SELECT t.tariff_id, t.amounts = $3 FROM assure.tariff t WHERE t.queue_id = $1 AND t.valid_from = $2", {INT8OID, DATEOID, INT8ARRAYOID}
	};
	static SqlPlan insert = {
		"INSERT INTO assure.tariff (queue_id, valid_from, amounts) SELECT $1, $2, $3 WHERE $2 >= now()::date RETURNING tariff_id",
		{INT8OID, DATEOID, INT8ARRAYOID}
	};

	plan_run(&lock, NULL, NULL);
	if (plan_run(&find, values, NULL) > 0)
	{
		if (plan_bool(0, 2))
			return plan_int64(0, 1, 0);
		doc_fail(from, ERRCODE_ASSURE_WRONG_STATE, "Tariffs are immutable: put one from another day.", "the queue has another tariff from that day");
	}
	else if (plan_run(&insert, values, NULL) == 0)
		doc_fail(from, ERRCODE_INVALID_PARAMETER_VALUE,
				 "Work that is finished was settled as it was; assure.correct_settlement() corrects it.", "lies in the past");
	doc_report(from->reader, NULL);
	return plan_int64(0, 1, 0);
}

/*
 * tariff_put checks a tariff and puts it.
 */
static int64
tariff_put(Call *call, Jsonb *document)
{
	static const char *const keys[] = {"queue", "from", "amounts", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		from = {0};
	DocNode		node;
	Datum		values[3] = {0};
	int64		tariff_id;

	doc_open(&reader, &root, document, "tariff", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		values[0] = Int64GetDatum(queue_of_document(&root, "queue", NULL));
		if (doc_require(&root, "from", &from))
			values[1] = DateADTGetDatum(doc_date(&from));
		if (doc_require(&root, "amounts", &node))
			values[2] = amounts_read(&node);
	}
	doc_report(&reader, NULL);
	tariff_id = tariff_insert(&from, values);
	audit_write_one(call, psprintf("tariff " INT64_FORMAT, tariff_id));
	return tariff_id;
}

/*
 * assure_put_tariff puts what a branch pays for a queue's tasks from a day on.
 */
PGDLLEXPORT Datum
assure_put_tariff(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "tariff", SCOPE_ADMIN, "put_tariff", tariff_put));
}

/*
 * version_put writes the next version of a queue's rule and returns its key.
 */
static int64
version_put(Call *call, SqlPlan *lock, SqlPlan *insert, const Datum *values, const char *subject)
{
	int64		key;

	plan_run(lock, NULL, NULL);
	plan_run(insert, values, NULL);
	key = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("%s " INT64_FORMAT, subject, key));
	return key;
}

/*
 * difficulty_put checks the conditions of the levels and puts them.
 */
static int64
difficulty_put(Call *call, Jsonb *document)
{
	static const char *const keys[] = {"queue", "levels", NULL};
	static SqlPlan lock = {"LOCK TABLE assure.difficulty_rule IN SHARE ROW EXCLUSIVE MODE", {0}};
	static SqlPlan insert = {
		"INSERT INTO assure.difficulty_rule (queue_id, version, levels) SELECT $1, 1 + coalesce(max(version), 0), $2 "
		"FROM assure.difficulty_rule WHERE queue_id = $1 RETURNING difficulty_rule_id", {INT8OID, TEXTARRAYOID}
	};
	DocReader	reader;
	DocNode		root;
	DocNode		node;
	Column		levels;
	Datum		values[2] = {0};

	column_start(&levels, TEXTOID);
	doc_open(&reader, &root, document, "difficulty", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		values[0] = Int64GetDatum(queue_of_document(&root, "queue", NULL));
		if (doc_require(&root, "levels", &node))
			for (int i = 0, count = doc_list(&node, 0, LEVELS_MAX - 1); i < count; i++)
			{
				DocNode		element;

				doc_element(&node, i, &element);
				column_add_text(&levels, task_condition_read(&element));
			}
	}
	doc_report(&reader, NULL);
	values[1] = column_array(&levels);
	return version_put(call, &lock, &insert, values, "difficulty_rule");
}

/*
 * assure_put_difficulty puts when a queue's tasks are difficult.
 */
PGDLLEXPORT Datum
assure_put_difficulty(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "difficulty", SCOPE_ADMIN, "put_difficulty", difficulty_put));
}

/*
 * points_read reads points, 0 where there is no such member.
 */
static Datum
points_read(const DocNode *root, const char *key, int64 least, int64 most)
{
	DocNode		node;

	return Int32GetDatum(doc_member(root, key, &node) ? (int32) doc_integer(&node, least, most) : 0);
}

/*
 * speeds_read reads what is given for a task that is finished within a share of
 * its time: percents, ascending.
 */
static void
speeds_read(const DocNode *root, Datum *percents, Datum *points)
{
	static const char *const keys[] = {"within", "points", NULL};
	DocNode		list;
	Column		columns[2];
	int64		before = 0;
	int			count = doc_member(root, "speed", &list) ? doc_list(&list, 0, SPEEDS_MAX) : 0;

	column_start(&columns[0], INT4OID);
	column_start(&columns[1], INT4OID);
	for (int i = 0; i < count; i++)
	{
		DocNode		element;
		DocNode		within;
		DocNode		given;
		int64		percent = 0;

		doc_element(&list, i, &element);
		if (!doc_object(&element, keys) || !doc_require(&element, "within", &within) || !doc_require(&element, "points", &given))
			break;
		percent = doc_integer(&within, 1, 100);
		if (percent <= before)
			doc_fail_invalid(&within, INT64_FORMAT " is not above " INT64_FORMAT, percent, before);
		before = percent;
		column_add(&columns[0], Int32GetDatum((int32) percent));
		column_add(&columns[1], Int32GetDatum((int32) doc_integer(&given, -POINTS_MAX, POINTS_MAX)));
	}
	*percents = column_array(&columns[0]);
	*points = column_array(&columns[1]);
}

/*
 * point_rule_put checks a point rule and puts it.
 */
static int64
point_rule_put(Call *call, Jsonb *document)
{
	static const char *const keys[] = {"queue", "base", "difficulty", "speed", "late", "pass", "defect", NULL};
	static SqlPlan lock = {"LOCK TABLE assure.point_rule IN SHARE ROW EXCLUSIVE MODE", {0}};
	static SqlPlan insert = {
		"INSERT INTO assure.point_rule (queue_id, version, base, difficulty, speed_percent, speed_points, late, pass, defect) "
		"SELECT $1, 1 + coalesce(max(version), 0), $2, $3, $4, $5, $6, $7, $8 FROM assure.point_rule WHERE queue_id = $1 RETURNING point_rule_id",
		{INT8OID, INT4OID, INT4ARRAYOID, INT4ARRAYOID, INT4ARRAYOID, INT4OID, INT4OID, INT4OID}
	};
	DocReader	reader;
	DocNode		root;
	DocNode		node;
	Column		difficulty;
	Datum		values[8] = {0};

	column_start(&difficulty, INT4OID);
	doc_open(&reader, &root, document, "point_rule", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		values[0] = Int64GetDatum(queue_of_document(&root, "queue", NULL));
		if (doc_require(&root, "base", &node))
			values[1] = Int32GetDatum((int32) doc_integer(&node, 0, POINTS_MAX));
		if (doc_member(&root, "difficulty", &node))
			for (int i = 0, count = doc_list(&node, 0, LEVELS_MAX); i < count; i++)
			{
				DocNode		element;

				doc_element(&node, i, &element);
				column_add(&difficulty, Int32GetDatum((int32) doc_integer(&element, 0, POINTS_MAX)));
			}
		speeds_read(&root, &values[3], &values[4]);
		values[5] = points_read(&root, "late", -POINTS_MAX, 0);
		values[6] = points_read(&root, "pass", 0, POINTS_MAX);
		values[7] = points_read(&root, "defect", -POINTS_MAX, 0);
	}
	doc_report(&reader, NULL);
	values[2] = column_array(&difficulty);
	return version_put(call, &lock, &insert, values, "point_rule");
}

/*
 * assure_put_point_rule puts what points a queue's tasks give.
 */
PGDLLEXPORT Datum
assure_put_point_rule(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "point_rule", SCOPE_ADMIN, "put_point_rule", point_rule_put));
}
