/*-------------------------------------------------------------------------
 *
 * reservation.h
 *		Open tasks that are locked become reserved, with their events.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_WORK_RESERVATION_H
#define ASSURE_WORK_RESERVATION_H

#include "core/call.h"
#include "core/index_read.h"
#include "core/row_write.h"
#include "datatype/timestamp.h"

/* A task that somebody gets. */
typedef struct Reservation
{
	int64		task_id;
	int64		worker_id;
	TimestampTz until;			/* DT_NOEND: for ever */
} Reservation;

/* Many of them, as they are written. */
typedef struct ReservationWrite
{
	bool		is_direct;		/* no statement is asked for */
	RowWrite	tasks;
	Datum		state;
	AttrNumber	state_column;
	AttrNumber	state_since_column;
	AttrNumber	worker_id_column;
	AttrNumber	state_until_column;
	int			count;
	int			capacity;
	Reservation *written;
} ReservationWrite;

/*
 * begin; then each task, which is locked and the row at hand of an index read of
 * assure.task; then end, which writes what was not yet, and the events.  No other
 * statement runs between begin and end.
 */
extern void reservations_begin(ReservationWrite *write, const IndexRead *tasks);
extern void reservations_add(ReservationWrite *write, TupleTableSlot *task, const Reservation *reservation);
extern void reservations_end(ReservationWrite *write, Call *call, const char *reason_or_null);

#endif							/* ASSURE_WORK_RESERVATION_H */
