# Dispatch and sweep, which commit as they go: who gets what, what an alert says.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

my $node = assure_node('work');
company($node, 'work');

sub sql { return $node->safe_psql('work', $_[0]); }

# pended hands in a claim that a person must look at, for its unknown provider, and returns what is at stake.
sub pended
{
	my ($ref, $member, $amount, $more) = @_;
	$more //= '{}';
	sql("SELECT t.verdict(t.claim('$ref', '$member', '1.00', jsonb_build_object('bills', jsonb_build_array(t.bill('$ref', '$amount', '{\"provider\": {\"code\": \"NEW\"}}'))) || '$more'))");
	return sql("SELECT amount_fen FROM assure.task k JOIN assure.claim c ON c.claim_id = k.subject_id WHERE c.ref = '$ref'");
}

# given tells who has which task.
sub given { return sql(q{SELECT string_agg(c.ref || ' ' || coalesce(w.code, '-'), ', ' ORDER BY c.claim_id) FROM assure.task k JOIN assure.claim c ON c.claim_id = k.subject_id LEFT JOIN assure.worker w USING (worker_id) WHERE k.state NOT IN ('done', 'cancelled')}); }

# dispatched runs a dispatch: assigned, unassigned, lost.
sub dispatched { return sql('CALL assure.dispatch(' . ($_[0] // '') . ')') =~ /^\((\d+,\d+,\d+),/ ? $1 : 'nothing'; }

# clean ends all tasks: a supervisor who has no skill of her own denies what is pended.
sql("INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT 'W-CHIEF', 'x', branch_id, 0, 0 FROM assure.branch WHERE code = 'BJ'");
sub clean { sql("BEGIN; SELECT assure.act_as('W-CHIEF'); SELECT assure.decide_claim(c.ref, 'deny') FROM assure.task k JOIN assure.claim c ON c.claim_id = k.subject_id WHERE k.state IN ('open', 'reserved', 'accepted') ORDER BY 1; COMMIT"); return; }

is(dispatched(), '0,0,0', 'nothing to do');

# Authority, home, capacity.
pended('A1', 'G1', '2000.00');
is(dispatched(), '1,0,0', 'one task');
like(given(), qr/^A1 W-(BJ|SH)$/, 'goes to a worker with the authority, not to the one at home who has not');
clean();
pended('B1', 'G1', '900.00');
is(dispatched() . ' ' . given(), '1,0,0 B1 W-GD', 'within the authority it stays at home');
pended('B2', 'G1', '900.00');
pended('B3', 'S1', '900.00');
is(dispatched(), '2,0,0', 'two more');
is(given(), 'B1 W-GD, B2 W-BJ, B3 W-SH', 'go to who has room');
pended("B$_", 'G1', '900.00') foreach 4 .. 7;
is(dispatched(), '2,2,0', 'as far as there is room');
is(sql('SELECT max(load - capacity) FROM assure_bi.worker_load'), '0', 'nobody has more than he can');
is(dispatched(), '0,2,0', 'then no more');
is(sql("SELECT count(*) FROM (SELECT task_id FROM assure.task_event WHERE event = 'reserved' GROUP BY 1 HAVING count(*) > 1) x"), '0', 'no task was given twice');
clean();

# Urgent ones first, then the oldest; no more than asked for.
pended("C$_", 'G1', '900.00') foreach 1 .. 4;
sql(q{UPDATE assure.task SET priority = 9 WHERE state = 'open' AND subject_id = (SELECT claim_id FROM assure.claim WHERE ref = 'C3')});
dispatched(2);
is(sql(q{SELECT string_agg(c.ref, ' ' ORDER BY c.ref) FROM assure.task k JOIN assure.claim c ON c.claim_id = k.subject_id WHERE k.state = 'reserved'}), 'C1 C3', 'the most urgent and the oldest first');
clean();

# Status of people and branches, shareable queues, levels, four eyes.
my @none = (
	[ "UPDATE assure.worker SET status = 'off_shift'", "UPDATE assure.worker SET status = 'on_shift'", 'off shift' ],
	[ "UPDATE assure.branch SET status = 'offline'", "UPDATE assure.branch SET status = 'online'", 'branches offline' ],
	[ "UPDATE assure.queue SET skill_level = 4", "UPDATE assure.queue SET skill_level = 1", 'a level that nobody has' ],
	[ "UPDATE assure.queue SET skill = 'other'", "UPDATE assure.queue SET skill = 'claim_review'", 'a skill that nobody has' ],
	[ "UPDATE assure.worker SET capacity = 0", "UPDATE assure.worker SET capacity = 2 WHERE code <> 'W-CHIEF'", 'no room' ]);
foreach my $case (@none)
{
	sql($case->[0]);
	pended("D$case->[2]", 'G1', '900.00');
	is(dispatched(), '0,1,0', "$case->[2]: nobody gets it");
	sql($case->[1]);
	is(dispatched(), '1,0,0', "$case->[2]: put right, somebody does");
	clean();
}
sql('UPDATE assure.queue SET shareable = false');
pended('E1', 'S1', '900.00');
is(dispatched() . ' ' . given(), '1,0,0 E1 W-SH', 'what is not shareable stays in its branch');
pended('E2', 'G1', '2000.00');
is(dispatched(), '0,1,0', 'or waits');
sql("UPDATE assure.queue SET shareable = true; UPDATE assure.branch SET status = 'reduced'");
is(dispatched(), '0,1,0', 'a reduced branch takes no outside work');
sql("UPDATE assure.branch SET status = 'online'");
clean();
sql("UPDATE assure.worker SET status = 'off_shift' WHERE code <> 'W-BJ'; BEGIN; SELECT assure.act_as('W-BJ'); SELECT assure.submit_claim(t.claim('F1', 'G1', '1.00', jsonb_build_object('bills', jsonb_build_array(t.bill('F1', '9.00', '{\"provider\": {\"code\": \"NEW\"}}'))))); COMMIT; SELECT assure.adjudicate('F1')");
is(dispatched(), '0,1,0', 'four eyes: not to who handed it in');
sql("UPDATE assure.worker SET status = 'on_shift'");
is(dispatched(), '1,0,0', 'but to others');
clean();

# Two queues: what is done of the second is not lost.
sql(q{INSERT INTO assure.queue (code, name, skill) VALUES ('second', 'x', 'second'); INSERT INTO assure.worker_skill SELECT worker_id, 'second', 1 FROM assure.worker WHERE code = 'W-SH'});
pended('G1', 'G1', '900.00');
pended('G2', 'G1', '900.00');
sql(q{UPDATE assure.task SET queue_id = (SELECT queue_id FROM assure.queue WHERE code = 'second') WHERE state = 'open' AND subject_id = (SELECT claim_id FROM assure.claim WHERE ref = 'G2')});
is(dispatched(), '2,0,0', 'two queues');
is(given(), 'G1 W-GD, G2 W-SH', 'each to who has its skill');
clean();
sql(q{UPDATE assure.worker SET capacity = 1000 WHERE code = 'W-BJ'});
sql(q{SELECT count(assure.submit_claim(t.claim('H' || i, 'G1', '1.00', jsonb_build_object('bills', jsonb_build_array(t.bill('H' || i, '9.00', '{"provider": {"code": "NEW"}}')))))) FROM generate_series(1, 1200) i; SELECT assure.adjudicate_pending(2000)});
is(dispatched(), '1004,196,0', 'more than a chunk');
is(sql('SELECT max(load - capacity) FROM assure_bi.worker_load'), '0', 'no more than the capacity');
clean();
is(whole($node, 'work'), '', 'the books are whole');

# The sweep: of what is past at once the last alone is raised; then nothing, until something moves.
sql("UPDATE assure.worker SET capacity = 5 WHERE code <> 'W-CHIEF'");
pended('S1', 'S1', '900.00');
my $clock = "FROM assure.clock k JOIN assure.task t ON t.task_id = k.subject_id JOIN assure.claim c ON c.claim_id = t.subject_id WHERE c.ref = 'S1'";
my $alerts = "SELECT string_agg(concat_ws(' ', a.level, a.step, a.at_target, a.resolved_at IS NULL), ', ' ORDER BY a.alert_id) FROM assure.alert a";


is(sql('CALL assure.sla_sweep()'), '1', 'a claim of 2024 is long due');
is(sql($alerts), 'overlong 3 t t', 'the target, not the warnings before it');

is(sql('CALL assure.sla_sweep()'), '0', 'once');
is(sql("SELECT next_due = k.progress_at + interval '1 day' $clock"), 't', 'next it may stall');
sql("UPDATE assure.clock SET progress_at = now() - interval '2 days', next_due = now() WHERE state = 'running'");
is(sql('CALL assure.sla_sweep()'), '1', 'stalled');
is(sql($alerts), 'overlong 3 t t, stalled 0 f t', 'is another alert');
is(sql("SELECT next_due IS NULL $clock"), 't', 'then there is nothing more to come');
dispatched();
is(sql($alerts), 'overlong 3 t t, stalled 0 f f', 'when it moves the stall is over');
is(sql('CALL assure.sla_sweep()'), '0', 'the next sweep');
is(sql("SELECT next_due = k.progress_at + interval '1 day' $clock"), 't', 'finds out when it may come again');
is(sql("SELECT count(*) FROM assure_bi.open_alert"), '1', 'one is open');
my $alert = sql("SELECT alert_id FROM assure.alert WHERE level = 'overlong'");
sql("SELECT t.new_role('sh', 'operator'), t.new_role('gd', 'operator'), assure.grant_branch(t.role('sh'), 'SH'), assure.grant_branch(t.role('gd'), 'GD')");
like(fails($node, 'work', "SELECT assure.acknowledge_alert($alert)", extra_params => [ '-U', 'work_gd' ]), qr/^42501 alert $alert belongs to a branch/, 'an alert of another branch is not acknowledged');
is(fails($node, 'work', "SELECT assure.acknowledge_alert($alert)", extra_params => [ '-U', 'work_sh' ]), 'none', 'one of the own is');
is(sql("SELECT assure.acknowledge_alert($alert); SELECT acknowledged_by FROM assure.alert WHERE alert_id = $alert"), "\nwork_sh", 'the first who took notice stays');
is(fails($node, 'work', 'SELECT assure.acknowledge_alert(0)'), 'P0002 alert 0 does not exist', 'one that is not there');
sql("BEGIN; SELECT assure.act_as((SELECT w.code FROM assure.task t JOIN assure.worker w USING (worker_id) WHERE t.state = 'reserved')); SELECT assure.decide_claim('S1', 'deny'); COMMIT");
is(sql("SELECT k.state, stopped_at IS NOT NULL, next_due IS NULL $clock"), 'stopped|t|t', 'decided: the clock stands');
is(sql('SELECT count(*) FROM assure_bi.open_alert'), '0', 'and no alert is open');
is(whole($node, 'work'), '', 'the books are whole');

$node->stop;
done_testing();
