/*-------------------------------------------------------------------------
 *
 * call.c
 *		How every function that touches data begins and ends.
 *
 * Who acts is resolved first, from the role that calls; then the work is done
 * as the owner of the data, because a sum over rows that row-level security
 * hides would let a limit overshoot.  Settings of the session that could change
 * what a statement means are pinned: search_path, the time zone of the company
 * for dates, date style.  Others could make it slow: jit costs more than these
 * statements, and a statement that looks up a few keys, planned and kept while its
 * table was empty, would scan it for ever; call_allow_scans is for those that
 * read it all.
 *
 * Both are undone by PostgreSQL itself when the transaction or subtransaction
 * aborts (SetUserIdAndSecContext and the nest level of settings).
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/stratnum.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/namespace.h"
#include "catalog/pg_proc.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "utils/acl.h"
#include "utils/builtins.h"
#include "utils/catcache.h"
#include "utils/fmgroids.h"
#include "utils/guc.h"
#include "utils/rel.h"
#include "utils/syscache.h"

#include "core/call.h"
#include "core/errors.h"
#include "core/guc.h"
#include "core/index_read.h"
#include "core/plan.h"

/*
 * call_become_owner resolves who acts, then becomes the owner.
 */
static void
call_become_owner(Call *call, const char *function)
{
	const Config *config = config_get();

	call->function = function;
	call->session_role = GetUserNameFromId(GetSessionUserId(), false);
	call->owner = config->owner;
	call->login = -1;
	SetUserIdAndSecContext(config->owner, call->saved_security | SECURITY_LOCAL_USERID_CHANGE);
	call->guc_level = NewGUCNestLevel();
	pin_setting("search_path", "pg_catalog, assure, pg_temp");
	pin_setting("TimeZone", config->time_zone);
	pin_setting("DateStyle", "ISO, YMD");
	pin_setting("IntervalStyle", "iso_8601");
	pin_setting("jit", "off");
	pin_setting("enable_seqscan", "off");
}

/*
 * function_writes says whether a function of ours is declared volatile: all those
 * that write are, and no others.
 */
static bool
function_writes(const char *function)
{
	Oid			schema = get_namespace_oid("assure", true);
	CatCList   *candidates = SearchSysCacheList1(PROCNAMEARGSNSP, CStringGetDatum(function));
	bool		writes = false;

	for (int i = 0; i < candidates->n_members; i++)
	{
		Form_pg_proc proc = (Form_pg_proc) GETSTRUCT(&candidates->members[i]->tuple);

		writes |= proc->pronamespace == schema && proc->provolatile == PROVOLATILE_VOLATILE;
	}
	ReleaseSysCacheList(candidates);
	return writes;
}

/*
 * call_require_writable refuses a function that writes where nothing can be written,
 * before it does half of its work and fails at a statement that the caller does not know.
 */
void
call_require_writable(const char *function)
{
	bool		is_standby = RecoveryInProgress();

	if (!XactReadOnly || !function_writes(function))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_READ_ONLY_SQL_TRANSACTION),
			 is_standby ? errmsg("assure.%s() writes, and this server is a standby", function) :
			 errmsg("assure.%s() writes, and the transaction is read-only", function),
			 is_standby ? errhint("Call it on the primary; on a standby the functions that only read can be called.") :
			 errhint("Begin the transaction with READ WRITE; default_transaction_read_only may be on.")));
}

/*
 * call_enter checks access, then becomes the owner.
 */
void
call_enter(Call *call, int scopes_allowed, const char *function)
{
	GetUserIdAndSecContext(&call->caller, &call->saved_security);
	call->scopes = config_scopes_of(call->caller);
	if ((call->scopes & scopes_allowed) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
				 errmsg("role \"%s\" may not call assure.%s()",
						GetUserNameFromId(call->caller, false), function),
				 errdetail("It needs one of the access scopes: %s.", scope_names(scopes_allowed)),
				 errhint("An administrator grants one with assure.grant_access(role, scope).")));
	if ((scopes_allowed & CALL_ONLY_READS) == 0)
		call_require_writable(function);
	call_become_owner(call, function);
}

/*
 * call_leave becomes the caller again.
 */
void
call_leave(Call *call)
{
	AtEOXact_GUC(false, call->guc_level);
	SetUserIdAndSecContext(call->caller, call->saved_security);
}

/*
 * call_allow_scans is for statements that read whole tables.
 */
void
call_allow_scans(Call *call)
{
	pin_setting("enable_seqscan", "on");
}

/*
 * connect connects SPI.  What writes waits for locks, and goes on from what those
 * left who had them: a transaction with one snapshot would not see it.
 */
