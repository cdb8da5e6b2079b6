/*-------------------------------------------------------------------------
 *
 * scope.c
 *		Names that an expression may use, and whether a text is one of them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/lexer.h"
#include "feel/scope.h"

/*
 * name_table_add appends a name; of two alike the later one counts.
 */
void
name_table_add(NameTable *table, FeelString name, const FeelType *type)
{
	if (table->count == table->size)
	{
		int			size = table->size == 0 ? 8 : 2 * table->size;
		FeelField  *fields = arena_alloc_array(table->arena, size, sizeof(FeelField));

		if (table->count > 0)
			memcpy(fields, table->fields, table->count * sizeof(FeelField));
		table->fields = fields;
		table->size = size;
	}
	table->fields[table->count].name = name;
	table->fields[table->count].type = type ? type : &feel_type_any;
	table->count++;
}

/*
 * feel_scope_create makes a scope; what it does not know its parent may.
 */
FeelScope *
feel_scope_create(FeelArena *arena, const FeelScope *parent)
{
	FeelScope  *scope = arena_alloc0(arena, sizeof(FeelScope));

	scope->parent = parent;
	scope->first_slot = parent ? feel_scope_count(parent) : 0;
	scope->names.arena = arena;
	scope->types.arena = arena;
	return scope;
}

/*
 * feel_scope_add gives a name a slot.
 */
int
feel_scope_add(FeelScope *scope, FeelString name, const FeelType *type)
{
	name_table_add(&scope->names, string_copy(scope->names.arena, name), type);
	return scope->first_slot + scope->names.count - 1;
}

/*
 * feel_scope_find gives the slot of exactly this name; -1: none.
 */
int
feel_scope_find(const FeelScope *scope, FeelString name)
{
	for (; scope; scope = scope->parent)
		for (int i = scope->names.count - 1; i >= 0; i--)
			if (string_equal(scope->names.fields[i].name, name))
				return scope->first_slot + i;
	return -1;
}

/*
 * feel_scope_count gives the number of slots, the parents' included.
 */
int
feel_scope_count(const FeelScope *scope)
{
	return scope->first_slot + scope->names.count;
}

/*
 * feel_scope_name gives the name of a slot.
 */
FeelString
feel_scope_name(const FeelScope *scope, int slot)
{
	while (slot < scope->first_slot)
		scope = scope->parent;
	return scope->names.fields[slot - scope->first_slot].name;
}

/*
 * feel_scope_open lets every free name be a slot.
 */
void
feel_scope_open(FeelScope *scope, const FeelType *data)
{
	scope->is_open = true;
	scope->data = data;
}

/*
 * feel_scope_add_type gives a type a name.
 */
void
feel_scope_add_type(FeelScope *scope, FeelString name, const FeelType *type)
{
	name_table_add(&scope->types, string_copy(scope->types.arena, name), type);
}

/*
 * skip_plain_space passes over white space, not comments: a name holds none.
 */
static int32
skip_plain_space(const char *text, int32 length, int32 position)
{
	int			size;

	while (position < length && lexer_is_space(lexer_code_point(text, length, position, &size)))
		position += size;
	return position;
}

/*
 * ends_within_word tells whether the character at end goes on with the word
 * that ends there.
 */
static bool
ends_within_word(const char *text, int32 length, int32 start, int32 end)
{
	int			size;
	int32		last = end - 1;

	if (end >= length || end <= start)
		return false;
	while (last > start && ((unsigned char) text[last] & 0xC0) == 0x80)
		last--;
	return lexer_is_name_part(lexer_code_point(text, length, last, &size)) &&
		lexer_is_name_part(lexer_code_point(text, length, end, &size));
}

/*
 * name_match_end compares token by token, a symbol being a token: it tells where
 * the text stops being the name.
 */
int32
name_match_end(const char *text, int32 length, int32 position, FeelString name)
{
	int32		t = position;
	int32		n = skip_plain_space(name.data, name.length, 0);
	bool		after_symbol = true;

	while (n < name.length)
	{
		int32		n_next = skip_plain_space(name.data, name.length, n);
		int32		t_next = skip_plain_space(text, length, t);
		int			size;
		int			text_size;
		uint32		c;

		if (n_next >= name.length)
			break;
		if (t_next >= length)
			return -1;
		c = lexer_code_point(name.data, name.length, n_next, &size);
		if (c != lexer_code_point(text, length, t_next, &text_size) || size != text_size)
			return -1;
		/* between two words there is space in both or in none; beside a symbol it does not matter */
		if (t != position && !after_symbol && !lexer_is_name_symbol(c) && (n_next > n) != (t_next > t))
			return -1;
		after_symbol = lexer_is_name_symbol(c);
		n = n_next + size;
		t = t_next + size;
	}
	if (t == position || ends_within_word(text, length, position, t))
		return -1;
	return t;
}

/*
 * name_table_match finds the longest name; of equal ones the last.
 */
int
name_table_match(const NameTable *table, const char *text, int32 length, int32 position, int32 *end)
{
	int			best = -1;

	*end = -1;
	for (int i = 0; i < table->count; i++)
	{
		FeelString	name = table->fields[i].name;
		int32		match;

		if (name.length == 0 || position >= length || name.data[0] != text[position])
			continue;
		match = name_match_end(text, length, position, name);
		if (match >= 0 && match >= *end)
		{
			*end = match;
			best = i;
		}
	}
	return best;
}
