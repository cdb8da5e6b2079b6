/*-------------------------------------------------------------------------
 *
 * authorization_sql.c
 *		Entry points: what was agreed before treatment is noted, or withdrawn.
 *
 * An authorization does not change but for being withdrawn, so that its ref
 * stands for one agreement.  Claims that were decided keep their decision.
 *
 * Locking: the row of the authorization that is withdrawn.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"

#include "audit/audit.h"
#include "benefit/benefit_names.h"
#include "core/call.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/request.h"

PG_FUNCTION_INFO_V1(assure_put_authorization);
PG_FUNCTION_INFO_V1(assure_withdraw_authorization);

#define TEXT_BYTES_MAX 200
#define AUTHORIZATION_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)

typedef struct Authorization
{
	char	   *ref;
	char	   *policy;
	char	   *member_ref;
	int			care;			/* CareKind */
	char	   *provider;		/* NULL: any */
	DateADT		valid_from;
	DateADT		valid_to;
	int64		limit_fen;		/* -1: none */

	/* resolved */
	int64		account_id;
	int64		member_id;
} Authorization;

/*
 * required_text reads a text that must be there.
 */
static char *
required_text(const DocNode *root, const char *key)
{
	DocNode		node;

	return doc_require(root, key, &node) ? doc_text(&node, TEXT_BYTES_MAX) : NULL;
}

/*
 * authorization_read reads and checks the document.
 */
static void
authorization_read(Jsonb *document, Authorization *authorization)
{
	static const char *const keys[] = {"ref", "policy", "member_ref", "care", "provider", "from", "to", "limit", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	*authorization = (Authorization) {.limit_fen = -1};
	doc_open(&reader, &root, document, "authorization", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		authorization->ref = required_text(&root, "ref");
		authorization->policy = required_text(&root, "policy");
		authorization->member_ref = required_text(&root, "member_ref");
		if (doc_require(&root, "care", &node))
			authorization->care = doc_code(&node, care_names);
		if (doc_member(&root, "provider", &node))
			authorization->provider = doc_text(&node, TEXT_BYTES_MAX);
		if (doc_require(&root, "from", &node))
			authorization->valid_from = doc_date(&node);
		if (doc_require(&root, "to", &node))
			authorization->valid_to = doc_date(&node);
		if (authorization->valid_to < authorization->valid_from)
			doc_fail_invalid(&node, "is before from");
		if (doc_member(&root, "limit", &node))
			authorization->limit_fen = doc_amount(&node);
	}
	doc_report(&reader, NULL);
}

/*
 * member_resolve finds the member, in a branch that is open to the caller.
 */
static void
member_resolve(Call *call, Authorization *authorization)
{
	static SqlPlan find = {
		"SELECT p.branch_id, r.account_id, r.member_id FROM assure.policy p "
		"LEFT JOIN assure_internal.member_ref r ON r.policy_id = p.policy_id AND r.ref = $2 WHERE p.ref = $1",
		{TEXTOID, TEXTOID}
	};
	Datum		values[2] = {CStringGetTextDatum(authorization->policy), CStringGetTextDatum(authorization->member_ref)};

	if (plan_run(&find, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errfield("policy"), errmsg("policy: \"%s\" does not exist", authorization->policy),
				 errhint("Policies are made with assure.add_policy().")));
	authorization->account_id = plan_int64(0, 2, 0);
	authorization->member_id = plan_int64(0, 3, 0);
	call_require_branch(call, plan_int64(0, 1, 0), psprintf("policy \"%s\"", authorization->policy));
	if (authorization->account_id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errfield("member_ref"), errmsg("member_ref: \"%s\" is not a member of policy \"%s\"", authorization->member_ref, authorization->policy),
				 errhint("Members are enrolled with assure.enroll().")));
}

/*
 * check_provider refuses a provider that is not in the directory: the
 * authorization would cover nothing.
 */
static void
check_provider(const Authorization *authorization)
{
	static SqlPlan find = {"SELECT 1 FROM assure.provider WHERE code = $1", {TEXTOID}};
	Datum		value;

	if (authorization->provider == NULL)
		return;
	value = CStringGetTextDatum(authorization->provider);
	if (plan_run(&find, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errfield("provider"), errmsg("provider: \"%s\" does not exist", authorization->provider),
				 errhint("The directory is assure.provider; leave provider out to authorize care by any.")));
}

#define AUTHORIZATION_PARAMS 8

/*
 * authorization_params makes the parameters of the statements that write and
 * find one.
 */
static void
authorization_params(const Authorization *authorization, Datum *values, char *nulls)
{
	values[0] = CStringGetTextDatum(authorization->ref);
	values[1] = Int64GetDatum(authorization->account_id);
	values[2] = Int64GetDatum(authorization->member_id);
	values[3] = CStringGetTextDatum(care_names[authorization->care]);
	values[4] = authorization->provider ? CStringGetTextDatum(authorization->provider) : (Datum) 0;
	values[5] = DateADTGetDatum(authorization->valid_from);
	values[6] = DateADTGetDatum(authorization->valid_to);
	values[7] = Int64GetDatum(authorization->limit_fen);
	memset(nulls, ' ', AUTHORIZATION_PARAMS);
	nulls[4] = authorization->provider ? ' ' : 'n';
	nulls[7] = authorization->limit_fen < 0 ? 'n' : ' ';
}

/*
 * authorization_put writes the authorization, or finds that the same one is
 * there.  One that was withdrawn covers nothing, so it is not said to be there.
 */
