/*-------------------------------------------------------------------------
 *
 * claim_unpack.c
 *		Reads a claim from its packed form (pack_format.h).
 *
 * The counts at its beginning say how much memory the claim takes; they are
 * held against the bytes that are there before any is allocated, and against
 * what was read in the end.  Every number is held against what a document may
 * say, so that the calculation can trust what it finds, and every form but the
 * one that claim_pack() writes is refused.  What is left of a line after refunds
 * and payments is held within the line and within its bill, but not calculated
 * again.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/claim_engine.h"
#include "benefit/claim_pack.h"
#include "benefit/pack_format.h"
#include "benefit/terms.h"
#include "core/fixed.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/memutils.h"

#define NUMBER_BYTES_MAX		10	/* of 64 bits, seven a byte */
#define HIGH_BITS				UINT64CONST(0x8080808080808080)

/* A text; what stands on lines is hashed when it is first met. */
typedef struct PackedText
{
	char	   *text;
	TextKey		key;
	bool		is_used;
	bool		is_keyed;
} PackedText;

typedef struct PackReader
{
	const uint8 *at;
	const uint8 *end;
	/* the texts */
	int			n_texts;
	PackedText *texts;
	/* where the lists of the claim go on */
	ClaimLine  *next_line;
	ClaimLine  *end_line;
	char	  **next_diagnosis;
	char	  **end_diagnosis;
	IcdCode    *next_icd_code;
	int64		event_date;
	bool		is_stored;		/* the bytes are ours, not a caller's */
} PackReader;

/* The counts at the beginning. */
typedef struct PackCounts
{
	uint64		bills;
	uint64		lines;
	uint64		diagnoses;
	uint64		grades;
	uint64		texts;
	uint64		text_bytes;
} PackCounts;

/*
 * fail refuses the bytes: those that a caller gave are wrong, stored ones damaged.
 */
