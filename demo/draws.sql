-- What the sample is drawn with: one seed, numbered draws, lists of names.
--
-- A draw depends on the seed, the key of what is drawn, and a number for what
-- is drawn of it, and on nothing else: the same seed makes the same company,
-- in whatever order and by however many sessions. Only dates move, with the
-- day on which the demo is started.
--
-- Variables: seed, anchor (the moment that counts as now).

CREATE SCHEMA demo;
GRANT USAGE ON SCHEMA demo TO PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA demo GRANT SELECT ON TABLES TO PUBLIC;

-- From 0 up to, but not including, 1.
CREATE FUNCTION demo.draw(key bigint, what int) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (hashint8extended(key, :seed * 1000::bigint + what) & 4294967295)::float8 / 4294967296;

-- A whole number from 1 to n.
CREATE FUNCTION demo.die(key bigint, what int, n int) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 1 + ((hashint8extended(key, :seed * 1000::bigint + what) & 4294967295) * n >> 32)::int;

-- A factor around 1, mostly between 1/3 and 3: what amounts vary by.
CREATE FUNCTION demo.factor(key bigint, what int) RETURNS float8 LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN exp(2.1 * (demo.draw(key, what) + demo.draw(key, what + 500) + demo.draw(key, what + 700) - 1.5));

CREATE FUNCTION demo.anchor() RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN :'anchor'::timestamptz;
CREATE FUNCTION demo.today() RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (:'anchor'::timestamptz AT TIME ZONE 'Asia/Shanghai')::date;

-- Provinces by population, in millions; customers are spread like it.
CREATE TABLE demo.province AS
SELECT code, name, weight, sum(weight) OVER up_to - weight AS from_weight, sum(weight) OVER up_to AS to_weight,
       CASE WHEN code IN ('110000', '120000', '310000', '500000', '810000', '820000') THEN 1 ELSE cities END AS cities
FROM (VALUES
    ('110000', 22, 1), ('120000', 14, 1), ('130000', 74, 11), ('140000', 35, 11), ('150000', 24, 9), ('210000', 42, 14),
    ('220000', 23, 8), ('230000', 31, 12), ('310000', 25, 1), ('320000', 85, 13), ('330000', 66, 11), ('340000', 61, 16),
    ('350000', 42, 9), ('360000', 45, 11), ('370000', 101, 16), ('410000', 98, 17), ('420000', 58, 12), ('430000', 66, 13),
    ('440000', 127, 20), ('450000', 50, 14), ('460000', 10, 4), ('500000', 32, 1), ('510000', 84, 18), ('520000', 38, 6),
    ('530000', 47, 8), ('540000', 4, 6), ('610000', 39, 10), ('620000', 25, 12), ('630000', 6, 2), ('640000', 7, 5),
    ('650000', 26, 4), ('710000', 1, 1), ('810000', 2, 1), ('820000', 1, 1)) AS p (code, weight, cities)
JOIN (SELECT code::text, name FROM assure.region_builtin WHERE kind = 'province' AND valid_to_year IS NULL) r USING (code)
WINDOW up_to AS (ORDER BY code);

CREATE FUNCTION demo.province_at(share float8) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (SELECT code FROM demo.province, (SELECT max(to_weight) AS whole FROM demo.province) AS w
            WHERE share * whole >= from_weight AND share * whole < to_weight);

-- A county of a province: only the province of it is real.
CREATE FUNCTION demo.county(of_province text, key bigint, what int) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN left(of_province, 2)
        || lpad(demo.die(key, what, (SELECT cities FROM demo.province WHERE code = of_province))::text, 2, '0')
        || lpad((1 + demo.die(key, what + 1, 12))::text, 2, '0');

-- A Chinese name: frequent family names stand more than once.
CREATE FUNCTION demo.family_name(key bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ('{王,王,王,王,李,李,李,李,张,张,张,张,刘,刘,刘,陈,陈,陈,杨,杨,黄,黄,赵,赵,吴,吴,周,周,徐,孙,马,朱,胡,郭,何,林,罗,高,郑,梁,谢,宋,唐,许,韩,冯,邓,曹,彭,曾,肖,田,董,潘,袁,蔡,蒋,余,于,杜,叶,程,魏,苏,吕,丁,任,卢,姚,沈,钟,姜,崔,谭,陆,范,汪,廖,石,金,韦,贾,夏,付,方,邹,熊,白,孟,秦,邱,侯,江,尹,薛,闫,欧阳,司马}'::text[])[demo.die(key, 1, 98)];
CREATE FUNCTION demo.given_name(key bigint, sex text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE sex
        WHEN 'M' THEN ('{伟,强,磊,军,洋,勇,杰,涛,超,明,刚,平,辉,鹏,飞,鑫,波,斌,浩,凯,俊,健,宁,志,建,国,文,子,宇,泽}'::text[])[demo.die(key, 2, 30)]
            || CASE WHEN demo.draw(key, 3) < 0.7 THEN ('{华,明,军,强,轩,航,博,睿,阳,晨,龙,林,东,豪,翔,然,辰,毅,峰,成}'::text[])[demo.die(key, 4, 20)] ELSE '' END
        ELSE ('{芳,娜,敏,静,丽,艳,娟,霞,玲,婷,雪,慧,莉,桂,秀,燕,红,梅,琳,颖,欣,佳,雨,思,梦,诗,子,晓,海,春}'::text[])[demo.die(key, 2, 30)]
            || CASE WHEN demo.draw(key, 3) < 0.7 THEN ('{英,兰,华,涵,怡,萱,琪,妍,洁,悦,瑶,彤,蕾,薇,雯,琴,云,凤,珍,茹}'::text[])[demo.die(key, 4, 20)] ELSE '' END
        END;

CREATE FUNCTION demo.yuan(fen bigint) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN round(fen / 100.0, 2)::text;
