\set ECHO none
-- Re-runs: what a change that reaches back makes of later claims, in order of event.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(50);
SELECT t.new_role('bj', 'operator'), t.new_role('sup', 'supervisor'), t.new_role('adm', 'admin'), t.new_role('aud', 'auditor'), t.new_role('bi', 'bi'), t.new_role('prox', 'proxy') \g /dev/null
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT 'W-1', 'x', branch_id, 0, 0 FROM assure.branch WHERE branch.code = 'BJ';
SELECT assure.grant_branch(t.role('bj'), 'BJ'), assure.set_worker_login(t.role('sup'), 'W-1') \g /dev/null
-- t.day(ref, member, day, amount) is a claim of that day of 2024, adjudicated.
CREATE FUNCTION t.day(ref text, member text, day text, amount text, provider text DEFAULT 'H1') RETURNS text LANGUAGE sql AS $$
    SELECT t.verdict(t.claim(ref, member, amount, jsonb_build_object('event_date', '2024-' || day, 'submitted_at', '2024-06-30T09:00:00+08:00', 'bills',
        jsonb_build_array(t.bill('B-' || ref, amount, jsonb_build_object('provider', jsonb_build_object('code', provider))))))) $$;
-- t.rerun(member, from, dry) is what a re-run says, "ref old new difference", a star where it changes.
CREATE FUNCTION t.rerun(member text, from_day text, dry boolean DEFAULT true, request_id text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT trim('"' FROM t.run('sup', format('SELECT string_agg(concat_ws('' '', claim_ref, CASE WHEN old_verdict <> new_verdict THEN old_verdict || ''>'' || new_verdict END, old_paid, new_paid) || CASE WHEN is_changed THEN ''*'' ELSE '''' END, '', '') FROM assure.rerun(%L, %L, %L, %L, %L)',
        CASE left(member, 1) WHEN 'M' THEN 'P-BJ' WHEN 'S' THEN 'P-SH' ELSE 'P-GD' END, member, '2024-' || from_day, dry, request_id))) $$;
CREATE FUNCTION t.needed() RETURNS text LANGUAGE sql AS $$ SELECT t.run('sup', 'SELECT policy, member_ref, to_char(from_date, ''YYYY-MM-DD''), cause, claims, first_ref FROM assure.rerun_needed()') $$;

-- M1: 600 pays 80, 1,000 pays 800, 500 pays 400; M2 shares the family's limit; handed in out of order.
SELECT t.day('A', 'M1', '02-01', '600.00'), t.day('C', 'M1', '04-01', '500.00'), t.day('B', 'M1', '03-01', '1000.00'), t.day('X', 'M2', '03-15', '1500.00'), t.day('S', 'S1', '03-01', '2000.00') \g /dev/null

-- Refused.
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT is(t.run('sup', call), says, call) FROM (VALUES
    (1, 'SELECT assure.rerun(NULL, ''M1'', ''2024-01-01'')', '22004 policy, member_ref and from_date must not be NULL'),
    (2, 'SELECT assure.rerun(''P-BJ'', NULL, ''2024-01-01'')', '22004 policy, member_ref and from_date must not be NULL'),
    (3, 'SELECT assure.rerun(''P-BJ'', ''M1'', NULL)', '22004 policy, member_ref and from_date must not be NULL'),
    (4, 'SELECT assure.rerun(''P-BJ'', ''M1'', ''infinity'')', '22023 from_date must be a day, not infinity'),
    (5, 'SELECT assure.rerun(''P-BJ'', ''S1'', ''2024-01-01'')', 'P0002 member "S1" of policy "P-BJ" does not exist'),
    (6, 'SELECT assure.rerun(''P-X'', ''M1'', ''2024-01-01'')', 'P0002 member "M1" of policy "P-X" does not exist')) v (n, call, says) ORDER BY n;
SELECT is(t.run(role, 'SELECT assure.rerun(''P-BJ'', ''M1'', ''2024-01-01'')') LIKE '42501 %', true, role || ': rerun') FROM unnest('{bj,prox,aud,bi}'::text[]) role;
SELECT is(t.run(role, 'SELECT assure.rerun_needed()') LIKE '42501 %', true, role || ': rerun_needed') FROM unnest('{bj,prox,bi}'::text[]) role;
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'no refusal wrote a row');

-- Nothing changes where nothing has changed.
SELECT is(t.rerun('M1', '01-01'), 'A 80.00 80.00, B 800.00 800.00, X 800.00 800.00, C 400.00 400.00', 'the claims of all who share with the member, in order of event');
SELECT is(t.rerun('S1', '01-01'), 'S 1200.00 1200.00', 'not those of others');
SELECT is(t.rerun('M1', '03-15'), 'X 800.00 800.00, C 400.00 400.00', 'from a day on');
SELECT is(t.rerun('M1', '05-01'), '', 'there may be none');
SELECT is(t.rerun('M1', '01-01', false), 'A 80.00 80.00, B 800.00 800.00, X 800.00 800.00, C 400.00 400.00', 'what comes out the same');
SELECT is((SELECT count(*) FROM assure.decision WHERE origin = 'rerun'), 0::bigint, 'is not decided again');
SELECT is((SELECT concat_ws(' ', claim_count, changed_count, paid_before_fen, paid_fen, cardinality(member_ids)) FROM assure.claim_rerun), '4 0 208000 208000 2', 'but that it was looked at is written down');
SELECT is(t.needed(), '', 'no re-run is needed');

-- The first claim is reversed: the deductible falls on the next.
SELECT t.run('sup', 'SELECT assure.reverse_claim(''A'', ''another''''s bill'')') \g /dev/null
SELECT is(t.needed(), 'P-BJ,M1,2024-02-01,claim,1,A', 'a reversal before other claims calls for a re-run');
CREATE TEMP TABLE dry AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT is(t.rerun('M1', '02-01'), 'B 800.00 400.00*, X 800.00 800.00, C 400.00 400.00', 'tried first');
SELECT is(t.rerun('M1', '02-01', true, 'q0'), 'B 800.00 400.00*, X 800.00 800.00, C 400.00 400.00', 'also with a request_id, which is not kept');
SELECT is(t.grown((SELECT counts FROM dry)), 'nothing', 'writes nothing');
SELECT is(t.rerun('M1', '02-01', false, 'q1'), 'B 800.00 400.00*, X 800.00 800.00, C 400.00 400.00', 'done');
SELECT is(t.rerun('M1', '02-01', false, 'q1'), 'B 800.00 400.00*, X 800.00 800.00, C 400.00 400.00', 'a retry has the same answer');
SELECT is(t.rerun('M1', '02-02', false, 'q1'), 'AS003 request_id "q1" was used before for another call', 'not for another day');
SELECT is(t.rerun('M1', '02-01', false), 'B 400.00 400.00, X 800.00 800.00, C 400.00 400.00', 'a second one changes nothing');
SELECT is((SELECT string_agg(concat_ws(' ', c.ref, e.counter, e.measure, e.delta), ', ' ORDER BY e.counter, e.measure) FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) JOIN assure.ledger_entry e USING (account_id, claim_id, decision_no) WHERE d.origin = 'rerun'),
    'B FAM amount -40000, B OP amount -40000, B OP deductible 50000, B OP paid -40000', 'only the differences are booked');
SELECT is((SELECT d.note FROM assure.decision d WHERE d.origin = 'rerun'), 're-run of claims from 2024-02-01 on', 'and noted');
SELECT is(t.needed(), '', 'no re-run is needed any more');
SELECT is(t.whole(), '', 'the books are whole');
SELECT is((SELECT string_agg(DISTINCT r.finding, ' ') FROM assure.claim c, assure.replay(c.ref) r), 'identical not_calculated', 'and all can be replayed');

-- A reversal of who has no other claim reaches the family by what it shares.
SELECT t.day('Y', 'M2', '05-10', '13500.00'), t.run('sup', 'SELECT assure.decide_claim(''Y'', ''approve'')') \g /dev/null
SELECT is(t.status('Y'), 'approved 9200.00 coinsurance B-Y, limit_year B-Y', 'the limit of M2 is used up');
SELECT t.day('Z', 'M3', '05-20', '5000.00') \g /dev/null
SELECT is(t.status('Z'), 'approved 1200.00 deductible B-Z, coinsurance B-Z, limit_year B-Z', 'and the family''s, by M3');
SELECT t.run('sup', 'SELECT assure.reverse_claim(''X'', ''x'')') \g /dev/null
SELECT is(t.rerun('M2', '03-15'), 'C 400.00 400.00, Y 9200.00 10000.00*, Z 1200.00 1200.00', 'a dry run counts on what was taken off');
SELECT t.run('sup', 'SELECT assure.reverse_claim(''Y'', ''x'')') \g /dev/null
SELECT is(t.rerun('M2', '03-15', false), 'C 400.00 400.00, Z 1200.00 3600.00*', 'all of M2''s are reversed, and the family gets more');
SELECT is(t.needed() || t.whole(), '', 'the books are whole, no re-run is needed');

-- An enrollment ended last month; and did not, after all.
UPDATE assure.enrollment e SET ended_on = '2024-03-20' FROM assure.member m WHERE m.account_id = e.account_id AND m.member_id = e.member_id AND m.ref = 'M1';
SELECT is(t.needed(), 'P-BJ,M1,2024-04-01,enrollment,1,C', 'an enrollment that ends before a claim calls for a re-run');
SELECT is(t.rerun('M1', '03-20', false), 'C approve>deny 400.00 0.00*, Z 3600.00 3600.00', 'it is denied then');
SELECT is(t.status('C') || t.needed() || t.whole(), 'denied 0.00 not_in_force', 'with its reason');
UPDATE assure.enrollment e SET ended_on = NULL FROM assure.member m WHERE m.account_id = e.account_id AND m.member_id = e.member_id AND m.ref = 'M1';
SELECT is(t.rerun('M1', '03-20', false), 'C deny>approve 0.00 400.00*, Z 3600.00 3600.00', 'and paid again');

-- Other terms for the past; a person's judgements; who waits.
SELECT t.day('P', 'M1', '04-10', '7500.00'), t.run('sup', 'SELECT assure.decide_claim(''P'', ''approve'', ''[{"bill": "B-P", "item": 1, "allowed": "6000.00", "reason": "x"}]''::jsonb)') \g /dev/null
SELECT t.day('N', 'M1', '04-11', '1000.00', 'H?'), t.run('sup', 'SELECT assure.decide_claim(''N'', ''deny'', ''no'')'), t.day('V', 'M1', '04-12', '1000.00', 'H?') \g /dev/null
SELECT is(t.status('P') || ', ' || t.status('N') || ', ' || left(t.status('V'), 9), 'approved 4800.00 contract_price B-P, coinsurance B-P, denied 0.00 denied_by_person, in_review', 'approved as adjusted, denied, pended');
SELECT assure.publish_plan('{"code": "STD", "name": "Standard", "valid_from": "2024-04-01", "review_above": "100.00", "terms": {"name": "Standard",
    "shared": {"FAM": {"limit": {"per": "year", "scope": "family", "amount": "12000.00"}}},
    "benefits": [{"code": "OP", "kind": "expense", "steps": [{"deductible": {"per": "year", "amount": "500.00"}}, {"coinsurance": [{"pay": "0.9"}]}, {"limit": {"per": "year", "amount": "10000.00"}}, {"use": "FAM"}]}]}}') \g /dev/null
SELECT is(t.needed(), E'P-BJ,M1,2024-04-01,terms,2,C\nP-BJ,M3,2024-05-20,terms,1,Z', 'terms for the past call for re-runs');
SELECT is(t.rerun('M1', '04-01', false), 'C 400.00 450.00*, P 4800.00 5400.00*, Z 3600.00 4050.00*', 'what was approved stays approved, as adjusted; what a person denied or has yet to decide, stays');
SELECT is(t.needed() || t.whole(), '', 'the books are whole, no re-run is needed');
SELECT is((SELECT string_agg(DISTINCT r.finding, ' ') FROM assure.claim c, assure.replay(c.ref) r), 'identical not_calculated', 'and all can be replayed');
SELECT is(t.fails('UPDATE assure.claim_rerun SET paid_fen = 0'), 'AS005 rows of "assure.claim_rerun" are append-only: update is refused', 're-runs are append-only');
SELECT * FROM finish();
ROLLBACK;
