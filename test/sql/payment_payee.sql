\set ECHO none
-- Payees: who they are, their versions, who is paid for a claim; and who may say so.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(43);
SELECT t.new_role('bj', 'operator'), t.new_role('bi', 'bi'), t.new_role('sup', 'supervisor'), t.new_role('none'), t.new_role('audit', 'auditor') \g /dev/null
SELECT assure.grant_branch(t.role('bj'), 'BJ') \g /dev/null
-- t.payee(more) is a payee document: member M1 of F1.
CREATE FUNCTION t.payee(more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT '{"policy": "P-BJ", "certificate": "F1", "kind": "member", "member_ref": "M1", "name": "张三", "bank": "ICBC", "bank_account": "6222020200001234"}'::jsonb || more $$;
CREATE FUNCTION t.put(more jsonb DEFAULT '{}', without text[] DEFAULT '{}') RETURNS text LANGUAGE sql AS $$ SELECT t.fails(format('SELECT assure.put_payee(%L)', t.payee(more) - without)) $$;
CREATE FUNCTION t.versions() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', y.kind, m.ref, y.provider_code, v.version, v.name, v.bank_account, CASE WHEN NOT v.active THEN 'closed' END), ', ' ORDER BY y.payee_id, v.version)
    FROM assure.payee y JOIN assure.payee_version v USING (account_id, payee_id) LEFT JOIN assure.member m ON m.account_id = y.account_id AND m.member_id = y.member_id $$;

-- Refused, with nothing written.
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
CREATE TEMP TABLE refused (n serial, more jsonb, without text[] DEFAULT '{}', answer text);
INSERT INTO refused (more, without, answer) VALUES
    ('{"policy": "P-XX"}', DEFAULT, '23503 certificate: "F1" does not exist'),
    ('{"certificate": "F9"}', DEFAULT, '23503 certificate: "F9" does not exist'),
    ('{"member_ref": "S1"}', DEFAULT, '23503 member_ref: "S1" does not exist'),
    ('{"kind": "provider", "provider": "H9"}', '{member_ref}', '23503 provider: "H9" does not exist'),
    ('{"kind": "provider", "provider": "H1"}', DEFAULT, '22023 payee: member_ref: belongs to kind member only'),
    ('{"provider": "H1"}', DEFAULT, '22023 payee: provider: belongs to kind provider only'),
    ('{"kind": "broker"}', DEFAULT, '22023 payee: kind: '),
    ('{"bank_account": "12345"}', DEFAULT, '22023 payee: bank_account: is not 6 to 34 digits or capital letters'),
    ('{"bank_account": "6222 0202"}', DEFAULT, '22023 payee: bank_account: is not 6 to 34 digits or capital letters'),
    ('{"bank_account": 6222020200001234}', DEFAULT, '22023 payee: bank_account: '),
    ('{"name": ""}', DEFAULT, '22023 payee: name: '),
    ('{"iban": "x"}', DEFAULT, '22023 payee: iban: unknown key'),
    ('{"active": "no"}', DEFAULT, '22023 payee: active: '),
    ('{}', '{bank}', '22023 payee: bank: '), ('{}', '{certificate}', '22023 payee: certificate: '), ('{}', '{member_ref}', '22023 payee: member_ref: ');
SELECT ok(starts_with(t.put(more, without), answer), 'refused: ' || answer) FROM refused ORDER BY n;
SELECT is(t.fails('SELECT assure.put_payee(NULL)'), '22004 payee must not be NULL', 'NULL is refused');
SELECT matches(t.run('bj', format('SELECT assure.put_payee(%L)', t.payee('{"policy": "P-GD", "certificate": "G1", "member_ref": "G1"}'))), '^42501 policy "P-GD" belongs to a branch that is not open', 'another branch''s');
SELECT matches(t.run('bi', format('SELECT assure.put_payee(%L)', t.payee())), '^42501 ', 'and by who has not the scope');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'no refusal wrote a row');

