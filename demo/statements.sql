-- Last month's statement of each supplier: what it did, but BEIXING forgets a row,
-- bills one twice and one too high. What is clean is settled. Then three tenths of
-- the suppliers and stewards are drawn and looked at.

CREATE TEMP TABLE bill AS
    SELECT s.code AS supplier, row_number() OVER (PARTITION BY s.code ORDER BY o.order_id) AS row_no, o.ref, to_char(o.finished_at, 'YYYY-MM-DD') AS served_on,
        (SELECT p.price_fen FROM assure.supplier_price p JOIN assure.supplier_contract c USING (supplier_contract_id) WHERE c.supplier_id = o.supplier_id AND p.service_id = o.service_id) AS price_fen
    FROM assure.service_order o JOIN assure.supplier s USING (supplier_id), LATERAL (SELECT date_trunc('month', demo.today()::timestamp) AS month) m
    WHERE o.state IN ('done', 'evaluated') AND o.finished_at >= m.month - interval '1 month' AND o.finished_at < m.month;
UPDATE bill SET price_fen = price_fen + 1000 WHERE supplier = 'BEIXING' AND row_no = 7;
UPDATE bill SET ref = (SELECT ref FROM bill b WHERE b.supplier = 'BEIXING' AND b.row_no = 8) WHERE supplier = 'BEIXING' AND row_no = 10;

SELECT supplier, assure.load_statement(jsonb_build_object('ref', supplier || to_char(month, '-YYYYMM'), 'supplier', supplier, 'from', to_char(month, 'YYYY-MM-DD'), 'to', to_char(month + interval '1 month - 1 day', 'YYYY-MM-DD')),
        jsonb_agg(jsonb_build_object('row_no', row_no, 'order', ref, 'served_on', served_on, 'amount', to_char(price_fen / 100.0, 'FM999990.00')) ORDER BY row_no) FILTER (WHERE supplier <> 'BEIXING' OR row_no <> 9))
FROM bill, LATERAL (SELECT date_trunc('month', demo.today()::timestamp) - interval '1 month' AS month) m GROUP BY supplier, month ORDER BY supplier;
SELECT ref, assure.reconcile_statement(ref) FROM assure.service_statement ORDER BY ref;
SELECT ref, assure.settle_statement(ref) FROM assure.service_statement s
WHERE NOT EXISTS (SELECT FROM assure.service_statement_match m WHERE m.statement_id = s.statement_id AND m.verdict <> 'matched') ORDER BY ref;

SELECT assure.draw_service_sample(kind, extract(year FROM demo.today())::int, 'demo') FROM unnest('{supplier,steward}'::text[]) kind;
SELECT count(assure.record_sample_finding(jsonb_build_object('kind', kind, 'year', year, 'code', code, 'passed', rank > 1, 'found_on', demo.today(), 'findings', CASE WHEN rank = 1 THEN '[{"code": "records", "words": "vouchers missing"}]' ELSE '[]' END::jsonb)))
FROM assure_bi.supplier_sample;

-- The figures of last month, kept as they are when its statements are matched.
SELECT assure.freeze_coverage(jsonb_build_object('name', 'last month, by province', 'note', 'with the statements of suppliers',
    'period', daterange((date_trunc('month', demo.today()::timestamp) - interval '1 month')::date, date_trunc('month', demo.today()::timestamp)::date)));
