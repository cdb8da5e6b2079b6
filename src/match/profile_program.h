/*-------------------------------------------------------------------------
 *
 * profile_program.h
 *		Expressions of matching profiles: FEEL over measures and facts; inside
 *		of this room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MATCH_PROFILE_PROGRAM_H
#define ASSURE_MATCH_PROFILE_PROGRAM_H

#include "postgres.h"

#include "match/profile.h"

/* What is known of a worker beside the measures. */
typedef struct MatchWorkerFacts
{
	int			level;			/* level: in the skill of the class's queue; 0: none */
	int64		authority_fen;	/* authority, yuan */
	int			capacity;		/* capacity */
	const char *branch;			/* branch */
	const char *province;		/* province */
} MatchWorkerFacts;

/* What a program may ask; what is NULL is not known. */
typedef struct ProfileFacts
{
	const double *parameters;	/* PARAMETER_COUNT, NaN: not known */
	const MatchWorkerFacts *worker;
	const MatchClass *of_class;
	const MatchTaskFacts *task;
} ProfileFacts;

/* Which names a program uses. */
#define PROGRAM_USES_WORKER (1 << 0)
#define PROGRAM_USES_TASK (1 << 1)

extern FeelScope *profile_scope(FeelArena *arena);
extern int	program_uses(const FeelProgram *program, int *scopes_used);

/* Whether it asks how often the task came back, which is counted for it alone. */
extern bool program_uses_returns(const FeelProgram *program);

/* The parameters that a program uses; room for PARAMETER_COUNT.  Returns how many. */
extern int	program_parameters(const FeelProgram *program, int *used);

/* Marks them, and whether it asks for facts of the worker beside them. */
extern void program_needs(const FeelProgram *program, bool *needed, bool *needs_facts);

/* NaN: null, no number, or a limit was hit; true is 1. */
extern double program_value(const FeelProgram *program, const ProfileFacts *facts);
extern bool program_holds(const FeelProgram *program, const ProfileFacts *facts);

#endif							/* ASSURE_MATCH_PROFILE_PROGRAM_H */
