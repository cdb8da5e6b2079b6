/*-------------------------------------------------------------------------
 *
 * person_erased.c
 *		The places of who is erased.
 *
 * A county tells more than a figure needs.  What sets are kept for, the
 * prefecture, stays: a coarser place would count the person elsewhere than the
 * sets do.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "coverage/coverage.h"
#include "coverage/facts.h"

/*
 * coverage_person_erased makes the places of a member coarse.
 */
void
coverage_person_erased(int64 account_id, int64 member_id)
{
	static SqlPlan steps[] = {
		{"UPDATE assure.customer_location SET region = " PLACE_OF("region") ", source = '*' WHERE account_id = $1 AND member_id = $2", {INT8OID, INT8OID}},
		{"UPDATE assure.service_event SET customer_region = (" PLACE_OF("customer_region::assure.region") ")::text WHERE account_id = $1 AND member_id = $2", {INT8OID, INT8OID}},
		{"UPDATE assure.service_order SET customer_region = (" PLACE_OF("customer_region::assure.region") ")::text WHERE account_id = $1 AND member_id = $2", {INT8OID, INT8OID}},
		{"UPDATE assure.member SET region = (" PLACE_OF("region::assure.region") ")::text WHERE account_id = $1 AND member_id = $2", {INT8OID, INT8OID}}
	};
	Datum		values[2] = {Int64GetDatum(account_id), Int64GetDatum(member_id)};

	for (int i = 0; i < (int) lengthof(steps); i++)
		plan_run(&steps[i], values, NULL);
}
