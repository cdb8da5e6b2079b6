# All kinds of load at once on the company of the soak, and what was answered of it: for tests that kill a server meanwhile.
package Mix;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';
use IPC::Run;
use PostgreSQL::Test::Utils;
use Time::HiRes qw(sleep);

our @EXPORT = qw(mix_company clients_start answered postmaster_kill lost);

# mix_company has a database get what the clients work on; jobs run as assure_jobs, each second.
sub mix_company
{
	my ($node) = @_;
	$node->safe_psql('claims', <<'END');
\set people 60
\i test/sql-common/payment.psql
\i test/soak/setup.sql
SELECT count(t.task(n)) FROM generate_series(1, 200) n;
CREATE ROLE assure_jobs LOGIN;
SELECT assure.grant_access('assure_jobs', 'admin');
UPDATE assure.worker SET capacity = 1000;
UPDATE assure_internal.job SET period_seconds = 1 WHERE name IN ('adjudicate', 'dispatch', 'sweep', 'seal_audit', 'coverage');
END
	return;
}

# The clients: what each runs again and again, and how what was answered is looked up.
my %clients = (
	submit => sub { my ($n) = @_;
		my $member = (qw(G1 M1 M2 M3 S1))[ $n % 5 ];
		return sprintf "SELECT 'claim ' || r FROM (SELECT '%s' AS r, assure.submit_claim(t.claim('%s', '%s', '%d.00'))) x;", "R$n", "R$n", $member, $n % 7 == 0 ? 9000 : 50 + $n % 300; },
	order => sub { my ($n) = @_;
		my $member = (qw(G1 M1 M2 M3 S1))[ $n % 5 ];
		my $policy = { G => 'P-GD', M => 'P-BJ', S => 'P-SH' }->{ substr $member, 0, 1 };
		my $document = qq({"ref": "O$n", "policy": "$policy", "member_ref": "$member", "service": "opinion", "requested_at": "2024-05-01T00:00:00Z"});
		return "SELECT 'order O$n' FROM (SELECT assure.order_service('$document')) x; SELECT 'done O$n' FROM (SELECT assure.finish_service('O$n', '2024-05-02T00:00:00Z')) x;"
			. ($n % 4 == 0 ? " SELECT 'cancelled O$n' FROM (SELECT assure.cancel_service('O$n')) x;" : ''); },
	batch => sub { return 'CALL assure.adjudicate_batch(200);' },
	dispatch => sub { return 'CALL assure.dispatch();' },
	sweep => sub { return 'CALL assure.sla_sweep(); SELECT assure.task_sweep();' },
	merge => sub { return 'CALL assure.merge_coverage();' },
	pay => sub { return 'SELECT assure.order_pending_payments(100);' },
	bank => sub { return 'SELECT t.bank();' },
	task => sub { my ($n) = @_; return "SELECT 'task ' || t.task($n) FROM generate_series(1, 3);" },
	work => sub { my ($n) = @_; return sprintf 'SELECT t.work(%d, %d);', $n % 60, $n },
	draw => sub { return 'SELECT t.draw();' },
	serve => sub { my ($n) = @_; return sprintf "SELECT t.serve(%d);", $n % 60 },
	seal => sub { return 'SELECT assure.seal_audit();' },
	decide => sub { return <<'END' });
BEGIN;
SELECT assure.act_as('W-BJ');
SELECT assure.decide_claim(c.ref, 'deny', 'mix') FROM assure.claim c JOIN assure.task t ON t.subject_kind = 'claim' AND t.account_id = c.account_id AND t.subject_id = c.claim_id WHERE t.state IN ('open', 'reserved', 'accepted') ORDER BY c.claim_id LIMIT 1;
COMMIT;
END

# clients_start starts them all; each is a psql that runs its script to its end or the server's. Script and output are files:
# nobody is there to feed and to read a pipe while the victim is chosen.
my $number = 0;
sub clients_start
{
	my ($node) = @_;
	my @clients;
	foreach my $kind (sort keys %clients)
	{
		my $sql = join "\n", map { $clients{$kind}->($number + $_) } 1 .. 400;
		my $file = "$PostgreSQL::Test::Utils::tmp_check/$kind";
		open my $script, '>', "$file.sql" or die $!;
		print $script $sql;
		close $script;
		my $run = IPC::Run::start([ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('claims'), '-f', "$file.sql" ], '<', \undef, '>', "$file.out", '2>', "$file.err");
		push @clients, { kind => $kind, run => $run, out => "$file.out" };
	}
	$number += 400;
	return \@clients;
}

# answered waits for the clients to end and returns what the server told them that it had done.
sub answered
{
	my ($clients) = @_;
	my @answers;
	foreach my $client (@$clients)
	{
		eval { $client->{run}->finish };
		push @answers, grep { /^(?:claim|order|done|cancelled|task) / } split /\n/, slurp_file($client->{out});
	}
	return @answers;
}

# postmaster_kill kills the postmaster, and waits until its children have noticed.
sub postmaster_kill
{
	my ($node) = @_;
	my ($postmaster) = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/;
	my @children = split /\n/, $node->safe_psql('postgres', 'SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()');
	$node->kill9;
	foreach my $pid ($postmaster, @children)
	{
		foreach (1 .. 600)
		{
			last if !-e "/proc/$pid/stat" || (eval { slurp_file("/proc/$pid/stat") } // ') Z') =~ /\) Z/;
			sleep 0.1;
		}
	}
	unlink $node->data_dir . '/postmaster.pid', $node->host . '/.s.PGSQL.' . $node->port . '.lock';
	return;
}

# lost is what was answered and is not there.
sub lost
{
	my ($node, @answers) = @_;
	my $list = join ',', map { "('$_')" } @answers;
	return '' if $list eq '';
	return $node->safe_psql('claims', <<"END");
SELECT string_agg(answer, ', ') FROM (SELECT answer, split_part(answer, ' ', 1) AS kind, split_part(answer, ' ', 2) AS ref FROM (VALUES $list) v (answer)) a
LEFT JOIN assure.claim c ON a.kind = 'claim' AND c.ref = a.ref LEFT JOIN assure.service_order o ON a.kind IN ('order', 'done', 'cancelled') AND o.ref = a.ref
WHERE CASE a.kind WHEN 'claim' THEN c.claim_id IS NULL WHEN 'task' THEN NOT EXISTS (SELECT FROM assure.task t WHERE t.task_id::text = a.ref) WHEN 'order' THEN o.order_id IS NULL WHEN 'done' THEN coalesce(o.state NOT IN ('done', 'cancelled'), true) ELSE coalesce(o.state <> 'cancelled', true) END
END
}

1;
