/*-------------------------------------------------------------------------
 *
 * write.c
 *		Writes what a chunk came to, set-wise: decisions, ledger, balances,
 *		tasks with their clocks, and one audit row with the root of the hashes.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "adjudicate/chunk.h"
#include "audit/audit.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "work/task.h"

#define ENGINE_NAME "pg_assure " PG_ASSURE_VERSION

/* What every row of the chunk has in common, and the hashes of its rows. */
typedef struct ChunkWriter
{
	Chunk	   *chunk;
	int64		audit_id;
	TimestampTz decided_at;
	RowHash	   *hashes;
	int			hash_count;
	int			hash_capacity;
	int64	   *entry_ids;		/* taken from the sequence */
	int			entry_next;
} ChunkWriter;

/*
 * writer_hash keeps the hash of a row for the root of the chunk.
 */
static Datum
writer_hash(ChunkWriter *writer, StringInfo bytes)
{
	RowHash		hash = digest_finish(bytes);

	if (writer->hash_count == writer->hash_capacity)
	{
		writer->hash_capacity *= 2;
		writer->hashes = repalloc(writer->hashes, mul_size(sizeof(RowHash), writer->hash_capacity));
	}
	writer->hashes[writer->hash_count++] = hash;
	return hash_datum(&hash);
}

/*
 * push_finding writes one reason of the pipeline.
 */
static void
push_finding(JsonbParseState **state, const PipelineFinding *finding)
{
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	doc_push_text(state, "code", pipeline_reason_name(finding->code));
	if (finding->bill_no != NULL)
		doc_push_text(state, "bill", finding->bill_no);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
}

/*
 * reasons_jsonb lists the reasons of a case: the pipeline's, then those of the
 * calculation.
 */
static Jsonb *
reasons_jsonb(const Case *item)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (int i = 0; i < item->finding_count; i++)
		push_finding(&state, &item->findings[i]);
	if (item->has_result)
		for (int i = 0; i < item->result.n_reasons; i++)
			reason_push(&state, &item->result.reasons[i]);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
}

/*
 * decision_bytes writes the canonical bytes of a decision row.
 */
static void
decision_bytes(StringInfo bytes, const ChunkWriter *writer, const Case *item,
			   Jsonb *reasons, Jsonb *result)
{
	initStringInfo(bytes);
	digest_int64(bytes, item->key.account_id);
	digest_int64(bytes, item->key.claim_id);
	digest_int64(bytes, item->last_decision_no + 1);
	digest_text(bytes, verdict_name(item->verdict));
	digest_int64(bytes, item->claim->submitted_fen);
	digest_int64(bytes, item->paid_fen);
	if (item->plan_version_id != 0)
		digest_int64(bytes, item->plan_version_id);
	else
		digest_null(bytes);
	digest_text(bytes, JsonbToCString(NULL, &reasons->root, VARSIZE(reasons)));
	digest_text(bytes, result ? JsonbToCString(NULL, &result->root, VARSIZE(result)) : NULL);
	digest_text(bytes, ENGINE_NAME);
	digest_text(bytes, writer->chunk->note);
	digest_moment(bytes, writer->decided_at);
	digest_text(bytes, writer->chunk->call->session_role);
	if (writer->chunk->actor_worker_id != 0)
		digest_int64(bytes, writer->chunk->actor_worker_id);
	else
		digest_null(bytes);
	digest_int64(bytes, writer->audit_id);
}

static SqlPlan insert_decisions = {
	"INSERT INTO assure.decision (account_id, claim_id, decision_no, verdict, submitted_fen, paid_fen, "
	"  plan_version_id, reasons, result, row_hash, engine, note, decided_at, decided_by, actor_worker_id, audit_id) "
	"SELECT u.*, $11, $12, $13, $14, nullif($15, 0), $16 "
	"FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) u",
	{INT8ARRAYOID, INT8ARRAYOID, INT4ARRAYOID, TEXTARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID,
		JSONBARRAYOID, JSONBARRAYOID, BYTEAARRAYOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, INT8OID, INT8OID}
};

