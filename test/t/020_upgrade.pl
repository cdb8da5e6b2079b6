# Fresh = updated: a database with each released version and a row in each of its
# tables, brought to this one by ALTER EXTENSION UPDATE and upgrade_schema(), has the
# same catalog as a new one, keeps its rows, and goes on working, in the new rooms too.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;
use Truths;

my ($schema) = slurp_file('src/core/config.h') =~ /ASSURE_SCHEMA_VERSION (\d+)/;
my ($version) = slurp_file('pg_assure.control') =~ /^default_version *= *'(.*)'/m;
my @released = grep { $_ ne $version } map { /--([^-]+)\.sql$/ ? $1 : () } glob 'sql/released/pg_assure--*.sql';
my $node = assure_node('upgrade');
my ($out, $err, $status);

# The current version: nothing to do is nothing done.
company($node, 'fresh');
my $fresh = facts($node, 'fresh');
ok(@$fresh > 1000, 'there are facts to compare');
my $rows = rows($node, 'fresh');
($status, $out, $err) = $node->psql('fresh', 'ALTER EXTENSION pg_assure UPDATE');
is($status, 0, 'ALTER EXTENSION UPDATE to the same version is allowed');
like($err, qr/version "\Q$version\E" of extension "pg_assure" is already installed/, 'and says so');
is($node->safe_psql('fresh', 'SELECT assure.upgrade_schema()'), '0', 'upgrade_schema() has nothing to do');
is(differences($fresh, facts($node, 'fresh')), '', 'and changes no fact of the catalog');
is(differences($rows, rows($node, 'fresh')), '', 'nor a row');

# A schema of another version is refused by every function, with the way out.
$node->safe_psql('fresh', 'UPDATE assure_internal.installation SET schema_version = 0');
like(fails($node, 'fresh', "SELECT assure.adjudicate('x')"), qr/^AS002 the data schema has version 0, this library of pg_assure works with version $schema$/, 'an older data schema is refused');
like(fails($node, 'fresh', 'SELECT assure.upgrade_schema()'), qr/^AS002 the data schema has version 0, from which no step leads to version 1$/, 'where no step leads on, that is said');
my $newer = $schema + 1;
$node->safe_psql('fresh', "UPDATE assure_internal.installation SET schema_version = $newer");
like(fails($node, 'fresh', "SELECT assure.adjudicate('x')"), qr/^AS002 /, 'a newer one is refused');
like(fails($node, 'fresh', 'SELECT assure.upgrade_schema()'), qr/^AS002 the data schema has version $newer, newer than version $schema of this library$/, 'and not changed');
$node->safe_psql('fresh', "UPDATE assure_internal.installation SET schema_version = $schema");
is(fails($node, 'fresh', 'SELECT assure.adjudicate_pending()'), 'none', 'put right, all works, in sessions new and old');

# Privileges that somebody took away by hand come back.
my $role = 'fresh_op';
$node->safe_psql('fresh', "SELECT t.new_role('op', 'operator'); REVOKE EXECUTE ON FUNCTION assure.adjudicate(text, text) FROM $role; REVOKE SELECT ON assure.claim FROM $role");
is($node->safe_psql('fresh', 'SELECT assure.upgrade_schema()'), '0', 'upgrade_schema() without steps');
is($node->safe_psql('fresh', "SELECT has_function_privilege('$role', 'assure.adjudicate(text, text)', 'EXECUTE'), has_table_privilege('$role', 'assure.claim', 'SELECT')"), 't|t', 'grants again what scopes allow');

