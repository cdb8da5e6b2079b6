/*-------------------------------------------------------------------------
 *
 * replay_decision.c
 *		A past decision is calculated again from what it knew.
 *
 * It knew the claim (decision.input), the terms (its plan version) and what was
 * used.  What was used is the sum of the entries of the account below the
 * decision's horizon, but for those of the claim itself, which are taken off
 * before a claim is calculated again; and a re-run, which goes in order of event,
 * knew those of the claims before it in that order only (rerun.c).
 *
 * Nothing is written, no lock is taken.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/shmem.h"
#include "utils/builtins.h"

#include "adjudicate/entries.h"
#include "adjudicate/replay.h"
#include "benefit/claim_pack.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/json_build.h"
#include "core/plan.h"

/* The reasons of the calculation name a benefit; those of the pipeline do not. */
static SqlPlan read_decisions = {
	"SELECT c.member_id, d.decision_no, d.verdict, d.engine, d.paid_fen, d.submitted_fen, d.result, "
	"  coalesce((SELECT jsonb_agg(r ORDER BY n) FROM jsonb_array_elements(d.reasons) WITH ORDINALITY x (r, n) WHERE r ? 'benefit'), '[]'), "
	"  d.input IS NOT NULL AND d.plan_version_id IS NOT NULL AND d.ledger_horizon IS NOT NULL, "
	"  d.verdict = 'approve' OR (d.verdict = 'deny' AND NOT EXISTS (SELECT FROM jsonb_array_elements(d.reasons) r WHERE NOT r ? 'benefit')), "
	"  EXISTS (SELECT FROM assure.erasure x WHERE x.account_id = c.account_id AND x.member_id = c.member_id) "
	"FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) "
	"WHERE d.account_id = $1 AND d.claim_id = $2 AND ($3 = 0 OR d.decision_no = $3) ORDER BY d.decision_no",
	{INT8OID, INT8OID, INT4OID}
};

/*
 * column_jsonb returns a copy of a jsonb column, or NULL.
 */
static Jsonb *
column_jsonb(uint64 row, int column)
{
	bool		isnull;
	Datum		value = plan_datum(row, column, &isnull);

	return isnull ? NULL : DatumGetJsonbPCopy(value);
}

/*
 * replays_read reads the decisions of a claim.
 */
Replay *
replays_read(ClaimKey key, int32 decision_no, int *count)
{
	Datum		values[3] = {Int64GetDatum(key.account_id), Int64GetDatum(key.claim_id), Int32GetDatum(decision_no)};
	Replay	   *replays;

	*count = (int) plan_run(&read_decisions, values, NULL);
	replays = palloc0(mul_size(sizeof(Replay), Max(*count, 1)));
	for (int i = 0; i < *count; i++)
	{
		Replay	   *replay = &replays[i];

		replay->key = key;
		replay->member_id = plan_int64(i, 1, 0);
		replay->decision_no = plan_int32(i, 2, 0);
		replay->verdict = plan_text(i, 3);
		replay->engine = plan_text(i, 4);
		replay->paid_fen = plan_int64(i, 5, 0);
		replay->submitted_fen = plan_int64(i, 6, 0);
		replay->result_recorded = column_jsonb(i, 7);
		replay->reasons_recorded = column_jsonb(i, 8);
		replay->has_result = replay->result_recorded != NULL;
		replay->has_input = plan_bool(i, 9);
		replay->is_settled = replay->has_result && plan_bool(i, 10);
		replay->is_erased = plan_bool(i, 11);
	}
	return replays;
}

static SqlPlan read_input = {
	"SELECT input, plan_version_id FROM assure.decision WHERE account_id = $1 AND claim_id = $2 AND decision_no = $3",
	{INT8OID, INT8OID, INT4OID}
};

static SqlPlan read_used = {
	"SELECT 0, CASE WHEN e.member_id = 0 THEN 0 ELSE 1 END::bigint, e.counter, e.period, e.measure, sum(e.delta)::int8 "
	"FROM assure.decision d JOIN assure.claim c USING (account_id, claim_id) "
	"JOIN assure.ledger_entry e ON e.account_id = d.account_id AND e.entry_id < d.ledger_horizon AND e.claim_id <> d.claim_id "
	"  AND e.member_id IN (0, c.member_id) "
	"WHERE d.account_id = $1 AND d.claim_id = $2 AND d.decision_no = $3 AND (d.origin <> 'rerun' OR EXISTS (SELECT FROM assure.claim o "
	"  WHERE o.account_id = e.account_id AND o.claim_id = e.claim_id AND (o.event_date, o.claim_id) < (c.event_date, c.claim_id))) "
	"GROUP BY e.member_id, e.counter, e.period, e.measure HAVING sum(e.delta) <> 0 ORDER BY 2, 3, 4, 5",
	{INT8OID, INT8OID, INT4OID}
};

/*
 * used_of_bookings makes what is used of sums of entries.
 */
static void
used_of_bookings(const Replay *replay, uint64 rows, Used *used)
{
	BalanceSet *balances = balance_set_create();

	for (uint64 i = 0; i < rows; i++)
	{
		Booking		booking = {0};

		booking_read(i, &booking);
		booking.delta = plan_int64(i, 6, 0);
		booking.limit = -1;
		balance_set_book(balances, replay->key.account_id, replay->member_id, &booking);
	}
	balance_set_used(balances, replay->key.account_id, replay->member_id, used);
}

