/*-------------------------------------------------------------------------
 *
 * check_sql.c
 *		Entry point: do the sets say what events and enrollments say?
 *
 * Sets by month are compared with the facts; all others with the sets that they
 * are unions of.  Whoever is in coverage_recheck is passed over.  What an event
 * says that is above the watermark may be in the sets and need not.  Sets of the
 * insured outside of the months that the state names are read by nobody, and made
 * anew by the next refresh: so it is after assure.load_regions().
 *
 * Who is insured is computed here by SQL alone, not as a refresh does.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"

#include "core/call.h"
#include "core/guc.h"
#include "core/result_set.h"
#include "coverage/facts.h"

#define CHECK_SCOPES (SCOPE_AUDITOR | SCOPE_SUPERVISOR | SCOPE_ADMIN)

PG_FUNCTION_INFO_V1(assure_check_coverage);

/* What differs, of columns stored, must and may, with the people of d passed over. */
#define NOTHING "'{}'::assure.memberset"
#define MISSING "assure.count(must) - assure.intersect_count(must, stored OPERATOR(assure.|) d.people)"
#define EXTRA "assure.count(stored) - assure.intersect_count(stored, may OPERATOR(assure.|) d.people)"
#define DIFFERING \
	"SELECT what, starts_on, place, " MISSING ", " EXTRA " FROM compared, d " \
	"WHERE " MISSING " > 0 OR " EXTRA " > 0 ORDER BY what, starts_on, place"
#define PEOPLE(kind) \
	"d AS (SELECT coalesce(assure.memberset_agg(person_no), " NOTHING ") AS people FROM assure_internal.coverage_recheck WHERE kind = '" kind "')"
#define MONTH(day) "date_trunc('month', " day ")::date"

/* Cells by month against events. */
static SqlPlan served_cells = {
	"WITH " PEOPLE("served") ", f AS (SELECT " MONTH("served_on") " AS starts_on, p.place, p.region, service_id, insurer, "
	"    assure.memberset_agg(person_no) FILTER (WHERE event_id <= (SELECT watermark FROM assure_internal.coverage_state)) AS must, "
	"    assure.memberset_agg(person_no) AS may "
	"  FROM (SELECT DISTINCT ON (account_id, order_id) * FROM assure.service_event ORDER BY account_id, order_id, event_id DESC) e, "
	"    LATERAL (VALUES ('customer', prefecture), ('branch', branch_province)) p (place, region) WHERE event = 'served' GROUP BY 1, 2, 3, 4, 5), "
	"compared AS (SELECT 'served in a month'::text AS what, coalesce(f.starts_on, c.starts_on) AS starts_on, "
	"    format('%s %s, service %s, insurer %s', coalesce(f.place, c.place), coalesce(f.region, c.region), "
	"      coalesce(f.service_id, c.service_id), coalesce(f.insurer, c.insurer)) AS place, coalesce(c.members, " NOTHING ") AS stored, "
	"    coalesce(f.must, " NOTHING ") AS must, coalesce(f.may, " NOTHING ") AS may "
	"  FROM f FULL JOIN (SELECT * FROM assure_internal.served_cell WHERE span = 'month') c ON c.starts_on = f.starts_on AND c.place = f.place "
	"    AND c.region OPERATOR(assure.=) f.region AND c.service_id = f.service_id AND c.insurer = f.insurer) "
	DIFFERING, {0}
};

