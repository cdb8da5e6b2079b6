/*-------------------------------------------------------------------------
 *
 * fixed_terms.h
 *		What a daily, lump_sum or schedule benefit promises, compiled.
 *
 * Inside the room only: terms_fixed.c makes it, calculate_fixed.c reads it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_BENEFIT_FIXED_TERMS_H
#define ASSURE_BENEFIT_FIXED_TERMS_H

#include "benefit/terms.h"

#define FIXED_GRADE_MAX			10	/* of disability; 1 is the heaviest */

/* An entry of a level's include: the group that it stands for is its text. */
typedef struct LevelGroup
{
	IcdRange	range;
	char	   *text;
} LevelGroup;

typedef struct Level
{
	char	   *code;
	int			counter;		/* index of BENEFIT.code */
	int			n_groups;
	LevelGroup *groups;			/* in the order of the terms */
	int			n_excludes;
	IcdRange   *excludes;
	int64		pay_micro;
	int64		max_count;		/* -1: no bound */
	int64		interval_days;	/* -1: none */
	const char *rule;			/* as JSON text, for traces */
} Level;

struct FixedTerms
{
	int64		amount_fen;		/* daily: a day */
	int64		from_day;		/* daily: first day of a stay that pays */
	int			n_levels;		/* lump_sum; 0: once in a lifetime */
	Level	   *levels;
	int64		share_micro[FIXED_GRADE_MAX + 1];	/* schedule, by grade; -1:
													 * not in the table */
	const char *rule;			/* the table as JSON text, for traces */
};

#endif							/* ASSURE_BENEFIT_FIXED_TERMS_H */
