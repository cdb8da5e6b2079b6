/*-------------------------------------------------------------------------
 *
 * order_sql.c
 *		Entry points: a health service is ordered, and goes its way.
 *
 * The insurer, the branch and the residence of then are kept with the order, and
 * the version of the service that was in force on the day of the request.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "audit/audit.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/request.h"
#include "service/order.h"
#include "service/service_document.h"
#include "sla/sla.h"

PG_FUNCTION_INFO_V1(assure_order_service);
PG_FUNCTION_INFO_V1(assure_finish_service);
PG_FUNCTION_INFO_V1(assure_finish_services);
PG_FUNCTION_INFO_V1(assure_cancel_service);
PG_FUNCTION_INFO_V1(assure_cancel_service_reason);
PG_FUNCTION_INFO_V1(assure_accept_order);
PG_FUNCTION_INFO_V1(assure_schedule_order);
PG_FUNCTION_INFO_V1(assure_start_service);
PG_FUNCTION_INFO_V1(assure_evaluate_service);
PG_FUNCTION_INFO_V1(assure_fail_order);
PG_FUNCTION_INFO_V1(assure_wait_for_customer);
PG_FUNCTION_INFO_V1(assure_resume_order);

/* ----- orders ----- */

typedef struct OrderDocument
{
	char	   *ref;
	char	   *policy;
	char	   *member_ref;
	char	   *service;
	TimestampTz requested_at;
	Region		region;			/* 0: where the customer lives */
	char	   *supplier;		/* NULL: not chosen yet */
} OrderDocument;

/* What is known of it when it is checked. */
typedef struct OrderFacts
{
	int64		supplier_id;	/* 0: none */
	int64		version_id;		/* 0: the service has none */
} OrderFacts;

/*
 * order_read reads and checks an order document.
 */
static void
order_read(Jsonb *document, OrderDocument *order)
{
	static const char *const keys[] = {"ref", "policy", "member_ref", "service", "requested_at", "region", "supplier", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		node;
	char	  **texts[] = {&order->ref, &order->policy, &order->member_ref, &order->service};

	memset(order, 0, sizeof(*order));
	doc_open(&reader, &root, document, "order", ERRCODE_ASSURE_INVALID_ORDER);
	if (doc_object(&root, keys))
	{
		for (int i = 0; i < (int) lengthof(texts); i++)
			if (doc_require(&root, keys[i], &node))
				*texts[i] = doc_text(&node, ORDER_TEXT_BYTES_MAX);
		if (doc_require(&root, "requested_at", &node))
			order->requested_at = doc_timestamp(&node);
		if (doc_member(&root, "region", &node))
			order->region = member_region(&root, "region");
		if (doc_member(&root, "supplier", &node))
			order->supplier = doc_text(&node, ORDER_TEXT_BYTES_MAX);
	}
	doc_report(&reader, NULL);
	if (order->requested_at > GetCurrentTimestamp() + AHEAD_MAX_USEC)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_INVALID_ORDER),
				 errfield("requested_at"), errmsg("requested_at: %s is in the future", timestamptz_to_str(order->requested_at))));
}

/*
 * order_of_ref returns the order with the reference, 0 for none; a different
 * document is an error.
 */
static int64
order_of_ref(const char *ref, Datum document_hash)
{
	static SqlPlan find = {"SELECT order_id, document_hash = $2 FROM assure.order_ref WHERE ref = $1", {TEXTOID, BYTEAOID}};
	Datum		values[2] = {CStringGetTextDatum(ref), document_hash};

	if (plan_run(&find, values, NULL) == 0)
		return 0;
	if (!plan_bool(0, 2))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REF_CONFLICT),
				 errfield("ref"), errmsg("ref: \"%s\" was ordered before with another document", ref),
				 errhint("Use a new ref for a new order.")));
	return plan_int64(0, 1, 0);
}

/*
 * order_check refuses what nothing has, and a branch that is not open.
 */
