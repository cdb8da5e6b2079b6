\set ECHO none
-- What a decision owes becomes payments; what is taken back is set off or recovered.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
\i test/sql-common/payment.psql
SELECT plan(96);
SELECT t.new_role('op', 'operator'), t.new_role('sup', 'supervisor'), t.new_role('bi', 'bi') \g /dev/null
SELECT assure.grant_branch(t.role('op'), 'GD') \g /dev/null

-- Owed.
SELECT is(assure.order_pending_payments(), 0, 'nothing is owed, nothing is ordered');
SELECT is(t.approved('A', '300.00') || t.approved('B', '200.00') || t.verdict(t.claim('N', 'S1', '100.00')), 'approved 300.00approved 200.00denied 0.00 deductible B-N', 'two claims are approved, one denied');
SELECT is(t.open(), 'A 300.00, B 200.00', 'what is approved is open');
SELECT is((SELECT count(*) FROM assure_internal.payment_due), 2::bigint, 'the denied one is not even queued');
SELECT is(t.whole(), '', 'the books are whole');
SELECT is(t.fails('SELECT assure.order_pending_payments(0)'), '22023 max_accounts is 0, not between 1 and 10000', 'a bound below 1 is refused');
SELECT matches(t.run('op', 'SELECT assure.order_pending_payments()'), '^42501 ', 'an operator orders nothing');
SELECT is(t.fails('CALL assure.order_payments()'), '25001 assure.order_payments() commits as it goes and cannot run inside a transaction block', 'the procedure commits as it goes');

-- One payment a payee; once.
SELECT is(t.run('sup', 'SELECT assure.order_pending_payments()'), '1', 'a supervisor orders');
SELECT is(t.payments(), '1 ordered 500.00 A:300.00 B:200.00', 'one payment for both claims');
SELECT is(t.open(), '', 'nothing is open any more');
SELECT is((SELECT count(*) FROM assure_internal.payment_due), 0::bigint, 'the queue is empty');
SELECT is(assure.order_pending_payments(), 0, 'a second time nothing is ordered');
SELECT is((SELECT concat_ws(' ', action, session_role, row_count) FROM assure.audit_log WHERE audit_id = (SELECT audit_id FROM assure.payment)), 'order_pending_payments ' || t.role('sup') || ' 1', 'it is noted who ordered');
SELECT is(t.fails('UPDATE assure.payment SET amount_fen = 1'), 'AS005 rows of "assure.payment" are append-only: update is refused', 'a payment does not change');
SELECT is(t.fails('DELETE FROM assure.payment_entry'), 'AS005 rows of "assure.payment_entry" are append-only: delete is refused', 'nor its entries');
SELECT is(t.whole(), '', 'the books are whole');

-- The file for the bank.
SELECT is((SELECT string_agg(concat_ws(' ', name, bank, bank_account, amount), ', ') FROM assure.payments_to_send()), '赵六 ICBC 6222020200001234 500.00', 'what is to be sent has name and account');
SELECT is((SELECT concat_ws(' ', action, row_count) FROM assure.audit_log ORDER BY audit_id DESC LIMIT 1), 'payments_to_send 1', 'and it is noted that they were read');
SELECT is(t.fails('SELECT assure.payments_to_send(0)'), '22023 max_payments is 0, not between 1 and 100000', 'not none of them');
SELECT is(t.told('payment_sent', '[{"n": 1, "bank_ref": "ICBC-1"}]'), '1 ok sent', 'it is sent');
SELECT is((SELECT count(*) FROM assure.payments_to_send()), 0::bigint, 'and not in the next file');
SELECT is(t.told('payment_paid', '[{"bank_ref": "ICBC-1", "on": "2024-04-01"}]'), '1 ok paid', 'the bank pays');
SELECT is((SELECT concat_ws(' ', state, value_on = '2024-04-01', bank_ref) FROM assure_bi.payment), 'paid t ICBC-1', 'as BI sees');
SELECT is((SELECT count(*) FROM assure_internal.payment_unfinished), 0::bigint, 'nothing is unfinished');

