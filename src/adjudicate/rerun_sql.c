/*-------------------------------------------------------------------------
 *
 * rerun_sql.c
 *		Entry points: claims are re-run, of one member or of a whole plan, and
 *		who should be.
 *
 * Locking: the books of the account, or of all accounts of a chunk in the order
 * of their keys, before anything is read that a re-run goes by.  A dry run locks
 * nothing: what another session commits for the account while it reads may show
 * in a part of it; it is an estimate then, and the re-run itself is not.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/numeric.h"

#include "adjudicate/revise.h"
#include "audit/audit.h"
#include "core/attempt.h"
#include "core/batch_call.h"
#include "core/digest.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/request.h"
#include "core/result_set.h"

#define RERUN_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define RERUN_CHUNK_ACCOUNTS 50 /* accounts a transaction */

PG_FUNCTION_INFO_V1(assure_rerun);
PG_FUNCTION_INFO_V1(assure_rerun_plan);
PG_FUNCTION_INFO_V1(assure_rerun_needed);

/*
 * check_from_date refuses a day that is none.
 */
static void
check_from_date(DateADT from_date)
{
	if (DATE_NOT_FINITE(from_date))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("from_date must be a day, not infinity")));
}

/*
 * member_find resolves policy and member reference.
 */
static void
member_find(const char *policy, const char *member_ref, int64 *account_id, int64 *member_id)
{
	static SqlPlan find = {
		"SELECT r.account_id, r.member_id FROM assure.policy p JOIN assure_internal.member_ref r USING (policy_id) "
		"WHERE p.ref = $1 AND r.ref = $2", {TEXTOID, TEXTOID}
	};
	Datum		values[2] = {CStringGetTextDatum(policy), CStringGetTextDatum(member_ref)};

	if (plan_run(&find, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("member \"%s\" of policy \"%s\" does not exist", member_ref, policy)));
	*account_id = plan_int64(0, 1, 0);
	*member_id = plan_int64(0, 2, 0);
}

/*
 * rerun_push writes what came of one claim.
 */
static void
rerun_push(JsonbParseState **state, const Rerun *rerun)
{
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	doc_push_integer(state, "account_id", rerun->key.account_id);
	doc_push_integer(state, "claim_id", rerun->key.claim_id);
	doc_push_text(state, "verdict_before", verdict_name(rerun->verdict_before));
	doc_push_text(state, "verdict", verdict_name(rerun->verdict));
	doc_push_integer(state, "paid_before_fen", rerun->paid_before_fen);
	doc_push_integer(state, "paid_fen", rerun->paid_fen);
	doc_push_bool(state, "is_changed", rerun->is_changed);
	doc_push_integer(state, "decision_no", rerun->decision_no);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * reruns_jsonb writes what came of all claims: the answer that a retry gets.
 */
static Jsonb *
reruns_jsonb(const Rerun *reruns, int count)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < count; i++)
		rerun_push(&state, &reruns[i]);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
}

static SqlPlan expand_reruns = {
	"SELECT c.ref, m.ref, c.event_date, x.verdict_before, x.verdict, round(x.paid_before_fen / 100.0, 2), round(x.paid_fen / 100.0, 2), "
	"  round((x.paid_fen - x.paid_before_fen) / 100.0, 2), x.is_changed, x.decision_no "
	"FROM jsonb_array_elements($1) WITH ORDINALITY e (v, n) "
	"CROSS JOIN LATERAL jsonb_to_record(e.v) AS x (account_id bigint, claim_id bigint, verdict_before text, verdict text, "
	"  paid_before_fen bigint, paid_fen bigint, is_changed boolean, decision_no int) "
	"JOIN assure.claim c ON c.account_id = x.account_id AND c.claim_id = x.claim_id "
	"JOIN assure.member m ON m.account_id = c.account_id AND m.member_id = c.member_id ORDER BY e.n",
	{JSONBOID}
};

