/*-------------------------------------------------------------------------
 *
 * create_task_sql.c
 *		Entry point: a task about anything is opened.
 *
 * A subject of a kind that is known here is looked up, and gives the task its
 * branch; of any other kind the caller says what and whose it is.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "fmgr.h"
#include "storage/shmem.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "core/digest.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/request.h"
#include "postcheck/postcheck.h"
#include "work/pool.h"

#define CREATE_TASK_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)

#define NAME_BYTES_MAX		200
#define DOCUMENT_BYTES_MAX	100000
#define SKILLS_MAX			20
#define EXCLUDED_MAX		100

PG_FUNCTION_INFO_V1(assure_create_task);

/* What the caller's documents say, but for what they become. */
typedef struct TaskDocument
{
	char	   *kind;
	char	   *ref;			/* of the subject */
	char	   *branch;			/* NULL: that of the subject */
	int			excluded_count;
	char	  **excluded;		/* workers by code */
} TaskDocument;

/*
 * subject_read reads what the task is about.
 */
static void
subject_read(Jsonb *document, TaskDocument *said)
{
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	doc_open(&reader, &root, document, "subject", ERRCODE_INVALID_PARAMETER_VALUE);
	if (VARSIZE_ANY_EXHDR(document) > DOCUMENT_BYTES_MAX)
		doc_fail_invalid(&root, "has more than %d bytes", DOCUMENT_BYTES_MAX);
	if (doc_object(&root, NULL))
	{
		if (doc_require(&root, "kind", &node))
		{
			said->kind = doc_text(&node, 63);
			if (!reader.failed && (said->kind[0] < 'a' || said->kind[0] > 'z' || strspn(said->kind, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(said->kind)))
				doc_fail_invalid(&node, "must be lower-case letters, digits and underscores");
			else if (!reader.failed && strcmp(said->kind, SUBJECT_CLAIM) == 0)
				doc_fail(&node, ERRCODE_INVALID_PARAMETER_VALUE, "Name another kind, as claim_inquiry, for work beside it.",
						 "is claim: adjudication and appeals open the tasks of claims");
			else if (!reader.failed && (strcmp(said->kind, CHECK_SUBJECT) == 0 || strcmp(said->kind, RECTIFY_SUBJECT) == 0))
				doc_fail(&node, ERRCODE_INVALID_PARAMETER_VALUE, "Name another kind.", "is %s: assure.draw_checks() opens such tasks", said->kind);
		}
		if (doc_require(&root, "ref", &node))
			said->ref = doc_text(&node, NAME_BYTES_MAX);
	}
	doc_report(&reader, NULL);
}

/*
 * texts_read reads a list of names.
 */
static char **
texts_read(const DocNode *list, int count_max, int *count)
{
	char	  **texts;

	*count = doc_list(list, 0, count_max);
	texts = palloc(mul_size(sizeof(char *), Max(*count, 1)));
	for (int i = 0; i < *count; i++)
	{
		DocNode		element;

		doc_element(list, i, &element);
		texts[i] = doc_text(&element, NAME_BYTES_MAX);
	}
	return texts;
}

/*
 * attributes_read keeps an object as it is.
 */
static Jsonb *
attributes_read(const DocNode *node)
{
	Jsonb	   *attributes;

	if (!doc_object(node, NULL))
		return NULL;
	attributes = JsonbValueToJsonb((JsonbValue *) &node->value);
	if (VARSIZE(attributes) > DOCUMENT_BYTES_MAX)
		doc_fail_invalid(node, "has more than %d bytes", DOCUMENT_BYTES_MAX);
	return attributes;
}

/*
 * details_read reads the rest of what is said of the task.
 */
static void
details_read(Jsonb *document, TaskDocument *said, TaskStart *start)
{
	static const char *const keys[] = {"amount", "branch", "priority", "region", "attributes", "skills", "excluded", "ref", NULL};
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	doc_open(&reader, &root, document, "details", ERRCODE_INVALID_PARAMETER_VALUE);
	if (doc_object(&root, keys))
	{
		if (doc_member(&root, "amount", &node))
			start->amount_fen = doc_amount(&node);
		if (doc_member(&root, "branch", &node))
			said->branch = doc_text(&node, NAME_BYTES_MAX);
		if (doc_member(&root, "priority", &node))
			start->priority = (int) doc_integer(&node, 1, 9);
		if (doc_member(&root, "region", &node))
		{
			start->region = doc_text(&node, 6);
			if (!reader.failed && (strlen(start->region) != 6 || start->region[0] == '0' || strspn(start->region, "0123456789") != 6))
				doc_fail_invalid(&node, "must be a GB/T 2260 code of six digits");
		}
		if (doc_member(&root, "attributes", &node))
			start->attributes = attributes_read(&node);
		if (doc_member(&root, "skills", &node))
			start->skills = (const char *const *) texts_read(&node, SKILLS_MAX, &start->skill_count);
		if (doc_member(&root, "excluded", &node))
			said->excluded = texts_read(&node, EXCLUDED_MAX, &said->excluded_count);
		if (doc_member(&root, "ref", &node))
			start->ref = doc_text(&node, NAME_BYTES_MAX);
	}
	doc_report(&reader, NULL);
}

/*
 * subject_find looks up a subject of a known kind, and fills in its keys and
 * branch.  Whose branch is closed to the caller learns nothing of it, nor takes it
 * to another one.
 */
static void
subject_find(Call *call, const TaskDocument *said, TaskStart *start)
{
	static SqlPlan find_order = {
		"SELECT o.account_id, o.order_id, o.branch_id FROM assure.order_ref r JOIN assure.service_order o USING (account_id, order_id) WHERE r.ref = $1", {TEXTOID}
	};
	static SqlPlan find_policy = {"SELECT NULL::bigint, policy_id, branch_id FROM assure.policy WHERE ref = $1", {TEXTOID}};
	static SqlPlan find_task = {"SELECT account_id, task_id, branch_id FROM assure.task WHERE task_id::text = $1 AND task_id = $2", {TEXTOID, INT8OID}};
	Datum		values[2];
	SqlPlan    *find;

	if (said->kind == NULL || said->ref == NULL)
		elog(ERROR, "the subject of the task was not read");
	values[0] = CStringGetTextDatum(said->ref);
	values[1] = Int64GetDatum(strtoll(said->ref, NULL, 10));
	if (strcmp(said->kind, "service_order") == 0)
		find = &find_order;
	else if (strcmp(said->kind, "policy") == 0)
		find = &find_policy;
	else if (strcmp(said->kind, "task") == 0)
		find = &find_task;
	else
		return;
	if (plan_run(find, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("subject: %s \"%s\" does not exist", said->kind, said->ref)));
	start->account_id = plan_int64(0, 1, 0);
	start->claim_id = plan_int64(0, 2, 0);
	start->branch_id = plan_int64(0, 3, 0);
	call_require_branch(call, start->branch_id, psprintf("%s \"%s\"", said->kind, said->ref));
}

/*
 * branch_find takes the branch that the caller names, if one is named.
 */
static void
branch_find(const TaskDocument *said, TaskStart *start)
{
	static SqlPlan find = {"SELECT branch_id FROM assure.branch WHERE code = $1", {TEXTOID}};
	Datum		value;

	if (said->branch == NULL && start->branch_id == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("branch is missing"),
				 errhint("Say {\"branch\": ...} in details: no branch is known of a subject of kind \"%s\".", said->kind)));
	if (said->branch == NULL)
		return;
	value = CStringGetTextDatum(said->branch);
	if (plan_run(&find, &value, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND), errmsg("branch \"%s\" does not exist", said->branch)));
	start->branch_id = plan_int64(0, 1, 0);
}

