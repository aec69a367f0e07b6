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
	"k8s.io/apimachinery/pkg/util/intstr"
)

// An alert of a team's rule goes all the way: rule, notifier, Alertmanager with
// the team's own route, and a webhook receiver that prints what it was sent.
func TestAlertReachesReceiver(t *testing.T) {
	c := connect(t)
	ns := c.team(t)
	c.receiver(t, ns)
	c.apply(t, ns, "route", "alertmanager", map[string]string{"alertmanager.yaml": fmt.Sprintf(`route:
  receiver: hook
  group_wait: 0s
receivers:
- name: hook
  webhook_configs:
  - url: http://receiver.%s.svc:8080/
`, ns)})
	c.awaitRoute(t, ns)

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
		got, err := c.received(ctx, ns)
		if err != nil {
			return err
		}
		for _, n := range got {
			for _, a := range n.Alerts {
				if n.Status == "firing" && a.Labels["alertname"] == "E2EDelivery" && a.Labels["namespace"] == ns && a.Annotations["summary"] != "" {
					return nil
				}
			}
		}
		return fmt.Errorf("the receiver got %+v", got)
	})
	t.Logf("rule applied → alert at the receiver: %d ms", time.Since(applied).Milliseconds())
}

// notification is one line that the receiver printed: a webhook's, Slack's,
// PagerDuty's or a mail.
type notification struct {
	// Of a webhook.
	Status string
	Alerts []struct {
		Status              string
		Labels, Annotations map[string]string
	}
	// Of Slack.
	Channel     string
	Attachments []struct{ Title, Fallback string }
	// Of PagerDuty.
	RoutingKey  string `json:"routing_key"`
	EventAction string `json:"event_action"`
	Payload     struct{ Summary, Severity string }
	// Of SMTP.
	Mail *struct {
		From, Subject string
		To            []string
		Parts         map[string]string
	}
}

// received reads what came to the receiver in the namespace, in its order.
func (c *cluster) received(ctx context.Context, ns string) ([]notification, error) {
	raw, err := c.client.CoreV1().Pods(ns).GetLogs("receiver", &corev1.PodLogOptions{}).DoRaw(ctx)
	if err != nil {
		return nil, err
	}
	var out []notification
	for line := range strings.Lines(string(raw)) {
		if !strings.HasPrefix(line, "{") {
			continue // what it says to people
		}
		var n notification
		if err := json.Unmarshal([]byte(line), &n); err != nil {
			return nil, fmt.Errorf("the receiver printed %q: %w", line, err)
		}
		out = append(out, n)
	}
	return out, nil
}

// awaitRoute waits until Alertmanager runs a route of the namespace.
func (c *cluster) awaitRoute(t *testing.T, ns string) {
	t.Helper()
	applied := time.Now()
	await(t, time.Minute, 50*time.Millisecond, "Alertmanager with the team's route", func(ctx context.Context) error {
		raw, err := c.get(ctx, "alertmanager", "http", "/api/v2/status", nil)
		if err == nil && !strings.Contains(string(raw), ns) {
			err = fmt.Errorf("it still runs its old configuration")
		}
		return err
	})
	t.Logf("route applied → in force: %d ms", time.Since(applied).Milliseconds())
}

// kmonImage is the image of kmon beside that of the server which runs.
func (c *cluster) kmonImage(t *testing.T) string {
	t.Helper()
	server, err := c.serverPod(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range server.Spec.Containers {
		if strings.Contains(s.Image, "/monitoring-server:") {
			return strings.Replace(s.Image, "/monitoring-server:", "/kmon:", 1)
		}
	}
	t.Fatalf("pod %s has no container with the server's image", server.Name)
	return ""
}

// receiver runs kmon's receiver in the team's namespace.
func (c *cluster) receiver(t *testing.T, ns string) {
	t.Helper()
	image := c.kmonImage(t)
	nonRoot, no := true, false
	_, err := c.client.CoreV1().Pods(ns).Create(t.Context(), &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "receiver", Labels: map[string]string{"app": "receiver"}},
		Spec: corev1.PodSpec{
			AutomountServiceAccountToken: &no,
			Containers: []corev1.Container{{
				Name: "receiver", Image: image, Args: []string{"receive", "--listen=:8080", "--smtp-listen=:2525"},
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
		Spec:       corev1.ServiceSpec{Selector: map[string]string{"app": "receiver"}, Ports: []corev1.ServicePort{{Name: "http", Port: 8080}, {Name: "smtp", Port: 2525}}},
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
