\set ECHO none
-- A task is taken without statements: what the tables have beside their rows holds all the same.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT no_plan();
SELECT assure.put_queue('{"code": "uw", "name": "Underwriting", "skills": {"uw": 2}, "sla": "claim_review", "reserve_for": "PT30M"}') \g /dev/null
SELECT assure.put_worker('{"code": "U1", "name": "x", "branch": "BJ", "capacity": 100, "authority": "5000.00", "skills": {"uw": 3}}') \g /dev/null
CREATE FUNCTION t.open(n int) RETURNS SETOF bigint LANGUAGE sql AS $$ SELECT assure.create_task('uw', '{"kind": "other", "ref": "x"}', '{"branch": "BJ", "amount": "1.00"}') FROM generate_series(1, n) $$;
CREATE FUNCTION t.last() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', t.state, w.code, t.state_since = now(), t.state_until = now() + interval '30 minutes', e.event, e.worker_id = t.worker_id, e.happened_at = now(), e.session_role = session_user, e.reason)
    FROM assure.task t LEFT JOIN assure.worker w USING (worker_id) JOIN assure.task_event e USING (task_id) ORDER BY e.event_id DESC LIMIT 1 $$;
SELECT count(*) FROM t.open(20) \g /dev/null

SELECT assure.next_task('U1') AS one \gset
SELECT is(t.last(), 'reserved U1 t t reserved t t t', 'the task and its event');
SELECT is((SELECT count(*) FROM assure.task_event WHERE task_id = :one), 2::bigint, 'one event');
SELECT is(assure.next_task('U1') > :one, true, 'the next is another one');

-- Constraints, also those that came after the first call.
SELECT worker_id AS u1 FROM assure.worker WHERE code = 'U1' \gset
ALTER TABLE assure.task ADD CONSTRAINT t_never CHECK (worker_id <> :u1 OR state_since < now()) NOT VALID;
SELECT alike(t.fails('SELECT assure.next_task(''U1'')'), '23514 %"t_never"', 'a constraint of the task holds');
ALTER TABLE assure.task DROP CONSTRAINT t_never;
SELECT is(t.fails('SELECT assure.next_task(''U1'')'), 'none', 'without it, none is in the way');
ALTER TABLE assure.task_event ADD CONSTRAINT t_never CHECK (event <> 'reserved') NOT VALID;
SELECT alike(t.fails('SELECT assure.next_task(''U1'')'), '23514 %"t_never"', 'one of the event too');
ALTER TABLE assure.task_event DROP CONSTRAINT t_never;
ALTER TABLE assure.clock ADD CONSTRAINT t_never CHECK (progress_at < now()) NOT VALID;
SELECT alike(t.fails('SELECT assure.next_task(''U1'')'), '23514 %"t_never"', 'and one of the clock');
ALTER TABLE assure.clock DROP CONSTRAINT t_never;
SELECT is((SELECT count(*) FROM assure.task t JOIN assure.task_event e USING (task_id) WHERE t.state = 'open' AND e.event = 'reserved'), 0::bigint, 'what was refused left nothing');

-- Indexes that came after the first call.
CREATE INDEX t_until ON assure.task (state_until, worker_id) WHERE state = 'reserved' AND priority > 1;
CREATE UNIQUE INDEX t_once ON assure.task ((task_id * 2), state);
SELECT assure.next_task('U1') AS one \gset
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT is((SELECT task_id FROM assure.task WHERE task_id * 2 = :one * 2 AND state = 'reserved'), :one::bigint, 'an index over an expression is written');
SELECT is((SELECT count(*) FROM assure.task WHERE state = 'reserved' AND priority > 1 AND state_until > now() AND worker_id = :u1 AND task_id = :one), 1::bigint, 'and one of some rows');
RESET enable_seqscan;
RESET enable_bitmapscan;
CREATE UNIQUE INDEX t_holder ON assure.task (worker_id) WHERE state = 'reserved' AND task_id > :one;
SELECT is(t.fails('SELECT assure.next_task(''U1'')'), 'none', 'one is unique');
SELECT alike(t.fails('SELECT assure.next_task(''U1'')'), '23505 %"t_holder"', 'two are not');
DROP INDEX assure.t_holder, assure.t_once, assure.t_until;

-- Triggers: after and before rows, of statements.
CREATE TABLE t.fired (n serial, what text, task_id bigint);
CREATE FUNCTION t.fire() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    INSERT INTO t.fired (what, task_id) VALUES (concat_ws(' ', TG_ARGV[0], TG_OP, CASE WHEN TG_LEVEL = 'ROW' AND TG_OP = 'UPDATE' THEN to_jsonb(OLD) ->> 'state' END, CASE WHEN TG_LEVEL = 'ROW' THEN to_jsonb(NEW) ->> TG_ARGV[1] END),
        CASE WHEN TG_LEVEL = 'ROW' THEN NEW.task_id END);
    RETURN NEW; END $$;
