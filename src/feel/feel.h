/*-------------------------------------------------------------------------
 *
 * feel.h
 *		FEEL for those who host it: compile against a description of the
 *		context, bind slots, evaluate, get a value or null with the reason.
 *
 * The engine is pure: no SPI, no fmgr, no clock, no settings, no ereport.
 * What it needs of the world comes through FeelHost; errors come back in a
 * FeelError, and *_sql.c files raise them (feel_sql.h: feel_raise).
 *
 * A program never changes once compiled; it may be evaluated any number of
 * times, also within its own evaluation.
 *
 * The life of an evaluation:
 *
 *		feel_state_reset(state);
 *		binding.values[...] = ...;		or FEEL_UNBOUND, then resolve is asked, once, when it is used
 *		if (!feel_evaluate(state, program, &binding, &value, &error)) raise
 *		... use value, before the next reset
 *
 * Within one (in a resolver, a host function), feel_run evaluates another
 * program in the same state: limits are shared, and a failure of it ends all.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_FEEL_H
#define ASSURE_FEEL_FEEL_H

#include "postgres.h"

#include "feel/arena.h"
#include "feel/builtin.h"
#include "feel/value.h"

/* ---- errors and limits ---- */

typedef enum FeelErrorKind
{
	FEEL_ERROR_SYNTAX,			/* AS301: no expression of FEEL; position says where */
	FEEL_ERROR_LIMIT			/* AS302: depth, steps or size */
} FeelErrorKind;

typedef struct FeelError
{
	FeelErrorKind kind;
	int			position;		/* byte offset, from 0; -1: none */
	int			line;			/* from 1 */
	int			column;			/* in characters, from 1 */
	char		message[256];	/* lower case, no period, UTF-8 whole */
} FeelError;

typedef struct FeelHost
{
	void		(*interrupt) (void *data);	/* may not return; NULL: none */
	int64		(*now_usec) (void *data);
	const char *(*zone) (void *data);
	FeelZones	zones;
	void	   *data;
} FeelHost;

typedef struct FeelLimits
{
	int			depth_max;		/* nested expressions and calls */
	int64		steps_max;		/* nodes evaluated and items visited */
	size_t		size_max;		/* bytes of one evaluation, and of one compilation */
	const FeelHost *host;		/* for constants, when compiling: zones; NULL: none */
} FeelLimits;

/* ---- types ---- */

typedef enum FeelTypeKind
{
	FEEL_TYPE_ANY,
	FEEL_TYPE_NULL,
	FEEL_TYPE_BOOLEAN,
	FEEL_TYPE_NUMBER,
	FEEL_TYPE_STRING,
	FEEL_TYPE_DATE,
	FEEL_TYPE_TIME,
	FEEL_TYPE_DATE_TIME,
	FEEL_TYPE_DAYS_DURATION,
	FEEL_TYPE_MONTHS_DURATION,
	FEEL_TYPE_LIST,				/* of element */
	FEEL_TYPE_CONTEXT,			/* with fields */
	FEEL_TYPE_RANGE,			/* of element */
	FEEL_TYPE_FUNCTION,			/* from the types of fields to element */
	FEEL_TYPE_DATA				/* whatever the host's data shows: names only, no check */
} FeelTypeKind;

typedef struct FeelType FeelType;
typedef struct FeelProgram FeelProgram;

typedef struct FeelField
{
	FeelString	name;
	const FeelType *type;
} FeelField;

/*
 * What the host knows of data that has no declared type.  Only asked about names
 * of which the grammar alone cannot say where they end.
 */
typedef struct FeelShape
{
	bool		(*has) (const void *data, FeelString name);
	/* the type, again of kind FEEL_TYPE_DATA, of a member, or of an item of a list; NULL: not known */
	const FeelType *(*member) (const void *data, FeelString name);
	const FeelType *(*item) (const void *data);
} FeelShape;

struct FeelType
{
	FeelTypeKind kind;
	FeelString	name;			/* of a definition; else empty */
	const FeelType *element;
	int			field_count;
	const FeelField *fields;
	bool		is_open;		/* a context type whose fields are not known */
	const FeelProgram *allowed; /* unary tests that a value has to pass, or NULL */
	const FeelShape *shape;
	const void *data;
};

