/*-------------------------------------------------------------------------
 *
 * pinyin_surname.c
 *		Readings of names that ICU has not, or has wrong.
 *
 * Each was compared with what Han-Latin/Names of ICU 72 says, and stands here
 * only because that differs: surnames that ICU does not know, surnames of two
 * characters, the traditional forms of surnames (ICU has the simplified ones),
 * and characters that are read otherwise in given names.
 *
 * Source of the readings: the entries marked as surnames of the Contemporary
 * Chinese Dictionary (Xiandai Hanyu Cidian, 7th edition).  Where it has more
 * than one, the commoner stands here.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "core/compat.h"
#include "text/name.h"

/* Sorted by character, then by what follows. */
static const NameReading name_readings[] = {
	{0x4E07, 0x4FDF, "mo qi", NULL},	/* 万俟 */
	{0x4E2D, 0x884C, "zhong hang", NULL},	/* 中行 */
	{0x4E48, 0, "yao", NULL},	/* 么 */
	{0x4E5C, 0, "nie", NULL},	/* 乜 */
	{0x4F74, 0, "nai", NULL},	/* 佴 */
	{0x5200, 0, "dao", NULL},	/* 刀 */
	{0x5340, 0, "ou", NULL},	/* 區 */
	{0x5355, 0x4E8E, "chan yu", NULL},	/* 单于 */
	{0x53E5, 0, "gou", NULL},	/* 句 */
	{0x54E1, 0, "yun", NULL},	/* 員 */
	{0x55AE, 0, "shan", NULL},	/* 單 */
	{0x55AE, 0x4E8E, "chan yu", NULL},	/* 單于 */
	{0x5C09, 0, "wei", NULL},	/* 尉 */
	{0x5C09, 0x8FDF, "yu chi", NULL},	/* 尉迟 */
	{0x5C09, 0x9072, "yu chi", NULL},	/* 尉遲 */
	{0x5CD9, 0, "zhi", "zhi"},	/* 峙 */
	{0x62D3, 0x8DCB, "tuo ba", NULL},	/* 拓跋 */
	{0x665F, 0, NULL, "sheng"},	/* 晟 */
	{0x6734, 0, "piao", NULL},	/* 朴 */
	{0x6A02, 0, "yue", NULL},	/* 樂 */
	{0x6D17, 0, "xian", NULL},	/* 洗 */
	{0x6FB9, 0x53F0, "tan tai", NULL},	/* 澹台 */
	{0x6FB9, 0x81FA, "tan tai", NULL},	/* 澹臺 */
	{0x7085, 0, "gui", NULL},	/* 炅 */
	{0x796D, 0, "zhai", NULL},	/* 祭 */
	{0x7A2E, 0, "chong", NULL},	/* 種 */
	{0x7B60, 0, "yun", "yun"},	/* 筠 */
	{0x7E46, 0, "miao", NULL},	/* 繆 */
	{0x7F2A, 0, "miao", NULL},	/* 缪 */
	{0x8398, 0, "shen", "shen"},	/* 莘 */
	{0x842C, 0x4FDF, "mo qi", NULL},	/* 萬俟 */
	{0x84CB, 0, "ge", NULL},	/* 蓋 */
	{0x8584, 0, "bo", NULL},	/* 薄 */
	{0x85CF, 0, "zang", NULL},	/* 藏 */
	{0x8983, 0, "qin", NULL},	/* 覃 */
	{0x90FD, 0, "du", NULL},	/* 都 */
	{0x9577, 0, "chang", "chang"},	/* 長 */
	{0x9577, 0x5B6B, "zhang sun", NULL},	/* 長孫 */
	{0x957F, 0x5B59, "zhang sun", NULL},	/* 长孙 */
	{0x961A, 0, "kan", NULL},	/* 阚 */
	{0x9EBD, 0, "yao", NULL},	/* 麽 */
};

/*
 * name_reading finds the row of a character and the one that follows it; 0
 * finds the row of the character alone.  NULL: ICU is right.
 */
const NameReading *
name_reading(UChar32 character, UChar32 next)
{
	int			low = 0;
	int			high = lengthof(name_readings);

	while (low < high)
	{
		int			middle = (low + high) / 2;
		const NameReading *row = &name_readings[middle];

		if (row->character == character && row->next == next)
			return row;
		if (row->character < character ||
			(row->character == character && row->next < next))
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}