-- Made, changed, the same again.
SELECT matches(t.run('bj', format('SELECT assure.put_payee(%L, ''r1'')', t.payee())), '^\d+$', 'a member becomes a payee');
SELECT is(t.run('bj', format('SELECT assure.put_payee(%L, ''r1'')', t.payee())), (SELECT max(payee_id)::text FROM assure.payee), 'a retry has the same answer');
SELECT is(assure.put_payee(t.payee()), (SELECT max(payee_id) FROM assure.payee), 'the same again is the same payee');
SELECT is(t.versions(), 'member M1 1 张三 6222020200001234', 'and no new version');
SELECT assure.put_payee(t.payee('{"bank_account": "6222020200009999"}')) \g /dev/null
SELECT assure.put_payee(t.payee('{"kind": "policyholder", "name": "Acme"}') - 'member_ref') \g /dev/null
SELECT assure.put_payee(t.payee('{"kind": "provider", "provider": "H1", "name": "First hospital"}') - 'member_ref') \g /dev/null
SELECT assure.put_payee(t.payee('{"bank_account": "6222020200009999", "active": false}')) \g /dev/null
SELECT is(t.versions(), 'member M1 1 张三 6222020200001234, member M1 2 张三 6222020200009999, member M1 3 张三 6222020200009999 closed, policyholder 1 Acme 6222020200001234, provider H1 1 First hospital 6222020200001234', 'each change is a version');
SELECT is(t.fails('UPDATE assure.payee_version SET bank_account = ''0000000'''), 'AS005 rows of "assure.payee_version" are append-only: update is refused', 'which stays');
SELECT is((SELECT count(*) FROM assure.audit_log WHERE concat(subject, detail) ~ '张|62220202'), 0::bigint, 'the log knows no names and accounts');
SELECT is((SELECT string_agg(subject, ', ' ORDER BY audit_id) ~ '^payee \d+ version 1, payee \d+ version 2,' FROM assure.audit_log WHERE action = 'put_payee'), true, 'but which payee changed');

-- Who is paid for a claim: chosen, else the member, else the policyholder.
SELECT assure.put_payee(t.payee()) \g /dev/null
SELECT t.verdict(t.claim('A', 'M1', '700.00')), t.verdict(t.claim('B', 'M2', '800.00')), t.verdict(t.claim('C', 'M3', '900.00')) \g /dev/null
SELECT payee_id AS hospital FROM assure.payee WHERE kind = 'provider' \gset
SELECT t.fails('SELECT assure.set_claim_payee(''C'', ' || :hospital || ')') = 'none' AS chosen \gset
SELECT ok(:'chosen', 'a payee is chosen for a claim');
SELECT is(t.fails('SELECT assure.set_claim_payee(''C'', 0)'), 'P0002 payee 0 does not exist on the certificate of claim "C"', 'one that exists');
SELECT assure.put_payee('{"policy": "P-SH", "certificate": "S1", "kind": "policyholder", "name": "Bolt", "bank": "ICBC", "bank_account": "6222020200005555"}') AS other \gset
SELECT is(t.fails('SELECT assure.set_claim_payee(''C'', ' || :other || ')'), 'P0002 payee ' || :other || ' does not exist on the certificate of claim "C"', 'on the claim''s certificate');
SELECT is(t.fails('SELECT assure.set_claim_payee(''X'', 1)'), 'P0002 claim "X" does not exist', 'of a claim that exists');
SELECT matches(t.run('bj', 'SELECT assure.set_claim_payee(''C'', ' || :hospital || ', ''r2'')'), '^(""|)$', 'by who has the branch');
SELECT is(assure.order_pending_payments(), 3, 'three payees are paid');
SELECT is((SELECT string_agg(concat_ws(' ', payee_kind, provider, payee, bank_account, amount), ', ' ORDER BY payment_id) FROM assure_bi.payment),
    'member 张* 6222********1234 160.00, policyholder A* 6222********1234 240.00, provider H1 First hospital 6222********1234 320.00', 'the member, the policyholder for who has no account, and whom was chosen');

-- A payee that is closed is not paid, nor is another in its place.
SELECT assure.put_payee(t.payee('{"active": false}')) \g /dev/null
SELECT t.verdict(t.claim('D', 'M1', '100.00')) \g /dev/null
SELECT is(assure.order_pending_payments(), 0, 'nothing is ordered to who is closed');
SELECT is((SELECT string_agg(concat_ws(' ', ref, open), ', ') FROM assure_bi.payment_open), 'A 160.00, D 80.00', 'its claims stay open, those whose payment had not left, too');

-- What is shown to whom.
SELECT is(t.run('bj', 'SELECT count(*) FROM assure.payee_version'), (SELECT count(*)::text FROM assure.payee_version v JOIN assure.account a USING (account_id) JOIN assure.policy p USING (policy_id) WHERE p.ref = 'P-BJ'), 'an operator sees the payees of open branches');
SELECT matches(t.run('bi', 'SELECT count(*) FROM assure.payee_version'), '^42501 ', 'BI none but masked');
SELECT is(t.run('bi', 'SELECT count(*) FROM assure_bi.payment WHERE bank_account ~ ''^\d{4}\*+\d{4}$'''), '3', 'as payments have them');
SELECT is((SELECT count(*) FROM pg_attribute WHERE attrelid = 'assure_bi.payment'::regclass AND attname = 'reason'), 0::bigint, 'without the bank''s own words, in which there may be anything');
SELECT matches(t.run('none', 'SELECT count(*) FROM assure_bi.payment'), '^42501 ', 'who has no scope, nothing');
SELECT is(t.whole(), '', 'the books are whole');
SELECT * FROM finish();
ROLLBACK;
