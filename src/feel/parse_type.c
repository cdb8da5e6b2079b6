/*-------------------------------------------------------------------------
 *
 * parse_type.c
 *		Types as `instance of` and parameters name them.
 *
 * number, string, date and time ..., list<T>, range<T>, context<a: T, b: U>,
 * function<T, U> -> V, or a name that the scope knows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/parser.h"

static const struct
{
	const char *name;
	FeelTypeKind kind;
}			builtin_types[] = {
	{"Any", FEEL_TYPE_ANY}, {"any", FEEL_TYPE_ANY}, {"null", FEEL_TYPE_NULL}, {"Null", FEEL_TYPE_NULL},
	{"boolean", FEEL_TYPE_BOOLEAN}, {"number", FEEL_TYPE_NUMBER}, {"string", FEEL_TYPE_STRING},
	{"date", FEEL_TYPE_DATE}, {"time", FEEL_TYPE_TIME}, {"date and time", FEEL_TYPE_DATE_TIME},
	{"dateTime", FEEL_TYPE_DATE_TIME}, {"days and time duration", FEEL_TYPE_DAYS_DURATION},
	{"dayTimeDuration", FEEL_TYPE_DAYS_DURATION}, {"years and months duration", FEEL_TYPE_MONTHS_DURATION},
	{"yearMonthDuration", FEEL_TYPE_MONTHS_DURATION}, {"list", FEEL_TYPE_LIST}, {"context", FEEL_TYPE_CONTEXT},
	{"range", FEEL_TYPE_RANGE}, {"function", FEEL_TYPE_FUNCTION}
};

const FeelType feel_type_any = {.kind = FEEL_TYPE_ANY};

/* By kind; without element or fields a list is one of anything, a context open. */
static const FeelType plain_types[] = {
	[FEEL_TYPE_ANY] = {.kind = FEEL_TYPE_ANY},
	[FEEL_TYPE_NULL] = {.kind = FEEL_TYPE_NULL},
	[FEEL_TYPE_BOOLEAN] = {.kind = FEEL_TYPE_BOOLEAN},
	[FEEL_TYPE_NUMBER] = {.kind = FEEL_TYPE_NUMBER},
	[FEEL_TYPE_STRING] = {.kind = FEEL_TYPE_STRING},
	[FEEL_TYPE_DATE] = {.kind = FEEL_TYPE_DATE},
	[FEEL_TYPE_TIME] = {.kind = FEEL_TYPE_TIME},
	[FEEL_TYPE_DATE_TIME] = {.kind = FEEL_TYPE_DATE_TIME},
	[FEEL_TYPE_DAYS_DURATION] = {.kind = FEEL_TYPE_DAYS_DURATION},
	[FEEL_TYPE_MONTHS_DURATION] = {.kind = FEEL_TYPE_MONTHS_DURATION},
	[FEEL_TYPE_LIST] = {.kind = FEEL_TYPE_LIST, .element = &feel_type_any},
	[FEEL_TYPE_CONTEXT] = {.kind = FEEL_TYPE_CONTEXT, .is_open = true},
	[FEEL_TYPE_RANGE] = {.kind = FEEL_TYPE_RANGE, .element = &feel_type_any},
	[FEEL_TYPE_FUNCTION] = {.kind = FEEL_TYPE_FUNCTION, .is_open = true},
};

/*
 * feel_type_builtin finds a type by its name in the standard.
 */
const FeelType *
feel_type_builtin(FeelString name)
{
	for (size_t i = 0; i < lengthof(builtin_types); i++)
		if (strlen(builtin_types[i].name) == (size_t) name.length &&
			memcmp(builtin_types[i].name, name.data, name.length) == 0)
			return &plain_types[builtin_types[i].kind];
	return NULL;
}

/*
 * feel_type_list makes the type of lists of element.
 */
const FeelType *
feel_type_list(FeelArena *arena, const FeelType *element)
{
	FeelType   *type = arena_alloc0(arena, sizeof(FeelType));

	type->kind = FEEL_TYPE_LIST;
	type->element = element;
	return type;
}

