package e2e

import (
	"context"
	"errors"
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

// limits are the most that a sidecar may have resident, in MiB, by the number of
// ConfigMaps: from its start to its end, pages of its own program included.
func limits() map[int]int { return map[int]int{1000: 45, 5000: 120} }

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
	inLab.t, inLab.sidecars, inLab.logLevel = t, nil, "debug"
	p := inLab.sidecar()
	began := time.Now()
	heap := p.peakOfHeap(t)
	inLab.converge(2 * time.Minute)
	first := time.Since(began)
	var took, answers []time.Duration
	for i := range 20 {
		name, data := fmt.Sprintf("app-%05d", i*n/20), twentyRules(n+i)
		asked := time.Now()
		inLab.apply(t, l.namespace, name, "rules", data)
		answered := time.Now()
		await(t, 20*time.Second, time.Millisecond, "the change of "+name, func(context.Context) error { return p.hasInUse(name, data["rules.yaml"]) })
		// As wherever a change is timed: from the API server's answer on.
		took, answers = append(took, time.Since(answered)), append(answers, answered.Sub(asked))
		time.Sleep(200 * time.Millisecond)
	}
	t.Logf("changes in use after, in their order: %s; the API server took before that: %s", milliseconds(took), milliseconds(answers))
	slices.Sort(took)
	await(t, time.Minute, 100*time.Millisecond, "what the start took is given back", func(context.Context) error {
		log, err := os.ReadFile(p.output.Name())
		if err == nil && !strings.Contains(string(log), "the start is over") {
			err = errors.New("the start is not over")
		}
		return err
	})
	all, anonymous, peak := p.memory(t)
	t.Logf("%d ConfigMaps: all in use %s after the start; one change in use after %s (median), %s (worst of %d); resident %d MiB, of it anonymous %d MiB; at most %d MiB since the start, anonymous at most %d MiB",
		n, first.Round(time.Millisecond), took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond), len(took), all, anonymous, peak, heap())
	if worst := took[len(took)-1]; worst > time.Second {
		t.Errorf("a change took %s", worst)
	}
	if most, ok := limits()[n]; ok && (peak >= most || all >= most) {
		t.Errorf("%d MiB are resident, %d MiB at most since the start, and it should be under %d MiB", all, peak, most)
	}
}

func milliseconds(ds []time.Duration) string {
	var out []string
	for _, d := range ds {
		out = append(out, strconv.FormatInt(d.Milliseconds(), 10))
	}
	return strings.Join(out, " ") + " ms"
}

// peakOfHeap looks again and again how much is resident that is not pages of the binary,
// and returns what says how much that was at most. The kernel does not keep it.
func (p *process) peakOfHeap(t *testing.T) (most func() int) {
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan int)
	go func() {
		highest := 0
		for ctx.Err() == nil {
			_, anonymous, _ := p.memory(t)
			highest = max(highest, anonymous)
			time.Sleep(10 * time.Millisecond)
		}
		done <- highest
	}()
	return func() int { stop(); return <-done }
}

// memory returns what the process has resident, in MiB: all of it, what is not
// pages of its binary, and the most it ever had.
func (p *process) memory(t *testing.T) (all, anonymous, peak int) {
	t.Helper()
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Error(err)
		return
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
