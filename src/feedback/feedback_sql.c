/*-------------------------------------------------------------------------
 *
 * feedback_sql.c
 *		Entry points: what customers say of the work on their tasks.
 *
 *		open -> founded | unfounded | withdrawn		(complaints)
 *
 * A complaint is about a task and who has it or did it; who it is about does not
 * resolve it.  A score is given once, when the task is done.  Both are words of a
 * customer: they stand in the rows and nowhere else.
 *
 * Locking: a complaint's row is locked before it is resolved; the task is only
 * read.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "audit/audit.h"
#include "core/digest.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/request.h"
#include "work/task.h"

#define RECORD_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define WORDS_BYTES_MAX 4000

PG_FUNCTION_INFO_V1(assure_record_complaint);
PG_FUNCTION_INFO_V1(assure_resolve_complaint);
PG_FUNCTION_INFO_V1(assure_record_satisfaction);

static const char *const complaint_kinds[] = {"delay", "result", "manner", "information", "privacy", "other", NULL};
static const char *const complaint_channels[] = {"phone", "app", "portal", "letter", "visit", "regulator", NULL};
static const char *const complaint_outcomes[] = {"founded", "unfounded", "withdrawn", NULL};

/* The task that a customer speaks of. */
typedef struct TaskSpokenOf
{
	int64		task_id;
	int64		worker_id;		/* 0: nobody has it */
	int64		branch_id;
	char	   *state;
} TaskSpokenOf;

/*
 * argument_text reads a text argument; NULL where it is NULL.
 */
static char *
argument_text(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/*
 * argument_key reads a key, which is not NULL.
 */
static int64
argument_key(FunctionCallInfo fcinfo, int number, const char *name)
{
	if (PG_ARGISNULL(number))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name)));
	return PG_GETARG_INT64(number);
}

/*
 * check_words refuses words that are too long, and none where there must be some.
 */
static void
check_words(const char *words, const char *name, bool may_be_missing)
{
	if ((words == NULL && !may_be_missing) || (words != NULL && words[0] == '\0'))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be empty", name)));
	if (words != NULL && strlen(words) > WORDS_BYTES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s has %zu bytes, more than %d", name, strlen(words), WORDS_BYTES_MAX)));
}

/*
 * check_name refuses what is not one of the names of a list.
 */
static void
check_name(const char *name, const char *argument, const char *const *names)
{
	StringInfoData known;

	for (int i = 0; name != NULL && names[i] != NULL; i++)
		if (strcmp(name, names[i]) == 0)
			return;
	if (name == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", argument)));
	initStringInfo(&known);
	for (int i = 0; names[i] != NULL; i++)
		appendStringInfo(&known, "%s%s", i == 0 ? "" : names[i + 1] == NULL ? " or " : ", ", names[i]);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s \"%s\" is not known", argument, name), errhint("Take %s.", known.data)));
}

/*
 * digest_words adds an argument to what a request is known by.
 */
static void
digest_words(StringInfo arguments, const char *words)
{
	if (words == NULL)
		digest_null(arguments);
	else
		digest_text(arguments, words);
}

/*
 * task_find finds the task, which the caller must be allowed to work on.
 */
static void
task_find(Call *call, int64 task_id, TaskSpokenOf *task)
{
	static SqlPlan find = {"SELECT worker_id, branch_id, state FROM assure.task WHERE task_id = $1", {INT8OID}};
	Datum		value = Int64GetDatum(task_id);

	if (plan_run(&find, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("task " INT64_FORMAT " does not exist", task_id)));
	*task = (TaskSpokenOf) {task_id, plan_int64(0, 1, 0), plan_int64(0, 2, 0), plan_text(0, 3)};
	call_require_branch(call, task->branch_id, psprintf("task " INT64_FORMAT, task_id));
}

/*
 * complain writes a complaint and returns its key.
 */
static int64
complain(Call *call, const TaskSpokenOf *task, const char *kind, const char *reason, const char *channel)
{
	static SqlPlan insert = {
		"INSERT INTO assure.complaint (task_id, worker_id, branch_id, kind, reason, channel, recorded_by, recorded_worker_id) "
		"VALUES ($1, nullif($2, 0), $3, $4, $5, $6, $7, nullif($8, 0)) RETURNING complaint_id",
		{INT8OID, INT8OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID}
	};
	Datum		values[8];
	int64		complaint_id;

	values[0] = Int64GetDatum(task->task_id);
	values[1] = Int64GetDatum(task->worker_id);
	values[2] = Int64GetDatum(task->branch_id);
	values[3] = CStringGetTextDatum(kind);
	values[4] = CStringGetTextDatum(reason);
	values[5] = CStringGetTextDatum(channel);
	values[6] = CStringGetTextDatum(call->session_role);
	values[7] = Int64GetDatum(call_actor(call));
	plan_run(&insert, values, NULL);
	complaint_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("complaint " INT64_FORMAT " of task " INT64_FORMAT, complaint_id, task->task_id));
	return complaint_id;
}

