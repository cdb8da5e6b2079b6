/*-------------------------------------------------------------------------
 *
 * amount_words.c
 *		Amounts in words: Chinese vouchers, and ICU's spell-out.
 *
 * In Chinese an amount is written in capital figures by the basic rules for
 * filling in negotiable instruments and settlement vouchers (annex 1 of the
 * People's Bank of China's payment and settlement measures, 1997).  Where they
 * leave a choice, one idea decides: a zero is written once for each run of
 * zeros between two figures of the yuan, and after the yuan only where fen
 * follow without jiao.  "Whole" (zheng) ends what has no fen.
 *
 * In other languages yuan and fen are spelled out by the rules of ICU for the
 * locale, each followed by its name, which has no plural.
 *
 * Formatters cost 0.1 to 5 ms to open, so the last few stay open.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unicode/uloc.h>
#include <unicode/unum.h>
#include <unicode/ustring.h>

#include "lib/stringinfo.h"
#include "utils/builtins.h"

#include "core/compat.h"
#include "text/amount_words.h"
#include "text/icu.h"
#include "type/amount.h"

#define FEN_PER_JIAO	10
#define SOFT_HYPHEN		0x00AD

/* The longest words of an int64 seen have 420, in Kalaallisut. */
#define WORDS_UNITS_MAX	2048

/* ------------------------------------------------------------------------
 * Chinese
 * ------------------------------------------------------------------------
 */

typedef struct CapitalFigures
{
	const char *digits[10];
	const char *places[5];		/* as in place_values */
	const char *currency;
	const char *negative;
	const char *yuan;
} CapitalFigures;

static const uint64 place_values[] = {
	UINT64CONST(100000000), 10000, 1000, 100, 10
};

