\set ECHO none
-- Who is erased takes the words along: figures stay.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(7);
SELECT t.new_role('bj', 'operator'), t.new_role('sup', 'supervisor') \g /dev/null
SELECT assure.grant_branch(t.role('bj'), 'BJ'), assure.set_worker_login(t.role('bj'), 'W-BJ'), assure.set_worker_login(t.role('sup'), 'W-SH') \g /dev/null
SELECT t.verdict(t.claim('A', 'M1', '9000.00')), t.verdict(t.claim('B', 'M2', '9000.00')) \g /dev/null
SELECT is((SELECT string_agg(concat_ws(' ', product, chapter), ', ') FROM assure.task), 'STD 10, STD 10', 'tasks of claims have their plan and the chapter of the diagnosis');
UPDATE assure.task SET state = 'reserved', worker_id = (SELECT worker_id FROM assure.worker WHERE code = 'W-BJ');
SELECT t.run('bj', 'SELECT assure.decide_claim(''A'', ''deny'', ''no cover'')'), t.run('bj', 'SELECT assure.decide_claim(''B'', ''deny'', ''no cover'')') \g /dev/null
SELECT is((SELECT string_agg(state, ' ') FROM assure.task), 'done done', 'both are decided');
SELECT assure.record_complaint(task_id, 'manner', 'my husband Wang wept'), assure.record_satisfaction(task_id, 1, 'never again, says Wang') FROM assure.task ORDER BY task_id \g /dev/null
SELECT t.run('sup', format('SELECT assure.resolve_complaint(%s, ''founded'', ''Wang was right'')', complaint_id)) FROM assure.complaint ORDER BY complaint_id \g /dev/null
SELECT assure.end_enrollment('P-BJ', 'M1', '2024-11-30', true) \g /dev/null
SELECT assure.erase_person('P-BJ', 'M1', 'letter 4711') \g /dev/null
CREATE TEMP VIEW seen AS SELECT row_number() OVER (ORDER BY k.task_id) AS n, c.reason, c.note, c.state, s.score, s.words, k.product, k.chapter FROM assure.task k JOIN assure.complaint c USING (task_id) JOIN assure.satisfaction s USING (task_id);
SELECT is((SELECT concat_ws(' ', reason, note, words, chapter) FROM seen WHERE n = 1), '* *', 'the words of who is erased are gone, and what ailed her');
SELECT is((SELECT concat_ws(' ', state, score, product) FROM seen WHERE n = 1), 'founded 1 STD', 'what counts stays');
SELECT is((SELECT concat_ws(' ', reason, note, words, chapter) FROM seen WHERE n = 2), 'my husband Wang wept Wang was right never again, says Wang 10', 'those of others stay');
SELECT is((SELECT count(*) FROM assure_internal.measured_case WHERE complained AND score = 1), 2::bigint, 'and both are measured');
SELECT is(t.whole(), '', 'the books are whole');
SELECT * FROM finish();
ROLLBACK;
