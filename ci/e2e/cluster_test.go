package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// dropInLabel is spelled out, not imported: it is what users type.
const dropInLabel = "kube-monitoring-stack.io/drop-in"

// cluster is the real cluster under test and the release in it.
type cluster struct {
	config    *rest.Config
	client    kubernetes.Interface
	namespace string // of the release
	release   string
}

// connect skips the test where there is no cluster, and says so.
func connect(t *testing.T) *cluster {
	t.Helper()
	path := os.Getenv("KUBECONFIG")
	if path == "" {
		t.Skip("KUBECONFIG is not set: the end-to-end tests need a cluster with the release installed (make up)")
	}
	cfg, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		t.Fatalf("read kubeconfig: %v", err)
	}
	// The tests measure the stack, not this client's own rate limit.
	cfg.QPS = -1
	client, err := kubernetes.NewForConfig(cfg)
	if err != nil {
		t.Fatalf("build client: %v", err)
	}
	return &cluster{config: cfg, client: client, namespace: env("E2E_NAMESPACE", "monitoring"), release: env("E2E_RELEASE", "kube-monitoring-stack")}
}

func env(key, fallback string) string {
	if v := os.Getenv(key); v != "" {
		return v
	}
	return fallback
}

// team gives the test a namespace of its own, as an application team has, and
// removes it with everything in it at the end.
func (c *cluster) team(t *testing.T) string {
	t.Helper()
	ns, err := c.client.CoreV1().Namespaces().Create(t.Context(), &corev1.Namespace{
		ObjectMeta: metav1.ObjectMeta{GenerateName: "e2e-team-"},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatalf("create a team's namespace: %v", err)
	}
	t.Cleanup(func() {
		err := c.client.CoreV1().Namespaces().Delete(context.Background(), ns.Name, metav1.DeleteOptions{})
		if err != nil && !apierrors.IsNotFound(err) {
			t.Errorf("delete namespace %s: %v", ns.Name, err)
		}
	})
	// Without it no pod is accepted. Controllers try again, tests should not have to.
	await(t, time.Minute, 20*time.Millisecond, "the account of the namespace's pods", func(ctx context.Context) error {
		_, err := c.client.CoreV1().ServiceAccounts(ns.Name).Get(ctx, "default", metav1.GetOptions{})
		return err
	})
	return ns.Name
}

// apply creates the drop-in or replaces its data, and returns when the API server has answered.
func (c *cluster) apply(t *testing.T, namespace, name, kind string, data map[string]string) {
	t.Helper()
	cm := &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: map[string]string{dropInLabel: kind}},
		Data:       data,
	}
	api := c.client.CoreV1().ConfigMaps(namespace)
	_, err := api.Update(t.Context(), cm, metav1.UpdateOptions{})
	if apierrors.IsNotFound(err) {
		_, err = api.Create(t.Context(), cm, metav1.CreateOptions{})
	}
	if err != nil {
		t.Fatalf("apply ConfigMap %s/%s: %v", namespace, name, err)
	}
}

func (c *cluster) delete(t *testing.T, namespace, name string) {
	t.Helper()
	if err := c.client.CoreV1().ConfigMaps(namespace).Delete(t.Context(), name, metav1.DeleteOptions{}); err != nil {
		t.Fatalf("delete ConfigMap %s/%s: %v", namespace, name, err)
	}
}

// events returns the messages of the Events of one type on a ConfigMap.
func (c *cluster) events(ctx context.Context, namespace, name, kind string) ([]string, error) {
	list, err := c.client.CoreV1().Events(namespace).List(ctx, metav1.ListOptions{
		FieldSelector: "involvedObject.kind=ConfigMap,involvedObject.name=" + name,
	})
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range list.Items {
		if e.Type == kind {
			out = append(out, e.Message)
		}
	}
	return out, nil
}

// serverPod is the pod of the release's server; replicas are not under test here.
func (c *cluster) serverPod(ctx context.Context) (*corev1.Pod, error) {
	list, err := c.client.CoreV1().Pods(c.namespace).List(ctx, metav1.ListOptions{
		LabelSelector: "app.kubernetes.io/component=server,app.kubernetes.io/instance=" + c.release,
	})
	if err != nil {
		return nil, err
	}
	if len(list.Items) == 0 {
		return nil, fmt.Errorf("no server pod of release %s in namespace %s", c.release, c.namespace)
	}
	return &list.Items[0], nil
}

func ready(p *corev1.Pod) bool {
	for _, cond := range p.Status.Conditions {
		if cond.Type == corev1.PodReady {
			return cond.Status == corev1.ConditionTrue && p.DeletionTimestamp == nil
		}
	}
	return false
}

// await polls cond every step until it returns nil, and fails the test with
// its last error when the time is over. It returns how long it took.
func await(t *testing.T, limit, step time.Duration, what string, cond func(context.Context) error) time.Duration {
	t.Helper()
	start := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	tick := time.NewTicker(step)
	defer tick.Stop()
	last, at := errors.New("never answered"), start
	for {
		if err := cond(ctx); err == nil {
			return time.Since(start)
		} else if ctx.Err() == nil {
			last, at = err, time.Now()
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not within %s: %v (%.0f s before that)", what, limit, last, time.Since(at).Seconds())
		case <-tick.C:
		}
	}
}

func shell(t *testing.T, command string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "bash", "-c", command).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
}

// undo is shell at a test's end, when its own context is over.
func undo(t *testing.T, command string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "bash", "-c", command).CombinedOutput(); err != nil {
		t.Errorf("%s: %v\n%s", command, err, out)
	}
}
