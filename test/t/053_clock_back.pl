# The clock of the server is set back by forty days, while the jobs run: they go
# on, work is given, done, settled and sealed, in the right order, and nothing that
# was right is wrong.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);
use AssureNode;
use ShiftedClock;
use Truths;

use constant DAY => 86400;

clock_prepare();
my $node = assure_node('back', shared_preload_libraries => "'pg_assure'", 'assure.worker_role' => "'back_jobs'", 'assure.databases' => "'claims'");
company($node, 'claims');
$node->safe_psql('claims', <<'END');
\set people 60
\i test/soak/setup.sql
CREATE ROLE back_jobs LOGIN;
SELECT assure.grant_access('back_jobs', 'admin');
END
clock_set(40 * DAY);
$node->safe_psql('claims', <<'END');
SELECT count(t.submit(n % 60)) FROM generate_series(1, 100) n;
SELECT count(t.serve(n)) FROM generate_series(1, 40) n;
SELECT count(t.task(n)) FROM generate_series(1, 60) n;
UPDATE assure_internal.job SET period_seconds = CASE WHEN name = 'housekeep' THEN 86400 ELSE 2 END;
SELECT assure.resume('sweep');
END
sub sql { return $node->safe_psql('claims', $_[0]); }
# soon waits for a condition, a minute at most.
sub soon
{
	my ($condition) = @_;
	foreach (1 .. 240) { return 1 if sql($condition) eq 't'; sleep 0.25 }
	return 0;
}
# worked has so many people do what they have in hand or take something.
sub worked { my ($from, $to) = @_; $node->safe_psql('claims', "SELECT format('SELECT t.work(%s, 1)', n) FROM generate_series($from, $to) n \\gexec"); return sql("SELECT count(*) FROM assure.task WHERE state = 'done' AND subject_ref NOT LIKE 'past%'"); }