-- A claim is reversed: its money is to come back.
SELECT assure.reverse_claim('A', 'a mistake') \g /dev/null
SELECT is(t.open(), 'A -300.00', 'what was paid of a reversed claim is to be recovered');
SELECT is((SELECT concat_ws(' ', owed, paid, open) FROM assure_bi.recovery_open), '0.00 300.00 300.00', 'as BI sees');
SELECT is(assure.order_pending_payments(), 0, 'with nothing to pay there is nothing to set off');
SELECT is(t.whole(), '', 'the books are whole');
-- Set off against the next payment, as far as that reaches.
SELECT t.approved('C', '100.00') \g /dev/null
SELECT is(assure.order_pending_payments(set_off => false), 1, 'a payment without set-off');
SELECT is(t.payments(), '1 paid 500.00 A:300.00 B:200.00, 2 ordered 100.00 C:100.00', 'pays all of it');
SELECT assure.cancel_payment(t.nth(2), 'rather set off') \g /dev/null
SELECT is(t.open(), 'A -300.00, C 100.00', 'cancelled, it is open again');
SELECT is(assure.order_pending_payments(), 1, 'a payment with set-off');
SELECT is(t.payments(), '1 paid 500.00 A:300.00 B:200.00, 2 cancelled 100.00 C:100.00 (C:-100.00), 3 paid 0.00 A:-100.00 C:100.00', 'moves no money: it is done at once');
SELECT is(t.open(), 'A -200.00', 'the rest is still to be recovered');
SELECT t.approved('D', '350.00') \g /dev/null
SELECT is(assure.order_pending_payments(), 1, 'the next payment');
SELECT is(split_part(t.payments(), ', ', 4), '4 ordered 150.00 A:-200.00 D:350.00', 'is less by it');
SELECT is(t.open(), '', 'and nothing is open');
SELECT is(t.whole(), '', 'the books are whole');
-- The bank returns it: all that it stood for is open again.
SELECT t.told('payment_sent', '[{"n": 4}]') \g /dev/null
SELECT is(t.told('payment_failed', '[{"n": 4, "reason": "account closed"}]'), '1 ok failed', 'the bank returns the payment');
SELECT is(t.open(), 'A -200.00, D 350.00', 'what it paid and what it set off are open again');
SELECT is(t.whole(), '', 'the books are whole');

-- Only what a payee has can be taken back.
SELECT is(assure.order_pending_payments(), 1, 'ordered anew');
SELECT t.told('payment_sent', '[{"n": 5}]'), assure.reverse_claim('D', 'a mistake') \g /dev/null
SELECT is(t.open(), 'D -350.00', 'reversed while it is on its way');
SELECT t.approved('E', '1000.00') \g /dev/null
SELECT is(assure.order_pending_payments(), 1, 'another claim is paid');
SELECT is(split_part(t.payments(), ', ', 6), '6 ordered 1000.00 E:1000.00', 'in full, for the money may not have arrived');
SELECT is(t.fails('SELECT assure.record_recovery(''D'', 350, ''IN-0'')'), 'AS201 no payee of claim "D" has received so much of it', 'nor can it come back');
SELECT t.told('payment_failed', '[{"n": 5, "reason": "reversed"}]') \g /dev/null
SELECT is(t.open(), 'A -200.00', 'returned, there is nothing to recover of it; what it had set off is open');
SELECT is(t.whole(), '', 'the books are whole');

