/*-------------------------------------------------------------------------
 *
 * enroll.h
 *		People join, leave and change: rows against what is enrolled.
 *
 * A row is read, tried against the world (the policies, certificates, people and
 * covers that the rows name, as they are in memory), and accepted or refused
 * with its reason.  An accepted row changes the world at once, so later rows see
 * it; when all are tried, what differs from the tables is written set-wise.
 *
 * Vocabulary: a person is a member; a cover is an enrollment; the subscriber is
 * who is covered as "self"; others on the certificate are dependants.
 *
 * Memory: a world and its rows live in the context that is current when they are
 * made.
 *
 *-------------------------------------------------------------------------
 */
#ifndef ASSURE_CUSTOMER_ENROLL_H
#define ASSURE_CUSTOMER_ENROLL_H

#include "postgres.h"

#include "core/call.h"
#include "core/json.h"
#include "nodes/pg_list.h"
#include "utils/hsearch.h"

#define ENROLL_TEXT_BYTES_MAX	200
#define ENROLL_ROWS_MAX			100000
#define ENROLL_SCOPES			(SCOPE_OPERATOR | SCOPE_PROXY | SCOPE_SUPERVISOR | SCOPE_ADMIN)

typedef enum EnrollAction
{
	ENROLL_JOIN = 1,
	ENROLL_LEAVE,
	ENROLL_CHANGE
} EnrollAction;

/* What a row may state of a cover or a person, as bits of EnrollRow.stated. */
#define STATED_BIRTH_DATE		(1 << 0)
#define STATED_ENROLLED_ON		(1 << 1)
#define STATED_CONTINUOUS		(1 << 2)
#define STATED_ENDED_ON			(1 << 3)
#define STATED_FROM				(1 << 4)

typedef enum RowState
{
	ROW_WAITING,				/* untried, or it may yet be accepted after others */
	ROW_ACCEPTED,
	ROW_REFUSED
} RowState;

struct Person;

typedef struct EnrollRow
{
	int			row_no;
	EnrollAction action;
	int			stated;			/* STATED_ bits */
	char	   *policy;
	char	   *certificate;	/* NULL here and below: not stated */
	char	   *member_ref;
	char	   *name;
	char	   *resident_id;
	const char *sex;
	char	   *phone;
	char	   *region;
	char	   *plan;
	const char *relationship;
	DateADT		birth_date;
	DateADT		enrolled_on;
	DateADT		continuous_since;
	DateADT		ended_on;		/* DATEVAL_NOEND: open */
	DateADT		from;			/* first day of a change of cover */
	bool		with_dependants;

	RowState	state;
	int			sqlstate;		/* of a refusal; so are the next three */
	char	   *reason;
	const char *hint;			/* NULL: none */
	bool		is_document;	/* what the row says is wrong in itself */
	bool		is_orphan;		/* among the world's orphans */
	struct Person *person;		/* of an accepted row */
	DateADT		rerun_from;		/* DATEVAL_NOEND: nothing that was decided is concerned */
	int			claims_to_rerun;
} EnrollRow;

typedef struct PolicyFacts
{
	int64		policy_id;
	char	   *ref;
	bool		is_open;		/* the caller may work on its branch */
	DateADT		starts_on;
	DateADT		ends_on;		/* DATEVAL_NOEND: open */
} PolicyFacts;

typedef struct PlanFacts
{
	int64		plan_id;
	char	   *code;
	DateADT		valid_from;		/* of its first terms */
} PlanFacts;

typedef struct Certificate
{
	const PolicyFacts *policy;
	int64		account_id;		/* 0 until a new one is written */
	char	   *ref;
	List	   *people;			/* of Person * */
} Certificate;

/* Particulars of a person that a row changed, as bits of Person.changed. */
#define CHANGED_NAME			(1 << 0)
#define CHANGED_RESIDENT_ID		(1 << 1)
#define CHANGED_BIRTH_DATE		(1 << 2)
#define CHANGED_SEX				(1 << 3)
#define CHANGED_PHONE			(1 << 4)
#define CHANGED_REGION			(1 << 5)

typedef struct Person
{
	Certificate *certificate;
	int64		member_id;		/* 0 until a new one is written */
	char	   *ref;
	char	   *name;
	char	   *resident_id;	/* NULL: not stated */
	DateADT		birth_date;
	const char *sex;
	char	   *phone;			/* NULL: not stated */
	char	   *region;
	int32		person_no;		/* in sets; only of a new one */
	int			changed;		/* CHANGED_ bits */
	List	   *covers;			/* of Cover *, by enrolled_on */
	List	   *removed;		/* covers that are no more */
	bool		is_listed;		/* among what is written */
} Person;

typedef struct CoverTerms
{
	int64		plan_id;
	const char *relationship;
	DateADT		enrolled_on;
	DateADT		continuous_since;
	DateADT		ended_on;		/* DATEVAL_NOEND: open */
} CoverTerms;

