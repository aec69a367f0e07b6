package plan

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"os"
	"path/filepath"

	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/rulefmt"
)

// base is the configuration file with every file it names, read once.
type base struct {
	config *config.Config
	// jobs, and the same without discovery.
	jobs, scraped []*config.ScrapeConfig

	names  names // of the jobs
	rules  map[string]*rulefmt.RuleGroups
	main   [sha256.Size]byte            // of the file itself
	sum    [sha256.Size]byte            // of the file and all it names
	parsed map[string][sha256.Size]byte // of each rule file
}

// loadBase returns the base in force, or that of last time, the same pointer,
// if no byte of it changed.
func (l *Loader) loadBase() (*base, error) {
	content, err := os.ReadFile(l.opts.ConfigFile)
	if err != nil {
		return nil, err
	}
	b := &base{main: sha256.Sum256(content)}
	if l.base != nil && l.base.main == b.main {
		b.config = l.base.config
	} else if b.config, err = l.parseBase(content); err != nil {
		return nil, err
	}

	h := sha256.New()
	h.Write(content)
	scrapeFiles, err := readAll(b.config.ScrapeConfigFiles, "scrape config", h)
	if err != nil {
		return nil, err
	}
	ruleFiles, err := readAll(b.config.RuleFiles, "rule", h)
	if err != nil {
		return nil, err
	}
	h.Sum(b.sum[:0])
	inForce := l.base
	if l.kept != nil {
		inForce = l.kept.base
	}
	for _, known := range []*base{inForce, l.base} {
		if known != nil && known.sum == b.sum {
			return known, nil
		}
	}

	if err := l.parseNamed(b, scrapeFiles, ruleFiles); err != nil {
		return nil, err
	}
	var scraped []*config.ScrapeConfig
	if inForce != nil {
		reuse(inForce.jobs, b.jobs)
		scraped = inForce.scraped
	}
	b.scraped = withoutDiscovery(scraped, b.jobs)
	return b, nil
}

func (l *Loader) parseBase(content []byte) (*config.Config, error) {
	cfg, err := config.Load(string(content), l.opts.Logger)
	if err != nil {
		return nil, fmt.Errorf("parsing YAML file %s: %w", l.opts.ConfigFile, err)
	}
	if l.opts.Agent {
		switch {
		case len(cfg.AlertingConfig.AlertmanagerConfigs) > 0 || len(cfg.AlertingConfig.AlertRelabelConfigs) > 0:
			return nil, errors.New("field alerting is not allowed in agent mode")
		case len(cfg.RuleFiles) > 0:
			return nil, errors.New("field rule_files is not allowed in agent mode")
		case len(cfg.RemoteReadConfigs) > 0:
			return nil, errors.New("field remote_read is not allowed in agent mode")
		}
	}
	cfg.SetDirectory(filepath.Dir(l.opts.ConfigFile))
	for _, job := range cfg.ScrapeConfigs {
		l.complete(job)
	}
	if l.opts.ExemplarStorage && cfg.StorageConfig.ExemplarsConfig == nil {
		cfg.StorageConfig.ExemplarsConfig = &config.DefaultExemplarsConfig
	}
	return cfg, nil
}

// parseNamed parses the files that the base names. They belong to whoever runs
// the server, are few and change rarely, so all are parsed again if one changed.
func (l *Loader) parseNamed(b *base, scrapeFiles, ruleFiles []file) error {
	b.jobs = append(b.jobs, b.config.ScrapeConfigs...)
	b.names = names{}
	if err := b.names.claim(b.jobs, "main config file"); err != nil {
		return err
	}
	for _, f := range scrapeFiles {
		jobs, err := l.parseJobs(f.content, b.config.GlobalConfig, filepath.Dir(f.path))
		if err == nil {
			err = b.names.claim(jobs, f.path)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		b.jobs = append(b.jobs, jobs...)
	}
	b.rules = make(map[string]*rulefmt.RuleGroups, len(ruleFiles))
	b.parsed = make(map[string][sha256.Size]byte, len(ruleFiles))
	scheme := b.config.GlobalConfig.MetricNameValidationScheme
	for _, f := range ruleFiles {
		b.parsed[f.path] = f.sum
		if l.base != nil && l.base.parsed[f.path] == f.sum && l.base.config.GlobalConfig.MetricNameValidationScheme == scheme {
			b.rules[f.path] = l.base.rules[f.path]
			continue
		}
		groups, errs := rulefmt.Parse(f.content, false, scheme, l.opts.Parser, l.opts.Logger)
		if len(errs) > 0 {
			return fmt.Errorf("%s: %w", f.path, errors.Join(errs...))
		}
		b.rules[f.path] = groups
	}
	return nil
}

type file struct {
	path    string
	content []byte
	sum     [sha256.Size]byte
}

// readAll reads the files that match patterns and adds their names and
// contents to h.
func readAll(patterns []string, what string, h hash.Hash) ([]file, error) {
	var files []file
	for _, pat := range patterns {
		paths, err := filepath.Glob(pat)
		if err != nil {
			// The only error can be a bad pattern.
			return nil, fmt.Errorf("error retrieving %s files for %q: %w", what, pat, err)
		}
		for _, p := range paths {
			content, err := os.ReadFile(p)
			if err != nil {
				return nil, err
			}
			f := file{path: p, content: content, sum: sha256.Sum256(content)}
			fmt.Fprintf(h, "%s\x00%s\x00%x\n", what, p, f.sum)
			files = append(files, f)
		}
	}
	return files, nil
}
