package sidecar

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/util/flowcontrol"
)

// The reasons of the Events that owners see.
const (
	ReasonRefused  = "DropInRefused"
	ReasonAccepted = "DropInAccepted"
)

const (
	eventComponent = "config-sidecar"
	// maxMessage is what the API server takes in an Event's message.
	maxMessage = 1024
	// eventsPerSecond and eventBurst keep a cluster full of broken drop-ins from
	// becoming a load on its API server.
	eventsPerSecond, eventBurst = 5, 25
	// eventRetry is the wait after an Event that was not taken.
	eventRetry = 5 * time.Second
)

// Events reports verdicts as Kubernetes Events on the objects, where kubectl
// describe shows them. It does not use client-go's recorder: that one gives up
// after some tries, and what is wrong with a drop-in should be told after an
// outage of the API server too. An Event's name says what it tells, so that
// restarts and replicas repeat the same one and do not add more.
type Events struct {
	client  kubernetes.Interface
	host    string
	log     *slog.Logger
	limiter flowcontrol.RateLimiter

	mu sync.Mutex // guards waiting
	// waiting holds the newest verdict of each object that was not told yet.
	waiting map[Key]Verdict
	wake    chan struct{}
}

// NewEvents returns a reporter; [Events.Run] sends. host names the replica.
func NewEvents(client kubernetes.Interface, host string, log *slog.Logger) *Events {
	return &Events{
		client: client, host: host,
		log:     log.With("component", "events"),
		limiter: flowcontrol.NewTokenBucketRateLimiter(eventsPerSecond, eventBurst),
		waiting: map[Key]Verdict{},
		wake:    make(chan struct{}, 1),
	}
}

// Report implements [Reporter]. A newer verdict on an object replaces one that
// was not sent yet. That all is well is news only for who was told otherwise.
func (e *Events) Report(v Verdict) {
	if len(v.Problems) == 0 && !v.Mended {
		return
	}
	e.mu.Lock()
	e.waiting[v.Key] = v
	e.mu.Unlock()
	e.stir()
}

func (e *Events) stir() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// Run sends until ctx ends.
func (e *Events) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.wake:
		}
		if e.sendAll(ctx) {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(eventRetry):
			e.stir()
		}
	}
}

// sendAll sends what waits and says whether nothing is left to be tried again.
func (e *Events) sendAll(ctx context.Context) bool {
	e.mu.Lock()
	batch := e.waiting
	e.waiting = map[Key]Verdict{}
	e.mu.Unlock()

	done := true
	for key, v := range batch {
		err := e.limiter.Wait(ctx)
		if err == nil {
			err = e.send(ctx, v)
		}
		switch {
		case err == nil:
		case apierrors.IsForbidden(err), apierrors.IsNotFound(err), apierrors.IsInvalid(err):
			// Not allowed there, or the namespace is gone or ending: no use to try
			// again. The status and the log have it all the same.
			e.log.Warn("an owner cannot be told by an Event", "kind", key.Kind, "object", key.String(), "err", err)
		default:
			done = false
			e.putBack(key, v)
		}
	}
	return done
}

func (e *Events) putBack(key Key, v Verdict) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, newer := e.waiting[key]; !newer {
		e.waiting[key] = v
	}
}

func (e *Events) send(ctx context.Context, v Verdict) error {
	ev := e.event(v)
	_, err := e.client.CoreV1().Events(ev.Namespace).Create(ctx, ev, metav1.CreateOptions{})
	if !apierrors.IsAlreadyExists(err) {
		return err
	}
	// The same was told before: refresh it, which also keeps it from expiring.
	patch, err := json.Marshal(map[string]any{
		"lastTimestamp":  ev.LastTimestamp,
		"involvedObject": map[string]any{"uid": ev.InvolvedObject.UID, "resourceVersion": ev.InvolvedObject.ResourceVersion},
	})
	if err != nil {
		return err
	}
	_, err = e.client.CoreV1().Events(ev.Namespace).Patch(ctx, ev.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{})
	return err
}

func (e *Events) event(v Verdict) *corev1.Event {
	kind, reason, message := corev1.EventTypeNormal, ReasonAccepted, v.Message()
	if len(v.Problems) > 0 {
		kind, reason = corev1.EventTypeWarning, ReasonRefused
	}
	sum := sha256.Sum256([]byte(reason + v.Key.Kind + string(v.UID) + message))
	const room = 253 - 1 - 16
	name := strings.TrimRight(v.Key.Name[:min(len(v.Key.Name), room)], ".-")
	now := metav1.Now()
	return &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{Namespace: v.Key.Namespace, Name: name + "." + hex.EncodeToString(sum[:8])},
		InvolvedObject: corev1.ObjectReference{
			APIVersion: v.APIVersion, Kind: v.Key.Kind,
			Namespace: v.Key.Namespace, Name: v.Key.Name, UID: v.UID, ResourceVersion: v.Version,
		},
		Type: kind, Reason: reason, Message: message,
		FirstTimestamp: now, LastTimestamp: now, Count: 1,
		Source:              corev1.EventSource{Component: eventComponent, Host: e.host},
		ReportingController: "kube-monitoring-stack.io/" + eventComponent,
		ReportingInstance:   e.host,
	}
}
