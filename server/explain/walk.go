package explain

import (
	"cmp"
	"fmt"
	"net"
	"slices"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/scrape"
)

// walker takes one object through jobs.
type walker struct {
	object  Object
	facts   facts
	verbose bool
	found   map[*Found][]sighting
	// otherPorts are addresses of the host asked for at ports not asked for.
	otherPorts []string
	// byEndpoints counts jobs that would see a pod only behind a Service.
	byEndpoints int
}

// sighting is a group with the targets in it that are the object.
type sighting struct {
	group   *targetgroup.Group
	targets []int
}

func (w *walker) search(groups []*targetgroup.Group) (out []sighting) {
	for _, g := range groups {
		if at := w.object.targetsIn(g); len(at) > 0 {
			out = append(out, sighting{g, at})
		}
	}
	return out
}

func (w *walker) watched(f *Found) []sighting {
	seen, ok := w.found[f]
	if !ok {
		seen = w.search(f.Groups)
		w.found[f] = seen
	}
	return seen
}

// walk says what one job does with the object.
func (w *walker) walk(j *Job) JobVerdict {
	v := JobVerdict{ScrapePool: j.Config.JobName, DropIn: j.Owner}
	var all []TargetVerdict
	add := func(seen []sighting, limit Cause) {
		for _, s := range seen {
			for _, i := range s.targets {
				t := w.target(j, s.group, i)
				if !w.wanted(&t) {
					continue
				}
				t.limit(limit, s.group)
				all = append(all, t)
			}
		}
	}
	add(w.search(j.Groups), "")
	for _, watch := range j.Watches {
		for _, s := range w.watched(watch.Found) {
			switch {
			case watch.Namespaces != nil && !watch.Namespaces[string(s.group.Labels[metaNamespace])]:
				add([]sighting{s}, Foreign)
			case !watch.Admits(s.group):
				add([]sighting{s}, Unrouted)
			default:
				add([]sighting{s}, "")
			}
		}
	}
	if len(all) == 0 {
		w.unseen(j, &v)
		return v
	}
	twins(all)
	slices.SortStableFunc(all, func(a, b TargetVerdict) int { return a.score.compare(b.score) })
	v.TargetVerdict, v.Others = all[0], all[1:]
	// Who wrote a job in the object's namespace is likely to have meant it.
	v.score.own = j.Owner != nil && j.Owner.Namespace == w.object.Namespace
	if (v.Cause == Unrouted || v.Cause == Dropped) && v.score.weight() < near {
		v.score.tier = 0
	}
	return v
}

// wanted leaves out targets of the right host and a wrong port.
func (w *walker) wanted(t *TargetVerdict) bool {
	if !w.object.hasPort() || t.Address == w.object.Name {
		return true
	}
	if t.Labels != nil {
		final := t.final.Get(model.AddressLabel)
		if final != w.object.Name {
			w.otherPorts = append(w.otherPorts, final)
		}
		return final == w.object.Name
	}
	_, _, err := net.SplitHostPort(t.Address)
	return err != nil // without a port, relabeling would have had to set one
}

// target takes one target through relabeling and looks whether it is scraped.
func (w *walker) target(j *Job, g *targetgroup.Group, i int) TargetVerdict {
	cfg, own := j.Config, g.Targets[i]
	lb := labels.NewBuilder(labels.EmptyLabels())
	scrape.PopulateDiscoveredLabels(lb, cfg, own, g.Labels)
	discovered := lb.Labels()
	t := TargetVerdict{Source: g.Source, Address: lb.Get(model.AddressLabel), DiscoveredLabels: &discovered}
	if !w.relabel(&t, j, lb) {
		return t
	}
	final, err := scrape.PopulateLabels(lb, cfg, own, g.Labels)
	if err != nil {
		t.verdict(Invalid, "keeps it, but cannot scrape it: "+err.Error())
		t.Remedy = "Set what is missing by a relabel rule; the address is the label __address__."
		return t
	}
	made := scrape.NewTarget(final, cfg, own, g.Labels)
	public := made.Labels(lb)
	t.final, t.Labels, t.ScrapeURL = final, &public, made.URL().String()
	t.judge(j, made, w.facts)
	return t
}

