/*-------------------------------------------------------------------------
 *
 * parse_name.c
 *		What a name means, and where it ends.
 *
 * A name may hold spaces and signs, so it ends where the longest name that is
 * known ends.  Known are, from the inside out: variables of for, parameters,
 * entries of the contexts around, entries of a filter's items, the scope's names,
 * the built-in functions.  Words that no known name reaches as far as are an
 * unknown name: no two values stand beside each other in FEEL, so words that do
 * are one name.
 *
 * Of data without declared types (FEEL_TYPE_DATA) the host is asked whether it
 * has a name, but only where there is a doubt: for names of several tokens.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/builtins.h"
#include "feel/parser.h"

#define NAME_TOKENS_MAX 10		/* of a name that the host is asked about */

/* The longest match so far. */
typedef struct NameMatch
{
	int32		end;			/* -1: none */
	int			depth;			/* of the frame; -1: beyond all frames */
	Node	   *node;
	int			builtin;		/* of a built-in function; else -1 */
	FeelString	name;
} NameMatch;

/*
 * collapse_space writes the text with each run of white space as one space, or,
 * beside symbols, as none.
 */
static FeelString
collapse_space(Parser *parser, int32 start, int32 end, bool tight)
{
	FeelBuffer	buffer;
	bool		space = false;
	bool		symbol = true;

	buffer_begin(&buffer, parser->arena);
	while (start < end)
	{
		int			size;
		uint32		c = lexer_code_point(parser->text, end, start, &size);

		if (lexer_is_space(c))
			space = true;
		else
		{
			bool		is_symbol = lexer_is_name_symbol(c);

			if (space && buffer.length > 0 && !(tight && (symbol || is_symbol)))
				buffer_append_char(&buffer, ' ');
			buffer_append(&buffer, parser->text + start, size);
			space = false;
			symbol = is_symbol;
		}
		start += size;
	}
	return buffer_string(&buffer);
}

/*
 * is_digits tells a number token that can be part of a name: "line 2".
 */
static bool
is_digits(const Parser *parser, const Token *token)
{
	for (int32 i = token->start; i < token->end; i++)
		if (parser->text[i] < '0' || parser->text[i] > '9')
			return false;
	return true;
}

/*
 * token_joins tells whether the token can go on with a name of data.
 */
static bool
token_joins(const Parser *parser, const Token *token)
{
	switch (token->kind)
	{
		case TOKEN_WORD:
		case TOKEN_KEYWORD:
			return true;
		case TOKEN_NUMBER:
			return is_digits(parser, token);
		case TOKEN_SYMBOL:
			return token->code < 256 && lexer_is_name_symbol(token->code);
		default:
			return false;
	}
}

/*
 * data_match asks the host for the longest name of several tokens at start.
 */
static int32
data_match(Parser *parser, const FeelType *data, int32 start, FeelString *name)
{
	int32		ends[NAME_TOKENS_MAX];
	int			count = 0;
	int			tokens = 1;
	Token		token = lexer_next(parser->text, parser->length, start);

	for (token = lexer_next(parser->text, parser->length, token.end);
		 tokens < NAME_TOKENS_MAX && token_joins(parser, &token);
		 token = lexer_next(parser->text, parser->length, token.end), tokens++)
		if (token.kind != TOKEN_SYMBOL)
			ends[count++] = token.end;
	while (count-- > 0)
	{
		*name = collapse_space(parser, start, ends[count], false);
		if (data->shape->has(data->data, *name))
			return ends[count];
		if (name->length != ends[count] - start || memchr(name->data, ' ', name->length))
		{
			*name = collapse_space(parser, start, ends[count], true);
			if (data->shape->has(data->data, *name))
				return ends[count];
		}
	}
	return -1;
}

/*
 * word_goes_on tells whether a token after a word can only be part of its name:
 * another word, digits, or a keyword that begins an expression, "waiting for
 * approval".  Keywords that can follow a value end the name.
 */
