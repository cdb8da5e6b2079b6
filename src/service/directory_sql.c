/*-------------------------------------------------------------------------
 *
 * directory_sql.c
 *		Entry points: health stewards, contacts, targets.
 *
 * Each is one row by its code, entered or changed as a whole.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"

#include "audit/audit.h"
#include "core/document_call.h"
#include "core/fixed.h"
#include "service/service_document.h"

PG_FUNCTION_INFO_V1(assure_put_steward);
PG_FUNCTION_INFO_V1(assure_put_contact);
PG_FUNCTION_INFO_V1(assure_put_coverage_target);

#define GOAL_MICRO_MAX (INT64CONST(1000000000) * 1000000)
#define NONE_NULL "          "

static SqlPlan find_worker = {"SELECT worker_id FROM assure.worker WHERE code = $1", {TEXTOID}};
static SqlPlan find_supplier = {"SELECT supplier_id FROM assure.supplier WHERE code = $1", {TEXTOID}};
static SqlPlan find_branch = {"SELECT branch_id FROM assure.branch WHERE code = $1", {TEXTOID}};
static SqlPlan find_provider = {"SELECT provider_id FROM assure.provider WHERE code = $1", {TEXTOID}};

/*
 * key_or_null returns the key of a code as a parameter, and NULL for no code.
 */
static Datum
key_or_null(SqlPlan *plan, const char *what, const char *code, char *null)
{
	*null = code == NULL ? 'n' : ' ';
	return code == NULL ? (Datum) 0 : Int64GetDatum(find_key(plan, what, code, NULL));
}

/*
 * steward_put enters or changes a health steward.
 */
static int64
steward_put(Call *call, Jsonb *document)
{
	static const char *const keys[] = {"code", "name", "phone", "worker", "supplier", "active_from", "active_to", NULL};
	static SqlPlan upsert = {
		"INSERT INTO assure.steward (code, name, phone, worker_id, supplier_id, active_from, active_to) VALUES ($1, $2, $3, $4, $5, $6, $7) "
		"ON CONFLICT (code) DO UPDATE SET name = excluded.name, phone = excluded.phone, worker_id = excluded.worker_id, "
		"  supplier_id = excluded.supplier_id, active_from = excluded.active_from, active_to = excluded.active_to RETURNING steward_id",
		{TEXTOID, TEXTOID, TEXTOID, INT8OID, INT8OID, DATEOID, DATEOID}
	};
	char	   *texts[5] = {NULL, NULL, NULL, NULL, NULL};
	DateADT		from = 0;
	DateADT		to = 0;
	char		nulls[] = NONE_NULL;
	DocReader	reader;
	DocNode		root;
	DocNode		node;
	Datum		values[7];
	int64		steward_id;

	doc_open(&reader, &root, document, "steward", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		for (int i = 0; i < 5; i++)
			texts[i] = i < 2 ? member_text(&root, keys[i]) : member_text_or_null(&root, keys[i], CODE_BYTES_MAX);
		if (texts[3] != NULL && doc_member(&root, "supplier", &node) && texts[4] != NULL)
			doc_fail_invalid(&node, "a worker of the company is not a supplier's");
		from = member_date(&root, "active_from");
		to = member_date_or_open(&root, "active_to", from);
	}
	doc_report(&reader, NULL);
	for (int i = 0; i < 3; i++)
		values[i] = text_or_null(texts[i], &nulls[i]);
	values[3] = key_or_null(&find_worker, "worker", texts[3], &nulls[3]);
	values[4] = key_or_null(&find_supplier, "supplier", texts[4], &nulls[4]);
	values[5] = DateADTGetDatum(from);
	values[6] = DateADTGetDatum(to);
	plan_run(&upsert, values, nulls);
	steward_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("steward " INT64_FORMAT, steward_id));
	return steward_id;
}

/*
 * assure_put_steward enters a health steward and returns the key.
 */
PGDLLEXPORT Datum
assure_put_steward(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "steward", SCOPE_ADMIN, "put_steward", steward_put));
}

/*
 * contact_put enters or changes a contact.
 */
static int64
contact_put(Call *call, Jsonb *document)
{
	static const char *const keys[] = {"code", "party", "party_code", "name", "duty", "phone", "email", "region", "active_to", NULL};
	static const char *const parties[] = {"", "branch", "supplier", "provider", "insurer", "other", NULL};
	SqlPlan    *of_party[] = {NULL, &find_branch, &find_supplier, &find_provider, NULL, NULL};
	static SqlPlan upsert = {
		"INSERT INTO assure.contact (code, party_code, name, duty, phone, email, party, region, active_to) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, 0)::assure.region, $9) "
		"ON CONFLICT (code) DO UPDATE SET party = excluded.party, party_code = excluded.party_code, name = excluded.name, duty = excluded.duty, "
		"  phone = excluded.phone, email = excluded.email, region = excluded.region, active_to = excluded.active_to RETURNING contact_id",
		{TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT4OID, DATEOID}
	};
	char	   *texts[6] = {NULL, NULL, NULL, NULL, NULL, NULL};
	int			party = 0;
	Region		region = 0;
	DateADT		to = 0;
	char		nulls[] = NONE_NULL;
	DocReader	reader;
	DocNode		root;
	DocNode		node;
	Datum		values[9];
	int64		contact_id;

	doc_open(&reader, &root, document, "contact", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		texts[0] = member_text(&root, "code");
		party = doc_require(&root, "party", &node) ? doc_code(&node, parties) : 0;
		for (int i = 1; i < 4; i++)
			texts[i] = member_text(&root, keys[i + 1]);
		for (int i = 4; i < 6; i++)
			texts[i] = member_text_or_null(&root, keys[i + 1], CODE_BYTES_MAX);
		if (texts[4] == NULL && texts[5] == NULL)
			doc_fail_invalid(&root, "neither phone nor email");
		region = doc_member(&root, "region", &node) ? member_region(&root, "region") : 0;
		to = member_date_or_open(&root, "active_to", DATEVAL_NOBEGIN + 1);
	}
	doc_report(&reader, NULL);
	if (of_party[party] != NULL)
		(void) find_key(of_party[party], parties[party], texts[1], NULL);
	if (region != 0)
		require_region(region);
	for (int i = 0; i < 6; i++)
		values[i] = text_or_null(texts[i], &nulls[i]);
	values[6] = CStringGetTextDatum(parties[party]);
	values[7] = RegionGetDatum(region);
	values[8] = DateADTGetDatum(to);
	plan_run(&upsert, values, nulls);
	contact_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("contact " INT64_FORMAT, contact_id));
	return contact_id;
}

