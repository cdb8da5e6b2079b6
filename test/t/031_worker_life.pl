# Background workers through restarts, crashes, dropped extensions and databases.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use WorkerNode;

my $node = worker_node('main', 'assure.databases' => "'claims'");
my $offset;

# sweeps_on waits for one more sweep.
sub sweeps_on
{
	my ($database, $what) = @_;
	my $before = job($node, $database, 'sweep', 'total_runs - failures');
	ok(job_is($node, $database, 'sweep', "total_runs - failures > $before"), $what);
	return;
}

# worker_count counts workers in a database.
sub worker_count
{
	my ($database) = @_;
	return $node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'pg_assure worker' AND datname = '$database'");
}

add_database($node, 'claims');
$node->safe_psql('claims', "UPDATE assure_internal.job SET period_seconds = 1 WHERE name = 'sweep'");
stub($node, 'claims', 'sweep', 'NULL;');
sweeps_on('claims', 'jobs run');

# ---------------------------------------------------------------------------
# The server and the launcher come and go.

$node->restart;
sweeps_on('claims', 'jobs run after a restart');

my $launcher = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'pg_assure launcher'";
my $pid = $node->safe_psql('postgres', $launcher);
$node->safe_psql('postgres', "SELECT pg_terminate_backend($pid)");
ok($node->poll_query_until('postgres', "SELECT EXISTS ($launcher AND pid <> $pid)"), 'a terminated launcher comes back');
sweeps_on('claims', 'and jobs run');

# ---------------------------------------------------------------------------
# A worker is killed in the middle of a job: the server restarts.

stub($node, 'claims', 'adjudicate', "INSERT INTO trace VALUES ('adjudicate', pg_backend_pid()); COMMIT; PERFORM pg_sleep(600);");
$node->safe_psql('claims', "UPDATE assure_internal.job SET next_run_at = now() WHERE name = 'adjudicate'");
wake($node, 'claims');
$node->poll_query_until('claims', 'SELECT count(*) = 1 FROM trace');
$pid = $node->safe_psql('claims', 'SELECT note FROM trace');
stub($node, 'claims', 'adjudicate', 'NULL;');
$offset = -s $node->logfile;
kill 'KILL', $pid;
$node->wait_for_log(qr/all server processes terminated; reinitializing/, $offset);
$node->poll_query_until('postgres', 'SELECT 1', '1');
is(job($node, 'claims', 'adjudicate', 'failures, started_at IS NOT NULL'), '1|t', 'a run that took the server down is counted');
sweeps_on('claims', 'jobs run after a crash');
$node->safe_psql('claims', "UPDATE assure_internal.job SET next_run_at = now() WHERE name = 'adjudicate'");
wake($node, 'claims');
ok(job_is($node, 'claims', 'adjudicate', "failures = 0 AND started_at IS NULL"), 'that one too, when its wait is over');
like(job($node, 'claims', 'adjudicate', 'last_error'), qr/did not end/, 'and it is told that it was interrupted');

# ---------------------------------------------------------------------------
# A worker that is terminated stops at once.

stub($node, 'claims', 'dispatch', "DELETE FROM trace; INSERT INTO trace VALUES ('dispatch', pg_backend_pid()); COMMIT; PERFORM pg_sleep(600);");
$node->safe_psql('claims', "TRUNCATE trace; UPDATE assure_internal.job SET next_run_at = now() WHERE name = 'dispatch'");
wake($node, 'claims');
$node->poll_query_until('claims', "SELECT count(*) = 1 FROM trace");
stub($node, 'claims', 'dispatch', 'NULL;');
$node->safe_psql('claims', 'SELECT pg_terminate_backend(note::int) FROM trace');
ok($node->poll_query_until('claims', 'SELECT NOT EXISTS (SELECT FROM pg_stat_activity a JOIN trace t ON a.pid = t.note::int)'),
	'a terminated worker is gone');
sweeps_on('claims', 'and the others go on');

# ---------------------------------------------------------------------------
# Databases are added and taken out by a reload.

