# What works on a standby: every function and every view, from the catalog. The rule is the declared volatility: what is volatile
# writes, and refuses with 25006 and a hint; what is stable or immutable reads, and gives on a standby what it gives on the primary.
# The calls of functions that write are those of test/sql/access_rights.sql; those of functions that read stand here. A new function without one fails.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

my $terms = q{'{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}'};
# Functions that read, and calls that find something.
my %reading = (
	acting_worker => 'assure.acting_worker()', sees_all_branches => 'assure.sees_all_branches()', visible_branches => 'assure.visible_branches()',
	audit_verify => 'assure.audit_verify()', check_books => 'assure.check_books()', check_coverage => 'assure.check_coverage()', export_seals => 'assure.export_seals()',
	claim_status => q{assure.claim_status('s1')}, explain_claim => q{assure.explain_claim('s1')}, replay => q{assure.replay('s1')}, rerun_needed => 'assure.rerun_needed()',
	quote => q{assure.quote('P-BJ', 'M1', t.claim('q', 'M1', '900.00') - '{ref,policy,member_ref,submitted_at}'::text[])},
	coverage => q{assure.coverage('[2024-01-01,2025-01-01)')}, coverage_detail => q{assure.coverage_detail('[2024-01-01,2025-01-01)', by => 'prefecture')}, network_coverage => q{assure.network_coverage(as_of => '2024-03-10')},
	decide => q{assure.decide('H', 'X', '{"I": 2}')}, explain_decision => q{assure.explain_decision('H', 'X', '{"I": 2}')}, check_table => q{assure.check_table('H', 'T')},
	eval => q{assure.eval('a + 1', '{"a": 2}')}, eval_explain => q{assure.eval_explain('a + b', '{"a": 2}')}, holds => q{assure.holds('a > 1', '{"a": 2}')}, unary_test => q{assure.unary_test('> 1', '2')},
	icu_version => 'assure.icu_version()', version => 'assure.version()', small_cell => 'assure.small_cell()',
	is_workday => q{assure.is_workday('CN', '2031-03-01')}, workday_add => q{assure.workday_add('CN', '2031-03-03', 3)}, work_add => q{assure.work_add('CN', '2031-03-03 12:00+08', '20 hours')},
	work_between => q{assure.work_between('CN', '2031-03-03 12:00+08', '2031-03-10 12:00+08')}, sla_deadlines => q{assure.sla_deadlines('claim_review', '2031-03-03 12:00+08')},
	coverage_place => q{assure.coverage_place('440305')}, prefectures => 'assure.prefectures()', region_known => q{assure.region_known('440305')}, region_name => q{assure.region_name('440305')}, region_successor => q{assure.region_successor('440305')},
	optimal_match => q{assure.optimal_match('SELECT 1 AS task_id, 1 AS worker_id, 1::bigint AS cost', 'SELECT 1 AS worker_id, 1 AS capacity')}, optimal_match_summary => q{assure.optimal_match_summary('SELECT 1 AS task_id, 1 AS worker_id, 1::bigint AS cost', 'SELECT 1 AS worker_id, 1 AS capacity')},
	settlement_statement => q{assure.settlement_statement('2024-03-01')}, simulate => qq{assure.simulate('STD', $terms, '[2024-01-01,2025-01-01)')},
	try_match_profile => q{assure.try_match_profile('{"code": "draft", "name": "Draft", "factors": [{"code": "in_time", "parameter": "sla_rate_queue_30", "weight": 3}]}', 'claim_review')}, why => 'assure.why((SELECT max(task_id) FROM assure.task))');
