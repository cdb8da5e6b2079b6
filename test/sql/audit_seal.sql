\set ECHO none
-- Seals over the audit log, and whoever changes the log behind their back.  What
-- is sealed has been committed, so this test commits, in a database of its own.
\i test/sql-common/setup.psql
\i test/sql-common/company.psql
\set ON_ERROR_STOP false
SELECT t.new_role('sup', 'supervisor'), t.new_role('aud', 'auditor'), t.new_role('adm', 'admin'), t.new_role('op', 'operator'), t.new_role('bak', 'backup') \g /dev/null
SELECT plan(60);
-- t.found() is what verification complains of, first to last.
CREATE FUNCTION t.found(from_moment timestamptz DEFAULT NULL, to_moment timestamptz DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', v.audit_id, v.subject, v.finding), '; ' ORDER BY n), '')
    FROM ROWS FROM (assure.audit_verify(from_moment, to_moment)) WITH ORDINALITY v (audit_id, subject, finding, n) $$;
CREATE FUNCTION t.found_by(anchor text) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(concat_ws(' ', v.audit_id, v.subject, v.finding), '; ' ORDER BY n), '')
    FROM ROWS FROM (assure.audit_verify(NULL, NULL, anchor)) WITH ORDINALITY v (audit_id, subject, finding, n) $$;
