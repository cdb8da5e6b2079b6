/*-------------------------------------------------------------------------
 *
 * explain_sql.c
 *		Entry point: how did a decision come about, step by step?
 *
 * The decision is calculated again from what it knew (replay_decision.c), this time with
 * a trace.  Where that does not give what is on record, the trace would explain
 * another decision than the one that was made, so none is shown.
 *
 * Nothing is written, no lock is taken: it works on a standby.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/tuplestore.h"

#include "adjudicate/claim_ref.h"
#include "adjudicate/replay.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/result_set.h"

#define EXPLAIN_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_AUDITOR | SCOPE_ADMIN)

PG_FUNCTION_INFO_V1(assure_explain_claim);

/* The columns, as they are declared. */
enum
{
	COLUMN_DECISION_NO, COLUMN_BILL, COLUMN_BENEFIT, COLUMN_STEP_NO, COLUMN_STEP, COLUMN_AMOUNT_IN, COLUMN_AMOUNT_OUT,
	COLUMN_CATEGORY, COLUMN_REASON, COLUMN_RULE, COLUMN_COUNTER, COLUMN_PERIOD, COLUMN_COUNTER_BEFORE, COLUMN_COUNTER_AFTER,
	COLUMN_COUNTER_LIMIT, COLUMN_COUNT
};

/* Rows on their way into the result. */
typedef struct Explanation
{
	ReturnSetInfo *info;
	int32		decision_no;
	int32		step_no;
	Datum		values[COLUMN_COUNT];
	bool		nulls[COLUMN_COUNT];
} Explanation;

/*
 * row_start starts a row with nothing but its place.
 */
static void
row_start(Explanation *explanation)
{
	for (int i = 0; i < COLUMN_COUNT; i++)
		explanation->nulls[i] = true;
	explanation->values[COLUMN_DECISION_NO] = Int32GetDatum(explanation->decision_no);
	explanation->nulls[COLUMN_DECISION_NO] = false;
	explanation->values[COLUMN_STEP_NO] = Int32GetDatum(explanation->step_no);
	explanation->nulls[COLUMN_STEP_NO] = false;
}

/*
 * row_put puts a value into the row.
 */
static void
row_put(Explanation *explanation, int column, Datum value)
{
	explanation->values[column] = value;
	explanation->nulls[column] = false;
}

/*
 * row_put_text puts a text, unless there is none.
 */
static void
row_put_text(Explanation *explanation, int column, const char *text)
{
	if (text != NULL)
		row_put(explanation, column, CStringGetTextDatum(text));
}

/*
 * row_put_amount puts an amount, in yuan.
 */
static void
row_put_amount(Explanation *explanation, int column, int64 amount_fen)
{
	row_put(explanation, column, NumericGetDatum(int64_div_fast_to_numeric(amount_fen, 2)));
}

/*
 * row_put_measured puts what a counter holds: an amount, a number, days.
 */
static void
row_put_measured(Explanation *explanation, int column, Measure measure, int64 value)
{
	if (measure == MEASURE_COUNT || measure == MEASURE_DAYS)
		row_put(explanation, column, NumericGetDatum(int64_to_numeric(value)));
	else
		row_put_amount(explanation, column, value);
}

/*
 * row_end adds the row to the result.
 */
static void
row_end(Explanation *explanation)
{
	tuplestore_putvalues(explanation->info->setResult, explanation->info->setDesc, explanation->values, explanation->nulls);
}

/*
 * put_counter fills in a counter as it stood before and after.
 */
static void
put_counter(Explanation *explanation, const TraceCounter *counter)
{
	const char *period = counter->period_kind == PERIOD_VISIT ? "visit"
		: counter->period_kind == PERIOD_CLAIM ? "claim"
		: period_name(counter->period_kind, counter->period_start, counter->period_id);

	row_put_text(explanation, COLUMN_COUNTER,
				 psprintf("%s%s %s", counter->counter_name, counter->is_family ? "@family" : "", measure_name(counter->measure)));
	row_put_text(explanation, COLUMN_PERIOD, period);
	row_put_measured(explanation, COLUMN_COUNTER_BEFORE, counter->measure, counter->before);
	row_put_measured(explanation, COLUMN_COUNTER_AFTER, counter->measure, counter->after);
	if (counter->limit >= 0)
		row_put_measured(explanation, COLUMN_COUNTER_LIMIT, counter->measure, counter->limit);
}

/*
 * put_step adds a step of the calculation: a row, and one more for each counter
 * beyond the first, without the amounts, so that these can be added up.
 */