// judge fills in what became of a target that relabeling keeps.
func (t *TargetVerdict) judge(j *Job, made *scrape.Target, f facts) {
	at := slices.IndexFunc(j.Active, func(a *scrape.Target) bool { return same(a, t.final, t.ScrapeURL) })
	if at < 0 {
		t.verdict(Pending, "keeps it, but does not scrape it yet")
		t.Remedy = "It is usually a second away. If it stays so, the job could not be started: the server's log says why, often a missing certificate."
		return
	}
	active := j.Active[at]
	t.Health = string(active.Health())
	if last := active.LastScrape(); !last.IsZero() {
		t.LastScrape = &last
	}
	err := active.LastError()
	switch {
	case active.Health() == scrape.HealthBad && err != nil:
		t.LastError = err.Error()
		t.verdict(Failing, "scrapes it at "+t.ScrapeURL+" without success: "+t.LastError)
		t.Remedy = f.failing(t.LastError, t.ScrapeURL, made.GetValue(model.AddressLabel))
	case active.Health() == scrape.HealthUnknown:
		t.verdict(Scraped, "is about to scrape it for the first time at "+t.ScrapeURL)
	default:
		t.verdict(Scraped, "scrapes it at "+t.ScrapeURL+" with success")
	}
	if j.Refused > 0 && t.Cause == Scraped {
		t.Reason += fmt.Sprintf(", but %d new series of its drop-in are refused, whose budget is %d", j.Refused, j.Budget)
		t.Remedy = "Expose fewer series, drop some by metric_relabel_configs, or ask the platform team for a larger series budget (--guard.series-budget)."
	}
}

// same says whether an active target is the one made of labels: those of it
// that are not public, such as the scheme, count as well.
func same(a *scrape.Target, want labels.Labels, url string) bool {
	if a.URL().String() != url {
		return false
	}
	public := 0
	a.LabelsRange(func(labels.Label) { public++ })
	equal := true
	want.Range(func(l labels.Label) {
		equal = equal && a.GetValue(l.Name) == l.Value
		if len(l.Name) < 2 || l.Name[:2] != model.ReservedLabelPrefix {
			public--
		}
	})
	return equal && public == 0
}

// twins marks targets of a job that are the same after relabeling: upstream
// scrapes the first of them only.
func twins(all []TargetVerdict) {
	for i := range all {
		t := &all[i]
		if t.Labels == nil || t.Cause == Foreign {
			continue
		}
		for _, first := range all[:i] {
			if first.Labels == nil || first.Cause == Duplicate || first.Cause == Foreign ||
				first.ScrapeURL != t.ScrapeURL || !labels.Equal(first.final, t.final) {
				continue
			}
			t.verdict(Duplicate, fmt.Sprintf("makes of it the same target as of %s of %s, and scrapes both at once", cmp.Or(first.Address, "the target"), first.Source))
			t.Remedy = ""
			break
		}
	}
}

// limit notes that a job was not even handed the target.
func (t *TargetVerdict) limit(to Cause, g *targetgroup.Group) {
	switch {
	case to == Unrouted && t.Cause == Dropped:
		t.verdict(Unrouted, t.Reason)
	case to == Foreign:
		kept := t.Cause != Dropped
		t.verdict(Foreign, fmt.Sprintf("does not discover namespace %s", g.Labels[metaNamespace]))
		if kept {
			t.Reason += ", and would keep it otherwise"
		}
		t.Remedy = "Add the namespace to namespaces of the job's kubernetes_sd_configs. Drop-ins may discover other namespaces than their own only if the chart value dropIns.trustedNamespaces lists theirs."
		t.Health, t.LastError, t.LastScrape = "", "", nil
		// Without a keep rule that speaks for it, this is no near miss.
		if !kept || t.score.passed == 0 {
			t.score.tier = 0
		}
		t.score.passed -= 0.5
	}
}
