/*-------------------------------------------------------------------------
 *
 * order_step.c
 *		The steps of service orders: one table says which are allowed, one path
 *		does them all.
 *
 * An order that waits for the customer goes on with its next step: then the
 * waiting ends at that moment, so that spans of waiting are always whole in
 * order_event.
 *
 * Steps are in order of time: none is before the last one.
 *
 * Locking: the order, then its clock.  A second session that means to move the
 * same order waits, then sees what the first has made of it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "audit/audit.h"
#include "core/errors.h"
#include "core/plan.h"
#include "coverage/coverage.h"
#include "service/order.h"
#include "sla/sla.h"

const char *const order_state_names[] = {
	"requested", "accepted", "scheduled", "in_service", "done", "evaluated", "cancelled", "failed"
};

#define BIT(state)	(1u << (state))
#define WORKING		(BIT(ORDER_REQUESTED) | BIT(ORDER_ACCEPTED) | BIT(ORDER_SCHEDULED) | BIT(ORDER_IN_SERVICE))
#define AHEAD_SCHEDULE_MAX_USEC (730 * USECS_PER_DAY)
#define SAME		ORDER_STATE_COUNT	/* the step does not change the state */

typedef struct OrderStep
{
	const char *function;
	const char *at_name;		/* the argument that says when */
	const char *event;
	OrderState	to;
	uint32		from;
} OrderStep;

static const OrderStep steps[STEP_KIND_COUNT] = {
	[STEP_ACCEPT] = {"accept_order", "accepted_at", "accepted", ORDER_ACCEPTED, BIT(ORDER_REQUESTED)},
	[STEP_SCHEDULE] = {"schedule_order", "scheduled_at", "scheduled", ORDER_SCHEDULED, BIT(ORDER_ACCEPTED) | BIT(ORDER_SCHEDULED)},
	[STEP_START] = {"start_service", "started_at", "in_service", ORDER_IN_SERVICE,
		BIT(ORDER_REQUESTED) | BIT(ORDER_ACCEPTED) | BIT(ORDER_SCHEDULED)},
	[STEP_FINISH] = {"finish_service", "finished_at", "done", ORDER_DONE, WORKING},
	[STEP_EVALUATE] = {"evaluate_service", "evaluated_at", "evaluated", ORDER_EVALUATED, BIT(ORDER_DONE)},
	[STEP_CANCEL] = {"cancel_service", "cancelled_at", "cancelled", ORDER_CANCELLED, WORKING | BIT(ORDER_DONE) | BIT(ORDER_EVALUATED)},
	[STEP_FAIL] = {"fail_order", "failed_at", "failed", ORDER_FAILED, WORKING},
	[STEP_WAIT] = {"wait_for_customer", "waiting_since", "waiting", SAME, WORKING},
	[STEP_RESUME] = {"resume_order", "resumed_at", "resumed", SAME, WORKING}
};

/* What a step writes; 0 and DT_NOBEGIN leave what is there. */
typedef struct OrderChange
{
	OrderState	state;
	const char *event;
	TimestampTz at;
	bool		is_waiting;		/* from now on */
	const char *reason;
	int64		supplier_id;
	int64		steward_id;
	TimestampTz scheduled_for;
	TimestampTz started_at;
	TimestampTz finished_at;
} OrderChange;

/*
 * order_step_function returns the name of the function that does the step.
 */
const char *
order_step_function(OrderStepKind kind)
{
	return steps[kind].function;
}

/*
 * order_state_of returns the state of a name.
 */
OrderState
order_state_of(const char *name)
{
	for (int i = 0; i < ORDER_STATE_COUNT; i++)
		if (strcmp(name, order_state_names[i]) == 0)
			return (OrderState) i;
	elog(ERROR, "an order has the unknown state \"%s\"", name);
}

/*
 * order_lock locks the order with the reference.
 */
