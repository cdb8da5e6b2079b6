/*-------------------------------------------------------------------------
 *
 * name_variant.c
 *		Traditional and variant characters, simplified one by one.
 *
 * ICU's transliterator Traditional-Simplified is a table of characters without
 * context.  It is asked character by character, as a step from one to the next;
 * a variant is where the steps lead.  Two of its characters lead to each other
 * (U+82CE, U+82E7): there the one with the lower code point is the end.
 *
 * What stands in names and ICU does not know comes first, in a table of our
 * own.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <unicode/uchar.h>
#include <unicode/utf16.h>

#include "core/compat.h"
#include "text/name.h"

/* The longest way in ICU 72 has two; a circle in another ICU must end, too. */
#define STEPS_MAX	8

typedef struct VariantPair
{
	UChar32		variant;
	UChar32		standard;
} VariantPair;

/*
 * Sorted by the variant.  Source: the table of standard characters with their
 * traditional and variant forms (annex 1 of the General Table of Standard
 * Chinese Characters, State Council 2013), the forms met in names; old printed
 * forms of the same characters; and U+953A, which that table allows in names
 * beside U+949F.
 */
static const VariantPair variant_pairs[] = {
	{0x05101, 0x04FCA},	/* 儁 俊 */
	{0x0537D, 0x05373},	/* 卽 即 */
	{0x053A4, 0x05386},	/* 厤 历 */
	{0x056CC, 0x082CF},	/* 囌 苏 */
	{0x058A0, 0x2BB83},	/* 墠 𫮃 */
	{0x05A19, 0x2BC1B},	/* 娙 𫰛 */
	{0x05AFA, 0x05A34},	/* 嫺 娴 */
	{0x05CEF, 0x05CF0},	/* 峯 峰 */
	{0x05D57, 0x05C81},	/* 嵗 岁 */
	{0x05DA8, 0x05CC3},	/* 嶨 峃 */
	{0x05DBD, 0x05CB3},	/* 嶽 岳 */
	{0x05E77, 0x05E76},	/* 幷 并 */
	{0x05F6B, 0x096D5},	/* 彫 雕 */
	{0x065E3, 0x065E2},	/* 旣 既 */
	{0x0665B, 0x2C02A},	/* 晛 𬀪 */
	{0x06690, 0x2C029},	/* 暐 𬀩 */
	{0x067FB, 0x067E5},	/* 査 查 */
	{0x068E1, 0x03B4E},	/* 棡 㭎 */
	{0x06998, 0x077E9},	/* 榘 矩 */
	{0x06DE9, 0x051CC},	/* 淩 凌 */
	{0x06E4B, 0x23C97},	/* 湋 𣲗 */
	{0x06EAE, 0x06D49},	/* 溮 浉 */
	{0x06EB3, 0x06DA2},	/* 溳 涢 */
	{0x06F55, 0x23C98},	/* 潕 𣲘 */
	{0x06F90, 0x06C84},	/* 澐 沄 */
	{0x06FC6, 0x23E23},	/* 濆 𣸣 */
	{0x06FDB, 0x08499},	/* 濛 蒙 */
	{0x07069, 0x06EDF},	/* 灩 滟 */
	{0x071C0, 0x2C2A4},	/* 燀 𬊤 */
	{0x071D6, 0x2C288},	/* 燖 𬊈 */
	{0x07431, 0x096D5},	/* 琱 雕 */
	{0x0748A, 0x2B7A9},	/* 璊 𫞩 */
	{0x07495, 0x2C364},	/* 璕 𬍤 */
	{0x07497, 0x2C361},	/* 璗 𬍡 */
	{0x074A1, 0x0740E},	/* 璡 琎 */
	{0x074B5, 0x07399},	/* 璵 玙 */
	{0x074BF, 0x07487},	/* 璿 璇 */
	{0x074C5, 0x2C35B},	/* 瓅 𬍛 */
	{0x074DB, 0x24A7D},	/* 瓛 𤩽 */
	{0x077C7, 0x08499},	/* 矇 蒙 */
	{0x07843, 0x06731},	/* 硃 朱 */
	{0x07D03, 0x2C613},	/* 紃 𬘓 */
	{0x07D1E, 0x2C618},	/* 紞 𬘘 */
	{0x07D6A, 0x2C621},	/* 絪 𬘡 */
	{0x07D8E, 0x2C629},	/* 綎 𬘩 */
	{0x07D96, 0x2B127},	/* 綖 𫄧 */
	{0x07D9D, 0x2C62D},	/* 綝 𬘭 */
	{0x07DAA, 0x2C62C},	/* 綪 𬘬 */
	{0x07DFC, 0x07F0A},	/* 緼 缊 */
	{0x07E2F, 0x2C642},	/* 縯 𬙂 */
	{0x07E76, 0x2B137},	/* 繶 𫄷 */
	{0x07E81, 0x2B138},	/* 纁 𫄸 */
	{0x07FEC, 0x07FDA},	/* 翬 翚 */
	{0x08218, 0x09986},	/* 舘 馆 */
	{0x083F4, 0x05EB5},	/* 菴 庵 */
	{0x084F4, 0x083BC},	/* 蓴 莼 */
	{0x08A0F, 0x2C8D9},	/* 訏 𬣙 */
	{0x08A5D, 0x2C8DE},	/* 詝 𬣞 */
	{0x08ADF, 0x2C90A},	/* 諟 𬤊 */
	{0x08AF2, 0x2C907},	/* 諲 𬤇 */
	{0x08AF4, 0x2B36F},	/* 諴 𫍯 */
	{0x08B53, 0x2C91D},	/* 譓 𬤝 */
	{0x08B5E, 0x2B37D},	/* 譞 𫍽 */
	{0x08B85, 0x08C09},	/* 讅 谉 */
	{0x08ECF, 0x2B404},	/* 軏 𫐄 */
	{0x08F17, 0x2B410},	/* 輗 𫐐 */
	{0x08F36, 0x2CA0E},	/* 輶 𬨎 */
	{0x09129, 0x2CA7D},	/* 鄩 𬩽 */
	{0x091F4, 0x2CB29},	/* 釴 𬬩 */
	{0x09207, 0x2B4E7},	/* 鈇 𫓧 */
	{0x09265, 0x2CB38},	/* 鉥 𬬸 */
	{0x09267, 0x2CB41},	/* 鉧 𬭁 */
	{0x092D0, 0x2CB4E},	/* 鋐 𬭎 */
	{0x092F9, 0x2CB2E},	/* 鋹 𬬮 */
	{0x0931E, 0x2CB5A},	/* 錞 𬭚 */
	{0x0936D, 0x2CB64},	/* 鍭 𬭤 */
	{0x0938C, 0x09570},	/* 鎌 镰 */
	{0x093AD, 0x09547},	/* 鎭 镇 */
	{0x093FB, 0x2CB78},	/* 鏻 𬭸 */
	{0x09429, 0x2CB7C},	/* 鐩 𬭼 */
	{0x0953A, 0x0949F},	/* 锺 钟 */
	{0x095C9, 0x2CBB1},	/* 闉 𬮱 */
	{0x095D1, 0x2B536},	/* 闑 𫔶 */
	{0x096AE, 0x2CBC0},	/* 隮 𬯀 */
	{0x09749, 0x053C6},	/* 靉 叆 */
	{0x097DD, 0x097B2},	/* 韝 鞲 */
	{0x09814, 0x2CC56},	/* 頔 𬱖 */
	{0x09820, 0x2CC5F},	/* 頠 𬱟 */
	{0x0982B, 0x2B5AF},	/* 頫 𫖯 */
	{0x09835, 0x2B5B3},	/* 頵 𫖳 */
	{0x09857, 0x2B5AE},	/* 顗 𫖮 */
	{0x099C9, 0x2CCF6},	/* 駉 𬳶 */
	{0x099D3, 0x2CCF5},	/* 駓 𬳵 */
	{0x099EA, 0x2CCFD},	/* 駪 𬳽 */
	{0x099FC, 0x2CCFF},	/* 駼 𬳿 */
	{0x09A04, 0x2B627},	/* 騄 𫘧 */
	{0x09A0A, 0x2B626},	/* 騊 𫘦 */
	{0x09A11, 0x2CD02},	/* 騑 𬴂 */
	{0x09A31, 0x2B62C},	/* 騱 𫘬 */
	{0x09A4E, 0x2CD0A},	/* 驎 𬴊 */
	{0x09DA0, 0x2CE18},	/* 鶠 𬸘 */
	{0x09DB1, 0x2CE23},	/* 鶱 𬸣 */
	{0x09DDF, 0x2CE26},	/* 鷟 𬸦 */
	{0x09DF4, 0x09E47},	/* 鷴 鹇 */
	{0x09E11, 0x2CE1A},	/* 鸑 𬸚 */
	{0x09EB4, 0x066F2},	/* 麴 曲 */
	{0x09F02, 0x09F0C},	/* 鼂 鼌 */
	{0x09F91, 0x04DAE},	/* 龑 䶮 */
};

