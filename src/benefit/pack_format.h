/*-------------------------------------------------------------------------
 *
 * pack_format.h
 *		The bytes of a packed claim, for the two files that know them.
 *
 * Inside the room only.  Numbers are little-endian groups of seven bits, the
 * shortest form that there is; numbers with a sign are folded first (0, -1, 1,
 * -2 ... become 0, 1, 2, 3).  What stands behind a flag is there when the flag is
 * set, and a flag is set only when it says something: so there is one form.
 *
 *	claim	version: 1 byte
 *			flags: 2 bytes, CLAIM_*
 *			counts: bills, lines, diagnoses, grades, texts, bytes of texts
 *			the texts: each ended by a zero byte, in order of their bytes, none
 *				twice; below, a text is its place, from 1, and 0 is none
 *			ref, policy, member_ref: texts
 *			event date [CLAIM_HAS_EVENT], folded: the day that others count from
 *			submitted_at [CLAIM_HAS_SUBMITTED], folded: microseconds since then
 *			member [CLAIM_HAS_MEMBER]: birth date, folded; enrolled_on, folded,
 *				from the event; days from continuous_since to it, folded; the
 *				same of policy_start [CLAIM_HAS_POLICY_START]
 *			diagnoses: their count, then texts
 *			grades: 1 byte each
 *			bills
 *	bill	flags: 2 bytes, BILL_*; what others paid is what its lines say
 *			provider: 2 bytes, PROVIDER_*; its code and region: texts
 *			number: text; stay [BILL_HAS_STAY]: text
 *			from: folded, from the event; days to its end [BILL_HAS_DAYS]
 *			diagnoses [BILL_HAS_DIAGNOSES]: their count, then texts
 *			count of lines, then the lines
 *	line	flags: 1 byte, LINE_*
 *			number [BILL_HAS_NUMBERS; else 1, 2, 3 ...]
 *			category: text; code [LINE_HAS_CODE]: text
 *			quantity [LINE_HAS_QUANTITY; else 1]: millionths, folded
 *			amount; allowed [LINE_HAS_ALLOWED]; self_first
 *				[LINE_HAS_SELF_FIRST]; social and other paid
 *				[LINE_HAS_PAYMENTS]: fen, of a refund [LINE_IS_REFUND] negated
 *			of a line that is no refund: net amount, allowed and self_first
 *				[BILL_IS_REFUNDED], net social and other [BILL_IS_SPREAD]: fen
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_BENEFIT_PACK_FORMAT_H
#define ASSURE_BENEFIT_PACK_FORMAT_H

#define PACK_VERSION			1
#define PACK_HEAD_BYTES			3	/* version, flags */

#define CLAIM_CAUSE_MASK		0x0003
#define CLAIM_HAS_EVENT			0x0004
#define CLAIM_HAS_SUBMITTED		0x0008
#define CLAIM_HAS_MEMBER		0x0010
#define CLAIM_HAS_POLICY_START	0x0020
#define CLAIM_SEX_SHIFT			6
#define CLAIM_SEX_MASK			0x00c0
#define CLAIM_RELATIONSHIP_SHIFT 8
#define CLAIM_RELATIONSHIP_MASK	0x0700
#define CLAIM_FLAGS_MASK		0x07ff

#define BILL_CARE_MASK			0x0007
#define BILL_IS_SETTLED			0x0008
#define BILL_HAS_STAY			0x0010
#define BILL_HAS_DAYS			0x0020
#define BILL_HAS_DIAGNOSES		0x0040
#define BILL_HAS_NUMBERS		0x0080
#define BILL_IS_REFUNDED		0x0100
#define BILL_IS_SPREAD			0x0200
#define BILL_FLAGS_MASK			0x03ff

#define PROVIDER_GRADE_MASK		0x0007	/* + 1 */
#define PROVIDER_OWNERSHIP_SHIFT 3
#define PROVIDER_OWNERSHIP_MASK 0x0018
#define PROVIDER_WARD_SHIFT		5
#define PROVIDER_WARD_MASK		0x0060
#define PROVIDER_NETWORK_SHIFT	7	/* + 1 */
#define PROVIDER_NETWORK_MASK	0x0180
#define PROVIDER_FLAGS_MASK		0x01ff

#define LINE_CLASS_MASK			0x03
#define LINE_HAS_CODE			0x04
#define LINE_HAS_QUANTITY		0x08
#define LINE_HAS_ALLOWED		0x10
#define LINE_HAS_SELF_FIRST		0x20
#define LINE_HAS_PAYMENTS		0x40
#define LINE_IS_REFUND			0x80
#define LINE_BYTES_MIN			3	/* flags, category, amount */

/* Days since 2000-01-01 of 0001-01-01 and 9999-12-31: documents say less, but
 * the facts of a member come from tables. */
#define PACK_DATE_MIN			(-730119)
#define PACK_DATE_MAX			2921939

#endif							/* ASSURE_BENEFIT_PACK_FORMAT_H */
