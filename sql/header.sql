-- complain if the script is sourced in psql rather than by CREATE EXTENSION
\echo Use "CREATE EXTENSION pg_assure" to load this file. \quit

SET LOCAL search_path TO pg_catalog, pg_temp;

-- The schema is named in the control file, so it is no member of the extension:
-- DROP EXTENSION, with CASCADE too, leaves the data tables that stand in it.
COMMENT ON SCHEMA assure IS 'pg_assure: the types, functions and tables that callers know';

-- Names of people and places are compared and folded as UTF-8 everywhere; any
-- other encoding is refused before anything is created.  So is a schema assure
-- that somebody else made beforehand and could take objects out of.
CREATE FUNCTION assure.check_database() RETURNS void
    LANGUAGE c VOLATILE PARALLEL SAFE AS 'MODULE_PATHNAME', 'assure_check_database';
REVOKE ALL ON FUNCTION assure.check_database() FROM PUBLIC;
COMMENT ON FUNCTION assure.check_database() IS 'Refuses a database whose encoding is not UTF8, or whose schema assure belongs to somebody else.';
SELECT assure.check_database();
