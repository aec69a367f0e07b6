package objectsource

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"time"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/util/workqueue"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// Workload is what the conditions say an object is bound to. The CRDs know
// Prometheus and Alertmanager objects only, of which there are none: it is the
// release that is named.
type Workload struct {
	// Resource is "prometheuses" or "alertmanagers".
	Resource        string
	Namespace, Name string
}

// fieldOwner is who owns the conditions in an object's status: one for each
// release, as what an owner applies takes away what it applied before.
func (w Workload) fieldOwner() string {
	sum := sha256.Sum256([]byte(w.Resource + "/" + w.Namespace + "/" + w.Name))
	return "kube-monitoring-stack-" + hex.EncodeToString(sum[:8])
}

// Conditions writes verdicts to the status of objects whose CRD has room for
// them, as the Prometheus operator does for its own.
type Conditions struct {
	client   dynamic.Interface
	served   *Served
	workload Workload
	log      *slog.Logger
	queue    workqueue.TypedRateLimitingInterface[sidecar.Key]

	mu sync.Mutex // guards the following
	// wanted are the newest verdicts that are not written yet.
	wanted map[sidecar.Key]sidecar.Verdict
	// found are our conditions as the objects have them.
	found map[sidecar.Key]monitoringv1.ConfigResourceCondition
	// denied are the kinds of which it was said that their status may not be written.
	denied map[string]bool
}

// NewConditions returns a reporter; [Conditions.Run] writes.
func NewConditions(client dynamic.Interface, served *Served, w Workload, log *slog.Logger) *Conditions {
	return &Conditions{
		client: client, served: served, workload: w, log: log.With("component", "conditions"),
		queue:  newQueue[sidecar.Key](),
		wanted: map[sidecar.Key]sidecar.Verdict{},
		found:  map[sidecar.Key]monitoringv1.ConfigResourceCondition{},
		denied: map[string]bool{},
	}
}

// Report implements [sidecar.Reporter].
func (c *Conditions) Report(v sidecar.Verdict) {
	if operatorobjects.Kind(v.Key.Kind).Resource() == "" {
		return
	}
	c.mu.Lock()
	c.wanted[v.Key] = v
	c.mu.Unlock()
	c.queue.Add(v.Key)
}

// Run writes until ctx ends.
func (c *Conditions) Run(ctx context.Context) {
	stop := context.AfterFunc(ctx, c.queue.ShutDown)
	defer stop()
	for {
		key, quit := c.queue.Get()
		if quit {
			return
		}
		c.mu.Lock()
		v, ok := c.wanted[key]
		c.mu.Unlock()
		if ok {
			c.handle(ctx, v)
		}
		c.queue.Done(key)
	}
}

func (c *Conditions) handle(ctx context.Context, v sidecar.Verdict) {
	err := c.write(ctx, v)
	switch {
	case err == nil, apierrors.IsNotFound(err), apierrors.IsInvalid(err), apierrors.IsConflict(err):
		// Written, gone, of a CRD that does not take it, or another object of the name.
	case apierrors.IsForbidden(err):
		c.sayDenied(v.Key.Kind, err)
	case ctx.Err() != nil:
		return
	default:
		c.queue.AddRateLimited(v.Key)
		return
	}
	c.queue.Forget(v.Key)
	c.mu.Lock()
	defer c.mu.Unlock()
	if newest := c.wanted[v.Key]; newest.Generation == v.Generation && newest.Message() == v.Message() {
		delete(c.wanted, v.Key)
	}
}

func (c *Conditions) sayDenied(kind string, err error) {
	c.mu.Lock()
	said := c.denied[kind]
	c.denied[kind] = true
	c.mu.Unlock()
	if !said {
		c.log.Warn("conditions cannot be written to the status of a kind; Events and /status tell the same", "kind", kind, "err", err)
	}
}

func (c *Conditions) write(ctx context.Context, v sidecar.Verdict) error {
	resource, served, err := c.served.Ask(ctx, operatorobjects.Kind(v.Key.Kind))
	if err != nil || !served || !resource.Status {
		return err
	}
	c.mu.Lock()
	found := c.found[v.Key]
	c.mu.Unlock()
	condition := conditionOf(v, found)
	if condition == found {
		return nil
	}
	patch, err := json.Marshal(map[string]any{
		"apiVersion": resource.GroupVersion().String(),
		"kind":       v.Key.Kind,
		"metadata":   map[string]any{"namespace": v.Key.Namespace, "name": v.Key.Name, "uid": v.UID},
		"status": monitoringv1.ConfigResourceStatus{Bindings: []monitoringv1.WorkloadBinding{{
			Group: operatorobjects.Group, Resource: c.workload.Resource,
			Namespace: c.workload.Namespace, Name: c.workload.Name,
			Conditions: []monitoringv1.ConfigResourceCondition{condition},
		}}},
	})
	if err != nil {
		return fmt.Errorf("write a condition: %w", err)
	}
	force := true
	_, err = c.client.Resource(resource.GroupVersionResource).Namespace(v.Key.Namespace).Patch(
		ctx, v.Key.Name, types.ApplyPatchType, patch,
		metav1.PatchOptions{FieldManager: c.workload.fieldOwner(), Force: &force}, "status")
	return err
}

// conditionOf is the condition that a verdict makes of the one found. The time
// of the transition stays unless the status changes.
func conditionOf(v sidecar.Verdict, found monitoringv1.ConfigResourceCondition) monitoringv1.ConfigResourceCondition {
	c := monitoringv1.ConfigResourceCondition{
		Type: monitoringv1.Accepted, Status: monitoringv1.ConditionTrue,
		ObservedGeneration: v.Generation, LastTransitionTime: found.LastTransitionTime,
	}
	if len(v.Problems) > 0 {
		c.Status, c.Reason, c.Message = monitoringv1.ConditionFalse, sidecar.ReasonRefused, v.Message()
	}
	if c.Status != found.Status {
		c.LastTransitionTime = metav1.NewTime(time.Now().Truncate(time.Second))
	}
	return c
}

// saw notes our condition of an object as it is.
func (c *Conditions) saw(key sidecar.Key, o operatorobjects.Object) {
	status, _ := reflect.ValueOf(o).Elem().FieldByName("Status").Interface().(monitoringv1.ConfigResourceStatus)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.found, key)
	for _, b := range status.Bindings {
		if b.Resource == c.workload.Resource && b.Namespace == c.workload.Namespace && b.Name == c.workload.Name && len(b.Conditions) == 1 {
			c.found[key] = b.Conditions[0]
		}
	}
}

func (c *Conditions) forget(key sidecar.Key) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.found, key)
	delete(c.wanted, key)
}
