# Payments: the procedure commits as it goes, a backend and the server are killed
# in the middle of it, and of a bank file; several order at once. Nothing is paid
# twice. And a clock that is paused while a customer is waited for.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

my $node = assure_node('payment', fsync => 'on');
company($node, 'claims');
$node->safe_psql('claims', '\i test/sql-common/payment.psql');

sub ask { return $node->safe_psql('claims', $_[0]); }

# 1,200 certificates of one person each, with a payee: more than two chunks.
ask(q{SELECT count(assure.enroll(jsonb_build_object('policy', 'P-GD', 'certificate', 'L' || i, 'member_ref', 'L' || i, 'name', 'x', 'birth_date', '1980-01-01', 'sex', 'F',
		'region', '440305', 'plan', 'FREE', 'relationship', 'self', 'enrolled_on', '2024-01-01'))),
	count(assure.put_payee(jsonb_build_object('policy', 'P-GD', 'certificate', 'L' || i, 'kind', 'member', 'member_ref', 'L' || i, 'name', 'x', 'bank', 'x', 'bank_account', (1000000 + i)::text)))
	FROM generate_series(1, 1200) i});

# owed hands in and decides a claim of each of them.
sub owed
{
	my ($prefix) = @_;
	ask("SELECT count(assure.submit_claim(t.claim('$prefix' || i, 'L' || i, '100.00', '{\"policy\": \"P-GD\"}'))) FROM generate_series(1, 1200) i");
	ask('CALL assure.adjudicate_batch()');
	return;
}

# settled checks that all that was owed is ordered once.
sub settled
{
	my ($what, $claims) = @_;
	like(ask('CALL assure.order_payments()'), qr/^\d+\|\d+\|[\d.]+\|0$/, "$what: the rest is ordered");
	is(ask('SELECT count(*) FROM assure_bi.payment_open'), '0', "$what: nothing is open");
	is(ask(q{SELECT count(*), sum(amount_fen) FROM assure.payment_entry}), "$claims|" . $claims * 10000, "$what: each claim is paid once");
	is(whole($node, 'claims'), '', "$what: the books are whole");
	return;
}

# brake has the payment to the 700th of them wait for advisory lock 1.
ask(<<'END');
CREATE FUNCTION t.brake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(1) FROM assure.account a WHERE a.account_id = NEW.account_id AND a.ref = 'L700';
	RETURN NEW;
END $$;
CREATE TRIGGER brake BEFORE INSERT ON assure.payment_state FOR EACH ROW EXECUTE FUNCTION t.brake();
END

# ordering starts a run that stops in the second chunk; returns who holds the lock, the run and its pid.
sub ordering
{
	my $holder = $node->background_psql('claims');
	$holder->query_safe('SELECT pg_advisory_lock(1)');
	my ($in, $out, $err) = ('', '', '');
	my $run = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-d', $node->connstr('claims'), '-c', 'CALL assure.order_payments()' ], '<', \$in, '>', \$out, '2>', \$err);
	$node->poll_query_until('claims', "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'advisory' AND query LIKE '%order_payments%'") or die 'the run did not come to the lock';
	return ($holder, $run, ask("SELECT pid FROM pg_stat_activity WHERE wait_event = 'advisory' AND query LIKE '%order_payments%'"));
}

owed('cancel');
my ($holder, $run, $pid) = ordering();
ask("SELECT pg_cancel_backend($pid)");
$run->finish;
$holder->quit;
is(ask('SELECT count(*) FROM assure.payment'), '500', 'cancelled: the first chunk is kept');
is(whole($node, 'claims'), '', 'cancelled: the books are whole');
settled('cancelled', 1200);

owed('kill');
($holder, $run, $pid) = ordering();
kill 'KILL', $pid;
$run->finish;
eval { $holder->quit };
recovered($node, $pid);
is(ask('SELECT count(*) FROM assure.payment'), '1700', 'killed: the first chunk is kept');
is(whole($node, 'claims'), '', 'killed: the books are whole');
settled('killed', 2400);
ask('DROP TRIGGER brake ON assure.payment_state');

# Several at once.
owed('many');
my @running = map { my ($i, $o, $e) = ('', '', ''); IPC::Run::start([ 'psql', '-X', '-A', '-t', '-d', $node->connstr('claims'), '-c', 'CALL assure.order_payments()' ], '<', \$i, '>', \$o, '2>', \$e) } 1 .. 3;
$_->finish foreach @running;
is((grep { $_->result(0) != 0 } @running), 0, 'at once: three runs end well');
settled('at once', 3600);