static SqlPlan insert_rerun = {
	"INSERT INTO assure.claim_rerun (account_id, from_date, member_ids, claim_count, changed_count, paid_before_fen, paid_fen, "
	"  rerun_by, actor_worker_id, audit_id, newest_plan_version_id) "
	"SELECT $1, $2, array(SELECT DISTINCT m FROM unnest($3 || $4) m ORDER BY m), $5, $6, $7, $8, $9, nullif($10, 0), $11, "
	"  coalesce((SELECT max(plan_version_id) FROM assure.plan_version), 0)",
	{INT8OID, DATEOID, INT8ARRAYOID, INT8ARRAYOID, INT4OID, INT4OID, INT8OID, INT8OID, TEXTOID, INT8OID, INT8OID}
};

/* What re-runs came to. */
typedef struct RerunCount
{
	int64		account_count;
	int64		claim_count;
	int64		changed_count;
	int64		paid_before_fen;
	int64		paid_fen;
	int64		failed_count;	/* accounts that could not be re-run */
} RerunCount;

/*
 * count_reruns adds up what came of claims.
 */
static RerunCount
count_reruns(const Rerun *reruns, int count)
{
	RerunCount	total = {.account_count = 1,.claim_count = count};

	for (int i = 0; i < count; i++)
	{
		total.changed_count += reruns[i].is_changed;
		total.paid_before_fen += reruns[i].paid_before_fen;
		total.paid_fen += reruns[i].paid_fen;
	}
	return total;
}

/*
 * note_rerun writes down that claims were re-run, also where none changed: that
 * is what tells that there is no need for it any more.
 */
static void
note_rerun(Call *call, const RerunAsk *ask, const Rerun *reruns, int count)
{
	AuditRow	row = {.audit_id = audit_next_id()};
	RerunCount	total = count_reruns(reruns, count);
	int64	   *members = palloc(mul_size(sizeof(int64), Max(count, 1)));
	Datum		values[11];

	for (int i = 0; i < count; i++)
		members[i] = reruns[i].member_id;
	values[0] = Int64GetDatum(ask->account_id);
	values[1] = DateADTGetDatum(ask->from_date);
	values[2] = array_of_int64(ask->member_ids, ask->member_count);
	values[3] = array_of_int64(members, count);
	values[4] = Int32GetDatum(count);
	values[5] = Int32GetDatum((int32) total.changed_count);
	values[6] = Int64GetDatum(total.paid_before_fen);
	values[7] = Int64GetDatum(total.paid_fen);
	values[8] = CStringGetTextDatum(call->session_role);
	values[9] = Int64GetDatum(call_actor(call));
	values[10] = Int64GetDatum(row.audit_id);
	plan_run(&insert_rerun, values, NULL);
	row.subject = psprintf("account " INT64_FORMAT, ask->account_id);
	row.row_count = 1;
	audit_write(call, &row);
}

/*
 * rerun_account re-runs claims of one account and notes it.  A dry run takes no
 * lock and writes nothing.
 */
static Rerun *
rerun_account(Call *call, const RerunAsk *ask, int *count)
{
	Rerun	   *reruns = account_rerun(call, ask, count);

	if (!ask->dry_run)
		note_rerun(call, ask, reruns, *count);
	return reruns;
}

/*
 * rerun_member re-runs the claims of one member, and those of the family that
 * share with them.
 */
static Jsonb *
rerun_member(Call *call, const char *policy, const char *member_ref, DateADT from_date, bool dry_run)
{
	RerunAsk	ask = {.member_count = 1,.from_date = from_date,.dry_run = dry_run};
	int64		member_id;
	Rerun	   *reruns;
	int			count;

	member_find(policy, member_ref, &ask.account_id, &member_id);
	ask.member_ids = &member_id;
	if (!dry_run)
	{
		ClaimKey	key = {ask.account_id, 0};

		accounts_lock(&key, 1);
	}
	reruns = rerun_account(call, &ask, &count);
	return reruns_jsonb(reruns, count);
}

/*
 * assure_rerun re-runs the claims of a member from a day on, and returns what
 * came of each.
 */
