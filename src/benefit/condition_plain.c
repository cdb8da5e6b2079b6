/*-------------------------------------------------------------------------
 *
 * condition_plain.c
 *		Conditions that need no evaluator: comparisons of facts with constants.
 *
 * Most conditions say "bill.social_settled" or "member.relationship = "self" and
 * bill.provider.grade >= 2".  What FEEL calls plain (FeelPlain), about facts
 * that are one number each (an amount, a date, a code, a switch) or a text,
 * becomes a tree of tests on the structs: a number lies in a range, or outside
 * it.  A fact that is not stated is a number out of the range, whichever way
 * the struct says so, and so is any fact of a bill where there is none; it is
 * unequal to every constant, as null is.  Anything else is left to FEEL.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/condition.h"
#include "core/fixed.h"

/* Numbers of facts are far within these; constants beyond are not plain. */
#define NUMBER_MAX		(PG_INT64_MAX / 4)

typedef enum PlainKind
{
	PLAIN_ALL, PLAIN_ANY,		/* of the parts */
	PLAIN_INT,					/* an int or enum in the range */
	PLAIN_INT64,				/* an amount in the range */
	PLAIN_BOOL,					/* a bool in the range */
	PLAIN_TEXT					/* the text */
} PlainKind;

struct PlainCondition
{
	PlainKind	kind;
	int			n_parts;
	PlainCondition *parts;
	ConditionSlot slot;
	Size		offset;
	bool		is_unequal;		/* outside the range; another text, or none */
	int64		low;
	int64		high;
	const char *text;
};

/*
 * number_of_decimal gives a number as so many places make it whole.
 */
static bool
number_of_decimal(FeelNumber number, int places, int64 *result)
{
	int128		coefficient;
	int			exponent;

	if (!number_to_parts(number, &coefficient, &exponent))
	{
		*result = 0;
		return true;
	}
	for (exponent += places; exponent > 0; exponent--)
	{
		if (coefficient > NUMBER_MAX || coefficient < -NUMBER_MAX)
			return false;
		coefficient *= 10;
	}
	for (; exponent < 0; exponent++)
	{
		if (coefficient % 10 != 0)
			return false;
		coefficient /= 10;
	}
	*result = (int64) coefficient;
	return coefficient <= NUMBER_MAX && coefficient >= -NUMBER_MAX;
}

/*
 * number_of_code gives the number of a code's name; 0, which no fact has, for
 * what is no name of it.
 */
static int64
number_of_code(const ConditionField *field, FeelString name)
{
	int			i;

	for (i = 1; field->names[i]; i++)
		if ((int) strlen(field->names[i]) == name.length &&
			memcmp(field->names[i], name.data, name.length) == 0)
			return i;
	return 0;
}

/*
 * number_of gives the number that a constant is beside a field; false where
 * the two do not go together, or not exactly.
 */
static bool
number_of(const ConditionField *field, FeelValue constant, int64 *number)
{
	switch (field->kind)
	{
		case FIELD_CODE:
			if (constant.kind != FEEL_STRING)
				return false;
			*number = number_of_code(field, constant.u.string);
			return true;
		case FIELD_INTEGER:
			return constant.kind == FEEL_NUMBER &&
				number_of_decimal(constant.u.number, 0, number);
		case FIELD_AMOUNT:
			return constant.kind == FEEL_NUMBER &&
				number_of_decimal(constant.u.number, FIXED_FEN_PLACES, number);
		case FIELD_SWITCH:
		case FIELD_BOOLEAN:
			*number = constant.u.boolean;
			return constant.kind == FEEL_BOOLEAN;
		case FIELD_DATE:
			if (constant.kind != FEEL_DATE)
				return false;
			*number = date_to_days(constant.u.date) -
				(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE);
			return true;
		default:
			return false;
	}
}

/*
 * bound_range sets the range of the numbers that a field can have and that lie
 * in a range of FEEL.
 */
static bool
bound_range(const ConditionField *field, const FeelRange *range,
			PlainCondition *plain)
{
	bool		is_point = range->form == FEEL_RANGE_EQUAL ||
		range->form == FEEL_RANGE_UNEQUAL;
	bool		has_order = field->kind == FIELD_INTEGER ||
		field->kind == FIELD_AMOUNT || field->kind == FIELD_DATE;
	int64		least = field->kind == FIELD_CODE ? 1
		: field->kind == FIELD_INTEGER ? 0 : -NUMBER_MAX;

	if (!is_point && !has_order)
		return false;
	plain->is_unequal = range->form == FEEL_RANGE_UNEQUAL;
	plain->low = -NUMBER_MAX;
	plain->high = NUMBER_MAX;
	if (is_point)
	{
		if (!number_of(field, range->high, &plain->low))
			return false;
		plain->high = plain->low;
	}
	else
	{
		if (range->low.kind != FEEL_NULL)
		{
			if (!number_of(field, range->low, &plain->low))
				return false;
			plain->low += !range->low_included;
		}
		if (range->high.kind != FEEL_NULL)
		{
			if (!number_of(field, range->high, &plain->high))
				return false;
			plain->high -= !range->high_included;
		}
	}
	plain->low = Max(plain->low, least);
	return true;
}

