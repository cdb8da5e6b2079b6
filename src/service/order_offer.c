/*-------------------------------------------------------------------------
 *
 * order_offer.c
 *		Whether a supplier may do a service on a day in a region: under contract
 *		that day, with an open place in that prefecture that offers it.  And
 *		whether a steward is active.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "service/order.h"
#include "type/region.h"

/*
 * A place and a region $2 belong together if one lies in the other, or both in one
 * prefecture; $2 is the prefecture already where there is one.
 */
#define PLACE_OPEN_THERE \
	"(p.region OPERATOR(assure.<@) $2::assure.region OR p.region OPERATOR(assure.@>) $2::assure.region) AND $3 BETWEEN p.open_from AND p.open_to"

/*
 * supplier_code returns the code of a supplier.
 */
char *
supplier_code(int64 supplier_id)
{
	static SqlPlan find = {"SELECT code FROM assure.supplier WHERE supplier_id = $1", {INT8OID}};
	Datum		value = Int64GetDatum(supplier_id);

	return plan_run(&find, &value, NULL) == 0 ? NULL : plan_text(0, 1);
}

/*
 * refuse_place raises that the supplier has no place for the service there, and
 * names some who have.
 */
static void
refuse_place(const char *code, const Datum *values, const char *region, const char *day)
{
	static SqlPlan find = {
		"SELECT (SELECT name FROM assure.service WHERE service_id = $1), string_agg(s.code, ', ' ORDER BY s.code) FROM (SELECT DISTINCT s.code "
		"  FROM assure.supplier_offer o JOIN assure.supplier_place p USING (supplier_place_id) JOIN assure.supplier s USING (supplier_id) "
		"  WHERE o.service_id = $1 AND " PLACE_OPEN_THERE " AND EXISTS (SELECT 1 FROM assure.supplier_contract c "
		"    WHERE c.supplier_id = s.supplier_id AND $3 BETWEEN c.valid_from AND c.valid_to) ORDER BY s.code LIMIT 5) s",
		{INT8OID, INT4OID, DATEOID}
	};
	char	   *others;

	plan_run(&find, values, NULL);
	others = plan_text(0, 2);
	ereport(ERROR,
			(errcode(ERRCODE_ASSURE_NOT_OFFERED),
			 errmsg("supplier: \"%s\" has no place for service \"%s\" in the prefecture of %s on %s", code, plan_text(0, 1), region, day),
			 others != NULL ? errhint("These have one: %s.", others) : errhint("Nobody under contract has one; places are entered with assure.put_supplier().")));
}

/*
 * offer_check_supplier returns the key of a supplier that may do the service.
 */
int64
offer_check_supplier(const char *code, int64 service_id, const char *region_text, DateADT day)
{
	static SqlPlan find = {
		"SELECT s.supplier_id, "
		"  EXISTS (SELECT 1 FROM assure.supplier_contract c WHERE c.supplier_id = s.supplier_id AND $3 BETWEEN c.valid_from AND c.valid_to), "
		"  EXISTS (SELECT 1 FROM assure.supplier_place p JOIN assure.supplier_offer o USING (supplier_place_id) "
		"    WHERE p.supplier_id = s.supplier_id AND o.service_id = $1 AND " PLACE_OPEN_THERE ") "
		"FROM assure.supplier s WHERE s.code = $4",
		{INT8OID, INT4OID, DATEOID, TEXTOID}, .generic = true
	};
	char		day_text[JSON_DATE_BYTES];
	Region		region;
	Region		prefecture;
	Datum		values[4];

	if (!region_parse(region_text, (int) strlen(region_text), &region))
		elog(ERROR, "region \"%s\" of an order is no region", region_text);
	if (region_prefecture(region, &prefecture))
		region = prefecture;
	values[0] = Int64GetDatum(service_id);
	values[1] = RegionGetDatum(region);
	values[2] = DateADTGetDatum(day);
	values[3] = CStringGetTextDatum(code);
	iso_date_print(day, day_text);
	if (plan_run(&find, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errmsg("supplier: \"%s\" does not exist", code),
				 errhint("Suppliers are entered with assure.put_supplier().")));
	if (!plan_bool(0, 2))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_OFFERED), errmsg("supplier: \"%s\" has no contract on %s", code, day_text),
				 errhint("Take another supplier, or enter the contract with assure.put_supplier().")));
	if (!plan_bool(0, 3))
		refuse_place(code, values, region_text, day_text);
	return plan_int64(0, 1, 0);
}

/*
 * offer_check_steward returns the key of a steward who is active on the day.  A
 * supplier's steward works for that supplier only: where none is known yet (0),
 * it is the steward's.
 */
int64
offer_check_steward(const char *code, DateADT day, int64 *supplier_id)
{
	static SqlPlan find = {
		"SELECT s.steward_id, s.supplier_id, $2 BETWEEN s.active_from AND s.active_to, p.code FROM assure.steward s "
		"LEFT JOIN assure.supplier p USING (supplier_id) WHERE s.code = $1", {TEXTOID, DATEOID}, .generic = true
	};
	char		day_text[JSON_DATE_BYTES];
	Datum		values[2];
	int64		sent_by;

	values[0] = CStringGetTextDatum(code);
	values[1] = DateADTGetDatum(day);
	if (plan_run(&find, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errmsg("steward: \"%s\" does not exist", code),
				 errhint("Stewards are entered with assure.put_steward().")));
	if (!plan_bool(0, 3))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_OFFERED),
				 errmsg("steward: \"%s\" is not active on %s", code, iso_date_print(day, day_text)),
				 errhint("Take another steward.")));
	sent_by = plan_int64(0, 2, 0);
	if (sent_by != 0 && *supplier_id != 0 && sent_by != *supplier_id)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NOT_OFFERED),
				 errmsg("steward: \"%s\" is of supplier \"%s\", not of the order's", code, plan_text(0, 4)),
				 errhint("Take a steward of the order's supplier, or one of the company.")));
	if (sent_by != 0)
		*supplier_id = sent_by;
	return plan_int64(0, 1, 0);
}
