\set ECHO none
BEGIN;
\i test/sql-common/benefit.psql

-- One bill with one line, where each test changes something.
CREATE FUNCTION pg_temp.with_line(more jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '100.00', more))) $$;
CREATE FUNCTION pg_temp.with_bill(more jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '100.00'), more)) $$;

CREATE TEMP TABLE refused (n serial, claim jsonb, wanted text);
INSERT INTO refused (claim, wanted) VALUES
 ('[]', 'AS101 claim: an object expected, not a list'),
 ('"claim"', 'AS101 claim: an object expected, not a string'),
 (pg_temp.claim('[]', '{}', '{"colour": 1}'), 'AS101 claim: colour: unknown key | Keys here are ref, policy, member_ref, cause, event_date, submitted_at, diagnoses, disability_grades, member, bills.'),
 (pg_temp.claim('[]', '{}', '{"ref": 5}'), 'AS101 claim: ref: a string expected, not a number'),
 (pg_temp.claim('[]', '{}', '{"ref": null}'), 'AS101 claim: ref: a string expected, not null'),
 (pg_temp.claim('[]', '{}', '{"ref": ""}'), 'AS101 claim: ref: an empty string'),
 (pg_temp.claim('[]', '{}', '{"ref": "a\u0007b"}'), 'AS101 claim: ref: a control character'),
 (pg_temp.claim('[]', '{}', jsonb_build_object('ref', repeat('x', 201))), '54000 claim: ref: 201 bytes, at most 200 are allowed'),
 (pg_temp.claim('[]', '{}', '{"cause": "war"}'), 'AS101 claim: cause: unknown code "war", not one of illness, accident, maternity'),
 (pg_temp.claim('[]', '{}', '{"event_date": "2024-02-30"}'), 'AS101 claim: event_date: "2024-02-30" is not a date such as "2024-03-01"'),
 (pg_temp.claim('[]', '{}', '{"event_date": "2023-02-29"}'), 'AS101 claim: event_date: "2023-02-29" is not a date such as "2024-03-01"'),
 (pg_temp.claim('[]', '{}', '{"event_date": "2024-3-1"}'), 'AS101 claim: event_date: "2024-3-1" is not a date such as "2024-03-01"'),
 (pg_temp.claim('[]', '{}', '{"event_date": "infinity"}'), 'AS101 claim: event_date: "infinity" is not a date such as "2024-03-01"'),
 (pg_temp.claim('[]', '{}', '{"event_date": 20240301}'), 'AS101 claim: event_date: a date such as "2024-03-01" expected, not a number'),
 (pg_temp.claim('[]', '{}', '{"submitted_at": "2024-03-10T09:00:00"}'), 'AS101 claim: submitted_at: "2024-03-10T09:00:00" is not a time with its offset such as "2024-03-10T09:00:00+08:00"'),
 (pg_temp.claim('[]', '{}', '{"submitted_at": "2024-03-10T24:00:00Z"}'), 'AS101 claim: submitted_at: "2024-03-10T24:00:00Z" is not a time with its offset such as "2024-03-10T09:00:00+08:00"'),
 (pg_temp.claim('[]', '{}', '{"diagnoses": "S82.6"}'), 'AS101 claim: diagnoses: a list expected, not a string'),
 (pg_temp.claim('[]', '{}', '{"diagnoses": ["flu"]}'), 'AS101 claim: diagnoses[0]: not an ICD-10 code such as "S82.6"'),
 (pg_temp.claim('[]', '{}', '{"disability_grades": [11]}'), '22003 claim: disability_grades[0]: 11 is out of range, from 1 to 10'),
 (pg_temp.claim('[]', '{}', '{"disability_grades": ["1"]}'), 'AS101 claim: disability_grades[0]: a whole number expected, not a string'),
 (pg_temp.claim('[]', '{}', '{"member": []}'), 'AS101 claim: member: an object expected, not a list'),
 (pg_temp.claim('[]', '{"hair": "red"}'), 'AS101 claim: member.hair: unknown key | Keys here are birth_date, sex, relationship, policy_start, enrolled_on, continuous_since.'),
 (pg_temp.claim('[]', '{"sex": "f"}'), 'AS101 claim: member.sex: unknown code "f", not one of F, M'),
 (pg_temp.claim('[]') #- '{member,birth_date}', 'AS101 claim: member.birth_date: missing'),
 (pg_temp.claim('{}'), 'AS101 claim: bills[0].no: missing'),
 (pg_temp.claim('[1]'), 'AS101 claim: bills[0]: an object expected, not a number'),
-- bills
 (pg_temp.with_bill('{"doctor": "Li"}'), 'AS101 claim: bills[0].doctor: unknown key | Keys here are no, care, from, to, diagnoses, provider, social_settled, social_paid, other_paid, stay, items.'),
 (pg_temp.with_bill('{"care": "spa"}'), 'AS101 claim: bills[0].care: unknown code "spa", not one of outpatient, emergency, inpatient, pharmacy, dental, checkup, maternity'),
 (pg_temp.with_bill('{"to": "2024-02-29"}'), 'AS101 claim: bills[0].to: is before "from"'),
 (pg_temp.with_bill('{"items": []}'), 'AS101 claim: bills[0].items: an empty list'),
 (pg_temp.with_bill('{"items": {}}'), 'AS101 claim: bills[0].items: a list expected, not an object'),
 (pg_temp.with_bill('{}') #- '{bills,0,items}', 'AS101 claim: bills[0].items: missing'),
 (pg_temp.with_bill('{}') #- '{bills,0,from}', 'AS101 claim: bills[0].from: missing'),
 (pg_temp.with_bill('{"provider": {"grade": 4}}'), '22003 claim: bills[0].provider.grade: 4 is out of range, from 0 to 3'),
 (pg_temp.with_bill('{"provider": {"beds": 4}}'), 'AS101 claim: bills[0].provider.beds: unknown key | Keys here are code, grade, ownership, ward, network, region.'),
 (pg_temp.with_bill('{"provider": {"network": 1}}'), 'AS101 claim: bills[0].provider.network: true or false expected, not a number'),
 (pg_temp.with_bill('{"social_settled": "true"}'), 'AS101 claim: bills[0].social_settled: true or false expected, not a string'),
 (pg_temp.with_bill('{"social_paid": "-1.00"}'), 'AS101 claim: bills[0].social_paid: -1.00 is negative'),
 (pg_temp.with_bill('{"social_paid": "100.01"}'), 'AS101 claim: bills[0].social_paid: payments by others exceed the bill''s amount'),
 (pg_temp.with_bill('{"social_paid": "60.00", "other_paid": "40.01"}'), 'AS101 claim: bills[0].other_paid: payments by others exceed the bill''s amount'),
-- lines
 (pg_temp.with_line('{"price": "1.00"}'), 'AS101 claim: bills[0].items[0].price: unknown key | Keys here are no, category, code, class, quantity, amount, allowed, self_first, social_paid, other_paid.'),
 (pg_temp.with_line('{"no": "1"}'), 'AS101 claim: bills[0].items[0].no: a whole number expected, not a string'),
 (pg_temp.with_line('{"no": 1e20}'), '22003 claim: bills[0].items[0].no: 100000000000000000000 is out of range, from 0 to 2147483647'),
 (pg_temp.with_line('{"no": 0.5}'), 'AS101 claim: bills[0].items[0].no: a whole number expected, not 0.5'),
 (pg_temp.with_line('{"class": "D"}'), 'AS101 claim: bills[0].items[0].class: unknown code "D", not one of A, B, C'),
 (pg_temp.with_line('{"amount": 100}'), 'AS101 claim: bills[0].items[0].amount: an amount such as "1234.50" expected, not a number'),
 (pg_temp.with_line('{"amount": "100.005"}'), 'AS101 claim: bills[0].items[0].amount: 100.005 has more than 2 decimals'),
 (pg_temp.with_line('{"amount": "NaN"}'), 'AS101 claim: bills[0].items[0].amount: an amount such as "1234.50" expected, not "NaN"'),
 (pg_temp.with_line('{"amount": "Infinity"}'), 'AS101 claim: bills[0].items[0].amount: an amount such as "1234.50" expected, not "Infinity"'),
 (pg_temp.with_line('{"amount": "1,000.00"}'), 'AS101 claim: bills[0].items[0].amount: an amount such as "1234.50" expected, not "1,000.00"'),
 (pg_temp.with_line('{"amount": " 1.00"}'), 'AS101 claim: bills[0].items[0].amount: an amount such as "1234.50" expected, not " 1.00"'),
 (pg_temp.with_line('{"amount": "+1.00"}'), 'AS101 claim: bills[0].items[0].amount: an amount such as "1234.50" expected, not "+1.00"'),
 (pg_temp.with_line('{"amount": "01.00"}'), 'AS101 claim: bills[0].items[0].amount: an amount such as "1234.50" expected, not "01.00"'),
 (pg_temp.with_line('{"amount": "1."}'), 'AS101 claim: bills[0].items[0].amount: an amount such as "1234.50" expected, not "1."'),
 (pg_temp.with_line('{"amount": ".5"}'), 'AS101 claim: bills[0].items[0].amount: an amount such as "1234.50" expected, not ".5"'),
 (pg_temp.with_line('{"amount": "１.00"}'), 'AS101 claim: bills[0].items[0].amount: an amount such as "1234.50" expected, not "１.00"'),
 (pg_temp.with_line('{"amount": "1000000000000.00"}'), '22003 claim: bills[0].items[0].amount: 1000000000000.00 is out of range | Write an amount such as "1234.50", at most 999999999999.99.'),
 (pg_temp.with_line(jsonb_build_object('amount', repeat('9', 1000))), '22003 claim: bills[0].items[0].amount: ' || repeat('9', 60) || '... is out of range | Write an amount such as "1234.50", at most 999999999999.99.'),
 (pg_temp.with_line('{"amount": "-1.00"}'), 'AS101 claim: bills[0].items[0].amount: refunds take the bill below zero'),
 (pg_temp.with_line('{"allowed": "100.01"}'), 'AS101 claim: bills[0].items[0].allowed: is above the amount'),
 (pg_temp.with_line('{"allowed": "-1.00"}'), 'AS101 claim: bills[0].items[0].allowed: is negative'),
 (pg_temp.with_line('{"allowed": "50.00", "self_first": "50.01"}'), 'AS101 claim: bills[0].items[0].self_first: is above the allowed amount'),
 (pg_temp.with_line('{"quantity": "0"}'), 'AS101 claim: bills[0].items[0].quantity: a quantity is above zero'),
 (pg_temp.with_line('{"quantity": "-1"}'), 'AS101 claim: bills[0].items[0].quantity: a quantity is above zero'),
 (pg_temp.with_line('{"quantity": 1}'), 'AS101 claim: bills[0].items[0].quantity: a number such as "1.5" expected, not a number'),
 (pg_temp.with_line('{"quantity": "1.0000001"}'), 'AS101 claim: bills[0].items[0].quantity: 1.0000001 has more than 6 decimals'),
 (pg_temp.with_line('{"social_paid": "100.01"}'), 'AS101 claim: bills[0].items[0].social_paid: payments by others exceed the line''s amount'),
 (pg_temp.with_line('{"social_paid": "60.00", "other_paid": "40.01"}'), 'AS101 claim: bills[0].items[0].social_paid: payments by others exceed the line''s amount'),
 (pg_temp.with_line('{"social_paid": "-1.00"}'), 'AS101 claim: bills[0].items[0].social_paid: is negative, and the line is no refund'),
 (pg_temp.claim(pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '100.00', '{"social_paid": "50.00"}'), '{"social_paid": "49.99"}')), 'AS101 claim: bills[0].social_paid: less than the sum of its lines'),
 (pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '1.00'), pg_temp.line(1, '2.00')))), 'AS101 claim: bills[0].items: two lines have the number 1'),
 (pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '1.00'), pg_temp.line(2, '-1.01')))), 'AS101 claim: bills[0].items[1].amount: refunds take the bill below zero'),
 (pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '5.00'), pg_temp.line(2, '-1.00', '{"social_paid": "1.00"}')))), 'AS101 claim: bills[0].items[1].social_paid: a payment on a refund line is not positive'),
 (pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '5.00'), pg_temp.line(2, '-1.00', '{"social_paid": "-1.00"}')))), 'AS101 claim: bills[0].items[1].social_paid: takes back more than the lines state'),
 (pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '5.00'), pg_temp.line(2, '-1.00', '{"allowed": "1.00"}')))), 'AS101 claim: bills[0].items[1].allowed: is positive on a refund'),
 (pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '999999999999.99'), pg_temp.line(2, '0.01')))), '22003 claim: bills[0].items: the sum of the amounts is out of range'),
 (pg_temp.claim(jsonb_build_array(pg_temp.bill('A', '2024-03-01', pg_temp.line(1, '999999999999.99')), pg_temp.bill('B', '2024-03-01', pg_temp.line(1, '0.01')))), '22003 claim: bills: the sum of the amounts is out of range'),
 (pg_temp.claim((SELECT jsonb_agg(pg_temp.bill('B' || i, '2024-03-01', pg_temp.line(1, '1.00'))) FROM generate_series(1, 1001) i)), '54000 claim: bills: 1001 elements, at most 1000 are allowed'),
 (pg_temp.claim(pg_temp.bill('B', '2024-03-01', (SELECT jsonb_agg(pg_temp.line(i, '1.00')) FROM generate_series(1, 5001) i))), '54000 claim: bills[0].items: 5001 elements, at most 5000 are allowed'),
 (pg_temp.claim('[]', '{}', jsonb_build_object('diagnoses', (SELECT jsonb_agg('S82.6'::text) FROM generate_series(1, 201)))), '54000 claim: diagnoses: 201 elements, at most 200 are allowed'),
 (pg_temp.with_line(jsonb_build_object('amount', (repeat('[', 3000) || repeat(']', 3000))::jsonb)), 'AS101 claim: bills[0].items[0].amount: an amount such as "1234.50" expected, not a list'),
 (pg_temp.claim('[]', '{}', jsonb_build_object(repeat('k', 100), 1)), 'AS101 claim: ' || repeat('k', 60) || '...: unknown key | Keys here are ref, policy, member_ref, cause, event_date, submitted_at, diagnoses, disability_grades, member, bills.');

