/*-------------------------------------------------------------------------
 *
 * statement_match.c
 *		A supplier's statement against the company's own orders, set-wise.
 *
 * Each row has one verdict, by the first of these that holds:
 *
 *		invalid			it cannot be read
 *		twice			the order stands in an earlier row, or was settled before
 *		missing_here	no such service of this supplier in the period: the order is
 *						not known, another's, not done, another service, another day
 *		amount_differs	the contract of that day has another price, or none
 *		matched
 *
 * and what the supplier did in the period, but neither bills nor was paid for, is
 * missing_there.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/plan.h"
#include "service/statement.h"

/* The price of order o under the contract of its day. */
#define PRICE_OF_ORDER \
	"LEFT JOIN LATERAL (SELECT supplier_contract_id FROM assure.supplier_contract c WHERE c.supplier_id = o.supplier_id " \
	"  AND o.finished_at::date BETWEEN c.valid_from AND c.valid_to ORDER BY c.valid_from DESC, c.supplier_contract_id DESC LIMIT 1) c ON true " \
	"LEFT JOIN LATERAL (SELECT price_fen FROM assure.supplier_price p WHERE p.supplier_contract_id = c.supplier_contract_id " \
	"  AND p.service_id = o.service_id ORDER BY p.revision DESC LIMIT 1) p ON true "

static SqlPlan match = {
	"WITH s AS (SELECT * FROM assure.service_statement WHERE statement_id = $1), "
	"r AS (SELECT r.*, row_number() OVER (PARTITION BY problem IS NULL, order_ref ORDER BY row_no) AS nth FROM assure.service_statement_row r WHERE statement_id = $1), "
	"k AS (SELECT r.row_no, o.order_id, r.amount_fen AS stated_fen, p.price_fen AS agreed_fen, CASE "
	"    WHEN r.problem IS NOT NULL THEN 'unreadable' WHEN r.nth > 1 THEN 'row_again' "
	"    WHEN o.order_id IS NULL THEN 'order_unknown' WHEN o.supplier_id IS DISTINCT FROM s.supplier_id THEN 'other_supplier' "
	"    WHEN x.order_id IS NOT NULL THEN 'settled_before' WHEN o.state NOT IN ('done', 'evaluated') THEN 'not_done' "
	"    WHEN r.service_code <> v.code THEN 'other_service' WHEN r.served_on <> o.finished_at::date THEN 'other_day' "
	"    WHEN o.finished_at::date NOT BETWEEN s.period_from AND s.period_to THEN 'outside_period' "
	"    WHEN p.price_fen IS NULL THEN 'no_price' WHEN p.price_fen <> r.amount_fen THEN 'other_amount' ELSE 'matched' END AS reason "
	"  FROM r CROSS JOIN s LEFT JOIN assure.order_ref f ON f.ref = r.order_ref AND r.problem IS NULL "
	"  LEFT JOIN assure.service_order o ON o.account_id = f.account_id AND o.order_id = f.order_id "
	"  LEFT JOIN assure.service v USING (service_id) LEFT JOIN assure.service_settled x ON x.order_id = o.order_id AND x.statement_id <> $1 " PRICE_OF_ORDER
	"UNION ALL SELECT NULL, o.order_id, NULL, p.price_fen, 'not_billed' "
	"  FROM s JOIN assure.service_order o ON o.supplier_id = s.supplier_id AND o.finished_at >= s.period_from::timestamptz "
	"    AND o.finished_at < (s.period_to + 1)::timestamptz AND o.state IN ('done', 'evaluated') " PRICE_OF_ORDER
	"  WHERE NOT EXISTS (SELECT 1 FROM assure.service_settled x WHERE x.order_id = o.order_id AND x.statement_id <> $1) "
	"  AND o.ref NOT IN (SELECT order_ref FROM r WHERE problem IS NULL)), "
	"i AS (INSERT INTO assure.service_statement_match (statement_id, match_no, row_no, order_id, verdict, reason, stated_fen, agreed_fen) "
	"  SELECT $1, row_number() OVER (ORDER BY row_no NULLS LAST, order_id), row_no, order_id, CASE "
	"    WHEN reason = 'matched' THEN 'matched' WHEN reason = 'unreadable' THEN 'invalid' WHEN reason = 'not_billed' THEN 'missing_there' "
	"    WHEN reason IN ('row_again', 'settled_before') THEN 'twice' WHEN reason IN ('no_price', 'other_amount') THEN 'amount_differs' ELSE 'missing_here' END, "
	"    reason, stated_fen, agreed_fen FROM k RETURNING verdict) "
	"SELECT count(*) FILTER (WHERE verdict <> 'matched') FROM i", {INT8OID}
};

/*
 * statement_match matches a statement anew.
 */
int64
statement_match(int64 statement_id)
{
	static SqlPlan clear = {"DELETE FROM assure.service_statement_match WHERE statement_id = $1", {INT8OID}};
	static SqlPlan note = {"UPDATE assure.service_statement SET reconciled_at = now() WHERE statement_id = $1", {INT8OID}};
	Datum		value = Int64GetDatum(statement_id);
	int64		open_count;

	plan_run(&clear, &value, NULL);
	plan_run(&match, &value, NULL);
	open_count = plan_int64(0, 1, 0);
	plan_run(&note, &value, NULL);
	return open_count;
}
