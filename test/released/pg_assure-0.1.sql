--
-- PostgreSQL database dump
--



SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: assure; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA assure;


ALTER SCHEMA assure OWNER TO postgres;

--
-- Name: SCHEMA assure; Type: COMMENT; Schema: -; Owner: postgres
--

COMMENT ON SCHEMA assure IS 'pg_assure: the types, functions and tables that callers know';


--
-- Name: assure_bi; Type: SCHEMA; Schema: -; Owner: test_owner_released
--

CREATE SCHEMA assure_bi;


ALTER SCHEMA assure_bi OWNER TO test_owner_released;

--
-- Name: SCHEMA assure_bi; Type: COMMENT; Schema: -; Owner: test_owner_released
--

COMMENT ON SCHEMA assure_bi IS 'pg_assure: views for BI tools';


--
-- Name: assure_internal; Type: SCHEMA; Schema: -; Owner: test_owner_released
--

CREATE SCHEMA assure_internal;


ALTER SCHEMA assure_internal OWNER TO test_owner_released;

--
-- Name: SCHEMA assure_internal; Type: COMMENT; Schema: -; Owner: test_owner_released
--

COMMENT ON SCHEMA assure_internal IS 'pg_assure: queues, balances and jobs; not an interface';


--
-- Name: t; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA t;


ALTER SCHEMA t OWNER TO postgres;

--
-- Name: pg_assure; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pg_assure WITH SCHEMA assure;


--
-- Name: EXTENSION pg_assure; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION pg_assure IS 'claims adjudication, work dispatch, deadlines and coverage for a health insurer';


--
-- Name: pgtap; Type: EXTENSION; Schema: -; Owner: -
--

CREATE EXTENSION IF NOT EXISTS pgtap WITH SCHEMA public;


--
-- Name: EXTENSION pgtap; Type: COMMENT; Schema: -; Owner: 
--

COMMENT ON EXTENSION pgtap IS 'Unit testing for PostgreSQL';


--
-- Name: mask_middle(text, integer, integer); Type: FUNCTION; Schema: assure_bi; Owner: test_owner_released
--

CREATE FUNCTION assure_bi.mask_middle(value text, shown_left integer, shown_right integer) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ SELECT CASE WHEN length(value) > shown_left + shown_right
            THEN left(value, shown_left) || repeat('*', length(value) - shown_left - shown_right) || right(value, shown_right)
            ELSE repeat('*', length(value)) END $$;


ALTER FUNCTION assure_bi.mask_middle(value text, shown_left integer, shown_right integer) OWNER TO test_owner_released;

--
-- Name: FUNCTION mask_middle(value text, shown_left integer, shown_right integer); Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON FUNCTION assure_bi.mask_middle(value text, shown_left integer, shown_right integer) IS 'A number as it may be shown: its ends.';


--
-- Name: mask_name(text); Type: FUNCTION; Schema: assure_bi; Owner: test_owner_released
--

