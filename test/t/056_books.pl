# The books where they commit and where nothing can be written: a re-run of
# everybody on a plan commits as it goes and is killed in the middle of it; what
# is asked of the books is asked of a standby.

use strict;
use warnings FATAL => 'all';

use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use AssureNode;

my $node = assure_node('books', -init => { allows_streaming => 1 });
company($node, 'claims');

sub ask { return $node->safe_psql('claims', $_[0]); }

# 120 certificates of one person each, more than two chunks; two claims of each, 1,000.00 and 2,000.00: 400.00 and 1,600.00 are paid.
ask(q{SELECT count(assure.enroll(jsonb_build_object('policy', 'P-GD', 'certificate', 'L' || i, 'member_ref', 'L' || i, 'name', 'x', 'birth_date', '1980-01-01', 'sex', 'F',
		'region', '440305', 'plan', 'STD', 'relationship', 'self', 'enrolled_on', '2024-01-01'))) FROM generate_series(1, 120) i});
ask(q{SELECT count(assure.submit_claim(t.claim(x || i, 'L' || i, amount, jsonb_build_object('policy', 'P-GD', 'event_date', day))))
	FROM generate_series(1, 120) i, (VALUES ('A', '1000.00', '2024-03-10'), ('B', '2000.00', '2024-03-12')) v (x, amount, day)});
ask('CALL assure.adjudicate_batch()');
is(ask('SELECT sum(paid_fen) FROM assure.decision'), 120 * 200000, 'claims are paid');

# Refused.
is(fails($node, 'claims', 'BEGIN; CALL assure.rerun_plan(\'STD\', \'2024-01-01\', false)'), '25001 assure.rerun_plan() commits as it goes and cannot run inside a transaction block', 'not in a transaction block');
is(fails($node, 'claims', 'CALL assure.rerun_plan(\'X\', \'2024-01-01\')'), 'P0002 plan "X" does not exist', 'a plan that is there');
is(fails($node, 'claims', 'CALL assure.rerun_plan(NULL, \'2024-01-01\')'), '22004 plan and from_date must not be NULL', 'of a name');
is(fails($node, 'claims', 'CALL assure.rerun_plan(\'STD\', \'-infinity\')'), '22023 from_date must be a day, not infinity', 'from a day');

# Better terms for the past: 90 % instead of 80.
ask(q{SELECT assure.publish_plan('STD', 'Standard', '{"name": "Standard", "benefits": [{"code": "OP", "kind": "expense",
	"steps": [{"deductible": {"per": "year", "amount": "500.00"}}, {"coinsurance": [{"pay": "0.9"}]}, {"limit": {"per": "year", "amount": "10000.00"}}]}]}', '2024-01-02')});
is(ask('SELECT count(*), min(cause), max(cause) FROM assure.rerun_needed()'), '120|terms|terms', 'all of them call for a re-run');
is(ask(q{CALL assure.rerun_plan('STD', '2024-01-01')}), '122|240|240|240000.00|270000.00|0', 'tried: what it would come to');
is(ask('SELECT count(*) FROM assure.claim_rerun'), '0', 'and nothing is written');

# Killed in the second chunk.
ask(<<'END');
CREATE FUNCTION t.brake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(1) FROM assure.account a WHERE a.account_id = NEW.account_id AND a.ref = 'L70';
	RETURN NEW;
END $$;
CREATE TRIGGER brake BEFORE INSERT ON assure.claim_rerun FOR EACH ROW EXECUTE FUNCTION t.brake();
END
my $holder = $node->background_psql('claims');
$holder->query_safe('SELECT pg_advisory_lock(1)');
my ($in, $out, $err) = ('', '', '');
my $run = IPC::Run::start([ 'psql', '-X', '-A', '-t', '-d', $node->connstr('claims'), '-c', q{CALL assure.rerun_plan('STD', '2024-01-01', false)} ], '<', \$in, '>', \$out, '2>', \$err);
my $waits = q{FROM pg_stat_activity WHERE wait_event = 'advisory' AND query LIKE '%rerun_plan%'};
$node->poll_query_until('claims', "SELECT count(*) = 1 $waits") or die 'the run did not come to the lock';
my $pid = ask("SELECT pid $waits");
kill 'KILL', $pid;
$run->finish;
eval { $holder->quit };
recovered($node, $pid);
is(ask('SELECT count(*) FROM assure.claim_rerun'), '50', 'killed: the first chunk is kept');
is(whole($node, 'claims'), '', 'the books are whole');
ask('DROP TRIGGER brake ON assure.claim_rerun');
my ($claims, $changed, $paid) = (ask(q{CALL assure.rerun_plan('STD', '2024-01-01', false)}) =~ /^122\|(\d+)\|(\d+)\|[\d.]+\|([\d.]+)\|0$/);
is("$claims $paid", '240 270000.00', 'run again, all of it is done');
cmp_ok($changed, '<', 240, 'what was kept is not done twice');
is(ask(q{CALL assure.rerun_plan('STD', '2024-01-01', false)}), '122|240|0|270000.00|270000.00|0', 'a third run changes nothing');
is(ask('SELECT count(*) FROM assure.rerun_needed()'), '0', 'nobody calls for a re-run');
is(whole($node, 'claims'), '', 'the books are whole');

