# What-if on a server: with workers, on a standby, when cancelled, when a worker
# is ended, when none is free; no transaction id is used.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

my $primary = assure_node('primary', -init => { allows_streaming => 1 });
company($primary, 'claims');
$primary->safe_psql('claims', '\i test/sql-common/simulate.psql');
$primary->safe_psql('claims', q{SELECT count(assure.enroll(jsonb_build_object('policy', 'P-GD', 'certificate', 'C' || n, 'member_ref', 'G-' || n, 'name', 'x', 'birth_date', '1980-05-04', 'sex', 'F',
	'relationship', 'self', 'region', '440305', 'plan', 'FREE', 'enrolled_on', '2024-01-01'))) FROM generate_series(1, 600) n});
claims($primary, 'claims', 'R', 900, map { "G-$_" } 1 .. 600);
$primary->safe_psql('claims', 'SELECT assure.adjudicate_pending(1000); SELECT t.give_inputs();');

my $draft = '{"name": "Half", "benefits": [{"code": "ALL", "kind": "expense", "steps": [{"coinsurance": [{"pay": "0.5"}]}]}]}';
my $call = "assure.simulate('FREE', '$draft', '[2024-01-01,2025-01-01)')";
my $total = "SELECT claims, members, before, after, detail ->> 'workers' FROM $call WHERE section = 'total'";
my $workers = 'SET parallel_setup_cost = 0; SET max_parallel_workers_per_gather = 2;';
my $right = '900|600|90000.00|45000.00';

is($primary->safe_psql('claims', "$workers $total"), "$right|2", 'two workers take part');
is($primary->safe_psql('claims', "$workers SET default_transaction_isolation = 'serializable'; $total"), "$right|2", 'also in a serializable transaction');
is($primary->safe_psql('claims', "$workers BEGIN READ ONLY; $total; SELECT pg_current_xact_id_if_assigned() IS NULL; COMMIT"), "$right|2\nt", 'no transaction id is used');
is($primary->safe_psql('claims', "$workers SET max_parallel_workers = 0; $total"), "$right|0", 'none where none is allowed');

# A lock on decisions holds all processes of a run.
my $waiting = "SELECT count(*) = 3 FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
my $none_left = "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'parallel worker'";
my $lock = $primary->background_psql('claims');
$lock->query_safe('BEGIN');
$lock->query_safe('LOCK TABLE assure.decision');
like(fails($primary, 'claims', "$workers SET statement_timeout = '500ms'; $total"), qr/^57014 canceling statement due to statement timeout/, 'a run can be cancelled');
ok($primary->poll_query_until('claims', $none_left), 'and its workers end');

my ($run_out, $run_err) = ('', '');
my $run = IPC::Run::start(['psql', '-X', '-A', '-t', '-d', $primary->connstr('claims'), '-c', "$workers", '-c', $total], '<', \undef, '>', \$run_out, '2>', \$run_err);
ok($primary->poll_query_until('claims', $waiting), 'leader and workers wait');
$primary->safe_psql('claims', "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'parallel worker' LIMIT 1");
$run->finish;
like($run_err, qr/terminating background worker "parallel worker" due to administrator command/, 'a run ends when one of its workers is ended');
ok($primary->poll_query_until('claims', $none_left), 'and so does the other worker');
$lock->query_safe('ROLLBACK');
$lock->quit;
is($primary->safe_psql('claims', "$workers $total"), "$right|2", 'the next run is whole');

$primary->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->start;
$primary->wait_for_catchup($standby);
is($standby->safe_psql('claims', "$workers $total"), "$right|2", 'it works on a standby, with workers');
is($standby->safe_psql('claims', "SELECT md5(string_agg(x::text, '' ORDER BY x::text)) FROM $call x"), $primary->safe_psql('claims', "SELECT md5(string_agg(x::text, '' ORDER BY x::text)) FROM $call x"), 'where it says the same');
$standby->stop;

$primary->append_conf('postgresql.conf', 'max_worker_processes = 0');
$primary->restart;
is($primary->safe_psql('claims', "$workers $total"), "$right|0", 'where no worker is free the leader does it all');

$primary->stop;
done_testing();
