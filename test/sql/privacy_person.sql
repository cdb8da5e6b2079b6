\set ECHO none
-- One person: seen in the clear for a reason, and erased, while claims, books and
-- the audit chain stay whole.  Sealed rows are committed ones, so this commits.
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
\set ON_ERROR_STOP false
SELECT t.new_role('op', 'operator'), t.new_role('sup', 'supervisor'), t.new_role('aud', 'auditor'), t.new_role('adm', 'admin'), t.new_role('bi', 'bi') \g /dev/null
SELECT assure.grant_branch(t.role('op'), 'BJ') \g /dev/null
SELECT plan(69);
CREATE FUNCTION t.id(ref text) RETURNS bigint LANGUAGE sql AS $$ SELECT member_id FROM assure.member m WHERE m.ref = $1 $$;

-- Rows of a table that this transaction has read, by what it counts itself.
CREATE FUNCTION t.rows_read(oid) RETURNS bigint LANGUAGE sql AS $$ SELECT pg_stat_get_xact_tuples_returned($1) + pg_stat_get_xact_tuples_fetched($1) + coalesce((SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid)) FROM pg_index WHERE indrelid = $1), 0) $$;
-- Unmasking.
SELECT assure.put_payee('{"policy": "P-BJ", "certificate": "F1", "kind": "member", "member_ref": "M1", "name": "张三", "bank": "Bank", "bank_account": "6222020200112233"}') AS payee \gset
SELECT t.verdict(t.claim('C1', 'M1', '700.00')), t.verdict(t.claim('C2', 'M1', '900.00', '{"diagnoses": ["C50.1"]}')), t.verdict(t.claim('F1', 'M2', '3000.00')), t.verdict(t.claim('S1', 'S1', '700.00')) \g /dev/null
SELECT is(x::jsonb - '{account_id,member_id}'::text[], '{"sex": "F", "name": "张三", "phone": "13800005678", "region": "110105", "birth_date": "1980-05-04", "resident_id": "110101198005041234"}', 'one person in the clear')
    FROM (SELECT assure.unmask('member', t.id('M1')::text, 'call 17') AS x) y;
SELECT is(assure.unmask('claim', 'C1', 'call 17') ->> 'name', '张三', 'by a claim');
SELECT assure.order_pending_payments() \g /dev/null
SELECT max(payment_id) AS payment FROM assure.payment p WHERE payee_id = :payee \gset
SELECT is(assure.unmask('payment', :'payment', 'returned by the bank') - '{account_id,member_id}'::text[], '{"name": "张三", "bank": "Bank", "bank_account": "6222020200112233"}', 'by a payment');
SELECT is((SELECT string_agg(concat_ws(' ', action, session_role = session_user, subject = 'member ' || t.id('M1'), detail - 'ref'), '; ' ORDER BY audit_id) FROM assure.audit_log WHERE action = 'unmask'),
    'unmask t t {"by": "member", "reason": "call 17"}; unmask t t {"by": "claim", "reason": "call 17"}; unmask t t {"by": "payment", "reason": "returned by the bank"}', 'each is noted, with the reason');
SELECT is((SELECT count(*) FROM assure.audit_log a WHERE a::text ~ '张三|13800005678|110101198005041234|6222020200112233'), 0::bigint, 'and without a value');
SELECT is(t.run('op', 'SELECT assure.unmask(''claim'', ''C1'', ''x'') IS NOT NULL'), 't', 'an operator unmasks people of his branch');
SELECT is(t.run('op', 'SELECT assure.unmask(''claim'', ''S1'', ''x'')'), format('42501 claim "S1" belongs to a branch that is not open to role "%s"', t.role('op')), 'and of no other');
SELECT is(t.run('op', format('SELECT assure.unmask(''member'', %L, ''x'')', t.id('S1'))) LIKE '42501 %', true, 'by no key');
SELECT is(t.run('aud', 'SELECT assure.unmask(''claim'', ''S1'', ''x'') IS NOT NULL'), 't', 'an auditor of any');
SELECT is(t.run(r, 'SELECT assure.unmask(''claim'', ''S1'', ''x'')') LIKE '42501 %', true, r || ' unmasks nobody') FROM unnest('{bi,adm}'::text[]) r;
SELECT throws_ok(format($$SELECT assure.unmask('claim', 'C1', %L)$$, x), '22023', 'reason is empty, or longer than 500 characters', format('a reason of %s characters', length(x))) FROM unnest(ARRAY['', ' ', repeat('因', 501)]) x;
SELECT lives_ok(format($$SELECT assure.unmask('claim', 'C1', %L)$$, repeat('因', 500)), 'one of 500');
SELECT throws_ok(format($$SELECT assure.unmask('claim', 'C1', %L)$$, x), '22023', 'reason holds the person''s ' || w, 'a reason with the ' || w)
    FROM (VALUES ('asked by 张三', 'name'), ('110101198005041234', 'identity number'), ('called 13800005678 back', 'telephone'), ('6222020200112233 bounced', 'bank account')) v (x, w);
