/*-------------------------------------------------------------------------
 *
 * relation_names.h
 *		Relations of schema assure and their columns, by name.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_RELATION_NAMES_H
#define ASSURE_CORE_RELATION_NAMES_H

#include "postgres.h"

#include "access/attnum.h"

/*
 * A relation of schema assure, InvalidOid: there is none; and the number of a column,
 * InvalidAttrNumber alike.  The names are constants of the source: what was found is
 * remembered by where they stand.
 */
extern Oid	relation_find(const char *name);
extern AttrNumber column_find(Oid relation, const char *name);

#endif							/* ASSURE_CORE_RELATION_NAMES_H */
