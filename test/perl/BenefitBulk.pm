# Cases in bulk on a server: loaded by COPY, evaluated by one statement, and what
# must hold of every result, whatever the terms.
package BenefitBulk;

use strict;
use warnings FATAL => 'all';
use BenefitCases;
use Exporter 'import';

our @EXPORT = qw(bulk_schema bulk_load differing faulty identity_load identity_round);

# Functions of the schema t: they run on results of assure.evaluate().
my $schema = <<'END_OF_SQL';
CREATE EXTENSION pg_assure;
SET jit = off;
CREATE SCHEMA t;

-- evaluated() is the result, or its error as {"error": ..}.
CREATE FUNCTION t.evaluated(terms text, claim jsonb, used jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
	RETURN assure.evaluate(terms::assure.terms, claim, used);
EXCEPTION WHEN OTHERS THEN
	RETURN jsonb_build_object('error', SQLSTATE || ' ' || SQLERRM);
END $$;

-- without_text() is a result without the words of its reasons.
CREATE FUNCTION t.without_text(result jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	SELECT CASE WHEN result ? 'reasons' THEN jsonb_set(result, '{reasons}',
		(SELECT coalesce(jsonb_agg(r.value - 'text' ORDER BY r.ordinality), '[]') FROM jsonb_array_elements(result->'reasons') WITH ORDINALITY r)) ELSE result END $$;

-- paid_in_turn() is what is paid for claims one after the other; those of a family keep of the counters what the family shares.
CREATE FUNCTION t.paid_in_turn(terms text, claims jsonb[], family boolean) RETURNS text[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	used jsonb := '{}';
	paid text[] := '{}';
	claim jsonb;
	result jsonb;
BEGIN
	FOREACH claim IN ARRAY claims LOOP
		result := t.evaluated(terms, claim, used);
		paid := paid || coalesce(result->>'paid', result->>'error');
		used := result->'used';
		IF family THEN
			SELECT coalesce(jsonb_object_agg(key, value), '{}') INTO used FROM jsonb_each(used) WHERE key LIKE '%@family';
		END IF;
	END LOOP;
	RETURN paid;
END $$;

-- The limits of terms: whose counter, per, what, at most; of visits and claims the benefit that has it.
CREATE FUNCTION t.limits(terms jsonb) RETURNS TABLE (benefit text, counter text, per text, measure text, most numeric, whole boolean) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	WITH step AS (
		SELECT b.value->>'code' AS benefit, coalesce(u.value->'limit', s.value->'limit') AS content,
			coalesce(s.value->>'use', (b.value->>'code') || coalesce('.' || (s.value->'limit'->>'code'), '')) AS name
		FROM jsonb_array_elements(terms->'benefits') b, jsonb_array_elements(b.value->'steps') s
			LEFT JOIN jsonb_each(terms->'shared') u ON u.key = s.value->>'use')
	SELECT benefit, name || p.suffix, content->>'per', CASE WHEN content ? 'amount' THEN 'amount' WHEN content ? 'count' THEN 'count' ELSE 'days' END, p.most, NOT content ? 'categories'
	FROM step, LATERAL (VALUES
		(CASE WHEN content->>'scope' = 'family' THEN '@family' ELSE '' END, coalesce(content->>'amount', content->>'count', content->>'days')::numeric),
		('@family', (content->>'family_amount')::numeric)) p (suffix, most)
	WHERE content IS NOT NULL AND p.most IS NOT NULL $$;

-- What is looked at: results with what they came from.
CREATE UNLOGGED TABLE t.terms (id bigint PRIMARY KEY, terms jsonb NOT NULL);
CREATE UNLOGGED TABLE t.claim (id bigint PRIMARY KEY, claim jsonb NOT NULL);
CREATE UNLOGGED TABLE t.result (id bigserial PRIMARY KEY, terms_id bigint, claim_id bigint, used jsonb, result jsonb);

-- What follows from terms and claims alone, made by t.prepare().
CREATE UNLOGGED TABLE t.most (terms_id bigint, benefit text, counter text, per text, measure text, most numeric, whole boolean);
CREATE UNLOGGED TABLE t.owed (claim_id bigint, no text, amount numeric, others numeric);
CREATE FUNCTION t.prepare() RETURNS void LANGUAGE sql AS $$
	TRUNCATE t.most, t.owed;
	INSERT INTO t.most SELECT id, l.* FROM t.terms, t.limits(terms) l;
	INSERT INTO t.owed SELECT c.id, b.value->>'no', (SELECT sum((i.value->>'amount')::numeric) FROM jsonb_array_elements(b.value->'items') i),
		(SELECT sum(coalesce((b.value->>p)::numeric, (SELECT sum((i.value->>p)::numeric) FROM jsonb_array_elements(b.value->'items') i), 0)) FROM unnest(ARRAY['social_paid', 'other_paid']) p)
		FROM t.claim c, jsonb_array_elements(c.claim->'bills') b;
	ANALYZE t.terms, t.claim, t.most, t.owed;
$$;

-- What does not hold: amounts add up, none is negative, lines and reasons agree
-- with rows, nobody gets more than is open, no limit is passed, no counter goes back.
CREATE VIEW t.fault AS
	WITH bill AS MATERIALIZED (SELECT r.id, r.terms_id, r.claim_id, b.value->>'no' AS no, b.value->'items' AS items, b.value->'benefits' AS rows FROM t.result r, jsonb_array_elements(r.result->'bills') b),
	line AS MATERIALIZED (SELECT bill.id, bill.terms_id, bill.claim_id, bill.no, b.* FROM bill,
		jsonb_to_recordset(rows) b (code text, submitted numeric, ineligible numeric, "offset" numeric, deductible numeric, copay numeric, coinsurance numeric, over_limit numeric, paid numeric)),
	paid AS MATERIALIZED (SELECT id, claim_id, no, sum(paid) AS paid FROM line GROUP BY id, claim_id, no),
	fixed AS MATERIALIZED (SELECT r.id, f.* FROM t.result r, jsonb_to_recordset(r.result->'fixed') f (code text, paid numeric)),
	reason AS MATERIALIZED (SELECT r.id, e.bill, e.benefit, sum(e.amount) AS amount FROM t.result r, jsonb_to_recordset(r.result->'reasons') e (bill text, benefit text, amount numeric)
		WHERE e.bill IS NOT NULL GROUP BY r.id, e.bill, e.benefit),
	whole AS (SELECT id, claim_id, result->>'outcome' AS outcome, (result->>'paid')::numeric AS paid, (result->>'submitted')::numeric AS submitted FROM t.result WHERE NOT result ? 'error')
	SELECT id, 'identity ' || code AS fault FROM line WHERE submitted <> ineligible + "offset" + deductible + copay + coinsurance + over_limit + paid
	UNION ALL SELECT id, 'negative ' || code FROM line WHERE least(submitted, ineligible, "offset", deductible, copay, coinsurance, over_limit, paid) < 0
	UNION ALL SELECT id, 'negative ' || code FROM fixed WHERE paid < 0
	UNION ALL SELECT id, 'lines of ' || no FROM bill LEFT JOIN paid USING (id, no), LATERAL (SELECT sum((i.value->>'paid')::numeric) AS sum, min((i.value->>'paid')::numeric) AS least FROM jsonb_array_elements(items) i) i
		WHERE i.sum <> coalesce(paid, 0) OR i.least < 0
	UNION ALL SELECT id, 'paid' FROM whole LEFT JOIN (SELECT id, sum(paid) AS rows FROM (SELECT id, paid FROM paid UNION ALL SELECT id, paid FROM fixed) x GROUP BY id) y USING (id) WHERE paid <> coalesce(rows, 0)
	UNION ALL SELECT id, 'outcome' FROM whole WHERE (outcome = 'pay') <> (paid > 0)
	UNION ALL SELECT id, 'submitted' FROM whole LEFT JOIN (SELECT claim_id, sum(amount) AS amount FROM t.owed GROUP BY claim_id) o USING (claim_id) WHERE submitted <> coalesce(amount, 0)
	UNION ALL SELECT id, 'submitted ' || code FROM line JOIN t.owed USING (claim_id, no) WHERE submitted <> amount
	UNION ALL SELECT id, 'indemnity ' || no FROM paid JOIN t.owed USING (claim_id, no) WHERE others + paid > amount
	UNION ALL SELECT line.id, 'reasons ' || code FROM line LEFT JOIN reason r ON r.id = line.id AND r.bill = line.no AND r.benefit = line.code WHERE submitted - paid <> coalesce(r.amount, 0)
	UNION ALL SELECT r.id, 'limit ' || counter || ' ' || p.key FROM t.result r JOIN t.most USING (terms_id), jsonb_each(r.result->'used'->counter) p
		WHERE p.key LIKE per || '%' AND per IN ('year', 'lifetime') AND (p.value->>measure)::numeric > greatest(most.most, (r.used->counter->p.key->>measure)::numeric)
	UNION ALL SELECT id, 'limit of visit ' || benefit FROM t.most JOIN line ON line.terms_id = most.terms_id AND line.code = benefit WHERE per = 'visit' AND measure = 'amount' AND whole AND paid > most.most
	UNION ALL SELECT id, 'limit of claim ' || benefit FROM t.most JOIN (SELECT id, terms_id, code, sum(paid) AS paid FROM line GROUP BY id, terms_id, code) x ON x.terms_id = most.terms_id AND x.code = benefit
		WHERE per = 'claim' AND measure = 'amount' AND whole AND paid > most.most
	UNION ALL SELECT r.id, 'counter back ' || c.key FROM t.result r, jsonb_each(r.used) c, jsonb_each(c.value) p, jsonb_each(p.value) m
		WHERE NOT r.result ? 'error' AND m.key IN ('amount', 'count', 'deductible', 'base', 'member', 'days') AND coalesce((r.result->'used'->c.key->p.key->>m.key)::numeric, 0) < (m.value #>> '{}')::numeric;

-- pair() fills t.result with the claims of families under other families' terms, one after the other.
CREATE FUNCTION t.pair(shift int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	pair record;
	one record;
	counters jsonb;
	outcome jsonb;
	families int := (SELECT count(*) FROM t.terms);
BEGIN
	TRUNCATE t.result;
	FOR pair IN SELECT t.id, t.terms::text::assure.terms AS terms, 1 + (t.id + shift) % families AS family FROM t.terms t ORDER BY t.id LOOP
		counters := '{}';
		FOR one IN SELECT c.id, c.claim FROM t.claim c WHERE c.id BETWEEN pair.family * 1000 AND pair.family * 1000 + 999 ORDER BY c.id LOOP
			outcome := assure.evaluate(pair.terms, one.claim, counters);
			INSERT INTO t.result (terms_id, claim_id, used, result) VALUES (pair.id, one.id, counters, outcome);
			counters := outcome->'used';
		END LOOP;
	END LOOP;
END $$;

CREATE TABLE t.sample (seed bigint, number int, terms text, claim jsonb, used jsonb, expected jsonb, PRIMARY KEY (seed, number));
END_OF_SQL

# bulk_schema makes extension, functions and table; $sql runs a script.
sub bulk_schema
{
	my ($sql) = @_;
	$sql->($schema);
	return;
}

# bulk_load loads the cases of seeds by one COPY, and returns their number.
sub bulk_load
{
	my ($sql, @seeds) = @_;
	my $count = 0;
	my @lines;
	foreach my $seed (@seeds)
	{
		foreach my $case (family_cases($seed))
		{
			push @lines, copy_line($seed, $case->{number}, $case->{terms}, $case->{claim}, $case->{used}, json($case->{result}));
			$count++;
		}
	}
	$sql->("TRUNCATE t.sample;\nCOPY t.sample FROM stdin;\n" . join('', @lines) . "\\.\n");
	return $count;
}

# What of a result is compared, one after the other.
my $differing = <<'END_OF_SQL';
WITH r AS MATERIALIZED (SELECT s.*, t.without_text(t.evaluated(terms, claim, used)) AS got FROM t.sample s)
SELECT jsonb_build_object('seed', seed, 'number', number, 'terms', terms::jsonb, 'claim', claim, 'used', used, 'got', got, 'expected', expected)
FROM r WHERE NOT (got = expected OR got ? 'error' AND expected ? 'error') ORDER BY seed, number
END_OF_SQL

# differing returns the cases whose result is not what the slow evaluator says, as JSON texts.
sub differing
{
	my ($sql) = @_;
	return split /\n/, $sql->($differing);
}

# faulty returns what does not hold of the cases' results.
sub faulty
{
	my ($sql) = @_;
	return split /\n/, $sql->(<<'END_OF_SQL');
SET jit = off;
TRUNCATE t.terms, t.claim, t.result;
INSERT INTO t.terms SELECT DISTINCT seed, terms::jsonb FROM t.sample;
INSERT INTO t.claim SELECT seed * 1000 + number, claim FROM t.sample;
INSERT INTO t.result (terms_id, claim_id, used, result) SELECT seed, seed * 1000 + number, used, t.evaluated(terms, claim, used) FROM t.sample;
DO 'BEGIN PERFORM t.prepare(); END';
SELECT terms_id AS seed, claim_id % 1000 AS number, fault FROM t.fault JOIN t.result USING (id) ORDER BY claim_id, fault;
END_OF_SQL
}

# identity_load writes terms and claims of families, all with a policy's start, so that each goes with each.
sub identity_load
{
	my ($handle, @seeds) = @_;
	my $family = 0;
	print $handle "SET jit = off;\nCOPY t.terms FROM stdin;\n";
	my $claims = '';
	foreach my $seed (@seeds)
	{
		my ($terms, @claims) = family_documents($seed, 1);
		$family++;
		print $handle copy_line($family, json($terms));
		my $number = 0;
		$claims .= copy_line($family * 1000 + $number++, json($_->[1])) foreach @claims;
	}
	print $handle "\\.\nCOPY t.claim FROM stdin;\n$claims\\.\nDO 'BEGIN PERFORM t.prepare(); END';\n";
	return;
}

# identity_round writes the statements of a round, which print what does not hold, then the number of results.
sub identity_round
{
	my ($handle, $shift) = @_;
	print $handle <<"END_OF_SQL";
DO 'BEGIN PERFORM t.pair($shift); ANALYZE t.result; END';
SELECT 'terms', terms_id, 'claim', claim_id, fault, terms, claim, r.used FROM t.fault JOIN t.result r USING (id) JOIN t.terms t ON t.id = terms_id JOIN t.claim c ON c.id = claim_id ORDER BY r.id, fault LIMIT 3;
SELECT 'results', count(*) FROM t.result;
END_OF_SQL
	return;
}

1;
