-- complain if the script is sourced in psql rather than by CREATE EXTENSION
\echo Use "CREATE EXTENSION pg_assure" to load this file. \quit

SET LOCAL search_path TO pg_catalog, pg_temp;

CREATE SCHEMA assure;
CREATE SCHEMA assure_internal;
COMMENT ON SCHEMA assure IS 'pg_assure: the types, functions and tables that callers know';
COMMENT ON SCHEMA assure_internal IS 'pg_assure: queues, balances and shipped definitions; not an interface';

-- Names of people and places are compared and folded as UTF-8 everywhere; any
-- other encoding is refused before anything is created.
CREATE FUNCTION assure_internal.require_utf8() RETURNS void
    LANGUAGE c VOLATILE PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_require_utf8';
REVOKE ALL ON FUNCTION assure_internal.require_utf8() FROM PUBLIC;
COMMENT ON FUNCTION assure_internal.require_utf8() IS 'Refuses a database whose encoding is not UTF8.';
SELECT assure_internal.require_utf8();
