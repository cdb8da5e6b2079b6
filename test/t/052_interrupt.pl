# Each batch cut off at some moment by statement_timeout leaves whole chunks and
# nothing half; and two of each at once do what one does alone.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;
use Truths;

my $node = assure_node('interrupt');
company($node, 'origin');
$node->safe_psql('origin', <<'END');
\set people 300
\i test/soak/setup.sql
SELECT count(t.submit(n % 300)) FROM generate_series(1, 1100) n;
SELECT count(t.serve(n % 300)) FROM generate_series(1, 300) n;
SELECT count(t.task(n)) FROM generate_series(1, 400) n;
UPDATE assure.clock SET next_due = now() - interval '1 minute' WHERE state = 'running' AND next_due IS NOT NULL AND subject_kind = 'task';
END

# The batches in an order in which one has to do what the last has left, and what each has done, whoever did it.
my @batches = (
	[ adjudicate => 'CALL assure.adjudicate_batch()', "SELECT ref, state, paid FROM assure_bi.claim ORDER BY ref COLLATE \"C\"" ],
	[ sweep => 'CALL assure.sla_sweep()', "SELECT subject_kind, level, at_target, count(*) FROM assure.alert GROUP BY 1, 2, 3 ORDER BY 1, 2, 3" ],
	[ dispatch => 'CALL assure.dispatch()', "SELECT state, count(*) FROM assure.task GROUP BY 1 ORDER BY 1" ],
	[ merge => 'CALL assure.merge_coverage(20)', "SELECT c FROM assure_internal.served_cell c" ],
	[ pay => 'CALL assure.order_payments()', "SELECT c.ref, sum(e.amount_fen) FROM assure.payment_entry e JOIN assure.claim c USING (account_id, claim_id) GROUP BY 1 ORDER BY 1" ],
	[ draw => "SELECT assure.draw_checks(daterange(current_date - 200, current_date - 100, '[]'), 'lot', 'soak')", 'SELECT task_id FROM assure.check_sample ORDER BY 1' ],
	[ measure => 'CALL assure.refresh_match_measures()', 'SELECT count(*) FROM assure.worker_measure' ],
	[ seal => 'SELECT assure.seal_audit()', 'SELECT sum(row_count) = (SELECT count(*) FROM assure.audit_log) FROM assure.audit_seal' ]);
# A session that has just ended may still be there for a moment, longer on a machine that is busy: no copy is made beside it.
$node->poll_query_until('postgres', "SELECT NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = 'origin')") or die 'somebody is in the database';
$node->safe_psql('postgres', "CREATE DATABASE $_ TEMPLATE origin") foreach qw(one two cut);

# done is what a batch has done in a database.
sub done { my ($database, $what) = @_; return join "\n", sort split /\n/, $node->safe_psql($database, $what); }

# at_once runs a call in so many sessions at the same time and returns their errors.
sub at_once
{
	my ($database, $call, $sessions) = @_;
	my @runs = map { my %run = (out => '', err => ''); $run{handle} = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-q', '-d', $node->connstr($database), '-c', $call ], '<', \undef, '>', \$run{out}, '2>', \$run{err}); \%run } 1 .. $sessions;
	IPC::Run::finish($_->{handle}) foreach @runs;
	return join '; ', grep { $_ ne '' } map { $_->{err} } @runs;
}

# batch_cut runs a batch alone, twice at once, and cut off at some moments.
sub batch_cut
{
	my ($name, $call, $what) = @_;
	is(at_once('one', $call, 1), '', "$name: once");
	my $alone = done('one', $what);
	my $errors = at_once('two', $call, 2);
	# Who draws second is told what was drawn, and a seal that is being made is not made twice.
	is($errors =~ s/^ERROR:  .*(?:is drawn|was drawn).*\n(?:(?:DETAIL|HINT).*\n)*//r, '', "$name: twice at once, both end well");
	is(done('two', $what), $alone, "$name: and have done what one does");
	my ($cuts, @broken) = (0);
	foreach my $milliseconds (4, 16, 64, 256)
	{
		my $error = fails($node, 'cut', "SET statement_timeout = $milliseconds; $call");
		last if $error eq 'none';
		$cuts++;
		push @broken, "$milliseconds ms: $error" if $error !~ /^57014 canceling statement due to statement timeout/;
		my $false = falsehoods($node, 'cut');
		push @broken, "$milliseconds ms: $false" if $false ne '';
	}
	is("@broken", '', "$name: cut off $cuts times, all is whole each time");
	is(fails($node, 'cut', $call), 'none', "$name: the next one");
	is(done('cut', $what), $alone, "$name: does the rest");
	return;
}

# What a statement of the test itself dies of is a failure of its batch, with its words; the others go on.
foreach my $batch (@batches)
{
	eval { batch_cut(@$batch); 1 } or fail("$batch->[0]: ended early: $@");
}
is(falsehoods($node, $_), '', "all is whole in $_") foreach qw(one two cut);
is($node->safe_psql($_, 'SELECT count(*) FROM assure.failed_claim'), '0', "no claim was set aside in $_") foreach qw(one two cut);

$node->stop;
done_testing();
