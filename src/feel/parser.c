/*-------------------------------------------------------------------------
 *
 * parser.c
 *		FEEL's expressions, by recursive descent.
 *
 * Loosest first: or; and; comparison, between, in; + -; * /; **; the sign;
 * instance of; then paths, filters and calls, which bind tightest.  if, for,
 * some, every and function reach as far to the right as they can.
 *
 * Depth is counted wherever the descent comes round again (parse_expression,
 * parse_unary), so no text can exhaust the stack.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/parser.h"

/*
 * parser_fail ends the compilation: no FEEL, and why.
 */
void
parser_fail(Parser *parser, int32 position, const char *format,...)
{
	va_list		args;

	parser->error->kind = FEEL_ERROR_SYNTAX;
	parser->error->position = position;
	va_start(args, format);
	vsnprintf(parser->error->message, sizeof(parser->error->message), format, args);
	va_end(args);
	longjmp(parser->escape, 1);
}

/*
 * parser_fail_token says what stands where something else should.  At most 40
 * bytes of it, cut between characters.
 */
void
parser_fail_token(Parser *parser, const char *expected)
{
	const Token *token = &parser->token;
	int			shown = Min(token->end - token->start, 40);

	if (token->kind == TOKEN_ERROR)
		parser_fail(parser, token->start, "%s", token->message);
	if (token->kind == TOKEN_END)
		parser_fail(parser, token->start, "%s expected, the text ends", expected);
	while (shown > 0 && shown < token->end - token->start &&
		   ((unsigned char) parser->text[token->start + shown] & 0xC0) == 0x80)
		shown--;
	parser_fail(parser, token->start, "%s expected, not \"%.*s\"", expected, shown,
				parser->text + token->start);
}

/*
 * parser_seek makes the token at or after position the next one.
 */
void
parser_seek(Parser *parser, int32 position)
{
	parser->previous_end = position;
	parser->token = lexer_next(parser->text, parser->length, position);
}

/*
 * parser_advance passes the next token.
 */
void
parser_advance(Parser *parser)
{
	parser_seek(parser, parser->token.end);
}

/*
 * parser_at_symbol tells whether the symbol is next.
 */
bool
parser_at_symbol(const Parser *parser, int symbol)
{
	return parser->token.kind == TOKEN_SYMBOL && parser->token.code == symbol;
}

/*
 * parser_at_keyword tells whether the keyword is next.
 */
bool
parser_at_keyword(const Parser *parser, Keyword keyword)
{
	return parser->token.kind == TOKEN_KEYWORD && parser->token.code == (int) keyword;
}

/*
 * parser_take_symbol passes the symbol if it is next.
 */
bool
parser_take_symbol(Parser *parser, int symbol)
{
	if (!parser_at_symbol(parser, symbol))
		return false;
	parser_advance(parser);
	return true;
}

/*
 * parser_take_keyword passes the keyword if it is next.
 */
bool
parser_take_keyword(Parser *parser, Keyword keyword)
{
	if (!parser_at_keyword(parser, keyword))
		return false;
	parser_advance(parser);
	return true;
}

/*
 * parser_expect_symbol passes the symbol, or fails.
 */
void
parser_expect_symbol(Parser *parser, int symbol, const char *what)
{
	if (!parser_take_symbol(parser, symbol))
		parser_fail_token(parser, what);
}

/*
 * parser_expect_keyword passes the keyword, or fails.
 */
void
parser_expect_keyword(Parser *parser, Keyword keyword, const char *what)
{
	if (!parser_take_keyword(parser, keyword))
		parser_fail_token(parser, what);
}

/*
 * fail_limit ends parsing because of a limit.
 */
static void __attribute__((noreturn))
fail_limit(Parser *parser, const char *format, long long limit)
{
	parser->error->kind = FEEL_ERROR_LIMIT;
	parser->error->position = parser->token.start;
	snprintf(parser->error->message, sizeof(parser->error->message), format, limit);
	longjmp(parser->escape, 1);
}

/*
 * parser_enter counts a level of nesting.
 */
void
parser_enter(Parser *parser)
{
	if (++parser->depth > parser->depth_max)
		fail_limit(parser, "nested deeper than %lld levels", parser->depth_max);
}

/*
 * parser_see_names counts names among which one is looked for: in a text of
 * many names each is compared with each of the others.
 */
void
parser_see_names(Parser *parser, int count)
{
	parser->names_seen += count;
	if (parser->names_seen > parser->names_seen_max)
		fail_limit(parser, "more than %lld steps to tell its names", parser->names_seen_max);
}

