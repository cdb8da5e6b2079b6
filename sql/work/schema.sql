-- People, queues, tasks.  A task's subject is a reference without foreign key:
-- tasks stay in one place, their subjects may be distributed.

CREATE SEQUENCE assure.worker_id_seq;
CREATE TABLE assure.worker (
    worker_id bigint PRIMARY KEY DEFAULT nextval('assure.worker_id_seq'),
    code text NOT NULL UNIQUE CHECK (code <> ''),
    name text NOT NULL CHECK (name <> ''),
    branch_id bigint NOT NULL REFERENCES assure.branch,
    status text NOT NULL DEFAULT 'on_shift' CHECK (status IN ('on_shift', 'off_shift', 'left')),
    capacity int NOT NULL CHECK (capacity >= 0),
    authority_fen bigint NOT NULL CHECK (authority_fen >= 0),
    calendar text CHECK (calendar <> ''),
    status_since timestamptz NOT NULL DEFAULT now(),
    status_reason text CHECK (status_reason <> '')
);
CREATE INDEX worker_branch_id ON assure.worker (branch_id);
COMMENT ON TABLE assure.worker IS 'A person who does tasks.';
COMMENT ON COLUMN assure.worker.worker_id IS 'key';
COMMENT ON COLUMN assure.worker.code IS 'the company''s own code';
COMMENT ON COLUMN assure.worker.name IS 'name';
COMMENT ON COLUMN assure.worker.branch_id IS 'the branch that employs';
COMMENT ON COLUMN assure.worker.status IS 'on_shift: may be given tasks; off_shift; left: no longer employed';
COMMENT ON COLUMN assure.worker.capacity IS 'tasks at once';
COMMENT ON COLUMN assure.worker.authority_fen IS 'largest amount that this person may decide, fen';
COMMENT ON COLUMN assure.worker.calendar IS 'calendar of shifts, by name: outside its working time nothing is given; NULL: the status alone says';
COMMENT ON COLUMN assure.worker.status_since IS 'since when the status is what it is';
COMMENT ON COLUMN assure.worker.status_reason IS 'why it was set';

CREATE TABLE assure.worker_skill (
    worker_id bigint NOT NULL REFERENCES assure.worker,
    skill text NOT NULL CHECK (skill <> ''),
    level smallint NOT NULL CHECK (level BETWEEN 1 AND 5),
    PRIMARY KEY (worker_id, skill)
);
COMMENT ON TABLE assure.worker_skill IS 'What a worker can do, and how well.';
COMMENT ON COLUMN assure.worker_skill.worker_id IS 'the worker';
COMMENT ON COLUMN assure.worker_skill.skill IS 'the skill, as queues name it';
COMMENT ON COLUMN assure.worker_skill.level IS '1 beginner to 5 expert';

CREATE TABLE assure.worker_login (
    role_name text PRIMARY KEY CHECK (role_name <> ''),
    worker_id bigint NOT NULL UNIQUE REFERENCES assure.worker
);
COMMENT ON TABLE assure.worker_login IS 'Database roles that are one person; portals with a shared role use assure.act_as() instead.';
COMMENT ON COLUMN assure.worker_login.role_name IS 'database role, by name';
COMMENT ON COLUMN assure.worker_login.worker_id IS 'the worker who logs in with it';

