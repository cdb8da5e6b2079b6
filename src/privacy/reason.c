/*-------------------------------------------------------------------------
 *
 * reason.c
 *		Why somebody looked at a person, or erased one: it is kept for ever.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "core/plan.h"
#include "privacy/privacy.h"

#define REASON_CHARACTERS_MAX 500

/*
 * argument_required returns a text argument that must be there.
 */
char *
argument_required(FunctionCallInfo fcinfo, int number, const char *name)
{
	if (PG_ARGISNULL(number))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be NULL", name)));
	return text_to_cstring(PG_GETARG_TEXT_PP(number));
}

/*
 * reason_required returns a reason that says something.
 */
char *
reason_required(FunctionCallInfo fcinfo, int number)
{
	char	   *reason = argument_required(fcinfo, number, "reason");

	if (strspn(reason, " \t\r\n") == strlen(reason) || pg_mbstrlen(reason) > REASON_CHARACTERS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("reason is empty, or longer than %d characters", REASON_CHARACTERS_MAX),
				 errhint("It is kept for ever, for whoever asks why.")));
	return reason;
}

/*
 * reason_refuse_values refuses a reason that holds a name, a number or an account
 * of the person: what is kept for ever must not undo that he is erased.
 */
void
reason_refuse_values(const char *reason, int64 account_id, int64 member_id)
{
	static SqlPlan find = {
		"SELECT x.what FROM assure.member m CROSS JOIN LATERAL ("
		"  VALUES ('name', nullif(m.name, '*')), ('identity number', m.resident_id), ('telephone', m.phone) "
		"  UNION ALL SELECT 'bank account', v.bank_account FROM assure.payee y JOIN assure.payee_version v USING (account_id, payee_id) "
		"  WHERE y.account_id = m.account_id AND y.member_id = m.member_id) x (what, value) "
		"WHERE m.account_id = $2 AND m.member_id = $3 AND length(x.value) > 1 AND position(lower(x.value) IN lower($1)) > 0 ORDER BY 1 LIMIT 1",
		{TEXTOID, INT8OID, INT8OID}
	};
	Datum		values[3] = {CStringGetTextDatum(reason), Int64GetDatum(account_id), Int64GetDatum(member_id)};

	if (plan_run(&find, values, NULL) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("reason holds the person's %s", plan_text(0, 1)),
				 errdetail("A reason is kept for ever, the person's values are not."),
				 errhint("Name a case or a letter by its number.")));
}
