-- Writes out every second account's claims as the documents that a portal hands
-- in: one to three bills of one to eight lines. Variable: shard, 0 or 1.

CREATE TEMP TABLE written AS
SELECT c.nth, c.oddity, jsonb_build_object('ref', 'A-' || lpad(c.n::text, 7, '0'), 'policy', c.policy, 'member_ref', c.member,
    'cause', c.cause, 'event_date', c.event_date, 'submitted_at', c.submitted_at, 'diagnoses', jsonb_build_array(c.diagnosis), 'bills', b.bills) AS document
FROM demo.claim c
CROSS JOIN LATERAL (
    SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
        'no', '24' || left(c.province, 2) || lpad((c.n * 4 + k)::text, 8, '0'), 'care', t.care,
        'from', t.from_date, 'to', t.from_date + CASE WHEN k = 1 THEN c.stay ELSE 0 END,
        'provider', jsonb_build_object('code', CASE WHEN c.oddity = 'unknown provider' AND k = 1 THEN 'X' || lpad(demo.die(c.n, 230, 9999)::text, 4, '0')
            ELSE p.codes[demo.die(t.bill, 231, cardinality(p.codes))] END),
        'social_settled', t.is_settled, 'social_paid', CASE WHEN t.is_settled THEN demo.yuan(floor(l.fen * (0.35 + 0.35 * demo.draw(t.bill, 232)))::bigint) END,
        'other_paid', CASE WHEN demo.draw(t.bill, 233) < 0.02 THEN demo.yuan(floor(l.fen * 0.1)::bigint) END,
        'items', l.items)) ORDER BY k) AS bills
    FROM generate_series(1, c.bills) AS k
    CROSS JOIN LATERAL (SELECT c.n * 4 + k AS bill, c.event_date + CASE WHEN k = 1 THEN 0 ELSE c.stay + 2 * (k - 1) END AS from_date,
        CASE WHEN k = 1 THEN c.care WHEN c.care = 'inpatient' THEN 'outpatient'
             WHEN c.care = 'outpatient' AND demo.draw(c.n * 4 + k, 234) < 0.4 THEN 'pharmacy' ELSE c.care END AS care) AS s
    CROSS JOIN LATERAL (SELECT s.*, a.line_fen, a.kind, a.categories, demo.draw(bill, 235) < a.settled AS is_settled,
        CASE WHEN demo.draw(bill, 236) < 0.9 THEN c.province ELSE demo.province_at(demo.draw(bill, 237) * 0.995) END AS at
        FROM demo.care a WHERE a.care = s.care) AS t
    JOIN demo.directory p ON p.province = CASE WHEN t.at > '700000' THEN '440000' ELSE t.at END AND p.kind = t.kind
    CROSS JOIN LATERAL (
        SELECT sum(CASE WHEN is_refund THEN -refund_fen ELSE fen END) AS fen, jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
            'no', nth, 'category', category, 'code', code, 'class', class, 'quantity', CASE WHEN NOT is_refund THEN quantity::text END,
            'amount', demo.yuan(CASE WHEN is_refund THEN -refund_fen ELSE fen END),
            'allowed', CASE WHEN NOT is_refund AND demo.draw(line, 245) < 0.05 THEN demo.yuan(fen * 9 / 10) END,
            'self_first', CASE WHEN NOT is_refund AND class = 'B' AND demo.draw(line, 246) < 0.5 THEN demo.yuan(fen / 10) END)) ORDER BY nth) AS items
        FROM (
            SELECT nth, line, quantity, is_refund, class, category, upper(left(category, 2)) || lpad(demo.die(line, 240, 400)::text, 3, '0') AS code,
                greatest(quantity, round(line_amount * t.line_fen * CASE WHEN c.oddity = 'large' AND k = 1 THEN 6 ELSE 1 END))::bigint AS fen,
                -- a refund comes last and takes back a part of the first line
                CASE WHEN is_refund THEN floor(first_value(line_amount) OVER (ORDER BY nth) * t.line_fen * demo.draw(line, 241))::bigint END AS refund_fen
            FROM (
                SELECT nth, i.line, nth = lines AND nth > 1 AND demo.draw(t.bill, 242) < 0.05 AS is_refund, demo.factor(line, 250) AS line_amount,
                    t.categories[demo.die(CASE WHEN nth = lines AND nth > 1 AND demo.draw(t.bill, 242) < 0.05 THEN t.bill * 16 + 1 ELSE line END, 243, cardinality(t.categories))] AS category,
                    (ARRAY['A', 'A', 'A', 'A', 'B', 'B', 'B', 'C', 'C', NULL])[demo.die(line, 244, 10)] AS class,
                    CASE WHEN demo.draw(line, 247) < 0.3 THEN 1 + demo.die(line, 248, 5) ELSE 1 END AS quantity
                FROM (SELECT demo.die(t.bill, 238, 8) AS lines) AS d, generate_series(1, lines) AS nth, LATERAL (SELECT t.bill * 16 + nth AS line) AS i
            ) AS u
        ) AS v
    ) AS l
) AS b
WHERE c.shard = :shard;

-- A duplicate is the claim before it, handed in again by somebody else.
INSERT INTO demo.claim_document (shard, nth, document)
SELECT :shard, w.nth, CASE WHEN o.nth IS NULL THEN w.document
    ELSE o.document || jsonb_build_object('ref', w.document -> 'ref', 'policy', w.document -> 'policy', 'member_ref', w.document -> 'member_ref',
        'submitted_at', w.document -> 'submitted_at') END
FROM written w LEFT JOIN written o ON w.oddity = 'duplicate' AND o.nth = w.nth - 1 AND o.oddity = 'plain'
ORDER BY w.nth;
