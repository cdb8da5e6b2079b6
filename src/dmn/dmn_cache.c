/*-------------------------------------------------------------------------
 *
 * dmn_cache.c
 *		Decision models in the server: built, kept, evaluated.
 *
 * Versions are immutable rows, so a compiled model is right for as long as its
 * id means the same row; when config_generation has moved (a deployment, a
 * restore), the cache starts again, and also when it holds too much.  Whoever
 * keeps a pointer into it compares dmn_cache_epoch.
 *
 * Memory: one context a model below the cache's own, so that dropping all is
 * one reset.  A model is built in the caller's context first, so that an error
 * leaves nothing behind.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/xml.h"

#include "core/config.h"
#include "core/guc.h"
#include "core/plan.h"
#include "dmn/dmn_cache.h"
#include "feel/feel_sql.h"

#define MODEL_COUNT_MAX 500
#define PROGRAM_BYTES_FACTOR 256	/* programs of a model, to its largest text */
#define STATE_BYTES_MAX (1024 * 1024)	/* of a FeelState itself */
#define ZONE_BYTES 256

typedef struct CachedModel
{
	int64		model_version_id;	/* key */
	DmnModel   *model;
} CachedModel;

static MemoryContext cache_context = NULL;
static HTAB *cache = NULL;
static uint64 cache_generation = 0;
static uint64 cache_epoch = 1;

static FeelState *state = NULL;
static FeelArena *work = NULL;
static FeelHost host;
static char company_zone[ZONE_BYTES];

/*
 * zone_of_company is where rules live, whatever the session's setting.
 */
static const char *
zone_of_company(void *data)
{
	return company_zone;
}

/*
 * dmn_state returns the state, made once a backend.
 */
FeelState *
dmn_state(void)
{
	FeelLimits	limits = feel_limits();

	strlcpy(company_zone, config_get()->time_zone, sizeof(company_zone));
	if (state == NULL)
	{
		MemoryContext context = AllocSetContextCreate(TopMemoryContext, "pg_assure decisions", ALLOCSET_DEFAULT_SIZES);

		host = *feel_server_host();
		host.zone = zone_of_company;
		work = feel_arena_create(context, limits.size_max);
		state = feel_state_create(feel_arena_create(context, STATE_BYTES_MAX), work, &host, &limits);
	}
	arena_set_cap(work, limits.size_max);
	feel_state_set_limits(state, &limits);
	return state;
}

/*
 * latest_import finds the version that was deployed last for a namespace.
 */
static void
latest_import(const char *name_space, DmnText *found)
{
	static SqlPlan find = {
		"SELECT model_version_id, dmn FROM assure.rule_model_version WHERE namespace = $1 "
		"ORDER BY model_version_id DESC LIMIT 1", {TEXTOID}
	};
	Datum		value = CStringGetTextDatum(name_space);

	if (plan_read_fresh(&find, &value) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("dmn: no model with the imported namespace \"%s\" is deployed", name_space),
				 errhint("Deploy it first.")));
	found->version_id = plan_int64(0, 1, 0);
	found->text = plan_text(0, 2);
	found->length = strlen(found->text);
}

/*
 * stored_import finds the version that a stored one was bound to.
 */
static void
stored_import(int64 importer, int number, DmnText *found)
{
	static SqlPlan find = {
		"SELECT i.model_version_id, i.dmn FROM assure.rule_model_version v "
		"JOIN assure.rule_model_version i ON i.model_version_id = v.imports[$2 + 1] WHERE v.model_version_id = $1",
		{INT8OID, INT4OID}
	};
	Datum		values[2] = {Int64GetDatum(importer), Int32GetDatum(number)};

	if (plan_read_fresh(&find, values) == 0)
		elog(ERROR, "import %d of rule model version " INT64_FORMAT " is gone", number + 1, importer);
	found->version_id = plan_int64(0, 1, 0);
	found->text = plan_text(0, 2);
	found->length = strlen(found->text);
}

/*
 * find_import is a DmnFindImport over the tables.
 */
static void
find_import(void *data, const DmnText *importer, int number, const char *name_space, DmnText *found)
{
	if (importer->version_id == 0)
		latest_import(name_space, found);
	else
		stored_import(importer->version_id, number, found);
}

/*
 * dmn_model_read builds a model in the current memory context.
 */
