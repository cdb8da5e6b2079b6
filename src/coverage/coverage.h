/*-------------------------------------------------------------------------
 *
 * coverage.h
 *		What the room "coverage" offers: events that are counted, and people who
 *		changed.
 *
 * The caller's transaction has begun its call (core/call.h).
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_COVERAGE_COVERAGE_H
#define ASSURE_COVERAGE_COVERAGE_H

#include "postgres.h"

#include "core/plan.h"

/*
 * service_event_write records what coverage counts of an order that the caller
 * has locked: "served" when it is done (finished_at must be set), "withdrawn" when
 * a finished one is cancelled.  The customer's location is that of the day of
 * service.  service_region is where it was done, six digits; NULL: nowhere in
 * particular.
 */
extern void service_event_write(int64 account_id, int64 order_id, const char *event, const char *service_region);

/*
 * coverage_people_changed is called after people, their enrollments or their
 * particulars were written: two arrays of keys, account_id and member_id.  It sees
 * to their numbers, to events that now count elsewhere, and to the sets.
 */
extern void coverage_people_changed(Datum account_ids, Datum member_ids);

#endif							/* ASSURE_COVERAGE_COVERAGE_H */
