\set ECHO none
-- Statements of suppliers: loaded, matched row by row, settled once, against the
-- same matching written row by row.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(53);

SELECT assure.put_supplier('{"code": "S", "name": "x", "places": [{"code": "1", "name": "x", "region": "110000", "open_from": "2024-01-01", "services": ["opinion", "escort"]}],
    "contracts": [{"ref": "C1", "valid_from": "2024-01-01", "valid_to": "2024-12-31", "prices": {"opinion": "100.00", "escort": "50.00"}},
                  {"ref": "C2", "valid_from": "2024-03-01", "valid_to": "2024-03-31", "prices": {"opinion": "90.00"}}]}') > 0 AS ok \gset
SELECT assure.put_supplier('{"code": "Z", "name": "x", "places": [{"code": "1", "name": "x", "region": "110000", "open_from": "2024-01-01", "services": ["opinion", "escort"]}],
    "contracts": [{"ref": "C3", "valid_from": "2024-01-01", "prices": {"opinion": "100.00"}}]}') > 0 AS ok \gset
-- t.served(ref, day) is a service that S did on a day.
CREATE FUNCTION t.served(ref text, day date, service text DEFAULT 'opinion', supplier text DEFAULT 'S') RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM assure.order_service(jsonb_build_object('ref', ref, 'policy', 'P-BJ', 'member_ref', 'M1', 'service', service, 'supplier', supplier, 'requested_at', to_char(day, 'YYYY-MM-DD"T09:00:00+08:00"')));
    PERFORM assure.finish_service(ref, (day::timestamp + interval '10 hours') AT TIME ZONE 'Asia/Shanghai');
END $$;
CREATE FUNCTION t.load(ref text, rows text, more jsonb DEFAULT '{}') RETURNS int LANGUAGE sql AS $$
    SELECT assure.load_statement(jsonb_build_object('ref', ref, 'supplier', 'S', 'from', '2024-02-01', 'to', '2024-02-29') || more, rows::jsonb) $$;
