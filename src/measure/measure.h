/*-------------------------------------------------------------------------
 *
 * measure.h
 *		Measures of workers: what they are, and what is known of each.
 *
 * A measure is taken in a scope (all work of a worker, or that of one queue, one
 * product, one chapter of diagnoses) over a window (the last 7, 30, 90 days);
 * the three together are a parameter, named handling_mean_queue_30.
 *
 * What is stored (assure.worker_measure) are sums and counts: whole numbers, so
 * that a refresh that finds the same history finds the same row.  Read, they
 * become a value and how many cases it rests on; and that is drawn towards the
 * mean of the group (all workers in that scope, key and window) by smooth.h.
 *
 * Pure: no SPI.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MEASURE_MEASURE_H
#define ASSURE_MEASURE_MEASURE_H

#include "postgres.h"

typedef enum MeasureScope
{
	SCOPE_OF_ALL, SCOPE_OF_QUEUE, SCOPE_OF_PRODUCT, SCOPE_OF_CHAPTER
} MeasureScope;

#define MEASURE_SCOPES 4
#define MEASURE_WINDOWS 3
#define MEASURE_KEY_BYTES_MAX 200

extern const char *const measure_scope_names[];		/* ends with NULL */
extern const int measure_window_days[MEASURE_WINDOWS];

typedef enum Measure
{
	/* efficiency */
	MEASURE_HANDLING_MEAN, MEASURE_HANDLING_MEDIAN, MEASURE_HANDLING_P90, MEASURE_RESPONSE_MEAN, MEASURE_IDLE_MEAN,
	MEASURE_ACCEPTANCE_RATE, MEASURE_RETURN_RATE, MEASURE_VOLUME, MEASURE_DAILY_VOLUME, MEASURE_COST_PER_TASK,
	/* quality */
	MEASURE_CHECK_PASS_RATE, MEASURE_DEFECT_RATE, MEASURE_REWORK_RATE, MEASURE_APPEAL_RATE, MEASURE_OVERTURN_RATE, MEASURE_SUSPEND_RATE,
	/* effectiveness */
	MEASURE_SLA_RATE, MEASURE_SLACK_MEAN, MEASURE_COMPLAINT_RATE, MEASURE_SATISFACTION, MEASURE_UNHAPPY_RATE,
	MEASURE_POINTS_PER_TASK, MEASURE_POINTS, MEASURE_URGENT_VOLUME, MEASURE_AMOUNT,
	MEASURE_COUNT
} Measure;

/* A parameter that is measured, as one number: its place among all. */
#define PARAMETER_COUNT (MEASURE_COUNT * MEASURE_SCOPES * MEASURE_WINDOWS)

static inline int
parameter_of(Measure measure, MeasureScope scope, int window)
{
	return ((int) measure * MEASURE_SCOPES + (int) scope) * MEASURE_WINDOWS + window;
}

static inline Measure
parameter_measure(int parameter)
{
	return (Measure) (parameter / (MEASURE_SCOPES * MEASURE_WINDOWS));
}

static inline MeasureScope
parameter_scope(int parameter)
{
	return (MeasureScope) (parameter / MEASURE_WINDOWS % MEASURE_SCOPES);
}

static inline int
parameter_window(int parameter)
{
	return parameter % MEASURE_WINDOWS;
}

#endif							/* ASSURE_MEASURE_MEASURE_H */
