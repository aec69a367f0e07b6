package migrate

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

// podRules are for what is said of a pod, whatever runs in it.
func podRules(from, component string) map[string]rule {
	out := map[string]rule{
		from + "resources":               to(component + ".resources"),
		from + "podMetadata.annotations": to(component + ".podAnnotations"),
		from + "podAnnotations":          to(component + ".podAnnotations"),
		from + "podMetadata.labels":      none("Labels for every object are commonLabels."),
		from + "podMonitor":              needless("it is scraped"),
		from + "imagePullSecrets":        none("Pull secrets for every pod are global.imagePullSecrets."),
	}
	for _, field := range []string{
		"nodeSelector", "tolerations", "affinity", "topologySpreadConstraints", "priorityClassName", "securityContext",
		"terminationGracePeriodSeconds", "hostAliases", "dnsConfig", "dnsPolicy", "runtimeClassName", "schedulerName",
	} {
		out[from+field] = to(component + ".pod." + field)
	}
	return out
}

// exposed are for a component's Service and Ingress.
func exposed(from, component string) map[string]rule {
	return map[string]rule{
		from + ".service.type":        to(component + ".service.type"),
		from + ".service.annotations": to(component + ".service.annotations"),
		from + ".ingress":             ingress(component),
		from + ".route":               none("A Gateway API route is " + component + ".route.{enabled,parentRefs,hostnames,path}."),
	}
}

// ingress takes over an Ingress with one path and one Secret.
func ingress(component string) rule {
	return func(m *migration, path string, value any) {
		in, _ := value.(map[string]any)
		if in["enabled"] != true {
			return
		}
		for _, key := range sortedKeys(in) {
			at, v, target := join(path, key), in[key], component+".ingress."
			switch key {
			case "enabled":
				m.set(at, target+"enabled", true)
			case "ingressClassName":
				m.set(at, target+"className", v)
			case "hosts", "annotations":
				if !isEmpty(v) {
					m.set(at, target+key, v)
				}
			case "path", "paths":
				paths := asList(v)
				if text, ok := v.(string); ok {
					paths = []any{text}
				}
				if len(paths) > 0 {
					m.set(at, target+"path", paths[0])
				}
				if len(paths) > 1 {
					m.left(at, "There is one path; the first was taken.")
				}
			case "tls":
				for i, v := range asList(v) {
					tls, _ := v.(map[string]any)
					if name, ok := tls["secretName"].(string); ok && i == 0 {
						m.set(at, target+"tlsSecret", name)
					} else {
						m.left(at, "There is one Secret for TLS, in "+target+"tlsSecret.")
					}
				}
			case "pathType", "labels":
				if !isEmpty(v) && v != "ImplementationSpecific" && v != "Prefix" {
					m.left(at, "The chart sets it.")
				}
			default:
				if !isEmpty(v) {
					m.left(at, "It is not known here.")
				}
			}
		}
	}
}

// storage takes over a claim, and what is none.
func storage(component string) rule {
	return func(m *migration, path string, value any) {
		s, _ := value.(map[string]any)
		for _, key := range sortedKeys(s) {
			at := join(path, key)
			switch key {
			case "volumeClaimTemplate":
				claim, _ := s[key].(map[string]any)
				spec, _ := claim["spec"].(map[string]any)
				if size := dig(spec, "resources", "requests", "storage"); size != nil {
					m.set(at+".spec.resources.requests.storage", component+".persistence.size", size)
				}
				if class, ok := spec["storageClassName"].(string); ok && class != "" {
					m.set(at+".spec.storageClassName", component+".persistence.storageClass", class)
				}
				if !isEmpty(spec["selector"]) {
					m.left(at+".spec.selector", "Volumes are not selected; bind the claim by its name before the installation.")
				}
			case "emptyDir":
				m.set(at, component+".persistence.enabled", false)
			default:
				m.left(at, "Volumes are claims or emptyDirs.")
			}
		}
	}
}

// dropInOf adds a drop-in with a value as YAML.
func (m *migration) dropInOf(from, kind, name, key string, value any) {
	text, err := yaml.Marshal(value)
	if err != nil {
		m.left(from, "It cannot be written: "+err.Error())
		return
	}
	m.dropIn(from, kind, name, key, text)
}

func dig(m map[string]any, path ...string) any {
	var at any = m
	for _, step := range path {
		parts, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = parts[step]
	}
	return at
}

func asList(v any) []any {
	list, _ := v.([]any)
	return list
}

func itoa(i int) string { return strconv.Itoa(i) }

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// plainName makes an object's name of whatever somebody called it.
func plainName(s string) string {
	s = regexp.MustCompile(`[^a-z0-9-]+`).ReplaceAllString(strings.ToLower(s), "-")
	return strings.Trim(fmt.Sprintf("%.200s", s), "-")
}
