-- Policies, certificates (accounts), the people on them and their enrollment.
-- account_id leads every key: counters, batches and shards stay within one account.

CREATE SEQUENCE assure.policy_id_seq;
CREATE TABLE assure.policy (
    policy_id bigint PRIMARY KEY DEFAULT nextval('assure.policy_id_seq'),
    ref text NOT NULL UNIQUE CHECK (ref <> ''),
    branch_id bigint NOT NULL REFERENCES assure.branch,
    insurer text NOT NULL CHECK (insurer <> ''),
    holder text NOT NULL CHECK (holder <> ''),
    starts_on date NOT NULL CHECK (isfinite(starts_on)),
    ends_on date CHECK (ends_on >= starts_on)
);
CREATE INDEX policy_branch_id ON assure.policy (branch_id);
COMMENT ON TABLE assure.policy IS 'The contract: a group''s or a family''s.';
COMMENT ON COLUMN assure.policy.policy_id IS 'key';
COMMENT ON COLUMN assure.policy.ref IS 'policy number, as claim documents name it';
COMMENT ON COLUMN assure.policy.branch_id IS 'the branch that insures';
COMMENT ON COLUMN assure.policy.insurer IS 'the insurer of the group';
COMMENT ON COLUMN assure.policy.holder IS 'policyholder';
COMMENT ON COLUMN assure.policy.starts_on IS 'first day; policy years start on its anniversary';
COMMENT ON COLUMN assure.policy.ends_on IS 'last day that is covered; NULL: open';

CREATE SEQUENCE assure.account_id_seq;
CREATE TABLE assure.account (
    account_id bigint PRIMARY KEY DEFAULT nextval('assure.account_id_seq'),
    policy_id bigint NOT NULL REFERENCES assure.policy,
    ref text NOT NULL CHECK (ref <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (policy_id, ref)
);
COMMENT ON TABLE assure.account IS 'The certificate: a subscriber and dependants, who share counters. Its key never changes.';
COMMENT ON COLUMN assure.account.account_id IS 'key, first in the key of everything that belongs to it';
COMMENT ON COLUMN assure.account.policy_id IS 'the policy';
COMMENT ON COLUMN assure.account.ref IS 'certificate number within the policy';
COMMENT ON COLUMN assure.account.created_at IS 'when it was entered';

CREATE SEQUENCE assure.member_id_seq;
-- The upper quarter of the numbers that a set may hold is for who comes without a place.
CREATE SEQUENCE assure.person_no_seq AS int START 1610612736 MINVALUE 1610612736;
CREATE TABLE assure.member (
    account_id bigint NOT NULL REFERENCES assure.account,
    member_id bigint NOT NULL DEFAULT nextval('assure.member_id_seq') CHECK (member_id BETWEEN 1 AND 4294967295),
    ref text NOT NULL CHECK (ref <> ''),
    name text NOT NULL CHECK (name <> ''),
    resident_id text CHECK (resident_id ~ '^[1-9][0-9]{16}[0-9X]$'),
    birth_date date NOT NULL CHECK (isfinite(birth_date)),
    sex text NOT NULL CHECK (sex IN ('F', 'M')),
    phone text,
    region text NOT NULL CHECK (region ~ '^[1-9][0-9]{5}$'),
    person_no int NOT NULL DEFAULT nextval('assure.person_no_seq') CHECK (person_no >= 0),
    PRIMARY KEY (account_id, member_id)
);
CREATE INDEX member_member_id ON assure.member (member_id);
CREATE INDEX member_person_no ON assure.member (person_no);
COMMENT ON TABLE assure.member IS 'A person as insured under one certificate.';
COMMENT ON COLUMN assure.member.account_id IS 'the certificate';
COMMENT ON COLUMN assure.member.member_id IS 'the person; never used for another one, and fits 32 bits unsigned, so that sets of people can be bitmaps';
COMMENT ON COLUMN assure.member.ref IS 'member reference within the policy, as claim documents name it';
COMMENT ON COLUMN assure.member.name IS 'name; personal';
COMMENT ON COLUMN assure.member.resident_id IS 'resident identity number; personal';
COMMENT ON COLUMN assure.member.birth_date IS 'date of birth; personal';
COMMENT ON COLUMN assure.member.sex IS 'F or M';
COMMENT ON COLUMN assure.member.phone IS 'telephone; personal';
COMMENT ON COLUMN assure.member.region IS 'GB/T 2260 code of the stated residence: the customer''s location, but for what assure.customer_location says of a day';
COMMENT ON COLUMN assure.member.person_no IS 'number of the person in sets: the same for all certificates with one resident_id; dealt out in blocks by residence, see assure_internal.number_block';

CREATE TABLE assure_internal.member_ref (
    policy_id bigint NOT NULL,
    ref text NOT NULL,
    account_id bigint NOT NULL,
    member_id bigint NOT NULL,
    PRIMARY KEY (policy_id, ref)
);
COMMENT ON TABLE assure_internal.member_ref IS 'Routing: policy and member reference to the account and person.';
COMMENT ON COLUMN assure_internal.member_ref.policy_id IS 'the policy';
COMMENT ON COLUMN assure_internal.member_ref.ref IS 'member reference within it';
COMMENT ON COLUMN assure_internal.member_ref.account_id IS 'the certificate';
COMMENT ON COLUMN assure_internal.member_ref.member_id IS 'the person';

CREATE SEQUENCE assure.enrollment_id_seq;
CREATE TABLE assure.enrollment (
    account_id bigint NOT NULL,
    enrollment_id bigint NOT NULL DEFAULT nextval('assure.enrollment_id_seq'),
    member_id bigint NOT NULL,
    plan_id bigint NOT NULL REFERENCES assure.plan,
    relationship text NOT NULL CHECK (relationship IN ('self', 'spouse', 'child', 'parent')),
    enrolled_on date NOT NULL CHECK (isfinite(enrolled_on)),
    continuous_since date NOT NULL CHECK (continuous_since <= enrolled_on),
    ended_on date CHECK (ended_on >= enrolled_on),
    PRIMARY KEY (account_id, enrollment_id),
    UNIQUE (account_id, member_id, enrolled_on),
    FOREIGN KEY (account_id, member_id) REFERENCES assure.member
);
CREATE INDEX enrollment_plan_id ON assure.enrollment (plan_id, account_id);
COMMENT ON TABLE assure.enrollment IS 'A member''s cover under a plan. In force on a day: the enrollment with the latest enrolled_on not after it, unless it ended before it; two can never count at once.';
COMMENT ON COLUMN assure.enrollment.account_id IS 'the certificate';
COMMENT ON COLUMN assure.enrollment.enrollment_id IS 'key within it';
COMMENT ON COLUMN assure.enrollment.member_id IS 'the person';
COMMENT ON COLUMN assure.enrollment.plan_id IS 'the plan (tier) that covers the member';
COMMENT ON COLUMN assure.enrollment.relationship IS 'to the subscriber: self, spouse, child or parent';
COMMENT ON COLUMN assure.enrollment.enrolled_on IS 'first day of cover; waiting periods run from it';
COMMENT ON COLUMN assure.enrollment.continuous_since IS 'first day of uninterrupted cover; earlier than enrolled_on for a renewal';
COMMENT ON COLUMN assure.enrollment.ended_on IS 'last day of cover; NULL: open';
