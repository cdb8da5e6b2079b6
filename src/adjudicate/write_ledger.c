/*-------------------------------------------------------------------------
 *
 * write_ledger.c
 *		Books a chunk: its ledger entries, and the balances that they change.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/shmem.h"

#include "adjudicate/write.h"
#include "core/errors.h"

/*
 * take_entry_ids takes keys for all ledger entries of the chunk, so that their
 * hashes can hold them, and one more: the horizon of a case is the key of the
 * next entry of the chunk, also where no entry follows.
 */
void
take_entry_ids(ChunkWriter *writer)
{
	static SqlPlan take = {
		"SELECT nextval('assure.ledger_entry_id_seq') FROM generate_series(1, $1)", {INT4OID}
	};
	Chunk	   *chunk = writer->chunk;
	int			count = 1;
	int			next = 0;
	Datum		value;

	for (int i = 0; i < chunk->count; i++)
		count += chunk->cases[i].booking_count;
	writer->entry_ids = palloc(mul_size(sizeof(int64), count));
	value = Int32GetDatum(count);
	plan_run(&take, &value, NULL);
	for (int i = 0; i < count; i++)
		writer->entry_ids[i] = plan_int64(i, 1, 0);
	for (int i = 0; i < chunk->count; i++)
	{
		chunk->cases[i].horizon = writer->entry_ids[next];
		next += chunk->cases[i].booking_count;
	}
}

static SqlPlan insert_entries = {
	"INSERT INTO assure.ledger_entry (account_id, entry_id, claim_id, decision_no, member_id, counter, period, measure, delta, row_hash) "
	"SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6), unnest($7), unnest($8), unnest($9), unnest($10)",
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
	int64		paid_fen = item->paid_before_fen;

	for (int i = 0; i < item->booking_count; i++)
		if (item->bookings[i].is_paid)
			paid_fen += item->bookings[i].delta;
	if (paid_fen != item->paid_fen)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_IDENTITY),
				 errmsg("claim " INT64_FORMAT " pays " INT64_FORMAT " fen but would book " INT64_FORMAT,
						item->key.claim_id, item->paid_fen, paid_fen)));
}

/*
 * write_entries writes the ledger entries of the chunk.
 */
void
write_entries(ChunkWriter *writer)
{
	Column		columns[10];
	Datum		values[10];

	columns_start(&insert_entries, columns, 10);
	for (int i = 0; i < writer->chunk->count; i++)
	{
		const Case *item = &writer->chunk->cases[i];

		check_paid(item);
		for (int b = 0; b < item->booking_count; b++)
			entry_add(writer, item, &item->bookings[b], columns);
	}
	run_with_columns(&insert_entries, columns, 10, values, NULL);
}

#define BALANCE_COLUMNS 7

static SqlPlan insert_balances = {
	"INSERT INTO assure.balance (account_id, member_id, counter, period, measure, value, limit_value) "
	"SELECT unnest($1), unnest($2), unnest($3), unnest($4), unnest($5), unnest($6), unnest($7)",
	{INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID, INT8ARRAYOID}
};

/* Only what no index holds changes, so that the row stays on its page. */
static SqlPlan update_balances = {
	"UPDATE assure.balance b SET value = u.value, limit_value = u.limit_value "
	"FROM unnest($1, $2, $3, $4, $5, $6, $7) AS u (account_id, member_id, counter, period, measure, value, limit_value) "
	"WHERE b.account_id = u.account_id AND b.member_id = u.member_id AND b.counter = u.counter "
	"AND b.period = u.period AND b.measure = u.measure",
	{INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID, INT8ARRAYOID}
};

/*
 * balance_add adds one balance to the columns of either statement.
 */
static void
balance_add(const BalanceRow *row, Column *columns)
{
	column_add_int64(&columns[0], row->account_id);
	column_add_int64(&columns[1], row->member_id);
	column_add_text(&columns[2], row->counter);
	column_add_text(&columns[3], period_name(row->period_kind, row->period_start, row->name));
	column_add_text(&columns[4], row->is_paid ? "paid" : measure_name(row->measure));
	column_add_int64(&columns[5], row->value);
	if (row->limit >= 0)
		column_add_int64(&columns[6], row->limit);
	else
		column_add_null(&columns[6]);
}

/*
 * write_balances writes the balances that the chunk changed, in key order.  Their
 * values are known for certain: the books are locked since before they were
 * read.  One beyond its limit violates balance_within_limit, and nothing of the
 * chunk stays.
 */
void
write_balances(Chunk *chunk)
{
	Column		inserted[BALANCE_COLUMNS];
	Column		updated[BALANCE_COLUMNS];
	Datum		values[BALANCE_COLUMNS];
	BalanceRow **rows;
	int			count = balance_set_changed(chunk->balances, &rows);

	columns_start(&insert_balances, inserted, BALANCE_COLUMNS);
	columns_start(&update_balances, updated, BALANCE_COLUMNS);
	for (int i = 0; i < count; i++)
		balance_add(rows[i], rows[i]->is_stored ? updated : inserted);
	run_with_columns(&update_balances, updated, BALANCE_COLUMNS, values, NULL);
	run_with_columns(&insert_balances, inserted, BALANCE_COLUMNS, values, NULL);
}
