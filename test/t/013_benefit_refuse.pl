# Random terms and claims with one thing wrong are refused, and the error names the place.
use strict;
use warnings FATAL => 'all';

use AssureNode;
use BenefitBulk;
use BenefitCases;
use BenefitSpoil;
use Test::More;

my $first = $ENV{BENEFIT_SEED}  // 1;
my $count = $ENV{BENEFIT_SEEDS} // 200;

my $node = assure_node('refuse');
my $sql  = sub { return $node->safe_psql('postgres', $_[0]) };
bulk_schema($sql);

my @lines;
foreach my $seed ($first .. $first + $count - 1)
{
	my ($terms, $claim) = family_documents($seed, 1);
	$claim = $claim->[1];
	push @lines, copy_line($seed, 'nothing', 'both', '', json($terms), json($claim));
	foreach my $spoiling (@spoilings)
	{
		my ($bad, $path) = spoilt($terms, $spoiling, 1);
		push @lines, copy_line($seed, $spoiling, 'terms', $path, json($bad), json($claim)) if $bad;
		($bad, $path) = spoilt($claim, $spoiling, 0);
		push @lines, copy_line($seed, $spoiling, 'claim', $path, json($terms), json($bad)) if $bad;
	}
}
$sql->("CREATE TABLE t.spoilt (seed int, spoiling text, document text, path text, terms text, claim jsonb);\nCOPY t.spoilt FROM stdin;\n" . join('', @lines) . "\\.\n");
$sql->("CREATE TABLE t.answer AS SELECT s.*, t.evaluated(terms, claim, '{}')->>'error' AS error FROM t.spoilt s");

is($sql->("SELECT count(*), count(error) FROM t.answer WHERE spoiling = 'nothing'"), "$count|0", 'whole documents are accepted');
foreach my $document ('terms', 'claim')
{
	foreach my $spoiling (@spoilings)
	{
		my $where = "spoiling = '$spoiling' AND document = '$document'";
		next if $sql->("SELECT count(*) FROM t.answer WHERE $where") eq '0';
		is($sql->("SELECT seed, path, error FROM t.answer WHERE $where AND (error IS NULL OR error !~ '^(AS10[12]|22003) $document: ' OR strpos(error, path) = 0) ORDER BY seed LIMIT 3"),
			'', "$document: $spoiling is refused by its path");
	}
}
$node->stop;
done_testing();
