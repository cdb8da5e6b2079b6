/*-------------------------------------------------------------------------
 *
 * snapshot_mark.h
 *		Is this still the same statement?
 *
 * What a statement has found out may hold until its end, whatever others commit
 * meanwhile: its snapshot is the same.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_SNAPSHOT_MARK_H
#define ASSURE_CORE_SNAPSHOT_MARK_H

#include "postgres.h"

/* What tells one snapshot from another. */
typedef struct SnapshotMark
{
	TransactionId xmin;
	TransactionId xmax;
	CommandId	command;
	uint32		running;
	uint64		completed;
} SnapshotMark;

extern SnapshotMark mark_snapshot(void);
extern bool same_snapshot(SnapshotMark a, SnapshotMark b);

#endif							/* ASSURE_CORE_SNAPSHOT_MARK_H */
