/*-------------------------------------------------------------------------
 *
 * scope.h
 *		Names that an expression may use, as the parser sees them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_SCOPE_H
#define ASSURE_FEEL_SCOPE_H

#include "postgres.h"

#include "feel/ast.h"

/* A growing array of names with types. */
typedef struct NameTable
{
	FeelArena  *arena;
	FeelField  *fields;
	int			count;
	int			size;
} NameTable;

struct FeelScope
{
	const FeelScope *parent;
	int			first_slot;
	NameTable	names;
	NameTable	types;
	bool		is_open;
	const FeelType *data;
};

extern void name_table_add(NameTable *table, FeelString name, const FeelType *type);

/*
 * name_match_end tells where the name ends if the text at position is the name,
 * else -1.  White space is as good as other white space, and around a symbol as
 * good as none.
 */
extern int32 name_match_end(const char *text, int32 length, int32 position, FeelString name);

/* The entry whose name is the longest that the text at position is; -1: none. */
extern int	name_table_match(const NameTable *table, const char *text, int32 length, int32 position,
							 int32 *end);

#endif							/* ASSURE_FEEL_SCOPE_H */