/*
 * parser_leave ends a level of nesting.
 */
void
parser_leave(Parser *parser)
{
	parser->depth--;
}

/*
 * parser_node makes a node with room for its kids.
 */
Node *
parser_node(Parser *parser, NodeKind kind, int32 position, int count)
{
	Node	   *node = arena_alloc0(parser->arena, sizeof(Node));

	node->kind = kind;
	node->position = position;
	node->count = count;
	node->type = &feel_type_any;
	if (count > 0)
		node->kids = arena_alloc_array(parser->arena, count, sizeof(Node *));
	return node;
}

/*
 * parser_node_1 makes a node with one kid.
 */
Node *
parser_node_1(Parser *parser, NodeKind kind, int32 position, Node *kid)
{
	Node	   *node = parser_node(parser, kind, position, 1);

	node->kids[0] = kid;
	return node;
}

/*
 * parser_node_2 makes a node with two kids.
 */
Node *
parser_node_2(Parser *parser, NodeKind kind, int32 position, Node *a, Node *b)
{
	Node	   *node = parser_node(parser, kind, position, 2);

	node->kids[0] = a;
	node->kids[1] = b;
	return node;
}

/*
 * parser_constant makes a node that is a value.
 */
Node *
parser_constant(Parser *parser, int32 position, FeelValue value)
{
	Node	   *node = parser_node(parser, NODE_CONSTANT, position, 0);

	node->constant = value;
	return node;
}

/*
 * node_list_add appends a node.
 */
void
node_list_add(NodeList *list, Node *node)
{
	if (list->count == list->size)
	{
		int			size = list->size == 0 ? 4 : 2 * list->size;
		Node	  **nodes = arena_alloc_array(list->parser->arena, size, sizeof(Node *));

		if (list->count > 0)
			memcpy(nodes, list->nodes, list->count * sizeof(Node *));
		list->nodes = nodes;
		list->size = size;
	}
	list->nodes[list->count++] = node;
}

/*
 * parser_node_of_list makes a node of the kids that were collected.
 */
Node *
parser_node_of_list(Parser *parser, NodeKind kind, int32 position, NodeList *list)
{
	Node	   *node = parser_node(parser, kind, position, 0);

	node->kids = list->nodes;
	node->count = list->count;
	return node;
}

/*
 * parser_push_frame opens a frame for the names that follow.
 */
CompileFrame *
parser_push_frame(Parser *parser)
{
	CompileFrame *frame = arena_alloc0(parser->arena, sizeof(CompileFrame));

	frame->parent = parser->frame;
	frame->names.arena = parser->arena;
	parser->frame = frame;
	return frame;
}

/*
 * parser_pop_frame closes the innermost frame.
 */
void
parser_pop_frame(Parser *parser)
{
	parser->frame = parser->frame->parent;
}

/*
 * filter_follows tells whether [ begins a filter.  Only in the end of a range
 * can it be a bracket that closes: [1..10[; then no expression follows it.
 */
static bool
filter_follows(Parser *parser)
{
	Token		next;

	if (!parser_at_symbol(parser, '['))
		return false;
	if (parser->range_end == 0)
		return true;
	next = lexer_next(parser->text, parser->length, parser->token.end);
	switch (next.kind)
	{
		case TOKEN_WORD:
		case TOKEN_NUMBER:
		case TOKEN_STRING:
			return true;
		case TOKEN_SYMBOL:
			return strchr("([{@?-", next.code & 0x7F) != NULL && next.code < 256;
		case TOKEN_KEYWORD:
			return next.code == KEYWORD_TRUE || next.code == KEYWORD_FALSE || next.code == KEYWORD_NULL ||
				next.code == KEYWORD_SOME || next.code == KEYWORD_EVERY || next.code == KEYWORD_IF;
		default:
			return false;
	}
}

/*
 * parse_filter reads list[condition]: within it, item and its entries are names.
 */
static Node *
parse_filter(Parser *parser, Node *list)
{
	int32		position = parser->token.start;
	int			functions = parser->function_count;
	int			range_end = parser->range_end;
	CompileFrame *frame;
	Node	   *condition;
	Node	   *node;

	parser_advance(parser);
	frame = parser_push_frame(parser);
	frame->is_filter = true;
	name_table_add(&frame->names, FEEL_STRING_LITERAL("item"), type_of_item(list->type));
	parser->range_end = 0;
	condition = parse_expression(parser);
	parser->range_end = range_end;
	parser_pop_frame(parser);
	parser_expect_symbol(parser, ']', "]");
	node = parser_node_2(parser, NODE_FILTER, position, list, condition);
	node->has_closure = parser->function_count > functions;
	node->type = list->type;
	if (condition->kind == NODE_CONSTANT || condition->kind == NODE_NEGATE ||
		condition->type->kind == FEEL_TYPE_NUMBER)
		node->type = type_of_item(list->type);
	return node;
}

