-- Alerts on their way: notifications and who reads them, arrivals and what is
-- expected, how far the sweep is.

-- Keys are drawn under a lock that is held to the commit, so they become visible
-- in their order, and a cursor over them misses nothing.
CREATE SEQUENCE assure.notification_id_seq;
CREATE TABLE assure.notification (
    notification_id bigint PRIMARY KEY DEFAULT nextval('assure.notification_id_seq'),
    alert_id bigint NOT NULL,
    kind text NOT NULL CHECK (kind IN ('raised', 'tell', 'raise_priority', 'return')),
    role_name text,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((kind = 'tell') = (role_name IS NOT NULL))
);
COMMENT ON TABLE assure.notification IS 'What consumers hear of alerts, append-only; housekeeping drops what is older than 30 days. assure.take_notifications() reads it.';
COMMENT ON COLUMN assure.notification.notification_id IS 'key; becomes visible in its order';
COMMENT ON COLUMN assure.notification.alert_id IS 'the alert';
COMMENT ON COLUMN assure.notification.kind IS 'raised; or the escalation: tell, raise_priority or return';
COMMENT ON COLUMN assure.notification.role_name IS 'kind tell: who is to be told, as the policy says';
COMMENT ON COLUMN assure.notification.created_at IS 'when';
CREATE INDEX notification_created_at ON assure.notification USING brin (created_at);

CREATE TABLE assure_internal.notification_consumer (
    consumer text PRIMARY KEY CHECK (consumer <> ''),
    cursor_id bigint NOT NULL,
    taken_at timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE assure_internal.notification_consumer IS 'How far each consumer has read; consumers of one name share the work.';
COMMENT ON COLUMN assure_internal.notification_consumer.consumer IS 'name of the consumer';
COMMENT ON COLUMN assure_internal.notification_consumer.cursor_id IS 'notifications up to this key were handed out';
COMMENT ON COLUMN assure_internal.notification_consumer.taken_at IS 'when it last asked';

CREATE TABLE assure_internal.notification_delivery (
    consumer text NOT NULL REFERENCES assure_internal.notification_consumer ON DELETE CASCADE,
    notification_id bigint NOT NULL,
    leased_until timestamptz NOT NULL,
    times int NOT NULL DEFAULT 1 CHECK (times > 0),
    PRIMARY KEY (consumer, notification_id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
COMMENT ON TABLE assure_internal.notification_delivery IS 'What was handed out and not acknowledged yet; it is handed out again when its lease is over.';
COMMENT ON COLUMN assure_internal.notification_delivery.consumer IS 'the consumer';
COMMENT ON COLUMN assure_internal.notification_delivery.notification_id IS 'the notification';
COMMENT ON COLUMN assure_internal.notification_delivery.leased_until IS 'until when it is not handed out again';
COMMENT ON COLUMN assure_internal.notification_delivery.times IS 'how often it was handed out';

CREATE TABLE assure_internal.sweep_state (
    sweep_state_id smallint PRIMARY KEY DEFAULT 1 CHECK (sweep_state_id = 1),
    watermark timestamptz NOT NULL DEFAULT '-infinity',
    candidate_at timestamptz,
    candidate_writers text[] NOT NULL DEFAULT '{}',
    whole_at timestamptz NOT NULL DEFAULT '-infinity',
    swept_at timestamptz NOT NULL DEFAULT '-infinity',
    arrivals_checked_at timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
COMMENT ON TABLE assure_internal.sweep_state IS 'How far the sweep is: one row.';
COMMENT ON COLUMN assure_internal.sweep_state.sweep_state_id IS '1';
COMMENT ON COLUMN assure_internal.sweep_state.watermark IS 'no clock is due before this moment; sweeps read from here';
COMMENT ON COLUMN assure_internal.sweep_state.candidate_at IS 'the next watermark';
COMMENT ON COLUMN assure_internal.sweep_state.candidate_writers IS 'as soon as these transactions have ended, which were writing deadlines then';
COMMENT ON COLUMN assure_internal.sweep_state.whole_at IS 'when a sweep last read from the beginning; once an hour one does';
COMMENT ON COLUMN assure_internal.sweep_state.swept_at IS 'when a sweep last noted here how far it came: whenever there was something to do, else once a minute';
COMMENT ON COLUMN assure_internal.sweep_state.arrivals_checked_at IS 'when arrivals were last compared with the forecast; once a minute';
INSERT INTO assure_internal.sweep_state DEFAULT VALUES;

CREATE TABLE assure.arrival_watch (
    queue_id bigint PRIMARY KEY REFERENCES assure.queue,
    look_back interval NOT NULL DEFAULT '1 hour' CHECK (look_back BETWEEN interval '5 minutes' AND interval '24 hours'),
    deviations numeric NOT NULL DEFAULT 3 CHECK (deviations BETWEEN 0 AND 100),
    least int NOT NULL DEFAULT 10 CHECK (least > 0),
    by_branch boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE assure.arrival_watch IS 'Queues whose arrivals are compared with the forecast: more than expected raises an alert of level new.';
COMMENT ON COLUMN assure.arrival_watch.queue_id IS 'the queue';
COMMENT ON COLUMN assure.arrival_watch.look_back IS 'arrivals of so long are counted';
COMMENT ON COLUMN assure.arrival_watch.deviations IS 'so many deviations above the forecast are unusual';
COMMENT ON COLUMN assure.arrival_watch.least IS 'fewer arrivals than this are never unusual';
COMMENT ON COLUMN assure.arrival_watch.by_branch IS 'true: each branch by itself; false: the queue as a whole';

CREATE TRIGGER audit_change AFTER INSERT OR UPDATE OR DELETE ON assure.arrival_watch
    FOR EACH ROW EXECUTE FUNCTION assure.audit_change();

CREATE TABLE assure.arrival_forecast (
    queue_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    hour smallint NOT NULL CHECK (hour BETWEEN 0 AND 23),
    mean numeric(12, 4) NOT NULL,
    deviation numeric(12, 4) NOT NULL,
    weeks int NOT NULL,
    PRIMARY KEY (queue_id, branch_id, weekday, hour)
);
COMMENT ON TABLE assure.arrival_forecast IS 'Arrivals that are expected, from the last weeks; assure.forecast_arrivals() writes it.';
COMMENT ON COLUMN assure.arrival_forecast.queue_id IS 'the queue';
COMMENT ON COLUMN assure.arrival_forecast.branch_id IS 'branch of origin; 0: all together';
COMMENT ON COLUMN assure.arrival_forecast.weekday IS '1 Monday to 7 Sunday, in the company''s time zone';
COMMENT ON COLUMN assure.arrival_forecast.hour IS 'hour of the day';
COMMENT ON COLUMN assure.arrival_forecast.mean IS 'tasks that came in that hour, on average';
COMMENT ON COLUMN assure.arrival_forecast.deviation IS 'standard deviation of that number';
COMMENT ON COLUMN assure.arrival_forecast.weeks IS 'weeks that were looked at';
ALTER TABLE assure.arrival_forecast ENABLE ROW LEVEL SECURITY;
CREATE POLICY branch ON assure.arrival_forecast FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR branch_id = ANY ((SELECT assure.visible_branches())::bigint[]));
CREATE INDEX task_created_at ON assure.task USING brin (created_at) WITH (pages_per_range = 32, autosummarize);
