/*-------------------------------------------------------------------------
 *
 * put_sql.c
 *		Entry points: branches, queues and workers by document.
 *
 * A document says all of a thing; what it leaves out is the default.  The
 * tables' own triggers note each change in the audit, with what it was before.
 *
 * Locking: the row that is put, then what it moves (pool.h).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "storage/shmem.h"
#include "utils/builtins.h"

#include "core/document_call.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "calendar/calendar_cache.h"
#include "feel/feel_sql.h"
#include "work/pool.h"

#define NAME_BYTES_MAX		200
#define EXPRESSION_BYTES_MAX 10000
#define SKILLS_MAX			50

PG_FUNCTION_INFO_V1(assure_put_branch);
PG_FUNCTION_INFO_V1(assure_put_queue);
PG_FUNCTION_INFO_V1(assure_put_worker);

/*
 * required_text reads a text member that must be there.
 */
static char *
required_text(const DocNode *root, const char *key)
{
	DocNode		node;

	return doc_require(root, key, &node) ? doc_text(&node, NAME_BYTES_MAX) : NULL;
}

/*
 * optional_text reads a text member; NULL: it is not there.
 */
static char *
optional_text(const DocNode *root, const char *key, int bytes_max)
{
	DocNode		node;

	return doc_member(root, key, &node) && node.value.type != jbvNull ? doc_text(&node, bytes_max) : NULL;
}

/*
 * optional_integer reads a number within bounds, or takes the default.
 */
static int
optional_integer(const DocNode *root, const char *key, int least, int most, int otherwise)
{
	DocNode		node;

	return doc_member(root, key, &node) ? (int) doc_integer(&node, least, most) : otherwise;
}

/* Skills with their levels, as columns. */
typedef struct Skills
{
	Column		skills;
	Column		levels;
} Skills;

/*
 * skills_read reads an object of levels by skill.
 */
static void
skills_read(const DocNode *root, int count_min, Skills *skills)
{
	DocNode		node;
	DocNode		level;
	DocEach		each;

	column_start(&skills->skills, TEXTOID);
	column_start(&skills->levels, INT2OID);
	if (!doc_require(root, "skills", &node) || !doc_object(&node, NULL))
		return;
	doc_each_begin(&each, &node);
	while (doc_each_next(&each, &level))
	{
		char	   *skill = pnstrdup(level.key, level.key_bytes);

		if (skill[0] == '\0' || level.key_bytes > NAME_BYTES_MAX)
			doc_fail_invalid(&level, "is no name of a skill");
		column_add_text(&skills->skills, skill);
		column_add(&skills->levels, Int16GetDatum((int16) doc_integer(&level, 1, 5)));
	}
	if (!root->reader->failed && (skills->skills.count < count_min || skills->skills.count > SKILLS_MAX))
		doc_fail_invalid(&node, "has %d skills, not from %d to %d", skills->skills.count, count_min, SKILLS_MAX);
}

/*
 * require_known refuses a name that another table does not have.
 */
static void
require_known(SqlPlan *find, const char *key, const char *name, const char *hint)
{
	Datum		value;

	if (name == NULL)
		return;
	value = CStringGetTextDatum(name);
	if (plan_run(find, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errfield(key), errmsg("%s: \"%s\" does not exist", key, name),
				 errhint("%s", hint)));
}

/*
 * text_or_null makes a parameter of a text.
 */
static Datum
text_or_null(const char *text_value, char *null)
{
	*null = text_value == NULL ? 'n' : ' ';
	return text_value == NULL ? (Datum) 0 : CStringGetTextDatum(text_value);
}

/* ----- branches ----- */

/*
 * branch_put adds or changes a branch; its tasks follow its share.
 */
