/*-------------------------------------------------------------------------
 *
 * grants.h
 *		Privileges that belong to access scopes.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_GRANTS_H
#define ASSURE_CORE_GRANTS_H

#include "postgres.h"

/* A security context taken on for a few statements. */
typedef struct Identity
{
	Oid			role;
	int			security;
} Identity;

extern Identity identity_take(Oid role);
extern void identity_restore(Identity before);

/* All need SPI connected. */
extern void run_utility(const char *format,...) pg_attribute_printf(1, 2);
extern void grants_lock(void);
extern void grants_apply(const char *role);
extern void grants_withdraw(const char *role);
extern void grants_apply_all(void);

#endif							/* ASSURE_CORE_GRANTS_H */