-- what is paid on the lines where nothing else limits it: the amount less the payments that fell there
CREATE TEMP TABLE falls (n serial, lines jsonb, bill jsonb DEFAULT '{}', wanted text);
INSERT INTO falls (lines, bill, wanted) VALUES
 (jsonb_build_array(pg_temp.line(1, '600.00'), pg_temp.line(2, '400.00', '{"class": "C"}')), '{"social_paid": "450.00"}', '1 150.00, 2 400.00'),
 (jsonb_build_array(pg_temp.line(1, '600.00'), pg_temp.line(2, '400.00', '{"class": "C"}')), '{"social_paid": "700.00"}', '1 0.00, 2 300.00'),
 (jsonb_build_array(pg_temp.line(1, '600.00', '{"class": "C"}'), pg_temp.line(2, '400.00', '{"class": "C"}')), '{"social_paid": "500.00"}', '1 300.00, 2 200.00'),
 (jsonb_build_array(pg_temp.line(1, '600.00'), pg_temp.line(2, '400.00', '{"class": "C"}')), '{"other_paid": "500.00"}', '1 300.00, 2 200.00'),
 (jsonb_build_array(pg_temp.line(1, '600.00', '{"social_paid": "100.00"}'), pg_temp.line(2, '300.00')), '{"social_paid": "300.00"}', '1 375.00, 2 225.00'),
 (jsonb_build_array(pg_temp.line(1, '600.00', '{"social_paid": "100.00"}'), pg_temp.line(2, '300.00')), '{}', '1 500.00, 2 300.00'),
 -- largest remainder, the earlier line among equals
 (jsonb_build_array(pg_temp.line(1, '1.00'), pg_temp.line(2, '1.00'), pg_temp.line(3, '1.00')), '{"social_paid": "1.00"}', '1 0.66, 2 0.67, 3 0.67'),
 (jsonb_build_array(pg_temp.line(1, '1.00'), pg_temp.line(2, '1.00'), pg_temp.line(3, '1.00')), '{"other_paid": "0.02"}', '1 0.99, 2 0.99, 3 1.00'),
 -- refunds: from the code, then the category, then the bill; none below zero
 (jsonb_build_array(pg_temp.line(1, '10.00'), pg_temp.line(2, '10.00', '{"code": "D1"}'), pg_temp.line(3, '-4.00', '{"code": "D1"}')), '{}', '1 10.00, 2 6.00, 3 0.00'),
 (jsonb_build_array(pg_temp.line(1, '10.00'), pg_temp.line(2, '10.00', '{"code": "D1"}'), pg_temp.line(3, '-14.00', '{"code": "D1"}')), '{}', '1 6.00, 2 0.00, 3 0.00'),
 (jsonb_build_array(pg_temp.line(1, '-25.00', '{"category": "bed"}'), pg_temp.line(2, '10.00'), pg_temp.line(3, '20.00', '{"category": "bed"}')), '{}', '1 0.00, 2 5.00, 3 0.00'),
 (jsonb_build_array(pg_temp.line(1, '10.00'), pg_temp.line(2, '-10.00')), '{}', '1 0.00, 2 0.00'),
 -- payments are netted alike, and what then exceeds a line falls on the others
 (jsonb_build_array(pg_temp.line(1, '10.00', '{"social_paid": "8.00"}'), pg_temp.line(2, '10.00'), pg_temp.line(3, '-5.00', '{"social_paid": "-4.00"}')), '{}', '1 1.00, 2 10.00, 3 0.00'),
 (jsonb_build_array(pg_temp.line(1, '10.00', '{"social_paid": "8.00"}'), pg_temp.line(2, '10.00'), pg_temp.line(3, '-5.00')), '{}', '1 0.00, 2 7.00, 3 0.00'),
 (jsonb_build_array(pg_temp.line(1, '10.00', '{"other_paid": "8.00"}'), pg_temp.line(2, '10.00'), pg_temp.line(3, '-5.00')), '{}', '1 0.00, 2 7.00, 3 0.00');

