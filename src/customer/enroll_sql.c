/*-------------------------------------------------------------------------
 *
 * enroll_sql.c
 *		Entry point: a person is enrolled under a certificate of a policy.
 *
 * The certificate (account), the person, the routing rows and the row that
 * locks the account's books are made with the first enrollment that needs them.
 *
 * Locking: the certificate's row, so that two enrollments of one family make
 * one account.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/jsonb.h"

#include "audit/audit.h"
#include "core/call.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/request.h"
#include "type/region.h"

PG_FUNCTION_INFO_V1(assure_enroll);

#define TEXT_BYTES_MAX 200

typedef struct Enrollment
{
	char	   *policy;
	char	   *certificate;
	char	   *member_ref;
	char	   *name;
	char	   *resident_id;	/* NULL: not stated */
	DateADT		birth_date;
	char	   *sex;
	char	   *phone;			/* NULL: not stated */
	char	   *region;
	char	   *plan;
	char	   *relationship;
	DateADT		enrolled_on;
	DateADT		continuous_since;
	bool		has_end;
	DateADT		ended_on;

	/* resolved */
	int64		policy_id;
	int64		plan_id;
	int64		account_id;
	int64		member_id;
} Enrollment;

/*
 * read_text reads a text member; NULL where an optional one is absent.
 */
static char *
read_text(DocNode *root, const char *key, bool required)
{
	DocNode	node;
	bool		there = required ? doc_require(root, key, &node) : doc_member(root, key, &node);

	return there ? doc_text(&node, TEXT_BYTES_MAX) : NULL;
}

/*
 * read_code reads a member that is one of a few names.
 */
static char *
read_code(DocNode *root, const char *key, const char *const *names)
{
	DocNode	node;
	int			code;

	if (!doc_require(root, key, &node))
		return NULL;
	code = doc_code(&node, names);
	return code > 0 ? pstrdup(names[code]) : NULL;
}

/*
 * read_date reads a date member; the default where an optional one is absent.
 */
static DateADT
read_date(DocNode *root, const char *key, bool required, DateADT if_absent, bool *has)
{
	DocNode	node;

	*has = required ? doc_require(root, key, &node) : doc_member(root, key, &node);
	return *has ? doc_date(&node) : if_absent;
}

/*
 * refuse_value refuses what a field says, and names both.
 */
static void
refuse_value(const char *field, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("member: %s: %s", field, why)));
}

/*
 * is_resident_id tells whether a text has the shape of a resident identity
 * number of 18 characters.
 */
static bool
is_resident_id(const char *text)
{
	return strlen(text) == 18 && strspn(text, "0123456789") >= 17 && text[0] != '0' &&
		strchr("0123456789X", text[17]) != NULL;
}

/*
 * enrollment_check refuses fields that do not fit each other.
 */
static void
enrollment_check(const Enrollment *enrollment)
{
	if (enrollment->continuous_since > enrollment->enrolled_on)
		refuse_value("continuous_since", "is after enrolled_on");
	if (enrollment->has_end && enrollment->ended_on < enrollment->enrolled_on)
		refuse_value("ended_on", "is before enrolled_on");
	if (enrollment->birth_date > enrollment->enrolled_on)
		refuse_value("birth_date", "is after enrolled_on");
	if (enrollment->resident_id != NULL && !is_resident_id(enrollment->resident_id))
		refuse_value("resident_id", "is not 17 digits and a digit or X");
}

/*
 * enrollment_read reads and checks the document.
 */
static void
enrollment_read(Jsonb *document, Enrollment *to)
{
	static const char *const keys[] = {
		"policy", "certificate", "member_ref", "name", "resident_id", "birth_date", "sex", "phone", "region",
		"plan", "relationship", "enrolled_on", "continuous_since", "ended_on", NULL
	};
	static const char *const sexes[] = {"", "F", "M", NULL};
	static const char *const relationships[] = {"", "self", "spouse", "child", "parent", NULL};
	DocReader	reader;
	DocNode	root;
	bool		has;

	memset(to, 0, sizeof(*to));
	doc_open(&reader, &root, document, "member", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		to->policy = read_text(&root, "policy", true);
		to->certificate = read_text(&root, "certificate", true);
		to->member_ref = read_text(&root, "member_ref", true);
		to->name = read_text(&root, "name", true);
		to->resident_id = read_text(&root, "resident_id", false);
		to->birth_date = read_date(&root, "birth_date", true, 0, &has);
		to->sex = read_code(&root, "sex", sexes);
		to->phone = read_text(&root, "phone", false);
		to->region = read_text(&root, "region", true);
		to->plan = read_text(&root, "plan", true);
		to->relationship = read_code(&root, "relationship", relationships);
		to->enrolled_on = read_date(&root, "enrolled_on", true, 0, &has);
		to->continuous_since = read_date(&root, "continuous_since", false, to->enrolled_on, &has);
		to->ended_on = read_date(&root, "ended_on", false, 0, &to->has_end);
	}
	doc_report(&reader, NULL);
	enrollment_check(to);
}

