/*-------------------------------------------------------------------------
 *
 * fuzzer.c
 *		A fuzzer that runs in a backend: every parser with the server's own
 *		memory, errors, JSON and catalogs around it.
 *
 * A target is a statement with one parameter.  fuzz_run() changes inputs, starting
 * from seeds, and runs the statement with each, in a subtransaction that is rolled
 * back.  A refusal is fine; a finding is an internal error, a crash of the disk's
 * kind, a statement that returns false, and whatever ends the backend: then the
 * input stands in the file that was named.  Where the extension is built with
 * test/fuzz/coverage.c, inputs that go new ways become seeds.
 *
 * Everything comes from the seed number, so that a run without time limit does
 * the same again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "executor/spi.h"
#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/timeout.h"
#include "utils/timestamp.h"

PG_MODULE_MAGIC;

#define MAP_BYTES		65536
#define INPUT_BYTES_MAX	(256 * 1024)
#define USUAL_BYTES_MAX	4096
#define POOL_MAX		4000
#define FINDINGS_MAX	20
#define HANG_MS			30000

/* Some bytes, in memory of exactly their size. */
typedef struct Input
{
	uint8	   *bytes;
	size_t		length;
} Input;

typedef struct InputList
{
	Input	   *inputs;
	int			count;
	int			room;
} InputList;

/* What the run does and has seen. */
typedef struct Fuzz
{
	SPIPlanPtr	plan;
	bool		is_text;
	InputList	pool;			/* seeds, and what went new ways */
	InputList	words;			/* that the target knows */
	uint8		seen[MAP_BYTES];	/* ways gone, as bits of how often */
	uint8	   *map;			/* of test/fuzz/coverage.c, or NULL */
	uint8	   *current;		/* the mapped file: length, then the bytes */
	int64		runs;
	int64		accepted;
	int			finding_count;
	char	   *findings[FINDINGS_MAX];
	ReturnSetInfo *result;
} Fuzz;

static uint64 random_state;
static TimeoutId hang_timeout = MAX_TIMEOUTS;	/* registered once a backend */

PG_FUNCTION_INFO_V1(fuzz_run);
PG_FUNCTION_INFO_V1(fuzz_text);
PG_FUNCTION_INFO_V1(fuzz_binary);

/*
 * random_below is a number below a bound.
 */
static uint32
random_below(uint32 bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (uint32) ((random_state >> 11) % bound);
}

/* ---------------------------------------------------------------------- */
/* Inputs                                                                 */
/* ---------------------------------------------------------------------- */

/*
 * list_add appends a copy of bytes to a list.
 */
static void
list_add(InputList *list, const uint8 *bytes, size_t length)
{
	if (list->count == list->room)
	{
		list->room = Max(16, list->room * 2);
		list->inputs = realloc(list->inputs, list->room * sizeof(Input));
	}
	list->inputs[list->count].bytes = malloc(length + 1);
	memcpy(list->inputs[list->count].bytes, bytes, length);
	list->inputs[list->count++].length = length;
}

/*
 * list_read fills a list from an array of bytea.
 */
static void
list_read(InputList *list, ArrayType *array)
{
	Datum	   *values;
	bool	   *nulls;
	int			count;

	deconstruct_array(array, BYTEAOID, -1, false, TYPALIGN_INT, &values, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		bytea	   *value = DatumGetByteaPP(values[i]);

		list_add(list, (uint8 *) VARDATA_ANY(value), Min(VARSIZE_ANY_EXHDR(value), INPUT_BYTES_MAX));
	}
}

/*
 * splice replaces bytes of an input by others, unless it would get too long.
 */
static void
splice(Input *input, size_t at, size_t removed, const uint8 *put, size_t put_length)
{
	size_t		length = input->length - removed + put_length;
	uint8	   *bytes;

	if (length > INPUT_BYTES_MAX)
		return;
	bytes = malloc(length + 1);
	memcpy(bytes, input->bytes, at);
	memcpy(bytes + at, put, put_length);
	memcpy(bytes + at + put_length, input->bytes + at + removed, input->length - at - removed);
	free(input->bytes);
	input->bytes = bytes;
	input->length = length;
}

/*
 * closing is the byte that closes a bracket, or 0.
 */
static uint8
closing(uint8 opening)
{
	switch (opening)
	{
		case '(':
			return ')';
		case '[':
			return ']';
		case '{':
			return '}';
		case '<':
			return '>';
		default:
			return 0;
	}
}

