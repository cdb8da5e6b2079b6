/*-------------------------------------------------------------------------
 *
 * calculate_fixed.c
 *		Runs the fixed benefits of a claim.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/calculate.h"

/*
 * run_fixed has nothing to run yet.
 */
void
run_fixed(Work *work)
{
}
