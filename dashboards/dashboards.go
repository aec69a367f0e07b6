// Package dashboards builds the Grafana dashboards of the stack. They are Go, so
// that what belongs together is written once and a test can look at every query;
// the chart holds the JSON that [Files] returns.
//
// Every dashboard has a variable for the datasource and one for the cluster, a
// uid that never changes, and keeps to metrics and labels of this project's own
// scrape jobs and recording rules.
package dashboards

import (
	"encoding/json"
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

//go:generate go run ./generate -out ../charts/kube-monitoring-stack/charts/content/dashboards

// tag marks every dashboard of the stack and makes the links between them.
const tag = "kube-monitoring-stack"

// all are the dashboards by file name without .json.
func all() map[string]*dashboard.DashboardBuilder {
	return map[string]*dashboard.DashboardBuilder{
		"cluster":            cluster(),
		"namespace":          namespace(),
		"workload":           workload(),
		"pod":                pod(),
		"container":          container(),
		"nodes":              nodes(),
		"node":               node(),
		"windows":            windows(),
		"network":            network(),
		"volumes":            volumes(),
		"api-server":         apiServer(),
		"controller-manager": controllerManager(),
		"scheduler":          scheduler(),
		"etcd":               etcd(),
		"kubelet":            kubelet(),
		"kube-proxy":         kubeProxy(),
		"core-dns":           coreDNS(),
		"alertmanager":       alertmanager(),
		"server":             server(),
		"remote-write":       remoteWrite(),
		"drop-ins":           dropIns(),
	}
}

// Files returns the JSON of every dashboard by file name. Equal code gives equal
// bytes. It is minified: a Helm release holds every byte twice.
func Files() (map[string][]byte, error) {
	files := map[string][]byte{}
	for name, builder := range all() {
		d, err := builder.Build()
		if err != nil {
			return nil, fmt.Errorf("dashboard %s: %w", name, err)
		}
		data, err := json.Marshal(d)
		if err != nil {
			return nil, fmt.Errorf("dashboard %s: %w", name, err)
		}
		if data, err = explainEmpty(name, data); err != nil {
			return nil, fmt.Errorf("dashboard %s: %w", name, err)
		}
		if data, err = trim(data); err != nil {
			return nil, fmt.Errorf("dashboard %s: %w", name, err)
		}
		files[name+".json"] = data
	}
	return files, nil
}

// uid names a dashboard for good: links and bookmarks use it.
func uid(name string) string { return "kube-monitoring-" + name }

// newDashboard starts a dashboard with what all of them share.
func newDashboard(name, title, description string) *dashboard.DashboardBuilder {
	return dashboard.NewDashboardBuilder(title).
		Uid(uid(name)).
		Description(description).
		Tags([]string{tag}).
		Timezone("browser").
		Time("now-1h", "now").
		Refresh("30s").
		Tooltip(dashboard.DashboardCursorSyncCrosshair).
		Link(dashboard.NewDashboardLinkBuilder("Kubernetes").
			Type(dashboard.DashboardLinkTypeDashboards).
			Tags([]string{tag}).
			AsDropdown(true).
			IncludeVars(true).
			KeepTime(true)).
		WithVariable(datasourceVariable()).
		WithVariable(queryVariable("cluster", "Cluster", `label_values(up{job="kubelet"}, cluster)`))
}
