/*-------------------------------------------------------------------------
 *
 * age.h
 *		Ages in completed years.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TYPE_AGE_H
#define ASSURE_TYPE_AGE_H

#include "utils/date.h"

extern int	completed_years(DateADT birth, DateADT at);

#endif							/* ASSURE_TYPE_AGE_H */
