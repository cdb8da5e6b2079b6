/*-------------------------------------------------------------------------
 *
 * screening.c
 *		Asks the decision model of a plan about a calculated claim.
 *
 * The model is handed, as FEEL values that look into the structs:
 *
 *		claim		the document, defaults filled in, as conditions of terms see it
 *		result		outcome, paid, submitted; bills with what each is paid; benefits,
 *					where the amounts went; fixed, what fixed benefits pay; reasons,
 *					the codes of the calculation
 *		member		as in the document; age at the event
 *		policy		ref, plan, insurer, holder, branch, starts_on, ends_on
 *		history		claims_30, claims_90, claims_365, paid_30, paid_90, paid_365,
 *					providers_365, same_diagnosis_365 (load_history.c)
 *		flags		codes of what earlier checks found
 *
 * and says, each of it optional, verdict, reasons, skills and priority.  What it
 * says is read strictly: anything else (an error, null, a word that is no
 * verdict, a null in its place, a key that is not known) means that it has not
 * judged the claim, and a person does.
 *
 * Which version of a model is asked is found once a chunk; which it was stands
 * in the decision.
 *
 * Memory: values live in the arena of the decisions' state until the next
 * claim is asked about; what was said is copied.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "adjudicate/chunk.h"
#include "benefit/benefit_dates.h"
#include "benefit/condition.h"
#include "core/fixed.h"
#include "core/plan.h"
#include "dmn/dmn.h"
#include "dmn/dmn_cache.h"

/* The version of a model that a chunk asks. */
typedef struct ScreeningPin
{
	const char *model;
	int64		model_version_id;
	int			version;
} ScreeningPin;

#define INPUT_COUNT 6

/* What values are made of. */
typedef struct Question
{
	const Chunk *chunk;
	const Case *item;
} Question;

/*
 * text_of gives a text of C as a value; NULL is null.
 */
static FeelValue
text_of(const char *text)
{
	return text ? value_from_string(feel_string(text, strlen(text))) : value_null();
}

/*
 * amount_of gives an amount as a number of yuan.
 */
static FeelValue
amount_of(int64 amount_fen)
{
	FeelNumber	number;

	return number_from_int128(amount_fen, -FIXED_FEN_PLACES, &number) ? value_from_number(number) : value_null();
}

/*
 * date_of gives a date.
 */
static FeelValue
date_of(DateADT date)
{
	FeelDate	result;

	return date_from_days((int64) date + POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE, &result)
		? value_from_date(result) : value_null();
}

/*
 * entry makes an entry of a context.
 */
static FeelEntry
entry(const char *key, FeelValue value)
{
	return (FeelEntry) {feel_string(key, strlen(key)), value};
}

/*
 * bills_of gives what each bill is paid.
 */
static FeelValue
bills_of(FeelState *state, const ClaimResult *result)
{
	FeelValue  *items;
	FeelValue	list = value_new_list(feel_arena(state), result->n_bills, &items);

	for (int i = 0; i < result->n_bills; i++)
	{
		FeelEntry  *entries;

		items[i] = value_new_context(feel_arena(state), 3, &entries);
		entries[0] = entry("no", text_of(result->bills[i].bill->no));
		entries[1] = entry("submitted", amount_of(result->bills[i].bill->submitted_fen));
		entries[2] = entry("paid", amount_of(result->bills[i].paid_fen));
	}
	return list;
}

/*
 * split_of gives where the amounts of one benefit and bill went.
 */
static FeelValue
split_of(FeelState *state, const ClaimBill *bill, const BenefitSplit *split)
{
	FeelEntry  *entries;
	FeelValue	context = value_new_context(feel_arena(state), 10, &entries);

	entries[0] = entry("bill", text_of(bill->no));
	entries[1] = entry("code", text_of(split->benefit_code));
	entries[2] = entry("submitted", amount_of(split->submitted_fen));
	entries[3] = entry("ineligible", amount_of(split->ineligible_fen));
	entries[4] = entry("offset", amount_of(split->offset_fen));
	entries[5] = entry("deductible", amount_of(split->deductible_fen));
	entries[6] = entry("copay", amount_of(split->copay_fen));
	entries[7] = entry("coinsurance", amount_of(split->coinsurance_fen));
	entries[8] = entry("over_limit", amount_of(split->over_limit_fen));
	entries[9] = entry("paid", amount_of(split->paid_fen));
	return context;
}

