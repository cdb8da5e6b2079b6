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

\echo 'Targets of the year'
\echo
SELECT code, measure, universe, comparison || ' ' || goal AS goal, fact, CASE WHEN met THEN 'met' WHEN NOT met THEN 'not met' END AS " " FROM assure_bi.coverage_target ORDER BY code;

\echo 'Coverage of last month as it was reported: the five provinces with the most customers'
\echo
SELECT region, name AS province, insured, served, round(100 * rate, 1) AS "rate %", outside, frozen_by AS "reported by"
FROM assure_bi.coverage_report WHERE report = 'last month, by province' ORDER BY insured DESC, row_no LIMIT 5;
