/*-------------------------------------------------------------------------
 *
 * facts.h
 *		What sets are made of, in statements: who was served, who is insured;
 *		inside this room.
 *
 * These are texts of SQL, so that a query, a refresh and a check mean the same.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_COVERAGE_FACTS_H
#define ASSURE_COVERAGE_FACTS_H

#include "core/plan.h"
#include "type/region.h"
#include "utils/hsearch.h"

/* The prefecture of a code; of one that names a province the province. */
#define PREFECTURE(region) "coalesce(assure.prefecture(" region "), " region ")"

/*
 * What a set is kept for: the prefecture, but a code of former times that went
 * elsewhere stays what it is, so that reports can say where (kept_region).  This
 * is for one row; statements about covers, and by other bases, give the code
 * itself, and place_of() says what it is kept for.
 */
#define PLACE_OF(region) "assure.coverage_place(" region ")"

/* A code that a type takes: resident ids may begin with digits that are no province. */
#define REGION_OF_ID(id) \
	"CASE WHEN " id " ~ '^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])' THEN left(" id ", 6)::assure.region END"

/*
 * Where a member m (columns of assure.member) of policy p with branch b lives on
 * a day: the first basis of the list that says something.
 */
#define LOCATION_ON(day, bases) \
	"(SELECT x.region FROM unnest(" bases ") WITH ORDINALITY u (basis, n), LATERAL (SELECT coalesce( " \
	"  (SELECT l.region FROM assure.customer_location l WHERE l.account_id = m.account_id AND l.member_id = m.member_id AND l.basis = u.basis " \
	"    AND l.valid_from <= " day " AND (l.valid_to IS NULL OR l.valid_to >= " day ") ORDER BY l.location_id DESC LIMIT 1), " \
	"  CASE u.basis WHEN 'residence' THEN m.region::assure.region " \
	"    WHEN 'contract' THEN (SELECT q.region FROM assure.policy_location q WHERE q.policy_id = p.policy_id " \
	"      AND q.valid_from <= " day " AND (q.valid_to IS NULL OR q.valid_to >= " day ") ORDER BY q.location_id DESC LIMIT 1) " \
	"    WHEN 'branch' THEN b.region::assure.region WHEN 'resident_id' THEN " REGION_OF_ID("m.resident_id") " END) AS region) x " \
	"  WHERE x.region IS NOT NULL ORDER BY u.n LIMIT 1)"

/* By the default list: everybody has a stated residence, so no basis after it is ever asked. */
#define RESIDENCE_ON(day) \
	"coalesce((SELECT l.region FROM assure.customer_location l WHERE l.account_id = m.account_id AND l.member_id = m.member_id AND l.basis = 'residence' " \
	"    AND l.valid_from <= " day " AND (l.valid_to IS NULL OR l.valid_to >= " day ") ORDER BY l.location_id DESC LIMIT 1), m.region::assure.region)"
#define HAS_MOVED \
	"EXISTS (SELECT FROM assure.customer_location l WHERE l.account_id = m.account_id AND l.member_id = m.member_id AND l.basis = 'residence')"

/*
 * A cover's days [from_on, to_on): what enrollment e (with next_on, when the next
 * one begins) and policy p have in common.
 */
#define COVER_FROM "greatest(e.enrolled_on, p.starts_on)"
#define COVER_TO "coalesce(least(e.ended_on + 1, p.ends_on + 1, e.next_on), 'infinity'::date)"

/* The same, cut where the location may change: of a member for whom that may be. */
#define LOCATION_ENDS(of_basis) \
	"UNION SELECT l.valid_from FROM assure.customer_location l WHERE l.account_id = m.account_id AND l.member_id = m.member_id " of_basis \
	"UNION SELECT l.valid_to + 1 FROM assure.customer_location l WHERE l.account_id = m.account_id AND l.member_id = m.member_id " of_basis
#define ENDS_BY_DEFAULT LOCATION_ENDS("AND l.basis = 'residence' ")
#define ENDS_BY_ANY_BASIS LOCATION_ENDS("") \
	"UNION SELECT q.valid_from FROM assure.policy_location q WHERE q.policy_id = p.policy_id " \
	"UNION SELECT q.valid_to + 1 FROM assure.policy_location q WHERE q.policy_id = p.policy_id "
#define COVER_CUT(ends) \
	"LATERAL (SELECT d.day AS from_on, lead(d.day, 1, c.to_on) OVER (ORDER BY d.day) AS to_on FROM (SELECT c.from_on AS day " ends ") d " \
	"  WHERE d.day >= c.from_on AND d.day < c.to_on)"

/* Covers of the people of $1, by the default list. */
#define COVERS_OF_PEOPLE \
	"SELECT m.person_no, s.region::int, assure.province(b.region::assure.region)::int, p.insurer, d.from_on, d.to_on " \
	"FROM assure.member m JOIN assure.account a USING (account_id) JOIN assure.policy p USING (policy_id) JOIN assure.branch b USING (branch_id) CROSS JOIN " \
	"  LATERAL (SELECT e.*, lead(e.enrolled_on) OVER (ORDER BY e.enrolled_on) AS next_on FROM assure.enrollment e " \
	"    WHERE e.account_id = m.account_id AND e.member_id = m.member_id) e " \
	"  CROSS JOIN LATERAL (SELECT " COVER_FROM " AS from_on, " COVER_TO " AS to_on) c CROSS JOIN " COVER_CUT(ENDS_BY_DEFAULT) " d " \
	"  CROSS JOIN LATERAL (SELECT " RESIDENCE_ON("d.from_on") " AS region OFFSET 0) s " \
	"WHERE c.from_on < c.to_on AND m.person_no = ANY ($1)"