/*
 * parse_arguments reads (a, b) or (name: a, name: b) into a call of function.
 */
static Node *
parse_arguments(Parser *parser, Node *function)
{
	int32		position = parser->token.start;
	int			range_end = parser->range_end;
	NodeList	args = {.parser = parser};
	NameTable	names = {.arena = parser->arena};
	FeelString	name;
	Node	   *node;

	parser->range_end = 0;
	parser_advance(parser);
	node_list_add(&args, function);
	while (!parser_at_symbol(parser, ')'))
	{
		if (args.count > 1)
			parser_expect_symbol(parser, ',', ", or )");
		if (parse_name_before_colon(parser, &name))
			name_table_add(&names, name, NULL);
		else if (names.count > 0)
			parser_fail_token(parser, "a name of an argument");
		if (names.count > 0 && names.count != args.count)
			parser_fail(parser, parser->token.start, "either all arguments have names or none");
		node_list_add(&args, parse_expression(parser));
	}
	parser_advance(parser);
	parser->range_end = range_end;
	node = parser_node_of_list(parser, NODE_CALL, position, &args);
	if (names.count > 0)
	{
		node->names = arena_alloc_array(parser->arena, names.count, sizeof(FeelString));
		for (int i = 0; i < names.count; i++)
			node->names[i] = names.fields[i].name;
	}
	if (function->type->kind == FEEL_TYPE_FUNCTION && function->type->element)
		node->type = function->type->element;
	return node;
}

/*
 * parse_postfix reads what may follow a value: .name, [filter], (arguments).
 */
static Node *
parse_postfix(Parser *parser, Node *node)
{
	for (;;)
	{
		int32		position = parser->token.start;

		if (parser_take_symbol(parser, '.'))
		{
			const FeelType *type;
			FeelString	name = parse_member_name(parser, node->type, &type);

			node = parser_node_1(parser, NODE_PATH, position, node);
			node->name = name;
			node->type = type;
		}
		else if (filter_follows(parser))
			node = parse_filter(parser, node);
		else if (parser_at_symbol(parser, '('))
			node = parse_arguments(parser, node);
		else
			return node;
	}
}

/*
 * parse_instance reads a value, perhaps with instance of.
 */
static Node *
parse_instance(Parser *parser)
{
	Node	   *node = parse_postfix(parser, parse_primary(parser));

	while (parser_at_keyword(parser, KEYWORD_INSTANCE))
	{
		int32		position = parser->token.start;

		parser_advance(parser);
		if (parser->token.kind != TOKEN_WORD || parser->token.end - parser->token.start != 2 ||
			memcmp(parser->text + parser->token.start, "of", 2) != 0)
			parser_fail_token(parser, "of");
		parser_advance(parser);
		node = parser_node_1(parser, NODE_INSTANCE_OF, position, node);
		node->tested_type = parse_type(parser);
		node->type = feel_type_builtin(FEEL_STRING_LITERAL("boolean"));
	}
	return node;
}

/*
 * parse_unary reads a sign, which binds tighter than any operator: -5 ** 2 is 25.
 */
static Node *
parse_unary(Parser *parser)
{
	int32		position = parser->token.start;
	Node	   *node;

	if (parser->pending || !parser_at_symbol(parser, '-'))
		return parse_instance(parser);
	parser_enter(parser);
	parser_advance(parser);
	node = parse_unary(parser);
	parser_leave(parser);
	if (node->kind == NODE_CONSTANT && node->constant.kind == FEEL_NUMBER)
		return parser_constant(parser, position, value_from_number(number_neg(node->constant.u.number)));
	return parser_node_1(parser, NODE_NEGATE, position, node);
}

/*
 * binary makes the node of an operator with two operands.
 */
static Node *
binary(Parser *parser, NodeKind kind, FeelOperator operator, int32 position, Node *a, Node *b)
{
	Node	   *node = parser_node_2(parser, kind, position, a, b);

	node->op = operator;
	return node;
}

/*
 * parse_power reads operands joined by **, from left to right.
 */
