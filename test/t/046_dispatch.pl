# Dispatch against a slow reference: SQL works out every pair of a task and a place
# by itself, and the solver takes all of them as edges.  Random companies from
# seeds; then what changes between dispatches, and what users of other systems
# complain of.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

my $node = assure_node('dispatch');
company($node, 'work');
sub ask { return $node->safe_psql('work', $_[0]); }
sub dispatch { return ask('CALL assure.dispatch(' . ($_[0] // '') . ')') =~ /^\((\d+),(\d+),(\d+),[^,]*,(\d+),(-?\d+),(-?\d+),(\w)/ ? [$1, $2, $3, $4, $5, $6, $7] : []; }

# Weights of ten in all: a tenth is 100,000 units.
ask(q{SELECT assure.put_match_profile('{"code": "plain", "name": "x", "factors": [
		{"code": "branch", "parameter": "same_branch", "weight": 2}, {"code": "province", "parameter": "same_province", "weight": 3},
		{"code": "level", "parameter": "skill_margin", "weight": 1}, {"code": "load", "parameter": "load", "weight": 4}],
	"penalties": {"other_branch": 0.02, "other_province": 0.05, "level_below": 0.1, "levels_below_max": 1}, "preferred_worker": 0.15, "levelling": {"step": 0.013, "most": 0.05},
	"outside": {"base": 0.7, "per_priority": 0.03, "per_hour": 0}}');
	INSERT INTO assure.queue (code, name, skill, skill_level, profile, wait_max) SELECT 'D' || i, 'x', 'd' || i, i, 'plain', '1 year' FROM generate_series(1, 3) i;
	CREATE SCHEMA slow});

# What a dispatch may choose from: places of workers one by one, and all pairs of a task and a place.
ask(q{
-- Where the setting slow.bidding is on, those tasks alone bid that are in the table, and what others have reserved stays too.
CREATE TABLE slow.bidding (task_id bigint);
CREATE FUNCTION slow.few() RETURNS bool STABLE LANGUAGE sql AS $$ SELECT coalesce(current_setting('slow.bidding', true), '') = 'on' $$;
CREATE VIEW slow.fixed AS SELECT w.worker_id, count(t.task_id) FILTER (WHERE t.branch_id = w.branch_id) AS home, count(t.task_id) FILTER (WHERE t.branch_id <> w.branch_id) AS away
	FROM assure.worker w LEFT JOIN assure.task t ON t.worker_id = w.worker_id AND (t.state = 'accepted' OR (t.state = 'reserved' AND slow.few())) GROUP BY 1;
CREATE VIEW slow.place AS
	SELECT w.worker_id, w.branch_id, n, n <= open AS is_open, greatest(least(50000, 13000 * (home + away + n - 1)), CASE WHEN slow.few() THEN m.price END) AS cost
	FROM assure.worker w LEFT JOIN assure.match_price m USING (worker_id) JOIN assure.branch b USING (branch_id) JOIN slow.fixed f USING (worker_id)
	CROSS JOIN LATERAL (SELECT CASE WHEN b.status = 'online' THEN ceil(w.capacity * b.take_in / 100.0)::int ELSE 0 END AS outside) o
	CROSS JOIN LATERAL (SELECT greatest(w.capacity - home - away, 0) AS free, least(greatest(outside - away - greatest(home - (w.capacity - outside), 0), 0), greatest(w.capacity - home - away, 0)) AS open) r
	CROSS JOIN LATERAL generate_series(1, free) n WHERE w.status = 'on_shift' AND b.status <> 'offline';
CREATE VIEW slow.edge AS
	SELECT t.task_id, p.worker_id * 1000 + p.n AS worker_id,
		CASE WHEN t.branch_id = p.branch_id THEN 0 ELSE 200000 END + CASE WHEN left(bt.region, 2) = left(bw.region, 2) THEN 0 ELSE 300000 END
		+ CASE WHEN left(bt.region, 2) <> left(bw.region, 2) THEN 50000 WHEN t.branch_id <> p.branch_id THEN 20000 ELSE 0 END
		+ floor(100000 * least(1, greatest(0, (2 - (s.level - q.skill_level)) / 4.0)))::int + 100000 * greatest(q.skill_level - s.level, 0)
		+ CASE WHEN w.capacity = 0 THEN 400000 ELSE floor(400000 * least(1, (f.home + f.away)::float8 / w.capacity))::int END
		- CASE WHEN t.attributes ->> 'preferred_worker' = w.code THEN 150000 ELSE 0 END - CASE WHEN t.state = 'reserved' AND t.worker_id = w.worker_id THEN 100000 ELSE 0 END + p.cost AS cost
	FROM assure.task t JOIN assure.queue q USING (queue_id) JOIN assure.branch bt ON bt.branch_id = t.branch_id
	JOIN slow.place p ON p.is_open OR p.branch_id = t.branch_id JOIN assure.worker w ON w.worker_id = p.worker_id JOIN assure.branch bw ON bw.branch_id = w.branch_id JOIN slow.fixed f ON f.worker_id = w.worker_id
	JOIN assure.worker_skill s ON s.worker_id = w.worker_id AND s.skill = q.skill AND s.level >= q.skill_level - 1
	WHERE (t.state = 'open' OR (t.state = 'reserved' AND NOT slow.few())) AND (NOT slow.few() OR t.task_id IN (SELECT task_id FROM slow.bidding)) AND q.code LIKE 'D%' AND w.authority_fen >= t.amount_fen AND w.worker_id <> ALL (t.excluded_worker_ids) AND (t.kept_branch_id IS NULL OR p.branch_id = t.branch_id)
		AND NOT EXISTS (SELECT FROM unnest(t.skills) k WHERE NOT EXISTS (SELECT FROM assure.worker_skill m WHERE m.worker_id = w.worker_id AND m.skill = k))
		AND NOT (t.declined_until > now() AND w.worker_id = ANY (t.declined_worker_ids));
CREATE VIEW slow.outside AS SELECT t.task_id, 700000 + 30000 * (t.priority - 1) AS outside FROM assure.task t JOIN assure.queue q USING (queue_id)
	WHERE (t.state = 'open' OR (t.state = 'reserved' AND NOT slow.few())) AND (NOT slow.few() OR t.task_id IN (SELECT task_id FROM slow.bidding)) AND q.code LIKE 'D%';
CREATE FUNCTION slow.best() RETURNS bigint LANGUAGE sql AS $$ SELECT cost FROM assure.optimal_match_summary('SELECT task_id, worker_id, cost FROM slow.edge', 'SELECT worker_id * 1000 + n AS worker_id, 1 AS capacity FROM slow.place', 'TABLE slow.outside') $$;
});

# company_of draws branches, workers and tasks; load: tasks of a hundred places.
sub company_of
{
	my ($seed, $workers, $tasks) = @_;
	ask(qq{
		SELECT setseed($seed / 1000.0);
		TRUNCATE assure.task, assure.clock, assure.worker_skill, assure.match_price, assure.dispatch_run CASCADE;
		DELETE FROM assure.worker WHERE code LIKE 'D%'; DELETE FROM assure.branch WHERE code LIKE 'D%';
		INSERT INTO assure.branch (code, name, region, status, take_in) SELECT 'D' || i, 'x', (ARRAY['110101', '110102', '310101', '320501'])[1 + floor(4 * random())::int], (ARRAY['online', 'online', 'online', 'reduced'])[1 + floor(4 * random())::int],
			(ARRAY[0, 30, 50, 100, 100])[1 + floor(5 * random())::int] FROM generate_series(1, 7) i;
		INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen, status) SELECT 'D' || i, 'x', (SELECT branch_id FROM assure.branch WHERE code LIKE 'D%' ORDER BY md5(i || branch_id::text) LIMIT 1), floor(6 * random())::int, 100000 * floor(4 * random())::int,
			CASE WHEN random() < 0.1 THEN 'off_shift' ELSE 'on_shift' END FROM generate_series(1, $workers) i;
		INSERT INTO assure.worker_skill SELECT worker_id, 'd' || n, 1 + floor(5 * random())::int FROM assure.worker, generate_series(1, 4) n WHERE code LIKE 'D%' AND random() < 0.6;
		INSERT INTO assure.task (queue_id, subject_kind, branch_id, amount_fen, priority, skills, attributes)
			SELECT (SELECT queue_id FROM assure.queue WHERE code LIKE 'D%' ORDER BY md5(i || code) LIMIT 1), 'other', (SELECT branch_id FROM assure.branch WHERE code LIKE 'D%' ORDER BY md5(i || 'x' || branch_id) LIMIT 1), floor(300000 * random())::int, 1 + floor(9 * random())::int,
				CASE WHEN random() < 0.1 THEN '{d4}'::text[] ELSE '{}' END, CASE WHEN random() < 0.2 THEN jsonb_build_object('preferred_worker', 'D' || 1 + floor($workers * random())::int) ELSE '{}' END
			FROM generate_series(1, $tasks) i;
		UPDATE assure.task SET kept_branch_id = branch_id WHERE random() < 0.2;
		UPDATE assure.task t SET excluded_worker_ids = ARRAY(SELECT worker_id FROM assure.worker WHERE code LIKE 'D%' ORDER BY md5(t.task_id || worker_id::text) LIMIT 3) WHERE random() < 0.3;
	});
}

foreach my $seed (1 .. 12)
{
	my ($workers, $tasks) = ((5, 25, 60)[$seed % 3], (20, 60, 200, 1)[$seed % 4]);
	company_of($seed, $workers, $tasks);
	my $best = ask('SELECT slow.best()');
	my $result = dispatch();
	is("@{$result}[4, 5, 6]", "$best $best t", "seed $seed: $tasks tasks, $workers workers: as cheap as the best over all places, and proven");
	is(ask(q{SELECT count(*) FROM assure.task t JOIN assure.queue q USING (queue_id) WHERE q.code LIKE 'D%' AND state = 'reserved'}), $result->[0], 'as many reserved as it says');
	is(ask(q{SELECT count(*) FROM assure.task t WHERE t.state = 'reserved' AND NOT EXISTS (SELECT FROM slow.edge e WHERE e.task_id = t.task_id AND e.worker_id / 1000 = t.worker_id)}), 0, 'nobody has what is not for them');

	# Some is accepted, more comes, people go, and what is only reserved may move.
	ask(q{SELECT setseed(0.5); UPDATE assure.task SET state = 'accepted' WHERE state = 'reserved' AND random() < 0.3;
		UPDATE assure.worker SET status = CASE status WHEN 'on_shift' THEN 'off_shift' ELSE 'on_shift' END WHERE code LIKE 'D%' AND random() < 0.1;
		UPDATE assure.task SET priority = 9 WHERE state = 'open' AND random() < 0.5;
		UPDATE assure.task SET declined_worker_ids = ARRAY(SELECT worker_id FROM assure.worker WHERE code LIKE 'D%' ORDER BY code LIMIT 2), declined_until = now() + interval '1 hour' WHERE state = 'open' AND random() < 0.5});
	my $accepted = ask(q{SELECT md5(string_agg(task_id || ' ' || worker_id, ',' ORDER BY task_id)) FROM assure.task WHERE state = 'accepted'});
	$best = ask('SELECT slow.best()');
	$result = dispatch();
	is("@{$result}[4, 5, 6]", "$best $best t", "seed $seed, again after changes: moves pay what they cost");
	is(ask(q{SELECT md5(string_agg(task_id || ' ' || worker_id, ',' ORDER BY task_id)) FROM assure.task WHERE state = 'accepted'}), $accepted, 'what was accepted stays');
	is(ask(q{SELECT count(*) FROM assure.task_event WHERE event = 'displaced' AND reason = 'moved by dispatch'} . ' AND task_id IN (SELECT task_id FROM assure.task)'), $result->[3], 'each move has its row');
	is(ask(q{SELECT count(*) FROM (SELECT w.worker_id FROM assure.worker w JOIN assure.task t USING (worker_id) WHERE t.state IN ('reserved', 'accepted') GROUP BY 1, w.capacity HAVING count(*) > w.capacity) x}), 0, 'nobody beyond the capacity');
}
is(ask('SELECT bool_and(optimal AND cost = dual_bound) FROM assure.dispatch_run'), 't', 'each run is kept with its proof');
is(ask(q{SELECT count(*) FROM assure.match_price p JOIN assure.dispatch_run r USING (dispatch_run_id) WHERE p.price >= 0}) > 0, 1, 'and leaves prices');

# A branch goes. Its work and what its people had bid again, nothing else: not what others have reserved, though that
# might make it cheaper, not what others have begun, not what else is open. At the prices of the last dispatch it is
# the best that can be had.
foreach my $seed (21 .. 24)
{
	company_of($seed, 60, 60);
	dispatch();
	ask(qq{SELECT setseed(0.1); UPDATE assure.task SET state = 'accepted' WHERE state = 'reserved' AND random() < 0.4;
		INSERT INTO assure.task (queue_id, subject_kind, branch_id, amount_fen, priority) SELECT queue_id, 'other', branch_id, 1000, 9 FROM assure.task ORDER BY task_id LIMIT 20;
	});
	my $branch = ask(q{SELECT b.code FROM assure.branch b JOIN assure.worker w USING (branch_id) JOIN assure.task t USING (worker_id) WHERE t.state IN ('reserved', 'accepted') GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1});
	ask(qq{TRUNCATE slow.bidding; INSERT INTO slow.bidding SELECT t.task_id FROM assure.task t LEFT JOIN assure.worker w USING (worker_id), assure.branch b
		WHERE b.code = '$branch' AND ((t.state = 'open' AND t.branch_id = b.branch_id) OR (t.state IN ('reserved', 'accepted') AND w.branch_id = b.branch_id))});
	my $others = q{SELECT md5(string_agg(concat_ws(' ', task_id, state, worker_id, n), ',' ORDER BY task_id)) FROM (SELECT t.task_id, t.state, t.worker_id, count(e.event_id) AS n FROM assure.task t
		LEFT JOIN assure.task_event e USING (task_id) WHERE t.task_id NOT IN (SELECT task_id FROM slow.bidding) GROUP BY 1, 2, 3) x};
	my $before = ask($others);
	my $pairs = ask(qq{BEGIN; SELECT assure.move_branch('$branch', 'offline', 'x') \\g /dev/null
		SELECT string_agg(format('(%s, %s)', task_id, worker_id), ', ') FROM assure.task JOIN slow.bidding u USING (task_id) WHERE state = 'reserved'; ROLLBACK}) =~ s/.*?\(/(/r;
	my $costs = ask(qq{BEGIN; SELECT assure.set_branch_status('$branch', 'offline', 'x') \\g /dev/null
		SET LOCAL slow.bidding = on;
		SELECT slow.best() || ' ' || cost FROM assure.optimal_match_summary('SELECT e.task_id, e.worker_id, e.cost FROM slow.edge e JOIN (VALUES $pairs) v (t, w) ON e.task_id = t AND e.worker_id / 1000 = w',
			'SELECT worker_id * 1000 + n AS worker_id, 1 AS capacity FROM slow.place', 'TABLE slow.outside'); ROLLBACK});
	my ($best, $cost) = $costs =~ /(\d+) (\d+)/;
	is($cost, $best, "seed $seed: $branch goes, its tasks find the best that others have room for");
	my $moved = ask("SELECT assure.move_branch('$branch', 'offline', 'x')");
	is($moved, () = $pairs =~ /\(/g, "as many as it says");
	is(ask($others), $before, 'what others have reserved or begun stays with them, and what else is open stays open');
	is(ask(q{SELECT count(*) FROM assure.task t JOIN assure.worker w USING (worker_id) JOIN assure.branch b ON b.branch_id = w.branch_id WHERE t.state IN ('reserved', 'accepted') AND b.status = 'offline'}), 0, 'nobody of the branch has anything');
	is(ask(q{SELECT count(*) FROM (SELECT w.worker_id FROM assure.worker w JOIN assure.task t USING (worker_id) WHERE t.state IN ('reserved', 'accepted') GROUP BY 1, w.capacity HAVING count(*) > w.capacity) x}), 0, 'nobody beyond the capacity');
}

# What others complain of.  Two workers alike, a burst: both work, not the first alone.
sub simple
{
	my ($workers, $tasks, $more) = @_;
	ask(qq{TRUNCATE assure.task, assure.clock, assure.worker_skill, assure.match_price, assure.dispatch_run CASCADE; DELETE FROM assure.worker WHERE code LIKE 'D%';
		UPDATE assure.branch SET status = 'online', take_in = 100 WHERE code LIKE 'D%';
		INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT 'D' || i, 'x', (SELECT min(branch_id) FROM assure.branch WHERE code LIKE 'D%'), 10, 1000000 FROM generate_series(1, $workers) i;
		INSERT INTO assure.worker_skill SELECT worker_id, 'd1', 3 FROM assure.worker WHERE code LIKE 'D%';
		INSERT INTO assure.task (queue_id, subject_kind, branch_id, amount_fen) SELECT (SELECT queue_id FROM assure.queue WHERE code = 'D1'), 'other', (SELECT min(branch_id) FROM assure.branch WHERE code LIKE 'D%'), 100 FROM generate_series(1, $tasks)});
	ask($more) if $more;
}
sub loads { return ask(q{SELECT string_agg(code || ' ' || n, ', ' ORDER BY code) FROM (SELECT w.code, count(t.task_id) AS n FROM assure.worker w LEFT JOIN assure.task t ON t.worker_id = w.worker_id AND t.state IN ('reserved', 'accepted') WHERE w.code LIKE 'D%' GROUP BY 1) x}); }
simple(2, 6);
dispatch();
is(loads(), 'D1 3, D2 3', 'a burst is shared between equals');
simple(2, 4, q{INSERT INTO assure.task (queue_id, subject_kind, branch_id, amount_fen, state, worker_id) SELECT queue_id, 'other', (SELECT min(branch_id) FROM assure.branch WHERE code LIKE 'D%'), 1, 'done', (SELECT worker_id FROM assure.worker WHERE code = 'D1') FROM assure.queue, generate_series(1, 50) WHERE code = 'D1'});
dispatch();
is(loads(), 'D1 2, D2 2', 'what somebody did before is no load');
simple(1, 3, q{UPDATE assure.worker SET capacity = 1 WHERE code LIKE 'D%'; UPDATE assure.task SET priority = 1, created_at = now() - interval '400 days' WHERE task_id = (SELECT max(task_id) FROM assure.task); UPDATE assure.task SET priority = 9 WHERE task_id <> (SELECT max(task_id) FROM assure.task)});
dispatch();
is(ask(q{SELECT priority FROM assure.task WHERE state = 'reserved'}), '1', 'who has waited beyond the bound comes first, whatever the priority of others');
simple(1, 3, q{UPDATE assure.worker SET capacity = 2 WHERE code LIKE 'D%'});
is("@{dispatch()}[0, 1]", '2 1', 'one is left open');
ask(q{UPDATE assure.task SET state = 'done' WHERE task_id = (SELECT min(task_id) FROM assure.task WHERE state = 'reserved');
	INSERT INTO assure.task (queue_id, subject_kind, branch_id, amount_fen, priority, created_at) SELECT queue_id, subject_kind, branch_id, amount_fen, 4, now() FROM assure.task LIMIT 1});
is("@{dispatch()}[0, 1]", '1 1', 'when a place is free again');
is(ask(q{SELECT priority FROM assure.task WHERE state = 'open'}), '4', 'the one that waited has it, not the newer one');
simple(2, 1, q{UPDATE assure.task SET declined_worker_ids = ARRAY(SELECT worker_id FROM assure.worker WHERE code = 'D1'), declined_until = now() + interval '1 hour'});
dispatch();
is(loads(), 'D1 0, D2 1', 'who gave it back is not offered it at once');
simple(1, 1, q{UPDATE assure.task SET declined_worker_ids = ARRAY(SELECT worker_id FROM assure.worker WHERE code = 'D1'), declined_until = now() - interval '1 hour'});
dispatch();
is(loads(), 'D1 1', 'but again after the pause, being the only one');
simple(1, 1, q{UPDATE assure.worker_skill SET level = 1; UPDATE assure.task SET queue_id = (SELECT queue_id FROM assure.queue WHERE code = 'D3'); UPDATE assure.worker_skill SET skill = 'd3'});
is("@{dispatch()}[0, 1]", '0 1', 'two levels below is never enough');
ask(q{UPDATE assure.worker_skill SET level = 2});
is("@{dispatch()}[0, 1]", '1 0', 'one level below is, at a price');

# Why.
simple(3, 1, q{UPDATE assure.worker SET authority_fen = 10 WHERE code = 'D2'; UPDATE assure.task SET excluded_worker_ids = ARRAY(SELECT worker_id FROM assure.worker WHERE code = 'D3')});
my $task = ask('SELECT task_id FROM assure.task');
is(ask("SELECT string_agg(worker || ' ' || coalesce(rank || ' ' || sum, excluded), ', ' ORDER BY worker) FROM (SELECT worker, rank, sum(contribution) AS sum, min(excluded_by) AS excluded FROM assure.why($task) WHERE worker LIKE 'D%' GROUP BY 1, 2) x"),
	'D1 1 0.000000, D2 authority, D3 four eyes', 'why: contributions of the best, and what keeps the others');
ask(q{UPDATE assure.worker SET branch_id = (SELECT max(branch_id) FROM assure.branch WHERE code LIKE 'D%') WHERE code = 'D1'; UPDATE assure.branch SET region = '110101' WHERE branch_id = (SELECT min(branch_id) FROM assure.branch WHERE code LIKE 'D%');
	UPDATE assure.branch SET region = '320501' WHERE branch_id = (SELECT max(branch_id) FROM assure.branch WHERE code LIKE 'D%'); UPDATE assure.worker_skill SET level = 2});
is(ask("SELECT string_agg(concat_ws(' ', factor, value, weight, contribution), ', ' ORDER BY factor COLLATE \"C\") FROM assure.why($task) WHERE worker = 'D1'"),
	'branch 0.0000 0.200000 0.200000, level 1.0000 0.100000 0.025000, load 0.0000 0.400000 0.000000, other_province 1.0000 0.050000, province 0.0000 0.300000 0.300000', 'each factor with its value, weight and contribution');
my ($code, $out, $err) = $node->psql('work', 'SELECT * FROM assure.why(-1)');
like($err, qr/task -1 does not exist/, 'why of a task that is not there');
ask(q{UPDATE assure.worker SET status = 'off_shift' WHERE code = 'D1'});
is(ask("SELECT excluded_by FROM assure.why($task) WHERE worker = 'D1'"), 'not on shift', 'who is not there');
is("@{dispatch()}[0, 1]", '0 1', 'and nobody is left');

# Limits.
($code, $out, $err) = $node->psql('work', 'CALL assure.dispatch(0)');
like($err, qr/max_tasks is 0, not at least 1/, 'at least one task');
company_of(5, 60, 2000);
($code, $out, $err) = $node->psql('work', "SET assure.match_memory = '1MB'; CALL assure.dispatch()");
like($err, qr/dispatch needs more memory than assure.match_memory allows\n.*2000 tasks in \d+ classes and \d+ workers need \d+ kB, the limit is 1024 kB/, 'more than the memory allowed: what was needed');
is(ask(q{SELECT count(*) FROM assure.task WHERE state = 'reserved'}), 0, 'and nothing changed');
($code, $out, $err) = $node->psql('work', "SET statement_timeout = '3ms'; CALL assure.dispatch()");
like($err, qr/canceling statement due to statement timeout/, 'can be cancelled');
my $few = dispatch(10);
is($few->[0] + $few->[1], 10, 'a number of tasks, the most urgent');
is(ask(q{SELECT min(priority) FROM assure.task WHERE state = 'reserved'}), 9, 'by their priority');
($code, $out, $err) = $node->psql('work', "SET ROLE postgres; CREATE ROLE nobody; GRANT USAGE ON SCHEMA assure TO nobody; SET ROLE nobody; SELECT * FROM assure.why(1)");
like($err, qr/permission denied/, 'why is not for everybody');

# Several at once, while people accept and give back: nothing twice, nobody beyond the capacity.
company_of(7, 60, 1500);
my @at_once = map { my $n = $_; IPC::Run::start(['psql', '-X', '-q', '-d', $node->connstr('work'), '-c', 'CALL assure.dispatch()', '-c', 'CALL assure.dispatch()'], '<', \undef, '>', \my $o, '2>', \my $e) } 1 .. 4;
ask(q{UPDATE assure.task SET state = 'accepted' WHERE task_id = (SELECT min(task_id) FROM assure.task WHERE state = 'reserved')}) for 1 .. 20;
is(scalar(grep { $_->finish } @at_once), 4, 'four dispatches at once');
is(ask(q{SELECT count(*) FROM (SELECT w.worker_id FROM assure.worker w JOIN assure.task t USING (worker_id) WHERE t.state IN ('reserved', 'accepted') GROUP BY 1, w.capacity HAVING count(*) > w.capacity) x}), 0, 'nobody beyond the capacity');
is(ask(q{SELECT count(*) FROM assure.task t WHERE state = 'reserved' AND (SELECT count(*) FILTER (WHERE event = 'reserved') - count(*) FILTER (WHERE event = 'displaced') FROM assure.task_event e WHERE e.task_id = t.task_id) <> 1}), 0, 'no task twice');
is(whole($node, 'work'), '', 'the books are whole');

done_testing();
