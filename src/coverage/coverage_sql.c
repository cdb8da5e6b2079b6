/*-------------------------------------------------------------------------
 *
 * coverage_sql.c
 *		Entry points: which share of the insured was served.
 *
 *		rate = |customers served in the period and insured in it| / |insured in it|
 *
 * Customers are distinct people, counted exactly, over every union that is
 * asked for: a sum of months or of services would count them again.  Someone
 * who was served without being insured there in the period is outside.
 *
 * A customer who moved is counted in each place where the customer lived, and
 * once in what is larger than both.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/rangetypes.h"
#include "utils/typcache.h"

#include "core/call.h"
#include "core/errors.h"
#include "core/result_set.h"
#include "coverage/count.h"
#include "coverage/facts.h"

#define READ_SCOPES (SCOPE_BI | SCOPE_OPERATOR | SCOPE_SUPERVISOR | SCOPE_AUDITOR | SCOPE_ADMIN)
#define FILTER_MAX 1000
#define RATE_DIGITS 6
#define RATE_ONE 1000000

PG_FUNCTION_INFO_V1(assure_coverage);
PG_FUNCTION_INFO_V1(assure_coverage_detail);

/* Words of an argument; what is not listed is refused. */
static const char *const by_words[] = {"all", "province", "prefecture", "insurer", "service", NULL};
static const char *const place_words[] = {"customer", "branch", NULL};
static const char *const basis_words[] = {"any_day", "last_day", NULL};
static const char *const bases_words[] = {"residence", "contract", "branch", "resident_id", NULL};

/* What the answer has a row for. */
typedef struct AnswerRow
{
	int64		code;
	char	   *text;			/* as it is shown; NULL: none */
	char	   *name;
} AnswerRow;

typedef struct Answer
{
	Count		count;
	int			row_count;
	int			capacity;
	AnswerRow  *rows;
	bool		is_detailed;
} Answer;

/*
 * word_number finds a word, and refuses one that is not listed.
 */
static int
word_number(const char *field, const char *word, const char *const *words)
{
	StringInfoData known;

	initStringInfo(&known);
	for (int i = 0; words[i] != NULL; i++)
	{
		if (strcmp(word, words[i]) == 0)
			return i;
		appendStringInfo(&known, "%s'%s'", i == 0 ? "" : ", ", words[i]);
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s: \"%s\" is not supported", field, word),
			 errhint("Use one of %s.", known.data)));
	return 0;
}

/*
 * period_read reads a span of whole months.
 */
static void
period_read(Datum period, Question *question)
{
	RangeType  *range = DatumGetRangeTypeP(period);
	TypeCacheEntry *type = lookup_type_cache(RangeTypeGetOid(range), TYPECACHE_RANGE_INFO);
	RangeBound	lower;
	RangeBound	upper;
	bool		is_empty;
	bool		is_whole;

	range_deserialize(type, range, &lower, &upper, &is_empty);
	is_whole = !is_empty && !lower.infinite && !upper.infinite;
	if (is_whole)
	{
		question->from_on = DatumGetDateADT(lower.val);
		question->to_on = DatumGetDateADT(upper.val);
		is_whole = !DATE_NOT_FINITE(question->from_on) && !DATE_NOT_FINITE(question->to_on) &&
			month_begins(question->from_on) && month_begins(question->to_on);
	}
	if (!is_whole)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period: not a span of whole months"),
				 errhint("For example daterange('2024-01-01', '2024-04-01').")));
	question->from = month_of(question->from_on);
	question->to = month_of(question->to_on);
	if (question->from < MONTH_MIN || question->to > MONTH_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("period: not between the years 1900 and 2199")));
}

/*
 * texts_read reads a list of texts; -1 for none.
 */
