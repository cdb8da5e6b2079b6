/*-------------------------------------------------------------------------
 *
 * region_file.h
 *		A CSV of administrative divisions, read into columns.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_REFERENCE_REGION_FILE_H
#define ASSURE_REFERENCE_REGION_FILE_H

#include "core/plan.h"

/* The rows, in the order of the file. */
typedef struct RegionFile
{
	Column		line;			/* int: where the row stands */
	Column		code;			/* int */
	Column		name;			/* text */
	Column		kind;			/* text */
	Column		from_year;		/* int */
	Column		to_year;		/* int or NULL */
	Column		successors;		/* text of an array of regions, or NULL */
} RegionFile;

/* region_file_read reads the whole or names the first line that is wrong. */
extern void region_file_read(RegionFile *file, const char *text);

#endif							/* ASSURE_REFERENCE_REGION_FILE_H */
