# The steps of an expense benefit, slowly: one bill, one benefit. Each step is a
# function of its own; what it books goes to a list, so that the row, the reasons
# and the counters are made from the same figures.
package BenefitSlowSteps;

use strict;
use warnings FATAL => 'all';
use BenefitSlowBasics;
use BenefitSlowBooks;
use BenefitSlowClaim;
use BenefitSlowFilter;
use Exporter 'import';

our @EXPORT = qw(evaluate_expense step_of %reached);

# What was reached, for the generator's coverage.
our %reached;

# step_of returns kind, content and counter's name of a step, a shared one looked up.
sub step_of
{
	my ($terms, $benefit, $step) = @_;
	my ($kind) = keys %$step;
	if ($kind eq 'use')
	{
		my $name = $step->{use};
		my ($of) = keys %{ $terms->{shared}{$name} };
		return ($of, $terms->{shared}{$name}{$of}, $name, 1);
	}
	my $content = $step->{$kind};
	my $name    = $benefit->{code};
	$name .= ".$content->{code}" if ref $content eq 'HASH' && defined $content->{code};
	return ($kind, $content, $name, 0);
}

# evaluate_expense returns the row of a benefit that responds to a bill, and gives
# reasons for what it books; counters and lines' payments are brought forward.
sub evaluate_expense
{
	my ($run, $benefit, $bill) = @_;
	my @lines = $benefit->{item} ? lines_chosen_by($benefit->{item}, $bill) : @{ $bill->{lines} };
	my %work = (run => $run, benefit => $benefit, bill => $bill, lines => \@lines, booked => [], count => {}, book => {});
	$work{period} = sub { period_of($_[0], $run->{terms}, $run->{claim}, $bill->{from}, $bill->{no}) };
	$work{weights} = [ map { eligible_of($benefit, $_) } @lines ];
	$work{kept}    = [ map { undef } @lines ];
	$work{left}    = [ map { undef } @lines ];
	$work{offset}  = [ map { 0 } @lines ];
	$work{amount}  = 0;
	$work{amount} += $_ foreach @{ $work{weights} };

	my $ineligible = $bill->{submitted} - $work{amount};
	my $contract   = 0;
	$contract += $_->{amount} - $_->{allowed} foreach @lines;
	note(\%work, 'ineligible', 'contract_price', $contract);
	note(\%work, 'ineligible', 'ineligible',     $ineligible - $contract);

	foreach my $step (@{ $benefit->{steps} })
	{
		my ($kind, $content, $name, $shared) = step_of($run->{terms}, $benefit, $step);
		$reached{"step $kind"}++;
		my $before = $work{amount};
		{
			cap               => \&cap,
			offset            => \&offset,
			deductible        => \&deductible,
			copay             => \&copay,
			coinsurance       => \&coinsurance,
			out_of_pocket_max => \&out_of_pocket_max,
			limit             => \&limit
		}->{$kind}->(\%work, $content, $name, $shared);
		$reached{"step $kind works"}++ if $work{amount} != $before;
	}
	my @paid = indemnity(\%work);
	settle(\%work, \@paid);
	return row_of(\%work);
}

# note books an amount under a category, with the reason's code.
sub note
{
	my ($work, $category, $code, $amount) = @_;
	push @{ $work->{booked} }, { category => $category, code => $code, amount => $amount };
	return;
}

