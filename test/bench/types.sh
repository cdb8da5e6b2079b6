#!/bin/bash
# Times the types of pg_assure against the built-in types they stand in for.
#
#   types.sh [-n ROWS] [-k REPEATS] [-c PATTERN] [SUBJECT...]
#
#   -n   rows of each table, 10,000,000 unless told
#   -k   how often each statement is timed, 5 unless told
#   -c   only cases whose name matches, as grep -E has it
#   SUBJECT   which of the subjects below; all of them unless told
#
# It works on the server that the PG* variables name (see tools/private_server
# env), where pg_assure is installed, in a database of its own that it drops.
#
# Each column of a subject has a table of its own with as many rows: v, many
# values, and g, a thousand. All columns take turns within each repeat, so that
# what else the machine does meets them alike. Printed are medians in ms; how many
# times as long as the first column; and the spread, (slowest - fastest) / median,
# of all runs. Net is less the time of count(*) on the same table right before.
#
# To add a type: a subject, its columns, and cases if the common ones do not do.
set -euo pipefail

rows=10000000 repeats=5 pattern=.

# column|SUBJECT|NAME|TYPE|v from i|g from i: the first of a subject is the one that the others are compared with.
# case|SUBJECT or *|NAME|net or gross|STATEMENT|BEFORE|AFTER: @ is the column's table; BEFORE and AFTER are not timed.
table()
{
	cat <<- 'END'
	column|amount|amount|assure.amount|assure.from_fen(i * 7919 % 5000000)|assure.from_fen(i % 1000)
	column|amount|numeric|numeric(12,2)|(i * 7919 % 5000000) / 100.0|(i % 1000) / 100.0
	column|amount|bigint|bigint|i * 7919 % 5000000|i % 1000
	column|region|region|assure.region|((ARRAY[11,31,32,44,51])[1 + i % 5] * 10000 + i * 7919 % 9000)::int::assure.region|((ARRAY[11,31,32,44,51])[1 + i % 5] * 10000 + i % 200)::int::assure.region
	column|region|int4|integer|(ARRAY[11,31,32,44,51])[1 + i % 5] * 10000 + i * 7919 % 9000|(ARRAY[11,31,32,44,51])[1 + i % 5] * 10000 + i % 200
	column|region|text|text|((ARRAY[11,31,32,44,51])[1 + i % 5] * 10000 + i * 7919 % 9000)::text|((ARRAY[11,31,32,44,51])[1 + i % 5] * 10000 + i % 200)::text
	column|resident_id|resident_id|assure.resident_id|concat('110101', to_char(date '1930-01-01' + (i * 7919 % 25000)::int, 'YYMMDD'), lpad((i % 997)::text, 3, '0'))::assure.resident_id|concat('110101800101', lpad((i % 1000)::text, 3, '0'))::assure.resident_id
	column|resident_id|text|text|concat('110101', to_char(date '1930-01-01' + (i * 7919 % 25000)::int, 'YYMMDD'), lpad((i % 997)::text, 3, '0'))::assure.resident_id::text|concat('110101800101', lpad((i % 1000)::text, 3, '0'))::assure.resident_id::text
	column|icd|icd|assure.icd|concat(chr(65 + (i * 7 % 26)::int), lpad((i * 7919 % 100)::text, 2, '0'), '.', lpad((i % 613)::text, 3, '0'))::assure.icd|concat(chr(65 + (i % 20)::int), lpad((i % 50)::text, 2, '0'))::assure.icd
	column|icd|text|text|concat(chr(65 + (i * 7 % 26)::int), lpad((i * 7919 % 100)::text, 2, '0'), '.', lpad((i % 613)::text, 3, '0'))|concat(chr(65 + (i % 20)::int), lpad((i % 50)::text, 2, '0'))
	case|amount|sum|net|SELECT sum(v) FROM @||
	case|amount|avg|net|SELECT avg(v) FROM @||
	case|amount|sum and avg|net|SELECT sum(v), avg(v) FROM @||
	case|amount|add|net|SELECT count(v + v) FROM @||
	case|amount|times 0.85|net|SELECT count(v * 0.85) FROM @||
	case|amount|times a numeric|net|SELECT count(v * (SELECT 0.85)) FROM @||
	case|*|min, max|net|SELECT min(v), max(v) FROM @||
	case|*|group by|net|SELECT count(*) FROM (SELECT g FROM @ GROUP BY g) s||
	case|*|count distinct|net|SELECT count(*) FROM (SELECT DISTINCT v FROM @) s||
	case|*|order by|net|SELECT v FROM @ ORDER BY v OFFSET (SELECT count(*) FROM @)||
	case|*|hash join|net|SELECT count(*) FROM @ a JOIN (SELECT v FROM @ LIMIT 100000) b USING (v)||
	case|*|filter|net|SELECT count(*) FROM @ WHERE v > (SELECT v FROM @ LIMIT 1)||
	case|*|index build|gross|CREATE INDEX timed ON @ (v)|DROP INDEX IF EXISTS timed|
	case|*|range scan|gross|SELECT count(*) FROM @ WHERE v BETWEEN (SELECT min(v) FROM @) AND (SELECT max(v) FROM @)|CREATE INDEX IF NOT EXISTS timed ON @ (v); SET enable_seqscan = off|SET enable_seqscan = on
	case|*|size in kB|value|SELECT pg_table_size('@') / 1024||
	END
}

