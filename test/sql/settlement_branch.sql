\set ECHO none
-- Settlement between branches: tariffs, what is booked, corrections, months that are closed.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
\i test/sql-common/shared_work.psql
SELECT plan(91);
-- t.net() is what each branch gets in all, from the entries; t.last() the last posting.
CREATE FUNCTION t.net() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT coalesce(string_agg(branch || ' ' || net, ', ' ORDER BY branch), '') FROM (SELECT branch, sum(amount) AS net FROM assure_bi.settlement_entry GROUP BY 1) x WHERE net <> 0 $$;
CREATE FUNCTION t.last() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', p.kind, d.code, 'for', c.code, p.amount_fen, 'level', p.difficulty, p.reason) FROM assure.settlement_posting p
    JOIN assure.branch d ON d.branch_id = p.debtor_branch_id JOIN assure.branch c ON c.branch_id = p.creditor_branch_id ORDER BY posting_id DESC LIMIT 1 $$;
CREATE FUNCTION t.put(what text, document jsonb) RETURNS text LANGUAGE sql AS $$ SELECT t.run('admin', format('SELECT assure.put_%s(%L)', what, document)) $$;
CREATE FUNCTION t.statement(month date DEFAULT now()) RETURNS text LANGUAGE sql AS $$
    SELECT t.run('sup', format('SELECT branch, coalesce(counterparty, ''all''), tasks_done, earned, tasks_given, owed, net, closed FROM assure.settlement_statement(%L)', month)) $$;

-- Documents that are refused, with nothing written.
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
CREATE TEMP TABLE refused (n serial, what text, document jsonb, answer text);
INSERT INTO refused (what, document, answer) VALUES
    ('tariff', '{"queue": "none", "from": "2999-01-01", "amounts": ["1.00"]}', '23503 tariff: queue: queue "none" does not exist'),
    ('tariff', '{"from": "2999-01-01", "amounts": ["1.00"]}', '22023 tariff: queue: '),
    ('tariff', '{"queue": "claim_review", "amounts": ["1.00"]}', '22023 tariff: from: '),
    ('tariff', '{"queue": "claim_review", "from": "2020-01-01", "amounts": ["1.00"]}', '22023 tariff: from: lies in the past'),
    ('tariff', '{"queue": "claim_review", "from": "infinity", "amounts": ["1.00"]}', '22023 tariff: from: '),
    ('tariff', '{"queue": "claim_review", "from": "2999-01-01", "amounts": []}', '22023 tariff: amounts: '),
    ('tariff', '{"queue": "claim_review", "from": "2999-01-01", "amounts": ["1.00", "1.00", "1.00", "1.00", "1.00", "1.00"]}', '54000 tariff: amounts: '),
    ('tariff', '{"queue": "claim_review", "from": "2999-01-01", "amounts": ["-1.00"]}', '22023 tariff: amounts[0]: '),
    ('tariff', '{"queue": "claim_review", "from": "2999-01-01", "amounts": ["1.001"]}', '22023 tariff: amounts[0]: '),
    ('tariff', '{"queue": "claim_review", "from": "2999-01-01", "amounts": ["1.00"], "to": "x"}', '22023 tariff: to: unknown key'),
    ('tariff', '[]', '22023 tariff: '),
    ('difficulty', '{"queue": "claim_review"}', '22023 difficulty: levels: '),
    ('difficulty', '{"queue": "claim_review", "levels": ["amount >"]}', '22023 difficulty: levels[0]: '),
    ('difficulty', '{"queue": "claim_review", "levels": ["amounts > 1"]}', '22023 difficulty: levels[0]: "amounts" is not known of a task'),
    ('difficulty', '{"queue": "claim_review", "levels": ["true", "true", "true", "true", "true"]}', '54000 difficulty: levels: '),
    ('difficulty', '{"queue": "none", "levels": []}', '23503 difficulty: queue: queue "none" does not exist'),
    ('tariff', NULL, '22004 tariff must not be NULL'), ('difficulty', NULL, '22004 difficulty must not be NULL');
SELECT ok(starts_with(coalesce(t.put(what, document), t.run('admin', format('SELECT assure.put_%s(NULL)', what))), answer), 'refused: ' || answer) FROM refused ORDER BY n;
SELECT matches(t.run(r, $$SELECT assure.put_tariff('{"queue": "claim_review", "from": "2999-01-01", "amounts": ["1.00"]}')$$), '^42501 ', r || ' puts no tariff') FROM unnest('{sup,sh1,bi,audit,none}'::text[]) r;
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'no refusal wrote a row');

