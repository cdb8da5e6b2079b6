/*-------------------------------------------------------------------------
 *
 * order_sql.c
 *		Entry points: a health service is ordered, done, cancelled.
 *
 *		requested -> done
 *		requested, done -> cancelled
 *
 * Coverage counts service_event, which only grows: 'served' when a service is
 * done, 'withdrawn' when its order is cancelled afterwards.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "audit/audit.h"
#include "core/call.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/request.h"
#include "coverage/coverage.h"
#include "sla/sla.h"

#define ORDER_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define TEXT_BYTES_MAX 200
#define AHEAD_MAX_USEC (10 * USECS_PER_MINUTE)

PG_FUNCTION_INFO_V1(assure_order_service);
PG_FUNCTION_INFO_V1(assure_finish_service);
PG_FUNCTION_INFO_V1(assure_cancel_service);

typedef struct OrderDocument
{
	char	   *ref;
	char	   *policy;
	char	   *member_ref;
	char	   *service;
	TimestampTz requested_at;
} OrderDocument;

typedef struct Order
{
	int64		account_id;
	int64		order_id;
	int64		branch_id;
	char	   *state;
	TimestampTz requested_at;
} Order;

/*
 * order_read reads and checks an order document.
 */
static void
order_read(Jsonb *document, OrderDocument *order)
{
	static const char *const keys[] = {"ref", "policy", "member_ref", "service", "requested_at", NULL};
	DocReader	reader;
	DocNode	root;
	DocNode	node;
	char	  **texts[] = {&order->ref, &order->policy, &order->member_ref, &order->service};

	memset(order, 0, sizeof(*order));
	doc_open(&reader, &root, document, "order", ERRCODE_ASSURE_INVALID_ORDER);
	if (doc_object(&root, keys))
	{
		for (int i = 0; i < (int) lengthof(texts); i++)
			if (doc_require(&root, keys[i], &node))
				*texts[i] = doc_text(&node, TEXT_BYTES_MAX);
		if (doc_require(&root, "requested_at", &node))
			order->requested_at = doc_timestamp(&node);
	}
	doc_report(&reader, NULL);
	if (order->requested_at > GetCurrentTimestamp() + AHEAD_MAX_USEC)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_INVALID_ORDER),
				 errmsg("requested_at: %s is in the future", timestamptz_to_str(order->requested_at))));
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
				 errmsg("ref: \"%s\" was ordered before with another document", ref),
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
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errmsg("%s: \"%s\" does not exist", missing, value)));
	call_require_branch(call, plan_int64(0, 1, 0), psprintf("policy \"%s\"", order->policy));
}

static SqlPlan insert_order = {
	"WITH s AS (SELECT p.branch_id, p.insurer, m.account_id, m.member_id, m.region, v.service_id FROM assure.policy p "
	"  JOIN assure_internal.member_ref r ON r.policy_id = p.policy_id AND r.ref = $3 "
	"  JOIN assure.member m ON m.account_id = r.account_id AND m.member_id = r.member_id "
	"  JOIN assure.service v ON v.code = $4 WHERE p.ref = $2), "
	"r AS (INSERT INTO assure.order_ref (ref, account_id, document_hash) SELECT $1, account_id, $6 FROM s "
	"  ON CONFLICT (ref) DO NOTHING RETURNING order_id) "
	"INSERT INTO assure.service_order (account_id, order_id, ref, member_id, service_id, branch_id, insurer, customer_region, requested_at) "
	"SELECT account_id, order_id, $1, member_id, service_id, branch_id, insurer, region, $5 FROM r, s RETURNING order_id, branch_id",
	{TEXTOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, BYTEAOID}
};

/*
 * order writes the order and returns its key; the first one's if the same
 * document was ordered before.
 */
