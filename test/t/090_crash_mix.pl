# Killed at any moment, under all kinds of load at once: a client's backend, a
# background worker or the postmaster, by signal 9. After each, everything that
# was answered is there, and books, audit, clocks, tasks, payments, post-checks,
# settlement and coverage are whole.
#
# CRASH_ROUNDS is how many times, 4 unless told; CRASH_SEED the seed of moments
# and victims, so that a run can be told again as far as the clock allows.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);
use AssureNode;
use Mix;
use Truths;

my $rounds = $ENV{CRASH_ROUNDS} // 4;
my $seed = $ENV{CRASH_SEED} // 20240310;
srand $seed;
note "seed $seed, $rounds rounds";

my $node = assure_node('mix',
	fsync => 'on', deadlock_timeout => '100ms', full_page_writes => 'on',
	shared_preload_libraries => "'pg_assure'", 'assure.databases' => "'claims'", 'assure.worker_role' => "'assure_jobs'");
company($node, 'claims');
mix_company($node);

# victim returns the pid of a process of the kind, or nothing where there is none at the moment.
sub victim
{
	my ($kind) = @_;
	my $where = $kind eq 'worker' ? "backend_type LIKE 'pg_assure%'" : "backend_type = 'client backend' AND datname = 'claims' AND pid <> pg_backend_pid()";
	my @pids = split /\n/, $node->safe_psql('claims', "SELECT pid FROM pg_stat_activity WHERE $where ORDER BY pid");
	return @pids ? $pids[ rand @pids ] : undef;
}

# strike kills one process at a random moment and has the server up again.
sub strike
{
	my ($kind) = @_;
	sleep 0.5 + rand 2;
	return $kind if $kind eq 'postmaster' && do { postmaster_kill($node); 1 };
	my $pid = victim($kind);
	if (!defined $pid) { ($kind, $pid) = ('backend', victim('backend')) }
	kill 'KILL', $pid if defined $pid;
	recovered($node, $pid) if defined $pid;
	return $kind;
}

my %struck;
my $answers = 0;
foreach my $round (1 .. $rounds)
{
	my $clients = clients_start($node);
	my $kind = strike((qw(backend worker postmaster))[ ($round - 1) % 3 ]);
	$struck{$kind}++;
	my @answers;
	if ($kind eq 'postmaster')
	{
		@answers = answered($clients);
		$node->start;
	}
	else
	{
		@answers = answered($clients);
		$node->poll_query_until('postgres', 'SELECT true') or die 'the server did not come back';
	}
	$answers += @answers;
	is(lost($node, @answers), '', "round $round, $kind killed: what was answered is there (" . @answers . ' answers)');
	is(falsehoods($node, 'claims'), '', "round $round, $kind killed: all is whole");
}
ok($answers > 0, 'there were answers to be lost');

# What is left is done as ever.
$node->safe_psql('claims', 'CALL assure.adjudicate_batch()');
is($node->safe_psql('claims', 'SELECT count(*) FROM assure.failed_claim'), '0', 'no claim was set aside');
is($node->safe_psql('claims', "SELECT count(*) FROM assure.claim c WHERE NOT EXISTS (SELECT FROM assure.decision d WHERE d.account_id = c.account_id AND d.claim_id = c.claim_id)"), '0', 'every claim is decided');
$node->safe_psql('claims', 'CALL assure.dispatch(); CALL assure.sla_sweep(); CALL assure.merge_coverage(); SELECT assure.seal_audit()');
$node->safe_psql('claims', "SELECT format('SELECT t.work(%s, 1)', n % 60) FROM generate_series(1, 180) n \\gexec");
is(falsehoods($node, 'claims'), '', 'and all is whole');
my $done = $node->safe_psql('claims', "SELECT concat_ws(' ', (SELECT count(*) FROM assure.settlement_posting), (SELECT count(*) FROM assure.check_verdict), (SELECT count(*) FROM assure.payment_state WHERE state = 'paid'), (SELECT count(*) FROM assure.service_event WHERE event = 'withdrawn'))");
unlike($done, qr/\b0\b/, 'there was work of every kind: settled, checked, paid, withdrawn');
note "settled, checked, paid, withdrawn: $done; ", join ', ', map { "$_ $struck{$_}" } sort keys %struck;
$node->stop;
done_testing();
