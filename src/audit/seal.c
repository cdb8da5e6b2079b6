/*-------------------------------------------------------------------------
 *
 * seal.c
 *		Seals over the audit log, made off the way of those who write it.
 *
 * Who writes a row of the log notes its transaction and takes no lock.  A seal
 * is made later, of all rows whose transactions its snapshot sees and that of
 * the seal before did not; so a row belongs to one seal and only one, whenever
 * it was committed, and no transaction anywhere holds a seal up.
 *
 * Transactions are counted by cluster.  Rows that came with a dump, or from
 * version 0.1, count as settled: the first seal of a cluster takes all of those
 * that no seal has yet.
 *
 * Vocabulary: a row's hash is over its canonical bytes (core/digest.h; all
 * fields in the order of the table); its fingerprint, the first bytes of that,
 * tells which row differs; the root is over the hashes of all rows of a seal.
 *
 * Locking: one lock of our own, from before the last seal is read to the commit;
 * it is between sealers only.
 *
 * Memory: a finished seal is some bytes a row, kept until it is written after the
 * last row was read; what a row took goes with the next one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xlog.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "audit/seal.h"
#include "core/lock.h"
#include "core/plan.h"

/* More rows than this are several seals: a value must stay below 1 GB. */
#define SEAL_ROWS_MAX 1000000

#define FINGERPRINT_BYTES 8

/* Columns of the statements that read rows: all but the first two are text. */
#define ROW_ID 0
#define ROW_LOGGED_AT 1
#define ROW_COLUMNS 11

#define ROW_FIELDS \
	"SELECT audit_id, logged_at, action, session_role, actor_worker_id::text, subject, row_count::text, " \
	"  encode(root_hash, 'hex'), detail::text, transaction_id::text, system_identifier::text FROM assure.audit_log "

/* A seal in the making: of rows in order of their keys. */
typedef struct Seal
{
	StringInfoData members;		/* a multirange, not closed */
	StringInfoData fingerprints;
	int64		range_to;		/* last key of the range that is open */
	int			row_count;
	TimestampTz logged_from;
	TimestampTz logged_to;
	RowHash		root;
} Seal;

typedef struct Sealer
{
	List	   *seals;			/* finished ones */
	Seal	   *open;
	pg_cryptohash_ctx *row_hasher;
	pg_cryptohash_ctx *root_hasher;
	MemoryContext result;		/* of the seals */
	MemoryContext row;			/* of one row */
} Sealer;

/* What the next seal follows. */
typedef struct SealHead
{
	Anchor		last;			/* seal_no 0: there is none */
	char	   *snapshot;		/* of the last seal; NULL: none of this cluster */
} SealHead;

/*
 * root_check raises what the SHA-256 of a root failed with.
 */
static void
root_check(int result)
{
	if (result < 0)
		elog(ERROR, "could not compute SHA-256");
}

/*
 * seal_open begins a seal.
 */
static Seal *
seal_open(Sealer *sealer)
{
	Seal	   *seal = palloc0(sizeof(Seal));

	initStringInfo(&seal->members);
	initStringInfo(&seal->fingerprints);
	seal->logged_from = DT_NOEND;
	seal->logged_to = DT_NOBEGIN;
	root_check(pg_cryptohash_init(sealer->root_hasher));
	return seal;
}

/*
 * seal_close ends the seal that is open, if one is.
 */
static void
seal_close(Sealer *sealer)
{
	Seal	   *seal = sealer->open;
	MemoryContext before;

	if (seal == NULL)
		return;
	before = MemoryContextSwitchTo(sealer->result);
	appendStringInfo(&seal->members, INT64_FORMAT ")}", seal->range_to + 1);
	root_check(pg_cryptohash_final(sealer->root_hasher, seal->root.bytes, sizeof(seal->root.bytes)));
	sealer->seals = lappend(sealer->seals, seal);
	sealer->open = NULL;
	MemoryContextSwitchTo(before);
}

/*
 * seal_add adds a row to the seal.
 */
static void
seal_add(Sealer *sealer, int64 audit_id, TimestampTz logged_at, const RowHash *hash)
{
	Seal	   *seal = sealer->open;

	if (seal->row_count == 0)
		appendStringInfo(&seal->members, "{[" INT64_FORMAT ",", audit_id);
	else if (audit_id != seal->range_to + 1)
		appendStringInfo(&seal->members, INT64_FORMAT "),[" INT64_FORMAT ",", seal->range_to + 1, audit_id);
	seal->range_to = audit_id;
	seal->row_count++;
	seal->logged_from = Min(seal->logged_from, logged_at);
	seal->logged_to = Max(seal->logged_to, logged_at);
	appendBinaryStringInfo(&seal->fingerprints, (const char *) hash->bytes, FINGERPRINT_BYTES);
	root_check(pg_cryptohash_update(sealer->root_hasher, hash->bytes, sizeof(hash->bytes)));
}

/*
 * row_hash hashes a row as it was read.
 */