/*
 * assure_record_complaint enters a customer's complaint about a task.
 */
PGDLLEXPORT Datum
assure_record_complaint(PG_FUNCTION_ARGS)
{
	int64		task_id = argument_key(fcinfo, 0, "task_id");
	char	   *kind = argument_text(fcinfo, 1);
	char	   *reason = argument_text(fcinfo, 2);
	char	   *channel = argument_text(fcinfo, 3);
	char	   *request_id = argument_text(fcinfo, 4);
	int64		complaint_id;
	TaskSpokenOf task;
	StringInfoData arguments;
	Jsonb	   *answer;
	Call		call;

	check_name(kind, "kind", complaint_kinds);
	check_words(reason, "reason", false);
	check_name(channel, "channel", complaint_channels);
	initStringInfo(&arguments);
	digest_int64(&arguments, task_id);
	digest_text(&arguments, kind);
	digest_text(&arguments, reason);
	digest_text(&arguments, channel);
	call_begin(&call, RECORD_SCOPES, "record_complaint");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		complaint_id = request_answer_int64(answer);
	else
	{
		task_find(&call, task_id, &task);
		complaint_id = complain(&call, &task, kind, reason, channel);
		request_end_int64(request_id, complaint_id);
	}
	call_end(&call);
	PG_RETURN_INT64(complaint_id);
}

/* A complaint that is resolved. */
typedef struct Complaint
{
	int64		complaint_id;
	int64		task_id;
	int64		worker_id;
	int64		branch_id;
	char	   *state;
} Complaint;

/*
 * complaint_lock locks a complaint that is open, for who may resolve it.
 */
static void
complaint_lock(Call *call, int64 complaint_id, int64 actor_id, Complaint *complaint)
{
	static SqlPlan lock = {
		"SELECT task_id, worker_id, branch_id, state FROM assure.complaint WHERE complaint_id = $1 FOR UPDATE", {INT8OID}
	};
	Datum		value = Int64GetDatum(complaint_id);

	if (plan_run(&lock, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("complaint " INT64_FORMAT " does not exist", complaint_id)));
	*complaint = (Complaint) {complaint_id, plan_int64(0, 1, 0), plan_int64(0, 2, 0), plan_int64(0, 3, 0), plan_text(0, 4)};
	call_require_branch(call, complaint->branch_id, psprintf("complaint " INT64_FORMAT, complaint_id));
	if (strcmp(complaint->state, "open") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("complaint " INT64_FORMAT " is %s", complaint_id, complaint->state),
				 errhint("An open complaint becomes founded, unfounded or withdrawn, once; a new one is assure.record_complaint().")));
	if (actor_id != 0 && actor_id == complaint->worker_id)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED),
				 errmsg("complaint " INT64_FORMAT " is about worker \"%s\"", complaint_id, worker_code(actor_id)),
				 errhint("Four eyes: another person resolves it.")));
}

/*
 * follow_up opens a task that makes good what was founded, kept from who it is
 * about; returns its key.
 */
static int64
follow_up(Call *call, const Complaint *complaint, const char *queue)
{
	static SqlPlan find = {"SELECT account_id, amount_fen, priority::int4, region FROM assure.task WHERE task_id = $1", {INT8OID}};
	Datum		value = Int64GetDatum(complaint->task_id);
	TaskStart	start = {.claim_id = complaint->task_id, .branch_id = complaint->branch_id, .subject_kind = "task"};

	start.excluded_worker_ids = &complaint->worker_id;
	start.excluded_count = complaint->worker_id != 0 ? 1 : 0;
	start.started_at = GetCurrentTransactionStartTimestamp();
	if (plan_run(&find, &value, NULL) == 0)
		elog(ERROR, "task " INT64_FORMAT " of complaint " INT64_FORMAT " does not exist", complaint->task_id, complaint->complaint_id);
	start.account_id = plan_int64(0, 1, 0);
	start.amount_fen = plan_int64(0, 2, 0);
	start.priority = plan_int32(0, 3, 0);
	start.region = plan_text(0, 4);
	return task_open(call, queue, &start);
}

/*
 * resolve closes a complaint; returns the key of the task that follows, 0: none.
 */
