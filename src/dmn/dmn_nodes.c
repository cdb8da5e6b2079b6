/*-------------------------------------------------------------------------
 *
 * dmn_nodes.c
 *		The requirement graph: inputs, decisions, knowledge models, services.
 *
 * A node is built after what it requires, so that the types of those are known
 * to its expressions; one that is met again while it is being built requires
 * itself, which is refused.  Of imported models only what is required is built.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "storage/shmem.h"

#include "core/errors.h"
#include "dmn/dmn_build.h"

#define NAMES_SHOWN_MAX 10		/* in a message */
#define NAME_BYTES_SHOWN 100
#define PATH_MAX_LENGTH 200		/* requirements one behind another */
#define REQUIRED_COUNT_MAX 1000	/* of one node */

static DmnNode *node_build(DmnBuilder *builder, DmnDefinitions *definitions, DmnElement *element);

/* What a node of the graph is called in the text and in messages. */
static const struct
{
	const char *name;
	const char *label;
	DmnNodeKind kind;
}			node_kinds[] = {
	{"inputData", "input", DMN_INPUT},
	{"decision", "decision", DMN_DECISION},
	{"businessKnowledgeModel", "knowledge model", DMN_KNOWLEDGE},
	{"decisionService", "decision service", DMN_SERVICE}
};

/*
 * kind_of returns the index in node_kinds of an element, or -1.
 */
static int
kind_of(const XmlElement *element)
{
	for (int i = 0; i < (int) lengthof(node_kinds); i++)
		if (strcmp(element->name, node_kinds[i].name) == 0)
			return i;
	return -1;
}

/*
 * compare_ids orders elements by id, those without one last.
 */
static int
compare_ids(const void *a, const void *b)
{
	const DmnElement *x = *(DmnElement *const *) a;
	const DmnElement *y = *(DmnElement *const *) b;

	if (x->id == NULL || y->id == NULL)
		return (x->id == NULL) - (y->id == NULL);
	return strcmp(x->id, y->id);
}

/*
 * elements_list lists the elements of a text's graph, once.
 */
static void
elements_list(DmnBuilder *builder, DmnDefinitions *definitions)
{
	const XmlElement *root = definitions->document->root;
	int			count = 0;

	if (definitions->elements != NULL)
		return;
	for (const XmlElement *child = root->first; child != NULL; child = child->next)
		count += kind_of(child) >= 0;
	definitions->elements = palloc0(mul_size(sizeof(DmnElement), Max(count, 1)));
	definitions->by_id = palloc(mul_size(sizeof(DmnElement *), Max(count, 1)));
	for (const XmlElement *child = root->first; child != NULL; child = child->next)
	{
		int			kind = kind_of(child);
		DmnElement *element = &definitions->elements[definitions->element_count];

		if (kind < 0)
			continue;
		if (xml_attribute(child, "name") == NULL)
			dmn_refuse(builder, child, "%s has no name", child->name);
		element->id = xml_attribute(child, "id");
		element->element = child;
		element->kind = node_kinds[kind].kind;
		definitions->by_id[definitions->element_count++] = element;
	}
	qsort(definitions->by_id, count, sizeof(DmnElement *), compare_ids);
	for (int i = 1; i < count; i++)
		if (definitions->by_id[i]->id != NULL && strcmp(definitions->by_id[i - 1]->id, definitions->by_id[i]->id) == 0)
			dmn_refuse(builder, definitions->by_id[i]->element, "two elements have this id");
}

/*
 * element_of finds an element of a text by id.
 */
static DmnElement *
element_of(DmnBuilder *builder, DmnDefinitions *definitions, const char *id)
{
	DmnElement	wanted = {.id = id};
	DmnElement *key = &wanted;
	DmnElement **found;

	elements_list(builder, definitions);
	found = bsearch(&key, definitions->by_id, definitions->element_count, sizeof(DmnElement *), compare_ids);
	return found ? *found : NULL;
}

/*
 * reference_build builds what an href names: "#id", or "namespace#id".  The
 * import that it comes through is stored, NULL for the text itself.
 */
