\set ECHO none
BEGIN;
\i test/sql-common/benefit.psql

-- A benefit of a kind, a stay in hospital, an event, what came of them.
CREATE FUNCTION pg_temp.fixed(kind text, more jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('benefits', jsonb_build_array(jsonb_build_object('code', 'X', 'kind', kind, 'amount', '100.00') || more)) $$;
CREATE FUNCTION pg_temp.stay(no text, first date, nights int, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_temp.bill(no, first, pg_temp.line(1, '1.00'), jsonb_build_object('care', 'inpatient', 'to', to_char(first + nights, 'YYYY-MM-DD')) || more) $$;
CREATE FUNCTION pg_temp.event(day text, more jsonb DEFAULT '{}', member jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT pg_temp.claim('[]', member, jsonb_build_object('event_date', day) || more) $$;
-- "benefit level bill days paid" of each row, in order.
CREATE FUNCTION pg_temp.rows(result jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(string_agg(concat_ws(' ', f ->> 'code', f ->> 'level', f ->> 'bill', f ->> 'days', f ->> 'paid'), ', ' ORDER BY n), '')
    FROM jsonb_array_elements(result -> 'fixed') WITH ORDINALITY x(f, n) $$;
-- Claims one after the other: rows of each, then what is used.
CREATE FUNCTION pg_temp.run(terms jsonb, VARIADIC claims jsonb[]) RETURNS TABLE (n int, rows text, reasons text, used jsonb) LANGUAGE plpgsql AS $$
DECLARE result jsonb;
BEGIN
    used := '{}';
    FOR i IN 1 .. array_length(claims, 1) LOOP
        result := assure.evaluate(terms::assure.terms, claims[i], used);
        n := i; rows := pg_temp.rows(result); reasons := pg_temp.reasons(result); used := result -> 'used';
        RETURN NEXT;
    END LOOP;
END $$;
CREATE FUNCTION pg_temp.tale(terms jsonb, VARIADIC claims jsonb[]) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(rows || CASE WHEN reasons = '' THEN '' ELSE ' [' || reasons || ']' END, '; ' ORDER BY n) FROM pg_temp.run(terms, VARIADIC claims) $$;
CREATE FUNCTION pg_temp.used(terms jsonb, VARIADIC claims jsonb[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT used FROM pg_temp.run(terms, VARIADIC claims) ORDER BY n DESC LIMIT 1 $$;

CREATE TEMP TABLE refused (n serial, terms jsonb, wanted text);
INSERT INTO refused (terms, wanted) VALUES
 (pg_temp.fixed('daily', '{}') #- '{benefits,0,amount}', 'AS102 terms: benefits[0].amount: missing'),
 (pg_temp.fixed('daily', '{"amount": "-1.00"}'), 'AS102 terms: benefits[0].amount: -1.00 is negative'),
 (pg_temp.fixed('daily', '{"amount": 100}'), 'AS102 terms: benefits[0].amount: an amount such as "1234.50" expected, not a number'),
 (pg_temp.fixed('daily', '{"from_day": 0}'), '22003 terms: benefits[0].from_day: 0 is out of range, from 1 to 1000000'),
 (pg_temp.fixed('daily', '{"from_day": "4"}'), 'AS102 terms: benefits[0].from_day: a whole number expected, not a string'),
 (pg_temp.fixed('daily', '{"item": {"classes": ["A"]}}'), 'AS102 terms: benefits[0].item: unknown key'),
 (pg_temp.fixed('daily', '{"eligible": {"default": "1"}}'), 'AS102 terms: benefits[0].eligible: unknown key'),
 (pg_temp.fixed('daily', '{"levels": []}'), 'AS102 terms: benefits[0].levels: unknown key'),
 (pg_temp.fixed('daily', '{"table": {"1": "1"}}'), 'AS102 terms: benefits[0].table: unknown key'),
 (pg_temp.fixed('daily', '{"steps": [{"deductible": {"per": "year", "amount": "1.00"}}]}'), 'AS102 terms: benefits[0].steps[0]: a benefit of the kind "daily" has limits only'),
 (pg_temp.fixed('daily', '{"steps": [{"offset": ["social"]}]}'), 'AS102 terms: benefits[0].steps[0]: a benefit of the kind "daily" has limits only'),
 (pg_temp.fixed('daily', '{"steps": [{"coinsurance": [{"pay": "1"}]}]}'), 'AS102 terms: benefits[0].steps[0]: a benefit of the kind "daily" has limits only'),
 (pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "year", "count": 3}}]}'), 'AS102 terms: benefits[0].steps[0]: a limit on visits goes with benefits of the kind "expense" only'),
 (pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "year", "amount": "5.00", "categories": ["bed"], "code": "c"}}]}'), 'AS102 terms: benefits[0].steps[0]: a limit on categories goes with benefits of the kind "expense" only'),
 (pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "year", "amount": "5.00"}}, {"limit": {"per": "year", "days": 180}}]}'), 'AS102 terms: benefits[0].steps[1]: limits on days stand before limits on amounts'),
 (pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "year", "days": 180, "amount": "5.00"}}]}'), 'AS102 terms: benefits[0].steps[0].limit: one of "amount", "count" and "days" is expected'),
 (pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "day", "days": 1}}]}'), 'AS102 terms: benefits[0].steps[0].limit.days: a day is always one day'),
 (pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "year", "days": -1}}]}'), '22003 terms: benefits[0].steps[0].limit.days: -1 is out of range, from 0 to 1000000'),
 (pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "year", "days": 180}}, {"limit": {"per": "year", "days": 90}}]}'), 'AS102 terms: benefits[0].steps[1]: books the same counter as steps[0] | Give one of the two a "code", and it has a counter of its own.'),
 (pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "year", "days": 9, "family_amount": "1.00"}}]}'), 'AS102 terms: benefits[0].steps[0].limit.family_amount: does not go with "days"'),
 (pg_temp.terms('{"steps": [{"limit": {"per": "year", "days": 180}}]}'), 'AS102 terms: benefits[0].steps[0]: a limit on days goes with benefits of the kind "daily" only'),
 (pg_temp.fixed('lump_sum', '{"steps": []}'), 'AS102 terms: benefits[0].steps: unknown key'),
 (pg_temp.fixed('lump_sum', '{"care": ["inpatient"]}'), 'AS102 terms: benefits[0].care: unknown key'),
 (pg_temp.fixed('lump_sum', '{"provider": {"min_grade": 2}}'), 'AS102 terms: benefits[0].provider: unknown key'),
 (pg_temp.fixed('lump_sum', '{"from_day": 2}'), 'AS102 terms: benefits[0].from_day: unknown key'),
 (pg_temp.fixed('lump_sum', '{"levels": []}'), 'AS102 terms: benefits[0].levels: an empty list'),
 (pg_temp.fixed('lump_sum', '{"levels": [{"diagnosis": {"include": ["C50"]}, "pay": "1"}]}'), 'AS102 terms: benefits[0].levels[0].code: missing'),
 (pg_temp.fixed('lump_sum', '{"levels": [{"code": "a", "pay": "1"}]}'), 'AS102 terms: benefits[0].levels[0].diagnosis: missing'),
 (pg_temp.fixed('lump_sum', '{"levels": [{"code": "a", "diagnosis": {"exclude": ["C50"]}, "pay": "1"}]}'), 'AS102 terms: benefits[0].levels[0].diagnosis.include: missing'),
 (pg_temp.fixed('lump_sum', '{"levels": [{"code": "a", "diagnosis": {"include": []}, "pay": "1"}]}'), 'AS102 terms: benefits[0].levels[0].diagnosis.include: an empty list'),
 (pg_temp.fixed('lump_sum', '{"levels": [{"code": "a", "diagnosis": {"include": ["C50"]}}]}'), 'AS102 terms: benefits[0].levels[0].pay: missing'),
 (pg_temp.fixed('lump_sum', '{"levels": [{"code": "a.b", "diagnosis": {"include": ["C50"]}, "pay": "1"}]}'), 'AS102 terms: benefits[0].levels[0].code: a code holds no "." and no "@"'),
 (pg_temp.fixed('lump_sum', '{"levels": [{"code": "a", "diagnosis": {"include": ["C50"]}, "pay": "1"}, {"code": "a", "diagnosis": {"include": ["C51"]}, "pay": "1"}]}'), 'AS102 terms: benefits[0].levels[1].code: "a" is the code of levels[0] too'),
 (pg_temp.fixed('lump_sum', '{"levels": [{"code": "a", "diagnosis": {"include": ["C50"]}, "pay": "1", "max_count": 0}]}'), '22003 terms: benefits[0].levels[0].max_count: 0 is out of range, from 1 to 1000000'),
 (pg_temp.fixed('lump_sum', '{"levels": [{"code": "a", "diagnosis": {"include": ["C50"]}, "pay": "1", "interval": 90}]}'), 'AS102 terms: benefits[0].levels[0].interval: unknown key'),
 (pg_temp.fixed('schedule', '{}'), 'AS102 terms: benefits[0].table: missing'),
 (pg_temp.fixed('schedule', '{"table": {}}'), 'AS102 terms: benefits[0].table: an empty object'),
 (pg_temp.fixed('schedule', '{"table": {"0": "1"}}'), 'AS102 terms: benefits[0].table.0: unknown key'),
 (pg_temp.fixed('schedule', '{"table": {"11": "1"}}'), 'AS102 terms: benefits[0].table.11: unknown key'),
 (pg_temp.fixed('schedule', '{"table": ["1"]}'), 'AS102 terms: benefits[0].table: an object expected, not a list'),
 (pg_temp.fixed('schedule', '{"table": {"1": "1"}, "care": ["inpatient"]}'), 'AS102 terms: benefits[0].care: unknown key'),
 (pg_temp.fixed('schedule', '{"table": {"1": "1"}, "steps": [{"limit": {"per": "year", "days": 3}}]}'), 'AS102 terms: benefits[0].steps[0]: a limit on days goes with benefits of the kind "daily" only');

