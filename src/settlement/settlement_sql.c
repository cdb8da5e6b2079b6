/*-------------------------------------------------------------------------
 *
 * settlement_sql.c
 *		Entry points: months of settlement are read and closed, postings corrected.
 *
 * Locking: a correction locks the task's row, reads what is booked of it as it is
 * then, however old the caller's snapshot is, and shares the month (posting.c);
 * a close takes the lock of the month, and of those before that it rules out,
 * alone, and no row.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/date.h"

#include "audit/audit.h"
#include "core/digest.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/lock.h"
#include "core/plan.h"
#include "core/request.h"
#include "core/result_set.h"
#include "settlement/posting.h"
#include "settlement/settlement.h"
#include "work/task.h"

#define REASON_BYTES_MAX 2000
#define MONTHS_BEFORE_FIRST 24	/* a transaction that is older than that books nothing any more */

PG_FUNCTION_INFO_V1(assure_settlement_statement);
PG_FUNCTION_INFO_V1(assure_close_settlement);
PG_FUNCTION_INFO_V1(assure_correct_settlement);
PG_FUNCTION_INFO_V1(assure_annul_work);

/*
 * month_argument reads the month that a day lies in.
 */
static DateADT
month_argument(FunctionCallInfo fcinfo, int argument)
{
	static const DateADT earliest = -36525;	/* 1900 */
	DateADT		day;

	if (PG_ARGISNULL(argument))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("month must not be NULL")));
	day = PG_GETARG_DATEADT(argument);
	if (DATE_NOT_FINITE(day) || day < earliest || day > -earliest * 10)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("month is not a day of a month"),
				 errhint("Name a month by any of its days.")));
	return settlement_month_of(day);
}

/*
 * assure_settlement_statement nets what branches owe each other for a month.
 */
PGDLLEXPORT Datum
assure_settlement_statement(PG_FUNCTION_ARGS)
{
	static SqlPlan read = {
		"WITH c AS (SELECT month FROM assure.settlement_close WHERE month = $1), "
		"l AS (SELECT debtor_branch_id, creditor_branch_id, task_count, amount_fen FROM assure.settlement_line WHERE month = $1 "
		"  UNION ALL SELECT debtor_branch_id, creditor_branch_id, sum(tasks)::bigint, sum(amount_fen)::bigint FROM assure.settlement_posting "
		"  WHERE month = $1 AND NOT EXISTS (SELECT 1 FROM c) GROUP BY 1, 2), "
		"s AS (SELECT creditor_branch_id AS branch_id, debtor_branch_id AS other_id, task_count AS done, amount_fen AS earned_fen, 0::bigint AS given, 0::bigint AS owed_fen FROM l "
		"  UNION ALL SELECT debtor_branch_id, creditor_branch_id, 0, 0, task_count, amount_fen FROM l) "
		"SELECT b.code, o.code, sum(s.done)::bigint, round(sum(s.earned_fen) / 100.0, 2), sum(s.given)::bigint, round(sum(s.owed_fen) / 100.0, 2), "
		"  round(sum(s.earned_fen - s.owed_fen) / 100.0, 2), EXISTS (SELECT 1 FROM c) "
		"FROM s JOIN assure.branch b ON b.branch_id = s.branch_id JOIN assure.branch o ON o.branch_id = s.other_id "
		"GROUP BY GROUPING SETS ((b.code, o.code), (b.code)) ORDER BY b.code COLLATE \"C\", o.code COLLATE \"C\" NULLS LAST", {DATEOID}
	};
	Datum		month = DateADTGetDatum(month_argument(fcinfo, 0));
	Call		call;

	result_set_open(fcinfo);
	call_begin(&call, SCOPE_SUPERVISOR | SCOPE_AUDITOR | SCOPE_ADMIN, "settlement_statement");
	call_allow_scans(&call);
	result_set_fill(fcinfo, &read, &month, NULL);
	call_end(&call);
	return (Datum) 0;
}

/*
 * month_text writes a month for messages.
 */
static char *
month_text(DateADT month)
{
	char		day[JSON_DATE_BYTES];

	return pnstrdup(iso_date_print(month, day), 7);
}

/*
 * first_month_require refuses to begin with a month long before anything was
 * booked, for all that follow it would have to be closed one by one.
 */
static void
first_month_require(DateADT month)
{
	static SqlPlan find = {
		"SELECT 1 WHERE $1 >= now()::date - $2 OR EXISTS (SELECT FROM assure.settlement_posting WHERE month <= $1)", {DATEOID, INT4OID}
	};
	Datum		values[2] = {DateADTGetDatum(month), Int32GetDatum(MONTHS_BEFORE_FIRST * 31)};

	if (plan_run(&find, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE), errmsg("month %s was before there was anything to settle", month_text(month)),
				 errhint("Begin with the month in which the first work was settled.")));
}

/*
 * month_require_next refuses a month that is not over, is closed, or comes before
 * its turn; nobody books in it, or before it, any more when it returns.
 */
