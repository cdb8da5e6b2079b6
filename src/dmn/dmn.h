/*-------------------------------------------------------------------------
 *
 * dmn.h
 *		Decision models for those who ask them.
 *
 * A model is compiled once and never changes; any number of evaluations may
 * use it.  An evaluation needs a FeelState (feel.h): values that come out live
 * in its work arena, until the next reset.
 *
 *		feel_state_reset(state);
 *		inputs.values = ...;			by dmn_input_number(), or a context
 *		if (!dmn_decide(state, model, node, &inputs, &value, &error)) feel_raise(&error, ...)
 *
 * dmn_model_load (dmn_cache.c) reads data and must be within call_begin; what
 * it returns is good until the next call of it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_DMN_DMN_H
#define ASSURE_DMN_DMN_H

#include "postgres.h"

#include "feel/feel.h"

typedef struct DmnModel DmnModel;
typedef struct DmnNode DmnNode;

/* A version in force, or one by number; P0002 if there is none. */
#define DMN_VERSION_IN_FORCE 0
extern int64 dmn_version_find(const char *model, int version);
extern const DmnModel *dmn_model_load(int64 model_version_id);

/* Moves whenever a model that dmn_model_load returned may be gone. */
extern uint64 dmn_cache_epoch(void);

/* A decision, service or knowledge model of the model itself; NULL: none. */
extern const DmnNode *dmn_node_find(const DmnModel *model, FeelString name);
extern char *dmn_node_names(const DmnModel *model);

/* The number of an input of the model, -1: it has none of this name. */
extern int	dmn_input_number(const DmnModel *model, FeelString name);
extern int	dmn_input_count(const DmnModel *model);

typedef struct DmnInputs
{
	const FeelValue *values;	/* by number, FEEL_UNBOUND where not given; NULL: all are in the context */
	FeelValue	context;		/* by name; or null */
	bool		is_json;		/* texts stand for dates and the like where the model's types say so */
} DmnInputs;

extern bool dmn_decide(FeelState *state, const DmnModel *model, const DmnNode *node, const DmnInputs *inputs,
					   FeelValue *value, FeelError *error);

#endif							/* ASSURE_DMN_DMN_H */
