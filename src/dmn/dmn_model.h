/*-------------------------------------------------------------------------
 *
 * dmn_model.h
 *		A compiled decision model, for the files of this room.
 *
 * node		what has a name in the requirement graph: input, decision, knowledge
 *			model, service
 * box		an expression of DMN: a FEEL text, or one made of boxes
 * slot		where a name that an expression may use has its value; each node has
 *			slots of its own, first those of what it requires
 *
 * All of it lives in one memory context, its FEEL programs in an arena there.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_DMN_DMN_MODEL_H
#define ASSURE_DMN_DMN_MODEL_H

#include "postgres.h"

#include "dmn/dmn.h"
#include "dmn/dmn_xml.h"

typedef struct DmnBox DmnBox;
typedef struct DmnTable DmnTable;
typedef struct DmnIndex DmnIndex;

/* ---- tables ---- */

typedef enum DmnHitPolicy
{
	DMN_UNIQUE,
	DMN_ANY,
	DMN_PRIORITY,
	DMN_FIRST,
	DMN_RULE_ORDER,
	DMN_OUTPUT_ORDER,
	DMN_COLLECT
} DmnHitPolicy;

typedef enum DmnAggregation
{
	DMN_LIST,
	DMN_SUM,
	DMN_MIN,
	DMN_MAX,
	DMN_COUNT
} DmnAggregation;

typedef struct DmnInput
{
	const char *label;			/* the expression's text */
	const FeelProgram *program;
	const FeelType *type;		/* NULL: any */
	const FeelProgram *allowed; /* NULL: any value */
	const char *allowed_text;
} DmnInput;

typedef struct DmnOutput
{
	FeelString	name;
	const FeelType *type;
	int			value_count;	/* of those allowed, in their order of priority */
	FeelValue  *values;
	const FeelProgram *otherwise;	/* default; NULL: none */
} DmnOutput;

typedef struct DmnTest
{
	const FeelProgram *program; /* NULL: any value */
	const char *text;
	FeelIntervals intervals;
	bool		is_constant;	/* intervals say it all */
} DmnTest;

typedef struct DmnResult
{
	const FeelProgram *program;
	const char *text;
	FeelValue	constant;		/* coerced; FEEL_UNBOUND: the program is to be run */
} DmnResult;

struct DmnTable
{
	DmnHitPolicy policy;
	DmnAggregation aggregation;
	int			input_count;
	DmnInput   *inputs;
	int			output_count;
	DmnOutput  *outputs;
	bool		has_default;
	int			rule_count;
	DmnTest    *tests;			/* [rule * input_count + input] */
	DmnResult  *results;		/* [rule * output_count + output] */
	DmnIndex   *index;
};

/* ---- boxes ---- */

typedef enum DmnBoxKind
{
	DMN_BOX_LITERAL,
	DMN_BOX_TABLE,
	DMN_BOX_CONTEXT,
	DMN_BOX_BOXES,				/* list */
	DMN_BOX_RELATION,
	DMN_BOX_FUNCTION,
	DMN_BOX_INVOCATION,
	DMN_BOX_CONDITIONAL,
	DMN_BOX_FILTER,
	DMN_BOX_FOR,
	DMN_BOX_SOME,
	DMN_BOX_EVERY
} DmnBoxKind;

typedef struct DmnFunction
{
	FeelString	name;
	int			parameter_count;
	FeelField  *parameters;
	int			slot;			/* of the first parameter */
	bool		sees_itself;	/* the slot before holds the function */
	const FeelType *result;		/* NULL: any */
	const DmnBox *body;			/* NULL: not FEEL, always null */
} DmnFunction;

/*
 * children by kind: CONTEXT entries; BOXES items; RELATION cells row by row;
 * INVOCATION the function, then the arguments; CONDITIONAL if, then, else;
 * FILTER in (the program filters the slot), match where that is no FEEL text;
 * FOR, SOME, EVERY in, then the body.
 */
struct DmnBox
{
	DmnBoxKind	kind;
	const FeelType *type;		/* declared: the value is coerced; NULL: any */
	const FeelType *known;		/* what is known of the value, for the names of its users */
	const FeelProgram *program;
	int			child_count;
	DmnBox    **children;
	int			name_count;
	FeelString *names;			/* entries (empty: the result), columns, arguments */
	int			slot;			/* the first of those that it binds */
	bool		has_result;		/* a context whose last entry is its value */
	bool		has_twins;		/* a context with two entries of one name */
	DmnFunction *function;
	DmnTable   *table;
};

/* ---- nodes ---- */

typedef enum DmnNodeKind
{
	DMN_INPUT,
	DMN_DECISION,
	DMN_KNOWLEDGE,
	DMN_SERVICE
} DmnNodeKind;

