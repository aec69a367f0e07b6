package main

import "github.com/alecthomas/kingpin/v2"

// guardFlags are the limits that keep the server alive.
func (c *command) guardFlags(app *kingpin.Application) {
	g := &c.options.Guards
	flag := func(name, text string) *kingpin.FlagClause { return c.server(app, name, text) }

	flag("guard.disk-reserve", "Free space on the data volume, in bytes or percent, below which nothing is ingested. Below twice as much the oldest blocks are deleted. 0 turns the guard off.").
		Default(g.DiskReserve.String()).SetValue(&g.DiskReserve)
	flag("guard.query-memory", "Memory that one query may use, in bytes or percent of the memory limit. 0 is no limit.").
		Default(g.QueryMemory.String()).SetValue(&g.QueryMemory)
	flag("guard.rule-memory", "Memory that one query of a rule may use, in bytes or percent of the memory limit. 0 is no limit.").
		Default(g.RuleMemory.String()).SetValue(&g.RuleMemory)
	flag("guard.query-heap", "Live heap, in bytes or percent of the memory limit, above which the most expensive query that is not a rule's is ended. 0 turns the guard off.").
		Default(g.QueryHeap.String()).SetValue(&g.QueryHeap)
	flag("guard.series-budget", "Active series that each drop-in may have: a number, or percent of what fits into the memory limit. 0 is no limit.").
		Default(g.SeriesBudget.String()).SetValue(&g.SeriesBudget)
}