# Functions and procedures that write, where access_rights.sql calls none.
my %writing = (
	adjudicate_batch => 'CALL assure.adjudicate_batch()', apply_enrollment => q{CALL assure.apply_enrollment('x')}, dispatch => 'CALL assure.dispatch()', merge_coverage => 'CALL assure.merge_coverage()', order_payments => 'CALL assure.order_payments()',
	reapply_policy => q{CALL assure.reapply_policy('claim_review')}, refresh_match_measures => 'CALL assure.refresh_match_measures()', rerun => q{SELECT assure.rerun('P-BJ', 'M1', '2024-01-01', dry_run => false)}, rerun_plan => q{CALL assure.rerun_plan('STD', '2024-01-01', true)}, run_job => q{CALL assure.run_job('sweep')},
	sla_sweep => 'CALL assure.sla_sweep()', create_schema => q{SELECT assure.create_schema('postgres')}, upgrade_schema => 'SELECT assure.upgrade_schema()', install_schedules => 'SELECT assure.install_schedules()', remove_schedules => 'SELECT assure.remove_schedules()');
# Estimators take what only the planner has: they are asked by planning a query, here and there.
my $planned = q{EXPLAIN SELECT FROM assure.region_builtin a JOIN assure.region_builtin b ON a.code::assure.region OPERATOR(assure.<@) b.code::assure.region WHERE a.code::assure.region OPERATOR(assure.<@) '440000'::assure.region};
# Refused for another reason, before anything is read: for the life of the extension, not of a scope.
my %otherwise = (check_database => 'for CREATE EXTENSION');

my $primary = assure_node('primary', -init => { allows_streaming => 1 });
company($primary, 'claims');
$primary->safe_psql('claims', '\i test/sql-common/every_room.psql');
claims($primary, 'claims', 's', 12, 'M1', 'M2', 'S1', 'G1');
claims($primary, 'claims', 'waits', 2, 'M1');
$primary->safe_psql('claims', q{
	SELECT assure.adjudicate('s' || i) FROM generate_series(1, 12) i;
	SELECT assure.submit_claim(t.claim('big', 'M1', '9000.00')), assure.adjudicate('big');
	SELECT assure.deploy_model('<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="H" namespace="urn:h"><inputData id="i" name="I"/>
		<decision name="X"><informationRequirement><requiredInput href="#i"/></informationRequirement><literalExpression><text>I + 1</text></literalExpression></decision>
		<decision name="T"><informationRequirement><requiredInput href="#i"/></informationRequirement><decisionTable><input><inputExpression><text>I</text></inputExpression></input><output/>
			<rule><inputEntry><text>&lt; 1</text></inputEntry><outputEntry><text>1</text></outputEntry></rule></decisionTable></decision></definitions>');
	SELECT assure.order_service('{"ref": "O1", "policy": "P-BJ", "member_ref": "M1", "service": "opinion", "requested_at": "2024-03-10T09:00:00+08:00"}');
	SELECT assure.seal_audit(), assure.refresh_coverage()});
$primary->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);

# answers runs statements in one session of a node, each by itself, and returns what each gives: rows, or SQLSTATE, message and hint.
sub answers
{
	my ($node, @statements) = @_;
	my $script = "\\set VERBOSITY verbose\nSET timezone = 'Asia/Shanghai';\nSET jit = off;\n" . join '', map { "\\echo ==\n$_;\n" } @statements;
	my $out = '';
	IPC::Run::run([ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('claims') ], '<', \$script, '>&', \$out);
	my (undef, @answers) = split /^==\n/m, $out;
	s/^(LOCATION|CONTEXT|STATEMENT):.*\n//mg foreach @answers;
	return @answers;
}

# Every function has an expectation.
my @catalog = map { [ split /\|/ ] } split /\n/, $primary->safe_psql('claims', q{
	SELECT p.proname, p.provolatile, replace(p.oid::regprocedure::text, '"', '') FROM pg_proc p WHERE p.pronamespace = 'assure'::regnamespace AND p.prokind IN ('f', 'p')
		AND p.prorettype <> 'trigger'::regtype AND p.provolatile <> 'i' AND NOT EXISTS (SELECT FROM pg_operator o WHERE p.oid IN (o.oprrest, o.oprjoin)) ORDER BY 1, 3});
my %stable = map { $_->[0] => 1 } grep { $_->[1] eq 's' } @catalog;
is(join(' ', grep { !$reading{$_} } sort keys %stable), '', 'a call of every function that reads stands here');
is(join(' ', grep { !$stable{$_} } sort keys %reading), '', 'and each of these is declared stable');

