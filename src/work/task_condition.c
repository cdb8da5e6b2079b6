/*-------------------------------------------------------------------------
 *
 * task_condition.c
 *		FEEL conditions over tasks: checked in documents, and asked.
 *
 * They are those of SLA policies over the same facts.  Memory: compiled ones are
 * kept for the session by their text, all dropped beyond PROGRAMS_MAX.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/hsearch.h"
#include "utils/memutils.h"

#include "core/digest.h"
#include "feel/feel_sql.h"
#include "sla/policy.h"
#include "work/task_condition.h"

#define CONDITION_BYTES_MAX 10000
#define PROGRAMS_MAX 500

/* A compiled condition; the hash of its text finds it. */
typedef struct KeptProgram
{
	RowHash		text_hash;
	const FeelProgram *program; /* NULL: it does not compile */
} KeptProgram;

static MemoryContext kept_context = NULL;
static HTAB *kept = NULL;

/*
 * task_condition_read reads a condition of a document.
 */
char *
task_condition_read(const DocNode *node)
{
	char	   *text = doc_text(node, CONDITION_BYTES_MAX);
	MemoryContext context;
	FeelError	error;
	char	   *unknown = NULL;

	if (node->reader->failed)
		return text;
	context = AllocSetContextCreate(CurrentMemoryContext, "task condition", ALLOCSET_SMALL_SIZES);
	if (policy_condition_compile(feel_arena_create(context, feel_limits().size_max), SLA_TASK, text, &error, &unknown) == NULL)
		doc_fail_invalid(node, "%s, at line %d, column %d", error.message, error.line, error.column);
	else if (unknown != NULL)
		doc_fail(node, node->reader->sqlstate_invalid, "docs/sla.md lists what is known of tasks.",
				 "\"%s\" is not known of a task", unknown);
	return text;
}

/*
 * programs_empty makes the place for compiled conditions, or empties it.
 */
static void
programs_empty(void)
{
	HASHCTL		control = {.keysize = sizeof(RowHash), .entrysize = sizeof(KeptProgram)};

	if (kept_context == NULL)
		kept_context = AllocSetContextCreate(CacheMemoryContext, "task conditions", ALLOCSET_DEFAULT_SIZES);
	kept = NULL;
	MemoryContextReset(kept_context);
	control.hcxt = kept_context;
	kept = hash_create("task conditions", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * program_of returns the compiled condition.
 */
static const FeelProgram *
program_of(const char *text)
{
	StringInfoData bytes;
	RowHash		text_hash;
	KeptProgram *entry;
	FeelError	error;
	const FeelProgram *program;

	initStringInfo(&bytes);
	digest_text(&bytes, text);
	text_hash = digest_finish(&bytes);
	if (kept == NULL || hash_get_num_entries(kept) >= PROGRAMS_MAX)
		programs_empty();
	entry = hash_search(kept, &text_hash, HASH_FIND, NULL);
	if (entry != NULL)
		return entry->program;
	program = policy_condition_compile(feel_arena_create(kept_context, feel_limits().size_max), SLA_TASK,
									   MemoryContextStrdup(kept_context, text), &error, NULL);
	entry = hash_search(kept, &text_hash, HASH_ENTER, NULL);
	entry->program = program;
	return program;
}

/*
 * task_condition_holds tells whether a condition is true of the facts of a task.
 */
bool
task_condition_holds(const char *text, Jsonb *facts)
{
	const FeelProgram *program = program_of(text);

	return program != NULL && policy_condition_holds(program, facts);
}
