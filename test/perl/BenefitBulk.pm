# Cases in bulk on a server: loaded by COPY, evaluated by one statement, and what
# must hold of every result, whatever the terms.
package BenefitBulk;

use strict;
use warnings FATAL => 'all';
use BenefitCases;
use Exporter 'import';

our @EXPORT = qw(bulk_schema bulk_load differing faulty);

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

-- The limits of terms: whose counter, per, what, at most; of visits and claims the benefit that has it.
CREATE FUNCTION t.limits(terms jsonb) RETURNS TABLE (benefit text, counter text, per text, measure text, most numeric) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	WITH step AS (
		SELECT b.value->>'code' AS benefit, coalesce(u.value->'limit', s.value->'limit') AS content,
			coalesce(s.value->>'use', (b.value->>'code') || coalesce('.' || (s.value->'limit'->>'code'), '')) AS name
		FROM jsonb_array_elements(terms->'benefits') b, jsonb_array_elements(b.value->'steps') s
			LEFT JOIN jsonb_each(terms->'shared') u ON u.key = s.value->>'use')
	SELECT benefit, name || p.suffix, content->>'per', CASE WHEN content ? 'amount' THEN 'amount' WHEN content ? 'count' THEN 'count' ELSE 'days' END, p.most
	FROM step, LATERAL (VALUES
		(CASE WHEN content->>'scope' = 'family' THEN '@family' ELSE '' END, coalesce(content->>'amount', content->>'count', content->>'days')::numeric),
		('@family', (content->>'family_amount')::numeric)) p (suffix, most)
	WHERE content IS NOT NULL AND p.most IS NOT NULL AND NOT content ? 'categories' $$;

-- faults() names what does not hold of a result: identities, lines, limits, indemnity.
CREATE FUNCTION t.faults(terms jsonb, claim jsonb, result jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
	WITH bill AS (SELECT b.value->>'no' AS no, b.value AS bill FROM jsonb_array_elements(result->'bills') b),
	line AS (SELECT bill.no, b.code, b.submitted, b.ineligible, b.offset, b.deductible, b.copay, b.coinsurance, b.over_limit, b.paid
		FROM bill, jsonb_to_recordset(bill->'benefits') b (code text, submitted numeric, ineligible numeric, "offset" numeric, deductible numeric, copay numeric, coinsurance numeric, over_limit numeric, paid numeric)),
	fixed AS (SELECT f.* FROM jsonb_to_recordset(result->'fixed') f (code text, bill text, paid numeric)),
	most AS MATERIALIZED (SELECT * FROM t.limits(terms)),
	owed AS (SELECT b.value->>'no' AS no, (SELECT sum((i.value->>'amount')::numeric) FROM jsonb_array_elements(b.value->'items') i) AS amount,
			(SELECT sum(coalesce((b.value->>p)::numeric, (SELECT sum((i.value->>p)::numeric) FROM jsonb_array_elements(b.value->'items') i), 0)) FROM unnest(ARRAY['social_paid', 'other_paid']) p) AS others
		FROM jsonb_array_elements(claim->'bills') b)
	SELECT array_agg(fault) FROM (
		SELECT 'identity ' || code FROM line WHERE submitted <> ineligible + "offset" + deductible + copay + coinsurance + over_limit + paid
		UNION ALL SELECT 'negative ' || code FROM line WHERE least(submitted, ineligible, "offset", deductible, copay, coinsurance, over_limit, paid) < 0
		UNION ALL SELECT 'negative ' || code FROM fixed WHERE paid < 0
		UNION ALL SELECT 'lines of ' || no FROM bill WHERE (SELECT sum((i.value->>'paid')::numeric) FROM jsonb_array_elements(bill->'items') i)
			<> (SELECT coalesce(sum(line.paid), 0) FROM line WHERE line.no = bill.no)
		UNION ALL SELECT 'negative line of ' || no FROM bill WHERE EXISTS (SELECT FROM jsonb_array_elements(bill->'items') i WHERE (i.value->>'paid')::numeric < 0)
		UNION ALL SELECT 'paid' WHERE (result->>'paid')::numeric <> (SELECT coalesce(sum(paid), 0) FROM line) + (SELECT coalesce(sum(paid), 0) FROM fixed)
		UNION ALL SELECT 'outcome' WHERE (result->>'outcome' = 'pay') <> ((result->>'paid')::numeric > 0)
		UNION ALL SELECT 'submitted' WHERE (result->>'submitted')::numeric <> (SELECT coalesce(sum(amount), 0) FROM owed)
		UNION ALL SELECT 'submitted ' || code FROM line JOIN owed USING (no) WHERE submitted <> amount
		UNION ALL SELECT 'indemnity ' || no FROM owed WHERE others + (SELECT coalesce(sum(paid), 0) FROM line WHERE line.no = owed.no) > amount
		UNION ALL SELECT 'reasons ' || code FROM line WHERE submitted - paid <> (SELECT coalesce(sum((r.value->>'amount')::numeric), 0)
			FROM jsonb_array_elements(result->'reasons') r WHERE r.value->>'bill' = line.no AND r.value->>'benefit' = line.code)
		UNION ALL SELECT 'limit ' || counter || ' ' || p.key FROM most, jsonb_each(result->'used'->counter) p
			WHERE p.key LIKE per || '%' AND per IN ('year', 'lifetime') AND (p.value->>measure)::numeric > most.most
		UNION ALL SELECT 'limit of visit ' || benefit FROM most JOIN line ON line.code = benefit WHERE per = 'visit' AND measure = 'amount' AND paid > most.most
		UNION ALL SELECT 'limit of claim ' || benefit FROM most WHERE per = 'claim' AND measure = 'amount' AND (SELECT sum(paid) FROM line WHERE line.code = benefit) > most.most
		UNION ALL SELECT 'counter back ' || c.key FROM jsonb_each(claim->'used_before') c, jsonb_each(c.value) p, jsonb_each(p.value) m
			WHERE m.key IN ('amount', 'count', 'deductible', 'base', 'member', 'days') AND coalesce((result->'used'->c.key->p.key->>m.key)::numeric, 0) < (m.value #>> '{}')::numeric
	) x (fault) $$;

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

# faulty returns the cases that break what must always hold.
sub faulty
{
	my ($sql) = @_;
	return split /\n/, $sql->(<<'END_OF_SQL');
SET jit = off;
SELECT seed, number, f.faults FROM t.sample s, LATERAL (SELECT t.evaluated(terms, claim, used) AS result OFFSET 0) r,
	LATERAL (SELECT t.faults(terms::jsonb, claim || jsonb_build_object('used_before', used), result) AS faults) f
WHERE NOT result ? 'error' AND f.faults IS NOT NULL ORDER BY seed, number
END_OF_SQL
}

1;