/* number, string, ..., Any; NULL: not a built-in name.  "days and time duration" and "dayTimeDuration" both. */
extern const FeelType *feel_type_builtin(FeelString name);
extern const FeelType *feel_type_list(FeelArena *arena, const FeelType *element);

/* Does the value have the type, as `instance of` asks? */
extern bool feel_instance_of(FeelState *state, FeelValue value, const FeelType *type);
extern bool feel_type_conforms(const FeelType *type, const FeelType *to);

/*
 * feel_coerce brings a value to a type as calls, inputs and results of decisions
 * do: it conforms, or [a] becomes a, a becomes [a], a date becomes the date and
 * time of its midnight UTC; else null, with a reason.  Null stays null.
 */
extern FeelValue feel_coerce(FeelState *state, FeelValue value, const FeelType *type);

/* ---- scopes: the names an expression may use ---- */

typedef struct FeelScope FeelScope;

/* parent may be NULL; slots go on from the parent's */
extern FeelScope *feel_scope_create(FeelArena *arena, const FeelScope *parent);

/* The slot of a new name; type NULL: any. */
extern int	feel_scope_add(FeelScope *scope, FeelString name, const FeelType *type);
extern int	feel_scope_find(const FeelScope *scope, FeelString name);	/* -1: none */
extern int	feel_scope_count(const FeelScope *scope);
extern FeelString feel_scope_name(const FeelScope *scope, int slot);

/*
 * An open scope takes every free name of an expression for a slot of its own:
 * the program's, feel_program_slot_name tells which.  data, a type of kind
 * FEEL_TYPE_DATA, says where names of several words end; NULL: nothing is known
 * of them.
 */
extern void feel_scope_open(FeelScope *scope, const FeelType *data);

/* A type by name, for `instance of` and parameters of function definitions. */
extern void feel_scope_add_type(FeelScope *scope, FeelString name, const FeelType *type);

/* ---- compiling ---- */

typedef enum FeelSyntax
{
	FEEL_EXPRESSION,
	FEEL_UNARY_TESTS			/* of binding.input, which expressions call ? */
} FeelSyntax;

/*
 * feel_compile makes a program in the arena; NULL: error is set, and the arena
 * may be thrown away.  text is copied.  A name that the scope does not have is
 * null with a reason (feel_program_unknown tells the first one).  input_type is that of ?;
 * NULL: any.  scope NULL: no names.
 */
extern FeelProgram *feel_compile(FeelArena *arena, const FeelScope *scope, FeelSyntax syntax,
								 const FeelType *input_type, const char *text, size_t length,
								 const FeelLimits *limits, FeelError *error);

/* Is it FEEL, whatever names there are?  Needs scratch memory, which it leaves used. */
extern bool feel_check(FeelArena *scratch, FeelSyntax syntax, const char *text, size_t length,
					   const FeelLimits *limits, FeelError *error);

/* The first name that was not known, with its position; false: none. */
extern bool feel_program_unknown(const FeelProgram *program, FeelString *name, int *position);

/* The first entry that is asked of a value whose type surely has none of that name; false: none. */
extern bool feel_program_unknown_entry(const FeelProgram *program, FeelString *name, int *position);

/* The first function whose result is not of its arguments alone, now() or today(); false: none. */
extern bool feel_program_volatile(const FeelProgram *program, FeelString *name, int *position);

/* The slots of a binding, those of an open scope included, and their names. */
extern int	feel_program_slot_count(const FeelProgram *program);
extern FeelString feel_program_slot_name(const FeelProgram *program, int slot);

/* Does the program read this slot? */
extern bool feel_program_uses(const FeelProgram *program, int slot);

/* The value of a program that needs no slots, no input and no clock; false: it is not constant. */
extern bool feel_program_constant(const FeelProgram *program, FeelValue *value);

/* What is known of the result's type; never NULL. */
extern const FeelType *feel_program_type(const FeelProgram *program);

