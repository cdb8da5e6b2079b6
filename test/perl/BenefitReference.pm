package BenefitReference;

# A second, independent benefit calculation, written from docs/design "benefits" alone.
#
# It is meant to be read, not to be fast: whole amounts are Perl integers in fen, shares are integers in millionths, dates are
# day numbers, nothing is floating point, and every function says in its comment which sentence of the rules it follows.
#
# Scope: benefits of kind "expense" with the filters cause, care, provider, diagnosis, age, sex, relationship, waiting, item and
# eligible; the steps cap, offset, deductible, copay, coinsurance with a single unconditional case {pay, max}, limit without
# categories, and use. Whatever else stands in the terms makes evaluate() die rather than be ignored.

use strict;
use warnings;
use JSON::PP ();
use Exporter 'import';

our @EXPORT_OK = qw(evaluate prepare_bill fen money day_number day_text year_start add_months split_by_weight split_bounded
  round_share);

use constant MILLION => 1_000_000;

# ---------------------------------------------------------------------------------------------------------------------------
# Amounts and shares
# ---------------------------------------------------------------------------------------------------------------------------

# Amounts are exact to the fen and in JSON always strings.
sub fen
{
	my ($text) = @_;
	$text =~ /^(-?)([0-9]+)(?:\.([0-9]{1,2}))?$/ or die "not an amount: $text";
	my ($sign, $yuan, $rest) = ($1, $2, defined $3 ? $3 : '');
	$rest .= '0' while length $rest < 2;
	my $fen = $yuan * 100 + $rest;
	return $sign ? -$fen : $fen;
}

sub money
{
	my ($fen) = @_;
	my $sign = $fen < 0 ? '-' : '';
	my $abs = abs $fen;
	my $cents = $abs % 100;
	return sprintf('%s%d.%02d', $sign, ($abs - $cents) / 100, $cents);
}

# Shares (and quantities) are decimals as strings, to six places: here, integers in millionths.
sub millionths
{
	my ($text) = @_;
	$text =~ /^([0-9]+)(?:\.([0-9]{1,6}))?$/ or die "not a share or quantity: $text";
	my ($whole, $rest) = ($1, defined $2 ? $2 : '');
	$rest .= '0' while length $rest < 6;
	return $whole * MILLION + $rest;
}

# floor(a / b) for a >= 0, b > 0, in integers
sub quotient
{
	my ($a, $b) = @_;
	use integer;
	return $a / $b;
}

# Rounding is once, half away from zero. (All that is rounded here is >= 0, so this is half up.)
sub round_quotient
{
	my ($a, $b) = @_;
	die "negative" if $a < 0 || $b <= 0;
	my $floor = quotient($a, $b);
	my $rest = $a - $floor * $b;
	return 2 * $rest >= $b ? $floor + 1 : $floor;
}

# amount x share, rounded
sub round_share
{
	my ($fen, $share) = @_;
	return round_quotient($fen * $share, MILLION);
}

sub smaller { my ($a, $b) = @_; return $a < $b ? $a : $b; }
sub larger { my ($a, $b) = @_; return $a > $b ? $a : $b; }
sub total { my $sum = 0; $sum += $_ for @_; return $sum; }
sub in_list { my ($what, $list) = @_; return scalar grep { $_ eq $what } @$list; }

