/*-------------------------------------------------------------------------
 *
 * order_finish.c
 *		Many orders are finished at once: a supplier's list of what it did.
 *
 * Each order is checked as assure.finish_service() does it, and each table is
 * written by one statement for all of them.  All are finished or none: what is
 * refused names its order.
 *
 * Locking: the orders in the order of their keys, so that two lists with orders
 * in common wait for each other and do not lock each other out; then their clocks.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "audit/audit.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "coverage/coverage.h"
#include "service/order.h"
#include "sla/sla.h"

#define ORDERS_MAX 10000

/* An order of the list. */
typedef struct FinishedOrder
{
	OrderStepWords words;
	LockedOrder locked;			/* order_id 0: not found yet */
	TimestampTz at;
} FinishedOrder;

/*
 * list_read reads the list: [{ref, finished_at}].
 */
static FinishedOrder *
list_read(Jsonb *document, int *count)
{
	static const char *const keys[] = {"ref", "finished_at", NULL};
	FinishedOrder *orders;
	DocReader	reader;
	DocNode		root;

	doc_open(&reader, &root, document, "orders", ERRCODE_INVALID_PARAMETER_VALUE);
	*count = Max(doc_list(&root, 0, ORDERS_MAX), 0);
	orders = palloc0(mul_size(sizeof(FinishedOrder), (Size) *count + 1));
	for (int i = 0; i < *count; i++)
	{
		OrderStepWords *words = &orders[i].words;
		DocNode		node;
		DocNode		value;

		doc_element(&root, i, &node);
		*words = (OrderStepWords) {.at = DT_NOBEGIN, .scheduled_for = DT_NOBEGIN};
		if (!doc_object(&node, keys))
			continue;
		if (doc_require(&node, "ref", &value))
			words->ref = doc_text(&value, ORDER_TEXT_BYTES_MAX);
		if (doc_require(&node, "finished_at", &value))
			words->at = doc_timestamp(&value);
	}
	doc_report(&reader, NULL);
	return orders;
}

/*
 * branch_check refuses an order of a branch that is not open; neighbours
 * are mostly of one branch.
 */
static void
branch_check(Call *call, int64 branch_id, int64 *checked, const char *ref)
{
	if (branch_id != *checked)
		call_require_branch(call, branch_id, psprintf("order \"%s\"", ref));
	*checked = branch_id;
}

/*
 * locked_row takes what the statement below says of an order.
 */
static void
locked_row(FinishedOrder *order, uint64 row)
{
	order->locked = (LockedOrder)
	{
		.account_id = plan_int64(row, 2, 0), .order_id = plan_int64(row, 3, 0), .state = order_state_of(plan_text(row, 5)),
		.moved_at = plan_int64(row, 6, 0), .is_waiting = plan_bool(row, 7)
	};
	if (row > 0 && plan_int64(row - 1, 3, 0) == order->locked.order_id)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("orders: \"%s\" stands there twice", order->words.ref)));
}

/*
 * list_lock locks the orders and takes what is known of them.
 */
static void
list_lock(Call *call, FinishedOrder *orders, int count)
{
	static SqlPlan lock = {
		"SELECT k.n, o.account_id, o.order_id, o.branch_id, o.state, coalesce(o.state_at, o.finished_at, o.requested_at), o.waiting_since IS NOT NULL "
		"FROM unnest($1) WITH ORDINALITY AS k (ref, n) JOIN assure.order_ref r ON r.ref = k.ref "
		"JOIN assure.service_order o ON o.account_id = r.account_id AND o.order_id = r.order_id "
		"ORDER BY o.account_id, o.order_id FOR NO KEY UPDATE OF o", {TEXTARRAYOID}, .generic = true
	};
	Column		refs;
	Datum		value;
	uint64		found;
	int64	   *branches = palloc(mul_size(sizeof(int64), (Size) count + 1));
	int64		checked = 0;

	column_start(&refs, TEXTOID);
	for (int i = 0; i < count; i++)
		column_add_text(&refs, orders[i].words.ref);
	value = column_array(&refs);
	found = plan_run(&lock, &value, NULL);
	for (uint64 row = 0; row < found; row++)
	{
		int			n = (int) plan_int64(row, 1, 0) - 1;

		branches[n] = plan_int64(row, 4, 0);
		locked_row(&orders[n], row);
	}
	for (int i = 0; i < count; i++)
	{
		if (orders[i].locked.order_id == 0)
			ereport(ERROR,
					(errcode(ERRCODE_NO_DATA_FOUND), errmsg("order \"%s\" does not exist", orders[i].words.ref)));
		branch_check(call, branches[i], &checked, orders[i].words.ref);
	}
}