static void
month_require_next(DateADT month)
{
	static SqlPlan over = {"SELECT $1 < date_trunc('month', now())::date", {DATEOID}};
	static SqlPlan before = {
		"SELECT month FROM assure.settlement_posting WHERE month < $1 AND ($2 IS NULL OR month > $2) ORDER BY month LIMIT 1", {DATEOID, DATEOID}
	};
	Datum		values[2] = {DateADTGetDatum(month), 0};
	DateADT		closed;
	bool		has_closed;
	bool		isnull;

	plan_run(&over, values, NULL);
	if (!plan_bool(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE), errmsg("month %s is not over", month_text(month)),
				 errhint("A month is closed when it is over.")));
	has_closed = month_last_closed(&closed);
	if (!has_closed)
		first_month_require(month);
	values[1] = DateADTGetDatum(has_closed ? closed : DATEVAL_NOBEGIN);
	if (has_closed && month > month_after(closed))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE), errmsg("month %s is not the next one", month_text(month)),
				 errdetail("%s is closed, %s is not.", month_text(closed), month_text(month_after(closed))),
				 errhint("Months are closed one after another.")));
	for (DateADT m = has_closed ? month_after(closed) : settlement_month_of(month - MONTHS_BEFORE_FIRST * 30); m <= month; m = month_after(m))
		lock_for_transaction(month_lock(m));
	if (month_last_closed(&closed) && closed >= month)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE), errmsg("month %s is closed", month_text(month)),
				 errhint("What is to be corrected is booked in an open month: assure.correct_settlement().")));
	if (plan_read_fresh(&before, values) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("month %s is to be closed before month %s", month_text(DatumGetDateADT(plan_datum(0, 1, &isnull))), month_text(month)),
				 errhint("Months are closed one after another.")));
}

/*
 * close_month closes a month: what it comes to by pair of branches is written
 * down.  Its postings are read as they are now: an older snapshot would not see
 * those that the close waited for.
 */
static int64
close_month(Call *call, DateADT month)
{
	static SqlPlan read = {
		"SELECT debtor_branch_id, creditor_branch_id, sum(tasks)::bigint, sum(amount_fen)::bigint, count(*) FROM assure.settlement_posting "
		"WHERE month = $1 GROUP BY 1, 2 ORDER BY 1, 2", {DATEOID}
	};
	static SqlPlan insert = {
		"WITH c AS (INSERT INTO assure.settlement_close (month, closed_by, actor_worker_id, posting_count) VALUES ($1, $2, nullif($3, 0), $4) RETURNING month) "
		"INSERT INTO assure.settlement_line (month, debtor_branch_id, creditor_branch_id, task_count, amount_fen) "
		"SELECT c.month, u.* FROM c, unnest($5, $6, $7, $8) u", {DATEOID, TEXTOID, INT8OID, INT8OID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID}
	};
	Datum		values[8] = {DateADTGetDatum(month)};
	Column		columns[4];
	int64		count = 0;
	int			rows;

	month_require_next(month);
	rows = (int) plan_read_fresh(&read, values);
	for (int i = 0; i < 4; i++)
		column_start(&columns[i], INT8OID);
	for (int i = 0; i < rows; i++)
	{
		for (int c = 0; c < 4; c++)
			column_add_int64(&columns[c], plan_int64(i, c + 1, 0));
		count += plan_int64(i, 5, 0);
	}
	values[1] = CStringGetTextDatum(call->session_role);
	values[2] = Int64GetDatum(call_actor(call));
	values[3] = Int64GetDatum(count);
	for (int i = 0; i < 4; i++)
		values[4 + i] = column_array(&columns[i]);
	plan_run(&insert, values, NULL);
	audit_write_one(call, psprintf("settlement %s: " INT64_FORMAT " postings", month_text(month), count));
	return count;
}

/*
 * assure_close_settlement closes a month and returns how many postings it has.
 */
PGDLLEXPORT Datum
assure_close_settlement(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	DateADT		month = month_argument(fcinfo, 0);
	StringInfoData arguments;
	Jsonb	   *answer;
	Call		call;
	int64		count;

	initStringInfo(&arguments);
	digest_int64(&arguments, month);
	call_begin(&call, SCOPE_ADMIN, "close_settlement");
	call_allow_scans(&call);
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		count = request_answer_int64(answer);
	else
	{
		count = close_month(&call, month);
		request_end_int64(request_id, count);
	}
	call_end(&call);
	PG_RETURN_INT64(count);
}

/*
 * reason_argument reads why something is corrected.
 */
static char *
reason_argument(FunctionCallInfo fcinfo, int argument)
{
	char	   *reason = PG_ARGISNULL(argument) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(argument));

	if (reason == NULL || reason[0] == '\0' || strlen(reason) > REASON_BYTES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("reason is empty or longer than %d bytes", REASON_BYTES_MAX),
				 errhint("Say why; the branches read it.")));
	return reason;
}

/*
 * finished_lock locks a task that is done, and refuses who did it.
 */
