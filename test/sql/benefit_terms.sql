\set ECHO none
BEGIN;
\i test/sql-common/benefit.psql

CREATE TEMP TABLE refused (n serial, benefit jsonb, more jsonb DEFAULT '{}', wanted text);
CREATE TEMP TABLE accepted (n serial, benefit jsonb, more jsonb DEFAULT '{}');

-- the benefit
INSERT INTO refused (benefit, wanted) VALUES
 ('{"colour": "red"}', 'AS102 terms: benefits[0].colour: unknown key'),
 ('{"code": 5}', 'AS102 terms: benefits[0].code: a string expected, not a number'),
 ('{"code": null}', 'AS102 terms: benefits[0].code: a string expected, not null'),
 ('{"code": ""}', 'AS102 terms: benefits[0].code: an empty string'),
 ('{"code": "A.B"}', 'AS102 terms: benefits[0].code: a code holds no "." and no "@"'),
 ('{"code": "A@family"}', 'AS102 terms: benefits[0].code: a code holds no "." and no "@"'),
 ('{"kind": "gift"}', 'AS102 terms: benefits[0].kind: unknown code "gift", not one of expense, daily, lump_sum, schedule'),
 ('{"when": "bill.social_settled and"}', 'AS102 terms: benefits[0].when: line 1, column 24: a value expected, the text ends'),
 ('{"when": 5}', 'AS102 terms: benefits[0].when: a string expected, not a number'),
 ('{"when": ""}', 'AS102 terms: benefits[0].when: an empty string'),
 ('{"when": "today() > member.enrolled_on"}', 'AS102 terms: benefits[0].when: line 1, column 6: a result that depends on when it is calculated: "today"'),
 ('{"when": "1 = 1\nand date and time(now()) = null"}', 'AS102 terms: benefits[0].when: line 2, column 22: a result that depends on when it is calculated: "now"'),
 ('{"when": "for f in [now] return f()"}', 'AS102 terms: benefits[0].when: line 1, column 10: a result that depends on when it is calculated: "now"'),
 ('{"when": "bill.colour = \"red\""}', 'AS102 terms: benefits[0].when: line 1, column 5: there is no entry "colour"'),
 ('{"when": "some i in bill.items satisfies i.price > 5"}', 'AS102 terms: benefits[0].when: line 1, column 33: there is no entry "price"'),
 ('{"when": "policy.tier = 1"}', 'AS102 terms: benefits[0].when: line 1, column 1: unknown name "policy"'),
 ('{"amount": "1.00"}', 'AS102 terms: benefits[0].amount: unknown key'),
