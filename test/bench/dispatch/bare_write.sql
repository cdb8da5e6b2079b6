DO $$
DECLARE
    chunk int := 0;
BEGIN
    WHILE chunk * 1000 < (SELECT max(n) FROM given) LOOP
        UPDATE assure.task t SET state = 'reserved', state_since = now(), worker_id = g.worker_id, state_until = now() + interval '1 hour'
            FROM given g WHERE t.task_id = g.task_id AND g.n > chunk * 1000 AND g.n <= chunk * 1000 + 1000;
        INSERT INTO assure.task_event (task_id, event, worker_id, session_role)
            SELECT task_id, 'reserved', worker_id, 'x' FROM given WHERE n > chunk * 1000 AND n <= chunk * 1000 + 1000;
        UPDATE assure.clock c SET progress_at = now()
            FROM given g WHERE c.subject_kind = 'task' AND c.subject_id = g.task_id AND c.state = 'running' AND g.n > chunk * 1000 AND g.n <= chunk * 1000 + 1000;
        COMMIT;
        chunk := chunk + 1;
    END LOOP;
END $$;
