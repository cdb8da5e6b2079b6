/*-------------------------------------------------------------------------
 *
 * location_sql.c
 *		Entry points: where customers live, and what else changes where they count.
 *
 * A location is stated with its days and never changed: a later statement about
 * the same days counts instead.  So a move is one row, and a correction another.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "commands/trigger.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/rel.h"

#include "audit/audit.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "coverage/coverage.h"

#define LOCATION_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define TEXT_BYTES_MAX 200

PG_FUNCTION_INFO_V1(assure_put_location);
PG_FUNCTION_INFO_V1(assure_coverage_noted);

/* In the order of the names below. */
static const char *const basis_names[] = {"residence", "contract", "branch", "resident_id", NULL};

typedef struct LocationDocument
{
	char	   *policy;
	char	   *member_ref;		/* NULL: the place of the policy */
	const char *basis;
	char	   *region;
	DateADT		valid_from;
	bool		has_end;
	DateADT		valid_to;
	char	   *source;
} LocationDocument;

/* What it is about. */
typedef struct Located
{
	int64		policy_id;
	int64		account_id;
	int64		member_id;
} Located;

/*
 * required_text reads a member of the document that must be there.
 */
static char *
required_text(DocNode *root, const char *key)
{
	DocNode		node;

	return doc_require(root, key, &node) ? doc_text(&node, TEXT_BYTES_MAX) : NULL;
}

/*
 * basis_read reads the basis: of a policy there is only its place.
 */
static const char *
basis_read(DocNode *root, bool of_policy)
{
	DocNode		node;
	int			code;

	if (!doc_member(root, "basis", &node))
		return of_policy ? "contract" : "residence";
	code = doc_code(&node, basis_names);
	if (code < 0)
		return NULL;
	if (of_policy && strcmp(basis_names[code], "contract") != 0)
		doc_fail_invalid(&node, "must be contract where no member_ref is given");
	return basis_names[code];
}

/*
 * location_read reads and checks the document.
 */
static void
location_read(Jsonb *document, LocationDocument *location)
{
	static const char *const keys[] = {"policy", "member_ref", "basis", "region", "valid_from", "valid_to", "source", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	memset(location, 0, sizeof(*location));
	doc_open(&reader, &root, document, "location", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		location->policy = required_text(&root, "policy");
		if (doc_member(&root, "member_ref", &node))
			location->member_ref = doc_text(&node, TEXT_BYTES_MAX);
		location->basis = basis_read(&root, location->member_ref == NULL);
		location->region = required_text(&root, "region");
		if (doc_require(&root, "valid_from", &node))
			location->valid_from = doc_date(&node);
		location->has_end = doc_member(&root, "valid_to", &node);
		if (location->has_end)
			location->valid_to = doc_date(&node);
		if (location->has_end && location->valid_to < location->valid_from)
			doc_fail_invalid(&node, "is before valid_from");
		location->source = required_text(&root, "source");
	}
	doc_report(&reader, NULL);
}

/*
 * location_find finds what the document is about, and refuses what nothing has.
 */
static Located
location_find(Call *call, const LocationDocument *location)
{
	static SqlPlan find = {
		"SELECT p.policy_id, p.branch_id, r.account_id, r.member_id, EXISTS (SELECT 1 FROM assure.region_builtin WHERE code::text = $3) "
		"  OR EXISTS (SELECT 1 FROM assure.region_local WHERE code::text = $3) FROM assure.policy p "
		"LEFT JOIN assure_internal.member_ref r ON r.policy_id = p.policy_id AND r.ref = $2 WHERE p.ref = $1", {TEXTOID, TEXTOID, TEXTOID}
	};
	const char *missing = NULL;
	const char *value = NULL;
	Datum		values[3];
	Located		located;

	values[0] = CStringGetTextDatum(location->policy);
	values[1] = CStringGetTextDatum(location->member_ref == NULL ? "" : location->member_ref);
	values[2] = CStringGetTextDatum(location->region);
	if (plan_run(&find, values, NULL) == 0)
		missing = "policy", value = location->policy;
	else if (location->member_ref != NULL && plan_int64(0, 4, 0) == 0)
		missing = "member_ref", value = location->member_ref;
	else if (!plan_bool(0, 5))
		missing = "region", value = location->region;
	if (missing != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errfield(missing), errmsg("%s: \"%s\" does not exist", missing, value)));
	located = (Located) {plan_int64(0, 1, 0), plan_int64(0, 3, 0), plan_int64(0, 4, 0)};
	call_require_branch(call, plan_int64(0, 2, 0), psprintf("policy \"%s\"", location->policy));
	return located;
}

/*
 * location_insert writes the row and returns its key.
 */
