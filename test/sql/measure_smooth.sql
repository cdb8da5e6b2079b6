\set ECHO none
-- Values of a few cases are drawn to the group's mean: against a slow reading by
-- the analysis of variance, case by case, in numeric; and what must always hold.
BEGIN;
\i test/sql-common/setup.psql
SELECT plan(36);

-- Cases one by one: member and value.  The slow way knows nothing of sums of squares.
CREATE TABLE t.observed (trial int, member int, value numeric);
CREATE FUNCTION t.slow_rates(of_trial int) RETURNS numeric[] LANGUAGE plpgsql AS $$
DECLARE m numeric; b numeric; k numeric; n numeric; n0 numeric; share numeric; strength numeric; alpha numeric; beta numeric;
BEGIN
    SELECT avg(value), count(*), count(DISTINCT member) INTO m, n, k FROM t.observed WHERE trial = of_trial;
    SELECT sum(c * (x - m) * (x - m)), n - sum(c * c) / n INTO b, n0 FROM (SELECT count(*) AS c, avg(value) AS x FROM t.observed WHERE trial = of_trial GROUP BY member) y;
    IF m * (1 - m) = 0 OR n0 - (k - 1) <= n * 1e-9 THEN strength := 10;
    ELSE
        share := (b / (m * (1 - m)) - (k - 1)) / (n0 - (k - 1));
        strength := CASE WHEN share <= 0 THEN 1000000 ELSE least(greatest(1 / share - 1, 4), 1000000) END;
    END IF;
    alpha := strength * m; beta := strength * (1 - m);
    -- the mean of the beta distribution after one case more, again and again
    RETURN (SELECT array_agg((alpha + hits) / (alpha + beta + c) ORDER BY member) FROM
        (SELECT member, count(*) AS c, count(*) FILTER (WHERE value = 1) AS hits FROM t.observed WHERE trial = of_trial GROUP BY member) x);
END $$;
CREATE FUNCTION t.slow_means(of_trial int) RETURNS numeric[] LANGUAGE plpgsql AS $$
DECLARE m numeric; between_ms numeric; within_ms numeric; k numeric; n numeric; n0 numeric; tau numeric; strength numeric;
BEGIN
    SELECT avg(value), count(*), count(DISTINCT member) INTO m, n, k FROM t.observed WHERE trial = of_trial;
    SELECT n - sum(c * c) / n INTO n0 FROM (SELECT count(*)::numeric AS c FROM t.observed WHERE trial = of_trial GROUP BY member) y;
    IF n = k OR n0 <= n * 1e-9 THEN strength := 10;
    ELSE
        SELECT sum((o.value - x.own) ^ 2) / (n - k), sum((x.own - m) ^ 2) / nullif(k - 1, 0) INTO within_ms, between_ms
        FROM t.observed o JOIN (SELECT member, avg(value) AS own FROM t.observed WHERE trial = of_trial GROUP BY member) x USING (member) WHERE o.trial = of_trial;
        tau := (between_ms - within_ms) / (n0 / (k - 1));
        strength := CASE WHEN tau <= 0 THEN 1000000 ELSE least(greatest(within_ms / tau, 4), 1000000) END;
    END IF;
    -- precisions add up: those of the cases, and that of the group
    RETURN (SELECT array_agg((c * own + strength * m) / (c + strength) ORDER BY member) FROM (SELECT member, count(*) AS c, avg(value) AS own FROM t.observed WHERE trial = of_trial GROUP BY member) x);
END $$;
CREATE FUNCTION t.fast_rates(of_trial int) RETURNS float8[] LANGUAGE sql AS $$
    SELECT assure.smoothed_rates(array_agg(hits ORDER BY member), array_agg(c ORDER BY member)) FROM (SELECT member, count(*) AS c, count(*) FILTER (WHERE value = 1) AS hits FROM t.observed WHERE trial = of_trial GROUP BY member) x $$;
CREATE FUNCTION t.fast_means(of_trial int) RETURNS float8[] LANGUAGE sql AS $$
    SELECT assure.smoothed_means(array_agg(c ORDER BY member), array_agg(s ORDER BY member), array_agg(q ORDER BY member)) FROM
        (SELECT member, count(*) AS c, sum(value)::float8 AS s, sum(value * value)::float8 AS q FROM t.observed WHERE trial = of_trial GROUP BY member) x $$;
CREATE FUNCTION t.far(fast float8[], slow numeric[]) RETURNS boolean LANGUAGE sql AS $$
    SELECT bool_or(f IS NULL OR s IS NULL OR abs(f - s) > 1e-6 * greatest(1, abs(s))) FROM unnest(fast, slow) x (f, s) $$;

