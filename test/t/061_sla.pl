# Clocks of claims and orders, conditions, pauses, escalation, notifications,
# arrivals.  No wall clock: clocks are set back instead of waited for.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

my $node = assure_node('sla');
company($node, 'sla');
sub sql { return $node->safe_psql('sla', $_[0]); }

# pended hands in a claim that a person must look at.
sub pended
{
	my ($ref, $member, $amount) = @_;
	sql("SELECT t.verdict(t.claim('$ref', '$member', '1.00', jsonb_build_object('submitted_at', to_char(now() - interval '1 minute', 'YYYY-MM-DD\"T\"HH24:MI:SSOF\":00\"'), 'event_date', (now() - interval '2 days')::date,"
		. " 'bills', jsonb_build_array(t.bill('$ref', '$amount', jsonb_build_object('from', (now() - interval '2 days')::date, 'provider', '{\"code\": \"NEW\"}'::jsonb))))))");
	return sql("SELECT task_id FROM assure.task k JOIN assure.claim c ON c.claim_id = k.subject_id WHERE c.ref = '$ref' ORDER BY task_id DESC LIMIT 1");
}
sub put { my $json = shift; return sql("SELECT assure.put_sla_policy('$json')"); }
sub clock_of { my ($kind, $id) = @_; return sql("SELECT concat_ws(' ', p.code, c.state) FROM assure.clock c JOIN assure.sla_policy p USING (sla_policy_id) WHERE c.subject_kind = '$kind' AND c.subject_id = $id"); }

# The clock is set back, so that this much of its time has passed.
sub elapse
{
	my ($where, $interval) = @_;
	sql("UPDATE assure.clock SET started_at = started_at - interval '$interval', target_at = target_at - interval '$interval', resumed_at = resumed_at - interval '$interval', "
		. "progress_at = progress_at - interval '$interval', next_due = now() WHERE state = 'running' AND $where");
	return;
}

sql("UPDATE assure.policy SET ends_on = NULL");

# Conditions choose, by rank and code; queues name the rest.
put('{"code": "big", "target": "8 hours", "warnings": [50], "rank": 10, "condition": "amount > 1000 and queue = \"claim_review\"", '
	. '"escalation": [{"on": 50, "do": "raise_priority", "by": 2}, {"on": "target", "do": "tell", "role": "chief"}, {"on": "target", "after": "1 hour", "do": "return"}]}');
put('{"code": "gd", "target": "4 hours", "condition": "branch = \"GD\"", "stall_after": "2 hours", "escalation": [{"on": "stalled", "do": "return"}]}');
put('{"code": "never", "target": "1 hour", "rank": 1, "condition": "customer_age > 200"}');
put('{"code": "broken", "target": "1 hour", "rank": 1, "condition": "amount < cause"}');
put('{"code": "vip", "target": "1 hour", "rank": 5, "condition": "list contains(customer_flags, \"vip\")"}');
my $small = pended('C1', 'S1', '900.00');
my $big = pended('C2', 'S1', '1900.00');
my $gd = pended('C3', 'G1', '900.00');
my $both = pended('C4', 'G1', '1900.00');
is(clock_of('task', $small), 'claim_review running', 'no condition holds: the policy that the queue names');
is(clock_of('task', $big), 'big running', 'a large amount');
is(clock_of('task', $gd), 'gd running', 'a branch');
is(clock_of('task', $both), 'big running', 'of two the one with the lower rank');
sql("SELECT assure.set_member_flags('{\"policy\": \"P-SH\", \"member_ref\": \"S1\", \"flags\": [\"hearing\", \"vip\"]}')");
is(clock_of('task', pended('V1', 'S1', '1900.00')), 'vip running', 'a flag of the customer');
is(clock_of('task', $big), 'big running', 'whose clocks that run keep their policy');
sql("SELECT assure.set_member_flags('{\"policy\": \"P-SH\", \"member_ref\": \"S1\", \"flags\": [\"hearing\"]}')");
is(clock_of('task', pended('V2', 'S1', '900.00')), 'claim_review running', 'taken away, it counts no more');
is(sql("SELECT count(*) FROM assure.clock WHERE subject_kind <> 'task'"), '0', 'claims and orders have none without a policy');

my $explain = "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on; SET auto_explain.log_level = notice;";

