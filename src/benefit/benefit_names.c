/*-------------------------------------------------------------------------
 *
 * benefit_names.c
 *		The codes that terms, claims, results and "used" are written with.
 *
 * They are part of the interface: a name never changes, new ones are added at
 * the end of their enum.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/benefit.h"
#include "benefit/benefit_names.h"
#include "benefit/terms.h"
#include "core/json.h"

const char *const cause_names[] = {
	"", "illness", "accident", "maternity", NULL
};
const char *const care_names[] = {
	"", "outpatient", "emergency", "inpatient", "pharmacy", "dental",
	"checkup", "maternity", NULL
};
const char *const relationship_names[] = {
	"", "self", "spouse", "child", "parent", NULL
};
const char *const sex_names[] = {"", "F", "M", NULL};
const char *const ownership_names[] = {"", "public", "private", NULL};
const char *const ward_names[] = {
	"", "general", "special", "international", NULL
};
const char *const item_class_names[] = {"", "A", "B", "C", NULL};
const char *const period_names[] = {
	"", "visit", "claim", "day", "year", "lifetime", NULL
};
const char *const measure_names[] = {
	"", "amount", "count", "base", "member", "deductible", "days", "last",
	"groups", NULL
};
const char *const payment_names[] = {"", "social", "other", "prior", NULL};
const char *const cap_per_names[] = {"", "unit", "item", "visit", NULL};

const char *const kind_names[] = {
	"", "expense", "daily", "lump_sum", "schedule", NULL
};
const char *const band_on_names[] = {"", "visit", "year", "visits", NULL};

static const char *const reason_names[] = {
	"", "cause", "care", "provider", "diagnosis_excluded",
	"diagnosis_not_included", "age", "sex", "relationship", "waiting_period",
	"condition", "item", "level_none", "grade_none", "contract_price",
	"ineligible", "offset", "deductible", "copay", "coinsurance", "cap",
	"limit_visit", "limit_claim", "limit_day", "limit_year", "limit_lifetime",
	"limit_count", "limit_days", "interval", "once", "same_group", "indemnity",
	NULL
};
static const char *const category_names[] = {
	"", "ineligible", "offset", "deductible", "copay", "coinsurance",
	"over_limit", "paid", NULL
};
static const char *const step_kind_names[] = {
	"", "cap", "offset", "deductible", "copay", "coinsurance",
	"out_of_pocket_max", "limit", NULL
};
static const char *const trace_kind_names[] = {
	"filter", "eligible", "step", "indemnity", "paid", "fixed", NULL
};

StaticAssertDecl(lengthof(cause_names) == CAUSE_MATERNITY + 2, "causes");
StaticAssertDecl(lengthof(care_names) == CARE_MATERNITY + 2, "kinds of care");
StaticAssertDecl(lengthof(relationship_names) == RELATIONSHIP_PARENT + 2,
				 "relationships");
StaticAssertDecl(lengthof(ward_names) == WARD_INTERNATIONAL + 2, "wards");
StaticAssertDecl(lengthof(period_names) == PERIOD_LIFETIME + 2, "periods");
StaticAssertDecl(lengthof(measure_names) == MEASURE_GROUPS + 2, "measures");
StaticAssertDecl(lengthof(kind_names) == KIND_SCHEDULE + 2, "kinds");
StaticAssertDecl(lengthof(band_on_names) == BAND_ON_VISITS + 2, "bands");
StaticAssertDecl(lengthof(reason_names) == REASON_INDEMNITY + 2, "reasons");
StaticAssertDecl(lengthof(category_names) == CATEGORY_KINDS + 1, "categories");
StaticAssertDecl(lengthof(step_kind_names) == STEP_LIMIT + 2, "steps");
StaticAssertDecl(lengthof(trace_kind_names) == TRACE_FIXED + 2, "rows");

/*
 * name_of gives the name of a value, NULL for 0.
 */
static const char *
name_of(const char *const *names, int value)
{
	return value == 0 ? NULL : names[value];
}

/*
 * value_of finds the value of a name, 0 for none.
 */
static int
value_of(const char *const *names, const char *text)
{
	int			i;

	for (i = 1; names[i]; i++)
		if (strcmp(names[i], text) == 0)
			return i;
	return 0;
}

/* cause_name gives the code of a cause. */
const char *
cause_name(ClaimCause cause)
{
	return name_of(cause_names, cause);
}

/* care_name gives the code of a kind of care. */
const char *
care_name(CareKind care)
{
	return name_of(care_names, care);
}

/* relationship_name gives the code of a relationship. */
const char *
relationship_name(Relationship relationship)
{
	return name_of(relationship_names, relationship);
}

/* sex_name gives the code of a sex. */
const char *
sex_name(Sex sex)
{
	return name_of(sex_names, sex);
}