/*
 * span_end is the end of what begins at a place: a string, what is in brackets,
 * an XML element's tag, a word or number, else one byte.
 */
static size_t
span_end(const Input *input, size_t at)
{
	const uint8 *bytes = input->bytes;
	uint8		close = closing(bytes[at]);
	size_t		end = at + 1;
	int			depth = 1;

	if (bytes[at] == '"' || bytes[at] == '\'')
	{
		while (end < input->length && bytes[end] != bytes[at])
			end += bytes[end] == '\\' ? 2 : 1;
		return Min(end + 1, input->length);
	}
	if (close != 0)
	{
		for (; end < input->length && depth > 0; end++)
			depth += bytes[end] == bytes[at] ? 1 : bytes[end] == close ? -1 : 0;
		return end;
	}
	while (end < input->length && (isalnum(bytes[end]) || bytes[end] == '.' || bytes[end] == '_' || bytes[end] >= 0x80))
		end++;
	return end;
}

/*
 * span_start is a place where something begins: after a few tries one that is no
 * part of a word.
 */
static size_t
span_start(const Input *input)
{
	size_t		at = random_below(input->length);

	for (int i = 0; i < 6; i++)
	{
		if (closing(input->bytes[at]) != 0 || input->bytes[at] == '"' || (isalnum(input->bytes[at]) && (at == 0 || !isalnum(input->bytes[at - 1]))))
			break;
		at = random_below(input->length);
	}
	return at;
}

/* Values that parsers get wrong. */
static const char *const hostile[] = {
	"null", "true", "false", "\"\"", "[]", "{}", "[[]]", "[{}]", "{\"\": \"\"}", "0", "-0", "-1", "1", "2147483647", "2147483648", "-2147483648", "-2147483649",
	"9223372036854775807", "9223372036854775808", "-9223372036854775808", "92233720368547758.07", "92233720368547758.08", "1e308", "1e-400", "1e400", "0.005", "0.0000000000000000000000001",
	"99999999999999999999999999999999999999", "NaN", "\"NaN\"", "\"Infinity\"", "\"-Infinity\"", "infinity", "-infinity", "\"1\"", "\"-1.00\"", "\"0.01\"", "\"a\"", "\"\\u0000\"", "\"\\ud800\"",
	"\"2024-02-30\"", "\"2024-02-29\"", "\"0000-00-00\"", "\"-4713-11-24\"", "\"5874897-12-31\"", "\"9999-12-31\"", "\"0001-01-01\"", "\"2024-01-01T00:00:00+08:00\"", "\"24:00\"", "\"23:59:60\"",
	"\"[2024-01-01,2024-01-01)\"", "\"(,)\"", "\"empty\"", "P1Y", "\"P99999999Y\"", "\"999999999 days\"", "''", "\"\xef\xbf\xbd\"", "\xf0\x9f\x92\xa9", "\xe2\x80\xae", "\xcc\x81", "%s%n", "\\", "\"", "'", "$1", "<", "&", "]]>", "<!--", "\xef\xbb\xbf"
};

/*
 * span_mutate changes the text at a place as something that has a structure:
 * left out, doubled, put into brackets many times, or something else instead.
 */
static void
span_mutate(Fuzz *fuzz, Input *input)
{
	size_t		at = span_start(input);
	size_t		length = span_end(input, at) - at;
	const Input *donor = &fuzz->pool.inputs[random_below(fuzz->pool.count)];
	uint8		copy[USUAL_BYTES_MAX];
	size_t		from;

	switch (random_below(8))
	{
		case 0:
			splice(input, at, length, (const uint8 *) "", 0);
			break;
		case 1:
			if (length > sizeof(copy))
				break;
			memcpy(copy, input->bytes + at, length);
			splice(input, at, 0, copy, length);
			break;
		case 2:
		case 3:
			if (donor->length == 0)
				break;
			from = span_start(donor);
			splice(input, at, length, donor->bytes + from, span_end(donor, from) - from);
			break;
		case 4:
			if (closing(input->bytes[at]) != 0)
			{
				uint8		opening = input->bytes[at];
				int			times = random_below(30) == 0 ? 1 + random_below(3000) : 1 + random_below(3);

				memset(copy, closing(opening), sizeof(copy));
				splice(input, at + length, 0, copy, times);
				memset(copy, opening, sizeof(copy));
				splice(input, at, 0, copy, times);
			}
			break;
		default:
			{
				const char *word = hostile[random_below(lengthof(hostile))];

				splice(input, at, length, (const uint8 *) word, strlen(word));
			}
	}
}

