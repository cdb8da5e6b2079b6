-- Copies of the tables that adjudication writes, with the same indexes, checks and
-- foreign keys, in schema :copy: for those that batches are compared with. :when says
-- when the foreign keys are checked: row by row, entries come before their decision.

\set ON_ERROR_STOP 1
CREATE SCHEMA :copy;
CREATE TABLE :copy.account_book (LIKE assure_internal.account_book INCLUDING ALL) WITH (fillfactor = 70);
CREATE TABLE :copy.claim_queue (LIKE assure_internal.claim_queue INCLUDING ALL) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
CREATE TABLE :copy.decision (LIKE assure.decision INCLUDING ALL);
CREATE TABLE :copy.ledger_entry (LIKE assure.ledger_entry INCLUDING ALL);
CREATE TABLE :copy.balance (LIKE assure.balance INCLUDING ALL) WITH (fillfactor = 80);
CREATE TABLE :copy.audit_log (LIKE assure.audit_log INCLUDING ALL);
CREATE TABLE :copy.payment_due (LIKE assure_internal.payment_due INCLUDING ALL);
CREATE TABLE :copy.task (LIKE assure.task INCLUDING ALL) WITH (fillfactor = 80);
CREATE TABLE :copy.task_event (LIKE assure.task_event INCLUDING ALL);
CREATE TABLE :copy.clock (LIKE assure.clock INCLUDING ALL) WITH (fillfactor = 80);
INSERT INTO :copy.account_book SELECT * FROM assure_internal.account_book;
INSERT INTO :copy.claim_queue SELECT * FROM assure_internal.claim_queue;
SELECT :'copy' AS copy \gset
-- The foreign keys that the originals have.
SELECT format('ALTER TABLE %I.%I ADD %s', :'copy', r.relname,
    CASE WHEN f.relname = 'decision' THEN replace(pg_get_constraintdef(c.oid), 'assure.decision', format('%I.decision', :'copy')) ELSE pg_get_constraintdef(c.oid) END || ' ' || :'when')
FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_class f ON f.oid = c.confrelid
WHERE c.contype = 'f' AND r.relname IN ('decision', 'ledger_entry', 'balance', 'task', 'task_event', 'clock') AND r.relnamespace = 'assure'::regnamespace
ORDER BY r.relname \gexec
VACUUM ANALYZE :copy.claim_queue;
VACUUM ANALYZE :copy.account_book;
