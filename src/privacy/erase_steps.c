/*-------------------------------------------------------------------------
 *
 * erase_steps.c
 *		What stands in the way of erasing a person, and what is erased.
 *
 * A room that keeps personal values, or something a person still waits for, has
 * its lines here.  What is hashed into the audit chain is left as it is, so it
 * must not hold personal values; but for the input of decisions, of which the
 * chain has a salted hash.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "privacy/erase_steps.h"

#define OF_PERSON {INT8OID, INT8OID}

/* The claims of the person, and the service orders. */
#define CLAIMS "(SELECT claim_id FROM assure.claim WHERE account_id = $1 AND member_id = $2)"
#define ORDERS "(SELECT order_id FROM assure.service_order WHERE account_id = $1 AND member_id = $2)"

/* The tasks about those, the post-checks and rectifications of these tasks, and what is about any of them. */
#define TASKS \
	"(WITH RECURSIVE p AS (SELECT t.task_id FROM assure.task t WHERE t.account_id = $1 " \
	"    AND (t.subject_kind = 'claim' AND t.subject_id IN " CLAIMS " OR t.subject_kind = 'service_order' AND t.subject_id IN " ORDERS ") " \
	"  UNION SELECT x.task_id FROM p CROSS JOIN LATERAL (SELECT t.task_id FROM assure.task t WHERE t.subject_kind = 'task' AND t.subject_id = p.task_id " \
	"    UNION ALL SELECT t.task_id FROM assure.check_sample s JOIN assure.task t ON t.subject_kind IN ('post_check', 'rectification') AND t.subject_id = s.check_id " \
	"    WHERE s.task_id = p.task_id) x) SELECT task_id FROM p)"

/* A hash of nothing that was ever handed in. */
#define RANDOM_HASH "sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))"

Obligation	obligations[] = {
	{{"SELECT count(*) FROM assure.enrollment e WHERE account_id = $1 AND member_id = $2 AND (ended_on IS NULL OR ended_on >= current_date) "
		"AND NOT EXISTS (SELECT FROM assure.enrollment later WHERE later.account_id = e.account_id AND later.member_id = e.member_id "
		"  AND later.enrolled_on > e.enrolled_on AND later.enrolled_on <= current_date)", OF_PERSON}, "cover that has not ended"},
	{{"SELECT count(*) FROM assure_internal.claim_queue WHERE account_id = $1 AND claim_id IN " CLAIMS, OF_PERSON}, "claims that wait"},
	{{"SELECT count(*) FROM assure.failed_claim WHERE account_id = $1 AND claim_id IN " CLAIMS, OF_PERSON}, "claims that were set aside"},
	{{"SELECT count(*) FROM (SELECT DISTINCT ON (claim_id) verdict FROM assure.decision WHERE account_id = $1 AND claim_id IN " CLAIMS
		"  ORDER BY claim_id, decision_no DESC) d WHERE verdict = 'pend'", OF_PERSON}, "claims in review"},
	{{"SELECT count(*) FROM assure.appeal WHERE account_id = $1 AND state = 'open' AND claim_id IN " CLAIMS, OF_PERSON}, "open appeals"},
	{{"SELECT count(*) FROM assure.document_request WHERE account_id = $1 AND closed_at IS NULL AND claim_id IN " CLAIMS, OF_PERSON}, "documents that are waited for"},
	{{"SELECT count(*) FROM assure_internal.payment_due WHERE account_id = $1 AND claim_id IN " CLAIMS, OF_PERSON}, "claims with an open amount"},
	{{"SELECT count(DISTINCT u.payment_id) FROM assure_internal.payment_unfinished u JOIN assure.payment_entry e USING (account_id, payment_id) "
		"WHERE u.account_id = $1 AND e.claim_id IN " CLAIMS, OF_PERSON}, "payments that are not finished"},
	{{"SELECT count(*) FROM assure.service_order WHERE account_id = $1 AND member_id = $2 AND state NOT IN ('done', 'evaluated', 'cancelled', 'failed')", OF_PERSON},
	"service orders that are not finished"},
	{{"SELECT count(*) FROM assure.task WHERE state NOT IN ('done', 'cancelled') AND subject_kind <> 'claim' AND task_id IN " TASKS, OF_PERSON}, "tasks that are not finished"},
	{{"SELECT count(*) FROM assure.complaint WHERE state = 'open' AND task_id IN " TASKS, OF_PERSON}, "complaints that are open"},
	{{"SELECT count(*) FROM assure.enrollment_row r JOIN assure.member m ON r.document ->> 'member_ref' = m.ref JOIN assure.account a USING (account_id) "
		"WHERE m.account_id = $1 AND m.member_id = $2 AND r.policy_id = a.policy_id AND r.state = 'waiting'", OF_PERSON}, "enrollment rows that wait"}
};
const int	obligation_count = lengthof(obligations);

