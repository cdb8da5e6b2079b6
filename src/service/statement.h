/*-------------------------------------------------------------------------
 *
 * statement.h
 *		Statements of suppliers: what is matched how.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_SERVICE_STATEMENT_H
#define ASSURE_SERVICE_STATEMENT_H

#include "postgres.h"

/*
 * statement_match matches all rows of a statement that the caller has locked, and
 * writes what came of it; returns how many rows and services are not matched.
 */
extern int64 statement_match(int64 statement_id);

#endif							/* ASSURE_SERVICE_STATEMENT_H */
