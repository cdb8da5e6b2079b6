/*-------------------------------------------------------------------------
 *
 * dmn_boxes.c
 *		Boxed expressions, compiled.
 *
 * A box that gives names to what is inside it (a context's entries, the
 * parameters of a function, the variable of an iteration) opens a scope below
 * the one it stands in; its slots follow those of that one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "storage/shmem.h"

#include "dmn/dmn_build.h"

#define NAME_COUNT_MAX 1000		/* that one box gives */

typedef void (*BoxBuild) (DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box);

static void literal_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box);
static void table_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box);
static void context_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box);
static void boxes_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box);
static void relation_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box);
static void function_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box);
static void invocation_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box);
static void conditional_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box);
static void filter_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box);
static void iterator_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box);

static const struct
{
	const char *name;
	DmnBoxKind kind;
	BoxBuild	build;
}			box_kinds[] = {
	{"literalExpression", DMN_BOX_LITERAL, literal_build},
	{"decisionTable", DMN_BOX_TABLE, table_build},
	{"context", DMN_BOX_CONTEXT, context_build},
	{"list", DMN_BOX_BOXES, boxes_build},
	{"relation", DMN_BOX_RELATION, relation_build},
	{"functionDefinition", DMN_BOX_FUNCTION, function_build},
	{"invocation", DMN_BOX_INVOCATION, invocation_build},
	{"conditional", DMN_BOX_CONDITIONAL, conditional_build},
	{"filter", DMN_BOX_FILTER, filter_build},
	{"for", DMN_BOX_FOR, iterator_build},
	{"some", DMN_BOX_SOME, iterator_build},
	{"every", DMN_BOX_EVERY, iterator_build}
};

/*
 * any is the type of what is not known.
 */
static const FeelType *
any(void)
{
	return feel_type_builtin(FEEL_STRING_LITERAL("Any"));
}

/*
 * kind_of returns the index in box_kinds of an element, or -1.
 */
static int
kind_of(const XmlElement *element)
{
	for (int i = 0; i < (int) lengthof(box_kinds); i++)
		if (strcmp(element->name, box_kinds[i].name) == 0)
			return i;
	return -1;
}

/*
 * next_box returns the element or the next sibling that is a box; NULL: none.
 */
static const XmlElement *
next_box(const XmlElement *element)
{
	while (element != NULL && kind_of(element) < 0)
		element = element->next;
	return element;
}

/*
 * dmn_box_find returns the expression in an element, or NULL.
 */
const XmlElement *
dmn_box_find(const XmlElement *parent)
{
	return next_box(parent->first);
}

/*
 * dmn_slots_note makes the node's slots as many as a scope has.
 */
void
dmn_slots_note(DmnBuilder *builder, const FeelScope *scope)
{
	builder->node->slot_count = Max(builder->node->slot_count, feel_scope_count(scope));
}

/*
 * slot_add adds a name to a scope.
 */
static int
slot_add(DmnBuilder *builder, FeelScope *scope, FeelString name, const FeelType *type)
{
	int			slot = feel_scope_add(scope, name, type);

	dmn_slots_note(builder, scope);
	return slot;
}

/*
 * dmn_box_build compiles a box.
 */
DmnBox *
dmn_box_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element)
{
	DmnBox	   *box = palloc0(sizeof(DmnBox));
	int			kind = kind_of(element);

	CHECK_FOR_INTERRUPTS();
	check_stack_depth();
	box->kind = box_kinds[kind].kind;
	box->type = dmn_type_of(builder, element);
	box_kinds[kind].build(builder, scope, element, box);
	if (box->type != NULL)
		box->known = box->type;
	return box;
}

/*
 * part_build compiles the expression inside a part of a box: if, in, match.
 */
static DmnBox *
part_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, const char *part)
{
	const XmlElement *child = xml_child(element, part);
	const XmlElement *expression = child ? dmn_box_find(child) : NULL;
	DmnBox	   *box;

	if (expression == NULL)
		dmn_refuse(builder, element, "%s has no %s", element->name, part);
	box = dmn_box_build(builder, scope, expression);
	if (box->type == NULL)
		box->type = dmn_type_of(builder, child);
	return box;
}

/*
 * children_create makes room for a box's children.
 */
