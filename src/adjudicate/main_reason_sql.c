/*-------------------------------------------------------------------------
 *
 * main_reason_sql.c
 *		Entry point: which reason of a decision weighs most?
 *
 * A finding is about the whole claim and has no "benefit"; it comes before what
 * the calculation says of a benefit.  Among equals the larger amount comes
 * first, none last, and then the place in the list.  Views for BI ask for every
 * claim that they show, so the list is walked once and nothing is copied.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"

#include "type/amount.h"

PG_FUNCTION_INFO_V1(assure_main_reason);

/* What a reason is compared by. */
typedef struct ReasonWeight
{
	bool		is_finding;
	bool		has_amount;
	int64		amount_fen;
} ReasonWeight;

/*
 * reason_weight reads what a reason is compared by.
 */
static ReasonWeight
reason_weight(JsonbContainer *reason)
{
	ReasonWeight weight = {0};
	JsonbValue	value;

	weight.is_finding = getKeyJsonValueFromContainer(reason, "benefit", strlen("benefit"), &value) == NULL;
	weight.has_amount = getKeyJsonValueFromContainer(reason, "amount", strlen("amount"), &value) != NULL && value.type == jbvString &&
		amount_parse(value.val.string.val, value.val.string.len, &weight.amount_fen) == FIXED_OK;
	return weight;
}

/*
 * weighs_more tells whether a reason comes before one that stands earlier.
 */
static bool
weighs_more(const ReasonWeight *one, const ReasonWeight *other)
{
	if (one->is_finding != other->is_finding)
		return one->is_finding;
	if (one->has_amount != other->has_amount)
		return one->has_amount;
	return one->has_amount && one->amount_fen > other->amount_fen;
}

/*
 * assure_main_reason returns the code of the reason that weighs most; NULL: there
 * is none.
 */
PGDLLEXPORT Datum
assure_main_reason(PG_FUNCTION_ARGS)
{
	Jsonb	   *reasons = PG_GETARG_JSONB_P(0);
	JsonbContainer *heaviest = NULL;
	ReasonWeight most = {0};
	JsonbIterator *iterator;
	JsonbIteratorToken token;
	JsonbValue	element;
	JsonbValue	code;

	if (!JB_ROOT_IS_ARRAY(reasons) || JB_ROOT_IS_SCALAR(reasons))
		PG_RETURN_NULL();
	iterator = JsonbIteratorInit(&reasons->root);
	while ((token = JsonbIteratorNext(&iterator, &element, true)) != WJB_DONE)
	{
		ReasonWeight weight;

		if (token != WJB_ELEM || element.type != jbvBinary || !JsonContainerIsObject(element.val.binary.data))
			continue;
		weight = reason_weight(element.val.binary.data);
		if (heaviest == NULL || weighs_more(&weight, &most))
		{
			heaviest = element.val.binary.data;
			most = weight;
		}
	}
	if (heaviest == NULL || getKeyJsonValueFromContainer(heaviest, "code", strlen("code"), &code) == NULL || code.type != jbvString)
		PG_RETURN_NULL();
	PG_RETURN_TEXT_P(cstring_to_text_with_len(code.val.string.val, code.val.string.len));
}
