package plan

import (
	"maps"
	"slices"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/rulefmt"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// join makes of the parts of p and its base what consumers see. Each of it is
// taken from the plan in force if it would be the same: a plan is made at every
// reload, and garbage of the size of all jobs and rules at each of them is what
// the collector would pay for.
func (l *Loader) join(p *Plan) []ItemError {
	old := l.kept
	if old != nil && p.SameRules(old) {
		p.Rules = old.Rules
	} else {
		p.Rules = allRules(p)
	}
	if old != nil && p.base == old.base && slices.Equal(p.scrape, old.scrape) {
		p.Merged, p.Scraped, p.Owners = old.Merged, old.Scraped, old.Owners
		return nil
	}
	if old != nil && maps.Equal(p.base.names, old.base.names) && sameNames(p.scrape, old.scrape) {
		p.Owners = old.Owners
	} else {
		var refused []ItemError
		if p.Owners, refused = owners(p); len(refused) > 0 {
			return refused
		}
	}
	p.Merged = merge(p, p.base.jobs, func(pt *part) []*config.ScrapeConfig { return pt.jobs })
	p.Scraped = merge(p, p.base.scraped, func(pt *part) []*config.ScrapeConfig { return pt.scraped })
	return nil
}

func allRules(p *Plan) map[string]*rulefmt.RuleGroups {
	all := make(map[string]*rulefmt.RuleGroups, len(p.base.rules)+len(p.rules))
	maps.Copy(all, p.base.rules)
	for _, pt := range p.rules {
		all[pt.id] = pt.groups
	}
	return all
}

// owners says whose each drop-in's jobs are. A name belongs to whoever comes
// first, and the base comes before all.
func owners(p *Plan) (owners map[string]dropin.Ref, refused []ItemError) {
	owners = make(map[string]dropin.Ref, len(p.scrape))
	for _, pt := range p.scrape {
		for _, job := range pt.jobs {
			first := p.base.names[job.JobName]
			if ref, taken := owners[job.JobName]; taken {
				first = ref.String()
			}
			if first != "" {
				refused = append(refused, ItemError{Ref: pt.item.Ref, Err: duplicate(job.JobName, first)})
				break
			}
			owners[job.JobName] = pt.item.Ref
		}
	}
	return owners, refused
}

// merge returns the base with all jobs: its own, and those of each part.
// config.Config.GetScrapeConfigs insists on a Config that went through Load, so it is a copy of the loaded base.
// Nothing in it is written to afterwards.
func merge(p *Plan, own []*config.ScrapeConfig, of func(*part) []*config.ScrapeConfig) *config.Config {
	merged := *p.base.config
	n := len(own)
	for _, pt := range p.scrape {
		n += len(pt.jobs)
	}
	merged.ScrapeConfigs = append(make([]*config.ScrapeConfig, 0, n), own...)
	for _, pt := range p.scrape {
		merged.ScrapeConfigs = append(merged.ScrapeConfigs, of(pt)...)
	}
	merged.ScrapeConfigFiles = nil
	return &merged
}
