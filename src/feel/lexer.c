/*-------------------------------------------------------------------------
 *
 * lexer.c
 *		Tokens of FEEL.
 *
 * Pure functions of the text: no state, no memory.  Every byte string has
 * tokens; what is none is a TOKEN_ERROR with its position.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "feel/lexer.h"

typedef struct CodeRange
{
	uint32		first;
	uint32		last;
} CodeRange;

#define CODE_POINT_INVALID 0xFFFFFFFF

/* Beyond ASCII, what the grammar (rule 27) lets a name begin with. */
static const CodeRange name_start_ranges[] = {
	{0xC0, 0xD6}, {0xD8, 0xF6}, {0xF8, 0x2FF}, {0x370, 0x37D}, {0x37F, 0x1FFF},
	{0x200C, 0x200D}, {0x2070, 0x218F}, {0x2C00, 0x2FEF}, {0x3001, 0xD7FF},
	{0xF900, 0xFDCF}, {0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF}
};

static const struct
{
	const char *word;
	Keyword		keyword;
}			keywords[] = {
	{"and", KEYWORD_AND}, {"between", KEYWORD_BETWEEN}, {"else", KEYWORD_ELSE},
	{"every", KEYWORD_EVERY}, {"false", KEYWORD_FALSE}, {"for", KEYWORD_FOR},
	{"function", KEYWORD_FUNCTION}, {"if", KEYWORD_IF}, {"in", KEYWORD_IN},
	{"instance", KEYWORD_INSTANCE}, {"null", KEYWORD_NULL}, {"or", KEYWORD_OR},
	{"return", KEYWORD_RETURN}, {"satisfies", KEYWORD_SATISFIES}, {"some", KEYWORD_SOME},
	{"then", KEYWORD_THEN}, {"true", KEYWORD_TRUE}
};

/*
 * lexer_code_point decodes one character, and refuses what is no UTF-8:
 * overlong forms, surrogates, bytes cut off.
 */
uint32
lexer_code_point(const char *text, int32 length, int32 position, int *size)
{
	const unsigned char *p = (const unsigned char *) text + position;
	int32		left = length - position;
	static const uint32 least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32		c;
	int			n;

	*size = 1;
	if (p[0] < 0x80)
		return p[0];
	n = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
	if (p[0] < 0xC2 || p[0] > 0xF4 || left < n)
		return CODE_POINT_INVALID;
	c = p[0] & (0x7F >> n);
	for (int i = 1; i < n; i++)
	{
		if ((p[i] & 0xC0) != 0x80)
			return CODE_POINT_INVALID;
		c = (c << 6) | (p[i] & 0x3F);
	}
	if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return CODE_POINT_INVALID;
	*size = n;
	return c;
}

/*
 * lexer_is_name_start tells whether a name may begin with the character.  The
 * grammar counts ? among them; here it is the input of unary tests only.
 */
bool
lexer_is_name_start(uint32 c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
	for (size_t i = 0; i < lengthof(name_start_ranges); i++)
		if (c >= name_start_ranges[i].first && c <= name_start_ranges[i].last)
			return !lexer_is_space(c);
	return false;
}

/*
 * lexer_is_name_part tells whether a name may go on with the character.
 */
bool
lexer_is_name_part(uint32 c)
{
	return lexer_is_name_start(c) || (c >= '0' && c <= '9') || c == 0xB7 ||
		(c >= 0x300 && c <= 0x36F) || c == 0x203F || c == 0x2040;
}

/*
 * lexer_is_name_symbol tells whether the character may join parts of a name.
 */
bool
lexer_is_name_symbol(uint32 c)
{
	return c == '.' || c == '/' || c == '-' || c == '\'' || c == '+' || c == '*';
}

/*
 * lexer_is_space tells white space, as the grammar lists it (rules 61, 62).
 */
bool
lexer_is_space(uint32 c)
{
	return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
		c == 0x180E || (c >= 0x2000 && c <= 0x200B) || c == 0x2028 || c == 0x2029 ||
		c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}

/*
 * skip_comment passes over the comment at position, if there is one; -1: it has
 * no end.
 */
static int32
skip_comment(const char *text, int32 length, int32 position)
{
	if (position + 1 >= length || text[position] != '/')
		return position;
	if (text[position + 1] == '/')
	{
		while (position < length && text[position] != '\n' && text[position] != '\r')
			position++;
		return position;
	}
	if (text[position + 1] != '*')
		return position;
	for (int32 i = position + 2; i + 1 < length; i++)
		if (text[i] == '*' && text[i + 1] == '/')
			return i + 2;
	return -1;
}

/*
 * lexer_skip_space passes over white space and comments.
 */
int32
lexer_skip_space(const char *text, int32 length, int32 position)
{
	while (position < length)
	{
		int			size;
		int32		after;

		if (lexer_is_space(lexer_code_point(text, length, position, &size)))
		{
			position += size;
			continue;
		}
		after = skip_comment(text, length, position);
		if (after < 0)
			return -1 - position;
		if (after == position)
			break;
		position = after;
	}
	return position;
}

