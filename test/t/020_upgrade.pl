# Fresh = updated: a database with each released version, brought to this one by
# ALTER EXTENSION UPDATE and upgrade_schema(), has the same catalog as a new one,
# keeps its rows, and goes on working.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

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
like(fails($node, 'fresh', 'SELECT assure.upgrade_schema()'), qr/^XX000 no step leads from data schema version 0 to 1$/, 'where no step leads on, that is said');
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
$node->safe_psql('postgres', 'CREATE ROLE test_owner_released NOLOGIN');
(my $expected = join "\n", @$fresh) =~ s/test_owner_fresh/test_owner_released/g;
foreach my $old (@released)
{
	my $dump = slurp_file("test/released/pg_assure-$old.sql");
	foreach my $way ('restored', 'updated')
	{
		(my $database = "${way}_$old") =~ s/\W/_/g;
		$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING 'UTF8'");
		$node->safe_psql($database, $way eq 'restored' ? $dump : $dump =~ s/^(CREATE EXTENSION IF NOT EXISTS pg_assure WITH SCHEMA assure)/$1 VERSION '$old'/mr);
		is($node->safe_psql($database, "SELECT extversion FROM pg_extension WHERE extname = 'pg_assure'"), $way eq 'restored' ? $version : $old, "$old $way: the dump is there");
		like(fails($node, $database, 'SELECT assure.adjudicate_pending()'), qr/^AS002 /, "$old $way: not used before it is brought up to date");
		if ($way eq 'updated')
		{
			like(fails($node, $database, 'SELECT assure.upgrade_schema()'), qr/^AS002 .* version "\Q$old\E"/, "$old $way: the extension comes first");
			$node->safe_psql($database, 'ALTER EXTENSION pg_assure UPDATE');
		}
		my $decided = $node->safe_psql($database, 'SELECT count(*) FROM assure.decision');
		cmp_ok($node->safe_psql($database, 'SELECT assure.upgrade_schema()'), '>', 0, "$old $way: steps are run");
		is(differences([ split /\n/, $expected ], [ split /\n/, join "\n", @{ facts($node, $database) } ]), '', "$old $way: the catalog is that of a new database");
		is(differences(shipped($rows), shipped(rows($node, $database))), '', "$old $way: and so are the rows that the extension ships");
		is($node->safe_psql($database, 'SELECT count(*) FROM assure.decision'), $decided, "$old $way: rows are kept");
		is($node->safe_psql($database, 'SELECT assure.adjudicate_pending()'), '5', "$old $way: work goes on");
		is(whole($node, $database), '', "$old $way: the books are whole");
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
