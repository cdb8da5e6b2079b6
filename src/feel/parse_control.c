/*-------------------------------------------------------------------------
 *
 * parse_control.c
 *		if, for, some, every, function.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/parser.h"

/*
 * parse_if reads if c then a else b.
 */
Node *
parse_if(Parser *parser)
{
	Node	   *node = parser_node(parser, NODE_IF, parser->token.start, 3);

	parser_advance(parser);
	node->kids[0] = parse_expression(parser);
	parser_expect_keyword(parser, KEYWORD_THEN, "then");
	node->kids[1] = parse_expression(parser);
	parser_expect_keyword(parser, KEYWORD_ELSE, "else");
	node->kids[2] = parse_expression(parser);
	node->type = node->kids[1]->type;
	return node;
}

/*
 * parse_domain reads what a variable of for runs over: a list, a range, or a..b.
 */
static Node *
parse_domain(Parser *parser)
{
	int32		position = parser->token.start;
	Node	   *node = parse_expression(parser);

	if (!parser_take_symbol(parser, SYMBOL_DOTS))
		return node;
	node = parser_node_2(parser, NODE_DOMAIN, position, node, parse_expression(parser));
	node->type = feel_type_list(parser->arena, node->kids[0]->type);
	return node;
}

/*
 * parse_variables reads name in domain, ...; each domain may use the names
 * before it.
 */
static void
parse_variables(Parser *parser, CompileFrame *frame, NodeList *domains)
{
	do
	{
		FeelString	name = parse_free_name(parser, "a name of a variable");
		Node	   *domain;

		parser_expect_keyword(parser, KEYWORD_IN, "in");
		domain = parse_domain(parser);
		name_table_add(&frame->names, name, type_of_item(domain->type));
		node_list_add(domains, domain);
	} while (parser_take_symbol(parser, ','));
}

/*
 * parse_for reads for x in xs, y in ys return body.  The body also sees partial,
 * the results so far.
 */
Node *
parse_for(Parser *parser)
{
	int32		position = parser->token.start;
	int			functions = parser->function_count;
	NodeList	kids = {.parser = parser};
	CompileFrame *frame = parser_push_frame(parser);
	Node	   *node;

	parser_advance(parser);
	parse_variables(parser, frame, &kids);
	parser_expect_keyword(parser, KEYWORD_RETURN, ", or return");
	name_table_add(&frame->names, FEEL_STRING_LITERAL("partial"), NULL);
	node_list_add(&kids, parse_expression(parser));
	parser_pop_frame(parser);
	node = parser_node_of_list(parser, NODE_FOR, position, &kids);
	node->uses_partial = frame->uses_partial;
	node->has_closure = parser->function_count > functions;
	node->type = feel_type_list(parser->arena, kids.nodes[kids.count - 1]->type);
	return node;
}

/*
 * parse_quantified reads some (every) x in xs satisfies condition.
 */
Node *
parse_quantified(Parser *parser)
{
	int32		position = parser->token.start;
	NodeKind	kind = parser->token.code == KEYWORD_SOME ? NODE_SOME : NODE_EVERY;
	int			functions = parser->function_count;
	NodeList	kids = {.parser = parser};
	CompileFrame *frame = parser_push_frame(parser);
	Node	   *node;

	parser_advance(parser);
	parse_variables(parser, frame, &kids);
	parser_expect_keyword(parser, KEYWORD_SATISFIES, ", or satisfies");
	node_list_add(&kids, parse_expression(parser));
	parser_pop_frame(parser);
	node = parser_node_of_list(parser, kind, position, &kids);
	node->has_closure = parser->function_count > functions;
	return node;
}

/*
 * parse_parameters reads (a, b: type) of a function definition.
 */
static void
parse_parameters(Parser *parser, CompileFrame *frame)
{
	parser_expect_symbol(parser, '(', "(");
	while (!parser_at_symbol(parser, ')'))
	{
		const FeelType *type = NULL;
		FeelString	name;

		if (frame->names.count > 0)
			parser_expect_symbol(parser, ',', ", or )");
		if (parse_name_before_colon(parser, &name))
			type = parse_type(parser);
		else
			name = parse_free_name(parser, "a name of a parameter");
		name_table_add(&frame->names, name, type);
	}
	parser_advance(parser);
}

/*
 * parse_function reads function(parameters) body.  An external one is read, and
 * gives null when it is called: nothing outside can be reached.
 */
Node *
parse_function(Parser *parser)
{
	int32		position = parser->token.start;
	int			range_end = parser->range_end;
	CompileFrame *frame = parser_push_frame(parser);
	Node	   *node;
	bool		is_external;
	bool		uses_input = parser->uses_input;

	parser_advance(parser);
	parser->function_count++;
	parser->range_end = 0;
	parse_parameters(parser, frame);
	is_external = parser->token.kind == TOKEN_WORD && parser->token.end - parser->token.start == 8 &&
		memcmp(parser->text + parser->token.start, "external", 8) == 0;
	if (is_external)
		parser_advance(parser);
	node = parser_node_1(parser, NODE_FUNCTION, position, parse_expression(parser));
	parser_pop_frame(parser);
	parser->range_end = range_end;
	parser->uses_input |= uses_input;
	node->params = frame->names.fields;
	node->param_count = frame->names.count;
	node->is_external = is_external;
	return node;
}
