/*-------------------------------------------------------------------------
 *
 * region_file.c
 *		Reads a CSV of administrative divisions.
 *
 * The same form as data/region.csv: lines that begin with # are notes, the first
 * other line names the columns, a field may be quoted with "" for a quote, and
 * does not span lines.  Every error names its line; what takes more than one row
 * to see is checked by the caller.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"

#include "reference/region_file.h"
#include "type/region.h"
#include "type/shown.h"

#define FILE_BYTES_MAX		(16 * 1024 * 1024)
#define LINE_BYTES_MAX		10000
#define NAME_BYTES_MAX		200
#define SUCCESSORS_MAX		100
#define YEAR_MIN			1949
#define YEAR_MAX			2200

/* What spreadsheets write before the first line, U+FEFF in UTF-8. */
#define BYTE_ORDER_MARK		"\xef\xbb\xbf"

enum FieldNumber
{
	FIELD_CODE, FIELD_NAME, FIELD_KIND, FIELD_FROM, FIELD_TO, FIELD_SUCCESSORS, FIELD_COUNT
};

static const char *const field_names[FIELD_COUNT] = {
	"code", "name", "kind", "valid_from_year", "valid_to_year", "successors"
};

/* Where the reader is; fields are copies. */
typedef struct LineReader
{
	int			line;
	const char *at;				/* the rest of the line */
	const char *end;
	int			column_of[FIELD_COUNT];	/* which field of a line each is; -1: not there */
	int			column_count;
	char	   *fields[FIELD_COUNT];
} LineReader;

/*
 * refuse names the line and what is wrong with it.
 */
static void __attribute__((noreturn))
refuse(const LineReader *reader, const char *field, const char *problem)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 field ? errmsg("regions: line %d: %s: %s", reader->line, field, problem)
			 : errmsg("regions: line %d: %s", reader->line, problem)));
}

/*
 * field_next copies the next field of the line, and steps over the comma behind
 * it; *more says whether there was one.
 */
static char *
field_next(LineReader *reader, bool *more)
{
	char	   *field = palloc(reader->end - reader->at + 1);
	int			length = 0;
	bool		quoted = reader->at < reader->end && *reader->at == '"';

	if (quoted)
		reader->at++;
	for (; reader->at < reader->end; reader->at++)
	{
		if (!quoted && *reader->at == ',')
			break;
		if (*reader->at == '"')
		{
			if (!quoted)
				refuse(reader, NULL, "a quote within a field that does not begin with one");
			if (reader->at + 1 == reader->end || reader->at[1] != '"')
				break;
			reader->at++;
		}
		field[length++] = *reader->at;
	}
	if (quoted)
	{
		if (reader->at == reader->end)
			refuse(reader, NULL, "a quote is not closed");
		reader->at++;
		if (reader->at < reader->end && *reader->at != ',')
			refuse(reader, NULL, "more after a closing quote");
	}
	field[length] = '\0';
	*more = reader->at < reader->end;
	if (*more)
		reader->at++;
	return field;
}

/*
 * field_number returns which field a column of the header is.
 */
static int
field_number(const LineReader *reader, const char *name)
{
	for (int field = 0; field < FIELD_COUNT; field++)
		if (strcmp(name, field_names[field]) == 0)
			return field;
	refuse(reader, NULL, psprintf("there is no column \"%s\"", shown(name, (int) strlen(name))));
}

/*
 * header_read learns which column is which.
 */
static void
header_read(LineReader *reader)
{
	bool		more = true;

	for (int i = 0; i < FIELD_COUNT; i++)
		reader->column_of[i] = -1;
	while (more)
	{
		int			field = field_number(reader, field_next(reader, &more));

		if (reader->column_of[field] >= 0)
			refuse(reader, field_names[field], "the column is there twice");
		reader->column_of[field] = reader->column_count++;
	}
	for (int i = 0; i <= FIELD_FROM; i++)
		if (reader->column_of[i] < 0)
			refuse(reader, field_names[i], "the column is missing");
}

/*
 * line_read splits a line by the header; an empty field is NULL.
 */
static void
line_read(LineReader *reader)
{
	char	   *columns[FIELD_COUNT] = {NULL};
	int			count = 0;
	bool		more = true;

	while (more)
	{
		char	   *field = field_next(reader, &more);

		if (count < FIELD_COUNT)
			columns[count] = field;
		count++;
	}
	if (count != reader->column_count)
		refuse(reader, NULL, psprintf("%d fields, the header has %d", count, reader->column_count));
	for (int i = 0; i < FIELD_COUNT; i++)
	{
		int			column = reader->column_of[i];

		reader->fields[i] = column < 0 || columns[column][0] == '\0' ? NULL : columns[column];
		if (i <= FIELD_FROM && reader->fields[i] == NULL)
			refuse(reader, field_names[i], "missing");
	}
}

/*
 * read_code reads a GB/T 2260 code.
 */
static Region
read_code(const LineReader *reader, int field, const char *text, int length)
{
	Region		region = 0;

	if (!region_parse(text, length, &region))
		refuse(reader, field_names[field], psprintf("\"%s\" is no GB/T 2260 code", shown(text, length)));
	return region;
}

