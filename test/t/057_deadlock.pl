# A person's own transaction and a batch want what the other has. The person goes on: the batch gives its chunk back before
# anybody is told of a deadlock, and tries again. What is done in a caller's own transaction is reported, 40P01, and undone whole.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);
use AssureNode;
use Truths;

my $node = assure_node('deadlock', deadlock_timeout => '4s');
company($node, 'claims');
$node->safe_psql('claims', <<'END');
\set people 60
\i test/soak/setup.sql
SELECT count(t.submit(n % 60)) FROM generate_series(1, 60) n;
SELECT count(t.serve(n % 60)) FROM generate_series(1, 60) n;
SELECT count(t.task(n)) FROM generate_series(1, 100) n;
UPDATE assure.clock SET started_at = started_at - interval '9 days', target_at = target_at - interval '9 days', resumed_at = resumed_at - interval '9 days', progress_at = progress_at - interval '9 days', next_due = now()
	WHERE state = 'running' AND subject_kind = 'task';
END

# started runs statements in a session beside us; ended waits for it and returns its error, or 'none'.
sub started
{
	my (@statements) = @_;
	my %run = (out => '', err => '');
	$run{handle} = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-q', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('claims'), map { ('-c', $_) } @statements ], '<', \undef, '>', \$run{out}, '2>', \$run{err});
	return \%run;
}
sub ended { my ($run) = @_; IPC::Run::finish($run->{handle}); return $run->{err} =~ /(?:ERROR|FATAL):  (\w{5}): (.*)/ ? "$1 $2" : 'none'; }
# waiting tells, before long, that so many sessions wait for a lock; a batch that ends instead never will.
sub waiting { my ($sessions) = @_; return $node->poll_query_until('claims', "SELECT count(*) = $sessions FROM pg_stat_activity WHERE wait_event_type = 'Lock'"); }
sub deadlocks { return $node->safe_psql('claims', "SELECT pg_stat_force_next_flush(), deadlocks FROM pg_stat_database WHERE datname = 'claims'"); }

my $before = deadlocks();
# A batch, the table that a person has locked and that it writes, and rows of which it has some by then.
foreach my $case (
	[ adjudicate => 'CALL assure.adjudicate_batch()', 'assure.audit_log', 'SELECT FROM assure_internal.account_book FOR UPDATE' ],
	[ dispatch => 'CALL assure.dispatch()', 'assure.audit_log', "SELECT FROM assure.task WHERE state IN ('open', 'reserved') FOR UPDATE" ],
	[ sweep => 'CALL assure.sla_sweep()', 'assure.notification', 'SELECT FROM assure.clock FOR UPDATE' ],
	[ 'merge of services' => 'CALL assure.merge_coverage()', 'assure_internal.coverage_state', 'LOCK TABLE assure_internal.served_cell' ],
	[ 'merge of the insured' => 'CALL assure.merge_coverage()', 'assure_internal.insured_total', 'LOCK TABLE assure_internal.coverage_recheck' ],
	[ payments => 'CALL assure.order_payments()', 'assure.payment', 'SELECT FROM assure_internal.account_book FOR UPDATE' ],
	[ measures => 'CALL assure.refresh_match_measures()', 'assure.audit_log', 'LOCK TABLE assure.measure_prior' ])
{
	my ($name, $call, $table, $rows) = @$case;
	$node->safe_psql('claims', 'SELECT t.move(3)') if $name eq 'merge of the insured';
	my $person = $node->background_psql('claims', on_error_stop => 0);
	$person->query_safe("BEGIN; LOCK TABLE $table IN SHARE MODE");
	my $batch = started($call);
	waiting(1) or die "$name does not wait";
	my $since = time;
	my $answer = $person->query("$rows;\nCOMMIT;\nSELECT 'done'");
	my $waited = time - $since;
	like($answer, qr/done/, "$name: the person goes on");
	is(ended($batch), 'none', "$name: the batch does, too");
	cmp_ok($waited, '>', 0.05, "$name: having had what the person wants");
	$person->quit;
	is(falsehoods($node, 'claims'), '', "$name: nothing is half done");
}
is(deadlocks(), $before, 'no deadlock came to be');
is($node->safe_psql('claims', 'SELECT count(*) FROM assure.failed_claim'), '0', 'no claim was set aside');

# In transactions of their own: one of two goes on, and the other is told and has done nothing.
$node->safe_psql('claims', <<'END');
UPDATE assure.task t SET state = 'accepted', state_until = NULL, worker_id = (SELECT min(worker_id) FROM assure.worker w WHERE w.code ~ '^K' AND w.branch_id <> t.branch_id)
	WHERE task_id IN (SELECT task_id FROM assure.task k JOIN assure.queue q USING (queue_id) WHERE q.code = 'soak' AND k.state IN ('open', 'reserved') ORDER BY task_id LIMIT 2);
SELECT format('SELECT assure.act_as(%L), assure.complete_task(%s, %L)', w.code, k.task_id, '{"outcome": "done"}') FROM assure.task k JOIN assure.worker w USING (worker_id) WHERE k.state = 'accepted' ORDER BY k.task_id \gexec
END
my ($one, $two) = split /\n/, $node->safe_psql('claims', 'SELECT min(task_id) FROM assure.settlement_posting UNION ALL SELECT max(task_id) FROM assure.settlement_posting');
cmp_ok($one, '<', $two, 'work was settled');
$node->safe_psql('postgres', "ALTER SYSTEM SET deadlock_timeout = '100ms'");
$node->reload;
foreach my $case (
	[ settlement => "SELECT assure.correct_settlement($one, 31, 'x')", "SELECT assure.correct_settlement($two, 31, 'y')" ],
	[ seal => 'SELECT assure.seal_audit()', 'LOCK TABLE assure.audit_seal IN EXCLUSIVE MODE' ])
{
	my ($name, $first, $second) = @$case;
	my $person = $node->background_psql('claims', on_error_stop => 0);
	$person->query_safe("BEGIN; $second");
	my $other = started('BEGIN', $first, $second, 'COMMIT');
	waiting(1) or die "$name does not wait";
	$person->query("$first;\nCOMMIT");
	my @told = ($person->{stderr} =~ /deadlock detected/ ? 1 : (), ended($other) =~ /^40P01 deadlock detected/ ? 1 : ());
	is("@told", '1', "$name: one is told of the deadlock, the other goes on");
	$person->quit;
	is(whole($node, 'claims'), '', "$name: nothing is half done");
}
is($node->safe_psql('claims', "SELECT count(*) FROM assure.settlement_posting WHERE task_id IN ($one, $two) AND kind = 'correction'"), '2', 'both tasks were corrected once');
is(fails($node, 'claims', 'SELECT assure.seal_audit()'), 'none', 'what was not sealed is sealed next time');
$node->stop;
done_testing();
