/*-------------------------------------------------------------------------
 *
 * disk_full.c
 *		Preloaded into a server of a test: its disk is full when the test says so.
 *
 * Two 64-bit numbers in the file that DISK_FULL names, which all processes map:
 * what is full (0 nothing, 1 tables and indexes, 2 the write-ahead log), and how
 * many times a file may still grow before it is.  Only what makes a file of that
 * kind longer is refused; what is there can be written anew, as on a real disk.
 *
 *-------------------------------------------------------------------------
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

typedef struct Disk
{
	volatile int64_t full;
	volatile int64_t left;
} Disk;

enum {NOTHING, TABLES, LOG};

/* disk returns the numbers; NULL where there are none. */
static Disk *
disk(void)
{
	static Disk *mapped = NULL;

	if (mapped == NULL)
	{
		const char *path = getenv("DISK_FULL");
		int			file = path ? open(path, O_RDWR) : -1;
		void	   *map = file >= 0 ? mmap(NULL, sizeof(Disk), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0) : MAP_FAILED;

		if (file >= 0)
			close(file);
		if (map == MAP_FAILED)
			return NULL;
		mapped = map;
	}
	return mapped;
}

/* grows says whether so many bytes there make the file longer. */
static int
grows(int file, off_t offset, size_t size)
{
	struct stat now;

	return fstat(file, &now) == 0 && S_ISREG(now.st_mode) && offset + (off_t) size > now.st_size;
}

/* refused says whether a write has no room, and takes what room there is. */
static int
refused(int file, off_t offset, size_t size)
{
	Disk	   *d = disk();
	char		link[64];
	char		path[4096];
	ssize_t		length;

	if (d == NULL || d->full == NOTHING || size == 0)
		return 0;
	snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
	length = readlink(link, path, sizeof(path) - 1);
	if (length <= 0)
		return 0;
	path[length] = '\0';
	if (strstr(path, d->full == TABLES ? "/base/" : "/pg_wal/") == NULL || !grows(file, offset, size))
		return 0;
	if (__atomic_sub_fetch(&d->left, 1, __ATOMIC_SEQ_CST) >= 0)
		return 0;
	errno = ENOSPC;
	return 1;
}

/* vector_size is how many bytes a list of buffers has. */
static size_t
vector_size(const struct iovec *vector, int count)
{
	size_t		size = 0;

	for (int i = 0; i < count; i++)
		size += vector[i].iov_len;
	return size;
}

#define REAL(name) \
	static __typeof__(name) *real = NULL; \
	if (real == NULL) \
		real = (__typeof__(name) *) dlsym(RTLD_NEXT, #name)

/* What the server writes files with. */
ssize_t
pwrite(int file, const void *bytes, size_t size, off_t offset)
{
	REAL(pwrite);
	return refused(file, offset, size) ? -1 : real(file, bytes, size, offset);
}

ssize_t
pwrite64(int file, const void *bytes, size_t size, off64_t offset)
{
	REAL(pwrite64);
	return refused(file, offset, size) ? -1 : real(file, bytes, size, offset);
}

ssize_t
pwritev(int file, const struct iovec *vector, int count, off_t offset)
{
	REAL(pwritev);
	return refused(file, offset, vector_size(vector, count)) ? -1 : real(file, vector, count, offset);
}

ssize_t
pwritev64(int file, const struct iovec *vector, int count, off64_t offset)
{
	REAL(pwritev64);
	return refused(file, offset, vector_size(vector, count)) ? -1 : real(file, vector, count, offset);
}

ssize_t
write(int file, const void *bytes, size_t size)
{
	REAL(write);
	return refused(file, lseek(file, 0, SEEK_CUR), size) ? -1 : real(file, bytes, size);
}

int
posix_fallocate(int file, off_t offset, off_t size)
{
	REAL(posix_fallocate);
	return refused(file, offset, (size_t) size) ? ENOSPC : real(file, offset, size);
}

int
posix_fallocate64(int file, off64_t offset, off64_t size)
{
	REAL(posix_fallocate64);
	return refused(file, offset, (size_t) size) ? ENOSPC : real(file, offset, size);
}