static void
finished_lock(Call *call, int64 task_id, Task *task)
{
	if (!task_lock(task_id, task))
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("task " INT64_FORMAT " does not exist", task_id)));
	if (strcmp(task->state, "done") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE), errmsg("task " INT64_FORMAT " is %s", task_id, task->state),
				 errhint("assure.%s() takes a task that is done.", call->function)));
	if (task->worker_id == call_actor(call))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_QUALIFIED), errmsg("task " INT64_FORMAT " was done by the same worker", task_id),
				 errhint("Four eyes: another person corrects what is booked of it.")));
}

/*
 * correct brings the settlement of a task to an amount, from what is booked now:
 * who locked the task before has not changed its row.
 */
static void
correct(Call *call, int64 task_id, Datum amount, const char *reason)
{
	static SqlPlan find = {
		"SELECT t.queue_id, t.branch_id, coalesce(p.creditor_branch_id, w.branch_id), t.worker_id, coalesce(p.difficulty, 1)::int4, "
		"  CASE WHEN $2 = round($2, 2) AND $2 BETWEEN 0 AND 999999999 THEN ($2 * 100)::bigint END - coalesce(p.amount_fen, 0), "
		"  ($2 > 0)::int - (coalesce(p.amount_fen, 0) > 0)::int "
		"FROM assure.task t JOIN assure.worker w USING (worker_id) "
		"LEFT JOIN LATERAL (SELECT p.creditor_branch_id, max(p.difficulty) AS difficulty, sum(p.amount_fen)::bigint AS amount_fen FROM assure.settlement_posting p "
		"  WHERE p.task_id = t.task_id GROUP BY 1 ORDER BY max(p.posting_id) DESC LIMIT 1) p ON true WHERE t.task_id = $1", {INT8OID, NUMERICOID}
	};
	Datum		values[2] = {Int64GetDatum(task_id), amount};
	Posting		posting = {.task_id = task_id, .kind = "correction", .reason = reason};
	bool		isnull;
	Task		task;

	finished_lock(call, task_id, &task);
	plan_read_fresh(&find, values);
	(void) plan_datum(0, 6, &isnull);
	posting.queue_id = plan_int64(0, 1, 0);
	posting.debtor_branch_id = plan_int64(0, 2, 0);
	posting.creditor_branch_id = plan_int64(0, 3, 0);
	posting.worker_id = plan_int64(0, 4, 0);
	posting.difficulty = plan_int32(0, 5, 1);
	posting.amount_fen = plan_int64(0, 6, 0);
	posting.tasks = plan_int32(0, 7, 0);
	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("amount is not between 0.00 and 999999999.00"),
				 errhint("Name what the branch of origin owes for the task in all, in yuan.")));
	if (posting.debtor_branch_id == posting.creditor_branch_id)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE), errmsg("task " INT64_FORMAT " was done by its own branch", task_id),
				 errhint("There is nothing to settle.")));
	if (posting.amount_fen != 0)
		postings_write(call, &posting, 1);
}

/*
 * assure_correct_settlement brings the settlement of a task to an amount, by a
 * posting in an open month.
 */
PGDLLEXPORT Datum
assure_correct_settlement(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(3) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(3));
	char	   *reason = reason_argument(fcinfo, 2);
	StringInfoData arguments;
	Call		call;
	int64		task_id;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("task_id and amount must not be NULL")));
	task_id = PG_GETARG_INT64(0);
	initStringInfo(&arguments);
	digest_int64(&arguments, task_id);
	digest_text(&arguments, DatumGetCString(DirectFunctionCall1(numeric_out, PG_GETARG_DATUM(1))));
	digest_text(&arguments, reason);
	call_begin(&call, SCOPE_SUPERVISOR | SCOPE_ADMIN, "correct_settlement");
	if (request_begin(&call, request_id, &arguments) == NULL)
	{
		correct(&call, task_id, PG_GETARG_DATUM(1), reason);
		request_end_int64(request_id, task_id);
	}
	call_end(&call);
	PG_RETURN_VOID();
}

/*
 * annul takes back what is booked of a task, and notes it in its history.
 */
static void
annul(Call *call, int64 task_id, const char *reason)
{
	Task		task;

	finished_lock(call, task_id, &task);
	if (!work_annulled(call, task_id, reason))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE), errmsg("nothing is booked of task " INT64_FORMAT, task_id),
				 errhint("It was annulled before, or its queue had neither tariff nor point rule.")));
	task_note(call, &task, call_actor(call), reason);
	audit_write_one(call, psprintf("task " INT64_FORMAT, task_id));
}

/*
 * assure_annul_work takes back settlement and points of a task whose result does
 * not count any more.
 */
PGDLLEXPORT Datum
assure_annul_work(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	char	   *reason = reason_argument(fcinfo, 1);
	StringInfoData arguments;
	Call		call;
	int64		task_id;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("task_id must not be NULL")));
	task_id = PG_GETARG_INT64(0);
	initStringInfo(&arguments);
	digest_int64(&arguments, task_id);
	digest_text(&arguments, reason);
	call_begin(&call, SCOPE_SUPERVISOR | SCOPE_ADMIN, "annul_work");
	if (request_begin(&call, request_id, &arguments) == NULL)
	{
		annul(&call, task_id, reason);
		request_end_int64(request_id, task_id);
	}
	call_end(&call);
	PG_RETURN_VOID();
}
