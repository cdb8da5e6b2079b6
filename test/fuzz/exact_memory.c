/*-------------------------------------------------------------------------
 *
 * exact_memory.c
 *		For builds with the address sanitizer: one malloc for each palloc.
 *
 * A memory context of the server takes memory in blocks, and the sanitizer
 * sees a block as one allocation: a read beyond a palloc that stays in its
 * block goes unseen, and so does a use after the context was reset.  Here what
 * the extension allocates comes from a child of the context that was asked:
 * its chunks are mallocs of their own, freed with the context, and repalloc
 * always moves them.  EXACT_MEMORY_FLAGS of the Makefile give the server's
 * functions these names in the extension's code.
 *
 * A context that can be written outside the server is there up to PostgreSQL
 * 15; later ones know theirs by number.  There this file is empty, and the flags
 * are not given.
 *
 *-------------------------------------------------------------------------
 */
/* The server's own, here. */
#undef MemoryContextRegisterResetCallback
#include "postgres.h"

#if PG_VERSION_NUM < 160000

#include "lib/ilist.h"
#include "nodes/memnodes.h"
#include "utils/memutils.h"

/* The server finds a chunk's context in the word before it. */
typedef struct ExactChunk
{
	dlist_node	node;
	Size		size;
	MemoryContext context;
} ExactChunk;

typedef struct ExactContext
{
	MemoryContextData header;
	dlist_head	chunks;
} ExactContext;

extern void *exact_palloc(Size size);
extern void *exact_palloc0(Size size);
extern void *exact_palloc_extended(Size size, int flags);
extern void *exact_alloc(MemoryContext context, Size size);
extern void *exact_alloc_zero(MemoryContext context, Size size);
extern void *exact_alloc_zero_aligned(MemoryContext context, Size size);
extern void *exact_alloc_huge(MemoryContext context, Size size);
extern void *exact_alloc_extended(MemoryContext context, Size size, int flags);
extern void exact_register(MemoryContext context, MemoryContextCallback *callback);

/*
 * chunk_of is the chunk of a pointer.
 */
static ExactChunk *
chunk_of(void *pointer)
{
	return (ExactChunk *) ((char *) pointer - sizeof(ExactChunk));
}

/*
 * exact_alloc_p allocates a chunk.
 */
static void *
exact_alloc_p(MemoryContext context, Size size)
{
	ExactChunk *chunk = malloc(sizeof(ExactChunk) + size);

	if (chunk == NULL)
		return NULL;
	chunk->size = size;
	chunk->context = context;
	dlist_push_tail(&((ExactContext *) context)->chunks, &chunk->node);
	context->mem_allocated += size;
	return chunk + 1;
}

/*
 * exact_free_p frees a chunk.
 */
static void
exact_free_p(MemoryContext context, void *pointer)
{
	ExactChunk *chunk = chunk_of(pointer);

	dlist_delete(&chunk->node);
	context->mem_allocated -= chunk->size;
	free(chunk);
}

/*
 * exact_realloc_p moves a chunk, also where it would fit: who keeps the old
 * pointer is found.
 */
static void *
exact_realloc_p(MemoryContext context, void *pointer, Size size)
{
	void	   *moved = exact_alloc_p(context, size);

	if (moved == NULL)
		return NULL;
	memcpy(moved, pointer, Min(size, chunk_of(pointer)->size));
	exact_free_p(context, pointer);
	return moved;
}

/*
 * exact_reset_p frees all chunks.
 */
static void
exact_reset_p(MemoryContext context)
{
	dlist_mutable_iter iter;

	dlist_foreach_modify(iter, &((ExactContext *) context)->chunks)
		free(dlist_container(ExactChunk, node, iter.cur));
	dlist_init(&((ExactContext *) context)->chunks);
	context->mem_allocated = 0;
}

/*
 * exact_delete_p frees all chunks and the context.
 */
static void
exact_delete_p(MemoryContext context)
{
	exact_reset_p(context);
	free(context);
}

/*
 * exact_space_p is how much a chunk takes.
 */
static Size
exact_space_p(MemoryContext context, void *pointer)
{
	return chunk_of(pointer)->size;
}

/*
 * exact_is_empty_p says whether a context has no chunks.
 */
static bool
exact_is_empty_p(MemoryContext context)
{
	return dlist_is_empty(&((ExactContext *) context)->chunks);
}