static int
texts_read(FunctionCallInfo fcinfo, int number, const char *field, Datum **texts)
{
	int			count;
	bool	   *nulls;

	if (PG_ARGISNULL(number))
		return -1;
	deconstruct_array(PG_GETARG_ARRAYTYPE_P(number), TEXTOID, -1, false, TYPALIGN_INT, texts, &nulls, &count);
	if (count > FILTER_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s: %d values, at most %d are taken", field, count, FILTER_MAX)));
	for (int i = 0; i < count; i++)
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not contain NULL", field)));
	return count;
}

/*
 * insurers_read reads the insurers that are asked for.
 */
static void
insurers_read(FunctionCallInfo fcinfo, Question *question)
{
	Datum	   *texts;

	question->insurer_count = texts_read(fcinfo, 4, "insurers", &texts);
	question->insurer_names = palloc(sizeof(text *) * Max(question->insurer_count, 1));
	for (int i = 0; i < question->insurer_count; i++)
		question->insurer_names[i] = DatumGetTextPP(texts[i]);
}

/*
 * services_read reads the services that are asked for; by service all of them
 * where none are named.  Only with SPI connected.
 */
static void
services_read(FunctionCallInfo fcinfo, Question *question)
{
	static SqlPlan read = {"SELECT service_id FROM assure.service WHERE $1 OR code = ANY ($2)", {BOOLOID, TEXTARRAYOID}};
	static SqlPlan missing = {
		"SELECT c FROM unnest($1) AS c WHERE NOT EXISTS (SELECT 1 FROM assure.service v WHERE v.code = c) LIMIT 1", {TEXTARRAYOID}
	};
	Datum	   *texts;
	int			count = texts_read(fcinfo, 3, "services", &texts);
	Datum		values[2];

	question->service_count = count;
	if (count < 0 && question->by != BY_SERVICE)
		return;
	values[0] = BoolGetDatum(count < 0);
	values[1] = count < 0 ? PointerGetDatum(construct_empty_array(TEXTOID)) : PG_GETARG_DATUM(3);
	if (count > 0 && plan_run(&missing, &values[1], NULL) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("services: \"%s\" does not exist", plan_text(0, 1)),
				 errhint("assure.service lists the services.")));
	question->service_count = (int) plan_run(&read, values, NULL);
	question->service_ids = palloc(sizeof(int64) * Max(question->service_count, 1));
	for (int i = 0; i < question->service_count; i++)
		question->service_ids[i] = plan_int64(i, 1, 0);
}

/*
 * bases_read reads the list of bases of the location; the default list is as
 * none given.
 */
static void
bases_read(FunctionCallInfo fcinfo, Question *question)
{
	Datum	   *texts;
	int			count = PG_NARGS() > 6 ? texts_read(fcinfo, 6, "location", &texts) : -1;
	bool		is_default;

	question->bases = 0;
	if (count < 0)
		return;
	is_default = count > 0;
	for (int i = 0; i < count; i++)
	{
		int			number = word_number("location", TextDatumGetCString(texts[i]), bases_words);

		/* What comes after the stated residence is never asked: everybody has one. */
		is_default = is_default && (i > 0 || number == 0);
	}
	if (count == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("location: no basis is given")));
	if (!is_default)
		question->bases = PG_GETARG_DATUM(6);
}

/*
 * question_read reads the arguments that need no table.
 */
static void
question_read(FunctionCallInfo fcinfo, Question *question)
{
	memset(question, 0, sizeof(*question));
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(5))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("period, by, place and basis must not be NULL")));
	question->by = (CoverageBy) word_number("by", text_to_cstring(PG_GETARG_TEXT_PP(1)), by_words);
	question->place = (Place) word_number("place", text_to_cstring(PG_GETARG_TEXT_PP(2)), place_words);
	question->last_day = word_number("basis", text_to_cstring(PG_GETARG_TEXT_PP(5)), basis_words) == 1;
	if (question->by == BY_PREFECTURE && question->place == PLACE_BRANCH)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("by: branches are counted by province, not by prefecture"),
				 errhint("Use by => 'province', or place => 'customer'.")));
	period_read(PG_GETARG_DATUM(0), question);
	insurers_read(fcinfo, question);
	bases_read(fcinfo, question);
}

/*
 * answer_add adds a row to the answer.
 */
static void
answer_add(Answer *answer, int64 code, char *text, char *name)
{
	if (answer->row_count == answer->capacity)
	{
		answer->capacity = Max(64, answer->capacity * 2);
		answer->rows = answer->rows == NULL ? palloc(sizeof(AnswerRow) * answer->capacity) :
			repalloc(answer->rows, sizeof(AnswerRow) * answer->capacity);
	}
	answer->rows[answer->row_count++] = (AnswerRow) {code, text, name};
}

/*
 * regions_read makes a row for each region, and says in which one others count.
 */
