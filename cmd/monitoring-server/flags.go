package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	promslogflag "github.com/prometheus/common/promslog/flag"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server"
)

// errHelped says that --help or --version was asked for and answered.
var errHelped = errors.New("helped")

const help = `A Prometheus server that takes scrape jobs and rules as drop-ins.

Flags, configuration file, HTTP API and data directory are those of Prometheus.

Examples:

  As Prometheus:
    monitoring-server --config.file=prometheus.yml --storage.tsdb.path=data/

  With drop-ins, which a config-sidecar publishes and announces:
    monitoring-server --config.file=prometheus.yml --drop-ins.dir=/data/drop-ins \
      --drop-ins.reload-socket=/run/kube-monitoring-stack/reload.sock

  As an agent that only scrapes and forwards:
    monitoring-server --agent --config.file=agent.yml --storage.agent.path=data-agent/`

// command is what the command line asks for.
type command struct {
	options server.Options
	limits  limits
	log     promslog.Config

	features    []string
	externalURL string
	corsOrigin  string
	serverOnly  []string // flags given that agent mode has no use for
	agentOnly   []string
}

// newApp declares all flags. Their names, defaults and meaning are Prometheus';
// docs/server-flags.md lists where they differ, and a test compares the two.
func newApp(out io.Writer) (*kingpin.Application, *command) {
	c := &command{options: server.DefaultOptions()}
	app := kingpin.New("monitoring-server", help).UsageWriter(out).ErrorWriter(out)
	app.Version(versionText())
	app.HelpFlag.Short('h')
	o := &c.options

	app.Flag("config.file", "Prometheus configuration file path.").
		Default(o.ConfigFile).StringVar(&o.ConfigFile)
	app.Flag("config.auto-reload", "Reload when the configuration file, or a file it names, changes.").
		Default("false").BoolVar(&o.AutoReload)
	duration(app.Flag("config.auto-reload-interval", "How often --config.auto-reload looks for changes."), &o.AutoReloadInterval)
	app.Flag("agent", "Run in agent mode: scrape and forward, without queries and rules.").BoolVar(&o.Agent)
	app.Flag("drop-ins.dir", "Live directory of drop-ins, as config-sidecar publishes it. Empty means no drop-ins.").
		PlaceHolder("<path>").StringVar(&o.DropIns.Dir)
	app.Flag("drop-ins.reload-socket", "Unix socket to serve /-/reload and /-/ready on, for config-sidecar.").
		PlaceHolder("<path>").StringVar(&o.DropIns.ReloadSocket)
	app.Flag("enable-feature", "Comma separated feature names to enable: "+strings.Join(featureNames(), ", ")+".").
		StringsVar(&c.features)

	c.limits.flags(app)
	c.webFlags(app)
	c.storageFlags(app)
	c.engineFlags(app)
	c.guardFlags(app)
	promslogflag.AddFlags(app, &c.log)
	notOffered(app)
	return app, c
}

// parse reads the command line. Whatever it cannot do is an error that says so.
func parse(args []string, out io.Writer) (*command, error) {
	app, c := newApp(out)
	helped := false
	app.Terminate(func(int) { helped = true })
	_, err := app.Parse(args)
	if helped {
		return nil, errHelped
	}
	if err != nil {
		return nil, fmt.Errorf("%w, try --help", err)
	}
	if err := c.finish(); err != nil {
		return nil, err
	}
	c.options.Flags = shown(app)
	c.options.Registerer, c.options.Gatherer = prometheus.DefaultRegisterer, prometheus.DefaultGatherer
	return c, nil
}

// finish checks what one flag alone cannot know.
func (c *command) finish() error {
	o := &c.options
	switch {
	case o.Agent && len(c.serverOnly) > 0:
		return fmt.Errorf("the following flag(s) can not be used in agent mode: %q", c.serverOnly)
	case !o.Agent && len(c.agentOnly) > 0:
		return fmt.Errorf("the following flag(s) can only be used in agent mode: %q", c.agentOnly)
	case len(o.Web.RemoteWriteMessages) == 0:
		return errors.New("--web.remote-write-receiver.accepted-protobuf-messages needs at least one message")
	}
	for _, list := range c.features {
		for name := range strings.SplitSeq(list, ",") {
			if err := enable(o, name); err != nil {
				return err
			}
		}
	}
	if err := c.finishWeb(); err != nil {
		return err
	}
	return c.limits.validate()
}

// logger returns the process' logger and tells the server where its level is.
func (c *command) logger(w io.Writer) *slog.Logger {
	c.log.Writer = w
	l := promslog.New(&c.log)
	slog.SetDefault(l) // for libraries that log without being given a logger
	c.options.Logger, c.options.LogLevel = l, c.log.Level
	return l
}

// server declares a flag that agent mode has no use for.
func (c *command) server(app *kingpin.Application, name, text string) *kingpin.FlagClause {
	return app.Flag(name, text+" Use with server mode only.").PreAction(func(*kingpin.ParseContext) error {
		c.serverOnly = append(c.serverOnly, "--"+name)
		return nil
	})
}

// agent declares a flag of agent mode.
func (c *command) agent(app *kingpin.Application, name, text string) *kingpin.FlagClause {
	return app.Flag(name, text+" Use with agent mode only.").PreAction(func(*kingpin.ParseContext) error {
		c.agentOnly = append(c.agentOnly, "--"+name)
		return nil
	})
}

// durationValue reads Prometheus' durations, "15d", which Go's do not know.
type durationValue struct{ d *time.Duration }

func (v durationValue) String() string { return model.Duration(*v.d).String() }

func (v durationValue) Set(s string) error {
	d, err := model.ParseDuration(s)
	if err != nil {
		return err
	}
	*v.d = time.Duration(d)
	return nil
}

// duration makes f a duration whose default is what d holds.
func duration(f *kingpin.FlagClause, d *time.Duration) {
	if *d != 0 {
		f = f.Default(model.Duration(*d).String())
	}
	f.SetValue(durationValue{d})
}

// shown are the flags for /api/v1/status/flags, without those every kingpin
// program has.
func shown(app *kingpin.Application) map[string]string {
	every := kingpin.New("", "").Version("")
	m := map[string]string{}
	for _, f := range app.Model().Flags {
		if every.GetFlag(f.Name) == nil && !isNotOffered(f.Name) {
			m[f.Name] = f.Value.String()
		}
	}
	return m
}
