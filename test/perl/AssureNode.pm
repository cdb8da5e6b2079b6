# Servers with the small company of test/sql-common, and what can be compared
# of two databases: the facts of the catalog, and the rows of every table.
package AssureNode;

use strict;
use warnings FATAL => 'all';

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Exporter 'import';
use IPC::Run;
use Test::More;

our @EXPORT = qw(assure_node company facts rows differences whole claims fails recovered);

# recovered waits until a server has put itself right after one of its backends was killed. The query is an argument and not
# standard input: psql leaves at once while the server takes nobody, and writing to it would fail.
sub recovered
{
	my ($node, $pid) = @_;
	my @ask = ('psql', '-X', '-A', '-t', '-d', $node->connstr('postgres'), '-c', "SELECT count(*) FROM pg_stat_activity WHERE pid = $pid");
	foreach (1 .. 1800)
	{
		my ($out, $err) = ('', '');
		return if IPC::Run::run(\@ask, '<', \undef, '>', \$out, '2>', \$err) && $out eq "0\n";
		select undef, undef, undef, 0.1;
	}
	die "the server did not come back";
}

# assure_node makes and starts a server; lines are added to its settings.
sub assure_node
{
	my ($name, %settings) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);
	$node->init(%{ delete $settings{-init} // {} });
	%settings = (autovacuum => 'off', log_statement => 'none', restart_after_crash => 'on', %settings);
	$node->append_conf('postgresql.conf', "$_ = $settings{$_}") foreach sort keys %settings;
	$node->start;
	return $node;
}

# company makes a database with the schema and the company; psql runs in the root of the tree.
sub company
{
	my ($node, $database) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $database TEMPLATE template0 ENCODING 'UTF8'");
	$node->safe_psql($database, "\\i test/sql-common/setup.psql\n\\i test/sql-common/company.psql");
	return;
}

# claims hands in so many claims of 100.00 each, refs PREFIX1 and on, of the members in turn.
sub claims
{
	my ($node, $database, $prefix, $count, @members) = @_;
	my $list = join ',', map { "'$_'" } (@members ? @members : 'G1');
	$node->safe_psql($database, "SELECT count(assure.submit_claim(t.claim('$prefix' || i, (ARRAY[$list])[1 + i % cardinality(ARRAY[$list])], '100.00'))) FROM generate_series(1, $count) i");
	return;
}

# whole is empty where books and hashes are whole.
sub whole
{
	my ($node, $database) = @_;
	return $node->safe_psql($database, 'SELECT t.whole()');
}

# fails runs a statement and returns SQLSTATE and message of its error, or 'none'.
sub fails
{
	my ($node, $database, $sql, @params) = @_;
	my ($status, $out, $err) = $node->psql($database, "\\set VERBOSITY verbose\n$sql", on_error_stop => 1, @params);
	return $status == 0 ? 'none' : $err =~ /(?:ERROR|FATAL):  (\w{5}): (.*)/ ? "$1 $2" : $err;
}

my $schemas = "('assure', 'assure_bi', 'assure_internal')";

# Every fact of the catalog that a dump or an upgrade could lose, a line each.
my $facts = <<"END";
SET search_path = pg_catalog;
WITH r AS (SELECT c.*, s.nspname || '.' || c.relname AS name FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname IN $schemas),
acls (what, name, owner, acl) AS (
	SELECT 'schema', nspname, nspowner, coalesce(nspacl, acldefault('n', nspowner)) FROM pg_namespace WHERE nspname IN $schemas
	UNION ALL SELECT 'relation', name, relowner, coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, relowner)) FROM r WHERE relkind IN ('r', 'p', 'v', 'S')
	UNION ALL SELECT 'column', name || '.' || attname, relowner, attacl FROM r JOIN pg_attribute a ON a.attrelid = r.oid WHERE attacl IS NOT NULL
	UNION ALL SELECT 'type', t.oid::regtype::text, typowner, coalesce(typacl, acldefault('T', typowner)) FROM pg_type t WHERE typnamespace::regnamespace::text IN $schemas AND typrelid = 0 AND typelem = 0
	UNION ALL SELECT 'routine', p.oid::regprocedure::text, proowner, coalesce(proacl, acldefault('f', proowner)) FROM pg_proc p WHERE pronamespace::regnamespace::text IN $schemas)
