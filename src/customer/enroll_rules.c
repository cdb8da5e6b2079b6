/*-------------------------------------------------------------------------
 *
 * enroll_rules.c
 *		Tries rows against the world; what joins, leaves and changes share.
 *
 * A file's order is not always that of the family: a child stands before the
 * subscriber, a subscriber leaves before the dependants.  A row that others of
 * the same load could make acceptable waits, and so does every later row of the
 * same person; the rows are gone through again as long as one is accepted.  What
 * waits at the end is refused for the reason why it waited.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/errors.h"
#include "customer/enroll.h"
#include "miscadmin.h"
#include "type/resident_id.h"
#include "utils/memutils.h"

/*
 * row_wait says why a row cannot be accepted yet: it stays waiting, with a reason.
 */
void
row_wait(EnrollRow *row, int sqlstate, const char *format,...)
{
	char		text[1024];
	va_list		args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	row->sqlstate = sqlstate;
	row->reason = pstrdup(text);
}

/*
 * row_policy returns the policy of a row, after refusing one that does not exist
 * or is not open.
 */
static const PolicyFacts *
row_policy(World *world, EnrollRow *row)
{
	const PolicyFacts *policy = world_get(world->policies, 0, row->policy);

	if (policy == NULL)
		row_refuse(row, ERRCODE_FOREIGN_KEY_VIOLATION, "policy: \"%s\" does not exist", row->policy);
	else if (!policy->is_open)
	{
		row_refuse(row, ERRCODE_INSUFFICIENT_PRIVILEGE, "policy \"%s\" belongs to a branch that is not open to role \"%s\"",
				   row->policy, world->caller_name);
		row->hint = "An administrator opens a branch with assure.grant_branch(role, branch).";
		policy = NULL;
	}
	return policy;
}

/*
 * row_subject finds the policy and the person, NULL for a new one; false after a
 * refusal.
 */
bool
row_subject(World *world, EnrollRow *row, const PolicyFacts **policy, Person **person)
{
	*policy = row_policy(world, row);
	if (*policy == NULL)
		return false;
	*person = world_get(world->people, (*policy)->policy_id, row->member_ref);
	if (*person != NULL && row->certificate != NULL && strcmp((*person)->certificate->ref, row->certificate) != 0)
	{
		row_refuse(row, ERRCODE_ASSURE_REF_CONFLICT, "member_ref: \"%s\" is another person or on another certificate of policy \"%s\"",
				   row->member_ref, row->policy);
		row->hint = "Use a new member_ref for a new person.";
	}
	return row->state == ROW_WAITING;
}

/*
 * row_plan returns the plan that a row names, which in a file must have terms on
 * the first day; 0 after a refusal.
 */
int64
row_plan(World *world, EnrollRow *row, DateADT from)
{
	const PlanFacts *plan = world_get(world->plans, 0, row->plan);
	char		day[JSON_DATE_BYTES];

	if (plan == NULL)
		row_refuse(row, ERRCODE_FOREIGN_KEY_VIOLATION, "plan: \"%s\" does not exist", row->plan);
	else if (world->is_strict && plan->valid_from > from)
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "plan: \"%s\" has no terms on %s yet", row->plan, iso_date_print(from, day));
	else
		return plan->plan_id;
	return 0;
}

/*
 * row_check_region refuses a region that does not exist.
 */
bool
row_check_region(World *world, EnrollRow *row)
{
	if (world_get(world->regions, 0, row->region) == NULL)
		row_refuse(row, ERRCODE_FOREIGN_KEY_VIOLATION, "region: \"%s\" does not exist", row->region);
	return row->state == ROW_WAITING;
}

/*
 * row_check_term refuses a day on which the policy does not cover.
 */
bool
row_check_term(EnrollRow *row, const PolicyFacts *policy, const char *field, DateADT day)
{
	char		bound[JSON_DATE_BYTES];

	if (day < policy->starts_on)
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "%s: is before the policy starts, on %s", field,
				   iso_date_print(policy->starts_on, bound));
	else if (day > policy->ends_on && !DATE_IS_NOEND(day))
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "%s: is after the policy ends, on %s", field,
				   iso_date_print(policy->ends_on, bound));
	return row->state == ROW_WAITING;
}

/*
 * row_check_resident refuses an identity number that is none or contradicts date
 * of birth or sex, and writes it in the one form that is stored.
 */
bool
row_check_resident(EnrollRow *row, char **number, DateADT birth_date, const char *sex)
{
	InputFault	fault = {0};
	ResidentId	id;

	if (!resident_id_parse(*number, strlen(*number), &id, &fault))
	{
		char		detail[200];

		snprintf(detail, sizeof(detail), fault.detail, fault.number);
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "resident_id: %s", detail);
		return false;
	}
	*number = palloc(RESIDENT_ID_CHARS + 1);
	resident_id_print(id, *number);
	if (resident_id_birth_date(id) != birth_date)
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "birth_date: is not the one in resident_id");
	else if (resident_id_is_male(id) != (strcmp(sex, "M") == 0))
		row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "sex: is not the one in resident_id");
	return row->state == ROW_WAITING;
}

/*
 * row_check_resident_free refuses an identity number under which another member
 * of the policy is covered on the same days.
 */
