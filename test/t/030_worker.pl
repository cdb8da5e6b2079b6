# Jobs by background workers: run when due, as the right role, one at a time;
# a failing one is counted and put off while the others go on.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use WorkerNode;

my ($out, $err, $status);

# ---------------------------------------------------------------------------
# Without preload everything but the workers works.

my $plain = worker_node('plain', shared_preload_libraries => "''", 'assure.databases' => "'claims'");
add_database($plain, 'claims');
is($plain->safe_psql('claims', "CALL assure.run_job('sweep'); SELECT total_runs, failures, started_by FROM assure_internal.job WHERE name = 'sweep'"),
	'1|0|session', 'without preload a session runs a job');
is($plain->safe_psql('claims', "SELECT assure.resume('sweep')"), '', 'waking nobody is no error');
is($plain->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'pg_assure%'"),
	'0', 'and there is no worker');
$plain->stop;

# ---------------------------------------------------------------------------
# Due jobs are run.

my $node = worker_node('main', 'assure.databases' => "'claims, \"Nowhere\", template1'");
$node->wait_for_log(qr/runs no jobs in database "Nowhere": it does not exist/);
$node->wait_for_log(qr/runs no jobs in database "template1": it is a template/);
add_database($node, 'claims');
$node->safe_psql('claims', "CREATE ROLE nobody LOGIN; CREATE ROLE lesser LOGIN; SELECT assure.grant_access('lesser', 'admin'); REVOKE EXECUTE ON PROCEDURE assure.run_job(text, boolean) FROM lesser");
ok($node->poll_query_until('claims', 'SELECT bool_and(last_ok_at IS NOT NULL) FROM assure_internal.job'),
	'every job runs by itself');
is($node->safe_psql('claims', "SELECT string_agg(DISTINCT driven_by, ',') FROM assure_bi.job_status"), 'worker', 'by a worker');
is($node->safe_psql('claims', 'SELECT sum(failures), sum(total_failures) FROM assure_bi.job_status'), '0|0', 'without a failure');
is($node->safe_psql('postgres', "SELECT count(*), max(datname) FROM pg_stat_activity WHERE backend_type = 'pg_assure launcher'"),
	'1|', 'the launcher is in no database');

stub($node, 'claims', 'sweep', "INSERT INTO trace SELECT 'sweep', concat_ws(' ', session_user, current_user, backend_type, application_name)"
	. " FROM pg_stat_activity WHERE pid = pg_backend_pid(); COMMIT;");
$node->safe_psql('claims', "UPDATE assure_internal.job SET period_seconds = 1 WHERE name = 'sweep'");
wake($node, 'claims');
ok($node->poll_query_until('claims', "SELECT count(*) >= 3 FROM trace WHERE job = 'sweep'"), 'a job runs again and again');
is($node->safe_psql('claims', 'SELECT DISTINCT note FROM trace'),
	ROLE . ' ' . ROLE . ' pg_assure worker pg_assure worker', 'as assure.worker_role, and visibly');

# ---------------------------------------------------------------------------
# A failing job.

my $offset = -s $node->logfile;
stub($node, 'claims', 'sweep', "COMMIT; RAISE 'no sweep today';");
ok(job_is($node, 'claims', 'sweep', 'failures >= 3'), 'a failing job is tried again');
is(job($node, 'claims', 'sweep', "last_error_code || ' ' || last_error"), 'P0001 no sweep today', 'with its error noted');
is(job($node, 'claims', 'sweep', 'total_failures >= failures AND total_runs > total_failures'), 't', 'and counted');
is(log_count($node, qr/LOG:  job "sweep" of pg_assure failed in database "claims": no sweep today/, $offset), 1,
	'and logged once');
is($node->safe_psql('claims', "SELECT state IN ('failing', 'running') FROM assure_bi.job_status WHERE job = 'sweep'"), 't', 'and shown');

