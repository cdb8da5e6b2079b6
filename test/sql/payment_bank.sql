\set ECHO none
-- What the bank tells: each row accepted or refused, a file twice, states in any order; and random lives of payments.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
\i test/sql-common/payment.psql
SELECT plan(65);
SELECT t.new_role('op', 'operator'), t.new_role('sup', 'supervisor') \g /dev/null
SELECT t.approved('A' || i, i || '00.00'), assure.order_pending_payments() FROM generate_series(1, 6) i \g /dev/null
SELECT is((SELECT count(*) FROM assure.payments_to_send()), 6::bigint, 'six payments are ordered');

-- Refused, each by itself, and nothing is written.
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
CREATE TEMP TABLE refused (n serial, function text, row jsonb, answer text);
INSERT INTO refused (function, row, answer) VALUES
    ('payment_sent', '{}', '1 no names neither payment_id nor bank_ref'), ('payment_sent', '5', '1 no an object expected, not a number'), ('payment_sent', 'null', '1 no '),
    ('payment_sent', '{"n": 1, "state": "sent"}', '1 no state: unknown key'), ('payment_sent', '{"payment_id": 0}', '1 no payment_id: '), ('payment_sent', '{"payment_id": "1"}', '1 no payment_id: '),
    ('payment_sent', '{"payment_id": 1e30}', '1 no payment_id: '), ('payment_sent', '{"n": 1, "on": "tomorrow"}', '1 no on: '), ('payment_sent', '{"n": 1, "bank_ref": ""}', '1 no bank_ref: '),
    ('payment_sent', '{"n": 99}', '1 no payment # does not exist'), ('payment_sent', '{"bank_ref": "none"}', '1 no no payment has bank_ref "none"'),
    ('payment_paid', '{"n": 1}', '1 no ordered payment # is ordered'), ('payment_failed', '{"n": 1, "reason": "x"}', '1 no ordered payment # is ordered'), ('payment_failed', '{"n": 1}', '1 no has no reason');
SELECT ok(starts_with(t.told(function, jsonb_build_array(row)), answer), format('%s %s: %s', function, row, answer)) FROM refused ORDER BY n;
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'no refusal wrote a row');
SELECT is(t.fails('SELECT assure.payment_sent(''{}'')'), '22023 payments is not a list', 'an object is no file');
SELECT is(t.fails('SELECT assure.payment_sent(''7'')'), '22023 payments is not a list', 'nor a number');
SELECT is(t.fails('SELECT assure.payment_sent(NULL)'), '22004 payments must not be NULL', 'nor NULL');
SELECT is(t.told('payment_sent', '[]'), '', 'an empty one is fine');
SELECT is(t.fails('SELECT assure.payment_sent((SELECT jsonb_agg(1) FROM generate_series(1, 100001)))'), '54000 payments has 100001 rows, more than 100000', 'one that is too long is refused');
SELECT is(t.run('op', format('SELECT assure.%I(''[]'')', f)) LIKE '42501 %', true, f || ' is not for operators') FROM unnest('{payment_sent,payment_paid,payment_failed}'::text[]) f;
SELECT matches(t.run('op', 'SELECT assure.cancel_payment(1, ''x'')'), '^42501 ', 'nor is cancel_payment');
SELECT matches(t.run('op', 'SELECT assure.payments_to_send()'), '^42501 ', 'nor payments_to_send');
SELECT matches(t.run('op', 'SELECT assure.record_recovery(''A1'', 1, ''x'')'), '^42501 ', 'nor record_recovery');

-- A file with good and bad rows; the same again.
SELECT is(t.told('payment_sent', '[{"n": 1, "bank_ref": "B1", "on": "2024-04-01"}, {"n": 99}, {"n": 2, "bank_ref": "B2"}, {"n": 3, "bank_ref": "B2"}, {"n": 1}, {"n": 1, "bank_ref": "B9"}, {"n": 4}]'),
    '1 ok sent, 2 no payment # does not exist, 3 ok sent, 4 no bank_ref "B2" is that of payment #, 5 ok sent, 6 no sent payment # has bank_ref "B1", 7 ok sent', 'good rows are taken, bad ones refused');