/* The same of everybody, for who has moved apart from who has not. */
#define COVERS_OF_ALL_PART(moved, cut, location, from_on, to_on) \
	"SELECT m.person_no, s.region::int, assure.province(b.region::assure.region)::int, p.insurer, " from_on ", " to_on " " \
	"FROM (SELECT e.*, lead(e.enrolled_on) OVER (PARTITION BY e.account_id, e.member_id ORDER BY e.enrolled_on) AS next_on FROM assure.enrollment e) e " \
	"JOIN assure.member m USING (account_id, member_id) JOIN assure.account a USING (account_id) JOIN assure.policy p USING (policy_id) " \
	"JOIN assure.branch b USING (branch_id) CROSS JOIN LATERAL (SELECT " COVER_FROM " AS from_on, " COVER_TO " AS to_on) c " cut \
	"CROSS JOIN LATERAL (SELECT " location " AS region OFFSET 0) s WHERE c.from_on < c.to_on " moved
#define COVERS_OF_ALL \
	COVERS_OF_ALL_PART("AND NOT " HAS_MOVED, "", "m.region::assure.region", "c.from_on", "c.to_on") " UNION ALL " \
	COVERS_OF_ALL_PART("AND " HAS_MOVED, "CROSS JOIN " COVER_CUT(ENDS_BY_DEFAULT) " d ", RESIDENCE_ON("d.from_on"), "d.from_on", "d.to_on")

/* The same by the list of bases in $1. */
#define COVERS_OF_ALL_BY_BASES \
	COVERS_OF_ALL_PART("AND s.region IS NOT NULL", "CROSS JOIN " COVER_CUT(ENDS_BY_ANY_BASIS) " d ", LOCATION_ON("d.from_on", "$1"), "d.from_on", "d.to_on")

/*
 * What counts of an order is its latest event, if that says served.  Of the people
 * of $1; of everybody; and of everybody with the location by the bases in $1.
 */
#define SERVED_COLUMNS "person_no, prefecture::int, branch_province::int, service_id, insurer, served_on"
#define SERVED_OF_PEOPLE \
	"SELECT " SERVED_COLUMNS " FROM (SELECT DISTINCT ON (e.account_id, e.order_id) e.* FROM assure.member m " \
	"  JOIN assure.service_event e USING (account_id, member_id) WHERE m.person_no = ANY ($1) ORDER BY e.account_id, e.order_id, e.event_id DESC) e " \
	"WHERE event = 'served'"
#define SERVED_OF_ALL \
	"SELECT " SERVED_COLUMNS " FROM (SELECT DISTINCT ON (e.account_id, e.order_id) e.* FROM assure.service_event e " \
	"  ORDER BY e.account_id, e.order_id, e.event_id DESC) e WHERE event = 'served'"
#define SERVED_OF_ALL_BY_BASES \
	"SELECT person_no, prefecture, branch_province, service_id, insurer, served_on FROM (SELECT e.person_no, s.region::int AS prefecture, " \
	"    e.branch_province::int AS branch_province, e.service_id, e.insurer, e.served_on " \
	"  FROM (SELECT DISTINCT ON (e.account_id, e.order_id) e.* FROM assure.service_event e ORDER BY e.account_id, e.order_id, e.event_id DESC) e " \
	"  JOIN assure.member m USING (account_id, member_id) JOIN assure.account a USING (account_id) JOIN assure.policy p USING (policy_id) " \
	"  JOIN assure.branch b ON b.branch_id = p.branch_id CROSS JOIN LATERAL (SELECT " LOCATION_ON("e.served_on", "$1") " AS region OFFSET 0) s " \
	"  WHERE e.event = 'served' AND s.region IS NOT NULL) e WHERE true"

/* A row of the first kind, where prefecture is the code of the location, and of the second. */
typedef struct CoverFact
{
	int32		person_no;
	int32		prefecture;
	int32		branch_province;
	Datum		insurer;
	int32		from_on;
	int32		to_on;
} CoverFact;

typedef struct ServedFact
{
	int32		person_no;
	int32		prefecture;
	int32		branch_province;
	int64		service_id;
	Datum		insurer;
	int32		served_on;
} ServedFact;

/*
 * cover_of_row and served_of_row read the columns of these statements.
 */
static inline CoverFact
cover_of_row(const Datum *values)
{
	return (CoverFact){DatumGetInt32(values[0]), DatumGetInt32(values[1]), DatumGetInt32(values[2]), values[3],
		DatumGetInt32(values[4]), DatumGetInt32(values[5])};
}

static inline ServedFact
served_of_row(const Datum *values)
{
	return (ServedFact){DatumGetInt32(values[0]), DatumGetInt32(values[1]), DatumGetInt32(values[2]), DatumGetInt64(values[3]),
		values[4], DatumGetInt32(values[5])};
}

/*
 * places.c: the codes that are kept, read before statements are run; and what a
 * code is kept for.
 */
extern HTAB *places_read(void);
extern Region place_of(const HTAB *kept, Region region);

#endif							/* ASSURE_COVERAGE_FACTS_H */
