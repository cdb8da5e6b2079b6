/*-------------------------------------------------------------------------
 *
 * catalogue_sql.c
 *		Entry point: a service is entered in the catalogue, or changed.
 *
 * What a service promises and how it is done are versions, immutable; its name and
 * kind are of the service.
 *
 * Locking: the service, so that its versions are numbered one after another.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"

#include "audit/audit.h"
#include "core/document_call.h"
#include "service/service_document.h"

PG_FUNCTION_INFO_V1(assure_put_service);

#define STEPS_MAX		100
#define SCRIPT_BYTES_MAX 20000
#define STANDARD_DAYS_MAX 1000

typedef struct ServiceDocument
{
	char	   *code;
	char	   *name;
	int			kind;
	DateADT		active_from;
	DateADT		active_to;
	Jsonb	   *standard;
	Jsonb	   *process;
	char	   *script;
} ServiceDocument;

static const char *const service_kinds[] = {
	"", "second_opinion", "medical_access", "escort", "check_up", "dental", "online_doctor", "medicine_delivery", "rehabilitation", "other", NULL
};

/*
 * standard_read reads what is promised: days of work by step, and words.
 */
static Jsonb *
standard_read(const DocNode *root)
{
	static const char *const keys[] = {"accept_days", "schedule_days", "start_days", "finish_days", "words", NULL};
	JsonbParseState *state = NULL;
	DocNode		standard;
	DocNode		node;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	if (doc_member(root, "standard", &standard) && doc_object(&standard, keys))
	{
		for (int i = 0; i < 4; i++)
			if (doc_member(&standard, keys[i], &node))
				doc_push_integer(&state, keys[i], doc_integer(&node, 0, STANDARD_DAYS_MAX));
		if (doc_member(&standard, "words", &node))
			doc_push_text(&state, "words", doc_formula(&node, WORDS_BYTES_MAX));
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/*
 * process_read reads the steps for who does it.
 */
static Jsonb *
process_read(const DocNode *root)
{
	JsonbParseState *state = NULL;
	DocNode		process;
	DocNode		node;
	int			count;

	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	count = doc_member(root, "process", &process) ? doc_list(&process, 0, STEPS_MAX) : 0;
	for (int i = 0; i < count; i++)
	{
		doc_element(&process, i, &node);
		doc_push_element_text(&state, doc_text(&node, WORDS_BYTES_MAX));
	}
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
}

/*
 * service_read reads and checks a service.
 */
static void
service_read(Jsonb *document, ServiceDocument *service)
{
	static const char *const keys[] = {"code", "name", "kind", "active_from", "active_to", "standard", "process", "script", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	memset(service, 0, sizeof(*service));
	doc_open(&reader, &root, document, "service", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		service->code = member_text(&root, "code");
		service->name = member_text(&root, "name");
		service->kind = doc_require(&root, "kind", &node) ? doc_code(&node, service_kinds) : 0;
		service->active_from = member_date(&root, "active_from");
		service->active_to = member_date_or_open(&root, "active_to", service->active_from);
		service->standard = standard_read(&root);
		service->process = process_read(&root);
		service->script = doc_member(&root, "script", &node) ? doc_formula(&node, SCRIPT_BYTES_MAX) : pstrdup("");
	}
	doc_report(&reader, NULL);
}

/*
 * version_put adds a version unless the newest one says the same, and returns its
 * key.
 */
static int64
version_put(Call *call, int64 service_id, const ServiceDocument *service)
{
	static SqlPlan newest = {
		"SELECT service_version_id, active_from = $2 AND active_to = $3 AND standard = $4 AND process = $5 AND script = $6 "
		"FROM assure.service_version WHERE service_id = $1 ORDER BY version DESC LIMIT 1",
		{INT8OID, DATEOID, DATEOID, JSONBOID, JSONBOID, TEXTOID}
	};
	static SqlPlan insert = {
		"INSERT INTO assure.service_version (service_id, version, active_from, active_to, standard, process, script, published_by) "
		"SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7 FROM assure.service_version WHERE service_id = $1 RETURNING service_version_id",
		{INT8OID, DATEOID, DATEOID, JSONBOID, JSONBOID, TEXTOID, TEXTOID}
	};
	Datum		values[7];
	int64		version_id;

	values[0] = Int64GetDatum(service_id);
	values[1] = DateADTGetDatum(service->active_from);
	values[2] = DateADTGetDatum(service->active_to);
	values[3] = JsonbPGetDatum(service->standard);
	values[4] = JsonbPGetDatum(service->process);
	values[5] = CStringGetTextDatum(service->script);
	values[6] = CStringGetTextDatum(call->session_role);
	if (plan_run(&newest, values, NULL) == 1 && plan_bool(0, 2))
		return plan_int64(0, 1, 0);
	plan_run(&insert, values, NULL);
	version_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("service version " INT64_FORMAT, version_id));
	return version_id;
}

/*
 * service_put enters or changes a service.  The table's own trigger notes a change
 * of its name or kind.
 */
static int64
service_put(Call *call, Jsonb *document)
{
	static SqlPlan upsert = {
		"INSERT INTO assure.service AS s (code, name, kind) VALUES ($1, $2, $3) "
		"ON CONFLICT (code) DO UPDATE SET name = excluded.name, kind = excluded.kind WHERE (s.name, s.kind) IS DISTINCT FROM (excluded.name, excluded.kind)",
		{TEXTOID, TEXTOID, TEXTOID}
	};
	static SqlPlan lock = {"SELECT service_id FROM assure.service WHERE code = $1 FOR NO KEY UPDATE", {TEXTOID}};
	ServiceDocument service;
	Datum		values[3];

	service_read(document, &service);
	values[0] = CStringGetTextDatum(service.code);
	values[1] = CStringGetTextDatum(service.name);
	values[2] = CStringGetTextDatum(service_kinds[service.kind]);
	plan_run(&upsert, values, NULL);
	plan_run(&lock, values, NULL);
	return version_put(call, plan_int64(0, 1, 0), &service);
}

/*
 * assure_put_service enters a service in the catalogue and returns the key of its
 * version.
 */
PGDLLEXPORT Datum
assure_put_service(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "service", SCOPE_ADMIN, "put_service", service_put));
}