SELECT plan((SELECT count(*) FROM refused)::int + (SELECT count(*) FROM falls)::int + 17);

SELECT is(pg_temp.claim_error(claim), wanted, format('refused %s', n)) FROM refused ORDER BY n;
SELECT is(pg_temp.lines(assure.evaluate(pg_temp.terms('{}')::assure.terms, pg_temp.claim(pg_temp.bill('B', '2024-03-01', lines, bill)))), wanted, format('payments and refunds %s', n)) FROM falls ORDER BY n;

-- defaults
SELECT is(assure.check_claim('{}'), '{"cause": "illness", "bills": [], "diagnoses": [], "disability_grades": []}', 'an empty claim');
SELECT is(assure.check_claim(pg_temp.claim(pg_temp.bill('B', '2024-03-01', '{"no": 1, "category": "drug", "amount": "5"}')) - 'member') #> '{bills,0}',
          '{"no": "B", "care": "outpatient", "from": "2024-03-01", "to": "2024-03-01", "diagnoses": [], "provider": {}, "social_settled": false, "social_paid": "0.00", "other_paid": "0.00",
            "items": [{"no": 1, "category": "drug", "quantity": "1", "amount": "5.00", "allowed": "5.00", "self_first": "0.00", "social_paid": "0.00", "other_paid": "0.00"}]}', 'a bill and a line');
