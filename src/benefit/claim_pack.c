/*-------------------------------------------------------------------------
 *
 * claim_pack.c
 *		Writes a claim in its packed form (pack_format.h).
 *
 * The claim is sealed.  Its texts are gathered first, each once, and put in the
 * order of their bytes; the rest is written in one walk.  Gathering and writing meet the
 * texts in the same order, so the second takes their numbers from a list.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/claim_pack.h"
#include "benefit/pack_format.h"
#include "benefit/terms.h"
#include "core/errors.h"
#include "core/fixed.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "port/pg_bswap.h"
#include "storage/shmem.h"

/* The most bytes that one part takes beside its lists. */
#define PART_BYTES_MAX			256

/* A text of the claim. */
typedef struct PackText
{
	TextKey		key;
	const char *text;
	uint32		bytes;			/* the zero at its end included */
	uint32		number;			/* place in the order of bytes, from 1 */
} PackText;

/* Its place while texts are put in order: by their first bytes, as a number. */
typedef struct PackOrder
{
	uint64		first;
	PackText   *entry;
} PackOrder;

typedef struct PackTexts
{
	int			n_uses;			/* each place in the claim where a text may be */
	uint32	   *uses;			/* index in texts + 1, 0: none */
	int			n_texts;
	PackText   *texts;
	uint32		mask;			/* of slots, open addressing */
	uint32	   *slots;			/* index in texts + 1, 0: free */
	Size		bytes;			/* of all texts */
} PackTexts;

typedef struct PackWriter
{
	uint8	   *start;
	uint8	   *at;
	uint8	   *end;			/* of what is allocated */
	const uint32 *next_use;
	const PackText *texts;
	int64		event_date;		/* 0: none */
} PackWriter;

/*
 * reserve makes room for so many more bytes.
 */
static void
reserve(PackWriter *writer, Size bytes)
{
	Size		used = writer->at - writer->start;
	Size		allocated = writer->end - writer->start;

	if (likely((Size) (writer->end - writer->at) >= bytes))
		return;
	allocated = add_size(mul_size(allocated, 2), bytes);
	writer->start = repalloc(writer->start, allocated);
	writer->at = writer->start + used;
	writer->end = writer->start + allocated;
}

/*
 * put_byte writes a byte, into room that is reserved; so do those below.
 */
static inline void
put_byte(PackWriter *writer, uint32 value)
{
	*writer->at++ = (uint8) value;
}

/*
 * put_number writes a number, seven bits a byte.
 */
static inline void
put_number(PackWriter *writer, uint64 value)
{
	while (value >= 0x80)
	{
		*writer->at++ = (uint8) (value | 0x80);
		value >>= 7;
	}
	*writer->at++ = (uint8) value;
}

/*
 * put_folded writes a number with a sign.
 */
static inline void
put_folded(PackWriter *writer, int64 value)
{
	put_number(writer, ((uint64) value << 1) ^ (uint64) (value >> 63));
}

/*
 * ensure refuses a claim that has not been normalized: read again it would be
 * another one.
 */
static inline void
ensure(bool holds, const char *what)
{
	if (unlikely(!holds))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_IDENTITY),
				 errmsg("a claim cannot be packed: %s", what),
				 errhint("This is a bug in pg_assure.")));
}

/*
 * put_fen writes an amount.
 */
static inline void
put_fen(PackWriter *writer, int64 amount_fen)
{
	ensure(amount_fen >= 0 && amount_fen <= FIXED_FEN_MAX,
		   "an amount cannot stand where it does");
	put_number(writer, (uint64) amount_fen);
}

/*
 * put_flags writes 16 bits.
 */
static inline void
put_flags(PackWriter *writer, uint32 flags)
{
	put_byte(writer, flags & 0xff);
	put_byte(writer, flags >> 8);
}

/*
 * put_text writes the number of the next text.
 */
static inline void
put_text(PackWriter *writer)
{
	uint32		use = *writer->next_use++;

	put_number(writer, use == 0 ? 0 : writer->texts[use - 1].number);
}

/*
 * gather_keyed notes a text whose key is known.
 */
