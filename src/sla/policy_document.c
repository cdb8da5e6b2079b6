/*-------------------------------------------------------------------------
 *
 * policy_document.c
 *		SLA policies as documents, checked as a whole.
 *
 * Lengths of time are texts like "2 days 4 hours": whole working days, then
 * working time, as assure.work_add() takes them.  Months have no fixed number of
 * working days and are refused.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "core/errors.h"
#include "feel/feel_sql.h"
#include "sla/policy.h"

#define CODE_BYTES_MAX 200
#define CONDITION_BYTES_MAX 10000
#define SPAN_BYTES_MAX 100
#define ROLE_BYTES_MAX 63
#define SPAN_DAYS_MAX 3650

const char *const sla_subject_names[] = {"", "task", "claim", "service_order", NULL};

/*
 * unit_usec returns what a unit of time is worth, 0 for none; *is_day is set for
 * days.
 */
static int64
unit_usec(const char *unit, int length, bool *is_day)
{
	static const struct
	{
		const char *name;
		int64		usec;
	}			units[] = {{"day", USECS_PER_DAY}, {"hour", USECS_PER_HOUR}, {"minute", USECS_PER_MINUTE}, {"second", USECS_PER_SEC}};

	if (length > 1 && unit[length - 1] == 's')
		length--;
	for (int i = 0; i < (int) lengthof(units); i++)
		if ((int) strlen(units[i].name) == length && strncmp(units[i].name, unit, length) == 0)
		{
			*is_day = i == 0;
			return units[i].usec;
		}
	return 0;
}

/*
 * span_parse reads "2 days 4 hours"; false: it is not like that, or too long.
 */
static bool
span_parse(const char *text, WorkSpan *span)
{
	*span = (WorkSpan) {0};
	while (*text != '\0')
	{
		int64		number = 0;
		int			digits = strspn(text, "0123456789");
		int			letters;
		bool		is_day;
		int64		usec;

		if (digits == 0 || digits > 6)
			return false;
		for (int i = 0; i < digits; i++)
			number = number * 10 + (text[i] - '0');
		text += digits;
		text += strspn(text, " ");
		letters = strcspn(text, " 0123456789");
		usec = unit_usec(text, letters, &is_day);
		if (usec == 0)
			return false;
		if (is_day)
			span->days += number;
		else
			span->usec += number * usec;
		if (span->days > SPAN_DAYS_MAX || span->usec > SPAN_DAYS_MAX * USECS_PER_DAY)
			return false;
		text += letters;
		text += strspn(text, " ");
	}
	return span->days > 0 || span->usec > 0;
}

/*
 * span_read reads a length of time.
 */
static WorkSpan
span_read(const DocNode *node)
{
	char	   *text = doc_text(node, SPAN_BYTES_MAX);
	WorkSpan	span = {0};

	if (!node->reader->failed && !span_parse(text, &span))
		doc_fail(node, node->reader->sqlstate_invalid, "Write days, hours, minutes and seconds: \"2 days 4 hours\".",
				 "\"%s\" is no length of working time, or longer than ten years", text);
	return span;
}

/*
 * warnings_read reads the warning points: percents, ascending.
 */
static void
warnings_read(const DocNode *node, SlaTiming *timing)
{
	timing->warning_count = doc_list(node, 0, SLA_WARNINGS_MAX);
	for (int i = 0; i < timing->warning_count; i++)
	{
		DocNode		element;

		doc_element(node, i, &element);
		timing->warn_percent[i] = (int) doc_integer(&element, 1, 99);
		if (i > 0 && timing->warn_percent[i] <= timing->warn_percent[i - 1])
			doc_fail_invalid(&element, "%d is not above %d", timing->warn_percent[i], timing->warn_percent[i - 1]);
	}
}

/*
 * on_read reads the step that an escalation belongs to: "stalled", "target" or a
 * warning point.
 */
static int
on_read(const DocNode *node, const SlaTiming *timing)
{
	static const char *const names[] = {"", "stalled", "target", NULL};
	int			percent;

	if (node->value.type != jbvNumeric)
		return doc_code(node, names) < 2 ? 0 : timing->warning_count + 1;
	percent = (int) doc_integer(node, 1, 99);
	for (int i = 0; i < timing->warning_count; i++)
		if (timing->warn_percent[i] == percent)
			return i + 1;
	doc_fail(node, node->reader->sqlstate_invalid, "Name one of those in \"warnings\", \"stalled\" or \"target\".",
			 "%d is no warning point", percent);
	return 0;
}

/*
 * escalation_read reads one escalation; what its action does not know is refused.
 */
static void
escalation_read(const DocNode *node, const SlaTiming *timing, SlaSubject subject, Escalation *result)
{
	static const char *const keys[] = {"on", "after", "do", "by", "role", NULL};
	static const char *const actions[] = {"", "raise_priority", "tell", "return", NULL};
	DocNode		child;

	memset(result, 0, sizeof(*result));
	if (!doc_object(node, keys))
		return;
	if (doc_require(node, "on", &child))
		result->on_step = on_read(&child, timing);
	if (doc_member(node, "after", &child))
		result->after = span_read(&child);
	if (!doc_require(node, "do", &child))
		return;
	result->action = doc_code(&child, actions);
	if (subject != SLA_TASK && result->action != ESCALATE_TELL)
		doc_fail_invalid(&child, "only tasks have a priority and a worker");
	if (result->action == ESCALATE_PRIORITY && doc_require(node, "by", &child))
		result->by = (int) doc_integer(&child, 1, 8);
	if (result->action == ESCALATE_TELL && doc_require(node, "role", &child))
		result->role = doc_text(&child, ROLE_BYTES_MAX);
	if (result->action != ESCALATE_PRIORITY && doc_member(node, "by", &child))
		doc_fail_invalid(&child, "belongs to raise_priority only");
	if (result->action != ESCALATE_TELL && doc_member(node, "role", &child))
		doc_fail_invalid(&child, "belongs to tell only");
}

