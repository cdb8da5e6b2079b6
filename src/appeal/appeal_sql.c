/*-------------------------------------------------------------------------
 *
 * appeal_sql.c
 *		Entry points: a decision is appealed against, upheld, or changed.
 *
 *		open -> upheld			the decision stays: uphold_appeal(), or a decision that
 *								comes to the same
 *		open -> changed			another decision, by decide_claim()
 *		open -> withdrawn
 *
 * An appeal opens a task of the claim in the queue claim_appeal, kept from
 * everybody who had a part in the claim: who handed it in, who decided it, who
 * entered the appeal.  Until it is closed the decision stands.
 *
 * Locking: the books of the account, then the task; as who decides does.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/xact.h"
#include "adjudicate/claim_ref.h"
#include "appeal/appeal.h"
#include "audit/audit.h"
#include "core/digest.h"
#include "core/errors.h"
#include "core/guc.h"
#include "core/plan.h"
#include "core/request.h"
#include "document/document.h"
#include "sla/sla.h"
#include "work/task.h"

#define APPEAL_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define UPHOLD_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR)
#define APPEAL_QUEUE "claim_appeal"
#define TEXT_BYTES_MAX 4000

PG_FUNCTION_INFO_V1(assure_appeal_claim);
PG_FUNCTION_INFO_V1(assure_uphold_appeal);
PG_FUNCTION_INFO_V1(assure_withdraw_appeal);

/* The open appeal of a claim, with its locked task. */
typedef struct Appeal
{
	int64		account_id;
	int64		claim_id;
	int64		appeal_id;
	Task		task;
} Appeal;

/*
 * refuse_state refuses what the state of a claim does not allow.
 */
static void
refuse_state(const char *ref, const char *what, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_ASSURE_WRONG_STATE), errmsg("claim \"%s\" %s", ref, what), errhint("%s", hint)));
}

/*
 * decision_to_appeal returns the number of the decision that stands, and the
 * amount that an appeal is about.
 */
static int32
decision_to_appeal(const char *ref, const ClaimKey *key, int64 *amount_fen)
{
	static SqlPlan find = {
		"SELECT d.decision_no, d.verdict, greatest(c.submitted_fen, d.paid_fen) FROM assure.decision d "
		"JOIN assure.claim c ON c.account_id = d.account_id AND c.claim_id = d.claim_id "
		"WHERE d.account_id = $1 AND d.claim_id = $2 ORDER BY d.decision_no DESC LIMIT 1", {INT8OID, INT8OID}
	};
	static SqlPlan count = {
		"SELECT count(*)::int4 FROM assure.appeal WHERE account_id = $1 AND claim_id = $2 AND state <> 'withdrawn'", {INT8OID, INT8OID}
	};
	Datum		values[2] = {Int64GetDatum(key->account_id), Int64GetDatum(key->claim_id)};
	Task		task;
	int32		decision_no;

	if (task_lock_of_claim(key->account_id, key->claim_id, &task))
		refuse_state(ref, "is in review", "It can be appealed against once it is decided.");
	if (plan_run(&find, values, NULL) == 0 || strcmp(plan_text(0, 2), "pend") == 0)
		refuse_state(ref, "is not decided", "It can be appealed against once it is decided.");
	decision_no = plan_int32(0, 1, 0);
	*amount_fen = plan_int64(0, 3, 0);
	plan_run(&count, values, NULL);
	if (plan_int32(0, 1, 0) >= guc_appeals_max)
		refuse_state(ref, psprintf("was appealed against %d times", plan_int32(0, 1, 0)),
					 "The setting assure.appeals_max says how often it can be.");
	return decision_no;
}

/*
 * workers_involved lists everybody who had a part in the claim; who closed an
 * earlier appeal, as well: to uphold a decision leaves none of one's own.
 */
