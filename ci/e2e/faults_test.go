package e2e

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// These tests run a sidecar of their own against the real API server while
// something fails, and ask one thing in the end: is what is published what the
// cluster holds?

// rule is the value of a drop-in that says n.
func rule(n int) map[string]string {
	return map[string]string{"rules.yaml": fmt.Sprintf(goodRule, "e2e_fault", n)}
}

// fill creates n drop-ins.
func (l *lab) fill(n int) {
	l.t.Helper()
	for i := range n {
		l.apply(l.t, l.namespace, fmt.Sprintf("app-%03d", i), "rules", rule(0))
	}
}

// churn changes, creates and deletes drop-ins, so that each kind of change is
// there to be missed.
func (l *lab) churn(round int) {
	l.t.Helper()
	for i := range 5 {
		l.apply(l.t, l.namespace, fmt.Sprintf("app-%03d", i), "rules", rule(round))
	}
	l.apply(l.t, l.namespace, fmt.Sprintf("new-%03d", round), "rules", rule(round))
	if round > 0 {
		l.delete(l.t, l.namespace, fmt.Sprintf("new-%03d", round-1))
	}
}

func TestFaultWatchesAreCut(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.fill(10)
	l.sidecar()
	l.sidecar()
	l.converge(30 * time.Second)
	for round := range 10 {
		l.proxy.cut()
		l.churn(round)
		l.proxy.cut()
	}
	t.Logf("all that happened between is in use after %s", l.converge(30*time.Second).Round(time.Millisecond))
}

func TestFaultVersionIsGone(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.fill(10)
	l.sidecar()
	l.converge(30 * time.Second)
	for round := range 3 {
		l.proxy.down.Store(true)
		l.proxy.cut()
		l.churn(round)
		l.proxy.gone.Store(2)
		l.proxy.down.Store(false)
		l.converge(30 * time.Second)
	}
}

func TestFaultAPIServerIsGone(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.fill(10)
	p := l.sidecar()
	l.converge(30 * time.Second)
	before, err := p.published()
	if err != nil {
		t.Fatal(err)
	}
	l.proxy.down.Store(true)
	l.proxy.cut()
	l.churn(0)
	// A sidecar that starts now has no API server, and what it had stays.
	p.kill()
	failed := l.proxy.failed.Load()
	p.start()
	more(t, &l.proxy.failed, failed, 5, "requests of a sidecar without an API server")
	if after, err := p.published(); err != nil || after.Digest != before.Digest {
		t.Errorf("without an API server %s became %s: %v", before.Digest, after.Digest, err)
	}
	l.proxy.down.Store(false)
	t.Logf("in use %s after the API server came back", l.converge(30*time.Second).Round(time.Millisecond))
}