static void
order_lock(Call *call, const char *ref, LockedOrder *order)
{
	static SqlPlan lock = {
		"SELECT o.account_id, o.order_id, o.branch_id, o.state, coalesce(o.state_at, o.finished_at, o.requested_at), o.waiting_since IS NOT NULL, "
		"  o.service_id, coalesce(o.service_region, o.customer_region), o.supplier_id FROM assure.order_ref r "
		"JOIN assure.service_order o ON o.account_id = r.account_id AND o.order_id = r.order_id WHERE r.ref = $1 FOR NO KEY UPDATE OF o",
		{TEXTOID}, .generic = true
	};
	Datum		value = CStringGetTextDatum(ref);
	int64		branch_id;

	if (plan_run(&lock, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("order \"%s\" does not exist", ref)));
	*order = (LockedOrder)
	{
		.account_id = plan_int64(0, 1, 0), .order_id = plan_int64(0, 2, 0), .state = order_state_of(plan_text(0, 4)),
		.moved_at = plan_int64(0, 5, 0), .is_waiting = plan_bool(0, 6), .service_id = plan_int64(0, 7, 0),
		.region = plan_text(0, 8), .supplier_id = plan_int64(0, 9, 0)
	};
	branch_id = plan_int64(0, 3, 0);
	call_require_branch(call, branch_id, psprintf("order \"%s\"", ref));
}

/*
 * states_text lists states as words do: "a, b or c".
 */
static char *
states_text(uint32 states)
{
	StringInfoData text;
	int			left = pg_popcount32(states);

	initStringInfo(&text);
	for (int i = 0; i < ORDER_STATE_COUNT; i++)
		if (states & BIT(i))
		{
			left--;
			appendStringInfo(&text, "%s%s", order_state_names[i], left == 0 ? "" : left == 1 ? " or " : ", ");
		}
	return text.data;
}

/*
 * next_text says what may be done with an order in the state.
 */
static char *
next_text(OrderState state)
{
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < STEP_WAIT; i++)
		if (steps[i].from & BIT(state))
			appendStringInfo(&text, "%sassure.%s()", text.len == 0 ? "" : ", ", steps[i].function);
	return text.data;
}

/*
 * check_state refuses a step that the order's state does not allow.
 */
static void
check_state(const OrderStep *step, const OrderStepWords *words, const LockedOrder *order)
{
	char	   *next;

	if ((step->from & BIT(order->state)) == 0)
	{
		next = next_text(order->state);
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("order \"%s\" is %s", words->ref, order_state_names[order->state]),
				 next[0] ? errdetail("What may follow: %s.", next) : errdetail("Nothing may follow."),
				 errhint("assure.%s() takes an order that is %s.", step->function, states_text(step->from))));
	}
	if (step->to == SAME && (step == &steps[STEP_WAIT]) == order->is_waiting)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("order \"%s\" %s for the customer", words->ref, order->is_waiting ? "waits already" : "does not wait"),
				 order->is_waiting ? errhint("assure.resume_order() ends it, and so does its next step.") :
				 errhint("assure.wait_for_customer() begins it.")));
}

/*
 * moment_of returns when the step was: as the caller says, neither before the last
 * step nor in the future; else now.
 */
static TimestampTz
moment_of(const OrderStep *step, const OrderStepWords *words, const LockedOrder *order)
{
	TimestampTz now = GetCurrentTimestamp();
	const char *last = order->is_waiting ? "to wait for the customer" : order_state_names[order->state];

	if (words->at == DT_NOBEGIN)
		return Max(now, order->moved_at);
	if (words->at < order->moved_at || words->at > now + AHEAD_MAX_USEC)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 words->at < order->moved_at ?
				 errmsg("%s: %s is before the order was %s", step->at_name, timestamptz_to_str(words->at), last) :
				 errmsg("%s: %s is in the future", step->at_name, timestamptz_to_str(words->at)),
				 errhint("Its last step was at %s.", timestamptz_to_str(order->moved_at))));
	return words->at;
}

/*
 * order_step_check refuses a step that may not be, and returns when it was.
 */
TimestampTz
order_step_check(OrderStepKind kind, const OrderStepWords *words, const LockedOrder *order)
{
	check_state(&steps[kind], words, order);
	return moment_of(&steps[kind], words, order);
}

/*
 * choose_who finds out who does the service, where the step says it: both are to
 * be able to on the day of the step, or of the appointment.
 */
