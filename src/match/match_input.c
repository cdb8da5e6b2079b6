/*-------------------------------------------------------------------------
 *
 * match_input.c
 *		Reads a matching problem from the caller's statements.
 *
 * They run in read-only cursors, with the caller's rights and settings, some
 * thousand rows at a time.  Their columns are found by name and may be of any
 * integer type.  Everything is checked here, so that the solver can trust what
 * it gets.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "executor/spi.h"
#include "miscadmin.h"
#include "storage/shmem.h"
#include "utils/memutils.h"

#include "core/guc.h"
#include "match/match_input.h"

#define ROWS_AT_ONCE	10000
#define COLUMNS_MAX		3

/* Numbers of tasks and workers, by id. */
typedef struct IdEntry
{
	int64		id;
	int32		number;
	char		status;
} IdEntry;

#define SH_PREFIX id_map
#define SH_ELEMENT_TYPE IdEntry
#define SH_KEY_TYPE int64
#define SH_KEY id
#define SH_HASH_KEY(table, key) hash_combine(murmurhash32((uint32) ((uint64) (key) >> 32)), murmurhash32((uint32) (key)))
#define SH_EQUAL(table, a, b) ((a) == (b))
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* An edge as it was read. */
typedef struct ReadEdge
{
	int32		task;
	int32		worker;
	int64		cost;
} ReadEdge;

typedef struct Reader
{
	MatchInput *input;
	id_map_hash *tasks;
	id_map_hash *workers;
	bool		has_tasks;		/* tasks_sql names all tasks */
	int64		task_capacity;	/* of the arrays */
	int64		worker_capacity;
	int64	   *outside;
	int32	   *capacities;
	ReadEdge   *edges;
	int64		edge_count;
	int64		edge_capacity;
} Reader;

/* One statement: its name among the arguments, its columns, who takes a row. */
typedef struct Statement
{
	const char *argument;
	const char *columns[COLUMNS_MAX + 1];
	void		(*take) (Reader *reader, const int64 *values);
} Statement;

/*
 * grow makes room for one more element, within assure.match_memory.
 */
static void *
grow(void *array, int64 count, int64 *capacity, Size size)
{
	Size		bytes;

	if (array != NULL && count < *capacity)
		return array;
	*capacity = Max(*capacity * 2, 1024);
	bytes = mul_size(size, (Size) *capacity);
	if (bytes / 1024 > (Size) guc_match_memory_kb)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("matching problem needs more memory than assure.match_memory allows"),
				 errdetail("One list alone takes %zu kB, the limit is %d kB.", bytes / 1024, guc_match_memory_kb),
				 errhint("Raise assure.match_memory, or hand in fewer edges: the best of each task.")));
	return array == NULL ? MemoryContextAllocHuge(CurrentMemoryContext, bytes) : repalloc_huge(array, bytes);
}

/*
 * number_of_new gives the next number to an id, or refuses one that has one.
 */
static int32
number_of_new(id_map_hash *map, int64 id, const char *column, const char *argument)
{
	bool		found;
	IdEntry    *entry = id_map_insert(map, id, &found);

	if (found)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("%s: %s " INT64_FORMAT " stands in two rows", argument, column, id)));
	entry->number = (int32) map->members - 1;
	return entry->number;
}

/*
 * take_worker adds a worker.
 */
static void
take_worker(Reader *reader, const int64 *values)
{
	MatchInput *input = reader->input;
	int64		capacity = reader->worker_capacity;
	int32		number = number_of_new(reader->workers, values[0], "worker_id", "workers_sql");

	if (values[1] < 0 || values[1] > PG_INT32_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("workers_sql: capacity " INT64_FORMAT " of worker " INT64_FORMAT " is not between 0 and %d",
						values[1], values[0], PG_INT32_MAX)));
	input->worker_ids = grow(input->worker_ids, number, &reader->worker_capacity, sizeof(int64));
	reader->capacities = grow(reader->capacities, number, &capacity, sizeof(int32));
	input->worker_ids[number] = values[0];
	reader->capacities[number] = (int32) values[1];
}

/*
 * add_task keeps the id of a task with the next number.
 */
static void
add_task(Reader *reader, int32 number, int64 id)
{
	reader->input->task_ids = grow(reader->input->task_ids, number, &reader->task_capacity, sizeof(int64));
	reader->input->task_ids[number] = id;
}

/*
 * take_task adds a task with its outside option.
 */
static void
take_task(Reader *reader, const int64 *values)
{
	int64		capacity = reader->task_capacity;
	int32		number = number_of_new(reader->tasks, values[0], "task_id", "tasks_sql");

	reader->outside = grow(reader->outside, number, &capacity, sizeof(int64));
	add_task(reader, number, values[0]);
	reader->outside[number] = values[1];
}

