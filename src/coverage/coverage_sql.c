/*-------------------------------------------------------------------------
 *
 * coverage_sql.c
 *		Entry point: which share of the insured was served.
 *
 *		rate = |customers served in the period and insured in it| / |insured in it|
 *
 * Customers are distinct people, counted exactly, over every union that is
 * asked for: a sum of months or of services would count them again.  Someone
 * who was served without being insured in the period is in neither set.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "core/call.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/result_set.h"

PG_FUNCTION_INFO_V1(assure_coverage);

/*
 * Insured: any day of an enrollment that is in force, and of its policy, falls
 * into the period; or, by last_day, the period's last day does.  An enrollment
 * ends at the latest the day before the next one of the same member.
 */
static SqlPlan count_by_province = {
	"WITH e AS (SELECT e.account_id, e.member_id, p.branch_id, p.insurer, daterange(greatest(e.enrolled_on, p.starts_on), "
	"    greatest(e.enrolled_on, p.starts_on, coalesce(least(e.ended_on + 1, p.ends_on + 1, "
	"      lead(e.enrolled_on) OVER (PARTITION BY e.account_id, e.member_id ORDER BY e.enrolled_on)), 'infinity')), '[)') AS cover "
	"  FROM assure.enrollment e JOIN assure.account a USING (account_id) JOIN assure.policy p USING (policy_id)), "
	"insured AS (SELECT DISTINCT e.member_id, left(CASE $2 WHEN 'customer' THEN m.region ELSE b.region END, 2) AS province "
	"  FROM e JOIN assure.member m USING (account_id, member_id) JOIN assure.branch b ON b.branch_id = e.branch_id "
	"  WHERE ($4::text[] IS NULL OR e.insurer = ANY ($4)) "
	"  AND CASE $5 WHEN 'last_day' THEN e.cover @> (upper($1) - 1) ELSE e.cover && $1 END), "
	"served AS (SELECT DISTINCT s.member_id, left(CASE $2 WHEN 'customer' THEN s.customer_region ELSE b.region END, 2) AS province "
	"  FROM assure.service_event s JOIN assure.branch b USING (branch_id) JOIN assure.service v USING (service_id) "
	"  WHERE s.event = 'served' AND s.served_on <@ $1 AND ($3::text[] IS NULL OR v.code = ANY ($3)) "
	"  AND ($4::text[] IS NULL OR s.insurer = ANY ($4)) AND NOT EXISTS (SELECT 1 FROM assure.service_event w "
	"    WHERE w.account_id = s.account_id AND w.order_id = s.order_id AND w.event = 'withdrawn')), "
	"n AS (SELECT province, count(*) AS insured, count(s.member_id) AS served FROM insured i LEFT JOIN served s USING (member_id, province) GROUP BY province) "
	"SELECT r.code::text, r.name, coalesce(n.insured, 0), coalesce(n.served, 0), "
	"  CASE WHEN n.insured > 0 THEN round(n.served::numeric / n.insured, 6) END "
	"FROM assure.division r LEFT JOIN n ON n.province = left(r.code::text, 2) WHERE r.kind = 'province' AND r.in_force ORDER BY r.code",
	{DATERANGEOID, TEXTOID, TEXTARRAYOID, TEXTARRAYOID, TEXTOID}
};

/*
 * check_word refuses a word that is not one of two.
 */
static void
check_word(const char *field, const char *value, const char *one, const char *other)
{
	if (strcmp(value, one) != 0 && (other == NULL || strcmp(value, other) != 0))
		ereport(ERROR,
				(errcode(other ? ERRCODE_INVALID_PARAMETER_VALUE : ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s: \"%s\" is not supported", field, value),
				 other ? errhint("Use '%s' or '%s'.", one, other) : errhint("Use '%s'.", one)));
}

/*
 * check_period refuses a period that is not of whole months.
 */
static void
check_period(Datum period)
{
	static SqlPlan check = {
		"SELECT NOT lower_inf($1) AND NOT upper_inf($1) AND NOT isempty($1) "
		"AND extract(day FROM lower($1)) = 1 AND extract(day FROM upper($1)) = 1", {DATERANGEOID}
	};

	plan_run(&check, &period, NULL);
	if (!plan_bool(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period: not a span of whole months"),
				 errhint("For example daterange('2024-01-01', '2024-04-01').")));
}

/*
 * assure_coverage counts insured and served customers by province.
 */
PGDLLEXPORT Datum
assure_coverage(PG_FUNCTION_ARGS)
{
	Call		call;
	Datum		values[5];
	char		nulls[6] = "     ";

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(5))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("period, by, place and basis must not be NULL")));
	check_word("by", text_to_cstring(PG_GETARG_TEXT_PP(1)), "province", NULL);
	check_word("place", text_to_cstring(PG_GETARG_TEXT_PP(2)), "customer", "branch");
	check_word("basis", text_to_cstring(PG_GETARG_TEXT_PP(5)), "any_day", "last_day");
	result_set_open(fcinfo);
	call_begin(&call, SCOPE_BI | SCOPE_OPERATOR | SCOPE_SUPERVISOR | SCOPE_AUDITOR | SCOPE_ADMIN, "coverage");
	call_allow_scans(&call);
	check_period(PG_GETARG_DATUM(0));
	values[0] = PG_GETARG_DATUM(0);
	for (int i = 1; i < 5; i++)
	{
		values[i] = PG_GETARG_DATUM(i + 1);
		nulls[i] = PG_ARGISNULL(i + 1) ? 'n' : ' ';
	}
	result_set_fill(fcinfo, &count_by_province, values, nulls);
	call_end(&call);
	return (Datum) 0;
}
