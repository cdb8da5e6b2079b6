/*-------------------------------------------------------------------------
 *
 * calculate_trace.c
 *		Writes down what a calculation does, for whoever explains a decision.
 *
 * Called only where a trace was asked for.  A row is made when an amount has
 * moved; what its counters hold afterwards is filled in at the end of the
 * benefit, for they are booked there.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/calculate.h"
#include "storage/shmem.h"

/*
 * trace_begin begins a benefit on a visit.
 */
void
trace_begin(Work *work)
{
	work->trace_first = work->trace->n_rows;
	work->step = NULL;
}

/*
 * add_row makes room for one more row.
 */
static TraceRow *
add_row(Trace *trace)
{
	TraceRow   *row;

	if (trace->n_rows == trace->n_allocated)
	{
		trace->n_allocated = Max(trace->n_allocated * 2, 64);
		trace->rows = trace->rows
			? repalloc(trace->rows, mul_size(sizeof(TraceRow),
											 trace->n_allocated))
			: palloc(mul_size(sizeof(TraceRow), trace->n_allocated));
	}
	row = &trace->rows[trace->n_rows++];
	memset(row, 0, sizeof(*row));
	return row;
}

/*
 * name_rule says which part of the terms a row comes from.
 */
static void
name_rule(const Work *work, TraceRow *row)
{
	const Step *step = work->step;

	row->step = -1;
	if (row->kind == TRACE_ELIGIBLE)
		row->rule = work->benefit->eligible_rule;
	if (row->kind != TRACE_STEP || step == NULL)
		return;
	row->step_kind = step->kind;
	row->step = (int) (step - work->benefit->steps);
	row->rule = step->rule;
	if (step->shared >= 0)
		row->shared = work->terms->counters[step->counter];
}

/*
 * trace_row writes down that an amount became work->amount_fen.
 */
TraceRow *
trace_row(Work *work, TraceKind kind, int64 amount_in_fen, Category category,
		  ReasonCode reason)
{
	TraceRow   *row = add_row(work->trace);

	row->kind = kind;
	row->bill = work->bill;
	row->benefit_code = work->benefit->code;
	row->case_index = -1;
	row->days = -1;
	row->amount_in_fen = amount_in_fen;
	row->amount_out_fen = work->amount_fen;
	row->category = category;
	row->booked_fen = amount_in_fen - work->amount_fen;
	row->reason = reason;
	name_rule(work, row);
	return row;
}

/*
 * trace_last gives the last row.
 */
TraceRow *
trace_last(Work *work)
{
	return &work->trace->rows[work->trace->n_rows - 1];
}

/*
 * trace_counter adds a counter to the last row, as it stands before the
 * benefit.
 */
void
trace_counter(Work *work, const CounterKey *key, int64 limit)
{
	TraceRow   *row = trace_last(work);
	CounterParts parts = counter_unpack(*key);
	TraceCounter *counter;

	Assert(row->n_counters < TRACE_COUNTERS_MAX);
	counter = &row->counters[row->n_counters++];
	counter->counter = parts.counter;
	counter->counter_name = work->terms->counters[parts.counter];
	counter->is_family = parts.is_family;
	counter->period_kind = parts.kind;
	counter->period_start = parts.start;
	counter->period_id = parts.name;
	counter->measure = parts.measure;
	counter->before = counters_get(work->counters, key);
	counter->after = counter->before;
	counter->limit = limit;
}

/*
 * trace_end fills in what the counters hold now that the benefit has booked.
 */
void
trace_end(Work *work)
{
	int			i;
	int			j;

	for (i = work->trace_first; i < work->trace->n_rows; i++)
	{
		TraceRow   *row = &work->trace->rows[i];

		for (j = 0; j < row->n_counters; j++)
		{
			TraceCounter *counter = &row->counters[j];
			CounterKey	key = counter_pack(counter->counter,
										   counter->is_family,
										   counter->period_kind,
										   counter->period_start,
										   counter->measure,
										   counter->period_id);

			counter->after = counters_get(work->counters, &key);
		}
	}
}