# eligible_of returns what counts of a line.
sub eligible_of
{
	my ($benefit, $line) = @_;
	my $shares = $benefit->{eligible};
	return $line->{allowed} if !$shares;
	my $share = millionths((defined $line->{class} ? $shares->{ $line->{class} } : undef) // $shares->{default} // (defined $line->{class} ? undef : '1'));
	my $first = defined $shares->{self_first} ? millionths($shares->{self_first}) : $share;
	return rounded(1, $line->{self_first} * $first + ($line->{allowed} - $line->{self_first}) * $share, 1_000_000);
}

# less takes an amount out, and books it.
sub less
{
	my ($work, $category, $code, $amount) = @_;
	$work->{amount} -= $amount;
	note($work, $category, $code, $amount);
	return;
}

# cap lets at most the amount through: by quantity of a line, by line, by visit.
sub cap
{
	my ($work, $step) = @_;
	my $amount = fen($step->{amount});
	$reached{"cap $step->{per}"}++;
	if ($step->{per} eq 'visit')
	{
		less($work, 'over_limit', 'cap', most(0, $work->{amount} - $amount));
		return;
	}
	my $cut = 0;
	foreach my $index (0 .. $#{ $work->{lines} })
	{
		my $bound = $step->{per} eq 'item' ? $amount : rounded($amount, $work->{lines}[$index]{quantity}, 1_000_000);
		my $over = most(0, $work->{weights}[$index] - $bound);
		$work->{weights}[$index] -= $over;
		$cut += $over;
	}
	less($work, 'over_limit', 'cap', $cut);
	return;
}

# offset takes the payments named, on the lines let through.
sub offset
{
	my ($work, $payers) = @_;
	my $sum = 0;
	foreach my $index (0 .. $#{ $work->{lines} })
	{
		$work->{offset}[$index] += $work->{lines}[$index]{$_} foreach @$payers;
		$sum += $work->{lines}[$index]{$_} foreach @$payers;
	}
	$reached{"offset $_"}++ foreach @$payers;
	less($work, 'offset', 'offset', least($work->{amount}, $sum));
	return;
}

# closed takes what a shared step took already of the lines of this bill.
# Open in the text: how much of it a benefit meets whose eligible amount of the
# line is smaller. Here: by line at most that, and of all at most what comes in.
sub closed
{
	my ($work, $name) = @_;
	my $closed = 0;
	foreach my $index (0 .. $#{ $work->{lines} })
	{
		$closed += least($work->{weights}[$index], $work->{lines}[$index]{closed}{$name} // 0);
	}
	$closed = least($closed, $work->{amount});
	$reached{closed}++ if $closed;
	return $closed;
}

# close_lines notes on which lines a shared step took an amount.
# Open in the text: on which. Here in proportion to their eligible amounts, on
# each at most what is not closed yet.
sub close_lines
{
	my ($work, $name, $amount) = @_;
	my @room = map { most(0, $work->{weights}[$_] - ($work->{lines}[$_]{closed}{$name} // 0)) } 0 .. $#{ $work->{lines} };
	my @shares = split_within($amount, $work->{weights}, \@room);
	$work->{lines}[$_]{closed}{$name} += $shares[$_] foreach 0 .. $#shares;
	return;
}

# credit returns payments on the lines that have not been credited to a counter yet, and notes what is now.
# Open in the text: which fen, where two steps share a counter's name. Here in the order of the payers.
sub credit
{
	my ($work, $step, $name, $remaining) = @_;
	my $credit = 0;
	foreach my $payer (@{ $step->{credit} // [] })
	{
		foreach my $line (@{ $work->{lines} })
		{
			my $new = least($line->{$payer} - ($line->{credited}{"$name $payer"} // 0), $remaining - $credit);
			$line->{credited}{"$name $payer"} += $new;
			$credit += $new;
		}
	}
	$reached{credit}++ if $credit;
	return $credit;
}

# deductible takes what is left of it in the period.
sub deductible
{
	my ($work, $step, $name, $shared) = @_;
	my $books   = $work->{run}{books};
	my $period  = $work->{period}->($step->{per});
	my @parties = parties($step, $name);
	$reached{"deductible $step->{per}"}++;
	$reached{'deductible family'}++        if ($step->{scope} // '') eq 'family';
	$reached{'deductible family_amount'}++ if defined $step->{family_amount};
	my $closed    = $shared ? closed($work, $name) : 0;
	my $remaining = remaining($books, \@parties, $period, 'deductible', $step->{per} eq 'day' ? $work->{bill}{days} : 1);
	my $credit    = credit($work, $step, $name, $remaining);
	my $taken     = least($work->{amount} - $closed, $remaining - $credit);
	close_lines($work, $name, $taken) if $shared;
	$work->{book}{ $_->[0] }{$period}{deductible} = $taken + $credit foreach @parties;
	less($work, 'deductible', 'deductible', $closed + $taken);
	return;
}

# copay takes a fixed amount, a shared one once a visit.
sub copay
{
	my ($work, $step, $name, $shared) = @_;
	my $amount = fen($step->{amount});
	if (!$shared)
	{
		less($work, 'copay', 'copay', least($work->{amount}, $amount));
		return;
	}
	my $period = $work->{period}->('visit');
	my $closed = closed($work, $name);
	my $taken  = least($work->{amount} - $closed, remaining($work->{run}{books}, [ [ $name, $amount ] ], $period, 'copay', 1));
	close_lines($work, $name, $taken);
	$work->{book}{$name}{$period}{copay} = $taken;
	less($work, 'copay', 'copay', $closed + $taken);
	return;
}

# coinsurance pays by the first case that holds.
# Open in the text: base where another case than the one with bands holds. Here
# all that goes into the step counts.
sub coinsurance
{
	my ($work, $cases) = @_;
	my $run    = $work->{run};
	my $name   = $work->{benefit}{code};
	my $year   = $work->{period}->('year');
	my $in     = $work->{amount};
	my $out    = $in;
	my ($case) = grep { !defined $_->{when} || holds($_->{when}, $run->{claim}, $work->{bill}) } @$cases;
	if ($case)
	{
		$reached{'coinsurance ' . ($case->{bands} ? $case->{band_on} : 'pay')}++;
		$out = defined $case->{pay} ? rounded($in, millionths($case->{pay}), 1_000_000) : banded($work, $case, $in, $year);
		if (defined $case->{max} && $in - $out > fen($case->{max}))
		{
			$out = $in - fen($case->{max});
			$reached{'coinsurance max'}++;
		}
	}
	else
	{
		$reached{'coinsurance no case'}++;
	}
	$work->{book}{$name}{$year}{base} = $in if grep { ($_->{band_on} // '') eq 'year' } @$cases;
	$work->{count}{$name}{$year} = undef if grep { ($_->{band_on} // '') eq 'visits' } @$cases;
	less($work, 'coinsurance', 'coinsurance', $in - $out);
	return;
}

# banded returns what bands let out of an amount, rounded once.
sub banded
{
	my ($work, $case, $in, $year) = @_;
	my $name = $work->{benefit}{code};
	if ($case->{band_on} eq 'visits')
	{
		my $visit = visits_before($work, $name, $year) + 1;
		my ($band) = grep { !defined $_->{upto} || $visit <= $_->{upto} } @{ $case->{bands} };
		return rounded($in, millionths($band->{pay}), 1_000_000);
	}
	my $base  = $case->{band_on} eq 'year' ? met($work->{run}{books}, $name, $year, 'base') : 0;
	my $floor = 0;
	my $sum   = 0;
	foreach my $band (@{ $case->{bands} })
	{
		my $top   = defined $band->{upto} ? fen($band->{upto}) : $base + $in + $floor;
		my $slice = most(0, least($base + $in, $top) - most($base, $floor));
		$sum += $slice * millionths($band->{pay});
		$floor = $top;
	}
	return rounded(1, $sum, 1_000_000);
}

# visits_before returns the paying visits of a counter without this bill.
sub visits_before
{
	my ($work, $counter, $period) = @_;
	return met($work->{run}{books}, $counter, $period, 'count') - ($work->{bill}{counted}{"$counter $period"} ? 1 : 0);
}

# out_of_pocket_max lets back out what the member would bear above it.
# Open in the text: from which of several steps of a category. Here the last one first.
sub out_of_pocket_max
{
	my ($work, $step, $name) = @_;
	my $period  = $work->{period}->($step->{per});
	my @parties = parties($step, $name);
	my $above   = most(0, own_share($work) - remaining($work->{run}{books}, \@parties, $period, 'member', 1));
	$work->{book}{ $_->[0] }{$period}{member} = 'own' foreach @parties;
	$work->{amount} += $above;
	foreach my $category ('coinsurance', 'copay', 'deductible')
	{
		foreach my $entry (reverse grep { $_->{category} eq $category } @{ $work->{booked} })
		{
			my $back = least($above, $entry->{amount});
			$reached{"out_of_pocket_max $category"}++ if $back;
			$entry->{amount} -= $back;
			$above -= $back;
		}
	}
	return;
}

# own_share returns what the member bears of what was booked so far.
sub own_share
{
	my ($work) = @_;
	my $own = 0;
	$own += $_->{amount} foreach grep { $_->{category} =~ /^(?:deductible|copay|coinsurance)$/ } @{ $work->{booked} };
	return $own;
}

# limit lets at most what is left in its period through.
sub limit
{
	my ($work, $step, $name) = @_;
	my $books   = $work->{run}{books};
	my $period  = $work->{period}->($step->{per});
	my @parties = parties($step, $name);
	my @within  = 0 .. $#{ $work->{lines} };
	if ($step->{categories})
	{
		@within = grep { my $category = $work->{lines}[$_]{category}; grep { $_ eq $category } @{ $step->{categories} } } @within;
		$reached{'limit categories'}++;
	}
	$reached{"limit $step->{per}"}++;
	$reached{'limit family'}++        if ($step->{scope} // '') eq 'family';
	$reached{'limit family_amount'}++ if defined $step->{family_amount};
	my $left;
	if (defined $step->{count})
	{
		$left = 0 if grep { visits_before($work, $_->[0], $period) >= $_->[1] } @parties;
		$work->{count}{ $_->[0] }{$period} = $step->{categories} ? \@within : undef foreach @parties;
	}
	else
	{
		$left = remaining($books, \@parties, $period, 'amount', $step->{per} eq 'day' ? $work->{bill}{days} : 1);
		$work->{book}{ $_->[0] }{$period}{amount} = \@within foreach @parties;
	}
	my $code = defined $step->{count} ? 'limit_count' : "limit_$step->{per}";
	return if !defined $left;
	if (!$step->{categories})
	{
		less($work, 'over_limit', $code, most(0, $work->{amount} - $left));
		return;
	}
	limit_lines($work, $code, $left, \@within);
	return;
}

# limit_lines caps what falls on some lines, and leaves on each its part of what is left.
# Open in the text: what a limit leaves on a line. Here as much of what is left
# as is open there, split as what is paid; where the limit is not reached, too,
# so that no later step passes it.
sub limit_lines
{
	my ($work, $code, $left, $within) = @_;
	my @parts = fallen($work);
	my $part  = 0;
	$part += $parts[$_] foreach @$within;
	my @weights = @{ $work->{weights} }[@$within];
	if ($part > $left)
	{
		less($work, 'over_limit', $code, $part - $left);
		my @kept = split_within($left, \@weights, [ @parts[@$within] ]);
		$work->{kept}[ $within->[$_] ] = $kept[$_] foreach 0 .. $#$within;
	}
	my @bounds = map { $work->{weights}[$_] > 0 ? bound_of($work, $_) : 0 } @$within;
	my $room    = 0;
	$room += $_ foreach @bounds;
	my @shares = split_within(least($left, $room), \@weights, \@bounds);
	$work->{left}[ $within->[$_] ] = $shares[$_] foreach 0 .. $#$within;
	return;
}

# fallen splits the amount over the lines, as it is at a step.
# Open in the text: how much falls on lines, where others paid of some. Here on
# each at most what the offsets before left of it; what a maximum out of pocket
# gave back beyond that falls on all in proportion.
sub fallen
{
	my ($work) = @_;
	my $sum = 0;
	my @room;
	foreach my $index (0 .. $#{ $work->{lines} })
	{
		push @room, $work->{weights}[$index] > 0 ? least($work->{lines}[$index]{amount} - $work->{offset}[$index], $work->{kept}[$index]) : 0;
		$sum += $room[$index];
	}
	my $within = least($sum, $work->{amount});
	my @parts  = split_within($within, $work->{weights}, \@room);
	my @more   = split_by($work->{amount} - $within, @{ $work->{weights} });
	return map { $parts[$_] + $more[$_] } 0 .. $#parts;
}

# bound_of returns what can be paid on a line: what is open, and what limits left on it.
sub bound_of
{
	my ($work, $index) = @_;
	my $line = $work->{lines}[$index];
	return most(0, least($line->{amount} - $line->{social} - $line->{other} - $line->{prior}, $work->{left}[$index]));
}

# indemnity cuts what is above what is open on the lines, and splits the rest over them.
sub indemnity
{
	my ($work) = @_;
	my @bounds;
	my $open = 0;
	foreach my $index (0 .. $#{ $work->{lines} })
	{
		my $bound = bound_of($work, $index);
		push @bounds, $bound;
		$open += $bound if $work->{weights}[$index] > 0;
	}
	less($work, 'over_limit', 'indemnity', most(0, $work->{amount} - $open));
	return split_within($work->{amount}, $work->{weights}, \@bounds);
}

# settle puts what was paid on the lines, and books the counters.
sub settle
{
	my ($work, $paid) = @_;
	my $books = $work->{run}{books};
	foreach my $index (0 .. $#$paid)
	{
		$work->{lines}[$index]{paid}  += $paid->[$index];
		$work->{lines}[$index]{prior} += $paid->[$index];
	}
	my $all = [ 0 .. $#$paid ];
	$work->{book}{ $work->{benefit}{code} }{ $work->{period}->($_) }{amount} = $all foreach 'year', 'lifetime';
	foreach my $counter (sort keys %{ $work->{book} })
	{
		foreach my $period (sort keys %{ $work->{book}{$counter} })
		{
			my $measures = $work->{book}{$counter}{$period};
			foreach my $measure (sort keys %$measures)
			{
				my $value = $measures->{$measure};
				$value = ref $value ? paid_on($paid, $value) : $value eq 'own' ? own_share($work) : $value;
				book($books, $counter, $period, $measure, $value);
			}
		}
	}
	foreach my $counter (keys %{ $work->{count} })
	{
		foreach my $period (keys %{ $work->{count}{$counter} })
		{
			next if $work->{bill}{counted}{"$counter $period"} || paid_on($paid, $work->{count}{$counter}{$period} // $all) == 0;
			$work->{bill}{counted}{"$counter $period"} = 1;
			book($books, $counter, $period, 'count', 1);
		}
	}
	return;
}

# paid_on returns what was paid on some lines.
sub paid_on
{
	my ($paid, $within) = @_;
	my $sum = 0;
	$sum += $paid->[$_] foreach @$within;
	return $sum;
}

# row_of gives the reasons and returns the row.
sub row_of
{
	my ($work) = @_;
	my ($run, $bill, $benefit) = @{$work}{qw(run bill benefit)};
	my %sum = map { $_ => 0 } qw(ineligible offset deductible copay coinsurance over_limit);
	foreach my $entry (@{ $work->{booked} })
	{
		$sum{ $entry->{category} } += $entry->{amount};
		next if $entry->{amount} == 0;
		push @{ $run->{reasons} }, { code => $entry->{code}, bill => $bill->{no}, benefit => $benefit->{code}, amount => yuan($entry->{amount}) };
	}
	my $total = $work->{amount};
	$total += $_ foreach values %sum;
	die "$benefit->{code} on $bill->{no} does not add up" if $total != $bill->{submitted};
	return { code => $benefit->{code}, submitted => yuan($bill->{submitted}), paid => yuan($work->{amount}), map { $_ => yuan($sum{$_}) } keys %sum };
}

1;
