package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// everyReceiver is a team's route to all the kinds of receivers, at the
// namespace's own.
const everyReceiver = `route:
  receiver: every
  group_by: [alertname]
  group_wait: 1s
  group_interval: 2s
receivers:
- name: every
  webhook_configs:
  - url: http://receiver.NAMESPACE.svc:8080/
  slack_configs:
  - api_url: http://receiver.NAMESPACE.svc:8080/slack
    channel: '#e2e'
  pagerduty_configs:
  - url: http://receiver.NAMESPACE.svc:8080/pagerduty
    routing_key: e2e-key
  email_configs:
  - to: ops@e2e.test
    from: alertmanager@e2e.test
    smarthost: receiver.NAMESPACE.svc:2525
    require_tls: false
inhibit_rules:
- source_matchers: [severity="critical"]
  target_matchers: [severity="warning"]
  equal: [group]
`

const manyAlerts = `groups:
- name: notifications
  interval: 1s
  rules:
  - alert: E2EGrouped
    expr: label_replace(vector(1), "instance", "a", "", "") or label_replace(vector(1), "instance", "b", "", "")
    labels: {namespace: NAMESPACE, severity: info}
  - alert: E2ECause
    expr: vector(1)
    labels: {namespace: NAMESPACE, severity: critical, group: x}
  - alert: E2EConsequence
    expr: vector(1)
    labels: {namespace: NAMESPACE, severity: warning, group: x}
  - alert: E2ESilenced
    expr: vector(1)
    labels: {namespace: NAMESPACE, severity: info}
`

// One team's alerts reach a webhook, Slack, PagerDuty and a mailbox, grouped;
// what is silenced or inhibited does not.
func TestNotifications(t *testing.T) {
	c := connect(t)
	ns := c.team(t)
	c.receiver(t, ns)
	in := func(s string) string { return strings.ReplaceAll(s, "NAMESPACE", ns) }
	c.apply(t, ns, "route", "alertmanager", map[string]string{"alertmanager.yaml": in(everyReceiver)})
	c.awaitRoute(t, ns)
	c.silence(t, "E2ESilenced", ns)
	c.apply(t, ns, "alerts", "rules", map[string]string{"rules.yaml": in(manyAlerts)})

	var got []notification
	await(t, 2*time.Minute, 200*time.Millisecond, "every receiver told of both alerts", func(ctx context.Context) (err error) {
		if got, err = c.received(ctx, ns); err != nil {
			return err
		}
		return toldOfAll(got)
	})
	for _, n := range got {
		text := fmt.Sprintf("%+v", n)
		for _, quiet := range []string{"E2ESilenced", "E2EConsequence"} {
			if strings.Contains(text, quiet) {
				t.Errorf("%s was sent: %s", quiet, text)
			}
		}
	}
	// Both have come to Alertmanager all the same.
	await(t, time.Minute, 200*time.Millisecond, "both suppressed alerts in Alertmanager", func(ctx context.Context) error {
		states, err := c.suppressed(ctx, ns)
		if err != nil {
			return err
		}
		if states["E2ESilenced"] != "silenced" || states["E2EConsequence"] != "inhibited" {
			return fmt.Errorf("got %v", states)
		}
		return nil
	})
}

