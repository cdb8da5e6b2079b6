# What must hold before any other test means something: the library loads with
# and without preload, the version is one, the extension comes and goes, and
# this is the private copy of the server.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($version) = slurp_file('pg_assure.control') =~ /^default_version *= *'(.*)'/m;
ok($version, 'the control file names a version');

my $node = PostgreSQL::Test::Cluster->new('smoke');
$node->init;
$node->start;

is($node->safe_psql('postgres', 'SHOW server_encoding'), 'UTF8', 'databases of tests are UTF8');
unlike($node->safe_psql('postgres', "SELECT setting FROM pg_config WHERE name = 'SHAREDIR'"),
	qr{^/usr/}, 'the server is a private copy');

is( $node->safe_psql('postgres', "SELECT default_version FROM pg_available_extensions WHERE name = 'pg_assure'"),
	$version, 'the extension is there to be created');
$node->safe_psql('postgres', 'CREATE EXTENSION pg_assure');
is($node->safe_psql('postgres', "SELECT extversion FROM pg_extension WHERE extname = 'pg_assure'"),
	$version, 'CREATE EXTENSION installs that version');
is( $node->safe_psql('postgres',
		"SELECT count(*) FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang "
		  . "WHERE l.lanname = 'c' AND p.probin LIKE '%pg_assure%' AND p.proname LIKE 'pg\\_%'"),
	'0', 'no function takes a name of the server');

$node->safe_psql('postgres', 'DROP EXTENSION pg_assure');
is( $node->safe_psql('postgres',
		"SELECT (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname LIKE 'assure%') "
		  . "+ (SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE nspname LIKE 'assure%')"),
	'0', 'DROP EXTENSION leaves nothing but an empty schema');

$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_assure'");
$node->restart;
is($node->safe_psql('postgres', 'CREATE EXTENSION pg_assure; SELECT 1'),
	'1', 'the extension can be created in a preloading server');
$node->stop;

done_testing();
