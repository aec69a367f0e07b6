// Package dropin decides what labeled ConfigMaps may add to the monitoring
// stack. It turns ConfigMaps into items, checks each one alone and all of them
// together, and assembles those that pass into an immutable [Bundle].
//
// It is pure: no I/O, no clients, no clock, no logger. The sidecar, the CLI and
// the tests call the same functions, so a check in a team's CI says what the
// cluster would say.
package dropin

import (
	"fmt"
	"strings"
)

// Label is the label key that makes a ConfigMap a drop-in; its value is a [Kind].
const Label = "kube-monitoring-stack.io/drop-in"

// LabelRelease is the label key by which an object is addressed to one release of
// the stack among several in a cluster. Without it, it is for all of them.
const LabelRelease = "kube-monitoring-stack.io/release"

// Kind is what a drop-in adds: the value of [Label].
type Kind string

// The kinds of drop-ins. Each holds the upstream project's own file format.
const (
	KindScrape       Kind = "scrape"       // a Prometheus file with scrape_configs
	KindRules        Kind = "rules"        // a Prometheus rule file
	KindDashboard    Kind = "dashboard"    // Grafana dashboard JSON
	KindDatasource   Kind = "datasource"   // a Grafana datasource provisioning file
	KindAlertmanager Kind = "alertmanager" // an Alertmanager configuration fragment
)

// Ref says where a drop-in came from: one data key of one ConfigMap. It is the
// drop-in's only name, in file names, rule group files, job names, logs,
// metrics, problems and the API.
type Ref struct {
	Namespace string `json:"namespace"`
	Name      string `json:"name"`
	Key       string `json:"key"`
}

// String returns "namespace/name/key", and "namespace/name" for a ConfigMap as
// a whole. Namespaces and ConfigMap names cannot contain a slash and neither can
// keys, so the form is unique.
func (r Ref) String() string {
	if r.Key == "" {
		return r.Namespace + "/" + r.Name
	}
	return r.Namespace + "/" + r.Name + "/" + r.Key
}

// FileName returns "namespace_name_key". Namespaces and ConfigMap names are
// DNS-1123 and cannot contain an underscore, so the first two underscores
// split the name back into its Ref and no two Refs share a file.
func (r Ref) FileName() string { return r.Namespace + "_" + r.Name + "_" + r.Key }

// ParseRef reads the form that [Ref.String] writes.
func ParseRef(s string) (Ref, error) {
	p := strings.SplitN(s, "/", 3)
	if len(p) != 3 || p[0] == "" || p[1] == "" || p[2] == "" {
		return Ref{}, fmt.Errorf("%q is not namespace/name/key", s)
	}
	return Ref{p[0], p[1], p[2]}, nil
}

// Compare orders Refs by namespace, name and key.
func (r Ref) Compare(o Ref) int {
	if c := strings.Compare(r.Namespace, o.Namespace); c != 0 {
		return c
	}
	if c := strings.Compare(r.Name, o.Name); c != 0 {
		return c
	}
	return strings.Compare(r.Key, o.Key)
}