static DmnNode *
reference_build(DmnBuilder *builder, const XmlElement *reference, const DmnImport **through)
{
	DmnDefinitions *definitions = builder->definitions;
	const char *href = xml_attribute(reference, "href");
	const char *mark = href ? strchr(href, '#') : NULL;
	DmnElement *element;

	*through = NULL;
	if (mark == NULL)
		dmn_refuse(builder, reference, "%s has no href", reference->name);
	if (mark > href && !(strlen(definitions->name_space) == (size_t) (mark - href) && memcmp(definitions->name_space, href, mark - href) == 0))
	{
		for (int i = 0; i < definitions->import_count; i++)
			if (strlen(definitions->imports[i].name_space) == (size_t) (mark - href) &&
				memcmp(definitions->imports[i].name_space, href, mark - href) == 0)
				*through = &definitions->imports[i];
		if (*through == NULL)
			dmn_refuse(builder, reference, "namespace of \"%s\" is not imported", href);
		definitions = (*through)->definitions;
	}
	element = element_of(builder, definitions, mark + 1);
	if (element == NULL)
		dmn_refuse(builder, reference, "\"%s\" does not exist", href);
	return node_build(builder, definitions, element);
}

/*
 * required_add notes a requirement of the node; one that comes through an
 * import with a name is a member of what has that name.
 */
static void
required_add(DmnNode *node, DmnNode *to, const DmnImport *through)
{
	DmnRequired *parent = NULL;
	DmnRequired *slot;

	if (through == NULL || through->name[0] == '\0')
	{
		for (int i = 0; i < node->required_count; i++)
			if (node->required[i].node == to)
				return;
		node->required[node->required_count++] = (DmnRequired) {.node = to, .name = to->name};
		return;
	}
	for (int i = 0; i < node->required_count && parent == NULL; i++)
		if (node->required[i].node == NULL && string_equal(node->required[i].name, feel_string(through->name, strlen(through->name))))
			parent = &node->required[i];
	if (parent == NULL)
	{
		parent = &node->required[node->required_count++];
		*parent = (DmnRequired) {.name = dmn_keep(through->name)};
	}
	parent->members = parent->members ? repalloc(parent->members, sizeof(DmnRequired) * (parent->member_count + 1))
		: palloc(sizeof(DmnRequired));
	slot = &parent->members[parent->member_count++];
	*slot = (DmnRequired) {.node = to, .name = to->name};
}

/*
 * requirements_build builds what a decision or knowledge model requires.
 */
static void
requirements_build(DmnBuilder *builder, DmnNode *node, const XmlElement *element)
{
	int			count = xml_count(element, "informationRequirement") + xml_count(element, "knowledgeRequirement");

	dmn_check_count(element, "requirements", count, REQUIRED_COUNT_MAX);
	node->required = palloc0(mul_size(sizeof(DmnRequired), Max(count, 1)));
	for (const XmlElement *child = element->first; child != NULL; child = child->next)
	{
		const DmnImport *through;
		DmnNode    *to;

		if (strcmp(child->name, "informationRequirement") != 0 && strcmp(child->name, "knowledgeRequirement") != 0)
			continue;
		if (child->first == NULL)
			dmn_refuse(builder, child, "%s is empty", child->name);
		to = reference_build(builder, child->first, &through);
		required_add(node, to, through);
		builder->node = node;
	}
}

/*
 * scope_build makes the scope of a node's expressions: a slot for each
 * requirement.
 */
static FeelScope *
scope_build(DmnBuilder *builder, DmnNode *node)
{
	FeelScope  *scope = feel_scope_create(builder->model->arena, builder->definitions->type_scope);

	for (int i = 0; i < node->required_count; i++)
	{
		const DmnRequired *required = &node->required[i];
		const FeelType *type = required->node ? required->node->known : NULL;

		if (required->node == NULL)
		{
			FeelField  *fields = palloc0(sizeof(FeelField) * required->member_count);

			for (int j = 0; j < required->member_count; j++)
			{
				fields[j].name = required->members[j].name;
				fields[j].type = required->members[j].node->known ? required->members[j].node->known
					: feel_type_builtin(FEEL_STRING_LITERAL("Any"));
			}
			type = dmn_type_context(required->member_count, fields);
		}
		if (feel_scope_add(scope, required->name, type) != i)
			dmn_refuse(builder, builder->definitions->document->root, "two requirements have the name \"%.*s\"",
					   required->name.length, required->name.data);
	}
	dmn_slots_note(builder, scope);
	return scope;
}

/*
 * variable_type is the type of an element's variable; NULL: any.
 */
static const FeelType *
variable_type(DmnBuilder *builder, const XmlElement *element)
{
	return dmn_type_of(builder, xml_child(element, "variable"));
}

/*
 * decision_build builds a decision.
 */
static void
decision_build(DmnBuilder *builder, DmnNode *node, const XmlElement *element)
{
	const XmlElement *logic = dmn_box_find(element);

	requirements_build(builder, node, element);
	node->type = variable_type(builder, element);
	node->known = node->type;
	if (logic != NULL)
	{
		node->box = dmn_box_build(builder, scope_build(builder, node), logic);
		if (node->known == NULL)
			node->known = node->box->known;
	}
}

