-- What the sample was drawn with goes; the jobs go on by themselves.

SET client_min_messages = warning;
DROP SCHEMA demo CASCADE;
ALTER SYSTEM SET assure.databases = 'company';
SELECT pg_reload_conf() \g /dev/null
