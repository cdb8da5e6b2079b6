# Two days of the pool. A branch loses its network at noon with 5,000 unfinished tasks; a snowstorm keeps a province's
# people at home, its share is moved out and taken back the day after. Nothing is lost, nothing is done twice, and each
# step stands in the history. No wall clock: a statement that takes longer than ten minutes fails.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

my $node = assure_node('pool', statement_timeout => "'600s'");
company($node, 'pool');

sub ask { return $node->safe_psql('pool', $_[0]); }

# Three provinces with 60 people each, of whom one in ten may decide everything; a shared and a local queue.
ask(q{
	SELECT assure.put_queue('{"code": "pool", "name": "x", "skills": {"pool": 2}, "sla": "claim_review"}'), assure.put_queue('{"code": "local", "name": "x", "skills": {"pool": 2}, "shareable": false}');
	SELECT count(assure.put_worker(jsonb_build_object('code', b || i, 'name', 'x', 'branch', b, 'capacity', 100,
		'authority', CASE WHEN i % 10 = 0 THEN '1000000.00' ELSE '20000.00' END, 'skills', jsonb_build_object('pool', 1 + i % 4))))
	FROM unnest('{BJ,SH,GD}'::text[]) b, generate_series(1, 75) i;
});

# tasks opens so many tasks of a branch: one in fifty above the authority of most, one in ten urgent.
sub tasks
{
	my ($queue, $branch, $count, $prefix, $high) = @_;
	$high //= '50000.00';
	ask(qq{SELECT count(assure.create_task('$queue', jsonb_build_object('kind', 'survey', 'ref', '$prefix' || i), jsonb_build_object('branch', '$branch', 'ref', '$prefix' || i,
		'amount', CASE WHEN i % 50 = 0 THEN '$high' ELSE '500.00' END, 'priority', CASE WHEN i % 10 = 3 THEN 9 ELSE 5 END))) FROM generate_series(1, $count) i});
	return;
}

# What must hold at any time: who has a task may have it, nobody has more than there is room for, and a task's state is what its last event says.
my $wrong = q{
	SELECT (SELECT count(*) FROM assure.task t JOIN assure.worker w USING (worker_id) JOIN assure.branch b ON b.branch_id = w.branch_id
			WHERE t.state = 'reserved' AND (w.status <> 'on_shift' OR b.status = 'offline' OR t.amount_fen > w.authority_fen OR t.kept_branch_id <> w.branch_id
				OR (b.status = 'reduced' AND t.branch_id <> w.branch_id)
				OR NOT EXISTS (SELECT FROM assure.worker_skill s WHERE s.worker_id = w.worker_id AND s.skill = 'pool' AND s.level >= 2)))
		|| ' ' || (SELECT count(*) FROM assure_bi.worker_load WHERE load > capacity)
		|| ' ' || (SELECT count(*) FROM (SELECT DISTINCT ON (task_id) task_id, event FROM assure.task_event WHERE event NOT IN ('noted', 'shared', 'kept') ORDER BY task_id, event_id DESC) e
			JOIN assure.task t USING (task_id) WHERE t.state <> CASE WHEN e.event IN ('created', 'returned', 'expired', 'displaced') THEN 'open' ELSE e.event END)};
sub sound { is(ask($wrong), '0 0 0', "$_[0]: everybody may have what he has, has room for it, and the history says so"); return; }
sub states { return ask(qq{SELECT string_agg(x, ', ' ORDER BY x) FROM (SELECT state || ' ' || count(*) AS x FROM assure.task WHERE branch_id = (SELECT branch_id FROM assure.branch WHERE code = '$_[0]') GROUP BY state) x}); }
# held counts unfinished tasks of a branch with people of others, and with its own.
sub held { return ask(qq{SELECT count(*) FILTER (WHERE w.branch_id <> t.branch_id) || ' ' || count(*) FILTER (WHERE w.branch_id = t.branch_id)
	FROM assure.task t JOIN assure.worker w USING (worker_id) JOIN assure.branch b ON b.branch_id = t.branch_id WHERE b.code = '$_[0]' AND t.state IN ('reserved', 'accepted')}); }

