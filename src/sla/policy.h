/*-------------------------------------------------------------------------
 *
 * policy.h
 *		SLA policies: read, compiled, chosen.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_SLA_POLICY_H
#define ASSURE_SLA_POLICY_H

#include "feel/feel.h"
#include "nodes/pg_list.h"
#include "utils/jsonb.h"

#include "core/json.h"
#include "sla/timing.h"

/* What clocks belong to. */
typedef enum SlaSubject
{
	SLA_TASK = 1, SLA_CLAIM, SLA_ORDER
} SlaSubject;

extern const char *const sla_subject_names[];	/* from 1, ends with NULL */

typedef enum EscalationAction
{
	ESCALATE_PRIORITY = 1, ESCALATE_TELL, ESCALATE_RETURN
} EscalationAction;

#define ESCALATIONS_MAX 20

/* What is done about an alert while nobody has taken notice. */
typedef struct Escalation
{
	int			on_step;		/* 0: stalled; else the clock's step */
	WorkSpan	after;			/* since the alert */
	EscalationAction action;
	int			by;				/* ESCALATE_PRIORITY */
	char	   *role;			/* ESCALATE_TELL */
} Escalation;

typedef struct SlaPolicy
{
	int64		sla_policy_id;
	char	   *code;
	bool		is_current;		/* the highest version of its code */
	SlaSubject	subject;
	char	   *calendar;		/* name; NULL: around the clock */
	SlaTiming	timing;
	char	   *condition;		/* NULL: tasks of queues that name the code */
	const FeelProgram *program; /* NULL: none, or it does not compile */
	int			rank;
	int			escalation_count;
	Escalation *escalations;
} SlaPolicy;

/*
 * The policies as they are stored, compiled once; SPI must be connected.  What
 * they return holds until the next call of policies_get().
 */
extern List *policies_get(void);
extern const SlaPolicy *policy_current(List *policies, const char *code);
extern const SlaPolicy *policy_find(List *policies, int64 sla_policy_id);
extern const SlaPolicy *policy_by_id(List *policies, int64 sla_policy_id);
extern bool policies_have_condition(List *policies, SlaSubject subject);

/* The policy whose condition holds for the facts of a subject, or NULL. */
extern const SlaPolicy *policy_match(List *policies, SlaSubject subject, Jsonb *facts);

/* Documents: policy_document.c */
typedef struct PolicyDocument
{
	SlaPolicy	policy;			/* without key, calendar and program looked up */
	WorkSpan	target;
	WorkSpan	stall;
	Jsonb	   *escalation;		/* as it is stored */
} PolicyDocument;

extern void policy_document_read(Jsonb *document, PolicyDocument *result);
extern int	escalations_read(const DocNode *node, const SlaTiming *timing, SlaSubject subject, Escalation **escalations);

/* Conditions: policy_condition.c */
extern const FeelProgram *policy_condition_compile(FeelArena *arena, SlaSubject subject, const char *text, FeelError *error,
											char **unknown_name);
extern bool policy_condition_holds(const FeelProgram *program, Jsonb *facts);

#endif							/* ASSURE_SLA_POLICY_H */
