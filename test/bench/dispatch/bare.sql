-- The writes of a dispatch and nothing else, in as many transactions: tasks, their
-- events, their clocks; what goes to whom is known.
CREATE TABLE IF NOT EXISTS given AS SELECT task_id, worker_id, row_number() OVER (ORDER BY worker_id, task_id) AS n FROM assure.task WHERE state = 'reserved';
TRUNCATE given;
INSERT INTO given SELECT task_id, worker_id, row_number() OVER (ORDER BY worker_id, task_id) FROM assure.task WHERE state = 'reserved';
CREATE INDEX IF NOT EXISTS given_n ON given (n);
ANALYZE given;
