# Restored = dumped: what pg_dump writes, as the role with the scope backup and
# as superuser, comes back with every row, sequence, privilege, policy, trigger
# and comment, and work goes on there. Every table has a row.

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;
use ShiftedClock;
use Truths;

clock_prepare();
my $node = assure_node('restore');
my $dump = "$PostgreSQL::Test::Utils::tmp_check/dump";

# A database in the middle of its life: decided, in review, failed, waiting; a role for each scope; a DBA's own index, setting and comment.
sub live
{
	my ($database) = @_;
	$node->safe_psql($database, <<'END');
SELECT t.new_role(scope, scope) FROM unnest('{bi,operator,proxy,supervisor,auditor,admin,backup}'::text[]) scope;
SELECT assure.grant_branch(t.role('operator'), 'BJ');
SELECT assure.set_worker_login(t.role('operator'), 'W-BJ');
SELECT assure.publish_plan('LATE', 'Late', '{"name": "Late", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '2024-04-01');
SELECT assure.enroll('{"policy": "P-GD", "certificate": "G2", "member_ref": "G2", "name": "x", "birth_date": "1980-01-01", "sex": "F", "region": "440305", "plan": "LATE", "relationship": "self", "enrolled_on": "2024-01-01"}');
SELECT assure.submit_claim(t.claim('FAILS', 'G2', '30.00'));
SELECT count(assure.submit_claim(t.claim('C' || i, (ARRAY['M1', 'M2', 'M3', 'S1', 'G1'])[1 + i % 5], i || '0.00'), 'request ' || i)) FROM generate_series(1, 40) i;
SELECT assure.adjudicate_pending(30);
SELECT assure.submit_claim(t.claim('BIG', 'M1', '9000.00')), assure.adjudicate('BIG');
SELECT assure.order_service('{"ref": "O1", "policy": "P-BJ", "member_ref": "M1", "service": "opinion", "requested_at": "2024-05-01T00:00:00Z"}'), assure.finish_service('O1', '2024-05-02');
SELECT assure.load_regions(E'code,name,kind,valid_from_year\n440399,New,county,2025', 'own');
INSERT INTO assure.holiday_local VALUES ('2027-01-01', 'New Year', 'holiday');
CREATE TABLE t.place (r assure.region PRIMARY KEY, name text DEFAULT assure.region_level('440305'), CHECK (r OPERATOR(assure.<@) '440000'));
INSERT INTO t.place VALUES ('440399'), ('440300');
GRANT SELECT ON t.place TO PUBLIC;
CREATE INDEX dba_index ON assure.claim (received_at);
ALTER TABLE assure.policy SET (autovacuum_vacuum_scale_factor = 0.01);
COMMENT ON TABLE assure.claim IS 'our own words';
SELECT assure.assign_task(k.task_id, 'W-BJ', 'big') FROM assure.task k JOIN assure.claim c ON k.subject_kind = 'claim' AND c.claim_id = k.subject_id WHERE c.ref = 'BIG';
CALL assure.sla_sweep();
CALL assure.dispatch();
END
	return;
}

# same compares a restored database with its origin, then works in it.
sub same
{
	my ($origin, $restored, $how) = @_;
	is(differences(facts($node, $origin), facts($node, $restored)), '', "$how: the catalog is the same");
	is(differences(rows($node, $origin), rows($node, $restored)), '', "$how: rows and sequences are the same");
	is($node->safe_psql($restored, 'SELECT assure.upgrade_schema()'), '0', "$how: there is nothing to upgrade");
	is(differences(facts($node, $origin), facts($node, $restored)), '', "$how: and what it grants again is what was granted");
	is(whole($node, $restored), '', "$how: books and hashes are whole");
	is($node->safe_psql($restored, 'SELECT count(*) FROM assure.check_coverage()'), '0', "$how: so are the sets of coverage");
	is($node->safe_psql($restored, 'SELECT count(*) FROM assure.claim', extra_params => [ '-U', "${origin}_operator" ]),
		$node->safe_psql($origin, 'SELECT count(*) FROM assure.claim', extra_params => [ '-U', "${origin}_operator" ]), "$how: an operator sees the same claims");
	cmp_ok($node->safe_psql($restored, 'SELECT assure.adjudicate_pending()', extra_params => [ '-U', "${origin}_supervisor" ]), '>', 0, "$how: what waited is adjudicated");
	is($node->safe_psql($restored, "SELECT assure.submit_claim(t.claim('NEW', 'M2', '10.00')) > (SELECT max(claim_id) FROM assure.claim WHERE ref <> 'NEW'), assure.adjudicate('NEW')", extra_params => [ '-U', "${origin}_operator" ]),
		't|approve', "$how: new claims come after the old ones");
	is($node->safe_psql($restored, "SELECT assure.submit_claim(t.claim('C1', 'M2', '10.00'), 'request 1') = (SELECT claim_id FROM assure.claim WHERE ref = 'C1')"), 't', "$how: a retry of an old request has its answer");
	is($node->safe_psql($restored, "SELECT assure.decide_claim('BIG', 'deny')", extra_params => [ '-U', "${origin}_operator" ]), '2', "$how: a person decides what was in review");
	like(fails($node, $restored, 'DELETE FROM assure.decision'), qr/^AS005 /, "$how: append-only is kept");
	$node->safe_psql($restored, 'CALL assure.dispatch(); CALL assure.sla_sweep(); CALL assure.merge_coverage(); CALL assure.order_payments(); CALL assure.refresh_match_measures(); SELECT assure.seal_audit(), assure.check_health()');
	is($node->safe_psql($restored, 'SELECT count(*) FROM assure.check_coverage()'), '0', "$how: coverage is merged");
	is(whole($node, $restored), '', "$how: the books are whole again");
	return;
}

# Five weeks ago something in every room, and some work ten days ago; by now its deadlines are over, its month is closed, somebody is erased.
clock_set(-35 * 86400);
company($node, 'plain');
$node->safe_psql('plain', '\i test/sql-common/every_room.psql');
clock_set(-10 * 86400);
$node->safe_psql('plain', 'SELECT count(t.submit(n)) FROM generate_series(0, 29) n; CALL assure.adjudicate_batch()');
clock_set(0);
live('plain');
$node->safe_psql('plain', <<'END');
SELECT assure.forecast_arrivals(), assure.close_settlement((now() AT TIME ZONE 'Asia/Shanghai' - interval '35 days')::date);
SELECT count(*) FROM assure.end_enrollment('P-GD', 'G9', '2024-06-01');
SELECT assure.erase_person('P-GD', 'G9', 'letter 1');
SELECT count(*) FROM assure.take_notifications('portal');
SELECT t.serve(7), assure.cancel_service('SE');
GRANT SELECT ON ALL TABLES IN SCHEMA t TO plain_backup;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA t TO plain_backup;
END
is($node->safe_psql('plain', "SELECT string_agg(split_part(c, ' ', 1), ', ') FROM t.counts() c WHERE c LIKE '% 0'"), 'assure.audit_drop, assure.invalidation_marker', 'every table has a row, but what has none without partitions, and what never has');
is(falsehoods($node, 'plain'), '', 'and all is whole');
is($node->safe_psql('plain', "SELECT string_agg(DISTINCT state, ' ' ORDER BY state) FROM assure_bi.claim"), 'approved denied failed in_review waiting', 'claims are in many states');

# As the backup role, to a script, by psql.
$node->command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-U', 'plain_backup', '-f', "$dump.sql", 'plain' ], 'the backup role can dump');
$node->safe_psql('postgres', "CREATE DATABASE by_backup TEMPLATE template0 ENCODING 'UTF8'");
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', $node->host, '-p', $node->port, '-d', 'by_backup', '-f', "$dump.sql" ], 'its dump is restored without an error');
same('plain', 'by_backup', 'backup role');

# As superuser, to an archive, by pg_restore in parallel.
$node->command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-Fc', '-f', "$dump.custom", 'plain' ], 'a superuser can dump');
$node->safe_psql('postgres', "CREATE DATABASE by_super TEMPLATE template0 ENCODING 'UTF8'");
$node->command_ok([ 'pg_restore', '--exit-on-error', '-j', '2', '-h', $node->host, '-p', $node->port, '-d', 'by_super', "$dump.custom" ], 'and restore in parallel');
same('plain', 'by_super', 'superuser');

# A dump of a dump is the same dump.
$node->command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-f', "$dump.origin.sql", 'plain' ], 'dumped again');
# Each dump has a random key of its own in \restrict.
my @texts = map { slurp_file("$dump.$_") =~ s/^\\(un)?restrict .*$//gmr } qw(sql origin.sql);
ok($texts[0] eq $texts[1], 'whoever dumps, it is the same');

# Roles without the scope cannot.
foreach my $scope (qw(bi operator supervisor auditor admin))
{
	$node->command_fails([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-U', "plain_$scope", '-f', '/dev/null', 'plain' ], "the scope $scope is not for dumps");
}

# With partitions, those made after the role got its scope too.
$node->safe_psql('postgres', "CREATE DATABASE parts TEMPLATE template0 ENCODING 'UTF8'");
(my $setup = slurp_file('test/sql-common/setup.psql')) =~ s/create_schema\(:'owner', 'Asia\/Shanghai'\)/create_schema(:'owner', 'Asia\/Shanghai', 1000)/;
$node->safe_psql('parts', "$setup\n\\i test/sql-common/company.psql");
live('parts');
claims($node, 'parts', 'P', 2500, 'G1', 'S1');
$node->safe_psql('parts', 'SELECT assure.adjudicate_pending(2000)');
$node->safe_psql('parts', 'SELECT assure.housekeep()');
cmp_ok($node->safe_psql('parts', "SELECT count(*) FROM pg_inherits WHERE inhparent = 'assure.claim'::regclass"), '>=', 2, 'the table of claims has partitions');
$node->command_ok([ 'pg_dump', '-h', $node->host, '-p', $node->port, '-U', 'parts_backup', '-f', "$dump.parts.sql", 'parts' ], 'with partitions the backup role can dump');
$node->safe_psql('postgres', "CREATE DATABASE parts_again TEMPLATE template0 ENCODING 'UTF8'");
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-h', $node->host, '-p', $node->port, '-d', 'parts_again', '-f', "$dump.parts.sql" ], 'and that is restored');
same('parts', 'parts_again', 'partitions');

$node->stop;
done_testing();
