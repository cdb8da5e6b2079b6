-- What an auditor sees; run as the role assure_auditor.

\pset border 1
\pset footer off
\pset linestyle ascii
\pset numericlocale on

\echo 'Where the money of decided claims stayed (yuan)'
\echo
SELECT coalesce(r.value ->> 'code', '') AS reason, count(DISTINCT (d.account_id, d.claim_id)) AS claims, sum((r.value ->> 'amount')::numeric) AS amount
FROM assure.decision d CROSS JOIN LATERAL jsonb_array_elements(d.reasons) AS r
WHERE d.verdict <> 'pend' AND r.value ? 'amount' GROUP BY 1 ORDER BY amount DESC;

\echo 'Books and audit (checked above: nothing found)'
\echo
SELECT what, rows FROM (VALUES
    (1, 'decisions', (SELECT count(*) FROM assure.decision)),
    (2, 'ledger entries', (SELECT count(*) FROM assure.ledger_entry)),
    (3, 'balances', (SELECT count(*) FROM assure.balance)),
    (4, 'audit log', (SELECT count(*) FROM assure.audit_log))) AS t (n, what, rows) ORDER BY n;
