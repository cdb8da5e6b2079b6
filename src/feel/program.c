/*-------------------------------------------------------------------------
 *
 * program.c
 *		Compiling: parse, bind built-in calls, fold constants, look what is used.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/builtins.h"
#include "feel/parser.h"
#include "feel/state.h"

#define FOLD_STEPS_MAX 10000	/* of one constant; what needs more is left to run time */

/* What one compilation needs after parsing. */
typedef struct Finisher
{
	Parser	   *parser;
	FeelProgram *program;
	FeelState  *state;			/* to evaluate constants in the program's arena */
} Finisher;

/*
 * compile_failed is what the program's arena calls at its cap.
 */
static void
compile_failed(void *arg, size_t cap)
{
	Parser	   *parser = arg;

	parser->error->kind = FEEL_ERROR_LIMIT;
	parser->error->position = parser->token.start;
	snprintf(parser->error->message, sizeof(parser->error->message),
			 "the program needs more than %zu kilobytes", cap / 1024);
	longjmp(parser->escape, 1);
}

/*
 * locate sets line and column of an error from its position.
 */
static void
locate(FeelError *error, const char *text, int32 length)
{
	error->line = 1;
	error->column = 1;
	for (int32 i = 0; i < error->position && i < length; i++)
	{
		if (text[i] == '\n')
		{
			error->line++;
			error->column = 1;
		}
		else if (((unsigned char) text[i] & 0xC0) != 0x80)
			error->column++;
	}
}

/*
 * bind_builtin turns a call of a built-in function by its name into a node of
 * its own.
 */
static void
bind_builtin(Node *node)
{
	const Node *function = node->kids[0];

	if (node->names || function == NULL || function->kind != NODE_CONSTANT || function->constant.kind != FEEL_FUNCTION)
		return;
	node->kind = NODE_BUILTIN;
	node->signature = builtin_signature(function->constant.u.function->builtin);
	node->kids++;
	node->count--;
}

/*
 * can_fold tells whether a node's value is of its kids alone.
 */
static bool
can_fold(const Node *node)
{
	switch ((NodeKind) node->kind)
	{
		case NODE_NEGATE:
		case NODE_ARITHMETIC:
		case NODE_COMPARE:
		case NODE_BETWEEN:
		case NODE_RANGE:
		case NODE_LIST:
		case NODE_PATH:
		case NODE_AT:
			return true;
		case NODE_BUILTIN:
			return !node->signature->builtin->is_volatile;
		default:
			return false;
	}
}

typedef struct FoldArg
{
	const Node *node;
} FoldArg;

/*
 * fold_body evaluates the node that is to be folded.
 */
static FeelValue
fold_body(FeelState *state, void *arg)
{
	return eval_node(state, NULL, ((FoldArg *) arg)->node);
}

/*
 * fold replaces a node by its value, if all its kids are constants.  What gives
 * null stays, so that the reason is there when it is evaluated.
 */
static void
fold(Finisher *finisher, Node *node)
{
	FoldArg		arg = {node};
	FeelError	ignored;
	FeelValue	value;

	if (!can_fold(node))
		return;
	for (int i = 0; i < node->count; i++)
		if (node->kids[i]->kind != NODE_CONSTANT)
			return;
	finisher->state->steps = 0;
	if (feel_protect(finisher->state, fold_body, &arg, &value, &ignored) && value.kind != FEEL_NULL)
	{
		node->kind = NODE_CONSTANT;
		node->constant = value;
		node->count = 0;
	}
}

/*
 * use_slot notes that the program reads a slot.
 */
static void
use_slot(FeelProgram *program, int slot)
{
	program->slots_used[slot / 64] |= UINT64CONST(1) << (slot % 64);
}

/*
 * finish works on a node after its kids.  The parser bounds its own depth, but
 * chains of operators are deep to the left: those are bounded here.
 */
static void
finish(Finisher *finisher, Node *node)
{
	finisher->parser->token.start = node->position;
	parser_enter(finisher->parser);
	for (int i = 0; i < node->count; i++)
		if (node->kids[i])
			finish(finisher, node->kids[i]);
	parser_leave(finisher->parser);
	if (node->kind == NODE_SLOT)
		use_slot(finisher->program, node->slot);
	if (node->kind == NODE_CALL)
		bind_builtin(node);
	fold(finisher, node);
}

