-- Draws policies, certificates (families of one to five) and 20,000 people.
-- Nothing is written to the engine's tables here: enroll.sql hands it in.

-- Certificates, until there are as many people as there should be.
CREATE UNLOGGED TABLE demo.certificate AS
WITH drawn AS (
    SELECT n, CASE WHEN d < 0.35 THEN 1 WHEN d < 0.55 THEN 2 WHEN d < 0.80 THEN 3 WHEN d < 0.95 THEN 4 ELSE 5 END AS size
    FROM (SELECT n, demo.draw(n, 100) AS d FROM generate_series(1, :people) AS n) AS t
), summed AS (
    SELECT n, size, sum(size) OVER (ORDER BY n) - size AS before FROM drawn
)
SELECT n, least(size, :people - before)::int AS size, before::int,
    CASE WHEN demo.draw(n, 101) < 0.65 THEN 'G-' || lpad((1 + floor(260 * demo.draw(n, 102) ^ 2))::text, 4, '0')
         ELSE 'F-' || lpad(n::text, 6, '0') END AS policy,
    CASE WHEN demo.draw(n, 103) < 0.50 THEN 'BASIC' WHEN demo.draw(n, 103) < 0.85 THEN 'STANDARD' ELSE 'PREMIUM' END AS plan
FROM summed WHERE before < :people;

-- One branch in a province gets all of it, of two each gets half.
CREATE TABLE demo.branch_of AS
SELECT p.code AS province, array_agg(b.code ORDER BY b.code) AS branches
FROM (SELECT code, left(code, 2) AS two FROM demo.province) AS p
JOIN (SELECT code, region FROM assure.branch) AS b ON left(b.region, 2) = CASE WHEN p.two > '70' THEN '44' ELSE p.two END
GROUP BY p.code;

-- Most policies are years old, some are young, a few have ended.
CREATE UNLOGGED TABLE demo.policy AS
WITH ref AS (
    SELECT policy, hashtextextended(policy, 0) AS key, min(n) AS n FROM demo.certificate GROUP BY policy
), placed AS (
    SELECT policy, key, n, demo.province_at(demo.draw(key, 110)) AS province,
        demo.today() - CASE WHEN demo.draw(key, 111) < 0.88 THEN 400 + demo.die(key, 112, 1100) ELSE 15 + demo.die(key, 112, 380) END AS starts_on
    FROM ref
)
SELECT policy, key, province, starts_on,
    CASE WHEN demo.draw(key, 113) < 0.03 THEN greatest(starts_on + 30, demo.today() - demo.die(key, 114, 250)) END AS ends_on,
    branches[demo.die(key, 115, cardinality(branches))] AS branch,
    CASE WHEN demo.draw(key, 116) < 0.5 THEN '华禾健康' WHEN demo.draw(key, 116) < 0.8 THEN '华禾人寿' ELSE '华禾财险' END AS insurer,
    CASE WHEN policy LIKE 'G-%'
        THEN (ARRAY['鼎新', '远航', '嘉禾', '中和', '天润', '恒泰', '华瑞', '众诚', '卓越', '金源', '海川', '启明', '东升', '博远', '瑞丰', '安达', '长风', '星河', '万通', '明德'])[demo.die(key, 117, 20)]
            || (ARRAY['机械', '电子', '物流', '建设', '食品', '软件', '纺织', '能源', '汽车零部件', '环保', '商贸', '新材料', '酒店管理'])[demo.die(key, 118, 13)]
            || (ARRAY['有限公司', '股份有限公司', '集团有限公司'])[demo.die(key, 119, 3)]
        ELSE demo.family_name(n) || demo.given_name(n * 8 + 1, CASE WHEN demo.draw(n * 8 + 1, 130) < 0.5 THEN 'F' ELSE 'M' END) END AS holder
FROM placed JOIN demo.branch_of USING (province);

