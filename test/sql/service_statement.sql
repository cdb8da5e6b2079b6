\set ECHO none
-- Statements of suppliers: loaded, matched row by row, settled once, against the
-- same matching written row by row.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(51);

SELECT assure.put_supplier('{"code": "S", "name": "x", "places": [{"code": "1", "name": "x", "region": "110000", "open_from": "2024-01-01", "services": ["opinion", "escort"]}],
    "contracts": [{"ref": "C1", "valid_from": "2024-01-01", "valid_to": "2024-12-31", "prices": {"opinion": "100.00", "escort": "50.00"}},
                  {"ref": "C2", "valid_from": "2024-03-01", "valid_to": "2024-03-31", "prices": {"opinion": "90.00"}}]}') > 0 AS ok \gset
SELECT assure.put_supplier('{"code": "Z", "name": "x", "places": [{"code": "1", "name": "x", "region": "110000", "open_from": "2024-01-01", "services": ["opinion"]}],
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
SELECT t.served('A', '2024-02-01'), t.served('B', '2024-02-29'), t.served('C', '2024-02-10', 'escort'), t.served('D', '2024-02-11', 'opinion', 'Z'), t.served('E', '2024-01-31'), t.served('F', '2024-02-12'), t.served('G', '2024-02-13'), t.served('H', '2024-02-14') \g /dev/null
SELECT assure.cancel_service('G') \g /dev/null

-- Loading.
SELECT is(t.load('ST', '[{"order": "A", "amount": "100.00"}, {"order": "B", "service": "opinion", "served_on": "2024-02-29", "amount": 100}]'), 2, 'rows are loaded');
SELECT is(t.load('ST', '[{"order": "A", "amount": "100.00"}, {"order": "B", "service": "opinion", "served_on": "2024-02-29", "amount": 100}]'), 0, 'the same rows again change nothing');
SELECT is(t.fails($$SELECT t.load('ST', '[{"order": "A", "amount": "101.00"}]')$$), 'AS103 rows: row_no 1 of statement "ST" was loaded before, or stands there twice, with other values', 'another row under its number is refused');
SELECT is(t.fails($$SELECT t.load('ST', '[{"row_no": 9, "order": "A", "amount": "1.00"}, {"row_no": 9, "order": "A", "amount": "2.00"}]')$$), 'AS103 rows: row_no 9 of statement "ST" was loaded before, or stands there twice, with other values', 'so are two rows under one number');
SELECT is(t.load('ST', '[{"row_no": 3, "order": "C", "amount": "49.00"}, {"row_no": 4, "order": "A", "amount": "100.00"}, {"row_no": 5, "order": "D", "amount": "100.00"}, {"row_no": 6, "order": "none", "amount": "1.00"},
    {"row_no": 7, "order": "E", "amount": "100.00"}, {"row_no": 8, "order": "F", "service": "escort", "amount": "100.00"}, {"row_no": 9, "order": "G", "amount": "100.00"}, {"row_no": 10, "order": "H", "served_on": "2024-02-15", "amount": "100.00"},
    {"row_no": 11, "order": "B"}, {"row_no": 12, "order": "B", "amount": "-1.00"}, {"row_no": 13, "order": "B", "amount": "1.00", "served_on": "2024-02-30"}, {"row_no": 14, "price": 1}, 15]'), 13, 'in parts, with numbers, and what cannot be read too');
SELECT is((SELECT string_agg(row_no || ' ' || problem, '; ' ORDER BY row_no) FROM assure.service_statement_row WHERE problem IS NOT NULL),
    '11 amount: is missing; 12 amount: "-1.00" is negative; 13 served_on: "2024-02-30" is not a date such as "2024-03-01"; 14 price: unknown member; 13 not an object', 'which is marked with its reason');
SELECT * FROM finish();
ROLLBACK;