bool
row_check_resident_free(World *world, EnrollRow *row, const PolicyFacts *policy, const Person *self,
						const char *number, DateADT from, DateADT to)
{
	ListCell   *cell;

	foreach(cell, (List *) world_get(world->residents, policy->policy_id, number))
	{
		const Person *other = lfirst(cell);

		/* A number that was corrected since is no longer theirs. */
		if (other != self && strcmp(other->resident_id, number) == 0 && person_is_covered_within(other, from, to, NULL))
		{
			row_refuse(row, ERRCODE_UNIQUE_VIOLATION, "resident_id: member \"%s\" on certificate \"%s\" has the same and is covered",
					   other->ref, other->certificate->ref);
			return false;
		}
	}
	return true;
}

/*
 * row_check_dependants lets a row wait that would leave dependants covered after
 * the last day of their subscriber, whose cover was until another one.
 */
bool
row_check_dependants(EnrollRow *row, const Person *subscriber, DateADT day, DateADT until)
{
	StringInfoData names;
	int			count = 0;
	ListCell   *cell;

	initStringInfo(&names);
	foreach(cell, subscriber->certificate->people)
	{
		const Person *other = lfirst(cell);

		if (other == subscriber || !person_depends_on(other, subscriber, day, until))
			continue;
		if (count++ < 5)
			appendStringInfo(&names, "%s\"%s\"", count > 1 ? ", " : "", other->ref);
	}
	if (count == 0)
		return true;
	row_wait(row, ERRCODE_ASSURE_WRONG_STATE, "ended_on: %d of the dependants are covered longer: %s%s", count, names.data,
			 count > 5 ? ", ..." : "");
	row->hint = "State \"with_dependants\": true, or let them leave too.";
	return false;
}

/*
 * row_try tries one row.
 */
static void
row_try(World *world, EnrollRow *row)
{
	row->reason = NULL;
	row->hint = NULL;
	if (row->action == ENROLL_JOIN)
		join_try(world, row);
	else if (row->action == ENROLL_LEAVE)
		leave_try(world, row);
	else
		change_try(world, row);
}

/*
 * row_is_held tells whether an earlier row of the same person waits.
 */
static bool
row_is_held(World *world, EnrollRow *row, HTAB *held)
{
	const PolicyFacts *policy = world_get(world->policies, 0, row->policy);

	return held != NULL && policy != NULL && world_get(held, policy->policy_id, row->member_ref) != NULL;
}

/*
 * row_hold holds back the later rows of the person whose row waits.
 */
static void
row_hold(World *world, EnrollRow *row, HTAB *held)
{
	const PolicyFacts *policy = world_get(world->policies, 0, row->policy);

	if (held != NULL && policy != NULL)
		world_set(held, policy->policy_id, MemoryContextStrdup(GetMemoryChunkContext(held), row->member_ref), row);
}

/*
 * dependants_try tries the dependants who waited for a subscriber who has joined
 * now, before later rows let the subscriber leave again.
 */
static void
dependants_try(World *world, EnrollRow *subscriber, HTAB *held)
{
	int64		policy_id = subscriber->person->certificate->policy->policy_id;
	List	   *orphans = world_get(world->orphans, policy_id, subscriber->certificate);
	ListCell   *cell;

	/* Those who go on waiting are listed anew. */
	if (orphans != NIL)
		world_set(world->orphans, policy_id, subscriber->certificate, NIL);
	foreach(cell, orphans)
	{
		EnrollRow  *row = lfirst(cell);

		row->is_orphan = false;
		if (row->state != ROW_WAITING || row_is_held(world, row, world->held))
			continue;
		row_try(world, row);
		if (row->state != ROW_WAITING && held != NULL)
			world_set(held, policy_id, row->member_ref, NULL);
	}
}

/*
 * rows_pass goes once through the rows that wait, and says whether one of them
 * was accepted.  With a table of whose rows are held, these are left out.
 */
static bool
rows_pass(World *world, EnrollRow *rows, int count, HTAB *held)
{
	bool		accepted = false;

	for (int i = 0; i < count; i++)
	{
		EnrollRow  *row = &rows[i];

		CHECK_FOR_INTERRUPTS();
		if (row->state != ROW_WAITING || row_is_held(world, row, world->held) || row_is_held(world, row, held))
			continue;
		row_try(world, row);
		accepted |= row->state == ROW_ACCEPTED;
		if (row->state == ROW_ACCEPTED && row->action == ENROLL_JOIN && row->relationship == relationship_code("self"))
			dependants_try(world, row, held);
		if (row->state == ROW_WAITING)
			row_hold(world, row, held);
	}
	return accepted;
}

/*
 * enroll_rows_try tries rows until none of those that wait is accepted any more.
 * With the last rows of a load, what still waits is refused; before, their people
 * are held for the loads that follow.
 */
void
enroll_rows_try(World *world, EnrollRow *rows, int count, bool is_last)
{
	while (rows_pass(world, rows, count, world_table()))
		;
	while (is_last && rows_pass(world, rows, count, NULL))
		;
	for (int i = 0; i < count; i++)
	{
		if (rows[i].state != ROW_WAITING)
			continue;
		if (is_last)
			rows[i].state = ROW_REFUSED;
		else
			row_hold(world, &rows[i], world->held);
	}
}