# Claims from submission to decision, orders.
put('{"code": "claim", "subject": "claim", "calendar": "CN", "target": "5 days", "warnings": [80], "condition": "insurer = \"Beta\""}');
put('{"code": "order", "subject": "service_order", "target": "2 days", "condition": "service = \"escort\" and customer_sex = \"F\""}');
pended('C5', 'S1', '900.00');
my $claim = sql("SELECT claim_id FROM assure.claim WHERE ref = 'C5'");
is(clock_of('claim', $claim), 'claim running', 'a claim has a clock from its submission on');
is(sql("SELECT target_at = assure.work_add('CN', started_at, '5 days') AND started_at = (SELECT submitted_at FROM assure.claim WHERE ref = 'C5') FROM assure.clock WHERE subject_kind = 'claim'"), 't', 'of working days');
pended('C6', 'G1', '900.00');
is(sql("SELECT count(*) FROM assure.clock WHERE subject_kind = 'claim'"), '1', 'if the condition holds');
{
	my ($out, $err) = ('', '');
	$node->psql('sla', "$explain\nSELECT t.verdict(t.claim('C7', 'S1', '10.00'))", stdout => \$out, stderr => \$err);
	like($err, qr/jsonb_build_object.*Index Scan using claim_branch_id on claim c .*\n\s+Index Cond: \(\(branch_id = k\.branch_id\) AND \(claim_id = k\.id\)\)/s, 'a claim is found by its index');
}
is(clock_of('claim', sql("SELECT claim_id FROM assure.claim WHERE ref = 'C7'")), 'claim stopped', 'one that is decided at once is stopped');
sub order { my ($ref, $member, $service) = @_; return sql("SELECT assure.order_service(jsonb_build_object('ref', '$ref', 'policy', 'P-SH', 'member_ref', '$member', 'service', '$service', 'requested_at', '2024-05-01T10:00:00+08:00'))"); }
my ($o1, $o2, $o3) = (order('O1', 'S1', 'escort'), order('O2', 'S1', 'escort'), order('O3', 'S1', 'opinion'));
is(clock_of('service_order', $o1), 'order running', 'an order has a clock');
is(clock_of('service_order', $o3), '', 'another service has none');
sql("SELECT assure.finish_service('O1', '2024-05-02T10:00:00+08:00')");
sql("SELECT assure.cancel_service('O2')");
is(clock_of('service_order', $o1) . ', ' . clock_of('service_order', $o2), 'order stopped, order stopped', 'done or cancelled it stops');
order('O4', 'S1', 'escort');
is(sql('CALL assure.sla_sweep()'), '1', 'one of 2024 is overdue');
is(sql("SELECT string_agg(concat_ws(' ', level, subject_kind, at_target), ',') FROM assure.alert WHERE resolved_at IS NULL"), 'overlong service_order t', 'and alerts');
sql("SELECT assure.finish_service('O4', '2024-05-02T10:00:00+08:00')");
is(sql('SELECT count(*) FROM assure_bi.open_alert'), '0', 'until it is done');

# Pauses: by hand; the task's and the claim's together.
my $clock = sql("SELECT clock_id FROM assure.clock WHERE subject_kind = 'claim' AND subject_id = $claim");
like(fails($node, 'sla', "SELECT assure.resume_clock($clock)"), qr/^AS201 clock $clock is running/, 'what runs is not resumed');
is(fails($node, 'sla', 'SELECT assure.pause_clock(0)'), 'P0002 clock 0 does not exist', 'nor what is not there paused');
sql("SELECT assure.pause_clock($clock, 'p1'); SELECT assure.pause_clock($clock, 'p1')");
like(fails($node, 'sla', "SELECT assure.pause_clock($clock)"), qr/^AS201 clock $clock is paused/, 'twice neither, but for a retry');
my $left = "SELECT assure.work_between('CN', paused_at, target_at) FROM assure.clock WHERE clock_id = $clock";
sql("UPDATE assure.clock SET started_at = started_at - interval '30 days', paused_at = paused_at - interval '30 days', target_at = assure.work_add('CN', paused_at - interval '30 days', '33 hours 20 minutes') WHERE clock_id = $clock");
is(sql($left), '33:20:00', 'paused for thirty days, with 33 hours left');
sql("SELECT assure.resume_clock($clock)");
is(sql("SELECT state, assure.work_between('CN', resumed_at, target_at), paused >= '30 days' FROM assure.clock WHERE clock_id = $clock"), 'running|33:20:00|t', 'as much working time is left');
is(sql("SELECT next_due > now() FROM assure.clock WHERE clock_id = $clock"), 't', 'and its next moment is to come');
sql("INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT 'W-CHIEF', 'x', branch_id, 0, 0 FROM assure.branch WHERE code = 'BJ'");
sql("UPDATE assure.task SET state = 'reserved', worker_id = (SELECT worker_id FROM assure.worker WHERE code = 'W-SH') WHERE subject_id = $claim");
sql("BEGIN; SELECT assure.act_as('W-SH'); SELECT assure.request_documents('C5', '[{\"kind\": \"a\", \"text\": \"a\"}]'); COMMIT");
is(sql("SELECT string_agg(state, ',') FROM assure.clock WHERE (subject_kind, subject_id) IN (('claim', $claim), ('task', (SELECT task_id FROM assure.task WHERE subject_id = $claim)))"), 'paused,paused', 'documents are waited for: both clocks stand still');
sql("SELECT assure.receive_documents('C5', '{a}')");
is(sql("SELECT string_agg(state, ',') FROM assure.clock WHERE (subject_kind, subject_id) IN (('claim', $claim), ('task', (SELECT task_id FROM assure.task WHERE subject_id = $claim)))"), 'running,running', 'and run again');

