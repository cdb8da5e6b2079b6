# Random families and their claims, which are valid: small amounts, refunds,
# payments by others stated here and there.
package BenefitClaims;

use strict;
use warnings FATAL => 'all';
use BenefitSlowBasics;
use BenefitRandom;
use BenefitTerms;
use Exporter 'import';

our @EXPORT = qw(random_family random_claim);

my @diagnoses = ('C50', 'C50.1', 'C50.4', 'C50.45', 'C97.9', 'C98', 'D05.1', 'D09', 'S82.6', 'S82.61', 'S82.5', 'E11.9', 'Z41.1', 'O82.0', 'I21.0', 'J18.9', 'K35.8', 'C50.900x001', 'E14.900', 'D09.9');
my @cares     = (('outpatient') x 5, 'emergency', ('inpatient') x 4, 'pharmacy', 'dental', 'checkup', 'maternity');

# date returns a day of 2024 or 2025, often one of few.
sub date
{
	my ($year, $month) = (pick(2024, 2024, 2024, 2025), between(1, 12));
	return date_text($year, pick(2, 3, 6), pick(1, 1, 2, 28)) if chance(60);
	return date_text($year, $month, between(1, 28));
}

# random_family returns members of one policy.
sub random_family
{
	my ($with_start) = @_;
	my $start = pick('2024-01-01', '2024-01-01', '2023-03-01', '2024-02-29', '2020-02-29', '2023-06-02', '2022-12-31');
	$with_start ||= chance(80);
	my @members;
	foreach my $relationship ('self', (grep { chance(40) } 'spouse', 'child', 'parent'))
	{
		my $from = chance(70) ? $start : pick('2024-01-01', '2024-02-01', '2023-11-30', '2024-05-31');
		my %member = (birth_date => pick('1990-05-04', '1994-02-28', '1994-03-01', '2008-02-29', '2006-06-02', '1960-01-01', '2023-12-01'),
			sex => pick('F', 'M'), relationship => $relationship, enrolled_on => $from);
		$member{policy_start}     = $start if $with_start;
		$member{continuous_since} = chance(50) ? $from : '2019-07-01' if chance(40);
		push @members, \%member;
	}
	return @members;
}

# random_claim returns a claim of a member, which is not refused if it is to be whole.
sub random_claim
{
	my ($member, $number, $whole) = @_;
	my %claim = (ref => "R-$number", policy => 'P-1', member_ref => 'M-1', event_date => chance(50) ? pick('2024-02-01', '2024-03-01', '2024-06-01') : date(), submitted_at => '2025-12-01T09:00:00+08:00', member => $member);
	$claim{cause} = pick('illness', 'accident', 'accident', 'maternity') if chance(60);
	$claim{diagnoses} = chance(85) ? some_diagnoses() : [] if chance(90);
	$claim{disability_grades} = [ map { pick(1, 3, 7, 9, 10, 10, between(1, 10)) } 1 .. pick(0, 1, 1, 2, 3) ] if chance(50);
	my @bills = map { random_bill($_) } 1 .. pick(0, 1, 1, 1, 2, 2, 3, 4);
	spoil($bills[0]) if @bills && chance(1) && !$whole;
	$claim{bills} = \@bills if @bills || chance(50);
	return \%claim;
}

# spoil makes a bill one that is refused: payments beyond it or below its lines', lines beyond themselves, too much refunded.
sub spoil
{
	my ($bill) = @_;
	my ($line) = grep { fen($_->{amount}) >= 0 } @{ $bill->{items} };
	my $cent = fen($line->{amount}) + 1;
	my $kind = below(5);
	$bill->{other_paid}  = '99999999999.00'                                              if $kind == 0;
	$line->{social_paid} = yuan($cent)                                                   if $kind == 1;
	$line->{allowed}     = yuan($cent)                                                   if $kind == 2;
	push @{ $bill->{items} }, { no => 99, category => 'drug', amount => '-99999999999.00' } if $kind == 3;
	$line->{self_first}  = yuan($cent)                                                   if $kind == 4;
	return;
}

# some_diagnoses returns one or several.
sub some_diagnoses
{
	return [ map { pick(@diagnoses) } 1 .. pick(1, 1, 1, 2, 3) ];
}

