/*-------------------------------------------------------------------------
 *
 * facts.h
 *		What conditions of SLA policies may ask of their subjects.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_SLA_FACTS_H
#define ASSURE_SLA_FACTS_H

#include "sla/policy.h"
#include "sla/sla.h"

/*
 * The policy that a condition chooses for each subject whose clock is to start, in
 * their order; NULL: none.
 */
extern const SlaPolicy **policies_choose(List *policies, SlaSubject subject, const ClockStart *starts, int count);

/* What is known of tasks, in the order of their keys, as conditions ask for it. */
extern Jsonb **task_facts(const int64 *task_ids, int count);

#endif							/* ASSURE_SLA_FACTS_H */
