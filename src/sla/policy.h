/*-------------------------------------------------------------------------
 *
 * policy.h
 *		SLA policies as they are stored.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_SLA_POLICY_H
#define ASSURE_SLA_POLICY_H

#include "nodes/pg_list.h"

#include "sla/timing.h"

typedef struct NamedPolicy
{
	SlaPolicy	policy;
	char	   *code;
} NamedPolicy;

/* Lists of NamedPolicy *; SPI must be connected. */
extern List *policies_read(void);
extern const SlaPolicy *policy_current(List *policies, const char *code);
extern const SlaPolicy *policy_by_id(List *policies, int64 sla_policy_id);

#endif							/* ASSURE_SLA_POLICY_H */
