/*-------------------------------------------------------------------------
 *
 * unmask_sql.c
 *		Entry point: one person in the clear, for a reason that is kept.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "audit/audit.h"
#include "core/json_build.h"
#include "core/plan.h"
#include "privacy/privacy.h"

#define UNMASK_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_AUDITOR)

PG_FUNCTION_INFO_V1(assure_unmask);

/* A way to name a person, by a text or by a key.  Columns: account, member, branch, the values. */
typedef struct UnmaskKind
{
	const char *kind;
	const char *missing;
	SqlPlan		find;			/* its parameter says which: text or bigint */
} UnmaskKind;

#define PERSON_VALUES "m.name, m.resident_id, m.birth_date::text, m.sex, m.phone, m.region"
#define PERSON_OF \
	"assure.member m JOIN assure.account a ON a.account_id = m.account_id JOIN assure.policy p ON p.policy_id = a.policy_id"

static UnmaskKind kinds[] = {
	{"member", "member %s does not exist", {
		"SELECT m.account_id, m.member_id, p.branch_id, " PERSON_VALUES ", NULL, NULL FROM " PERSON_OF " WHERE m.member_id = $1", {INT8OID}
	}},
	{"claim", "claim \"%s\" does not exist", {
		"SELECT m.account_id, m.member_id, c.branch_id, " PERSON_VALUES ", NULL, NULL FROM assure.claim_ref r JOIN assure.claim c USING (account_id, claim_id) "
		"JOIN assure.member m USING (account_id, member_id) WHERE r.ref = $1", {TEXTOID}
	}},
	{"payment", "payment %s to a person does not exist", {
		"SELECT y.account_id, coalesce(y.member_id, 0), p.branch_id, v.name, NULL, NULL, NULL, NULL, NULL, v.bank, v.bank_account "
		"FROM assure.payment t JOIN assure.payee y USING (account_id, payee_id) "
		"JOIN assure.payee_version v ON v.account_id = t.account_id AND v.payee_id = t.payee_id AND v.version = t.payee_version "
		"JOIN assure.account a ON a.account_id = t.account_id JOIN assure.policy p USING (policy_id) "
		"WHERE t.payment_id = $1 AND y.kind <> 'provider'", {INT8OID}
	}}
};

static const char *const value_names[] = {"name", "resident_id", "birth_date", "sex", "phone", "region", "bank", "bank_account"};

/*
 * kind_find returns the way to name a person that is so called.
 */
static UnmaskKind *
kind_find(const char *kind)
{
	for (int i = 0; i < (int) lengthof(kinds); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return &kinds[i];
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("kind \"%s\" is not known", kind),
			 errhint("Kinds are member, by member_id; claim, by ref; payment, by payment_id.")));
	return NULL;				/* not reached */
}

/*
 * person_find reads the row of the person; false: there is none.  A key has one
 * way to be written.
 */
static bool
person_find(UnmaskKind *kind, const char *ref)
{
	int64		key = strtoll(ref, NULL, 10);
	Datum		value = Int64GetDatum(key);

	if (kind->find.types[0] == TEXTOID)
		value = CStringGetTextDatum(ref);
	else if (strcmp(psprintf(INT64_FORMAT, key), ref) != 0)
		return false;
	return plan_run(&kind->find, &value, NULL) > 0;
}

/*
 * values_build makes the answer of the row that was found.
 */
static Jsonb *
values_build(int64 account_id, int64 member_id)
{
	DocBuilder	builder;

	build_start(&builder);
	build_open_object(&builder, NULL);
	build_integer(&builder, "account_id", account_id);
	if (member_id != 0)
		build_integer(&builder, "member_id", member_id);
	for (int i = 0; i < (int) lengthof(value_names); i++)
	{
		const char *value = plan_text(0, 4 + i);

		if (value != NULL)
			build_text(&builder, value_names[i], value);
	}
	build_close(&builder);
	return build_finish(&builder);
}

/*
 * unmasking_note keeps who looked, at whom and why: keys and the reason.
 */
static void
unmasking_note(Call *call, const char *kind, const char *ref, int64 account_id, int64 member_id, const char *reason)
{
	AuditRow	row = {.row_count = 1};
	DocBuilder	builder;
	Jsonb	   *detail;

	build_start(&builder);
	build_open_object(&builder, NULL);
	build_text(&builder, "by", kind);
	build_text(&builder, "ref", ref);
	build_text(&builder, "reason", reason);
	build_close(&builder);
	detail = build_finish(&builder);
	row.detail = JsonbToCString(NULL, &detail->root, VARSIZE(detail));
	row.subject = member_id != 0 ? psprintf("member " INT64_FORMAT, member_id) : psprintf("account " INT64_FORMAT, account_id);
	audit_write(call, &row);
}

/*
 * assure_unmask returns one person's values, and notes who saw them and why.  It
 * takes no request_id: an answer that is kept would keep the values.
 */
PGDLLEXPORT Datum
assure_unmask(PG_FUNCTION_ARGS)
{
	MemoryContext result_context = CurrentMemoryContext;
	UnmaskKind *kind = kind_find(argument_required(fcinfo, 0, "kind"));
	char	   *ref = argument_required(fcinfo, 1, "ref");
	char	   *reason = reason_required(fcinfo, 2);
	int64		account_id;
	int64		member_id;
	int64		branch_id;
	Call		call;
	Jsonb	   *values;
	Jsonb	   *result;

	call_begin(&call, UNMASK_SCOPES, "unmask");
	if (!person_find(kind, ref))
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg_internal(kind->missing, ref)));
	account_id = plan_int64(0, 1, 0);
	member_id = plan_int64(0, 2, 0);
	branch_id = plan_int64(0, 3, 0);
	values = values_build(account_id, member_id);
	if ((call.scopes & SCOPE_AUDITOR) == 0)
		call_require_branch(&call, branch_id, psprintf("%s \"%s\"", kind->kind, ref));
	reason_refuse_values(reason, account_id, member_id);
	unmasking_note(&call, kind->kind, ref, account_id, member_id, reason);
	result = MemoryContextAlloc(result_context, VARSIZE(values));
	memcpy(result, values, VARSIZE(values));
	call_end(&call);
	PG_RETURN_JSONB_P(result);
}
