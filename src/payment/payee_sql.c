/*-------------------------------------------------------------------------
 *
 * payee_sql.c
 *		Entry points: to whom may be paid, and who is paid for a claim.
 *
 * A payee of a certificate is a member, the policyholder or a provider, each
 * once; what changes is the name and the bank account, and each change is a new
 * version.  Names and accounts are personal and enter neither messages nor the
 * audit log.
 *
 * What is ordered and has not left when its payee changes, or another one is
 * chosen, is cancelled: money goes to whom it belongs on the day it leaves.
 *
 * Locking: the books of the account (accounts_lock), then the payee's row, so that
 * two changes of it get two versions and no order meets half a change.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "adjudicate/claim_ref.h"
#include "audit/audit.h"
#include "core/digest.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/request.h"
#include "payment/payment_order.h"

#define PAYEE_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define TEXT_BYTES_MAX 200

PG_FUNCTION_INFO_V1(assure_put_payee);
PG_FUNCTION_INFO_V1(assure_set_claim_payee);

static const char *const payee_kinds[] = {"", "member", "policyholder", "provider", NULL};

#define PAYEE_MEMBER	1
#define PAYEE_PROVIDER	3

typedef struct Payee
{
	char	   *policy;
	char	   *certificate;
	int			kind;			/* place in payee_kinds */
	char	   *member_ref;		/* NULL but for a member */
	char	   *provider;		/* NULL but for a provider */
	char	   *name;
	char	   *bank;
	char	   *bank_account;
	bool		active;

	/* resolved */
	int64		account_id;
	int64		branch_id;
	int64		member_id;		/* 0 but for a member */
} Payee;

/*
 * required_text reads a member of the document that must be there.
 */
static char *
required_text(DocNode *root, const char *key)
{
	DocNode		node;

	return doc_require(root, key, &node) ? doc_text(&node, TEXT_BYTES_MAX) : NULL;
}

/*
 * payee_read reads and checks the document.
 */
static void
payee_read(Jsonb *document, Payee *payee)
{
	static const char *const keys[] = {"policy", "certificate", "kind", "member_ref", "provider",
	"name", "bank", "bank_account", "active", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	memset(payee, 0, sizeof(*payee));
	doc_open(&reader, &root, document, "payee", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		payee->policy = required_text(&root, "policy");
		payee->certificate = required_text(&root, "certificate");
		if (doc_require(&root, "kind", &node))
			payee->kind = doc_code(&node, payee_kinds);
		if (payee->kind == PAYEE_MEMBER)
			payee->member_ref = required_text(&root, "member_ref");
		else if (doc_member(&root, "member_ref", &node))
			doc_fail_invalid(&node, "belongs to kind member only");
		if (payee->kind == PAYEE_PROVIDER)
			payee->provider = required_text(&root, "provider");
		else if (doc_member(&root, "provider", &node))
			doc_fail_invalid(&node, "belongs to kind provider only");
		payee->name = required_text(&root, "name");
		payee->bank = required_text(&root, "bank");
		payee->bank_account = required_text(&root, "bank_account");
		if (doc_require(&root, "bank_account", &node) && !reader.failed &&
			(strspn(payee->bank_account, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != strlen(payee->bank_account) ||
			 strlen(payee->bank_account) < 6 || strlen(payee->bank_account) > 34))
			doc_fail_invalid(&node, "is not 6 to 34 digits or capital letters");
		payee->active = !doc_member(&root, "active", &node) || doc_bool(&node);
	}
	doc_report(&reader, NULL);
}

/*
 * refuse_missing refuses a document that names what does not exist.
 */
static void
refuse_missing(const char *field, const char *value, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			 errfield(field), errmsg("%s: \"%s\" does not exist", field, value), errhint("%s", hint)));
}

/*
 * payee_resolve finds the certificate and the member or provider.
 */