static void
regions_read(Answer *answer)
{
	static SqlPlan read = {
		"SELECT code::int, name, kind = 'province', assure.province(code)::int FROM assure.division "
		"WHERE in_force AND kind IN ('province', 'prefecture', 'group') ORDER BY code", {0}
	};
	bool		by_province = answer->count.question.by == BY_PROVINCE;
	uint64		n = plan_run(&read, NULL, NULL);

	for (uint64 i = 0; i < n; i++)
	{
		Region		region = plan_int32(i, 1, 0);
		bool		is_province = plan_bool(i, 3);
		RegionRow  *row;

		if (is_province == by_province)
			answer_add(answer, region, psprintf("%06d", region), plan_text(i, 2));
		if (is_province && !by_province)
			continue;
		row = hash_search(answer->count.regions, &region, HASH_ENTER, NULL);
		row->row = by_province ? plan_int32(i, 4, 0) : region;
	}
}

/*
 * has_row says whether the answer has a row for a region.
 */
static bool
has_row(const Answer *answer, Region region)
{
	for (int i = 0; i < answer->row_count; i++)
		if (answer->rows[i].code == region)
			return true;
	return false;
}

/*
 * region_resolve returns the row in which a code of former times counts: that of
 * all its successors if they agree, else for a province the one that the code
 * begins with; 0: none.
 */
static Region
region_resolve(const Answer *answer, Region region)
{
	static SqlPlan find = {
		"SELECT DISTINCT (CASE WHEN $2 THEN assure.province(s.successor) ELSE " PREFECTURE("s.successor") " END)::int "
		"FROM assure.region_successor($1::assure.region) s WHERE s.successor IS NOT NULL LIMIT 2", {INT4OID, BOOLOID}
	};
	bool		by_province = answer->count.question.by == BY_PROVINCE;
	Datum		values[2] = {Int32GetDatum(region), BoolGetDatum(by_province)};

	if (plan_run(&find, values, NULL) == 1 && has_row(answer, plan_int32(0, 1, 0)))
		return plan_int32(0, 1, 0);
	return by_province && has_row(answer, region_province(region)) ? region_province(region) : 0;
}

/*
 * group_move lets one group count in another.
 */
static void
group_move(Count *count, CoverageGroup *from, Region to)
{
	CoverageGroup *group = count_group(count, to);
	MemberUnion *unions[2][2] = {{&from->served, &group->served}, {&from->insured, &group->insured}};

	for (int i = 0; i < 2; i++)
	{
		MemberSet  *set = union_write(unions[i][0]);
		SetReader	reader;

		set_read(&reader, set);
		if (!union_add_set(unions[i][1], &reader))
			memory_exceeded(0);
	}
}

/*
 * regions_resolve sees to codes that have no row: of former times, or where only
 * a province is known.  What cannot be resolved gets a row of its own.
 */
static void
regions_resolve(Answer *answer)
{
	static SqlPlan name = {"SELECT assure.region_name($1::assure.region)", {INT4OID}};
	HASH_SEQ_STATUS status;
	CoverageGroup *group;
	List	   *unknown = NIL;
	ListCell   *cell;

	hash_seq_init(&status, answer->count.groups);
	while ((group = hash_seq_search(&status)) != NULL)
		if (!has_row(answer, (Region) group->code))
			unknown = lappend(unknown, group);
	foreach(cell, unknown)
	{
		CoverageGroup *old = lfirst(cell);
		Region		row = region_resolve(answer, (Region) old->code);
		Datum		value = Int32GetDatum((Region) old->code);

		if (row != 0)
			group_move(&answer->count, old, row);
		else
		{
			plan_run(&name, &value, NULL);
			answer_add(answer, old->code, psprintf("%06d", (Region) old->code), plan_text(0, 1));
		}
	}
}

/*
 * services_list makes a row for each service.
 */
static void
services_list(Answer *answer)
{
	static SqlPlan read = {"SELECT service_id, code, name FROM assure.service WHERE service_id = ANY ($1) ORDER BY code", {INT8ARRAYOID}};
	Datum		ids = array_of_int64(answer->count.question.service_ids, answer->count.question.service_count);
	uint64		n = plan_run(&read, &ids, NULL);

	for (uint64 i = 0; i < n; i++)
		answer_add(answer, plan_int64(i, 1, 0), plan_text(i, 2), plan_text(i, 3));
}

/*
 * insurers_list makes a row for each insurer that was asked for or met.
 */