CREATE SEQUENCE assure.queue_id_seq;
CREATE TABLE assure.queue (
    queue_id bigint PRIMARY KEY DEFAULT nextval('assure.queue_id_seq'),
    code text NOT NULL UNIQUE CHECK (code <> ''),
    name text NOT NULL CHECK (name <> ''),
    skill text NOT NULL CHECK (skill <> ''),
    skill_level smallint NOT NULL DEFAULT 1 CHECK (skill_level BETWEEN 1 AND 5),
    shareable boolean NOT NULL DEFAULT true,
    sla_code text,
    authority text CHECK (authority <> ''),
    profile text CHECK (profile <> ''),
    reserve_for interval DEFAULT interval '4 hours' CHECK (reserve_for >= interval '1 second' AND reserve_for <= interval '1 year'),
    wait_max interval NOT NULL DEFAULT interval '7 days' CHECK (wait_max >= interval '1 second' AND wait_max <= interval '1 year'),
    return_pause interval NOT NULL DEFAULT interval '15 minutes' CHECK (return_pause >= interval '0' AND return_pause <= interval '1 year')
);
COMMENT ON TABLE assure.queue IS 'A kind of work: what it takes to do it and how long it may take.';
COMMENT ON COLUMN assure.queue.queue_id IS 'key';
COMMENT ON COLUMN assure.queue.code IS 'name, as functions take it';
COMMENT ON COLUMN assure.queue.name IS 'name for people';
COMMENT ON COLUMN assure.queue.skill IS 'skill that it needs';
COMMENT ON COLUMN assure.queue.skill_level IS 'least level of that skill';
COMMENT ON COLUMN assure.queue.shareable IS 'true: anybody qualified in any branch, for the share that the branch of origin gives out; false: the branch of origin only, unless that is offline';
COMMENT ON COLUMN assure.queue.sla_code IS 'SLA policy, by code: a new task takes its highest version; NULL: no deadline';
COMMENT ON COLUMN assure.queue.authority IS 'FEEL over amount, priority and attributes of a task: the authority that it needs, yuan; NULL: its amount';
COMMENT ON COLUMN assure.queue.profile IS 'matching profile that weighs who is best for its tasks, by code; NULL: the built-in one';
COMMENT ON COLUMN assure.queue.reserve_for IS 'how long a reserved task waits to be accepted before it goes back to the pool; NULL: for ever';
COMMENT ON COLUMN assure.queue.wait_max IS 'bound on waiting: from then on a task comes before all that are not past theirs';
COMMENT ON COLUMN assure.queue.return_pause IS 'how long a task is not offered again to who returned it';

CREATE SEQUENCE assure.task_id_seq;
CREATE TABLE assure.task (
    task_id bigint PRIMARY KEY DEFAULT nextval('assure.task_id_seq'),
    queue_id bigint NOT NULL REFERENCES assure.queue,
    subject_kind text NOT NULL CHECK (subject_kind ~ '^[a-z][a-z0-9_]{0,62}$'),
    account_id bigint,
    subject_id bigint,
    branch_id bigint NOT NULL,
    amount_fen bigint NOT NULL CHECK (amount_fen >= 0),
    priority smallint NOT NULL DEFAULT 5 CHECK (priority BETWEEN 1 AND 9),
    created_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'reserved', 'accepted', 'suspended', 'done', 'cancelled')),
    state_since timestamptz NOT NULL DEFAULT now(),
    worker_id bigint,
    skills text[] NOT NULL DEFAULT '{}',
    excluded_worker_ids bigint[] NOT NULL DEFAULT '{}',
    task_ref text,
    subject_ref text,
    subject jsonb,
    region text,
    attributes jsonb NOT NULL DEFAULT '{}',
    authority_fen bigint,
    kept_branch_id bigint,
    due_at timestamptz,
    wait_until timestamptz,
    state_until timestamptz,
    declined_worker_ids bigint[] NOT NULL DEFAULT '{}',
    declined_until timestamptz,
    result jsonb,
    product text CHECK (product <> ''),
    chapter smallint CHECK (chapter BETWEEN 1 AND 22),
    CONSTRAINT task_claim_key CHECK (subject_kind <> 'claim' OR (account_id IS NOT NULL AND subject_id IS NOT NULL)),
    CHECK (CASE WHEN state = 'open' THEN worker_id IS NULL WHEN state IN ('suspended', 'cancelled') THEN true ELSE worker_id IS NOT NULL END),
    CONSTRAINT task_four_eyes CHECK (worker_id <> ALL (excluded_worker_ids))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE UNIQUE INDEX task_claim ON assure.task (subject_kind, account_id, subject_id) WHERE state NOT IN ('done', 'cancelled') AND subject_kind = 'claim';
