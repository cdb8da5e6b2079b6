# Fixed benefits, slowly: days in hospital, sums by level, sums by disability grade.
package BenefitSlowFixed;

use strict;
use warnings FATAL => 'all';
use BenefitSlowBasics;
use BenefitSlowBooks;
use BenefitSlowFilter;
use BenefitSlowSteps;
use Exporter 'import';

our @EXPORT = qw(evaluate_fixed);

# evaluate_fixed evaluates a fixed benefit for the claim: daily for its bills in
# order, the others for its event.
sub evaluate_fixed
{
	my ($run, $benefit) = @_;
	if ($benefit->{kind} eq 'daily')
	{
		daily($run, $benefit, $_) foreach @{ $run->{claim}{bills} };
		return;
	}
	my $refusal = refusal($benefit, $run->{claim});
	if (defined $refusal)
	{
		reason($run, $benefit, undef, $refusal);
		return;
	}
	lump_sum($run, $benefit) if $benefit->{kind} eq 'lump_sum';
	schedule($run, $benefit) if $benefit->{kind} eq 'schedule';
	return;
}

# reason gives a reason, for an amount or without one.
sub reason
{
	my ($run, $benefit, $bill, $code, $amount) = @_;
	return if defined $amount && $amount == 0;
	my %reason = (code => $code, benefit => $benefit->{code});
	$reason{bill}   = $bill->{no}   if $bill;
	$reason{amount} = yuan($amount) if defined $amount;
	push @{ $run->{reasons} }, \%reason;
	return;
}

# always books what every benefit keeps: amounts of the year and the lifetime.
sub always
{
	my ($run, $benefit, $date, $paid, $visit) = @_;
	foreach my $per ('year', 'lifetime')
	{
		book($run->{books}, $benefit->{code}, period_of($per, $run->{terms}, $run->{claim}, $date, $visit), 'amount', $paid);
	}
	return;
}