static int64
order(Call *call, const OrderDocument *document, Datum document_hash)
{
	Datum		values[6];
	int64		order_id;

	order_check(call, document);
	order_id = order_of_ref(document->ref, document_hash);
	if (order_id != 0)
		return order_id;
	values[0] = CStringGetTextDatum(document->ref);
	values[1] = CStringGetTextDatum(document->policy);
	values[2] = CStringGetTextDatum(document->member_ref);
	values[3] = CStringGetTextDatum(document->service);
	values[4] = TimestampTzGetDatum(document->requested_at);
	values[5] = document_hash;
	if (plan_run(&insert_order, values, NULL) == 1)
	{
		order_id = plan_int64(0, 1, 0);
		order_clock_start(order_id, plan_int64(0, 2, 0), document->requested_at);
		audit_write_one(call, psprintf("order " INT64_FORMAT, order_id));
		return order_id;
	}
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

/*
 * order_lock locks the order with the reference.
 */
static void
order_lock(Call *call, const char *ref, Order *to)
{
	static SqlPlan lock = {
		"SELECT o.account_id, o.order_id, o.branch_id, o.state, o.requested_at FROM assure.order_ref r "
		"JOIN assure.service_order o ON o.account_id = r.account_id AND o.order_id = r.order_id WHERE r.ref = $1 FOR NO KEY UPDATE OF o",
		{TEXTOID}
	};
	Datum		value = CStringGetTextDatum(ref);

	if (plan_run(&lock, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("order \"%s\" does not exist", ref)));
	*to = (Order)
	{
		plan_int64(0, 1, 0), plan_int64(0, 2, 0), plan_int64(0, 3, 0), plan_text(0, 4), plan_int64(0, 5, 0)
	};
	call_require_branch(call, to->branch_id, psprintf("order \"%s\"", ref));
}

/*
 * finish marks the order done and counts it.
 */
static void
finish(Call *call, const char *ref, TimestampTz finished_at)
{
	static SqlPlan update = {
		"UPDATE assure.service_order SET state = 'done', finished_at = $3 WHERE account_id = $1 AND order_id = $2",
		{INT8OID, INT8OID, TIMESTAMPTZOID}
	};
	Order		locked;
	Datum		values[3];

	order_lock(call, ref, &locked);
	if (strcmp(locked.state, "requested") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("order \"%s\" is %s", ref, locked.state),
				 errhint("assure.finish_service() takes an order that is requested.")));
	if (finished_at < locked.requested_at || finished_at > GetCurrentTimestamp() + AHEAD_MAX_USEC)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("finished_at: %s is %s", timestamptz_to_str(finished_at),
						finished_at < locked.requested_at ? "before the order was requested" : "in the future")));
	values[0] = Int64GetDatum(locked.account_id);
	values[1] = Int64GetDatum(locked.order_id);
	values[2] = TimestampTzGetDatum(finished_at);
	plan_run(&update, values, NULL);
	coverage_served(locked.account_id, locked.order_id);
	order_clock_stop(locked.order_id);
	audit_write_one(call, psprintf("order " INT64_FORMAT, locked.order_id));
}

/*
 * assure_finish_service records that the service was done.
 */
PGDLLEXPORT Datum
assure_finish_service(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	char	   *ref;
	TimestampTz finished_at;
	StringInfoData arguments;
	Call		call;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("ref and finished_at must not be NULL")));
	ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	finished_at = PG_GETARG_TIMESTAMPTZ(1);
	initStringInfo(&arguments);
	digest_text(&arguments, ref);
	digest_moment(&arguments, finished_at);
	call_begin(&call, ORDER_SCOPES, "finish_service");
	if (request_begin(&call, request_id, &arguments) == NULL)
	{
		finish(&call, ref, finished_at);
		request_end_text(request_id, "done");
	}
	call_end(&call);
	PG_RETURN_VOID();
}

/*
 * cancel cancels the order; a service that was counted is taken back.
 */
static void
cancel(Call *call, const char *ref)
{
	static SqlPlan update = {
		"UPDATE assure.service_order SET state = 'cancelled' WHERE account_id = $1 AND order_id = $2", {INT8OID, INT8OID}
	};
	Order		locked;
	Datum		values[2];
	AuditRow	row = {.row_count = 1};

	order_lock(call, ref, &locked);
	if (strcmp(locked.state, "cancelled") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("order \"%s\" is cancelled", ref),
				 errhint("assure.cancel_service() takes an order that is requested or done.")));
	if (strcmp(locked.state, "done") == 0)
		coverage_withdrawn(locked.account_id, locked.order_id);
	values[0] = Int64GetDatum(locked.account_id);
	values[1] = Int64GetDatum(locked.order_id);
	plan_run(&update, values, NULL);
	order_clock_stop(locked.order_id);
	row.subject = psprintf("order " INT64_FORMAT " was %s", locked.order_id, locked.state);
	audit_write(call, &row);
}

/*
 * assure_cancel_service cancels an order, a finished one too.
 */
PGDLLEXPORT Datum
assure_cancel_service(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	char	   *ref;
	StringInfoData arguments;
	Call		call;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("ref must not be NULL")));
	ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	initStringInfo(&arguments);
	digest_text(&arguments, ref);
	call_begin(&call, ORDER_SCOPES, "cancel_service");
	if (request_begin(&call, request_id, &arguments) == NULL)
	{
		cancel(&call, ref);
		request_end_text(request_id, "cancelled");
	}
	call_end(&call);
	PG_RETURN_VOID();
}
