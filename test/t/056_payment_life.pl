# Random lives of claims: six sessions hand in, adjudicate, decide, appeal against,
# ask for documents, reverse, re-run, pay and recover the same few claims at once.
# Whatever comes in between, nothing but a refusal is answered, no session meets a
# deadlock, and in the end the books are whole.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

my $sessions = 6;
my $steps = 250;
my $node = assure_node('payment_life');
company($node, 'life');
$node->safe_psql('life', '\i test/sql-common/payment.psql');

sub ask { return $node->safe_psql('life', $_[0]); }

# What is above a few hundred yuan goes to a person, and above less to a second one.
ask(<<'END');
SELECT assure.publish_plan('FREE', 'Free', '{"name": "Free", "benefits": [{"code": "ALL", "kind": "expense", "steps": []}]}', '2024-02-01');
ALTER TABLE assure.plan_version DISABLE TRIGGER append_only;
UPDATE assure.plan_version SET second_approval_above_fen = 30000, review_above_fen = 40000;
ALTER TABLE assure.plan_version ENABLE TRIGGER append_only;
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT w, 'x', branch_id, 5, 2000000 FROM assure.branch, unnest('{W-4,W-5}'::text[]) w WHERE branch.code = 'BJ';
CREATE TABLE t.answer (id bigserial PRIMARY KEY, what text, state text, message text);

-- t.one_of(...) is one of its arguments; t.claim_of(which) the reference of a claim, of one in review, appealed against, or that waits for documents.
CREATE FUNCTION t.one_of(VARIADIC x text[]) RETURNS text LANGUAGE sql VOLATILE AS $$ SELECT x[1 + floor(random() * cardinality(x))::int] $$;
CREATE FUNCTION t.claim_of(which text) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT coalesce((SELECT c.ref FROM assure.claim c WHERE CASE which
		WHEN 'review' THEN EXISTS (SELECT FROM assure.task k WHERE k.subject_id = c.claim_id AND k.state NOT IN ('done', 'cancelled'))
		WHEN 'appeal' THEN EXISTS (SELECT FROM assure.appeal a WHERE a.claim_id = c.claim_id AND a.state = 'open')
		WHEN 'documents' THEN EXISTS (SELECT FROM assure.document_request r WHERE r.claim_id = c.claim_id AND r.closed_at IS NULL)
		ELSE true END ORDER BY random() LIMIT 1), 'none') $$;
-- t.some(share, more) is that share of the payments, as rows of a bank file in any order.
CREATE FUNCTION t.some(share float8, more jsonb) RETURNS jsonb LANGUAGE sql VOLATILE AS $$
	SELECT coalesce(jsonb_agg(more || jsonb_build_object('payment_id', payment_id) ORDER BY random()), '[]') FROM assure.payment WHERE random() < share $$;

CREATE FUNCTION t.call(ref text) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT CASE floor(random() * 20)::int
		WHEN 0 THEN format('submit_claim(t.claim(%L, %L, %L))', ref, t.one_of('M1', 'M2', 'M3', 'S1', 'G1', 'G1'), (5 + floor(random() * 900))::text || '.00')
		WHEN 1 THEN format('submit_claim(t.claim(%L, %L, %L))', ref, t.one_of('M1', 'M2', 'M3', 'S1', 'G1', 'G1'), (5 + floor(random() * 900))::text || '.00')
		WHEN 2 THEN 'adjudicate_pending(5)'
		WHEN 3 THEN format('reverse_claim(%L, ''x'')', t.claim_of('any'))
		WHEN 4 THEN format('readjudicate(%L, ''x'', %L)', t.claim_of('any'), random() < 0.5)
		WHEN 5 THEN format('rerun(''P-BJ'', %L, ''2024-01-01'', %L)', t.one_of('M1', 'M2', 'M3'), random() < 0.3)
		WHEN 6 THEN format('order_pending_payments(%s, %L)', 1 + floor(random() * 3), random() < 0.7)
		WHEN 7 THEN format('payment_sent(%L)', t.some(0.3, '{}'))
		WHEN 8 THEN format('payment_paid(%L)', t.some(0.3, '{"on": "2024-04-01"}'))
		WHEN 9 THEN format('payment_failed(%L)', t.some(0.1, '{"reason": "x"}'))
		WHEN 10 THEN format('cancel_payment(%s, ''x'')', coalesce((SELECT payment_id FROM assure.payment ORDER BY random() LIMIT 1), 1))
		WHEN 11 THEN format('record_recovery(%L, %s, %L)', coalesce((SELECT r.ref FROM assure_bi.recovery_open r ORDER BY random() LIMIT 1), 'none'), 1 + floor(random() * 200), 'IN' || floor(random() * 200))
		WHEN 12 THEN format('decide_claim(%L, %L, ''x'')', t.claim_of('review'), t.one_of('approve', 'approve', 'deny'))
		WHEN 13 THEN format('decide_claim(%L, %L, ''x'')', t.claim_of('appeal'), t.one_of('approve', 'deny'))
		WHEN 14 THEN format('appeal_claim(%L, ''x'')', t.claim_of('any'))
		WHEN 15 THEN format('%s(%L, ''x'')', t.one_of('uphold_appeal', 'withdraw_appeal'), t.claim_of('appeal'))
		WHEN 16 THEN format('request_documents(%L, %L, 1)', t.claim_of('review'), '[{"kind": "a", "text": "a"}, {"kind": "b", "text": "b"}]')
		WHEN 17 THEN format('receive_documents(%L, %L)', t.claim_of('documents'), t.one_of('{a}', '{b}', '{a,b}'))
		WHEN 18 THEN 'close_overdue_documents()'
		ELSE format('set_claim_payee(%L, %s)', t.claim_of('any'), (SELECT payee_id FROM assure.payee ORDER BY random() LIMIT 1))
	END $$;