CREATE FUNCTION assure_bi.mask_name(name text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$ SELECT left(name, 1) || '*' $$;


ALTER FUNCTION assure_bi.mask_name(name text) OWNER TO test_owner_released;

--
-- Name: FUNCTION mask_name(name text); Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON FUNCTION assure_bi.mask_name(name text) IS 'A name as it may be shown: its first character.';


--
-- Name: as_worker(text, text, text); Type: FUNCTION; Schema: t; Owner: postgres
--

CREATE FUNCTION t.as_worker(role text, worker text, statement text) RETURNS text
    LANGUAGE plpgsql
    AS $$
DECLARE result text;
BEGIN
    BEGIN
        PERFORM assure.act_as(worker);
        result := t.run(role, statement);
        RAISE SQLSTATE 'T0000';
    EXCEPTION WHEN SQLSTATE 'T0000' THEN
        NULL;
    END;
    RETURN result;
END $$;


ALTER FUNCTION t.as_worker(role text, worker text, statement text) OWNER TO postgres;

--
-- Name: bill(text, text, jsonb); Type: FUNCTION; Schema: t; Owner: postgres
--

CREATE FUNCTION t.bill(no text, amount text, more jsonb DEFAULT '{}'::jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog'
    AS $$
    SELECT jsonb_build_object('no', no, 'care', 'outpatient', 'from', '2024-03-10', 'provider', '{"code": "H1"}'::jsonb,
        'items', jsonb_build_array(jsonb_build_object('no', 1, 'category', 'drug', 'class', 'A', 'amount', amount))) || more $$;


ALTER FUNCTION t.bill(no text, amount text, more jsonb) OWNER TO postgres;

--
-- Name: claim(text, text, text, jsonb); Type: FUNCTION; Schema: t; Owner: postgres
--

CREATE FUNCTION t.claim(ref text, member text, amount text, more jsonb DEFAULT '{}'::jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE
    SET search_path TO 'pg_catalog'
    AS $$
    SELECT jsonb_build_object('ref', ref, 'member_ref', member,
        'policy', CASE left(member, 1) WHEN 'M' THEN 'P-BJ' WHEN 'S' THEN 'P-SH' ELSE 'P-GD' END,
        'event_date', '2024-03-10', 'submitted_at', '2024-03-20T09:00:00+08:00', 'diagnoses', '["J18.9"]'::jsonb,
        'bills', jsonb_build_array(t.bill('B-' || ref, amount))) || more $$;


ALTER FUNCTION t.claim(ref text, member text, amount text, more jsonb) OWNER TO postgres;

--
-- Name: counts(); Type: FUNCTION; Schema: t; Owner: postgres
--

CREATE FUNCTION t.counts() RETURNS SETOF text
    LANGUAGE plpgsql STABLE
    AS $$
DECLARE name text; n bigint;
BEGIN
    FOR name IN SELECT format('%I.%I', s.nspname, c.relname) FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
            WHERE s.nspname IN ('assure', 'assure_internal') AND c.relkind IN ('r', 'p') ORDER BY 1 LOOP
        EXECUTE 'SELECT count(*) FROM ' || name INTO n;
        RETURN NEXT name || ' ' || n;
    END LOOP;
END $$;


ALTER FUNCTION t.counts() OWNER TO postgres;

--
-- Name: fails(text); Type: FUNCTION; Schema: t; Owner: postgres
--

CREATE FUNCTION t.fails(statement text) RETURNS text
    LANGUAGE plpgsql
    AS $$
BEGIN
    EXECUTE statement;
    RETURN 'none';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE || ' ' || SQLERRM;
END $$;


ALTER FUNCTION t.fails(statement text) OWNER TO postgres;

--
-- Name: grown(text[]); Type: FUNCTION; Schema: t; Owner: postgres
--

CREATE FUNCTION t.grown(before text[]) RETURNS text
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce(string_agg(format('%s %s', name, to_char(a.n - b.n, 'SGFM999')), ', ' ORDER BY name COLLATE "C"), 'nothing')
    FROM (SELECT split_part(x, ' ', 1) AS name, split_part(x, ' ', 2)::bigint AS n FROM unnest(before) x) b
    JOIN (SELECT split_part(x, ' ', 1) AS name, split_part(x, ' ', 2)::bigint AS n FROM t.counts() x) a USING (name)
    WHERE a.n <> b.n $$;


ALTER FUNCTION t.grown(before text[]) OWNER TO postgres;

--
-- Name: new_role(text, text[]); Type: FUNCTION; Schema: t; Owner: postgres
--

CREATE FUNCTION t.new_role(name text, VARIADIC scopes text[] DEFAULT '{}'::text[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
DECLARE scope text;
BEGIN
    EXECUTE format('CREATE ROLE %I LOGIN %s', t.role(name), CASE WHEN 'backup' = ANY (scopes) THEN 'BYPASSRLS' ELSE '' END);
    FOREACH scope IN ARRAY scopes LOOP
        PERFORM assure.grant_access(t.role(name), scope);
    END LOOP;
END $$;


ALTER FUNCTION t.new_role(name text, VARIADIC scopes text[]) OWNER TO postgres;

--
-- Name: role(text); Type: FUNCTION; Schema: t; Owner: postgres
--

CREATE FUNCTION t.role(name text) RETURNS name
    LANGUAGE sql STABLE
    AS $$
    SELECT (current_database() || '_' || name)::name $$;


ALTER FUNCTION t.role(name text) OWNER TO postgres;

--
-- Name: run(text, text); Type: FUNCTION; Schema: t; Owner: postgres
--

CREATE FUNCTION t.run(role text, statement text) RETURNS text
    LANGUAGE plpgsql
    AS $$
DECLARE result text;
BEGIN
    BEGIN
        EXECUTE format('SET LOCAL SESSION AUTHORIZATION %I', t.role(role));
        IF statement ~* '^ *(SELECT|TABLE|VALUES)' THEN
            EXECUTE format('SELECT pg_catalog.string_agg(pg_catalog.substr(x::pg_catalog.text, 2, pg_catalog.length(x::pg_catalog.text) - 2), pg_catalog.chr(10)) FROM (%s) x', statement)
                INTO result;
            result := coalesce(result, '');
        ELSE
            EXECUTE statement;
            result := 'done';
        END IF;
        RESET SESSION AUTHORIZATION;
        RETURN result;
    EXCEPTION WHEN OTHERS THEN
        result := SQLSTATE || ' ' || SQLERRM;
    END;
    RESET SESSION AUTHORIZATION;
    RETURN result;
END $$;


ALTER FUNCTION t.run(role text, statement text) OWNER TO postgres;

--
-- Name: status(text); Type: FUNCTION; Schema: t; Owner: postgres
--

CREATE FUNCTION t.status(ref text) RETURNS text
    LANGUAGE sql
    AS $$
    SELECT concat_ws(' ', s.state, s.paid, (SELECT string_agg(concat_ws(' ', r ->> 'code', r ->> 'bill'), ', ' ORDER BY n)
        FROM jsonb_array_elements(s.reasons) WITH ORDINALITY x (r, n))) FROM assure.claim_status(ref) s $$;


ALTER FUNCTION t.status(ref text) OWNER TO postgres;

--
-- Name: used(text); Type: FUNCTION; Schema: t; Owner: postgres
--

CREATE FUNCTION t.used(member text) RETURNS text
    LANGUAGE sql STABLE
    AS $$
    SELECT coalesce(string_agg(format('%s%s %s %s', b.counter, CASE WHEN b.member_id = 0 THEN '@' ELSE '' END, b.measure, b.value), ', '
        ORDER BY b.counter COLLATE "C", b.measure COLLATE "C", b.period COLLATE "C"), '')
    FROM assure.balance b JOIN assure.member m ON m.account_id = b.account_id AND b.member_id IN (0, m.member_id)
    WHERE m.ref = member $$;


ALTER FUNCTION t.used(member text) OWNER TO postgres;

--
-- Name: verdict(jsonb); Type: FUNCTION; Schema: t; Owner: postgres
--

CREATE FUNCTION t.verdict(claim jsonb) RETURNS text
    LANGUAGE plpgsql
    AS $$
BEGIN
    PERFORM assure.submit_claim(claim);
    PERFORM assure.adjudicate(claim ->> 'ref');
    RETURN t.status(claim ->> 'ref');
END $$;


ALTER FUNCTION t.verdict(claim jsonb) OWNER TO postgres;

--
-- Name: whole(); Type: FUNCTION; Schema: t; Owner: postgres
--

CREATE FUNCTION t.whole() RETURNS text
    LANGUAGE sql
    AS $$
    SELECT coalesce(string_agg(x, '; ' ORDER BY x), '') FROM (
        SELECT concat_ws(' ', check_name, account_id, subject, finding) FROM assure.check_books()
        UNION ALL SELECT concat_ws(' ', audit_id, subject, finding) FROM assure.audit_verify()) v(x) $$;


ALTER FUNCTION t.whole() OWNER TO postgres;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: access_grant; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.access_grant (
    role_name text NOT NULL,
    scope text NOT NULL,
    granted_by text NOT NULL,
    granted_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT access_grant_role_name_check CHECK ((role_name <> ''::text)),
    CONSTRAINT access_grant_scope_check CHECK ((scope = ANY (ARRAY['bi'::text, 'operator'::text, 'proxy'::text, 'supervisor'::text, 'auditor'::text, 'admin'::text, 'backup'::text])))
);


ALTER TABLE assure.access_grant OWNER TO test_owner_released;

--
-- Name: TABLE access_grant; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.access_grant IS 'Access scopes by database role: what the functions check, and what is granted again after an upgrade.';


--
-- Name: COLUMN access_grant.role_name; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.access_grant.role_name IS 'database role, by name so that a restored dump keeps it';


--
-- Name: COLUMN access_grant.scope; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.access_grant.scope IS 'bi, operator, proxy, supervisor, auditor, admin or backup';


--
-- Name: COLUMN access_grant.granted_by; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.access_grant.granted_by IS 'session user who granted it';


--
-- Name: COLUMN access_grant.granted_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.access_grant.granted_at IS 'when it was granted';


--
-- Name: account_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.account_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.account_id_seq OWNER TO test_owner_released;

--
-- Name: account; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.account (
    account_id bigint DEFAULT nextval('assure.account_id_seq'::regclass) NOT NULL,
    policy_id bigint NOT NULL,
    ref text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT account_ref_check CHECK ((ref <> ''::text))
);


ALTER TABLE assure.account OWNER TO test_owner_released;

--
-- Name: TABLE account; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.account IS 'The certificate: a subscriber and dependants, who share counters. Its key never changes.';


--
-- Name: COLUMN account.account_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.account.account_id IS 'key, first in the key of everything that belongs to it';


--
-- Name: COLUMN account.policy_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.account.policy_id IS 'the policy';


--
-- Name: COLUMN account.ref; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.account.ref IS 'certificate number within the policy';


--
-- Name: COLUMN account.created_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.account.created_at IS 'when it was entered';


--
-- Name: alert_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.alert_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.alert_id_seq OWNER TO test_owner_released;

--
-- Name: alert; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.alert (
    alert_id bigint DEFAULT nextval('assure.alert_id_seq'::regclass) NOT NULL,
    level text NOT NULL,
    clock_id bigint NOT NULL,
    step smallint NOT NULL,
    at_target boolean NOT NULL,
    subject_kind text NOT NULL,
    subject_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    due_at timestamp with time zone NOT NULL,
    raised_at timestamp with time zone DEFAULT now() NOT NULL,
    acknowledged_at timestamp with time zone,
    acknowledged_by text,
    resolved_at timestamp with time zone,
    CONSTRAINT alert_check CHECK (((acknowledged_at IS NULL) = (acknowledged_by IS NULL))),
    CONSTRAINT alert_level_check CHECK ((level = ANY (ARRAY['new'::text, 'stalled'::text, 'overlong'::text]))),
    CONSTRAINT alert_step_check CHECK ((step >= 0))
)
WITH (fillfactor='80');


ALTER TABLE assure.alert OWNER TO test_owner_released;

--
-- Name: TABLE alert; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.alert IS 'Raised once per clock and step; closes by itself when the subject is done or moves again.';


--
-- Name: COLUMN alert.alert_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.alert.alert_id IS 'key; consumers read in its order';


--
-- Name: COLUMN alert.level; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.alert.level IS 'new: unusual arrivals; stalled: no progress; overlong: a warning point or the target is passed';


--
-- Name: COLUMN alert.clock_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.alert.clock_id IS 'the clock that raised it';


--
-- Name: COLUMN alert.step; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.alert.step IS '0: stalled; 1 and on: warnings in order, then the target';


--
-- Name: COLUMN alert.at_target; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.alert.at_target IS 'true: the target itself is passed';


--
-- Name: COLUMN alert.subject_kind; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.alert.subject_kind IS 'task';


--
-- Name: COLUMN alert.subject_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.alert.subject_id IS 'key of the subject';


--
-- Name: COLUMN alert.branch_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.alert.branch_id IS 'branch that the subject belongs to';


--
-- Name: COLUMN alert.due_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.alert.due_at IS 'the moment that was passed';


--
-- Name: COLUMN alert.raised_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.alert.raised_at IS 'when the sweep raised it';


--
-- Name: COLUMN alert.acknowledged_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.alert.acknowledged_at IS 'when a person took notice';


--
-- Name: COLUMN alert.acknowledged_by; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.alert.acknowledged_by IS 'who did';


--
-- Name: COLUMN alert.resolved_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.alert.resolved_at IS 'when its cause was gone';


--
-- Name: audit_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.audit_id_seq OWNER TO test_owner_released;

--
-- Name: audit_log; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.audit_log (
    audit_id bigint DEFAULT nextval('assure.audit_id_seq'::regclass) NOT NULL,
    logged_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    action text NOT NULL,
    session_role text NOT NULL,
    actor_worker_id bigint,
    subject text,
    row_count integer DEFAULT 1 NOT NULL,
    root_hash bytea,
    detail jsonb,
    CONSTRAINT audit_log_root_hash_check CHECK ((octet_length(root_hash) = 32)),
    CONSTRAINT audit_log_row_count_check CHECK ((row_count >= 0))
);


ALTER TABLE assure.audit_log OWNER TO test_owner_released;

--
-- Name: TABLE audit_log; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.audit_log IS 'Append-only: who changed what, when. A batch writes one row a chunk, with the root of the hashes of its rows.';


--
-- Name: COLUMN audit_log.audit_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.audit_log.audit_id IS 'key, in order of writing';


--
-- Name: COLUMN audit_log.logged_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.audit_log.logged_at IS 'when';


--
-- Name: COLUMN audit_log.action; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.audit_log.action IS 'the function or step that made the change';


--
-- Name: COLUMN audit_log.session_role; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.audit_log.session_role IS 'who: the role that is logged in';


--
-- Name: COLUMN audit_log.actor_worker_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.audit_log.actor_worker_id IS 'who: the person behind it (worker_login or act_as); NULL: a job or an application';


--
-- Name: COLUMN audit_log.subject; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.audit_log.subject IS 'what it was done to; keys, never personal values';


--
-- Name: COLUMN audit_log.row_count; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.audit_log.row_count IS 'rows that it stands for';


--
-- Name: COLUMN audit_log.root_hash; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.audit_log.root_hash IS 'SHA-256 over the row hashes of those rows, in their order';


--
-- Name: COLUMN audit_log.detail; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.audit_log.detail IS 'more keys and figures';


--
-- Name: balance; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.balance (
    account_id bigint NOT NULL,
    member_id bigint NOT NULL,
    counter text NOT NULL,
    period text NOT NULL,
    measure text NOT NULL,
    value bigint NOT NULL,
    limit_value bigint,
    CONSTRAINT balance_limit_value_check CHECK ((limit_value >= 0)),
    CONSTRAINT balance_member_id_check CHECK ((member_id >= 0)),
    CONSTRAINT balance_value_check CHECK ((value >= 0)),
    CONSTRAINT balance_within_limit CHECK ((value <= limit_value))
)
WITH (fillfactor='80');


ALTER TABLE assure.balance OWNER TO test_owner_released;

--
-- Name: TABLE balance; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.balance IS 'What is used of each counter: the sum of its ledger entries, never beyond its limit.';


--
-- Name: COLUMN balance.account_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.balance.account_id IS 'the certificate';


--
-- Name: COLUMN balance.member_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.balance.member_id IS 'whose; 0: the family''s';


--
-- Name: COLUMN balance.counter; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.balance.counter IS 'as in the ledger';


--
-- Name: COLUMN balance.period; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.balance.period IS 'as in the ledger';


--
-- Name: COLUMN balance.measure; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.balance.measure IS 'as in the ledger';


--
-- Name: COLUMN balance.value; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.balance.value IS 'sum of the entries';


--
-- Name: COLUMN balance.limit_value; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.balance.limit_value IS 'limit in force when it was last added to; NULL: none';


--
-- Name: bill; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.bill (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    "position" integer NOT NULL,
    bill_no text NOT NULL,
    provider_code text,
    care text NOT NULL,
    from_date date NOT NULL,
    to_date date NOT NULL,
    submitted_fen bigint NOT NULL,
    social_paid_fen bigint NOT NULL,
    other_paid_fen bigint NOT NULL,
    CONSTRAINT bill_care_check CHECK ((care = ANY (ARRAY['outpatient'::text, 'emergency'::text, 'inpatient'::text, 'pharmacy'::text, 'dental'::text, 'checkup'::text, 'maternity'::text]))),
    CONSTRAINT bill_check CHECK ((to_date >= from_date)),
    CONSTRAINT bill_check1 CHECK (((social_paid_fen + other_paid_fen) <= submitted_fen)),
    CONSTRAINT bill_from_date_check CHECK (isfinite(from_date)),
    CONSTRAINT bill_other_paid_fen_check CHECK ((other_paid_fen >= 0)),
    CONSTRAINT bill_position_check CHECK (("position" >= 1)),
    CONSTRAINT bill_social_paid_fen_check CHECK ((social_paid_fen >= 0)),
    CONSTRAINT bill_submitted_fen_check CHECK ((submitted_fen >= 0))
);


ALTER TABLE assure.bill OWNER TO test_owner_released;

--
-- Name: TABLE bill; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.bill IS 'The bills of a claim, for queries; their lines stay in the document and are shown by assure_bi.bill_line.';


--
-- Name: COLUMN bill.account_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.bill.account_id IS 'the certificate';


--
-- Name: COLUMN bill.claim_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.bill.claim_id IS 'the claim';


--
-- Name: COLUMN bill."position"; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.bill."position" IS 'place in the document, from 1';


--
-- Name: COLUMN bill.bill_no; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.bill.bill_no IS 'invoice number';


--
-- Name: COLUMN bill.provider_code; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.bill.provider_code IS 'who issued it; NULL: not stated';


--
-- Name: COLUMN bill.care; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.bill.care IS 'kind of care';


--
-- Name: COLUMN bill.from_date; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.bill.from_date IS 'first day of treatment';


--
-- Name: COLUMN bill.to_date; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.bill.to_date IS 'last day of treatment';


--
-- Name: COLUMN bill.submitted_fen; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.bill.submitted_fen IS 'sum of its lines, fen';


--
-- Name: COLUMN bill.social_paid_fen; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.bill.social_paid_fen IS 'paid by social insurance, fen';


--
-- Name: COLUMN bill.other_paid_fen; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.bill.other_paid_fen IS 'paid by others, fen';


--
-- Name: branch_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.branch_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.branch_id_seq OWNER TO test_owner_released;

--
-- Name: branch; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.branch (
    branch_id bigint DEFAULT nextval('assure.branch_id_seq'::regclass) NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    region text NOT NULL,
    status text DEFAULT 'online'::text NOT NULL,
    CONSTRAINT branch_code_check CHECK ((code <> ''::text)),
    CONSTRAINT branch_name_check CHECK ((name <> ''::text)),
    CONSTRAINT branch_region_check CHECK ((region ~ '^[1-9][0-9]{5}$'::text)),
    CONSTRAINT branch_status_check CHECK ((status = ANY (ARRAY['online'::text, 'reduced'::text, 'offline'::text])))
);


ALTER TABLE assure.branch OWNER TO test_owner_released;

--
-- Name: TABLE branch; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.branch IS 'A province''s or city''s office: it insures customers, and its people work on the pool of tasks.';


--
-- Name: COLUMN branch.branch_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.branch.branch_id IS 'key';


--
-- Name: COLUMN branch.code; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.branch.code IS 'the company''s own code';


--
-- Name: COLUMN branch.name; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.branch.name IS 'name';


--
-- Name: COLUMN branch.region; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.branch.region IS 'GB/T 2260 code of its seat';


--
-- Name: COLUMN branch.status; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.branch.status IS 'online; reduced: takes no new outside work; offline: its people get nothing';


--
-- Name: branch_access; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.branch_access (
    role_name text NOT NULL,
    branch_id bigint NOT NULL,
    CONSTRAINT branch_access_role_name_check CHECK ((role_name <> ''::text))
);


ALTER TABLE assure.branch_access OWNER TO test_owner_released;

--
-- Name: TABLE branch_access; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.branch_access IS 'The branches whose claims, tasks and customers an operator role sees and works on.';


--
-- Name: COLUMN branch_access.role_name; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.branch_access.role_name IS 'database role with the scope operator or proxy';


--
-- Name: COLUMN branch_access.branch_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.branch_access.branch_id IS 'the branch';


--
-- Name: claim; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.claim (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    ref text NOT NULL,
    policy_id bigint NOT NULL,
    member_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    cause text NOT NULL,
    event_date date NOT NULL,
    submitted_at timestamp with time zone NOT NULL,
    submitted_fen bigint NOT NULL,
    document jsonb NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    received_by text NOT NULL,
    received_actor_id bigint,
    CONSTRAINT claim_cause_check CHECK ((cause = ANY (ARRAY['illness'::text, 'accident'::text, 'maternity'::text]))),
    CONSTRAINT claim_event_date_check CHECK (isfinite(event_date)),
    CONSTRAINT claim_submitted_at_check CHECK (isfinite(submitted_at)),
    CONSTRAINT claim_submitted_fen_check CHECK ((submitted_fen >= 0))
);


ALTER TABLE assure.claim OWNER TO test_owner_released;

--
-- Name: TABLE claim; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.claim IS 'A claim as it was handed in; never changed.';


--
-- Name: COLUMN claim.account_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim.account_id IS 'the certificate';


--
-- Name: COLUMN claim.claim_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim.claim_id IS 'key within it, in order of arrival';


--
-- Name: COLUMN claim.ref; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim.ref IS 'the caller''s key of the claim';


--
-- Name: COLUMN claim.policy_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim.policy_id IS 'the policy that it is made under';


--
-- Name: COLUMN claim.member_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim.member_id IS 'the insured person';


--
-- Name: COLUMN claim.branch_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim.branch_id IS 'the branch that insures: who may see it';


--
-- Name: COLUMN claim.cause; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim.cause IS 'illness, accident or maternity';


--
-- Name: COLUMN claim.event_date; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim.event_date IS 'day of the event: it selects enrollment and plan version';


--
-- Name: COLUMN claim.submitted_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim.submitted_at IS 'when the customer handed it in';


--
-- Name: COLUMN claim.submitted_fen; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim.submitted_fen IS 'sum of its bills, fen';


--
-- Name: COLUMN claim.document; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim.document IS 'the claim document as received: the evidence, and what is adjudicated';


--
-- Name: COLUMN claim.received_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim.received_at IS 'when it was stored';


--
-- Name: COLUMN claim.received_by; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim.received_by IS 'session user who submitted it';


--
-- Name: COLUMN claim.received_actor_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim.received_actor_id IS 'the worker behind that session; NULL: an application';


--
-- Name: claim_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.claim_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.claim_id_seq OWNER TO test_owner_released;

--
-- Name: claim_ref; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.claim_ref (
    ref text NOT NULL,
    account_id bigint NOT NULL,
    claim_id bigint DEFAULT nextval('assure.claim_id_seq'::regclass) NOT NULL,
    document_hash bytea NOT NULL,
    CONSTRAINT claim_ref_document_hash_check CHECK ((octet_length(document_hash) = 32)),
    CONSTRAINT claim_ref_ref_check CHECK ((ref <> ''::text))
);


ALTER TABLE assure.claim_ref OWNER TO test_owner_released;

--
-- Name: TABLE claim_ref; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.claim_ref IS 'Routing by the caller''s reference, and what makes submitting twice one claim.';


--
-- Name: COLUMN claim_ref.ref; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim_ref.ref IS 'the caller''s key of the claim';


--
-- Name: COLUMN claim_ref.account_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim_ref.account_id IS 'the certificate';


--
-- Name: COLUMN claim_ref.claim_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim_ref.claim_id IS 'the claim within it';


--
-- Name: COLUMN claim_ref.document_hash; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.claim_ref.document_hash IS 'SHA-256 of the document as jsonb prints it: the same ref with another document is refused';


--
-- Name: clock_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.clock_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.clock_id_seq OWNER TO test_owner_released;

--
-- Name: clock; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.clock (
    clock_id bigint DEFAULT nextval('assure.clock_id_seq'::regclass) NOT NULL,
    subject_kind text NOT NULL,
    subject_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    sla_policy_id bigint NOT NULL,
    state text DEFAULT 'running'::text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    target_at timestamp with time zone NOT NULL,
    progress_at timestamp with time zone NOT NULL,
    stopped_at timestamp with time zone,
    next_step smallint DEFAULT 1 NOT NULL,
    stalled boolean DEFAULT false NOT NULL,
    next_due timestamp with time zone,
    CONSTRAINT clock_check CHECK ((target_at > started_at)),
    CONSTRAINT clock_check1 CHECK (((state = 'stopped'::text) = (stopped_at IS NOT NULL))),
    CONSTRAINT clock_check2 CHECK (((state = 'running'::text) OR (next_due IS NULL))),
    CONSTRAINT clock_next_step_check CHECK ((next_step >= 1)),
    CONSTRAINT clock_state_check CHECK ((state = ANY (ARRAY['running'::text, 'stopped'::text]))),
    CONSTRAINT clock_subject_kind_check CHECK ((subject_kind = 'task'::text))
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.02');


ALTER TABLE assure.clock OWNER TO test_owner_released;

--
-- Name: TABLE clock; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.clock IS 'The deadline of one subject; what is stored is the next moment at which something is due.';


--
-- Name: COLUMN clock.clock_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.clock.clock_id IS 'key';


--
-- Name: COLUMN clock.subject_kind; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.clock.subject_kind IS 'task';


--
-- Name: COLUMN clock.subject_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.clock.subject_id IS 'key of the subject';


--
-- Name: COLUMN clock.branch_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.clock.branch_id IS 'branch that the subject belongs to';


--
-- Name: COLUMN clock.sla_policy_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.clock.sla_policy_id IS 'policy version that it runs under';


--
-- Name: COLUMN clock.state; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.clock.state IS 'running or stopped';


--
-- Name: COLUMN clock.started_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.clock.started_at IS 'start of the time that counts';


--
-- Name: COLUMN clock.target_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.clock.target_at IS 'when the subject should be done';


--
-- Name: COLUMN clock.progress_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.clock.progress_at IS 'last progress of the subject';


--
-- Name: COLUMN clock.stopped_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.clock.stopped_at IS 'when it was stopped; before target_at: in time';


--
-- Name: COLUMN clock.next_step; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.clock.next_step IS 'next step to raise: the warnings in order, then the target';


--
-- Name: COLUMN clock.stalled; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.clock.stalled IS 'a stall was raised since the last progress';


--
-- Name: COLUMN clock.next_due; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.clock.next_due IS 'when the sweep has to look at it; NULL: never again';


--
-- Name: decision; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.decision (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    decision_no integer NOT NULL,
    verdict text NOT NULL,
    submitted_fen bigint NOT NULL,
    paid_fen bigint NOT NULL,
    plan_version_id bigint,
    reasons jsonb NOT NULL,
    result jsonb,
    engine text NOT NULL,
    note text,
    decided_at timestamp with time zone NOT NULL,
    decided_by text NOT NULL,
    actor_worker_id bigint,
    audit_id bigint NOT NULL,
    row_hash bytea NOT NULL,
    CONSTRAINT decision_check CHECK (((paid_fen <= submitted_fen) OR ((result -> 'fixed'::text) <> '[]'::jsonb))),
    CONSTRAINT decision_check1 CHECK (((verdict = 'approve'::text) = (paid_fen > 0))),
    CONSTRAINT decision_decision_no_check CHECK ((decision_no >= 1)),
    CONSTRAINT decision_paid_fen_check CHECK ((paid_fen >= 0)),
    CONSTRAINT decision_reasons_check CHECK ((jsonb_typeof(reasons) = 'array'::text)),
    CONSTRAINT decision_row_hash_check CHECK ((octet_length(row_hash) = 32)),
    CONSTRAINT decision_submitted_fen_check CHECK ((submitted_fen >= 0)),
    CONSTRAINT decision_verdict_check CHECK ((verdict = ANY (ARRAY['approve'::text, 'deny'::text, 'pend'::text])))
);


ALTER TABLE assure.decision OWNER TO test_owner_released;

--
-- Name: TABLE decision; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.decision IS 'What was decided of a claim, append-only; the highest decision_no is the current one.';


--
-- Name: COLUMN decision.account_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.decision.account_id IS 'the certificate';


--
-- Name: COLUMN decision.claim_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.decision.claim_id IS 'the claim';


--
-- Name: COLUMN decision.decision_no; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.decision.decision_no IS '1 for the first decision on the claim';


--
-- Name: COLUMN decision.verdict; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.decision.verdict IS 'approve: something is paid; deny: nothing; pend: a person must decide';


--
-- Name: COLUMN decision.submitted_fen; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.decision.submitted_fen IS 'what was submitted, fen';


--
-- Name: COLUMN decision.paid_fen; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.decision.paid_fen IS 'what is owed by this decision, fen; 0 while it is pended';


--
-- Name: COLUMN decision.plan_version_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.decision.plan_version_id IS 'the terms that were applied; NULL where none were in force';


--
-- Name: COLUMN decision.reasons; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.decision.reasons IS 'list of {code, bill, benefit, amount}: why; codes are listed in docs/benefits.md';


--
-- Name: COLUMN decision.result; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.decision.result IS 'the calculation, as assure.evaluate() returns it without used and reasons; what a pended claim would be paid stands here';


--
-- Name: COLUMN decision.engine; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.decision.engine IS 'version that calculated';


--
-- Name: COLUMN decision.note; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.decision.note IS 'what the person who decided noted';


--
-- Name: COLUMN decision.decided_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.decision.decided_at IS 'when';


--
-- Name: COLUMN decision.decided_by; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.decision.decided_by IS 'session user';


--
-- Name: COLUMN decision.actor_worker_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.decision.actor_worker_id IS 'the worker who decided; NULL: the engine';


--
-- Name: COLUMN decision.audit_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.decision.audit_id IS 'the audit row of the chunk it was written in, which holds the root of its hashes';


--
-- Name: COLUMN decision.row_hash; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.decision.row_hash IS 'SHA-256 over the canonical bytes of the row; docs/security.md shows how to compute it';


--
-- Name: enrollment_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.enrollment_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.enrollment_id_seq OWNER TO test_owner_released;

--
-- Name: enrollment; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.enrollment (
    account_id bigint NOT NULL,
    enrollment_id bigint DEFAULT nextval('assure.enrollment_id_seq'::regclass) NOT NULL,
    member_id bigint NOT NULL,
    plan_id bigint NOT NULL,
    relationship text NOT NULL,
    enrolled_on date NOT NULL,
    continuous_since date NOT NULL,
    ended_on date,
    CONSTRAINT enrollment_check CHECK ((continuous_since <= enrolled_on)),
    CONSTRAINT enrollment_check1 CHECK ((ended_on >= enrolled_on)),
    CONSTRAINT enrollment_enrolled_on_check CHECK (isfinite(enrolled_on)),
    CONSTRAINT enrollment_relationship_check CHECK ((relationship = ANY (ARRAY['self'::text, 'spouse'::text, 'child'::text, 'parent'::text])))
);


ALTER TABLE assure.enrollment OWNER TO test_owner_released;

--
-- Name: TABLE enrollment; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.enrollment IS 'A member''s cover under a plan. In force on a day: the enrollment with the latest enrolled_on not after it, unless it ended before it; two can never count at once.';


--
-- Name: COLUMN enrollment.account_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.enrollment.account_id IS 'the certificate';


--
-- Name: COLUMN enrollment.enrollment_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.enrollment.enrollment_id IS 'key within it';


--
-- Name: COLUMN enrollment.member_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.enrollment.member_id IS 'the person';


--
-- Name: COLUMN enrollment.plan_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.enrollment.plan_id IS 'the plan (tier) that covers the member';


--
-- Name: COLUMN enrollment.relationship; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.enrollment.relationship IS 'to the subscriber: self, spouse, child or parent';


--
-- Name: COLUMN enrollment.enrolled_on; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.enrollment.enrolled_on IS 'first day of cover; waiting periods run from it';


--
-- Name: COLUMN enrollment.continuous_since; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.enrollment.continuous_since IS 'first day of uninterrupted cover; earlier than enrolled_on for a renewal';


--
-- Name: COLUMN enrollment.ended_on; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.enrollment.ended_on IS 'last day of cover; NULL: open';


--
-- Name: failed_claim; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.failed_claim (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    error_code text NOT NULL,
    error_message text NOT NULL,
    failed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT failed_claim_error_code_check CHECK ((length(error_code) = 5))
);


ALTER TABLE assure.failed_claim OWNER TO test_owner_released;

--
-- Name: TABLE failed_claim; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.failed_claim IS 'Claims that a batch set aside because their own adjudication raised an error; assure.retry_failed_claim() puts one back.';


--
-- Name: COLUMN failed_claim.account_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.failed_claim.account_id IS 'the certificate';


--
-- Name: COLUMN failed_claim.claim_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.failed_claim.claim_id IS 'the claim';


--
-- Name: COLUMN failed_claim.error_code; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.failed_claim.error_code IS 'SQLSTATE';


--
-- Name: COLUMN failed_claim.error_message; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.failed_claim.error_message IS 'message';


--
-- Name: COLUMN failed_claim.failed_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.failed_claim.failed_at IS 'when';


--
-- Name: invoice_key; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.invoice_key (
    provider_code text NOT NULL,
    invoice_no text NOT NULL,
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL
);


ALTER TABLE assure.invoice_key OWNER TO test_owner_released;

--
-- Name: TABLE invoice_key; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.invoice_key IS 'The first claim that handed in an invoice, over all customers; a later one is a duplicate.';


--
-- Name: COLUMN invoice_key.provider_code; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.invoice_key.provider_code IS 'who issued it';


--
-- Name: COLUMN invoice_key.invoice_no; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.invoice_key.invoice_no IS 'its number';


--
-- Name: COLUMN invoice_key.account_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.invoice_key.account_id IS 'certificate of the first claim';


--
-- Name: COLUMN invoice_key.claim_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.invoice_key.claim_id IS 'the first claim';


--
-- Name: ledger_entry_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.ledger_entry_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.ledger_entry_id_seq OWNER TO test_owner_released;

--
-- Name: ledger_entry; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.ledger_entry (
    account_id bigint NOT NULL,
    entry_id bigint DEFAULT nextval('assure.ledger_entry_id_seq'::regclass) NOT NULL,
    claim_id bigint NOT NULL,
    decision_no integer NOT NULL,
    member_id bigint NOT NULL,
    counter text NOT NULL,
    period text NOT NULL,
    measure text NOT NULL,
    delta bigint NOT NULL,
    row_hash bytea NOT NULL,
    CONSTRAINT ledger_entry_counter_check CHECK ((counter <> ''::text)),
    CONSTRAINT ledger_entry_delta_check CHECK ((delta <> 0)),
    CONSTRAINT ledger_entry_measure_check CHECK ((measure ~ '^[a-z_]+$'::text)),
    CONSTRAINT ledger_entry_member_id_check CHECK ((member_id >= 0)),
    CONSTRAINT ledger_entry_period_check CHECK ((period ~ '^(lifetime|(year|day):\d{4}-\d\d-\d\d)$'::text)),
    CONSTRAINT ledger_entry_row_hash_check CHECK ((octet_length(row_hash) = 32))
);


ALTER TABLE assure.ledger_entry OWNER TO test_owner_released;

--
-- Name: TABLE ledger_entry; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.ledger_entry IS 'The benefit ledger, append-only: what a decision paid and what it used of each counter.';


--
-- Name: COLUMN ledger_entry.account_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.ledger_entry.account_id IS 'the certificate';


--
-- Name: COLUMN ledger_entry.entry_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.ledger_entry.entry_id IS 'key within it, in order of booking';


--
-- Name: COLUMN ledger_entry.claim_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.ledger_entry.claim_id IS 'the claim';


--
-- Name: COLUMN ledger_entry.decision_no; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.ledger_entry.decision_no IS 'the decision that booked it';


--
-- Name: COLUMN ledger_entry.member_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.ledger_entry.member_id IS 'whose counter; 0: the family''s';


--
-- Name: COLUMN ledger_entry.counter; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.ledger_entry.counter IS 'benefit, benefit.step or shared name in the terms';


--
-- Name: COLUMN ledger_entry.period; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.ledger_entry.period IS 'lifetime, or year: and day: with their first day';


--
-- Name: COLUMN ledger_entry.measure; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.ledger_entry.measure IS 'paid: the money itself, fen; amount, deductible, base, member: fen; count: visits';


--
-- Name: COLUMN ledger_entry.delta; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.ledger_entry.delta IS 'what is added to the balance';


--
-- Name: COLUMN ledger_entry.row_hash; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.ledger_entry.row_hash IS 'SHA-256 over the canonical bytes of the row';


--
-- Name: member_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.member_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.member_id_seq OWNER TO test_owner_released;

--
-- Name: member; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.member (
    account_id bigint NOT NULL,
    member_id bigint DEFAULT nextval('assure.member_id_seq'::regclass) NOT NULL,
    ref text NOT NULL,
    name text NOT NULL,
    resident_id text,
    birth_date date NOT NULL,
    sex text NOT NULL,
    phone text,
    region text NOT NULL,
    CONSTRAINT member_birth_date_check CHECK (isfinite(birth_date)),
    CONSTRAINT member_member_id_check CHECK (((member_id >= 1) AND (member_id <= '4294967295'::bigint))),
    CONSTRAINT member_name_check CHECK ((name <> ''::text)),
    CONSTRAINT member_ref_check CHECK ((ref <> ''::text)),
    CONSTRAINT member_region_check CHECK ((region ~ '^[1-9][0-9]{5}$'::text)),
    CONSTRAINT member_resident_id_check CHECK ((resident_id ~ '^[1-9][0-9]{16}[0-9X]$'::text)),
    CONSTRAINT member_sex_check CHECK ((sex = ANY (ARRAY['F'::text, 'M'::text])))
);


ALTER TABLE assure.member OWNER TO test_owner_released;

--
-- Name: TABLE member; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.member IS 'A person as insured under one certificate.';


--
-- Name: COLUMN member.account_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.member.account_id IS 'the certificate';


--
-- Name: COLUMN member.member_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.member.member_id IS 'the person; never used for another one, and fits 32 bits unsigned, so that sets of people can be bitmaps';


--
-- Name: COLUMN member.ref; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.member.ref IS 'member reference within the policy, as claim documents name it';


--
-- Name: COLUMN member.name; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.member.name IS 'name; personal';


--
-- Name: COLUMN member.resident_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.member.resident_id IS 'resident identity number; personal';


--
-- Name: COLUMN member.birth_date; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.member.birth_date IS 'date of birth; personal';


--
-- Name: COLUMN member.sex; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.member.sex IS 'F or M';


--
-- Name: COLUMN member.phone; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.member.phone IS 'telephone; personal';


--
-- Name: COLUMN member.region; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.member.region IS 'GB/T 2260 code of the stated residence: the customer''s location';


--
-- Name: order_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.order_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.order_id_seq OWNER TO test_owner_released;

--
-- Name: order_ref; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.order_ref (
    ref text NOT NULL,
    account_id bigint NOT NULL,
    order_id bigint DEFAULT nextval('assure.order_id_seq'::regclass) NOT NULL,
    document_hash bytea NOT NULL,
    CONSTRAINT order_ref_document_hash_check CHECK ((octet_length(document_hash) = 32)),
    CONSTRAINT order_ref_ref_check CHECK ((ref <> ''::text))
);


ALTER TABLE assure.order_ref OWNER TO test_owner_released;

--
-- Name: TABLE order_ref; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.order_ref IS 'Routing by the caller''s reference, and what makes ordering twice one order.';


--
-- Name: COLUMN order_ref.ref; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.order_ref.ref IS 'the caller''s key of the order';


--
-- Name: COLUMN order_ref.account_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.order_ref.account_id IS 'the certificate';


--
-- Name: COLUMN order_ref.order_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.order_ref.order_id IS 'the order within it';


--
-- Name: COLUMN order_ref.document_hash; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.order_ref.document_hash IS 'SHA-256 of the document as jsonb prints it';


--
-- Name: plan_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.plan_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.plan_id_seq OWNER TO test_owner_released;

--
-- Name: plan; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.plan (
    plan_id bigint DEFAULT nextval('assure.plan_id_seq'::regclass) NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    CONSTRAINT plan_code_check CHECK ((code <> ''::text)),
    CONSTRAINT plan_name_check CHECK ((name <> ''::text))
);


ALTER TABLE assure.plan OWNER TO test_owner_released;

--
-- Name: TABLE plan; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.plan IS 'What is sold under one name; what it promises stands in its versions.';


--
-- Name: COLUMN plan.plan_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.plan.plan_id IS 'key';


--
-- Name: COLUMN plan.code; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.plan.code IS 'the company''s own code';


--
-- Name: COLUMN plan.name; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.plan.name IS 'name';


--
-- Name: plan_version_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.plan_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.plan_version_id_seq OWNER TO test_owner_released;

--
-- Name: plan_version; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.plan_version (
    plan_version_id bigint DEFAULT nextval('assure.plan_version_id_seq'::regclass) NOT NULL,
    plan_id bigint NOT NULL,
    valid_from date NOT NULL,
    terms assure.terms NOT NULL,
    review_above_fen bigint,
    submit_within_days integer,
    note text,
    published_by text NOT NULL,
    published_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT plan_version_review_above_fen_check CHECK ((review_above_fen >= 0)),
    CONSTRAINT plan_version_submit_within_days_check CHECK ((submit_within_days > 0)),
    CONSTRAINT plan_version_valid_from_check CHECK (isfinite(valid_from))
);


ALTER TABLE assure.plan_version OWNER TO test_owner_released;

--
-- Name: TABLE plan_version; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.plan_version IS 'Terms of a plan from a day on, immutable. In force on a day: the version with the latest valid_from not after it, so versions can neither overlap nor leave a gap.';


--
-- Name: COLUMN plan_version.plan_version_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.plan_version.plan_version_id IS 'key; what decisions refer to';


--
-- Name: COLUMN plan_version.plan_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.plan_version.plan_id IS 'the plan';


--
-- Name: COLUMN plan_version.valid_from; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.plan_version.valid_from IS 'first event date that it holds for';


--
-- Name: COLUMN plan_version.terms; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.plan_version.terms IS 'what it promises';


--
-- Name: COLUMN plan_version.review_above_fen; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.plan_version.review_above_fen IS 'a payment above this is decided by a person; NULL: never for its amount';


--
-- Name: COLUMN plan_version.submit_within_days; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.plan_version.submit_within_days IS 'a claim submitted later than this after its event is denied; NULL: no deadline';


--
-- Name: COLUMN plan_version.note; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.plan_version.note IS 'why it was made';


--
-- Name: COLUMN plan_version.published_by; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.plan_version.published_by IS 'session user who published it';


--
-- Name: COLUMN plan_version.published_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.plan_version.published_at IS 'when it was published';


--
-- Name: policy_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.policy_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.policy_id_seq OWNER TO test_owner_released;

--
-- Name: policy; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.policy (
    policy_id bigint DEFAULT nextval('assure.policy_id_seq'::regclass) NOT NULL,
    ref text NOT NULL,
    branch_id bigint NOT NULL,
    insurer text NOT NULL,
    holder text NOT NULL,
    starts_on date NOT NULL,
    ends_on date,
    CONSTRAINT policy_check CHECK ((ends_on >= starts_on)),
    CONSTRAINT policy_holder_check CHECK ((holder <> ''::text)),
    CONSTRAINT policy_insurer_check CHECK ((insurer <> ''::text)),
    CONSTRAINT policy_ref_check CHECK ((ref <> ''::text)),
    CONSTRAINT policy_starts_on_check CHECK (isfinite(starts_on))
);


ALTER TABLE assure.policy OWNER TO test_owner_released;

--
-- Name: TABLE policy; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.policy IS 'The contract: a group''s or a family''s.';


--
-- Name: COLUMN policy.policy_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.policy.policy_id IS 'key';


--
-- Name: COLUMN policy.ref; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.policy.ref IS 'policy number, as claim documents name it';


--
-- Name: COLUMN policy.branch_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.policy.branch_id IS 'the branch that insures';


--
-- Name: COLUMN policy.insurer; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.policy.insurer IS 'the insurer of the group';


--
-- Name: COLUMN policy.holder; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.policy.holder IS 'policyholder';


--
-- Name: COLUMN policy.starts_on; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.policy.starts_on IS 'first day; policy years start on its anniversary';


--
-- Name: COLUMN policy.ends_on; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.policy.ends_on IS 'last day that is covered; NULL: open';


--
-- Name: provider_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.provider_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.provider_id_seq OWNER TO test_owner_released;

--
-- Name: provider; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.provider (
    provider_id bigint DEFAULT nextval('assure.provider_id_seq'::regclass) NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    region text NOT NULL,
    grade smallint NOT NULL,
    ownership text NOT NULL,
    in_network boolean NOT NULL,
    CONSTRAINT provider_code_check CHECK ((code <> ''::text)),
    CONSTRAINT provider_grade_check CHECK (((grade >= 0) AND (grade <= 3))),
    CONSTRAINT provider_name_check CHECK ((name <> ''::text)),
    CONSTRAINT provider_ownership_check CHECK ((ownership = ANY (ARRAY['public'::text, 'private'::text]))),
    CONSTRAINT provider_region_check CHECK ((region ~ '^[1-9][0-9]{5}$'::text))
);


ALTER TABLE assure.provider OWNER TO test_owner_released;

--
-- Name: TABLE provider; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.provider IS 'Hospitals, clinics and pharmacies; a stored claim takes these facts from here, not from its document.';


--
-- Name: COLUMN provider.provider_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.provider.provider_id IS 'key';


--
-- Name: COLUMN provider.code; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.provider.code IS 'code as claim documents name it';


--
-- Name: COLUMN provider.name; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.provider.name IS 'name';


--
-- Name: COLUMN provider.region; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.provider.region IS 'GB/T 2260 code of its seat';


--
-- Name: COLUMN provider.grade; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.provider.grade IS 'grade 1 to 3 as hospitals are graded in China, 0 ungraded';


--
-- Name: COLUMN provider.ownership; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.provider.ownership IS 'public or private';


--
-- Name: COLUMN provider.in_network; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.provider.in_network IS 'whether it is under contract';


--
-- Name: queue_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.queue_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.queue_id_seq OWNER TO test_owner_released;

--
-- Name: queue; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.queue (
    queue_id bigint DEFAULT nextval('assure.queue_id_seq'::regclass) NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    skill text NOT NULL,
    skill_level smallint DEFAULT 1 NOT NULL,
    shareable boolean DEFAULT true NOT NULL,
    sla_code text,
    CONSTRAINT queue_code_check CHECK ((code <> ''::text)),
    CONSTRAINT queue_name_check CHECK ((name <> ''::text)),
    CONSTRAINT queue_skill_check CHECK ((skill <> ''::text)),
    CONSTRAINT queue_skill_level_check CHECK (((skill_level >= 1) AND (skill_level <= 5)))
);


ALTER TABLE assure.queue OWNER TO test_owner_released;

--
-- Name: TABLE queue; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.queue IS 'A kind of work: what it takes to do it and how long it may take.';


--
-- Name: COLUMN queue.queue_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.queue.queue_id IS 'key';


--
-- Name: COLUMN queue.code; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.queue.code IS 'name, as functions take it';


--
-- Name: COLUMN queue.name; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.queue.name IS 'name for people';


--
-- Name: COLUMN queue.skill; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.queue.skill IS 'skill that it needs';


--
-- Name: COLUMN queue.skill_level; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.queue.skill_level IS 'least level of that skill';


--
-- Name: COLUMN queue.shareable; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.queue.shareable IS 'true: anybody qualified in any branch; false: the branch of origin only';


--
-- Name: COLUMN queue.sla_code; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.queue.sla_code IS 'SLA policy, by code: a new task takes its highest version; NULL: no deadline';


--
-- Name: service_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.service_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.service_id_seq OWNER TO test_owner_released;

--
-- Name: service; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.service (
    service_id bigint DEFAULT nextval('assure.service_id_seq'::regclass) NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    CONSTRAINT service_code_check CHECK ((code <> ''::text)),
    CONSTRAINT service_name_check CHECK ((name <> ''::text))
);


ALTER TABLE assure.service OWNER TO test_owner_released;

--
-- Name: TABLE service; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.service IS 'Catalogue of health services.';


--
-- Name: COLUMN service.service_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service.service_id IS 'key';


--
-- Name: COLUMN service.code; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service.code IS 'code, as order documents name it';


--
-- Name: COLUMN service.name; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service.name IS 'name';


--
-- Name: service_event_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.service_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.service_event_id_seq OWNER TO test_owner_released;

--
-- Name: service_event; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.service_event (
    account_id bigint NOT NULL,
    event_id bigint DEFAULT nextval('assure.service_event_id_seq'::regclass) NOT NULL,
    order_id bigint NOT NULL,
    event text NOT NULL,
    member_id bigint NOT NULL,
    service_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    insurer text NOT NULL,
    customer_region text NOT NULL,
    served_on date NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT service_event_event_check CHECK ((event = ANY (ARRAY['served'::text, 'withdrawn'::text])))
);


ALTER TABLE assure.service_event OWNER TO test_owner_released;

--
-- Name: TABLE service_event; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.service_event IS 'What coverage counts, append-only: a finished service, and its withdrawal when the order is cancelled afterwards.';


--
-- Name: COLUMN service_event.account_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_event.account_id IS 'the certificate';


--
-- Name: COLUMN service_event.event_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_event.event_id IS 'key within it, in order';


--
-- Name: COLUMN service_event.order_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_event.order_id IS 'the order';


--
-- Name: COLUMN service_event.event; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_event.event IS 'served or withdrawn';


--
-- Name: COLUMN service_event.member_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_event.member_id IS 'the customer who was served';


--
-- Name: COLUMN service_event.service_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_event.service_id IS 'the service';


--
-- Name: COLUMN service_event.branch_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_event.branch_id IS 'the branch that insures';


--
-- Name: COLUMN service_event.insurer; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_event.insurer IS 'the insurer of the group';


--
-- Name: COLUMN service_event.customer_region; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_event.customer_region IS 'the customer''s location';


--
-- Name: COLUMN service_event.served_on; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_event.served_on IS 'day of the service in the company''s time zone';


--
-- Name: COLUMN service_event.recorded_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_event.recorded_at IS 'when it was recorded';


--
-- Name: service_order; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.service_order (
    account_id bigint NOT NULL,
    order_id bigint NOT NULL,
    ref text NOT NULL,
    member_id bigint NOT NULL,
    service_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    insurer text NOT NULL,
    customer_region text NOT NULL,
    requested_at timestamp with time zone NOT NULL,
    state text DEFAULT 'requested'::text NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT service_order_check CHECK (((state <> 'done'::text) OR (finished_at IS NOT NULL))),
    CONSTRAINT service_order_check1 CHECK ((finished_at >= requested_at)),
    CONSTRAINT service_order_customer_region_check CHECK ((customer_region ~ '^[1-9][0-9]{5}$'::text)),
    CONSTRAINT service_order_state_check CHECK ((state = ANY (ARRAY['requested'::text, 'done'::text, 'cancelled'::text])))
)
WITH (fillfactor='80');


ALTER TABLE assure.service_order OWNER TO test_owner_released;

--
-- Name: TABLE service_order; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.service_order IS 'A health service for a customer: requested -> done, or cancelled from either.';


--
-- Name: COLUMN service_order.account_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_order.account_id IS 'the certificate';


--
-- Name: COLUMN service_order.order_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_order.order_id IS 'key within it';


--
-- Name: COLUMN service_order.ref; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_order.ref IS 'the caller''s key of the order';


--
-- Name: COLUMN service_order.member_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_order.member_id IS 'the customer';


--
-- Name: COLUMN service_order.service_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_order.service_id IS 'the service';


--
-- Name: COLUMN service_order.branch_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_order.branch_id IS 'the branch that insures the customer';


--
-- Name: COLUMN service_order.insurer; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_order.insurer IS 'the insurer of the group';


--
-- Name: COLUMN service_order.customer_region; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_order.customer_region IS 'where the customer lived when it was ordered, GB/T 2260';


--
-- Name: COLUMN service_order.requested_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_order.requested_at IS 'when it was asked for';


--
-- Name: COLUMN service_order.state; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_order.state IS 'requested, done or cancelled';


--
-- Name: COLUMN service_order.finished_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.service_order.finished_at IS 'when the service was done';


--
-- Name: sla_policy_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.sla_policy_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.sla_policy_id_seq OWNER TO test_owner_released;

--
-- Name: sla_policy; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.sla_policy (
    sla_policy_id bigint DEFAULT nextval('assure.sla_policy_id_seq'::regclass) NOT NULL,
    code text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    target interval NOT NULL,
    warn_percent smallint[] DEFAULT '{}'::smallint[] NOT NULL,
    stall_after interval,
    CONSTRAINT sla_policy_code_check CHECK ((code <> ''::text)),
    CONSTRAINT sla_policy_stall_after_check CHECK (((stall_after > '00:00:00'::interval) AND (stall_after <= '10 years'::interval))),
    CONSTRAINT sla_policy_target_check CHECK (((target > '00:00:00'::interval) AND (target <= '10 years'::interval))),
    CONSTRAINT sla_policy_version_check CHECK ((version >= 1)),
    CONSTRAINT sla_policy_warn_percent_check CHECK (((array_position(warn_percent, NULL::smallint) IS NULL) AND (0 < ALL (warn_percent)) AND (100 > ALL (warn_percent)) AND (cardinality(warn_percent) <= 20)))
);


ALTER TABLE assure.sla_policy OWNER TO test_owner_released;

--
-- Name: TABLE sla_policy; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.sla_policy IS 'How long work may take, immutable by version; running clocks keep theirs. Time runs around the clock.';


--
-- Name: COLUMN sla_policy.sla_policy_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.sla_policy.sla_policy_id IS 'key; what clocks refer to';


--
-- Name: COLUMN sla_policy.code; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.sla_policy.code IS 'name';


--
-- Name: COLUMN sla_policy.version; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.sla_policy.version IS 'version of that name; the highest is the current one';


--
-- Name: COLUMN sla_policy.target; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.sla_policy.target IS 'from start to target';


--
-- Name: COLUMN sla_policy.warn_percent; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.sla_policy.warn_percent IS 'shares of the target at which a warning is raised, percent';


--
-- Name: COLUMN sla_policy.stall_after; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.sla_policy.stall_after IS 'longest time without progress; NULL: not watched';


--
-- Name: task_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.task_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.task_id_seq OWNER TO test_owner_released;

--
-- Name: task; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.task (
    task_id bigint DEFAULT nextval('assure.task_id_seq'::regclass) NOT NULL,
    queue_id bigint NOT NULL,
    subject_kind text NOT NULL,
    account_id bigint NOT NULL,
    subject_id bigint NOT NULL,
    branch_id bigint NOT NULL,
    amount_fen bigint NOT NULL,
    priority smallint DEFAULT 5 NOT NULL,
    excluded_worker_id bigint,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    state text DEFAULT 'open'::text NOT NULL,
    state_since timestamp with time zone DEFAULT now() NOT NULL,
    worker_id bigint,
    CONSTRAINT task_amount_fen_check CHECK ((amount_fen >= 0)),
    CONSTRAINT task_check CHECK (
CASE
    WHEN (state = 'open'::text) THEN (worker_id IS NULL)
    WHEN (state = 'cancelled'::text) THEN true
    ELSE (worker_id IS NOT NULL)
END),
    CONSTRAINT task_check1 CHECK ((worker_id <> excluded_worker_id)),
    CONSTRAINT task_priority_check CHECK (((priority >= 1) AND (priority <= 9))),
    CONSTRAINT task_state_check CHECK ((state = ANY (ARRAY['open'::text, 'reserved'::text, 'accepted'::text, 'done'::text, 'cancelled'::text]))),
    CONSTRAINT task_subject_kind_check CHECK ((subject_kind = 'claim'::text))
)
WITH (fillfactor='80', autovacuum_vacuum_scale_factor='0.02');


ALTER TABLE assure.task OWNER TO test_owner_released;

--
-- Name: TABLE task; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.task IS 'Work for a person. open -> reserved -> accepted -> done; a returned one is open again; cancelled from anywhere but done.';


--
-- Name: COLUMN task.task_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task.task_id IS 'key';


--
-- Name: COLUMN task.queue_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task.queue_id IS 'kind of work';


--
-- Name: COLUMN task.subject_kind; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task.subject_kind IS 'claim';


--
-- Name: COLUMN task.account_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task.account_id IS 'certificate of the subject';


--
-- Name: COLUMN task.subject_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task.subject_id IS 'the claim';


--
-- Name: COLUMN task.branch_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task.branch_id IS 'branch of origin';


--
-- Name: COLUMN task.amount_fen; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task.amount_fen IS 'amount at stake: who takes it needs that authority, fen';


--
-- Name: COLUMN task.priority; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task.priority IS '9 is most urgent';


--
-- Name: COLUMN task.excluded_worker_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task.excluded_worker_id IS 'four eyes: who did the earlier stage and may not do this one';


--
-- Name: COLUMN task.created_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task.created_at IS 'when it came up';


--
-- Name: COLUMN task.state; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task.state IS 'open, reserved, accepted, done or cancelled';


--
-- Name: COLUMN task.state_since; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task.state_since IS 'when it came into that state';


--
-- Name: COLUMN task.worker_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task.worker_id IS 'who has it or did it';


--
-- Name: task_event_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.task_event_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.task_event_id_seq OWNER TO test_owner_released;

--
-- Name: task_event; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.task_event (
    task_id bigint NOT NULL,
    event_id bigint DEFAULT nextval('assure.task_event_id_seq'::regclass) NOT NULL,
    happened_at timestamp with time zone DEFAULT now() NOT NULL,
    event text NOT NULL,
    worker_id bigint,
    session_role text NOT NULL,
    actor_worker_id bigint,
    reason text,
    CONSTRAINT task_event_event_check CHECK ((event = ANY (ARRAY['created'::text, 'reserved'::text, 'accepted'::text, 'returned'::text, 'done'::text, 'cancelled'::text])))
);


ALTER TABLE assure.task_event OWNER TO test_owner_released;

--
-- Name: TABLE task_event; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.task_event IS 'Every change of a task, append-only.';


--
-- Name: COLUMN task_event.task_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task_event.task_id IS 'the task';


--
-- Name: COLUMN task_event.event_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task_event.event_id IS 'key within it, in order';


--
-- Name: COLUMN task_event.happened_at; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task_event.happened_at IS 'when';


--
-- Name: COLUMN task_event.event; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task_event.event IS 'created, reserved, accepted, returned, done or cancelled';


--
-- Name: COLUMN task_event.worker_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task_event.worker_id IS 'the worker it concerns';


--
-- Name: COLUMN task_event.session_role; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task_event.session_role IS 'who made the change: the role that is logged in';


--
-- Name: COLUMN task_event.actor_worker_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task_event.actor_worker_id IS 'the person behind it; NULL: a job';


--
-- Name: COLUMN task_event.reason; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.task_event.reason IS 'why, for a return or a cancellation';


--
-- Name: worker_id_seq; Type: SEQUENCE; Schema: assure; Owner: test_owner_released
--

CREATE SEQUENCE assure.worker_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE assure.worker_id_seq OWNER TO test_owner_released;

--
-- Name: worker; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.worker (
    worker_id bigint DEFAULT nextval('assure.worker_id_seq'::regclass) NOT NULL,
    code text NOT NULL,
    name text NOT NULL,
    branch_id bigint NOT NULL,
    status text DEFAULT 'on_shift'::text NOT NULL,
    capacity integer NOT NULL,
    authority_fen bigint NOT NULL,
    CONSTRAINT worker_authority_fen_check CHECK ((authority_fen >= 0)),
    CONSTRAINT worker_capacity_check CHECK ((capacity >= 0)),
    CONSTRAINT worker_code_check CHECK ((code <> ''::text)),
    CONSTRAINT worker_name_check CHECK ((name <> ''::text)),
    CONSTRAINT worker_status_check CHECK ((status = ANY (ARRAY['on_shift'::text, 'off_shift'::text, 'left'::text])))
);


ALTER TABLE assure.worker OWNER TO test_owner_released;

--
-- Name: TABLE worker; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.worker IS 'A person who does tasks.';


--
-- Name: COLUMN worker.worker_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.worker.worker_id IS 'key';


--
-- Name: COLUMN worker.code; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.worker.code IS 'the company''s own code';


--
-- Name: COLUMN worker.name; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.worker.name IS 'name';


--
-- Name: COLUMN worker.branch_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.worker.branch_id IS 'the branch that employs';


--
-- Name: COLUMN worker.status; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.worker.status IS 'on_shift: may be given tasks; off_shift; left: no longer employed';


--
-- Name: COLUMN worker.capacity; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.worker.capacity IS 'tasks at once';


--
-- Name: COLUMN worker.authority_fen; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.worker.authority_fen IS 'largest amount that this person may decide, fen';


--
-- Name: worker_login; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.worker_login (
    role_name text NOT NULL,
    worker_id bigint NOT NULL,
    CONSTRAINT worker_login_role_name_check CHECK ((role_name <> ''::text))
);


ALTER TABLE assure.worker_login OWNER TO test_owner_released;

--
-- Name: TABLE worker_login; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.worker_login IS 'Database roles that are one person; portals with a shared role use assure.act_as() instead.';


--
-- Name: COLUMN worker_login.role_name; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.worker_login.role_name IS 'database role, by name';


--
-- Name: COLUMN worker_login.worker_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.worker_login.worker_id IS 'the worker who logs in with it';


--
-- Name: worker_skill; Type: TABLE; Schema: assure; Owner: test_owner_released
--

CREATE TABLE assure.worker_skill (
    worker_id bigint NOT NULL,
    skill text NOT NULL,
    level smallint NOT NULL,
    CONSTRAINT worker_skill_level_check CHECK (((level >= 1) AND (level <= 5))),
    CONSTRAINT worker_skill_skill_check CHECK ((skill <> ''::text))
);


ALTER TABLE assure.worker_skill OWNER TO test_owner_released;

--
-- Name: TABLE worker_skill; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON TABLE assure.worker_skill IS 'What a worker can do, and how well.';


--
-- Name: COLUMN worker_skill.worker_id; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.worker_skill.worker_id IS 'the worker';


--
-- Name: COLUMN worker_skill.skill; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.worker_skill.skill IS 'the skill, as queues name it';


--
-- Name: COLUMN worker_skill.level; Type: COMMENT; Schema: assure; Owner: test_owner_released
--

COMMENT ON COLUMN assure.worker_skill.level IS '1 beginner to 5 expert';


--
-- Name: bill_line; Type: VIEW; Schema: assure_bi; Owner: test_owner_released
--

CREATE VIEW assure_bi.bill_line WITH (security_barrier='true') AS
 SELECT c.account_id,
    c.claim_id,
    b."position" AS bill,
    (b.value ->> 'no'::text) AS bill_no,
    l."position" AS line,
    (l.value ->> 'category'::text) AS category,
    (l.value ->> 'code'::text) AS code,
    (l.value ->> 'class'::text) AS class,
    ((l.value ->> 'amount'::text))::numeric AS amount
   FROM ((assure.claim c
     CROSS JOIN LATERAL jsonb_array_elements(COALESCE((c.document -> 'bills'::text), '[]'::jsonb)) WITH ORDINALITY b(value, "position"))
     CROSS JOIN LATERAL jsonb_array_elements((b.value -> 'items'::text)) WITH ORDINALITY l(value, "position"));


ALTER TABLE assure_bi.bill_line OWNER TO test_owner_released;

--
-- Name: VIEW bill_line; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON VIEW assure_bi.bill_line IS 'The lines of bills, out of the claim documents.';


--
-- Name: COLUMN bill_line.account_id; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.bill_line.account_id IS 'certificate';


--
-- Name: COLUMN bill_line.claim_id; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.bill_line.claim_id IS 'claim';


--
-- Name: COLUMN bill_line.bill; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.bill_line.bill IS 'place of the bill in the claim';


--
-- Name: COLUMN bill_line.bill_no; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.bill_line.bill_no IS 'invoice number';


--
-- Name: COLUMN bill_line.line; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.bill_line.line IS 'place of the line in the bill';


--
-- Name: COLUMN bill_line.category; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.bill_line.category IS 'category of the item';


--
-- Name: COLUMN bill_line.code; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.bill_line.code IS 'code of the item';


--
-- Name: COLUMN bill_line.class; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.bill_line.class IS 'social-insurance class A, B or C';


--
-- Name: COLUMN bill_line.amount; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.bill_line.amount IS 'amount, yuan; negative: a refund';


--
-- Name: claim_queue; Type: TABLE; Schema: assure_internal; Owner: test_owner_released
--

CREATE TABLE assure_internal.claim_queue (
    account_id bigint NOT NULL,
    claim_id bigint NOT NULL,
    queued_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000');


ALTER TABLE assure_internal.claim_queue OWNER TO test_owner_released;

--
-- Name: TABLE claim_queue; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON TABLE assure_internal.claim_queue IS 'Claims that wait for adjudication: found without looking at done work.';


--
-- Name: COLUMN claim_queue.account_id; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.claim_queue.account_id IS 'the certificate';


--
-- Name: COLUMN claim_queue.claim_id; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.claim_queue.claim_id IS 'the claim';


--
-- Name: COLUMN claim_queue.queued_at; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.claim_queue.queued_at IS 'since when it waits';


--
-- Name: claim; Type: VIEW; Schema: assure_bi; Owner: test_owner_released
--

CREATE VIEW assure_bi.claim WITH (security_barrier='true') AS
 SELECT c.account_id,
    c.claim_id,
    c.ref,
    p.insurer,
    b.code AS branch,
    ("left"(b.region, 2) || '0000'::text) AS province,
    c.cause,
    c.event_date,
    c.submitted_at,
        CASE
            WHEN (q.claim_id IS NOT NULL) THEN 'waiting'::text
            WHEN (f.claim_id IS NOT NULL) THEN 'failed'::text
            WHEN (d.verdict = 'approve'::text) THEN 'approved'::text
            WHEN (d.verdict = 'deny'::text) THEN 'denied'::text
            ELSE 'in_review'::text
        END AS state,
    round(((c.submitted_fen)::numeric / 100.0), 2) AS submitted,
    round(((COALESCE(d.paid_fen, (0)::bigint))::numeric / 100.0), 2) AS paid,
    ( SELECT (e.r ->> 'code'::text)
           FROM jsonb_array_elements(d.reasons) WITH ORDINALITY e(r, n)
          ORDER BY (e.r ? 'benefit'::text), ((e.r ->> 'amount'::text))::numeric DESC NULLS LAST, e.n
         LIMIT 1) AS main_reason,
    d.decided_at,
    d.decision_no,
    d.plan_version_id
   FROM (((((assure.claim c
     JOIN assure.policy p USING (policy_id))
     JOIN assure.branch b ON ((b.branch_id = c.branch_id)))
     LEFT JOIN assure_internal.claim_queue q ON (((q.account_id = c.account_id) AND (q.claim_id = c.claim_id))))
     LEFT JOIN assure.failed_claim f ON (((f.account_id = c.account_id) AND (f.claim_id = c.claim_id))))
     LEFT JOIN ( SELECT DISTINCT ON (decision.account_id, decision.claim_id) decision.account_id,
            decision.claim_id,
            decision.decision_no,
            decision.verdict,
            decision.submitted_fen,
            decision.paid_fen,
            decision.plan_version_id,
            decision.reasons,
            decision.result,
            decision.engine,
            decision.note,
            decision.decided_at,
            decision.decided_by,
            decision.actor_worker_id,
            decision.audit_id,
            decision.row_hash
           FROM assure.decision
          ORDER BY decision.account_id, decision.claim_id, decision.decision_no DESC) d ON (((d.account_id = c.account_id) AND (d.claim_id = c.claim_id))));


ALTER TABLE assure_bi.claim OWNER TO test_owner_released;

--
-- Name: VIEW claim; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON VIEW assure_bi.claim IS 'Claims with their current decision.';


--
-- Name: COLUMN claim.account_id; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim.account_id IS 'certificate';


--
-- Name: COLUMN claim.claim_id; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim.claim_id IS 'claim';


--
-- Name: COLUMN claim.ref; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim.ref IS 'the caller''s key';


--
-- Name: COLUMN claim.insurer; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim.insurer IS 'insurer of the group';


--
-- Name: COLUMN claim.branch; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim.branch IS 'branch that insures';


--
-- Name: COLUMN claim.province; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim.province IS 'province of that branch';


--
-- Name: COLUMN claim.cause; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim.cause IS 'illness, accident or maternity';


--
-- Name: COLUMN claim.event_date; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim.event_date IS 'day of the event';


--
-- Name: COLUMN claim.submitted_at; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim.submitted_at IS 'when it was handed in';


--
-- Name: COLUMN claim.state; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim.state IS 'waiting, failed, approved, denied or in_review';


--
-- Name: COLUMN claim.submitted; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim.submitted IS 'submitted, yuan';


--
-- Name: COLUMN claim.paid; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim.paid IS 'paid, yuan';


--
-- Name: COLUMN claim.main_reason; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim.main_reason IS 'code of what weighs most: a finding about the whole claim, else the reason with the largest amount';


--
-- Name: COLUMN claim.decided_at; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim.decided_at IS 'when it was decided';


--
-- Name: COLUMN claim.decision_no; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim.decision_no IS 'number of the current decision';


--
-- Name: COLUMN claim.plan_version_id; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim.plan_version_id IS 'terms that were applied';


--
-- Name: claim_outcome; Type: VIEW; Schema: assure_bi; Owner: test_owner_released
--

CREATE VIEW assure_bi.claim_outcome WITH (security_barrier='true') AS
 SELECT claim.state,
    claim.main_reason,
    count(*) AS claims,
    sum(claim.submitted) AS submitted,
    sum(claim.paid) AS paid
   FROM assure_bi.claim
  GROUP BY claim.state, claim.main_reason;


ALTER TABLE assure_bi.claim_outcome OWNER TO test_owner_released;

--
-- Name: VIEW claim_outcome; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON VIEW assure_bi.claim_outcome IS 'Claims and money by state and main reason.';


--
-- Name: COLUMN claim_outcome.state; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim_outcome.state IS 'waiting, failed, approved, denied or in_review';


--
-- Name: COLUMN claim_outcome.main_reason; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim_outcome.main_reason IS 'code of what weighs most; empty: paid in full';


--
-- Name: COLUMN claim_outcome.claims; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim_outcome.claims IS 'number of claims';


--
-- Name: COLUMN claim_outcome.submitted; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim_outcome.submitted IS 'submitted, yuan';


--
-- Name: COLUMN claim_outcome.paid; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.claim_outcome.paid IS 'paid, yuan';


--
-- Name: installation; Type: TABLE; Schema: assure_internal; Owner: test_owner_released
--

CREATE TABLE assure_internal.installation (
    only_row boolean DEFAULT true NOT NULL,
    schema_version integer NOT NULL,
    time_zone text NOT NULL,
    system_identifier bigint NOT NULL,
    partition_rows bigint,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    upgraded_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT installation_only_row_check CHECK (only_row),
    CONSTRAINT installation_partition_rows_check CHECK ((partition_rows >= 1000)),
    CONSTRAINT installation_time_zone_check CHECK ((time_zone <> ''::text))
);


ALTER TABLE assure_internal.installation OWNER TO test_owner_released;

--
-- Name: TABLE installation; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON TABLE assure_internal.installation IS 'The one row that says which version the data schema has; the owner of this table is the owner of all of it.';


--
-- Name: COLUMN installation.only_row; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.installation.only_row IS 'always true: there is one row';


--
-- Name: COLUMN installation.schema_version; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.installation.schema_version IS 'version of the data schema';


--
-- Name: COLUMN installation.time_zone; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.installation.time_zone IS 'the company''s time zone: every date that is derived from a moment is taken in it, never in the session''s';


--
-- Name: COLUMN installation.system_identifier; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.installation.system_identifier IS 'the cluster that wrote last; another one means the data was restored';


--
-- Name: COLUMN installation.partition_rows; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.installation.partition_rows IS 'keys a partition of the tables that grow; NULL: they are plain tables';


--
-- Name: COLUMN installation.created_at; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.installation.created_at IS 'when assure.create_schema() ran';


--
-- Name: COLUMN installation.upgraded_at; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.installation.upgraded_at IS 'when assure.upgrade_schema() last changed something';


--
-- Name: coverage_by_customer_location; Type: VIEW; Schema: assure_bi; Owner: test_owner_released
--

CREATE VIEW assure_bi.coverage_by_customer_location WITH (security_barrier='true') AS
 SELECT c.region,
    c.name,
    c.insured,
    c.served,
    c.rate
   FROM assure_internal.installation i,
    LATERAL assure.coverage(daterange((date_trunc('year'::text, (now() AT TIME ZONE i.time_zone)))::date, ((date_trunc('month'::text, (now() AT TIME ZONE i.time_zone)) + '1 mon'::interval))::date), place => 'customer'::text) c(region, name, insured, served, rate);


ALTER TABLE assure_bi.coverage_by_customer_location OWNER TO test_owner_released;

--
-- Name: VIEW coverage_by_customer_location; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON VIEW assure_bi.coverage_by_customer_location IS 'Share of insured customers served this year, by province where the customer lives.';


--
-- Name: COLUMN coverage_by_customer_location.region; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.coverage_by_customer_location.region IS 'GB/T 2260 code of the province';


--
-- Name: COLUMN coverage_by_customer_location.name; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.coverage_by_customer_location.name IS 'its name';


--
-- Name: COLUMN coverage_by_customer_location.insured; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.coverage_by_customer_location.insured IS 'distinct customers insured';


--
-- Name: COLUMN coverage_by_customer_location.served; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.coverage_by_customer_location.served IS 'of these, served';


--
-- Name: COLUMN coverage_by_customer_location.rate; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.coverage_by_customer_location.rate IS 'served out of insured; empty: nobody is insured';


--
-- Name: coverage_by_province; Type: VIEW; Schema: assure_bi; Owner: test_owner_released
--

CREATE VIEW assure_bi.coverage_by_province WITH (security_barrier='true') AS
 SELECT c.region,
    c.name,
    c.insured,
    c.served,
    c.rate
   FROM assure_internal.installation i,
    LATERAL assure.coverage(daterange((date_trunc('year'::text, (now() AT TIME ZONE i.time_zone)))::date, ((date_trunc('month'::text, (now() AT TIME ZONE i.time_zone)) + '1 mon'::interval))::date), place => 'branch'::text) c(region, name, insured, served, rate);


ALTER TABLE assure_bi.coverage_by_province OWNER TO test_owner_released;

--
-- Name: VIEW coverage_by_province; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON VIEW assure_bi.coverage_by_province IS 'Share of insured customers served this year, by province of the branch that insures.';


--
-- Name: COLUMN coverage_by_province.region; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.coverage_by_province.region IS 'GB/T 2260 code of the province';


--
-- Name: COLUMN coverage_by_province.name; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.coverage_by_province.name IS 'its name';


--
-- Name: COLUMN coverage_by_province.insured; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.coverage_by_province.insured IS 'distinct customers insured';


--
-- Name: COLUMN coverage_by_province.served; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.coverage_by_province.served IS 'of these, served';


--
-- Name: COLUMN coverage_by_province.rate; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.coverage_by_province.rate IS 'served out of insured; empty: nobody is insured';


--
-- Name: failed_claim; Type: VIEW; Schema: assure_bi; Owner: test_owner_released
--

CREATE VIEW assure_bi.failed_claim WITH (security_barrier='true') AS
 SELECT f.account_id,
    f.claim_id,
    c.ref,
    b.code AS branch,
    f.error_code,
    f.error_message,
    f.failed_at
   FROM ((assure.failed_claim f
     JOIN assure.claim c USING (account_id, claim_id))
     JOIN assure.branch b USING (branch_id));


ALTER TABLE assure_bi.failed_claim OWNER TO test_owner_released;

--
-- Name: VIEW failed_claim; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON VIEW assure_bi.failed_claim IS 'Claims that a batch set aside, with why; assure.retry_failed_claim(ref) puts one back.';


--
-- Name: COLUMN failed_claim.account_id; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.failed_claim.account_id IS 'certificate';


--
-- Name: COLUMN failed_claim.claim_id; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.failed_claim.claim_id IS 'claim';


--
-- Name: COLUMN failed_claim.ref; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.failed_claim.ref IS 'the caller''s key';


--
-- Name: COLUMN failed_claim.branch; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.failed_claim.branch IS 'branch that insures';


--
-- Name: COLUMN failed_claim.error_code; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.failed_claim.error_code IS 'SQLSTATE';


--
-- Name: COLUMN failed_claim.error_message; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.failed_claim.error_message IS 'message';


--
-- Name: COLUMN failed_claim.failed_at; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.failed_claim.failed_at IS 'when it was set aside';


--
-- Name: job; Type: TABLE; Schema: assure_internal; Owner: test_owner_released
--

CREATE TABLE assure_internal.job (
    name text NOT NULL,
    job_no smallint NOT NULL,
    period_seconds integer NOT NULL,
    on_arrival boolean DEFAULT false NOT NULL,
    paused boolean DEFAULT false NOT NULL,
    paused_by text,
    paused_at timestamp with time zone,
    next_run_at timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    started_by text,
    last_ok_at timestamp with time zone,
    last_duration_ms bigint,
    failures integer DEFAULT 0 NOT NULL,
    last_error_at timestamp with time zone,
    last_error_code text,
    last_error text,
    total_runs bigint DEFAULT 0 NOT NULL,
    total_failures bigint DEFAULT 0 NOT NULL,
    CONSTRAINT job_check CHECK (((paused = (paused_at IS NOT NULL)) AND (paused = (paused_by IS NOT NULL)))),
    CONSTRAINT job_check1 CHECK (((started_at IS NULL) OR (started_by IS NOT NULL))),
    CONSTRAINT job_failures_check CHECK ((failures >= 0)),
    CONSTRAINT job_job_no_check CHECK ((job_no > 0)),
    CONSTRAINT job_last_duration_ms_check CHECK ((last_duration_ms >= 0)),
    CONSTRAINT job_name_check CHECK ((name <> ''::text)),
    CONSTRAINT job_next_run_at_check CHECK (isfinite(next_run_at)),
    CONSTRAINT job_period_seconds_check CHECK (((period_seconds >= 1) AND (period_seconds <= 2678400))),
    CONSTRAINT job_started_at_check CHECK (isfinite(started_at)),
    CONSTRAINT job_started_by_check CHECK ((started_by = ANY (ARRAY['worker'::text, 'pg_cron'::text, 'session'::text])))
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0', autovacuum_vacuum_threshold='1000');


ALTER TABLE assure_internal.job OWNER TO test_owner_released;

--
-- Name: TABLE job; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON TABLE assure_internal.job IS 'The jobs that background workers or pg_cron drive; what each does is fixed.';


--
-- Name: COLUMN job.name; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.name IS 'name of the job';


--
-- Name: COLUMN job.job_no; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.job_no IS 'its number in the library, objid of the lock that is held while it runs; pg_locks shows it as advisory with classid 1634956146 and objsubid 3';


--
-- Name: COLUMN job.period_seconds; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.period_seconds IS 'from one start to the next; the owner of the table may change it';


--
-- Name: COLUMN job.on_arrival; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.on_arrival IS 'background workers also run it, about once a second at most, when something arrives';


--
-- Name: COLUMN job.paused; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.paused IS 'not run until assure.resume(job)';


--
-- Name: COLUMN job.paused_by; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.paused_by IS 'session user who paused it';


--
-- Name: COLUMN job.paused_at; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.paused_at IS 'when it was paused';


--
-- Name: COLUMN job.next_run_at; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.next_run_at IS 'when it is due; while it runs: when it would be due if this run failed';


--
-- Name: COLUMN job.started_at; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.started_at IS 'start of a run that has not ended, or was interrupted; counted in failures and total_failures until it ends well';


--
-- Name: COLUMN job.started_by; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.started_by IS 'what drove the last run: worker (a background worker), pg_cron or session (somebody''s CALL)';


--
-- Name: COLUMN job.last_ok_at; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.last_ok_at IS 'end of the last run that went well';


--
-- Name: COLUMN job.last_duration_ms; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.last_duration_ms IS 'how long that took, milliseconds';


--
-- Name: COLUMN job.failures; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.failures IS 'runs in a row that failed; each doubles the wait, an hour at most';


--
-- Name: COLUMN job.last_error_at; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.last_error_at IS 'when a run last failed; of one that was interrupted, its start';


--
-- Name: COLUMN job.last_error_code; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.last_error_code IS 'SQLSTATE of that failure; NULL: interrupted';


--
-- Name: COLUMN job.last_error; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.last_error IS 'its message, the first 500 bytes';


--
-- Name: COLUMN job.total_runs; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.total_runs IS 'runs so far';


--
-- Name: COLUMN job.total_failures; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.job.total_failures IS 'of these, failed';


--
-- Name: job_status; Type: VIEW; Schema: assure_bi; Owner: test_owner_released
--

CREATE VIEW assure_bi.job_status AS
 SELECT s.job,
    s.period,
    s.paused,
        CASE
            WHEN s.paused THEN 'paused'::text
            WHEN s.running THEN 'running'::text
            WHEN (s.next_run_at < (now() - GREATEST(((5)::double precision * s.period), '00:05:00'::interval))) THEN 'overdue'::text
            WHEN (s.failures > 0) THEN 'failing'::text
            ELSE 'waiting'::text
        END AS state,
    s.next_run_at,
    s.last_ok_at,
    make_interval(secs => (((s.last_duration_ms)::numeric / 1000.0))::double precision) AS last_duration,
    s.failures,
    s.last_error_at,
    s.last_error_code,
    s.last_error,
        CASE
            WHEN ((s.next_run_at < (now() - GREATEST(((5)::double precision * s.period), '00:05:00'::interval))) AND (NOT s.paused) AND (NOT s.running)) THEN 'nothing: list the database in assure.databases, or call assure.install_schedules()'::text
            ELSE s.started_by
        END AS driven_by,
    s.total_runs,
    s.total_failures,
    s.paused_by,
    s.paused_at
   FROM ( SELECT j.name AS job,
            make_interval(secs => (j.period_seconds)::double precision) AS period,
            j.paused,
            r.running,
            j.next_run_at,
            j.last_ok_at,
            j.last_duration_ms,
            (j.failures - ((r.running AND (j.started_at IS NOT NULL)))::integer) AS failures,
            (j.total_failures - ((r.running AND (j.started_at IS NOT NULL)))::integer) AS total_failures,
            j.last_error_at,
            j.last_error_code,
            j.last_error,
            j.started_by,
            j.total_runs,
            j.paused_by,
            j.paused_at
           FROM (assure_internal.job j
             CROSS JOIN LATERAL ( SELECT (EXISTS ( SELECT
                           FROM pg_locks l
                          WHERE ((l.locktype = 'advisory'::text) AND l.granted AND (l.objsubid = 3) AND (l.classid = (1634956146)::oid) AND (l.objid = (j.job_no)::oid) AND (l.database = ( SELECT d.oid
                                   FROM pg_database d
                                  WHERE (d.datname = current_database())))))) AS running) r)) s;


ALTER TABLE assure_bi.job_status OWNER TO test_owner_released;

--
-- Name: VIEW job_status; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON VIEW assure_bi.job_status IS 'The jobs: when they run, how the last run went, and whether anything drives them.';


--
-- Name: COLUMN job_status.job; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.job_status.job IS 'name of the job';


--
-- Name: COLUMN job_status.period; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.job_status.period IS 'from one start to the next';


--
-- Name: COLUMN job_status.paused; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.job_status.paused IS 'not run until it is resumed';


--
-- Name: COLUMN job_status.state; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.job_status.state IS 'waiting, running, failing (the last run failed; it is tried again), paused, or overdue (should have run long ago: nothing drives it, or the work piles up)';


--
-- Name: COLUMN job_status.next_run_at; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.job_status.next_run_at IS 'when it is due';


--
-- Name: COLUMN job_status.last_ok_at; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.job_status.last_ok_at IS 'end of the last run that went well';


--
-- Name: COLUMN job_status.last_duration; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.job_status.last_duration IS 'how long that took';


--
-- Name: COLUMN job_status.failures; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.job_status.failures IS 'runs in a row that failed';


--
-- Name: COLUMN job_status.last_error_at; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.job_status.last_error_at IS 'when a run last failed';


--
-- Name: COLUMN job_status.last_error_code; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.job_status.last_error_code IS 'SQLSTATE of that failure; NULL: the run was interrupted';


--
-- Name: COLUMN job_status.last_error; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.job_status.last_error IS 'its message';


--
-- Name: COLUMN job_status.driven_by; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.job_status.driven_by IS 'what ran it last (worker, pg_cron or session); of an overdue job, what to do';


--
-- Name: COLUMN job_status.total_runs; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.job_status.total_runs IS 'runs so far';


--
-- Name: COLUMN job_status.total_failures; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.job_status.total_failures IS 'of these, failed';


--
-- Name: COLUMN job_status.paused_by; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.job_status.paused_by IS 'who paused it';


--
-- Name: COLUMN job_status.paused_at; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.job_status.paused_at IS 'when it was paused';


--
-- Name: member; Type: VIEW; Schema: assure_bi; Owner: test_owner_released
--

CREATE VIEW assure_bi.member WITH (security_barrier='true') AS
 SELECT m.account_id,
    m.member_id,
    p.ref AS policy,
    p.insurer,
    b.code AS branch,
    m.ref AS member_ref,
    assure_bi.mask_name(m.name) AS name,
    assure_bi.mask_middle(m.resident_id, 4, 4) AS resident_id,
    (EXTRACT(year FROM m.birth_date))::integer AS birth_year,
    m.sex,
    assure_bi.mask_middle(m.phone, 3, 4) AS phone,
    ("left"(m.region, 2) || '0000'::text) AS province
   FROM (((assure.member m
     JOIN assure.account a USING (account_id))
     JOIN assure.policy p USING (policy_id))
     JOIN assure.branch b USING (branch_id));


ALTER TABLE assure_bi.member OWNER TO test_owner_released;

--
-- Name: VIEW member; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON VIEW assure_bi.member IS 'Insured people, masked.';


--
-- Name: COLUMN member.account_id; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.member.account_id IS 'certificate';


--
-- Name: COLUMN member.member_id; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.member.member_id IS 'person';


--
-- Name: COLUMN member.policy; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.member.policy IS 'policy number';


--
-- Name: COLUMN member.insurer; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.member.insurer IS 'insurer of the group';


--
-- Name: COLUMN member.branch; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.member.branch IS 'branch that insures';


--
-- Name: COLUMN member.member_ref; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.member.member_ref IS 'member reference within the policy';


--
-- Name: COLUMN member.name; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.member.name IS 'masked name';


--
-- Name: COLUMN member.resident_id; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.member.resident_id IS 'masked resident identity number';


--
-- Name: COLUMN member.birth_year; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.member.birth_year IS 'year of birth';


--
-- Name: COLUMN member.sex; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.member.sex IS 'F or M';


--
-- Name: COLUMN member.phone; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.member.phone IS 'masked telephone';


--
-- Name: COLUMN member.province; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.member.province IS 'province of the stated residence';


--
-- Name: open_alert; Type: VIEW; Schema: assure_bi; Owner: test_owner_released
--

CREATE VIEW assure_bi.open_alert WITH (security_barrier='true') AS
 SELECT a.alert_id,
    a.level,
    a.at_target,
    q.code AS queue,
    b.code AS branch,
    a.subject_kind,
    a.subject_id,
    a.due_at,
    a.raised_at,
    a.acknowledged_at
   FROM (((assure.alert a
     LEFT JOIN assure.task t ON (((a.subject_kind = 'task'::text) AND (t.task_id = a.subject_id))))
     LEFT JOIN assure.queue q USING (queue_id))
     LEFT JOIN assure.branch b ON ((b.branch_id = a.branch_id)))
  WHERE (a.resolved_at IS NULL);


ALTER TABLE assure_bi.open_alert OWNER TO test_owner_released;

--
-- Name: VIEW open_alert; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON VIEW assure_bi.open_alert IS 'Alerts whose cause is still there.';


--
-- Name: COLUMN open_alert.alert_id; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.open_alert.alert_id IS 'alert';


--
-- Name: COLUMN open_alert.level; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.open_alert.level IS 'new, stalled or overlong';


--
-- Name: COLUMN open_alert.at_target; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.open_alert.at_target IS 'true: the target itself is passed; false: a warning';


--
-- Name: COLUMN open_alert.queue; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.open_alert.queue IS 'queue of the task';


--
-- Name: COLUMN open_alert.branch; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.open_alert.branch IS 'branch of the subject';


--
-- Name: COLUMN open_alert.subject_kind; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.open_alert.subject_kind IS 'task';


--
-- Name: COLUMN open_alert.subject_id; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.open_alert.subject_id IS 'the task';


--
-- Name: COLUMN open_alert.due_at; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.open_alert.due_at IS 'the moment that was passed';


--
-- Name: COLUMN open_alert.raised_at; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.open_alert.raised_at IS 'when it was raised';


--
-- Name: COLUMN open_alert.acknowledged_at; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.open_alert.acknowledged_at IS 'when a person took notice';


--
-- Name: queue_monitor; Type: VIEW; Schema: assure_bi; Owner: test_owner_released
--

CREATE VIEW assure_bi.queue_monitor WITH (security_barrier='true') AS
 SELECT q.code AS queue,
    q.name,
    t.state,
    count(*) AS tasks,
    min(t.created_at) AS oldest,
    round((sum(t.amount_fen) / 100.0), 2) AS amount
   FROM (assure.task t
     JOIN assure.queue q USING (queue_id))
  GROUP BY q.code, q.name, t.state;


ALTER TABLE assure_bi.queue_monitor OWNER TO test_owner_released;

--
-- Name: VIEW queue_monitor; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON VIEW assure_bi.queue_monitor IS 'Tasks by queue and state.';


--
-- Name: COLUMN queue_monitor.queue; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.queue_monitor.queue IS 'code of the queue';


--
-- Name: COLUMN queue_monitor.name; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.queue_monitor.name IS 'name of the queue';


--
-- Name: COLUMN queue_monitor.state; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.queue_monitor.state IS 'open, reserved, accepted, done or cancelled';


--
-- Name: COLUMN queue_monitor.tasks; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.queue_monitor.tasks IS 'number of tasks';


--
-- Name: COLUMN queue_monitor.oldest; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.queue_monitor.oldest IS 'when the oldest of them came up';


--
-- Name: COLUMN queue_monitor.amount; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.queue_monitor.amount IS 'amount at stake, yuan';


--
-- Name: service_usage; Type: VIEW; Schema: assure_bi; Owner: test_owner_released
--

CREATE VIEW assure_bi.service_usage WITH (security_barrier='true') AS
 SELECT v.code AS service,
    v.name,
    o.insurer,
    o.state,
    count(*) AS orders,
    count(DISTINCT o.member_id) AS customers
   FROM (assure.service_order o
     JOIN assure.service v USING (service_id))
  GROUP BY v.code, v.name, o.insurer, o.state;


ALTER TABLE assure_bi.service_usage OWNER TO test_owner_released;

--
-- Name: VIEW service_usage; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON VIEW assure_bi.service_usage IS 'Service orders by service, insurer and state.';


--
-- Name: COLUMN service_usage.service; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.service_usage.service IS 'code of the service';


--
-- Name: COLUMN service_usage.name; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.service_usage.name IS 'name of the service';


--
-- Name: COLUMN service_usage.insurer; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.service_usage.insurer IS 'insurer of the group';


--
-- Name: COLUMN service_usage.state; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.service_usage.state IS 'requested, done or cancelled';


--
-- Name: COLUMN service_usage.orders; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.service_usage.orders IS 'number of orders';


--
-- Name: COLUMN service_usage.customers; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.service_usage.customers IS 'distinct customers';


--
-- Name: sla_attainment; Type: VIEW; Schema: assure_bi; Owner: test_owner_released
--

CREATE VIEW assure_bi.sla_attainment WITH (security_barrier='true') AS
 SELECT q.code AS queue,
    count(*) AS tasks,
    count(*) FILTER (WHERE (c.stopped_at <= c.target_at)) AS in_time,
    count(*) FILTER (WHERE ((c.state = 'running'::text) AND (c.target_at < now()))) AS overdue,
    round(((count(*) FILTER (WHERE (c.stopped_at <= c.target_at)))::numeric / (NULLIF(count(*) FILTER (WHERE (c.state = 'stopped'::text)), 0))::numeric), 4) AS attainment
   FROM ((assure.clock c
     JOIN assure.task t ON (((c.subject_kind = 'task'::text) AND (t.task_id = c.subject_id))))
     JOIN assure.queue q USING (queue_id))
  GROUP BY q.code;


ALTER TABLE assure_bi.sla_attainment OWNER TO test_owner_released;

--
-- Name: VIEW sla_attainment; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON VIEW assure_bi.sla_attainment IS 'How many tasks were done in time.';


--
-- Name: COLUMN sla_attainment.queue; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.sla_attainment.queue IS 'code of the queue';


--
-- Name: COLUMN sla_attainment.tasks; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.sla_attainment.tasks IS 'tasks with a deadline';


--
-- Name: COLUMN sla_attainment.in_time; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.sla_attainment.in_time IS 'done in time';


--
-- Name: COLUMN sla_attainment.overdue; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.sla_attainment.overdue IS 'not done and past the target';


--
-- Name: COLUMN sla_attainment.attainment; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.sla_attainment.attainment IS 'in_time out of those done';


--
-- Name: worker_load; Type: VIEW; Schema: assure_bi; Owner: test_owner_released
--

CREATE VIEW assure_bi.worker_load WITH (security_barrier='true') AS
 SELECT w.code AS worker,
    b.code AS branch,
    ("left"(b.region, 2) || '0000'::text) AS province,
    w.status,
    w.capacity,
    count(t.task_id) FILTER (WHERE (t.state = ANY (ARRAY['reserved'::text, 'accepted'::text]))) AS load
   FROM ((assure.worker w
     JOIN assure.branch b USING (branch_id))
     LEFT JOIN assure.task t ON (((t.worker_id = w.worker_id) AND (t.state = ANY (ARRAY['reserved'::text, 'accepted'::text])))))
  GROUP BY w.worker_id, w.code, b.code, b.region, w.status, w.capacity;


ALTER TABLE assure_bi.worker_load OWNER TO test_owner_released;

--
-- Name: VIEW worker_load; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON VIEW assure_bi.worker_load IS 'Workers with the tasks they have now.';


--
-- Name: COLUMN worker_load.worker; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.worker_load.worker IS 'code of the worker';


--
-- Name: COLUMN worker_load.branch; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.worker_load.branch IS 'branch that employs';


--
-- Name: COLUMN worker_load.province; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.worker_load.province IS 'province of that branch';


--
-- Name: COLUMN worker_load.status; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.worker_load.status IS 'on_shift, off_shift or left';


--
-- Name: COLUMN worker_load.capacity; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.worker_load.capacity IS 'tasks at once';


--
-- Name: COLUMN worker_load.load; Type: COMMENT; Schema: assure_bi; Owner: test_owner_released
--

COMMENT ON COLUMN assure_bi.worker_load.load IS 'tasks reserved or accepted';


--
-- Name: account_book; Type: TABLE; Schema: assure_internal; Owner: test_owner_released
--

CREATE TABLE assure_internal.account_book (
    account_id bigint NOT NULL,
    revision bigint DEFAULT 0 NOT NULL
)
WITH (fillfactor='70');


ALTER TABLE assure_internal.account_book OWNER TO test_owner_released;

--
-- Name: TABLE account_book; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON TABLE assure_internal.account_book IS 'One row an account: whoever books on it updates this row first, which is the lock on all its balances, those not yet there included.';


--
-- Name: COLUMN account_book.account_id; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.account_book.account_id IS 'the certificate';


--
-- Name: COLUMN account_book.revision; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.account_book.revision IS 'how often its books were opened for writing';


--
-- Name: member_ref; Type: TABLE; Schema: assure_internal; Owner: test_owner_released
--

CREATE TABLE assure_internal.member_ref (
    policy_id bigint NOT NULL,
    ref text NOT NULL,
    account_id bigint NOT NULL,
    member_id bigint NOT NULL
);


ALTER TABLE assure_internal.member_ref OWNER TO test_owner_released;

--
-- Name: TABLE member_ref; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON TABLE assure_internal.member_ref IS 'Routing: policy and member reference to the account and person.';


--
-- Name: COLUMN member_ref.policy_id; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.member_ref.policy_id IS 'the policy';


--
-- Name: COLUMN member_ref.ref; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.member_ref.ref IS 'member reference within it';


--
-- Name: COLUMN member_ref.account_id; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.member_ref.account_id IS 'the certificate';


--
-- Name: COLUMN member_ref.member_id; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.member_ref.member_id IS 'the person';


--
-- Name: request; Type: TABLE; Schema: assure_internal; Owner: test_owner_released
--

CREATE TABLE assure_internal.request (
    request_id text NOT NULL,
    function text NOT NULL,
    arguments_hash bytea NOT NULL,
    answer jsonb,
    requested_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT request_request_id_check CHECK (((length(request_id) >= 1) AND (length(request_id) <= 200)))
)
WITH (fillfactor='70');


ALTER TABLE assure_internal.request OWNER TO test_owner_released;

--
-- Name: TABLE request; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON TABLE assure_internal.request IS 'Answers by request_id: a retried call returns the first answer and does nothing.';


--
-- Name: COLUMN request.request_id; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.request.request_id IS 'the caller''s own key of the request';


--
-- Name: COLUMN request.function; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.request.function IS 'the function that was called';


--
-- Name: COLUMN request.arguments_hash; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.request.arguments_hash IS 'SHA-256 of its arguments: the same request_id with others is an error';


--
-- Name: COLUMN request.answer; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.request.answer IS 'what the first call returned';


--
-- Name: COLUMN request.requested_at; Type: COMMENT; Schema: assure_internal; Owner: test_owner_released
--

COMMENT ON COLUMN assure_internal.request.requested_at IS 'when it was first called; kept for assure.request_retention';


--
-- Data for Name: access_grant; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.access_grant (role_name, scope, granted_by, granted_at) FROM stdin;
\.


--
-- Data for Name: account; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.account (account_id, policy_id, ref, created_at) FROM stdin;
1	1	F1	2026-11-22 00:55:13.035608+00
4	2	S1	2026-11-22 00:55:13.035608+00
5	3	G1	2026-11-22 00:55:13.035608+00
\.


--
-- Data for Name: alert; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.alert (alert_id, level, clock_id, step, at_target, subject_kind, subject_id, branch_id, due_at, raised_at, acknowledged_at, acknowledged_by, resolved_at) FROM stdin;
\.


--
-- Data for Name: audit_log; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.audit_log (audit_id, logged_at, action, session_role, actor_worker_id, subject, row_count, root_hash, detail) FROM stdin;
1	2026-11-22 00:55:13.031443+00	configure.insert	postgres	\N	branch 1	1	\N	\N
2	2026-11-22 00:55:13.031656+00	configure.insert	postgres	\N	branch 2	1	\N	\N
3	2026-11-22 00:55:13.031753+00	configure.insert	postgres	\N	branch 3	1	\N	\N
4	2026-11-22 00:55:13.032323+00	configure.insert	postgres	\N	provider 1	1	\N	\N
5	2026-11-22 00:55:13.032411+00	configure.insert	postgres	\N	provider 2	1	\N	\N
6	2026-11-22 00:55:13.032482+00	configure.insert	postgres	\N	provider 3	1	\N	\N
7	2026-11-22 00:55:13.032904+00	configure.insert	postgres	\N	service 1	1	\N	\N
8	2026-11-22 00:55:13.032936+00	configure.insert	postgres	\N	service 2	1	\N	\N
9	2026-11-22 00:55:13.034129+00	publish_plan	postgres	\N	plan STD version 1	1	\N	\N
10	2026-11-22 00:55:13.034514+00	publish_plan	postgres	\N	plan FREE version 2	1	\N	\N
11	2026-11-22 00:55:13.035254+00	add_policy	postgres	\N	policy 1	1	\N	\N
12	2026-11-22 00:55:13.035386+00	add_policy	postgres	\N	policy 2	1	\N	\N
13	2026-11-22 00:55:13.035481+00	add_policy	postgres	\N	policy 3	1	\N	\N
14	2026-11-22 00:55:13.037477+00	enroll	postgres	\N	account 1 member 1	1	\N	\N
15	2026-11-22 00:55:13.037943+00	enroll	postgres	\N	account 1 member 2	1	\N	\N
16	2026-11-22 00:55:13.038297+00	enroll	postgres	\N	account 1 member 3	1	\N	\N
17	2026-11-22 00:55:13.03863+00	enroll	postgres	\N	account 4 member 4	1	\N	\N
18	2026-11-22 00:55:13.038965+00	enroll	postgres	\N	account 5 member 5	1	\N	\N
19	2026-11-22 00:55:13.039569+00	configure.insert	postgres	\N	worker 1	1	\N	\N
20	2026-11-22 00:55:13.039632+00	configure.insert	postgres	\N	worker 2	1	\N	\N
21	2026-11-22 00:55:13.039671+00	configure.insert	postgres	\N	worker 3	1	\N	\N
22	2026-11-22 00:55:13.040057+00	configure.insert	postgres	\N	worker_skill 1	1	\N	\N
23	2026-11-22 00:55:13.040108+00	configure.insert	postgres	\N	worker_skill 2	1	\N	\N
24	2026-11-22 00:55:13.040144+00	configure.insert	postgres	\N	worker_skill 3	1	\N	\N
25	2026-11-22 00:55:13.054118+00	adjudicate_pending	postgres	\N	\N	44	\\x8612bd6ca19098531a7a0b24c7fd7f1dc9d9cb20b035f1e0ec2098b367aae63c	\N
26	2026-11-22 00:55:13.058187+00	adjudicate	postgres	\N	\N	1	\\x9d4860d2a70c2fadaf3bcbd8cee032b69e1165c9ff388555a3ac7ab872124c17	\N
27	2026-11-22 00:55:13.059592+00	order_service	postgres	\N	order 1	1	\N	\N
28	2026-11-22 00:55:13.060313+00	finish_service	postgres	\N	order 1	1	\N	\N
29	2026-11-22 00:55:13.062541+00	dispatch	postgres	\N	queue 1	1	\N	\N
\.


--
-- Data for Name: balance; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.balance (account_id, member_id, counter, period, measure, value, limit_value) FROM stdin;
1	1	OP	year:2024-01-01	deductible	50000	50000
1	2	OP	year:2024-01-01	deductible	34000	50000
1	3	OP	year:2024-01-01	deductible	38000	50000
4	4	OP	year:2024-01-01	deductible	42000	50000
5	5	ALL	year:2024-01-01	amount	46000	\N
5	5	ALL	lifetime	paid	46000	\N
\.


--
-- Data for Name: bill; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.bill (account_id, claim_id, "position", bill_no, provider_code, care, from_date, to_date, submitted_fen, social_paid_fen, other_paid_fen) FROM stdin;
1	1	1	B-D1	H1	outpatient	2024-03-10	2024-03-10	1000	0	0
1	2	1	B-D2	H1	outpatient	2024-03-10	2024-03-10	2000	0	0
4	3	1	B-D3	H1	outpatient	2024-03-10	2024-03-10	3000	0	0
5	4	1	B-D4	H1	outpatient	2024-03-10	2024-03-10	4000	0	0
1	5	1	B-D5	H1	outpatient	2024-03-10	2024-03-10	5000	0	0
1	6	1	B-D6	H1	outpatient	2024-03-10	2024-03-10	6000	0	0
1	7	1	B-D7	H1	outpatient	2024-03-10	2024-03-10	7000	0	0
4	8	1	B-D8	H1	outpatient	2024-03-10	2024-03-10	8000	0	0
5	9	1	B-D9	H1	outpatient	2024-03-10	2024-03-10	9000	0	0
1	10	1	B-D10	H1	outpatient	2024-03-10	2024-03-10	10000	0	0
1	11	1	B-D11	H1	outpatient	2024-03-10	2024-03-10	11000	0	0
1	12	1	B-D12	H1	outpatient	2024-03-10	2024-03-10	12000	0	0
4	13	1	B-D13	H1	outpatient	2024-03-10	2024-03-10	13000	0	0
5	14	1	B-D14	H1	outpatient	2024-03-10	2024-03-10	14000	0	0
1	15	1	B-D15	H1	outpatient	2024-03-10	2024-03-10	15000	0	0
1	16	1	B-D16	H1	outpatient	2024-03-10	2024-03-10	16000	0	0
1	17	1	B-D17	H1	outpatient	2024-03-10	2024-03-10	17000	0	0
4	18	1	B-D18	H1	outpatient	2024-03-10	2024-03-10	18000	0	0
5	19	1	B-D19	H1	outpatient	2024-03-10	2024-03-10	19000	0	0
1	20	1	B-D20	H1	outpatient	2024-03-10	2024-03-10	20000	0	0
1	21	1	B-BIG	H1	outpatient	2024-03-10	2024-03-10	900000	0	0
5	22	1	B-W1	H1	outpatient	2024-03-10	2024-03-10	10000	0	0
5	23	1	B-W2	H1	outpatient	2024-03-10	2024-03-10	10000	0	0
5	24	1	B-W3	H1	outpatient	2024-03-10	2024-03-10	10000	0	0
5	25	1	B-W4	H1	outpatient	2024-03-10	2024-03-10	10000	0	0
5	26	1	B-W5	H1	outpatient	2024-03-10	2024-03-10	10000	0	0
\.


--
-- Data for Name: branch; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.branch (branch_id, code, name, region, status) FROM stdin;
1	BJ	Beijing	110101	online
2	SH	Shanghai	310101	online
3	GD	Guangdong	440300	online
\.


--
-- Data for Name: branch_access; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.branch_access (role_name, branch_id) FROM stdin;
\.


--
-- Data for Name: claim; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.claim (account_id, claim_id, ref, policy_id, member_id, branch_id, cause, event_date, submitted_at, submitted_fen, document, received_at, received_by, received_actor_id) FROM stdin;
1	1	D1	1	2	1	illness	2024-03-10	2024-03-20 01:00:00+00	1000	{"ref": "D1", "bills": [{"no": "B-D1", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "10.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-BJ", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "M2", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
1	2	D2	1	3	1	illness	2024-03-10	2024-03-20 01:00:00+00	2000	{"ref": "D2", "bills": [{"no": "B-D2", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "20.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-BJ", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "M3", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
4	3	D3	2	4	2	illness	2024-03-10	2024-03-20 01:00:00+00	3000	{"ref": "D3", "bills": [{"no": "B-D3", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "30.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-SH", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "S1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
5	4	D4	3	5	3	illness	2024-03-10	2024-03-20 01:00:00+00	4000	{"ref": "D4", "bills": [{"no": "B-D4", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "40.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-GD", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "G1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
1	5	D5	1	1	1	illness	2024-03-10	2024-03-20 01:00:00+00	5000	{"ref": "D5", "bills": [{"no": "B-D5", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "50.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-BJ", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "M1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
1	6	D6	1	2	1	illness	2024-03-10	2024-03-20 01:00:00+00	6000	{"ref": "D6", "bills": [{"no": "B-D6", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "60.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-BJ", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "M2", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
1	7	D7	1	3	1	illness	2024-03-10	2024-03-20 01:00:00+00	7000	{"ref": "D7", "bills": [{"no": "B-D7", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "70.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-BJ", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "M3", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
4	8	D8	2	4	2	illness	2024-03-10	2024-03-20 01:00:00+00	8000	{"ref": "D8", "bills": [{"no": "B-D8", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "80.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-SH", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "S1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
5	9	D9	3	5	3	illness	2024-03-10	2024-03-20 01:00:00+00	9000	{"ref": "D9", "bills": [{"no": "B-D9", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "90.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-GD", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "G1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
1	10	D10	1	1	1	illness	2024-03-10	2024-03-20 01:00:00+00	10000	{"ref": "D10", "bills": [{"no": "B-D10", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "100.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-BJ", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "M1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
1	11	D11	1	2	1	illness	2024-03-10	2024-03-20 01:00:00+00	11000	{"ref": "D11", "bills": [{"no": "B-D11", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "110.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-BJ", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "M2", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
1	12	D12	1	3	1	illness	2024-03-10	2024-03-20 01:00:00+00	12000	{"ref": "D12", "bills": [{"no": "B-D12", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "120.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-BJ", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "M3", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
4	13	D13	2	4	2	illness	2024-03-10	2024-03-20 01:00:00+00	13000	{"ref": "D13", "bills": [{"no": "B-D13", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "130.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-SH", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "S1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
5	14	D14	3	5	3	illness	2024-03-10	2024-03-20 01:00:00+00	14000	{"ref": "D14", "bills": [{"no": "B-D14", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "140.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-GD", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "G1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
1	15	D15	1	1	1	illness	2024-03-10	2024-03-20 01:00:00+00	15000	{"ref": "D15", "bills": [{"no": "B-D15", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "150.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-BJ", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "M1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
1	16	D16	1	2	1	illness	2024-03-10	2024-03-20 01:00:00+00	16000	{"ref": "D16", "bills": [{"no": "B-D16", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "160.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-BJ", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "M2", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
1	17	D17	1	3	1	illness	2024-03-10	2024-03-20 01:00:00+00	17000	{"ref": "D17", "bills": [{"no": "B-D17", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "170.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-BJ", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "M3", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
4	18	D18	2	4	2	illness	2024-03-10	2024-03-20 01:00:00+00	18000	{"ref": "D18", "bills": [{"no": "B-D18", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "180.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-SH", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "S1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
5	19	D19	3	5	3	illness	2024-03-10	2024-03-20 01:00:00+00	19000	{"ref": "D19", "bills": [{"no": "B-D19", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "190.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-GD", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "G1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
1	20	D20	1	1	1	illness	2024-03-10	2024-03-20 01:00:00+00	20000	{"ref": "D20", "bills": [{"no": "B-D20", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "200.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-BJ", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "M1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.041107+00	postgres	\N
1	21	BIG	1	1	1	illness	2024-03-10	2024-03-20 01:00:00+00	900000	{"ref": "BIG", "bills": [{"no": "B-BIG", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "9000.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-BJ", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "M1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.054271+00	postgres	\N
5	22	W1	3	5	3	illness	2024-03-10	2024-03-20 01:00:00+00	10000	{"ref": "W1", "bills": [{"no": "B-W1", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "100.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-GD", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "G1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.062706+00	postgres	\N
5	23	W2	3	5	3	illness	2024-03-10	2024-03-20 01:00:00+00	10000	{"ref": "W2", "bills": [{"no": "B-W2", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "100.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-GD", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "G1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.062706+00	postgres	\N
5	24	W3	3	5	3	illness	2024-03-10	2024-03-20 01:00:00+00	10000	{"ref": "W3", "bills": [{"no": "B-W3", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "100.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-GD", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "G1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.062706+00	postgres	\N
5	25	W4	3	5	3	illness	2024-03-10	2024-03-20 01:00:00+00	10000	{"ref": "W4", "bills": [{"no": "B-W4", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "100.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-GD", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "G1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.062706+00	postgres	\N
5	26	W5	3	5	3	illness	2024-03-10	2024-03-20 01:00:00+00	10000	{"ref": "W5", "bills": [{"no": "B-W5", "care": "outpatient", "from": "2024-03-10", "items": [{"no": 1, "class": "A", "amount": "100.00", "category": "drug"}], "provider": {"code": "H1"}}], "policy": "P-GD", "diagnoses": ["J18.9"], "event_date": "2024-03-10", "member_ref": "G1", "submitted_at": "2024-03-20T09:00:00+08:00"}	2026-11-22 00:55:13.062706+00	postgres	\N
\.


--
-- Data for Name: claim_ref; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.claim_ref (ref, account_id, claim_id, document_hash) FROM stdin;
D1	1	1	\\xb3736efdc03dfb4239f217f6ea10de26c8eee214f05d269f057d8cc308a82712
D2	1	2	\\x84737c87976e224e5ba9b663fedfed3336e7a88e94ce25595a1f98dfe2064f7e
D3	4	3	\\xdfd27fba85a3b63ee4162155433594ad7564ba106a1ae440ba86d6ce75e2f5ea
D4	5	4	\\xc07a0e390ba43d6f6d475b7a14469e7b8a816afd7069b4d073a568c5b7181293
D5	1	5	\\xd7d51a2851f42d69c4a15670eb22f098cb0047f7cdcd11665cf6a0f17efc9a31
D6	1	6	\\x5925f39789296a986687022828006890e7840a0b82719f8c673ba1b21d0bad7b
D7	1	7	\\x69b98b1cd4f0a5c9f40e3afcb796bbb75406cf202474a956daa5d85dfc77a8b9
D8	4	8	\\x9c203b5b5cdbf721090ca1e7ffe4ea91ac232450c3ff3db985a45e2f74b2fb7a
D9	5	9	\\xfda183d77c41a4572e29056abe2bba7ea59b6a370d3e10a0952f0f5c05c8df3c
D10	1	10	\\x4b7791d96ee2fc431850b3edaeb72e3f0d61fc7add3c5a4364f12145bf3f4145
D11	1	11	\\xc590ede86cafac76393b51193cfd9401f01fe403611ca968f7d9fa99ba2d672f
D12	1	12	\\x98aac59abccf820ba6a8ce8b8e802e1316132f27b8f520838832186f069cb6bb
D13	4	13	\\x98ea1836cd083ee7aba991580149009fc86e2354b5ad5b2d93eeb3d2644140ca
D14	5	14	\\xc4b5671250018175154a02a034c00da67f1e15e6ae416b552eb0320d32629eb3
D15	1	15	\\xf841dc0979971942952942a93231ce2de2dda7c67151447360c8021ad2917746
D16	1	16	\\xa60a0a5af86eea0895af92e7c785da9edaac7411c00a2b1fe02dab466882a271
D17	1	17	\\x28d2c4500baf23e21478d90a144c9e823f406478acc9e4da48cddad29c42b8ac
D18	4	18	\\x2598452a95d296de8044fcb95a80e0c021c26f3380572a17f93fc3b0841ea5dc
D19	5	19	\\xda9bd7d0de3b1741afd8574138bea396d075f3afc7901aaa76799d9a1ac4c37a
D20	1	20	\\x233a7c74f62901acb22da1e00e23fb9ce430f195277b84da80b73c9412cd9afc
BIG	1	21	\\x5005add2823bd9667226ddecdee7b40cdd2f7960aaef56b2124feccb8b08933b
W1	5	22	\\x75f8a3194422fc6cada939cbc93c38fa7efe15dc4d4230f0a2fa8d15b831eb38
W2	5	23	\\x904604439a890974cf59728d6d582b73324102a1bfc2fb49f7ff66aa00d6ba57
W3	5	24	\\x9dffb4c8d388a3ff061efe010dba3cf28405a7b10b853ce41e8899a4ed0ab0ab
W4	5	25	\\xafff12e11ce0726a815c4b8b66adaa3a9b722b0e9d8cced7b34b9e254ce8b1fc
W5	5	26	\\x1664a41673e1fbefb528c858ae4c787bf7c07bd82a808ff245dcb13a73f0dab6
\.


--
-- Data for Name: clock; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.clock (clock_id, subject_kind, subject_id, branch_id, sla_policy_id, state, started_at, target_at, progress_at, stopped_at, next_step, stalled, next_due) FROM stdin;
1	task	1	1	1	running	2024-03-20 01:00:00+00	2024-03-23 01:00:00+00	2026-11-22 00:55:13.061364+00	\N	1	f	2026-11-22 00:55:13.054271+00
\.


--
-- Data for Name: decision; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.decision (account_id, claim_id, decision_no, verdict, submitted_fen, paid_fen, plan_version_id, reasons, result, engine, note, decided_at, decided_by, actor_worker_id, audit_id, row_hash) FROM stdin;
1	1	1	deny	1000	0	1	[{"bill": "B-D1", "code": "deductible", "amount": "10.00", "benefit": "OP"}]	{"paid": "0.00", "bills": [{"no": "B-D1", "items": [{"no": 1, "paid": "0.00"}], "benefits": [{"code": "OP", "paid": "0.00", "copay": "0.00", "offset": "0.00", "submitted": "10.00", "deductible": "10.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "deny", "submitted": "10.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\xa0eb441a54598043891520431417d8a9348a30d34c2f65111dfe721aaf312f59
1	2	1	deny	2000	0	1	[{"bill": "B-D2", "code": "deductible", "amount": "20.00", "benefit": "OP"}]	{"paid": "0.00", "bills": [{"no": "B-D2", "items": [{"no": 1, "paid": "0.00"}], "benefits": [{"code": "OP", "paid": "0.00", "copay": "0.00", "offset": "0.00", "submitted": "20.00", "deductible": "20.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "deny", "submitted": "20.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\x56b389c7406257500fd05536ffc22f98f09681ab3b7af1c79d764ae6669a7f9c
4	3	1	deny	3000	0	1	[{"bill": "B-D3", "code": "deductible", "amount": "30.00", "benefit": "OP"}]	{"paid": "0.00", "bills": [{"no": "B-D3", "items": [{"no": 1, "paid": "0.00"}], "benefits": [{"code": "OP", "paid": "0.00", "copay": "0.00", "offset": "0.00", "submitted": "30.00", "deductible": "30.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "deny", "submitted": "30.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\x0f3b74f52bfa7e320dc808c3a432aded7702e1a1ecfaaf6f126c1c41dfcce635
5	4	1	approve	4000	4000	2	[]	{"paid": "40.00", "bills": [{"no": "B-D4", "items": [{"no": 1, "paid": "40.00"}], "benefits": [{"code": "ALL", "paid": "40.00", "copay": "0.00", "offset": "0.00", "submitted": "40.00", "deductible": "0.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "pay", "submitted": "40.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\xf50e0218f266b4c46376cf60efe7647d0e33d25f810785e84bb685accf9cac6e
1	5	1	deny	5000	0	1	[{"bill": "B-D5", "code": "deductible", "amount": "50.00", "benefit": "OP"}]	{"paid": "0.00", "bills": [{"no": "B-D5", "items": [{"no": 1, "paid": "0.00"}], "benefits": [{"code": "OP", "paid": "0.00", "copay": "0.00", "offset": "0.00", "submitted": "50.00", "deductible": "50.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "deny", "submitted": "50.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\xea7b5ccb7e85f577661e50d4a09e1b3e9ff734dedac6fe6faf37b027b6158119
1	6	1	deny	6000	0	1	[{"bill": "B-D6", "code": "deductible", "amount": "60.00", "benefit": "OP"}]	{"paid": "0.00", "bills": [{"no": "B-D6", "items": [{"no": 1, "paid": "0.00"}], "benefits": [{"code": "OP", "paid": "0.00", "copay": "0.00", "offset": "0.00", "submitted": "60.00", "deductible": "60.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "deny", "submitted": "60.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\xc8146ae13e7f9b804922fdd1f442d1be928d7e02a91716ee5c11bc39ee4632ec
1	7	1	deny	7000	0	1	[{"bill": "B-D7", "code": "deductible", "amount": "70.00", "benefit": "OP"}]	{"paid": "0.00", "bills": [{"no": "B-D7", "items": [{"no": 1, "paid": "0.00"}], "benefits": [{"code": "OP", "paid": "0.00", "copay": "0.00", "offset": "0.00", "submitted": "70.00", "deductible": "70.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "deny", "submitted": "70.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\x399a1e1b1683a600c5722fdaa4197decbdaea05d9323a0429109996bcb1f53d4
4	8	1	deny	8000	0	1	[{"bill": "B-D8", "code": "deductible", "amount": "80.00", "benefit": "OP"}]	{"paid": "0.00", "bills": [{"no": "B-D8", "items": [{"no": 1, "paid": "0.00"}], "benefits": [{"code": "OP", "paid": "0.00", "copay": "0.00", "offset": "0.00", "submitted": "80.00", "deductible": "80.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "deny", "submitted": "80.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\xac51ce179254a2b1a5e97421bb0713bbc81d8a6f3e69510b57cdddb748395014
5	9	1	approve	9000	9000	2	[]	{"paid": "90.00", "bills": [{"no": "B-D9", "items": [{"no": 1, "paid": "90.00"}], "benefits": [{"code": "ALL", "paid": "90.00", "copay": "0.00", "offset": "0.00", "submitted": "90.00", "deductible": "0.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "pay", "submitted": "90.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\x9f5df47427a67dac9a5faf5c973438286bb9c437494b09d876e974e43ee6ca4c
1	10	1	deny	10000	0	1	[{"bill": "B-D10", "code": "deductible", "amount": "100.00", "benefit": "OP"}]	{"paid": "0.00", "bills": [{"no": "B-D10", "items": [{"no": 1, "paid": "0.00"}], "benefits": [{"code": "OP", "paid": "0.00", "copay": "0.00", "offset": "0.00", "submitted": "100.00", "deductible": "100.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "deny", "submitted": "100.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\xb12fd781f7464cee14bfb91141b4703a6bfecee5e04f9b62b1e58219d79e8056
1	11	1	deny	11000	0	1	[{"bill": "B-D11", "code": "deductible", "amount": "110.00", "benefit": "OP"}]	{"paid": "0.00", "bills": [{"no": "B-D11", "items": [{"no": 1, "paid": "0.00"}], "benefits": [{"code": "OP", "paid": "0.00", "copay": "0.00", "offset": "0.00", "submitted": "110.00", "deductible": "110.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "deny", "submitted": "110.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\x7482eb9f5acaca617d94bd1046d3a89995dfc723cc1411276839886e441c12d9
1	12	1	deny	12000	0	1	[{"bill": "B-D12", "code": "deductible", "amount": "120.00", "benefit": "OP"}]	{"paid": "0.00", "bills": [{"no": "B-D12", "items": [{"no": 1, "paid": "0.00"}], "benefits": [{"code": "OP", "paid": "0.00", "copay": "0.00", "offset": "0.00", "submitted": "120.00", "deductible": "120.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "deny", "submitted": "120.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\xfca06563646fc7500178bd65e65cfd7ee937fa7c66f85c654fd7a22488ce2ceb
4	13	1	deny	13000	0	1	[{"bill": "B-D13", "code": "deductible", "amount": "130.00", "benefit": "OP"}]	{"paid": "0.00", "bills": [{"no": "B-D13", "items": [{"no": 1, "paid": "0.00"}], "benefits": [{"code": "OP", "paid": "0.00", "copay": "0.00", "offset": "0.00", "submitted": "130.00", "deductible": "130.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "deny", "submitted": "130.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\x8e88a9906b8628f08a01915a65a198905918a62908232a0e1896bec5712f22fa
5	14	1	approve	14000	14000	2	[]	{"paid": "140.00", "bills": [{"no": "B-D14", "items": [{"no": 1, "paid": "140.00"}], "benefits": [{"code": "ALL", "paid": "140.00", "copay": "0.00", "offset": "0.00", "submitted": "140.00", "deductible": "0.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "pay", "submitted": "140.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\xda2ab7e17732561c0725fb3e8820f4951879d3eac1e056915d8f6aa4137f5cea
1	15	1	deny	15000	0	1	[{"bill": "B-D15", "code": "deductible", "amount": "150.00", "benefit": "OP"}]	{"paid": "0.00", "bills": [{"no": "B-D15", "items": [{"no": 1, "paid": "0.00"}], "benefits": [{"code": "OP", "paid": "0.00", "copay": "0.00", "offset": "0.00", "submitted": "150.00", "deductible": "150.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "deny", "submitted": "150.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\xdf19b0374e57fb8137ae6215e4ba43b8f186581e4448ff13d78411e57460f28a
1	16	1	deny	16000	0	1	[{"bill": "B-D16", "code": "deductible", "amount": "160.00", "benefit": "OP"}]	{"paid": "0.00", "bills": [{"no": "B-D16", "items": [{"no": 1, "paid": "0.00"}], "benefits": [{"code": "OP", "paid": "0.00", "copay": "0.00", "offset": "0.00", "submitted": "160.00", "deductible": "160.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "deny", "submitted": "160.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\xeac5f3c10520824047fe523e7c8fad8fd053acd61ce20a3c117c7cddd690a0f0
1	17	1	deny	17000	0	1	[{"bill": "B-D17", "code": "deductible", "amount": "170.00", "benefit": "OP"}]	{"paid": "0.00", "bills": [{"no": "B-D17", "items": [{"no": 1, "paid": "0.00"}], "benefits": [{"code": "OP", "paid": "0.00", "copay": "0.00", "offset": "0.00", "submitted": "170.00", "deductible": "170.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "deny", "submitted": "170.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\x6c4a7d2b39a08616f5d134fef932664a24e37dc849c29d2c5dfe6b8ed859ff2c
4	18	1	deny	18000	0	1	[{"bill": "B-D18", "code": "deductible", "amount": "180.00", "benefit": "OP"}]	{"paid": "0.00", "bills": [{"no": "B-D18", "items": [{"no": 1, "paid": "0.00"}], "benefits": [{"code": "OP", "paid": "0.00", "copay": "0.00", "offset": "0.00", "submitted": "180.00", "deductible": "180.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "deny", "submitted": "180.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\x13ccfdcc76af986eced3a271287e57411ea49b73a228c4fedb0d75391ee9e8d0
5	19	1	approve	19000	19000	2	[]	{"paid": "190.00", "bills": [{"no": "B-D19", "items": [{"no": 1, "paid": "190.00"}], "benefits": [{"code": "ALL", "paid": "190.00", "copay": "0.00", "offset": "0.00", "submitted": "190.00", "deductible": "0.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "pay", "submitted": "190.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\x708d2fb0a58bdb77da6f64d025df9aa94987a131b7f81b9b2944d4769da2add6
1	20	1	deny	20000	0	1	[{"bill": "B-D20", "code": "deductible", "amount": "200.00", "benefit": "OP"}]	{"paid": "0.00", "bills": [{"no": "B-D20", "items": [{"no": 1, "paid": "0.00"}], "benefits": [{"code": "OP", "paid": "0.00", "copay": "0.00", "offset": "0.00", "submitted": "200.00", "deductible": "200.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "0.00"}]}], "fixed": [], "outcome": "deny", "submitted": "200.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.049485+00	postgres	\N	25	\\x292f8604206d3d10db5c544f9b3efcd23626f5cc0935562cd67f0da0493c1186
1	21	1	pend	900000	0	1	[{"code": "amount_review"}, {"bill": "B-BIG", "code": "coinsurance", "amount": "1800.00", "benefit": "OP"}]	{"paid": "7200.00", "bills": [{"no": "B-BIG", "items": [{"no": 1, "paid": "7200.00"}], "benefits": [{"code": "OP", "paid": "7200.00", "copay": "0.00", "offset": "0.00", "submitted": "9000.00", "deductible": "0.00", "ineligible": "0.00", "over_limit": "0.00", "coinsurance": "1800.00"}]}], "fixed": [], "outcome": "pay", "submitted": "9000.00"}	pg_assure 0.1	\N	2026-11-22 00:55:13.054271+00	postgres	\N	26	\\x25f929fb7433c67ab243d73d0ccdd821508b033dd9647134fef0f29fb8d21ae4
\.


--
-- Data for Name: enrollment; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.enrollment (account_id, enrollment_id, member_id, plan_id, relationship, enrolled_on, continuous_since, ended_on) FROM stdin;
1	1	1	1	self	2024-01-01	2024-01-01	\N
1	2	2	1	spouse	2024-01-01	2024-01-01	\N
1	3	3	1	child	2024-01-01	2024-01-01	\N
4	4	4	1	self	2024-01-01	2024-01-01	\N
5	5	5	2	self	2024-01-01	2024-01-01	\N
\.


--
-- Data for Name: failed_claim; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.failed_claim (account_id, claim_id, error_code, error_message, failed_at) FROM stdin;
\.


--
-- Data for Name: invoice_key; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.invoice_key (provider_code, invoice_no, account_id, claim_id) FROM stdin;
H1	B-D1	1	1
H1	B-D2	1	2
H1	B-D3	4	3
H1	B-D4	5	4
H1	B-D5	1	5
H1	B-D6	1	6
H1	B-D7	1	7
H1	B-D8	4	8
H1	B-D9	5	9
H1	B-D10	1	10
H1	B-D11	1	11
H1	B-D12	1	12
H1	B-D13	4	13
H1	B-D14	5	14
H1	B-D15	1	15
H1	B-D16	1	16
H1	B-D17	1	17
H1	B-D18	4	18
H1	B-D19	5	19
H1	B-D20	1	20
H1	B-BIG	1	21
H1	B-W1	5	22
H1	B-W2	5	23
H1	B-W3	5	24
H1	B-W4	5	25
H1	B-W5	5	26
\.


--
-- Data for Name: ledger_entry; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.ledger_entry (account_id, entry_id, claim_id, decision_no, member_id, counter, period, measure, delta, row_hash) FROM stdin;
1	1	1	1	2	OP	year:2024-01-01	deductible	1000	\\x06c5383e0497526607244f424ed2a6ade031e2ae6862dec71eb40bf40be0f5f4
1	2	2	1	3	OP	year:2024-01-01	deductible	2000	\\x22cd89f2efc07c030a2d07cef8ec2f8111b3350608f8124f765b6ee72456a370
4	3	3	1	4	OP	year:2024-01-01	deductible	3000	\\xedc517950346f27eafb44814bad934e4e13ddfeec522ad0dedfe3c944bf46dcf
5	4	4	1	5	ALL	year:2024-01-01	amount	4000	\\x17fb007c5be19710eee495a751799e5481b465d92f09c44144d56fd3573f8eb9
5	5	4	1	5	ALL	lifetime	paid	4000	\\xf15a06cbfdb876807101c628e27e48367c25e491361a8ce180d8e61f2997303a
1	6	5	1	1	OP	year:2024-01-01	deductible	5000	\\xd054c936a7c67595002a656933900c832d42380cf0b8a664f4ce57ca55b50003
1	7	6	1	2	OP	year:2024-01-01	deductible	6000	\\xfa03cc3b382c0e29358dd0eb0d6c1ea4eafb0bb8e38f26735f21cde8de212793
1	8	7	1	3	OP	year:2024-01-01	deductible	7000	\\x94d64ded2dfb0b8af4f313e439489793643e8086a56ca65881173f8dc421f7d4
4	9	8	1	4	OP	year:2024-01-01	deductible	8000	\\x1ab8533caf99f91519e6346e6952edbc48f96e5ae579f6cfbc0edd4abba34eb9
5	10	9	1	5	ALL	year:2024-01-01	amount	9000	\\x9035e1aa33154cc390655f4629af08bcef3228a457bed79a7766b5c73fe6193d
5	11	9	1	5	ALL	lifetime	paid	9000	\\xadc318fea3ce09b0095f4d16a8b5506d9e1a85066fc0bd3629ef418cc951ca10
1	12	10	1	1	OP	year:2024-01-01	deductible	10000	\\xbaf906d0a9595a607012e480ad7e74cfe0458174f9ad97a29302c62b08515306
1	13	11	1	2	OP	year:2024-01-01	deductible	11000	\\x89a7c534f370d5a78df2064118695662837e148220d06dbefe3bdab553135774
1	14	12	1	3	OP	year:2024-01-01	deductible	12000	\\xb27d1fe4388d8a327037d2d52325d588933a027e09338310956b847dd6f9ccae
4	15	13	1	4	OP	year:2024-01-01	deductible	13000	\\x8d7d6915c58b4da8a4fd8c6ec8f0f9f43b29a86b846b2cd510ab62626465e6c0
5	16	14	1	5	ALL	year:2024-01-01	amount	14000	\\xdb91ac83ca83ff8357eb8cbb634045e2076d987d752ab203ffb2ef6a1e35d838
5	17	14	1	5	ALL	lifetime	paid	14000	\\x3635e557d88c08820a107bad8bd4e584a49fcbe101e1418ce632d7b36b88ae7d
1	18	15	1	1	OP	year:2024-01-01	deductible	15000	\\x3361593777966e387b40befcacecd2f626071eab8643c279a17198ecfdd9bf90
1	19	16	1	2	OP	year:2024-01-01	deductible	16000	\\xc572688ad2377206669dd04515d0af5557e2f5a3e73d2cad3347058402b8210d
1	20	17	1	3	OP	year:2024-01-01	deductible	17000	\\xcfc040b1aea21b0e3dd3e4bf0bd7eb85c38ad55ef5b155d9d82c48d0f497d6dc
4	21	18	1	4	OP	year:2024-01-01	deductible	18000	\\xb4191cadbd34f9aab2894f58848f53324bff70a3aa487793a77e0e4eb551b50a
5	22	19	1	5	ALL	year:2024-01-01	amount	19000	\\xdbcd459407e115ee1efbec832ffdd6cc0002d3f9e10a3f6a2929badfe761f566
5	23	19	1	5	ALL	lifetime	paid	19000	\\x48e13b42fd8c3787247ddc09e5f8508b53ce2defc55544e7de52b61d14fbff5c
1	24	20	1	1	OP	year:2024-01-01	deductible	20000	\\xd1c6638988ec4ada94f47ff4424834fb1a5a42239ae8c4cb1155dd1b5a8162a1
\.


--
-- Data for Name: member; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.member (account_id, member_id, ref, name, resident_id, birth_date, sex, phone, region) FROM stdin;
1	1	M1	张三	110101198005041234	1980-05-04	F	13800005678	110105
1	2	M2	李四	\N	1980-05-04	M	13800005678	110105
1	3	M3	张小	\N	2015-06-01	F	13800005678	120101
4	4	S1	王五	\N	1980-05-04	F	13800005678	310104
5	5	G1	赵六	\N	1980-05-04	F	13800005678	440305
\.


--
-- Data for Name: order_ref; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.order_ref (ref, account_id, order_id, document_hash) FROM stdin;
O1	1	1	\\x3b13ffefbba0fbed3481ee3e39403dacb1d8ea5c83f0844b2b3acb6eebb217ae
\.


--
-- Data for Name: plan; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.plan (plan_id, code, name) FROM stdin;
1	STD	Standard
2	FREE	Free
\.


--
-- Data for Name: plan_version; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.plan_version (plan_version_id, plan_id, valid_from, terms, review_above_fen, submit_within_days, note, published_by, published_at) FROM stdin;
1	1	2024-01-01	{"name": "Standard", "shared": {"FAM": {"limit": {"per": "year", "scope": "family", "amount": "12000.00"}}}, "benefits": [{"code": "OP", "kind": "expense", "steps": [{"deductible": {"per": "year", "amount": "500.00"}}, {"coinsurance": [{"pay": "0.8"}]}, {"limit": {"per": "year", "amount": "10000.00"}}, {"use": "FAM"}]}]}	500000	180	\N	postgres	2026-11-22 00:55:13.033032+00
2	2	2024-01-01	{"name": "Free", "benefits": [{"code": "ALL", "kind": "expense", "steps": []}]}	\N	\N	\N	postgres	2026-11-22 00:55:13.034257+00
\.


--
-- Data for Name: policy; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.policy (policy_id, ref, branch_id, insurer, holder, starts_on, ends_on) FROM stdin;
1	P-BJ	1	Alpha	Acme	2024-01-01	2024-12-31
2	P-SH	2	Beta	Bolt	2024-01-01	\N
3	P-GD	3	Alpha	Cord	2024-01-01	\N
\.


--
-- Data for Name: provider; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.provider (provider_id, code, name, region, grade, ownership, in_network) FROM stdin;
1	H1	First hospital	110101	3	public	t
2	H2	Second hospital	310101	2	private	t
3	PH	Pharmacy	440300	0	private	f
\.


--
-- Data for Name: queue; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.queue (queue_id, code, name, skill, skill_level, shareable, sla_code) FROM stdin;
1	claim_review	Claim review	claim_review	1	t	claim_review
\.


--
-- Data for Name: service; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.service (service_id, code, name) FROM stdin;
1	opinion	Second opinion
2	escort	Escort
\.


--
-- Data for Name: service_event; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.service_event (account_id, event_id, order_id, event, member_id, service_id, branch_id, insurer, customer_region, served_on, recorded_at) FROM stdin;
1	1	1	served	1	1	1	Alpha	110105	2024-05-02	2026-11-22 00:55:13.058407+00
\.


--
-- Data for Name: service_order; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.service_order (account_id, order_id, ref, member_id, service_id, branch_id, insurer, customer_region, requested_at, state, finished_at) FROM stdin;
1	1	O1	1	1	1	Alpha	110105	2024-05-01 00:00:00+00	done	2024-05-02 00:00:00+00
\.


--
-- Data for Name: sla_policy; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.sla_policy (sla_policy_id, code, version, target, warn_percent, stall_after) FROM stdin;
1	claim_review	1	3 days	{50,80}	1 day
\.


--
-- Data for Name: task; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.task (task_id, queue_id, subject_kind, account_id, subject_id, branch_id, amount_fen, priority, excluded_worker_id, created_at, state, state_since, worker_id) FROM stdin;
1	1	claim	1	21	1	720000	5	\N	2026-11-22 00:55:13.054271+00	reserved	2026-11-22 00:55:13.061364+00	1
\.


--
-- Data for Name: task_event; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.task_event (task_id, event_id, happened_at, event, worker_id, session_role, actor_worker_id, reason) FROM stdin;
1	1	2026-11-22 00:55:13.054271+00	created	\N	postgres	\N	\N
1	2	2026-11-22 00:55:13.061364+00	reserved	1	postgres	\N	\N
\.


--
-- Data for Name: worker; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.worker (worker_id, code, name, branch_id, status, capacity, authority_fen) FROM stdin;
1	W-BJ	W-BJ	1	on_shift	2	2000000
2	W-GD	W-GD	3	on_shift	1	100000
3	W-SH	W-SH	2	on_shift	2	2000000
\.


--
-- Data for Name: worker_login; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.worker_login (role_name, worker_id) FROM stdin;
\.


--
-- Data for Name: worker_skill; Type: TABLE DATA; Schema: assure; Owner: test_owner_released
--

COPY assure.worker_skill (worker_id, skill, level) FROM stdin;
1	claim_review	3
2	claim_review	3
3	claim_review	3
\.


--
-- Data for Name: account_book; Type: TABLE DATA; Schema: assure_internal; Owner: test_owner_released
--

COPY assure_internal.account_book (account_id, revision) FROM stdin;
4	1
5	1
1	2
\.


--
-- Data for Name: claim_queue; Type: TABLE DATA; Schema: assure_internal; Owner: test_owner_released
--

COPY assure_internal.claim_queue (account_id, claim_id, queued_at) FROM stdin;
5	22	2026-11-22 00:55:13.062706+00
5	23	2026-11-22 00:55:13.062706+00
5	24	2026-11-22 00:55:13.062706+00
5	25	2026-11-22 00:55:13.062706+00
5	26	2026-11-22 00:55:13.062706+00
\.


--
-- Data for Name: installation; Type: TABLE DATA; Schema: assure_internal; Owner: test_owner_released
--

COPY assure_internal.installation (only_row, schema_version, time_zone, system_identifier, partition_rows, created_at, upgraded_at) FROM stdin;
t	1	Asia/Shanghai	7710793064651715394	\N	2026-11-22 00:55:12.91603+00	2026-11-22 00:55:12.91603+00
\.


--
-- Data for Name: job; Type: TABLE DATA; Schema: assure_internal; Owner: test_owner_released
--

COPY assure_internal.job (name, job_no, period_seconds, on_arrival, paused, paused_by, paused_at, next_run_at, started_at, started_by, last_ok_at, last_duration_ms, failures, last_error_at, last_error_code, last_error, total_runs, total_failures) FROM stdin;
adjudicate	1	30	t	f	\N	\N	2026-11-22 00:55:12.91603+00	\N	\N	\N	\N	0	\N	\N	\N	0	0
dispatch	2	60	f	f	\N	\N	2026-11-22 00:55:12.91603+00	\N	\N	\N	\N	0	\N	\N	\N	0	0
sweep	3	5	f	f	\N	\N	2026-11-22 00:55:12.91603+00	\N	\N	\N	\N	0	\N	\N	\N	0	0
housekeep	4	86400	f	f	\N	\N	2026-11-22 00:55:12.91603+00	\N	\N	\N	\N	0	\N	\N	\N	0	0
\.


--
-- Data for Name: member_ref; Type: TABLE DATA; Schema: assure_internal; Owner: test_owner_released
--

COPY assure_internal.member_ref (policy_id, ref, account_id, member_id) FROM stdin;
1	M1	1	1
1	M2	1	2
1	M3	1	3
2	S1	4	4
3	G1	5	5
\.


--
-- Data for Name: request; Type: TABLE DATA; Schema: assure_internal; Owner: test_owner_released
--

COPY assure_internal.request (request_id, function, arguments_hash, answer, requested_at) FROM stdin;
request 1	submit_claim	\\x0f85f1df87ca3d446f11ba7ca5910490433a6be08e75cfdb63a3bc63a945d2fd	1	2026-11-22 00:55:13.041107+00
request 2	submit_claim	\\xa207cd73bf4a32d705e5f39adc319c5b6daa5afc70963790b6b300d2695c0970	2	2026-11-22 00:55:13.041107+00
request 3	submit_claim	\\x9aa5dcf04abd8b0e6267eaebda6932b34205cd5d1e75de2553996b33e687540f	3	2026-11-22 00:55:13.041107+00
request 4	submit_claim	\\x4b302af4b09f51d332bba587a64892ac6a5d3906bf191c4f58b04a6598723747	4	2026-11-22 00:55:13.041107+00
request 5	submit_claim	\\xc1bc125667d074350a0fc7d37e9e0c9509294d4bad4f1b466d409d12d1d54a62	5	2026-11-22 00:55:13.041107+00
request 6	submit_claim	\\xe386c87f60574884b2bf38097cf710c9b1f850dbdba5ab8f9c73e694397071bc	6	2026-11-22 00:55:13.041107+00
request 7	submit_claim	\\xc2cc8350c25ede6e84159004913e94b4f1bae99450b2649d90b154fe90fa6773	7	2026-11-22 00:55:13.041107+00
request 8	submit_claim	\\x554ef1237b647878b801568e3078fd7be100e93e1454e0dbb47e249222ccf155	8	2026-11-22 00:55:13.041107+00
request 9	submit_claim	\\x1e76490e6b402882d687fee1640fb6e84c1465fea1d10299bd8c9a41fbf61e47	9	2026-11-22 00:55:13.041107+00
request 10	submit_claim	\\xa12f0177149b7914eeb76e681e1bb7510899a8895a8c29a8949a85d037818f04	10	2026-11-22 00:55:13.041107+00
request 11	submit_claim	\\x2f238a3bfd6c1346dc42c624dd8de643559ea0349e030e04b2d8b91542c0c5c2	11	2026-11-22 00:55:13.041107+00
request 12	submit_claim	\\x442279c4a94ffeaa79167b87f1b0725898e09f965e6daee4eef22d8c106abbc0	12	2026-11-22 00:55:13.041107+00
request 13	submit_claim	\\xea2c71023ea814202fd267ebc8429170098e3556985c7bfe2f04e11e53bbdc80	13	2026-11-22 00:55:13.041107+00
request 14	submit_claim	\\x4532902f0487163dae25f0b3277469601291def258c5a346fda3f105a14db479	14	2026-11-22 00:55:13.041107+00
request 15	submit_claim	\\xe53adf289d6ccf3967dae900cb7cd91dd7ec1e6d498a709496507c7dabc9042e	15	2026-11-22 00:55:13.041107+00
request 16	submit_claim	\\x281e130a5bc12e8585d98feffd4c9686011753072d889665c31756606e569426	16	2026-11-22 00:55:13.041107+00
request 17	submit_claim	\\x7ff8eaed2f45075f6be17d4b3a94a28d43a663eefa44f32968dd6c2180ee9b77	17	2026-11-22 00:55:13.041107+00
request 18	submit_claim	\\xbe2f3fc604e3d7396f5f34e717b306b448369100e5564e3ea1aed41afcea29c1	18	2026-11-22 00:55:13.041107+00
request 19	submit_claim	\\xdefad89bd6954ccc48926518e1f8488839d571c460ed01bcf86fdf6f33257707	19	2026-11-22 00:55:13.041107+00
request 20	submit_claim	\\xbaa989b1898da88b1eafe0c115ee79f1778accb48b29fa751dc1c937046fcb88	20	2026-11-22 00:55:13.041107+00
\.


--
-- Name: account_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.account_id_seq', 5, true);


--
-- Name: alert_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.alert_id_seq', 1, false);


--
-- Name: audit_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.audit_id_seq', 29, true);


--
-- Name: branch_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.branch_id_seq', 3, true);


--
-- Name: claim_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.claim_id_seq', 26, true);


--
-- Name: clock_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.clock_id_seq', 1, true);


--
-- Name: enrollment_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.enrollment_id_seq', 5, true);


--
-- Name: ledger_entry_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.ledger_entry_id_seq', 24, true);


--
-- Name: member_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.member_id_seq', 5, true);


--
-- Name: order_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.order_id_seq', 1, true);


--
-- Name: plan_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.plan_id_seq', 2, true);


--
-- Name: plan_version_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.plan_version_id_seq', 2, true);


--
-- Name: policy_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.policy_id_seq', 3, true);


--
-- Name: provider_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.provider_id_seq', 3, true);


--
-- Name: queue_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.queue_id_seq', 1, true);


--
-- Name: service_event_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.service_event_id_seq', 1, true);


--
-- Name: service_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.service_id_seq', 2, true);


--
-- Name: sla_policy_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.sla_policy_id_seq', 1, true);


--
-- Name: task_event_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.task_event_id_seq', 2, true);


--
-- Name: task_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.task_id_seq', 1, true);


--
-- Name: worker_id_seq; Type: SEQUENCE SET; Schema: assure; Owner: test_owner_released
--

SELECT pg_catalog.setval('assure.worker_id_seq', 3, true);


--
-- Name: access_grant access_grant_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.access_grant
    ADD CONSTRAINT access_grant_pkey PRIMARY KEY (role_name, scope);


--
-- Name: account account_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (account_id);


--
-- Name: account account_policy_id_ref_key; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.account
    ADD CONSTRAINT account_policy_id_ref_key UNIQUE (policy_id, ref);


--
-- Name: alert alert_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.alert
    ADD CONSTRAINT alert_pkey PRIMARY KEY (alert_id);


--
-- Name: audit_log audit_log_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (audit_id);


--
-- Name: balance balance_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.balance
    ADD CONSTRAINT balance_pkey PRIMARY KEY (account_id, member_id, counter, period, measure);


--
-- Name: bill bill_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.bill
    ADD CONSTRAINT bill_pkey PRIMARY KEY (account_id, claim_id, "position");


--
-- Name: branch_access branch_access_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.branch_access
    ADD CONSTRAINT branch_access_pkey PRIMARY KEY (role_name, branch_id);


--
-- Name: branch branch_code_key; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.branch
    ADD CONSTRAINT branch_code_key UNIQUE (code);


--
-- Name: branch branch_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.branch
    ADD CONSTRAINT branch_pkey PRIMARY KEY (branch_id);


--
-- Name: claim claim_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.claim
    ADD CONSTRAINT claim_pkey PRIMARY KEY (account_id, claim_id);


--
-- Name: claim_ref claim_ref_claim_id_key; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.claim_ref
    ADD CONSTRAINT claim_ref_claim_id_key UNIQUE (claim_id);


--
-- Name: claim_ref claim_ref_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.claim_ref
    ADD CONSTRAINT claim_ref_pkey PRIMARY KEY (ref);


--
-- Name: clock clock_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.clock
    ADD CONSTRAINT clock_pkey PRIMARY KEY (clock_id);


--
-- Name: decision decision_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.decision
    ADD CONSTRAINT decision_pkey PRIMARY KEY (account_id, claim_id, decision_no);


--
-- Name: enrollment enrollment_account_id_member_id_enrolled_on_key; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.enrollment
    ADD CONSTRAINT enrollment_account_id_member_id_enrolled_on_key UNIQUE (account_id, member_id, enrolled_on);


--
-- Name: enrollment enrollment_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.enrollment
    ADD CONSTRAINT enrollment_pkey PRIMARY KEY (account_id, enrollment_id);


--
-- Name: failed_claim failed_claim_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.failed_claim
    ADD CONSTRAINT failed_claim_pkey PRIMARY KEY (account_id, claim_id);


--
-- Name: invoice_key invoice_key_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.invoice_key
    ADD CONSTRAINT invoice_key_pkey PRIMARY KEY (provider_code, invoice_no);


--
-- Name: ledger_entry ledger_entry_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.ledger_entry
    ADD CONSTRAINT ledger_entry_pkey PRIMARY KEY (account_id, entry_id);


--
-- Name: member member_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.member
    ADD CONSTRAINT member_pkey PRIMARY KEY (account_id, member_id);


--
-- Name: order_ref order_ref_order_id_key; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.order_ref
    ADD CONSTRAINT order_ref_order_id_key UNIQUE (order_id);


--
-- Name: order_ref order_ref_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.order_ref
    ADD CONSTRAINT order_ref_pkey PRIMARY KEY (ref);


--
-- Name: plan plan_code_key; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.plan
    ADD CONSTRAINT plan_code_key UNIQUE (code);


--
-- Name: plan plan_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.plan
    ADD CONSTRAINT plan_pkey PRIMARY KEY (plan_id);


--
-- Name: plan_version plan_version_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.plan_version
    ADD CONSTRAINT plan_version_pkey PRIMARY KEY (plan_version_id);


--
-- Name: plan_version plan_version_plan_id_valid_from_key; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.plan_version
    ADD CONSTRAINT plan_version_plan_id_valid_from_key UNIQUE (plan_id, valid_from);


--
-- Name: policy policy_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.policy
    ADD CONSTRAINT policy_pkey PRIMARY KEY (policy_id);


--
-- Name: policy policy_ref_key; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.policy
    ADD CONSTRAINT policy_ref_key UNIQUE (ref);


--
-- Name: provider provider_code_key; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.provider
    ADD CONSTRAINT provider_code_key UNIQUE (code);


--
-- Name: provider provider_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.provider
    ADD CONSTRAINT provider_pkey PRIMARY KEY (provider_id);


--
-- Name: queue queue_code_key; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.queue
    ADD CONSTRAINT queue_code_key UNIQUE (code);


--
-- Name: queue queue_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.queue
    ADD CONSTRAINT queue_pkey PRIMARY KEY (queue_id);


--
-- Name: service service_code_key; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.service
    ADD CONSTRAINT service_code_key UNIQUE (code);


--
-- Name: service_event service_event_account_id_order_id_event_key; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.service_event
    ADD CONSTRAINT service_event_account_id_order_id_event_key UNIQUE (account_id, order_id, event);


--
-- Name: service_event service_event_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.service_event
    ADD CONSTRAINT service_event_pkey PRIMARY KEY (account_id, event_id);


--
-- Name: service_order service_order_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.service_order
    ADD CONSTRAINT service_order_pkey PRIMARY KEY (account_id, order_id);


--
-- Name: service service_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.service
    ADD CONSTRAINT service_pkey PRIMARY KEY (service_id);


--
-- Name: sla_policy sla_policy_code_version_key; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.sla_policy
    ADD CONSTRAINT sla_policy_code_version_key UNIQUE (code, version);


--
-- Name: sla_policy sla_policy_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.sla_policy
    ADD CONSTRAINT sla_policy_pkey PRIMARY KEY (sla_policy_id);


--
-- Name: task_event task_event_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.task_event
    ADD CONSTRAINT task_event_pkey PRIMARY KEY (task_id, event_id);


--
-- Name: task task_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.task
    ADD CONSTRAINT task_pkey PRIMARY KEY (task_id);


--
-- Name: worker worker_code_key; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.worker
    ADD CONSTRAINT worker_code_key UNIQUE (code);


--
-- Name: worker_login worker_login_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.worker_login
    ADD CONSTRAINT worker_login_pkey PRIMARY KEY (role_name);


--
-- Name: worker_login worker_login_worker_id_key; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.worker_login
    ADD CONSTRAINT worker_login_worker_id_key UNIQUE (worker_id);


--
-- Name: worker worker_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.worker
    ADD CONSTRAINT worker_pkey PRIMARY KEY (worker_id);


--
-- Name: worker_skill worker_skill_pkey; Type: CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.worker_skill
    ADD CONSTRAINT worker_skill_pkey PRIMARY KEY (worker_id, skill);


--
-- Name: account_book account_book_pkey; Type: CONSTRAINT; Schema: assure_internal; Owner: test_owner_released
--

ALTER TABLE ONLY assure_internal.account_book
    ADD CONSTRAINT account_book_pkey PRIMARY KEY (account_id);


--
-- Name: claim_queue claim_queue_pkey; Type: CONSTRAINT; Schema: assure_internal; Owner: test_owner_released
--

ALTER TABLE ONLY assure_internal.claim_queue
    ADD CONSTRAINT claim_queue_pkey PRIMARY KEY (account_id, claim_id);


--
-- Name: installation installation_pkey; Type: CONSTRAINT; Schema: assure_internal; Owner: test_owner_released
--

ALTER TABLE ONLY assure_internal.installation
    ADD CONSTRAINT installation_pkey PRIMARY KEY (only_row);


--
-- Name: job job_pkey; Type: CONSTRAINT; Schema: assure_internal; Owner: test_owner_released
--

ALTER TABLE ONLY assure_internal.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (name);


--
-- Name: member_ref member_ref_pkey; Type: CONSTRAINT; Schema: assure_internal; Owner: test_owner_released
--

ALTER TABLE ONLY assure_internal.member_ref
    ADD CONSTRAINT member_ref_pkey PRIMARY KEY (policy_id, ref);


--
-- Name: request request_pkey; Type: CONSTRAINT; Schema: assure_internal; Owner: test_owner_released
--

ALTER TABLE ONLY assure_internal.request
    ADD CONSTRAINT request_pkey PRIMARY KEY (request_id);


--
-- Name: alert_clock_step; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE UNIQUE INDEX alert_clock_step ON assure.alert USING btree (clock_id, step) WHERE (resolved_at IS NULL);


--
-- Name: alert_open; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE INDEX alert_open ON assure.alert USING btree (branch_id, level) WHERE (resolved_at IS NULL);


--
-- Name: audit_log_logged_at; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE INDEX audit_log_logged_at ON assure.audit_log USING brin (logged_at);


--
-- Name: bill_provider_code; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE INDEX bill_provider_code ON assure.bill USING btree (provider_code, from_date);


--
-- Name: branch_access_branch_id; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE INDEX branch_access_branch_id ON assure.branch_access USING btree (branch_id);


--
-- Name: claim_branch_id; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE INDEX claim_branch_id ON assure.claim USING btree (branch_id, claim_id);


--
-- Name: claim_member; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE INDEX claim_member ON assure.claim USING btree (account_id, member_id, event_date);


--
-- Name: clock_next_due; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE INDEX clock_next_due ON assure.clock USING btree (next_due) WHERE (next_due IS NOT NULL);


--
-- Name: clock_subject; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE UNIQUE INDEX clock_subject ON assure.clock USING btree (subject_kind, subject_id) WHERE (state <> 'stopped'::text);


--
-- Name: decision_audit_id; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE INDEX decision_audit_id ON assure.decision USING btree (audit_id);


--
-- Name: ledger_entry_decision; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE INDEX ledger_entry_decision ON assure.ledger_entry USING btree (account_id, claim_id, decision_no);


--
-- Name: member_member_id; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE INDEX member_member_id ON assure.member USING btree (member_id);


--
-- Name: policy_branch_id; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE INDEX policy_branch_id ON assure.policy USING btree (branch_id);


--
-- Name: service_event_served_on; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE INDEX service_event_served_on ON assure.service_event USING btree (served_on);


--
-- Name: task_open; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE INDEX task_open ON assure.task USING btree (priority DESC, task_id) WHERE (state = 'open'::text);


--
-- Name: task_subject; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE UNIQUE INDEX task_subject ON assure.task USING btree (subject_kind, account_id, subject_id) WHERE (state <> ALL (ARRAY['done'::text, 'cancelled'::text]));


--
-- Name: task_worker; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE INDEX task_worker ON assure.task USING btree (worker_id) WHERE (state = ANY (ARRAY['reserved'::text, 'accepted'::text]));


--
-- Name: worker_branch_id; Type: INDEX; Schema: assure; Owner: test_owner_released
--

CREATE INDEX worker_branch_id ON assure.worker USING btree (branch_id);


--
-- Name: claim_queue_claim_id; Type: INDEX; Schema: assure_internal; Owner: test_owner_released
--

CREATE INDEX claim_queue_claim_id ON assure_internal.claim_queue USING btree (claim_id);


--
-- Name: request_requested_at; Type: INDEX; Schema: assure_internal; Owner: test_owner_released
--

CREATE INDEX request_requested_at ON assure_internal.request USING btree (requested_at);


--
-- Name: audit_log append_only; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON assure.audit_log FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();


--
-- Name: bill append_only; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON assure.bill FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();


--
-- Name: claim append_only; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON assure.claim FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();


--
-- Name: decision append_only; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON assure.decision FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();


--
-- Name: ledger_entry append_only; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON assure.ledger_entry FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();


--
-- Name: plan_version append_only; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON assure.plan_version FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();


--
-- Name: service_event append_only; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON assure.service_event FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();


--
-- Name: sla_policy append_only; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON assure.sla_policy FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();


--
-- Name: task_event append_only; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON assure.task_event FOR EACH STATEMENT EXECUTE FUNCTION assure.refuse_change();


--
-- Name: branch audit_change; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE ON assure.branch FOR EACH ROW EXECUTE FUNCTION assure.audit_change();


--
-- Name: provider audit_change; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE ON assure.provider FOR EACH ROW EXECUTE FUNCTION assure.audit_change();


--
-- Name: queue audit_change; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE ON assure.queue FOR EACH ROW EXECUTE FUNCTION assure.audit_change();


--
-- Name: service audit_change; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE ON assure.service FOR EACH ROW EXECUTE FUNCTION assure.audit_change();


--
-- Name: sla_policy audit_change; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE ON assure.sla_policy FOR EACH ROW EXECUTE FUNCTION assure.audit_change();


--
-- Name: worker audit_change; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE ON assure.worker FOR EACH ROW EXECUTE FUNCTION assure.audit_change();


--
-- Name: worker_skill audit_change; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER audit_change AFTER INSERT OR DELETE OR UPDATE ON assure.worker_skill FOR EACH ROW EXECUTE FUNCTION assure.audit_change();


--
-- Name: access_grant invalidate; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER invalidate AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON assure.access_grant FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();

ALTER TABLE assure.access_grant ENABLE ALWAYS TRIGGER invalidate;


--
-- Name: plan_version invalidate; Type: TRIGGER; Schema: assure; Owner: test_owner_released
--

CREATE TRIGGER invalidate AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON assure.plan_version FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();

ALTER TABLE assure.plan_version ENABLE ALWAYS TRIGGER invalidate;


--
-- Name: installation invalidate; Type: TRIGGER; Schema: assure_internal; Owner: test_owner_released
--

CREATE TRIGGER invalidate AFTER INSERT OR DELETE OR UPDATE OR TRUNCATE ON assure_internal.installation FOR EACH STATEMENT EXECUTE FUNCTION assure.invalidate();

ALTER TABLE assure_internal.installation ENABLE ALWAYS TRIGGER invalidate;


--
-- Name: account account_policy_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.account
    ADD CONSTRAINT account_policy_id_fkey FOREIGN KEY (policy_id) REFERENCES assure.policy(policy_id);


--
-- Name: bill bill_account_id_claim_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.bill
    ADD CONSTRAINT bill_account_id_claim_id_fkey FOREIGN KEY (account_id, claim_id) REFERENCES assure.claim(account_id, claim_id);


--
-- Name: branch_access branch_access_branch_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.branch_access
    ADD CONSTRAINT branch_access_branch_id_fkey FOREIGN KEY (branch_id) REFERENCES assure.branch(branch_id);


--
-- Name: claim claim_account_id_member_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.claim
    ADD CONSTRAINT claim_account_id_member_id_fkey FOREIGN KEY (account_id, member_id) REFERENCES assure.member(account_id, member_id);


--
-- Name: decision decision_account_id_claim_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.decision
    ADD CONSTRAINT decision_account_id_claim_id_fkey FOREIGN KEY (account_id, claim_id) REFERENCES assure.claim(account_id, claim_id);


--
-- Name: enrollment enrollment_account_id_member_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.enrollment
    ADD CONSTRAINT enrollment_account_id_member_id_fkey FOREIGN KEY (account_id, member_id) REFERENCES assure.member(account_id, member_id);


--
-- Name: enrollment enrollment_plan_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.enrollment
    ADD CONSTRAINT enrollment_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES assure.plan(plan_id);


--
-- Name: failed_claim failed_claim_account_id_claim_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.failed_claim
    ADD CONSTRAINT failed_claim_account_id_claim_id_fkey FOREIGN KEY (account_id, claim_id) REFERENCES assure.claim(account_id, claim_id);


--
-- Name: ledger_entry ledger_entry_account_id_claim_id_decision_no_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.ledger_entry
    ADD CONSTRAINT ledger_entry_account_id_claim_id_decision_no_fkey FOREIGN KEY (account_id, claim_id, decision_no) REFERENCES assure.decision(account_id, claim_id, decision_no);


--
-- Name: member member_account_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.member
    ADD CONSTRAINT member_account_id_fkey FOREIGN KEY (account_id) REFERENCES assure.account(account_id);


--
-- Name: plan_version plan_version_plan_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.plan_version
    ADD CONSTRAINT plan_version_plan_id_fkey FOREIGN KEY (plan_id) REFERENCES assure.plan(plan_id);


--
-- Name: policy policy_branch_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.policy
    ADD CONSTRAINT policy_branch_id_fkey FOREIGN KEY (branch_id) REFERENCES assure.branch(branch_id);


--
-- Name: service_event service_event_account_id_order_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.service_event
    ADD CONSTRAINT service_event_account_id_order_id_fkey FOREIGN KEY (account_id, order_id) REFERENCES assure.service_order(account_id, order_id);


--
-- Name: service_order service_order_account_id_member_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.service_order
    ADD CONSTRAINT service_order_account_id_member_id_fkey FOREIGN KEY (account_id, member_id) REFERENCES assure.member(account_id, member_id);


--
-- Name: service_order service_order_service_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.service_order
    ADD CONSTRAINT service_order_service_id_fkey FOREIGN KEY (service_id) REFERENCES assure.service(service_id);


--
-- Name: task task_queue_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.task
    ADD CONSTRAINT task_queue_id_fkey FOREIGN KEY (queue_id) REFERENCES assure.queue(queue_id);


--
-- Name: worker worker_branch_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.worker
    ADD CONSTRAINT worker_branch_id_fkey FOREIGN KEY (branch_id) REFERENCES assure.branch(branch_id);


--
-- Name: worker_login worker_login_worker_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.worker_login
    ADD CONSTRAINT worker_login_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES assure.worker(worker_id);


--
-- Name: worker_skill worker_skill_worker_id_fkey; Type: FK CONSTRAINT; Schema: assure; Owner: test_owner_released
--

ALTER TABLE ONLY assure.worker_skill
    ADD CONSTRAINT worker_skill_worker_id_fkey FOREIGN KEY (worker_id) REFERENCES assure.worker(worker_id);


--
-- Name: account; Type: ROW SECURITY; Schema: assure; Owner: test_owner_released
--

ALTER TABLE assure.account ENABLE ROW LEVEL SECURITY;

--
-- Name: alert; Type: ROW SECURITY; Schema: assure; Owner: test_owner_released
--

ALTER TABLE assure.alert ENABLE ROW LEVEL SECURITY;

--
-- Name: balance; Type: ROW SECURITY; Schema: assure; Owner: test_owner_released
--

ALTER TABLE assure.balance ENABLE ROW LEVEL SECURITY;

--
-- Name: bill; Type: ROW SECURITY; Schema: assure; Owner: test_owner_released
--

ALTER TABLE assure.bill ENABLE ROW LEVEL SECURITY;

--
-- Name: alert branch; Type: POLICY; Schema: assure; Owner: test_owner_released
--

CREATE POLICY branch ON assure.alert FOR SELECT USING ((( SELECT assure.sees_all_branches() AS sees_all_branches) OR (branch_id = ANY (( SELECT assure.visible_branches() AS visible_branches)::bigint[]))));


--
-- Name: claim branch; Type: POLICY; Schema: assure; Owner: test_owner_released
--

CREATE POLICY branch ON assure.claim FOR SELECT USING ((( SELECT assure.sees_all_branches() AS sees_all_branches) OR (branch_id = ANY (( SELECT assure.visible_branches() AS visible_branches)::bigint[])) OR ((account_id, claim_id) IN ( SELECT t.account_id,
    t.subject_id
   FROM assure.task t
  WHERE ((t.worker_id = ( SELECT assure.acting_worker() AS acting_worker)) AND (t.state = ANY (ARRAY['reserved'::text, 'accepted'::text])) AND (t.subject_kind = 'claim'::text))))));


--
-- Name: clock branch; Type: POLICY; Schema: assure; Owner: test_owner_released
--

CREATE POLICY branch ON assure.clock FOR SELECT USING ((( SELECT assure.sees_all_branches() AS sees_all_branches) OR (branch_id = ANY (( SELECT assure.visible_branches() AS visible_branches)::bigint[]))));


--
-- Name: policy branch; Type: POLICY; Schema: assure; Owner: test_owner_released
--

CREATE POLICY branch ON assure.policy FOR SELECT USING ((( SELECT assure.sees_all_branches() AS sees_all_branches) OR (branch_id = ANY (( SELECT assure.visible_branches() AS visible_branches)::bigint[]))));


--
-- Name: service_order branch; Type: POLICY; Schema: assure; Owner: test_owner_released
--

CREATE POLICY branch ON assure.service_order FOR SELECT USING ((( SELECT assure.sees_all_branches() AS sees_all_branches) OR (branch_id = ANY (( SELECT assure.visible_branches() AS visible_branches)::bigint[]))));


--
-- Name: task branch; Type: POLICY; Schema: assure; Owner: test_owner_released
--

CREATE POLICY branch ON assure.task FOR SELECT USING ((( SELECT assure.sees_all_branches() AS sees_all_branches) OR (branch_id = ANY (( SELECT assure.visible_branches() AS visible_branches)::bigint[])) OR (worker_id = ( SELECT assure.acting_worker() AS acting_worker))));


--
-- Name: bill claim; Type: POLICY; Schema: assure; Owner: test_owner_released
--

CREATE POLICY claim ON assure.bill FOR SELECT USING ((( SELECT assure.sees_all_branches() AS sees_all_branches) OR (EXISTS ( SELECT 1
   FROM assure.claim c
  WHERE ((c.account_id = bill.account_id) AND (c.claim_id = bill.claim_id))))));


--
-- Name: claim; Type: ROW SECURITY; Schema: assure; Owner: test_owner_released
--

ALTER TABLE assure.claim ENABLE ROW LEVEL SECURITY;

--
-- Name: decision claim; Type: POLICY; Schema: assure; Owner: test_owner_released
--

CREATE POLICY claim ON assure.decision FOR SELECT USING ((( SELECT assure.sees_all_branches() AS sees_all_branches) OR (EXISTS ( SELECT 1
   FROM assure.claim c
  WHERE ((c.account_id = decision.account_id) AND (c.claim_id = decision.claim_id))))));


--
-- Name: failed_claim claim; Type: POLICY; Schema: assure; Owner: test_owner_released
--

CREATE POLICY claim ON assure.failed_claim FOR SELECT USING ((( SELECT assure.sees_all_branches() AS sees_all_branches) OR (EXISTS ( SELECT 1
   FROM assure.claim c
  WHERE ((c.account_id = failed_claim.account_id) AND (c.claim_id = failed_claim.claim_id))))));


--
-- Name: ledger_entry claim; Type: POLICY; Schema: assure; Owner: test_owner_released
--

CREATE POLICY claim ON assure.ledger_entry FOR SELECT USING ((( SELECT assure.sees_all_branches() AS sees_all_branches) OR (EXISTS ( SELECT 1
   FROM assure.claim c
  WHERE ((c.account_id = ledger_entry.account_id) AND (c.claim_id = ledger_entry.claim_id))))));


--
-- Name: clock; Type: ROW SECURITY; Schema: assure; Owner: test_owner_released
--

ALTER TABLE assure.clock ENABLE ROW LEVEL SECURITY;

--
-- Name: decision; Type: ROW SECURITY; Schema: assure; Owner: test_owner_released
--

ALTER TABLE assure.decision ENABLE ROW LEVEL SECURITY;

--
-- Name: enrollment; Type: ROW SECURITY; Schema: assure; Owner: test_owner_released
--

ALTER TABLE assure.enrollment ENABLE ROW LEVEL SECURITY;

--
-- Name: failed_claim; Type: ROW SECURITY; Schema: assure; Owner: test_owner_released
--

ALTER TABLE assure.failed_claim ENABLE ROW LEVEL SECURITY;

--
-- Name: ledger_entry; Type: ROW SECURITY; Schema: assure; Owner: test_owner_released
--

ALTER TABLE assure.ledger_entry ENABLE ROW LEVEL SECURITY;

--
-- Name: member; Type: ROW SECURITY; Schema: assure; Owner: test_owner_released
--

ALTER TABLE assure.member ENABLE ROW LEVEL SECURITY;

--
-- Name: account parent; Type: POLICY; Schema: assure; Owner: test_owner_released
--

CREATE POLICY parent ON assure.account FOR SELECT USING ((( SELECT assure.sees_all_branches() AS sees_all_branches) OR (EXISTS ( SELECT 1
   FROM assure.policy p
  WHERE (p.policy_id = account.policy_id)))));


--
-- Name: balance parent; Type: POLICY; Schema: assure; Owner: test_owner_released
--

CREATE POLICY parent ON assure.balance FOR SELECT USING ((( SELECT assure.sees_all_branches() AS sees_all_branches) OR (EXISTS ( SELECT 1
   FROM assure.account a
  WHERE (a.account_id = balance.account_id)))));


--
-- Name: enrollment parent; Type: POLICY; Schema: assure; Owner: test_owner_released
--

CREATE POLICY parent ON assure.enrollment FOR SELECT USING ((( SELECT assure.sees_all_branches() AS sees_all_branches) OR (EXISTS ( SELECT 1
   FROM assure.account a
  WHERE (a.account_id = enrollment.account_id)))));


--
-- Name: member parent; Type: POLICY; Schema: assure; Owner: test_owner_released
--

CREATE POLICY parent ON assure.member FOR SELECT USING ((( SELECT assure.sees_all_branches() AS sees_all_branches) OR (EXISTS ( SELECT 1
   FROM assure.account a
  WHERE (a.account_id = member.account_id)))));


--
-- Name: service_event parent; Type: POLICY; Schema: assure; Owner: test_owner_released
--

CREATE POLICY parent ON assure.service_event FOR SELECT USING ((( SELECT assure.sees_all_branches() AS sees_all_branches) OR (EXISTS ( SELECT 1
   FROM assure.service_order o
  WHERE ((o.account_id = service_event.account_id) AND (o.order_id = service_event.order_id))))));


--
-- Name: task_event parent; Type: POLICY; Schema: assure; Owner: test_owner_released
--

CREATE POLICY parent ON assure.task_event FOR SELECT USING ((( SELECT assure.sees_all_branches() AS sees_all_branches) OR (EXISTS ( SELECT 1
   FROM assure.task t
  WHERE (t.task_id = task_event.task_id)))));


--
-- Name: policy; Type: ROW SECURITY; Schema: assure; Owner: test_owner_released
--

ALTER TABLE assure.policy ENABLE ROW LEVEL SECURITY;

--
-- Name: service_event; Type: ROW SECURITY; Schema: assure; Owner: test_owner_released
--

ALTER TABLE assure.service_event ENABLE ROW LEVEL SECURITY;

--
-- Name: service_order; Type: ROW SECURITY; Schema: assure; Owner: test_owner_released
--

ALTER TABLE assure.service_order ENABLE ROW LEVEL SECURITY;

--
-- Name: task; Type: ROW SECURITY; Schema: assure; Owner: test_owner_released
--

ALTER TABLE assure.task ENABLE ROW LEVEL SECURITY;

--
-- Name: task_event; Type: ROW SECURITY; Schema: assure; Owner: test_owner_released
--

ALTER TABLE assure.task_event ENABLE ROW LEVEL SECURITY;

--
-- Name: SCHEMA assure; Type: ACL; Schema: -; Owner: postgres
--

GRANT ALL ON SCHEMA assure TO test_owner_released;


--
-- Name: SCHEMA t; Type: ACL; Schema: -; Owner: postgres
--

GRANT USAGE ON SCHEMA t TO PUBLIC;


--
-- Name: FUNCTION terms_in(cstring); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.terms_in(cstring) TO test_owner_released;


--
-- Name: FUNCTION terms_out(assure.terms); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.terms_out(assure.terms) TO test_owner_released;


--
-- Name: FUNCTION terms_recv(internal); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.terms_recv(internal) TO test_owner_released;


--
-- Name: FUNCTION terms_send(assure.terms); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.terms_send(assure.terms) TO test_owner_released;


--
-- Name: FUNCTION terms(jsonb); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.terms(jsonb) TO test_owner_released;


--
-- Name: FUNCTION accept_task(task_id bigint, request_id text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.accept_task(task_id bigint, request_id text) TO test_owner_released;


--
-- Name: FUNCTION acknowledge_alert(alert_id bigint, request_id text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.acknowledge_alert(alert_id bigint, request_id text) TO test_owner_released;


--
-- Name: FUNCTION act_as(worker text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.act_as(worker text) TO test_owner_released;


--
-- Name: FUNCTION acting_worker(); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.acting_worker() TO test_owner_released;


--
-- Name: FUNCTION add_policy(policy jsonb, request_id text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.add_policy(policy jsonb, request_id text) TO test_owner_released;


--
-- Name: FUNCTION adjudicate(ref text, request_id text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.adjudicate(ref text, request_id text) TO test_owner_released;


--
-- Name: PROCEDURE adjudicate_batch(IN max_claims integer, IN shard integer, IN shards integer, INOUT adjudicated bigint, INOUT failed bigint); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON PROCEDURE assure.adjudicate_batch(IN max_claims integer, IN shard integer, IN shards integer, INOUT adjudicated bigint, INOUT failed bigint) TO test_owner_released;


--
-- Name: FUNCTION adjudicate_pending(max_claims integer); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.adjudicate_pending(max_claims integer) TO test_owner_released;


--
-- Name: FUNCTION audit_change(); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.audit_change() TO test_owner_released;


--
-- Name: FUNCTION audit_verify(from_moment timestamp with time zone, to_moment timestamp with time zone); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.audit_verify(from_moment timestamp with time zone, to_moment timestamp with time zone) TO test_owner_released;


--
-- Name: FUNCTION cancel_service(ref text, request_id text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.cancel_service(ref text, request_id text) TO test_owner_released;


--
-- Name: FUNCTION check_books(); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.check_books() TO test_owner_released;


--
-- Name: FUNCTION check_claim(claim jsonb); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.check_claim(claim jsonb) TO test_owner_released;


--
-- Name: FUNCTION check_database(); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.check_database() TO test_owner_released;


--
-- Name: FUNCTION claim_status(ref text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.claim_status(ref text) TO test_owner_released;


--
-- Name: FUNCTION coverage(period daterange, by text, place text, services text[], insurers text[], basis text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.coverage(period daterange, by text, place text, services text[], insurers text[], basis text) TO test_owner_released;


--
-- Name: FUNCTION create_schema(owner regrole, time_zone text, partition_rows bigint); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.create_schema(owner regrole, time_zone text, partition_rows bigint) TO test_owner_released;


--
-- Name: FUNCTION decide_claim(ref text, verdict text, note text, request_id text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.decide_claim(ref text, verdict text, note text, request_id text) TO test_owner_released;


--
-- Name: PROCEDURE dispatch(IN max_tasks integer, INOUT result assure.dispatch_result); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON PROCEDURE assure.dispatch(IN max_tasks integer, INOUT result assure.dispatch_result) TO test_owner_released;


--
-- Name: FUNCTION enroll(member jsonb, request_id text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.enroll(member jsonb, request_id text) TO test_owner_released;


--
-- Name: FUNCTION evaluate(terms assure.terms, claim jsonb, used jsonb); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.evaluate(terms assure.terms, claim jsonb, used jsonb) TO test_owner_released;


--
-- Name: FUNCTION finish_service(ref text, finished_at timestamp with time zone, request_id text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.finish_service(ref text, finished_at timestamp with time zone, request_id text) TO test_owner_released;


--
-- Name: FUNCTION grant_access(role name, scope text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.grant_access(role name, scope text) TO test_owner_released;


--
-- Name: FUNCTION grant_branch(role name, branch text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.grant_branch(role name, branch text) TO test_owner_released;


--
-- Name: FUNCTION housekeep(); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.housekeep() TO test_owner_released;


--
-- Name: FUNCTION install_schedules(OUT job text, OUT schedule text, OUT command text, OUT installed boolean, OUT note text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.install_schedules(OUT job text, OUT schedule text, OUT command text, OUT installed boolean, OUT note text) TO test_owner_released;


--
-- Name: FUNCTION invalidate(); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.invalidate() TO test_owner_released;


--
-- Name: FUNCTION order_service("order" jsonb, request_id text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.order_service("order" jsonb, request_id text) TO test_owner_released;


--
-- Name: FUNCTION pause(job text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.pause(job text) TO test_owner_released;


--
-- Name: FUNCTION publish_plan(code text, name text, terms assure.terms, valid_from date, review_above numeric, submit_within_days integer, note text, request_id text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.publish_plan(code text, name text, terms assure.terms, valid_from date, review_above numeric, submit_within_days integer, note text, request_id text) TO test_owner_released;


--
-- Name: FUNCTION refuse_change(); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.refuse_change() TO test_owner_released;


--
-- Name: FUNCTION remove_schedules(); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.remove_schedules() TO test_owner_released;


--
-- Name: FUNCTION resume(job text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.resume(job text) TO test_owner_released;


--
-- Name: FUNCTION retry_failed_claim(ref text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.retry_failed_claim(ref text) TO test_owner_released;


--
-- Name: FUNCTION return_task(task_id bigint, reason text, request_id text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.return_task(task_id bigint, reason text, request_id text) TO test_owner_released;


--
-- Name: FUNCTION revoke_access(role name, scope text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.revoke_access(role name, scope text) TO test_owner_released;


--
-- Name: FUNCTION revoke_branch(role name, branch text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.revoke_branch(role name, branch text) TO test_owner_released;


--
-- Name: PROCEDURE run_job(IN job text, IN force boolean); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON PROCEDURE assure.run_job(IN job text, IN force boolean) TO test_owner_released;


--
-- Name: FUNCTION sees_all_branches(); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.sees_all_branches() TO test_owner_released;


--
-- Name: FUNCTION set_worker_login(role name, worker text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.set_worker_login(role name, worker text) TO test_owner_released;


--
-- Name: PROCEDURE sla_sweep(IN max_clocks integer, INOUT alerts bigint); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON PROCEDURE assure.sla_sweep(IN max_clocks integer, INOUT alerts bigint) TO test_owner_released;


--
-- Name: FUNCTION submit_claim(claim jsonb, request_id text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.submit_claim(claim jsonb, request_id text) TO test_owner_released;


--
-- Name: FUNCTION submit_claim(claim text, request_id text); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.submit_claim(claim text, request_id text) TO test_owner_released;


--
-- Name: FUNCTION upgrade_schema(); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.upgrade_schema() TO test_owner_released;


--
-- Name: FUNCTION version(); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.version() TO test_owner_released;


--
-- Name: FUNCTION visible_branches(); Type: ACL; Schema: assure; Owner: postgres
--

GRANT ALL ON FUNCTION assure.visible_branches() TO test_owner_released;


--
-- PostgreSQL database dump complete
--


