/*-------------------------------------------------------------------------
 *
 * invoice.c
 *		To which claim an invoice belongs.
 *
 * The first claim that hands an invoice in has its key, and every other one is a
 * duplicate, for as long as that claim stands: once it is reversed, the next one
 * that asks takes the key over, that is the corrected claim when it comes in, or one
 * that waits as a duplicate when it is calculated again.
 *
 * Locking: keys in their order; after the books of an account, where both are
 * needed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "adjudicate/invoice.h"
#include "core/plan.h"

/*
 * invoices_take_over gives a claim the invoices of reversed ones.  How the others
 * stand is read when their keys are locked, and not before.
 */
void
invoices_take_over(ClaimKey key)
{
	static SqlPlan lock = {
		"SELECT i.provider_code, i.invoice_no, i.account_id, i.claim_id FROM assure.bill b "
		"JOIN assure.invoice_key i ON i.provider_code = b.provider_code AND i.invoice_no = b.bill_no "
		"WHERE b.account_id = $1 AND b.claim_id = $2 ORDER BY i.provider_code, i.invoice_no FOR NO KEY UPDATE OF i", {INT8OID, INT8OID}
	};
	static SqlPlan find = {
		"SELECT k.provider_code, k.invoice_no FROM unnest($1, $2, $3, $4) k (provider_code, invoice_no, account_id, claim_id) "
		"CROSS JOIN LATERAL (SELECT d.verdict FROM assure.decision d WHERE d.account_id = k.account_id AND d.claim_id = k.claim_id "
		"  ORDER BY d.decision_no DESC LIMIT 1) d WHERE d.verdict = 'reverse'", {TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID, INT8ARRAYOID}
	};
	static SqlPlan take = {
		"UPDATE assure.invoice_key i SET account_id = $3, claim_id = $4 FROM unnest($1, $2) k (provider_code, invoice_no) "
		"WHERE i.provider_code = k.provider_code AND i.invoice_no = k.invoice_no", {TEXTARRAYOID, TEXTARRAYOID, INT8OID, INT8OID}
	};
	Datum		values[4] = {Int64GetDatum(key.account_id), Int64GetDatum(key.claim_id)};
	Column		columns[4];
	int			rows = (int) plan_run(&lock, values, NULL);

	for (int i = 0; i < 4; i++)
		column_start(&columns[i], i < 2 ? TEXTOID : INT8OID);
	for (int i = 0; i < rows; i++)
	{
		if (plan_int64(i, 4, 0) == key.claim_id)
			continue;
		column_add_text(&columns[0], plan_text(i, 1));
		column_add_text(&columns[1], plan_text(i, 2));
		column_add_int64(&columns[2], plan_int64(i, 3, 0));
		column_add_int64(&columns[3], plan_int64(i, 4, 0));
	}
	if (columns[0].count == 0)
		return;
	for (int i = 0; i < 4; i++)
		values[i] = column_array(&columns[i]);
	rows = (int) plan_read_fresh(&find, values);
	if (rows == 0)
		return;
	for (int i = 0; i < 2; i++)
	{
		column_start(&columns[i], TEXTOID);
		for (int row = 0; row < rows; row++)
			column_add_text(&columns[i], plan_text(row, i + 1));
		values[i] = column_array(&columns[i]);
	}
	values[2] = Int64GetDatum(key.account_id);
	values[3] = Int64GetDatum(key.claim_id);
	plan_run(&take, values, NULL);
}
