/*-------------------------------------------------------------------------
 *
 * attempt.h
 *		Work that is done whole or not at all, inside of a transaction that goes on.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_ATTEMPT_H
#define ASSURE_CORE_ATTEMPT_H

#include "postgres.h"

/*
 * What is attempted.  It starts from its data as it finds them at each try, and
 * what it allocates is gone after it.  False: nothing came of it, and its
 * locks are let go.
 */
typedef bool (*AttemptWork) (void *data);

/*
 * attempt does the work in a subtransaction, again while others get in its way
 * (a serialization failure, a deadlock, a lock that is not had soon).  It returns NULL, or the error of the
 * work, allocated in the caller's context and undone; one that is the server's or
 * the session's (cancelled, out of disk, a missing privilege) is raised.
 */
extern ErrorData *attempt(AttemptWork work, void *data);

#endif							/* ASSURE_CORE_ATTEMPT_H */
