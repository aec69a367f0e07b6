package targets

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
)

// View is what the Router knew at one moment, for whoever wants to find out
// why something is a target or not. Nothing in it may be changed.
type View struct {
	// Jobs by internal name.
	Jobs    map[string]ViewOfJob
	servers []*informers
}

// ViewOfJob is where a job's targets come from.
type ViewOfJob struct {
	Config *config.ScrapeConfig
	// Groups are static, or found by upstream's discovery.
	Groups  []*targetgroup.Group
	Watches []ViewOfWatch
}

// ViewOfWatch is a job's interest in a watch.
type ViewOfWatch struct {
	// Namespaces the job is confined to, nil for none.
	Namespaces map[string]bool
	// Found are all groups of the watch. Jobs with the same watch have the
	// same pointer.
	Found *[]*targetgroup.Group
	// Admits says whether the job is handed a group.
	Admits func(*targetgroup.Group) bool
}

// View returns what there is now. It fails when Run has ended.
func (r *Router) View(ctx context.Context) (*View, error) {
	answer := make(chan *View, 1)
	select {
	case r.views <- answer:
		return <-answer, nil
	case <-r.watches.ctx.Done():
		return nil, errors.New("targets: not routed any more")
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// view copies pointers only: groups and inputs are never changed once made.
func (t *table) view() *View {
	v := &View{Jobs: make(map[string]ViewOfJob, len(t.jobs))}
	found := make(map[*watch]*[]*targetgroup.Group, len(t.found))
	for w, groups := range t.found {
		all := slices.Collect(maps.Values(groups))
		found[w] = &all
		if !slices.Contains(v.servers, w.informers) {
			v.servers = append(v.servers, w.informers)
		}
	}
	for name, j := range t.jobs {
		of := ViewOfJob{Config: j.config, Groups: slices.Concat(j.static, j.discovered)}
		for _, s := range j.subs {
			of.Watches = append(of.Watches, ViewOfWatch{Namespaces: s.namespaces, Found: found[s.from], Admits: s.admits})
		}
		v.Jobs[name] = of
	}
	return v
}

// Object returns an object of a resource such as "pods", nil if there is none.
// watched says whether it would be seen if there were: nothing is watched that
// no job's discovery needs. Objects hold only what labels are made of.
func (v *View) Object(resource, namespace, name string) (o metav1.Object, watched bool) {
	key := name
	if namespace != "" {
		key = namespace + "/" + name
	}
	for _, in := range v.servers {
		inf := in.opened(kind(resource), namespace)
		if inf == nil {
			continue
		}
		watched = true
		if found, ok, err := inf.GetStore().GetByKey(key); err == nil && ok {
			if o, ok := found.(metav1.Object); ok {
				return o, true
			}
		}
	}
	return nil, watched
}

// Objects returns the objects of a resource in a namespace, as far as they are
// watched.
func (v *View) Objects(resource, namespace string) (out []metav1.Object) {
	for _, in := range v.servers {
		inf := in.opened(kind(resource), namespace)
		if inf == nil {
			continue
		}
		found, err := inf.GetIndexer().ByIndex(cache.NamespaceIndex, namespace)
		if err != nil {
			continue // of no namespace
		}
		for _, f := range found {
			if o, ok := f.(metav1.Object); ok {
				out = append(out, o)
			}
		}
	}
	return out
}

// opened returns the informer that has the objects of a namespace, nil if there
// is none or its first list is not complete.
func (in *informers) opened(k kind, namespace string) cache.SharedIndexInformer {
	in.mtx.Lock()
	defer in.mtx.Unlock()
	for _, key := range []informerKey{{k, ""}, {k, namespace}} {
		if inf, ok := in.open[key]; ok && inf.HasSynced() {
			return inf
		}
	}
	return nil
}