SELECT line FROM (
	SELECT format('schema %s owner %s comment %s', nspname, nspowner::regrole, obj_description(oid, 'pg_namespace')) AS line FROM pg_namespace WHERE nspname IN $schemas
	UNION ALL SELECT format('relation %s kind %s owner %s persistence %s rls %s %s options %s partition %s comment %s', name, relkind, relowner::regrole, relpersistence, relrowsecurity, relforcerowsecurity,
		(SELECT string_agg(o, ' ' ORDER BY o) FROM unnest(reloptions) o), pg_get_expr(relpartbound, oid), obj_description(oid, 'pg_class')) FROM r WHERE relkind NOT IN ('i', 'I', 't')
	UNION ALL SELECT format('column %s.%s %s %s not null %s default %s collation %s storage %s statistics %s comment %s', name, attname, (SELECT count(*) FROM pg_attribute b WHERE b.attrelid = r.oid AND b.attnum > 0 AND b.attnum <= a.attnum AND NOT b.attisdropped),
		format_type(atttypid, atttypmod), attnotnull, pg_get_expr(d.adbin, d.adrelid), attcollation::regcollation, attstorage, attstattarget, col_description(r.oid, attnum))
		FROM r JOIN pg_attribute a ON a.attrelid = r.oid AND attnum > 0 AND NOT attisdropped LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum WHERE relkind IN ('r', 'p', 'v', 'c')
	UNION ALL SELECT format('constraint %s %s %s validated %s', name, conname, pg_get_constraintdef(k.oid), convalidated) FROM pg_constraint k JOIN r ON r.oid = k.conrelid
		WHERE NOT (contype = 'f' AND conparentid <> 0)
	UNION ALL SELECT format('index %s valid %s %s', pg_get_indexdef(i.indexrelid), indisvalid, (SELECT reloptions FROM pg_class c WHERE c.oid = i.indexrelid)) FROM pg_index i JOIN r ON r.oid = i.indrelid WHERE r.relkind IN ('r', 'p')
	UNION ALL SELECT format('trigger %s enabled %s', pg_get_triggerdef(g.oid), tgenabled) FROM pg_trigger g JOIN r ON r.oid = g.tgrelid WHERE NOT tgisinternal
	UNION ALL SELECT format('policy %s %s %s %s %s using %s check %s', name, polname, polcmd, polpermissive, polroles::regrole[], pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) FROM pg_policy p JOIN r ON r.oid = p.polrelid
	UNION ALL SELECT format('view %s %s', name, pg_get_viewdef(oid)) FROM r WHERE relkind = 'v'
	UNION ALL SELECT format('sequence %s %s %s %s %s %s %s', name, seqtypid::regtype, seqstart, seqincrement, seqmin, seqmax, seqcycle) FROM pg_sequence q JOIN r ON r.oid = q.seqrelid
	UNION ALL SELECT format('routine %s owner %s %s %s %s %s %s cost %s rows %s config %s %s', p.oid::regprocedure, proowner::regrole, prokind, provolatile, proparallel, proisstrict, proleakproof, procost, prorows, proconfig,
		obj_description(p.oid, 'pg_proc')) || CASE WHEN prokind <> 'a' THEN pg_get_functiondef(p.oid) ELSE (SELECT format(' %s %s %s %s %s %s %s %s %s %s %s', aggtransfn, aggfinalfn, aggcombinefn, aggserialfn, aggdeserialfn,
			aggmtransfn, aggminvtransfn, aggmfinalfn, aggsortop::regoperator, aggtranstype::regtype, agginitval) FROM pg_aggregate WHERE aggfnoid = p.oid) END
		FROM pg_proc p WHERE pronamespace::regnamespace::text IN $schemas
	UNION ALL SELECT format('operator %s owner %s %s %s %s %s %s merges %s hashes %s', o.oid::regoperator, oprowner::regrole, oprcode, oprcom::regoperator, oprnegate::regoperator, oprrest, oprjoin, oprcanmerge, oprcanhash)
		FROM pg_operator o WHERE oprnamespace::regnamespace::text IN $schemas
	UNION ALL SELECT format('family %s %s operator %s %s', amname, opfname, amopstrategy, amopopr::regoperator) FROM pg_amop JOIN pg_opfamily f ON f.oid = amopfamily JOIN pg_am a ON a.oid = f.opfmethod WHERE opfnamespace::regnamespace::text IN $schemas
	UNION ALL SELECT format('family %s %s function %s %s %s %s', amname, opfname, amprocnum, amproclefttype::regtype, amprocrighttype::regtype, amproc::regprocedure)
		FROM pg_amproc JOIN pg_opfamily f ON f.oid = amprocfamily JOIN pg_am a ON a.oid = f.opfmethod WHERE opfnamespace::regnamespace::text IN $schemas
	UNION ALL SELECT format('type %s owner %s %s %s %s comment %s', t.oid::regtype, typowner::regrole, typtype, typcategory, typstorage, obj_description(t.oid, 'pg_type')) FROM pg_type t WHERE typnamespace::regnamespace::text IN $schemas
	UNION ALL SELECT format('cast %s %s %s %s', castsource::regtype, casttarget::regtype, castfunc::regprocedure, castcontext) FROM pg_cast
		WHERE EXISTS (SELECT FROM pg_type t WHERE t.oid IN (castsource, casttarget) AND typnamespace::regnamespace::text IN $schemas)
	UNION ALL SELECT format('member %s', pg_describe_object(classid, objid, objsubid)) FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
		AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_assure')
	UNION ALL SELECT format('extension %s schema %s owner %s', extname, extnamespace::regnamespace, extowner::regrole) FROM pg_extension WHERE extname = 'pg_assure'
	UNION ALL SELECT format('acl %s %s: %s %s grantable %s', what, name, coalesce(nullif(grantee, 0)::regrole::text, 'PUBLIC'), privilege_type, is_grantable) FROM acls, aclexplode(acl) WHERE grantee <> owner
) x ORDER BY line COLLATE "C"
END

