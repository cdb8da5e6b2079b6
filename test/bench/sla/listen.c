/*
 * listen: how late alerts are.  Listens for assure_alert, reads what is new, and
 * prints how many milliseconds after its moment each alert could be read; ends
 * after so many, or so many seconds.
 *
 *	listen CONNINFO ALERTS SECONDS
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <libpq-fe.h>

/* give_up ends with what the server said. */
static void
give_up(PGconn *connection)
{
	fprintf(stderr, "listen: %s", PQerrorMessage(connection));
	exit(1);
}

/* query runs a statement. */
static PGresult *
query(PGconn *connection, const char *sql)
{
	PGresult   *result = PQexec(connection, sql);

	if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
		give_up(connection);
	return result;
}

/* show prints the alerts after the last one and returns how many. */
static int
show(PGconn *connection, char last[32])
{
	char		sql[400];
	PGresult   *result;
	int			count;

	snprintf(sql, sizeof(sql), "SELECT alert_id, round(extract(epoch FROM clock_timestamp() - due_at) * 1000), "
			 "round(extract(epoch FROM raised_at - due_at) * 1000) FROM assure.alert WHERE alert_id > %s ORDER BY alert_id", last);
	result = query(connection, sql);
	count = PQntuples(result);
	for (int i = 0; i < count; i++)
		printf("%s %s\n", PQgetvalue(result, i, 1), PQgetvalue(result, i, 2));
	if (count > 0)
		snprintf(last, 32, "%s", PQgetvalue(result, count - 1, 0));
	PQclear(result);
	return count;
}

/* main waits for notifications. */
int
main(int argc, char **argv)
{
	PGconn	   *connection;
	PGresult   *result;
	char		last[32];
	int			wanted;
	time_t		until;

	if (argc != 4)
		return 2;
	connection = PQconnectdb(argv[1]);
	if (PQstatus(connection) != CONNECTION_OK)
		give_up(connection);
	wanted = atoi(argv[2]);
	until = time(NULL) + atoi(argv[3]);
	PQclear(query(connection, "LISTEN assure_alert"));
	result = query(connection, "SELECT coalesce(max(alert_id), 0) FROM assure.alert");
	snprintf(last, sizeof(last), "%s", PQgetvalue(result, 0, 0));
	PQclear(result);
	fprintf(stderr, "ready\n");
	while (wanted > 0 && time(NULL) < until)
	{
		struct pollfd ready = {.fd = PQsocket(connection), .events = POLLIN};
		PGnotify   *notify;
		int			heard = 0;

		(void) poll(&ready, 1, 1000);
		if (!PQconsumeInput(connection))
			give_up(connection);
		for (; (notify = PQnotifies(connection)) != NULL; heard++)
			PQfreemem(notify);
		if (heard > 0)
			wanted -= show(connection, last);
	}
	PQfinish(connection);
	return 0;
}
