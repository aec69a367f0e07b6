package parity

import (
	"context"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// TestAlertRestore restarts both with pending alerts. Which of them keep the time
// they wait since, depends on two flags in the same way.
func TestAlertRestore(t *testing.T) {
	t.Parallel()
	rules := filepath.Join(t.TempDir(), "rules.yml")
	write(t, rules, inline(
		"groups:",
		"- name: waiting",
		"  interval: 200ms",
		"  rules:",
		"  - {alert: Long, expr: vector(1), for: 1h}",
		"  - {alert: Short, expr: vector(1), for: 1m}",
	))
	config := "rule_files: [" + rules + "]\n"
	for _, s := range bothSides() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			in := start(t, s, server{config: config, data: data})
			// What is restored is how long they have been pending, so that must be
			// more than a start takes, on a busy machine as well.
			awaitResult(t, in, `count(time() - ALERTS_FOR_STATE > 15) == 2`)
			stop(t, in)
			for _, c := range []struct {
				args        []string
				long, short bool // kept
			}{
				{nil, true, false},
				{[]string{"--rules.alert.for-grace-period=1s"}, true, true},
				{[]string{"--rules.alert.for-grace-period=1s", "--rules.alert.for-outage-tolerance=1ms"}, false, false},
			} {
				began := time.Now()
				in := start(t, s, server{config: config, data: copyDir(t, data), args: c.args})
				if !within(t, startTimeout, func(context.Context) bool { return evaluations(t, in, rules) > 2*2 }) {
					t.Fatal("rules are not evaluated")
				}
				since := pendingSince(t, in)
				for name, kept := range map[string]bool{"Long": c.long, "Short": c.short} {
					if got := since[name].Before(began); got != kept {
						t.Errorf("%v: %s is pending since %v, the restart was at %v", c.args, name, since[name], began)
					}
				}
				stop(t, in)
			}
		})
	}
}

// evaluations is how many rules of the group have been evaluated since the start, each time counted. What was
// pending is restored after a group's second time, and before its third (prometheus rules/group.go).
func evaluations(t *testing.T, in *instance.Instance, rules string) int {
	t.Helper()
	line := metric("prometheus_rule_evaluations_total{rule_group=\""+rules+";waiting\"}")(t, site{Instance: in}).(string)
	if line == "" {
		return 0
	}
	n, err := strconv.Atoi(line[strings.LastIndex(line, " ")+1:])
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return n
}

func pendingSince(t *testing.T, in *instance.Instance) map[string]time.Time {
	t.Helper()
	out := map[string]time.Time{}
	for _, a := range ask(t, in, "alerts", nil).(map[string]any)["alerts"].([]any) {
		alert := a.(map[string]any)
		at, err := time.Parse(time.RFC3339, alert["activeAt"].(string))
		if err != nil {
			t.Fatal(err)
		}
		out[alert["labels"].(map[string]any)["alertname"].(string)] = at
	}
	return out
}
