# What the slow evaluator counts with: amounts in fen, shares in millionths,
# dates as day numbers, largest remainders, ICD-10 codes. Integers only.
package BenefitSlowBasics;

use strict;
use warnings FATAL => 'all';
use Math::BigInt;
use Exporter 'import';

our @EXPORT = qw(fen yuan millionths least most rounded split_by split_within day_number date_text year_of add_months completed_years policy_year covers covering);

# fen reads an amount of at most two places.
sub fen
{
	my ($text) = @_;
	$text =~ /^(-?)(\d+)(?:\.(\d{1,2}))?$/ or die "no amount: $text";
	my $value = $2 * 100 + substr(($3 // '') . '00', 0, 2);
	return $1 ? -$value : $value;
}

# yuan writes one.
sub yuan
{
	my ($fen) = @_;
	return sprintf '%s%d.%02d', $fen < 0 ? '-' : '', int(abs($fen) / 100), abs($fen) % 100;
}

# millionths reads a share or a quantity.
sub millionths
{
	my ($text) = @_;
	$text =~ /^(\d+)(?:\.(\d{1,6}))?$/ or die "no share: $text";
	return $1 * 1_000_000 + substr(($2 // '') . '000000', 0, 6);
}

# least returns the smallest of the values that are defined.
sub least
{
	my $least;
	foreach my $value (grep { defined } @_)
	{
		$least = $value if !defined $least || $value < $least;
	}
	return $least;
}

# most returns the greatest of its values.
sub most
{
	my ($most, @rest) = @_;
	foreach my $value (@rest)
	{
		$most = $value if $value > $most;
	}
	return $most;
}

# quotient returns factor * factor / divisor and what remains, exactly.
sub quotient
{
	my ($one, $other, $divisor) = @_;
	if ($one * $other < 1e15)
	{
		my $product = $one * $other;
		return (($product - $product % $divisor) / $divisor, $product % $divisor);
	}
	my ($whole, $rest) = Math::BigInt->new($one)->bmul($other)->bdiv($divisor);
	return ($whole->numify, $rest->numify);
}

# rounded returns factor * factor / divisor, half away from zero; none is negative.
sub rounded
{
	my ($one, $other, $divisor) = @_;
	my ($whole, $rest) = quotient($one, $other, $divisor);
	return 2 * $rest >= $divisor ? $whole + 1 : $whole;
}

# split_by splits a total in proportion to weights: what is left after rounding
# down goes, a fen each, to the largest remainders, of equal ones the earlier.
sub split_by
{
	my ($total, @weights) = @_;
	my $sum = 0;
	$sum += $_ foreach @weights;
	return map { 0 } @weights if $sum == 0;
	my (@shares, @rests);
	my $open = $total;
	foreach my $weight (@weights)
	{
		my ($share, $rest) = quotient($total, $weight, $sum);
		push @shares, $share;
		push @rests,  $rest;
		$open -= $share;
	}
	foreach my $index (sort { $rests[$b] <=> $rests[$a] || $a <=> $b } 0 .. $#weights)
	{
		last if $open == 0;
		$shares[$index]++;
		$open--;
	}
	return @shares;
}

# split_within does so with bounds (undef: none): who would get more than its
# bound gets the bound, and the rest is split again over the others.
sub split_within
{
	my ($total, $weights, $bounds) = @_;
	my @shares = map { 0 } @$weights;
	my @others = grep { $weights->[$_] > 0 } 0 .. $#$weights;
	while (@others && $total > 0)
	{
		my @try = split_by($total, @{$weights}[@others]);
		my @over = grep { defined $bounds->[ $others[$_] ] && $try[$_] > $bounds->[ $others[$_] ] } 0 .. $#others;
		if (!@over)
		{
			@shares[@others] = @try;
			return @shares;
		}
		my %over = map { $others[$_] => 1 } @over;
		foreach my $index (keys %over)
		{
			$shares[$index] = $bounds->[$index];
			$total -= $bounds->[$index];
		}
		@others = grep { !$over{$_} } @others;
	}
	die 'more is to be split than there is room for' if $total != 0;
	return @shares;
}

my @lengths = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31);

# leap says whether a year has a 29 February.
sub leap
{
	my ($year) = @_;
	return $year % 4 == 0 && ($year % 100 != 0 || $year % 400 == 0);
}

# month_length returns the days of a month.
sub month_length
{
	my ($year, $month) = @_;
	return $month == 2 && leap($year) ? 29 : $lengths[ $month - 1 ];
}

my %years;

# day_number counts the days from 1 January 1900.
sub day_number
{
	my ($text) = @_;
	my ($year, $month, $day) = $text =~ /^(\d{4})-(\d\d)-(\d\d)$/ or die "no date: $text";
	$years{$year} //= do
	{
		my $days = 0;
		$days += leap($_) ? 366 : 365 foreach 1900 .. $year - 1;
		$days;
	};
	my $number = $years{$year} + $day - 1;
	$number += month_length($year, $_) foreach 1 .. $month - 1;
	return $number;
}

# date_text writes year, month, day.
sub date_text
{
	return sprintf '%04d-%02d-%02d', @_;
}

# year_of returns the year of a date.
sub year_of
{
	return 0 + substr $_[0], 0, 4;
}

# add_months adds months, the end clamped to the month's last day.
sub add_months
{
	my ($text, $months) = @_;
	my ($year, $month, $day) = map { $_ + 0 } split /-/, $text;
	$month += $months;
	while ($month > 12)
	{
		$month -= 12;
		$year++;
	}
	return date_text($year, $month, least($day, month_length($year, $month)));
}

# completed_years returns the age: who is born on 29 February is a year older on 1 March.
sub completed_years
{
	my ($birth, $date) = @_;
	return year_of($date) - year_of($birth) - (substr($date, 5) lt substr($birth, 5) ? 1 : 0);
}

# policy_year returns the first day of the year of the policy that a date is in.
sub policy_year
{
	my ($start, $date) = @_;
	my ($month, $day) = map { $_ + 0 } (split /-/, $start)[ 1, 2 ];
	foreach my $year (year_of($date), year_of($date) - 1)
	{
		my $first = date_text($year, $month, least($day, month_length($year, $month)));
		return $first if $first le $date;
	}
	die 'a date without a year';
}

# covers says whether an entry, a code or a range of codes, covers a code: a
# shorter code covers its children, the end of a range too.
sub covers
{
	my ($entry, $code) = @_;
	my ($from, $to) = split /-/, $entry;
	$to //= $from;
	s/\.//g foreach $from, $to, $code;
	return $code ge $from && ($code le $to || substr($code, 0, length $to) eq $to);
}

# covering returns the first entry that covers one of the codes.
sub covering
{
	my ($entries, $codes) = @_;
	foreach my $entry (@$entries)
	{
		return $entry if grep { covers($entry, $_) } @$codes;
	}
	return;
}

1;
