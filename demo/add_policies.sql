SELECT count(assure.add_policy(jsonb_strip_nulls(jsonb_build_object('ref', policy, 'branch', branch, 'insurer', insurer,
    'holder', holder, 'starts_on', starts_on, 'ends_on', ends_on))))
FROM (SELECT * FROM demo.policy ORDER BY policy) AS p;
