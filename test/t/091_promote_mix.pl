# A standby promoted under all kinds of load at once: the primary is killed by signal 9 while clients and background workers
# submit, adjudicate, dispatch, sweep, merge and pay, and its standby takes over. It was synchronous, so everything that was
# answered is there; books, audit, clocks, tasks and coverage are whole; the jobs run there, and work goes on, also the second time.
#
# PROMOTE_ROUNDS is how many times, 2 unless told; CRASH_SEED the seed of moments.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);
use AssureNode;
use Mix;
use Truths;
use WorkerNode;

my $rounds = $ENV{PROMOTE_ROUNDS} // 2;
my $seed = $ENV{CRASH_SEED} // 20240310;
srand $seed;
note "seed $seed, $rounds rounds";

my $primary = assure_node('primary', -init => { allows_streaming => 1 },
	fsync => 'on', deadlock_timeout => '100ms', full_page_writes => 'on',
	shared_preload_libraries => "'pg_assure'", 'assure.databases' => "'claims'", 'assure.worker_role' => "'assure_jobs'");
company($primary, 'claims');
mix_company($primary);

# standby_of makes a standby that a commit waits for.
sub standby_of
{
	my ($node, $name) = @_;
	my $standby = PostgreSQL::Test::Cluster->new($name);
	$node->backup($name);
	$standby->init_from_backup($node, $name, has_streaming => 1);
	$standby->append_conf('postgresql.conf', "synchronous_standby_names = ''");
	$standby->start;
	$node->safe_psql('postgres', $_) foreach "ALTER SYSTEM SET synchronous_standby_names = '*'", 'SELECT pg_reload_conf()';
	$node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_stat_replication WHERE sync_state = 'sync'") or die 'the standby is not synchronous';
	return $standby;
}

foreach my $round (1 .. $rounds)
{
	my $standby = standby_of($primary, "standby$round");
	my $clients = clients_start($primary);
	sleep 2 + rand 4;
	postmaster_kill($primary);
	my @answers = answered($clients);
	ok(@answers > 0, "round $round: there were " . @answers . ' answers');
	$standby->promote;
	is(lost($standby, @answers), '', "round $round: what was answered is there");
	is(falsehoods($standby, 'claims'), '', "round $round: all is whole");
	foreach my $job (qw(adjudicate dispatch sweep seal_audit coverage))
	{
		my $runs = job($standby, 'claims', $job, 'total_runs');
		ok(job_is($standby, 'claims', $job, "total_runs > $runs AND failures = 0"), "round $round: $job runs on the new primary");
	}
	$primary = $standby;
}

# What is left is done as ever.
$primary->safe_psql('claims', 'CALL assure.adjudicate_batch()');
is($primary->safe_psql('claims', 'SELECT count(*) FROM assure.failed_claim'), '0', 'no claim was set aside');
is($primary->safe_psql('claims', 'SELECT count(*) FROM assure.claim c WHERE NOT EXISTS (SELECT FROM assure.decision d WHERE d.account_id = c.account_id AND d.claim_id = c.claim_id)'), '0', 'every claim is decided');
$primary->safe_psql('claims', 'CALL assure.dispatch(); CALL assure.sla_sweep(); CALL assure.merge_coverage(); SELECT assure.seal_audit()');
my $done = $primary->safe_psql('claims', "SELECT count(*) FROM assure.task WHERE state = 'done'");
$primary->safe_psql('claims', "SELECT format('SELECT t.work(%s, 1)', n % 60) FROM generate_series(1, 180) n \\gexec");
cmp_ok($primary->safe_psql('claims', "SELECT count(*) FROM assure.task WHERE state = 'done'"), '>', $done, 'people go on with their work');
is(falsehoods($primary, 'claims'), '', 'and all is whole');
$primary->stop;
done_testing();
