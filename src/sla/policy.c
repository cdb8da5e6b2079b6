/*-------------------------------------------------------------------------
 *
 * policy.c
 *		SLA policies as they are stored: read, compiled, chosen.
 *
 * All versions are read and compiled once and kept until something of the
 * configuration changes: a policy, a calendar, holidays.  What a direct INSERT
 * wrote and assure.put_sla_policy() would have refused stops nothing: a
 * condition that does not compile holds for nothing, escalations that are none
 * are left out.
 *
 * Memory: a context of its own, emptied when it is filled anew.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "core/config.h"
#include "core/errors.h"
#include "core/plan.h"
#include "feel/feel_sql.h"
#include "sla/policy.h"

#define FILLS_MAX 20

static MemoryContext cache_context = NULL;
static List *cache = NIL;		/* SlaPolicy *, by code, the highest version first */
static bool cache_filled = false;
static uint64 cache_generation;
static uint64 cache_epoch;

/*
 * span_of_interval takes an interval apart: with a calendar into working days and
 * working time; without one a day has 24 hours and a month 30 days.
 */
static WorkSpan
span_of_interval(const Interval *interval, bool has_calendar)
{
	if (has_calendar)
		return (WorkSpan) {.days = interval->day, .usec = interval->time};
	return (WorkSpan) {.usec = interval->time + (interval->day + interval->month * INT64CONST(30)) * USECS_PER_DAY};
}

/*
 * read_span reads an interval of the last result; NULL is no time.
 */
static WorkSpan
read_span(uint64 row, int column, bool has_calendar)
{
	bool		isnull;
	Datum		value = plan_datum(row, column, &isnull);

	return isnull ? (WorkSpan) {0} : span_of_interval(DatumGetIntervalP(value), has_calendar);
}

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
	policy->timing.warning_count = count;
	for (int i = 0; i < count; i++)
		policy->timing.warn_percent[i] = DatumGetInt16(elements[i]);
}

/*
 * read_escalations reads the escalations of a stored policy.
 */
static void
read_escalations(SlaPolicy *policy, Datum value)
{
	Jsonb	   *list = DatumGetJsonbP(value);
	DocReader	reader;
	DocNode		root;
	int			count;

	if (JB_ROOT_COUNT(list) == 0)
		return;
	doc_open(&reader, &root, list, "escalation", ERRCODE_ASSURE_INVALID_SLA);
	count = escalations_read(&root, &policy->timing, policy->subject, &policy->escalations);
	policy->escalation_count = reader.failed ? 0 : count;
}

/*
 * subject_of_name returns the kind of subject of that name.
 */
static SlaSubject
subject_of_name(const char *name)
{
	for (int i = SLA_TASK; sla_subject_names[i] != NULL; i++)
		if (strcmp(sla_subject_names[i], name) == 0)
			return i;
	elog(ERROR, "subject \"%s\" of an SLA policy is not known", name);
}

/*
 * read_policy reads one row of the last result.
 */
static SlaPolicy *
read_policy(uint64 row, const SlaPolicy *before)
{
	SlaPolicy  *policy = palloc0(sizeof(SlaPolicy));
	bool		isnull;

	policy->sla_policy_id = plan_int64(row, 1, 0);
	policy->code = plan_text(row, 2);
	policy->is_current = before == NULL || strcmp(before->code, policy->code) != 0;
	policy->subject = subject_of_name(plan_text(row, 3));
	policy->calendar = plan_text(row, 4);
	policy->timing.target = read_span(row, 5, policy->calendar != NULL);
	policy->timing.stall = read_span(row, 6, policy->calendar != NULL);
	read_warnings(policy, plan_datum(row, 7, &isnull));
	policy->condition = plan_text(row, 8);
	policy->rank = plan_int32(row, 9, 0);
	read_escalations(policy, plan_datum(row, 10, &isnull));
	return policy;
}

/*
 * policy_prepare finds a policy's calendar and compiles its condition.
 */
static void
policy_prepare(SlaPolicy *policy, FeelArena *arena)
{
	FeelError	error;

	if (policy->calendar != NULL)
	{
		int64		version_id = calendar_version_find(policy->calendar);

		if (version_id != 0)
			policy->timing.time.calendar = calendar_load(version_id);
	}
	if (policy->condition != NULL && policy->is_current)
		policy->program = policy_condition_compile(arena, policy->subject, policy->condition, &error, NULL);
}

/*
 * cache_fill reads and compiles all.
 */