SqlPlan		erase_steps[] = {
	{"UPDATE assure.payee_version v SET name = '*', bank = '*', bank_account = '000000' FROM assure.payee y "
		"WHERE v.account_id = $1 AND y.account_id = v.account_id AND y.payee_id = v.payee_id AND y.kind = 'member' AND y.member_id = $2", OF_PERSON},
	{"UPDATE assure.payment_state s SET reason = NULL FROM assure.payment p JOIN assure.payee y USING (account_id, payee_id) "
		"WHERE s.account_id = $1 AND p.account_id = s.account_id AND p.payment_id = s.payment_id AND y.kind = 'member' AND y.member_id = $2 AND s.reason IS NOT NULL", OF_PERSON},

	/* What was submitted stays as figures; who it was for and what ailed him does not. */
	{"UPDATE assure.claim SET document = document - '{member,diagnoses,disability_grades}'::text[] || jsonb_build_object('member_ref', 'erased-' || $2, 'bills', "
		"  (SELECT coalesce(jsonb_agg(b - 'diagnoses' ORDER BY n), '[]') FROM jsonb_array_elements(document -> 'bills') WITH ORDINALITY x (b, n))) "
		"WHERE account_id = $1 AND member_id = $2", OF_PERSON},
	{"UPDATE assure.claim_ref r SET document_hash = sha256(convert_to(c.document::text, 'UTF8')) FROM assure.claim c "
		"WHERE r.account_id = $1 AND c.account_id = r.account_id AND c.claim_id = r.claim_id AND c.member_id = $2", OF_PERSON},
	{"UPDATE assure.order_ref SET document_hash = " RANDOM_HASH " WHERE account_id = $1 AND order_id IN "
		"(SELECT order_id FROM assure.service_order WHERE account_id = $1 AND member_id = $2)", OF_PERSON},
	{"UPDATE assure.order_event e SET reason = NULL FROM assure.service_order o WHERE e.account_id = $1 AND o.account_id = e.account_id "
		"AND o.order_id = e.order_id AND o.member_id = $2 AND e.reason IS NOT NULL", OF_PERSON},
	{"UPDATE assure.service_evaluation v SET words = NULL FROM assure.service_order o WHERE v.account_id = $1 AND o.account_id = v.account_id "
		"AND o.order_id = v.order_id AND o.member_id = $2 AND v.words IS NOT NULL", OF_PERSON},
	{"UPDATE assure.decision SET input = NULL, input_salt = NULL WHERE account_id = $1 AND input IS NOT NULL AND claim_id IN " CLAIMS, OF_PERSON},
	{"UPDATE assure.appeal SET reason = '*', note = CASE WHEN note IS NOT NULL THEN '*' END WHERE account_id = $1 AND claim_id IN " CLAIMS, OF_PERSON},
	{"UPDATE assure.document_item i SET text = '*' FROM assure.document_request r WHERE i.account_id = $1 AND r.account_id = i.account_id "
		"AND r.document_request_id = i.document_request_id AND r.claim_id IN " CLAIMS, OF_PERSON},
	{"UPDATE assure.authorization SET reason = NULL WHERE account_id = $1 AND member_id = $2 AND reason IS NOT NULL", OF_PERSON},
	{"DELETE FROM assure.member_flag WHERE account_id = $1 AND member_id = $2", OF_PERSON},

	/* What suppliers wrote of the person's orders: what could not be read, and what is no code of a service. */
	{"UPDATE assure.service_statement_row r SET problem = '*', source = jsonb_build_object('order', r.source ->> 'order') FROM assure.service_order o "
		"WHERE o.account_id = $1 AND o.member_id = $2 AND r.source ->> 'order' = o.ref AND r.problem IS NOT NULL", OF_PERSON},
	{"UPDATE assure.service_statement_row r SET service_code = '*', source = r.source || '{\"service\": \"*\"}' FROM assure.service_order o "
		"WHERE o.account_id = $1 AND o.member_id = $2 AND r.source ->> 'order' = o.ref AND r.problem IS NULL "
		"AND NOT EXISTS (SELECT FROM assure.service s WHERE s.code = r.service_code) AND r.service_code IS NOT NULL", OF_PERSON},

	/* Work on the person's tasks stays, without words. */
	{"UPDATE assure.complaint SET reason = '*', note = CASE WHEN note IS NOT NULL THEN '*' END WHERE task_id IN " TASKS, OF_PERSON},
	{"UPDATE assure.satisfaction SET words = NULL WHERE words IS NOT NULL AND task_id IN " TASKS, OF_PERSON},
	{"UPDATE assure.check_verdict v SET note = NULL FROM assure.check_sample s WHERE s.check_id = v.check_id AND v.note IS NOT NULL AND s.task_id IN " TASKS, OF_PERSON},
	{"UPDATE assure.check_finding f SET note = NULL FROM assure.check_sample s WHERE s.check_id = f.check_id AND f.note IS NOT NULL AND s.task_id IN " TASKS, OF_PERSON},
	{"UPDATE assure.task_event SET reason = NULL WHERE reason IS NOT NULL AND task_id IN " TASKS, OF_PERSON},
	{"UPDATE assure.task SET chapter = NULL, subject = CASE WHEN subject IS NOT NULL THEN jsonb_build_object('kind', subject_kind) END, attributes = '{}', "
		"  result = NULL, region = left(region, 2) || '0000' WHERE task_id IN " TASKS, OF_PERSON},

	/* Files that were refused or applied, before the member's own references go. */
	{"UPDATE assure.enrollment_row r SET document = CASE WHEN r.document IS NOT NULL THEN '{}'::jsonb END, document_hash = " RANDOM_HASH ", member_ref = NULL, reason = CASE WHEN r.reason IS NOT NULL THEN '*' END "
		"FROM assure.member m JOIN assure.account a USING (account_id) WHERE m.account_id = $1 AND m.member_id = $2 "
		"AND (r.member_id = m.member_id OR (r.policy_id = a.policy_id AND m.ref IN (r.member_ref, r.document ->> 'member_ref')) OR r.document ->> 'resident_id' = m.resident_id)", OF_PERSON},
	{"DELETE FROM assure_internal.member_ref WHERE account_id = $1 AND member_id = $2", OF_PERSON},
	{"UPDATE assure.member SET ref = 'erased-' || member_id, name = '*', resident_id = NULL, birth_date = date_trunc('year', birth_date::timestamp)::date, phone = NULL "
		"WHERE account_id = $1 AND member_id = $2", OF_PERSON}
};
const int	erase_step_count = lengthof(erase_steps);
