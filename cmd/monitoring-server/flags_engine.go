package main

import (
	"strconv"

	"github.com/alecthomas/kingpin/v2"
)

// engineFlags are those of queries, rules, alerts and scrapes.
func (c *command) engineFlags(app *kingpin.Application) {
	o := &c.options
	flag := func(name, text string) *kingpin.FlagClause { return c.server(app, name, text) }

	duration(flag("query.lookback-delta", "The maximum lookback duration for retrieving metrics during expression evaluations and federation."), &o.Query.LookbackDelta)
	duration(flag("query.timeout", "Maximum time a query may take before being aborted."), &o.Query.Timeout)
	flag("query.max-concurrency", "Maximum number of queries executed concurrently.").
		Default("20").IntVar(&o.Query.MaxConcurrency)
	flag("query.max-samples", "Maximum number of samples a single query can load into memory, and so also return.").
		Default("50000000").IntVar(&o.Query.MaxSamples)

	duration(flag("rules.alert.for-outage-tolerance", `Max time to tolerate an outage of the server for restoring "for" state of alert.`), &o.Rules.OutageTolerance)
	duration(flag("rules.alert.for-grace-period", `Minimum duration between alert and restored "for" state, for alerts whose "for" is longer than that.`), &o.Rules.GracePeriod)
	duration(flag("rules.alert.resend-delay", "Minimum amount of time to wait before resending an alert to Alertmanager."), &o.Rules.ResendDelay)
	flag("rules.max-concurrent-evals", "Global limit of independent rules that run concurrently, with the concurrent-rule-eval feature.").
		Default("4").Int64Var(&o.Rules.MaxConcurrentEvals)

	flag("alertmanager.notification-queue-capacity", "The capacity of the queue for pending Alertmanager notifications.").
		Default("10000").IntVar(&o.Alerts.QueueCapacity)
	flag("alertmanager.notification-batch-size", "The maximum number of notifications per batch to send to the Alertmanager.").
		Default(strconv.Itoa(o.Alerts.BatchSize)).IntVar(&o.Alerts.BatchSize)
	flag("alertmanager.drain-notification-queue-on-shutdown", "Send any outstanding Alertmanager notifications when shutting down.").
		Default("true").BoolVar(&o.Alerts.DrainOnShutdown)

	flag("rules.query-url", "Where rules ask instead of the server's own storage, such as Thanos' querier. For servers that have only some of the samples, as with --scrape.shards.").
		PlaceHolder("<URL>").URLVar(&o.Rules.QueryURL)
	app.Flag("scrape.shards", "Number of servers that share the targets among them.").
		Default(strconv.FormatUint(o.Scrape.Shard.Of, 10)).Uint64Var(&o.Scrape.Shard.Of)
	app.Flag("scrape.shard", "Which of --scrape.shards this server is, counted from 0.").Default("0").Uint64Var(&o.Scrape.Shard.Index)

	duration(app.Flag("scrape.discovery-reload-interval", "Interval used by scrape manager to throttle target groups updates.").Hidden(), &o.Scrape.DiscoveryReloadInterval)
	app.Flag("scrape.adjust-timestamps", "Adjust scrape timestamps by up to --scrape.timestamp-tolerance to align them to the intended schedule. Experimental.").
		Hidden().Default("true").BoolVar(&o.Scrape.AdjustTimestamps)
	app.Flag("scrape.timestamp-tolerance", "Timestamp tolerance. Experimental.").
		Hidden().Default(o.Scrape.TimestampTolerance.String()).DurationVar(&o.Scrape.TimestampTolerance)
	app.Flag("scrape.keep-dropped-targets", "How many dropped targets each job keeps for the API, unless its configuration or the global section says otherwise. 0 means no limit, as in Prometheus.").
		Default(strconv.FormatUint(uint64(o.Scrape.KeepDroppedTargets), 10)).UintVar(&o.Scrape.KeepDroppedTargets)
}