/*
 * excluded_find looks up who may not do the task.
 */
static void
excluded_find(const TaskDocument *said, TaskStart *start)
{
	static SqlPlan find = {"SELECT worker_id FROM assure.worker WHERE code = $1", {TEXTOID}};
	int64	   *worker_ids = palloc(mul_size(sizeof(int64), Max(said->excluded_count, 1)));

	for (int i = 0; i < said->excluded_count; i++)
	{
		Datum		value = CStringGetTextDatum(said->excluded[i]);

		if (plan_run(&find, &value, NULL) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_NO_DATA_FOUND), errmsg("excluded: worker \"%s\" does not exist", said->excluded[i])));
		worker_ids[i] = plan_int64(0, 1, 0);
	}
	start->excluded_worker_ids = worker_ids;
	start->excluded_count = said->excluded_count;
}

/*
 * task_of_ref finds the task that was opened under the caller's name before; 0:
 * none was.
 */
static int64
task_of_ref(const char *queue, const TaskStart *start)
{
	static SqlPlan find = {
		"SELECT t.task_id, q.code = $2 AND t.subject_kind = $3 AND t.subject_ref = $4 AND t.branch_id = $5 FROM assure.task t JOIN assure.queue q USING (queue_id) WHERE t.task_ref = $1",
		{TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT8OID}
	};
	Datum		values[5];

	if (start->ref == NULL)
		return 0;
	values[0] = CStringGetTextDatum(start->ref);
	values[1] = CStringGetTextDatum(queue);
	values[2] = CStringGetTextDatum(start->subject_kind);
	values[3] = CStringGetTextDatum(start->subject_ref);
	values[4] = Int64GetDatum(start->branch_id);
	if (plan_run(&find, values, NULL) == 0)
		return 0;
	if (!plan_bool(0, 2))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REF_CONFLICT),
				 errmsg("ref: task \"%s\" was opened before in another queue, by another branch or about something else", start->ref),
				 errhint("Use a new ref for a new task.")));
	return plan_int64(0, 1, 0);
}

