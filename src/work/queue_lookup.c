/*-------------------------------------------------------------------------
 *
 * queue_lookup.c
 *		Queues as documents name them.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/builtins.h"

#include "core/plan.h"
#include "work/queue_lookup.h"

#define CODE_BYTES_MAX 200

/*
 * queue_of_document returns the key of the queue that a member names.
 */
int64
queue_of_document(const DocNode *root, const char *key, const char *if_absent)
{
	static SqlPlan find = {"SELECT queue_id FROM assure.queue WHERE code = $1", {TEXTOID}};
	DocNode		node = *root;
	const char *code = if_absent;
	Datum		value;

	if (if_absent == NULL ? doc_require(root, key, &node) : doc_member(root, key, &node))
		code = doc_text(&node, CODE_BYTES_MAX);
	if (root->reader->failed)
		return 0;
	value = CStringGetTextDatum(code);
	if (plan_run(&find, &value, NULL) == 1)
		return plan_int64(0, 1, 0);
	doc_fail(&node, ERRCODE_FOREIGN_KEY_VIOLATION, "INSERT INTO assure.queue makes one.", "queue \"%s\" does not exist", code);
	return 0;
}