# limited takes an amount (and days) through the limits, and returns what is left, what was
# cut, and the counters to book. Limits on days come first in the terms.
sub limited
{
	my ($run, $benefit, $bill, $date, $amount, $days, $daily) = @_;
	my %book;
	my $visit = $bill ? $bill->{no} : '';
	foreach my $step (@{ $benefit->{steps} // [] })
	{
		my ($kind, $content, $name) = step_of($run->{terms}, $benefit, $step);
		my $period  = period_of($content->{per}, $run->{terms}, $run->{claim}, $date, $visit);
		my @parties = parties($content, $name);
		my $measure = defined $content->{days} ? 'days' : 'amount';
		my $times = $content->{per} eq 'day' && $measure eq 'amount' && $bill ? $bill->{days} : 1;
		my $left = remaining($run->{books}, \@parties, $period, $measure, $times);
		my $before = $amount;
		if ($measure eq 'days')
		{
			$days   = least($days, $left);
			$amount = $days * $daily;
			reason($run, $benefit, $bill, 'limit_days', $before - $amount);
		}
		else
		{
			$amount = least($amount, $left);
			reason($run, $benefit, $bill, "limit_$content->{per}", $before - $amount);
		}
		$reached{"fixed limit $measure"}++ if $amount < $before;
		$book{ $_->[0] }{$period}{$measure} = 1 foreach @parties;
	}
	return ($amount, $days, \%book);
}

# book_limits books limits by what was finally paid.
# Open in the text: days where amount limits leave nothing. Here they are no days that pay.
sub book_limits
{
	my ($run, $benefit, $date, $visit, $amount, $days, $book) = @_;
	delete $book->{ $benefit->{code} }{ period_of($_, $run->{terms}, $run->{claim}, $date, $visit) }{amount} foreach 'year', 'lifetime';
	foreach my $counter (keys %$book)
	{
		foreach my $period (keys %{ $book->{$counter} })
		{
			foreach my $measure (keys %{ $book->{$counter}{$period} })
			{
				book($run->{books}, $counter, $period, $measure, $measure eq 'amount' ? $amount : $days);
			}
		}
	}
	always($run, $benefit, $date, $amount, $visit);
	return;
}

# daily pays for the days of a bill, of its stay from the first that pays.
sub daily
{
	my ($run, $benefit, $bill) = @_;
	my $refusal = refusal($benefit, $run->{claim}, $bill);
	if (defined $refusal)
	{
		reason($run, $benefit, $bill, $refusal);
		return;
	}
	my $before = 0;
	my $length = most(1, $bill->{nights});
	if (defined $bill->{stay})
	{
		$before = met($run->{books}, $benefit->{code}, "stay:$bill->{stay}", 'days');
		book($run->{books}, $benefit->{code}, "stay:$bill->{stay}", 'days', $length);
		$reached{'stay goes on'}++ if $before;
	}
	my $unpaid = ($benefit->{from_day} // 1) - 1;
	my $days   = most(0, $before + $length - most($unpaid, $before));
	my $daily  = fen($benefit->{amount});
	my ($amount, $left, $book) = limited($run, $benefit, $bill, $bill->{from}, $days * $daily, $days, $daily);
	$left = 0 if $amount == 0;
	book_limits($run, $benefit, $bill->{from}, $bill->{no}, $amount, $left, $book);
	push @{ $run->{fixed} }, { code => $benefit->{code}, bill => $bill->{no}, days => $left, paid => yuan($amount) };
	return;
}

# lump_sum pays the sum once, or the share of a level.
# Open in the text: what tells that it was paid. Here count or amount.
sub lump_sum
{
	my ($run, $benefit) = @_;
	my $claim = $run->{claim};
	my $sum   = fen($benefit->{amount});
	if (!$benefit->{levels})
	{
		my $once = grep { met($run->{books}, $benefit->{code}, 'lifetime', $_) > 0 } 'count', 'amount';
		reason($run, $benefit, undef, 'once', $sum) if $once;
		my $paid = $once ? 0 : $sum;
		book($run->{books}, $benefit->{code}, 'lifetime', 'count', 1) if $paid;
		always($run, $benefit, $claim->{event_date}, $paid, '');
		push @{ $run->{fixed} }, { code => $benefit->{code}, paid => yuan($paid) };
		return;
	}
	my ($level) = sort { millionths($b->{pay}) <=> millionths($a->{pay}) } grep { fits($_, $claim) } @{ $benefit->{levels} };
	if (!$level)
	{
		reason($run, $benefit, undef, 'level_none');
		return;
	}
	my $counter = "$benefit->{code}.$level->{code}";
	my $entry   = ($run->{books}{used}{$counter} // {})->{lifetime} // {};
	my $group   = covering($level->{diagnosis}{include}, $claim->{diagnoses});
	my $paid    = rounded($sum, millionths($level->{pay}), 1_000_000);
	my $refusal = level_refuses($level, $entry, $group, $claim->{event_date});
	reason($run, $benefit, undef, $refusal, $paid) if defined $refusal;
	$paid = 0 if defined $refusal;
	if ($paid > 0)
	{
		book($run->{books}, $counter, 'lifetime', 'count',  1);
		book($run->{books}, $counter, 'lifetime', 'amount', $paid);
		$entry = $run->{books}{used}{$counter}{lifetime};
		push @{ $entry->{groups} }, $group if !grep { $_ eq $group } @{ $entry->{groups} // [] };
		$entry->{last} = $claim->{event_date} if !defined $entry->{last} || $entry->{last} lt $claim->{event_date};
	}
	always($run, $benefit, $claim->{event_date}, $paid, '');
	push @{ $run->{fixed} }, { code => $benefit->{code}, level => $level->{code}, paid => yuan($paid) };
	return;
}

# fits says whether a level's diagnosis fits the claim.
sub fits
{
	my ($level, $claim) = @_;
	my $diagnosis = $level->{diagnosis};
	return 0 if $diagnosis->{exclude} && defined covering($diagnosis->{exclude}, $claim->{diagnoses});
	return defined covering($diagnosis->{include}, $claim->{diagnoses}) ? 1 : 0;
}

# level_refuses returns why a level that fits pays nothing.
# Open in the text: the code of a level paid max_count times. Here limit_count.
sub level_refuses
{
	my ($level, $entry, $group, $date) = @_;
	return 'limit_count' if defined $level->{max_count} && ($entry->{count} // 0) >= $level->{max_count};
	return 'same_group' if grep { $_ eq $group } @{ $entry->{groups} // [] };
	return 'interval' if defined $level->{interval_days} && defined $entry->{last} && day_number($date) - day_number($entry->{last}) < $level->{interval_days};
	return;
}

# schedule pays by the heaviest disability grade, less what was paid before.
# Open in the text: reasons. Here grade_none where the grade is not in the table,
# too, and limit_lifetime for what was paid before.
sub schedule
{
	my ($run, $benefit) = @_;
	my $claim  = $run->{claim};
	my @grades = sort { $a <=> $b } @{ $claim->{grades} };
	my $grade  = $grades[0];
	$grade = most(1, $grade - 1) if @grades > 1 && $grades[1] == $grade;
	my $share = defined $grade ? $benefit->{table}{$grade} : undef;
	if (!defined $share)
	{
		reason($run, $benefit, undef, 'grade_none');
		return;
	}
	my $amount = rounded(fen($benefit->{amount}), millionths($share), 1_000_000);
	my $before = met($run->{books}, $benefit->{code}, 'lifetime', 'amount');
	$reached{'schedule paid before'}++ if $before;
	reason($run, $benefit, undef, 'limit_lifetime', least($amount, $before));
	$amount = most(0, $amount - $before);
	my ($paid, undef, $book) = limited($run, $benefit, undef, $claim->{event_date}, $amount, 0, 0);
	book_limits($run, $benefit, $claim->{event_date}, '', $paid, 0, $book);
	push @{ $run->{fixed} }, { code => $benefit->{code}, paid => yuan($paid) };
	return;
}

1;
