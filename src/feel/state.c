/*-------------------------------------------------------------------------
 *
 * state.c
 *		Beginning, limiting and ending an evaluation; reasons.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/state.h"

static void state_fail(FeelState *state) __attribute__((noreturn));

/*
 * state_fail ends the evaluation; outside one it is the handler's that the arena
 * came with.
 */
static void
state_fail(FeelState *state)
{
	if (state->escape)
		longjmp(*state->escape, 1);
	if (state->outside.fail)
		state->outside.fail(state->outside.arg, state->limits.size_max);
	abort();
}

/*
 * arena_failed is what the arena of evaluations calls at its cap.
 */
static void
arena_failed(void *arg, size_t cap)
{
	FeelState  *state = arg;

	state->failure.kind = FEEL_ERROR_LIMIT;
	snprintf(state->failure.message, sizeof(state->failure.message),
			 "the values need more than %zu kilobytes", cap / 1024);
	state_fail(state);
}

/*
 * feel_state_create makes a state, to be used again and again.
 */
FeelState *
feel_state_create(FeelArena *home, FeelArena *work, const FeelHost *host, const FeelLimits *limits)
{
	FeelState  *state = arena_alloc0(home, sizeof(FeelState));

	state->arena = work;
	state->host = host;
	state->outside = arena_swap_handler(work, state->outside);
	feel_state_set_limits(state, limits);
	feel_state_reset(state);
	return state;
}

/*
 * feel_state_set_limits takes new limits; the arena's cap is one of them.
 */
void
feel_state_set_limits(FeelState *state, const FeelLimits *limits)
{
	state->limits = *limits;
	arena_set_cap(state->arena, limits->size_max);
}

/*
 * feel_state_reset gives back all values and begins to count anew.
 */
void
feel_state_reset(FeelState *state)
{
	arena_reset(state->arena);
	/* the host's interrupt may have ended an evaluation on its way */
	state->escape = NULL;
	arena_swap_handler(state->arena, state->outside);
	state->depth = 0;
	state->steps = 0;
	state->budget = STEPS_PER_TICK;
	state->reason_count = 0;
}

/*
 * feel_state_keep_reasons says whether reasons are kept: their texts take time.
 */
void
feel_state_keep_reasons(FeelState *state, bool keep)
{
	state->keep_reasons = keep;
}

/*
 * feel_reason_count gives how many reasons were kept.
 */
int
feel_reason_count(const FeelState *state)
{
	return state->reason_count;
}

/*
 * feel_reason gives a reason, the earliest first.
 */
FeelString
feel_reason(const FeelState *state, int i)
{
	return state->reasons[i];
}

/*
 * state_tick looks at the limit of steps, and lets the host interrupt.
 */
void
state_tick(FeelState *state)
{
	state->steps += STEPS_PER_TICK - state->budget;
	state->budget = STEPS_PER_TICK;
	if (state->host && state->host->interrupt)
		state->host->interrupt(state->host->data);
	if (state->steps > state->limits.steps_max)
		feel_fail_limit(state, "more than %lld steps", (long long) state->limits.steps_max);
}

/*
 * feel_step counts work of a function.
 */
void
feel_step(FeelState *state, int64 steps)
{
	if (steps < state->budget)
	{
		state->budget -= (int) steps;
		return;
	}
	state->steps += steps;
	state_tick(state);
}

/*
 * feel_fail_limit ends the evaluation: a limit is hit.
 */
void
feel_fail_limit(FeelState *state, const char *format,...)
{
	va_list		args;

	state->failure.kind = FEEL_ERROR_LIMIT;
	va_start(args, format);
	vsnprintf(state->failure.message, sizeof(state->failure.message), format, args);
	va_end(args);
	state_fail(state);
}

/*
 * feel_null gives null and keeps the reason, if anyone wants it and it is one of
 * the first.
 */
