/*-------------------------------------------------------------------------
 *
 * policy_sql.c
 *		Entry points: SLA policies are put, and tried.
 *
 * Locking: put_sla_policy() takes the table's lock of writers against itself, so
 * that two versions do not get one number.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "audit/audit.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/request.h"
#include "sla/clock.h"
#include "sla/policy.h"

#define DEADLINE_SCOPES (SCOPE_ALL & ~SCOPE_BACKUP)
#define PAUSES_MAX 1000

PG_FUNCTION_INFO_V1(assure_put_sla_policy);
PG_FUNCTION_INFO_V1(assure_sla_deadlines);

/*
 * interval_of makes an interval of a length of time.
 */
static Datum
interval_of(WorkSpan span)
{
	Interval   *interval = palloc0(sizeof(Interval));

	interval->day = (int32) span.days;
	interval->time = span.usec;
	return IntervalPGetDatum(interval);
}

/*
 * check_surroundings refuses what the document alone does not show: a calendar
 * that does not exist, a code that means another kind of subject.
 */
static void
check_surroundings(const SlaPolicy *policy)
{
	ListCell   *cell;

	if (policy->calendar != NULL && calendar_version_find(policy->calendar) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_INVALID_SLA),
				 errmsg("policy: calendar: \"%s\" does not exist", policy->calendar),
				 errhint("assure.publish_calendar() makes one; CN and CN24 are always there.")));
	foreach(cell, policies_get())
	{
		const SlaPolicy *other = lfirst(cell);

		if (strcmp(other->code, policy->code) == 0 && other->subject != policy->subject)
			ereport(ERROR,
					(errcode(ERRCODE_ASSURE_INVALID_SLA),
					 errmsg("policy: subject: \"%s\" is a policy for %ss", policy->code, sla_subject_names[other->subject]),
					 errhint("Take another code.")));
	}
}

/*
 * put_params makes the parameters of the insert.
 */
static void
put_params(const PolicyDocument *document, Datum *values, char *nulls)
{
	const SlaPolicy *policy = &document->policy;
	Column		warnings;

	column_start(&warnings, INT2OID);
	for (int i = 0; i < policy->timing.warning_count; i++)
		column_add(&warnings, Int16GetDatum(policy->timing.warn_percent[i]));
	values[0] = CStringGetTextDatum(policy->code);
	values[1] = CStringGetTextDatum(sla_subject_names[policy->subject]);
	values[2] = policy->calendar ? CStringGetTextDatum(policy->calendar) : (Datum) 0;
	nulls[2] = policy->calendar ? ' ' : 'n';
	values[3] = interval_of(document->target);
	values[4] = interval_of(document->stall);
	nulls[4] = document->stall.days == 0 && document->stall.usec == 0 ? 'n' : ' ';
	values[5] = column_array(&warnings);
	values[6] = policy->condition ? CStringGetTextDatum(policy->condition) : (Datum) 0;
	nulls[6] = policy->condition ? ' ' : 'n';
	values[7] = Int16GetDatum(policy->rank);
	values[8] = document->escalation ? JsonbPGetDatum(document->escalation) : (Datum) 0;
	nulls[8] = document->escalation ? ' ' : 'n';
}

/*
 * put writes the next version of a policy and returns its key.
 */
static int64
put(Call *call, const PolicyDocument *document)
{
	static SqlPlan lock = {"LOCK TABLE assure.sla_policy IN SHARE ROW EXCLUSIVE MODE", {0}};
	static SqlPlan insert = {
		"INSERT INTO assure.sla_policy (code, version, subject_kind, calendar, target, stall_after, warn_percent, condition, rank, escalation) "
		"SELECT $1, 1 + coalesce(max(version), 0), $2, $3, $4, $5, $6, $7, $8, coalesce($9, '[]') FROM assure.sla_policy WHERE code = $1 "
		"RETURNING sla_policy_id, version",
		{TEXTOID, TEXTOID, TEXTOID, INTERVALOID, INTERVALOID, INT2ARRAYOID, TEXTOID, INT2OID, JSONBOID}
	};
	Datum		values[9];
	char		nulls[10] = "         ";
	int64		sla_policy_id;

	check_surroundings(&document->policy);
	put_params(document, values, nulls);
	plan_run(&lock, NULL, NULL);
	plan_run(&insert, values, nulls);
	sla_policy_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("sla_policy %s version %d", document->policy.code, plan_int32(0, 2, 0)));
	return sla_policy_id;
}

