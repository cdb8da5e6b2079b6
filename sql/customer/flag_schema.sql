-- What is to be known of a person, as flags.

CREATE TABLE assure.member_flag (
    account_id bigint NOT NULL,
    member_id bigint NOT NULL,
    flag text NOT NULL CHECK (flag ~ '^[a-z][a-z0-9_]{0,49}$'),
    flagged_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, member_id, flag),
    FOREIGN KEY (account_id, member_id) REFERENCES assure.member
);
COMMENT ON TABLE assure.member_flag IS 'What is to be known of a person, such as vip; conditions of SLA policies ask for it. assure.set_member_flags() writes it.';
COMMENT ON COLUMN assure.member_flag.account_id IS 'the certificate';
COMMENT ON COLUMN assure.member_flag.member_id IS 'the person';
COMMENT ON COLUMN assure.member_flag.flag IS 'the flag, as conditions write it; personal';
COMMENT ON COLUMN assure.member_flag.flagged_at IS 'since when';
ALTER TABLE assure.member_flag ENABLE ROW LEVEL SECURITY;
CREATE POLICY parent ON assure.member_flag FOR SELECT
    USING ((SELECT assure.sees_all_branches()) OR EXISTS (SELECT 1 FROM assure.account a WHERE a.account_id = member_flag.account_id));
