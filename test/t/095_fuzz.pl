# Every parser that takes what comes from outside: the seeds of test/fuzz/corpus, among them all that once found something, and changes of them, the same each
# time. A crash ends the test; anything else that is no refusal is a finding. `make fuzz` does more of it, with the sanitizers: docs/internals-build.md.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

my $runs = $ENV{FUZZ_RUNS} // 100;
my $folder = PostgreSQL::Test::Utils::tempdir();
my $headers = `pg_config --includedir-server`;
chomp $headers;
system((split ' ', $ENV{CC} // 'cc'), '-O1', '-fPIC', '-shared', "-I$headers", '-o', "$folder/fuzzer.so", 'test/fuzz/fuzzer.c') == 0 or die 'fuzzer.c does not compile';

my $node = assure_node('fuzz', jit => 'off', plan_cache_mode => 'force_generic_plan');
$node->safe_psql('postgres', "CREATE DATABASE fuzz TEMPLATE template0 ENCODING 'UTF8'");
my ($tree) = `pwd` =~ /(.*)/;
$node->safe_psql('fuzz', "\\set tree $tree\n\\set fuzzer $folder/fuzzer.so\n\\i test/fuzz/setup.psql");

my @targets = split /\n/, $node->safe_psql('fuzz', 'SELECT name FROM fuzz.target ORDER BY name');
cmp_ok(scalar @targets, '>', 70, 'all targets');
my @missing = grep { !-s "test/fuzz/corpus/$_" } @targets;
is("@missing", '', 'each has seeds');
my %known = map { $_ => 1 } @targets;
my @strange = grep { !$known{$_} } map { m{([^/]+)$} } glob 'test/fuzz/corpus/*';
is("@strange", '', 'and each file of seeds a target');

my $script = join "\n", '\set ON_ERROR_STOP 1', map { "SELECT '$_', what, code, message, encode(input, 'escape') FROM fuzz.go('$_', 7, $runs, 0, '$folder/current', '$tree') WHERE what IN ('finding', 'runs');" } @targets;
my ($out, $err) = ('', '');
ok(IPC::Run::run([ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('fuzz') ], '<', \$script, '>', \$out, '2>', \$err), 'no crash') or diag $err, "the input: ", slurp_file("$folder/current");
is(join("\n", grep { /\|finding\|/ } split /\n/, $out), '', 'every input is accepted or refused');
my $done = 0;
$done += $1 while $out =~ /\|runs\|\|(\d+)/g;
cmp_ok($done, '>', $runs * @targets, "$done inputs");
is($node->safe_psql('fuzz', 'SELECT count(*) FROM assure.claim'), '1', 'and nothing of it stays');
$node->stop;
done_testing();
