/*-------------------------------------------------------------------------
 *
 * policy_sql.c
 *		Entry points: plans are published, policies are made.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"

#include "audit/audit.h"
#include "core/call.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/request.h"

PG_FUNCTION_INFO_V1(assure_publish_plan);
PG_FUNCTION_INFO_V1(assure_add_policy);

#define TEXT_BYTES_MAX 200

/*
 * digest_argument adds an argument of any type to the bytes of a request.
 */
static void
digest_argument(StringInfo bytes, FunctionCallInfo fcinfo, int number, PGFunction output)
{
	if (PG_ARGISNULL(number))
		digest_null(bytes);
	else
		digest_text(bytes, DatumGetCString(DirectFunctionCall1(output, PG_GETARG_DATUM(number))));
}

/*
 * publish_arguments writes the canonical bytes of publish_plan's arguments; in
 * the call, for a date is printed by a setting that is pinned there.
 */
static void
publish_arguments(FunctionCallInfo fcinfo, StringInfo bytes)
{
	initStringInfo(bytes);
	digest_argument(bytes, fcinfo, 0, textout);
	digest_argument(bytes, fcinfo, 1, textout);
	digest_argument(bytes, fcinfo, 2, jsonb_out);
	digest_argument(bytes, fcinfo, 3, date_out);
	digest_argument(bytes, fcinfo, 4, numeric_out);
	digest_argument(bytes, fcinfo, 5, int4out);
	digest_argument(bytes, fcinfo, 6, textout);
}

static SqlPlan insert_version = {
	"WITH p AS (INSERT INTO assure.plan AS p (code, name) VALUES ($1, $2) "
	"  ON CONFLICT (code) DO UPDATE SET name = excluded.name RETURNING plan_id) "
	"INSERT INTO assure.plan_version (plan_id, valid_from, terms, review_above_fen, submit_within_days, note, published_by) "
	"SELECT plan_id, $3, ($4::jsonb)::assure.terms, ($5 * 100)::bigint, $6, $7, $8 FROM p "
	"ON CONFLICT (plan_id, valid_from) DO NOTHING RETURNING plan_version_id",
	{TEXTOID, TEXTOID, DATEOID, JSONBOID, NUMERICOID, INT4OID, TEXTOID, TEXTOID}
};

/*
 * check_review_above refuses an amount that is not one of whole fen.
 */
static void
check_review_above(FunctionCallInfo fcinfo)
{
	static SqlPlan check = {"SELECT $1 >= 0 AND $1 = round($1, 2) AND $1 < 10::numeric ^ 15", {NUMERICOID}};
	Datum		value;

	if (PG_ARGISNULL(4))
		return;
	value = PG_GETARG_DATUM(4);
	plan_run(&check, &value, NULL);
	if (!plan_bool(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("review_above is %s, not an amount of at most two decimals",
						DatumGetCString(DirectFunctionCall1(numeric_out, value)))));
}

/*
 * publish writes the version and returns its key.
 */
static int64
publish(FunctionCallInfo fcinfo, Call *call)
{
	Datum		values[8];
	char		nulls[9] = "        ";
	char	   *code = text_to_cstring(PG_GETARG_TEXT_PP(0));
	int64		plan_version_id;

	check_review_above(fcinfo);
	for (int i = 0; i < 7; i++)
	{
		values[i] = PG_GETARG_DATUM(i);
		nulls[i] = PG_ARGISNULL(i) ? 'n' : ' ';
	}
	values[2] = PG_GETARG_DATUM(3);
	values[3] = PG_GETARG_DATUM(2);
	values[7] = CStringGetTextDatum(call->session_role);
	if (plan_run(&insert_version, values, nulls) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("plan \"%s\" has a version from %s already", code,
						DatumGetCString(DirectFunctionCall1(date_out, PG_GETARG_DATUM(3)))),
				 errhint("Versions are immutable: publish one that is valid from another day.")));
	plan_version_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("plan %s version " INT64_FORMAT, code, plan_version_id));
	return plan_version_id;
}

/*
 * assure_publish_plan publishes a version of a plan's terms from a day on.
 */
PGDLLEXPORT Datum
assure_publish_plan(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(7) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(7));
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	int64		plan_version_id;

	for (int i = 0; i < 4; i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("code, name, terms and valid_from must not be NULL")));
	if (DATE_NOT_FINITE(PG_GETARG_DATEADT(3)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("valid_from: not a finite date")));
	call_begin(&call, SCOPE_ADMIN, "publish_plan");
	publish_arguments(fcinfo, &arguments);
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		plan_version_id = request_answer_int64(answer);
	else
	{
		plan_version_id = publish(fcinfo, &call);
		request_end_int64(request_id, plan_version_id);
	}
	call_end(&call);
	PG_RETURN_INT64(plan_version_id);
}