-- Terms, claims one after the other, what they come to.
CREATE TEMP TABLE told (n serial, what text, terms jsonb, claims jsonb[], wanted text);
INSERT INTO told (what, terms, claims, wanted) VALUES
-- daily
 ('worked example 5', pg_temp.fixed('daily', '{"from_day": 4, "steps": [{"limit": {"per": "year", "days": 180}}]}'),
  ARRAY[pg_temp.claim(pg_temp.stay('A', '2024-01-01', 100)), pg_temp.claim(pg_temp.stay('B', '2024-06-01', 100))], 'X A 97 9700.00; X B 83 8300.00 [B X limit_days 1400.00]'),
 ('a day in hospital without a night is a day', pg_temp.fixed('daily', '{}'), ARRAY[pg_temp.claim(pg_temp.stay('A', '2024-01-01', 0))], 'X A 1 100.00'),
 ('nights count', pg_temp.fixed('daily', '{}'), ARRAY[pg_temp.claim(pg_temp.stay('A', '2024-01-01', 3))], 'X A 3 300.00'),
 ('only inpatient care without a filter', pg_temp.fixed('daily', '{}'), ARRAY[pg_temp.claim(pg_temp.bill('A', '2024-01-01', pg_temp.line(1, '1.00')))], ' [A X care]'),
 ('other care with one', pg_temp.fixed('daily', '{"care": ["maternity"]}'), ARRAY[pg_temp.claim(pg_temp.stay('A', '2024-01-01', 2, '{"care": "maternity"}'))], 'X A 2 200.00'),
 ('no day of a short stay pays', pg_temp.fixed('daily', '{"from_day": 4}'), ARRAY[pg_temp.claim(pg_temp.stay('A', '2024-01-01', 3))], 'X A 0 0.00'),
 ('bills of one stay in a claim', pg_temp.fixed('daily', '{"from_day": 4}'),
  ARRAY[pg_temp.claim(jsonb_build_array(pg_temp.stay('B', '2024-01-03', 5, '{"stay": "S"}'), pg_temp.stay('A', '2024-01-01', 2, '{"stay": "S"}')))], 'X A 0 0.00, X B 4 400.00'),
 ('bills without a stay are stays of their own', pg_temp.fixed('daily', '{"from_day": 4}'),
  ARRAY[pg_temp.claim(jsonb_build_array(pg_temp.stay('B', '2024-01-03', 5), pg_temp.stay('A', '2024-01-01', 2)))], 'X A 0 0.00, X B 2 200.00'),
 ('one stay over claims', pg_temp.fixed('daily', '{"from_day": 4}'),
  ARRAY[pg_temp.claim(pg_temp.stay('A', '2024-01-01', 2, '{"stay": "S"}')), pg_temp.claim(pg_temp.stay('B', '2024-01-03', 2, '{"stay": "S"}')), pg_temp.claim(pg_temp.stay('C', '2024-01-05', 2, '{"stay": "S"}'))], 'X A 0 0.00; X B 1 100.00; X C 2 200.00'),
 ('another stay begins anew', pg_temp.fixed('daily', '{"from_day": 4}'),
  ARRAY[pg_temp.claim(pg_temp.stay('A', '2024-01-01', 5, '{"stay": "S"}')), pg_temp.claim(pg_temp.stay('B', '2024-02-03', 5, '{"stay": "T"}'))], 'X A 2 200.00; X B 2 200.00'),
 ('days of refused bills do not count', pg_temp.fixed('daily', '{"from_day": 4, "provider": {"min_grade": 2}}'),
  ARRAY[pg_temp.claim(jsonb_build_array(pg_temp.stay('A', '2024-01-01', 9, '{"stay": "S"}'), pg_temp.stay('B', '2024-01-10', 5, '{"stay": "S", "provider": {"grade": 3}}')))], 'X B 2 200.00 [A X provider]'),
 ('days by claim', pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "claim", "days": 5}}]}'),
  ARRAY[pg_temp.claim(jsonb_build_array(pg_temp.stay('A', '2024-01-01', 3), pg_temp.stay('B', '2024-02-01', 3))), pg_temp.claim(pg_temp.stay('C', '2024-03-01', 9))], 'X A 3 300.00, X B 2 200.00 [B X limit_days 100.00]; X C 5 500.00 [C X limit_days 400.00]'),
 ('days by visit', pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "visit", "days": 2}}]}'),
  ARRAY[pg_temp.claim(jsonb_build_array(pg_temp.stay('A', '2024-01-01', 3), pg_temp.stay('B', '2024-02-01', 1)))], 'X A 2 200.00, X B 1 100.00 [A X limit_days 100.00]'),
 ('days of a year by the from-date', pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "year", "days": 10}}]}'),
  ARRAY[pg_temp.claim(pg_temp.stay('A', '2024-12-25', 20)), pg_temp.claim(pg_temp.stay('B', '2025-01-01', 8))], 'X A 10 1000.00 [A X limit_days 1000.00]; X B 8 800.00'),
 ('days in a lifetime', pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "lifetime", "days": 10}}]}'),
  ARRAY[pg_temp.claim(pg_temp.stay('A', '2024-12-25', 8)), pg_temp.claim(pg_temp.stay('B', '2025-01-01', 8))], 'X A 8 800.00; X B 2 200.00 [B X limit_days 600.00]'),
 ('days of two limits', pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "year", "days": 10}}, {"limit": {"per": "lifetime", "days": 4}}]}'),
  ARRAY[pg_temp.claim(pg_temp.stay('A', '2024-12-25', 12))], 'X A 4 400.00 [A X limit_days 200.00, A X limit_days 600.00]'),
 ('amounts after days', pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "year", "days": 10}}, {"limit": {"per": "visit", "amount": "250.00"}}]}'),
  ARRAY[pg_temp.claim(pg_temp.stay('A', '2024-12-20', 6)), pg_temp.claim(pg_temp.stay('B', '2024-12-26', 6))], 'X A 6 250.00 [A X limit_visit 350.00]; X B 4 250.00 [B X limit_days 200.00, B X limit_visit 150.00]'),
 ('days that nothing is paid for do not count', pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "lifetime", "days": 10}}, {"limit": {"per": "year", "amount": "300.00"}}]}'),
  ARRAY[pg_temp.claim(pg_temp.stay('A', '2024-12-20', 3)), pg_temp.claim(pg_temp.stay('B', '2024-12-26', 6)), pg_temp.claim(pg_temp.stay('C', '2025-01-02', 3))], 'X A 3 300.00; X B 0 0.00 [B X limit_year 600.00]; X C 3 300.00'),
 ('a limit by day is times the days of the bill', pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "day", "amount": "60.00"}}]}'),
  ARRAY[pg_temp.claim(pg_temp.stay('A', '2024-12-20', 3))], 'X A 3 240.00 [A X limit_day 60.00]'),
 ('the days of a family', jsonb_build_object('shared', '{"F": {"limit": {"per": "year", "scope": "family", "days": 5}}}'::jsonb) || pg_temp.fixed('daily', '{"steps": [{"use": "F"}]}'),
  ARRAY[pg_temp.claim(pg_temp.stay('A', '2024-12-20', 3)), pg_temp.claim(pg_temp.stay('B', '2024-12-26', 6), '{"relationship": "child"}')], 'X A 3 300.00; X B 2 200.00 [B X limit_days 400.00]'),
 ('it is no indemnity', pg_temp.fixed('daily', '{}'), ARRAY[pg_temp.claim(pg_temp.stay('A', '2024-01-01', 3, '{"social_paid": "1.00", "social_settled": true}'))], 'X A 3 300.00'),