static void
order_check(Call *call, const OrderDocument *order)
{
	static SqlPlan find = {
		"SELECT p.branch_id, r.member_id IS NOT NULL, EXISTS (SELECT 1 FROM assure.service WHERE code = $3) FROM assure.policy p "
		"LEFT JOIN assure_internal.member_ref r ON r.policy_id = p.policy_id AND r.ref = $2 WHERE p.ref = $1",
		{TEXTOID, TEXTOID, TEXTOID}
	};
	Datum		values[3];
	const char *missing = NULL;
	const char *value = NULL;

	values[0] = CStringGetTextDatum(order->policy);
	values[1] = CStringGetTextDatum(order->member_ref);
	values[2] = CStringGetTextDatum(order->service);
	if (plan_run(&find, values, NULL) == 0)
		missing = "policy", value = order->policy;
	else if (!plan_bool(0, 2))
		missing = "member_ref", value = order->member_ref;
	else if (!plan_bool(0, 3))
		missing = "service", value = order->service;
	if (missing != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errfield(missing), errmsg("%s: \"%s\" does not exist", missing, value)));
	call_require_branch(call, plan_int64(0, 1, 0), psprintf("policy \"%s\"", order->policy));
}

/*
 * order_facts finds what is in force on the day of the request, and refuses an
 * order that cannot be done as it asks.
 */
static OrderFacts
order_facts(const OrderDocument *order)
{
	static SqlPlan find = {
		"SELECT s.service_id, v.service_version_id, $2 <= v.active_to, f.n > 0, coalesce($3, m.region) FROM assure.service s "
		"CROSS JOIN LATERAL (SELECT count(*) AS n FROM assure.service_version f WHERE f.service_id = s.service_id) f "
		"LEFT JOIN LATERAL (SELECT service_version_id, active_to FROM assure.service_version v WHERE v.service_id = s.service_id AND v.active_from <= $2 "
		"  ORDER BY v.active_from DESC, v.version DESC LIMIT 1) v ON true "
		"JOIN assure.policy p ON p.ref = $4 JOIN assure_internal.member_ref r ON r.policy_id = p.policy_id AND r.ref = $5 "
		"JOIN assure.member m ON m.account_id = r.account_id AND m.member_id = r.member_id WHERE s.code = $1",
		{TEXTOID, DATEOID, TEXTOID, TEXTOID, TEXTOID}, .generic = true
	};
	DateADT		day = DatumGetDateADT(DirectFunctionCall1(timestamptz_date, TimestampTzGetDatum(order->requested_at)));
	char		day_text[JSON_DATE_BYTES];
	OrderFacts	facts = {0, 0};
	Datum		values[5];

	if (order->region != 0)
		require_region(order->region);
	values[0] = CStringGetTextDatum(order->service);
	values[1] = DateADTGetDatum(day);
	values[2] = CStringGetTextDatum(psprintf("%06d", order->region));
	values[3] = CStringGetTextDatum(order->policy);
	values[4] = CStringGetTextDatum(order->member_ref);
	if (plan_run(&find, values, order->region ? NULL : "  n  ") != 1)
		elog(ERROR, "an order that was checked is not found");
	facts.version_id = plan_int64(0, 2, 0);
	if (plan_bool(0, 4) && !plan_bool(0, 3))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_OFFERED),
				 errfield("service"), errmsg("service: \"%s\" is not offered on %s", order->service, iso_date_print(day, day_text)),
				 errhint("assure.service_version says from when to when it is.")));
	if (order->supplier != NULL)
		facts.supplier_id = offer_check_supplier(order->supplier, plan_int64(0, 1, 0), plan_text(0, 5), day);
	return facts;
}

