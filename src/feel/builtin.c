/*-------------------------------------------------------------------------
 *
 * builtin.c
 *		The registry of built-in functions: families, signatures, calls.
 *
 * Signatures are read once a process from the texts of the families' tables,
 * into arrays of fixed size; a wrong text is a bug that the first use shows.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/builtins.h"
#include "feel/scope.h"
#include "feel/state.h"

#define SIGNATURES_MAX 192
#define KINDS_ANY 0xFFFFFFFF

extern const FeelBuiltin builtin_aggregate[];
extern const FeelBuiltin builtin_boolean[];
extern const FeelBuiltin builtin_context[];
extern const FeelBuiltin builtin_conversion[];
extern const FeelBuiltin builtin_list[];
extern const FeelBuiltin builtin_number[];
extern const FeelBuiltin builtin_range[];
extern const FeelBuiltin builtin_string[];
extern const FeelBuiltin builtin_temporal[];

/* The families, in no order that matters; a name is of one family. */
static const FeelBuiltin *const families[] = {
	builtin_aggregate,
	builtin_boolean,
	builtin_context,
	builtin_conversion,
	builtin_list,
	builtin_number,
	builtin_range,
	builtin_string,
	builtin_temporal,
};

static Signature signatures[SIGNATURES_MAX];
static FeelFunction functions[SIGNATURES_MAX];
static int	signature_count = 0;

static const struct
{
	const char *name;
	uint32		kinds;
}			kind_words[] = {
	{"any", KINDS_ANY}, {"boolean", 1 << FEEL_BOOLEAN}, {"number", 1 << FEEL_NUMBER},
	{"string", 1 << FEEL_STRING}, {"date", 1 << FEEL_DATE}, {"time", 1 << FEEL_TIME},
	{"datetime", 1 << FEEL_DATE_TIME}, {"days", 1 << FEEL_DAYS_DURATION},
	{"months", 1 << FEEL_MONTHS_DURATION}, {"list", 1 << FEEL_LIST}, {"context", 1 << FEEL_CONTEXT},
	{"range", 1 << FEEL_RANGE}, {"function", 1 << FEEL_FUNCTION}
};

/*
 * read_kinds reads kinds separated by | up to end.
 */
static uint32
read_kinds(const char *text, const char *end)
{
	uint32		kinds = 0;

	while (text < end)
	{
		size_t		length = 0;

		while (text + length < end && text[length] != '|')
			length++;
		for (size_t i = 0; i < lengthof(kind_words); i++)
			if (strlen(kind_words[i].name) == length && memcmp(kind_words[i].name, text, length) == 0)
				kinds |= kind_words[i].kinds;
		text += length + 1;
	}
	Assert(kinds != 0);
	return kinds;
}

/*
 * read_parameter reads `name?: kinds`.
 */
static void
read_parameter(Signature *signature, const char *text, const char *end)
{
	const char *colon = memchr(text, ':', end - text);
	const char *name_end = colon;
	Parameter  *parameter = &signature->parameters[signature->count++];

	Assert(signature->count <= BUILTIN_PARAMETERS_MAX);
	parameter->mode = PARAMETER_REQUIRED;
	if (name_end[-1] == '?')
	{
		parameter->mode = PARAMETER_OPTIONAL;
		name_end--;
	}
	else if (name_end[-1] == '*')
	{
		parameter->mode = PARAMETER_REST;
		name_end--;
	}
	else if (name_end[-1] == '.')
	{
		parameter->mode = PARAMETER_ITEMS;
		name_end -= 3;
	}
	parameter->name = feel_string(text, name_end - text);
	parameter->kinds = read_kinds(colon + 2, end);
	if (parameter->mode == PARAMETER_REQUIRED || parameter->mode == PARAMETER_ITEMS)
		signature->required = signature->count;
	signature->is_variadic |= parameter->mode == PARAMETER_REST || parameter->mode == PARAMETER_ITEMS;
}

/*
 * read_signature reads one row of a table.
 */