static int64
authorization_put(Call *call, const Authorization *authorization)
{
	static SqlPlan insert = {
		"WITH r AS (INSERT INTO assure.authorization_ref (ref, account_id, authorization_id) "
		"  VALUES ($1, $2, nextval('assure.authorization_id_seq')) ON CONFLICT (ref) DO NOTHING RETURNING authorization_id) "
		"INSERT INTO assure.authorization (ref, account_id, authorization_id, member_id, care, provider_code, valid_from, valid_to, limit_fen) "
		"SELECT $1, $2, authorization_id, $3, $4, $5, $6, $7, $8 FROM r RETURNING authorization_id",
		{TEXTOID, INT8OID, INT8OID, TEXTOID, TEXTOID, DATEOID, DATEOID, INT8OID}
	};
	static SqlPlan find = {
		"SELECT a.authorization_id, a.state = 'withdrawn' FROM assure.authorization_ref r JOIN assure.authorization a USING (account_id, authorization_id) "
		"WHERE r.ref = $1 AND a.account_id = $2 AND a.member_id = $3 AND a.care = $4 AND a.provider_code IS NOT DISTINCT FROM $5 "
		"AND a.valid_from = $6 AND a.valid_to = $7 AND a.limit_fen IS NOT DISTINCT FROM $8",
		{TEXTOID, INT8OID, INT8OID, TEXTOID, TEXTOID, DATEOID, DATEOID, INT8OID}
	};
	Datum		values[AUTHORIZATION_PARAMS];
	char		nulls[AUTHORIZATION_PARAMS];
	int64		authorization_id;

	authorization_params(authorization, values, nulls);
	if (plan_run(&insert, values, nulls) == 1)
	{
		authorization_id = plan_int64(0, 1, 0);
		audit_write_one(call, psprintf("authorization " INT64_FORMAT, authorization_id));
		return authorization_id;
	}
	if (plan_run(&find, values, nulls) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REF_CONFLICT),
				 errfield("ref"), errmsg("ref: authorization \"%s\" was put before with other values", authorization->ref),
				 errhint("Withdraw it with assure.withdraw_authorization(), and put another under a new ref.")));
	if (plan_bool(0, 2))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errfield("ref"), errmsg("ref: authorization \"%s\" was put before and is withdrawn", authorization->ref),
				 errhint("Put it under a new ref to grant it again.")));
	return plan_int64(0, 1, 0);
}

/*
 * authorization_note checks an authorization and notes it.
 */
static int64
authorization_note(Call *call, Jsonb *document)
{
	Authorization authorization;

	authorization_read(document, &authorization);
	member_resolve(call, &authorization);
	check_provider(&authorization);
	return authorization_put(call, &authorization);
}

/*
 * assure_put_authorization notes an authorization and returns its key; the same
 * one again returns the same key.
 */
PGDLLEXPORT Datum
assure_put_authorization(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "authorization", AUTHORIZATION_SCOPES, "put_authorization", authorization_note));
}

/*
 * authorization_withdraw withdraws what has the reference; false: it was
 * withdrawn before.
 */
static bool
authorization_withdraw(Call *call, const char *ref, const char *reason)
{
	static SqlPlan find = {
		"SELECT r.account_id, r.authorization_id, p.branch_id FROM assure.authorization_ref r "
		"JOIN assure.account a ON a.account_id = r.account_id JOIN assure.policy p ON p.policy_id = a.policy_id WHERE r.ref = $1", {TEXTOID}
	};
	static SqlPlan withdraw = {
		"UPDATE assure.authorization SET state = 'withdrawn', state_since = now(), reason = $3 "
		"WHERE account_id = $1 AND authorization_id = $2 AND state = 'granted'", {INT8OID, INT8OID, TEXTOID}
	};
	Datum		value = CStringGetTextDatum(ref);
	Datum		values[3];
	int64		authorization_id;

	if (plan_run(&find, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("authorization \"%s\" does not exist", ref),
				 errhint("Authorizations are noted with assure.put_authorization().")));
	authorization_id = plan_int64(0, 2, 0);
	values[0] = Int64GetDatum(plan_int64(0, 1, 0));
	values[1] = Int64GetDatum(authorization_id);
	values[2] = CStringGetTextDatum(reason);
	call_require_branch(call, plan_int64(0, 3, 0), psprintf("authorization \"%s\"", ref));
	if (plan_run(&withdraw, values, NULL) == 0)
		return false;
	audit_write_one(call, psprintf("authorization " INT64_FORMAT, authorization_id));
	return true;
}

/*
 * assure_withdraw_authorization withdraws an authorization.
 */
PGDLLEXPORT Datum
assure_withdraw_authorization(PG_FUNCTION_ARGS)
{
	char	   *ref = PG_ARGISNULL(0) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(0));
	char	   *reason = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	char	   *request_id = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	bool		withdrawn;

	if (ref == NULL || reason == NULL || reason[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("ref and reason must not be empty"),
				 errhint("Say why it is withdrawn.")));
	initStringInfo(&arguments);
	digest_text(&arguments, ref);
	digest_text(&arguments, reason);
	call_begin(&call, AUTHORIZATION_SCOPES, "withdraw_authorization");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		withdrawn = request_answer_int64(answer) != 0;
	else
	{
		withdrawn = authorization_withdraw(&call, ref, reason);
		request_end_int64(request_id, withdrawn);
	}
	call_end(&call);
	PG_RETURN_BOOL(withdrawn);
}