/* A policy document. */
typedef struct PolicyDocument
{
	char	   *ref;
	char	   *branch;
	char	   *insurer;
	char	   *holder;
	DateADT		starts_on;
	bool		has_end;
	DateADT		ends_on;
} PolicyDocument;

/*
 * required_text reads a member of the document that must be there.
 */
static char *
required_text(DocNode *root, const char *key)
{
	DocNode	node;

	return doc_require(root, key, &node) ? doc_text(&node, TEXT_BYTES_MAX) : NULL;
}

/*
 * policy_read reads and checks a policy document.
 */
static void
policy_read(Jsonb *document, PolicyDocument *policy)
{
	static const char *const keys[] = {"ref", "branch", "insurer", "holder", "starts_on", "ends_on", NULL};
	DocReader	reader;
	DocNode	root;
	DocNode	node;

	memset(policy, 0, sizeof(*policy));
	doc_open(&reader, &root, document, "policy", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		policy->ref = required_text(&root, "ref");
		policy->branch = required_text(&root, "branch");
		policy->insurer = required_text(&root, "insurer");
		policy->holder = required_text(&root, "holder");
		if (doc_require(&root, "starts_on", &node))
			policy->starts_on = doc_date(&node);
		policy->has_end = doc_member(&root, "ends_on", &node);
		if (policy->has_end)
			policy->ends_on = doc_date(&node);
		if (policy->has_end && policy->ends_on < policy->starts_on)
			doc_fail_invalid(&node, "is before starts_on");
	}
	doc_report(&reader, NULL);
}

/*
 * policy_insert writes the policy, or finds that the same one is there.
 */
static int64
policy_insert(Call *call, const PolicyDocument *policy)
{
	static SqlPlan insert = {
		"INSERT INTO assure.policy (ref, branch_id, insurer, holder, starts_on, ends_on) "
		"SELECT $1, branch_id, $3, $4, $5, $6 FROM assure.branch WHERE code = $2 "
		"ON CONFLICT (ref) DO NOTHING RETURNING policy_id",
		{TEXTOID, TEXTOID, TEXTOID, TEXTOID, DATEOID, DATEOID}
	};
	static SqlPlan find = {
		"SELECT p.policy_id FROM assure.policy p JOIN assure.branch b USING (branch_id) "
		"WHERE p.ref = $1 AND b.code = $2 AND p.insurer = $3 AND p.holder = $4 AND p.starts_on = $5 AND p.ends_on IS NOT DISTINCT FROM $6",
		{TEXTOID, TEXTOID, TEXTOID, TEXTOID, DATEOID, DATEOID}
	};
	static SqlPlan find_branch = {"SELECT branch_id FROM assure.branch WHERE code = $1", {TEXTOID}};
	Datum		branch = CStringGetTextDatum(policy->branch);
	Datum		values[6];
	char		nulls[7] = "      ";
	int64		policy_id;

	if (plan_run(&find_branch, &branch, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errmsg("branch: \"%s\" does not exist", policy->branch)));
	call_require_branch(call, plan_int64(0, 1, 0), psprintf("policy \"%s\"", policy->ref));
	values[0] = CStringGetTextDatum(policy->ref);
	values[1] = CStringGetTextDatum(policy->branch);
	values[2] = CStringGetTextDatum(policy->insurer);
	values[3] = CStringGetTextDatum(policy->holder);
	values[4] = DateADTGetDatum(policy->starts_on);
	values[5] = DateADTGetDatum(policy->ends_on);
	nulls[5] = policy->has_end ? ' ' : 'n';
	if (plan_run(&insert, values, nulls) == 1)
	{
		policy_id = plan_int64(0, 1, 0);
		audit_write_one(call, psprintf("policy " INT64_FORMAT, policy_id));
		return policy_id;
	}
	if (plan_run(&find, values, nulls) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REF_CONFLICT),
				 errmsg("ref: policy \"%s\" was added before with other values", policy->ref),
				 errhint("Use a new ref for a new policy.")));
	return plan_int64(0, 1, 0);
}

/*
 * assure_add_policy makes a policy from its document and returns its key;
 * adding the same one again returns the same key.
 */
PGDLLEXPORT Datum
assure_add_policy(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	Jsonb	   *document;
	StringInfoData arguments;
	PolicyDocument policy;
	Call		call;
	Jsonb	   *answer;
	int64		policy_id;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("policy must not be NULL")));
	document = PG_GETARG_JSONB_P(0);
	initStringInfo(&arguments);
	digest_text(&arguments, JsonbToCString(NULL, &document->root, VARSIZE(document)));
	call_begin(&call, SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN, "add_policy");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		policy_id = request_answer_int64(answer);
	else
	{
		policy_read(document, &policy);
		policy_id = policy_insert(&call, &policy);
		request_end_int64(request_id, policy_id);
	}
	call_end(&call);
	PG_RETURN_INT64(policy_id);
}
