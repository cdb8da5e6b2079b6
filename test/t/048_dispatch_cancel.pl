# A dispatch that is cancelled, in each of its phases: no thread of its own is left in the backend, nothing is written
# before the assignment is proven, and after that whole chunks only. The next one finds the rest.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

my $node = assure_node('cancel', 'assure.match_threads' => 4);
company($node, 'work');
sub ask { return $node->safe_psql('work', $_[0]); }

ask(q{
	SELECT assure.put_match_profile('{"code": "plain", "name": "x", "factors": [{"code": "branch", "parameter": "same_branch", "weight": 2}, {"code": "level", "parameter": "skill_margin", "weight": 3},
		{"code": "headroom", "parameter": "authority_headroom", "weight": 3}], "levelling": {"step": 0.01, "most": 0.2}, "outside": {"base": 2}}');
	SELECT setseed(0.7);
	INSERT INTO assure.queue (code, name, skill, profile, wait_max) SELECT 'Q' || i, 'x', 'q' || i, 'plain', '1 year' FROM generate_series(1, 4) i;
	INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen)
		SELECT 'C' || i, 'x', (SELECT min(branch_id) FROM assure.branch) + i % 3, 1 + i % 9, 100000 * (1 + i % 40) FROM generate_series(1, 900) i;
	INSERT INTO assure.worker_skill SELECT worker_id, 'q' || n, 1 + floor(5 * random())::int FROM assure.worker, generate_series(1, 4) n WHERE code LIKE 'C%' AND random() < 0.6;
	INSERT INTO assure.task (queue_id, subject_kind, branch_id, amount_fen)
		SELECT (SELECT min(queue_id) FROM assure.queue WHERE code = 'Q1') + i % 4, 'other', (SELECT min(branch_id) FROM assure.branch) + i * 7 % 3, floor(2000000 * random())::int FROM generate_series(1, 4000) i;
	ANALYZE});

# afresh puts the pool back as it was.
sub afresh { return ask(q{SET session_replication_role = replica; UPDATE assure.task SET state = 'open', worker_id = NULL WHERE state <> 'open'; TRUNCATE assure.task_event, assure.dispatch_run, assure.match_price}); }

# cut runs a dispatch of at most so many milliseconds, and then tells in the same session how many threads there are.
sub cut
{
	my ($milliseconds) = @_;
	my ($code, $out, $err) = $node->psql('work', "SET statement_timeout = '${milliseconds}ms';\nCALL assure.dispatch();\nRESET statement_timeout;\nSELECT 'threads ' || count(*) FROM pg_ls_dir('/proc/' || pg_backend_pid() || '/task');", on_error_stop => 0);
	is($out =~ /threads (\d+)/ ? $1 : 'none told', 1, "$milliseconds ms: the backend's own thread alone") if -d '/proc/self/task';
	return $err =~ /canceling statement due to statement timeout/ ? 'cut' : $err eq '' ? 'whole' : $err;
}

# written tells how many tasks are reserved, in whole chunks of a thousand or not, and whether the history and the log have them.
sub written
{
	return ask(qq{SELECT concat_ws(' ', count(*), count(*) = (SELECT count(*) FROM assure.task_event WHERE event = 'reserved'),
		count(*) = (SELECT coalesce(sum(row_count), 0) FROM assure.audit_log a WHERE action = 'dispatch' AND a.logged_at >= coalesce((SELECT min(started_at) FROM assure.dispatch_run), 'infinity')),
		(SELECT bool_and(optimal) FROM assure.dispatch_run)) FROM assure.task WHERE state = 'reserved'});
}

# held runs a statement in a session that stays until the block is done.
sub held
{
	my ($statement, $block) = @_;
	my $session = $node->background_psql('work');
	$session->query_safe($_) foreach 'BEGIN', $statement;
	$block->();
	$session->query_safe('ROLLBACK');
	$session->quit;
	return;
}

# While it reads: nothing.
held('LOCK TABLE assure.worker_skill', sub { is(cut(200), 'cut', 'cut off while it reads the pool'); is(written(), '0 t t', 'nothing is written'); });
# While it writes the first chunk: the run and its prices, which are proven.
held('LOCK TABLE assure.task_event IN SHARE MODE', sub { is(cut(10000), 'cut', 'cut off in the first chunk'); is(written(), '0 t t t', 'the run is there, with its proof, and no task'); });
is(cut(0), 'whole', 'what was cut off can be had');
is(written(), '4000 t t t', 'and gives what is left');

# At any moment: the longer, the further.
my ($cuts, $largest, @wrong) = (0, 0);
for (my $milliseconds = 2; ; $milliseconds = int($milliseconds * 1.4) + 1)
{
	afresh();
	my $end = cut($milliseconds);
	my ($reserved, @whole) = split / /, written();
	push @wrong, "$milliseconds ms: $end, $reserved @whole" if $end !~ /^(?:cut|whole)$/ || $reserved % 1000 != 0 || "@whole" !~ /^t t(?: t)?$/ || ($reserved > 0 && @whole < 3);
	last if $end eq 'whole';
	$cuts++;
}
is(join("\n", @wrong), '', 'cut off at any moment: whole chunks of a proven run, or nothing');
cmp_ok($cuts, '>', 3, 'at several of them');
is(written(), '4000 t t t', 'and in the end all');

done_testing();
