/*-------------------------------------------------------------------------
 *
 * member_flag_sql.c
 *		Entry point: what is to be known of a customer, as flags (vip, hearing...).
 *
 * Conditions of SLA policies ask for them.  A call states all flags of a person.
 *
 * Locking: the member's row, then the flags.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "audit/audit.h"
#include "core/errors.h"
#include "core/document_call.h"
#include "core/json.h"
#include "core/plan.h"

#define FLAG_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define TEXT_BYTES_MAX 200
#define FLAG_BYTES_MAX 50
#define FLAGS_MAX 50

PG_FUNCTION_INFO_V1(assure_set_member_flags);

typedef struct MemberFlags
{
	char	   *policy;
	char	   *member_ref;
	Column		flags;
	int64		account_id;
	int64		member_id;
} MemberFlags;

/*
 * flag_read reads a flag: a name in lower case, as conditions write it.
 */
static char *
flag_read(const DocNode *node)
{
	char	   *flag = doc_text(node, FLAG_BYTES_MAX);

	if (flag != NULL && (flag[0] < 'a' || flag[0] > 'z' || flag[strspn(flag, "abcdefghijklmnopqrstuvwxyz0123456789_")] != '\0'))
		doc_fail_invalid(node, "\"%s\" is no flag: a letter, then letters, digits and _, in lower case", flag);
	return flag;
}

/*
 * flags_read reads and checks the document.
 */
static void
flags_read(Jsonb *document, MemberFlags *member)
{
	static const char *const keys[] = {"policy", "member_ref", "flags", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	column_start(&member->flags, TEXTOID);
	doc_open(&reader, &root, document, "member", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		if (doc_require(&root, "policy", &node))
			member->policy = doc_text(&node, TEXT_BYTES_MAX);
		if (doc_require(&root, "member_ref", &node))
			member->member_ref = doc_text(&node, TEXT_BYTES_MAX);
		if (doc_require(&root, "flags", &node))
		{
			int			count = doc_list(&node, 0, FLAGS_MAX);

			for (int i = 0; i < count; i++)
			{
				DocNode		element;

				doc_element(&node, i, &element);
				column_add_text(&member->flags, flag_read(&element));
			}
		}
	}
	doc_report(&reader, NULL);
}

/*
 * member_lock finds and locks the member, in a branch that is open to the caller.
 */
static void
member_lock(Call *call, MemberFlags *member)
{
	static SqlPlan find = {
		"SELECT p.branch_id, r.account_id, r.member_id FROM assure.policy p "
		"LEFT JOIN assure_internal.member_ref r ON r.policy_id = p.policy_id AND r.ref = $2 WHERE p.ref = $1",
		{TEXTOID, TEXTOID}
	};
	static SqlPlan lock = {
		"SELECT 1 FROM assure.member WHERE account_id = $1 AND member_id = $2 FOR NO KEY UPDATE", {INT8OID, INT8OID}
	};
	Datum		values[2] = {CStringGetTextDatum(member->policy), CStringGetTextDatum(member->member_ref)};

	if (plan_run(&find, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errfield("policy"), errmsg("policy: \"%s\" does not exist", member->policy),
				 errhint("Policies are made with assure.add_policy().")));
	member->account_id = plan_int64(0, 2, 0);
	member->member_id = plan_int64(0, 3, 0);
	call_require_branch(call, plan_int64(0, 1, 0), psprintf("policy \"%s\"", member->policy));
	if (member->account_id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errfield("member_ref"), errmsg("member_ref: \"%s\" is not a member of policy \"%s\"", member->member_ref, member->policy),
				 errhint("Members are enrolled with assure.enroll().")));
	values[0] = Int64GetDatum(member->account_id);
	values[1] = Int64GetDatum(member->member_id);
	plan_run(&lock, values, NULL);
}

/*
 * flags_set makes a member's flags those of the document, and returns how many
 * came or went.
 */
static int64
flags_set(Call *call, Jsonb *document)
{
	static SqlPlan set = {
		"WITH gone AS (DELETE FROM assure.member_flag WHERE account_id = $1 AND member_id = $2 AND flag <> ALL ($3) RETURNING 1), "
		"come AS (INSERT INTO assure.member_flag (account_id, member_id, flag) SELECT $1, $2, unnest($3) ON CONFLICT DO NOTHING RETURNING 1) "
		"SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM come)", {INT8OID, INT8OID, TEXTARRAYOID}
	};
	MemberFlags member = {0};
	Datum		values[3];
	int64		changed;

	flags_read(document, &member);
	member_lock(call, &member);
	values[0] = Int64GetDatum(member.account_id);
	values[1] = Int64GetDatum(member.member_id);
	values[2] = column_array(&member.flags);
	plan_run(&set, values, NULL);
	changed = plan_int64(0, 1, 0);
	if (changed > 0)
		audit_write_one(call, psprintf("member " INT64_FORMAT, member.member_id));
	return changed;
}

/*
 * assure_set_member_flags states the flags of a person.
 */
PGDLLEXPORT Datum
assure_set_member_flags(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "member", FLAG_SCOPES, "set_member_flags", flags_set));
}
