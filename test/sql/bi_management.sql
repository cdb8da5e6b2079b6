\set ECHO none
-- Views of what management asks: each against the rows below it, and the sums of all of them against each other.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
\i test/sql-common/payment.psql
SET LOCAL datestyle = 'ISO';
SELECT no_plan();
SELECT t.new_role('bi', 'bi'), t.new_role('op', 'operator') \g /dev/null

-- What weighs most: a finding, then the amount, then the place; in C as the definition has it.
CREATE FUNCTION t.main_reason(reasons jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT r ->> 'code' FROM jsonb_array_elements(reasons) WITH ORDINALITY AS e (r, n) ORDER BY r ? 'benefit', (r ->> 'amount')::numeric DESC NULLS LAST, n LIMIT 1 $$;
SELECT setseed(0.3);
CREATE TEMP TABLE reasons AS SELECT i, (SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('code', chr(97 + n), 'benefit', CASE WHEN random() < 0.6 THEN 'B' END,
        'amount', CASE WHEN random() < 0.7 THEN round((random() * 3)::numeric, 2)::text END)) ORDER BY n), '[]') FROM generate_series(0, (i % 7) - 1) n) AS reasons FROM generate_series(1, 2000) i;
SELECT is((SELECT count(*) FROM reasons WHERE assure.main_reason(reasons) IS DISTINCT FROM t.main_reason(reasons)), 0::bigint, 'the main reason is that of the definition, of 2,000 lists');
SELECT is((SELECT count(DISTINCT assure.main_reason(reasons)) FROM reasons), 6::bigint, 'of all places');
SELECT is(assure.main_reason(x::jsonb), NULL, 'no reason in ' || x) FROM unnest('{"null","5","{}","[]","[1, \"a\", [{\"code\": \"x\"}]]","[{}]","[{\"code\": 5}]","[[]]"}'::text[]) x;
SELECT is(assure.main_reason('[1, {"code": "x", "amount": 5}, {"code": "y", "amount": "0.01"}]'), 'y', 'an amount is a text');
SELECT is(assure.main_reason('[{"code": "x", "amount": "9999999999999999999999"}, {"code": "y", "amount": "-1.00"}]'), 'y', 'and fits');
SELECT is(assure.main_reason(NULL), NULL, 'nothing of nothing');

-- Claims: paid, returned by the bank, reversed after payment; left to a person and denied, or paid less; denied by the rules.
SELECT t.approved('A' || i, i || '00.00'), assure.order_pending_payments() FROM generate_series(1, 4) i \g /dev/null
SELECT assure.payment_sent(t.rows('[{"n": 1}, {"n": 2}, {"n": 3}]')) \g /dev/null
SELECT assure.payment_paid(t.rows('[{"n": 1, "on": "2024-03-20"}, {"n": 2, "on": "2024-03-25"}]')) \g /dev/null
SELECT assure.payment_failed(t.rows('[{"n": 3, "reason": "closed"}]')) \g /dev/null
SELECT assure.reverse_claim('A1', 'twice') \g /dev/null
CREATE FUNCTION t.again(ref text, amount text) RETURNS text LANGUAGE sql AS $$
    SELECT t.verdict(t.claim(ref, 'G1', amount, jsonb_build_object('bills', jsonb_build_array(t.bill('B-A2', '80.00'), t.bill('B-' || ref, amount))))) $$;
SELECT t.again('D' || i, '10.00'), t.verdict(t.claim('L', 'M1', '100.00', '{"event_date": "2023-12-01"}')) FROM generate_series(1, 3) i \g /dev/null
SELECT t.new_role('sup', 'supervisor') \g /dev/null
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT 'W-CHIEF', '李雷', branch_id, 5, 2000000 FROM assure.branch WHERE code = 'GD';
SELECT assure.set_worker_login(t.role('sup'), 'W-CHIEF') \g /dev/null
SELECT t.run('sup', $$SELECT assure.decide_claim('D1', 'deny', 'handed in before')$$),
    t.run('sup', $$SELECT assure.decide_claim('D2', 'approve', '[{"bill": "B-A2", "exclude": true, "reason": "handed in before"}]'::jsonb, 'the rest')$$) \g /dev/null
