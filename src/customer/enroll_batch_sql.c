/*-------------------------------------------------------------------------
 *
 * enroll_batch_sql.c
 *		Entry points: rows of a file are staged under a batch, then applied in
 *		chunks that commit.
 *
 * A row is applied once: its batch and number are its key.  Staging it again is
 * nothing if it is the same, replaces it while it is not accepted, and is refused
 * afterwards.  An accepted row keeps no document, for the person is in the tables.
 *
 * Chunks are gone through in sweeps: what waits for another row (a dependant
 * for the subscriber) is left for the next sweep, until one accepts nothing; in
 * the last what still waits is refused.
 *
 * The batch comes as an array as long as the rows: as one value the planner, who
 * may have last seen the table empty, would scan the whole batch for each row.
 *
 * Locking: the chunk's rows of the batch, by number; then as enroll_load.c says.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/builtins.h"

#include "audit/audit.h"
#include "core/attempt.h"
#include "core/batch_call.h"
#include "core/digest.h"
#include "core/errors.h"
#include "core/plan.h"
#include "core/request.h"
#include "customer/enroll_load_call.h"

PG_FUNCTION_INFO_V1(assure_stage_enrollment);
PG_FUNCTION_INFO_V1(assure_apply_enrollment);
PG_FUNCTION_INFO_V1(assure_discard_enrollment);

#define CHUNK_ROWS 5000

/* ----- staging ----- */

/*
 * number_compare orders row numbers for qsort.
 */
static int
number_compare(const void *a, const void *b)
{
	int			x = *(const int *) a;
	int			y = *(const int *) b;

	return (x > y) - (x < y);
}

/*
 * numbers_check refuses a number that stands twice.
 */
static void
numbers_check(int *numbers, int count)
{
	qsort(numbers, count, sizeof(int), number_compare);
	for (int i = 1; i < count; i++)
		if (numbers[i] == numbers[i - 1])
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("rows: row_no %d stands twice", numbers[i])));
}

/*
 * staged_read makes the columns of number, document and its hash.
 */
static int
staged_read(Jsonb *document, Column *columns)
{
	static const Oid types[] = {INT4OID, JSONBOID, BYTEAOID};
	DocReader	reader;
	DocNode		root;
	int			count;
	int		   *numbers;

	for (int i = 0; i < 3; i++)
		column_start(&columns[i], types[i]);
	doc_open(&reader, &root, document, "rows", ERRCODE_INVALID_PARAMETER_VALUE);
	count = doc_list(&root, 0, ENROLL_ROWS_MAX);
	numbers = palloc(mul_size(sizeof(int), (Size) count + 1));
	for (int i = 0; i < count; i++)
	{
		DocNode		node;
		DocNode		number;
		Jsonb	   *row;
		StringInfoData bytes;
		RowHash		hash;

		CHECK_FOR_INTERRUPTS();
		doc_element(&root, i, &node);
		(void) doc_object(&node, NULL);
		numbers[i] = doc_require(&node, "row_no", &number) ? (int) doc_integer(&number, 1, PG_INT32_MAX) : 0;
		doc_report(&reader, NULL);
		row = JsonbValueToJsonb(&node.value);
		initStringInfo(&bytes);
		(void) JsonbToCString(&bytes, &row->root, VARSIZE(row));
		hash = digest_finish(&bytes);
		column_add(&columns[0], Int32GetDatum(numbers[i]));
		column_add(&columns[1], JsonbPGetDatum(row));
		column_add(&columns[2], hash_datum(&hash));
	}
	doc_report(&reader, NULL);
	numbers_check(numbers, count);
	return count;
}

/*
 * owner_check refuses a batch of somebody else's.
 */
static void
owner_check(Call *call, const char *batch)
{
	static SqlPlan find_owner = {
		"SELECT staged_by FROM assure.enrollment_row WHERE batch = $1 AND staged_by <> $2 LIMIT 1", {TEXTOID, TEXTOID}
	};
	Datum		values[2] = {CStringGetTextDatum(batch), CStringGetTextDatum(call->session_role)};

	if (plan_run(&find_owner, values, NULL) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REF_CONFLICT),
				 errmsg("batch \"%s\" was staged by role \"%s\"", batch, plan_text(0, 1)),
				 errhint("Use another name for the batch.")));
}