-- filters
 ('{"cause": []}', 'AS102 terms: benefits[0].cause: an empty list'),
 ('{"cause": "illness"}', 'AS102 terms: benefits[0].cause: a list expected, not a string'),
 ('{"cause": ["war"]}', 'AS102 terms: benefits[0].cause[0]: unknown code "war", not one of illness, accident, maternity'),
 ('{"care": ["outpatient", "spa"]}', 'AS102 terms: benefits[0].care[1]: unknown code "spa", not one of outpatient, emergency, inpatient, pharmacy, dental, checkup, maternity'),
 ('{"provider": {"min_grade": 4}}', '22003 terms: benefits[0].provider.min_grade: 4 is out of range, from 0 to 3'),
 ('{"provider": {"min_grade": "2"}}', 'AS102 terms: benefits[0].provider.min_grade: a whole number expected, not a string'),
 ('{"provider": {"min_grade": 1.5}}', 'AS102 terms: benefits[0].provider.min_grade: a whole number expected, not 1.5'),
 ('{"provider": {"network": "yes"}}', 'AS102 terms: benefits[0].provider.network: true or false expected, not a string'),
 ('{"provider": {"beds": 100}}', 'AS102 terms: benefits[0].provider.beds: unknown key'),
 ('{"diagnosis": {"include": []}}', 'AS102 terms: benefits[0].diagnosis.include: an empty list'),
 ('{"diagnosis": {"include": ["flu"]}}', 'AS102 terms: benefits[0].diagnosis.include[0]: not an ICD-10 code or range such as "C00-C97"'),
 ('{"diagnosis": {"exclude": ["C97-C00"]}}', 'AS102 terms: benefits[0].diagnosis.exclude[0]: the range ends before it begins'),
 ('{"age": [18]}', 'AS102 terms: benefits[0].age: two ages expected, such as [18, 60]'),
 ('{"age": [60, 18]}', 'AS102 terms: benefits[0].age: the range ends before it begins'),
 ('{"age": [-1, 18]}', '22003 terms: benefits[0].age[0]: -1 is out of range, from 0 to 150'),
 ('{"sex": "X"}', 'AS102 terms: benefits[0].sex: unknown code "X", not one of F, M'),
 ('{"relationship": ["friend"]}', 'AS102 terms: benefits[0].relationship[0]: unknown code "friend", not one of self, spouse, child, parent'),
 ('{"waiting": {}}', 'AS102 terms: benefits[0].waiting: either "days" or "months" is expected'),
 ('{"waiting": {"days": 30, "months": 1}}', 'AS102 terms: benefits[0].waiting: either "days" or "months" is expected'),
 ('{"waiting": {"days": 30, "waived_for": ["illness"]}}', 'AS102 terms: benefits[0].waiting.waived_for[0]: unknown code "illness", not one of accident, renewal'),
 ('{"item": {"categories": []}}', 'AS102 terms: benefits[0].item.categories: an empty list'),
 ('{"item": {"classes": ["D"]}}', 'AS102 terms: benefits[0].item.classes[0]: unknown code "D", not one of A, B, C'),
 ('{"item": {"codes": [1]}}', 'AS102 terms: benefits[0].item.codes[0]: a string expected, not a number'),
 ('{"eligible": {}}', 'AS102 terms: benefits[0].eligible: class A has neither a share nor a "default"'),
 ('{"eligible": {"A": "1", "B": "1"}}', 'AS102 terms: benefits[0].eligible: class C has neither a share nor a "default"'),
 ('{"eligible": {"A": "1"}, "item": {"classes": ["A", "B"]}}', 'AS102 terms: benefits[0].eligible: class B has neither a share nor a "default"'),
 ('{"eligible": {"default": "1.01"}}', '22003 terms: benefits[0].eligible.default: 1.01 is out of range'),
 ('{"eligible": {"default": "-0.1"}}', 'AS102 terms: benefits[0].eligible.default: -0.1 is negative'),
 ('{"eligible": {"default": "0.1234567"}}', 'AS102 terms: benefits[0].eligible.default: 0.1234567 has more than 6 decimals'),
 ('{"eligible": {"default": 1}}', 'AS102 terms: benefits[0].eligible.default: a share from 0 to 1 such as "0.85" expected, not a number'),
