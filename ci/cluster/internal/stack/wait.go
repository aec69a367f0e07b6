package stack

import (
	"context"
	"fmt"
	"slices"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
)

// NotReadyError says what was still not ready when the time was over.
type NotReadyError struct {
	Waiting []string
	// Report is the state, events and last words of the pods in question.
	Report string
}

func (e *NotReadyError) Error() string {
	return fmt.Sprintf("not ready: %s", join(e.Waiting))
}

// secondTry is when kubelet has looked for an image again: one that was imported a moment after
// the first look is found by then.
const secondTry = 15 * time.Second

// Wait waits until the wanted number of nodes and everything in the namespaces is ready. It
// tells notef what it is waiting for.
func (c *Client) Wait(ctx context.Context, nodes int, namespaces []string, patience time.Duration, notef func(format string, args ...any)) error {
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	lastHope := time.Now()
	for {
		s, err := c.look(ctx, namespaces)
		if err != nil {
			return fmt.Errorf("look at the cluster: %w", err)
		}
		waiting := s.waiting(nodes)
		if len(waiting) == 0 {
			notef("%d pods ready", len(s.pods))
			return nil
		}
		notef("waiting for %s", join(waiting))
		hopeless := s.hopeless()
		if len(hopeless) == 0 {
			lastHope = time.Now()
		}
		if time.Since(lastHope) >= secondTry {
			return &NotReadyError{Waiting: hopeless, Report: c.describe(ctx, s)}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timeout.C:
			return &NotReadyError{Waiting: waiting, Report: c.describe(ctx, s)}
		case <-tick.C:
		}
	}
}

// waiting names what is not ready yet.
func (s *snapshot) waiting(nodes int) []string {
	var waiting []string
	ready := 0
	for _, n := range s.nodes {
		if nodeReady(n) {
			ready++
		}
	}
	if ready < nodes {
		waiting = append(waiting, fmt.Sprintf("%d of %d nodes", nodes-ready, nodes))
	}
	for _, p := range s.pods {
		if reason := podWaiting(p); reason != "" {
			waiting = append(waiting, fmt.Sprintf("%s (%s)", p.Name, reason))
		}
	}
	if len(waiting) > 0 {
		return waiting
	}
	// All pods that there are may be ready while some are yet to be made.
	for _, d := range s.deployments {
		if !deploymentReady(d) {
			waiting = append(waiting, "deployment "+d.Name)
		}
	}
	for _, d := range s.statefulSets {
		if !statefulSetReady(d) {
			waiting = append(waiting, "statefulset "+d.Name)
		}
	}
	for _, d := range s.daemonSets {
		if !daemonSetReady(d) {
			waiting = append(waiting, "daemonset "+d.Name)
		}
	}
	return waiting
}

// hopeless names the pods that no waiting will help: their image is not in the node and comes from
// nowhere.
func (s *snapshot) hopeless() []string {
	var names []string
	for _, p := range s.pods {
		if p.DeletionTimestamp != nil {
			continue
		}
		for _, c := range containers(p) {
			if w := c.State.Waiting; w != nil && slices.Contains(imageMissing, w.Reason) {
				names = append(names, fmt.Sprintf("%s (no image %s)", p.Name, c.Image))
			}
		}
	}
	return names
}

var imageMissing = []string{"ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull", "InvalidImageName"}

func nodeReady(n corev1.Node) bool {
	for _, c := range n.Status.Conditions {
		if c.Type == corev1.NodeReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

// podWaiting says in a word or two why a pod is not ready, or nothing if it is or will never be
// again.
func podWaiting(p corev1.Pod) string {
	if p.DeletionTimestamp != nil {
		return "ending"
	}
	if p.Status.Phase == corev1.PodSucceeded {
		return ""
	}
	for _, c := range containers(p) {
		if c.State.Waiting != nil && c.State.Waiting.Reason != "" && c.State.Waiting.Reason != "PodInitializing" {
			return c.State.Waiting.Reason
		}
	}
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue {
			return ""
		}
	}
	for _, c := range p.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			return "not scheduled"
		}
	}
	if p.Status.Phase == corev1.PodRunning {
		return "not ready"
	}
	return string(p.Status.Phase)
}

func containers(p corev1.Pod) []corev1.ContainerStatus {
	return slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses)
}

func deploymentReady(d appsv1.Deployment) bool {
	s := d.Status
	return s.ObservedGeneration >= d.Generation && s.UpdatedReplicas == *d.Spec.Replicas && s.AvailableReplicas == s.Replicas && s.Replicas == *d.Spec.Replicas
}

func statefulSetReady(d appsv1.StatefulSet) bool {
	s := d.Status
	return s.ObservedGeneration >= d.Generation && s.ReadyReplicas == *d.Spec.Replicas && s.CurrentRevision == s.UpdateRevision
}

func daemonSetReady(d appsv1.DaemonSet) bool {
	s := d.Status
	return s.ObservedGeneration >= d.Generation && s.NumberReady == s.DesiredNumberScheduled && s.UpdatedNumberScheduled == s.DesiredNumberScheduled
}
