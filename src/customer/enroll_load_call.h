/*-------------------------------------------------------------------------
 *
 * enroll_load_call.h
 *		A load of rows from beginning to end, and its outcome as arrays.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CUSTOMER_ENROLL_LOAD_CALL_H
#define ASSURE_CUSTOMER_ENROLL_LOAD_CALL_H

#include "catalog/pg_type_d.h"

#include "customer/enroll.h"

/* row_no, action, member_ref, member_id, accepted, error_code, reason, rerun_from, claims_to_rerun */
#define OUTCOME_COLUMNS 9
#define OUTCOME_TYPES \
	INT4ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID, BOOLARRAYOID, TEXTARRAYOID, TEXTARRAYOID, DATEARRAYOID, INT4ARRAYOID

typedef struct EnrollLoad
{
	bool		is_last;		/* no more rows follow: what waits is refused */
	bool		dry_run;		/* nothing is written */
	HTAB	   *held;			/* people held from loads before; NULL: none */
	const char *batch;			/* for the audit; NULL: none */
	int			counts[ENROLL_CHANGE + 1];	/* set: accepted by action */
	int			accepted;		/* set */
	int64		audit_id;		/* set */
} EnrollLoad;

extern void enroll_load(Call *call, EnrollRow *rows, int count, EnrollLoad *load);
extern void outcome_arrays(const EnrollRow *rows, int count, Datum *values);

#endif							/* ASSURE_CUSTOMER_ENROLL_LOAD_CALL_H */