DmnModel *
dmn_model_read(const DmnText *text)
{
	DmnLimits	limits = {.feel = feel_limits(), .depth_max = guc_dmn_depth_max, .size_max = (size_t) guc_dmn_size_max_kb * 1024};
	FeelArena  *arena = feel_arena_create(CurrentMemoryContext, limits.size_max * PROGRAM_BYTES_FACTOR);
	FeelState  *building = dmn_state();
	DmnModel   *volatile model = NULL;
	PgXmlErrorContext *xml = pg_xml_init(PG_XML_STRICTNESS_ALL);

	feel_state_reset(building);
	PG_TRY();
	{
		model = dmn_model_build(text, &limits, arena, building, find_import, NULL);
	}
	PG_CATCH();
	{
		pg_xml_done(xml, true);
		PG_RE_THROW();
	}
	PG_END_TRY();
	pg_xml_done(xml, false);
	return model;
}

/*
 * dmn_cache_epoch moves whenever cached models were dropped.
 */
uint64
dmn_cache_epoch(void)
{
	return cache_epoch;
}

/*
 * cache_refresh drops everything when something may have changed, or when there
 * is too much of it.
 */
static void
cache_refresh(void)
{
	HASHCTL		control = {.keysize = sizeof(int64), .entrysize = sizeof(CachedModel)};

	if (cache != NULL && cache_generation == config_generation() && hash_get_num_entries(cache) < MODEL_COUNT_MAX &&
		MemoryContextMemAllocated(cache_context, true) / 1024 < (Size) guc_dmn_cache_size_kb)
		return;
	if (cache_context == NULL)
		cache_context = AllocSetContextCreate(CacheMemoryContext, "pg_assure decision models", ALLOCSET_DEFAULT_SIZES);
	cache = NULL;
	cache_epoch++;
	MemoryContextReset(cache_context);
	control.hcxt = cache_context;
	cache = hash_create("pg_assure decision models by version", 32, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	cache_generation = config_generation();
}

/*
 * model_store builds a version into the cache.
 */
static const DmnModel *
model_store(int64 model_version_id)
{
	static SqlPlan read = {"SELECT dmn FROM assure.rule_model_version WHERE model_version_id = $1", {INT8OID}};
	Datum		id = Int64GetDatum(model_version_id);
	MemoryContext context;
	MemoryContext before;
	DmnText		text = {.version_id = model_version_id};
	DmnModel   *model;
	CachedModel *entry;

	if (plan_read_fresh(&read, &id) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("rule model version " INT64_FORMAT " does not exist", model_version_id)));
	text.text = plan_text(0, 1);
	text.length = strlen(text.text);
	context = AllocSetContextCreate(CurrentMemoryContext, "decision model", ALLOCSET_DEFAULT_SIZES);
	before = MemoryContextSwitchTo(context);
	model = dmn_model_read(&text);
	model->state = NULL;
	MemoryContextSwitchTo(before);
	entry = hash_search(cache, &model_version_id, HASH_ENTER, NULL);
	entry->model = model;
	MemoryContextSetParent(context, cache_context);
	return model;
}

/*
 * dmn_model_load returns a compiled version.
 */
const DmnModel *
dmn_model_load(int64 model_version_id)
{
	CachedModel *entry;

	cache_refresh();
	entry = hash_search(cache, &model_version_id, HASH_FIND, NULL);
	return entry ? entry->model : model_store(model_version_id);
}

/*
 * dmn_version_find returns the key of a version by its number, or of the one in
 * force.
 */
int64
dmn_version_find(const char *model, int version)
{
	static SqlPlan in_force = {
		"SELECT v.model_version_id FROM assure.rule_model m JOIN assure.rule_model_version v USING (rule_model_id) "
		"WHERE m.name = $1 ORDER BY v.version DESC LIMIT 1", {TEXTOID}
	};
	static SqlPlan numbered = {
		"SELECT v.model_version_id FROM assure.rule_model m JOIN assure.rule_model_version v USING (rule_model_id) "
		"WHERE m.name = $1 AND v.version = $2", {TEXTOID, INT4OID}
	};
	Datum		values[2] = {CStringGetTextDatum(model), Int32GetDatum(version)};

	if (plan_read_fresh(version == DMN_VERSION_IN_FORCE ? &in_force : &numbered, values) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 version == DMN_VERSION_IN_FORCE ? errmsg("decision model \"%s\" does not exist", model)
				 : errmsg("decision model \"%s\" has no version %d", model, version),
				 errhint("assure.deploy_model() makes one; assure.rule_model_version lists those that are there.")));
	return plan_int64(0, 1, 0);
}
