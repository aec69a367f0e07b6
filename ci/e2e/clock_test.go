//go:build linux

package e2e

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// clock is the time of day of one process, which the test sets.
type clock struct{ file string }

// set puts the clock off by so much. The file is always whole: it is as long as before.
func (c clock) set(t *testing.T, off time.Duration) {
	t.Helper()
	raw := binary.LittleEndian.AppendUint64(nil, uint64(off/time.Second))
	f, err := os.OpenFile(c.file, os.O_WRONLY|os.O_CREATE, 0o600)
	if err == nil {
		_, err = f.WriteAt(raw, 0)
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// jumping starts a sidecar whose clock the test sets.
func (l *lab) jumping() (*process, clock) {
	l.t.Helper()
	c := clock{file: filepath.Join(l.t.TempDir(), "offset")}
	c.set(l.t, 0)
	return l.sidecar(build(l.t, ".", "./clockjump"), c.file), c
}

// confirmedAt is when the reader confirmed what it uses, by the sidecar's clock.
func (p *process) confirmedAt() (time.Time, error) {
	raw, err := p.get("/status")
	if err != nil {
		return time.Time{}, err
	}
	var status struct{ ConfirmedAt time.Time }
	err = json.Unmarshal([]byte(raw), &status)
	return status.ConfirmedAt, err
}

// The clock of one of two sidecars is set forward and back by hours and more, while
// drop-ins change and while all that can fail does. Both agree with the cluster every
// time, owners are told, and nobody takes the sidecar for one that is stuck.
func TestFaultClockJumps(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.fill(10)
	l.sidecar()
	p, clock := l.jumping()
	l.converge(30 * time.Second)
	healthy := func() {
		t.Helper()
		if _, err := p.get("/healthz"); err != nil {
			t.Error(err)
		}
	}
	round := 0
	for _, off := range []time.Duration{7 * time.Hour, -17 * time.Hour, 400 * 24 * time.Hour, -3 * time.Second, 0} {
		for name, during := range map[string]func(jump func()){
			"while nothing happens": func(jump func()) { jump(); l.churn(round) },
			"amid changes":          func(jump func()) { l.churn(round); jump(); round++; l.churn(round) },
			"while the API server is away": func(jump func()) {
				was := l.proxy.failed.Load()
				l.proxy.down.Store(true)
				l.proxy.cut()
				more(t, &l.proxy.failed, was, 4, "requests without an API server")
				jump()
				l.churn(round)
				l.proxy.down.Store(false)
			},
			"while the reader is away": func(jump func()) {
				was := p.reader.failed.Load()
				p.reader.down.Store(true)
				l.churn(round)
				more(t, &p.reader.failed, was, 3, "reloads of a reader that is away")
				jump()
				p.reader.down.Store(false)
			},
		} {
			during(func() {
				clock.set(t, off)
				healthy()
			})
			took := l.converge(30 * time.Second)
			healthy()
			await(t, 10*time.Second, 20*time.Millisecond, "the sidecar's own clock", func(context.Context) error {
				at, err := p.confirmedAt()
				if err != nil {
					return err
				}
				if wrong := time.Until(at) - off; wrong.Abs() > 2*time.Minute {
					return fmt.Errorf("it is off by %s, and not by %s: the test shows nothing", time.Until(at).Round(time.Second), off)
				}
				return nil
			})
			t.Logf("off by %s, set %s: all is in use %s later", off, name, took.Round(time.Millisecond))
			round++
		}
		told := fmt.Sprintf("bad-%d", round)
		l.apply(t, l.namespace, told, "rules", map[string]string{"rules.yaml": "groups: x"})
		await(t, 30*time.Second, 20*time.Millisecond, "an Event on "+told, func(ctx context.Context) error {
			messages, err := l.events(ctx, l.namespace, told, "Warning")
			if err == nil && !strings.Contains(strings.Join(messages, "\n"), "rules.yaml:1") {
				err = fmt.Errorf("Events: %q", messages)
			}
			return err
		})
		l.delete(t, l.namespace, told)
	}
}
