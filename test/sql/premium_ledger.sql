\set ECHO none
-- Premium due and received, its months, corrections, the loss ratio.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SET LOCAL datestyle = 'ISO';
SELECT no_plan();
CREATE FUNCTION t.premium(more jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT '{"policy": "P-BJ", "plan": "STD", "kind": "due", "from": "2024-01-01", "to": "2024-12-31", "amount": "1200.00", "on": "2024-01-05"}'::jsonb || more $$;
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;

-- An amount over months, by days.
SELECT is((SELECT string_agg(amount_fen::text, ' ' ORDER BY month) FROM assure.spread_by_month(10000, '2024-01-01', '2024-12-31')), '847 792 847 820 847 820 847 847 820 847 819 847', 'a leap year of 100.00');
SELECT is((SELECT string_agg(month || ' ' || amount_fen, ', ' ORDER BY month) FROM assure.spread_by_month(100, '2024-01-31', '2024-02-01')), '2024-01-01 50, 2024-02-01 50', 'two days of two months');
SELECT is((SELECT string_agg(amount_fen::text, ' ' ORDER BY month) FROM assure.spread_by_month(1, '2024-01-31', '2024-02-01')), '1 0', 'of equal remainders the earlier month');
SELECT is((SELECT string_agg(amount_fen::text, ' ' ORDER BY month) FROM assure.spread_by_month(-1, '2024-01-31', '2024-02-01')), '-1 0', 'a negative amount is the mirror');
SELECT is((SELECT sum(amount_fen) FROM assure.spread_by_month(9223372036854775807, '2024-01-01', '2034-01-08')), 9223372036854775807::numeric, 'the largest amount and period add up');
SELECT is(t.fails('SELECT assure.spread_by_month(1, ''2024-01-02'', ''2024-01-01'')'), '22023 the period is not of 1 to 3661 days', 'an empty period');
SELECT is(t.fails('SELECT assure.spread_by_month(1, ''2024-01-01'', ''infinity'')'), '22023 the period is not of 1 to 3661 days', 'an open one');
SELECT is(t.fails('SELECT assure.spread_by_month(1, ''2024-01-01'', ''2034-01-10'')'), '22023 the period is not of 1 to 3661 days', 'a long one');
SELECT is(t.fails('SELECT assure.spread_by_month((-9223372036854775808)::bigint, ''2024-01-01'', ''2024-01-10'')'), '22003 total_fen is out of range', 'what has no mirror');
-- Against the definition in numeric, on random periods: floors, then the largest remainders.
SELECT setseed(0.7);
CREATE TEMP TABLE period AS SELECT i, (random() * 1e9)::bigint - 2e8::bigint AS amount, '2020-01-01'::date + (random() * 1000)::int AS f, (random() * 800)::int AS n FROM generate_series(1, 300) i;
CREATE TEMP TABLE slow AS
    WITH d AS (SELECT i, amount, n + 1 AS days, date_trunc('month', x)::date AS month, count(*) AS part FROM period, generate_series(f::timestamp, (f + n)::timestamp, '1 day') x GROUP BY 1, 2, 3, 4),
    s AS (SELECT *, floor(abs(amount)::numeric * part / days) AS base, mod(abs(amount)::numeric * part, days) AS rest FROM d),
    r AS (SELECT *, row_number() OVER (PARTITION BY i ORDER BY rest DESC, month) AS place, abs(amount) - sum(base) OVER (PARTITION BY i) AS left_over FROM s)
    SELECT i, month, (sign(amount) * (base + CASE WHEN place <= left_over THEN 1 ELSE 0 END))::bigint AS amount_fen FROM r;
SELECT is((SELECT count(*) FROM ((TABLE slow EXCEPT SELECT i, m.month, m.amount_fen FROM period, assure.spread_by_month(amount, f, f + n) m) UNION ALL (SELECT i, m.month, m.amount_fen FROM period, assure.spread_by_month(amount, f, f + n) m EXCEPT TABLE slow)) x), 0::bigint, 'as the definition has it');

-- Records.
SELECT isnt(assure.record_premium(t.premium('{}'), 'r1'), NULL, 'premium is recorded');
SELECT is(assure.record_premium(t.premium('{}'), 'r1'), (SELECT entry_id FROM assure.premium_entry), 'a retry is the same entry');
SELECT is(t.grown((SELECT counts FROM before)), 'assure.audit_log +1, assure.premium_entry +1, assure_internal.request +1', 'with these rows');
CREATE TEMP TABLE refused (n serial, row jsonb, wanted text);
INSERT INTO refused (row, wanted) VALUES
    ('5', '22023 an object expected'), (t.premium('{}') - 'kind', '22023 kind: missing'), (t.premium('{"kind": "refund"}'), '22023 kind: unknown code'), (t.premium('{"amount": "0.00"}'), '22023 amount: is 0'), (t.premium('{"amount": "-1"}'), '22023 amount: -1 is negative'),
    (t.premium('{"amount": 1}'), '22023 amount: '), (t.premium('{"amount": "1.001"}'), '22023 amount: '), (t.premium('{"to": "2023-12-31"}'), '22023 to: is before from'), (t.premium('{"from": "infinity"}'), '22023 from: '), (t.premium('{"to": "2034-12-31", "policy": "P-SH"}'), '22023 to: the period is longer'),
    (t.premium('{"policy": "P-NO"}'), '23503 policy: "P-NO" does not exist'), (t.premium('{"plan": "NO"}'), '23503 plan: "NO" does not exist'), (t.premium('{"to": "2025-01-01"}'), '22023 from, to: the period is not within the policy''s'), (t.premium('{"from": "2023-12-31"}'), '22023 from, to: the period is not within the policy''s'), (t.premium('{"x": 1}'), '22023 x: unknown key');
UPDATE before SET counts = (SELECT array_agg(c) FROM t.counts() c);
SELECT ok(starts_with(concat_ws(' ', error_code, reason), wanted), wanted) FROM assure.record_premiums((SELECT jsonb_agg(row ORDER BY n) FROM refused)) r JOIN refused ON n = row_no ORDER BY n;
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'refused rows write nothing');
SELECT is((SELECT string_agg(concat_ws(' ', row_no, accepted, error_code), ', ' ORDER BY row_no) FROM assure.record_premiums(jsonb_build_array(t.premium('{"kind": "received", "to": "2024-03-31", "amount": "300.00"}'), 1, t.premium('{"policy": "P-SH", "amount": "9.00"}') - 'plan'), 'r2')), '1 t, 2 f 22023, 3 t', 'rows are accepted and refused one by one');
SELECT is((SELECT string_agg(concat_ws(' ', row_no, accepted, error_code), ', ' ORDER BY row_no) FROM assure.record_premiums(jsonb_build_array(t.premium('{"kind": "received", "to": "2024-03-31", "amount": "300.00"}'), 1, t.premium('{"policy": "P-SH", "amount": "9.00"}') - 'plan'), 'r2')), '1 t, 2 f 22023, 3 t', 'a retry says the same');
SELECT is((SELECT count(*) FROM assure.premium_entry), 3::bigint, 'and writes nothing');
SELECT is(t.fails('SELECT assure.record_premium(NULL)'), '22004 premium must not be NULL', 'NULL');
SELECT is(t.fails('SELECT assure.record_premium(''{}'')'), '22023 premium: policy: missing', 'a single refusal is raised');