# taken has the people of a branch ask for tasks until there are none.
sub taken
{
	ask(qq{DO \$\$ DECLARE w record; BEGIN
			FOR w IN SELECT DISTINCT l.worker, l.room FROM assure_bi.worker_load l JOIN assure.worker p ON p.code = l.worker JOIN assure.worker_skill s USING (worker_id)
					WHERE l.branch = '$_[0]' AND s.skill = 'pool' AND s.level >= 2 ORDER BY 1 LOOP
				FOR i IN 1 .. w.room LOOP
					EXIT WHEN assure.next_task(w.worker) IS NULL;
				END LOOP;
				COMMIT;
			END LOOP;
		END \$\$});
	return;
}

# ----- The branch that goes offline -----
# Until noon Beijing keeps its work to itself.
ask(q{SELECT assure.set_branch_share('BJ', 0, 0, 'own work only')});
tasks('pool', 'BJ', 4600, 'P', '20000.00');
tasks('local', 'BJ', 600, 'L', '20000.00');
is(ask(q{SELECT count(*) FROM assure.task WHERE kept_branch_id = (SELECT branch_id FROM assure.branch WHERE code = 'BJ')}), '5200', 'all of it is kept to Beijing');
taken('BJ');
is(held('BJ'), '0 5200', 'and with its people, who took it');
sound('the morning');

# 200 are done, 1,000 begun, 4,000 offered.
ask(q{SET session_replication_role = origin;
	DO $$ DECLARE t record; BEGIN
		FOR t IN SELECT task_id, code FROM assure.task JOIN assure.worker USING (worker_id) ORDER BY task_id LIMIT 1200 LOOP
			PERFORM assure.act_as(t.code); PERFORM assure.accept_task(t.task_id);
		END LOOP;
		FOR t IN SELECT task_id, code FROM assure.task JOIN assure.worker USING (worker_id) WHERE state = 'accepted' ORDER BY task_id LIMIT 200 LOOP
			PERFORM assure.act_as(t.code); PERFORM assure.complete_task(t.task_id, '{"ok": true}');
		END LOOP;
	END $$});
is(states('BJ'), 'accepted 1000, done 200, reserved 4000', 'at noon 5,000 are not finished');
my $done = ask(q{SELECT md5(string_agg(task_id || ' ' || worker_id || ' ' || state_since, ',' ORDER BY task_id)) FROM assure.task WHERE state = 'done'});
my $was = ask(q{SELECT w.code || ' ' || task_id FROM assure.task JOIN assure.worker w USING (worker_id) WHERE state = 'accepted' ORDER BY task_id LIMIT 1});

# One call.
my $found = ask(q{SELECT assure.move_branch('BJ', 'offline', 'no power')});
is($found, '5000', 'all 5,000 find somebody in one call');
is(held('BJ'), '5000 0', 'elsewhere, those of the local queue too');
is(states('BJ'), 'done 200, reserved 5000', 'nothing is lost');
is(ask(q{SELECT md5(string_agg(task_id || ' ' || worker_id || ' ' || state_since, ',' ORDER BY task_id)) FROM assure.task WHERE state = 'done'}), $done, 'what was done stays done, by whom it was');
is(ask(q{SELECT count(*) FROM assure.task t WHERE state = 'reserved' AND ARRAY(SELECT event FROM assure.task_event e WHERE e.task_id = t.task_id ORDER BY event_id)
	NOT IN ('{created,reserved,displaced,reserved}', '{created,reserved,accepted,displaced,reserved}')}), '0', 'each step stands in the history');
is(ask(q{SELECT DISTINCT reason FROM assure.task_event WHERE event = 'displaced'}), 'branch BJ offline: no power', 'with its reason');
sound('offline');
my ($worker, $task) = split / /, $was;
like(fails($node, 'pool', "BEGIN; SELECT assure.act_as('$worker'); SELECT assure.complete_task($task); COMMIT"), qr/task $task is (not with worker|reserved)/, 'who had begun one cannot end it as well');
like(fails($node, 'pool', "SELECT assure.next_task('BJ1')"), qr/belongs to a branch that is offline/, 'nobody there is given anything');
is(ask(q{SELECT assure.move_branch('BJ', 'offline', 'still no power')}), '0', 'once more changes nothing');
is(ask(q{SELECT concat_ws(' ', status, load, lent, open) FROM assure_bi.branch_status WHERE branch = 'BJ'}), 'offline 0 5000 0', 'the view of branches says so');

