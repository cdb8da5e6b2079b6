/*-------------------------------------------------------------------------
 *
 * builtins.h
 *		The registry of built-in functions, for the parser and the evaluator.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_BUILTINS_H
#define ASSURE_FEEL_BUILTINS_H

#include "postgres.h"

#include "feel/builtin.h"

#define BUILTIN_PARAMETERS_MAX 14

typedef enum ParameterMode
{
	PARAMETER_REQUIRED,
	PARAMETER_OPTIONAL,			/* name? */
	PARAMETER_ITEMS,			/* name... */
	PARAMETER_REST				/* name* */
} ParameterMode;

typedef struct Parameter
{
	FeelString	name;
	uint32		kinds;			/* bits by FeelKind; all bits: any */
	ParameterMode mode;
} Parameter;

/* One row of a family's table, read. */
typedef struct Signature
{
	const FeelBuiltin *builtin;
	FeelString	name;
	int			count;
	int			required;		/* the least number of arguments */
	bool		is_variadic;
	bool		has_next;		/* the next signature is of the same name */
	Parameter	parameters[BUILTIN_PARAMETERS_MAX];
} Signature;

/* The function whose name is the longest at position; -1: none. */
extern int	builtin_match(const char *text, int32 length, int32 position, int32 *end);
extern FeelString builtin_name(int builtin);
extern FeelValue builtin_value(int builtin);
extern const Signature *builtin_signature(int builtin);

/* Calls with arguments in order; signature is the first of its name. */
extern FeelValue builtin_call(FeelState *state, const Signature *signature, const FeelValue *args, int count);
extern FeelValue builtin_call_named(FeelState *state, const Signature *signature, const FeelString *names,
									const FeelValue *args, int count);

#endif							/* ASSURE_FEEL_BUILTINS_H */
