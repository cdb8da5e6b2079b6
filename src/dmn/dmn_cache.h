/*-------------------------------------------------------------------------
 *
 * dmn_cache.h
 *		Decision models in the server: built, kept, evaluated.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_DMN_DMN_CACHE_H
#define ASSURE_DMN_DMN_CACHE_H

#include "postgres.h"

#include "dmn/dmn_model.h"

/* The state that this room evaluates in, with the limits and the company's time zone as they are now. */
extern FeelState *dmn_state(void);

/*
 * Builds a model in the current memory context, inside the server's handling of
 * libxml2.  Within call_begin.  A new text takes its imports from the latest
 * versions, a stored one those that it was deployed with.
 */
extern DmnModel *dmn_model_read(const DmnText *text);

#endif							/* ASSURE_DMN_DMN_CACHE_H */
