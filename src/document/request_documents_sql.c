/*-------------------------------------------------------------------------
 *
 * request_documents_sql.c
 *		Entry points: a customer is asked for documents, and hands them in.
 *
 * A document that is asked for is an item:
 *
 *		waiting -> received | withdrawn | missing
 *		missing -> received						(late)
 *
 * A request is open while one of its items is waiting.  Meanwhile its task is
 * suspended and the task's clock stands still.  Whatever takes the last item out
 * of waiting closes the request, and the task goes back with a note of what came.
 *
 * Locking: the task, then the items of its request.  Nothing here touches the
 * books of an account.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/fmgroids.h"
#include "utils/jsonb.h"

#include "adjudicate/claim_ref.h"
#include "audit/audit.h"
#include "core/digest.h"
#include "core/errors.h"
#include "core/json.h"
#include "core/plan.h"
#include "core/request.h"
#include "document/document.h"
#include "work/task.h"

#define ASK_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR)
#define RECEIVE_SCOPES (SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define CLOSE_SCOPES (SCOPE_SUPERVISOR | SCOPE_ADMIN)
#define DOCUMENTS_MAX 50
#define KIND_BYTES_MAX 200
#define TEXT_BYTES_MAX 2000
#define DAYS_MAX 366
#define CLOSE_REQUESTS_MAX 10000

PG_FUNCTION_INFO_V1(assure_request_documents);
PG_FUNCTION_INFO_V1(assure_receive_documents);
PG_FUNCTION_INFO_V1(assure_withdraw_documents);
PG_FUNCTION_INFO_V1(assure_remind_documents);
PG_FUNCTION_INFO_V1(assure_close_overdue_documents);

/* A request with its claim and its locked task. */
typedef struct DocumentRequest
{
	int64		account_id;
	int64		claim_id;
	int64		document_request_id;
	bool		is_open;
	Task		task;
} DocumentRequest;

/*
 * items_read reads what is asked for: a list of {kind, text}, each kind once.
 */
static void
items_read(Jsonb *document, Column *kinds, Column *texts)
{
	static const char *const keys[] = {"kind", "text", NULL};
	DocReader	reader;
	DocNode		root;
	int			count;

	column_start(kinds, TEXTOID);
	column_start(texts, TEXTOID);
	doc_open(&reader, &root, document, "documents", ERRCODE_INVALID_PARAMETER_VALUE);
	count = doc_list(&root, 1, DOCUMENTS_MAX);
	for (int i = 0; i < count; i++)
	{
		DocNode		item;
		DocNode		node;

		doc_element(&root, i, &item);
		if (!doc_object(&item, keys))
			break;
		if (doc_require(&item, "kind", &node))
		{
			char	   *kind = doc_text(&node, KIND_BYTES_MAX);

			for (int k = 0; k < kinds->count; k++)
				if (strcmp(TextDatumGetCString(kinds->values[k]), kind) == 0)
					doc_fail_invalid(&node, "\"%s\" is asked for twice", kind);
			column_add_text(kinds, kind);
		}
		if (doc_require(&item, "text", &node))
			column_add_text(texts, doc_text(&node, TEXT_BYTES_MAX));
	}
	doc_report(&reader, NULL);
}

/*
 * task_for_request locks the claim's task for the worker who asks.
 */
static void
task_for_request(Call *call, const char *ref, const ClaimPlace *place, int64 actor_id, Task *task)
{
	if (!task_lock_of_claim(place->key.account_id, place->key.claim_id, task))
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("claim \"%s\" is not in review", ref),
				 errhint("Documents are asked for while somebody has to decide; see assure.claim_status().")));
	task_require_active(task, actor_id);
	task_require_holder(call, task, actor_id, ref);
}

/*
 * ask writes the request with its items and suspends the task.
 */
