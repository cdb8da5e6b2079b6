/*-------------------------------------------------------------------------
 *
 * enroll_read.c
 *		Reads rows of joins, leaves and changes.
 *
 * A row that is not as it should be is refused here, with the place and what was
 * expected; the rest of the rows goes on.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "customer/enroll.h"

static const char *const action_names[] = {"", "join", "leave", "change", NULL};
static const char *const sex_names[] = {"", "F", "M", NULL};
static const char *const relationship_names[] = {"", "self", "spouse", "child", "parent", NULL};

static const char *const join_keys[] = {
	"row_no", "action", "policy", "certificate", "member_ref", "name", "resident_id", "birth_date", "sex", "phone", "region",
	"plan", "relationship", "enrolled_on", "continuous_since", "ended_on", NULL
};
static const char *const leave_keys[] = {
	"row_no", "action", "policy", "certificate", "member_ref", "ended_on", "with_dependants", NULL
};
static const char *const change_keys[] = {
	"row_no", "action", "policy", "certificate", "member_ref", "name", "resident_id", "birth_date", "sex", "phone", "region",
	"plan", "relationship", "from", "enrolled_on", "continuous_since", "ended_on", NULL
};

/*
 * enroll_action_name returns the name that rows give an action.
 */
const char *
enroll_action_name(EnrollAction action)
{
	return action_names[action];
}

/*
 * code_of returns the table's own copy of a code, which is compared as a pointer.
 */
static const char *
code_of(const char *const *names, const char *text)
{
	for (int i = 1; names[i] != NULL; i++)
		if (strcmp(names[i], text) == 0)
			return names[i];
	elog(ERROR, "\"%s\" is no code that the tables allow", text);
}

/*
 * sex_code returns the one copy of F or M.
 */
const char *
sex_code(const char *text)
{
	return code_of(sex_names, text);
}

/*
 * relationship_code returns the one copy of a relationship's name.
 */
const char *
relationship_code(const char *text)
{
	return code_of(relationship_names, text);
}

/*
 * row_refuse refuses a row for a reason; the first one counts.
 */
void
row_refuse(EnrollRow *row, int sqlstate, const char *format,...)
{
	char		text[1024];
	va_list		args;

	if (row->state == ROW_REFUSED)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	row->state = ROW_REFUSED;
	row->sqlstate = sqlstate;
	row->reason = pstrdup(text);
}

/*
 * read_text reads a text member; NULL where an optional one is absent.
 */
static char *
read_text(DocNode *root, const char *key, bool required)
{
	DocNode		node;
	bool		there = required ? doc_require(root, key, &node) : doc_member(root, key, &node);

	return there ? doc_text(&node, ENROLL_TEXT_BYTES_MAX) : NULL;
}

/*
 * read_code reads a member that is one of a few names.
 */
static const char *
read_code(DocNode *root, const char *key, const char *const *names, bool required)
{
	DocNode		node;
	bool		there = required ? doc_require(root, key, &node) : doc_member(root, key, &node);
	int			code = there ? doc_code(&node, names) : 0;

	return code > 0 ? names[code] : NULL;
}

/*
 * read_date reads a date member, and notes that it is stated.  Null stands for
 * "open" where that can be meant.
 */
static void
read_date(DocNode *root, const char *key, bool required, bool may_be_open, EnrollRow *row, int bit, DateADT *to)
{
	DocNode		node;
	bool		there = required ? doc_require(root, key, &node) : doc_member(root, key, &node);

	if (!there)
		return;
	row->stated |= bit;
	if (may_be_open && node.value.type == jbvNull)
		*to = DATEVAL_NOEND;
	else
		*to = doc_date(&node);
}

/*
 * refuse_together refuses fields that do not fit each other.
 */
static void
refuse_together(EnrollRow *row, const char *field, const char *why)
{
	row_refuse(row, ERRCODE_INVALID_PARAMETER_VALUE, "%s: %s", field, why);
	row->is_document = true;
}

/*
 * join_check refuses a join whose fields do not fit each other.
 */
static void
join_check(EnrollRow *row)
{
	if (row->continuous_since > row->enrolled_on)
		refuse_together(row, "continuous_since", "is after enrolled_on");
	if (row->ended_on < row->enrolled_on)
		refuse_together(row, "ended_on", "is before enrolled_on");
	if (row->birth_date > row->enrolled_on)
		refuse_together(row, "birth_date", "is after enrolled_on");
}

/*
 * join_read reads the members of a join.
 */
static void
join_read(DocNode *root, EnrollRow *row)
{
	row->certificate = read_text(root, "certificate", true);
	row->member_ref = read_text(root, "member_ref", true);
	row->name = read_text(root, "name", true);
	row->resident_id = read_text(root, "resident_id", false);
	read_date(root, "birth_date", true, false, row, STATED_BIRTH_DATE, &row->birth_date);
	row->sex = read_code(root, "sex", sex_names, true);
	row->phone = read_text(root, "phone", false);
	row->region = read_text(root, "region", true);
	row->plan = read_text(root, "plan", true);
	row->relationship = read_code(root, "relationship", relationship_names, true);
	read_date(root, "enrolled_on", true, false, row, STATED_ENROLLED_ON, &row->enrolled_on);
	row->continuous_since = row->enrolled_on;
	read_date(root, "continuous_since", false, false, row, STATED_CONTINUOUS, &row->continuous_since);
	row->ended_on = DATEVAL_NOEND;
	read_date(root, "ended_on", false, true, row, STATED_ENDED_ON, &row->ended_on);
}