typedef struct Cover
{
	int64		enrollment_id;	/* 0 until a new one is written */
	CoverTerms	now;
	CoverTerms	stored;			/* as the table has it, unless it is new */
	int			misfits;		/* of enroll_family.c, before a change */
} Cover;

/* A person whose cover changed from a day on, by a row. */
typedef struct Effect
{
	EnrollRow  *row;
	Person	   *person;
	DateADT		from;
} Effect;

typedef struct World
{
	Call	   *call;
	const char *caller_name;	/* role whose branches count */
	bool		is_strict;		/* a file: the family and the number must fit, too */
	List	   *policy_list;	/* of PolicyFacts *, by key */
	HTAB	   *policies;		/* by ref */
	List	   *plan_list;		/* of PlanFacts *: all plans, if a row moves a first day */
	HTAB	   *plans;			/* by code: PlanFacts * */
	HTAB	   *regions;		/* by code: those that exist */
	HTAB	   *certificates;	/* by policy and ref */
	HTAB	   *people;			/* by policy and ref */
	HTAB	   *residents;		/* by policy and number: List of Person * */
	HTAB	   *orphans;		/* by policy and certificate: List of EnrollRow *, dependants who wait for a subscriber */
	HTAB	   *held;			/* by policy and member_ref: a row of theirs waits, so later ones do */
	List	   *new_certificates;
	List	   *touched;		/* of Person *: new or changed, each once or more */
	List	   *effects;		/* of Effect * */
} World;

/* enroll_read.c: no SPI.  A row that is not as it should be is refused. */
extern void enroll_row_read(const DocNode *node, int row_no, EnrollRow *row);
extern void enroll_row_from_document(Jsonb *document, const char *name, int row_no, EnrollAction action, EnrollRow *row);
extern const char *enroll_action_name(EnrollAction action);
extern const char *sex_code(const char *text);
extern const char *relationship_code(const char *text);
extern void row_refuse(EnrollRow *row, int sqlstate, const char *format,...) __attribute__((format(printf, 3, 4)));

/* enroll_world.c: no SPI. */
extern World *world_create(Call *call, bool is_strict);
extern void world_set(HTAB *table, int64 scope, const char *text, void *value);
extern void *world_get(HTAB *table, int64 scope, const char *text);
extern HTAB *world_table(void);
extern Certificate *world_certificate(World *world, const PolicyFacts *policy, const char *ref, int64 account_id);
extern void world_person_add(World *world, Person *person);
extern void world_resident_add(World *world, Person *person);
extern Cover *person_cover_on(const Person *person, DateADT day);
extern DateADT person_cover_end(const Person *person, const Cover *cover);
extern DateADT person_chain_end(const Person *person, const Cover *cover);
extern Cover *person_cover_add(Person *person, const CoverTerms *terms);
extern void person_cover_remove(Person *person, Cover *cover);
extern bool person_is_covered_within(const Person *person, DateADT from, DateADT to, const char *relationship);
extern void world_effect(World *world, EnrollRow *row, Person *person, DateADT from);

/* enroll_load.c */
extern void world_load(World *world, EnrollRow *rows, int count);

/* enroll_rules.c: no SPI; tries the rows that wait. */
extern void enroll_rows_try(World *world, EnrollRow *rows, int count, bool is_last);
extern bool row_subject(World *world, EnrollRow *row, const PolicyFacts **policy, Person **person);
extern bool row_check_resident(EnrollRow *row, char **number, DateADT birth_date, const char *sex);
extern bool row_check_resident_free(World *world, EnrollRow *row, const PolicyFacts *policy, const Person *self,
									const char *number, DateADT from, DateADT to);
extern bool row_check_region(World *world, EnrollRow *row);
extern int64 row_plan(World *world, EnrollRow *row, DateADT from);
extern void row_wait(EnrollRow *row, int sqlstate, const char *format,...) __attribute__((format(printf, 3, 4)));
extern bool row_check_dependants(EnrollRow *row, const Person *subscriber, DateADT day, DateADT until);
extern bool row_check_term(EnrollRow *row, const PolicyFacts *policy, const char *field, DateADT day);

/* enroll_family.c: no SPI. */
extern void family_remember(const Certificate *certificate);
extern bool row_check_family(EnrollRow *row, const Certificate *certificate);
extern bool person_depends_on(const Person *person, const Person *subscriber, DateADT day, DateADT until);

/* enroll_join.c, enroll_change.c: no SPI. */
extern void join_try(World *world, EnrollRow *row);
extern void leave_try(World *world, EnrollRow *row);
extern void change_try(World *world, EnrollRow *row);

/* enroll_write.c */
extern void world_write(World *world, int64 audit_id);
extern void world_count_claims(World *world);

#endif							/* ASSURE_CUSTOMER_ENROLL_H */
