/*-------------------------------------------------------------------------
 *
 * submit_sql.c
 *		A claim is handed in.
 *
 * One statement writes the claim, its bills, the invoices it is first to show
 * and its place among the waiting ones; it waits on nobody but a session that
 * hands in the same reference, or the same invoice, at the same time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "adjudicate/invoice.h"
#include "benefit/claim_pack.h"
#include "core/call.h"
#include "core/digest.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/request.h"
#include "sla/sla.h"
#include "worker/worker.h"

#define SUBMIT_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)

/* Clocks of two machines differ; a claim from further ahead is a mistake. */
#define SUBMITTED_AHEAD_MAX_USEC (10 * USECS_PER_MINUTE)

PG_FUNCTION_INFO_V1(assure_submit_claim);
PG_FUNCTION_INFO_V1(assure_submit_claim_text);

/* Who the claim is for. */
typedef struct ClaimSubject
{
	int64		policy_id;
	int64		branch_id;
	int64		account_id;
	int64		member_id;
} ClaimSubject;

/*
 * subject_find resolves policy and member reference.
 */
static void
subject_find(const Claim *claim, ClaimSubject *subject)
{
	static SqlPlan find = {
		"SELECT p.policy_id, p.branch_id, r.account_id, r.member_id FROM assure.policy p "
		"LEFT JOIN assure_internal.member_ref r ON r.policy_id = p.policy_id AND r.ref = $2 WHERE p.ref = $1",
		{TEXTOID, TEXTOID}
	};
	Datum		values[2] = {CStringGetTextDatum(claim->policy), CStringGetTextDatum(claim->member_ref)};

	if (plan_run(&find, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errfield("policy"), errmsg("policy: \"%s\" does not exist", claim->policy),
				 errhint("Policies are made with assure.add_policy().")));
	subject->policy_id = plan_int64(0, 1, 0);
	subject->branch_id = plan_int64(0, 2, 0);
	subject->account_id = plan_int64(0, 3, 0);
	subject->member_id = plan_int64(0, 4, 0);
	if (subject->account_id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errfield("member_ref"), errmsg("member_ref: \"%s\" is not a member of policy \"%s\"", claim->member_ref, claim->policy),
				 errhint("Members are enrolled with assure.enroll().")));
}

/*
 * check_moments refuses a claim from the future, or for an event after it was
 * handed in.
 */
static void
check_moments(const Claim *claim)
{
	static SqlPlan compare = {"SELECT $1::date < $2", {TIMESTAMPTZOID, DATEOID}};
	Datum		values[2] = {TimestampTzGetDatum(claim->submitted_at), DateADTGetDatum(claim->event_date)};

	if (claim->submitted_at > GetCurrentTimestamp() + SUBMITTED_AHEAD_MAX_USEC)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_INVALID_CLAIM),
				 errfield("submitted_at"), errmsg("submitted_at: %s is in the future", timestamptz_to_str(claim->submitted_at))));
	plan_run(&compare, values, NULL);
	if (plan_bool(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_INVALID_CLAIM),
				 errfield("event_date"), errmsg("event_date: the event is after the day on which the claim was submitted, in time zone %s",
						config_get()->time_zone)));
}

/*
 * claim_id_of_ref returns the claim that was handed in with the reference, 0
 * for none; a different document is an error.
 */
static int64
claim_id_of_ref(const char *ref, Datum document_hash)
{
	static SqlPlan find = {
		"SELECT claim_id, document_hash = $2 FROM assure.claim_ref WHERE ref = $1", {TEXTOID, BYTEAOID}
	};
	Datum		values[2] = {CStringGetTextDatum(ref), document_hash};

	if (plan_run(&find, values, NULL) == 0)
		return 0;
	if (!plan_bool(0, 2))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REF_CONFLICT),
				 errfield("ref"), errmsg("ref: \"%s\" was submitted before with another document", ref),
				 errhint("Use a new ref for a new claim; a claim once submitted does not change.")));
	return plan_int64(0, 1, 0);
}

