/*-------------------------------------------------------------------------
 *
 * load_providers.c
 *		What the directory knows of the providers of a chunk's bills, the
 *		contracts in force with them, and the prices these allow.
 *
 * A stored claim takes grade, ownership, region and network from the directory,
 * never from its document.  A contract in force on the bill's from-date says
 * whether its provider counts as in the network, and what a line with its code
 * may cost: allowed is the lesser of what the document allows and price times
 * quantity.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/hsearch.h"

#include "adjudicate/load.h"
#include "core/fixed.h"
#include "core/plan.h"

/* Some days of a contract. */
typedef struct Contract
{
	int64		contract_id;
	DateADT		valid_from;
	DateADT		valid_to;
	bool		network;
	bool		has_prices;
	struct Contract *next;		/* one that gives way to it */
} Contract;

/* What is known of a provider. */
typedef struct ProviderFacts
{
	char		code[CLAIM_TEXT_BYTES_MAX + 1]; /* key */
	bool		is_known;
	int			grade;
	Ownership	ownership;
	bool		network;
	char	   *region;
	Contract   *contracts;		/* the first that holds a day is in force on it */
	Contract   *last;
} ProviderFacts;

/* A price that a line asks for; zeroed before it is filled, for it is hashed. */
typedef struct PriceKey
{
	int64		contract_id;
	char		code[CLAIM_TEXT_BYTES_MAX + 1];
} PriceKey;

typedef struct Price
{
	PriceKey	key;
	int64		price_fen;		/* -1: none agreed */
} Price;

/* Called for every bill with a provider. */
typedef void (*BillVisitor) (Case *item, ClaimBill *bill, void *arg);

/*
 * visit_bills calls the visitor for every bill of the chunk.
 */
static void
visit_bills(Chunk *chunk, BillVisitor visitor, void *arg)
{
	for (int i = 0; i < chunk->count; i++)
		for (int b = 0; b < chunk->cases[i].claim->n_bills; b++)
			visitor(&chunk->cases[i], &chunk->cases[i].claim->bills[b], arg);
}

/*
 * collect_provider is a BillVisitor that makes an empty entry for the bill's
 * provider.
 */
static void
collect_provider(Case *item, ClaimBill *bill, void *arg)
{
	ProviderFacts *facts;
	bool		found;

	if (bill->provider.code == NULL)
		return;
	facts = hash_search(arg, bill->provider.code, HASH_ENTER, &found);
	if (!found)
		memset((char *) facts + sizeof(facts->code), 0, sizeof(*facts) - sizeof(facts->code));
}

/*
 * read_facts fills the entries that the directory knows, with their contracts,
 * those first that others give way to.
 */
static void
read_facts(HTAB *providers)
{
	static SqlPlan read = {
		"SELECT p.code, p.grade, p.ownership, p.in_network, p.region, c.contract_id, c.valid_from, c.valid_to, c.in_network, "
		"  EXISTS (SELECT 1 FROM assure.contract_price r WHERE r.contract_id = c.contract_id) "
		"FROM assure.provider p LEFT JOIN assure.provider_contract c ON c.provider_code = p.code AND c.valid_to >= c.valid_from "
		"WHERE p.code = ANY ($1) ORDER BY p.code, c.valid_from DESC, c.contract_id DESC", {TEXTARRAYOID}
	};
	HASH_SEQ_STATUS walk;
	ProviderFacts *facts;
	Column		codes;
	Datum		value;
	uint64		rows;

	column_start(&codes, TEXTOID);
	hash_seq_init(&walk, providers);
	while ((facts = hash_seq_search(&walk)) != NULL)
		column_add_text(&codes, facts->code);
	if (codes.count == 0)
		return;
	value = column_array(&codes);
	rows = plan_run(&read, &value, NULL);
	for (uint64 i = 0; i < rows; i++)
	{
		Contract   *contract;

		facts = hash_search(providers, plan_text(i, 1), HASH_FIND, NULL);
		if (!facts->is_known)
		{
			bool		isnull;

			facts->is_known = true;
			facts->grade = DatumGetInt16(plan_datum(i, 2, &isnull));
			facts->ownership = ownership_parse(plan_text(i, 3));
			facts->network = plan_bool(i, 4);
			facts->region = plan_text(i, 5);
		}
		if (plan_int64(i, 6, 0) == 0)
			continue;
		contract = palloc0(sizeof(Contract));
		contract->contract_id = plan_int64(i, 6, 0);
		contract->valid_from = plan_int32(i, 7, 0);
		contract->valid_to = plan_int32(i, 8, 0);
		contract->network = plan_bool(i, 9);
		contract->has_prices = plan_bool(i, 10);
		if (facts->last != NULL)
			facts->last->next = contract;
		else
			facts->contracts = contract;
		facts->last = contract;
	}
}

