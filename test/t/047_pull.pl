# A person who asks is given what a dispatch would give: where a queue names a
# matching profile, next_task ranks by it.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

my $node = assure_node('pull');
company($node, 'work');
sub ask { return $node->safe_psql('work', $_[0]); }
sub take { return ask("SELECT assure.next_task('P')"); }
sub drop { ask("SELECT assure.cancel_task($_[0], 'x')"); return; }

ask(q{UPDATE assure.worker SET status = 'off_shift';
	SELECT assure.put_match_profile('{"code": "far", "name": "x", "factors": [
			{"code": "branch", "parameter": "same_branch", "weight": 2}, {"code": "province", "parameter": "same_province", "weight": 1},
			{"code": "headroom", "parameter": "authority_headroom", "weight": 2}, {"code": "slack", "parameter": "slack_fit", "weight": 1},
			{"code": "known", "parameter": "same_customer", "weight": 1}, {"code": "speed", "parameter": "handling_median_queue_30", "weight": 1},
			{"code": "volume", "dimension": "quality", "expression": "volume_product_90 + volume_chapter_90", "weight": 1, "scale": {"worst": 0, "best": 10}},
			{"code": "large", "dimension": "effectiveness", "expression": "amount", "weight": 1, "scale": {"worst": 0, "best": 5000}}],
		"penalties": {"other_branch": 0.02, "other_province": 0.05}, "preferred_worker": 0.15,
		"outside": {"base": 0.7, "per_priority": 0.03, "per_hour": 0.001}}');
	SELECT assure.put_match_profile('{"code": "near", "name": "x", "factors": [{"code": "branch", "parameter": "same_branch", "weight": 1}], "conditions": ["same_branch"]}');
	SELECT assure.put_queue('{"code": "F", "name": "x", "skills": {"f": 1}, "profile": "far", "wait_max": "P1Y"}');
	SELECT assure.put_worker('{"code": "P", "name": "x", "branch": "BJ", "capacity": 1, "authority": "5000.00", "skills": {"f": 3, "french": 1}}');
	SELECT assure.put_worker('{"code": "S", "name": "x", "branch": "BJ", "capacity": 1, "authority": "5000.00", "skills": {}}');
	SELECT assure.set_worker_status('S', 'off_shift', 'x')});

# fill opens random tasks.
sub fill
{
	my ($seed, $count) = @_;
	ask(qq{SELECT setseed($seed / 100.0);
		INSERT INTO assure.task (queue_id, subject_kind, account_id, branch_id, amount_fen, priority, created_at, due_at, wait_until, product, chapter, attributes, skills)
			SELECT q.queue_id, 'other', 1 + floor(random() * 4)::int, b.branch_id, 100 + floor(random() * 450000)::int, 1 + floor(random() * 9)::int, c, CASE WHEN random() < 0.8 THEN c + random() * interval '5 days' END, c + interval '1 year',
				CASE WHEN random() < 0.6 THEN 'plan' || floor(random() * 3)::int END, CASE WHEN random() < 0.5 THEN 1 + floor(random() * 3)::int END,
				CASE WHEN random() < 0.2 THEN '{"preferred_worker": "P"}' ELSE '{}' END::jsonb, CASE WHEN random() < 0.2 THEN '{french}' ELSE '{}' END::text[]
			FROM (SELECT n, now() - random() * interval '3 days' AS c, (SELECT array_agg(branch_id ORDER BY code) FROM assure.branch) AS ids FROM generate_series(1, $count) n) n
			JOIN assure.branch b ON b.branch_id = n.ids[1 + floor(random() * array_length(n.ids, 1))::int] JOIN assure.queue q ON q.code = 'F'});
	return;
}

