package plan

import "github.com/prometheus/prometheus/config"

// Forget drops what the Loader remembers of files that p does not use. Call it
// once p is in force, or memory grows with every edit ever made.
func (l *Loader) Forget(p *Plan) {
	keep := make(map[fileKey]bool, len(p.Generation.Items()))
	last := make(map[string][]*config.ScrapeConfig, len(l.last))
	scheme := p.Base.GlobalConfig.MetricNameValidationScheme.String()
	for _, it := range p.Generation.Items() {
		keep[fileKey{it.File, it.SHA256}] = true
		keep[fileKey{it.File, it.SHA256 + scheme}] = true
		if jobs, ok := l.last[it.File]; ok {
			last[it.File] = jobs
		}
	}
	l.last = last
	for k := range l.jobs {
		if !keep[k] {
			delete(l.jobs, k)
		}
	}
	for k, groups := range l.rules {
		if !keep[k] && p.base.rules[k.file] != groups {
			delete(l.rules, k)
		}
	}
}
