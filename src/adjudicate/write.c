/*-------------------------------------------------------------------------
 *
 * write.c
 *		Writes what a chunk came to, set-wise: decisions, ledger and balances
 *		(write_ledger.c), tasks with their clocks, and one audit row with the
 *		root of the hashes.
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

#include "adjudicate/write.h"
#include "audit/audit.h"
#include "core/errors.h"
#include "core/json.h"
#include "payment/payment.h"
#include "sla/sla.h"
#include "text/icu.h"
#include "work/task.h"

/*
 * engine_name names what calculates: this version, and that of ICU, which
 * conditions of terms can hang on.
 */
char *
engine_name(void)
{
	return psprintf("pg_assure %s, ICU %s", PG_ASSURE_VERSION, icu_version_text());
}

/*
 * writer_hash hashes the bytes of a row, and keeps the hash for the root of the
 * chunk.
 */
Datum
writer_hash(ChunkWriter *writer)
{
	RowHash		hash = digest_row(writer->hasher, &writer->bytes);

	if (writer->hash_count == writer->hash_capacity)
	{
		writer->hash_capacity *= 2;
		writer->hashes = repalloc(writer->hashes, mul_size(sizeof(RowHash), writer->hash_capacity));
	}
	writer->hashes[writer->hash_count++] = hash;
	return hash_datum(&hash);
}

/* The documents of a decision row; NULL: none. */
typedef struct DecisionDocuments
{
	Jsonb	   *reasons;
	Jsonb	   *result;
	Jsonb	   *screening;
} DecisionDocuments;

/*
 * digest_key writes a key field; 0 is absent.
 */
static void
digest_key(StringInfo bytes, int64 key_or_0)
{
	if (key_or_0 != 0)
		digest_int64(bytes, key_or_0);
	else
		digest_null(bytes);
}

/*
 * digest_jsonb writes a document as jsonb prints it; NULL is absent.
 */
static void
digest_jsonb(ChunkWriter *writer, Jsonb *document)
{
	if (document == NULL)
	{
		digest_null(&writer->bytes);
		return;
	}
	resetStringInfo(&writer->text);
	doc_print(&writer->text, document);
	digest_field(&writer->bytes, writer->text.data, writer->text.len);
}

#define INPUT_SALT_BYTES 16

/*
 * InputHash is what a decision keeps of its input for good: the hash of it behind
 * random bytes.  Those go with the input when a person is erased, and what is
 * left says nothing about what it was.
 */
typedef struct InputHash
{
	uint8		salt[INPUT_SALT_BYTES];
	RowHash		hash;
} InputHash;

/*
 * input_hash hashes an input with a salt of its own.
 */
static InputHash
input_hash(ChunkWriter *writer, const bytea *input)
{
	InputHash	result;

	resetStringInfo(&writer->text);
	if (!pg_strong_random(result.salt, INPUT_SALT_BYTES))
		ereport(ERROR,
				(errcode(ERRCODE_INTERNAL_ERROR), errmsg("could not generate random bytes")));
	appendBinaryStringInfo(&writer->text, (const char *) result.salt, INPUT_SALT_BYTES);
	appendBinaryStringInfo(&writer->text, VARDATA_ANY(input), (int) VARSIZE_ANY_EXHDR(input));
	result.hash = digest_row(writer->hasher, &writer->text);
	return result;
}

/*
 * digest_hash writes a hash in hexadecimal digits.
 */
static void
digest_hash(StringInfo bytes, const RowHash *hash)
{
	char		digits[2 * sizeof(hash->bytes)];

	digest_field(bytes, digits, hex_encode((const char *) hash->bytes, sizeof(hash->bytes), digits));
}

/*
 * decision_bytes writes the canonical bytes of a decision row.  What came after
 * 0.1 has its name before it, and is left out where it is not there, so that a
 * row of 0.1 is the same bytes as ever.
 */
static void
decision_bytes(ChunkWriter *writer, const Case *item, const DecisionDocuments *documents, const InputHash *input)
{
	StringInfo	bytes = &writer->bytes;

	digest_int64(bytes, item->key.account_id);
	digest_int64(bytes, item->key.claim_id);
	digest_int64(bytes, item->last_decision_no + 1);
	digest_text(bytes, verdict_name(item->verdict));
	digest_int64(bytes, item->claim->submitted_fen);
	digest_int64(bytes, item->paid_fen);
	digest_key(bytes, item->plan_version_id);
	digest_jsonb(writer, documents->reasons);
	digest_jsonb(writer, documents->result);
	digest_text(bytes, writer->engine);
	digest_text(bytes, writer->chunk->note);
	digest_moment(bytes, writer->decided_at);
	digest_text(bytes, writer->chunk->call->session_role);
	digest_key(bytes, writer->chunk->actor_worker_id);
	digest_int64(bytes, writer->audit_id);
	if (item->origin != ORIGIN_SUBMISSION)
	{
		appendStringInfoString(bytes, "origin");
		digest_text(bytes, origin_name(item->origin));
	}
	if (item->adjustments != NULL)
	{
		appendStringInfoString(bytes, "adjustments");
		digest_jsonb(writer, item->adjustments);
	}
	if (documents->screening != NULL)
	{
		appendStringInfoString(bytes, "screening");
		digest_jsonb(writer, documents->screening);
	}
	if (item->input != NULL)
	{
		appendStringInfoString(bytes, "input_hash");
		digest_hash(bytes, &input->hash);
		appendStringInfoString(bytes, "ledger_horizon");
		digest_int64(bytes, item->horizon);
	}
}

