\set ECHO none
-- Points of persons: rules, what a task gives, the leaderboard.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
\i test/sql-common/shared_work.psql
SELECT plan(46);
CREATE FUNCTION t.put(document jsonb) RETURNS text LANGUAGE sql AS $$ SELECT t.run('admin', format('SELECT assure.put_point_rule(%L)', document)) $$;
CREATE FUNCTION t.entry(task bigint) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', kind, w.code, tasks, base, difficulty, speed, quality), ', ' ORDER BY entry_id) FROM assure.point_entry JOIN assure.worker w USING (worker_id) WHERE task_id = $1 $$;
CREATE FUNCTION t.board() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(concat_ws(' ', rank, branch_rank, branch, worker, name, tasks, points), ', ' ORDER BY rank, worker) FROM assure_bi.leaderboard
    WHERE month = date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai')::date AND queue = 'claim_review' $$;

CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
CREATE TEMP TABLE refused (n serial, more jsonb, answer text);
INSERT INTO refused (more, answer) VALUES
    ('{"queue": "none"}', '23503 point_rule: queue: queue "none" does not exist'),
    ('{"base": -1}', '22003 point_rule: base: '), ('{"base": "10"}', '22023 point_rule: base: '), ('{"base": 1.5}', '22023 point_rule: base: '), ('{"base": 100001}', '22003 point_rule: base: '),
    ('{"difficulty": [1, 2, 3, 4, 5, 6]}', '54000 point_rule: difficulty: '), ('{"difficulty": [-1]}', '22003 point_rule: difficulty[0]: '),
    ('{"speed": [{"within": 0, "points": 1}]}', '22003 point_rule: speed[0].within: '), ('{"speed": [{"within": 101, "points": 1}]}', '22003 point_rule: speed[0].within: '),
    ('{"speed": [{"within": 50, "points": 1}, {"within": 50, "points": 1}]}', '22023 point_rule: speed[1].within: 50 is not above 50'),
    ('{"speed": [{"within": 50}]}', '22023 point_rule: speed[0].points: '), ('{"speed": [{"points": 1}]}', '22023 point_rule: speed[0].within: '),
    ('{"late": 1}', '22003 point_rule: late: '), ('{"pass": -1}', '22003 point_rule: pass: '), ('{"defect": 1}', '22003 point_rule: defect: '), ('{"bonus": 1}', '22023 point_rule: bonus: unknown key');
SELECT ok(starts_with(t.put('{"queue": "claim_review", "base": 10}'::jsonb || more), answer), 'refused: ' || answer) FROM refused ORDER BY n;
SELECT matches(t.run('sup', $$SELECT assure.put_point_rule('{"queue": "claim_review", "base": 10}')$$), '^42501 ', 'nor by a supervisor');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'no refusal wrote a row');

SELECT is(t.entry(t.work('N1', 'BJ1')), NULL, 'without a rule no points');
SELECT matches(t.put('{"queue": "claim_review", "base": 10, "difficulty": [0, 5], "speed": [{"within": 30, "points": 6}, {"within": 80, "points": 2}], "late": -4, "pass": 3, "defect": -2}'), '^\d+$', 'a rule is put');
SELECT is(t.run('admin', $$SELECT assure.put_difficulty('{"queue": "claim_review", "levels": ["amount >= 5000", "amount >= 50000"]}') > 0$$), 't', 'and difficulty');
SELECT is(t.entry(t.work('P1', 'BJ1')), 'done BJ1 1 10 0 6 0', 'base, and for the quick');
SELECT is(t.entry(t.work('P2', 'SH1', '6000.00')), 'done SH1 1 10 5 6 0', 'for the difficult');
SELECT is(t.entry(t.work('P3', 'SH2', '60000.00')), 'done SH2 1 10 5 6 0', 'the last level for those above');
-- How long it took: the task's times are set before it is finished.
CREATE FUNCTION t.timed(ref text, worker text, since interval, due interval) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM assure.submit_claim(t.claim(ref, 'MR1', '100.00'));
    PERFORM assure.adjudicate(ref);
    UPDATE assure.task SET created_at = now() - since, due_at = now() - since + due WHERE task_id = t.task_of($1);
    PERFORM t.give(t.task_of(ref), worker);
    PERFORM t.by(worker, format('SELECT assure.decide_claim(%L, ''approve'')', ref));
    RETURN t.entry(t.task_of(ref));
