/*-------------------------------------------------------------------------
 *
 * compat.h
 *		The differences between PostgreSQL versions, all of them here.
 *
 * Each wrapper is named *_compat; nothing else in the tree looks at
 * PG_VERSION_NUM.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CORE_COMPAT_H
#define ASSURE_CORE_COMPAT_H

#include "postgres.h"

#if PG_VERSION_NUM < 150000
#error "pg_assure needs PostgreSQL 15 or later"
#endif

/*
 * Soft errors came with 16: before that an input function can only throw.
 * ereturn_compat(fcinfo->context, (Datum) 0, errcode(...), errmsg(...)).
 */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#define ereturn_compat(context, value, ...) ereturn(context, value, __VA_ARGS__)
#else
#define ereturn_compat(context, value, ...) ereport(ERROR, __VA_ARGS__)
#endif

/* 16 moved the variadic argument helpers and varlena declarations about. */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/* 17 renamed what tells a virtual transaction's process. */
#if PG_VERSION_NUM >= 170000
#define vxid_process_compat(vxid) ((vxid).procNumber)
#else
#define vxid_process_compat(vxid) ((vxid).backendId)
#endif

/* 18 took the argument away that said to run a portal once; it always is. */
#if PG_VERSION_NUM >= 180000
#define PortalRun_compat(portal, receiver) \
	PortalRun(portal, FETCH_ALL, true, receiver, receiver, NULL)
#else
#define PortalRun_compat(portal, receiver) \
	PortalRun(portal, FETCH_ALL, true, true, receiver, receiver, NULL)
#endif

/* 16 has the tables that are written named as well. */
#if PG_VERSION_NUM >= 160000
#define EvalPlanQualInit_compat(epq, estate) EvalPlanQualInit(epq, estate, NULL, NIL, -1, NIL)
#else
#define EvalPlanQualInit_compat(epq, estate) EvalPlanQualInit(epq, estate, NULL, NIL, -1)
#endif

/* 18 counts what an index scan does, where it is asked to. */
#if PG_VERSION_NUM >= 180000
#define index_beginscan_compat(table, index, snapshot, keys) index_beginscan(table, index, snapshot, NULL, keys, 0)
#else
#define index_beginscan_compat(table, index, snapshot, keys) index_beginscan(table, index, snapshot, keys, 0)
#endif

/* 18 renamed where the prepared check constraints of a table stand. */
#if PG_VERSION_NUM >= 180000
#define result_checks_compat(result) (&(result)->ri_CheckConstraintExprs)
#else
#define result_checks_compat(result) (&(result)->ri_ConstraintExprs)
#endif

#endif							/* ASSURE_CORE_COMPAT_H */