/*
 * assure_put_contact enters a contact and returns the key.
 */
PGDLLEXPORT Datum
assure_put_contact(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "contact", SCOPE_SUPERVISOR | SCOPE_ADMIN, "put_contact", contact_put));
}

static const char *const target_measures[] = {
	"", "provinces_served", "served_share", "served_growth", "branch_place_share", "network_share", "access_days_change",
	"supplier_sample_share", "steward_sample_share", NULL
};

typedef struct TargetDocument
{
	char	   *code;
	int64		year;
	int			measure;
	int			comparison;
	int64		goal_micro;
	char	   *service_kind;	/* of the two network measures */
	int64		universe;		/* 0: another measure */
	char	   *note;
} TargetDocument;

static const char *const comparisons[] = {"", ">=", ">", "<=", "<", NULL};

/*
 * target_read reads and checks a target.  The two measures of the network, and
 * only they, are about a kind of service in a universe of prefectures.
 */
static void
target_read(Jsonb *document, TargetDocument *target)
{
	static const char *const keys[] = {"code", "year", "measure", "comparison", "goal", "service_kind", "universe", "note", NULL};
	static const char *const kinds[] = {"", "second_opinion", "medical_access", "escort", "check_up", "dental", "online_doctor", "medicine_delivery",
	"rehabilitation", "other", NULL};
	static const char *const universes[] = {"293", "297", "333", "337", "342", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		node;
	bool		is_network;
	bool		found = false;

	memset(target, 0, sizeof(*target));
	doc_open(&reader, &root, document, "target", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		target->code = member_text(&root, "code");
		target->year = doc_require(&root, "year", &node) ? doc_integer(&node, 1990, 2999) : 0;
		target->measure = doc_require(&root, "measure", &node) ? doc_code(&node, target_measures) : 0;
		target->comparison = doc_require(&root, "comparison", &node) ? doc_code(&node, comparisons) : 0;
		target->goal_micro = doc_require(&root, "goal", &node) ? doc_decimal(&node, GOAL_MICRO_MAX) : 0;
		is_network = strcmp(target_measures[target->measure], "branch_place_share") == 0 || strcmp(target_measures[target->measure], "network_share") == 0;
		if (doc_member(&root, "service_kind", &node) != is_network || doc_member(&root, "universe", &node) != is_network)
			doc_fail_invalid(&root, is_network ? "service_kind and universe are missing" : "service_kind and universe are not for measure \"%s\"",
							 target_measures[target->measure]);
		else if (is_network)
		{
			target->universe = doc_integer(&node, 0, 999);
			for (int i = 0; universes[i] != NULL; i++)
				found = found || atoi(universes[i]) == target->universe;
			if (!found)
				doc_fail_invalid(&node, "not one of 293, 297, 333, 337, 342");
			if (doc_require(&root, "service_kind", &node))
				target->service_kind = pstrdup(kinds[doc_code(&node, kinds)]);
		}
		target->note = member_text_or_null(&root, "note", WORDS_BYTES_MAX);
	}
	doc_report(&reader, NULL);
}

/*
 * target_put sets a target of a year.
 */
static int64
target_put(Call *call, Jsonb *document)
{
	static SqlPlan upsert = {
		"INSERT INTO assure.coverage_target (code, year, measure, comparison, goal, service_kind, universe, note) "
		"VALUES ($1, $2, $3, $4, trim_scale($5::numeric / 1000000), $6, nullif($7, 0), $8) "
		"ON CONFLICT (code, year) DO UPDATE SET measure = excluded.measure, comparison = excluded.comparison, goal = excluded.goal, "
		"  service_kind = excluded.service_kind, universe = excluded.universe, note = excluded.note RETURNING coverage_target_id",
		{TEXTOID, INT4OID, TEXTOID, TEXTOID, INT8OID, TEXTOID, INT4OID, TEXTOID}
	};
	TargetDocument target;
	char		nulls[] = NONE_NULL;
	Datum		values[8];
	int64		target_id;

	target_read(document, &target);
	values[0] = CStringGetTextDatum(target.code);
	values[1] = Int32GetDatum((int32) target.year);
	values[2] = CStringGetTextDatum(target_measures[target.measure]);
	values[3] = CStringGetTextDatum(comparisons[target.comparison]);
	values[4] = Int64GetDatum(target.goal_micro);
	values[5] = text_or_null(target.service_kind, &nulls[5]);
	values[6] = Int32GetDatum((int32) target.universe);
	values[7] = text_or_null(target.note, &nulls[7]);
	plan_run(&upsert, values, nulls);
	target_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("coverage target " INT64_FORMAT, target_id));
	return target_id;
}

/*
 * assure_put_coverage_target sets a target of a year and returns its key.
 */
PGDLLEXPORT Datum
assure_put_coverage_target(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "target", SCOPE_ADMIN, "put_coverage_target", target_put));
}