-- steps
 ('{"steps": {}}', 'AS102 terms: benefits[0].steps: a list expected, not an object'),
 ('{"steps": [{}]}', 'AS102 terms: benefits[0].steps[0]: a step is an object with one key'),
 ('{"steps": [{"copay": {"amount": "1.00"}, "offset": ["social"]}]}', 'AS102 terms: benefits[0].steps[0]: a step is an object with one key'),
 ('{"steps": [{"bonus": {}}]}', 'AS102 terms: benefits[0].steps[0].bonus: unknown key'),
 ('{"steps": ["copay"]}', 'AS102 terms: benefits[0].steps[0]: an object expected, not a string'),
 ('{"steps": [{"cap": {"per": "year", "amount": "1.00"}}]}', 'AS102 terms: benefits[0].steps[0].cap.per: unknown code "year", not one of unit, item, visit'),
 ('{"steps": [{"cap": {"per": "unit"}}]}', 'AS102 terms: benefits[0].steps[0].cap.amount: missing'),
 ('{"steps": [{"copay": {"amount": "1.00"}}, {"cap": {"per": "item", "amount": "1.00"}}]}', 'AS102 terms: benefits[0].steps[1]: a cap per unit or item stands before all other steps'),
 ('{"steps": [{"cap": {"per": "visit", "amount": "1.00"}}, {"cap": {"per": "unit", "amount": "1.00"}}]}', 'AS102 terms: benefits[0].steps[1]: a cap per unit or item stands before all other steps'),
 ('{"steps": [{"offset": []}]}', 'AS102 terms: benefits[0].steps[0].offset: an empty list'),
 ('{"steps": [{"offset": ["social", "social"]}]}', 'AS102 terms: benefits[0].steps[0].offset[1]: is named twice'),
 ('{"steps": [{"offset": ["social"]}, {"offset": ["prior", "social"]}]}', 'AS102 terms: benefits[0].steps[1]: a payment is taken off in two offsets'),
 ('{"steps": [{"offset": ["luck"]}]}', 'AS102 terms: benefits[0].steps[0].offset[0]: unknown code "luck", not one of social, other, prior'),
 ('{"steps": [{"deductible": {"amount": "1.00"}}]}', 'AS102 terms: benefits[0].steps[0].deductible.per: missing'),
 ('{"steps": [{"deductible": {"per": "month", "amount": "1.00"}}]}', 'AS102 terms: benefits[0].steps[0].deductible.per: unknown code "month", not one of visit, claim, day, year, lifetime'),
 ('{"steps": [{"deductible": {"per": "year", "amount": "-1.00"}}]}', 'AS102 terms: benefits[0].steps[0].deductible.amount: -1.00 is negative'),
 ('{"steps": [{"deductible": {"per": "year", "amount": "1.005"}}]}', 'AS102 terms: benefits[0].steps[0].deductible.amount: 1.005 has more than 2 decimals'),
 ('{"steps": [{"deductible": {"per": "year", "amount": "NaN"}}]}', 'AS102 terms: benefits[0].steps[0].deductible.amount: an amount such as "1234.50" expected, not "NaN"'),
 ('{"steps": [{"deductible": {"per": "year", "amount": "1e3"}}]}', 'AS102 terms: benefits[0].steps[0].deductible.amount: an amount such as "1234.50" expected, not "1e3"'),
 ('{"steps": [{"deductible": {"per": "year", "amount": "1000000000000.00"}}]}', '22003 terms: benefits[0].steps[0].deductible.amount: 1000000000000.00 is out of range'),
 ('{"steps": [{"deductible": {"per": "year", "amount": "1.00", "scope": "village"}}]}', 'AS102 terms: benefits[0].steps[0].deductible.scope: unknown code "village", not one of member, family'),
 ('{"steps": [{"deductible": {"per": "year", "amount": "1.00", "scope": "family", "family_amount": "2.00"}}]}', 'AS102 terms: benefits[0].steps[0].deductible.family_amount: does not go with "scope": "family", whose amount is the family''s already'),
 ('{"steps": [{"deductible": {"per": "year", "amount": "1.00", "credit": []}}]}', 'AS102 terms: benefits[0].steps[0].deductible.credit: an empty list'),
 ('{"steps": [{"deductible": {"per": "year", "amount": "1.00", "count": 1}}]}', 'AS102 terms: benefits[0].steps[0].deductible.count: unknown key'),
 ('{"steps": [{"copay": {"amount": "1.00", "per": "visit"}}]}', 'AS102 terms: benefits[0].steps[0].copay.per: unknown key'),
 ('{"steps": [{"coinsurance": []}]}', 'AS102 terms: benefits[0].steps[0].coinsurance: an empty list'),
 ('{"steps": [{"coinsurance": {"pay": "0.8"}}]}', 'AS102 terms: benefits[0].steps[0].coinsurance: a list expected, not an object'),
 ('{"steps": [{"coinsurance": [{"max": "1.00"}]}]}', 'AS102 terms: benefits[0].steps[0].coinsurance[0]: either "pay" or "bands" is expected'),
 ('{"steps": [{"coinsurance": [{"pay": "1.5"}]}]}', '22003 terms: benefits[0].steps[0].coinsurance[0].pay: 1.5 is out of range'),
 ('{"steps": [{"coinsurance": [{"when": "bill.", "pay": "0.8"}, {"pay": "0.6"}]}]}', 'AS102 terms: benefits[0].steps[0].coinsurance[0].when: line 1, column 6: a name after the dot expected, the text ends'),
 ('{"steps": [{"coinsurance": [{"pay": "0.8"}, {"pay": "0.6"}]}]}', 'AS102 terms: benefits[0].steps[0].coinsurance[1]: the case before it has no "when": it always holds'),
 ('{"steps": [{"coinsurance": [{"pay": "0.8", "band_on": "visit"}]}]}', 'AS102 terms: benefits[0].steps[0].coinsurance[0].band_on: goes with "bands" only'),
 ('{"steps": [{"coinsurance": [{"pay": "0.8", "band_on": "visit", "bands": [{"pay": "1"}]}]}]}', 'AS102 terms: benefits[0].steps[0].coinsurance[0]: either "pay" or "bands" is expected'),
 ('{"steps": [{"coinsurance": [{}]}]}', 'AS102 terms: benefits[0].steps[0].coinsurance[0]: either "pay" or "bands" is expected'),
 ('{"steps": [{"coinsurance": [{"bands": [{"pay": "1"}]}]}]}', 'AS102 terms: benefits[0].steps[0].coinsurance[0].band_on: missing'),
 ('{"steps": [{"coinsurance": [{"band_on": "month", "bands": [{"pay": "1"}]}]}]}', 'AS102 terms: benefits[0].steps[0].coinsurance[0].band_on: unknown code "month", not one of visit, year, visits'),
 ('{"steps": [{"coinsurance": [{"band_on": "visit", "bands": []}]}]}', 'AS102 terms: benefits[0].steps[0].coinsurance[0].bands: an empty list'),
 ('{"steps": [{"coinsurance": [{"band_on": "visit", "bands": [{"upto": "5.00", "pay": "1"}]}]}]}', 'AS102 terms: benefits[0].steps[0].coinsurance[0].bands[0].upto: the last band has no "upto"'),
 ('{"steps": [{"coinsurance": [{"band_on": "visit", "bands": [{"pay": "1"}, {"pay": "0.5"}]}]}]}', 'AS102 terms: benefits[0].steps[0].coinsurance[0].bands[0]: only the last band has no "upto"'),
 ('{"steps": [{"coinsurance": [{"band_on": "year", "bands": [{"upto": "5.00", "pay": "1"}, {"upto": "5.00", "pay": "0.9"}, {"pay": "0.5"}]}]}]}', 'AS102 terms: benefits[0].steps[0].coinsurance[0].bands[1].upto: a band ends after it begins'),
 ('{"steps": [{"coinsurance": [{"band_on": "visits", "bands": [{"upto": "5", "pay": "1"}, {"pay": "0.5"}]}]}]}', 'AS102 terms: benefits[0].steps[0].coinsurance[0].bands[0].upto: a whole number expected, not a string'),
 ('{"steps": [{"coinsurance": [{"band_on": "visits", "bands": [{"upto": 0, "pay": "1"}, {"pay": "0.5"}]}]}]}', '22003 terms: benefits[0].steps[0].coinsurance[0].bands[0].upto: 0 is out of range, from 1 to 1000000'),
 ('{"steps": [{"coinsurance": [{"band_on": "year", "bands": [{"upto": 5, "pay": "1"}, {"pay": "0.5"}]}]}]}', 'AS102 terms: benefits[0].steps[0].coinsurance[0].bands[0].upto: an amount such as "1234.50" expected, not a number'),
 ('{"steps": [{"coinsurance": [{"band_on": "year", "bands": [{"pay": "1"}]}]}, {"coinsurance": [{"band_on": "year", "bands": [{"pay": "1"}]}]}]}', 'AS102 terms: benefits[0].steps[1]: books the same counter as steps[0]'),
 ('{"steps": [{"out_of_pocket_max": {"per": "lifetime", "amount": "1.00"}}]}', 'AS102 terms: benefits[0].steps[0].out_of_pocket_max.per: a maximum out of pocket is per year'),
 ('{"steps": [{"out_of_pocket_max": {"per": "year"}}]}', 'AS102 terms: benefits[0].steps[0].out_of_pocket_max.amount: missing'),
 ('{"steps": [{"out_of_pocket_max": {"per": "year", "amount": "1.00", "scope": "family", "family_amount": "2.00"}}]}', 'AS102 terms: benefits[0].steps[0].out_of_pocket_max.family_amount: does not go with "scope": "family", whose amount is the family''s already'),
 ('{"steps": [{"limit": {"per": "visit", "amount": "1.00"}}, {"out_of_pocket_max": {"per": "year", "amount": "1.00"}}]}', 'AS102 terms: benefits[0].steps[1]: a maximum out of pocket stands before every limit'),
 ('{"steps": [{"out_of_pocket_max": {"per": "year", "amount": "1.00"}}, {"copay": {"amount": "1.00"}}]}', 'AS102 terms: benefits[0].steps[1]: a maximum out of pocket stands after all cost sharing'),
 ('{"steps": [{"out_of_pocket_max": {"per": "year", "amount": "1.00"}}, {"out_of_pocket_max": {"per": "year", "amount": "2.00"}}]}', 'AS102 terms: benefits[0].steps[1]: books the same counter as steps[0]'),
 ('{"steps": [{"limit": {"per": "year", "amount": "1.00", "categories": ["drug"]}}]}', 'AS102 terms: benefits[0].steps[0].limit.categories: a limit on categories needs a "code"'),
 ('{"steps": [{"limit": {"per": "year", "count": 1, "categories": ["drug"], "code": "d"}}]}', 'AS102 terms: benefits[0].steps[0].limit.categories: goes with "amount" only'),
 ('{"steps": [{"limit": {"per": "year", "amount": "1.00", "categories": [], "code": "d"}}]}', 'AS102 terms: benefits[0].steps[0].limit.categories: an empty list'),
 ('{"steps": [{"limit": {"per": "year"}}]}', 'AS102 terms: benefits[0].steps[0].limit: one of "amount", "count" and "days" is expected'),
 ('{"steps": [{"limit": {"per": "year", "amount": "1.00", "count": 1}}]}', 'AS102 terms: benefits[0].steps[0].limit: one of "amount", "count" and "days" is expected'),
 ('{"steps": [{"limit": {"per": "year", "days": 3}}]}', 'AS102 terms: benefits[0].steps[0]: a limit on days goes with benefits of the kind "daily" only'),
 ('{"steps": [{"limit": {"per": "year", "count": "3"}}]}', 'AS102 terms: benefits[0].steps[0].limit.count: a whole number expected, not a string'),
 ('{"steps": [{"limit": {"per": "visit", "count": 3}}]}', 'AS102 terms: benefits[0].steps[0].limit.count: a visit is always one visit'),
 ('{"steps": [{"limit": {"per": "year", "count": 3, "family_amount": "1.00"}}]}', 'AS102 terms: benefits[0].steps[0].limit.family_amount: does not go with "count"'),
 ('{"steps": [{"limit": {"per": "year", "amount": "1.00"}}, {"limit": {"per": "year", "amount": "2.00"}}]}', 'AS102 terms: benefits[0].steps[1]: books the same counter as steps[0]'),
 ('{"steps": [{"limit": {"per": "day", "amount": "1.00", "code": "a"}}, {"limit": {"per": "day", "amount": "2.00", "code": "a"}}]}', 'AS102 terms: benefits[0].steps[1]: books the same counter as steps[0]'),
 ('{"steps": [{"limit": {"per": "year", "amount": "1.00", "family_amount": "9.00"}}, {"limit": {"per": "year", "amount": "2.00", "scope": "family"}}]}', 'AS102 terms: benefits[0].steps[1]: books the same counter as steps[0]'),
 ('{"steps": [{"deductible": {"per": "year", "amount": "1.00"}}, {"deductible": {"per": "year", "amount": "2.00"}}]}', 'AS102 terms: benefits[0].steps[1]: books the same counter as steps[0]'),
 ('{"steps": [{"use": "D"}]}', 'AS102 terms: benefits[0].steps[0].use: there is no "D" under "shared"');

