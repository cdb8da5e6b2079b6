/*-------------------------------------------------------------------------
 *
 * condition.h
 *		A claim as FEEL sees it; between condition.c, condition_plain.c and
 *		condition_values.c.
 *
 * Inside the room only.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_BENEFIT_CONDITION_H
#define ASSURE_BENEFIT_CONDITION_H

#include "benefit/benefit.h"
#include "feel/feel.h"

/* The names that a condition may use, by slot. */
typedef enum ConditionSlot
{
	SLOT_MEMBER, SLOT_CLAIM, SLOT_BILL
} ConditionSlot;

#define CONDITION_SLOTS		(SLOT_BILL + 1)

/* What a fact is in its struct. */
typedef enum FieldKind
{
	FIELD_TEXT,					/* char *, NULL: null */
	FIELD_TEXTS,				/* char **; the int at "count" says how many */
	FIELD_INTEGERS,				/* int *, likewise */
	FIELD_CODE,					/* an enum with names; 0: null */
	FIELD_AMOUNT,				/* int64 fen */
	FIELD_QUANTITY,				/* int64 millionths */
	FIELD_INTEGER,				/* int; negative: null */
	FIELD_SWITCH,				/* int: 1 true, 0 false, -1 null */
	FIELD_BOOLEAN,
	FIELD_DATE,					/* null where the bool at "count" is false */
	FIELD_MOMENT,				/* likewise */
	FIELD_RECORD,				/* of another table, within this struct */
	FIELD_RECORDS				/* a list of them */
} FieldKind;

/* A fact that stands in the struct of a slot, or in a record within it. */
typedef struct ConditionField
{
	FieldKind	kind;
	Size		offset;
	const char *const *names;	/* FIELD_CODE: by number; the last is NULL */
} ConditionField;

/* condition_values.c */
extern bool condition_field(ConditionSlot slot, const FeelString *names,
							int count, ConditionField *found);
extern FeelScope *condition_scope(FeelArena *arena);
extern FeelValue value_of_member(FeelState *state, const ClaimMember *member);
extern FeelValue value_of_claim(FeelState *state, const Claim *claim);
extern FeelValue value_of_bill(FeelState *state, const ClaimBill *bill);

/* condition_plain.c */
typedef struct PlainCondition PlainCondition;

extern PlainCondition *condition_plain(const FeelPlain *from);
extern bool plain_holds(const PlainCondition *plain, const Claim *claim,
						const ClaimBill *bill);

#endif							/* ASSURE_BENEFIT_CONDITION_H */
