/*-------------------------------------------------------------------------
 *
 * verdict_sql.c
 *		Entry points: checkers give their verdicts, defects are mended, draws closed.
 *
 *		checking -> passed			no defect
 *		checking -> rectifying		defects: a task for who did the work
 *		rectifying -> checking		mended: the next round
 *
 * Locking: the task, then the stage of its check.  A draw is closed when all of
 * it has passed, which nothing changes any more, so closing locks nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "storage/shmem.h"
#include "utils/builtins.h"

#include "audit/audit.h"
#include "core/digest.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/request.h"
#include "postcheck/postcheck.h"
#include "settlement/settlement.h"
#include "sla/sla.h"
#include "work/task.h"

#define CHECKER_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR)
#define DEFECTS_MAX 50
#define CODE_BYTES_MAX 60
#define NOTE_BYTES_MAX 2000

PG_FUNCTION_INFO_V1(assure_record_check);
PG_FUNCTION_INFO_V1(assure_record_rectification);
PG_FUNCTION_INFO_V1(assure_close_draw);

/* A check that stands at a task. */
typedef struct Check
{
	int64		check_id;
	int			round;
	int64		sample_task_id; /* what is checked */
	int64		author_worker_id;
	int64		actor_id;
	Task		task;
} Check;

/*
 * check_lock locks a task and the check that stands at it, for a stage; refuses
 * who may not act on it.
 */
static void
check_lock(Call *call, int64 task_id, const char *stage, Check *check)
{
	static SqlPlan lock = {
		"SELECT g.check_id, g.round, s.task_id, s.author_worker_id, g.stage FROM assure.check_stage g JOIN assure.check_sample s USING (check_id) "
		"WHERE g.task_id = $1 FOR UPDATE OF g", {INT8OID}
	};
	Datum		value = Int64GetDatum(task_id);

	check->actor_id = call_actor_required(call);
	if (!task_lock(task_id, &check->task))
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("task " INT64_FORMAT " does not exist", task_id)));
	if (plan_run(&lock, &value, NULL) == 0 || strcmp(plan_text(0, 5), stage) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE), errmsg("no post-check stands at task " INT64_FORMAT " for %s", task_id, stage),
				 errhint("assure_bi.check_sample has the task that each check stands at.")));
	check->check_id = plan_int64(0, 1, 0);
	check->round = plan_int32(0, 2, 0);
	check->sample_task_id = plan_int64(0, 3, 0);
	check->author_worker_id = plan_int64(0, 4, 0);
	task_require_active(&check->task, check->actor_id);
	task_require_holder(call, &check->task, check->actor_id, NULL);
	if (strcmp(check->task.state, "done") == 0 || strcmp(check->task.state, "cancelled") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE), errmsg("task " INT64_FORMAT " is %s", task_id, check->task.state),
				 errhint("assure.%s() takes a task that is accepted.", call->function)));
}

/*
 * task_end has the task of a check done by who acts.
 */
static void
task_end(Call *call, Check *check)
{
	task_move(call, &check->task, "done", "done", check->actor_id, check->actor_id, NULL);
	clocks_stop(&check->task.task_id, 1);
}

/* A verdict as it was handed in. */
typedef struct Verdict
{
	int64		task_id;
	bool		passed;
	char	   *note;
	Column		codes;
	Column		notes;
} Verdict;

/*
 * defects_read reads the defects of a verdict.
 */
static void
defects_read(const DocNode *list, Verdict *verdict)
{
	static const char *const keys[] = {"code", "note", NULL};
	int			count = doc_list(list, 1, DEFECTS_MAX);

	for (int i = 0; i < count; i++)
	{
		DocNode		element;
		DocNode		node;

		doc_element(list, i, &element);
		if (!doc_object(&element, keys))
			return;
		column_add_text(&verdict->codes, doc_require(&element, "code", &node) ? doc_text(&node, CODE_BYTES_MAX) : NULL);
		column_add_text(&verdict->notes, doc_member(&element, "note", &node) ? doc_text(&node, NOTE_BYTES_MAX) : NULL);
	}
}

/*
 * verdict_read reads a verdict.
 */
