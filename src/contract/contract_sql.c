/*-------------------------------------------------------------------------
 *
 * contract_sql.c
 *		Entry points: providers, contracts with them, and allowed prices.
 *
 * Prices are never changed, only followed by another revision: what a claim was
 * decided with can be looked up.  sql/contract/schema.sql says which contract and
 * which price count.
 *
 * Locking: a contract's row while its prices are set, so that two loads number
 * their revisions one after another.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/hsearch.h"
#include "utils/jsonb.h"

#include "audit/audit.h"
#include "core/call.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/request.h"
#include "core/result_set.h"
#include "type/region.h"

PG_FUNCTION_INFO_V1(assure_put_provider);
PG_FUNCTION_INFO_V1(assure_put_contract);
PG_FUNCTION_INFO_V1(assure_put_contract_prices);

#define TEXT_BYTES_MAX	200
#define PRICES_MAX		100000

/*
 * required_text reads a text member that must be there.
 */
static char *
required_text(DocNode *root, const char *key)
{
	DocNode		node;

	return doc_require(root, key, &node) ? doc_text(&node, TEXT_BYTES_MAX) : NULL;
}

/*
 * required_bool reads true or false that must be there.
 */
static bool
required_bool(DocNode *root, const char *key)
{
	DocNode		node;

	return doc_require(root, key, &node) && doc_bool(&node);
}

/* ----- providers ----- */

/*
 * region_check refuses a region that lies in no province.
 */
static void
region_check(const char *text)
{
	static SqlPlan find = {
		"SELECT 1 FROM assure.division WHERE code = assure.province($1::assure.region) AND kind = 'province' AND in_force", {INT4OID}
	};
	Region		region;
	Datum		value;

	if (text != NULL && region_parse(text, (int) strlen(text), &region))
	{
		value = Int32GetDatum(region);
		if (plan_run(&find, &value, NULL) > 0)
			return;
	}
	ereport(ERROR,
			(errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errfield("region"), errmsg("region: \"%s\" does not exist", text ? text : "")));
}

/*
 * provider_put adds or changes a provider.  The table's own trigger notes it in
 * the audit, as it does for an administrator's plain SQL.
 */
static int64
provider_put(Call *call, Jsonb *document)
{
	static const char *const keys[] = {"code", "name", "region", "grade", "ownership", "in_network", NULL};
	static const char *const ownerships[] = {"", "public", "private", NULL};
	static SqlPlan upsert = {
		"INSERT INTO assure.provider AS p (code, name, region, grade, ownership, in_network) VALUES ($1, $2, $3, $4, $5, $6) "
		"ON CONFLICT (code) DO UPDATE SET name = excluded.name, region = excluded.region, grade = excluded.grade, "
		"  ownership = excluded.ownership, in_network = excluded.in_network "
		"WHERE (p.name, p.region, p.grade, p.ownership, p.in_network) IS DISTINCT FROM "
		"  (excluded.name, excluded.region, excluded.grade, excluded.ownership, excluded.in_network)",
		{TEXTOID, TEXTOID, TEXTOID, INT2OID, TEXTOID, BOOLOID}
	};
	static SqlPlan find = {"SELECT provider_id FROM assure.provider WHERE code = $1", {TEXTOID}};
	DocReader	reader;
	DocNode		root;
	DocNode		node;
	char	   *texts[3] = {NULL, NULL, NULL};
	int64		grade = 0;
	int			ownership = 0;
	bool		in_network = false;
	Datum		values[6];

	doc_open(&reader, &root, document, "provider", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		for (int i = 0; i < 3; i++)
			texts[i] = required_text(&root, keys[i]);
		grade = doc_require(&root, "grade", &node) ? doc_integer(&node, 0, 3) : 0;
		ownership = doc_require(&root, "ownership", &node) ? doc_code(&node, ownerships) : 0;
		in_network = required_bool(&root, "in_network");
	}
	doc_report(&reader, NULL);
	region_check(texts[2]);
	for (int i = 0; i < 3; i++)
		values[i] = CStringGetTextDatum(texts[i]);
	values[3] = Int16GetDatum((int16) grade);
	values[4] = CStringGetTextDatum(ownerships[ownership]);
	values[5] = BoolGetDatum(in_network);
	plan_run(&upsert, values, NULL);
	plan_run(&find, values, NULL);
	return plan_int64(0, 1, 0);
}

