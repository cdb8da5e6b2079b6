/*-------------------------------------------------------------------------
 *
 * order.h
 *		Service orders: their states, the steps between them, who may do them.
 *
 *		requested -> accepted -> scheduled -> in_service -> done -> evaluated
 *		cancelled, failed
 *
 * Steps may be left out where a supplier tells only the end (order_step.c has the
 * table); none goes back, but a scheduled order may be scheduled anew.  Beside its
 * state an order waits for the customer, or does not.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_SERVICE_ORDER_H
#define ASSURE_SERVICE_ORDER_H

#include "postgres.h"

#include "datatype/timestamp.h"
#include "fmgr.h"
#include "utils/date.h"
#include "utils/jsonb.h"

#include "core/call.h"

#define ORDER_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define ORDER_TEXT_BYTES_MAX 200
#define ORDER_WORDS_BYTES_MAX 2000
#define AHEAD_MAX_USEC (10 * USECS_PER_MINUTE)	/* clocks of others may be ahead */

typedef enum OrderState
{
	ORDER_REQUESTED,			/* accepted, in_service, done; cancelled, failed */
	ORDER_ACCEPTED,				/* scheduled, in_service, done; cancelled, failed */
	ORDER_SCHEDULED,			/* scheduled, in_service, done; cancelled, failed */
	ORDER_IN_SERVICE,			/* done; cancelled, failed */
	ORDER_DONE,					/* evaluated; cancelled */
	ORDER_EVALUATED,			/* cancelled */
	ORDER_CANCELLED,
	ORDER_FAILED,
	ORDER_STATE_COUNT
} OrderState;

extern const char *const order_state_names[ORDER_STATE_COUNT];

typedef enum OrderStepKind
{
	STEP_ACCEPT,
	STEP_SCHEDULE,
	STEP_START,
	STEP_FINISH,
	STEP_EVALUATE,
	STEP_CANCEL,
	STEP_FAIL,
	STEP_WAIT,
	STEP_RESUME,
	STEP_KIND_COUNT
} OrderStepKind;

/* What a caller says of a step. */
typedef struct OrderStepWords
{
	const char *ref;
	TimestampTz at;				/* DT_NOBEGIN: now */
	const char *reason;			/* NULL: none */
	const char *supplier;
	const char *steward;
	TimestampTz scheduled_for;	/* DT_NOBEGIN: none */
	int			score;			/* 0: none */
	const char *words;
} OrderStepWords;

/* An order that is locked. */
typedef struct LockedOrder
{
	int64		account_id;
	int64		order_id;
	OrderState	state;
	TimestampTz moved_at;		/* its last step */
	bool		is_waiting;
	int64		service_id;
	char	   *region;			/* where it is to be done */
	int64		supplier_id;	/* 0: none */
} LockedOrder;

/* order_step.c: locks the order, checks, writes and notes the step. */
extern void order_step(Call *call, OrderStepKind kind, const OrderStepWords *words);

/* Its checks alone: refuse a step that the order's state or its last step is against; return when it was. */
extern OrderState order_state_of(const char *name);
extern TimestampTz order_step_check(OrderStepKind kind, const OrderStepWords *words, const LockedOrder *order);

/* order_finish.c: many orders are finished, all or none; returns how many. */
extern int64 orders_finish(Call *call, Jsonb *document);
extern const char *order_step_function(OrderStepKind kind);
extern void order_event_requested(Call *call, int64 account_id, int64 order_id, TimestampTz requested_at, int64 supplier_id);

/*
 * order_offer.c: who may do a service on a day in a region; each returns the key
 * or raises what is in the way.
 */
extern int64 offer_check_supplier(const char *code, int64 service_id, const char *region, DateADT day);
extern int64 offer_check_steward(const char *code, DateADT day, int64 *supplier_id);
extern char *supplier_code(int64 supplier_id);

#endif							/* ASSURE_SERVICE_ORDER_H */
