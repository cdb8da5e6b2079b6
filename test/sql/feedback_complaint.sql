\set ECHO none
-- What customers say of the work on their tasks: complaints and scores.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(52);
SELECT t.new_role('bj', 'operator'), t.new_role('sh', 'operator'), t.new_role('app', 'operator'), t.new_role('sup', 'supervisor'), t.new_role('adm', 'admin'), t.new_role('bi', 'bi'), t.new_role('aud', 'auditor') \g /dev/null
SELECT assure.grant_branch(t.role(r), b) FROM (VALUES ('bj', 'BJ'), ('sh', 'SH'), ('app', 'BJ')) x (r, b) \g /dev/null
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT 'W-CHIEF', '李雷', branch_id, 5, 2000000 FROM assure.branch WHERE code = 'BJ';
SELECT assure.set_worker_login(t.role(r), w) FROM (VALUES ('bj', 'W-BJ'), ('sh', 'W-SH'), ('sup', 'W-CHIEF')) x (r, w) \g /dev/null
SELECT worker_id AS worker FROM assure.worker WHERE code = 'W-BJ' \gset
SELECT worker_id AS chief FROM assure.worker WHERE code = 'W-CHIEF' \gset
SELECT branch_id AS branch FROM assure.branch WHERE code = 'BJ' \gset
-- One task done, one open, one that the chief did.
INSERT INTO assure.task (queue_id, subject_kind, branch_id, amount_fen, priority, state, worker_id, attributes) SELECT queue_id, 'case', :branch, 5000, 7, s, w, '{"product": "LIFE", "chapter": 9}'
    FROM assure.queue, (VALUES (1, 'done', :worker), (2, 'open', NULL), (3, 'done', :chief)) x (n, s, w) WHERE code = 'claim_review' ORDER BY n;
SELECT min(task_id) AS done, min(task_id) + 1 AS open, max(task_id) AS chiefs FROM assure.task \gset
SELECT set_config('t.done', :'done', true), set_config('t.open', :'open', true), set_config('t.chiefs', :'chiefs', true) \g /dev/null
-- t.call(role, call) runs a call with the tasks' names replaced by their keys.
CREATE FUNCTION t.call(role text, call text) RETURNS text LANGUAGE sql AS $$
    SELECT t.run(role, 'SELECT assure.' || replace(replace(replace(call, ':done', current_setting('t.done')), ':open', current_setting('t.open')), ':chiefs', current_setting('t.chiefs'))) $$;
SELECT is((SELECT string_agg(concat_ws(' ', product, chapter), ', ') FROM assure.task), 'LIFE 9, LIFE 9, LIFE 9', 'tasks know their class from their attributes');
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;

-- Complaints that are refused.
SELECT is(t.call('bj', 'record_complaint(NULL, ''delay'', ''x'')'), '22004 task_id must not be NULL', 'a complaint is about a task');
SELECT is(t.call('bj', 'record_complaint(-1, ''delay'', ''x'')'), 'P0002 task -1 does not exist', 'that is there');
SELECT is(t.call('bj', 'record_complaint(:done, ''anger'', ''x'')'), '22023 kind "anger" is not known', 'of a kind');
SELECT is(t.call('bj', 'record_complaint(:done, NULL, ''x'')'), '22004 kind must not be NULL', 'that is given');
SELECT is(t.call('bj', 'record_complaint(:done, ''delay'', '''')'), '22004 reason must not be empty', 'with a reason');
SELECT is(t.call('bj', 'record_complaint(:done, ''delay'', repeat(''x'', 4001))'), '54000 reason has 4001 bytes, more than 4000', 'not a book');
SELECT is(t.call('bj', 'record_complaint(:done, ''delay'', ''x'', ''dream'')'), '22023 channel "dream" is not known', 'by a channel');
SELECT matches(t.call('sh', 'record_complaint(:done, ''delay'', ''x'')'), '^42501 ', 'entered by who has the branch');
SELECT matches(t.call('bi', 'record_complaint(:done, ''delay'', ''x'')'), '^42501 ', 'and the scope');
SELECT matches(t.call('aud', 'record_complaint(:done, ''delay'', ''x'')'), '^42501 ', 'an auditor looks only');
SELECT is(t.call('sup', 'resolve_complaint(1000000, ''founded'', ''x'')'), 'P0002 complaint 1000000 does not exist', 'what was not said is not resolved');
-- Scores that are refused.
SELECT is(t.call('bj', 'record_satisfaction(:open, 5)'), format('AS201 task %s is open', :open), 'what is not done has no score');
SELECT is(t.call('bj', 'record_satisfaction(:done, 0)'), '22023 score is 0, not from 1 to 5', 'no score below 1');
SELECT is(t.call('bj', 'record_satisfaction(:done, 6)'), '22023 score is 6, not from 1 to 5', 'nor above 5');
SELECT is(t.call('bj', 'record_satisfaction(:done, NULL)'), '22004 score must not be NULL', 'nor none');
SELECT is(t.call('bj', 'record_satisfaction(-1, 5)'), 'P0002 task -1 does not exist', 'nor of no task');
SELECT is(t.call('bj', 'record_satisfaction(:done, 5, '''')'), '22004 words must not be empty', 'nor with empty words');
SELECT matches(t.call('sh', 'record_satisfaction(:done, 5)'), '^42501 ', 'nor by who has not the branch');
SELECT is(t.grown((SELECT counts FROM before)), 'nothing', 'no refusal wrote a row');

