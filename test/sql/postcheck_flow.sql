\set ECHO none
-- Post-checks: plans and defects, a draw, verdicts, rectification, until a draw is closed; and who may not check.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
\i test/sql-common/shared_work.psql
SELECT plan(119);
CREATE FUNCTION t.put(what text, document jsonb) RETURNS text LANGUAGE sql AS $$ SELECT t.run('admin', format('SELECT assure.put_%s(%L)', what, document)) $$;
CREATE FUNCTION t.draw(period text, seed text DEFAULT 'a', queue text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(t.run('sup', format('SELECT * FROM assure.draw_checks(%L, %L, %L)', period, seed, queue)), '^\d+,', '') $$;
CREATE FUNCTION t.check_of(ref text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', g.round, g.stage, k.subject_kind, k.state, w.code) FROM assure.check_sample s JOIN assure.check_stage g USING (check_id) JOIN assure.task k ON k.task_id = g.task_id
    LEFT JOIN assure.worker w USING (worker_id) WHERE s.task_id = t.task_of($1) $$;
CREATE FUNCTION t.stage_task(ref text) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT g.task_id FROM assure.check_sample s JOIN assure.check_stage g USING (check_id) WHERE s.task_id = t.task_of($1) $$;
CREATE FUNCTION t.verdict_of(worker text, ref text, more jsonb DEFAULT '{"verdict": "pass"}') RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(t.by(worker, format('SELECT assure.record_check(%L)', jsonb_build_object('task', t.stage_task(ref)) || more)), '^\d+$', 'given') $$;

-- Documents that are refused, with nothing written.
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
CREATE TEMP TABLE refused (n serial, what text, document jsonb, answer text);
INSERT INTO refused (what, document, answer) SELECT 'check_plan', '{"queue": "claim_review", "rate": "0.1"}'::jsonb || more::jsonb, answer FROM (VALUES
    ('{"queue": "none"}', '23503 plan: queue: queue "none" does not exist'), ('{"check_queue": "none"}', '23503 plan: check_queue: queue "none" does not exist'),
    ('{"queue": "claim_check"}', '22023 plan: queue, check_queue and rectify_queue are not three queues'), ('{"rectify_queue": "claim_check"}', '22023 plan: queue, check_queue and rectify_queue are not three queues'),
    ('{"rate": "1.1"}', '22003 plan: rate: '), ('{"rate": "-0.1"}', '22023 plan: rate: '), ('{"rate": 0.1}', '22023 plan: rate: '), ('{"rate": "0.0000001"}', '22023 plan: rate: '),
    ('{"strata": [{"by": "mood"}]}', '22023 plan: strata[0].by: '), ('{"strata": [{"by": "person"}, {"by": "person"}]}', '22023 plan: strata[1].by: "person" is there twice'),
    ('{"strata": [{"by": "person", "bounds": ["1.00"]}]}', '22023 plan: strata[0].bounds: unknown key'), ('{"strata": [{"by": "amount"}]}', '22023 plan: strata[0].bounds: '),
    ('{"strata": [{"by": "amount", "bounds": ["2.00", "2.00"]}]}', '22023 plan: strata[0].bounds[1]: is not above the bound before it'), ('{"strata": [{"by": "amount", "bounds": []}]}', '22023 plan: strata[0].bounds: '),
    ('{"strata": [{"by": "risk"}]}', '22023 plan: strata[0].levels: '), ('{"strata": [{"by": "risk", "levels": [{"name": "high", "when": "amout > 1"}]}]}', '22023 plan: strata[0].levels[0].when: "amout" is not known of a task'),
    ('{"strata": [{"by": "risk", "levels": [{"when": "true"}]}]}', '22023 plan: strata[0].levels[0].name: '), ('{"strata": [{}]}', '22023 plan: strata[0].by: '), ('{"strata": {}}', '22023 plan: strata: '), ('{"x": 1}', '22023 plan: x: unknown key')) x (more, answer);
INSERT INTO refused (what, document, answer) SELECT 'defect', '{"code": "x", "name": "x", "weight": 5}'::jsonb || more::jsonb, answer FROM (VALUES
    ('{"weight": 0}', '22003 defect: weight: '), ('{"weight": 101}', '22003 defect: weight: '), ('{"weight": "5"}', '22023 defect: weight: '), ('{"code": ""}', '22023 defect: code: '), ('{"name": null}', '22023 defect: name: '), ('{"active": 1}', '22023 defect: active: ')) x (more, answer);
INSERT INTO refused (what, document, answer) VALUES ('check_plan', '{"queue": "claim_review"}', '22023 plan: rate: '), ('defect', '{"code": "x", "name": "x"}', '22023 defect: weight: ');
SELECT ok(starts_with(t.put(what, document), answer), 'refused: ' || what || ' ' || answer) FROM refused ORDER BY n;
SELECT is(t.run('admin', 'SELECT assure.put_check_plan(NULL)'), '22004 plan must not be NULL', 'no plan');
SELECT is(t.run('admin', 'SELECT assure.put_defect(NULL)'), '22004 defect must not be NULL', 'no defect');
SELECT is(t.run('sup', $$SELECT assure.put_check_plan('{"queue": "claim_review", "rate": "0.1"}')$$), '42501 permission denied for function put_check_plan', 'a supervisor puts no plan');
SELECT is(t.run('sup', $$SELECT assure.put_defect('{"code": "x", "name": "x", "weight": 5}')$$), '42501 permission denied for function put_defect', 'and no defect');
SELECT is(t.draw('[2024-01-01,2024-01-31]'), 'P0002 no queue has a check plan', 'without a plan nothing is drawn');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'no refusal wrote a row');

SELECT matches(t.put('defect', '{"code": "WRONG_CODE", "name": "Diagnosis coded wrongly", "weight": 5}'), '^\d+$', 'a defect'), matches(t.put('defect', '{"code": "UNPAID", "name": "Paid too little", "weight": 1}'), '^\d+$', 'another');
SELECT matches(t.put('defect', '{"code": "UNPAID", "name": "Paid too little", "weight": 20}'), '^\d+$', 'which weighs more from now on'), matches(t.put('defect', '{"code": "OLD", "name": "x", "weight": 1, "active": false}'), '^\d+$', 'one that is no longer taken');
SELECT matches(t.put('check_plan', '{"queue": "claim_review", "rate": "0"}'), '^\d+$', 'a plan');
SELECT matches(t.put('check_plan', '{"queue": "claim_review", "rate": "0.1", "strata": [{"by": "person"}, {"by": "provider"}, {"by": "amount", "bounds": ["1000.00", "10000.00"]},
    {"by": "risk", "levels": [{"name": "large", "when": "amount >= 50000", "rate": "1"}, {"name": "odd", "when": "priority > 7"}]}]}'), '^\d+$', 'and the next version');

-- Work of yesterday.
SELECT count(t.work('W' || i, (ARRAY['BJ1', 'BJ2', 'SH1', 'SH2', 'GD1'])[1 + i % 5], (100 + i * i * 20)::text || '.00',
    CASE WHEN i % 9 = 0 THEN jsonb_build_object('bills', jsonb_build_array(t.bill('X' || i, (100 + i * i * 20)::text || '.00', '{"provider": {"code": "H2"}}'))) ELSE '{}' END)) FROM generate_series(1, 60) i \gset w_
UPDATE assure.task SET state_since = (now() AT TIME ZONE 'Asia/Shanghai')::date::timestamp AT TIME ZONE 'Asia/Shanghai' - interval '1 second' WHERE state = 'done';
SELECT t.work('TODAY', 'BJ1') AS today \gset
SELECT ((now() AT TIME ZONE 'Asia/Shanghai')::date - 1)::text AS d \gset
SELECT format('[%s,%s]', :'d', :'d') AS yesterday \gset

CREATE TEMP TABLE before2 AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT is(t.draw(format('[%s,%s]', :'d', :'d'::date + 1)), '22023 period is not over', 'a day that is not over is not drawn');
SELECT is(t.draw(p), '22023 period is not of 1 to 366 days', 'not ' || p) FROM unnest('{empty,"(,2024-01-01)","[2024-01-01,)","[2020-01-01,2024-01-01]","(-infinity,2024-01-01)"}'::text[]) p;
SELECT is(t.draw(:'yesterday', ''), '22023 seed is empty or longer than 200 bytes', 'not without a seed');
SELECT is(t.draw(:'yesterday', 'a', 'claim_appeal'), 'P0002 queue "claim_appeal" has no check plan', 'not a queue without a plan');
SELECT is(t.run('sup', 'SELECT * FROM assure.draw_checks(NULL, ''a'')'), '22004 period must not be NULL', 'not NULL');
SELECT is(t.by('BJ1', format('SELECT * FROM assure.draw_checks(%L, ''a'')', :'yesterday')), '42501 permission denied for function draw_checks', 'not by an operator');
SELECT is(t.grown((SELECT counts FROM before2)), 'nothing', 'no refusal wrote a row');
-- What must come of it, from the work and the pure draw.
CREATE TEMP TABLE work AS SELECT k.task_id, w.code AS person, coalesce(b.provider_code, '') AS provider, width_bucket(k.amount_fen, '{100000,1000000}'::bigint[]) AS band, k.amount_fen >= 5000000 AS large
    FROM assure.task k JOIN assure.worker w USING (worker_id) LEFT JOIN assure.bill b ON b.claim_id = k.subject_id WHERE k.state = 'done' AND k.task_id <> :today;
CREATE TEMP TABLE expected AS SELECT x AS task_id FROM (SELECT assure.draw_sample('a', (SELECT array_agg(task_id ORDER BY task_id) FROM work),
    (SELECT array_agg(s ORDER BY task_id, n) FROM work, LATERAL unnest(ARRAY[1, 1 + array_position('{BJ1,BJ2,GD1,SH1,SH2}', person), CASE provider WHEN 'H1' THEN 7 ELSE 8 END, 9 + band, CASE WHEN large THEN 12 ELSE 13 END]) WITH ORDINALITY u (s, n)),
    '{0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,0.1,1,0.1}') AS ids) d, unnest(ids) x;
SELECT is(t.draw(:'yesterday'), format('claim_review,60,%s', (SELECT count(*) FROM expected)), 'yesterday is drawn');
SELECT is((SELECT array_agg(task_id ORDER BY task_id) FROM assure.check_sample), (SELECT array_agg(task_id ORDER BY task_id) FROM expected), 'what the pure draw draws');
CREATE TEMP TABLE drawn AS SELECT * FROM assure.check_sample;
SELECT is((SELECT array_agg(DISTINCT s ORDER BY s) FROM drawn, unnest(strata) s), '{all,amount:0.00-1000.00,amount:1000.00-10000.00,amount:10000.00-,person:BJ1,person:BJ2,person:GD1,person:SH1,person:SH2,provider:H1,provider:H2,risk:large,risk:normal}', 'all strata are met');
SELECT is((SELECT count(*) FROM drawn WHERE 'risk:large' = ANY (strata)), (SELECT count(*) FROM work WHERE large), 'of the large ones all');
SELECT is(t.draw(:'yesterday'), format('claim_review,60,%s', (SELECT count(*) FROM expected)), 'the same again');
SELECT is((SELECT count(*) FROM assure.check_sample), (SELECT count(*) FROM drawn), 'draws nothing more');
SELECT matches(t.draw(:'yesterday', 'b'), '^AS201 queue "claim_review": draw \d+ has days of the period$', 'another seed is refused');
SELECT matches(t.draw(format('[%s,%s]', :'d'::date - 3, :'d')), '^AS201 queue "claim_review": draw \d+ has days of the period$', 'and a period with that day');
SELECT is(t.draw(format('[%s,%s]', :'d'::date - 3, :'d'::date - 1)), 'claim_review,0,0', 'other days are drawn for themselves');
SELECT is((SELECT count(*) FROM assure.task k JOIN assure.queue q USING (queue_id) WHERE q.code = 'claim_check' AND k.state = 'open' AND k.due_at > now()), (SELECT count(*) FROM drawn), 'each check is a task with a deadline');
SELECT is(t.whole(), '', 'the books hold');

-- A checker is nobody who had a hand in it, on any path.
SELECT k.ref AS ref FROM drawn s JOIN assure.claim k ON k.claim_id = s.subject_id JOIN assure.worker w ON w.worker_id = s.author_worker_id WHERE w.code = 'BJ1' ORDER BY 1 LIMIT 1 \gset
SELECT is((SELECT string_agg(w.code, ' ') FROM assure.task k, unnest(k.excluded_worker_ids) x JOIN assure.worker w ON w.worker_id = x WHERE k.task_id = t.stage_task(:'ref')), 'BJ1', 'the author is excluded');
SELECT matches(t.fails(format('SELECT t.give(%s, ''BJ1'')', t.stage_task(:'ref'))), '^23514 .*task_four_eyes', 'the task is not given to the author, whoever gives it');
SELECT t.give(t.stage_task(:'ref'), 'CHK1') \g /dev/null
SELECT matches(t.fails(format('UPDATE assure.task SET worker_id = (SELECT worker_id FROM assure.worker WHERE code = ''BJ1'') WHERE task_id = %s', t.stage_task(:'ref'))), '^23514 .*task_four_eyes', 'nor handed on');
SELECT matches(t.verdict_of('BJ1', :'ref'), '^AS202 worker "[^"]+" did an earlier stage of task \d+$', 'nor done by the author past all that');
SELECT assure.grant_access(t.role('bj1'), 'supervisor') \g /dev/null
SELECT matches(t.verdict_of('BJ1', :'ref'), '^AS202 worker "[^"]+" did an earlier stage of task \d+$', 'nor as a supervisor');
SELECT assure.revoke_access(t.role('bj1'), 'supervisor') \g /dev/null
CREATE TEMP TABLE before3 AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT matches(t.verdict_of('CHK2', :'ref'), '^AS202 task \d+ is not with worker "[^"]+"$', 'who has it gives the verdict');
SELECT matches(t.verdict_of('CHK1', :'ref', '{"verdict": "fail"}'), '^22023 verdict: verdict: ', 'pass or defects');
SELECT matches(t.verdict_of('CHK1', :'ref', '{"verdict": "defects"}'), '^22023 verdict: defects: ', 'which are named');
SELECT matches(t.verdict_of('CHK1', :'ref', '{"verdict": "defects", "defects": []}'), '^22023 verdict: defects: ', 'one at least');
SELECT matches(t.verdict_of('CHK1', :'ref', '{"verdict": "pass", "defects": [{"code": "UNPAID"}]}'), '^22023 verdict: defects: what passes has none', 'and not of what passes');
SELECT is(t.verdict_of('CHK1', :'ref', '{"verdict": "defects", "defects": [{"code": "NONE"}]}'), '22023 verdict: defects[0]: "NONE" is not in the catalogue', 'out of the catalogue');
SELECT is(t.verdict_of('CHK1', :'ref', '{"verdict": "defects", "defects": [{"code": "UNPAID"}, {"code": "OLD"}]}'), '22023 verdict: defects[1]: "OLD" is not in the catalogue', 'as it is now');
SELECT is(t.verdict_of('CHK1', :'ref', '{"verdict": "defects", "defects": [{"code": "UNPAID"}, {"code": "UNPAID"}]}'), '22023 verdict: defects[0]: "UNPAID" is there twice', 'each once');
SELECT is(t.by('CHK1', $$SELECT assure.record_check('{"task": 1, "verdict": "pass"}')$$), 'AS201 no post-check stands at task 1 for checking', 'of a task that is a check');
SELECT is(t.by('CHK1', $$SELECT assure.record_check('{"task": 999999, "verdict": "pass"}')$$), 'P0002 task 999999 does not exist', 'and exists');
SELECT matches(t.by('CHK1', format('SELECT assure.record_rectification(%s, ''x'')', t.stage_task(:'ref'))), '^AS201 no post-check stands at task \d+ for rectifying$', 'what was not found wanting is not mended');
SELECT is(t.run('audit', $$SELECT assure.record_check('{"task": 1, "verdict": "pass"}')$$), '42501 permission denied for function record_check', 'nor by who has not the scope');
SELECT is(t.grown((SELECT counts FROM before3)), 'nothing', 'no refusal wrote a row');

-- Defects, which who did the work mends.
SELECT is(t.by('CHK1', format('SELECT count(*) FROM assure.claim WHERE ref = %L', :'ref')), '1', 'the checker sees the claim');
SELECT matches(t.put('point_rule', '{"queue": "claim_review", "base": 10, "pass": 3, "defect": -2}'), '^\d+$', 'quality gives points');
SELECT is(t.verdict_of('CHK1', :'ref', '{"verdict": "defects", "defects": [{"code": "UNPAID", "note": "bill 2"}, {"code": "WRONG_CODE"}], "note": "see bill 2"}'), 'given', 'defects are found');
SELECT is(t.check_of(:'ref'), '1 rectifying rectification accepted BJ1', 'who did the work mends it');
SELECT is((SELECT concat_ws(' ', w.code, e.kind, e.quality) FROM assure.point_entry e JOIN assure.worker w USING (worker_id) ORDER BY entry_id DESC LIMIT 1), 'BJ1 checked -50', 'and loses points');
SELECT ok((SELECT k.due_at BETWEEN now() + interval '47 hours' AND now() + interval '49 hours' FROM assure.task k WHERE task_id = t.stage_task(:'ref')), 'with a deadline of its own');
SELECT matches(t.by('CHK1', format('SELECT assure.record_rectification(%s, ''done'')', t.stage_task(:'ref'))), '^AS202 worker "[^"]+" did an earlier stage of task \d+$', 'the checker does not mend');
SELECT is(t.by('BJ1', format('SELECT assure.record_rectification(%s, '''')', t.stage_task(:'ref'))), '22023 note is empty or longer than 2000 bytes', 'nor anybody without saying how');
SELECT matches(t.by('BJ1', format('SELECT assure.record_rectification(%s, ''paid the rest'', ''r1'')', t.stage_task(:'ref'))), '^\d+$', 'mended');
SELECT is(t.check_of(:'ref'), '2 checking post_check open', 'and checked again');
SELECT is((SELECT string_agg(w.code, ' ' ORDER BY w.code) FROM assure.task k, unnest(k.excluded_worker_ids) x JOIN assure.worker w ON w.worker_id = x WHERE k.task_id = t.stage_task(:'ref')), 'BJ1', 'by anybody but who did it and mended it');
SELECT t.give(t.stage_task(:'ref'), 'CHK2') \g /dev/null
SELECT is(t.verdict_of('CHK2', :'ref', '{"verdict": "defects", "defects": [{"code": "WRONG_CODE"}]}'), 'given', 'a second round');
SELECT is((SELECT count(*) FROM assure.point_entry WHERE kind = 'checked'), 1::bigint, 'the first alone gives or takes points');
-- The author hands it back, and somebody else mends it: who is excluded from the next check, too.
SELECT is(t.by('BJ1', format('SELECT assure.return_task(%s, ''on leave'')', t.stage_task(:'ref'))), '""', 'the author gives it back');
SELECT matches(t.fails(format('SELECT t.give(%s, ''CHK1'')', t.stage_task(:'ref'))), '^23514 .*task_four_eyes', 'no checker mends it');
SELECT t.give(t.stage_task(:'ref'), 'SH1') \g /dev/null
SELECT matches(t.by('SH1', format('SELECT assure.record_rectification(%s, ''coded anew'')', t.stage_task(:'ref'))), '^\d+$', 'another does');
SELECT is((SELECT string_agg(w.code, ' ' ORDER BY w.code) FROM assure.task k, unnest(k.excluded_worker_ids) x JOIN assure.worker w ON w.worker_id = x WHERE k.task_id = t.stage_task(:'ref')), 'BJ1 SH1', 'and does not check it');
SELECT t.give(t.stage_task(:'ref'), 'CHK1') \g /dev/null
SELECT is(t.verdict_of('CHK1', :'ref'), 'given', 'it passes');
SELECT is(t.check_of(:'ref'), '3 passed post_check done CHK1', 'in the third round');
SELECT matches(t.verdict_of('CHK1', :'ref'), '^AS201 no post-check stands at task \d+ for checking$', 'once');
SELECT is((SELECT string_agg(concat_ws(' ', round, checker, passed, weight, defects), ', ' ORDER BY round) FROM assure_bi.check_result WHERE author = 'BJ1'), '1 CHK1 f 25 {UNPAID,WRONG_CODE}, 2 CHK2 f 5 {WRONG_CODE}, 3 CHK1 t 0', 'all verdicts are kept');

-- The rest passes, and the draw is closed.
SELECT min(check_draw_id) AS draw FROM drawn \gset
SELECT matches(t.run('sup', format('SELECT assure.close_draw(%s)', :draw)), '^AS201 draw \d+ has \d+ checks that have not passed$', 'not before all have passed');
SELECT is(t.run('sup', 'SELECT assure.close_draw(-1)'), 'P0002 draw -1 does not exist', 'nor one that is none');
SELECT count(t.give(g.task_id, 'CHK2')) FROM assure.check_stage g WHERE stage = 'checking' \gset x_
SELECT is((SELECT string_agg(DISTINCT t.verdict_of('CHK2', c.ref), ' ') FROM drawn s JOIN assure.claim c ON c.claim_id = s.subject_id WHERE c.ref <> :'ref'), 'given', 'the others pass');
SELECT is(t.run('sup', format('SELECT assure.close_draw(%s)', :draw)), '""', 'closed');
SELECT is((SELECT sample_count - passed_count || ' ' || weight_sum FROM assure.check_draw_close), '1 25', 'with what came of it');
SELECT is(t.run('sup', format('SELECT assure.close_draw(%s)', :draw)), '""', 'once');
SELECT is((SELECT string_agg(s::text, ' ' ORDER BY check_id) FROM assure.check_sample s), (SELECT string_agg(d::text, ' ' ORDER BY check_id) FROM drawn d), 'the sample is what was drawn');
SELECT matches(t.fails(s), '^AS005 ', s) FROM unnest('{"UPDATE assure.check_sample SET task_id = 0","DELETE FROM assure.check_verdict","DELETE FROM assure.check_draw","TRUNCATE assure.check_finding","DELETE FROM assure.check_draw_close","UPDATE assure.check_plan SET rate_micro = 0","UPDATE assure.defect SET weight = 1"}'::text[]) s;
SELECT is(t.whole(), '', 'the books hold');
SELECT is((SELECT round(avg(passed::int), 4) || ' ' || round(avg(weight), 4) FROM assure_bi.check_result WHERE round = 1), (SELECT round(1 - 1.0 / count(*), 4) || ' ' || round(25.0 / count(*), 4) FROM drawn), 'pass rate and weighted defect rate');
SELECT is((SELECT stage || ' ' || (draw_closed_at IS NOT NULL) FROM assure_bi.check_sample WHERE task_id = t.task_of(:'ref')), 'passed true', 'BI sees it');
-- What somebody writes past the functions is seen.
ALTER TABLE assure.check_sample DISABLE TRIGGER append_only;
UPDATE assure.check_sample SET author_worker_id = (SELECT worker_id FROM assure.worker WHERE code = 'GD1') WHERE task_id = t.task_of(:'ref');
SELECT is((SELECT string_agg(finding, ' ') FROM assure.audit_verify()), 'row or its sample was changed', 'a sample that was changed');
INSERT INTO assure.check_draw (check_plan_id, queue_id, period, seed, population_count, sample_count, drawn_by, audit_id, row_hash)
    SELECT check_plan_id, queue_id, '[2020-01-01,2020-01-02)', 'mine', 0, 0, 'x', 0, sha256('') FROM assure.check_draw LIMIT 1;
SELECT is((SELECT string_agg(finding, ', ' ORDER BY finding) FROM assure.audit_verify()), 'no audit row stands for it, row or its sample was changed', 'and a draw that nobody made');
SELECT t.work('LATE', 'BJ1') AS late \gset
UPDATE assure.task SET state_since = now() - interval '1 day' WHERE task_id = :late;
SELECT is((SELECT string_agg(check_name || ' ' || finding, ' ') FROM assure.check_books()), 'draw_knew_all_work drew of 60 tasks, 61 were finished', 'work that was handed in after the draw');
SELECT * FROM finish();
ROLLBACK;