# Forty days ahead: all is at work.
ok(soon('SELECT (SELECT count(*) FROM assure_internal.claim_queue) = 0 AND (SELECT bool_and(last_ok_at IS NOT NULL) FROM assure_internal.job)'), 'the jobs have run');
my $before = worked(0, 29);
cmp_ok($before, '>', 0, 'people work');
sql(q{SELECT assure.close_settlement((date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai') - interval '1 month')::date)});
my $postings = 'SELECT count(*) FILTER (WHERE month <= (SELECT max(month) FROM assure.settlement_close)) FROM assure.settlement_posting';
my ($closed, $booked) = (sql($postings), sql('SELECT count(*) FROM assure.settlement_posting'));
sql("SELECT t.draw() FROM generate_series(1, 5); SELECT assure.order_pending_payments(100); SELECT t.bank()");
# The jobs may be quicker and give out all that there is.
my $reserved = '';
for (my $try = 1; $try <= 40 && $reserved eq ''; $try++)
{
	sql("SELECT count(t.task($try * 100 + n)) FROM generate_series(1, 20) n");
	$reserved = sql("SELECT assure.next_task('K40')");
}
like($reserved, qr/^\d+$/, 'somebody is given a task');
sql('SELECT assure.seal_audit()');
my $runs = sql('SELECT sum(total_runs) FROM assure_internal.job');
my $seals = sql('SELECT max(seal_no) FROM assure.audit_seal');
is(falsehoods($node, 'claims'), '', 'all is whole');

# Back.
clock_set(0);
sql('SELECT count(t.submit(n % 60)) FROM generate_series(1, 40) n; SELECT count(t.serve(n)) FROM generate_series(1, 20) n; SELECT count(t.task(n)) FROM generate_series(1, 30) n');
sql("UPDATE assure.clock SET next_due = now() - interval '2 seconds' WHERE clock_id = (SELECT max(clock_id) FROM assure.clock WHERE state = 'running' AND next_due IS NOT NULL)");
ok(soon('SELECT count(*) = 0 FROM assure_internal.claim_queue'), 'claims are adjudicated');
ok(soon("SELECT bool_and(last_ok_at < now() + interval '1 minute') FROM assure_internal.job"), 'every job has run since');
is(sql("SELECT string_agg(name || ' ' || failures, ', ') FROM assure_internal.job WHERE failures > 0"), '', 'and none has failed');
my $sealing = sql("SELECT total_runs FROM assure_internal.job WHERE name = 'seal_audit'");
ok(soon("SELECT total_runs >= $sealing + 2 FROM assure_internal.job WHERE name = 'seal_audit'"), 'they come again at their time');
is(sql("SELECT string_agg(name, ', ') FROM assure_internal.job WHERE next_run_at > now() + 2 * greatest(interval '1 hour', period_seconds * interval '1 second')"), '', 'none waits for the time of before');
ok(soon("SELECT count(*) = 0 FROM assure.clock WHERE next_due < now() - interval '1 second'"), 'deadlines of now are seen');
cmp_ok(sql('SELECT max(seal_no) FROM assure.audit_seal'), '>', $seals, 'the audit log is sealed on');
is(sql(q{SELECT string_agg(c || ' ' || state, ', ') FROM (SELECT check_name, state, finding FROM assure_bi.health WHERE state = 'fail') x (c, state, f)}), '', 'and health finds no failure');

cmp_ok(worked(0, 29), '>', $before, 'people work on');
sql("BEGIN; SELECT assure.act_as('K40'); SELECT assure.accept_task($reserved); SELECT t.finish($reserved, 1); COMMIT");
is(sql("SELECT state FROM assure.task WHERE task_id = $reserved"), 'done', 'what was given before the clock was set is accepted and done');
sql("SELECT assure.pause('dispatch'); SELECT count(t.task(n)) FROM generate_series(1, 30) n");
my $open = sql("SELECT assure.next_task('K41')");
like($open, qr/^\d+$/, 'and more is given');
sql(q{BEGIN; SELECT assure.act_as('K3'), assure.assign_task(task_id, 'K3', 'lent'), assure.accept_task(task_id), assure.complete_task(task_id, '{}') FROM (SELECT assure.create_task('soak', '{"kind": "thing", "ref": "lent"}', '{"branch": "SH", "amount": "10.00", "ref": "lent"}') AS task_id OFFSET 0) x; COMMIT});
cmp_ok(sql('SELECT count(*) FROM assure.settlement_posting'), '>', $booked, 'what is done for others is settled');
is(sql($postings), $closed, 'and nothing of it in a month that is closed');
like(fails($node, 'claims', q{SELECT assure.close_settlement(date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai')::date)}), qr/^AS201 month /, 'nor is one closed that is not over any more');
sql('CALL assure.order_payments(); SELECT t.bank(); CALL assure.merge_coverage(); CALL assure.sla_sweep(); SELECT assure.task_sweep(); SELECT assure.seal_audit()');
is(sql("SELECT count(*) FROM assure_internal.payment_due d JOIN assure.payee p USING (account_id)"), '0', 'what is owed is ordered');
is(sql('SELECT count(*) FROM assure.service_event WHERE event_id > (SELECT watermark FROM assure_internal.coverage_state)'), '0', 'coverage is merged');
is(sql("SELECT count(*) FROM (SELECT seal_no, seal_no - lag(seal_no) OVER (ORDER BY seal_no) AS step FROM assure.audit_seal) s WHERE step <> 1"), '0', 'seals are in order');
is(falsehoods($node, 'claims'), '', 'all is whole');

# And forward again, over the moments of before.
clock_set(41 * DAY);
sql('SELECT count(t.submit(n % 60)) FROM generate_series(1, 20) n');
ok(soon('SELECT count(*) = 0 FROM assure_internal.claim_queue'), 'forward again: claims are adjudicated');
sql('CALL assure.sla_sweep(1000000); SELECT assure.task_sweep(); CALL assure.merge_coverage(); SELECT assure.seal_audit()');
is(sql("SELECT state FROM assure.task WHERE task_id = $open"), 'open', 'what nobody accepted is open again');
is(sql("SELECT count(*) FROM assure.clock WHERE next_due < now() - interval '1 minute'"), '0', 'no deadline is left out');
is(falsehoods($node, 'claims'), '', 'all is whole');

$node->stop;
done_testing();
