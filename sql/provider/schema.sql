-- Branches that insure and work, providers that treat.  Small reference tables.

CREATE SEQUENCE assure.branch_id_seq;
CREATE TABLE assure.branch (
    branch_id bigint PRIMARY KEY DEFAULT nextval('assure.branch_id_seq'),
    code text NOT NULL UNIQUE CHECK (code <> ''),
    name text NOT NULL CHECK (name <> ''),
    region text NOT NULL CHECK (region ~ '^[1-9][0-9]{5}$'),
    status text NOT NULL DEFAULT 'online' CHECK (status IN ('online', 'reduced', 'offline')),
    share_out smallint NOT NULL DEFAULT 100 CHECK (share_out BETWEEN 0 AND 100),
    take_in smallint NOT NULL DEFAULT 100 CHECK (take_in BETWEEN 0 AND 100),
    status_since timestamptz NOT NULL DEFAULT now(),
    status_reason text CHECK (status_reason <> '')
);
COMMENT ON TABLE assure.branch IS 'A province''s or city''s office: it insures customers, and its people work on the pool of tasks.';
COMMENT ON COLUMN assure.branch.branch_id IS 'key';
COMMENT ON COLUMN assure.branch.code IS 'the company''s own code';
COMMENT ON COLUMN assure.branch.name IS 'name';
COMMENT ON COLUMN assure.branch.region IS 'GB/T 2260 code of its seat';
COMMENT ON COLUMN assure.branch.status IS 'online; reduced: its people get no work of other branches; offline: its people get nothing, and all of its work is for the other branches, that of local queues too';
COMMENT ON COLUMN assure.branch.share_out IS 'how much of its work in shareable queues people of other branches may do, percent';
COMMENT ON COLUMN assure.branch.take_in IS 'how much of the capacity of each of its people work of other branches may take, percent, rounded up';
COMMENT ON COLUMN assure.branch.status_since IS 'since when the status is what it is';
COMMENT ON COLUMN assure.branch.status_reason IS 'why it was set';

CREATE TABLE assure.branch_access (
    role_name text NOT NULL CHECK (role_name <> ''),
    branch_id bigint NOT NULL REFERENCES assure.branch,
    PRIMARY KEY (role_name, branch_id)
);
CREATE INDEX branch_access_branch_id ON assure.branch_access (branch_id);
COMMENT ON TABLE assure.branch_access IS 'The branches whose claims, tasks and customers an operator role sees and works on.';
COMMENT ON COLUMN assure.branch_access.role_name IS 'database role with the scope operator or proxy';
COMMENT ON COLUMN assure.branch_access.branch_id IS 'the branch';

CREATE SEQUENCE assure.provider_id_seq;
CREATE TABLE assure.provider (
    provider_id bigint PRIMARY KEY DEFAULT nextval('assure.provider_id_seq'),
    code text NOT NULL UNIQUE CHECK (code <> ''),
    name text NOT NULL CHECK (name <> ''),
    region text NOT NULL CHECK (region ~ '^[1-9][0-9]{5}$'),
    grade smallint NOT NULL CHECK (grade BETWEEN 0 AND 3),
    ownership text NOT NULL CHECK (ownership IN ('public', 'private')),
    in_network boolean NOT NULL
);
COMMENT ON TABLE assure.provider IS 'Hospitals, clinics and pharmacies; a stored claim takes these facts from here, not from its document.';
COMMENT ON COLUMN assure.provider.provider_id IS 'key';
COMMENT ON COLUMN assure.provider.code IS 'code as claim documents name it';
COMMENT ON COLUMN assure.provider.name IS 'name';
COMMENT ON COLUMN assure.provider.region IS 'GB/T 2260 code of its seat';
COMMENT ON COLUMN assure.provider.grade IS 'grade 1 to 3 as hospitals are graded in China, 0 ungraded';
COMMENT ON COLUMN assure.provider.ownership IS 'public or private';
COMMENT ON COLUMN assure.provider.in_network IS 'whether it is under contract';