static void
payee_resolve(Payee *payee)
{
	static SqlPlan find_account = {
		"SELECT a.account_id, p.branch_id FROM assure.policy p JOIN assure.account a USING (policy_id) WHERE p.ref = $1 AND a.ref = $2",
		{TEXTOID, TEXTOID}
	};
	static SqlPlan find_member = {
		"SELECT member_id FROM assure.member WHERE account_id = $1 AND ref = $2", {INT8OID, TEXTOID}
	};
	static SqlPlan find_provider = {"SELECT 1 FROM assure.provider WHERE code = $1", {TEXTOID}};
	Datum		values[2] = {CStringGetTextDatum(payee->policy), CStringGetTextDatum(payee->certificate)};

	if (plan_run(&find_account, values, NULL) == 0)
		refuse_missing("certificate", payee->certificate, "Certificates are made with their first enrollment, by assure.enroll().");
	payee->account_id = plan_int64(0, 1, 0);
	payee->branch_id = plan_int64(0, 2, 0);
	if (payee->member_ref != NULL)
	{
		values[0] = Int64GetDatum(payee->account_id);
		values[1] = CStringGetTextDatum(payee->member_ref);
		if (plan_run(&find_member, values, NULL) == 0)
			refuse_missing("member_ref", payee->member_ref, "The member must be one of the certificate.");
		payee->member_id = plan_int64(0, 1, 0);
	}
	if (payee->provider != NULL)
	{
		values[0] = CStringGetTextDatum(payee->provider);
		if (plan_run(&find_provider, values, NULL) == 0)
			refuse_missing("provider", payee->provider, "INSERT INTO assure.provider the provider first.");
	}
}

/*
 * payee_lock makes the payee if it is new, locks it and returns its key.
 */
static int64
payee_lock(const Payee *payee)
{
	static SqlPlan insert = {
		"INSERT INTO assure.payee (account_id, kind, member_id, provider_code) VALUES ($1, $2, nullif($3, 0), $4) ON CONFLICT DO NOTHING",
		{INT8OID, TEXTOID, INT8OID, TEXTOID}
	};
	static SqlPlan lock = {
		"SELECT payee_id FROM assure.payee WHERE account_id = $1 AND kind = $2 AND coalesce(member_id, 0) = $3 "
		"AND coalesce(provider_code, '') = coalesce($4, '') FOR NO KEY UPDATE", {INT8OID, TEXTOID, INT8OID, TEXTOID}
	};
	Datum		values[4];
	char		nulls[5] = "    ";

	values[0] = Int64GetDatum(payee->account_id);
	values[1] = CStringGetTextDatum(payee_kinds[payee->kind]);
	values[2] = Int64GetDatum(payee->member_id);
	values[3] = payee->provider ? CStringGetTextDatum(payee->provider) : (Datum) 0;
	nulls[3] = payee->provider ? ' ' : 'n';
	plan_run(&insert, values, nulls);
	if (plan_run(&lock, values, nulls) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("the payee is being put by a concurrent session"), errhint("Retry the transaction.")));
	return plan_int64(0, 1, 0);
}

/*
 * payee_put writes the payee's next version, unless it says what the current one
 * says, and returns the payee's key.
 */
