/*-------------------------------------------------------------------------
 *
 * verify_sql.c
 *		Entry point: were decision and ledger rows changed, removed or added?
 *
 * The canonical bytes are written here in SQL, apart from the C that wrote them
 * first: two hands that must agree.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "core/call.h"
#include "core/result_set.h"

PG_FUNCTION_INFO_V1(assure_audit_verify);

#define FIELD(x) "coalesce(octet_length(" x "::text) || ':' || " x "::text, '-')"


/* What came after 0.1 has its name before it, and is left out where it is not there. */
#define LATER(name, x) "coalesce('" name "' || octet_length(" x "::text) || ':' || " x "::text, '')"

static SqlPlan verify = {
	"WITH a AS (SELECT audit_id, row_count, root_hash FROM assure.audit_log "
	"    WHERE logged_at >= $1 AND logged_at < $2 AND root_hash IS NOT NULL), "
	"d AS (SELECT d.audit_id, d.account_id, d.claim_id, d.decision_no, d.row_hash, sha256(convert_to("
	FIELD("d.account_id") "||" FIELD("d.claim_id") "||" FIELD("d.decision_no") "||" FIELD("d.verdict") "||"
	FIELD("d.submitted_fen") "||" FIELD("d.paid_fen") "||" FIELD("d.plan_version_id") "||" FIELD("d.reasons") "||"
	FIELD("d.result") "||" FIELD("d.engine") "||" FIELD("d.note") "||"
	FIELD("(extract(epoch FROM d.decided_at - timestamptz '2000-01-01 00:00:00+00') * 1000000)::bigint") "||"
	FIELD("d.decided_by") "||" FIELD("d.actor_worker_id") "||" FIELD("d.audit_id") "||"
	LATER("origin", "nullif(d.origin, 'submission')") "||" LATER("adjustments", "d.adjustments") "||"
	LATER("screening", "d.screening") "||" LATER("input", "encode(d.input, 'hex')") "||" LATER("ledger_horizon", "d.ledger_horizon")
	", 'UTF8')) AS proper FROM a JOIN assure.decision d USING (audit_id)), "
	"e AS (SELECT d.audit_id, l.account_id, l.entry_id, l.row_hash, sha256(convert_to("
	FIELD("l.account_id") "||" FIELD("l.entry_id") "||" FIELD("l.claim_id") "||" FIELD("l.decision_no") "||"
	FIELD("l.member_id") "||" FIELD("l.counter") "||" FIELD("l.period") "||" FIELD("l.measure") "||" FIELD("l.delta")
	", 'UTF8')) AS proper FROM d JOIN assure.ledger_entry l USING (account_id, claim_id, decision_no)), "
	"p AS (SELECT p.audit_id, p.payment_id, p.row_hash, sha256(convert_to("
	FIELD("p.account_id") "||" FIELD("p.payment_id") "||" FIELD("p.payee_id") "||" FIELD("p.payee_version") "||" FIELD("p.amount_fen") "||"
	FIELD("(extract(epoch FROM p.ordered_at - timestamptz '2000-01-01 00:00:00+00') * 1000000)::bigint") "||"
	FIELD("p.ordered_by") "||" FIELD("p.actor_worker_id") "||" FIELD("p.audit_id") "||"
	"(SELECT coalesce(string_agg(" FIELD("e.entry_id") "||" FIELD("e.claim_id") "||" FIELD("e.amount_fen") ", '' ORDER BY e.entry_id), '') "
	"  FROM assure.payment_entry e WHERE e.account_id = p.account_id AND e.payment_id = p.payment_id AND NOT e.is_void)"
	", 'UTF8')) AS proper FROM a JOIN assure.payment p USING (audit_id)), "
	"s AS (SELECT s.audit_id, s.posting_id, s.row_hash, sha256(convert_to("
	FIELD("s.posting_id") "||" FIELD("s.month") "||" FIELD("s.task_id") "||" FIELD("s.queue_id") "||" FIELD("s.kind") "||"
	FIELD("s.debtor_branch_id") "||" FIELD("s.creditor_branch_id") "||" FIELD("s.worker_id") "||" FIELD("s.difficulty") "||"
	FIELD("s.tariff_id") "||" FIELD("s.amount_fen") "||" FIELD("s.reason") "||"
	FIELD("(extract(epoch FROM s.booked_at - timestamptz '2000-01-01 00:00:00+00') * 1000000)::bigint") "||"
	FIELD("s.booked_by") "||" FIELD("s.actor_worker_id") "||" FIELD("s.audit_id")
	", 'UTF8')) AS proper FROM a JOIN assure.settlement_posting s USING (audit_id)), "
	"k AS (SELECT k.audit_id, k.check_draw_id, k.row_hash, sha256(convert_to("
	FIELD("k.check_draw_id") "||" FIELD("k.check_plan_id") "||" FIELD("k.seed") "||" FIELD("k.population_count") "||" FIELD("k.audit_id") "||"
	"(SELECT coalesce(string_agg(" FIELD("x.task_id") "||" FIELD("x.author_worker_id") ", '' ORDER BY x.task_id), '') "
	"  FROM assure.check_sample x WHERE x.check_draw_id = k.check_draw_id)"
	", 'UTF8')) AS proper FROM a JOIN assure.check_draw k USING (audit_id)), "
	"r AS (SELECT audit_id, string_agg(row_hash, ''::bytea ORDER BY kind, n, m) AS hashes, count(*) AS row_count "
	"    FROM (SELECT audit_id, 1 AS kind, claim_id AS n, decision_no AS m, row_hash FROM d "
	"    UNION ALL SELECT audit_id, 2, entry_id, 0, row_hash FROM e "
	"    UNION ALL SELECT audit_id, 3, payment_id, 0, row_hash FROM p "
	"    UNION ALL SELECT audit_id, 4, posting_id, 0, row_hash FROM s "
	"    UNION ALL SELECT audit_id, 5, check_draw_id, 0, row_hash FROM k) x GROUP BY audit_id) "
	"SELECT d.audit_id, format('decision %s of claim %s', d.decision_no, d.claim_id)::text, 'row was changed'::text "
	"FROM d WHERE d.row_hash <> d.proper "
	"UNION ALL SELECT e.audit_id, format('ledger entry %s of account %s', e.entry_id, e.account_id), 'row was changed' "
	"FROM e WHERE e.row_hash <> e.proper "
	"UNION ALL SELECT p.audit_id, format('payment %s', p.payment_id), 'row or its entries were changed' FROM p WHERE p.row_hash <> p.proper "
	"UNION ALL SELECT s.audit_id, format('settlement posting %s', s.posting_id), 'row was changed' FROM s WHERE s.row_hash <> s.proper "
	"UNION ALL SELECT k.audit_id, format('draw %s', k.check_draw_id), 'row or its sample was changed' FROM k WHERE k.row_hash <> k.proper "
	"UNION ALL SELECT a.audit_id, 'audit row', format('it stands for %s rows, %s are there', a.row_count, coalesce(r.row_count, 0)) "
	"FROM a LEFT JOIN r USING (audit_id) WHERE a.row_count <> coalesce(r.row_count, 0) "
	"UNION ALL SELECT a.audit_id, 'audit row', 'rows were exchanged' "
	"FROM a JOIN r USING (audit_id) WHERE a.row_count = r.row_count AND a.root_hash <> sha256(r.hashes) "
	"UNION ALL SELECT d.audit_id, format('decision %s of claim %s', d.decision_no, d.claim_id), 'no audit row stands for it' "
	"FROM assure.decision d LEFT JOIN assure.audit_log l USING (audit_id) "
	"WHERE l.root_hash IS NULL AND d.decided_at >= $1 AND d.decided_at < $2 "
	"UNION ALL SELECT p.audit_id, format('payment %s', p.payment_id), 'no audit row stands for it' "
	"FROM assure.payment p LEFT JOIN assure.audit_log l USING (audit_id) "
	"WHERE l.root_hash IS NULL AND p.ordered_at >= $1 AND p.ordered_at < $2 "
	"UNION ALL SELECT s.audit_id, format('settlement posting %s', s.posting_id), 'no audit row stands for it' "
	"FROM assure.settlement_posting s LEFT JOIN assure.audit_log l USING (audit_id) "
	"WHERE l.root_hash IS NULL AND s.booked_at >= $1 AND s.booked_at < $2 "
	"ORDER BY 1, 2",
	{TIMESTAMPTZOID, TIMESTAMPTZOID}
};

/*
 * assure_audit_verify lists the rows of the chunks written in a span of time
 * that are not as they were written.
 */
PGDLLEXPORT Datum
assure_audit_verify(PG_FUNCTION_ARGS)
{
	Call		call;
	Datum		values[2];

	values[0] = PG_ARGISNULL(0) ? TimestampTzGetDatum(DT_NOBEGIN) : PG_GETARG_DATUM(0);
	values[1] = PG_ARGISNULL(1) ? TimestampTzGetDatum(DT_NOEND) : PG_GETARG_DATUM(1);
	result_set_open(fcinfo);
	call_begin(&call, SCOPE_AUDITOR | SCOPE_ADMIN, "audit_verify");
	call_allow_scans(&call);
	result_set_fill(fcinfo, &verify, values, NULL);
	call_end(&call);
	return (Datum) 0;
}