BEGIN;
INSERT INTO assure.member (account_id, ref, name, birth_date, sex, region) SELECT account_id, 'many' || i, 'x', '1980-01-01', 'F', '110105' FROM (SELECT account_id FROM assure.member WHERE ref = 'M1') a, generate_series(1, 2000) i;
SELECT t.rows_read('assure.member'::regclass) AS read \gset
SELECT assure.unmask('member', t.id('M2')::text, 'x') IS NOT NULL \g /dev/null
SELECT cmp_ok(t.rows_read('assure.member'::regclass) - :read, '<', 2500::bigint, 'a person is found by key: the test looks through the table once, the function does not');
ROLLBACK;
SELECT throws_ok(format($$SELECT assure.unmask('member', %L, 'x')$$, w), 'P0002', format('member %s does not exist', w), 'a key is written in one way, not ' || w) FROM (VALUES ('+' || t.id('M1')), ('0' || t.id('M1'))) x (w);
SELECT throws_ok($$SELECT assure.unmask('person', '1', 'x')$$, '22023', 'kind "person" is not known', 'another kind');
SELECT throws_ok(format($$SELECT assure.unmask(%L, %L, 'x')$$, k, r), 'P0002', m, 'there is no such ' || k) FROM (VALUES ('member', '0', 'member 0 does not exist'), ('member', 'x', 'member x does not exist'), ('claim', 'none', 'claim "none" does not exist'),
    ('payment', '-1', 'payment -1 to a person does not exist')) v (k, r, m);
SELECT throws_ok($$SELECT assure.unmask(NULL, 'C1', 'x')$$, '22004', 'kind must not be NULL', 'no kind');
SELECT throws_ok($$SELECT assure.unmask('claim', NULL, 'x')$$, '22004', 'ref must not be NULL', 'nobody');
SELECT throws_ok($$SELECT assure.unmask('claim', 'C1', NULL)$$, '22004', 'reason must not be NULL', 'no reason');

-- Erasing is refused while something is open, and says what.
CREATE FUNCTION t.open() RETURNS text LANGUAGE plpgsql AS $$
DECLARE d text;
BEGIN
    PERFORM assure.erase_person('P-BJ', 'M1', 'letter 4711');
    RETURN 'erased';
EXCEPTION WHEN SQLSTATE 'AS201' THEN
    GET STACKED DIAGNOSTICS d = PG_EXCEPTION_DETAIL;
    RETURN d;
END $$;
SELECT is(t.open(), 'Open: cover that has not ended (1), payments that are not finished (1).', 'who is insured is not erased');
SELECT assure.end_enrollment('P-BJ', 'M1', '2024-11-30', true) \g /dev/null
SELECT is(t.open(), 'Open: payments that are not finished (1).', 'nor who is being paid');
CREATE FUNCTION t.pay() RETURNS void LANGUAGE sql AS $$
    SELECT assure.order_pending_payments();
    SELECT assure.payments_to_send();
    SELECT assure.payment_sent(jsonb_agg(jsonb_build_object('payment_id', payment_id))) FROM assure.payment_state WHERE state = 'ordered';
    SELECT assure.payment_paid(jsonb_agg(jsonb_build_object('payment_id', payment_id))) FROM assure.payment_state WHERE state = 'sent' $$;