static void
verdict_read(Jsonb *document, Verdict *verdict)
{
	static const char *const keys[] = {"task", "verdict", "defects", "note", NULL};
	static const char *const names[] = {"", "pass", "defects", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	memset(verdict, 0, sizeof(*verdict));
	column_start(&verdict->codes, TEXTOID);
	column_start(&verdict->notes, TEXTOID);
	doc_open(&reader, &root, document, "verdict", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		verdict->task_id = doc_require(&root, "task", &node) ? doc_integer(&node, 1, PG_INT64_MAX) : 0;
		verdict->passed = doc_require(&root, "verdict", &node) && doc_code(&node, names) == 1;
		verdict->note = doc_member(&root, "note", &node) ? doc_text(&node, NOTE_BYTES_MAX) : NULL;
		if (verdict->passed && doc_member(&root, "defects", &node))
			doc_fail_invalid(&node, "what passes has none");
		else if (!verdict->passed && doc_require(&root, "defects", &node))
			defects_read(&node, verdict);
	}
	doc_report(&reader, NULL);
}

/*
 * weights_read finds the defects in the catalogue and returns the sum of their
 * weights; one that is not there, or twice, is refused.
 */
static int
weights_read(const Verdict *verdict, Datum *defect_ids, Datum *weights)
{
	static SqlPlan find = {
		"SELECT k.code, d.defect_id, d.weight::int4, d.active, count(*) OVER (PARTITION BY k.code) > 1 FROM unnest($1) WITH ORDINALITY k (code, n) "
		"LEFT JOIN LATERAL (SELECT x.* FROM assure.defect x WHERE x.code = k.code ORDER BY x.version DESC LIMIT 1) d ON true ORDER BY k.n", {TEXTARRAYOID}
	};
	Datum		codes = column_array(&verdict->codes);
	int			rows = (int) plan_run(&find, &codes, NULL);
	Column		columns[2];
	int			sum = 0;

	column_start(&columns[0], INT8OID);
	column_start(&columns[1], INT2OID);
	for (int i = 0; i < rows; i++)
	{
		if (!plan_bool(i, 4) || plan_bool(i, 5))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 plan_bool(i, 5) ? errmsg("verdict: defects[%d]: \"%s\" is there twice", i, plan_text(i, 1)) :
					 errmsg("verdict: defects[%d]: \"%s\" is not in the catalogue", i, plan_text(i, 1)),
					 errhint("assure.defect is the catalogue; assure.put_defect() adds to it.")));
		column_add_int64(&columns[0], plan_int64(i, 2, 0));
		column_add(&columns[1], Int16GetDatum((int16) plan_int32(i, 3, 0)));
		sum += plan_int32(i, 3, 0);
	}
	*defect_ids = column_array(&columns[0]);
	*weights = column_array(&columns[1]);
	return sum;
}

/*
 * verdict_write writes a verdict with its findings and returns their weight.
 */
static int
verdict_write(Call *call, const Check *check, const Verdict *verdict)
{
	static SqlPlan insert = {
		"WITH v AS (INSERT INTO assure.check_verdict (check_id, round, queue_id, author_worker_id, checker_worker_id, passed, weight, decided_by, note) "
		"  SELECT s.check_id, $2, s.queue_id, s.author_worker_id, $3, $4, $5, $6, $7 FROM assure.check_sample s WHERE s.check_id = $1 RETURNING check_id, round) "
		"INSERT INTO assure.check_finding (check_id, round, defect_id, weight, note) SELECT v.check_id, v.round, u.* FROM v, unnest($8, $9, $10) u",
		{INT8OID, INT4OID, INT8OID, BOOLOID, INT4OID, TEXTOID, TEXTOID, INT8ARRAYOID, INT2ARRAYOID, TEXTARRAYOID}
	};
	Datum		values[10];
	char		nulls[11] = "          ";
	int			weight = weights_read(verdict, &values[7], &values[8]);

	values[0] = Int64GetDatum(check->check_id);
	values[1] = Int32GetDatum(check->round);
	values[2] = Int64GetDatum(check->actor_id);
	values[3] = BoolGetDatum(verdict->passed);
	values[4] = Int32GetDatum(weight);
	values[5] = CStringGetTextDatum(call->session_role);
	values[6] = verdict->note ? CStringGetTextDatum(verdict->note) : (Datum) 0;
	nulls[6] = verdict->note ? ' ' : 'n';
	values[9] = column_array(&verdict->notes);
	plan_run(&insert, values, nulls);
	return weight;
}

/*
 * record_check gives a checker's verdict.
 */
static int64
record_check(Call *call, Jsonb *document)
{
	static SqlPlan pass = {"UPDATE assure.check_stage SET stage = 'passed', stage_since = now() WHERE check_id = $1", {INT8OID}};
	Verdict		verdict;
	Check		check;
	Datum		value;
	int			weight;

	verdict_read(document, &verdict);
	check_lock(call, verdict.task_id, "checking", &check);
	weight = verdict_write(call, &check, &verdict);
	task_end(call, &check);
	if (check.round == 1)
		work_checked(check.sample_task_id, check.author_worker_id, verdict.passed, weight);
	value = Int64GetDatum(check.check_id);
	if (verdict.passed)
		plan_run(&pass, &value, NULL);
	else
		(void) rectify_task_open(call, check.check_id);
	audit_write_one(call, psprintf("check " INT64_FORMAT " round %d", check.check_id, check.round));
	return check.check_id;
}

