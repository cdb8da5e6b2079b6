/*-------------------------------------------------------------------------
 *
 * supplier_sql.c
 *		Entry point: a supplier, its places with what they offer, its contracts
 *		with their prices.
 *
 * A document adds and changes what it names, and leaves the rest: a place closes
 * by its open_to, a contract ends by its valid_to.
 *
 * Locking: the supplier; what hangs on it is written under that lock only.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/builtins.h"

#include "audit/audit.h"
#include "core/document_call.h"
#include "core/errors.h"
#include "service/service_document.h"

PG_FUNCTION_INFO_V1(assure_put_supplier);

#define PLACES_MAX		10000
#define SERVICES_MAX	1000
#define CONTRACTS_MAX	100

typedef struct PlaceDocument
{
	char	   *code;
	char	   *name;
	Region		region;
	DateADT		open_from;
	DateADT		open_to;
	Column		services;
} PlaceDocument;

typedef struct ContractDocument
{
	char	   *ref;
	DateADT		valid_from;
	DateADT		valid_to;
	Column		services;
	Column		prices_fen;		/* NULL: withdrawn */
} ContractDocument;

typedef struct SupplierDocument
{
	char	   *code;
	char	   *name;
	int			place_count;
	PlaceDocument *places;
	int			contract_count;
	ContractDocument *contracts;
} SupplierDocument;

/*
 * place_read reads a place and what it offers.
 */
static void
place_read(const DocNode *node, PlaceDocument *place)
{
	static const char *const keys[] = {"code", "name", "region", "open_from", "open_to", "services", NULL};
	DocNode		services;
	DocNode		service;
	int			count;

	memset(place, 0, sizeof(*place));
	column_start(&place->services, TEXTOID);
	if (!doc_object(node, keys))
		return;
	place->code = member_text(node, "code");
	place->name = member_text(node, "name");
	place->region = member_region(node, "region");
	place->open_from = member_date(node, "open_from");
	place->open_to = member_date_or_open(node, "open_to", place->open_from);
	count = doc_require(node, "services", &services) ? doc_list(&services, 0, SERVICES_MAX) : 0;
	for (int i = 0; i < count; i++)
	{
		doc_element(&services, i, &service);
		column_add_text(&place->services, doc_text(&service, CODE_BYTES_MAX));
	}
}

/*
 * contract_read reads a contract and its prices by service; null withdraws one.
 */
static void
contract_read(const DocNode *node, ContractDocument *contract)
{
	static const char *const keys[] = {"ref", "valid_from", "valid_to", "prices", NULL};
	DocNode		prices;
	DocNode		price;
	DocEach		each;

	memset(contract, 0, sizeof(*contract));
	column_start(&contract->services, TEXTOID);
	column_start(&contract->prices_fen, INT8OID);
	if (!doc_object(node, keys))
		return;
	contract->ref = member_text(node, "ref");
	contract->valid_from = member_date(node, "valid_from");
	contract->valid_to = member_date_or_open(node, "valid_to", contract->valid_from);
	if (!doc_member(node, "prices", &prices) || doc_object_size(&prices) == 0)
		return;
	doc_each_begin(&each, &prices);
	while (doc_each_next(&each, &price))
	{
		column_add_text(&contract->services, pnstrdup(price.key, price.key_bytes));
		if (price.value.type == jbvNull)
			column_add_null(&contract->prices_fen);
		else
			column_add_int64(&contract->prices_fen, doc_amount(&price));
	}
}

/*
 * supplier_read reads and checks a supplier.
 */
