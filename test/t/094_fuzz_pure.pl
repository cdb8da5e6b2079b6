# The engines that need no server, fuzzed by themselves under the sanitizers (test/fuzz/pure) for a moment; `make fuzz` takes longer.
use strict;
use warnings FATAL => 'all';

use IPC::Run ();
use Test::More;

my $mutants = $ENV{FUZZ_MUTANTS} // 20000;

foreach my $engine (qw(claim_pack feel memberset))
{
	my ($out, $err) = ('', '');
	ok(IPC::Run::run([ 'test/fuzz/pure', $engine, 7, $mutants ], '<', \undef, '>', \$out, '2>', \$err), "$engine: nothing is found") or diag $out, $err;
	# What it says counts both: inputs that are taken, and others.
	my @counts = $out =~ /(\d+)/g;
	is(scalar(grep { $_ > 0 } @counts), 2, "$engine: some are taken, some refused") or diag $out;
}
done_testing();
