package parity

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// alertmanager keeps the alerts that are sent to it.
type alertmanager struct {
	mu     sync.Mutex // guards alerts
	alerts map[string]map[string]any
}

func (a *alertmanager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var sent []map[string]any
	if r.URL.Path != "/am/api/v2/alerts" || json.NewDecoder(r.Body).Decode(&sent) != nil {
		http.Error(w, "not an Alertmanager's", http.StatusBadRequest)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, alert := range sent {
		for _, k := range []string{"startsAt", "endsAt"} { // moments, not content
			if _, err := time.Parse(time.RFC3339, alert[k].(string)); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			delete(alert, k)
		}
		a.alerts[alert["labels"].(map[string]any)["alertname"].(string)] = alert
	}
}

func (a *alertmanager) get(name string) map[string]any {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.alerts[name]
}

// TestAlerts compares what Alertmanagers hear from both: labels, annotations and
// links, with relabeling and environment variables in external labels.
func TestAlerts(t *testing.T) {
	rules := filepath.Join(t.TempDir(), "rules.yml")
	write(t, rules, inline(
		"groups:",
		"- name: demo",
		"  interval: 100ms",
		"  rules:",
		"  - {record: 'demo:one', expr: vector(1), labels: {kind: record}}",
		"  - alert: Plain",
		"    expr: demo:one > 0",
		"    labels: {severity: page, dropped: x, of: '{{ $externalLabels.cluster }}'}",
		"    annotations: {summary: '{{ $labels.kind }} is {{ $value | humanize }}', link: '{{ externalURL }}', query: '{{ with query \"demo:one\" }}{{ . | first | value }}{{ end }}'}",
		"  - {alert: Waited, expr: vector(2) == 2, for: 300ms, keep_firing_for: 1m}",
	))
	var got []map[string]map[string]any
	for _, s := range bothSides() {
		am := &alertmanager{alerts: map[string]map[string]any{}}
		web := httptest.NewServer(am)
		t.Cleanup(web.Close)
		t.Setenv("PARITY_CLUSTER", "blue")
		start(t, s, server{
			// An alert that fires before the Alertmanager is discovered is sent
			// again only after this delay.
			args: []string{"--web.external-url=http://monitoring.example/", "--rules.alert.resend-delay=1s"},
			config: inline(
				"global: {external_labels: {cluster: '${PARITY_CLUSTER}', replica: a}}",
				"rule_files: ["+rules+"]",
				"alerting:",
				"  alert_relabel_configs: [{action: labeldrop, regex: 'replica|dropped'}]",
				"  alertmanagers: [{path_prefix: /am, static_configs: [{targets: ['"+strings.TrimPrefix(web.URL, "http://")+"']}]}]",
			),
		})
		heard := map[string]map[string]any{}
		for _, name := range []string{"Plain", "Waited"} {
			deadline := time.After(30 * time.Second)
			for heard[name] == nil {
				select {
				case <-deadline:
					t.Fatalf("%s does not send %s", s.name, name)
				case <-time.After(50 * time.Millisecond):
					heard[name] = am.get(name)
				}
			}
		}
		got = append(got, heard)
	}
	same(t, "alerts", got[0], got[1])
	if l := got[1]["Plain"]["labels"].(map[string]any); l["cluster"] != "blue" || l["of"] != "blue" {
		t.Errorf("labels %v", l)
	}
	t.Logf("both send %v", got[0]["Plain"])
}