/*
 * benefits_of gives the splits of all bills.
 */
static FeelValue
benefits_of(FeelState *state, const ClaimResult *result)
{
	FeelListBuilder builder;

	list_begin(&builder, feel_arena(state));
	for (int b = 0; b < result->n_bills; b++)
		for (int i = 0; i < result->bills[b].n_splits; i++)
			list_append(&builder, split_of(state, result->bills[b].bill, &result->bills[b].splits[i]));
	return list_end(&builder);
}

/*
 * fixed_of gives what the fixed benefits pay.
 */
static FeelValue
fixed_of(FeelState *state, const ClaimResult *result)
{
	FeelValue  *items;
	FeelValue	list = value_new_list(feel_arena(state), result->n_fixed, &items);

	for (int i = 0; i < result->n_fixed; i++)
	{
		FeelEntry  *entries;

		items[i] = value_new_context(feel_arena(state), 2, &entries);
		entries[0] = entry("code", text_of(result->fixed[i].benefit_code));
		entries[1] = entry("paid", amount_of(result->fixed[i].paid_fen));
	}
	return list;
}

/*
 * reasons_of gives the codes of the calculation's reasons.
 */
static FeelValue
reasons_of(FeelState *state, const ClaimResult *result)
{
	FeelValue  *items;
	FeelValue	list = value_new_list(feel_arena(state), result->n_reasons, &items);

	for (int i = 0; i < result->n_reasons; i++)
		items[i] = text_of(reason_name(result->reasons[i].code));
	return list;
}

/*
 * result_of gives the calculation.
 */
static FeelValue
result_of(FeelState *state, const Case *item)
{
	const ClaimResult *result = &item->result;
	FeelEntry  *entries;
	FeelValue	context = value_new_context(feel_arena(state), 7, &entries);

	entries[0] = entry("outcome", text_of(result->is_paid ? "pay" : "deny"));
	entries[1] = entry("paid", amount_of(result->paid_fen));
	entries[2] = entry("submitted", amount_of(result->submitted_fen));
	entries[3] = entry("bills", bills_of(state, result));
	entries[4] = entry("benefits", benefits_of(state, result));
	entries[5] = entry("fixed", fixed_of(state, result));
	entries[6] = entry("reasons", reasons_of(state, result));
	return context;
}

/*
 * member_of gives the member, with the age in completed years at the event.
 */
static FeelValue
member_of(FeelState *state, const Case *item)
{
	FeelValue	member = value_of_member(state, &item->claim->member);

	return context_put(state, member, FEEL_STRING_LITERAL("age"),
					   value_from_int64(completed_years(item->claim->member.birth_date, item->claim->event_date)));
}

/*
 * policy_of gives the policy and the plan.
 */
static FeelValue
policy_of(FeelState *state, const Case *item)
{
	const CaseHistory *history = item->history;
	FeelEntry  *entries;
	FeelValue	context = value_new_context(feel_arena(state), 7, &entries);

	entries[0] = entry("ref", text_of(item->claim->policy));
	entries[1] = entry("plan", text_of(item->plan->plan_code));
	entries[2] = entry("insurer", text_of(history->insurer));
	entries[3] = entry("holder", text_of(history->holder));
	entries[4] = entry("branch", text_of(history->branch));
	entries[5] = entry("starts_on", date_of(history->starts_on));
	entries[6] = entry("ends_on", history->has_end ? date_of(history->ends_on) : value_null());
	return context;
}

/*
 * history_of gives the history.
 */
static FeelValue
history_of(FeelState *state, const CaseHistory *history, const int64 *paid_fen)
{
	FeelEntry  *entries;
	FeelValue	context = value_new_context(feel_arena(state), 8, &entries);

	entries[0] = entry("claims_30", value_from_int64(history->claims[0]));
	entries[1] = entry("claims_90", value_from_int64(history->claims[1]));
	entries[2] = entry("claims_365", value_from_int64(history->claims[2]));
	entries[3] = entry("paid_30", amount_of(paid_fen[0]));
	entries[4] = entry("paid_90", amount_of(paid_fen[1]));
	entries[5] = entry("paid_365", amount_of(paid_fen[2]));
	entries[6] = entry("providers_365", value_from_int64(history->providers));
	entries[7] = entry("same_diagnosis_365", value_from_int64(history->same_diagnosis));
	return context;
}

