/*-------------------------------------------------------------------------
 *
 * coverage.h
 *		What the room "coverage" offers: services that count.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_COVERAGE_COVERAGE_H
#define ASSURE_COVERAGE_COVERAGE_H

#include "postgres.h"

/*
 * A finished order counts from now on (its finished_at is written), or one that
 * did no longer does.  The caller has locked the order.
 */
extern void coverage_served(int64 account_id, int64 order_id);
extern void coverage_withdrawn(int64 account_id, int64 order_id);

#endif							/* ASSURE_COVERAGE_COVERAGE_H */
