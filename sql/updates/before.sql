-- pg_assure 0.1 to 0.2: what goes or changes before the new parts come.

\echo Use "ALTER EXTENSION pg_assure UPDATE" to load this file. \quit

SET LOCAL search_path TO pg_catalog, pg_temp;

-- Shipped rows come anew, all of them.
DROP TABLE assure.region_builtin;
DELETE FROM assure.schema_script;
DELETE FROM assure.scope_right;
