/*-------------------------------------------------------------------------
 *
 * revise_sql.c
 *		Entry points: a decided claim is reversed, or calculated again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "adjudicate/claim_ref.h"
#include "adjudicate/revise.h"
#include "core/digest.h"
#include "core/errors.h"
#include "core/request.h"

#define REVISE_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)

PG_FUNCTION_INFO_V1(assure_reverse_claim);
PG_FUNCTION_INFO_V1(assure_readjudicate);

/* What both functions are asked. */
typedef struct ReviseAsk
{
	const char *ref;
	const char *reason;
	bool		is_anew;
	const char *request_id;
	StringInfoData arguments;
} ReviseAsk;

/*
 * optional_text reads a text argument; NULL stays NULL.
 */
static char *
optional_text(FunctionCallInfo fcinfo, int number)
{
	return PG_ARGISNULL(number) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/*
 * ask_read reads and checks the claim and the reason.
 */
static void
ask_read(FunctionCallInfo fcinfo, ReviseAsk *ask)
{
	ask->ref = optional_text(fcinfo, 0);
	ask->reason = optional_text(fcinfo, 1);
	if (ask->ref == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("ref must not be NULL")));
	if (ask->reason == NULL || ask->reason[0] == '\0')
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("reason must not be empty"),
				 errhint("It is kept with the decision, for whoever asks why.")));
	initStringInfo(&ask->arguments);
	digest_text(&ask->arguments, ask->ref);
	digest_text(&ask->arguments, ask->reason);
}

/*
 * ask_place finds the claim, and checks that the caller may work on it.
 */
static ClaimKey
ask_place(Call *call, const ReviseAsk *ask)
{
	ClaimPlace	place;

	claim_find(ask->ref, &place);
	claim_require_access(call, ask->ref, &place);
	claim_require_person(ask->ref, &place);
	return place.key;
}

/*
 * assure_reverse_claim undoes what a claim has booked, and returns the number of
 * the decision that says so.
 */
PGDLLEXPORT Datum
assure_reverse_claim(PG_FUNCTION_ARGS)
{
	ReviseAsk	ask = {.request_id = optional_text(fcinfo, 2)};
	Call		call;
	Jsonb	   *answer;
	int64		decision_no;

	ask_read(fcinfo, &ask);
	call_begin(&call, REVISE_SCOPES, "reverse_claim");
	answer = request_begin(&call, ask.request_id, &ask.arguments);
	if (answer != NULL)
		decision_no = request_answer_int64(answer);
	else
	{
		decision_no = claim_reverse(&call, ask.ref, ask_place(&call, &ask), ask.reason);
		request_end_int64(ask.request_id, decision_no);
	}
	call_end(&call);
	PG_RETURN_INT32((int32) decision_no);
}

/*
 * assure_readjudicate calculates a claim again, and returns its verdict now.
 */
PGDLLEXPORT Datum
assure_readjudicate(PG_FUNCTION_ARGS)
{
	ReviseAsk	ask = {.request_id = optional_text(fcinfo, 3)};
	MemoryContext result_context = CurrentMemoryContext;
	Call		call;
	Jsonb	   *answer;
	const char *verdict;
	char	   *result;

	ask.is_anew = !PG_ARGISNULL(2) && PG_GETARG_BOOL(2);
	ask_read(fcinfo, &ask);
	digest_int64(&ask.arguments, ask.is_anew);
	call_begin(&call, REVISE_SCOPES, "readjudicate");
	answer = request_begin(&call, ask.request_id, &ask.arguments);
	if (answer != NULL)
		verdict = request_answer_text(answer);
	else
	{
		verdict = verdict_name(claim_readjudicate(&call, ask.ref, ask_place(&call, &ask), ask.is_anew, ask.reason));
		request_end_text(ask.request_id, verdict);
	}
	result = MemoryContextStrdup(result_context, verdict);
	call_end(&call);
	PG_RETURN_TEXT_P(cstring_to_text(result));
}
