/*-------------------------------------------------------------------------
 *
 * policy_sql.c
 *		Entry point: policies are made.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"

#include "audit/audit.h"
#include "core/call.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"

PG_FUNCTION_INFO_V1(assure_add_policy);

#define TEXT_BYTES_MAX 200
#define POLICY_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)

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
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errfield("branch"), errmsg("branch: \"%s\" does not exist", policy->branch)));
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
				 errfield("ref"), errmsg("ref: policy \"%s\" was added before with other values", policy->ref),
				 errhint("Use a new ref for a new policy.")));
	return plan_int64(0, 1, 0);
}

/*
 * policy_add makes a policy from its document.
 */
static int64
policy_add(Call *call, Jsonb *document)
{
	PolicyDocument policy;

	policy_read(document, &policy);
	return policy_insert(call, &policy);
}

/*
 * assure_add_policy makes a policy from its document and returns its key;
 * adding the same one again returns the same key.
 */
PGDLLEXPORT Datum
assure_add_policy(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "policy", POLICY_SCOPES, "add_policy", policy_add));
}
