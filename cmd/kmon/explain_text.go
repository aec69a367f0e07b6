package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/explain"
)

// explained is the answer for people: the sentence that matters first, then
// what to do, then a line for each job. With targets each has lines of its own,
// with steps each rule as well.
func explained(a explain.Answer, targets, steps bool) string {
	var b strings.Builder
	fmt.Fprintln(&b, a.Summary)
	if a.Remedy != "" {
		fmt.Fprintln(&b, "  →", a.Remedy)
	}
	for _, r := range a.Remarks {
		fmt.Fprintln(&b, "  •", r)
	}
	if len(a.Jobs) > 0 {
		fmt.Fprintln(&b)
	}
	for _, j := range a.Jobs {
		writeJob(&b, j, targets, steps)
	}
	fmt.Fprintf(&b, "\n%s\n", considered(a))
	return b.String()
}

func considered(a explain.Answer) string {
	x := a.Excluded
	n := x.Unseen + x.Foreign + x.Unrouted
	if n == 0 || len(a.Jobs) == a.Considered {
		return count(a.Considered, "job") + " considered."
	}
	var why []string
	for _, w := range []struct {
		n    int
		what string
	}{{x.Unseen, "by discovery"}, {x.Foreign, "by namespace"}, {x.Unrouted, "by the labels they select"}} {
		if w.n > 0 {
			why = append(why, fmt.Sprintf("%d %s", w.n, w.what))
		}
	}
	return fmt.Sprintf("%s considered, of which %d are for other objects: %s (--all lists them).", count(a.Considered, "job"), n, strings.Join(why, ", "))
}

func writeJob(b *strings.Builder, j explain.JobVerdict, targets, steps bool) {
	fmt.Fprintf(b, "%-12s  %s\n", j.Outcome, named(j))
	if !targets {
		fmt.Fprintf(b, "              %s\n", j.Reason)
		return
	}
	if j.Source == "" {
		fmt.Fprintf(b, "    %s\n", j.Reason)
		return
	}
	writeTarget(b, j.TargetVerdict, steps)
	for _, t := range j.Others {
		writeTarget(b, t, steps)
	}
}

// named is a job by its author's name and where it is written.
func named(j explain.JobVerdict) string {
	if j.DropIn == nil {
		return j.ScrapePool + " of the base configuration"
	}
	return fmt.Sprintf("%s of drop-in %s", strings.TrimPrefix(j.ScrapePool, j.DropIn.String()+"/"), j.DropIn)
}

func writeTarget(b *strings.Builder, t explain.TargetVerdict, steps bool) {
	fmt.Fprintf(b, "    target %s from %s\n", t.Address, t.Source)
	if steps && t.DiscoveredLabels != nil {
		fmt.Fprintln(b, "      discovered")
		t.DiscoveredLabels.Range(func(l labels.Label) { fmt.Fprintf(b, "        %s=%q\n", l.Name, l.Value) })
		before := *t.DiscoveredLabels
		for _, s := range t.Steps {
			before = writeStep(b, s, before)
		}
	}
	fmt.Fprintf(b, "      %s: %s\n", t.Outcome, t.Reason)
	if t.Remedy != "" {
		fmt.Fprintf(b, "      → %s\n", t.Remedy)
	}
	if t.Labels != nil {
		fmt.Fprintf(b, "      labels %s\n", t.Labels)
	}
	if t.LastScrape != nil {
		fmt.Fprintf(b, "      %s, last scrape %s\n", t.Health, t.LastScrape.Format(time.RFC3339))
	}
}

// writeStep writes a rule and what it changed, and returns the labels after it.
func writeStep(b *strings.Builder, s explain.Step, before labels.Labels) labels.Labels {
	r := s.Rule
	fmt.Fprintf(b, "      step %d: %s", s.Number, r.Action)
	for i, v := range s.Sources {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(b, " %s", v)
	}
	if r.Regex.String() != "(.*)" {
		fmt.Fprintf(b, " regex %q", r.Regex.String())
	}
	if r.TargetLabel != "" {
		fmt.Fprintf(b, " → %s", r.TargetLabel)
	}
	if !s.Keep {
		b.WriteString(": drops the target")
	}
	b.WriteString("\n")
	if s.Output == nil || !s.Keep {
		return before
	}
	after := *s.Output
	before.Range(func(l labels.Label) {
		if !after.Has(l.Name) {
			fmt.Fprintf(b, "        - %s=%q\n", l.Name, l.Value)
		}
	})
	after.Range(func(l labels.Label) {
		switch old := before.Get(l.Name); {
		case !before.Has(l.Name):
			fmt.Fprintf(b, "        + %s=%q\n", l.Name, l.Value)
		case old != l.Value:
			fmt.Fprintf(b, "        ~ %s=%q, was %q\n", l.Name, l.Value, old)
		}
	})
	return after
}