static Node *
parse_power(Parser *parser)
{
	Node	   *node = parse_unary(parser);

	while (parser_at_symbol(parser, SYMBOL_POWER))
	{
		int32		position = parser->token.start;

		parser_advance(parser);
		node = binary(parser, NODE_ARITHMETIC, OPERATOR_POWER, position, node, parse_unary(parser));
	}
	return node;
}

/*
 * parse_multiplicative reads operands joined by * and /.
 */
static Node *
parse_multiplicative(Parser *parser)
{
	Node	   *node = parse_power(parser);

	while (parser_at_symbol(parser, '*') || parser_at_symbol(parser, '/'))
	{
		int32		position = parser->token.start;
		FeelOperator operator = parser_at_symbol(parser, '*') ? OPERATOR_MULTIPLY : OPERATOR_DIVIDE;

		parser_advance(parser);
		node = binary(parser, NODE_ARITHMETIC, operator, position, node, parse_power(parser));
	}
	return node;
}

/*
 * parse_additive reads operands joined by + and -.
 */
Node *
parse_additive(Parser *parser)
{
	Node	   *node = parse_multiplicative(parser);

	while (parser_at_symbol(parser, '+') || parser_at_symbol(parser, '-'))
	{
		int32		position = parser->token.start;
		FeelOperator operator = parser_at_symbol(parser, '+') ? OPERATOR_ADD : OPERATOR_SUBTRACT;

		parser_advance(parser);
		node = binary(parser, NODE_ARITHMETIC, operator, position, node, parse_multiplicative(parser));
	}
	return node;
}

/*
 * parse_range_end reads what a range ends with; see filter_follows.
 */
Node *
parse_range_end(Parser *parser)
{
	Node	   *node;

	parser->range_end++;
	node = parse_additive(parser);
	parser->range_end--;
	return node;
}

/*
 * parser_comparison tells which comparison is next.
 */
bool
parser_comparison(const Parser *parser, FeelOperator *operator)
{
	static const struct
	{
		int			symbol;
		FeelOperator operator;
	}			table[] = {
		{'=', OPERATOR_EQUAL}, {SYMBOL_UNEQUAL, OPERATOR_UNEQUAL}, {'<', OPERATOR_LESS},
		{SYMBOL_LESS_EQUAL, OPERATOR_LESS_EQUAL}, {'>', OPERATOR_GREATER},
		{SYMBOL_GREATER_EQUAL, OPERATOR_GREATER_EQUAL}
	};

	for (size_t i = 0; i < lengthof(table); i++)
	{
		if (parser_at_symbol(parser, table[i].symbol))
		{
			*operator = table[i].operator;
			return true;
		}
	}
	return false;
}

/*
 * parse_positive_test reads one test: a comparison without its left side, or an
 * expression.
 */
Node *
parse_positive_test(Parser *parser)
{
	int32		position = parser->token.start;
	FeelOperator operator;
	bool		outer = parser->uses_input;
	Node	   *node;

	if (parser_comparison(parser, &operator))
	{
		parser_advance(parser);
		node = parser_node_1(parser, NODE_TEST_COMPARE, position, parse_additive(parser));
		node->op = operator;
		return node;
	}
	parser->uses_input = false;
	node = parser_node_1(parser, NODE_TEST_VALUE, position, parse_expression(parser));
	node->uses_input = parser->uses_input;
	parser->uses_input |= outer;
	return node;
}

/*
 * parse_tests reads tests separated by commas into list.
 */
static void
parse_tests(Parser *parser, NodeList *list)
{
	do
		node_list_add(list, parse_positive_test(parser));
	while (parser_take_symbol(parser, ','));
}

/*
 * parse_parenthesized reads the ( after in: a list of tests, which it puts into
 * list, or only the beginning of an expression, a value or a range in brackets,
 * which it leaves for parse_primary to go on with.  So nothing is read twice.
 */
static bool
parse_parenthesized(Parser *parser, NodeList *list)
{
	int32		start = parser->token.start;
	int			count = list->count;
	int			range_end = parser->range_end;
	Node	   *first;

	parser_advance(parser);
	parser->range_end = 0;
	parse_tests(parser, list);
	parser->range_end = range_end;
	first = list->nodes[count];
	if (list->count > count + 1 || first->kind == NODE_TEST_COMPARE)
	{
		parser_expect_symbol(parser, ')', ", or )");
		return true;
	}
	list->count = count;
	first = first->kids[0];
	if (parser_at_symbol(parser, SYMBOL_DOTS))
		first = parse_range_rest(parser, start, first, false);
	else
		parser_expect_symbol(parser, ')', ", or )");
	parser->pending = first;
	return false;
}