-- Entered.
SELECT matches(t.call('app', 'record_complaint(:done, ''delay'', ''three weeks'', ''app'', ''c1'')'), '^\d+$', 'an application enters a complaint');
SELECT is(t.call('app', 'record_complaint(:done, ''delay'', ''three weeks'', ''app'', ''c1'')'), (SELECT complaint_id::text FROM assure.complaint), 'a retry enters it once');
SELECT matches(t.call('app', 'record_complaint(:done, ''delay'', ''four weeks'', ''app'', ''c1'')'), '^AS003 ', 'a request is one complaint');
SELECT is((SELECT concat_ws(' ', task_id = :done, worker_id = :worker, branch_id = :branch, kind, reason, channel, state, recorded_worker_id) FROM assure.complaint), 't t t delay three weeks app open', 'it is about who did the task');
SELECT matches(t.call('bj', 'record_complaint(:open, ''information'', ''nobody knows'')'), '^\d+$', 'one about a task that nobody has');
SELECT matches(t.call('sup', 'record_complaint(:chiefs, ''manner'', ''rude'', ''regulator'')'), '^\d+$', 'one about the chief');
SELECT is((SELECT string_agg(concat_ws(' ', kind, coalesce(worker_id = :worker, false), recorded_worker_id IS NULL), ', ' ORDER BY complaint_id) FROM assure.complaint), 'delay t t, information f f, manner f f', 'each is about its own');
SELECT complaint_id AS first, complaint_id + 1 AS second, complaint_id + 2 AS third FROM assure.complaint WHERE kind = 'delay' \gset
SELECT is((SELECT string_agg(subject, ', ' ORDER BY audit_id) FROM assure.audit_log WHERE action = 'record_complaint') LIKE format('complaint %s of task %s, %%', :first, :done), true, 'the log has keys, no words');
-- Resolved.
SELECT set_config('t.done', :'first', true), set_config('t.open', :'second', true), set_config('t.chiefs', :'third', true) \g /dev/null
SELECT is(t.call('sup', 'resolve_complaint(:done, ''forgotten'', ''x'')'), '22023 outcome "forgotten" is not known', 'an outcome is one of three');
SELECT is(t.call('sup', 'resolve_complaint(:done, ''founded'', NULL)'), '22004 note must not be empty', 'with a note');
SELECT is(t.call('sup', 'resolve_complaint(:done, ''unfounded'', ''x'', ''claim_review'')'), '22023 follow_up_queue is for complaints that are founded, not unfounded', 'a task follows what is founded');
SELECT is(t.call('sup', 'resolve_complaint(:done, ''founded'', ''x'', ''no queue'')'), 'P0002 queue "no queue" does not exist', 'in a queue that is there');
SELECT matches(t.call('bj', 'resolve_complaint(:done, ''unfounded'', ''x'')'), '^42501 whether a complaint is founded is for a supervisor to say$', 'by a supervisor');
SELECT matches(t.call('adm', 'resolve_complaint(:done, ''unfounded'', ''x'')'), '^AS004 ', 'who is a person');
SELECT is(t.call('sup', 'resolve_complaint(:chiefs, ''unfounded'', ''x'')'), format('AS202 complaint %s is about worker "%s"', :third, (SELECT code FROM assure.worker WHERE worker_id = :chief)), 'and not who it is about');
SELECT matches(t.call('sup', 'resolve_complaint(:done, ''founded'', ''indeed'', ''claim_review'', ''f1'')'), '^\d+$', 'a founded one opens a task');
SELECT is(t.call('sup', 'resolve_complaint(:done, ''founded'', ''indeed'', ''claim_review'', ''f1'')'), (SELECT follow_up_task_id::text FROM assure.complaint WHERE complaint_id = :first), 'a retry opens it once');
SELECT is((SELECT concat_ws(' ', t.subject_kind, t.subject_id, t.state, t.priority, t.amount_fen, t.excluded_worker_ids = ARRAY[:worker]::bigint[], t.product, t.chapter) FROM assure.task t WHERE task_id = (SELECT follow_up_task_id FROM assure.complaint WHERE complaint_id = :first)),
    format('task %s open 7 5000 t LIFE 9', (SELECT task_id FROM assure.complaint WHERE complaint_id = :first)), 'about the same task, for somebody else, of its class');
