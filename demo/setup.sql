-- Extensions, the data schema, and a role for each kind of user.
-- Run by the superuser in the new database, once.

SET client_min_messages = warning;

CREATE ROLE assure_owner NOLOGIN;       -- owns the data, is nobody
CREATE ROLE assure_admin LOGIN;         -- configures
CREATE ROLE assure_portal LOGIN;        -- the claims portal: acts for people
CREATE ROLE assure_operator LOGIN;      -- one branch's own application
CREATE ROLE assure_supervisor LOGIN;
CREATE ROLE assure_bi LOGIN;            -- dashboards: masked views only
CREATE ROLE assure_auditor LOGIN;
CREATE ROLE assure_worker LOGIN;        -- background workers and pg_cron

CREATE EXTENSION pg_cron;
CREATE EXTENSION pg_assure;
SELECT assure.create_schema('assure_owner', 'Asia/Shanghai');

SELECT assure.grant_access(role, scope)
FROM (VALUES ('assure_admin', 'admin'), ('assure_portal', 'proxy'), ('assure_operator', 'operator'),
             ('assure_supervisor', 'supervisor'), ('assure_bi', 'bi'), ('assure_auditor', 'auditor'),
             ('assure_worker', 'admin')) AS g (role, scope);

-- The jobs are registered with pg_cron by the role that they run as.
GRANT USAGE ON SCHEMA cron TO assure_worker;

ALTER DATABASE company SET timezone = 'Asia/Shanghai';