PGDLLEXPORT Datum
assure_rerun(PG_FUNCTION_ARGS)
{
	bool		dry_run = PG_ARGISNULL(3) || PG_GETARG_BOOL(3);
	char	   *request_id = PG_ARGISNULL(4) || dry_run ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(4));
	char	   *policy;
	char	   *member_ref;
	DateADT		from_date;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	Datum		value;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("policy, member_ref and from_date must not be NULL")));
	policy = text_to_cstring(PG_GETARG_TEXT_PP(0));
	member_ref = text_to_cstring(PG_GETARG_TEXT_PP(1));
	from_date = PG_GETARG_DATEADT(2);
	check_from_date(from_date);
	initStringInfo(&arguments);
	digest_text(&arguments, policy);
	digest_text(&arguments, member_ref);
	digest_int64(&arguments, from_date);
	result_set_open(fcinfo);
	call_begin(&call, RERUN_SCOPES | (dry_run ? CALL_ONLY_READS : 0), "rerun");
	answer = request_begin(&call, request_id, &arguments);
	if (answer == NULL)
	{
		answer = rerun_member(&call, policy, member_ref, from_date, dry_run);
		request_end(request_id, answer);
	}
	value = JsonbPGetDatum(answer);
	result_set_fill(fcinfo, &expand_reruns, &value, NULL);
	call_end(&call);
	return (Datum) 0;
}

/*
 * int64_of_array copies the elements of a bigint[].
 */
static int64 *
int64_of_array(Datum value, int *count)
{
	Datum	   *items;
	int64	   *numbers;

	deconstruct_array(DatumGetArrayTypeP(value), INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &items, NULL, count);
	numbers = palloc(mul_size(sizeof(int64), Max(*count, 1)));
	for (int i = 0; i < *count; i++)
		numbers[i] = DatumGetInt64(items[i]);
	return numbers;
}

/*
 * plan_accounts reads the next accounts with members of the plan, after one.
 */
static RerunAsk *
plan_accounts(const char *plan, int64 after_account_id, int *count)
{
	static SqlPlan read = {
		"SELECT e.account_id, array_agg(DISTINCT e.member_id) FROM assure.enrollment e "
		"WHERE e.plan_id = (SELECT plan_id FROM assure.plan WHERE code = $1) AND e.account_id > $2 "
		"GROUP BY e.account_id ORDER BY e.account_id LIMIT $3", {TEXTOID, INT8OID, INT4OID}
	};
	Datum		values[3];
	RerunAsk   *asks;

	values[0] = CStringGetTextDatum(plan);
	values[1] = Int64GetDatum(after_account_id);
	values[2] = Int32GetDatum(RERUN_CHUNK_ACCOUNTS);
	*count = (int) plan_run(&read, values, NULL);
	asks = palloc0(mul_size(sizeof(RerunAsk), Max(*count, 1)));
	for (int i = 0; i < *count; i++)
	{
		bool		isnull;
		Datum		members = plan_datum(i, 2, &isnull);

		asks[i].account_id = plan_int64(i, 1, 0);
		asks[i].member_ids = int64_of_array(members, &asks[i].member_count);
	}
	return asks;
}

/*
 * count_add adds what an account came to.
 */
static void
count_add(RerunCount *total, const RerunCount *one)
{
	total->account_count += one->account_count;
	total->claim_count += one->claim_count;
	total->changed_count += one->changed_count;
	total->paid_before_fen += one->paid_before_fen;
	total->paid_fen += one->paid_fen;
}

/* An account, and what came of it. */
typedef struct AccountTry
{
	Call	   *call;
	const RerunAsk *ask;
	RerunCount	came_to;
} AccountTry;

/*
 * account_work re-runs one account.
 */
static bool
account_work(void *data)
{
	AccountTry *it = data;
	int			claim_count;
	Rerun	   *reruns = rerun_account(it->call, it->ask, &claim_count);

	it->came_to = count_reruns(reruns, claim_count);
	return true;
}

/* Accounts that are locked together. */
typedef struct LockTry
{
	const ClaimKey *keys;
	int			count;
} LockTry;

/*
 * lock_work locks the books of the accounts.
 */
static bool
lock_work(void *data)
{
	LockTry    *it = data;

	accounts_lock(it->keys, it->count);
	return true;
}

/*
 * rerun_one re-runs an account of many.  One that cannot be is told of and left as
 * it is; rerun_needed() goes on naming it.
 */
