package dropin

import "strings"

// The kinds of core objects that hold drop-ins.
const (
	ObjectConfigMap = "ConfigMap"
	ObjectSecret    = "Secret"
)

const (
	// secretPrefix begins the keys in Refs of Secrets. No key of a ConfigMap or
	// Secret can hold a colon, so a ConfigMap of the same name is never meant.
	secretPrefix = "secret:"
	// ObjectGroup is the API group of the objects that are drop-ins as a whole.
	ObjectGroup = "monitoring.coreos.com"
)

// objectKinds are the kinds of [ObjectGroup] by the plural in their CRD's name.
var objectKinds = map[string]string{
	"servicemonitors":     "ServiceMonitor",
	"podmonitors":         "PodMonitor",
	"probes":              "Probe",
	"scrapeconfigs":       "ScrapeConfig",
	"prometheusrules":     "PrometheusRule",
	"alertmanagerconfigs": "AlertmanagerConfig",
}

// RefOfObject names the drop-in that an object of [ObjectGroup] is. The key is
// the name of its CRD, so that objects of different kinds may share a name.
func RefOfObject(plural, namespace, name string) Ref {
	return Ref{Namespace: namespace, Name: name, Key: plural + "." + ObjectGroup}
}

// IsObject says that the Ref names an object as a whole and none of its keys.
func (r Ref) IsObject() bool { return r.Key == "" || r.Key == secretPrefix }

// ObjectKind is the kind of the object that the drop-in is of.
func (r Ref) ObjectKind() string {
	if strings.HasPrefix(r.Key, secretPrefix) {
		return ObjectSecret
	}
	if kind := r.customKind(); kind != "" {
		return kind
	}
	return ObjectConfigMap
}

// customKind is the kind of the object if it is one of [ObjectGroup].
func (r Ref) customKind() string {
	plural, ok := strings.CutSuffix(r.Key, "."+ObjectGroup)
	if !ok {
		return ""
	}
	return objectKinds[plural]
}
