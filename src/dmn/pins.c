/*-------------------------------------------------------------------------
 *
 * pins.c
 *		What a statement has found out about the models that it asks.
 *
 * The first row of a statement checks access and reads which version a name
 * stands for; the others use what it found.  Both hold while nothing of the
 * configuration has changed; if something did, they hold on for the rest of the
 * statement, whose snapshot is the same, and are found out anew in the next.
 *
 * Memory: a context below the function's own for what is pinned, which lasts
 * as long as the prepared call.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "core/config.h"
#include "core/errors.h"
#include "core/snapshot_mark.h"
#include "dmn/dmn_cache.h"
#include "dmn/pins.h"
#include "feel/feel_sql.h"

/* Which version a name stands for. */
typedef struct Pin
{
	char	   *model;
	int			model_bytes;
	int			version;
	int64		model_version_id;
	struct Pin *next;
} Pin;

struct Pins
{
	MemoryContext context;
	Oid			user;
	uint64		generation;
	SnapshotMark mark;
	Pin		   *first;
	/* what was asked last: */
	const Pin  *pin;
	uint64		epoch;
	const DmnModel *model;
	const DmnNode *node;
	char	   *decision;
	int			decision_bytes;
	FeelState  *state;
};

/*
 * pins_get returns the statement's pins, emptied if they hold no longer.
 */
static Pins *
pins_get(FunctionCallInfo fcinfo)
{
	Pins	   *pins = fcinfo->flinfo->fn_extra;

	if (pins == NULL)
	{
		pins = MemoryContextAllocZero(fcinfo->flinfo->fn_mcxt, sizeof(Pins));
		pins->context = AllocSetContextCreate(fcinfo->flinfo->fn_mcxt, "decision models of a statement", ALLOCSET_SMALL_SIZES);
		fcinfo->flinfo->fn_extra = pins;
	}
	else if (pins->user == GetUserId() && (pins->generation == config_generation() || same_snapshot(pins->mark, mark_snapshot())))
		return pins;
	MemoryContextReset(pins->context);
	*pins = (Pins) {.context = pins->context, .user = GetUserId(), .generation = config_generation(), .mark = mark_snapshot()};
	return pins;
}

/*
 * pin_find returns what is known of a name, or NULL.
 */
static Pin *
pin_find(const Pins *pins, const char *model, int bytes, int version)
{
	for (Pin *pin = pins->first; pin != NULL; pin = pin->next)
		if (pin->version == version && pin->model_bytes == bytes && memcmp(pin->model, model, bytes) == 0)
			return pin;
	return NULL;
}

/*
 * pin_model makes sure that the model is compiled, and that its version is
 * pinned; the slow way, with a check of access.
 */
static void
pin_model(Pins *pins, const char *function, const char *model, int bytes, int version)
{
	Call		call;
	Pin		   *pin;

	call_begin(&call, SCOPE_DECIDES, function);
	pin = pin_find(pins, model, bytes, version);
	if (pin == NULL)
	{
		int64		model_version_id = dmn_version_find(pnstrdup(model, bytes), version);

		pin = MemoryContextAllocZero(pins->context, sizeof(Pin));
		pin->model = MemoryContextAlloc(pins->context, Max(bytes, 1));
		memcpy(pin->model, model, bytes);
		pin->model_bytes = bytes;
		pin->version = version;
		pin->model_version_id = model_version_id;
		pin->next = pins->first;
		pins->first = pin;
	}
	pins->generation = config_generation();
	pins->pin = NULL;
	pins->model = dmn_model_load(pin->model_version_id);
	pins->state = dmn_state();
	pins->epoch = dmn_cache_epoch();
	pins->pin = pin;
	call_end(&call);
}

/*
 * pin_node finds what is asked in the model.
 */
static void
pin_node(Pins *pins, const char *decision, int bytes)
{
	pins->node = dmn_node_find(pins->model, feel_string(decision, bytes));
	if (pins->node == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("decision model \"%s\" has no decision, decision service or business knowledge model \"%.*s\"",
						pins->model->name, bytes, decision),
				 errhint("It has %s.", dmn_node_names(pins->model))));
	if (pins->decision != NULL)
		pfree(pins->decision);
	pins->decision = MemoryContextAlloc(pins->context, Max(bytes, 1));
	memcpy(pins->decision, decision, bytes);
	pins->decision_bytes = bytes;
}

/*
 * pins_ask finds what is to be evaluated.
 */
PinnedNode
pins_ask(FunctionCallInfo fcinfo, const char *function, const text *model, const text *decision, int version)
{
	Pins	   *pins = pins_get(fcinfo);
	const char *name = VARDATA_ANY(model);
	int			name_bytes = VARSIZE_ANY_EXHDR(model);
	const char *asked = VARDATA_ANY(decision);
	int			asked_bytes = VARSIZE_ANY_EXHDR(decision);

	if (pins->pin == NULL || pins->epoch != dmn_cache_epoch() || pins->pin->version != version ||
		pins->pin->model_bytes != name_bytes || memcmp(pins->pin->model, name, name_bytes) != 0)
	{
		pin_model(pins, function, name, name_bytes, version);
		pins->node = NULL;
	}
	if (pins->node == NULL || pins->decision_bytes != asked_bytes || memcmp(pins->decision, asked, asked_bytes) != 0)
		pin_node(pins, asked, asked_bytes);
	feel_state_reset(pins->state);
	return (PinnedNode) {pins->model, pins->node, pins->state};
}
