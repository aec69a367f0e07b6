package parity

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// flagGroup is flags whose effects do not disturb each other, so that one pair
// of servers with all of them, and one pair without, shows them all.
type flagGroup struct {
	config string
	// always are arguments of both pairs.
	always []string
	// prepare is done to each server before it is looked at. May be nil.
	prepare func(*testing.T, site)
	flags   map[string]effect
}

// effect is how one sees that a flag does what it does.
type effect struct {
	// args is the flag, as it is given.
	args []string
	// look returns what shows the effect: the same of both servers with the
	// flag, the same of both without, and something else with than without.
	look func(*testing.T, site) any
}

// site is a running server and its directories.
type site struct {
	*instance.Instance
	dir, data string
}

func flagGroups(t *testing.T) map[string]flagGroup {
	all := map[string]flagGroup{}
	for _, groups := range []map[string]flagGroup{
		webFlagGroups(t), processFlagGroups(), storageFlagGroups(), remoteFlagGroups(), alertFlagGroups(t),
	} {
		maps.Copy(all, groups)
	}
	return all
}

// TestFlags starts both servers with and without each flag.
func TestFlags(t *testing.T) {
	t.Parallel()
	for name, g := range flagGroups(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var args []string
			for _, f := range slices.Sorted(maps.Keys(g.flags)) {
				args = append(args, g.flags[f].args...)
			}
			with, without := g.see(t, args), g.see(t, nil)
			for f, e := range g.flags {
				w, wo := with[f], without[f]
				if w[0] != w[1] {
					t.Errorf("%v: prometheus shows %s, ours %s", e.args, w[0], w[1])
				}
				if wo[0] != wo[1] {
					t.Errorf("without --%s: prometheus shows %s, ours %s", f, wo[0], wo[1])
				}
				if w[0] == wo[0] {
					t.Errorf("%v has no effect: %s", e.args, w[0])
				}
				t.Logf("--%s: %.60s without, %.60s with %v", f, wo[0], w[0], e.args)
			}
		})
	}
}

// see returns what upstream's server and ours show of each flag.
func (g flagGroup) see(t *testing.T, args []string) map[string][2]string {
	t.Helper()
	seen := map[string][2]string{}
	for i, s := range bothSides() {
		here := site{dir: t.TempDir(), data: t.TempDir()}
		here.Instance = start(t, s, server{
			config: g.config, dir: here.dir, data: here.data, args: append(slices.Clone(g.always), args...),
		})
		if g.prepare != nil {
			g.prepare(t, here)
		}
		for f, e := range g.flags {
			pair := seen[f]
			pair[i] = fmt.Sprint(e.look(t, here))
			seen[f] = pair
		}
	}
	return seen
}

// call makes a request and returns its status and, if that is 200, its answer.
func (s site) call(t *testing.T, method, path, kind, body string) string {
	t.Helper()
	a, err := request(t.Context(), method, s.URL+path, kind, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if a.status == http.StatusOK {
		return fmt.Sprintf("200 %.200s", a.body)
	}
	return fmt.Sprint(a.status)
}

// calling looks at the status and answer of a request.
func calling(method, path, kind, body string) func(*testing.T, site) any {
	return func(t *testing.T, s site) any { return s.call(t, method, path, kind, body) }
}

// metric returns the line of a metric, "" if there is none.
func metric(name string) func(*testing.T, site) any {
	return func(t *testing.T, s site) any {
		t.Helper()
		a, err := get(t.Context(), s.Instance, "/metrics", nil)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(a.body)) {
			if strings.HasPrefix(line, name) && !strings.HasPrefix(line[len(name):], "_") {
				return strings.TrimSpace(line)
			}
		}
		return ""
	}
}

// within says whether f becomes true in a time in which it would if it ever did.
func within(t *testing.T, d time.Duration, f func(context.Context) bool) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	return instance.Await(ctx, 50*time.Millisecond, func(ctx context.Context) error {
		if !f(ctx) {
			return io.EOF
		}
		return nil
	}) == nil
}
