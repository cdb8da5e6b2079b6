-- The physical limit: the rows that a batch wrote, all of them, written by plain
-- set-wise SQL with constant values, in chunks of the same claims, a transaction
-- each, and out of the same queue.

\set ON_ERROR_STOP 1
-- What each chunk wrote: keys only, ready as arrays, so that reading them costs next to nothing.
CREATE TABLE IF NOT EXISTS plain_chunk (round int, shard int, chunk bigint, accounts bigint[], claims bigint[], paid bool[], pended bool[],
    entry_accounts bigint[], entry_ids bigint[], entry_claims bigint[], entry_members bigint[], counters text[], periods text[], measures text[], PRIMARY KEY (round, shard, chunk));

-- note_chunks keeps the keys of the chunks that were written after an audit row.
CREATE OR REPLACE FUNCTION note_chunks(this_round int, after_audit bigint, shards int) RETURNS bigint LANGUAGE sql AS $$
    WITH d AS (SELECT audit_id, array_agg(account_id ORDER BY claim_id) AS accounts, array_agg(claim_id ORDER BY claim_id) AS claims,
            array_agg(verdict = 'approve' ORDER BY claim_id) AS paid, array_agg(verdict = 'pend' ORDER BY claim_id) AS pended
        FROM assure.decision WHERE audit_id > after_audit GROUP BY audit_id),
    e AS (SELECT audit_id, array_agg(account_id ORDER BY entry_id) AS accounts, array_agg(entry_id ORDER BY entry_id) AS ids, array_agg(claim_id ORDER BY entry_id) AS claims,
            array_agg(member_id ORDER BY entry_id) AS members, array_agg(counter ORDER BY entry_id) AS counters, array_agg(period ORDER BY entry_id) AS periods, array_agg(measure ORDER BY entry_id) AS measures
        FROM assure.ledger_entry JOIN (SELECT account_id, claim_id, decision_no, audit_id FROM assure.decision) d USING (account_id, claim_id, decision_no) WHERE audit_id > after_audit GROUP BY audit_id),
    w AS (INSERT INTO plain_chunk SELECT this_round, mod(hashint8extended(d.accounts[1], 0) & x'7fffffff'::bigint, shards), audit_id, d.accounts, d.claims, paid, pended,
            e.accounts, e.ids, e.claims, e.members, e.counters, e.periods, e.measures FROM d LEFT JOIN e USING (audit_id) RETURNING 1)
    SELECT count(*) FROM w $$;

-- A decision as large as the usual one.
CREATE TABLE IF NOT EXISTS plain_constant AS
    SELECT reasons, result, engine, input FROM assure.decision
    ORDER BY abs(pg_column_size(reasons) + pg_column_size(result) - (SELECT avg(pg_column_size(reasons) + pg_column_size(result)) FROM assure.decision)), claim_id LIMIT 1;

CREATE OR REPLACE PROCEDURE plain_write(this_round int, this_shard int) LANGUAGE plpgsql AS $$
DECLARE
    c plain_chunk;
    v plain_constant;
    nobody CONSTANT bytea := sha256('');
BEGIN
    SELECT * INTO v FROM plain_constant;
    FOR c IN SELECT * FROM plain_chunk WHERE round = this_round AND shard = this_shard ORDER BY chunk
    LOOP
        UPDATE plain.account_book SET revision = revision + 1 WHERE account_id = ANY (c.accounts);
        INSERT INTO plain.decision (account_id, claim_id, decision_no, verdict, submitted_fen, paid_fen, plan_version_id, reasons, result, engine, note, decided_at, decided_by, audit_id, row_hash, input, ledger_horizon, input_salt, input_hash)
            SELECT account_id, claim_id, 1, CASE WHEN paid THEN 'approve' WHEN pended THEN 'pend' ELSE 'deny' END, 1, paid::int, 1, v.reasons, v.result, v.engine, NULL, now(), 'bench', c.chunk, nobody, v.input, 1, substr(nobody, 1, 16), nobody
            FROM unnest(c.accounts, c.claims, c.paid, c.pended) AS u (account_id, claim_id, paid, pended);
        INSERT INTO plain.ledger_entry (account_id, entry_id, claim_id, decision_no, member_id, counter, period, measure, delta, row_hash)
            SELECT account_id, entry_id, claim_id, 1, member_id, counter, period, measure, 1, nobody
            FROM unnest(c.entry_accounts, c.entry_ids, c.entry_claims, c.entry_members, c.counters, c.periods, c.measures) AS u (account_id, entry_id, claim_id, member_id, counter, period, measure);
        INSERT INTO plain.balance AS b (account_id, member_id, counter, period, measure, value, limit_value)
            SELECT account_id, member_id, counter, period, measure, count(*), 1000000
            FROM unnest(c.entry_accounts, c.entry_members, c.counters, c.periods, c.measures) AS u (account_id, member_id, counter, period, measure)
            GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
            ON CONFLICT (account_id, member_id, counter, period, measure) DO UPDATE SET value = b.value + excluded.value;
        DELETE FROM plain.claim_queue q USING unnest(c.accounts, c.claims) AS u (account_id, claim_id) WHERE q.account_id = u.account_id AND q.claim_id = u.claim_id;
        INSERT INTO plain.payment_due (account_id, claim_id)
            SELECT account_id, claim_id FROM unnest(c.accounts, c.claims, c.paid) AS u (account_id, claim_id, paid) WHERE paid;
        WITH t AS (INSERT INTO plain.task (queue_id, subject_kind, account_id, subject_id, branch_id, amount_fen)
                SELECT 1, 'claim', account_id, claim_id, 1, 1 FROM unnest(c.accounts, c.claims, c.pended) AS u (account_id, claim_id, pended) WHERE pended RETURNING task_id),
            e AS (INSERT INTO plain.task_event (task_id, event, session_role) SELECT task_id, 'created', 'bench' FROM t)
            INSERT INTO plain.clock (subject_kind, subject_id, branch_id, sla_policy_id, started_at, target_at, progress_at, next_due)
                SELECT 'task', task_id, 1, 1, now(), now() + interval '1 day', now(), now() + interval '1 hour' FROM t;
        INSERT INTO plain.audit_log SELECT (jsonb_populate_record(NULL::plain.audit_log, to_jsonb(l) || jsonb_build_object('audit_id', nextval('assure.audit_id_seq')))).* FROM assure.audit_log l WHERE audit_id = c.chunk;
        COMMIT;
    END LOOP;
END $$;
