/*-------------------------------------------------------------------------
 *
 * coverage.h
 *		What the room "coverage" offers: services that count, people who change.
 *
 * The caller has begun its call (core/call.h).
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_COVERAGE_COVERAGE_H
#define ASSURE_COVERAGE_COVERAGE_H

#include "postgres.h"

/*
 * Finished orders count from now on (their finished_at is written; the keys are
 * arrays of bigint), or one that did no longer does.  The caller has locked them.
 */
extern void coverage_served(Datum account_ids, Datum order_ids);
extern void coverage_served_one(int64 account_id, int64 order_id);
extern void coverage_withdrawn(int64 account_id, int64 order_id);

/*
 * coverage_people_changed is called after members were enrolled, or their
 * enrollments were written; the keys are arrays of bigint.  particulars: those
 * were written too, or where they live.
 */
extern void coverage_people_changed(Datum account_ids, Datum member_ids, bool particulars);

/*
 * coverage_person_erased makes the places of a member as coarse as sets are kept,
 * so that what coverage says does not change.  Rows that are append-only may be
 * updated meanwhile.
 */
extern void coverage_person_erased(int64 account_id, int64 member_id);

/*
 * person_numbers deals out numbers to people who are enrolled: who is known by
 * the resident_id (NULL: not stated) keeps the number, others get the next of a
 * block of their prefecture.
 */
extern void person_numbers(const char *const *regions, const char *const *resident_ids, int count, int32 *numbers);

#endif							/* ASSURE_COVERAGE_COVERAGE_H */
