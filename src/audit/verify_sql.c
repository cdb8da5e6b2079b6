/*-------------------------------------------------------------------------
 *
 * verify_sql.c
 *		Entry points: were rows changed, removed or added?
 *
 * What holds what: an anchor outside of the database the last seal, each seal the
 * one before and its rows of the audit log, a row of the log the hashes of the
 * decisions, ledger entries or payments that it stands for, and those their
 * rows.  The chain of seals is always looked at as a whole, for that is little;
 * the rest by a span of time.
 *
 * The canonical bytes are written here in SQL, apart from the C that wrote them
 * first: two hands that must agree.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xlog.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "audit/seal.h"
#include "core/call.h"
#include "core/result_set.h"

PG_FUNCTION_INFO_V1(assure_audit_verify);
PG_FUNCTION_INFO_V1(assure_audit_verify_anchor);

/*
 * A row of the log whose transaction is that far ahead of the next one was not
 * written by one.  Less would complain of those that begin while it is looked at.
 */
#define TRANSACTIONS_AHEAD 1000000

#define FIELD(x) "coalesce(octet_length(" x "::text) || ':' || " x "::text, '-')"
#define MOMENT(x) FIELD("(extract(epoch FROM " x " - timestamptz '2000-01-01 00:00:00+00') * 1000000)::bigint")
#define HEX(x) FIELD("encode(" x ", 'hex')")

/* What came after 0.1 has its name before it, and is left out where it is not there. */
#define LATER(name, x) "coalesce('" name "' || octet_length(" x "::text) || ':' || " x "::text, '')"

#define HASH(bytes) "sha256(convert_to(" bytes ", 'UTF8'))"

/* A moment in the span; an end of infinity leaves nothing out. */
#define IN_SPAN(x) "(" x " >= $1 AND (" x " < $2 OR $2 = 'infinity'))"

/* Spans of the log that were dropped, of which the log itself says so. */
#define DROPPED \
	"dropped AS MATERIALIZED (SELECT coalesce(range_agg(int8range(x.from_id, x.to_id, '[]')), '{}') AS ids FROM assure.audit_drop x " \
	"  JOIN assure.audit_log l USING (audit_id) WHERE l.action = 'drop_audit' AND l.subject = format('audit rows %s to %s', x.from_id, x.to_id))"

static SqlPlan verify_anchor = {
	"SELECT lower(s.members), format('seal %s', $1), CASE WHEN s.seal_no IS NULL THEN 'the seal of the anchor is not there' "
	"  ELSE 'it is not the seal of the anchor' END "
	"FROM (SELECT) x LEFT JOIN assure.audit_seal s ON s.seal_no = $1 WHERE s.seal_hash IS DISTINCT FROM $2",
	{INT8OID, BYTEAOID}
};

static SqlPlan verify_chain = {
	"WITH s AS (SELECT seal_no, members, previous_hash, seal_hash, lag(seal_no) OVER w AS before_no, lag(seal_hash) OVER w AS before_hash, "
	HASH(FIELD("seal_no") "||" HEX("previous_hash") "||" FIELD("system_identifier") "||" FIELD("snapshot") "||" FIELD("members") "||"
		 FIELD("row_count") "||" MOMENT("logged_from") "||" MOMENT("logged_to") "||" HEX("sha256(fingerprints)") "||" HEX("root_hash") "||" MOMENT("sealed_at"))
	" AS proper FROM assure.audit_seal WINDOW w AS (ORDER BY seal_no)) "
	"SELECT lower(members), format('seal %s', seal_no), x.finding FROM s CROSS JOIN LATERAL ("
	"  SELECT 1, 'the seals before it are gone' WHERE seal_no <> coalesce(before_no, 0) + 1 "
	"  UNION ALL SELECT 2, 'it does not follow the seal before it' WHERE seal_no = before_no + 1 AND previous_hash IS DISTINCT FROM before_hash "
	"  UNION ALL SELECT 3, 'seal was changed' WHERE seal_hash <> proper) x (n, finding) "
	"ORDER BY s.seal_no, x.n", {0}
};

/*
 * Rows are hashed by seal; only where a seal does not agree is it asked which of
 * them differs, by the fingerprints.
 */