static void
read_signature(const FeelBuiltin *builtin)
{
	Signature  *signature = &signatures[signature_count];
	FeelFunction *function = &functions[signature_count];
	const char *text = builtin->parameters;

	Assert(signature_count < SIGNATURES_MAX);
	signature->builtin = builtin;
	signature->name = feel_string(builtin->name, strlen(builtin->name));
	while (*text)
	{
		const char *end = strchr(text, ',');

		if (end == NULL)
			end = text + strlen(text);
		read_parameter(signature, text, end);
		text = *end ? end + 2 : end;
	}
	function->kind = FUNCTION_BUILTIN;
	function->name = signature->name;
	function->builtin = signature_count;
	if (signature_count > 0 && string_equal(signatures[signature_count - 1].name, signature->name))
	{
		signatures[signature_count - 1].has_next = true;
		function->builtin = functions[signature_count - 1].builtin;
	}
	signature_count++;
}

/*
 * read_families reads all tables, once.
 */
static void
read_families(void)
{
	if (signature_count > 0)
		return;
	for (size_t f = 0; f < lengthof(families); f++)
		for (const FeelBuiltin *builtin = families[f]; builtin->name; builtin++)
			read_signature(builtin);
}

/*
 * builtin_match finds the function whose name is the longest at position.
 */
int
builtin_match(const char *text, int32 length, int32 position, int32 *end)
{
	int			best = -1;

	read_families();
	*end = -1;
	for (int i = 0; i < signature_count; i++)
	{
		int32		match;

		if (signatures[i].name.data[0] != text[position] || functions[i].builtin != i)
			continue;
		match = name_match_end(text, length, position, signatures[i].name);
		if (match > *end)
		{
			*end = match;
			best = i;
		}
	}
	return best;
}

/*
 * builtin_name gives a function's name.
 */
FeelString
builtin_name(int builtin)
{
	return signatures[builtin].name;
}

/*
 * builtin_value gives a built-in function as a value.
 */
FeelValue
builtin_value(int builtin)
{
	FeelValue	value = value_null();

	value.kind = FEEL_FUNCTION;
	value.u.function = &functions[builtin];
	return value;
}

/*
 * builtin_signature gives the first signature of a function.
 */
const Signature *
builtin_signature(int builtin)
{
	return &signatures[builtin];
}

/*
 * kind_fits tells whether a parameter takes values of this kind.
 */
static bool
kind_fits(const Parameter *parameter, FeelValue value)
{
	return (parameter->kinds & ((uint32) 1 << value.kind)) != 0;
}

/*
 * list_of makes a list of values that stand beside each other.
 */
static FeelValue
list_of(FeelState *state, const FeelValue *values, int count)
{
	FeelValue  *items;
	FeelValue	list = value_new_list(state->arena, count, &items);

	if (count > 0)
		memcpy(items, values, count * sizeof(FeelValue));
	return list;
}

/*
 * fit_argument checks an argument's kind; with coercion [a] goes for a, and a
 * for [a].
 */
static bool
fit_argument(FeelState *state, const Parameter *parameter, bool coerce, FeelValue *value)
{
	if (kind_fits(parameter, *value))
		return true;
	if (!coerce || value->kind == FEEL_NULL)
		return false;
	if (value->kind == FEEL_LIST && list_count(*value) == 1 &&
		kind_fits(parameter, list_items(state, *value)[0]))
	{
		*value = list_items(state, *value)[0];
		return true;
	}
	if ((parameter->kinds & (1 << FEEL_LIST)) && parameter->kinds != KINDS_ANY)
	{
		*value = list_of(state, value, 1);
		return true;
	}
	return false;
}

/*
 * fit_items gives the list that name... stands for, all of its items of the
 * parameter's kinds.
 */
static bool
fit_items(FeelState *state, const Parameter *parameter, const FeelValue *args, int count, FeelValue *list)
{
	const FeelValue *items;

	*list = count == 1 && args[0].kind == FEEL_LIST ? args[0] : list_of(state, args, count);
	if (parameter->kinds == KINDS_ANY)
		return true;
	items = list_items(state, *list);
	for (int32 i = 0; i < list_count(*list); i++)
		if (!kind_fits(parameter, items[i]))
			return false;
	return true;
}

/*
 * fit_arguments puts arguments in order into bound, as the signature wants them.
 */
