/*-------------------------------------------------------------------------
 *
 * erase_sql.c
 *		Entry point: a person's data are erased, the books stay.
 *
 * Locking: the account's book first, as whoever books does; then the member's row
 * in the mode that a claim's foreign key waits for, so that no claim comes in
 * between the look for open ones and the commit.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "audit/audit.h"
#include "core/digest.h"
#include "core/errors.h"
#include "core/json_build.h"
#include "core/request.h"
#include "coverage/coverage.h"
#include "privacy/erase_steps.h"
#include "privacy/privacy.h"

PG_FUNCTION_INFO_V1(assure_erase_person);

/* Whom, and why. */
typedef struct Erasing
{
	const char *policy;
	const char *member_ref;
	const char *reason;
	int64		account_id;
	int64		member_id;
} Erasing;

/*
 * person_lock finds the person and locks the account and the member.
 */
static void
person_lock(Erasing *erasing)
{
	static SqlPlan find = {
		"SELECT m.account_id, m.member_id FROM assure.policy p JOIN assure.account a USING (policy_id) JOIN assure.member m USING (account_id) "
		"WHERE p.ref = $1 AND m.ref = $2", {TEXTOID, TEXTOID}
	};
	static SqlPlan lock_book = {
		"UPDATE assure_internal.account_book SET revision = revision + 1 WHERE account_id = $1", {INT8OID}
	};
	static SqlPlan lock_member = {
		"SELECT FROM assure.member WHERE account_id = $1 AND member_id = $2 FOR UPDATE", {INT8OID, INT8OID}
	};
	Datum		names[2] = {CStringGetTextDatum(erasing->policy), CStringGetTextDatum(erasing->member_ref)};
	Datum		keys[2];

	if (plan_run(&find, names, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("policy \"%s\" has no member \"%s\"", erasing->policy, erasing->member_ref)));
	erasing->account_id = plan_int64(0, 1, 0);
	erasing->member_id = plan_int64(0, 2, 0);
	keys[0] = Int64GetDatum(erasing->account_id);
	keys[1] = Int64GetDatum(erasing->member_id);
	plan_run(&lock_book, keys, NULL);
	plan_run(&lock_member, keys, NULL);
}

/*
 * obligations_refuse refuses to erase whom something is still owed to or by.
 */
static void
obligations_refuse(const Erasing *erasing)
{
	Datum		values[2] = {Int64GetDatum(erasing->account_id), Int64GetDatum(erasing->member_id)};
	StringInfoData open;

	initStringInfo(&open);
	for (int i = 0; i < obligation_count; i++)
	{
		int64		count;

		plan_run(&obligations[i].count, values, NULL);
		count = plan_int64(0, 1, 0);
		if (count > 0)
			appendStringInfo(&open, "%s%s (" INT64_FORMAT ")", open.len > 0 ? ", " : "", obligations[i].what, count);
	}
	if (open.len > 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("member \"%s\" of policy \"%s\" cannot be erased yet", erasing->member_ref, erasing->policy),
				 errdetail("Open: %s.", open.data),
				 errhint("End the cover, and bring to an end what is open.")));
}

/*
 * values_erase runs the steps, with the guard of append-only tables lifted.
 */
static void
values_erase(const Erasing *erasing)
{
	Datum		values[2] = {Int64GetDatum(erasing->account_id), Int64GetDatum(erasing->member_id)};

	audit_guard_lift(true);
	PG_TRY();
	{
		for (int i = 0; i < erase_step_count; i++)
			plan_run(&erase_steps[i], values, NULL);
		coverage_person_erased(erasing->account_id, erasing->member_id);
	}
	PG_FINALLY();
	{
		audit_guard_lift(false);
	}
	PG_END_TRY();
}

/*
 * erasure_note keeps that the person was erased; erased again, of what came
 * since, the first time stays.
 */