/*
 * content_check refuses rows in the place of accepted ones.
 */
static void
content_check(const char *batch, const Datum *rows)
{
	static SqlPlan find_changed = {
		"SELECT e.row_no FROM unnest(array_fill($1, ARRAY[cardinality($2)]), $2, $3) AS k (batch, row_no, hash) "
		"JOIN assure.enrollment_row e ON e.batch = k.batch AND e.row_no = k.row_no "
		"WHERE e.state = 'accepted' AND e.document_hash <> k.hash ORDER BY e.row_no LIMIT 1", {TEXTOID, INT4ARRAYOID, BYTEAARRAYOID}
	};
	Datum		values[3] = {CStringGetTextDatum(batch), rows[0], rows[2]};

	if (plan_run(&find_changed, values, NULL) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REF_CONFLICT),
				 errmsg("row %d of batch \"%s\" was accepted with another content", plan_int32(0, 1, 0), batch),
				 errhint("What an accepted row did is corrected by a row of another number, with the action change or leave.")));
}

/*
 * stage writes the rows, and returns how many wait now.
 */
static int64
stage(Call *call, const char *batch, Jsonb *document)
{
	static SqlPlan insert = {
		"INSERT INTO assure.enrollment_row AS e (batch, row_no, document, document_hash, policy_id, staged_by) "
		"SELECT $1, k.row_no, k.document, k.hash, (SELECT policy_id FROM assure.policy WHERE ref = k.document ->> 'policy'), $5 "
		"FROM unnest($2, $3, $4) AS k (row_no, document, hash) ORDER BY k.row_no "
		"ON CONFLICT (batch, row_no) DO UPDATE SET document = excluded.document, document_hash = excluded.document_hash, "
		"  policy_id = excluded.policy_id, state = 'waiting', error_code = NULL, reason = NULL, staged_at = now(), applied_at = NULL "
		"WHERE e.state <> 'accepted'",
		{TEXTOID, INT4ARRAYOID, JSONBARRAYOID, BYTEAARRAYOID, TEXTOID}
	};
	Column		columns[3];
	Datum		values[5];
	int64		waiting;

	staged_read(document, columns);
	values[0] = CStringGetTextDatum(batch);
	for (int i = 0; i < 3; i++)
		values[i + 1] = column_array(&columns[i]);
	values[4] = CStringGetTextDatum(call->session_role);
	owner_check(call, batch);
	content_check(batch, &values[1]);
	waiting = (int64) plan_run(&insert, values, NULL);
	audit_write(call, &(AuditRow) {.subject = psprintf("enrollment batch %s", batch), .row_count = (int) waiting});
	return waiting;
}

/*
 * batch_argument returns the name of a batch.
 */
static char *
batch_argument(FunctionCallInfo fcinfo)
{
	char	   *batch;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("batch must not be NULL")));
	batch = text_to_cstring(PG_GETARG_TEXT_PP(0));
	if (batch[0] == '\0' || strlen(batch) > ENROLL_TEXT_BYTES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("batch has %zu bytes, not 1 to %d", strlen(batch), ENROLL_TEXT_BYTES_MAX)));
	return batch;
}

/*
 * assure_stage_enrollment stages rows under a batch.
 */
PGDLLEXPORT Datum
assure_stage_enrollment(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	char	   *batch = batch_argument(fcinfo);
	Jsonb	   *document;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	int64		waiting;

	if (PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("rows must not be NULL")));
	document = PG_GETARG_JSONB_P(1);
	call_begin(&call, ENROLL_SCOPES, "stage_enrollment");
	initStringInfo(&arguments);
	digest_text(&arguments, batch);
	if (request_id != NULL)
		digest_text(&arguments, JsonbToCString(NULL, &document->root, VARSIZE(document)));
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		waiting = request_answer_int64(answer);
	else
	{
		waiting = stage(&call, batch, document);
		request_end_int64(request_id, waiting);
	}
	call_end(&call);
	PG_RETURN_INT32((int32) waiting);
}

/*
 * assure_discard_enrollment drops the rows of a batch that were not accepted, and
 * the personal data in them.
 */