# facts returns the lines of a database; members' own definitions count too.
sub facts
{
	my ($node, $database) = @_;
	return [ split /\n(?=schema |relation |column |constraint |index |trigger |policy |view |sequence |routine |operator |family |type |cast |member |extension |acl )/, $node->safe_psql($database, $facts) ];
}

# rows returns for every table its number of rows and a hash over them, for every sequence its state.
sub rows
{
	my ($node, $database) = @_;
	return [ split /\n/, $node->safe_psql($database, <<"END") ];
SET search_path = pg_catalog;
SELECT format('SELECT %L, count(*), md5(string_agg(md5(x::text), '''' ORDER BY x::text COLLATE "C")) FROM %I.%I x', c.relname, s.nspname, c.relname)
	FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname IN $schemas AND c.relkind IN ('r', 'p') ORDER BY s.nspname, c.relname COLLATE "C" \\gexec
SELECT format('SELECT %L, last_value, is_called FROM %I.%I', c.relname, s.nspname, c.relname)
	FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname IN $schemas AND c.relkind = 'S' ORDER BY s.nspname, c.relname COLLATE "C" \\gexec
END
}

# differences says what only one of two lists has; empty where they are the same.
sub differences
{
	my ($one, $other) = @_;
	my (%one, %other);
	@one{@$one} = ();
	@other{@$other} = ();
	my @lines = ((map { "- $_" } grep { !exists $other{$_} } @$one), (map { "+ $_" } grep { !exists $one{$_} } @$other));
	return @lines > 40 ? join("\n", @lines[ 0 .. 39 ], '... ' . @lines . ' lines') : join "\n", @lines;
}

1;
