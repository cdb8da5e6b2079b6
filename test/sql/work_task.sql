\set ECHO none
-- The life of tasks of any kind: opened, taken, given back, suspended, done; what each state allows.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT no_plan();
SELECT t.new_role('bj', 'operator'), t.new_role('sh', 'operator'), t.new_role('app', 'operator'), t.new_role('sup', 'supervisor'), t.new_role('adm', 'admin'), t.new_role('bi', 'bi') \g /dev/null
SELECT assure.grant_branch(t.role('bj'), 'BJ'), assure.grant_branch(t.role('sh'), 'SH'), assure.grant_branch(t.role('app'), 'BJ'), assure.grant_branch(t.role('app'), 'SH') \g /dev/null
SELECT assure.set_worker_login(t.role('bj'), 'W-BJ'), assure.set_worker_login(t.role('sh'), 'W-SH') \g /dev/null
CREATE FUNCTION t.task(task_id bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT concat_ws(' ', k.state, w.code, (SELECT string_agg(e.event || coalesce('/' || e.reason, ''), ' ' ORDER BY e.event_id) FROM assure.task_event e WHERE e.task_id = k.task_id))
    FROM assure.task k LEFT JOIN assure.worker w USING (worker_id) WHERE k.task_id = $1 $$;
-- t.hint(statement) is detail and hint of an error.
CREATE FUNCTION t.hint(role text, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE detail text; hint text;
BEGIN
    EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', t.role(role));
    EXECUTE statement;
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(' ', nullif(detail, ''), hint);
END $$;

-- Queues by document.
SELECT is(t.run('adm', 'SELECT assure.put_queue(''{"code": "uw", "name": "Underwriting", "skills": {"uw": 2, "english": 1}, "authority": "amount * 2 + attributes.risk",
    "sla": "claim_review", "reserve_for": "PT30M", "wait_max": "P2D", "return_pause": "PT10M"}'')') > '0', true, 'a queue');
SELECT is((SELECT concat_ws(' ', skill, skill_level, shareable, sla_code, authority, extract(epoch FROM reserve_for)::int, extract(epoch FROM wait_max)::int, extract(epoch FROM return_pause)::int) FROM assure.queue WHERE code = 'uw'),
    'uw 2 t claim_review amount * 2 + attributes.risk 1800 172800 600', 'with what it needs');
SELECT is((SELECT string_agg(skill || level, ' ') FROM assure.queue_skill), 'english1', 'and more skills');
SELECT is(t.run('adm', 'SELECT assure.put_queue(''{"code": "uw", "name": "Underwriting", "skills": {"uw": 2}, "authority": "amount * 2 + attributes.risk", "sla": "claim_review", "reserve_for": null}'')') > '0', true, 'put again');
SELECT is((SELECT concat_ws(' ', skill, reserve_for IS NULL, extract(day FROM wait_max), (SELECT count(*) FROM assure.queue_skill)) FROM assure.queue WHERE code = 'uw'), 'uw t 7 0', 'it is what it says now');
SELECT is((SELECT concat_ws(' ', action, session_role = t.role('adm'), detail) FROM assure.audit_log WHERE subject = 'queue ' || (SELECT queue_id FROM assure.queue WHERE code = 'uw') ORDER BY audit_id DESC LIMIT 1),
    'configure.update t {"after": {"wait_max": "P7D", "reserve_for": null, "return_pause": "PT15M"}, "before": {"wait_max": "P2D", "reserve_for": "PT30M", "return_pause": "PT10M"}}', 'and the audit has what it was, and who changed it');
SELECT is((SELECT detail::text FROM assure.audit_log WHERE action = 'configure.delete' AND subject LIKE 'queue_skill %'), '{"before": {"level": 1, "skill": "english", "queue_id": ' || (SELECT queue_id FROM assure.queue WHERE code = 'uw') || '}}', 'and what is no more');
CREATE TEMP TABLE bad_queue (n serial, document jsonb, error text);
INSERT INTO bad_queue (document, error) VALUES
    ('{}', '22023 queue: code: missing'),
    ('{"code": "x", "name": "x", "skills": {}}', '22023 queue: skills: has 0 skills, not from 1 to 50'),
    ('{"code": "x", "name": "x", "skills": {"a": 6}}', '22003 queue: skills.a: %'),
    ('{"code": "x", "name": "x", "skills": {"a": 1}, "colour": 1}', '22023 queue: colour: unknown key'),
    ('{"code": "x", "name": "x", "skills": {"a": 1}, "sla": "none"}', '23503 sla: "none" does not exist'),
    ('{"code": "x", "name": "x", "skills": {"a": 1}, "profile": "none"}', '23503 profile: "none" does not exist'),
    ('{"code": "x", "name": "x", "skills": {"a": 1}, "authority": "amount +"}', 'AS301 %'),
    ('{"code": "x", "name": "x", "skills": {"a": 1}, "authority": "size"}', 'AS301 authority: name "size" is not known of a task'),
    ('{"code": "x", "name": "x", "skills": {"a": 1}, "reserve_for": "soon"}', '22007 %'),
    ('{"code": "x", "name": "x", "skills": {"a": 1}, "wait_max": "P-1D"}', '22023 wait_max: "P-1D" is not between 1 second and 1 year');
SELECT alike(t.run('adm', format('SELECT assure.put_queue(%L)', document)), error, 'no queue: ' || error) FROM bad_queue ORDER BY n;

-- Workers by document.
SELECT is(t.run('adm', 'SELECT assure.put_worker(''{"code": "U1", "name": "x", "branch": "BJ", "capacity": 3, "authority": "5000.00", "skills": {"uw": 3, "claim_review": 1}}'')') > '0', true, 'a worker');
SELECT is(t.run('adm', 'SELECT assure.put_worker(''{"code": "U2", "name": "x", "branch": "SH", "capacity": 2, "authority": "50000.00", "skills": {"uw": 2}}'')') > '0', true, 'another');
SELECT is(t.run('adm', 'SELECT assure.put_worker(''{"code": "U3", "name": "x", "branch": "SH", "capacity": 2, "authority": "50000.00", "skills": {"uw": 1}}'')') > '0', true, 'one who can less');
SELECT is(t.run('adm', 'SELECT assure.put_worker(''{"code": "U1", "name": "x", "branch": "BJ", "capacity": 3, "authority": "5000.00", "skills": {"uw": 3}}'')') > '0', true, 'the first again');
SELECT is((SELECT string_agg(skill || level, ' ') FROM assure.worker_skill JOIN assure.worker USING (worker_id) WHERE code = 'U1'), 'uw3', 'with another list of skills');
SELECT is(t.run('adm', 'SELECT assure.put_worker(''{"code": "U1", "name": "王小明", "branch": "BJ", "capacity": 3, "authority": "5000.00", "skills": {"uw": 3}}'')') > '0', true, 'and a name');
SELECT is((SELECT detail::text FROM assure.audit_log WHERE action = 'configure.update' AND subject LIKE 'worker %' ORDER BY audit_id DESC LIMIT 1), '{"after": {"name": "*"}, "before": {"name": "*"}}', 'that a name was changed is kept, no name');
SELECT is((SELECT count(*) FROM assure.audit_log a WHERE a::text ~ '王小明'), 0::bigint, 'nowhere');
CREATE TEMP TABLE bad_worker (n serial, document jsonb, error text);
INSERT INTO bad_worker (document, error) VALUES
    ('{"code": "x", "name": "x", "branch": "none", "capacity": 1, "authority": "1.00", "skills": {}}', '23503 branch: "none" does not exist'),
    ('{"code": "x", "name": "x", "branch": "BJ", "capacity": -1, "authority": "1.00", "skills": {}}', '22003 worker: capacity: %'),
    ('{"code": "x", "name": "x", "branch": "BJ", "capacity": 1, "authority": "-1.00", "skills": {}}', '22% worker: authority: %'),
    ('{"code": "x", "name": "x", "branch": "BJ", "capacity": 1, "authority": "1.00", "skills": []}', '22023 worker: skills: %'),
    ('{"code": "x", "name": "x", "branch": "BJ", "capacity": 1, "authority": "1.00", "skills": {}, "calendar": "none"}', '23503 calendar: "none" does not exist'),
    ('[]', '22023 %');
SELECT alike(t.run('adm', format('SELECT assure.put_worker(%L)', document)), error, 'no worker: ' || error) FROM bad_worker ORDER BY n;
SELECT is(t.run('adm', 'SELECT assure.put_branch(''{"code": "CD", "name": "Chengdu", "region": "510100", "share_out": 30, "take_in": 50}'')') > '0', true, 'a branch');
SELECT is(t.run('adm', 'SELECT assure.put_branch(''{"code": "CX", "name": "x", "region": "999999"}'')') LIKE '22P02 invalid region: "999999"', true, 'in a region that there is');
SELECT is(t.run('adm', 'SELECT assure.put_branch(''{"code": "CX", "name": "x", "region": "510100", "share_out": 101}'')') LIKE '22003 branch: share_out: %', true, 'shares are percents');
SELECT is(t.run('sup', 'SELECT assure.put_branch(''{}'')') LIKE '42501 %', true, 'a supervisor puts nothing');

-- Opened.
SELECT t.run('app', 'SELECT assure.create_task(''uw'', ''{"kind": "policy", "ref": "P-BJ", "form": 7}'', ''{"amount": "1000.00", "priority": 5, "region": "110105", "attributes": {"risk": 500}, "ref": "T1"}'')')::bigint AS one \gset
SELECT is((SELECT concat_ws(' ', state, subject_kind, subject_ref, subject_id = (SELECT policy_id FROM assure.policy WHERE ref = 'P-BJ'), subject, region, attributes, amount_fen, authority_fen,
    kept_branch_id IS NULL, due_at > created_at, extract(day FROM wait_until - created_at), task_ref) FROM assure.task WHERE task_id = :one),
    'open policy P-BJ t {"ref": "P-BJ", "form": 7, "kind": "policy"} 110105 {"risk": 500} 100000 250000 t t 7 T1', 'a task about a policy, its authority by the expression of the queue');
SELECT is((SELECT c.target_at = t.due_at FROM assure.clock c JOIN assure.task t ON t.task_id = c.subject_id WHERE c.subject_kind = 'task' AND t.task_id = :one), true, 'its deadline is its clock''s');
SELECT is(t.run('app', 'SELECT assure.create_task(''uw'', ''{"kind": "policy", "ref": "P-BJ"}'', ''{"ref": "T1"}'')'), :'one', 'under its ref it is found again');
SELECT is(t.run('app', 'SELECT assure.create_task(''uw'', ''{"kind": "policy", "ref": "P-SH"}'', ''{"ref": "T1"}'')'), 'AS103 ref: task "T1" was opened before in another queue, by another branch or about something else', 'but not for something else');
SELECT t.run('app', 'SELECT assure.create_task(''uw'', ''{"kind": "survey", "ref": "S"}'', ''{"branch": "SH", "amount": "1.00"}'', ''r1'')') AS two \gset
SELECT is(t.run('app', 'SELECT assure.create_task(''uw'', ''{"kind": "survey", "ref": "S"}'', ''{"branch": "SH", "amount": "1.00"}'', ''r1'')'), :'two', 'a retry answers the same');
SELECT is(t.run('app', 'SELECT assure.create_task(''uw'', ''{"kind": "survey", "ref": "X"}'', ''{"branch": "SH", "amount": "1.00"}'', ''r1'')') LIKE 'AS003 %', true, 'another request does not');
SELECT is((SELECT authority_fen IS NULL FROM assure.task WHERE task_id = :two), true, 'where the expression has no value, the amount counts');
CREATE TEMP TABLE bad_task (n serial, queue text, subject jsonb, details jsonb, error text);
INSERT INTO bad_task (queue, subject, details, error) VALUES
    ('none', '{"kind": "policy", "ref": "P-BJ"}', '{}', 'P0002 queue "none" does not exist'),
    ('uw', '{"kind": "policy", "ref": "none"}', '{}', 'P0002 subject: policy "none" does not exist'),
    ('uw', '{"kind": "service_order", "ref": "none"}', '{}', 'P0002 subject: service_order "none" does not exist'),
    ('uw', '{"kind": "task", "ref": "7x"}', '{}', 'P0002 subject: task "7x" does not exist'),
    ('uw', '{"kind": "claim", "ref": "C"}', '{}', '22023 subject: kind: is claim: adjudication and appeals open the tasks of claims'),
    ('uw', '{"kind": "Claim!", "ref": "C"}', '{}', '22023 subject: kind: must be lower-case letters, digits and underscores'),
    ('uw', '{"ref": "C"}', '{}', '22023 subject: kind: missing'),
    ('uw', '{"kind": "survey"}', '{}', '22023 subject: ref: missing'),
    ('uw', '{"kind": "survey", "ref": "S"}', '{}', '22023 branch is missing'),
    ('uw', '{"kind": "survey", "ref": "S"}', '{"branch": "none"}', 'P0002 branch "none" does not exist'),
    ('uw', '{"kind": "survey", "ref": "S"}', '{"branch": "GD"}', '42501 the task belongs to a branch that is not open to role %'),
    ('uw', '{"kind": "survey", "ref": "S"}', '{"branch": "BJ", "priority": 10}', '22003 details: priority: %'),
    ('uw', '{"kind": "survey", "ref": "S"}', '{"branch": "BJ", "amount": "-1.00"}', '22% details: amount: %'),
    ('uw', '{"kind": "survey", "ref": "S"}', '{"branch": "BJ", "region": "1"}', '22023 details: region: must be a GB/T 2260 code of six digits'),
    ('uw', '{"kind": "survey", "ref": "S"}', '{"branch": "BJ", "attributes": []}', '22023 details: attributes: an object expected, not %'),
    ('uw', '{"kind": "survey", "ref": "S"}', '{"branch": "BJ", "excluded": ["none"]}', 'P0002 excluded: worker "none" does not exist'),
    ('uw', '{"kind": "survey", "ref": "S"}', '{"branch": "BJ", "skills": "x"}', '22023 details: skills: %'),
    ('uw', '{"kind": "survey", "ref": "S"}', '{"branch": "BJ", "color": 1}', '22023 details: color: unknown key'),
    ('uw', '[]', '{}', '22023 subject: an object expected, not %');
CREATE TEMP TABLE before AS SELECT array_agg(c) AS counts FROM t.counts() c;
SELECT alike(t.run('app', format('SELECT assure.create_task(%L, %L, %L)', queue, subject, details)), error, 'no task: ' || error) FROM bad_task ORDER BY n;
SELECT is((SELECT array_agg(c) FROM t.counts() c), (SELECT counts FROM before), 'and nothing is left of any');

-- The next one, for whom it is.
SELECT is(t.as_worker('sup', 'U3', 'SELECT assure.next_task()'), '', 'who has not the level gets none');
SELECT is(t.as_worker('sup', 'U1', 'SELECT assure.next_task()'), :'one', 'the most urgent one');
SELECT is(t.as_worker('sup', 'U3', 'SELECT assure.next_task(''U1'')'), :'one', 'a supervisor takes it for somebody');
SELECT is(t.task(:one), 'open created', 'tried only');
SELECT assure.next_task('U2') AS got \gset
SELECT is(:'got'::text, :'two', 'work of one''s own branch goes before what is as urgent');
SELECT is(t.task(:two), 'reserved U2 created reserved', 'it is reserved');
SELECT is((SELECT state_until FROM assure.task WHERE task_id = :two), NULL, 'for ever in this queue');
SELECT is(t.run('bj', 'SELECT assure.next_task(''U2'')'), '42501 worker "U2" is somebody else', 'nobody takes for others');
SELECT is(t.run('app', 'SELECT assure.next_task()') LIKE 'AS004 %', true, 'an application is nobody');
SELECT is(t.fails('SELECT assure.next_task(''none'')'), 'P0002 worker "none" does not exist', 'nor is who there is not');
SELECT is(t.run('bj', 'SELECT assure.next_task()'), '', 'who has the skill of no queue with tasks gets none');

-- What is done with it.
SELECT is(t.run('sup', format('SELECT assure.complete_task(%s)', :two)) LIKE 'AS004 %', true, 'a task is done by a person');
SELECT is(t.as_worker('sup', 'U2', format('SELECT assure.complete_task(%s)', :two)), format('AS201 task %s is reserved', :two), 'once it is accepted');
SELECT is(t.hint('sup', format('SELECT assure.resume_task(%s)', :two)), 'assure.resume_task() does not apply to such a task. What applies is accept_task, return_task, assign_task, suspend_task or cancel_task.', 'what applies is said');
SELECT assure.act_as('U2') \g /dev/null
SELECT assure.accept_task(:two) \g /dev/null
SELECT is(t.task(:two), 'accepted U2 created reserved accepted', 'accepted');
SELECT is(t.fails(format('SELECT assure.assign_task(%s, ''U1'', ''x'')', :two)), format('AS201 task %s is accepted', :two), 'then it is not given to others');
SELECT assure.suspend_task(:two, 'waits for a laboratory') \g /dev/null
SELECT is(t.task(:two), 'suspended U2 created reserved accepted suspended/waits for a laboratory', 'suspended');
SELECT is((SELECT state FROM assure.clock WHERE subject_id = :two AND subject_kind = 'task'), 'paused', 'its clock too');
SELECT is(t.fails(format('SELECT assure.complete_task(%s)', :two)), format('AS201 task %s is suspended', :two), 'and not done meanwhile');
SELECT is(t.fails(format('SELECT assure.suspend_task(%s, ''x'')', :two)), format('AS201 task %s is suspended', :two), 'nor suspended twice');
SELECT is(t.whole(), '', 'the books are whole meanwhile');
SELECT assure.resume_task(:two, 'it is there') \g /dev/null
SELECT is(t.task(:two), 'reserved U2 created reserved accepted suspended/waits for a laboratory resumed/it is there', 'it comes back to who had it');
SELECT is((SELECT c.target_at = t.due_at AND c.state = 'running' FROM assure.clock c JOIN assure.task t ON t.task_id = c.subject_id WHERE c.subject_kind = 'task' AND t.task_id = :two), true, 'with the deadline of its clock');
SELECT clock_id AS clock FROM assure.clock WHERE subject_kind = 'task' AND subject_id = :two \gset
SELECT t.run('sup', format('SELECT assure.pause_clock(%s)', :clock)) \g /dev/null
UPDATE assure.clock SET paused_at = paused_at - interval '2 days' WHERE clock_id = :clock;
SELECT due_at AS due FROM assure.task WHERE task_id = :two \gset
SELECT t.run('sup', format('SELECT assure.resume_clock(%s)', :clock)) \g /dev/null
SELECT is((SELECT c.target_at = t.due_at AND t.due_at > :'due' FROM assure.clock c JOIN assure.task t ON t.task_id = c.subject_id WHERE clock_id = :clock), true, 'a clock that is resumed by hand moves the deadline of its task');
SELECT is(t.fails(format('SELECT assure.suspend_task(%s, ''x'', now() - interval ''1 day'')', :two)), '22023 until is not a moment to come', 'not suspended until the past');
SELECT is(t.fails(format('SELECT assure.suspend_task(%s, ''x'', ''infinity'')', :two)), '22023 until is not a moment to come', 'nor for ever');
SELECT assure.suspend_task(:two, 'a week', now() + interval '7 days') \g /dev/null
SELECT is(assure.task_sweep(), 0::bigint, 'the sweep leaves it');
UPDATE assure.task SET state_until = now() - interval '1 second' WHERE task_id = :two;
SELECT is(assure.task_sweep(), 1::bigint, 'until the time is over');
SELECT is(t.task(:two) LIKE 'reserved U2 % resumed/the time is over', true, 'then it comes back');
SELECT assure.accept_task(:two) \g /dev/null
SELECT is(t.fails(format('SELECT assure.complete_task(%s, %L)', :two, to_jsonb(repeat('x', 100001)))), '54000 result has more than 100000 bytes', 'a result has bounds');
SELECT assure.complete_task(:two, '{"outcome": "insurable"}', 'done-2') \g /dev/null
SELECT assure.complete_task(:two, '{"outcome": "insurable"}', 'done-2') \g /dev/null
SELECT is((SELECT concat_ws(' ', state, result) FROM assure.task WHERE task_id = :two), 'done {"outcome": "insurable"}', 'done, with its result, once');
SELECT is((SELECT state FROM assure.clock WHERE subject_id = :two AND subject_kind = 'task'), 'stopped', 'its clock stops');
SELECT is(t.fails(format('SELECT assure.cancel_task(%s, ''x'')', :two)), format('AS201 task %s is done', :two), 'what is done is over');
SELECT is(t.hint('sup', format('SELECT assure.cancel_task(%s, ''x'')', :two)), 'assure.cancel_task() does not apply to such a task. It is over: nothing applies to it. assure.create_task() opens another one.', 'and that is said');

-- Given by name: what a person may not have cannot be given.
CREATE FUNCTION t.assign(task_id bigint, worker text) RETURNS text LANGUAGE sql AS $$ SELECT t.run('sup', format('SELECT assure.assign_task(%s, %L, ''because'')', task_id, worker)) $$;
SELECT is(t.assign(:one, 'none'), 'P0002 worker "none" does not exist', 'unknown');
SELECT is(t.assign(0, 'U1'), 'P0002 task 0 does not exist', 'nor a task that there is not');
SELECT is(t.assign(:one, NULL), '22004 worker must not be NULL', 'nor to nobody');
SELECT is(t.assign(:one, 'U3'), format('AS202 task %s cannot go to worker "U3", who lacks the skill "uw" at level 2', :one), 'a level too low');
SELECT is(t.assign(:one, 'W-SH'), format('AS202 task %s cannot go to worker "W-SH", who lacks the skill "uw" at level 2', :one), 'not the skill');
UPDATE assure.task SET authority_fen = 600000 WHERE task_id = :one;
SELECT is(t.assign(:one, 'U1'), format('AS202 task %s cannot go to worker "U1", who has no authority for its amount', :one), 'no authority');
UPDATE assure.task SET authority_fen = 250000, excluded_worker_ids = (SELECT array_agg(worker_id) FROM assure.worker WHERE code = 'U1') WHERE task_id = :one;
SELECT is(t.assign(:one, 'U1'), format('AS202 task %s cannot go to worker "U1", who did an earlier stage of it', :one), 'four eyes');
UPDATE assure.task SET excluded_worker_ids = '{}', skills = '{chess}' WHERE task_id = :one;
SELECT is(t.assign(:one, 'U1'), format('AS202 task %s cannot go to worker "U1", who lacks the skill "chess" at level 1', :one), 'a skill of the task itself');
UPDATE assure.task SET skills = '{}' WHERE task_id = :one;
UPDATE assure.worker SET capacity = 0 WHERE code = 'U1';
SELECT is(t.assign(:one, 'U1'), format('AS202 task %s cannot go to worker "U1", who has no room', :one), 'no room');
UPDATE assure.worker SET capacity = 3, status = 'off_shift' WHERE code = 'U1';
SELECT is(t.assign(:one, 'U1'), format('AS202 task %s cannot go to worker "U1", who is off shift', :one), 'off shift');
SELECT is(t.fails('SELECT assure.next_task(''U1'')'), 'AS202 worker "U1" is not on shift', 'nor does he take one');
UPDATE assure.worker SET status = 'on_shift' WHERE code = 'U1';
UPDATE assure.branch SET status = 'offline' WHERE code = 'BJ';
SELECT is(t.assign(:one, 'U1'), format('AS202 task %s cannot go to worker "U1", who belongs to a branch that is offline', :one), 'offline');
SELECT is(t.fails('SELECT assure.next_task(''U1'')'), 'AS202 worker "U1" belongs to a branch that is offline', 'nor does he take one');
UPDATE assure.branch SET status = 'reduced' WHERE code = 'SH';
UPDATE assure.branch SET status = 'online' WHERE code = 'BJ';
SELECT is(t.assign(:one, 'U2'), format('AS202 task %s cannot go to worker "U2", who has no room for work of other branches', :one), 'reduced');
SELECT is(t.fails('SELECT assure.next_task(''U2'')'), 'none', 'for such a one');
SELECT is(assure.next_task('U2'), NULL, 'there is nothing');
UPDATE assure.branch SET status = 'online' WHERE code = 'SH';
UPDATE assure.task SET kept_branch_id = branch_id WHERE task_id = :one;
SELECT is(t.assign(:one, 'U2'), format('AS202 task %s cannot go to worker "U2", who belongs to another branch than the one it is kept to', :one), 'kept');
SELECT is(assure.next_task('U2'), NULL, 'nor is it found');
UPDATE assure.task SET kept_branch_id = NULL WHERE task_id = :one;
SELECT is(t.task(:one), 'open created', 'nothing of that left a trace');
SELECT is(t.run('sup', format('SELECT assure.assign_task(%s, ''U1'', '''')', :one)), '22004 reason must not be empty', 'a reason is asked for');
SELECT is(t.run('app', format('SELECT assure.assign_task(%s, ''U1'', ''x'')', :one)) LIKE '42501 %', true, 'and a supervisor');
SELECT assure.assign_task(:one, 'U1', 'knows the customer') \g /dev/null
SELECT is(t.task(:one), 'reserved U1 created reserved/knows the customer', 'given');
SELECT assure.assign_task(:one, 'U2', 'nearer') \g /dev/null
SELECT is(t.task(:one), 'reserved U2 created reserved/knows the customer displaced/nearer reserved/nearer', 'and given to another instead');

-- A return: not offered again at once, but in a while.
SELECT assure.act_as('U2') \g /dev/null
SELECT assure.return_task(:one, 'I know him') \g /dev/null
SELECT is(assure.next_task('U2'), NULL, 'who returned it is not offered it again at once');
SELECT is(t.as_worker('sup', 'U3', 'SELECT assure.next_task(''U1'')'), :'one', 'others are');
UPDATE assure.task SET declined_until = now() WHERE task_id = :one;
SELECT is(t.as_worker('sup', 'U3', 'SELECT assure.next_task(''U2'')'), :'one', 'after a while he is, too: nothing starves for having one person only');
SELECT is(t.as_worker('sup', 'U1', format('SELECT assure.return_task(%s, ''x'')', :one)), format('AS201 task %s is open', :one), 'an open one is not returned');

-- Not accepted in time.
SELECT assure.put_queue('{"code": "uw", "name": "Underwriting", "skills": {"uw": 2}, "sla": "claim_review", "reserve_for": "PT30M"}') \g /dev/null
SELECT is(assure.next_task('U1'), :one::bigint, 'taken');
SELECT is((SELECT state_until - now() FROM assure.task WHERE task_id = :one), interval '30 minutes', 'for half an hour');
SELECT is(assure.task_sweep(), 0::bigint, 'meanwhile it stays');
UPDATE assure.task SET state_until = now() WHERE task_id = :one;
SELECT is(assure.task_sweep(), 1::bigint, 'then it goes back');
SELECT is(t.task(:one) LIKE 'open % reserved expired/not accepted in time', true, 'with an event of its own');
SELECT is(assure.next_task('U1'), NULL, 'and not at once to the same person');
SELECT is(assure.task_sweep(), 0::bigint, 'once');
SELECT is(t.fails('SELECT assure.task_sweep(0)'), '22023 max_tasks is 0, not from 1 to 100000', 'bounds');

-- Cancelled.
SELECT is(t.run('app', format('SELECT assure.cancel_task(%s, ''x'')', :one)) LIKE '42501 %', true, 'not by anybody');
SELECT assure.cancel_task(:one, 'the customer withdrew') \g /dev/null
SELECT is(t.task(:one) LIKE 'cancelled % cancelled/the customer withdrew', true, 'cancelled');
SELECT is(assure.next_task('U2'), NULL, 'and gone');

-- No task: a query that found none is no success.
SELECT is(t.fails(format('SELECT assure.%s', f)), '22004 task_id must not be NULL', f) FROM unnest(ARRAY['accept_task(NULL)', 'return_task(NULL, ''x'')', 'suspend_task(NULL, ''x'')',
    'resume_task(NULL)', 'complete_task(NULL)', 'cancel_task(NULL, ''x'')', 'assign_task(NULL, ''U1'', ''x'')']) f;

-- Subjects and refs of other branches.
SELECT is(t.run('sh', 'SELECT assure.create_task(''uw'', ''{"kind": "policy", "ref": "P-BJ"}'', ''{"branch": "SH"}'')'), format('42501 policy "P-BJ" belongs to a branch that is not open to role "%s"', t.role('sh')), 'a subject of another branch is not taken to one''s own');
SELECT is(t.run('bj', 'SELECT assure.create_task(''uw'', ''{"kind": "survey", "ref": "B"}'', ''{"branch": "BJ", "ref": "survey-B"}'') IS NOT NULL'), 't', 'a task of Beijing');
SELECT is(t.run('sh', 'SELECT assure.create_task(''uw'', ''{"kind": "survey", "ref": "B"}'', ''{"branch": "SH", "ref": "survey-B"}'')'), 'AS103 ref: task "survey-B" was opened before in another queue, by another branch or about something else', 'its ref finds it in Beijing only');
SELECT assure.cancel_task((SELECT task_id FROM assure.task WHERE task_ref = 'survey-B'), 'over') \g /dev/null

-- Tasks of claims live with their claims.
SELECT t.verdict(t.claim('C', 'M1', '9000.00')) \g /dev/null
SELECT assure.act_as('W-BJ') \g /dev/null
SELECT task_id AS claim FROM assure.task WHERE subject_kind = 'claim' \gset
SELECT is((SELECT due_at IS NOT NULL AND wait_until = created_at + interval '7 days' FROM assure.task WHERE task_id = :claim), true, 'they have deadline and bound, too');
SELECT is(assure.next_task('W-BJ'), :claim::bigint, 'they are taken');
SELECT is(t.run('bj', format('SELECT assure.accept_task(%s)', :claim)), '""', 'accepted');
SELECT is(t.hint('bj', format('SELECT assure.accept_task(%s)', :claim)), 'assure.accept_task() does not apply to such a task. What applies is decide_claim, return_task or request_documents.', 'what applies to the task of a claim is said');
SELECT is(t.run('bj', format('SELECT assure.complete_task(%s)', :claim)), format('AS201 task %s is of a claim, so assure.complete_task() does not apply', :claim), 'but not completed');
SELECT is(t.run('bj', format('SELECT assure.suspend_task(%s, ''x'')', :claim)), format('AS201 task %s is of a claim, so assure.suspend_task() does not apply', :claim), 'suspended');
SELECT is(t.run('sup', format('SELECT assure.cancel_task(%s, ''x'')', :claim)), format('AS201 task %s is of a claim, so assure.cancel_task() does not apply', :claim), 'nor cancelled');
SELECT is(t.hint('bj', format('SELECT assure.complete_task(%s)', :claim)), 'assure.decide_claim() ends it, of an appeal also assure.uphold_appeal().', 'the way is said');
SELECT is(t.run('bj', 'SELECT assure.request_documents(''C'', ''[{"kind": "report", "text": "the report"}]'', 10)') ~ '^\d+$', true, 'documents are asked for');
SELECT is(t.run('bj', format('SELECT assure.resume_task(%s)', :claim)), format('AS201 task %s is of a claim, so assure.resume_task() does not apply', :claim), 'it is not resumed by hand');
SELECT is(t.run('app', 'SELECT assure.receive_documents(''C'', ''{report}'')'), '0', 'they come: none is missing');
SELECT is(t.task(:claim) LIKE 'reserved W-BJ %', true, 'and it is back');
SELECT is(t.run('bj', format('SELECT assure.accept_task(%s)', :claim)), '""', 'accepted again');
SELECT is(t.run('bj', 'SELECT assure.decide_claim(''C'', ''approve'')') LIKE '%', true, 'decided');
SELECT is((SELECT state FROM assure.task WHERE task_id = :claim), 'done', 'and done');
SELECT is((SELECT count(*) FROM assure.check_books()) + (SELECT count(*) FROM assure.audit_verify()), 0::bigint, 'the books are whole');

-- What people and reports see.
SELECT is((SELECT string_agg(concat_ws(' ', queue, subject_kind, subject, state, branch, worker, amount), ', ' ORDER BY task_id) FROM assure_bi.task),
    'uw policy P-BJ cancelled BJ 1000.00, uw survey S done SH U2 1.00, uw survey B cancelled BJ 0.00, claim_review claim ' || (SELECT claim_id FROM assure.claim WHERE ref = 'C') || ' done BJ W-BJ 6800.00', 'the view of tasks');
SELECT is(t.run('bi', 'SELECT count(*) FROM assure_bi.task'), '4', 'is BI''s');
SELECT is((SELECT concat_ws(' ', load, reserved, accepted, outside, room) FROM assure_bi.worker_load WHERE worker = 'U2'), '0 0 0 0 2', 'what people have in hand');
SELECT * FROM finish();
ROLLBACK;