while getopts n:k:c: option; do
	case $option in
		n) rows=$OPTARG ;;
		k) repeats=$OPTARG ;;
		c) pattern=$OPTARG ;;
		*) sed -n 's/^# \?//; 2,/^$/p' "$0" >&2; exit 2 ;;
	esac
done
shift $((OPTIND - 1))
subjects=("$@")
[ ${#subjects[@]} != 0 ] || mapfile -t subjects < <(table | awk -F'|' '$1 == "column" && !seen[$2]++ { print $2 }')

database=assure_bench_$$
# Nothing parallel, nothing compiled, no file on disk where memory does: one core's work.
export PGOPTIONS="-c search_path=public,assure -c max_parallel_workers_per_gather=0 -c max_parallel_maintenance_workers=0 -c jit=off -c work_mem=2GB -c maintenance_work_mem=2GB -c client_min_messages=warning"

run() { psql -X -q -A -t -v ON_ERROR_STOP=1 -d "$database" "$@"; }

results=$(mktemp)
cleanup()
{
	rm -f "$results"
	psql -X -q -d postgres -c "DROP DATABASE IF EXISTS $database" > /dev/null
}
trap cleanup EXIT
psql -X -q -v ON_ERROR_STOP=1 -d postgres -c "CREATE DATABASE $database ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"
run -c 'CREATE EXTENSION pg_assure'

# timed prints what a statement took, in ms, or what it says if that is asked for: timed KIND TABLE STATEMENT BEFORE AFTER
timed()
{
	if [ "$1" = value ]; then run -c "$3"; return; fi
	printf '%s;\n\\o /dev/null\n\\timing on\n%s;\n%s;\n\\timing off\n\\o\n%s;\n' "$4" "SELECT count(*) FROM $2" "$3" "$5" |
		run -f - | awk -v kind="$1" '$1 == "Time:" { time[++n] = $2 } END { print time[2] - (kind == "net" ? time[1] : 0) }'
}

# measure times one case on all columns of a subject: measure SUBJECT CASE KIND STATEMENT BEFORE AFTER
measure()
{
	local subject=$1 name=$2 kind=$3 statement=$4 before=$5 after=$6 repeat column relation
	for ((repeat = 1; repeat <= repeats; repeat++)); do
		for column in "${columns[@]}"; do
			relation=bench_$column
			echo "$subject|$name|$kind|$column|$(timed "$kind" "$relation" "${statement//@/$relation}" "${before//@/$relation}" "${after//@/$relation}")" >> "$results"
		done
	done
}

# report prints the table of a subject from what was measured.
report()
{
	awk -F'|' -v subject="$1" -v order="${columns[*]}" '
	function sorted(key, values,    n, i, j, x) {
		n = split(runs[key], values, " ")
		for (i = 2; i <= n; i++) {
			x = values[i] + 0
			for (j = i - 1; j > 0 && values[j] + 0 > x; j--) values[j + 1] = values[j]
			values[j + 1] = x
		}
		return n
	}
	function median(key,    values, n) {
		n = sorted(key, values)
		return (n % 2) ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
	}
	function spread(key,    values, n) {
		n = sorted(key, values)
		return (median(key) > 0) ? 100 * (values[n] - values[1]) / median(key) : 0
	}
	$1 == subject {
		runs[$2, $4] = runs[$2, $4] " " $5
		if (!($2 in seen)) { seen[$2] = 1; names[++count] = $2 }
	}
	END {
		n = split(order, columns, " ")
		printf "%-16s", subject
		for (c = 1; c <= n; c++) printf "%12s %7s %7s", columns[c], "ratio", "spread"
		print ""
		for (i = 1; i <= count; i++) {
			name = names[i]
			printf "%-16s", name
			for (c = 1; c <= n; c++) {
				time = median(name SUBSEP columns[c])
				if (c == 1) first = time
				printf "%12.0f %7s %6.0f%%", time, (first > 0 ? sprintf("%.2f", time / first) : "-"), spread(name SUBSEP columns[c])
			}
			print ""
		}
	}' "$results"
}

echo "$(run -c 'SHOW server_version'), $rows rows, medians of $repeats in ms, net of count(*) but for count(*) itself, index build, range scan and size"
for subject in "${subjects[@]}"; do
	mapfile -t columns < <(table | awk -F'|' -v s="$subject" '$1 == "column" && $2 == s { print $3 }')
	[ ${#columns[@]} != 0 ] || { echo "no subject $subject" >&2; exit 2; }
	while IFS='|' read -r kind of name type value group; do
		[ "$kind $of" = "column $subject" ] || continue
		run -c "CREATE UNLOGGED TABLE bench_$name (v $type NOT NULL, g $type NOT NULL)"
		run -c "INSERT INTO bench_$name SELECT $value, $group FROM generate_series(1, $rows::bigint) i"
		run -c "VACUUM (ANALYZE, FREEZE) bench_$name"
	done < <(table)
	measure "$subject" 'count(*)' gross 'SELECT count(*) FROM @' '' ''
	while IFS='|' read -r kind of name net statement before after; do
		case "$kind|$of" in "case|$subject" | 'case|*') ;; *) continue ;; esac
		[[ $name =~ $pattern ]] || continue
		measure "$subject" "$name" "$net" "$statement" "$before" "$after" < /dev/null
	done < <(table)
	report "$subject"
	for column in "${columns[@]}"; do run -c "DROP TABLE bench_$column"; done
done
