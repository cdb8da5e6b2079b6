\set ECHO none
-- What-if as it is called: arguments, rights, workers, samples, claims that
-- cannot be calculated; and that nothing is written.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
\i test/sql-common/simulate.psql
SELECT plan(48);
SELECT t.new_role(scope, scope) FROM unnest('{bi,operator,proxy,supervisor,auditor,admin,backup}'::text[]) scope \g /dev/null

-- 500 people alone under FREE, with a claim or two each.
SELECT count(assure.enroll(jsonb_build_object('policy', 'P-GD', 'certificate', 'C' || n, 'member_ref', 'G-' || n, 'name', 'x', 'birth_date', '1980-05-04', 'sex', 'F', 'relationship', 'self',
    'region', '440305', 'plan', 'FREE', 'enrolled_on', '2024-01-01'))) FROM generate_series(1, 500) n \gset
SELECT count(assure.submit_claim(t.claim(format('R%s-%s', n, k), 'G-' || n, (100 + n % 97 + k)::text, jsonb_build_object('event_date', date '2024-01-15' + n % 300 + k, 'submitted_at', '2025-01-01T00:00:00Z'))))
    FROM generate_series(1, 500) n, generate_series(0, n % 2) k \gset
SELECT assure.adjudicate_pending(1000) AS adjudicated \gset
SELECT t.give_inputs() AS given \gset
\set half '''{"name": "Half", "benefits": [{"code": "ALL", "kind": "expense", "steps": [{"coinsurance": [{"pay": "0.5"}]}, {"limit": {"per": "year", "amount": "80.00"}}]}]}'''
\set year '''[2024-01-01,2025-01-01)'''

