# Sweeps by background workers: at the moment at which a deadline comes; by several
# drivers at once; stopped, updated under and dropped under in the middle.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Time::HiRes 'sleep';
use Test::More;
use AssureNode;
use WorkerNode;

my $node = worker_node('main', 'assure.databases' => "'claims'");
company($node, 'claims');
sub sql { return $node->safe_psql('claims', $_[0]); }
sql("SELECT assure.grant_access('" . ROLE . "', 'admin')");

# Nothing but deadlines has the sweep run: its own time comes in a day.
sql("SELECT assure.pause(name) FROM assure_internal.job WHERE name <> 'sweep'");
$node->poll_query_until('claims', "SELECT total_runs > 0 AND started_at IS NULL FROM assure_internal.job WHERE name = 'sweep'") or die 'no sweep';
sub by_deadline_only { sql("UPDATE assure_internal.job SET period_seconds = 86400, next_run_at = now() + interval '1 day', failures = 0 WHERE name = 'sweep'"); return; }
by_deadline_only();
sub put { my $json = shift; return sql("SELECT assure.put_sla_policy('$json')"); }
my $clock = 1_000_000;
# due makes clocks by hand, of which the workers do not hear; with a sweep they do.
sub due
{
	my ($count, $policy, $in, $step) = @_;
	sql("INSERT INTO assure.clock (clock_id, subject_kind, subject_id, branch_id, sla_policy_id, started_at, target_at, progress_at, next_step, next_due) "
		. "SELECT $clock + n, 'claim', $clock + n, 1, $policy, now() - interval '1 day', clock_timestamp() + $in, now(), 1, clock_timestamp() + $in + n * interval '1 microsecond' FROM generate_series(1, $count) n");
	$clock += $count;
	return;
}
sub alerts { return sql("SELECT count(*) FROM assure.alert"); }

# ---------------------------------------------------------------------------
# At its moment.

put('{"code": "quick", "target": "2 seconds", "rank": 1, "condition": "amount > 1000", "escalation": [{"on": "target", "after": "1 second", "do": "tell", "role": "chief"}]}');
my $plain = put('{"code": "plain", "subject": "claim", "target": "1 hour", "condition": "false"}');
my $runs = job($node, 'claims', 'sweep', 'total_runs');
sleep 3;
cmp_ok(job($node, 'claims', 'sweep', 'total_runs') - $runs, '<=', 1, 'with nothing due nothing runs');
sql("SELECT t.verdict(t.claim('C1', 'S1', '1900.00', jsonb_build_object('submitted_at', to_char(now(), 'YYYY-MM-DD\"T\"HH24:MI:SSOF\":00\"'), 'event_date', (now() - interval '2 days')::date, "
	. "'bills', jsonb_build_array(t.bill('C1', '1900.00', jsonb_build_object('from', (now() - interval '2 days')::date, 'provider', '{\"code\": \"NEW\"}'::jsonb))))))");
ok($node->poll_query_until('claims', "SELECT count(*) = 1 FROM assure.alert WHERE at_target"), 'a clock that a session started is alerted by itself');
cmp_ok(sql("SELECT extract(epoch FROM raised_at - due_at) FROM assure.alert WHERE at_target"), '<', 10, 'when its target is passed');
ok($node->poll_query_until('claims', "SELECT count(*) = 1 FROM assure.notification WHERE kind = 'tell'"), 'an escalation comes by itself too');
cmp_ok(job($node, 'claims', 'sweep', 'total_runs') - $runs, '<', 30, 'with a few sweeps');

