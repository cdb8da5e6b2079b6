/*-------------------------------------------------------------------------
 *
 * enroll_write.c
 *		Writes what rows changed of the world: set-wise, by arrays.
 *
 * Keys of new rows are taken beforehand, so that nothing has to be matched up
 * afterwards.  A cover whose first day moves is written anew under its key, for
 * it could meet the old day of another in between.
 *
 * Locking: policies are locked by the load; here the books of accounts whose
 * cover changed, in the order of their keys, so that no claim of theirs is
 * decided between what is counted and the commit.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "adjudicate/chunk.h"
#include "core/errors.h"
#include "core/plan.h"
#include "coverage/coverage.h"
#include "customer/enroll.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/array.h"
#include "utils/builtins.h"

/* A group of columns that go to one statement. */
#define COLUMNS_MAX 11

typedef struct Rows
{
	int			width;
	Column		columns[COLUMNS_MAX];
} Rows;

/*
 * rows_start makes empty columns of these types.
 */
static void
rows_start(Rows *rows, int width, const Oid *types)
{
	rows->width = width;
	for (int i = 0; i < width; i++)
		column_start(&rows->columns[i], types[i]);
}

/*
 * rows_run hands the columns to the statement, if there is a row.
 */
static uint64
rows_run(Rows *rows, SqlPlan *plan, Datum more)
{
	Datum		values[COLUMNS_MAX + 1];

	if (rows->columns[0].count == 0)
		return 0;
	for (int i = 0; i < rows->width; i++)
		values[i] = column_array(&rows->columns[i]);
	values[rows->width] = more;
	return plan_run(plan, values, NULL);
}

/*
 * column_add_date adds a day to a date column; an open end is NULL.
 */
static void
column_add_date(Column *column, DateADT day)
{
	if (DATE_IS_NOEND(day))
		column_add_null(column);
	else
		column_add(column, DateADTGetDatum(day));
}

/*
 * ids_take takes keys from a sequence.
 */
static int64 *
ids_take(SqlPlan *plan, int count)
{
	Datum		value = Int32GetDatum(count);
	int64	   *ids = palloc(mul_size(sizeof(int64), (Size) count + 1));

	if (count > 0)
		plan_run(plan, &value, NULL);
	for (int i = 0; i < count; i++)
		ids[i] = plan_int64(i, 1, 0);
	return ids;
}

/*
 * certificates_write makes the new certificates and their books.
 */
static void
certificates_write(World *world)
{
	static SqlPlan take = {"SELECT nextval('assure.account_id_seq') FROM generate_series(1, $1)", {INT4OID}};
	static SqlPlan insert = {
		"WITH b AS (INSERT INTO assure_internal.account_book (account_id) SELECT unnest($1)) "
		"INSERT INTO assure.account (account_id, policy_id, ref) SELECT * FROM unnest($1, $2, $3)", {INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID}
	};
	static const Oid types[] = {INT8OID, INT8OID, TEXTOID};
	int64	   *ids = ids_take(&take, list_length(world->new_certificates));
	Rows		rows;
	ListCell   *cell;

	rows_start(&rows, 3, types);
	foreach(cell, world->new_certificates)
	{
		Certificate *certificate = lfirst(cell);

		certificate->account_id = ids[foreach_current_index(cell)];
		column_add_int64(&rows.columns[0], certificate->account_id);
		column_add_int64(&rows.columns[1], certificate->policy->policy_id);
		column_add_text(&rows.columns[2], certificate->ref);
	}
	rows_run(&rows, &insert, (Datum) 0);
}

/*
 * person_add adds a person to the columns of the table.
 */
static void
person_add(Rows *rows, const Person *person)
{
	column_add_int64(&rows->columns[0], person->certificate->account_id);
	column_add_int64(&rows->columns[1], person->member_id);
	column_add_text(&rows->columns[2], person->ref);
	column_add_text(&rows->columns[3], person->name);
	column_add_text(&rows->columns[4], person->resident_id);
	column_add(&rows->columns[5], DateADTGetDatum(person->birth_date));
	column_add_text(&rows->columns[6], person->sex);
	column_add_text(&rows->columns[7], person->phone);
	column_add_text(&rows->columns[8], person->region);
	column_add_int64(&rows->columns[9], person->certificate->policy->policy_id);
	column_add(&rows->columns[10], Int32GetDatum(person->person_no));
}