SELECT t.pay() \g /dev/null
SELECT assure.submit_claim(t.claim('C3', 'M1', '50.00')) \g /dev/null
SELECT is(t.open(), 'Open: claims that wait (1).', 'nor whose claim waits');
SELECT assure.adjudicate('C3') \g /dev/null
SELECT assure.order_service('{"ref": "O1", "policy": "P-BJ", "member_ref": "M1", "service": "opinion", "requested_at": "2024-05-01T00:00:00Z"}') \g /dev/null
SELECT is(t.open() ~ 'service orders that are not finished \(1\)', true, 'nor who waits for a service');
SELECT assure.cancel_service('O1', '张三 rang', NULL) \g /dev/null
SELECT assure.order_service('{"ref": "O2", "policy": "P-BJ", "member_ref": "M1", "service": "opinion", "requested_at": "2024-05-01T00:00:00Z"}'), assure.finish_service('O2', '2024-05-02T00:00:00Z'), assure.evaluate_service('O2', 5, '张三 was content') \g /dev/null
SELECT t.verdict(t.claim('BIG', 'M1', '9000.00')) \g /dev/null
SELECT is(t.open() ~ 'claims in review \(1\)', true, 'nor whose claim is looked at');
BEGIN;
SELECT assure.act_as('W-BJ') \g /dev/null
SELECT assure.decide_claim('BIG', 'deny', 'as agreed') \g /dev/null
COMMIT;
SELECT t.pay() \g /dev/null
SELECT throws_ok($$SELECT assure.erase_person('P-BJ', 'M1', 'as 张三 asked')$$, '22023', 'reason holds the person''s name', 'the reason names nobody');
SELECT throws_ok($$SELECT assure.erase_person('P-BJ', 'none', 'x')$$, 'P0002', 'policy "P-BJ" has no member "none"', 'nobody is no one');
SELECT throws_ok($$SELECT assure.erase_person('P-BJ', 'M1', '')$$, '22023', NULL, 'a reason there must be');
SELECT throws_ok($$SELECT assure.erase_person(NULL, 'M1', 'x')$$, '22004', 'policy must not be NULL', 'and a policy');
SELECT is(t.run(r, 'SELECT assure.erase_person(''P-BJ'', ''M1'', ''x'')') LIKE '42501 %', true, r || ' erases nobody') FROM unnest('{op,sup,aud,bi}'::text[]) r;

-- Erased.
UPDATE assure.member SET resident_id = '110101198005041234' WHERE ref = 'S1';
SELECT t.id('M1') AS id \gset
SELECT assure.seal_audit() \g /dev/null
CREATE TABLE t.before AS SELECT (SELECT jsonb_agg(to_jsonb(d) - '{input,input_salt}'::text[] ORDER BY account_id, claim_id, decision_no) FROM assure.decision d) AS decisions,
    (SELECT jsonb_agg(to_jsonb(e) ORDER BY account_id, entry_id) FROM assure.ledger_entry e) AS entries, (SELECT jsonb_agg(to_jsonb(p) ORDER BY account_id, payment_id) FROM assure.payment p) AS payments,
    (SELECT anchor FROM assure.export_seals() ORDER BY seal_no DESC LIMIT 1) AS anchor, (SELECT jsonb_agg(to_jsonb(c) ORDER BY ref) FROM assure_bi.claim c) AS claims,
    (SELECT jsonb_agg(to_jsonb(l) ORDER BY account_id, claim_id, bill, line) FROM assure_bi.bill_line l) AS lines;
