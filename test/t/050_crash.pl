# What must do no harm: a backend killed in the middle of a batch, the server
# killed, a batch cancelled, a claim that fails, a deadlock; and a long batch
# does not grow.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

my $node = assure_node('crash', fsync => 'on', deadlock_timeout => '100ms');
company($node, 'claims');
my $owner = 'test_owner_claims';

# brake has the decision on a claim wait for advisory lock 1, so that a batch stands in the middle of a chunk.
$node->safe_psql('claims', <<"END");
CREATE FUNCTION t.brake() RETURNS trigger LANGUAGE plpgsql AS \$\$
BEGIN
	PERFORM pg_advisory_xact_lock(1) FROM assure.claim c WHERE c.claim_id = NEW.claim_id AND c.account_id = NEW.account_id AND c.ref LIKE '%STOP';
	RETURN NEW;
END \$\$;
CREATE TRIGGER brake BEFORE INSERT ON assure.decision FOR EACH ROW EXECUTE FUNCTION t.brake();
END

# waiting_batch starts a batch that stops at the claim PREFIX-STOP after $before others; returns the session that holds the lock, the batch's process and its pid.
sub waiting_batch
{
	my ($prefix, $before, $sql) = @_;
	claims($node, 'claims', $prefix, $before, 'G1', 'M1', 'S1', 'M2');
	$node->safe_psql('claims', "SELECT assure.submit_claim(t.claim('$prefix-STOP', 'M3', '100.00'))");
	claims($node, 'claims', "${prefix}after", 20, 'G1', 'M1');
	my $holder = $node->background_psql('claims');
	$holder->query_safe('SELECT pg_advisory_lock(1)');
	my ($in, $out, $err) = ('', '', '');
	my $batch = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-d', $node->connstr('claims'), '-c', $sql // 'CALL assure.adjudicate_batch()' ], '<', \$in, '>', \$out, '2>', \$err);
	$node->poll_query_until('claims', "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'advisory' AND query LIKE '%adjudicate%'") or die 'the batch did not come to the lock';
	# It waits in several tries, and not between them.
	my $pid = $node->safe_psql('claims', "SELECT pid FROM pg_stat_activity WHERE query LIKE '%adjudicate%' AND state = 'active' AND pid <> pg_backend_pid()");
	return ($holder, $batch, $pid, \$out, \$err);
}

