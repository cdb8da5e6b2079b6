/*-------------------------------------------------------------------------
 *
 * errors.h
 *		SQLSTATEs of pg_assure: class AS, beside the standard ones.
 *
 * Where a standard SQLSTATE says what happened (42501 insufficient_privilege,
 * 22023 invalid_parameter_value, P0002 no_data_found, 0A000 feature_not_supported)
 * that one is used.  A code below is part of the interface: drivers switch on
 * it, so its meaning never changes.  docs/errors.md lists them all.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_ERRORS_H
#define ASSURE_CORE_ERRORS_H

#include "utils/elog.h"

/* AS0: life cycle and calls */
#define ERRCODE_ASSURE_SCHEMA_MISSING		MAKE_SQLSTATE('A', 'S', '0', '0', '1')
#define ERRCODE_ASSURE_SCHEMA_VERSION		MAKE_SQLSTATE('A', 'S', '0', '0', '2')
#define ERRCODE_ASSURE_REQUEST_REUSED		MAKE_SQLSTATE('A', 'S', '0', '0', '3')
#define ERRCODE_ASSURE_NO_ACTOR				MAKE_SQLSTATE('A', 'S', '0', '0', '4')
#define ERRCODE_ASSURE_APPEND_ONLY			MAKE_SQLSTATE('A', 'S', '0', '0', '5')

/* AS1: documents handed in */
#define ERRCODE_ASSURE_INVALID_CLAIM		MAKE_SQLSTATE('A', 'S', '1', '0', '1')
#define ERRCODE_ASSURE_INVALID_TERMS		MAKE_SQLSTATE('A', 'S', '1', '0', '2')
#define ERRCODE_ASSURE_REF_CONFLICT			MAKE_SQLSTATE('A', 'S', '1', '0', '3')
#define ERRCODE_ASSURE_INVALID_ORDER		MAKE_SQLSTATE('A', 'S', '1', '0', '4')
#define ERRCODE_ASSURE_INVALID_USED			MAKE_SQLSTATE('A', 'S', '1', '0', '5')
#define ERRCODE_ASSURE_INVALID_ADJUSTMENT	MAKE_SQLSTATE('A', 'S', '1', '0', '6')
#define ERRCODE_ASSURE_INVALID_CALENDAR		MAKE_SQLSTATE('A', 'S', '1', '1', '0')
#define ERRCODE_ASSURE_INVALID_SLA			MAKE_SQLSTATE('A', 'S', '1', '1', '1')
#define ERRCODE_ASSURE_INVALID_PROFILE		MAKE_SQLSTATE('A', 'S', '1', '1', '2')

/* AS2: states */
#define ERRCODE_ASSURE_WRONG_STATE			MAKE_SQLSTATE('A', 'S', '2', '0', '1')
#define ERRCODE_ASSURE_NOT_QUALIFIED		MAKE_SQLSTATE('A', 'S', '2', '0', '2')
#define ERRCODE_ASSURE_NOT_OFFERED			MAKE_SQLSTATE('A', 'S', '2', '1', '0')

/* AS3: rules */
#define ERRCODE_ASSURE_FEEL_INVALID			MAKE_SQLSTATE('A', 'S', '3', '0', '1')
#define ERRCODE_ASSURE_FEEL_LIMIT			MAKE_SQLSTATE('A', 'S', '3', '0', '2')

/* AS31: decision models */
#define ERRCODE_ASSURE_INVALID_MODEL		MAKE_SQLSTATE('A', 'S', '3', '1', '1')
#define ERRCODE_ASSURE_MODEL_LIMIT			MAKE_SQLSTATE('A', 'S', '3', '1', '2')

/* AS9: an identity that must hold does not; always a bug, never a wrong payment */
#define ERRCODE_ASSURE_IDENTITY				MAKE_SQLSTATE('A', 'S', '9', '0', '1')

/*
 * errfield names the argument, or the place in a document, that an error is about:
 * a client finds it as the column name among the fields of the error.
 */
#define errfield(place)	err_generic_string(PG_DIAG_COLUMN_NAME, (place))

#endif							/* ASSURE_CORE_ERRORS_H */
