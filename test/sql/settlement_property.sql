\set ECHO none
-- Random histories of work, corrections, annulments and months that are closed: balances are zero after each act, and what
-- is owed is what a plain list of the acts says.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
\i test/sql-common/shared_work.psql
SELECT plan(10);
INSERT INTO assure.queue (code, name, skill) VALUES ('thing', 'Things', 'claim_review');
SELECT assure.put_difficulty('{"queue": "thing", "levels": ["priority > 5", "priority > 7"]}'), assure.put_point_rule('{"queue": "thing", "base": 3, "difficulty": [0, 1, 2]}') \g /dev/null
SELECT assure.put_tariff(format('{"queue": "thing", "from": "%s", "amounts": ["10.00", "0.00", "25.50"]}', (now() AT TIME ZONE 'Asia/Shanghai')::date)::jsonb) \g /dev/null
CREATE FUNCTION t.month(back int) RETURNS date LANGUAGE sql STABLE AS $$ SELECT (date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai') - make_interval(months => back))::date $$;
-- What is owed by the acts alone: a row for each task, by hand.
CREATE TABLE t.owed (task_id bigint PRIMARY KEY, origin text, doer text, worker text, amount numeric, points int);
CREATE TABLE t.finding (act int, what text);
-- t.act(n) does something at random.
CREATE FUNCTION t.act(n int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    kind int := floor(random() * 10);
    code text := (ARRAY['BJ1', 'BJ2', 'SH1', 'SH2', 'GD1'])[1 + floor(random() * 5)::int];
    from_branch text := (ARRAY['BJ', 'SH', 'GD'])[1 + floor(random() * 3)::int];
    level int := 1 + floor(random() * 9)::int;
    known bigint := (SELECT task_id FROM t.owed ORDER BY md5(task_id::text || n) LIMIT 1);
    paid numeric := floor(random() * 5000) / 100;
    said text;
    id bigint;
BEGIN
    IF kind < 6 OR known IS NULL THEN
        id := assure.create_task('thing', jsonb_build_object('kind', 'thing', 'ref', n::text), jsonb_build_object('branch', from_branch, 'priority', level));
        PERFORM t.give(id, code);
        said := t.by(code, format('SELECT assure.complete_task(%s)', id));
        INSERT INTO t.owed SELECT id, from_branch, left(code, 2), code,
            CASE WHEN left(code, 2) = from_branch THEN 0 WHEN level > 7 THEN 25.50 WHEN level > 5 THEN 0 ELSE 10 END, 3 + CASE WHEN level > 7 THEN 2 WHEN level > 5 THEN 1 ELSE 0 END
            WHERE said = '""';
    ELSIF kind < 8 THEN
        said := t.run('sup', format('SELECT assure.correct_settlement(%s, %s, ''by chance'')', known, paid));
        UPDATE t.owed SET amount = paid WHERE task_id = known AND said = '""';
    ELSIF kind < 9 THEN
        said := t.run('sup', format('SELECT assure.annul_work(%s, ''by chance'')', known));
        UPDATE t.owed SET amount = 0, points = 0 WHERE task_id = known AND said = '""';
    ELSE
        -- What is booked goes back to the first month that is not closed, which is closed.
        ALTER TABLE assure.settlement_posting DISABLE TRIGGER append_only;
        UPDATE assure.settlement_posting SET month = t.month(12 - (SELECT count(*)::int FROM assure.settlement_close)) WHERE month = t.month(0);
        ALTER TABLE assure.settlement_posting ENABLE TRIGGER append_only;
        said := CASE WHEN (SELECT count(*) FROM assure.settlement_close) < 12 THEN t.run('admin', format('SELECT assure.close_settlement(%L)', t.month(12 - (SELECT count(*)::int FROM assure.settlement_close)))) ELSE 'enough' END;
    END IF;
    INSERT INTO t.finding SELECT n, 'not zero' FROM assure_bi.settlement_entry HAVING sum(amount) <> 0;
    INSERT INTO t.finding SELECT n, 'statement of ' || m || ' not zero' FROM generate_series(0, 13) i, LATERAL (SELECT t.month(i) AS m) x, LATERAL (SELECT sum(net) AS net FROM assure.settlement_statement(m)) s WHERE net <> 0;
    INSERT INTO t.finding SELECT n, format('%s owes %s: %s, not %s', d.code, c.code, p.amount, o.amount)
        FROM (SELECT debtor_branch_id, creditor_branch_id, sum(amount_fen) / 100.0 AS amount FROM assure.settlement_posting GROUP BY 1, 2) p
        JOIN assure.branch d ON d.branch_id = debtor_branch_id JOIN assure.branch c ON c.branch_id = creditor_branch_id
        FULL JOIN (SELECT origin, doer, sum(amount) AS amount FROM t.owed GROUP BY 1, 2) o ON o.origin = d.code AND o.doer = c.code WHERE coalesce(p.amount, 0) <> coalesce(o.amount, 0);
    INSERT INTO t.finding SELECT n, format('%s has %s points, not %s', worker, b.points, o.points) FROM (SELECT worker, sum(points) AS points FROM assure_bi.leaderboard GROUP BY 1) b
        FULL JOIN (SELECT worker, sum(points) AS points FROM t.owed GROUP BY 1) o USING (worker) WHERE b.points IS DISTINCT FROM o.points;
    INSERT INTO t.finding SELECT n, format('%s did %s tasks, not %s', doer, b.tasks, o.tasks)
        FROM (SELECT s.branch AS doer, sum(s.tasks_done) AS tasks FROM generate_series(0, 13) i, assure.settlement_statement(t.month(i)) s WHERE s.counterparty IS NULL GROUP BY 1) b
        FULL JOIN (SELECT doer, count(*) AS tasks FROM t.owed WHERE amount > 0 GROUP BY 1) o USING (doer) WHERE n % 10 = 0 AND coalesce(b.tasks, 0) <> coalesce(o.tasks, 0);
    RETURN CASE WHEN kind < 6 THEN 'work' WHEN kind < 8 THEN 'correct' WHEN kind < 9 THEN 'annul' ELSE 'close' END || CASE WHEN said ~ '^[A-Z0-9]{5} ' THEN ' ' || left(said, 5) ELSE '' END;
END $$;
SELECT setseed(0.77) \g /dev/null
CREATE TEMP TABLE acts AS SELECT i, t.act(i) AS act FROM generate_series(1, 250) i;
SELECT is((SELECT string_agg(what || ' after ' || act, '; ' ORDER BY act) FROM t.finding), NULL, 'after each of 250 acts: zero over all branches, and what the acts say');
SELECT cmp_ok((SELECT count(*) FROM acts WHERE act = a), '>', least_of::bigint, a || ' was tried') FROM (VALUES ('work', 100), ('correct', 20), ('correct AS201', 3), ('annul', 5), ('annul AS201', 0), ('close', 8)) x (a, least_of);
SELECT is((SELECT string_agg(DISTINCT act, ', ') FROM acts WHERE act !~ '^(work|correct|annul|close)( AS201)?$'), NULL, 'and nothing else came of it');
SELECT is((SELECT string_agg(check_name, ' ') FROM assure.check_books()), NULL, 'the books hold');
SELECT cmp_ok((SELECT count(*) FROM assure.settlement_line), '>', 20::bigint, 'and many months have lines');
SELECT * FROM finish();
ROLLBACK;
