/*-------------------------------------------------------------------------
 *
 * dmn_types.c
 *		Item definitions as types of FEEL.
 *
 * A structure may hold itself in a list or a component, so its type exists
 * before its fields do; a definition that only names another one is that
 * other's type.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"

#include "dmn/dmn_build.h"

#define TYPE_COUNT_MAX 10000
#define COMPONENT_COUNT_MAX 1000

static const FeelType *item_type(DmnBuilder *builder, DmnDefinitions *definitions, const XmlElement *element, FeelType *made);

/*
 * any_type is that of what no type is stated for.
 */
static const FeelType *
any_type(void)
{
	static const FeelType any = {.kind = FEEL_TYPE_ANY};

	return &any;
}

/*
 * dmn_type_context makes the type of contexts with these fields.
 */
const FeelType *
dmn_type_context(int count, const FeelField *fields)
{
	FeelType   *type = palloc0(sizeof(FeelType));

	type->kind = FEEL_TYPE_CONTEXT;
	type->field_count = count;
	type->fields = fields;
	return type;
}

/*
 * dmn_type_function makes the type of functions from parameters to a result.
 */
const FeelType *
dmn_type_function(int count, const FeelField *parameters, const FeelType *result)
{
	FeelType   *type = palloc0(sizeof(FeelType));

	type->kind = FEEL_TYPE_FUNCTION;
	type->field_count = count;
	type->fields = parameters;
	type->element = result ? result : any_type();
	return type;
}

/*
 * entry_type builds the type of a definition when it is first asked for.
 */
static const FeelType *
entry_type(DmnBuilder *builder, DmnDefinitions *definitions, DmnTypeEntry *entry)
{
	if (entry->progress == DMN_BUSY && entry->type == NULL)
		dmn_refuse(builder, entry->element, "type \"%s\" is defined by itself", entry->name);
	if (entry->progress == DMN_NEW)
	{
		FeelType   *made = NULL;

		entry->progress = DMN_BUSY;
		if (xml_child(entry->element, "itemComponent") != NULL || xml_child(entry->element, "functionItem") != NULL)
		{
			made = palloc0(sizeof(FeelType));
			entry->type = made;
		}
		entry->type = item_type(builder, definitions, entry->element, made);
		entry->progress = DMN_DONE;
	}
	return entry->type;
}

/*
 * local_type finds a definition of this text by name; NULL: none.
 */
static const FeelType *
local_type(DmnBuilder *builder, DmnDefinitions *definitions, const char *name)
{
	for (int i = 0; i < definitions->type_count; i++)
		if (strcmp(definitions->types[i].name, name) == 0)
			return entry_type(builder, definitions, &definitions->types[i]);
	return NULL;
}

/*
 * prefixed_type finds prefix:name, as DMN 1.1 has it; NULL: no such.  The name
 * stands in an attribute of the element or in its typeRef.
 */
static const FeelType *
prefixed_type(DmnBuilder *builder, DmnDefinitions *definitions, const XmlElement *element, const char *name)
{
	const XmlElement *reference = xml_child(element, "typeRef");
	const char *colon = strchr(name, ':');
	const char *uri = colon ? xml_prefix_uri(reference ? reference : element, name, colon - name) : NULL;

	if (uri == NULL)
		return NULL;
	if (strstr(uri, "FEEL") != NULL)
		return feel_type_builtin(feel_string(colon + 1, strlen(colon + 1)));
	if (strcmp(uri, definitions->name_space) == 0)
		return local_type(builder, definitions, colon + 1);
	for (int i = 0; i < definitions->import_count; i++)
		if (strcmp(definitions->imports[i].name_space, uri) == 0)
			return local_type(builder, definitions->imports[i].definitions, colon + 1);
	return NULL;
}

/*
 * imported_type finds import.name; NULL: no such.
 */
static const FeelType *
imported_type(DmnBuilder *builder, DmnDefinitions *definitions, const char *name)
{
	for (int i = 0; i < definitions->import_count; i++)
	{
		const DmnImport *import = &definitions->imports[i];
		size_t		length = strlen(import->name);
		const FeelType *type = NULL;

		if (length == 0)
			type = local_type(builder, import->definitions, name);
		else if (strncmp(name, import->name, length) == 0 && name[length] == '.')
			type = local_type(builder, import->definitions, name + length + 1);
		if (type != NULL)
			return type;
	}
	return NULL;
}

/*
 * dmn_type_named finds a type by what a typeRef says; NULL: any.
 */
const FeelType *
dmn_type_named(DmnBuilder *builder, DmnDefinitions *definitions, const XmlElement *element, const char *name)
{
	const FeelType *type;

	if (name == NULL || *(name = dmn_trim(name)) == '\0')
		return NULL;
	type = local_type(builder, definitions, name);
	if (type == NULL)
		type = feel_type_builtin(feel_string(name, strlen(name)));
	if (type == NULL)
		type = imported_type(builder, definitions, name);
	if (type == NULL)
		type = prefixed_type(builder, definitions, element, name);
	if (type == NULL)
		dmn_refuse(builder, element, "type \"%s\" does not exist", name);
	return type->kind == FEEL_TYPE_ANY && type->allowed == NULL ? NULL : type;
}

/*
 * dmn_type_of is the type that an element's own typeRef says; NULL: any.
 */
const FeelType *
dmn_type_of(DmnBuilder *builder, const XmlElement *element)
{
	return element ? dmn_type_named(builder, builder->definitions, element, xml_attribute(element, "typeRef")) : NULL;
}

/*
 * constrained_type is a type whose values have to pass tests; text NULL: the
 * type itself.
 */
