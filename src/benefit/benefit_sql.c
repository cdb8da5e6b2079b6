/*-------------------------------------------------------------------------
 *
 * benefit_sql.c
 *		What SQL calls: the type assure.terms, evaluate(), trace(),
 *		check_claim().
 *
 * A value of assure.terms is a jsonb with the promise that it compiles; its
 * bytes are those of jsonb, so the cast to jsonb costs nothing.  Compiled terms
 * are kept by call site, a few of them, for a query may join claims of several
 * plans; they live as long as the call site does.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "benefit/claim_pack.h"
#include "benefit/terms.h"
#include "common/hashfn.h"
#include "core/compat.h"
#include "core/errors.h"
#include "core/json.h"
#include "fmgr.h"
#include "lib/stringinfo.h"
#include "libpq/pqformat.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#define TERMS_CACHE_SIZE		16
#define TERMS_WIRE_VERSION		1

typedef struct CachedTerms
{
	MemoryContext context;		/* NULL: the place is free */
	uint32		hash;
	Jsonb	   *document;		/* a copy: what the terms were made of */
	Terms	   *terms;
} CachedTerms;

typedef struct TermsCache
{
	int			next;			/* the place that is taken next */
	CachedTerms places[TERMS_CACHE_SIZE];
} TermsCache;

PG_FUNCTION_INFO_V1(assure_terms_in);
PG_FUNCTION_INFO_V1(assure_terms_out);
PG_FUNCTION_INFO_V1(assure_terms_recv);
PG_FUNCTION_INFO_V1(assure_terms_send);
PG_FUNCTION_INFO_V1(assure_terms_from_jsonb);
PG_FUNCTION_INFO_V1(assure_evaluate);
PG_FUNCTION_INFO_V1(assure_evaluate_packed);
PG_FUNCTION_INFO_V1(assure_check_claim);
PG_FUNCTION_INFO_V1(assure_trace);

/*
 * parse_json parses JSON with the server's own parser.  NULL after an error
 * that the caller's context takes softly.
 */
static Jsonb *
parse_json(char *text, Node *escontext)
{
	LOCAL_FCINFO(call, 1);
	Datum		value;

	InitFunctionCallInfoData(*call, NULL, 1, InvalidOid, escontext, NULL);
	call->args[0].value = CStringGetDatum(text);
	call->args[0].isnull = false;
	value = jsonb_in(call);
	return value == (Datum) 0 ? NULL : DatumGetJsonbP(value);
}

/*
 * check_terms compiles terms for the sake of the errors.  False after an error
 * that the caller's context takes softly.
 */
static bool
check_terms(Jsonb *document, Node *escontext)
{
	DocReader	reader;

	(void) terms_compile(&reader, document);
	doc_report(&reader, escontext);
	return !reader.failed;
}

/*
 * assure_terms_in reads terms from text.  It reads no table.
 */
PGDLLEXPORT Datum
assure_terms_in(PG_FUNCTION_ARGS)
{
	Jsonb	   *document = parse_json(PG_GETARG_CSTRING(0), fcinfo->context);

	if (document == NULL || !check_terms(document, fcinfo->context))
		PG_RETURN_NULL();
	PG_RETURN_JSONB_P(document);
}

/*
 * assure_terms_out writes terms as the canonical text of jsonb.
 */
PGDLLEXPORT Datum
assure_terms_out(PG_FUNCTION_ARGS)
{
	Jsonb	   *document = PG_GETARG_JSONB_P(0);

	PG_RETURN_CSTRING(JsonbToCString(NULL, &document->root,
									 VARSIZE(document)));
}

/*
 * assure_terms_recv reads terms from a client's binary message, and checks
 * them as hard as text.
 */
PGDLLEXPORT Datum
assure_terms_recv(PG_FUNCTION_ARGS)
{
	StringInfo	message = (StringInfo) PG_GETARG_POINTER(0);
	int			version = pq_getmsgint(message, 1);
	Jsonb	   *document;
	char	   *text;
	int			length;

	if (version != TERMS_WIRE_VERSION)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("version %d of binary terms is not known", version)));
	text = pq_getmsgtext(message, message->len - message->cursor, &length);
	document = parse_json(text, NULL);
	(void) check_terms(document, NULL);
	PG_RETURN_JSONB_P(document);
}

/*
 * assure_terms_send writes terms as a binary message: a version and the text.
 */
PGDLLEXPORT Datum
assure_terms_send(PG_FUNCTION_ARGS)
{
	Jsonb	   *document = PG_GETARG_JSONB_P(0);
	StringInfoData message;
	StringInfoData text;

	initStringInfo(&text);
	(void) JsonbToCString(&text, &document->root, VARSIZE(document));
	pq_begintypsend(&message);
	pq_sendint8(&message, TERMS_WIRE_VERSION);
	pq_sendtext(&message, text.data, text.len);
	PG_RETURN_BYTEA_P(pq_endtypsend(&message));
}