/*
 * interval_of gives the interval that a test with a constant accepts; false: it
 * is no interval.
 */
static bool
interval_of(const Node *test, FeelRange *range)
{
	const Node *operand = test->kids[0];
	FeelValue	value;

	if (operand->kind != NODE_CONSTANT)
		return false;
	value = operand->constant;
	if (test->kind == NODE_TEST_VALUE && value.kind == FEEL_RANGE)
	{
		*range = *value.u.range;
		/* an interval with an end that is null accepts nothing */
		return range->form != FEEL_RANGE_UNEQUAL &&
			(range->form != FEEL_RANGE_INTERVAL || (range->low.kind != FEEL_NULL && range->high.kind != FEEL_NULL));
	}
	if (value.kind == FEEL_NULL || value.kind >= FEEL_LIST)
		return false;
	/* times that are equal need not be the same place in their order */
	if (value.kind == FEEL_TIME || value.kind == FEEL_DATE_TIME)
		return false;
	memset(range, 0, sizeof(*range));
	range->low = range->high = value;
	range->low_included = range->high_included = true;
	range->form = FEEL_RANGE_EQUAL;
	if (test->kind == NODE_TEST_VALUE || test->op == OPERATOR_EQUAL)
		return value.kind != FEEL_BOOLEAN || test->kind == NODE_TEST_COMPARE || test->decides;
	if (test->op == OPERATOR_UNEQUAL || value.kind == FEEL_BOOLEAN)
		return false;
	if (test->op == OPERATOR_LESS || test->op == OPERATOR_LESS_EQUAL)
	{
		range->form = FEEL_RANGE_LESS;
		range->low = value_null();
		range->low_included = false;
		range->high_included = test->op == OPERATOR_LESS_EQUAL;
	}
	else
	{
		range->form = FEEL_RANGE_GREATER;
		range->high = value_null();
		range->high_included = false;
		range->low_included = test->op == OPERATOR_GREATER_EQUAL;
	}
	return true;
}

/*
 * find_intervals looks whether tests are constants only; see FeelIntervals.
 */
static void
find_intervals(FeelProgram *program, FeelArena *arena)
{
	const Node *tests = program->root;
	FeelRange  *ranges = arena_alloc_array(arena, tests->count + 1, sizeof(FeelRange));

	for (int i = 0; i < tests->count; i++)
		if (!interval_of(tests->kids[i], &ranges[i]))
			return;
	program->has_intervals = true;
	program->intervals.is_any = tests->count == 0;
	program->intervals.negated = tests->negated;
	program->intervals.count = tests->count;
	program->intervals.ranges = ranges;
}

/*
 * finish_program does all that follows parsing.
 */
static void
finish_program(Parser *parser, FeelProgram *program, const FeelLimits *limits)
{
	FeelLimits	fold_limits = *limits;
	Finisher	finisher = {.parser = parser, .program = program};

	program->slot_count = (parser->scope ? feel_scope_count(parser->scope) : 0) + parser->free_names.count;
	program->slots_used = arena_alloc0(parser->arena, (program->slot_count / 64 + 1) * sizeof(uint64));
	fold_limits.steps_max = FOLD_STEPS_MAX;
	finisher.state = arena_alloc0(parser->arena, sizeof(FeelState));
	finisher.state->arena = parser->arena;
	finisher.state->host = limits->host;
	finisher.state->limits = fold_limits;
	finisher.state->budget = STEPS_PER_TICK;
	parser->depth = 0;
	finish(&finisher, program->root);
	if (program->root->kind == NODE_CONSTANT)
	{
		program->is_constant = true;
		program->constant = program->root->constant;
	}
	if (program->syntax == FEEL_UNARY_TESTS)
		find_intervals(program, parser->arena);
}

/*
 * parse_text parses the whole text.
 */
static Node *
parse_text(Parser *parser, FeelSyntax syntax)
{
	Node	   *root;

	parser_seek(parser, 0);
	root = syntax == FEEL_EXPRESSION ? parse_expression(parser) : parse_unary_tests(parser);
	if (parser->token.kind != TOKEN_END)
		parser_fail_token(parser, "the end");
	return root;
}

/*
 * compile makes the program; NULL: error is set.
 */
