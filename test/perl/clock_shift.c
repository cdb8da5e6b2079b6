/*-------------------------------------------------------------------------
 *
 * clock_shift.c
 *		Preloaded into a server of a test: its clock stands so many seconds apart.
 *
 * The seconds are a 64-bit number in the file that CLOCK_SHIFT names, which is
 * mapped, so that a change is seen at once by all processes.  Monotonic clocks,
 * by which timeouts are counted, stay as they are.
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* shift returns the seconds. */
static int64_t
shift(void)
{
	static volatile const int64_t *seconds = NULL;

	if (seconds == NULL)
	{
		const char *path = getenv("CLOCK_SHIFT");
		int			file = path ? open(path, O_RDONLY) : -1;
		void	   *map = file >= 0 ? mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0) : MAP_FAILED;

		if (file >= 0)
			close(file);
		if (map == MAP_FAILED)
			return 0;
		seconds = map;
	}
	return *seconds;
}

/* clock_gettime shifts the clock on the wall only. */
int
clock_gettime(clockid_t clock, struct timespec *moment)
{
	int			result = (int) syscall(SYS_clock_gettime, clock, moment);

	if (result == 0 && clock == CLOCK_REALTIME)
		moment->tv_sec += shift();
	return result;
}

/* gettimeofday is the same clock in other units. */
int
gettimeofday(struct timeval *restrict moment, void *restrict zone)
{
	struct timespec precise;

	clock_gettime(CLOCK_REALTIME, &precise);
	moment->tv_sec = precise.tv_sec;
	moment->tv_usec = precise.tv_nsec / 1000;
	return 0;
}

/* time is the same in seconds. */
time_t
time(time_t *moment)
{
	struct timespec precise;

	clock_gettime(CLOCK_REALTIME, &precise);
	if (moment != NULL)
		*moment = precise.tv_sec;
	return precise.tv_sec;
}