static void
put_step(Explanation *explanation, const TraceRow *step)
{
	explanation->step_no++;
	for (int i = 0; i < Max(step->n_counters, 1); i++)
	{
		row_start(explanation);
		if (step->bill != NULL)
			row_put_text(explanation, COLUMN_BILL, step->bill->no);
		row_put_text(explanation, COLUMN_BENEFIT, step->benefit_code);
		row_put_text(explanation, COLUMN_STEP, step->kind == TRACE_STEP ? step_kind_name(step->step_kind) : trace_kind_name(step->kind));
		if (step->kind == TRACE_SILENT || step->booked_fen != 0)
			row_put_text(explanation, COLUMN_REASON, reason_name(step->reason));
		if (step->rule != NULL)
			row_put(explanation, COLUMN_RULE, DirectFunctionCall1(jsonb_in, CStringGetDatum(step->rule)));
		if (i == 0 && step->kind != TRACE_SILENT)
		{
			row_put_amount(explanation, COLUMN_AMOUNT_IN, step->amount_in_fen);
			row_put_amount(explanation, COLUMN_AMOUNT_OUT, step->amount_out_fen);
			row_put_text(explanation, COLUMN_CATEGORY, category_name(step->category));
		}
		if (i < step->n_counters)
			put_counter(explanation, &step->counters[i]);
		row_end(explanation);
	}
}

/*
 * put_findings adds what was found before and beside the calculation.
 */
static void
put_findings(Explanation *explanation, ClaimKey key)
{
	static SqlPlan read = {
		"SELECT r ->> 'bill', r ->> 'code', nullif(r - 'bill' - 'code', '{}') FROM assure.decision d, "
		"  jsonb_array_elements(d.reasons) WITH ORDINALITY AS x (r, n) "
		"WHERE d.account_id = $1 AND d.claim_id = $2 AND d.decision_no = $3 AND NOT r ? 'benefit' ORDER BY n",
		{INT8OID, INT8OID, INT4OID}
	};
	Datum		values[3] = {Int64GetDatum(key.account_id), Int64GetDatum(key.claim_id), Int32GetDatum(explanation->decision_no)};
	uint64		rows = plan_run(&read, values, NULL);

	for (uint64 i = 0; i < rows; i++)
	{
		bool		isnull;
		Datum		rule = plan_datum(i, 3, &isnull);

		explanation->step_no++;
		row_start(explanation);
		row_put_text(explanation, COLUMN_BILL, plan_text(i, 1));
		row_put_text(explanation, COLUMN_STEP, "finding");
		row_put_text(explanation, COLUMN_REASON, plan_text(i, 2));
		if (!isnull)
			row_put(explanation, COLUMN_RULE, rule);
		row_end(explanation);
	}
}

/*
 * put_calculation adds the steps of the calculation, where there was one.
 */
static void
put_calculation(Explanation *explanation, Replay *replay, const char *ref)
{
	Trace		trace = {0};

	if (!replay->has_result)
		return;
	if (!replay->has_input)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("decision %d of claim \"%s\" kept nothing to be calculated from", replay->decision_no, ref),
				 errdetail("It was made by %s.", replay->engine),
				 errhint("assure.claim_status() has its reasons.")));
	replay_prepare(replay);
	benefit_trace(replay->plan->terms, replay->claim, &replay->used, &replay->result, &trace);
	if (replay_compare(replay) != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_IDENTITY),
				 errmsg("decision %d of claim \"%s\" comes out otherwise today", replay->decision_no, ref),
				 errdetail("It was made by %s.", replay->engine),
				 errhint("assure.replay() shows the differences.")));
	for (int i = 0; i < trace.n_rows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		put_step(explanation, &trace.rows[i]);
	}
}

/*
 * replay_choose reads the decision that is asked for; the current one, where
 * none is.
 */
static Replay *
replay_choose(const char *ref, ClaimKey key, bool is_current, int32 decision_no)
{
	int			count;
	Replay	   *replays = replays_read(key, is_current ? 0 : Max(decision_no, -1), &count);

	if (count == 0 && is_current)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("claim \"%s\" is not decided yet", ref),
				 errhint("See assure.claim_status(); assure.adjudicate() decides what waits.")));
	if (count == 0 || (!is_current && decision_no < 1))
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("claim \"%s\" has no decision %d", ref, decision_no)));
	return &replays[count - 1];
}

/*
 * assure_explain_claim lists what led to a decision.
 */
PGDLLEXPORT Datum
assure_explain_claim(PG_FUNCTION_ARGS)
{
	Explanation explanation = {0};
	char	   *ref;
	Call		call;
	ClaimPlace	place;
	Replay	   *replay;

	result_set_open(fcinfo);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	call_begin(&call, EXPLAIN_SCOPES, "explain_claim");
	claim_find(ref, &place);
	if ((call.scopes & SCOPE_AUDITOR) == 0)
		claim_require_access(&call, ref, &place);
	replay = replay_choose(ref, place.key, PG_ARGISNULL(1), PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1));
	explanation.info = (ReturnSetInfo *) fcinfo->resultinfo;
	explanation.decision_no = replay->decision_no;
	put_findings(&explanation, place.key);
	put_calculation(&explanation, replay, ref);
	call_end(&call);
	return (Datum) 0;
}
