/*-------------------------------------------------------------------------
 *
 * definition.c
 *		Reads a calendar's definition, and answers which shifts a day has.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "pgtime.h"
#include "storage/shmem.h"
#include "utils/datetime.h"

#include "calendar/definition.h"
#include "core/errors.h"
#include "core/json.h"

static const char *const weekday_names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};
static const char *const holiday_names[] = {NULL, "none", "CN", NULL};

/*
 * read_minute reads "09:30", to 24:00.
 */
static bool
read_minute(const char *text, int16 *minute)
{
	for (int i = 0; i < 5; i++)
		if (i == 2 ? text[i] != ':' : (text[i] < '0' || text[i] > '9'))
			return false;
	*minute = ((text[0] - '0') * 10 + (text[1] - '0')) * MINS_PER_HOUR + (text[3] - '0') * 10 + (text[4] - '0');
	return text[3] < '6' && *minute <= HOURS_PER_DAY * MINS_PER_HOUR;
}

/*
 * read_shift reads "09:00-12:00"; one that ends no later than it begins ends the
 * next day.
 */
static void
read_shift(const DocNode *node, Shift *shift)
{
	const char *text = doc_text(node, 11);

	if (text == NULL)
		return;
	if (strlen(text) != 11 || text[5] != '-' || !read_minute(text, &shift->from_minute) ||
		!read_minute(text + 6, &shift->to_minute) || shift->from_minute >= HOURS_PER_DAY * MINS_PER_HOUR)
	{
		doc_fail(node, ERRCODE_ASSURE_INVALID_CALENDAR, "Hours and minutes from and to, such as \"22:00-06:00\" over midnight.",
				 "\"%s\" is not a shift such as \"09:00-12:00\"", text);
		return;
	}
	if (shift->to_minute <= shift->from_minute)
		shift->to_minute += HOURS_PER_DAY * MINS_PER_HOUR;
}

/*
 * read_shifts reads a day's list of shifts.
 */
static void
read_shifts(const DocNode *node, DayShifts *shifts)
{
	int			count = doc_list(node, 0, SHIFTS_A_DAY_MAX);

	for (int i = 0; i < count; i++)
	{
		DocNode		element;

		doc_element(node, i, &element);
		read_shift(&element, &shifts->shifts[i]);
		if (node->reader->failed)
			return;
		if (i > 0 && shifts->shifts[i].from_minute < shifts->shifts[i - 1].to_minute)
			doc_fail_invalid(&element, "begins before the shift before it ends");
	}
	shifts->count = Max(count, 0);
}

/*
 * read_week reads the shifts of each day of the week; days not named are free.
 */
static void
read_week(const DocNode *node, Definition *definition)
{
	if (!doc_object(node, weekday_names))
		return;
	definition->has_week = true;
	for (int i = 0; i < 7; i++)
	{
		DocNode		child;

		if (doc_member(node, weekday_names[i], &child))
			read_shifts(&child, &definition->week[i]);
	}
}

/*
 * compare_exceptions orders exceptions by day.
 */
static int
compare_exceptions(const void *a, const void *b)
{
	DateADT		x = ((const DayException *) a)->day;
	DateADT		y = ((const DayException *) b)->day;

	return x < y ? -1 : x > y;
}

/*
 * read_exception reads one day that is not as the week has it.
 */
static void
read_exception(const DocNode *node, DayException *exception)
{
	static const char *const keys[] = {"day", "shifts", "name", "published_on", NULL};
	DocNode		child;

	if (!doc_object(node, keys))
		return;
	if (doc_require(node, "day", &child))
		exception->day = doc_date(&child);
	if (doc_require(node, "shifts", &child))
		read_shifts(&child, &exception->shifts);
	if (doc_member(node, "name", &child))
		(void) doc_text(&child, 200);
	if (doc_member(node, "published_on", &child))
		(void) doc_date(&child);
}

/*
 * read_exceptions reads the list of such days.
 */
static void
read_exceptions(const DocNode *node, Definition *definition)
{
	int			count = doc_list(node, 0, CALENDAR_DAYS_MAX);

	if (count <= 0)
		return;
	definition->exceptions = palloc0(mul_size(sizeof(DayException), count));
	for (int i = 0; i < count && !node->reader->failed; i++)
	{
		DocNode		element;

		doc_element(node, i, &element);
		read_exception(&element, &definition->exceptions[i]);
	}
	if (node->reader->failed)
		return;
	qsort(definition->exceptions, count, sizeof(DayException), compare_exceptions);
	for (int i = 1; i < count; i++)
		if (definition->exceptions[i].day == definition->exceptions[i - 1].day)
		{
			char		day[JSON_DATE_BYTES];

			doc_fail_invalid(node, "%s stands there twice", iso_date_print(definition->exceptions[i].day, day));
			return;
		}
	definition->exception_count = count;
}

