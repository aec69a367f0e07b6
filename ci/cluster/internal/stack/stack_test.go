package stack

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/utils/ptr"
)

func TestImagesIn(t *testing.T) {
	got, err := imagesIn([]byte(`
apiVersion: apps/v1
kind: StatefulSet
spec:
  template:
    spec:
      initContainers: [{name: a, image: r/sidecar:1}]
      containers: [{name: b, image: r/server:1}]
---
# Source: only a comment
---
kind: ConfigMap
data: {image: "not: an image"}
---
kind: CronJob
spec: {jobTemplate: {spec: {template: {spec: {containers: [{image: r/job:1}]}}}}}
---
kind: Pod
spec: {containers: [{image: r/server:1}]}
---
kind: Custom
spec: {template: "a string here"}
`))
	if want := []string{"r/job:1", "r/server:1", "r/sidecar:1"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("imagesIn() = %q, %v; want %q", got, err, want)
	}
}

const ns = "monitoring"

func pod(name, imageID string, state corev1.ContainerState, ready corev1.ConditionStatus) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: ns,
			OwnerReferences: []metav1.OwnerReference{{Kind: "StatefulSet", Name: "set", Controller: ptr.To(true)}},
		},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "server", Image: "r/server:1"}}},
		Status: corev1.PodStatus{
			Phase:             corev1.PodRunning,
			Conditions:        []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}},
			ContainerStatuses: []corev1.ContainerStatus{{Name: "server", ImageID: imageID, State: state}},
		},
	}
}

var (
	running = corev1.ContainerState{Running: &corev1.ContainerStateRunning{}}
	backoff = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ImagePullBackOff"}}
	crash   = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff", Message: "back-off 10s"}}
)

func TestRefreshDeletesOnlyPodsWithAnotherImage(t *testing.T) {
	bare := pod("bare", "sha256:old", running, corev1.ConditionTrue)
	bare.OwnerReferences = nil
	client := &Client{api: fake.NewClientset(
		pod("by-config", "sha256:config", running, corev1.ConditionTrue),
		pod("by-manifest", "r/server@sha256:manifest", running, corev1.ConditionTrue),
		pod("not-started", "", corev1.ContainerState{}, corev1.ConditionFalse),
		pod("old", "sha256:old", running, corev1.ConditionTrue),
		pod("waiting", "", backoff, corev1.ConditionFalse),
		bare, // nobody would make it again
	)}
	deleted, err := client.Refresh(t.Context(), []string{ns}, map[string][]string{"r/server:1": {"sha256:manifest", "sha256:config"}})
	if err != nil || deleted != 2 {
		t.Fatalf("Refresh() = %d, %v; want 2", deleted, err)
	}
	left, err := client.api.CoreV1().Pods(ns).List(t.Context(), metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range left.Items {
		names = append(names, p.Name)
	}
	if want := []string{"bare", "by-config", "by-manifest", "not-started"}; !slices.Equal(names, want) {
		t.Errorf("left are %q, want %q", names, want)
	}
}

func statefulSet(ready int32) *appsv1.StatefulSet {
	return &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Name: "set", Namespace: ns},
		Spec:       appsv1.StatefulSetSpec{Replicas: ptr.To(int32(1))},
		Status:     appsv1.StatefulSetStatus{ReadyReplicas: ready},
	}
}

func node() *corev1.Node {
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: "node-1"},
		Status:     corev1.NodeStatus{Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}}},
	}
}

func TestWait(t *testing.T) {
	event := &corev1.Event{ObjectMeta: metav1.ObjectMeta{Name: "e", Namespace: ns}, InvolvedObject: corev1.ObjectReference{Name: "p"}, Type: "Warning", Reason: "BackOff", Message: "restarting"}
	for _, tt := range []struct {
		name    string
		objects []runtime.Object
		waiting string
		report  []string
		took    time.Duration
	}{
		{name: "all ready", objects: []runtime.Object{node(), statefulSet(1), pod("p", "", running, corev1.ConditionTrue)}},
		{name: "no node", objects: []runtime.Object{}, waiting: "1 of 1 nodes", took: time.Minute},
		{name: "no pod yet", objects: []runtime.Object{node(), statefulSet(0)}, waiting: "statefulset set", took: time.Minute},
		{
			name: "crashing", objects: []runtime.Object{node(), event, pod("p", "", crash, corev1.ConditionFalse)},
			waiting: "p (CrashLoopBackOff)", took: time.Minute,
			report: []string{"pod monitoring/p: CrashLoopBackOff", "waiting: CrashLoopBackOff; back-off 10s", "event: Warning BackOff: restarting", "| fake logs"},
		},
		{name: "no image: waiting does not help", objects: []runtime.Object{node(), pod("p", "", backoff, corev1.ConditionFalse)}, waiting: "p (no image ", took: secondTry},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				started, client := time.Now(), &Client{api: fake.NewClientset(tt.objects...)}
				var last string
				err := client.Wait(t.Context(), 1, []string{ns}, time.Minute, func(format string, args ...any) { last = fmt.Sprintf(format, args...) })
				if took := time.Since(started); took.Truncate(time.Second) != tt.took {
					t.Errorf("took %s, want %s", took, tt.took)
				}
				if tt.waiting == "" {
					if err != nil || last != "1 pods ready" {
						t.Errorf("Wait() = %v, said %q", err, last)
					}
					return
				}
				var notReady *NotReadyError
				if !errors.As(err, &notReady) || !strings.Contains(err.Error(), tt.waiting) {
					t.Fatalf("Wait() = %v, want it to name %q", err, tt.waiting)
				}
				for _, part := range tt.report {
					if !strings.Contains(notReady.Report, part) {
						t.Errorf("the report lacks %q:\n%s", part, notReady.Report)
					}
				}
			})
		})
	}
}

func TestJoin(t *testing.T) {
	if got := join([]string{"a", "b", "c", "d", "e"}); got != "a, b, c and 2 more" {
		t.Errorf("join() = %q", got)
	}
}