static RowHash
row_hash(pg_cryptohash_ctx *hasher, const Datum *values, const bool *nulls)
{
	StringInfoData bytes;

	initStringInfo(&bytes);
	digest_int64(&bytes, DatumGetInt64(values[ROW_ID]));
	digest_moment(&bytes, DatumGetTimestampTz(values[ROW_LOGGED_AT]));
	for (int i = ROW_LOGGED_AT + 1; i < ROW_COLUMNS; i++)
		digest_text(&bytes, nulls[i] ? NULL : TextDatumGetCString(values[i]));
	return digest_row(hasher, &bytes);
}

/*
 * seal_row takes up one row that was read.
 */
static void
seal_row(const Datum *values, const bool *nulls, void *state)
{
	Sealer	   *sealer = state;
	MemoryContext before = MemoryContextSwitchTo(sealer->row);
	RowHash		hash;

	CHECK_FOR_INTERRUPTS();
	MemoryContextReset(sealer->row);
	hash = row_hash(sealer->row_hasher, values, nulls);
	MemoryContextSwitchTo(sealer->result);
	if (sealer->open == NULL)
		sealer->open = seal_open(sealer);
	seal_add(sealer, DatumGetInt64(values[ROW_ID]), DatumGetTimestampTz(values[ROW_LOGGED_AT]), &hash);
	if (sealer->open->row_count == SEAL_ROWS_MAX)
		seal_close(sealer);
	MemoryContextSwitchTo(before);
}

/*
 * rows_read makes seals of what a statement reads, in order of keys.
 */
static List *
rows_read(SqlPlan *plan, const Datum *values)
{
	Sealer		sealer = {.result = CurrentMemoryContext};

	sealer.row = AllocSetContextCreate(CurrentMemoryContext, "row to be sealed", ALLOCSET_DEFAULT_SIZES);
	sealer.row_hasher = digest_start();
	sealer.root_hasher = digest_start();
	plan_read_each(plan, values, seal_row, &sealer);
	seal_close(&sealer);
	digest_end(sealer.root_hasher);
	digest_end(sealer.row_hasher);
	MemoryContextDelete(sealer.row);
	return sealer.seals;
}

/*
 * head_read returns the last seal.
 */
static SealHead
head_read(int64 system_identifier)
{
	static SqlPlan find = {
		"SELECT seal_no, seal_hash, CASE WHEN system_identifier = $1 THEN snapshot::text END "
		"FROM assure.audit_seal ORDER BY seal_no DESC LIMIT 1", {INT8OID}
	};
	Datum		value = Int64GetDatum(system_identifier);
	SealHead	head = {0};
	bytea	   *hash;
	bool		isnull;

	if (plan_read_fresh(&find, &value) == 0)
		return head;
	head.last.seal_no = plan_int64(0, 1, 0);
	hash = DatumGetByteaPP(plan_datum(0, 2, &isnull));
	memcpy(head.last.hash.bytes, VARDATA_ANY(hash), sizeof(head.last.hash.bytes));
	head.snapshot = plan_text(0, 3);
	return head;
}

/*
 * snapshot_now returns which transactions are over.
 */
static char *
snapshot_now(void)
{
	static SqlPlan read = {"SELECT pg_current_snapshot()::text", {0}};

	plan_read_fresh(&read, NULL);
	return plan_text(0, 1);
}

/*
 * seals_make makes seals of what is to be sealed: by a seal of this cluster, of
 * what its snapshot did not see; else of all that no seal has.
 */
static List *
seals_make(const SealHead *head, int64 system_identifier, const char *snapshot)
{
	static SqlPlan after = {
		ROW_FIELDS "WHERE system_identifier = $1 AND transaction_id >= pg_snapshot_xmin($3::pg_snapshot) "
		"  AND NOT pg_visible_in_snapshot(transaction_id, $3::pg_snapshot) AND pg_visible_in_snapshot(transaction_id, $2::pg_snapshot) "
		"ORDER BY audit_id", {INT8OID, TEXTOID, TEXTOID}
	};
	static SqlPlan first = {
		ROW_FIELDS "WHERE (system_identifier IS DISTINCT FROM $1 OR pg_visible_in_snapshot(transaction_id, $2::pg_snapshot)) "
		"  AND NOT audit_id <@ (SELECT coalesce(range_agg(members), '{}') FROM assure.audit_seal) "
		"ORDER BY audit_id", {INT8OID, TEXTOID}
	};
	Datum		values[3] = {Int64GetDatum(system_identifier), CStringGetTextDatum(snapshot)};

	if (head->snapshot == NULL)
		return rows_read(&first, values);
	values[2] = CStringGetTextDatum(head->snapshot);
	return rows_read(&after, values);
}

/*
 * hash_hex prints a hash.
 */
static char *
hash_hex(const RowHash *hash)
{
	char	   *digits = palloc(2 * sizeof(hash->bytes) + 1);

	digits[hex_encode((const char *) hash->bytes, sizeof(hash->bytes), digits)] = '\0';
	return digits;
}