/*
 * leave_read reads the members of a leave.
 */
static void
leave_read(DocNode *root, EnrollRow *row)
{
	DocNode		node;

	row->certificate = read_text(root, "certificate", false);
	row->member_ref = read_text(root, "member_ref", true);
	read_date(root, "ended_on", true, false, row, STATED_ENDED_ON, &row->ended_on);
	row->with_dependants = doc_member(root, "with_dependants", &node) && doc_bool(&node);
}

/*
 * change_read reads the members of a change.
 */
static void
change_read(DocNode *root, EnrollRow *row)
{
	row->certificate = read_text(root, "certificate", false);
	row->member_ref = read_text(root, "member_ref", true);
	row->name = read_text(root, "name", false);
	row->resident_id = read_text(root, "resident_id", false);
	read_date(root, "birth_date", false, false, row, STATED_BIRTH_DATE, &row->birth_date);
	row->sex = read_code(root, "sex", sex_names, false);
	row->phone = read_text(root, "phone", false);
	row->region = read_text(root, "region", false);
	row->plan = read_text(root, "plan", false);
	row->relationship = read_code(root, "relationship", relationship_names, false);
	read_date(root, "from", false, false, row, STATED_FROM, &row->from);
	read_date(root, "enrolled_on", false, false, row, STATED_ENROLLED_ON, &row->enrolled_on);
	read_date(root, "continuous_since", false, false, row, STATED_CONTINUOUS, &row->continuous_since);
	read_date(root, "ended_on", false, true, row, STATED_ENDED_ON, &row->ended_on);
}

/*
 * members_read reads the members that the row's action has.
 */
static void
members_read(DocNode *root, EnrollRow *row)
{
	static const char *const *const keys[] = {NULL, join_keys, leave_keys, change_keys};

	if (!doc_object(root, keys[row->action]))
		return;
	row->policy = read_text(root, "policy", true);
	if (row->action == ENROLL_JOIN)
		join_read(root, row);
	else if (row->action == ENROLL_LEAVE)
		leave_read(root, row);
	else
		change_read(root, row);
}

/*
 * without_value returns what a reader found wrong without the value that it
 * quotes: a reason is kept, and the value may be personal, whatever the field,
 * where the columns of a file are shifted.
 */
static const char *
without_value(const char *message)
{
	bool		is_code = strncmp(message, "unknown code \"", 14) == 0;
	const char *mark = is_code ? "\", not one of " : "\" is not a date";
	const char *last = NULL;

	for (const char *found = message; (found = strstr(found, mark)) != NULL; found++)
		last = found;
	if (last != NULL)
		return psprintf("%s%s", is_code ? "not one of " : "not a date", last + strlen(mark));
	return message;
}

/*
 * row_finish refuses the row for what its reader found, or checks it whole.
 */
static void
row_finish(DocReader *reader, EnrollRow *row)
{
	if (reader->failed)
	{
		row_refuse(row, reader->sqlstate, "%s%s%s", reader->path, reader->path[0] ? ": " : "", without_value(reader->message));
		row->hint = reader->hint;
		row->is_document = true;
		return;
	}
	if (row->action == ENROLL_JOIN)
		join_check(row);
}

/*
 * row_clear makes a row of which nothing is known yet.
 */
static void
row_clear(EnrollRow *row, int row_no)
{
	memset(row, 0, sizeof(*row));
	row->row_no = row_no;
	row->rerun_from = DATEVAL_NOEND;
	row->state = ROW_WAITING;
}

/*
 * enroll_row_read reads one row of a list; its number is its own, or else the
 * one given.
 */
void
enroll_row_read(const DocNode *node, int row_no, EnrollRow *row)
{
	DocReader	reader = *node->reader;
	DocNode		root = *node;
	DocNode		member;

	/* Each row has a reader of its own, so that one fault does not stop the rest. */
	root.reader = &reader;
	root.parent = NULL;
	row_clear(row, row_no);
	if (doc_object(&root, NULL))
	{
		if (doc_member(&root, "row_no", &member))
			row_no = (int) doc_integer(&member, 1, PG_INT32_MAX);
		if (!reader.failed)
			row->row_no = row_no;
		if (doc_require(&root, "action", &member))
			row->action = doc_code(&member, action_names);
		if (!reader.failed)
			members_read(&root, row);
	}
	row_finish(&reader, row);
}

/*
 * enroll_row_from_document reads a document that is one row by itself.
 */
void
enroll_row_from_document(Jsonb *document, const char *name, int row_no, EnrollAction action, EnrollRow *row)
{
	DocReader	reader;
	DocNode		root;

	doc_open(&reader, &root, document, name, ERRCODE_INVALID_PARAMETER_VALUE);
	row_clear(row, row_no);
	row->action = action;
	members_read(&root, row);
	row_finish(&reader, row);
}