/*
 * refuse_unknown names the field and the value that nothing has.
 */
static void
refuse_unknown(const char *field, const char *value)
{
	ereport(ERROR,
			(errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errmsg("%s: \"%s\" does not exist", field, value)));
}

/*
 * resolve finds policy, plan and province, and checks that the branch is open
 * to the caller.
 */
static void
resolve(Call *call, Enrollment *enrollment)
{
	static SqlPlan find = {
		"SELECT p.policy_id, p.branch_id, (SELECT plan_id FROM assure.plan WHERE code = $2), "
		"  EXISTS (SELECT 1 FROM assure.division WHERE code = assure.province($3::assure.region) AND kind = 'province' AND in_force) "
		"FROM assure.policy p WHERE p.ref = $1", {TEXTOID, TEXTOID, INT4OID}
	};
	Datum		values[3];
	char		nulls[4] = "   ";
	Region		region = 0;

	if (enrollment->region == NULL || !region_parse(enrollment->region, (int) strlen(enrollment->region), &region))
		nulls[2] = 'n';
	values[0] = CStringGetTextDatum(enrollment->policy);
	values[1] = CStringGetTextDatum(enrollment->plan);
	values[2] = Int32GetDatum(region);
	if (plan_run(&find, values, nulls) == 0)
		refuse_unknown("policy", enrollment->policy);
	enrollment->policy_id = plan_int64(0, 1, 0);
	enrollment->plan_id = plan_int64(0, 3, 0);
	if (enrollment->plan_id == 0)
		refuse_unknown("plan", enrollment->plan);
	if (!plan_bool(0, 4))
		refuse_unknown("region", enrollment->region);
	call_require_branch(call, plan_int64(0, 2, 0), psprintf("policy \"%s\"", enrollment->policy));
}

/*
 * account_take finds or makes the certificate and locks it.
 */
static void
account_take(Enrollment *enrollment)
{
	static SqlPlan insert = {
		"WITH a AS (INSERT INTO assure.account (policy_id, ref) VALUES ($1, $2) "
		"  ON CONFLICT (policy_id, ref) DO NOTHING RETURNING account_id), "
		"b AS (INSERT INTO assure_internal.account_book (account_id) SELECT account_id FROM a) "
		"SELECT account_id FROM a", {INT8OID, TEXTOID}
	};
	static SqlPlan lock = {
		"SELECT account_id FROM assure.account WHERE policy_id = $1 AND ref = $2 FOR NO KEY UPDATE", {INT8OID, TEXTOID}
	};
	Datum		values[2];

	values[0] = Int64GetDatum(enrollment->policy_id);
	values[1] = CStringGetTextDatum(enrollment->certificate);
	if (plan_run(&insert, values, NULL) == 0 && plan_run(&lock, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("certificate \"%s\" is being made by a concurrent session", enrollment->certificate),
				 errhint("Retry the transaction.")));
	enrollment->account_id = plan_int64(0, 1, 0);
}

/*
 * member_params makes the parameters that insert and comparison share.
 */
static void
member_params(const Enrollment *enrollment, Datum *values, char *nulls)
{
	values[0] = Int64GetDatum(enrollment->account_id);
	values[1] = CStringGetTextDatum(enrollment->member_ref);
	values[2] = CStringGetTextDatum(enrollment->name);
	values[3] = enrollment->resident_id ? CStringGetTextDatum(enrollment->resident_id) : (Datum) 0;
	values[4] = DateADTGetDatum(enrollment->birth_date);
	values[5] = CStringGetTextDatum(enrollment->sex);
	values[6] = enrollment->phone ? CStringGetTextDatum(enrollment->phone) : (Datum) 0;
	values[7] = CStringGetTextDatum(enrollment->region);
	values[8] = Int64GetDatum(enrollment->policy_id);
	memset(nulls, ' ', 9);
	nulls[9] = '\0';
	nulls[3] = enrollment->resident_id ? ' ' : 'n';
	nulls[6] = enrollment->phone ? ' ' : 'n';
}