static SqlPlan verify_sealed = {
	"WITH " DROPPED ", "
	"s AS (SELECT seal_no, members, row_count, fingerprints, root_hash, system_identifier, sealed_at, before_at, before_snapshot FROM ("
	"  SELECT *, CASE WHEN lag(system_identifier) OVER w = system_identifier AND lag(sealed_at) OVER w <= sealed_at THEN lag(sealed_at) OVER w END AS before_at, "
	"    lag(snapshot) OVER w AS before_snapshot FROM assure.audit_seal WINDOW w AS (ORDER BY seal_no)) x "
	"  WHERE logged_to >= $1 AND (logged_from < $2 OR $2 = 'infinity')), "
	"h AS (SELECT s.seal_no, i.audit_id, a.audit_id IS NOT NULL AS is_there, "
	"    a.logged_at > s.sealed_at + interval '1 day' OR (a.logged_at < s.before_at - interval '1 day' "
	"      AND a.system_identifier = s.system_identifier AND a.transaction_id >= pg_snapshot_xmax(s.before_snapshot)) AS is_misplaced, "
	HASH(FIELD("a.audit_id") "||" MOMENT("a.logged_at") "||" FIELD("a.action") "||" FIELD("a.session_role") "||" FIELD("a.actor_worker_id") "||"
		 FIELD("a.subject") "||" FIELD("a.row_count") "||" HEX("a.root_hash") "||" FIELD("a.detail") "||" FIELD("a.transaction_id") "||" FIELD("a.system_identifier"))
	" AS hash FROM s CROSS JOIN LATERAL unnest(s.members) r CROSS JOIN LATERAL generate_series(lower(r), upper(r) - 1) i (audit_id) "
	"  LEFT JOIN assure.audit_log a ON a.audit_id = i.audit_id), "
	"bad AS (SELECT s.* FROM s JOIN (SELECT seal_no, count(*) AS members, count(*) FILTER (WHERE is_there) AS row_count, "
	"    sha256(string_agg(hash, ''::bytea ORDER BY audit_id) FILTER (WHERE is_there)) AS root_hash FROM h GROUP BY seal_no) g USING (seal_no) "
	"  WHERE g.members <> s.row_count OR g.row_count <> s.row_count OR g.root_hash IS DISTINCT FROM s.root_hash), "
	"r AS (SELECT h.seal_no, h.audit_id, h.is_there, h.audit_id <@ d.ids AS is_dropped, substr(h.hash, 1, 8) "
	"    <> substr(bad.fingerprints, 8 * row_number() OVER (PARTITION BY h.seal_no ORDER BY h.audit_id)::int - 7, 8) AS differs "
	"  FROM h JOIN bad USING (seal_no) CROSS JOIN dropped d) "
	"SELECT audit_id, 'audit row'::text, CASE WHEN NOT is_there THEN 'row is gone' ELSE 'row was changed' END FROM r "
	"WHERE CASE WHEN is_there THEN differs ELSE NOT is_dropped END "
	"UNION ALL SELECT lower(members), format('seal %s', seal_no), 'rows of the seal were changed' FROM bad "
	"WHERE NOT EXISTS (SELECT FROM r WHERE r.seal_no = bad.seal_no AND (is_dropped OR NOT is_there OR differs)) "
	"UNION ALL SELECT audit_id, 'audit row', 'its time lies outside of its seal' FROM h WHERE is_there AND is_misplaced "
	"ORDER BY 1, 2, 3",
	{TIMESTAMPTZOID, TIMESTAMPTZOID}
};

/*
 * What no seal has is new, or was put in: by the last seal of this cluster all that
 * came from elsewhere was sealed, and all that its snapshot sees.
 */
static SqlPlan verify_unsealed = {
	"WITH last AS (SELECT * FROM assure.audit_seal ORDER BY seal_no DESC LIMIT 1) "
	"SELECT a.audit_id, 'audit row'::text, CASE WHEN a.system_identifier IS DISTINCT FROM $3 OR a.transaction_id IS NULL "
	"    OR pg_visible_in_snapshot(a.transaction_id, last.snapshot) THEN 'row was put in later: its seal does not have it' "
	"  WHEN a.transaction_id >= $4::xid8 THEN 'its transaction was never begun' ELSE 'its time lies before the last seal' END "
	"FROM assure.audit_log a CROSS JOIN last "
	"WHERE " IN_SPAN("a.logged_at") " AND NOT a.audit_id <@ (SELECT coalesce(range_agg(members), '{}') FROM assure.audit_seal) "
	"  AND last.system_identifier = $3 AND (a.system_identifier IS DISTINCT FROM $3 OR a.transaction_id IS NULL "
	"    OR pg_visible_in_snapshot(a.transaction_id, last.snapshot) OR a.transaction_id >= $4::xid8 "
	"    OR (a.transaction_id >= pg_snapshot_xmax(last.snapshot) AND a.logged_at < last.sealed_at - interval '1 day' AND now() >= last.sealed_at)) "
	"ORDER BY 1",
	{TIMESTAMPTZOID, TIMESTAMPTZOID, INT8OID, TEXTOID}
};