static int64
location_insert(const LocationDocument *location, const Located *located, int64 audit_id)
{
	static SqlPlan of_member = {
		"INSERT INTO assure.customer_location (account_id, member_id, basis, region, valid_from, valid_to, source, audit_id) "
		"VALUES ($1, $2, $3, $4::assure.region, $5, $6, $7, $8) RETURNING location_id",
		{INT8OID, INT8OID, TEXTOID, TEXTOID, DATEOID, DATEOID, TEXTOID, INT8OID}
	};
	static SqlPlan of_policy = {
		"INSERT INTO assure.policy_location (policy_id, region, valid_from, valid_to, source, audit_id) "
		"SELECT $1, $4::assure.region, $5, $6, $7, $8 WHERE $2 = 0 AND $3 = 'contract' RETURNING location_id",
		{INT8OID, INT8OID, TEXTOID, TEXTOID, DATEOID, DATEOID, TEXTOID, INT8OID}
	};
	bool		is_member = location->member_ref != NULL;
	Datum		values[8];
	char		nulls[9] = "        ";

	values[0] = Int64GetDatum(is_member ? located->account_id : located->policy_id);
	values[1] = Int64GetDatum(is_member ? located->member_id : 0);
	values[2] = CStringGetTextDatum(location->basis);
	values[3] = CStringGetTextDatum(location->region);
	values[4] = DateADTGetDatum(location->valid_from);
	values[5] = DateADTGetDatum(location->valid_to);
	nulls[5] = location->has_end ? ' ' : 'n';
	values[6] = CStringGetTextDatum(location->source);
	values[7] = Int64GetDatum(audit_id);
	plan_run(is_member ? &of_member : &of_policy, values, nulls);
	return plan_int64(0, 1, 0);
}

/*
 * location_put writes where a customer lives, or the place of a policy.
 */
static int64
location_put(Call *call, Jsonb *document)
{
	LocationDocument location;
	Located		located;
	AuditRow	row = {.row_count = 1};
	int64		location_id;

	location_read(document, &location);
	located = location_find(call, &location);
	row.audit_id = audit_next_id();
	location_id = location_insert(&location, &located, row.audit_id);
	row.subject = psprintf("location " INT64_FORMAT, location_id);
	audit_write(call, &row);
	if (location.member_ref != NULL)
		coverage_people_changed(array_of_int64(&located.account_id, 1), array_of_int64(&located.member_id, 1), true);
	return location_id;
}

/*
 * assure_put_location states where a customer lives, or the place of a policy.
 */
PGDLLEXPORT Datum
assure_put_location(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "location", LOCATION_SCOPES, "put_location", location_put));
}

/*
 * key_of_row returns a column of the row that a trigger is about.
 */
static Datum
key_of_row(const TriggerData *trigger, const char *column)
{
	TupleDesc	columns = trigger->tg_relation->rd_att;
	bool		isnull;

	return SPI_getbinval(trigger->tg_newtuple, columns, SPI_fnumber(columns, column), &isnull);
}

/*
 * assure_coverage_noted is a trigger after changes: of a row of assure.policy or
 * assure.branch, whose insured are looked at again; and of assure.region_local by
 * statement, after which the sets of the insured are made anew.
 */
PGDLLEXPORT Datum
assure_coverage_noted(PG_FUNCTION_ARGS)
{
	static SqlPlan of_policy = {
		"INSERT INTO assure_internal.coverage_recheck (kind, person_no) SELECT DISTINCT 'insured', m.person_no "
		"FROM assure.account a JOIN assure.member m USING (account_id) WHERE a.policy_id = $1", {INT8OID}
	};
	static SqlPlan of_branch = {
		"INSERT INTO assure_internal.coverage_recheck (kind, person_no) SELECT DISTINCT 'insured', m.person_no "
		"FROM assure.policy p JOIN assure.account a USING (policy_id) JOIN assure.member m USING (account_id) WHERE p.branch_id = $1", {INT8OID}
	};
	static SqlPlan of_all = {"UPDATE assure_internal.coverage_state SET insured_to = insured_from WHERE insured_to > insured_from", {0}};
	TriggerData *trigger = (TriggerData *) fcinfo->context;
	Call		call;
	Datum		key = 0;
	bool		of_a_policy = CALLED_AS_TRIGGER(fcinfo) && trigger_is_of(trigger, "policy");

	if (!CALLED_AS_TRIGGER(fcinfo) || !TRIGGER_FIRED_AFTER(trigger->tg_event) ||
		(TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event) ? !trigger_is_of(trigger, "region_local") :
		 !TRIGGER_FIRED_BY_UPDATE(trigger->tg_event) || !(of_a_policy || trigger_is_of(trigger, "branch"))))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("assure.coverage_noted() is a trigger after changes of assure.policy, assure.branch and assure.region_local")));
	call_begin_unchecked(&call, "coverage_noted");
	if (TRIGGER_FIRED_FOR_STATEMENT(trigger->tg_event))
		plan_run(&of_all, NULL, NULL);
	else
	{
		key = key_of_row(trigger, of_a_policy ? "policy_id" : "branch_id");
		plan_run(of_a_policy ? &of_policy : &of_branch, &key, NULL);
	}
	call_end(&call);
	return PointerGetDatum(NULL);
}