# Escalation, until somebody takes notice.
sub escalated { return sql("SELECT string_agg(n.kind || coalesce(' ' || n.role_name, ''), ', ' ORDER BY notification_id) FROM assure.notification n JOIN assure.alert a USING (alert_id) WHERE a.subject_kind = 'task' AND a.subject_id = $_[0]"); }
sub task { return sql("SELECT concat_ws(' ', state, priority, (SELECT event || '/' || reason FROM assure.task_event e WHERE e.task_id = t.task_id ORDER BY event_id DESC LIMIT 1)) FROM assure.task t WHERE task_id = $_[0]"); }
elapse("subject_kind = 'task' AND subject_id = $big", '5 hours');
is(sql('CALL assure.sla_sweep()'), '1', 'half of the time has passed');
is(escalated($big), 'raised, raise_priority', 'the warning raises the priority at once');
is(task($big), 'open 7 noted/escalation: priority 7', 'of the task, with a note');
sql("UPDATE assure.task SET state = 'reserved', worker_id = (SELECT worker_id FROM assure.worker WHERE code = 'W-SH') WHERE task_id = $big");
elapse("subject_kind = 'task' AND subject_id = $big", '5 hours');
is(sql('CALL assure.sla_sweep()'), '1', 'the target is passed');
is(escalated($big), 'raised, raise_priority, raised, tell chief', 'a role is told');
is(sql("SELECT escalations, escalate_at = raised_at + interval '1 hour' FROM assure.alert WHERE at_target AND subject_id = $big AND subject_kind = 'task'"), '1|t', 'the next step is to come in an hour');
is(sql('CALL assure.sla_sweep()'), '0', 'not before');
is(task($big), 'reserved 7 noted/escalation: priority 7', 'as the task shows');
sql("UPDATE assure.alert SET escalate_at = now() WHERE escalate_at IS NOT NULL");
sql('CALL assure.sla_sweep()');
is(task($big), 'open 7 returned/escalation', 'then it goes back to the pool');
is(escalated($big), 'raised, raise_priority, raised, tell chief, return', 'and that was all');
is(sql("SELECT count(*) FROM assure.alert WHERE escalate_at IS NOT NULL"), '0', 'nothing more to come');
elapse("subject_kind = 'task' AND subject_id = $both", '9 hours');
sql('CALL assure.sla_sweep()');
my $alert = sql("SELECT alert_id FROM assure.alert WHERE subject_id = $both AND subject_kind = 'task' AND at_target");
sql("SELECT assure.acknowledge_alert($alert)");
is(sql("SELECT escalate_at IS NULL FROM assure.alert WHERE alert_id = $alert"), 't', 'whoever takes notice ends it');
sql("UPDATE assure.task SET state = 'accepted', worker_id = (SELECT worker_id FROM assure.worker WHERE code = 'W-GD') WHERE task_id = $gd");
elapse("subject_kind = 'task' AND subject_id = $gd", '3 hours');
is(sql('CALL assure.sla_sweep()'), '1', 'stalled');
is(task($gd), 'open 5 returned/escalation', 'is returned at once');
is(sql("SELECT level, resolved_at IS NOT NULL, escalate_at IS NULL FROM assure.alert WHERE subject_id = $gd AND subject_kind = 'task'"), 'stalled|t|t', 'which ends the stall');
is(sql("SELECT count(*) FROM assure.task_event WHERE event = 'returned' AND task_id = $gd"), '1', 'once');