-- 200 groups: of one member to twelve, of one case to sixty, alike and unlike.
SELECT setseed(0.42) \g /dev/null
INSERT INTO t.observed SELECT g, m, (random() < rate)::int FROM (SELECT g, m, least(greatest(base + (random() - 0.5) * differ, 0), 1) AS rate, 1 + floor(random() ^ 2 * size)::int AS cases
    FROM (SELECT g, 1 + floor(random() * 12)::int AS members, random() AS base, random() ^ 2 AS differ, 60 * random() AS size FROM generate_series(1, 200) g) x, generate_series(1, members) m) y, generate_series(1, cases);
INSERT INTO t.observed SELECT 1000 + g, m, round((own + (random() + random() + random() - 1.5) * noise)::numeric, 3) FROM (SELECT g, m, base + (random() - 0.5) * differ AS own, noise, 1 + floor(random() ^ 2 * size)::int AS cases
    FROM (SELECT g, 1 + floor(random() * 12)::int AS members, 1000 * random() AS base, 500 * random() ^ 3 AS differ, 200 * random() AS noise, 60 * random() AS size FROM generate_series(1, 200) g) x, generate_series(1, members) m) y, generate_series(1, cases);
SELECT is((SELECT string_agg(g::text, ' ') FROM generate_series(1, 200) g WHERE t.far(t.fast_rates(g), t.slow_rates(g))), NULL, 'rates of 200 groups are what the slow way says');
SELECT is((SELECT string_agg(g::text, ' ') FROM generate_series(1001, 1200) g WHERE t.far(t.fast_means(g), t.slow_means(g))), NULL, 'and so are means');
SELECT is((SELECT count(DISTINCT trial) FROM t.observed), 400::bigint, 'none was empty');

-- What holds of each: a value lies between its own and the mean of all, and moves to it no less than by four cases.
CREATE VIEW t.drawn AS SELECT g AS trial, x.member, x.c, x.own, a.m, f.value FROM generate_series(1, 1200) g
    CROSS JOIN LATERAL (SELECT avg(value)::float8 AS m FROM t.observed WHERE trial = g) a
    CROSS JOIN LATERAL unnest(CASE WHEN g <= 200 THEN t.fast_rates(g) WHEN g > 1000 THEN t.fast_means(g) END) WITH ORDINALITY f (value, n)
    JOIN LATERAL (SELECT member, count(*) AS c, avg(value)::float8 AS own, row_number() OVER (ORDER BY member) AS n FROM t.observed WHERE trial = g GROUP BY member) x ON x.n = f.n;
CREATE TEMP TABLE drawn AS SELECT * FROM t.drawn;
SELECT is((SELECT count(*) FROM drawn WHERE value NOT BETWEEN least(own, m) - 1e-6 AND greatest(own, m) + 1e-6), 0::bigint, 'each value is between its own and the mean');
SELECT is((SELECT count(*) FROM drawn WHERE abs(value - m) > abs(own - m) * c / (c + 4) + 1e-6), 0::bigint, 'the mean weighs four cases or more');
SELECT is((SELECT count(*) FROM drawn WHERE c = 1 AND abs(value - m) > abs(own - m) / 5 + 1e-6), 0::bigint, 'one case moves a value by a fifth of the way at most');
SELECT cmp_ok((SELECT count(*) FROM drawn WHERE c = 1), '>', 100::bigint, 'of many that have one');
SELECT is((SELECT count(*) FROM drawn a JOIN drawn b USING (trial) WHERE a.own = b.own AND a.c > b.c AND abs(a.value - a.m) < abs(b.value - b.m) - 1e-6), 0::bigint, 'of two with the same own value the one with more cases keeps more of it');

-- One lucky case does not make an expert.
SELECT ok(s[1] < s[2], 'one pass of one check is below 97 of 100') FROM assure.smoothed_rates('{1,97,80,60,90,75}', '{1,100,100,100,100,100}') s;
SELECT ok(s[1] < 0.9 AND s[1] > 0.75, 'and near the mean of all') FROM assure.smoothed_rates('{1,97,80,60,90,75}', '{1,100,100,100,100,100}') s;
SELECT ok(s[1] > 0.7, 'nor does one unlucky case make a bungler') FROM assure.smoothed_rates('{0,97,80,60,90,75}', '{1,100,100,100,100,100}') s;
SELECT ok(s[1] > s[2], 'one task of a minute is slower than 200 of ten') FROM assure.smoothed_means('{1,200,200,200}', '{1,2000,8000,12000}', '{1,22000,330000,740000}') s;
SELECT ok(s[2] > s[1], 'the longer an expert is one, the more it shows') FROM assure.smoothed_rates('{9,90,50,500}', '{9,90,100,1000}') s;