/* Totals and years against cells by month. */
static SqlPlan served_totals = {
	"WITH d AS (SELECT " NOTHING " AS people), c AS (SELECT starts_on, s.span, date_trunc(s.span, starts_on)::date AS span_on, i.insurer, place, region, "
	"    assure.union_agg(members) AS members "
	"  FROM assure_internal.served_cell, (VALUES ('month'), ('quarter'), ('year')) s (span), LATERAL (VALUES (insurer), ('')) i (insurer) "
	"  WHERE served_cell.span = 'month' GROUP BY 1, 2, 3, 4, 5, 6), "
	"u AS (SELECT span, span_on, insurer, place, region, assure.union_agg(members) AS members FROM c GROUP BY 1, 2, 3, 4, 5), "
	"compared AS (SELECT format('served in a %s', coalesce(u.span, t.span)) AS what, coalesce(u.span_on, t.starts_on) AS starts_on, "
	"    format('%s %s, insurer %s', coalesce(u.place, t.place), coalesce(u.region, t.region), coalesce(u.insurer, t.insurer)) AS place, "
	"    coalesce(t.members, " NOTHING ") AS stored, coalesce(u.members, " NOTHING ") AS must, coalesce(u.members, " NOTHING ") AS may "
	"  FROM u FULL JOIN assure_internal.served_total t ON t.span = u.span AND t.starts_on = u.span_on AND t.insurer = u.insurer AND t.place = u.place "
	"    AND t.region OPERATOR(assure.=) u.region "
	"  UNION ALL SELECT 'served in a year', coalesce(u.starts_on, y.starts_on), "
	"    format('%s %s, service %s, insurer %s', coalesce(u.place, y.place), coalesce(u.region, y.region), coalesce(u.service_id, y.service_id), "
	"      coalesce(u.insurer, y.insurer)), coalesce(y.members, " NOTHING "), coalesce(u.members, " NOTHING "), coalesce(u.members, " NOTHING ") "
	"  FROM (SELECT date_trunc('year', starts_on)::date AS starts_on, place, region, service_id, insurer, assure.union_agg(members) AS members "
	"      FROM assure_internal.served_cell WHERE span = 'month' GROUP BY 1, 2, 3, 4, 5) u "
	"    FULL JOIN (SELECT * FROM assure_internal.served_cell WHERE span = 'year') y ON y.starts_on = u.starts_on AND y.place = u.place "
	"      AND y.region OPERATOR(assure.=) u.region AND y.service_id = u.service_id AND y.insurer = u.insurer) "
	DIFFERING, {0}
};