# A policy changed while clocks run.
put('{"code": "big", "target": "20 hours", "warnings": [50], "rank": 10, "condition": "amount > 1000"}');
is(sql("SELECT count(*) FROM assure.clock JOIN assure.sla_policy p USING (sla_policy_id) WHERE p.code = 'big' AND state = 'running' AND version = 1"), '2', 'clocks keep theirs');
is(sql("CALL assure.reapply_policy('big')"), '2', 'unless they are asked to move');
is(sql("SELECT count(*), count(*) FILTER (WHERE t.due_at = c.target_at) FROM assure.clock c JOIN assure.sla_policy p USING (sla_policy_id) JOIN assure.task t ON t.task_id = c.subject_id WHERE p.code = 'big' AND c.subject_kind = 'task' AND c.state = 'running'"), '2|2', 'and their tasks have the new deadlines');
is(sql("CALL assure.reapply_policy('big')"), '0', 'once');
is(sql("SELECT count(*), count(*) FILTER (WHERE target_at = started_at + interval '20 hours' AND next_step = 1) FROM assure.clock JOIN assure.sla_policy p USING (sla_policy_id) WHERE p.code = 'big' AND state = 'running' AND version = 2"), '2|2', 'all of them');
is(sql("SELECT count(*) FROM assure.alert JOIN assure.clock USING (clock_id) JOIN assure.sla_policy p USING (sla_policy_id) WHERE p.code = 'big' AND resolved_at IS NULL"), '0', 'their alerts are closed');
is(sql('CALL assure.sla_sweep()'), '1', 'and raised anew where there is cause') ;
like(fails($node, 'sla', "CALL assure.reapply_policy('none')"), qr/^P0002 SLA policy "none" does not exist/, 'of no policy there are none');
like(fails($node, 'sla', "CALL assure.reapply_policy(NULL)"), qr/^22004 /, 'nor of NULL');
like(fails($node, 'sla', "BEGIN; CALL assure.reapply_policy('big')"), qr/^25001 /, 'nor in a transaction');

# Holidays that are loaded while clocks run: none but one that is asked to moves, and each by the working time that was left.
sql("INSERT INTO assure.holiday_local SELECT d::date, 'x', 'holiday' FROM generate_series(date '2031-01-01', '2031-01-02', interval '1 day') d; SELECT assure.publish_calendar('OFFICE', '{\"time_zone\": \"Asia/Shanghai\", \"holidays\": \"none\", \"week\": {"
	. join(', ', map { "\"$_\": [\"09:00-12:00\", \"13:00-18:00\"]" } qw(mon tue wed thu fri)) . "}}')");
my $office = put('{"code": "office", "subject": "claim", "calendar": "OFFICE", "target": "5 days", "warnings": [50], "condition": "false"}');
sub office_clock
{
	my ($id, $state, $columns, $values) = @_;
	sql("INSERT INTO assure.clock (subject_kind, subject_id, branch_id, sla_policy_id, started_at, target_at, progress_at, state$columns) "
		. "SELECT 'claim', $id, 1, $office, at, assure.work_add('OFFICE', at, '5 days'), at, '$state'$values FROM (SELECT timestamptz '2030-12-30 10:00+08' AS at) x");
	return;
}
office_clock(-1, 'running', '', '');
office_clock(-2, 'paused', ', paused_at', ", timestamptz '2031-01-01 10:00+08'");
office_clock(-3, 'running', '', '');
# One that was paused for a day and runs again, with four days left at 10:00 on Wednesday the first.
sql("UPDATE assure.clock SET resumed_at = '2031-01-01 10:00+08', left_usec = 4 * 8 * 3600 * 1000000::bigint, target_at = assure.work_add('OFFICE', '2031-01-01 10:00+08', '32 hours') WHERE subject_id = -3");
sub office_targets { return sql("SELECT string_agg(to_char(target_at AT TIME ZONE 'Asia/Shanghai', 'DD HH24'), ', ' ORDER BY subject_id DESC) FROM assure.clock WHERE subject_id < 0"); }
is(office_targets(), '06 10, 06 10, 07 10', 'targets as long as nobody knew of holidays');
is(sql("CALL assure.reapply_policy('office')"), '0', 'nothing to be moved');
sql("SELECT assure.publish_calendar('OFFICE', '{\"base\": \"OFFICE\", \"days\": [{\"day\": \"2031-01-01\", \"shifts\": []}, {\"day\": \"2031-01-02\", \"shifts\": []}]}')");
is(office_targets(), '06 10, 06 10, 07 10', 'a calendar that is replaced moves nothing by itself');
is(sql("CALL assure.reapply_policy('office')"), '3', 'asked to, all move');
is(office_targets(), '08 10, 08 10, 08 18', 'by the working days that are free now; what was left after a pause is left, four whole days');
sql("UPDATE assure.clock SET paused_at = '2031-01-06 10:00+08' WHERE subject_id = -2; SELECT assure.resume_clock(clock_id) FROM assure.clock WHERE subject_id = -2");
is(sql("SELECT left_usec / 3600000000, state FROM assure.clock WHERE subject_id = -2"), '16|running', 'a paused one has what is left by the new calendar');
sql("DELETE FROM assure.clock WHERE subject_id < 0; DELETE FROM assure.holiday_local");