/*
 * paid_with_chunk adds to the history what claims of this chunk pay that are
 * not written yet.
 */
static void
paid_with_chunk(const Chunk *chunk, const Case *item, int64 *paid_fen)
{
	static const int days[HISTORY_WINDOWS] = {30, 90, 365};

	memcpy(paid_fen, item->history->paid_fen, sizeof(item->history->paid_fen));
	for (const Case *other = chunk->cases; other < item; other++)
	{
		int64		ago = (int64) item->claim->event_date - other->claim->event_date;

		if (other->member_id != item->member_id || other->key.account_id != item->key.account_id ||
			other->last_decision_no != 0 || other->verdict == VERDICT_FAILED || ago < 0)
			continue;
		for (int i = 0; i < HISTORY_WINDOWS; i++)
			if (ago < days[i])
				paid_fen[i] += other->paid_fen;
	}
}

/*
 * flags_of gives the codes of what earlier checks found.
 */
static FeelValue
flags_of(FeelState *state, const Case *item)
{
	FeelValue  *items;
	FeelValue	list = value_new_list(feel_arena(state), item->finding_count, &items);

	for (int i = 0; i < item->finding_count; i++)
		items[i] = text_of(pipeline_reason_name(item->findings[i].code));
	return list;
}

/*
 * make_inputs makes the context that the model is handed; within feel_protect.
 */
static FeelValue
make_inputs(FeelState *state, void *arg)
{
	const Question *question = arg;
	const Case *item = question->item;
	int64		paid_fen[HISTORY_WINDOWS];
	FeelEntry  *entries;
	FeelValue	context = value_new_context(feel_arena(state), INPUT_COUNT, &entries);

	paid_with_chunk(question->chunk, item, paid_fen);
	entries[0] = entry("claim", value_of_claim(state, item->claim));
	entries[1] = entry("result", result_of(state, item));
	entries[2] = entry("member", member_of(state, item));
	entries[3] = entry("policy", policy_of(state, item));
	entries[4] = entry("history", history_of(state, item->history, paid_fen));
	entries[5] = entry("flags", flags_of(state, item));
	return context;
}

/*
 * set_error notes the first thing that is wrong with what a model said.
 */
static void
set_error(Screening *screening, const char *error)
{
	if (screening->error == NULL)
		screening->error = error;
}

/*
 * read_verdict reads the verdict.
 */
static void
read_verdict(FeelValue value, Screening *screening)
{
	static const Verdict verdicts[] = {VERDICT_APPROVE, VERDICT_DENY, VERDICT_PEND};

	for (int i = 0; i < (int) lengthof(verdicts) && value.kind == FEEL_STRING; i++)
	{
		const char *name = verdict_name(verdicts[i]);

		if (string_equal(value.u.string, feel_string(name, strlen(name))))
		{
			screening->verdict = verdicts[i];
			return;
		}
	}
	set_error(screening, value.kind == FEEL_STRING ? "verdict is none of approve, deny and pend"
			  : psprintf("verdict is a %s, not approve, deny or pend", feel_kind_name(value.kind)));
}

/*
 * read_texts reads a list of text, or one text.
 */
static void
read_texts(FeelState *state, const char *key, FeelValue value, int *count, const char **texts, Screening *screening)
{
	const FeelValue *items = &value;
	int			item_count = 1;

	if (value.kind == FEEL_NULL)
		return;
	if (value.kind == FEEL_LIST)
	{
		item_count = list_count(value);
		items = list_items(state, value);
	}
	if (item_count > SCREENING_LIST_MAX)
	{
		set_error(screening, psprintf("%s has %d entries, at most %d are taken", key, item_count, SCREENING_LIST_MAX));
		return;
	}
	for (int i = 0; i < item_count; i++)
	{
		if (items[i].kind != FEEL_STRING || items[i].u.string.length == 0 || items[i].u.string.length > SCREENING_TEXT_BYTES_MAX)
		{
			set_error(screening, psprintf("%s[%d] is not a text of 1 to %d bytes", key, i, SCREENING_TEXT_BYTES_MAX));
			return;
		}
		texts[(*count)++] = pnstrdup(items[i].u.string.data, items[i].u.string.length);
	}
}

/*
 * read_priority reads the priority of a task.
 */
