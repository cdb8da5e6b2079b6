/*-------------------------------------------------------------------------
 *
 * people.h
 *		Numbers of people; inside this room.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_COVERAGE_PEOPLE_H
#define ASSURE_COVERAGE_PEOPLE_H

#include "postgres.h"

/* One resident_id, one number: for the people with these numbers, an array of int. */
extern void people_settle(Datum person_nos);

#endif							/* ASSURE_COVERAGE_PEOPLE_H */
