/*-------------------------------------------------------------------------
 *
 * sample_sql.c
 *		Entry points: suppliers and stewards are drawn to be looked at, and what
 *		was found is recorded.
 *
 * Those active in the year and not drawn for it before stand in the order of
 * SHA-256(seed ':' code); the first of them are drawn, as many as the share of all
 * active ones lacks.  All of the order is kept, so anybody can draw again.
 *
 * Locking: one draw at a time.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "audit/audit.h"
#include "core/document_call.h"
#include "core/fixed.h"
#include "core/lock.h"
#include "core/request.h"
#include "service/service_document.h"

PG_FUNCTION_INFO_V1(assure_draw_service_sample);
PG_FUNCTION_INFO_V1(assure_record_sample_finding);

#define SAMPLE_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define FINDINGS_MAX 100

static SqlPlan draw_plan = {
	"WITH y AS (SELECT make_date($2, 1, 1) AS first, make_date($2, 12, 31) AS last), "
	"active AS (SELECT supplier_id AS subject_id, code FROM assure.supplier s, y WHERE $1 = 'supplier' AND EXISTS (SELECT 1 FROM assure.supplier_contract c "
	"    WHERE c.supplier_id = s.supplier_id AND c.valid_from <= y.last AND c.valid_to >= y.first AND c.valid_to >= c.valid_from) "
	"  UNION ALL SELECT steward_id, code FROM assure.steward, y WHERE $1 = 'steward' AND active_from <= y.last AND active_to >= y.first AND active_to >= active_from), "
	"before AS (SELECT i.subject_id FROM assure.service_sample s JOIN assure.service_sample_item i USING (sample_id) WHERE s.kind = $1 AND s.year = $2 AND i.drawn), "
	"n AS (SELECT count(*) AS active, count(*) FILTER (WHERE subject_id IN (TABLE before)) AS drawn FROM active), "
	"k AS (SELECT subject_id, code, sha256(convert_to($3 || ':' || code, 'UTF8')) AS hash FROM active WHERE subject_id NOT IN (TABLE before)), "
	"o AS (SELECT k.*, row_number() OVER (ORDER BY hash) AS rank, greatest(ceil($4 * n.active) - n.drawn, 0) AS lacks FROM k, n), "
	"s AS (INSERT INTO assure.service_sample (kind, year, share, seed, active_count, drawn_count, drawn_by) "
	"  SELECT $1, $2, $4, $3, n.active, (SELECT count(*) FROM o WHERE rank <= lacks), $5 FROM n RETURNING sample_id) "
	"INSERT INTO assure.service_sample_item (sample_id, rank, subject_id, code, hash, drawn) "
	"SELECT s.sample_id, o.rank, o.subject_id, o.code, o.hash, o.rank <= o.lacks FROM o, s",
	{TEXTOID, INT4OID, TEXTOID, NUMERICOID, TEXTOID}
};

/*
 * draw draws for a year, and returns the key of the draw.
 */
static int64
draw(Call *call, const Datum *values)
{
	static SqlPlan last = {"SELECT max(sample_id) FROM assure.service_sample WHERE kind = $1 AND year = $2", {TEXTOID, INT4OID}};
	int64		sample_id;

	lock_for_transaction(LOCK_SAMPLE);
	call_allow_scans(call);
	plan_run(&draw_plan, values, NULL);
	plan_run(&last, values, NULL);
	sample_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("sample " INT64_FORMAT, sample_id));
	return sample_id;
}

/*
 * check_draw refuses arguments that nothing can be drawn by.
 */
static void
check_draw(const char *kind, int32 year, const char *seed, Numeric share)
{
	Datum		zero = NumericGetDatum(int64_to_numeric(0));
	Datum		one = NumericGetDatum(int64_to_numeric(1));

	if (strcmp(kind, "supplier") != 0 && strcmp(kind, "steward") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("kind: \"%s\" is neither supplier nor steward", kind)));
	if (year < 1990 || year > 2999)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("year: %d is not 1990 to 2999", year)));
	if (seed[0] == '\0' || strlen(seed) > CODE_BYTES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("seed has %zu bytes, not 1 to %d", strlen(seed), CODE_BYTES_MAX)));
	if (numeric_is_nan(share) || !DatumGetBool(DirectFunctionCall2(numeric_gt, NumericGetDatum(share), zero))
		|| DatumGetBool(DirectFunctionCall2(numeric_gt, NumericGetDatum(share), one)))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("share: not above 0 and at most 1"),
				 errhint("For example 0.3.")));
}

/*
 * assure_draw_service_sample draws suppliers or stewards of a year.
 */
