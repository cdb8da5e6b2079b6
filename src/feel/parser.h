/*-------------------------------------------------------------------------
 *
 * parser.h
 *		What the files of the parser share.
 *
 * parser.c has the expressions, parse_primary.c what they are made of,
 * parse_name.c finds out what a name means, parse_type.c reads types.  All of
 * them read parser->token, the next token, and leave by parser_fail when it
 * does not fit: that jumps back to feel_compile.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_PARSER_H
#define ASSURE_FEEL_PARSER_H

#include "postgres.h"

#include <setjmp.h>

#include "feel/ast.h"
#include "feel/lexer.h"
#include "feel/scope.h"

/* Names that the expression itself brings: as frames at evaluation. */
typedef struct CompileFrame
{
	struct CompileFrame *parent;
	NameTable	names;
	bool		is_filter;		/* names has one: item */
	bool		uses_partial;
} CompileFrame;

typedef struct Parser
{
	const char *text;
	int32		length;
	Token		token;			/* the next one */
	int32		previous_end;	/* of the token before */
	FeelArena  *arena;
	const FeelScope *scope;
	CompileFrame *frame;
	FeelProgram *program;
	NameTable	free_names;		/* slots of an open scope */
	const FeelType *input_type; /* of ?; NULL: there is no input */
	bool		uses_input;
	int			function_count; /* function definitions so far */
	int			range_end;		/* > 0: within the end of a range, [ may close it */
	Node	   *pending;		/* a primary that was read already; parse_primary takes it */
	int			depth;
	int			depth_max;
	int64		names_seen;		/* names that were compared with the text */
	int64		names_seen_max;
	jmp_buf		escape;
	FeelError  *error;
} Parser;

/* Nodes while their number is not known. */
typedef struct NodeList
{
	Parser	   *parser;
	Node	  **nodes;
	int			count;
	int			size;
} NodeList;

/* parser.c */
extern void parser_fail(Parser *parser, int32 position, const char *format,...)
			pg_attribute_printf(3, 4) __attribute__((noreturn));
extern void parser_fail_token(Parser *parser, const char *expected) __attribute__((noreturn));
extern void parser_seek(Parser *parser, int32 position);
extern void parser_advance(Parser *parser);
extern bool parser_at_symbol(const Parser *parser, int symbol);
extern bool parser_at_keyword(const Parser *parser, Keyword keyword);
extern bool parser_take_symbol(Parser *parser, int symbol);
extern bool parser_take_keyword(Parser *parser, Keyword keyword);
extern void parser_expect_symbol(Parser *parser, int symbol, const char *what);
extern void parser_expect_keyword(Parser *parser, Keyword keyword, const char *what);
extern void parser_enter(Parser *parser);
extern void parser_leave(Parser *parser);
extern void parser_see_names(Parser *parser, int count);
extern Node *parser_node(Parser *parser, NodeKind kind, int32 position, int count);
extern Node *parser_node_1(Parser *parser, NodeKind kind, int32 position, Node *kid);
extern Node *parser_node_2(Parser *parser, NodeKind kind, int32 position, Node *a, Node *b);
extern Node *parser_constant(Parser *parser, int32 position, FeelValue value);
extern void node_list_add(NodeList *list, Node *node);
extern Node *parser_node_of_list(Parser *parser, NodeKind kind, int32 position, NodeList *list);
extern CompileFrame *parser_push_frame(Parser *parser);
extern void parser_pop_frame(Parser *parser);
extern Node *parse_expression(Parser *parser);
extern Node *parse_additive(Parser *parser);
extern Node *parse_range_end(Parser *parser);
extern Node *parse_positive_test(Parser *parser);
extern Node *parse_unary_tests(Parser *parser);
extern bool parser_comparison(const Parser *parser, FeelOperator *operator);

/* parse_primary.c */
extern Node *parse_primary(Parser *parser);
extern Node *parse_range_rest(Parser *parser, int32 position, Node *low, bool low_included);
extern FeelString parse_string_token(Parser *parser);

/* parse_control.c */
extern Node *parse_if(Parser *parser);
extern Node *parse_for(Parser *parser);
extern Node *parse_quantified(Parser *parser);
extern Node *parse_function(Parser *parser);

/* parse_name.c */
extern Node *parse_reference(Parser *parser);
extern FeelString parse_member_name(Parser *parser, const FeelType *type, const FeelType **member_type);
extern FeelString parse_free_name(Parser *parser, const char *what);
extern bool parse_name_before_colon(Parser *parser, FeelString *name);

/* parse_type.c */
extern const FeelType *parse_type(Parser *parser);

/* Types that are inferred. */
extern const FeelType *type_of_member(const FeelType *type, FeelString name);
extern const FeelType *type_of_item(const FeelType *type);

#endif							/* ASSURE_FEEL_PARSER_H */