/*
 * escalations_read reads the list of escalations.
 */
int
escalations_read(const DocNode *node, const SlaTiming *timing, SlaSubject subject, Escalation **escalations)
{
	int			count = doc_list(node, 0, ESCALATIONS_MAX);

	*escalations = palloc0(sizeof(Escalation) * Max(count, 1));
	for (int i = 0; i < count; i++)
	{
		DocNode		element;

		doc_element(node, i, &element);
		escalation_read(&element, timing, subject, &(*escalations)[i]);
	}
	return count;
}

/*
 * times_read reads the lengths of time of a policy, and its warning points.
 */
static void
times_read(const DocNode *root, PolicyDocument *result)
{
	DocNode		node;

	if (doc_require(root, "target", &node))
		result->target = span_read(&node);
	if (doc_member(root, "stall_after", &node))
		result->stall = span_read(&node);
	if (doc_member(root, "warnings", &node))
		warnings_read(&node, &result->policy.timing);
}

/*
 * condition_check refuses a condition that does not compile, or asks for what is
 * not known of such subjects.
 */
static void
condition_check(const DocNode *node, SlaSubject subject, const char *text)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext, "SLA condition", ALLOCSET_SMALL_SIZES);
	const FeelProgram *program;
	FeelError	error;
	char	   *unknown = NULL;

	if (node->reader->failed)
		return;
	program = policy_condition_compile(feel_arena_create(context, feel_limits().size_max), subject, text, &error, &unknown);
	if (program == NULL)
		doc_fail_invalid(node, "%s, at line %d, column %d", error.message, error.line, error.column);
	else if (unknown != NULL)
		doc_fail(node, node->reader->sqlstate_invalid, "docs/sla.md lists what is known of tasks, claims and service orders.",
				 "\"%s\" is not known of a %s", unknown, sla_subject_names[subject]);
	else if (!feel_program_may_hold(program))
		doc_fail(node, node->reader->sqlstate_invalid, "Compare it with something: \"amount > 50000\".", "is not true or false");
}

/*
 * stalls_check refuses an escalation of stalls where nothing says when work stalls:
 * it would never come.
 */
static void
stalls_check(const DocNode *node, const PolicyDocument *document)
{
	if (document->stall.days != 0 || document->stall.usec != 0)
		return;
	for (int i = 0; i < document->policy.escalation_count; i++)
		if (document->policy.escalations[i].on_step == 0)
		{
			DocNode		element;

			doc_element(node, i, &element);
			doc_fail(&element, node->reader->sqlstate_invalid, "Say when work stalls: \"stall_after\": \"4 hours\".",
					 "on: \"stalled\" needs stall_after");
		}
}

/*
 * policy_document_read reads a policy, and raises what is not as it should be.
 */
void
policy_document_read(Jsonb *document, PolicyDocument *result)
{
	static const char *const keys[] = {"code", "subject", "calendar", "target", "warnings", "stall_after", "condition", "rank", "escalation", NULL};
	SlaPolicy  *policy = &result->policy;
	DocReader	reader;
	DocNode	root;
	DocNode	node;

	memset(result, 0, sizeof(*result));
	policy->subject = SLA_TASK;
	policy->rank = 100;
	doc_open(&reader, &root, document, "policy", ERRCODE_ASSURE_INVALID_SLA);
	if (doc_object(&root, keys))
	{
		if (doc_require(&root, "code", &node))
			policy->code = doc_text(&node, CODE_BYTES_MAX);
		if (doc_member(&root, "subject", &node))
			policy->subject = doc_code(&node, sla_subject_names);
		if (doc_member(&root, "calendar", &node))
			policy->calendar = doc_text(&node, CODE_BYTES_MAX);
		times_read(&root, result);
		if (doc_member(&root, "rank", &node))
			policy->rank = (int) doc_integer(&node, 1, 1000);
		if (doc_member(&root, "condition", &node))
		{
			policy->condition = doc_text(&node, CONDITION_BYTES_MAX);
			condition_check(&node, policy->subject, policy->condition);
		}
		else if (policy->subject != SLA_TASK)
			doc_fail(&root, ERRCODE_ASSURE_INVALID_SLA, "\"true\" holds for all.",
					 "condition must say which %ss it holds for", sla_subject_names[policy->subject]);
		if (doc_member(&root, "escalation", &node))
		{
			policy->escalation_count = escalations_read(&node, &policy->timing, policy->subject, &policy->escalations);
			if (!reader.failed)
				stalls_check(&node, result);
		}
		if (policy->escalation_count > 0)
			result->escalation = JsonbValueToJsonb(&node.value);
	}
	doc_report(&reader, NULL);
}
