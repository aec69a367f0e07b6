package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// An alert of a team's rule goes all the way: rule, notifier, Alertmanager,
// and a webhook receiver that prints what it was sent.
func TestAlertReachesReceiver(t *testing.T) {
	c := connect(t)
	ns := c.team(t)
	c.receiver(t, ns)
	c.route(t, fmt.Sprintf("http://receiver.%s.svc:8080/", ns), ns)

	c.apply(t, ns, "alert", "rules", map[string]string{"rules.yaml": fmt.Sprintf(`groups:
- name: delivery
  interval: 1s
  rules:
  - alert: E2EDelivery
    expr: vector(1)
    labels: {namespace: %s, severity: warning}
    annotations: {summary: "All the way to a receiver."}
`, ns)})
	applied := time.Now()
	await(t, 2*time.Minute, 200*time.Millisecond, "the alert at the receiver", func(ctx context.Context) error {
		raw, err := c.client.CoreV1().Pods(ns).GetLogs("receiver", &corev1.PodLogOptions{}).DoRaw(ctx)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(raw)) {
			var m struct {
				Status string
				Alerts []struct {
					Labels, Annotations map[string]string
				}
			}
			if json.Unmarshal([]byte(line), &m) != nil || m.Status != "firing" {
				continue
			}
			for _, a := range m.Alerts {
				if a.Labels["alertname"] == "E2EDelivery" && a.Labels["namespace"] == ns && a.Annotations["summary"] != "" {
					return nil
				}
			}
		}
		return fmt.Errorf("the receiver got %q", raw)
	})
	t.Logf("rule applied → alert at the receiver: %d ms", time.Since(applied).Milliseconds())
}

// receiver runs kmon's webhook receiver in the team's namespace.
func (c *cluster) receiver(t *testing.T, ns string) {
	t.Helper()
	server, err := c.serverPod(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var image string
	for _, s := range server.Spec.Containers {
		if strings.Contains(s.Image, "/monitoring-server:") {
			image = strings.Replace(s.Image, "/monitoring-server:", "/kmon:", 1)
		}
	}
	nonRoot, no := true, false
	_, err = c.client.CoreV1().Pods(ns).Create(t.Context(), &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "receiver", Labels: map[string]string{"app": "receiver"}},
		Spec: corev1.PodSpec{
			AutomountServiceAccountToken: &no,
			Containers: []corev1.Container{{
				Name: "receiver", Image: image, Args: []string{"receive", "--listen=:8080"},
				ReadinessProbe: &corev1.Probe{PeriodSeconds: 1, ProbeHandler: corev1.ProbeHandler{
					HTTPGet: &corev1.HTTPGetAction{Path: "/", Port: intstr.FromInt32(8080)},
				}},
				SecurityContext: &corev1.SecurityContext{RunAsNonRoot: &nonRoot, AllowPrivilegeEscalation: &no},
			}},
		},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatalf("create receiver: %v", err)
	}
	_, err = c.client.CoreV1().Services(ns).Create(t.Context(), &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: "receiver"},
		Spec:       corev1.ServiceSpec{Selector: map[string]string{"app": "receiver"}, Ports: []corev1.ServicePort{{Port: 8080}}},
	}, metav1.CreateOptions{})
	if err != nil {
		t.Fatalf("create receiver's Service: %v", err)
	}
	await(t, 2*time.Minute, 200*time.Millisecond, "receiver ready", func(ctx context.Context) error {
		p, err := c.client.CoreV1().Pods(ns).Get(ctx, "receiver", metav1.GetOptions{})
		if err == nil && !ready(p) {
			err = fmt.Errorf("pod is %s: %v", p.Status.Phase, p.Status.ContainerStatuses)
		}
		return err
	})
}

// route sends the namespace's alerts to url, by the release's own Alertmanager
// configuration, and puts it back at the end.
func (c *cluster) route(t *testing.T, url, ns string) {
	t.Helper()
	api, name := c.client.CoreV1().Secrets(c.namespace), c.release+"-alertmanager"
	secret, err := api.Get(t.Context(), name, metav1.GetOptions{})
	if err != nil {
		t.Fatal(err)
	}
	const key = "alertmanager.yml"
	original := secret.Data[key]
	if len(original) == 0 {
		t.Fatalf("Secret %s has no %s", name, key)
	}
	config := fmt.Sprintf(`route:
  receiver: none
  routes:
  - receiver: e2e
    matchers: ['namespace="%s"']
    group_wait: 0s
receivers:
- name: none
- name: e2e
  webhook_configs:
  - url: %s
    send_resolved: false
`, ns, url)
	put := func(ctx context.Context, data []byte) error {
		patch, _ := json.Marshal(map[string]any{"data": map[string][]byte{key: data}})
		if _, err := api.Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{}); err != nil {
			return err
		}
		// A changed annotation makes the kubelet sync the pod's volumes now and not in a minute.
		nudge, _ := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": map[string]string{"e2e/nudge": time.Now().String()}}})
		pods, err := c.client.CoreV1().Pods(c.namespace).List(ctx, metav1.ListOptions{
			LabelSelector: "app.kubernetes.io/component=alertmanager,app.kubernetes.io/instance=" + c.release,
		})
		if err != nil {
			return err
		}
		for _, p := range pods.Items {
			if _, err := c.client.CoreV1().Pods(c.namespace).Patch(ctx, p.Name, types.MergePatchType, nudge, metav1.PatchOptions{}); err != nil {
				return err
			}
		}
		return nil
	}
	if err := put(t.Context(), []byte(config)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := put(context.Background(), original); err != nil {
			t.Errorf("put Alertmanager's configuration back: %v", err)
		}
	})
	await(t, 3*time.Minute, time.Second, "Alertmanager with the test's route", func(ctx context.Context) error {
		_, err := c.client.CoreV1().RESTClient().Post().Namespace(c.namespace).Resource("services").
			Name(c.release + "-alertmanager:http").SubResource("proxy").Suffix("/-/reload").DoRaw(ctx)
		if err != nil {
			return err
		}
		raw, err := c.get(ctx, "alertmanager", "http", "/api/v2/status", nil)
		if err == nil && !strings.Contains(string(raw), ns) {
			err = fmt.Errorf("it still runs its old configuration")
		}
		return err
	})
}