-- the terms as a whole, and what is shared
INSERT INTO refused (benefit, more, wanted) VALUES
 ('{}', '{"perod": "policy_year"}', 'AS102 terms: perod: unknown key'),
 ('{}', '{"period": "fiscal_year"}', 'AS102 terms: period: unknown code "fiscal_year", not one of policy_year, calendar_year'),
 ('{}', '{"benefits": []}', 'AS102 terms: benefits: an empty list'),
 ('{}', '{"benefits": {}}', 'AS102 terms: benefits: a list expected, not an object'),
 ('{}', '{"benefits": [{"kind": "expense"}]}', 'AS102 terms: benefits[0].code: missing'),
 ('{}', '{"benefits": [{"code": "X"}]}', 'AS102 terms: benefits[0].kind: missing'),
 ('{}', '{"benefits": [{"code": "X", "kind": "expense"}, {"code": "X", "kind": "expense"}]}', 'AS102 terms: benefits[1].code: "X" is the code of benefits[0] too'),
 ('{}', '{"shared": {"X": {"copay": {"amount": "1.00"}}}}', 'AS102 terms: benefits[0].code: "X" is the name of a shared step too'),
 ('{}', '{"shared": {}}', 'AS102 terms: shared: an empty object'),
 ('{}', '{"shared": {"D": {"cap": {"per": "visit", "amount": "1.00"}}}}', 'AS102 terms: shared.D.cap: unknown key'),
 ('{}', '{"shared": {"D": {"deductible": {"per": "year", "amount": "1.00", "code": "x"}}}}', 'AS102 terms: shared.D.deductible.code: a shared step''s counter is its name'),
 ('{}', '{"shared": {"D": {"out_of_pocket_max": {"per": "claim", "amount": "1.00"}}}}', 'AS102 terms: shared.D.out_of_pocket_max.per: a maximum out of pocket is per year'),
 ('{"steps": [{"limit": {"per": "visit", "amount": "1.00"}}, {"use": "M"}]}', '{"shared": {"M": {"out_of_pocket_max": {"per": "year", "amount": "1.00"}}}}', 'AS102 terms: benefits[0].steps[1]: a maximum out of pocket stands before every limit'),
 ('{"steps": [{"use": "L"}]}', '{"shared": {"L": {"limit": {"per": "year", "days": 30}}}}', 'AS102 terms: benefits[0].steps[0]: a limit on days goes with benefits of the kind "daily" only'),
 ('{}', '{"shared": {"D.1": {"copay": {"amount": "1.00"}}}}', 'AS102 terms: shared.D.1: a code holds no "." and no "@"'),
 ('{"steps": [{"use": "D"}, {"use": "D"}]}', '{"shared": {"D": {"copay": {"amount": "1.00"}}}}', 'AS102 terms: benefits[0].steps[1]: the same shared step is used twice'),
 ('{"steps": [{"use": 1}]}', '{"shared": {"D": {"copay": {"amount": "1.00"}}}}', 'AS102 terms: benefits[0].steps[0].use: a string expected, not a number');

