# The engine of claims against a second evaluator that is written from the
# meaning of terms alone: the worked examples of the documentation on both, then
# random families with random terms. Of each case the whole result must be the
# same, but the words of reasons.
#
# BENEFIT_SEEDS is how many families, 430 by default (some 3,000 cases);
# BENEFIT_SEED the first seed. Of a difference the seed and the number of the claim are told:
# make test TESTS=011_benefit_slow with BENEFIT_SEED=that and BENEFIT_SEEDS=1 replays it.
use strict;
use warnings FATAL => 'all';

use AssureNode;
use BenefitBulk;
use BenefitCases;
use BenefitExamples;
use BenefitSlow;
use JSON::PP ();
use Test::More;

my $first = $ENV{BENEFIT_SEED}  // 1;
my $count = $ENV{BENEFIT_SEEDS} // 430;
my $json  = JSON::PP->new->canonical;

# The examples against the slow evaluator.
foreach my $example (examples())
{
	is_deeply([ paid_slowly($example) ], $example->{paid}, "slow: example $example->{number}: $example->{what}");
}

my $node = assure_node('slow');
my $sql  = sub { return $node->safe_psql('postgres', $_[0]) };
bulk_schema($sql);

# And against the engine, the counters carried from claim to claim.
foreach my $example (examples())
{
	my $list = join ', ', map { '$c$' . json($_) . '$c$' } @{ $example->{claims} };
	is($sql->('SELECT array_to_string(t.paid_in_turn($t$' . json($example->{terms}) . "\$t\$, ARRAY[$list]::jsonb[], " . ($example->{family} ? 'true' : 'false') . "), ' ')"), join(' ', @{ $example->{paid} }), "engine: example $example->{number}");
}

# Random families.
my $cases = bulk_load($sql, $first .. $first + $count - 1);
cmp_ok($cases, '>', 0, 'cases');
note "$cases cases";
my @differing = differing($sql);
is(scalar @differing, 0, 'random: the engine and the slow evaluator agree');
diag join "\n", map { report($json->decode($_)) } @differing[ 0 .. ($#differing < 2 ? $#differing : 2) ] if @differing;
my @faulty = faulty($sql);
is("@faulty", '', 'random: amounts add up, none is negative, no limit is passed');

# What the generator reached.
SKIP:
{
	skip 'few families need not reach all', 1 if $count < 400;
	my %reason = map { $_ => 1 } split /\n/, $sql->("SELECT DISTINCT r->>'code' FROM t.sample, jsonb_array_elements(expected->'reasons') r");
	my @missing = (
		(grep { !$reason{$_} } qw(cause care provider diagnosis_excluded diagnosis_not_included age sex relationship waiting_period condition item level_none grade_none
			contract_price ineligible offset deductible copay coinsurance cap limit_visit limit_claim limit_day limit_year limit_lifetime limit_count limit_days
			interval once same_group indemnity)),
		(grep { !$reached{$_} } 'cap unit', 'cap item', 'cap visit', 'offset social', 'offset other', 'offset prior', 'closed', 'credit',
			(map { ("deductible $_", "limit $_") } qw(visit claim day year lifetime family family_amount)),
			(map { "coinsurance $_" } 'pay', 'visit', 'year', 'visits', 'max', 'no case'),
			(map { "out_of_pocket_max $_" } qw(coinsurance copay deductible)),
			(map { "step $_ works" } qw(cap offset deductible copay coinsurance out_of_pocket_max limit)),
			'limit categories', 'fixed limit amount', 'fixed limit days', 'stay goes on', 'schedule paid before'),
		(grep { $sql->("SELECT NOT EXISTS (SELECT FROM t.sample WHERE expected ? 'error')") eq 't' } 'error'));
	is("@missing", '', 'random: every reason and every step was reached');
}

$node->stop;
done_testing();

# report says in what a case differs, and how to see it again.
sub report
{
	my ($case) = @_;
	my ($got, $expected) = @{$case}{qw(got expected)};
	my $text = "seed $case->{seed}, claim $case->{number}\n";
	if ($got->{error} || $expected->{error})
	{
		$text .= '  engine: ' . ($got->{error} // 'no error') . ', slow: ' . ($expected->{error} // 'no error') . "\n";
	}
	else
	{
		foreach my $key (grep { $json->encode([ $got->{$_} ]) ne $json->encode([ $expected->{$_} ]) } sort keys %$expected)
		{
			$text .= "  $key: engine " . $json->encode([ $got->{$key} ]) . "\n  $key: slow   " . $json->encode([ $expected->{$key} ]) . "\n";
		}
	}
	return $text . join '', map { "  $_ " . $json->encode($case->{$_}) . "\n" } qw(terms claim used);
}
