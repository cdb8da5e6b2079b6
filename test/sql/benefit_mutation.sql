\set ECHO none
BEGIN;
\i test/sql-common/benefit.psql
SELECT plan(4);

-- Every place of a document, as paths.
CREATE FUNCTION pg_temp.places(document jsonb) RETURNS SETOF text[] LANGUAGE sql AS $$
    WITH RECURSIVE place(path, value) AS (
        SELECT '{}'::text[], document
        UNION ALL
        SELECT path || x.key, x.value FROM place, LATERAL (
            SELECT key, e.value FROM jsonb_each(CASE jsonb_typeof(place.value) WHEN 'object' THEN place.value ELSE '{}' END) e
            UNION ALL
            SELECT (n - 1)::text, e.value FROM jsonb_array_elements(CASE jsonb_typeof(place.value) WHEN 'array' THEN place.value ELSE '[]' END) WITH ORDINALITY e(value, n)) x)
    SELECT path FROM place WHERE path <> '{}' ORDER BY path $$;
CREATE TEMP TABLE strange (at serial, value jsonb);
INSERT INTO strange (value) VALUES ('null'), ('true'), ('0'), ('-1'), ('1e300'), ('0.5'), ('99999999999999999999999999'), ('""'), ('"0"'), ('"-0.00"'), ('"0.01"'), ('"-0.01"'), ('"999999999999.99"'), ('"1"'), ('"0.999999"'),
    ('"NaN"'), ('"2024-02-29"'), ('"2024-02-30"'), ('"0001-01-01"'), ('"A"'), ('"drug"'), ('"year"'), ('"day"'), ('"family"'), ('"X"'), ('"D"'), ('"L"'), ('[]'), ('{}'), ('[[]]'), ('{"": null}'), ('["social"]'), ('["prior", "other"]'), ('"\u00e9\ud83d\ude00"'),
    ('{"use": "D"}'), ('{"offset": ["prior"]}'), ('{"copay": {"amount": "7.77"}}'), ('[{"pay": "0.123456", "max": "1.00"}]');
INSERT INTO strange (value) VALUES ((repeat('[', 1000) || repeat(']', 1000))::jsonb), (to_jsonb(repeat('9', 5000)));
CREATE TEMP TABLE seed_document (terms jsonb, claim jsonb, used jsonb);
INSERT INTO seed_document VALUES (
 '{"name": "t", "period": "policy_year", "shared": {"D": {"deductible": {"per": "year", "amount": "500.00", "family_amount": "900.00", "credit": ["social"]}}, "L": {"limit": {"per": "claim", "amount": "800.00"}}, "C": {"copay": {"amount": "9.00"}}},
   "benefits": [{"code": "X", "kind": "expense", "care": ["outpatient"], "diagnosis": {"exclude": ["O80-O84"]}, "age": [0, 80], "waiting": {"days": 30}, "eligible": {"A": "1", "B": "0.9", "C": "0", "self_first": "0.5"}, "steps": [{"cap": {"per": "unit", "amount": "300.00"}}, {"offset": ["social"]}, {"use": "D"}, {"use": "C"}, {"coinsurance": [{"pay": "0.8", "max": "100.00"}]}, {"limit": {"per": "day", "amount": "400.00", "code": "d"}}, {"use": "L"}]},
                {"code": "Y", "kind": "expense", "item": {"categories": ["bed", "drug"], "classes": ["A", "B"]}, "steps": [{"use": "C"}, {"deductible": {"per": "visit", "amount": "20.00", "scope": "family"}}, {"offset": ["prior", "other"]}, {"limit": {"per": "year", "count": 2}}, {"use": "D"}]}]}',
 pg_temp.claim(jsonb_build_array(
    pg_temp.bill('B1', '2024-03-01', jsonb_build_array(pg_temp.line(1, '500.00', '{"quantity": "2", "self_first": "20.00"}'), pg_temp.line(2, '300.00', '{"class": "B", "category": "bed", "social_paid": "30.00"}'), pg_temp.line(3, '-20.00', '{"category": "bed", "social_paid": "-3.00"}')), '{"to": "2024-03-04", "social_paid": "150.00", "other_paid": "10.00", "provider": {"grade": 3, "network": true}}'),
    pg_temp.bill('B2', '2024-03-02', jsonb_build_array(pg_temp.line(1, '120.00', '{"class": "C", "code": "D1"}'), pg_temp.line(2, '80.00', '{"allowed": "70.00"}')), '{"diagnoses": ["S82.6"]}'))),
 '{"X": {"year:2024-01-01": {"amount": "12.00"}, "lifetime": {"amount": "12.00"}}, "D@family": {"year:2024-01-01": {"deductible": "30.00"}}, "OLD": {"lifetime": {"last": "2024-01-01", "groups": ["a"], "count": 2, "amount": "1.00"}}}');
