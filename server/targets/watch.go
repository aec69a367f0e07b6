package targets

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/discovery"
	sdk8s "github.com/prometheus/prometheus/discovery/kubernetes"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
)

// probeRetry is how long to wait before asking again whether a watch of the
// whole cluster is allowed, after no answer.
const probeRetry = 2 * time.Second

// watch finds the targets of one role with one kind of metadata, on one API
// server, for all jobs. It runs until ctx ends.
//
// It watches the whole cluster, which costs least with more than a few jobs. If
// that is forbidden, it watches the namespaces that jobs name, each once.
type watch struct {
	ctx       context.Context
	logger    *slog.Logger
	role      sdk8s.Role
	meta      sdk8s.AttachMetadataConfig
	informers *informers
	events    *prometheus.CounterVec
	updates   chan<- update

	mtx     sync.Mutex // guards what follows
	wanted  map[string]bool
	running map[string]bool
	scope   scope
}

type scope int

const (
	unknown scope = iota
	asking
	cluster
	single
)

// update is news from a watch. A group without targets is gone.
type update struct {
	from   *watch
	groups []*targetgroup.Group
}

// want makes sure the targets of namespaces are found; nil means all.
func (w *watch) want(names map[string]bool) {
	w.mtx.Lock()
	defer w.mtx.Unlock()
	if names == nil || w.role == sdk8s.RoleNode {
		// Even if it is forbidden: it may not be for ever, and until then the
		// attempts are in the log and in the metrics.
		w.start("")
		return
	}
	for ns := range names {
		w.wanted[ns] = true
	}
	switch w.scope {
	case unknown:
		w.scope = asking
		go w.ask()
	case single:
		w.startWanted()
	}
}

func (w *watch) startWanted() {
	for ns := range w.wanted {
		w.start(ns)
	}
}

func (w *watch) start(ns string) {
	if w.running[""] || w.running[ns] {
		return
	}
	w.running[ns] = true
	go w.discover(ns)
}

// ask finds out whether the whole cluster may be watched.
func (w *watch) ask() {
	for {
		err := w.probe()
		w.mtx.Lock()
		switch {
		case err == nil:
			w.scope = cluster
			w.start("")
		case apierrors.IsForbidden(err):
			w.logger.Info("Watching single namespaces, the cluster is not allowed", "role", w.role, "err", err)
			w.scope = single
			w.startWanted()
		}
		known := w.scope != asking
		w.mtx.Unlock()
		if known {
			return
		}
		w.logger.Warn("Cannot find out what may be watched, trying again", "role", w.role, "err", err)
		select {
		case <-time.After(probeRetry):
		case <-w.ctx.Done():
			return
		}
	}
}

// probe lists one object of each kind the role needs.
func (w *watch) probe() error {
	for _, k := range needs(w.role, w.meta) {
		lw, _, err := w.informers.listWatch(k, "")
		if err != nil {
			return err
		}
		if _, err := lw.ListWithContextFunc(w.ctx, metav1.ListOptions{Limit: 1}); err != nil {
			return err
		}
	}
	return nil
}

// discover passes on what upstream's discoverer finds in a namespace.
func (w *watch) discover(ns string) {
	d, err := w.discoverer(ns)
	if err != nil {
		w.logger.Error("Cannot discover targets", "role", w.role, "namespace", ns, "err", err)
		return
	}
	found := make(chan []*targetgroup.Group)
	go d.Run(w.ctx, found)
	for {
		select {
		case groups := <-found:
			select {
			case w.updates <- update{w, groups}:
			case <-w.ctx.Done():
				return
			}
		case <-w.ctx.Done():
			return
		}
	}
}

// discoverer makes upstream's discoverer of the role on our informers.
func (w *watch) discoverer(ns string) (discovery.Discoverer, error) {
	l := w.logger.With("role", w.role)
	var failed error
	get := func(wanted bool, k kind, ns string) cache.SharedIndexInformer {
		if !wanted {
			return nil
		}
		inf, err := w.informers.get(k, ns)
		if err != nil {
			failed = err
		}
		return inf
	}
	// A nil *T in an interface is not nil, and upstream asks for nil.
	shared := func(wanted bool, k kind, ns string) cache.SharedInformer {
		if inf := get(wanted, k, ns); inf != nil {
			return inf
		}
		return nil
	}
	m := w.meta
	node := shared(m.Node || w.role == sdk8s.RoleNode, nodes, "")
	space := shared(m.Namespace, namespaces, "")
	rs := shared(m.Deployment, replicaSets, ns)
	jobs := shared(m.Job || m.CronJob, batchJobs, ns)

	var d discovery.Discoverer
	switch w.role {
	case sdk8s.RolePod:
		d = sdk8s.NewPod(l, get(true, pods, ns), node, space, rs, jobs, m.Deployment, m.Job, m.CronJob, w.events)
	case sdk8s.RoleService:
		d = sdk8s.NewService(l, get(true, services, ns), space, w.events)
	case sdk8s.RoleIngress:
		d = sdk8s.NewIngress(l, get(true, ingresses, ns), space, w.events)
	case sdk8s.RoleNode:
		d = sdk8s.NewNode(l, node, w.events)
	case sdk8s.RoleEndpoint:
		d = sdk8s.NewEndpoints(l, get(true, endpoints, ns), get(true, services, ns), get(true, pods, ns), node, space, rs, jobs, m.Deployment, m.Job, m.CronJob, w.events)
	case sdk8s.RoleEndpointSlice:
		slices := get(true, endpointSlices, ns)
		if p := shared(true, pods, ns); failed == nil {
			slices, failed = retell(slices, p)
		}
		d = sdk8s.NewEndpointSlice(l, slices, get(true, services, ns), get(true, pods, ns), node, space, rs, jobs, m.Deployment, m.Job, m.CronJob, w.events)
	}
	return d, failed
}
