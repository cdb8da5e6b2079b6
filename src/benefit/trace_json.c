/*-------------------------------------------------------------------------
 *
 * trace_json.c
 *		Writes a trace: one object a row, what does not apply left out.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/benefit.h"
#include "core/json.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/*
 * push_optional pushes a text that may be absent.
 */
static void
push_optional(JsonbParseState **state, const char *key, const char *text)
{
	if (text)
		doc_push_text(state, key, text);
}

/*
 * push_rule pushes the part of the terms that a row comes from.
 */
static void
push_rule(JsonbParseState **state, const char *rule)
{
	Jsonb	   *document;
	JsonbValue	value;

	if (rule == NULL)
		return;
	document = DatumGetJsonbP(DirectFunctionCall1(jsonb_in,
												  CStringGetDatum(rule)));
	value.type = jbvBinary;
	value.val.binary.data = &document->root;
	value.val.binary.len = VARSIZE(document) - VARHDRSZ;
	doc_push_key(state, "rule");
	(void) pushJsonbValue(state, WJB_VALUE, &value);
}

/*
 * push_measured pushes a value of a counter, as its measure is written.
 */
static void
push_measured(JsonbParseState **state, const char *key, Measure measure,
			  int64 value)
{
	if (measure == MEASURE_COUNT || measure == MEASURE_DAYS)
		doc_push_integer(state, key, value);
	else
		doc_push_amount(state, key, value);
}

/*
 * counter_period names the period of a counter: a visit and a claim are what
 * they are here and now.
 */
static const char *
counter_period(const TraceCounter *counter)
{
	if (counter->period_kind == PERIOD_VISIT)
		return "visit";
	if (counter->period_kind == PERIOD_CLAIM)
		return "claim";
	return period_name(counter->period_kind, counter->period_start,
					   counter->period_id);
}

/*
 * push_counter pushes a counter as it stood before and after.
 */
static void
push_counter(JsonbParseState **state, const TraceCounter *counter)
{
	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	doc_push_text(state, "counter", counter->is_family
				  ? psprintf("%s@family", counter->counter_name)
				  : counter->counter_name);
	doc_push_text(state, "period", counter_period(counter));
	doc_push_text(state, "measure", measure_name(counter->measure));
	push_measured(state, "before", counter->measure, counter->before);
	push_measured(state, "after", counter->measure, counter->after);
	if (counter->limit >= 0)
		push_measured(state, "limit", counter->measure, counter->limit);
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * push_counters pushes the counters of a row.
 */
static void
push_counters(JsonbParseState **state, const TraceRow *row)
{
	int			i;

	if (row->n_counters == 0)
		return;
	doc_push_key(state, "counters");
	(void) pushJsonbValue(state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < row->n_counters; i++)
		push_counter(state, &row->counters[i]);
	(void) pushJsonbValue(state, WJB_END_ARRAY, NULL);
}

/*
 * push_amounts pushes what went in and out, and where the difference went.
 */
static void
push_amounts(JsonbParseState **state, const TraceRow *row)
{
	doc_push_amount(state, "in", row->amount_in_fen);
	doc_push_amount(state, "out", row->amount_out_fen);
	doc_push_amount(state, "booked", row->booked_fen);
	push_optional(state, "category", category_name(row->category));
	if (row->closed_fen != 0)
		doc_push_amount(state, "closed", row->closed_fen);
	if (row->credit_fen != 0)
		doc_push_amount(state, "credit", row->credit_fen);
	if (row->days >= 0)
		doc_push_integer(state, "days", row->days);
}

/*
 * push_row pushes one row.
 */
static void
push_row(JsonbParseState **state, const TraceRow *row)
{
	(void) pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	if (row->bill)
		doc_push_text(state, "bill", row->bill->no);
	doc_push_text(state, "benefit", row->benefit_code);
	doc_push_text(state, "stage", trace_kind_name(row->kind));
	if (row->step >= 0)
		doc_push_integer(state, "step", row->step);
	push_optional(state, "kind", step_kind_name(row->step_kind));
	push_optional(state, "shared", row->shared);
	push_rule(state, row->rule);
	if (row->case_index >= 0)
		doc_push_integer(state, "case", row->case_index);
	if (row->kind != TRACE_SILENT)
		push_amounts(state, row);
	if (row->kind == TRACE_SILENT || row->booked_fen != 0)
		push_optional(state, "reason", reason_name(row->reason));
	push_counters(state, row);
	(void) pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * trace_to_jsonb writes a trace.
 */
Jsonb *
trace_to_jsonb(const Trace *trace)
{
	JsonbParseState *state = NULL;
	int			i;

	(void) pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (i = 0; i < trace->n_rows; i++)
	{
		CHECK_FOR_INTERRUPTS();
		push_row(&state, &trace->rows[i]);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
}