/*
 * result_type is a function's: what a function type of its variable says, or
 * the variable's type itself.
 */
static const FeelType *
result_type(DmnBuilder *builder, const XmlElement *element)
{
	const FeelType *type = variable_type(builder, element);

	return type != NULL && type->kind == FEEL_TYPE_FUNCTION ? type->element : type;
}

/*
 * knowledge_build builds a knowledge model, which is a function.
 */
static void
knowledge_build(DmnBuilder *builder, DmnNode *node, const XmlElement *element)
{
	const XmlElement *logic = xml_child(element, "encapsulatedLogic");
	const FeelType *result;

	requirements_build(builder, node, element);
	node->type = result_type(builder, element);
	if (logic == NULL)
	{
		node->function = palloc0(sizeof(DmnFunction));
		node->function->name = node->name;
	}
	else
		node->function = dmn_function_build(builder, scope_build(builder, node), logic, node->name);
	result = node->type ? node->type : node->function->body ? node->function->body->known : NULL;
	node->known = dmn_type_function(node->function->parameter_count, node->function->parameters, result);
}

/*
 * service_nodes builds what a service lists under a name: inputs or outputs.
 */
static int
service_nodes(DmnBuilder *builder, DmnNode *node, const XmlElement *element, const char *name, DmnNode **nodes, int count)
{
	for (const XmlElement *child = xml_child(element, name); child != NULL; child = xml_next(child, name))
	{
		const DmnImport *through;

		nodes[count++] = reference_build(builder, child, &through);
		builder->node = node;
	}
	return count;
}

/*
 * service_build builds a decision service: a function of its input data, then
 * its input decisions, to the outputs.
 */
static void
service_build(DmnBuilder *builder, DmnNode *node, const XmlElement *element)
{
	int			input_count = xml_count(element, "inputDecision") + xml_count(element, "inputData");
	DmnFunction *function = palloc0(sizeof(DmnFunction));
	int			count;
	const FeelType *result;

	dmn_check_count(element, "inputs of a service", input_count, REQUIRED_COUNT_MAX);
	node->service_inputs = palloc0(mul_size(sizeof(DmnNode *), Max(input_count, 1)));
	node->service_outputs = palloc0(mul_size(sizeof(DmnNode *), Max(xml_count(element, "outputDecision"), 1)));
	count = service_nodes(builder, node, element, "inputData", node->service_inputs, 0);
	count = service_nodes(builder, node, element, "inputDecision", node->service_inputs, count);
	node->service_output_count = service_nodes(builder, node, element, "outputDecision", node->service_outputs, 0);
	if (node->service_output_count == 0)
		dmn_refuse(builder, element, "a decision service has no output decision");
	function->name = node->name;
	function->parameter_count = count;
	function->parameters = palloc0(mul_size(sizeof(FeelField), Max(count, 1)));
	for (int i = 0; i < count; i++)
	{
		function->parameters[i].name = node->service_inputs[i]->name;
		function->parameters[i].type = node->service_inputs[i]->type ? node->service_inputs[i]->type
			: feel_type_builtin(FEEL_STRING_LITERAL("Any"));
	}
	node->function = function;
	node->type = result_type(builder, element);
	result = node->type;
	if (result == NULL && node->service_output_count == 1)
		result = node->service_outputs[0]->known;
	node->known = dmn_type_function(count, function->parameters, result);
}

/*
 * node_create makes a node with a number in the model.
 */
static DmnNode *
node_create(DmnBuilder *builder, DmnDefinitions *definitions, const DmnElement *element)
{
	DmnModel   *model = builder->model;
	const XmlElement *variable = xml_child(element->element, "variable");
	const char *name = variable ? xml_attribute(variable, "name") : NULL;
	DmnNode    *node = palloc0(sizeof(DmnNode));

	if (name == NULL)
		name = xml_attribute(element->element, "name");
	node->kind = element->kind;
	node->name = dmn_keep(dmn_trim(name));
	node->import_name = definitions->import_name ? pstrdup(definitions->import_name) : NULL;
	node->label = psprintf("%s \"%s\"", node_kinds[kind_of(element->element)].label, dmn_trim(name));
	if (model->node_count == builder->node_capacity)
	{
		builder->node_capacity = Max(builder->node_capacity * 2, 16);
		model->nodes = model->nodes ? repalloc(model->nodes, mul_size(sizeof(DmnNode *), builder->node_capacity))
			: palloc(mul_size(sizeof(DmnNode *), builder->node_capacity));
	}
	node->number = model->node_count;
	model->nodes[model->node_count++] = node;
	node->input_number = node->kind == DMN_INPUT ? model->input_count++ : -1;
	return node;
}