static int64
branch_put(Call *call, Jsonb *document)
{
	static const char *const keys[] = {"code", "name", "region", "share_out", "take_in", NULL};
	static SqlPlan find_region = {"SELECT 1 FROM assure.division WHERE code = $1::text::assure.region AND in_force", {TEXTOID}};
	static SqlPlan upsert = {
		"INSERT INTO assure.branch AS b (code, name, region, share_out, take_in) VALUES ($1, $2, $3, $4, $5) "
		"ON CONFLICT (code) DO UPDATE SET name = excluded.name, region = excluded.region, share_out = excluded.share_out, take_in = excluded.take_in "
		"RETURNING branch_id", {TEXTOID, TEXTOID, TEXTOID, INT2OID, INT2OID}
	};
	DocReader	reader;
	DocNode		root;
	char	   *texts[3] = {NULL, NULL, NULL};
	int			share_out = 100;
	int			take_in = 100;
	Datum		values[5];
	int64		branch_id;

	doc_open(&reader, &root, document, "branch", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		for (int i = 0; i < 3; i++)
			texts[i] = required_text(&root, keys[i]);
		share_out = optional_integer(&root, "share_out", 0, 100, 100);
		take_in = optional_integer(&root, "take_in", 0, 100, 100);
		if (!reader.failed && (strlen(texts[2]) != 6 || texts[2][0] == '0' || strspn(texts[2], "0123456789") != 6))
			doc_fail(&root, ERRCODE_INVALID_PARAMETER_VALUE, NULL, "region \"%s\" is no GB/T 2260 code of six digits", texts[2]);
	}
	doc_report(&reader, NULL);
	require_known(&find_region, "region", texts[2], "Regions are those of assure.division.");
	for (int i = 0; i < 3; i++)
		values[i] = CStringGetTextDatum(texts[i]);
	values[3] = Int16GetDatum((int16) share_out);
	values[4] = Int16GetDatum((int16) take_in);
	plan_run(&upsert, values, NULL);
	branch_id = plan_int64(0, 1, 0);
	(void) branch_share_again(call, branch_id, psprintf("branch %s shares %d %%", texts[0], share_out));
	return branch_id;
}

/*
 * assure_put_branch adds or changes a branch and returns its key.
 */
PGDLLEXPORT Datum
assure_put_branch(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "branch", SCOPE_ADMIN, "put_branch", branch_put));
}

/* ----- queues ----- */

/*
 * authority_check refuses an expression that is no FEEL, or asks for what is not
 * known of a task.
 */
static void
authority_check(const char *expression)
{
	static const char *const names[][2] = {{"amount", "number"}, {"priority", "number"}, {"attributes", "Any"}};
	FeelLimits	limits = feel_limits();
	FeelArena  *arena = feel_arena_create(CurrentMemoryContext, limits.size_max);
	FeelScope  *scope = feel_scope_create(arena, NULL);
	const FeelProgram *program;
	FeelError	error;
	FeelString	unknown;
	int			position;

	if (expression == NULL)
		return;
	for (int i = 0; i < (int) lengthof(names); i++)
	{
		FeelString	name = {names[i][0], strlen(names[i][0]), -1};
		FeelString	type = {names[i][1], strlen(names[i][1]), -1};

		feel_scope_add(scope, name, feel_type_builtin(type));
	}
	program = feel_compile(arena, scope, FEEL_EXPRESSION, NULL, expression, strlen(expression), &limits, &error);
	if (program == NULL)
		feel_raise(&error, "authority");
	if (feel_program_unknown(program, &unknown, &position))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_FEEL_INVALID),
				 errfield("authority"), errmsg("authority: name \"%.*s\" is not known of a task", (int) unknown.length, unknown.data),
				 errhint("Known are amount, priority and attributes, as in attributes.risk.")));
}

/* What a document says of a queue; NULL: the default. */
typedef struct QueueDocument
{
	char	   *code;
	char	   *name;
	Skills		skills;
	bool		shareable;
	char	   *sla;
	char	   *authority;
	char	   *profile;
	char	   *reserve_for;
	bool		reserves_for_ever;	/* null was said */
	char	   *wait_max;
	char	   *return_pause;
} QueueDocument;

/*
 * span_check refuses a length of time that is too short or too long.
 */
static void
span_check(const char *field, const char *span, const char *least)
{
	static SqlPlan check = {"SELECT $1::interval >= $2::interval AND $1::interval <= '1 year'", {TEXTOID, TEXTOID}};
	Datum		values[2];

	if (span == NULL)
		return;
	values[0] = CStringGetTextDatum(span);
	values[1] = CStringGetTextDatum(least);
	plan_run(&check, values, NULL);
	if (!plan_bool(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errfield(field), errmsg("%s: \"%s\" is not between %s and 1 year", field, span, least),
				 errhint("A length of time is written as \"4 hours\" or \"15 minutes\".")));
}

/*
 * queue_read reads and checks a queue.
 */
