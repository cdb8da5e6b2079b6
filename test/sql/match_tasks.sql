\set ECHO none
-- A branch goes, and its open tasks are given out at once: to whom, and to whom not.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT no_plan();
-- The higher the skill the cheaper; a pair costs at most a million, a task left out two.
SELECT assure.put_match_profile('{"code": "m", "name": "x", "factors": [{"code": "level", "parameter": "skill_margin", "weight": 1, "scale": {"worst": 0, "best": 4}}], "outside": {"base": 2}}') \g /dev/null
SELECT assure.put_queue('{"code": "m", "name": "x", "skills": {"m": 1}, "sla": "claim_review", "profile": "m", "reserve_for": "PT30M"}') \g /dev/null
SELECT assure.put_worker(('{"name": "x", "capacity": 3, "authority": "5000.00"}'::jsonb || w)) FROM jsonb_array_elements('[
    {"code": "A", "branch": "SH", "skills": {"m": 5}}, {"code": "B", "branch": "SH", "skills": {"m": 3}},
    {"code": "C", "branch": "GD", "skills": {"m": 4, "extra": 1}, "capacity": 1, "authority": "100.00"}, {"code": "H", "branch": "BJ", "skills": {"m": 5}}]') w \g /dev/null
CREATE TEMP TABLE named (ref text PRIMARY KEY, task_id bigint);
GRANT SELECT ON named TO PUBLIC;
-- t.open(ref, ...) opens a task of a branch; t.id(ref) is its key, t.worker(code) that of a worker.
CREATE FUNCTION t.open(ref text, amount text DEFAULT '50.00', branch text DEFAULT 'BJ', more jsonb DEFAULT '{}') RETURNS void LANGUAGE sql AS $$
    INSERT INTO named VALUES (ref, assure.create_task('m', '{"kind": "other", "ref": "x"}', jsonb_build_object('branch', branch, 'amount', amount) || more)) $$;
CREATE FUNCTION t.id(ref text) RETURNS bigint STABLE LANGUAGE sql AS $$ SELECT task_id FROM named n WHERE n.ref = id.ref $$;
CREATE FUNCTION t.worker(code text) RETURNS bigint STABLE LANGUAGE sql AS $$ SELECT worker_id FROM assure.worker w WHERE w.code = worker.code $$;
-- t.held() tells who has which task.
CREATE FUNCTION t.held() RETURNS text STABLE LANGUAGE sql AS $$
    SELECT string_agg(n.ref || ' ' || t.state || coalesce(' ' || w.code, ''), ', ' ORDER BY n.ref COLLATE "C") FROM named n JOIN assure.task t USING (task_id) LEFT JOIN assure.worker w USING (worker_id) $$;
-- t.moved() has the branch go and tells how many found somebody, and who has which.
CREATE FUNCTION t.moved(status text DEFAULT 'offline') RETURNS text LANGUAGE plpgsql AS $$
DECLARE count bigint := assure.move_branch('BJ', status, 'power cut'); BEGIN RETURN count || ': ' || coalesce(t.held(), ''); END $$;

SAVEPOINT at_first;
SELECT t.open('1', '200.00'), t.open('2', '200.00'), t.open('3'), t.open('4', '200.00'), t.open('5', '50.00', 'SH') \g /dev/null
SELECT assure.assign_task(t.id('4'), 'H', 'first') \g /dev/null
SELECT is(t.moved(), '4: 1 reserved A, 2 reserved A, 3 reserved C, 4 reserved A, 5 open', 'who is best, as far as there is room; what is not the branch''s stays as it is');
SELECT is((SELECT string_agg(concat_ws(' ', n.ref, e.event, w.code, e.reason), ', ' ORDER BY n.ref COLLATE "C", e.event_id) FROM assure.task_event e JOIN named n USING (task_id) LEFT JOIN assure.worker w USING (worker_id)
    WHERE n.ref IN ('1', '4') AND e.event IN ('reserved', 'displaced')),
    '1 reserved A branch BJ offline: power cut, 4 reserved H first, 4 displaced H branch BJ offline: power cut, 4 reserved A branch BJ offline: power cut', 'its history says why');
SELECT is((SELECT bool_and(state_until = now() + interval '30 minutes' AND state_since = now()) FROM assure.task WHERE state = 'reserved'), true, 'reserved as long as the queue says');
SELECT is((SELECT bool_and(progress_at = now()) FROM assure.clock JOIN named ON subject_kind = 'task' AND subject_id = task_id), true, 'their clocks know');
SELECT is(t.moved(), '0: 1 reserved A, 2 reserved A, 3 reserved C, 4 reserved A, 5 open', 'a second time there is nothing to give');
ROLLBACK TO at_first;