-- The loss ratio.
SELECT is(t.verdict(t.claim('A1', 'M1', '1500.00')), 'approved 800.00 deductible B-A1, coinsurance B-A1', 'a claim of March');
SELECT is((SELECT concat_ws(' ', earned, received, paid_by_event, ratio_by_event) FROM assure_bi.loss_ratio WHERE policy = 'P-BJ' AND plan = 'STD' AND month = '2024-03-01'), '101.64 102.20 800.00 7.8709', 'of the month of the event');
SELECT is((SELECT concat_ws(' ', sum(earned), sum(received), sum(paid_by_event), sum(paid_by_decision)) FROM assure_bi.loss_ratio WHERE policy = 'P-BJ'), '1200.00 300.00 800.00 800.00', 'the year adds up');
SELECT is((SELECT paid_by_decision FROM assure_bi.loss_ratio WHERE policy = 'P-BJ' AND month = date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai')::date), 800.00, 'of the month of the decision, where the company is');
SELECT is((SELECT string_agg(DISTINCT coalesce(plan, 'none'), ' ') FROM assure_bi.loss_ratio WHERE policy = 'P-SH'), 'none', 'a plan that is not told apart is empty');
SELECT is((SELECT count(*) FROM (SELECT policy, month, sum(earned), sum(received), sum(paid_by_event), sum(paid_by_decision) FROM assure_bi.loss_ratio GROUP BY 1, 2 EXCEPT SELECT policy, month, earned, received, paid_by_event, paid_by_decision FROM assure_bi.policy_loss_ratio) x), 0::bigint, 'by policy it is the sum over plans');

-- Corrections.
SELECT min(entry_id) AS first FROM assure.premium_entry \gset
SELECT isnt(assure.correct_premium('P-BJ', :first, 'wrong tier'), NULL, 'an entry is undone');
SELECT is((SELECT sum(earned) FROM assure_bi.loss_ratio WHERE policy = 'P-BJ' AND earned <> 0), NULL, 'month by month');
SELECT is((SELECT concat_ws(' ', amount_fen, corrects_id = :first, note, booked_on) FROM assure.premium_entry WHERE corrects_id IS NOT NULL), '-120000 t wrong tier 2024-01-05', 'by its opposite');
SELECT is(t.fails(format('SELECT assure.correct_premium(''P-BJ'', %s, ''x'')', :first)), format('AS201 premium entry %s is corrected already', :first), 'once');
SELECT is(t.fails(format('SELECT assure.correct_premium(''P-BJ'', %s, ''x'')', (SELECT entry_id FROM assure.premium_entry WHERE corrects_id IS NOT NULL))), format('AS201 premium entry %s is a counter-entry', (SELECT entry_id FROM assure.premium_entry WHERE corrects_id IS NOT NULL)), 'and is not undone itself');
SELECT is(t.fails('SELECT assure.correct_premium(''P-SH'', ' || :first || ', ''x'')'), 'P0002 policy "P-SH" has no premium entry ' || :first, 'of its policy');
SELECT is(t.fails('SELECT assure.correct_premium(''P-BJ'', 1, NULL)'), '22004 policy, entry_id and note must not be NULL', 'with a note');
SELECT is(t.fails('UPDATE assure.premium_entry SET amount_fen = 1'), 'AS005 rows of "assure.premium_entry" are append-only: update is refused', 'entries do not change');

-- Who may.
SELECT t.new_role('portal', 'proxy'), t.new_role('clerk', 'operator'), t.new_role('bi', 'bi') \g /dev/null
SELECT assure.grant_branch(t.role('portal'), 'SH'), assure.grant_branch(t.role('clerk'), 'SH') \g /dev/null
SELECT alike(t.run('portal', format('SELECT assure.record_premium(%L)', t.premium('{}'))), '42501 premium: policy "P-BJ" belongs to a branch that is not open to role%', 'not for another branch');
SELECT matches(t.run('portal', format('SELECT assure.record_premium(%L)', t.premium('{"policy": "P-SH"}'))), '^\d+$', 'for its own');
SELECT alike(t.run('portal', format('SELECT assure.correct_premium(''P-BJ'', %s, ''x'')', (SELECT max(entry_id) FROM assure.premium_entry WHERE kind = 'received'))), '42501 policy "P-BJ" belongs to a branch that is not open%', 'nor corrected');
SELECT alike(t.run('clerk', format('SELECT assure.record_premium(%L)', t.premium('{"policy": "P-SH"}'))), '42501 %', 'an operator records none');
SELECT is(t.run('clerk', 'SELECT DISTINCT amount_fen FROM assure.premium_entry ORDER BY 1'), E'900\n120000', 'but sees those of the branch');
SELECT matches(t.run('bi', 'SELECT count(*) FROM assure_bi.loss_ratio'), '^\d+$', 'BI reads the ratio');
SELECT is(t.whole(), '', 'the books are whole');

-- What a decision takes back, it takes back from the plan that paid it.
CREATE FUNCTION t.ratio() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', plan, e, d), ', ' ORDER BY plan) FROM (SELECT plan, sum(paid_by_event) AS e, sum(paid_by_decision) AS d FROM assure_bi.loss_ratio
        WHERE policy = 'P-GD' GROUP BY plan HAVING bool_or(paid_by_event <> 0 OR paid_by_decision <> 0)) x $$;
SELECT is(t.verdict(t.claim('R1', 'G1', '100.00')) || t.verdict(t.claim('R2', 'G1', '40.00')), 'approved 100.00approved 40.00', 'two claims are paid');
SELECT is(t.ratio(), 'FREE 140.00 140.00', 'under their plan');
SELECT assure.reverse_claim('R2', 'not theirs') \gset
SELECT is(t.ratio(), 'FREE 100.00 100.00', 'a reversal is the plan''s');
SELECT assure.publish_plan('HALF', 'Half', '{"name": "x", "benefits": [{"code": "ALL", "kind": "expense", "steps": [{"coinsurance": [{"pay": "0.5"}]}]}]}', '2024-01-01') \gset
SELECT count(*) FROM assure.change_enrollment('{"policy": "P-GD", "member_ref": "G1", "plan": "HALF", "from": "2024-01-01"}') \gset
SELECT is(assure.readjudicate('R1', 'another plan'), 'approve', 'the other is decided again under another plan');
SELECT is(t.ratio(), 'HALF 50.00 50.00', 'which has all of it, and the first nothing');
SELECT * FROM finish();
ROLLBACK;
