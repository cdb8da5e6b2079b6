/*-------------------------------------------------------------------------
 *
 * amount_words.h
 *		Amounts in words.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_TEXT_AMOUNT_WORDS_H
#define ASSURE_TEXT_AMOUNT_WORDS_H

#include "postgres.h"

extern text *amount_words(int64 amount_fen, const char *locale);

#endif							/* ASSURE_TEXT_AMOUNT_WORDS_H */