/*
 * take_text takes the comparison of a text with another.
 */
static bool
take_text(const FeelRange *range, PlainCondition *plain)
{
	FeelString	text = range->high.u.string;

	if ((range->form != FEEL_RANGE_EQUAL && range->form != FEEL_RANGE_UNEQUAL) ||
		range->high.kind != FEEL_STRING ||
		memchr(text.data, '\0', text.length) != NULL)
		return false;
	plain->kind = PLAIN_TEXT;
	plain->is_unequal = range->form == FEEL_RANGE_UNEQUAL;
	plain->text = pnstrdup(text.data, text.length);
	return true;
}

/*
 * take_fact takes a test of one fact.
 */
static bool
take_fact(const FeelPlain *from, PlainCondition *plain)
{
	static const FeelRange is_true = {
		.low = {.kind = FEEL_BOOLEAN, .u = {.boolean = true}},
		.high = {.kind = FEEL_BOOLEAN, .u = {.boolean = true}},
		.form = FEEL_RANGE_EQUAL
	};
	const FeelRange *range = from->kind == FEEL_PLAIN_RANGE
		? &from->range : &is_true;
	ConditionField field;

	plain->slot = (ConditionSlot) from->slot;
	if (!condition_field(plain->slot, from->names, from->name_count, &field))
		return false;
	plain->offset = field.offset;
	if (field.kind == FIELD_TEXT)
		return from->kind == FEEL_PLAIN_RANGE && take_text(range, plain);
	plain->kind = field.kind == FIELD_AMOUNT ? PLAIN_INT64
		: field.kind == FIELD_BOOLEAN ? PLAIN_BOOL : PLAIN_INT;
	return bound_range(&field, range, plain);
}

/*
 * take_plain takes a part; false where something of it is not plain.
 */
static bool
take_plain(const FeelPlain *from, PlainCondition *plain)
{
	int			i;

	if (from->kind != FEEL_PLAIN_ALL && from->kind != FEEL_PLAIN_ANY)
		return take_fact(from, plain);
	plain->kind = from->kind == FEEL_PLAIN_ALL ? PLAIN_ALL : PLAIN_ANY;
	plain->n_parts = from->part_count;
	plain->parts = palloc0(sizeof(PlainCondition) * from->part_count);
	for (i = 0; i < from->part_count; i++)
		if (!take_plain(&from->parts[i], &plain->parts[i]))
			return false;
	return true;
}

/*
 * condition_plain makes the tests of a condition, NULL if it is not plain.
 */
PlainCondition *
condition_plain(const FeelPlain *from)
{
	PlainCondition *plain = palloc0(sizeof(PlainCondition));

	return from && take_plain(from, plain) ? plain : NULL;
}

/*
 * slot_data gives what a condition's name stands for; NULL: no bill.
 */
static inline const char *
slot_data(ConditionSlot slot, const Claim *claim, const ClaimBill *bill)
{
	return slot == SLOT_MEMBER ? (const char *) &claim->member
		: slot == SLOT_CLAIM ? (const char *) claim
		: (const char *) bill;
}

/*
 * fact_holds tests a fact.
 */
static inline bool
fact_holds(const PlainCondition *plain, const Claim *claim,
		   const ClaimBill *bill)
{
	const char *at = slot_data(plain->slot, claim, bill);
	const char *text;
	int64		number;

	if (at == NULL)
		return plain->is_unequal;
	at += plain->offset;
	if (unlikely(plain->kind == PLAIN_TEXT))
	{
		text = *(const char *const *) at;
		return (text != NULL && strcmp(text, plain->text) == 0) !=
			plain->is_unequal;
	}
	number = plain->kind == PLAIN_INT ? *(const int *) at
		: plain->kind == PLAIN_BOOL ? *(const bool *) at
		: *(const int64 *) at;
	return (number >= plain->low && number <= plain->high) !=
		plain->is_unequal;
}

/*
 * plain_holds says whether a condition holds on the visit.
 */
bool
plain_holds(const PlainCondition *plain, const Claim *claim,
			const ClaimBill *bill)
{
	int			i;

	if (plain->kind > PLAIN_ANY)
		return fact_holds(plain, claim, bill);
	for (i = 0; i < plain->n_parts; i++)
		if (plain_holds(&plain->parts[i], claim, bill) !=
			(plain->kind == PLAIN_ALL))
			return plain->kind == PLAIN_ANY;
	return plain->kind == PLAIN_ALL;
}