static FeelProgram *
compile(Parser *parser, FeelSyntax syntax, const FeelLimits *limits)
{
	FeelProgram *program;

	if (setjmp(parser->escape) != 0)
	{
		locate(parser->error, parser->text, parser->length);
		return NULL;
	}
	program = arena_alloc0(parser->arena, sizeof(FeelProgram));
	program->text = parser->text = arena_copy(parser->arena, parser->text, parser->length);
	program->length = parser->length;
	program->syntax = syntax;
	program->scope = parser->scope;
	program->scope_names = parser->scope ? feel_scope_count(parser->scope) : 0;
	parser->program = program;
	program->root = parse_text(parser, syntax);
	program->free_names = parser->free_names.fields;
	finish_program(parser, program, limits);
	return program;
}

/*
 * feel_compile makes a program of a text.
 */
FeelProgram *
feel_compile(FeelArena *arena, const FeelScope *scope, FeelSyntax syntax, const FeelType *input_type,
			 const char *text, size_t length, const FeelLimits *limits, FeelError *error)
{
	Parser		parser = {
		.text = text, .length = (int32) length, .arena = arena, .scope = scope, .error = error,
		.depth_max = limits->depth_max, .names_seen_max = limits->steps_max, .free_names = {.arena = arena}
	};
	FeelArenaHandler handler = {compile_failed, &parser};
	FeelArenaHandler before;
	FeelProgram *program;

	memset(error, 0, sizeof(*error));
	if (length > PG_INT32_MAX / 2)
	{
		error->kind = FEEL_ERROR_LIMIT;
		snprintf(error->message, sizeof(error->message), "the text is longer than 1 GB");
		return NULL;
	}
	if (syntax == FEEL_UNARY_TESTS)
		parser.input_type = input_type ? input_type : &feel_type_any;
	before = arena_swap_handler(arena, handler);
	program = compile(&parser, syntax, limits);
	arena_swap_handler(arena, before);
	return program;
}

/*
 * feel_check compiles with all names free, and throws the program away.
 */
bool
feel_check(FeelArena *scratch, FeelSyntax syntax, const char *text, size_t length,
		   const FeelLimits *limits, FeelError *error)
{
	FeelScope	open = {.is_open = true};

	return feel_compile(scratch, &open, syntax, NULL, text, length, limits, error) != NULL;
}

/*
 * feel_program_unknown gives the first name that is surely unknown.
 */
bool
feel_program_unknown(const FeelProgram *program, FeelString *name, int *position)
{
	*name = program->unknown;
	*position = program->unknown_position;
	return program->unknown.length > 0;
}

/*
 * feel_program_slot_count gives how many values a binding has.
 */
int
feel_program_slot_count(const FeelProgram *program)
{
	return program->slot_count;
}

/*
 * feel_program_slot_name gives the name behind a slot.
 */
FeelString
feel_program_slot_name(const FeelProgram *program, int slot)
{
	if (slot >= program->scope_names)
		return program->free_names[slot - program->scope_names].name;
	return feel_scope_name(program->scope, slot);
}

/*
 * feel_program_uses tells whether the program reads a slot.
 */
bool
feel_program_uses(const FeelProgram *program, int slot)
{
	return slot < program->slot_count &&
		(program->slots_used[slot / 64] & (UINT64CONST(1) << (slot % 64))) != 0;
}

/*
 * feel_program_constant gives the value if it is known without any binding.
 */
bool
feel_program_constant(const FeelProgram *program, FeelValue *value)
{
	if (program->is_constant)
		*value = program->constant;
	return program->is_constant;
}

/*
 * feel_program_type gives what is known of the result's type.
 */
const FeelType *
feel_program_type(const FeelProgram *program)
{
	return program->root->type;
}

/*
 * feel_program_may_hold tells whether the result may be true or false, for who
 * refuses a condition that is a number.
 */
bool
feel_program_may_hold(const FeelProgram *program)
{
	FeelTypeKind kind = feel_program_type(program)->kind;

	return kind == FEEL_TYPE_BOOLEAN || kind == FEEL_TYPE_ANY;
}

/*
 * feel_program_intervals gives the tests as ranges, if they are no more than
 * that.
 */
bool
feel_program_intervals(const FeelProgram *program, FeelIntervals *intervals)
{
	if (program->has_intervals)
		*intervals = program->intervals;
	return program->has_intervals;
}
