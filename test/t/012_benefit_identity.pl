# What must hold of every result, whatever the terms, of many: amounts add up,
# lines and reasons agree with them, nobody gets more than is open, no limit is
# passed. The engine alone: each family's claims go one after the other through
# other families' terms.
#
# BENEFIT_RESULTS is how many, 20,000 by default; `make identity` does a million.
# BENEFIT_WORKERS work at once, each in a database of its own.
use strict;
use warnings FATAL => 'all';

use AssureNode;
use BenefitBulk;
use PostgreSQL::Test::Utils;
use Test::More;

my $results = $ENV{BENEFIT_RESULTS} // 20_000;
my $workers = $ENV{BENEFIT_WORKERS} // 2;
my $first   = $ENV{BENEFIT_SEED}    // 500_000;

# A family has some seven claims; at most so many families a round.
my $each     = $results / $workers;
my $families = int($each / 6) + 1;
$families = 2000 if $families > 2000;
my $rounds = int($each / ($families * 6)) + 1;

my $node = assure_node('identity', max_wal_size => '4GB', shared_buffers => '256MB');
my (@children, @files);
foreach my $worker (1 .. $workers)
{
	my $database = "worker$worker";
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING 'UTF8'");
	bulk_schema(sub { $node->safe_psql($database, $_[0]) });
	my $file = "$PostgreSQL::Test::Utils::tmp_check/identity.$worker";
	push @files, $file;
	my $child = fork // die "fork: $!";
	if (!$child)
	{
		open my $psql, '|-', 'psql', '-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', $node->connstr($database), '-o', $file or die "psql: $!";
		my $start = $first + ($worker - 1) * $families;
		identity_load($psql, $start .. $start + $families - 1);
		identity_round($psql, $_ * 7) foreach 1 .. $rounds;
		require POSIX;
		POSIX::_exit(close $psql ? 0 : 1);
	}
	push @children, $child;
}
foreach my $child (@children)
{
	waitpid $child, 0;
	is($?, 0, 'a worker ends well');
}
my $seen = 0;
my @faults;
foreach my $line (map { split /\n/, slurp_file($_) } @files)
{
	if ($line =~ /^results\|(\d+)$/) { $seen += $1 }
	else                             { push @faults, $line }
}
cmp_ok($seen, '>=', $results * 0.9, "$seen results");
is(scalar @faults, 0, 'what must hold of every result holds') or diag join "\n", @faults[ 0 .. ($#faults < 4 ? $#faults : 4) ];
$node->stop;
done_testing();
