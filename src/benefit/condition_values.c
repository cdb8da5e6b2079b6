/*-------------------------------------------------------------------------
 *
 * condition_values.c
 *		A claim as FEEL sees it: contexts that look into the structs.
 *
 * A record of the document is described by a table of its fields: the name,
 * what kind of value it is, and where it stands in the struct.  The tables give
 * both the types that conditions are compiled with and the values that they
 * read, one at a time, when they ask.  Amounts and quantities are numbers,
 * dates are dates, codes are strings; what the document does not state and has
 * no default is null.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/benefit_names.h"
#include "benefit/condition.h"
#include "core/fixed.h"

typedef struct Record Record;

typedef struct Field
{
	const char *name;
	int			name_bytes;
	FieldKind	kind;
	Size		offset;
	Size		count;			/* 0: there is none (no count stands first) */
	const char *const *names;	/* FIELD_CODE */
	const Record *record;		/* FIELD_RECORD, FIELD_RECORDS */
} Field;

struct Record
{
	int			n_fields;
	const Field *fields;
	Size		bytes;			/* of one of its structs */
};

#define TEXT(s, key, member)		{key, sizeof(key) - 1, FIELD_TEXT, offsetof(s, member), 0, NULL, NULL}
#define CODE(s, key, member, names) {key, sizeof(key) - 1, FIELD_CODE, offsetof(s, member), 0, names, NULL}
#define AMOUNT(s, key, member)		{key, sizeof(key) - 1, FIELD_AMOUNT, offsetof(s, member), 0, NULL, NULL}
#define DATE(s, key, member)		{key, sizeof(key) - 1, FIELD_DATE, offsetof(s, member), 0, NULL, NULL}
#define PLAIN(s, key, kind, member) {key, sizeof(key) - 1, kind, offsetof(s, member), 0, NULL, NULL}
#define COUNTED(s, key, kind, member, count) \
	{key, sizeof(key) - 1, kind, offsetof(s, member), offsetof(s, count), NULL, NULL}
#define PART(s, key, member, record) {key, sizeof(key) - 1, FIELD_RECORD, offsetof(s, member), 0, NULL, record}
#define PARTS(s, key, member, count, record) \
	{key, sizeof(key) - 1, FIELD_RECORDS, offsetof(s, member), offsetof(s, count), NULL, record}
#define RECORD(fields, type)		{lengthof(fields), fields, sizeof(type)}

static const Field member_fields[] = {
	DATE(ClaimMember, "birth_date", birth_date),
	CODE(ClaimMember, "sex", sex, sex_names),
	CODE(ClaimMember, "relationship", relationship, relationship_names),
	DATE(ClaimMember, "policy_start", policy_start),
	DATE(ClaimMember, "enrolled_on", enrolled_on),
	DATE(ClaimMember, "continuous_since", continuous_since)
};
static const Record member_record = RECORD(member_fields, ClaimMember);

static const Field provider_fields[] = {
	TEXT(ClaimProvider, "code", code),
	PLAIN(ClaimProvider, "grade", FIELD_INTEGER, grade),
	CODE(ClaimProvider, "ownership", ownership, ownership_names),
	CODE(ClaimProvider, "ward", ward, ward_names),
	PLAIN(ClaimProvider, "network", FIELD_SWITCH, network),
	TEXT(ClaimProvider, "region", region)
};
static const Record provider_record = RECORD(provider_fields, ClaimProvider);

static const Field line_fields[] = {
	PLAIN(ClaimLine, "no", FIELD_INTEGER, no),
	TEXT(ClaimLine, "category", category),
	TEXT(ClaimLine, "code", code),
	CODE(ClaimLine, "class", item_class, item_class_names),
	PLAIN(ClaimLine, "quantity", FIELD_QUANTITY, quantity_micro),
	AMOUNT(ClaimLine, "amount", amount_fen),
	AMOUNT(ClaimLine, "allowed", allowed_fen),
	AMOUNT(ClaimLine, "self_first", self_first_fen),
	AMOUNT(ClaimLine, "social_paid", social_paid_fen),
	AMOUNT(ClaimLine, "other_paid", other_paid_fen)
};
static const Record line_record = RECORD(line_fields, ClaimLine);