/* ownership_name gives the code of a provider's ownership. */
const char *
ownership_name(Ownership ownership)
{
	return name_of(ownership_names, ownership);
}

/* ward_name gives the code of a ward. */
const char *
ward_name(Ward ward)
{
	return name_of(ward_names, ward);
}

/* item_class_name gives the code of a social-insurance class. */
const char *
item_class_name(ItemClass item_class)
{
	return name_of(item_class_names, item_class);
}

/* measure_name gives the code of a measure. */
const char *
measure_name(Measure measure)
{
	return name_of(measure_names, measure);
}

/* reason_name gives the code of a reason. */
const char *
reason_name(ReasonCode code)
{
	return name_of(reason_names, code);
}

/* category_name gives the name of a category, NULL for what was submitted. */
const char *
category_name(Category category)
{
	return name_of(category_names, category);
}

/* step_kind_name gives the key of a step. */
const char *
step_kind_name(StepKind kind)
{
	return name_of(step_kind_names, kind);
}

/* trace_kind_name gives the name of a kind of row. */
const char *
trace_kind_name(TraceKind kind)
{
	return trace_kind_names[kind];
}

/* cause_parse reads the code of a cause. */
ClaimCause
cause_parse(const char *text)
{
	return (ClaimCause) value_of(cause_names, text);
}

/* care_parse reads the code of a kind of care. */
CareKind
care_parse(const char *text)
{
	return (CareKind) value_of(care_names, text);
}

/* relationship_parse reads the code of a relationship. */
Relationship
relationship_parse(const char *text)
{
	return (Relationship) value_of(relationship_names, text);
}

/* sex_parse reads the code of a sex. */
Sex
sex_parse(const char *text)
{
	return (Sex) value_of(sex_names, text);
}

/* ownership_parse reads the code of a provider's ownership. */
Ownership
ownership_parse(const char *text)
{
	return (Ownership) value_of(ownership_names, text);
}

/* ward_parse reads the code of a ward. */
Ward
ward_parse(const char *text)
{
	return (Ward) value_of(ward_names, text);
}

/* item_class_parse reads the code of a social-insurance class. */
ItemClass
item_class_parse(const char *text)
{
	return (ItemClass) value_of(item_class_names, text);
}

/* measure_parse reads the code of a measure. */
Measure
measure_parse(const char *text)
{
	return (Measure) value_of(measure_names, text);
}

/* What the key of a stored period begins with. */
static const char *const period_prefixes[] = {
	"", "", "", "day:", "year:", "lifetime", "stay:", "event:", "group:"
};

StaticAssertDecl(lengthof(period_prefixes) == PERIOD_GROUP + 1, "prefixes");

/*
 * period_name writes the key of a period: the kind, and what tells it from
 * others of its kind.
 */
char *
period_name(PeriodKind kind, DateADT start, const char *name)
{
	const char *prefix = period_prefixes[kind];
	char		date[JSON_DATE_BYTES];

	switch (kind)
	{
		case PERIOD_DAY:
		case PERIOD_YEAR:
		case PERIOD_EVENT:
			return psprintf("%s%s", prefix, iso_date_print(start, date));
		case PERIOD_STAY:
		case PERIOD_GROUP:
			return psprintf("%s%s", prefix, name);
		case PERIOD_LIFETIME:
			return pstrdup(prefix);
		case PERIOD_NONE:
		case PERIOD_VISIT:
		case PERIOD_CLAIM:
			break;
	}
	return pstrdup(period_names[kind]);
}

/*
 * parse_rest reads what follows the prefix of a period's key.
 */
static bool
parse_rest(const char *rest, PeriodKind kind, DateADT *start,
		   const char **name)
{
	switch (kind)
	{
		case PERIOD_DAY:
		case PERIOD_YEAR:
		case PERIOD_EVENT:
			return iso_date_parse(rest, (int) strlen(rest), start);
		case PERIOD_STAY:
		case PERIOD_GROUP:
			*name = pstrdup(rest);
			return *rest != '\0';
		case PERIOD_LIFETIME:
			return *rest == '\0';
		case PERIOD_NONE:
		case PERIOD_VISIT:
		case PERIOD_CLAIM:
			break;
	}
	return false;
}

/*
 * period_parse reads the key of a period that is stored.
 */
bool
period_parse(const char *text, PeriodKind *kind, DateADT *start,
			 const char **name)
{
	*start = 0;
	*name = NULL;
	for (*kind = PERIOD_DAY; *kind <= PERIOD_GROUP; (*kind)++)
	{
		size_t		bytes = strlen(period_prefixes[*kind]);

		if (strncmp(text, period_prefixes[*kind], bytes) == 0)
			return parse_rest(text + bytes, *kind, start, name);
	}
	*kind = PERIOD_NONE;
	return false;
}
