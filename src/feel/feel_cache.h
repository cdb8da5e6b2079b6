/*-------------------------------------------------------------------------
 *
 * feel_cache.h
 *		Compiled expressions of the SQL functions, kept for the session.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_FEEL_CACHE_H
#define ASSURE_FEEL_FEEL_CACHE_H

#include "postgres.h"

#include "feel/feel_sql.h"

typedef struct CachedText CachedText;

/* The text in the cache, entered if it was not there. */
extern CachedText *feel_cache_text(FeelSyntax syntax, const char *text, size_t length);

/* Counts up when all texts are dropped; a CachedText of before is gone then. */
extern uint64 feel_cache_generation(void);
extern bool feel_cache_is(const CachedText *cached, FeelSyntax syntax, const char *text, size_t length);

/* The program of the text for this context (a jsonb object); raises errors. */
extern const FeelProgram *feel_cache_program(CachedText *cached, JsonbContainer *context);

#endif							/* ASSURE_FEEL_FEEL_CACHE_H */