static const Field bill_fields[] = {
	TEXT(ClaimBill, "no", no),
	CODE(ClaimBill, "care", care, care_names),
	DATE(ClaimBill, "from", from_date),
	DATE(ClaimBill, "to", to_date),
	TEXT(ClaimBill, "stay", stay),
	COUNTED(ClaimBill, "diagnoses", FIELD_TEXTS, diagnoses, n_diagnoses),
	PART(ClaimBill, "provider", provider, &provider_record),
	PLAIN(ClaimBill, "social_settled", FIELD_BOOLEAN, social_settled),
	AMOUNT(ClaimBill, "social_paid", social_paid_fen),
	AMOUNT(ClaimBill, "other_paid", other_paid_fen),
	PARTS(ClaimBill, "items", lines, n_lines, &line_record)
};
static const Record bill_record = RECORD(bill_fields, ClaimBill);

static const Field claim_fields[] = {
	TEXT(Claim, "ref", ref),
	TEXT(Claim, "policy", policy),
	TEXT(Claim, "member_ref", member_ref),
	CODE(Claim, "cause", cause, cause_names),
	COUNTED(Claim, "event_date", FIELD_DATE, event_date, has_event_date),
	COUNTED(Claim, "submitted_at", FIELD_MOMENT, submitted_at, has_submitted_at),
	COUNTED(Claim, "diagnoses", FIELD_TEXTS, diagnoses, n_diagnoses),
	COUNTED(Claim, "disability_grades", FIELD_INTEGERS, disability_grades,
			n_disability_grades),
	PART(Claim, "member", member, &member_record),
	PARTS(Claim, "bills", bills, n_bills, &bill_record)
};
static const Record claim_record = RECORD(claim_fields, Claim);

/* What a context or list over structs looks into. */
typedef struct View
{
	const Record *record;
	const char *data;			/* the struct, or the first of a list */
	const Field *field;			/* a list of plain values: its field */
} View;

static FeelValue value_of_field(FeelState *state, const Field *field,
								const char *data);

/* ----- values ----- */

/*
 * value_of_text gives a text, or null.
 */
static FeelValue
value_of_text(const char *text)
{
	return text ? value_from_string(feel_string(text, strlen(text)))
		: value_null();
}

/*
 * value_of_decimal gives a whole number with a scale as a number.
 */
static FeelValue
value_of_decimal(int64 value, int places)
{
	FeelNumber	number;

	return number_from_int128(value, -places, &number)
		? value_from_number(number) : value_null();
}

/*
 * value_of_date gives a date.
 */
static FeelValue
value_of_date(DateADT date)
{
	FeelDate	result;

	return date_from_days((int64) date + POSTGRES_EPOCH_JDATE -
						  UNIX_EPOCH_JDATE, &result)
		? value_from_date(result) : value_null();
}

/*
 * value_of_moment gives a date and time, of UTC: a result depends on no zone
 * that someone could set.
 */
