/*-------------------------------------------------------------------------
 *
 * service_document.c
 *		What the documents of the directories of services have in common.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "service/service_document.h"

/*
 * member_text reads a text that must be there.
 */
char *
member_text(const DocNode *node, const char *key)
{
	DocNode		child;

	return doc_require(node, key, &child) ? doc_text(&child, CODE_BYTES_MAX) : NULL;
}

/*
 * member_text_or_null reads a text that may be missing or null.
 */
char *
member_text_or_null(const DocNode *node, const char *key, int bytes_max)
{
	DocNode		child;

	return doc_member(node, key, &child) && child.value.type != jbvNull ? doc_text(&child, bytes_max) : NULL;
}

/*
 * member_date reads a day that must be there.
 */
DateADT
member_date(const DocNode *node, const char *key)
{
	DocNode		child;

	return doc_require(node, key, &child) ? doc_date(&child) : 0;
}

/*
 * member_date_or_open reads a last day: open where it is missing or null; the day
 * before the first takes all of it back, none is earlier.
 */
DateADT
member_date_or_open(const DocNode *node, const char *key, DateADT from)
{
	DocNode		child;
	DateADT		to;

	if (!doc_member(node, key, &child) || child.value.type == jbvNull)
		return DATEVAL_NOEND;
	to = doc_date(&child);
	if (to < from - 1)
		doc_fail_invalid(&child, "is before the day before the first one");
	return to;
}

/*
 * member_region reads a region that must be there.
 */
Region
member_region(const DocNode *node, const char *key)
{
	Region		region = 0;
	DocNode		child;
	char	   *code;

	if (!doc_require(node, key, &child))
		return 0;
	code = doc_text(&child, CODE_BYTES_MAX);
	if (!region_parse(code, (int) strlen(code), &region))
		doc_fail_invalid(&child, "\"%s\" is no region of six digits", code);
	return region;
}

/*
 * text_or_null returns a parameter, and sets its mark.
 */
Datum
text_or_null(const char *value, char *null)
{
	*null = value == NULL ? 'n' : ' ';
	return value == NULL ? (Datum) 0 : CStringGetTextDatum(value);
}

/*
 * find_key returns the key of a code.
 */
int64
find_key(SqlPlan *plan, const char *what, const char *code, const char *hint)
{
	Datum		value = CStringGetTextDatum(code);

	if (plan_run(plan, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errmsg("%s: \"%s\" does not exist", what, code),
				 hint != NULL ? errhint("%s", hint) : 0));
	return plan_int64(0, 1, 0);
}

/*
 * service_keys returns the keys of services; one that does not exist is an error.
 */
Datum
service_keys(const Column *codes)
{
	static SqlPlan find = {
		"SELECT min(c) FILTER (WHERE s.service_id IS NULL), coalesce(array_agg(s.service_id), '{}') FROM unnest($1) c LEFT JOIN assure.service s ON s.code = c",
		{TEXTARRAYOID}
	};
	Datum		value = column_array(codes);
	char	   *unknown;
	bool		isnull;

	plan_run(&find, &value, NULL);
	unknown = plan_text(0, 1);
	if (unknown != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errmsg("service: \"%s\" does not exist", unknown),
				 errhint("Services are entered with assure.put_service().")));
	return PointerGetDatum(PG_DETOAST_DATUM_COPY(plan_datum(0, 2, &isnull)));
}

/*
 * require_region refuses a code that is no division in force.
 */
void
require_region(Region region)
{
	static SqlPlan find = {"SELECT 1 FROM assure.division WHERE code OPERATOR(assure.=) $1::assure.region AND in_force", {INT4OID}};
	Datum		value = RegionGetDatum(region);

	if (plan_run(&find, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errmsg("region: \"%06d\" does not exist", region)));
}