# Every released version: a database that lived under it, as its own pg_dump wrote it, comes back in two ways. Restored onto this version, the extension is
# new and the data old; restored with the old extension first, as after new packages under a running server, both are old. The owner role is the dump's.
$node->safe_psql('postgres', 'CREATE ROLE test_owner_released NOLOGIN; CREATE ROLE released_op LOGIN');
# What the dumps have no row of, as that version would have written it; and what is left without a row when all rooms were at work: a forecast
# takes weeks, a month has to end, people leave before they are erased.
my %filled = ('0.1' => <<'END');
INSERT INTO assure.access_grant (role_name, scope, granted_by) VALUES ('released_op', 'operator', 'postgres');
INSERT INTO assure.branch_access VALUES ('released_op', 1);
INSERT INTO assure.worker_login VALUES ('released_op', 1);
INSERT INTO assure.alert (level, clock_id, step, at_target, subject_kind, subject_id, branch_id, due_at) SELECT 'overlong', clock_id, 1, false, subject_kind, subject_id, branch_id, now() FROM assure.clock;
WITH q AS (DELETE FROM assure_internal.claim_queue WHERE claim_id = (SELECT max(claim_id) FROM assure_internal.claim_queue) RETURNING account_id, claim_id)
INSERT INTO assure.failed_claim (account_id, claim_id, error_code, error_message) SELECT account_id, claim_id, 'P0002', 'x' FROM q;
END
my $idle = "'arrival_forecast', 'audit_drop', 'coverage_recheck', 'erasure', 'invalidation_marker', 'notification', 'notification_delivery', 'settlement_close', 'settlement_line', 'region_local', 'failed_claim', 'claim_queue'";
(my $expected = join "\n", @$fresh) =~ s/test_owner_fresh/test_owner_released/g;
foreach my $old (@released)
{
	my $dump = slurp_file("test/released/pg_assure-$old.sql");
	foreach my $way ('restored', 'updated')
	{
		(my $database = "${way}_$old") =~ s/\W/_/g;
		$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING 'UTF8'");
		$node->safe_psql($database, $way eq 'restored' ? $dump : $dump =~ s/^(CREATE EXTENSION IF NOT EXISTS pg_assure WITH SCHEMA assure)/$1 VERSION '$old'/mr);
		$node->safe_psql($database, $filled{$old} // '');
		is($node->safe_psql($database, "SELECT string_agg(split_part(c, ' ', 1), ' ') FROM t.counts() c WHERE c LIKE '% 0' AND c NOT LIKE '%invalidation_marker%'"), '', "$old $way: every table has a row") if $way eq 'updated';
		is($node->safe_psql($database, "SELECT extversion FROM pg_extension WHERE extname = 'pg_assure'"), $way eq 'restored' ? $version : $old, "$old $way: the dump is there");
		like(fails($node, $database, 'SELECT assure.adjudicate_pending()'), qr/^AS002 /, "$old $way: not used before it is brought up to date");
		if ($way eq 'updated')
		{
			like(fails($node, $database, 'SELECT assure.upgrade_schema()'), qr/^AS002 .* version "\Q$old\E"/, "$old $way: the extension comes first");
			$node->safe_psql($database, 'ALTER EXTENSION pg_assure UPDATE');
		}
		my $decided = $node->safe_psql($database, 'SELECT count(*) FROM assure.decision');
		cmp_ok($node->safe_psql($database, 'SELECT assure.upgrade_schema()'), '>', 0, "$old $way: steps are run");
		is(differences([ split /\n/, $expected ], [ split /\n/, join "\n", grep { !/released_op/ } @{ facts($node, $database) } ]), '', "$old $way: the catalog is that of a new database");
		is(differences(shipped($rows), shipped(rows($node, $database))), '', "$old $way: and so are the rows that the extension ships");
		is($node->safe_psql($database, 'SELECT count(*) FROM assure.decision'), $decided, "$old $way: rows are kept");
		is($node->safe_psql($database, 'SELECT assure.adjudicate_pending()'), '4', "$old $way: work goes on");
		is($node->safe_psql($database, 'SELECT assure.retry_failed_claim(ref) FROM assure_bi.failed_claim; SELECT assure.adjudicate_pending()'), "t\n1", "$old $way: so does what was set aside");
		is($node->safe_psql($database, 'SELECT count(*) > 0 FROM assure.claim', extra_params => [ '-U', 'released_op' ]), 't', "$old $way: a role has the access that it had");
		is(whole($node, $database), '', "$old $way: the books are whole");
		$node->safe_psql($database, '\i test/sql-common/every_room.psql');
		is($node->safe_psql($database, "SELECT string_agg(n, ' ') FROM (SELECT split_part(c, ' ', 1) FROM t.counts() c WHERE c LIKE '% 0') x (n) WHERE split_part(n, '.', 2) NOT IN ($idle)"), '', "$old $way: every room works");
		is(falsehoods($node, $database), '', "$old $way: and all is whole");
		is($node->safe_psql($database, 'SELECT assure.upgrade_schema()'), '0', "$old $way: once");
	}
}

# shipped keeps of rows() those of tables that the extension fills.
sub shipped
{
	my ($all) = @_;
	my $members = $node->safe_psql('fresh', "SELECT string_agg(c.relname, '|') FROM pg_class c JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e' WHERE relkind = 'r'");
	return [ grep { /^(?:$members)\|/ } @$all ];
}

# A released version's own script makes what its library would work with, and no more: this library says what to do.
foreach my $old (@released)
{
	(my $database = "only_$old") =~ s/\W/_/g;
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING 'UTF8'");
	$node->safe_psql($database, "CREATE EXTENSION pg_assure VERSION '$old'");
	like(fails($node, $database, "SELECT assure.create_schema('test_owner_released')"), qr/^AS002 .* version "\Q$old\E"/, "$old: no data schema is made by an older extension");
	$node->safe_psql($database, 'ALTER EXTENSION pg_assure UPDATE');
	is(fails($node, $database, "SELECT assure.create_schema('test_owner_released')"), 'none', "$old: once it is updated, one is");
}

$node->stop;
done_testing();