SELECT is((SELECT string_agg(concat_ws(' ', c.ref, c.state, c.paid, c.policy, coalesce(c.plan, '-'), m.member_ref), ', ' ORDER BY c.ref COLLATE "C") FROM assure_bi.claim c JOIN assure_bi.member m USING (account_id, member_id)),
    'A1 reversed 0.00 P-GD - G1, A2 approved 200.00 P-GD FREE G1, A3 approved 300.00 P-GD FREE G1, A4 approved 400.00 P-GD FREE G1, D1 denied 0.00 P-GD FREE G1, D2 approved 10.00 P-GD FREE G1, D3 in_review 0.00 P-GD FREE G1, L denied 0.00 P-BJ - M1',
    'a claim has its policy, its plan and its person');
SELECT is((SELECT count(*) FROM assure_bi.claim), (SELECT count(*) FROM assure.claim), 'and stands once, whatever became of it');
SELECT is((SELECT string_agg(concat_ws(' ', ref, state, amount, is_void, payee_kind, paid_on, days_to_payment), ', ' ORDER BY entry_id) FROM assure_bi.claim_payment),
    'A1 paid 100.00 f member 2024-03-20 0, A2 paid 200.00 f member 2024-03-25 5, A3 failed 300.00 f member, A4 ordered 400.00 f member, A3 failed -300.00 t member', 'what was ordered and paid for each claim, and when');
SELECT is((SELECT string_agg(concat_ws(' ', ref, plan, finding, denied, origin, calculated, paid, saved), ', ' ORDER BY ref) FROM assure_bi.saving),
    'D1 FREE duplicate_bill t person 90.00 0.00 90.00, D2 FREE duplicate_bill f person 90.00 10.00 80.00', 'what a person kept from being paid, and why it was stopped');

-- One truth: claims, the loss ratio, payments, what is open.
SELECT is((SELECT sum(paid) FROM assure_bi.claim), (SELECT sum(paid) FROM assure_bi.claim_outcome), 'claims and outcomes add up alike');
SELECT is((SELECT sum(paid) FROM assure_bi.claim), (SELECT sum(paid_by_event) FROM assure_bi.loss_ratio), 'and so does the loss ratio, by event');
SELECT is((SELECT sum(paid) FROM assure_bi.claim), (SELECT sum(paid_by_decision) FROM assure_bi.loss_ratio), 'and by decision');
SELECT is((SELECT sum(paid) FROM assure_bi.claim), (SELECT round(sum(delta) / 100.0, 2) FROM assure.ledger_entry WHERE measure = 'paid'), 'and the ledger');
SELECT is((SELECT sum(amount) FROM assure_bi.claim_payment), (SELECT sum(paid) FROM assure_bi.claim WHERE state <> 'in_review') - (SELECT coalesce(sum(open), 0) FROM assure_bi.payment_open) + (SELECT coalesce(sum(open), 0) FROM assure_bi.recovery_open),
    'what was ordered is what is owed, less what is open, and what is to be recovered');
SELECT is((SELECT sum(amount) FROM assure_bi.payment WHERE state NOT IN ('failed', 'cancelled')), (SELECT sum(amount) FROM assure_bi.claim_payment), 'payments are the sum of their entries');

-- Tasks by age; what was done by whom; deadlines one by one.
SELECT worker_id AS w FROM assure.worker WHERE code = 'W-GD' \gset
SELECT branch_id AS b FROM assure.branch WHERE code = 'GD' \gset
SELECT assure.put_queue('{"code": "q", "name": "q", "skills": {"claim_review": 1}}') \g /dev/null
INSERT INTO assure.task (queue_id, subject_kind, branch_id, amount_fen, created_at, due_at, state, state_since, worker_id)
    SELECT queue_id, 'case', :b, n * 100, now() - age::interval, now() - age::interval + interval '2 days', s, now() - age::interval + took::interval, CASE WHEN s <> 'open' THEN :w END
    FROM assure.queue, (VALUES (1, '1 hour', '0', 'open'), (2, '1 day', '0', 'open'), (3, '71 hours', '0', 'accepted'), (4, '6 days', '0', 'open'), (5, '13 days', '0', 'suspended'), (6, '29 days', '0', 'open'), (7, '4 years', '0', 'open'),
        (8, '2 days', '1 day', 'done'), (9, '5 days', '4 days', 'done'), (10, '5 days', '1 hour', 'cancelled')) x (n, age, took, s) WHERE code = 'q';