/*
 * task_number finds the task of an edge; one that is new is added where no
 * statement names them all.
 */
static int32
task_number(Reader *reader, int64 id)
{
	bool		found;
	IdEntry    *entry = id_map_lookup(reader->tasks, id);

	if (entry != NULL)
		return entry->number;
	if (reader->has_tasks)
		ereport(ERROR,
				(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
				 errmsg("edges_sql: task_id " INT64_FORMAT " is not in tasks_sql", id),
				 errhint("tasks_sql lists every task with its outside option.")));
	entry = id_map_insert(reader->tasks, id, &found);
	if (!found)
	{
		entry->number = (int32) reader->tasks->members - 1;
		add_task(reader, entry->number, id);
	}
	return entry->number;
}

/*
 * worker_number finds the worker of an edge.
 */
static int32
worker_number(Reader *reader, int64 id)
{
	IdEntry    *entry = id_map_lookup(reader->workers, id);

	if (entry != NULL)
		return entry->number;
	ereport(ERROR,
			(errcode(ERRCODE_FOREIGN_KEY_VIOLATION),
			 errmsg("edges_sql: worker_id " INT64_FORMAT " is not in workers_sql", id)));
}

/*
 * take_edge adds an edge.
 */
static void
take_edge(Reader *reader, const int64 *values)
{
	int32		worker = worker_number(reader, values[1]);
	ReadEdge   *edge;

	reader->edges = grow(reader->edges, reader->edge_count, &reader->edge_capacity, sizeof(ReadEdge));
	edge = &reader->edges[reader->edge_count++];
	edge->worker = worker;
	edge->task = task_number(reader, values[0]);
	edge->cost = values[2];
}

static const Statement workers_statement = {"workers_sql", {"worker_id", "capacity", NULL}, take_worker};
static const Statement tasks_statement = {"tasks_sql", {"task_id", "outside", NULL}, take_task};
static const Statement edges_statement = {"edges_sql", {"task_id", "worker_id", "cost", NULL}, take_edge};

/*
 * find_columns finds the columns of a statement by name.
 */
static int
find_columns(const Statement *statement, TupleDesc descriptor, int *numbers, Oid *types)
{
	int			count = 0;

	for (; statement->columns[count] != NULL; count++)
	{
		numbers[count] = SPI_fnumber(descriptor, statement->columns[count]);
		if (numbers[count] <= 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("%s: column \"%s\" is missing", statement->argument, statement->columns[count])));
		types[count] = SPI_gettypeid(descriptor, numbers[count]);
		if (types[count] != INT8OID && types[count] != INT4OID && types[count] != INT2OID)
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("%s: column \"%s\" is of type %s, not bigint", statement->argument, statement->columns[count],
							SPI_gettype(descriptor, numbers[count])),
					 errhint("Cast it: %s::bigint.", statement->columns[count])));
	}
	return count;
}

/*
 * read_value returns an integer of a row.
 */
static int64
read_value(const Statement *statement, int column, HeapTuple row, TupleDesc descriptor, int number, Oid type)
{
	bool		isnull;
	Datum		value = SPI_getbinval(row, descriptor, number, &isnull);

	if (isnull)
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s: %s is NULL in a row", statement->argument, statement->columns[column])));
	if (type == INT8OID)
		return DatumGetInt64(value);
	return type == INT4OID ? DatumGetInt32(value) : DatumGetInt16(value);
}

/*
 * take_rows hands the rows that were fetched to who takes them.
 */
static void
take_rows(Reader *reader, const Statement *statement)
{
	TupleDesc	descriptor = SPI_tuptable->tupdesc;
	int			numbers[COLUMNS_MAX];
	Oid			types[COLUMNS_MAX];
	int			columns = find_columns(statement, descriptor, numbers, types);

	for (uint64 i = 0; i < SPI_processed; i++)
	{
		int64		values[COLUMNS_MAX];

		for (int c = 0; c < columns; c++)
			values[c] = read_value(statement, c, SPI_tuptable->vals[i], descriptor, numbers[c], types[c]);
		statement->take(reader, values);
	}
}

/*
 * read_statement runs a statement and takes its rows.  What they become lives in
 * the caller's context, not in SPI's.
 */
static void
read_statement(Reader *reader, const Statement *statement, const char *sql)
{
	SPIPlanPtr	plan = SPI_prepare(sql, 0, NULL);
	Portal		portal;
	uint64		rows;

	if (plan == NULL || !SPI_is_cursor_plan(plan))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s is not a single query that returns rows", statement->argument)));
	portal = SPI_cursor_open(NULL, plan, NULL, NULL, true);
	do
	{
		CHECK_FOR_INTERRUPTS();
		SPI_cursor_fetch(portal, true, ROWS_AT_ONCE);
		rows = SPI_processed;
		take_rows(reader, statement);
		SPI_freetuptable(SPI_tuptable);
	} while (rows == ROWS_AT_ONCE);
	SPI_cursor_close(portal);
	SPI_freeplan(plan);
}

