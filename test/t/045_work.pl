# Dispatch over more tasks than one chunk, and the deadlines of the tasks: what is
# due raises an alert once, what is done closes it.  No wall clock: clocks are set
# back in the table, as the passing of time would leave them.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

my $node = assure_node('work');
company($node, 'work');

sub ask { return $node->safe_psql('work', $_[0]); }

# 1,600 claims of an unknown provider, of people in three branches: each needs a person.
ask(q{SELECT count(assure.submit_claim(t.claim('T' || i, (ARRAY['M1', 'S1', 'G1'])[1 + i % 3], (500 + i)::text || '.00',
	jsonb_build_object('bills', jsonb_build_array(t.bill('T' || i, (500 + i)::text || '.00', '{"provider": {"code": "?"}}')))))) FROM generate_series(1, 1600) i});
ask('CALL assure.adjudicate_batch()');
is(ask(q{SELECT count(*) FROM assure.task WHERE state = 'open'}), '1600', 'each claim has an open task');
is(ask(q{SELECT count(*) FROM assure.clock WHERE state = 'running' AND next_due >= started_at}), '1600', 'and each task a clock');

# 400 workers: of three branches, some off shift, some unskilled, of several authorities.
ask(q{INSERT INTO assure.worker (code, name, branch_id, status, capacity, authority_fen)
	SELECT 'X' || i, 'x', (SELECT branch_id FROM assure.branch ORDER BY code OFFSET i % 3 LIMIT 1), CASE WHEN i % 7 = 0 THEN 'off_shift' ELSE 'on_shift' END, 1 + i % 6, (i % 5) * 50000
	FROM generate_series(1, 400) i;
	INSERT INTO assure.worker_skill SELECT worker_id, 'claim_review', 1 + worker_id % 5 FROM assure.worker WHERE code LIKE 'X%' AND worker_id % 11 > 0;
	UPDATE assure.branch SET status = 'offline' WHERE code = 'GD';});
