# A claim as the slow evaluator works on it: defaults filled in, bills in the
# order of calculation, refunds netted, payments by others on lines.
package BenefitSlowClaim;

use strict;
use warnings FATAL => 'all';
use BenefitSlowBasics;
use Exporter 'import';

our @EXPORT = qw(read_claim lines_chosen_by);

# read_claim returns member, cause, event_date, diagnoses, grades and bills.
sub read_claim
{
	my ($document) = @_;
	my %member = %{ $document->{member} };
	$member{continuous_since} //= $member{enrolled_on};
	$member{policy_start}     //= $member{enrolled_on};
	my %claim = (
		member     => \%member,
		cause      => $document->{cause} // 'illness',
		event_date => $document->{event_date},
		diagnoses  => $document->{diagnoses} // [],
		grades     => $document->{disability_grades} // []);
	my @bills = map { read_bill($_) } @{ $document->{bills} // [] };
	$claim{bills} = [ sort { $a->{from} cmp $b->{from} || $a->{no} cmp $b->{no} } @bills ];
	return \%claim;
}

# read_bill returns a bill; `lines` are those that are no refunds.
# Open in the text: the days of a bill over several days. Here all that it
# touches, other than those of a stay.
sub read_bill
{
	my ($document) = @_;
	my %bill = (
		no        => $document->{no},
		care      => $document->{care},
		from      => $document->{from},
		to        => $document->{to} // $document->{from},
		diagnoses => $document->{diagnoses} // [],
		provider  => $document->{provider},
		settled   => $document->{social_settled} ? 1 : 0,
		stay      => $document->{stay});
	$bill{nights} = day_number($bill{to}) - day_number($bill{from});
	$bill{days}   = $bill{nights} + 1;
	my @all = map { read_line($_) } @{ $document->{items} };
	foreach my $line (@all)
	{
		die "line $line->{no} was paid beyond its amount" if $line->{amount} >= 0 && $line->{social} + $line->{other} > $line->{amount};
	}
	my %whole;
	foreach my $payer ('social', 'other')
	{
		my $stated = 0;
		$stated += $_->{$payer} foreach @all;
		$whole{$payer} = defined $document->{"${payer}_paid"} ? fen($document->{"${payer}_paid"}) : $stated;
		die "the $payer payment of bill $bill{no} is below that of its lines" if $whole{$payer} < $stated;
	}
	$bill{all}   = \@all;
	$bill{lines} = [ grep { $_->{amount} >= 0 } @all ];
	net_refunds(\%bill);
	$bill{submitted} = 0;
	$bill{submitted} += $_->{amount} foreach @{ $bill{lines} };
	die "bill $bill{no} was paid beyond its amount" if $whole{social} + $whole{other} > $bill{submitted};
	place_payments(\%bill, \%whole);
	return \%bill;
}

# read_line returns a line.
sub read_line
{
	my ($document) = @_;
	my $amount = fen($document->{amount});
	my %line = (
		no         => $document->{no},
		category   => $document->{category},
		code       => $document->{code},
		class      => $document->{class},
		quantity   => millionths($document->{quantity} // '1'),
		amount     => $amount,
		allowed    => defined $document->{allowed} ? fen($document->{allowed}) : $amount,
		self_first => fen($document->{self_first} // '0'),
		social     => fen($document->{social_paid} // '0'),
		other      => fen($document->{other_paid} // '0'),
		prior      => 0,
		paid       => 0);
	die "line $line{no} has an allowed amount above its amount" if $amount >= 0 && $line{allowed} > $amount;
	die "line $line{no} has a self_first above what is allowed" if $amount >= 0 && $line{self_first} > $line{allowed};
	return \%line;
}

# net_refunds takes each refund from the other lines, in their order: those of
# its code, then of its category, then all; what the lines state as paid by others alike.
# Open in the text: several refunds on a line. Here its allowed amount and
# self_first shrink once, from what was stated to what is left in the end.
sub net_refunds
{
	my ($bill) = @_;
	my @stated = map { $_->{amount} } @{ $bill->{lines} };
	foreach my $refund (grep { $_->{amount} < 0 } @{ $bill->{all} })
	{
		foreach my $measure ('amount', 'social', 'other')
		{
			my $open = -$refund->{$measure};
			foreach my $like ('code', 'category', 'bill')
			{
				foreach my $line (@{ $bill->{lines} })
				{
					next if $like eq 'code' && !(defined $refund->{code} && defined $line->{code} && $refund->{code} eq $line->{code});
					next if $like eq 'category' && $refund->{category} ne $line->{category};
					my $taken = least($open, $line->{$measure});
					$line->{$measure} -= $taken;
					$open -= $taken;
				}
			}
			die "bill $bill->{no} is below zero" if $open > 0 && $measure eq 'amount';
		}
	}
	foreach my $index (0 .. $#stated)
	{
		my $line = $bill->{lines}[$index];
		next if $line->{amount} == $stated[$index];
		$line->{allowed}    = rounded($line->{allowed},    $line->{amount}, $stated[$index]);
		$line->{self_first} = rounded($line->{self_first}, $line->{amount}, $stated[$index]);
	}
	return;
}

# open_on returns what is not yet paid by others on a line.
sub open_on
{
	my ($line) = @_;
	return $line->{amount} - $line->{social} - $line->{other};
}

# place_payments puts on lines what a bill's payments are beyond what the lines state.
# Open in the text: whose payment leaves a line that a refund made too small.
# Here it is first the other payer's, then social insurance's; what leaves joins
# the rest of the bill's payment.
sub place_payments
{
	my ($bill, $whole) = @_;
	my @lines = @{ $bill->{lines} };
	my %rest  = %$whole;
	foreach my $line (@lines)
	{
		$line->{social} = least($line->{social}, $line->{amount});
		$line->{other}  = least($line->{other},  $line->{amount} - $line->{social});
		$rest{social} -= $line->{social};
		$rest{other}  -= $line->{other};
	}
	die "the payments on bill $bill->{no} are below those of its lines" if $rest{social} < 0 || $rest{other} < 0;
	my @insured = grep { defined $_->{class} && $_->{class} =~ /^[AB]$/ } @lines;
	$rest{social} = place(\@insured, 'social', $rest{social});
	$rest{social} = place(\@lines,   'social', $rest{social});
	$rest{other}  = place(\@lines,   'other',  $rest{other});
	die "bill $bill->{no} was paid beyond its amount" if $rest{social} || $rest{other};
	return;
}

# place puts as much of a payment on lines as is open there, in proportion, and returns the rest.
sub place
{
	my ($lines, $payer, $amount) = @_;
	my @open = map { open_on($_) } @$lines;
	my $sum  = 0;
	$sum += $_ foreach @open;
	my $placed = least($sum, $amount);
	my @shares = split_by($placed, @open);
	$lines->[$_]{$payer} += $shares[$_] foreach 0 .. $#$lines;
	return $amount - $placed;
}

# lines_chosen_by returns the lines of a bill that an item filter lets through.
# Open in the text: a line without code meets `codes` never, `exclude_codes` always; class alike.
sub lines_chosen_by
{
	my ($item, $bill) = @_;
	my @chosen;
	foreach my $line (@{ $bill->{lines} })
	{
		my $good = 1;
		foreach my $what ([ categories => 'category' ], [ codes => 'code' ], [ classes => 'class' ])
		{
			my ($list, $value) = ($item->{ $what->[0] }, $line->{ $what->[1] });
			$good = 0 if $list && !(defined $value && grep { $_ eq $value } @$list);
		}
		foreach my $what ([ exclude_categories => 'category' ], [ exclude_codes => 'code' ])
		{
			my ($list, $value) = ($item->{ $what->[0] }, $line->{ $what->[1] });
			$good = 0 if $list && defined $value && grep { $_ eq $value } @$list;
		}
		push @chosen, $line if $good;
	}
	return @chosen;
}

1;