/* In assure.enroll() another session may have taken the reference meanwhile. */
static SqlPlan insert_people = {
	"WITH k AS (SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
	"    AS k (account_id, member_id, ref, name, resident_id, birth_date, sex, phone, region, policy_id, person_no)), "
	"m AS (INSERT INTO assure.member (account_id, member_id, ref, name, resident_id, birth_date, sex, phone, region, person_no) "
	"  SELECT account_id, member_id, ref, name, resident_id, birth_date, sex, phone, region, person_no FROM k) "
	"INSERT INTO assure_internal.member_ref (policy_id, ref, account_id, member_id) SELECT policy_id, ref, account_id, member_id FROM k "
	"ORDER BY policy_id, ref ON CONFLICT (policy_id, ref) DO NOTHING",
	{INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, DATEARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID, INT4ARRAYOID}
};

/*
 * people_number gives new people their numbers in sets.
 */
static void
people_number(List *people)
{
	int			count = list_length(people);
	const char **regions = palloc(mul_size(sizeof(char *), (Size) count + 1));
	const char **resident_ids = palloc(mul_size(sizeof(char *), (Size) count + 1));
	int32	   *numbers = palloc(mul_size(sizeof(int32), (Size) count + 1));
	ListCell   *cell;

	foreach(cell, people)
	{
		regions[foreach_current_index(cell)] = ((Person *) lfirst(cell))->region;
		resident_ids[foreach_current_index(cell)] = ((Person *) lfirst(cell))->resident_id;
	}
	person_numbers(regions, resident_ids, count, numbers);
	foreach(cell, people)
		((Person *) lfirst(cell))->person_no = numbers[foreach_current_index(cell)];
}

/*
 * people_insert writes the new people.
 */
static void
people_insert(List *people)
{
	static SqlPlan take = {"SELECT nextval('assure.member_id_seq') FROM generate_series(1, $1)", {INT4OID}};
	static const Oid types[] = {INT8OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, DATEOID, TEXTOID, TEXTOID, TEXTOID, INT8OID, INT4OID};
	int64	   *ids = ids_take(&take, list_length(people));
	Rows		rows;
	ListCell   *cell;

	people_number(people);
	rows_start(&rows, 11, types);
	foreach(cell, people)
	{
		Person	   *person = lfirst(cell);

		person->member_id = ids[foreach_current_index(cell)];
		person_add(&rows, person);
	}
	if (rows_run(&rows, &insert_people, (Datum) 0) != (uint64) list_length(people))
	{
		const Person *person = linitial(people);

		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_REF_CONFLICT),
				 errfield("member_ref"), errmsg("member_ref: \"%s\" is another person or on another certificate of policy \"%s\"",
						person->ref, person->certificate->policy->ref),
				 errdetail("A concurrent session enrolled the member."),
				 errhint("Use a new member_ref for a new person.")));
	}
}

/*
 * people_update writes what changed of people.
 */
static void
people_update(List *people)
{
	static SqlPlan update = {
		"UPDATE assure.member m SET name = k.name, resident_id = k.resident_id, birth_date = k.birth_date, sex = k.sex, phone = k.phone, region = k.region "
		"FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
		"  AS k (account_id, member_id, ref, name, resident_id, birth_date, sex, phone, region, policy_id, person_no) "
		"WHERE m.account_id = k.account_id AND m.member_id = k.member_id",
		{INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, DATEARRAYOID, TEXTARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8ARRAYOID, INT4ARRAYOID}
	};
	static const Oid types[] = {INT8OID, INT8OID, TEXTOID, TEXTOID, TEXTOID, DATEOID, TEXTOID, TEXTOID, TEXTOID, INT8OID, INT4OID};
	Rows		rows;
	ListCell   *cell;

	rows_start(&rows, 11, types);
	foreach(cell, people)
		person_add(&rows, lfirst(cell));
	rows_run(&rows, &update, (Datum) 0);
}