/*
 * create_task opens the task, or finds the one that its ref names.
 */
static int64
create_task(Call *call, const char *queue, Jsonb *subject, Jsonb *details)
{
	TaskDocument said = {0};
	TaskStart	start = {.priority = TASK_PRIORITY_NORMAL, .started_at = GetCurrentTransactionStartTimestamp(), .subject = subject};
	int64		task_id;

	subject_read(subject, &said);
	if (details != NULL)
		details_read(details, &said, &start);
	start.subject_kind = said.kind;
	start.subject_ref = said.ref;
	subject_find(call, &said, &start);
	branch_find(&said, &start);
	call_require_branch(call, start.branch_id, "the task");
	excluded_find(&said, &start);
	task_id = task_of_ref(queue, &start);
	return task_id != 0 ? task_id : task_open(call, queue, &start);
}

/*
 * assure_create_task opens a task and returns its key.
 */
PGDLLEXPORT Datum
assure_create_task(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(3) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(3));
	char	   *queue;
	Jsonb	   *documents[2] = {NULL, NULL};
	StringInfoData arguments;
	Jsonb	   *answer;
	int64		task_id;
	Call		call;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("queue and subject must not be NULL")));
	queue = text_to_cstring(PG_GETARG_TEXT_PP(0));
	initStringInfo(&arguments);
	digest_text(&arguments, queue);
	for (int i = 0; i < 2; i++)
	{
		documents[i] = PG_ARGISNULL(i + 1) ? NULL : PG_GETARG_JSONB_P(i + 1);
		if (request_id != NULL && documents[i] != NULL)
			digest_text(&arguments, JsonbToCString(NULL, &documents[i]->root, VARSIZE(documents[i])));
	}
	call_begin(&call, CREATE_TASK_SCOPES, "create_task");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		task_id = request_answer_int64(answer);
	else
	{
		task_id = create_task(&call, queue, documents[0], documents[1]);
		request_end_int64(request_id, task_id);
	}
	call_end(&call);
	PG_RETURN_INT64(task_id);
}