/*
 * match_type_name finds the longest name of a type at the next token, built in
 * or of the scope.
 */
static const FeelType *
match_type_name(Parser *parser, int32 *end)
{
	int32		start = parser->token.start;
	const FeelType *type = NULL;

	*end = -1;
	for (size_t i = 0; i < lengthof(builtin_types); i++)
	{
		FeelString	name = feel_string(builtin_types[i].name, strlen(builtin_types[i].name));
		int32		match = name_match_end(parser->text, parser->length, start, name);

		if (match > *end)
		{
			*end = match;
			type = &plain_types[builtin_types[i].kind];
		}
	}
	for (const FeelScope *scope = parser->scope; scope; scope = scope->parent)
	{
		int32		match;
		int			i = name_table_match(&scope->types, parser->text, parser->length, start, &match);

		if (i >= 0 && match > *end)
		{
			*end = match;
			type = scope->types.fields[i].type;
		}
	}
	return type;
}

/*
 * parse_fields reads a: T, ... of a context's type up to >.
 */
static void
parse_fields(Parser *parser, FeelType *type)
{
	NameTable	fields = {.arena = parser->arena};

	while (!parser_at_symbol(parser, '>'))
	{
		FeelString	name;

		if (fields.count > 0)
			parser_expect_symbol(parser, ',', ", or >");
		if (!parse_name_before_colon(parser, &name))
			parser_fail_token(parser, "a name and :");
		name_table_add(&fields, name, parse_type(parser));
	}
	type->fields = fields.fields;
	type->field_count = fields.count;
}

/*
 * parse_signature reads T, U> -> V of a function's type.
 */
static void
parse_signature(Parser *parser, FeelType *type)
{
	NameTable	fields = {.arena = parser->arena};

	while (!parser_at_symbol(parser, '>'))
	{
		if (fields.count > 0)
			parser_expect_symbol(parser, ',', ", or >");
		name_table_add(&fields, FEEL_STRING_LITERAL(""), parse_type(parser));
	}
	parser_advance(parser);
	parser_expect_symbol(parser, SYMBOL_ARROW, "->");
	type->fields = fields.fields;
	type->field_count = fields.count;
	type->element = parse_type(parser);
}

/*
 * parse_type_arguments reads <...> of list, range, context or function.
 */
static const FeelType *
parse_type_arguments(Parser *parser, const FeelType *plain)
{
	FeelType   *type = arena_alloc0(parser->arena, sizeof(FeelType));

	parser_advance(parser);
	type->kind = plain->kind;
	if (type->kind == FEEL_TYPE_FUNCTION)
	{
		parse_signature(parser, type);
		return type;
	}
	if (type->kind == FEEL_TYPE_CONTEXT)
		parse_fields(parser, type);
	else
		type->element = parse_type(parser);
	parser_expect_symbol(parser, '>', ">");
	return type;
}

/*
 * parse_type reads a type.  One that is not known is an error, unless names are
 * free: then it is any.
 */
const FeelType *
parse_type(Parser *parser)
{
	int32		start = parser->token.start;
	int32		end;
	const FeelType *type;

	if (parser->token.kind != TOKEN_WORD && parser->token.kind != TOKEN_KEYWORD)
		parser_fail_token(parser, "a type");
	parser_enter(parser);
	type = match_type_name(parser, &end);
	if (type)
		parser_seek(parser, end);
	else
	{
		FeelString	name = parse_free_name(parser, "a type");

		parser_seek(parser, parser->previous_end);
		if (!parser->scope || !parser->scope->is_open)
			parser_fail(parser, start, "there is no type \"%.*s\"", Min(name.length, 60), name.data);
		type = &feel_type_any;
	}
	if (type->kind >= FEEL_TYPE_LIST && type->kind <= FEEL_TYPE_FUNCTION && type == &plain_types[type->kind] &&
		parser_at_symbol(parser, '<'))
		type = parse_type_arguments(parser, type);
	parser_leave(parser);
	return type;
}
