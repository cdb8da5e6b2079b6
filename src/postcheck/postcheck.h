/*-------------------------------------------------------------------------
 *
 * postcheck.h
 *		What the room "postcheck" offers, and its tasks within it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_POSTCHECK_POSTCHECK_H
#define ASSURE_POSTCHECK_POSTCHECK_H

#include "adjudicate/book_checks.h"
#include "core/call.h"

/* Kinds of subject of its tasks; the subject is the check. */
#define CHECK_SUBJECT "post_check"
#define RECTIFY_SUBJECT "rectification"

/*
 * Opens tasks of who checks, kept from everybody who had a hand in the work or
 * its mending, and has their checks stand at them; in the order of the checks.
 */
extern void check_tasks_open(Call *call, const int64 *check_ids, int count);

/* Opens the task of who mends: with who did the work, if that person is still there. */
extern int64 rectify_task_open(Call *call, int64 check_id);

extern const BookChecks postcheck_checks;

#endif							/* ASSURE_POSTCHECK_POSTCHECK_H */