/*
 * assure_put_provider adds or changes a provider and returns its key.
 */
PGDLLEXPORT Datum
assure_put_provider(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "provider", SCOPE_ADMIN, "put_provider", provider_put));
}

/* ----- contracts ----- */

typedef struct ContractDocument
{
	char	   *ref;
	char	   *provider;
	DateADT		valid_from;
	DateADT		valid_to;		/* DATEVAL_NOEND: open */
	bool		in_network;
} ContractDocument;

/*
 * contract_read reads and checks a contract.
 */
static void
contract_read(Jsonb *document, ContractDocument *contract)
{
	static const char *const keys[] = {"ref", "provider", "valid_from", "valid_to", "in_network", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	memset(contract, 0, sizeof(*contract));
	contract->valid_to = DATEVAL_NOEND;
	doc_open(&reader, &root, document, "contract", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		contract->ref = required_text(&root, "ref");
		contract->provider = required_text(&root, "provider");
		contract->valid_from = doc_require(&root, "valid_from", &node) ? doc_date(&node) : 0;
		if (doc_member(&root, "valid_to", &node) && node.value.type != jbvNull)
		{
			contract->valid_to = doc_date(&node);
			if (contract->valid_to < contract->valid_from - 1)
				doc_fail_invalid(&node, "is before the day before valid_from");
		}
		contract->in_network = required_bool(&root, "in_network");
	}
	doc_report(&reader, NULL);
}

/*
 * contract_change sets another end of a contract that is there, and refuses other
 * differences.
 */
static int64
contract_change(Call *call, const ContractDocument *contract)
{
	static SqlPlan lock = {
		"SELECT contract_id, provider_code = $2 AND valid_from = $3 AND in_network = $4, valid_to = $5 FROM assure.provider_contract WHERE ref = $1 FOR NO KEY UPDATE",
		{TEXTOID, TEXTOID, DATEOID, BOOLOID, DATEOID}
	};
	static SqlPlan update = {"UPDATE assure.provider_contract SET valid_to = $2 WHERE contract_id = $1", {INT8OID, DATEOID}};
	Datum		values[5];
	int64		contract_id;

	values[0] = CStringGetTextDatum(contract->ref);
	values[1] = CStringGetTextDatum(contract->provider);
	values[2] = DateADTGetDatum(contract->valid_from);
	values[3] = BoolGetDatum(contract->in_network);
	values[4] = DateADTGetDatum(contract->valid_to);
	if (plan_run(&lock, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("contract \"%s\" is being entered by a concurrent session", contract->ref),
				 errhint("Retry the transaction.")));
	contract_id = plan_int64(0, 1, 0);
	if (!plan_bool(0, 2))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REF_CONFLICT),
				 errfield("ref"), errmsg("ref: contract \"%s\" was entered before with other values", contract->ref),
				 errhint("Only its valid_to may change; use a new ref for a new contract.")));
	if (!plan_bool(0, 3))
	{
		values[0] = Int64GetDatum(contract_id);
		values[1] = DateADTGetDatum(contract->valid_to);
		plan_run(&update, values, NULL);
		audit_write_one(call, psprintf("contract " INT64_FORMAT, contract_id));
	}
	return contract_id;
}

/*
 * contract_put enters a contract, or sets its end.
 */
static int64
contract_put(Call *call, Jsonb *document)
{
	static SqlPlan insert = {
		"INSERT INTO assure.provider_contract (ref, provider_code, valid_from, in_network, valid_to, created_by) "
		"SELECT $1, code, $3, $4, $5, $6 FROM assure.provider WHERE code = $2 ON CONFLICT (ref) DO NOTHING RETURNING contract_id",
		{TEXTOID, TEXTOID, DATEOID, BOOLOID, DATEOID, TEXTOID}
	};
	static SqlPlan find_provider = {"SELECT 1 FROM assure.provider WHERE code = $1", {TEXTOID}};
	ContractDocument contract;
	Datum		values[6];
	int64		contract_id;

	contract_read(document, &contract);
	values[0] = CStringGetTextDatum(contract.ref);
	values[1] = CStringGetTextDatum(contract.provider);
	if (plan_run(&find_provider, &values[1], NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errfield("provider"), errmsg("provider: \"%s\" does not exist", contract.provider),
				 errhint("Providers are entered with assure.put_provider().")));
	values[2] = DateADTGetDatum(contract.valid_from);
	values[3] = BoolGetDatum(contract.in_network);
	values[4] = DateADTGetDatum(contract.valid_to);
	values[5] = CStringGetTextDatum(call->session_role);
	if (plan_run(&insert, values, NULL) == 0)
		return contract_change(call, &contract);
	contract_id = plan_int64(0, 1, 0);
	audit_write_one(call, psprintf("contract " INT64_FORMAT, contract_id));
	return contract_id;
}

