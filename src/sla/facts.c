/*-------------------------------------------------------------------------
 *
 * facts.c
 *		What conditions of SLA policies may ask of their subjects, read set-wise.
 *
 * Read only where some policy has a condition for such subjects.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "storage/shmem.h"

#include "core/plan.h"
#include "sla/facts.h"

/* Of a claim c, or a service order c, its policy p, branch b and member m. */
#define FACTS_OF_ALL \
	"'branch', b.code, 'province', left(b.region, 2) || '0000', 'policy', p.ref, 'insurer', p.insurer, 'holder', p.holder, " \
	"'customer_age', extract(year FROM age(now()::date, m.birth_date))::int, 'customer_sex', m.sex, " \
	"'customer_province', left(m.region, 2) || '0000', " \
	"'customer_flags', ARRAY(SELECT f.flag FROM assure.member_flag f WHERE f.account_id = m.account_id AND f.member_id = m.member_id ORDER BY f.flag)"

/* A claim is found by its branch and key: its key alone leads no index. */
#define IN_ORDER "unnest($1, $2) WITH ORDINALITY k (id, branch_id, n) "

/* Of a task t in a queue. */
#define FACTS_OF_TASK(queue) \
	"SELECT jsonb_build_object('queue', " queue ", 'priority', t.priority, 'amount', round(t.amount_fen / 100.0, 2), 'cause', c.cause, " FACTS_OF_ALL ") FROM "
#define JOINED_TO_TASK \
	"LEFT JOIN assure.branch b ON b.branch_id = t.branch_id " \
	"LEFT JOIN assure.claim c ON t.subject_kind = 'claim' AND c.account_id = t.account_id AND c.claim_id = t.subject_id " \
	"LEFT JOIN assure.policy p ON p.policy_id = c.policy_id " \
	"LEFT JOIN assure.member m ON m.account_id = c.account_id AND m.member_id = c.member_id "

/* A task is found by its key alone. */
static SqlPlan read_tasks = {
	FACTS_OF_TASK("q.code") "unnest($1) WITH ORDINALITY k (id, n) LEFT JOIN assure.task t ON t.task_id = k.id LEFT JOIN assure.queue q USING (queue_id) "
	JOINED_TO_TASK "ORDER BY k.n", {INT8ARRAYOID}, .generic = true
};

/* Tasks that are not there yet. */
static SqlPlan read_new_tasks = {
	FACTS_OF_TASK("t.queue") "unnest($1, $2, $3, $4, $5, $6, $7) WITH ORDINALITY t (queue, priority, amount_fen, branch_id, subject_kind, account_id, subject_id, n) "
	JOINED_TO_TASK "ORDER BY t.n", {TEXTARRAYOID, INT2ARRAYOID, INT8ARRAYOID, INT8ARRAYOID, TEXTARRAYOID, INT8ARRAYOID, INT8ARRAYOID}, .generic = true
};

#define NEW_TASK_COLUMNS 7

static SqlPlan read_claims = {
	"SELECT jsonb_build_object('amount', round(c.submitted_fen / 100.0, 2), 'cause', c.cause, " FACTS_OF_ALL ") "
	"FROM " IN_ORDER "LEFT JOIN assure.claim c ON c.branch_id = k.branch_id AND c.claim_id = k.id "
	"LEFT JOIN assure.branch b ON b.branch_id = c.branch_id LEFT JOIN assure.policy p ON p.policy_id = c.policy_id "
	"LEFT JOIN assure.member m ON m.account_id = c.account_id AND m.member_id = c.member_id ORDER BY k.n", {INT8ARRAYOID, INT8ARRAYOID}
};