-- lump_sum
 ('once in a lifetime', pg_temp.fixed('lump_sum', '{}'), ARRAY[pg_temp.event('2024-03-01'), pg_temp.event('2034-03-01')], 'X 100.00; X 0.00 [X once 100.00]'),
 ('a filter of the event', pg_temp.fixed('lump_sum', '{"cause": ["accident"], "age": [0, 50]}'), ARRAY[pg_temp.event('2024-03-01'), pg_temp.event('2044-03-01', '{"cause": "accident"}'), pg_temp.event('2024-03-01', '{"cause": "accident"}')], ' [X cause];  [X age]; X 100.00'),
 ('waiting from the event', pg_temp.fixed('lump_sum', '{"waiting": {"days": 90}}'), ARRAY[pg_temp.event('2024-03-30'), pg_temp.event('2024-03-31')], ' [X waiting_period]; X 100.00'),
 ('a diagnosis of the claim', pg_temp.fixed('lump_sum', '{"diagnosis": {"include": ["C00-C97"], "exclude": ["C44"]}}'), ARRAY[pg_temp.event('2024-03-01'), pg_temp.event('2024-03-01', '{"diagnoses": ["C50.1", "C44"]}'), pg_temp.event('2024-03-01', '{"diagnoses": ["C50.1"]}')],
  ' [X diagnosis_not_included];  [X diagnosis_excluded]; X 100.00'),
 ('a condition knows no bill', pg_temp.fixed('lump_sum', '{"when": "bill = null and claim.event_date > date(\"2024-02-01\") and count(claim.bills) = 1"}'), ARRAY[pg_temp.event('2024-01-31'), pg_temp.claim(pg_temp.stay('A', '2024-01-01', 3), '{}', '{"event_date": "2024-03-01"}')], ' [X condition]; X 100.00'),
 ('the level with the highest share', pg_temp.fixed('lump_sum', '{"levels": [{"code": "mild", "diagnosis": {"include": ["D00-D09", "I20"]}, "pay": "0.3"}, {"code": "severe", "diagnosis": {"include": ["C00-C97", "I21"]}, "pay": "1"}]}'),
  ARRAY[pg_temp.event('2024-03-01', '{"diagnoses": ["D05.1"]}'), pg_temp.event('2024-03-02', '{"diagnoses": ["D05.1", "I21.0"]}'), pg_temp.event('2024-03-02', '{"diagnoses": ["J20"]}')], 'X mild 30.00; X severe 100.00;  [X level_none]'),
 ('among equals the first', pg_temp.fixed('lump_sum', '{"levels": [{"code": "a", "diagnosis": {"include": ["C50"]}, "pay": "0.5"}, {"code": "b", "diagnosis": {"include": ["C50"]}, "pay": "0.5"}]}'), ARRAY[pg_temp.event('2024-03-01', '{"diagnoses": ["C50"]}')], 'X a 50.00'),
 ('a level that has paid does not give way to another', pg_temp.fixed('lump_sum', '{"levels": [{"code": "a", "diagnosis": {"include": ["C50"]}, "pay": "0.5", "max_count": 1}, {"code": "b", "diagnosis": {"include": ["C50"]}, "pay": "0.4"}]}'),
  ARRAY[pg_temp.event('2024-03-01', '{"diagnoses": ["C50"]}'), pg_temp.event('2024-03-01', '{"diagnoses": ["C50"]}')], 'X a 50.00; X a 0.00 [X limit_count 50.00]'),
 ('no exclusion of the level', pg_temp.fixed('lump_sum', '{"levels": [{"code": "a", "diagnosis": {"include": ["C00-C97"], "exclude": ["C44"]}, "pay": "1"}]}'), ARRAY[pg_temp.event('2024-03-01', '{"diagnoses": ["C44.1"]}')], ' [X level_none]'),
 ('so many times', pg_temp.fixed('lump_sum', '{"levels": [{"code": "m", "diagnosis": {"include": ["D01", "D02", "D03"]}, "pay": "0.3", "max_count": 2}]}'),
  ARRAY[pg_temp.event('2024-01-01', '{"diagnoses": ["D01"]}'), pg_temp.event('2024-02-01', '{"diagnoses": ["D02"]}'), pg_temp.event('2024-03-01', '{"diagnoses": ["D03"]}')], 'X m 30.00; X m 30.00; X m 0.00 [X limit_count 30.00]'),
 ('a group once', pg_temp.fixed('lump_sum', '{"levels": [{"code": "m", "diagnosis": {"include": ["D00-D09", "I20", "D05"]}, "pay": "0.3"}]}'),
  ARRAY[pg_temp.event('2024-01-01', '{"diagnoses": ["D05"]}'), pg_temp.event('2024-02-01', '{"diagnoses": ["D01"]}'), pg_temp.event('2024-03-01', '{"diagnoses": ["I20.1"]}'), pg_temp.event('2024-04-01', '{"diagnoses": ["I20.9", "D05"]}')], 'X m 30.00; X m 0.00 [X same_group 30.00]; X m 30.00; X m 0.00 [X same_group 30.00]'),
 ('the interval', pg_temp.fixed('lump_sum', '{"levels": [{"code": "m", "diagnosis": {"include": ["D01", "D02", "D03"]}, "pay": "0.3", "interval_days": 90}]}'),
  ARRAY[pg_temp.event('2024-01-01', '{"diagnoses": ["D01"]}'), pg_temp.event('2024-03-30', '{"diagnoses": ["D02"]}'), pg_temp.event('2024-03-31', '{"diagnoses": ["D02"]}'), pg_temp.event('2024-06-28', '{"diagnoses": ["D03"]}'), pg_temp.event('2024-06-29', '{"diagnoses": ["D03"]}')],
  'X m 30.00; X m 0.00 [X interval 30.00]; X m 30.00; X m 0.00 [X interval 30.00]; X m 30.00'),
 ('from the last event, in whatever order they come', pg_temp.fixed('lump_sum', '{"levels": [{"code": "m", "diagnosis": {"include": ["D01", "D02", "D03"]}, "pay": "0.3", "interval_days": 0}]}'),
  ARRAY[pg_temp.event('2024-06-01', '{"diagnoses": ["D01"]}'), pg_temp.event('2024-03-30', '{"diagnoses": ["D02"]}'), pg_temp.event('2024-06-01', '{"diagnoses": ["D02"]}')], 'X m 30.00; X m 0.00 [X interval 30.00]; X m 30.00'),
 ('levels are counted apart', pg_temp.fixed('lump_sum', '{"levels": [{"code": "a", "diagnosis": {"include": ["D01"]}, "pay": "0.3", "max_count": 1, "interval_days": 90}, {"code": "b", "diagnosis": {"include": ["D02"]}, "pay": "0.6", "max_count": 1, "interval_days": 90}]}'),
  ARRAY[pg_temp.event('2024-06-01', '{"diagnoses": ["D01"]}'), pg_temp.event('2024-06-02', '{"diagnoses": ["D02"]}')], 'X a 30.00; X b 60.00'),
 ('a share is rounded', pg_temp.fixed('lump_sum', '{"amount": "0.05", "levels": [{"code": "a", "diagnosis": {"include": ["D01"]}, "pay": "0.5"}]}'), ARRAY[pg_temp.event('2024-06-01', '{"diagnoses": ["D01"]}')], 'X a 0.03'),
