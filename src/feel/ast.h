/*-------------------------------------------------------------------------
 *
 * ast.h
 *		The tree that the parser makes and the evaluator walks.
 *
 * Names are gone: a variable is a slot of the host (NODE_SLOT), or a place in a
 * frame so many frames out (NODE_LOCAL).  Frames are made by whatever brings
 * names: functions, for/some/every, filters, contexts.  Only inside a filter
 * over items of unknown kind a name is still a name (NODE_ITEM_MEMBER): an entry
 * of the item if it has one, else what the name means outside.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_AST_H
#define ASSURE_FEEL_AST_H

#include "postgres.h"

#include "feel/feel.h"

typedef enum NodeKind
{
	NODE_CONSTANT,				/* constant */
	NODE_SLOT,					/* slot */
	NODE_LOCAL,					/* depth, slot */
	NODE_INPUT,					/* ? */
	NODE_ITEM_MEMBER,			/* name, depth of the filter's frame, kids[0] otherwise */
	NODE_UNKNOWN,				/* name */
	NODE_KEY_TWICE,				/* name: a context that cannot be */
	NODE_LIST,					/* kids */
	NODE_CONTEXT,				/* names, kids; a frame */
	NODE_RANGE,					/* kids low, high; op FeelRangeForm; low_included, high_included */
	NODE_NEGATE,
	NODE_ARITHMETIC,			/* op: FeelOperator */
	NODE_COMPARE,				/* op: FeelOperator */
	NODE_AND,					/* kids, two or more */
	NODE_OR,
	NODE_BETWEEN,
	NODE_IN,					/* kids[0] value, then tests */
	NODE_IF,
	NODE_FOR,					/* kids: domains, last the body; a frame of domains and partial */
	NODE_SOME,
	NODE_EVERY,
	NODE_DOMAIN,				/* a for's a..b */
	NODE_FILTER,				/* kids: list, condition; a frame of one */
	NODE_PATH,					/* kids[0], name */
	NODE_CALL,					/* kids[0] function, then arguments; names if named */
	NODE_BUILTIN,				/* signature; kids arguments */
	NODE_FUNCTION,				/* function: params, result; kids[0] body; a frame of params */
	NODE_INSTANCE_OF,			/* kids[0], type */
	NODE_AT,					/* @ and kids[0], a string */
	NODE_TESTS,					/* kids tests; negated */
	NODE_TEST_COMPARE,			/* op, kids[0] operand */
	NODE_TEST_VALUE				/* kids[0]; uses_input, decides */
} NodeKind;

typedef enum FeelOperator
{
	OPERATOR_ADD,
	OPERATOR_SUBTRACT,
	OPERATOR_MULTIPLY,
	OPERATOR_DIVIDE,
	OPERATOR_POWER,
	OPERATOR_EQUAL,
	OPERATOR_UNEQUAL,
	OPERATOR_LESS,
	OPERATOR_LESS_EQUAL,
	OPERATOR_GREATER,
	OPERATOR_GREATER_EQUAL
} FeelOperator;

typedef struct Node Node;

struct Node
{
	uint8		kind;			/* NodeKind */
	uint8		op;
	bool		low_included;
	bool		high_included;
	bool		negated;		/* tests: not(...) */
	bool		decides;		/* test: of unary tests; a boolean decides though the input is none */
	bool		uses_input;		/* ? occurs in it */
	bool		has_closure;	/* a function is made in it: frames may outlive their turn */
	bool		uses_partial;
	int32		position;		/* byte offset in the text */
	int32		count;			/* of kids */
	Node	  **kids;
	const FeelType *type;		/* what is known of the value; never NULL */
	union
	{
		FeelValue	constant;
		struct
		{
			int32		depth;
			int32		slot;
		};
		struct
		{
			FeelString	name;
			int32		item_depth;
		};
		FeelString *names;		/* context, call: as many as entries or arguments */
		const struct Signature *signature;
		struct
		{
			const FeelField *params;
			int32		param_count;
			bool		is_external;
		};
		const FeelType *tested_type;
	};
};

struct FeelProgram
{
	Node	   *root;
	FeelSyntax	syntax;
	const char *text;
	int32		length;
	const FeelScope *scope;
	int			scope_names;	/* slots of the scope; the rest are free names */
	const FeelField *free_names;
	int			slot_count;
	uint64	   *slots_used;		/* bits */
	bool		is_constant;
	FeelValue	constant;
	bool		has_intervals;
	FeelIntervals intervals;
	FeelString	unknown;		/* length 0: none */
	int			unknown_position;
};

extern const FeelType feel_type_any;

#endif							/* ASSURE_FEEL_AST_H */