CREATE FUNCTION t.matched(statement text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', row_no, verdict, reason, stated, agreed), '; ' ORDER BY row_no NULLS LAST, order_ref) FROM assure_bi.supplier_statement s WHERE s.statement = matched.statement $$;
SELECT t.served('A', '2024-02-01'), t.served('B', '2024-02-29'), t.served('C', '2024-02-10', 'escort'), t.served('D', '2024-02-11', 'opinion', 'Z'), t.served('E', '2024-01-31'), t.served('F', '2024-02-12'), t.served('G', '2024-02-13'), t.served('H', '2024-02-14'), t.served('I', '2024-02-20', 'escort') \g /dev/null
SELECT assure.cancel_service('G') \g /dev/null

-- Loading.
SELECT is(t.load('ST', '[{"order": "A", "amount": "100.00"}, {"order": "B", "service": "opinion", "served_on": "2024-02-29", "amount": "100.00"}]'), 2, 'rows are loaded');
SELECT is(t.load('ST', '[{"order": "A", "amount": "100.00"}, {"order": "B", "service": "opinion", "served_on": "2024-02-29", "amount": "100.00"}]'), 0, 'the same rows again change nothing');
SELECT is(t.fails($$SELECT t.load('ST', '[{"order": "A", "amount": "101.00"}]')$$), 'AS103 rows: row_no 1 of statement "ST" was loaded before, or stands there twice, with other values', 'another row under its number is refused');
SELECT is(t.fails($$SELECT t.load('ST', '[{"row_no": 9, "order": "A", "amount": "1.00"}, {"row_no": 9, "order": "A", "amount": "2.00"}]')$$), 'AS103 rows: row_no 9 of statement "ST" was loaded before, or stands there twice, with other values', 'so are two rows under one number');
SELECT is(t.load('ST', '[{"row_no": 3, "order": "C", "amount": "49.00"}, {"row_no": 4, "order": "A", "amount": "100.00"}, {"row_no": 5, "order": "D", "amount": "100.00"}, {"row_no": 6, "order": "none", "amount": "1.00"},
    {"row_no": 7, "order": "E", "amount": "100.00"}, {"row_no": 8, "order": "F", "service": "escort", "amount": "100.00"}, {"row_no": 9, "order": "G", "amount": "100.00"}, {"row_no": 10, "order": "H", "served_on": "2024-02-15", "amount": "100.00"},
    {"row_no": 11, "order": "B"}, {"row_no": 12, "order": "B", "amount": "-1.00"}, {"row_no": 13, "order": "B", "amount": "1.00", "served_on": "2024-02-30"}, {"row_no": 14, "price": 1}]'), 12, 'in parts, with numbers, and what cannot be read too');
SELECT is(t.load('S2', '[15, {"row_no": 0, "order": "A", "amount": "1.00"}, {"row_no": 7, "order": "A", "amount": "1.00"}]'), 3, 'whatever it is');
SELECT is((SELECT string_agg(concat_ws(' ', ref, row_no, problem), '; ' ORDER BY ref, row_no) FROM assure.service_statement_row JOIN assure.service_statement USING (statement_id) WHERE problem IS NOT NULL),
    'S2 1 an object expected, not a number; S2 2 row_no: 0 is out of range, from 1 to 2147483647; ST 11 amount: missing; ST 12 amount: -1.00 is negative; ST 13 served_on: "2024-02-30" is not a date such as "2024-03-01"; ST 14 price: unknown key', 'which is marked with its reason');
CREATE TEMP TABLE bad (n serial, statement text, wanted text);
INSERT INTO bad (statement, wanted) VALUES
    ($$SELECT assure.load_statement(NULL, '[]')$$, '22004 statement and rows must not be NULL'), ($$SELECT t.load('N', '{}')$$, '22023 rows: a list expected, not an object'), ($$SELECT t.load('N', '[]', '{"supplier": "none"}')$$, '23503 supplier: "none" does not exist'),
    ($$SELECT t.load('N', '[]', '{"to": "2024-01-31"}')$$, '22023 statement: to: is before from'), ($$SELECT t.load('N', '[]', '{"total": "1.00"}')$$, '22023 statement: total: unknown key'),
    ($$SELECT t.load('ST', '[]', '{"supplier": "Z"}')$$, 'AS103 ref: statement "ST" was loaded before for another supplier or period'), ($$SELECT t.load('ST', '[]', '{"to": "2024-02-28"}')$$, 'AS103 ref: statement "ST" was loaded before for another supplier or period'),
    ($$SELECT t.load('N', jsonb_build_array(jsonb_build_object('order', repeat('x', 5000)))::text)$$, '54000 rows[[]0[]]: % bytes, at most 4000 are allowed'),
    ($$SELECT assure.reconcile_statement('none')$$, 'P0002 statement "none" does not exist'), ($$SELECT assure.settle_statement('none')$$, 'P0002 statement "none" does not exist'), ($$SELECT assure.withdraw_statement('none', 'x')$$, 'P0002 statement "none" does not exist'),
    ($$SELECT assure.reconcile_statement(NULL)$$, '22004 ref must not be NULL'), ($$SELECT assure.withdraw_statement('ST', NULL)$$, '22004 ref and reason must not be NULL'), ($$SELECT assure.withdraw_statement('ST', '')$$, '22023 reason has 0 bytes, not 1 to 2000');
SELECT alike(t.fails(statement), replace(replace(wanted, '[[]', '['), '[]]', ']'), statement) FROM bad ORDER BY n;
SELECT is((SELECT count(*) FROM assure.service_statement), 2::bigint, 'refusals leave nothing');

-- Matching.
SELECT is(t.matched('ST') IS NULL OR t.matched('ST') NOT LIKE '%matched%', true, 'before it is reconciled nothing is matched');
SELECT is(assure.reconcile_statement('ST'), 13, 'what is not matched is counted');
SELECT is(t.matched('ST'), '1 matched matched 100.00 100.00; 2 matched matched 100.00 100.00; 3 amount_differs other_amount 49.00 50.00; 4 twice row_again 100.00 100.00; 5 missing_here other_supplier 100.00 100.00; 6 missing_here order_unknown 1.00; 7 missing_here outside_period 100.00 100.00; 8 missing_here other_service 100.00 100.00; 9 missing_here not_done 100.00 100.00; 10 missing_here other_day 100.00 100.00; 11 invalid unreadable; 12 invalid unreadable; 13 invalid unreadable; 14 invalid unreadable; missing_there not_billed 50.00', 'each row has its verdict');
SELECT is(t.fails($$SELECT assure.settle_statement('ST')$$), 'AS201 statement "ST" is not clean', 'what is not clean is not settled');
SELECT is((SELECT count(*) FROM assure.service_settled), 0::bigint, 'none of it');

-- A clean one.
SELECT is(t.load('OK', '[{"order": "A", "amount": "100.00"}, {"order": "B", "amount": "100.00"}, {"order": "C", "amount": "50.00"}, {"order": "F", "amount": "100.00"}, {"order": "H", "amount": "100.00"}, {"order": "I", "amount": "50.00"}]'), 6, 'the corrected statement is loaded under another number');
SELECT is(assure.reconcile_statement('OK', 'q'), 0, 'all of it is matched');
SELECT is(assure.reconcile_statement('OK', 'q'), 0, 'a retry has the same answer');
SELECT is(assure.settle_statement('OK', 'z'), 500.00, 'and settled');
SELECT is(assure.settle_statement('OK', 'z'), 500.00, 'once, and answered again to a retry');
SELECT is(t.fails($$SELECT assure.settle_statement('OK')$$), 'AS201 statement "OK" is settled', 'another time is refused');
SELECT is(t.fails($$SELECT t.load('OK', '[{"row_no": 9, "order": "A", "amount": "100.00"}]')$$), 'AS201 statement "OK" is settled', 'so are more rows');
SELECT is(t.fails($$SELECT assure.reconcile_statement('OK')$$), 'AS201 statement "OK" is settled', 'and matching it again');
SELECT is(assure.reconcile_statement('ST'), 14, 'what is settled with one is not with another');
SELECT is(t.matched('ST'), '1 twice settled_before 100.00 100.00; 2 twice settled_before 100.00 100.00; 3 twice settled_before 49.00 50.00; 4 twice row_again 100.00 100.00; 5 missing_here other_supplier 100.00 100.00; 6 missing_here order_unknown 1.00; 7 missing_here outside_period 100.00 100.00; 8 twice settled_before 100.00 100.00; 9 missing_here not_done 100.00 100.00; 10 twice settled_before 100.00 100.00; 11 invalid unreadable; 12 invalid unreadable; 13 invalid unreadable; 14 invalid unreadable', 'it stands there as twice');
SELECT is(t.fails($$SELECT assure.withdraw_statement('ST', 'full of errors')$$), 'none', 'the wrong one is withdrawn');
SELECT is(t.fails($$SELECT assure.settle_statement('ST')$$), 'AS201 statement "ST" is withdrawn', 'and not settled any more');
SELECT is((SELECT concat_ws(' ', state, reason, closed_by) FROM assure.service_statement WHERE ref = 'ST'), 'withdrawn full of errors ' || session_user, 'with its reason');
SELECT assure.withdraw_statement('S2', 'nonsense') \g /dev/null

-- Prices of the day, and a price that is agreed later.
SELECT t.served('P1', '2024-03-01'), t.served('P2', '2024-03-31', 'escort'), t.served('P3', '2024-04-01') \g /dev/null
SELECT t.load('MAR', '[{"order": "P1", "amount": "90.00"}, {"order": "P2", "amount": "50.00"}]', '{"from": "2024-03-01", "to": "2024-03-31"}') \g /dev/null
SELECT is(assure.reconcile_statement('MAR'), 1, 'the contract of the day has the price');
SELECT is(t.matched('MAR'), '1 matched matched 90.00 90.00; 2 amount_differs no_price 50.00', 'or none');
SELECT assure.put_supplier('{"code": "S", "name": "x", "contracts": [{"ref": "C2", "valid_from": "2024-03-01", "valid_to": "2024-03-31", "prices": {"escort": "50.00"}}]}') \g /dev/null
SELECT is(assure.settle_statement('MAR'), 140.00, 'a price that is agreed later counts');
SELECT is((SELECT string_agg(concat_ws(' ', r.code, p.revision, p.price_fen), ', ' ORDER BY r.code, p.revision) FROM assure.supplier_price p JOIN assure.supplier_contract c USING (supplier_contract_id) JOIN assure.service r USING (service_id) WHERE c.ref = 'C2'),
    'escort 1 5000, opinion 1 9000', 'prices not named stay');
SELECT assure.cancel_service('P1') \g /dev/null
SELECT is((SELECT string_agg(order_ref, ' ') FROM assure_bi.supplier_statement WHERE state = 'settled' AND order_state = 'cancelled'), 'P1', 'what is cancelled after it was settled stands out');
SELECT is(t.load('EMPTY', '[]', '{"from": "2023-01-01", "to": "2023-01-31"}') || ' ' || assure.settle_statement('EMPTY'), '0 0.00', 'a statement of nothing is settled with nothing');
SELECT matches(t.fails('DELETE FROM assure.service_settled'), '^AS005 ', 'what is settled stays so');
SELECT is(t.fails($$INSERT INTO assure.service_settled SELECT order_id, statement_id, 99, 1 FROM assure.service_settled LIMIT 1$$), '23505 duplicate key value violates unique constraint "service_settled_pkey"', 'no service is settled twice');

-- A random month against the same written row by row: 200 services, 200 rows.
SELECT setseed(0.31) \g /dev/null
SELECT t.served('X' || i, date '2024-05-25' + (random() * 40)::int, (ARRAY['opinion', 'escort'])[1 + (random())::int], (ARRAY['S', 'S', 'S', 'Z'])[1 + (random() * 3)::int]) FROM generate_series(1, 200) i WHERE i % 50 > 0 \g /dev/null
SELECT assure.cancel_service('X' || i) FROM generate_series(7, 200, 23) i WHERE i % 50 > 0 \g /dev/null
CREATE TEMP TABLE billed AS SELECT i AS row_no, 'X' || 1 + (random() * 199)::int AS ref, (ARRAY['opinion', 'escort', NULL, NULL])[1 + (random() * 3)::int] AS service,
    CASE WHEN random() < 0.3 THEN date '2024-06-10' END AS served_on, (ARRAY[100.00, 100.00, 50.00, 50.00, 1.00])[1 + (random() * 4)::int] AS amount FROM generate_series(1, 200) i;
UPDATE billed SET service = NULL, served_on = NULL, amount = (SELECT CASE v.code WHEN 'opinion' THEN 100.00 ELSE 50.00 END FROM assure.service_order o JOIN assure.service v USING (service_id) WHERE o.ref = billed.ref) WHERE row_no % 2 = 0 AND ref <> ALL ('{X50,X100,X150,X200}');
SELECT t.load('JUN', (SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('row_no', row_no, 'order', ref, 'service', service, 'served_on', served_on, 'amount', amount::text))) FROM (SELECT row_no, ref, service, to_char(served_on, 'YYYY-MM-DD') AS served_on, coalesce(amount, 1.00)::numeric(9,2) AS amount FROM billed ORDER BY row_no) b)::text, '{"from": "2024-06-01", "to": "2024-06-30"}') AS loaded \gset
SELECT assure.reconcile_statement('JUN') AS open \gset
CREATE FUNCTION t.slowly() RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE b record; o record; seen text[] := '{}'; day date; verdict text;
BEGIN
    FOR b IN SELECT * FROM billed ORDER BY row_no LOOP
        SELECT x.*, s.code AS supplier, v.code AS service INTO o FROM assure.service_order x LEFT JOIN assure.supplier s USING (supplier_id) JOIN assure.service v USING (service_id) WHERE x.ref = b.ref;
        day := (o.finished_at AT TIME ZONE 'Asia/Shanghai')::date;
        IF b.ref = ANY (seen) THEN verdict := 'twice';
        ELSIF o.order_id IS NULL OR o.supplier <> 'S' OR o.state <> 'done' OR coalesce(b.service, o.service) <> o.service OR coalesce(b.served_on, day) <> day OR day < '2024-06-01' OR day > '2024-06-30' THEN verdict := 'missing_here';
        ELSIF coalesce(b.amount, 1) <> (CASE o.service WHEN 'opinion' THEN 100 ELSE 50 END) THEN verdict := 'amount_differs';
        ELSE verdict := 'matched'; END IF;
        seen := seen || b.ref;
        RETURN NEXT b.row_no || ' ' || verdict;
    END LOOP;
    FOR o IN SELECT x.* FROM assure.service_order x JOIN assure.supplier s USING (supplier_id) WHERE s.code = 'S' AND x.state = 'done' LOOP
        day := (o.finished_at AT TIME ZONE 'Asia/Shanghai')::date;
        IF day BETWEEN '2024-06-01' AND '2024-06-30' AND o.ref <> ALL (seen) THEN RETURN NEXT o.ref || ' missing_there'; END IF;
    END LOOP;
