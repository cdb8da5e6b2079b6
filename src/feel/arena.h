/*-------------------------------------------------------------------------
 *
 * arena.h
 *		Memory of FEEL: bump allocation in blocks, given back all at once.
 *
 * A compiled program lives in one arena, each evaluation in another that is
 * reset after it; reset keeps the first block, so that a million evaluations
 * need no allocation at all.  An arena has a cap: arena_alloc never returns
 * NULL, it calls the arena's failure handler, which does not return (it jumps
 * to whoever began the compilation or evaluation).  So nothing that needs
 * giving back may be held across arena_alloc, unless arena_on_reset knows it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_ARENA_H
#define ASSURE_FEEL_ARENA_H

#include "postgres.h"

/* Where blocks come from.  alloc may return NULL. */
typedef struct FeelAllocator
{
	void	   *(*alloc) (void *owner, size_t size);
	void		(*release) (void *owner, void *block);
	void	   *owner;
} FeelAllocator;

typedef struct FeelArena FeelArena;

/* what is called when the cap is reached or alloc gives nothing; never returns */
typedef void (*FeelArenaFail) (void *arg, size_t cap);

typedef struct FeelArenaHandler
{
	FeelArenaFail fail;
	void	   *arg;
} FeelArenaHandler;

/* NULL if the allocator gives nothing. */
extern FeelArena *arena_create(const FeelAllocator *allocator, size_t cap);
extern void arena_set_fail(FeelArena *arena, FeelArenaFail fail, void *arg);

/* For a time: whoever puts a handler puts back the one that it got. */
extern FeelArenaHandler arena_swap_handler(FeelArena *arena, FeelArenaHandler handler);
extern void arena_set_cap(FeelArena *arena, size_t cap);

/* Zeroed is arena_alloc0; both aligned to 8. */
extern void *arena_alloc_slow(FeelArena *arena, size_t size);
extern void *arena_alloc0(FeelArena *arena, size_t size);
extern char *arena_copy(FeelArena *arena, const char *data, size_t length);

/* count * size, checked; for arrays whose length comes from data. */
extern void *arena_alloc_array(FeelArena *arena, size_t count, size_t size);

/* Runs done(arg) at the next reset or at the end, whichever is first. */
extern void arena_on_reset(FeelArena *arena, void (*done) (void *arg), void *arg);
extern void arena_reset(FeelArena *arena);
extern void arena_destroy(FeelArena *arena);
extern size_t arena_used(const FeelArena *arena);

/* The head of FeelArena, here for the inline fast path only. */
typedef struct FeelArenaCursor
{
	char	   *next;
	char	   *end;
} FeelArenaCursor;

/*
 * arena_alloc hands out size bytes.
 */
static inline void *
arena_alloc(FeelArena *arena, size_t size)
{
	FeelArenaCursor *cursor = (FeelArenaCursor *) arena;
	size_t		need = (size + 7) & ~(size_t) 7;

	if (likely(need >= size && (size_t) (cursor->end - cursor->next) >= need))
	{
		void	   *p = cursor->next;

		cursor->next += need;
		return p;
	}
	return arena_alloc_slow(arena, size);
}

#endif							/* ASSURE_FEEL_ARENA_H */