# The evening: 300 were accepted elsewhere; the power is back.
ask(q{DO $$ DECLARE t record; BEGIN
		FOR t IN SELECT task_id, code FROM assure.task JOIN assure.worker USING (worker_id) WHERE state = 'reserved' ORDER BY task_id LIMIT 300 LOOP
			PERFORM assure.act_as(t.code); PERFORM assure.accept_task(t.task_id);
		END LOOP;
	END $$});
is(ask(q{SELECT assure.set_branch_status('BJ', 'online', 'power is back')}), '4700', 'what nobody has begun comes back');
is(ask(q{SELECT assure.set_branch_status('BJ', 'online', 'power is back')}), '0', 'once');
is(held('BJ'), '300 0', 'what was begun stays where it is');
is(ask(q{SELECT count(*) FROM assure.task WHERE state = 'open' AND kept_branch_id = branch_id}), '4700', 'the rest is kept to Beijing again');
taken('BJ');
is(held('BJ'), '300 4700', 'and goes to its people');
sound('the evening');
is(ask(q{SELECT count(DISTINCT task_id) || ' ' || count(*) FROM assure.task_event WHERE event = 'done'}), '200 200', 'nothing is done twice');
is(ask(q{SELECT count(*) FROM assure.task}), '5200', 'nor lost');

# Too few people: the urgent ones first.
ask(q{SELECT assure.set_branch_status('BJ', 'online', 'x'); SELECT count(assure.cancel_task(task_id, 'over')) FROM assure.task WHERE state NOT IN ('done', 'cancelled'); UPDATE assure.worker SET capacity = 5 WHERE branch_id <> (SELECT branch_id FROM assure.branch WHERE code = 'BJ');});
tasks('pool', 'BJ', 2000, 'Q');
$found = ask(q{SELECT assure.move_branch('BJ', 'offline', 'no network')});
is(ask(q{SELECT count(*) FROM assure.task WHERE state = 'open' AND priority = 9}), '0', 'with too few people all urgent tasks find somebody');
is($found, ask(q{SELECT sum(capacity) FROM assure.worker w WHERE branch_id <> (SELECT branch_id FROM assure.branch WHERE code = 'BJ')
	AND EXISTS (SELECT FROM assure.worker_skill s WHERE s.worker_id = w.worker_id AND s.skill = 'pool' AND s.level >= 2)}), 'as many as there is room for');
sound('shortage');
ask(q{SELECT assure.set_branch_status('BJ', 'online', 'x'); SELECT count(assure.cancel_task(task_id, 'over')) FROM assure.task WHERE state NOT IN ('done', 'cancelled'); UPDATE assure.worker SET capacity = 50});