// The right to read is taken and given by the real API server.
func TestFaultRBACIsWithdrawnAndGranted(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.user = "system:serviceaccount:" + l.namespace + ":sidecar"
	rbac := l.client.RbacV1()
	meta := metav1.ObjectMeta{Name: "sidecar"}
	if _, err := rbac.Roles(l.namespace).Create(t.Context(), &rbacv1.Role{ObjectMeta: meta, Rules: []rbacv1.PolicyRule{{
		APIGroups: []string{""}, Resources: []string{"configmaps"}, Verbs: []string{"get", "list", "watch"},
	}}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	grant := func() {
		t.Helper()
		if _, err := rbac.RoleBindings(l.namespace).Create(t.Context(), &rbacv1.RoleBinding{
			ObjectMeta: meta, RoleRef: rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "Role", Name: "sidecar"},
			Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: l.namespace, Name: "sidecar"}},
		}, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	l.fill(5)
	p := l.sidecar()
	grant()
	l.converge(30 * time.Second)
	if err := rbac.RoleBindings(l.namespace).Delete(t.Context(), "sidecar", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	l.proxy.cut() // a watch that is open outlives the right to it
	more(t, &l.proxy.denied, l.proxy.denied.Load(), 1, "requests that are forbidden")
	l.churn(0)
	more(t, &l.proxy.denied, l.proxy.denied.Load(), 2, "requests that are forbidden")
	if m, err := p.published(); err != nil || len(m.Items) != 5 {
		t.Errorf("what was published did not stay: %d drop-ins, %v", len(m.Items), err)
	}
	grant()
	l.converge(30 * time.Second)
}

// more waits until a counter is at least by n above what it was.
func more(t *testing.T, counter *atomic.Int64, was, n int64, what string) {
	t.Helper()
	await(t, 30*time.Second, 10*time.Millisecond, what, func(context.Context) error {
		if got := counter.Load() - was; got < n {
			return fmt.Errorf("%d of %d", got, n)
		}
		return nil
	})
}

// Each time it is killed at another moment of what it does after a change. That each
// step of a publish is such a moment is shown in internal/livedir.
func TestFaultSidecarIsKilled(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.fill(20)
	p := l.sidecar()
	l.converge(30 * time.Second)
	for round := range 15 {
		l.churn(round)
		time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
		p.kill()
		if m, err := p.published(); err != nil || len(m.Items) == 0 {
			t.Fatalf("a killed sidecar left nothing to be read: %v", err)
		}
		p.start()
	}
	l.converge(30 * time.Second)
}

func TestFaultReaderIsAwayOrSlow(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.fill(10)
	p := l.sidecar()
	l.converge(30 * time.Second)
	p.reader.down.Store(true)
	for round := range 5 {
		l.churn(round)
	}
	more(t, &p.reader.failed, 0, 3, "reloads of a reader that is away")
	p.reader.down.Store(false)
	l.converge(30 * time.Second)

	p.reader.slow.Store(int64(2 * time.Second))
	for round := range 5 {
		l.churn(round)
	}
	l.converge(30 * time.Second)
	p.reader.slow.Store(0)

	p.reader.hang.Store(true)
	l.churn(5)
	more(t, &p.reader.hanging, 0, 1, "reloads of a reader that hangs")
	p.reader.hang.Store(false)
	// The reload that hangs is given up after half a minute.
	l.converge(60 * time.Second)
}

// Five thousand changes in a minute, and then two sidecars agree with the cluster.
func TestFaultThousandsOfChanges(t *testing.T) {
	t.Parallel()
	const changes, objects, writers = 5000, 100, 4
	l := newLab(t)
	l.fill(objects)
	l.sidecar()
	l.sidecar()
	l.converge(30 * time.Second)
	began := time.Now()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := w; i < changes; i += writers {
				time.Sleep(time.Until(began.Add(time.Duration(i) * time.Minute / changes)))
				cm := &corev1.ConfigMap{
					ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("app-%03d", i%objects), Labels: map[string]string{dropInLabel: "rules"}},
					Data:       rule(i),
				}
				if _, err := l.client.CoreV1().ConfigMaps(l.namespace).Update(t.Context(), cm, metav1.UpdateOptions{}); err != nil {
					t.Errorf("change %d: %v", i, err)
					return
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(began)
	t.Logf("%d changes in %s; the last in use after %s; %d reloads", changes, took.Round(time.Second),
		l.converge(30*time.Second).Round(time.Millisecond), l.sidecars[0].reader.reloads.Load())
}

// One team changes its drop-in ten times a second; the others' changes are in
// use within a second all the same. E2E_NOISE sets how long, in seconds.
func TestFaultNoisyTeam(t *testing.T) {
	l := newLab(t)
	l.fill(20)
	p := l.sidecar()
	l.converge(30 * time.Second)
	seconds, err := strconv.Atoi(env("E2E_NOISE", "30"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(seconds)*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			cm := &corev1.ConfigMap{
				ObjectMeta: metav1.ObjectMeta{Name: "app-000", Labels: map[string]string{dropInLabel: "rules"}}, Data: rule(n),
			}
			if _, err := l.client.CoreV1().ConfigMaps(l.namespace).Update(ctx, cm, metav1.UpdateOptions{}); err != nil && ctx.Err() == nil {
				t.Errorf("noise: %v", err)
			}
		}
	})
	var all []time.Duration
	reloads := p.reader.reloads.Load()
	for n := 1; ctx.Err() == nil; n++ {
		name := fmt.Sprintf("app-%03d", 1+n%19)
		l.apply(t, l.namespace, name, "rules", rule(1000+n))
		took := await(t, 20*time.Second, 5*time.Millisecond, "the change of "+name, func(context.Context) error {
			return p.hasInUse(name, rule(1000 + n)["rules.yaml"])
		})
		all = append(all, took)
		time.Sleep(200 * time.Millisecond)
	}
	wg.Wait()
	slices.Sort(all)
	worst := all[len(all)-1]
	t.Logf("%d changes of the others in %ds: in use after %s (median), %s (99 %%), %s (the slowest); %d reloads", len(all), seconds,
		all[len(all)/2].Round(time.Millisecond), all[len(all)*99/100].Round(time.Millisecond), worst.Round(time.Millisecond), p.reader.reloads.Load()-reloads)
	if worst > time.Second {
		t.Errorf("a change took %s beside a noisy team", worst)
	}
	l.converge(30 * time.Second)
}

// hasInUse says whether the reader confirmed a generation that holds the value.
func (p *process) hasInUse(name, value string) error {
	confirmed := p.reader.confirmed.Load()
	if confirmed == nil {
		return fmt.Errorf("nothing is in use")
	}
	raw, err := os.ReadFile(fmt.Sprintf("%s/gen-%s/manifest.json", p.live, *confirmed))
	if err != nil {
		return err
	}
	// Its line, which is not worth being parsed with thousands of others.
	_, line, found := strings.Cut(string(raw), fmt.Sprintf("%q", fmt.Sprintf("rules/%s_%s_rules.yaml", p.lab.namespace, name)))
	line, _, _ = strings.Cut(line, "\n")
	if !found || !strings.Contains(line, fmt.Sprintf("%x", sha256.Sum256([]byte(value)))) {
		return errors.New("another version is in use")
	}
	return nil
}
