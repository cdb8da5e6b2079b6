# Random valid terms for the slow evaluator and the engine: every kind of
# benefit, filter and step, in every order that is allowed.
package BenefitTerms;

use strict;
use warnings FATAL => 'all';
use BenefitSlowBasics;
use BenefitSlowFilter;
use BenefitRandom;
use Exporter 'import';

our @EXPORT = qw(random_terms random_counters needs_policy_start @categories @codes);

our @categories = qw(drug exam bed surgery);
our @codes      = qw(K1 K2 K3);
my @cares   = qw(outpatient emergency inpatient pharmacy dental checkup maternity);
my @entries = ('C00-C97', 'C50', 'D00-D09', 'S82.6', 'S80-S89', 'E10-E14', 'Z41', 'O80-O84', 'I20-I25', 'C50.1-C50.4');

# random_terms returns terms.
sub random_terms
{
	my %terms = (name => 'random');
	$terms{period} = pick('policy_year', 'calendar_year') if chance(60);
	my %shared = map { random_shared() } 1 .. pick(0, 0, 1, 1, 2, 3, 5);
	$terms{shared} = \%shared if %shared;
	my @benefits;
	my $count = pick(1, 1, 2, 2, 3, 4, 5);
	foreach my $number (1 .. $count)
	{
		my $kind = pick(('expense') x 7, 'daily', 'lump_sum', 'schedule');
		my %benefit = (code => "B$number", kind => $kind, random_filter($kind));
		$benefit{name} = "benefit $number" if chance(10);
		add_content(\%benefit, \%shared);
		push @benefits, \%benefit;
	}
	$terms{benefits} = \@benefits;
	my %used = map { $_->{use} => 1 } grep { ref $_ eq 'HASH' && exists $_->{use} } map { @{ $_->{steps} // [] } } @benefits;
	delete $shared{$_} foreach grep { !$used{$_} } keys %shared;
	delete $terms{shared} if !%shared;
	return \%terms;
}

# random_counters returns what may be used before the first claim: anything, also more than the terms allow.
sub random_counters
{
	my ($terms) = @_;
	return chance(10) ? { OLD => { 'year:2019-01-01' => { amount => '5.00', count => 1 } } } : {} if chance(80);
	my %used;
	foreach my $counter ((map { $_->{code} } @{ $terms->{benefits} }), sort keys %{ $terms->{shared} // {} })
	{
		foreach my $name (grep { chance(50) } $counter, "$counter\@family")
		{
			foreach my $period (grep { chance(40) } 'lifetime', 'year:2024-01-01', 'year:2023-01-01', 'year:2024-03-01', 'day:2024-02-01', 'day:2024-06-02')
			{
				my %entry = map { $_ => yuan(1 + amount(6000)) } grep { chance(40) } qw(amount base member deductible);
				$entry{$_} = between(1, 4) foreach grep { chance(30) } qw(count days);
				$used{$name}{$period} = \%entry if %entry;
			}
		}
	}
	return \%used;
}

# needs_policy_start says whether a family counts by years of the policy.
sub needs_policy_start
{
	my ($terms) = @_;
	return 0 if ($terms->{period} // '') eq 'calendar_year';
	foreach my $step ((map { @{ $_->{steps} // [] } } @{ $terms->{benefits} }), values %{ $terms->{shared} // {} })
	{
		my ($content) = values %$step;
		return 1 if ref $content eq 'HASH' && $content->{per} && $content->{per} eq 'year' && (($content->{scope} // '') eq 'family' || defined $content->{family_amount});
	}
	return 0;
}

# random_shared returns a name and a step.
sub random_shared
{
	my $kind = pick('deductible', 'deductible', 'copay', 'limit', 'limit', 'limit', 'out_of_pocket_max');
	my $name = { deductible => 'D', copay => 'P', limit => 'L', out_of_pocket_max => 'M' }->{$kind} . between(1, 3);
	return ($name => { limit => days() }) if $kind eq 'limit' && chance(15);
	if ($kind eq 'limit' && chance(15))
	{
		my $limit = category_limit();
		delete $limit->{code};
		return ($name => { limit => $limit });
	}
	my $step = { deductible => \&deductible, copay => \&copay, limit => \&limit, out_of_pocket_max => \&out_of_pocket_max }->{$kind}->();
	return ($name => { $kind => $step });
}

# random_filter returns filters that let most bills through.
sub random_filter
{
	my ($kind) = @_;
	my %filter;
	my $of_bills = $kind eq 'expense' || $kind eq 'daily';
	$filter{cause} = some('illness', 'accident', 'maternity') if chance(15);
	if ($of_bills)
	{
		$filter{care} = chance(70) ? [ 'outpatient', 'emergency', 'inpatient', 'pharmacy' ] : some(@cares) if chance(25);
		$filter{provider} = provider() if chance(12);
	}
	$filter{diagnosis} = diagnosis() if chance(20);
	$filter{age} = pick([ 0, 17 ], [ 18, 60 ], [ 0, 64 ], [ 30, 30 ], [ 5, 120 ]) if chance(12);
	$filter{sex} = pick('F', 'M') if chance(8);
	$filter{relationship} = some('self', 'spouse', 'child', 'parent') if chance(10);
	$filter{waiting} = waiting() if chance(15);
	$filter{when} = pick(@conditions) if chance(12);
	return %filter;
}

# provider returns a filter of providers.
sub provider
{
	my %provider;
	$provider{min_grade} = between(0, 3) if chance(40);
	$provider{ownership} = some('public', 'private') if chance(30);
	$provider{wards} = some('general', 'special', 'international') if chance(30);
	$provider{network} = chance(80) if !%provider || chance(20);
	return \%provider;
}

# diagnosis returns a filter of diagnoses.
sub diagnosis
{
	my %diagnosis;
	$diagnosis{exclude} = some(@entries[ 0 .. 4 ]) if chance(40);
	$diagnosis{include} = some(@entries) if !%diagnosis || chance(40);
	return \%diagnosis;
}

# waiting returns a waiting period.
sub waiting
{
	my %waiting = chance(60) ? (days => pick(0, 30, 60, 90, 180)) : (months => pick(1, 3, 6, 12));
	$waiting{waived_for} = some('accident', 'renewal') if chance(50);
	return \%waiting;
}

# add_content gives a benefit what its kind has beside filters.
sub add_content
{
	my ($benefit, $shared) = @_;
	my $kind = $benefit->{kind};
	if ($kind eq 'expense')
	{
		$benefit->{item} = item() if chance(35);
		$benefit->{eligible} = eligible($benefit->{item}) if chance(50);
		$benefit->{steps} = expense_steps($shared);
	}
	elsif ($kind eq 'daily')
	{
		$benefit->{amount} = yuan(amount(1000));
		$benefit->{from_day} = between(1, 5) if chance(60);
		$benefit->{steps} = fixed_steps($shared, 1) if chance(70);
	}
	elsif ($kind eq 'lump_sum')
	{
		$benefit->{amount} = yuan(amount(20000));
		$benefit->{levels} = levels() if chance(80);
	}
	else
	{
		$benefit->{amount} = yuan(amount(20000));
		$benefit->{table} = { map { $_ => pick('1', '0.9', '0.8', '0.5', '0.333333', '0.1') } grep { chance(85) } 1 .. 10 };
		$benefit->{table}{10} //= '0.1';
		$benefit->{steps} = fixed_steps($shared, 0) if chance(40);
	}
	return;
}

# item returns a filter of lines.
sub item
{
	my %item;
	$item{categories}         = some(@categories)      if chance(40);
	$item{exclude_categories} = [ pick(@categories) ]  if chance(15);
	$item{codes}              = some(@codes)           if chance(15);
	$item{exclude_codes}      = [ pick(@codes) ]       if chance(20);
	$item{classes}            = some('A', 'B', 'C')    if !%item || chance(25);
	return \%item;
}

# eligible returns shares: each class that comes through has one, or there is a default.
sub eligible
{
	my ($item) = @_;
	my %eligible;
	foreach my $class (@{ ($item // {})->{classes} // [ 'A', 'B', 'C' ] })
	{
		$eligible{$class} = $class eq 'C' ? pick('0', '0', '0.5', '1') : pick('1', '1', '0.9', '0.85', '0.333333', '0.5');
	}
	if (chance(30))
	{
		$eligible{default} = share();
		delete $eligible{ pick('A', 'B', 'C') } if chance(50);
	}
	$eligible{self_first} = pick('1', '0', '0.5') if chance(40);
	return \%eligible;
}

# levels returns one to three levels of a critical illness.
sub levels
{
	my @levels;
	foreach my $code ((qw(mild moderate severe))[ 0 .. below(3) ])
	{
		my %level = (code => $code, pay => pick('0.3', '0.6', '1', '0.2', '0.333333'));
		$level{diagnosis} = { include => some(@entries) };
		$level{diagnosis}{exclude} = [ pick(@entries) ] if chance(15);
		$level{max_count} = between(1, 3) if chance(50);
		$level{interval_days} = pick(29, 29, 92, 121, 90) if chance(70);
		push @levels, \%level;
	}
	return \@levels;
}

# sharers returns scope or family_amount, sometimes.
sub sharers
{
	my ($per, $amount) = @_;
	return () if !defined $amount || $per !~ /^(?:year|lifetime|day)$/;
	return (scope => 'family') if chance(15);
	return (family_amount => yuan($amount * pick(1, 2, 3))) if chance(15);
	return (scope => 'member') if chance(5);
	return ();
}

# deductible returns one.
sub deductible
{
	my $per    = pick('visit', 'claim', 'day', 'year', 'year', 'year', 'lifetime');
	my $amount = amount(3000);
	my %step   = (per => $per, amount => yuan($amount), sharers($per, $amount));
	$step{credit} = some('social', 'other', 'prior') if chance(25);
	return \%step;
}

# copay returns one.
sub copay
{
	return { amount => yuan(amount(500)) };
}

# limit returns one of an amount or of visits.
sub limit
{
	my $per = pick('visit', 'claim', 'day', 'year', 'year', 'lifetime');
	if ($per ne 'visit' && chance(20))
	{
		my %step = (per => $per, count => between(1, 4));
		$step{scope} = 'family' if $per =~ /^(?:year|lifetime)$/ && chance(20);
		return \%step;
	}
	my $amount = amount($per eq 'visit' || $per eq 'day' ? 2000 : 8000);
	return { per => $per, amount => yuan($amount), sharers($per, $amount) };
}

# out_of_pocket_max returns one.
sub out_of_pocket_max
{
	my $amount = amount(3000);
	return { per => 'year', amount => yuan($amount), sharers('year', $amount) };
}

# coinsurance returns cases.
sub coinsurance
{
	my ($bands) = @_;
	my @cases;
	foreach my $last ((map { 0 } 1 .. pick(0, 0, 0, 1, 2)), 1)
	{
		my %case = rates($bands);
		$case{max} = yuan(amount(500)) if chance(15);
		$case{when} = pick(@conditions) if !$last || chance(20);
		push @cases, \%case;
	}
	return \@cases;
}

# rates returns a rate or bands of rates.
sub rates
{
	my ($on) = @_;
	return (pay => share()) if chance(60);
	$on = 'visit' if chance(40);
	my $upto = 0;
	my @bands;
	foreach (1 .. between(1, 3))
	{
		$upto += $on eq 'visits' ? between(1, 2) : 1 + amount(2000);
		push @bands, { upto => $on eq 'visits' ? $upto : yuan($upto), pay => share() };
	}
	return (band_on => $on, bands => [ @bands, { pay => share() } ]);
}

# expense_steps returns steps in an order that is allowed, with codes where counters would meet.
sub expense_steps
{
	my ($shared) = @_;
	return [] if chance(8);
	my (@caps, @sharing, @limits);
	push @caps, { cap => { per => 'unit', amount => yuan(amount(1000)) } } if chance(10);
	push @caps, { cap => { per => 'item', amount => yuan(amount(1500)) } } if chance(10);
	my @payers = grep { chance(60) } 'social', 'other', 'prior';
	my @offsets;
	if (@payers && chance(75))
	{
		@offsets = @payers > 1 && chance(25) ? ([ $payers[0] ], [ @payers[ 1 .. $#payers ] ]) : (\@payers);
		@offsets = map { { offset => $_ } } @offsets;
	}
	push @sharing, { deductible => deductible() } foreach 1 .. pick(0, 0, 1, 1, 2);
	push @sharing, { copay => copay() } if chance(20);
	my $bands = pick('visit', 'year', 'visits');
	push @sharing, { coinsurance => coinsurance($bands) } if chance(60);
	push @sharing, { coinsurance => [ { pay => share() } ] } if chance(8);
	push @limits, { limit => limit() } foreach 1 .. pick(0, 1, 1, 2, 3);
	push @limits, { limit => category_limit() } if chance(15);
	my @others = (@offsets, chance(12) ? { cap => { per => 'visit', amount => yuan(amount(3000)) } } : ());
	my @most;
	foreach my $name (sort keys %$shared)
	{
		next if !chance(60);
		my ($kind) = keys %{ $shared->{$name} };
		next if $kind eq 'limit' && defined $shared->{$name}{limit}{days};
		push @{ $kind eq 'limit' ? \@limits : $kind eq 'out_of_pocket_max' ? \@most : \@sharing }, { use => $name };
	}
	push @most, { out_of_pocket_max => out_of_pocket_max() } foreach 1 .. (chance(15) ? pick(1, 1, 2) : 0);
	my @steps = @most ? (shuffle(@sharing, @others), @most, shuffle(@limits)) : shuffle(@sharing, @limits, @others);
	@steps = (@caps, chance(50) ? steps_in_usual_order(@steps) : @steps);
	give_codes(\@steps);
	return \@steps;
}

# steps_in_usual_order puts offsets first, then cost sharing, then limits.
sub steps_in_usual_order
{
	my @steps = @_;
	my %rank = (offset => 0, limit => 2);
	my @ranked = map { my ($kind) = keys %{ $steps[$_] }; [ $kind eq 'use' ? ($steps[$_]{use} =~ /^L/ ? 2 : 1) : $rank{$kind} // 1, $_ ] } 0 .. $#steps;
	return map { $steps[ $_->[1] ] } sort { $a->[0] <=> $b->[0] || $a->[1] <=> $b->[1] } @ranked;
}

# category_limit returns a limit on lines of some categories.
sub category_limit
{
	my $per    = pick('visit', 'claim', 'day', 'year', 'year', 'lifetime');
	my $amount = amount($per eq 'visit' ? 800 : 3000);
	return { per => $per, amount => yuan($amount), categories => some(@categories), code => 'x', sharers($per, $amount) };
}

# shuffle returns a list in another order.
sub shuffle
{
	my @list = @_;
	foreach my $index (reverse 1 .. $#list)
	{
		my $other = below($index + 1);
		@list[ $index, $other ] = @list[ $other, $index ];
	}
	return @list;
}

# days returns a limit on days.
sub days
{
	my $per = pick('visit', 'claim', 'year', 'year', 'lifetime');
	return { per => $per, days => between(1, 20), $per =~ /^(?:year|lifetime)$/ && chance(15) ? (scope => 'family') : () };
}

# fixed_steps returns limits on days, then on amounts.
sub fixed_steps
{
	my ($shared, $days) = @_;
	my @steps;
	if ($days && chance(70))
	{
		push @steps, { limit => days() } foreach 1 .. pick(1, 1, 2);
	}
	foreach my $name (sort keys %$shared)
	{
		push @steps, { use => $name } if $days && $shared->{$name}{limit} && defined $shared->{$name}{limit}{days} && chance(70);
	}
	if (chance(50))
	{
		my $per = pick('claim', 'visit', 'year', 'lifetime', 'day');
		my $amount = amount(10000);
		push @steps, { limit => { per => $per, amount => yuan($amount), sharers($per, $amount) } };
	}
	foreach my $name (sort keys %$shared)
	{
		push @steps, { use => $name } if $shared->{$name}{limit} && defined $shared->{$name}{limit}{amount} && !$shared->{$name}{limit}{categories} && chance(30);
	}
	give_codes(\@steps);
	return \@steps;
}

# give_codes gives a code to each step that would book what another books in the same counter.
sub give_codes
{
	my ($steps) = @_;
	my (%taken, $number);
	foreach my $step (@$steps)
	{
		my ($kind) = keys %$step;
		next if $kind !~ /^(?:deductible|limit|out_of_pocket_max)$/;
		my $content = $step->{$kind};
		my $measure = $kind eq 'limit' ? (grep { defined $content->{$_} } 'amount', 'count', 'days')[0] : $kind;
		my @parties = ($content->{scope} // '') eq 'family' ? ('family') : defined $content->{family_amount} ? ('member', 'family') : ('member');
		my @keys = map { "$measure $content->{per} $_" } @parties;
		my $met = grep { $taken{$_} } @keys;
		if ($content->{code} || chance(15) || ($met && $measure ne 'count') || ($measure eq 'count' && $met))
		{
			$content->{code} = substr($kind, 0, 1) . ++$number;
		}
		else
		{
			$taken{$_} = 1 foreach @keys;
		}
	}
	return;
}

1;