SELECT is((SELECT string_agg(concat_ws(' ', band_no, band, tasks, with_nobody, suspended, overdue, amount), ', ' ORDER BY band_no) FROM assure_bi.backlog WHERE queue = 'q'),
    '1 under 1 day 1 1 0 0 1.00, 2 1 to 3 days 2 1 0 1 5.00, 3 3 to 7 days 1 1 0 1 4.00, 4 7 to 14 days 1 0 1 1 5.00, 5 14 to 30 days 1 1 0 1 6.00, 6 over 30 days 1 1 0 1 7.00', 'each unfinished task is in one band');
SELECT is((SELECT sum(tasks) FROM assure_bi.backlog), (SELECT sum(tasks) FROM assure_bi.queue_monitor WHERE state IN ('open', 'reserved', 'accepted', 'suspended')), 'as many as the queues have');
SELECT is((SELECT concat_ws(' ', sum(tasks), sum(amount), sum(with_deadline), sum(in_time), min(name)) FROM assure_bi.productivity WHERE queue = 'q' AND worker = 'W-GD' AND branch = 'GD'), '2 17.00 2 1 W*', 'done by one worker, one in time');
SELECT is((SELECT sum(tasks) FROM assure_bi.productivity), (SELECT sum(tasks) FROM assure_bi.queue_monitor WHERE state = 'done'), 'all that is done counts for somebody');
SELECT is((SELECT string_agg(concat_ws(' ', subject_kind, queue, tasks, in_time, overdue, paused, attainment), ', ' ORDER BY subject_kind, queue) FROM assure_bi.sla_attainment),
    (SELECT string_agg(x, ', ' ORDER BY x) FROM (SELECT concat_ws(' ', subject_kind, queue, count(*), count(*) FILTER (WHERE in_time), count(*) FILTER (WHERE overdue), count(*) FILTER (WHERE state = 'paused'), round(avg(in_time::int), 4)) AS x
        FROM assure_bi.sla_clock GROUP BY subject_kind, queue) y), 'clocks one by one add up to the attainment');
SELECT is((SELECT string_agg(DISTINCT concat_ws(' ', branch, province, policy), ', ') FROM assure_bi.sla_clock WHERE queue = 'claim_review' AND state = 'stopped'), 'GD 440000 claim_review', 'and know branch and policy');

-- Coverage quarter by quarter, and complaints out of the insured.
SELECT is((SELECT count(DISTINCT starts_on) || ' ' || count(DISTINCT region) || ' ' || count(*) FROM assure_bi.coverage_by_quarter), '8 34 272', 'eight quarters of 34 provinces');
SELECT is((SELECT count(*) FROM (SELECT starts_on, region, insured, served, rate FROM assure_bi.coverage_by_quarter EXCEPT SELECT q.starts_on, c.code, c.insured, c.served, c.rate
    FROM (SELECT DISTINCT starts_on, ends_on FROM assure_bi.coverage_by_quarter) q, assure.coverage_detail(daterange(q.starts_on, q.ends_on + 1), 'province') c) x), 0::bigint, 'as coverage_detail() has it');
SELECT is((SELECT count(*) FROM assure_bi.coverage_by_quarter a JOIN assure_bi.coverage_by_quarter b ON b.region = a.region AND b.starts_on = (a.starts_on - interval '3 months')::date
    WHERE (a.served_before, a.rate_before) IS DISTINCT FROM (b.served, b.rate)), 0::bigint, 'each beside the quarter before');