/*
 * assure_terms_from_jsonb casts a jsonb to terms, checked.
 */
PGDLLEXPORT Datum
assure_terms_from_jsonb(PG_FUNCTION_ARGS)
{
	Jsonb	   *document = PG_GETARG_JSONB_P(0);

	(void) check_terms(document, NULL);
	PG_RETURN_JSONB_P(document);
}

/*
 * find_cached finds compiled terms by the bytes that they were made of.
 */
static Terms *
find_cached(const TermsCache *cache, const Jsonb *document, uint32 hash)
{
	int			i;

	for (i = 0; i < TERMS_CACHE_SIZE; i++)
	{
		const CachedTerms *place = &cache->places[i];

		if (place->context && place->hash == hash &&
			VARSIZE(place->document) == VARSIZE(document) &&
			memcmp(place->document, document, VARSIZE(document)) == 0)
			return place->terms;
	}
	return NULL;
}

/*
 * compile_cached compiles terms into a place of the cache.  The place is free
 * until the terms are whole: an error leaves nothing half made behind.
 */
static Terms *
compile_cached(TermsCache *cache, MemoryContext parent, Jsonb *document,
			   uint32 hash)
{
	CachedTerms *place = &cache->places[cache->next];
	MemoryContext context;
	MemoryContext caller;

	cache->next = (cache->next + 1) % TERMS_CACHE_SIZE;
	if (place->context)
		MemoryContextDelete(place->context);
	place->context = NULL;
	context = AllocSetContextCreate(parent, "pg_assure terms",
									ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(context);
	place->terms = terms_from_jsonb(document);
	place->document = palloc(VARSIZE(document));
	memcpy(place->document, document, VARSIZE(document));
	place->hash = hash;
	place->context = context;
	MemoryContextSwitchTo(caller);
	return place->terms;
}

/*
 * site_terms gives the compiled terms of a call site.
 */
static Terms *
site_terms(FmgrInfo *site, Jsonb *document)
{
	uint32		hash = hash_bytes((const unsigned char *) document,
								  VARSIZE(document));
	TermsCache *cache = site->fn_extra;
	Terms	   *terms;

	if (cache == NULL)
	{
		cache = MemoryContextAllocZero(site->fn_mcxt, sizeof(TermsCache));
		site->fn_extra = cache;
	}
	terms = find_cached(cache, document, hash);
	return terms ? terms
		: compile_cached(cache, site->fn_mcxt, document, hash);
}

/*
 * evaluate calculates a claim under the terms of the call.
 */
static Jsonb *
evaluate(FunctionCallInfo fcinfo, const Claim *claim)
{
	Terms	   *terms = site_terms(fcinfo->flinfo, PG_GETARG_JSONB_P(0));
	ClaimResult result;
	Used		used;

	used_from_jsonb(PG_GETARG_JSONB_P(2), &used);
	benefit_evaluate(terms, claim, &used, &result);
	return result_to_jsonb(&result);
}

/*
 * assure_evaluate calculates a claim under terms.
 */
PGDLLEXPORT Datum
assure_evaluate(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(evaluate(fcinfo, claim_from_jsonb(PG_GETARG_JSONB_P(1),
														CLAIM_NEEDS_MEMBER)));
}

/*
 * assure_evaluate_packed calculates a packed claim under terms.
 */
PGDLLEXPORT Datum
assure_evaluate_packed(PG_FUNCTION_ARGS)
{
	PG_RETURN_JSONB_P(evaluate(fcinfo, claim_unpack_argument(PG_GETARG_BYTEA_PP(1))));
}

/*
 * assure_check_claim checks a claim document and fills in its defaults.
 */
PGDLLEXPORT Datum
assure_check_claim(PG_FUNCTION_ARGS)
{
	Claim	   *claim = claim_from_jsonb(PG_GETARG_JSONB_P(0), 0);

	PG_RETURN_JSONB_P(claim_to_jsonb(claim));
}

/*
 * assure_trace calculates a claim under terms, and lists every step.
 */
PGDLLEXPORT Datum
assure_trace(PG_FUNCTION_ARGS)
{
	Terms	   *terms = site_terms(fcinfo->flinfo, PG_GETARG_JSONB_P(0));
	Claim	   *claim = claim_from_jsonb(PG_GETARG_JSONB_P(1),
										 CLAIM_NEEDS_MEMBER);
	Trace		trace = {0, 0, NULL};
	ClaimResult result;
	Used		used;

	used_from_jsonb(PG_GETARG_JSONB_P(2), &used);
	benefit_trace(terms, claim, &used, &result, &trace);
	PG_RETURN_JSONB_P(trace_to_jsonb(&trace));
}