/*
 * exact_stats_p adds what a context holds to the totals.
 */
static void
exact_stats_p(MemoryContext context, MemoryStatsPrintFunc print, void *passthru, MemoryContextCounters *totals, bool to_stderr)
{
	if (totals == NULL)
		return;
	totals->nblocks++;
	totals->totalspace += context->mem_allocated;
}

#ifdef MEMORY_CONTEXT_CHECKING
/*
 * exact_check_p has nothing to check: the sanitizer does.
 */
static void
exact_check_p(MemoryContext context)
{
}
#endif

static const MemoryContextMethods exact_methods = {
	.alloc = exact_alloc_p,
	.free_p = exact_free_p,
	.realloc = exact_realloc_p,
	.reset = exact_reset_p,
	.delete_context = exact_delete_p,
	.get_chunk_space = exact_space_p,
	.is_empty = exact_is_empty_p,
	.stats = exact_stats_p,
#ifdef MEMORY_CONTEXT_CHECKING
	.check = exact_check_p,
#endif
};

/*
 * exact_child is the context for the chunks of a context: a child, so that it
 * goes when the context is reset or deleted.
 */
static MemoryContext
exact_child(MemoryContext context)
{
	MemoryContext child;
	ExactContext *made;

	if (context->methods == &exact_methods)
		return context;
	for (child = context->firstchild; child != NULL; child = child->nextchild)
	{
		if (child->methods == &exact_methods)
			return child;
	}
	made = malloc(sizeof(ExactContext));
	if (made == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory")));
	dlist_init(&made->chunks);
	MemoryContextCreate((MemoryContext) made, T_AllocSetContext, &exact_methods, context, "exact");
	return (MemoryContext) made;
}

/*
 * exact_alloc_extended is MemoryContextAllocExtended.
 */
void *
exact_alloc_extended(MemoryContext context, Size size, int flags)
{
	void	   *pointer;

	if ((flags & MCXT_ALLOC_HUGE) != 0 ? !AllocHugeSizeIsValid(size) : !AllocSizeIsValid(size))
		elog(ERROR, "invalid memory alloc request size %zu", size);
	context->isReset = false;
	context = exact_child(context);
	context->isReset = false;
	pointer = exact_alloc_p(context, size);
	if (pointer == NULL && (flags & MCXT_ALLOC_NO_OOM) == 0)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"), errdetail("Failed on request of size %zu.", size)));
	if (pointer != NULL && (flags & MCXT_ALLOC_ZERO) != 0)
		memset(pointer, 0, size);
	return pointer;
}

/*
 * exact_alloc is MemoryContextAlloc.
 */
void *
exact_alloc(MemoryContext context, Size size)
{
	return exact_alloc_extended(context, size, 0);
}

/*
 * exact_alloc_zero is MemoryContextAllocZero.
 */
void *
exact_alloc_zero(MemoryContext context, Size size)
{
	return exact_alloc_extended(context, size, MCXT_ALLOC_ZERO);
}

/*
 * exact_alloc_zero_aligned is MemoryContextAllocZeroAligned.
 */
void *
exact_alloc_zero_aligned(MemoryContext context, Size size)
{
	return exact_alloc_extended(context, size, MCXT_ALLOC_ZERO);
}

/*
 * exact_alloc_huge is MemoryContextAllocHuge.
 */
void *
exact_alloc_huge(MemoryContext context, Size size)
{
	return exact_alloc_extended(context, size, MCXT_ALLOC_HUGE);
}

/*
 * exact_palloc is palloc.
 */
void *
exact_palloc(Size size)
{
	return exact_alloc_extended(CurrentMemoryContext, size, 0);
}

/*
 * exact_palloc0 is palloc0.
 */
void *
exact_palloc0(Size size)
{
	return exact_alloc_extended(CurrentMemoryContext, size, MCXT_ALLOC_ZERO);
}

/*
 * exact_palloc_extended is palloc_extended.
 */
void *
exact_palloc_extended(Size size, int flags)
{
	return exact_alloc_extended(CurrentMemoryContext, size, flags);
}

/*
 * exact_register is MemoryContextRegisterResetCallback: for the child, whose
 * chunks a callback looks at and which goes first.
 */
void
exact_register(MemoryContext context, MemoryContextCallback *callback)
{
	MemoryContextRegisterResetCallback(exact_child(context), callback);
}

#endif