static bool
word_goes_on(const Parser *parser, const Token *token)
{
	if (token->kind == TOKEN_KEYWORD)
		return token->code == KEYWORD_IF || token->code == KEYWORD_FOR || token->code == KEYWORD_SOME ||
			token->code == KEYWORD_EVERY || token->code == KEYWORD_FUNCTION || token->code == KEYWORD_NULL ||
			token->code == KEYWORD_TRUE || token->code == KEYWORD_FALSE;
	return token->kind == TOKEN_WORD || (token->kind == TOKEN_NUMBER && is_digits(parser, token));
}

/*
 * munch_name finds the end of the words that stand together at start: also
 * "applicant's age", since ' is nothing else.
 */
static int32
munch_name(Parser *parser, int32 start)
{
	Token		token = lexer_next(parser->text, parser->length, start);
	int32		end = token.end;

	for (;;)
	{
		token = lexer_next(parser->text, parser->length, end);
		if (token.kind == TOKEN_SYMBOL && token.code == '\'')
			token = lexer_next(parser->text, parser->length, token.end);
		if (!word_goes_on(parser, &token))
			return end;
		end = token.end;
	}
}

/*
 * local_node makes the node of a variable in a frame.
 */
static Node *
local_node(Parser *parser, int32 position, const CompileFrame *frame, int depth, int slot)
{
	Node	   *node = parser_node(parser, NODE_LOCAL, position, 0);

	node->depth = depth;
	node->slot = slot;
	node->type = frame->names.fields[slot].type;
	return node;
}

/*
 * item_member_node makes the node of an entry of a filter's item.
 */
static Node *
item_member_node(Parser *parser, int32 position, FeelString name, int depth, Node *otherwise)
{
	Node	   *node = parser_node_1(parser, NODE_ITEM_MEMBER, position, otherwise);

	node->name = name;
	node->item_depth = depth;
	return node;
}

/*
 * match_frame looks for the name among those of one frame.
 */
static void
match_frame(Parser *parser, int32 start, CompileFrame *frame, int depth, NameMatch *match)
{
	int32		end;
	int			slot = name_table_match(&frame->names, parser->text, parser->length, start, &end);

	parser_see_names(parser, frame->names.count);
	if (slot >= 0 && end > match->end)
	{
		match->end = end;
		match->depth = depth;
		match->builtin = -1;
		match->name = frame->names.fields[slot].name;
		match->node = local_node(parser, start, frame, depth, slot);
		/* items that have an entry called item mean that one */
		if (frame->is_filter)
		{
			match->node = item_member_node(parser, start, match->name, depth, match->node);
			match->node->type = frame->names.fields[slot].type;
		}
		if (string_equal(match->name, FEEL_STRING_LITERAL("partial")) && slot == frame->names.count - 1)
			frame->uses_partial = true;
	}
	if (frame->is_filter)
	{
		const FeelType *item = frame->names.fields[0].type;
		NameTable	fields = {.fields = (FeelField *) item->fields, .count = item->field_count};
		FeelString	name = {0};

		if (item->kind == FEEL_TYPE_CONTEXT)
		{
			parser_see_names(parser, fields.count);
			slot = name_table_match(&fields, parser->text, parser->length, start, &end);
			if (slot >= 0)
				name = fields.fields[slot].name;
		}
		else
			end = item->kind == FEEL_TYPE_DATA ? data_match(parser, item, start, &name) : -1;
		if (end > match->end)
		{
			match->end = end;
			match->depth = depth;
			match->builtin = -1;
			match->name = name;
			match->node = item_member_node(parser, start, name, depth, NULL);
			match->node->type = type_of_member(item, name);
		}
	}
}

/*
 * slot_node makes the node of a slot, and notes that the program reads it.
 */
static Node *
slot_node(Parser *parser, int32 position, int slot, const FeelType *type)
{
	Node	   *node = parser_node(parser, NODE_SLOT, position, 0);

	node->slot = slot;
	node->type = type;
	return node;
}

/*
 * free_slot gives the slot of a free name of an open scope.
 */
static Node *
free_slot(Parser *parser, int32 position, FeelString name)
{
	int			first = feel_scope_count(parser->scope);
	const FeelType *type = parser->scope->data ? type_of_member(parser->scope->data, name) : &feel_type_any;
	int			i;

	parser_see_names(parser, parser->free_names.count);
	for (i = 0; i < parser->free_names.count; i++)
		if (string_equal(parser->free_names.fields[i].name, name))
			break;
	if (i == parser->free_names.count)
		name_table_add(&parser->free_names, name, type);
	return slot_node(parser, position, first + i, type);
}