static int64
payee_put(Call *call, Payee *payee)
{
	static SqlPlan insert = {
		"INSERT INTO assure.payee_version (account_id, payee_id, version, name, bank, bank_account, active, changed_by, actor_worker_id) "
		"SELECT $1, $2, coalesce(v.version, 0) + 1, $3, $4, $5, $6, $7, nullif($8, 0) "
		"FROM (SELECT 1) one LEFT JOIN LATERAL (SELECT * FROM assure.payee_version v "
		"  WHERE v.account_id = $1 AND v.payee_id = $2 ORDER BY v.version DESC LIMIT 1) v ON true "
		"WHERE v.version IS NULL OR (v.name, v.bank, v.bank_account, v.active) <> ($3, $4, $5, $6) RETURNING version",
		{INT8OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, BOOLOID, TEXTOID, INT8OID}
	};
	Datum		values[8];
	int64		payee_id;

	payee_resolve(payee);
	call_require_branch(call, payee->branch_id, psprintf("policy \"%s\"", payee->policy));
	accounts_lock(&(ClaimKey) {.account_id = payee->account_id}, 1);
	payee_id = payee_lock(payee);
	values[0] = Int64GetDatum(payee->account_id);
	values[1] = Int64GetDatum(payee_id);
	values[2] = CStringGetTextDatum(payee->name);
	values[3] = CStringGetTextDatum(payee->bank);
	values[4] = CStringGetTextDatum(payee->bank_account);
	values[5] = BoolGetDatum(payee->active);
	values[6] = CStringGetTextDatum(call->session_role);
	values[7] = Int64GetDatum(call_actor(call));
	if (plan_run(&insert, values, NULL) == 1)
	{
		audit_write_one(call, psprintf("payee " INT64_FORMAT " version %d", payee_id, plan_int32(0, 1, 0)));
		payments_cancel_payee(call, payee->account_id, payee_id);
	}
	return payee_id;
}

/*
 * payee_put_document reads a payee and puts it.
 */
static int64
payee_put_document(Call *call, Jsonb *document)
{
	Payee		payee;

	payee_read(document, &payee);
	return payee_put(call, &payee);
}

/*
 * assure_put_payee makes a payee from its document, or changes it.
 */
PGDLLEXPORT Datum
assure_put_payee(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "payee", PAYEE_SCOPES, "put_payee", payee_put_document));
}

/*
 * choose writes that a payee is paid for a claim from now on.
 */
static void
choose(Call *call, const char *ref, int64 payee_id)
{
	static SqlPlan find = {"SELECT 1 FROM assure.payee WHERE account_id = $1 AND payee_id = $2", {INT8OID, INT8OID}};
	static SqlPlan insert = {
		"INSERT INTO assure.claim_payee (account_id, claim_id, choice_no, payee_id, chosen_by, actor_worker_id) "
		"SELECT $1, $3, coalesce(max(choice_no), 0) + 1, $2, $4, nullif($5, 0) FROM assure.claim_payee "
		"WHERE account_id = $1 AND claim_id = $3", {INT8OID, INT8OID, INT8OID, TEXTOID, INT8OID}
	};
	ClaimPlace	place;
	Datum		values[5];

	claim_find(ref, &place);
	claim_require_access(call, ref, &place);
	accounts_lock(&place.key, 1);
	values[0] = Int64GetDatum(place.key.account_id);
	values[1] = Int64GetDatum(payee_id);
	if (plan_run(&find, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("payee " INT64_FORMAT " does not exist on the certificate of claim \"%s\"", payee_id, ref),
				 errhint("Payees are made with assure.put_payee().")));
	values[2] = Int64GetDatum(place.key.claim_id);
	values[3] = CStringGetTextDatum(call->session_role);
	values[4] = Int64GetDatum(call_actor(call));
	plan_run(&insert, values, NULL);
	audit_write_one(call, psprintf("claim " INT64_FORMAT " payee " INT64_FORMAT, place.key.claim_id, payee_id));
	payments_cancel_claim(call, place.key, payee_id);
}

/*
 * assure_set_claim_payee chooses who is paid for a claim from now on.
 */
PGDLLEXPORT Datum
assure_set_claim_payee(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	char	   *ref;
	int64		payee_id;
	StringInfoData arguments;
	Call		call;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("ref and payee_id must not be NULL")));
	ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	payee_id = PG_GETARG_INT64(1);
	initStringInfo(&arguments);
	digest_text(&arguments, ref);
	digest_int64(&arguments, payee_id);
	call_begin(&call, PAYEE_SCOPES, "set_claim_payee");
	if (request_begin(&call, request_id, &arguments) == NULL)
	{
		choose(&call, ref, payee_id);
		request_end_int64(request_id, payee_id);
	}
	call_end(&call);
	PG_RETURN_VOID();
}