static void
rerun_one(Call *call, const RerunAsk *ask, RerunCount *total)
{
	AccountTry	it = {call, ask};
	ErrorData  *error = attempt(account_work, &it);

	if (error == NULL)
	{
		count_add(total, &it.came_to);
		return;
	}
	total->failed_count++;
	ereport(WARNING,
			(errcode(error->sqlerrcode),
			 errmsg("account " INT64_FORMAT " was not re-run: %s", ask->account_id, error->message),
			 error->detail ? errdetail("%s", error->detail) : 0,
			 errhint("Mend the cause, then call assure.rerun() for its members.")));
	FreeErrorData(error);
}

/*
 * rerun_chunk re-runs the next accounts; returns the last of them, 0: no more.
 */
static int64
rerun_chunk(Call *call, const char *plan, int64 after_account_id, DateADT from_date, bool dry_run, RerunCount *total)
{
	int			count;
	RerunAsk   *asks = plan_accounts(plan, after_account_id, &count);
	ClaimKey   *keys = palloc0(mul_size(sizeof(ClaimKey), Max(count, 1)));

	if (count == 0)
		return 0;
	for (int i = 0; i < count; i++)
		keys[i].account_id = asks[i].account_id;
	if (!dry_run)
	{
		LockTry		it = {keys, count};
		ErrorData  *error = attempt(lock_work, &it);

		if (error != NULL)
			ReThrowError(error);
	}
	for (int i = 0; i < count; i++)
	{
		asks[i].from_date = from_date;
		asks[i].dry_run = dry_run;
		rerun_one(call, &asks[i], total);
	}
	return keys[count - 1].account_id;
}

/*
 * require_plan refuses a plan that does not exist.
 */
static void
require_plan(const char *plan)
{
	static SqlPlan find = {"SELECT 1 FROM assure.plan WHERE code = $1", {TEXTOID}};
	Datum		value = CStringGetTextDatum(plan);

	if (plan_run(&find, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("plan \"%s\" does not exist", plan)));
}

/*
 * assure_rerun_plan re-runs the claims of all who are, or were, on a plan, some
 * accounts a transaction.
 */
PGDLLEXPORT Datum
assure_rerun_plan(PG_FUNCTION_ARGS)
{
	bool		dry_run = PG_ARGISNULL(2) || PG_GETARG_BOOL(2);
	RerunCount	total = {0};
	int64		account_id = 0;
	char	   *plan;
	BatchCall	batch;
	Datum		values[6];
	bool		nulls[6] = {false};

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("plan and from_date must not be NULL")));
	plan = text_to_cstring(PG_GETARG_TEXT_PP(0));
	check_from_date(PG_GETARG_DATEADT(1));
	batch_call_begin(&batch, fcinfo, RERUN_SCOPES, "rerun_plan");
	do
	{
		batch_call_enter(&batch);
		require_plan(plan);
		account_id = rerun_chunk(&batch.call, plan, account_id, PG_GETARG_DATEADT(1), dry_run, &total);
		batch_call_commit(&batch);
	} while (account_id != 0);
	batch_call_end(&batch);
	values[0] = Int64GetDatum(total.account_count);
	values[1] = Int64GetDatum(total.claim_count);
	values[2] = Int64GetDatum(total.changed_count);
	values[3] = NumericGetDatum(int64_div_fast_to_numeric(total.paid_before_fen, 2));
	values[4] = NumericGetDatum(int64_div_fast_to_numeric(total.paid_fen, 2));
	values[5] = Int64GetDatum(total.failed_count);
	return batch_call_result(fcinfo, values, nulls);
}

/*
 * Three causes: a claim was decided again after later ones of the same counters;
 * the member is in force on the event date, or is not, otherwise than decided;
 * other terms are in force then.
 */