/*
 * decision_add adds one case to the columns of insert_decisions.
 */
static void
decision_add(ChunkWriter *writer, const Case *item, Column *columns)
{
	Jsonb	   *reasons = reasons_jsonb(item);
	Jsonb	   *result = item->has_result ? result_core_to_jsonb(&item->result) : NULL;
	StringInfoData bytes;

	decision_bytes(&bytes, writer, item, reasons, result);
	column_add_int64(&columns[0], item->key.account_id);
	column_add_int64(&columns[1], item->key.claim_id);
	column_add(&columns[2], Int32GetDatum(item->last_decision_no + 1));
	column_add_text(&columns[3], verdict_name(item->verdict));
	column_add_int64(&columns[4], item->claim->submitted_fen);
	column_add_int64(&columns[5], item->paid_fen);
	column_add_key(&columns[6], item->plan_version_id);
	column_add(&columns[7], JsonbPGetDatum(reasons));
	if (result)
		column_add(&columns[8], JsonbPGetDatum(result));
	else
		column_add_null(&columns[8]);
	column_add(&columns[9], writer_hash(writer, &bytes));
}

/*
 * columns_start makes an empty column for each of the plan's first parameters,
 * which are arrays.
 */
static void
columns_start(const SqlPlan *plan, Column *columns, int column_count)
{
	for (int i = 0; i < column_count; i++)
		column_start(&columns[i], get_element_type(plan->types[i]));
}

/*
 * run_with_columns runs a plan whose first parameters are columns and whose
 * others are given.
 */
static void
run_with_columns(SqlPlan *plan, const Column *columns, int column_count, Datum *values, const char *nulls)
{
	if (columns[0].count == 0)
		return;
	for (int i = 0; i < column_count; i++)
		values[i] = column_array(&columns[i]);
	if (plan_run(plan, values, nulls) != (uint64) columns[0].count)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_IDENTITY),
				 errmsg("%d rows were to be written and " UINT64_FORMAT " were", columns[0].count, SPI_processed)));
}

/*
 * write_decisions writes a decision for each case that came to a verdict.
 */
static void
write_decisions(ChunkWriter *writer)
{
	Column		columns[10];
	Datum		values[16];
	char		nulls[17] = "                ";
	Chunk	   *chunk = writer->chunk;

	columns_start(&insert_decisions, columns, 10);
	for (int i = 0; i < chunk->count; i++)
		if (chunk->cases[i].verdict != VERDICT_FAILED)
			decision_add(writer, &chunk->cases[i], columns);
	values[10] = CStringGetTextDatum(ENGINE_NAME);
	values[11] = chunk->note ? CStringGetTextDatum(chunk->note) : (Datum) 0;
	nulls[11] = chunk->note ? ' ' : 'n';
	values[12] = TimestampTzGetDatum(writer->decided_at);
	values[13] = CStringGetTextDatum(chunk->call->session_role);
	values[14] = Int64GetDatum(chunk->actor_worker_id);
	values[15] = Int64GetDatum(writer->audit_id);
	run_with_columns(&insert_decisions, columns, 10, values, nulls);
}

/*
 * entries_of counts the ledger entries that a case books.
 */
static int
entries_of(const Case *item)
{
	return case_is_booked(item) ? item->result.n_bookings : 0;
}

/*
 * take_entry_ids takes keys for all ledger entries of the chunk, so that their
 * hashes can hold them.
 */
static void
take_entry_ids(ChunkWriter *writer)
{
	static SqlPlan take = {
		"SELECT nextval('assure.ledger_entry_id_seq') FROM generate_series(1, $1)", {INT4OID}
	};
	int			count = 0;
	Datum		value;

	for (int i = 0; i < writer->chunk->count; i++)
		count += entries_of(&writer->chunk->cases[i]);
	writer->entry_ids = palloc(mul_size(sizeof(int64), Max(count, 1)));
	value = Int32GetDatum(count);
	plan_run(&take, &value, NULL);
	for (int i = 0; i < count; i++)
		writer->entry_ids[i] = plan_int64(i, 1, 0);
}