static int64
ask(Call *call, const char *ref, Jsonb *documents, int days)
{
	static SqlPlan insert = {
		"WITH r AS (INSERT INTO assure.document_request (account_id, claim_id, task_id, asked_by, asked_worker_id, due_on) "
		"  VALUES ($1, $2, $3, $4, $5, current_date + $6) RETURNING document_request_id), "
		"i AS (INSERT INTO assure.document_item (account_id, document_request_id, kind, text, state_by, actor_worker_id) "
		"  SELECT $1, r.document_request_id, u.kind, u.text, $4, $5 FROM r, unnest($7, $8) AS u (kind, text)) "
		"SELECT document_request_id FROM r",
		{INT8OID, INT8OID, INT8OID, TEXTOID, INT8OID, INT4OID, TEXTARRAYOID, TEXTARRAYOID}
	};
	int64		actor_id = call_actor_required(call);
	ClaimPlace	place;
	Task		task;
	Column		kinds;
	Column		texts;
	Datum		values[8];
	int64		document_request_id;

	items_read(documents, &kinds, &texts);
	claim_find(ref, &place);
	claim_require_access(call, ref, &place);
	task_for_request(call, ref, &place, actor_id, &task);
	values[0] = Int64GetDatum(place.key.account_id);
	values[1] = Int64GetDatum(place.key.claim_id);
	values[2] = Int64GetDatum(task.task_id);
	values[3] = CStringGetTextDatum(call->session_role);
	values[4] = Int64GetDatum(actor_id);
	values[5] = Int32GetDatum(days);
	values[6] = column_array(&kinds);
	values[7] = column_array(&texts);
	plan_run(&insert, values, NULL);
	document_request_id = plan_int64(0, 1, 0);
	task_suspend(call, &task, actor_id, psprintf("%d documents asked for", kinds.count));
	audit_write_one(call, psprintf("claim " INT64_FORMAT " document request " INT64_FORMAT, place.key.claim_id, document_request_id));
	return document_request_id;
}

/*
 * assure_request_documents asks the customer for documents; the claim's clock
 * stands still until they have come.
 */
PGDLLEXPORT Datum
assure_request_documents(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(3) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(3));
	char	   *ref;
	Jsonb	   *documents;
	int			days;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	int64		document_request_id;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1) || PG_ARGISNULL(2))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("ref, documents and days must not be NULL")));
	ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	documents = PG_GETARG_JSONB_P(1);
	days = PG_GETARG_INT32(2);
	if (days < 1 || days > DAYS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("days is %d, not between 1 and %d", days, DAYS_MAX)));
	initStringInfo(&arguments);
	digest_text(&arguments, ref);
	digest_text(&arguments, JsonbToCString(NULL, &documents->root, VARSIZE(documents)));
	digest_int64(&arguments, days);
	call_begin(&call, ASK_SCOPES, "request_documents");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		document_request_id = request_answer_int64(answer);
	else
	{
		document_request_id = ask(&call, ref, documents, days);
		request_end_int64(request_id, document_request_id);
	}
	call_end(&call);
	PG_RETURN_INT64(document_request_id);
}

/*
 * request_find reads the claim's latest request and returns its task.
 */
static int64
request_find(const char *ref, DocumentRequest *request)
{
	static SqlPlan find = {
		"SELECT document_request_id, task_id, closed_at IS NULL FROM assure.document_request "
		"WHERE account_id = $1 AND claim_id = $2 ORDER BY document_request_id DESC LIMIT 1", {INT8OID, INT8OID}
	};
	Datum		values[2] = {Int64GetDatum(request->account_id), Int64GetDatum(request->claim_id)};

	if (plan_run(&find, values, NULL) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_NO_DATA_FOUND),
				 errmsg("no documents were asked for of claim \"%s\"", ref),
				 errhint("assure.request_documents() asks for some.")));
	request->document_request_id = plan_int64(0, 1, 0);
	request->is_open = plan_bool(0, 3);
	return plan_int64(0, 2, 0);
}

/*
 * request_lock locks the task of the claim's latest request, then reads the
 * request as it is now.  While the lock was waited for, the claim may have got
 * another task, with a request of its own.
 */
static void
request_lock(const char *ref, const ClaimKey *key, DocumentRequest *request)
{
	int64		task_id;

	request->account_id = key->account_id;
	request->claim_id = key->claim_id;
	task_id = request_find(ref, request);
	do
	{
		CHECK_FOR_INTERRUPTS();
		if (!task_lock(task_id, &request->task))
			elog(ERROR, "the task of a document request does not exist");
		task_id = request_find(ref, request);
	} while (task_id != request->task.task_id);
}

/*
 * request_settle closes the request if nothing is waited for any more, and gives
 * the task back with a note of what came; returns how many documents are still
 * waited for.
 */
