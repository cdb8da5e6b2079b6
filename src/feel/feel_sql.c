/*-------------------------------------------------------------------------
 *
 * feel_sql.c
 *		FEEL for SQL: the types assure.feel and assure.feel_tests, evaluation.
 *
 * A type's input checks the grammar; names have a meaning only with a context.
 * Evaluations of a session share one state: its arena is emptied before each, so
 * any number of them in a statement needs the memory of one.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/memutils.h"

#include "core/compat.h"
#include "core/errors.h"
#include "feel/feel_cache.h"
#include "feel/feel_json.h"

/* What a call site keeps between its calls. */
typedef struct CallSite
{
	CachedText *cached;
	uint64		generation;
} CallSite;

/* What a binding's resolver needs. */
typedef struct Document
{
	const FeelProgram *program;
	JsonbContainer *context;
} Document;

static FeelState *session_state = NULL;

/*
 * state_begin gives the session's state, empty, with the limits of now.
 */
static FeelState *
state_begin(bool keep_reasons)
{
	FeelLimits	limits = feel_limits();

	if (session_state == NULL)
	{
		MemoryContext context = AllocSetContextCreate(TopMemoryContext, "FEEL evaluation", ALLOCSET_DEFAULT_SIZES);
		FeelArena  *home = feel_arena_create(context, limits.size_max);

		session_state = feel_state_create(home, feel_arena_create(context, limits.size_max),
										  feel_server_host(), &limits);
	}
	feel_state_reset(session_state);
	feel_state_set_limits(session_state, &limits);
	feel_state_keep_reasons(session_state, keep_reasons);
	return session_state;
}

/*
 * check_text checks the grammar of an input; false: the soft error is reported.
 */
static bool
check_text(FunctionCallInfo fcinfo, FeelSyntax syntax, const char *text, size_t length)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "FEEL input", ALLOCSET_SMALL_SIZES);
	FeelLimits	limits = feel_limits();
	FeelError	error;
	bool		ok = feel_check(feel_arena_create(context, limits.size_max), syntax, text, length, &limits, &error);

	MemoryContextDelete(context);
	if (ok)
		return true;
	if (error.kind == FEEL_ERROR_LIMIT)
		feel_raise(&error, "FEEL text");
	ereturn_compat(fcinfo->context, false,
				   (errcode(ERRCODE_ASSURE_FEEL_INVALID),
					errmsg("%s: %s", syntax == FEEL_EXPRESSION ? "FEEL expression" : "FEEL unary tests", error.message),
					errdetail("Line %d, column %d.", error.line, error.column)));
}

/*
 * text_in is the input of both types.
 */
static Datum
text_in(FunctionCallInfo fcinfo, FeelSyntax syntax)
{
	char	   *text = PG_GETARG_CSTRING(0);

	if (!check_text(fcinfo, syntax, text, strlen(text)))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text(text));
}

/*
 * text_recv is the binary input of both types.
 */
static Datum
text_recv(FunctionCallInfo fcinfo, FeelSyntax syntax)
{
	StringInfo	buffer = (StringInfo) PG_GETARG_POINTER(0);
	int			length;
	char	   *text = pq_getmsgtext(buffer, buffer->len - buffer->cursor, &length);

	if (!check_text(fcinfo, syntax, text, length))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(text, length));
}

/*
 * text_cast is the cast from text to both types.
 */
static Datum
text_cast(FunctionCallInfo fcinfo, FeelSyntax syntax)
{
	text	   *value = PG_GETARG_TEXT_PP(0);

	if (!check_text(fcinfo, syntax, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value)))
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(value);
}

PG_FUNCTION_INFO_V1(assure_feel_in);

/*
 * assure_feel_in reads an expression from its text, whose grammar is checked.
 */
PGDLLEXPORT Datum
assure_feel_in(PG_FUNCTION_ARGS)
{
	return text_in(fcinfo, FEEL_EXPRESSION);
}

PG_FUNCTION_INFO_V1(assure_feel_recv);

/*
 * assure_feel_recv reads an expression from a binary message: its text.
 */
PGDLLEXPORT Datum
assure_feel_recv(PG_FUNCTION_ARGS)
{
	return text_recv(fcinfo, FEEL_EXPRESSION);
}

PG_FUNCTION_INFO_V1(assure_feel_from_text);

/*
 * assure_feel_from_text casts a text to an expression.
 */