my ($calls) = slurp_file('test/sql/access_rights.sql') =~ /CREATE TEMP TABLE call (.*?)^CREATE TEMP TABLE tried/ms;
my %call = $calls =~ /\('(\w+\((?:[^']|'')*?\))', '((?:[^']|'')+)'\)/g;
s/''/'/g foreach values %call;
s/session_user/current_user/g foreach values %call;
my (@missing, @writing);
foreach (grep { $_->[1] eq 'v' } @catalog)
{
	my ($name, undef, $signature) = @$_;
	next if $otherwise{$name};
	my ($types) = $signature =~ /\((.*)\)/;
	my $statement = $writing{$name} // $call{"$name($types)"} // $call{ "$name(" . $types =~ s/assure\.//gr . ')' };
	if (!defined $statement) { push @missing, $signature }
	else { push @writing, [ $name, $statement ] }
}
is(join(' ', @missing), '', 'a call of every function that writes is known');

# What writes refuses, at once and in one form of words.
my @refusals = answers($standby, map { $_->[1] } @writing);
my @wrong = map { my $name = $writing[$_][0];
	$refusals[$_] =~ /^ERROR:  25006: assure\.$name\(\) writes, and this server is a standby\nHINT:  Call it on the primary; / ? () : "$name: $refusals[$_]" } 0 .. $#writing;
is(scalar @refusals, scalar @writing, 'all of them were called');
is(join("\n", @wrong), '', 'what writes refuses on a standby, with 25006 and a hint');

# What reads gives the same; and all of it without an error.
my @reads = ((map { "SELECT * FROM $reading{$_} x" } sort keys %reading), q{SELECT * FROM assure.rerun('P-BJ', 'M1', '2024-01-01')});
my @here = answers($primary, @reads);
my @there = answers($standby, @reads);
is(join("\n", map { $here[$_] =~ /^ERROR/ ? "$reads[$_]: $here[$_]" : () } 0 .. $#reads), '', 'what reads has something to read');
is(join("\n", map { $here[$_] ne $there[$_] ? "$reads[$_]: $here[$_] / $there[$_]" : () } 0 .. $#reads), '', 'and reads the same on a standby');
is(join("\n", answers($standby, $planned)), join("\n", answers($primary, $planned)), 'estimates are the same');

# Every table and view; what holds the current time is not compared by content.
my $views = q{SELECT format('SELECT count(*), md5(string_agg(x::text, E''\n'' ORDER BY x::text COLLATE "C")) FROM %s x', c.oid::regclass) FROM pg_class c
	WHERE c.relnamespace::regnamespace::text IN ('assure', 'assure_bi', 'assure_internal') AND c.relkind IN ('r', 'p', 'v') ORDER BY c.oid::regclass::text COLLATE "C"};
my @views = split /\n/, $primary->safe_psql('claims', $views);
@here = answers($primary, @views);
@there = answers($standby, @views);
cmp_ok(scalar @views, '>', 100, 'all tables and views');
is(join("\n", map { $here[$_] ne $there[$_] ? "$views[$_]: $here[$_] / $there[$_]" : () } 0 .. $#views), '', 'are the same on a standby');
is(join("\n", grep { /^ERROR/ } @here), '', 'and can be read');

# A transaction that is read-only refuses likewise, on the primary.
like(fails($primary, 'claims', "BEGIN READ ONLY; SELECT assure.submit_claim(t.claim('no', 'M1', '1.00'))"), qr/^25006 assure\.submit_claim\(\) writes, and the transaction is read-only$/, 'a read-only transaction is told so');
is($primary->safe_psql('claims', "BEGIN READ ONLY; SELECT state FROM assure.claim_status('s1')"), 'denied', 'and may read');

# Promoted, it takes all of it.
$primary->stop;
$standby->promote;
is($standby->safe_psql('claims', "SELECT assure.submit_claim(t.claim('after', 'M1', '1.00')) IS NOT NULL"), 't', 'once promoted, it writes');
is(whole($standby, 'claims'), '', 'and the books are whole');
$standby->stop;
done_testing();