static int64
request_settle(Call *call, DocumentRequest *request, int64 actor_id)
{
	static SqlPlan count = {
		"SELECT count(*) FILTER (WHERE state = 'waiting'), 'received: ' || coalesce(string_agg(kind, ', ' ORDER BY kind COLLATE \"C\") FILTER (WHERE state = 'received'), 'none') "
		"  || coalesce('; withdrawn: ' || string_agg(kind, ', ' ORDER BY kind COLLATE \"C\") FILTER (WHERE state = 'withdrawn'), '') "
		"  || coalesce('; missing: ' || string_agg(kind, ', ' ORDER BY kind COLLATE \"C\") FILTER (WHERE state = 'missing'), '') "
		"FROM assure.document_item WHERE account_id = $1 AND document_request_id = $2", {INT8OID, INT8OID}
	};
	static SqlPlan close = {
		"UPDATE assure.document_request SET closed_at = now() WHERE account_id = $1 AND document_request_id = $2", {INT8OID, INT8OID}
	};
	Datum		values[2] = {Int64GetDatum(request->account_id), Int64GetDatum(request->document_request_id)};
	int64		waiting;
	char	   *note;

	plan_run(&count, values, NULL);
	waiting = plan_int64(0, 1, 0);
	note = plan_text(0, 2);
	if (request->is_open && waiting == 0)
	{
		plan_run(&close, values, NULL);
		if (strcmp(request->task.state, "suspended") == 0)
			task_resume(call, &request->task, actor_id, note);
	}
	return waiting;
}

/*
 * items_move brings items into another state, from the states given; NULL for
 * all kinds.  Returns how many it moved.
 */
static int
items_move(Call *call, const DocumentRequest *request, Datum kinds, bool all_kinds,
		   const char *to_state, const char *from_states, int64 actor_id)
{
	static SqlPlan move = {
		"UPDATE assure.document_item SET state = $4, state_since = now(), state_by = $6, actor_worker_id = nullif($7, 0) "
		"WHERE account_id = $1 AND document_request_id = $2 AND ($3 IS NULL OR kind = ANY ($3)) AND state = ANY ($5::text[])",
		{INT8OID, INT8OID, TEXTARRAYOID, TEXTOID, TEXTOID, TEXTOID, INT8OID}
	};
	Datum		values[7];
	char		nulls[8] = "       ";

	values[0] = Int64GetDatum(request->account_id);
	values[1] = Int64GetDatum(request->document_request_id);
	values[2] = kinds;
	nulls[2] = all_kinds ? 'n' : ' ';
	values[3] = CStringGetTextDatum(to_state);
	values[4] = CStringGetTextDatum(from_states);
	values[5] = CStringGetTextDatum(call->session_role);
	values[6] = Int64GetDatum(actor_id);
	return (int) plan_run(&move, values, nulls);
}

/*
 * documents_let_go withdraws what a claim waits for when its task ends anyway.
 */
void
documents_let_go(Call *call, const ClaimKey *key, int64 actor_id)
{
	static SqlPlan close = {
		"UPDATE assure.document_request SET closed_at = now() "
		"WHERE account_id = $1 AND claim_id = $2 AND closed_at IS NULL RETURNING document_request_id", {INT8OID, INT8OID}
	};
	DocumentRequest request = {.account_id = key->account_id, .claim_id = key->claim_id};
	Datum		values[2] = {Int64GetDatum(key->account_id), Int64GetDatum(key->claim_id)};

	if (plan_run(&close, values, NULL) == 0)
		return;
	request.document_request_id = plan_int64(0, 1, 0);
	items_move(call, &request, (Datum) 0, true, "withdrawn", "{waiting}", actor_id);
}

/*
 * kinds_require refuses a kind that was not asked for.
 */
static void
kinds_require(const char *ref, const DocumentRequest *request, Datum kinds)
{
	static SqlPlan find = {
		"SELECT u.kind FROM unnest($3) AS u (kind) WHERE u.kind IS NULL OR NOT EXISTS (SELECT FROM assure.document_item i "
		"  WHERE i.account_id = $1 AND i.document_request_id = $2 AND i.kind = u.kind) LIMIT 1", {INT8OID, INT8OID, TEXTARRAYOID}
	};
	Datum		values[3];
	char	   *kind;

	values[0] = Int64GetDatum(request->account_id);
	values[1] = Int64GetDatum(request->document_request_id);
	values[2] = kinds;
	if (plan_run(&find, values, NULL) == 0)
		return;
	kind = plan_text(0, 1);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("kinds: \"%s\" was not asked for with claim \"%s\"", kind ? kind : "NULL", ref),
			 errhint("assure.document_item lists what was.")));
}

