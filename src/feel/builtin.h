/*-------------------------------------------------------------------------
 *
 * builtin.h
 *		Built-in functions of FEEL: how a family of them is written and registered.
 *
 * A family is a file builtin_<family>.c with one table:
 *
 *		const FeelBuiltin builtin_string[] = {
 *			{"substring", "string: string, start position: number, length?: number", builtin_substring},
 *			{"sum", "list...: any", builtin_sum},
 *			{NULL}
 *		};
 *
 * and a line in the list of families in builtin.c.  A function with several
 * signatures has a row for each, the rows beside each other; the first whose
 * parameters fit is taken: by names in a call with names, else by number and
 * then by kind of the arguments.
 *
 * A signature is a list of `name: kinds`, kinds one or several with |:
 *		any boolean number string date time datetime days months list context range function
 * (datetime is "date and time", days and months the two durations).
 *	name?		optional: if it is not given, the argument is a null with .absent set
 *	name...		the last: one list, or any number of items, which come as one list
 *				(a single item that is no list, too); kinds are those of the items, checked if not any
 *	name*		the last: the rest of the arguments, collected in one list, whatever they are
 *
 * Before the function runs, the evaluator has checked the arguments: a null or
 * a value of another kind, where kinds is not any, makes the call null with a
 * reason and the function does not run; a list of one item is taken for its
 * item, and an item for the list of itself where a list is asked for.
 *
 * A function that finds no result returns feel_null(state, "why ...").
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_BUILTIN_H
#define ASSURE_FEEL_BUILTIN_H

#include "postgres.h"

#include "feel/value.h"

typedef FeelValue (*FeelBuiltinRun) (FeelState *state, const FeelValue *args, int count);

typedef struct FeelBuiltin
{
	const char *name;
	const char *parameters;
	FeelBuiltinRun run;
	bool		is_volatile;	/* the result is not of the arguments alone: now() */
} FeelBuiltin;

/* ---- what a function may use of the evaluation ---- */

extern FeelArena *feel_arena(FeelState *state);

/* Null; the reason is kept for those who ask, one of the first few. */
extern FeelValue feel_null(FeelState *state, const char *format,...) pg_attribute_printf(2, 3);

/* Counts work against the limits and lets the host interrupt; call it in loops over data. */
extern void feel_step(FeelState *state, int64 steps);

/* Ends the evaluation with AS302: for sizes that the arena does not see. */
extern void feel_fail_limit(FeelState *state, const char *format,...) pg_attribute_printf(2, 3) __attribute__((noreturn));

/* Calls a function value: a comparison for sort, for one. */
extern FeelValue feel_call(FeelState *state, FeelValue function, const FeelValue *args, int count);
extern int	feel_function_arity(FeelValue function);

/* now, as the host says: microseconds since 1970 UTC, and the zone it lives in */
extern int64 feel_now_usec(FeelState *state);
extern const char *feel_zone(FeelState *state);

/* the zones that the host knows, for the functions of temporal.h */
extern const FeelZones *feel_zones(FeelState *state);

/* The value of @"text"; null if it is no date, time or duration. (literal.c) */
extern FeelValue feel_temporal_literal(FeelState *state, FeelString text);

#endif							/* ASSURE_FEEL_BUILTIN_H */
