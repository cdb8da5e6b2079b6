/*-------------------------------------------------------------------------
 *
 * explain_sql.c
 *		Entry point: how a decision came about, step by step.
 *
 * First what the pipeline found.  Then the decision is calculated again from
 * what it knew (replay_decision.c), and every step of every benefit on every
 * bill is a row.  A step with several counters has a row for each; the amounts
 * stand in the first.  Where that does not give what is on record, the steps
 * would explain another decision than the one that was made, so none is shown.
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
#include "core/fixed.h"
#include "core/json.h"
#include "core/plan.h"
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
 * put_findings adds what was found before and beside the calculation; the rule
 * is what the finding says beside its code.
 */
static void
put_findings(FunctionCallInfo fcinfo, ClaimKey key, int32 decision_no)
{
	static SqlPlan read = {
		"SELECT r ->> 'bill', r ->> 'code', nullif(r - 'bill' - 'code', '{}')::text FROM assure.decision d, "
		"  jsonb_array_elements(d.reasons) WITH ORDINALITY AS x (r, n) "
		"WHERE d.account_id = $1 AND d.claim_id = $2 AND d.decision_no = $3 AND NOT r ? 'benefit' ORDER BY n",
		{INT8OID, INT8OID, INT4OID}
	};
	Datum		values[3] = {Int64GetDatum(key.account_id), Int64GetDatum(key.claim_id), Int32GetDatum(decision_no)};
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	uint64		rows = plan_run(&read, values, NULL);

	for (uint64 i = 0; i < rows; i++)
	{
		ExplainRow	row;

		memset(row.nulls, true, sizeof(row.nulls));
		row.nulls[0] = false;
		row.values[0] = Int32GetDatum(decision_no);
		put_text(&row, 1, plan_text(i, 1));
		put_text(&row, 4, "finding");
		put_text(&row, 9, plan_text(i, 2));
		put_text(&row, 10, plan_text(i, 3));
		tuplestore_putvalues(info->setResult, info->setDesc, row.values, row.nulls);
	}
}

/*
 * put_calculation adds the steps of a decision that was calculated.
 */
static void
put_calculation(FunctionCallInfo fcinfo, const char *ref, Replay *replay)
{
	Trace		trace = {0};

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
		put_trace(fcinfo, replay->decision_no, &trace.rows[i]);
	}
}

/*
 * find_replay finds the decision that is asked for, or the current one; of a
 * claim that is reversed the one before.
 */
static Replay *
find_replay(const char *ref, ClaimKey key, bool is_current, int32 decision_no)
{
	int			count;
	Replay	   *replays = replays_read(key, is_current ? 0 : decision_no < 1 ? -1 : decision_no, &count);

	while (count > 1 && strcmp(replays[count - 1].verdict, "reverse") == 0)
		count--;
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 is_current ? errmsg("claim \"%s\" is not decided yet", ref)
				 : errmsg("claim \"%s\" has no decision %d", ref, decision_no)));
	if (replays[count - 1].has_result && !replays[count - 1].has_input)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 replays[count - 1].is_erased ?
				 errmsg("the person of claim \"%s\" was erased, and what decision %d was calculated from", ref, replays[count - 1].decision_no) :
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

	result_set_open(fcinfo);
	if (PG_ARGISNULL(0))
		return (Datum) 0;
	ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	call_begin(&call, EXPLAIN_SCOPES, "explain_claim");
	claim_find(ref, &place);
	if ((call.scopes & SCOPE_AUDITOR) == 0)
		claim_require_access(&call, ref, &place);
	replay = find_replay(ref, place.key, PG_ARGISNULL(1), PG_ARGISNULL(1) ? 0 : PG_GETARG_INT32(1));
	put_findings(fcinfo, place.key, replay->decision_no);
	if (replay->has_result)
		put_calculation(fcinfo, ref, replay);
	call_end(&call);
	return (Datum) 0;
}
