\set ECHO none
-- A list of orders is finished at once: as each of them alone, all or none.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(28);

-- Pairs of orders in random states: F is finished alone, L in the list.
CREATE FUNCTION t.step(ref text, step int) RETURNS void LANGUAGE plpgsql AS $$ BEGIN
    CASE step WHEN 1 THEN PERFORM assure.accept_order(ref, accepted_at => '2024-05-02 09:00+08');
    WHEN 2 THEN PERFORM assure.accept_order(ref, accepted_at => '2024-05-02 09:00+08'), assure.schedule_order(ref, '2024-05-08 10:00+08', scheduled_at => '2024-05-02 10:00+08');
    WHEN 3 THEN PERFORM assure.start_service(ref, '2024-05-03 09:00+08');
    WHEN 4 THEN PERFORM assure.wait_for_customer(ref, 'abroad', '2024-05-03 09:00+08');
    ELSE NULL; END CASE; END $$;
CREATE FUNCTION t.list(pattern text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_agg(jsonb_build_object('ref', ref, 'finished_at', '2024-05-1' || right(ref, 1) || 'T10:00:00+08:00') ORDER BY md5(ref)) FROM assure.service_order WHERE ref LIKE pattern $$;
-- What an order and its rows say, without its keys.
CREATE FUNCTION t.said(of text) RETURNS text LANGUAGE sql AS $$
    SELECT concat_ws(' ', o.state, o.state_at, o.finished_at, o.waiting_since, o.started_at,
        (SELECT string_agg(concat_ws(' ', e.event, e.happened_at, e.recorded_by, e.reason), ', ' ORDER BY e.event_id) FROM assure.order_event e WHERE (e.account_id, e.order_id) = (o.account_id, o.order_id)),
        (SELECT string_agg(concat_ws(' ', e.event, e.member_id, e.service_id, e.branch_id, e.insurer, e.customer_region, e.served_on, e.person_no, e.prefecture, e.branch_province, e.service_region), ', ')
            FROM assure.service_event e WHERE (e.account_id, e.order_id) = (o.account_id, o.order_id)),
        (SELECT string_agg(c.state, ', ') FROM assure.clock c WHERE c.subject_kind = 'service_order' AND c.subject_id = o.order_id))
    FROM assure.service_order o WHERE o.ref = of $$;
SELECT count(assure.order_service(jsonb_build_object('ref', k || n, 'policy', p, 'member_ref', m, 'service', CASE n % 2 WHEN 0 THEN 'opinion' ELSE 'escort' END, 'requested_at', '2024-05-01T09:00:00+08:00')
        || CASE n % 3 WHEN 0 THEN '{"region": "440305"}' ELSE '{}' END::jsonb))
    FROM unnest('{F,L}'::text[]) k, generate_series(10, 59) n, LATERAL (SELECT q.ref AS p, r.ref AS m FROM assure.policy q JOIN assure_internal.member_ref r USING (policy_id) ORDER BY md5(q.ref || r.ref || n) LIMIT 1) x \g /dev/null
SELECT count(t.step(k || n, n % 5)) FROM unnest('{F,L}'::text[]) k, generate_series(10, 59) n \g /dev/null
SELECT assure.put_location(jsonb_build_object('policy', q.ref, 'member_ref', r.ref, 'region', '510202', 'valid_from', '2024-05-14', 'source', 'letter'))
    FROM assure.policy q JOIN assure_internal.member_ref r USING (policy_id) ORDER BY q.ref, r.ref LIMIT 1 \g /dev/null

SELECT count(assure.finish_service(ref, finished_at)) FROM jsonb_to_recordset(t.list('F%')) AS x (ref text, finished_at timestamptz) \g /dev/null
SELECT max(audit_id) AS before FROM assure.audit_log \gset
SELECT is(assure.finish_services(t.list('L%'), 'list-1'), 50::bigint, 'a list is finished');
SELECT is((SELECT string_agg(format('%s: %s, not %s', n, t.said('L' || n), t.said('F' || n)), E'\n') FROM generate_series(10, 59) n WHERE t.said('L' || n) <> t.said('F' || n)), NULL,
    'each order as if it were alone, with its events, its place and its clock');
SELECT cmp_ok((SELECT count(DISTINCT e.prefecture) FROM assure.service_event e JOIN assure.service_order o USING (account_id, order_id) WHERE o.ref LIKE 'L%'), '>', 1::bigint, 'in more than one place');
SELECT is((SELECT count(*) FROM assure.order_event WHERE event = 'resumed'), 20::bigint, 'who waited for the customer waits no longer');
SELECT is((SELECT string_agg(concat_ws(' ', action, row_count, jsonb_array_length(detail -> 'orders')), ', ') FROM assure.audit_log WHERE audit_id > :before), 'finish_services 50 50', 'the audit has one row, with the orders');
SELECT is(assure.finish_services(t.list('L%'), 'list-1'), 50::bigint, 'a retry by request_id does nothing');
SELECT is(t.fails($$SELECT assure.finish_services('[]', 'list-1')$$), 'AS003 request_id "list-1" was used before for another call', 'with another list it is refused');
SELECT is(assure.finish_services('[]'), 0::bigint, 'an empty list is nothing');
SELECT is((SELECT count(*) FROM assure.service_event), 100::bigint, 'each counts once');

-- All or none.
SELECT count(assure.order_service(jsonb_build_object('ref', 'N' || n, 'policy', 'P-BJ', 'member_ref', 'M1', 'service', 'opinion', 'requested_at', '2024-05-01T09:00:00+08:00'))) FROM generate_series(1, 5) n \g /dev/null
SELECT assure.cancel_service('N5') \g /dev/null
CREATE FUNCTION t.n(more text) RETURNS text LANGUAGE sql AS $$
    SELECT t.fails(format('SELECT assure.finish_services(%L)', '[{"ref": "N1", "finished_at": "2024-05-02T09:00:00+08:00"}, {"ref": "N2", "finished_at": "2024-05-02T09:00:00+08:00"}, ' || more || ']')) $$;
SELECT is(t.n('{"ref": "N5", "finished_at": "2024-05-02T09:00:00+08:00"}'), 'AS201 order "N5" is cancelled', 'one that is cancelled refuses the list');
SELECT is(t.n('{"ref": "none", "finished_at": "2024-05-02T09:00:00+08:00"}'), 'P0002 order "none" does not exist', 'one that does not exist');
SELECT is(t.n('{"ref": "N2", "finished_at": "2024-05-03T09:00:00+08:00"}'), '22023 orders: "N2" stands there twice', 'one that stands there twice');
SELECT matches(t.n('{"ref": "N3", "finished_at": "2024-04-30T09:00:00+08:00"}'), '^22023 finished_at: .* is before the order was requested$', 'one that was before it was asked for');
SELECT matches(t.n('{"ref": "N3", "finished_at": "2999-01-01T09:00:00+08:00"}'), '^22023 finished_at: .* is in the future$', 'one of the future');
SELECT matches(t.n('{"ref": "N3"}'), '^22023 orders', 'one without its moment');
SELECT matches(t.n('{"finished_at": "2024-05-02T09:00:00+08:00"}'), '^22023 orders', 'one without its reference');
SELECT matches(t.n('{"ref": "N3", "finished_at": "2024-05-02T09:00:00+08:00", "by": "x"}'), '^22023 orders', 'one with more');
SELECT matches(t.n('{"ref": "N3", "finished_at": "yesterday"}'), '^22023 orders', 'one whose moment is none');
SELECT matches(t.n('7'), '^22023 orders', 'and what is no order');
SELECT matches(t.fails($$SELECT assure.finish_services('{}')$$), '^22023 orders', 'what is no list is refused');
SELECT is(t.fails($$SELECT assure.finish_services(NULL)$$), '22004 orders must not be NULL', 'and NULL');
SELECT matches(t.fails($$SELECT assure.finish_services((SELECT jsonb_agg('{}'::jsonb) FROM generate_series(1, 10001)))$$), '^(22023|54000) ', 'and a list that is too long');
SELECT is((SELECT string_agg(state, ' ' ORDER BY ref) FROM assure.service_order WHERE ref LIKE 'N%'), 'requested requested requested requested cancelled', 'nothing of all that was done');
SELECT is((SELECT count(*) FROM assure.service_event), 100::bigint, 'nor counted');
SELECT is(t.n('{"ref": "N3", "finished_at": "2024-05-02T09:00:00+08:00"}'), 'none', 'a sound list is taken');

-- Branches that are not open.
SELECT t.new_role('operator', 'operator') \g /dev/null
SELECT assure.grant_branch(t.role('operator'), 'SH') \g /dev/null
SELECT matches(t.run('operator', $$SELECT assure.finish_services('[{"ref": "N4", "finished_at": "2024-05-02T09:00:00+08:00"}]')$$), '^42501 order "N4" belongs to a branch that is not open', 'an order of a branch that is not open refuses the list');
SELECT is((SELECT state FROM assure.service_order WHERE ref = 'N4'), 'requested', 'and stays');
SELECT is(t.whole(), '', 'the books and the audit are whole');
SELECT * FROM finish();
ROLLBACK;
