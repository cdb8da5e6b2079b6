/*-------------------------------------------------------------------------
 *
 * check_sql.c
 *		Entry point: what is wrong with a decision table.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type_d.h"
#include "fmgr.h"
#include "funcapi.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "core/result_set.h"
#include "dmn/dmn_check.h"
#include "dmn/pins.h"

PG_FUNCTION_INFO_V1(assure_check_table);

/*
 * put_finding puts a finding into the result.
 */
static void
put_finding(void *data, const char *kind, const int *rules, int rule_count, const char *region)
{
	ReturnSetInfo *result = data;
	Datum	   *numbers = palloc(sizeof(Datum) * Max(rule_count, 1));
	Datum		values[3];
	bool		nulls[3] = {false};

	for (int i = 0; i < rule_count; i++)
		numbers[i] = Int32GetDatum(rules[i] + 1);
	values[0] = CStringGetTextDatum(kind);
	values[1] = PointerGetDatum(construct_array(numbers, rule_count, INT4OID, sizeof(int32), true, TYPALIGN_INT));
	values[2] = CStringGetTextDatum(region);
	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
	pfree(numbers);
}

/*
 * check_tables analyses the tables in a box, and returns how many there are.
 */
static int
check_tables(FeelState *state, const DmnBox *box, const DmnFindings *findings)
{
	int			count = 0;

	check_stack_depth();
	if (box == NULL)
		return 0;
	if (box->table != NULL)
	{
		dmn_check_table(state, box->table, findings);
		return 1;
	}
	for (int i = 0; i < box->child_count; i++)
		count += check_tables(state, box->children[i], findings);
	if (box->function != NULL)
		count += check_tables(state, box->function->body, findings);
	return count;
}

/*
 * assure_check_table reports gaps, rules that never fire, and clashes.
 */
PGDLLEXPORT Datum
assure_check_table(PG_FUNCTION_ARGS)
{
	DmnFindings findings = {.found = put_finding};
	PinnedNode	pinned;

	result_set_open(fcinfo);
	findings.data = fcinfo->resultinfo;
	pinned = pins_ask(fcinfo, "check_table", PG_GETARG_TEXT_PP(0), PG_GETARG_TEXT_PP(1), DMN_VERSION_IN_FORCE);
	if (check_tables(pinned.state, pinned.node->function ? pinned.node->function->body : pinned.node->box, &findings) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s has no decision table", pinned.node->label)));
	return (Datum) 0;
}
