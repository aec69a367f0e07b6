package parity

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

func processFlagGroups() map[string]flagGroup {
	return map[string]flagGroup{
		"memory limit": {flags: map[string]effect{
			"auto-gomemlimit.ratio":            {[]string{"--auto-gomemlimit.ratio=0.5"}, runtimeInfo("GOMEMLIMIT")},
			"auto-gomemlimit.refresh-interval": {[]string{"--auto-gomemlimit.refresh-interval=1h"}, refreshes},
		}},
		"no limits": {flags: map[string]effect{
			"auto-gomemlimit": {[]string{"--no-auto-gomemlimit"}, runtimeInfo("GOMEMLIMIT")},
			"auto-gomaxprocs": {[]string{"--no-auto-gomaxprocs"}, logs("automaxprocs")},
		}},
		"log level":  {flags: map[string]effect{"log.level": {[]string{"--log.level=error"}, logs("level=INFO")}}},
		"log format": {flags: map[string]effect{"log.format": {[]string{"--log.format=json"}, logs(`{"time":`)}}},
		"auto reload": {always: []string{"--config.auto-reload-interval=1s"}, flags: map[string]effect{
			"config.auto-reload": {[]string{"--config.auto-reload"}, noticesEdits},
		}},
		"auto reload interval": {always: []string{"--config.auto-reload"}, flags: map[string]effect{
			"config.auto-reload-interval": {[]string{"--config.auto-reload-interval=1s"}, noticesEdits},
		}},
		"query timeout": {flags: map[string]effect{
			"query.timeout": {[]string{"--query.timeout=10ms"}, func(t *testing.T, s site) any {
				status, _, _ := strings.Cut(s.call(t, http.MethodGet, "/api/v1/query?query=count_over_time(vector(1)[20m:1ms])", "", ""), " ")
				return status
			}},
		}},
	}
}

func runtimeInfo(key string) func(*testing.T, site) any {
	return func(t *testing.T, s site) any {
		return ask(t, s.Instance, "status/runtimeinfo", nil).(map[string]any)[key]
	}
}

// logs says whether a text is in the log.
func logs(text string) func(*testing.T, site) any {
	return func(_ *testing.T, s site) any { return strings.Contains(strings.Join(s.Lines(), "\n"), text) }
}

// refreshes looks for who looks at the memory limit again.
func refreshes(t *testing.T, s site) any {
	a, err := get(t.Context(), s.Instance, "/debug/pprof/goroutine", params("debug", "1"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Contains(string(a.body), "memlimit.")
}

// noticesEdits says whether an edit of the configuration is in force soon.
func noticesEdits(t *testing.T, s site) any {
	write(t, filepath.Join(s.dir, "prometheus.yml"), "global: {external_labels: {edited: really}}\n")
	return within(t, 12*time.Second, func(ctx context.Context) bool {
		data, err := askErr(ctx, s.Instance, "status/config", nil)
		return err == nil && strings.Contains(data.(map[string]any)["yaml"].(string), "edited: really")
	})
}

// TestFeatures enables all features that docs/server-flags.md lists, and
// compares what both servers then say they can do. Prometheus warns of a name
// that it does not know, so the list is also right.
func TestFeatures(t *testing.T) {
	t.Parallel()
	names := documentedFeatures(t)
	for _, not := range []string{"otlp-deltatocumulative", "otlp-native-delta-ingestion"} { // not both
		t.Run("without "+not, func(t *testing.T) {
			t.Parallel()
			var enabled []string
			for _, n := range names {
				if n != not {
					enabled = append(enabled, n)
				}
			}
			var seen, plain [2]any
			for i, s := range []side{upstream(), full()} {
				in := start(t, s, server{args: []string{"--enable-feature=" + strings.Join(enabled, ",")}})
				seen[i] = features(t, in)
				for _, line := range complaints(in) {
					if strings.Contains(line, "nknown option for --enable-feature") {
						t.Errorf("%s: %s", s.name, line)
					}
				}
				plain[i] = features(t, start(t, s, server{}))
			}
			same(t, "features", seen[0], seen[1])
			same(t, "features by default", plain[0], plain[1])
			if fmt.Sprint(seen[0]) == fmt.Sprint(plain[0]) {
				t.Error("the features change nothing")
			}
		})
	}
}

// features are all but those of Prometheus' own pages.
func features(t *testing.T, in *instance.Instance) any {
	t.Helper()
	data := ask(t, in, "features", nil).(map[string]any)
	delete(data, "ui")
	return data
}