static SqlPlan insert_order = {
	"WITH s AS (SELECT p.branch_id, p.insurer, m.account_id, m.member_id, m.region, v.service_id FROM assure.policy p "
	"  JOIN assure_internal.member_ref r ON r.policy_id = p.policy_id AND r.ref = $3 "
	"  JOIN assure.member m ON m.account_id = r.account_id AND m.member_id = r.member_id "
	"  JOIN assure.service v ON v.code = $4 WHERE p.ref = $2), "
	"r AS (INSERT INTO assure.order_ref (ref, account_id, document_hash) SELECT $1, account_id, $6 FROM s "
	"  ON CONFLICT (ref) DO NOTHING RETURNING order_id) "
	"INSERT INTO assure.service_order (account_id, order_id, ref, member_id, service_id, branch_id, insurer, customer_region, requested_at, "
	"  state_at, service_region, supplier_id, service_version_id) "
	"SELECT account_id, order_id, $1, member_id, service_id, branch_id, insurer, region, $5, $5, $7, nullif($8, 0), nullif($9, 0) FROM r, s "
	"RETURNING order_id, branch_id, account_id",
	{TEXTOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, BYTEAOID, TEXTOID, INT8OID, INT8OID}, .generic = true
};

/*
 * order_write writes the order; false: another session makes one of that
 * reference.
 */
static bool
order_write(Call *call, const OrderDocument *document, Datum document_hash, int64 *order_id)
{
	OrderFacts	facts = order_facts(document);
	Datum		values[9];
	int64		branch_id;

	values[0] = CStringGetTextDatum(document->ref);
	values[1] = CStringGetTextDatum(document->policy);
	values[2] = CStringGetTextDatum(document->member_ref);
	values[3] = CStringGetTextDatum(document->service);
	values[4] = TimestampTzGetDatum(document->requested_at);
	values[5] = document_hash;
	values[6] = CStringGetTextDatum(psprintf("%06d", document->region));
	values[7] = Int64GetDatum(facts.supplier_id);
	values[8] = Int64GetDatum(facts.version_id);
	if (plan_run(&insert_order, values, document->region ? NULL : "      n  ") != 1)
		return false;
	*order_id = plan_int64(0, 1, 0);
	branch_id = plan_int64(0, 2, 0);
	order_event_requested(call, plan_int64(0, 3, 0), *order_id, document->requested_at, facts.supplier_id);
	order_clock_start(*order_id, branch_id, document->requested_at);
	audit_write_one(call, psprintf("order " INT64_FORMAT, *order_id));
	return true;
}

/*
 * order writes the order and returns its key; the first one's if the same
 * document was ordered before.
 */
static int64
order(Call *call, const OrderDocument *document, Datum document_hash)
{
	int64		order_id;

	order_check(call, document);
	order_id = order_of_ref(document->ref, document_hash);
	if (order_id != 0 || order_write(call, document, document_hash, &order_id))
		return order_id;
	order_id = order_of_ref(document->ref, document_hash);
	if (order_id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("order \"%s\" is being made by a concurrent session", document->ref),
				 errhint("Retry the transaction.")));
	return order_id;
}

/*
 * assure_order_service orders a health service for a member.
 */
PGDLLEXPORT Datum
assure_order_service(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	Jsonb	   *document;
	StringInfoData bytes;
	StringInfoData arguments;
	RowHash		hash;
	OrderDocument parsed;
	Call		call;
	Jsonb	   *answer;
	int64		order_id;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("order must not be NULL")));
	document = PG_GETARG_JSONB_P(0);
	call_begin(&call, ORDER_SCOPES, "order_service");
	order_read(document, &parsed);
	initStringInfo(&bytes);
	appendStringInfoString(&bytes, JsonbToCString(NULL, &document->root, VARSIZE(document)));
	initStringInfo(&arguments);
	appendBinaryStringInfo(&arguments, bytes.data, bytes.len);
	hash = digest_finish(&bytes);
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		order_id = request_answer_int64(answer);
	else
	{
		order_id = order(&call, &parsed, hash_datum(&hash));
		request_end_int64(request_id, order_id);
	}
	call_end(&call);
	PG_RETURN_INT64(order_id);
}

/* ----- steps ----- */

/*
 * text_argument returns an argument, NULL for NULL; a longer one than bytes_max, or
 * an empty one, is refused.
 */
static const char *
text_argument(FunctionCallInfo fcinfo, int n, const char *name, int bytes_max)
{
	char	   *value;

	if (PG_ARGISNULL(n))
		return NULL;
	value = text_to_cstring(PG_GETARG_TEXT_PP(n));
	if (value[0] == '\0' || strlen(value) > (size_t) bytes_max)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has %zu bytes, not 1 to %d", name, strlen(value), bytes_max)));
	return value;
}