PGDLLEXPORT Datum
assure_feel_from_text(PG_FUNCTION_ARGS)
{
	return text_cast(fcinfo, FEEL_EXPRESSION);
}

PG_FUNCTION_INFO_V1(assure_feel_tests_in);

/*
 * assure_feel_tests_in reads unary tests from their text, whose grammar is checked.
 */
PGDLLEXPORT Datum
assure_feel_tests_in(PG_FUNCTION_ARGS)
{
	return text_in(fcinfo, FEEL_UNARY_TESTS);
}

PG_FUNCTION_INFO_V1(assure_feel_tests_recv);

/*
 * assure_feel_tests_recv reads unary tests from a binary message: their text.
 */
PGDLLEXPORT Datum
assure_feel_tests_recv(PG_FUNCTION_ARGS)
{
	return text_recv(fcinfo, FEEL_UNARY_TESTS);
}

PG_FUNCTION_INFO_V1(assure_feel_tests_from_text);

/*
 * assure_feel_tests_from_text casts a text to unary tests.
 */
PGDLLEXPORT Datum
assure_feel_tests_from_text(PG_FUNCTION_ARGS)
{
	return text_cast(fcinfo, FEEL_UNARY_TESTS);
}

PG_FUNCTION_INFO_V1(assure_feel_out);

/*
 * assure_feel_out writes an expression, or unary tests, as the text that was read.
 */
PGDLLEXPORT Datum
assure_feel_out(PG_FUNCTION_ARGS)
{
	PG_RETURN_CSTRING(TextDatumGetCString(PG_GETARG_DATUM(0)));
}

PG_FUNCTION_INFO_V1(assure_feel_send);

/*
 * assure_feel_send writes an expression, or unary tests, as a binary message.
 */
PGDLLEXPORT Datum
assure_feel_send(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	StringInfoData buffer;

	pq_begintypsend(&buffer);
	pq_sendtext(&buffer, VARDATA_ANY(value), VARSIZE_ANY_EXHDR(value));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buffer));
}

/* ---- evaluation ---- */

/*
 * call_site_text gives the cached text of the call's expression: the one of the
 * last call, if it is the same.
 */
static CachedText *
call_site_text(FunctionCallInfo fcinfo, FeelSyntax syntax)
{
	CallSite   *site = fcinfo->flinfo->fn_extra;
	text	   *value;
	const char *data;
	size_t		length;

	if (site == NULL)
		site = fcinfo->flinfo->fn_extra = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(CallSite));
	value = PG_GETARG_TEXT_PP(0);
	data = VARDATA_ANY(value);
	length = VARSIZE_ANY_EXHDR(value);
	if (site->cached == NULL || site->generation != feel_cache_generation() ||
		!feel_cache_is(site->cached, syntax, data, length))
	{
		site->cached = feel_cache_text(syntax, data, length);
		site->generation = feel_cache_generation();
	}
	return site->cached;
}

/*
 * document_slot resolves a name: the entry of the context.
 */
static FeelValue
document_slot(FeelState *state, FeelBinding *binding, int slot)
{
	Document   *document = binding->data;
	FeelString	name = feel_program_slot_name(document->program, slot);
	FeelValue	value;

	if (feel_json_entry(state, document->context, name, &value))
		return value;
	return feel_null(state, "there is no name \"%.*s\"", name.length, name.data);
}

/*
 * context_argument gives the object that a context has to be.
 */
static JsonbContainer *
context_argument(FunctionCallInfo fcinfo, int argument)
{
	Jsonb	   *context = PG_GETARG_JSONB_P(argument);

	if (!JB_ROOT_IS_OBJECT(context))
		ereport(ERROR, errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				errmsg("context must be a JSON object"),
				errhint("Give each value a name: '{\"amount\": 100}'."));
	return &context->root;
}

typedef struct Evaluation
{
	const FeelProgram *program;
	JsonbContainer *context;
	const Jsonb *input;			/* NULL: none */
} Evaluation;

/*
 * evaluate_body binds the document and runs the program.
 */
