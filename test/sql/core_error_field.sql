\set ECHO none
-- An error about an argument or a place in a document names it in a field of its own, for clients that show it beside a form.
BEGIN;
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
\i test/sql-common/payment.psql
-- t.field(statement) is "SQLSTATE field" of its error; t.text(statement) the message begins with it, too.
CREATE FUNCTION t.field(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE field text; message text;
BEGIN
    EXECUTE statement;
    RETURN 'no error';
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS field = COLUMN_NAME, message = MESSAGE_TEXT;
    RETURN concat_ws(' ', SQLSTATE, field, CASE WHEN position(field IN message) = 0 THEN 'not in the message' END);
END $$;
CREATE TEMP TABLE wrong (n serial, statement text, wanted text);
INSERT INTO wrong (statement, wanted) VALUES
    ($$SELECT assure.submit_claim(t.claim('X', 'M1', '1.001'))$$, 'AS101 bills[0].items[0].amount'),
    ($$SELECT assure.submit_claim(t.claim('X', 'M1', '1.00') - 'ref')$$, 'AS101 ref'),
    ($$SELECT assure.submit_claim('[]'::jsonb)$$, 'AS101 '),
    ($$SELECT assure.submit_claim(t.claim('X', 'M1', '1.00', '{"policy": "P-NO"}'))$$, '23503 policy'),
    ($$SELECT assure.submit_claim(t.claim('X', 'M9', '1.00'))$$, '23503 member_ref'),
    ($$SELECT assure.submit_claim(t.claim('X', 'M1', '1.00', '{"submitted_at": "2500-01-01T00:00:00Z"}'))$$, 'AS101 submitted_at'),
    ($$SELECT assure.add_policy('{"ref": "P", "branch": "NO", "insurer": "x", "holder": "x", "starts_on": "2024-01-01"}')$$, '23503 branch'),
    ($$SELECT assure.add_policy('{"ref": "P", "branch": "BJ", "insurer": "x", "holder": "x", "starts_on": "2024-13-01"}')$$, '22023 starts_on'),
    ($$SELECT assure.enroll('{"policy": "P-BJ", "certificate": "F1", "member_ref": "M7", "name": "x", "birth_date": "1990-01-01", "sex": "F", "region": "110105", "plan": "NO", "relationship": "self", "enrolled_on": "2024-01-01"}')$$, '23503 plan'),
    ($$SELECT assure.enroll('{"policy": "P-BJ", "certificate": "F1", "member_ref": "M1", "name": "x", "birth_date": "1980-05-04", "sex": "F", "region": "110105", "plan": "STD", "relationship": "self", "enrolled_on": "2024-01-01"}')$$, 'AS103 member_ref'),
    ($$SELECT assure.enroll('{"policy": "P-BJ"}')$$, '22023 certificate'),
    ($$SELECT assure.end_enrollment('P-BJ', 'M9', '2024-05-01')$$, '23503 member_ref'),
    ($$SELECT assure.order_service('{"ref": "S", "policy": "P-BJ", "member_ref": "M1", "service": "no", "requested_at": "2024-03-01T09:00:00+08:00"}')$$, '23503 service'),
    ($$SELECT assure.put_payee('{"policy": "P-GD", "certificate": "NO", "kind": "policyholder", "name": "x", "bank": "x", "bank_account": "622202020000"}')$$, '23503 certificate'),
    ($$SELECT assure.put_location('{"policy": "P-NO", "region": "440300", "valid_from": "2024-01-01", "source": "x"}')$$, '23503 policy'),
    ($$SELECT assure.put_authorization('{"ref": "Z", "policy": "P-BJ", "member_ref": "M1", "care": "inpatient", "provider": "NO", "from": "2024-03-01", "to": "2024-03-31"}')$$, '23503 provider'),
    ($$SELECT assure.adjudicate('none')$$, 'P0002 '),
    ($$SELECT assure.publish_plan('{"code": "P", "name": "x", "valid_from": "2024-01-01", "terms": {"name": "x", "benefits": [{"code": "A", "kind": "expense", "steps": [{"limit": {"per": "decade", "amount": "1.00"}}]}]}}')$$, 'AS102 benefits[0].steps[0].limit.per');
SELECT plan((SELECT count(*)::int FROM wrong));
SELECT is(t.field(statement), wanted, statement) FROM wrong ORDER BY n;
SELECT * FROM finish();
ROLLBACK;
