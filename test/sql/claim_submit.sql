\set ECHO none
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(65);

-- A claim is stored once.
CREATE TEMP TABLE kept (claim_id bigint);
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
INSERT INTO kept SELECT assure.submit_claim(t.claim('C1', 'M1', '600.00'));
SELECT is(t.grown((SELECT counts FROM before)),
    'assure.bill +1, assure.claim +1, assure.claim_ref +1, assure.invoice_key +1, assure_internal.claim_queue +1', 'a claim writes these rows and no other');
SELECT results_eq($$SELECT c.ref, m.ref, b.code, p.ref, c.cause, c.event_date, c.submitted_at, c.submitted_fen, c.received_actor_id
    FROM assure.claim c JOIN assure.member m USING (account_id, member_id) JOIN assure.branch b USING (branch_id) JOIN assure.policy p USING (policy_id)$$,
    $$VALUES ('C1', 'M1', 'BJ', 'P-BJ', 'illness', '2024-03-10'::date, '2024-03-20 09:00+08'::timestamptz, 60000::bigint, NULL::bigint)$$, 'and says what was handed in');
SELECT results_eq('SELECT position, bill_no, provider_code, care, from_date, to_date, submitted_fen, social_paid_fen, other_paid_fen FROM assure.bill',
    $$VALUES (1, 'B-C1', 'H1', 'outpatient', '2024-03-10'::date, '2024-03-10'::date, 60000::bigint, 0::bigint, 0::bigint)$$, 'and its bill');
SELECT is((SELECT document FROM assure.claim), t.claim('C1', 'M1', '600.00'), 'the document is kept as it came');
SELECT is((SELECT received_by FROM assure.claim), session_user::text, 'with who handed it in');
SELECT is((SELECT claim_id FROM assure.claim), (SELECT claim_id FROM kept), 'the answer is its key');

-- Again.
UPDATE before SET counts = (SELECT array_agg(c) FROM t.counts() c);
SELECT is(assure.submit_claim(t.claim('C1', 'M1', '600.00')), (SELECT claim_id FROM kept), 'the same document under the same ref is the same claim');
SELECT is(assure.submit_claim(t.claim('C1', 'M1', '600.00')::text), (SELECT claim_id FROM kept), 'as text too');
SELECT is(assure.submit_claim(E'  \n' || t.claim('C1', 'M1', '600.00')::text), (SELECT claim_id FROM kept), 'white space is no other document');
SELECT is(t.fails($$SELECT assure.submit_claim(t.claim('C1', 'M1', '600.01'))$$),
    'AS103 ref: "C1" was submitted before with another document', 'another document under the ref is refused');
SELECT is(t.fails($$SELECT assure.submit_claim(t.claim('C1', 'M2', '600.00'))$$),
    'AS103 ref: "C1" was submitted before with another document', 'of another member too');
SELECT is(t.fails($$SELECT assure.submit_claim(t.claim('C1', 'S1', '600.00'))$$),
    'AS103 ref: "C1" was submitted before with another document', 'of another policy too');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'all of that wrote nothing');
SELECT is((SELECT count(assure.submit_claim(t.claim('C1', 'M1', '600.00'))) FROM generate_series(1, 3)), 3::bigint, 'three times in a statement');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'is once');

-- Retries by request_id.
SELECT isnt(assure.submit_claim(t.claim('R1', 'M1', '1.00'), 'request 1'), NULL, 'a request_id is taken');
UPDATE before SET counts = (SELECT array_agg(c) FROM t.counts() c);
SELECT is(assure.submit_claim(t.claim('R1', 'M1', '1.00'), 'request 1'), (SELECT claim_id FROM assure.claim WHERE ref = 'R1'), 'its retry has the first answer');
SELECT is(assure.submit_claim(t.claim('R1', 'M1', '1.00')::text, 'request 1'), (SELECT claim_id FROM assure.claim WHERE ref = 'R1'), 'through the other overload too');
SELECT is(t.fails($$SELECT assure.submit_claim(t.claim('R2', 'M1', '1.00'), 'request 1')$$), 'AS003 request_id "request 1" was used before for another call', 'with another document it is refused');
SELECT is(t.fails($$SELECT assure.adjudicate('R1', 'request 1')$$), 'AS003 request_id "request 1" was used before for another call', 'and for another function');
SELECT is(t.fails($$SELECT assure.submit_claim(t.claim('R3', 'M1', '1.00'), '')$$), '22023 request_id has 0 bytes, not 1 to 200', 'an empty one is refused');
SELECT is(t.fails($$SELECT assure.submit_claim(t.claim('R3', 'M1', '1.00'), repeat('x', 201))$$), '22023 request_id has 201 bytes, not 1 to 200', 'a long one too');
SELECT matches(t.fails($$SELECT assure.submit_claim(t.claim('R3', 'M9', '1.00'), 'request 3')$$), '^23503 member_ref', 'a refused call');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'keeps no answer, and all of that wrote nothing');
SELECT isnt(assure.submit_claim(t.claim('R3', 'M1', '1.00'), 'request 3'), NULL, 'so that its request_id can be used when it is put right');
SELECT isnt(assure.submit_claim(t.claim('R4', 'M1', '1.00'), repeat('请', 66)), NULL, '198 bytes of Chinese are a request_id');