# random_bill returns a bill, whose number is in no order.
sub random_bill
{
	my ($number) = @_;
	my $from = date();
	my %bill = (no => pick('N', 'n', 'A-', '0-', '00-') . $number, care => pick(@cares), from => $from);
	if ($bill{care} eq 'inpatient' ? chance(85) : chance(10))
	{
		$bill{to} = chance(20) ? $from : later($from, pick(1, 2, 2, 3, 5, 9, 14));
		$bill{stay} = pick('S1', 'S2') if chance(50);
	}
	$bill{diagnoses} = chance(60) ? some_diagnoses() : [] if chance(30);
	$bill{provider} = provider() if chance(75);
	$bill{social_settled} = chance(50) if chance(70);
	add_lines(\%bill);
	return \%bill;
}

# later returns a date some days after another.
sub later
{
	my ($date, $days) = @_;
	my ($year, $month, $day) = map { $_ + 0 } split /-/, $date;
	foreach (1 .. $days)
	{
		my $last = add_months(date_text($year, $month, 31), 0);
		($year, $month, $day) = date_text($year, $month, $day) lt $last ? ($year, $month, $day + 1) : $month == 12 ? ($year + 1, 1, 1) : ($year, $month + 1, 1);
	}
	return date_text($year, $month, $day);
}

# provider returns one of which not all is stated.
sub provider
{
	my %provider = (code => 'H-1');
	$provider{grade}     = between(0, 3)                                if chance(80);
	$provider{ownership} = pick('public', 'public', 'private')          if chance(80);
	$provider{ward}      = pick('general', 'general', 'special', 'international') if chance(80);
	$provider{network}   = chance(70)                                   if chance(80);
	$provider{region}    = '310104'                                     if chance(30);
	return \%provider;
}

# line returns a line that is no refund; what others paid of it is stated sometimes.
sub line
{
	my ($number, $stating) = @_;
	my $amount = chance(6) ? 0 : amount(2000);
	my %line = (no => $number, category => pick(@categories), amount => yuan($amount));
	$line{code}     = pick(@codes)                          if chance(60);
	$line{class}    = pick('A', 'A', 'B', 'B', 'C')         if chance(85);
	$line{quantity} = pick('1', '2', '3', '0.5', '1.5', '2.333') if chance(40);
	my $allowed = $amount;
	if (chance(12))
	{
		$allowed = below($amount + 1);
		$line{allowed} = yuan($allowed);
	}
	$line{self_first} = yuan(chance(50) ? int($allowed / 10) : below($allowed + 1)) if chance(20);
	if ($stating && chance(60))
	{
		my $social = chance(70) ? below($amount + 1) : 0;
		$line{social_paid} = yuan($social);
		$line{other_paid} = yuan(below($amount - $social + 1)) if chance(40);
	}
	return \%line;
}

# add_lines gives a bill its lines, refunds, and what others paid of it.
sub add_lines
{
	my ($bill) = @_;
	my $stating = chance(30);
	my $number  = 0;
	my @lines   = map { line(++$number, $stating) } 1 .. pick(1, 1, 2, 2, 3, 4, 5);
	my %sum = (amount => 0, social_paid => 0, other_paid => 0);
	foreach my $line (@lines)
	{
		$sum{$_} += fen($line->{$_} // '0') foreach keys %sum;
	}
	foreach (1 .. (chance(15) ? pick(1, 1, 2, 3) : 0))
	{
		my $most = $sum{amount} - $sum{social_paid} - $sum{other_paid};
		my %refund = (no => ++$number, category => pick(@categories));
		$refund{code} = pick(@codes) if chance(60);
		$refund{class} = pick('A', 'B', 'C') if chance(60);
		foreach my $payer ('social_paid', 'other_paid')
		{
			my $back = $stating && chance(50) ? below($sum{$payer} + 1) : 0;
			next if $back == 0;
			$refund{$payer} = yuan(-$back);
			$sum{$payer} -= $back;
			$most += $back;
		}
		next if $most == 0;
		my $back = chance(20) ? $most : between(1, $most);
		$refund{amount} = yuan(-$back);
		$sum{amount} -= $back;
		splice @lines, chance(50) ? scalar @lines : below(@lines + 1), 0, \%refund;
	}
	$bill->{items} = [ grep { defined $_->{amount} } @lines ];
	my %stated = map { my $payer = $_; ($payer => 0) } 'social_paid', 'other_paid';
	foreach my $line (@{ $bill->{items} })
	{
		$stated{$_} += fen($line->{$_} // '0') foreach keys %stated;
	}
	my $open = $sum{amount} - $stated{social_paid} - $stated{other_paid};
	foreach my $payer ('social_paid', 'other_paid')
	{
		next if !chance($payer eq 'social_paid' ? 60 : 30);
		my $more = chance(20) ? $open : chance(15) ? 0 : below($open + 1);
		$bill->{$payer} = yuan($stated{$payer} + $more);
		$open -= $more;
	}
	return;
}

1;