/*
 * cover_add adds a cover to the columns of the table.
 */
static void
cover_add(Rows *rows, const Person *person, const Cover *cover)
{
	column_add_int64(&rows->columns[0], person->certificate->account_id);
	column_add_int64(&rows->columns[1], cover->enrollment_id);
	column_add_int64(&rows->columns[2], person->member_id);
	column_add_int64(&rows->columns[3], cover->now.plan_id);
	column_add_text(&rows->columns[4], cover->now.relationship);
	column_add(&rows->columns[5], DateADTGetDatum(cover->now.enrolled_on));
	column_add(&rows->columns[6], DateADTGetDatum(cover->now.continuous_since));
	column_add_date(&rows->columns[7], cover->now.ended_on);
}

/*
 * terms_json says in JSON what a cover is or was; NULL for none.
 */
static char *
terms_json(const CoverTerms *terms)
{
	char		enrolled_on[JSON_DATE_BYTES];
	char		continuous_since[JSON_DATE_BYTES];
	char		ended_on[JSON_DATE_BYTES];

	if (terms == NULL)
		return NULL;
	return psprintf("{\"plan_id\": " INT64_FORMAT ", \"relationship\": \"%s\", \"enrolled_on\": \"%s\", \"continuous_since\": \"%s\", \"ended_on\": %s}",
					terms->plan_id, terms->relationship, iso_date_print(terms->enrolled_on, enrolled_on),
					iso_date_print(terms->continuous_since, continuous_since),
					DATE_IS_NOEND(terms->ended_on) ? "null" : psprintf("\"%s\"", iso_date_print(terms->ended_on, ended_on)));
}

/*
 * changed_names names the particulars that changed, never their values.
 */
static char *
changed_names(int changed)
{
	static const char *const names[] = {"name", "resident_id", "birth_date", "sex", "phone", "region"};
	StringInfoData list;

	initStringInfo(&list);
	for (int i = 0; i < (int) lengthof(names); i++)
		if (changed & (1 << i))
			appendStringInfo(&list, "%s\"%s\"", list.len ? ", " : "", names[i]);
	return psprintf("{\"particulars\": [%s]}", list.data);
}

/*
 * note_add notes a change of somebody who was there before.
 */
static void
note_add(Rows *notes, const Person *person, int64 enrollment_id, char *before, char *after)
{
	column_add_int64(&notes->columns[0], person->certificate->account_id);
	column_add_int64(&notes->columns[1], person->member_id);
	column_add_key(&notes->columns[2], enrollment_id);
	column_add_text(&notes->columns[3], before);
	column_add_text(&notes->columns[4], after);
}

/* What is to be written of covers. */
typedef struct CoverWrite
{
	Rows		gone;
	Rows		updated;
	Rows		inserted;
	Rows		notes;
	int			new_count;
	int64	   *new_ids;
	int			new_used;
} CoverWrite;

/*
 * cover_sort puts a cover where it belongs.
 */
static void
cover_sort(CoverWrite *write, const Person *person, Cover *cover, bool is_known)
{
	bool		is_new = cover->enrollment_id == 0;
	bool		is_moved = !is_new && cover->now.enrolled_on != cover->stored.enrolled_on;
	bool		is_changed = is_moved || (!is_new && (cover->now.plan_id != cover->stored.plan_id ||
													  cover->now.relationship != cover->stored.relationship ||
													  cover->now.continuous_since != cover->stored.continuous_since ||
													  cover->now.ended_on != cover->stored.ended_on));

	if (!is_new && !is_changed)
		return;
	if (is_new)
		cover->enrollment_id = write->new_ids[write->new_used++];
	if (is_moved)
	{
		column_add_int64(&write->gone.columns[0], person->certificate->account_id);
		column_add_int64(&write->gone.columns[1], cover->enrollment_id);
	}
	cover_add(is_new || is_moved ? &write->inserted : &write->updated, person, cover);
	if (is_known)
		note_add(&write->notes, person, cover->enrollment_id, terms_json(is_new ? NULL : &cover->stored), terms_json(&cover->now));
	cover->stored = cover->now;
}

