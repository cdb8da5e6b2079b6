/*-------------------------------------------------------------------------
 *
 * dmn_build.c
 *		From the texts of a model and its imports to a compiled model.
 *
 * The model and all that it imports become one: an imported model that two
 * others import is there once, and its decisions are made once an evaluation.
 *
 * Memory: the XML is in a context of its own that ends with the building, so
 * whatever the model keeps of it is a copy.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "utils/memutils.h"

#include "core/errors.h"
#include "dmn/dmn_build.h"
#include "feel/feel_sql.h"

#define IMPORT_DEPTH_MAX 32
#define TEXT_COUNT_MAX 200
#define QUOTED_BYTES_MAX 200	/* of a name in a message */

static DmnDefinitions *definitions_read(DmnBuilder *builder, const DmnText *text, const char *import_name);

/*
 * place_of says where an element is: the nearest id, and the line.
 */
static char *
place_of(const XmlElement *element)
{
	const XmlElement *at = element;

	do
	{
		const char *id = xml_attribute(at, "id");

		if (id != NULL)
			return psprintf("%s \"%.*s\", line %d", at->name, pg_mbcliplen(id, strlen(id), QUOTED_BYTES_MAX), id, element->line);
		at = at->parent;
	} while (at != NULL);
	return psprintf("%s, line %d", element->name, element->line);
}

/*
 * dmn_refuse refuses the model, with the place.
 */
void
dmn_refuse(const DmnBuilder *builder, const XmlElement *element, const char *format,...)
{
	StringInfoData message;
	int			more;

	initStringInfo(&message);
	if (builder->definitions != NULL && builder->definitions->import_name != NULL)
		appendStringInfo(&message, "imported model \"%s\": ", builder->definitions->name);
	if (builder->node != NULL)
		appendStringInfo(&message, "%s: ", builder->node->label);
	do
	{
		va_list		arguments;

		va_start(arguments, format);
		more = appendStringInfoVA(&message, format, arguments);
		va_end(arguments);
		if (more > 0)
			enlargeStringInfo(&message, more);
	} while (more > 0);
	ereport(ERROR,
			(errcode(ERRCODE_ASSURE_INVALID_MODEL),
			 errmsg("%s", message.data),
			 errdetail("It is at %s.", place_of(element))));
}

/*
 * dmn_check_count refuses more parts of a kind than there may be.
 */
void
dmn_check_count(const XmlElement *element, const char *what, int count, int count_max)
{
	if (count > count_max)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_MODEL_LIMIT),
				 errmsg("dmn: %d %s, at most %d are allowed", count, what, count_max),
				 errdetail("It is at %s.", place_of(element))));
}

/*
 * dmn_keep copies a text for as long as the model lives.
 */
FeelString
dmn_keep(const char *text)
{
	return feel_string(pstrdup(text), strlen(text));
}

/*
 * dmn_trim returns a text without white space around it, a copy if need be.
 */
const char *
dmn_trim(const char *text)
{
	size_t		length;

	text += strspn(text, " \t\r\n");
	length = strlen(text);
	while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL)
		length--;
	return text[length] == '\0' ? text : pnstrdup(text, length);
}

/*
 * warn_unknown tells who deploys a model of a name in an expression that the
 * decision does not require: it is null, which is hardly what was meant.
 */
static void
warn_unknown(const DmnBuilder *builder, const char *what, const FeelProgram *program)
{
	FeelString	name;
	int			position;

	if (builder->definitions->text.version_id == 0 && feel_program_unknown(program, &name, &position))
		ereport(WARNING,
				(errcode(ERRCODE_WARNING),
				 errmsg("%s: %s: \"%.*s\" is not known, and is null", builder->node ? builder->node->label : "types", what,
						pg_mbcliplen(name.data, name.length, QUOTED_BYTES_MAX), name.data),
				 errhint("A text stands in double quotes; an input or another decision has to be required.")));
}