CREATE INDEX task_subject ON assure.task (subject_kind, subject_id) WHERE subject_kind <> 'claim' AND subject_id IS NOT NULL;
CREATE UNIQUE INDEX task_ref ON assure.task (task_ref) WHERE task_ref IS NOT NULL;
-- Open tasks by class of the authority that they need (so that people without it are led past
-- them), then in order of urgency: the deadline or the bound on waiting, whichever is earlier, a day less for each point of priority above 5.
CREATE INDEX task_open ON assure.task (queue_id, (width_bucket(coalesce(authority_fen, amount_fen) - 1, '{500000,5000000,50000000}'::bigint[])), (date_part('epoch', coalesce(least(due_at, wait_until), created_at) - timestamptz '2000-01-01 00:00:00+00') + 86400 * (5 - priority)), coalesce(authority_fen, amount_fen))
    WHERE state = 'open' AND kept_branch_id IS NULL;
CREATE INDEX task_open_branch ON assure.task (branch_id, queue_id, (width_bucket(coalesce(authority_fen, amount_fen) - 1, '{500000,5000000,50000000}'::bigint[])), (date_part('epoch', coalesce(least(due_at, wait_until), created_at) - timestamptz '2000-01-01 00:00:00+00') + 86400 * (5 - priority)), coalesce(authority_fen, amount_fen))
    WHERE state = 'open';
CREATE INDEX task_worker ON assure.task (worker_id) WHERE state IN ('reserved', 'accepted');
CREATE INDEX task_state_until ON assure.task (state_until) WHERE state IN ('reserved', 'suspended');
COMMENT ON TABLE assure.task IS 'Work for a person. open -> reserved -> accepted -> done; a returned one is open again; suspended while the customer is waited for, then back with who had it; cancelled from anywhere but done.';
COMMENT ON COLUMN assure.task.task_id IS 'key';
COMMENT ON COLUMN assure.task.queue_id IS 'kind of work';
COMMENT ON COLUMN assure.task.subject_kind IS 'what it is about: claim, service_order, policy, task, or a name of the company''s own';
COMMENT ON COLUMN assure.task.account_id IS 'certificate of the subject; NULL: it has none';
COMMENT ON COLUMN assure.task.subject_id IS 'key of the subject: the claim, order, policy or task; NULL: it is known outside, by subject_ref';
COMMENT ON COLUMN assure.task.branch_id IS 'branch of origin';
COMMENT ON COLUMN assure.task.amount_fen IS 'amount at stake: who takes it needs that authority, fen';
COMMENT ON COLUMN assure.task.priority IS '9 is most urgent';
COMMENT ON COLUMN assure.task.created_at IS 'when it came up';
COMMENT ON COLUMN assure.task.state IS 'open, reserved, accepted, suspended, done or cancelled';
COMMENT ON COLUMN assure.task.state_since IS 'when it came into that state';
COMMENT ON COLUMN assure.task.worker_id IS 'who has it or did it';
COMMENT ON COLUMN assure.task.skills IS 'skills that it needs beside that of its queue, at any level';
COMMENT ON COLUMN assure.task.excluded_worker_ids IS 'four eyes: who did an earlier stage and may not do this one';
COMMENT ON COLUMN assure.task.task_ref IS 'the caller''s own name of the task: a second assure.create_task() with it finds this one; NULL: none';
COMMENT ON COLUMN assure.task.subject_ref IS 'name of the subject, as the caller gave it; NULL: subject_id says';
COMMENT ON COLUMN assure.task.subject IS 'what else the caller said of the subject';
COMMENT ON COLUMN assure.task.region IS 'GB/T 2260 code of where the work belongs; NULL: the seat of its branch';
COMMENT ON COLUMN assure.task.attributes IS 'what expressions of queues and profiles may ask of it';
COMMENT ON COLUMN assure.task.authority_fen IS 'authority that it needs, fen, by the expression of its queue; NULL: its amount';
COMMENT ON COLUMN assure.task.kept_branch_id IS 'the branch whose people alone may do it; NULL: anybody qualified in any branch';
COMMENT ON COLUMN assure.task.due_at IS 'its deadline, as its clock has it; NULL: none';
COMMENT ON COLUMN assure.task.wait_until IS 'bound on waiting: when it came up and wait_max of its queue';
COMMENT ON COLUMN assure.task.state_until IS 'when that ends by itself: a reserved task goes back to the pool, a suspended one comes back; NULL: never; of other states without meaning';
COMMENT ON COLUMN assure.task.declined_worker_ids IS 'who returned it or let it expire: not offered to them before declined_until';
COMMENT ON COLUMN assure.task.declined_until IS 'until when';
COMMENT ON COLUMN assure.task.result IS 'what came of it, as assure.complete_task() took it';
COMMENT ON COLUMN assure.task.product IS 'product line: the plan of a claim, else what its attributes say; NULL: not known. Measures of workers are kept by it';
COMMENT ON COLUMN assure.task.chapter IS 'ICD-10 chapter of a claim''s first diagnosis, else what its attributes say; NULL: not known';

