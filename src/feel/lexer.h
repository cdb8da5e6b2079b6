/*-------------------------------------------------------------------------
 *
 * lexer.h
 *		Tokens of FEEL, read one at a time from a position.
 *
 * What belongs to a name depends on the names there are, so the lexer only knows
 * simple tokens; name.c puts names together.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_FEEL_LEXER_H
#define ASSURE_FEEL_LEXER_H

#include "postgres.h"

typedef enum TokenKind
{
	TOKEN_END,
	TOKEN_ERROR,				/* message says what; position where */
	TOKEN_WORD,					/* a name part: letters, digits, _ */
	TOKEN_KEYWORD,
	TOKEN_NUMBER,
	TOKEN_STRING,				/* with its quotes */
	TOKEN_SYMBOL
} TokenKind;

typedef enum Keyword
{
	KEYWORD_NONE,
	KEYWORD_AND,
	KEYWORD_BETWEEN,
	KEYWORD_ELSE,
	KEYWORD_EVERY,
	KEYWORD_FALSE,
	KEYWORD_FOR,
	KEYWORD_FUNCTION,
	KEYWORD_IF,
	KEYWORD_IN,
	KEYWORD_INSTANCE,
	KEYWORD_NULL,
	KEYWORD_OR,
	KEYWORD_RETURN,
	KEYWORD_SATISFIES,
	KEYWORD_SOME,
	KEYWORD_THEN,
	KEYWORD_TRUE
} Keyword;

/* Symbols of one character are that character. */
typedef enum Symbol
{
	SYMBOL_POWER = 256,			/* ** */
	SYMBOL_DOTS,				/* .. */
	SYMBOL_LESS_EQUAL,
	SYMBOL_GREATER_EQUAL,
	SYMBOL_UNEQUAL,
	SYMBOL_ARROW				/* -> */
} Symbol;

typedef struct Token
{
	TokenKind	kind;
	int			code;			/* Keyword or symbol */
	int32		start;
	int32		end;
	const char *message;		/* of TOKEN_ERROR */
} Token;

/* The token at or after position. */
extern Token lexer_next(const char *text, int32 length, int32 position);

/* The position after white space and comments; -1 - p: a comment that begins at p has no end. */
extern int32 lexer_skip_space(const char *text, int32 length, int32 position);

/* Decodes the code point at position, *size its bytes; 0xFFFFFFFF if it is not UTF-8. */
extern uint32 lexer_code_point(const char *text, int32 length, int32 position, int *size);
extern bool lexer_is_name_start(uint32 c);
extern bool lexer_is_name_part(uint32 c);
extern bool lexer_is_space(uint32 c);

/* The symbols that a name may hold besides: . / - ' + * */
extern bool lexer_is_name_symbol(uint32 c);

#endif							/* ASSURE_FEEL_LEXER_H */
