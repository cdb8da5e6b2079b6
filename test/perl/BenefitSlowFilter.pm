# Which bills (or events) a benefit responds to; the conditions in FEEL that the
# generator uses, each with its meaning by hand.
package BenefitSlowFilter;

use strict;
use warnings FATAL => 'all';
use BenefitSlowBasics;
use BenefitSlowClaim;
use Exporter 'import';

our @EXPORT = qw(refusal holds @conditions);

# A condition's text and its meaning; it is given the claim and the bill, which
# is undefined for an event.
my %meaning = (
	'bill.social_settled'                        => sub { $_[1] && $_[1]{settled} },
	'not(bill.social_settled)'                   => sub { $_[1] && !$_[1]{settled} },
	'bill.care = "inpatient"'                    => sub { $_[1] && $_[1]{care} eq 'inpatient' },
	'bill.care in ("outpatient", "emergency")'   => sub { $_[1] && $_[1]{care} =~ /^(?:outpatient|emergency)$/ },
	'bill.provider.grade >= 2'                   => sub { $_[1] && $_[1]{provider} && defined $_[1]{provider}{grade} && $_[1]{provider}{grade} >= 2 },
	'bill.from >= date("2024-06-01")'            => sub { $_[1] && $_[1]{from} ge '2024-06-01' },
	'bill.from < bill.to'                        => sub { $_[1] && $_[1]{from} lt $_[1]{to} },
	'claim.cause = "accident"'                   => sub { $_[0]{cause} eq 'accident' },
	'claim.cause != "illness"'                   => sub { $_[0]{cause} ne 'illness' },
	'count(claim.diagnoses) > 1'                 => sub { @{ $_[0]{diagnoses} } > 1 },
	'member.sex = "F"'                           => sub { $_[0]{member}{sex} eq 'F' },
	'member.relationship in ("self", "spouse")'  => sub { $_[0]{member}{relationship} =~ /^(?:self|spouse)$/ },
	'member.birth_date < date("1990-01-01")'     => sub { $_[0]{member}{birth_date} lt '1990-01-01' },
	'member.continuous_since < member.enrolled_on and claim.event_date >= date("2024-03-01")' =>
	  sub { $_[0]{member}{continuous_since} lt $_[0]{member}{enrolled_on} && $_[0]{event_date} ge '2024-03-01' },
	'false' => sub { 0 },
	'null'  => sub { 0 },
	'true'  => sub { 1 });

our @conditions = sort keys %meaning;

# holds says whether a condition is true.
sub holds
{
	my ($text, $claim, $bill) = @_;
	my $meaning = $meaning{$text} or die "a condition that nobody wrote down: $text";
	return $meaning->($claim, $bill) ? 1 : 0;
}

# listed says whether a value is in a list.
sub listed
{
	my ($list, $value) = @_;
	return defined $value && grep({ $_ eq $value } @$list) ? 1 : 0;
}

# refusal returns the reason why a benefit does not respond, undef where it does.
# Without a bill the event is meant. The filters in the order of their table.
sub refusal
{
	my ($benefit, $claim, $bill) = @_;
	my $member = $claim->{member};
	my $date   = $bill ? $bill->{from} : $claim->{event_date};

	return 'cause' if $benefit->{cause} && !listed($benefit->{cause}, $claim->{cause});
	if ($bill)
	{
		my $care = $benefit->{care} // ($benefit->{kind} eq 'daily' ? ['inpatient'] : undef);
		return 'care' if $care && !listed($care, $bill->{care});
		return 'provider' if $benefit->{provider} && !provider_passes($benefit->{provider}, $bill->{provider} // {});
	}
	if (my $diagnosis = $benefit->{diagnosis})
	{
		my $codes = $bill && @{ $bill->{diagnoses} } ? $bill->{diagnoses} : $claim->{diagnoses};
		return 'diagnosis_excluded' if $diagnosis->{exclude} && defined covering($diagnosis->{exclude}, $codes);
		return 'diagnosis_not_included' if $diagnosis->{include} && !defined covering($diagnosis->{include}, $codes);
	}
	if ($benefit->{age})
	{
		my $age = completed_years($member->{birth_date}, $date);
		return 'age' if $age < $benefit->{age}[0] || $age > $benefit->{age}[1];
	}
	return 'sex' if $benefit->{sex} && $benefit->{sex} ne $member->{sex};
	return 'relationship' if $benefit->{relationship} && !listed($benefit->{relationship}, $member->{relationship});
	return 'waiting_period' if $benefit->{waiting} && waits($benefit->{waiting}, $claim, $date);
	return 'condition' if defined $benefit->{when} && !holds($benefit->{when}, $claim, $bill);
	return 'item' if $bill && $benefit->{item} && !lines_chosen_by($benefit->{item}, $bill);
	return;
}

# provider_passes says whether a bill's provider passes; what is not stated does not.
sub provider_passes
{
	my ($filter, $provider) = @_;
	return 0 if defined $filter->{min_grade} && !(defined $provider->{grade} && $provider->{grade} >= $filter->{min_grade});
	return 0 if $filter->{ownership} && !listed($filter->{ownership}, $provider->{ownership});
	return 0 if $filter->{wards} && !listed($filter->{wards}, $provider->{ward});
	return 0 if defined $filter->{network} && !(defined $provider->{network} && !!$provider->{network} eq !!$filter->{network});
	return 1;
}

# waits says whether a date is before the end of the waiting period.
sub waits
{
	my ($waiting, $claim, $date) = @_;
	my $member = $claim->{member};
	foreach my $waived (@{ $waiting->{waived_for} // [] })
	{
		return 0 if $waived eq 'accident' && $claim->{cause} eq 'accident';
		return 0 if $waived eq 'renewal' && $member->{continuous_since} lt $member->{enrolled_on};
	}
	return day_number($date) < day_number($member->{enrolled_on}) + $waiting->{days} ? 1 : 0 if defined $waiting->{days};
	return $date lt add_months($member->{enrolled_on}, $waiting->{months}) ? 1 : 0;
}

1;
