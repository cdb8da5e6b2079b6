/*-------------------------------------------------------------------------
 *
 * screening.h
 *		What decision models that screen claims are handed.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_ADJUDICATE_SCREENING_H
#define ASSURE_ADJUDICATE_SCREENING_H

#include "adjudicate/chunk.h"

/* Names of the inputs, NULL at the end. */
extern const char *const screening_inputs[];

#endif							/* ASSURE_ADJUDICATE_SCREENING_H */