/*
 * match_scope looks for the name among those that the host gave.
 */
static void
match_scope(Parser *parser, int32 start, NameMatch *match)
{
	int32		end;

	for (const FeelScope *scope = parser->scope; scope; scope = scope->parent)
	{
		int			i = name_table_match(&scope->names, parser->text, parser->length, start, &end);

		parser_see_names(parser, scope->names.count);
		if (i >= 0 && end > match->end)
		{
			match->end = end;
			match->depth = -1;
			match->name = scope->names.fields[i].name;
			match->node = slot_node(parser, start, scope->first_slot + i, scope->names.fields[i].type);
		}
	}
	if (parser->scope && parser->scope->is_open && parser->scope->data)
	{
		FeelString	name;

		end = data_match(parser, parser->scope->data, start, &name);
		if (end > match->end)
		{
			match->end = end;
			match->depth = -1;
			match->name = name;
			match->node = free_slot(parser, start, name);
		}
	}
}

/*
 * match_builtin looks among the built-in functions.  Where names are free, one
 * that is not called may be meant as a name of the data: the data decides.
 */
static void
match_builtin(Parser *parser, int32 start, NameMatch *match)
{
	int32		end;
	int			builtin = builtin_match(parser->text, parser->length, start, &end);
	Token		next;

	if (builtin < 0 || end <= match->end)
		return;
	next = lexer_next(parser->text, parser->length, end);
	if (!(next.kind == TOKEN_SYMBOL && next.code == '(') && parser->scope && parser->scope->is_open &&
		(!parser->scope->data ||
		 parser->scope->data->shape->has(parser->scope->data->data, builtin_name(builtin))))
		return;
	match->end = end;
	match->depth = -1;
	match->builtin = builtin;
	match->name = builtin_name(builtin);
	match->node = parser_constant(parser, start, builtin_value(builtin));
}

/*
 * unknown_node makes the node of a name that nobody knows: null, with a reason.
 */
static Node *
unknown_node(Parser *parser, int32 position, FeelString name, bool is_certain)
{
	Node	   *node;

	if (parser->scope && parser->scope->is_open)
		return free_slot(parser, position, name);
	node = parser_node(parser, NODE_UNKNOWN, position, 0);
	node->name = name;
	if (is_certain && parser->program->unknown.length == 0)
	{
		parser->program->unknown = name;
		parser->program->unknown_position = position;
	}
	return node;
}

/*
 * item_may_have tells whether the items of a filter may have entries that are
 * not known.
 */
static bool
item_may_have(const FeelType *item)
{
	return item->kind == FEEL_TYPE_ANY || item->kind == FEEL_TYPE_DATA ||
		(item->kind == FEEL_TYPE_CONTEXT && item->is_open);
}

/*
 * parse_reference reads a name.
 */
Node *
parse_reference(Parser *parser)
{
	int32		start = parser->token.start;
	NameMatch	match = {.end = -1, .depth = -1, .builtin = -1};
	int			depth = 0;
	int32		munched = munch_name(parser, start);
	bool		in_filter = false;
	CompileFrame *frame;
	Node	   *node;

	for (frame = parser->frame; frame; frame = frame->parent)
	{
		match_frame(parser, start, frame, depth++, &match);
		in_filter |= frame->is_filter && item_may_have(frame->names.fields[0].type);
	}
	match_scope(parser, start, &match);
	match_builtin(parser, start, &match);
	if (munched > match.end)
	{
		match.end = munched;
		match.depth = -1;
		match.builtin = -1;
		match.name = collapse_space(parser, start, munched, false);
		match.node = unknown_node(parser, start, match.name, !in_filter);
	}
	parser_seek(parser, match.end);
	node = match.node;
	if (match.builtin >= 0 && parser_at_symbol(parser, '('))
		return node;
	/* nearer than where the name was found there may be items that have it */
	if (match.depth < 0)
		match.depth = depth;
	for (int d = match.depth - 1; d >= 0; d--)
	{
		frame = parser->frame;
		for (int i = 0; i < d; i++)
			frame = frame->parent;
		if (frame->is_filter && item_may_have(frame->names.fields[0].type))
			node = item_member_node(parser, start, match.name, d, node);
	}
	return node;
}

