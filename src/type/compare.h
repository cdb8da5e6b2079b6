/*-------------------------------------------------------------------------
 *
 * compare.h
 *		The comparison and hash functions that every type has, from one function.
 *
 * A type says how its values are fetched and which of two comes first; the six
 * operators, the support functions of its btree and hash operator classes
 * follow.  The entry points are assure_<type>_eq, _ne, _lt, _le, _gt, _ge, _cmp,
 * _larger, _smaller, _hash, _hash_extended.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TYPE_COMPARE_H
#define ASSURE_TYPE_COMPARE_H

#include "postgres.h"

#include "fmgr.h"

/* COMPARISON_DEFINE makes one operator's function; test is on compare's result. */
#define COMPARISON_DEFINE(type, verb, getarg, compare, test) \
	PG_FUNCTION_INFO_V1(assure_##type##_##verb); \
	PGDLLEXPORT Datum \
	assure_##type##_##verb(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_BOOL(compare(getarg(0), getarg(1)) test); \
	}

/* COMPARISONS_DEFINE makes the six operators and the btree support function. */
#define COMPARISONS_DEFINE(type, getarg, compare) \
	COMPARISON_DEFINE(type, eq, getarg, compare, == 0) \
	COMPARISON_DEFINE(type, ne, getarg, compare, != 0) \
	COMPARISON_DEFINE(type, lt, getarg, compare, < 0) \
	COMPARISON_DEFINE(type, le, getarg, compare, <= 0) \
	COMPARISON_DEFINE(type, gt, getarg, compare, > 0) \
	COMPARISON_DEFINE(type, ge, getarg, compare, >= 0) \
	PG_FUNCTION_INFO_V1(assure_##type##_cmp); \
	PGDLLEXPORT Datum \
	assure_##type##_cmp(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_INT32(compare(getarg(0), getarg(1))); \
	}

/* EXTREMES_DEFINE makes the transition functions of max and min. */
#define EXTREMES_DEFINE(type, getarg, compare) \
	PG_FUNCTION_INFO_V1(assure_##type##_larger); \
	PGDLLEXPORT Datum \
	assure_##type##_larger(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_DATUM(compare(getarg(0), getarg(1)) > 0 ? PG_GETARG_DATUM(0) : PG_GETARG_DATUM(1)); \
	} \
	PG_FUNCTION_INFO_V1(assure_##type##_smaller); \
	PGDLLEXPORT Datum \
	assure_##type##_smaller(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_DATUM(compare(getarg(0), getarg(1)) < 0 ? PG_GETARG_DATUM(0) : PG_GETARG_DATUM(1)); \
	}

/* HASHES_DEFINE makes the hash support functions from two that take a value. */
#define HASHES_DEFINE(type, getarg, hash, hash_extended) \
	PG_FUNCTION_INFO_V1(assure_##type##_hash); \
	PGDLLEXPORT Datum \
	assure_##type##_hash(PG_FUNCTION_ARGS) \
	{ \
		return hash(getarg(0)); \
	} \
	PG_FUNCTION_INFO_V1(assure_##type##_hash_extended); \
	PGDLLEXPORT Datum \
	assure_##type##_hash_extended(PG_FUNCTION_ARGS) \
	{ \
		return hash_extended(getarg(0), (uint64) PG_GETARG_INT64(1)); \
	}

#endif							/* ASSURE_TYPE_COMPARE_H */
