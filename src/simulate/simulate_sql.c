/*-------------------------------------------------------------------------
 *
 * simulate_sql.c
 *		Entry point: what would have been paid under draft terms?
 *
 * Works in read-only transactions and on standbys; takes no lock, writes nothing
 * and needs no transaction id.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <math.h>

#include "access/parallel.h"
#include "access/xact.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/datetime.h"
#include "utils/rangetypes.h"
#include "utils/tuplestore.h"

#include "core/call.h"
#include "core/errors.h"
#include "core/guc.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/result_set.h"
#include "simulate/simulate.h"
#include "type/amount.h"

#define HASH_VALUES			(INT64CONST(1) << 32)
#define BATCH_COST			100.0	/* of a batch, as the planner counts costs */
#define COLUMNS				9

PG_FUNCTION_INFO_V1(assure_simulate);

/* The rows of the result. */
typedef struct ResultWriter
{
	ReturnSetInfo *info;
	int64		sample_bound;	/* of HASH_VALUES accounts so many take part */
	int			workers;
	bool		is_guarded;		/* the caller may tell no small group apart */
} ResultWriter;

/*
 * refuse_period raises what is wrong with the period.
 */
static void __attribute__((noreturn))
refuse_period(const char *what)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("period: %s", what),
			 errhint("For example daterange('2024-01-01', '2025-01-01').")));
}

/*
 * read_period takes the days of the period, which have two ends.
 */
static void
read_period(RangeType *period, RunSpec *spec)
{
	TypeCacheEntry *type = lookup_type_cache(RangeTypeGetOid(period), TYPECACHE_RANGE_INFO);
	RangeBound	lower;
	RangeBound	upper;
	bool		is_empty;

	range_deserialize(type, period, &lower, &upper, &is_empty);
	if (is_empty)
		refuse_period("empty");
	if (lower.infinite || upper.infinite)
		refuse_period("without an end");
	spec->first_day = DatumGetDateADT(lower.val);
	spec->end_day = DatumGetDateADT(upper.val);
	if (DATE_NOT_FINITE(spec->first_day) || DATE_NOT_FINITE(spec->end_day))
		refuse_period("without an end");
	if (tally_month(spec, spec->end_day - 1) >= SIMULATE_MONTHS_MAX)
		refuse_period("longer than 100 years");
}

/*
 * read_sample takes the share of the accounts that take part.
 */
static int64
read_sample(Datum value)
{
	double		sample = DatumGetFloat8(DirectFunctionCall1(numeric_float8, value));

	if (!(sample > 0 && sample <= 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("sample: %s is not a share of the accounts", DatumGetCString(DirectFunctionCall1(numeric_out, value))),
				 errhint("It is above 0 and at most 1, which is all of them.")));
	return (int64) ceil(sample * (double) HASH_VALUES);
}

/*
 * amount_datum makes a numeric of an amount.
 */
static Datum
amount_datum(int128 amount_fen)
{
	return NumericGetDatum(amount_fen_sum_to_numeric(amount_fen));
}

/*
 * write_row writes a row.  Members are counted only where they are known, amounts
 * before and after only of what was replayed.
 */
static void
write_row(const ResultWriter *writer, const char *section, const char *item, const Sums *sums, const bool *nulls, Jsonb *detail)
{
	Datum		values[COLUMNS] = {CStringGetTextDatum(section), CStringGetTextDatum(item)};
	bool		row_nulls[COLUMNS];

	memcpy(row_nulls, nulls, sizeof(row_nulls));
	values[2] = Int64GetDatum(sums->claims);
	values[3] = Int64GetDatum(sums->members);
	values[4] = amount_datum(sums->decided_fen);
	values[5] = amount_datum(sums->before_fen);
	values[6] = amount_datum(sums->after_fen);
	values[7] = amount_datum(sums->after_fen - sums->before_fen);
	values[8] = JsonbPGetDatum(detail);
	row_nulls[8] = detail == NULL;
	tuplestore_putvalues(writer->info->setResult, writer->info->setDesc, values, row_nulls);
}