static void
gather_keyed(PackTexts *texts, const char *text, TextKey key)
{
	uint64		mixed = (key.head ^ (key.tail << 1)) *
		UINT64CONST(0x9E3779B97F4A7C15);
	uint32		slot = (uint32) (mixed >> 32) & texts->mask;
	PackText   *entry;

	for (; texts->slots[slot] != 0; slot = (slot + 1) & texts->mask)
	{
		entry = &texts->texts[texts->slots[slot] - 1];
		if (text_key_is_same(entry->key, key, entry->text, text))
		{
			texts->uses[texts->n_uses++] = texts->slots[slot];
			return;
		}
	}
	entry = &texts->texts[texts->n_texts++];
	entry->key = key;
	entry->text = text;
	entry->bytes = (uint32) strlen(text) + 1;
	texts->bytes += entry->bytes;
	texts->slots[slot] = texts->n_texts;
	texts->uses[texts->n_uses++] = texts->n_texts;
}

/*
 * gather_text notes a text, or that there is none.
 */
static void
gather_text(PackTexts *texts, const char *text)
{
	if (text == NULL)
		texts->uses[texts->n_uses++] = 0;
	else
		gather_keyed(texts, text, text_key(text));
}

/*
 * gather_bill notes the texts of a bill, in the order of put_bill().
 */
static void
gather_bill(PackTexts *texts, const ClaimBill *bill)
{
	int			i;

	gather_text(texts, bill->provider.code);
	gather_text(texts, bill->provider.region);
	gather_text(texts, bill->no);
	if (bill->stay)
		gather_text(texts, bill->stay);
	for (i = 0; i < bill->n_diagnoses; i++)
		gather_text(texts, bill->diagnoses[i]);
	for (i = 0; i < bill->n_lines; i++)
	{
		const ClaimLine *line = &bill->lines[i];

		gather_keyed(texts, line->category, line->category_key);
		if (line->code)
			gather_keyed(texts, line->code, line->code_key);
	}
}

/*
 * compare_texts orders texts by their bytes: by the first eight, and the rest
 * only where those are the same.
 */
static int
compare_texts(const void *left, const void *right)
{
	const PackOrder *a = left;
	const PackOrder *b = right;

	if (a->first != b->first)
		return a->first < b->first ? -1 : 1;
	return strcmp(a->entry->text, b->entry->text);
}

/*
 * order_texts puts the texts in order and numbers them.
 */
static PackOrder *
order_texts(const PackTexts *texts)
{
	PackOrder  *order = palloc(mul_size(sizeof(PackOrder),
										Max(texts->n_texts, 1)));
	int			i;

	for (i = 0; i < texts->n_texts; i++)
	{
		order[i].first = pg_bswap64(texts->texts[i].key.head);
		order[i].entry = &texts->texts[i];
	}
	qsort(order, texts->n_texts, sizeof(PackOrder), compare_texts);
	for (i = 0; i < texts->n_texts; i++)
		order[i].entry->number = i + 1;
	return order;
}

/*
 * gather_texts finds all texts of a claim.
 */
static void
gather_texts(const Claim *claim, Size n_uses, PackTexts *texts)
{
	int			i;

	texts->n_uses = 0;
	texts->n_texts = 0;
	texts->bytes = 0;
	texts->uses = palloc(mul_size(sizeof(uint32), n_uses));
	texts->texts = palloc(mul_size(sizeof(PackText), n_uses));
	texts->mask = pg_nextpower2_32((uint32) n_uses * 2) - 1;
	texts->slots = palloc0(mul_size(sizeof(uint32), (Size) texts->mask + 1));
	gather_text(texts, claim->ref);
	gather_text(texts, claim->policy);
	gather_text(texts, claim->member_ref);
	for (i = 0; i < claim->n_diagnoses; i++)
		gather_text(texts, claim->diagnoses[i]);
	for (i = 0; i < claim->n_bills; i++)
	{
		CHECK_FOR_INTERRUPTS();
		gather_bill(texts, &claim->bills[i]);
	}
}

/*
 * line_flags says which parts of a line are written.
 */
static uint32
line_flags(const ClaimLine *line)
{
	uint32		flags = line->item_class;

	if (line->code)
		flags |= LINE_HAS_CODE;
	if (line->quantity_micro != FIXED_MICRO_ONE)
		flags |= LINE_HAS_QUANTITY;
	if (line->allowed_fen != line->amount_fen)
		flags |= LINE_HAS_ALLOWED;
	if (line->self_first_fen != 0)
		flags |= LINE_HAS_SELF_FIRST;
	if (line->social_paid_fen != 0 || line->other_paid_fen != 0)
		flags |= LINE_HAS_PAYMENTS;
	if (line->amount_fen < 0)
		flags |= LINE_IS_REFUND;
	return flags;
}

