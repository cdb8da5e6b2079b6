/*-------------------------------------------------------------------------
 *
 * memberset_roaring.c
 *		What CRoaring does for assure.memberset: it takes members away.
 *
 * Loading.  Other extensions bring a CRoaring of their own, of another version,
 * under the same names, and all libraries that PostgreSQL loads share one
 * namespace: linked in the usual way, calls of ours would end in theirs, calls of
 * libroaring to itself too, and calls of theirs in libroaring.  So libroaring is
 * opened when first needed, in a namespace of its own, and its functions are
 * taken from its handle.  A server without it lacks these operators only.
 *
 * Ownership.  libroaring 0.2.66 has no memory hook: its bitmaps are malloc's.
 * An Operation is a memory context and the bitmaps that end with it: they are
 * noted there by the statement that makes them, before anything can throw.
 *
 * Trust.  Its deserializer believes what it reads.  Bytes pass set_fault()
 * before it, and what it computed passes set_fault() behind it.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <dlfcn.h>
#include <roaring/roaring.h>

#include "miscadmin.h"
#include "utils/memutils.h"

#include "type/memberset.h"

/* The Makefile finds the soname beside the headers; else it is what they install. */
#ifndef ROARING_SONAME
#define ROARING_SONAME "libroaring.so"
#endif

/*
 * The address sanitizer, which must see every allocation, refuses RTLD_DEEPBIND;
 * so a build with it is as safe as its neighbours allow.
 */
#if defined(RTLD_DEEPBIND) && !defined(__SANITIZE_ADDRESS__)
#define ROARING_OPEN_FLAGS	(RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND)
#else
#define ROARING_OPEN_FLAGS	(RTLD_NOW | RTLD_LOCAL)
#endif

/* What one operation may take besides its operands and its result, in bytes a block. */
#define BLOCK_OVERHEAD_BYTES	64

/* The functions that are used, with the types that the headers give them. */
typedef struct Roaring
{
	__typeof__(roaring_bitmap_portable_deserialize_safe) *portable_deserialize_safe;
	__typeof__(roaring_bitmap_portable_size_in_bytes) *portable_size_in_bytes;
	__typeof__(roaring_bitmap_portable_serialize) *portable_serialize;
	__typeof__(roaring_bitmap_free) *free;
	__typeof__(roaring_bitmap_andnot) *andnot;
	__typeof__(roaring_bitmap_xor) *xor;
} Roaring;

static Roaring roaring;
static bool roaring_loaded = false;

typedef struct Operation
{
	MemoryContext context;
	MemoryContextCallback callback;
	roaring_bitmap_t *left;
	roaring_bitmap_t *right;
	roaring_bitmap_t *result;
} Operation;

/*
 * roaring_function takes a function from the library's handle, and refuses one
 * that another library gave.
 */
static void *
roaring_function(void *library, const char *name)
{
	void	   *function = dlsym(library, name);
	Dl_info		info;

	if (function == NULL || dladdr(function, &info) == 0 ||
		info.dli_fname == NULL || strstr(info.dli_fname, "libroaring") == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SYSTEM_ERROR),
				 errmsg("function %s is not that of library %s", name, ROARING_SONAME),
				 errhint("Install the package of CRoaring that pg_assure was built with, without another in its place.")));
	return function;
}

/*
 * roaring_load opens the library.
 */
static void
roaring_load(void)
{
	void	   *library;

	if (roaring_loaded)
		return;
	library = dlopen(ROARING_SONAME, ROARING_OPEN_FLAGS);
	if (library == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_SYSTEM_ERROR),
				 errmsg("could not load library %s, with which sets of members are combined", ROARING_SONAME),
				 errdetail_internal("%s", dlerror()),
				 errhint("Install the package of CRoaring that pg_assure was built with.")));
