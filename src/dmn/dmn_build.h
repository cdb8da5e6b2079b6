/*-------------------------------------------------------------------------
 *
 * dmn_build.h
 *		What the steps of building a model share.
 *
 * Errors are raised: a model is refused with the place in its text, and its
 * memory context goes with the error.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_DMN_DMN_BUILD_H
#define ASSURE_DMN_DMN_BUILD_H

#include "dmn/dmn_model.h"

typedef struct DmnDefinitions DmnDefinitions;

typedef struct DmnImport
{
	const char *name;			/* by which expressions know it; may be empty */
	const char *name_space;
	DmnDefinitions *definitions;
} DmnImport;

typedef enum DmnProgress
{
	DMN_NEW,
	DMN_BUSY,					/* met again while busy: a cycle */
	DMN_DONE
} DmnProgress;

typedef struct DmnTypeEntry
{
	const char *name;
	const XmlElement *element;
	const FeelType *type;
	DmnProgress progress;
} DmnTypeEntry;

/* An element of the requirement graph. */
typedef struct DmnElement
{
	const char *id;
	const XmlElement *element;
	DmnNodeKind kind;
	DmnNode    *node;
	DmnProgress progress;
} DmnElement;

/* One text: the model itself, or one that it imports. */
struct DmnDefinitions
{
	DmnText		text;
	const XmlDocument *document;
	const char *name;
	const char *name_space;
	const char *import_name;	/* NULL: the model itself */
	int			import_count;
	DmnImport  *imports;
	int			type_count;
	DmnTypeEntry *types;
	FeelScope  *type_scope;
	int			element_count;
	DmnElement *elements;		/* in the order of the text */
	DmnElement **by_id;
	DmnDefinitions *next;
};

typedef struct DmnBuilder
{
	DmnModel   *model;
	MemoryContext scratch;		/* the XML, until the model is built */
	const DmnLimits *limits;
	DmnFindImport find;
	void	   *find_data;
	DmnDefinitions *all;		/* every text that was read */
	int			text_count;
	int			import_depth;
	int			node_capacity;
	int			path_length;	/* requirements that are being followed */
	/* what is being built: */
	DmnDefinitions *definitions;
	DmnNode    *node;
} DmnBuilder;

/* Raises AS311 with the place: model, node, the element's id and line. */
extern void dmn_refuse(const DmnBuilder *builder, const XmlElement *element, const char *format,...)
			pg_attribute_printf(3, 4) __attribute__((noreturn));

/* Raises AS312 if there are more parts than the building is quick with. */
extern void dmn_check_count(const XmlElement *element, const char *what, int count, int count_max);

extern FeelString dmn_keep(const char *text);
extern const char *dmn_trim(const char *text);
extern const FeelProgram *dmn_feel(DmnBuilder *builder, const FeelScope *scope, const XmlElement *element, const char *what,
								   FeelSyntax syntax, const FeelType *input_type, const char *text);

/* dmn_types.c */
extern void dmn_types_build(DmnBuilder *builder, DmnDefinitions *definitions);
extern const FeelType *dmn_type_named(DmnBuilder *builder, DmnDefinitions *definitions, const XmlElement *element, const char *name);
extern const FeelType *dmn_type_of(DmnBuilder *builder, const XmlElement *element);
extern const FeelType *dmn_type_context(int count, const FeelField *fields);
extern const FeelType *dmn_type_function(int count, const FeelField *parameters, const FeelType *result);

/* dmn_nodes.c */
extern void dmn_nodes_build(DmnBuilder *builder, DmnDefinitions *definitions);

/* dmn_boxes.c */
extern const XmlElement *dmn_box_find(const XmlElement *parent);
extern DmnBox *dmn_box_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element);
extern DmnFunction *dmn_function_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, FeelString name);
extern void dmn_slots_note(DmnBuilder *builder, const FeelScope *scope);

/* dmn_table.c */
extern DmnTable *dmn_table_build(DmnBuilder *builder, FeelScope *scope, const XmlElement *element, const FeelType **known);

#endif							/* ASSURE_DMN_DMN_BUILD_H */
