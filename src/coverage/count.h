/*-------------------------------------------------------------------------
 *
 * count.h
 *		Counting who was served and who is insured; inside this room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_COVERAGE_COUNT_H
#define ASSURE_COVERAGE_COUNT_H

#include "postgres.h"

#include "coverage/sets.h"

typedef enum CoverageBy
{
	BY_ALL,
	BY_PROVINCE,
	BY_PREFECTURE,
	BY_INSURER,
	BY_SERVICE
} CoverageBy;

/* What is asked. */
typedef struct Question
{
	CoverageBy	by;
	Place		place;
	bool		last_day;
	int			from;			/* months: [from, to) */
	int			to;
	DateADT		from_on;
	DateADT		to_on;
	int			service_count;	/* -1: all */
	int64	   *service_ids;
	int			insurer_count;	/* -1: all */
	text	  **insurer_names;
	Datum		bases;			/* text[]; 0: the default list */
} Question;

/* A row of the answer: code is a region, the number of an insurer, a service or 0. */
typedef struct CoverageGroup
{
	int64		code;
	MemberUnion served;
	MemberUnion insured;
} CoverageGroup;

typedef struct Count
{
	Question	question;
	HTAB	   *groups;
	HTAB	   *regions;		/* code -> code of its row */
	Insurers   *insurers;
	HTAB	   *kept;			/* codes that are kept as they are; NULL: rows at hand have places */
	CoverageGroup *group;		/* that was found last */
	bool		of_insured;		/* what rows at hand are about */
	int64		last_row;		/* region and insurer of the rows at hand, for who is insured on the last day */
	MemberUnion on_last_day;
	MemberUnion *last_group;	/* that they go to */
	int			people_count;	/* people who are looked at anew */
	int			people_capacity;
	int32	   *people;
} Count;

/* A region of which the answer has a row, or which counts in one. */
typedef struct RegionRow
{
	Region		region;
	Region		row;
} RegionRow;

extern void count_begin(Count *count, const Question *question);
extern CoverageGroup *count_group(Count *count, int64 code);
extern void count_all(Count *count);

#endif							/* ASSURE_COVERAGE_COUNT_H */