/*
 * contract_in_force returns the contract with the bill's provider on its
 * from-date, or NULL.
 */
static const Contract *
contract_in_force(const ProviderFacts *facts, const ClaimBill *bill)
{
	for (const Contract *contract = facts->contracts; contract != NULL; contract = contract->next)
		if (bill->from_date >= contract->valid_from && bill->from_date <= contract->valid_to)
			return contract;
	return NULL;
}

/*
 * bill_take_provider is a BillVisitor that replaces what the document says of a
 * provider by what the directory says; a provider that it does not know passes
 * no filter.
 */
static void
bill_take_provider(Case *item, ClaimBill *bill, void *arg)
{
	ClaimProvider *provider = &bill->provider;
	const ProviderFacts *facts = NULL;

	if (provider->code != NULL)
		facts = hash_search(arg, provider->code, HASH_FIND, NULL);
	if (facts == NULL || !facts->is_known)
	{
		if (provider->code != NULL && item->unknown_provider_bill_no == NULL)
			item->unknown_provider_bill_no = bill->no;
		provider->grade = -1;
		provider->ownership = OWNERSHIP_NONE;
		provider->network = -1;
		provider->region = NULL;
	}
	else
	{
		const Contract *contract = contract_in_force(facts, bill);

		provider->grade = facts->grade;
		provider->ownership = facts->ownership;
		provider->network = contract ? contract->network : facts->network;
		provider->region = facts->region;
	}
}

/* What price visitors work on. */
typedef struct PriceWork
{
	HTAB	   *providers;
	HTAB	   *prices;
} PriceWork;

/*
 * price_key makes the key of a line's price; false: it has none.
 */
static bool
price_key(const PriceWork *work, const ClaimBill *bill, const ClaimLine *line, PriceKey *key)
{
	const ProviderFacts *facts;
	const Contract *contract;

	if (bill->provider.code == NULL || line->code == NULL || line->is_refund)
		return false;
	facts = hash_search(work->providers, bill->provider.code, HASH_FIND, NULL);
	contract = contract_in_force(facts, bill);
	if (contract == NULL || !contract->has_prices)
		return false;
	memset(key, 0, sizeof(*key));
	key->contract_id = contract->contract_id;
	strlcpy(key->code, line->code, sizeof(key->code));
	return true;
}

/*
 * collect_prices is a BillVisitor that makes an entry for every price that the
 * bill's lines ask for.
 */
static void
collect_prices(Case *item, ClaimBill *bill, void *arg)
{
	PriceWork  *work = arg;

	for (int i = 0; i < bill->n_lines; i++)
	{
		PriceKey	key;

		if (price_key(work, bill, &bill->lines[i], &key))
			((Price *) hash_search(work->prices, &key, HASH_ENTER, NULL))->price_fen = -1;
	}
}

/*
 * read_prices fills the prices that are agreed.
 */