# A task that somebody took away by hand: nothing fails, and the books tell.
is(whole($node, 'sla'), '', 'clocks run for what is open');
sql("INSERT INTO assure.clock (subject_kind, subject_id, branch_id, sla_policy_id, started_at, target_at, progress_at, next_due) SELECT k, 900, 1, min(sla_policy_id), now() - interval '9 days', now() - interval '8 days', now(), now() FROM assure.sla_policy, unnest(ARRAY['task', 'claim', 'service_order']) k GROUP BY k");
is(sql('CALL assure.sla_sweep()'), '3', 'clocks of what is gone alert');
is(sql("SELECT string_agg(finding, ', ' ORDER BY finding) FROM assure.check_books()"), 'claim 900 is gone, service_order 900 is gone, task 900 is gone', 'and are found');
sql("UPDATE assure.clock SET sla_policy_id = -1, next_due = now(), next_step = 1 WHERE subject_id = 900 AND subject_kind = 'claim'");
is(sql('CALL assure.sla_sweep()') . sql("SELECT next_due IS NULL FROM assure.clock WHERE sla_policy_id = -1"), '0t', 'a clock without a policy stops no sweep');
is(sql("SELECT finding FROM assure.check_books() WHERE check_name = 'clock_has_its_policy'"), 'SLA policy -1 does not exist', 'and is found');
sql("UPDATE assure.clock SET state = 'stopped', stopped_at = now(), next_due = NULL WHERE subject_id = 900");
is(sql("SELECT string_agg(DISTINCT check_name, ', ') FROM assure.check_books()"), 'alert_has_an_open_clock', 'alerts of clocks that are stopped, too');
sql("UPDATE assure.alert SET resolved_at = now() WHERE subject_id = 900; DELETE FROM assure.notification WHERE alert_id IN (SELECT alert_id FROM assure.alert WHERE subject_id = 900)");

# Notifications: at least once, to each consumer, shared among those of one name.
my $all = sql('SELECT count(*) FROM assure.notification');
is(sql("SELECT count(*) FROM assure.take_notifications('a', 3)"), '3', 'three');
is(sql("SELECT count(*) FROM assure.take_notifications('a', 1000)"), $all - 3, 'the others');
is(sql("SELECT count(*) FROM assure.take_notifications('a', 1000)"), '0', 'then no more');
is(sql("SELECT count(*) FROM assure.take_notifications('b', 1000)"), $all, 'another consumer gets all');
is(sql("SELECT assure.acknowledge_notifications('b', array_agg(notification_id)) FROM assure.notification"), $all, 'and acknowledges them');
sql("UPDATE assure_internal.notification_delivery SET leased_until = now()");
is(sql("SELECT assure.acknowledge_notifications('a', array_agg(notification_id)) FROM (SELECT notification_id FROM assure.notification ORDER BY 1 LIMIT 2) x"), '2', 'two are done with');
is(sql("SELECT count(*), min(times) FROM assure.take_notifications('a', 1000)"), ($all - 2) . '|2', 'the others come again when their lease is over');
is(sql("SELECT assure.acknowledge_notifications('a', '{0}')"), '0', 'what was not handed out');
is(sql("SELECT assure.forget_consumer('b'), assure.forget_consumer('b')"), 't|f', 'a consumer that is no more is forgotten');
is(sql("SELECT count(*) FROM assure.take_notifications('b', 1000)"), $all, 'one of that name begins anew');
my $one = $node->background_psql('sla');
sql("UPDATE assure_internal.notification_delivery SET leased_until = now()");
$one->query_safe("BEGIN");
is($one->query_safe("SELECT count(*) FROM assure.take_notifications('a', 1000)"), $all - 2, 'taken in a transaction');
$one->query_safe("ROLLBACK");
$one->quit;
is(sql("SELECT count(*) FROM assure.take_notifications('a', 1000)"), $all - 2, 'that was undone: they come again');
foreach my $case (["''", 1, "'1 min'"], ['NULL', 1, "'1 min'"], ["'a'", 0, "'1 min'"], ["'a'", 10001, "'1 min'"], ["'a'", 1, "'0'"], ["'a'", 1, "'1 month'"], ["'a'", 'NULL', "'1 min'"])
{
	my $call = join(', ', @$case);
	like(fails($node, 'sla', "SELECT * FROM assure.take_notifications($call)"), qr/^2200|^22023/, "refused: $call");
}

