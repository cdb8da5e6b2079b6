/*-------------------------------------------------------------------------
 *
 * load_history.c
 *		What the members of screened claims handed in before, and the policies.
 *
 * History is that of the person on the account of the claim: claims handed in
 * before this one, whose event was within so many days up to this one's event.
 * What a person claims under another certificate is not looked at: accounts may
 * be on different nodes.  Paid is what the current decisions pay; those of this
 * chunk are not written yet, and are added when the model is asked.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "utils/lsyscache.h"

#include "adjudicate/load.h"
#include "core/plan.h"

#define CATEGORY_BYTES 3		/* of an ICD-10 code: S82 */

static SqlPlan read_history = {
	"SELECT k.case_no, h.claims_30, h.claims_90, h.claims_365, h.paid_30::bigint, h.paid_90::bigint, h.paid_365::bigint, "
	"  h.providers, h.same_diagnosis, p.insurer, p.holder, b.code, p.starts_on, p.ends_on "
	"FROM unnest($1, $2, $3, $4, $5, $6, $7) AS k (case_no, account_id, member_id, claim_id, event_date, categories, policy) "
	"LEFT JOIN assure.policy p ON p.ref = k.policy LEFT JOIN assure.branch b ON b.branch_id = p.branch_id "
	"CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE e.days < 30) AS claims_30, count(*) FILTER (WHERE e.days < 90) AS claims_90, "
	"    count(*) AS claims_365, coalesce(sum(e.paid_fen) FILTER (WHERE e.days < 30), 0) AS paid_30, "
	"    coalesce(sum(e.paid_fen) FILTER (WHERE e.days < 90), 0) AS paid_90, coalesce(sum(e.paid_fen), 0) AS paid_365, "
	"    count(*) FILTER (WHERE e.same_diagnosis) AS same_diagnosis, "
	"    (SELECT count(DISTINCT b.provider_code) FROM assure.claim c JOIN assure.bill b ON b.account_id = c.account_id AND b.claim_id = c.claim_id "
	"      WHERE c.account_id = k.account_id AND c.member_id = k.member_id AND c.event_date > k.event_date - 365 "
	"      AND c.event_date <= k.event_date AND c.claim_id < k.claim_id) AS providers "
	"  FROM (SELECT k.event_date - c.event_date AS days, "
	"      (SELECT d.paid_fen FROM assure.decision d WHERE d.account_id = c.account_id AND d.claim_id = c.claim_id "
	"        ORDER BY d.decision_no DESC LIMIT 1) AS paid_fen, "
	"      EXISTS (SELECT 1 FROM (SELECT jsonb_path_query(c.document, '$.diagnoses[*]') UNION ALL "
	"        SELECT jsonb_path_query(c.document, '$.bills[*].diagnoses[*]')) AS x (diagnosis) "
	"        WHERE upper(left(diagnosis #>> '{}', 3)) = ANY (string_to_array(k.categories, ' '))) AS same_diagnosis "
	"    FROM assure.claim c WHERE c.account_id = k.account_id AND c.member_id = k.member_id AND c.event_date > k.event_date - 365 "
	"    AND c.event_date <= k.event_date AND c.claim_id < k.claim_id) e) h",
	{INT4ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, DATEARRAYOID, TEXTARRAYOID, TEXTARRAYOID}
};

#define HISTORY_COLUMNS 7

/*
 * add_categories writes the categories of some diagnoses, parted by blanks.
 */
static void
add_categories(StringInfo text, char *const *diagnoses, int count)
{
	for (int i = 0; i < count; i++)
	{
		if (text->len > 0)
			appendStringInfoChar(text, ' ');
		for (int c = 0; c < CATEGORY_BYTES && diagnoses[i][c] != '\0'; c++)
			appendStringInfoChar(text, pg_toupper((unsigned char) diagnoses[i][c]));
	}
}

/*
 * categories_of lists the categories of all diagnoses of a claim.
 */
static char *
categories_of(const Claim *claim)
{
	StringInfoData text;

	initStringInfo(&text);
	add_categories(&text, claim->diagnoses, claim->n_diagnoses);
	for (int b = 0; b < claim->n_bills; b++)
		add_categories(&text, claim->bills[b].diagnoses, claim->bills[b].n_diagnoses);
	return text.data;
}

/*
 * history_read makes a history of a row of read_history.
 */
static CaseHistory *
history_read(uint64 row)
{
	CaseHistory *history = palloc0(sizeof(CaseHistory));
	bool		has_no_end;

	for (int i = 0; i < HISTORY_WINDOWS; i++)
	{
		history->claims[i] = plan_int64(row, 2 + i, 0);
		history->paid_fen[i] = plan_int64(row, 2 + HISTORY_WINDOWS + i, 0);
	}
	history->providers = plan_int64(row, 8, 0);
	history->same_diagnosis = plan_int64(row, 9, 0);
	history->insurer = plan_text(row, 10);
	history->holder = plan_text(row, 11);
	history->branch = plan_text(row, 12);
	history->starts_on = plan_int32(row, 13, 0);
	(void) plan_datum(row, 14, &has_no_end);
	history->has_end = !has_no_end;
	history->ends_on = plan_int32(row, 14, 0);
	return history;
}

/*
 * load_history reads the history of each case whose plan has a model to screen
 * it.
 */
void
load_history(Chunk *chunk)
{
	Column		columns[HISTORY_COLUMNS];
	Datum		values[HISTORY_COLUMNS];
	uint64		rows;

	for (int i = 0; i < HISTORY_COLUMNS; i++)
		column_start(&columns[i], get_element_type(read_history.types[i]));
	for (int i = 0; i < chunk->count; i++)
	{
		const Case *item = &chunk->cases[i];

		if (item->plan == NULL || item->plan->screening_model == NULL || item->asked != VERDICT_NONE)
			continue;
		column_add(&columns[0], Int32GetDatum(i));
		column_add_int64(&columns[1], item->key.account_id);
		column_add_int64(&columns[2], item->member_id);
		column_add_int64(&columns[3], item->key.claim_id != 0 ? item->key.claim_id : PG_INT64_MAX);
		column_add(&columns[4], DateADTGetDatum(item->claim->event_date));
		column_add_text(&columns[5], categories_of(item->claim));
		column_add_text(&columns[6], item->claim->policy);
	}
	if (columns[0].count == 0)
		return;
	for (int i = 0; i < HISTORY_COLUMNS; i++)
		values[i] = column_array(&columns[i]);
	rows = plan_run(&read_history, values, NULL);
	for (uint64 i = 0; i < rows; i++)
		chunk->cases[plan_int32(i, 1, 0)].history = history_read(i);
}