static int64
resolve(Call *call, int64 complaint_id, const char *outcome, const char *note, const char *queue)
{
	static SqlPlan update = {
		"UPDATE assure.complaint SET state = $2, note = $3, resolved_at = now(), resolved_by = $4, resolved_worker_id = nullif($5, 0), "
		"  follow_up_task_id = nullif($6, 0) WHERE complaint_id = $1",
		{INT8OID, TEXTOID, TEXTOID, TEXTOID, INT8OID, INT8OID}
	};
	bool		is_withdrawn = strcmp(outcome, "withdrawn") == 0;
	int64		actor_id = is_withdrawn ? call_actor(call) : call_actor_required(call);
	int64		task_id = 0;
	Complaint	complaint;
	Datum		values[6];

	if (!is_withdrawn && (call->scopes & (SCOPE_SUPERVISOR | SCOPE_ADMIN)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("whether a complaint is founded is for a supervisor to say"),
				 errhint("Who took the complaint may enter that the customer withdraws it.")));
	complaint_lock(call, complaint_id, actor_id, &complaint);
	if (queue != NULL)
		task_id = follow_up(call, &complaint, queue);
	values[0] = Int64GetDatum(complaint_id);
	values[1] = CStringGetTextDatum(outcome);
	values[2] = CStringGetTextDatum(note);
	values[3] = CStringGetTextDatum(call->session_role);
	values[4] = Int64GetDatum(actor_id);
	values[5] = Int64GetDatum(task_id);
	plan_run(&update, values, NULL);
	audit_write_one(call, psprintf("complaint " INT64_FORMAT, complaint_id));
	return task_id;
}

/*
 * assure_resolve_complaint says what became of a complaint.
 */
PGDLLEXPORT Datum
assure_resolve_complaint(PG_FUNCTION_ARGS)
{
	int64		complaint_id = argument_key(fcinfo, 0, "complaint_id");
	char	   *outcome = argument_text(fcinfo, 1);
	char	   *note = argument_text(fcinfo, 2);
	char	   *queue = argument_text(fcinfo, 3);
	char	   *request_id = argument_text(fcinfo, 4);
	int64		task_id;
	StringInfoData arguments;
	Jsonb	   *answer;
	Call		call;

	check_name(outcome, "outcome", complaint_outcomes);
	check_words(note, "note", false);
	if (queue != NULL && strcmp(outcome, "founded") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("follow_up_queue is for complaints that are founded, not %s", outcome)));
	initStringInfo(&arguments);
	digest_int64(&arguments, complaint_id);
	digest_text(&arguments, outcome);
	digest_text(&arguments, note);
	digest_words(&arguments, queue);
	call_begin(&call, RECORD_SCOPES, "resolve_complaint");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		task_id = request_answer_int64(answer);
	else
	{
		task_id = resolve(&call, complaint_id, outcome, note, queue);
		request_end_int64(request_id, task_id);
	}
	call_end(&call);
	if (task_id == 0)
		PG_RETURN_NULL();
	PG_RETURN_INT64(task_id);
}

/*
 * score_write writes what a customer gives a finished task.
 */
static void
score_write(Call *call, int64 task_id, int score, const char *words)
{
	static SqlPlan insert = {
		"INSERT INTO assure.satisfaction (task_id, worker_id, branch_id, score, words, recorded_by, recorded_worker_id) "
		"VALUES ($1, $2, $3, $4, $5, $6, nullif($7, 0)) ON CONFLICT (task_id) DO NOTHING RETURNING 1",
		{INT8OID, INT8OID, INT8OID, INT2OID, TEXTOID, TEXTOID, INT8OID}
	};
	Datum		values[7];
	char		nulls[8] = "       ";
	TaskSpokenOf task;

	task_find(call, task_id, &task);
	if (strcmp(task.state, "done") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("task " INT64_FORMAT " is %s", task_id, task.state),
				 errhint("Customers score a task that is done.")));
	values[0] = Int64GetDatum(task_id);
	values[1] = Int64GetDatum(task.worker_id);
	values[2] = Int64GetDatum(task.branch_id);
	values[3] = Int16GetDatum(score);
	values[4] = words ? CStringGetTextDatum(words) : (Datum) 0;
	nulls[4] = words ? ' ' : 'n';
	values[5] = CStringGetTextDatum(call->session_role);
	values[6] = Int64GetDatum(call_actor(call));
	if (plan_run(&insert, values, nulls) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("task " INT64_FORMAT " has a score", task_id),
				 errhint("A customer scores a task once; what is wrong with it is a complaint.")));
	audit_write_one(call, psprintf("satisfaction of task " INT64_FORMAT, task_id));
}

/*
 * assure_record_satisfaction enters the score that a customer gives.
 */
PGDLLEXPORT Datum
assure_record_satisfaction(PG_FUNCTION_ARGS)
{
	int64		task_id = argument_key(fcinfo, 0, "task_id");
	int			score = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
	char	   *words = argument_text(fcinfo, 2);
	char	   *request_id = argument_text(fcinfo, 3);
	StringInfoData arguments;
	Call		call;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("score must not be NULL")));
	if (score < 1 || score > 5)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("score is %d, not from 1 to 5", score),
				 errhint("1 is very bad, 5 is very good.")));
	check_words(words, "words", true);
	initStringInfo(&arguments);
	digest_int64(&arguments, task_id);
	digest_int64(&arguments, score);
	digest_words(&arguments, words);
	call_begin(&call, RECORD_SCOPES, "record_satisfaction");
	if (request_begin(&call, request_id, &arguments) == NULL)
	{
		score_write(&call, task_id, score, words);
		request_end_int64(request_id, task_id);
	}
	call_end(&call);
	PG_RETURN_VOID();
}