static void
erasure_note(Call *call, const Erasing *erasing)
{
	static SqlPlan insert = {
		"INSERT INTO assure.erasure (account_id, member_id, reason, erased_by, actor_worker_id, audit_id) "
		"VALUES ($1, $2, $3, $4, nullif($5, 0), $6) ON CONFLICT DO NOTHING",
		{INT8OID, INT8OID, TEXTOID, TEXTOID, INT8OID, INT8OID}
	};
	AuditRow	row = {.row_count = 1, .audit_id = audit_next_id()};
	Datum		values[6];

	row.subject = psprintf("member " INT64_FORMAT, erasing->member_id);
	audit_write(call, &row);
	values[0] = Int64GetDatum(erasing->account_id);
	values[1] = Int64GetDatum(erasing->member_id);
	values[2] = CStringGetTextDatum(erasing->reason);
	values[3] = CStringGetTextDatum(call->session_role);
	values[4] = Int64GetDatum(call_actor(call));
	values[5] = Int64GetDatum(row.audit_id);
	plan_run(&insert, values, NULL);
}

/*
 * answer_make says who was erased, and where else the same person is insured;
 * read before the identity number goes.
 */
static Jsonb *
answer_make(const Erasing *erasing)
{
	static SqlPlan elsewhere = {
		"SELECT p.ref, o.ref FROM assure.member m JOIN assure.member o ON o.resident_id = m.resident_id "
		"  AND (o.account_id, o.member_id) <> (m.account_id, m.member_id) "
		"JOIN assure.account a ON a.account_id = o.account_id JOIN assure.policy p USING (policy_id) "
		"WHERE m.account_id = $1 AND m.member_id = $2 ORDER BY 1, 2", {INT8OID, INT8OID}
	};
	Datum		values[2] = {Int64GetDatum(erasing->account_id), Int64GetDatum(erasing->member_id)};
	uint64		count = plan_run(&elsewhere, values, NULL);
	DocBuilder	builder;

	build_start(&builder);
	build_open_object(&builder, NULL);
	build_integer(&builder, "member_id", erasing->member_id);
	build_open_list(&builder, "also_insured");
	for (uint64 i = 0; i < count; i++)
	{
		build_open_object(&builder, NULL);
		build_text(&builder, "policy", plan_text(i, 1));
		build_text(&builder, "member_ref", plan_text(i, 2));
		build_close(&builder);
	}
	build_close(&builder);
	build_close(&builder);
	return build_finish(&builder);
}

/*
 * person_erase erases a person.
 */
static Jsonb *
person_erase(Call *call, Erasing *erasing)
{
	Jsonb	   *answer;

	person_lock(erasing);
	obligations_refuse(erasing);
	reason_refuse_values(erasing->reason, erasing->account_id, erasing->member_id);
	answer = answer_make(erasing);
	values_erase(erasing);
	erasure_note(call, erasing);
	return answer;
}

/*
 * assure_erase_person takes a person's values out of the data; claims as figures
 * and the books stay.
 */
PGDLLEXPORT Datum
assure_erase_person(PG_FUNCTION_ARGS)
{
	MemoryContext result_context = CurrentMemoryContext;
	Erasing		erasing = {
		.policy = argument_required(fcinfo, 0, "policy"),
		.member_ref = argument_required(fcinfo, 1, "member_ref"),
		.reason = reason_required(fcinfo, 2)
	};
	const char *request_id = PG_ARGISNULL(3) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(3));
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	Jsonb	   *result;

	initStringInfo(&arguments);
	digest_text(&arguments, erasing.policy);
	digest_text(&arguments, erasing.member_ref);
	digest_text(&arguments, erasing.reason);
	call_begin(&call, SCOPE_ADMIN, "erase_person");
	answer = request_begin(&call, request_id, &arguments);
	if (answer == NULL)
	{
		answer = person_erase(&call, &erasing);
		request_end(request_id, answer);
	}
	result = MemoryContextAlloc(result_context, VARSIZE(answer));
	memcpy(result, answer, VARSIZE(answer));
	call_end(&call);
	PG_RETURN_JSONB_P(result);
}
