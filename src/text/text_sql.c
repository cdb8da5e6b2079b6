/*-------------------------------------------------------------------------
 *
 * text_sql.c
 *		What SQL calls of the text room.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "core/compat.h"
#include "text/amount_words.h"
#include "text/icu.h"
#include "text/name.h"
#include "type/amount.h"

PG_FUNCTION_INFO_V1(assure_name_key);
PG_FUNCTION_INFO_V1(assure_pinyin);
PG_FUNCTION_INFO_V1(assure_pinyin_initials);
PG_FUNCTION_INFO_V1(assure_amount_in_words);
PG_FUNCTION_INFO_V1(assure_icu_version);

/*
 * assure_name_key makes the key by which names are compared.
 */
PGDLLEXPORT Datum
assure_name_key(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(name_key(PG_GETARG_TEXT_PP(0)));
}

/*
 * assure_pinyin reads a name in pinyin.
 */
PGDLLEXPORT Datum
assure_pinyin(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(name_pinyin(PG_GETARG_TEXT_PP(0)));
}

/*
 * assure_pinyin_initials gives the initials of that.
 */
PGDLLEXPORT Datum
assure_pinyin_initials(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(name_initials(PG_GETARG_TEXT_PP(0)));
}

/*
 * assure_amount_in_words writes an amount in words.
 */
PGDLLEXPORT Datum
assure_amount_in_words(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(amount_words(PG_GETARG_AMOUNT(0),
								  text_to_cstring(PG_GETARG_TEXT_PP(1))));
}

/*
 * assure_icu_version names the version of ICU that the library runs with.
 */
PGDLLEXPORT Datum
assure_icu_version(PG_FUNCTION_ARGS)
{
	PG_RETURN_TEXT_P(cstring_to_text(icu_version_text()));
}
