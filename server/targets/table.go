package targets

import (
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/prometheus/prometheus/discovery/targetgroup"
)

// table is the Router's state: all jobs, what the watches found, and the
// deliveries under way.
type table struct {
	opts Options
	jobs map[string]*job
	// found and index hold the groups of each watch and who wants them.
	found map[*watch]map[string]*targetgroup.Group
	index map[*watch]*index
	deliveries
	// again are the jobs that this round of resending has yet to send, part the
	// number of parts that it has sent.
	again []string
	part  int
}

type job struct {
	*input
	discovered []*targetgroup.Group
	watched    map[watched]*targetgroup.Group
}

// watched names a group among those of all watches.
type watched struct {
	from   *watch
	source string
}

func newTable(o Options) *table {
	return &table{
		opts:       o,
		jobs:       map[string]*job{},
		found:      map[*watch]map[string]*targetgroup.Group{},
		index:      map[*watch]*index{},
		deliveries: newDeliveries(o),
	}
}

// groups are all the groups of a job. Empty and not nil if there are none: the
// scrape manager then drops the targets of before.
func (t *table) groups(name string) []*targetgroup.Group {
	j := t.jobs[name]
	out := make([]*targetgroup.Group, 0, len(j.static)+len(j.discovered)+len(j.watched))
	out = append(append(out, j.static...), j.discovered...)
	for _, g := range j.watched {
		out = append(out, g)
	}
	return out
}

// touchPart begins to send the next part of all jobs, though nothing changed.
func (t *table) touchPart() {
	if t.part == 0 {
		t.again = slices.AppendSeq(t.again[:0], maps.Keys(t.jobs))
	}
	n := len(t.again) / (resendParts - t.part)
	for _, name := range t.again[:n] {
		if t.jobs[name] != nil && t.pending[name] == nil {
			t.touch(name)
		}
	}
	t.again = t.again[n:]
	t.part = (t.part + 1) % resendParts
}

func (t *table) change(c change) {
	for _, name := range c.gone {
		t.unsubscribe(t.jobs[name])
		delete(t.jobs, name)
		delete(t.pending, name)
		if t.opts.Discovered != nil {
			t.opts.Discovered.DeleteLabelValues(name)
		}
	}
	for name, in := range c.inputs {
		j := t.jobs[name]
		if j == nil {
			j = &job{}
			t.jobs[name] = j
		} else {
			t.unsubscribe(j)
		}
		j.input = in
		if len(in.others) == 0 {
			j.discovered = nil
		}
		t.subscribe(j)
		// Even if the targets are the same: a pool's new relabeling is applied
		// to its targets only when they are synced.
		t.changed(name)
	}
}

// subscribe files a job's interests and gives it what was found already.
func (t *table) subscribe(j *job) {
	j.watched = map[watched]*targetgroup.Group{}
	for _, s := range j.subs {
		if t.index[s.from] == nil {
			t.index[s.from] = newIndex()
			t.found[s.from] = map[string]*targetgroup.Group{}
		}
		t.index[s.from].add(s)
		for source, g := range t.found[s.from] {
			if s.admits(g) {
				j.watched[watched{s.from, source}] = g
			}
		}
	}
}

func (t *table) unsubscribe(j *job) {
	for _, s := range j.subs {
		t.index[s.from].remove(s)
	}
}

// setDiscovered takes over what the Discoverer found for its jobs. It returns
// whether anything changed.
func (t *table) setDiscovered(groups Groups) (news bool) {
	for name, found := range groups {
		j := t.jobs[name]
		if j == nil || len(j.others) == 0 || sameGroups(j.discovered, found) {
			continue
		}
		j.discovered = found
		t.touch(name)
		news = true
	}
	return news
}

// setWatched takes over news from a watch and hands it to the jobs it concerns:
// those that had the group, and those that now want it.
func (t *table) setWatched(u update) (news bool) {
	x := t.index[u.from]
	if x == nil {
		x = newIndex()
		t.index[u.from], t.found[u.from] = x, map[string]*targetgroup.Group{}
	}
	for _, g := range u.groups {
		if g == nil {
			continue
		}
		old := t.found[u.from][g.Source]
		gone := len(g.Targets) == 0
		if old == nil && gone || old != nil && reflect.DeepEqual(old, g) {
			continue
		}
		key := watched{u.from, g.Source}
		lost := map[string]bool{}
		if old != nil {
			x.matching(old, func(s *subscription) { lost[s.job] = true })
		}
		if gone {
			delete(t.found[u.from], g.Source)
		} else {
			t.found[u.from][g.Source] = g
			x.matching(g, func(s *subscription) {
				delete(lost, s.job)
				t.jobs[s.job].watched[key] = g
				t.changed(s.job)
				news = true
			})
		}
		for name := range lost {
			delete(t.jobs[name].watched, key)
			t.changed(name)
			news = true
		}
	}
	return news
}

// changed notes that a job's groups changed.
func (t *table) changed(name string) {
	t.touch(name)
	j := t.jobs[name]
	if t.opts.Discovered == nil || len(j.others) > 0 {
		return // the Discoverer counts these
	}
	n := 0
	for _, g := range t.groups(name) {
		n += len(g.Targets)
	}
	t.opts.Discovered.WithLabelValues(name).Set(float64(n))
}

// sameGroups compares by identity: discoverers make a new group when something
// in it changed. The order of upstream's maps is random.
func sameGroups(a, b []*targetgroup.Group) bool {
	if len(a) != len(b) {
		return false
	}
	if slices.Equal(a, b) {
		return true
	}
	in := make(map[*targetgroup.Group]struct{}, len(a))
	for _, g := range a {
		in[g] = struct{}{}
	}
	return !slices.ContainsFunc(b, func(g *targetgroup.Group) bool {
		_, ok := in[g]
		return !ok
	})
}

// due returns what to send now, nil for nothing.
func (t *table) due(now time.Time) Groups {
	if !t.ready(now) {
		return nil
	}
	// Every job under way: one that is missing would be lost if the manager has
	// not taken over the map before.
	out := make(Groups, len(t.pending))
	for name := range t.pending {
		out[name] = t.groups(name)
	}
	return out
}