static SqlPlan read_needed = {
	"WITH d AS MATERIALIZED (SELECT DISTINCT ON (account_id, claim_id) account_id, claim_id, decision_no, verdict, plan_version_id, "
	"    origin, audit_id, decided_at, reasons @> '[{\"code\": \"denied_by_person\"}]' AS by_person, reasons @> '[{\"code\": \"not_in_force\"}]' AS not_in_force "
	"  FROM assure.decision ORDER BY account_id, claim_id, decision_no DESC), "
	"c AS MATERIALIZED (SELECT d.*, c.member_id, c.policy_id, c.event_date, c.ref FROM d JOIN assure.claim c USING (account_id, claim_id)), "
	"n AS (SELECT 'claim' AS cause, c.account_id, c.member_id, c.policy_id, c.event_date, c.ref, c.audit_id AS since_audit_id, 0 AS plan_version_id FROM c "
	"  WHERE c.origin IN ('reversal', 'readjudication') "
	"    AND EXISTS (SELECT FROM assure.ledger_entry e WHERE e.account_id = c.account_id AND e.claim_id = c.claim_id AND e.decision_no = c.decision_no) "
	"    AND EXISTS (SELECT FROM assure.claim l JOIN d ld USING (account_id, claim_id) WHERE l.account_id = c.account_id "
	"      AND (l.event_date, l.claim_id) > (c.event_date, c.claim_id) AND ld.verdict IN ('approve', 'deny') AND NOT ld.by_person AND ld.audit_id < c.audit_id "
	"      AND (l.member_id = c.member_id OR EXISTS (SELECT FROM assure.ledger_entry e WHERE e.account_id = c.account_id AND e.claim_id = c.claim_id AND e.member_id = 0))) "
	"  UNION ALL "
	"  SELECT CASE WHEN f.in_force = c.not_in_force THEN 'enrollment' ELSE 'terms' END, "
	"    c.account_id, c.member_id, c.policy_id, c.event_date, c.ref, c.audit_id, coalesce(f.plan_version_id, 0) "
	"  FROM c JOIN assure.policy p USING (policy_id) CROSS JOIN LATERAL (SELECT "
	"      coalesce(bool_or(c.event_date <= coalesce(e.ended_on, 'infinity') AND c.event_date BETWEEN p.starts_on AND coalesce(p.ends_on, 'infinity')), false) AS in_force, "
	"      max(v.plan_version_id) AS plan_version_id "
	"    FROM (SELECT * FROM assure.enrollment e WHERE e.account_id = c.account_id AND e.member_id = c.member_id AND e.enrolled_on <= c.event_date "
	"      ORDER BY e.enrolled_on DESC LIMIT 1) e "
	"    LEFT JOIN LATERAL (SELECT * FROM assure.plan_version v WHERE v.plan_id = e.plan_id AND v.valid_from <= c.event_date ORDER BY v.valid_from DESC LIMIT 1) v ON true) f "
	"  WHERE c.verdict IN ('approve', 'deny') AND NOT c.by_person "
	"    AND (f.in_force = c.not_in_force OR (f.in_force AND c.plan_version_id <> f.plan_version_id))) "
	"SELECT p.ref, m.ref, min(n.event_date), n.cause, count(*), min(n.ref) "
	"FROM n JOIN assure.policy p USING (policy_id) JOIN assure.member m ON m.account_id = n.account_id AND m.member_id = n.member_id "
	"WHERE NOT EXISTS (SELECT FROM assure.claim_rerun r WHERE r.account_id = n.account_id AND n.member_id = ANY (r.member_ids) AND r.from_date <= n.event_date "
	"  AND r.audit_id > n.since_audit_id AND r.newest_plan_version_id >= n.plan_version_id AND n.cause <> 'enrollment') "
	"GROUP BY p.ref, m.ref, n.cause ORDER BY p.ref, m.ref, n.cause",
	{0}
};

/*
 * assure_rerun_needed lists members whose claims stand otherwise than they would
 * be decided in order of event.
 */
PGDLLEXPORT Datum
assure_rerun_needed(PG_FUNCTION_ARGS)
{
	Call		call;

	result_set_open(fcinfo);
	call_begin(&call, RERUN_SCOPES | SCOPE_AUDITOR, "rerun_needed");
	call_allow_scans(&call);
	result_set_fill(fcinfo, &read_needed, NULL, NULL);
	call_end(&call);
	return (Datum) 0;
}