/*
 * token_error makes the token that says what is wrong at position.
 */
static Token
token_error(int32 position, const char *message)
{
	Token		token = {TOKEN_ERROR, 0, position, position, message};

	return token;
}

/*
 * word_token reads a run of name parts, and tells keywords.
 */
static Token
word_token(const char *text, int32 length, int32 position)
{
	Token		token = {TOKEN_WORD, KEYWORD_NONE, position, position, NULL};
	int			size;

	while (token.end < length && lexer_is_name_part(lexer_code_point(text, length, token.end, &size)))
		token.end += size;
	for (size_t i = 0; i < lengthof(keywords); i++)
	{
		if (strlen(keywords[i].word) == (size_t) (token.end - position) &&
			memcmp(keywords[i].word, text + position, token.end - position) == 0)
		{
			token.kind = TOKEN_KEYWORD;
			token.code = keywords[i].keyword;
		}
	}
	return token;
}

/*
 * is_digit tells whether there is a digit at position.
 */
static bool
is_digit(const char *text, int32 length, int32 position)
{
	return position < length && text[position] >= '0' && text[position] <= '9';
}

/*
 * number_token reads digits, a fraction, an exponent.  1..2 is 1 and a range's
 * dots; 1e is 1 and a word.
 */
static Token
number_token(const char *text, int32 length, int32 position)
{
	Token		token = {TOKEN_NUMBER, 0, position, position, NULL};
	int32		p = position;

	while (is_digit(text, length, p))
		p++;
	if (p < length && text[p] == '.' && is_digit(text, length, p + 1))
	{
		p++;
		while (is_digit(text, length, p))
			p++;
	}
	if (p < length && (text[p] == 'e' || text[p] == 'E'))
	{
		int32		q = p + 1;

		if (q < length && (text[q] == '+' || text[q] == '-'))
			q++;
		if (is_digit(text, length, q))
		{
			while (is_digit(text, length, q))
				q++;
			p = q;
		}
	}
	token.end = p;
	return token;
}

/*
 * string_token finds the end of a string; its escapes are the parser's.
 */
static Token
string_token(const char *text, int32 length, int32 position)
{
	Token		token = {TOKEN_STRING, 0, position, position + 1, NULL};

	while (token.end < length && text[token.end] != '"')
	{
		int			size;

		if (text[token.end] == '\\' && token.end + 1 < length)
			token.end++;
		if (lexer_code_point(text, length, token.end, &size) == CODE_POINT_INVALID)
			return token_error(token.end, "the text is not valid UTF-8");
		token.end += size;
	}
	if (token.end >= length)
		return token_error(position, "a string has no end");
	token.end++;
	return token;
}

/*
 * unexpected says that a character begins nothing, and what FEEL has where other
 * languages have the character.
 */
static const char *
unexpected(char character)
{
	switch (character)
	{
		case '&':
			return "and expected, not \"&\"";
		case '|':
			return "or expected, not \"|\"";
		case '!':
			return "not(...) expected, not \"!\"";
		default:
			return "unexpected character";
	}
}

/*
 * symbol_token reads an operator or a bracket.
 */
static Token
symbol_token(const char *text, int32 length, int32 position)
{
	static const struct
	{
		char		text[3];
		int			code;
	}			pairs[] = {
		{"**", SYMBOL_POWER}, {"..", SYMBOL_DOTS}, {"<=", SYMBOL_LESS_EQUAL},
		{">=", SYMBOL_GREATER_EQUAL}, {"!=", SYMBOL_UNEQUAL}, {"->", SYMBOL_ARROW}
	};
	Token		token = {TOKEN_SYMBOL, (unsigned char) text[position], position, position + 1, NULL};

	for (size_t i = 0; i < lengthof(pairs) && position + 1 < length; i++)
	{
		if (memcmp(pairs[i].text, text + position, 2) == 0)
		{
			token.code = pairs[i].code;
			token.end++;
			return token;
		}
	}
	if (strchr("+-*/()[]{},:.<>=?@'", text[position]) == NULL || text[position] == '\0')
		return token_error(position, unexpected(text[position]));
	return token;
}

/*
 * lexer_next reads the token at or after position.
 */
Token
lexer_next(const char *text, int32 length, int32 position)
{
	uint32		c;
	int			size;
	Token		token = {TOKEN_END, 0, length, length, NULL};

	position = lexer_skip_space(text, length, position);
	if (position < 0)
		return token_error(-1 - position, "a comment has no end");
	if (position >= length)
		return token;
	c = lexer_code_point(text, length, position, &size);
	if (c == CODE_POINT_INVALID)
		return token_error(position, "the text is not valid UTF-8");
	if (is_digit(text, length, position) || (c == '.' && is_digit(text, length, position + 1)))
		return number_token(text, length, position);
	if (lexer_is_name_part(c))
		return word_token(text, length, position);
	if (c == '"')
		return string_token(text, length, position);
	if (c >= 0x80)
		return token_error(position, "unexpected character");
	return symbol_token(text, length, position);
}