/*
 * read_year reads a year.
 */
static int
read_year(const LineReader *reader, int field)
{
	const char *text = reader->fields[field];

	if (strlen(text) != 4 || strspn(text, "0123456789") != 4 || atoi(text) < YEAR_MIN || atoi(text) > YEAR_MAX)
		refuse(reader, field_names[field], psprintf("\"%s\" is no year from %d to %d", shown(text, (int) strlen(text)), YEAR_MIN, YEAR_MAX));
	return atoi(text);
}

/*
 * check_kind refuses a kind that the digits of the code contradict.
 */
static void
check_kind(const LineReader *reader, Region region)
{
	static const struct
	{
		const char *kind;
		RegionLevel level;
	}			kinds[] = {
		{"province", REGION_PROVINCE}, {"prefecture", REGION_PREFECTURE}, {"county", REGION_COUNTY},
		{"group", REGION_PREFECTURE}, {"permit", REGION_PROVINCE}
	};

	for (int i = 0; i < (int) lengthof(kinds); i++)
		if (strcmp(reader->fields[FIELD_KIND], kinds[i].kind) == 0)
		{
			if (region_level(region) != kinds[i].level)
				refuse(reader, "kind", psprintf("%d is not the code of a %s", region, kinds[i].kind));
			return;
		}
	refuse(reader, "kind", "not one of province, prefecture, county, group, permit");
}

/*
 * add_successors checks a list such as {110101,110102}; it is kept as text.
 */
static void
add_successors(const LineReader *reader, Column *successors)
{
	const char *text = reader->fields[FIELD_SUCCESSORS];
	const char *at;
	int			count = 0;

	if (text == NULL)
	{
		column_add_null(successors);
		return;
	}
	if (text[0] != '{')
		refuse(reader, "successors", "a list such as {110101,110102} expected");
	at = text + 1;
	do
	{
		int			length = (int) strcspn(at, ",}");

		read_code(reader, FIELD_SUCCESSORS, at, length);
		at += length;
		if (++count > SUCCESSORS_MAX)
			refuse(reader, "successors", psprintf("more than %d", SUCCESSORS_MAX));
	} while (*at++ == ',');
	if (at[-1] != '}' || *at != '\0')
		refuse(reader, "successors", "a list such as {110101,110102} expected");
	column_add_text(successors, text);
}

/*
 * add_row checks a line and adds it.
 */
static void
add_row(RegionFile *file, const LineReader *reader)
{
	Region		region = read_code(reader, FIELD_CODE, reader->fields[FIELD_CODE], (int) strlen(reader->fields[FIELD_CODE]));
	int			from_year = read_year(reader, FIELD_FROM);

	check_kind(reader, region);
	if (strlen(reader->fields[FIELD_NAME]) > NAME_BYTES_MAX)
		refuse(reader, "name", psprintf("longer than %d bytes", NAME_BYTES_MAX));
	column_add(&file->line, Int32GetDatum(reader->line));
	column_add(&file->code, Int32GetDatum(region));
	column_add_text(&file->name, reader->fields[FIELD_NAME]);
	column_add_text(&file->kind, reader->fields[FIELD_KIND]);
	column_add(&file->from_year, Int32GetDatum(from_year));
	if (reader->fields[FIELD_TO] == NULL)
	{
		if (reader->fields[FIELD_SUCCESSORS] != NULL)
			refuse(reader, "successors", "a region that is in force has none");
		column_add_null(&file->to_year);
	}
	else
	{
		int			to_year = read_year(reader, FIELD_TO);

		if (to_year < from_year)
			refuse(reader, "valid_to_year", "before valid_from_year");
		column_add(&file->to_year, Int32GetDatum(to_year));
	}
	add_successors(reader, &file->successors);
}

/*
 * region_file_read reads the whole file.
 */
void
region_file_read(RegionFile *file, const char *text)
{
	LineReader	reader = {0};
	bool		header = false;

	if (strlen(text) > FILE_BYTES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("regions: %zu bytes, at most %d are taken", strlen(text), FILE_BYTES_MAX)));
	column_start(&file->line, INT4OID);
	column_start(&file->code, INT4OID);
	column_start(&file->name, TEXTOID);
	column_start(&file->kind, TEXTOID);
	column_start(&file->from_year, INT4OID);
	column_start(&file->to_year, INT4OID);
	column_start(&file->successors, TEXTOID);
	if (strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
		text += strlen(BYTE_ORDER_MARK);
	while (*text != '\0')
	{
		const char *next = text + strcspn(text, "\n");

		CHECK_FOR_INTERRUPTS();
		reader.line++;
		reader.at = text;
		reader.end = next > text && next[-1] == '\r' ? next - 1 : next;
		text = *next == '\0' ? next : next + 1;
		if (reader.end - reader.at > LINE_BYTES_MAX)
			refuse(&reader, NULL, psprintf("longer than %d bytes", LINE_BYTES_MAX));
		if (reader.at == reader.end || *reader.at == '#')
			continue;
		if (!header)
			header_read(&reader);
		else
		{
			line_read(&reader);
			add_row(file, &reader);
		}
		header = true;
	}
	if (!header)
		refuse(&reader, NULL, "there is no header");
}