# A certificate whose re-run fails is left as it is, and keeps no other from being re-run.
ask(<<'END');
CREATE FUNCTION t.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF (SELECT ref FROM assure.account a WHERE a.account_id = NEW.account_id) IN ('L7', 'L70') THEN
		RAISE EXCEPTION 'not this one' USING ERRCODE = '22000';
	END IF;
	RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON assure.claim_rerun FOR EACH ROW EXECUTE FUNCTION t.refuse();
END
ask(q{SELECT assure.reverse_claim('A' || i, 'x') FROM generate_series(5, 9) i});
is(ask(q{CALL assure.rerun_plan('STD', '2024-01-01', false)}), '120|232|4|263700.00|261900.00|2', 'two of them fail, the others are done');
is(ask(q{SELECT count(*) FROM assure.rerun_needed()}), '1', 'and who still calls for it is named');
ask('DROP TRIGGER refuse ON assure.claim_rerun');
is(whole($node, 'claims'), '', 'the books are whole');

# Several at once, and an adjudication of a family between them.
ask(q{SELECT assure.reverse_claim('A' || i, 'x') FROM generate_series(1, 120) i WHERE i NOT BETWEEN 5 AND 9});
my @running = map { my ($i, $o, $e) = ('', '', ''); IPC::Run::start([ 'psql', '-X', '-A', '-t', '-d', $node->connstr('claims'), '-c', q{CALL assure.rerun_plan('STD', '2024-01-01', false)} ], '<', \$i, '>', \$o, '2>', \$e) } 1 .. 3;
$_->finish foreach @running;
is((grep { $_->result(0) != 0 } @running), 0, 'at once: three runs end well');
is(ask(q{SELECT count(*), min(s.paid), max(s.paid) FROM generate_series(1, 120) i, assure.claim_status('B' || i) s}), '120|1350.00|1350.00', 'each claim is paid as the first of the year');
is(ask(q{SELECT count(*) FROM assure.decision WHERE origin = 'rerun' GROUP BY claim_id ORDER BY 1 DESC LIMIT 1}), '2', 'and was decided once more');
is(whole($node, 'claims'), '', 'the books are whole');

# A standby.
$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
sub look { return $standby->safe_psql('claims', $_[0]); }
is(look('SELECT pg_is_in_recovery()'), 't', 'on a standby:');
is(look(q{SELECT q ->> 'verdict', q ->> 'payable' FROM assure.quote('P-GD', 'L1', t.claim('Q', 'L1', '100.00', '{"policy": "P-GD"}')) q}), 'approve|90.00', 'quote');
is(look(q{SELECT count(*) FROM assure.explain_claim('B1')}), '7', 'explain_claim');
is(look(q{SELECT string_agg(finding, ' ') FROM assure.replay('B1')}), 'identical identical identical', 'replay');
is(look(q{SELECT claim_ref, is_changed FROM assure.rerun('P-GD', 'L1', '2024-01-01')}), 'B1|f', 'a dry run');
is(look('SELECT count(*) FROM assure.rerun_needed()'), '0', 'rerun_needed');
is(look('SELECT t.whole()'), '', 'check_books, audit_verify');
like(fails($standby, 'claims', $_), qr/^25006 /, "not: $_")
	foreach (q{SELECT assure.reverse_claim('B1', 'x')}, q{SELECT assure.readjudicate('B1', 'x')}, q{SELECT * FROM assure.rerun('P-GD', 'L1', '2024-01-01', false)});

$standby->stop;
done_testing();