/*
 * replay_prepare reads what a decision knew.
 */
void
replay_prepare(Replay *replay)
{
	Datum		values[3];
	int64		plan_version_id;
	bool		isnull;

	values[0] = Int64GetDatum(replay->key.account_id);
	values[1] = Int64GetDatum(replay->key.claim_id);
	values[2] = Int32GetDatum(replay->decision_no);
	if (plan_run(&read_input, values, NULL) != 1)
		elog(ERROR, "decision %d of claim " INT64_FORMAT " is not there", replay->decision_no, replay->key.claim_id);
	replay->claim = claim_unpack(DatumGetByteaPP(plan_datum(0, 1, &isnull)));
	plan_version_id = plan_int64(0, 2, 0);
	plan_cache_load(&plan_version_id, 1);
	replay->plan = plan_cache_find(plan_version_id);
	if (replay->plan == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_IDENTITY),
				 errmsg("plan version " INT64_FORMAT " of decision %d of claim " INT64_FORMAT " does not exist",
						plan_version_id, replay->decision_no, replay->key.claim_id)));
	used_of_bookings(replay, plan_run(&read_used, values, NULL), &replay->used);
}

/*
 * push_difference writes one field that differs.
 */
static void
push_difference(JsonbParseState **state, const char *field, const char *recorded, const char *replayed)
{
	if (strcmp(recorded, replayed) == 0)
		return;
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	doc_push_text(state, "field", field);
	doc_push_text(state, "recorded", recorded);
	doc_push_text(state, "replayed", replayed);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * jsonb_text prints a document as it is hashed.
 */
static char *
jsonb_text(Jsonb *document)
{
	return JsonbToCString(NULL, &document->root, VARSIZE(document));
}

/*
 * reasons_text prints the reasons of the calculation.
 */
static char *
reasons_text(const ClaimResult *result)
{
	DocBuilder	builder;

	build_start(&builder);
	build_open_list(&builder, NULL);
	for (int i = 0; i < result->n_reasons; i++)
		reason_push(&builder, &result->reasons[i]);
	build_close(&builder);
	return jsonb_text(build_finish(&builder));
}

static SqlPlan read_booked = {
	"SELECT coalesce(string_agg(line, E'\\n' ORDER BY line COLLATE \"C\"), '') "
	"FROM (SELECT format('%s%s %s %s %s', counter, CASE WHEN member_id = 0 THEN '@family' END, period, measure, sum(delta)) AS line "
	"  FROM assure.ledger_entry WHERE account_id = $1 AND claim_id = $2 AND decision_no <= $3 "
	"  GROUP BY counter, member_id, period, measure HAVING sum(delta) <> 0) x",
	{INT8OID, INT8OID, INT4OID}
};

/*
 * booked_text prints what the claim had booked with this decision.
 */
static char *
booked_text(const Replay *replay)
{
	Datum		values[3];

	values[0] = Int64GetDatum(replay->key.account_id);
	values[1] = Int64GetDatum(replay->key.claim_id);
	values[2] = Int32GetDatum(replay->decision_no);
	plan_run(&read_booked, values, NULL);
	return plan_text(0, 1);
}

/*
 * compare_texts orders lines by their bytes.
 */
static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

/*
 * bookings_text prints what the calculation books, as booked_text does.
 */
static char *
bookings_text(const Replay *replay)
{
	int			count = replay->is_settled ? replay->result.n_bookings : 0;
	char	  **lines = palloc(mul_size(sizeof(char *), Max(count, 1)));
	StringInfoData text;

	initStringInfo(&text);
	for (int i = 0; i < count; i++)
		lines[i] = booking_text(&replay->result.bookings[i]);
	qsort(lines, count, sizeof(char *), compare_texts);
	for (int i = 0; i < count; i++)
		appendStringInfo(&text, "%s%s", i > 0 ? "\n" : "", lines[i]);
	return text.data;
}

/*
 * replay_compare compares the record with the calculation, to the byte.
 */
Jsonb *
replay_compare(const Replay *replay)
{
	JsonbParseState *state = NULL;
	Jsonb	   *differences;
	int64		paid_fen = strcmp(replay->verdict, "approve") == 0 ? replay->result.paid_fen : 0;

	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	push_difference(&state, "result", jsonb_text(replay->result_recorded), jsonb_text(result_core_to_jsonb(&replay->result)));
	push_difference(&state, "reasons", jsonb_text(replay->reasons_recorded), reasons_text(&replay->result));
	push_difference(&state, "submitted_fen", psprintf(INT64_FORMAT, replay->submitted_fen),
					psprintf(INT64_FORMAT, replay->claim->submitted_fen));
	push_difference(&state, "paid_fen", psprintf(INT64_FORMAT, replay->paid_fen), psprintf(INT64_FORMAT, paid_fen));
	push_difference(&state, "entries", booked_text(replay), bookings_text(replay));
	differences = JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
	return JB_ROOT_COUNT(differences) > 0 ? differences : NULL;
}
