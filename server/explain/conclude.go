package explain

import (
	"fmt"
	"strings"
)

// misses decides which of the jobs that were not handed the object, and which
// are in order, are near misses: of those it is told at what step relabeling
// would have dropped it.
func (a *Answer) misses() {
	// Of several jobs with nothing to speak for them but their namespace, none
	// is nearer than the others.
	if len(a.Jobs) > 1 && a.Jobs[0].score.passed < near && a.Jobs[0].score.compare(a.Jobs[1].score) == 0 {
		for i := range a.Jobs {
			if j := &a.Jobs[i]; j.Cause == Unrouted || j.Cause == Dropped {
				j.score.tier = 0
			}
		}
	}
	for i := range a.Jobs {
		j := &a.Jobs[i]
		if j.Cause == Unrouted && !a.Scraped && j.score.tier > 0 && (i == 0 || j.score.passed >= near) {
			j.verdict(Dropped, j.Reason)
		}
	}
}

// conclude writes the summary from the jobs, which are in order.
func (a *Answer) conclude(f facts) {
	var by []string
	for _, j := range a.Jobs {
		if j.Cause == Scraped || j.Cause == Failing {
			by = append(by, j.ScrapePool)
		}
	}
	switch {
	case len(by) > 0:
		a.scraped(by)
	case f.blocked != "":
		a.Summary = fmt.Sprintf("%s is not scraped: %s", a.Object, f.blocked)
		a.Remedy = f.remedy
	case len(a.Jobs) > 0 && a.Jobs[0].score.tier > 0:
		j := a.Jobs[0]
		a.Summary = fmt.Sprintf("%s is not scraped. The nearest: job %s %s", a.Object, j.ScrapePool, j.Reason)
		a.Remedy = j.Remedy
	case a.Considered == 0:
		a.Summary = fmt.Sprintf("%s is not scraped: there is no such job", a.Object)
	default:
		a.Summary = fmt.Sprintf("%s is not scraped: %s", a.Object, a.nobody())
		a.Remedy = "Write a job that discovers it."
		switch {
		case f.remedy != "":
			a.Remedy = f.remedy
		case !a.Exists:
			a.Remedy = "Check how it is written. If it is right, write a job that discovers it."
		}
	}
}

// nobody says that no job came near.
func (a *Answer) nobody() string {
	of := fmt.Sprintf("none of the jobs considered (%d)", a.Considered)
	for _, j := range a.Jobs {
		if j.Source != "" {
			return of + " is meant for it"
		}
	}
	if !a.Exists && a.Object.Kind != Address {
		return of + " has found it, and no watch would show whether it exists"
	}
	return of + " has found a target of it"
}

func (a *Answer) scraped(by []string) {
	best := a.Jobs[0]
	if best.Cause == Failing {
		a.Summary = fmt.Sprintf("%s: job %s %s", a.Object, best.ScrapePool, best.Reason)
		a.Remedy = best.Remedy
		return
	}
	a.Summary = fmt.Sprintf("%s is scraped by %s", a.Object, strings.Join(by[:min(len(by), maxNamed)], ", "))
	if more := len(by) - maxNamed; more > 0 {
		a.Summary += fmt.Sprintf(" and %s more", count(more, "job"))
	}
	a.Remedy = best.Remedy
	for _, j := range a.Jobs[1:] {
		if j.Cause == Failing {
			a.Remarks = append(a.Remarks, fmt.Sprintf("job %s %s", j.ScrapePool, j.Reason))
		}
	}
	if url := a.twice(); url != "" {
		a.Remarks = append(a.Remarks, "more than one job scrapes "+url+", so its samples are stored more than once")
	}
}

// maxNamed bounds how many jobs the summary names.
const maxNamed = 4

// twice returns a URL that several jobs scrape.
func (a *Answer) twice() string {
	by := map[string]string{}
	for _, j := range a.Jobs {
		for _, t := range append([]TargetVerdict{j.TargetVerdict}, j.Others...) {
			if t.Cause != Scraped && t.Cause != Failing {
				continue
			}
			if first, ok := by[t.ScrapeURL]; ok && first != j.ScrapePool {
				return t.ScrapeURL
			}
			by[t.ScrapeURL] = j.ScrapePool
		}
	}
	return ""
}

// trim counts the jobs that could never match, and leaves them out unless they
// are asked for. The nearest miss stays.
func (a *Answer) trim(o Options) {
	listed := make([]JobVerdict, 0, len(a.Jobs))
	for i, j := range a.Jobs {
		never := true
		switch j.Cause {
		case Unseen:
			a.Excluded.Unseen++
		case Foreign:
			a.Excluded.Foreign++
		case Unrouted:
			a.Excluded.Unrouted++
		default:
			never = false
		}
		nearest := i == 0 && j.score.tier > 0
		if !never || nearest || o.All || o.Job != "" {
			listed = append(listed, j)
		}
	}
	a.Jobs = listed
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
