package plan

import (
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"reflect"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/generation"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/server/shard"
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
	// Shard is the part of the targets that jobs are to have.
	Shard  shard.Shard
	Parser parser.Parser
	Logger *slog.Logger
}

// Loader makes plans and remembers what it parsed for the next one. It is not
// safe for concurrent use: reloads are serialised.
type Loader struct {
	opts Options
	base *base // the last base that loaded
	// global counts the changes of the base's global section, whose defaults
	// are part of every parsed job.
	global int
	// kept is the plan in force, nil before there is one, and tried are the
	// parts parsed for a plan that may not be.
	kept  *Plan
	tried parts
}

// NewLoader returns a Loader with nothing remembered.
func NewLoader(o Options) *Loader { return &Loader{opts: o} }

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

// Keep says that a plan is in force. What was parsed and is not part of it is
// forgotten: else memory would grow with every edit ever made.
func (l *Loader) Keep(p *Plan) { l.kept, l.tried = p, parts{} }

func (l *Loader) assemble(b *base, gen *generation.Generation) (*Plan, error) {
	if l.base == nil || !reflect.DeepEqual(l.base.config.GlobalConfig, b.config.GlobalConfig) {
		l.global++
	}
	l.base = b
	p := &Plan{Base: b.config, Generation: gen, base: b}
	refused := l.parse(p)
	if len(refused) == 0 {
		refused = l.join(p)
	}
	if len(refused) > 0 {
		return nil, &RefusedError{Digest: gen.Digest(), Items: refused}
	}
	return p, nil
}

// parse fills in the parts of p. Dashboards and the like are published beside
// ours for other consumers.
func (l *Loader) parse(p *Plan) (refused []ItemError) {
	kept := parts{}
	if l.kept != nil {
		kept = l.kept.parts
	}
	type source struct {
		kept, tried walk
		read        func(p *Plan, it *dropin.ManifestItem, kept, tried *part) (*part, error)
	}
	scrape := source{walk{kept.scrape}, walk{l.tried.scrape}, l.scrapePart}
	rules := source{walk{kept.rules}, walk{l.tried.rules}, l.rulesPart}
	p.scrape, p.rules = make([]*part, 0, len(kept.scrape)+1), make([]*part, 0, len(kept.rules)+1)
	for _, it := range p.Generation.Items() {
		from, into := &scrape, &p.scrape
		switch it.Kind {
		case dropin.KindScrape:
		case dropin.KindRules:
			from, into = &rules, &p.rules
		default:
			continue
		}
		pt, err := from.read(p, it, from.kept.to(it), from.tried.to(it))
		if err != nil {
			refused = append(refused, ItemError{Ref: it.Ref, Err: err})
			continue
		}
		*into = append(*into, pt)
	}
	// Whether or not the plan comes true: the sidecar may offer it again.
	l.tried = p.parts
	return refused
}

func (l *Loader) scrapePart(p *Plan, it *dropin.ManifestItem, kept, tried *part) (*part, error) {
	for _, known := range []*part{kept, tried} {
		if known.is(it) && known.global == l.global {
			return known, nil
		}
	}
	content, err := p.Generation.Read(it)
	if err != nil {
		return nil, err
	}
	// Relative paths are relative to the link, not to the generation behind it:
	// they would otherwise change, and with them the job, at every publish.
	dir := filepath.Join(p.Generation.Live, generation.Current, filepath.Dir(it.File))
	jobs, err := l.parseJobs(content, p.Base.GlobalConfig, dir)
	if err != nil {
		return nil, err
	}
	var scraped []*config.ScrapeConfig
	if kept != nil {
		reuse(kept.jobs, jobs)
		scraped = kept.scraped
	}
	return &part{item: it, id: it.Ref.String(), jobs: jobs, scraped: withoutDiscovery(scraped, jobs), global: l.global}, nil
}

func (l *Loader) rulesPart(p *Plan, it *dropin.ManifestItem, kept, tried *part) (*part, error) {
	if l.opts.Agent {
		return nil, errors.New("rules are not evaluated in agent mode")
	}
	scheme := p.Base.GlobalConfig.MetricNameValidationScheme
	for _, known := range []*part{kept, tried} {
		if known.is(it) && known.scheme == scheme {
			return known, nil
		}
	}
	content, err := p.Generation.Read(it)
	if err != nil {
		return nil, err
	}
	groups, errs := rulefmt.Parse(content, false, scheme, l.opts.Parser, l.opts.Logger)
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return &part{item: it, id: it.Ref.String(), groups: groups, scheme: scheme}, nil
}

// duplicate is the error about a job whose name is taken.
func duplicate(name, first string) error {
	return fmt.Errorf("found multiple scrape configs with job name %q, first found in %s", name, first)
}
