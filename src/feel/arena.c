/*-------------------------------------------------------------------------
 *
 * arena.c
 *		Bump allocation in blocks.
 *
 * Blocks double from 8 kB to 1 MB; a larger request has a block of its own size.
 * The first block holds the arena itself, and stays at a reset.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/arena.h"

#define BLOCK_SIZE_MIN	((size_t) 8 * 1024)
#define BLOCK_SIZE_MAX	((size_t) 1024 * 1024)

typedef struct Block
{
	struct Block *next;
	size_t		size;			/* head included */
} Block;

typedef struct ResetCallback
{
	struct ResetCallback *next;
	void		(*done) (void *arg);
	void	   *arg;
} ResetCallback;

struct FeelArena
{
	FeelArenaCursor cursor;		/* first: arena_alloc reads it */
	FeelAllocator allocator;
	Block	   *blocks;			/* the newest first; the last one holds this struct */
	Block	   *first;
	size_t		total;			/* bytes of all blocks */
	size_t		cap;
	ResetCallback *callbacks;
	FeelArenaHandler handler;
};

/*
 * arena_create makes an empty arena; NULL if the allocator gives no block.
 */
FeelArena *
arena_create(const FeelAllocator *allocator, size_t cap)
{
	Block	   *block = allocator->alloc(allocator->owner, BLOCK_SIZE_MIN);
	FeelArena  *arena;

	if (block == NULL)
		return NULL;
	block->next = NULL;
	block->size = BLOCK_SIZE_MIN;
	arena = (FeelArena *) (block + 1);
	memset(arena, 0, sizeof(*arena));
	arena->allocator = *allocator;
	arena->blocks = arena->first = block;
	arena->total = block->size;
	arena->cap = cap;
	arena->cursor.next = (char *) arena + MAXALIGN(sizeof(*arena));
	arena->cursor.end = (char *) block + block->size;
	return arena;
}

/*
 * arena_set_fail says who is told when the cap is reached.
 */
void
arena_set_fail(FeelArena *arena, FeelArenaFail fail, void *arg)
{
	arena->handler.fail = fail;
	arena->handler.arg = arg;
}

/*
 * arena_swap_handler puts a handler and gives the one before.
 */
FeelArenaHandler
arena_swap_handler(FeelArena *arena, FeelArenaHandler handler)
{
	FeelArenaHandler before = arena->handler;

	arena->handler = handler;
	return before;
}

/*
 * arena_set_cap sets how many bytes the blocks may have together.
 */
void
arena_set_cap(FeelArena *arena, size_t cap)
{
	arena->cap = cap;
}

/*
 * arena_failed reports that the cap is reached.
 */
static void
arena_failed(FeelArena *arena)
{
	if (arena->handler.fail)
		arena->handler.fail(arena->handler.arg, arena->cap);
	abort();					/* no handler, or one that returned: whoever made the arena is wrong */
}

/*
 * arena_alloc_slow takes a new block.
 */
void *
arena_alloc_slow(FeelArena *arena, size_t size)
{
	size_t		block_size = Min(arena->blocks->size * 2, BLOCK_SIZE_MAX);
	size_t		need;
	Block	   *block;

	if (size > arena->cap || size > SIZE_MAX / 2)
		arena_failed(arena);
	need = MAXALIGN(size) + sizeof(Block);
	if (block_size < need)
		block_size = need;
	if (block_size > arena->cap || arena->total > arena->cap - block_size)
	{
		block_size = need;		/* at the edge of the cap just what is asked for */
		if (block_size > arena->cap || arena->total > arena->cap - block_size)
			arena_failed(arena);
	}
	block = arena->allocator.alloc(arena->allocator.owner, block_size);
	if (block == NULL)
		arena_failed(arena);
	block->size = block_size;
	block->next = arena->blocks;
	arena->blocks = block;
	arena->total += block_size;
	arena->cursor.next = (char *) (block + 1) + MAXALIGN(size);
	arena->cursor.end = (char *) block + block_size;
	return block + 1;
}

/*
 * arena_alloc0 hands out zeroed bytes.
 */
void *
arena_alloc0(FeelArena *arena, size_t size)
{
	return memset(arena_alloc(arena, size), 0, size);
}

/*
 * arena_alloc_array hands out room for count things; a product that overflows is
 * beyond any cap.
 */
void *
arena_alloc_array(FeelArena *arena, size_t count, size_t size)
{
	if (size > 0 && count > SIZE_MAX / 2 / size)
		arena_failed(arena);
	return arena_alloc(arena, count * size);
}

/*
 * arena_copy copies bytes into the arena.
 */
char *
arena_copy(FeelArena *arena, const char *data, size_t length)
{
	char	   *copy = arena_alloc(arena, length);

	if (length > 0)
		memcpy(copy, data, length);
	return copy;
}

/*
 * arena_on_reset notes what has to be done when the values go: for what lives
 * outside the arena.
 */
void
arena_on_reset(FeelArena *arena, void (*done) (void *arg), void *arg)
{
	ResetCallback *callback = arena_alloc(arena, sizeof(ResetCallback));

	callback->done = done;
	callback->arg = arg;
	callback->next = arena->callbacks;
	arena->callbacks = callback;
}

/*
 * run_callbacks runs what was to be done at the reset, the latest first.
 */
static void
run_callbacks(FeelArena *arena)
{
	while (arena->callbacks)
	{
		ResetCallback *callback = arena->callbacks;

		arena->callbacks = callback->next;
		callback->done(callback->arg);
	}
}

/*
 * arena_reset gives back everything; the first block stays.
 */
void
arena_reset(FeelArena *arena)
{
	run_callbacks(arena);
	while (arena->blocks != arena->first)
	{
		Block	   *block = arena->blocks;

		arena->blocks = block->next;
		arena->total -= block->size;
		arena->allocator.release(arena->allocator.owner, block);
	}
	arena->cursor.next = (char *) arena + MAXALIGN(sizeof(*arena));
	arena->cursor.end = (char *) arena->first + arena->first->size;
}

/*
 * arena_destroy ends the arena itself.
 */
void
arena_destroy(FeelArena *arena)
{
	FeelAllocator allocator = arena->allocator;

	arena_reset(arena);
	allocator.release(allocator.owner, arena->first);
}

/*
 * arena_used gives the bytes of all blocks.
 */
size_t
arena_used(const FeelArena *arena)
{
	return arena->total;
}
