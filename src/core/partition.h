/*-------------------------------------------------------------------------
 *
 * partition.h
 *		Partitions of the tables that grow.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_PARTITION_H
#define ASSURE_CORE_PARTITION_H

#include "postgres.h"

/* As the constraint on assure_internal.installation has it. */
#define PARTITION_ROWS_MIN 1000

/*
 * Makes the partitions that are in use and the next ones, as the owner; returns
 * how many it made, 0 where the tables are plain.  SPI must be connected.
 */
extern int	partitions_add(Oid owner);

#endif							/* ASSURE_CORE_PARTITION_H */