-- t.tampered(statements) is what is found after changes by a superuser with the guards off; undone.
CREATE FUNCTION t.tampered(VARIADIC statements text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE statement text; found text;
BEGIN
    BEGIN
        SET LOCAL session_replication_role = replica;
        FOREACH statement IN ARRAY statements LOOP EXECUTE statement; END LOOP;
        SET LOCAL session_replication_role = origin;
        found := t.found();
        RAISE SQLSTATE 'T0000';
    EXCEPTION WHEN SQLSTATE 'T0000' THEN NULL;
    END;
    RETURN found;
END $$;

-- Seals are made of what is committed, and of all of it.
SELECT is(t.found(), '', 'before the first seal nothing is to be complained of');
SELECT is(t.run('sup', 'SELECT assure.seal_audit()')::bigint, (SELECT count(*) FROM assure.audit_log), 'the first seal takes all rows');
SELECT is(assure.seal_audit(), 0::bigint, 'a second one at once would be empty, and is not made');
SELECT is((SELECT string_agg(concat_ws(' ', seal_no, previous_hash IS NULL, row_count = (SELECT count(*) FROM assure.audit_log)), ', ') FROM assure.audit_seal), '1 t t', 'there is one seal');
SELECT is((SELECT members FROM assure.audit_seal), (SELECT range_agg(int8range(audit_id, audit_id + 1)) FROM assure.audit_log), 'that names its rows');
SELECT is(t.found(), '', 'and they are whole');
SELECT assure.submit_claim(t.claim('C1', 'M1', '700.00')), assure.adjudicate('C1') \g /dev/null
SELECT assure.set_worker_login(t.role('op'), 'W-BJ') \g /dev/null
BEGIN;
SELECT nextval('assure.audit_id_seq') \g /dev/null
SELECT assure.grant_branch(t.role('op'), 'BJ') \g /dev/null
SELECT is(assure.seal_audit(), 2::bigint, 'a transaction that seals does not seal its own rows');
COMMIT;
SELECT is(assure.seal_audit(), 1::bigint, 'but the next one does');
SELECT max(audit_id) - 1 AS gone FROM assure.audit_log \gset
SELECT is((SELECT bool_or(s.members @> :gone::bigint) FROM assure.audit_seal s), false, 'a key that was lost is in no seal');
SELECT is((SELECT string_agg(concat_ws(' ', b.seal_no, b.previous_hash = a.seal_hash), ', ' ORDER BY b.seal_no) FROM assure.audit_seal a JOIN assure.audit_seal b ON b.seal_no = a.seal_no + 1), '2 t, 3 t', 'each seal holds the one before');
SELECT is(t.found(), '', 'all is whole');
SELECT is((SELECT count(*) FROM assure.audit_log a, assure.audit_seal s WHERE a.audit_id <@ s.members), (SELECT count(*) FROM assure.audit_log), 'each row is in one seal');
CREATE TABLE t.anchor AS SELECT * FROM assure.export_seals();
SELECT results_eq('SELECT seal_no, row_count, anchor FROM t.anchor ORDER BY 1', $$SELECT seal_no, row_count, seal_no || ':' || encode(seal_hash, 'hex') FROM assure.audit_seal ORDER BY 1$$, 'seals are exported');
SELECT is((SELECT string_agg(seal_no::text, ' ' ORDER BY seal_no) FROM assure.export_seals(2)), '2 3', 'from one on');
SELECT is((SELECT string_agg(t.found_by(anchor), '') FROM t.anchor), '', 'every seal that was exported agrees');
SELECT is((SELECT count(*) FROM assure.export_seals(4)), 0::bigint, 'and there are no others');

-- Another hand: the canonical bytes of a row and of a seal as docs/security.md has them.
SET TimeZone = 'America/New_York';
SET DateStyle = 'SQL, DMY';
CREATE FUNCTION t.field(text) RETURNS text LANGUAGE sql AS $$ SELECT coalesce(octet_length($1) || ':' || $1, '-') $$;
CREATE FUNCTION t.moment(timestamptz) RETURNS text LANGUAGE sql AS $$ SELECT t.field((extract(epoch FROM $1 - timestamptz '2000-01-01 00:00:00+00') * 1000000)::bigint::text) $$;
SELECT is((SELECT count(*) FROM assure.audit_seal s WHERE s.root_hash = (SELECT sha256(string_agg(sha256(convert_to(t.field(a.audit_id::text) || t.moment(a.logged_at) || t.field(a.action) || t.field(a.session_role)
    || t.field(a.actor_worker_id::text) || t.field(a.subject) || t.field(a.row_count::text) || t.field(encode(a.root_hash, 'hex')) || t.field(a.detail::text) || t.field(a.transaction_id::text)
    || t.field(a.system_identifier::text), 'UTF8')), '' ORDER BY a.audit_id)) FROM assure.audit_log a WHERE a.audit_id <@ s.members)), 3::bigint, 'the roots can be computed by hand, in any time zone');
SELECT is((SELECT count(*) FROM assure.audit_seal s WHERE s.seal_hash = sha256(convert_to(t.field(seal_no::text) || t.field(encode(previous_hash, 'hex')) || t.field(system_identifier::text) || t.field(snapshot::text)
    || t.field(members::text) || t.field(row_count::text) || t.moment(logged_from) || t.moment(logged_to) || t.field(encode(sha256(fingerprints), 'hex')) || t.field(encode(root_hash, 'hex')) || t.moment(sealed_at), 'UTF8'))), 3::bigint, 'and so can the seals');
RESET TimeZone;
RESET DateStyle;

-- Whoever changes, removes, adds or moves rows of the log is found, and the row is named.
SELECT min(audit_id) AS a, min(audit_id) + 1 AS b, min(audit_id) + 2 AS c FROM assure.audit_log \gset
SELECT is(t.tampered(format('UPDATE assure.audit_log SET session_role = %L WHERE audit_id = %s', 'x', :b)), :'b' || ' audit row row was changed', 'who acted');
SELECT is(t.tampered(format('UPDATE assure.audit_log SET subject = %L WHERE audit_id = %s', 'x', :b)), :'b' || ' audit row row was changed', 'to what');
SELECT is(t.tampered(format('UPDATE assure.audit_log SET detail = %L WHERE audit_id = %s', '{}', :b)), :'b' || ' audit row row was changed', 'with what');
SELECT is(t.tampered(format('UPDATE assure.audit_log SET logged_at = logged_at + %L WHERE audit_id = %s', '1 microsecond', :b)), :'b' || ' audit row row was changed', 'when');
SELECT is(t.tampered(format('UPDATE assure.audit_log SET actor_worker_id = 1 WHERE audit_id = %s', :b)), :'b' || ' audit row row was changed', 'on whose behalf');
SELECT is(t.tampered(format('UPDATE assure.audit_log SET transaction_id = %L WHERE audit_id = %s', '3', :b)), :'b' || ' audit row row was changed', 'in which transaction');
SELECT is(t.tampered(format('DELETE FROM assure.audit_log WHERE audit_id = %s', :b)), :'b' || ' audit row row is gone', 'a row that is gone');
SELECT is(t.tampered(format('DELETE FROM assure.audit_log WHERE audit_id IN (%s, %s)', :a, :c)), :'a' || ' audit row row is gone; ' || :'c' || ' audit row row is gone', 'or two');
SELECT is(t.tampered(format('UPDATE assure.audit_log SET audit_id = %s WHERE audit_id = %s', -1, :b), format('UPDATE assure.audit_log SET audit_id = %s WHERE audit_id = %s', :b, :c), format('UPDATE assure.audit_log SET audit_id = %s WHERE audit_id = -1', :c)),
    :'b' || ' audit row row was changed; ' || :'c' || ' audit row row was changed', 'two that were exchanged');
SELECT is(t.tampered(format('INSERT INTO assure.audit_log SELECT %s, logged_at, action, session_role, actor_worker_id, subject, row_count, NULL, detail, transaction_id, system_identifier FROM assure.audit_log WHERE audit_id = %s', :gone, :b)),
    :'gone' || ' audit row row was put in later: its seal does not have it', 'one that was put into a gap');
SELECT is(t.tampered(format('INSERT INTO assure.audit_log (audit_id, action, session_role) VALUES (%s, %L, %L)', :gone, 'x', 'y')), :'gone' || ' audit row row was put in later: its seal does not have it', 'by plain SQL');
SELECT is(t.tampered(format('INSERT INTO assure.audit_log (audit_id, action, session_role, transaction_id, system_identifier, logged_at) SELECT %s, %L, %L, %L, system_identifier, %L FROM assure.audit_seal LIMIT 1', :gone, 'x', 'y', '99999999999', 'infinity')),
    :'gone' || ' audit row its transaction was never begun', 'or that is to stay out of all seals');
SELECT is(t.tampered(format('INSERT INTO assure.audit_log (audit_id, logged_at, action, session_role, subject, system_identifier) SELECT nextval(%L), logged_at - interval ''2 days'', action, session_role, subject, system_identifier FROM assure.audit_log WHERE audit_id = %s', 'assure.audit_id_seq', :b)) ~ '^\d+ audit row its time lies before the last seal$',
    true, 'a row of another day, played again');
SELECT is(t.tampered(format('UPDATE assure.audit_log a SET (action, subject, detail, logged_at) = (SELECT b.action, b.subject, b.detail, b.logged_at FROM assure.audit_log b WHERE b.audit_id = %s) WHERE a.audit_id = %s', :c, :b)), :'b' || ' audit row row was changed', 'or put in the place of this one');
SELECT is(t.found('2000-01-01', '2000-01-02'), '', 'a span in which nothing was written');

-- The seals.
SELECT is(t.tampered('UPDATE assure.audit_seal SET sealed_at = sealed_at + interval ''1 s'' WHERE seal_no = 2') ~ '^\d+ seal 2 seal was changed$', true, 'a seal that was changed');
SELECT is(left(t.tampered('UPDATE assure.audit_seal SET members = members + int8multirange(int8range(-5, -4)) WHERE seal_no = 2'), 52), '-5 seal 2 seal was changed; -5 audit row row is gone', 'its rows');
SELECT is(t.tampered('UPDATE assure.audit_seal SET root_hash = sha256(''x'') WHERE seal_no = 2') ~ '^\d+ seal 2 seal was changed; \d+ seal 2 rows of the seal were changed$', true, 'their root');
SELECT is(t.tampered('DELETE FROM assure.audit_seal WHERE seal_no = 2') ~ '^\d+ seal 3 the seals before it are gone; \d+ audit row row was put in later', true, 'a seal that is gone');
SELECT is(t.tampered('UPDATE assure.audit_seal SET previous_hash = sha256(''x''), seal_hash = seal_hash WHERE seal_no = 3') ~ '^\d+ seal 3 it does not follow the seal before it; \d+ seal 3 seal was changed$', true, 'one that follows another');
SELECT is(t.tampered('DELETE FROM assure.audit_seal WHERE seal_no = 1') ~ '^\d+ seal 2 the seals before it are gone; ', true, 'the first one');

-- An owner who rebuilds the chain: nothing is to be seen in the database, but the anchor tells.
CREATE FUNCTION t.rebuild() RETURNS void LANGUAGE plpgsql AS $$
DECLARE seal assure.audit_seal; before bytea;
BEGIN
    FOR seal IN SELECT * FROM assure.audit_seal ORDER BY seal_no LOOP
        UPDATE assure.audit_seal s SET (previous_hash, row_count, root_hash, fingerprints) = (SELECT before, count(*), sha256(string_agg(h.hash, '' ORDER BY h.audit_id)), string_agg(substr(h.hash, 1, 8), '' ORDER BY h.audit_id)
            FROM (SELECT a.audit_id, sha256(convert_to(t.field(a.audit_id::text) || t.moment(a.logged_at) || t.field(a.action) || t.field(a.session_role) || t.field(a.actor_worker_id::text) || t.field(a.subject)
            || t.field(a.row_count::text) || t.field(encode(a.root_hash, 'hex')) || t.field(a.detail::text) || t.field(a.transaction_id::text) || t.field(a.system_identifier::text), 'UTF8')) AS hash
            FROM assure.audit_log a WHERE a.audit_id <@ s.members) h) WHERE seal_no = seal.seal_no;
        UPDATE assure.audit_seal s SET seal_hash = sha256(convert_to(t.field(seal_no::text) || t.field(encode(previous_hash, 'hex')) || t.field(system_identifier::text) || t.field(snapshot::text) || t.field(members::text)
            || t.field(row_count::text) || t.moment(logged_from) || t.moment(logged_to) || t.field(encode(sha256(fingerprints), 'hex')) || t.field(encode(root_hash, 'hex')) || t.moment(sealed_at), 'UTF8'))
            WHERE seal_no = seal.seal_no RETURNING seal_hash INTO before;
    END LOOP;
END $$;
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE assure.audit_log SET subject = 'x' WHERE audit_id = :b;
SELECT t.rebuild() \g /dev/null
SELECT is(t.found(), '', 'whoever rebuilds the chain leaves nothing to be seen');
SELECT is((SELECT string_agg(t.found_by(anchor), ', ' ORDER BY seal_no) ~ '^\d+ seal 1 it is not the seal of the anchor, \d+ seal 2 it is not the seal of the anchor, \d+ seal 3 it is not' FROM t.anchor), true, 'but by any anchor');
ROLLBACK;
BEGIN;
SET LOCAL session_replication_role = replica;
DELETE FROM assure.audit_seal WHERE seal_no = 3;
DELETE FROM assure.audit_log WHERE audit_id = (SELECT max(audit_id) FROM assure.audit_log);
SELECT is(t.found(), '', 'so does whoever cuts off its end');
SELECT is(t.found_by((SELECT anchor FROM t.anchor WHERE seal_no = 3)), 'seal 3 the seal of the anchor is not there', 'but by the last anchor');
ROLLBACK;

-- A dump that was restored into another cluster: what was not sealed there counts as settled.
SELECT assure.revoke_branch(t.role('op'), 'BJ') \g /dev/null
BEGIN;
SET LOCAL session_replication_role = replica;
UPDATE assure.audit_log SET system_identifier = 1, transaction_id = '99999999999';
UPDATE assure.audit_seal SET system_identifier = 1;
SELECT t.rebuild() \g /dev/null
SET LOCAL session_replication_role = origin;
SELECT is(t.found(), '', 'what came with a dump is whole');
COMMIT;
SELECT is(assure.seal_audit(), 1::bigint, 'what was not sealed there is sealed here');
SELECT assure.grant_branch(t.role('op'), 'BJ') \g /dev/null
SELECT is(assure.seal_audit(), 1::bigint, 'and what comes after it');
SELECT is(t.found(), '', 'and all is whole');
SELECT max(audit_id) + 1000 AS late FROM assure.audit_log \gset
SELECT is(t.tampered(format('INSERT INTO assure.audit_log (audit_id, action, session_role, system_identifier, transaction_id) VALUES (%s, %L, %L, 1, %L)', :late, 'x', 'y', '99999999998')),
    :'late' || ' audit row row was put in later: its seal does not have it', 'nothing can pretend to have come with the dump');

-- What is refused.
SELECT throws_ok(format($$SELECT * FROM assure.audit_verify(NULL, NULL, %L)$$, x), '22023', format('anchor "%s" is none', x), format('anchor %L', left(x, 20)))
    FROM unnest(ARRAY['', '1', '1:zz', '01:' || repeat('0', 64), '-1:' || repeat('0', 64), '1:' || repeat('0', 63), '1:' || repeat('A', 64)]) x;
SELECT throws_ok('SELECT * FROM assure.audit_verify(NULL, NULL, NULL::text)', '22004', NULL, 'no anchor');
SELECT throws_ok('UPDATE assure.audit_seal SET row_count = 1', 'AS005', NULL, 'seals are append-only');
SELECT is(t.run('op', 'SELECT assure.seal_audit()') LIKE '42501 %', true, 'an operator seals nothing');
SELECT is(t.run('bak', 'SELECT count(*) FROM assure.export_seals()')::int, 5, 'who backs up has the anchors');
SELECT is(t.run('op', 'SELECT * FROM assure.export_seals()') LIKE '42501 %', true, 'an operator has not');
SELECT * FROM finish();
