-- The company of the month: six branches, three queues, sixty people in six groups of equals.
SET client_min_messages = warning;
CREATE EXTENSION pg_assure;
CREATE ROLE month_owner NOLOGIN;
SELECT assure.create_schema('month_owner', 'Asia/Shanghai');
CREATE SCHEMA sim;
CREATE TABLE sim.setting AS SELECT :seed::int AS seed;

INSERT INTO assure.branch (code, name, region) VALUES
    ('BJ', 'Beijing', '110101'), ('SH', 'Shanghai', '310101'), ('GD', 'Guangdong', '440300'), ('SC', 'Sichuan', '510104'), ('HB', 'Hubei', '420102'), ('XJ', 'Xinjiang', '650102');
INSERT INTO assure.queue (code, name, skill, wait_max) VALUES
    ('inquiry', 'Inquiries', 'inquiry', '2 days'), ('underwriting', 'Underwriting', 'underwriting', '3 days'), ('service', 'Policy service', 'inquiry', '4 days');
-- Equals: of one branch, with the same skills, authority and room. Underwriters are few.
INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen)
    SELECT b.code || lpad(i::text, 2, '0'), 'x', b.branch_id, 4, 10000000 FROM assure.branch b, generate_series(1, 10) i ORDER BY 1;
INSERT INTO assure.worker_skill SELECT worker_id, 'inquiry', 3 FROM assure.worker;
INSERT INTO assure.worker_skill SELECT worker_id, 'underwriting', 3 FROM assure.worker w JOIN assure.branch b USING (branch_id) WHERE b.code IN ('BJ', 'SH', 'GD');

-- sim.chance(what) is a number from 0 to 1 that depends on the seed and on nothing else.
CREATE FUNCTION sim.chance(what text) RETURNS float8 LANGUAGE sql STABLE AS $$
    SELECT (hashtextextended(what, (SELECT seed FROM sim.setting)) & 9007199254740991) / 9007199254740992.0 $$;

-- sim.morning(day) brings people to work: one in twenty is ill, and in the snow a third.
CREATE FUNCTION sim.morning(day int) RETURNS void LANGUAGE sql AS $$
    SELECT assure.set_worker_status(w.code, s.status, 'morning') FROM assure.worker w
    CROSS JOIN LATERAL (SELECT CASE WHEN sim.chance(format('ill %s %s', day, w.code)) < CASE WHEN day BETWEEN 10 AND 12 THEN 0.33 ELSE 0.05 END THEN 'off_shift' ELSE 'on_shift' END AS status) s
    WHERE w.status <> s.status ORDER BY w.code $$;

-- sim.arrive(day, half) has tasks come in: about 85 % of what people can do, evenly by branch; one in ten is urgent, one in ten can wait.
CREATE FUNCTION sim.arrive(day int, half int) RETURNS void LANGUAGE sql AS $$
    SELECT assure.create_task((ARRAY['inquiry', 'inquiry', 'service', 'underwriting', 'service'])[1 + floor(sim.chance('q' || n) * 5)::int], jsonb_build_object('kind', 'letter', 'ref', n),
        jsonb_build_object('branch', (ARRAY['BJ', 'SH', 'GD', 'SC', 'HB', 'XJ'])[1 + floor(sim.chance('b' || n) * 6)::int], 'amount', to_char(floor(sim.chance('a' || n) * 50000), 'FM99990') || '.00',
            'priority', CASE WHEN sim.chance('p' || n) < 0.1 THEN 9 WHEN sim.chance('p' || n) < 0.2 THEN 1 ELSE 5 END))
    FROM (SELECT format('%s-%s-%s', day, half, i) AS n FROM generate_series(1, (CASE WHEN half < 16 THEN 21 ELSE 0 END * CASE WHEN day BETWEEN 10 AND 12 THEN 1.3 ELSE 1 END * (0.6 + 0.8 * sim.chance(format('n %s %s', day, half))))::int) i) x $$;

-- sim.work() has everybody do what they have: what is reserved is begun, what has taken its time is finished. A person works on one task after
-- another, half an hour to an hour and a half each.
CREATE FUNCTION sim.work() RETURNS void LANGUAGE plpgsql AS $$
DECLARE w record; k record;
BEGIN
    FOR w IN SELECT code, worker_id FROM assure.worker WHERE status = 'on_shift' ORDER BY code LOOP
        PERFORM assure.act_as(w.code);
        FOR k IN SELECT task_id FROM assure.task WHERE worker_id = w.worker_id AND state = 'accepted'
                AND now() - state_since >= interval '30 minutes' + sim.chance('d' || task_id) * interval '60 minutes' ORDER BY task_id LOOP
            PERFORM assure.complete_task(k.task_id);
        END LOOP;
        -- One at a time: the next is begun when the last is done.
        FOR k IN SELECT task_id FROM assure.task t WHERE worker_id = w.worker_id AND state = 'reserved'
                AND NOT EXISTS (SELECT FROM assure.task a WHERE a.worker_id = w.worker_id AND a.state = 'accepted') ORDER BY task_id LIMIT 1 LOOP
            PERFORM assure.accept_task(k.task_id);
        END LOOP;
    END LOOP;
END $$;

-- How long each task waited until it was given to a person, and until that person began, or waits yet. The bound is wait_max of its queue: from then on
-- a task comes before all that are not past theirs, so the first dispatch after it gives it away: the people of the night come in the morning.
CREATE TABLE sim.dispatch (at timestamptz PRIMARY KEY);
CREATE VIEW sim.wait AS SELECT t.task_id, q.code AS queue, t.priority, t.state, q.wait_max, coalesce(g.given_at, now()) - t.created_at AS waited, coalesce(g.begun_at, now()) - t.created_at AS waited_begun,
        (SELECT min(d.at) FROM sim.dispatch d WHERE d.at >= t.created_at + q.wait_max) + interval '5 minutes' - t.created_at AS bound
    FROM assure.task t JOIN assure.queue q USING (queue_id) CROSS JOIN LATERAL (SELECT min(happened_at) FILTER (WHERE e.event = 'reserved') AS given_at,
        min(happened_at) FILTER (WHERE e.event = 'accepted') AS begun_at FROM assure.task_event e WHERE e.task_id = t.task_id) g;
