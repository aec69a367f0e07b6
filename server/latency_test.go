package server

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// TestReload_TargetsAreThereAtOnce prints how long it takes from asking for a
// reload to a new job's target being in the API, with the intervals of a real
// server. The bound is wide: other tests run beside it.
func TestReload_TargetsAreThereAtOnce(t *testing.T) {
	r := newRig(t, "global: {scrape_interval: 1h}\n")
	r.opts.Scrape.DiscoveryReloadInterval = DefaultOptions().Scrape.DiscoveryReloadInterval
	r.start()
	files := map[string]string{}
	var took []time.Duration
	for i := range 20 {
		name := fmt.Sprint("job-", i)
		files[fmt.Sprintf("scrape/team_%d_s", i)] = job(name, "127.0.0.1:1")
		r.publish(files)
		start := time.Now()
		r.mustReload()
		r.await("the target is listed", func() bool { return len(r.s.discovery.scrape.TargetsActive()[name]) == 1 })
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	t.Logf("reload to target: p50 %v, max %v", took[len(took)/2], took[len(took)-1])
	if p50 := took[len(took)/2]; p50 > 400*time.Millisecond {
		t.Errorf("p50 is %v", p50)
	}
}