# "In proportion ..., largest remainder (ties: the earlier line)": everyone gets the whole fen of its exact part, the fen that
# are left over go one each to the largest fractions.
sub split_by_weight
{
	my ($amount, @weight) = @_;
	my $all = total(@weight);
	return map { 0 } @weight if $amount == 0;
	die "nothing to split over" if $all == 0;
	my (@part, @fraction);
	for my $i (0 .. $#weight)
	{
		$part[$i] = quotient($amount * $weight[$i], $all);
		$fraction[$i] = $amount * $weight[$i] - $part[$i] * $all;
	}
	my $left = $amount - total(@part);
	my @by_fraction = sort { $fraction[$b] <=> $fraction[$a] || $a <=> $b } 0 .. $#weight;
	for my $i (@by_fraction)
	{
		last if $left == 0;
		$part[$i]++;
		$left--;
	}
	die "split does not add up" if $left != 0 || total(@part) != $amount;
	return @part;
}

# "A line that would get more than its bound gets the bound, and the rest is split again over the others, so that they add up to
# the fen."
sub split_bounded
{
	my ($amount, $weight, $bound) = @_;
	my @part = map { 0 } @$weight;
	my @open = grep { $weight->[$_] > 0 } 0 .. $#$weight;
	my $rest = $amount;
	while ($rest > 0)
	{
		die "more than the bounds together hold" if !@open;
		my @try = split_by_weight($rest, map { $weight->[$_] } @open);
		my @over = grep { $try[$_] > $bound->[ $open[$_] ] } 0 .. $#open;
		if (!@over)
		{
			$part[ $open[$_] ] = $try[$_] for 0 .. $#open;
			$rest = 0;
			last;
		}
		my %full = map { $open[$_] => 1 } @over;
		for my $i (keys %full)
		{
			$part[$i] = $bound->[$i];
			$rest -= $bound->[$i];
		}
		@open = grep { !$full{$_} } @open;
	}
	die "bounded split does not add up" if total(@part) != $amount;
	return @part;
}

# ---------------------------------------------------------------------------------------------------------------------------
# Dates
# ---------------------------------------------------------------------------------------------------------------------------

sub is_leap { my ($y) = @_; return ($y % 4 == 0 && $y % 100 != 0) || $y % 400 == 0 ? 1 : 0; }

sub month_length
{
	my ($y, $m) = @_;
	return 29 if $m == 2 && is_leap($y);
	return (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[ $m - 1 ];
}

# Days since 1900-01-01, counted year by year.
my %YEAR_BEGIN = (1900 => 0);
$YEAR_BEGIN{ $_ + 1 } = $YEAR_BEGIN{$_} + 365 + is_leap($_) for 1900 .. 2200;

sub year_begin
{
	my ($y) = @_;
	return exists $YEAR_BEGIN{$y} ? $YEAR_BEGIN{$y} : die "year $y";
}

sub day_of
{
	my ($y, $m, $d) = @_;
	my $n = year_begin($y);
	$n += month_length($y, $_) for 1 .. $m - 1;
	return $n + $d - 1;
}

sub day_number
{
	my ($text) = @_;
	my ($y, $m, $d) = $text =~ /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/ or die "not a date: $text";
	die "no such day: $text" if $m < 1 || $m > 12 || $d < 1 || $d > month_length($y, $m);
	return day_of($y, $m, $d);
}

sub day_parts
{
	my ($n) = @_;
	my $y = 1900;
	$y++ while year_begin($y + 1) <= $n;
	$n -= year_begin($y);
	my $m = 1;
	while ($n >= month_length($y, $m)) { $n -= month_length($y, $m); $m++; }
	return ($y, $m, $n + 1);
}

sub day_text { my ($n) = @_; return sprintf('%04d-%02d-%02d', day_parts($n)); }

# `{"months": 6}`: the end is clamped to the month's last day.
sub add_months
{
	my ($n, $months) = @_;
	my ($y, $m, $d) = day_parts($n);
	for (1 .. $months) { $m++; if ($m > 12) { $m = 1; $y++; } }
	return day_of($y, $m, smaller($d, month_length($y, $m)));
}

# A policy year starts on the anniversary of the policy's start; the anniversary of a 29 February is the 28th in a year that has
# no 29th.
sub anniversary
{
	my ($start, $year) = @_;
	my (undef, $m, $d) = day_parts($start);
	return day_of($year, $m, smaller($d, month_length($year, $m)));
}

# The year of a bill is that of its from-date: the calendar year or the policy year that holds it.
sub year_start
{
	my ($period, $policy_start, $day) = @_;
	my ($y) = day_parts($day);
	return day_of($y, 1, 1) if $period eq 'calendar_year';
	die "period $period" if $period ne 'policy_year';
	my $this = anniversary($policy_start, $y);
	return $this <= $day ? $this : anniversary($policy_start, $y - 1);
}

# Completed years at the bill's from-date. (Born on 29 February: a year is completed on 1 March where there is no 29th.)
sub completed_years
{
	my ($birth, $day) = @_;
	my ($by, $bm, $bd) = day_parts($birth);
	my ($y, $m, $d) = day_parts($day);
	my $years = $y - $by;
	$years-- if $m < $bm || ($m == $bm && $d < $bd);
	return $years;
}

# ---------------------------------------------------------------------------------------------------------------------------
# The bill: refunds, payments by others
# ---------------------------------------------------------------------------------------------------------------------------

# Where a refund goes: the lines of its code, then of its category, then of the bill, each in line order.
sub refund_order
{
	my ($refund, $lines) = @_;
	my (@order, %seen);
	if (defined $refund->{code})
	{
		push @order, grep { defined $_->{code} && $_->{code} eq $refund->{code} } @$lines;
	}
	push @order, grep { $_->{category} eq $refund->{category} } @$lines;
	push @order, @$lines;
	return grep { !$seen{ $_->{no} }++ } @order;
}

# It takes from those lines, none below zero.
sub take_refund
{
	my ($amount, $field, @order) = @_;
	for my $line (@order)
	{
		my $taken = smaller($amount, $line->{$field});
		$line->{$field} -= $taken;
		$amount -= $taken;
	}
	return $amount;
}

# Turns a bill of the claim document into lines with amount, allowed, self_first, social and other, all in fen.
sub prepare_bill
{
	my ($bill) = @_;
	my (@lines, @refunds);

	# The defaults of a line: code none, class none, quantity 1, allowed = amount, self_first 0, payments 0.
	for my $item (@{ $bill->{items} })
	{
		my $amount = fen($item->{amount});
		my $line = {
			no => $item->{no},
			category => $item->{category},
			code => $item->{code},
			class => $item->{class},
			quantity => millionths(defined $item->{quantity} ? $item->{quantity} : '1'),
			amount => $amount,
			stated => $amount,
			allowed => defined $item->{allowed} ? fen($item->{allowed}) : $amount,
			self_first => defined $item->{self_first} ? fen($item->{self_first}) : 0,
			social => defined $item->{social_paid} ? fen($item->{social_paid}) : 0,
			other => defined $item->{other_paid} ? fen($item->{other_paid}) : 0,
			prior => 0,
			paid => 0,
		};
		if ($amount < 0)
		{
			push @refunds, $line;
			next;
		}
		die "allowed above the amount" if $line->{allowed} > $amount;
		die "self_first above allowed" if $line->{self_first} > $line->{allowed};
		die "a negative payment stands on a refund only" if $line->{social} < 0 || $line->{other} < 0;
		die "payments beyond a line's own amount" if $line->{social} + $line->{other} > $amount;
		push @lines, $line;
	}

	# The bill's figure is the whole; absent, the sum of its lines; below that sum is an error.
	my %whole;
	for my $who ('social', 'other')
	{
		my $stated = total(map { $_->{$who} } @lines, @refunds);
		$whole{$who} = defined $bill->{"${who}_paid"} ? fen($bill->{"${who}_paid"}) : $stated;
		die "the bill's payment is below that of its lines" if $whole{$who} < $stated;
	}

	# A negative line is a refund; a bill below zero is an error; negative payments are netted alike.
	for my $refund (@refunds)
	{
		my @order = refund_order($refund, \@lines);
		die "a bill below zero" if take_refund(-$refund->{amount}, 'amount', @order) > 0;
		for my $who ('social', 'other')
		{
			die "a payment above zero on a refund" if $refund->{$who} > 0;
			die "payments below zero" if take_refund(-$refund->{$who}, $who, @order) > 0;
		}
	}

	# allowed and self_first of a line shrink in proportion, rounded; its quantity stays.
	for my $line (@lines)
	{
		next if $line->{amount} == $line->{stated};
		$line->{allowed} = round_quotient($line->{allowed} * $line->{amount}, $line->{stated});
		$line->{self_first} = round_quotient($line->{self_first} * $line->{amount}, $line->{stated});
	}

	my $submitted = total(map { $_->{amount} } @lines);
	die "payments beyond the bill's amount" if $whole{social} + $whole{other} > $submitted;

	# What then exceeds a line falls on the others: it joins the rest.
	for my $line (@lines)
	{
		$line->{social} = smaller($line->{social}, $line->{amount});
		$line->{other} = smaller($line->{other}, $line->{amount} - $line->{social});
	}

	# The rest of the social payment falls on the lines of class A and B (on all, where there are none, and beyond their
	# amounts), in proportion to what is still open on each.
	my $rest = $whole{social} - total(map { $_->{social} } @lines);
	my @insured = grep { defined $_->{class} && ($_->{class} eq 'A' || $_->{class} eq 'B') } @lines;
	$rest = spread($rest, 'social', @insured);
	$rest = spread($rest, 'social', @lines);
	die "social payment left over" if $rest != 0;

	# The rest of other_paid falls on all lines.
	$rest = $whole{other} - total(map { $_->{other} } @lines);
	$rest = spread($rest, 'other', @lines);
	die "other payment left over" if $rest != 0;

	my $from = day_number($bill->{from});
	my $to = defined $bill->{to} ? day_number($bill->{to}) : $from;
	die "to before from" if $to < $from;
	return {
		no => $bill->{no},
		care => $bill->{care},
		from => $from,
		days => $to - $from + 1,
		diagnoses => $bill->{diagnoses} || [],
		provider => $bill->{provider} || {},
		lines => \@lines,
		submitted => $submitted,
	};
}

# What is open on a line: amount - social - other - prior.
sub open_on
{
	my ($line) = @_;
	my $open = $line->{amount} - $line->{social} - $line->{other} - $line->{prior};
	die "a line is over-paid" if $open < 0;
	return $open;
}

# Puts a payment on the lines in proportion to what is open on each, as far as they hold it; gives back what they do not hold.
sub spread
{
	my ($amount, $field, @lines) = @_;
	my @open = map { open_on($_) } @lines;
	my $here = smaller($amount, total(@open));
	my @part = split_by_weight($here, @open);
	$lines[$_]{$field} += $part[$_] for 0 .. $#lines;
	return $amount - $here;
}

# ---------------------------------------------------------------------------------------------------------------------------
# The filter
# ---------------------------------------------------------------------------------------------------------------------------

# ICD-10 codes and ranges: a shorter code covers its children, the end of a range too.
sub diagnosis_fits
{
	my ($code, $entry) = @_;
	my ($low, $high) = split /-/, $entry;
	$high = $low if !defined $high;
	return substr($code, 0, length $low) ge $low && substr($code, 0, length $high) le $high;
}

sub any_diagnosis_fits
{
	my ($codes, $entries) = @_;
	for my $code (@$codes)
	{
		for my $entry (@$entries)
		{
			return 1 if diagnosis_fits($code, $entry);
		}
	}
	return 0;
}

# What the bill does not state does not pass.
sub provider_passes
{
	my ($want, $is) = @_;
	if (defined $want->{min_grade})
	{
		return 0 if !defined $is->{grade} || $is->{grade} < $want->{min_grade};
	}
	if (defined $want->{ownership})
	{
		return 0 if !defined $is->{ownership} || !in_list($is->{ownership}, $want->{ownership});
	}
	if (defined $want->{wards})
	{
		return 0 if !defined $is->{ward} || !in_list($is->{ward}, $want->{wards});
	}
	if (defined $want->{network})
	{
		return 0 if !defined $is->{network} || ($want->{network} ? 1 : 0) != ($is->{network} ? 1 : 0);
	}
	return 1;
}

# A bill before enrolled_on + the waiting period is refused, unless the claim's cause or a renewal waives it. Renewal:
# continuous_since is earlier than enrolled_on.
sub waiting_passes
{
	my ($waiting, $member, $cause, $day) = @_;
	for my $waiver (@{ $waiting->{waived_for} || [] })
	{
		return 1 if $waiver eq 'accident' && $cause eq 'accident';
		return 1 if $waiver eq 'renewal' && $member->{continuous_since} < $member->{enrolled_on};
	}
	my $end =
		defined $waiting->{days}
	  ? $member->{enrolled_on} + $waiting->{days}
	  : add_months($member->{enrolled_on}, $waiting->{months});
	return $day >= $end;
}

# The lists of the item filter, each optional: all of them together choose the lines.
sub item_passes
{
	my ($item, $line) = @_;
	my $code = $line->{code};
	my $class = $line->{class};
	return 0 if $item->{categories} && !in_list($line->{category}, $item->{categories});
	return 0 if $item->{exclude_categories} && in_list($line->{category}, $item->{exclude_categories});
	return 0 if $item->{codes} && !(defined $code && in_list($code, $item->{codes}));
	return 0 if $item->{exclude_codes} && defined $code && in_list($code, $item->{exclude_codes});
	return 0 if $item->{classes} && !(defined $class && in_list($class, $item->{classes}));
	return 1;
}

# The filters in the order of the table; the first that does not let the bill through gives the one reason. Returns that reason
# (or undef) and the lines let through.
sub filter_bill
{
	my ($benefit, $claim, $bill) = @_;
	my $member = $claim->{member};

	return 'cause' if $benefit->{cause} && !in_list($claim->{cause}, $benefit->{cause});
	return 'care' if $benefit->{care} && !in_list($bill->{care}, $benefit->{care});
	return 'provider' if $benefit->{provider} && !provider_passes($benefit->{provider}, $bill->{provider});
	if (my $diagnosis = $benefit->{diagnosis})
	{
		# A bill's own diagnoses where it has any, else the claim's.
		my $codes = @{ $bill->{diagnoses} } ? $bill->{diagnoses} : $claim->{diagnoses};
		return 'diagnosis_excluded' if $diagnosis->{exclude} && any_diagnosis_fits($codes, $diagnosis->{exclude});
		return 'diagnosis_not_included' if $diagnosis->{include} && !any_diagnosis_fits($codes, $diagnosis->{include});
	}
	if ($benefit->{age})
	{
		my $age = completed_years($member->{birth_date}, $bill->{from});
		return 'age' if $age < $benefit->{age}[0] || $age > $benefit->{age}[1];
	}
	return 'sex' if defined $benefit->{sex} && $benefit->{sex} ne $member->{sex};
	return 'relationship' if $benefit->{relationship} && !in_list($member->{relationship}, $benefit->{relationship});
	return 'waiting_period'
	  if $benefit->{waiting} && !waiting_passes($benefit->{waiting}, $member, $claim->{cause}, $bill->{from});
	my @lines = grep { item_passes($benefit->{item} || {}, $_) } @{ $bill->{lines} };
	return 'item' if !@lines;
	return (undef, @lines);
}

# The share of a line that counts: by its class; without one, or for a class without a share, the default; a line without class
# and without a default counts in full.
sub class_share
{
	my ($eligible, $line) = @_;
	my $class = $line->{class};
	return millionths($eligible->{$class}) if defined $class && defined $eligible->{$class};
	return millionths($eligible->{default}) if defined $eligible->{default};
	die "no share for class $class" if defined $class;
	return MILLION;
}

# self_first x its share (absent: the share of the class) + (allowed - self_first) x share of the class, rounded by line.
# `eligible` absent: all counts in full (up to the contract price).
sub eligible_amount
{
	my ($eligible, $line) = @_;
	return $line->{allowed} if !$eligible;
	my $share = class_share($eligible, $line);
	my $first = defined $eligible->{self_first} ? millionths($eligible->{self_first}) : $share;
	return round_quotient($line->{self_first} * $first + ($line->{allowed} - $line->{self_first}) * $share, MILLION);
}

# ---------------------------------------------------------------------------------------------------------------------------
# Counters
# ---------------------------------------------------------------------------------------------------------------------------
#
# One table counter -> period -> measure. Periods `visit` and `claim` live in the same table for as long as the claim is being
# calculated and are not given back.

# The key of a period: `year:` and its first day, `day:` and the day, `lifetime`.
sub period_key
{
	my ($state, $per, $bill) = @_;
	return "visit:$bill->{no}" if $per eq 'visit';
	return 'claim' if $per eq 'claim';
	return 'day:' . day_text($bill->{from}) if $per eq 'day';
	return 'lifetime' if $per eq 'lifetime';
	die "per $per" if $per ne 'year';
	return 'year:' . day_text(year_start($state->{period}, $state->{member}{policy_start}, $bill->{from}));
}

sub counted
{
	my ($state, $counter, $period, $measure) = @_;
	my $table = $period =~ /^(visit:|claim$)/ ? $state->{passing} : $state->{used};
	return 0 if !exists $table->{$counter} || !exists $table->{$counter}{$period};
	my $value = $table->{$counter}{$period}{$measure};
	return 0 if !defined $value;
	return $measure eq 'count' ? $value : fen($value);
}

# Zeros are left out: nothing is booked for a zero.
sub book
{
	my ($state, $counter, $period, $measure, $more) = @_;
	return if $more == 0;
	my $value = counted($state, $counter, $period, $measure) + $more;
	my $table = $period =~ /^(visit:|claim$)/ ? $state->{passing} : $state->{used};
	$table->{$counter}{$period}{$measure} = $measure eq 'count' ? $value : money($value);
}

# The counters of a deductible or a limit with the amount each holds: the member's, the family's (scope family), or both
# (family_amount). `@family` stands behind what a family shares.
sub holders
{
	my ($spec, $counter) = @_;
	my $scope = defined $spec->{scope} ? $spec->{scope} : 'member';
	return ([ "$counter\@family", $spec->{amount} ]) if $scope eq 'family';
	return ([ $counter, $spec->{amount} ], [ "$counter\@family", $spec->{family_amount} ]) if defined $spec->{family_amount};
	return ([ $counter, $spec->{amount} ]);
}

# What is left in the period: the amount (a bill over several days: per day, amount x its days) less what is booked, never below
# zero; with a family amount the smaller of the two.
sub left_over
{
	my ($state, $spec, $counter, $measure, $bill) = @_;
	my $period = period_key($state, $spec->{per}, $bill);
	my $left;
	for my $holder (holders($spec, $counter))
	{
		my ($name, $amount) = @$holder;
		my $here = fen($amount) * ($spec->{per} eq 'day' ? $bill->{days} : 1);
		$here = larger(0, $here - counted($state, $name, $period, $measure));
		$left = defined $left ? smaller($left, $here) : $here;
	}
	return $left;
}

# ---------------------------------------------------------------------------------------------------------------------------
# The steps
# ---------------------------------------------------------------------------------------------------------------------------
#
# Each takes the amount in $w->{in}, lets an amount out, and books the difference under one category, with one reason.

sub let_out
{
	my ($w, $out, $category, $reason) = @_;
	my $taken = $w->{in} - $out;
	die "$category below zero" if $taken < 0 || $out < 0;
	$w->{in} = $out;
	$w->{row}{$category} += $taken;
	push @{ $w->{reasons} }, [ $reason, $taken ] if $taken > 0;
	return $taken;
}

# At most amount x quantity a line (unit), a line (item), or a visit.
sub step_cap
{
	my ($state, $w, $spec) = @_;
	my $amount = fen($spec->{amount});
	if ($spec->{per} eq 'visit')
	{
		let_out($w, smaller($w->{in}, $amount), 'over_limit', 'cap');
		return;
	}
	die "a cap by line stands before all other steps" if $w->{in} != total(@{ $w->{weight} });
	for my $i (0 .. $#{ $w->{lines} })
	{
		my $most = $spec->{per} eq 'unit' ? round_share($amount, $w->{lines}[$i]{quantity}) : $amount;
		$w->{weight}[$i] = smaller($w->{weight}[$i], $most);
	}
	let_out($w, total(@{ $w->{weight} }), 'over_limit', 'cap');
}

# Less the payments named, on the lines let through, never below 0.
sub step_offset
{
	my ($state, $w, $names) = @_;
	my $payments = 0;
	for my $line (@{ $w->{lines} })
	{
		$payments += $line->{$_} for @$names;
	}
	let_out($w, larger(0, $w->{in} - $payments), 'offset', 'offset');
}

# What a shared deductible or copay took on a line stays closed on this bill to every later benefit that uses the same step. Of a
# line it closes at most what the benefit has there.
sub closed_here
{
	my ($state, $w, $shared) = @_;
	return 0 if !defined $shared;
	my $closed = $state->{closed}{$shared} || {};
	return smaller($w->{in},
		total(map { smaller($closed->{ $w->{lines}[$_]{no} } || 0, $w->{weight}[$_]) } 0 .. $#{ $w->{lines} }));
}

# What the shared step has now taken is put on the lines as paid is: in proportion to the eligible amounts after caps by line;
# what is closed of a line already cannot be taken again.
sub close_lines
{
	my ($state, $w, $shared, $taken) = @_;
	return if !defined $shared || $taken == 0;
	my $closed = $state->{closed}{$shared} ||= {};
	my @bound =
	  map { larger(0, $w->{weight}[$_] - ($closed->{ $w->{lines}[$_]{no} } || 0)) } 0 .. $#{ $w->{lines} };
	my @part = split_bounded($taken, $w->{weight}, \@bound);
	$closed->{ $w->{lines}[$_]{no} } += $part[$_] for 0 .. $#{ $w->{lines} };
}

# The payments that count towards a deductible, up to $most: those named, on the lines let through, and a fen of them is credited to
# a counter once. The counter is the benefit's, the step's or the shared one, whatever its periods and with what the family shares
# of it; fen that did not count because nothing was left are free still. They count line by line, on a line in the order named.
sub take_credit
{
	my ($state, $w, $names, $counter, $most) = @_;
	my $seen = $state->{credited}{$counter} ||= {};
	my $credit = 0;
	for my $line (@{ $w->{lines} })
	{
		for my $name (@$names)
		{
			my $already = $seen->{"$name:$line->{no}"} || 0;
			my $counts = smaller($line->{$name} - $already, $most - $credit);
			$seen->{"$name:$line->{no}"} = $already + $counts;
			$credit += $counts;
		}
	}
	return $credit;
}

# remaining = amount - met in that period - credit, never below 0; out = in - min(in, remaining). Met grows by what was taken and
# by the credit that counted, the member's and the family's alike.
sub step_deductible
{
	my ($state, $w, $spec, $counter, $shared, $bill) = @_;
	my $again = closed_here($state, $w, $shared);
	my $left = left_over($state, $spec, $counter, 'deductible', $bill);
	my $credit = take_credit($state, $w, $spec->{credit} || [], $counter, $left);
	my $remaining = $left - $credit;
	my $taken = smaller($w->{in} - $again, $remaining);
	let_out($w, $w->{in} - $again - $taken, 'deductible', 'deductible');
	close_lines($state, $w, $shared, $taken);
	my $period = period_key($state, $spec->{per}, $bill);
	push @{ $w->{bookings} }, [ $_->[0], $period, 'deductible', $taken + $credit ] for holders($spec, $counter);
}

# A fixed amount a visit, never below 0. Shared: once a visit for all benefits.
sub step_copay
{
	my ($state, $w, $spec, $counter, $shared, $bill) = @_;
	if (!defined $shared)
	{
		let_out($w, larger(0, $w->{in} - fen($spec->{amount})), 'copay', 'copay');
		return;
	}
	my $again = closed_here($state, $w, $shared);
	my $remaining = fen($spec->{amount}) - counted($state, $counter, "visit:$bill->{no}", 'copay');
	my $taken = smaller($w->{in} - $again, $remaining);
	let_out($w, $w->{in} - $again - $taken, 'copay', 'copay');
	close_lines($state, $w, $shared, $taken);
	push @{ $w->{bookings} }, [ $counter, "visit:$bill->{no}", 'copay', $taken ];
}

# A single case: out is in x pay, rounded; with max, the member bears at most this.
sub step_coinsurance
{
	my ($state, $w, $cases) = @_;
	die "out of scope" if @$cases != 1 || grep { $_ ne 'pay' && $_ ne 'max' } keys %{ $cases->[0] };
	my $case = $cases->[0];
	my $out = round_share($w->{in}, millionths($case->{pay}));
	$out = larger($out, $w->{in} - fen($case->{max})) if defined $case->{max};
	let_out($w, $out, 'coinsurance', 'coinsurance');
}

# At most what is left in that period and scope. With count: the first N paying visits pay; a visit that is counted already is one
# of them.
sub step_limit
{
	my ($state, $w, $spec, $counter, $shared, $bill) = @_;
	die "out of scope" if $spec->{categories};
	my $period = period_key($state, $spec->{per}, $bill);
	if (defined $spec->{count})
	{
		my ($holder) = holders($spec, $counter);
		my $name = $holder->[0];
		my $pays = $state->{visited}{"$name $period"} || counted($state, $name, $period, 'count') < $spec->{count};
		let_out($w, $pays ? $w->{in} : 0, 'over_limit', 'limit_count');
		$w->{count_of}{"$name $period"} = [ $name, $period ];
		return;
	}
	let_out($w, smaller($w->{in}, left_over($state, $spec, $counter, 'amount', $bill)), 'over_limit', "limit_$spec->{per}");
	$w->{amount_of}{"$_->[0] $period"} = [ $_->[0], $period ] for holders($spec, $counter);
}

# ---------------------------------------------------------------------------------------------------------------------------
# A bill and a benefit
# ---------------------------------------------------------------------------------------------------------------------------

sub known_keys
{
	my ($where, $hash, @known) = @_;
	for my $key (keys %$hash)
	{
		die "$where.$key is out of scope" if !in_list($key, \@known);
	}
}

sub pay_benefit
{
	my ($state, $benefit, $bill) = @_;
	known_keys('benefit', $benefit,
		qw(code name kind cause care provider diagnosis age sex relationship waiting item eligible steps));
	die "kind" if $benefit->{kind} ne 'expense';

	# 1. Respond? A benefit that does not respond has no row in the result, only the reason.
	my ($refused, @lines) = filter_bill($benefit, $state->{claim}, $bill);
	if (defined $refused)
	{
		push @{ $state->{reasons} }, { code => $refused, bill => $bill->{no}, benefit => $benefit->{code} };
		return undef;
	}

	# 2. Submitted is the sum of all lines of the bill, eligible what counts of the lines let through; the rest is ineligible,
	# of which what is above the contract price has a reason of its own.
	my @eligible = map { eligible_amount($benefit->{eligible}, $_) } @lines;
	my %row = (code => $benefit->{code}, submitted => $bill->{submitted});
	$row{$_} = 0 for qw(ineligible offset deductible copay coinsurance over_limit paid);
	my $w = {
		lines => \@lines,
		weight => [@eligible],
		in => $bill->{submitted},
		row => \%row,
		reasons => [],
		bookings => [],
		amount_of => {},
		count_of => {},
	};
	my $contract = total(map { $_->{amount} - $_->{allowed} } @lines);
	let_out($w, $bill->{submitted} - $contract, 'ineligible', 'contract_price');
	let_out($w, total(@eligible), 'ineligible', 'ineligible');

	# 3. Steps, in order.
	for my $step (@{ $benefit->{steps} })
	{
		my ($kind) = keys %$step;
		my $spec = $step->{$kind};
		my ($counter, $shared);
		if ($kind eq 'use')
		{
			# The step under `shared`: its counter is common to all benefits that use it.
			$shared = $counter = $spec;
			($kind) = keys %{ $state->{terms}{shared}{$shared} };
			$spec = $state->{terms}{shared}{$shared}{$kind};
		}
		else
		{
			# Benefit code, or BENEFIT.code of a step.
			$counter = $benefit->{code};
			$counter .= ".$spec->{code}" if ref $spec eq 'HASH' && defined $spec->{code};
		}
		if ($kind eq 'cap') { step_cap($state, $w, $spec); }
		elsif ($kind eq 'offset') { step_offset($state, $w, $spec); }
		elsif ($kind eq 'deductible') { step_deductible($state, $w, $spec, $counter, $shared, $bill); }
		elsif ($kind eq 'copay') { step_copay($state, $w, $spec, $counter, $shared, $bill); }
		elsif ($kind eq 'coinsurance') { step_coinsurance($state, $w, $spec); }
		elsif ($kind eq 'limit') { step_limit($state, $w, $spec, $counter, $shared, $bill); }
		else { die "step $kind is out of scope"; }
	}

	# Then indemnity: paid <= the sum, over the lines with an eligible amount, of what is open on the line.
	my @bound = map { $eligible[$_] > 0 ? open_on($lines[$_]) : 0 } 0 .. $#lines;
	let_out($w, smaller($w->{in}, total(@bound)), 'over_limit', 'indemnity');
	my $paid = $row{paid} = $w->{in};

	# Lines: paid is split in proportion to the eligible amounts after caps by line, within the bounds; what a benefit paid on a
	# line is prior to the later ones.
	my @part = split_bounded($paid, $w->{weight}, \@bound);
	for my $i (0 .. $#lines)
	{
		$lines[$i]{prior} += $part[$i];
		$lines[$i]{paid} += $part[$i];
	}

	# Counters are booked after the last step: a limit's by what was finally paid, a deductible's as collected above, and the
	# benefit's own amount for the year and the lifetime always.
	book($state, @$_) for @{ $w->{bookings} };
	for my $per ('year', 'lifetime')
	{
		my $period = period_key($state, $per, $bill);
		$w->{amount_of}{"$benefit->{code} $period"} = [ $benefit->{code}, $period ];
	}
	book($state, @$_, 'amount', $paid) for values %{ $w->{amount_of} };

	# A paying visit is a bill for which the counter's benefits paid more than 0 in the end, counted once a counter.
	for my $key (keys %{ $w->{count_of} })
	{
		next if $paid == 0 || $state->{visited}{$key};
		$state->{visited}{$key} = 1;
		book($state, @{ $w->{count_of}{$key} }, 'count', 1);
	}

	# Always: submitted = ineligible + offset + deductible + copay + coinsurance + over_limit + paid, each >= 0.
	my $sum = total(map { $row{$_} } qw(ineligible offset deductible copay coinsurance over_limit paid));
	die "the row does not add up" if $sum != $row{submitted} || grep { $_ ne 'code' && $row{$_} < 0 } keys %row;

	push @{ $state->{reasons} },
	  { code => $_->[0], bill => $bill->{no}, benefit => $benefit->{code}, amount => money($_->[1]) }
	  for @{ $w->{reasons} };
	return \%row;
}

# ---------------------------------------------------------------------------------------------------------------------------
# The claim
# ---------------------------------------------------------------------------------------------------------------------------

sub copy
{
	my ($x) = @_;
	return { map { $_ => copy($x->{$_}) } keys %$x } if ref $x eq 'HASH';
	return [ map { copy($_) } @$x ] if ref $x eq 'ARRAY';
	return $x;
}

# The defaults of a claim: bills none, cause illness, diagnoses []; continuous_since and policy_start = enrolled_on.
sub prepare_claim
{
	my ($claim) = @_;
	my $member = $claim->{member};
	my $enrolled = day_number($member->{enrolled_on});
	return {
		cause => defined $claim->{cause} ? $claim->{cause} : 'illness',
		diagnoses => $claim->{diagnoses} || [],
		member => {
			birth_date => day_number($member->{birth_date}),
			sex => $member->{sex},
			relationship => $member->{relationship},
			enrolled_on => $enrolled,
			continuous_since => defined $member->{continuous_since} ? day_number($member->{continuous_since}) : $enrolled,
			policy_start => defined $member->{policy_start} ? day_number($member->{policy_start}) : $enrolled,
		},
		bills => [ map { prepare_bill($_) } @{ $claim->{bills} || [] } ],
	};
}

sub evaluate
{
	my ($terms, $claim, $used) = @_;
	known_keys('terms', $terms, qw(name period shared benefits));
	my $prepared = prepare_claim($claim);

	# Counters unknown to the terms pass through unchanged: the table starts as a copy of what came in.
	my $state = {
		terms => $terms,
		period => defined $terms->{period} ? $terms->{period} : 'policy_year',
		claim => $prepared,
		member => $prepared->{member},
		used => copy($used || {}),
		passing => {},
		reasons => [],
	};

	# Bills by from-date, then number (as bytes); for each, the benefits in cascade order.
	my @bills = sort { $a->{from} <=> $b->{from} || $a->{no} cmp $b->{no} } @{ $prepared->{bills} };
	my @result;
	for my $bill (@bills)
	{
		# What is known of one bill only: closed parts of lines, credited payments, visits counted.
		$state->{closed} = {};
		$state->{credited} = {};
		$state->{visited} = {};
		my @rows = grep { defined $_ } map { pay_benefit($state, $_, $bill) } @{ $terms->{benefits} };
		push @result,
		  {
			no => $bill->{no},
			submitted => $bill->{submitted},
			paid => total(map { $_->{paid} } @rows),
			benefits => \@rows,
			items => [ map { { no => $_->{no}, paid => money($_->{paid}) } } @{ $bill->{lines} } ],
		  };
		die "the lines do not add up" if total(map { $_->{paid} } @{ $bill->{lines} }) != $result[-1]{paid};
	}

	my $paid = total(map { $_->{paid} } @result);
	my $submitted = total(map { $_->{submitted} } @result);
	for my $bill (@result)
	{
		for my $row (@{ $bill->{benefits} })
		{
			$row->{$_} = money($row->{$_}) for grep { $_ ne 'code' } keys %$row;
		}
		delete $bill->{$_} for 'paid', 'submitted';
	}
	return {
		outcome => $paid > 0 ? 'pay' : 'deny',
		paid => money($paid),
		submitted => money($submitted),
		bills => \@result,
		fixed => [],
		used => $state->{used},
		reasons => $state->{reasons},
	};
}

1;
