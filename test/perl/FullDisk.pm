# A server whose disk is full when a test says so.
package FullDisk;

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Utils;
use Exporter 'import';

our @EXPORT = qw(disk_prepare disk_full disk_free);

my $file;

# disk_prepare has servers that are started from now on ask the test whether there is room; call it before.
sub disk_prepare
{
	my $folder = PostgreSQL::Test::Utils::tempdir();
	$file = "$folder/disk";
	open my $out, '>', $file or die "$file: $!";
	close $out;
	disk_free();
	system((split ' ', $ENV{CC} // 'cc'), '-O1', '-fPIC', '-shared', '-o', "$folder/disk_full.so", 'test/perl/disk_full.c', '-ldl') == 0
		or die "disk_full.c does not compile";
	$ENV{DISK_FULL} = $file;
	$ENV{LD_PRELOAD} = join ' ', grep { defined } $ENV{LD_PRELOAD}, "$folder/disk_full.so";
	return;
}

# disk_set writes the two numbers that all processes see.
sub disk_set
{
	my ($what, $left) = @_;
	open my $out, '+<', $file or die "$file: $!";
	binmode $out;
	syswrite $out, pack 'q2', $what, $left;
	close $out;
	return;
}

# disk_full lets files of a kind ('tables', 'log') grow so many times more.
sub disk_full
{
	my ($what, $left) = @_;
	disk_set({ tables => 1, log => 2 }->{$what}, $left);
	return;
}

# disk_free has room for everything again.
sub disk_free
{
	disk_set(0, 0);
	return;
}

1;
