-- Enrolls every second certificate's people. Variable: shard, 0 or 1.

SELECT count(assure.enroll(jsonb_strip_nulls(jsonb_build_object('policy', policy, 'certificate', 'C-' || lpad(certificate::text, 5, '0'),
    'member_ref', ref, 'name', name, 'resident_id', resident_id, 'birth_date', birth_date, 'sex', sex, 'phone', phone, 'region', region,
    'plan', plan, 'relationship', relationship, 'enrolled_on', enrolled_on,
    'ended_on', CASE WHEN upgraded_on > enrolled_on THEN upgraded_on - 1 ELSE ended_on END))))
FROM (SELECT * FROM demo.person WHERE shard = :shard ORDER BY n) AS p;

-- The same people again, under the plan that they changed to without a gap.
SELECT count(assure.enroll(jsonb_strip_nulls(jsonb_build_object('policy', policy, 'certificate', 'C-' || lpad(certificate::text, 5, '0'),
    'member_ref', ref, 'name', name, 'resident_id', resident_id, 'birth_date', birth_date, 'sex', sex, 'phone', phone, 'region', region,
    'plan', CASE plan WHEN 'BASIC' THEN 'STANDARD' ELSE 'PREMIUM' END, 'relationship', relationship,
    'enrolled_on', upgraded_on, 'continuous_since', enrolled_on,
    'ended_on', CASE WHEN ended_on >= upgraded_on THEN ended_on END))))
FROM (SELECT * FROM demo.person WHERE shard = :shard AND upgraded_on > enrolled_on ORDER BY n) AS p;