static FeelValue
value_of_moment(FeelState *state, TimestampTz moment)
{
	int64		unix_usec = moment +
		(int64) (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;

	return value_from_date_time(feel_arena(state),
								date_time_from_unix(unix_usec,
													zone_from_offset(0), NULL));
}

/*
 * find_field finds a field of a record by name, NULL for none.
 */
static const Field *
find_field(const Record *record, FeelString name)
{
	int			i;

	for (i = 0; i < record->n_fields; i++)
		if (record->fields[i].name_bytes == name.length &&
			memcmp(record->fields[i].name, name.data, name.length) == 0)
			return &record->fields[i];
	return NULL;
}

/*
 * view_get finds one field of a record.
 */
static bool
view_get(FeelState *state, void *data, FeelString key, FeelValue *value)
{
	const View *view = data;
	const Field *field = find_field(view->record, key);

	if (field == NULL)
		return false;
	*value = value_of_field(state, field, view->data);
	return true;
}

/*
 * view_fill gives all fields of a record.
 */
static void
view_fill(FeelState *state, void *data, FeelEntry *entries)
{
	const View *view = data;
	int			i;

	for (i = 0; i < view->record->n_fields; i++)
	{
		const Field *field = &view->record->fields[i];

		entries[i].key = feel_string(field->name, field->name_bytes);
		entries[i].value = value_of_field(state, field, view->data);
	}
}

/*
 * value_of_record gives a context over a struct.
 */
static FeelValue
value_of_record(FeelState *state, const Record *record, const void *data)
{
	static const FeelLazyContext lazy = {view_get, view_fill};
	View	   *view = arena_alloc(feel_arena(state), sizeof(View));

	view->record = record;
	view->data = data;
	view->field = NULL;
	return value_lazy_context(feel_arena(state), &lazy, view,
							  record->n_fields);
}

/*
 * list_fill gives all items of a list; how many, the list knows.
 */
static void
list_fill(FeelState *state, void *data, FeelValue *items)
{
	const View *view = data;
	const Field *field = view->field;
	int			count = *(const int *) (view->data + field->count);
	const char *first = *(char *const *) (view->data + field->offset);
	int			i;

	for (i = 0; i < count; i++)
	{
		feel_step(state, 1);
		if (field->kind == FIELD_TEXTS)
			items[i] = value_of_text(((char *const *) first)[i]);
		else if (field->kind == FIELD_INTEGERS)
			items[i] = value_from_int64(((const int *) first)[i]);
		else
			items[i] = value_of_record(state, field->record,
									   first + i * field->record->bytes);
	}
}

/*
 * value_of_list gives a list over an array.
 */
static FeelValue
value_of_list(FeelState *state, const Field *field, const char *data)
{
	static const FeelLazyList lazy = {list_fill};
	View	   *view = arena_alloc(feel_arena(state), sizeof(View));

	view->record = field->record;
	view->data = data;
	view->field = field;
	return value_lazy_list(feel_arena(state), &lazy, view,
						   *(const int *) (data + field->count));
}

/*
 * value_of_field gives one field of a struct.
 */
static FeelValue
value_of_field(FeelState *state, const Field *field, const char *data)
{
	const char *at = data + field->offset;
	int			number;

	switch (field->kind)
	{
		case FIELD_TEXT:
			return value_of_text(*(char *const *) at);
		case FIELD_TEXTS:
		case FIELD_INTEGERS:
		case FIELD_RECORDS:
			return value_of_list(state, field, data);
		case FIELD_CODE:
			number = *(const int *) at;
			return value_of_text(number ? field->names[number] : NULL);
		case FIELD_AMOUNT:
			return value_of_decimal(*(const int64 *) at, FIXED_FEN_PLACES);
		case FIELD_QUANTITY:
			return value_of_decimal(*(const int64 *) at, FIXED_MICRO_PLACES);
		case FIELD_INTEGER:
			number = *(const int *) at;
			return number < 0 ? value_null() : value_from_int64(number);
		case FIELD_SWITCH:
			number = *(const int *) at;
			return number < 0 ? value_null() : value_from_bool(number != 0);
		case FIELD_BOOLEAN:
			return value_from_bool(*(const bool *) at);
		case FIELD_DATE:
			if (field->count && !*(const bool *) (data + field->count))
				return value_null();
			return value_of_date(*(const DateADT *) at);
		case FIELD_MOMENT:
			if (!*(const bool *) (data + field->count))
				return value_null();
			return value_of_moment(state, *(const TimestampTz *) at);
		case FIELD_RECORD:
			return value_of_record(state, field->record, at);
	}
	return value_null();
}

/*
 * value_of_member gives the member of a claim.
 */
FeelValue
value_of_member(FeelState *state, const ClaimMember *member)
{
	return value_of_record(state, &member_record, member);
}

/*
 * value_of_claim gives a claim.
 */
FeelValue
value_of_claim(FeelState *state, const Claim *claim)
{
	return value_of_record(state, &claim_record, claim);
}

/*
 * value_of_bill gives a bill, null for the event of a claim.
 */
FeelValue
value_of_bill(FeelState *state, const ClaimBill *bill)
{
	return bill ? value_of_record(state, &bill_record, bill) : value_null();
}

/*
 * condition_field says where in the structs a fact is; false where the names
 * lead to a record or a list, or to what a second member says whether it is
 * there.
 */
bool
condition_field(ConditionSlot slot, const FeelString *names, int count,
				ConditionField *found)
{
	const Record *record = slot == SLOT_MEMBER ? &member_record
		: slot == SLOT_CLAIM ? &claim_record : &bill_record;
	const Field *field = NULL;
	int			i;

	found->offset = 0;
	for (i = 0; i < count; i++)
	{
		field = record ? find_field(record, names[i]) : NULL;
		if (field == NULL || field->count != 0)
			return false;
		found->offset += field->offset;
		record = field->kind == FIELD_RECORD ? field->record : NULL;
	}
	if (field == NULL || record != NULL)
		return false;
	found->kind = field->kind;
	found->names = field->names;
	return true;
}

/* ----- types ----- */

static const FeelType *type_of_record(FeelArena *arena, const Record *record);

/*
 * builtin_type gives one of FEEL's own types.
 */
static const FeelType *
builtin_type(const char *name)
{
	return feel_type_builtin(feel_string(name, strlen(name)));
}

/*
 * type_of_field gives the type that a field has where it is not null.
 */
static const FeelType *
type_of_field(FeelArena *arena, const Field *field)
{
	switch (field->kind)
	{
		case FIELD_TEXT:
		case FIELD_CODE:
			return builtin_type("string");
		case FIELD_TEXTS:
			return feel_type_list(arena, builtin_type("string"));
		case FIELD_INTEGERS:
			return feel_type_list(arena, builtin_type("number"));
		case FIELD_AMOUNT:
		case FIELD_QUANTITY:
		case FIELD_INTEGER:
			return builtin_type("number");
		case FIELD_SWITCH:
		case FIELD_BOOLEAN:
			return builtin_type("boolean");
		case FIELD_DATE:
			return builtin_type("date");
		case FIELD_MOMENT:
			return builtin_type("date and time");
		case FIELD_RECORD:
			return type_of_record(arena, field->record);
		case FIELD_RECORDS:
			return feel_type_list(arena, type_of_record(arena, field->record));
	}
	return NULL;
}

/*
 * type_of_record gives the type of a record: these fields and no other.
 */
static const FeelType *
type_of_record(FeelArena *arena, const Record *record)
{
	FeelType   *type = arena_alloc0(arena, sizeof(FeelType));
	FeelField  *fields = arena_alloc_array(arena, record->n_fields,
										   sizeof(FeelField));
	int			i;

	for (i = 0; i < record->n_fields; i++)
	{
		const Field *field = &record->fields[i];

		fields[i].name = feel_string(field->name, field->name_bytes);
		fields[i].type = type_of_field(arena, field);
	}
	type->kind = FEEL_TYPE_CONTEXT;
	type->field_count = record->n_fields;
	type->fields = fields;
	return type;
}

/*
 * condition_scope makes the scope of conditions: the names stand in the order
 * of their slots.
 */
FeelScope *
condition_scope(FeelArena *arena)
{
	FeelScope  *scope = feel_scope_create(arena, NULL);

	(void) feel_scope_add(scope, FEEL_STRING_LITERAL("member"),
						  type_of_record(arena, &member_record));
	(void) feel_scope_add(scope, FEEL_STRING_LITERAL("claim"),
						  type_of_record(arena, &claim_record));
	(void) feel_scope_add(scope, FEEL_STRING_LITERAL("bill"),
						  type_of_record(arena, &bill_record));
	return scope;
}