static pg_noinline void __attribute__((noreturn))
fail(const PackReader *reader, const char *what)
{
	ereport(ERROR,
			(errcode(reader->is_stored ? ERRCODE_DATA_CORRUPTED : ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("the bytes are not a packed claim: %s", what),
			 reader->is_stored ? 0 : errhint("assure.pack_claim() packs a document.")));
	pg_unreachable();
}

/*
 * require refuses the bytes unless a condition holds.
 */
static inline void
require(const PackReader *reader, bool holds, const char *what)
{
	if (unlikely(!holds))
		fail(reader, what);
}

/*
 * take_byte reads a byte.
 */
static inline uint32
take_byte(PackReader *reader)
{
	require(reader, reader->at < reader->end, "they end too early");
	return *reader->at++;
}

/*
 * take_long_number reads a number of several bytes, in its shortest form only.
 */
static pg_noinline uint64
take_long_number(PackReader *reader)
{
	uint64		value = 0;
	int			shift;

	for (shift = 0; shift < NUMBER_BYTES_MAX * 7; shift += 7)
	{
		uint64		byte = take_byte(reader);

		require(reader, shift < 63 || byte <= 1, "a number is too large");
		value |= (byte & 0x7f) << shift;
		if (byte < 0x80)
		{
			require(reader, byte != 0 || shift == 0, "a number is longer than it need be");
			return value;
		}
	}
	fail(reader, "a number is too long");
}

/*
 * take_number reads a number; most have one byte.
 */
static inline uint64
take_number(PackReader *reader)
{
	if (likely(reader->at < reader->end && *reader->at < 0x80))
		return *reader->at++;
	return take_long_number(reader);
}

/*
 * take_folded reads a number with a sign.
 */
static inline int64
take_folded(PackReader *reader)
{
	uint64		value = take_number(reader);

	return (int64) (value >> 1) ^ -(int64) (value & 1);
}

/*
 * take_fen reads an amount.
 */
static inline int64
take_fen(PackReader *reader)
{
	uint64		value = take_number(reader);

	require(reader, value <= FIXED_FEN_MAX, "an amount is out of range");
	return (int64) value;
}

/*
 * take_flags reads 16 bits, of which only some have a meaning.
 */
static inline uint32
take_flags(PackReader *reader, uint32 mask)
{
	uint32		flags = take_byte(reader);

	flags |= take_byte(reader) << 8;
	require(reader, (flags & ~mask) == 0, "an unknown flag");
	return flags;
}

/*
 * find_text finds a text by its number, from 1.
 */
static inline PackedText *
find_text(PackReader *reader, uint64 number)
{
	PackedText *text;

	require(reader, number >= 1, "a text is missing");
	require(reader, number <= (uint64) reader->n_texts, "there is no such text");
	text = &reader->texts[number - 1];
	text->is_used = true;
	return text;
}

/*
 * take_text reads the number of a text; NULL where there is none.
 */
static inline char *
take_text(PackReader *reader)
{
	uint64		number = take_number(reader);

	return number == 0 ? NULL : find_text(reader, number)->text;
}

/*
 * need_text reads the number of a text that has to be there.
 */
static inline char *
need_text(PackReader *reader)
{
	return find_text(reader, take_number(reader))->text;
}

/*
 * need_keyed_text does so, and gives its key.
 */
static inline char *
need_keyed_text(PackReader *reader, TextKey *key)
{
	PackedText *text = find_text(reader, take_number(reader));

	if (!text->is_keyed)
	{
		text->key = text_key(text->text);
		text->is_keyed = true;
	}
	*key = text->key;
	return text->text;
}

/*
 * make_date brings a day into the form of a date; the difference of two numbers
 * of any size wraps around and is refused as well as any other.
 */
static inline DateADT
make_date(const PackReader *reader, int64 day)
{
	require(reader, day >= PACK_DATE_MIN && day <= PACK_DATE_MAX, "a date is out of range");
	return (DateADT) day;
}

/*
 * take_texts reads the texts: as many as were announced, in order, none twice.
 * "store" takes their bytes.
 */
static void
take_texts(PackReader *reader, char *store, Size bytes)
{
	uint64		high_bits = 0;
	char	   *text = store;
	Size		i;
	int			n;

	memcpy(store, reader->at, bytes);
	reader->at += bytes;
	require(reader, bytes == 0 || store[bytes - 1] == '\0', "the last text has no end");
	for (i = 0; i + sizeof(uint64) <= bytes; i += sizeof(uint64))
	{
		uint64		word;

		memcpy(&word, store + i, sizeof(uint64));
		high_bits |= word & HIGH_BITS;
	}
	for (; i < bytes; i++)
		high_bits |= (uint8) store[i] & 0x80;
	for (n = 0; n < reader->n_texts; n++)
	{
		Size		length;

		require(reader, text < store + bytes, "a text is missing");
		length = strlen(text);
		require(reader, length >= 1 && length <= CLAIM_TEXT_BYTES_MAX,
				"a text is empty or too long");
		require(reader, n == 0 || strcmp(reader->texts[n - 1].text, text) < 0,
				"the texts are not in order");
		require(reader, high_bits == 0 ||
				pg_encoding_verifymbstr(PG_UTF8, text, (int) length) == (int) length,
				"a text is not UTF-8");
		reader->texts[n].text = text;
		reader->texts[n].is_used = false;
		reader->texts[n].is_keyed = false;
		text += length + 1;
	}
	require(reader, text == store + bytes, "there are more texts than announced");
}

/*
 * take_diagnoses reads a list of diagnoses, and brings them into the form that
 * is compared.
 */
static char **
take_diagnoses(PackReader *reader, uint64 count, IcdCode **icd_codes)
{
	char	  **list = reader->next_diagnosis;
	uint64		i;

	require(reader, count <= CLAIM_LIST_MAX &&
			count <= (uint64) (reader->end_diagnosis - list),
			"too many diagnoses");
	for (i = 0; i < count; i++)
		*reader->next_diagnosis++ = need_text(reader);
	*icd_codes = reader->next_icd_code;
	reader->next_icd_code += count;
	icd_codes_make(*icd_codes, list, (int) count);
	return list;
}

/*
 * take_nets reads what is left of a line, where that is not what was stated;
 * none of it is beyond the line.  Notes in *said which parts said something.
 */
static inline void
take_nets(PackReader *reader, ClaimLine *line, uint32 flags, uint32 *said)
{
	line->net_amount_fen = line->amount_fen;
	line->net_allowed_fen = line->allowed_fen;
	line->net_self_first_fen = line->self_first_fen;
	line->net_social_fen = line->social_paid_fen;
	line->net_other_fen = line->other_paid_fen;
	if (flags & BILL_IS_REFUNDED)
	{
		line->net_amount_fen = take_fen(reader);
		line->net_allowed_fen = take_fen(reader);
		line->net_self_first_fen = take_fen(reader);
		if (line->net_amount_fen != line->amount_fen ||
			line->net_allowed_fen != line->allowed_fen ||
			line->net_self_first_fen != line->self_first_fen)
			*said |= BILL_IS_REFUNDED;
		require(reader, line->net_amount_fen <= line->amount_fen &&
				line->net_allowed_fen <= line->net_amount_fen &&
				line->net_self_first_fen <= line->net_allowed_fen,
				"a part of a line is beyond the line");
	}
	if (flags & BILL_IS_SPREAD)
	{
		line->net_social_fen = take_fen(reader);
		line->net_other_fen = take_fen(reader);
		if (line->net_social_fen != line->social_paid_fen ||
			line->net_other_fen != line->other_paid_fen)
			*said |= BILL_IS_SPREAD;
	}
	require(reader, line->net_social_fen + line->net_other_fen <= line->net_amount_fen,
			"a line is paid beyond its amount");
}

/*
 * take_amounts reads what a line states in fen; of a refund all is negated.
 */
static inline void
take_amounts(PackReader *reader, ClaimLine *line, uint32 flags)
{
	line->amount_fen = take_fen(reader);
	line->allowed_fen = line->amount_fen;
	line->self_first_fen = 0;
	line->social_paid_fen = 0;
	line->other_paid_fen = 0;
	if (flags & LINE_HAS_ALLOWED)
	{
		line->allowed_fen = take_fen(reader);
		require(reader, line->allowed_fen < line->amount_fen,
				"an allowed amount is beyond its line");
	}
	if (flags & LINE_HAS_SELF_FIRST)
	{
		line->self_first_fen = take_fen(reader);
		require(reader, line->self_first_fen > 0 &&
				line->self_first_fen <= line->allowed_fen,
				"a part of a line is beyond the line");
	}
	if (flags & LINE_HAS_PAYMENTS)
	{
		line->social_paid_fen = take_fen(reader);
		line->other_paid_fen = take_fen(reader);
		require(reader, line->social_paid_fen + line->other_paid_fen > 0,
				"a flag says nothing");
	}
}

/*
 * negate_line makes a refund of a line: nothing is left of it.
 */
static pg_noinline void
negate_line(const PackReader *reader, ClaimLine *line)
{
	require(reader, line->amount_fen > 0, "a refund of nothing");
	line->is_refund = true;
	line->amount_fen = -line->amount_fen;
	line->allowed_fen = -line->allowed_fen;
	line->self_first_fen = -line->self_first_fen;
	line->social_paid_fen = -line->social_paid_fen;
	line->other_paid_fen = -line->other_paid_fen;
	line->net_amount_fen = 0;
	line->net_allowed_fen = 0;
	line->net_self_first_fen = 0;
	line->net_social_fen = 0;
	line->net_other_fen = 0;
}

/*
 * take_line reads one line; "number" is what it has where none is written.
 */
static inline void
take_line(PackReader *reader, ClaimLine *line, int number, uint32 bill_flags,
		  uint32 *said)
{
	uint32		flags = take_byte(reader);

	line->no = number;
	if (bill_flags & BILL_HAS_NUMBERS)
	{
		uint64		stated = take_number(reader);

		require(reader, stated <= PG_INT32_MAX, "a line number is out of range");
		line->no = (int32) stated;
		if (line->no != number)
			*said |= BILL_HAS_NUMBERS;
	}
	line->category = need_keyed_text(reader, &line->category_key);
	line->code = NULL;
	memset(&line->code_key, 0, sizeof(TextKey));
	if (flags & LINE_HAS_CODE)
		line->code = need_keyed_text(reader, &line->code_key);
	line->item_class = (ItemClass) (flags & LINE_CLASS_MASK);
	line->quantity_micro = FIXED_MICRO_ONE;
	if (flags & LINE_HAS_QUANTITY)
	{
		line->quantity_micro = take_folded(reader);
		require(reader, line->quantity_micro != FIXED_MICRO_ONE &&
				line->quantity_micro != 0 &&
				line->quantity_micro <= QUANTITY_MICRO_MAX &&
				line->quantity_micro >= ((flags & LINE_IS_REFUND)
										 ? -QUANTITY_MICRO_MAX : 0),
				"a quantity is out of range");
	}
	take_amounts(reader, line, flags);
	if (flags & LINE_IS_REFUND)
	{
		negate_line(reader, line);
		return;
	}
	line->is_refund = false;
	take_nets(reader, line, bill_flags, said);
}

/*
 * take_lines reads the lines of a bill and adds them up.
 */
static void
take_lines(PackReader *reader, ClaimBill *bill, uint32 flags)
{
	const uint32 lists = BILL_HAS_NUMBERS | BILL_IS_REFUNDED | BILL_IS_SPREAD;
	uint64		count = take_number(reader);
	uint32		said = 0;
	int64		stated_fen = 0;
	int			i;

	require(reader, count >= 1 && count <= CLAIM_LINES_MAX &&
			count <= (uint64) (reader->end_line - reader->next_line),
			"too many lines, or none");
	bill->n_lines = (int) count;
	bill->lines = reader->next_line;
	reader->next_line += count;
	bill->submitted_fen = 0;
	bill->social_paid_fen = 0;
	bill->other_paid_fen = 0;
	for (i = 0; i < bill->n_lines; i++)
	{
		ClaimLine  *line = &bill->lines[i];

		take_line(reader, line, i + 1, flags, &said);
		stated_fen += line->amount_fen;
		bill->submitted_fen += line->net_amount_fen;
		bill->social_paid_fen += line->net_social_fen;
		bill->other_paid_fen += line->net_other_fen;
	}
	require(reader, (flags & lists) == said, "a flag says nothing");
	/* a refund takes from the other lines what it is */
	require(reader, bill->submitted_fen == stated_fen, "what is left of a bill is not its sum");
	require(reader, bill->submitted_fen <= FIXED_FEN_MAX, "an amount is out of range");
}

/*
 * take_provider reads the facts of a bill's provider.
 */
static void
take_provider(PackReader *reader, ClaimProvider *provider)
{
	uint32		flags = take_flags(reader, PROVIDER_FLAGS_MASK);

	provider->grade = (int) (flags & PROVIDER_GRADE_MASK) - 1;
	provider->ownership = (Ownership)
		((flags & PROVIDER_OWNERSHIP_MASK) >> PROVIDER_OWNERSHIP_SHIFT);
	provider->ward = (Ward)
		((flags & PROVIDER_WARD_MASK) >> PROVIDER_WARD_SHIFT);
	provider->network = (int)
		((flags & PROVIDER_NETWORK_MASK) >> PROVIDER_NETWORK_SHIFT) - 1;
	require(reader, provider->grade <= PROVIDER_GRADE_MAX && provider->network <= 1 &&
			provider->ownership <= OWNERSHIP_PRIVATE,
			"a fact of a provider is out of range");
	provider->code = take_text(reader);
	provider->region = take_text(reader);
}

/*
 * take_bill reads one bill.
 */
static void
take_bill(PackReader *reader, ClaimBill *bill, int position)
{
	uint32		flags = take_flags(reader, BILL_FLAGS_MASK);
	uint64		count;
	uint64		days;

	bill->position = position;
	bill->care = (CareKind) (flags & BILL_CARE_MASK);
	require(reader, bill->care != CARE_NONE, "a kind of care is missing");
	bill->social_settled = (flags & BILL_IS_SETTLED) != 0;
	bill->has_social_paid = true;
	bill->has_other_paid = true;
	take_provider(reader, &bill->provider);
	bill->no = need_text(reader);
	bill->stay = (flags & BILL_HAS_STAY) ? need_text(reader) : NULL;
	bill->from_date = make_date(reader, take_folded(reader) + reader->event_date);
	bill->to_date = bill->from_date;
	if (flags & BILL_HAS_DAYS)
	{
		days = take_number(reader);
		require(reader, days >= 1 && days <= PACK_DATE_MAX - PACK_DATE_MIN,
				"a date is out of range");
		bill->to_date = make_date(reader, bill->from_date + (int64) days);
	}
	count = (flags & BILL_HAS_DIAGNOSES) ? take_number(reader) : 0;
	require(reader, count > 0 || !(flags & BILL_HAS_DIAGNOSES), "a flag says nothing");
	bill->diagnoses = take_diagnoses(reader, count, &bill->icd_codes);
	bill->n_diagnoses = (int) count;
	take_lines(reader, bill, flags);
}

/*
 * take_member reads the facts of the member.
 */
static void
take_member(PackReader *reader, ClaimMember *member, uint32 flags)
{
	member->sex = (Sex) ((flags & CLAIM_SEX_MASK) >> CLAIM_SEX_SHIFT);
	member->relationship = (Relationship)
		((flags & CLAIM_RELATIONSHIP_MASK) >> CLAIM_RELATIONSHIP_SHIFT);
	require(reader, member->sex != SEX_NONE && member->sex <= SEX_M &&
			member->relationship != RELATIONSHIP_NONE &&
			member->relationship <= RELATIONSHIP_PARENT,
			"a fact of the member is out of range");
	member->birth_date = make_date(reader, take_folded(reader));
	member->enrolled_on = make_date(reader, take_folded(reader) + reader->event_date);
	member->continuous_since = make_date(reader, member->enrolled_on -
										 take_folded(reader));
	member->has_policy_start = (flags & CLAIM_HAS_POLICY_START) != 0;
	member->policy_start = member->enrolled_on;
	if (member->has_policy_start)
		member->policy_start = make_date(reader, member->enrolled_on -
										 take_folded(reader));
}

/*
 * take_head reads what stands before the bills.
 */
static void
take_head(PackReader *reader, Claim *claim, uint32 flags)
{
	const uint32 of_member = CLAIM_HAS_POLICY_START | CLAIM_SEX_MASK |
		CLAIM_RELATIONSHIP_MASK;
	uint64		count;
	int			i;

	claim->cause = (ClaimCause) (flags & CLAIM_CAUSE_MASK);
	require(reader, claim->cause != CAUSE_NONE, "the cause is missing");
	claim->ref = take_text(reader);
	claim->policy = take_text(reader);
	claim->member_ref = take_text(reader);
	claim->has_event_date = (flags & CLAIM_HAS_EVENT) != 0;
	if (claim->has_event_date)
		claim->event_date = make_date(reader, take_folded(reader));
	reader->event_date = claim->event_date;
	claim->has_submitted_at = (flags & CLAIM_HAS_SUBMITTED) != 0;
	if (claim->has_submitted_at)
	{
		claim->submitted_at = take_folded(reader) +
			reader->event_date * USECS_PER_DAY;
		require(reader, IS_VALID_TIMESTAMP(claim->submitted_at),
				"a time is out of range");
	}
	claim->has_member = (flags & CLAIM_HAS_MEMBER) != 0;
	require(reader, claim->has_member || (flags & of_member) == 0,
			"an unknown flag");
	if (claim->has_member)
		take_member(reader, &claim->member, flags);
	count = take_number(reader);
	claim->diagnoses = take_diagnoses(reader, count, &claim->icd_codes);
	claim->n_diagnoses = (int) count;
	for (i = 0; i < claim->n_disability_grades; i++)
	{
		claim->disability_grades[i] = (int) take_byte(reader);
		require(reader, claim->disability_grades[i] >= 1 &&
				claim->disability_grades[i] <= DISABILITY_GRADE_MAX,
				"a disability grade is out of range");
	}
}

/*
 * take_counts reads the counts, and holds them against the bytes that are left:
 * what is allocated is at most a few dozen times as much.
 */
static void
take_counts(PackReader *reader, PackCounts *counts)
{
	uint64		left;

	counts->bills = take_number(reader);
	counts->lines = take_number(reader);
	counts->diagnoses = take_number(reader);
	counts->grades = take_number(reader);
	counts->texts = take_number(reader);
	counts->text_bytes = take_number(reader);
	left = (uint64) (reader->end - reader->at);
	require(reader, counts->bills <= CLAIM_BILLS_MAX &&
			counts->lines <= left / LINE_BYTES_MIN &&
			counts->diagnoses <= left &&
			counts->grades <= CLAIM_LIST_MAX &&
			counts->text_bytes <= left &&
			counts->texts <= counts->text_bytes / 2,
			"a count is too large");
}

/*
 * make_claim allocates a claim and its lists in one chunk.
 */
static Claim *
make_claim(PackReader *reader, const PackCounts *counts)
{
	Size		bytes = sizeof(Claim) +
		counts->bills * (sizeof(ClaimBill) + sizeof(ClaimBill *)) +
		counts->lines * sizeof(ClaimLine) +
		counts->diagnoses * (sizeof(char *) + sizeof(IcdCode)) +
		counts->texts * sizeof(PackedText) + counts->grades * sizeof(int) +
		counts->text_bytes;
	Claim	   *claim;

	require(reader, AllocSizeIsValid(bytes), "a count is too large");
	claim = palloc(bytes);
	memset(claim, 0, sizeof(Claim));
	claim->bills = (ClaimBill *) (claim + 1);
	reader->next_line = (ClaimLine *) (claim->bills + counts->bills);
	reader->end_line = reader->next_line + counts->lines;
	claim->order = (const ClaimBill **) reader->end_line;
	reader->next_diagnosis = (char **) (claim->order + counts->bills);
	reader->end_diagnosis = reader->next_diagnosis + counts->diagnoses;
	reader->n_texts = (int) counts->texts;
	reader->texts = (PackedText *) reader->end_diagnosis;
	claim->disability_grades = (int *) (reader->texts + counts->texts);
	claim->n_disability_grades = (int) counts->grades;
	reader->next_icd_code = (IcdCode *) (claim->disability_grades +
										 counts->grades);
	take_texts(reader, (char *) (reader->next_icd_code + counts->diagnoses),
			   counts->text_bytes);
	return claim;
}

/*
 * all_used says whether every text is named somewhere.
 */
static bool
all_used(const PackReader *reader)
{
	int			i;

	for (i = 0; i < reader->n_texts; i++)
		if (!reader->texts[i].is_used)
			return false;
	return true;
}

/*
 * unpack unpacks a claim.
 */
static Claim *
unpack(const bytea *packed, bool is_stored)
{
	PackReader	reader = {.at = (const uint8 *) VARDATA_ANY(packed), .is_stored = is_stored};
	PackCounts	counts;
	Claim	   *claim;
	uint32		flags;
	int			i;

	reader.end = reader.at + VARSIZE_ANY_EXHDR(packed);
	require(&reader, take_byte(&reader) == PACK_VERSION, "an unknown version");
	flags = take_flags(&reader, CLAIM_FLAGS_MASK);
	take_counts(&reader, &counts);
	claim = make_claim(&reader, &counts);
	take_head(&reader, claim, flags);
	claim->n_bills = (int) counts.bills;
	for (i = 0; i < claim->n_bills; i++)
	{
		CHECK_FOR_INTERRUPTS();
		take_bill(&reader, &claim->bills[i], i);
		claim->submitted_fen += claim->bills[i].submitted_fen;
	}
	require(&reader, claim->submitted_fen <= FIXED_FEN_MAX, "an amount is out of range");
	require(&reader, reader.at == reader.end, "there are bytes behind the claim");
	require(&reader, reader.next_line == reader.end_line &&
			reader.next_diagnosis == reader.end_diagnosis,
			"there are fewer lines or diagnoses than announced");
	require(&reader, all_used(&reader), "a text is not used");
	bills_order(claim);
	return claim;
}

/*
 * claim_unpack unpacks a claim that is stored.
 */
Claim *
claim_unpack(const bytea *packed)
{
	return unpack(packed, true);
}

/*
 * claim_unpack_argument unpacks a claim that a caller gave.
 */
Claim *
claim_unpack_argument(const bytea *packed)
{
	return unpack(packed, false);
}
