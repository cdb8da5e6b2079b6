-- Where the money is, and what it would be under other terms; run as the role assure_bi.

\pset border 1
\pset footer off
\pset linestyle ascii
\pset null ''
\pset numericlocale on

\echo
\echo 'Payments of the day, and what the bank returned'
\echo
SELECT state, count(*) AS payments, sum(amount) AS amount FROM assure_bi.payment GROUP BY state ORDER BY state;

\echo 'What if: outpatient care of the standard plan at 70 % instead of 80 %, over last year (simulate, nothing is written)'
\echo
SELECT section, item, claims, members, before, after, difference
FROM assure.simulate('STANDARD', (SELECT jsonb_set(v.terms::jsonb, '{benefits,0,steps,2}', '{"coinsurance": [{"pay": "0.7"}]}')::assure.terms
        FROM assure.plan_version v JOIN assure.plan USING (plan_id) WHERE code = 'STANDARD'),
    daterange((now() - interval '1 year')::date, now()::date))
WHERE section IN ('total', 'member', 'benefit');
