package plan

import (
	"reflect"

	"github.com/prometheus/prometheus/config"
	"go.yaml.in/yaml/v2"
)

// parseJobs reads a scrape_config_files file the way Prometheus does
// (config.Config.GetScrapeConfigs): strict YAML, defaults from global, relative
// paths relative to dir.
func (l *Loader) parseJobs(content []byte, global config.GlobalConfig, dir string) ([]*config.ScrapeConfig, error) {
	var f config.ScrapeConfigs
	if err := yaml.UnmarshalStrict(content, &f); err != nil {
		return nil, err
	}
	for _, job := range f.ScrapeConfigs {
		if err := job.Validate(global); err != nil {
			return nil, err
		}
		job.SetDirectory(dir)
		l.complete(job)
	}
	return f.ScrapeConfigs, nil
}

// complete gives a job what the server wants of every job.
//
// It bounds the dropped targets the job remembers. With the discovery of a whole
// cluster a job drops nearly all it sees, and Prometheus by default keeps every
// one in memory with all its labels. And it leaves to other shards what is theirs.
func (l *Loader) complete(job *config.ScrapeConfig) {
	if job.KeepDroppedTargets == 0 {
		job.KeepDroppedTargets = l.opts.KeepDroppedTargets
	}
	l.opts.Shard.Spread(job)
}

// reuse replaces each job in fresh by the one in old that is equal to it, so
// that a job nobody changed keeps its pointer although its file was parsed
// again. scrape.Manager.ApplyConfig compares with reflect.DeepEqual, which
// returns at once for equal pointers.
func reuse(old, fresh []*config.ScrapeConfig) {
	if len(old) == 0 {
		return
	}
	byName := make(map[string]*config.ScrapeConfig, len(old))
	for _, job := range old {
		byName[job.JobName] = job
	}
	for i, job := range fresh {
		if o, ok := byName[job.JobName]; ok && reflect.DeepEqual(o, job) {
			fresh[i] = o
		}
	}
}

// withoutDiscovery returns jobs without how they find their targets, of which the
// scrape manager knows nothing: it would take a change of that for a change of the job,
// and would go through all jobs and begin to scrape the changed one anew. Those in old
// that are equal are used again.
func withoutDiscovery(old, jobs []*config.ScrapeConfig) []*config.ScrapeConfig {
	scraped := make([]*config.ScrapeConfig, len(jobs))
	for i, job := range jobs {
		c := *job
		c.ServiceDiscoveryConfigs = nil
		scraped[i] = &c
	}
	reuse(old, scraped)
	return scraped
}

// names are job names and in what they were found. A name is owned by whoever
// came first.
type names map[string]string

func (n names) claim(jobs []*config.ScrapeConfig, by string) error {
	for _, job := range jobs {
		if first, taken := n[job.JobName]; taken {
			return duplicate(job.JobName, first)
		}
		n[job.JobName] = by
	}
	return nil
}