static void
children_create(DmnBox *box, int count)
{
	box->children = palloc0(mul_size(sizeof(DmnBox *), Max(count, 1)));
	box->child_count = count;
}

/*
 * literal_build compiles a FEEL text.
 */
static void
literal_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box)
{
	const char *language = xml_attribute(element, "expressionLanguage");
	const char *text = xml_child_text(element, "text");

	if (language != NULL && strstr(language, "FEEL") == NULL && strstr(language, "feel") == NULL && *language != '\0')
		dmn_refuse(builder, element, "expression language \"%s\" is not FEEL", language);
	if (text == NULL || *dmn_trim(text) == '\0')
		text = "null";
	box->program = dmn_feel(builder, scope, element, "expression", FEEL_EXPRESSION, NULL, text);
	box->known = feel_program_type(box->program);
}

/*
 * table_build compiles a decision table.
 */
static void
table_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box)
{
	box->table = dmn_table_build(builder, scope, element, &box->known);
}

/*
 * entry_build compiles an entry of a context.  A function sees its own name,
 * which has the slot that the entry will get.
 */
static DmnBox *
entry_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *expression, const char *name)
{
	FeelScope  *own;
	DmnBox	   *entry;

	if (name == NULL || strcmp(expression->name, "functionDefinition") != 0)
		return dmn_box_build(builder, scope, expression);
	own = feel_scope_create(builder->model->arena, scope);
	slot_add(builder, own, dmn_keep(dmn_trim(name)), NULL);
	entry = dmn_box_build(builder, own, expression);
	entry->function->sees_itself = true;
	return entry;
}

/*
 * context_build compiles a context: an entry sees those before it.  An entry
 * without a variable is the value of the whole.
 */
static void
context_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box)
{
	FeelScope  *inside = feel_scope_create(builder->model->arena, scope);
	FeelField  *fields;
	int			count = 0;

	dmn_check_count(element, "context entries", xml_count(element, "contextEntry"), NAME_COUNT_MAX);
	children_create(box, xml_count(element, "contextEntry"));
	box->names = palloc0(mul_size(sizeof(FeelString), Max(box->child_count, 1)));
	fields = palloc0(mul_size(sizeof(FeelField), Max(box->child_count, 1)));
	box->slot = feel_scope_count(scope);
	for (const XmlElement *child = xml_child(element, "contextEntry"); child != NULL; child = xml_next(child, "contextEntry"), count++)
	{
		const XmlElement *variable = xml_child(child, "variable");
		const char *name = variable ? xml_attribute(variable, "name") : NULL;
		const XmlElement *expression = dmn_box_find(child);
		DmnBox	   *entry;

		if (box->has_result)
			dmn_refuse(builder, child, "a contextEntry without variable is not the last one");
		if (expression == NULL)
			dmn_refuse(builder, child, "a contextEntry has no expression");
		entry = box->children[count] = entry_build(builder, inside, expression, name);
		box->has_result = name == NULL;
		if (box->has_result)
			continue;
		if (dmn_type_of(builder, variable) != NULL && entry->type == NULL)
			entry->type = entry->known = dmn_type_of(builder, variable);
		box->names[count] = fields[count].name = dmn_keep(dmn_trim(name));
		for (int i = 0; i < count; i++)
			box->has_twins |= string_equal(box->names[i], box->names[count]);
		fields[count].type = entry->known ? entry->known : any();
		slot_add(builder, inside, box->names[count], entry->known);
	}
	box->name_count = count - box->has_result;
	box->known = box->has_result ? box->children[count - 1]->known : dmn_type_context(count, fields);
}

/*
 * boxes_build compiles a list of boxes.
 */
static void
boxes_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box)
{
	int			count = 0;

	for (const XmlElement *child = dmn_box_find(element); child != NULL; child = next_box(child->next))
		count++;
	children_create(box, count);
	count = 0;
	for (const XmlElement *child = dmn_box_find(element); child != NULL; child = next_box(child->next))
		box->children[count++] = dmn_box_build(builder, scope, child);
	box->known = feel_type_list(builder->model->arena, count > 0 && box->children[0]->known ? box->children[0]->known : any());
}

/*
 * relation_build compiles rows of cells under columns: a list of contexts.
 */