-- One of the three documents, with one to three strange things in it.
CREATE FUNCTION pg_temp.mutate(document jsonb, n int) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
    place text[];
    pick bigint;
BEGIN
    FOR i IN 1 .. 1 + n % 3 LOOP
        pick := abs(hashtextextended('place', n * 7 + i) % 1000000);
        SELECT path INTO place FROM (SELECT path, row_number() OVER () - 1 AS at, count(*) OVER () AS total FROM pg_temp.places(document) path) x WHERE at = pick % total;
        EXIT WHEN place IS NULL;
        pick := abs(hashtextextended('what', n * 7 + i) % 1000000);
        IF pick % 10 = 0 THEN
            document := document #- place;
        ELSIF pick % 10 = 1 AND place[cardinality(place)] !~ '^[0-9]+$' THEN
            document := jsonb_set(document #- place, place[:cardinality(place) - 1] || 'strange'::text, coalesce(document #> place, 'null'));
        ELSE
            document := jsonb_set(document, place, (SELECT value FROM strange WHERE at = 1 + pick / 10 % (SELECT count(*) FROM strange)));
        END IF;
    END LOOP;
    RETURN document;
END $$;
CREATE FUNCTION pg_temp.try(terms jsonb, claim jsonb, used jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    result jsonb;
    wrong int;
BEGIN
    result := assure.evaluate(terms::assure.terms, claim, used);
    SELECT count(*) INTO wrong FROM jsonb_array_elements(result -> 'bills') b, jsonb_to_recordset(b -> 'benefits') s(submitted numeric, ineligible numeric, "offset" numeric, deductible numeric, copay numeric, coinsurance numeric, over_limit numeric, paid numeric)
    WHERE submitted <> ineligible + "offset" + deductible + copay + coinsurance + over_limit + paid OR least(ineligible, "offset", deductible, copay, coinsurance, over_limit, paid) < 0;
    RETURN CASE wrong WHEN 0 THEN 'ok' ELSE 'identity' END;
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || CASE WHEN SQLERRM ~ '^(terms|claim|used): ' THEN '' ELSE ' ' || SQLERRM END;
END $$;
CREATE TEMP TABLE outcome AS
SELECT n, pg_temp.try(CASE n % 4 WHEN 0 THEN pg_temp.mutate(terms, n) ELSE terms END, CASE WHEN n % 4 IN (1, 2) THEN pg_temp.mutate(claim, n) ELSE claim END, CASE n % 4 WHEN 3 THEN pg_temp.mutate(used, n) ELSE used END) AS said
FROM seed_document, generate_series(1, 2000) n;
SELECT is((SELECT said FROM (SELECT pg_temp.try(terms, claim, used) AS said FROM seed_document) x), 'ok', 'the document itself is evaluated');
SELECT is_empty($$SELECT said, min(n), count(*) FROM outcome WHERE said NOT IN ('ok', 'AS101', 'AS102', 'AS105', '0A000', '22003', '54000') GROUP BY 1$$, 'a strange document is evaluated, with the identity, or refused by name');
SELECT cmp_ok((SELECT count(*) FROM outcome WHERE said = 'ok'), '>', 50::bigint, 'some are evaluated');
SELECT cmp_ok((SELECT count(DISTINCT said) FROM outcome), '>=', 5::bigint, 'and some refused in each way');

SELECT * FROM finish();
ROLLBACK;