-- Arguments.
SELECT is(t.fails(format('SELECT assure.simulate(%s)', a)), e, e) FROM (VALUES
    (1, '''NONE'', ' || :'half' || ', ' || :'year', 'P0002 plan: "NONE" does not exist'),
    (2, '''FREE'', ' || :'half' || ', ''empty''', '22023 period: empty'),
    (3, '''FREE'', ' || :'half' || ', ''[2024-01-01,)''', '22023 period: without an end'),
    (4, '''FREE'', ' || :'half' || ', ''(,2024-01-01)''', '22023 period: without an end'),
    (5, '''FREE'', ' || :'half' || ', ''[2024-01-01,infinity)''', '22023 period: without an end'),
    (6, '''FREE'', ' || :'half' || ', ''[1900-01-01,2001-01-01)''', '22023 period: longer than 100 years'),
    (7, '''FREE'', ' || :'half' || ', ' || :'year' || ', 0', '22023 sample: 0 is not a share of the accounts'),
    (8, '''FREE'', ' || :'half' || ', ' || :'year' || ', -0.5', '22023 sample: -0.5 is not a share of the accounts'),
    (9, '''FREE'', ' || :'half' || ', ' || :'year' || ', 1.01', '22023 sample: 1.01 is not a share of the accounts'),
    (10, '''FREE'', ' || :'half' || ', ' || :'year' || ', ''NaN''', '22023 sample: NaN is not a share of the accounts'),
    (11, 'NULL, ' || :'half' || ', ' || :'year', '22004 plan must not be NULL'),
    (12, '''FREE'', NULL, ' || :'year', '22004 draft must not be NULL'),
    (13, '''FREE'', ' || :'half' || ', NULL', '22004 period must not be NULL'),
    (14, '''FREE'', ' || :'half' || ', ' || :'year' || ', NULL', '22004 sample must not be NULL'),
    (15, '''FREE'', ''{"benefits": []}'', ' || :'year', 'AS102 terms: benefits: an empty list')) x (n, a, e) ORDER BY n;

SELECT assure.publish_plan('FREE', 'Free', (:half)::assure.terms, '2030-01-01') \g /dev/null
-- Rights: whoever reports on or answers for the whole business.
SELECT is((SELECT string_agg(scope || ' ' || left(t.run(scope, format('SELECT claims FROM assure.simulate(''FREE'', %L, %L) WHERE section = ''total''', :half, :year)), 5), ', ' ORDER BY scope)
    FROM unnest('{bi,operator,proxy,supervisor,auditor,admin,backup}'::text[]) scope), 'admin 750, auditor 750, backup 42501, bi 750, operator 42501, proxy 42501, supervisor 750', 'who may call it');
SELECT is((SELECT string_agg(scope || ' ' || t.run(scope, format('SELECT count(*) FROM assure.simulate(''FREE'', %L, %L) WHERE section = ''change''', :half, :year)), ', ' ORDER BY scope)
    FROM unnest('{bi,supervisor,auditor,admin}'::text[]) scope), 'admin 20, auditor 20, bi 0, supervisor 20', 'single claims are not BI''s: a draft could ask for whose diagnosis it is');

-- BI tells no small group apart: no terms, days or samples of its own, no month and no change that few people have.
CREATE FUNCTION t.bi(arguments text, columns text DEFAULT 'count(*)', wanted text DEFAULT 'true') RETURNS text LANGUAGE sql AS $$ SELECT t.run('bi', format('SELECT %s FROM assure.simulate(%s) WHERE %s', columns, arguments, wanted)) $$;
SELECT is(t.bi(a), '42501 the scope bi alone simulates published versions of the plan, over whole months and all accounts', 'refused to bi: ' || what) FROM (VALUES
    (1, 'terms that are not published', format('%L, %L, %L', 'FREE', jsonb_set((:half)::jsonb, '{benefits,0,diagnosis}', '{"include": ["C50"]}'), :year)),
    (2, 'a day', format('%L, %L, %L', 'FREE', :half, '[2024-01-01,2024-01-02)')), (3, 'a month and a day', format('%L, %L, %L', 'FREE', :half, '[2024-01-01,2024-02-02)')),
    (4, 'a period that begins within a month', format('%L, %L, %L', 'FREE', :half, '[2024-01-02,2024-03-01)')), (5, 'a sample', format('%L, %L, %L, 0.5', 'FREE', :half, :year)),
    (6, 'what another plan has published', format('%L, %L, %L', 'STD', :half, :year))) x (n, what, a) ORDER BY n;
SELECT is(t.bi(format('%L, %L, %L', 'FREE', :half, :year), 'string_agg(DISTINCT section, ''-'' ORDER BY section)'), 'benefit-member-month-total', 'what it is told of');
SELECT is(t.bi(format('%L, %L, %L', 'FREE', :half, :year), 'bool_and(after IS NULL AND difference IS NULL)', 'section IN (''benefit'', ''month'')'), 't', 'the draft''s doing only in total and by members');
SELECT is(t.bi(format('%L, %L, %L', 'FREE', :half, :year), 'min(members) >= 5', 'members > 0'), 't', 'nothing that few people have');

-- Workers: as many as are worth it or none, the result is the same.
CREATE TEMP TABLE result (workers int, n bigint, line text);
CREATE FUNCTION pg_temp.note(workers int) RETURNS bigint LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('max_parallel_workers_per_gather', workers::text, true);
    INSERT INTO result SELECT workers, n, (x.section, x.item, x.claims, x.members, x.decided, x.before, x.after, x.difference, x.detail - 'workers')::text
        FROM ROWS FROM (assure.simulate('FREE', '{"name": "Half", "benefits": [{"code": "ALL", "kind": "expense", "steps": [{"coinsurance": [{"pay": "0.5"}]}, {"limit": {"per": "year", "amount": "80.00"}}]}]}', '[2024-01-01,2025-01-01)'))
            WITH ORDINALITY x (section, item, claims, members, decided, before, after, difference, detail, n);
    RETURN (SELECT detail ->> 'workers' FROM assure.simulate('FREE', '{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '[2024-01-01,2025-01-01)') WHERE section = 'total');
END $$;
SELECT is(pg_temp.note(2), 0::bigint, 'for so little no worker is started');
SET LOCAL parallel_setup_cost = 0;
SELECT is(pg_temp.note(0), 0::bigint, 'nor where they are not allowed');
SELECT is(pg_temp.note(1), 1::bigint, 'one takes part');
SELECT is(pg_temp.note(3), 3::bigint, 'or three');
SELECT is((SELECT count(*) FROM (SELECT n, line FROM result GROUP BY 1, 2 HAVING count(*) <> 4) x), 0::bigint, 'every row is the same for any number');
SELECT ok((SELECT count(*) > 100 FROM result), 'and there are rows');
SELECT is((SELECT line FROM result WHERE workers = 3 AND n = 1), (SELECT format('(total,all,750,500,%s,%s,%s,%s,"{""accounts"": 500}")', d, d, a, a - d) FROM (
    SELECT sum(100.00 + n % 97 + k) AS d, sum(CASE WHEN k = 0 THEN least(round((100.00 + n % 97) / 2, 2), 80) ELSE least(round((101.00 + n % 97) / 2, 2), greatest(80 - round((100.00 + n % 97) / 2, 2), 0)) END) AS a
    FROM generate_series(1, 500) n, generate_series(0, n % 2) k) x), 'the total is what it should be');
-- All is as the caller's transaction sees it, whichever process reads.
SAVEPOINT one;
SELECT count(assure.submit_claim(t.claim('R-more', 'G-7', '50.00'))), assure.adjudicate('R-more'), t.give_inputs() \g /dev/null
SELECT is((SELECT claims FROM assure.simulate('FREE', :half, :year) WHERE section = 'total'), 751::bigint, 'with what this transaction wrote');
ROLLBACK TO one;
SELECT is((SELECT claims FROM assure.simulate('FREE', :half, :year) WHERE section = 'total'), 750::bigint, 'and without what it took back');

-- Samples.
SELECT is((SELECT string_agg(DISTINCT x::text, '') FROM (SELECT claims, members, before, after FROM assure.simulate('FREE', :half, :year, 0.3) WHERE section = 'total') x),
    (SELECT x::text FROM (SELECT claims, members, before, after FROM assure.simulate('FREE', :half, :year, 0.30) WHERE section = 'total') x), 'a sample is the same each time');
SELECT ok((SELECT claims BETWEEN 150 AND 300 FROM assure.simulate('FREE', :half, :year, 0.3) WHERE section = 'total'), 'of about the share that was asked for');
SELECT ok((SELECT bool_and(abs(e.difference - f.difference) < 3 * (e.detail ->> 'standard_error')::numeric AND abs(e.claims - f.claims) < 150 AND (e.detail ->> 'standard_error')::numeric BETWEEN 1 AND -f.difference / 4)
    FROM (VALUES (0.2), (0.5), (0.9)) s (share), LATERAL (SELECT * FROM assure.simulate('FREE', :half, :year, share) WHERE section = 'estimate') e,
        assure.simulate('FREE', :half, :year) f WHERE f.section = 'total'), 'the estimate is near what all come to, as near as it says');
SELECT is((SELECT count(*) FROM assure.simulate('FREE', :half, :year) WHERE section = 'estimate'), 0::bigint, 'all are no estimate');

-- A draft that needs what some claims lack.
ALTER TABLE assure.decision DISABLE TRIGGER append_only;
UPDATE assure.decision d SET input = assure.pack_claim(t.seen_claim(c) #- '{member,policy_start}') FROM assure.claim c WHERE c.account_id = d.account_id AND c.claim_id = d.claim_id AND c.ref IN ('R3-0', 'R4-0');
\set family '''{"name": "F", "benefits": [{"code": "ALL", "kind": "expense", "steps": [{"limit": {"per": "year", "amount": "120.00", "family_amount": "150.00"}}]}]}'''
SELECT is((SELECT string_agg((section, item, claims, members, decided, before, after, detail)::text, '') FROM assure.simulate('FREE', :family, :year) WHERE section = 'failed'),
    '(failed,"claim: member.policy_start: missing",2,,207.00,,,"{""error_code"": ""AS101""}")', 'it fails for those, which are told apart');
SELECT is((SELECT claims FROM assure.simulate('FREE', :family, :year) WHERE section = 'total'), 748::bigint, 'and not for the others');

-- Decisions of a version that kept no input.
UPDATE assure.decision d SET input = NULL FROM assure.claim c WHERE c.account_id = d.account_id AND c.claim_id = d.claim_id AND c.ref IN ('R5-0', 'R6-0', 'R7-0');
SELECT is((SELECT string_agg((section, item, claims, members, decided, before, after, difference, detail)::text, '') FROM assure.simulate('FREE', :half, :year) WHERE section = 'not_replayed'),
    '(not_replayed,no_input,3,,318.00,,,,)', 'claims without input are told apart');
SELECT is((SELECT claims FROM assure.simulate('FREE', :half, :year) WHERE section = 'total'), 747::bigint, 'and not in the total');

-- Input that is damaged is an error of the run, in the leader or a worker, and leaves nothing behind.
SAVEPOINT two;
UPDATE assure.decision d SET input = overlay(input PLACING '\xff' FROM length(input)) FROM assure.claim c WHERE c.account_id = d.account_id AND c.claim_id = d.claim_id AND c.ref LIKE 'R%-1';
SELECT matches(t.fails(format('SELECT assure.simulate(''FREE'', %L, %L)', :half, :year)), '^XX001 the bytes are not a packed claim', 'damaged input is not skipped');
ROLLBACK TO two;
SELECT is((SELECT claims FROM assure.simulate('FREE', :half, :year) WHERE section = 'total'), 747::bigint, 'and the next run is whole');

-- Nothing is written.
CREATE TEMP TABLE counted AS SELECT (SELECT count(*) FROM assure.decision) AS decisions, (SELECT count(*) FROM assure.ledger_entry) AS entries, (SELECT count(*) FROM assure.audit_log) AS audit, (SELECT count(*) FROM assure.plan_version) AS versions;
SAVEPOINT three;
SET LOCAL transaction_read_only = on;
SELECT is((SELECT claims FROM assure.simulate('FREE', :half, :year) WHERE section = 'total'), 747::bigint, 'it works in a transaction that only reads');
ROLLBACK TO three;
SELECT is((SELECT x::text FROM (SELECT (SELECT count(*) FROM assure.decision) AS decisions, (SELECT count(*) FROM assure.ledger_entry) AS entries, (SELECT count(*) FROM assure.audit_log) AS audit, (SELECT count(*) FROM assure.plan_version) AS versions) x),
    (SELECT counted::text FROM counted), 'and leaves no row');

-- A claim is of the plan that decided it, also when the member's is another one by now.
SELECT concat_ws(' ', claims, members) AS all_of_them FROM assure.simulate('FREE', :half, :year) WHERE section = 'total' \gset
SELECT count(*) FROM assure.change_enrollment('{"policy": "P-GD", "member_ref": "G-1", "plan": "STD", "from": "2024-01-01"}') \gset
SELECT count(*) FROM assure.end_enrollment('P-GD', 'G-3', '2023-12-31') \gset
SELECT is((SELECT concat_ws(' ', claims, members) FROM assure.simulate('FREE', :half, :year) WHERE section = 'total'), :'all_of_them', 'claims of members who changed or never came are replayed too');
SELECT * FROM finish();
ROLLBACK;
