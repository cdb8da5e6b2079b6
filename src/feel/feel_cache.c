/*-------------------------------------------------------------------------
 *
 * feel_cache.c
 *		Compiled expressions of the SQL functions.
 *
 * An expression over jsonb is compiled without declared names: every free name
 * is a slot.  Only where a name of several tokens could stand the document is
 * asked whether it has one, a probe: "is there a key `due - date` in `claim`?"
 * A program holds for every document that answers its probes as the one did that
 * it was compiled for; so a text has one program for each set of answers, and
 * most texts have one.
 *
 * Memory: all of it in one context below the cache's, dropped as a whole when it
 * has grown too large: then all programs are compiled anew as they are needed.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "feel/feel_cache.h"

#define CACHE_BYTES_MAX		((size_t) 16 * 1024 * 1024)
#define CACHE_TEXTS_MAX		2000
#define PROBES_LOOKED_MAX	64
#define VARIANTS_MAX		8	/* programs of a text; one more takes the oldest's place */

/* A place in documents: the root, a member of a place, or the items of one. */
typedef struct Place
{
	FeelType	type;			/* FEEL_TYPE_DATA over this place */
	struct Variant *variant;
	struct Place *parent;		/* NULL: the root */
	FeelString	name;			/* data NULL: an item */
	JsonbContainer *container;	/* in the document at hand; NULL: not there */
	struct Place *next;			/* of the variant, parents first */
} Place;

/* A question that was asked when compiling, and its answer. */
typedef struct Probe
{
	Place	   *place;
	FeelString	name;
	bool		answer;
	struct Probe *next;
} Probe;

typedef struct Variant
{
	FeelArena  *arena;
	MemoryContext context;
	Place	   *places;
	Place	   *last_place;
	Probe	   *probes;
	const FeelProgram *program;
} Variant;

typedef struct TextKey
{
	uint64		hash;
	uint32		length;
	uint32		syntax;
} TextKey;

struct CachedText
{
	TextKey		key;
	CachedText *next;			/* of the same key */
	char	   *text;
	int			variant_count;
	Variant    *variants[VARIANTS_MAX];	/* the one that was used last comes first */
};

typedef struct TextEntry
{
	TextKey		key;
	CachedText *first;
} TextEntry;

static MemoryContext cache_context = NULL;
static HTAB *cache_texts = NULL;
static int	cache_text_count = 0;
static uint64 cache_generation = 0;

/* ---- shapes of documents ---- */

static bool place_has(const void *data, FeelString name);
static const FeelType *place_member(const void *data, FeelString name);
static const FeelType *place_item(const void *data);

static const FeelShape place_shape = {place_has, place_member, place_item};

/*
 * place_locate finds the place in the document at hand; its parent is located
 * already.
 */
static void
place_locate(Place *place)
{
	JsonbContainer *parent = place->parent->container;
	JsonbValue	json;
	JsonbIterator *iterator;

	place->container = NULL;
	if (parent == NULL)
		return;
	if (place->name.data == NULL)
	{
		if (!JsonContainerIsArray(parent))
		{
			place->container = parent;
			return;
		}
		/* the first item stands for all */
		iterator = JsonbIteratorInit(parent);
		(void) JsonbIteratorNext(&iterator, &json, true);
		if (JsonbIteratorNext(&iterator, &json, true) == WJB_ELEM && json.type == jbvBinary)
			place->container = json.val.binary.data;
		if (iterator)
			pfree(iterator);
		return;
	}
	if (JsonContainerIsObject(parent) &&
		getKeyJsonValueFromContainer(parent, place->name.data, place->name.length, &json) != NULL &&
		json.type == jbvBinary)
		place->container = json.val.binary.data;
}

/*
 * place_make adds a place to those that the variant asks about.
 */
static Place *
place_make(Variant *variant, Place *parent, FeelString name)
{
	Place	   *place = arena_alloc0(variant->arena, sizeof(Place));

	place->type.kind = FEEL_TYPE_DATA;
	place->type.shape = &place_shape;
	place->type.data = place;
	place->variant = variant;
	place->parent = parent;
	place->name = name;
	if (variant->last_place)
		variant->last_place->next = place;
	else
		variant->places = place;
	variant->last_place = place;
	return place;
}

