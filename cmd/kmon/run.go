package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/livedir"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
)

const runHelp = `Run server and sidecar on this machine, on a directory of manifests. Saving a file is live in under a second.

Examples:

  kmon run --drop-ins examples/drop-ins
  kmon run --drop-ins . --data ./data --listen 127.0.0.1:9099`

// base is the server's own configuration. It scrapes itself at the address it
// listens on, so that there is something to see; everything else comes from
// drop-ins. The short intervals are for people who are looking.
const base = `# Written by kmon run at each start.
global:
  scrape_interval: 5s
  evaluation_interval: 5s
scrape_configs:
- job_name: kmon-run
  static_configs:
  - targets: [%q]
`

// runner holds the flags of kmon run.
type runner struct {
	dropIns, data, listen string
	trusted               []string
	bytes                 int64
	// cmd knows the flags as they were given.
	cmd *kingpin.CmdClause
}

func runCommand(app *kingpin.Application) command {
	r := &runner{}
	cmd := app.Command("run", runHelp)
	cmd.Flag("drop-ins", "Directory of ConfigMap manifests.").Required().ExistingDirVar(&r.dropIns)
	cmd.Flag("data", "Directory for the server's data. Default: a temporary one, removed at the end.").StringVar(&r.data)
	cmd.Flag("listen", "Address for the server's API.").Default("127.0.0.1:9090").StringVar(&r.listen)
	policyFlags(cmd, &r.trusted, &r.bytes)
	r.cmd = cmd
	return command{name: cmd.FullCommand(), run: r.run}
}

func (r *runner) run(ctx context.Context, s streams) (code int, err error) {
	said := fmt.Sprintf("data in %s", r.data)
	if r.data == "" {
		if r.data, err = os.MkdirTemp("", "kmon-"); err != nil {
			return exitCannot, err
		}
		said = fmt.Sprintf("data in %s, removed at the end (--data DIR keeps it)", r.data)
		defer func() { err = errors.Join(err, os.RemoveAll(r.data)) }()
	}
	// Apart from the data, whose path may be longer than a socket's can be.
	sockets, err := os.MkdirTemp("", "kmon-run-")
	if err != nil {
		return exitCannot, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(sockets)) }()
	socket := filepath.Join(sockets, "reload.sock")

	log := slog.New(newTerminal(s.err))
	srv, err := r.server(socket, log)
	if err != nil {
		return exitCannot, err
	}
	side, err := r.sidecar(socket, s, log)
	if err != nil {
		return exitCannot, errors.Join(err, srv.Stop())
	}
	address := "http://" + srv.Addr().String()
	fmt.Fprintf(s.out, "drop-ins from %s, %s\n", r.dropIns, said)
	fmt.Fprintf(s.out, "  %s/                              the server\n", address)
	fmt.Fprintf(s.out, "  %s/api/v1/targets                what it scrapes\n", address)
	fmt.Fprintf(s.out, "  %s/api/v1/rules                  what it evaluates\n", address)
	fmt.Fprintf(s.out, "  %s/api/v1/status/dropins         what became of each drop-in\n", address)
	fmt.Fprintln(s.out, "Save a file to change something, press Ctrl-C to end.")
	return exitFine, runBoth(ctx, srv, side)
}

// runBoth runs until ctx ends or one of both fails.
func runBoth(ctx context.Context, srv *server.Server, side *sidecar.Sidecar) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	var sideErr, srvErr error
	srv.Start()
	wg.Go(func() {
		defer cancel()
		sideErr = side.Run(ctx)
	})
	select {
	case srvErr = <-srv.Err():
	case <-ctx.Done():
	}
	cancel()
	wg.Wait()
	return errors.Join(srvErr, sideErr, srv.Stop())
}

func (r *runner) server(socket string, log *slog.Logger) (*server.Server, error) {
	config := filepath.Join(r.data, "prometheus.yml")
	if err := os.MkdirAll(r.data, 0o750); err != nil {
		return nil, err
	}
	external, err := externalURL(r.listen)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(config, fmt.Appendf(nil, base, external.Host), 0o640); err != nil {
		return nil, err
	}
	o := server.DefaultOptions()
	o.Flags = map[string]string{}
	for _, flag := range r.cmd.Model().Flags {
		o.Flags[flag.Name] = flag.Value.String()
	}
	o.ConfigFile = config
	o.TSDB.Path = filepath.Join(r.data, "prometheus")
	o.DropIns = server.DropInOptions{Dir: filepath.Join(r.data, "drop-ins"), ReloadSocket: socket}
	o.Web.ListenAddresses = []string{r.listen}
	o.Web.ExternalURL, o.Web.RoutePrefix = external, "/"
	o.Logger = log.With("component", "server")
	// Upstream registers some metrics with the default registry whatever it is
	// told, so all are there, the sidecar's too.
	o.Registerer, o.Gatherer = prometheus.DefaultRegisterer, prometheus.DefaultGatherer
	return server.New(o)
}

// externalURL is how the server calls itself in links.
func externalURL(listen string) (*url.URL, error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, fmt.Errorf("--listen: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "localhost"
	}
	return &url.URL{Scheme: "http", Host: net.JoinHostPort(host, port)}, nil
}

func (r *runner) sidecar(socket string, s streams, log *slog.Logger) (*sidecar.Sidecar, error) {
	dir, err := livedir.Open(filepath.Join(r.data, "drop-ins"))
	if err != nil {
		return nil, err
	}
	reload, err := sidecar.NewHTTPReloader("unix://" + socket)
	if err != nil {
		return nil, err
	}
	p := &printer{out: s.out}
	source := sidecar.NewDirectory(r.dropIns, p.file)
	p.locate = source.Locate
	opts := sidecar.DefaultOptions()
	opts.Logger, opts.Registerer = log, prometheus.DefaultRegisterer
	opts.Policy = dropin.Policy{Trusted: split(r.trusted), MaxBytes: int(r.bytes)}
	opts.Sources = []sidecar.Source{source}
	opts.Kinds = append(opts.Kinds, dropin.KindDashboard) // the server's pages draw them
	opts.Reporters = []sidecar.Reporter{p}
	opts.WriteStatus = dir.WriteStatus
	sink := sidecar.NewDirSink(dir, reload, opts.Logger, opts.Registerer)
	opts.Sink, opts.Restored = sink, sink.Restored()
	return sidecar.New(opts)
}