/*
 * read_zone reads a time zone that the server knows.
 */
static char *
read_zone(const DocNode *node)
{
	char	   *name = doc_text(node, ZONE_NAME_BYTES_MAX);
	pg_tz	   *zone = name ? pg_tzset(name) : NULL;

	if (name != NULL && (zone == NULL || !pg_tz_acceptable(zone)))
		doc_fail(node, ERRCODE_ASSURE_INVALID_CALENDAR, "pg_timezone_names lists them.", "time zone \"%s\" is not known", name);
	return name;
}

/*
 * definition_from_jsonb reads and checks a definition.
 */
Definition *
definition_from_jsonb(Jsonb *document)
{
	static const char *const keys[] = {"base", "time_zone", "week", "holidays", "days", NULL};
	Definition *definition = palloc0(sizeof(Definition));
	DocReader	reader;
	DocNode		root;
	DocNode		node;

	doc_open(&reader, &root, document, "calendar", ERRCODE_ASSURE_INVALID_CALENDAR);
	if (doc_object(&root, keys))
	{
		if (doc_member(&root, "base", &node))
			definition->base = doc_text(&node, 200);
		if (doc_member(&root, "time_zone", &node))
			definition->time_zone = read_zone(&node);
		if (doc_member(&root, "week", &node))
			read_week(&node, definition);
		if (doc_member(&root, "holidays", &node))
			definition->holidays = doc_code(&node, holiday_names);
		if (doc_member(&root, "days", &node))
			read_exceptions(&node, definition);
		if (definition->base == NULL && !reader.failed && (definition->time_zone == NULL || !definition->has_week))
			doc_fail(&root, ERRCODE_ASSURE_INVALID_CALENDAR, "Or name a base that has them: \"base\": \"CN\".",
					 "time_zone and week must be stated where there is no base");
	}
	doc_report(&reader, NULL);
	return definition;
}

/*
 * defined_work_set gathers what a definition and its bases say.
 */
void
defined_work_set(DefinedWork *work, const Definition *definition, const Holiday *holidays, int holiday_count)
{
	NationalHolidays national = HOLIDAYS_UNSTATED;

	memset(work, 0, sizeof(*work));
	work->definition = definition;
	work->holidays = holidays;
	work->holiday_count = holiday_count;
	for (const Definition *d = definition; d != NULL; d = d->standing_on)
	{
		if (work->time_zone == NULL)
			work->time_zone = d->time_zone;
		if (work->week == NULL && d->has_week)
			work->week = d->week;
		if (national == HOLIDAYS_UNSTATED)
			national = d->holidays;
	}
	work->has_holidays = national == HOLIDAYS_CN;
	for (int i = 0; work->week != NULL && work->makeup == NULL && i < 7; i++)
		if (work->week[i].count > 0)
			work->makeup = &work->week[i];
}

/*
 * find_holiday finds what the nation does on a day, or NULL.
 */
static const Holiday *
find_holiday(const DefinedWork *work, DateADT day)
{
	int			low = 0;
	int			high = work->has_holidays ? work->holiday_count : 0;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (work->holidays[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return work->has_holidays && low < work->holiday_count && work->holidays[low].day == day ? &work->holidays[low] : NULL;
}

/*
 * defined_work_shifts answers which shifts a day has; a WorkPlan's shifts_of.
 */
const DayShifts *
defined_work_shifts(void *data, DateADT day)
{
	static const DayShifts none = {0};
	const DefinedWork *work = data;
	DayException key = {.day = day};
	const Holiday *holiday;
	int			weekday = j2day(day + POSTGRES_EPOCH_JDATE);	/* 0 is Sunday */

	for (const Definition *d = work->definition; d != NULL; d = d->standing_on)
	{
		const DayException *found = d->exception_count == 0 ? NULL :
			bsearch(&key, d->exceptions, d->exception_count, sizeof(DayException), compare_exceptions);

		if (found != NULL)
			return &found->shifts;
	}
	holiday = find_holiday(work, day);
	if (holiday != NULL)
		return holiday->is_worked && work->makeup != NULL ? work->makeup : &none;
	return &work->week[(weekday + 6) % 7];
}