FeelValue
feel_null(FeelState *state, const char *format,...)
{
	char		text[256];
	va_list		args;
	int			length;

	if (!state->keep_reasons || state->reason_count >= REASONS_MAX)
		return value_null();
	va_start(args, format);
	length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	length = Min(Max(length, 0), (int) sizeof(text) - 1);
	/* what was cut off stays whole characters */
	if (length == (int) sizeof(text) - 1)
	{
		while (length > 0 && ((unsigned char) text[length - 1] & 0xC0) == 0x80)
			length--;
		if (length > 0 && (unsigned char) text[length - 1] >= 0x80)
			length--;
	}
	state->reasons[state->reason_count++] =
		feel_string(arena_copy(state->arena, text, length), length);
	return value_null();
}

/*
 * feel_arena gives the arena that values are made in.
 */
FeelArena *
feel_arena(FeelState *state)
{
	return state->arena;
}

/*
 * feel_now_usec gives the host's now.
 */
int64
feel_now_usec(FeelState *state)
{
	return state->host && state->host->now_usec ? state->host->now_usec(state->host->data) : 0;
}

/*
 * feel_zone gives the zone that the host lives in.
 */
const char *
feel_zone(FeelState *state)
{
	return state->host && state->host->zone ? state->host->zone(state->host->data) : "UTC";
}

/*
 * no_zone is the zones of a host that has none.
 */
static bool
no_zone(void *data, const char *zone, int64 seconds, bool is_local, int32 *offset_seconds)
{
	return false;
}

/*
 * feel_zones gives the zones that the host knows, or none.
 */
const FeelZones *
feel_zones(FeelState *state)
{
	static const FeelZones none = {no_zone, NULL};

	return state->host && state->host->zones.offset ? &state->host->zones : &none;
}

/*
 * feel_protect runs body so that a limit that is hit ends it and not the host.
 */
bool
feel_protect(FeelState *state, FeelValue (*body) (FeelState *state, void *arg), void *arg,
			 FeelValue *value, FeelError *error)
{
	jmp_buf    *outer = state->escape;
	FeelArenaHandler handler = {arena_failed, state};
	FeelArenaHandler before = arena_swap_handler(state->arena, handler);
	int			depth = state->depth;
	jmp_buf		here;

	if (setjmp(here) == 0)
	{
		state->escape = &here;
		state->failure.position = -1;
		state->failure.line = state->failure.column = 0;
		*value = body(state, arg);
		state->escape = outer;
		arena_swap_handler(state->arena, before);
		return true;
	}
	state->escape = outer;
	arena_swap_handler(state->arena, before);
	state->depth = depth;
	*error = state->failure;
	return false;
}

typedef struct EvaluateArg
{
	const FeelProgram *program;
	FeelBinding *binding;
} EvaluateArg;

/*
 * evaluate_body runs the program within feel_protect.
 */
static FeelValue
evaluate_body(FeelState *state, void *arg)
{
	EvaluateArg *evaluate = arg;

	return feel_run(state, evaluate->program, evaluate->binding);
}

/*
 * feel_evaluate evaluates a program; false: a limit was hit.
 */
bool
feel_evaluate(FeelState *state, const FeelProgram *program, FeelBinding *binding, FeelValue *value,
			  FeelError *error)
{
	EvaluateArg arg = {program, binding};

	return feel_protect(state, evaluate_body, &arg, value, error);
}

/*
 * feel_run evaluates a program: the value of an expression, whether unary tests
 * hold for binding->input.
 */
FeelValue
feel_run(FeelState *state, const FeelProgram *program, FeelBinding *binding)
{
	FeelFrame  *frame;
	FeelTruth	truth;

	if (program->is_constant)
		return program->constant;
	frame = arena_alloc(state->arena, offsetof(FeelFrame, values));
	frame->parent = NULL;
	frame->binding = binding;
	if (program->syntax == FEEL_EXPRESSION)
		return eval_node(state, frame, program->root);
	truth = eval_tests(state, frame, program->root, binding->input);
	return truth == FEEL_UNKNOWN ? value_null() : value_from_bool(truth == FEEL_TRUE);
}
