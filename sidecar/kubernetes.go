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
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// ConfigMaps is a source of labeled ConfigMaps from the API server. It works on
// a reflector without an informer's cache: the loop keeps what it made of an
// object, and a second copy of the content would double the memory.
type ConfigMaps struct {
	client    kubernetes.Interface
	namespace string
	selector  string
	log       *slog.Logger

	mu     sync.Mutex // guards status
	status SourceStatus
}

// NewConfigMaps returns a source of the ConfigMaps that selector selects, in one
// namespace or, if it is empty, in all.
func NewConfigMaps(client kubernetes.Interface, namespace, selector string, log *slog.Logger) *ConfigMaps {
	name := "configmaps"
	if namespace != "" {
		name += "/" + namespace
	}
	return &ConfigMaps{
		client: client, namespace: namespace, selector: selector,
		log:    log.With("component", "source", "source", name),
		status: SourceStatus{Name: name, Namespace: namespace},
	}
}

// Status implements [Source].
func (c *ConfigMaps) Status() SourceStatus {
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

// Run implements [Source]. The reflector lists, watches, and lists again when the
// watch was cut for too long (410 Gone); it never gives up.
func (c *ConfigMaps) Run(ctx context.Context, deliver func(Event)) {
	configMaps := c.client.CoreV1().ConfigMaps(c.namespace)
	lw := &cache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			o.LabelSelector = c.selector
			list, err := configMaps.List(ctx, o)
			c.heard(err, deliver)
			return list, err
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			o.LabelSelector = c.selector
			w, err := configMaps.Watch(ctx, o)
			c.heard(err, deliver)
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
	store := &deliverer{deliver: deliver, known: map[Key]struct{}{}, synced: c.markSynced}
	r := cache.NewReflectorWithOptions(
		cache.ToListWatcherWithWatchListSemantics(lw, c.client), &corev1.ConfigMap{}, store,
		cache.ReflectorOptions{Name: c.status.Name, Backoff: retryAPI()},
	)
	r.RunWithContext(ctx)
}

func (c *ConfigMaps) heardEvent(ev watch.Event) {
	if ev.Type == watch.Error {
		c.note(apierrors.FromObject(ev.Object))
		return
	}
	c.note(nil)
}

// heard notes the result of a request. That reading is forbidden is told to the
// loop as well: it may last, and nobody should wait for it.
func (c *ConfigMaps) heard(err error, deliver func(Event)) {
	c.note(err)
	if apierrors.IsForbidden(err) || apierrors.IsUnauthorized(err) {
		deliver(Event{Denied: err})
	}
}

func (c *ConfigMaps) note(err error) {
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
	if c.status.Error == "" {
		c.log.Error("the API server cannot be read; what is published stays", "err", err)
	}
	c.status.Error = err.Error()
}

func (c *ConfigMaps) markSynced() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status.Synced = true
}