static SqlPlan insert_claim = {
	"WITH r AS (INSERT INTO assure.claim_ref (ref, account_id, document_hash) VALUES ($1, $2, $3) "
	"  ON CONFLICT (ref) DO NOTHING RETURNING claim_id), "
	"c AS (INSERT INTO assure.claim (account_id, claim_id, ref, policy_id, member_id, branch_id, cause, event_date, "
	"    submitted_at, submitted_fen, document, received_by, received_actor_id) "
	"  SELECT $2, claim_id, $1, $4, $5, $6, $7, $8, $9, $10, $11, $12, nullif($13, 0) FROM r), "
	"u AS (SELECT r.claim_id, b.* FROM r, unnest($14, $15, $16, $17, $18, $19, $20, $21) WITH ORDINALITY "
	"    AS b (bill_no, provider_code, care, from_date, to_date, submitted_fen, social_paid_fen, other_paid_fen, position)), "
	"b AS (INSERT INTO assure.bill (account_id, claim_id, position, bill_no, provider_code, care, from_date, to_date, "
	"    submitted_fen, social_paid_fen, other_paid_fen) "
	"  SELECT $2, claim_id, position, bill_no, provider_code, care, from_date, to_date, submitted_fen, social_paid_fen, other_paid_fen FROM u), "
	"i AS (INSERT INTO assure.invoice_key (provider_code, invoice_no, account_id, claim_id) "
	"  SELECT provider_code, bill_no, $2, claim_id FROM u WHERE provider_code IS NOT NULL ORDER BY 1, 2 "
	"  ON CONFLICT (provider_code, invoice_no) DO NOTHING RETURNING 1), "
	"q AS (INSERT INTO assure_internal.claim_queue (account_id, claim_id, packed, invoices_new) "
	"  SELECT $2, claim_id, $22, (SELECT count(*) FROM i) = (SELECT count(provider_code) FROM u) FROM r RETURNING invoices_new) "
	"SELECT r.claim_id, q.invoices_new FROM r CROSS JOIN q",
	{TEXTOID, INT8OID, BYTEAOID, INT8OID, INT8OID, INT8OID, TEXTOID, DATEOID, TIMESTAMPTZOID, INT8OID, JSONBOID, TEXTOID, INT8OID,
		TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, DATEARRAYOID, DATEARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, BYTEAOID}
};

#define FIRST_BILL_PARAM 13
#define BILL_COLUMNS 8

/*
 * bill_params makes the array parameters of insert_claim.
 */
static void
bill_params(const Claim *claim, Datum *values)
{
	static const Oid types[BILL_COLUMNS] = {TEXTOID, TEXTOID, TEXTOID, DATEOID, DATEOID, INT8OID, INT8OID, INT8OID};
	Column		columns[BILL_COLUMNS];

	for (int i = 0; i < BILL_COLUMNS; i++)
		column_start(&columns[i], types[i]);
	for (int i = 0; i < claim->n_bills; i++)
	{
		const ClaimBill *bill = &claim->bills[i];

		column_add_text(&columns[0], bill->no);
		column_add_text(&columns[1], bill->provider.code);
		column_add_text(&columns[2], care_name(bill->care));
		column_add(&columns[3], DateADTGetDatum(bill->from_date));
		column_add(&columns[4], DateADTGetDatum(bill->to_date));
		column_add_int64(&columns[5], bill->submitted_fen);
		column_add_int64(&columns[6], bill->social_paid_fen);
		column_add_int64(&columns[7], bill->other_paid_fen);
	}
	for (int i = 0; i < BILL_COLUMNS; i++)
		values[i] = column_array(&columns[i]);
}

/*
 * claim_insert writes the claim and returns its key, 0 if its reference exists.
 * Invoices that were handed in before may be those of a claim that it corrects.
 */
