\set ECHO none
-- FEEL's relations of points and ranges beside those of PostgreSQL's ranges, over all ranges of a few places.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/feel_cases.psql
SELECT plan(8);

CREATE TEMP TABLE one AS
    SELECT format('%s%s..%s%s', l, a, b, r) AS f, numrange(a, b, l || r) AS r, false AS is_point
    FROM generate_series(1, 4) a, generate_series(1, 4) b, unnest('{[,(}'::text[]) l, unnest('{],)}'::text[]) r WHERE a < b
    UNION ALL SELECT format('[%s..%s]', a, a), numrange(a, a, '[]'), false FROM generate_series(1, 4) a
    UNION ALL SELECT a::text, numrange(a, a, '[]'), true FROM generate_series(1, 4) a;
CREATE TEMP TABLE two AS SELECT a.f AS fa, a.r AS a, a.is_point AS pa, b.f AS fb, b.r AS b, b.is_point AS pb FROM one a, one b;
CREATE FUNCTION pg_temp.relation(name text, fa text, fb text) RETURNS boolean LANGUAGE sql AS $$ SELECT assure.eval(format('%s(%s, %s)', name, fa, fb)::assure.feel, '{}')::boolean $$;
SELECT is((SELECT count(*) FROM two), 1024::bigint, 'pairs of points and ranges');
SELECT is_empty($$SELECT fa, fb FROM two WHERE pg_temp.relation('before', fa, fb) IS DISTINCT FROM a << b OR pg_temp.relation('after', fa, fb) IS DISTINCT FROM a >> b$$, 'before, after');
SELECT is_empty($$SELECT fa, fb FROM two WHERE pa = pb AND pg_temp.relation('coincides', fa, fb) IS DISTINCT FROM (a = b)$$, 'coincides');
SELECT is_empty($$SELECT fa, fb FROM two WHERE NOT pa AND NOT pb AND (pg_temp.relation('overlaps', fa, fb) IS DISTINCT FROM a && b
    OR pg_temp.relation('overlaps before', fa, fb) IS DISTINCT FROM (a && b AND NOT a &> b AND a &< b)
    OR pg_temp.relation('overlaps after', fa, fb) IS DISTINCT FROM (a && b AND NOT b &> a AND b &< a)
    OR pg_temp.relation('meets', fa, fb) IS DISTINCT FROM (upper(a) = lower(b) AND upper_inc(a) AND lower_inc(b))
    OR pg_temp.relation('met by', fa, fb) IS DISTINCT FROM (upper(b) = lower(a) AND upper_inc(b) AND lower_inc(a)))$$, 'overlaps, meets');
SELECT is_empty($$SELECT fa, fb FROM two WHERE NOT pa AND (pg_temp.relation('includes', fa, fb) IS DISTINCT FROM a @> b
    OR pg_temp.relation('started by', fa, fb) IS DISTINCT FROM (a &> b AND b &> a AND b &< a) OR pg_temp.relation('finished by', fa, fb) IS DISTINCT FROM (a &< b AND b &< a AND b &> a))$$, 'includes, started by, finished by');
SELECT is_empty($$SELECT fa, fb FROM two WHERE NOT pb AND (pg_temp.relation('during', fa, fb) IS DISTINCT FROM a <@ b
    OR pg_temp.relation('starts', fa, fb) IS DISTINCT FROM (a &> b AND b &> a AND a &< b) OR pg_temp.relation('finishes', fa, fb) IS DISTINCT FROM (a &< b AND b &< a AND a &> b))$$, 'during, starts, finishes');

INSERT INTO cases (e, wanted) VALUES
 ('before("a", "b")', 'true'), ('before(@"2024-01-01", @"2024-01-02")', 'true'), ('includes([@"P1D"..@"P3D"], @"P2D")', 'true'), ('during(@"10:00:00", [@"09:00:00"..@"11:00:00"])', 'true'), ('includes(["a".."c"], "bb")', 'true'),
 ('before((<5), 5)', 'true'), ('before((<=5), 5)', 'false'), ('after((>5), 5)', 'true'), ('overlaps((<5), (>4))', 'true'), ('overlaps((<5), (>5))', 'false'), ('includes((>=5), [5..9])', 'true'), ('includes((>5), [5..9])', 'false'), ('coincides((<5), (<5))', 'true'), ('coincides((<5), (<=5))', 'false'),
 ('range("[1..10]") = [1..10]', 'true'), ('range("(1..10)") = (1..10)', 'true'), ('range("]1..10[") = (1..10)', 'true'), ('range(" [ 1 .. 10 ] ") = [1..10]', 'true'), ('range("[-1.5..2e3]") = [-1.5..2000]', 'true'), ('range("[1..1]") = [1..1]', 'true'),
 ('range("[\"a\"..\"z\"]") = ["a".."z"]', 'true'), ('range("[@\"2024-01-01\"..date(\"2024-12-31\")]") = [@"2024-01-01"..@"2024-12-31"]', 'true'), ('range("[duration(\"P1D\")..@\"P2D\"]") = [@"P1D"..@"P2D"]', 'true'),
 ('range("[time(\"10:00:00\")..@\"11:00:00\"]") = [@"10:00:00"..@"11:00:00"]', 'true'), ('range("[date and time(\"2024-01-01T00:00:00\")..@\"2024-01-02T00:00:00\"]") = [@"2024-01-01T00:00:00"..@"2024-01-02T00:00:00"]', 'true');
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'ranges of other kinds, open ones, and those of a text');
TRUNCATE cases;
INSERT INTO cases (e, wanted) SELECT e, 'null' FROM (VALUES
 ('before(1, "a")'), ('before(1, @"2024-01-01")'), ('before([1..5], ["a".."b"])'), ('before(true, false)'), ('before(1)'), ('meets(1, [1..2])'), ('overlaps(1, 2)'), ('includes(1, [1..2])'), ('during([1..2], 1)'), ('starts([1..2], 1)'), ('coincides(1, [1..1])'),
 ('before((!= 5), 6)'), ('before(@"10:00:00", @"10:00:00Z")'),
 ('range("")'), ('range("[")'), ('range("[1..")'), ('range("[1..2")'), ('range("1..2")'), ('range("[1..2]]")'), ('range("[1,2]")'), ('range("[1.2]")'), ('range("[..2]")'), ('range("[1..]")'), ('range("[2..1]")'), ('range("[1..\"a\"]")'), ('range("[null..null]")'), ('range("[true..true]")'),
 ('range("[1+1..3]")'), ('range("[a..b]")'), ('range("[\"a..b]")'), ('range("[@\"x\"..@\"y\"]")'), ('range("[date(\"10:00:00\")..date(\"11:00:00\")]")'), ('range("[date(2024, 1, 1)..date(2024, 1, 2)]")'), ('range(">=10")'), ('range(1)')) v(e);
SELECT is_empty($$SELECT pg_temp.wrong_cases()$$, 'what does not compare, and texts that are no ranges');

SELECT * FROM finish();
ROLLBACK;
