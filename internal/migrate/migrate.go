// Package migrate turns the values of a kube-prometheus-stack release into values
// and drop-ins of this project's chart, and says of everything that it does not
// take over why, and what to do instead.
//
// It is pure: maps in, maps out.
package migrate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Plan is what comes out.
type Plan struct {
	// Values are for this chart.
	Values map[string]any
	// DropIns are manifests, in the order in which they were found.
	DropIns []Object
	// Left is everything that has no equal, sorted by path.
	Left []Left
	// Taken are the paths that were taken over, with what they became.
	Taken []Taken
	// Needs are what the values refer to by its name, ScrapeSecrets the Secrets that
	// become drop-ins. [Plan.Script] brings them to their places.
	Needs         []Need
	ScrapeSecrets []ScrapeSecret
}

// Object is a Kubernetes object.
type Object map[string]any

// Left is a setting that was not taken over.
type Left struct {
	Path string
	// Why it has no equal, and what to do instead if there is something to do.
	Why string
}

// Taken is a setting that was.
type Taken struct{ From, To string }

// Release says where things are.
type Release struct {
	// Namespace is where this chart's release will be; drop-ins go there.
	Namespace string
	// From is where the old release is; empty if that is the same.
	From string
}

// OldNamespace is where the old release is.
func (r Release) OldNamespace() string { return cmp.Or(r.From, r.Namespace) }

// FromValues reads the values that somebody gave to kube-prometheus-stack. Each of
// them is in the plan, either taken over or left with a reason.
func FromValues(values map[string]any, r Release) *Plan {
	p := &Plan{Values: map[string]any{}}
	m := &migration{plan: p, release: r, rules: rules()}
	m.walk("", values)
	slices.SortFunc(p.Needs, func(a, b Need) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name)) })
	slices.SortFunc(p.Left, func(a, b Left) int { return cmp.Compare(a.Path, b.Path) })
	slices.SortFunc(p.Taken, func(a, b Taken) int { return cmp.Compare(a.From, b.From) })
	return p
}

type migration struct {
	plan    *Plan
	release Release
	rules   map[string]rule
}

// rule says what becomes of the value at a path and of all below it.
type rule func(m *migration, path string, value any)

// walk looks for the rule of a value, and if there is none, for those of its parts.
func (m *migration) walk(path string, value any) {
	if r, ok := m.rules[path]; ok {
		if !isEmpty(value) {
			r(m, path, value)
		}
		return
	}
	parts, ok := value.(map[string]any)
	if !ok || len(parts) == 0 || !m.hasRuleBelow(path) {
		if !isEmpty(value) {
			m.left(path, "It is not known here.")
		}
		return
	}
	for _, key := range slices.Sorted(maps.Keys(parts)) {
		m.walk(join(path, key), parts[key])
	}
}

func (m *migration) hasRuleBelow(path string) bool {
	if path == "" {
		return true
	}
	for known := range m.rules {
		if strings.HasPrefix(known, path+".") {
			return true
		}
	}
	return false
}

// isEmpty says whether a value says nothing: charts' values files are full of such.
func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (m *migration) left(path, why string) { m.plan.Left = append(m.plan.Left, Left{path, why}) }

// set sets a value of ours and notes where it came from.
func (m *migration) set(from, to string, value any) {
	m.plan.Taken = append(m.plan.Taken, Taken{from, to})
	steps := strings.Split(to, ".")
	at := m.plan.Values
	for _, step := range steps[:len(steps)-1] {
		below, ok := at[step].(map[string]any)
		if !ok {
			below = map[string]any{}
			at[step] = below
		}
		at = below
	}
	at[steps[len(steps)-1]] = value
}

// add appends to a list of ours.
func (m *migration) add(from, to string, values ...any) {
	m.set(from, to, append(m.list(to), values...))
}

// list returns a copy of a list of ours as it is now.
func (m *migration) list(path string) []any {
	return slices.Clone(asList(dig(m.plan.Values, strings.Split(path, ".")...)))
}

// dropIn adds a manifest with one drop-in.
func (m *migration) dropIn(from, kind, name, key string, text []byte) {
	m.plan.Taken = append(m.plan.Taken, Taken{from, "drop-in " + name})
	m.plan.DropIns = append(m.plan.DropIns, Object{
		"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{
			"name": name, "namespace": m.release.Namespace,
			"labels": map[string]any{"kube-monitoring-stack.io/drop-in": kind},
		},
		"data": map[string]any{key: string(text)},
	})
}

// to takes a value over as it is.
func to(target string) rule {
	return func(m *migration, path string, value any) { m.set(path, target, value) }
}

// needless is for what is so anyway.
func needless(why string) rule {
	return func(m *migration, path string, _ any) {
		m.plan.Taken = append(m.plan.Taken, Taken{path, "nothing: " + why})
	}
}

// none is for what has no equal.
func none(why string) rule {
	return func(m *migration, path string, _ any) { m.left(path, why) }
}

// ifSwitch takes over what is a switch and leaves anything else.
func ifSwitch(target string) rule {
	return func(m *migration, path string, value any) {
		if on, ok := value.(bool); ok {
			m.set(path, target, on)
			return
		}
		m.left(path, fmt.Sprintf("A switch was expected and there is a %T.", value))
	}
}