SELECT is(t.call('sup', 'resolve_complaint(:done, ''unfounded'', ''no'')'), format('AS201 complaint %s is founded', :first), 'what is resolved stays so');
SELECT is(t.call('app', 'resolve_complaint(:open, ''withdrawn'', ''never mind'')'), '', 'an application enters that the customer withdraws');
SELECT is(t.fails(format('UPDATE assure.complaint SET resolved_worker_id = worker_id, state = ''founded'', resolved_at = now(), resolved_by = ''x'' WHERE complaint_id = %s', :third)) ~ '^23514 ', true, 'the table itself keeps four eyes');
SELECT is((SELECT string_agg(concat_ws(' ', kind, worker, worker_name, product, state), ', ' ORDER BY complaint_id) FROM assure_bi.complaint), 'delay W-BJ W* LIFE founded, information LIFE withdrawn, manner W-CHIEF 李* LIFE open', 'BI sees them, masked');
SELECT is((SELECT count(*) FROM information_schema.columns WHERE table_schema = 'assure_bi' AND table_name IN ('complaint', 'satisfaction') AND column_name IN ('reason', 'words', 'note')), 0::bigint, 'without words');
-- Scored.
SELECT task_id AS done FROM assure.complaint WHERE complaint_id = :first \gset
SELECT set_config('t.done', :'done', true) \g /dev/null
SELECT is(t.call('app', 'record_satisfaction(:done, 2, ''slow'', ''s1'')'), '""', 'a customer gives a score');
SELECT is(t.call('app', 'record_satisfaction(:done, 2, ''slow'', ''s1'')'), '""', 'a retry');
SELECT is((SELECT concat_ws(' ', worker_id = :worker, score, words, count(*) OVER ()) FROM assure.satisfaction), 't 2 slow 1', 'enters it once');
SELECT is(t.call('bj', 'record_satisfaction(:done, 5)'), format('AS201 task %s has a score', :done), 'a second one is refused');
SELECT is((SELECT concat_ws(' ', queue, product, chapter, worker, score) FROM assure_bi.satisfaction), 'claim_review LIFE 9 W-BJ 2', 'BI sees it');
-- Who reads.
SELECT is(t.run('bj', 'SELECT count(*) FROM assure.complaint'), '3', 'who has the branch reads complaints');
SELECT is(t.run('sh', 'SELECT count(*) FROM assure.complaint'), '0', 'who has not sees none');
SELECT is(t.run('sh', 'SELECT count(*) FROM assure.satisfaction'), '0', 'nor scores');
SELECT matches(t.run('bi', 'SELECT reason FROM assure.complaint'), '^42501 ', 'nor BI words');
SELECT * FROM finish();
ROLLBACK;
