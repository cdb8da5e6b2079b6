\set ECHO none
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(76);

-- t.with_bills(ref, member, bills): a claim of these bills.
CREATE FUNCTION t.with_bills(ref text, member text, VARIADIC bills jsonb[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT t.claim(ref, member, '1.00', jsonb_build_object('bills', to_jsonb(bills))) $$;

-- In force?
INSERT INTO assure.branch (code, name, region) VALUES ('NX', 'Ningxia', '640101');
SELECT count(assure.add_policy(p)) FROM jsonb_array_elements('[
    {"ref": "P-NX", "branch": "NX", "insurer": "Alpha", "holder": "Dune", "starts_on": "2024-02-01", "ends_on": "2024-06-30"}]') p \gset
SELECT count(assure.enroll('{"policy": "P-NX", "certificate": "N", "name": "x", "birth_date": "1980-01-01", "sex": "F", "region": "640101", "plan": "FREE", "relationship": "self"}'::jsonb || m))
    FROM jsonb_array_elements('[
    {"member_ref": "N1", "enrolled_on": "2024-02-01", "ended_on": "2024-05-31"}, {"member_ref": "N2", "enrolled_on": "2024-01-01"},
    {"member_ref": "N3", "enrolled_on": "2024-03-01", "ended_on": "2024-03-31"}]') m \gset
SELECT count(assure.enroll('{"policy": "P-NX", "certificate": "N", "name": "x", "birth_date": "1980-01-01", "sex": "F", "region": "640101", "plan": "STD", "relationship": "self",
    "member_ref": "N3", "enrolled_on": "2024-05-01"}')) \gset
CREATE TEMP TABLE force (n serial, member text, day date, wanted text);
INSERT INTO force (member, day, wanted) VALUES
    ('N1', '2024-01-31', 'denied 0.00 not_in_force'), ('N1', '2024-02-01', 'approved 10.00'), ('N1', '2024-05-31', 'approved 10.00'), ('N1', '2024-06-01', 'denied 0.00 not_in_force'),
    ('N2', '2024-01-31', 'denied 0.00 not_in_force'), ('N2', '2024-02-01', 'approved 10.00'), ('N2', '2024-06-30', 'approved 10.00'), ('N2', '2024-07-01', 'denied 0.00 not_in_force'),
    ('N3', '2024-02-29', 'denied 0.00 not_in_force'), ('N3', '2024-03-01', 'approved 10.00'), ('N3', '2024-04-01', 'denied 0.00 not_in_force'),
    ('N3', '2024-05-01', 'denied 0.00 deductible');
SELECT is(split_part(t.verdict(t.claim('F' || n, member, '10.00') || jsonb_build_object('policy', 'P-NX', 'event_date', day, 'submitted_at', '2024-07-10T00:00:00Z',
    'bills', jsonb_build_array(t.bill('F' || n, '10.00', jsonb_build_object('from', day))))), ' F', 1), wanted, format('%s on %s: %s', member, day, wanted)) FROM force ORDER BY n;
SELECT is((SELECT count(*) FROM assure.ledger_entry l JOIN assure.decision d USING (account_id, claim_id, decision_no) WHERE d.reasons -> 0 ->> 'code' = 'not_in_force'), 0::bigint,
    'a claim not in force books nothing');
SELECT is((SELECT count(*) FROM assure.decision WHERE reasons -> 0 ->> 'code' = 'not_in_force' AND result IS NOT NULL), 0::bigint, 'and is not calculated');

-- In time?  180 days, days of the company's time zone.
SELECT is(t.verdict(t.claim('L1', 'S1', '600.00', '{"event_date": "2024-03-10", "submitted_at": "2024-09-06T23:59:59+08:00"}')), 'approved 80.00 deductible B-L1, coinsurance B-L1', 'on day 180 it is in time');
SELECT is(t.verdict(t.claim('L2', 'S1', '600.00', '{"event_date": "2024-03-10", "submitted_at": "2024-09-06T16:00:00Z"}')), 'denied 0.00 late_submission', 'on day 181 it is late');
SELECT is(t.verdict(t.claim('L3', 'G1', '600.00', '{"event_date": "2024-03-10", "submitted_at": "2024-12-31T16:00:00Z"}')), 'approved 600.00', 'without a deadline never');
SELECT is(t.used('S1'), 'FAM@ amount 8000, OP amount 8000, OP deductible 50000, OP paid 8000', 'a late claim books nothing');

-- Nothing to pay: denied, and the deductible counts.
SELECT is(t.verdict(t.claim('D1', 'M1', '200.00')), 'denied 0.00 deductible B-D1', 'below the deductible');
SELECT is(t.used('M1'), 'OP deductible 20000', 'is booked');
SELECT is(t.verdict(t.claim('D2', 'M1', '200.00')), 'denied 0.00 deductible B-D2', 'and adds up');
SELECT is(t.verdict(t.claim('D3', 'M1', '200.00')), 'approved 80.00 deductible B-D3, coinsurance B-D3', 'until it is met');
SELECT is(t.verdict(t.claim('D4', 'M2', '200.00')), 'denied 0.00 deductible B-D4', 'by each person');
SELECT is(t.verdict(t.with_bills('D5', 'M2', t.bill('D5a', '200.00'), t.bill('D5b', '200.00'))), 'approved 80.00 deductible D5a, deductible D5b, coinsurance D5b', 'over the bills of a claim');
SELECT is(t.verdict(t.claim('D6', 'M3', '1.00', '{"bills": []}')), 'denied 0.00', 'a claim without bills pays nothing');

-- Limits: of a person and of the family.
SELECT is(t.verdict(t.claim('M1a', 'M1', '5000.00')), 'approved 4000.00 coinsurance B-M1a', 'the limits count down');
SELECT is(t.verdict(t.claim('M1b', 'M1', '6250.00')), 'approved 5000.00 coinsurance B-M1b', 'an amount not above the plan''s passes');
SELECT is(t.verdict(t.claim('M1c', 'M1', '2000.00')), 'approved 920.00 coinsurance B-M1c, limit_year B-M1c', 'to the person''s 10,000');
SELECT is(t.verdict(t.claim('M1d', 'M1', '2000.00')), 'denied 0.00 coinsurance B-M1d, limit_year B-M1d', 'then nothing');
SELECT is(t.verdict(t.claim('M2a', 'M2', '1000.00')), 'approved 800.00 coinsurance B-M2a', 'the spouse has a limit of his own');
SELECT is(t.verdict(t.claim('M2b', 'M2', '5000.00')), 'approved 1120.00 coinsurance B-M2b, limit_year B-M2b', 'and the family''s 12,000 in common');
SELECT is(t.verdict(t.claim('M3a', 'M3', '5000.00')), 'denied 0.00 deductible B-M3a, coinsurance B-M3a, limit_year B-M3a', 'with the child');
SELECT is(t.used('M1'), 'FAM@ amount 1200000, OP amount 1000000, OP deductible 50000, OP paid 1000000', 'balances of the subscriber');
SELECT is(t.used('M2'), 'FAM@ amount 1200000, OP amount 200000, OP deductible 50000, OP paid 200000', 'of the spouse');
SELECT is(t.used('M3'), 'FAM@ amount 1200000, OP deductible 50000', 'of the child');
SELECT is((SELECT array_agg(DISTINCT limit_value) FROM assure.balance WHERE counter = 'FAM'), '{1200000}', 'a balance keeps its limit');

-- A person must look at it.
SELECT is(t.verdict(t.claim('P1', 'G1', '6000.00')), 'approved 6000.00', 'no amount is too high for a plan without one');
SELECT is(t.verdict(t.claim('P2', 'S1', '6262.50')), 'in_review 0.00 amount_review, coinsurance B-P2', 'above 5,000 by half a yuan');
SELECT is(t.verdict(t.with_bills('P3', 'G1', t.bill('P3', '10.00', '{"provider": {"code": "H9"}}'))), 'in_review 0.00 provider_unknown P3', 'a provider that is not in the directory');
SELECT is(t.verdict(t.with_bills('P4', 'G1', t.bill('P4', '10.00') - 'provider')), 'approved 10.00', 'a provider that is not stated');
SELECT is(t.verdict(t.with_bills('P5', 'G1', t.bill('B-D1', '10.00'))), 'in_review 0.00 duplicate_bill B-D1', 'an invoice that another customer handed in');
SELECT is(t.verdict(t.with_bills('P6', 'G1', t.bill('P6', '10.00'), t.bill('P6', '11.00'))), 'in_review 0.00 duplicate_bill P6', 'one twice in a claim');
SELECT is(t.verdict(t.with_bills('P7', 'G1', t.bill('P6', '10.00', '{"provider": {"code": "H2"}}'))), 'approved 10.00', 'the number of another provider''s is another invoice');
SELECT is(t.verdict(t.with_bills('P8', 'G1', t.bill('P6', '10.00') - 'provider')), 'approved 10.00', 'as is one without provider');
SELECT is(t.verdict(t.with_bills('P9', 'S1', t.bill('P6', '6000.00'), t.bill('P9', '600.00', '{"provider": {"code": "H9"}}'))),
    'in_review 0.00 duplicate_bill P6, provider_unknown P9, amount_review, coinsurance P6, coinsurance P9', 'all that is to be looked at is named');
SELECT is(t.verdict(t.with_bills('P10', 'G1', t.bill('P3', '10.00', '{"provider": {"code": "H9"}}'))), 'in_review 0.00 duplicate_bill P3, provider_unknown P3', 'a pended claim''s invoice counts');
SELECT is((SELECT count(*) FROM assure.ledger_entry l JOIN assure.decision d USING (account_id, claim_id, decision_no) WHERE d.verdict = 'pend'), 0::bigint, 'what is pended books nothing');
SELECT is((SELECT count(*) FROM assure.task), 6::bigint, 'each has a task');
SELECT is((SELECT count(*) FROM assure.clock), 6::bigint, 'with a clock');
SELECT results_eq($$SELECT t.state, t.amount_fen, t.priority::int, b.code, t.worker_id FROM assure.task t JOIN assure.claim c ON c.claim_id = t.subject_id JOIN assure.branch b ON b.branch_id = t.branch_id WHERE c.ref = 'P2'$$,
    $$VALUES ('open', 501000::bigint, 5, 'SH', NULL::bigint)$$, 'that says what is at stake, where');
SELECT results_eq($$SELECT k.started_at, k.target_at FROM assure.clock k JOIN assure.task t ON t.task_id = k.subject_id JOIN assure.claim c ON c.claim_id = t.subject_id WHERE c.ref = 'P2'$$,
    $$VALUES ('2024-03-20 09:00+08'::timestamptz, '2024-03-23 09:00+08'::timestamptz)$$, 'and runs from when the customer asked');

-- A duplicate must not meet a deductible a second time.
SELECT is(t.verdict(t.claim('Q1', 'S1', '1.00', '{"event_date": "2025-01-02", "submitted_at": "2025-02-01T00:00:00Z"}') || jsonb_build_object('bills', jsonb_build_array(t.bill('Q1', '200.00', '{"from": "2025-01-02"}')))),
    'denied 0.00 deductible Q1', 'a bill below the deductible');
SELECT alike(t.verdict(t.claim('Q2', 'S1', '1.00', '{"event_date": "2025-01-02", "submitted_at": "2025-02-01T00:00:00Z"}') || jsonb_build_object('bills', jsonb_build_array(t.bill('Q1', '200.00', '{"from": "2025-01-02"}')))),
    '%duplicate_bill Q1%', 'handed in again is a duplicate');
SELECT is((SELECT sum(value) FROM assure.balance b WHERE period = 'year:2025-01-01' AND measure = 'deductible'), 20000::numeric, 'and meets the deductible once');

-- Once decided, decided.
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT is(assure.adjudicate('D3'), 'approve', 'adjudicated again');
SELECT is(assure.adjudicate('D1'), 'deny', 'is the same');
SELECT is(assure.adjudicate('P2'), 'pend', 'verdict');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'and writes nothing');
SELECT is(assure.adjudicate(NULL), NULL, 'NULL is NULL');
SELECT is(t.fails($$SELECT assure.adjudicate('none')$$), 'P0002 claim "none" does not exist', 'a ref that no claim has');
SELECT is(t.fails($$SELECT * FROM assure.claim_status('none')$$), 'P0002 claim "none" does not exist', 'has no status');
SELECT is(assure.adjudicate('P2', 'r'), 'pend', 'with a request_id');
SELECT is(assure.adjudicate('P2', 'r'), 'pend', 'its retry');
SELECT is(t.fails($$SELECT assure.adjudicate('P3', 'r')$$), 'AS003 request_id "r" was used before for another call', 'and reuse');

-- No terms on the day: set aside by a batch, an error for who asks, mended by publishing.
SELECT assure.publish_plan('LATE', 'Late', '{"name": "Late", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '2024-04-01') IS NOT NULL AS published \gset
SELECT assure.enroll('{"policy": "P-GD", "certificate": "G2", "member_ref": "G2", "name": "x", "birth_date": "1980-01-01", "sex": "F", "region": "440305", "plan": "LATE", "relationship": "self", "enrolled_on": "2024-01-01"}') IS NOT NULL AS enrolled \gset
SELECT assure.submit_claim(t.claim('T1', 'G2', '30.00')), assure.submit_claim(t.claim('T2', 'G1', '30.00')) \gset x
SELECT is(t.fails($$SELECT assure.adjudicate('T1')$$), 'P0002 claim "T1" cannot be adjudicated: the member''s plan has no version in force on the event date', 'no terms on the day: an error');
SELECT is(t.status('T1'), 'waiting', 'the claim waits');
SELECT is(assure.adjudicate_pending(), 2, 'a batch takes it');
SELECT is(t.status('T1'), 'failed', 'and sets it aside');
SELECT is((SELECT error FROM assure.claim_status('T1')), 'P0002: the member''s plan has no version in force on the event date', 'with the reason');
SELECT is(t.status('T2'), 'approved 30.00', 'the other is decided');
SELECT is(assure.retry_failed_claim('T2'), false, 'only what was set aside can be put back');
SELECT assure.publish_plan('LATE', 'Late', '{"name": "Late", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '2024-01-01') IS NOT NULL AS published \gset
SELECT is(assure.retry_failed_claim('T1'), true, 'after publishing it is put back');
SELECT is(assure.retry_failed_claim('T1'), false, 'once');
SELECT is(assure.adjudicate_pending(), 1, 'and decided');
SELECT is(t.status('T1'), 'approved 30.00', 'and paid');

SELECT is(t.whole(), '', 'the books are whole, and the rows as they were written');
SELECT * FROM finish();
ROLLBACK;
