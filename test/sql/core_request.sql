\set ECHO none
-- A request_id makes a call safe to retry: the first answer, once, for the same call by the same caller.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(12);
CREATE FUNCTION t.publish(code text, request text) RETURNS bigint LANGUAGE sql AS $$
    SELECT assure.publish_plan(code, 'x', '{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}', '2024-02-03', 12.50, request_id => request) $$;
SELECT t.publish('NEW', 'p') AS first \gset
SELECT is(t.publish('NEW', 'p'), :first::bigint, 'a retry returns the first answer');
SET datestyle = 'German';
SELECT is(t.publish('NEW', 'p'), :first::bigint, 'whatever the date style');
RESET datestyle;
SELECT is((SELECT count(*) FROM assure.plan_version v JOIN assure.plan p USING (plan_id) WHERE p.code = 'NEW'), 1::bigint, 'and does nothing');
SELECT matches(t.fails($$SELECT t.publish('OTHER', 'p')$$), '^AS003 request_id "p"', 'with other arguments it is refused');
SELECT matches(t.fails($$SELECT assure.adjudicate('p', 'p')$$), '^AS003 request_id "p"', 'for another function too');
SELECT matches(t.fails($$SELECT t.publish('OTHER', '')$$), '^22023 request_id', 'an empty one is refused');
SELECT matches(t.fails($$SELECT t.publish('OTHER', repeat('x', 201))$$), '^22023 request_id', 'and a long one');
SELECT t.new_role('one', 'admin'), t.new_role('two', 'admin') \g /dev/null
SELECT is(t.run('one', $$SELECT assure.add_policy('{"ref": "Q", "branch": "BJ", "insurer": "A", "holder": "B", "starts_on": "2024-01-01"}', 'shared')$$) ~ '^\d+$', true, 'one role is answered');
SELECT matches(t.run('two', $$SELECT assure.add_policy('{"ref": "Q", "branch": "BJ", "insurer": "A", "holder": "B", "starts_on": "2024-01-01"}', 'shared')$$), '^AS003 ', 'its answer is for nobody else');
SELECT matches(t.fails('SELECT assure.acknowledge_alert(NULL)'), '^22004 ', 'a call about nothing is refused');
UPDATE assure_internal.request SET requested_at = now() - interval '31 days' WHERE request_id = 'p';
SELECT is(assure.housekeep(), 1::bigint, 'old answers are dropped');
SELECT matches(t.fails($$SELECT t.publish('NEW', 'p')$$), '^23505 ', 'after that a retry is a new call');
SELECT * FROM finish();
ROLLBACK;
