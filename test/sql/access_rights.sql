\set ECHO none
-- What each scope may call and read: all routines, tables and views, from the
-- catalog, so that a new one without a stated access fails here.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(24);

-- Objects that no scope is for.  To the owner of the extension: life cycle; to nobody: what triggers call, what is routing and queues.
CREATE TEMP TABLE nobodys (object text PRIMARY KEY);
INSERT INTO nobodys VALUES
    ('assure.create_schema'), ('assure.upgrade_schema'), ('assure.check_database'), ('assure.invalidate'), ('assure.refuse_change'), ('assure.audit_change'), ('assure.coverage_noted'), ('assure.coverage_place'),
    ('assure.claim_ref'), ('assure.authorization_ref'), ('assure.order_ref'), ('assure.invoice_key'), ('assure.payment_bank_ref'), ('assure.schema_script'), ('assure.invalidation_marker'), ('assure.scope_right'),
    ('assure_internal.claim_queue'), ('assure_internal.payment_due'), ('assure_internal.payment_unfinished'), ('assure_internal.claim_open'), ('assure_internal.account_book'), ('assure_internal.member_ref'), ('assure_internal.request'), ('assure_internal.installation'), ('assure_internal.job'),
    ('assure_internal.notification_consumer'), ('assure_internal.notification_delivery'), ('assure_internal.sweep_state'), ('assure_internal.health_note'), ('assure_internal.member_cell');
INSERT INTO nobodys VALUES ('assure.classify_task'), ('assure.worker_measure'), ('assure.measure_prior'), ('assure_internal.measured_case'), ('assure_internal.measured_refusal');
INSERT INTO nobodys VALUES ('assure_internal.number_block'), ('assure_internal.served_cell'), ('assure_internal.served_total'), ('assure_internal.insured_total'),
    ('assure_internal.coverage_state'), ('assure_internal.coverage_recheck'), ('assure_internal.kept_region');
