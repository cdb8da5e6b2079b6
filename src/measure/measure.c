/*-------------------------------------------------------------------------
 *
 * measure.c
 *		Measures of workers: a table of what each is made of.
 *
 * The names are those of assure.match_parameter; a test holds the two against
 * each other.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "measure/measure.h"

const char *const measure_scope_names[] = {"all", "queue", "product", "chapter", NULL};
const int	measure_window_days[MEASURE_WINDOWS] = {7, 30, 90};

typedef enum MeasureKind
{
	KIND_RATE,					/* part of cases */
	KIND_MEAN,					/* part over cases, its spread from square */
	KIND_MEDIAN,				/* part itself, its spread from that of the mean */
	KIND_P90,
	KIND_VOLUME					/* part itself, however it came about */
} MeasureKind;

typedef struct MeasureShape
{
	const char *name;
	MeasureKind kind;
	Evidence	part;
	Evidence	cases;
	Evidence	square;			/* KIND_MEAN */
	double		unit;			/* of the evidence, in one of the measure */
	bool		is_better_low;
} MeasureShape;

#define MINUTE 60.0
#define YUAN 100.0
#define SHARE 1000.0

/* In the order of Measure. */
static const MeasureShape shapes[MEASURE_COUNT] = {
	{"handling_mean", KIND_MEAN, EVIDENCE_HANDLING, EVIDENCE_TIMED, EVIDENCE_HANDLING_SQUARE, MINUTE, true},
	{"handling_median", KIND_MEDIAN, EVIDENCE_HANDLING_MEDIAN, EVIDENCE_TIMED, 0, MINUTE, true},
	{"handling_p90", KIND_P90, EVIDENCE_HANDLING_P90, EVIDENCE_TIMED, 0, MINUTE, true},
	{"response_mean", KIND_MEAN, EVIDENCE_RESPONSE, EVIDENCE_RESPONSES, EVIDENCE_RESPONSE_SQUARE, MINUTE, true},
	{"idle_mean", KIND_MEAN, EVIDENCE_IDLE, EVIDENCE_IDLES, EVIDENCE_IDLE_SQUARE, MINUTE, true},
	{"acceptance_rate", KIND_RATE, EVIDENCE_ACCEPTED, EVIDENCE_OFFERS, 0, 1},
	{"return_rate", KIND_RATE, EVIDENCE_RETURNED, EVIDENCE_ACCEPTED, 0, 1, true},
	{"volume", KIND_VOLUME, EVIDENCE_CASES, EVIDENCE_CASES, 0, 1},
	{"daily_volume", KIND_MEAN, EVIDENCE_CASES, EVIDENCE_DAYS, EVIDENCE_CASES_SQUARE, 1},
	{"cost_per_task", KIND_MEAN, EVIDENCE_COST_FEN, EVIDENCE_COSTED, EVIDENCE_COST_SQUARE, YUAN, true},
	{"check_pass_rate", KIND_RATE, EVIDENCE_PASSED, EVIDENCE_CHECKED, 0, 1},
	{"defect_rate", KIND_MEAN, EVIDENCE_DEFECT, EVIDENCE_CHECKED, EVIDENCE_DEFECT_SQUARE, 1, true},
	{"rework_rate", KIND_RATE, EVIDENCE_REWORKED, EVIDENCE_CASES, 0, 1, true},
	{"appeal_rate", KIND_RATE, EVIDENCE_APPEALED, EVIDENCE_CASES, 0, 1, true},
	{"overturn_rate", KIND_RATE, EVIDENCE_OVERTURNED, EVIDENCE_APPEALS_CLOSED, 0, 1, true},
	{"suspend_rate", KIND_RATE, EVIDENCE_SUSPENDED, EVIDENCE_CASES, 0, 1, true},
	{"sla_rate", KIND_RATE, EVIDENCE_IN_TIME, EVIDENCE_TARGETED, 0, 1},
	{"slack_mean", KIND_MEAN, EVIDENCE_SLACK, EVIDENCE_TARGETED, EVIDENCE_SLACK_SQUARE, SHARE},
	{"complaint_rate", KIND_RATE, EVIDENCE_COMPLAINED, EVIDENCE_CASES, 0, 1, true},
	{"satisfaction", KIND_MEAN, EVIDENCE_SCORE, EVIDENCE_SCORED, EVIDENCE_SCORE_SQUARE, 1},
	{"unhappy_rate", KIND_RATE, EVIDENCE_UNHAPPY, EVIDENCE_SCORED, 0, 1, true},
	{"points_per_task", KIND_MEAN, EVIDENCE_POINTS, EVIDENCE_POINTED, EVIDENCE_POINTS_SQUARE, 1},
	{"points", KIND_VOLUME, EVIDENCE_POINTS, EVIDENCE_CASES, 0, 1},
	{"urgent_volume", KIND_VOLUME, EVIDENCE_URGENT, EVIDENCE_CASES, 0, 1},
	{"amount", KIND_VOLUME, EVIDENCE_AMOUNT_FEN, EVIDENCE_CASES, 0, YUAN},
};

