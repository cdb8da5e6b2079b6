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

#include "measure/smooth.h"

typedef enum MeasureScope
{
	MEASURE_OF_ALL, MEASURE_OF_QUEUE, MEASURE_OF_PRODUCT, MEASURE_OF_CHAPTER
} MeasureScope;

#define MEASURE_SCOPES 4
#define MEASURE_WINDOWS 3
#define MEASURE_KEY_BYTES_MAX 200	/* of a product; codes of queues are as long as they are */

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

/* The columns of assure.worker_measure behind its key, in their order. */
typedef enum Evidence
{
	EVIDENCE_CASES, EVIDENCE_DAYS, EVIDENCE_CASES_SQUARE, EVIDENCE_URGENT, EVIDENCE_AMOUNT_FEN,
	EVIDENCE_TIMED, EVIDENCE_HANDLING, EVIDENCE_HANDLING_SQUARE, EVIDENCE_HANDLING_MEDIAN, EVIDENCE_HANDLING_P90,
	EVIDENCE_RESPONSES, EVIDENCE_RESPONSE, EVIDENCE_RESPONSE_SQUARE, EVIDENCE_IDLES, EVIDENCE_IDLE, EVIDENCE_IDLE_SQUARE,
	EVIDENCE_OFFERS, EVIDENCE_ACCEPTED, EVIDENCE_RETURNED, EVIDENCE_SUSPENDED,
	EVIDENCE_TARGETED, EVIDENCE_IN_TIME, EVIDENCE_SLACK, EVIDENCE_SLACK_SQUARE,
	EVIDENCE_CHECKED, EVIDENCE_PASSED, EVIDENCE_DEFECT, EVIDENCE_DEFECT_SQUARE,
	EVIDENCE_REWORKED, EVIDENCE_APPEALED, EVIDENCE_APPEALS_CLOSED, EVIDENCE_OVERTURNED,
	EVIDENCE_COMPLAINED, EVIDENCE_SCORED, EVIDENCE_SCORE, EVIDENCE_SCORE_SQUARE, EVIDENCE_UNHAPPY,
	EVIDENCE_POINTED, EVIDENCE_POINTS, EVIDENCE_POINTS_SQUARE, EVIDENCE_COSTED, EVIDENCE_COST_FEN, EVIDENCE_COST_SQUARE,
	EVIDENCE_COUNT
} Evidence;

/* The columns as a list for statements that read them. */
#define EVIDENCE_COLUMNS \
	"m.cases, m.days, m.cases_square, m.urgent, m.amount_fen, m.timed, m.handling_seconds, m.handling_square, m.handling_median, m.handling_p90, " \
	"m.responses, m.response_seconds, m.response_square, m.idles, m.idle_seconds, m.idle_square, m.offers, m.accepted, m.returned, m.suspended, " \
	"m.targeted, m.in_time, m.slack_permille, m.slack_square, m.checked, m.passed, m.defect_weight, m.defect_square, " \
	"m.reworked, m.appealed, m.appeals_closed, m.overturned, m.complained, m.scored, m.score, m.score_square, m.unhappy, " \
	"m.pointed, m.points, m.points_square, m.costed, m.cost_fen, m.cost_square"

/* These columns of a row, as numbers. */
extern void evidence_read(const Datum *columns, double *evidence);

/* What a row says of one measure, in the measure's unit. */
typedef struct MeasureValue
{
	double		cases;			/* that it rests on */
	double		value;			/* 0 without cases */
	double		within;			/* sum of the squares of deviations of its cases from the value */
} MeasureValue;

extern const char *measure_code(Measure measure);
extern MeasureValue measure_value(Measure measure, const double *evidence);

/* The prior of a measure, from what smooth_add() collected of a group; false: nothing is known. */
extern bool measure_prior(Measure measure, const SmoothGroup *group, SmoothPrior *prior);

/* A volume counts what there is, and is not drawn anywhere; 0 where there is no row. */
extern bool measure_is_volume(Measure measure);

/* Less is better. */
extern bool measure_is_better_low(Measure measure);

/* A parameter as one number: its place among all. */
#define PARAMETER_COUNT (MEASURE_COUNT * MEASURE_SCOPES * MEASURE_WINDOWS)

extern int	parameter_find(const char *name, int length);	/* -1: none */
extern char *parameter_name(int parameter);

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
