package server

import (
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/version"
	"github.com/prometheus/prometheus/rules"
	api_v1 "github.com/prometheus/prometheus/web/api/v1"
)

const prometheusModule = "github.com/prometheus/prometheus"

// PrometheusVersion is the release of Prometheus that is embedded, "3.15.0".
// Clients such as Grafana decide by it which parts of the API they may use.
// Empty if the binary does not say.
func PrometheusVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, dep := range info.Deps {
		if dep.Path == prometheusModule {
			return release(dep.Version)
		}
	}
	return ""
}

// release turns a module version of Prometheus into the release it belongs to:
// v0.315.0 is 3.15.0 (the module cannot have a major version above 1 without
// changing its import path).
func release(module string) string {
	parts := strings.SplitN(strings.TrimPrefix(module, "v0."), ".", 2)
	if len(parts) != 2 || len(parts[0]) < 3 {
		return module
	}
	minor := strings.TrimLeft(parts[0][1:], "0")
	if minor == "" {
		minor = "0"
	}
	return parts[0][:1] + "." + minor + "." + parts[1]
}

// buildVersion is what the API tells about the build.
func buildVersion() *api_v1.PrometheusVersion {
	return &api_v1.PrometheusVersion{
		Version:   PrometheusVersion(),
		Revision:  version.GetRevision(),
		Branch:    version.Branch,
		BuildUser: version.BuildUser,
		BuildDate: version.BuildDate,
		GoVersion: runtime.Version(),
	}
}

// NewBuildInfo returns the metrics about the build: prometheus_build_info with
// the version of the Prometheus inside, which dashboards and alerts read, and
// our own.
func NewBuildInfo() []prometheus.Collector {
	gauge := func(name, help, v string) prometheus.Collector {
		g := prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: prometheus.Labels{
			"version": v, "revision": version.GetRevision(), "branch": version.Branch,
			"goversion": runtime.Version(), "goos": runtime.GOOS, "goarch": runtime.GOARCH,
		}})
		g.Set(1)
		return g
	}
	own := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		own = info.Main.Version
	}
	return []prometheus.Collector{
		gauge("prometheus_build_info", "The Prometheus that is embedded in this server; always 1.", PrometheusVersion()),
		gauge("kube_monitoring_stack_server_build_info", "The build of this server; always 1.", own),
	}
}

// noRules is the API's source of rules in agent mode.
type noRules struct{}

func (noRules) RuleGroups() []*rules.Group           { return nil }
func (noRules) AlertingRules() []*rules.AlertingRule { return nil }
