# A second evaluator of claims, written from the text of what terms mean and from
# nothing else: plain loops over plain data, slow. The engine must come to the
# same result. Where the text leaves something open, "Open in the text" says how
# it is read here.
#
# Of FEEL it knows a list of conditions with their meaning by hand, of refused
# terms nothing: it is given valid ones.
package BenefitSlow;

use strict;
use warnings FATAL => 'all';
use BenefitSlowBasics;
use BenefitSlowBooks;
use BenefitSlowClaim;
use BenefitSlowFilter;
use BenefitSlowSteps;
use BenefitSlowFixed;
use Exporter 'import';

our @EXPORT = qw(evaluate_slowly);

# evaluate_slowly returns the result of a claim, reasons without text. It dies
# where the claim is refused.
# Open in the text: whether a refund has a row among the items. Here it has, with nothing paid.
sub evaluate_slowly
{
	my ($terms, $document, $used) = @_;
	my $claim = read_claim($document);
	my %run = (terms => $terms, claim => $claim, books => new_books($used), reasons => [], fixed => []);
	my (@bills, $submitted, $paid);
	foreach my $bill (@{ $claim->{bills} })
	{
		my @rows;
		foreach my $benefit (grep { $_->{kind} eq 'expense' } @{ $terms->{benefits} })
		{
			my $refusal = refusal($benefit, $claim, $bill);
			if (defined $refusal)
			{
				push @{ $run{reasons} }, { code => $refusal, bill => $bill->{no}, benefit => $benefit->{code} };
				next;
			}
			push @rows, evaluate_expense(\%run, $benefit, $bill);
		}
		$submitted += $bill->{submitted};
		$paid += fen($_->{paid}) foreach @rows;
		push @bills, { no => $bill->{no}, benefits => \@rows, items => [ map { { no => $_->{no}, paid => yuan($_->{paid}) } } @{ $bill->{all} } ] };
	}
	evaluate_fixed(\%run, $_) foreach grep { $_->{kind} ne 'expense' } @{ $terms->{benefits} };
	$paid += fen($_->{paid}) foreach @{ $run{fixed} };
	$paid //= 0;
	return {
		outcome   => $paid > 0 ? 'pay' : 'deny',
		paid      => yuan($paid),
		submitted => yuan($submitted // 0),
		bills     => \@bills,
		fixed     => $run{fixed},
		used      => used_of($run{books}),
		reasons   => $run{reasons} };
}

1;