/*
 * parse_member_name reads the name after a dot: of a known type's fields the
 * longest, else the words that stand together.
 */
FeelString
parse_member_name(Parser *parser, const FeelType *type, const FeelType **member_type)
{
	int32		start = parser->token.start;
	int32		end = -1;
	FeelString	name = {0};
	/* of a list the items are asked; data may be one, and is its own item if not */
	const FeelType *holder = type->kind == FEEL_TYPE_LIST || type->kind == FEEL_TYPE_DATA ? type_of_item(type) : type;

	if (parser->token.kind != TOKEN_WORD && parser->token.kind != TOKEN_KEYWORD)
		parser_fail_token(parser, "a name after the dot");
	if (holder->kind == FEEL_TYPE_CONTEXT)
	{
		NameTable	fields = {.fields = (FeelField *) holder->fields, .count = holder->field_count};
		int			i = name_table_match(&fields, parser->text, parser->length, start, &end);

		if (i >= 0)
			name = fields.fields[i].name;
	}
	else if (holder->kind == FEEL_TYPE_DATA)
		end = data_match(parser, holder, start, &name);
	if (munch_name(parser, start) > end)
	{
		end = munch_name(parser, start);
		name = collapse_space(parser, start, end, false);
	}
	parser_seek(parser, end);
	*member_type = type_of_member(holder, name);
	if (type->kind == FEEL_TYPE_LIST && (*member_type)->kind != FEEL_TYPE_ANY)
		*member_type = feel_type_list(parser->arena, *member_type);
	return name;
}

/*
 * parse_free_name reads a name that the expression brings itself: words and
 * name symbols up to what cannot be part of it.
 */
FeelString
parse_free_name(Parser *parser, const char *what)
{
	int32		start = parser->token.start;
	int32		end = start;

	if (parser->token.kind != TOKEN_WORD)
		parser_fail_token(parser, what);
	while (parser->token.kind == TOKEN_WORD ||
		   (end > start && parser->token.kind != TOKEN_KEYWORD && token_joins(parser, &parser->token)))
	{
		end = parser->token.end;
		parser_advance(parser);
	}
	return collapse_space(parser, start, end, false);
}

/*
 * parse_name_before_colon reads a name and the colon after it, if that is what
 * comes next.
 */
bool
parse_name_before_colon(Parser *parser, FeelString *name)
{
	int32		start = parser->token.start;
	Token		token = parser->token;
	int32		end = start;

	if (token.kind != TOKEN_WORD && token.kind != TOKEN_KEYWORD)
		return false;
	while (token_joins(parser, &token))
	{
		end = token.end;
		token = lexer_next(parser->text, parser->length, end);
	}
	if (token.kind != TOKEN_SYMBOL || token.code != ':')
		return false;
	*name = collapse_space(parser, start, end, false);
	parser_seek(parser, token.end);
	return true;
}

/*
 * type_of_member gives what is known of an entry of a value of the type.
 */
const FeelType *
type_of_member(const FeelType *type, FeelString name)
{
	if (type->kind == FEEL_TYPE_CONTEXT)
	{
		for (int i = 0; i < type->field_count; i++)
			if (string_equal(type->fields[i].name, name))
				return type->fields[i].type;
	}
	if (type->kind == FEEL_TYPE_DATA)
	{
		const FeelType *member = type->shape->member(type->data, name);

		if (member)
			return member;
	}
	return &feel_type_any;
}

/*
 * type_of_item gives what is known of an item of a list of the type; a single
 * value is the list of itself.
 */
const FeelType *
type_of_item(const FeelType *type)
{
	if (type->kind == FEEL_TYPE_LIST || type->kind == FEEL_TYPE_RANGE)
		return type->element ? type->element : &feel_type_any;
	if (type->kind == FEEL_TYPE_DATA)
	{
		const FeelType *item = type->shape->item(type->data);

		return item ? item : &feel_type_any;
	}
	return type->kind == FEEL_TYPE_CONTEXT ? type : &feel_type_any;
}
