package plan

import (
	"errors"
	"log/slog"
	"path/filepath"
	"reflect"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/generation"
)

// Options configure a [Loader].
type Options struct {
	// ConfigFile is the path of the base configuration.
	ConfigFile string
	// Agent refuses what agent mode has no use for, as Prometheus does.
	Agent bool
	// ExemplarStorage fills in the exemplars section if the file has none.
	ExemplarStorage bool
	// KeepDroppedTargets is the limit of jobs that set none; 0 is no limit.
	KeepDroppedTargets uint
	Parser             parser.Parser
	Logger             *slog.Logger
}

// Loader makes plans and remembers what it parsed for the next one. It is not
// safe for concurrent use: reloads are serialised.
type Loader struct {
	opts Options
	base *base // the last base that loaded
	// global counts the changes of the base's global section, whose defaults
	// are part of every parsed job.
	global int
	jobs   map[fileKey]jobsEntry
	rules  map[fileKey]*rulefmt.RuleGroups
	// last are the jobs of each drop-in as they were parsed most recently.
	last map[string][]*config.ScrapeConfig
}

// fileKey names parsed content: the same file with the same bytes.
type fileKey struct{ file, sha string }

type jobsEntry struct {
	jobs   []*config.ScrapeConfig
	global int
}

// NewLoader returns a Loader with nothing remembered.
func NewLoader(o Options) *Loader {
	return &Loader{
		opts:  o,
		jobs:  map[fileKey]jobsEntry{},
		rules: map[fileKey]*rulefmt.RuleGroups{},
		last:  map[string][]*config.ScrapeConfig{},
	}
}

// Prepare reads the base and the generation, which may be nil. It returns a
// [*BaseError] or a [*RefusedError] when one of the two cannot be used.
func (l *Loader) Prepare(gen *generation.Generation) (*Plan, error) {
	b, err := l.loadBase()
	if err != nil {
		return nil, &BaseError{Path: l.opts.ConfigFile, Err: err}
	}
	return l.assemble(b, gen)
}

// PrepareWith is [Loader.Prepare] with the base of an earlier plan instead of
// what the file holds now, for when the file is broken and the drop-ins are not.
func (l *Loader) PrepareWith(p *Plan, gen *generation.Generation) (*Plan, error) {
	return l.assemble(p.base, gen)
}

func (l *Loader) assemble(b *base, gen *generation.Generation) (*Plan, error) {
	if l.base == nil || !reflect.DeepEqual(l.base.config.GlobalConfig, b.config.GlobalConfig) {
		l.global++
	}
	l.base = b

	p := &Plan{
		Base:       b.config,
		Rules:      make(map[string]*rulefmt.RuleGroups, len(b.rules)+len(gen.Items())),
		Owners:     map[string]dropin.Ref{},
		Generation: gen,
		base:       b,
	}
	jobs := append([]*config.ScrapeConfig(nil), b.jobs...)
	taken := make(names, len(jobs))
	if err := taken.claim(b.jobs, "the configuration file"); err != nil {
		return nil, &BaseError{Path: l.opts.ConfigFile, Err: err}
	}
	for id, groups := range b.rules {
		p.Rules[id] = groups
	}

	var refused []ItemError
	refuse := func(it dropin.ManifestItem, err error) {
		refused = append(refused, ItemError{Ref: it.Ref, Err: err})
	}
	for _, it := range gen.Items() {
		switch it.Kind {
		case dropin.KindScrape:
			own, err := l.itemJobs(gen, it, b.config.GlobalConfig)
			if err == nil {
				err = taken.claim(own, it.Ref.String())
			}
			if err != nil {
				refuse(it, err)
				continue
			}
			for _, job := range own {
				p.Owners[job.JobName] = it.Ref
			}
			jobs = append(jobs, own...)
		case dropin.KindRules:
			if l.opts.Agent {
				refuse(it, errors.New("rules are not evaluated in agent mode"))
				continue
			}
			groups, err := l.itemRules(gen, it, b.config.GlobalConfig.MetricNameValidationScheme)
			if err != nil {
				refuse(it, err)
				continue
			}
			p.Rules[it.Ref.String()] = groups
		}
		// Dashboards and the like are published beside ours for other consumers.
	}
	if len(refused) > 0 {
		return nil, &RefusedError{Digest: gen.Digest(), Items: refused}
	}

	// GetScrapeConfigs insists on a Config that went through Load, so the merged
	// one is a copy of the loaded base. Nothing in it is written to afterwards.
	merged := *b.config
	merged.ScrapeConfigs = jobs
	merged.ScrapeConfigFiles = nil
	p.Merged, p.jobs = &merged, taken
	return p, nil
}

func (l *Loader) itemJobs(gen *generation.Generation, it dropin.ManifestItem, global config.GlobalConfig) ([]*config.ScrapeConfig, error) {
	k := fileKey{it.File, it.SHA256}
	if e, ok := l.jobs[k]; ok && e.global == l.global {
		return e.jobs, nil
	}
	content, err := gen.Read(it)
	if err != nil {
		return nil, err
	}
	// Relative paths are relative to the link, not to the generation behind it:
	// they would otherwise change, and with them the job, at every publish.
	dir := filepath.Join(gen.Live, generation.Current, filepath.Dir(it.File))
	jobs, err := l.parseJobs(content, global, dir)
	if err != nil {
		return nil, err
	}
	reuse(l.last[it.File], jobs)
	l.last[it.File] = jobs
	l.jobs[k] = jobsEntry{jobs: jobs, global: l.global}
	return jobs, nil
}

func (l *Loader) itemRules(gen *generation.Generation, it dropin.ManifestItem, scheme model.ValidationScheme) (*rulefmt.RuleGroups, error) {
	k := fileKey{it.File, it.SHA256 + scheme.String()}
	if g, ok := l.rules[k]; ok {
		return g, nil
	}
	content, err := gen.Read(it)
	if err != nil {
		return nil, err
	}
	groups, errs := rulefmt.Parse(content, false, scheme, l.opts.Parser, l.opts.Logger)
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	l.rules[k] = groups
	return groups, nil
}