# The watermark passes nobody who is writing a deadline, and waits for nobody else.
sub busy_sweeps
{
	for (1 .. 4)
	{
		elapse("subject_kind = 'task' AND subject_id = $gd", '1 minute');
		sql('CALL assure.sla_sweep()');
	}
	return;
}
sub passed { return sql("SELECT watermark > '$_[0]' FROM assure_internal.sweep_state"); }
my $small_clock = sql("SELECT clock_id FROM assure.clock WHERE subject_kind = 'task' AND subject_id = $small");
busy_sweeps();
is(sql("SELECT watermark > '-infinity' AND watermark <= now() FROM assure_internal.sweep_state"), 't', 'the watermark moves');
sql("SELECT assure.pause_clock($small_clock)");
my $began = sql('SELECT clock_timestamp()');
my $behind = $node->background_psql('sla');
$behind->query_safe("BEGIN; SELECT assure.resume_clock($small_clock); UPDATE assure.clock SET next_due = clock_timestamp() WHERE clock_id = $small_clock");
busy_sweeps();
is(passed($began), 'f', 'but not past who is writing a deadline');
sql("UPDATE assure_internal.sweep_state SET whole_at = now()");
$behind->query_safe("UPDATE assure.clock SET started_at = started_at - interval '10 days', target_at = target_at - interval '10 days', next_step = 3 WHERE clock_id = $small_clock; COMMIT");
is(sql('CALL assure.sla_sweep()'), '1', 'whose clock is swept when it is committed');
busy_sweeps();
is(passed($began), 't', 'and then it goes on');
$began = sql('SELECT clock_timestamp()');
$behind->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; CREATE TEMP TABLE writes (); SELECT pg_current_xact_id()');
busy_sweeps();
is(passed($began), 't', 'whatever else is read or written for long');
$behind->query_safe('COMMIT');
$behind->quit;
sql("UPDATE assure.clock SET next_due = now() - interval '5 seconds', target_at = now() - interval '1 day', started_at = now() - interval '2 days', next_step = 3 WHERE clock_id = $small_clock; UPDATE assure.alert SET resolved_at = now() WHERE resolved_at IS NULL");
is(sql('CALL assure.sla_sweep()'), '1', 'what was set due by hand some seconds ago is found');
sql("UPDATE assure_internal.sweep_state SET watermark = now() + interval '10 minutes', whole_at = now()");
elapse("subject_kind = 'task' AND subject_id = $gd", '3 hours');
is(sql('CALL assure.sla_sweep()') > 0, 1, "a server's clock that is behind the watermark stops nothing");
is(sql("SELECT watermark <= now() FROM assure_internal.sweep_state"), 't', 'and puts it right');

sql("UPDATE assure_internal.sweep_state SET watermark = now(), whole_at = now() + interval '1 day', arrivals_checked_at = now() + interval '1 day'");
sql("UPDATE assure.clock SET target_at = now() - interval '1 hour', started_at = now() - interval '1 day', next_step = 1, next_due = now() - interval '1 hour' WHERE subject_kind = 'task' AND subject_id = $gd; UPDATE assure.alert SET resolved_at = now() WHERE resolved_at IS NULL");
is(sql('CALL assure.sla_sweep()'), '1', "a server's clock that was set back has a sweep read from the beginning");
is(sql("SELECT whole_at <= now() AND arrivals_checked_at <= now() FROM assure_internal.sweep_state"), 't', 'and note so');

# A whole chunk in others' hands does not keep back what comes after it.
sql("INSERT INTO assure.clock (clock_id, subject_kind, subject_id, branch_id, sla_policy_id, started_at, target_at, progress_at, next_due) SELECT -n, 'claim', -n, 1, (SELECT max(sla_policy_id) FROM assure.sla_policy WHERE code = 'claim'), now() - interval '300 days', now() - interval '1 day', now(), "
	. "clock_timestamp() + n * interval '1 microsecond' FROM generate_series(1, 1005) n");
$behind = $node->background_psql('sla');
$behind->query_safe('BEGIN; SELECT count(*) FROM (SELECT FROM assure.clock WHERE clock_id BETWEEN -1000 AND -1 FOR UPDATE) x');
is(sql('CALL assure.sla_sweep()'), '5', 'five of those behind a thousand that are locked');
$behind->query_safe('COMMIT');
$behind->quit;
is(sql('CALL assure.sla_sweep()'), '1000', 'and then these');
sql("UPDATE assure.alert SET resolved_at = now() WHERE clock_id < 0; DELETE FROM assure.notification WHERE alert_id IN (SELECT alert_id FROM assure.alert WHERE clock_id < 0); DELETE FROM assure.clock WHERE clock_id < 0");

