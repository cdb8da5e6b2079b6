/*
 * instance.h
 *		Instances of matching problems, drawn from a seed: for C and C++.
 *
 * easy: edges drawn evenly.  Hard, the realistic ones: ten provinces, workers who
 * differ in skill so that all want the good ones, nine edges in ten within the
 * province.  Shortage: some workers removed, an outside option for each task.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Instance
{
	int32_t		tasks;
	int32_t		workers;
	int64_t    *first;			/* of each task's edges */
	int32_t    *worker;
	int64_t    *cost;
	int32_t    *capacity;
	int64_t    *outside;		/* NULL: none */
} Instance;

typedef struct Drawn
{
	int32_t		worker;
	int64_t		cost;
} Drawn;

#define PROVINCES 10
static const uint32_t province_share[PROVINCES] = {39, 22, 14, 12, 4, 3, 2, 2, 1, 1};
static uint64_t random_state;

/* next is splitmix64. */
static uint64_t
next_random(void)
{
	uint64_t	z = (random_state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint32_t
below(uint32_t bound)
{
	return (uint32_t) (((next_random() >> 32) * bound) >> 32);
}

static int
compare_drawn(const void *a, const void *b)
{
	return ((const Drawn *) a)->worker - ((const Drawn *) b)->worker;
}

static int
draw_province(void)
{
	uint32_t	x = below(100);
	int			p = 0;

	while (x >= province_share[p])
		x -= province_share[p++];
	return p;
}

/* The workers of the hard instances. */
typedef struct Staff
{
	int		   *province;
	int32_t    *skill_cost;
	int32_t    *members[PROVINCES];
	int			count[PROVINCES];
} Staff;

static void
allocate(Instance *instance, int tasks, int workers, int degree)
{
	instance->tasks = tasks;
	instance->workers = workers;
	instance->first = (int64_t *) malloc(sizeof(int64_t) * (tasks + 1));
	instance->worker = (int32_t *) malloc(sizeof(int32_t) * (size_t) tasks * degree);
	instance->cost = (int64_t *) malloc(sizeof(int64_t) * (size_t) tasks * degree);
	instance->capacity = (int32_t *) malloc(sizeof(int32_t) * workers);
	instance->outside = NULL;
}

/* Draws degree different workers for each task; staff is NULL for the easy ones. */
static void
draw_edges(Instance *instance, int degree, uint32_t costs, const Staff *staff)
{
	Drawn	   *drawn = (Drawn *) malloc(sizeof(Drawn) * degree);
	char	   *seen = (char *) calloc(instance->workers, 1);
	int64_t		at = 0;

	for (int t = 0; t < instance->tasks; t++)
	{
		int			province = staff ? draw_province() : 0;

		instance->first[t] = at;
		for (int d = 0; d < degree; d++)
		{
			int32_t		w;
			int			tries = 0;

			do
				w = staff && below(100) < 90 && staff->count[province] > 0 && tries++ < 200
					? staff->members[province][below(staff->count[province])] : (int32_t) below(instance->workers);
			while (seen[w]);
			seen[w] = 1;
			drawn[d].worker = w;
			drawn[d].cost = 1 + (staff ? staff->skill_cost[w] + below(30000) + (staff->province[w] != province ? 10000 : 0) : below(costs));
		}
		qsort(drawn, degree, sizeof(Drawn), compare_drawn);
		for (int d = 0; d < degree; d++)
		{
			seen[drawn[d].worker] = 0;
			instance->worker[at] = drawn[d].worker;
			instance->cost[at++] = drawn[d].cost;
		}
	}
	instance->first[instance->tasks] = at;
	free(drawn);
	free(seen);
}

static void
make_easy(Instance *instance, int tasks, int workers, int capacity, int degree, uint32_t costs)
{
	random_state = 42;
	allocate(instance, tasks, workers, degree);
	for (int w = 0; w < workers; w++)
		instance->capacity[w] = capacity;
	draw_edges(instance, degree, costs, NULL);
}

static void
make_hard(Instance *instance, int tasks, int workers, int load_percent, int degree)
{
	Staff		staff;
	int64_t		wanted = (int64_t) tasks * 100 / load_percent;
	int64_t		raw = 0;
	int64_t		sum = 0;

	random_state = 42;
	memset(&staff, 0, sizeof(staff));
	allocate(instance, tasks, workers, degree);
	staff.province = (int *) malloc(sizeof(int) * workers);
	staff.skill_cost = (int32_t *) malloc(sizeof(int32_t) * workers);
	for (int p = 0; p < PROVINCES; p++)
		staff.members[p] = (int32_t *) malloc(sizeof(int32_t) * workers);
	for (int w = 0; w < workers; w++)
	{
		int			p = staff.province[w] = draw_province();

		instance->capacity[w] = 5 + below(46);
		staff.skill_cost[w] = below(60001);
		staff.members[p][staff.count[p]++] = w;
		raw += instance->capacity[w];
	}
	for (int w = 0; w < workers; w++)
	{
		int64_t		scaled = instance->capacity[w] * wanted / raw;

		instance->capacity[w] = scaled < 1 ? 1 : (int32_t) scaled;
		sum += instance->capacity[w];
	}
	for (int w = 0; sum < wanted; w = (w + 1) % workers, sum++)
		instance->capacity[w]++;
	draw_edges(instance, degree, 0, &staff);
}

/* Takes percent of the workers away, with their edges. */
static void
make_shortage(Instance *instance, int percent, int64_t outside)
{
	int64_t		at = 0;

	for (int i = 0; i < instance->workers * percent / 100; i++)
	{
		int			w = below(instance->workers);

		while (instance->capacity[w] == 0)
			w = (w + 1) % instance->workers;
		instance->capacity[w] = 0;
	}
	for (int t = 0; t < instance->tasks; t++)
	{
		int64_t		from = instance->first[t];

		instance->first[t] = at;
		for (int64_t i = from; i < instance->first[t + 1]; i++)
			if (instance->capacity[instance->worker[i]] > 0)
			{
				instance->worker[at] = instance->worker[i];
				instance->cost[at++] = instance->cost[i];
			}
	}
	instance->first[instance->tasks] = at;
	instance->outside = (int64_t *) malloc(sizeof(int64_t) * instance->tasks);
	for (int t = 0; t < instance->tasks; t++)
		instance->outside[t] = outside;
}

static int
make_instance(Instance *instance, const char *name)
{
	if (strcmp(name, "easy-10k") == 0)
		make_easy(instance, 10000, 500, 25, 30, 100000);
	else if (strcmp(name, "easy-100k") == 0)
		make_easy(instance, 100000, 5000, 25, 30, 100000);
	else if (strcmp(name, "easy-300k") == 0)
		make_easy(instance, 300000, 10000, 40, 30, 100000);
	else if (strcmp(name, "tight-100k") == 0)
		make_easy(instance, 100000, 5000, 20, 30, 100000);
	else if (strcmp(name, "hard-10k-95") == 0)
		make_hard(instance, 10000, 500, 95, 30);
	else if (strcmp(name, "hard-100k-80") == 0)
		make_hard(instance, 100000, 5000, 80, 30);
	else if (strcmp(name, "hard-100k-97") == 0)
		make_hard(instance, 100000, 5000, 97, 30);
	else if (strcmp(name, "hard-300k-95") == 0)
		make_hard(instance, 300000, 10000, 95, 30);
	else if (strcmp(name, "short-10k") == 0)
	{
		make_hard(instance, 10000, 500, 95, 30);
		make_shortage(instance, 8, 150000);
	}
	else if (strcmp(name, "short-100k") == 0)
	{
		make_hard(instance, 100000, 5000, 97, 30);
		make_shortage(instance, 8, 150000);
	}
	else
		return 0;
	return 1;
}