/*
 * seal_hash hashes the canonical bytes of a seal: its fields in the order of the
 * table, of the fingerprints their hash.
 */
static RowHash
seal_hash(const Anchor *last, Seal *seal, int64 system_identifier, const char *snapshot, TimestampTz sealed_at)
{
	RowHash		fingerprints = digest_finish(&seal->fingerprints);
	StringInfoData bytes;

	initStringInfo(&bytes);
	digest_int64(&bytes, last->seal_no + 1);
	digest_text(&bytes, last->seal_no == 0 ? NULL : hash_hex(&last->hash));
	digest_int64(&bytes, system_identifier);
	digest_text(&bytes, snapshot);
	digest_text(&bytes, seal->members.data);
	digest_int64(&bytes, seal->row_count);
	digest_moment(&bytes, seal->logged_from);
	digest_moment(&bytes, seal->logged_to);
	digest_text(&bytes, hash_hex(&fingerprints));
	digest_text(&bytes, hash_hex(&seal->root));
	digest_moment(&bytes, sealed_at);
	return digest_finish(&bytes);
}

/*
 * seal_write writes a seal after the last one, which it becomes.
 */
static void
seal_write(Anchor *last, Seal *seal, int64 system_identifier, const char *snapshot)
{
	static SqlPlan insert = {
		"INSERT INTO assure.audit_seal (seal_no, previous_hash, system_identifier, snapshot, members, row_count, logged_from, logged_to, "
		"  fingerprints, root_hash, sealed_at, seal_hash) VALUES ($1, $2, $3, $4::pg_snapshot, $5::int8multirange, $6, $7, $8, $9, $10, $11, $12)",
		{INT8OID, BYTEAOID, INT8OID, TEXTOID, TEXTOID, INT4OID, TIMESTAMPTZOID, TIMESTAMPTZOID, BYTEAOID, BYTEAOID, TIMESTAMPTZOID, BYTEAOID}
	};
	TimestampTz now = GetCurrentTimestamp();
	Datum		values[12];
	char		nulls[13] = "            ";

	values[0] = Int64GetDatum(last->seal_no + 1);
	values[1] = hash_datum(&last->hash);
	nulls[1] = last->seal_no == 0 ? 'n' : ' ';
	values[2] = Int64GetDatum(system_identifier);
	values[3] = CStringGetTextDatum(snapshot);
	values[4] = CStringGetTextDatum(seal->members.data);
	values[5] = Int32GetDatum(seal->row_count);
	values[6] = TimestampTzGetDatum(seal->logged_from);
	values[7] = TimestampTzGetDatum(seal->logged_to);
	values[8] = PointerGetDatum(cstring_to_text_with_len(seal->fingerprints.data, seal->fingerprints.len));
	values[9] = hash_datum(&seal->root);
	values[10] = TimestampTzGetDatum(now);
	last->hash = seal_hash(last, seal, system_identifier, snapshot, now);
	last->seal_no++;
	values[11] = hash_datum(&last->hash);
	plan_run(&insert, values, nulls);
}

/*
 * audit_seal seals what is to be sealed.
 */
int64
audit_seal(Anchor *last)
{
	int64		system_identifier = (int64) GetSystemIdentifier();
	SealHead	head;
	char	   *snapshot;
	List	   *seals;
	ListCell   *cell;
	int64		row_count = 0;

	lock_for_transaction(LOCK_SEAL);
	head = head_read(system_identifier);
	snapshot = snapshot_now();
	seals = seals_make(&head, system_identifier, snapshot);
	*last = head.last;
	foreach(cell, seals)
	{
		Seal	   *seal = lfirst(cell);

		seal_write(last, seal, system_identifier, snapshot);
		row_count += seal->row_count;
	}
	return row_count;
}

/*
 * anchor_print writes an anchor: the number of the seal, ":", its hash.
 */
char *
anchor_print(const Anchor *anchor)
{
	return psprintf(INT64_FORMAT ":%s", anchor->seal_no, hash_hex(&anchor->hash));
}

/*
 * anchor_parse reads an anchor, in that form and no other.
 */
Anchor
anchor_parse(const char *text)
{
	const char *digits = strchr(text, ':');
	Anchor		anchor = {0};
	char	   *end;

	if (digits != NULL && strlen(digits + 1) == 2 * sizeof(anchor.hash.bytes) &&
		strspn(digits + 1, "0123456789abcdef") == 2 * sizeof(anchor.hash.bytes))
	{
		errno = 0;
		anchor.seal_no = strtoll(text, &end, 10);
		hex_decode(digits + 1, 2 * sizeof(anchor.hash.bytes), (char *) anchor.hash.bytes);
		if (errno == 0 && anchor.seal_no >= 1 && strcmp(text, anchor_print(&anchor)) == 0)
			return anchor;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("anchor \"%s\" is none", text),
			 errhint("An anchor is the number of a seal, a colon and 64 hexadecimal digits, as assure.export_seals() and the server log have it.")));
	return anchor;				/* not reached */
}