/*
 * receive notes documents that came; a document that came before changes
 * nothing, a late one is noted on the task.
 */
static int64
receive(Call *call, const char *ref, Datum kinds)
{
	int64		actor_id = call_actor(call);
	ClaimPlace	place;
	DocumentRequest request;
	int			moved;

	claim_find(ref, &place);
	claim_require_access(call, ref, &place);
	request_lock(ref, &place.key, &request);
	kinds_require(ref, &request, kinds);
	moved = items_move(call, &request, kinds, false, "received", "{waiting,missing}", actor_id);
	if (moved > 0)
	{
		audit_write_one(call, psprintf("document request " INT64_FORMAT, request.document_request_id));
		if (!request.is_open)
			task_note(call, &request.task, actor_id, psprintf("%d documents came late", moved));
	}
	return request_settle(call, &request, actor_id);
}

/*
 * assure_receive_documents notes documents that the customer handed in; returns
 * how many are still waited for.
 */
PGDLLEXPORT Datum
assure_receive_documents(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	char	   *ref;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	int64		waiting;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("ref and kinds must not be NULL")));
	ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	initStringInfo(&arguments);
	digest_text(&arguments, ref);
	digest_text(&arguments, OidOutputFunctionCall(F_ARRAY_OUT, PG_GETARG_DATUM(1)));
	call_begin(&call, RECEIVE_SCOPES, "receive_documents");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		waiting = request_answer_int64(answer);
	else
	{
		waiting = receive(&call, ref, PG_GETARG_DATUM(1));
		request_end_int64(request_id, waiting);
	}
	call_end(&call);
	PG_RETURN_INT32((int32) waiting);
}

/*
 * withdraw takes back what was asked for and has not come.
 */
static int64
withdraw(Call *call, const char *ref, Datum kinds, bool all_kinds)
{
	int64		actor_id = call_actor_required(call);
	ClaimPlace	place;
	DocumentRequest request;

	claim_find(ref, &place);
	claim_require_access(call, ref, &place);
	request_lock(ref, &place.key, &request);
	if (!request.is_open)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE),
				 errmsg("claim \"%s\" waits for no documents", ref),
				 errhint("What came or is missing cannot be withdrawn.")));
	task_require_holder(call, &request.task, actor_id, ref);
	if (!all_kinds)
		kinds_require(ref, &request, kinds);
	if (items_move(call, &request, kinds, all_kinds, "withdrawn", "{waiting}", actor_id) > 0)
		audit_write_one(call, psprintf("document request " INT64_FORMAT, request.document_request_id));
	return request_settle(call, &request, actor_id);
}

/*
 * assure_withdraw_documents takes back some or all of what is waited for; returns
 * how many are still waited for.
 */
PGDLLEXPORT Datum
assure_withdraw_documents(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(2) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(2));
	bool		all_kinds = PG_ARGISNULL(1);
	char	   *ref;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	int64		waiting;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("ref must not be NULL")));
	ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	initStringInfo(&arguments);
	digest_text(&arguments, ref);
	digest_text(&arguments, all_kinds ? NULL : OidOutputFunctionCall(F_ARRAY_OUT, PG_GETARG_DATUM(1)));
	call_begin(&call, ASK_SCOPES, "withdraw_documents");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		waiting = request_answer_int64(answer);
	else
	{
		waiting = withdraw(&call, ref, all_kinds ? (Datum) 0 : PG_GETARG_DATUM(1), all_kinds);
		request_end_int64(request_id, waiting);
	}
	call_end(&call);
	PG_RETURN_INT32((int32) waiting);
}

/*
 * remind notes that the customer was reminded, and counts how often.
 */
