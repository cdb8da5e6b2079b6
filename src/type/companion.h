/*-------------------------------------------------------------------------
 *
 * companion.h
 *		For planner support functions: calls of functions that stand beside them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TYPE_COMPANION_H
#define ASSURE_TYPE_COMPANION_H

#include "postgres.h"

#include "nodes/pg_list.h"

extern Node *companion_call(Oid beside, const char *name, List *arguments);

#endif							/* ASSURE_TYPE_COMPANION_H */
