#!/bin/bash
# How long after its moment an alert is notified and can be read, with background
# workers, many clocks open, and tasks changing state beside; then how much
# processor time the server takes when nothing is due.
#
#   notify.sh [-n OPEN] [-r CHANGES] [-s SECONDS] [-a ALERTS] [-i IDLE]
#
# In the database bench_sla_OPEN that "sweep.sh -n OPEN -K" has left, on the server
# that the PG* variables name, which needs shared_preload_libraries = 'pg_assure'.
# CHANGES state changes a second (reserved, accepted, returned, by the functions),
# for SECONDS, over which ALERTS targets are spread evenly; then IDLE seconds of rest.
# Printed are the median, the 99th percentile and the maximum, in ms, of when a
# listening client could read an alert, and of when it was raised.
set -euo pipefail

open=1000000 changes=500 seconds=60 alerts=1000 idle=60
while getopts n:r:s:a:i: o; do
	case $o in
	n) open=$OPTARG ;; r) changes=$OPTARG ;; s) seconds=$OPTARG ;; a) alerts=$OPTARG ;; i) idle=$OPTARG ;;
	*) sed -n '2,14s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
	esac
done

here=$(cd "$(dirname "$0")" && pwd -P)
name=bench_sla_$open
run() { psql -XqAt -v ON_ERROR_STOP=1 -d "$name" "$@"; }
work=$(mktemp -d)
stop()
{
	run -d postgres -c "ALTER SYSTEM RESET assure.databases" -c "ALTER SYSTEM RESET assure.worker_role" -c "SELECT pg_reload_conf()" > /dev/null
	rm -rf "$work"
}
trap stop EXIT
"${CC:-cc}" -O2 -Wall -o "$work/listen" "$here/listen.c" -I"$(${PG_CONFIG:-pg_config} --includedir)" -lpq

# Tasks whose clocks are there already, with a worker who may have them all.
run <<-SQL
	SET client_min_messages = warning;
	DO \$\$ BEGIN CREATE ROLE bench_sla_jobs LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END \$\$;
	SELECT assure.grant_access('bench_sla_jobs', 'admin'), assure.grant_access('bench_sla_jobs', 'proxy') \g /dev/null
	INSERT INTO assure.branch (code, name, region) VALUES ('BENCH', 'x', '110101') ON CONFLICT DO NOTHING;
	INSERT INTO assure.worker (code, name, branch_id, capacity, authority_fen) SELECT 'BENCH', 'x', branch_id, 100000, 100000000 FROM assure.branch WHERE code = 'BENCH' ON CONFLICT DO NOTHING;
	INSERT INTO assure.task (task_id, queue_id, subject_kind, account_id, subject_id, branch_id, amount_fen)
		SELECT n, (SELECT queue_id FROM assure.queue WHERE code = 'claim_review'), 'claim', 0, n, (SELECT branch_id FROM assure.branch WHERE code = 'BENCH'), 100 FROM generate_series(1, 20000) n ON CONFLICT DO NOTHING;
	UPDATE assure.task SET state = 'open', worker_id = NULL WHERE state <> 'open';
	UPDATE assure.alert SET resolved_at = now(), escalate_at = NULL WHERE resolved_at IS NULL;
	SELECT assure.pause('dispatch'), assure.pause('adjudicate'), assure.pause('check'), assure.pause('housekeep') \g /dev/null
	VACUUM ANALYZE assure.task;
SQL
cat > "$work/changes.sql" <<-SQL
	\set task random(1, 20000)
	BEGIN;
	UPDATE assure.task SET state = 'reserved', worker_id = (SELECT worker_id FROM assure.worker WHERE code = 'BENCH') WHERE task_id = :task AND state = 'open';
	SELECT assure.act_as('BENCH');
	SELECT assure.accept_task(:task);
	SELECT assure.return_task(:task, 'bench');
	COMMIT;
SQL

# processor_ms prints the processor time that all processes of the server took.
processor_ms()
{
	local main
	main=$(psql -XAtq -d postgres -c "SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1)")
	cat "/proc/$main/stat" | awk -v t="$(getconf CLK_TCK)" '{ print ($14 + $15 + $16 + $17) * 1000 / t }'
}

run -d postgres -c "ALTER SYSTEM SET assure.databases = '$name'" -c "ALTER SYSTEM SET assure.worker_role = 'bench_sla_jobs'" -c "SELECT pg_reload_conf()" > /dev/null
sleep 3
"$work/listen" "dbname=$name" "$alerts" $((seconds + 30)) > "$work/late" 2> "$work/said" &
listener=$!
until grep -q ready "$work/said"; do sleep 0.1; done
pgbench -n -d "$name" -f "$work/changes.sql" -c 4 -R $((changes / 3)) -T "$seconds" > "$work/pgbench" 2>&1 &
changer=$!
run <<-SQL
	UPDATE assure.clock SET started_at = now() - interval '10 days', target_at = x.at, next_step = 3, progress_at = now(), next_due = x.at
		FROM (SELECT 20000 + n * (($open - 20000) / $alerts) AS id, clock_timestamp() + interval '2 seconds' + n * interval '1 second' * ($seconds - 6) / $alerts AS at FROM generate_series(1, $alerts) n) x WHERE clock_id = x.id;
	CALL assure.sla_sweep() \g /dev/null
SQL
wait $listener
wait $changer || true
awk -v changes=3 '/^tps/ { printf "%d state changes a second beside\n", $3 * changes }' "$work/pgbench"
for column in 1 2; do
	sort -n -k$column "$work/late" | awk -v c=$column '{ v[NR] = $c } END { printf "%s: %d alerts, median %d ms, 99th percentile %d ms, longest %d ms\n", c == 1 ? "notified and read" : "raised", NR, v[int((NR + 1) / 2)], v[int(NR * 0.99 + 0.5)], v[NR] }'
done
run -c "SELECT total_runs || ' sweeps so far' FROM assure_internal.job WHERE name = 'sweep'"
sleep 5
run -d postgres -c CHECKPOINT
run -c "SELECT assure.resume('dispatch'), assure.resume('adjudicate'), assure.resume('check'), assure.resume('housekeep')" > /dev/null
sleep 20
before=$(processor_ms)
runs=$(run -c "SELECT sum(total_runs) FROM assure_internal.job")
sleep "$idle"
echo "$before $(processor_ms) $idle $(($(run -c "SELECT sum(total_runs) FROM assure_internal.job") - runs))" | awk '{ printf "at rest: %d ms of processor time in %d s, %.2f %% of a core; %d jobs ran\n", $2 - $1, $3, ($2 - $1) / $3 / 10, $4 }'
