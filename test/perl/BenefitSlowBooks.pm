# The counters of the slow evaluator: what stands in `used`, and what lasts for a
# visit or this claim only. Names, periods, who shares a step.
package BenefitSlowBooks;

use strict;
use warnings FATAL => 'all';
use BenefitSlowBasics;
use Exporter 'import';

our @EXPORT = qw(new_books met book period_of parties remaining used_of);

my %plain = map { $_ => 1 } qw(count days);

# new_books copies the counters that a claim starts from.
sub new_books
{
	my ($used) = @_;
	my %books;
	foreach my $counter (keys %$used)
	{
		foreach my $period (keys %{ $used->{$counter} })
		{
			my %entry = %{ $used->{$counter}{$period} };
			foreach my $measure (keys %entry)
			{
				$entry{$measure} = [ @{ $entry{$measure} } ] if ref $entry{$measure} eq 'ARRAY';
			}
			$books{$counter}{$period} = \%entry;
		}
	}
	return { used => \%books, passing => {} };
}

# of_this_claim says whether a period ends with the claim.
sub of_this_claim
{
	my ($period) = @_;
	return $period eq 'claim' || $period =~ /^visit:/;
}

# met returns what a counter holds: fen, or a number of visits or days.
sub met
{
	my ($books, $counter, $period, $measure) = @_;
	return $books->{passing}{"$counter $period $measure"} // 0 if of_this_claim($period);
	my $value = ($books->{used}{$counter} // {})->{$period};
	$value = $value->{$measure} if defined $value;
	return 0 if !defined $value;
	return $plain{$measure} ? $value : fen($value);
}

# book adds to a counter; nothing is written for nothing.
sub book
{
	my ($books, $counter, $period, $measure, $value) = @_;
	return if $value == 0;
	my $sum = met($books, $counter, $period, $measure) + $value;
	if (of_this_claim($period))
	{
		$books->{passing}{"$counter $period $measure"} = $sum;
	}
	else
	{
		$books->{used}{$counter}{$period}{$measure} = $plain{$measure} ? $sum : yuan($sum);
	}
	return;
}

# period_of returns the key of the period that a date, or a bill, is in.
sub period_of
{
	my ($per, $terms, $claim, $date, $visit) = @_;
	return "visit:$visit" if $per eq 'visit';
	return "day:$date"    if $per eq 'day';
	return $per           if $per eq 'claim' || $per eq 'lifetime';
	return 'year:' . (($terms->{period} // 'policy_year') eq 'calendar_year' ? substr($date, 0, 4) . '-01-01' : policy_year($claim->{member}{policy_start}, $date));
}

# parties returns whose amounts a step keeps: counter and amount, of the member, the family, or both.
sub parties
{
	my ($step, $name) = @_;
	my $amount = defined $step->{amount} ? fen($step->{amount}) : $step->{count} // $step->{days};
	return ([ "$name\@family", $amount ]) if ($step->{scope} // 'member') eq 'family';
	return ([ $name, $amount ], [ "$name\@family", fen($step->{family_amount}) ]) if defined $step->{family_amount};
	return ([ $name, $amount ]);
}

# remaining returns the least that is left of all parties' amounts, never below 0.
sub remaining
{
	my ($books, $parties, $period, $measure, $times) = @_;
	return most(0, least(map { $_->[1] * $times - met($books, $_->[0], $period, $measure) } @$parties));
}

# used_of returns the counters as they stand, in the shape of the input.
sub used_of
{
	my ($books) = @_;
	return $books->{used};
}

1;
