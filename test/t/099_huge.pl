# Values as large as PostgreSQL lets them be, near a gigabyte, as each argument of each routine that takes a text, bytes, a document
# or a list: a value, or an error of the caller; no size that overflows, no memory that is asked for in vain, no crash.
# By `make hostile`: it takes long, and 6 GB. HUGE_BYTES makes them smaller, HUGE_ONLY is a pattern of names.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

plan skip_all => 'make hostile runs it' if !$ENV{HUGE_BYTES};
my $bytes = $ENV{HUGE_BYTES};
my $only = $ENV{HUGE_ONLY} // '.';

my $node = assure_node('huge', jit => 'off', statement_timeout => '120s', shared_buffers => '64MB', log_min_messages => 'fatal', log_min_error_statement => 'panic', max_parallel_workers_per_gather => 0);
company($node, 'claims');
$node->safe_psql('claims', '\i test/sql-common/hostile.psql');

# filled is a text of so many bytes, of some characters again and again: repeat() alone takes ten seconds for a gigabyte of one letter.
sub filled { my ($what, $length) = @_; my $times = int(1000000 / length $what); return "repeat(repeat('$what', $times), " . int($length / $times / length $what) . ')'; }
# A jsonb holds a quarter of what a text does, an array 134 million elements.
my $json = $bytes < 268435000 ? $bytes : 268435000;
my $elements = int($bytes / 8 < 134217000 ? $bytes / 8 : 134217000);
my %huge = (
	text => [ map { filled($_, $bytes) } 'x', '1', '["', ' ', 'a.' ],
	cstring => [ map { filled($_, $bytes) . '::cstring' } '1', '1,', '{' ],
	bytea => [ "convert_to(" . filled('x', $bytes) . ", 'UTF8')", "'\\x0101'::bytea || convert_to(" . filled('x', $bytes - 1000000) . ", 'UTF8')" ],
	jsonb => [ "to_jsonb(" . filled('x', $json) . ')', 'jsonb_build_array(' . filled('x', $json) . ')', map { "jsonb_build_object('$_', " . filled('x', $json - 1000000) . ')' } qw(ref code name policy) ],
	'text[]' => [ 'ARRAY[' . filled('x', $bytes - 1000000) . ']', "array_fill('x'::text, ARRAY[$elements])" ],
	'integer[]' => [ "array_fill(1, ARRAY[$elements])" ],
	'smallint[]' => [ "array_fill(1::smallint, ARRAY[$elements])" ],
	'bigint[]' => [ "array_fill(1::bigint, ARRAY[$elements - 10])" ],
	'double precision[]' => [ "array_fill(1::float8, ARRAY[$elements - 10])" ],
	'date[]' => [ "array_fill('2024-01-01'::date, ARRAY[$elements])" ],
	'timestamp with time zone[]' => [ "array_fill('2024-01-01'::timestamptz, ARRAY[$elements - 10])" ],
	'jsonb[]' => [ 'ARRAY[to_jsonb(' . filled('x', $json) . ')]' ]);
# What has a value where the others of a call are asked for.
my $other = q{coalesce((SELECT '(' || literal || ')' FROM t.hostile_value v WHERE v.type = u.type ORDER BY n = CASE WHEN u.type = 'text'::regtype THEN 2 ELSE 1 END DESC, n LIMIT 1), 'NULL')};
my $values = join ', ', map { my $type = $_; map { my $v = s/'/''/gr; "('$type', '$v')" } @{ $huge{$type} } } sort keys %huge;
my @calls = split /\n/, $node->safe_psql('claims', qq{
	WITH h (type, literal) AS (VALUES $values)
	SELECT p.prokind::text || ' ' || CASE p.prokind WHEN 'p' THEN format('CALL %s(%s)', p.oid::regproc, a.arguments)
		WHEN 'a' THEN format('SELECT count(x) FROM (SELECT %s(%s) AS x) y', p.oid::regproc, a.arguments) ELSE format('SELECT count(x) FROM (SELECT %s(%s) AS x) y', p.oid::regproc, a.arguments) END
	FROM pg_proc p, unnest(p.proargtypes::oid[]) WITH ORDINALITY g (type, place), h,
		LATERAL (SELECT string_agg(format('%s::%s', CASE WHEN u.n = g.place THEN '(' || h.literal || ')' ELSE $other END, u.type::regtype), ', ' ORDER BY u.n) AS arguments
			FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY u (type, n)) a
	WHERE p.pronamespace = 'assure'::regnamespace AND g.type = h.type::regtype AND p.prokind IN ('f', 'p', 'a') AND p.prorettype NOT IN ('trigger'::regtype, 'internal'::regtype)
		AND NOT 'internal'::regtype = ANY (p.proargtypes::oid[]) AND p.proname ~ '$only' ORDER BY p.oid::regprocedure::text COLLATE "C", g.place, h.literal});
cmp_ok(scalar @calls, '>', 0, scalar(@calls) . ' calls');

# Each in a session of its own, so that its memory is given back; what it must not be is an internal error, one of the server's, or the end.
my @findings;
foreach my $call (@calls)
{
	my ($kind, $statement) = $call =~ /^(.) (.*)$/ or die $call;
	my ($out, $err) = ('', '');
	my $ask = $kind eq 'p' ? "$statement;" : "SELECT left(t.hostile('', " . ($statement =~ s/'/''/gr =~ s/^/'/r =~ s/$/'/r) . '), 300);';
	IPC::Run::run([ 'psql', '-X', '-q', '-A', '-t', '-v', 'VERBOSITY=sqlstate', '-d', $node->connstr('claims'), '-c', $ask ], '<', \undef, '>', \$out, '2>', \$err);
	next unless $out =~ /\S/ || $err =~ /XX0|58|53|57|P0004|connection/;
	push @findings, "$statement: $out$err";
	diag $findings[-1];
}
is(join("\n", @findings), '', 'all answer with a value or an error of the caller');
unlike(slurp_file($node->logfile), qr/terminated by signal|TRAP:|PANIC/, 'no crash');
$node->stop;
done_testing();