/*
 * put_document checks a policy and puts it.
 */
static int64
put_document(Call *call, Jsonb *document)
{
	PolicyDocument parsed;

	policy_document_read(document, &parsed);
	return put(call, &parsed);
}

/*
 * assure_put_sla_policy checks a policy and makes it the current version of its
 * code.
 */
PGDLLEXPORT Datum
assure_put_sla_policy(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "policy", SCOPE_ADMIN, "put_sla_policy", put_document));
}

/*
 * read_pauses reads the moments at which time stops and goes on in turn.
 */
static int
read_pauses(FunctionCallInfo fcinfo, TimestampTz started_at, TimestampTz **moments)
{
	TimestampTz before = started_at;
	Datum	   *elements;
	bool	   *nulls;
	int			count;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(2), TIMESTAMPTZOID, 8, FLOAT8PASSBYVAL, TYPALIGN_DOUBLE, &elements, &nulls, &count);
	if (count > PAUSES_MAX || count % 2 != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("pauses has %d moments, not an even number up to %d", count, PAUSES_MAX),
				 errhint("Give the begin and the end of each pause in turn.")));
	*moments = palloc(sizeof(TimestampTz) * Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		(*moments)[i] = nulls[i] ? DT_NOBEGIN : DatumGetTimestampTz(elements[i]);
		if (TIMESTAMP_NOT_FINITE((*moments)[i]) || (*moments)[i] < before)
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("pauses: moment %d is not after the one before it", i + 1)));
		before = (*moments)[i];
	}
	return count;
}

/*
 * deadlines_put gives a row for each step: its share and when it is due.
 */
static void
deadlines_put(ReturnSetInfo *result, const SlaTiming *timing, ClockState *state)
{
	for (state->next_step = 1; state->next_step <= timing->warning_count + 1; state->next_step++)
	{
		Datum		values[3];
		bool		nulls[3] = {false};

		values[0] = Int32GetDatum(state->next_step);
		values[1] = Int32GetDatum(timing_is_target(timing, state->next_step) ? 100 : timing->warn_percent[state->next_step - 1]);
		values[2] = TimestampTzGetDatum(timing_step_at(timing, state));
		tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	}
}

/*
 * assure_sla_deadlines tells when the steps of a clock would be due.
 */
PGDLLEXPORT Datum
assure_sla_deadlines(PG_FUNCTION_ARGS)
{
	TimestampTz started_at = PG_GETARG_TIMESTAMPTZ(1);
	TimestampTz *moments;
	ClockState	state;
	Call		call;
	const SlaTiming *timing;
	int			count;

	if (TIMESTAMP_NOT_FINITE(started_at))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("started_at is not a moment")));
	count = read_pauses(fcinfo, started_at, &moments);
	InitMaterializedSRF(fcinfo, 0);
	call_begin(&call, DEADLINE_SCOPES, "sla_deadlines");
	timing = &policy_current(policies_get(), text_to_cstring(PG_GETARG_TEXT_PP(0)))->timing;
	timing_start(timing, started_at, started_at, &state);
	for (int i = 0; i < count; i += 2)
		timing_resume(timing, moments[i], moments[i + 1], &state);
	deadlines_put((ReturnSetInfo *) fcinfo->resultinfo, timing, &state);
	call_end(&call);
	return (Datum) 0;
}