static void
relation_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box)
{
	int			columns = xml_count(element, "column");
	FeelField  *fields = palloc0(mul_size(sizeof(FeelField), Max(columns, 1)));
	int			count = 0;

	dmn_check_count(element, "columns", columns, NAME_COUNT_MAX);
	box->names = palloc0(mul_size(sizeof(FeelString), Max(columns, 1)));
	for (const XmlElement *child = xml_child(element, "column"); child != NULL; child = xml_next(child, "column"))
	{
		const char *name = xml_attribute(child, "name");
		const FeelType *type = dmn_type_of(builder, child);

		if (name == NULL)
			dmn_refuse(builder, child, "a column has no name");
		box->names[box->name_count] = fields[box->name_count].name = dmn_keep(dmn_trim(name));
		fields[box->name_count++].type = type ? type : any();
	}
	children_create(box, xml_count(element, "row") * columns);
	for (const XmlElement *row = xml_child(element, "row"); row != NULL; row = xml_next(row, "row"))
	{
		int			column = 0;

		for (const XmlElement *cell = dmn_box_find(row); cell != NULL; cell = next_box(cell->next), column++)
		{
			if (column == columns)
				dmn_refuse(builder, row, "a row has more cells than there are columns");
			box->children[count] = dmn_box_build(builder, scope, cell);
			if (box->children[count]->type == NULL && fields[column].type->kind != FEEL_TYPE_ANY)
				box->children[count]->type = fields[column].type;
			count++;
		}
		if (column != columns)
			dmn_refuse(builder, row, "a row has %d cells, there are %d columns", column, columns);
	}
	box->known = feel_type_list(builder->model->arena, dmn_type_context(columns, fields));
}

/*
 * dmn_function_build compiles a function's parameters and body.  One of
 * another language has no body, and is always null.
 */
DmnFunction *
dmn_function_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, FeelString name)
{
	DmnFunction *function = palloc0(sizeof(DmnFunction));
	const XmlElement *body = dmn_box_find(element);
	const char *kind = xml_attribute(element, "kind");
	FeelScope  *inside = feel_scope_create(builder->model->arena, scope);

	dmn_check_count(element, "parameters", xml_count(element, "formalParameter"), NAME_COUNT_MAX);
	function->name = name;
	function->slot = feel_scope_count(scope);
	function->parameters = palloc0(mul_size(sizeof(FeelField), Max(xml_count(element, "formalParameter"), 1)));
	for (const XmlElement *child = xml_child(element, "formalParameter"); child != NULL; child = xml_next(child, "formalParameter"))
	{
		FeelField  *parameter = &function->parameters[function->parameter_count++];
		const char *parameter_name = xml_attribute(child, "name");
		const FeelType *type = dmn_type_of(builder, child);

		if (parameter_name == NULL)
			dmn_refuse(builder, child, "a formalParameter has no name");
		parameter->name = dmn_keep(dmn_trim(parameter_name));
		parameter->type = type ? type : any();
		slot_add(builder, inside, parameter->name, type);
	}
	dmn_slots_note(builder, inside);
	if (body != NULL && (kind == NULL || strcmp(kind, "FEEL") == 0))
		function->body = dmn_box_build(builder, inside, body);
	function->result = dmn_type_of(builder, element);
	if (function->result != NULL && function->result->kind == FEEL_TYPE_FUNCTION)
		function->result = function->result->element;
	return function;
}

/*
 * function_build compiles a function definition.
 */
static void
function_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box)
{
	DmnFunction *function = dmn_function_build(builder, scope, element, FEEL_STRING_LITERAL("function"));

	box->function = function;
	box->type = NULL;			/* it was that of the function's result */
	box->known = dmn_type_function(function->parameter_count, function->parameters,
								   function->result ? function->result : function->body ? function->body->known : NULL);
}

/*
 * invocation_build compiles the call of a function with named arguments.
 */