/*
 * bytes_mutate changes some bytes at a place, whatever they mean.
 */
static void
bytes_mutate(Fuzz *fuzz, Input *input)
{
	size_t		at = random_below(input->length);
	uint8		some[8];
	size_t		length = 1 + random_below(8);
	size_t		left = input->length - at;

	for (int i = 0; i < 8; i++)
		some[i] = random_below(3) == 0 ? random_below(256) : random_below(2) * 255;
	switch (random_below(7))
	{
		case 0:
			input->bytes[at] ^= 1 << random_below(8);
			break;
		case 1:
			input->bytes[at] = random_below(256);
			break;
		case 2:
			input->bytes[at] += random_below(2) == 0 ? 1 : -1;
			break;
		case 3:
			memcpy(input->bytes + at, some, Min(length, left));
			break;
		case 4:
			splice(input, at, 0, some, length);
			break;
		case 5:
			if (random_below(3) == 0)
				length = random_below(USUAL_BYTES_MAX);
			splice(input, at, Min(length, left), some, 0);
			break;
		default:
			{
				const Input *donor = &fuzz->pool.inputs[random_below(fuzz->pool.count)];
				size_t		from = donor->length == 0 ? 0 : random_below(donor->length);
				size_t		taken = random_below(64);

				splice(input, at, Min(length, left), donor->bytes + from, Min(donor->length - from, taken));
			}
	}
}

/*
 * text_sound makes a text of the server's encoding of any bytes: others are left out.
 */
static void
text_sound(Input *input)
{
	size_t		to = 0;

	for (size_t from = 0; from < input->length;)
	{
		int			width = Min((size_t) pg_utf_mblen(input->bytes + from), input->length - from);

		if (input->bytes[from] == 0 || !pg_utf8_islegal(input->bytes + from, width) || width != pg_utf_mblen(input->bytes + from))
		{
			from++;
			continue;
		}
		memmove(input->bytes + to, input->bytes + from, width);
		to += width;
		from += width;
	}
	input->length = to;
}

/*
 * input_make makes the next input: a seed with some changes.
 */
static Input
input_make(Fuzz *fuzz)
{
	/* What was found last leads on; all get their turn. */
	int			pick = random_below(3) == 0 ? fuzz->pool.count - 1 - random_below(Min(fuzz->pool.count, 20)) : random_below(fuzz->pool.count);
	const Input *seed = &fuzz->pool.inputs[pick];
	Input		input;
	int			changes = 1 << random_below(5);

	input.bytes = malloc(seed->length + 1);
	memcpy(input.bytes, seed->bytes, seed->length);
	input.length = seed->length;
	while (changes-- > 0)
	{
		uint32		kind = random_below(10);

		if (kind < 3 && fuzz->words.count > 0)
		{
			const Input *word = &fuzz->words.inputs[random_below(fuzz->words.count)];
			size_t		at = input.length == 0 ? 0 : span_start(&input);

			splice(&input, at, input.length > 0 && random_below(2) == 0 ? span_end(&input, at) - at : 0, word->bytes, word->length);
		}
		else if (input.length == 0)
			splice(&input, 0, 0, (const uint8 *) hostile[random_below(lengthof(hostile))], 1);
		else if (kind < (fuzz->is_text ? 7 : 4))
			span_mutate(fuzz, &input);
		else
			bytes_mutate(fuzz, &input);
	}
	if (fuzz->is_text)
		text_sound(&input);
	return input;
}

/* ---------------------------------------------------------------------- */
/* Running                                                                */
/* ---------------------------------------------------------------------- */

/*
 * hang ends the backend: an input has taken longer than anything may.
 */
static void
hang(void)
{
	write_stderr("fuzz: no end after %d ms\n", HANG_MS);
	abort();
}

/*
 * row_put adds a row to the result.
 */
static void
row_put(Fuzz *fuzz, const char *kind, const char *code, const char *message, const Input *input)
{
	Datum		values[4] = {CStringGetTextDatum(kind), CStringGetTextDatum(code), CStringGetTextDatum(message)};
	bool		nulls[4] = {false, false, false, input == NULL};

	if (input != NULL)
	{
		bytea	   *bytes = palloc(VARHDRSZ + input->length);

		SET_VARSIZE(bytes, VARHDRSZ + input->length);
		memcpy(VARDATA(bytes), input->bytes, input->length);
		values[3] = PointerGetDatum(bytes);
	}
	tuplestore_putvalues(fuzz->result->setResult, fuzz->result->setDesc, values, nulls);
}