# A reservation that nobody accepts ends at its moment too, however it came about, and so does a suspension.
sql(q{SELECT assure.put_queue('{"code": "short", "name": "Short", "skills": {"claim_review": 1}, "reserve_for": "2 seconds"}')});
my $task = sql(q{SELECT assure.create_task('short', '{"kind": "other", "ref": "x"}', '{"branch": "SH", "amount": "1.00", "priority": 9}')});
sub expired { my $n = shift; return $node->poll_query_until('claims', "SELECT count(*) = $n FROM assure.task_event WHERE task_id = $task AND event = 'expired'"); }
sql("SELECT assure.next_task('W-SH') FROM generate_series(1, 2)");
ok(expired(1), 'what was taken and not accepted goes back by itself');
cmp_ok(sql("SELECT extract(epoch FROM max(happened_at) FILTER (WHERE event = 'expired') - max(happened_at) FILTER (WHERE event = 'reserved')) FROM assure.task_event WHERE task_id = $task"), '<', 10, 'when its time is over');
sql("SELECT assure.assign_task($task, 'W-SH', 'x')");
ok(expired(2), 'so does what was assigned');
sql("SELECT assure.assign_task($task, 'W-SH', 'x'); SELECT assure.suspend_task($task, 'x', now() + interval '2 seconds')");
ok($node->poll_query_until('claims', "SELECT count(*) = 1 FROM assure.task_event WHERE task_id = $task AND event = 'resumed'"), 'what was suspended until a moment comes back then');
ok(expired(3), 'and goes back to the pool if it is not accepted');
sql("SELECT assure.cancel_task($task, 'x'); BEGIN; SELECT assure.act_as('W-SH'); SELECT assure.return_task(task_id, 'x') FROM assure.task WHERE state = 'reserved'; COMMIT");

# What a sweep finds to come is swept at its moment; paused, it waits.
due(5, $plain, "interval '3 seconds'");
sql('CALL assure.sla_sweep()');
ok($node->poll_query_until('claims', "SELECT count(*) = 5 FROM assure.alert WHERE subject_id > 1000000"), 'what a sweep saw to come is alerted by itself');
sql("SELECT assure.pause('sweep')");
due(1, $plain, "interval '0'");
sql("UPDATE assure.clock SET next_due = now() WHERE clock_id = $clock");
my $before = alerts();
$runs = job($node, 'claims', 'sweep', 'total_runs');
sleep 2;
is(alerts() . ' ' . job($node, 'claims', 'sweep', 'total_runs'), "$before $runs", 'paused, the sweep does not run');
sql("SELECT assure.resume('sweep')");
ok($node->poll_query_until('claims', "SELECT count(*) = $before + 1 FROM assure.alert"), 'resumed, it does');
by_deadline_only();

# After a restart nobody knows when deadlines come, and looks.
due(3, $plain, "interval '0'");
$before = alerts();
$node->restart;
ok($node->poll_query_until('claims', "SELECT count(*) = $before + 3 FROM assure.alert"), 'after a restart what is due is looked for');

# ---------------------------------------------------------------------------
# All drivers at once.

sub once
{
	my ($what) = @_;
	is(sql("SELECT count(*) - count(DISTINCT (clock_id, step)) FROM assure.alert"), '0', "$what: no alert twice");
	is(sql("SELECT (SELECT count(*) FROM assure.alert) - (SELECT count(*) FROM assure.notification WHERE kind = 'raised')"), '0', "$what: each notified once");
	is(sql("SELECT count(*) FROM assure.clock WHERE next_due <= now() - interval '1 second'"), '0', "$what: none left");
	return;
}
$before = alerts();
due(6000, $plain, "interval '1 second'");
my @drivers;
for my $n (1 .. 3)
{
	my $psql = $node->background_psql('claims');
	$psql->query_until(qr/started/, "\\echo started\n" . ($n == 1 ? "CALL assure.run_job('sweep', true);\n" : "CALL assure.sla_sweep(2500);\n") x 40);
	push @drivers, $psql;
}
ok($node->poll_query_until('claims', "SELECT count(*) = $before + 6000 FROM assure.alert"), 'workers, run_job and two sessions sweep at once');
$_->quit for @drivers;
once('all at once');
ok(job_is($node, 'claims', 'sweep', 'started_at IS NULL AND total_failures = 0'), 'and none failed');
by_deadline_only();