/*
 * moment_argument returns an argument, DT_NOBEGIN for NULL; one that is not finite
 * is refused.
 */
static TimestampTz
moment_argument(FunctionCallInfo fcinfo, int n, const char *name)
{
	TimestampTz moment;

	if (PG_ARGISNULL(n))
		return DT_NOBEGIN;
	moment = PG_GETARG_TIMESTAMPTZ(n);
	if (TIMESTAMP_NOT_FINITE(moment))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s: %s is no moment", name, timestamptz_to_str(moment))));
	return moment;
}

/*
 * digest_argument adds a moment, DT_NOBEGIN as NULL.
 */
static void
digest_argument(StringInfo bytes, TimestampTz moment)
{
	if (moment == DT_NOBEGIN)
		digest_null(bytes);
	else
		digest_moment(bytes, moment);
}

/*
 * step_call does a step of an order in a call of its own, once a request_id.  What
 * a step of 0.1 has as arguments is hashed as it was then.
 */
static Datum
step_call(FunctionCallInfo fcinfo, OrderStepKind kind, const OrderStepWords *words, int request_argument)
{
	char	   *request_id = PG_ARGISNULL(request_argument) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(request_argument));
	StringInfoData arguments;
	Call		call;

	if (words->ref == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("ref must not be NULL")));
	initStringInfo(&arguments);
	digest_text(&arguments, words->ref);
	if (kind == STEP_FINISH)
		digest_moment(&arguments, words->at);
	else if (kind != STEP_CANCEL || words->reason != NULL)
	{
		digest_argument(&arguments, words->at);
		digest_argument(&arguments, words->scheduled_for);
		digest_text(&arguments, words->reason);
		digest_text(&arguments, words->supplier);
		digest_text(&arguments, words->steward);
		digest_text(&arguments, words->words);
		digest_int64(&arguments, words->score);
	}
	call_begin(&call, ORDER_SCOPES, order_step_function(kind));
	if (request_begin(&call, request_id, &arguments) == NULL)
	{
		order_step(&call, kind, words);
		request_end_text(request_id, order_step_function(kind));
	}
	call_end(&call);
	PG_RETURN_VOID();
}

/*
 * words_start returns what every step has: the reference, and nothing else yet.
 */
static OrderStepWords
words_start(FunctionCallInfo fcinfo)
{
	return (OrderStepWords)
	{
		.ref = PG_ARGISNULL(0) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(0)), .at = DT_NOBEGIN, .scheduled_for = DT_NOBEGIN
	};
}

/*
 * require_argument refuses NULL for an argument that must be there.
 */
static void
require_argument(FunctionCallInfo fcinfo, int n, const char *names)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(n))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", names)));
}

/*
 * assure_accept_order records who will do the service.
 */
PGDLLEXPORT Datum
assure_accept_order(PG_FUNCTION_ARGS)
{
	OrderStepWords words = words_start(fcinfo);

	words.supplier = text_argument(fcinfo, 1, "supplier", ORDER_TEXT_BYTES_MAX);
	words.steward = text_argument(fcinfo, 2, "steward", ORDER_TEXT_BYTES_MAX);
	words.at = moment_argument(fcinfo, 3, "accepted_at");
	return step_call(fcinfo, STEP_ACCEPT, &words, 4);
}

/*
 * assure_schedule_order records the appointment; a new one where there was one.
 */
PGDLLEXPORT Datum
assure_schedule_order(PG_FUNCTION_ARGS)
{
	OrderStepWords words = words_start(fcinfo);

	require_argument(fcinfo, 1, "ref and scheduled_for");
	words.scheduled_for = moment_argument(fcinfo, 1, "scheduled_for");
	words.steward = text_argument(fcinfo, 2, "steward", ORDER_TEXT_BYTES_MAX);
	words.at = moment_argument(fcinfo, 3, "scheduled_at");
	return step_call(fcinfo, STEP_SCHEDULE, &words, 4);
}

