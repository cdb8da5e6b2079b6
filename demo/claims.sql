-- Draws 50,000 claims: who, what, when. claim_documents.sql writes them out.
--
-- What happens to a claim is left to the engine; here it is only drawn what is
-- odd about it: plain, large, late, from an unknown provider, or a duplicate.
-- What a person will have to look at was handed in more lately than the rest,
-- so that some of the reviews are overdue, some warn, and some are new.

CREATE TABLE demo.directory AS
SELECT left(region, 2) || '0000' AS province, CASE left(code, 1) WHEN 'H' THEN 'hospital' WHEN 'D' THEN 'dentist' ELSE 'pharmacy' END AS kind,
    array_agg(code ORDER BY code) AS codes
FROM assure.provider GROUP BY 1, 2;
CREATE UNIQUE INDEX ON demo.directory (province, kind);

-- Care, its share among claims, the typical amount of a line in fen, and how
-- likely social insurance paid a part.
CREATE TABLE demo.care (care text, from_share float8, to_share float8, line_fen float8, kind text, settled float8, causes text[], diagnoses text[], categories text[]);
INSERT INTO demo.care VALUES
    ('outpatient', 0.00, 0.50, 11000, 'hospital', 0.62, '{illness,illness,illness,illness,accident}', '{J06.9,J20.9,K29.7,I10,E11.9,M54.5,N39.0,L30.9,H10.9,R51,K21.0,J45.9,D50.9,B34.9,Z41.1}', '{drug,drug,exam,exam,treatment,material}'),
    ('pharmacy',   0.50, 0.64, 5500, 'pharmacy', 0.15, '{illness}', '{I10,E11.9,J30.4,K29.7,J06.9,M17.9}', '{drug}'),
    ('emergency',  0.64, 0.73, 16000, 'hospital', 0.55, '{illness,accident,accident}', '{R10.4,J18.9,S01.8,S52.5,T14.0,A09,R55,F10.0,S93.4}', '{drug,exam,treatment,material}'),
    ('inpatient',  0.73, 0.85, 105000, 'hospital', 0.80, '{illness,illness,illness,accident}', '{I25.1,J18.9,K80.2,M51.2,C34.9,N20.0,I63.9,K35.8,S72.0,S82.6,D25.9,H25.9,E11.9,F10.2}', '{bed,drug,exam,surgery,material,treatment,nursing}'),
    ('dental',     0.85, 0.92, 30000, 'dentist', 0.05, '{illness}', '{K02.1,K04.0,K05.3,K08.1}', '{treatment,material,implant,exam}'),
    ('checkup',    0.92, 0.96, 22000, 'hospital', 0.00, '{illness}', '{Z00.0}', '{exam}'),
    ('maternity',  0.96, 1.01, 70000, 'hospital', 0.45, '{maternity}', '{O80.0,O82.0,Z34.9,Z35.9}', '{bed,drug,exam,surgery,treatment,nursing}');

-- The chronically ill claim more: the lower the number, the more often; the
-- numbers are scattered over the people.
CREATE UNLOGGED TABLE demo.claim AS
WITH drawn AS (
    SELECT n, 1 + floor(:people * demo.draw(n, 200) ^ 1.35)::bigint * 7919 % :people AS person,
        CASE WHEN demo.draw(n, 201) < 0.915 THEN 'plain' WHEN demo.draw(n, 201) < 0.940 THEN 'duplicate'
             WHEN demo.draw(n, 201) < 0.962 THEN 'unknown provider' WHEN demo.draw(n, 201) < 0.980 THEN 'large' ELSE 'late' END AS oddity,
        demo.draw(n, 202) AS care_share
    FROM generate_series(1, :claims) AS n
), placed AS (
    SELECT d.*, p.shard, p.policy, p.ref AS member, p.province,
        CASE WHEN d.oddity = 'large' THEN 'inpatient'
             WHEN c.care = 'maternity' AND (p.sex = 'M' OR p.age NOT BETWEEN 20 AND 44 OR p.relationship = 'child') THEN 'outpatient'
             -- most people know what their plan does not cover
             WHEN demo.draw(d.n, 203) < 0.8 AND (p.plan = 'BASIC' AND c.care IN ('dental', 'checkup', 'maternity')
                 OR p.plan = 'STANDARD' AND c.care IN ('checkup', 'maternity')) THEN 'outpatient'
             ELSE c.care END AS care,
        demo.anchor() - interval '1 minute' - make_interval(secs => 86400 * CASE
            WHEN d.oddity IN ('duplicate', 'unknown provider', 'large') AND demo.draw(d.n, 204) < 0.7 THEN 5 * demo.draw(d.n, 205)
            ELSE -- who is insured for less than a year mostly claims for that time
            CASE WHEN p.enrolled_on > demo.today() - 400 AND demo.draw(d.n, 213) < 0.85
                THEN greatest(0, demo.today() - p.enrolled_on - 30) ELSE 365 END * demo.draw(d.n, 205) END) AS submitted_at
    FROM drawn d JOIN demo.person p ON p.n = d.person JOIN demo.care c ON care_share >= from_share AND care_share < to_share
), spanned AS (
    SELECT placed.*, (submitted_at AT TIME ZONE 'Asia/Shanghai')::date AS submitted_on,
        CASE care WHEN 'inpatient' THEN 1 + demo.die(n, 206, 13) WHEN 'maternity' THEN demo.die(n, 206, 6) ELSE 0 END AS stay,
        CASE WHEN demo.draw(n, 207) < 0.55 THEN 1 WHEN demo.draw(n, 207) < 0.85 THEN 2 ELSE 3 END AS bills,
        CASE WHEN oddity = 'late' THEN 150 + demo.die(n, 208, 250) ELSE floor(-9 * ln(1 - demo.draw(n, 209)))::int END AS lag
    FROM placed
)
SELECT s.*, row_number() OVER (PARTITION BY shard ORDER BY submitted_at, n) AS nth, submitted_on - lag - stay - 2 * (bills - 1) AS event_date,
    c.causes[demo.die(n, 210, cardinality(c.causes))] AS cause, c.diagnoses[demo.die(n, 211, cardinality(c.diagnoses))] AS diagnosis
FROM spanned s JOIN demo.care c USING (care);
ANALYZE demo.claim;

CREATE UNLOGGED TABLE demo.claim_document (shard int, nth bigint, document jsonb);