-- schedule
 ('the heaviest grade', pg_temp.fixed('schedule', '{"table": {"1": "1", "7": "0.4", "9": "0.2", "10": "0.1"}}'), ARRAY[pg_temp.event('2024-06-01', '{"disability_grades": [10, 7, 9]}')], 'X 40.00'),
 ('two of the heaviest make one heavier', pg_temp.fixed('schedule', '{"table": {"1": "1", "6": "0.5", "7": "0.4", "10": "0.1"}}'), ARRAY[pg_temp.event('2024-06-01', '{"disability_grades": [7, 10, 7]}')], 'X 50.00'),
 ('three too, and not two heavier', pg_temp.fixed('schedule', '{"table": {"1": "1", "5": "0.6", "6": "0.5", "7": "0.4"}}'), ARRAY[pg_temp.event('2024-06-01', '{"disability_grades": [7, 7, 7]}')], 'X 50.00'),
 ('two lighter ones do not', pg_temp.fixed('schedule', '{"table": {"5": "0.6", "7": "0.4"}}'), ARRAY[pg_temp.event('2024-06-01', '{"disability_grades": [7, 10, 10]}')], 'X 40.00'),
 ('none is heavier than the first', pg_temp.fixed('schedule', '{"table": {"1": "1"}}'), ARRAY[pg_temp.event('2024-06-01', '{"disability_grades": [1, 1]}')], 'X 100.00'),
 ('a grade that is not in the table', pg_temp.fixed('schedule', '{"table": {"1": "1", "10": "0.1"}}'), ARRAY[pg_temp.event('2024-06-01', '{"disability_grades": [10, 10]}'), pg_temp.event('2024-06-01')], ' [X grade_none];  [X grade_none]'),
 ('less what was paid before', pg_temp.fixed('schedule', '{"table": {"1": "1", "7": "0.4", "10": "0.1"}}'),
  ARRAY[pg_temp.event('2024-06-01', '{"disability_grades": [10]}'), pg_temp.event('2024-07-01', '{"disability_grades": [7]}'), pg_temp.event('2024-08-01', '{"disability_grades": [10]}'), pg_temp.event('2025-08-01', '{"disability_grades": [1]}'), pg_temp.event('2026-08-01', '{"disability_grades": [1]}')],
  'X 10.00; X 30.00 [X limit_lifetime 10.00]; X 0.00 [X limit_lifetime 10.00]; X 60.00 [X limit_lifetime 40.00]; X 0.00 [X limit_lifetime 100.00]'),
 ('limits of a schedule', pg_temp.fixed('schedule', '{"table": {"1": "1", "7": "0.4"}, "steps": [{"limit": {"per": "year", "amount": "70.00"}}]}'),
  ARRAY[pg_temp.event('2024-06-01', '{"disability_grades": [7]}'), pg_temp.event('2024-07-01', '{"disability_grades": [1]}')], 'X 40.00; X 30.00 [X limit_lifetime 40.00, X limit_year 30.00]');

