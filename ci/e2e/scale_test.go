package e2e

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// twentyRules is a drop-in as teams have them.
func twentyRules(n int) map[string]string {
	var b strings.Builder
	b.WriteString("groups:\n- name: team\n  rules:\n")
	for i := range 20 {
		fmt.Fprintf(&b, "  - record: app:requests:rate5m_%d\n    expr: sum by (job) (rate(http_requests_total{app=\"a%d\", code=~\"%d..\"}[5m]))\n", i, n, i%5+1)
	}
	return map[string]string{"rules.yaml": b.String()}
}

// TestScaleOfTheSidecar measures a sidecar at the numbers of ConfigMaps that
// E2E_SCALE lists, such as 1000,5000: what it takes, and how long one change
// takes to be in use among so many.
func TestScaleOfTheSidecar(t *testing.T) {
	sizes := os.Getenv("E2E_SCALE")
	if sizes == "" {
		t.Skip("E2E_SCALE is not set: E2E_SCALE=1000,5000 measures the sidecar at these numbers of ConfigMaps")
	}
	l := newLab(t)
	have := 0
	for size := range strings.SplitSeq(sizes, ",") {
		n, err := strconv.Atoi(size)
		if err != nil {
			t.Fatalf("E2E_SCALE: %v", err)
		}
		l.grow(have, n)
		have = n
		t.Run(size, func(t *testing.T) { l.measure(t, n) })
	}
}

// grow creates the ConfigMaps from..to-1.
func (l *lab) grow(from, to int) {
	l.t.Helper()
	var wg sync.WaitGroup
	const writers = 8
	for w := range writers {
		wg.Go(func() {
			for i := from + w; i < to; i += writers {
				cm := &corev1.ConfigMap{
					ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("app-%05d", i), Labels: map[string]string{dropInLabel: "rules"}},
					Data:       twentyRules(i),
				}
				if _, err := l.client.CoreV1().ConfigMaps(l.namespace).Create(l.t.Context(), cm, metav1.CreateOptions{}); err != nil {
					l.t.Errorf("create %d: %v", i, err)
					return
				}
			}
		})
	}
	wg.Wait()
}

func (l *lab) measure(t *testing.T, n int) {
	inLab := *l
	inLab.t, inLab.sidecars = t, nil
	p := inLab.sidecar()
	began := time.Now()
	inLab.converge(2 * time.Minute)
	first := time.Since(began)
	var took []time.Duration
	for i := range 20 {
		name, data := fmt.Sprintf("app-%05d", i*n/20), twentyRules(n+i)
		since := time.Now()
		inLab.apply(t, l.namespace, name, "rules", data)
		await(t, 20*time.Second, time.Millisecond, "the change of "+name, func(context.Context) error { return p.hasInUse(name, data["rules.yaml"]) })
		took = append(took, time.Since(since))
		time.Sleep(200 * time.Millisecond)
	}
	slices.Sort(took)
	// What the start took is given back after half a minute.
	time.Sleep(time.Until(began.Add(35 * time.Second)))
	all, anonymous, peak := p.memory(t)
	t.Logf("%d ConfigMaps: all in use %s after the start; one change in use after %s (median), %s (worst of %d); resident %d MiB, of it anonymous %d MiB, peak %d MiB",
		n, first.Round(time.Millisecond), took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond), len(took), all, anonymous, peak)
	if worst := took[len(took)-1]; worst > time.Second {
		t.Errorf("a change took %s", worst)
	}
}

// memory returns what the process has resident, in MiB: all of it, what is not
// pages of its binary, and the most it ever had.
func (p *process) memory(t *testing.T) (all, anonymous, peak int) {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		fields := strings.Fields(line)
		if len(fields) != 3 {
			continue
		}
		kib, err := strconv.Atoi(fields[1])
		if err != nil {
			continue
		}
		switch fields[0] {
		case "VmRSS:":
			all = kib >> 10
		case "RssAnon:":
			anonymous = kib >> 10
		case "VmHWM:":
			peak = kib >> 10
		}
	}
	return all, anonymous, peak
}
