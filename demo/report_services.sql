-- Services: access to medical care, what suppliers bill, targets; run as the role assure_bi.

\pset border 1
\pset footer off
\pset linestyle ascii
\pset null ''
\pset numericlocale on

\echo 'Access to medical care: mean working days until the service began'
\echo
SELECT year::text, service, orders, access_days, access_days_before AS "year before", round(100 * in_standard, 1) AS "in standard %"
FROM assure_bi.service_timeliness WHERE kind = 'medical_access' ORDER BY service, year;

\echo 'Statements of suppliers for last month, row by row'
\echo
SELECT statement, state, verdict, reason, count(*) AS rows, sum(stated) AS stated, sum(agreed) AS agreed
FROM assure_bi.supplier_statement GROUP BY statement, state, verdict, reason ORDER BY statement, verdict, reason;

\echo 'What customers say of suppliers this year, and whom to call'
\echo
SELECT supplier, sum(evaluated) AS evaluated, round(sum(score * evaluated) / sum(evaluated), 2) AS score, sum(low) AS low,
    (SELECT min(c.phone) FROM assure_bi.contact c WHERE c.party = 'supplier' AND c.party_code = supplier AND c.duty = 'orders and statements') AS phone
FROM assure_bi.service_evaluation WHERE year = extract(year FROM now()) AND supplier IS NOT NULL GROUP BY supplier ORDER BY score DESC, supplier;

\echo 'Sampled this year'
\echo
SELECT kind, active, drawn, passed, round(100 * drawn_share, 1) AS "drawn %" FROM assure_bi.sample_share WHERE year = extract(year FROM now()) ORDER BY kind;

\echo 'Network: prefectures with a place, of all 342 and of those where a branch is'
\echo
SELECT service, name, with_place AS "with place", round(100 * share, 1) AS "%", with_branch AS "with branch", branch_with_place AS "and place", round(100 * branch_share, 1) AS "% of them"
FROM assure_bi.network_coverage WHERE universe = 342 AND with_place > 0 ORDER BY service;

\echo 'Targets of the year'
\echo
SELECT code, measure, universe, comparison || ' ' || goal AS goal, fact, CASE WHEN met THEN 'met' WHEN NOT met THEN 'not met' END AS " " FROM assure_bi.coverage_target ORDER BY code;

\echo 'Coverage of last month as it was reported: the five provinces with the most customers'
\echo
SELECT region, name AS province, insured, served, round(100 * rate, 1) AS "rate %", outside, frozen_by AS "reported by"
FROM assure_bi.coverage_report WHERE report = 'last month, by province' ORDER BY insured DESC, row_no LIMIT 5;