# ---------------------------------------------------------------------------
# In the middle: the first thousand are swept, the second waits for somebody who is about to raise one of its alerts.

my ($holder, $sweeper);
sub in_the_middle
{
	my ($by) = @_;
	$before = alerts();
	due(1500, $plain, "interval '0'");
	$holder = $node->background_psql('claims');
	$holder->query_safe("BEGIN; INSERT INTO assure.alert (level, clock_id, step, at_target, subject_kind, subject_id, branch_id, due_at) VALUES ('overlong', $clock, 1, true, 'claim', 1, 1, now())");
	if ($by eq 'worker')
	{
		sql("UPDATE assure_internal.job SET next_run_at = now() WHERE name = 'sweep'");
		wake($node, 'claims');
	}
	else
	{
		$sweeper = $node->background_psql('claims', on_error_stop => 0);
		$sweeper->query_until(qr/started/, "\\echo started\nCALL assure.sla_sweep();\n");
	}
	ok($node->poll_query_until('claims', "SELECT (SELECT count(*) FROM assure.alert) = $before + 1000 AND EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query ~ 'sweep')"), "$by: a sweep is in the middle");
	return;
}
sub finished
{
	my ($what) = @_;
	ok($node->poll_query_until('claims', "SELECT count(*) = $before + 1500 FROM assure.alert"), "$what: all alerts are raised");
	once($what);
	by_deadline_only();
	return;
}
sub let_go { $holder->query_safe('ROLLBACK'); $holder->quit; return; }

# The extension is updated: what a script from version to version does, in one transaction. (Only the way from 0.1 exists, under which this library sweeps nothing.)
foreach my $by ('worker', 'session')
{
	in_the_middle($by);
	is($node->psql('claims', "SET lock_timeout = '20s'; BEGIN; ALTER EXTENSION pg_assure UPDATE; "
		. "CREATE OR REPLACE PROCEDURE assure.sla_sweep(max_clocks int DEFAULT 10000, INOUT alerts bigint DEFAULT NULL) LANGUAGE c AS 'pg_assure', 'assure_sla_sweep'; SELECT assure.upgrade_schema(); COMMIT"), 0, "$by: an update does not wait for the sweep");
	let_go();
	finished("$by, updated");
	$sweeper->quit if $by eq 'session';
}
ok(job_is($node, 'claims', 'sweep', 'started_at IS NULL AND total_failures = 0'), 'no run failed');

# A data schema that is changed under it: no chunk begins under a version that is not its own.
my $offset = -s $node->logfile;
in_the_middle('worker');
sql("UPDATE assure_internal.installation SET schema_version = schema_version + 1");
$holder->query_safe('ROLLBACK');
$holder->quit;
ok($node->wait_for_log(qr/the data schema has version/, $offset), 'a data schema of another version stops the next chunk');
is(sql("SELECT (SELECT count(*) FROM assure.alert) IN ($before + 1000, $before + 1500)"), 't', 'and leaves whole chunks');
sql("UPDATE assure_internal.installation SET schema_version = schema_version - 1");
sql("UPDATE assure_internal.job SET next_run_at = now(), failures = 0 WHERE name = 'sweep'");
wake($node, 'claims');
finished('put right');

# A server that is stopped.
foreach my $mode ('fast', 'immediate')
{
	in_the_middle('worker');
	$node->stop($mode);
	pass("$mode: the server stops");
	eval { $holder->quit };
	$node->start;
	sql("UPDATE assure_internal.job SET next_run_at = now(), failures = 0 WHERE name = 'sweep'");
	wake($node, 'claims');
	finished("stopped, $mode");
}

