package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	"github.com/prometheus/common/promslog"
	"github.com/prometheus/common/promslog/flag"
	"github.com/prometheus/common/version"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// errHelp says that help or the version was printed and nothing else is to do.
var errHelp = errors.New("help was asked for")

const help = `Watches labeled ConfigMaps, publishes those that are good, and reloads its neighbour.

A ConfigMap with the label kube-monitoring-stack.io/drop-in is a drop-in. Its value says what each of the keys
holds: scrape (a Prometheus scrape_configs file) and rules for the server, alertmanager (a fragment of alertmanager.yml)
for Alertmanager, dashboard and datasource for Grafana. What is wrong with one is told by an Event on it, by /status
and by metrics, and changes nothing for the others.

Examples:

  In the pod, beside the server:
    config-sidecar --live-dir=/data/drop-ins --reload-url=unix:///run/kube-monitoring-stack/reload.sock

  Beside Alertmanager, which runs with --config.file=/run/alertmanager/current/alertmanager.yml:
    config-sidecar --for=alertmanager --live-dir=/data/drop-ins --base-config=/etc/alertmanager/alertmanager.yml \
      --publish-dir=/run/alertmanager

  Beside Grafana, which runs with GF_PATHS_PROVISIONING=/run/grafana/provisioning:
    config-sidecar --for=grafana --live-dir=/var/lib/grafana/drop-ins --publish-dir=/run/grafana \
      --base-provisioning=/etc/grafana/provisioning --grafana-password-file=/var/lib/grafana/admin-password

  Outside of the cluster, for two namespaces:
    config-sidecar --kubeconfig=$HOME/.kube/config --namespaces=team-a,team-b \
      --live-dir=/tmp/drop-ins --reload-url=http://127.0.0.1:9090/-/reload`

type flags struct {
	forWhom    string
	liveDir    string
	listen     string
	kubeconfig string
	namespaces string
	trusted    string
	maxBytes   int64
	tenancy    tenancyFlags
	sources    sourceFlags
	neighbour  neighbourFlags
	log        *promslog.Config
}

// policy is what drop-ins may do.
func (f *flags) policy() dropin.Policy {
	return dropin.Policy{
		Trusted: list(f.trusted), MaxBytes: int(f.maxBytes), SampleLabels: f.tenancy.sampleLabels,
		Limits: f.tenancy.limits, EnforceNamespace: f.tenancy.namespaceLabel == labelEnforced,
	}
}

func parse(args []string, stdout io.Writer) (*flags, error) {
	f := &flags{log: &promslog.Config{}}
	app := kingpin.New("config-sidecar", help)
	app.UsageWriter(stdout).ErrorWriter(stdout)
	done := false
	app.Terminate(func(int) { done = true })
	app.Version(version.Print("config-sidecar"))
	app.HelpFlag.Short('h')

	app.Flag("for", "What the sidecar stands beside: server, alertmanager or grafana.").Default(forServer).EnumVar(&f.forWhom, forServer, forAlertmanager, forGrafana)
	app.Flag("live-dir", "Directory of the last good versions, which the server reads as well. It should outlive the pod, so that a restart finds all drop-ins.").Required().StringVar(&f.liveDir)
	app.Flag("listen-address", "Where /healthz, /readyz, /metrics and /status are served.").Default(":9096").StringVar(&f.listen)
	app.Flag("kubeconfig", "Path of a kubeconfig. Default: the pod's service account.").StringVar(&f.kubeconfig)
	app.Flag("namespaces", "Comma list of namespaces to read. Default: all.").StringVar(&f.namespaces)
	app.Flag("trusted-namespaces", "Comma list of namespaces whose drop-ins may name files on the server and discover targets everywhere.").StringVar(&f.trusted)
	app.Flag("max-bytes", "Largest drop-in that is taken, in bytes, decompressed. 0: no limit.").Default("4194304").Int64Var(&f.maxBytes)
	f.tenancy.add(app)
	f.sources.add(app)
	f.neighbour.add(app)
	flag.AddFlags(app, f.log)

	_, err := app.Parse(args)
	switch {
	case done:
		return nil, errHelp
	case err != nil:
		return nil, fmt.Errorf("%w (try --help)", err)
	}
	return f, f.neighbour.check(f.forWhom)
}

func (f *flags) logger(w io.Writer) *slog.Logger {
	f.log.Writer = w
	return promslog.New(f.log)
}

// list splits a comma list and leaves out what is empty.
func list(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
