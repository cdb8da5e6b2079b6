#!/bin/bash
# How long a sweep takes for what is due, beside plainly writing the same rows,
# and with many clocks open beside few, with an old snapshot open, after clocks
# have moved.  On whatever server the PG* variables name, in databases of its own.
#
#   sweep.sh [-n OPEN] [-f FEW] [-d DUE] [-m MOVED] [-k REPEATS]
#
# A repeat sets DUE clocks due, runs the sweep, and writes the same rows (clocks
# updated by key, alerts and notifications inserted) by one statement each in one
# transaction, with arrays at hand.  Printed are medians, in ms.
set -euo pipefail

open=1000000 few=100000 due=1000 moved=0 repeats=9
while getopts n:f:d:m:k: o; do
	case $o in
	n) open=$OPTARG ;; f) few=$OPTARG ;; d) due=$OPTARG ;; m) moved=$OPTARG ;; k) repeats=$OPTARG ;;
	*) sed -n '2,14s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
	esac
done

owner=bench_sla_owner
run() { psql -XqAt -v ON_ERROR_STOP=1 "$@"; }

# make_database NAME CLOCKS: open clocks that are due tomorrow and later.
make_database()
{
	run -d postgres -c "DROP DATABASE IF EXISTS $1" -c "CREATE DATABASE $1 TEMPLATE template0 ENCODING 'UTF8'"
	run -d "$1" <<-SQL
		SET client_min_messages = warning;
		CREATE EXTENSION pg_assure;
		SELECT assure.create_schema('$owner', 'Asia/Shanghai') \g /dev/null
		SELECT assure.put_sla_policy('{"code": "bench", "calendar": "CN", "target": "5 days", "warnings": [50, 80], "stall_after": "2 days"}') AS policy \gset
		INSERT INTO assure.clock (subject_kind, subject_id, branch_id, sla_policy_id, started_at, target_at, progress_at, next_due)
			SELECT 'task', n, 1, :policy, now() - interval '1 hour', now() + interval '7 days', now(), now() + interval '1 day' + n % 100000 * interval '1 second'
			FROM generate_series(1, $2) n;
		VACUUM ANALYZE assure.clock;
		CALL assure.sla_sweep();
		CALL assure.sla_sweep();
	SQL
}

# times DATABASE CLOCKS: medians of sweep and plain writes.
times()
{
	run -d "$1" > "$work/$1.out" <<-SQL
		\timing off
		CREATE UNLOGGED TABLE IF NOT EXISTS timed (what text, ms float8);
		TRUNCATE timed;
		$(for ((i = 1; i <= repeats; i++)); do cat <<-STEP
			UPDATE assure.clock SET started_at = now() - interval '30 days', target_at = now() - interval '1 hour', next_due = clock_timestamp(), next_step = 1
				WHERE clock_id IN (SELECT 1 + (hashint4($i * 100000 + n) & 2147483647) % $2 FROM generate_series(1, $due) n);
			SELECT count(*) AS due FROM assure.clock WHERE next_due <= now() + interval '1 second' \gset
			SELECT clock_timestamp() AS t0 \gset
			CALL assure.sla_sweep() \g /dev/null
			INSERT INTO timed VALUES ('sweep', extract(epoch FROM clock_timestamp() - :'t0') * 1000);
			SELECT array_agg(clock_id) AS ids FROM (SELECT clock_id FROM assure.alert ORDER BY alert_id DESC LIMIT :due) x \gset
			SELECT clock_timestamp() AS t0 \gset
			BEGIN;
			UPDATE assure.clock SET next_step = next_step, stalled = stalled, next_due = next_due + interval '1 microsecond' WHERE clock_id = ANY (:'ids'::bigint[]);
			INSERT INTO assure.alert (level, clock_id, step, at_target, subject_kind, subject_id, branch_id, due_at, resolved_at)
				SELECT 'overlong', c, 3, true, 'task', c, 1, now(), NULL FROM unnest(:'ids'::bigint[]) c ON CONFLICT DO NOTHING;
			INSERT INTO assure.alert (level, clock_id, step, at_target, subject_kind, subject_id, branch_id, due_at)
				SELECT 'overlong', c, 20, true, 'task', c, 1, now() FROM unnest(:'ids'::bigint[]) c;
			INSERT INTO assure.notification (alert_id, kind) SELECT c, 'raised' FROM unnest(:'ids'::bigint[]) c;
			COMMIT;
			INSERT INTO timed VALUES ('plain', extract(epoch FROM clock_timestamp() - :'t0') * 1000);
			UPDATE assure.alert SET resolved_at = now() WHERE resolved_at IS NULL;
		STEP
		done)
		SELECT what, round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ms)::numeric, 1) FROM timed GROUP BY what ORDER BY what DESC;
	SQL
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
			-c "UPDATE assure.clock SET next_due = now() + interval '2 days' WHERE clock_id <= $moved" -c 'CALL assure.sla_sweep()' -c 'CALL assure.sla_sweep()' > /dev/null
	fi
	times "$name" "$size" "$moved moved since an old snapshot"
	run -d postgres -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$name'" > /dev/null
	run -d postgres -c "DROP DATABASE $name"
done
