package parity

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func alertFlagGroups(t *testing.T) map[string]flagGroup {
	return map[string]flagGroup{
		"notifications": {config: fiveAlerts(t, nil), flags: map[string]effect{
			"alertmanager.notification-queue-capacity": {
				[]string{"--alertmanager.notification-queue-capacity=7"}, metric("prometheus_notifications_queue_capacity"),
			},
		}},
	}
}

// fiveAlerts is a configuration with five alerts that fire at once, and an
// Alertmanager.
func fiveAlerts(t *testing.T, alertmanager http.Handler) string {
	t.Helper()
	rules := filepath.Join(t.TempDir(), "rules.yml")
	text := "groups:\n- name: five\n  interval: 100ms\n  rules:\n"
	for i := range 5 {
		text += fmt.Sprintf("  - {alert: Number%d, expr: vector(1)}\n", i)
	}
	write(t, rules, text)
	if alertmanager == nil {
		alertmanager = http.NotFoundHandler()
	}
	web := httptest.NewServer(alertmanager)
	t.Cleanup(web.Close)
	return inline(
		"rule_files: ["+rules+"]",
		"alerting: {alertmanagers: [{static_configs: [{targets: ['"+strings.TrimPrefix(web.URL, "http://")+"']}]}]}",
	)
}

// counting is an Alertmanager that counts.
type counting struct {
	// delay before each answer.
	delay time.Duration

	mu      sync.Mutex // guards what follows
	largest int        // batch
	times   map[string]int
}

func (c *counting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var batch []struct{ Labels map[string]string }
	if err := json.NewDecoder(r.Body).Decode(&batch); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	c.largest = max(c.largest, len(batch))
	for _, a := range batch {
		c.times[a.Labels["alertname"]]++
	}
	c.mu.Unlock()
	select {
	case <-time.After(c.delay):
	case <-r.Context().Done():
	}
}

// heard returns how many different alerts there were, how often the one came
// that was sent most, and the size of the largest batch.
func (c *counting) heard() (alerts, most, largest int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.times {
		most = max(most, n)
	}
	return len(c.times), most, c.largest
}

// TestNotificationFlags counts what Alertmanagers hear of five alerts.
func TestNotificationFlags(t *testing.T) {
	t.Parallel()
	for _, s := range bothSides() {
		for _, c := range []struct {
			name string
			args []string
			// stop the server once the first alert has been heard. An alert that
			// fires before the Alertmanager is discovered is sent only after the
			// resend delay.
			stop  bool
			delay time.Duration
			holds func(*counting) bool
		}{
			{name: "batches", args: []string{"--alertmanager.notification-batch-size=2", "--rules.alert.resend-delay=200ms"},
				holds: func(c *counting) bool {
					alerts, most, largest := c.heard()
					return alerts == 5 && most > 2 && largest == 2
				}},
			{name: "resent within a minute only if asked to", args: []string{"--rules.alert.resend-delay=300ms"},
				holds: func(c *counting) bool { alerts, most, _ := c.heard(); return alerts == 5 && most > 3 }},
			{name: "drained", args: []string{"--alertmanager.notification-batch-size=1", "--rules.alert.resend-delay=1s"}, stop: true, delay: 300 * time.Millisecond,
				holds: func(c *counting) bool { alerts, _, _ := c.heard(); return alerts == 5 }},
			{name: "not drained", stop: true,
				args:  []string{"--alertmanager.notification-batch-size=1", "--rules.alert.resend-delay=1s", "--no-alertmanager.drain-notification-queue-on-shutdown"},
				delay: 2 * time.Second, // so that the others wait still, however late the stop is asked for
				holds: func(c *counting) bool { alerts, _, _ := c.heard(); return alerts < 5 }},
		} {
			t.Run(s.name+" "+c.name, func(t *testing.T) {
				t.Parallel()
				am := &counting{delay: c.delay, times: map[string]int{}}
				in := start(t, s, server{config: fiveAlerts(t, am), args: c.args})
				if c.stop {
					if !within(t, 20*time.Second, func(context.Context) bool { n, _, _ := am.heard(); return n > 0 }) {
						t.Fatal("nothing is sent")
					}
					if err := in.Stop(); err != nil {
						t.Fatal(err)
					}
				}
				if !within(t, 20*time.Second, func(context.Context) bool { return c.holds(am) }) {
					alerts, most, largest := am.heard()
					t.Errorf("%v: %d alerts, in batches of %d, one of them %d times", c.args, alerts, largest, most)
				}
			})
		}
	}
}