#define DECISION_COLUMNS 17

/* unnest among what is selected, not in FROM: rows are not kept in between. */
static SqlPlan insert_decisions = {
	"INSERT INTO assure.decision (account_id, claim_id, decision_no, verdict, submitted_fen, paid_fen, "
	"  plan_version_id, reasons, result, row_hash, origin, adjustments, screening, input, ledger_horizon, "
	"  input_salt, input_hash, engine, note, decided_at, decided_by, actor_worker_id, audit_id) "
	"SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6), unnest($7), unnest($8), unnest($9), "
	"  unnest($10), unnest($11), unnest($12), unnest($13), unnest($14), unnest($15), "
	"  unnest($16), unnest($17), $18, $19, $20, $21, nullif($22, 0), $23",
	{INT8ARRAYOID, INT8ARRAYOID, INT4ARRAYOID, TEXTARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID,
		JSONBARRAYOID, JSONBARRAYOID, BYTEAARRAYOID, TEXTARRAYOID, JSONBARRAYOID, JSONBARRAYOID, BYTEAARRAYOID, INT8ARRAYOID,
		BYTEAARRAYOID, BYTEAARRAYOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, INT8OID, INT8OID}, .generic = true
};

/*
 * column_add_pointer adds a value that is passed by reference; NULL stays NULL.
 */
static void
column_add_pointer(Column *column, const void *value_or_null)
{
	if (value_or_null == NULL)
		column_add_null(column);
	else
		column_add(column, PointerGetDatum(value_or_null));
}

/*
 * column_add_bytes adds bytes; NULL stays NULL.
 */
static void
column_add_bytes(Column *column, const char *bytes_or_null, int length)
{
	if (bytes_or_null == NULL)
		column_add_null(column);
	else
		column_add(column, PointerGetDatum(cstring_to_text_with_len(bytes_or_null, length)));
}

/*
 * decision_add adds one case to the columns of insert_decisions.
 */
static void
decision_add(ChunkWriter *writer, const Case *item, Column *columns)
{
	DecisionDocuments documents = {
		case_reasons_jsonb(item),
		item->has_result ? result_core_to_jsonb(&item->result) : NULL,
		screening_jsonb(item)
	};
	InputHash	input = {0};

	if (item->input != NULL)
		input = input_hash(writer, item->input);
	decision_bytes(writer, item, &documents, &input);
	column_add_int64(&columns[0], item->key.account_id);
	column_add_int64(&columns[1], item->key.claim_id);
	column_add(&columns[2], Int32GetDatum(item->last_decision_no + 1));
	column_add_text(&columns[3], verdict_name(item->verdict));
	column_add_int64(&columns[4], item->claim->submitted_fen);
	column_add_int64(&columns[5], item->paid_fen);
	column_add_key(&columns[6], item->plan_version_id);
	column_add_pointer(&columns[7], documents.reasons);
	column_add_pointer(&columns[8], documents.result);
	column_add(&columns[9], writer_hash(writer));
	column_add_text(&columns[10], origin_name(item->origin));
	column_add_pointer(&columns[11], item->adjustments);
	column_add_pointer(&columns[12], documents.screening);
	column_add_pointer(&columns[13], item->input);
	column_add_key(&columns[14], item->input != NULL ? item->horizon : 0);
	column_add_bytes(&columns[15], item->input != NULL ? (const char *) input.salt : NULL, INPUT_SALT_BYTES);
	column_add_bytes(&columns[16], item->input != NULL ? (const char *) input.hash.bytes : NULL, sizeof(input.hash.bytes));
}

/*
 * columns_start makes an empty column for each of the plan's first parameters,
 * which are arrays.
 */
void
columns_start(const SqlPlan *plan, Column *columns, int column_count)
{
	for (int i = 0; i < column_count; i++)
		column_start(&columns[i], get_element_type(plan->types[i]));
}

/*
 * run_with_columns runs a plan whose first parameters are columns and whose
 * others are given.
 */
void
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
 * compare_cases orders cases by claim for qsort: the order of the hashes that an
 * audit row stands for.
 */
