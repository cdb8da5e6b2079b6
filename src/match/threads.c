/*-------------------------------------------------------------------------
 *
 * threads.c
 *		Work on many things, none of which depends on another, by some threads.
 *
 * The server's code is made for one thread.  So threads live within a call of
 * threads_run() only, with every signal blocked (signals are the main thread's), and
 * see nothing of the server: neither its memory contexts nor its errors, its
 * interrupts or its locks.  The main thread works beside them, and looks out for
 * interrupts while they run; it answers one when they have ended.
 *
 * Things are handed out in pieces, by a counter; a piece that was begun is
 * finished.  Where no thread can be made the main thread does all.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <pthread.h>
#include <signal.h>

#include "miscadmin.h"

#include "match/threads.h"

/* Things in a piece: so many take a fraction of a millisecond. */
#define PIECE_SIZE 64

typedef struct Team
{
	ThreadWork	work;
	void	   *state;
	int32		count;
	int32		next;			/* first thing that nobody has begun; atomic */
	bool		is_stopped;		/* atomic */
} Team;

typedef struct Member
{
	Team	   *team;
	int			number;
	pthread_t	thread;
} Member;

/*
 * take_piece works on the next piece; false: there is none.
 */
static bool
take_piece(Team *team, int member)
{
	int32		from;

	if (__atomic_load_n(&team->is_stopped, __ATOMIC_RELAXED) || __atomic_load_n(&team->next, __ATOMIC_RELAXED) >= team->count)
		return false;
	from = __atomic_fetch_add(&team->next, PIECE_SIZE, __ATOMIC_RELAXED);
	if (from >= team->count)
		return false;
	team->work(team->state, member, from, Min(from + PIECE_SIZE, team->count));
	return true;
}

/*
 * member_main is what a thread does.
 */
static void *
member_main(void *argument)
{
	Member	   *member = argument;

	while (take_piece(member->team, member->number))
		;
	return NULL;
}

/*
 * work_until_interrupt lets threads and the caller work until all is done or an
 * interrupt waits; no thread is left when it returns.
 */
static void
work_until_interrupt(Team *team, int members)
{
	Member		member[THREADS_MAX];
	sigset_t	all;
	sigset_t	before;
	int			started = 0;

	team->is_stopped = false;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (int i = 1; i < members; i++)
	{
		member[started] = (Member) {team, i};
		if (pthread_create(&member[started].thread, NULL, member_main, &member[started]) != 0)
			break;
		started++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	while (take_piece(team, 0) && !INTERRUPTS_PENDING_CONDITION())
		;
	__atomic_store_n(&team->is_stopped, INTERRUPTS_PENDING_CONDITION(), __ATOMIC_RELAXED);
	for (int i = 0; i < started; i++)
		pthread_join(member[i].thread, NULL);
}

/*
 * threads_run has all numbers below count worked on.
 */
void
threads_run(int members, int32 count, ThreadWork work, void *state)
{
	Team		team = {.work = work, .state = state, .count = count};

	members = Max(1, Min(Min(members, THREADS_MAX), count / (4 * PIECE_SIZE)));
	Assert(count <= PG_INT32_MAX - (THREADS_MAX + 1) * PIECE_SIZE);
	while (team.next < count)
	{
		CHECK_FOR_INTERRUPTS();
		work_until_interrupt(&team, members);
	}
}