SELECT is(t.whole(), '', 'before, all is whole');
SELECT is(assure.erase_person('P-BJ', 'M1', 'letter 4711', 'r-1'), jsonb_build_object('member_id', :id, 'also_insured', '[{"policy": "P-SH", "member_ref": "S1"}]'::jsonb), 'a person is erased, and it is said where else the identity number stands');
SELECT is(assure.erase_person('P-BJ', 'M1', 'letter 4711', 'r-1') -> 'member_id', to_jsonb(:id), 'once for one request');
SELECT is((SELECT concat_ws(' ', ref, name, resident_id, to_char(birth_date, 'YYYY-MM-DD'), sex, phone, region) FROM assure.member WHERE member_id = :id), format('erased-%s * 1980-01-01 F 110100', :id), 'what is left of the person');
CREATE FUNCTION t.holding(needle text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE name text; n bigint; result text := '';
BEGIN
    FOR name IN SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname IN ('assure', 'assure_internal') AND relkind IN ('r', 'p') ORDER BY 1 LOOP
        EXECUTE format('SELECT count(*) FROM %s x WHERE x::text ~ %L AND x::text !~ %L', name, needle, 'erased-') INTO n;
        result := result || CASE WHEN n > 0 THEN format('%s %s; ', name, n) ELSE '' END;
    END LOOP;
    RETURN result;
END $$;
SELECT is(t.holding('张三|6222020200112233'), '', 'name and account are nowhere');
SELECT is(t.holding('C50\.1'), '', 'nor what ailed her');
SELECT is((SELECT string_agg(ref, ' ') FROM assure.claim WHERE document::text ~ '"M1"' OR document ? 'diagnoses' AND member_id = :id), NULL, 'no document says who it was for');
SELECT is((SELECT count(*) FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) WHERE c.member_id = :id AND (d.input IS NOT NULL OR d.input_salt IS NOT NULL)), 0::bigint, 'what was calculated from is gone, and the salt of its hash');
SELECT is(t.whole(), '', 'books and audit are whole');
SELECT is((SELECT count(*) FROM t.before, assure.audit_verify(NULL, NULL, anchor)), 0::bigint, 'by the anchor from before, too');
SELECT is((SELECT (SELECT jsonb_agg(to_jsonb(d) - '{input,input_salt}'::text[] ORDER BY account_id, claim_id, decision_no) FROM assure.decision d) = decisions AND (SELECT jsonb_agg(to_jsonb(e) ORDER BY account_id, entry_id) FROM assure.ledger_entry e) = entries
    AND (SELECT jsonb_agg(to_jsonb(p) ORDER BY account_id, payment_id) FROM assure.payment p) = payments FROM t.before), true, 'decisions, ledger and payments are as they were');
SELECT is((SELECT (SELECT jsonb_agg(to_jsonb(c) ORDER BY ref) FROM assure_bi.claim c) = claims AND (SELECT jsonb_agg(to_jsonb(l) ORDER BY account_id, claim_id, bill, line) FROM assure_bi.bill_line l) = lines FROM t.before), true, 'and what BI sees of claims and bills');
SELECT is((SELECT concat_ws(' ', member_id, reason, erased_by = session_user) FROM assure.erasure), :'id' || ' letter 4711 t', 'it is noted who was erased');
SELECT is((SELECT subject FROM assure.audit_log WHERE action = 'erase_person'), 'member ' || :id, 'in the log, too');
SELECT is((SELECT string_agg(DISTINCT finding, ' ' ORDER BY finding) FROM assure.replay('C2')), 'erased', 'a replay says that there is nothing to show');
SELECT is((SELECT string_agg(DISTINCT finding, ' ' ORDER BY finding) FROM assure.replay('F1')), 'identical', 'that of the family goes on');
SELECT throws_ok(s, 'AS201', 'the person of claim "C2" was erased', left(s, 30)) FROM unnest(ARRAY['SELECT assure.readjudicate(''C2'', ''x'')', 'SELECT assure.reverse_claim(''C2'', ''x'')', 'SELECT assure.appeal_claim(''C2'', ''x'')']) s;
SELECT is((SELECT count(*) FROM assure.rerun('P-BJ', 'M2', '2024-01-01') r), (SELECT count(*) FROM assure.rerun('P-BJ', 'M2', '2024-01-01', true) r), 'a re-run of the family leaves those claims as they are');
SELECT is(t.fails($$SELECT assure.explain_claim('C2')$$), 'AS201 the person of claim "C2" was erased, and what decision 1 was calculated from', 'nor can they be explained');
SELECT throws_ok($$SELECT assure.submit_claim(t.claim('C9', 'M1', '50.00'))$$, '23503', NULL, 'who was erased hands in nothing');
SELECT throws_ok(format($$SELECT assure.submit_claim(t.claim('C9', 'M1', '50.00') || '{"member_ref": "erased-%s"}')$$, :id), '23503', NULL, 'under no reference');
SELECT is(t.whole(), '', 'and all is whole at the end');
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE assure.decision SET input = NULL WHERE claim_id = (SELECT claim_id FROM assure.claim WHERE ref = 'F1');
SELECT is((SELECT string_agg(finding, ' ') FROM assure.audit_verify()), 'its input is gone, and nobody was erased', 'whoever takes an input away without erasing is found');
ROLLBACK;
-- The guard is back in place.
SELECT throws_ok('UPDATE assure.decision SET note = ''x''', 'AS005', NULL, 'decisions are append-only again');
SELECT * FROM finish();