-- Without a tariff nothing is owed.
SELECT t.work('N1', 'SH1') \gset n1_
SELECT is((SELECT count(*) FROM assure.settlement_posting), 0::bigint, 'without a tariff nothing is owed');
SELECT matches(t.put('difficulty', '{"queue": "claim_review", "levels": ["amount >= 5000", "amount >= 50000"]}'), '^\d+$', 'difficulty is put');
SELECT matches(t.put('tariff', format('{"queue": "claim_review", "from": "%s", "amounts": ["20.00", "35.00"]}', (now() AT TIME ZONE 'Asia/Shanghai')::date)::jsonb), '^\d+$', 'and a tariff');
SELECT is(t.put('tariff', format('{"queue": "claim_review", "from": "%s", "amounts": ["20.00", "35.00"]}', (now() AT TIME ZONE 'Asia/Shanghai')::date)::jsonb),
    (SELECT max(tariff_id)::text FROM assure.tariff), 'the same again is the same');
SELECT is(t.put('tariff', format('{"queue": "claim_review", "from": "%s", "amounts": ["21.00"]}', (now() AT TIME ZONE 'Asia/Shanghai')::date)::jsonb),
    'AS201 tariff: from: the queue has another tariff from that day', 'another of that day is refused');
SELECT matches(t.put('tariff', '{"queue": "claim_review", "from": "2999-01-01", "amounts": ["99.00"]}'), '^\d+$', 'one of a later day is not in force yet');

-- Work is booked when it is finished.
SELECT t.work('A1', 'SH1') AS a1 \gset
SELECT is(t.last(), 'work BJ for SH 2000 level 1', 'Beijing owes Shanghai the tariff');
SELECT is((SELECT concat_ws(' ', p.task_id = :a1, p.booked_by = t.role('sh1'), w.code, p.actor_worker_id = p.worker_id, t.tariff_id IS NOT NULL) FROM assure.settlement_posting p JOIN assure.worker w USING (worker_id)
    LEFT JOIN assure.tariff t USING (tariff_id)), 't t SH1 t t', 'with who did it');
SELECT t.work('A2', 'SH2', '5000.00') AS a2 \gset
SELECT is(t.last(), 'work BJ for SH 3500 level 2', 'a difficult one costs more');
SELECT t.work('A3', 'GD1', '60000.00') AS a3 \gset
SELECT is(t.last(), 'work BJ for GD 3500 level 3', 'above the last level the last amount');
SELECT t.work('A4', 'BJ1', '60000.00') AS a4 \gset
SELECT is((SELECT count(*) FROM assure.settlement_posting), 3::bigint, 'a branch''s own work is not settled');
SELECT is(t.net(), 'BJ -90.00, GD 35.00, SH 55.00', 'what each branch gets');
SELECT is((SELECT string_agg(concat_ws(' ', branch, counterparty, amount), ', ' ORDER BY branch) FROM assure_bi.settlement_entry WHERE task_id = :a1), 'BJ SH -20.00, SH BJ 20.00', 'a posting is two entries');
SELECT is(t.statement(), E'BJ,GD,0,0.00,1,35.00,-35.00,f\nBJ,SH,0,0.00,2,55.00,-55.00,f\nBJ,all,0,0.00,3,90.00,-90.00,f\nGD,BJ,1,35.00,0,0.00,35.00,f\nGD,all,1,35.00,0,0.00,35.00,f\nSH,BJ,2,55.00,0,0.00,55.00,f\nSH,all,2,55.00,0,0.00,55.00,f', 'the statement nets by pair and by branch');
SELECT is(t.whole(), '', 'the books hold');
-- In the same transaction: what is undone is undone whole.
SAVEPOINT s;
SELECT t.work('U1', 'SH1') AS u1 \gset
ROLLBACK TO s;
SELECT is(t.net(), 'BJ -90.00, GD 35.00, SH 55.00', 'work that is undone is not booked');