/*
 * finding_note adds a finding, one of each message.
 */
static void
finding_note(Fuzz *fuzz, const char *code, const char *message, const Input *input)
{
	for (int i = 0; i < fuzz->finding_count; i++)
	{
		if (strcmp(fuzz->findings[i], message) == 0)
			return;
	}
	if (fuzz->finding_count == FINDINGS_MAX)
		return;
	fuzz->findings[fuzz->finding_count++] = strdup(message);
	row_put(fuzz, "finding", code, message, input);
}

/*
 * error_is_finding says whether an error is none that a caller has earned.
 */
static bool
error_is_finding(int code)
{
	return ERRCODE_TO_CATEGORY(code) == ERRCODE_INTERNAL_ERROR || ERRCODE_TO_CATEGORY(code) == ERRCODE_SYSTEM_ERROR ||
		code == ERRCODE_OUT_OF_MEMORY || code == ERRCODE_ASSERT_FAILURE;
}

/*
 * statement_run runs the statement with an input that lies in memory of its size.
 */
static void
statement_run(Fuzz *fuzz, const Input *input)
{
	bytea	   *bytes = malloc(VARHDRSZ + input->length);
	Datum		value = PointerGetDatum(bytes);
	bool		is_null;

	SET_VARSIZE(bytes, VARHDRSZ + input->length);
	memcpy(VARDATA(bytes), input->bytes, input->length);
	PG_TRY();
	{
		SPI_execute_plan(fuzz->plan, &value, NULL, false, 0);
		if (SPI_processed == 1 && SPI_gettypeid(SPI_tuptable->tupdesc, 1) == BOOLOID &&
			!DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null)) && !is_null)
			finding_note(fuzz, "false", "the statement returns false", input);
	}
	PG_FINALLY();
	{
		free(bytes);
	}
	PG_END_TRY();
}

/*
 * input_run runs an input in a subtransaction that is rolled back; true if it was accepted.
 */
static bool
input_run(Fuzz *fuzz, const Input *input)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool accepted = true;

	CHECK_FOR_INTERRUPTS();
	if (fuzz->current != NULL)
	{
		uint32		length = input->length;

		memcpy(fuzz->current, &length, sizeof(length));
		memcpy(fuzz->current + sizeof(length), input->bytes, input->length);
	}
	if (fuzz->map != NULL)
		memset(fuzz->map, 0, MAP_BYTES);
	BeginInternalSubTransaction(NULL);
	enable_timeout_after(hang_timeout, HANG_MS);
	PG_TRY();
	{
		statement_run(fuzz, input);
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		accepted = false;
		if (error->sqlerrcode == ERRCODE_QUERY_CANCELED)
			ReThrowError(error);
		if (error_is_finding(error->sqlerrcode))
			finding_note(fuzz, unpack_sql_state(error->sqlerrcode), error->message, input);
		FreeErrorData(error);
	}
	PG_END_TRY();
	disable_timeout(hang_timeout, false);
	RollbackAndReleaseCurrentSubTransaction();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	fuzz->runs++;
	fuzz->accepted += accepted;
	return accepted;
}

/*
 * bucket is how often a way was gone, as a bit.
 */
static uint8
bucket(uint8 count)
{
	return count == 0 ? 0 : count < 4 ? 1 << (count - 1) : count < 8 ? 8 : count < 16 ? 16 : count < 32 ? 32 : count < 128 ? 64 : 128;
}

/*
 * ways_new says whether the last input went a new way, and notes what it went.
 */
static bool
ways_new(Fuzz *fuzz)
{
	bool		any = false;

	if (fuzz->map == NULL)
		return false;
	for (int word = 0; word < MAP_BYTES; word += 8)
	{
		uint64		eight;

		memcpy(&eight, fuzz->map + word, sizeof(eight));
		if (eight == 0)
			continue;
		for (int i = word; i < word + 8; i++)
		{
			uint8		bit = bucket(fuzz->map[i]);

			any |= (bit & ~fuzz->seen[i]) != 0;
			fuzz->seen[i] |= bit;
		}
	}
	return any;
}

/*
 * shorter compares two inputs by length, for qsort.
 */