-- What is known of nobody and of everybody.
SELECT is(assure.smoothed_rates('{0,0}', '{0,0}'), NULL, 'without a case nothing is known');
SELECT is(assure.smoothed_means('{0}', '{0}', '{0}'), NULL, 'of means neither');
SELECT is(assure.smoothed_rates('{}', '{}'), NULL, 'nor of nobody');
SELECT is(assure.smoothed_rates('{7}', '{10}'), '{0.7}'::float8[], 'who is alone is the mean');
SELECT is((SELECT array_agg(round(x::numeric, 6)) FROM unnest(assure.smoothed_rates('{5,0}', '{10,0}')) x), '{0.5,0.5}'::numeric[], 'who has no case is as the others');
SELECT is((SELECT array_agg(round(x::numeric, 3)) FROM unnest(assure.smoothed_rates('{50,50,50,50}', '{100,100,100,100}')) x), '{0.5,0.5,0.5,0.5}'::numeric[], 'who are alike stay so');
SELECT is((SELECT array_agg(round(x::numeric, 3)) FROM unnest(assure.smoothed_rates('{10,10,10}', '{10,10,10}')) x), '{1,1,1}'::numeric[], 'who never fail do not');
SELECT ok((SELECT bool_and(isfinite_) FROM (SELECT x > 0 AND x < 1 AS isfinite_ FROM unnest(assure.smoothed_rates('{0,9000000000000000}', '{9000000000000000,9000000000000000}')) x) y), 'large numbers are numbers');
SELECT ok((SELECT bool_and(x BETWEEN 1 AND 3) FROM unnest(assure.smoothed_means('{2,3}', '{2,9}', '{2,27}')) x), 'who never vary have a mean');

-- Refused.
SELECT is(t.fails('SELECT assure.smoothed_rates(''{2}'', ''{1}'')'), '22023 hits of member 1 are out of range', 'more hits than cases');
SELECT is(t.fails('SELECT assure.smoothed_rates(''{-1}'', ''{1}'')'), '22023 hits of member 1 are out of range', 'less than none');
SELECT is(t.fails('SELECT assure.smoothed_rates(''{0,0}'', ''{1,-1}'')'), '22023 cases of member 2 are out of range', 'fewer than no cases');
SELECT is(t.fails('SELECT assure.smoothed_rates(''{0}'', ''{1,1}'')'), '2202E cases has 2 elements, not 1', 'arrays of different lengths');
SELECT is(t.fails('SELECT assure.smoothed_rates(''{0,NULL}'', ''{1,1}'')'), '22004 hits[2] is NULL', 'a NULL');
SELECT is(assure.smoothed_rates(NULL, '{1}'), NULL, 'NULL is NULL');
SELECT is(t.fails('SELECT assure.smoothed_means(''{1}'', ''{NaN}'', ''{1}'')'), '22003 sums[1] is not a finite number', 'no number');
SELECT is(t.fails('SELECT assure.smoothed_means(''{1}'', ''{1}'', ''{-1}'')'), '22023 squares of member 1 are out of range', 'a square below 0');
SELECT is(t.fails('SELECT assure.smoothed_means(''{1}'', ''{1}'', ''{Infinity}'')'), '22003 squares[1] is not a finite number', 'no square');
SELECT is(t.fails('SELECT assure.smoothed_rates(array_fill(0, ARRAY[1000001])::bigint[], array_fill(1, ARRAY[1000001])::bigint[])'), '54000 hits has 1000001 elements, more than 1000000', 'too many');

-- The parameters: a read-only table, as large as it has to be, and the library knows each of them.
SELECT cmp_ok((SELECT count(*) FROM assure.match_parameter), '>=', 120::bigint, 'there are more than 120 parameters');
SELECT is((SELECT count(*) FROM assure.match_parameter WHERE kind = 'measure'), 25 * 4 * 3::bigint, '25 measures in four scopes and three windows');
SELECT is((SELECT count(*) FROM (SELECT measure FROM assure.match_parameter WHERE kind = 'measure' GROUP BY measure HAVING count(DISTINCT (dimension, unit, direction, smoothing)) <> 1) x), 0::bigint, 'a measure is the same everywhere');
SELECT is((SELECT count(*) FROM assure.match_parameter WHERE kind = 'pair' AND (best > worst) <> (direction = 'higher')), 0::bigint, 'the scale of a pair goes in its direction');
SELECT * FROM finish();
ROLLBACK;