static SqlPlan verify_drops = {
	"SELECT x.from_id, format('audit rows %s to %s', x.from_id, x.to_id), 'no audit row says that they were dropped'::text "
	"FROM assure.audit_drop x WHERE NOT EXISTS (SELECT FROM assure.audit_log l WHERE l.audit_id = x.audit_id AND l.action = 'drop_audit' "
	"  AND l.subject = format('audit rows %s to %s', x.from_id, x.to_id)) ORDER BY 1", {0}
};

/*
 * What the rows of the log stand for.  Of rows that were dropped the decisions
 * agree with their own hashes, and no more can be said.
 */
static SqlPlan verify_rows = {
	"WITH " DROPPED ", "
	"a AS (SELECT audit_id, row_count, root_hash FROM assure.audit_log WHERE " IN_SPAN("logged_at") " AND root_hash IS NOT NULL), "
	"k AS (SELECT d.account_id, d.claim_id, d.decision_no FROM a JOIN assure.decision d USING (audit_id) "
	"  UNION ALL SELECT d.account_id, d.claim_id, d.decision_no FROM assure.decision d "
	"  WHERE (SELECT ids <> '{}' FROM dropped) AND d.audit_id <@ (SELECT ids FROM dropped) AND " IN_SPAN("d.decided_at") "), "
	"d AS (SELECT d.audit_id, d.account_id, d.claim_id, d.decision_no, d.row_hash, "
	"    CASE WHEN d.input IS NOT NULL THEN d.input_hash IS DISTINCT FROM sha256(d.input_salt || d.input) END AS input_differs, "
	"    d.input_hash IS NOT NULL AND d.input IS NULL AS input_is_gone, "
	HASH(FIELD("d.account_id") "||" FIELD("d.claim_id") "||" FIELD("d.decision_no") "||" FIELD("d.verdict") "||"
		 FIELD("d.submitted_fen") "||" FIELD("d.paid_fen") "||" FIELD("d.plan_version_id") "||" FIELD("d.reasons") "||"
		 FIELD("d.result") "||" FIELD("d.engine") "||" FIELD("d.note") "||" MOMENT("d.decided_at") "||"
		 FIELD("d.decided_by") "||" FIELD("d.actor_worker_id") "||" FIELD("d.audit_id") "||"
		 LATER("origin", "nullif(d.origin, 'submission')") "||" LATER("adjustments", "d.adjustments") "||"
		 LATER("screening", "d.screening") "||" LATER("input_hash", "encode(d.input_hash, 'hex')") "||" LATER("ledger_horizon", "d.ledger_horizon"))
	" AS proper FROM k JOIN assure.decision d USING (account_id, claim_id, decision_no)), "
	"e AS (SELECT d.audit_id, l.account_id, l.entry_id, l.row_hash, "
	HASH(FIELD("l.account_id") "||" FIELD("l.entry_id") "||" FIELD("l.claim_id") "||" FIELD("l.decision_no") "||"
		 FIELD("l.member_id") "||" FIELD("l.counter") "||" FIELD("l.period") "||" FIELD("l.measure") "||" FIELD("l.delta"))
	" AS proper FROM d JOIN assure.ledger_entry l USING (account_id, claim_id, decision_no)), "
	"p AS (SELECT p.audit_id, p.payment_id, p.row_hash, "
	HASH(FIELD("p.account_id") "||" FIELD("p.payment_id") "||" FIELD("p.payee_id") "||" FIELD("p.payee_version") "||" FIELD("p.amount_fen") "||"
		 MOMENT("p.ordered_at") "||" FIELD("p.ordered_by") "||" FIELD("p.actor_worker_id") "||" FIELD("p.audit_id") "||"
		 "(SELECT coalesce(string_agg(" FIELD("e.entry_id") "||" FIELD("e.claim_id") "||" FIELD("e.amount_fen") ", '' ORDER BY e.entry_id), '') "
		 "  FROM assure.payment_entry e WHERE e.account_id = p.account_id AND e.payment_id = p.payment_id AND NOT e.is_void)")
	" AS proper FROM a JOIN assure.payment p USING (audit_id)), "
	"s AS (SELECT s.audit_id, s.posting_id, s.row_hash, "
	HASH(FIELD("s.posting_id") "||" FIELD("s.month") "||" FIELD("s.task_id") "||" FIELD("s.queue_id") "||" FIELD("s.kind") "||"
		 FIELD("s.debtor_branch_id") "||" FIELD("s.creditor_branch_id") "||" FIELD("s.worker_id") "||" FIELD("s.difficulty") "||"
		 FIELD("s.tariff_id") "||" FIELD("s.amount_fen") "||" FIELD("s.tasks") "||" FIELD("s.reason") "||" MOMENT("s.booked_at") "||"
		 FIELD("s.booked_by") "||" FIELD("s.actor_worker_id") "||" FIELD("s.audit_id"))
	" AS proper FROM a JOIN assure.settlement_posting s USING (audit_id)), "
	"c AS (SELECT k.audit_id, k.check_draw_id, k.row_hash, "
	HASH(FIELD("k.check_draw_id") "||" FIELD("k.check_plan_id") "||" FIELD("k.seed") "||" FIELD("k.population_count") "||" FIELD("k.audit_id") "||"
		 "(SELECT coalesce(string_agg(" FIELD("x.task_id") "||" FIELD("x.author_worker_id") ", '' ORDER BY x.task_id), '') "
		 "  FROM assure.check_sample x WHERE x.check_draw_id = k.check_draw_id)")
	" AS proper FROM a JOIN assure.check_draw k USING (audit_id)), "
	"r AS (SELECT audit_id, string_agg(row_hash, ''::bytea ORDER BY kind, n, m) AS hashes, count(*) AS row_count "
	"    FROM (SELECT audit_id, 1 AS kind, claim_id AS n, decision_no AS m, row_hash FROM d "
	"    UNION ALL SELECT audit_id, 2, entry_id, 0, row_hash FROM e "
	"    UNION ALL SELECT audit_id, 3, payment_id, 0, row_hash FROM p "
	"    UNION ALL SELECT audit_id, 4, posting_id, 0, row_hash FROM s "
	"    UNION ALL SELECT audit_id, 5, check_draw_id, 0, row_hash FROM c) x GROUP BY audit_id) "
	"SELECT d.audit_id, format('decision %s of claim %s', d.decision_no, d.claim_id)::text, 'row was changed'::text "
	"FROM d WHERE d.row_hash <> d.proper OR d.input_differs "
	"UNION ALL SELECT d.audit_id, format('decision %s of claim %s', d.decision_no, d.claim_id), 'its input is gone, and nobody was erased' "
	"FROM d WHERE d.input_is_gone AND NOT EXISTS (SELECT FROM assure.claim c JOIN assure.erasure x USING (account_id, member_id) "
	"  WHERE c.account_id = d.account_id AND c.claim_id = d.claim_id) "
	"UNION ALL SELECT e.audit_id, format('ledger entry %s of account %s', e.entry_id, e.account_id), 'row was changed' "
	"FROM e WHERE e.row_hash <> e.proper "
	"UNION ALL SELECT p.audit_id, format('payment %s', p.payment_id), 'row or its entries were changed' FROM p WHERE p.row_hash <> p.proper "
	"UNION ALL SELECT s.audit_id, format('settlement posting %s', s.posting_id), 'row was changed' FROM s WHERE s.row_hash <> s.proper "
	"UNION ALL SELECT c.audit_id, format('draw %s', c.check_draw_id), 'row or its sample was changed' FROM c WHERE c.row_hash <> c.proper "
	"UNION ALL SELECT a.audit_id, 'audit row', format('it stands for %s rows, %s are there', a.row_count, coalesce(r.row_count, 0)) "
	"FROM a LEFT JOIN r USING (audit_id) WHERE a.row_count <> coalesce(r.row_count, 0) "
	"UNION ALL SELECT a.audit_id, 'audit row', 'rows were exchanged' "
	"FROM a JOIN r USING (audit_id) WHERE a.row_count = r.row_count AND a.root_hash <> sha256(r.hashes) "
	"UNION ALL SELECT d.audit_id, format('decision %s of claim %s', d.decision_no, d.claim_id), 'no audit row stands for it' "
	"FROM assure.decision d LEFT JOIN assure.audit_log l USING (audit_id) "
	"WHERE l.root_hash IS NULL AND " IN_SPAN("d.decided_at") " AND NOT d.audit_id <@ (SELECT ids FROM dropped) "
	"UNION ALL SELECT p.audit_id, format('payment %s', p.payment_id), 'no audit row stands for it' "
	"FROM assure.payment p LEFT JOIN assure.audit_log l USING (audit_id) "
	"WHERE l.root_hash IS NULL AND " IN_SPAN("p.ordered_at") " AND NOT p.audit_id <@ (SELECT ids FROM dropped) "
	"UNION ALL SELECT s.audit_id, format('settlement posting %s', s.posting_id), 'no audit row stands for it' "
	"FROM assure.settlement_posting s LEFT JOIN assure.audit_log l USING (audit_id) "
	"WHERE l.root_hash IS NULL AND " IN_SPAN("s.booked_at") " AND NOT s.audit_id <@ (SELECT ids FROM dropped) "
	"UNION ALL SELECT k.audit_id, format('draw %s', k.check_draw_id), 'no audit row stands for it' "
	"FROM assure.check_draw k LEFT JOIN assure.audit_log l USING (audit_id) "
	"WHERE l.root_hash IS NULL AND " IN_SPAN("k.drawn_at") " AND NOT k.audit_id <@ (SELECT ids FROM dropped) "
	"ORDER BY 1, 2",
	{TIMESTAMPTZOID, TIMESTAMPTZOID}
};