-- Refused: each by one thing.
SELECT t.open('1', '100.01') \g /dev/null
UPDATE assure.worker SET authority_fen = 10000 WHERE code IN ('A', 'B');
SELECT is(t.moved(), '0: 1 open', 'above everybody''s authority');
ROLLBACK TO at_first;
SELECT t.open('1', '100.01') \g /dev/null
UPDATE assure.worker SET authority_fen = 10000 WHERE code = 'A';
SELECT is(t.moved(), '1: 1 reserved B', 'above that of the best');
ROLLBACK TO at_first;
SELECT t.open('1') \g /dev/null
DELETE FROM assure.worker_skill WHERE skill = 'm';
SELECT is(t.moved(), '0: 1 open', 'nobody has the skill');
ROLLBACK TO at_first;
SELECT t.open('1', more => '{"skills": ["extra"]}') \g /dev/null
SELECT is(t.moved(), '1: 1 reserved C', 'a further skill that one has');
ROLLBACK TO at_first;
SELECT t.open('1') \g /dev/null
UPDATE assure.task SET excluded_worker_ids = ARRAY[t.worker('A'), t.worker('C')] WHERE task_id = t.id('1');
SELECT is(t.moved(), '1: 1 reserved B', 'four eyes');
ROLLBACK TO at_first;
SELECT t.open('1') \g /dev/null
UPDATE assure.task SET declined_worker_ids = ARRAY[t.worker('A')], declined_until = now() + interval '1 minute' WHERE task_id = t.id('1');
SELECT is(t.moved(), '1: 1 reserved C', 'who gave it back just now');
ROLLBACK TO at_first;
SELECT t.open('1') \g /dev/null
UPDATE assure.worker SET status = 'off_shift' WHERE code <> 'B';
SELECT is(t.moved(), '1: 1 reserved B', 'who is off shift');
ROLLBACK TO at_first;
SELECT t.open('1') \g /dev/null
UPDATE assure.branch SET status = 'reduced' WHERE code = 'SH';
UPDATE assure.worker SET capacity = 0 WHERE code = 'C';
SELECT is(t.moved(), '0: 1 open', 'a branch that is reduced takes nothing in, and who has no room neither');
ROLLBACK TO at_first;
SELECT t.open('1'), t.open('2'), t.open('3'), t.open('4') \g /dev/null
UPDATE assure.branch SET take_in = CASE code WHEN 'SH' THEN 34 ELSE 0 END;
UPDATE assure.worker SET status = 'off_shift' WHERE code = 'B';
SELECT is(t.moved(), '2: 1 reserved A, 2 reserved A, 3 open, 4 open', 'two of three places are for others'' work');
ROLLBACK TO at_first;
SELECT t.open('1'), t.open('2') \g /dev/null
UPDATE assure.task SET priority = 9 WHERE task_id = t.id('2');
SELECT assure.put_match_profile('{"code": "m", "name": "x", "factors": [{"code": "level", "parameter": "skill_margin", "weight": 1, "scale": {"worst": 0, "best": 4}}], "outside": {"base": 2, "per_priority": 0.1}}') \g /dev/null
UPDATE assure.worker SET capacity = CASE code WHEN 'C' THEN 1 ELSE 0 END;
SELECT is(t.moved(), '1: 1 open, 2 reserved C', 'one place: the urgent one');
ROLLBACK TO at_first;

-- What else the places are needed for, and what stays.
SELECT t.open('1') \g /dev/null
INSERT INTO assure.match_price VALUES (t.worker('A'), 700000, 0), (t.worker('C'), 200000, 0);
SELECT is(t.moved(), '1: 1 reserved C', 'a place that the last dispatch found dear is spared');
UPDATE assure.match_price SET price = 300000 WHERE worker_id = t.worker('C');
SELECT is(t.moved('online'), '0: 1 reserved C', 'what is with somebody stays, though it came cheaper elsewhere');
ROLLBACK TO at_first;
SELECT t.open('1'), t.open('2', '50.00', 'SH') \g /dev/null
SELECT assure.assign_task(t.id('2'), 'C', 'x') \g /dev/null
UPDATE assure.worker SET capacity = 0 WHERE code IN ('A', 'B');
SELECT is(t.moved(), '0: 1 open, 2 reserved C', 'nobody loses what is his');
ROLLBACK TO at_first;
SELECT t.open('1') \g /dev/null
CREATE FUNCTION t.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER t_before BEFORE UPDATE ON assure.task FOR EACH ROW WHEN (NEW.state = 'reserved') EXECUTE FUNCTION t.refuse();
SELECT alike(t.fails('SELECT assure.move_branch(''BJ'', ''offline'', ''x'')'), '40001 %', 'a trigger that refuses the row refuses all');
SELECT is(t.held() || (SELECT ' ' || count(*) FROM assure.task_event WHERE event = 'reserved'), '1 open 0', 'and nothing is written');
DROP TRIGGER t_before ON assure.task;
CREATE TRIGGER t_before BEFORE INSERT ON assure.task_event FOR EACH ROW EXECUTE FUNCTION t.refuse();
SELECT is(t.moved(), '1: 1 reserved A', 'with triggers it is written by statements');
ROLLBACK TO at_first;
SELECT alike(t.fails('SELECT assure.move_branch(''XX'', ''offline'', ''x'')'), '%branch "XX" does not exist', 'a branch that is not known');
SELECT is(t.moved(), '0: ', 'and one without work');
SELECT * FROM finish();
ROLLBACK;