/*
 * assure_start_service records that the service began.
 */
PGDLLEXPORT Datum
assure_start_service(PG_FUNCTION_ARGS)
{
	OrderStepWords words = words_start(fcinfo);

	words.at = moment_argument(fcinfo, 1, "started_at");
	return step_call(fcinfo, STEP_START, &words, 2);
}

/*
 * assure_finish_service records that the service was done.
 */
PGDLLEXPORT Datum
assure_finish_service(PG_FUNCTION_ARGS)
{
	OrderStepWords words = words_start(fcinfo);

	require_argument(fcinfo, 1, "ref and finished_at");
	words.at = moment_argument(fcinfo, 1, "finished_at");
	return step_call(fcinfo, STEP_FINISH, &words, 2);
}

/*
 * assure_finish_services records that the services of a list were done.
 */
PGDLLEXPORT Datum
assure_finish_services(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "orders", ORDER_SCOPES, "finish_services", orders_finish));
}

/*
 * assure_evaluate_service records what the customer thought of it.
 */
PGDLLEXPORT Datum
assure_evaluate_service(PG_FUNCTION_ARGS)
{
	OrderStepWords words = words_start(fcinfo);

	require_argument(fcinfo, 1, "ref and score");
	words.score = PG_GETARG_INT32(1);
	if (words.score < 1 || words.score > 5)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errfield("score"), errmsg("score: %d is not 1 to 5", words.score),
				 errhint("1 is the worst, 5 the best.")));
	words.words = text_argument(fcinfo, 2, "words", ORDER_WORDS_BYTES_MAX);
	return step_call(fcinfo, STEP_EVALUATE, &words, 3);
}

/*
 * assure_cancel_service cancels an order, a finished one too.
 */
PGDLLEXPORT Datum
assure_cancel_service(PG_FUNCTION_ARGS)
{
	OrderStepWords words = words_start(fcinfo);

	return step_call(fcinfo, STEP_CANCEL, &words, 1);
}

/*
 * assure_cancel_service_reason cancels an order and keeps why and since when.
 */
PGDLLEXPORT Datum
assure_cancel_service_reason(PG_FUNCTION_ARGS)
{
	OrderStepWords words = words_start(fcinfo);

	require_argument(fcinfo, 1, "ref and reason");
	words.reason = text_argument(fcinfo, 1, "reason", ORDER_WORDS_BYTES_MAX);
	words.at = moment_argument(fcinfo, 2, "cancelled_at");
	return step_call(fcinfo, STEP_CANCEL, &words, 3);
}

/*
 * assure_fail_order records that the service could not be done.
 */
PGDLLEXPORT Datum
assure_fail_order(PG_FUNCTION_ARGS)
{
	OrderStepWords words = words_start(fcinfo);

	require_argument(fcinfo, 1, "ref and reason");
	words.reason = text_argument(fcinfo, 1, "reason", ORDER_WORDS_BYTES_MAX);
	words.at = moment_argument(fcinfo, 2, "failed_at");
	return step_call(fcinfo, STEP_FAIL, &words, 3);
}

/*
 * assure_wait_for_customer records that nothing can be done until the customer
 * answers.
 */
PGDLLEXPORT Datum
assure_wait_for_customer(PG_FUNCTION_ARGS)
{
	OrderStepWords words = words_start(fcinfo);

	require_argument(fcinfo, 1, "ref and reason");
	words.reason = text_argument(fcinfo, 1, "reason", ORDER_WORDS_BYTES_MAX);
	words.at = moment_argument(fcinfo, 2, "waiting_since");
	return step_call(fcinfo, STEP_WAIT, &words, 3);
}

/*
 * assure_resume_order records that the customer has answered.
 */
PGDLLEXPORT Datum
assure_resume_order(PG_FUNCTION_ARGS)
{
	OrderStepWords words = words_start(fcinfo);

	words.at = moment_argument(fcinfo, 1, "resumed_at");
	return step_call(fcinfo, STEP_RESUME, &words, 2);
}