static void
invocation_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box)
{
	const XmlElement *called = dmn_box_find(element);
	int			count = 1;

	if (called == NULL)
		dmn_refuse(builder, element, "an invocation does not say what it calls");
	children_create(box, xml_count(element, "binding") + 1);
	box->names = palloc0(mul_size(sizeof(FeelString), box->child_count));
	box->children[0] = dmn_box_build(builder, scope, called);
	for (const XmlElement *child = xml_child(element, "binding"); child != NULL; child = xml_next(child, "binding"), count++)
	{
		const XmlElement *parameter = xml_child(child, "parameter");
		const char *name = parameter ? xml_attribute(parameter, "name") : NULL;
		const XmlElement *argument = dmn_box_find(child);

		if (name == NULL)
			dmn_refuse(builder, child, "a binding does not name its parameter");
		if (argument == NULL)
			dmn_refuse(builder, child, "a binding has no expression");
		box->names[box->name_count++] = dmn_keep(dmn_trim(name));
		box->children[count] = dmn_box_build(builder, scope, argument);
	}
	if (box->children[0]->known != NULL && box->children[0]->known->kind == FEEL_TYPE_FUNCTION)
		box->known = box->children[0]->known->element;
}

/*
 * conditional_build compiles if, then and else.
 */
static void
conditional_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box)
{
	children_create(box, 3);
	box->children[0] = part_build(builder, scope, element, "if");
	box->children[1] = part_build(builder, scope, element, "then");
	box->children[2] = part_build(builder, scope, element, "else");
	box->known = box->children[1]->known;
}

/*
 * item_type is what is known of the items of a value, or NULL.
 */
static const FeelType *
item_type(const FeelType *type)
{
	if (type != NULL && (type->kind == FEEL_TYPE_LIST || type->kind == FEEL_TYPE_RANGE) && type->element != NULL &&
		type->element->kind != FEEL_TYPE_ANY && type->element->kind != FEEL_TYPE_DATA)
		return type->element;
	return NULL;
}

/*
 * filter_build compiles a filter.  The items' own names may be used in match.
 * Where they are known, each has a slot after that of `item`; else the filter
 * is one of FEEL, which looks them up in each item.
 */
static void
filter_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box)
{
	FeelScope  *inside = feel_scope_create(builder->model->arena, scope);
	const XmlElement *match = xml_child(element, "match");
	const XmlElement *expression = match ? dmn_box_find(match) : NULL;
	const FeelType *item;

	children_create(box, 2);
	box->children[0] = part_build(builder, scope, element, "in");
	box->known = box->children[0]->known;
	item = item_type(box->known);
	if (item == NULL && expression != NULL && strcmp(expression->name, "literalExpression") == 0)
	{
		const char *text = xml_child_text(expression, "text");

		box->slot = slot_add(builder, inside, FEEL_STRING_LITERAL("items"), NULL);
		box->program = dmn_feel(builder, inside, expression, "match", FEEL_EXPRESSION, NULL, psprintf("items[%s\n]", text ? text : "null"));
		box->child_count = 1;
		return;
	}
	box->slot = slot_add(builder, inside, FEEL_STRING_LITERAL("item"), item);
	if (item != NULL && item->kind == FEEL_TYPE_CONTEXT)
	{
		box->name_count = item->field_count;
		box->names = palloc0(mul_size(sizeof(FeelString), Max(item->field_count, 1)));
		for (int i = 0; i < item->field_count; i++)
		{
			box->names[i] = item->fields[i].name;
			slot_add(builder, inside, box->names[i], item->fields[i].type);
		}
	}
	box->children[1] = part_build(builder, inside, element, "match");
}

/*
 * iterator_build compiles for, some and every.  A for sees what it gave so far
 * as `partial`.
 */
static void
iterator_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, DmnBox *box)
{
	FeelScope  *inside = feel_scope_create(builder->model->arena, scope);
	const char *name = xml_attribute(element, "iteratorVariable");

	if (name == NULL)
		dmn_refuse(builder, element, "%s has no iteratorVariable", element->name);
	children_create(box, 2);
	box->children[0] = part_build(builder, scope, element, "in");
	box->slot = slot_add(builder, inside, dmn_keep(dmn_trim(name)), item_type(box->children[0]->known));
	if (box->kind == DMN_BOX_FOR)
		slot_add(builder, inside, FEEL_STRING_LITERAL("partial"), NULL);
	box->children[1] = part_build(builder, inside, element, box->kind == DMN_BOX_FOR ? "return" : "satisfies");
	if (box->kind == DMN_BOX_FOR)
		box->known = feel_type_list(builder->model->arena, box->children[1]->known ? box->children[1]->known : any());
	else
		box->known = feel_type_builtin(FEEL_STRING_LITERAL("boolean"));
}