static void
read_prices(HTAB *prices)
{
	static SqlPlan read = {
		"SELECT k.contract_id, k.code, p.price_fen FROM unnest($1, $2) AS k (contract_id, code) "
		"CROSS JOIN LATERAL (SELECT price_fen FROM assure.contract_price p "
		"  WHERE p.contract_id = k.contract_id AND p.code = k.code ORDER BY p.revision DESC LIMIT 1) p",
		{INT8ARRAYOID, TEXTARRAYOID}
	};
	HASH_SEQ_STATUS walk;
	Price	   *price;
	Column		contracts;
	Column		codes;
	Datum		values[2];
	uint64		rows;

	column_start(&contracts, INT8OID);
	column_start(&codes, TEXTOID);
	hash_seq_init(&walk, prices);
	while ((price = hash_seq_search(&walk)) != NULL)
	{
		column_add_int64(&contracts, price->key.contract_id);
		column_add_text(&codes, price->key.code);
	}
	if (codes.count == 0)
		return;
	values[0] = column_array(&contracts);
	values[1] = column_array(&codes);
	rows = plan_run(&read, values, NULL);
	for (uint64 i = 0; i < rows; i++)
	{
		PriceKey	key;

		memset(&key, 0, sizeof(key));
		key.contract_id = plan_int64(i, 1, 0);
		strlcpy(key.code, plan_text(i, 2), sizeof(key.code));
		price = hash_search(prices, &key, HASH_FIND, NULL);
		price->price_fen = plan_int64(i, 3, -1);
	}
}

/*
 * line_take_price sets what a line may cost, and what follows from it.
 */
static void
line_take_price(ClaimLine *line, int64 price_fen)
{
	int64		most_fen = fixed_clamp(fixed_div_round((fixed128) price_fen * line->quantity_micro, FIXED_MICRO_ONE));

	line->allowed_fen = Min(line->allowed_fen, most_fen);
	line->self_first_fen = Min(line->self_first_fen, line->allowed_fen);
	if (line->amount_fen == 0)
		return;
	line->net_allowed_fen = fixed_scale(line->allowed_fen, line->net_amount_fen, line->amount_fen);
	line->net_self_first_fen = fixed_scale(line->self_first_fen, line->net_amount_fen, line->amount_fen);
}

/*
 * bill_take_prices is a BillVisitor that applies the prices to the bill's lines.
 */
static void
bill_take_prices(Case *item, ClaimBill *bill, void *arg)
{
	PriceWork  *work = arg;

	for (int i = 0; i < bill->n_lines; i++)
	{
		PriceKey	key;
		const Price *price;

		if (!price_key(work, bill, &bill->lines[i], &key))
			continue;
		price = hash_search(work->prices, &key, HASH_FIND, NULL);
		if (price->price_fen >= 0)
			line_take_price(&bill->lines[i], price->price_fen);
	}
}

/*
 * any_prices tells whether a contract of the chunk's providers has prices.
 */
static bool
any_prices(HTAB *providers)
{
	HASH_SEQ_STATUS walk;
	ProviderFacts *facts;
	bool		any = false;

	hash_seq_init(&walk, providers);
	while ((facts = hash_seq_search(&walk)) != NULL)
		for (const Contract *contract = facts->contracts; contract != NULL; contract = contract->next)
			any |= contract->has_prices;
	return any;
}

/*
 * load_providers gives every bill its provider's facts, and its lines what the
 * contract allows.
 */
void
load_providers(Chunk *chunk)
{
	HASHCTL		control = {.keysize = CLAIM_TEXT_BYTES_MAX + 1, .entrysize = sizeof(ProviderFacts), .hcxt = CurrentMemoryContext};
	HASHCTL		price_control = {.keysize = sizeof(PriceKey), .entrysize = sizeof(Price), .hcxt = CurrentMemoryContext};
	PriceWork	work;

	work.providers = hash_create("pg_assure providers of a chunk", 256, &control, HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	visit_bills(chunk, collect_provider, work.providers);
	read_facts(work.providers);
	visit_bills(chunk, bill_take_provider, work.providers);
	if (!any_prices(work.providers))
		return;
	work.prices = hash_create("pg_assure contract prices of a chunk", 256, &price_control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	visit_bills(chunk, collect_prices, &work);
	read_prices(work.prices);
	visit_bills(chunk, bill_take_prices, &work);
}
