# Cases for the slow evaluator and the engine: a seed is a family with terms, and
# its claims one after the other, each with the counters that the ones before left.
package BenefitCases;

use strict;
use warnings FATAL => 'all';
use BenefitClaims;
use BenefitRandom;
use BenefitSlow;
use BenefitSlowSteps;
use BenefitTerms;
use Exporter 'import';

our @EXPORT = qw(family_cases family_documents json copy_line %reached);

# Which keys hold numbers or booleans; all other values are strings.
my %number = map { $_ => 1 } qw(no days count months from_day max_count interval_days min_grade grade upto age disability_grades);
my %boolean = map { $_ => 1 } qw(social_settled network);

# json writes data as JSON, keys in order; by the key it knows the type, a number of lines from one of bills by its look.
# A reference to a text is written as it is.
sub json
{
	my ($value, $key) = @_;
	$key //= '';
	return '{' . join(', ', map { "\"$_\": " . json($value->{$_}, $_) } sort keys %$value) . '}' if ref $value eq 'HASH';
	return '[' . join(', ', map { json($_, $key) } @$value) . ']' if ref $value eq 'ARRAY';
	return $$value if ref $value;
	return $value ? 'true' : 'false' if $boolean{$key} && $value =~ /^1?0?$/;
	return $value if $number{$key} && $value =~ /^[0-9]+$/;
	$value =~ s/(["\\])/\\$1/g;
	return "\"$value\"";
}

# copy_line writes fields for COPY.
sub copy_line
{
	my @fields = @_;
	s/\\/\\\\/g foreach @fields;
	return join("\t", @fields) . "\n";
}

# family_documents returns terms and claims of a seed, with the number of the member of each; with whole, none is refused with any terms.
sub family_documents
{
	my ($seed, $whole) = @_;
	seed($seed);
	my $terms  = random_terms();
	my @family = random_family($whole || needs_policy_start($terms));
	my @claims = map { my $who = below(scalar @family); [ $who, random_claim($family[$who], $_, $whole) ] } 1 .. pick(3, 4, 5, 6, 8, 10, 12);
	return ($terms, @claims);
}

# family_cases returns the cases of a seed: number, terms, claim, used, and what
# must come of them. What a family shares goes on to the next claim of any of it.
sub family_cases
{
	my ($seed)  = @_;
	my ($terms, @claims) = family_documents($seed);
	my (@cases, %shared, @own);
	my $text = json($terms);
	foreach my $pair (@claims)
	{
		my ($who, $claim) = @$pair;
		$own[$who] //= random_counters($terms);
		%shared = (%shared, map { $_ => delete $own[$who]{$_} } grep { /\@family$/ } keys %{ $own[$who] });
		my %used = (%{ $own[$who] }, %shared);
		my $result = eval { evaluate_slowly($terms, $claim, \%used) };
		my ($error) = split /\n/, $@;
		die $error if !$result && $error !~ /paid beyond|below|above/;
		push @cases, { seed => $seed, number => 1 + @cases, terms => $text, claim => json($claim), used => json(\%used), result => $result // { error => $error } };
		next if !$result;
		my $after = $result->{used};
		%shared = map { $_ => $after->{$_} } grep { /\@family$/ } keys %$after;
		$own[$who] = { map { $_ => $after->{$_} } grep { !/\@family$/ } keys %$after };
	}
	return @cases;
}

1;
