/*-------------------------------------------------------------------------
 *
 * posting.c
 *		Postings: what a branch owes another, booked in an open month.
 *
 * A month is closed once and for all, while work is being finished.  Who books
 * in a month shares its lock until the commit; who closes it takes the lock
 * alone, so it waits for those who have booked there and whose rows it would not
 * see.  Only months that are over are closed, and new work is booked in the
 * current one: nobody waits for a close but a transaction that began before the
 * turn of the month and books after it.
 *
 * Locking: the month after the rows of tasks; nothing after it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/lsyscache.h"
#include "utils/timestamp.h"

#include "audit/audit.h"
#include "core/digest.h"
#include "core/json.h"
#include "core/lock.h"
#include "core/plan.h"
#include "settlement/posting.h"

/*
 * settlement_month_of returns the first day of a day's month.
 */
DateADT
settlement_month_of(DateADT day)
{
	int			year,
				month,
				day_of_month;

	j2date(day + POSTGRES_EPOCH_JDATE, &year, &month, &day_of_month);
	return day - day_of_month + 1;
}

/*
 * month_after returns the first day of the month after.
 */
DateADT
month_after(DateADT month)
{
	return settlement_month_of(month + 31);
}

/*
 * month_lock returns the key of a month's lock.
 */
uint32
month_lock(DateADT month)
{
	int			year,
				month_of_year,
				day;

	j2date(month + POSTGRES_EPOCH_JDATE, &year, &month_of_year, &day);
	return LOCK_SETTLEMENT + (year - 2000) * MONTHS_PER_YEAR + month_of_year;
}

/*
 * month_last_closed tells which month was closed last.
 */
bool
month_last_closed(DateADT *month)
{
	static SqlPlan read = {"SELECT month FROM assure.settlement_close ORDER BY month DESC LIMIT 1", {0}};
	bool		isnull;

	if (plan_read_fresh(&read, NULL) == 0)
		return false;
	*month = DatumGetDateADT(plan_datum(0, 1, &isnull));
	return true;
}

/*
 * month_share finds the month to book in, which is that of the transaction's
 * start unless it is closed, and shares its lock, so that it stays open.
 */
static DateADT
month_share(void)
{
	static SqlPlan read = {"SELECT now()::date", {0}};
	bool		isnull;
	DateADT		month;
	DateADT		closed;

	plan_run(&read, NULL, NULL);
	month = settlement_month_of(DatumGetDateADT(plan_datum(0, 1, &isnull)));
	for (;;)
	{
		lock_share_for_transaction(month_lock(month));
		if (!month_last_closed(&closed) || closed < month)
			return month;
		month = month_after(closed);
	}
}

/* What all postings that are written together have in common. */
typedef struct PostingWriter
{
	DateADT		month;
	TimestampTz booked_at;
	const char *booked_by;
	int64		actor_worker_id;
	int64		audit_id;
} PostingWriter;

/*
 * digest_key writes a key, 0 as absent.
 */
static void
digest_key(StringInfo bytes, int64 key)
{
	if (key != 0)
		digest_int64(bytes, key);
	else
		digest_null(bytes);
}

/*
 * posting_hash hashes the canonical bytes of a posting.
 */
static RowHash
posting_hash(const PostingWriter *writer, const Posting *posting)
{
	StringInfoData bytes;
	char		month[JSON_DATE_BYTES];

	initStringInfo(&bytes);
	digest_int64(&bytes, posting->posting_id);
	digest_text(&bytes, iso_date_print(writer->month, month));
	digest_int64(&bytes, posting->task_id);
	digest_int64(&bytes, posting->queue_id);
	digest_text(&bytes, posting->kind);
	digest_int64(&bytes, posting->debtor_branch_id);
	digest_int64(&bytes, posting->creditor_branch_id);
	digest_int64(&bytes, posting->worker_id);
	digest_int64(&bytes, posting->difficulty);
	digest_key(&bytes, posting->tariff_id);
	digest_int64(&bytes, posting->amount_fen);
	digest_int64(&bytes, posting->tasks);
	digest_text(&bytes, posting->reason);
	digest_moment(&bytes, writer->booked_at);
	digest_text(&bytes, writer->booked_by);
	digest_key(&bytes, writer->actor_worker_id);
	digest_int64(&bytes, writer->audit_id);
	return digest_finish(&bytes);
}

