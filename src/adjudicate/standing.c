/*-------------------------------------------------------------------------
 *
 * standing.c
 *		How claims stand: what was decided of them, and by whom.
 *
 * Behind a decision stands a person's judgement where adjustments is not NULL:
 * the list of what the person changed, which may be empty.  Calculating again
 * carries it on.  Decisions of 0.1 have no such list; there a person is told by
 * the worker who decided.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/shmem.h"

#include "adjudicate/load.h"
#include "adjudicate/standing.h"
#include "core/plan.h"

/* A finding is a reason without a benefit. */
#define HAS_FINDING(code) \
	"EXISTS (SELECT FROM jsonb_array_elements(p.reasons) r WHERE NOT r ? 'benefit'" code ")"

static SqlPlan read_standings = {
	"SELECT coalesce(d.decision_no, 0), d.verdict, d.paid_fen, "
	"  p.verdict = 'approve' OR (p.verdict = 'deny' AND p.result IS NOT NULL AND NOT " HAS_FINDING("") "), "
	"  p.adjustments IS NOT NULL OR (p.origin = 'submission' AND p.actor_worker_id IS NOT NULL), "
	"  p.verdict = 'deny' AND " HAS_FINDING(" AND r ->> 'code' = 'denied_by_person'") ", "
	"  p.adjustments, coalesce(d.actor_worker_id, 0), "
	"  CASE WHEN d.result ? 'paid' THEN ((d.result ->> 'paid')::numeric * 100)::int8 ELSE -1 END, "
	"  p.verdict = 'pend' AND " HAS_FINDING(" AND r ->> 'code' = 'second_approval'") ", d.reasons, d.result "
	"FROM unnest($1, $2) WITH ORDINALITY AS k (account_id, claim_id, n) "
	"LEFT JOIN LATERAL (SELECT * FROM assure.decision d "
	"  WHERE d.account_id = k.account_id AND d.claim_id = k.claim_id ORDER BY d.decision_no DESC LIMIT 1) d ON true "
	"LEFT JOIN LATERAL (SELECT * FROM assure.decision p "
	"  WHERE p.account_id = k.account_id AND p.claim_id = k.claim_id AND p.verdict <> 'reverse' "
	"  ORDER BY p.decision_no DESC LIMIT 1) p ON true ORDER BY k.n",
	{INT8ARRAYOID, INT8ARRAYOID}
};

/*
 * verdict_parse reads the verdict of a stored decision.
 */
static Verdict
verdict_parse(const char *name)
{
	for (Verdict verdict = VERDICT_APPROVE; verdict <= VERDICT_REVERSE; verdict++)
		if (name != NULL && strcmp(name, verdict_name(verdict)) == 0)
			return verdict;
	return VERDICT_NONE;
}

/*
 * column_jsonb returns a copy of a document, or NULL.
 */
static Jsonb *
column_jsonb(uint64 row, int column)
{
	bool		isnull;
	Datum		value = plan_datum(row, column, &isnull);

	return isnull ? NULL : DatumGetJsonbPCopy(value);
}

/*
 * standings_load reads how each claim stands, into an array of `count`.
 */
Standing *
standings_load(const ClaimKey *keys, int count)
{
	Standing   *standings = palloc0(mul_size(sizeof(Standing), Max(count, 1)));
	Datum		values[2];
	uint64		rows;

	keys_params(keys, count, values);
	rows = plan_run(&read_standings, values, NULL);
	for (uint64 i = 0; i < rows; i++)
	{
		Standing   *standing = &standings[i];

		standing->decision_no = plan_int32(i, 1, 0);
		standing->verdict = verdict_parse(plan_text(i, 2));
		standing->paid_fen = plan_int64(i, 3, 0);
		standing->is_settled = plan_bool(i, 4);
		standing->is_by_person = plan_bool(i, 5);
		standing->is_denied_by_person = plan_bool(i, 6);
		standing->adjustments = column_jsonb(i, 7);
		standing->actor_worker_id = plan_int64(i, 8, 0);
		standing->payable_fen = plan_int64(i, 9, -1);
		standing->awaits_second = plan_bool(i, 10);
		standing->reasons = column_jsonb(i, 11);
		standing->result = column_jsonb(i, 12);
	}
	return standings;
}