static const bool all_known[COLUMNS] = {false};
static const bool no_decided[COLUMNS] = {[4] = true};
static const bool no_members[COLUMNS] = {[3] = true};
static const bool no_draft[COLUMNS] = {[6] = true, [7] = true};
static const bool no_draft_decided[COLUMNS] = {[4] = true, [6] = true, [7] = true};
static const bool not_replayed[COLUMNS] = {[3] = true, [5] = true, [6] = true, [7] = true};

/*
 * total_detail says how the run went.
 */
static Jsonb *
total_detail(const ResultWriter *writer, const Tally *tally)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	doc_push_integer(&state, "accounts", tally->accounts);
	doc_push_integer(&state, "workers", writer->workers);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/*
 * scaled enlarges a sum of the sample to all, to the nearest unit.  Amounts are
 * below 2^47 (FIXED_FEN_MAX) and claims below 2^47, so the product fits.
 */
static int128
scaled(int128 sum, int64 sample_bound)
{
	int128		twice = sum * HASH_VALUES * 2;

	return (twice + (sum < 0 ? -sample_bound : sample_bound)) / (2 * (int128) sample_bound);
}

/*
 * write_estimate says what a sample stands for.  Accounts are drawn each for
 * itself with the same chance p, so the error of a sum of their differences d
 * divided by p has the variance of (1 - p) / p^2 times the sum of d^2 over those
 * drawn.
 */