/*
 * member_take finds or makes the person.  A member_ref names one person for
 * good: other particulars under it are a mistake, not an update.
 */
static void
member_take(Enrollment *enrollment)
{
	static SqlPlan find = {
		"SELECT r.account_id, r.member_id, r.account_id = $1 AND m.name = $3 AND m.birth_date = $5 AND m.sex = $6 "
		"FROM assure_internal.member_ref r JOIN assure.member m ON m.account_id = r.account_id AND m.member_id = r.member_id "
		"WHERE r.policy_id = $9 AND r.ref = $2",
		{INT8OID, TEXTOID, TEXTOID, TEXTOID, DATEOID, TEXTOID, TEXTOID, TEXTOID, INT8OID}
	};
	static SqlPlan insert = {
		"WITH m AS (INSERT INTO assure.member (account_id, ref, name, resident_id, birth_date, sex, phone, region) "
		"  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING account_id, member_id) "
		"INSERT INTO assure_internal.member_ref (policy_id, ref, account_id, member_id) "
		"SELECT $9, $2, account_id, member_id FROM m RETURNING member_id",
		{INT8OID, TEXTOID, TEXTOID, TEXTOID, DATEOID, TEXTOID, TEXTOID, TEXTOID, INT8OID}
	};
	Datum		values[9];
	char		nulls[10];

	member_params(enrollment, values, nulls);
	if (plan_run(&find, values, nulls) == 0)
	{
		plan_run(&insert, values, nulls);
		enrollment->member_id = plan_int64(0, 1, 0);
		return;
	}
	if (!plan_bool(0, 3))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REF_CONFLICT),
				 errmsg("member_ref: \"%s\" is another person or on another certificate of policy \"%s\"",
						enrollment->member_ref, enrollment->policy),
				 errhint("Use a new member_ref for a new person.")));
	enrollment->member_id = plan_int64(0, 2, 0);
}

/*
 * enrollment_insert writes the enrollment.
 */
static void
enrollment_insert(const Enrollment *enrollment)
{
	static SqlPlan insert = {
		"INSERT INTO assure.enrollment (account_id, member_id, plan_id, relationship, enrolled_on, continuous_since, ended_on) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (account_id, member_id, enrolled_on) DO NOTHING",
		{INT8OID, INT8OID, INT8OID, TEXTOID, DATEOID, DATEOID, DATEOID}
	};
	Datum		values[7];
	char		nulls[8] = "       ";

	values[0] = Int64GetDatum(enrollment->account_id);
	values[1] = Int64GetDatum(enrollment->member_id);
	values[2] = Int64GetDatum(enrollment->plan_id);
	values[3] = CStringGetTextDatum(enrollment->relationship);
	values[4] = DateADTGetDatum(enrollment->enrolled_on);
	values[5] = DateADTGetDatum(enrollment->continuous_since);
	values[6] = DateADTGetDatum(enrollment->ended_on);
	nulls[6] = enrollment->has_end ? ' ' : 'n';
	if (plan_run(&insert, values, nulls) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("enrolled_on: member \"%s\" is enrolled from that day already", enrollment->member_ref)));
}

/*
 * assure_enroll enrolls a person and returns the member's key.
 */
PGDLLEXPORT Datum
assure_enroll(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	Jsonb	   *document;
	StringInfoData arguments;
	Enrollment	enrollment;
	Call		call;
	Jsonb	   *answer;
	int64		member_id;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("member must not be NULL")));
	document = PG_GETARG_JSONB_P(0);
	initStringInfo(&arguments);
	digest_text(&arguments, JsonbToCString(NULL, &document->root, VARSIZE(document)));
	call_begin(&call, SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN, "enroll");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		member_id = request_answer_int64(answer);
	else
	{
		enrollment_read(document, &enrollment);
		resolve(&call, &enrollment);
		account_take(&enrollment);
		member_take(&enrollment);
		enrollment_insert(&enrollment);
		member_id = enrollment.member_id;
		audit_write_one(&call, psprintf("account " INT64_FORMAT " member " INT64_FORMAT, enrollment.account_id, member_id));
		request_end_int64(request_id, member_id);
	}
	call_end(&call);
	PG_RETURN_INT64(member_id);
}