# A worker that is terminated.
in_the_middle('worker');
sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'pg_assure worker'");
ok($node->poll_query_until('claims', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'pg_assure worker' AND wait_event_type = 'Lock')"), 'a worker that is terminated is gone');
let_go();
sql("UPDATE assure_internal.job SET next_run_at = now(), failures = 0 WHERE name = 'sweep'");
wake($node, 'claims');
finished('terminated');

# An error in every sweep: the wait grows, one line in the log, counted and shown, and deadlines do not have it run more often.
$offset = -s $node->logfile;
sql("ALTER TABLE assure.alert ADD CONSTRAINT broken CHECK (alert_id < 0) NOT VALID; UPDATE assure_internal.job SET period_seconds = 1, next_run_at = now() WHERE name = 'sweep'");
due(2, $plain, "interval '0'");
wake($node, 'claims');
ok(job_is($node, 'claims', 'sweep', "failures >= 3 AND started_at IS NULL"), 'a sweep that fails each time is tried again');
like(sql("SELECT state, failures >= 3, last_error_code, last_error FROM assure_bi.job_status WHERE job = 'sweep'"), qr/^(failing|running)\|t\|23514\|.*violates check constraint "broken"/, 'as the view of jobs tells');
like(sql("SELECT state, finding FROM assure_bi.health WHERE check_name = 'jobs'"), qr/^(warn|fail)\|sweep: .*broken/, 'and that of health');
$runs = job($node, 'claims', 'sweep', 'total_runs');
for (1 .. 10)
{
	sql("BEGIN; UPDATE assure.clock SET stalled = true WHERE subject_kind = 'task' AND state = 'running'; UPDATE assure.task SET state = 'reserved', worker_id = 1 WHERE state = 'open'; SELECT assure.act_as('W-SH'); SELECT assure.return_task(task_id, 'x') FROM assure.task WHERE state = 'reserved'; COMMIT");
	sleep 0.3;
}
cmp_ok(job($node, 'claims', 'sweep', 'total_runs') - $runs, '<=', 2, 'what falls due meanwhile does not have it tried more often');
is(log_count($node, qr/job "sweep" of pg_assure failed in database "claims"/, $offset), 1, 'logged once');
sql("ALTER TABLE assure.alert DROP CONSTRAINT broken; UPDATE assure_internal.job SET next_run_at = now() WHERE name = 'sweep'");
wake($node, 'claims');
ok($node->wait_for_log(qr/job "sweep" of pg_assure runs again in database "claims", after \d+ failures/, $offset), 'and that it runs again, once');
is(log_count($node, qr/runs again in database/, $offset), 1, 'too');
ok(job_is($node, 'claims', 'sweep', 'started_at IS NULL AND failures = 0 AND total_failures >= 3'), 'the failures remain counted');
by_deadline_only();

# Neither: the views say so.
$node->safe_psql('postgres', "ALTER SYSTEM SET assure.databases = ''");
$node->reload;
sql("UPDATE assure_internal.job SET period_seconds = 60, next_run_at = now() - interval '10 minutes' WHERE name = 'sweep'");
is(sql("SELECT state, driven_by FROM assure_bi.job_status WHERE job = 'sweep'"), 'overdue|nothing: list the database in assure.databases, or call assure.install_schedules()', 'with no driver the view of jobs says so');
like(sql("SELECT state, finding, what_to_do FROM assure_bi.health WHERE check_name = 'driver'"), qr/^fail\|nothing runs sweep\|List the database in assure\.databases/, 'and that of health');

# The extension is dropped under a sweep: it waits for a chunk at the most, and the sweep ends with an error of its own.
in_the_middle('session');
my $dropper = $node->background_psql('claims', on_error_stop => 0);
$dropper->query_until(qr/started/, "\\echo started\nDROP EXTENSION pg_assure CASCADE;\n");
$node->poll_query_until('claims', "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'DROP%')");
let_go();
ok($node->poll_query_until('claims', "SELECT NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_assure')"), 'DROP EXTENSION goes through under a sweep');
$dropper->quit;
eval { $sweeper->quit };
is($node->psql('postgres', 'DROP DATABASE claims'), 0, 'and the database can be dropped');

$node->stop;
done_testing();
