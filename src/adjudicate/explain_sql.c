/*-------------------------------------------------------------------------
 *
 * explain_sql.c
 *		Entry point: how a decision came about, step by step.
 *
 * The decision is calculated again from what it knew (replay.c), and every step
 * of every benefit on every bill is a row.  A step with several counters has a
 * row for each; the amounts stand in the first.
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
#include "core/fixed.h"
#include "core/json.h"
#include "core/result_set.h"

#define EXPLAIN_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_AUDITOR | SCOPE_ADMIN)
#define EXPLAIN_COLUMNS 17

PG_FUNCTION_INFO_V1(assure_explain_claim);

/* A row that is being made. */
typedef struct ExplainRow
{
	Datum		values[EXPLAIN_COLUMNS];
	bool		nulls[EXPLAIN_COLUMNS];
} ExplainRow;

/*
 * put_text sets a column; NULL stays NULL.
 */
static void
put_text(ExplainRow *row, int column, const char *text)
{
	row->nulls[column] = text == NULL;
	row->values[column] = text ? CStringGetTextDatum(text) : (Datum) 0;
}

/*
 * put_amount sets a column of yuan.
 */
static void
put_amount(ExplainRow *row, int column, int64 amount_fen)
{
	row->nulls[column] = false;
	row->values[column] = NumericGetDatum(int64_div_fast_to_numeric(amount_fen, 2));
}

/*
 * counter_text prints a value of a counter as its measure is read.
 */
static char *
counter_text(Measure measure, int64 value)
{
	char		buffer[FIXED_PRINT_BYTES];

	if (measure == MEASURE_COUNT || measure == MEASURE_DAYS)
		return psprintf(INT64_FORMAT, value);
	return pstrdup(fixed_print_fen(value, buffer));
}

/*
 * counter_period names the period of a counter.
 */
static const char *
counter_period(const TraceCounter *counter)
{
	if (counter->period_kind == PERIOD_VISIT)
		return "visit";
	if (counter->period_kind == PERIOD_CLAIM)
		return "claim";
	return period_name(counter->period_kind, counter->period_start, counter->period_id);
}

/*
 * put_counter sets the columns of a counter.
 */
static void
put_counter(ExplainRow *row, const TraceCounter *counter)
{
	put_text(row, 11, counter->is_family ? psprintf("%s@family", counter->counter_name) : counter->counter_name);
	put_text(row, 12, counter_period(counter));
	put_text(row, 13, measure_name(counter->measure));
	put_text(row, 14, counter_text(counter->measure, counter->before));
	put_text(row, 15, counter_text(counter->measure, counter->after));
	put_text(row, 16, counter->limit < 0 ? NULL : counter_text(counter->measure, counter->limit));
}

/*
 * put_step sets what a row of the trace says; its amounts stand in one row only.
 */
static void
put_step(ExplainRow *row, const TraceRow *trace, bool has_amounts)
{
	bool		silent = trace->kind == TRACE_SILENT;

	put_text(row, 1, trace->bill ? trace->bill->no : NULL);
	put_text(row, 2, trace->benefit_code);
	row->nulls[3] = trace->step < 0;
	row->values[3] = Int32GetDatum(trace->step + 1);
	put_text(row, 4, trace->step_kind != STEP_NONE ? step_kind_name(trace->step_kind) : trace_kind_name(trace->kind));
	if (has_amounts && !silent)
	{
		put_amount(row, 5, trace->amount_in_fen);
		put_amount(row, 6, trace->amount_out_fen);
		put_amount(row, 8, trace->booked_fen);
	}
	put_text(row, 7, silent ? NULL : category_name(trace->category));
	put_text(row, 9, silent || trace->booked_fen != 0 ? reason_name(trace->reason) : NULL);
	put_text(row, 10, trace->shared && trace->rule ? psprintf("%s: %s", trace->shared, trace->rule) : trace->rule);
}

/*
 * put_trace adds the rows of one row of the trace.
 */
static void
put_trace(FunctionCallInfo fcinfo, int32 decision_no, const TraceRow *trace)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;

	for (int i = 0; i < Max(trace->n_counters, 1); i++)
	{
		ExplainRow	row;

		memset(row.nulls, true, sizeof(row.nulls));
		row.nulls[0] = false;
		row.values[0] = Int32GetDatum(decision_no);
		put_step(&row, trace, i == 0);
		if (i < trace->n_counters)
			put_counter(&row, &trace->counters[i]);
		tuplestore_putvalues(info->setResult, info->setDesc, row.values, row.nulls);
	}
}

/*
 * find_replay finds the decision that is asked for, or the last that was
 * calculated.
 */
static Replay *
find_replay(const char *ref, ClaimKey key, int32 decision_no)
{
	int			count;
	Replay	   *replays = replays_read(key, decision_no, &count);

	while (count > 1 && !replays[count - 1].has_result)
		count--;
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 decision_no != 0 ? errmsg("claim \"%s\" has no decision %d", ref, decision_no)
				 : errmsg("claim \"%s\" is not decided yet", ref)));
	if (replays[count - 1].has_result && !replays[count - 1].has_input)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("decision %d of claim \"%s\" was made under 0.1, which kept no input", replays[count - 1].decision_no, ref),
				 errhint("Its result and reasons stand in assure.decision.")));
	return &replays[count - 1];
}

/*
 * assure_explain_claim lists the steps of a decision; of one that was not
 * calculated there are none.
 */
PGDLLEXPORT Datum
assure_explain_claim(PG_FUNCTION_ARGS)
{
	char	   *ref;
	Call		call;
	ClaimPlace	place;
	Replay	   *replay;
	Trace		trace = {0};

	result_set_open(fcinfo);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	call_begin(&call, EXPLAIN_SCOPES, "explain_claim");
	claim_find(ref, &place);
	if ((call.scopes & SCOPE_AUDITOR) == 0)
		claim_require_access(&call, ref, &place);
	replay = find_replay(ref, place.key, PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1) < 1 ? -1 : PG_GETARG_INT32(1));
	if (replay->has_result)
	{
		replay_prepare(replay);
		benefit_trace(replay->plan->terms, replay->claim, &replay->used, &replay->result, &trace);
		for (int i = 0; i < trace.n_rows; i++)
		{
			CHECK_FOR_INTERRUPTS();
			put_trace(fcinfo, replay->decision_no, &trace.rows[i]);
		}
	}
	call_end(&call);
	return (Datum) 0;
}