static void
choose_who(const OrderStepWords *words, const LockedOrder *order, OrderChange *change)
{
	TimestampTz moment = words->scheduled_for != DT_NOBEGIN ? words->scheduled_for : change->at;
	DateADT		day = DatumGetDateADT(DirectFunctionCall1(timestamptz_date, TimestampTzGetDatum(moment)));
	int64		supplier_id = order->supplier_id;
	const char *supplier = words->supplier;

	if (words->supplier != NULL)
		supplier_id = offer_check_supplier(words->supplier, order->service_id, order->region, day);
	if (words->steward != NULL)
		change->steward_id = offer_check_steward(words->steward, day, &supplier_id);
	if (supplier == NULL && supplier_id != 0)
	{
		supplier = supplier_code(supplier_id);
		(void) offer_check_supplier(supplier, order->service_id, order->region, day);
	}
	change->supplier_id = supplier_id;
}

static SqlPlan insert_event = {
	"INSERT INTO assure.order_event (account_id, order_id, event, happened_at, recorded_by, actor_worker_id, reason, supplier_id, steward_id, scheduled_for) "
	"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
	{INT8OID, INT8OID, TEXTOID, TIMESTAMPTZOID, TEXTOID, INT8OID, TEXTOID, INT8OID, INT8OID, TIMESTAMPTZOID}
};

/*
 * event_write notes an event of the order.
 */
static void
event_write(Call *call, int64 account_id, int64 order_id, const OrderChange *change)
{
	int64		actor = call_actor(call);
	Datum		values[10];
	char		nulls[11] = "          ";

	values[0] = Int64GetDatum(account_id);
	values[1] = Int64GetDatum(order_id);
	values[2] = CStringGetTextDatum(change->event);
	values[3] = TimestampTzGetDatum(change->at);
	values[4] = CStringGetTextDatum(call->session_role);
	values[5] = Int64GetDatum(actor);
	nulls[5] = actor == 0 ? 'n' : ' ';
	values[6] = change->reason ? CStringGetTextDatum(change->reason) : (Datum) 0;
	nulls[6] = change->reason ? ' ' : 'n';
	values[7] = Int64GetDatum(change->supplier_id);
	nulls[7] = change->supplier_id == 0 ? 'n' : ' ';
	values[8] = Int64GetDatum(change->steward_id);
	nulls[8] = change->steward_id == 0 ? 'n' : ' ';
	values[9] = TimestampTzGetDatum(change->scheduled_for);
	nulls[9] = change->scheduled_for == DT_NOBEGIN ? 'n' : ' ';
	plan_run(&insert_event, values, nulls);
}

/*
 * order_event_requested notes that an order was made.
 */
void
order_event_requested(Call *call, int64 account_id, int64 order_id, TimestampTz requested_at, int64 supplier_id)
{
	OrderChange change = {
		.event = order_state_names[ORDER_REQUESTED], .at = requested_at, .supplier_id = supplier_id, .scheduled_for = DT_NOBEGIN
	};

	event_write(call, account_id, order_id, &change);
}

/*
 * change_write writes the order's new state and what the step says.
 */
static void
change_write(const LockedOrder *order, const OrderChange *change)
{
	static SqlPlan update = {
		"UPDATE assure.service_order SET state = $3, state_at = $4, waiting_since = CASE WHEN $5 THEN $4 END, "
		"  supplier_id = coalesce(nullif($6, 0), supplier_id), steward_id = coalesce(nullif($7, 0), steward_id), "
		"  scheduled_for = coalesce($8, scheduled_for), started_at = coalesce($9, started_at), finished_at = coalesce($10, finished_at) "
		"WHERE account_id = $1 AND order_id = $2",
		{INT8OID, INT8OID, TEXTOID, TIMESTAMPTZOID, BOOLOID, INT8OID, INT8OID, TIMESTAMPTZOID, TIMESTAMPTZOID, TIMESTAMPTZOID}, .generic = true
	};
	TimestampTz moments[] = {change->scheduled_for, change->started_at, change->finished_at};
	Datum		values[10];
	char		nulls[11] = "          ";

	values[0] = Int64GetDatum(order->account_id);
	values[1] = Int64GetDatum(order->order_id);
	values[2] = CStringGetTextDatum(order_state_names[change->state]);
	values[3] = TimestampTzGetDatum(change->at);
	values[4] = BoolGetDatum(change->is_waiting);
	values[5] = Int64GetDatum(change->supplier_id);
	values[6] = Int64GetDatum(change->steward_id);
	for (int i = 0; i < (int) lengthof(moments); i++)
	{
		values[7 + i] = TimestampTzGetDatum(moments[i]);
		nulls[7 + i] = moments[i] == DT_NOBEGIN ? 'n' : ' ';
	}
	plan_run(&update, values, nulls);
}

