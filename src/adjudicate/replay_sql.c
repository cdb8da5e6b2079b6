/*-------------------------------------------------------------------------
 *
 * replay_sql.c
 *		Entry point: does a past decision come out the same today?
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "adjudicate/claim_ref.h"
#include "adjudicate/replay.h"
#include "adjudicate/write.h"
#include "core/result_set.h"

#define REPLAY_SCOPES (SCOPE_SUPERVISOR | SCOPE_AUDITOR | SCOPE_ADMIN)

PG_FUNCTION_INFO_V1(assure_replay);

/*
 * engine_now names what calculates here and now.
 */
static char *
engine_now(void)
{
	return psprintf("%s, PostgreSQL %s", engine_name(), PG_VERSION);
}

/*
 * replay_finding runs a decision again and says what came of it.
 */
static const char *
replay_finding(Replay *replay, Jsonb **differences)
{
	*differences = NULL;
	if (!replay->has_result)
		return "not_calculated";
	if (!replay->has_input)
		return replay->is_erased ? "erased" : "no_input";
	replay_prepare(replay);
	benefit_evaluate(replay->plan->terms, replay->claim, &replay->used, &replay->result);
	*differences = replay_compare(replay);
	return *differences ? "differs" : "identical";
}

/*
 * put_replay adds a decision to the result.
 */
static void
put_replay(FunctionCallInfo fcinfo, Replay *replay)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	Jsonb	   *differences;
	const char *finding = replay_finding(replay, &differences);
	bool		is_run = replay->has_result && replay->has_input;
	Datum		values[7];
	bool		nulls[7] = {false};

	values[0] = Int32GetDatum(replay->decision_no);
	values[1] = CStringGetTextDatum(replay->verdict);
	values[2] = BoolGetDatum(differences == NULL);
	nulls[2] = !is_run;
	values[3] = CStringGetTextDatum(finding);
	values[4] = JsonbPGetDatum(differences);
	nulls[4] = differences == NULL;
	values[5] = CStringGetTextDatum(replay->engine);
	values[6] = CStringGetTextDatum(engine_now());
	tuplestore_putvalues(info->setResult, info->setDesc, values, nulls);
}

/*
 * assure_replay calculates decisions of a claim again: one, or all of them.
 */
PGDLLEXPORT Datum
assure_replay(PG_FUNCTION_ARGS)
{
	int32		decision_no = PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1);
	char	   *ref;
	Call		call;
	ClaimPlace	place;
	Replay	   *replays;
	int			count;

	result_set_open(fcinfo);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	call_begin(&call, REPLAY_SCOPES, "replay");
	claim_find(ref, &place);
	if (!PG_ARGISNULL(1) && decision_no < 1)
		decision_no = -1;
	replays = replays_read(place.key, decision_no, &count);
	if (count == 0 && decision_no != 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("claim \"%s\" has no decision %d", ref, PG_GETARG_INT32(1))));
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_replay(fcinfo, &replays[i]);
	}
	call_end(&call);
	return (Datum) 0;
}