static void
queue_read(Jsonb *document, QueueDocument *queue)
{
	static const char *const keys[] = {"code", "name", "skills", "shareable", "sla", "authority", "profile",
	"reserve_for", "wait_max", "return_pause", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	memset(queue, 0, sizeof(*queue));
	queue->shareable = true;
	doc_open(&reader, &root, document, "queue", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		queue->code = required_text(&root, "code");
		queue->name = required_text(&root, "name");
		skills_read(&root, 1, &queue->skills);
		if (doc_member(&root, "shareable", &node))
			queue->shareable = doc_bool(&node);
		queue->sla = optional_text(&root, "sla", NAME_BYTES_MAX);
		if (doc_member(&root, "authority", &node) && node.value.type != jbvNull)
			queue->authority = doc_formula(&node, EXPRESSION_BYTES_MAX);
		queue->profile = optional_text(&root, "profile", NAME_BYTES_MAX);
		queue->reserves_for_ever = doc_member(&root, "reserve_for", &node) && node.value.type == jbvNull;
		queue->reserve_for = optional_text(&root, "reserve_for", NAME_BYTES_MAX);
		queue->wait_max = optional_text(&root, "wait_max", NAME_BYTES_MAX);
		queue->return_pause = optional_text(&root, "return_pause", NAME_BYTES_MAX);
	}
	doc_report(&reader, NULL);
	authority_check(queue->authority);
	span_check("reserve_for", queue->reserve_for, "1 second");
	span_check("wait_max", queue->wait_max, "1 second");
	span_check("return_pause", queue->return_pause, "0 seconds");
}

/*
 * queue_write writes the row of a queue and returns its key.
 */
static int64
queue_write(const QueueDocument *queue)
{
	static SqlPlan upsert = {
		"INSERT INTO assure.queue AS q (code, name, skill, skill_level, shareable, sla_code, authority, profile, reserve_for, wait_max, return_pause) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN NOT $12 THEN coalesce($9::interval, '4 hours') END, "
		"  coalesce($10::interval, '7 days'), coalesce($11::interval, '15 minutes')) "
		"ON CONFLICT (code) DO UPDATE SET name = excluded.name, skill = excluded.skill, skill_level = excluded.skill_level, "
		"  shareable = excluded.shareable, sla_code = excluded.sla_code, authority = excluded.authority, profile = excluded.profile, "
		"  reserve_for = excluded.reserve_for, wait_max = excluded.wait_max, return_pause = excluded.return_pause "
		"RETURNING queue_id",
		{TEXTOID, TEXTOID, TEXTOID, INT2OID, BOOLOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, BOOLOID}
	};
	const char *const texts[] = {queue->sla, queue->authority, queue->profile, queue->reserve_for, queue->wait_max, queue->return_pause};
	Datum		values[12];
	char		nulls[13] = "            ";

	values[0] = CStringGetTextDatum(queue->code);
	values[1] = CStringGetTextDatum(queue->name);
	if (queue->skills.skills.count == 0)
		elog(ERROR, "queue \"%s\" has no skill", queue->code);
	values[2] = queue->skills.skills.values[0];
	values[3] = queue->skills.levels.values[0];
	values[4] = BoolGetDatum(queue->shareable);
	for (int i = 0; i < (int) lengthof(texts); i++)
		values[5 + i] = text_or_null(texts[i], &nulls[5 + i]);
	values[11] = BoolGetDatum(queue->reserves_for_ever);
	plan_run(&upsert, values, nulls);
	return plan_int64(0, 1, 0);
}

/*
 * queue_put adds or changes a queue; its open tasks follow where they are shared.
 */
static int64
queue_put(Call *call, Jsonb *document)
{
	static SqlPlan find_sla = {"SELECT 1 FROM assure.sla_policy WHERE code = $1 AND subject_kind = 'task'", {TEXTOID}};
	static SqlPlan find_profile = {"SELECT 1 FROM assure.match_profile WHERE code = $1", {TEXTOID}};
	static SqlPlan delete = {"DELETE FROM assure.queue_skill WHERE queue_id = $1 AND skill <> ALL ($2[2:])", {INT8OID, TEXTARRAYOID}};
	static SqlPlan insert = {
		"INSERT INTO assure.queue_skill AS s (queue_id, skill, level) SELECT $1, u.* FROM unnest($2[2:], $3[2:]) u (skill, level) "
		"ON CONFLICT (queue_id, skill) DO UPDATE SET level = excluded.level WHERE s.level <> excluded.level",
		{INT8OID, TEXTARRAYOID, INT2ARRAYOID}
	};
	QueueDocument queue;
	Datum		values[3];
	int64		queue_id;

	queue_read(document, &queue);
	require_known(&find_sla, "sla", queue.sla, "assure.put_sla_policy() makes a policy of tasks.");
	require_known(&find_profile, "profile", queue.profile, "assure.put_match_profile() makes a profile.");
	queue_id = queue_write(&queue);
	values[0] = Int64GetDatum(queue_id);
	values[1] = column_array(&queue.skills.skills);
	values[2] = column_array(&queue.skills.levels);
	plan_run(&delete, values, NULL);
	plan_run(&insert, values, NULL);
	(void) queue_share_again(call, queue_id, psprintf("queue %s is %s", queue.code, queue.shareable ? "shared" : "local"));
	return queue_id;
}

/*
 * assure_put_queue adds or changes a queue and returns its key.
 */
PGDLLEXPORT Datum
assure_put_queue(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "queue", SCOPE_ADMIN, "put_queue", queue_put));
}