#define POSTING_COLUMNS 13

/*
 * postings_insert writes the rows.
 */
static void
postings_insert(const PostingWriter *writer, const Posting *postings, const RowHash *hashes, int count)
{
	static SqlPlan insert = {
		"INSERT INTO assure.settlement_posting (posting_id, task_id, queue_id, kind, debtor_branch_id, creditor_branch_id, worker_id, difficulty, "
		"  tariff_id, amount_fen, tasks, reason, row_hash, month, booked_at, booked_by, actor_worker_id, audit_id) "
		"SELECT u.*, $14, $15, $16, nullif($17, 0), $18 FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) u",
		{INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT2ARRAYOID, INT8ARRAYOID,
			INT8ARRAYOID, INT2ARRAYOID, TEXTARRAYOID, BYTEAARRAYOID, DATEOID, TIMESTAMPTZOID, TEXTOID, INT8OID, INT8OID}, .generic = true
	};
	Column		columns[POSTING_COLUMNS];
	Datum		values[POSTING_COLUMNS + 5];

	for (int i = 0; i < POSTING_COLUMNS; i++)
		column_start(&columns[i], get_element_type(insert.types[i]));
	for (int i = 0; i < count; i++)
	{
		column_add_int64(&columns[0], postings[i].posting_id);
		column_add_int64(&columns[1], postings[i].task_id);
		column_add_int64(&columns[2], postings[i].queue_id);
		column_add_text(&columns[3], postings[i].kind);
		column_add_int64(&columns[4], postings[i].debtor_branch_id);
		column_add_int64(&columns[5], postings[i].creditor_branch_id);
		column_add_int64(&columns[6], postings[i].worker_id);
		column_add(&columns[7], Int16GetDatum((int16) postings[i].difficulty));
		column_add_key(&columns[8], postings[i].tariff_id);
		column_add_int64(&columns[9], postings[i].amount_fen);
		column_add(&columns[10], Int16GetDatum((int16) postings[i].tasks));
		column_add_text(&columns[11], postings[i].reason);
		column_add(&columns[12], hash_datum(&hashes[i]));
	}
	for (int i = 0; i < POSTING_COLUMNS; i++)
		values[i] = column_array(&columns[i]);
	values[13] = DateADTGetDatum(writer->month);
	values[14] = TimestampTzGetDatum(writer->booked_at);
	values[15] = CStringGetTextDatum(writer->booked_by);
	values[16] = Int64GetDatum(writer->actor_worker_id);
	values[17] = Int64GetDatum(writer->audit_id);
	plan_run(&insert, values, NULL);
}

/*
 * postings_write books postings in the first month that is open.
 */
void
postings_write(Call *call, Posting *postings, int count)
{
	static SqlPlan take = {"SELECT nextval('assure.settlement_posting_id_seq') FROM generate_series(1, $1)", {INT4OID}};
	PostingWriter writer = {.booked_by = call->session_role};
	AuditRow	audit = {.subject = "settlement", .row_count = count};
	RowHash    *hashes = palloc(mul_size(sizeof(RowHash), Max(count, 1)));
	Datum		wanted = Int32GetDatum(count);

	if (count == 0)
		return;
	writer.month = month_share();
	writer.booked_at = GetCurrentTransactionStartTimestamp();
	writer.actor_worker_id = call_actor(call);
	writer.audit_id = audit_next_id();
	plan_run(&take, &wanted, NULL);
	for (int i = 0; i < count; i++)
		postings[i].posting_id = plan_int64(i, 1, 0);
	for (int i = 0; i < count; i++)
		hashes[i] = posting_hash(&writer, &postings[i]);
	postings_insert(&writer, postings, hashes, count);
	audit.audit_id = writer.audit_id;
	audit.row_hashes = hashes;
	audit_write(call, &audit);
}
