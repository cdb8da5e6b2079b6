/*-------------------------------------------------------------------------
 *
 * task_condition.h
 *		FEEL conditions over tasks, as plans, rules and tariffs have them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_WORK_TASK_CONDITION_H
#define ASSURE_WORK_TASK_CONDITION_H

#include "core/json.h"

/*
 * task_condition_read reads a condition of a document; one that does not compile,
 * or asks for what is not known of a task, fails the reader.
 */
extern char *task_condition_read(const DocNode *node);

/* Whether it is true of what task_facts() knows; null, and what hits a limit, is not. */
extern bool task_condition_holds(const char *text, Jsonb *facts);

#endif							/* ASSURE_WORK_TASK_CONDITION_H */
