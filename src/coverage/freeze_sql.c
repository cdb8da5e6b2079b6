/*-------------------------------------------------------------------------
 *
 * freeze_sql.c
 *		Entry point: a report of coverage is kept as it was.
 *
 * What coverage says of a period changes for as long as services are withdrawn,
 * moves are stated late and divisions are loaded.  What was reported does not: it
 * is kept with all that was asked for, the list of bases of the location and the
 * transactions that it has seen, and never changed.  A later report of the same
 * has a name of its own.
 *
 * One statement counts and writes, so all rows are of one moment.  It locks
 * nothing but the name.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "audit/audit.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"

#define FREEZE_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define TEXT_BYTES_MAX 200
#define NOTE_BYTES_MAX 2000
#define LIST_MAX 1000

PG_FUNCTION_INFO_V1(assure_freeze_coverage);

/* Parameters of the statement, in its order; 0 for what is not asked for. */
typedef enum ReportField
{
	REPORT_NAME,
	REPORT_PERIOD,
	REPORT_BY,
	REPORT_PLACE,
	REPORT_BASIS,
	REPORT_NOTE,
	REPORT_SERVICES,
	REPORT_INSURERS,
	REPORT_LOCATION,
	REPORT_UNIVERSE,
	REPORT_ROLE,
	REPORT_AUDIT,
	REPORT_FIELD_COUNT
} ReportField;

typedef struct Report
{
	const char *name;
	Datum		values[REPORT_FIELD_COUNT];
	char		nulls[REPORT_FIELD_COUNT + 1];
} Report;

/*
 * text_read reads a member, if it is there, else what stands for it.
 */
static const char *
text_read(Report *report, const DocNode *root, const char *key, ReportField field, const char *otherwise)
{
	DocNode		node;
	const char *text = doc_member(root, key, &node) ? doc_text(&node, field == REPORT_NOTE ? NOTE_BYTES_MAX : TEXT_BYTES_MAX) : otherwise;

	if (text != NULL)
		report->values[field] = CStringGetTextDatum(text);
	report->nulls[field] = text == NULL ? 'n' : ' ';
	return text;
}

/*
 * texts_read reads a list of texts, if it is there.
 */
static void
texts_read(Report *report, const DocNode *root, const char *key, ReportField field)
{
	Column		texts;
	DocNode		list;
	DocNode		node;
	int			count;

	report->nulls[field] = 'n';
	if (!doc_member(root, key, &list))
		return;
	count = doc_list(&list, 1, LIST_MAX);
	column_start(&texts, TEXTOID);
	for (int i = 0; i < count; i++)
	{
		doc_element(&list, i, &node);
		column_add_text(&texts, doc_text(&node, TEXT_BYTES_MAX));
	}
	report->values[field] = column_array(&texts);
	report->nulls[field] = ' ';
}

/*
 * universe_read reads which prefectures are counted: only of a report by
 * prefecture, all of them where nothing is said.
 */
static void
universe_read(Report *report, const DocNode *root, bool by_prefecture)
{
	DocNode		node;

	report->nulls[REPORT_UNIVERSE] = by_prefecture ? ' ' : 'n';
	report->values[REPORT_UNIVERSE] = Int32GetDatum(342);
	if (!doc_member(root, "universe", &node))
		return;
	report->values[REPORT_UNIVERSE] = Int32GetDatum((int32) doc_integer(&node, 1, 999));
	if (!by_prefecture)
		doc_fail_invalid(&node, "is of reports by prefecture only");
}

/*
 * report_read reads the document; what it asks for is checked where it is counted.
 */
static void
report_read(Jsonb *document, Report *report)
{
	static const char *const keys[] = {
		"name", "period", "by", "place", "services", "insurers", "basis", "location", "universe", "note", NULL
	};
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	memset(report, 0, sizeof(*report));
	doc_open(&reader, &root, document, "report", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		const char *by;

		(void) doc_require(&root, "name", &node);
		(void) doc_require(&root, "period", &node);
		report->name = text_read(report, &root, "name", REPORT_NAME, NULL);
		(void) text_read(report, &root, "period", REPORT_PERIOD, NULL);
		by = text_read(report, &root, "by", REPORT_BY, "province");
		(void) text_read(report, &root, "place", REPORT_PLACE, "customer");
		(void) text_read(report, &root, "basis", REPORT_BASIS, "any_day");
		(void) text_read(report, &root, "note", REPORT_NOTE, NULL);
		texts_read(report, &root, "services", REPORT_SERVICES);
		texts_read(report, &root, "insurers", REPORT_INSURERS);
		texts_read(report, &root, "location", REPORT_LOCATION);
		universe_read(report, &root, by != NULL && strcmp(by, "prefecture") == 0);
	}
	doc_report(&reader, NULL);
}

/*
 * report_freeze counts, and keeps what was counted; returns the key.
 */
static int64
report_freeze(Call *call, Jsonb *document)
{
	static SqlPlan freeze = {
		"WITH r AS (INSERT INTO assure.coverage_report (name, period, by, place, services, insurers, basis, location, universe, note, frozen_by, seen, audit_id) "
		"  VALUES ($1, $2::daterange, $3, $4, $7, $8, $5, coalesce($9, '{residence,contract,branch,resident_id}'), $10, $6, $11, pg_current_snapshot(), $12) "
		"  ON CONFLICT (name) DO NOTHING RETURNING report_id), "
		"written AS (INSERT INTO assure.coverage_report_row (report_id, row_no, region, code, name, insured, served, rate, outside) "
		"  SELECT r.report_id, row_number() OVER (ORDER BY d.n), d.region, d.code, d.name, d.insured, d.served, d.rate, d.outside FROM r, "
		"    LATERAL assure.coverage_detail($2::daterange, $3, $4, $7, $8, $5, $9) WITH ORDINALITY AS d (region, code, name, insured, served, rate, outside, n) "
		"  WHERE $10 IS NULL OR d.region OPERATOR(assure.=) ANY (ARRAY(SELECT u.region FROM assure.prefectures($10) u))) "
		"SELECT report_id FROM r",
		{TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT4OID, TEXTOID, INT8OID}
	};
	AuditRow	audit = {.row_count = 1};
	Report		report;
	int64		report_id;

	report_read(document, &report);
	for (int i = 0; i < REPORT_FIELD_COUNT; i++)
		if (report.nulls[i] == '\0')
			report.nulls[i] = ' ';
	audit.audit_id = audit_next_id();
	report.values[REPORT_ROLE] = CStringGetTextDatum(call->session_role);
	report.values[REPORT_AUDIT] = Int64GetDatum(audit.audit_id);
	if (plan_run(&freeze, report.values, report.nulls) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REF_CONFLICT),
				 errmsg("name: a report \"%s\" was frozen before", report.name),
				 errhint("A frozen report is never changed; give the new one a name of its own.")));
	report_id = plan_int64(0, 1, 0);
	audit.subject = psprintf("coverage report " INT64_FORMAT, report_id);
	audit_write(call, &audit);
	return report_id;
}

/*
 * assure_freeze_coverage counts coverage and keeps the report as it is.
 */
PGDLLEXPORT Datum
assure_freeze_coverage(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "report", FREEZE_SCOPES, "freeze_coverage", report_freeze));
}