my ($assigned, $unassigned, $lost) = ask('CALL assure.dispatch()') =~ /^\((\d+),(\d+),(\d+),/;
is($assigned, ask(q{SELECT count(*) FROM assure.task WHERE state = 'reserved'}), 'as many tasks are reserved as dispatch says');
is($assigned + $unassigned, 1600, 'it speaks of all tasks');
is($lost, 0, 'none was lost to anybody');
cmp_ok($assigned, '>', 500, 'more than one chunk of them');
is(ask(q{SELECT count(*) FROM assure.task t JOIN assure.worker w USING (worker_id) JOIN assure.branch b ON b.branch_id = w.branch_id
	WHERE t.state = 'reserved' AND (w.status <> 'on_shift' OR b.status = 'offline' OR w.authority_fen < t.amount_fen
		OR NOT EXISTS (SELECT FROM assure.worker_skill s WHERE s.worker_id = w.worker_id AND s.skill = 'claim_review'))}), '0', 'nobody has a task without being there, skilled and allowed to');
is(ask(q{SELECT count(*) FROM (SELECT worker_id FROM assure.task JOIN assure.worker USING (worker_id) WHERE state = 'reserved' GROUP BY worker_id, capacity HAVING count(*) > capacity) x}), '0', 'nor more than the capacity');
is(ask(q{SELECT count(*) FROM assure.task t WHERE t.state = 'open' AND EXISTS (SELECT FROM assure.worker w JOIN assure.worker_skill s USING (worker_id) JOIN assure.branch b USING (branch_id)
	WHERE s.skill = 'claim_review' AND w.status = 'on_shift' AND b.status = 'online' AND w.authority_fen >= t.amount_fen
	AND w.capacity > (SELECT count(*) FROM assure.task r WHERE r.worker_id = w.worker_id AND r.state IN ('reserved', 'accepted')))}), '0', 'no task is left that somebody has room for');
is(ask(q{SELECT count(*) FROM assure.task_event WHERE event = 'reserved'}), $assigned, 'each has its event');
like(ask('CALL assure.dispatch()'), qr/^\(0,$unassigned,0,/, 'a second dispatch finds nobody');

# The deadline counts from the submission in 2024: all are overdue, once.
is(ask('CALL assure.sla_sweep()'), '1600', 'a sweep raises an alert for each');
is(ask(q{SELECT string_agg(DISTINCT level || ' ' || at_target || ' ' || step, ',') FROM assure.alert}), 'overlong true 3', 'at the target, not for each warning before it');
is(ask('CALL assure.sla_sweep()'), '0', 'and no second one');
is(ask(q{SELECT count(*) FROM assure.clock WHERE next_due IS NOT NULL AND next_due <= now()}), '0', 'nothing is due any more');

# A day without progress.
ask(q{UPDATE assure.clock SET progress_at = progress_at - interval '25 hours', next_due = now() WHERE clock_id <= 10});
is(ask('CALL assure.sla_sweep(4)'), '4', 'a sweep may be bounded');
is(ask('CALL assure.sla_sweep()'), '6', 'and goes on');
is(ask(q{SELECT count(*) FROM assure.alert WHERE level = 'stalled' AND resolved_at IS NULL}), '10', 'what does not move is stalled');
ask(q{UPDATE assure.clock SET next_due = now() WHERE clock_id <= 10});
is(ask('CALL assure.sla_sweep()'), '0', 'once');

# A clock that runs: its warnings in order, then the target.
ask(q{UPDATE assure.clock SET started_at = now() - interval '37 hours', target_at = now() + interval '35 hours', next_step = 1, next_due = now() WHERE clock_id = 20});
is(ask('CALL assure.sla_sweep()'), '1', 'half the time has passed');
is(ask(q{SELECT step, at_target FROM assure.alert WHERE clock_id = 20 ORDER BY alert_id DESC LIMIT 1}), '1|f', 'a warning');
is(ask(q{SELECT next_step, round(extract(epoch FROM next_due - started_at) / 3600, 1) FROM assure.clock WHERE clock_id = 20}), '2|57.6', 'the next one is due at 80 % of three days');

# Who does the task closes its clock and its alerts.
ask(q{UPDATE assure.clock SET next_due = now(), progress_at = now() - interval '25 hours', stalled = false WHERE subject_id = (SELECT min(task_id) FROM assure.task WHERE state = 'reserved')});
ask('CALL assure.sla_sweep()');
my $task = ask(q{SELECT min(task_id) FROM assure.task WHERE state = 'reserved'});
my $open = "SELECT string_agg(level, ',' ORDER BY level) FROM assure.alert WHERE subject_id = $task AND resolved_at IS NULL";
is(ask($open), 'overlong,stalled', 'a reserved task is overdue and stalled');
my $worker = ask("SELECT code FROM assure.worker JOIN assure.task USING (worker_id) WHERE task_id = $task");
my $ref = ask("SELECT ref FROM assure.claim JOIN assure.task t ON t.subject_id = claim_id WHERE task_id = $task");
is(fails($node, 'work', "SELECT assure.acknowledge_alert(max(alert_id)) FROM assure.alert WHERE subject_id = $task"), 'none', 'somebody takes notice');
is(fails($node, 'work', 'SELECT assure.acknowledge_alert(0)'), 'P0002 alert 0 does not exist', 'of an alert that exists');
ask("BEGIN; SELECT assure.act_as('$worker'); SELECT assure.accept_task($task); COMMIT");
is(ask($open), 'overlong', 'accepting is progress');
ask("BEGIN; SELECT assure.act_as('$worker'); SELECT assure.decide_claim('$ref', 'deny', 'no such provider'); COMMIT");
is(ask($open), '', 'deciding closes the rest');
is(ask("SELECT state, next_due IS NULL, stopped_at IS NOT NULL FROM assure.clock WHERE subject_id = $task"), 'stopped|t|t', 'and stops the clock');
is(ask(q{SELECT tasks, in_time, overdue FROM assure_bi.sla_attainment}), '1600|0|1598', 'BI sees it: one done late, one not yet due');
is(whole($node, 'work'), '', 'the books are whole');

# The one NOTIFY of a sweep.
ask(q{UPDATE assure.clock SET next_step = 1, next_due = now() WHERE clock_id IN (31, 32); UPDATE assure.alert SET resolved_at = now() WHERE clock_id IN (31, 32)});
my ($out, $err);
$node->psql('work', "LISTEN assure_alert;\nCALL assure.sla_sweep();\nSELECT max(alert_id) FROM assure.alert;", stdout => \$out, stderr => \$err);
my ($upto) = $out =~ /"upto": (\d+)/;
my @notified = $out =~ /(Asynchronous notification)/g;
is(scalar @notified, 1, 'a sweep that raised two alerts sends one notification');
is($upto, (split /\n/, $out =~ s/Asynchronous.*\n?//r)[-1], 'with the highest key');

$node->stop;
done_testing();
