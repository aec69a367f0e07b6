package dropin

import (
	"fmt"
	"iter"
	"slices"

	"go.yaml.in/yaml/v3"
)

// intervalLists are the fields of a route that name time intervals.
func intervalLists() []string { return []string{"mute_time_intervals", "active_time_intervals"} }

// routes yields a route and all below it.
func routes(route *yaml.Node) iter.Seq[*yaml.Node] {
	return func(yield func(*yaml.Node) bool) { eachRoute(route, yield) }
}

func eachRoute(route *yaml.Node, yield func(*yaml.Node) bool) bool {
	if route == nil || route.Kind != yaml.MappingNode {
		return true
	}
	if !yield(route) {
		return false
	}
	for _, below := range notNull(valueAt(route, "routes")) {
		if !eachRoute(below, yield) {
			return false
		}
	}
	return true
}

// names finds receivers and time intervals that are defined twice or not at all.
// Alertmanager's parser would find them too, but not say where.
func (f *fragment) names() []Problem {
	f.receivers, f.intervals = namesIn(valueAt(f.root, "receivers")), namesIn(valueAt(f.root, "time_intervals"))
	problems := append(f.defined("receivers", f.receivers), f.defined("time_intervals", f.intervals)...)
	for route := range routes(valueAt(f.root, "route")) {
		if n := valueAt(route, "receiver"); n != nil && !f.knowsReceiver(n) {
			problems = append(problems, Problem{
				Line: n.Line, Code: CodeUndefinedReceiver,
				Message: fmt.Sprintf("there is no receiver %s in this drop-in", quote(n.Value)),
				Remedy:  "Define it under receivers, or leave receiver out to take the platform's. " + f.remedyBase(),
			})
		}
		for _, list := range intervalLists() {
			for _, n := range notNull(valueAt(route, list)) {
				if !f.knowsInterval(n) {
					problems = append(problems, Problem{
						Line: n.Line, Code: CodeUndefinedTimeInterval,
						Message: fmt.Sprintf("there is no time interval %s, neither here nor in the base configuration", quote(n.Value)),
						Remedy:  "Define it under time_intervals.",
					})
				}
			}
		}
	}
	return problems
}

func (f *fragment) remedyBase() string {
	if f.trusted {
		return "A receiver of the base configuration will do as well."
	}
	return "Receivers of the base configuration are for trusted namespaces. " + remedyTrust
}

// defined finds the second of two elements with one name, and takes it out of the
// tree.
func (f *fragment) defined(section string, first names) []Problem {
	list := valueAt(f.root, section)
	if list == nil {
		return nil
	}
	var problems []Problem
	list.Content = slices.DeleteFunc(list.Content, func(n *yaml.Node) bool {
		name, line := text(n, "name"), lineOf(n, "name")
		if name == "" || line == first[name] {
			return false
		}
		problems = append(problems, Problem{
			Line: line, Code: CodeDuplicateName,
			Message: fmt.Sprintf("%s is already defined at line %d", quote(name), first[name]),
			Remedy:  "Keep one of them.",
		})
		return true
	})
	return problems
}

// knowsReceiver says whether a route may name the receiver: its own, and for the
// platform team those of the base. What is no name at all the parser tells.
func (f *fragment) knowsReceiver(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Value == "" || isNull(n) || f.receivers[n.Value] != 0 {
		return true
	}
	return f.trusted && (f.base == nil || f.base.receivers[n.Value] != 0)
}

// knowsInterval is the same for time intervals. Those of the base are nobody's
// secret, so that all may name them.
func (f *fragment) knowsInterval(n *yaml.Node) bool {
	if n.Kind != yaml.ScalarNode || n.Value == "" || isNull(n) || f.intervals[n.Value] != 0 {
		return true
	}
	return f.base == nil || f.base.intervals[n.Value] != 0
}