/*
 * person_sort puts all covers of a person where they belong.
 */
static void
person_sort(CoverWrite *write, const Person *person, bool is_known)
{
	ListCell   *cell;

	foreach(cell, person->removed)
	{
		Cover	   *cover = lfirst(cell);

		column_add_int64(&write->gone.columns[0], person->certificate->account_id);
		column_add_int64(&write->gone.columns[1], cover->enrollment_id);
		note_add(&write->notes, person, cover->enrollment_id, terms_json(&cover->stored), NULL);
	}
	foreach(cell, person->covers)
		cover_sort(write, person, lfirst(cell), is_known);
	if (is_known && person->changed)
		note_add(&write->notes, person, 0, NULL, changed_names(person->changed));
}

/*
 * covers_run runs the statements: what goes makes room first.
 */
static void
covers_run(CoverWrite *write, int64 audit_id)
{
	static SqlPlan drop = {
		"DELETE FROM assure.enrollment e USING unnest($1, $2) AS k (account_id, enrollment_id) "
		"WHERE e.account_id = k.account_id AND e.enrollment_id = k.enrollment_id", {INT8ARRAYOID, INT8ARRAYOID}
	};
	static SqlPlan update = {
		"UPDATE assure.enrollment e SET plan_id = k.plan_id, relationship = k.relationship, continuous_since = k.continuous_since, ended_on = k.ended_on "
		"FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS k (account_id, enrollment_id, member_id, plan_id, relationship, enrolled_on, continuous_since, ended_on) "
		"WHERE e.account_id = k.account_id AND e.enrollment_id = k.enrollment_id",
		{INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, DATEARRAYOID, DATEARRAYOID, DATEARRAYOID}
	};
	static SqlPlan insert = {
		"INSERT INTO assure.enrollment (account_id, enrollment_id, member_id, plan_id, relationship, enrolled_on, continuous_since, ended_on) "
		"SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)",
		{INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, DATEARRAYOID, DATEARRAYOID, DATEARRAYOID}
	};
	static SqlPlan note = {
		"INSERT INTO assure.enrollment_change (account_id, member_id, enrollment_id, before, after, audit_id) "
		"SELECT account_id, member_id, enrollment_id, before::jsonb, after::jsonb, $6 FROM unnest($1, $2, $3, $4, $5) "
		"AS k (account_id, member_id, enrollment_id, before, after)",
		{INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, TEXTARRAYOID, INT8OID}
	};

	rows_run(&write->gone, &drop, (Datum) 0);
	rows_run(&write->updated, &update, (Datum) 0);
	rows_run(&write->inserted, &insert, (Datum) 0);
	rows_run(&write->notes, &note, Int64GetDatum(audit_id));
}

/*
 * new_covers counts the covers of people that have no key yet.
 */
static int
new_covers(List *people)
{
	int			count = 0;
	ListCell   *cell;
	ListCell   *inner;

	foreach(cell, people)
		foreach(inner, ((Person *) lfirst(cell))->covers)
			count += ((Cover *) lfirst(inner))->enrollment_id == 0;
	return count;
}

/*
 * covers_write writes what differs of the covers of new and of known people.
 */
static void
covers_write(List *new_people, List *known_people, int64 audit_id)
{
	static SqlPlan take = {"SELECT nextval('assure.enrollment_id_seq') FROM generate_series(1, $1)", {INT4OID}};
	static const Oid cover_types[] = {INT8OID, INT8OID, INT8OID, INT8OID, TEXTOID, DATEOID, DATEOID, DATEOID};
	static const Oid note_types[] = {INT8OID, INT8OID, INT8OID, TEXTOID, TEXTOID};
	CoverWrite	write = {.new_count = new_covers(new_people) + new_covers(known_people)};
	ListCell   *cell;

	write.new_ids = ids_take(&take, write.new_count);
	rows_start(&write.gone, 2, cover_types);
	rows_start(&write.updated, 8, cover_types);
	rows_start(&write.inserted, 8, cover_types);
	rows_start(&write.notes, 5, note_types);
	foreach(cell, new_people)
		person_sort(&write, lfirst(cell), false);
	foreach(cell, known_people)
		person_sort(&write, lfirst(cell), true);
	covers_run(&write, audit_id);
}