/* Of each month at the start, joined, and left; groups of covers first, for there are many people and few months. */
static SqlPlan insured_totals = {
	"WITH " PEOPLE("insured") ", kept AS MATERIALIZED (SELECT code FROM assure_internal.kept_region), "
	"cover (person_no, region, province, insurer, from_on, to_on) AS (" COVERS_OF_ALL "), "
	"g AS (SELECT coalesce(k.code, " PREFECTURE("c.region::assure.region") ") AS prefecture, c.province::assure.region AS province, c.insurer, "
	"    greatest(c.from_on, s.insured_from) AS from_on, least(c.to_on, s.insured_to) AS to_on, c.from_on >= s.insured_from AS begins, "
	"    assure.memberset_agg(c.person_no) AS members "
	"  FROM cover c CROSS JOIN assure_internal.coverage_state s LEFT JOIN kept k ON k.code OPERATOR(assure.=) c.region::assure.region "
	"  WHERE c.from_on < s.insured_to AND c.to_on > s.insured_from GROUP BY 1, 2, 3, 4, 5, 6), "
	"m AS (SELECT m::date AS starts_on, (m + interval '1 month')::date AS ends_on FROM assure_internal.coverage_state s, "
	"    generate_series(s.insured_from::timestamp, s.insured_to::timestamp - interval '1 day', interval '1 month') m), "
	"of_month AS (SELECT m.starts_on, p.place, p.region, i.insurer, "
	"    coalesce(assure.union_agg(g.members) FILTER (WHERE g.from_on <= m.starts_on AND g.to_on > m.starts_on), " NOTHING ") AS starting, "
	"    coalesce(assure.union_agg(g.members) FILTER (WHERE g.from_on >= m.starts_on AND g.begins), " NOTHING ") AS joined, "
	"    coalesce(assure.union_agg(g.members) FILTER (WHERE g.to_on >= m.ends_on), " NOTHING ") AS staying "
	"  FROM m JOIN g ON g.from_on < m.ends_on AND g.to_on > m.starts_on, LATERAL (VALUES ('customer', g.prefecture), ('branch', g.province)) p (place, region), "
	"    LATERAL (VALUES (g.insurer), ('')) i (insurer) GROUP BY 1, 2, 3, 4), "
	"e AS (SELECT o.starts_on, o.place, o.region, o.insurer, k.kind, k.members FROM of_month o, "
	"    LATERAL (VALUES ('start', o.starting), ('joined', o.joined), ('left', (o.starting OPERATOR(assure.|) o.joined) OPERATOR(assure.-) o.staying)) k (kind, members)), "
	"known AS (SELECT t.* FROM assure_internal.insured_total t, assure_internal.coverage_state s "
	"  WHERE t.starts_on >= date_trunc(t.span, s.insured_from) AND t.starts_on < s.insured_to AND s.insured_from < s.insured_to), "
	"t AS (SELECT * FROM known WHERE span = 'month'), "
	"compared AS (SELECT format('insured: %s', coalesce(e.kind, t.kind)) AS what, coalesce(e.starts_on, t.starts_on) AS starts_on, "
	"    format('%s %s, insurer %s', coalesce(e.place, t.place), coalesce(e.region, t.region), coalesce(e.insurer, t.insurer)) AS place, "
	"    coalesce(t.members, " NOTHING ") AS stored, coalesce(e.members, " NOTHING ") AS must, coalesce(e.members, " NOTHING ") AS may "
	"  FROM e FULL JOIN t ON t.starts_on = e.starts_on AND t.place = e.place AND t.kind = e.kind AND t.insurer = e.insurer AND t.region OPERATOR(assure.=) e.region "
	"  UNION ALL SELECT format('insured: joined in a %s', coalesce(u.span, t.span)), coalesce(u.starts_on, t.starts_on), "
	"    format('%s %s, insurer %s', coalesce(u.place, t.place), coalesce(u.region, t.region), coalesce(u.insurer, t.insurer)), "
	"    coalesce(t.members, " NOTHING "), coalesce(u.members, " NOTHING "), coalesce(u.members, " NOTHING ") "
	"  FROM (SELECT s.span, date_trunc(s.span, starts_on)::date AS starts_on, place, insurer, region, assure.union_agg(members) AS members "
	"      FROM t, (VALUES ('quarter'), ('year')) s (span) WHERE kind = 'joined' GROUP BY 1, 2, 3, 4, 5) u "
	"    FULL JOIN (SELECT * FROM known WHERE span <> 'month' AND kind = 'joined') t ON t.span = u.span AND t.starts_on = u.starts_on "
	"      AND t.place = u.place AND t.insurer = u.insurer AND t.region OPERATOR(assure.=) u.region "
	"  UNION ALL SELECT format('insured: any day of a %s', coalesce(u.span, t.span)), coalesce(u.starts_on, t.starts_on), "
	"    format('%s %s, insurer %s', coalesce(u.place, t.place), coalesce(u.region, t.region), coalesce(u.insurer, t.insurer)), "
	"    coalesce(t.members, " NOTHING "), coalesce(u.members, " NOTHING "), coalesce(u.members, " NOTHING ") "
	"  FROM (SELECT s.span, date_trunc(s.span, starts_on)::date AS starts_on, place, insurer, region, assure.union_agg(members) AS members "
	"      FROM t, (VALUES ('quarter'), ('year')) s (span) WHERE kind IN ('start', 'joined') GROUP BY 1, 2, 3, 4, 5) u "
	"    FULL JOIN (SELECT * FROM known WHERE kind = 'any') t ON t.span = u.span AND t.starts_on = u.starts_on "
	"      AND t.place = u.place AND t.insurer = u.insurer AND t.region OPERATOR(assure.=) u.region) "
	DIFFERING, {0}
};

/*
 * assure_check_coverage lists the sets that are wrong.
 */
PGDLLEXPORT Datum
assure_check_coverage(PG_FUNCTION_ARGS)
{
	Call		call;

	result_set_open(fcinfo);
	call_begin(&call, CHECK_SCOPES, "check_coverage");
	call_allow_scans(&call);
	pin_setting("work_mem", "256MB");
	result_set_fill(fcinfo, &served_cells, NULL, NULL);
	result_set_fill(fcinfo, &served_totals, NULL, NULL);
	result_set_fill(fcinfo, &insured_totals, NULL, NULL);
	call_end(&call);
	return (Datum) 0;
}