static void
read_priority(FeelValue value, Screening *screening)
{
	int64		priority;

	if (value.kind == FEEL_NULL)
		return;
	if (value.kind != FEEL_NUMBER || !number_to_int64(value.u.number, &priority) || priority < 1 || priority > 9)
		set_error(screening, "priority is not a whole number from 1 to 9");
	else
		screening->priority = (int) priority;
}

/*
 * read_answer reads what the model said.
 */
static void
read_answer(FeelState *state, FeelValue answer, Screening *screening)
{
	const FeelEntry *entries;
	int			count;

	if (answer.kind != FEEL_CONTEXT)
	{
		set_error(screening, psprintf("the decision gave a %s, not a context", feel_kind_name(answer.kind)));
		return;
	}
	count = context_count(answer);
	entries = context_entries(state, answer);
	for (int i = 0; i < count; i++)
	{
		FeelString	key = entries[i].key;
		FeelValue	value = entries[i].value;

		if (string_equal(key, FEEL_STRING_LITERAL("verdict")))
			read_verdict(value, screening);
		else if (string_equal(key, FEEL_STRING_LITERAL("reasons")))
			read_texts(state, "reasons", value, &screening->reason_count, screening->reasons, screening);
		else if (string_equal(key, FEEL_STRING_LITERAL("skills")))
			read_texts(state, "skills", value, &screening->skill_count, screening->skills, screening);
		else if (string_equal(key, FEEL_STRING_LITERAL("priority")))
			read_priority(value, screening);
		else
			set_error(screening, "the decision gave a key other than verdict, reasons, skills and priority");
	}
}

/*
 * forget_answer leaves nothing of an answer that was not whole.
 */
static void
forget_answer(Screening *screening)
{
	screening->verdict = VERDICT_NONE;
	screening->reason_count = 0;
	screening->skill_count = 0;
	screening->priority = 0;
}

/*
 * pin_find returns the version of a model that this chunk asks; the first claim
 * that needs it looks.
 */
static const ScreeningPin *
pin_find(Chunk *chunk, const char *model)
{
	static SqlPlan find = {
		"SELECT v.model_version_id, v.version FROM assure.rule_model m JOIN assure.rule_model_version v USING (rule_model_id) "
		"WHERE m.name = $1 ORDER BY v.version DESC LIMIT 1", {TEXTOID}
	};
	Datum		value = CStringGetTextDatum(model);
	ScreeningPin *pin;
	ListCell   *cell;

	foreach(cell, chunk->screening_pins)
	{
		pin = lfirst(cell);
		if (strcmp(pin->model, model) == 0)
			return pin;
	}
	pin = palloc0(sizeof(ScreeningPin));
	pin->model = pstrdup(model);
	if (plan_read_fresh(&find, &value) > 0)
	{
		pin->model_version_id = plan_int64(0, 1, 0);
		pin->version = plan_int32(0, 2, 0);
	}
	chunk->screening_pins = lappend(chunk->screening_pins, pin);
	return pin;
}

/*
 * ask_model evaluates the decision and reads what it says.
 */
static void
ask_model(Chunk *chunk, Case *item, Screening *screening)
{
	const char *decision = item->plan->screening_decision;
	const DmnModel *model = dmn_model_load(screening->model_version_id);
	const DmnNode *node = dmn_node_find(model, feel_string(decision, strlen(decision)));
	FeelState  *state = dmn_state();
	Question	question = {chunk, item};
	DmnInputs	inputs = {0};
	FeelValue	answer;
	FeelError	error;

	if (node == NULL)
	{
		set_error(screening, psprintf("version %d of the model has no decision \"%s\"", screening->version, decision));
		return;
	}
	feel_state_reset(state);
	if (!feel_protect(state, make_inputs, &question, &inputs.context, &error) ||
		!dmn_decide(state, model, node, &inputs, &answer, &error))
		set_error(screening, pstrdup(error.message));
	else
		read_answer(state, answer, screening);
	if (screening->error != NULL)
		forget_answer(screening);
	feel_state_reset(state);
}

/*
 * case_screen asks the decision model of the case's plan.
 */
const Screening *
case_screen(Chunk *chunk, Case *item)
{
	Screening  *screening = palloc0(sizeof(Screening));
	const ScreeningPin *pin = pin_find(chunk, item->plan->screening_model);

	screening->model_version_id = pin->model_version_id;
	screening->version = pin->version;
	if (pin->model_version_id == 0)
		set_error(screening, "the model does not exist");
	else
		ask_model(chunk, item, screening);
	return screening;
}