/* False: the result is surely neither true nor false, so a condition never holds. */
extern bool feel_program_may_hold(const FeelProgram *program);

/*
 * Unary tests that are only constants: a value passes if it is in one of the
 * ranges (a single value is a range of one), or, if negated, in none.  is_any:
 * `-`.  False: they are more than that, and have to be evaluated.
 */
typedef struct FeelIntervals
{
	bool		is_any;
	bool		negated;
	int			count;
	const FeelRange *ranges;
} FeelIntervals;

extern bool feel_program_intervals(const FeelProgram *program, FeelIntervals *intervals);

/*
 * A program of which a host may find out by itself whether it is true: paths
 * from slots, held against constants, under `and` and `or` only.  So it does not
 * matter whether a part is false or null.  A part of kind PATH holds where the
 * value is true; one of kind RANGE where it is in the range (feel_in_range): a
 * single value of any kind is a range too, and so is all that is unequal to it.
 */
typedef enum FeelPlainKind
{
	FEEL_PLAIN_ALL,				/* parts */
	FEEL_PLAIN_ANY,				/* parts */
	FEEL_PLAIN_PATH,			/* slot, names */
	FEEL_PLAIN_RANGE			/* slot, names, range; its ends are no lists */
} FeelPlainKind;

typedef struct FeelPlain FeelPlain;

struct FeelPlain
{
	FeelPlainKind kind;
	int			part_count;
	const FeelPlain *parts;
	int			slot;
	int			name_count;
	const FeelString *names;
	FeelRange	range;
};

/* NULL: it is more than that. */
extern const FeelPlain *feel_program_plain(FeelArena *arena, const FeelProgram *program);

/* ---- evaluating ---- */

typedef struct FeelBinding FeelBinding;

struct FeelBinding
{
	FeelValue  *values;			/* by slot */
	/* asked for a slot that is FEEL_UNBOUND; the value is kept */
	FeelValue	(*resolve) (FeelState *state, FeelBinding *binding, int slot);
	void	   *data;			/* the host's */
	FeelValue	input;			/* ? of unary tests */
};

/* The state lives in home; values of evaluations in work, which reset empties. */
extern FeelState *feel_state_create(FeelArena *home, FeelArena *work, const FeelHost *host,
									const FeelLimits *limits);
extern void feel_state_reset(FeelState *state);
extern void feel_state_set_limits(FeelState *state, const FeelLimits *limits);

/* Whether reasons for null are kept (off: they cost nothing). */
extern void feel_state_keep_reasons(FeelState *state, bool keep);
extern int	feel_reason_count(const FeelState *state);
extern FeelString feel_reason(const FeelState *state, int i);

extern bool feel_evaluate(FeelState *state, const FeelProgram *program, FeelBinding *binding,
						  FeelValue *value, FeelError *error);

/* Runs body so that a limit that is hit ends it: false, and error is set. */
extern bool feel_protect(FeelState *state, FeelValue (*body) (FeelState *state, void *arg), void *arg,
						 FeelValue *value, FeelError *error);

/* Within an evaluation, or within feel_protect: another program. */
extern FeelValue feel_run(FeelState *state, const FeelProgram *program, FeelBinding *binding);

/* Within an evaluation: the items that a `for` over the value runs over; NULL, with a reason: none. */
extern const FeelValue *feel_run_over(FeelState *state, FeelValue value, int32 *count);

/* ---- functions of the host: business knowledge models, decision services ---- */

typedef FeelValue (*FeelHostRun) (FeelState *state, void *data, const FeelValue *args, int count);

/* Arguments arrive coerced to the types of params; the result is coerced to result. */
extern FeelValue feel_host_function(FeelArena *arena, FeelString name, int count, const FeelField *params,
									const FeelType *result, FeelHostRun run, void *data);

/* Calls with named arguments; a name that the function does not have makes the call null. */
extern FeelValue feel_call_named(FeelState *state, FeelValue function, const FeelString *names,
								 const FeelValue *args, int count);

#endif							/* ASSURE_FEEL_FEEL_H */
