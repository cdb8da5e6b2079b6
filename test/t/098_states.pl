# Every routine with arguments that somebody could give, as each scope and on behalf of workers, several at once, in every state that a transaction can be in: read only, each
# isolation, subtransactions that are rolled back, cursors, prepared statements, parallel plans, blocks that catch the error, rolled back and committed. No internal error, no crash;
# a role is not told what is not for it, neither in a row nor in a message; and books, audit, tasks, clocks and coverage are whole afterwards. STATES_ROUNDS, HOSTILE_SEED: more of it.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;
use Truths;

my $rounds = $ENV{STATES_ROUNDS} // 1;
my $seed = $ENV{HOSTILE_SEED} // 1;
my @scopes = qw(bi operator proxy supervisor auditor admin none);
srand $seed;

my $node = assure_node('states', jit => 'off', statement_timeout => '30s', lock_timeout => '1s', deadlock_timeout => '50ms', max_prepared_transactions => 5, log_min_messages => 'log');
company($node, 'claims');
my ($tree) = `pwd` =~ /(.*)/;
$node->safe_psql('claims', <<"END" . join ' ', map { "SELECT t.new_role('$_'" . ($_ eq 'none' ? ')' : ", '$_')") . ';' } @scopes);
\\i test/sql-common/every_room.psql
\\i test/sql-common/hostile.psql
-- What is one person's alone, so that it can be found in an answer.
UPDATE assure.member SET name = chr(20000 + member_id::int * 7) || chr(21000 + member_id::int * 11) || chr(22000 + member_id::int * 13), phone = '139' || (10000000 + member_id * 7919),
	resident_id = (SELECT '11010119800504' || lpad((200 + member_id)::text, 3, '0') || c FROM unnest('{0,1,2,3,4,5,6,7,8,9,X}'::text[]) c WHERE t.fails(format('SELECT %L::assure.resident_id', '11010119800504' || lpad((200 + member_id)::text, 3, '0') || c)) = 'none');
SELECT assure.put_payee(jsonb_build_object('policy', p.ref, 'certificate', a.ref, 'kind', 'policyholder', 'name', 'Holder', 'bank', 'ICBC', 'bank_account', '62220202' || (10000000 + a.account_id * 7919))) FROM assure.account a JOIN assure.policy p USING (policy_id);
CREATE TABLE t.secret AS SELECT s AS secret, b.code AS branch, what FROM assure.member m JOIN assure.account a USING (account_id) JOIN assure.policy p USING (policy_id) JOIN assure.branch b USING (branch_id), LATERAL (VALUES ('name', m.name), ('phone', m.phone), ('resident_id', m.resident_id)) v (what, s) WHERE s IS NOT NULL
	UNION SELECT y.bank_account, b.code, 'bank_account' FROM assure.payee_version y JOIN assure.account a USING (account_id) JOIN assure.policy p USING (policy_id) JOIN assure.branch b USING (branch_id) WHERE y.bank_account LIKE '62220202_%' AND y.bank_account <> '6222020200001234';
