/*-------------------------------------------------------------------------
 *
 * asan_early.c
 *		Preloaded with the sanitizers' libraries: makes them start first.
 *
 * The address sanitizer starts with the first malloc.  In a server that is
 * linked with p11-kit that one comes from newlocale(), which holds glibc's
 * locale lock; what the sanitizer then calls takes and drops the same lock,
 * and the next bindtextdomain() waits for ever.  This library is linked with
 * -z initfirst, so that its malloc comes before those of all others.
 *
 *-------------------------------------------------------------------------
 */
#include <stdlib.h>

static void early(void) __attribute__((constructor));

/* early allocates, when no lock is held yet. */
static void
early(void)
{
	void	   *volatile bytes = malloc(1);

	free(bytes);
}