END $$;
SELECT is((SELECT string_agg(x, ', ' ORDER BY x) FROM ((SELECT t.slowly() EXCEPT SELECT coalesce(row_no::text, order_ref) || ' ' || verdict FROM assure_bi.supplier_statement WHERE statement = 'JUN')
    UNION ALL (SELECT coalesce(row_no::text, order_ref) || ' ' || verdict FROM assure_bi.supplier_statement WHERE statement = 'JUN' EXCEPT SELECT t.slowly())) d (x)), NULL, 'set by set is row by row');
SELECT is((SELECT string_agg(DISTINCT verdict, ' ' ORDER BY verdict) FROM assure_bi.supplier_statement WHERE statement = 'JUN'), 'amount_differs matched missing_here missing_there twice', 'of every kind');
SELECT is((SELECT count(*) FROM assure_bi.supplier_statement WHERE statement = 'JUN' AND verdict <> 'matched'), :open::bigint, 'as many as it said');
SELECT is((SELECT count(*) FROM (SELECT order_ref FROM assure_bi.supplier_statement WHERE statement = 'JUN' AND verdict IN ('matched', 'amount_differs', 'missing_there') GROUP BY order_ref HAVING count(*) > 1) x), 0::bigint, 'no service counts twice');
SELECT is(t.whole(), '', 'the books and the audit are whole');
SELECT * FROM finish();
ROLLBACK;
