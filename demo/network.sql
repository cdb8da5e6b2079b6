-- Branches, providers, services, people who work: configuration, written by
-- the administrator with plain SQL.

INSERT INTO assure.branch (code, name, region, status) VALUES
    ('BJ', '北京分公司', '110105', 'online'),    ('TJ', '天津分公司', '120101', 'online'),
    ('HE', '河北分公司', '130102', 'online'),    ('SX', '山西分公司', '140105', 'online'),
    ('NM', '内蒙古分公司', '150102', 'online'),  ('LN', '辽宁分公司', '210102', 'online'),
    ('JL', '吉林分公司', '220102', 'online'),    ('HL', '黑龙江分公司', '230103', 'reduced'),
    ('SH', '上海分公司', '310115', 'online'),    ('JS', '江苏分公司', '320102', 'online'),
    ('ZJ', '浙江分公司', '330102', 'online'),    ('AH', '安徽分公司', '340104', 'online'),
    ('FJ', '福建分公司', '350102', 'online'),    ('JX', '江西分公司', '360102', 'online'),
    ('SD', '山东分公司', '370102', 'online'),    ('HA', '河南分公司', '410105', 'online'),
    ('HB', '湖北分公司', '420106', 'online'),    ('HN', '湖南分公司', '430102', 'online'),
    ('GD', '广东分公司', '440106', 'online'),    ('GX', '广西分公司', '450103', 'online'),
    ('HI', '海南分公司', '460106', 'offline'),   ('CQ', '重庆分公司', '500103', 'online'),
    ('SC', '四川分公司', '510104', 'online'),    ('GZ', '贵州分公司', '520102', 'online'),
    ('YN', '云南分公司', '530102', 'online'),    ('XZ', '西藏分公司', '540102', 'online'),
    ('SN', '陕西分公司', '610113', 'online'),    ('GS', '甘肃分公司', '620102', 'online'),
    ('QH', '青海分公司', '630104', 'online'),    ('NX', '宁夏分公司', '640104', 'online'),
    ('XJ', '新疆分公司', '650102', 'online'),
    ('GD-SZ', '深圳分公司', '440304', 'online'), ('GD-DG', '东莞分公司', '441900', 'online'),
    ('JS-SZ', '苏州分公司', '320505', 'online'), ('SD-QD', '青岛分公司', '370202', 'online'),
    ('ZJ-NB', '宁波分公司', '330203', 'online'), ('SC-MY', '绵阳分公司', '510703', 'online'),
    ('HA-LY', '洛阳分公司', '410303', 'reduced'), ('FJ-XM', '厦门分公司', '350203', 'online'),
    ('LN-DL', '大连分公司', '210202', 'online');

SELECT count(assure.grant_branch('assure_portal', code)) AS "branches open to the portal" FROM assure.branch \g /dev/null
SELECT assure.grant_branch('assure_operator', 'SH') \g /dev/null

-- 400 providers: seven in each province, the others by population.
WITH slot AS (
    SELECT row_number() OVER (ORDER BY place, code) AS n, code AS province, place
    FROM demo.province, generate_series(1, 7) AS place WHERE code < '710000'
    UNION ALL
    SELECT n, demo.province_at(demo.draw(n, 10) * 0.995), 1 + n % 7 FROM generate_series(218, 400) AS n
), named AS (
    SELECT slot.*, regexp_replace(p.name, '(省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)$', '') AS short,
        row_number() OVER (PARTITION BY slot.province, slot.place ORDER BY n) AS nth
    FROM slot JOIN demo.province p ON p.code = slot.province
)
INSERT INTO assure.provider (code, name, region, grade, ownership, in_network)
SELECT (ARRAY['H', 'H', 'H', 'H', 'D', 'P', 'P'])[place] || lpad(n::text, 4, '0'),
    short || CASE place
        WHEN 1 THEN '第' || (ARRAY['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'])[least(nth, 10)] || '人民医院'
        WHEN 2 THEN (ARRAY['康和', '仁济堂', '和美', '恒健', '博爱'])[demo.die(n, 11, 5)] || '国际医院'
        WHEN 3 THEN '中医医院' WHEN 4 THEN '妇幼保健院'
        WHEN 5 THEN (ARRAY['白康', '齿康', '雅正'])[demo.die(n, 11, 3)] || '口腔门诊部'
        ELSE (ARRAY['益民', '百姓缘', '同安', '健之源'])[demo.die(n, 11, 4)] || '大药房' END
    || CASE WHEN nth > 1 AND (place <> 1 OR nth > 10) THEN '（' || nth || '店）' ELSE '' END,
    demo.county(province, n, 12),
    CASE place WHEN 1 THEN 3 WHEN 2 THEN 2 WHEN 3 THEN 2 + demo.die(n, 14, 2) - 1 WHEN 4 THEN 2 ELSE 0 END,
    CASE WHEN place IN (2, 5, 6, 7) THEN 'private' ELSE 'public' END,
    demo.draw(n, 15) < 0.8
FROM named ORDER BY n;

INSERT INTO assure.service (code, name) VALUES
    ('CHECKUP', '年度体检'), ('CLINIC', '专家门诊预约'), ('ESCORT', '就医陪诊'), ('ONLINE', '在线问诊'),
    ('VACCINE', '疫苗接种'), ('TEETH', '洁牙'), ('MIND', '心理咨询'), ('CHRONIC', '慢病管理'),
    ('WARD', '住院绿色通道'), ('TCM', '中医理疗'), ('EYES', '视力筛查'), ('PREGNANCY', '孕期咨询');

-- Work besides claim review, so that skills differ.
INSERT INTO assure.queue (code, name, skill, skill_level, shareable) VALUES
    ('fraud_check', 'Fraud check', 'fraud', 3, true), ('call_back', 'Call the customer back', 'phone', 1, false);

-- 300 workers: five in each branch, the others by population.
WITH slot AS (
    SELECT n, demo.family_name(1000000 + n) || demo.given_name(1000000 + n, CASE WHEN demo.draw(n, 20) < 0.55 THEN 'F' ELSE 'M' END) AS name,
        demo.province_at(demo.draw(n, 21) * 0.995) AS province
    FROM generate_series(1, 300) AS n
)
INSERT INTO assure.worker (code, name, branch_id, status, capacity, authority_fen)
SELECT 'W' || lpad(n::text, 4, '0'), name,
    CASE WHEN n <= 200 THEN (SELECT branch_id FROM assure.branch ORDER BY branch_id OFFSET n % 40 LIMIT 1)
        ELSE (SELECT branch_id FROM assure.branch WHERE left(region, 2) = left(province, 2) ORDER BY hashint8extended(branch_id, n) LIMIT 1) END,
    CASE WHEN demo.draw(n, 22) < 0.86 THEN 'on_shift' WHEN demo.draw(n, 22) < 0.98 THEN 'off_shift' ELSE 'left' END,
    3 + demo.die(n, 23, 9),
    (ARRAY[200000, 200000, 1000000, 1000000, 1000000, 3000000, 3000000, 10000000])[demo.die(n, 24, 8)]
FROM slot ORDER BY n;

INSERT INTO assure.worker_skill (worker_id, skill, level)
SELECT w.worker_id, s.skill, demo.die(w.worker_id * 3 + s.n, 25, 5)
FROM assure.worker w, (VALUES (1, 'claim_review', 0.85), (2, 'fraud', 0.25), (3, 'phone', 0.40), (4, 'medical', 0.50), (5, 'large_claims', 0.30), (6, 'investigation', 0.35)) AS s (n, skill, share)
WHERE demo.draw(w.worker_id * 3 + s.n, 26) < s.share;