SELECT min(task_id) AS task FROM assure.task WHERE branch_id = :b AND state = 'done' \gset
SELECT assure.record_complaint(:task, 'delay', 'slow') FROM generate_series(1, 3) \g /dev/null
SELECT assure.resolve_complaint(min(complaint_id), 'withdrawn', 'x') FROM assure.complaint \g /dev/null
UPDATE assure.complaint SET state = 'founded', resolved_at = now(), resolved_by = 'x' WHERE complaint_id = (SELECT max(complaint_id) FROM assure.complaint);
SELECT is((SELECT string_agg(concat_ws(' ', province, insured, complaints, founded, open, per_thousand, founded_per_thousand), ', ') FROM assure_bi.complaint_rate WHERE complaints > 0), '440000 1 3 1 1 3000.00 1000.00', 'complaints of a quarter out of the insured');
SELECT is((SELECT sum(complaints) FROM assure_bi.complaint_rate), (SELECT count(*) FROM assure_bi.complaint)::numeric, 'all of them');

-- Suppliers by year.
SELECT assure.put_supplier('{"code": "S", "name": "x", "places": [{"code": "1", "name": "x", "region": "110000", "open_from": "2024-01-01", "services": ["opinion"]}],
    "contracts": [{"ref": "C", "valid_from": "2024-01-01", "valid_to": "2024-12-31", "prices": {"opinion": "100.00"}}]}') \g /dev/null
SELECT assure.order_service(jsonb_build_object('ref', 'O' || i, 'policy', 'P-BJ', 'member_ref', 'M1', 'service', 'opinion', 'supplier', 'S', 'requested_at', '2024-02-05T09:00:00+08:00')) FROM generate_series(1, 5) i \g /dev/null
SELECT assure.finish_service('O' || i, '2024-02-07 09:00+08') FROM generate_series(1, 3) i \g /dev/null
SELECT assure.fail_order('O4', 'x', '2024-02-08 09:00+08'), assure.cancel_service('O5', 'x', '2024-02-08 09:00+08'), assure.evaluate_service('O1', 2), assure.evaluate_service('O2', 5) \g /dev/null
SELECT assure.load_statement('{"ref": "ST", "supplier": "S", "from": "2024-02-01", "to": "2024-02-29"}', '[{"order": "O1", "amount": "100.00"}, {"order": "O2", "amount": "101.00"}]'), assure.reconcile_statement('ST') \g /dev/null
SELECT is((SELECT string_agg(concat_ws(' ', year, orders, done, failed, cancelled, access_days, coalesce(in_standard::text, '-'), evaluated, score, low, billed_rows, matched_rows, matched_share, coalesce(check_passed::text, '-')), ', ') FROM assure_bi.supplier_quality WHERE supplier = 'S'),
    '2024 5 3 1 1 2.00 - 2 3.50 1 2 1 0.5000 -', 'a supplier in one row');

-- Who may.
SELECT is(t.run('bi', 'SELECT count(*) >= 0 FROM assure_bi.' || v), 't', 'BI reads ' || v) FROM unnest('{claim_payment,saving,sla_clock,backlog,productivity,coverage_by_quarter,complaint_rate,supplier_quality}'::text[]) v;
SELECT matches(t.run('op', 'SELECT count(*) FROM assure_bi.' || v), '^42501 ', 'an operator does not read ' || v) FROM unnest('{claim_payment,saving,sla_clock,backlog,productivity,coverage_by_quarter,complaint_rate,supplier_quality}'::text[]) v;
-- Drivers know the types of all columns.
SELECT is((SELECT string_agg(a.attrelid::regclass || '.' || a.attname || ' ' || a.atttypid::regtype, ', ') FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_type y ON y.oid = a.atttypid
    WHERE c.relnamespace = 'assure_bi'::regnamespace AND a.attnum > 0 AND (y.typnamespace <> 'pg_catalog'::regnamespace OR y.typtype <> 'b')), NULL, 'no view for BI has a column of a type of our own');
SELECT * FROM finish();
ROLLBACK;