PGDLLEXPORT Datum
assure_discard_enrollment(PG_FUNCTION_ARGS)
{
	static SqlPlan drop = {"DELETE FROM assure.enrollment_row WHERE batch = $1 AND state <> 'accepted'", {TEXTOID}};
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	char	   *batch = batch_argument(fcinfo);
	Datum		value;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	int64		dropped;

	call_begin(&call, ENROLL_SCOPES, "discard_enrollment");
	initStringInfo(&arguments);
	digest_text(&arguments, batch);
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		dropped = request_answer_int64(answer);
	else
	{
		value = CStringGetTextDatum(batch);
		if ((call.scopes & (SCOPE_SUPERVISOR | SCOPE_ADMIN)) == 0)
			owner_check(&call, batch);
		dropped = (int64) plan_run(&drop, &value, NULL);
		audit_write(&call, &(AuditRow) {.subject = psprintf("enrollment batch %s", batch), .row_count = (int) dropped});
		request_end_int64(request_id, dropped);
	}
	call_end(&call);
	PG_RETURN_INT32((int32) dropped);
}

/* ----- applying ----- */

/*
 * chunk_read reads and locks the next rows that wait.
 */
static int
chunk_read(const char *batch, int after, EnrollRow **rows)
{
	static SqlPlan read = {
		"SELECT row_no, document FROM assure.enrollment_row WHERE batch = $1 AND state = 'waiting' AND row_no > $2 "
		"ORDER BY row_no LIMIT " CppAsString2(CHUNK_ROWS) " FOR NO KEY UPDATE", {TEXTOID, INT4OID}
	};
	Datum		values[2] = {CStringGetTextDatum(batch), Int32GetDatum(after)};
	int			count = (int) plan_run(&read, values, NULL);
	SPITupleTable *table = SPI_tuptable;

	*rows = palloc(mul_size(sizeof(EnrollRow), (Size) count + 1));
	for (int i = 0; i < count; i++)
	{
		DocReader	reader;
		DocNode		root;
		bool		isnull;
		int			row_no = DatumGetInt32(SPI_getbinval(table->vals[i], table->tupdesc, 1, &isnull));
		Jsonb	   *document = DatumGetJsonbP(SPI_getbinval(table->vals[i], table->tupdesc, 2, &isnull));

		doc_open(&reader, &root, document, "row", ERRCODE_INVALID_PARAMETER_VALUE);
		enroll_row_read(&root, row_no, &(*rows)[i]);
		(*rows)[i].row_no = row_no;
	}
	return count;
}

/*
 * chunk_write writes what became of the rows; those that still wait are left.
 */
static void
chunk_write(const char *batch, const EnrollRow *rows, int count, int64 audit_id)
{
	static SqlPlan update = {
		"UPDATE assure.enrollment_row e SET state = CASE WHEN k.accepted THEN 'accepted' ELSE 'refused' END, "
		"  document = CASE WHEN k.accepted THEN NULL ELSE e.document END, error_code = k.error_code, reason = k.reason, "
		"  action = k.action, member_ref = k.member_ref, member_id = k.member_id, rerun_from = k.rerun_from, claims_to_rerun = k.claims_to_rerun, "
		"  applied_at = now(), audit_id = CASE WHEN k.accepted THEN $11 END "
		"FROM unnest(array_fill($10, ARRAY[cardinality($1)]), $1, $2, $3, $4, $5, $6, $7, $8, $9) "
		"  AS k (batch, row_no, action, member_ref, member_id, accepted, error_code, reason, rerun_from, claims_to_rerun) "
		"WHERE e.batch = k.batch AND e.row_no = k.row_no",
		{OUTCOME_TYPES, TEXTOID, INT8OID}
	};
	EnrollRow  *done = palloc(mul_size(sizeof(EnrollRow), (Size) count + 1));
	Datum		values[OUTCOME_COLUMNS + 2];
	int			done_count = 0;

	for (int i = 0; i < count; i++)
		if (rows[i].state != ROW_WAITING)
			done[done_count++] = rows[i];
	outcome_arrays(done, done_count, values);
	values[OUTCOME_COLUMNS] = CStringGetTextDatum(batch);
	values[OUTCOME_COLUMNS + 1] = Int64GetDatum(audit_id);
	plan_run(&update, values, NULL);
}

/*
 * waiting_after tells how many rows wait after a number, counted up to more than
 * a chunk.
 */
