/*-------------------------------------------------------------------------
 *
 * feel.c
 *		Feeds mutated expressions to FEEL, under the address and undefined
 *		behaviour sanitizers, without a server.
 *
 * Each text lies in memory of exactly its size, so that a read beyond it is
 * seen.  It is compiled as an expression or as unary tests, over names that are
 * known or free, under limits that change, and evaluated if it is FEEL.  A text
 * that is refused has to name a place in itself; nothing may crash, hang or take
 * more memory than its limit.  test/fuzz/pure builds and runs it.
 *
 *		feel SEED MUTANTS
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <stdio.h>
#include <stdlib.h>

#include "feel/feel.h"

#undef printf
#undef fprintf

#define TEXT_BYTES_MAX	6000
#define HOME_BYTES_MAX	((size_t) 16 * 1024 * 1024)

static const char *const seeds[] = {
	"claim.amount > 5000 and member.age in [18..60)",
	"if a > 1 then [1,2,3][item > a] else {x: 1, y: x + 2}.y",
	"for i in 1..3, j in [1,2] return i * j + sum(partial)",
	"some x in b.a satisfies x between 1 and 3 and x in (1, > 2, [5..9))",
	"every x in [1,2] satisfies (x instance of list<context<a: number>>) or x = null",
	"(function(x: number, y) x + y)(y: 2, x: a)",
	"{f: function(n) if n < 2 then 1 else n * f(n - 1), g: f(5)}.g ** -2 / 3",
	"date(\"2024-01-01\") + @\"P1D\" > date and time(\"2024-01-01T10:00:00@Europe/Paris\")",
	"time(\"10:30:00+08:00\") - @\"10:00:00Z\" = duration(\"PT1H\") * 1.5",
	"years and months duration(@\"2020-02-29\", @\"2024-02-28\").months",
	"substring(string: \"foobar\", start position: 2) = \"\\\"\\\\x\\u4E2D\\uD83D\\uDCA9\" + string(a b)",
	"replace(\"abcabc\", \"(a)(b|c)*?\", \"$2[$1]\", \"i\") + string join(split(\"a,b\", \",\"), \"-\")",
	"sort([3,1,2], function(x, y) x > y)[-1] + median([1,2,3]) + stddev(4, 5, 6.25)",
	"[1, \"2\"] = [1, 2] and overlaps([1..5], (3..8]) and before(1, [2..3])",
	"get value(context put({a: {b: 1}}, [\"a\", \"b\"], 2), \"a\").b // comment",
	"decimal(1/3, 5) + round half up(5.55, 1) /* and */ - abs(-0.0001e-3) * 1e30",
	"not(< 5, [10..20], \"a\", null)", "? > 3 and ends with(string(?), \"0\")", "-", "[1..x-y[, ]0..a b]",
	"(< 10) = (null..10)", "string(range(\"[1..3]\")) + string([1..3])", "index of([1,2,[1]], 1)", "x-y.due-date's end"
};

static uint64 random_state;

static void *
block_alloc(void *owner, size_t size)
{
	return malloc(size);
}

static void
block_release(void *owner, void *block)
{
	free(block);
}

/*
 * some_zone knows zones whose names are long: all of them an hour east.
 */
static bool
some_zone(void *data, const char *zone, int64 seconds, bool is_local, int32 *offset_seconds)
{
	*offset_seconds = 3600;
	return strlen(zone) > 3;
}

static int64
some_now(void *data)
{
	return INT64CONST(1700000000000000);
}

/*
 * random_below gives a number below a bound.
 */
static uint32
random_below(uint32 bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32) ((random_state >> 11) % bound);
}

/*
 * mutate changes the text in one place: cut, change, insert, splice, repeat.
 */
static int
mutate(char *text, int length)
{
	static const char signs[] = "()[]{},:.<>=!+-*/\"'@?\\ ";
	const char *other = seeds[random_below(lengthof(seeds))];
	int			at = (int) random_below(length + 1);
	int			piece = 1 + (int) random_below(9);
	int			from = (int) random_below(strlen(other));
	int			taken = 1 + (int) random_below(40);
	int			times = (int) random_below(40);

	piece = Min(piece, length - at);
	taken = Min(taken, (int) strlen(other) - from);
	switch (random_below(5))
	{
		case 0:
			memmove(text + at, text + at + piece, length - at - piece);
			return length - piece;
		case 1:
			if (at < length)
				text[at] = (char) random_below(256);
			return length;
		case 2:
			other = signs + random_below(sizeof(signs) - 1);
			from = 0;
			taken = 1;
			/* FALLTHROUGH */
		case 3:
			if (length + taken > TEXT_BYTES_MAX)
				return length;
			memmove(text + at + taken, text + at, length - at);
			memcpy(text + at, other + from, taken);
			return length + taken;
		default:
			for (; times > 0 && length + piece <= TEXT_BYTES_MAX; times--, length += piece)
				memmove(text + at + piece, text + at, length - at);
			return length;
	}
}

/*
 * evaluate runs a program with something in each slot.
 */