/*
 * books_lock takes the lock on the books of the accounts whose cover changed.
 */
static void
books_lock(World *world)
{
	int			count = list_length(world->effects);
	ClaimKey   *keys = palloc(mul_size(sizeof(ClaimKey), (Size) count + 1));
	ListCell   *cell;

	if (count == 0)
		return;
	foreach(cell, world->effects)
		keys[foreach_current_index(cell)] = (ClaimKey) {((Effect *) lfirst(cell))->person->certificate->account_id, 0};
	accounts_lock(keys, count);
}

/*
 * world_count_claims counts for each row the claims that were decided under what
 * it changed.
 */
void
world_count_claims(World *world)
{
	static SqlPlan find = {
		"SELECT k.n, count(*) FROM unnest($1, $2, $3, $4) AS k (n, account_id, member_id, from_date) "
		"JOIN assure.claim c ON c.account_id = k.account_id AND c.member_id = k.member_id AND c.event_date >= k.from_date "
		"WHERE EXISTS (SELECT 1 FROM assure.decision d WHERE d.account_id = c.account_id AND d.claim_id = c.claim_id) GROUP BY k.n",
		{INT8ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, DATEARRAYOID}
	};
	static const Oid types[] = {INT8OID, INT8OID, INT8OID, DATEOID};
	Rows		rows;
	uint64		found;
	ListCell   *cell;

	rows_start(&rows, 4, types);
	foreach(cell, world->effects)
	{
		const Effect *effect = lfirst(cell);

		column_add_int64(&rows.columns[0], foreach_current_index(cell));
		column_add_int64(&rows.columns[1], effect->person->certificate->account_id);
		column_add_int64(&rows.columns[2], effect->person->member_id);
		column_add(&rows.columns[3], DateADTGetDatum(effect->from));
	}
	found = rows_run(&rows, &find, (Datum) 0);
	for (uint64 i = 0; i < found; i++)
	{
		Effect	   *effect = list_nth(world->effects, (int) plan_int64(i, 1, 0));

		effect->row->claims_to_rerun += (int) plan_int64(i, 2, 0);
		effect->row->rerun_from = Min(effect->row->rerun_from, effect->from);
	}
}

/*
 * people_tell tells the room "coverage" of people that were written.
 */
static void
people_tell(List *people, bool particulars)
{
	Column		account_ids;
	Column		member_ids;
	ListCell   *cell;

	if (people == NIL)
		return;
	column_start(&account_ids, INT8OID);
	column_start(&member_ids, INT8OID);
	foreach(cell, people)
	{
		const Person *person = lfirst(cell);

		column_add_int64(&account_ids, person->certificate->account_id);
		column_add_int64(&member_ids, person->member_id);
	}
	coverage_people_changed(column_array(&account_ids), column_array(&member_ids), particulars);
}

/*
 * world_write writes all that rows changed, and counts the claims concerned.
 */
void
world_write(World *world, int64 audit_id)
{
	List	   *new_people = NIL;
	List	   *known_people = NIL;
	List	   *changed_people = NIL;
	ListCell   *cell;

	foreach(cell, world->touched)
	{
		Person	   *person = lfirst(cell);

		if (person->is_listed)
			continue;
		person->is_listed = true;
		if (person->member_id == 0)
			new_people = lappend(new_people, person);
		else
			known_people = lappend(known_people, person);
		if (person->member_id != 0 && person->changed)
			changed_people = lappend(changed_people, person);
	}
	books_lock(world);
	certificates_write(world);
	people_insert(new_people);
	people_update(changed_people);
	covers_write(new_people, known_people, audit_id);
	people_tell(new_people, false);
	people_tell(known_people, false);
	people_tell(changed_people, true);
	world_count_claims(world);
}