/*
 * dmn_feel compiles a text, or refuses the model with the position in it.  A
 * text that the engine's limits stop is refused with their code.
 */
const FeelProgram *
dmn_feel(DmnBuilder *builder, const FeelScope *scope, const XmlElement *element, const char *what,
		 FeelSyntax syntax, const FeelType *input_type, const char *text)
{
	FeelError	error;
	const FeelProgram *program = feel_compile(builder->model->arena, scope, syntax, input_type, text, strlen(text),
											  &builder->limits->feel, &error);

	if (program != NULL)
	{
		warn_unknown(builder, what, program);
		return program;
	}
	if (error.kind == FEEL_ERROR_LIMIT)
		feel_raise(&error, psprintf("%s, %s", what, place_of(element)));
	if (error.position < 0)
		dmn_refuse(builder, element, "%s: %s", what, error.message);
	dmn_refuse(builder, element, "%s: %s at line %d, column %d", what, error.message, error.line, error.column);
}

/*
 * document_read reads the XML of a text, or raises what is wrong with it.
 */
static const XmlDocument *
document_read(DmnBuilder *builder, const DmnText *text)
{
	const XmlDocument *document;
	MemoryContext before;

	if (text->length == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_INVALID_MODEL),
				 errmsg("dmn: the model is empty")));
	if (text->length > builder->limits->size_max)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_MODEL_LIMIT),
				 errmsg("dmn: the model has %zu bytes, at most %zu are allowed", text->length, builder->limits->size_max),
				 errhint("Raise assure.dmn_size_max, or divide the model by imports.")));
	before = MemoryContextSwitchTo(builder->scratch);
	document = xml_read(text->text, text->length, builder->limits->depth_max);
	MemoryContextSwitchTo(before);
	switch (document->fault)
	{
		case XML_FINE:
			break;
		case XML_MALFORMED:
			ereport(ERROR,
					(errcode(ERRCODE_ASSURE_INVALID_MODEL),
					 errmsg("dmn: %s, at line %d", document->message, document->fault_line)));
		case XML_NOT_DMN:
			ereport(ERROR,
					(errcode(ERRCODE_ASSURE_INVALID_MODEL),
					 errmsg("dmn: the root element is not definitions of DMN 1.1 to 1.5"),
					 errhint("A model begins with <definitions xmlns=\"https://www.omg.org/spec/DMN/20191111/MODEL/\" ...>; assure.table_model() writes one from rows.")));
		case XML_TOO_DEEP:
			ereport(ERROR,
					(errcode(ERRCODE_ASSURE_MODEL_LIMIT),
					 errmsg("dmn: elements are nested deeper than %d, at line %d", builder->limits->depth_max, document->fault_line),
					 errhint("Raise assure.dmn_depth_max, or divide the decision.")));
		case XML_TOO_MANY_ATTRIBUTES:
			ereport(ERROR,
					(errcode(ERRCODE_ASSURE_MODEL_LIMIT),
					 errmsg("dmn: an element has more than %d attributes, at line %d", XML_ATTRIBUTES_MAX, document->fault_line)));
		case XML_OUT_OF_MEMORY:
			ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	}
	return document;
}

/*
 * is_dmn_import tells imports of models from those of XML schemas and the like.
 */
static bool
is_dmn_import(const XmlElement *import)
{
	const char *type = xml_attribute(import, "importType");

	return type == NULL || strstr(type, "/DMN/") != NULL;
}

/*
 * import_find returns the text that an import stands for, read once.
 */
static DmnDefinitions *
import_find(DmnBuilder *builder, DmnDefinitions *importer, int number, const char *name_space, const char *name)
{
	DmnText		found = {0};
	MemoryContext before;

	before = MemoryContextSwitchTo(builder->scratch);
	builder->find(builder->find_data, &importer->text, number, name_space, &found);
	MemoryContextSwitchTo(before);
	for (DmnDefinitions *read = builder->all; read != NULL; read = read->next)
		if (read->text.version_id == found.version_id)
			return read;
	return definitions_read(builder, &found, name);
}