\\set tree $tree
\\i test/sql-common/likely.psql
-- A cheap condition that tells what it is given: a view has to hide its rows before.
CREATE FUNCTION t.tells(anyelement) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS \$\$ BEGIN RAISE WARNING 'told %', \$1; RETURN true; END \$\$;
ANALYZE;
END
$node->safe_psql('claims', "SELECT assure.grant_branch(t.role(r), 'BJ') FROM unnest('{operator,proxy}'::text[]) r; SELECT assure.set_worker_login(t.role('operator'), 'K0'), assure.set_worker_login(t.role('supervisor'), 'K57')");
my %secret = map { my ($what, $branch, $secret) = split /\|/; ($secret => [ $what, $branch ]) } split /\n/, $node->safe_psql('claims', 'SELECT what, branch, secret FROM t.secret');
cmp_ok(scalar keys %secret, '>', 150, 'each person has names and numbers of its own');
my @views = split /\n/, $node->safe_psql('claims', "SELECT c.oid::regclass || ' ' || string_agg(quote_ident(attname), ' ' ORDER BY attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
	WHERE relnamespace IN ('assure'::regnamespace, 'assure_bi'::regnamespace) AND relkind IN ('r', 'p', 'v') AND attnum > 0 AND NOT attisdropped GROUP BY c.oid");

# What in a text could be a number or a name of a person: digits that stand together, three Chinese characters in a row.
sub secrets_like
{
	my ($text) = @_;
	return ($text =~ /([0-9]{11,}X?)/g, $text =~ /(?=((?:[\xe0-\xef][\x80-\xbf]{2}){3}))/g);
}

# pick returns one of a list.
sub pick { return $_[ int rand @_ ]; }

# A call in one of the forms that a statement can have; a procedure can only be called.
sub form
{
	my ($call, $n) = @_;
	my ($routine, $kind, $set, $call_text, $arguments, $types) = @$call;
	return "CALL $call_text;" if $kind eq 'p';
	my $select = "SELECT $call_text";
	# A set may have a hundred million members.
	my $limit = $set eq 't' ? ' LIMIT 100' : '';
	my $plain = "$select$limit;";
	return pick($plain, $plain, "SELECT * FROM $call_text x LIMIT 20;", "SAVEPOINT s;\n$plain\nROLLBACK TO s;\n$plain", "SAVEPOINT s;\n$plain\nRELEASE s;",
		"DECLARE c$n CURSOR FOR $select FROM generate_series(1, 3)$limit;\nFETCH 1 FROM c$n;\nSAVEPOINT s;\nFETCH ALL FROM c$n;\nROLLBACK TO s;\nCLOSE c$n;",
		"DO \$do\$ BEGIN PERFORM $call_text$limit; RAISE SQLSTATE 'T0000'; EXCEPTION WHEN SQLSTATE 'XX000' OR SQLSTATE 'XX002' THEN RAISE; WHEN OTHERS THEN PERFORM 1; END \$do\$;\n$plain",
		($types eq 'none' ? $plain : do { (my $name = $routine) =~ s/\(.*//; my $count = () = $types =~ /,/g;
			"PREPARE p$n ($types) AS SELECT $name(" . join(', ', map { "\$$_" } 1 .. $count + 1) . ")$limit;\nEXECUTE p$n ($arguments);\nEXECUTE p$n ($arguments);\nDEALLOCATE p$n;" }),
		($set eq 't' ? $plain : "SELECT count(x::text) FROM (SELECT $call_text AS x FROM assure.claim c LIMIT 5) y;"));
}

# A look at a table or view, with a condition that tells.
sub look
{
	my ($view, @columns) = split / /, pick(@views);
	my $column = pick(@columns);
	return pick("SELECT * FROM $view LIMIT 30;", "SELECT * FROM $view WHERE t.tells($column) LIMIT 30;", "SELECT $column, count(*) FROM $view GROUP BY 1 ORDER BY 2 DESC LIMIT 30;", "SELECT max($column\::text), min($column\::text) FROM $view;");
}

# A transaction of some of the calls, which are taken from the list.
my $number = 0;
sub transaction
{
	my ($scope, $calls) = @_;
	my $begin = 'BEGIN ' . pick('', '', 'ISOLATION LEVEL REPEATABLE READ', 'ISOLATION LEVEL SERIALIZABLE') . pick('', '', '', ' READ ONLY') . ';';
	my @statements = ($begin, '\set ON_ERROR_ROLLBACK ' . pick('on', 'on', 'on', 'on', 'off'));
	push @statements, pick('', 'SET LOCAL force_parallel_mode = on; SET LOCAL parallel_setup_cost = 0; SET LOCAL parallel_tuple_cost = 0; SET LOCAL min_parallel_table_scan_size = 0;', 'SET LOCAL plan_cache_mode = force_generic_plan;', q{SET LOCAL TimeZone = 'America/Caracas'; SET LOCAL DateStyle = 'German';});
	push @statements, "SELECT assure.act_as('" . pick('K0', 'W-BJ', 'K3', 'K57') . "');" if $scope eq 'proxy' && rand() < 0.7;
	foreach my $one (splice @$calls, 0, 1 + int rand 6)
	{
		push @statements, form($one, $number++);
		push @statements, look() if rand() < 0.3;
	}
	push @statements, pick('ROLLBACK;', 'COMMIT;', 'ROLLBACK;');
	# A procedure that commits needs a call of its own.
	@statements = ('\set ON_ERROR_ROLLBACK off', grep { /^CALL/ } @statements) if rand() < 0.5 && grep { /^CALL/ } @statements;
	return @statements;
}

my $version = $node->safe_psql('postgres', 'SHOW server_version_num');
my $superuser = $node->safe_psql('postgres', 'SELECT current_user');
my (@findings, %told, $done, %called);
foreach my $round (1 .. $rounds)
{
	my (%script, %out, @runs);
	foreach my $scope (@scopes, 'superuser')
	{
		my $role = $scope eq 'superuser' ? $superuser : "claims_$scope";
		my @calls = map { [ split /\t/, $_, -1 ] } split /\n/, $node->safe_psql('claims', "COPY (SELECT routine, kind, returns_set, replace(call, E'\\n', ' '), replace(arguments, E'\\n', ' '), types FROM t.likely_calls('$seed/$round/$scope', '$role')) TO STDOUT (FORMAT csv, DELIMITER E'\\t', QUOTE E'\\x01', ESCAPE E'\\x01')");
		# Masked and nameless roles have nothing of a person to ask for.
		@calls = grep { !grep { exists $secret{$_} } secrets_like($_->[3]) } @calls if $scope =~ /^(bi|none|operator|proxy)$/;
		@calls = @calls[ 0 .. 60 ] if $scope eq 'none' && @calls > 60;
		@calls = grep { !$called{ $_->[0] } } @calls if $scope eq 'superuser';
		$called{ $_->[0] } = 1 foreach @calls;
		$done += @calls;
		my @statements = ('\set VERBOSITY verbose', "SET client_min_messages = warning;");
		push @statements, transaction($scope, \@calls) while @calls;
		$script{$scope} = join "\n", @statements, '';
		$script{$scope} =~ s/force_parallel_mode/debug_parallel_query/g if $version >= 160000;
		$out{$scope} = '';
		# From a file: a psql that loses its server reads no more.
		my $file = PostgreSQL::Test::Utils::tempdir() . '/script.sql';
		append_to_file($file, $script{$scope});
		push @runs, IPC::Run::start([ 'psql', '-X', '-q', '-A', '-t', '-a', '-f', $file, '-d', $node->connstr('claims') . " user=$role" ], '<', \undef, '>&', \$out{$scope});
	}
	$_->finish foreach @runs;
	append_to_file("$PostgreSQL::Test::Utils::log_path/states.$_.sql", $out{$_}) foreach keys %out;
	foreach my $scope (sort keys %out)
	{
		my $last = '';
		foreach my $line (split /\n/, $out{$scope})
		{
			$last = $line if $line =~ /^(SELECT|CALL|FETCH|EXECUTE|DO|COMMIT)/;
			push @findings, substr "$scope: $line: $last", 0, 600 if $line =~ /(ERROR|FATAL|PANIC):  (XX00[02]|58|53|P0004)|(ERROR|FATAL|PANIC):  57(?!014)|server closed the connection|connection to server was lost/
				|| $line =~ /ERROR:  XX001/ && $line !~ /the bytes are not a packed claim/;
			next unless $scope =~ /^(bi|none|operator|proxy)$/;
			foreach my $secret (grep { exists $secret{$_} } secrets_like(substr $line, 0, 20000))
			{
				my ($what, $branch) = @{ $secret{$secret} };
				next if $branch eq 'BJ' && $scope =~ /^(operator|proxy)$/;
				$told{"$scope is told a $what: " . substr($last, 0, 200)} //= substr $line, 0, 300;
			}
		}
	}
	last if @findings > 20;
}
is(join("\n", @findings), '', 'a value, or an error of the caller');
is(join("\n", map { "$_: $told{$_}" } sort keys %told), '', 'nobody is told what is not for him');
my %seen = map { $_ => 1 } grep { exists $secret{$_} } secrets_like($node->safe_psql('claims', q{SELECT t.run('auditor', 'SELECT name, phone, resident_id FROM assure.member'), t.run('auditor', 'SELECT bank_account FROM assure.payee_version')}));
is(scalar keys %seen, scalar keys %secret, 'and it would be seen: the auditor is told');
my $all = $node->safe_psql('claims', q{SELECT count(*) FROM pg_proc p WHERE p.pronamespace IN ('assure'::regnamespace, 'assure_bi'::regnamespace) AND p.prokind IN ('f', 'p') AND p.prorettype NOT IN ('trigger'::regtype, 'internal'::regtype) AND NOT p.proargtypes::oid[] && ARRAY['internal'::regtype, 'cstring'::regtype]::oid[]});
is(scalar keys %called, $all, "$done calls of $all routines");
$node->safe_psql('claims', 'CALL assure.merge_coverage()');
is(falsehoods($node, 'claims'), '', 'books, audit, tasks, clocks and coverage are whole');
unlike(slurp_file($node->logfile), qr/terminated by signal|TRAP:|PANIC/, 'no crash');
$node->stop;
done_testing();