# Arrivals beyond the forecast.
my $queue = sql("SELECT queue_id FROM assure.queue WHERE code = 'claim_appeal'");
sql("INSERT INTO assure.arrival_watch (queue_id, deviations, least) VALUES ($queue, 3, 10)");
is(sql("SELECT assure.forecast_arrivals()"), '0', 'without history there is no forecast');
sql("INSERT INTO assure.task (task_id, queue_id, subject_kind, account_id, subject_id, branch_id, amount_fen, created_at, state) "
	. "SELECT -1000000 + row_number() OVER (ORDER BY at), $queue, 'claim', 0, 0, 1, 0, at, 'cancelled' FROM (SELECT date_trunc('hour', now()) - h * interval '1 hour' + m * interval '10 minutes' AS at "
	. "FROM generate_series(1, 24 * 7 * 6 + 1) h, generate_series(0, 4) m) x");
is(sql("SELECT assure.forecast_arrivals(), count(*), min(mean), max(mean), max(deviation), min(weeks) FROM assure.arrival_forecast") =~ /^168/ ? 1 : 0, 1, 'from six weeks');
is(sql("SELECT count(*), min(mean), max(mean), max(deviation), min(weeks) FROM assure.arrival_forecast"), '168|5.0000|5.0000|0.0000|6', 'five an hour');
sub sweep_arrivals { sql("UPDATE assure_internal.sweep_state SET arrivals_checked_at = '-infinity'"); return sql('CALL assure.sla_sweep()'); }
sub arrive { my $n = shift; sql("INSERT INTO assure.task (queue_id, subject_kind, account_id, subject_id, branch_id, amount_fen, state, created_at) SELECT $queue, 'claim', 0, 0, 1, 0, 'cancelled', now() FROM generate_series(1, $n)"); return; }
arrive(4);
is(sweep_arrivals(), '0', 'as many as expected');
arrive(30);
is(sweep_arrivals(), '1', 'many more');
is(sql("SELECT level, subject_kind, subject_id = $queue, branch_id, (detail ->> 'expected')::numeric FROM assure.alert WHERE level = 'new'"), 'new|queue|t|0|5.0', 'is an alert of the queue');
is(sql("SELECT level, queue FROM assure_bi.open_alert WHERE level = 'new'"), 'new|claim_appeal', 'that is shown');
is(sweep_arrivals(), '0', 'one');
like(sql("SELECT kind, level FROM assure.take_notifications('a', 1000) ORDER BY notification_id DESC LIMIT 1"), qr/^raised\|new$/, 'consumers hear of it');
sql("UPDATE assure.task SET created_at = now() - interval '3 hours' WHERE task_id > 0 AND queue_id = $queue");
is(sweep_arrivals(), '0', 'arrivals are as usual again');
is(sql("SELECT resolved_at IS NOT NULL FROM assure.alert WHERE level = 'new'"), 't', 'and it closes');
is(fails($node, 'sla', 'SELECT assure.forecast_arrivals(0)'), '22023 weeks is 0, not between 1 and 52', 'not from no weeks');

# The plans of a sweep: due ids from the index of due moments, rows by key, whatever is open and however stale the statistics are.
my $plans = "LOAD 'auto_explain'; SET auto_explain.log_min_duration = 0; SET auto_explain.log_nested_statements = on; SET auto_explain.log_level = notice; SET auto_explain.log_analyze = off;";
sub check_plans
{
	my ($what) = @_;
	sql("UPDATE assure.clock SET started_at = now() - interval '30 days', target_at = now() - interval '1 day', next_step = 1, next_due = clock_timestamp() WHERE clock_id IN (SELECT clock_id FROM assure.clock WHERE state = 'running' ORDER BY clock_id DESC LIMIT 50)");
	my ($out, $err) = ('', '');
	$node->psql('sla', "$plans\nCALL assure.sla_sweep();", stdout => \$out, stderr => \$err);
	like($err, qr/Index Scan (using clock_next_due on clock|on clock_next_due)/, "$what: due clocks come from their index");
	like($err, qr/Index Scan (using clock_pkey on clock|on clock_pkey)/, 'their rows by key');
	unlike($err, qr/Seq Scan on clock/, 'and nothing reads all clocks');
	return;
}
check_plans('few clocks');
sql("INSERT INTO assure.clock (subject_kind, subject_id, branch_id, sla_policy_id, started_at, target_at, progress_at, next_due) SELECT 'task', 10000000 + n, 1, 1, now(), now() + interval '3 days', now(), now() + interval '1 day' FROM generate_series(1, 30000) n");
check_plans('many, statistics of few');
sql('ANALYZE assure.clock, assure.alert');
check_plans('many');

