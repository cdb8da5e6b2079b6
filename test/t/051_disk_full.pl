# No room on the disk: in the middle of each batch, for the background jobs, and for
# the write-ahead log. Nothing is half done, nothing is set aside, and once there is
# room again the batch, the job and the server go on.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);
use AssureNode;
use FullDisk;
use Truths;

disk_prepare();
my $node = assure_node('disk', shared_preload_libraries => "'pg_assure'", 'assure.worker_role' => "'disk_jobs'", wal_recycle => 'off', min_wal_size => '32MB', max_wal_size => '64MB');
company($node, 'claims');
$node->safe_psql('claims', <<'END');
\set people 300
\i test/soak/setup.sql
CREATE ROLE disk_jobs LOGIN;
SELECT assure.grant_access('disk_jobs', 'admin');
UPDATE assure_internal.job SET period_seconds = 1;
CALL assure.refresh_match_measures();
END
sub sql { return $node->safe_psql('claims', $_[0]); }

my $round = 0;
# load hands in what the batches then have to do, while there is room.
sub load
{
	$round++;
	sql("SELECT count(t.submit(n)) FROM generate_series(0, 149) n; SELECT count(t.serve(n % 300)) FROM generate_series(1, 40) n; SELECT count(t.task(n)) FROM generate_series(1, 60) n;
		UPDATE assure.clock SET next_due = now() - interval '1 minute' WHERE state = 'running' AND clock_id % 2 = $round % 2 AND next_due IS NOT NULL");
	return;
}

# What each batch is: its call, and what is left to do, nothing at the end.
my %batches = (
	adjudicate => [ 'CALL assure.adjudicate_batch()', 'SELECT count(*) FROM assure_internal.claim_queue' ],
	dispatch => [ 'CALL assure.dispatch()', 'SELECT 0' ],
	sweep => [ 'CALL assure.sla_sweep()', "SELECT count(*) FROM assure.clock WHERE next_due < now() - interval '30 seconds'" ],
	merge => [ 'CALL assure.merge_coverage(10)', 'SELECT count(*) FROM assure.service_event WHERE event_id > (SELECT watermark FROM assure_internal.coverage_state)' ],
	pay => [ 'CALL assure.order_payments()', 'SELECT count(*) FROM assure_internal.payment_due d JOIN assure.payee p USING (account_id)' ],
	seal => [ 'SELECT assure.seal_audit()', 'SELECT 0' ],
	draw => [ 'SELECT t.draw()', 'SELECT 0' ]);
foreach my $name (qw(adjudicate dispatch sweep merge pay seal draw))
{
	my ($call, $left) = @{ $batches{$name} };
	my ($full, @broken) = (0);
	load();
	sql('CALL assure.adjudicate_batch()') if $name ne 'adjudicate';
	foreach my $room (0, 2, 6)
	{
		disk_full('tables', $room);
		my $error = fails($node, 'claims', $call);
		disk_free();
		$full++ if $error =~ /^53100 could not extend file/;
		push @broken, "room for $room: $error" if $error !~ /^(?:none$|53100 )/;
		my $false = falsehoods($node, 'claims');
		push @broken, "room for $room: $false" if $false ne '';
	}
	is("@broken", '', "$name: what has no room is not done, all is whole");
	note "$name: the disk was full $full times";
	is(fails($node, 'claims', $call), 'none', "$name: once there is room it goes on");
	is(sql($left), '0', "$name: to its end");
	is(falsehoods($node, 'claims'), '', "$name: and all is whole");
	ok($full > 0, "$name: the disk was full") if $name !~ /^(?:sweep|seal)$/;
}
is(sql('SELECT count(*) FROM assure.failed_claim'), '0', 'no claim was set aside for it');

# The background jobs: they fail, say why, and go on by themselves.
load();
disk_full('tables', 0);
$node->append_conf('postgresql.conf', "assure.databases = 'claims'");
$node->reload;
ok($node->poll_query_until('claims', "SELECT failures > 0 AND last_error_code = '53100' FROM assure_internal.job WHERE name = 'adjudicate'"), 'jobs: adjudication fails and says that there is no room');
is(sql("SELECT state IN ('warn', 'fail') AND finding LIKE '%adjudicate: could not extend file%' FROM assure_bi.health WHERE check_name = 'jobs'"), 't', 'jobs: so does health');
disk_free();
ok($node->poll_query_until('claims', "SELECT count(*) = 0 FROM assure_internal.job WHERE failures > 0"), 'jobs: once there is room they go on by themselves');
ok($node->poll_query_until('claims', 'SELECT count(*) = 0 FROM assure_internal.claim_queue'), 'jobs: and do what waited');
is(falsehoods($node, 'claims'), '', 'jobs: all is whole');

# The write-ahead log: the server stops, and comes back with what it has answered.
my $answered = 0;
foreach my $n (1 .. 40)
{
	disk_full('log', 0);
	my ($status, $out) = $node->psql('claims', "SELECT t.submit(n) FROM generate_series(0, 49) n; SELECT max(claim_id) FROM assure.claim; CALL assure.adjudicate_batch(); CALL assure.dispatch(); CALL assure.merge_coverage(); SELECT pg_switch_wal()", on_error_stop => 1);
	($answered) = grep { /^\d+$/ } reverse split /\n/, $out if $out =~ /^\d+$/m;
	last if $status != 0;
}
foreach (1 .. 300) { last if slurp_file($node->logfile) =~ /PANIC: .*No space left/; sleep 0.1 }
like(slurp_file($node->logfile), qr/PANIC: .*No space left on device/, 'log: the server stops');
disk_free();
foreach (1 .. 300)
{
	last if !-e $node->data_dir . '/postmaster.pid' || $node->psql('claims', 'SELECT 1') == 0;
	sleep 0.1;
}
if (!-e $node->data_dir . '/postmaster.pid') { $node->{_pid} = undef; $node->start }
ok($node->poll_query_until('claims', 'SELECT true'), 'log: and comes back');
cmp_ok(sql('SELECT max(claim_id) FROM assure.claim'), '>=', $answered, 'log: with all that was answered');
ok($node->poll_query_until('claims', 'SELECT count(*) = 0 FROM assure_internal.claim_queue'), 'log: jobs do what waited');
is(falsehoods($node, 'claims'), '', 'log: all is whole');
is(sql('SELECT count(*) FROM assure.failed_claim'), '0', 'log: no claim was set aside for it');

$node->stop;
done_testing();