# What a dispatch gives to the only person there is, is what this person gets who asks.
ask(q{INSERT INTO assure.task (queue_id, subject_kind, account_id, branch_id, amount_fen, state, worker_id, created_at, state_since, product, chapter)
	SELECT q.queue_id, 'other', 1, w.branch_id, 1000, 'done', w.worker_id, now() - interval '5 days', now() - interval '4 days', 'plan1', 2 FROM assure.queue q, assure.worker w, generate_series(1, 5) WHERE q.code = 'F' AND w.code = 'P'});
foreach my $seed (1 .. 3)
{
	fill($seed, 30);
	my ($same, $urgent) = (0, 0);
	for (1 .. 10)
	{
		ask('CALL assure.dispatch()');
		my $given = ask("SELECT task_id FROM assure.task JOIN assure.worker w USING (worker_id) WHERE state = 'reserved' AND w.code = 'P'");
		ask("BEGIN; SELECT assure.act_as('S'); SELECT assure.return_task($given, 'x'); COMMIT");
		my $taken = take();
		$same++ if $taken == $given;
		$urgent++ if $taken == ask("SELECT task_id FROM (SELECT task_id, coalesce(least(due_at, wait_until), created_at) - (priority - 5) * interval '1 day' AS u FROM assure.task WHERE state = 'open' OR task_id = $taken) t ORDER BY u LIMIT 1");
		drop($taken);
	}
	is($same, 10, "seed $seed: what a dispatch gives is what next_task gives");
	cmp_ok($urgent, '<', 10, "seed $seed: and it is not what is most urgent, or not always");
}

# As many as are read of a list.
ask("UPDATE assure.task SET state = 'cancelled' WHERE task_id IN (SELECT task_id FROM assure.task WHERE state = 'open' ORDER BY task_id OFFSET 30)");

# Measures and profiles that change count in a session that took tasks before.
my $session = $node->background_psql('work');
my $before = $session->query_safe("SELECT assure.next_task('P')");
drop($before);
ask(q{SELECT assure.put_match_profile('{"code": "far", "name": "x", "factors": [{"code": "large", "dimension": "effectiveness", "expression": "amount", "weight": 1, "scale": {"worst": 0, "best": 5000}}], "outside": {"base": 1, "per_priority": 0, "per_hour": 0}}')});
my $largest = ask("SELECT task_id FROM assure.task t JOIN assure.queue q USING (queue_id) WHERE t.state = 'open' AND q.code = 'F' ORDER BY t.amount_fen DESC LIMIT 1");
is($session->query_safe("SELECT assure.next_task('P')"), $largest, 'another version of the profile counts at once');
drop($largest);

# How often a task came back counts.
ask(q{SELECT assure.put_match_profile('{"code": "far", "name": "x", "factors": [{"code": "returns", "dimension": "effectiveness", "expression": "returns", "weight": 1, "scale": {"worst": 0, "best": 1}}], "outside": {"base": 1, "per_priority": 0, "per_hour": 0}}')});
my $returned = ask("SELECT max(task_id) FROM assure.task WHERE state = 'open'");
ask("INSERT INTO assure.task_event (task_id, event, session_role) VALUES ($returned, 'returned', 'x')");
is($session->query_safe("SELECT assure.next_task('P')"), $returned, 'facts of the task are those of a dispatch');
drop($returned);

# Ageing: what is past its bound on waiting goes first, whatever it costs.
my $least = ask("SELECT task_id FROM assure.task t JOIN assure.queue q USING (queue_id) WHERE t.state = 'open' AND q.code = 'F' ORDER BY t.amount_fen LIMIT 1");
ask("UPDATE assure.task SET created_at = now() - interval '366 days', wait_until = now() - interval '1 day' WHERE task_id = $least");
is($session->query_safe("SELECT assure.next_task('P')"), $least, 'nothing starves');
drop($least);

