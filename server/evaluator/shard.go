package evaluator

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/rules"
)

// shard is one rules.Manager and the files it has. Its owner serialises updates.
type shard struct {
	manager *rules.Manager
	files   *memory
	restore *restore
	prompt  *prompter
	hurry   *hurry
	known   map[string]bool // keys of the groups in force
}

func newShard(o rules.ManagerOptions, shared *regexps, places chan struct{}) *shard {
	s := &shard{
		files:   &memory{parser: o.Parser, shared: shared},
		restore: newRestore(),
		prompt:  newPrompter(o.Context),
		hurry:   newHurry(places),
		known:   map[string]bool{},
	}
	o.GroupLoader = s.files
	o.RestoreNewRuleGroups = false // see restore
	o.Logger = quiet(o.Logger)
	s.manager = rules.NewManager(&o)
	return s
}

// has returns the files that the shard evaluates.
func (s *shard) has() map[string]*rulefmt.RuleGroups {
	if s == nil {
		return nil
	}
	return s.files.groups
}

// update puts files in force. With rebuild every group is made anew, with its
// alert state, even if its text is the same. With prompt the groups that are
// new or changed are evaluated at once.
func (s *shard) update(files map[string]*rulefmt.RuleGroups, set Set, rebuild, prompt bool) error {
	before := s.files.groups
	old := s.manager.RuleGroups()
	s.prompt.withdraw(s.affected(old, files, rebuild || !prompt))
	keys := groupKeys(files)
	s.restore.expect(keys, s.known)

	apply := func(files map[string]*rulefmt.RuleGroups) error {
		s.files.groups, s.files.used = files, map[string]parser.Expr{}
		defer func() { s.files.trees, s.files.used = s.files.used, nil }()
		return s.manager.Update(set.Interval, slices.Sorted(maps.Keys(files)), set.ExternalLabels, set.ExternalURL, s.iterate)
	}
	if rebuild && len(before) > 0 {
		// There is no way to tell a Manager that equal text is not an equal
		// rule. So give it different groups first: a limit nothing reaches.
		if err := apply(otherLimit(files)); err != nil {
			s.files.groups = before
			return err
		}
	}
	if err := apply(files); err != nil {
		s.files.groups = before
		return err
	}
	gone := maps.Clone(s.known)
	maps.DeleteFunc(gone, func(k string, _ bool) bool { return keys[k] })
	s.prompt.forget(gone)
	s.known = keys
	if prompt {
		s.prompt.evaluate(without(s.manager.RuleGroups(), old), s.evaluate)
	}
	return nil
}

// iterate is the rules.GroupEvalIterationFunc of every group.
func (s *shard) iterate(ctx context.Context, g *rules.Group, ts time.Time) {
	s.prompt.inTurn(ctx, g, ts, s.evaluate)
}

// evaluate evaluates a group, promptly or in its slot.
func (s *shard) evaluate(ctx context.Context, g *rules.Group, ts time.Time) {
	s.hurry.evaluate(ctx, g, ts, s.restore.iterate)
}

// leaving says that the groups whose file is another one in files, or all, are
// about to be stopped. The function it returns says that they were.
func (s *shard) leaving(files map[string]*rulefmt.RuleGroups, all bool) (left func()) {
	return s.hurry.leaving(s.affected(s.manager.RuleGroups(), files, all))
}

// stop ends all evaluation and waits for it.
func (s *shard) stop() {
	s.prompt.withdraw(s.manager.RuleGroups())
	s.manager.Stop()
}

// affected returns the groups whose file is another one in files, or all.
func (s *shard) affected(groups []*rules.Group, files map[string]*rulefmt.RuleGroups, all bool) []*rules.Group {
	return slices.DeleteFunc(slices.Clone(groups), func(g *rules.Group) bool {
		return !all && files[g.File()] == s.files.groups[g.File()]
	})
}

// without returns the groups that are not in old. The Manager keeps the
// pointers of those that did not change.
func without(groups, old []*rules.Group) []*rules.Group {
	had := make(map[*rules.Group]bool, len(old))
	for _, g := range old {
		had[g] = true
	}
	return slices.DeleteFunc(groups, func(g *rules.Group) bool { return had[g] })
}

func groupKeys(files map[string]*rulefmt.RuleGroups) map[string]bool {
	keys := map[string]bool{}
	for id, f := range files {
		for _, g := range f.Groups {
			keys[rules.GroupKey(id, g.Name)] = true
		}
	}
	return keys
}

// otherLimit returns the same groups with another limit of equal or no effect.
func otherLimit(files map[string]*rulefmt.RuleGroups) map[string]*rulefmt.RuleGroups {
	out := make(map[string]*rulefmt.RuleGroups, len(files))
	for id, f := range files {
		c := &rulefmt.RuleGroups{Groups: slices.Clone(f.Groups)}
		for i := range c.Groups {
			if c.Groups[i].Limit == 0 {
				c.Groups[i].Limit = -1 // as good as none, see rules/alerting.go
			} else {
				c.Groups[i].Limit++
			}
		}
		out[id] = c
	}
	return out
}

// memory is a rules.GroupLoader of files that were parsed before.
type memory struct {
	groups map[string]*rulefmt.RuleGroups
	parser parser.Parser
	shared *regexps
	// trees are those of the rules in force by their text. A Manager parses
	// each rule it has at each Update, and throws most of it away.
	trees map[string]parser.Expr
	used  map[string]parser.Expr
}

// Load returns the groups of an identifier. They were validated when parsed.
func (m *memory) Load(id string, _ bool, _ model.ValidationScheme) (*rulefmt.RuleGroups, []error) {
	return m.groups[id], nil
}

// Parse returns the tree of an expression. Rules only read theirs: they give
// the engine the text of it (rules/alerting.go, rules/recording.go Eval).
func (m *memory) Parse(query string) (parser.Expr, error) {
	tree, ok := m.trees[query]
	if !ok {
		var err error
		if tree, err = m.parser.ParseExpr(query); err != nil {
			return nil, err
		}
		m.shared.share(tree)
	}
	m.used[query] = tree
	return tree, nil
}