# Each sweep reads all deadline policies, and none can be taken back: what it could not compute with is refused.
for my $policy ("'300000 years', '{}', NULL", "'1 day', '{}', '300000 years'", "'1 day', array(SELECT generate_series(1, 21)), NULL")
{
	my (undef, undef, $refused) = $node->psql('claims',
		"INSERT INTO assure.sla_policy (code, target, warn_percent, stall_after) VALUES ('worker', $policy)");
	like($refused, qr/violates check constraint "sla_policy_/, "no policy of $policy");
}

my $dispatched = job($node, 'claims', 'dispatch', 'total_runs');
$node->safe_psql('claims', "UPDATE assure_internal.job SET next_run_at = now() WHERE name = 'dispatch'");
wake($node, 'claims');
ok(job_is($node, 'claims', 'dispatch', "total_runs > $dispatched AND failures = 0"), 'while others go on');
stub($node, 'claims', 'sweep', 'NULL;');
$node->safe_psql('claims', "UPDATE assure_internal.job SET failures = 8 WHERE name = 'sweep'");
$node->safe_psql('claims', "CALL assure.run_job('sweep', force => true)");
is(job($node, 'claims', 'sweep', 'failures, started_at IS NULL'), '0|t', 'a run that goes well ends the failures');
$node->wait_for_log(qr/job "sweep" of pg_assure runs again in database "claims"/, $offset);

# Backoff: the tenth failure puts it off for an hour, give or take a tenth.
stub($node, 'claims', 'sweep', "RAISE 'no sweep today';");
$node->safe_psql('claims', "UPDATE assure_internal.job SET failures = 15, period_seconds = 5, next_run_at = now() WHERE name = 'sweep'");
wake($node, 'claims');
ok(job_is($node, 'claims', 'sweep', "failures > 15 AND started_at IS NULL AND next_run_at - last_error_at BETWEEN '53 minutes' AND '67 minutes'"),
	'each failure doubles the wait, up to an hour');
stub($node, 'claims', 'sweep', 'NULL;');

# ---------------------------------------------------------------------------
# Paused, and woken.

$node->safe_psql('claims', "SELECT assure.pause('sweep'); UPDATE assure_internal.job SET next_run_at = now() - interval '1 hour' WHERE name = 'sweep'");
my $swept = job($node, 'claims', 'sweep', 'total_runs');
$node->safe_psql('claims', "UPDATE assure_internal.job SET next_run_at = now() + interval '1 day' WHERE name = 'adjudicate'");
my $adjudicated = job($node, 'claims', 'adjudicate', 'total_runs');
wake($node, 'claims');
ok(job_is($node, 'claims', 'adjudicate', "total_runs > $adjudicated"), 'what runs on arrival runs when woken, though not due');
is(job($node, 'claims', 'sweep', 'total_runs'), $swept, 'a paused job does not');
is($node->safe_psql('claims', "SELECT state, paused_by = current_user FROM assure_bi.job_status WHERE job = 'sweep'"), 'paused|t', 'and is shown');
($status, $out, $err) = $node->psql('claims', "CALL assure.run_job('sweep', true)");
like($err, qr/NOTICE:  job "sweep" is paused/, 'not even by force');
$node->safe_psql('claims', "SELECT assure.resume('sweep')");
ok(job_is($node, 'claims', 'sweep', "total_runs > $swept"), 'a resumed job runs at once');

# ---------------------------------------------------------------------------
# One at a time, and a long one keeps nobody waiting.

stub($node, 'claims', 'adjudicate', "INSERT INTO trace VALUES ('adjudicate', pg_backend_pid()); COMMIT; PERFORM pg_sleep(600);");
$node->safe_psql('claims', "UPDATE assure_internal.job SET period_seconds = 1 WHERE name = 'sweep'; UPDATE assure_internal.job SET next_run_at = now() WHERE name = 'adjudicate'");
wake($node, 'claims');
ok($node->poll_query_until('claims', "SELECT state = 'running' AND failures = 0 FROM assure_bi.job_status WHERE job = 'adjudicate'"), 'a long job runs');
($status, $out, $err) = $node->psql('claims', "CALL assure.run_job('adjudicate', force => true)");
is($status, 0, 'another driver is not refused with an error');
like($err, qr/NOTICE:  job "adjudicate" is running already/, 'but does nothing');
$swept = job($node, 'claims', 'sweep', 'total_runs');
ok(job_is($node, 'claims', 'sweep', "total_runs >= $swept + 3"), 'and the others run beside it');
is($node->safe_psql('claims', "SELECT count(*) FROM trace WHERE job = 'adjudicate'"), '1', 'which it does once');
$node->safe_psql('claims', "SELECT pg_cancel_backend(note::int) FROM trace WHERE job = 'adjudicate'");
ok(job_is($node, 'claims', 'adjudicate', "failures = 1 AND last_error_code = '57014'"), 'a cancelled run is a failed run');
stub($node, 'claims', 'adjudicate', 'NULL;');

# What arrives while a run is at hand is seen to after it.
$node->safe_psql('claims', "UPDATE assure_internal.job SET failures = 0, next_run_at = now() WHERE name = 'adjudicate'");
stub($node, 'claims', 'adjudicate', "COMMIT; PERFORM pg_sleep(7);");
wake($node, 'claims');
$node->poll_query_until('claims', "SELECT state = 'running' FROM assure_bi.job_status WHERE job = 'adjudicate'");
stub($node, 'claims', 'adjudicate', 'NULL;');
$node->safe_psql('claims', "UPDATE assure_internal.job SET period_seconds = 86400 WHERE name = 'adjudicate'");
$adjudicated = job($node, 'claims', 'adjudicate', 'total_runs');
wake($node, 'claims');
ok(job_is($node, 'claims', 'adjudicate', "total_runs > $adjudicated AND failures = 0"), 'what arrives during a run has one of its own');

# ---------------------------------------------------------------------------
# Who may call, and how.

($status, $out, $err) = $node->psql('claims', "CALL assure.run_job('sweep')", extra_params => [ '-U', 'nobody' ]);
like($err, qr/permission denied/, 'a role without a scope runs no job');
($status, $out, $err) = $node->psql('claims', "BEGIN; CALL assure.run_job('sweep', true)");
like($err, qr/cannot run inside a transaction block/, 'nor does anybody in a transaction');
($status, $out, $err) = $node->psql('claims', "CALL assure.run_job('swep')");
like($err, qr/job "swep" is not known.*Jobs are/s, 'a job that does not exist is an error');

# ---------------------------------------------------------------------------
# Roles that are refused.

$offset = -s $node->logfile;
$node->safe_psql('postgres', "ALTER SYSTEM SET assure.worker_role = 'postgres'");
$node->reload;
ok($node->wait_for_log(qr/is a superuser/, $offset), 'a superuser is no worker');
$node->safe_psql('postgres', 'ALTER SYSTEM SET assure.worker_role = nobody');
$node->reload;
ok($node->wait_for_log(qr/runs no jobs in database "claims": permission denied for schema assure|may not call assure.run_job/, $offset),
	'nor is a role without a scope');
$node->safe_psql('claims', "UPDATE assure_internal.job SET next_run_at = now() WHERE name = 'sweep'");
$node->safe_psql('postgres', 'ALTER SYSTEM SET assure.worker_role = lesser');
$node->reload;
wake($node, 'claims');
ok($node->wait_for_log(qr/runs no jobs in database "claims": permission denied for procedure run_job/, $offset),
	'nor is one that lacks the privilege on run_job');
for (1 .. 3)
{
	wake($node, 'claims');
	sleep 1;
}
is(log_count($node, qr/permission denied for procedure run_job/, $offset), 1, 'which is said once');
$node->safe_psql('postgres', "ALTER SYSTEM SET assure.worker_role = ''");
$node->reload;
ok($node->wait_for_log(qr/assure.worker_role is not set/, $offset), 'nor is nobody');
$swept = job($node, 'claims', 'sweep', 'total_runs');
$node->safe_psql('postgres', 'ALTER SYSTEM RESET assure.worker_role');
$node->reload;
ok(job_is($node, 'claims', 'sweep', "total_runs > $swept"), 'and with the right one jobs run again');

$node->stop;
done_testing();
