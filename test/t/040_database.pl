# Databases in which the extension must refuse to be, and those in which it must
# work as everywhere: other encodings, locales, isolation levels, a standby.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

my $node = assure_node('database', -init => { allows_streaming => 1 });

# Encodings.
foreach my $encoding (qw(SQL_ASCII LATIN1 EUC_CN))
{
	my $database = lc $encoding;
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING '$encoding' LOCALE 'C'");
	is(fails($node, $database, 'CREATE EXTENSION pg_assure'), "0A000 pg_assure needs a database with encoding UTF8, not $encoding", "$encoding is refused");
	is($node->safe_psql($database, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'assure%'"), '0', 'and nothing is left');
}

# A schema assure that somebody else has made is not taken over.
$node->safe_psql('postgres', "CREATE DATABASE taken TEMPLATE template0 ENCODING 'UTF8'; CREATE ROLE squatter");
$node->safe_psql('taken', 'CREATE SCHEMA assure AUTHORIZATION squatter');
isnt(fails($node, 'taken', 'CREATE EXTENSION pg_assure'), 'none', 'a schema assure of somebody else is refused');
is($node->safe_psql('taken', "SELECT count(*) FROM pg_extension WHERE extname = 'pg_assure'"), '0', 'and nothing is installed');
$node->safe_psql('postgres', "CREATE DATABASE nosuper TEMPLATE template0 ENCODING 'UTF8'; CREATE ROLE plain LOGIN; GRANT CREATE ON DATABASE nosuper TO plain");
like(fails($node, 'nosuper', 'CREATE EXTENSION pg_assure', extra_params => [ '-U', 'plain' ]), qr/^42501 /, 'only a superuser installs it');

# The same work in databases of different locale gives the same books.
my %answers;
my %kinds = (c => "LOCALE 'C'", icu => "LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C'");
foreach my $kind (sort keys %kinds)
{
	my $database = "in_$kind";
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING 'UTF8' $kinds{$kind}");
	$node->safe_psql('postgres', "ALTER DATABASE $database SET TimeZone = 'America/New_York'; ALTER DATABASE $database SET DateStyle = 'SQL, DMY'") if $kind eq 'icu';
	$node->safe_psql($database, "\\i test/sql-common/setup.psql\n\\i test/sql-common/company.psql");
	$node->safe_psql($database, q{SELECT assure.submit_claim(t.claim('I' || i, (ARRAY['M1', 'M2', 'M3', 'S1'])[1 + i % 4], (i * 37.11)::numeric(10, 2)::text)) FROM generate_series(1, 60) i; SELECT assure.adjudicate_pending()});
	is(whole($node, $database), '', "$kind: the books are whole");
	$answers{$kind} = $node->safe_psql($database, 'SELECT claim_id, verdict, paid_fen, reasons, result FROM assure.decision ORDER BY claim_id')
	  . $node->safe_psql($database, 'SELECT account_id, member_id, counter, period, measure, value FROM assure.balance ORDER BY 1, 2, counter COLLATE "C", period COLLATE "C", measure COLLATE "C"');
}
ok($answers{c} eq $answers{icu}, 'locale, time zone and date style change no fen');

# Isolation levels that a DBA may have set as default.
company($node, 'strict');
foreach my $level ('repeatable read', 'serializable')
{
	(my $prefix = $level) =~ s/\W/_/;
	$node->safe_psql('postgres', "ALTER DATABASE strict SET default_transaction_isolation = '$level'");
	claims($node, 'strict', $prefix, 1200, 'G1', 'M1', 'S1');
	is($node->safe_psql('strict', 'CALL assure.adjudicate_batch()'), '1200|0', "$level: a batch works");
	is(fails($node, 'strict', 'CALL assure.dispatch(); CALL assure.sla_sweep()'), 'none', "$level: dispatch and sweep too");
	is(whole($node, 'strict'), '', "$level: the books are whole");
}
$node->safe_psql('postgres', 'ALTER DATABASE strict RESET default_transaction_isolation');

# Procedures commit as they go: not in a transaction, not in a function; and they check access.
$node->safe_psql('strict', "SELECT t.new_role('op', 'operator'), t.new_role('sup', 'supervisor'), t.new_role('none')");
foreach my $procedure (qw(adjudicate_batch dispatch sla_sweep))
{
	is(fails($node, 'strict', "BEGIN; CALL assure.$procedure(); COMMIT"), "25001 assure.$procedure() commits as it goes and cannot run inside a transaction block", "$procedure: not in a transaction block");
	my %result = (adjudicate_batch => 'NULL, 0, 1, a, b', dispatch => 'NULL, r', sla_sweep => '10000, a');
	like(fails($node, 'strict', "DO \$\$ DECLARE a bigint; b bigint; r assure.dispatch_result; BEGIN BEGIN CALL assure.$procedure($result{$procedure}); EXCEPTION WHEN division_by_zero THEN NULL; END; END \$\$"), qr/^(25001|2D000) /, "$procedure: not in a subtransaction");
	like(fails($node, 'strict', "CALL assure.$procedure()", extra_params => [ '-U', 'strict_op' ]), qr/^42501 permission denied for procedure $procedure/, "$procedure: not for operators");
	is(fails($node, 'strict', "CALL assure.$procedure()", extra_params => [ '-U', 'strict_sup' ]), 'none', "$procedure: for supervisors");
	$node->safe_psql('strict', "GRANT USAGE ON SCHEMA assure TO strict_none; GRANT EXECUTE ON PROCEDURE assure.$procedure TO strict_none");
	is(fails($node, 'strict', "CALL assure.$procedure()", extra_params => [ '-U', 'strict_none' ]), qq{42501 role "strict_none" may not call assure.$procedure()}, "$procedure: EXECUTE alone is not enough");
}
foreach my $bad (['adjudicate_batch(0)', 'max_claims is 0, not at least 1'], ['adjudicate_batch(NULL, 0, 0)', 'shards is 0, not between 1 and 256'], ['adjudicate_batch(NULL, 0, 257)', 'shards is 257, not between 1 and 256'],
	['adjudicate_batch(NULL, 2, 2)', 'shard is 2, not between 0 and 1'], ['adjudicate_batch(NULL, -1, 2)', 'shard is -1, not between 0 and 1'], ['dispatch(0)', 'max_tasks is 0, not at least 1'], ['sla_sweep(-1)', 'max_clocks is -1, not at least 1'])
{
	is(fails($node, 'strict', "CALL assure.$bad->[0]"), "22023 $bad->[1]", $bad->[0]);
}

# Shards: together they do all, each account in one of them.
claims($node, 'strict', 'shard', 300, 'G1', 'M1', 'S1', 'M2');
is($node->safe_psql('strict', 'CALL assure.adjudicate_batch(7, 0, 1)'), '7|0', 'no more than asked for');
my $done = 7;
foreach my $shard (0 .. 2)
{
	my $audit = $node->safe_psql('strict', 'SELECT max(audit_id) FROM assure.audit_log');
	my ($count) = split /\|/, $node->safe_psql('strict', "CALL assure.adjudicate_batch(NULL, $shard, 3)");
	$done += $count;
	is($node->safe_psql('strict', "SELECT count(*) FROM (SELECT DISTINCT account_id FROM assure.decision WHERE audit_id > $audit) a JOIN (SELECT DISTINCT account_id FROM assure_internal.claim_queue) q USING (account_id)"), '0', "shard $shard leaves nothing of its accounts");
}
is($done, 300, 'the shards together are all');

# A standby reads, and refuses to write.
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->safe_psql('strict', "SELECT assure.submit_claim(t.claim('LAST', 'G1', '1.00'))");
$node->wait_for_catchup($standby);
is($standby->safe_psql('strict', "SELECT state FROM assure.claim_status('LAST')"), 'waiting', 'a standby tells where a claim stands');
is($standby->safe_psql('strict', 'SELECT count(*) FROM assure.check_books()'), '0', 'checks the books');
is($standby->safe_psql('strict', 'SELECT count(*) FROM assure.claim', extra_params => [ '-U', 'strict_op' ]), '0', 'and filters rows');
like(fails($standby, 'strict', "SELECT assure.adjudicate('LAST')"), qr/^25006 /, 'it does not adjudicate');
like(fails($standby, 'strict', "SELECT assure.submit_claim(t.claim('X', 'G1', '1.00'))"), qr/^25006 /, 'nor takes claims');
$node->safe_psql('strict', "SELECT assure.grant_branch('strict_op', 'GD')");
$node->wait_for_catchup($standby);
cmp_ok($standby->safe_psql('strict', 'SELECT count(*) FROM assure.claim', extra_params => [ '-U', 'strict_op' ]), '>', 0, 'a change of access reaches it');
$node->stop('immediate');
$standby->promote;
is($standby->safe_psql('strict', "SELECT assure.adjudicate('LAST')"), 'approve', 'promoted, it goes on');
is(whole($standby, 'strict'), '', 'and its books are whole');
$standby->stop;
done_testing();