static SqlPlan insert_entries = {
	"INSERT INTO assure.ledger_entry (account_id, entry_id, claim_id, decision_no, member_id, counter, period, measure, delta, row_hash) "
	"SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
	{INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT4ARRAYOID, INT8ARRAYOID,
		TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID, BYTEAARRAYOID}
};

/*
 * entry_add adds one booking to the columns of insert_entries.
 */
static void
entry_add(ChunkWriter *writer, const Case *item, const Booking *booking, Column *columns)
{
	int64		entry_id = writer->entry_ids[writer->entry_next++];
	int64		member_id = booking->is_family ? 0 : item->member_id;
	char	   *period = period_name(booking->period_kind, booking->period_start, booking->name);
	const char *measure = booking->is_paid ? "paid" : measure_name(booking->measure);
	StringInfoData bytes;

	initStringInfo(&bytes);
	digest_int64(&bytes, item->key.account_id);
	digest_int64(&bytes, entry_id);
	digest_int64(&bytes, item->key.claim_id);
	digest_int64(&bytes, item->last_decision_no + 1);
	digest_int64(&bytes, member_id);
	digest_text(&bytes, booking->counter);
	digest_text(&bytes, period);
	digest_text(&bytes, measure);
	digest_int64(&bytes, booking->delta);

	column_add_int64(&columns[0], item->key.account_id);
	column_add_int64(&columns[1], entry_id);
	column_add_int64(&columns[2], item->key.claim_id);
	column_add(&columns[3], Int32GetDatum(item->last_decision_no + 1));
	column_add_int64(&columns[4], member_id);
	column_add_text(&columns[5], booking->counter);
	column_add_text(&columns[6], period);
	column_add_text(&columns[7], measure);
	column_add_int64(&columns[8], booking->delta);
	column_add(&columns[9], writer_hash(writer, &bytes));
}

/*
 * check_paid refuses to book a case whose money does not add up.
 */
static void
check_paid(const Case *item)
{
	int64		paid_fen = 0;

	for (int i = 0; i < item->result.n_bookings; i++)
		if (item->result.bookings[i].is_paid)
			paid_fen += item->result.bookings[i].delta;
	if (paid_fen != item->paid_fen)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_IDENTITY),
				 errmsg("claim " INT64_FORMAT " pays " INT64_FORMAT " fen but would book " INT64_FORMAT,
						item->key.claim_id, item->paid_fen, paid_fen)));
}

/*
 * write_entries writes the ledger entries of the cases that are booked.
 */
static void
write_entries(ChunkWriter *writer)
{
	Column		columns[10];
	Datum		values[10];

	take_entry_ids(writer);
	columns_start(&insert_entries, columns, 10);
	for (int i = 0; i < writer->chunk->count; i++)
	{
		const Case *item = &writer->chunk->cases[i];

		if (!case_is_booked(item))
			continue;
		check_paid(item);
		for (int b = 0; b < item->result.n_bookings; b++)
			entry_add(writer, item, &item->result.bookings[b], columns);
	}
	run_with_columns(&insert_entries, columns, 10, values, NULL);
}

/*
 * write_balances adds what the chunk booked, in key order.  A balance beyond
 * its limit violates balance_within_limit, and nothing of the chunk stays.
 */
static void
write_balances(Chunk *chunk)
{
	static SqlPlan upsert = {
		"INSERT INTO assure.balance AS b (account_id, member_id, counter, period, measure, value, limit_value) "
		"SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7) "
		"ON CONFLICT (account_id, member_id, counter, period, measure) "
		"DO UPDATE SET value = b.value + excluded.value, limit_value = excluded.limit_value",
		{INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID, INT8ARRAYOID}
	};
	Column		columns[7];
	Datum		values[7];
	BalanceRow **rows;
	int			count = balance_set_changed(chunk->balances, &rows);

	columns_start(&upsert, columns, 7);
	for (int i = 0; i < count; i++)
	{
		const BalanceRow *row = rows[i];

		column_add_int64(&columns[0], row->account_id);
		column_add_int64(&columns[1], row->member_id);
		column_add_text(&columns[2], row->counter);
		column_add_text(&columns[3], period_name(row->period_kind, row->period_start, row->name));
		column_add_text(&columns[4], row->is_paid ? "paid" : measure_name(row->measure));
		column_add_int64(&columns[5], row->delta);
		if (row->limit >= 0)
			column_add_int64(&columns[6], row->limit);
		else
			column_add_null(&columns[6]);
	}
	run_with_columns(&upsert, columns, 7, values, NULL);
}

