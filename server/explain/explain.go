// Package explain answers why an object is scraped, or why not. It walks the
// object's targets through each job, from discovery through every step of
// relabeling to the scrape itself, and says where a target was lost, in words
// and with what to do about it.
//
// It is pure: jobs, target groups and objects go in, an [Answer] comes out. The
// verdicts are upstream's own, because relabeling and target creation are
// upstream's functions run one step at a time.
package explain

import (
	"slices"
	"strings"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/discovery/targetgroup"
	"github.com/prometheus/prometheus/scrape"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Job is a scrape job and everything that could become a target of it.
type Job struct {
	Config *config.ScrapeConfig
	// Owner is the drop-in the job came from, nil for the base configuration.
	Owner *dropin.Ref
	// Groups are those it got other than from shared watches.
	Groups []*targetgroup.Group
	// Watches are the shared watches it listens to.
	Watches []Watch
	// Active are the targets that are scraped for it now.
	Active []*scrape.Target
	// Refused is how many new series of the owner were refused in the last
	// scrapes for want of budget, and Budget what it may have.
	Refused, Budget int64
}

// Watch is what a job could see of a shared watch.
type Watch struct {
	// Namespaces is what the job is confined to; nil means all are allowed.
	Namespaces map[string]bool
	// Found is what the watch found for whichever job. Jobs that share a watch
	// share the pointer, and then it is searched once.
	Found *Found
	// Admits says whether a group is handed to the job at all. What is not
	// handed over would be dropped by a leading keep rule.
	Admits func(*targetgroup.Group) bool
}

// Found are all groups of a shared watch.
type Found struct{ Groups []*targetgroup.Group }

// Options select what of the answer is wanted.
type Options struct {
	// Job restricts the answer to jobs of this name: the internal one, the
	// author's, or the Ref of the drop-in.
	Job string
	// Verbose adds each step of relabeling with the labels after it.
	Verbose bool
	// All lists also the jobs that could never match.
	All bool
}

// Explain walks the object through all jobs. The answer's jobs are ordered by
// how near they come to scraping it.
func Explain(o Object, jobs []Job, c Cluster, opts Options) Answer {
	o = o.resolve(c, jobs)
	a := Answer{Target: o.asked, Object: o}
	facts := factsOf(o, c)
	a.Exists = facts.exists
	w := &walker{object: o, facts: facts, verbose: opts.Verbose, found: map[*Found][]sighting{}}
	for i := range jobs {
		j := &jobs[i]
		if opts.Job != "" && !named(j, opts.Job) {
			continue
		}
		a.Considered++
		v := w.walk(j)
		a.Exists = a.Exists || v.Source != ""
		a.Scraped = a.Scraped || v.Cause == Scraped || v.Cause == Failing
		a.Jobs = append(a.Jobs, v)
	}
	slices.SortStableFunc(a.Jobs, nearer)
	a.misses()
	a.Remarks = append(facts.remarks, w.remarks()...)
	a.conclude(facts)
	a.trim(opts)
	return a
}

// named says whether a job is meant by name.
func named(j *Job, name string) bool {
	full := j.Config.JobName
	return full == name || author(j) == name || j.Owner != nil && j.Owner.String() == name
}

// author is the name the job's author wrote.
func author(j *Job) string {
	if j.Owner != nil {
		return strings.TrimPrefix(j.Config.JobName, j.Owner.String()+"/")
	}
	return j.Config.JobName
}