#define ROARING_FUNCTION(name) \
	(roaring.name = (__typeof__(roaring.name)) roaring_function(library, "roaring_bitmap_" #name))
	ROARING_FUNCTION(portable_deserialize_safe);
	ROARING_FUNCTION(portable_size_in_bytes);
	ROARING_FUNCTION(portable_serialize);
	ROARING_FUNCTION(free);
	ROARING_FUNCTION(andnot);
	ROARING_FUNCTION(xor);
	roaring_loaded = true;
}

/*
 * operation_free gives an operation's bitmaps back, when its context ends.
 */
static void
operation_free(void *argument)
{
	Operation  *operation = argument;

	if (operation->left != NULL)
		roaring.free(operation->left);
	if (operation->right != NULL)
		roaring.free(operation->right);
	if (operation->result != NULL)
		roaring.free(operation->result);
}

/*
 * operand_check refuses bytes that libroaring must not see.
 */
static void
operand_check(const MemberSet *set)
{
	uint32		block;
	const char *fault = set_fault(set_bytes(set), set_length(set), &block);

	if (fault != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_CORRUPTED),
				 errmsg("a stored memberset is broken in block %u: %s", block, fault)));
}

/*
 * bitmap_made refuses to go on without memory.
 */
static void
bitmap_made(const roaring_bitmap_t *bitmap)
{
	if (bitmap == NULL)
		ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory for a set of members")));
}

/*
 * operation_begin reads both operands.  Operands and result take about twice
 * the operands' bytes at most; that much must be allowed.
 */
static Operation *
operation_begin(const MemberSet *a, const MemberSet *b)
{
	MemoryContext context;
	Operation  *operation;
	SetReader	left;
	SetReader	right;
	size_t		bytes;

	roaring_load();
	operand_check(a);
	operand_check(b);
	set_read(&left, a);
	set_read(&right, b);
	bytes = 2 * (set_length(a) + set_length(b) + BLOCK_OVERHEAD_BYTES * ((size_t) left.header.blocks + right.header.blocks));
	if (bytes > memory_max())
		memory_exceeded(bytes);
	context = AllocSetContextCreate(CurrentMemoryContext, "memberset operation", ALLOCSET_SMALL_SIZES);
	operation = MemoryContextAllocZero(context, sizeof(Operation));
	operation->context = context;
	operation->callback.func = operation_free;
	operation->callback.arg = operation;
	MemoryContextRegisterResetCallback(context, &operation->callback);
	operation->left = roaring.portable_deserialize_safe((const char *) set_bytes(a), set_length(a));
	bitmap_made(operation->left);
	operation->right = roaring.portable_deserialize_safe((const char *) set_bytes(b), set_length(b));
	bitmap_made(operation->right);
	return operation;
}

/*
 * operation_end gives back all that an operation took.
 */
static void
operation_end(Operation *operation)
{
	MemoryContextDelete(operation->context);
}

/*
 * operation_result writes an operation's result as a value in the current context.
 */
static MemberSet *
operation_result(Operation *operation)
{
	size_t		length = roaring.portable_size_in_bytes(operation->result);
	uint8	   *bytes = MemoryContextAllocHuge(operation->context, length);
	uint32		block;
	const char *fault;
	SetReader	reader;

	(void) roaring.portable_serialize(operation->result, (char *) bytes);
	fault = set_fault(bytes, length, &block);
	if (fault != NULL)
		elog(ERROR, "%s made a broken set: block %u: %s", ROARING_SONAME, block, fault);
	(void) set_open(&reader, bytes, length);
	return set_canonical(&reader);
}

/*
 * roaring_combine makes a set of what is in one of two only.
 */
MemberSet *
roaring_combine(const MemberSet *a, const MemberSet *b, SetAlgebra kind)
{
	Operation  *operation = operation_begin(a, b);
	MemberSet  *result;

	switch (kind)
	{
		case ALGEBRA_ANDNOT:
			operation->result = roaring.andnot(operation->left, operation->right);
			break;
		case ALGEBRA_XOR:
			operation->result = roaring.xor(operation->left, operation->right);
			break;
	}
	bitmap_made(operation->result);
	result = operation_result(operation);
	operation_end(operation);
	return result;
}
