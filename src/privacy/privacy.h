/*-------------------------------------------------------------------------
 *
 * privacy.h
 *		What the functions about one person share; inside this room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_PRIVACY_PRIVACY_H
#define ASSURE_PRIVACY_PRIVACY_H

#include "fmgr.h"

extern char *argument_required(FunctionCallInfo fcinfo, int number, const char *name);

/* Why: must be there, and short. */
extern char *reason_required(FunctionCallInfo fcinfo, int number);

/* A reason is kept for ever, so none of the person's own values may stand in it. */
extern void reason_refuse_values(const char *reason, int64 account_id, int64 member_id);

#endif							/* ASSURE_PRIVACY_PRIVACY_H */