static int
shorter(const void *a, const void *b)
{
	size_t		left = ((const Input *) a)->length;
	size_t		right = ((const Input *) b)->length;

	return left < right ? -1 : left > right;
}

/*
 * seeds_return returns the shortest inputs that together go all the ways.
 */
static void
seeds_return(Fuzz *fuzz)
{
	if (fuzz->map == NULL)
		return;
	memset(fuzz->seen, 0, MAP_BYTES);
	qsort(fuzz->pool.inputs, fuzz->pool.count, sizeof(Input), shorter);
	for (int i = 0; i < fuzz->pool.count; i++)
	{
		const char *fate = input_run(fuzz, &fuzz->pool.inputs[i]) ? "accepted" : "refused";

		if (ways_new(fuzz))
			row_put(fuzz, "seed", fate, "", &fuzz->pool.inputs[i]);
	}
}

/*
 * bytes_held is what the backend has allocated, where that can be known.
 */
static int64
bytes_held(void)
{
	size_t		(*asan_bytes) (void) = (size_t (*) (void)) dlsym(RTLD_DEFAULT, "__sanitizer_get_current_allocated_bytes");

	return asan_bytes != NULL ? (int64) asan_bytes() : (int64) mallinfo2().uordblks + (int64) mallinfo2().hblkhd;
}

/*
 * file_map maps the file that holds the input at hand, so that it outlives the backend.
 */
static uint8 *
file_map(const char *name)
{
	int			file = open(name, O_RDWR | O_CREAT, 0644);
	uint8	   *bytes;

	if (file < 0 || ftruncate(file, sizeof(uint32) + INPUT_BYTES_MAX) != 0)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not write \"%s\": %m", name)));
	bytes = mmap(NULL, sizeof(uint32) + INPUT_BYTES_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (bytes == MAP_FAILED)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not map \"%s\": %m", name)));
	return bytes;
}

/*
 * fuzz_loop runs the seeds, then changed ones until the runs or the seconds are over;
 * returns by how many bytes the backend grew in the second half of the runs.
 */
static int64
fuzz_loop(Fuzz *fuzz, int64 runs, int seconds)
{
	TimestampTz end = GetCurrentTimestamp() + seconds * INT64CONST(1000000);
	int			given = fuzz->pool.count;
	int64		half = 0;
	int64		spent = 0;

	for (int i = 0; i < given; i++)
	{
		input_run(fuzz, &fuzz->pool.inputs[i]);
		ways_new(fuzz);
	}
	while (seconds > 0 ? GetCurrentTimestamp() < end : spent < runs)
	{
		Input		input = input_make(fuzz);

		input_run(fuzz, &input);
		if (ways_new(fuzz) && fuzz->pool.count < POOL_MAX && input.length <= USUAL_BYTES_MAX * 4)
			list_add(&fuzz->pool, input.bytes, input.length);
		free(input.bytes);
		spent++;
		if (half == 0 && (seconds > 0 ? GetCurrentTimestamp() > end - seconds * INT64CONST(500000) : spent > runs / 2))
			half = bytes_held();
	}
	return half == 0 ? 0 : bytes_held() - half;
}

/*
 * fuzz_run(statement, kind, seeds, words, number, runs, seconds, file) fuzzes a statement.
 * kind is text or bytea: what the parameter is, and whether inputs are sound texts.
 */
Datum
fuzz_run(PG_FUNCTION_ARGS)
{
	Fuzz	   *fuzz = calloc(1, sizeof(Fuzz));
	Oid			type;
	int64		grown;

	InitMaterializedSRF(fcinfo, 0);
	fuzz->result = (ReturnSetInfo *) fcinfo->resultinfo;
	fuzz->is_text = strcmp(text_to_cstring(PG_GETARG_TEXT_PP(1)), "text") == 0;
	type = fuzz->is_text ? TEXTOID : BYTEAOID;
	list_read(&fuzz->pool, PG_GETARG_ARRAYTYPE_P(2));
	list_read(&fuzz->words, PG_GETARG_ARRAYTYPE_P(3));
	if (fuzz->pool.count == 0)
		list_add(&fuzz->pool, (const uint8 *) "", 0);
	random_state = ((uint64) PG_GETARG_INT64(4) + 1) * UINT64CONST(0x9E3779B97F4A7C15);
	fuzz->map = (uint8 *) load_external_function("pg_assure", "assure_fuzz_map", false, NULL);
	fuzz->current = file_map(text_to_cstring(PG_GETARG_TEXT_PP(7)));
	if (hang_timeout == MAX_TIMEOUTS)
		hang_timeout = RegisterTimeout(USER_TIMEOUT, hang);

	SPI_connect();
	fuzz->plan = SPI_prepare(text_to_cstring(PG_GETARG_TEXT_PP(0)), 1, &type);
	if (fuzz->plan == NULL)
		elog(ERROR, "the statement cannot be prepared");
	grown = fuzz_loop(fuzz, PG_GETARG_INT64(5), PG_GETARG_INT32(6));
	seeds_return(fuzz);
	row_put(fuzz, "grown", "", psprintf(INT64_FORMAT, grown), NULL);
	row_put(fuzz, "runs", "", psprintf(INT64_FORMAT, fuzz->runs), NULL);
	row_put(fuzz, "accepted", "", psprintf(INT64_FORMAT, fuzz->accepted), NULL);
	SPI_finish();
	PG_RETURN_NULL();
}

