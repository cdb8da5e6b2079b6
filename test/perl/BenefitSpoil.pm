# Terms and claims with one thing wrong somewhere, and the path of it.
package BenefitSpoil;

use strict;
use warnings FATAL => 'all';
use BenefitRandom;
use Exporter 'import';

our @EXPORT = qw(spoilt @spoilings);

# A way to spoil: which keys of an object, and what they get instead.
my %keys = (
	negative      => [ qr/^(?:amount|family_amount|max)$/,                                                                     sub { '-1.00' } ],
	number        => [ qr/^(?:amount|family_amount|max|pay|allowed|social_paid|other_paid|self_first|quantity)$/,              sub { \'1.5' } ],
	share         => [ qr/^(?:pay|A|B|C|default|self_first)$/,                                                                 sub { pick('1.000001', '0.1234567', '-0.1', 'abc', '') } ],
	'unknown code' => [ qr/^(?:kind|per|scope|band_on|sex|relationship|cause|care|class|ownership|ward|period)$/,              sub { 'nonsense' } ],
	null          => [ qr/./,                                                                                                  sub { \'null' } ],
	text          => [ undef,                                                                                                  sub { 'text' } ]);
our @spoilings = ('unknown key', 'empty list', sort keys %keys);

# Lists of a claim that may be empty, as steps may.
my $may_be_empty = qr/\.steps$|^\.(?:bills|diagnoses|disability_grades)$|^\.bills\[\d+\]\.diagnoses$/;

# copy returns a copy of data.
sub copy
{
	my ($value) = @_;
	return { map { $_ => copy($value->{$_}) } keys %$value } if ref $value eq 'HASH';
	return [ map { copy($_) } @$value ] if ref $value eq 'ARRAY';
	return $value;
}

# nodes returns the objects and lists in data, each with its path.
sub nodes
{
	my ($value, $path) = @_;
	return ([ $value, $path ], map { nodes($value->{$_}, "$path.$_") } sort keys %$value) if ref $value eq 'HASH';
	return ([ $value, $path ], map { nodes($value->[$_], "$path\[$_]") } 0 .. $#$value) if ref $value eq 'ARRAY';
	return ();
}

# spoilt returns a copy of a document with one thing wrong, and the path; nothing where there is no place for it.
sub spoilt
{
	my ($document, $spoiling, $is_terms) = @_;
	return if !$is_terms && $spoiling =~ /^(?:negative|share)$/;
	my $copy  = copy($document);
	my @nodes = nodes($copy, '');
	if ($spoiling eq 'unknown key')
	{
		my $node = pick(grep { ref $_->[0] eq 'HASH' && $_->[1] ne '.shared' } @nodes);
		$node->[0]{unheard} = '1';
		return ($copy, substr("$node->[1].unheard", 1));
	}
	if ($spoiling eq 'empty list')
	{
		my @lists = grep { ref $_->[0] eq 'ARRAY' && $_->[1] !~ $may_be_empty } @nodes or return;
		my $node = pick(@lists);
		@{ $node->[0] } = ();
		return ($copy, substr($node->[1], 1));
	}
	my ($pattern, $instead) = @{ $keys{$spoiling} };
	my @places;
	foreach my $node (grep { ref $_->[0] eq 'HASH' } @nodes)
	{
		foreach my $key (sort keys %{ $node->[0] })
		{
			push @places, [ $node->[0], $key, "$node->[1].$key" ] if $spoiling eq 'null' || (defined $pattern ? $key =~ $pattern && !ref $node->[0]{$key} : ref $node->[0]{$key});
		}
	}
	return if !@places;
	my $place = pick(@places);
	$place->[0]{ $place->[1] } = $instead->();
	return ($copy, substr($place->[2], 1));
}

1;
