#!/bin/bash
# How long a sweep takes for what is due, beside plainly writing the same rows,
# and with many clocks open beside few, with an old snapshot open, after clocks
# have moved.  On whatever server the PG* variables name, in databases of its own.
#
#   sweep.sh [-n OPEN] [-f FEW] [-d DUE] [-m MOVED] [-k REPEATS] [-K]
#
# -K keeps the databases, bench_sla_OPEN and bench_sla_FEW, for notify.sh.
#
# A repeat draws two sets of DUE clocks and touches both alike; one of them is set
# due and swept, of the other the same rows (clocks updated by key, alerts and
# notifications inserted) are written by one statement each in one transaction, with
# arrays at hand; which of the two comes first changes from repeat to repeat.
# Printed are medians, in ms: time that passed, and processor time where /proc tells.
# The first repeats, after which the watermark of the sweep has settled, do not count.
set -euo pipefail

open=1000000 few=100000 due=1000 moved=0 repeats=9 keep=
while getopts n:f:d:m:k:K o; do
	case $o in
	n) open=$OPTARG ;; f) few=$OPTARG ;; d) due=$OPTARG ;; m) moved=$OPTARG ;; k) repeats=$OPTARG ;; K) keep=yes ;;
	*) sed -n '2,18s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
	esac
done

owner=bench_sla_owner
run() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

# make_database NAME CLOCKS: open clocks that are due tomorrow and later.
make_database()
{
	run -d postgres -c "SET client_min_messages = error" -c "DROP DATABASE IF EXISTS $1" -c "CREATE DATABASE $1 TEMPLATE template0 ENCODING 'UTF8'"
	run -d "$1" <<-SQL
		SET client_min_messages = warning;
		CREATE EXTENSION pg_assure;
		SELECT assure.create_schema('$owner', 'Asia/Shanghai') \g /dev/null
		SELECT assure.put_sla_policy('{"code": "bench", "calendar": "CN", "target": "5 days", "warnings": [50, 80], "stall_after": "2 days"}') AS policy \gset
		INSERT INTO assure.clock (subject_kind, subject_id, branch_id, sla_policy_id, started_at, target_at, progress_at, next_due)
			SELECT 'task', n, 1, :policy, now() - interval '1 hour', now() + interval '7 days', now(), now() + interval '1 day' + n % 100000 * interval '1 second'
			FROM generate_series(1, $2) n;
		VACUUM ANALYZE assure.clock;
		CALL assure.sla_sweep() \g /dev/null
	SQL
}

# step NUMBER SWEPT PLAIN FIRST: one repeat. Clocks of a set are those whose key a hash draws.
step()
{
	local swept="SELECT 1 + (hashint4($1 * 100000 + n) & 2147483647) % $2 FROM generate_series(1, $due) n"
	local other="SELECT 1 + (hashint4($1 * 100000 + 50000 + n) & 2147483647) % $2 FROM generate_series(1, $due) n"
	cat <<-SQL
		UPDATE assure.clock SET started_at = now() - interval '30 days', target_at = now() - interval '1 hour', next_step = 1,
			next_due = CASE WHEN clock_id IN ($swept) THEN clock_timestamp() ELSE now() + interval '1 day' END WHERE clock_id IN ($swept) OR clock_id IN ($other);
		SELECT array_agg(DISTINCT x) AS ids FROM ($other EXCEPT $swept) s (x) \gset
	SQL
	[ $(($1 % 2)) = 0 ] || plain
	cat <<-SQL
		SELECT clock_timestamp() AS t0, spent_ms() AS c0 \gset
		CALL assure.sla_sweep() \g /dev/null
		INSERT INTO timed VALUES ('sweep', extract(epoch FROM clock_timestamp() - :'t0') * 1000, spent_ms() - :c0);
	SQL
	[ $(($1 % 2)) = 1 ] || plain
	echo "UPDATE assure.alert SET resolved_at = now() WHERE resolved_at IS NULL;"
}

plain()
{
	cat <<-'SQL'
		SELECT clock_timestamp() AS t0, spent_ms() AS c0 \gset
		BEGIN;
		UPDATE assure.clock SET next_step = 4, stalled = false, next_due = next_due + interval '1 second' WHERE clock_id = ANY (:'ids'::bigint[]);
		WITH a AS (INSERT INTO assure.alert (level, clock_id, step, at_target, subject_kind, subject_id, branch_id, due_at)
			SELECT 'overlong', c, 3, true, 'task', c, 1, now() FROM unnest(:'ids'::bigint[]) c RETURNING alert_id)
		INSERT INTO assure.notification (alert_id, kind) SELECT alert_id, 'raised' FROM a;
		COMMIT;
		INSERT INTO timed VALUES ('plain', extract(epoch FROM clock_timestamp() - :'t0') * 1000, spent_ms() - :c0);
	SQL
}

# times DATABASE CLOCKS WHAT: medians of sweep and plain writes.
times()
{
	{
		cat <<-'SQL'
			SET client_min_messages = warning;
			CREATE OR REPLACE FUNCTION spent_ms() RETURNS float8 LANGUAGE plpgsql AS $$ BEGIN
				RETURN split_part(pg_read_file('/proc/self/schedstat'), ' ', 1)::float8 / 1000000;
			EXCEPTION WHEN OTHERS THEN RETURN 0; END $$;
			CREATE UNLOGGED TABLE IF NOT EXISTS timed (what text, ms float8, cpu float8);
		SQL
		for ((i = 1; i <= repeats + 5; i++)); do
			step "$i" "$2"
			[ $i != 5 ] || echo "TRUNCATE timed;"
		done
		echo "SELECT what, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::numeric, 1) || ' ms, processor ' || round(percentile_cont(0.5) WITHIN GROUP (ORDER BY cpu)::numeric, 1)"
		echo "|| ', from ' || round(min(ms)::numeric, 1) || ' to ' || round(max(ms)::numeric, 1) FROM timed GROUP BY what ORDER BY what DESC;"
	} > "$work/$1.sql"
	run -d "$1" -f "$work/$1.sql" -F ' ' > "$work/$1.out"
	tail -2 "$work/$1.out" | sed "s/^/$2 open, $due due, $3: /"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run -d postgres -c "DO \$\$ BEGIN CREATE ROLE $owner; EXCEPTION WHEN duplicate_object THEN NULL; END \$\$"
for size in $few $open; do
	name=bench_sla_$size
	make_database "$name" "$size"
	times "$name" "$size" 'no old snapshot'
	psql -XqAt -d "$name" -c 'BEGIN ISOLATION LEVEL REPEATABLE READ' -c 'SELECT pg_sleep(100000)' > /dev/null 2>&1 &
	sleep 1
	if [ "$moved" -gt 0 ]; then
		run -d "$name" -c "UPDATE assure.clock SET next_due = clock_timestamp() WHERE clock_id <= $moved; " \
			-c "UPDATE assure.clock SET next_due = now() + interval '2 days' WHERE clock_id <= $moved" -c 'CALL assure.sla_sweep()' > /dev/null
	fi
	times "$name" "$size" "$moved moved since an old snapshot"
	run -d postgres -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$name'" > /dev/null
	[ -n "$keep" ] || run -d postgres -c "DROP DATABASE $name"
done