static void
evaluate(FeelState *state, const FeelProgram *program)
{
	int			slots = feel_program_slot_count(program);
	FeelBinding binding = {.values = calloc(slots + 1, sizeof(FeelValue)), .input = value_from_int64(5)};
	FeelValue	value;
	FeelError	error;

	for (int i = 0; i < slots; i++)
		binding.values[i] = i % 3 == 0 ? value_null() : value_from_int64(i);
	feel_state_reset(state);
	(void) feel_evaluate(state, program, &binding, &value, &error);
	free(binding.values);
}

/*
 * try_text compiles a text, evaluates it if it is FEEL, and looks at the error if
 * it is not; true: it is FEEL.
 */
static bool
try_text(FeelState *state, FeelArena *arena, const FeelHost *host, const char *text, int length)
{
	FeelLimits	limits = {.depth_max = 10 + (int) random_below(300), .steps_max = 100 + random_below(20000), .host = host};
	FeelSyntax	syntax = random_below(4) == 0 ? FEEL_UNARY_TESTS : FEEL_EXPRESSION;
	FeelScope  *scope;
	FeelProgram *program;
	FeelError	error;

	limits.size_max = 16384 + random_below(random_below(3) == 0 ? 65536 : 2000000);
	arena_set_cap(arena, HOME_BYTES_MAX);
	arena_reset(arena);
	scope = feel_scope_create(arena, NULL);
	(void) feel_scope_add(scope, FEEL_STRING_LITERAL("a b"), NULL);
	(void) feel_scope_add(scope, FEEL_STRING_LITERAL("x-y"), NULL);
	if (random_below(2) == 0)
		feel_scope_open(scope, NULL);
	arena_set_cap(arena, limits.size_max);
	feel_state_set_limits(state, &limits);
	program = feel_compile(arena, scope, syntax, NULL, text, length, &limits, &error);
	if (program != NULL)
		evaluate(state, program);
	else if (error.message[0] == '\0' ||
			 (error.kind == FEEL_ERROR_SYNTAX &&
			  (error.position < 0 || error.position > length || error.line < 1 || error.column < 1)))
	{
		fprintf(stderr, "refused without a place: %.*s\n", length, text);
		abort();
	}
	return program != NULL;
}

/* What one run needs. */
typedef struct Run
{
	FeelAllocator allocator;
	FeelHost	host;
	FeelLimits	limits;
	FeelArena  *home;
	FeelArena  *work;
	FeelArena  *programs;
	FeelState  *state;
} Run;

/*
 * run_begin makes it.
 */
static void
run_begin(Run *run)
{
	run->allocator = (FeelAllocator) {block_alloc, block_release, NULL};
	run->host = (FeelHost) {.now_usec = some_now, .zones = {some_zone, NULL}};
	run->limits = (FeelLimits) {.depth_max = 100, .steps_max = 1000, .size_max = HOME_BYTES_MAX, .host = &run->host};
	run->home = arena_create(&run->allocator, HOME_BYTES_MAX);
	run->work = arena_create(&run->allocator, HOME_BYTES_MAX);
	run->programs = arena_create(&run->allocator, HOME_BYTES_MAX);
	run->state = feel_state_create(run->home, run->work, &run->host, &run->limits);
	feel_state_keep_reasons(run->state, true);
}

/*
 * try_exact tries a text in memory of exactly its size.
 */
static bool
try_exact(Run *run, const char *text, int length)
{
	char	   *exact = malloc(Max(length, 1));
	bool		is_feel;

	memcpy(exact, text, length);
	is_feel = try_text(run->state, run->programs, &run->host, exact, length);
	free(exact);
	return is_feel;
}

#ifdef LIBFUZZER

/*
 * LLVMFuzzerTestOneInput tries a text that libFuzzer made; all that is drawn
 * hangs on its length.
 */
int
LLVMFuzzerTestOneInput(const uint8 *data, size_t size)
{
	static Run	run;

	if (run.state == NULL)
		run_begin(&run);
	random_state = (size + 1) * UINT64CONST(0x9E3779B97F4A7C15);
	(void) try_exact(&run, (const char *) data, (int) Min(size, TEXT_BYTES_MAX));
	return 0;
}

#else

int
main(int count, char **args)
{
	Run			run;
	char	   *text = malloc(TEXT_BYTES_MAX + 1);
	long		accepted = 0;
	long		mutants = count > 2 ? atol(args[2]) : 100000;

	run_begin(&run);
	random_state = (count > 1 ? strtoull(args[1], NULL, 10) : 1) * UINT64CONST(0x9E3779B97F4A7C15) + 1;
	for (long i = 0; i < mutants; i++)
	{
		const char *seed = seeds[random_below(lengthof(seeds))];
		int			length = (int) strlen(seed);

		memcpy(text, seed, length);
		for (uint32 changes = random_below(5); changes > 0; changes--)
			length = mutate(text, length);
		accepted += try_exact(&run, text, length);
	}
	printf("%ld texts, %ld of them FEEL\n", mutants, accepted);
	free(text);
	arena_destroy(run.programs);
	arena_destroy(run.work);
	arena_destroy(run.home);
	return 0;
}

#endif
