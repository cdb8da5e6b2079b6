/*-------------------------------------------------------------------------
 *
 * vector.h
 *		Loops that are compiled twice: for any processor, and for one with AVX2.
 *
 * A loop is written once, as an inline function; AVX2_VARIANT functions call it
 * like the plain ones.  Neither variant contracts floating point operations, so
 * both get the same bits.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_MATCH_VECTOR_H
#define ASSURE_MATCH_VECTOR_H

#define VECTOR_BODY static inline __attribute__((always_inline))

#ifdef __x86_64__
#define AVX2_VARIANT __attribute__((target("avx2")))
#define avx2_is_there() __builtin_cpu_supports("avx2")
#else
#define AVX2_VARIANT
#define avx2_is_there() 0
#endif

#endif							/* ASSURE_MATCH_VECTOR_H */