-- t.live(name, steps) makes so many calls, each in a transaction of its own and in the name of a worker.  A task is dispatched and a request becomes overdue in between.
CREATE PROCEDURE t.live(name text, steps int) LANGUAGE plpgsql AS $$
DECLARE call text; worker record;
BEGIN
	FOR i IN 1 .. steps LOOP
		SELECT worker_id, code INTO worker FROM assure.worker ORDER BY random() LIMIT 1;
		IF random() < 0.4 THEN
			UPDATE assure.task SET state = 'reserved', worker_id = worker.worker_id
				WHERE state = 'open' AND task_id = (SELECT task_id FROM assure.task WHERE state = 'open' AND worker.worker_id <> ALL (excluded_worker_ids) ORDER BY random() LIMIT 1);
		ELSIF random() < 0.1 THEN
			UPDATE assure.document_request SET due_on = due_on - 5
				WHERE document_request_id = (SELECT document_request_id FROM assure.document_request WHERE closed_at IS NULL ORDER BY random() LIMIT 1);
		END IF;
		COMMIT;
		call := t.call(name || i);
		BEGIN
			PERFORM assure.act_as(worker.code);
			EXECUTE 'SELECT count(*) FROM (SELECT assure.' || call || ') x';
			INSERT INTO t.answer (what, state) VALUES (split_part(call, '(', 1), 'done');
		EXCEPTION WHEN OTHERS THEN
			INSERT INTO t.answer (what, state, message) VALUES (split_part(call, '(', 1), SQLSTATE, SQLERRM);
		END;
		COMMIT;
	END LOOP;
END $$;
END

# All at once.
my (@lives, @err);
for my $n (1 .. $sessions)
{
	$err[$n] = '';
	push @lives, IPC::Run::start([ 'psql', '-XqAt', '-d', $node->connstr('life'), '-c', "CALL t.live('S$n-', $steps)" ], '>', \my $out, '2>', \$err[$n]);
}
$_->finish for @lives;
is(join('', grep { defined } @err), '', 'every session comes to its end');
cmp_ok(ask(q{SELECT count(DISTINCT what) FROM t.answer WHERE state = 'done'}), '>=', 15, 'most calls were answered once at least');
is(ask(q{SELECT string_agg(DISTINCT concat_ws(' ', what, state, message), '; ') FROM t.answer WHERE state NOT IN ('done', 'AS201', 'AS202', 'AS103', 'P0002', '22023')}), '',
	'what is not done is refused, by the state or for the person; no deadlock, no constraint');
is(whole($node, 'life'), '', 'the books are whole');

# What check_books() does not ask.
is(ask(q{SELECT count(*) FROM assure.clock c JOIN assure.task t ON t.task_id = c.subject_id
	WHERE c.state <> CASE WHEN t.state = 'suspended' THEN 'paused' WHEN t.state IN ('done', 'cancelled') THEN 'stopped' ELSE 'running' END}), '0', 'clocks go with their tasks');
is(ask(q{SELECT count(*) FROM assure.document_item JOIN assure.document_request USING (account_id, document_request_id) WHERE state = 'waiting' AND closed_at IS NOT NULL}), '0',
	'no closed request waits for a document');
is(ask(q{SELECT count(*) FROM assure.appeal a JOIN assure.decision d ON d.claim_id = a.claim_id AND d.decision_no <= a.decision_no AND d.actor_worker_id = a.closed_worker_id
	WHERE a.state IN ('upheld', 'changed')}), '0', 'nobody judged an appeal against what was their own');
is(ask(q{SELECT count(*) FROM assure.decision d JOIN assure.decision f ON f.claim_id = d.claim_id AND f.decision_no = d.decision_no - 1
	WHERE f.reasons @> '[{"code": "second_approval"}]' AND d.verdict = 'approve' AND d.origin IN ('person', 'appeal') AND d.actor_worker_id = f.actor_worker_id}), '0',
	'nobody approved twice');
# Where the bank returned a payment late, what had come back of it is owed again.
is(ask(q{SELECT count(*) FROM (SELECT sum(e.amount_fen) AS held_fen FROM assure.payment_entry e JOIN assure.payment p USING (account_id, payment_id)
	JOIN assure.payment_state s USING (account_id, payment_id) WHERE s.state IN ('ordered', 'sent', 'paid')
	AND e.claim_id NOT IN (SELECT f.claim_id FROM assure.payment_entry f JOIN assure.payment_state x USING (account_id, payment_id) WHERE x.state = 'failed')
	GROUP BY e.claim_id, p.payee_id) h WHERE held_fen < 0}), '0', 'nobody has given back more than they had');
is(ask(q{SELECT count(*) FROM assure.claim c CROSS JOIN LATERAL assure.replay(c.ref) r
	WHERE EXISTS (SELECT FROM assure.decision d WHERE d.claim_id = c.claim_id) AND NOT r.is_identical}), '0', 'each decision can be replayed');

done_testing();
