# The worked examples of what terms mean, as data: terms, claims in turn, what is paid.
package BenefitExamples;

use strict;
use warnings FATAL => 'all';
use BenefitSlow;
use BenefitSlowBasics;
use Exporter 'import';

our @EXPORT = qw(examples paid_slowly);

# claim returns a claim with bills; each is [ from, lines ..., further keys as a hash ].
sub claim
{
	my ($number, @bills) = @_;
	my $count = 0;
	return {
		ref => "E-$number", policy => 'P-1', member_ref => 'M-1', event_date => '2024-03-01',
		member => { birth_date => '1990-05-04', sex => 'F', relationship => 'self', enrolled_on => '2024-01-01', policy_start => '2024-01-01' },
		bills  => [ map { my ($from, $more, @lines) = @$_; { no => 'B' . ++$count, care => 'outpatient', from => $from, items => [ lines(@lines) ], %$more } } @bills ] };
}

# lines returns lines; each is [ category, amount, further keys ].
sub lines
{
	my $count = 0;
	return map { my ($category, $amount, %more) = @$_; { no => ++$count, category => $category, amount => $amount, %more } } @_;
}

# expense returns terms with one benefit.
sub expense
{
	return { name => 'example', benefits => [ { code => 'X', kind => 'expense', steps => [@_] } ] };
}

# stay returns a bill of so many days in hospital.
sub stay
{
	my ($from, $to) = @_;
	return [ $from, { care => 'inpatient', to => $to }, [ 'bed', '1.00' ] ];
}

# examples returns all of them.
sub examples
{
	my $settled = { social_settled => 1, social_paid => '300.00' };
	my $first = {
		name   => 'Group medical, staff tier', period => 'policy_year',
		shared => { D => { deductible => { per => 'year', amount => '500.00' } }, FAM => { limit => { per => 'year', scope => 'family', amount => '50000.00' } } },
		benefits => [ { code => 'OP', kind => 'expense', care => [ 'outpatient', 'emergency' ], eligible => { A => '1', B => '1', C => '0', self_first => '1' },
			steps => [ { offset => [ 'social', 'other', 'prior' ] }, { use => 'D' }, { coinsurance => [ { when => 'bill.social_settled', pay => '0.8' }, { pay => '0.6' } ] },
				{ limit => { per => 'year', amount => '20000.00' } }, { use => 'FAM' } ] } ] };
	my @thirds = map { { code => $_->[0], kind => 'expense', item => { categories => [ $_->[1] ] }, steps => [ { use => 'D' } ] } } [ 'X', 'drug' ], [ 'Y', 'exam' ];
	return (
		{ number => 1, what => 'the terms of the page, three bills', terms => $first, claims => [ map { claim($_, [ "2024-03-0$_", $settled, [ 'drug', '500.00', class => 'A' ] ]) } 1 .. 3 ], paid => [ '0.00', '0.00', '80.00' ] },
		{ number => 2, what => 'a cap a unit, then a deductible', terms => expense({ cap => { per => 'unit', amount => '60.00' } }, { deductible => { per => 'year', amount => '50.00' } }),
			claims => [ claim(1, [ '2024-03-01', {}, [ 'drug', '300.00', quantity => '3' ] ]) ], paid => ['130.00'] },
		{ number => 3, what => 'bands on the year', terms => expense({ coinsurance => [ { band_on => 'year', bands => [ { upto => '5000.00', pay => '0.8' }, { pay => '0.9' } ] } ] }),
			claims => [ map { claim($_, [ '2024-03-01', {}, [ 'drug', $_ ] ]) } '4000.00', '3000.00' ], paid => [ '3200.00', '2600.00' ] },
		{ number => 4, what => 'a deductible of a family', family => 1, terms => { period => 'calendar_year', %{ expense({ deductible => { per => 'year', amount => '300.00', family_amount => '900.00' } }) } },
			claims => [ map { claim($_, [ '2024-03-01', {}, [ 'drug', $_ ] ]) } '250.00', '350.00', '400.00', '500.00' ], paid => [ '0.00', '50.00', '100.00', '450.00' ] },
		{ number => 5, what => 'an allowance a day', terms => { name => 'x', benefits => [ { code => 'HI', kind => 'daily', amount => '100.00', from_day => 4, steps => [ { limit => { per => 'year', days => 180 } } ] } ] },
			claims => [ claim(1, stay('2024-01-01', '2024-04-10')), claim(2, stay('2024-05-01', '2024-08-09')) ], paid => [ '9700.00', '8300.00' ] },
		{ number => 6, what => 'a limit of the year, then of the visit', terms => expense({ limit => { per => 'year', amount => '20000.00' } }, { limit => { per => 'visit', amount => '100.00' } }),
			claims => [ claim(1, [ '2024-03-01', {}, [ 'drug', '300.00' ] ]) ], paid => ['100.00'] },
		{ number => 7, what => 'social insurance pays on classes A and B', terms => { name => 'x', benefits => [ map { { code => $_->[0], kind => 'expense', item => { classes => $_ }, steps => [] } } [ 'A', 'B' ], ['C'] ] },
			claims => [ claim(1, [ '2024-03-01', { social_paid => '450.00' }, [ 'drug', '600.00', class => 'A' ], [ 'drug', '400.00', class => 'C' ] ]) ], paid => ['550.00'] },
		{ number => 8, what => 'a limit on drugs', terms => expense({ limit => { per => 'year', amount => '50.00', categories => ['drug'], code => 'drugs' } }),
			claims => [ claim(1, [ '2024-03-01', {}, [ 'drug', '300.00' ], [ 'bed', '300.00', social_paid => '280.00' ] ]) ], paid => ['70.00'] },
		{ number => 9, what => 'indemnity without the line that does not count', terms => { name => 'x', benefits => [ { code => 'X', kind => 'expense', eligible => { A => '1', B => '1', C => '0' }, steps => [] } ] },
			claims => [ claim(1, [ '2024-03-01', {}, [ 'drug', '500.00', class => 'A', social_paid => '400.00' ], [ 'drug', '400.00', class => 'C' ] ]) ], paid => ['100.00'] },
		{ number => 10, what => 'a shared deductible on lines of two benefits', terms => { name => 'x', shared => { D => { deductible => { per => 'year', amount => '500.00' } } }, benefits => \@thirds },
			claims => [ claim(1, [ '2024-03-01', {}, [ 'drug', '300.00' ], [ 'exam', '300.00' ] ]) ], paid => ['100.00'] });
}

# paid_slowly returns what the slow evaluator pays for the claims of an example, in turn.
# Where it says family, each claim is another member's.
sub paid_slowly
{
	my ($example) = @_;
	my $used = {};
	my @paid;
	foreach my $claim (@{ $example->{claims} })
	{
		my $result = evaluate_slowly($example->{terms}, $claim, $used);
		push @paid, $result->{paid};
		$used = $result->{used};
		$used = { map { $_ => $used->{$_} } grep { /\@family$/ } keys %$used } if $example->{family};
	}
	return @paid;
}

1;
