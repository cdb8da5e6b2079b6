/*-------------------------------------------------------------------------
 *
 * feel_sql.h
 *		FEEL inside the server: errors, memory, clock, jsonb.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_FEEL_SQL_H
#define ASSURE_FEEL_FEEL_SQL_H

#include "postgres.h"

#include "feel/feel.h"
#include "utils/jsonb.h"

/* Raises AS301 or AS302; what names the text: "expression", "rule 3, input 2". */
extern void feel_raise(const FeelError *error, const char *what) __attribute__((noreturn));

/* An arena whose blocks are the context's; it ends with the context, and runs its on_reset then. */
extern FeelArena *feel_arena_create(MemoryContext context, size_t cap);

/* The limits that the settings say, and a host: interrupts, the transaction's now, the server's zones. */
extern FeelLimits feel_limits(void);
extern const FeelHost *feel_server_host(void);

/* A value over jsonb, lazy: the document must live as long as the evaluation. */
extern FeelValue feel_from_jsonb(FeelState *state, const Jsonb *document);

/* The jsonb of a value, in the current memory context. */
extern Jsonb *feel_to_jsonb(FeelState *state, FeelValue value);

#endif							/* ASSURE_FEEL_FEEL_SQL_H */