/*
 * assure_record_check gives a checker's verdict and returns the check.
 */
PGDLLEXPORT Datum
assure_record_check(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "verdict", CHECKER_SCOPES, "record_check", record_check));
}

/*
 * rectified ends a rectification; the check begins its next round.
 */
static int64
rectified(Call *call, int64 task_id, const char *note)
{
	static SqlPlan find = {"SELECT task_id FROM assure.check_stage WHERE check_id = $1", {INT8OID}};
	Check		check;
	Datum		value;

	check_lock(call, task_id, "rectifying", &check);
	task_note(call, &check.task, check.actor_id, note);
	task_end(call, &check);
	check_tasks_open(call, &check.check_id, 1);
	audit_write_one(call, psprintf("check " INT64_FORMAT " round %d", check.check_id, check.round));
	value = Int64GetDatum(check.check_id);
	plan_run(&find, &value, NULL);
	return plan_int64(0, 1, 0);
}

/*
 * assure_record_rectification says that defects are mended, and returns the task
 * of who checks that.
 */
PGDLLEXPORT Datum
assure_record_rectification(PG_FUNCTION_ARGS)
{
	char	   *note = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	char	   *request_id = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	StringInfoData arguments;
	Jsonb	   *answer;
	Call		call;
	int64		task_id;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("task_id must not be NULL")));
	if (note == NULL || note[0] == '\0' || strlen(note) > NOTE_BYTES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("note is empty or longer than %d bytes", NOTE_BYTES_MAX),
				 errhint("Say what was done about the defects; the next checker reads it.")));
	task_id = PG_GETARG_INT64(0);
	initStringInfo(&arguments);
	digest_int64(&arguments, task_id);
	digest_text(&arguments, note);
	call_begin(&call, CHECKER_SCOPES, "record_rectification");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		task_id = request_answer_int64(answer);
	else
	{
		task_id = rectified(&call, task_id, note);
		request_end_int64(request_id, task_id);
	}
	call_end(&call);
	PG_RETURN_INT64(task_id);
}

/*
 * close_draw closes a draw all of which has passed; closed already, nothing.
 */
static void
close_draw(Call *call, int64 check_draw_id)
{
	static SqlPlan find = {
		"SELECT count(g.check_id) FILTER (WHERE g.stage <> 'passed'), min(g.task_id) FILTER (WHERE g.stage <> 'passed') FROM assure.check_draw d "
		"LEFT JOIN assure.check_sample s USING (check_draw_id) LEFT JOIN assure.check_stage g USING (check_id) WHERE d.check_draw_id = $1 GROUP BY d.check_draw_id",
		{INT8OID}
	};
	static SqlPlan insert = {
		"INSERT INTO assure.check_draw_close (check_draw_id, closed_by, actor_worker_id, sample_count, passed_count, weight_sum) "
		"SELECT $1, $2, nullif($3, 0), count(v.check_id), count(v.check_id) FILTER (WHERE v.passed), coalesce(sum(v.weight), 0) "
		"FROM assure.check_sample s JOIN assure.check_verdict v ON v.check_id = s.check_id AND v.round = 1 WHERE s.check_draw_id = $1 "
		"ON CONFLICT DO NOTHING", {INT8OID, TEXTOID, INT8OID}
	};
	Datum		values[3] = {Int64GetDatum(check_draw_id)};

	if (plan_run(&find, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("draw " INT64_FORMAT " does not exist", check_draw_id)));
	if (plan_int64(0, 1, 0) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("draw " INT64_FORMAT " has " INT64_FORMAT " checks that have not passed", check_draw_id, plan_int64(0, 1, 0)),
				 errdetail("One of them stands at task " INT64_FORMAT ".", plan_int64(0, 2, 0)),
				 errhint("A draw is closed when all of its checks have passed.")));
	values[1] = CStringGetTextDatum(call->session_role);
	values[2] = Int64GetDatum(call_actor(call));
	if (plan_run(&insert, values, NULL) > 0)
		audit_write_one(call, psprintf("check_draw " INT64_FORMAT, check_draw_id));
}

/*
 * assure_close_draw closes a draw.
 */
PGDLLEXPORT Datum
assure_close_draw(PG_FUNCTION_ARGS)
{
	key_call(fcinfo, "check_draw_id", SCOPE_SUPERVISOR | SCOPE_ADMIN, "close_draw", close_draw);
	PG_RETURN_VOID();
}