static int
workers_involved(const ClaimKey *key, int64 actor_id, int64 **worker_ids)
{
	static SqlPlan find = {
		"SELECT actor_worker_id FROM assure.decision WHERE account_id = $1 AND claim_id = $2 AND actor_worker_id IS NOT NULL "
		"UNION SELECT received_actor_id FROM assure.claim WHERE account_id = $1 AND claim_id = $2 AND received_actor_id IS NOT NULL "
		"UNION SELECT closed_worker_id FROM assure.appeal WHERE account_id = $1 AND claim_id = $2 AND state <> 'withdrawn' AND closed_worker_id IS NOT NULL "
		"UNION SELECT $3 WHERE $3 <> 0 ORDER BY 1", {INT8OID, INT8OID, INT8OID}
	};
	Datum		values[3] = {Int64GetDatum(key->account_id), Int64GetDatum(key->claim_id), Int64GetDatum(actor_id)};
	int			count = (int) plan_run(&find, values, NULL);

	*worker_ids = palloc(sizeof(int64) * Max(count, 1));
	for (int i = 0; i < count; i++)
		(*worker_ids)[i] = plan_int64(i, 1, 0);
	return count;
}

/*
 * appeal writes the appeal and opens its task.
 */
static int64
appeal(Call *call, const char *ref, const char *reason)
{
	static SqlPlan insert = {
		"INSERT INTO assure.appeal (account_id, claim_id, decision_no, task_id, reason, appealed_by, actor_worker_id) "
		"VALUES ($1, $2, $3, $4, $5, $6, nullif($7, 0)) RETURNING appeal_id",
		{INT8OID, INT8OID, INT4OID, INT8OID, TEXTOID, TEXTOID, INT8OID}
	};
	int64		actor_id = call_actor(call);
	ClaimPlace	place;
	TaskStart	start = {.priority = TASK_PRIORITY_NORMAL, .started_at = GetCurrentTransactionStartTimestamp()};
	int64	   *excluded;
	Datum		values[7];
	int64		appeal_id;

	claim_find(ref, &place);
	claim_require_access(call, ref, &place);
	claim_require_person(ref, &place);
	accounts_lock(&place.key, 1);
	values[2] = Int32GetDatum(decision_to_appeal(ref, &place.key, &start.amount_fen));
	start.account_id = place.key.account_id;
	start.claim_id = place.key.claim_id;
	start.branch_id = place.branch_id;
	start.excluded_count = workers_involved(&place.key, actor_id, &excluded);
	start.excluded_worker_ids = excluded;
	values[0] = Int64GetDatum(place.key.account_id);
	values[1] = Int64GetDatum(place.key.claim_id);
	values[3] = Int64GetDatum(task_open(call, APPEAL_QUEUE, &start));
	values[4] = CStringGetTextDatum(reason);
	values[5] = CStringGetTextDatum(call->session_role);
	values[6] = Int64GetDatum(actor_id);
	plan_run(&insert, values, NULL);
	appeal_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("claim " INT64_FORMAT " appeal " INT64_FORMAT, place.key.claim_id, appeal_id));
	return appeal_id;
}

/*
 * text_argument reads a text that must say something.
 */