/*
 * assure_put_contract enters a contract and returns its key.
 */
PGDLLEXPORT Datum
assure_put_contract(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "contract", SCOPE_ADMIN, "put_contract", contract_put));
}

/* ----- prices ----- */

typedef struct PriceRow
{
	char	   *code;
	bool		is_withdrawn;
	int64		price_fen;
	int			sqlstate;		/* 0: accepted */
	char	   *reason;
} PriceRow;

typedef struct PriceCode
{
	char		code[TEXT_BYTES_MAX + 1];	/* key */
	int			row_no;
} PriceCode;

/*
 * price_read reads a row; what is not as it should be refuses it.
 */
static void
price_read(const DocNode *node, PriceRow *row)
{
	static const char *const keys[] = {"code", "price", NULL};
	DocReader	reader = *node->reader;
	DocNode		root = *node;
	DocNode		member;

	root.reader = &reader;
	root.parent = NULL;
	memset(row, 0, sizeof(*row));
	if (doc_object(&root, keys))
	{
		row->code = required_text(&root, "code");
		if (doc_require(&root, "price", &member))
		{
			row->is_withdrawn = member.value.type == jbvNull;
			row->price_fen = row->is_withdrawn ? 0 : doc_amount(&member);
		}
	}
	if (reader.failed)
	{
		row->sqlstate = reader.sqlstate;
		row->reason = psprintf("%s%s%s", reader.path, reader.path[0] ? ": " : "", reader.message);
	}
}

/*
 * prices_read reads the rows and refuses a code that stands twice.
 */