# ----- The snowstorm -----
ask(q{SELECT assure.set_branch_share('SH', 0, 100, 'own work first')});
tasks('pool', 'SH', 1500, 'S');
ask('CALL assure.dispatch()');
is(held('SH'), '0 1500', 'on a normal day Shanghai does its work by itself');
# Snow: nobody comes to the office.
is(ask(q{SELECT sum(assure.set_worker_status(code, 'off_shift', 'snow')) FROM assure.worker WHERE branch_id = (SELECT branch_id FROM assure.branch WHERE code = 'SH')}), '1500', 'what was offered goes back at once');
ask('CALL assure.dispatch()');
is(held('SH'), '0 0', 'kept to Shanghai it finds nobody');
my $moved = ask(q{SELECT assure.set_branch_share('SH', 40, NULL, 'snowstorm')});
cmp_ok(abs($moved - 600), '<', 100, 'two fifths of the share are moved out');
my $first = ask(q{SELECT md5(string_agg(task_id::text, ',' ORDER BY task_id)) FROM assure.task WHERE state = 'open' AND kept_branch_id IS NULL});
is(ask(q{SELECT assure.set_branch_share('SH', 0, NULL, 'the snow stopped')}), $moved, 'and back');
is(ask(q{SELECT assure.set_branch_share('SH', 40, NULL, 'it snows again')}), $moved, 'and out again');
is(ask(q{SELECT md5(string_agg(task_id::text, ',' ORDER BY task_id)) FROM assure.task WHERE state = 'open' AND kept_branch_id IS NULL}), $first, 'the same ones');
ask('CALL assure.dispatch()');
is(held('SH'), "$moved 0", 'they are with others');
is(ask(q{SELECT assure.set_branch_share('SH', 100, 0, 'nobody comes today')}), 1500 - $moved, 'then all the rest');
ask('CALL assure.dispatch()');
is(held('SH'), '1500 0', 'too');
sound('snow');
ask(q{DO $$ DECLARE t record; BEGIN
		FOR t IN SELECT task_id, code FROM assure.task JOIN assure.worker USING (worker_id) WHERE state = 'reserved' ORDER BY task_id LIMIT 400 LOOP
			PERFORM assure.act_as(t.code); PERFORM assure.accept_task(t.task_id);
		END LOOP;
		FOR t IN SELECT task_id, code FROM assure.task JOIN assure.worker USING (worker_id) WHERE state = 'accepted' ORDER BY task_id LIMIT 100 LOOP
			PERFORM assure.act_as(t.code); PERFORM assure.complete_task(t.task_id);
		END LOOP;
	END $$});
# The day after.
is(ask(q{SELECT sum(assure.set_worker_status(code, 'on_shift', 'the roads are clear')) FROM assure.worker WHERE branch_id = (SELECT branch_id FROM assure.branch WHERE code = 'SH')}), '0', 'the people are back');
is(ask(q{SELECT assure.set_branch_share('SH', 0, 100, 'the day after')}), '1100', 'and what nobody else has begun');
ask('CALL assure.dispatch()');
is(held('SH'), '300 1100', 'is done at home again');
sound('the day after');
is(ask(q{SELECT count(*) || ' ' || count(*) FILTER (WHERE state = 'done') FROM assure.task WHERE task_ref LIKE 'S%'}), '1500 100', 'nothing is lost');
is(ask(q{SELECT count(*) FROM (SELECT task_id FROM assure.task_event WHERE event = 'done' GROUP BY 1 HAVING count(*) > 1) x}), '0', 'nothing is done twice');
is(ask(q{SELECT string_agg(DISTINCT event, ' ' ORDER BY event) FROM assure.task_event JOIN assure.task USING (task_id) WHERE task_ref LIKE 'S%'}), 'accepted created displaced done kept reserved shared', 'and each step stands in the history');
is(ask(q{SELECT count(*) FROM assure.audit_log WHERE action = 'set_branch_share' AND subject LIKE 'branch % shares %'}), '7', 'each order in the audit');

# Part of each person's room only.
ask(q{SELECT assure.set_branch_share('GD', NULL, 10, 'own work comes first'), assure.set_branch_share('SH', 100, 0, 'x'), assure.set_branch_share('BJ', NULL, 0, 'x');
	SELECT count(assure.cancel_task(task_id, 'over')) FROM assure.task WHERE state NOT IN ('done', 'cancelled')});
ask(q{SELECT count(assure.set_worker_status(code, 'off_shift', 'snow')) FROM assure.worker WHERE branch_id = (SELECT branch_id FROM assure.branch WHERE code = 'SH')});
tasks('pool', 'SH', 600, 'T');
ask('CALL assure.dispatch()');
is(ask(q{SELECT max(outside) || ' ' || sum(outside) FROM assure_bi.worker_load WHERE branch = 'GD'}), '5 285', 'a branch that takes in a tenth gives a tenth of each person\'s room to others');
is(ask(q{SELECT assure.next_task('GD2')}), '', 'nor is more to be had by asking');
is(ask(q{SELECT count(*) FROM assure.check_books()}), '0', 'the books are whole');

done_testing();
