package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const goodRule = `groups:
- name: team
  interval: 1s
  rules:
  - record: %s
    expr: vector(%d)
`

// brokenRule has its mistake in line 5.
const brokenRule = `groups:
- name: team
  rules:
  - record: %s
    expr: sum(rate(http_requests_total[5m])
`

// status is the part of the sidecar's /status these tests read.
type status struct {
	DropIns []struct {
		Ref      struct{ Namespace, Name, Key string }
		State    string
		Problems []struct {
			Code    string
			Line    int
			Message string
		}
	} `json:"dropIns"`
}

func (c *cluster) state(ctx context.Context, namespace, name string) (string, error) {
	raw, err := c.get(ctx, "server-headless", "http-sidecar", "/status", nil)
	if err != nil {
		return "", err
	}
	var s status
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", fmt.Errorf("decode the sidecar's status: %w", err)
	}
	for _, d := range s.DropIns {
		if d.Ref.Namespace == namespace && d.Ref.Name == name {
			return d.State, nil
		}
	}
	return "", nil
}

func (c *cluster) awaitState(t *testing.T, namespace, name, want string) {
	t.Helper()
	await(t, 30*time.Second, 20*time.Millisecond, namespace+"/"+name+" "+want, func(ctx context.Context) error {
		got, err := c.state(ctx, namespace, name)
		if err == nil && got != want {
			err = fmt.Errorf("state is %q", got)
		}
		return err
	})
}

func (c *cluster) awaitValue(t *testing.T, expr string, want float64) {
	t.Helper()
	await(t, 30*time.Second, 20*time.Millisecond, fmt.Sprintf("%s = %v", expr, want), func(ctx context.Context) error {
		v, err := c.scalar(ctx, expr)
		if err == nil && v != want {
			err = fmt.Errorf("it is %v", v)
		}
		return err
	})
}

func (c *cluster) awaitEvent(t *testing.T, namespace, name, kind string, parts ...string) {
	t.Helper()
	await(t, 30*time.Second, 50*time.Millisecond, kind+" Event on "+namespace+"/"+name, func(ctx context.Context) error {
		messages, err := c.events(ctx, namespace, name, kind)
		if err != nil {
			return err
		}
	next:
		for _, m := range messages {
			for _, p := range parts {
				if !strings.Contains(m, p) {
					continue next
				}
			}
			t.Logf("%s Event: %s", kind, m)
			return nil
		}
		return fmt.Errorf("Events are %q, none has all of %q", messages, parts)
	})
}

func (c *cluster) deleteIfThere(name string) error {
	return c.client.CoreV1().ConfigMaps(c.namespace).Delete(context.Background(), name, metav1.DeleteOptions{})
}

func TestBrokenDropInHurtsOnlyItself(t *testing.T) {
	c := connect(t)
	good, bad := c.team(t), c.team(t)
	c.apply(t, good, "rules", "rules", map[string]string{"rules.yaml": fmt.Sprintf(goodRule, "e2e_neighbour", 1)})
	c.awaitValue(t, "e2e_neighbour", 1)

	c.apply(t, bad, "rules", "rules", map[string]string{"rules.yaml": fmt.Sprintf(brokenRule, "e2e_broken")})
	c.awaitEvent(t, bad, "rules", "Warning", "rules.yaml:5", "unclosed left parenthesis")
	c.awaitState(t, bad, "rules", "rejected")

	// Others go on, and go on changing.
	c.apply(t, good, "rules", "rules", map[string]string{"rules.yaml": fmt.Sprintf(goodRule, "e2e_neighbour", 2)})
	c.awaitValue(t, "e2e_neighbour", 2)
	if ts, err := c.targets(t.Context(), ""); err != nil || len(ts) == 0 {
		t.Fatalf("targets after a refused drop-in: %d, %v", len(ts), err)
	}

	// Mended, it goes live and its state is cleared.
	c.apply(t, bad, "rules", "rules", map[string]string{"rules.yaml": fmt.Sprintf(goodRule, "e2e_broken", 3)})
	c.awaitValue(t, "e2e_broken", 3)
	c.awaitState(t, bad, "rules", "active")
	c.awaitEvent(t, bad, "rules", "Normal")
}

func TestBrokenEditLeavesLastGoodRunning(t *testing.T) {
	c := connect(t)
	ns := c.team(t)
	c.apply(t, ns, "rules", "rules", map[string]string{"rules.yaml": fmt.Sprintf(goodRule, "e2e_last_good", 7)})
	c.awaitValue(t, "e2e_last_good", 7)

	c.apply(t, ns, "rules", "rules", map[string]string{"rules.yaml": fmt.Sprintf(brokenRule, "e2e_last_good")})
	c.awaitState(t, ns, "rules", "stale")
	c.awaitEvent(t, ns, "rules", "Warning", "rules.yaml:5")

	// The last good version does not only stay loaded, it goes on evaluating.
	refused := time.Now()
	await(t, 30*time.Second, 50*time.Millisecond, "an evaluation after the refused edit", func(ctx context.Context) error {
		gs, err := c.groups(ctx, ref(ns, "rules", "rules.yaml"))
		if err != nil {
			return err
		}
		if len(gs) != 1 || !gs[0].LastEvaluation.After(refused) {
			return fmt.Errorf("groups: %+v", gs)
		}
		return nil
	})
	c.awaitValue(t, "e2e_last_good", 7)

	c.apply(t, ns, "rules", "rules", map[string]string{"rules.yaml": fmt.Sprintf(goodRule, "e2e_last_good", 8)})
	c.awaitValue(t, "e2e_last_good", 8)
	c.awaitState(t, ns, "rules", "active")
}
