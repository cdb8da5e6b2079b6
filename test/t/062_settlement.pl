# The turn of the month, while work is being finished: what is booked in which month, and who waits for whom.
# The server's clock is set, so that a month ends when the test says so.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;
use ShiftedClock;

clock_prepare();
my $node = assure_node('settlement');
company($node, 'work');
sub sql { return $node->safe_psql('work', $_[0]); }

# An hour before the month ends.
my $shift = sql("SELECT floor(extract(epoch FROM (date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai') + interval '1 month') AT TIME ZONE 'Asia/Shanghai' - now()))::bigint") - 3600;
clock_set($shift);
# later moves the clock on by so many seconds.
sub later { $shift += $_[0]; clock_set($shift); return; }
$node->safe_psql('work', "BEGIN;\n\\i test/sql-common/shared_work.psql\nCOMMIT;");
sql(q{SELECT assure.put_tariff(format('{"queue": "claim_review", "from": "%s", "amounts": ["20.00"]}', (now() AT TIME ZONE 'Asia/Shanghai')::date)::jsonb)});
sql(q{SELECT assure.put_point_rule('{"queue": "claim_review", "base": 10}')});
my $month = sql(q{SELECT date_trunc('month', now() AT TIME ZONE 'Asia/Shanghai')::date});
my $next = sql("SELECT (date '$month' + interval '1 month')::date");

# months tells what is booked in which month: "tasks of the first, of the next, of the one after".
sub months { return sql("SELECT string_agg((SELECT count(*) FROM assure.settlement_posting p WHERE p.month = (date '$month' + make_interval(months => i))::date)::text, ' ' ORDER BY i) FROM generate_series(0, 2) i"); }
# started runs a statement beside us, and ended waits for it: its output, or its error.
sub started
{
	my ($statement) = @_;
	my %run = (in => '', out => '', err => '');
	$run{handle} = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-q', '-d', $node->connstr('work'), map { ('-c', $_) } ref $statement ? @$statement : $statement ], '<', \$run{in}, '>', \$run{out}, '2>', \$run{err});
	return \%run;
}
sub ended { my ($run) = @_; IPC::Run::finish($run->{handle}); chomp $run->{out}; return $run->{err} =~ /ERROR:  (.*)/ ? $1 : $run->{out}; }
# waits tells whether somebody waits for a lock of settlement, before long.
sub waits { return $node->poll_query_until('work', "SELECT count(*) = $_[0] FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 3 AND NOT granted"); }

like(fails($node, 'work', "SELECT assure.close_settlement('$month')"), qr/^AS201 month \d{4}-\d\d is not over/, 'a month that is not over is not closed');
sql("SELECT t.work('A', 'SH1')");
my $late = $node->background_psql('work');
$late->query_safe("BEGIN; SELECT t.work('B', 'SH1')");
my $straggler = $node->background_psql('work');
$straggler->query_safe('BEGIN; SELECT now()');
my $old = $node->background_psql('work');
$old->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM assure.task');

later(7200);
my $close = started("SELECT assure.close_settlement('$month')");
ok(waits(1), 'closing waits for who has booked in the month');
is(months(), '1 0 0', 'which nobody else sees yet');
my $second = started("SELECT assure.close_settlement('$month')");
ok(waits(2), 'and so does who closes it as well');
sql("SET lock_timeout = '5s'; SELECT t.work('C', 'SH2')");
is(months(), '1 1 0', 'work of the new month waits for nobody');
$late->query_safe('COMMIT');
is(ended($close), '2', 'what was being booked is in the month that is closed');
like(ended($second), qr/^month \d{4}-\d\d is closed$/, 'once');
my $statement = sql("SELECT string_agg(s::text, ' ' ORDER BY s::text) FROM assure.settlement_statement('$month') s");
like($statement, qr/\(BJ,SH,0,0.00,2,40.00,-40.00,t\)/, 'the statement has both');
$straggler->query_safe("SELECT t.work('D', 'GD1'); COMMIT");
is(months(), '2 2 0', 'who began before the turn and books after the close books in the next month');
$old->query_safe("SELECT t.work('E', 'GD1'); COMMIT");
is(months(), '2 3 0', 'with an old snapshot, too');
is(sql("SELECT string_agg(s::text, ' ' ORDER BY s::text) FROM assure.settlement_statement('$month') s"), $statement, 'the closed month does not change');

# Who closes has an older snapshot than who books.
$late->query_safe("BEGIN; SELECT t.work('F', 'SH1')");
later(31 * 86400);
$close = started([ 'BEGIN ISOLATION LEVEL REPEATABLE READ', 'SELECT count(*) FROM assure.settlement_close', "SELECT assure.close_settlement('$next')", 'COMMIT' ]);
ok(waits(1), 'closing with a snapshot of before waits');
$late->query_safe('COMMIT');
is(ended($close), "1\n4", 'and sees what was committed meanwhile');
is(sql("SELECT string_agg(month || ' ' || tasks, ', ' ORDER BY month) FROM (SELECT month, sum(tasks) AS tasks FROM assure_bi.leaderboard GROUP BY 1) x"), "$month 4, $next 2", 'points are of the month in which the transaction began');

is(sql("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 3"), '0', 'no lock stays');
is(whole($node, 'work'), '', 'the books hold');
$_->quit foreach $late, $straggler, $old;
$node->stop;
done_testing();
