package main

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/alecthomas/kingpin/v2"
	promconfig "github.com/prometheus/common/config"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/livedir"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/alertmanager"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/grafana"
)

// The programs that a sidecar can stand beside.
const (
	forServer       = "server"
	forAlertmanager = "alertmanager"
	forGrafana      = "grafana"
)

// neighbourFlags are those of one kind of neighbour only.
type neighbourFlags struct {
	reloadURL  string
	publishDir string

	baseConfig      string
	alertmanagerURL *url.URL
	httpConfig      string

	baseProvisioning       string
	grafanaURL             *url.URL
	userFile, passwordFile string
	createPassword         bool
}

func (n *neighbourFlags) add(app *kingpin.Application) {
	app.Flag("reload-url", "Server: where to ask for a reload: unix:///path/to.sock, or http(s):// and the path.").
		Default("unix:///run/kube-monitoring-stack/reload.sock").StringVar(&n.reloadURL)
	app.Flag("publish-dir", "Alertmanager and Grafana: directory that the neighbour reads, by the same path.").StringVar(&n.publishDir)
	app.Flag("base-config", "Alertmanager: the platform's own alertmanager.yml, which drop-ins are merged into.").StringVar(&n.baseConfig)
	app.Flag("alertmanager-url", "Alertmanager: where it answers, with its route prefix.").Default("http://127.0.0.1:9093").URLVar(&n.alertmanagerURL)
	app.Flag("alertmanager-http-config", "Alertmanager: file with basic_auth, tls_config and the like for asking it, as in Prometheus' http_config. Default: neither.").
		StringVar(&n.httpConfig)
	app.Flag("base-provisioning", "Grafana: directory of its own provisioning files, which are copied.").StringVar(&n.baseProvisioning)
	app.Flag("grafana-url", "Grafana: where it answers, with its sub-path.").Default("http://127.0.0.1:3000").URLVar(&n.grafanaURL)
	app.Flag("grafana-user-file", "Grafana: file with the name of an administrator. Default: the name is admin.").StringVar(&n.userFile)
	app.Flag("grafana-password-file", "Grafana: file with the administrator's password.").StringVar(&n.passwordFile)
	app.Flag("grafana-create-password", "Grafana: make the password file with a random password, if there is none.").BoolVar(&n.createPassword)
}

// check says what is missing for a neighbour.
func (n *neighbourFlags) check(forWhom string) error {
	needs := map[string]map[string]string{
		forAlertmanager: {"--publish-dir": n.publishDir, "--base-config": n.baseConfig},
		forGrafana:      {"--publish-dir": n.publishDir, "--grafana-password-file": n.passwordFile},
	}
	for flag, value := range needs[forWhom] {
		if value == "" {
			return fmt.Errorf("--for=%s needs %s (try --help)", forWhom, flag)
		}
	}
	return nil
}

// target is where drop-ins go.
type target struct {
	sidecar.Sink
	restored []dropin.Checked
	ready    func() bool
	policy   dropin.Policy
	kinds    []dropin.Kind
}

// target opens what the flags name.
func (f *flags) target(dir *livedir.Dir, opts sidecar.Options) (*target, error) {
	switch f.forWhom {
	case forAlertmanager:
		return f.alertmanager(dir, opts)
	case forGrafana:
		return f.grafana(dir, opts)
	}
	reload, err := sidecar.NewHTTPReloader(f.neighbour.reloadURL)
	if err != nil {
		return nil, err
	}
	sink := sidecar.NewDirSink(dir, reload, opts.Logger, opts.Registerer)
	return &target{Sink: sink, restored: sink.Restored(), ready: sink.Ready, policy: f.policy(), kinds: kindsOf(f.forWhom)}, nil
}

// kindsOf returns the kinds of drop-ins that a neighbour wants.
func kindsOf(forWhom string) []dropin.Kind {
	switch forWhom {
	case forAlertmanager:
		return []dropin.Kind{dropin.KindAlertmanager}
	case forGrafana:
		return []dropin.Kind{dropin.KindDashboard, dropin.KindDatasource}
	}
	// The server's web pages draw dashboards.
	return []dropin.Kind{dropin.KindScrape, dropin.KindRules, dropin.KindDashboard}
}

func (f *flags) alertmanager(dir *livedir.Dir, opts sidecar.Options) (*target, error) {
	client := &http.Client{}
	if f.neighbour.httpConfig != "" {
		cfg, _, err := promconfig.LoadHTTPConfigFile(f.neighbour.httpConfig)
		if err != nil {
			return nil, fmt.Errorf("--alertmanager-http-config: %w", err)
		}
		if client, err = promconfig.NewClientFromConfig(*cfg, "alertmanager"); err != nil {
			return nil, fmt.Errorf("--alertmanager-http-config: %w", err)
		}
	}
	sink, err := alertmanager.New(alertmanager.Options{
		Live: dir, Base: f.neighbour.baseConfig, Published: f.neighbour.publishDir,
		URL: f.neighbour.alertmanagerURL, Client: client, Policy: f.policy(),
		Logger: opts.Logger, Registerer: opts.Registerer,
	})
	if err != nil {
		return nil, err
	}
	return &target{Sink: sink, restored: sink.Restored(), ready: sink.Ready, policy: sink.Policy(), kinds: kindsOf(f.forWhom)}, nil
}

func (f *flags) grafana(dir *livedir.Dir, opts sidecar.Options) (*target, error) {
	if f.neighbour.createPassword {
		if err := grafana.CreatePassword(f.neighbour.passwordFile); err != nil {
			return nil, err
		}
	}
	sink, err := grafana.New(grafana.Options{
		Live: dir, Base: f.neighbour.baseProvisioning, Published: f.neighbour.publishDir,
		URL: f.neighbour.grafanaURL, Client: &http.Client{},
		UserFile: f.neighbour.userFile, PasswordFile: f.neighbour.passwordFile, Policy: f.policy(),
		Logger: opts.Logger, Registerer: opts.Registerer,
	})
	if err != nil {
		return nil, err
	}
	return &target{Sink: sink, restored: sink.Restored(), ready: sink.Ready, policy: sink.Policy(), kinds: kindsOf(f.forWhom)}, nil
}

// selectorsOf returns the label selectors of a neighbour's drop-ins. A selector
// cannot say "this label or that one", so there may be several.
//
// The server's leaves out what only the sidecars of other components serve. What
// has a label value nobody knows it selects, so that its owner can be told.
func selectorsOf(forWhom string) []string {
	switch forWhom {
	case forAlertmanager:
		return []string{fmt.Sprintf("%s=%s", dropin.Label, dropin.KindAlertmanager)}
	case forGrafana:
		return []string{
			fmt.Sprintf("%s in (%s,%s)", dropin.Label, dropin.KindDashboard, dropin.KindDatasource),
			fmt.Sprintf("%s in (1,true)", dropin.LabelGrafanaDashboard),
			fmt.Sprintf("%s in (1,true)", dropin.LabelGrafanaDatasource),
		}
	}
	return []string{
		fmt.Sprintf("%[1]s,%[1]s notin (%s,%s)", dropin.Label, dropin.KindDatasource, dropin.KindAlertmanager),
		fmt.Sprintf("%s in (1,true)", dropin.LabelGrafanaDashboard),
	}
}

// union reads what any of the neighbour's selectors selects.
func union(forWhom string, source func(selector string) sidecar.Source) sidecar.Source {
	var members []sidecar.Source
	for _, selector := range selectorsOf(forWhom) {
		members = append(members, source(selector))
	}
	if len(members) == 1 {
		return members[0]
	}
	return sidecar.NewUnion(members...)
}
