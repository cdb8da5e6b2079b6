/*-------------------------------------------------------------------------
 *
 * dmn_check.h
 *		What is wrong with a decision table.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_DMN_DMN_CHECK_H
#define ASSURE_DMN_DMN_CHECK_H

#include "dmn/dmn_model.h"

typedef struct DmnFindings
{
	/* rules count from 0; region is words, for as long as the call */
	void		(*found) (void *data, const char *kind, const int *rules, int rule_count, const char *region);
	void	   *data;
} DmnFindings;

/* Analyses a table; state is for printing and comparing values, and is reset. */
extern void dmn_check_table(FeelState *state, const DmnTable *table, const DmnFindings *findings);

#endif							/* ASSURE_DMN_DMN_CHECK_H */
