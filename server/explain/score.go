package explain

import "cmp"

// score is how near a target came to being scraped.
type score struct {
	tier int
	// passed counts the keep rules it passed: each is evidence that the job is
	// meant for it. That a drop rule let it pass says nothing.
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