CREATE FUNCTION t.fired() RETURNS text LANGUAGE sql AS $$ WITH d AS (DELETE FROM t.fired RETURNING n, what) SELECT string_agg(what, ', ' ORDER BY n) FROM d $$;
CREATE TRIGGER t_after AFTER UPDATE ON assure.task FOR EACH ROW EXECUTE FUNCTION t.fire('after', 'state');
CREATE TRIGGER t_after AFTER INSERT ON assure.task_event FOR EACH ROW EXECUTE FUNCTION t.fire('after', 'event');
SELECT assure.next_task('U1') AS one \gset
SELECT is((SELECT count(DISTINCT task_id) FILTER (WHERE task_id = :one) FROM t.fired), 1::bigint, 'triggers after rows see the row');
SELECT is(t.fired(), 'after UPDATE open reserved, after INSERT reserved', 'of both tables');
CREATE TRIGGER t_statement AFTER UPDATE ON assure.task FOR EACH STATEMENT EXECUTE FUNCTION t.fire('statement');
SELECT assure.next_task('U1') AS one \gset
SELECT is(t.fired(), 'after UPDATE open reserved, statement UPDATE, after INSERT reserved', 'so do those of statements');
SELECT is(t.last(), 'reserved U1 t t reserved t t t', 'and the task is taken as ever');
DROP TRIGGER t_statement ON assure.task;
DROP TRIGGER t_after ON assure.task;
DROP TRIGGER t_after ON assure.task_event;
CREATE FUNCTION t.set_product() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.product := 'changed'; RETURN NEW; END $$;
CREATE TRIGGER t_before BEFORE UPDATE ON assure.task FOR EACH ROW EXECUTE FUNCTION t.set_product();
SELECT assure.next_task('U1') AS one \gset
SELECT is((SELECT product FROM assure.task WHERE task_id = :one AND state = 'reserved'), 'changed', 'a trigger before a row may change it');
CREATE OR REPLACE FUNCTION t.set_product() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
SELECT is(t.fails('SELECT assure.next_task(''U1'')') LIKE '40001 %', true, 'or refuse it, and then nothing is written');
SELECT is((SELECT count(*) FROM assure.task t JOIN assure.task_event e USING (task_id) WHERE t.state = 'open' AND e.event = 'reserved'), 0::bigint, 'no event either');
DROP TRIGGER t_before ON assure.task;

-- A trigger that takes another task.
CREATE FUNCTION t.again() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    IF NEW.state = 'reserved' AND (SELECT count(*) < 3 FROM t.fired) THEN INSERT INTO t.fired (what, task_id) VALUES ('again', NEW.task_id); PERFORM assure.next_task('U1'); END IF; RETURN NEW; END $$;
CREATE TRIGGER t_again AFTER UPDATE ON assure.task FOR EACH ROW EXECUTE FUNCTION t.again();
SELECT is(assure.next_task('U1') IS NOT NULL, true, 'a trigger that takes tasks itself');
SELECT is((SELECT count(*) FROM t.fired f JOIN assure.task t USING (task_id) WHERE t.state = 'reserved'), 3::bigint, 'has taken them');
SELECT is((SELECT count(*) FROM assure.task t WHERE t.state = 'reserved' AND (SELECT count(*) FROM assure.task_event e WHERE e.task_id = t.task_id AND e.event = 'reserved') <> 1), 0::bigint, 'each once');
DROP TRIGGER t_again ON assure.task;
DELETE FROM t.fired;

-- Columns that somebody added.
ALTER TABLE assure.task ADD COLUMN t_twice int GENERATED ALWAYS AS (priority * 2) STORED, ADD COLUMN t_state text GENERATED ALWAYS AS (state || '!') STORED;
ALTER TABLE assure.task_event ADD COLUMN t_note text DEFAULT 'by default';
SELECT assure.next_task('U1') AS one \gset
SELECT is((SELECT concat_ws(' ', t_twice, t_state) FROM assure.task WHERE task_id = :one), '10 reserved!', 'generated columns are computed');
SELECT is((SELECT t_note FROM assure.task_event WHERE task_id = :one AND event = 'reserved'), 'by default', 'and defaults filled in');
ALTER TABLE assure.task_event DROP COLUMN t_note;
SELECT assure.next_task('U1') AS one \gset
SELECT is(t.last(), 'reserved U1 t t reserved t t t', 'a column that is gone is not in the way');

-- What a queue asks is known anew when it changes.
SELECT assure.put_queue('{"code": "uw", "name": "Underwriting", "skills": {"uw": 2, "english": 1}, "sla": "claim_review", "reserve_for": "PT30M"}') \g /dev/null
SELECT is(assure.next_task('U1'), NULL, 'who lacks a skill that the queue asks from now on gets none');
SELECT assure.put_queue('{"code": "uw", "name": "Underwriting", "skills": {"uw": 2}, "sla": "claim_review", "reserve_for": null}') \g /dev/null
SELECT assure.next_task('U1') AS one \gset
SELECT is((SELECT concat_ws(' ', state, state_until) FROM assure.task WHERE task_id = :one), 'reserved', 'for ever, if the queue says so');
DELETE FROM assure.queue_skill;
UPDATE assure.queue SET skill = 'none' WHERE code = 'uw';
SELECT is(assure.next_task('U1'), NULL, 'plain SQL counts too');

SELECT * FROM finish();
ROLLBACK;
