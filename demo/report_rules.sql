-- What a decision table says of a year of claims; run as the role assure_bi.

\pset border 1
\pset footer off
\pset linestyle ascii
\pset null ''
\pset numericlocale on

\echo
\echo 'A decision table over all claims: which lane each would take (decide, 50,000 times in one statement)'
\echo
SELECT d ->> 'lane' AS lane, (d ->> 'priority')::int AS priority, count(*) AS claims, sum(submitted) AS submitted, round(avg(submitted), 2) AS average
FROM (SELECT assure.decide('Fast lane', 'Fast lane', jsonb_build_object('Cause', cause, 'Submitted', submitted)) AS d, submitted FROM assure_bi.claim OFFSET 0) x
GROUP BY 1, 2 ORDER BY 2, 1;

\echo 'Why one of them: every rule, and whether it matched'
\echo
SELECT e.rule, e.matched, e.inputs -> 0 ->> 'test' AS "Cause", e.inputs -> 1 ->> 'test' AS "Submitted", e.outputs ->> 'lane' AS lane
FROM (SELECT cause, submitted FROM assure_bi.claim WHERE submitted > 1000 ORDER BY claim_id LIMIT 1) c,
    assure.explain_decision('Fast lane', 'Fast lane', jsonb_build_object('Cause', c.cause, 'Submitted', c.submitted)) e ORDER BY e.rule;