SELECT is(t.payments(), '1 sent 100.00 A1:100.00, 2 sent 200.00 A2:200.00, 3 ordered 300.00 A3:300.00, 4 sent 400.00 A4:400.00, 5 ordered 500.00 A5:500.00, 6 ordered 600.00 A6:600.00', 'as they say');
SELECT is((SELECT concat_ws(' ', action, row_count, jsonb_array_length(detail -> 'payments')) FROM assure.audit_log ORDER BY audit_id DESC LIMIT 1), 'payment_sent 3 3', 'one audit row says which');
CREATE TEMP TABLE twice AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT t.told('payment_sent', '[{"n": 1, "bank_ref": "B1", "on": "2024-04-01"}, {"n": 99}, {"n": 2, "bank_ref": "B2"}, {"n": 3, "bank_ref": "B2"}, {"n": 1}, {"n": 1, "bank_ref": "B9"}, {"n": 4}]') AS again \gset
SELECT is(:'again'::text, '1 ok sent, 2 no payment # does not exist, 3 ok sent, 4 no bank_ref "B2" is that of payment #, 5 ok sent, 6 no sent payment # has bank_ref "B1", 7 ok sent', 'the same file has the same answer');
SELECT is(t.grown((SELECT counts FROM twice)), 'nothing', 'and changes nothing');
SELECT is(t.told('payment_sent', '[{"n": 3, "bank_ref": "B1"}]'), '1 no bank_ref "B1" is that of payment #', 'a number of the bank stands for one payment');
SELECT is(t.told('payment_sent', '[{"n": 4, "bank_ref": "B4"}]'), '1 ok sent', 'one that comes later is noted');
SELECT is(t.told('payment_paid', '[{"bank_ref": "B4"}]'), '1 ok paid', 'and finds its payment');

SELECT is(t.told('payment_paid', '[{"bank_ref": "B1"}, {"n": 2}, {"n": 3}]'), '1 ok paid, 2 ok paid, 3 no ordered payment # is ordered', 'the bank has paid two');
SELECT is(t.told('payment_sent', '[{"n": 1}]'), '1 no paid payment # is paid', 'what is paid is not sent again');
SELECT is(t.told('payment_failed', '[{"n": 2, "reason": "returned"}, {"n": 2, "reason": "returned"}]'), '1 ok failed, 2 ok failed', 'one comes back, told twice');
SELECT is(t.open(), 'A2 200.00', 'it is open once');
SELECT is(t.told('payment_failed', '[{"n": 2, "reason": "returned"}]'), '1 ok failed', 'told again');
SELECT is(t.open(), 'A2 200.00', 'once');
SELECT is(t.told('payment_paid', '[{"n": 2}]'), '1 no failed payment # is failed', 'an old file does not bring it back');
SELECT is(t.whole(), '', 'the books are whole');
SELECT is(t.told('payment_sent', '[{"n": 3}]', 'r1'), '1 ok sent', 'with a request_id');
SELECT t.told('payment_paid', '[{"n": 3}]') \g /dev/null
SELECT is(t.told('payment_sent', '[{"n": 3}]', 'r1'), '1 ok sent', 'a retry has the first answer, whatever happened since');
SELECT is(t.fails('SELECT assure.payment_paid(''[{"payment_id": 1}]'', ''r1'')'), 'AS003 request_id "r1" was used before for another call', 'for the same call only');

SAVEPOINT file;
-- A number that comes first without a payment, and with one that does not exist, keeps one payment only.
SELECT is(t.told('payment_sent', '[{"bank_ref": "C1"}, {"n": 99, "bank_ref": "C1"}, {"n": 5, "bank_ref": "C1"}, {"n": 6, "bank_ref": "C1"}]'),
    '1 no no payment has bank_ref "C1", 2 no payment # does not exist, 3 ok sent, 4 no bank_ref "C1" is that of payment #', 'a number in doubt belongs to the first payment that there is');
-- An amount, where the bank tells one, is the payment's.
SELECT is(t.told('payment_paid', '[{"n": 5, "amount": "499.99"}, {"n": 5, "amount": 500}, {"n": 5, "amount": "500.00"}, {"n": 5, "amount": "500.01"}]'),
    '1 no payment # is of 500.00, not 499.99, 2 no amount: an amount such as "1234.50" expected, not a number, 3 ok paid, 4 no payment # is of 500.00, not 500.01', 'another amount is not its payment');
ROLLBACK TO file;

-- Cancel.
SELECT is(t.fails('SELECT assure.cancel_payment(' || t.nth(1) || ', ''x'')'), format('AS201 payment %s is paid', t.nth(1)), 'what is paid is not cancelled');
SELECT is(t.fails('SELECT assure.cancel_payment(0, ''x'')'), 'P0002 payment 0 does not exist', 'nor what is not there');
SELECT is(t.fails('SELECT assure.cancel_payment(1, NULL)'), '22004 payment_id and reason must not be NULL', 'nor without a reason');
SELECT is(t.fails('SELECT assure.cancel_payment(' || t.nth(5) || ', ''x'', ''c1'')'), 'none', 'what is ordered is');
SELECT is(t.fails('SELECT assure.cancel_payment(' || t.nth(5) || ', ''x'', ''c1'')'), 'none', 'and again');
SELECT is(t.told('payment_sent', '[{"n": 5}]'), '1 no cancelled payment # is cancelled', 'and is not sent');
SELECT is(t.open(), 'A2 200.00, A5 500.00', 'its claim is open');
SELECT is(t.whole(), '', 'the books are whole');