/*
 * place_answer tells whether the document at hand has the key there.
 */
static bool
place_answer(const Place *place, FeelString name)
{
	JsonbValue	json;

	return place->container && JsonContainerIsObject(place->container) &&
		getKeyJsonValueFromContainer(place->container, name.data, name.length, &json) != NULL;
}

/*
 * place_has answers the parser, and notes the question.
 */
static bool
place_has(const void *data, FeelString name)
{
	Place	   *place = (Place *) data;
	Probe	   *probe;
	int			looked = 0;

	/* a text asks the same again and again; the latest questions are looked through */
	for (probe = place->variant->probes; probe && looked < PROBES_LOOKED_MAX; probe = probe->next, looked++)
		if (probe->place == place && string_equal(probe->name, name))
			return probe->answer;
	probe = arena_alloc(place->variant->arena, sizeof(Probe));
	probe->place = place;
	probe->name = name;
	probe->answer = place_answer(place, name);
	probe->next = place->variant->probes;
	place->variant->probes = probe;
	return probe->answer;
}

/*
 * place_below gives the place of a member or of the items, making it the first
 * time.
 */
static const FeelType *
place_below(Place *place, FeelString name)
{
	Place	   *below;

	for (below = place->variant->places; below; below = below->next)
		if (below->parent == place && (below->name.data == NULL) == (name.data == NULL) &&
			(name.data == NULL || string_equal(below->name, name)))
			return &below->type;
	below = place_make(place->variant, place, name);
	place_locate(below);
	return &below->type;
}

/*
 * place_member answers the parser: the place of a member.
 */
static const FeelType *
place_member(const void *data, FeelString name)
{
	return place_below((Place *) data, name);
}

/*
 * place_item answers the parser: the place of the items.
 */
static const FeelType *
place_item(const void *data)
{
	return place_below((Place *) data, feel_string(NULL, 0));
}

/* ---- programs ---- */

/*
 * variant_holds tells whether the document answers the variant's probes as the
 * one did that it was compiled for.
 */
static bool
variant_holds(Variant *variant, JsonbContainer *context)
{
	if (variant->probes == NULL)
		return true;
	variant->places->container = context;
	for (Place *place = variant->places->next; place; place = place->next)
		place_locate(place);
	for (Probe *probe = variant->probes; probe; probe = probe->next)
		if (place_answer(probe->place, probe->name) != probe->answer)
			return false;
	return true;
}

/*
 * drop_unasked_places leaves only the places that probes are about, and those on
 * the way to them.
 */
static void
drop_unasked_places(Variant *variant)
{
	Place	   *kept = NULL;
	Place	   *reversed = NULL;
	Place	   *next;

	/* parents come first in the list, so from its end each place knows its need in time */
	for (Place *place = variant->places; place; place = next)
	{
		next = place->next;
		place->next = reversed;
		reversed = place;
		place->type.is_open = false;
	}
	for (Probe *probe = variant->probes; probe; probe = probe->next)
		probe->place->type.is_open = true;
	for (Place *place = reversed; place; place = next)
	{
		next = place->next;
		if (!place->type.is_open && place->parent)
			continue;
		if (place->parent)
			place->parent->type.is_open = true;
		place->next = kept;
		kept = place;
	}
	variant->places = kept;
}

/*
 * variant_compile compiles the text for a document.
 */
static Variant *
variant_compile(const CachedText *cached, JsonbContainer *document)
{
	MemoryContext context = AllocSetContextCreate(cache_context, "FEEL program", ALLOCSET_SMALL_SIZES);
	Variant    *variant = MemoryContextAllocZero(context, sizeof(Variant));
	FeelLimits	limits = feel_limits();
	FeelScope  *scope;
	FeelError	error;

	variant->context = context;
	variant->arena = feel_arena_create(context, limits.size_max);
	place_make(variant, NULL, feel_string(NULL, 0))->container = document;
	scope = feel_scope_create(variant->arena, NULL);
	feel_scope_open(scope, &variant->places->type);
	variant->program = feel_compile(variant->arena, scope, cached->key.syntax, NULL, cached->text,
									cached->key.length, &limits, &error);
	if (variant->program == NULL)
	{
		MemoryContextDelete(context);
		feel_raise(&error, cached->key.syntax == FEEL_EXPRESSION ? "FEEL expression" : "FEEL unary tests");
	}
	drop_unasked_places(variant);
	return variant;
}