END $$;
SELECT is(t.timed('T1', 'BJ2', '3 hours', '10 hours'), 'done BJ2 1 10 0 6 0', 'within 30 %');
SELECT is(t.timed('T2', 'BJ2', '3 hours 1 second', '10 hours'), 'done BJ2 1 10 0 2 0', 'within 80 %');
SELECT is(t.timed('T3', 'BJ2', '8 hours 1 second', '10 hours'), 'done BJ2 1 10 0 0 0', 'in time');
SELECT is(t.timed('T4', 'BJ2', '10 hours', '10 hours'), 'done BJ2 1 10 0 0 0', 'just');
SELECT is(t.timed('T5', 'BJ2', '10 hours 1 second', '10 hours'), 'done BJ2 1 10 0 -4 0', 'late');
SELECT is(t.timed('T6', 'GD1', '10 hours', NULL), 'done GD1 1 10 0 0 0', 'without a deadline');
SELECT is(t.board(), '1 1 BJ BJ2 孙* 5 54, 2 1 SH SH1 李* 1 21, 2 1 SH SH2 周* 1 21, 4 2 BJ BJ1 钱* 1 16, 5 1 GD GD1 吴* 1 10', 'the leaderboard');
SELECT is(t.run('bi', 'SELECT count(*) FROM assure_bi.leaderboard'), '5', 'BI reads it');
SELECT matches(t.run('bi', 'SELECT * FROM assure.point_entry'), '^42501 ', 'and not the entries');
SELECT is(t.run('sup', format('SELECT assure.annul_work(%s, ''x'')', t.task_of('T1'))), '""', 'work is annulled');
SELECT is(t.entry(t.task_of('T1')), 'done BJ2 1 10 0 6 0, annulled BJ2 -1 -10 0 -6 0', 'its points are taken back');
SELECT is(t.board(), '1 1 BJ BJ2 孙* 4 38, 2 1 SH SH1 李* 1 21, 2 1 SH SH2 周* 1 21, 4 2 BJ BJ1 钱* 1 16, 5 1 GD GD1 吴* 1 10', 'and the leaderboard shows it');
SELECT matches(t.put('{"queue": "claim_review", "base": 1}'), '^\d+$', 'another version');
SELECT is(t.entry(t.work('V2', 'BJ1')), 'done BJ1 1 1 0 0 0', 'counts from then on');
SELECT is(t.run('sup', format('SELECT assure.annul_work(%s, ''x'')', t.task_of('P2'))), '""', 'what is taken back');
SELECT is(t.entry(t.task_of('P2')), 'done SH1 1 10 5 6 0, annulled SH1 -1 -10 -5 -6 0', 'is what was given');
-- Checked afterwards, it gives none again.
SELECT t.put('{"queue": "claim_review", "base": 10, "pass": 3, "defect": -2}'), t.run('admin', 'SELECT assure.put_check_plan(''{"queue": "claim_review", "rate": "1"}'')') \g /dev/null
UPDATE assure.task SET state_since = now() - interval '1 day' WHERE state = 'done';
SELECT (now() AT TIME ZONE 'Asia/Shanghai')::date - 1 AS yesterday \gset
SELECT t.run('sup', format('SELECT count(*) FROM assure.draw_checks(''[%s,%s]'', ''a'', request_id => ''d1'')', :'yesterday', :'yesterday')) \g /dev/null
CREATE FUNCTION t.pass(ref text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE task bigint := (SELECT g.task_id FROM assure.check_stage g JOIN assure.check_sample s USING (check_id) WHERE s.task_id = t.task_of(ref));
BEGIN
    PERFORM t.give(task, 'CHK2');
    RETURN t.by('CHK2', format('SELECT assure.record_check(%L)', jsonb_build_object('task', task, 'verdict', 'pass')));
END $$;
SELECT matches(t.pass('T1') || t.pass('V2'), '^\d+$', 'work that was annulled, and other, passes a check');
SELECT is(t.entry(t.task_of('T1')), 'done BJ2 1 10 0 6 0, annulled BJ2 -1 -10 0 -6 0', 'what does not count has no quality');
SELECT is(t.entry(t.task_of('V2')), 'done BJ1 1 1 0 0 0, checked BJ1 0 0 0 0 3', 'what counts has');
SET LOCAL DateStyle = 'German';
SELECT is(t.run('sup', format('SELECT count(*) FROM assure.draw_checks(''[%s,%s]'', ''a'', request_id => ''d1'')', :'yesterday', :'yesterday')), '1', 'a retry is one whatever way dates are written');
SET LOCAL DateStyle = 'ISO';
SELECT matches(t.fails('UPDATE assure.point_entry SET base = 100'), '^AS005 ', 'entries are append-only');
SELECT is(t.whole(), '', 'the books hold');
SELECT * FROM finish();
ROLLBACK;