static const FeelType *
constrained_type(DmnBuilder *builder, const XmlElement *element, const FeelType *base, const char *what)
{
	const XmlElement *tests = xml_child(element, what);
	const char *text = tests ? xml_child_text(tests, "text") : NULL;
	FeelType   *type;

	if (text == NULL || *dmn_trim(text) == '\0')
		return base;
	type = palloc(sizeof(FeelType));
	*type = base ? *base : *any_type();
	type->allowed = dmn_feel(builder, NULL, tests, what, FEEL_UNARY_TESTS, base, text);
	return type;
}

/*
 * item_fields reads the components of a structure.
 */
static void
item_fields(DmnBuilder *builder, DmnDefinitions *definitions, const XmlElement *element, FeelType *type)
{
	FeelField  *fields;
	int			count = 0;

	CHECK_FOR_INTERRUPTS();
	dmn_check_count(element, "components", xml_count(element, "itemComponent"), COMPONENT_COUNT_MAX);
	fields = palloc0(sizeof(FeelField) * xml_count(element, "itemComponent"));
	for (const XmlElement *child = xml_child(element, "itemComponent"); child != NULL; child = xml_next(child, "itemComponent"))
	{
		const char *name = xml_attribute(child, "name");
		const FeelType *field = item_type(builder, definitions, child, NULL);

		if (name == NULL)
			dmn_refuse(builder, child, "an itemComponent has no name");
		fields[count].name = dmn_keep(name);
		fields[count++].type = field ? field : any_type();
	}
	type->kind = FEEL_TYPE_CONTEXT;
	type->field_count = count;
	type->fields = fields;
}

/*
 * item_function reads the parameters and the result of a function's type.
 */
static void
item_function(DmnBuilder *builder, DmnDefinitions *definitions, const XmlElement *item, FeelType *type)
{
	FeelField  *fields = palloc0(sizeof(FeelField) * Max(xml_count(item, "parameters"), 1));
	const FeelType *result = dmn_type_named(builder, definitions, item, xml_attribute(item, "outputTypeRef"));
	int			count = 0;

	for (const XmlElement *child = xml_child(item, "parameters"); child != NULL; child = xml_next(child, "parameters"))
	{
		const char *name = xml_attribute(child, "name");
		const FeelType *field = dmn_type_named(builder, definitions, child, xml_attribute(child, "typeRef"));

		fields[count].name = dmn_keep(name ? name : "");
		fields[count++].type = field ? field : any_type();
	}
	type->kind = FEEL_TYPE_FUNCTION;
	type->field_count = count;
	type->fields = fields;
	type->element = result ? result : any_type();
}

/*
 * item_type reads an itemDefinition or itemComponent.  made is the structure
 * that others may point to already, or NULL.
 */
static const FeelType *
item_type(DmnBuilder *builder, DmnDefinitions *definitions, const XmlElement *element, FeelType *made)
{
	const char *collection = xml_attribute(element, "isCollection");
	const XmlElement *function = xml_child(element, "functionItem");
	const FeelType *type;

	check_stack_depth();
	if (xml_child(element, "itemComponent") != NULL || function != NULL)
	{
		const char *name = xml_attribute(element, "name");
		FeelType   *shape = palloc0(sizeof(FeelType));

		shape->name = dmn_keep(name ? name : "");
		if (function != NULL)
			item_function(builder, definitions, function, shape);
		else
			item_fields(builder, definitions, element, shape);
		type = shape;
	}
	else
		type = dmn_type_named(builder, definitions, element, xml_child_text(element, "typeRef"));
	type = constrained_type(builder, element, type, "allowedValues");
	if (collection != NULL && (strcmp(collection, "true") == 0 || strcmp(collection, "1") == 0))
		type = feel_type_list(builder->model->arena, type ? type : any_type());
	type = constrained_type(builder, element, type, "typeConstraint");
	if (made == NULL)
		return type ? type : any_type();
	*made = *type;
	return made;
}

/*
 * dmn_types_build reads all item definitions of a text, after its imports', and
 * makes the scope in which expressions find them.
 */
void
dmn_types_build(DmnBuilder *builder, DmnDefinitions *definitions)
{
	const XmlElement *root = definitions->document->root;

	dmn_check_count(root, "item definitions", xml_count(root, "itemDefinition"), TYPE_COUNT_MAX);
	definitions->types = palloc0(sizeof(DmnTypeEntry) * Max(xml_count(root, "itemDefinition"), 1));
	for (const XmlElement *child = xml_child(root, "itemDefinition"); child != NULL; child = xml_next(child, "itemDefinition"))
	{
		const char *name = xml_attribute(child, "name");

		if (name == NULL || *dmn_trim(name) == '\0')
			dmn_refuse(builder, child, "an itemDefinition has no name");
		definitions->types[definitions->type_count].name = dmn_trim(name);
		definitions->types[definitions->type_count++].element = child;
	}
	definitions->type_scope = feel_scope_create(builder->model->arena, NULL);
	for (int i = 0; i < definitions->type_count; i++)
		feel_scope_add_type(definitions->type_scope, dmn_keep(definitions->types[i].name),
							entry_type(builder, definitions, &definitions->types[i]));
	for (int i = 0; i < definitions->import_count; i++)
	{
		const DmnImport *import = &definitions->imports[i];

		for (int j = 0; j < import->definitions->type_count; j++)
			feel_scope_add_type(definitions->type_scope,
								dmn_keep(import->name[0] == '\0' ? import->definitions->types[j].name
										 : psprintf("%s.%s", import->name, import->definitions->types[j].name)),
								entry_type(builder, import->definitions, &import->definitions->types[j]));
	}
}