static void
connect(const char *function)
{
	if (SPI_connect() != SPI_OK_CONNECT)
		elog(ERROR, "SPI_connect failed");
	if (XactIsoLevel == XACT_REPEATABLE_READ && function_writes(function))
		plan_see_now();
}

/*
 * call_begin enters and connects SPI.
 */
void
call_begin(Call *call, int scopes_allowed, const char *function)
{
	call_enter(call, scopes_allowed, function);
	connect(function);
}

/*
 * call_begin_unchecked is call_begin for a trigger or a policy: the privilege on
 * its table was the check.
 */
void
call_begin_unchecked(Call *call, const char *function)
{
	GetUserIdAndSecContext(&call->caller, &call->saved_security);
	call_become_owner(call, function);
	connect(function);
}

/*
 * trigger_is_of says whether a trigger fired for a table of ours: only there columns
 * have the types that its function takes them for.
 */
bool
trigger_is_of(const TriggerData *trigger, const char *table)
{
	return RelationGetNamespace(trigger->tg_relation) == get_namespace_oid("assure", true) &&
		strcmp(RelationGetRelationName(trigger->tg_relation), table) == 0;
}

/*
 * call_end disconnects SPI and leaves.
 */
void
call_end(Call *call)
{
	SPI_finish();
	call_leave(call);
}

/*
 * login_worker returns the worker whose login a role is and who has not left; 0:
 * nobody.  Every call asks, so it is read without a statement.
 */
static int64
login_worker(const char *role)
{
	IndexRead	login = {"worker_login", "worker_login_pkey"};
	IndexRead	worker = {"worker", "worker_pkey"};
	Snapshot	snapshot = RegisterSnapshot(fresh_snapshot());
	int64		worker_id = 0;
	bool		isnull;

	index_read_open(&login);
	index_read_key(&login, 1, BTEqualStrategyNumber, F_TEXTEQ, CStringGetTextDatum(role));
	index_read_start(&login, snapshot);
	if (index_read_next(&login))
		worker_id = DatumGetInt64(slot_getattr(login.slot, index_read_column(&login, "worker_id"), &isnull));
	index_read_close(&login);
	if (worker_id != 0)
	{
		index_read_open(&worker);
		index_read_key(&worker, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(worker_id));
		index_read_start(&worker, snapshot);
		if (!index_read_next(&worker) || strcmp(TextDatumGetCString(slot_getattr(worker.slot, index_read_column(&worker, "status"), &isnull)), "left") == 0)
			worker_id = 0;
		index_read_close(&worker);
	}
	UnregisterSnapshot(snapshot);
	return worker_id;
}

/*
 * call_actor returns the worker that acts: the one that act_as() named in this
 * transaction, else the one whose login the session is; 0 for nobody.
 */
int64
call_actor(Call *call)
{
	if (guc_actor != NULL && guc_actor[0] != '\0')
		return strtoll(guc_actor, NULL, 10);
	if (call->login < 0)
		call->login = login_worker(call->session_role);
	return call->login;
}

/*
 * call_actor_required is call_actor for what only a person can do.
 */
int64
call_actor_required(Call *call)
{
	int64		actor = call_actor(call);

	if (actor == 0)
		ereport(ERROR,
				(errcode(ERRCODE_ASSURE_NO_ACTOR),
				 errmsg("assure.%s() needs a person, and session role \"%s\" is none", call->function, call->session_role),
				 errhint("Call assure.act_as(worker) first in the same transaction, or bind the role to a worker with assure.set_worker_login(role, worker).")));
	return actor;
}

/*
 * call_branch_is_open tells whether the caller may work on a branch.  Supervisors
 * and administrators work on all.
 */
bool
call_branch_is_open(Call *call, int64 branch_id)
{
	static SqlPlan find_access = {
		"SELECT role_name FROM assure.branch_access WHERE branch_id = $1", {INT8OID}
	};
	Datum		branch = Int64GetDatum(branch_id);
	uint64		count;

	if (call->scopes & (SCOPE_SUPERVISOR | SCOPE_ADMIN))
		return true;
	count = plan_run(&find_access, &branch, NULL);
	for (uint64 i = 0; i < count; i++)
	{
		Oid			role = get_role_oid(plan_text(i, 1), true);

		if (OidIsValid(role) && has_privs_of_role(call->caller, role))
			return true;
	}
	return false;
}

/*
 * call_require_branch refuses what concerns a branch that is not open to the
 * caller.
 */
void
call_require_branch(Call *call, int64 branch_id, const char *what)
{
	if (call_branch_is_open(call, branch_id))
		return;
	ereport(ERROR,
			(errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
			 errmsg("%s belongs to a branch that is not open to role \"%s\"",
					what, GetUserNameFromId(call->caller, false)),
			 errhint("An administrator opens a branch with assure.grant_branch(role, branch).")));
}
