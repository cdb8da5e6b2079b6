# Servers for the tests of the background workers.
package WorkerNode;

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Exporter 'import';

our @EXPORT = qw(worker_node add_database stub job job_is wake log_count ROLE);

# The role that the workers connect as.
use constant ROLE => 'assure_jobs';

my %procedure_of = (adjudicate => 'adjudicate_batch', dispatch => 'dispatch', sweep => 'sla_sweep');

# worker_node makes and starts a server with the roles; lines are added to its settings.
sub worker_node
{
	my ($name, %settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(%{ delete $settings{-init} // {} });
	%settings = (
		shared_preload_libraries => "'pg_assure'",
		'assure.worker_role'     => "'" . ROLE . "'",
		restart_after_crash      => 'on',
		log_statement            => 'none',
		autovacuum               => 'off',
		%settings);
	$node->append_conf('postgresql.conf', "$_ = $settings{$_}") foreach sort keys %settings;
	$node->start;
	$node->safe_psql('postgres', 'CREATE ROLE assure_owner; CREATE ROLE ' . ROLE . ' LOGIN');
	return $node;
}

# add_database makes a database in which jobs can run.
sub add_database
{
	my ($node, $name) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $name TEMPLATE template0 ENCODING 'UTF8'")
	  unless $node->safe_psql('postgres', "SELECT 1 FROM pg_database WHERE datname = '$name'");
	$node->safe_psql($name, "CREATE EXTENSION pg_assure; SELECT assure.create_schema('assure_owner');"
		. " SELECT assure.grant_access('" . ROLE . "', 'admin'); CREATE TABLE trace (job text, note text); GRANT ALL ON trace TO PUBLIC");
	return;
}

# stub has a job run PL/pgSQL statements instead of its own procedure.
sub stub
{
	my ($node, $database, $job, $statements) = @_;
	my $name = $procedure_of{$job};
	$node->safe_psql($database, <<"END");
DO \$do\$ BEGIN
	IF to_regproc('assure.${name}_shipped') IS NULL THEN
		ALTER PROCEDURE assure.$name RENAME TO ${name}_shipped;
	END IF;
END \$do\$;
CREATE OR REPLACE PROCEDURE assure.$name() LANGUAGE plpgsql AS \$body\$ BEGIN $statements END \$body\$;
GRANT EXECUTE ON PROCEDURE assure.$name() TO PUBLIC;
END
	return;
}

# job returns a column of a job's row.
sub job
{
	my ($node, $database, $job, $column) = @_;
	return $node->safe_psql($database, "SELECT $column FROM assure_internal.job WHERE name = '$job'");
}

# job_is waits until a condition on a job's row holds.
sub job_is
{
	my ($node, $database, $job, $condition) = @_;
	return $node->poll_query_until($database, "SELECT $condition FROM assure_internal.job WHERE name = '$job'");
}

# wake has the workers look at a database.
sub wake
{
	my ($node, $database) = @_;
	$node->safe_psql($database, "SELECT assure.resume('housekeep')");
	return;
}

# log_count counts the lines of the server's log, from an offset, that match.
sub log_count
{
	my ($node, $pattern, $offset) = @_;
	my $log = slurp_file($node->logfile, $offset // 0);
	return scalar(() = $log =~ /$pattern/g);
}

1;