static PriceRow *
prices_read(Jsonb *document, int *count)
{
	HASHCTL		control = {.keysize = TEXT_BYTES_MAX + 1, .entrysize = sizeof(PriceCode), .hcxt = CurrentMemoryContext};
	HTAB	   *codes = hash_create("pg_assure price codes", 256, &control, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	DocReader	reader;
	DocNode		root;
	PriceRow   *rows;

	doc_open(&reader, &root, document, "prices", ERRCODE_INVALID_PARAMETER_VALUE);
	*count = doc_list(&root, 0, PRICES_MAX);
	doc_report(&reader, NULL);
	rows = palloc(mul_size(sizeof(PriceRow), (Size) *count + 1));
	for (int i = 0; i < *count; i++)
	{
		DocNode		node;
		PriceCode  *known;
		bool		found;

		CHECK_FOR_INTERRUPTS();
		doc_element(&root, i, &node);
		price_read(&node, &rows[i]);
		if (rows[i].sqlstate != 0)
			continue;
		known = hash_search(codes, rows[i].code, HASH_ENTER, &found);
		if (!found)
			known->row_no = i + 1;
		else
		{
			rows[i].sqlstate = ERRCODE_UNIQUE_VIOLATION;
			rows[i].reason = psprintf("code: \"%s\" stands in row %d already", rows[i].code, known->row_no);
		}
	}
	return rows;
}

/*
 * prices_write adds a revision of each price that is another one than now.
 */
static void
prices_write(Call *call, int64 contract_id, const PriceRow *rows, int count)
{
	static SqlPlan insert = {
		"INSERT INTO assure.contract_price (contract_id, code, revision, price_fen, audit_id) "
		"SELECT k.contract_id, k.code, coalesce(p.revision, 0) + 1, k.price_fen, $4 FROM unnest($1, $2, $3) AS k (contract_id, code, price_fen) "
		"LEFT JOIN LATERAL (SELECT revision, price_fen FROM assure.contract_price p WHERE p.contract_id = k.contract_id AND p.code = k.code "
		"  ORDER BY revision DESC LIMIT 1) p ON true "
		"WHERE k.price_fen IS DISTINCT FROM p.price_fen",
		{INT8ARRAYOID, TEXTARRAYOID, INT8ARRAYOID, INT8OID}
	};
	AuditRow	audit = {.audit_id = audit_next_id(), .subject = psprintf("prices of contract " INT64_FORMAT, contract_id)};
	Column		columns[3];
	Datum		values[4];

	column_start(&columns[0], INT8OID);
	column_start(&columns[1], TEXTOID);
	column_start(&columns[2], INT8OID);
	for (int i = 0; i < count; i++)
	{
		if (rows[i].sqlstate != 0)
			continue;
		column_add_int64(&columns[0], contract_id);
		column_add_text(&columns[1], rows[i].code);
		if (rows[i].is_withdrawn)
			column_add_null(&columns[2]);
		else
			column_add_int64(&columns[2], rows[i].price_fen);
	}
	for (int i = 0; i < 3; i++)
		values[i] = column_array(&columns[i]);
	values[3] = Int64GetDatum(audit.audit_id);
	audit.row_count = (int) plan_run(&insert, values, NULL);
	if (audit.row_count > 0)
		audit_write(call, &audit);
}

/*
 * contract_lock finds the contract and locks it.
 */
static int64
contract_lock(const char *ref)
{
	static SqlPlan lock = {"SELECT contract_id FROM assure.provider_contract WHERE ref = $1 FOR NO KEY UPDATE", {TEXTOID}};
	Datum		value = CStringGetTextDatum(ref);

	if (plan_run(&lock, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("contract \"%s\" does not exist", ref),
				 errhint("Contracts are entered with assure.put_contract().")));
	return plan_int64(0, 1, 0);
}

/*
 * answer_prices gives the outcome of each row, and keeps it for a retry.
 */
static void
answer_prices(FunctionCallInfo fcinfo, const char *request_id, const PriceRow *rows, int count, Jsonb *answer)
{
	static SqlPlan make = {
		"SELECT coalesce(jsonb_agg(jsonb_build_array(code, error_code, reason) ORDER BY n), '[]') "
		"FROM unnest($1, $2, $3) WITH ORDINALITY AS k (code, error_code, reason, n)", {TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID}
	};
	static SqlPlan give = {
		"SELECT n::int, e ->> 0, e ->> 1 IS NULL, e ->> 1, e ->> 2 FROM jsonb_array_elements($1) WITH ORDINALITY AS k (e, n) ORDER BY n", {JSONBOID}
	};
	Datum		value;

	if (answer == NULL)
	{
		Column		columns[3];
		Datum		values[3];
		bool		isnull;

		for (int i = 0; i < 3; i++)
			column_start(&columns[i], TEXTOID);
		for (int i = 0; i < count; i++)
		{
			column_add_text(&columns[0], rows[i].code);
			column_add_text(&columns[1], rows[i].sqlstate ? unpack_sql_state(rows[i].sqlstate) : NULL);
			column_add_text(&columns[2], rows[i].reason);
		}
		for (int i = 0; i < 3; i++)
			values[i] = column_array(&columns[i]);
		plan_run(&make, values, NULL);
		answer = DatumGetJsonbPCopy(plan_datum(0, 1, &isnull));
		request_end(request_id, answer);
	}
	value = JsonbPGetDatum(answer);
	result_set_fill(fcinfo, &give, &value, NULL);
}

/*
 * assure_put_contract_prices sets prices under a contract by rows.
 */
PGDLLEXPORT Datum
assure_put_contract_prices(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	char	   *ref;
	Jsonb	   *document;
	StringInfoData arguments;
	PriceRow   *rows = NULL;
	int			count = 0;
	Call		call;
	Jsonb	   *answer;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("contract and prices must not be NULL")));
	ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	document = PG_GETARG_JSONB_P(1);
	result_set_open(fcinfo);
	call_begin(&call, SCOPE_ADMIN, "put_contract_prices");
	initStringInfo(&arguments);
	digest_text(&arguments, ref);
	if (request_id != NULL)
		digest_text(&arguments, JsonbToCString(NULL, &document->root, VARSIZE(document)));
	answer = request_begin(&call, request_id, &arguments);
	if (answer == NULL)
	{
		rows = prices_read(document, &count);
		prices_write(&call, contract_lock(ref), rows, count);
	}
	answer_prices(fcinfo, request_id, rows, count, answer);
	call_end(&call);
	return (Datum) 0;
}
