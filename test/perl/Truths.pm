# What holds in a database of the company at any moment, whatever was killed, cancelled or had no room.
package Truths;

use strict;
use warnings FATAL => 'all';

use Exporter 'import';

our @EXPORT = qw(falsehoods);

# What must hold at any moment; each returns rows only where it does not.
my %truths = (
	'books and audit' => 'SELECT w FROM t.whole() w WHERE w <> $$$$',
	'one decision a number' => 'SELECT account_id, claim_id FROM assure.decision GROUP BY 1, 2 HAVING count(*) <> max(decision_no)',
	'tasks of claims in review' => q{SELECT c.ref FROM assure.claim c JOIN LATERAL (SELECT verdict FROM assure.decision d WHERE d.account_id = c.account_id AND d.claim_id = c.claim_id ORDER BY decision_no DESC LIMIT 1) d ON true
		WHERE (d.verdict = 'pend' OR EXISTS (SELECT FROM assure.appeal p WHERE p.account_id = c.account_id AND p.claim_id = c.claim_id AND p.state = 'open')) <> EXISTS (SELECT FROM assure.task t WHERE t.subject_kind = 'claim' AND t.account_id = c.account_id AND t.subject_id = c.claim_id AND t.state NOT IN ('done', 'cancelled'))},
	'clocks of tasks' => q{SELECT t.task_id, t.state, c.state FROM assure.task t LEFT JOIN assure.clock c ON c.subject_kind = 'task' AND c.subject_id = t.task_id
		WHERE coalesce(t.subject_ref, '') NOT LIKE 'past%' AND (c.clock_id IS NULL OR (t.state IN ('done', 'cancelled')) <> (c.state = 'stopped'))},
	'work that is paid for' => q{SELECT t.task_id, count(p.posting_id), count(DISTINCT e.entry_id) FROM assure.task t JOIN assure.queue q USING (queue_id) JOIN assure.worker w USING (worker_id)
		LEFT JOIN assure.settlement_posting p ON p.task_id = t.task_id LEFT JOIN assure.point_entry e ON e.task_id = t.task_id AND e.kind = 'done'
		WHERE q.code = 'soak' AND t.state = 'done' AND t.subject_ref NOT LIKE 'past%' GROUP BY t.task_id, t.branch_id, w.branch_id
		HAVING count(DISTINCT p.posting_id) <> (t.branch_id <> w.branch_id)::int OR count(DISTINCT e.entry_id) <> 1},
	'checks that were drawn' => q{SELECT s.check_id, g.stage, t.state FROM assure.check_sample s LEFT JOIN assure.check_stage g USING (check_id) LEFT JOIN assure.task t ON t.task_id = g.task_id
		WHERE g.check_id IS NULL OR (g.stage <> 'passed' AND (t.task_id IS NULL OR t.state IN ('done', 'cancelled')))},
	'sets of coverage' => 'SELECT * FROM assure.check_coverage()',
	'loads' => q{SELECT w.code FROM assure.worker w WHERE w.capacity < (SELECT count(*) FROM assure.task t WHERE t.worker_id = w.worker_id AND t.state IN ('reserved', 'accepted'))},
	'events of orders' => q{SELECT o.ref, o.state FROM assure.service_order o WHERE (o.state IN ('done', 'evaluated')) <> coalesce((SELECT event = 'served' FROM assure.service_event e WHERE e.account_id = o.account_id AND e.order_id = o.order_id ORDER BY event_id DESC LIMIT 1), false)},
	'coverage' => q{SELECT x.served, y.served FROM (SELECT sum(served) AS served FROM assure.coverage('[2024-05-01,2024-06-01)') WHERE region <> '000000') x,
		(SELECT count(DISTINCT (person_no, left(prefecture::text, 2))) AS served FROM (SELECT DISTINCT ON (account_id, order_id) * FROM assure.service_event ORDER BY account_id, order_id, event_id DESC) e WHERE event = 'served' AND served_on >= '2024-05-01' AND served_on < '2024-06-01') y
		WHERE coalesce(x.served, 0) <> y.served},
	'seals' => q{SELECT seal_no FROM (SELECT seal_no, lag(seal_no, 1, 0::bigint) OVER (ORDER BY seal_no) AS before_no FROM assure.audit_seal) s WHERE seal_no <> before_no + 1});

# falsehoods is what of these does not hold, with the first rows; empty where all do.
sub falsehoods
{
	my ($node, $database) = @_;
	my $ask = join ";\n", map { "SELECT '$_: ' || x::text FROM ($truths{$_}) x LIMIT 3" } sort keys %truths;
	return join '; ', split /\n/, $node->safe_psql($database, $ask);
}

1;