/*
 * write_failures sets aside the cases that cannot be judged as things stand.
 */
static void
write_failures(Chunk *chunk)
{
	static SqlPlan insert = {
		"INSERT INTO assure.failed_claim (account_id, claim_id, error_code, error_message) "
		"SELECT * FROM unnest($1, $2, $3, $4)",
		{INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID}
	};
	Column		columns[4];
	Datum		values[4];

	columns_start(&insert, columns, 4);
	for (int i = 0; i < chunk->count; i++)
	{
		const Case *item = &chunk->cases[i];

		if (item->verdict != VERDICT_FAILED)
			continue;
		column_add_int64(&columns[0], item->key.account_id);
		column_add_int64(&columns[1], item->key.claim_id);
		column_add_text(&columns[2], item->error_code);
		column_add_text(&columns[3], item->error_message);
	}
	run_with_columns(&insert, columns, 4, values, NULL);
}

/*
 * open_tasks opens a task for each case that a person has to decide.  Who
 * handed the claim in may not.
 */
static void
open_tasks(Chunk *chunk)
{
	TaskStart  *starts = palloc0(mul_size(sizeof(TaskStart), Max(chunk->count, 1)));
	int			count = 0;

	for (int i = 0; i < chunk->count; i++)
	{
		const Case *item = &chunk->cases[i];

		if (item->verdict != VERDICT_PEND)
			continue;
		starts[count++] = (TaskStart)
		{
			.account_id = item->key.account_id,
				.claim_id = item->key.claim_id,
				.branch_id = item->branch_id,
				.amount_fen = item->payable_fen,
				.priority = TASK_PRIORITY_NORMAL,
				.excluded_worker_id = item->received_actor_id,
				.started_at = item->submitted_at
		};
	}
	tasks_open(chunk->call, starts, count);
}

/*
 * leave_queue takes the chunk's claims out of the waiting ones.
 */
static void
leave_queue(Chunk *chunk)
{
	static SqlPlan delete = {
		"DELETE FROM assure_internal.claim_queue q USING unnest($1, $2) k (account_id, claim_id) "
		"WHERE q.account_id = k.account_id AND q.claim_id = k.claim_id", {INT8ARRAYOID, INT8ARRAYOID}
	};
	Column		columns[2];
	Datum		values[2];

	columns_start(&delete, columns, 2);
	for (int i = 0; i < chunk->count; i++)
	{
		column_add_int64(&columns[0], chunk->cases[i].key.account_id);
		column_add_int64(&columns[1], chunk->cases[i].key.claim_id);
	}
	run_with_columns(&delete, columns, 2, values, NULL);
}

/*
 * chunk_write writes everything that the chunk came to.  Claims that a person
 * decides have left the queue before.
 */
void
chunk_write(Chunk *chunk)
{
	ChunkWriter writer = {.chunk = chunk};
	AuditRow	row = {0};

	writer.audit_id = audit_next_id();
	writer.decided_at = GetCurrentTransactionStartTimestamp();
	writer.hash_capacity = 64;
	writer.hashes = palloc(sizeof(RowHash) * writer.hash_capacity);
	write_decisions(&writer);
	write_entries(&writer);
	write_balances(chunk);
	write_failures(chunk);
	if (chunk->actor_worker_id == 0)
		leave_queue(chunk);
	open_tasks(chunk);
	row.audit_id = writer.audit_id;
	row.row_count = writer.hash_count;
	row.row_hashes = writer.hash_count > 0 ? writer.hashes : NULL;
	audit_write(chunk->call, &row);
}
