/*-------------------------------------------------------------------------
 *
 * digest.h
 *		Canonical bytes of a row, and their SHA-256.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_DIGEST_H
#define ASSURE_CORE_DIGEST_H

#include "postgres.h"

#include "common/sha2.h"
#include "datatype/timestamp.h"
#include "lib/stringinfo.h"

typedef struct RowHash
{
	uint8		bytes[PG_SHA256_DIGEST_LENGTH];
} RowHash;

/*
 * Fields are written one after another: NULL as "-", else the number of bytes,
 * ":" and the bytes of the text form.  No two lists of fields write the same
 * bytes, and SQL can write them as well:
 *		coalesce(octet_length(x) || ':' || x, '-')
 */
extern void digest_field(StringInfo bytes, const char *value, size_t length);
extern void digest_text(StringInfo bytes, const char *value);
extern void digest_int64(StringInfo bytes, int64 value);
extern void digest_null(StringInfo bytes);
extern void digest_moment(StringInfo bytes, TimestampTz value);
extern RowHash digest_finish(StringInfo bytes);
extern RowHash digest_root(const RowHash *hashes, int count);
extern Datum hash_datum(const RowHash *hash);

#endif							/* ASSURE_CORE_DIGEST_H */