/* ----- workers ----- */

/*
 * calendar_check refuses a calendar of shifts that there is not.
 */
static void
calendar_check(const char *calendar)
{
	if (calendar != NULL && calendar_version_find(calendar) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION), errfield("calendar"), errmsg("calendar: \"%s\" does not exist", calendar),
				 errhint("assure.publish_calendar() makes one; CN and CN24 ship with the extension.")));
}

/*
 * worker_put adds or changes a worker, and the skills.
 */
static int64
worker_put(Call *call, Jsonb *document)
{
	static const char *const keys[] = {"code", "name", "branch", "capacity", "authority", "skills", "calendar", NULL};
	static SqlPlan find_branch = {"SELECT 1 FROM assure.branch WHERE code = $1", {TEXTOID}};
	static SqlPlan upsert = {
		"INSERT INTO assure.worker AS w (code, name, branch_id, capacity, authority_fen, calendar) "
		"SELECT $1, $2, branch_id, $4, $5, $6 FROM assure.branch WHERE code = $3 "
		"ON CONFLICT (code) DO UPDATE SET name = excluded.name, branch_id = excluded.branch_id, capacity = excluded.capacity, "
		"  authority_fen = excluded.authority_fen, calendar = excluded.calendar RETURNING worker_id",
		{TEXTOID, TEXTOID, TEXTOID, INT4OID, INT8OID, TEXTOID}
	};
	static SqlPlan delete = {"DELETE FROM assure.worker_skill WHERE worker_id = $1 AND skill <> ALL ($2)", {INT8OID, TEXTARRAYOID}};
	static SqlPlan insert = {
		"INSERT INTO assure.worker_skill AS s (worker_id, skill, level) SELECT $1, u.* FROM unnest($2, $3) u (skill, level) "
		"ON CONFLICT (worker_id, skill) DO UPDATE SET level = excluded.level WHERE s.level <> excluded.level",
		{INT8OID, TEXTARRAYOID, INT2ARRAYOID}
	};
	DocReader	reader;
	DocNode		root;
	DocNode		node;
	char	   *texts[3] = {NULL, NULL, NULL};
	char	   *calendar = NULL;
	int			capacity = 0;
	int64		authority_fen = 0;
	Skills		skills;
	Datum		values[6];
	char		nulls[7] = "      ";

	doc_open(&reader, &root, document, "worker", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		for (int i = 0; i < 3; i++)
			texts[i] = required_text(&root, keys[i]);
		capacity = doc_require(&root, "capacity", &node) ? (int) doc_integer(&node, 0, 100000) : 0;
		authority_fen = doc_require(&root, "authority", &node) ? doc_amount(&node) : 0;
		skills_read(&root, 0, &skills);
		calendar = optional_text(&root, "calendar", NAME_BYTES_MAX);
	}
	doc_report(&reader, NULL);
	require_known(&find_branch, "branch", texts[2], "assure.put_branch() makes one.");
	calendar_check(calendar);
	for (int i = 0; i < 3; i++)
		values[i] = CStringGetTextDatum(texts[i]);
	values[3] = Int32GetDatum(capacity);
	values[4] = Int64GetDatum(authority_fen);
	values[5] = text_or_null(calendar, &nulls[5]);
	plan_run(&upsert, values, nulls);
	values[0] = Int64GetDatum(plan_int64(0, 1, 0));
	values[1] = column_array(&skills.skills);
	values[2] = column_array(&skills.levels);
	plan_run(&delete, values, NULL);
	plan_run(&insert, values, NULL);
	return DatumGetInt64(values[0]);
}

/*
 * assure_put_worker adds or changes a worker and returns the key.
 */
PGDLLEXPORT Datum
assure_put_worker(PG_FUNCTION_ARGS)
{
	PG_RETURN_INT64(document_call(fcinfo, "worker", SCOPE_ADMIN, "put_worker", worker_put));
}