static bool
fit_arguments(FeelState *state, const Signature *signature, bool coerce, const FeelValue *args, int count,
			  FeelValue *bound)
{
	if (count < signature->required || (!signature->is_variadic && count > signature->count))
		return false;
	for (int i = 0; i < signature->count; i++)
	{
		const Parameter *parameter = &signature->parameters[i];

		if (parameter->mode == PARAMETER_ITEMS)
			return fit_items(state, parameter, args + i, count - i, &bound[i]);
		if (parameter->mode == PARAMETER_REST)
		{
			bound[i] = list_of(state, args + i, Max(count - i, 0));
			return true;
		}
		if (i >= count || args[i].absent)
		{
			if (parameter->mode == PARAMETER_REQUIRED)
				return false;
			bound[i] = value_null();
			bound[i].absent = true;
			continue;
		}
		bound[i] = args[i];
		if (!fit_argument(state, parameter, coerce, &bound[i]))
			return false;
	}
	return true;
}

/*
 * no_fit gives null: no signature takes these arguments.
 */
static FeelValue
no_fit(FeelState *state, const Signature *signature, const FeelValue *args, int count)
{
	char		kinds[160];
	size_t		length = 0;

	kinds[0] = '\0';
	for (int i = 0; i < count && length < sizeof(kinds) - 40; i++)
		length += snprintf(kinds + length, sizeof(kinds) - length, "%s%s", i > 0 ? ", " : "",
						   feel_kind_name(args[i].kind));
	return feel_null(state, "%s(%s) is not defined", signature->builtin->name, kinds);
}

/*
 * builtin_call calls the first signature that takes the arguments as they are,
 * else the first that takes them coerced.
 */
FeelValue
builtin_call(FeelState *state, const Signature *signature, const FeelValue *args, int count)
{
	FeelValue	bound[BUILTIN_PARAMETERS_MAX];

	for (int coerce = 0; coerce < 2; coerce++)
	{
		for (const Signature *s = signature;; s++)
		{
			if (fit_arguments(state, s, coerce == 1, args, count, bound))
				return s->builtin->run(state, bound, s->count);
			if (!s->has_next)
				break;
		}
	}
	return no_fit(state, signature, args, count);
}

/*
 * order_arguments puts arguments with names in order; false: a name is not the
 * signature's, or is given twice, or they are not in its order and as_given asks
 * for that.
 */
static bool
order_arguments(const Signature *signature, bool as_given, const FeelString *names, const FeelValue *args,
				int count, FeelValue *ordered, int *ordered_count)
{
	bool		given[BUILTIN_PARAMETERS_MAX] = {false};

	*ordered_count = 0;
	for (int i = 0; i < signature->count; i++)
	{
		ordered[i] = value_null();
		ordered[i].absent = true;
	}
	for (int i = 0; i < count; i++)
	{
		int			p = 0;

		while (p < signature->count && !string_equal(signature->parameters[p].name, names[i]))
			p++;
		if (p == signature->count || given[p] || (as_given && p < *ordered_count))
			return false;
		given[p] = true;
		ordered[p] = args[i];
		ordered[p].absent = false;
		*ordered_count = Max(*ordered_count, p + 1);
	}
	for (int i = 0; i < signature->required; i++)
		if (!given[i])
			return false;
	return true;
}

/*
 * builtin_call_named does the same with arguments by name.
 *
 * Of signatures with the same names, before(point, range) and before(range,
 * point), the one in whose order they are given is meant.
 */
FeelValue
builtin_call_named(FeelState *state, const Signature *signature, const FeelString *names,
				   const FeelValue *args, int count)
{
	FeelValue	ordered[BUILTIN_PARAMETERS_MAX];
	FeelValue	bound[BUILTIN_PARAMETERS_MAX];
	int			ordered_count;

	for (int attempt = 0; attempt < 4; attempt++)
	{
		bool		as_given = attempt % 2 == 0;
		bool		coerce = attempt >= 2;

		for (const Signature *s = signature;; s++)
		{
			if (order_arguments(s, as_given, names, args, count, ordered, &ordered_count) &&
				fit_arguments(state, s, coerce, ordered, ordered_count, bound))
				return s->builtin->run(state, bound, s->count);
			if (!s->has_next)
				break;
		}
	}
	return feel_null(state, "%s has no such parameters, or they are of another kind", signature->builtin->name);
}