-- Objects that everybody may use: what the extension has of immutable functions and of aggregates (the types' own, and pure calculations), and by name
-- functions that read built-in rows only, and these rows.
CREATE TEMP TABLE everybodys (object text PRIMARY KEY);
INSERT INTO everybodys SELECT DISTINCT s.nspname || '.' || p.proname FROM pg_proc p JOIN pg_namespace s ON s.oid = p.pronamespace
    JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
    WHERE s.nspname = 'assure' AND (p.provolatile = 'i' OR p.prokind = 'a') AND p.prorettype <> 'trigger'::regtype;
-- Estimators take what only the planner has.
INSERT INTO everybodys SELECT p.oid::regproc::text FROM pg_proc p WHERE p.pronamespace = 'assure'::regnamespace
    AND EXISTS (SELECT FROM pg_operator o WHERE p.oid IN (o.oprrest, o.oprjoin)) ON CONFLICT DO NOTHING;
INSERT INTO everybodys VALUES
    ('assure.version'), ('assure.icu_version'), ('assure.small_cell'), ('assure.terms_in'), ('assure.terms_recv'),
    ('assure.eval'), ('assure.holds'), ('assure.unary_test'), ('assure.eval_explain'),
    -- Run the caller's own statements with the caller's rights.
    ('assure.optimal_match'), ('assure.optimal_match_summary'),
    ('assure_bi.mask_name'), ('assure_bi.mask_middle'), ('assure.region_builtin'), ('assure.population_builtin'), ('assure.holiday_builtin'), ('assure.icd_chapter'), ('assure.icd_block')
    ON CONFLICT DO NOTHING;
INSERT INTO everybodys VALUES ('assure.match_parameter'), ('assure_bi.drawn') ON CONFLICT DO NOTHING;

CREATE TEMP TABLE scope AS SELECT unnest('{bi,operator,proxy,supervisor,auditor,admin,backup}'::text[]) AS scope;
SELECT t.new_role(scope, scope) FROM scope \g /dev/null
SELECT t.new_role('none') \g /dev/null
CREATE TEMP TABLE who AS SELECT scope FROM scope UNION ALL SELECT 'none';

CREATE TEMP TABLE object AS
    SELECT 'routine' AS kind, p.oid, s.nspname, s.nspname || '.' || p.proname AS name, replace(p.oid::regprocedure::text, '"', '') AS signature, p.prokind AS what
    FROM pg_proc p JOIN pg_namespace s ON s.oid = p.pronamespace WHERE s.nspname IN ('assure', 'assure_bi', 'assure_internal')
    UNION ALL SELECT 'relation', c.oid, s.nspname, s.nspname || '.' || c.relname, s.nspname || '.' || c.relname, c.relkind
    FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname IN ('assure', 'assure_bi', 'assure_internal') AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
        AND NOT c.relispartition;
-- What the scopes state, object by object.
CREATE TEMP TABLE stated AS
    SELECT r.scope, r.kind, o.oid, o.name FROM assure.scope_right r JOIN object o ON CASE WHEN r.kind = 'routine' THEN o.kind = 'routine' AND to_regprocedure(r.object) = o.oid
        WHEN r.kind = 'read all' THEN o.kind = 'relation' AND o.nspname = r.object AND o.name NOT IN (SELECT name FROM object WHERE oid IN
            (SELECT objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'))
        ELSE o.kind = 'relation' AND to_regclass(r.object) = o.oid END;

SELECT is((SELECT string_agg(scope || ' ' || object, ', ' ORDER BY scope, object) FROM assure.scope_right
    WHERE CASE kind WHEN 'routine' THEN to_regprocedure(object) IS NULL WHEN 'read all' THEN to_regnamespace(object) IS NULL ELSE to_regclass(object) IS NULL END), NULL, 'what is stated exists');
SELECT is((SELECT string_agg(signature, ', ' ORDER BY signature COLLATE "C") FROM object o WHERE kind = 'routine' AND name NOT IN (TABLE nobodys) AND name NOT IN (TABLE everybodys)
    AND NOT EXISTS (SELECT FROM stated s WHERE s.oid = o.oid AND s.kind = 'routine')), NULL, 'every routine is stated for a scope, everybody''s, or nobody''s');
SELECT is((SELECT string_agg(signature, ', ' ORDER BY signature COLLATE "C") FROM object o WHERE kind = 'relation' AND what <> 'S' AND name NOT IN (TABLE nobodys) AND name NOT IN (TABLE everybodys)
    AND NOT EXISTS (SELECT FROM stated s WHERE s.oid = o.oid AND s.kind <> 'read all')), NULL, 'every table and view too');
SELECT is((SELECT string_agg(object, ', ' ORDER BY object) FROM (TABLE nobodys UNION ALL TABLE everybodys) x WHERE object NOT IN (SELECT name FROM object)), NULL, 'these lists name what exists');
SELECT is((SELECT string_agg(name || ' ' || scope, ', ' ORDER BY name, scope) FROM stated WHERE kind <> 'read all' AND name IN (TABLE nobodys)), NULL, 'nobody''s is nobody''s');

-- Privileges are what is stated, no less and no more.
CREATE FUNCTION pg_temp.usable(who text, kind text, oid oid, privilege text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT CASE kind WHEN 'routine' THEN has_function_privilege(t.role(who), oid, privilege) ELSE has_table_privilege(t.role(who), oid, privilege) END $$;
SELECT is((SELECT string_agg(format('%s: %s %s', who.scope, CASE WHEN e.has THEN 'may' ELSE 'may not' END, o.signature), ', ' ORDER BY who.scope, o.signature COLLATE "C")
    FROM who, object o, LATERAL (SELECT pg_temp.usable(who.scope, 'routine', o.oid, 'EXECUTE') AS has,
        o.name IN (TABLE everybodys) OR EXISTS (SELECT FROM stated s WHERE s.kind = 'routine' AND s.oid = o.oid AND s.scope = who.scope) AS should) e
    WHERE o.kind = 'routine' AND e.has <> e.should), NULL, 'a scope may call what is stated and nothing else');
SELECT is((SELECT string_agg(format('%s: %s %s', who.scope, CASE WHEN e.has THEN 'may' ELSE 'may not' END, o.signature), ', ' ORDER BY who.scope, o.signature COLLATE "C")
    FROM who, object o, LATERAL (SELECT has_table_privilege(t.role(who.scope), o.oid, 'SELECT') AS has,
        o.name IN (TABLE everybodys) OR EXISTS (SELECT FROM stated s WHERE s.kind <> 'routine' AND s.oid = o.oid AND s.scope = who.scope) AS should) e
    WHERE o.kind = 'relation' AND o.what <> 'S' AND e.has <> e.should), NULL, 'reads what is stated and nothing else');
SELECT is((SELECT string_agg(format('%s: %s %s %s', who.scope, CASE WHEN e.has THEN 'may' ELSE 'may not' END, p, o.signature), ', ' ORDER BY who.scope, o.signature COLLATE "C", p)
    FROM who, object o, unnest('{INSERT,UPDATE,DELETE}'::text[]) p, LATERAL (SELECT has_table_privilege(t.role(who.scope), o.oid, p) AS has,
        EXISTS (SELECT FROM stated s WHERE s.kind = 'write' AND s.oid = o.oid AND s.scope = who.scope) AS should) e
    WHERE o.kind = 'relation' AND o.what <> 'S' AND e.has <> e.should), NULL, 'writes what is stated and nothing else');
SELECT is((SELECT string_agg(format('%s: %s %s', who.scope, p, o.signature), ', ') FROM who, object o, unnest('{TRUNCATE,REFERENCES,TRIGGER}'::text[]) p
    WHERE o.kind = 'relation' AND o.what <> 'S' AND has_table_privilege(t.role(who.scope), o.oid, p)), NULL, 'and may truncate, refer to or put triggers on nothing');
SELECT is((SELECT string_agg(DISTINCT who.scope, ' ') FROM who, object o WHERE o.what = 'S' AND o.kind = 'relation' AND has_sequence_privilege(t.role(who.scope), o.oid, 'UPDATE')), NULL, 'nobody sets sequences back');
SELECT is((SELECT string_agg(DISTINCT format('%s %s', scope, s), ', ') FROM who, unnest('{assure,assure_bi,assure_internal}'::text[]) s WHERE has_schema_privilege(t.role(scope), s, 'CREATE')), NULL, 'nobody creates in the schemas');
SELECT is((SELECT string_agg(o.signature, ', ' ORDER BY o.signature) FROM object o WHERE o.name NOT IN (TABLE everybodys) AND
    CASE o.kind WHEN 'routine' THEN (SELECT proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) WHERE grantee = 0) FROM pg_proc WHERE pg_proc.oid = o.oid)
    ELSE (SELECT EXISTS (SELECT FROM aclexplode(relacl) WHERE grantee = 0) FROM pg_class c WHERE c.oid = o.oid) END), NULL, 'PUBLIC has pure functions and reference rows only');

-- The check in C is the same as the grant: with EXECUTE on everything, whoever lacks the scope is still refused, with 42501, and whoever has it is not.
CREATE TEMP TABLE call (n serial, routine text, statement text);
INSERT INTO call (routine, statement) VALUES
    ('put_check_plan(jsonb,text)', 'SELECT assure.put_check_plan(''{}'')'), ('put_defect(jsonb,text)', 'SELECT assure.put_defect(''{}'')'), ('put_difficulty(jsonb,text)', 'SELECT assure.put_difficulty(''{}'')'),
    ('put_tariff(jsonb,text)', 'SELECT assure.put_tariff(''{}'')'), ('put_point_rule(jsonb,text)', 'SELECT assure.put_point_rule(''{}'')'), ('close_settlement(date,text)', 'SELECT assure.close_settlement(''2999-01-01'')'),
    ('draw_checks(daterange,text,text,text)', 'SELECT assure.draw_checks(''[2999-01-01,2999-01-02)'', ''x'')'), ('close_draw(bigint,text)', 'SELECT assure.close_draw(-1)'),
    ('correct_settlement(bigint,numeric,text,text)', 'SELECT assure.correct_settlement(-1, 1, ''x'')'), ('annul_work(bigint,text,text)', 'SELECT assure.annul_work(-1, ''x'')'), ('settlement_statement(date)', 'SELECT assure.settlement_statement(''2024-01-01'')'),
    ('record_check(jsonb,text)', 'SELECT assure.record_check(''{}'')'), ('record_rectification(bigint,text,text)', 'SELECT assure.record_rectification(-1, ''x'')'),
    ('submit_claim(jsonb,text)', 'SELECT assure.submit_claim(''{}''::jsonb)'), ('submit_claim(text,text)', 'SELECT assure.submit_claim(''{}''::text)'),
    ('adjudicate(text,text)', 'SELECT assure.adjudicate(''none'')'), ('adjudicate_pending(integer)', 'SELECT assure.adjudicate_pending(1)'),
    ('retry_failed_claim(text)', 'SELECT assure.retry_failed_claim(''none'')'), ('decide_claim(text,text,text,text)', 'SELECT assure.decide_claim(''none'', ''deny'')'),
    ('decide_claim(text,text,jsonb,text,text)', 'SELECT assure.decide_claim(''none'', ''approve'', ''[]''::jsonb)'), ('reverse_claim(text,text,text)', 'SELECT assure.reverse_claim(''none'', ''x'')'),
    ('readjudicate(text,text,boolean,text)', 'SELECT assure.readjudicate(''none'', ''x'')'), ('rerun(text,text,date,boolean,text)', 'SELECT assure.rerun(''none'', ''none'', ''2024-01-01'')'),
    ('rerun_needed()', 'SELECT assure.rerun_needed()'), ('replay(text,integer)', 'SELECT assure.replay(''none'')'), ('explain_claim(text,integer)', 'SELECT assure.explain_claim(''none'')'),
    ('quote(text,text,jsonb)', 'SELECT assure.quote(''none'', ''none'', ''{}'')'),
    ('claim_status(text)', 'SELECT assure.claim_status(''none'')'), ('check_books()', 'SELECT assure.check_books()'), ('audit_verify(timestamp with time zone,timestamp with time zone)', 'SELECT assure.audit_verify()'),
    ('accept_task(bigint,text)', 'SELECT assure.accept_task(1)'), ('return_task(bigint,text,text)', 'SELECT assure.return_task(1, ''x'')'), ('create_task(text,jsonb,jsonb,text)', 'SELECT assure.create_task(''none'', ''{}'')'), ('next_task(text,text)', 'SELECT assure.next_task(''none'')'),
    ('assign_task(bigint,text,text,text)', 'SELECT assure.assign_task(1, ''none'', ''x'')'), ('suspend_task(bigint,text,timestamp with time zone,text)', 'SELECT assure.suspend_task(1, ''x'')'),
    ('resume_task(bigint,text,text)', 'SELECT assure.resume_task(1)'), ('complete_task(bigint,jsonb,text)', 'SELECT assure.complete_task(1)'), ('cancel_task(bigint,text,text)', 'SELECT assure.cancel_task(1, ''x'')'),
    ('task_sweep(integer)', 'SELECT assure.task_sweep()'), ('set_worker_status(text,text,text,text)', 'SELECT assure.set_worker_status(''none'', ''left'', ''x'')'),
    ('set_branch_status(text,text,text,text)', 'SELECT assure.set_branch_status(''none'', ''online'', ''x'')'), ('set_branch_share(text,integer,integer,text,text)', 'SELECT assure.set_branch_share(''none'', 1, 1, ''x'')'),
    ('move_branch(text,text,text,text)', 'SELECT assure.move_branch(''none'', ''online'', ''x'')'), ('put_branch(jsonb,text)', 'SELECT assure.put_branch(''{}'')'),
    ('put_queue(jsonb,text)', 'SELECT assure.put_queue(''{}'')'), ('put_worker(jsonb,text)', 'SELECT assure.put_worker(''{}'')'),
    ('acknowledge_alert(bigint,text)', 'SELECT assure.acknowledge_alert(1)'),
    ('add_policy(jsonb,text)', 'SELECT assure.add_policy(''{}'')'), ('enroll(jsonb,text)', 'SELECT assure.enroll(''{}'')'),
    ('publish_plan(jsonb,text)', 'SELECT assure.publish_plan(''{}'')'), ('publish_plan(text,text,assure.terms,date,numeric,integer,text,text)', 'SELECT assure.publish_plan(''FREE'', ''x'', ''{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}'', ''2024-01-01'')'),
    ('put_authorization(jsonb,text)', 'SELECT assure.put_authorization(''{}'')'), ('withdraw_authorization(text,text,text)', 'SELECT assure.withdraw_authorization(''none'', ''x'')'),
    ('order_service(jsonb,text)', 'SELECT assure.order_service(''{}'')'), ('finish_service(text,timestamp with time zone,text)', 'SELECT assure.finish_service(''none'', now())'), ('finish_services(jsonb,text)', 'SELECT assure.finish_services(''[]'')'), ('freeze_coverage(jsonb,text)', 'SELECT assure.freeze_coverage(''{}'')'), ('cancel_service(text,text)', 'SELECT assure.cancel_service(''none'')'),
    ('coverage(daterange,text,text,text[],text[],text)', 'SELECT assure.coverage(''[2024-01-01,2024-02-01)'')'), ('coverage_detail(daterange,text,text,text[],text[],text,text[])', 'SELECT assure.coverage_detail(''[2024-01-01,2024-02-01)'')'),
    ('refresh_coverage()', 'SELECT assure.refresh_coverage()'), ('check_coverage()', 'SELECT assure.check_coverage()'), ('put_location(jsonb,text)', 'SELECT assure.put_location(''{}'')'),
    ('grant_access(name,text)', 'SELECT assure.grant_access(session_user, ''bi'')'), ('revoke_access(name,text)', 'SELECT assure.revoke_access(session_user, ''bi'')'),
    ('grant_branch(name,text)', 'SELECT assure.grant_branch(session_user, ''none'')'), ('revoke_branch(name,text)', 'SELECT assure.revoke_branch(session_user, ''none'')'),
    ('set_worker_login(name,text)', 'SELECT assure.set_worker_login(session_user, ''none'')'), ('act_as(text)', 'SELECT assure.act_as(''none'')'), ('housekeep()', 'SELECT assure.housekeep()'),
    ('deploy_model(text,text,text)', 'SELECT assure.deploy_model(''x'')'), ('decide(text,text,jsonb)', 'SELECT assure.decide(''none'', ''none'', ''{}'')'), ('decide(text,text,jsonb,integer)', 'SELECT assure.decide(''none'', ''none'', ''{}'', 1)'),
    ('explain_decision(text,text,jsonb)', 'SELECT assure.explain_decision(''none'', ''none'', ''{}'')'), ('explain_decision(text,text,jsonb,integer)', 'SELECT assure.explain_decision(''none'', ''none'', ''{}'', 1)'), ('check_table(text,text)', 'SELECT assure.check_table(''none'', ''none'')'),
    ('region_name(assure.region,date)', 'SELECT assure.region_name(''440305'')'), ('region_known(assure.region,date)', 'SELECT assure.region_known(''440305'')'), ('region_successor(assure.region,date)', 'SELECT assure.region_successor(''440305'')'),
    ('prefectures(integer)', 'SELECT assure.prefectures()'), ('load_regions(text,text,boolean,text)', 'SELECT assure.load_regions(''code,name,kind,valid_from_year'', ''x'')'),
    ('enroll_rows(jsonb,boolean,text)', 'SELECT assure.enroll_rows(''[]'')'), ('stage_enrollment(text,jsonb,text)', 'SELECT assure.stage_enrollment(''x'', ''[]'')'), ('discard_enrollment(text,text)', 'SELECT assure.discard_enrollment(''x'')'),
    ('end_enrollment(text,text,date,boolean,text)', 'SELECT assure.end_enrollment(''none'', ''none'', ''2024-01-01'')'), ('change_enrollment(jsonb,text)', 'SELECT assure.change_enrollment(''{}'')'),
    ('record_premium(jsonb,text)', 'SELECT assure.record_premium(''{}'')'), ('record_premiums(jsonb,text)', 'SELECT assure.record_premiums(''[]'')'), ('correct_premium(text,bigint,text,text)', 'SELECT assure.correct_premium(''none'', 1, ''x'')'),
    ('put_provider(jsonb,text)', 'SELECT assure.put_provider(''{}'')'), ('put_contract(jsonb,text)', 'SELECT assure.put_contract(''{}'')'), ('put_contract_prices(text,jsonb,text)', 'SELECT assure.put_contract_prices(''none'', ''[]'')'),
    ('work_add(text,timestamp with time zone,interval)', 'SELECT assure.work_add(''CN'', ''2025-03-03 12:00+08'', ''1 hour'')'), ('work_between(text,timestamp with time zone,timestamp with time zone)', 'SELECT assure.work_between(''CN'', ''2025-03-03 12:00+08'', ''2025-03-04 12:00+08'')'),
    ('is_workday(text,date)', 'SELECT assure.is_workday(''CN'', ''2025-03-03'')'), ('workday_add(text,date,integer)', 'SELECT assure.workday_add(''CN'', ''2025-03-03'', 1)'), ('publish_calendar(text,jsonb,text,text)', 'SELECT assure.publish_calendar(''x'', ''{}'')'),
    ('put_payee(jsonb,text)', 'SELECT assure.put_payee(''{}'')'),
    ('set_claim_payee(text,bigint,text)', 'SELECT assure.set_claim_payee(''none'', 1)'),
    ('order_pending_payments(integer,boolean)', 'SELECT assure.order_pending_payments()'),
    ('payments_to_send(integer)', 'SELECT assure.payments_to_send()'),
    ('payment_sent(jsonb,text)', 'SELECT assure.payment_sent(''[]'')'),
    ('payment_paid(jsonb,text)', 'SELECT assure.payment_paid(''[]'')'),
    ('payment_failed(jsonb,text)', 'SELECT assure.payment_failed(''[]'')'),
    ('cancel_payment(bigint,text,text)', 'SELECT assure.cancel_payment(0, ''x'')'),
    ('record_recovery(text,numeric,text,bigint,text)', 'SELECT assure.record_recovery(''none'', 1, ''x'')'),
    ('request_documents(text,jsonb,integer,text)', 'SELECT assure.request_documents(''none'', ''[{"kind": "a", "text": "a"}]'')'),
    ('receive_documents(text,text[],text)', 'SELECT assure.receive_documents(''none'', ''{a}'')'),
    ('withdraw_documents(text,text[],text)', 'SELECT assure.withdraw_documents(''none'')'),
    ('remind_documents(text,text)', 'SELECT assure.remind_documents(''none'')'),
    ('close_overdue_documents(integer)', 'SELECT assure.close_overdue_documents()'),
    ('why(bigint)', 'SELECT assure.why(1)'),
    ('appeal_claim(text,text,text)', 'SELECT assure.appeal_claim(''none'', ''x'')'),
    ('uphold_appeal(text,text,text)', 'SELECT assure.uphold_appeal(''none'', ''x'')'),
    ('withdraw_appeal(text,text,text)', 'SELECT assure.withdraw_appeal(''none'', ''x'')'),
    ('set_member_flags(jsonb,text)', 'SELECT assure.set_member_flags(''{}'')'), ('put_sla_policy(jsonb,text)', 'SELECT assure.put_sla_policy(''{}'')'),
    ('sla_deadlines(text,timestamp with time zone,timestamp with time zone[])', 'SELECT assure.sla_deadlines(''none'', ''2024-01-01 00:00+08'')'),
    ('pause_clock(bigint,text)', 'SELECT assure.pause_clock(0)'), ('resume_clock(bigint,text)', 'SELECT assure.resume_clock(0)'),
    ('take_notifications(text,integer,interval)', 'SELECT assure.take_notifications(''none'')'), ('acknowledge_notifications(text,bigint[])', 'SELECT assure.acknowledge_notifications(''none'', ''{}'')'),
    ('forget_consumer(text)', 'SELECT assure.forget_consumer(''none'')'), ('forecast_arrivals(integer)', 'SELECT assure.forecast_arrivals()'), ('check_health()', 'SELECT assure.check_health()'),
    ('simulate(text,assure.terms,daterange,numeric)', 'SELECT assure.simulate(''none'', ''{"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": []}]}'', ''[2024-01-01,2025-01-01)'')'),
    ('accept_order(text,text,text,timestamp with time zone,text)', 'SELECT assure.accept_order(''none'')'), ('schedule_order(text,timestamp with time zone,text,timestamp with time zone,text)', 'SELECT assure.schedule_order(''none'', now())'),
    ('start_service(text,timestamp with time zone,text)', 'SELECT assure.start_service(''none'')'), ('evaluate_service(text,integer,text,text)', 'SELECT assure.evaluate_service(''none'', 5)'),
    ('cancel_service(text,text,timestamp with time zone,text)', 'SELECT assure.cancel_service(''none'', ''x'', now())'), ('fail_order(text,text,timestamp with time zone,text)', 'SELECT assure.fail_order(''none'', ''x'')'),
    ('wait_for_customer(text,text,timestamp with time zone,text)', 'SELECT assure.wait_for_customer(''none'', ''x'')'), ('resume_order(text,timestamp with time zone,text)', 'SELECT assure.resume_order(''none'')'),
    ('put_service(jsonb,text)', 'SELECT assure.put_service(''{}'')'), ('put_supplier(jsonb,text)', 'SELECT assure.put_supplier(''{}'')'), ('put_steward(jsonb,text)', 'SELECT assure.put_steward(''{}'')'), ('put_contact(jsonb,text)', 'SELECT assure.put_contact(''{}'')'),
    ('load_statement(jsonb,jsonb,text)', 'SELECT assure.load_statement(''{}'', ''[]'')'), ('reconcile_statement(text,text)', 'SELECT assure.reconcile_statement(''none'')'), ('settle_statement(text,text)', 'SELECT assure.settle_statement(''none'')'),
    ('withdraw_statement(text,text,text)', 'SELECT assure.withdraw_statement(''none'', ''x'')'), ('draw_service_sample(text,integer,text,numeric,text)', 'SELECT assure.draw_service_sample(''supplier'', 2024, ''x'')'),
    ('record_sample_finding(jsonb,text)', 'SELECT assure.record_sample_finding(''{}'')'), ('put_coverage_target(jsonb,text)', 'SELECT assure.put_coverage_target(''{}'')'), ('network_coverage(integer,date)', 'SELECT assure.network_coverage()'),
    ('seal_audit()', 'SELECT assure.seal_audit()'), ('export_seals(bigint)', 'SELECT assure.export_seals()'), ('drop_audit(timestamp with time zone,text)', 'SELECT assure.drop_audit(now(), ''1:'' || repeat(''0'', 64))'),
    ('audit_verify(timestamp with time zone,timestamp with time zone,text)', 'SELECT assure.audit_verify(NULL, NULL, ''1:'' || repeat(''0'', 64))'),
    ('count_small_cells()', 'SELECT assure.count_small_cells()'), ('unmask(text,text,text)', 'SELECT assure.unmask(''claim'', ''none'', ''x'')'), ('erase_person(text,text,text,text)', 'SELECT assure.erase_person(''none'', ''none'', ''x'')'),
    ('pause(text)', 'SELECT assure.pause(''sweep'')'), ('resume(text)', 'SELECT assure.resume(''sweep'')');
INSERT INTO call (routine, statement) VALUES
    ('put_match_profile(jsonb,text)', 'SELECT assure.put_match_profile(''{}'')'), ('try_match_profile(jsonb,text,text,integer)', 'SELECT assure.try_match_profile(''{}'', ''none'')'),
    ('record_complaint(bigint,text,text,text,text)', 'SELECT assure.record_complaint(0, ''delay'', ''x'')'), ('resolve_complaint(bigint,text,text,text,text)', 'SELECT assure.resolve_complaint(0, ''withdrawn'', ''x'')'),
    ('record_satisfaction(bigint,integer,text,text)', 'SELECT assure.record_satisfaction(0, 5)');
GRANT EXECUTE ON ALL ROUTINES IN SCHEMA assure TO PUBLIC;
GRANT USAGE ON SCHEMA assure, assure_internal TO PUBLIC;
SELECT is((SELECT string_agg(signature, ', ' ORDER BY signature COLLATE "C") FROM object WHERE kind = 'routine' AND what = 'f' AND nspname = 'assure' AND name NOT IN (TABLE everybodys) AND name NOT IN (TABLE nobodys)
    AND replace(signature, 'assure.', '') NOT IN (SELECT replace(routine, 'assure.', '') FROM call) AND name NOT IN ('assure.sees_all_branches', 'assure.visible_branches', 'assure.acting_worker', 'assure.install_schedules', 'assure.remove_schedules')), NULL, 'a call of every function is tried');
CREATE TEMP TABLE tried AS SELECT n, routine, scope, t.run(scope, statement) AS answer FROM call, who;
SELECT is((SELECT string_agg(format('%s %s: %s', scope, routine, answer), '; ' ORDER BY n, scope) FROM tried
    WHERE answer LIKE '42501 role%may not call%' IS DISTINCT FROM NOT EXISTS (SELECT FROM stated s JOIN object o USING (oid) WHERE s.kind = 'routine' AND s.scope = tried.scope AND o.name = 'assure.' || split_part(tried.routine, '(', 1))),
    NULL, 'the functions refuse whoever has not the scope, and no one else');
SELECT is((SELECT string_agg(DISTINCT answer, '; ') FROM tried WHERE scope = 'none' AND answer NOT LIKE '42501 role "%" may not call assure.%()'), NULL, 'in one form of words');
SELECT matches((SELECT answer FROM tried WHERE routine = 'check_books()' AND scope = 'bi'), '^42501 role "\w+_bi" may not call assure.check_books\(\)$', 'that name role and function');
SELECT is(t.run('admin', 'SELECT assure.create_schema(session_user::regrole)'), format('42501 role "%s" may not call assure.create_schema()', t.role('admin')), 'create_schema is for who installed');
SELECT is(t.run('admin', 'SELECT assure.upgrade_schema()'), format('42501 role "%s" may not call assure.upgrade_schema()', t.role('admin')), 'upgrade_schema too');
REVOKE EXECUTE ON ALL ROUTINES IN SCHEMA assure FROM PUBLIC;
SELECT format('GRANT EXECUTE ON ROUTINE %s TO PUBLIC', signature) FROM object WHERE kind = 'routine' AND name IN (TABLE everybodys) \gexec

-- Every table and view that a scope may read can be read: a policy or a view must not need more.
SELECT is((SELECT string_agg(format('%s %s: %s', scope, name, answer), '; ' ORDER BY scope, name) FROM (SELECT DISTINCT s.scope, s.name, t.run(s.scope, 'SELECT count(*) FROM ' || s.name) AS answer
    FROM stated s JOIN object o USING (oid) WHERE s.kind <> 'routine' AND o.what <> 'S' AND s.scope <> 'backup') x WHERE answer !~ '^\d+$'), NULL, 'whoever may read a table or view can');
-- What an administrator may write he can.
SELECT max(audit_id) AS before FROM assure.audit_log \gset
CREATE TEMP TABLE written (n serial, statement text);
INSERT INTO written (statement) VALUES
    ('INSERT INTO assure.branch (code, name, region) VALUES (''ZZ'', ''Z'', ''110101'')'), ('UPDATE assure.branch SET status = ''reduced'' WHERE code = ''ZZ'''), ('DELETE FROM assure.branch WHERE code = ''ZZ'''),
    ('INSERT INTO assure.provider (code, name, region, grade, ownership, in_network) VALUES (''ZZ'', ''Z'', ''110101'', 1, ''public'', true)'),
    ('INSERT INTO assure.service (code, name) VALUES (''ZZ'', ''Z'')'), ('INSERT INTO assure.queue (code, name, skill) VALUES (''ZZ'', ''Z'', ''z'')'),
    ('INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT ''ZZ'', ''Z'', branch_id, 1, 1 FROM assure.branch WHERE code = ''BJ'''),
    ('INSERT INTO assure.worker_skill SELECT worker_id, ''z'', 1 FROM assure.worker'), ('INSERT INTO assure.sla_policy (code, version, target) VALUES (''claim_review'', 2, ''2 days'')'), ('INSERT INTO assure.holiday_local VALUES (''2030-01-01'', ''X'', ''holiday'')');
SELECT is((SELECT string_agg(answer || ': ' || statement, '; ' ORDER BY n) FROM (SELECT n, statement, t.run('admin', statement) AS answer FROM written ORDER BY n) x WHERE answer <> 'done'), NULL, 'what an administrator may write he can');
SELECT is((SELECT string_agg(DISTINCT a.session_role, ' ') FROM assure.audit_log a WHERE a.action LIKE 'configure.%' AND a.audit_id > :before), t.role('admin')::text, 'and it is noted who did');

-- A scope that is taken back takes its privileges along, and leaves those of other scopes.
SELECT assure.grant_access(t.role('none'), 'bi'), assure.grant_access(t.role('none'), 'auditor') \g /dev/null
SELECT assure.revoke_access(t.role('none'), 'auditor') \g /dev/null
SELECT is((SELECT string_agg(o.signature, ', ' ORDER BY 1) FROM object o, LATERAL (SELECT pg_temp.usable('none', o.kind, o.oid, CASE o.kind WHEN 'routine' THEN 'EXECUTE' ELSE 'SELECT' END) AS has,
    pg_temp.usable('bi', o.kind, o.oid, CASE o.kind WHEN 'routine' THEN 'EXECUTE' ELSE 'SELECT' END) AS should) e WHERE has <> should), NULL, 'a role that keeps one scope has what that scope has');
SELECT assure.revoke_access(t.role('none'), 'bi') \g /dev/null
SELECT is((SELECT string_agg(o.signature, ', ' ORDER BY 1) FROM object o WHERE o.name NOT IN (TABLE everybodys) AND o.what <> 'S'
    AND pg_temp.usable('none', o.kind, o.oid, CASE o.kind WHEN 'routine' THEN 'EXECUTE' ELSE 'SELECT' END)), NULL, 'and one without any has nothing');
SELECT is(assure.revoke_access(t.role('none'), 'bi'), false, 'what a role has not cannot be taken back');
SELECT * FROM finish();
ROLLBACK;