/*
 * drops_say says which rows are not there to be verified, and who dropped them.
 */
static void
drops_say(void)
{
	static SqlPlan list = {
		"SELECT x.from_id, x.to_id, x.dropped_by, to_char(x.dropped_at, 'YYYY-MM-DD') FROM assure.audit_drop x ORDER BY 1", {0}
	};
	uint64		count = plan_run(&list, NULL, NULL);

	for (uint64 i = 0; i < count; i++)
		ereport(NOTICE,
				(errmsg("audit rows " INT64_FORMAT " to " INT64_FORMAT " were dropped by \"%s\" on %s",
						plan_int64(i, 1, 0), plan_int64(i, 2, 0), plan_text(i, 3), plan_text(i, 4)),
				 errdetail("Their seals are verified, they themselves are not.")));
}

/*
 * verify lists what is not as it was written: the seals first, then the rows of
 * the span.
 */
static void
verify(FunctionCallInfo fcinfo, const char *anchor_text)
{
	Call		call;
	Datum		values[4];
	Datum		anchored[2];
	FullTransactionId next = ReadNextFullTransactionId();
	Anchor		anchor;

	values[0] = PG_ARGISNULL(0) ? TimestampTzGetDatum(DT_NOBEGIN) : PG_GETARG_DATUM(0);
	values[1] = PG_ARGISNULL(1) ? TimestampTzGetDatum(DT_NOEND) : PG_GETARG_DATUM(1);
	values[2] = Int64GetDatum((int64) GetSystemIdentifier());
	values[3] = CStringGetTextDatum(psprintf(UINT64_FORMAT, U64FromFullTransactionId(next) + TRANSACTIONS_AHEAD));
	result_set_open(fcinfo);
	call_begin(&call, SCOPE_AUDITOR | SCOPE_ADMIN, "audit_verify");
	call_allow_scans(&call);
	if (anchor_text != NULL)
	{
		anchor = anchor_parse(anchor_text);
		anchored[0] = Int64GetDatum(anchor.seal_no);
		anchored[1] = hash_datum(&anchor.hash);
		result_set_fill(fcinfo, &verify_anchor, anchored, NULL);
	}
	result_set_fill(fcinfo, &verify_chain, NULL, NULL);
	result_set_fill(fcinfo, &verify_drops, NULL, NULL);
	result_set_fill(fcinfo, &verify_sealed, values, NULL);
	result_set_fill(fcinfo, &verify_unsealed, values, NULL);
	result_set_fill(fcinfo, &verify_rows, values, NULL);
	drops_say();
	call_end(&call);
}

/*
 * assure_audit_verify verifies what the database can say of itself.
 */
PGDLLEXPORT Datum
assure_audit_verify(PG_FUNCTION_ARGS)
{
	verify(fcinfo, NULL);
	return (Datum) 0;
}

/*
 * assure_audit_verify_anchor compares it with a seal that was kept outside, too.
 */
PGDLLEXPORT Datum
assure_audit_verify_anchor(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("anchor must not be NULL"),
				 errhint("Without an anchor, call assure.audit_verify(from_moment, to_moment).")));
	verify(fcinfo, text_to_cstring(PG_GETARG_TEXT_PP(2)));
	return (Datum) 0;
}
