#!/bin/bash
# What a clock costs a change of a task: tasks are created, suspended, resumed and
# cancelled, each in a transaction of its own, in a queue with a deadline and in one
# without, turn by turn.
#
#   clock.sh [-n TASKS] [-k REPEATS] [-o OPEN]
#
# On whatever server the PG* variables name, in a database of its own with OPEN
# clocks of other tasks. Printed, of each change: processor time a call in
# microseconds without and with a clock (where /proc tells it, else time that
# passed), medians over the repeats, and the median of the ratios.
set -euo pipefail

tasks=500 repeats=9 open=100000
while getopts n:k:o: o; do
	case $o in
	n) tasks=$OPTARG ;; k) repeats=$OPTARG ;; o) open=$OPTARG ;;
	*) sed -n '2,12s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
	esac
done

name=bench_clock owner=bench_clock_owner
run() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }
trap 'run -d postgres -c "SET client_min_messages = error" -c "DROP DATABASE IF EXISTS $name" -c "DROP ROLE IF EXISTS $owner"' EXIT

run -d postgres -c "SET client_min_messages = error" -c "DROP DATABASE IF EXISTS $name" -c "CREATE DATABASE $name TEMPLATE template0 ENCODING 'UTF8'"
run -d postgres -c "DO \$\$ BEGIN CREATE ROLE $owner; EXCEPTION WHEN duplicate_object THEN NULL; END \$\$"
run -d "$name" -F ' ' <<-SQL
	SET client_min_messages = warning;
	SET synchronous_commit = off;
	CREATE EXTENSION pg_assure;
	SELECT assure.create_schema('$owner', 'Asia/Shanghai') \g /dev/null
	SELECT assure.put_sla_policy('{"code": "bench", "calendar": "CN", "target": "2 days", "warnings": [50, 80], "stall_after": "4 hours"}') AS policy \gset
	INSERT INTO assure.branch (code, name, region) VALUES ('BJ', 'x', '110101');
	INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT 'W', 'x', branch_id, 100000, 100000000 FROM assure.branch;
	INSERT INTO assure.queue (code, name, skill, sla_code) VALUES ('with', 'x', 'x', 'bench'), ('without', 'x', 'x', NULL);
	INSERT INTO assure.clock (subject_kind, subject_id, branch_id, sla_policy_id, started_at, target_at, progress_at, next_due)
		SELECT 'task', 100000000 + n, 1, :policy, now(), now() + interval '7 days', now(), now() + interval '1 day' FROM generate_series(1, $open) n;
	VACUUM ANALYZE;
	CREATE UNLOGGED TABLE timed (n int, what text, with_clock boolean, us float8);
	CREATE FUNCTION spent_ms() RETURNS float8 LANGUAGE plpgsql AS \$\$ BEGIN
		RETURN split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 / 1000000;
	EXCEPTION WHEN OTHERS THEN RETURN extract(epoch FROM clock_timestamp()) * 1000; END \$\$;
	-- One kind of change of all tasks at hand, each committed.
	CREATE PROCEDURE change(n int, what text, with_clock boolean, statement text, INOUT ids bigint[]) LANGUAGE plpgsql AS \$\$
	DECLARE t0 float8 := spent_ms(); done bigint[] := '{}'; id bigint; BEGIN
		FOR i IN 1 .. $tasks LOOP
			PERFORM assure.act_as('W');
			EXECUTE statement INTO id USING ids[i];
			done := done || id;
			COMMIT;
		END LOOP;
		INSERT INTO timed VALUES (n, what, with_clock, (spent_ms() - t0) * 1000 / $tasks);
		IF ids IS NULL THEN ids := done; END IF;
	END \$\$;
	CREATE PROCEDURE round(n int, with_clock boolean) LANGUAGE plpgsql AS \$\$
	DECLARE ids bigint[]; queue text := CASE WHEN with_clock THEN 'with' ELSE 'without' END; BEGIN
		CALL change(n, '1 created', with_clock, format('SELECT assure.create_task(%L, ''{"kind": "other", "ref": "x"}'', ''{"branch": "BJ", "amount": "1.00"}'') + coalesce(\$1, 0) * 0', queue), ids);
		CALL change(n, '2 suspended', with_clock, 'SELECT 0 FROM assure.suspend_task(\$1, ''x'')', ids);
		CALL change(n, '3 resumed', with_clock, 'SELECT 0 FROM assure.resume_task(\$1)', ids);
		CALL change(n, '4 cancelled', with_clock, 'SELECT 0 FROM assure.cancel_task(\$1, ''x'')', ids);
	END \$\$;
	$(for ((k = 0; k <= repeats; k++)); do
		for side in $([ $((k % 2)) = 0 ] && echo "true false" || echo "false true"); do echo "CALL round($k, $side);"; done
		[ $k -gt 0 ] || echo "DELETE FROM timed;"
	done)
	SELECT rpad(substr(what, 3), 10), to_char(percentile_cont(0.5) WITHIN GROUP (ORDER BY a.us), '9990.0'), to_char(percentile_cont(0.5) WITHIN GROUP (ORDER BY b.us), '9990.0'),
		to_char(percentile_cont(0.5) WITHIN GROUP (ORDER BY b.us / a.us), '990.00')
		FROM (SELECT * FROM timed UNION ALL SELECT n, '5 together', with_clock, sum(us) FROM timed GROUP BY n, with_clock) a
		JOIN (SELECT * FROM timed UNION ALL SELECT n, '5 together', with_clock, sum(us) FROM timed GROUP BY n, with_clock) b USING (n, what)
		WHERE NOT a.with_clock AND b.with_clock GROUP BY what ORDER BY what;
SQL
