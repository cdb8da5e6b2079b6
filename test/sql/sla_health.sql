\set ECHO none
-- assure_bi.health: each check is made to warn and to fail by what it is about, and says what to do.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT no_plan();
SELECT t.new_role('boss', 'supervisor'), t.new_role('auditor', 'auditor'), t.new_role('reader', 'bi'), t.new_role('op', 'operator') \g /dev/null

-- t.health(check) is its state; t.after(check, statement) what it becomes by a statement that the owner makes with the guards off; undone.
CREATE FUNCTION t.health(c text) RETURNS text LANGUAGE sql AS $$ SELECT state || ': ' || finding FROM assure_bi.health WHERE check_name = c $$;
CREATE FUNCTION t.after(c text, VARIADIC statements text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text; statement text;
BEGIN
    BEGIN
        SET LOCAL session_replication_role = replica;
        FOREACH statement IN ARRAY statements LOOP EXECUTE statement; END LOOP;
        SET LOCAL session_replication_role = origin;
        -- Rows that are not well and say not what to do would be of no use.
        IF EXISTS (SELECT FROM assure_bi.health WHERE state NOT IN ('ok', 'warn', 'fail') OR (state <> 'ok') <> (coalesce(what_to_do, '') <> '')) THEN
            RAISE 'a state, or what to do, is missing';
        END IF;
        found := t.health(c);
        RAISE SQLSTATE 'T0000';
    EXCEPTION WHEN SQLSTATE 'T0000' THEN NULL;
    END;
    RETURN found;
END $$;

-- A database in which all is well: jobs ran a moment ago, the checks found nothing, the year is one that is known.
UPDATE assure_internal.job SET next_run_at = now() + interval '1 minute', last_ok_at = now();
SELECT t.verdict(t.claim('C1', 'S1', '700.00')) \g /dev/null
SELECT is(assure.check_health(), 0::bigint, 'books and audit are whole');
SELECT is((SELECT string_agg(check_name || ' ' || state, ', ') FROM assure_bi.health WHERE check_name <> 'calendar'), 'driver ok, jobs ok, last sweep ok, sweep backlog ok, oldest pending claim ok, claims set aside ok, outbox lag ok, books ok, audit ok, coverage ok, audit seals ok, coverage sets ok, payments ok, waiting tasks ok', 'all is well');
SELECT is((SELECT count(*) FROM assure_bi.health WHERE state = 'ok' AND what_to_do IS NOT NULL), 0::bigint, 'and there is nothing to do');

SELECT is(t.after('driver', $$UPDATE assure_internal.job SET next_run_at = now() - interval '20 minutes' WHERE name IN ('sweep', 'adjudicate')$$), 'fail: nothing runs adjudicate, sweep', 'driver: nothing runs the jobs');
SELECT is(t.after('driver', $$SELECT assure.pause('sweep'), assure.pause('check')$$), 'warn: 2 jobs are paused', 'driver: paused');
SELECT is(t.after('jobs', $$UPDATE assure_internal.job SET failures = 1, last_error = 'no' WHERE name = 'sweep'$$), 'warn: sweep: no', 'jobs: one failed');
SELECT is(t.after('jobs', $$UPDATE assure_internal.job SET failures = 5, last_error = 'no' WHERE name IN ('sweep', 'check')$$), 'fail: check: no; sweep: no', 'jobs: two fail again and again');
SELECT is(t.after('last sweep', $$UPDATE assure_internal.job SET last_ok_at = NULL WHERE name = 'sweep'$$), 'fail: never', 'last sweep: never');
SELECT matches(t.after('last sweep', $$UPDATE assure_internal.job SET last_ok_at = now() - interval '6 minutes' WHERE name = 'sweep'$$), '^fail: at ', 'last sweep: minutes ago');
SELECT matches(t.after('last sweep', $$UPDATE assure_internal.job SET last_ok_at = now() - interval '6 minutes' WHERE name = 'sweep'$$, $$UPDATE assure_internal.sweep_state SET swept_at = now() - interval '1 minute'$$), '^ok: at ', 'last sweep: one that no job ran counts');
CREATE FUNCTION t.clocks(n int, ago interval) RETURNS text LANGUAGE sql AS $$ SELECT format('INSERT INTO assure.clock (subject_kind, subject_id, branch_id, sla_policy_id, started_at, target_at, progress_at, next_due)
    SELECT ''task'', 1000000 + n, 1, 1, now() - interval ''1 day'', now(), now(), now() - interval %L FROM generate_series(1, %s) n', ago, n) $$;
SELECT is(t.after('sweep backlog', t.clocks(3, '4 minutes')), 'ok: none', 'sweep backlog: due for some minutes');
SELECT matches(t.after('sweep backlog', t.clocks(3, '6 minutes')), '^warn: 3 clocks due since ', 'sweep backlog: due for longer');
SELECT matches(t.after('sweep backlog', t.clocks(10000, '6 minutes')), '^fail: 10000 clocks due since ', 'sweep backlog: many');
SELECT assure.submit_claim(t.claim('C2', 'S1', '10.00')) \g /dev/null
SELECT matches(t.after('oldest pending claim', $$UPDATE assure_internal.claim_queue SET queued_at = now() - interval '59 minutes'$$), '^ok: waits since ', 'oldest pending claim: for a while');
SELECT matches(t.after('oldest pending claim', $$UPDATE assure_internal.claim_queue SET queued_at = now() - interval '2 hours'$$), '^warn: waits since ', 'oldest pending claim: for hours');
SELECT matches(t.after('oldest pending claim', $$UPDATE assure_internal.claim_queue SET queued_at = now() - interval '25 hours'$$), '^fail: waits since ', 'oldest pending claim: for a day');
SELECT is(t.after('claims set aside', $$INSERT INTO assure.failed_claim (account_id, claim_id, error_code, error_message) SELECT account_id, claim_id, 'XX000', 'x' FROM assure.claim$$), 'warn: 2 claims', 'claims set aside');

-- Outbox: a consumer that never took, one that took and does not acknowledge, one that is done.
INSERT INTO assure.notification (notification_id, alert_id, kind, created_at) VALUES (1, 1, 'raised', now() - interval '5 minutes'), (2, 1, 'raised', now());
INSERT INTO assure_internal.notification_consumer VALUES ('a', 2, now()), ('b', 2, now());
SELECT is(t.health('outbox lag'), 'ok: 2 consumers, all done', 'outbox lag: none');
SELECT matches(t.after('outbox lag', $$UPDATE assure_internal.notification_consumer SET cursor_id = 0 WHERE consumer = 'b'$$), '^ok: consumer b has not done ', 'outbox lag: some minutes');
SELECT matches(t.after('outbox lag', $$UPDATE assure_internal.notification_consumer SET cursor_id = 0 WHERE consumer = 'b'$$, $$UPDATE assure.notification SET created_at = now() - interval '11 minutes'$$), '^warn: consumer b has not done ', 'outbox lag: longer');
SELECT matches(t.after('outbox lag', $$INSERT INTO assure_internal.notification_delivery VALUES ('a', 1, now())$$, $$UPDATE assure.notification SET created_at = now() - interval '61 minutes'$$), '^fail: consumer a has not done ', 'outbox lag: taken, and not acknowledged for an hour');
SELECT is(t.after('outbox lag', $$DELETE FROM assure_internal.notification_consumer$$), 'ok: no consumer', 'outbox lag: nobody to lag');

-- Books, audit and coverage, by what the job finds.
SELECT matches(t.after('books', $$UPDATE assure.ledger_entry SET delta = delta + 1$$, $$SELECT assure.check_health()$$), '^fail: [1-9]\d* findings at ', 'books: they do not add up');
SELECT matches(t.after('audit', $$UPDATE assure.decision SET note = 'x'$$, $$SELECT assure.check_health()$$), '^fail: [1-9]\d* findings at ', 'audit: a row was changed');
SELECT matches(t.after('coverage', $$SELECT assure.refresh_coverage(); DELETE FROM assure_internal.insured_total$$, $$SELECT assure.check_health()$$), '^fail: [1-9]\d* findings at ', 'coverage: people are missing');
SELECT is(t.after(c, $$DELETE FROM assure_internal.health_note$$), 'warn: never checked', c || ': never checked') FROM unnest(ARRAY['books', 'audit', 'coverage']) c;
SELECT matches(t.after(c, $$UPDATE assure_internal.health_note SET checked_at = now() - interval '9 days'$$), '^warn: 0 findings at ', c || ': not for long') FROM unnest(ARRAY['books', 'audit', 'coverage']) c;

-- Calendar.
CREATE FUNCTION t.known_to(day date) RETURNS text LANGUAGE sql AS $$ SELECT format('DELETE FROM assure.holiday_builtin; INSERT INTO assure.holiday_local VALUES (%L, ''x'', ''holiday'')', day) $$;
CREATE FUNCTION t.today() RETURNS date LANGUAGE sql AS $$ SELECT (now() AT TIME ZONE time_zone)::date FROM assure_internal.installation $$;
SELECT is(t.after('calendar', 'DELETE FROM assure.holiday_builtin'), 'fail: no holidays are known', 'calendar: none');
SELECT matches(t.after('calendar', t.known_to((date_trunc('year', t.today()) - interval '1 day')::date)), '^fail: holidays are known to the end of ', 'calendar: this year is missing');
SELECT matches(t.after('calendar', t.known_to((date_trunc('year', t.today()) + interval '2 years')::date)), '^ok: ', 'calendar: years to come are known');
SELECT is(left(t.after('calendar', t.known_to(t.today())), 4) = 'warn', extract(year FROM t.today() + 31) > extract(year FROM t.today()), 'calendar: in December the next year should be there');

-- The audit log that nobody seals: nothing sealed yet, what came after the last seal, what was committed late.
SELECT matches(t.after('audit seals', $$UPDATE assure.audit_log SET logged_at = now() - interval '11 minutes'$$), '^warn: what was logged at ', 'audit seals: none for minutes');
SELECT matches(t.after('audit seals', $$UPDATE assure.audit_log SET logged_at = now() - interval '61 minutes'$$), '^fail: what was logged at ', 'audit seals: none for an hour');
SELECT is(t.after('audit seals', 'DELETE FROM assure.audit_log'), 'ok: all is sealed', 'audit seals: nothing to seal');
CREATE FUNCTION t.sealed(snapshot text) RETURNS text LANGUAGE sql AS $$ SELECT format('INSERT INTO assure.audit_seal (seal_no, system_identifier, snapshot, members, row_count, logged_from, logged_to, fingerprints, root_hash, seal_hash)
    SELECT 1, min(system_identifier), %L, int8multirange(int8range(min(audit_id), max(audit_id) + 1)), 1, now(), now(), ''12345678'', sha256(''''), sha256('''') FROM assure.audit_log', snapshot) $$;
SELECT is(t.after('audit seals', t.sealed(format('%1$s:%1$s:', pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 1)), $$UPDATE assure.audit_log SET logged_at = now() - interval '2 hours'$$), 'ok: all is sealed', 'audit seals: all that there is');
SELECT matches(t.after('audit seals', t.sealed(format('%1$s:%1$s:', pg_snapshot_xmin(pg_current_snapshot()))), $$UPDATE assure.audit_log SET logged_at = now() - interval '2 hours'$$), '^fail: what was logged at ', 'audit seals: committed late, below the keys of the last seal');
SELECT matches(t.after('audit seals', t.sealed(format('%1$s:%1$s:', pg_snapshot_xmax(pg_current_snapshot())::text::bigint + 1)), $$INSERT INTO assure.audit_log (action, session_role, logged_at) VALUES ('x', 'x', now() - interval '20 minutes')$$), '^warn: what was logged at ', 'audit seals: written since');

-- Coverage that nobody merges.
SELECT assure.order_service('{"ref": "H1", "policy": "P-BJ", "member_ref": "M1", "service": "opinion", "requested_at": "2024-05-01T00:00:00Z"}'), assure.finish_service('H1', '2024-05-02') \g /dev/null
SELECT matches(t.health('coverage sets'), '^ok: services recorded at .* are not merged$', 'coverage sets: a moment ago');
SELECT matches(t.after('coverage sets', $$UPDATE assure.service_event SET recorded_at = now() - interval '2 hours'$$), '^warn: services recorded at ', 'coverage sets: for hours');
SELECT matches(t.after('coverage sets', $$UPDATE assure.service_event SET recorded_at = now() - interval '25 hours'$$), '^fail: services recorded at ', 'coverage sets: for a day');
SELECT is(t.after('coverage sets', $$UPDATE assure.service_event SET recorded_at = now() - interval '25 hours'$$, 'SELECT assure.refresh_coverage()'), 'ok: all is merged', 'coverage sets: merged');
SELECT is(t.after('coverage sets', 'SELECT assure.refresh_coverage()', $$INSERT INTO assure_internal.coverage_recheck (kind, person_no) SELECT 'insured', n FROM generate_series(1, 100001) n$$), 'fail: all is merged, more than 100,000 people are queued', 'coverage sets: so many people that each report counts them all');

-- Payments that nobody sends, or answers.
\i test/sql-common/payment.psql
SELECT t.approved('PAY', '10.00'), assure.order_pending_payments(10) \g /dev/null
SELECT matches(t.health('payments'), '^ok: ordered at .* and not sent$', 'payments: ordered today');
SELECT matches(t.after('payments', $$UPDATE assure.payment_state SET state_since = now() - interval '3 days'$$), '^warn: ordered at .* and not sent$', 'payments: days ago');
SELECT matches(t.after('payments', $$UPDATE assure.payment_state SET state_since = now() - interval '8 days'$$), '^fail: ordered at .* and not sent$', 'payments: a week ago');
SELECT matches(t.after('payments', $$UPDATE assure.payment_state SET state = 'sent', state_since = now() - interval '8 days'$$), '^ok: all are sent, sent at .* and not answered$', 'payments: sent');
SELECT matches(t.after('payments', $$UPDATE assure.payment_state SET state = 'sent', state_since = now() - interval '11 days'$$), '^warn: all are sent, sent at .* and not answered$', 'payments: and never answered');
SELECT is(t.after('payments', 'DELETE FROM assure_internal.payment_unfinished'), 'ok: all are sent', 'payments: none');

-- Tasks that nobody has.
SELECT t.verdict(t.claim('TASK', 'M1', '9000.00')) \g /dev/null
SELECT is(t.health('waiting tasks'), 'ok: none waits beyond its bound', 'waiting tasks: it came just now');
SELECT matches(t.after('waiting tasks', $$UPDATE assure.task SET wait_until = now() - interval '1 hour'$$), '^warn: 1 tasks that nobody has, since ', 'waiting tasks: beyond its bound');
SELECT matches(t.after('waiting tasks', $$UPDATE assure.task SET wait_until = now() - interval '2 days'$$), '^fail: 1 tasks that nobody has, since ', 'waiting tasks: for days');
SELECT is(t.after('waiting tasks', $$UPDATE assure.task SET wait_until = now() - interval '2 days', state = 'done', worker_id = 1$$), 'ok: none waits beyond its bound', 'waiting tasks: done');

-- Who may look, and who may have it checked.
SELECT is(t.run(r, 'SELECT count(*) FROM assure_bi.health'), '15', r || ' sees it') FROM unnest(ARRAY['boss', 'auditor', 'reader']) r;
SELECT is(t.run('boss', 'SELECT assure.check_health()'), '0', 'a supervisor may have books and audit checked');
SELECT matches(t.run(r, 'SELECT assure.check_health()'), '^42501 ', r || ' may not') FROM unnest(ARRAY['reader', 'op']) r;
SELECT * FROM finish();
ROLLBACK;
