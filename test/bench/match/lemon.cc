/*
 * lemon.cc
 *		Times LEMON on the same instances:  lemon simplex|scaling INSTANCE
 *
 * Edges from tasks to workers carry no bound for network simplex, which makes it
 * faster: a task's supply of 1 bounds them already.  Cost scaling needs one.
 */
#include <climits>
#include <ctime>
#include <utility>
#include <vector>

#include <lemon/cost_scaling.h>
#include <lemon/network_simplex.h>
#include <lemon/static_graph.h>

#include "instance.h"

typedef lemon::StaticDigraph Graph;

static double
processor_seconds()
{
	timespec	t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

template <typename Algorithm> static void
run(const Graph &graph, const Graph::ArcMap<long long> &cost, const Graph::ArcMap<int> &upper, const Graph::NodeMap<int> &supply)
{
	double		before = processor_seconds();
	Algorithm	algorithm(graph);
	bool		is_optimal = algorithm.costMap(cost).upperMap(upper).supplyMap(supply).run() == Algorithm::OPTIMAL;
	long long	total = algorithm.template totalCost<long long>();

	printf("%lld %.3f %s\n", total, processor_seconds() - before, is_optimal ? "optimal" : "failed");
}

int
main(int argc, char **argv)
{
	Instance	instance;
	Graph		graph;
	std::vector<std::pair<int, int>> arcs;
	std::vector<long long> costs;

	if (argc != 3 || !make_instance(&instance, argv[2]))
		return 2;
	bool		is_scaling = strcmp(argv[1], "scaling") == 0;
	int			sink = instance.tasks + instance.workers;

	for (int t = 0; t < instance.tasks; t++)
	{
		for (int64_t i = instance.first[t]; i < instance.first[t + 1]; i++)
		{
			arcs.push_back(std::make_pair(t, instance.tasks + instance.worker[i]));
			costs.push_back(instance.cost[i]);
		}
		if (instance.outside)
		{
			arcs.push_back(std::make_pair(t, sink));
			costs.push_back(instance.outside[t]);
		}
	}
	for (int w = 0; w < instance.workers; w++)
	{
		arcs.push_back(std::make_pair(instance.tasks + w, sink));
		costs.push_back(0);
	}
	graph.build(sink + 1, arcs.begin(), arcs.end());

	Graph::ArcMap<long long> cost(graph);
	Graph::ArcMap<int> upper(graph, is_scaling ? 1 : INT_MAX);
	Graph::NodeMap<int> supply(graph, 0);

	for (size_t i = 0; i < arcs.size(); i++)
		cost[graph.arc(i)] = costs[i];
	for (int w = 0; w < instance.workers; w++)
		upper[graph.arc(arcs.size() - instance.workers + w)] = instance.capacity[w];
	for (int t = 0; t < instance.tasks; t++)
		supply[graph.node(t)] = 1;
	supply[graph.node(sink)] = -instance.tasks;
	if (is_scaling)
		run<lemon::CostScaling<Graph, int, long long>>(graph, cost, upper, supply);
	else
		run<lemon::NetworkSimplex<Graph, int, long long>>(graph, cost, upper, supply);
	return 0;
}