static FeelValue
evaluate_body(FeelState *state, void *arg)
{
	Evaluation *evaluation = arg;
	Document   *document = arena_alloc(feel_arena(state), sizeof(Document));
	FeelBinding *binding = arena_alloc0(feel_arena(state), sizeof(FeelBinding));
	int			slots = feel_program_slot_count(evaluation->program);

	document->program = evaluation->program;
	document->context = evaluation->context;
	binding->values = arena_alloc_array(feel_arena(state), slots, sizeof(FeelValue));
	for (int i = 0; i < slots; i++)
		binding->values[i].kind = FEEL_UNBOUND;
	binding->resolve = document_slot;
	binding->data = document;
	if (evaluation->input)
		binding->input = feel_from_jsonb(state, evaluation->input);
	return feel_run(state, evaluation->program, binding);
}

/*
 * evaluate gives the value of an expression, or of tests of the input.
 */
static FeelValue
evaluate(FeelState *state, const FeelProgram *program, JsonbContainer *context, const Jsonb *input,
		 const char *what)
{
	Evaluation	evaluation = {program, context, input};
	FeelValue	value;
	FeelError	error;

	if (!feel_protect(state, evaluate_body, &evaluation, &value, &error))
		feel_raise(&error, what);
	return value;
}

/*
 * evaluate_call evaluates the expression of a call's first argument in the
 * context of the second.
 */
static FeelValue
evaluate_call(FunctionCallInfo fcinfo, FeelState *state)
{
	CachedText *cached = call_site_text(fcinfo, FEEL_EXPRESSION);
	JsonbContainer *context = context_argument(fcinfo, 1);

	return evaluate(state, feel_cache_program(cached, context), context, NULL, "FEEL expression");
}

PG_FUNCTION_INFO_V1(assure_eval);

/*
 * assure_eval evaluates an expression over the names of a context; null is NULL.
 */
PGDLLEXPORT Datum
assure_eval(PG_FUNCTION_ARGS)
{
	FeelState  *state = state_begin(false);
	FeelValue	value = evaluate_call(fcinfo, state);

	if (value.kind == FEEL_NULL)
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(feel_to_jsonb(state, value));
}

PG_FUNCTION_INFO_V1(assure_holds);

/*
 * assure_holds says whether an expression is true over a context, for WHERE.
 */
PGDLLEXPORT Datum
assure_holds(PG_FUNCTION_ARGS)
{
	FeelValue	value = evaluate_call(fcinfo, state_begin(false));

	if (value.kind != FEEL_BOOLEAN)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(value.u.boolean);
}

PG_FUNCTION_INFO_V1(assure_unary_test);

/*
 * assure_unary_test says whether an input passes unary tests over a context.
 */
PGDLLEXPORT Datum
assure_unary_test(PG_FUNCTION_ARGS)
{
	FeelState  *state;
	CachedText *cached;
	JsonbContainer *context;
	FeelValue	value;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(2))
		PG_RETURN_NULL();
	state = state_begin(false);
	cached = call_site_text(fcinfo, FEEL_UNARY_TESTS);
	context = context_argument(fcinfo, 2);
	value = evaluate(state, feel_cache_program(cached, context), context,
					 PG_ARGISNULL(1) ? NULL : PG_GETARG_JSONB_P(1), "FEEL unary tests");
	if (value.kind != FEEL_BOOLEAN)
		PG_RETURN_NULL();
	PG_RETURN_BOOL(value.u.boolean);
}

PG_FUNCTION_INFO_V1(assure_eval_explain);

/*
 * assure_eval_explain evaluates an expression and says what the value is, or why it is null.
 */
PGDLLEXPORT Datum
assure_eval_explain(PG_FUNCTION_ARGS)
{
	FeelState  *state = state_begin(true);
	FeelValue	value = evaluate_call(fcinfo, state);
	int			count = feel_reason_count(state);
	Datum	   *reasons = palloc(sizeof(Datum) * Max(count, 1));
	Datum		values[3];
	bool		nulls[3] = {false, false, false};
	TupleDesc	row;

	if (get_call_result_type(fcinfo, NULL, &row) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "return type must be a row type");
	nulls[0] = value.kind == FEEL_NULL;
	if (!nulls[0])
		values[0] = JsonbPGetDatum(feel_to_jsonb(state, value));
	values[1] = CStringGetTextDatum(feel_kind_name(value.kind));
	for (int i = 0; i < count; i++)
	{
		FeelString	reason = feel_reason(state, i);

		reasons[i] = PointerGetDatum(cstring_to_text_with_len(reason.data, reason.length));
	}
	values[2] = PointerGetDatum(construct_array(reasons, count, TEXTOID, -1, false, TYPALIGN_INT));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls)));
}