CREATE SEQUENCE assure.task_event_id_seq;
CREATE TABLE assure.task_event (
    task_id bigint NOT NULL,
    event_id bigint NOT NULL DEFAULT nextval('assure.task_event_id_seq'),
    happened_at timestamptz NOT NULL DEFAULT now(),
    event text NOT NULL CHECK (event IN ('created', 'reserved', 'accepted', 'returned', 'expired', 'displaced', 'suspended', 'resumed', 'shared', 'kept', 'noted', 'done', 'cancelled')),
    worker_id bigint,
    session_role text NOT NULL,
    actor_worker_id bigint,
    reason text,
    PRIMARY KEY (task_id, event_id)
) /*[PARTITION BY RANGE (event_id)]*/;
COMMENT ON TABLE assure.task_event IS 'Every change of a task, append-only.';
COMMENT ON COLUMN assure.task_event.task_id IS 'the task';
COMMENT ON COLUMN assure.task_event.event_id IS 'key within it, in order';
COMMENT ON COLUMN assure.task_event.happened_at IS 'when';
COMMENT ON COLUMN assure.task_event.event IS 'created; reserved for a worker; accepted or returned by that one; expired: not accepted in time; displaced: the worker or the branch went; suspended, resumed; shared with all branches or kept to its own; noted; done or cancelled';
COMMENT ON COLUMN assure.task_event.worker_id IS 'the worker it concerns';
COMMENT ON COLUMN assure.task_event.session_role IS 'who made the change: the role that is logged in';
COMMENT ON COLUMN assure.task_event.actor_worker_id IS 'the person behind it; NULL: a job';
COMMENT ON COLUMN assure.task_event.reason IS 'why, for a return, a suspension or a cancellation; what is to be known, for a resumption or a note';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON assure.task_event
    FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();

-- What adjudication, appeals and post-checks need to be there from the first day.
INSERT INTO assure.sla_policy (code, target, warn_percent, stall_after) VALUES
    ('claim_review', interval '3 days', '{50,80}', interval '1 day'),
    ('claim_appeal', interval '10 days', '{50,80}', interval '3 days'),
    ('claim_check', interval '5 days', '{80}', interval '3 days'),
    ('claim_rectify', interval '2 days', '{50,80}', interval '1 day');
INSERT INTO assure.queue (code, name, skill, skill_level, sla_code) VALUES
    ('claim_review', 'Claim review', 'claim_review', 1, 'claim_review'),
    ('claim_appeal', 'Appeals', 'claim_review', 2, 'claim_appeal'),
    ('claim_check', 'Post-check of claims', 'post_check', 1, 'claim_check'),
    ('claim_rectify', 'Rectification of claims', 'claim_review', 1, 'claim_rectify');