static const CapitalFigures simplified = {
	{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"},
	{"亿", "万", "仟", "佰", "拾"},
	"人民币", "负", "元"
};

static const CapitalFigures traditional = {
	{"零", "壹", "貳", "參", "肆", "伍", "陸", "柒", "捌", "玖"},
	{"億", "萬", "仟", "佰", "拾"},
	"人民幣", "負", "圓"
};

static const char *const jiao_name = "角";
static const char *const fen_name = "分";
static const char *const whole = "整";

/*
 * write_number writes a number that is not zero: how often its greatest place
 * goes into it, the place, and the rest.  A zero stands before the rest if
 * there is one between the two.
 */
static void
write_number(StringInfo words, const CapitalFigures *figures, uint64 number)
{
	for (Size i = 0; i < lengthof(place_values); i++)
	{
		uint64		place = place_values[i];
		uint64		count = number / place;
		uint64		rest = number % place;

		if (count == 0)
			continue;
		write_number(words, figures, count);
		appendStringInfoString(words, figures->places[i]);
		if (rest == 0)
			return;
		if (rest < place / 10 || count % 10 == 0)
			appendStringInfoString(words, figures->digits[0]);
		write_number(words, figures, rest);
		return;
	}
	appendStringInfoString(words, figures->digits[number]);
}

/*
 * write_voucher writes an amount as on a Chinese voucher.
 */
static void
write_voucher(StringInfo words, const CapitalFigures *figures,
			  bool negative, uint64 amount_fen)
{
	uint64		yuan = amount_fen / AMOUNT_FEN_PER_YUAN;
	int			jiao = amount_fen % AMOUNT_FEN_PER_YUAN / FEN_PER_JIAO;
	int			fen = amount_fen % FEN_PER_JIAO;

	appendStringInfoString(words, figures->currency);
	if (negative)
		appendStringInfoString(words, figures->negative);
	if (yuan > 0)
		write_number(words, figures, yuan);
	else if (amount_fen == 0)
		appendStringInfoString(words, figures->digits[0]);
	if (yuan > 0 || amount_fen == 0)
		appendStringInfoString(words, figures->yuan);

	if (jiao > 0)
		appendStringInfo(words, "%s%s", figures->digits[jiao], jiao_name);
	else if (fen > 0 && yuan > 0)
		appendStringInfoString(words, figures->digits[0]);
	if (fen > 0)
		appendStringInfo(words, "%s%s", figures->digits[fen], fen_name);
	else
		appendStringInfoString(words, whole);
}

/* ------------------------------------------------------------------------
 * Other languages
 * ------------------------------------------------------------------------
 */

#define SPELLERS_KEPT	8

typedef struct Speller
{
	char		tag[ULOC_FULLNAME_CAPACITY];
	UNumberFormat *format;
} Speller;

/*
 * refuse_locale says that a locale is none, or none with words for numbers.
 */
static void
refuse_locale(const char *locale)
{
	ereport(ERROR,
			errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			errmsg("amounts cannot be written in words for locale \"%s\"",
				   locale),
			errhint("Locales are named as in \"zh\", \"zh-Hant\", \"en\" or \"fr-CA\"; ICU must have words for the numbers of the language."));
}

/*
 * spells_language says whether a formatter speaks the language of a locale.
 * For one that it has no rules for, ICU takes those of the server's own
 * locale, and says nothing.
 */
static bool
spells_language(const UNumberFormat *format, const char *tag)
{
	UErrorCode	code = U_ZERO_ERROR;
	const char *actual = unum_getLocaleByType(format, ULOC_ACTUAL_LOCALE,
											  &code);
	char		wanted_language[ULOC_LANG_CAPACITY];
	char		language[ULOC_LANG_CAPACITY];

	if (U_FAILURE(code) || actual == NULL)
		return false;
	uloc_getLanguage(tag, wanted_language, sizeof(wanted_language), &code);
	uloc_getLanguage(actual, language, sizeof(language), &code);
	return code == U_ZERO_ERROR && wanted_language[0] != '\0' &&
		strcmp(language, wanted_language) == 0;
}

/*
 * speller_of gives the formatter that spells out numbers, from those kept or
 * opened in the place of the one kept longest.
 */
static UNumberFormat *
speller_of(const char *tag, const char *locale)
{
	static Speller spellers[SPELLERS_KEPT];
	static int	oldest = 0;
	Speller    *place = &spellers[oldest];
	UNumberFormat *format;
	UErrorCode	code = U_ZERO_ERROR;

	for (int i = 0; i < SPELLERS_KEPT; i++)
		if (spellers[i].format != NULL && strcmp(spellers[i].tag, tag) == 0)
			return spellers[i].format;

	format = unum_open(UNUM_SPELLOUT, NULL, 0, tag, NULL, &code);
	if (U_SUCCESS(code) && !spells_language(format, tag))
	{
		unum_close(format);
		refuse_locale(locale);
	}
	icu_check(code, "open a formatter that spells out numbers");

	if (place->format != NULL)
		unum_close(place->format);
	strlcpy(place->tag, tag, sizeof(place->tag));
	place->format = format;
	oldest = (oldest + 1) % SPELLERS_KEPT;
	return format;
}

/*
 * write_spelled writes a number in words.  The soft hyphens that some
 * languages have in theirs are for line breaks: out they go.
 */
static void
write_spelled(StringInfo words, const UNumberFormat *format, int64 number)
{
	Utf16		spelled = utf16_make(WORDS_UNITS_MAX);
	UErrorCode	code = U_ZERO_ERROR;
	int32_t		kept = 0;
	text	   *utf8;

	spelled.length = unum_formatInt64(format, number, spelled.units,
									  spelled.length, NULL, &code);
	icu_check(code, "spell out a number");
	for (int32_t i = 0; i < spelled.length; i++)
		if (spelled.units[i] != SOFT_HYPHEN)
			spelled.units[kept++] = spelled.units[i];
	spelled.length = kept;
	utf8 = utf16_to_text(&spelled);
	appendBinaryStringInfo(words, VARDATA(utf8), VARSIZE(utf8) - VARHDRSZ);
}

/*
 * write_spelled_amount writes yuan, then fen; whichever is nought is left out,
 * unless both are.  The sign stands with the first of them.
 */
static void
write_spelled_amount(StringInfo words, const UNumberFormat *format,
					 int64 amount_fen)
{
	int64		yuan = amount_fen / AMOUNT_FEN_PER_YUAN;
	int64		fen = amount_fen % AMOUNT_FEN_PER_YUAN;

	if (yuan != 0 || fen == 0)
	{
		write_spelled(words, format, yuan);
		appendStringInfoString(words, " yuan");
	}
	if (fen != 0)
	{
		if (yuan != 0)
			appendStringInfoChar(words, ' ');
		write_spelled(words, format, yuan < 0 ? -fen : fen);
		appendStringInfoString(words, " fen");
	}
}

/* ------------------------------------------------------------------------
 * The way in
 * ------------------------------------------------------------------------
 */

/*
 * chinese_figures gives the capital figures of a locale, NULL if it is not
 * Chinese: traditional ones where the script is, by name or by region.
 */
static const CapitalFigures *
chinese_figures(const char *tag)
{
	char		likely[ULOC_FULLNAME_CAPACITY];
	char		language[ULOC_LANG_CAPACITY];
	char		script[ULOC_SCRIPT_CAPACITY];
	UErrorCode	code = U_ZERO_ERROR;

	uloc_addLikelySubtags(tag, likely, sizeof(likely), &code);
	uloc_getLanguage(likely, language, sizeof(language), &code);
	uloc_getScript(likely, script, sizeof(script), &code);
	if (code != U_ZERO_ERROR || strcmp(language, "zh") != 0)
		return NULL;
	return strcmp(script, "Hant") == 0 ? &traditional : &simplified;
}

/*
 * amount_words writes an amount in the words of a locale.
 */
text *
amount_words(int64 amount_fen, const char *locale)
{
	char		tag[ULOC_FULLNAME_CAPACITY];
	UErrorCode	code = U_ZERO_ERROR;
	const CapitalFigures *figures;
	StringInfoData words;

	/* An empty name would be the server's own locale. */
	if (locale[0] == '\0' || strlen(locale) >= sizeof(tag))
		refuse_locale(locale);
	uloc_toLanguageTag(locale, tag, sizeof(tag), true, &code);
	if (code != U_ZERO_ERROR)
		refuse_locale(locale);

	initStringInfo(&words);
	figures = chinese_figures(tag);
	if (figures != NULL)
		write_voucher(&words, figures, amount_fen < 0,
					  amount_fen < 0 ? -(uint64) amount_fen :
					  (uint64) amount_fen);
	else
		write_spelled_amount(&words, speller_of(tag, locale), amount_fen);
	return cstring_to_text_with_len(words.data, words.len);
}
