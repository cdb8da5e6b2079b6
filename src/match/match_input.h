/*-------------------------------------------------------------------------
 *
 * match_input.h
 *		A matching problem out of the rows of the caller's statements.
 *
 * Inside the room only.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MATCH_MATCH_INPUT_H
#define ASSURE_MATCH_MATCH_INPUT_H

#include "match/solver.h"

typedef struct MatchInput
{
	MatchProblem problem;
	int64	   *task_ids;		/* of each task */
	int64	   *worker_ids;		/* of each worker */
} MatchInput;

/*
 * match_input_read runs the statements, read-only and with the rights of the
 * caller; tasks_sql may be NULL.  SPI must be connected.  What it makes lives in
 * CurrentMemoryContext.
 */
extern void match_input_read(MatchInput *input, const char *edges_sql, const char *workers_sql, const char *tasks_sql);

#endif							/* ASSURE_MATCH_MATCH_INPUT_H */