/* Sums are bigint, counts int. */
static const bool is_sum[EVIDENCE_COUNT] = {
	[EVIDENCE_CASES_SQUARE] = true, [EVIDENCE_AMOUNT_FEN] = true,
	[EVIDENCE_HANDLING] = true, [EVIDENCE_HANDLING_SQUARE] = true, [EVIDENCE_RESPONSE] = true, [EVIDENCE_RESPONSE_SQUARE] = true,
	[EVIDENCE_IDLE] = true, [EVIDENCE_IDLE_SQUARE] = true, [EVIDENCE_SLACK] = true, [EVIDENCE_SLACK_SQUARE] = true,
	[EVIDENCE_DEFECT] = true, [EVIDENCE_DEFECT_SQUARE] = true, [EVIDENCE_SCORE] = true, [EVIDENCE_SCORE_SQUARE] = true,
	[EVIDENCE_POINTS] = true, [EVIDENCE_POINTS_SQUARE] = true, [EVIDENCE_COST_FEN] = true, [EVIDENCE_COST_SQUARE] = true,
};

/*
 * evidence_read takes the columns of a row as numbers.
 */
void
evidence_read(const Datum *columns, double *evidence)
{
	for (int i = 0; i < EVIDENCE_COUNT; i++)
		evidence[i] = is_sum[i] ? (double) DatumGetInt64(columns[i]) : DatumGetInt32(columns[i]);
}

/*
 * measure_code returns the name of a measure.
 */
const char *
measure_code(Measure measure)
{
	return shapes[measure].name;
}

/*
 * measure_is_volume tells whether a measure counts, and so is 0 of who has no
 * case.
 */
bool
measure_is_volume(Measure measure)
{
	return shapes[measure].kind == KIND_VOLUME;
}

/*
 * measure_is_better_low tells whether less is better.
 */
bool
measure_is_better_low(Measure measure)
{
	return shapes[measure].is_better_low;
}

/*
 * within_of gives the squares of deviations from the mean, from the sums.
 */
static double
within_of(double sum, double square, double cases)
{
	double		within = square - sum * sum / cases;

	return Max(within, 0.0);
}

/*
 * measure_value reads a measure from a row.  A volume rests on one case, the
 * worker: its group is one of workers.
 */
MeasureValue
measure_value(Measure measure, const double *evidence)
{
	const MeasureShape *shape = &shapes[measure];
	double		part = evidence[shape->part];
	MeasureValue result = {.cases = evidence[shape->cases]};

	switch (shape->kind)
	{
		case KIND_VOLUME:
			result.cases = 1;
			result.value = part / shape->unit;
			return result;
		case KIND_MEDIAN:
		case KIND_P90:
			result.value = part / shape->unit;
			if (result.cases > 0)
				result.within = within_of(evidence[EVIDENCE_HANDLING], evidence[EVIDENCE_HANDLING_SQUARE], result.cases) /
					(shape->unit * shape->unit);
			return result;
		case KIND_RATE:
		case KIND_MEAN:
			break;
	}
	if (result.cases <= 0)
		return result;
	result.value = part / result.cases / shape->unit;
	if (shape->kind == KIND_MEAN)
		result.within = within_of(part, evidence[shape->square], result.cases) / (shape->unit * shape->unit);
	return result;
}

/*
 * measure_prior fits the prior of a group as the kind of measure asks.
 */
bool
measure_prior(Measure measure, const SmoothGroup *group, SmoothPrior *prior)
{
	switch (shapes[measure].kind)
	{
		case KIND_RATE:
			return smooth_rate(group, prior);
		case KIND_MEAN:
			return smooth_mean(group, SMOOTH_OF_MEAN, prior);
		case KIND_MEDIAN:
			return smooth_mean(group, SMOOTH_OF_MEDIAN, prior);
		case KIND_P90:
			return smooth_mean(group, SMOOTH_OF_P90, prior);
		case KIND_VOLUME:
			return smooth_volume(group, prior);
	}
	return false;
}

/*
 * parameter_find finds a parameter by its name: measure, scope, days.
 */
int
parameter_find(const char *name, int length)
{
	for (int measure = 0; measure < MEASURE_COUNT; measure++)
	{
		int			bytes = strlen(shapes[measure].name);

		if (length <= bytes || strncmp(name, shapes[measure].name, bytes) != 0 || name[bytes] != '_')
			continue;
		for (int i = 0; i < MEASURE_SCOPES * MEASURE_WINDOWS; i++)
		{
			char		rest[NAMEDATALEN];
			int			rest_bytes = snprintf(rest, sizeof(rest), "_%s_%d", measure_scope_names[i / MEASURE_WINDOWS],
											  measure_window_days[i % MEASURE_WINDOWS]);

			if (length - bytes == rest_bytes && strncmp(name + bytes, rest, rest_bytes) == 0)
				return measure * MEASURE_SCOPES * MEASURE_WINDOWS + i;
		}
	}
	return -1;
}

/*
 * parameter_name writes the name of a parameter.
 */
char *
parameter_name(int parameter)
{
	return psprintf("%s_%s_%d", shapes[parameter_measure(parameter)].name, measure_scope_names[parameter_scope(parameter)],
					measure_window_days[parameter_window(parameter)]);
}