INSERT INTO accepted (benefit) VALUES
 ('{}'),
 ('{"name": "门诊"}'),
 ('{"steps": []}'),
 ('{"cause": ["illness", "accident", "maternity"], "care": ["dental"], "sex": "M", "age": [0, 150], "relationship": ["self", "parent"]}'),
 ('{"provider": {"min_grade": 2, "ownership": ["public"], "wards": ["general"], "network": true}}'),
 ('{"diagnosis": {"include": ["C00-C97", "s82.6", "I10.x00x002"], "exclude": ["Z41", "O80-O84"]}}'),
 ('{"diagnosis": {"include": ["C34.1-C34"]}}'),
 ('{"waiting": {"months": 6}}'),
 ('{"waiting": {"days": 0, "waived_for": ["accident", "renewal"]}}'),
 ('{"item": {"categories": ["drug"], "exclude_categories": ["bed"], "codes": ["D1"], "exclude_codes": ["D2"], "classes": ["A"]}, "eligible": {"A": "0.333333"}}'),
 ('{"eligible": {"default": "1"}}'),
 ('{"eligible": {"A": "1", "B": "0.9", "C": "0", "self_first": "1"}}'),
 ('{"steps": [{"cap": {"per": "unit", "amount": "1.00"}}, {"cap": {"per": "item", "amount": "2.00"}}, {"cap": {"per": "visit", "amount": "3.00"}}]}'),
 ('{"steps": [{"offset": ["social"]}, {"coinsurance": [{"pay": "0.8", "max": "100.00"}]}, {"offset": ["other", "prior"]}]}'),
 ('{"steps": [{"deductible": {"per": "year", "amount": "300.00", "family_amount": "900.00", "credit": ["social", "other", "prior"]}}]}'),
 ('{"steps": [{"deductible": {"per": "year", "amount": "300.00", "scope": "family"}}, {"deductible": {"per": "year", "amount": "100.00"}}]}'),
 ('{"steps": [{"limit": {"per": "year", "amount": "1.00"}}, {"limit": {"per": "year", "amount": "2.00", "code": "a"}}, {"limit": {"per": "day", "amount": "1.00"}}]}'),
 ('{"steps": [{"limit": {"per": "visit", "amount": "1.00"}}, {"limit": {"per": "visit", "amount": "2.00"}}]}'),
 ('{"steps": [{"limit": {"per": "year", "count": 3}}, {"limit": {"per": "year", "count": 2}}, {"limit": {"per": "lifetime", "count": 9, "scope": "family"}}]}'),
 ('{"steps": [{"limit": {"per": "claim", "amount": "999999999999.99"}}, {"copay": {"amount": "0"}}]}'),
 ('{"when": "member.sex = \"F\" and bill.from >= member.enrolled_on + duration(\"P30D\") and count(bill.items[class = \"C\"]) = 0"}'),
 ('{"when": "years and months duration(member.birth_date, bill.from).years >= 18 and (claim.event_date = null or claim.event_date < date(\"2030-01-01\"))"}'),
 ('{"when": "sum(claim.bills.items.amount) > 100 and bill.provider.region in (\"310104\", \"310105\")"}'),
 ('{"steps": [{"coinsurance": [{"when": "bill.social_settled", "pay": "0.8"}, {"when": "bill.care = \"emergency\"", "band_on": "visits", "bands": [{"upto": 3, "pay": "1"}, {"pay": "0"}], "max": "100.00"}, {"pay": "0.6"}]}]}'),
 ('{"steps": [{"coinsurance": [{"band_on": "year", "bands": [{"upto": "5000.00", "pay": "0.8"}, {"pay": "0.9"}]}]}, {"coinsurance": [{"band_on": "visit", "bands": [{"pay": "0.9"}]}]}]}'),
 ('{"steps": [{"deductible": {"per": "year", "amount": "1.00"}}, {"offset": ["social"]}, {"out_of_pocket_max": {"per": "year", "amount": "1.00"}}, {"out_of_pocket_max": {"per": "year", "amount": "2.00", "code": "b"}}, {"offset": ["other"]}, {"limit": {"per": "year", "amount": "1.00"}}]}'),
 ('{"steps": [{"out_of_pocket_max": {"per": "year", "amount": "1.00"}}, {"out_of_pocket_max": {"per": "year", "amount": "2.00", "scope": "family"}}]}'),
 ('{"steps": [{"limit": {"per": "year", "amount": "1.00"}}, {"limit": {"per": "year", "amount": "1.00", "family_amount": "3.00", "categories": ["drug", "bed"], "code": "d"}}, {"copay": {"amount": "1.00"}}]}');