add_database($node, 'other');
$node->safe_psql('postgres', 'ALTER SYSTEM SET assure.databases = claims, other');
$node->reload;
ok($node->poll_query_until('other', 'SELECT bool_and(last_ok_at IS NOT NULL) FROM assure_internal.job'),
	'jobs run in a database that was added');
$node->safe_psql('postgres', 'ALTER SYSTEM SET assure.databases = claims');
$node->reload;
sweeps_on('claims', 'in the other one still, after it is taken out');
$node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'pg_assure worker' AND datname = 'other'");
my $before = $node->safe_psql('other', 'UPDATE assure_internal.job SET next_run_at = now(); SELECT sum(total_runs) FROM assure_internal.job');
wake($node, 'other');
sweeps_on('claims', 'once more') for 1 .. 2;
is($node->safe_psql('other', 'SELECT sum(total_runs) FROM assure_internal.job'), $before, 'and no more in the one taken out');
$node->safe_psql('postgres', 'ALTER SYSTEM SET assure.databases = claims, other');
$node->reload;
ok(job_is($node, 'other', 'sweep', "next_run_at > now()"), 'and again when it is back');

# ---------------------------------------------------------------------------
# A listed database is dropped.

$offset = -s $node->logfile;
is($node->psql('postgres', 'DROP DATABASE other'), 0, 'a listed database can be dropped');
ok($node->wait_for_log(qr/runs no jobs in database "other": it does not exist/, $offset), 'which is said');
sweeps_on('claims', 'and the other one goes on');
is(log_count($node, qr/database "other": it does not exist/, $offset), 1, 'once');
add_database($node, 'other');
wake($node, 'claims');
ok($node->poll_query_until('other', 'SELECT bool_and(last_ok_at IS NOT NULL) FROM assure_internal.job'),
	'and a database of that name is seen to when there is one again');

# ---------------------------------------------------------------------------
# The extension is dropped in a listed database.

$offset = -s $node->logfile;
$node->safe_psql('other', 'DROP EXTENSION pg_assure CASCADE; DROP SCHEMA IF EXISTS assure_bi CASCADE');
ok($node->wait_for_log(qr/runs no jobs in database "other": extension "pg_assure" does not exist/, $offset),
	'a dropped extension is noticed');
sweeps_on('claims', 'the other database goes on');
is(log_count($node, qr/runs no jobs in database "other"/, $offset), 1, 'and it is said once');
is($node->psql('postgres', 'DROP DATABASE other'), 0, 'its database can be dropped too');
add_database($node, 'other');
ok($node->poll_query_until('other', 'SELECT bool_and(last_ok_at IS NOT NULL) FROM assure_internal.job'),
	'and seen to anew');

# DROP EXTENSION waits for the transaction of a job, then the job fails alone.
stub($node, 'other', 'adjudicate', "PERFORM pg_sleep(2); COMMIT; INSERT INTO trace VALUES ('adjudicate', 'second'); COMMIT; PERFORM pg_sleep(600);");
$node->safe_psql('other', "UPDATE assure_internal.job SET next_run_at = now() WHERE name = 'adjudicate'");
wake($node, 'other');
$node->poll_query_until('other', "SELECT state = 'running' FROM assure_bi.job_status WHERE job = 'adjudicate'");
is($node->psql('other', 'DROP EXTENSION pg_assure CASCADE'), 0, 'an extension can be dropped while a job runs');
$node->safe_psql('postgres', 'DROP DATABASE other WITH (FORCE)');
sweeps_on('claims', 'the other database goes on then as well');

# ---------------------------------------------------------------------------
# No place for a worker.

$node->append_conf('postgresql.conf', 'max_worker_processes = 2');
$offset = -s $node->logfile;
$node->restart;
ok($node->wait_for_log(qr/pg_assure can start no background worker: all places are taken.*Raise max_worker_processes/s, $offset),
	'the launcher says when there is no place for a worker');
$before = job($node, 'claims', 'sweep', 'total_runs');
is($node->safe_psql('claims', "CALL assure.run_job('sweep', force => true); SELECT total_runs - $before FROM assure_internal.job WHERE name = 'sweep'"),
	'1', 'sessions are not bothered');
is(log_count($node, qr/can start no background worker/, $offset), 1, 'and it is said once');

$node->stop;
done_testing();