# postmaster_kill kills the postmaster alone. Where nobody reaps it, it stays a
# zombie whose pid makes its lock files look alive, so these are taken away.
sub postmaster_kill
{
	my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
	my @children = split /\n/, $node->safe_psql('postgres', 'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
	$node->kill9;
	foreach my $pid ($postmaster, @children)
	{
		my $state = 'Z';
		foreach (1 .. 1800)
		{
			$state = -e "/proc/$pid/stat" ? (eval { slurp_file("/proc/$pid/stat") } // '') =~ /\) (\w)/ ? $1 : 'Z' : 'Z';
			last if $state eq 'Z';
			select undef, undef, undef, 0.1;
		}
		die "process $pid outlived the postmaster" if $state ne 'Z';
	}
	unlink $node->data_dir . '/postmaster.pid', $node->host . '/.s.PGSQL.' . $node->port . '.lock';
	return;
}

# all_done finishes what waits and checks that everything is there once.
sub all_done
{
	my ($what) = @_;
	$node->safe_psql('claims', 'CALL assure.adjudicate_batch()');
	is($node->safe_psql('claims', "SELECT count(*) FROM assure.claim WHERE NOT EXISTS (SELECT FROM assure.decision d WHERE d.claim_id = claim.claim_id)"), '0', "$what: the next batch does the rest");
	is($node->safe_psql('claims', 'SELECT count(*) FROM assure.failed_claim'), '0', "$what: nothing is set aside");
	is(whole($node, 'claims'), '', "$what: the books are whole");
	return;
}

# A cancelled batch: chunks that were committed stay, the chunk at hand is undone.
my ($holder, $batch, $pid, $out, $err) = waiting_batch('cancel', 600);
$node->safe_psql('claims', "SELECT pg_cancel_backend($pid)");
$batch->finish;
like($$err, qr/canceling statement due to user request/, 'cancel: the caller hears of it');
$holder->quit;
is($node->safe_psql('claims', "SELECT count(*), count(DISTINCT claim_id) FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref LIKE 'cancel%'"), '500|500', 'cancel: the first chunk is kept, the second is not');
is(whole($node, 'claims'), '', 'cancel: the books are whole');
all_done('cancel');

# The batch's backend is terminated.
($holder, $batch, $pid, $out, $err) = waiting_batch('term', 600);
$node->safe_psql('claims', "SELECT pg_terminate_backend($pid)");
$batch->finish;
$holder->quit;
is($node->safe_psql('claims', "SELECT count(*) FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref LIKE 'term%'"), '500', 'terminated: the first chunk is kept');
all_done('terminated');

# It is killed: the server restarts by itself.
($holder, $batch, $pid, $out, $err) = waiting_batch('kill', 600);
kill 'KILL', $pid;
$batch->finish;
eval { $holder->quit };
recovered($node, $pid);
is($node->safe_psql('claims', "SELECT count(*) FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref LIKE 'kill%'"), '500', 'killed: the first chunk is kept');
is(whole($node, 'claims'), '', 'killed: the books are whole');
all_done('killed');

# The postmaster is killed, with claims handed in and adjudicated at the moment.
($holder, $batch, $pid, $out, $err) = waiting_batch('crash', 600);
$node->safe_psql('claims', "SELECT assure.submit_claim(t.claim('last moment', 'S1', '1.00'))");
postmaster_kill();
$batch->finish;
eval { $holder->quit };
$node->start;
is($node->safe_psql('claims', "SELECT count(*) FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref LIKE 'crash%'"), '500', 'crash: the first chunk is kept');
is($node->safe_psql('claims', "SELECT state FROM assure.claim_status('last moment')"), 'waiting', 'crash: what was answered is there');
is(whole($node, 'claims'), '', 'crash: the books are whole');
all_done('crash');

# A function in the caller's transaction leaves nothing.
($holder, $batch, $pid, $out, $err) = waiting_batch('func', 30, 'SELECT assure.adjudicate_pending(500)');
$node->safe_psql('claims', "SELECT pg_cancel_backend($pid)");
$batch->finish;
$holder->quit;
is($node->safe_psql('claims', "SELECT count(*) FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref LIKE 'func%'"), '0', 'adjudicate_pending: cancelled is undone');
all_done('adjudicate_pending');
$node->safe_psql('claims', 'DROP TRIGGER brake ON assure.decision');

# Claims that fail are set aside, each by itself, whatever raises; the rest is done.
my @ways = (
	[ check => 'ALTER TABLE assure.decision ADD CONSTRAINT bad CHECK (submitted_fen <> 66600)', 'ALTER TABLE assure.decision DROP CONSTRAINT bad', '23514' ],
	[ raise => q{CREATE FUNCTION t.bad() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.submitted_fen = 66600 THEN RAISE EXCEPTION 'not this one'; END IF; RETURN NEW; END $$;
		CREATE TRIGGER bad BEFORE INSERT ON assure.decision FOR EACH ROW EXECUTE FUNCTION t.bad()}, 'DROP TRIGGER bad ON assure.decision', 'P0001' ],
	[ divide => q{CREATE FUNCTION t.div() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM 1 / (NEW.submitted_fen - 66600); RETURN NEW; END $$;
		CREATE TRIGGER bad BEFORE INSERT ON assure.decision FOR EACH ROW EXECUTE FUNCTION t.div()}, 'DROP TRIGGER bad ON assure.decision', '22012' ]);
foreach my $way (@ways)
{
	my ($name, $break, $mend, $code) = @$way;
	$node->safe_psql('claims', $break);
	claims($node, 'claims', $name, 700, 'G1', 'M1', 'S1');
	$node->safe_psql('claims', "SELECT assure.submit_claim(t.claim('$name-bad' || i, (ARRAY['G1', 'M1'])[i % 2 + 1], '666.00')) FROM generate_series(1, 3) i");
	claims($node, 'claims', "$name-more", 100, 'G1', 'M1', 'S1');
	my ($status, $stdout, $stderr) = $node->psql('claims', 'CALL assure.adjudicate_batch()');
	is($stdout, '800|3', "$name: all but the bad ones are decided");
	is($node->safe_psql('claims', "SELECT count(*), string_agg(DISTINCT error_code, ' ') FROM assure.failed_claim JOIN assure.claim USING (account_id, claim_id) WHERE ref LIKE '$name-bad%'"), "3|$code", "$name: these are set aside, with the error");
	is(whole($node, 'claims'), '', "$name: the books are whole");
	$node->safe_psql('claims', $mend);
	$node->safe_psql('claims', "SELECT assure.retry_failed_claim(ref) FROM assure.claim WHERE ref LIKE '$name-bad%'");
	all_done($name);
}

# What makes every claim fail is not the claims' fault: the batch stops with the error, and nothing is set aside.
claims($node, 'claims', 'queue', 40, 'G1', 'M1');
$node->safe_psql('claims', "ALTER TABLE assure.audit_log ADD CONSTRAINT bad CHECK (action <> 'adjudicate_batch') NOT VALID");
like(fails($node, 'claims', 'CALL assure.adjudicate_batch()'), qr/^23514 new row for relation "audit_log" violates check constraint "bad"/, 'configuration: what makes all claims fail goes to the caller');
is($node->safe_psql('claims', 'SELECT count(*) FROM assure.failed_claim'), '0', 'configuration: and sets nothing aside');
$node->safe_psql('claims', 'ALTER TABLE assure.audit_log DROP CONSTRAINT bad');
all_done('configuration');

# A deadlock: a batch has account A and wants B, a session has B and wants A.  The batch is the victim, and tries again.
my %account = map { split /\|/ } split /\n/, $node->safe_psql('claims', "SELECT ref, account_id FROM assure.member WHERE ref IN ('S1', 'M1')");
my ($first, $second) = sort { $a <=> $b } values %account;

sub deadlocked
{
	my ($call, $lock) = @_;
	my ($name) = $call =~ /assure\.(\w+)/;
	my $session = $node->background_psql('claims', on_error_stop => 0);
	$session->query_safe("BEGIN; SET LOCAL deadlock_timeout = '60s'; $lock = $second");
	my ($in, $out, $err) = ('', '', '');
	my $batch = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-d', $node->connstr('claims') . " options='-c deadlock_timeout=2s'", '-c', $call ], '<', \$in, '>', \$out, '2>', \$err);
	$node->poll_query_until('claims', "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%$name%'", 't') or die "$name does not wait: $out $err";
	$session->query("$lock = $first");
	$session->query('COMMIT');
	$batch->finish;
	$session->quit;
	diag $err if $err;
	return $out;
}

my $lock_books = 'UPDATE assure_internal.account_book SET revision = revision WHERE account_id';
claims($node, 'claims', 'dead', 10, 'S1', 'M1');
is(deadlocked('CALL assure.adjudicate_batch()', $lock_books), "10|0\n", 'deadlock: the batch tries again');
like(deadlocked(q{CALL assure.rerun_plan('STD', '2024-01-01', false)}, $lock_books), qr/^\d+\|\d+\|0\|[\d.]+\|[\d.]+\|0$/, 'deadlock: a re-run does');
$node->safe_psql('claims', q{SELECT assure.stage_enrollment('late', jsonb_agg(jsonb_build_object('row_no', n, 'action', 'join', 'policy', p.ref, 'certificate', a.ref,
	'member_ref', 'late' || n, 'name', 'x', 'birth_date', '2015-01-01', 'sex', 'F', 'region', '440305', 'plan', 'FREE', 'relationship', 'child', 'enrolled_on', '2024-03-01')))
	FROM (SELECT a.*, row_number() OVER (ORDER BY account_id) AS n FROM assure.account a WHERE account_id IN (} . "$first, $second" . q{)) a JOIN assure.policy p USING (policy_id)});
is(deadlocked(q{CALL assure.apply_enrollment('late')}, 'UPDATE assure.policy p SET holder = holder FROM assure.account a WHERE a.policy_id = p.policy_id AND a.account_id'), "2|0\n", 'deadlock: so does a file of enrollments');
all_done('deadlock');
$node->safe_psql('claims', q{SELECT assure.put_payee(p || '{"kind": "policyholder", "name": "x", "bank": "ICBC", "bank_account": "6222020200001234"}') FROM jsonb_array_elements('[{"policy": "P-BJ", "certificate": "F1"}, {"policy": "P-SH", "certificate": "S1"}]') p});
like(deadlocked('CALL assure.order_payments()', $lock_books), qr/^[1-9]\d*\|[1-9]\d*\|[\d.]+\|\d+$/, 'deadlock: so does an order of payments');
is(whole($node, 'claims'), '', 'deadlock: each claim is paid once');

# A serialization failure, where repeatable read is the default: the account's books change while the batch waits for them.
claims($node, 'claims', 'serial', 10, 'S1');
$node->safe_psql('postgres', "ALTER DATABASE claims SET default_transaction_isolation = 'repeatable read'");
my $session = $node->background_psql('claims', on_error_stop => 0);
$session->query_safe('BEGIN; UPDATE assure_internal.account_book SET revision = revision + 1');
my ($in, $dout, $derr) = ('', '', '');
$batch = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-d', $node->connstr('claims'), '-c', 'CALL assure.adjudicate_batch()' ], '<', \$in, '>', \$dout, '2>', \$derr);
$node->poll_query_until('claims', "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%adjudicate_batch%'") or die 'the batch does not wait';
$session->query_safe('COMMIT');
$batch->finish;
$node->safe_psql('postgres', 'ALTER DATABASE claims RESET default_transaction_isolation');
is($dout, "10|0\n", 'serialization failure: the batch tries again') or diag $derr;
$session->quit;
all_done('serialization failure');

# Several batches at once, and callers beside them.
claims($node, 'claims', 'many', 3000, 'G1', 'M1', 'S1', 'M2', 'M3');
my @running = map { my ($i, $o, $e) = ('', '', ''); IPC::Run::start([ 'psql', '-X', '-A', '-t', '-d', $node->connstr('claims'), '-c', "CALL assure.adjudicate_batch(NULL, 0, 1)" ], '<', \$i, '>', \$o, '2>', \$e) } 1 .. 3;
# Each in a transaction of its own: one that locks several accounts may be the victim of a deadlock, and is told so.
$node->safe_psql('claims', "SELECT format('SELECT assure.adjudicate(%L)', 'many' || i) FROM generate_series(2990, 3000) i \\gexec");
$_->finish foreach @running;
is((grep { !$_ } map { $_->result(0) == 0 } @running), 0, 'at once: three batches end well');
all_done('at once');

# A long batch does not grow: once warm, 20,000 claims leave the backend as it was.
$node->safe_psql('claims', "SELECT assure.publish_plan('ONE', 'One', '{\"name\": \"One\", \"benefits\": [{\"code\": \"A\", \"kind\": \"expense\", \"steps\": []}]}', '2024-01-01');
	SELECT count(assure.enroll(jsonb_build_object('policy', 'P-GD', 'certificate', 'L' || i, 'member_ref', 'L' || i, 'name', 'x', 'birth_date', '1980-01-01', 'sex', 'F', 'region', '440305', 'plan', 'ONE', 'relationship', 'self', 'enrolled_on', '2024-01-01'))) FROM generate_series(1, 500) i;
	SELECT count(assure.submit_claim(t.claim('long' || i, 'L' || (1 + i % 500), '100.00', '{\"policy\": \"P-GD\"}'))) FROM generate_series(1, 28000) i");
my $long = $node->background_psql('claims');
# resident returns the private memory of the backend, kB: shared buffers that it touched do not count.
sub resident
{
	my ($of) = @_;
	my ($kb) = slurp_file("/proc/$of/status") =~ /^RssAnon:\s+(\d+) kB/m;
	return $kb;
}
my $backend = $long->query_safe('SELECT pg_backend_pid()');
$long->query_safe('CALL assure.adjudicate_batch(8000)');
my $before = resident($backend);
$long->query_safe('CALL assure.adjudicate_batch(20000)');
my $after = resident($backend);
cmp_ok($after - $before, '<', 4096, "memory: 20,000 claims leave it as it was ($before kB, $after kB)");
$long->quit;
all_done('memory');

$node->stop;
done_testing();
