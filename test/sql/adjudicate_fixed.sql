\set ECHO none
-- Fixed benefits of stored claims: what a stay, an event and a group used stands in the ledger as sums, and the next claim reads it.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
SELECT plan(13);

SELECT assure.publish_plan('FIX', 'Fixed sums', '{
    "name": "Fixed sums", "period": "calendar_year", "benefits": [
        {"code": "HI", "kind": "daily", "amount": "100.00", "from_day": 4, "steps": [{"limit": {"per": "year", "days": 10}}, {"limit": {"per": "lifetime", "days": 12, "code": "life"}}]},
        {"code": "CI", "kind": "lump_sum", "amount": "50000.00", "levels": [
            {"code": "mild", "diagnosis": {"include": ["D00-D09", "I20"]}, "pay": "0.03", "max_count": 2, "interval_days": 90},
            {"code": "severe", "diagnosis": {"include": ["C00-C97"]}, "pay": "0.08"}]},
        {"code": "AD", "kind": "schedule", "amount": "20000.00", "table": {"1": "1", "9": "0.2", "10": "0.1"}},
        {"code": "ONCE", "kind": "lump_sum", "cause": ["maternity"], "amount": "800.00"}]}', '2024-01-01') IS NOT NULL AS published \gset
SELECT count(assure.enroll('{"policy": "P-SH", "certificate": "FX", "name": "x", "sex": "F", "region": "310104", "plan": "FIX", "enrolled_on": "2024-01-01", "birth_date": "1980-01-01", "relationship": "self"}'::jsonb || m)) FROM jsonb_array_elements('[
    {"member_ref": "S20"}, {"member_ref": "S21", "relationship": "spouse"}]') m \gset

CREATE FUNCTION t.of(ref text, day text, more jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT t.claim(ref, 'S20', '1.00', '{"bills": [], "submitted_at": "2025-06-30T00:00:00Z"}'::jsonb || jsonb_build_object('event_date', day) || more) $$;
CREATE FUNCTION t.in_hospital(ref text, first text, until text, stay text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT t.of(ref, first, jsonb_build_object('bills', jsonb_build_array(t.bill('B-' || ref, '1.00', jsonb_build_object('care', 'inpatient', 'from', first, 'to', until, 'stay', stay))))) $$;
CREATE FUNCTION t.ledger(ref text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT string_agg(concat_ws(' ', e.counter, e.period, e.measure, e.delta), ', ' ORDER BY e.counter, e.period, e.measure)
    FROM assure.ledger_entry e JOIN assure.claim c USING (account_id, claim_id) WHERE c.ref = $1 $$;

SELECT is(t.verdict(t.in_hospital('H1', '2024-02-01', '2024-02-03', 'ST 1')), 'denied 0.00 level_none, grade_none, cause', 'the first days of a stay pay nothing');
SELECT is(t.verdict(t.in_hospital('H2', '2024-02-03', '2024-02-07', 'ST 1')), 'approved 300.00 level_none, grade_none, cause', 'and count for the next claim');
SELECT is(t.ledger('H2'), 'HI lifetime paid 30000, HI stay:ST 1 days 4, HI year:2024-01-01 amount 30000, HI year:2024-01-01 days 3, HI.life lifetime days 3', 'days of the stay and days that paid are entries');
SELECT is(t.verdict(t.in_hospital('H3', '2024-09-01', '2024-09-30', 'ST 2')), 'approved 700.00 limit_days B-H3, level_none, grade_none, cause', 'days of the year');
SELECT is(t.verdict(t.in_hospital('H4', '2025-01-01', '2025-01-30', 'ST 3')), 'approved 200.00 limit_days B-H4, limit_days B-H4, level_none, grade_none, cause', 'days for life');
SELECT is(t.verdict(t.of('C1', '2024-03-01', '{"diagnoses": ["D05"], "disability_grades": [10]}')), 'approved 3500.00 cause', 'a level and a grade');
SELECT is(t.ledger('C1'), 'AD lifetime paid 200000, AD year:2024-01-01 amount 200000, CI lifetime paid 150000, CI year:2024-01-01 amount 150000, CI.mild event:2024-03-01 count 1, CI.mild group:D00-D09 count 1, CI.mild lifetime amount 150000, CI.mild lifetime count 1', 'event and group are entries');
SELECT is(t.verdict(t.of('C2', '2024-05-01', '{"diagnoses": ["I20"]}')), 'denied 0.00 interval, grade_none, cause', 'the interval since the last claim');
SELECT is(t.verdict(t.of('C3', '2024-08-01', '{"diagnoses": ["D01"], "disability_grades": [9]}')), 'approved 2000.00 same_group, limit_lifetime, cause', 'the group of an earlier claim, a grade less what was paid');
SELECT is(t.verdict(t.of('C4', '2024-08-01', '{"diagnoses": ["I20"], "cause": "maternity"}')), 'approved 2300.00 grade_none', 'another group, and once');
SELECT is(t.verdict(t.of('C5', '2025-08-01', '{"diagnoses": ["I20"], "cause": "maternity", "submitted_at": "2025-08-02T00:00:00Z"}')), 'denied 0.00 limit_count, grade_none, once', 'no more');

SELECT is_empty($$SELECT b.*, e.value AS entries FROM assure.balance b FULL JOIN (SELECT account_id, member_id, counter, period, measure, sum(delta) AS value FROM assure.ledger_entry GROUP BY 1, 2, 3, 4, 5) e
    USING (account_id, member_id, counter, period, measure) WHERE b.value IS DISTINCT FROM e.value$$, 'every balance is the sum of its entries');
SELECT is((SELECT string_agg(period, ' ' ORDER BY period) FROM unnest('{lifetime,year:2024-01-01,day:2024-01-01,event:2024-01-01,stay:a b,group:C00-C97,stay:,group:,event:x,week:2024-01-01,lifetimes}'::text[]) period
    WHERE period ~ (SELECT substring(pg_get_constraintdef(oid) FROM '''(\^.*\$)''') FROM pg_constraint WHERE conname = 'ledger_entry_period_check')), 'day:2024-01-01 event:2024-01-01 group:C00-C97 lifetime stay:a b year:2024-01-01', 'the ledger takes these periods and no others');

SELECT * FROM finish();
ROLLBACK;
