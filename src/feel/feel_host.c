/*-------------------------------------------------------------------------
 *
 * feel_host.c
 *		What FEEL has of the server: memory, clock, zones, limits, errors.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "datatype/timestamp.h"
#include "miscadmin.h"
#include "pgtime.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "core/config.h"
#include "core/errors.h"
#include "core/guc.h"
#include "feel/feel_sql.h"
#include "feel/zones.h"

#define USECS_1970_TO_2000 \
	((int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

/*
 * context_alloc gives an arena a block of the memory context.
 */
static void *
context_alloc(void *owner, size_t size)
{
	return MemoryContextAllocExtended(owner, size, MCXT_ALLOC_NO_OOM | MCXT_ALLOC_HUGE);
}

/*
 * context_release takes a block back.
 */
static void
context_release(void *owner, void *block)
{
	pfree(block);
}

/*
 * arena_context_reset runs what waits for the arena's end, since the context
 * ends; its blocks go with the context.
 */
static void
arena_context_reset(void *arg)
{
	arena_reset((FeelArena *) arg);
}

/*
 * arena_is_full raises what no evaluation and no compilation has caught.
 */
static void
arena_is_full(void *arg, size_t cap)
{
	ereport(ERROR, errcode(ERRCODE_ASSURE_FEEL_LIMIT),
			errmsg("FEEL needs more than %zu kilobytes", cap / 1024),
			errhint("The setting assure.feel_size_max limits it."));
}

/*
 * feel_arena_create makes an arena that ends with the context.
 */
FeelArena *
feel_arena_create(MemoryContext context, size_t cap)
{
	FeelAllocator allocator = {context_alloc, context_release, context};
	MemoryContextCallback *callback = MemoryContextAlloc(context, sizeof(*callback));
	FeelArena  *arena = arena_create(&allocator, cap);

	if (arena == NULL)
		ereport(ERROR, errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"));
	arena_set_fail(arena, arena_is_full, NULL);
	callback->func = arena_context_reset;
	callback->arg = arena;
	MemoryContextRegisterResetCallback(context, callback);
	return arena;
}

/*
 * host_interrupt lets the server cancel an evaluation.
 */
static void
host_interrupt(void *data)
{
	CHECK_FOR_INTERRUPTS();
}

/*
 * host_now gives the transaction's now, so that a statement sees one moment.
 */
static int64
host_now(void *data)
{
	return GetCurrentTransactionStartTimestamp() + USECS_1970_TO_2000;
}

/*
 * host_zone gives the session's time zone.
 */
static const char *
host_zone(void *data)
{
	return pg_get_timezone_name(session_timezone);
}

/*
 * feel_server_host gives the server as a host of FEEL.
 */
const FeelHost *
feel_server_host(void)
{
	static const FeelHost host = {
		.interrupt = host_interrupt,
		.now_usec = host_now,
		.zone = host_zone,
		.zones = {zones_offset, NULL}
	};

	return &host;
}

/*
 * feel_limits gives the limits that the settings say now.
 */
FeelLimits
feel_limits(void)
{
	FeelLimits	limits = {
		.depth_max = guc_feel_depth_max,
		.steps_max = (int64) guc_feel_steps_max * 1000,
		.size_max = (size_t) guc_feel_size_max * 1024,
		.host = feel_server_host()
	};

	return limits;
}

/*
 * feel_raise raises an error of FEEL.
 */
void
feel_raise(const FeelError *error, const char *what)
{
	if (error->kind == FEEL_ERROR_LIMIT)
		ereport(ERROR, errcode(ERRCODE_ASSURE_FEEL_LIMIT),
				errmsg("%s: %s", what, error->message),
				errhint("The settings assure.feel_depth_max, assure.feel_steps_max and assure.feel_size_max limit it."));
	ereport(ERROR, errcode(ERRCODE_ASSURE_FEEL_INVALID),
			errmsg("%s: %s", what, error->message),
			errdetail("Line %d, column %d.", error->line, error->column));
}
