/*-------------------------------------------------------------------------
 *
 * threads.h
 *		Work on many things, none of which depends on another, by some threads.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MATCH_THREADS_H
#define ASSURE_MATCH_THREADS_H

#include "postgres.h"

#define THREADS_MAX 64 /* that of assure.match_threads too */

/*
 * What a member does with the things from one number up to another.  It calls
 * nothing of the server, allocates nothing, raises nothing, and writes only what
 * belongs to these things or to the member (0: the caller's own thread).
 */
typedef void (*ThreadWork) (void *state, int member, int32 from, int32 to);

/*
 * threads_run has all numbers below count worked on, and returns when that is done;
 * it can be cancelled.
 */
extern void threads_run(int members, int32 count, ThreadWork work, void *state);

#endif							/* ASSURE_MATCH_THREADS_H */