PGDLLEXPORT Datum
assure_draw_service_sample(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(4) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(4));
	char	   *kind;
	char	   *seed;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	Datum		values[5];
	int64		sample_id;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("kind, year, seed and share must not be NULL")));
	kind = text_to_cstring(PG_GETARG_TEXT_PP(0));
	seed = text_to_cstring(PG_GETARG_TEXT_PP(2));
	check_draw(kind, PG_GETARG_INT32(1), seed, PG_GETARG_NUMERIC(3));
	initStringInfo(&arguments);
	digest_text(&arguments, kind);
	digest_int64(&arguments, PG_GETARG_INT32(1));
	digest_text(&arguments, seed);
	digest_text(&arguments, DatumGetCString(DirectFunctionCall1(numeric_out, PG_GETARG_DATUM(3))));
	call_begin(&call, SAMPLE_SCOPES, "draw_service_sample");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		sample_id = request_answer_int64(answer);
	else
	{
		values[0] = CStringGetTextDatum(kind);
		values[1] = PG_GETARG_DATUM(1);
		values[2] = CStringGetTextDatum(seed);
		values[3] = PG_GETARG_DATUM(3);
		values[4] = CStringGetTextDatum(call.session_role);
		sample_id = draw(&call, values);
		request_end_int64(request_id, sample_id);
	}
	call_end(&call);
	PG_RETURN_INT64(sample_id);
}

/* ----- findings ----- */

typedef struct FindingDocument
{
	int			kind;
	int64		year;
	char	   *code;
	bool		passed;
	DateADT		found_on;
	Jsonb	   *findings;
} FindingDocument;

static const char *const sample_kinds[] = {"", "supplier", "steward", NULL};

/*
 * findings_read reads the list of what was found; who has not passed has one.
 */
static Jsonb *
findings_read(const DocNode *root, bool passed)
{
	static const char *const keys[] = {"code", "words", NULL};
	JsonbParseState *state = NULL;
	DocNode		list;
	DocNode		finding;
	DocNode		node;
	int			count;

	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	count = doc_member(root, "findings", &list) ? doc_list(&list, 0, FINDINGS_MAX) : 0;
	if (count == 0 && !passed)
		doc_fail_invalid(root, "findings are missing, and it has not passed");
	for (int i = 0; i < count; i++)
	{
		doc_element(&list, i, &finding);
		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		if (doc_object(&finding, keys))
		{
			doc_push_text(&state, "code", doc_require(&finding, "code", &node) ? doc_text(&node, CODE_BYTES_MAX) : "");
			if (doc_member(&finding, "words", &node))
				doc_push_text(&state, "words", doc_formula(&node, WORDS_BYTES_MAX));
		}
		pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
}

/*
 * finding_read reads and checks a finding.
 */
static void
finding_read(Jsonb *document, FindingDocument *finding)
{
	static const char *const keys[] = {"kind", "year", "code", "passed", "found_on", "findings", NULL};
	DateADT		today = DatumGetDateADT(DirectFunctionCall1(timestamptz_date, TimestampTzGetDatum(GetCurrentTimestamp())));
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	memset(finding, 0, sizeof(*finding));
	doc_open(&reader, &root, document, "finding", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		finding->kind = doc_require(&root, "kind", &node) ? doc_code(&node, sample_kinds) : 0;
		finding->year = doc_require(&root, "year", &node) ? doc_integer(&node, 1990, 2999) : 0;
		finding->code = member_text(&root, "code");
		finding->passed = doc_require(&root, "passed", &node) && doc_bool(&node);
		if (doc_require(&root, "found_on", &node))
		{
			finding->found_on = doc_date(&node);
			if (finding->found_on > today)
				doc_fail_invalid(&node, "is in the future");
		}
		finding->findings = findings_read(&root, finding->passed);
	}
	doc_report(&reader, NULL);
}

/*
 * finding_record keeps what was found of who was drawn.
 */
static int64
finding_record(Call *call, Jsonb *document)
{
	static SqlPlan insert = {
		"INSERT INTO assure.sample_finding (sample_id, subject_id, passed, findings, found_on, recorded_by, actor_worker_id) "
		"SELECT i.sample_id, i.subject_id, $4, $5, $6, $7, nullif($8, 0) FROM assure.service_sample s JOIN assure.service_sample_item i USING (sample_id) "
		"WHERE s.kind = $1 AND s.year = $2 AND i.drawn AND i.code = $3 ORDER BY i.sample_id LIMIT 1 RETURNING finding_id",
		{TEXTOID, INT4OID, TEXTOID, BOOLOID, JSONBOID, DATEOID, TEXTOID, INT8OID}
	};
	FindingDocument finding;
	Datum		values[8];
	int64		finding_id;

	finding_read(document, &finding);
	values[0] = CStringGetTextDatum(sample_kinds[finding.kind]);
	values[1] = Int32GetDatum((int32) finding.year);
	values[2] = CStringGetTextDatum(finding.code);
	values[3] = BoolGetDatum(finding.passed);
	values[4] = JsonbPGetDatum(finding.findings);
	values[5] = DateADTGetDatum(finding.found_on);
	values[6] = CStringGetTextDatum(call->session_role);
	values[7] = Int64GetDatum(call_actor(call));
	if (plan_run(&insert, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("%s \"%s\" was not drawn for %d", sample_kinds[finding.kind], finding.code, (int) finding.year),
				 errhint("assure.draw_service_sample() draws; assure_bi.supplier_sample has who was drawn.")));
	finding_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("sample finding " INT64_FORMAT, finding_id));
	return finding_id;
}

/*
 * assure_record_sample_finding keeps what was found of who was drawn.
 */
PGDLLEXPORT Datum
assure_record_sample_finding(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "finding", SAMPLE_SCOPES, "record_sample_finding", finding_record));
}