SELECT plan((SELECT count(*) FROM refused)::int + (SELECT count(*) FROM told)::int * 3 + 33);

SELECT is(regexp_replace(pg_temp.terms_error(terms), ' \| (Keys here are|Write ).*', ''), wanted, format('refused %s', n)) FROM refused ORDER BY n;
SELECT is(pg_temp.tale(terms, VARIADIC claims), wanted, what) FROM told ORDER BY n;
-- and packed claims come to the same
SELECT is(r, (SELECT assure.evaluate_packed(terms::assure.terms, assure.pack_claim(claims[1])))::text, what || ', packed') FROM told, LATERAL (SELECT assure.evaluate(terms::assure.terms, claims[1])::text AS r) x ORDER BY n;
-- and each step of each claim goes on from the one before
SELECT is((SELECT string_agg(x.row::text, ', ') FROM (SELECT *, lag(row ->> 'out') OVER (PARTITION BY row ->> 'benefit', row ->> 'bill' ORDER BY i) AS before
    FROM jsonb_array_elements(assure.trace(terms::assure.terms, claims[1])) WITH ORDINALITY y(row, i)) x
    WHERE (row ->> 'in')::numeric - (row ->> 'booked')::numeric <> (row ->> 'out')::numeric OR row ->> 'in' <> before), NULL, what || ', step by step') FROM told ORDER BY n;