/*
 * node_fill builds what a node is made of.
 */
static void
node_fill(DmnBuilder *builder, DmnNode *node, const XmlElement *element)
{
	switch (node->kind)
	{
		case DMN_INPUT:
			node->type = variable_type(builder, element);
			node->known = node->type;
			break;
		case DMN_DECISION:
			decision_build(builder, node, element);
			break;
		case DMN_KNOWLEDGE:
			knowledge_build(builder, node, element);
			break;
		case DMN_SERVICE:
			service_build(builder, node, element);
			break;
	}
}

/*
 * node_build builds a node when it is first asked for.
 */
static DmnNode *
node_build(DmnBuilder *builder, DmnDefinitions *definitions, DmnElement *element)
{
	DmnDefinitions *outer_definitions = builder->definitions;
	DmnNode    *outer_node = builder->node;

	if (element->progress == DMN_BUSY)
		dmn_refuse(builder, element->element, "requires itself, by \"%s\"", xml_attribute(element->element, "name"));
	if (element->progress == DMN_DONE)
		return element->node;
	CHECK_FOR_INTERRUPTS();
	if (++builder->path_length > PATH_MAX_LENGTH)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_MODEL_LIMIT),
				 errmsg("dmn: more than %d requirements are one behind another", PATH_MAX_LENGTH)));
	element->progress = DMN_BUSY;
	builder->definitions = definitions;
	element->node = node_create(builder, definitions, element);
	builder->node = element->node;
	node_fill(builder, element->node, element->element);
	element->progress = DMN_DONE;
	builder->path_length--;
	builder->definitions = outer_definitions;
	builder->node = outer_node;
	return element->node;
}

/*
 * dmn_nodes_build builds all nodes of the model.
 */
void
dmn_nodes_build(DmnBuilder *builder, DmnDefinitions *definitions)
{
	builder->definitions = definitions;
	builder->node = NULL;
	elements_list(builder, definitions);
	for (int i = 0; i < definitions->element_count; i++)
		node_build(builder, definitions, &definitions->elements[i]);
}

/*
 * dmn_node_find finds what can be asked for by name: a decision, then a
 * service, then a knowledge model, of the model itself.
 */
const DmnNode *
dmn_node_find(const DmnModel *model, FeelString name)
{
	static const DmnNodeKind order[] = {DMN_DECISION, DMN_SERVICE, DMN_KNOWLEDGE};

	for (int k = 0; k < (int) lengthof(order); k++)
		for (int i = 0; i < model->node_count; i++)
			if (model->nodes[i]->kind == order[k] && model->nodes[i]->import_name == NULL && string_equal(model->nodes[i]->name, name))
				return model->nodes[i];
	return NULL;
}

/*
 * dmn_node_names lists what can be asked for by name, for messages: ten at most.
 */
char *
dmn_node_names(const DmnModel *model)
{
	StringInfoData names;
	int			count = 0;

	initStringInfo(&names);
	for (int i = 0; i < model->node_count; i++)
	{
		const DmnNode *node = model->nodes[i];

		if (node->import_name != NULL ||
			(node->kind != DMN_DECISION && node->kind != DMN_SERVICE && node->kind != DMN_KNOWLEDGE))
			continue;
		if (++count > NAMES_SHOWN_MAX)
		{
			appendStringInfoString(&names, ", ...");
			break;
		}
		appendStringInfo(&names, "%s\"%.*s\"", count > 1 ? ", " : "",
						 pg_mbcliplen(node->name.data, node->name.length, NAME_BYTES_SHOWN), node->name.data);
	}
	return names.data;
}

/*
 * dmn_input_number finds an input by name, those of the model itself first.
 */
int
dmn_input_number(const DmnModel *model, FeelString name)
{
	int			found = -1;

	for (int i = 0; i < model->node_count; i++)
	{
		const DmnNode *node = model->nodes[i];

		if (node->kind != DMN_INPUT || !string_equal(node->name, name))
			continue;
		if (node->import_name == NULL)
			return node->input_number;
		if (found < 0)
			found = node->input_number;
	}
	return found;
}

/*
 * dmn_input_count tells how many inputs have numbers.
 */
int
dmn_input_count(const DmnModel *model)
{
	return model->input_count;
}