INSERT INTO accepted (benefit, more) VALUES
 ('{}', '{"period": "calendar_year", "name": "a plan"}'),
 ('{"steps": [{"use": "D"}, {"use": "C"}, {"use": "L"}]}', '{"shared": {"D": {"deductible": {"per": "lifetime", "amount": "1.00"}}, "C": {"copay": {"amount": "1.00"}}, "L": {"limit": {"per": "year", "count": 5, "scope": "family"}}}}'),
 ('{"steps": [{"use": "M"}, {"use": "K"}]}', '{"shared": {"M": {"out_of_pocket_max": {"per": "year", "amount": "1.00", "family_amount": "2.00"}}, "K": {"limit": {"per": "lifetime", "amount": "9.00", "categories": ["bed"]}}}}');

SELECT plan((SELECT count(*) FROM refused)::int + (SELECT count(*) FROM accepted)::int + 18);

SELECT is(split_part(pg_temp.terms_error(pg_temp.terms(benefit, more)), ' | ', 1), wanted, format('refused %s', n)) FROM refused ORDER BY n;
SELECT is(pg_temp.terms_error(pg_temp.terms(benefit, more)), 'none', format('accepted %s', n)) FROM accepted ORDER BY n;

-- documents that are no terms at all
SELECT is(pg_temp.error_of('SELECT ''[]''::assure.terms'), 'AS102 terms: an object expected, not a list', 'a list');
SELECT is(pg_temp.error_of('SELECT ''1''::assure.terms'), 'AS102 terms: an object expected, not a number', 'a number');
SELECT is(pg_temp.error_of('SELECT ''null''::assure.terms'), 'AS102 terms: an object expected, not null', 'null');
SELECT is(pg_temp.error_of('SELECT ''{}''::assure.terms'), 'AS102 terms: benefits: missing', 'an empty object');
SELECT matches(pg_temp.error_of('SELECT ''{''::assure.terms'), '^22P02 ', 'no JSON');
SELECT matches(pg_temp.error_of('SELECT ''''::assure.terms'), '^22P02 ', 'nothing');
SELECT matches(pg_temp.error_of(format('SELECT %L::assure.terms', repeat('[', 100000))), '^(54001|22P02) ', 'nested too deeply');
SELECT is(pg_temp.terms_error(pg_temp.terms(jsonb_build_object('age', (repeat('[', 2000) || repeat(']', 2000))::jsonb))), 'AS102 terms: benefits[0].age: two ages expected, such as [18, 60]', 'nested where no nesting is');
SELECT is(pg_temp.terms_error(jsonb_build_object('benefits', (SELECT jsonb_agg(jsonb_build_object('code', 'B' || i, 'kind', 'expense')) FROM generate_series(1, 201) i))), '54000 terms: benefits: 201 elements, at most 200 are allowed', 'too many benefits');
SELECT is(pg_temp.terms_error(pg_temp.terms(jsonb_build_object('steps', (SELECT jsonb_agg('{"copay": {"amount": "1.00"}}'::jsonb) FROM generate_series(1, 51) i)))), '54000 terms: benefits[0].steps: 51 elements, at most 50 are allowed', 'too many steps');
SELECT is(pg_temp.terms_error(pg_temp.terms(jsonb_build_object('code', repeat('x', 65)))), '54000 terms: benefits[0].code: 65 bytes, at most 64 are allowed', 'a long code');

-- the type
SELECT is('{"benefits": [{"kind": "expense", "code": "X"}]}'::assure.terms::text, '{"benefits": [{"code": "X", "kind": "expense"}]}', 'written as canonical JSON');
SELECT is('{"benefits": [{"kind": "expense", "code": "X"}]}'::assure.terms #>> '{benefits,0,code}', 'X', 'read as jsonb is');
SELECT ok('{"benefits": [{"kind": "expense", "code": "X"}]}'::assure.terms = '{"benefits":[{"code":"X","kind":"expense"}]}'::assure.terms, 'compared as jsonb is');
SELECT is(pg_temp.error_of($$SELECT '{"benefits": 1}'::jsonb::assure.terms$$), 'AS102 terms: benefits: a list expected, not a number', 'cast from jsonb, checked');
SELECT is((SELECT castmethod::text || castcontext::text FROM pg_cast WHERE castsource = 'assure.terms'::regtype AND casttarget = 'jsonb'::regtype), 'bi', 'cast to jsonb for nothing');
SELECT is((SELECT string_agg(DISTINCT provolatile::text || proparallel::text || proisstrict::text, ',') FROM pg_proc WHERE pronamespace = 'assure'::regnamespace AND (proname IN ('evaluate', 'check_claim', 'terms') OR proname LIKE 'terms\_%')), 'istrue', 'immutable, strict, parallel safe');
SELECT is(substring(assure.terms_send(pg_temp.terms('{}')::assure.terms) FOR 12), '\x01'::bytea || convert_to('{"benefits"', 'UTF8'), 'sent as a version and text');

SELECT * FROM finish();
ROLLBACK;
