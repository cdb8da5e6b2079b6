/*-------------------------------------------------------------------------
 *
 * pins.h
 *		What a statement has found out about the models that it asks.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_DMN_PINS_H
#define ASSURE_DMN_PINS_H

#include "postgres.h"

#include "fmgr.h"

#include "core/call.h"
#include "dmn/dmn_model.h"

/* Scopes that may ask models. */
#define SCOPE_DECIDES (SCOPE_BI | SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_AUDITOR | SCOPE_ADMIN)

typedef struct Pins Pins;

typedef struct PinnedNode
{
	const DmnModel *model;
	const DmnNode *node;
	FeelState  *state;			/* reset, ready for an evaluation */
} PinnedNode;

/*
 * pins_ask checks access and finds what is to be evaluated, at the cost of some
 * comparisons from the second row of a statement on.
 */
extern PinnedNode pins_ask(FunctionCallInfo fcinfo, const char *function, const text *model, const text *decision, int version);

#endif							/* ASSURE_DMN_PINS_H */