# A condition of the profile.
ask("UPDATE assure.queue SET profile = 'near' WHERE code = 'F'");
my ($given, $wrong) = (0, 0);
while ((my $task = $session->query_safe("SELECT assure.next_task('P')")) ne '')
{
	$given++;
	$wrong++ if ask("SELECT b.code FROM assure.task JOIN assure.branch b USING (branch_id) WHERE task_id = $task") ne 'BJ';
	drop($task);
}
is($wrong, 0, 'what a condition of the profile excludes is not given');
cmp_ok($given, '>', 0, 'what it does not, is');
cmp_ok(ask("SELECT count(*) FROM assure.task WHERE state = 'open'"), '>', 0, 'and the rest stays');

# Without a profile by urgency.
ask("UPDATE assure.queue SET profile = NULL WHERE code = 'F'");
my $most = ask("SELECT task_id FROM assure.task t JOIN assure.queue q USING (queue_id) WHERE t.state = 'open' AND q.code = 'F' ORDER BY coalesce(least(due_at, wait_until), created_at) - (priority - 5) * interval '1 day' LIMIT 1");
is($session->query_safe("SELECT assure.next_task('P')"), $most, 'without a profile the most urgent one');
$session->quit;

# Of many lists too: queues, classes of authority, branches that share.
ask(q{SELECT assure.put_queue(jsonb_build_object('code', 'L' || i, 'name', 'x', 'skills', '{"l": 1}'::jsonb)) FROM generate_series(1, 3) i;
	SELECT assure.put_worker('{"code": "R", "name": "x", "branch": "BJ", "capacity": 1000, "authority": "600000.00", "skills": {"l": 1}}');
	SELECT assure.put_worker('{"code": "T", "name": "x", "branch": "SH", "capacity": 1000, "authority": "40000.00", "skills": {"l": 1}}');
	SELECT setseed(0.3);
	INSERT INTO assure.task (queue_id, subject_kind, branch_id, amount_fen, priority, created_at, due_at, wait_until, kept_branch_id, excluded_worker_ids, skills)
		SELECT q.queue_id, 'other', b.branch_id, (10 ^ (3 + 5 * random()))::bigint, 1 + floor(random() * 9)::int, c, CASE WHEN random() < 0.5 THEN c + random() * interval '2 days' END, CASE WHEN random() < 0.8 THEN c + interval '3 days' END,
			CASE WHEN random() < 0.2 THEN b.branch_id END, CASE WHEN random() < 0.2 THEN ARRAY[w.worker_id] ELSE '{}' END, CASE WHEN random() < 0.1 THEN '{none}' ELSE '{}' END::text[]
		FROM (SELECT n, now() - random() * interval '1 day' AS c, (SELECT array_agg(branch_id ORDER BY code) FROM assure.branch) AS ids FROM generate_series(1, 600) n) n
		JOIN assure.branch b ON b.branch_id = n.ids[1 + floor(random() * array_length(n.ids, 1))::int] JOIN assure.queue q ON q.code = 'L' || 1 + n % 3 JOIN assure.worker w ON w.code = (ARRAY['R', 'T'])[1 + n % 2]});
ask("UPDATE assure.branch SET take_in = 100, status = 'online'");
foreach my $person ('R', 'T')
{
	my $best = ask(qq{SELECT string_agg(task_id::text, ',') FROM (SELECT t.task_id FROM assure.task t JOIN assure.queue q USING (queue_id), assure.worker w
		WHERE w.code = '$person' AND t.state = 'open' AND q.code LIKE 'L_' AND t.amount_fen <= w.authority_fen AND coalesce(t.kept_branch_id, w.branch_id) = w.branch_id AND t.skills = '{}' AND w.worker_id <> ALL (t.excluded_worker_ids)
		ORDER BY coalesce(least(t.due_at, t.wait_until), t.created_at) - (t.priority - 5) * interval '1 day' - CASE WHEN t.branch_id = w.branch_id THEN interval '4 hours' ELSE '0' END LIMIT 100) t});
	is(join(',', map { ask("SELECT assure.next_task('$person')") } 1 .. 100), $best, "person $person: the best of all lists, one after the other");
}

$node->stop;
done_testing();