// toldOfAll says who was not told of E2EGrouped with both its alerts at once,
// or not of E2ECause.
func toldOfAll(got []notification) error {
	told := map[string]bool{}
	for _, n := range got {
		names := map[string]int{}
		for _, a := range n.Alerts {
			names[a.Labels["alertname"]]++
		}
		switch {
		case n.Mail != nil:
			if !slices.Contains(n.Mail.To, "ops@e2e.test") {
				return fmt.Errorf("a mail to %v", n.Mail.To)
			}
			told["mail E2ECause"] = told["mail E2ECause"] || strings.Contains(n.Mail.Subject, "E2ECause")
			told["mail E2EGrouped"] = told["mail E2EGrouped"] || strings.Contains(n.Mail.Subject, "FIRING:2") && strings.Contains(n.Mail.Parts["text/html"], "E2EGrouped")
		case n.EventAction == "trigger":
			told["pagerduty E2ECause"] = told["pagerduty E2ECause"] || n.RoutingKey == "e2e-key" && strings.Contains(n.Payload.Summary, "E2ECause")
			told["pagerduty E2EGrouped"] = told["pagerduty E2EGrouped"] || strings.Contains(n.Payload.Summary, "FIRING:2")
		case len(n.Attachments) > 0:
			told["slack E2ECause"] = told["slack E2ECause"] || n.Channel == "#e2e" && strings.Contains(n.Attachments[0].Title, "E2ECause")
			told["slack E2EGrouped"] = told["slack E2EGrouped"] || strings.Contains(n.Attachments[0].Title, "FIRING:2")
		default:
			told["webhook E2ECause"] = told["webhook E2ECause"] || names["E2ECause"] == 1
			told["webhook E2EGrouped"] = told["webhook E2EGrouped"] || names["E2EGrouped"] == 2
		}
	}
	var missing []string
	for _, kind := range []string{"webhook", "slack", "pagerduty", "mail"} {
		for _, alert := range []string{"E2ECause", "E2EGrouped"} {
			if !told[kind+" "+alert] {
				missing = append(missing, kind+" "+alert)
			}
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("not told: %v", missing)
	}
	return nil
}

// silence keeps an alert of the namespace quiet for the length of the test.
func (c *cluster) silence(t *testing.T, alert, ns string) {
	t.Helper()
	body, err := json.Marshal(map[string]any{
		"matchers": []map[string]any{
			{"name": "alertname", "value": alert, "isRegex": false},
			{"name": "namespace", "value": ns, "isRegex": false},
		},
		"startsAt": time.Now().UTC().Format(time.RFC3339), "endsAt": time.Now().Add(time.Hour).UTC().Format(time.RFC3339),
		"createdBy": "e2e", "comment": "an end-to-end test",
	})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := c.client.CoreV1().RESTClient().Post().Namespace(c.namespace).Resource("services").
		Name(c.release+"-alertmanager:http").SubResource("proxy").Suffix("/api/v2/silences").
		SetHeader("Content-Type", "application/json").Body(body).DoRaw(t.Context())
	if err != nil {
		t.Fatalf("silence %s: %v: %s", alert, err, raw)
	}
}

// suppressed says of each alert of the namespace what keeps it quiet.
func (c *cluster) suppressed(ctx context.Context, ns string) (map[string]string, error) {
	raw, err := c.get(ctx, "alertmanager", "http", "/api/v2/alerts", url.Values{"filter": {fmt.Sprintf("namespace=%q", ns)}})
	if err != nil {
		return nil, err
	}
	var alerts []struct {
		Labels map[string]string
		Status struct{ SilencedBy, InhibitedBy []string }
	}
	if err := json.Unmarshal(raw, &alerts); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, a := range alerts {
		switch {
		case len(a.Status.SilencedBy) > 0:
			out[a.Labels["alertname"]] = "silenced"
		case len(a.Status.InhibitedBy) > 0:
			out[a.Labels["alertname"]] = "inhibited"
		default:
			out[a.Labels["alertname"]] = "active"
		}
	}
	return out, nil
}

// Not of severity info: InfoInhibitor keeps those back as soon as it has noticed the first.
const oneAlert = `groups:
- name: ALERT
  interval: 1s
  rules:
  - alert: ALERT
    expr: vector(1)
    labels: {namespace: NAMESPACE, severity: warning}
`

// Two Alertmanagers send a notification once, and the one that is left when the
// other is lost goes on sending.
func TestLostAlertmanager(t *testing.T) {
	t.Parallel()
	disturb(t)
	c := connect(t)
	helm := os.Getenv("E2E_HELM")
	if helm == "" {
		t.Skip("E2E_HELM is not set: no command to give the release a second Alertmanager (make e2e has one)")
	}
	shell(t, helm+" upgrade "+c.release+" $E2E_CHART --namespace "+c.namespace+" --reuse-values --set alertmanager.replicas=2 --wait --timeout 3m")
	t.Cleanup(func() {
		undo(t, helm+" upgrade "+c.release+" $E2E_CHART --namespace "+c.namespace+" --reuse-values --set alertmanager.replicas=1 --wait --timeout 3m")
	})
	await(t, 2*time.Minute, 500*time.Millisecond, "two Alertmanagers that know each other", func(ctx context.Context) error {
		for i := range 2 {
			raw, err := c.alertmanager(ctx, i, "/metrics")
			if err != nil {
				return err
			}
			if !bytes.Contains(raw, []byte("\nalertmanager_cluster_members 2\n")) {
				return fmt.Errorf("number %d knows no other", i)
			}
		}
		return nil
	})
	ns := c.team(t)
	c.receiver(t, ns)
	in := func(s, alert string) string {
		return strings.NewReplacer("NAMESPACE", ns, "ALERT", alert).Replace(s)
	}
	c.apply(t, ns, "route", "alertmanager", map[string]string{"alertmanager.yaml": in(`route:
  receiver: hook
  group_by: [alertname]
  group_wait: 1s
receivers:
- name: hook
  webhook_configs: [{url: 'http://receiver.NAMESPACE.svc:8080/'}]
`, "")})
	for i := range 2 {
		await(t, time.Minute, 100*time.Millisecond, "the route in both", func(ctx context.Context) error {
			raw, err := c.alertmanager(ctx, i, "/api/v2/status")
			if err == nil && !bytes.Contains(raw, []byte(ns)) {
				err = fmt.Errorf("number %d does not have it", i)
			}
			return err
		})
	}
	c.apply(t, ns, "first", "rules", map[string]string{"rules.yaml": in(oneAlert, "E2EFirst")})
	c.awaitNotified(t, ns, "E2EFirst")

	// Without a grace period: it has no time to tell anybody.
	now := int64(0)
	lost := c.release + "-alertmanager-0"
	if err := c.client.CoreV1().Pods(c.namespace).Delete(t.Context(), lost, metav1.DeleteOptions{GracePeriodSeconds: &now}); err != nil {
		t.Fatal(err)
	}
	killed := time.Now()
	c.apply(t, ns, "second", "rules", map[string]string{"rules.yaml": in(oneAlert, "E2ESecond")})
	c.awaitNotified(t, ns, "E2ESecond")
	t.Logf("an alert reached its receiver %d ms after one of two Alertmanagers was killed", time.Since(killed).Milliseconds())

	// The other waits peer-timeout (15 s) before it would send what it was not told was sent.
	const others = 25 * time.Second
	for since := time.Now(); time.Since(since) < others; {
		got, err := c.received(t.Context(), ns)
		if err != nil {
			t.Fatal(err)
		}
		for alert, n := range notifiedOf(got) {
			if n > 1 {
				t.Fatalf("%s was sent %d times", alert, n)
			}
		}
		select {
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-time.After(time.Second):
		}
	}
}

func notifiedOf(got []notification) map[string]int {
	out := map[string]int{}
	for _, n := range got {
		for _, a := range n.Alerts {
			out[a.Labels["alertname"]]++
		}
	}
	return out
}

func (c *cluster) awaitNotified(t *testing.T, ns, alert string) {
	t.Helper()
	await(t, 90*time.Second, 200*time.Millisecond, alert+" at the receiver", func(ctx context.Context) error {
		got, err := c.received(ctx, ns)
		if err == nil && notifiedOf(got)[alert] == 0 {
			err = fmt.Errorf("got %v", notifiedOf(got))
		}
		return err
	})
}

// alertmanager asks one of the release's Alertmanagers.
func (c *cluster) alertmanager(ctx context.Context, replica int, path string) ([]byte, error) {
	return c.client.CoreV1().RESTClient().Get().Namespace(c.namespace).Resource("pods").
		Name(fmt.Sprintf("%s-alertmanager-%d:9093", c.release, replica)).SubResource("proxy").Suffix(path).DoRaw(ctx)
}