/*
 * evaluation_write keeps what the customer thought.
 */
static void
evaluation_write(const LockedOrder *order, const OrderStepWords *words)
{
	static SqlPlan insert = {
		"INSERT INTO assure.service_evaluation (account_id, order_id, score, words) VALUES ($1, $2, $3, $4)",
		{INT8OID, INT8OID, INT2OID, TEXTOID}
	};
	Datum		values[4];

	values[0] = Int64GetDatum(order->account_id);
	values[1] = Int64GetDatum(order->order_id);
	values[2] = Int16GetDatum((int16) words->score);
	values[3] = words->words ? CStringGetTextDatum(words->words) : (Datum) 0;
	plan_run(&insert, values, words->words ? NULL : "   n");
}

/*
 * clock_follow has the order's clock do what the step means for it.
 */
static void
clock_follow(OrderStepKind kind, const LockedOrder *order)
{
	switch (kind)
	{
		case STEP_FINISH:
		case STEP_CANCEL:
		case STEP_FAIL:
			order_clocks_stop(&order->order_id, 1);
			break;
		case STEP_WAIT:
			order_clock_pause(order->order_id);
			break;
		case STEP_EVALUATE:
			break;
		default:
			if (order->is_waiting)
				order_clock_resume(order->order_id);
			order_clock_progress(order->order_id);
	}
}

/*
 * coverage_follow has what is done count, and what is taken back no longer.
 */
static void
coverage_follow(OrderStepKind kind, const LockedOrder *order)
{
	if (kind == STEP_FINISH)
		coverage_served(array_of_int64(&order->account_id, 1), array_of_int64(&order->order_id, 1));
	else if (kind == STEP_CANCEL && (order->state == ORDER_DONE || order->state == ORDER_EVALUATED))
		coverage_withdrawn(order->account_id, order->order_id);
}

/*
 * order_step does one step of an order.
 */
void
order_step(Call *call, OrderStepKind kind, const OrderStepWords *words)
{
	const OrderStep *step = &steps[kind];
	OrderChange change = {.event = step->event, .reason = words->reason, .scheduled_for = words->scheduled_for,
	.started_at = DT_NOBEGIN, .finished_at = DT_NOBEGIN, .is_waiting = kind == STEP_WAIT};
	AuditRow	audit = {.row_count = 1};
	LockedOrder order;

	order_lock(call, words->ref, &order);
	change.at = order_step_check(kind, words, &order);
	change.state = step->to == SAME ? order.state : step->to;
	if (kind == STEP_SCHEDULE && (words->scheduled_for < change.at || words->scheduled_for - change.at > AHEAD_SCHEDULE_MAX_USEC))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errfield("scheduled_for"), errmsg("scheduled_for: %s is not within two years after it was scheduled", timestamptz_to_str(words->scheduled_for)),
				 errhint("It was scheduled at %s.", timestamptz_to_str(change.at))));
	if (kind == STEP_ACCEPT || kind == STEP_SCHEDULE)
		choose_who(words, &order, &change);
	if (kind == STEP_START)
		change.started_at = change.at;
	if (kind == STEP_FINISH)
		change.finished_at = change.at;
	change_write(&order, &change);
	if (order.is_waiting && kind != STEP_RESUME)
	{
		OrderChange resumed = {.event = steps[STEP_RESUME].event, .at = change.at, .scheduled_for = DT_NOBEGIN};

		event_write(call, order.account_id, order.order_id, &resumed);
	}
	event_write(call, order.account_id, order.order_id, &change);
	if (kind == STEP_EVALUATE)
		evaluation_write(&order, words);
	coverage_follow(kind, &order);
	clock_follow(kind, &order);
	audit.subject = psprintf("order " INT64_FORMAT " was %s", order.order_id, order_state_names[order.state]);
	audit_write(call, &audit);
}