/*
 * sort_edges puts the edges of each task together, and refuses one that comes
 * twice.
 */
static void
sort_edges(Reader *reader)
{
	MatchProblem *problem = &reader->input->problem;
	Size		edges = (Size) Max(reader->edge_count, 1);
	int64	   *first = MemoryContextAllocHuge(CurrentMemoryContext, mul_size(sizeof(int64), (Size) problem->task_count + 2));
	int32	   *workers = MemoryContextAllocHuge(CurrentMemoryContext, mul_size(sizeof(int32), edges));
	int64	   *costs = MemoryContextAllocHuge(CurrentMemoryContext, mul_size(sizeof(int64), edges));
	int32	   *last_task = palloc_extended(mul_size(sizeof(int32), (Size) problem->worker_count + 1), MCXT_ALLOC_HUGE);

	memset(first, 0, sizeof(int64) * ((Size) problem->task_count + 2));
	for (int64 i = 0; i < reader->edge_count; i++)
		first[reader->edges[i].task + 2]++;
	for (int32 t = 0; t < problem->task_count; t++)
		first[t + 2] += first[t + 1];

	/* first[t + 1] walks from the beginning of t to its end, which is that of t + 1. */
	for (int64 i = 0; i < reader->edge_count; i++)
	{
		int64		at = first[reader->edges[i].task + 1]++;

		workers[at] = reader->edges[i].worker;
		costs[at] = reader->edges[i].cost;
	}
	for (int32 w = 0; w < problem->worker_count; w++)
		last_task[w] = -1;
	for (int32 t = 0; t < problem->task_count; t++)
		for (int64 i = first[t]; i < first[t + 1]; i++)
		{
			if (last_task[workers[i]] == t)
				ereport(ERROR,
						(errcode(ERRCODE_UNIQUE_VIOLATION),
						 errmsg("edges_sql: task_id " INT64_FORMAT " and worker_id " INT64_FORMAT " stand in two rows",
								reader->input->task_ids[t], reader->input->worker_ids[workers[i]])));
			last_task[workers[i]] = t;
		}
	problem->first_edge = first;
	problem->edge_worker = workers;
	problem->edge_cost = costs;
	pfree(last_task);
	if (reader->edges != NULL)
		pfree(reader->edges);
}

/*
 * check_memory refuses a problem that the solver cannot hold.
 */
static void
check_memory(const MatchProblem *problem)
{
	Size		bytes = add_size(match_solve_bytes(problem),
								 mul_size(sizeof(int32) + sizeof(int64), (Size) problem->first_edge[problem->task_count]));

	if (bytes / 1024 > (Size) guc_match_memory_kb)
		ereport(ERROR,
				(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
				 errmsg("matching problem needs more memory than assure.match_memory allows"),
				 errdetail("%d tasks, %d workers and " INT64_FORMAT " edges need %zu kB, the limit is %d kB.",
						   problem->task_count, problem->worker_count, problem->first_edge[problem->task_count],
						   bytes / 1024, guc_match_memory_kb),
				 errhint("Raise assure.match_memory, or hand in fewer edges: the best of each task.")));
}

/*
 * match_input_read reads workers, then tasks, then the edges between them.
 */
void
match_input_read(MatchInput *input, const char *edges_sql, const char *workers_sql, const char *tasks_sql)
{
	Reader		reader = {.input = input, .has_tasks = tasks_sql != NULL};

	memset(input, 0, sizeof(*input));
	reader.tasks = id_map_create(CurrentMemoryContext, 1024, NULL);
	reader.workers = id_map_create(CurrentMemoryContext, 1024, NULL);
	read_statement(&reader, &workers_statement, workers_sql);
	if (tasks_sql != NULL)
		read_statement(&reader, &tasks_statement, tasks_sql);
	read_statement(&reader, &edges_statement, edges_sql);
	input->problem.task_count = (int32) reader.tasks->members;
	input->problem.worker_count = (int32) reader.workers->members;
	input->problem.capacity = reader.capacities;
	input->problem.outside = reader.outside;
	if (tasks_sql != NULL && reader.outside == NULL)
		input->problem.outside = palloc(sizeof(int64));
	sort_edges(&reader);
	check_memory(&input->problem);
	id_map_destroy(reader.tasks);
	id_map_destroy(reader.workers);
}