-- Recovery.
SELECT is(t.fails('SELECT assure.record_recovery(''A'', 200.01, ''IN-1'')'), 'AS201 claim "A" has not so much to recover', 'more than is open does not come back');
SELECT is(t.fails('SELECT assure.record_recovery(''A'', 0, ''IN-1'')'), '22023 amount is 0, not an amount above 0 of at most two decimals', 'nor nothing');
SELECT is(t.fails('SELECT assure.record_recovery(''A'', -5, ''IN-1'')'), '22023 amount is -5, not an amount above 0 of at most two decimals', 'nor less');
SELECT is(t.fails('SELECT assure.record_recovery(''A'', 1.005, ''IN-1'')'), '22023 amount is 1.005, not an amount above 0 of at most two decimals', 'nor half a fen');
SELECT is(t.fails('SELECT assure.record_recovery(''A'', ''NaN'', ''IN-1'')'), '22023 amount is NaN, not an amount above 0 of at most two decimals', 'nor what is no number');
SELECT is(t.fails('SELECT assure.record_recovery(''A'', 5, '''')'), '22023 bank_ref has 0 bytes, not 1 to 200', 'without the bank''s number');
SELECT is(t.fails('SELECT assure.record_recovery(''A'', 5, NULL)'), '22004 ref, amount and bank_ref must not be NULL', 'NULL');
SELECT is(t.fails('SELECT assure.record_recovery(''X'', 5, ''IN-1'')'), 'P0002 claim "X" does not exist', 'of no claim');
SELECT is(t.fails('SELECT assure.record_recovery(''A'', 5, ''IN-1'', 0)') IN ('none'), true, 'part of it comes back');
SELECT is(assure.record_recovery('A', 5, 'IN-1'), (SELECT max(payment_id) FROM assure.payment), 'the same again is the same payment');
SELECT is(t.fails('SELECT assure.record_recovery(''A'', 6, ''IN-1'')'), 'AS103 bank_ref: "IN-1" was recorded before for something else', 'not for another amount');
SELECT is(t.fails('SELECT assure.record_recovery(''A'', 6, ''ICBC-1'')'), 'AS103 bank_ref: "ICBC-1" was recorded before for something else', 'nor under the number of a transfer');
SELECT is(t.open(), 'A -195.00', 'less is to be recovered');
SELECT is(split_part(t.payments(), ', ', 7), '7 paid -5.00 A:-5.00', 'a recovery is a payment below 0');
SELECT is(t.told('payment_failed', '[{"bank_ref": "IN-1", "reason": "bounced"}]'), '1 ok failed', 'which can fail, too');
SELECT is(t.open(), 'A -200.00', 'then it is to be recovered again');
SAVEPOINT returned;
SELECT is(t.told('payment_failed', '[{"bank_ref": "IN-1", "reason": "bounced"}]'), '1 ok failed', 'what came back can fail');
SELECT is(t.fails('SELECT assure.record_recovery(''A'', 5, ''IN-1'')'), 'AS201 bank_ref: "IN-1" was recorded before and has failed since', 'and is not taken for recorded then');
ROLLBACK TO returned;
SELECT is(assure.record_recovery('A', 200, 'IN-2', request_id => 'q'), assure.record_recovery('A', 200, 'IN-2', request_id => 'q'), 'a retry has the same answer');
SELECT is(t.open(), '', 'all is back');

-- The bank returns late what it had paid, after the claim was recovered: it is owed again to nobody's loss.
SELECT t.told('payment_sent', '[{"n": 6}]'), t.told('payment_paid', '[{"n": 6}]') \g /dev/null
SELECT is(t.told('payment_failed', '[{"n": 1, "reason": "returned after a week"}]'), '1 ok failed', 'a payment comes back after it was paid');
SELECT is(t.open(), 'A 300.00, B 200.00', 'what was recovered without having been received goes back, too');
SELECT is(t.whole(), '', 'the books are whole');

-- The payee changes between payment and recovery: who was paid gives back.
SELECT assure.order_pending_payments() \g /dev/null
SELECT t.approved('F', '50.00') \g /dev/null
SELECT assure.set_claim_payee('F', (SELECT payee_id FROM assure.payee WHERE kind = 'provider')) \g /dev/null
SELECT assure.order_pending_payments() \g /dev/null
SELECT t.told('payment_sent', jsonb_agg(jsonb_build_object('payment_id', payment_id))), t.told('payment_paid', jsonb_agg(jsonb_build_object('payment_id', payment_id))) FROM assure.payment \g /dev/null
SELECT assure.set_claim_payee('F', (SELECT payee_id FROM assure.payee WHERE kind = 'member' AND account_id = (SELECT account_id FROM assure.claim WHERE ref = 'F'))) \g /dev/null
SELECT assure.reverse_claim('F', 'x'), t.approved('G', '500.00') \g /dev/null
SELECT is(assure.order_pending_payments(), 1, 'the member is paid');
SELECT is(t.open(), 'F -50.00', 'the hospital''s debt is not set off against it');
SELECT is(t.whole(), '', 'the books are whole');

-- What is ordered and not owed any more does not leave.
SELECT t.approved('X', '100.00'), t.approved('Y', '40.00'), assure.order_pending_payments(500, false), assure.reverse_claim('X', 'a mistake') \g /dev/null
SELECT is(t.open(), 'F -50.00, X -100.00', 'a claim is reversed before its payment leaves');
SELECT is((SELECT string_agg(amount::text, ' ') FROM assure.payments_to_send()), '500.00', 'which is not among what is to be sent');
SELECT is((SELECT string_agg(refusal, ' ') FROM assure.payment_sent((SELECT jsonb_agg(jsonb_build_object('payment_id', payment_id)) FROM assure.payment_state WHERE state = 'ordered'))) ~ '^payment \d+ pays more than is owed by now$', true, 'nor can it be');
SELECT is(assure.order_pending_payments(500, false), 1, 'the next order');
SELECT is((SELECT string_agg(concat_ws(' ', state, amount), ', ' ORDER BY payment_id DESC) FROM (SELECT * FROM assure_bi.payment ORDER BY payment_id DESC LIMIT 2) x), 'ordered 40.00, cancelled 140.00', 'pays what remains of it');
SELECT is(t.open(), 'F -50.00', 'and nothing is to be recovered for it');
SELECT is(t.whole(), '', 'the books are whole');

-- What is ordered to a payee who changes, or for a claim that gets another payee, does not leave.
CREATE FUNCTION t.payments_for(claim text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', s.state, round(e.amount_fen / 100.0, 2), y.kind, right(v.bank_account, 4), s.reason), ', ' ORDER BY e.entry_id)
    FROM assure.claim c JOIN assure.payment_entry e USING (account_id, claim_id) JOIN assure.payment p USING (account_id, payment_id)
    JOIN assure.payment_state s USING (account_id, payment_id) JOIN assure.payee y USING (account_id, payee_id)
    JOIN assure.payee_version v ON v.account_id = p.account_id AND v.payee_id = p.payee_id AND v.version = p.payee_version
    WHERE c.ref = claim AND NOT e.is_void $$;
CREATE FUNCTION t.change(change jsonb) RETURNS bigint LANGUAGE sql AS $$
    SELECT assure.put_payee('{"policy": "P-GD", "certificate": "G1", "kind": "member", "member_ref": "G1", "name": "赵六", "bank": "ICBC", "bank_account": "6222020200009999"}' || change) $$;
CREATE FUNCTION t.send() RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', state, repeated), ', ' ORDER BY row_no)
    FROM assure.payment_sent((SELECT jsonb_agg(jsonb_build_object('payment_id', payment_id)) FROM assure.payment_state WHERE state IN ('ordered', 'sent'))) $$;
SELECT is(t.send(), 'sent t, sent f', 'what is ordered leaves, one had left');
SELECT is(t.send(), 'sent t, sent t', 'who tells that a second time is told so');
SELECT t.approved('P1', '70.00'), assure.order_pending_payments(500, false) \g /dev/null
SELECT t.change('{}') \g /dev/null
SELECT is(t.payments_for('P1'), 'cancelled 70.00 member 1234 the payee has changed', 'a payment to the old account is cancelled');
SELECT is(t.send(), 'sent t, sent t', 'and does not leave');
SELECT is(assure.order_pending_payments(500, false), 1, 'the next order');
SELECT is(t.payments_for('P1'), 'cancelled 70.00 member 1234 the payee has changed, ordered 70.00 member 9999', 'goes to the new one');
SELECT t.change('{}') \g /dev/null
SELECT is(t.send(), 'sent t, sent t, sent f', 'the same once more changes nothing');
SELECT t.change('{"bank_account": "6222020200008888"}') \g /dev/null
SELECT is(t.payments_for('P1'), 'cancelled 70.00 member 1234 the payee has changed, sent 70.00 member 9999', 'what has left has left');
SELECT t.approved('P2', '80.00'), assure.order_pending_payments(500, false), t.change('{"active": false}') \g /dev/null
SELECT is(t.payments_for('P2'), 'cancelled 80.00 member 8888 the payee has changed', 'who is closed is not paid');
SELECT t.change('{"active": true}'), assure.order_pending_payments(500, false) \g /dev/null
SELECT is(split_part(t.payments_for('P2'), ', ', 2), 'ordered 80.00 member 9999', 'open again, he is');
SELECT assure.set_claim_payee('P2', (SELECT payee_id FROM assure.payee WHERE kind = 'provider')) \g /dev/null
SELECT is(split_part(t.payments_for('P2'), ', ', 2), 'cancelled 80.00 member 9999 another payee was chosen', 'unless another payee is chosen');
SELECT assure.order_pending_payments(500, false) \g /dev/null
SELECT is(split_part(t.payments_for('P2'), ', ', 3), 'ordered 80.00 provider 1234', 'who is paid then');
SELECT assure.set_claim_payee('P2', (SELECT payee_id FROM assure.payee WHERE kind = 'provider')) \g /dev/null
SELECT is(split_part(t.payments_for('P2'), ', ', 3), 'ordered 80.00 provider 1234', 'to choose the same cancels nothing');
SELECT is(t.whole(), '', 'the books are whole');
SELECT * FROM finish();
ROLLBACK;
