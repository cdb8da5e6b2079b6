/*-------------------------------------------------------------------------
 *
 * enroll_load.c
 *		Reads what rows of joins, leaves and changes are tried against: set-wise,
 *		a handful of statements whatever their number.
 *
 * Locking, in this order: the policies' rows, by key.  A load takes them FOR NO
 * KEY UPDATE, so nobody else enrolls under them meanwhile; assure.enroll() takes
 * its one FOR SHARE, so that single enrollments do not wait for each other, and
 * then the certificate's row FOR NO KEY UPDATE.  What is read afterwards is what
 * the one before left.  The books of accounts with changed cover come last
 * (enroll_write.c).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/xact.h"
#include "core/guc.h"
#include "core/plan.h"
#include "customer/enroll.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "type/region.h"
#include "type/resident_id.h"
#include "utils/builtins.h"

/* Tables by key, while reading. */
typedef struct PolicyEntry
{
	int64		policy_id;
	PolicyFacts *policy;
} PolicyEntry;

typedef struct AccountEntry
{
	int64		account_id;
	Certificate *certificate;
} AccountEntry;

typedef struct PersonEntry
{
	int64		member_id;
	Person	   *person;
} PersonEntry;

/*
 * key_table makes an empty table by a key of eight bytes.
 */
static HTAB *
key_table(Size entry_size)
{
	HASHCTL		control = {.keysize = sizeof(int64), .entrysize = entry_size, .hcxt = CurrentMemoryContext};

	return hash_create("pg_assure enrollment by key", 256, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

/*
 * distinct_add adds a text that a row states to a column, each once.
 */
static void
distinct_add(HTAB *seen, Column *column, const char *text)
{
	if (text == NULL || world_get(seen, 0, text) != NULL)
		return;
	world_set(seen, 0, text, column);
	column_add_text(column, text);
}

/*
 * policies_read reads the policies of the rows and whether they are open to the
 * caller.
 */
static void
policies_read(World *world, EnrollRow *rows, int count)
{
	static SqlPlan read = {
		"SELECT policy_id, ref, branch_id, starts_on, coalesce(ends_on, 'infinity') FROM assure.policy WHERE ref = ANY ($1) ORDER BY policy_id",
		{TEXTARRAYOID}
	};
	HTAB	   *seen = world_table();
	Column		refs;
	Datum		value;
	uint64		found;
	int64	   *branches;

	column_start(&refs, TEXTOID);
	for (int i = 0; i < count; i++)
		distinct_add(seen, &refs, rows[i].policy);
	value = column_array(&refs);
	found = plan_run(&read, &value, NULL);
	branches = palloc(mul_size(sizeof(int64), found + 1));
	for (uint64 i = 0; i < found; i++)
	{
		PolicyFacts *policy = palloc0(sizeof(PolicyFacts));

		policy->policy_id = plan_int64(i, 1, 0);
		policy->ref = plan_text(i, 2);
		branches[i] = plan_int64(i, 3, 0);
		policy->starts_on = plan_int32(i, 4, 0);
		policy->ends_on = plan_int32(i, 5, 0);
		world_set(world->policies, 0, policy->ref, policy);
		world->policy_list = lappend(world->policy_list, policy);
	}
	for (uint64 i = 0; i < found; i++)
	{
		PolicyFacts *policy = list_nth(world->policy_list, (int) i);

		/* The policies of a file are mostly of one branch. */
		if (i > 0 && branches[i] == branches[i - 1])
			policy->is_open = ((PolicyFacts *) list_nth(world->policy_list, (int) i - 1))->is_open;
		else
			policy->is_open = call_branch_is_open(world->call, branches[i]);
	}
}

/*
 * policies_lock locks the open ones, in the order of their keys.
 */
static void
policies_lock(World *world)
{
	static SqlPlan exclusive = {
		"SELECT policy_id FROM assure.policy WHERE policy_id = ANY ($1) ORDER BY policy_id FOR NO KEY UPDATE", {INT8ARRAYOID}
	};
	static SqlPlan shared = {
		"SELECT policy_id FROM assure.policy WHERE policy_id = ANY ($1) ORDER BY policy_id FOR SHARE", {INT8ARRAYOID}
	};
	Column		ids;
	Datum		value;
	ListCell   *cell;

	column_start(&ids, INT8OID);
	foreach(cell, world->policy_list)
		if (((PolicyFacts *) lfirst(cell))->is_open)
			column_add_int64(&ids, ((PolicyFacts *) lfirst(cell))->policy_id);
	value = column_array(&ids);
	plan_run(world->is_strict ? &exclusive : &shared, &value, NULL);
}

/*
 * plans_read reads the plans that rows name, and all if a row moves the first day
 * of a cover, whose plan is not known yet.
 */
static void
plans_read(World *world, EnrollRow *rows, int count)
{
	static SqlPlan read = {
		"SELECT plan_id, code, coalesce((SELECT min(valid_from) FROM assure.plan_version v WHERE v.plan_id = p.plan_id), 'infinity') "
		"FROM assure.plan p WHERE code = ANY ($1) OR $2", {TEXTARRAYOID, BOOLOID}
	};
	HTAB	   *seen = world_table();
	bool		all = false;
	Column		codes;
	Datum		values[2];
	uint64		found;

	column_start(&codes, TEXTOID);
	for (int i = 0; i < count; i++)
	{
		distinct_add(seen, &codes, rows[i].plan);
		all |= rows[i].action == ENROLL_CHANGE && (rows[i].stated & STATED_ENROLLED_ON);
	}
	values[0] = column_array(&codes);
	values[1] = BoolGetDatum(all);
	found = plan_run(&read, values, NULL);
	for (uint64 i = 0; i < found; i++)
	{
		PlanFacts  *plan = palloc(sizeof(PlanFacts));

		*plan = (PlanFacts) {plan_int64(i, 1, 0), plan_text(i, 2), plan_int32(i, 3, 0)};
		world->plan_list = lappend(world->plan_list, plan);
		world_set(world->plans, 0, plan->code, plan);
	}
}

/*
 * regions_read finds which of the regions that rows name lie in a province.
 */
static void
regions_read(World *world, EnrollRow *rows, int count)
{
	static SqlPlan read = {
		"SELECT r FROM unnest($1) AS r WHERE (SELECT EXISTS (SELECT 1 FROM assure.division WHERE code = p AND kind = 'province' AND in_force) "
		"  FROM (SELECT assure.province(r::assure.region) OFFSET 0) x (p))", {INT4ARRAYOID}
	};
	HTAB	   *seen = world_table();
	Column		ignored;
	Column		codes;
	Datum		value;
	uint64		found;

	column_start(&ignored, TEXTOID);
	column_start(&codes, INT4OID);
	for (int i = 0; i < count; i++)
	{
		int			before = ignored.count;
		Region		region;

		distinct_add(seen, &ignored, rows[i].region);
		if (ignored.count > before && region_parse(rows[i].region, (int) strlen(rows[i].region), &region))
			column_add(&codes, Int32GetDatum(region));
	}
	value = column_array(&codes);
	found = plan_run(&read, &value, NULL);
	for (uint64 i = 0; i < found; i++)
	{
		char	   *code = psprintf("%06d", plan_int32(i, 1, 0));

		world_set(world->regions, 0, code, code);
	}
}

/*
 * key_add adds what a row states, within its policy, to what is looked up.
 */
static void
key_add(World *world, const EnrollRow *row, char *text, Column *policies, Column *texts)
{
	const PolicyFacts *policy = row->policy ? world_get(world->policies, 0, row->policy) : NULL;

	if (policy == NULL || !policy->is_open || text == NULL)
		return;
	column_add_int64(policies, policy->policy_id);
	column_add_text(texts, text);
}

/*
 * stored_number returns an identity number in the form in which it is stored.
 */
static char *
stored_number(char *text)
{
	InputFault	fault = {0};
	ResidentId	id;
	char	   *number;

	if (text == NULL || !resident_id_parse(text, strlen(text), &id, &fault))
		return text;
	number = palloc(RESIDENT_ID_CHARS + 1);
	resident_id_print(id, number);
	return number;
}

/* Certificates by reference, then by member reference, then by identity number. */
#define ACCOUNTS_OF_KEYS \
	"SELECT a.account_id FROM unnest($1, $2) AS k (policy_id, ref) JOIN assure.account a ON a.policy_id = k.policy_id AND a.ref = k.ref " \
	"UNION SELECT r.account_id FROM unnest($3, $4) AS k (policy_id, ref) JOIN assure_internal.member_ref r ON r.policy_id = k.policy_id AND r.ref = k.ref " \
	"UNION SELECT m.account_id FROM unnest($5, $6) AS k (policy_id, resident_id) JOIN assure.member m ON m.resident_id = k.resident_id " \
	"  WHERE (SELECT policy_id FROM assure.account a WHERE a.account_id = m.account_id) = k.policy_id"
/* In a file also whoever has the number that a member who is named has. */
#define ACCOUNTS_OF_NUMBERS \
	" UNION SELECT o.account_id FROM unnest($3, $4) AS k (policy_id, ref) JOIN assure_internal.member_ref r ON r.policy_id = k.policy_id AND r.ref = k.ref " \
	"JOIN assure.member m ON m.account_id = r.account_id AND m.member_id = r.member_id JOIN assure.member o ON o.resident_id = m.resident_id " \
	"  WHERE (SELECT policy_id FROM assure.account a WHERE a.account_id = o.account_id) = k.policy_id"
#define ACCOUNTS_KEY_TYPES \
	INT8ARRAYOID, TEXTARRAYOID, INT8ARRAYOID, TEXTARRAYOID, INT8ARRAYOID, TEXTARRAYOID

/* What stands in accounts, as a number. */
#define DIGEST_OF(accounts) \
	"WITH k AS MATERIALIZED (" accounts ") " \
	"SELECT coalesce(sum(hashtextextended(r, 0)::numeric), 0)::text FROM (" \
	"  SELECT a::text FROM k JOIN assure.account a USING (account_id) UNION ALL SELECT m::text FROM k JOIN assure.member m USING (account_id) " \
	"  UNION ALL SELECT e::text FROM k JOIN assure.enrollment e USING (account_id)) x (r)"

/*
 * snapshot_check refuses to work on what a transaction saw when it began, if it
 * is otherwise now: the lock on the policy keeps others out from here on, but not
 * from having been there before.
 */
static void
snapshot_check(SqlPlan *digest, const Datum *keys)
{
	char	   *now;

	if (!IsolationUsesXactSnapshot())
		return;
	plan_read_fresh(digest, keys);
	now = plan_text(0, 1);
	plan_run(digest, keys, NULL);
	if (strcmp(now, plan_text(0, 1)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_T_R_SERIALIZATION_FAILURE),
				 errmsg("could not serialize access due to concurrent enrollment"),
				 errhint("Retry the transaction.")));
}

/*
 * accounts_find finds the accounts that the rows concern: of the certificates and
 * people that they name, and in a file of whoever has an identity number of theirs.
 */
static Datum
accounts_find(World *world, EnrollRow *rows, int count)
{
	static SqlPlan find = {
		"SELECT array_agg(account_id ORDER BY account_id) FROM (" ACCOUNTS_OF_KEYS ") x", {ACCOUNTS_KEY_TYPES}
	};
	static SqlPlan find_strictly = {
		"SELECT array_agg(account_id ORDER BY account_id) FROM (" ACCOUNTS_OF_KEYS ACCOUNTS_OF_NUMBERS ") x", {ACCOUNTS_KEY_TYPES}
	};
	static SqlPlan digest = {DIGEST_OF(ACCOUNTS_OF_KEYS), {ACCOUNTS_KEY_TYPES}};
	static SqlPlan digest_strictly = {DIGEST_OF(ACCOUNTS_OF_KEYS ACCOUNTS_OF_NUMBERS), {ACCOUNTS_KEY_TYPES}};
	Column		columns[6];
	Datum		values[6];
	bool		isnull;
	Datum		accounts;

	for (int i = 0; i < 6; i++)
		column_start(&columns[i], i % 2 == 0 ? INT8OID : TEXTOID);
	for (int i = 0; i < count; i++)
	{
		EnrollRow  *row = &rows[i];

		key_add(world, row, row->certificate, &columns[0], &columns[1]);
		key_add(world, row, row->member_ref, &columns[2], &columns[3]);
		if (world->is_strict)
			key_add(world, row, stored_number(row->resident_id), &columns[4], &columns[5]);
	}
	for (int i = 0; i < 6; i++)
		values[i] = column_array(&columns[i]);
	snapshot_check(world->is_strict ? &digest_strictly : &digest, values);
	plan_run(world->is_strict ? &find_strictly : &find, values, NULL);
	accounts = plan_datum(0, 1, &isnull);
	return isnull ? array_of_int64(NULL, 0) : PointerGetDatum(DatumGetArrayTypePCopy(accounts));
}

/*
 * certificates_read reads the accounts; single enrollments lock them.
 */
static HTAB *
certificates_read(World *world, Datum accounts)
{
	static SqlPlan read = {
		"SELECT account_id, policy_id, ref FROM assure.account WHERE account_id = ANY ($1)", {INT8ARRAYOID}
	};
	static SqlPlan lock = {
		"SELECT account_id, policy_id, ref FROM assure.account WHERE account_id = ANY ($1) ORDER BY account_id FOR NO KEY UPDATE", {INT8ARRAYOID}
	};
	uint64		found = plan_run(world->is_strict ? &read : &lock, &accounts, NULL);
	HTAB	   *policies = key_table(sizeof(PolicyEntry));
	HTAB	   *by_id = key_table(sizeof(AccountEntry));
	ListCell   *cell;

	foreach(cell, world->policy_list)
	{
		PolicyFacts *policy = lfirst(cell);

		((PolicyEntry *) hash_search(policies, &policy->policy_id, HASH_ENTER, NULL))->policy = policy;
	}
	for (uint64 i = 0; i < found; i++)
	{
		int64		account_id = plan_int64(i, 1, 0);
		int64		policy_id = plan_int64(i, 2, 0);
		PolicyEntry *of = hash_search(policies, &policy_id, HASH_FIND, NULL);
		AccountEntry *entry = hash_search(by_id, &account_id, HASH_ENTER, NULL);

		if (of == NULL)
			elog(ERROR, "account " INT64_FORMAT " is of none of the policies", account_id);
		entry->certificate = world_certificate(world, of->policy, plan_text(i, 3), account_id);
	}
	return by_id;
}

/*
 * people_read reads everybody on the certificates.
 */
static HTAB *
people_read(World *world, Datum accounts, HTAB *by_account)
{
	static SqlPlan read = {
		"SELECT account_id, member_id, ref, name, resident_id, birth_date, sex, phone, region FROM assure.member WHERE account_id = ANY ($1)",
		{INT8ARRAYOID}
	};
	uint64		found = plan_run(&read, &accounts, NULL);
	HTAB	   *by_id = key_table(sizeof(PersonEntry));

	for (uint64 i = 0; i < found; i++)
	{
		int64		account_id = plan_int64(i, 1, 0);
		AccountEntry *account = hash_search(by_account, &account_id, HASH_FIND, NULL);
		Person	   *person = palloc0(sizeof(Person));
		PersonEntry *entry;

		if (account == NULL)
			continue;
		person->certificate = account->certificate;
		person->member_id = plan_int64(i, 2, 0);
		person->ref = plan_text(i, 3);
		person->name = plan_text(i, 4);
		person->resident_id = plan_text(i, 5);
		person->birth_date = plan_int32(i, 6, 0);
		person->sex = sex_code(plan_text(i, 7));
		person->phone = plan_text(i, 8);
		person->region = plan_text(i, 9);
		world_person_add(world, person);
		entry = hash_search(by_id, &person->member_id, HASH_ENTER, NULL);
		entry->person = person;
	}
	return by_id;
}

/*
 * covers_read reads their enrollments, each person's by first day.
 */
static void
covers_read(Datum accounts, HTAB *by_member)
{
	static SqlPlan read = {
		"SELECT enrollment_id, member_id, plan_id, relationship, enrolled_on, continuous_since, coalesce(ended_on, 'infinity') "
		"FROM assure.enrollment WHERE account_id = ANY ($1) ORDER BY member_id, enrolled_on", {INT8ARRAYOID}
	};
	uint64		found = plan_run(&read, &accounts, NULL);

	for (uint64 i = 0; i < found; i++)
	{
		int64		member_id = plan_int64(i, 2, 0);
		PersonEntry *entry = hash_search(by_member, &member_id, HASH_FIND, NULL);
		Cover	   *cover = palloc0(sizeof(Cover));

		if (entry == NULL)
			continue;
		cover->enrollment_id = plan_int64(i, 1, 0);
		cover->now.plan_id = plan_int64(i, 3, 0);
		cover->now.relationship = relationship_code(plan_text(i, 4));
		cover->now.enrolled_on = plan_int32(i, 5, 0);
		cover->now.continuous_since = plan_int32(i, 6, 0);
		cover->now.ended_on = plan_int32(i, 7, 0);
		cover->stored = cover->now;
		entry->person->covers = lappend(entry->person->covers, cover);
	}
}

/*
 * certificate_take makes the certificate of a single enrollment if it is new, so
 * that two of one family make one account; others wait on it here.
 */
static void
certificate_take(World *world, const EnrollRow *row)
{
	static SqlPlan insert = {
		"WITH a AS (INSERT INTO assure.account (policy_id, ref) VALUES ($1, $2) "
		"  ON CONFLICT (policy_id, ref) DO NOTHING RETURNING account_id) "
		"INSERT INTO assure_internal.account_book (account_id) SELECT account_id FROM a", {INT8OID, TEXTOID}
	};
	const PolicyFacts *policy = world_get(world->policies, 0, row->policy);
	Datum		values[2];

	if (policy == NULL || !policy->is_open)
		return;
	values[0] = Int64GetDatum(policy->policy_id);
	values[1] = CStringGetTextDatum(row->certificate);
	plan_run(&insert, values, NULL);
}

/*
 * world_load reads all that the rows can touch.  Rows that were refused as they
 * were read name nothing.
 */
void
world_load(World *world, EnrollRow *rows, int count)
{
	Datum		accounts;

	/* Planning for one row would cost more than the row. */
	if (count == 1)
		pin_setting("plan_cache_mode", "force_generic_plan");
	policies_read(world, rows, count);
	policies_lock(world);
	plans_read(world, rows, count);
	regions_read(world, rows, count);
	if (!world->is_strict)
		certificate_take(world, rows);
	accounts = accounts_find(world, rows, count);
	covers_read(accounts, people_read(world, accounts, certificates_read(world, accounts)));
}
