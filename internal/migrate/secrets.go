package migrate

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"
)

// The operator mounts what prometheusSpec.secrets and configMaps name here, and so do
// the values that are written: a scrape job that names such a file stays as it is.
const (
	secretFiles    = "/etc/prometheus/secrets"
	configMapFiles = "/etc/prometheus/configmaps"
)

// reference is a key of a Secret or ConfigMap that a setting takes its value from.
// What is there is nobody's business here: the server reads it from a file, which
// Kubernetes keeps up to date.
type reference struct{ kind, name, key string }

const (
	inSecret    = "Secret"
	inConfigMap = "ConfigMap"
)

// refOf reads {name, key}, as references are written.
func refOf(v any, kind string) (reference, bool) {
	parts, _ := v.(map[string]any)
	name, _ := parts["name"].(string)
	key, _ := parts["key"].(string)
	if !isName(name) || len(validation.IsConfigMapKey(key)) > 0 || len(parts) > 3 {
		return reference{}, false
	}
	return reference{kind: kind, name: name, key: key}, true
}

// isName says whether an object can have the name. What is written into a script must
// be nothing else.
func isName(s string) bool { return len(validation.IsDNS1123Subdomain(s)) == 0 }

// secretOrConfigMap reads {secret: {name, key}} and {configMap: {name, key}}.
func secretOrConfigMap(v any) (reference, bool) {
	parts, _ := v.(map[string]any)
	if len(parts) != 1 {
		return reference{}, false
	}
	if ref, ok := refOf(parts["secret"], inSecret); ok {
		return ref, true
	}
	return refOf(parts["configMap"], inConfigMap)
}

// file is where the server finds the value of a reference.
func (r reference) file() string {
	if r.kind == inConfigMap {
		return path.Join(configMapFiles, r.name, r.key)
	}
	return path.Join(secretFiles, r.name, r.key)
}

// mount has the server see all keys of a Secret or ConfigMap as files.
func (m *migration) mount(from, kind, name string) {
	below, source, of := secretFiles, map[string]any{"secretName": name}, "secret"
	if kind == inConfigMap {
		below, source, of = configMapFiles, map[string]any{"name": name}, "configMap"
	}
	m.needs(kind, name)
	volume := strings.ToLower(kind) + "-" + strings.ReplaceAll(name, ".", "-")
	volume = strings.TrimRight(volume[:min(len(volume), validation.DNS1123LabelMaxLength)], "-")
	volumes := m.list("server.pod.volumes")
	if slices.ContainsFunc(volumes, func(v any) bool { return dig(v.(map[string]any), "name") == volume }) {
		return
	}
	m.add(from, "server.pod.volumes", map[string]any{"name": volume, of: source})
	// The container is the chart's own, to which this is added.
	mounts := append(m.mounts(), map[string]any{"name": volume, "mountPath": path.Join(below, name), "readOnly": true})
	m.set(from, "server.pod.containers", []any{map[string]any{"name": "server", "volumeMounts": mounts}})
}

func (m *migration) mounts() []any {
	for _, c := range m.list("server.pod.containers") {
		if c, ok := c.(map[string]any); ok {
			return asList(c["volumeMounts"])
		}
	}
	return nil
}

// needs notes an object that has to be in the release's namespace.
func (m *migration) needs(kind, name string) {
	if n := (Need{Kind: kind, Name: name}); !slices.Contains(m.plan.Needs, n) {
		m.plan.Needs = append(m.plan.Needs, n)
	}
}

// mountAll is for lists of Secrets or ConfigMaps that the server is to see.
func mountAll(kind string) rule {
	return func(m *migration, path string, value any) {
		for i, v := range asList(value) {
			if name, ok := v.(string); ok && isName(name) {
				m.mount(join(path, itoa(i)), kind, name)
				continue
			}
			m.left(join(path, itoa(i)), fmt.Sprintf("The name of a %s was expected.", kind))
		}
	}
}

// scrapeSecret is for jobs in a Secret. It becomes a Secret with a drop-in, for which
// its value has to be put under scrape_configs; that is for whoever may read it.
func (m *migration) scrapeSecret(path string, value any) {
	ref, ok := refOf(value, inSecret)
	if !ok {
		m.left(path, "It is a template. Put what it becomes under a key of a ConfigMap or Secret with the label kube-monitoring-stack.io/drop-in: scrape, below scrape_configs.")
		return
	}
	const name = "additional-scrape-configs"
	m.plan.ScrapeSecrets = append(m.plan.ScrapeSecrets, ScrapeSecret{From: ref.name, Key: ref.key, Name: name})
	m.plan.Taken = append(m.plan.Taken, Taken{path, "drop-in " + name + ", a Secret that " + SecretsScript + " makes"})
	if ns := m.release.Namespace; !slices.Contains(m.list("dropIns.secretNamespaces"), any(ns)) {
		m.add(path, "dropIns.secretNamespaces", ns)
	}
}