static void
supplier_read(Jsonb *document, SupplierDocument *supplier)
{
	static const char *const keys[] = {"code", "name", "places", "contracts", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		list;
	DocNode		node;

	memset(supplier, 0, sizeof(*supplier));
	doc_open(&reader, &root, document, "supplier", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		supplier->code = member_text(&root, "code");
		supplier->name = member_text(&root, "name");
		if (doc_member(&root, "places", &list))
			supplier->place_count = doc_list(&list, 0, PLACES_MAX);
		supplier->places = palloc(mul_size(sizeof(PlaceDocument), (Size) supplier->place_count + 1));
		for (int i = 0; i < supplier->place_count; i++)
		{
			CHECK_FOR_INTERRUPTS();
			doc_element(&list, i, &node);
			place_read(&node, &supplier->places[i]);
		}
		if (doc_member(&root, "contracts", &list))
			supplier->contract_count = doc_list(&list, 0, CONTRACTS_MAX);
		supplier->contracts = palloc(mul_size(sizeof(ContractDocument), (Size) supplier->contract_count + 1));
		for (int i = 0; i < supplier->contract_count; i++)
		{
			doc_element(&list, i, &node);
			contract_read(&node, &supplier->contracts[i]);
		}
	}
	doc_report(&reader, NULL);
}

/*
 * place_put writes a place, and as what it offers what the document says, no more.
 */
static void
place_put(int64 supplier_id, const PlaceDocument *place)
{
	static SqlPlan upsert = {
		"INSERT INTO assure.supplier_place AS p (supplier_id, code, name, region, open_from, open_to) VALUES ($1, $2, $3, $4::assure.region, $5, $6) "
		"ON CONFLICT (supplier_id, code) DO UPDATE SET name = excluded.name, region = excluded.region, open_from = excluded.open_from, "
		"  open_to = excluded.open_to RETURNING supplier_place_id", {INT8OID, TEXTOID, TEXTOID, INT4OID, DATEOID, DATEOID}
	};
	static SqlPlan offer = {
		"WITH gone AS (DELETE FROM assure.supplier_offer WHERE supplier_place_id = $1 AND service_id <> ALL ($2)) "
		"INSERT INTO assure.supplier_offer (supplier_place_id, service_id) SELECT DISTINCT $1, s FROM unnest($2) s ON CONFLICT DO NOTHING",
		{INT8OID, INT8ARRAYOID}
	};
	Datum		values[6];

	require_region(place->region);
	values[0] = Int64GetDatum(supplier_id);
	values[1] = CStringGetTextDatum(place->code);
	values[2] = CStringGetTextDatum(place->name);
	values[3] = RegionGetDatum(place->region);
	values[4] = DateADTGetDatum(place->open_from);
	values[5] = DateADTGetDatum(place->open_to);
	plan_run(&upsert, values, NULL);
	values[0] = Int64GetDatum(plan_int64(0, 1, 0));
	values[1] = service_keys(&place->services);
	plan_run(&offer, values, NULL);
}

/*
 * prices_put adds a revision of each price that is another one than now.
 */
static void
prices_put(int64 contract_id, const ContractDocument *contract, int64 audit_id)
{
	static SqlPlan insert = {
		"INSERT INTO assure.supplier_price (supplier_contract_id, service_id, revision, price_fen, audit_id) "
		"SELECT $1, s.service_id, coalesce(p.revision, 0) + 1, k.price_fen, $4 FROM unnest($2, $3) AS k (code, price_fen) "
		"JOIN assure.service s ON s.code = k.code "
		"LEFT JOIN LATERAL (SELECT revision, price_fen FROM assure.supplier_price p WHERE p.supplier_contract_id = $1 AND p.service_id = s.service_id "
		"  ORDER BY revision DESC LIMIT 1) p ON true WHERE k.price_fen IS DISTINCT FROM p.price_fen",
		{INT8OID, TEXTARRAYOID, INT8ARRAYOID, INT8OID}
	};
	Datum		values[4];

	(void) service_keys(&contract->services);
	values[0] = Int64GetDatum(contract_id);
	values[1] = column_array(&contract->services);
	values[2] = column_array(&contract->prices_fen);
	values[3] = Int64GetDatum(audit_id);
	plan_run(&insert, values, NULL);
}

/*
 * contract_put enters a contract, or sets its end; another difference is refused.
 */
static void
contract_put(int64 supplier_id, const ContractDocument *contract, int64 audit_id)
{
	static SqlPlan upsert = {
		"INSERT INTO assure.supplier_contract AS c (ref, supplier_id, valid_from, valid_to) VALUES ($1, $2, $3, $4) "
		"ON CONFLICT (ref) DO UPDATE SET valid_to = excluded.valid_to WHERE c.supplier_id = excluded.supplier_id AND c.valid_from = excluded.valid_from "
		"RETURNING supplier_contract_id", {TEXTOID, INT8OID, DATEOID, DATEOID}
	};
	Datum		values[4];

	values[0] = CStringGetTextDatum(contract->ref);
	values[1] = Int64GetDatum(supplier_id);
	values[2] = DateADTGetDatum(contract->valid_from);
	values[3] = DateADTGetDatum(contract->valid_to);
	if (plan_run(&upsert, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REF_CONFLICT),
				 errmsg("ref: contract \"%s\" was entered before for another supplier or another first day", contract->ref),
				 errhint("Only its valid_to and its prices may change; use a new ref for a new contract.")));
	prices_put(plan_int64(0, 1, 0), contract, audit_id);
}

/*
 * supplier_put enters or changes a supplier.
 */
static int64
supplier_put(Call *call, Jsonb *document)
{
	static SqlPlan upsert = {
		"INSERT INTO assure.supplier (code, name) VALUES ($1, $2) ON CONFLICT (code) DO UPDATE SET name = excluded.name RETURNING supplier_id",
		{TEXTOID, TEXTOID}
	};
	SupplierDocument supplier;
	AuditRow	audit = {.audit_id = audit_next_id(), .row_count = 1};
	Datum		values[2];
	int64		supplier_id;

	supplier_read(document, &supplier);
	values[0] = CStringGetTextDatum(supplier.code);
	values[1] = CStringGetTextDatum(supplier.name);
	plan_run(&upsert, values, NULL);
	supplier_id = plan_int64(0, 1, 0);
	for (int i = 0; i < supplier.place_count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		place_put(supplier_id, &supplier.places[i]);
	}
	for (int i = 0; i < supplier.contract_count; i++)
		contract_put(supplier_id, &supplier.contracts[i], audit.audit_id);
	audit.subject = psprintf("supplier " INT64_FORMAT, supplier_id);
	audit.row_count += supplier.place_count + supplier.contract_count;
	audit_write(call, &audit);
	return supplier_id;
}

/*
 * assure_put_supplier enters a supplier in the directory and returns its key.
 */
PGDLLEXPORT Datum
assure_put_supplier(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "supplier", SCOPE_ADMIN, "put_supplier", supplier_put));
}
