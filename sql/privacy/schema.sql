-- People who are too few to be told apart: counted by cell, and hidden in the
-- masked view of members.

CREATE TABLE assure_internal.member_cell (
    policy_id bigint NOT NULL,
    province text NOT NULL,
    birth_year int NOT NULL,
    sex text NOT NULL,
    members bigint NOT NULL CHECK (members > 0),
    is_shown boolean NOT NULL,
    PRIMARY KEY (policy_id, province, birth_year, sex)
);
COMMENT ON TABLE assure_internal.member_cell IS 'Members by what a masked row tells of them; assure.count_small_cells() counts them each day.';
COMMENT ON COLUMN assure_internal.member_cell.policy_id IS 'the policy';
COMMENT ON COLUMN assure_internal.member_cell.province IS 'province of the stated residence';
COMMENT ON COLUMN assure_internal.member_cell.birth_year IS 'year of birth';
COMMENT ON COLUMN assure_internal.member_cell.sex IS 'F or M';
COMMENT ON COLUMN assure_internal.member_cell.members IS 'how many they are';
COMMENT ON COLUMN assure_internal.member_cell.is_shown IS 'true: birth year and sex are shown; false: they are too few, or would tell how many others are';

CREATE OR REPLACE VIEW assure_bi.member WITH (security_barrier) AS
    SELECT m.account_id, m.member_id, p.ref AS policy, p.insurer, b.code AS branch, m.ref AS member_ref,
        assure_bi.mask_name(m.name) AS name, assure_bi.mask_middle(m.resident_id, 4, CASE WHEN c.sex IS NULL THEN 0 ELSE 4 END) AS resident_id,
        c.birth_year AS birth_year, c.sex AS sex, assure_bi.mask_middle(m.phone, 3, 4) AS phone,
        left(m.region, 2) || '0000' AS province
    FROM assure.member m JOIN assure.account a USING (account_id) JOIN assure.policy p USING (policy_id) JOIN assure.branch b USING (branch_id)
    LEFT JOIN assure_internal.member_cell c ON c.policy_id = a.policy_id AND c.province = left(m.region, 2) || '0000'
        AND c.birth_year = extract(year FROM m.birth_date)::int AND c.sex = m.sex AND c.is_shown AND c.members >= assure.small_cell();
COMMENT ON COLUMN assure_bi.member.birth_year IS 'year of birth; empty: too few of the policy and province share it and the sex';
COMMENT ON COLUMN assure_bi.member.resident_id IS 'masked resident identity number; its end, which tells the sex, only where that is shown';
COMMENT ON COLUMN assure_bi.member.sex IS 'F or M; empty: too few of the policy and province share it and the year of birth';
