/*-------------------------------------------------------------------------
 *
 * reservation.c
 *		Open tasks that are locked become reserved, with their events.
 *
 * A dispatch writes a hundred thousand of them: each task as soon as it is locked
 * and at hand, then the events in the order of the tasks, both without a statement
 * (core/row_write.h) unless something asks for one.
 *
 * Memory: CurrentMemoryContext.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/sequence.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/rel.h"
#include "utils/timestamp.h"

#include "core/plan.h"
#include "work/reservation.h"
#include "work/task.h"

#define RESERVATIONS_AT_FIRST 64

/* Columns of assure.task_event. */
enum
{
	EVENT_TASK_ID = 1, EVENT_ID, EVENT_HAPPENED_AT, EVENT_EVENT, EVENT_WORKER_ID, EVENT_SESSION_ROLE, EVENT_ACTOR_WORKER_ID, EVENT_REASON,
	EVENT_COLUMNS = EVENT_REASON
};

/*
 * reservations_begin opens the tasks for writing.
 */
void
reservations_begin(ReservationWrite *write, const IndexRead *tasks)
{
	static PreparedTable table = {"task"};

	*write = (ReservationWrite) {
		.tasks = {&table}, .state = CStringGetTextDatum("reserved"),
		.state_column = index_read_column(tasks, "state"), .state_since_column = index_read_column(tasks, "state_since"),
		.worker_id_column = index_read_column(tasks, "worker_id"), .state_until_column = index_read_column(tasks, "state_until"),
		.capacity = RESERVATIONS_AT_FIRST, .written = palloc(sizeof(Reservation) * RESERVATIONS_AT_FIRST)
	};
	write->is_direct = row_write_open(&write->tasks);
}

/*
 * reservations_add notes the reservation of the task at hand, and writes it if it
 * can.
 */
void
reservations_add(ReservationWrite *write, TupleTableSlot *task, const Reservation *reservation)
{
	if (write->count == write->capacity)
	{
		write->capacity *= 2;
		write->written = repalloc(write->written, mul_size(sizeof(Reservation), write->capacity));
	}
	write->written[write->count++] = *reservation;
	if (!write->is_direct)
		return;
	row_write_from(&write->tasks, task);
	row_write_set(&write->tasks, write->state_column, write->state);
	row_write_set(&write->tasks, write->state_since_column, TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()));
	row_write_set(&write->tasks, write->worker_id_column, Int64GetDatum(reservation->worker_id));
	if (reservation->until != DT_NOEND)
		row_write_set(&write->tasks, write->state_until_column, TimestampTzGetDatum(reservation->until));
	else
		row_write_null(&write->tasks, write->state_until_column);
	row_write_update(&write->tasks, task);
}

/*
 * update_tasks writes the tasks by a statement.
 */
static void
update_tasks(const ReservationWrite *write)
{
	static SqlPlan update = {
		"UPDATE assure.task t SET state = 'reserved', state_since = now(), worker_id = u.worker_id, state_until = u.state_until "
		"FROM unnest($1, $2, $3) u (task_id, worker_id, state_until) WHERE t.task_id = u.task_id",
		{INT8ARRAYOID, INT8ARRAYOID, TIMESTAMPTZARRAYOID}, .generic = true
	};
	Column		columns[3];
	Datum		values[3];

	column_start(&columns[0], INT8OID);
	column_start(&columns[1], INT8OID);
	column_start(&columns[2], TIMESTAMPTZOID);
	for (int i = 0; i < write->count; i++)
	{
		column_add_int64(&columns[0], write->written[i].task_id);
		column_add_int64(&columns[1], write->written[i].worker_id);
		if (write->written[i].until == DT_NOEND)
			column_add_null(&columns[2]);
		else
			column_add(&columns[2], TimestampTzGetDatum(write->written[i].until));
	}
	for (int i = 0; i < 3; i++)
		values[i] = column_array(&columns[i]);
	if (plan_run(&update, values, NULL) != (uint64) write->count)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("tasks were opened after this transaction began"),
				 errhint("Retry the transaction.")));
}

/*
 * insert_events writes the events by a statement.
 */
static void
insert_events(const ReservationWrite *write, Call *call, const char *reason)
{
	static SqlPlan insert = {
		"INSERT INTO assure.task_event (task_id, event, worker_id, session_role, actor_worker_id, reason) "
		"SELECT u.task_id, 'reserved', u.worker_id, $3, nullif($4, 0), $5 FROM unnest($1, $2) WITH ORDINALITY u (task_id, worker_id, n) ORDER BY u.n",
		{INT8ARRAYOID, INT8ARRAYOID, TEXTOID, INT8OID, TEXTOID}, .generic = true
	};
	Column		columns[2];
	Datum		values[5] = {0, 0, CStringGetTextDatum(call->session_role), Int64GetDatum(call_actor(call)), reason ? CStringGetTextDatum(reason) : (Datum) 0};

	for (int i = 0; i < 2; i++)
		column_start(&columns[i], INT8OID);
	for (int i = 0; i < write->count; i++)
	{
		column_add_int64(&columns[0], write->written[i].task_id);
		column_add_int64(&columns[1], write->written[i].worker_id);
	}
	for (int i = 0; i < 2; i++)
		values[i] = column_array(&columns[i]);
	plan_run(&insert, values, reason ? "     " : "    n");
}

/*
 * write_events writes the events without a statement; false: they ask for one.
 */
static bool
write_events(const ReservationWrite *write, Call *call, const char *reason)
{
	static PreparedTable table = {"task_event", EVENT_COLUMNS};
	RowWrite	events = {&table};
	Oid			sequence;
	int64		actor_id = call_actor(call);
	Datum		event = CStringGetTextDatum("reserved");
	Datum		session_role = CStringGetTextDatum(call->session_role);
	Datum		because = reason ? CStringGetTextDatum(reason) : (Datum) 0;

	if (!row_write_open(&events))
		return false;
	sequence = get_relname_relid("task_event_id_seq", RelationGetNamespace(events.table));
	for (int i = 0; i < write->count; i++)
	{
		row_write_empty(&events);
		row_write_set(&events, EVENT_TASK_ID, Int64GetDatum(write->written[i].task_id));
		row_write_set(&events, EVENT_ID, Int64GetDatum(nextval_internal(sequence, true)));
		row_write_set(&events, EVENT_HAPPENED_AT, TimestampTzGetDatum(GetCurrentTransactionStartTimestamp()));
		row_write_set(&events, EVENT_EVENT, event);
		row_write_set(&events, EVENT_WORKER_ID, Int64GetDatum(write->written[i].worker_id));
		row_write_set(&events, EVENT_SESSION_ROLE, session_role);
		if (actor_id != 0)
			row_write_set(&events, EVENT_ACTOR_WORKER_ID, Int64GetDatum(actor_id));
		if (reason != NULL)
			row_write_set(&events, EVENT_REASON, because);
		row_write_insert(&events);
	}
	row_write_close(&events);
	return true;
}

/*
 * reservations_end writes what is left.
 */
void
reservations_end(ReservationWrite *write, Call *call, const char *reason)
{
	if (write->is_direct)
		row_write_close(&write->tasks);
	if (write->count == 0)
		return;
	if (!write->is_direct)
		update_tasks(write);
	if (!write_events(write, call, reason))
		insert_events(write, call, reason);
}