/*
 * imports_read reads what a text imports.
 */
static void
imports_read(DmnBuilder *builder, DmnDefinitions *definitions)
{
	const XmlElement *root = definitions->document->root;

	if (++builder->import_depth > IMPORT_DEPTH_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_MODEL_LIMIT),
				 errmsg("dmn: imports are nested deeper than %d", IMPORT_DEPTH_MAX)));
	definitions->imports = palloc0(sizeof(DmnImport) * Max(xml_count(root, "import"), 1));
	for (const XmlElement *child = xml_child(root, "import"); child != NULL; child = xml_next(child, "import"))
	{
		DmnImport  *import = &definitions->imports[definitions->import_count];
		const char *name = xml_attribute(child, "name");

		if (!is_dmn_import(child))
			continue;
		import->name = name ? dmn_trim(name) : "";
		import->name_space = xml_attribute(child, "namespace");
		if (import->name_space == NULL)
			dmn_refuse(builder, child, "an import has no namespace");
		if (strcmp(import->name_space, definitions->name_space) == 0)
			dmn_refuse(builder, child, "the model imports its own namespace");
		import->definitions = import_find(builder, definitions, definitions->import_count, import->name_space, import->name);
		builder->definitions = definitions;
		definitions->import_count++;
	}
	builder->import_depth--;
}

/*
 * definitions_read reads a text, its imports and its types.
 */
static DmnDefinitions *
definitions_read(DmnBuilder *builder, const DmnText *text, const char *import_name)
{
	DmnDefinitions *definitions = palloc0(sizeof(DmnDefinitions));
	const XmlElement *root;
	const char *name;

	if (++builder->text_count > TEXT_COUNT_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_MODEL_LIMIT),
				 errmsg("dmn: more than %d models are imported", TEXT_COUNT_MAX)));
	definitions->text = *text;
	definitions->document = document_read(builder, text);
	definitions->import_name = import_name;
	root = definitions->document->root;
	builder->definitions = definitions;
	name = xml_attribute(root, "name");
	definitions->name = name ? dmn_trim(name) : "";
	if (*definitions->name == '\0')
		dmn_refuse(builder, root, "definitions has no name");
	definitions->name_space = xml_attribute(root, "namespace");
	if (definitions->name_space == NULL)
		dmn_refuse(builder, root, "definitions has no namespace");
	definitions->next = builder->all;
	builder->all = definitions;
	imports_read(builder, definitions);
	dmn_types_build(builder, definitions);
	return definitions;
}

/*
 * dmn_model_build builds a model in the current memory context.
 */
DmnModel *
dmn_model_build(const DmnText *text, const DmnLimits *limits, FeelArena *arena, FeelState *state,
				DmnFindImport find, void *find_data)
{
	DmnModel   *model = palloc0(sizeof(DmnModel));
	DmnBuilder	builder = {.model = model, .limits = limits, .find = find, .find_data = find_data};
	DmnDefinitions *definitions;

	builder.scratch = AllocSetContextCreate(CurrentMemoryContext, "XML of a decision model", ALLOCSET_DEFAULT_SIZES);
	model->arena = arena;
	model->state = state;
	definitions = definitions_read(&builder, text, NULL);
	model->name = pstrdup(definitions->name);
	model->name_space = pstrdup(definitions->name_space);
	model->import_count = definitions->import_count;
	model->imports = palloc(sizeof(int64) * Max(definitions->import_count, 1));
	for (int i = 0; i < definitions->import_count; i++)
		model->imports[i] = definitions->imports[i].definitions->text.version_id;
	dmn_nodes_build(&builder, definitions);
	MemoryContextDelete(builder.scratch);
	return model;
}
