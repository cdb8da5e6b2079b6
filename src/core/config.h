/*-------------------------------------------------------------------------
 *
 * config.h
 *		What a backend knows of the installation: cached, dropped by invalidation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_CONFIG_H
#define ASSURE_CORE_CONFIG_H

#include "postgres.h"

/* Version of the data schema that this library works with. */
#define ASSURE_SCHEMA_VERSION 2

/* Access scopes, as bits. */
#define SCOPE_BI			(1 << 0)
#define SCOPE_OPERATOR		(1 << 1)
#define SCOPE_PROXY			(1 << 2)
#define SCOPE_SUPERVISOR	(1 << 3)
#define SCOPE_AUDITOR		(1 << 4)
#define SCOPE_ADMIN			(1 << 5)
#define SCOPE_BACKUP		(1 << 6)
#define SCOPE_ALL			((1 << 7) - 1)

typedef struct RoleScope
{
	Oid			role;
	int			scope;
} RoleScope;

typedef struct Config
{
	Oid			owner;			/* the role that all data belongs to */
	int			schema_version;
	char	   *time_zone;		/* the company's */
	int			grant_count;
	RoleScope  *grants;
} Config;

extern void config_init(void);
extern const Config *config_get(void);
extern Oid	config_owner(bool missing_ok);
extern Oid	extension_owner(void);
extern uint64 config_generation(void);
extern int	config_scopes_of(Oid role);
extern int	scope_parse(const char *name);
extern char *scope_names(int scopes);
extern void config_changed(void);

#endif							/* ASSURE_CORE_CONFIG_H */