static int64
remind(Call *call, const char *ref)
{
	static SqlPlan update = {
		"UPDATE assure.document_request SET reminders = reminders + 1, reminded_at = now() "
		"WHERE account_id = $1 AND document_request_id = $2 RETURNING reminders", {INT8OID, INT8OID}
	};
	ClaimPlace	place;
	DocumentRequest request;
	Datum		values[2];
	int32		reminders;

	claim_find(ref, &place);
	claim_require_access(call, ref, &place);
	request_lock(ref, &place.key, &request);
	if (!request.is_open)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_WRONG_STATE), errmsg("claim \"%s\" waits for no documents", ref),
				 errhint("There is nothing to remind of.")));
	values[0] = Int64GetDatum(request.account_id);
	values[1] = Int64GetDatum(request.document_request_id);
	plan_run(&update, values, NULL);
	reminders = plan_int32(0, 1, 0);
	audit_write_one(call, psprintf("document request " INT64_FORMAT, request.document_request_id));
	return reminders;
}

/*
 * assure_remind_documents counts a reminder and returns how many there were.
 */
PGDLLEXPORT Datum
assure_remind_documents(PG_FUNCTION_ARGS)
{
	char	   *request_id = PG_ARGISNULL(1) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(1));
	char	   *ref;
	StringInfoData arguments;
	Call		call;
	Jsonb	   *answer;
	int64		reminders;

	if (PG_ARGISNULL(0))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("ref must not be NULL")));
	ref = text_to_cstring(PG_GETARG_TEXT_PP(0));
	initStringInfo(&arguments);
	digest_text(&arguments, ref);
	call_begin(&call, RECEIVE_SCOPES, "remind_documents");
	answer = request_begin(&call, request_id, &arguments);
	if (answer != NULL)
		reminders = request_answer_int64(answer);
	else
	{
		reminders = remind(&call, ref);
		request_end_int64(request_id, reminders);
	}
	call_end(&call);
	PG_RETURN_INT32((int32) reminders);
}

/*
 * close_overdue closes one request whose last day is past; false if it was
 * closed meanwhile.
 */
static bool
close_overdue(Call *call, int64 account_id, int64 document_request_id, int64 task_id)
{
	static SqlPlan find = {
		"SELECT 1 FROM assure.document_request WHERE account_id = $1 AND document_request_id = $2 AND closed_at IS NULL", {INT8OID, INT8OID}
	};
	DocumentRequest request = {.account_id = account_id, .document_request_id = document_request_id, .is_open = true};
	Datum		values[2] = {Int64GetDatum(account_id), Int64GetDatum(document_request_id)};

	if (!task_lock(task_id, &request.task))
		elog(ERROR, "the task of a document request does not exist");
	if (plan_run(&find, values, NULL) == 0)
		return false;
	items_move(call, &request, (Datum) 0, true, "missing", "{waiting}", 0);
	(void) request_settle(call, &request, 0);
	return true;
}

/*
 * assure_close_overdue_documents gives tasks back whose documents did not come in
 * time; returns how many.
 */
PGDLLEXPORT Datum
assure_close_overdue_documents(PG_FUNCTION_ARGS)
{
	static SqlPlan find = {
		"SELECT account_id, document_request_id, task_id FROM assure.document_request "
		"WHERE closed_at IS NULL AND due_on < current_date ORDER BY due_on, document_request_id LIMIT $1", {INT4OID}
	};
	int32		request_count_max = PG_GETARG_INT32(0);
	Datum		value = Int32GetDatum(request_count_max);
	AuditRow	row = {0};
	Call		call;
	int			count;
	int64	   *keys;

	if (request_count_max < 1 || request_count_max > CLOSE_REQUESTS_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("max_requests is %d, not between 1 and %d", request_count_max, CLOSE_REQUESTS_MAX)));
	call_begin(&call, CLOSE_SCOPES, "close_overdue_documents");
	count = (int) plan_run(&find, &value, NULL);
	keys = palloc(mul_size(sizeof(int64) * 3, Max(count, 1)));
	for (int i = 0; i < count * 3; i++)
		keys[i] = plan_int64(i / 3, 1 + i % 3, 0);
	for (int i = 0; i < count; i++)
	{
		CHECK_FOR_INTERRUPTS();
		row.row_count += close_overdue(&call, keys[3 * i], keys[3 * i + 1], keys[3 * i + 2]);
	}
	if (row.row_count > 0)
		audit_write(&call, &row);
	call_end(&call);
	PG_RETURN_INT32(row.row_count);
}