static void
write_estimate(const ResultWriter *writer, const Tally *tally)
{
	int64		bound = writer->sample_bound;
	double		share = (double) bound / (double) HASH_VALUES;
	double		error_fen = sqrt((1 - share) * (double) tally->squares) / share;
	Sums		sums = {
		.claims = (int64) scaled(tally->total.claims, bound), .members = (int64) scaled(tally->total.members, bound),
		.decided_fen = scaled(tally->total.decided_fen, bound),
		.before_fen = scaled(tally->total.before_fen, bound), .after_fen = scaled(tally->total.after_fen, bound)
	};
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	doc_push_amount(&state, "standard_error", (int64) Min(rint(error_fen), (double) FIXED_FEN_MAX));
	write_row(writer, "estimate", "all", &sums, all_known,
			  JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
}

/*
 * write_months writes a row for each month of the period.
 */
static void
write_months(const ResultWriter *writer, const RunSpec *spec, const Tally *tally)
{
	int			year;
	int			month;
	int			day;

	j2date(spec->first_day + POSTGRES_EPOCH_JDATE, &year, &month, &day);
	for (int i = 0; i < tally->n_months; i++)
	{
		write_row(writer, "month", psprintf("%04d-%02d", year + (month - 1 + i) / MONTHS_PER_YEAR, (month - 1 + i) % MONTHS_PER_YEAR + 1),
				  &tally->months[i], writer->is_guarded ? no_draft : all_known, NULL);
	}
}

/*
 * write_changes writes the largest changes, a claim each.
 */
static void
write_changes(const ResultWriter *writer, const Tally *tally)
{
	for (int i = 0; i < tally->n_changes; i++)
	{
		const Change *change = &tally->changes[i];
		Sums		sums = {1, 1, change->decided_fen, change->before_fen, change->after_fen};
		JsonbParseState *state = NULL;

		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		doc_push_integer(&state, "account_id", change->account_id);
		doc_push_integer(&state, "claim_id", change->claim_id);
		doc_push_date(&state, "event_date", change->event_date);
		write_row(writer, "change", change->ref, &sums, all_known,
				  JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
	}
}

/*
 * write_failures writes the claims that could not be calculated, by error.
 */
static void
write_failures(const ResultWriter *writer, const Tally *tally)
{
	for (int i = 0; i < tally->n_failures; i++)
	{
		const Failure *failure = &tally->failures[i];
		JsonbParseState *state = NULL;

		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		if (failure->sqlstate != 0)
			doc_push_text(&state, "error_code", pstrdup(unpack_sql_state(failure->sqlstate)));
		write_row(writer, "failed", failure->message, &failure->sums, not_replayed,
				  JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
	}
}

/*
 * write_members writes what becomes of members; where few gain or few lose, who
 * may tell no small group apart is told of both together.
 */
static void
write_members(const ResultWriter *writer, const Tally *tally)
{
	static const char *const outcome_names[] = {"gaining", "losing", "unchanged"};

	if (writer->is_guarded && is_small_cell(tally->outcomes[MEMBER_UNCHANGED].members))
		return;
	if (writer->is_guarded &&
		(is_small_cell(tally->outcomes[MEMBER_GAINS].members) || is_small_cell(tally->outcomes[MEMBER_LOSES].members)))
	{
		Sums		changed = tally->outcomes[MEMBER_GAINS];

		sums_add(&changed, &tally->outcomes[MEMBER_LOSES]);
		write_row(writer, "member", "changed", &changed, all_known, NULL);
		write_row(writer, "member", outcome_names[MEMBER_UNCHANGED], &tally->outcomes[MEMBER_UNCHANGED], all_known, NULL);
		return;
	}
	for (int i = 0; i < MEMBER_OUTCOMES; i++)
		write_row(writer, "member", outcome_names[i], &tally->outcomes[i], all_known, NULL);
}

/*
 * write_benefits writes a row for each benefit; for who may tell no small group
 * apart, those with few members as one, with the next larger ones as long as
 * they are few together.
 */
static void
write_benefits(const ResultWriter *writer, const Tally *tally)
{
	Sums		few = {0};
	bool	   *is_few = palloc0(Max(tally->n_benefits, 1));
	int			folded = 0;

	for (bool go_on = writer->is_guarded; go_on; go_on = folded > 0 && (folded == 1 || is_small_cell(few.members)))
	{
		int			least = -1;

		for (int i = 0; i < tally->n_benefits; i++)
			if (!is_few[i] && (least < 0 || tally->benefits[i].sums.members < tally->benefits[least].sums.members))
				least = i;
		if (least < 0 || (folded == 0 && !is_small_cell(tally->benefits[least].sums.members)))
			break;
		is_few[least] = true;
		folded++;
		sums_add(&few, &tally->benefits[least].sums);
	}
	for (int i = 0; i < tally->n_benefits; i++)
		if (!is_few[i])
			write_row(writer, "benefit", tally->benefits[i].code, &tally->benefits[i].sums,
					  writer->is_guarded ? no_draft_decided : no_decided, NULL);
	if (folded > 1 && !is_small_cell(few.members))
		write_row(writer, "benefit", "other benefits", &few, no_draft_decided, NULL);
}

/*
 * refuse_small_cells refuses, for who may tell no small group apart, a run that
 * would: of which a month, and so the difference of two periods, is about few
 * members, or of which few are paid differently.
 */
static void
refuse_small_cells(const Tally *tally)
{
	const char *what = NULL;

	for (int i = 0; i < tally->n_months; i++)
		if (is_small_cell(tally->months[i].members))
			what = "a month of the period has too few members";
	if (is_small_cell(tally->outcomes[MEMBER_GAINS].members + tally->outcomes[MEMBER_LOSES].members))
		what = "too few members would be paid differently";
	if (what != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("%s", what),
				 errdetail("The scope bi tells groups of fewer than %d people not apart.", guc_small_cell),
				 errhint("Take a longer period, or ask a supervisor or an auditor.")));
}

/*
 * refuse_draft refuses, for who may tell no small group apart, what could be
 * bent to single one out: terms of one's own, a sample of one's own, days.
 */
static void
refuse_draft(const RunSpec *spec, Jsonb *draft)
{
	static SqlPlan find = {"SELECT 1 FROM assure.plan_version WHERE plan_id = $1 AND terms::jsonb = $2", {INT8OID, JSONBOID}};
	Datum		values[2] = {Int64GetDatum(spec->plan_id), JsonbPGetDatum(draft)};
	int			year;
	int			month;
	int			first;
	int			end;

	j2date(spec->first_day + POSTGRES_EPOCH_JDATE, &year, &month, &first);
	j2date(spec->end_day + POSTGRES_EPOCH_JDATE, &year, &month, &end);
	if (first != 1 || end != 1 || spec->sample_bound < HASH_VALUES || plan_run(&find, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("the scope bi alone simulates published versions of the plan, over whole months and all accounts"),
				 errdetail("Terms, days or samples of one's own could be made to tell what a single person was paid for."),
				 errhint("Ask a supervisor, an auditor or an administrator to run the draft.")));
}

/*
 * write_result writes all rows.
 */
static void
write_result(const ResultWriter *writer, const RunSpec *spec, const Tally *tally)
{
	static const char *const skip_names[] = {NULL, "pended", "denied", "reversed", "no_input"};

	if (writer->is_guarded)
		refuse_small_cells(tally);

	write_row(writer, "total", "all", &tally->total, all_known, total_detail(writer, tally));
	if (writer->sample_bound < HASH_VALUES)
		write_estimate(writer, tally);
	write_members(writer, tally);
	write_benefits(writer, tally);
	write_months(writer, spec, tally);
	if (!writer->is_guarded)
		write_changes(writer, tally);
	if (tally->others.claims > 0)
		write_row(writer, "other_plans", "all", &tally->others, no_members, NULL);
	for (int i = SKIP_NONE + 1; i < SKIP_KINDS; i++)
		if (tally->skipped[i].claims > 0)
			write_row(writer, "not_replayed", skip_names[i], &tally->skipped[i], not_replayed, NULL);
	if (!writer->is_guarded)
		write_failures(writer, tally);
}

/*
 * workers_wanted says how many workers are worth starting: each should have more
 * to do than starting it costs, by the settings that plans go by.
 */
static int
workers_wanted(const RunSpec *spec)
{
	double		worthwhile = spec->n_batches * BATCH_COST / Max(parallel_setup_cost, BATCH_COST);

	return (int) Min(Min(max_parallel_workers_per_gather, max_parallel_workers), worthwhile);
}

/*
 * check_nulls refuses an argument that is NULL.
 */
static void
check_nulls(FunctionCallInfo fcinfo)
{
	static const char *const names[] = {"plan", "draft", "period", "sample"};

	for (int i = 0; i < (int) lengthof(names); i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", names[i])));
}

/*
 * assure_simulate replays the stored claims of a plan and period under draft
 * terms.  Who reads the masked views only is told nothing of small groups: a draft
 * that pays for one diagnosis would say whose it is.
 */
PGDLLEXPORT Datum
assure_simulate(PG_FUNCTION_ARGS)
{
	ResultWriter writer = {.info = (ReturnSetInfo *) fcinfo->resultinfo};
	RunSpec		spec = {0};
	Call		call;
	Tally	   *tally;
	int64	   *starts;

	check_nulls(fcinfo);
	read_period(PG_GETARG_RANGE_P(2), &spec);
	spec.sample_bound = writer.sample_bound = read_sample(PG_GETARG_DATUM(3));
	result_set_open(fcinfo);
	call_begin(&call, SCOPE_BI | SCOPE_SUPERVISOR | SCOPE_AUDITOR | SCOPE_ADMIN, "simulate");
	writer.is_guarded = (call.scopes & (SCOPE_SUPERVISOR | SCOPE_AUDITOR | SCOPE_ADMIN)) == 0;
	spec.plan_id = source_plan_id(text_to_cstring(PG_GETARG_TEXT_PP(0)));
	if (writer.is_guarded)
		refuse_draft(&spec, PG_GETARG_JSONB_P(1));
	EnterParallelMode();
	starts = source_starts(&spec, &spec.n_batches);
	tally = tally_create(&spec);
	writer.workers = crew_run(&spec, starts, PG_GETARG_JSONB_P(1), workers_wanted(&spec), tally);
	tally_sort(tally);
	write_result(&writer, &spec, tally);
	ExitParallelMode();
	call_end(&call);
	return (Datum) 0;
}
