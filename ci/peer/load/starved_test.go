package load

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar"
)

// A change each second comes into force within the sidecar's time, on a server
// that is starved of CPU and never done with its rules.
func TestStarvedServerTakesChanges(t *testing.T) {
	n := sizeOf(t)
	target := exporter(t, n.series)
	d := deploy(t, drops(n, target))
	d.awaitSeries(n.targets * n.series)
	answered := query(t, d.URL, n.queries)
	spin(t, n.spinning)

	var took []time.Duration
	began := time.Now()
	edition := 0
	for time.Since(began) < n.lasts {
		next := time.Now().Add(time.Second)
		edition++
		for _, it := range edit(n, target, edition) {
			d.put(it)
		}
		one, err := d.apply(t.Context())
		if err != nil {
			t.Fatalf("edit %d, after %s: %v\nthe server's last reloads:\n%s", edition, one, err, d.inForce())
		}
		took = append(took, one)
		time.Sleep(time.Until(next)) // one a second is what is tested
	}
	load := loadAverage()
	slices.Sort(took)
	t.Logf("%d series, load %s, %d heavy queries answered: %d reloads, median %s, slowest %s",
		n.targets*n.series, load, answered(), len(took), took[len(took)/2].Round(time.Millisecond), took[len(took)-1].Round(time.Millisecond))
	t.Logf("the last of them as the server saw them:\n%s", d.inForce())
	d.mustRun(n, edition)
}

// awaitSeries waits until all targets were scraped.
func (d *deployment) awaitSeries(want int) {
	d.await(func(ctx context.Context) error {
		var found struct{ Result []struct{ Value [2]any } }
		if err := d.api(ctx, "query?"+url.Values{"query": {"count(load_requests_total)"}}.Encode(), &found); err != nil {
			return err
		}
		if len(found.Result) == 1 && found.Result[0].Value[1] == fmt.Sprint(want) {
			return nil
		}
		return fmt.Errorf("%v of %d series", found.Result, want)
	})
}

// mustRun insists that the rules and jobs that run are those of an edition.
func (d *deployment) mustRun(n size, edition int) {
	d.t.Helper()
	want := map[string]string{}
	for e := max(0, edition-n.slow+1); e <= edition; e++ {
		for r := range 5 {
			want[fmt.Sprintf("load:slow_%d_%d", e%n.slow, r)] = fmt.Sprintf("* %d", 1+e)
		}
	}
	want["load_edition"] = fmt.Sprintf("vector(%d)", edition)
	d.await(func(ctx context.Context) error {
		var found struct {
			Groups []struct {
				Rules []struct{ Name, Query string }
			}
		}
		if err := d.api(ctx, "rules", &found); err != nil {
			return err
		}
		ends := map[string]bool{}
		for _, g := range found.Groups {
			for _, r := range g.Rules {
				ends[r.Name] = strings.HasSuffix(r.Query, want[r.Name])
			}
		}
		for name, text := range want {
			if !ends[name] {
				return fmt.Errorf("rule %s does not end with %q", name, text)
			}
		}
		return nil
	})
	d.await(func(ctx context.Context) error {
		var found struct {
			ActiveTargets []struct {
				ScrapeTimeout string
				Labels        map[string]string
			}
		}
		if err := d.api(ctx, "targets?state=active", &found); err != nil {
			return err
		}
		for _, a := range found.ActiveTargets {
			if a.Labels["shard"] == fmt.Sprintf("big-%d", edition%n.targets) && a.ScrapeTimeout == fmt.Sprintf("%ds", 10+edition%5) {
				return nil
			}
		}
		return fmt.Errorf("none of %d targets is as edited last", len(found.ActiveTargets))
	})
}

func (d *deployment) await(f func(context.Context) error) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 2*sidecar.DefaultOptions().ApplyTimeout)
	defer cancel()
	if err := instance.Await(ctx, 200*time.Millisecond, f); err != nil {
		d.t.Fatal(err)
	}
}

func (d *deployment) api(ctx context.Context, path string, data any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, d.URL+"/api/v1/"+path, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	answer := struct {
		Status string
		Data   any
	}{Data: data}
	if err := json.Unmarshal(raw, &answer); err != nil || answer.Status != "success" {
		return fmt.Errorf("%s: %s %.300s", path, resp.Status, raw)
	}
	return nil
}