# The bank's file: killed in the middle it is not loaded; loaded twice it is loaded once.
my $file = "(SELECT jsonb_agg(jsonb_build_object('payment_id', payment_id, 'bank_ref', 'X' || payment_id)) FROM assure.payment)";
ask(q{CREATE FUNCTION t.stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$;
	CREATE TRIGGER stop AFTER UPDATE ON assure.payment_state FOR EACH STATEMENT EXECUTE FUNCTION t.stop()});
$holder = $node->background_psql('claims');
$holder->query_safe('SELECT pg_advisory_lock(1)');
my ($in, $out, $err) = ('', '', '');
$run = IPC::Run::start([ 'psql', '-X', '-d', $node->connstr('claims'), '-c', "SELECT count(*) FROM assure.payment_sent($file)" ], '<', \$in, '>', \$out, '2>', \$err);
$node->poll_query_until('claims', "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'advisory' AND query LIKE '%payment_sent%'") or die 'the file did not come to the lock';
$pid = ask("SELECT pid FROM pg_stat_activity WHERE wait_event = 'advisory' AND query LIKE '%payment_sent%'");
kill 'KILL', $pid;
$run->finish;
eval { $holder->quit };
recovered($node, $pid);
is(ask(q{SELECT count(*) FROM assure.payment_state WHERE state <> 'ordered'}), '0', 'bank file: killed, nothing of it is loaded');
ask('DROP TRIGGER stop ON assure.payment_state');
is(ask("SELECT accepted, state, count(*) FROM assure.payment_sent($file) GROUP BY 1, 2"), 't|sent|3600', 'bank file: again, all of it is');
is(ask("SELECT accepted, state, count(*) FROM assure.payment_paid($file) GROUP BY 1, 2"), 't|paid|3600', 'bank file: and paid');
my $counts = ask('SELECT t.counts()');
is(ask("SELECT accepted, state, count(*) FROM assure.payment_paid($file) GROUP BY 1, 2"), 't|paid|3600', 'bank file: a second time it has the same answer');
is(ask('SELECT t.counts()'), $counts, 'bank file: and changes nothing');
is(whole($node, 'claims'), '', 'bank file: the books are whole');

# Most changes of a payment's state stay on their page.
ask('SELECT pg_stat_force_next_flush()');
my ($updated, $hot) = split /\|/, ask(q{SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'payment_state'});
cmp_ok($hot, '>=', $updated * 0.9, "states change in place ($hot of $updated)");

# A paused clock: time that passes raises nothing; resumed, what was left is left.
ask(q{SELECT assure.submit_claim(t.claim('DOC', 'S1', '900.00', jsonb_build_object('submitted_at', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'event_date', to_char(now() - interval '9 days', 'YYYY-MM-DD'),
	'bills', jsonb_build_array(t.bill('DOC', '900.00', '{"provider": {"code": "?"}}'))))), assure.adjudicate('DOC')});
ask('CALL assure.dispatch()');
my $task = ask(q{SELECT task_id FROM assure.task t JOIN assure.claim c ON c.claim_id = t.subject_id WHERE c.ref = 'DOC'});
my $worker = ask("SELECT code FROM assure.worker JOIN assure.task USING (worker_id) WHERE task_id = $task");
ask("BEGIN; SELECT assure.act_as('$worker'); SELECT assure.request_documents('DOC', '[{\"kind\": \"report\", \"text\": \"the report\"}]'); COMMIT");
# Four days pass: the target is three.
ask("UPDATE assure.clock SET started_at = started_at - interval '96 hours', target_at = target_at - interval '96 hours', paused_at = paused_at - interval '96 hours', progress_at = progress_at - interval '96 hours' WHERE subject_id = $task");
is(ask('CALL assure.sla_sweep()'), '0', 'paused: four days raise no alert');
ask(q{SELECT assure.receive_documents('DOC', '{report}')});
is(ask('CALL assure.sla_sweep()'), '0', 'resumed: nor does the first sweep after it');
is(ask("SELECT state, paused >= interval '96 hours', target_at > now() + interval '70 hours', next_due BETWEEN now() + interval '20 hours' AND now() + interval '37 hours' FROM assure.clock WHERE subject_id = $task"), 'running|t|t|t', 'resumed: the deadline has moved');
is(ask("SELECT state FROM assure.task WHERE task_id = $task"), 'reserved', 'resumed: the task is back with its worker');
ask("UPDATE assure.clock SET paused = interval '0', target_at = target_at - paused, resumed_at = resumed_at - paused, next_due = now() WHERE subject_id = $task");
is(ask('CALL assure.sla_sweep()'), '1', 'without the pause it would be overdue');
is(whole($node, 'claims'), '', 'the books are whole');

$node->stop;
done_testing();
