/*-------------------------------------------------------------------------
 *
 * policy.c
 *		SLA policies as they are stored.
 *
 * There are a handful; a call that needs them reads them all.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/builtins.h"

#include "core/errors.h"
#include "core/plan.h"
#include "sla/policy.h"

/*
 * read_warnings fills the warning points from a smallint[].
 */
static void
read_warnings(SlaPolicy *policy, Datum value)
{
	ArrayType  *array = DatumGetArrayTypeP(value);
	Datum	   *elements;
	int			count;

	deconstruct_array(array, INT2OID, sizeof(int16), true, TYPALIGN_SHORT, &elements, NULL, &count);
	if (count > SLA_WARNINGS_MAX)
		elog(ERROR, "SLA policy " INT64_FORMAT " has %d warnings, which its table refuses", policy->sla_policy_id, count);
	policy->warning_count = count;
	for (int i = 0; i < count; i++)
		policy->warn_percent[i] = DatumGetInt16(elements[i]);
}

/*
 * policies_read reads all policies, the highest version of a code first.
 */
List *
policies_read(void)
{
	static SqlPlan read = {
		"SELECT sla_policy_id, code, (extract(epoch FROM target) * 1000000)::bigint, "
		"  coalesce((extract(epoch FROM stall_after) * 1000000)::bigint, 0), "
		"  ARRAY(SELECT w FROM unnest(warn_percent) w ORDER BY w) "
		"FROM assure.sla_policy ORDER BY code, version DESC", {0}
	};
	List	   *policies = NIL;
	uint64		rows = plan_run(&read, NULL, NULL);

	for (uint64 i = 0; i < rows; i++)
	{
		NamedPolicy *named = palloc0(sizeof(NamedPolicy));
		bool		isnull;

		named->policy.sla_policy_id = plan_int64(i, 1, 0);
		named->code = plan_text(i, 2);
		named->policy.target_usec = plan_int64(i, 3, 0);
		named->policy.stall_usec = plan_int64(i, 4, 0);
		read_warnings(&named->policy, plan_datum(i, 5, &isnull));
		policies = lappend(policies, named);
	}
	return policies;
}

/*
 * policy_current returns the highest version of a code.
 */
const SlaPolicy *
policy_current(List *policies, const char *code)
{
	ListCell   *cell;

	foreach(cell, policies)
	{
		NamedPolicy *named = lfirst(cell);

		if (strcmp(named->code, code) == 0)
			return &named->policy;
	}
	ereport(ERROR,
			(errcode(ERRCODE_NO_DATA_FOUND),
			 errmsg("SLA policy \"%s\" does not exist", code),
			 errhint("INSERT INTO assure.sla_policy its first version, or change sla_code of the queue.")));
}

/*
 * policy_by_id returns a version that a clock runs under.
 */
const SlaPolicy *
policy_by_id(List *policies, int64 sla_policy_id)
{
	ListCell   *cell;

	foreach(cell, policies)
	{
		NamedPolicy *named = lfirst(cell);

		if (named->policy.sla_policy_id == sla_policy_id)
			return &named->policy;
	}
	elog(ERROR, "SLA policy " INT64_FORMAT " does not exist", sla_policy_id);
}
