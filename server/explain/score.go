package explain

import (
	"cmp"
	"strings"

	"github.com/prometheus/prometheus/model/relabel"
)

// score is how near a target came to being scraped.
type score struct {
	tier int
	// passed is the evidence of the keep rules it passed, see [evidence]. That a
	// drop rule let it pass says nothing.
	passed float64
	own    bool
}

// tier orders causes. Those of equal tier are told apart by rules passed.
func (c Cause) tier() int {
	switch c {
	case Foreign, Unrouted, Dropped:
		return 1
	case Invalid:
		return 2
	case Pending, Duplicate:
		return 3
	case Failing:
		return 4
	case Scraped:
		return 5
	}
	return 0
}

// verdict sets what becomes of a target.
func (t *TargetVerdict) verdict(c Cause, reason string) {
	t.Cause, t.Outcome, t.Reason, t.score.tier = c, c.Outcome(), reason, c.tier()
}

// compare puts the nearer first.
func (s score) compare(o score) int {
	return cmp.Or(cmp.Compare(o.tier, s.tier), cmp.Compare(o.weight(), s.weight()))
}

func (s score) weight() float64 {
	if s.own {
		return s.passed + 1
	}
	return s.passed
}

func nearer(a, b JobVerdict) int {
	return cmp.Or(a.score.compare(b.score), cmp.Compare(a.ScrapePool, b.ScrapePool))
}

// near is the weight from which on a job may have been meant for an object
// that it does not scrape.
const near = 0.5

// evidence says how much a match of labels tells that a job is meant for an
// object: 1 if they tell objects apart, little if many objects have the same.
func evidence(of []Value) float64 {
	most := 0.0
	for _, v := range of {
		most = max(most, telling(v.Label))
	}
	return most
}

func telling(label string) float64 {
	switch {
	case label == metaNamespace, strings.HasSuffix(label, "_port_name"), strings.HasSuffix(label, "_port_number"),
		strings.HasSuffix(label, "_phase"), strings.HasSuffix(label, "_ready"), strings.Contains(label, "present_"):
		return 0.1
	}
	return 1
}

// nearly is how near a target came to passing the step that dropped it, below 1.
func (s *Step) nearly() float64 {
	if s.Rule.Action == relabel.Drop || s.Rule.Action == relabel.DropEqual {
		return near // without this rule, it would have passed
	}
	misses, ok := s.missed()
	if !ok {
		return 0
	}
	all, missed, annotations := 0.0, 0.0, true
	for _, v := range s.Sources {
		all += telling(v.Label)
	}
	for _, m := range misses {
		missed += telling(m.Label)
		annotations = annotations && strings.Contains(m.Label, "_annotation")
	}
	if annotations {
		return near // such a job is for everyone who asks for it
	}
	return 1 - missed/all
}