static int64
claim_insert(Call *call, const Claim *claim, const ClaimSubject *subject, Jsonb *document, Datum document_hash)
{
	Datum		values[FIRST_BILL_PARAM + BILL_COLUMNS + 1];
	int64		claim_id;

	values[0] = CStringGetTextDatum(claim->ref);
	values[1] = Int64GetDatum(subject->account_id);
	values[2] = document_hash;
	values[3] = Int64GetDatum(subject->policy_id);
	values[4] = Int64GetDatum(subject->member_id);
	values[5] = Int64GetDatum(subject->branch_id);
	values[6] = CStringGetTextDatum(cause_name(claim->cause));
	values[7] = DateADTGetDatum(claim->event_date);
	values[8] = TimestampTzGetDatum(claim->submitted_at);
	values[9] = Int64GetDatum(claim->submitted_fen);
	values[10] = JsonbPGetDatum(document);
	values[11] = CStringGetTextDatum(call->session_role);
	values[12] = Int64GetDatum(call_actor(call));
	bill_params(claim, &values[FIRST_BILL_PARAM]);
	values[FIRST_BILL_PARAM + BILL_COLUMNS] = PointerGetDatum(claim_pack(claim));
	if (plan_run(&insert_claim, values, NULL) == 0)
		return 0;
	claim_id = plan_int64(0, 1, 0);
	if (!plan_bool(0, 2))
		invoices_take_over((ClaimKey) {subject->account_id, claim_id});
	return claim_id;
}

/*
 * submit writes the claim and returns its key; the first one's if the same
 * document was submitted before.
 */
static int64
submit(Call *call, const Claim *claim, Jsonb *document, Datum document_hash)
{
	ClaimSubject subject;
	int64		claim_id;

	check_moments(claim);
	subject_find(claim, &subject);
	call_require_branch(call, subject.branch_id, psprintf("policy \"%s\"", claim->policy));
	claim_id = claim_id_of_ref(claim->ref, document_hash);
	if (claim_id != 0)
		return claim_id;
	claim_id = claim_insert(call, claim, &subject, document, document_hash);
	if (claim_id != 0)
	{
		claim_clock_start(claim_id, subject.branch_id, claim->submitted_at);
		worker_wake();
		return claim_id;
	}

	/* A concurrent session was first, and has committed meanwhile. */
	claim_id = claim_id_of_ref(claim->ref, document_hash);
	if (claim_id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("claim \"%s\" is being submitted by a concurrent session", claim->ref),
				 errhint("Retry the transaction.")));
	return claim_id;
}

/*
 * submit_document is what both entry points do.
 */
static int64
submit_document(Jsonb *document, const char *request_id)
{
	Call		call;
	Claim	   *claim;
	StringInfoData bytes;
	StringInfoData arguments;
	RowHash		hash;
	Jsonb	   *answer;
	int64		claim_id;

	call_begin(&call, SUBMIT_SCOPES, "submit_claim");
	claim = claim_from_jsonb(document, CLAIM_NEEDS_KEYS);
	initStringInfo(&bytes);
	appendStringInfoString(&bytes, JsonbToCString(NULL, &document->root, VARSIZE(document)));
	initStringInfo(&arguments);
	appendBinaryStringInfo(&arguments, bytes.data, bytes.len);
	hash = digest_finish(&bytes);
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		claim_id = request_answer_int64(answer);
	else
	{
		claim_id = submit(&call, claim, document, hash_datum(&hash));
		request_end_int64(request_id, claim_id);
	}
	call_end(&call);
	return claim_id;
}

/*
 * optional_text returns a text argument, or NULL.
 */
static char *
optional_text(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/*
 * require_document refuses a NULL document.
 */
static void
require_document(FunctionCallInfo fcinfo)
{
	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("claim must not be NULL")));
}

/*
 * assure_submit_claim hands in a claim document.
 */
PGDLLEXPORT Datum
assure_submit_claim(PG_FUNCTION_ARGS)
{
	require_document(fcinfo);
	PG_RETURN_INT64(submit_document(PG_GETARG_JSONB_P(0), optional_text(fcinfo, 1)));
}

/*
 * assure_submit_claim_text is the same for drivers that bind strings as text.
 */
PGDLLEXPORT Datum
assure_submit_claim_text(PG_FUNCTION_ARGS)
{
	Datum		document;

	require_document(fcinfo);
	document = DirectFunctionCall1(jsonb_in, CStringGetDatum(text_to_cstring(PG_GETARG_TEXT_PP(0))));
	PG_RETURN_INT64(submit_document(DatumGetJsonbP(document), optional_text(fcinfo, 1)));
}
