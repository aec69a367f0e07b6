package dropin

import (
	"fmt"
	"slices"
	"strings"

	amconfig "github.com/prometheus/alertmanager/config"
	amcommon "github.com/prometheus/alertmanager/config/common"
	yamlv2 "go.yaml.in/yaml/v2"
	"go.yaml.in/yaml/v3"
)

// templateSuffix is how the keys end that hold notification templates.
const templateSuffix = ".tmpl"

// fragmentSections are what a fragment may have. What global settings and the
// root's route are is the platform team's.
func fragmentSections() []string {
	return []string{"route", "receivers", "inhibit_rules", "time_intervals", "templates"}
}

// checkAlertmanager validates a fragment of Alertmanager's configuration, or a
// file of notification templates, and returns the fragment as it is merged: with
// its names prefixed and the policy applied.
func checkAlertmanager(it Item, p Policy) ([]byte, []Claim, []Problem) {
	if strings.HasSuffix(it.Ref.Key, templateSuffix) {
		return checkTemplates(it, p)
	}
	published, problems := checkFragment(it, p)
	return published, nil, problems
}

// fragment is one drop-in's part of Alertmanager's configuration, while it is checked.
type fragment struct {
	root      *yaml.Node
	namespace string
	trusted   bool
	base      *AlertmanagerBase // nil if it is not known
	global    *yaml.Node        // nil if there are no global settings
	// receivers and intervals are the names that it defines.
	receivers, intervals names
	left                 int
}

func checkFragment(it Item, p Policy) ([]byte, []Problem) {
	root, problems := document(it.Data)
	if root == nil {
		return nil, problems
	}
	problems = append(problems, sections(root, KindAlertmanager, fragmentSections())...)
	if root.Kind != yaml.MappingNode {
		return nil, problems
	}
	global, err := globalFor(p.Alertmanager)
	if err != nil {
		return nil, []Problem{{Code: CodeCheckFailed, Message: err.Error()}}
	}
	f := &fragment{
		root: root, namespace: it.Ref.Namespace, trusted: p.trusts(it.Ref.Namespace),
		base: p.Alertmanager, global: global, left: maxTried,
	}
	problems = append(problems, f.shape()...)
	problems = append(problems, f.names()...)

	// The author's own bytes, as Alertmanager reads them, are the reference. Where
	// something is wrong is searched for in the tree.
	parsed, err := decodeFragment(it.Data)
	if err == nil {
		_, err = f.try()
	}
	if err != nil || len(problems) > 0 {
		if problems = append(problems, f.diagnose()...); len(problems) == 0 {
			problems = []Problem{{Code: CodeAlertmanagerInvalid, Message: err.Error()}}
		}
		return nil, problems
	}
	problems = append(problems, f.checkReceivers(parsed.Receivers)...)
	problems = append(problems, f.checkTemplatePaths()...)
	if len(problems) > 0 {
		return nil, problems
	}
	return f.publish(parsed, it.Ref)
}

// shape finds sections of the wrong type and takes them out of the tree.
func (f *fragment) shape() []Problem {
	var problems []Problem
	known := mappingOf()
	for key, value := range pairs(f.root) {
		if !slices.Contains(fragmentSections(), key.Value) {
			continue
		}
		want := yaml.SequenceNode
		if key.Value == "route" {
			want = yaml.MappingNode
		}
		if value.Kind != want && !isNull(value) {
			problems = append(problems, Problem{
				Line: placeLine(key, value), Code: CodeWrongType,
				Message: fmt.Sprintf("%s has the wrong type", quote(key.Value)),
				Remedy:  "The route is a mapping, all else are lists.",
			})
			continue
		}
		if key.Value != "route" && key.Value != "templates" {
			problems = append(problems, onlyMappings(key.Value, value)...)
		}
		known.Content = append(known.Content, key, value)
	}
	f.root.Content = known.Content
	return problems
}

// onlyMappings tells elements of a list that are no mappings, and takes them out.
// Alertmanager reads an empty one as a receiver without a name.
func onlyMappings(section string, list *yaml.Node) []Problem {
	var problems []Problem
	var kept []*yaml.Node
	for _, n := range list.Content {
		if n.Kind == yaml.MappingNode {
			kept = append(kept, n)
			continue
		}
		problems = append(problems, Problem{
			Line: n.Line, Code: CodeWrongType,
			Message: "an element of " + section + " is not a mapping",
			Remedy:  "Give it keys, or delete the element if it is empty.",
		})
	}
	list.Content = kept
	return problems
}

// parsedFragment is a fragment as Alertmanager's parser reads it, before anything
// is inherited from the global settings.
type parsedFragment struct {
	Route         *amconfig.Route         `yaml:"route"`
	Receivers     []amconfig.Receiver     `yaml:"receivers"`
	InhibitRules  []amcommon.InhibitRule  `yaml:"inhibit_rules"`
	TimeIntervals []amconfig.TimeInterval `yaml:"time_intervals"`
	Templates     []string                `yaml:"templates"`
}

func decodeFragment(data []byte) (*parsedFragment, error) {
	var f parsedFragment
	if err := yamlv2.UnmarshalStrict(data, &f); err != nil {
		return nil, err
	}
	return &f, nil
}