SELECT is(assure.check_claim(pg_temp.claim('[]')) #>> '{member,continuous_since}', '2024-01-01', 'continuous since the enrolment');
SELECT is(assure.check_claim(c), c, 'a whole document is its own canonical form')
FROM (SELECT '{"ref": "A-1", "policy": "P-1", "member_ref": "M-7", "cause": "accident", "event_date": "2024-03-01", "submitted_at": "2024-03-10T01:00:00Z", "diagnoses": ["S82.6"], "disability_grades": [3],
               "member": {"birth_date": "1990-05-04", "sex": "F", "relationship": "self", "policy_start": "2024-01-01", "enrolled_on": "2024-01-01", "continuous_since": "2023-01-01"},
               "bills": [{"no": "0310-5521", "care": "inpatient", "from": "2024-03-02", "to": "2024-03-05", "stay": "S1", "diagnoses": ["S82.6"],
                          "provider": {"code": "H-001", "grade": 3, "ownership": "public", "ward": "general", "network": true, "region": "310104"},
                          "social_settled": true, "social_paid": "300.00", "other_paid": "0.00",
                          "items": [{"no": 1, "category": "drug", "code": "D1", "class": "B", "quantity": "2.5", "amount": "500.00", "allowed": "480.00", "self_first": "50.00", "social_paid": "0.00", "other_paid": "0.00"}]}]}'::jsonb AS c) x;
SELECT is(assure.check_claim(assure.check_claim(c)), assure.check_claim(c), 'checking twice is checking once')
FROM (SELECT pg_temp.claim(pg_temp.bill('B', '2024-03-01', f.lines, f.bill)) AS c FROM falls f WHERE n = 13) x;
SELECT is(assure.check_claim('{"submitted_at": "2024-03-10T09:00:00.25+08:00"}') ->> 'submitted_at', '2024-03-10T01:00:00.250000Z', 'a time is written in UTC');
SELECT is(assure.check_claim('{"submitted_at": "1999-12-31T20:00:00-05:30"}') ->> 'submitted_at', '2000-01-01T01:30:00Z', 'over the end of the year');
SELECT is(pg_temp.claim_error(pg_temp.claim('[]') - 'member'), 'none', 'a claim without its member can be checked');
SELECT is(pg_temp.error_of(format('SELECT assure.evaluate(%L, %L)', pg_temp.terms('{}'), pg_temp.claim('[]') - 'member')), 'AS101 claim: member: missing', 'but not evaluated');
SELECT is(pg_temp.claim_error(pg_temp.with_line('{"amount": "999999999999.99"}')), 'none', 'the largest amount');
SELECT is(pg_temp.claim_error(pg_temp.with_line('{"amount": "0"}')), 'none', 'the smallest');
SELECT is(pg_temp.claim_error(pg_temp.with_bill('{"stay": "S1", "to": "2024-03-09"}')), 'none', 'a stay');
SELECT is(pg_temp.claim_error(pg_temp.claim(pg_temp.bill('B', '2024-03-01', (SELECT jsonb_agg(pg_temp.line(i, '1.00')) FROM generate_series(1, 5000) i)))), 'none', 'as many lines as may be');
SELECT is(pg_temp.claim_error(pg_temp.claim('[]', '{"birth_date": "2024-02-29"}', '{"ref": "门诊-1", "diagnoses": ["I10.x00x002", "A18.0+", "m49.0*"]}')), 'none', 'names in any script, national codes, dagger and asterisk');

-- a line shrinks with its refund: allowed 90 of 100 and 30 first of it, at 1 of 3 left
SELECT is(pg_temp.reasons(r), 'B X contract_price 3.33, B X ineligible 10.00', 'allowed and self_first shrink in proportion, rounded')
FROM assure.evaluate(pg_temp.terms('{"eligible": {"default": "1", "self_first": "0"}}')::assure.terms,
         pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '100.00', '{"allowed": "90.00", "self_first": "30.00"}'), pg_temp.line(2, '-66.67', '{"quantity": "-1"}'))))) r;
SELECT is(pg_temp.paid(r), 'B X 20.00', 'and the rest is paid')
FROM assure.evaluate(pg_temp.terms('{"eligible": {"default": "1", "self_first": "0"}}')::assure.terms,
         pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '100.00', '{"allowed": "90.00", "self_first": "30.00"}'), pg_temp.line(2, '-66.67'))))) r;
SELECT is(r ->> 'submitted', '33.33', 'what is submitted is net')
FROM assure.evaluate(pg_temp.terms('{}')::assure.terms,
         pg_temp.claim(pg_temp.bill('B', '2024-03-01', jsonb_build_array(pg_temp.line(1, '100.00'), pg_temp.line(2, '-66.67'))))) r;

SELECT * FROM finish();
ROLLBACK;