static SqlPlan read_orders = {
	"SELECT jsonb_build_object('service', v.code, " FACTS_OF_ALL ") "
	"FROM " IN_ORDER "LEFT JOIN assure.order_ref r ON r.order_id = k.id "
	"LEFT JOIN assure.service_order c ON c.account_id = r.account_id AND c.order_id = r.order_id "
	"LEFT JOIN assure.service v USING (service_id) LEFT JOIN assure.branch b ON b.branch_id = c.branch_id "
	"LEFT JOIN assure.member m ON m.account_id = c.account_id AND m.member_id = c.member_id "
	"LEFT JOIN assure.account a ON a.account_id = c.account_id LEFT JOIN assure.policy p ON p.policy_id = a.policy_id ORDER BY k.n", {INT8ARRAYOID, INT8ARRAYOID}
};

/*
 * task_facts reads what is known of tasks.
 */
Jsonb **
task_facts(const int64 *task_ids, int count)
{
	Jsonb	  **facts = palloc(mul_size(sizeof(Jsonb *), Max(count, 1)));
	Datum		ids = array_of_int64(task_ids, count);

	if (plan_run(&read_tasks, &ids, NULL) != (uint64) count)
		elog(ERROR, "facts of %d tasks are not as many", count);
	for (int i = 0; i < count; i++)
	{
		bool		isnull;

		facts[i] = DatumGetJsonbPCopy(plan_datum(i, 1, &isnull));
	}
	return facts;
}

/*
 * facts_of_new reads the facts of tasks that are not there yet, and returns how
 * many.
 */
static uint64
facts_of_new(const ClockStart *starts, int count)
{
	static const Oid types[NEW_TASK_COLUMNS] = {TEXTOID, INT2OID, INT8OID, INT8OID, TEXTOID, INT8OID, INT8OID};
	Column		columns[NEW_TASK_COLUMNS];
	Datum		values[NEW_TASK_COLUMNS];

	for (int i = 0; i < NEW_TASK_COLUMNS; i++)
		column_start(&columns[i], types[i]);
	for (int i = 0; i < count; i++)
	{
		column_add_text(&columns[0], starts[i].queue);
		column_add(&columns[1], Int16GetDatum(starts[i].priority));
		column_add_int64(&columns[2], starts[i].amount_fen);
		column_add_int64(&columns[3], starts[i].branch_id);
		column_add_text(&columns[4], starts[i].subject_kind);
		column_add_key(&columns[5], starts[i].account_id);
		column_add_key(&columns[6], starts[i].claim_id);
	}
	for (int i = 0; i < NEW_TASK_COLUMNS; i++)
		values[i] = column_array(&columns[i]);
	return plan_run(&read_new_tasks, values, NULL);
}

/*
 * facts_of reads the facts of claims or orders.
 */
static uint64
facts_of(SqlPlan *plan, const ClockStart *starts, int count)
{
	Column		ids;
	Column		branches;
	Datum		values[2];

	column_start(&ids, INT8OID);
	column_start(&branches, INT8OID);
	for (int i = 0; i < count; i++)
	{
		column_add_int64(&ids, starts[i].subject_id);
		column_add_int64(&branches, starts[i].branch_id);
	}
	values[0] = column_array(&ids);
	values[1] = column_array(&branches);
	return plan_run(plan, values, NULL);
}

/*
 * policies_choose finds the policy of each subject.
 */
const SlaPolicy **
policies_choose(List *policies, SlaSubject subject, const ClockStart *starts, int count)
{
	const SlaPolicy **chosen = palloc0(sizeof(SlaPolicy *) * Max(count, 1));
	uint64		rows;

	if (count == 0 || !policies_have_condition(policies, subject))
		return chosen;
	rows = subject == SLA_TASK ? facts_of_new(starts, count) : facts_of(subject == SLA_CLAIM ? &read_claims : &read_orders, starts, count);
	if (rows != (uint64) count)
		elog(ERROR, "facts of %d subjects are not as many", count);
	for (int i = 0; i < count; i++)
	{
		bool		isnull;
		Datum		facts = plan_datum(i, 1, &isnull);

		chosen[i] = policy_match(policies, subject, DatumGetJsonbP(facts));
	}
	return chosen;
}