static void
insurers_list(Answer *answer)
{
	const Insurers *insurers = answer->count.insurers;

	for (int i = 1; i < insurers->count; i++)
		if (answer->count.question.insurer_count < 0 || i <= answer->count.question.insurer_count)
			answer_add(answer, i, text_to_cstring(insurers->names[i]), text_to_cstring(insurers->names[i]));
}

/*
 * compare_rows orders rows by what is shown of their code.
 */
static int
compare_rows(const void *a, const void *b)
{
	return strcmp(((const AnswerRow *) a)->text, ((const AnswerRow *) b)->text);
}

/*
 * answer_count counts, and makes the rows.
 */
static void
answer_count(Answer *answer)
{
	CoverageBy	by = answer->count.question.by;

	if (by == BY_PROVINCE || by == BY_PREFECTURE)
		regions_read(answer);
	count_all(&answer->count);
	switch (by)
	{
		case BY_ALL:
			answer_add(answer, 0, NULL, pstrdup("all"));
			break;
		case BY_PROVINCE:
		case BY_PREFECTURE:
			regions_resolve(answer);
			break;
		case BY_INSURER:
			insurers_list(answer);
			break;
		case BY_SERVICE:
			services_list(answer);
			break;
	}
	if (by != BY_ALL && answer->row_count > 1)
		qsort(answer->rows, answer->row_count, sizeof(AnswerRow), compare_rows);
}

/*
 * rate_of returns served out of insured, with six digits.
 */
static Datum
rate_of(uint64 served, uint64 insured)
{
	int64		rate = (int64) ((served * RATE_ONE * 2 + insured) / (2 * insured));

	return NumericGetDatum(int64_div_fast_to_numeric(rate, RATE_DIGITS));
}

/*
 * row_put hands out a row.
 */
static void
row_put(FunctionCallInfo fcinfo, Answer *answer, const AnswerRow *row)
{
	ReturnSetInfo *info = (ReturnSetInfo *) fcinfo->resultinfo;
	CoverageBy	by = answer->count.question.by;
	CoverageGroup *served = count_group(&answer->count, row->code);
	CoverageGroup *insured = count_group(&answer->count, by == BY_SERVICE ? 0 : row->code);
	uint64		inside = union_in_common(&served->served, &insured->insured);
	uint64		of = union_count(&insured->insured);
	Datum		values[7];
	bool		nulls[7] = {false};
	int			n = 0;

	if (answer->is_detailed)
	{
		nulls[n] = by != BY_PROVINCE && by != BY_PREFECTURE;
		values[n++] = RegionGetDatum((Region) row->code);
	}
	nulls[n] = row->text == NULL;
	values[n++] = row->text == NULL ? (Datum) 0 : CStringGetTextDatum(row->text);
	nulls[n] = row->name == NULL;
	values[n++] = row->name == NULL ? (Datum) 0 : CStringGetTextDatum(row->name);
	values[n++] = Int64GetDatum((int64) of);
	values[n++] = Int64GetDatum((int64) inside);
	nulls[n] = of == 0;
	values[n++] = of == 0 ? (Datum) 0 : rate_of(inside, of);
	if (answer->is_detailed)
		values[n] = Int64GetDatum((int64) (union_count(&served->served) - inside));
	tuplestore_putvalues(info->setResult, info->setDesc, values, nulls);
}

/*
 * answer_question counts and hands out the rows.
 */
static Datum
answer_question(FunctionCallInfo fcinfo, bool is_detailed)
{
	Question	question;
	Answer		answer;
	Call		call;

	question_read(fcinfo, &question);
	result_set_open(fcinfo);
	call_begin(&call, READ_SCOPES, "coverage");
	services_read(fcinfo, &question);
	memset(&answer, 0, sizeof(answer));
	answer.is_detailed = is_detailed;
	count_begin(&answer.count, &question);
	answer_count(&answer);
	for (int i = 0; i < answer.row_count; i++)
		row_put(fcinfo, &answer, &answer.rows[i]);
	call_end(&call);
	return (Datum) 0;
}

/*
 * assure_coverage counts insured and served customers.
 */
PGDLLEXPORT Datum
assure_coverage(PG_FUNCTION_ARGS)
{
	return answer_question(fcinfo, false);
}

/*
 * assure_coverage_detail says also who was served outside, and takes the bases
 * of the location.
 */
PGDLLEXPORT Datum
assure_coverage_detail(PG_FUNCTION_ARGS)
{
	return answer_question(fcinfo, true);
}
