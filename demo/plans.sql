-- Three plans, as the people who sell them write them. docs/benefits.md says
-- what each key means.

SELECT assure.publish_plan('BASIC', '安心医疗（基础版）', $terms$
{
  "name": "安心医疗（基础版）",
  "benefits": [
    {"code": "OP", "name": "门急诊", "kind": "expense", "cause": ["illness", "accident"],
     "care": ["outpatient", "emergency", "pharmacy"], "age": [0, 70],
     "diagnosis": {"exclude": ["Z41", "F10-F19"]},
     "waiting": {"days": 30, "waived_for": ["accident", "renewal"]},
     "eligible": {"A": "1", "B": "0.9", "C": "0.2", "self_first": "0.2", "default": "0.8"},
     "steps": [{"offset": ["social", "other"]}, {"deductible": {"per": "year", "amount": "200.00"}},
               {"coinsurance": [{"pay": "0.6"}]}, {"limit": {"per": "visit", "amount": "800.00"}},
               {"limit": {"per": "year", "amount": "5000.00"}}]},
    {"code": "BED", "name": "住院床位", "kind": "expense", "care": ["inpatient"], "age": [0, 70],
     "diagnosis": {"exclude": ["Z41", "F10-F19"]},
     "waiting": {"days": 30, "waived_for": ["accident", "renewal"]},
     "item": {"categories": ["bed"]},
     "steps": [{"cap": {"per": "unit", "amount": "60.00"}}, {"offset": ["social", "other", "prior"]},
               {"coinsurance": [{"pay": "0.8"}]}]},
    {"code": "IP", "name": "住院", "kind": "expense", "care": ["inpatient"], "age": [0, 70],
     "diagnosis": {"exclude": ["Z41", "F10-F19"]},
     "waiting": {"days": 30, "waived_for": ["accident", "renewal"]},
     "item": {"exclude_categories": ["bed"]},
     "eligible": {"A": "1", "B": "0.9", "C": "0.3", "self_first": "0.5", "default": "0.8"},
     "steps": [{"offset": ["social", "other", "prior"]}, {"deductible": {"per": "visit", "amount": "500.00"}},
               {"coinsurance": [{"pay": "0.8"}]}, {"limit": {"per": "year", "amount": "50000.00"}}]}
  ]
}
$terms$, '2015-01-01', review_above => 4000.00, submit_within_days => 120, note => 'demo') \g /dev/null

SELECT assure.publish_plan('STANDARD', '安心医疗（标准版）', $terms$
{
  "name": "安心医疗（标准版）",
  "shared": {
    "D":   {"deductible": {"per": "year", "amount": "500.00", "family_amount": "1000.00"}},
    "FAM": {"limit": {"per": "year", "scope": "family", "amount": "300000.00"}}
  },
  "benefits": [
    {"code": "OP", "name": "门急诊", "kind": "expense", "cause": ["illness", "accident"],
     "care": ["outpatient", "emergency", "pharmacy"],
     "diagnosis": {"exclude": ["Z41"]},
     "waiting": {"days": 30, "waived_for": ["accident", "renewal"]},
     "eligible": {"A": "1", "B": "1", "C": "0.5", "self_first": "0.5", "default": "1"},
     "steps": [{"offset": ["social", "other"]}, {"use": "D"}, {"coinsurance": [{"pay": "0.8"}]},
               {"limit": {"per": "day", "amount": "3000.00"}}, {"limit": {"per": "year", "amount": "20000.00"}}, {"use": "FAM"}]},
    {"code": "IP", "name": "住院", "kind": "expense", "care": ["inpatient"], "cause": ["illness", "accident"],
     "diagnosis": {"exclude": ["Z41"]},
     "waiting": {"days": 30, "waived_for": ["accident", "renewal"]},
     "eligible": {"A": "1", "B": "1", "C": "0.5", "default": "1"},
     "steps": [{"offset": ["social", "other", "prior"]}, {"use": "D"}, {"coinsurance": [{"pay": "0.9"}]},
               {"limit": {"per": "claim", "amount": "80000.00"}}, {"limit": {"per": "year", "amount": "200000.00"}}, {"use": "FAM"}]},
    {"code": "TEETH", "name": "齿科", "kind": "expense", "care": ["dental"], "provider": {"network": true},
     "waiting": {"days": 90, "waived_for": ["renewal"]},
     "item": {"exclude_categories": ["implant"]},
     "steps": [{"offset": ["social", "other"]}, {"coinsurance": [{"pay": "0.5"}]},
               {"limit": {"per": "year", "count": 4}}, {"limit": {"per": "year", "amount": "3000.00"}}]}
  ]
}
$terms$, '2015-01-01', review_above => 10000.00, submit_within_days => 180, note => 'demo') \g /dev/null

-- Claims of this one are screened by a decision model.
\set fast_lane `cat data/fast_lane.dmn`
SELECT assure.deploy_model(:'fast_lane', 'the example') \g /dev/null
SELECT assure.publish_plan(jsonb_build_object('code', 'PREMIUM', 'name', '安心医疗（尊享版）', 'valid_from', '2015-01-01', 'review_above', '20000.00', 'submit_within_days', 365,
    'note', 'demo', 'screening', '{"model": "Fast lane of claims", "decision": "Screen"}'::jsonb, 'terms', $terms$
{
  "name": "安心医疗（尊享版）",
  "shared": {
    "FAM": {"limit": {"per": "year", "scope": "family", "amount": "1000000.00"}}
  },
  "benefits": [
    {"code": "OP", "name": "门急诊", "kind": "expense", "cause": ["illness", "accident"],
     "care": ["outpatient", "emergency", "pharmacy"],
     "waiting": {"days": 15, "waived_for": ["accident", "renewal"]},
     "steps": [{"offset": ["social", "other"]}, {"copay": {"amount": "30.00"}}, {"coinsurance": [{"pay": "0.95", "max": "2000.00"}]},
               {"use": "FAM"}]},
    {"code": "IP", "name": "住院", "kind": "expense", "care": ["inpatient"], "cause": ["illness", "accident"],
     "waiting": {"days": 15, "waived_for": ["accident", "renewal"]},
     "steps": [{"offset": ["social", "other", "prior"]}, {"coinsurance": [{"pay": "1"}]}, {"use": "FAM"}]},
    {"code": "MATERNITY", "name": "生育", "kind": "expense", "cause": ["maternity"], "sex": "F", "age": [18, 49],
     "relationship": ["self", "spouse"], "waiting": {"days": 280, "waived_for": ["renewal"]},
     "steps": [{"offset": ["social", "other", "prior"]}, {"coinsurance": [{"pay": "0.9"}]},
               {"limit": {"per": "year", "amount": "30000.00"}}, {"use": "FAM"}]},
    {"code": "TEETH", "name": "齿科", "kind": "expense", "care": ["dental"],
     "waiting": {"days": 60, "waived_for": ["renewal"]},
     "steps": [{"offset": ["social", "other"]}, {"coinsurance": [{"pay": "0.8"}]}, {"limit": {"per": "year", "amount": "10000.00"}}]},
    {"code": "CHECKUP", "name": "体检", "kind": "expense", "care": ["checkup"], "age": [18, 100],
     "steps": [{"limit": {"per": "year", "count": 2}}, {"limit": {"per": "visit", "amount": "1500.00"}}]}
  ]
}
$terms$::jsonb)) \g /dev/null
