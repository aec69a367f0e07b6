// Package shard spreads targets over several servers: which of them a server
// scrapes is decided by relabel rules, which every job is given after its own.
// It is for [plan], which gives them, and for explain, which tells of them.
package shard

import (
	"fmt"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/model/relabel"
)

// Labels by which a job takes part in how its targets are spread. They are
// those of the Prometheus operator, so that its objects mean the same here.
const (
	// HashLabel is what targets are spread by. A job may set it, so that targets
	// of the same value are scraped by the same shard.
	HashLabel = "__tmp_hash"
	// EveryShardLabel has every shard scrape a target on which it is set.
	EveryShardLabel = "__tmp_disable_sharding"
)

// Shard is which part of the targets a server scrapes. The zero value is all.
type Shard struct {
	// Index counts from 0, and Of is how many shards there are.
	Index, Of uint64
}

// Validate says what is wrong with it.
func (s Shard) Validate() error {
	if s.Index > 0 && s.Index >= s.Of {
		return fmt.Errorf("shard %d of %d does not exist: shards count from 0", s.Index, s.Of)
	}
	return nil
}

// Spread appends to a job the rules that keep the shard's part of its targets.
// They come after the job's own, so what is spread are targets as they are scraped.
func (s Shard) Spread(job *config.ScrapeConfig) {
	if s.Of <= 1 {
		return
	}
	rule := func(action relabel.Action, regex string, sources ...model.LabelName) *relabel.Config {
		r := relabel.DefaultRelabelConfig
		r.Action, r.Regex, r.SourceLabels = action, relabel.MustNewRegexp(regex), sources
		r.NameValidationScheme = job.MetricNameValidationScheme
		return &r
	}
	// This address is another program in every shard's pod.
	own := rule(relabel.Replace, `(localhost|127\.[0-9.]+|\[::1\])(:[0-9]+)?`, model.AddressLabel)
	own.TargetLabel, own.Replacement = EveryShardLabel, "true"
	// Whatever is probed has the prober's address: it is told apart by what is
	// asked for. If the job has set the hash, that stays.
	seed := rule(relabel.Replace, `;(.+)`, HashLabel, model.AddressLabel, model.ParamLabelPrefix+"target")
	seed.TargetLabel = HashLabel
	mod := rule(relabel.HashMod, "(.*)", HashLabel)
	mod.TargetLabel, mod.Modulus = HashLabel, s.Of
	keep := rule(relabel.Keep, fmt.Sprintf("%d;|.+;.+", s.Index), HashLabel, EveryShardLabel)
	job.RelabelConfigs = append(job.RelabelConfigs, own, seed, mod, keep)
}

// Elsewhere says whether a rule is the one that leaves targets to other shards.
// Its first source label is then the shard that has the target.
func Elsewhere(r *relabel.Config) bool {
	return r.Action == relabel.Keep && len(r.SourceLabels) == 2 &&
		r.SourceLabels[0] == HashLabel && r.SourceLabels[1] == EveryShardLabel
}