-- Corrections.
CREATE TEMP TABLE before2 AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT is(t.run('sup', format('SELECT assure.correct_settlement(%s, 1, '''')', :a1)), '22023 reason is empty or longer than 2000 bytes', 'a correction has a reason');
SELECT is(t.run('sup', format('SELECT assure.correct_settlement(%s, %s, ''x'')', :a1, v)), '22023 amount is not between 0.00 and 999999999.00', 'not ' || v) FROM unnest('{-1,0.001,1000000000,''NaN'',''Infinity''}'::text[]) v;
SELECT is(t.run('sup', format('SELECT assure.correct_settlement(%s, NULL, ''x'')', :a1)), '22004 task_id and amount must not be NULL', 'not NULL');
SELECT is(t.run('sup', 'SELECT assure.correct_settlement(-1, 1, ''x'')'), 'P0002 task -1 does not exist', 'of a task that exists');
SELECT is(t.run('sup', format('SELECT assure.correct_settlement(%s, 1, ''x'')', :a4)), format('AS201 task %s was done by its own branch', :a4), 'of another branch');
SELECT is(t.by('SH1', format('SELECT assure.correct_settlement(%s, 1, ''x'')', :a1)), '42501 permission denied for function correct_settlement', 'not by an operator');
SELECT is(t.run('sup', 'SELECT assure.annul_work(-1, ''x'')'), 'P0002 task -1 does not exist', 'nothing of nothing is annulled');
SELECT is(t.run('sup', format('SELECT assure.annul_work(%s, ''x'')', :a4)), format('AS201 nothing is booked of task %s', :a4), 'nor what is not booked');
SELECT is(t.run('sup', format('SELECT assure.annul_work(%s, NULL)', :a4)), '22023 reason is empty or longer than 2000 bytes', 'or without a reason');
SELECT is(t.run('audit', format('SELECT assure.annul_work(%s, ''x'')', :a1)), '42501 permission denied for function annul_work', 'nor by who has not the scope');
SELECT is(t.grown((SELECT counts FROM before2)), 'nothing', 'no refusal wrote a row');
SELECT is(t.run('sup', format('SELECT assure.correct_settlement(%s, 12.50, ''only half of it'', ''k1'')', :a1)), '""', 'corrected');
SELECT is(t.last(), 'correction BJ for SH -750 level 1 only half of it', 'by the difference');
SELECT is(t.run('sup', format('SELECT assure.correct_settlement(%s, 12.50, ''only half of it'', ''k1'')', :a1)), '""', 'a retry');
SELECT is(t.run('sup', format('SELECT assure.correct_settlement(%s, 12.5, ''again'')', :a1)), '""', 'or the same amount');
SELECT is(t.net(), 'BJ -82.50, GD 35.00, SH 47.50', 'books nothing more');
SELECT is(t.run('sup', format('SELECT assure.correct_settlement(%s, 7, ''was before the tariff'')', :n1_work)), '""', 'what was never settled can be');
SELECT is(t.last(), 'correction BJ for SH 700 level 1 was before the tariff', 'too');
SELECT is(t.run('sup', format('SELECT assure.annul_work(%s, ''done twice'')', :a1)), '""', 'annulled');
SELECT is(t.last(), 'correction BJ for SH -1250 level 1 done twice', 'by the opposite of all that is booked');
SELECT is((SELECT string_agg(event || coalesce(' ' || reason, ''), ', ' ORDER BY event_id) FROM assure.task_event WHERE task_id = :a1), 'created, accepted, done, noted done twice', 'and noted in the task''s history');
SELECT is(t.run('sup', format('SELECT assure.annul_work(%s, ''again'')', :a1)), format('AS201 nothing is booked of task %s', :a1), 'once');
SELECT is(t.whole(), '', 'the books hold');

-- Months.  What is booked is moved two months back, as if it had been done then.
CREATE FUNCTION t.month(back int) RETURNS date LANGUAGE sql STABLE AS $$ SELECT (date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai') - make_interval(months => back))::date $$;
CREATE FUNCTION t.move(from_month date, to_month date) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    ALTER TABLE assure.settlement_posting DISABLE TRIGGER append_only;
    UPDATE assure.settlement_posting SET month = to_month WHERE month = from_month;
    ALTER TABLE assure.settlement_posting ENABLE TRIGGER append_only;
END $$;
CREATE FUNCTION t.close(month date) RETURNS text LANGUAGE sql AS $$ SELECT t.run('admin', format('SELECT assure.close_settlement(%L)', month)) $$;
SELECT t.move(t.month(0), t.month(2)) \g /dev/null
SELECT t.work('B1', 'GD1') AS b1 \gset
SELECT t.move(t.month(0), t.month(1)) \g /dev/null
CREATE TEMP TABLE before3 AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT matches(t.close(t.month(0)), '^AS201 month \d{4}-\d\d is not over$', 'the current month is not closed');
SELECT matches(t.close(t.month(-5)), '^AS201 month \d{4}-\d\d is not over$', 'nor one to come');
SELECT matches(t.close(t.month(1)), '^AS201 month \d{4}-\d\d is to be closed before month \d{4}-\d\d$', 'nor one before its turn');
SELECT is(t.close('1926-10-01'), 'AS201 month 1926-10 was before there was anything to settle', 'nor one of long ago, after which each month would have to be closed');
SELECT is(t.close(NULL), '22004 month must not be NULL', 'nor none');
SELECT is(t.close('infinity'), '22023 month is not a day of a month', 'nor for ever');
SELECT is(t.run('sup', format('SELECT assure.close_settlement(%L)', t.month(2))), '42501 permission denied for function close_settlement', 'nor by a supervisor');
SELECT is(t.grown((SELECT counts FROM before3)), 'nothing', 'no refusal wrote a row');
SELECT is(t.run('admin', format('SELECT assure.close_settlement(%L, ''c1'')', t.month(2) + 14)), '6', 'a month is closed, by any of its days');
SELECT is(t.run('admin', format('SELECT assure.close_settlement(%L, ''c1'')', t.month(2) + 14)), '6', 'a retry has the same answer');
SELECT matches(t.close(t.month(2)), '^AS201 month \d{4}-\d\d is closed$', 'once');
SELECT matches(t.close(t.month(3)), '^AS201 month \d{4}-\d\d is closed$', 'and nothing before it');
SELECT is(t.statement(t.month(2)), E'BJ,GD,0,0.00,1,35.00,-35.00,t\nBJ,SH,0,0.00,2,42.00,-42.00,t\nBJ,all,0,0.00,3,77.00,-77.00,t\nGD,BJ,1,35.00,0,0.00,35.00,t\nGD,all,1,35.00,0,0.00,35.00,t\nSH,BJ,2,42.00,0,0.00,42.00,t\nSH,all,2,42.00,0,0.00,42.00,t', 'its statement: each task counts once, whatever was corrected');
CREATE TEMP TABLE closed AS SELECT t.statement(t.month(2)) AS statement, (SELECT array_agg(l ORDER BY l) FROM assure.settlement_line l) AS lines;
SELECT is(t.run('sup', format('SELECT assure.annul_work(%s, ''appealed against'')', :a3)), '""', 'work of a closed month is annulled');
SELECT is((SELECT month FROM assure.settlement_posting ORDER BY posting_id DESC LIMIT 1), t.month(0), 'in the open one');
SELECT is(t.close(t.month(1)), '1', 'the next month is closed');
SELECT is(t.statement(t.month(2)), (SELECT statement FROM closed), 'the closed one does not change');
SELECT matches(t.fails('UPDATE assure.settlement_line SET amount_fen = 0'), '^AS005 ', 'lines are append-only');
SELECT matches(t.fails('DELETE FROM assure.settlement_close'), '^AS005 ', 'closes too');
SELECT matches(t.fails('DELETE FROM assure.settlement_posting'), '^AS005 ', 'and postings');
SELECT matches(t.fails('TRUNCATE assure.tariff'), '^AS005 ', 'and tariffs');
SELECT is((SELECT string_agg(check_name, ' ') FROM assure.check_books()), NULL, 'the books hold');
-- What somebody writes past the functions is seen.
SELECT t.move(t.month(0), t.month(1)) \g /dev/null
SELECT is((SELECT string_agg(DISTINCT check_name, ' ' ORDER BY check_name) FROM assure.check_books()), 'closed_month_has_its_postings closed_month_is_as_closed', 'a posting in a closed month is seen');
SELECT ok((SELECT count(*) > 0 FROM assure.audit_verify() WHERE subject LIKE 'settlement posting %' AND finding = 'row was changed'), 'and that it was changed');
SELECT * FROM finish();
ROLLBACK;
