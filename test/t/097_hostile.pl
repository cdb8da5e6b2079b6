# Every routine of the extension with arguments that nobody would give, as superuser and as each scope: a value or an error that names
# what was wrong, never an internal error or one of the server's, and no crash. HOSTILE_ROUNDS, HOSTILE_SEED: more of it.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

my $rounds = $ENV{HOSTILE_ROUNDS} // 2;
my $seed = $ENV{HOSTILE_SEED} // 1;
my @scopes = qw(bi operator proxy supervisor auditor admin backup none);

my $node = assure_node('hostile', jit => 'off', statement_timeout => '60s');
company($node, 'claims');
claims($node, 'claims', 's', 6, 'M1', 'M2', 'S1', 'G1');
$node->safe_psql('claims', "SELECT assure.adjudicate('s' || i) FROM generate_series(1, 4) i; " . join ' ', map { "SELECT t.new_role('$_'" . ($_ eq 'none' ? ')' : ", '$_')") . ';' } @scopes);
$node->safe_psql('claims', '\i test/sql-common/hostile.psql');

# run_all runs statements in one session, each a transaction of its own, and returns its output and errors.
sub run_all
{
	my ($statements) = @_;
	my $out = '';
	IPC::Run::run([ 'psql', '-X', '-q', '-A', '-t', '-v', 'VERBOSITY=verbose', '-d', $node->connstr('claims') ], '<', \$statements, '>&', \$out);
	return $out;
}

my @missing = split /\n/, $node->safe_psql('claims', q{SELECT DISTINCT a::regtype FROM pg_proc p, unnest(p.proargtypes::oid[]) a WHERE p.pronamespace = 'assure'::regnamespace
	AND a NOT IN (SELECT type FROM t.hostile_value) AND a <> 'internal'::regtype ORDER BY 1});
is("@missing", '', 'there are hostile values of every type that a routine takes');

# Functions and aggregates, undone each.
my $calls = 0;
my @findings;
foreach my $role ('', @scopes)
{
	# What is everybody's needs no scope.
	my $which = $role eq '' ? '' : q{AND NOT has_function_privilege(t.role('none'), routine, 'EXECUTE')};
	foreach my $round (1 .. ($role eq '' ? 2 * $rounds : $rounds))
	{
		my @statements = split /\n/, $node->safe_psql('claims', "SELECT format('SELECT t.hostile(%L, %L);', '$role', statement) FROM t.hostile_calls('$seed$role', $round) WHERE kind <> 'p' $which");
		$calls += @statements;
		push @findings, grep { /\S/ && !/^(LOCATION|CONTEXT|WARNING|NOTICE|DETAIL|HINT)/ } split /\n/, run_all(join "\n", @statements);
	}
}
is(join("\n", @findings), '', 'functions answer with a value or an error of the caller');
cmp_ok($calls, '>', 2000, "$calls calls");

# Procedures commit: each by itself.
my @procedures = map { split /\n/, $node->safe_psql('claims', "SELECT statement || ';' FROM t.hostile_calls('$seed', $_) WHERE kind = 'p'") } 1 .. 3 * $rounds;
my @wrong = grep { /^ERROR:  (XX00|58|53|57|P0004)|connection/ } split /\n/, run_all(join "\n", @procedures);
is(join("\n", @wrong), '', 'so do procedures');

# What triggers call, on a table that it was not made for.
my @triggers = split /\n/, $node->safe_psql('claims', q{SELECT p.oid::regproc FROM pg_proc p WHERE p.pronamespace = 'assure'::regnamespace AND p.prorettype = 'trigger'::regtype ORDER BY 1});
my $triggers = '';
foreach my $trigger (@triggers)
{
	foreach my $when ('BEFORE INSERT OR UPDATE OR DELETE', 'AFTER INSERT OR UPDATE OR DELETE')
	{
		foreach my $level ('ROW', 'STATEMENT')
		{
			foreach my $arguments ('', "'attributes', '', 'z'")
			{
				$triggers .= "CREATE TEMP TABLE foreigner (a int, attributes text, dropped int, policy_id text, branch_id text, product int, chapter text[], subject_kind int, subject_id text, account_id text); ALTER TABLE foreigner DROP dropped; INSERT INTO foreigner VALUES (1, 'x', 'y', 'z');\n"
					. "CREATE TRIGGER x $when ON foreigner FOR EACH $level EXECUTE FUNCTION $trigger($arguments);\nINSERT INTO foreigner VALUES (2, 'x', 'y', 'z'), (NULL, NULL, NULL, NULL);\nUPDATE foreigner SET a = 3;\nDELETE FROM foreigner;\nDROP TABLE foreigner;\n";
			}
		}
	}
}
cmp_ok(scalar @triggers, '>', 3, 'functions of triggers');
@wrong = grep { /^ERROR:  (XX00|58|53|57|P0004)|connection/ } split /\n/, run_all($triggers);
is(join("\n", @wrong), '', 'they refuse a table that is not theirs');

is($node->safe_psql('claims', 'SELECT count(*) FROM assure.claim'), '6', 'nothing stays of it');
is(whole($node, 'claims'), '', 'and the books are whole');
unlike(slurp_file($node->logfile), qr/terminated by signal|TRAP:|PANIC/, 'no crash');
$node->stop;
done_testing();
