# A server whose clock a test sets: months end when it says so, and nobody waits for them.
package ShiftedClock;

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use Exporter 'import';

our @EXPORT = qw(clock_prepare clock_set);

my $file;

# clock_prepare has servers that are started from now on read their clock from a file; call it before.
sub clock_prepare
{
	my $folder = PostgreSQL::Test::Utils::tempdir();
	$file = "$folder/shift";
	clock_set(0);
	system((split ' ', $ENV{CC} // 'cc'), '-O1', '-fPIC', '-shared', '-o', "$folder/clock_shift.so", 'test/perl/clock_shift.c') == 0
		or die "clock_shift.c does not compile";
	$ENV{CLOCK_SHIFT} = $file;
	$ENV{LD_PRELOAD} = join ' ', grep { defined } $ENV{LD_PRELOAD}, "$folder/clock_shift.so";
	return;
}

# clock_set puts the clock so many seconds before or after the real one.
sub clock_set
{
	my ($seconds) = @_;
	open my $out, '+>>', $file or die "$file: $!";
	close $out;
	open $out, '+<', $file or die "$file: $!";
	binmode $out;
	syswrite $out, pack 'q', $seconds;
	close $out;
	return;
}

1;
