package dropin

import (
	"fmt"
	"reflect"
	"slices"

	"go.yaml.in/yaml/v3"
)

// namespaceLabel is the label by which a tenant's alerts are known.
const namespaceLabel = "namespace"

// publish returns the fragment as it is merged. It edits the author's YAML and not
// Alertmanager's structs, which do not show secrets when written.
func (f *fragment) publish(parsed *parsedFragment, ref Ref) ([]byte, []Problem) {
	// What is published must mean what was written, so the tree has to mean it.
	data, err := encode(f.root)
	if err == nil {
		var again *parsedFragment
		if again, err = decodeFragment(data); err == nil && !reflect.DeepEqual(parsed, again) {
			err = fmt.Errorf("two readings differ")
		}
	}
	if err != nil {
		return nil, []Problem{{
			Code:    CodeAmbiguous,
			Message: "readers of YAML do not agree on what it means",
			Remedy:  "Write merge keys (<<), tags and unusual scalars out.",
		}}
	}
	f.prefix(ref.String() + "/")
	f.restrict()
	// The prefix makes no valid configuration invalid; a mistake here must not be
	// merged with everybody else's all the same.
	if _, err := f.try(); err != nil {
		return nil, []Problem{{Code: CodeAlertmanagerInvalid, Message: err.Error()}}
	}
	if data, err = encode(f.root); err != nil {
		return nil, []Problem{{Code: CodeAmbiguous, Message: err.Error()}}
	}
	return data, nil
}

// prefix makes the names that the fragment defines its own, where they are
// defined and where they are used.
func (f *fragment) prefix(prefix string) {
	rename := func(n *yaml.Node, own names) {
		if n != nil && own[n.Value] != 0 {
			*n = *quoted(prefix + n.Value)
		}
	}
	for _, r := range notNull(valueAt(f.root, "receivers")) {
		rename(valueAt(r, "name"), f.receivers)
		rename(valueAt(valueAt(r, "labels"), "name"), f.receivers)
	}
	for _, t := range notNull(valueAt(f.root, "time_intervals")) {
		rename(valueAt(t, "name"), f.intervals)
	}
	for route := range routes(valueAt(f.root, "route")) {
		rename(valueAt(route, "receiver"), f.receivers)
		for _, list := range intervalLists() {
			for _, n := range notNull(valueAt(route, list)) {
				rename(n, f.intervals)
			}
		}
	}
}

// restrict holds a tenant's route and inhibition to the alerts of their
// namespace. The route leads on to others in any case, unless the platform team
// says otherwise: which of two drop-ins comes first is not theirs to know.
func (f *fragment) restrict() {
	route := valueAt(f.root, "route")
	if route != nil && route.Kind == yaml.MappingNode && (!f.trusted || valueAt(route, "continue") == nil) {
		setValue(route, "continue", plain("true"))
	}
	if f.trusted {
		return
	}
	if route != nil && route.Kind == yaml.MappingNode {
		f.match(route, "matchers")
	}
	for _, rule := range notNull(valueAt(f.root, "inhibit_rules")) {
		f.match(rule, "source_matchers")
		f.match(rule, "target_matchers")
	}
}

// match makes a list of matchers ask for the namespace as well.
func (f *fragment) match(m *yaml.Node, key string) {
	matcher := namespaceLabel + `="` + f.namespace + `"`
	same := func(n *yaml.Node) bool { return n.Value == matcher }
	if list := valueAt(m, key); list == nil || !slices.ContainsFunc(list.Content, same) {
		prepend(m, key, quoted(matcher))
	}
}
