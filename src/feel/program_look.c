/*-------------------------------------------------------------------------
 *
 * program_look.c
 *		What a host may want to refuse in a program that FEEL takes.
 *
 * The depth of a program's tree was bounded when it was compiled.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/builtins.h"
#include "feel/parser.h"
#include "feel/state.h"

/* Is this node what is looked for?  Then its name. */
typedef bool (*NodeTest) (const Node *node, FeelString *name);

/*
 * find_node finds the first node, in the order of the text of each operation,
 * that passes a test; NULL: none.
 */
static const Node *
find_node(const Node *node, NodeTest test, FeelString *name)
{
	if (node == NULL)
		return NULL;
	for (int i = 0; i < node->count; i++)
	{
		const Node *found = find_node(node->kids[i], test, name);

		if (found)
			return found;
	}
	return test(node, name) ? node : NULL;
}

/*
 * find finds the first node of a program that passes a test.
 */
static bool
find(const FeelProgram *program, NodeTest test, FeelString *name, int *position)
{
	const Node *node = find_node(program->root, test, name);

	if (node)
		*position = node->position;
	return node != NULL;
}

/*
 * has_field tells whether a type may have an entry: only a context type that
 * names its fields surely has not.  A list gives what its items give.
 */
static bool
has_field(const FeelType *type, FeelString name)
{
	while (type->kind == FEEL_TYPE_LIST)
		type = type->element;
	if (type->kind != FEEL_TYPE_CONTEXT || type->is_open || type->field_count == 0)
		return true;
	for (int i = 0; i < type->field_count; i++)
		if (string_equal(type->fields[i].name, name))
			return true;
	return false;
}

/*
 * is_unknown_entry tells whether a node asks a value for what it surely has not.
 */
static bool
is_unknown_entry(const Node *node, FeelString *name)
{
	if (node->kind != NODE_PATH || has_field(node->kids[0]->type, node->name))
		return false;
	*name = node->name;
	return true;
}

/*
 * feel_program_unknown_entry gives the first entry that is surely unknown.
 */
bool
feel_program_unknown_entry(const FeelProgram *program, FeelString *name, int *position)
{
	return find(program, is_unknown_entry, name, position);
}

/*
 * is_volatile_value tells whether a constant is, or holds, such a function; of
 * what holds others only lists are ever constants.
 */
static bool
is_volatile_value(FeelValue value, FeelString *name)
{
	const Signature *signature;

	if (value.kind == FEEL_LIST)
	{
		for (int i = 0; i < list_count(value); i++)
			if (is_volatile_value(list_items(NULL, value)[i], name))
				return true;
	}
	if (value.kind != FEEL_FUNCTION || value.u.function->kind != FUNCTION_BUILTIN)
		return false;
	signature = builtin_signature(value.u.function->builtin);
	*name = signature->name;
	return signature->builtin->is_volatile;
}

/*
 * is_volatile tells whether a node calls, or is, a function like now().
 */
static bool
is_volatile(const Node *node, FeelString *name)
{
	if (node->kind == NODE_CONSTANT)
		return is_volatile_value(node->constant, name);
	if (node->kind != NODE_BUILTIN)
		return false;
	*name = node->signature->name;
	return node->signature->builtin->is_volatile;
}

/*
 * feel_program_volatile gives the first function that reads the clock.
 */
bool
feel_program_volatile(const FeelProgram *program, FeelString *name, int *position)
{
	return find(program, is_volatile, name, position);
}
