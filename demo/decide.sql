-- People at work, through the portal: a task is accepted and decided, or given
-- back. Each in a transaction of its own, on behalf of the one who has the task.

DO $work$
DECLARE
    job record;
    chance float8;
BEGIN
    FOR job IN
        SELECT t.task_id, w.code AS worker, c.ref, hashtextextended(c.ref, 1) AS key
        FROM assure.task t JOIN assure.worker w USING (worker_id) JOIN assure.claim c ON c.account_id = t.account_id AND c.claim_id = t.subject_id
        WHERE t.state = 'reserved' ORDER BY hashtextextended(c.ref, 0) LIMIT 400
    LOOP
        chance := demo.draw(job.key, 400);
        PERFORM assure.act_as(job.worker);
        PERFORM assure.accept_task(job.task_id);
        IF chance < 0.06 THEN
            PERFORM assure.return_task(job.task_id, 'waits for the hospital''s records');
        ELSIF chance < 0.30 THEN
            PERFORM assure.decide_claim(job.ref, 'deny', 'the invoice was paid under another claim');
        ELSIF chance < 0.90 THEN
            BEGIN
                PERFORM assure.decide_claim(job.ref, 'approve', 'checked with the provider');
            EXCEPTION WHEN SQLSTATE 'AS201' THEN
                -- what was payable when it was pended is not any more: a limit was used up
                PERFORM assure.decide_claim(job.ref, 'deny', 'the limit of the year is used up');
            END;
        END IF;     -- else it stays accepted: somebody is at it
        COMMIT;
    END LOOP;
END
$work$;

SELECT count(*) FROM assure.task_event WHERE event = 'accepted';
