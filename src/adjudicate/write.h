/*-------------------------------------------------------------------------
 *
 * write.h
 *		The parts of writing a chunk; within the room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_ADJUDICATE_WRITE_H
#define ASSURE_ADJUDICATE_WRITE_H

#include "adjudicate/chunk.h"
#include "core/plan.h"

/* What every row of the chunk has in common, and the hashes of its rows. */
typedef struct ChunkWriter
{
	Chunk	   *chunk;
	int64		audit_id;
	const char *engine;
	TimestampTz decided_at;
	RowHash    *hashes;			/* decisions by claim, then entries by key */
	int			hash_count;
	int			hash_capacity;
	int64	   *entry_ids;		/* taken from the sequence: one more than entries */
	int			entry_next;
} ChunkWriter;

/* write.c */
extern char *engine_name(void);
extern Datum writer_hash(ChunkWriter *writer, StringInfo bytes);
extern void columns_start(const SqlPlan *plan, Column *columns, int column_count);
extern void run_with_columns(SqlPlan *plan, const Column *columns, int column_count, Datum *values, const char *nulls);

/* write_ledger.c */
extern void take_entry_ids(ChunkWriter *writer);
extern void write_entries(ChunkWriter *writer);
extern void write_balances(Chunk *chunk);

/* decision_json.c: the documents that a decision row holds */
extern Jsonb *case_reasons_jsonb(const Case *item);
extern Jsonb *screening_jsonb(const Case *item);

#endif							/* ASSURE_ADJUDICATE_WRITE_H */
