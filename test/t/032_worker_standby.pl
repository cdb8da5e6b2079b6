# On a standby no job runs until it is promoted.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use WorkerNode;

my $primary = worker_node('primary', -init => { allows_streaming => 1 }, 'assure.databases' => "'claims'");
add_database($primary, 'claims');
$primary->poll_query_until('claims', 'SELECT bool_and(last_ok_at IS NOT NULL) FROM assure_internal.job');
$primary->backup('copy');

my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'copy', has_streaming => 1);
$standby->start;
my $count = "SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'pg_assure%'";
my $runs = job($primary, 'claims', 'sweep', 'total_runs');
ok(job_is($primary, 'claims', 'sweep', "total_runs > $runs"), 'jobs run on the primary');
$primary->wait_for_catchup($standby);
is($standby->safe_psql('postgres', $count), '0', 'there is neither launcher nor worker on the standby');
is($standby->safe_psql('claims', "SELECT count(*) = (SELECT count(*) FROM assure_internal.job) FROM assure_bi.job_status"), 't', 'where the status can be read');

my $ask = "SELECT count(*) || ' ' || sum(served) FROM assure.coverage_detail('[2024-01-01,2025-01-01)', by => 'prefecture')";
is($standby->safe_psql('claims', $ask), $primary->safe_psql('claims', $ask), 'coverage is counted there');
is($standby->safe_psql('claims', 'SELECT count(*) FROM assure.check_coverage()'), '0', 'and checked');
my ($code, $out, $error) = $standby->psql('claims', 'SELECT assure.refresh_coverage()');
like($error, qr/writes, and this server is a standby/, 'the sets are not brought up there');

$primary->stop;
$runs = job($standby, 'claims', 'sweep', 'total_runs');
$standby->promote;
ok(job_is($standby, 'claims', 'sweep', "total_runs > $runs AND failures = 0"), 'jobs run there once it is promoted');

$standby->stop;
done_testing();