# How things stand.
is(sql("SELECT string_agg(check_name, ',') FROM assure_bi.health"), 'driver,jobs,last sweep,sweep backlog,oldest pending claim,claims set aside,outbox lag,books,audit,coverage,calendar,audit seals,coverage sets,payments,waiting tasks', 'a row a check');
is(sql("SELECT state FROM assure_bi.health WHERE check_name IN ('last sweep', 'sweep backlog', 'jobs')"), "ok\nok\nok", 'sweeps are noted, also those that no driver ran');
is(sql("SELECT string_agg(state, ',') FROM assure_bi.health WHERE check_name IN ('books', 'audit', 'coverage')"), 'warn,warn,warn', 'books, audit and coverage were never checked');
is(sql('SELECT assure.check_health()'), sql('SELECT (SELECT count(*) FROM assure.check_books()) + (SELECT count(*) FROM assure.audit_verify())'), 'they are');
sql("UPDATE assure_internal.health_note SET findings = 0");
is(sql("SELECT string_agg(state, ',') FROM assure_bi.health WHERE check_name IN ('books', 'audit', 'coverage')"), 'ok,ok,ok', 'and whole');
sql("UPDATE assure_internal.health_note SET findings = 1 WHERE check_name = 'books'");
is(sql("SELECT state, what_to_do FROM assure_bi.health WHERE check_name = 'books'"), 'fail|SELECT * FROM assure.check_books(); then SELECT assure.check_health().', 'or not, with what to do');
sql("UPDATE assure_internal.health_note SET findings = 0, checked_at = now() - interval '9 days'");
is(sql("SELECT string_agg(state, ',') FROM assure_bi.health WHERE check_name IN ('books', 'audit', 'coverage')"), 'warn,warn,warn', 'long ago');
sql("UPDATE assure_internal.job SET next_run_at = now() - interval '3 days'");
like(sql("SELECT state, finding FROM assure_bi.health WHERE check_name = 'driver'"), qr/^fail\|nothing runs adjudicate, .*dispatch, .*sweep$/, 'nothing drives the jobs');
sql("UPDATE assure_internal.job SET next_run_at = now() + interval '1 day'; SELECT assure.pause('dispatch')");
is(sql("SELECT state, finding FROM assure_bi.health WHERE check_name = 'driver'"), 'warn|1 jobs are paused', 'one is paused');
sql("UPDATE assure_internal.job SET failures = 2, last_error = 'no luck' WHERE name = 'sweep'");
is(sql("SELECT state, finding FROM assure_bi.health WHERE check_name = 'jobs'"), 'warn|sweep: no luck', 'one fails');
sql("UPDATE assure.clock SET next_due = now() - interval '1 hour' WHERE clock_id IN (SELECT clock_id FROM assure.clock WHERE state = 'running' LIMIT 5)");
like(sql("SELECT state, finding FROM assure_bi.health WHERE check_name = 'sweep backlog'"), qr/^warn\|5 clocks due since /, 'clocks wait for a sweep');
sql("UPDATE assure.notification SET created_at = now() - interval '2 hours'");
like(sql("SELECT state, finding FROM assure_bi.health WHERE check_name = 'outbox lag'"), qr/^fail\|consumer a has not done what came at /, 'a consumer is behind');
sql("UPDATE assure_internal.sweep_state SET swept_at = now() - interval '1 hour'");
is(sql("SELECT state FROM assure_bi.health WHERE check_name = 'last sweep'"), 'fail', 'no sweep for an hour');
sql("SELECT assure.submit_claim(t.claim('Q1', 'S1', '10.00')); UPDATE assure_internal.claim_queue SET queued_at = now() - interval '2 hours'");
is(sql("SELECT state FROM assure_bi.health WHERE check_name = 'oldest pending claim'"), 'warn', 'a claim waits');
like(sql("SELECT state FROM assure_bi.health WHERE check_name = 'calendar'"), qr/^(ok|warn|fail)$/, 'the calendar depends on the day');
sql("INSERT INTO assure.notification (alert_id, kind, created_at) VALUES (1, 'raised', now() - interval '31 days')");
sql('SELECT assure.housekeep()');
is(sql("SELECT count(*) FROM assure.notification WHERE created_at < now() - interval '30 days'"), '0', 'housekeeping drops old notifications');

$node->stop;
done_testing();