-- Refusals: SQLSTATE, the field, and nothing written.
CREATE TEMP TABLE refused (n serial, claim jsonb, wanted text);
INSERT INTO refused (claim, wanted) VALUES
 (t.claim('X', 'M1', '1.00', '{"policy": "P-NO"}'), '23503 policy: "P-NO" does not exist'),
 (t.claim('X', 'M9', '1.00'), '23503 member_ref: "M9" is not a member of policy "P-BJ"'),
 (t.claim('X', 'M1', '1.00', '{"policy": "P-SH"}'), '23503 member_ref: "M1" is not a member of policy "P-SH"'),
 (t.claim('X', 'M1', '1.00', '{"submitted_at": "2999-01-01T00:00:00Z"}'), 'AS101 submitted_at: 2999-01-01 08:00:00+08 is in the future'),
 (t.claim('X', 'M1', '1.00', '{"event_date": "2024-03-21"}'), 'AS101 event_date: the event is after the day on which the claim was submitted, in time zone Asia/Shanghai'),
 (t.claim('X', 'M1', '1.00', '{"submitted_at": "2024-03-10T00:30:00+09:00"}'), 'AS101 event_date: the event is after the day on which the claim was submitted, in time zone Asia/Shanghai'),
 (t.claim('X', 'M1', '1.00') - 'ref', 'AS101 claim: ref: missing'),
 (t.claim('X', 'M1', '1.00') - 'policy', 'AS101 claim: policy: missing'),
 (t.claim('X', 'M1', '1.00') - 'member_ref', 'AS101 claim: member_ref: missing'),
 (t.claim('X', 'M1', '1.00') - 'event_date', 'AS101 claim: event_date: missing'),
 (t.claim('X', 'M1', '1.00') - 'submitted_at', 'AS101 claim: submitted_at: missing'),
 (t.claim('', 'M1', '1.00'), 'AS101 claim: ref: '),
 (t.claim('X', 'M1', '1.00', '{"ref": null}'), 'AS101 claim: ref: '),
 (t.claim('X', 'M1', '1.00', '{"ref": 5}'), 'AS101 claim: ref: '),
 (t.claim('X', 'M1', '1.00', jsonb_build_object('ref', repeat('x', 201))), '54000 claim: ref: 201 bytes'),
 (t.claim('X', 'M1', '1.00', '{"submitted_at": "2024-03-20T09:00:00"}'), 'AS101 claim: submitted_at: '),
 (t.claim('X', 'M1', '1.00', '{"submitted_at": "infinity"}'), 'AS101 claim: submitted_at: '),
 (t.claim('X', 'M1', '1.00', '{"event_date": "2024-02-30"}'), 'AS101 claim: event_date: '),
 (t.claim('X', 'M1', '1.00', '{"colour": 1}'), 'AS101 claim: colour: unknown key'),
 (t.claim('X', 'M1', '-1.00'), 'AS101 claim: bills[0]'),
 (t.claim('X', 'M1', '1.001'), 'AS101 claim: bills[0].items[0].amount: '),
 (t.claim('X', 'M1', '1.00', '{"bills": [{"no": "B", "care": "space", "from": "2024-03-10", "items": []}]}'), 'AS101 claim: bills[0].'),
 ('[]', 'AS101 claim'), ('"x"', 'AS101 claim'), ('null', 'AS101 claim');
UPDATE before SET counts = (SELECT array_agg(c) FROM t.counts() c);
SELECT ok(starts_with(e, wanted), format('%s%s', wanted, CASE WHEN starts_with(e, wanted) THEN '' ELSE ' but: ' || e END))
    FROM refused, LATERAL t.fails(format('SELECT assure.submit_claim(%L::jsonb)', claim)) e ORDER BY n;
SELECT is(t.fails('SELECT assure.submit_claim(NULL::jsonb)'), '22004 claim must not be NULL', 'NULL');
SELECT is(t.fails('SELECT assure.submit_claim(NULL::text)'), '22004 claim must not be NULL', 'NULL as text');
SELECT is(t.fails($$SELECT assure.submit_claim('{'::text)$$), '22P02 invalid input syntax for type json', 'text that is no JSON');
SELECT is(t.fails($$SELECT assure.submit_claim('')$$), '22P02 invalid input syntax for type json', 'an untyped literal is text');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'no refusal wrote a row');
SELECT is((SELECT count(*) FROM refused), 25::bigint, 'and all were tried');

-- What is just right.
SELECT isnt(assure.submit_claim(t.claim('Y1', 'M1', '1.00', '{"event_date": "2024-03-20"}')), NULL, 'submitted on the day of the event');
SELECT isnt(assure.submit_claim(t.claim('Y2', 'M1', '1.00', '{"submitted_at": "2024-03-09T16:00:00Z"}')), NULL, 'which is the company''s day: 16:00 UTC is the next day in Shanghai');
SELECT isnt(assure.submit_claim(t.claim('Y3', 'M1', '1.00', '{"bills": []}')), NULL, 'a claim without bills');
SELECT isnt(assure.submit_claim(t.claim(E'甲 "1" \\ ''; --', 'M1', '1.00')), NULL, 'a ref is any text');
SELECT is(t.status(E'甲 "1" \\ ''; --'), 'waiting', 'by which it is found');
SELECT is((SELECT count(*) FROM assure.bill b JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref = 'Y3'), 0::bigint, 'has none');

SELECT is(t.whole(), '', 'the books are whole');
SELECT is((SELECT count(*) FROM assure_internal.claim_queue), (SELECT count(*) FROM assure.claim), 'every claim waits');
SELECT * FROM finish();
ROLLBACK;