/*
 * put_line writes one line.
 */
static void
put_line(PackWriter *writer, const ClaimLine *line, uint32 bill_flags)
{
	uint32		flags = line_flags(line);
	int64		sign = line->amount_fen < 0 ? -1 : 1;

	put_byte(writer, flags);
	if (bill_flags & BILL_HAS_NUMBERS)
		put_number(writer, (uint64) line->no);
	put_text(writer);
	if (flags & LINE_HAS_CODE)
		put_text(writer);
	if (flags & LINE_HAS_QUANTITY)
		put_folded(writer, line->quantity_micro);
	put_fen(writer, line->amount_fen * sign);
	if (flags & LINE_HAS_ALLOWED)
		put_fen(writer, line->allowed_fen * sign);
	if (flags & LINE_HAS_SELF_FIRST)
		put_fen(writer, line->self_first_fen * sign);
	if (flags & LINE_HAS_PAYMENTS)
	{
		put_fen(writer, line->social_paid_fen * sign);
		put_fen(writer, line->other_paid_fen * sign);
	}
	if (flags & LINE_IS_REFUND)
		return;
	if (bill_flags & BILL_IS_REFUNDED)
	{
		put_fen(writer, line->net_amount_fen);
		put_fen(writer, line->net_allowed_fen);
		put_fen(writer, line->net_self_first_fen);
	}
	if (bill_flags & BILL_IS_SPREAD)
	{
		put_fen(writer, line->net_social_fen);
		put_fen(writer, line->net_other_fen);
	}
}

/*
 * bill_flags says which parts of a bill are written: of its lines, what is not
 * the same as stated.  Its payments by others are the sum of its lines'.
 */
static uint32
bill_flags(const ClaimBill *bill)
{
	uint32		flags = bill->care;
	int64		payments_fen = 0;
	int			i;

	if (bill->social_settled)
		flags |= BILL_IS_SETTLED;
	if (bill->stay)
		flags |= BILL_HAS_STAY;
	if (bill->to_date != bill->from_date)
		flags |= BILL_HAS_DAYS;
	if (bill->n_diagnoses > 0)
		flags |= BILL_HAS_DIAGNOSES;
	for (i = 0; i < bill->n_lines; i++)
	{
		const ClaimLine *line = &bill->lines[i];

		if (line->no != i + 1)
			flags |= BILL_HAS_NUMBERS;
		if (line->amount_fen < 0)
			continue;
		payments_fen += line->net_social_fen + line->net_other_fen;
		if (line->net_amount_fen != line->amount_fen ||
			line->net_allowed_fen != line->allowed_fen ||
			line->net_self_first_fen != line->self_first_fen)
			flags |= BILL_IS_REFUNDED;
		if (line->net_social_fen != line->social_paid_fen ||
			line->net_other_fen != line->other_paid_fen)
			flags |= BILL_IS_SPREAD;
	}
	ensure(payments_fen == bill->social_paid_fen + bill->other_paid_fen,
		   "the payments of a bill are not those of its lines");
	return flags;
}

/*
 * put_bill writes one bill.
 */
static void
put_bill(PackWriter *writer, const ClaimBill *bill)
{
	const ClaimProvider *provider = &bill->provider;
	uint32		flags = bill_flags(bill);
	int			i;

	reserve(writer, PART_BYTES_MAX + (Size) bill->n_diagnoses * sizeof(uint64));
	put_flags(writer, flags);
	put_flags(writer, (provider->grade + 1) |
			  (provider->ownership << PROVIDER_OWNERSHIP_SHIFT) |
			  (provider->ward << PROVIDER_WARD_SHIFT) |
			  ((provider->network + 1) << PROVIDER_NETWORK_SHIFT));
	put_text(writer);
	put_text(writer);
	put_text(writer);
	if (flags & BILL_HAS_STAY)
		put_text(writer);
	put_folded(writer, bill->from_date - writer->event_date);
	if (flags & BILL_HAS_DAYS)
		put_number(writer, (uint64) ((int64) bill->to_date - bill->from_date));
	if (flags & BILL_HAS_DIAGNOSES)
	{
		put_number(writer, bill->n_diagnoses);
		for (i = 0; i < bill->n_diagnoses; i++)
			put_text(writer);
	}
	put_number(writer, bill->n_lines);
	for (i = 0; i < bill->n_lines; i++)
	{
		reserve(writer, PART_BYTES_MAX);
		put_line(writer, &bill->lines[i], flags);
	}
}