/* Columns of what is written. */
typedef struct FinishColumns
{
	Datum		account_ids;
	Datum		order_ids;
	Datum		moments;
	Datum		waited;
} FinishColumns;

/*
 * columns_make makes the parameters that the statements have in common.
 */
static FinishColumns
columns_make(const FinishedOrder *orders, int count)
{
	Column		columns[4];
	Oid			types[4] = {INT8OID, INT8OID, TIMESTAMPTZOID, BOOLOID};

	for (int i = 0; i < (int) lengthof(columns); i++)
		column_start(&columns[i], types[i]);
	for (int i = 0; i < count; i++)
	{
		column_add_int64(&columns[0], orders[i].locked.account_id);
		column_add_int64(&columns[1], orders[i].locked.order_id);
		column_add(&columns[2], TimestampTzGetDatum(orders[i].at));
		column_add(&columns[3], BoolGetDatum(orders[i].locked.is_waiting));
	}
	return (FinishColumns)
	{
		column_array(&columns[0]), column_array(&columns[1]), column_array(&columns[2]), column_array(&columns[3])
	};
}

/*
 * orders_write writes the orders' state and their events: where one waited for the
 * customer, first that it does no longer.
 */
static void
orders_write(Call *call, const FinishColumns *columns, bool any_waited)
{
	static SqlPlan update = {
		"UPDATE assure.service_order o SET state = 'done', state_at = k.at, finished_at = k.at, waiting_since = NULL "
		"FROM unnest($1, $2, $3) AS k (account_id, order_id, at) WHERE o.account_id = k.account_id AND o.order_id = k.order_id",
		{INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID}, .generic = true
	};
	static SqlPlan resumed = {
		"INSERT INTO assure.order_event (account_id, order_id, event, happened_at, recorded_by, actor_worker_id) "
		"SELECT account_id, order_id, 'resumed', at, $4, nullif($5, 0) FROM unnest($1, $2, $3, $6) AS k (account_id, order_id, at, waited) WHERE waited",
		{INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID, TEXTOID, INT8OID, BOOLARRAYOID}, .generic = true
	};
	static SqlPlan done = {
		"INSERT INTO assure.order_event (account_id, order_id, event, happened_at, recorded_by, actor_worker_id) "
		"SELECT account_id, order_id, 'done', at, $4, nullif($5, 0) FROM unnest($1, $2, $3) AS k (account_id, order_id, at)",
		{INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID, TEXTOID, INT8OID}, .generic = true
	};
	Datum		values[6] = {columns->account_ids, columns->order_ids, columns->moments};

	values[3] = CStringGetTextDatum(call->session_role);
	values[4] = Int64GetDatum(call_actor(call));
	values[5] = columns->waited;
	plan_run(&update, values, NULL);
	if (any_waited)
		plan_run(&resumed, values, NULL);
	plan_run(&done, values, NULL);
}

/*
 * list_audit writes one row for all, with their keys.
 */
static void
list_audit(Call *call, const int64 *order_ids, int count)
{
	AuditRow	row = {.row_count = count, .subject = psprintf("%d orders", count)};
	StringInfoData detail;

	initStringInfo(&detail);
	for (int i = 0; i < count; i++)
		appendStringInfo(&detail, "%s" INT64_FORMAT, i == 0 ? "{\"orders\": [" : ", ", order_ids[i]);
	appendStringInfoString(&detail, "]}");
	row.detail = detail.data;
	audit_write(call, &row);
}

/*
 * orders_finish finishes the orders of a list.
 */
int64
orders_finish(Call *call, Jsonb *document)
{
	int			count;
	FinishedOrder *orders = list_read(document, &count);
	FinishColumns columns;
	bool		any_waited = false;
	int64	   *order_ids = palloc(mul_size(sizeof(int64), (Size) count + 1));

	if (count == 0)
		return 0;
	list_lock(call, orders, count);
	for (int i = 0; i < count; i++)
	{
		orders[i].at = order_step_check(STEP_FINISH, &orders[i].words, &orders[i].locked);
		order_ids[i] = orders[i].locked.order_id;
		any_waited = any_waited || orders[i].locked.is_waiting;
	}
	columns = columns_make(orders, count);
	orders_write(call, &columns, any_waited);
	coverage_served(columns.account_ids, columns.order_ids);
	order_clocks_stop(order_ids, count);
	list_audit(call, order_ids, count);
	return count;
}
