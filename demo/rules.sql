-- A screening of claims as a decision table, as the people who own it write it;
-- docs/rules.md says how. It is checked for gaps and clashes before it is used.

SELECT model, version FROM assure.deploy_model(assure.table_model($table$
{
  "name": "Fast lane",
  "hit_policy": "U",
  "inputs": [{"name": "Cause", "type": "string", "values": "\"accident\", \"illness\", \"maternity\""},
             {"name": "Submitted", "type": "number", "values": ">= 0"}],
  "outputs": [{"name": "lane"}, {"name": "priority", "type": "number"}],
  "rules": [
    ["\"accident\"",               "< 5000",          "\"at once\"",  1],
    ["\"accident\"",               "[5000..20000]",   "\"usual\"",    2],
    ["\"illness\", \"maternity\"", "< 1000",          "\"at once\"",  1],
    ["\"illness\", \"maternity\"", "[1000..20000]",   "\"usual\"",    3],
    ["-",                          "> 20000",         "\"a person\"", 5]
  ]
}
$table$), note => 'the demo''s');
SELECT * FROM assure.check_table('Fast lane', 'Fast lane');