/*
 * step gives the character that replaces one, itself if none does.
 */
static UChar32
step(UChar32 character)
{
	static UTransliterator *kept = NULL;
	int			low = 0;
	int			high = lengthof(variant_pairs);
	UChar		units[U16_MAX_LENGTH + 8];
	int32_t		length = 0;
	int32_t		limit;
	UChar32		result;
	UErrorCode	code = U_ZERO_ERROR;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (variant_pairs[middle].variant == character)
			return variant_pairs[middle].standard;
		if (variant_pairs[middle].variant < character)
			low = middle + 1;
		else
			high = middle;
	}

	U16_APPEND_UNSAFE(units, length, character);
	limit = length;
	utrans_transUChars(icu_transliterator(&kept, "Traditional-Simplified"),
					   units, &length, lengthof(units), 0, &limit, &code);
	icu_check(code, "simplify a character");

	/* One character for one; anything else is not a simplification. */
	U16_GET(units, 0, 0, length, result);
	return U16_LENGTH(result) == length ? result : character;
}

/*
 * name_variant simplifies a character.  A step that leads back at once is
 * taken only downwards, so the walk ends.
 */
UChar32
name_variant(UChar32 character)
{
	if (!u_hasBinaryProperty(character, UCHAR_IDEOGRAPHIC))
		return character;
	for (int steps = 0; steps < STEPS_MAX; steps++)
	{
		UChar32		next = step(character);

		if (next == character || (next > character && step(next) == character))
			break;
		character = next;
	}
	return character;
}
