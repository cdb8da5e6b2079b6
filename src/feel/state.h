/*-------------------------------------------------------------------------
 *
 * state.h
 *		What one evaluation keeps: memory, limits, depth, reasons.
 *
 * A limit that is hit ends the evaluation by a jump to feel_protect; nothing
 * but arena memory is held on the way, so nothing is lost.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_STATE_H
#define ASSURE_FEEL_STATE_H

#include "postgres.h"

#include <setjmp.h>

#include "feel/ast.h"

#define REASONS_MAX		4
#define STEPS_PER_TICK	1024	/* between two looks at limits and interrupts */

struct FeelState
{
	FeelArena  *arena;
	const FeelHost *host;
	FeelLimits	limits;
	int			depth;
	int			budget;			/* steps until the next tick */
	int64		steps;			/* up to the last tick */
	bool		keep_reasons;
	int			reason_count;
	FeelString	reasons[REASONS_MAX];
	jmp_buf    *escape;			/* NULL: outside feel_protect */
	FeelArenaHandler outside;	/* what is called there */
	FeelError	failure;
};

/* A frame of names: see ast.h. */
typedef struct FeelFrame
{
	const struct FeelFrame *parent;
	FeelBinding *binding;
	FeelValue	values[FLEXIBLE_ARRAY_MEMBER];
} FeelFrame;

typedef enum FunctionKind
{
	FUNCTION_CLOSURE,
	FUNCTION_BUILTIN,
	FUNCTION_HOST
} FunctionKind;

struct FeelFunction
{
	FunctionKind kind;
	FeelString	name;			/* empty: it has none */
	int			count;			/* of params; of a built-in function: not set */
	const FeelField *params;
	const FeelType *result;		/* NULL: any */
	const Node *node;			/* closure: NODE_FUNCTION */
	const FeelFrame *env;
	int			builtin;		/* index of the first signature */
	FeelHostRun run;
	void	   *data;
};

extern void state_tick(FeelState *state);

/*
 * state_step counts one step.
 */
static inline void
state_step(FeelState *state)
{
	if (unlikely(--state->budget < 0))
		state_tick(state);
}

/* eval.c */
extern FeelValue eval_node(FeelState *state, const FeelFrame *frame, const Node *node);

/* eval_operator.c */
extern FeelValue eval_arithmetic(FeelState *state, FeelOperator operator, FeelValue a, FeelValue b);
extern FeelValue eval_negate(FeelState *state, FeelValue a);
extern FeelValue eval_compare(FeelState *state, FeelOperator operator, FeelValue a, FeelValue b);

/* property.c */
extern FeelValue eval_member(FeelState *state, FeelValue value, FeelString name);

/* eval_test.c */
extern FeelTruth eval_test(FeelState *state, const FeelFrame *frame, const Node *test, FeelValue input);
extern FeelTruth eval_tests(FeelState *state, const FeelFrame *frame, const Node *tests, FeelValue input);
extern FeelValue eval_range(FeelState *state, const FeelFrame *frame, const Node *node);

/* eval_loop.c */
extern FeelValue eval_for(FeelState *state, const FeelFrame *frame, const Node *node);
extern FeelValue eval_quantified(FeelState *state, const FeelFrame *frame, const Node *node);
extern FeelValue eval_filter(FeelState *state, const FeelFrame *frame, const Node *node);

/* eval_call.c */
extern FeelValue eval_call(FeelState *state, const FeelFrame *frame, const Node *node);
extern FeelValue eval_builtin(FeelState *state, const FeelFrame *frame, const Node *node);
extern FeelValue eval_function(FeelState *state, const FeelFrame *frame, const Node *node);

#endif							/* ASSURE_FEEL_STATE_H */