/* ---------------------------------------------------------------------- */
/* Values of types                                                        */
/* ---------------------------------------------------------------------- */

/*
 * exact_cstring copies bytes to a string in memory of exactly its size.
 */
static char *
exact_cstring(const char *bytes, size_t length)
{
	char	   *copy = malloc(length + 1);

	memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

/*
 * value_in reads a value of a type from text.
 */
static Datum
value_in(Oid type, const char *bytes, size_t length)
{
	Oid			function;
	Oid			parameter;
	char	   *copy = exact_cstring(bytes, length);
	Datum		value;

	getTypeInputInfo(type, &function, &parameter);
	PG_TRY();
	{
		value = OidInputFunctionCall(function, copy, parameter, -1);
	}
	PG_FINALLY();
	{
		free(copy);
	}
	PG_END_TRY();
	return value;
}

/*
 * value_receive reads a value of a type from its binary form.
 */
static Datum
value_receive(Oid type, const char *bytes, size_t length)
{
	Oid			function;
	Oid			parameter;
	StringInfoData buffer = {.data = exact_cstring(bytes, length), .len = length, .maxlen = length + 1};
	Datum		value;

	getTypeBinaryInputInfo(type, &function, &parameter);
	PG_TRY();
	{
		value = OidReceiveFunctionCall(function, &buffer, parameter, -1);
		if (buffer.cursor != buffer.len)
			ereport(ERROR, (errcode(ERRCODE_INVALID_BINARY_REPRESENTATION), errmsg("bytes are left")));
	}
	PG_FINALLY();
	{
		free(buffer.data);
	}
	PG_END_TRY();
	return value;
}

/*
 * value_holds says whether a value comes back from its text and from its binary
 * form: both write the same again.
 */
static bool
value_holds(Oid type, Datum value)
{
	Oid			out;
	Oid			send;
	bool		is_varlena;
	char	   *text;
	bytea	   *binary;
	Datum		again;

	getTypeOutputInfo(type, &out, &is_varlena);
	getTypeBinaryOutputInfo(type, &send, &is_varlena);
	text = OidOutputFunctionCall(out, value);
	binary = OidSendFunctionCall(send, value);
	again = value_in(type, text, strlen(text));
	if (strcmp(OidOutputFunctionCall(out, again), text) != 0)
		return false;
	again = value_receive(type, VARDATA(binary), VARSIZE(binary) - VARHDRSZ);
	return strcmp(OidOutputFunctionCall(out, again), text) == 0;
}

/*
 * fuzz_text(type, text) reads a value from text, and says whether it holds.
 */
Datum
fuzz_text(PG_FUNCTION_ARGS)
{
	Oid			type = PG_GETARG_OID(0);
	text	   *input = PG_GETARG_TEXT_PP(1);

	PG_RETURN_BOOL(value_holds(type, value_in(type, VARDATA_ANY(input), VARSIZE_ANY_EXHDR(input))));
}

/*
 * fuzz_binary(type, bytes) reads a value from its binary form, and says whether it holds.
 */
Datum
fuzz_binary(PG_FUNCTION_ARGS)
{
	Oid			type = PG_GETARG_OID(0);
	bytea	   *input = PG_GETARG_BYTEA_PP(1);

	PG_RETURN_BOOL(value_holds(type, value_receive(type, VARDATA_ANY(input), VARSIZE_ANY_EXHDR(input))));
}
