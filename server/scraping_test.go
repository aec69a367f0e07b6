package server

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// scrapes notes when each path was asked for.
type scrapes struct {
	mu    sync.Mutex // guards times
	times map[string][]time.Time
}

func (s *scrapes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.times[r.URL.Path] = append(s.times[r.URL.Path], time.Now())
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	fmt.Fprintln(w, "requests 1")
}

// longest is the longest time without a scrape of a path.
func (s *scrapes) longest(path string) (gap time.Duration, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	times := s.times[path]
	for i := range times {
		if i > 0 {
			gap = max(gap, times[i].Sub(times[i-1]))
		}
	}
	return gap, len(times)
}

// TestReload_MissesNoScrape reloads while two jobs are scraped: one that nobody
// touches, and the very one that is edited. The first keeps its loop, the second
// begins a new one in the old one's slot, and both keep their series: no stale
// marker comes between their samples.
func TestReload_MissesNoScrape(t *testing.T) {
	const interval = 400 * time.Millisecond
	run := func() error {
		seen := &scrapes{times: map[string][]time.Time{}}
		web := httptest.NewServer(seen)
		defer web.Close()
		job := func(name string, edition int) string {
			return fmt.Sprintf("scrape_configs:\n- job_name: %[1]s\n  scrape_interval: %[2]s\n  scrape_timeout: %[2]s\n  metrics_path: /%[1]s\n"+
				"  static_configs: [{targets: ['%[3]s']}]\n  metric_relabel_configs: [{source_labels: [edition], regex: '%[4]d', action: drop}]\n",
				name, interval, strings.TrimPrefix(web.URL, "http://"), edition)
		}
		r := newRig(t, quickBase)
		files := map[string]string{"scrape/team_kept_s": job("kept", 0), "scrape/team_edited_s": job("edited", 0)}
		r.publish(files)
		r.start()
		defer r.stop()
		r.await("both are scraped", func() bool {
			_, kept := seen.longest("/kept")
			_, edited := seen.longest("/edited")
			return kept > 0 && edited > 0
		})
		target := r.s.discovery.scrape.TargetsActive()["kept"][0]
		const reloads = 20
		for edition := range reloads {
			files["scrape/team_edited_s"] = job("edited", edition+1)
			r.publish(files)
			if a := r.mustReload(); a.Changed["scrape"] != 1 {
				t.Fatalf("the reload says it changed %v", a.Changed)
			}
			time.Sleep(interval / 3)
		}
		if again := r.s.discovery.scrape.TargetsActive()["kept"]; len(again) != 1 || again[0] != target {
			t.Error("the job nobody touched got another target")
		}
		for _, name := range []string{"kept", "edited"} {
			// A stale marker would end the series for those who ask then.
			if v := r.query(fmt.Sprintf("requests{job=%q}", name)); len(v) != 1 {
				t.Errorf("%s has the values %v", name, v)
			}
			gap, n := seen.longest("/" + name)
			if gap > interval*3/2 || n < reloads/5 {
				return fmt.Errorf("%s was scraped %d times, once not for %v", name, n, gap)
			}
			t.Logf("%s: %d scrapes in %d reloads, never more than %v apart", name, n, reloads, gap.Round(time.Millisecond))
		}
		return nil
	}
	// One stall of a shared machine looks like a scrape missed.
	var err error
	for range 3 {
		if err = run(); err == nil {
			return
		}
		t.Log(err)
	}
	t.Error(err)
}

// TestReload_OfTargetsKeepsTheJob adds a target to a job. The target it had goes on
// being scraped by the loop it has, and no other job is looked at.
func TestReload_OfTargetsKeepsTheJob(t *testing.T) {
	seen := &scrapes{times: map[string][]time.Time{}}
	web := httptest.NewServer(seen)
	defer web.Close()
	job := func(labels ...string) string {
		s := "scrape_configs:\n- job_name: app\n  scrape_interval: 200ms\n  scrape_timeout: 200ms\n  static_configs:\n"
		for _, l := range labels {
			s += fmt.Sprintf("  - {targets: ['%s'], labels: {of: %s}}\n", strings.TrimPrefix(web.URL, "http://"), l)
		}
		return s
	}
	r := newRig(t, quickBase)
	files := map[string]string{"scrape/team_app_s": job("one")}
	r.publish(files)
	r.start()
	defer r.stop()
	scraped := func(want int) func() bool {
		return func() bool { return len(r.query(`requests{job="app"}`)) == want }
	}
	r.await("one target is scraped", scraped(1))
	first := r.s.discovery.scrape.TargetsActive()["app"][0]

	files["scrape/team_app_s"] = job("one", "two")
	r.publish(files)
	if a := r.mustReload(); a.Changed["scrape"] != 1 {
		t.Fatalf("the reload says it changed %v", a.Changed)
	}
	r.await("both targets are scraped", scraped(2))
	if !slices.Contains(r.s.discovery.scrape.TargetsActive()["app"], first) {
		t.Error("the target that was there is another one now")
	}
	reloads := func() float64 { return gauge(r, "prometheus_target_scrape_pool_reloads_total") }
	if n := reloads(); n != 0 {
		t.Errorf("%v scrape pools were reloaded for a target", n)
	}
	// A change of the job itself does reload it, and only it.
	files["scrape/team_app_s"] = strings.Replace(job("one", "two"), "  static_configs", "  sample_limit: 10\n  static_configs", 1)
	r.publish(files)
	r.mustReload()
	if n := reloads(); n != 1 {
		t.Errorf("%v scrape pools were reloaded for a limit of one", n)
	}
}
