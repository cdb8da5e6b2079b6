# Schedules of pg_cron: in its own database and from another one.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use WorkerNode;

my ($status, $out, $err);
my $config = $ENV{PG_CONFIG} // 'pg_config';
chomp(my $share = `$config --sharedir`);
plan skip_all => 'pg_cron is not installed' unless -f "$share/extension/pg_cron.control";

my $node = worker_node('cron', shared_preload_libraries => "'pg_cron'", 'cron.database_name' => "'claims'");
add_database($node, 'claims');
add_database($node, 'other');

# ---------------------------------------------------------------------------
# Where pg_cron lives.

($status, $out, $err) = $node->psql('claims', 'SELECT * FROM assure.install_schedules()');
like($err, qr/pg_cron is not installed.*CREATE EXTENSION pg_cron in this database/s, 'loaded but not created is an error that says so');
$node->safe_psql('claims', 'CREATE EXTENSION pg_cron');
my $jobs = $node->safe_psql('claims', 'SELECT count(*) FROM assure_internal.job');
my $schedules = $jobs + 1;
is($node->safe_psql('claims', 'SELECT job, schedule, installed FROM assure.install_schedules()'),
	"adjudicate|* * * * *|t\ndispatch|* * * * *|t\nsweep|* * * * *|t\nhousekeep|17 3 * * *|t\ncheck|37 3 * * *|t\nmeasure|7 */6 * * *|t\nseal_audit|* * * * *|t\ncoverage|*/5 * * * *|t\npurge_run_details|27 3 * * *|t",
	'schedules are registered');
my $list = 'SELECT jobname, schedule, database, username, command FROM cron.job ORDER BY jobid';
my $first = $node->safe_psql('claims', $list);
like($first, qr/^assure_sweep\|\* \* \* \* \*\|claims\|\w+\|CALL assure.run_job\('sweep'\)$/m, 'as calls of run_job');
$node->safe_psql('claims', "UPDATE assure_internal.job SET period_seconds = 600 WHERE name = 'dispatch'");
is($node->safe_psql('claims', "SELECT schedule FROM assure.install_schedules() WHERE job = 'dispatch'"), '*/10 * * * *', 'by their period');
is($node->safe_psql('claims', 'SELECT count(*), count(DISTINCT jobname) FROM cron.job'), "$schedules|$schedules", 'once, however often');

# What is registered runs.
foreach my $command (split /\n/, $node->safe_psql('claims', 'SELECT command FROM cron.job ORDER BY jobid'))
{
	is($node->psql('claims', $command), 0, $command);
}
is($node->safe_psql('claims', "SELECT count(*) FROM assure_internal.job WHERE total_runs = 1 AND failures = 0"), $jobs, 'and each job ran once');
($status, $out, $err) = $node->psql('claims', "CALL assure.run_job('housekeep')");
like($err, qr/job "housekeep" is not due before/, 'not again before it is due');

# As its own role, with its own rights.
($status, $out, $err) = $node->psql('claims', 'SELECT * FROM assure.install_schedules()', extra_params => [ '-U', ROLE ]);
like($err, qr/role "assure_jobs" may not call pg_cron.*GRANT USAGE ON SCHEMA cron TO assure_jobs/s, 'a role without rights on pg_cron is told what to grant');
$node->safe_psql('claims', 'GRANT USAGE ON SCHEMA cron TO ' . ROLE);
is($node->safe_psql('claims', 'SELECT count(*) FROM assure.install_schedules() WHERE installed', extra_params => [ '-U', ROLE ]), $schedules, 'with them it has its own');
is($node->safe_psql('claims', "SELECT count(*) FROM cron.job WHERE username = '" . ROLE . "'"), $schedules, 'under its name');
is($node->safe_psql('claims', 'SELECT assure.remove_schedules()', extra_params => [ '-U', ROLE ]), $schedules, 'and takes them away');
is($node->safe_psql('claims', 'SELECT assure.remove_schedules()'), $schedules, 'as everybody does his own');
is($node->safe_psql('claims', 'SELECT assure.remove_schedules(), (SELECT count(*) FROM cron.job)'), '0|0', 'until there are none');

# ---------------------------------------------------------------------------
# From another database.

is($node->safe_psql('other', "SELECT count(*) FROM assure.install_schedules() WHERE NOT installed AND note LIKE '%in database claims%'"),
	$schedules, 'elsewhere it is said what to run where pg_cron lives');
my $commands = $node->safe_psql('other', 'SELECT command FROM assure.install_schedules()');
like($commands, qr/cron\.schedule_in_database\('assure_sweep\@other', '\* \* \* \* \*', 'CALL assure\.run_job\(''sweep''\)', 'other'/, 'in this database');
$node->safe_psql('claims', $_) foreach split /\n/, $commands;
is($node->safe_psql('claims', "SELECT count(*) FROM cron.job WHERE database = 'other'"), $jobs, 'and it works there');
($status, $out, $err) = $node->psql('other', 'SELECT assure.remove_schedules()');
is($out, '0', 'nothing can be removed from here');
like($err, qr/pg_cron lives in database "claims".*cron\.unschedule/s, 'but it is said how');

$node->stop;
done_testing();
