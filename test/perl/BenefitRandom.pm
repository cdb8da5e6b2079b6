# What the generators draw with: everything from one seed, the same everywhere.
package BenefitRandom;

use strict;
use warnings FATAL => 'all';
use Exporter 'import';

our @EXPORT = qw(seed chance below between pick some amount share);

my ($state, $scale);

# seed starts the sequence. A generator of our own: perl's may be another elsewhere.
sub seed
{
	my ($seed) = @_;
	$state = ($seed * 2_654_435 + 12_345) % 2_147_483_647 || 1;
	step() foreach 1 .. 5;
	$scale = chance(90) ? 1 : pick(37, 1000, 1_000_003);
	return;
}

# step is the minimal standard generator of Park and Miller.
sub step
{
	$state = $state * 48_271 % 2_147_483_647;
	return $state;
}

# below returns a whole number from 0 to below its argument.
sub below
{
	my ($bound) = @_;
	return $bound < 1_000_000 ? int(step() / 2_147_483_647 * $bound) : (step() * 2_147_483_647 + step()) % $bound;
}

# between returns one of a range, both ends in.
sub between
{
	my ($low, $high) = @_;
	return $low + below($high - $low + 1);
}

# chance says yes in so many of a hundred times.
sub chance
{
	my ($percent) = @_;
	return below(100) < $percent;
}

# pick returns one of a list.
sub pick
{
	return $_[ below(scalar @_) ];
}

# some returns at least one of a list, in its order.
sub some
{
	my @list = @_;
	my $sure = below(scalar @list);
	return [ map { $list[$_] } grep { $_ == $sure || chance(40) } 0 .. $#list ];
}

# amount returns fen: few values, so that many are equal; sometimes any. In some
# seeds all of them are large.
sub amount
{
	my ($most) = @_;
	my $kind = below(10);
	return below($most * $scale + 1) if $kind < 2;
	return pick(1, 2, 3, 5, 7) if $kind == 2;
	return int($most * pick(1, 2, 3, 5, 10) / 10) * $scale;
}

# share returns a share as text.
sub share
{
	return pick('0.8', '0.5', '0.9', '0.6', '1', '0.333333', '0.85', '0.7', '0.125', '0.999999', '0.0005', '0');
}

1;
