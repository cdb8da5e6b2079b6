/*-------------------------------------------------------------------------
 *
 * call.h
 *		How every function that touches data begins and ends.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_CALL_H
#define ASSURE_CORE_CALL_H

#include "postgres.h"

#include "commands/trigger.h"

#include "core/config.h"

typedef struct Call
{
	const char *function;		/* name for messages and audit */
	const char *session_role;	/* who is logged in */
	Oid			caller;			/* role whose scopes count */
	int			scopes;			/* those scopes */
	Oid			owner;			/* role that the work is done as */
	int			saved_security;
	int			guc_level;
	int64		login;			/* the worker whose login the session is, 0: none; -1: not looked up yet */
} Call;

/* Beside the scopes: a function that may write does not in this call. */
#define CALL_ONLY_READS (1 << 30)

/*
 * call_enter checks that the caller has one of the scopes, then works as the
 * owner of the data with pinned settings until call_leave.  call_begin and
 * call_end connect SPI as well.  An error in between undoes all of it.
 */
extern void call_enter(Call *call, int scopes_allowed, const char *function);
extern void call_leave(Call *call);
extern void call_begin(Call *call, int scopes_allowed, const char *function);
extern void call_end(Call *call);

/* For a function without call_enter: refuses where it writes and nothing can be written. */
extern void call_require_writable(const char *function);

/* After call_begin, for statements that read whole tables. */
extern void call_allow_scans(Call *call);

/* For triggers and policies of tables, whose privileges are the check. */
extern void call_begin_unchecked(Call *call, const char *function);

/* Whether a trigger is one of a table of ours; a function that looks at its columns may not run for another. */
extern bool trigger_is_of(const TriggerData *trigger, const char *table);

/* The person behind the session: act_as, else worker_login; 0: nobody. */
extern int64 call_actor(Call *call);
extern int64 call_actor_required(Call *call);

/* Whether the caller may work on the branch; the other refuses who may not. */
extern bool call_branch_is_open(Call *call, int64 branch_id);
extern void call_require_branch(Call *call, int64 branch_id, const char *what);

#endif							/* ASSURE_CORE_CALL_H */
