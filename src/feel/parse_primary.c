/*-------------------------------------------------------------------------
 *
 * parse_primary.c
 *		What expressions are made of: literals, lists, contexts, ranges.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/parser.h"

/*
 * parse_hex reads exactly digits hexadecimal digits of a string's escape.
 */
static bool
parse_hex(const char *text, int32 end, int32 position, int digits, uint32 *value)
{
	*value = 0;
	if (position + digits > end)
		return false;
	for (int i = 0; i < digits; i++)
	{
		char		c = text[position + i];

		if (c >= '0' && c <= '9')
			*value = *value * 16 + (c - '0');
		else if (c >= 'a' && c <= 'f')
			*value = *value * 16 + (c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			*value = *value * 16 + (c - 'A' + 10);
		else
			return false;
	}
	return true;
}

/*
 * parse_code_point reads \uXXXX, a pair of them that are surrogates, or
 * \UXXXXXX, and returns the position after it.
 */
static int32
parse_code_point(Parser *parser, int32 position, int32 end, FeelBuffer *buffer)
{
	const char *text = parser->text;
	int			digits = text[position + 1] == 'u' ? 4 : 6;
	uint32		c;
	uint32		low;
	int32		after = position + 2 + digits;

	if (!parse_hex(text, end, position + 2, digits, &c))
		parser_fail(parser, position, "\\%c needs %d hexadecimal digits", text[position + 1], digits);
	if (c >= 0xD800 && c <= 0xDBFF && after + 1 < end && text[after] == '\\' && text[after + 1] == 'u' &&
		parse_hex(text, end, after + 2, 4, &low) && low >= 0xDC00 && low <= 0xDFFF)
	{
		c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
		after += 6;
	}
	if ((c >= 0xD800 && c <= 0xDFFF) || c > 0x10FFFF || c == 0)
		parser_fail(parser, position, "\\%c stands for no character", text[position + 1]);
	buffer_append_code_point(buffer, c);
	return after;
}

/*
 * parse_escape reads the escape at position and returns the position after it.
 * A backslash before anything else is a backslash: "\d" of a pattern.
 */
static int32
parse_escape(Parser *parser, int32 position, int32 end, FeelBuffer *buffer)
{
	static const char from[] = "\"'\\/nrtbf";
	static const char to[] = "\"'\\/\n\r\t\b\f";
	char		c = parser->text[position + 1];
	const char *found = strchr(from, c);

	if (c == 'u' || c == 'U')
		return parse_code_point(parser, position, end, buffer);
	if (found && c != '\0')
	{
		buffer_append_char(buffer, to[found - from]);
		return position + 2;
	}
	buffer_append_char(buffer, '\\');
	return position + 1;
}

/*
 * parse_string_token reads the string that is next.
 */
FeelString
parse_string_token(Parser *parser)
{
	int32		start = parser->token.start + 1;
	int32		end = parser->token.end - 1;
	FeelBuffer	buffer;

	if (memchr(parser->text + start, '\\', end - start) == NULL)
	{
		parser_advance(parser);
		return feel_string(parser->text + start, end - start);
	}
	buffer_begin(&buffer, parser->arena);
	for (int32 i = start; i < end;)
	{
		if (parser->text[i] == '\\')
			i = parse_escape(parser, i, end, &buffer);
		else
			buffer_append_char(&buffer, parser->text[i++]);
	}
	parser_advance(parser);
	return buffer_string(&buffer);
}

/*
 * parse_number reads a number; one that 34 digits and the exponent cannot hold
 * is an error, not something else.
 */
static Node *
parse_number(Parser *parser)
{
	Token		token = parser->token;
	FeelNumber	number;
	Node	   *node;

	if (!number_parse(parser->text + token.start, token.end - token.start, &number))
		parser_fail(parser, token.start, "the number is out of range");
	parser_advance(parser);
	node = parser_constant(parser, token.start, value_from_number(number));
	node->type = feel_type_builtin(FEEL_STRING_LITERAL("number"));
	return node;
}

/*
 * parse_at_literal reads @"...": whichever date, time or duration it is, else
 * null.  The host's zones are not here yet, so it becomes a call.
 */
static Node *
parse_at_literal(Parser *parser)
{
	int32		position = parser->token.start;
	Node	   *node;
	FeelString	text;

	parser_advance(parser);
	if (parser->token.kind != TOKEN_STRING)
		parser_fail_token(parser, "a string after @");
	text = parse_string_token(parser);
	node = parser_node_1(parser, NODE_AT, position, parser_constant(parser, position, value_from_string(text)));
	return node;
}

/*
 * parse_range_rest reads .. and the end of a range whose low end was read.
 */
Node *
parse_range_rest(Parser *parser, int32 position, Node *low, bool low_included)
{
	Node	   *node;

	parser_expect_symbol(parser, SYMBOL_DOTS, "..");
	node = parser_node_2(parser, NODE_RANGE, position, low, parse_range_end(parser));
	node->op = FEEL_RANGE_INTERVAL;
	node->low_included = low_included;
	node->high_included = parser_at_symbol(parser, ']');
	if (!parser_take_symbol(parser, ']') && !parser_take_symbol(parser, ')') &&
		!parser_take_symbol(parser, '['))
		parser_fail_token(parser, "the end of the range: ], ) or [");
	return node;
}

/*
 * parse_list_or_range reads what begins with [.
 */
static Node *
parse_list_or_range(Parser *parser)
{
	int32		position = parser->token.start;
	int			range_end = parser->range_end;
	NodeList	items = {.parser = parser};
	Node	   *node;

	parser_advance(parser);
	parser->range_end = 0;
	while (!parser_at_symbol(parser, ']'))
	{
		if (items.count > 0)
			parser_expect_symbol(parser, ',', ", or ]");
		node_list_add(&items, parse_expression(parser));
		if (items.count == 1 && parser_at_symbol(parser, SYMBOL_DOTS))
		{
			node = parse_range_rest(parser, position, items.nodes[0], true);
			parser->range_end = range_end;
			return node;
		}
	}
	parser->range_end = range_end;
	parser_advance(parser);
	node = parser_node_of_list(parser, NODE_LIST, position, &items);
	node->type = feel_type_list(parser->arena, items.count > 0 ? items.nodes[0]->type : &feel_type_any);
	return node;
}

/*
 * parse_comparison_range reads (< 5): the range of what is less.
 */
static Node *
parse_comparison_range(Parser *parser, int32 position, FeelOperator operator)
{
	Node	   *operand;
	Node	   *node;

	parser_advance(parser);
	operand = parse_additive(parser);
	parser_expect_symbol(parser, ')', ")");
	node = parser_node_2(parser, NODE_RANGE, position, operand, operand);
	switch (operator)
	{
		case OPERATOR_LESS:
		case OPERATOR_LESS_EQUAL:
			node->op = FEEL_RANGE_LESS;
			node->high_included = operator == OPERATOR_LESS_EQUAL;
			break;
		case OPERATOR_GREATER:
		case OPERATOR_GREATER_EQUAL:
			node->op = FEEL_RANGE_GREATER;
			node->low_included = operator == OPERATOR_GREATER_EQUAL;
			break;
		case OPERATOR_EQUAL:
			node->op = FEEL_RANGE_EQUAL;
			node->low_included = node->high_included = true;
			break;
		default:
			node->op = FEEL_RANGE_UNEQUAL;
			break;
	}
	return node;
}

/*
 * parse_parenthesis reads what begins with (: an expression, an open range, or a
 * comparison as a range.
 */
static Node *
parse_parenthesis(Parser *parser)
{
	int32		position = parser->token.start;
	int			range_end = parser->range_end;
	FeelOperator operator;
	Node	   *node;

	parser_advance(parser);
	parser->range_end = 0;
	if (parser_comparison(parser, &operator))
		node = parse_comparison_range(parser, position, operator);
	else
	{
		node = parse_expression(parser);
		if (parser_at_symbol(parser, SYMBOL_DOTS))
			node = parse_range_rest(parser, position, node, false);
		else
			parser_expect_symbol(parser, ')', ")");
	}
	parser->range_end = range_end;
	return node;
}

/*
 * context_type makes the type of a context literal of its entries.
 */
static const FeelType *
context_type(Parser *parser, const NameTable *entries)
{
	FeelType   *type = arena_alloc0(parser->arena, sizeof(FeelType));

	type->kind = FEEL_TYPE_CONTEXT;
	type->field_count = entries->count;
	type->fields = entries->fields;
	return type;
}

/*
 * parse_entry_key reads the key of a context's entry, up to its colon.
 */
static FeelString
parse_entry_key(Parser *parser)
{
	FeelString	key;

	if (parser->token.kind == TOKEN_STRING)
	{
		key = parse_string_token(parser);
		parser_expect_symbol(parser, ':', ":");
	}
	else if (!parse_name_before_colon(parser, &key))
		parser_fail_token(parser, "a name and : or }");
	return key;
}

/*
 * parse_context reads { key: value, ... }: a key is a name in what follows it,
 * and in the functions of its own value, so that they may call themselves.
 * With a key that is there twice it is null, by the standard.
 */
static Node *
parse_context(Parser *parser)
{
	int32		position = parser->token.start;
	int			range_end = parser->range_end;
	int			functions = parser->function_count;
	CompileFrame *frame = parser_push_frame(parser);
	NodeList	values = {.parser = parser};
	Node	   *twice = NULL;
	Node	   *node;

	parser_advance(parser);
	parser->range_end = 0;
	while (!parser_at_symbol(parser, '}'))
	{
		FeelString	key;

		if (values.count > 0)
			parser_expect_symbol(parser, ',', ", or }");
		key = parse_entry_key(parser);
		parser_see_names(parser, frame->names.count);
		for (int i = 0; i < frame->names.count; i++)
			if (!twice && string_equal(frame->names.fields[i].name, key))
			{
				twice = parser_node(parser, NODE_KEY_TWICE, position, 0);
				twice->name = key;
			}
		if (parser_at_keyword(parser, KEYWORD_FUNCTION))
			name_table_add(&frame->names, key, NULL);
		node = parse_expression(parser);
		if (frame->names.count == values.count)
			name_table_add(&frame->names, key, node->type);
		node_list_add(&values, node);
	}
	parser->range_end = range_end;
	parser_advance(parser);
	parser_pop_frame(parser);
	if (twice)
		return twice;
	node = parser_node_of_list(parser, NODE_CONTEXT, position, &values);
	node->names = arena_alloc_array(parser->arena, values.count + 1, sizeof(FeelString));
	for (int i = 0; i < values.count; i++)
		node->names[i] = frame->names.fields[i].name;
	node->has_closure = parser->function_count > functions;
	node->type = context_type(parser, &frame->names);
	return node;
}

/*
 * parse_keyword reads what begins with a keyword.
 */
static Node *
parse_keyword(Parser *parser)
{
	int32		position = parser->token.start;

	switch (parser->token.code)
	{
		case KEYWORD_NULL:
			parser_advance(parser);
			return parser_constant(parser, position, value_null());
		case KEYWORD_TRUE:
		case KEYWORD_FALSE:
			{
				bool		value = parser->token.code == KEYWORD_TRUE;

				parser_advance(parser);
				return parser_constant(parser, position, value_from_bool(value));
			}
		case KEYWORD_IF:
			return parse_if(parser);
		case KEYWORD_FOR:
			return parse_for(parser);
		case KEYWORD_SOME:
		case KEYWORD_EVERY:
			return parse_quantified(parser);
		case KEYWORD_FUNCTION:
			return parse_function(parser);
		default:
			parser_fail_token(parser, "a value");
	}
}

/*
 * parse_input reads ?, the value that unary tests are about.
 */
static Node *
parse_input(Parser *parser)
{
	Node	   *node = parser_node(parser, NODE_INPUT, parser->token.start, 0);

	if (parser->input_type == NULL)
		parser_fail(parser, parser->token.start, "? is for unary tests only");
	parser->uses_input = true;
	node->type = parser->input_type;
	parser_advance(parser);
	return node;
}

/*
 * fail_foreign_sign tells who writes an operator or a quotation mark of another
 * language what FEEL has in its place, where one of them stands at the next token.
 */
static void
fail_foreign_sign(Parser *parser)
{
	static const struct
	{
		const char *sign;
		const char *instead;
	}			foreign[] = {{"==", "="}, {"=<", "<="}, {"=>", ">="}, {"<>", "!="}};
	int32		position = parser->token.start;

	if (parser->text[position] == '\'')
		parser_fail(parser, position, "a text in double quotes expected, not \"'\"");
	if (position == 0 || parser->previous_end != position)
		return;
	for (int i = 0; i < (int) lengthof(foreign); i++)
		if (memcmp(parser->text + position - 1, foreign[i].sign, 2) == 0)
			parser_fail(parser, position - 1, "\"%s\" expected, not \"%s\"", foreign[i].instead, foreign[i].sign);
}

/*
 * parse_symbol reads what begins with a symbol.
 */
static Node *
parse_symbol(Parser *parser)
{
	int32		position = parser->token.start;
	Node	   *low;

	switch (parser->token.code)
	{
		case '(':
			return parse_parenthesis(parser);
		case '[':
			return parse_list_or_range(parser);
		case '{':
			return parse_context(parser);
		case '@':
			return parse_at_literal(parser);
		case '?':
			return parse_input(parser);
		case ']':
			parser_advance(parser);
			low = parse_additive(parser);
			return parse_range_rest(parser, position, low, false);
		default:
			fail_foreign_sign(parser);
			parser_fail_token(parser, "a value");
	}
}

/*
 * parse_token_value reads the value that begins with the next token.
 */
static Node *
parse_token_value(Parser *parser)
{
	Token		token = parser->token;
	Node	   *node;

	switch (token.kind)
	{
		case TOKEN_NUMBER:
			return parse_number(parser);
		case TOKEN_STRING:
			node = parser_constant(parser, token.start, value_from_string(parse_string_token(parser)));
			node->type = feel_type_builtin(FEEL_STRING_LITERAL("string"));
			return node;
		case TOKEN_WORD:
			return parse_reference(parser);
		case TOKEN_KEYWORD:
			return parse_keyword(parser);
		case TOKEN_SYMBOL:
			return parse_symbol(parser);
		default:
			parser_fail_token(parser, "a value");
	}
}

/*
 * parse_primary reads a value, or takes the one that was read ahead.
 */
Node *
parse_primary(Parser *parser)
{
	Node	   *node = parser->pending;

	parser->pending = NULL;
	if (node)
		return node;
	parser_enter(parser);
	node = parse_token_value(parser);
	parser_leave(parser);
	return node;
}