/*
 * feel_cache_program finds the program whose probes the context answers alike,
 * or compiles one.
 */
const FeelProgram *
feel_cache_program(CachedText *cached, JsonbContainer *context)
{
	Variant    *variant;
	int			i;

	for (i = 0; i < cached->variant_count; i++)
		if (variant_holds(cached->variants[i], context))
			break;
	if (i == 0 && cached->variant_count > 0)
		return cached->variants[0]->program;
	if (i == cached->variant_count)
	{
		variant = variant_compile(cached, context);
		if (cached->variant_count == VARIANTS_MAX)
			MemoryContextDelete(cached->variants[VARIANTS_MAX - 1]->context);
		else
			cached->variant_count++;
		i = cached->variant_count - 1;
	}
	else
		variant = cached->variants[i];
	memmove(&cached->variants[1], &cached->variants[0], i * sizeof(Variant *));
	cached->variants[0] = variant;
	return variant->program;
}

/* ---- texts ---- */

/*
 * feel_cache_generation tells how often all was dropped.
 */
uint64
feel_cache_generation(void)
{
	return cache_generation;
}

/*
 * cache_begin makes the empty cache, after what was there is dropped.
 */
static void
cache_begin(void)
{
	HASHCTL		control = {.keysize = sizeof(TextKey), .entrysize = sizeof(TextEntry)};

	if (cache_context)
		MemoryContextDelete(cache_context);
	cache_texts = NULL;
	cache_text_count = 0;
	cache_generation++;
	cache_context = AllocSetContextCreate(CacheMemoryContext ? CacheMemoryContext : TopMemoryContext,
										  "FEEL programs", ALLOCSET_DEFAULT_SIZES);
	control.hcxt = cache_context;
	cache_texts = hash_create("FEEL texts", 128, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * cache_is_full looks at the memory now and then: it walks all contexts.
 */
static bool
cache_is_full(void)
{
	return cache_text_count >= CACHE_TEXTS_MAX ||
		(cache_text_count % 64 == 63 && MemoryContextMemAllocated(cache_context, true) > CACHE_BYTES_MAX);
}

/*
 * feel_cache_is tells whether the cached text is this one.
 */
bool
feel_cache_is(const CachedText *cached, FeelSyntax syntax, const char *text, size_t length)
{
	return cached->key.length == length && cached->key.syntax == (uint32) syntax &&
		memcmp(cached->text, text, length) == 0;
}

/*
 * feel_cache_text finds a text, or enters it without a program yet.
 */
CachedText *
feel_cache_text(FeelSyntax syntax, const char *text, size_t length)
{
	TextKey		key;
	TextEntry  *entry;
	CachedText *cached;
	bool		found;

	if (cache_texts == NULL || cache_is_full())
		cache_begin();
	memset(&key, 0, sizeof(key));
	key.hash = hash_bytes_extended((const unsigned char *) text, (int) length, 0);
	key.length = (uint32) length;
	key.syntax = syntax;
	entry = hash_search(cache_texts, &key, HASH_ENTER, &found);
	if (!found)
		entry->first = NULL;
	for (cached = entry->first; cached; cached = cached->next)
		if (feel_cache_is(cached, syntax, text, length))
			return cached;
	cached = MemoryContextAllocZero(cache_context, sizeof(CachedText));
	cached->text = MemoryContextAlloc(cache_context, length + 1);
	memcpy(cached->text, text, length);
	cached->key = key;
	cached->next = entry->first;
	entry->first = cached;
	cache_text_count++;
	return cached;
}