static char *
text_argument(FunctionCallInfo fcinfo, int number, const char *name)
{
	char	   *value = PG_ARGISNULL(number) ? pstrdup("") : text_to_cstring(PG_GETARG_TEXT_PP(number));

	if (value[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be empty", name),
				 errhint("Whoever looks at it next reads it.")));
	if (strlen(value) > TEXT_BYTES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s has %zu bytes, more than %d", name, strlen(value), TEXT_BYTES_MAX)));
	return value;
}

/*
 * assure_appeal_claim enters a customer's appeal against the decision on a claim.
 */
PGDLLEXPORT Datum
assure_appeal_claim(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	char	   *ref;
	char	   *reason;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	int64		appeal_id;

	ref = text_argument(fcinfo, 0, "ref");
	reason = text_argument(fcinfo, 1, "reason");
	initStringInfo(&arguments);
	digest_text(&arguments, ref);
	digest_text(&arguments, reason);
	call_begin(&call, APPEAL_SCOPES, "appeal_claim");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		appeal_id = request_answer_int64(answer);
	else
	{
		appeal_id = appeal(&call, ref, reason);
		request_end_int64(request_id, appeal_id);
	}
	call_end(&call);
	PG_RETURN_INT64(appeal_id);
}

/*
 * appeal_close writes how an appeal ended.
 */
static void
appeal_close(Call *call, int64 account_id, int64 appeal_id, const char *state, int32 decision_no, int64 actor_id, const char *note)
{
	static SqlPlan update = {
		"UPDATE assure.appeal SET state = $3, closed_at = now(), closed_by = $4, closed_worker_id = nullif($5, 0), "
		"  outcome_decision_no = nullif($6, 0), note = $7 WHERE account_id = $1 AND appeal_id = $2",
		{INT8OID, INT8OID, TEXTOID, TEXTOID, INT8OID, INT4OID, TEXTOID}
	};
	Datum		values[7];
	char		nulls[8] = "       ";

	values[0] = Int64GetDatum(account_id);
	values[1] = Int64GetDatum(appeal_id);
	values[2] = CStringGetTextDatum(state);
	values[3] = CStringGetTextDatum(call->session_role);
	values[4] = Int64GetDatum(actor_id);
	values[5] = Int32GetDatum(decision_no);
	values[6] = note ? CStringGetTextDatum(note) : (Datum) 0;
	nulls[6] = note ? ' ' : 'n';
	plan_run(&update, values, nulls);
}

/*
 * appeal_is_open tells whether the decision on a claim is appealed against.
 */
bool
appeal_is_open(const ClaimKey *key)
{
	static SqlPlan find = {
		"SELECT 1 FROM assure.appeal WHERE account_id = $1 AND claim_id = $2 AND state = 'open'", {INT8OID, INT8OID}
	};
	Datum		values[2] = {Int64GetDatum(key->account_id), Int64GetDatum(key->claim_id)};

	return plan_run(&find, values, NULL) > 0;
}

/*
 * appeal_goes_on makes the claim's new task the appeal's.
 */
static void
appeal_goes_on(const ClaimKey *key)
{
	static SqlPlan take_over = {
		"WITH t AS (UPDATE assure.task n SET queue_id = o.queue_id, "
		"    excluded_worker_ids = ARRAY(SELECT unnest(n.excluded_worker_ids) UNION SELECT unnest(o.excluded_worker_ids) ORDER BY 1) "
		"  FROM assure.appeal a JOIN assure.task o ON o.task_id = a.task_id "
		"  WHERE a.account_id = $1 AND a.claim_id = $2 AND a.state = 'open' AND n.subject_kind = 'claim' AND n.account_id = $1 "
		"    AND n.subject_id = $2 AND n.state NOT IN ('done', 'cancelled') RETURNING n.task_id) "
		"UPDATE assure.appeal a SET task_id = t.task_id FROM t WHERE a.account_id = $1 AND a.claim_id = $2 AND a.state = 'open'",
		{INT8OID, INT8OID}
	};
	Datum		values[2] = {Int64GetDatum(key->account_id), Int64GetDatum(key->claim_id)};

	if (plan_run(&take_over, values, NULL) != 1)
		elog(ERROR, "claim " INT64_FORMAT " has no task for its appeal", key->claim_id);
}

/*
 * appeal_decided closes a claim's open appeal by a person's decision.
 */
void
appeal_decided(Call *call, const ClaimKey *key, int32 decision_no, int64 actor_id, const char *note)
{
	static SqlPlan find = {
		"SELECT a.appeal_id, (n.verdict, n.paid_fen) = (o.verdict, o.paid_fen) AND n.result IS NOT DISTINCT FROM o.result, n.verdict = 'pend' "
		"FROM assure.appeal a "
		"JOIN assure.decision o ON o.account_id = a.account_id AND o.claim_id = a.claim_id AND o.decision_no = a.decision_no "
		"JOIN assure.decision n ON n.account_id = a.account_id AND n.claim_id = a.claim_id AND n.decision_no = $3 "
		"WHERE a.account_id = $1 AND a.claim_id = $2 AND a.state = 'open'", {INT8OID, INT8OID, INT4OID}
	};
	Datum		values[3] = {Int64GetDatum(key->account_id), Int64GetDatum(key->claim_id), Int32GetDatum(decision_no)};

	if (plan_run(&find, values, NULL) != 1)
		elog(ERROR, "claim " INT64_FORMAT " has no open appeal", key->claim_id);
	if (plan_bool(0, 3))
		appeal_goes_on(key);
	else
		appeal_close(call, key->account_id, plan_int64(0, 1, 0), plan_bool(0, 2) ? "upheld" : "changed", decision_no, actor_id, note);
}

/*
 * require_decided refuses to end an appeal while its claim waits for a second
 * approval: nothing would decide the claim any more.
 */
static void
require_decided(const char *ref, const ClaimKey *key)
{
	static SqlPlan find = {
		"SELECT verdict = 'pend' FROM assure.decision WHERE account_id = $1 AND claim_id = $2 ORDER BY decision_no DESC LIMIT 1", {INT8OID, INT8OID}
	};
	Datum		values[2] = {Int64GetDatum(key->account_id), Int64GetDatum(key->claim_id)};

	if (plan_run(&find, values, NULL) == 1 && plan_bool(0, 1))
		refuse_state(ref, "waits for a second approval",
					 "Another person decides the appeal, with assure.decide_claim(): as the first did, as it was before, or otherwise.");
}

/*
 * appeal_lock finds the open appeal of a claim, of which nobody has decided
 * anything yet, and locks its task.
 */
static void
appeal_lock(Call *call, const char *ref, Appeal *open)
{
	static SqlPlan find = {
		"SELECT appeal_id, task_id FROM assure.appeal WHERE account_id = $1 AND claim_id = $2 AND state = 'open'", {INT8OID, INT8OID}
	};
	ClaimPlace	place;
	Datum		values[2];
	int64		task_id;

	claim_find(ref, &place);
	claim_require_access(call, ref, &place);
	accounts_lock(&place.key, 1);
	values[0] = Int64GetDatum(place.key.account_id);
	values[1] = Int64GetDatum(place.key.claim_id);
	if (plan_run(&find, values, NULL) == 0)
		refuse_state(ref, "has no open appeal", "assure.appeal lists the appeals.");
	open->account_id = place.key.account_id;
	open->claim_id = place.key.claim_id;
	open->appeal_id = plan_int64(0, 1, 0);
	task_id = plan_int64(0, 2, 0);
	require_decided(ref, &place.key);
	if (!task_lock(task_id, &open->task))
		elog(ERROR, "the task of appeal " INT64_FORMAT " does not exist", open->appeal_id);
}

/*
 * uphold closes an appeal without a new decision: the one appealed against
 * stays.
 */
static void
uphold(Call *call, const char *ref, const char *note)
{
	int64		actor_id = call_actor_required(call);
	Appeal		open;

	appeal_lock(call, ref, &open);
	task_require_active(&open.task, actor_id);
	task_require_holder(call, &open.task, actor_id, ref);
	appeal_close(call, open.account_id, open.appeal_id, "upheld", 0, actor_id, note);
	task_move(call, &open.task, "done", "done", actor_id, actor_id, NULL);
	clocks_stop(&open.task.task_id, 1);
	audit_write_one(call, psprintf("appeal " INT64_FORMAT, open.appeal_id));
}

/*
 * take_back closes an appeal that the customer no longer wants.
 */
static void
take_back(Call *call, const char *ref, const char *note)
{
	int64		actor_id = call_actor(call);
	Appeal		open;

	appeal_lock(call, ref, &open);
	documents_let_go(call, &(ClaimKey) {open.account_id, open.claim_id}, actor_id);
	appeal_close(call, open.account_id, open.appeal_id, "withdrawn", 0, actor_id, note);
	task_move(call, &open.task, "cancelled", "cancelled", open.task.worker_id, actor_id, note);
	clocks_stop(&open.task.task_id, 1);
	audit_write_one(call, psprintf("appeal " INT64_FORMAT, open.appeal_id));
}

/*
 * end_appeal is what both ways to end one without a decision have in common.
 */
static Datum
end_appeal(FunctionCallInfo fcinfo, int scopes, const char *function, void (*end) (Call *, const char *, const char *))
{
	char	   *request_id = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	char	   *ref = text_argument(fcinfo, 0, "ref");
	char	   *note = text_argument(fcinfo, 1, "note");
	StringInfoData arguments;
	Call		call;

	initStringInfo(&arguments);
	digest_text(&arguments, ref);
	digest_text(&arguments, note);
	call_begin(&call, scopes, function);
	if (request_begin(&call, request_id, &arguments) == NULL)
	{
		end(&call, ref, note);
		request_end_text(request_id, ref);
	}
	call_end(&call);
	PG_RETURN_VOID();
}

/*
 * assure_uphold_appeal has the decision stay as it is.
 */
PGDLLEXPORT Datum
assure_uphold_appeal(PG_FUNCTION_ARGS)
{
	return end_appeal(fcinfo, UPHOLD_SCOPES, "uphold_appeal", uphold);
}

/*
 * assure_withdraw_appeal ends an appeal that the customer no longer wants.
 */
PGDLLEXPORT Datum
assure_withdraw_appeal(PG_FUNCTION_ARGS)
{
	return end_appeal(fcinfo, APPEAL_SCOPES, "withdraw_appeal", take_back);
}