static int64
waiting_after(const char *batch, int after)
{
	static SqlPlan find = {
		"SELECT count(*) FROM (SELECT FROM assure.enrollment_row WHERE batch = $1 AND state = 'waiting' AND row_no > $2 "
		"  LIMIT " CppAsString2(CHUNK_ROWS) " + 1) x", {TEXTOID, INT4OID}
	};
	Datum		values[2] = {CStringGetTextDatum(batch), Int32GetDatum(after)};

	plan_run(&find, values, NULL);
	return plan_int64(0, 1, 0);
}

/* Where the procedure stands. */
typedef struct Sweep
{
	const char *batch;
	int			after;			/* the last row number of the sweep */
	bool		is_last;
	HTAB	   *held;
	int64		accepted;		/* by this sweep */
	int64		refused;		/* so too */
	bool		is_disturbed;	/* a chunk was tried again: whom it held the first time is held */
} Sweep;

/*
 * sweep_chunk does one chunk; false where the sweep is at its end.
 */
static bool
sweep_chunk(Call *call, Sweep *sweep)
{
	int64		waiting = waiting_after(sweep->batch, sweep->after);
	EnrollLoad	load = {.held = sweep->held, .batch = sweep->batch};
	EnrollRow  *rows;
	int			count;

	if (waiting == 0)
		return false;

	/* What is one chunk from the beginning needs no second look. */
	load.is_last = sweep->is_last || (sweep->after == 0 && waiting <= CHUNK_ROWS);
	count = chunk_read(sweep->batch, sweep->after, &rows);
	if (count == 0)
		return true;			/* taken by a concurrent call meanwhile */
	enroll_load(call, rows, count, &load);
	chunk_write(sweep->batch, rows, count, load.audit_id);
	sweep->after = rows[count - 1].row_no;
	sweep->accepted += load.accepted;
	for (int i = 0; i < count; i++)
		sweep->refused += rows[i].state == ROW_REFUSED;
	return true;
}

/* A chunk as it is tried. */
typedef struct ChunkTry
{
	Call	   *call;
	Sweep	   *sweep;
	int			tries;
	bool		more;
} ChunkTry;

/*
 * chunk_work tries a chunk.
 */
static bool
chunk_work(void *data)
{
	ChunkTry   *it = data;

	it->sweep->is_disturbed |= ++it->tries > 1;
	it->more = sweep_chunk(it->call, it->sweep);
	return true;
}

/*
 * sweep_run goes once through what waits of the batch.
 */
static void
sweep_run(BatchCall *batch, Sweep *sweep, MemoryContext context)
{
	bool		more = true;
	MemoryContext before = MemoryContextSwitchTo(context);

	sweep->held = sweep->is_last ? NULL : world_table();
	MemoryContextSwitchTo(before);
	sweep->after = 0;
	sweep->accepted = 0;
	sweep->is_disturbed = false;
	while (more)
	{
		ChunkTry	it = {&batch->call, sweep};
		ErrorData  *error;

		batch_call_enter(batch);
		error = attempt(chunk_work, &it);
		if (error != NULL)
			ReThrowError(error);
		batch_call_commit(batch);
		more = it.more;
	}
}

/*
 * assure_apply_enrollment applies what waits of a batch, a chunk a transaction.
 */
PGDLLEXPORT Datum
assure_apply_enrollment(PG_FUNCTION_ARGS)
{
	MemoryContext context = CurrentMemoryContext;
	Sweep		sweep = {.batch = batch_argument(fcinfo)};
	int64		accepted = 0;
	BatchCall	batch;
	Datum		values[2];
	bool		nulls[2] = {false, false};

	batch_call_begin(&batch, fcinfo, ENROLL_SCOPES, "apply_enrollment");
	do
	{
		sweep_run(&batch, &sweep, context);
		accepted += sweep.accepted;
	} while (sweep.accepted > 0 || sweep.is_disturbed);
	sweep.is_last = true;
	sweep_run(&batch, &sweep, context);
	accepted += sweep.accepted;
	batch_call_end(&batch);
	values[0] = Int64GetDatum(accepted);
	values[1] = Int64GetDatum(sweep.refused);
	return batch_call_result(fcinfo, values, nulls);
}