/* What a node requires: another node, or nodes of an imported model by its name. */
typedef struct DmnRequired
{
	DmnNode    *node;			/* NULL: the members */
	FeelString	name;
	int			member_count;
	struct DmnRequired *members;
} DmnRequired;

struct DmnNode
{
	DmnNodeKind kind;
	int			number;			/* in model->nodes */
	int			input_number;	/* of an input */
	FeelString	name;
	const char *label;			/* for messages: decision "Fee" */
	const char *import_name;	/* of the model it comes from; NULL: the model itself */
	const FeelType *type;		/* of the value, or of a function's result; NULL: any */
	const FeelType *known;		/* for the names of its users */
	const DmnBox *box;			/* NULL: no logic */
	int			required_count;
	DmnRequired *required;		/* by slot */
	int			slot_count;		/* with those of its boxes */
	DmnFunction *function;		/* of a knowledge model; of a service its parameters */
	DmnNode   **service_inputs; /* by parameter */
	int			service_output_count;
	DmnNode   **service_outputs;
};

struct DmnModel
{
	const char *name;
	const char *name_space;
	int			import_count;	/* direct ones: their versions, in order */
	int64	   *imports;
	int			node_count;
	DmnNode   **nodes;			/* in the order in which they were met */
	int			input_count;
	FeelArena  *arena;			/* of the programs */
	FeelState  *state;			/* for comparing constants, while it is built and analysed */
};

/* ---- building ---- */

typedef struct DmnText
{
	int64		version_id;		/* 0: it is being deployed */
	const char *text;
	size_t		length;
} DmnText;

/* Finds what import number `number` of a text stands for, or raises. */
typedef void (*DmnFindImport) (void *data, const DmnText *importer, int number, const char *name_space, DmnText *found);

typedef struct DmnLimits
{
	FeelLimits	feel;
	int			depth_max;		/* of elements */
	size_t		size_max;		/* bytes of a text */
} DmnLimits;

/* In the current memory context; arena and state are of the caller's making. */
extern DmnModel *dmn_model_build(const DmnText *text, const DmnLimits *limits, FeelArena *arena, FeelState *state,
								 DmnFindImport find, void *find_data);

/* ---- evaluating ---- */

typedef struct DmnTrace DmnTrace;

/* One evaluation, or one call of a service in it: what nodes are worth. */
typedef struct DmnFrame
{
	const DmnModel *model;
	const DmnInputs *inputs;
	DmnTrace   *trace;			/* NULL: nobody asks why */
	FeelValue  *values;			/* by node */
} DmnFrame;

/* The slots of a node or function while it runs. */
typedef struct DmnActivation
{
	FeelBinding binding;
	DmnFrame   *frame;
	const DmnNode *node;
	int			slot_count;		/* those in use: with the parameters of a function */
} DmnActivation;

extern FeelValue dmn_box_run(FeelState *state, DmnActivation *activation, const DmnBox *box);
extern FeelValue dmn_table_run(FeelState *state, DmnActivation *activation, const DmnTable *table);
extern FeelValue dmn_typed(FeelState *state, FeelValue value, const FeelType *type);
extern FeelValue dmn_input_value(FeelState *state, FeelValue value, const FeelType *type);
extern bool dmn_decide_traced(FeelState *state, const DmnModel *model, const DmnNode *node, const DmnInputs *inputs,
							  DmnTrace *trace, FeelValue *value, FeelError *error);

/* The value of each output of the rules, in the order in which the policy has them. */
extern bool dmn_input_read(FeelState *state, DmnActivation *activation, const DmnTable *table, FeelValue *values);
extern FeelValue dmn_hits_result(FeelState *state, DmnActivation *activation, const DmnTable *table, const int *rules, int count);
extern bool dmn_test_holds(FeelState *state, DmnActivation *activation, const DmnTest *test, FeelValue value);

/* ---- index of a table (dmn_index.c) ---- */

extern DmnIndex *dmn_index_build(FeelState *state, const DmnTable *table);

/*
 * Matching rules in order, at most `most`, into rules (room for all); the
 * values are those of the inputs.
 */
extern int	dmn_index_match(FeelState *state, DmnActivation *activation, const DmnTable *table, const FeelValue *values,
							int most, int *rules);

/* ---- explaining ---- */

struct DmnTrace
{
	void		(*rule) (FeelState *state, void *data, const DmnNode *node, const DmnTable *table, int rule, bool matched,
						 const FeelValue *inputs, const FeelValue *holds, const FeelValue *outputs);
	void	   *data;
};

#endif							/* ASSURE_DMN_DMN_MODEL_H */
