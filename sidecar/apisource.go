package sidecar

import (
	"context"
	"log/slog"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
)

// APIOptions say what an [APISource] reads.
type APIOptions struct {
	// Name is the resource's plural, Kind its kind.
	Name, Kind string
	// Namespace is the only one that is read; empty means all.
	Namespace string
	// Selector is a label selector; empty means everything.
	Selector string
	// List and Watch ask the API server. The selector is in the options already.
	List  func(context.Context, metav1.ListOptions) (runtime.Object, error)
	Watch func(context.Context, metav1.ListOptions) (watch.Interface, error)
	// Client is asked whether it can stream lists, which fakes cannot.
	Client any
	// Expected is an object of the type that is listed.
	Expected runtime.Object
	// Read makes an object of what was listed, nil if it is none.
	Read func(any) *Object
	// Trim takes away from an object what Read does not need, when a list is streamed.
	// Nil takes away what no object of the core API needs.
	Trim   cache.TransformFunc
	Logger *slog.Logger
}

// APISource is a source of objects from the API server. It works on a reflector
// without an informer's cache: the loop keeps what it made of an object, and a
// second copy of the content would double the memory.
type APISource struct {
	opts APIOptions
	log  *slog.Logger

	mu     sync.Mutex // guards status
	status SourceStatus
}

// NewAPISource returns a source; nothing is asked before [APISource.Run].
func NewAPISource(opts APIOptions) *APISource {
	name := opts.Name
	if opts.Namespace != "" {
		name += "/" + opts.Namespace
	}
	if opts.Trim == nil {
		opts.Trim = trimObject
	}
	return &APISource{
		opts:   opts,
		log:    opts.Logger.With("component", "source", "source", name),
		status: SourceStatus{Name: name, Kind: opts.Kind, Namespace: opts.Namespace},
	}
}

// Status implements [Source].
func (c *APISource) Status() SourceStatus {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status
}

// retryAPI is how a reflector waits between failures, and also before it lists
// after a watch that ended: client-go forgets past failures only after two good
// minutes. The default goes up to half a minute, which changes made while the API
// server was away, or shortly after, would then wait for.
func retryAPI() *wait.Backoff {
	return &wait.Backoff{Duration: 100 * time.Millisecond, Cap: time.Second, Steps: 8, Factor: 2, Jitter: 0.5}
}

// deniedPause is how long a source that may not be read waits before it asks
// again: the right to read may be granted at any time, and often never is.
const deniedPause = 2 * time.Second

// Run implements [Source]. The reflector lists, watches, and lists again when the
// watch was cut for too long (410 Gone); it never gives up.
func (c *APISource) Run(ctx context.Context, deliver func(Event)) {
	lw := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.LabelSelector = c.opts.Selector
			list, err := c.opts.List(ctx, o)
			c.heard(ctx, err, deliver)
			return list, err
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.LabelSelector = c.opts.Selector
			w, err := c.opts.Watch(ctx, o)
			c.heard(ctx, err, deliver)
			if err != nil {
				return nil, err
			}
			// Every event counts as a sign of life. Bookmarks come about once a
			// minute when nothing changes.
			return watch.Filter(w, func(ev watch.Event) (watch.Event, bool) {
				c.heardEvent(ev)
				return ev, true
			}), nil
		},
	}
	store := &deliverer{read: c.opts.Read, trim: c.opts.Trim, deliver: deliver, known: map[Key]struct{}{}, synced: c.markSynced}
	r := cache.NewReflectorWithOptions(
		cache.ToListWatcherWithWatchListSemantics(lw, c.opts.Client), c.opts.Expected, store,
		cache.ReflectorOptions{Name: c.status.Name, Backoff: retryAPI()},
	)
	r.RunWithContext(ctx)
}

// trimObject takes away what is often the larger part of an object.
func trimObject(obj any) (any, error) {
	if m, ok := obj.(metav1.Object); ok {
		m.SetManagedFields(nil)
		delete(m.GetAnnotations(), corev1.LastAppliedConfigAnnotation)
	}
	return obj, nil
}

func (c *APISource) heardEvent(ev watch.Event) {
	if ev.Type == watch.Error {
		c.note(apierrors.FromObject(ev.Object))
		return
	}
	c.note(nil)
}

// heard notes the result of a request. That reading is forbidden is told to the
// loop as well: it may last, and nobody should wait for it.
func (c *APISource) heard(ctx context.Context, err error, deliver func(Event)) {
	c.note(err)
	if !apierrors.IsForbidden(err) && !apierrors.IsUnauthorized(err) {
		return
	}
	deliver(Event{Denied: err})
	select {
	case <-ctx.Done():
	case <-time.After(deniedPause):
	}
}

func (c *APISource) note(err error) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status.LastAttempt = now
	if err == nil {
		if c.status.Error != "" {
			c.log.Info("the API server can be read again")
		}
		c.status.LastSuccess, c.status.Error = now, ""
		return
	}
	// An expired version is the ordinary end of an old watch, and the list that
	// follows tells whether all is well.
	if apierrors.IsResourceExpired(err) || apierrors.IsGone(err) {
		return
	}
	// A kind that went with its CRD is no failure either, and who reads such kinds
	// notices.
	if apierrors.IsNotFound(err) {
		return
	}
	if c.status.Error == "" {
		c.log.Error("the API server cannot be read; what is published stays", "err", err)
	}
	c.status.Error = err.Error()
}

func (c *APISource) markSynced() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status.Synced = true
}