/*
 * parse_in reads what follows in: one test, or several in parentheses.
 */
static Node *
parse_in(Parser *parser, int32 position, Node *value)
{
	NodeList	list = {.parser = parser};
	int32		start;
	FeelOperator operator;
	Node	   *node;

	node_list_add(&list, value);
	start = parser->token.start;
	if (!parser_at_symbol(parser, '(') || !parse_parenthesized(parser, &list))
	{
		Node	   *test;

		if (!parser->pending && parser_comparison(parser, &operator))
			test = parse_positive_test(parser);
		else
			test = parser_node_1(parser, NODE_TEST_VALUE, start, parse_additive(parser));
		node_list_add(&list, test);
	}
	node = parser_node_of_list(parser, NODE_IN, position, &list);
	return node;
}

/*
 * parse_comparison reads comparisons, from left to right.
 */
static Node *
parse_comparison(Parser *parser)
{
	Node	   *node = parse_additive(parser);

	for (;;)
	{
		int32		position = parser->token.start;
		FeelOperator operator;

		if (parser_comparison(parser, &operator))
		{
			parser_advance(parser);
			node = binary(parser, NODE_COMPARE, operator, position, node, parse_additive(parser));
		}
		else if (parser_take_keyword(parser, KEYWORD_BETWEEN))
		{
			Node	   *between = parser_node(parser, NODE_BETWEEN, position, 3);

			between->kids[0] = node;
			between->kids[1] = parse_additive(parser);
			parser_expect_keyword(parser, KEYWORD_AND, "and");
			between->kids[2] = parse_additive(parser);
			node = between;
		}
		else if (parser_take_keyword(parser, KEYWORD_IN))
			node = parse_in(parser, position, node);
		else
			return node;
	}
}

/*
 * parse_chain reads operands joined by and (or): one node for all of them.
 */
static Node *
parse_chain(Parser *parser, Keyword keyword, NodeKind kind, Node *(*operand) (Parser *))
{
	int32		position = parser->token.start;
	Node	   *first = operand(parser);
	NodeList	list = {.parser = parser};

	if (!parser_at_keyword(parser, keyword))
		return first;
	node_list_add(&list, first);
	while (parser_take_keyword(parser, keyword))
		node_list_add(&list, operand(parser));
	return parser_node_of_list(parser, kind, position, &list);
}

/*
 * parse_and reads comparisons joined by and.
 */
static Node *
parse_and(Parser *parser)
{
	return parse_chain(parser, KEYWORD_AND, NODE_AND, parse_comparison);
}

/*
 * parse_expression reads a whole expression.
 */
Node *
parse_expression(Parser *parser)
{
	Node	   *node;

	parser_enter(parser);
	node = parse_chain(parser, KEYWORD_OR, NODE_OR, parse_and);
	parser_leave(parser);
	return node;
}

/*
 * tests_node makes the node of the tests of a cell.
 */
static Node *
tests_node(Parser *parser, int32 start, NodeList *list, bool negated)
{
	Node	   *node = parser_node_of_list(parser, NODE_TESTS, start, list);

	node->negated = negated;
	for (int i = 0; i < list->count; i++)
		list->nodes[i]->decides = true;
	return node;
}

/*
 * parse_unary_tests reads what a cell of a decision table holds: -, tests, or
 * not(tests).
 */
Node *
parse_unary_tests(Parser *parser)
{
	int32		start = parser->token.start;
	NodeList	list = {.parser = parser};

	if (parser_at_symbol(parser, '-') &&
		lexer_next(parser->text, parser->length, parser->token.end).kind == TOKEN_END)
	{
		parser_advance(parser);
		return parser_node(parser, NODE_TESTS, start, 0);
	}
	if (parser->token.kind == TOKEN_WORD && parser->token.end - start == 3 &&
		memcmp(parser->text + start, "not", 3) == 0)
	{
		parser_advance(parser);
		if (parser_take_symbol(parser, '('))
		{
			parse_tests(parser, &list);
			if (parser_take_symbol(parser, ')') && parser->token.kind == TOKEN_END)
				return tests_node(parser, start, &list, true);
		}
		list.count = 0;
		parser_seek(parser, start);
	}
	parse_tests(parser, &list);
	return tests_node(parser, start, &list, false);
}
