// Package plan decides what a reload is going to put in force. It reads the
// base configuration file and a generation of drop-ins, parses only what
// changed, checks everything that can be checked, and returns a [Plan]. It
// touches no running component: a plan that fails has changed nothing.
package plan

import (
	"maps"
	"slices"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/rulefmt"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/generation"
)

// Plan is a complete, checked configuration. It is immutable. Parts that did
// not change since an earlier plan of the same [Loader] are the same pointers,
// which is how consumers find what changed without comparing contents.
type Plan struct {
	// Base is the configuration file as Prometheus reads it. Its jobs are those
	// written in the file itself.
	Base *config.Config
	// Merged is Base with every job there is: from the file, from its
	// scrape_config_files and from the drop-ins.
	Merged *config.Config
	// Scraped is Merged as the scrape manager wants it, without how jobs find their
	// targets. A job of which nothing else changed is the same pointer as before.
	Scraped *config.Config
	// Rules holds the parsed rule groups by identifier, which is the Ref of a
	// drop-in or the path of one of the base's rule_files.
	Rules map[string]*rulefmt.RuleGroups
	// Owners says which drop-in a job came from, by the job's internal name.
	// Jobs of the base have no owner.
	Owners map[string]dropin.Ref
	// Generation is what the drop-ins were read from, nil when there are none.
	Generation *generation.Generation

	base *base
	parts
}

// HasJob says whether there is a scrape job of this internal name.
func (p *Plan) HasJob(name string) bool {
	_, owned := p.Owners[name]
	return owned || p.base.names[name] != ""
}

// Digest names the generation, empty when there is none.
func (p *Plan) Digest() string {
	if p == nil {
		return ""
	}
	return p.Generation.Digest()
}

// Same says whether two plans are made from the same bytes, so that putting
// one in force after the other would be a no-op.
func (p *Plan) Same(o *Plan) bool {
	return p != nil && o != nil && p.base == o.base && p.Digest() == o.Digest()
}

// NewJobs returns the jobs of p that old does not have: those that are new, and
// those that are edited.
func (p *Plan) NewJobs(old *Plan) (jobs []*config.ScrapeConfig) {
	lacking := func(now, before []*config.ScrapeConfig) {
		had := make(map[*config.ScrapeConfig]bool, len(before))
		for _, job := range before {
			had[job] = true
		}
		for _, job := range now {
			if !had[job] {
				jobs = append(jobs, job)
			}
		}
	}
	if p.base != old.base {
		lacking(p.base.jobs, old.base.jobs)
	}
	before := walk{old.scrape}
	for _, now := range p.scrape {
		switch was := before.to(now.item); {
		case was == nil:
			jobs = append(jobs, now.jobs...)
		case was != now:
			lacking(now.jobs, was.jobs)
		}
	}
	return jobs
}

// SameRules says whether two plans have the same rules.
func (p *Plan) SameRules(old *Plan) bool {
	return slices.Equal(p.rules, old.rules) && p.base.sameRules(old.base)
}

func (b *base) sameRules(old *base) bool {
	return b == old || maps.Equal(b.rules, old.rules)
}