-- The people of a certificate: subscriber, spouse, children, a parent. Identity
-- numbers begin with a region code that no person's has; telephones likewise.
CREATE UNLOGGED TABLE demo.person AS
WITH family AS (
    SELECT c.n AS certificate, c.policy, c.plan, c.size, c.before, p.starts_on, p.key,
        CASE WHEN demo.draw(c.n, 120) < 0.88 THEN p.province ELSE demo.province_at(demo.draw(c.n, 121)) END AS province,
        22 + demo.die(c.n, 122, 37) AS subscriber_age,
        CASE WHEN demo.draw(c.n * 8 + 1, 130) < 0.5 THEN 'F' ELSE 'M' END AS subscriber_sex
    FROM demo.certificate c JOIN demo.policy p USING (policy)
), placed AS (
    SELECT f.*, f.before + place AS n, certificate * 8 + place AS key8, place,
        CASE WHEN place = 1 THEN 'self' WHEN place = 2 AND (size > 2 OR demo.draw(certificate, 123) < 0.7) THEN 'spouse'
             WHEN place = 5 OR place = 4 AND demo.draw(certificate, 124) < 0.3 THEN 'parent' ELSE 'child' END AS relationship,
        demo.county(f.province, certificate, 125) AS region
    FROM family f, generate_series(1, f.size) AS place
), aged AS (
    SELECT placed.*,
        CASE relationship WHEN 'self' THEN subscriber_sex WHEN 'spouse' THEN CASE subscriber_sex WHEN 'F' THEN 'M' ELSE 'F' END
             ELSE CASE WHEN demo.draw(key8, 130) < 0.5 THEN 'F' ELSE 'M' END END AS sex,
        CASE relationship WHEN 'self' THEN subscriber_age WHEN 'spouse' THEN greatest(21, subscriber_age - 4 + demo.die(key8, 131, 7))
             WHEN 'child' THEN least(greatest(subscriber_age - 28 + demo.die(key8, 131, 5), demo.die(key8, 132, 6) - 1), 24)
             ELSE subscriber_age + 22 + demo.die(key8, 131, 8) END AS age,
        CASE WHEN demo.draw(key8, 133) < 0.85 THEN starts_on
             ELSE starts_on + floor((demo.today() - starts_on) * demo.draw(key8, 134))::int END AS joined_on
    FROM placed
), born AS (
    SELECT aged.*, birth_date, greatest(joined_on, birth_date) AS enrolled_on
    FROM aged, LATERAL (SELECT demo.today() - age * 365 - demo.die(key8, 135, 360) AS birth_date) AS b
)
SELECT n, certificate, certificate % 2 AS shard, policy, plan, 'M-' || lpad(n::text, 6, '0') AS ref, relationship, sex, age, province, region,
    birth_date,
    demo.family_name(CASE WHEN relationship IN ('self', 'child') THEN certificate ELSE key8 + 5000000 END) || demo.given_name(key8, sex) AS name,
    province || to_char(birth_date, 'YYYYMMDD') || lpad((n % 1000)::text, 3, '0')
        || substr('0123456789X', demo.die(key8, 136, 11), 1) AS resident_id,
    CASE WHEN age >= 16 THEN '1990000' || lpad((n % 10000)::text, 4, '0') END AS phone,
    enrolled_on,
    CASE WHEN demo.draw(key8, 137) < 0.025 AND enrolled_on < demo.today() - 210 THEN demo.today() - demo.die(key8, 138, 200) END AS ended_on,
    -- one in twenty took a better plan at the policy's last anniversary
    CASE WHEN demo.draw(certificate, 139) < 0.06 AND plan <> 'PREMIUM' AND starts_on < demo.today() - 400
        THEN (starts_on + make_interval(years => extract(year FROM age(demo.today(), starts_on))::int))::date END AS upgraded_on
FROM born;
CREATE UNIQUE INDEX ON demo.person (n);
ANALYZE demo.person, demo.policy;
