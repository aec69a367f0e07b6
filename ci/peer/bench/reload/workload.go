package reload

import (
	"fmt"
	"strings"
	"time"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

const (
	jobs          = 2000
	groups        = 500
	rulesPerGroup = 20

	// The first watched jobs are scraped each second, to see whether a reload
	// makes one miss a scrape. All other work is so rare that none of it falls due
	// meanwhile, so that what is measured is the reload: each first scrape of a
	// job brings a connection and some series that stay.
	watched = 10
	rare    = "10w"
)

// workload is a set of drop-ins, of which one at a time is edited.
type workload struct {
	target string // host:port that answers every scrape
	items  map[string]dropin.Checked
	states map[string]state // by item
	edits  int
}

// state is which edit a drop-in had last: of its settings, a group's included, and
// of its targets.
type state struct{ settings, targets int }

func newWorkload(target string) (*workload, error) {
	w := &workload{target: target, items: make(map[string]dropin.Checked, jobs+groups), states: map[string]state{}}
	for i := range jobs {
		if _, err := w.put(dropin.KindScrape, i, state{}); err != nil {
			return nil, err
		}
	}
	for i := range groups {
		if _, err := w.put(dropin.KindRules, i, state{}); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// edit changes one drop-in, another one each time, and returns it.
func (w *workload) edit(e edit) (dropin.Checked, error) {
	w.edits++
	kind, i := dropin.KindScrape, watched+w.edits*7%400
	if e == ofRules {
		kind = dropin.KindRules
	}
	st := w.states[fmt.Sprint(kind, i)]
	if e == ofTargets {
		st.targets = w.edits
	} else {
		st.settings = w.edits
	}
	return w.put(kind, i, st)
}

func (w *workload) put(kind dropin.Kind, i int, st state) (dropin.Checked, error) {
	it := dropin.Item{
		Ref:     dropin.Ref{Namespace: fmt.Sprintf("team-%03d", i%100), Name: fmt.Sprintf("%s-%04d", kind, i), Key: string(kind) + ".yaml"},
		Kind:    kind,
		Created: time.Unix(1_700_000_000+int64(i), 0),
	}
	if kind == dropin.KindScrape {
		it.Data = w.job(i, st)
	} else {
		it.Data = group(i, st.settings)
	}
	c := dropin.Check(it, dropin.Policy{})
	if !c.OK() {
		return c, fmt.Errorf("drop-in of the benchmark is refused: %v", c.Problems[0])
	}
	w.items[it.Ref.FileName()] = c
	w.states[fmt.Sprint(kind, i)] = st
	return c, nil
}

func (w *workload) job(i int, st state) []byte {
	interval, timeout := rare, "10s"
	if i < watched {
		interval, timeout = "1s", "1s"
	}
	return fmt.Appendf(nil, `scrape_configs:
- job_name: app
  scrape_interval: %s
  scrape_timeout: %s
  metrics_path: /metrics/%d
  sample_limit: %d
  static_configs:
  - targets: [%s]
    labels: {edition: "%d"}
  relabel_configs:
  - source_labels: [__address__]
    target_label: address
  metric_relabel_configs:
  - source_labels: [__name__]
    regex: go_.*
    action: drop
`, interval, timeout, i, 1000+st.settings, w.target, st.targets)
}

func group(i, edition int) []byte {
	var b strings.Builder
	interval := rare
	if i == 0 {
		interval = "3s"
	}
	fmt.Fprintf(&b, "groups:\n- name: group-%d\n  interval: %s\n  rules:\n", i, interval)
	if i == 0 {
		b.WriteString("  - {alert: Watched, expr: vector(1), for: 1h}\n")
	}
	for r := range rulesPerGroup {
		if r%4 == 0 {
			fmt.Fprintf(&b, "  - record: team:requests:rate5m_%d_%d\n    expr: sum by (job, path) (rate(requests_total{team=\"%d\", code=~\"5..\"}[5m])) * %d\n", i, r, i, edition)
			continue
		}
		fmt.Fprintf(&b, `  - alert: HighErrors%d_%d
    expr: sum by (job) (rate(requests_total{team="%d", code=~"5.."}[5m])) / sum by (job) (rate(requests_total{team="%d"}[5m])) > 0.%02d
    for: 10m
    labels: {severity: warning, team: "%d"}
    annotations:
      summary: '{{ $labels.job }} answers {{ $value | humanizePercentage }} of requests with errors'
`, i, r, i, i, 1+edition%90, i)
	}
	return []byte(b.String())
}
