/*-------------------------------------------------------------------------
 *
 * digest.c
 *		Canonical bytes of a row, and their SHA-256.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/cryptohash.h"
#include "storage/shmem.h"
#include "utils/builtins.h"

#include "core/compat.h"
#include "core/digest.h"

/*
 * sha256 hashes bytes with PostgreSQL's own implementation (or the OpenSSL
 * behind it).
 */
static RowHash
sha256(const uint8 *bytes, size_t length)
{
	pg_cryptohash_ctx *context = pg_cryptohash_create(PG_SHA256);
	RowHash		hash;

	if (context == NULL || pg_cryptohash_init(context) < 0 ||
		pg_cryptohash_update(context, bytes, length) < 0 ||
		pg_cryptohash_final(context, hash.bytes, sizeof(hash.bytes)) < 0)
		elog(ERROR, "could not compute SHA-256");
	pg_cryptohash_free(context);
	return hash;
}

/*
 * digest_null writes an absent field.
 */
void
digest_null(StringInfo bytes)
{
	appendStringInfoChar(bytes, '-');
}

/*
 * digest_field writes a field of so many bytes.
 */
void
digest_field(StringInfo bytes, const char *value, size_t length)
{
	char		digits[MAXINT8LEN + 1];

	appendBinaryStringInfo(bytes, digits, pg_ulltoa_n(length, digits));
	appendStringInfoChar(bytes, ':');
	appendBinaryStringInfo(bytes, value, (int) length);
}

/*
 * digest_text writes a text field; NULL is absent.
 */
void
digest_text(StringInfo bytes, const char *value)
{
	if (value == NULL)
		digest_null(bytes);
	else
		digest_field(bytes, value, strlen(value));
}

/*
 * digest_int64 writes a number in decimal.
 */
void
digest_int64(StringInfo bytes, int64 value)
{
	char		digits[MAXINT8LEN + 1];

	digest_field(bytes, digits, pg_lltoa(value, digits));
}

/*
 * digest_moment writes a moment as microseconds since 2000-01-01 00:00 UTC, so
 * that no time zone or date style can change it.
 */
void
digest_moment(StringInfo bytes, TimestampTz value)
{
	digest_int64(bytes, value);
}

/*
 * digest_finish hashes what was written and frees it.
 */
RowHash
digest_finish(StringInfo bytes)
{
	RowHash		hash = sha256((const uint8 *) bytes->data, bytes->len);

	pfree(bytes->data);
	return hash;
}

/*
 * digest_root hashes the hashes of a batch's rows in their order: what one
 * audit row keeps of all of them.
 */
RowHash
digest_root(const RowHash *hashes, int count)
{
	return sha256((const uint8 *) hashes, mul_size(sizeof(RowHash), count));
}

/*
 * hash_datum returns the hash as bytea.
 */
Datum
hash_datum(const RowHash *hash)
{
	bytea	   *result = palloc(VARHDRSZ + sizeof(hash->bytes));

	SET_VARSIZE(result, VARHDRSZ + sizeof(hash->bytes));
	memcpy(VARDATA(result), hash->bytes, sizeof(hash->bytes));
	return PointerGetDatum(result);
}