-- What is wrong is found.
SAVEPOINT broken;
ALTER TABLE assure.payment_entry DISABLE TRIGGER append_only;
UPDATE assure.payment_entry SET amount_fen = amount_fen + 1 WHERE payment_id = t.nth(1);
SELECT is((SELECT string_agg(check_name, ' ' ORDER BY check_name) FROM assure.check_books()), 'open_claim_is_queued payment_is_sum_of_entries', 'an entry that was changed');
SELECT is((SELECT string_agg(finding, ' ') FROM assure.audit_verify()), 'row or its entries were changed', 'and verification names it');
ROLLBACK TO broken;
DELETE FROM assure_internal.payment_due;
UPDATE assure.payment_state SET state = 'cancelled' WHERE payment_id = t.nth(6);
SELECT is((SELECT string_agg(DISTINCT check_name, ' ' ORDER BY check_name) FROM assure.check_books()), 'open_claim_is_queued unfinished_payment_is_queued void_payment_pays_nothing', 'a queue that is emptied, a state that is put');
ROLLBACK TO broken;

-- Random lives of payments: whatever happens in whatever order, the books are whole, and in the end every claim is settled.
CREATE FUNCTION t.live(steps int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE what int; claim record; chosen bigint; broken text; made int := 0;
BEGIN
    FOR i IN 1 .. steps LOOP
        what := floor(random() * 10);
        SELECT payment_id INTO chosen FROM assure.payment ORDER BY random() LIMIT 1;
        SELECT ref, open INTO claim FROM assure_bi.recovery_open ORDER BY random() LIMIT 1;
        CASE
            WHEN what < 2 THEN made := made + 1; PERFORM t.approved('R' || made, (1 + floor(random() * 500))::int || '.00');
            WHEN what = 2 THEN PERFORM t.fails(format('SELECT assure.reverse_claim(%L, ''x'')', 'R' || (1 + floor(random() * made))));
            WHEN what = 3 THEN PERFORM t.fails(format('SELECT assure.readjudicate(%L, ''x'')', 'R' || (1 + floor(random() * made))));
            WHEN what = 4 THEN PERFORM assure.order_pending_payments(1 + (random() * 3)::int, random() < 0.7);
            WHEN what = 5 THEN PERFORM t.told('payment_sent', jsonb_agg(jsonb_build_object('payment_id', payment_id))) FROM (SELECT payment_id FROM assure.payment WHERE random() < 0.3) x HAVING count(*) > 0;
            WHEN what = 6 THEN PERFORM t.told('payment_paid', jsonb_agg(jsonb_build_object('payment_id', payment_id))) FROM (SELECT payment_id FROM assure.payment WHERE random() < 0.6) x HAVING count(*) > 0;
            WHEN what = 7 THEN PERFORM t.told('payment_failed', jsonb_build_array(jsonb_build_object('payment_id', chosen, 'reason', 'x')));
            WHEN what = 8 THEN PERFORM t.fails(format('SELECT assure.cancel_payment(%s, ''x'')', chosen));
            ELSE IF claim.ref IS NOT NULL THEN PERFORM t.fails(format('SELECT assure.record_recovery(%L, %s, %L)', claim.ref, greatest(round((claim.open * random())::numeric, 2), 0.01), 'IN' || i)); END IF;
        END CASE;
        IF i % 10 = 0 THEN
            broken := t.whole();
            IF broken <> '' THEN RETURN format('step %s: %s', i, broken); END IF;
        END IF;
    END LOOP;
    RETURN 'whole';
END $$;
SELECT setseed(0.42) \g /dev/null
SELECT is(t.live(300), 'whole', 'the books are whole after each of 300 random steps');
SELECT t.told('payment_sent', jsonb_agg(jsonb_build_object('payment_id', payment_id))), t.told('payment_paid', jsonb_agg(jsonb_build_object('payment_id', payment_id))) FROM assure.payment \g /dev/null
SELECT assure.order_pending_payments() FROM generate_series(1, 3) \g /dev/null
SELECT t.told('payment_sent', jsonb_agg(jsonb_build_object('payment_id', payment_id))), t.told('payment_paid', jsonb_agg(jsonb_build_object('payment_id', payment_id))) FROM assure.payment \g /dev/null
SELECT is((SELECT count(*) FROM assure_bi.payment_open), 0::bigint, 'in the end nothing is left to pay');
SELECT is((SELECT string_agg(t.fails(format('SELECT assure.record_recovery(%L, %s, %L)', ref, open, 'END' || ref)), ' ') FROM assure_bi.recovery_open WHERE t.fails(format('SELECT assure.record_recovery(%L, %s, %L)', ref, open, 'TRY' || ref)) <> 'none'), NULL, 'and what is left to recover comes back');
SELECT is(t.open(), '', 'everything is settled');
SELECT is((SELECT sum(p.amount_fen) FROM assure.payment p JOIN assure.payment_state s USING (account_id, payment_id) WHERE s.state = 'paid'),
    (SELECT sum(paid_fen) FROM (SELECT DISTINCT ON (account_id, claim_id) paid_fen FROM assure.decision ORDER BY account_id, claim_id, decision_no DESC) d), 'the money that moved is what is owed, to the fen');
SELECT is(t.whole(), '', 'the books are whole');
SELECT * FROM finish();
ROLLBACK;