SELECT is((SELECT string_agg(concat_ws(' ', row ->> 'stage', row ->> 'reason', row ->> 'in', row ->> 'out', row ->> 'days', c.counters), ', ' ORDER BY i) FROM jsonb_array_elements(r) WITH ORDINALITY y(row, i),
    LATERAL (SELECT string_agg(concat_ws(' ', c ->> 'counter', c ->> 'period', c ->> 'before', c ->> 'after'), ' + ') AS counters FROM jsonb_array_elements(row -> 'counters') c) c), wanted, 'traced: ' || what)
FROM (VALUES ('a stay', pg_temp.fixed('daily', '{"from_day": 4, "steps": [{"limit": {"per": "year", "days": 2}}]}'), pg_temp.claim(pg_temp.stay('A', '2024-01-01', 5, '{"stay": "S"}')), '{"X": {"stay:S": {"days": 2}}}'::jsonb,
        'fixed 400.00 400.00 4 X stay:S 2 7, step limit_days 400.00 200.00 2 X year:2024-01-01 0 2, paid 200.00 200.00 X year:2024-01-01 0.00 200.00 + X lifetime 0.00 200.00'),
    ('a level', pg_temp.fixed('lump_sum', '{"levels": [{"code": "m", "diagnosis": {"include": ["D01", "D02"]}, "pay": "0.3"}]}'), pg_temp.event('2024-01-01', '{"diagnoses": ["D02"]}'), '{"X.m": {"lifetime": {"count": 1, "groups": ["D01"], "last": "2023-01-01"}}}',
        'fixed 30.00 30.00 X.m lifetime 1 2 + X.m lifetime 0.00 30.00 + X.m event:2024-01-01 0 1 + X.m group:D02 0 1, paid 30.00 30.00 X year:2024-01-01 0.00 30.00 + X lifetime 0.00 30.00'),
    ('the same group', pg_temp.fixed('lump_sum', '{"levels": [{"code": "m", "diagnosis": {"include": ["D01", "D02"]}, "pay": "0.3"}]}'), pg_temp.event('2024-01-01', '{"diagnoses": ["D01"]}'), '{"X.m": {"lifetime": {"count": 1, "groups": ["D01"]}}}',
        'fixed 30.00 30.00, fixed same_group 30.00 0.00 X.m lifetime 1 1 + X.m lifetime 0.00 0.00 + X.m event:2024-01-01 0 0 + X.m group:D01 1 1, paid 0.00 0.00 X year:2024-01-01 0.00 0.00 + X lifetime 0.00 0.00')) v(what, terms, claim, used, wanted),
    LATERAL assure.trace(terms::assure.terms, claim, used) r ORDER BY what;

