/*-------------------------------------------------------------------------
 *
 * snapshot_mark.c
 *		Marks of snapshots.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/snapmgr.h"

#include "core/snapshot_mark.h"

/*
 * mark_snapshot marks the snapshot of the statement.
 */
SnapshotMark
mark_snapshot(void)
{
	SnapshotMark mark = {0};
	Snapshot	snapshot;

	if (!ActiveSnapshotSet())
		return mark;
	snapshot = GetActiveSnapshot();
	mark.xmin = snapshot->xmin;
	mark.xmax = snapshot->xmax;
	mark.command = snapshot->curcid;
	mark.running = snapshot->xcnt;
	mark.completed = snapshot->snapXactCompletionCount;
	return mark;
}

/*
 * same_snapshot compares two marks.
 */
bool
same_snapshot(SnapshotMark a, SnapshotMark b)
{
	return a.xmin == b.xmin && a.xmax == b.xmax && a.command == b.command && a.running == b.running && a.completed == b.completed;
}