static int
compare_cases(const void *a, const void *b)
{
	const Case *x = *(const Case *const *) a;
	const Case *y = *(const Case *const *) b;

	if (x->key.claim_id != y->key.claim_id)
		return x->key.claim_id < y->key.claim_id ? -1 : 1;
	return x->last_decision_no - y->last_decision_no;
}

/*
 * write_decisions writes a decision for each case that came to a verdict, in the
 * order of their claims.
 */
static void
write_decisions(ChunkWriter *writer)
{
	Column		columns[DECISION_COLUMNS];
	Datum		values[DECISION_COLUMNS + 6];
	char		nulls[DECISION_COLUMNS + 7];
	Chunk	   *chunk = writer->chunk;
	const Case **cases = palloc(mul_size(sizeof(Case *), Max(chunk->count, 1)));
	Datum	   *common = &values[DECISION_COLUMNS];

	for (int i = 0; i < chunk->count; i++)
		cases[i] = &chunk->cases[i];
	qsort(cases, chunk->count, sizeof(Case *), compare_cases);
	columns_start(&insert_decisions, columns, DECISION_COLUMNS);
	for (int i = 0; i < chunk->count; i++)
		if (cases[i]->verdict != VERDICT_FAILED)
			decision_add(writer, cases[i], columns);
	memset(nulls, ' ', sizeof(nulls));
	common[0] = CStringGetTextDatum(writer->engine);
	common[1] = chunk->note ? CStringGetTextDatum(chunk->note) : (Datum) 0;
	nulls[DECISION_COLUMNS + 1] = chunk->note ? ' ' : 'n';
	common[2] = TimestampTzGetDatum(writer->decided_at);
	common[3] = CStringGetTextDatum(chunk->call->session_role);
	common[4] = Int64GetDatum(chunk->actor_worker_id);
	common[5] = Int64GetDatum(writer->audit_id);
	run_with_columns(&insert_decisions, columns, DECISION_COLUMNS, values, nulls);
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
 * handed the claim in may not; nor who approved it first.
 */
static void
open_tasks(Chunk *chunk)
{
	TaskStart  *starts = palloc0(mul_size(sizeof(TaskStart), Max(chunk->count, 1)));
	int			count = 0;

	for (int i = 0; i < chunk->count; i++)
	{
		const Case *item = &chunk->cases[i];
		const Screening *screening = item->screening;
		int64	   *excluded;
		int			excluded_count;

		if (item->verdict != VERDICT_PEND)
			continue;
		excluded = palloc(sizeof(int64) * 2);
		excluded_count = 0;
		if (item->received_actor_id != 0)
			excluded[excluded_count++] = item->received_actor_id;
		if (item->asked != VERDICT_NONE)
			excluded[excluded_count++] = chunk->actor_worker_id;
		starts[count++] = (TaskStart)
		{
			.account_id = item->key.account_id,
				.claim_id = item->key.claim_id,
				.branch_id = item->branch_id,
				.amount_fen = item->payable_fen,
				.priority = screening != NULL && screening->priority != 0 ? screening->priority : TASK_PRIORITY_NORMAL,
				.excluded_worker_ids = excluded,
				.excluded_count = excluded_count,
				.started_at = item->submitted_at,
				.skill_count = screening != NULL ? screening->skill_count : 0,
				.skills = screening != NULL ? screening->skills : NULL
		};
	}
	tasks_open(chunk->call, starts, count);
}

/*
 * stop_clocks stops the clocks of the claims that are decided.
 */
static void
stop_clocks(const Chunk *chunk)
{
	int64	   *claim_ids = palloc(mul_size(sizeof(int64), Max(chunk->count, 1)));
	int			count = 0;

	for (int i = 0; i < chunk->count; i++)
		if (chunk->cases[i].verdict != VERDICT_PEND && chunk->cases[i].verdict != VERDICT_FAILED)
			claim_ids[count++] = chunk->cases[i].key.claim_id;
	claim_clocks_stop(claim_ids, count);
}

/*
 * chunk_write writes everything that the chunk came to.
 */
void
chunk_write(Chunk *chunk)
{
	ChunkWriter writer = {.chunk = chunk};
	AuditRow	row = {0};

	writer.audit_id = audit_next_id();
	writer.engine = engine_name();
	writer.decided_at = GetCurrentTransactionStartTimestamp();
	writer.hash_capacity = 64;
	writer.hashes = palloc(sizeof(RowHash) * writer.hash_capacity);
	writer.hasher = digest_start();
	initStringInfo(&writer.bytes);
	initStringInfo(&writer.text);
	take_entry_ids(&writer);
	write_decisions(&writer);
	write_entries(&writer);
	digest_end(writer.hasher);
	write_balances(chunk);
	write_failures(chunk);
	open_tasks(chunk);
	stop_clocks(chunk);
	payments_due(chunk);
	row.audit_id = writer.audit_id;
	row.row_count = writer.hash_count;
	row.row_hashes = writer.hash_count > 0 ? writer.hashes : NULL;
	audit_write(chunk->call, &row);
}
