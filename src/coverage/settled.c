/*-------------------------------------------------------------------------
 *
 * settled.c
 *		Up to which key no event is to come any more.
 *
 * Keys come from a sequence and transactions commit in any order, so an event with
 * a low key may appear after one with a high key was merged.  Who writes an event
 * has locked the table (ROW EXCLUSIVE) before it takes the key, and keeps the
 * lock until its transaction ends.  So: read the sequence, then who holds such a
 * lock; once none of these holds it any more, every event up to that key is there
 * or never will be.
 *
 * This needs no transaction numbers: a key may be taken before the transaction has
 * one, and in a restored database they mean nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "portability/instr_time.h"

#include "core/plan.h"
#include "coverage/refresh.h"

#define NAP_USEC 5000

/*
 * writers_left says whether any of these transactions still writes events.
 */
static bool
writers_left(Datum transactions)
{
	static SqlPlan find = {
		"SELECT 1 FROM pg_catalog.pg_locks l WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted "
		"AND l.relation = 'assure.service_event'::regclass AND l.virtualtransaction = ANY ($1) "
		"AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database()) LIMIT 1", {TEXTARRAYOID}
	};

	return plan_run(&find, &transactions, NULL) > 0;
}

/*
 * events_settled returns that key; 0 if others still write after so many
 * milliseconds.
 */
int64
events_settled(int wait_ms)
{
	static SqlPlan last = {"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM assure.service_event_id_seq", {0}};
	static SqlPlan writers = {
		"SELECT array_agg(DISTINCT l.virtualtransaction) FROM pg_catalog.pg_locks l WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted "
		"AND l.relation = 'assure.service_event'::regclass AND l.pid IS DISTINCT FROM pg_backend_pid() "
		"AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())", {0}
	};
	instr_time	since;
	instr_time	now;
	int64		settled;
	Datum		transactions;
	bool		isnull;

	plan_run(&last, NULL, NULL);
	settled = plan_int64(0, 1, 0);
	plan_run(&writers, NULL, NULL);
	transactions = plan_datum(0, 1, &isnull);
	INSTR_TIME_SET_CURRENT(since);
	while (!isnull && writers_left(transactions))
	{
		INSTR_TIME_SET_CURRENT(now);
		INSTR_TIME_SUBTRACT(now, since);
		if (INSTR_TIME_GET_MILLISEC(now) >= wait_ms)
			return 0;
		CHECK_FOR_INTERRUPTS();
		pg_usleep(NAP_USEC);
	}
	return settled;
}