static void
cache_fill(void)
{
	static SqlPlan read = {
		"SELECT sla_policy_id, code, subject_kind, calendar, target, stall_after, "
		"  ARRAY(SELECT w FROM unnest(warn_percent) w ORDER BY w), condition, rank::int4, escalation "
		"FROM assure.sla_policy ORDER BY code COLLATE \"C\", version DESC", {0}
	};
	uint64		generation = config_generation();
	MemoryContext before;
	uint64		rows;
	List	   *policies = NIL;
	ListCell   *cell;
	FeelArena  *arena;

	cache_filled = false;
	cache = NIL;
	if (cache_context == NULL)
		cache_context = AllocSetContextCreate(CacheMemoryContext, "pg_assure SLA policies", ALLOCSET_DEFAULT_SIZES);
	MemoryContextReset(cache_context);
	rows = plan_read_fresh(&read, NULL);
	before = MemoryContextSwitchTo(cache_context);
	for (uint64 i = 0; i < rows; i++)
		policies = lappend(policies, read_policy(i, policies == NIL ? NULL : llast(policies)));
	arena = feel_arena_create(cache_context, feel_limits().size_max);
	MemoryContextSwitchTo(before);
	(void) calendar_load(CALENDAR_CN24);	/* drops what is out of date before others are loaded */
	cache_epoch = calendar_epoch();
	foreach(cell, policies)
		policy_prepare(lfirst(cell), arena);
	cache = policies;
	cache_generation = generation;
	cache_filled = true;
}

/*
 * policies_get returns all policies, compiled.  What is read while it is filled
 * may change meanwhile, and calendars go when that is noticed: then once more.
 */
List *
policies_get(void)
{
	for (int i = 0; i < FILLS_MAX; i++)
	{
		if (cache_filled && cache_generation == config_generation() && cache_epoch == calendar_epoch())
			return cache;
		cache_fill();
	}
	ereport(ERROR,
			(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
			 errmsg("SLA policies and calendars change too fast to be read"),
			 errhint("Retry the transaction.")));
}

/*
 * require_calendar refuses a policy whose calendar does not exist.
 */
static const SlaPolicy *
require_calendar(const SlaPolicy *policy)
{
	if (policy->calendar != NULL && policy->timing.time.calendar == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("calendar \"%s\" of SLA policy \"%s\" does not exist", policy->calendar, policy->code),
				 errhint("assure.publish_calendar() makes it; or give the policy another version.")));
	return policy;
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
		const SlaPolicy *policy = lfirst(cell);

		if (policy->is_current && strcmp(policy->code, code) == 0)
			return require_calendar(policy);
	}
	ereport(ERROR,
			(errcode(ERRCODE_NO_DATA_FOUND),
			 errmsg("SLA policy \"%s\" does not exist", code),
			 errhint("assure.put_sla_policy() makes its first version; or change sla_code of the queue.")));
}

/*
 * policy_find returns the version with that key, or NULL.
 */
const SlaPolicy *
policy_find(List *policies, int64 sla_policy_id)
{
	ListCell   *cell;

	foreach(cell, policies)
	{
		const SlaPolicy *policy = lfirst(cell);

		if (policy->sla_policy_id == sla_policy_id)
			return policy;
	}
	return NULL;
}

/*
 * policy_by_id returns a version that a clock runs under.
 */
const SlaPolicy *
policy_by_id(List *policies, int64 sla_policy_id)
{
	const SlaPolicy *policy = policy_find(policies, sla_policy_id);

	if (policy == NULL)
		elog(ERROR, "SLA policy " INT64_FORMAT " does not exist", sla_policy_id);
	return policy;
}

/*
 * policies_have_condition tells whether any policy chooses such subjects by a
 * condition.
 */
bool
policies_have_condition(List *policies, SlaSubject subject)
{
	ListCell   *cell;

	foreach(cell, policies)
	{
		const SlaPolicy *policy = lfirst(cell);

		if (policy->subject == subject && policy->program != NULL)
			return true;
	}
	return false;
}

/*
 * policy_match returns the policy whose condition holds for the facts: of several
 * the one with the lowest rank, then the first by code.
 */
const SlaPolicy *
policy_match(List *policies, SlaSubject subject, Jsonb *facts)
{
	const SlaPolicy *best = NULL;
	ListCell   *cell;

	foreach(cell, policies)
	{
		const SlaPolicy *policy = lfirst(cell);

		if (policy->subject == subject && policy->program != NULL && (best == NULL || policy->rank < best->rank) &&
			policy_condition_holds(policy->program, facts))
			best = policy;
	}
	return best == NULL ? NULL : require_calendar(best);
}