-- what is kept
SELECT is(pg_temp.used(terms, VARIADIC claims), '{"X": {"lifetime": {"amount": "18000.00"}, "year:2024-01-01": {"days": 180, "amount": "18000.00"}}}', 'days that paid are kept in the period of the limit') FROM told WHERE what = 'worked example 5';
SELECT is(pg_temp.used(terms, VARIADIC claims), '{"X": {"stay:S": {"days": 6}, "lifetime": {"amount": "300.00"}, "year:2024-01-01": {"amount": "300.00"}}}', 'all days of a stay, and no days where no limit reads them') FROM told WHERE what = 'one stay over claims';
SELECT is(pg_temp.used(pg_temp.fixed('daily', '{"from_day": 9}'), pg_temp.claim(pg_temp.stay('A', '2024-01-01', 3, '{"stay": "S"}'))), '{"X": {"stay:S": {"days": 3}}}', 'days of a stay are kept when nothing is paid');
SELECT is(pg_temp.used(terms, VARIADIC claims), '{"F@family": {"year:2024-01-01": {"days": 5}}, "X": {"lifetime": {"amount": "500.00"}, "year:2024-01-01": {"amount": "500.00"}}}', 'the days of a family') FROM told WHERE what = 'the days of a family';
SELECT is(pg_temp.used(terms, claims[1]), '{"X": {"lifetime": {"count": 1, "amount": "100.00"}, "year:2024-01-01": {"amount": "100.00"}}}', 'a lump sum without levels is counted') FROM told WHERE what = 'once in a lifetime';
SELECT is(pg_temp.used(terms, VARIADIC claims), '{"X": {"lifetime": {"amount": "60.00"}, "year:2024-01-01": {"amount": "60.00"}}, "X.m": {"lifetime": {"last": "2024-03-01", "count": 2, "amount": "60.00", "groups": ["D00-D09", "I20"]}}}', 'a level keeps count, amount, the last event and its groups') FROM told WHERE what = 'a group once';
SELECT is(pg_temp.used(terms, VARIADIC claims) #>> '{X.m,lifetime,last}', '2024-06-01', 'the last event is the latest') FROM told WHERE what LIKE 'from the last event%';
SELECT is(assure.evaluate(terms::assure.terms, claims[3], '{"X.m": {"lifetime": {"groups": ["I20"], "count": 1}}}') -> 'used', '{"X.m": {"lifetime": {"groups": ["I20"], "count": 1}}}', 'nothing is booked where nothing is paid') FROM told WHERE what = 'a group once';
SELECT is(assure.evaluate(pg_temp.fixed('lump_sum', '{}')::assure.terms, pg_temp.event('2024-01-01'), '{"X": {"lifetime": {"amount": "0.01"}}}') ->> 'paid', '0.00', 'an amount says that it was paid');
SELECT is(assure.evaluate(pg_temp.fixed('lump_sum', '{}')::assure.terms, pg_temp.event('2024-01-01'), '{"X": {"lifetime": {"count": 1}}}') ->> 'paid', '0.00', 'and so does a count');

-- "used" of counters that the terms do not know passes through
SELECT is(assure.evaluate(pg_temp.terms('{}')::assure.terms, pg_temp.claim('[]'), u) -> 'used', u, 'unknown counters pass through')
FROM (SELECT '{"CI.mild": {"lifetime": {"count": 0, "amount": "30000.00", "last": "2024-02-01", "groups": ["I20", "D00-D09"]}}, "HI": {"stay:S 1": {"days": 0}, "year:2024-01-01": {"days": 97}}, "E": {"lifetime": {"groups": []}}, "L": {"lifetime": {"last": "2024-02-01"}}, "N": {"lifetime": {}}, "O": {}}'::jsonb AS u) x;
SELECT is(assure.evaluate(pg_temp.fixed('lump_sum', '{"levels": [{"code": "m", "diagnosis": {"include": ["D01"]}, "pay": "1"}]}')::assure.terms, pg_temp.claim('[]', '{}', '{"event_date": "2024-01-01"}'), '{"X.m": {"lifetime": {"groups": []}}}') -> 'used', '{}', 'an empty list of a known counter is left out');
CREATE FUNCTION pg_temp.used_error(used jsonb) RETURNS text LANGUAGE sql AS $$
    SELECT pg_temp.error_of(format('SELECT assure.evaluate(%L, %L, %L)', pg_temp.terms('{}'), pg_temp.claim('[]'), used)) $$;
SELECT is(pg_temp.used_error('{"X": {"year:2024-01-01": {"last": "2024-01-01"}}}'), 'AS105 used: X.year:2024-01-01.last: stands under "lifetime" only', 'the last event is of a lifetime');
SELECT is(pg_temp.used_error('{"X": {"year:2024-01-01": {"groups": ["a"]}}}'), 'AS105 used: X.year:2024-01-01.groups: stands under "lifetime" only', 'groups too');
SELECT is(pg_temp.used_error('{"X": {"lifetime": {"groups": ["a", "b", "a"]}}}'), 'AS105 used: X.lifetime.groups[2]: is named twice', 'a group is named once');
SELECT is(pg_temp.used_error('{"X": {"lifetime": {"groups": "a"}}}'), 'AS105 used: X.lifetime.groups: a list expected, not a string', 'in a list');
SELECT is(pg_temp.used_error('{"X": {"lifetime": {"last": "yesterday"}}}'), 'AS105 used: X.lifetime.last: "yesterday" is not a date such as "2024-03-01"', 'a date is a date');
SELECT is(pg_temp.used_error('{"X": {"event:2024-01-01": {"count": 1}}}'), 'AS105 used: X.event:2024-01-01: not a period such as "year:2024-01-01", "day:2024-03-02" or "lifetime"', 'events are not written as periods');
SELECT is(pg_temp.used_error('{"X": {"group:C50": {"count": 1}}}'), 'AS105 used: X.group:C50: not a period such as "year:2024-01-01", "day:2024-03-02" or "lifetime"', 'nor are groups');

-- what the claim must have, and what the whole says
SELECT is(pg_temp.error_of(format('SELECT assure.evaluate(%L, %L)', pg_temp.fixed('lump_sum', '{}'), pg_temp.claim('[]'))), 'AS101 claim: event_date: missing | The terms pay fixed sums for an event, by its date.', 'an event has a date');
SELECT is(pg_temp.error_of(format('SELECT assure.evaluate(%L, %L)', pg_temp.fixed('daily', '{}'), pg_temp.claim('[]'))), 'none', 'an allowance does not ask for it');
SELECT is(pg_temp.error_of(format('SELECT assure.evaluate(%L, %L)', pg_temp.fixed('daily', '{"amount": "999999999999.99"}'), pg_temp.claim(pg_temp.stay('A', '2024-01-01', 2)))), '22003 claim: bills[0]: the allowance of 2 days is out of range', 'an allowance beyond any amount');
SELECT is(pg_temp.error_of(format('SELECT assure.evaluate(%L, %L)', pg_temp.fixed('daily', '{"amount": "999999999999.99"}'), pg_temp.claim(jsonb_build_array(pg_temp.stay('A', '2024-01-01', 1), pg_temp.stay('B', '2024-01-01', 1))))), '22003 claim: what its benefits pay is out of range', 'a claim beyond any amount');
SELECT is(r - 'used' - 'bills' - 'reasons', '{"outcome": "pay", "paid": "450.00", "submitted": "300.00", "fixed": [{"code": "HI", "bill": "A", "days": 2, "paid": "100.00"}, {"code": "CI", "level": "m", "paid": "50.00"}]}', 'fixed sums are in what is paid, after all bills')
FROM assure.evaluate('{"benefits": [{"code": "HI", "kind": "daily", "amount": "50.00"}, {"code": "CI", "kind": "lump_sum", "amount": "100.00", "levels": [{"code": "m", "diagnosis": {"include": ["C50"]}, "pay": "0.5"}]}, {"code": "X", "kind": "expense", "steps": [{"offset": ["prior"]}]}]}',
    pg_temp.claim(pg_temp.stay('A', '2024-01-01', 2, jsonb_build_object('items', jsonb_build_array(pg_temp.line(1, '300.00')))), '{}', '{"event_date": "2024-01-01", "diagnoses": ["C50"]}')) r;
SELECT is(r ->> 'outcome', 'deny', 'nothing is paid') FROM assure.evaluate(pg_temp.fixed('schedule', '{"table": {"1": "1"}}')::assure.terms, pg_temp.event('2024-01-01')) r;
SELECT is((SELECT string_agg(x ->> 'text', '; ' ORDER BY n) FROM jsonb_array_elements(r -> 'reasons') WITH ORDINALITY y(x, n)), w, 'in words ' || i) FROM (VALUES
    (1, assure.evaluate(pg_temp.fixed('lump_sum', '{}')::assure.terms, pg_temp.event('2024-01-01'), '{"X": {"lifetime": {"count": 1}}}'), '100.00 not paid again: it is paid once'),
    (2, assure.evaluate(pg_temp.fixed('lump_sum', '{"levels": [{"code": "m", "diagnosis": {"include": ["D01"]}, "pay": "1", "max_count": 2}]}')::assure.terms, pg_temp.event('2024-01-01', '{"diagnoses": ["D01"]}'), '{"X.m": {"lifetime": {"count": 2}}}'), '100.00 not paid again: the level has paid as often as it does'),
    (3, assure.evaluate(pg_temp.fixed('daily', '{"steps": [{"limit": {"per": "visit", "days": 0}}]}')::assure.terms, pg_temp.claim(pg_temp.stay('A', '2024-01-01', 2))), '200.00 after the last day that pays')) v(i, r, w) ORDER BY i;

-- random stays over claims, against a sum over their days
CREATE FUNCTION pg_temp.pick(key text, n int, most int) RETURNS int LANGUAGE sql IMMUTABLE AS $$
    SELECT (abs(hashtextextended(key || ':' || n, 3) % most))::int $$;
CREATE TEMP TABLE night AS
SELECT n, b, 'S' || pg_temp.pick('stay', n * 10 + b, 3) AS stay, date '2024-01-01' + b * 40 AS first, pg_temp.pick('nights', n * 10 + b, 30) AS nights
FROM generate_series(1, 300) n, generate_series(1, 6) b;
CREATE TEMP TABLE patient AS
SELECT n, pg_temp.fixed('daily', jsonb_build_object('from_day', 1 + n % 12, 'steps', jsonb_build_array(jsonb_build_object('limit', jsonb_build_object('per', 'lifetime', 'days', 20 + n % 50))))) AS terms,
    (SELECT array_agg(claim ORDER BY c) FROM (SELECT b / 2 AS c, pg_temp.claim(jsonb_agg(pg_temp.stay('B' || b, first, nights, jsonb_build_object('stay', stay)))) AS claim FROM night WHERE night.n = p.n GROUP BY 1) x) AS claims
FROM generate_series(1, 300) p(n);
CREATE TEMP TABLE paid_days AS
SELECT patient.n, sum(split_part(t, ' ', 3)::int)::int AS days FROM patient, pg_temp.run(terms, VARIADIC claims) r, regexp_split_to_table(r.rows, ', ') t GROUP BY patient.n;
SELECT is_empty($$SELECT n, days, wanted FROM paid_days JOIN (SELECT n, least(20 + n % 50, sum(greatest(days - n % 12, 0)))::int AS wanted FROM (SELECT n, stay, sum(greatest(nights, 1)) AS days FROM night GROUP BY 1, 2) s GROUP BY n) w USING (n) WHERE days <> wanted$$, 'days of stays pay from the first that does, to the last that may');
SELECT cmp_ok((SELECT count(DISTINCT days) FROM paid_days), '>', 30::bigint, 'in many ways');

SELECT * FROM finish();
ROLLBACK;
