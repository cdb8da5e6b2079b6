# libroaring keeps to itself: other libraries in the process that have functions
# of the same names get none of our calls, and ours get none of theirs.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# Another extension with a CRoaring of its own, as far as names go: each of
# libroaring's functions, and calling one ends the server.
my ($library) = `ldconfig -p` =~ m{(/\S*/libroaring\.so\.\d+)$}m;
ok($library, 'libroaring is installed');
my @names = `nm -D --defined-only $library` =~ /^\w+ T (\w+)$/mg;
cmp_ok(scalar @names, '>', 100, 'and exports its functions');

my $dir = PostgreSQL::Test::Utils::tempdir();
append_to_file("$dir/other.c", join "\n", '#include "postgres.h"', '#include "fmgr.h"', 'PG_MODULE_MAGIC;',
	(map { "void $_(void); void $_(void) { elog(PANIC, \"the other library's $_ was called\"); }" } grep { !/^_/ } @names), '');
my $include = `$ENV{PG_CONFIG} --includedir-server`;
chomp $include;
is(system("cc -shared -fPIC -w -fno-builtin -I'$include' -o '$dir/other.so' '$dir/other.c'"), 0, 'another library takes the same names');
chmod 0755, $dir;

my $node = PostgreSQL::Test::Cluster->new('library');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION pg_assure');

# What calls each function that is taken from the library.
my $work = <<'END';
SET search_path = assure;
SELECT '{1-9,70000}'::memberset | '{5,200000-300000}', '{1-9}'::memberset & '{5}', '{1-9}'::memberset - 5, '{1-9}'::memberset # '{5,100}', count(union_agg(x)), intersect_agg(x) FROM unnest('{"{1,3}","{3,4}"}'::memberset[]) x
END
my $answer = '{1-9,70000,200000-300000}|{5}|{1-4,6-9}|{1-4,6-9,100}|3|{3}';
is($node->safe_psql('postgres', $work), $answer, 'sets are combined');
SKIP:
{
	skip 'the address sanitizer allows no namespace of its own', 2 if ($ENV{ASAN_OPTIONS} // '') ne '' || ($ENV{PRIVATE_SERVER_PRELOAD} // '') =~ /asan/;
	is($node->safe_psql('postgres', "LOAD '$dir/other.so';\n$work"), $answer, 'also where the other library came first');
	is($node->safe_psql('postgres', "LOAD 'pg_assure';\nLOAD '$dir/other.so';\n$work"), $answer, 'or in between');
}

# And libroaring's functions are not in the way of others.
append_to_file("$dir/late.c", <<'END');
#include "postgres.h"
#include "fmgr.h"
#include <dlfcn.h>
PG_MODULE_MAGIC;
PG_FUNCTION_INFO_V1(sees);
Datum sees(PG_FUNCTION_ARGS) { PG_RETURN_BOOL(dlsym(RTLD_DEFAULT, "roaring_bitmap_or") != NULL); }
END
is(system("cc -shared -fPIC -w -D_GNU_SOURCE -I'$include' -o '$dir/late.so' '$dir/late.c'"), 0, 'a library that looks');
is($node->safe_psql('postgres', "CREATE FUNCTION sees() RETURNS boolean LANGUAGE c AS '$dir/late.so', 'sees';\n$work;\nSELECT public.sees()"), "$answer\nf", 'sees none of them');
$node->stop;

done_testing();