/*
 * put_member writes the facts of the member.
 */
static void
put_member(PackWriter *writer, const ClaimMember *member)
{
	put_folded(writer, member->birth_date);
	put_folded(writer, member->enrolled_on - writer->event_date);
	put_folded(writer, (int64) member->enrolled_on - member->continuous_since);
	if (member->has_policy_start)
		put_folded(writer, (int64) member->enrolled_on - member->policy_start);
}

/*
 * claim_flags says which parts of the claim are written.
 */
static uint32
claim_flags(const Claim *claim)
{
	uint32		flags = claim->cause;

	if (claim->has_event_date)
		flags |= CLAIM_HAS_EVENT;
	if (claim->has_submitted_at)
		flags |= CLAIM_HAS_SUBMITTED;
	if (!claim->has_member)
		return flags;
	flags |= CLAIM_HAS_MEMBER | (claim->member.sex << CLAIM_SEX_SHIFT) |
		(claim->member.relationship << CLAIM_RELATIONSHIP_SHIFT);
	if (claim->member.has_policy_start)
		flags |= CLAIM_HAS_POLICY_START;
	return flags;
}

/*
 * put_claim writes the claim behind its texts.
 */
static void
put_claim(PackWriter *writer, const Claim *claim)
{
	int			i;

	put_text(writer);
	put_text(writer);
	put_text(writer);
	if (claim->has_event_date)
		put_folded(writer, writer->event_date);
	if (claim->has_submitted_at)
		put_folded(writer, claim->submitted_at -
				   writer->event_date * USECS_PER_DAY);
	if (claim->has_member)
		put_member(writer, &claim->member);
	put_number(writer, claim->n_diagnoses);
	for (i = 0; i < claim->n_diagnoses; i++)
		put_text(writer);
	for (i = 0; i < claim->n_disability_grades; i++)
		put_byte(writer, claim->disability_grades[i]);
	for (i = 0; i < claim->n_bills; i++)
	{
		CHECK_FOR_INTERRUPTS();
		ensure(claim->bills[i].position == i, "a bill is out of its place");
		put_bill(writer, &claim->bills[i]);
	}
}

/*
 * claim_pack packs a claim.
 */
bytea *
claim_pack(const Claim *claim)
{
	Size		n_lines = 0;
	Size		n_diagnoses = claim->n_diagnoses;
	Size		allocated;
	PackTexts	texts;
	PackOrder  *order;
	PackWriter	writer;
	int			i;

	ensure(claim->order != NULL, "it is not sealed");
	for (i = 0; i < claim->n_bills; i++)
	{
		n_lines += claim->bills[i].n_lines;
		n_diagnoses += claim->bills[i].n_diagnoses;
	}
	gather_texts(claim, 3 + n_diagnoses + 4 * (Size) claim->n_bills +
				 2 * n_lines, &texts);
	order = order_texts(&texts);
	allocated = VARHDRSZ + PART_BYTES_MAX * 2 + texts.bytes + n_lines * 16 +
		n_diagnoses * sizeof(uint64);
	writer.start = palloc(allocated);
	writer.at = writer.start;
	writer.end = writer.start + allocated;
	writer.next_use = texts.uses;
	writer.texts = texts.texts;
	writer.event_date = claim->has_event_date ? claim->event_date : 0;
	writer.at += VARHDRSZ;
	put_byte(&writer, PACK_VERSION);
	put_flags(&writer, claim_flags(claim));
	put_number(&writer, claim->n_bills);
	put_number(&writer, n_lines);
	put_number(&writer, n_diagnoses);
	put_number(&writer, claim->n_disability_grades);
	put_number(&writer, texts.n_texts);
	put_number(&writer, texts.bytes);
	for (i = 0; i < texts.n_texts; i++)
	{
		memcpy(writer.at, order[i].entry->text, order[i].entry->bytes);
		writer.at += order[i].entry->bytes;
	}
	reserve(&writer, PART_BYTES_MAX + claim->n_diagnoses * sizeof(uint64) +
			claim->n_disability_grades);
	put_claim(&writer, claim);
	SET_VARSIZE(writer.start, writer.at - writer.start);
	pfree(texts.uses);
	pfree(texts.texts);
	pfree(texts.slots);
	pfree(order);
	return (bytea *) writer.start;
}
