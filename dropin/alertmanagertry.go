package dropin

import (
	"fmt"
	"slices"
	"strings"

	amconfig "github.com/prometheus/alertmanager/config"
	yamlv2 "go.yaml.in/yaml/v2"
	"go.yaml.in/yaml/v3"
)

// rootReceiver stands in for the receiver of the base's root route. A slash and
// nothing before it is in no name that [fragment.publish] makes.
const rootReceiver = "/"

// try reads the fragment as it is now with Alertmanager's parser, as a part of a
// whole configuration.
func (f *fragment) try() (int, error) {
	data, err := encode(f.whole())
	if err != nil {
		return 0, err
	}
	_, err = amconfig.Load(string(data))
	return len(data), manyErrors(err)
}

// manyErrors makes the decoder's error one that [complaints] knows: Alertmanager
// decodes with a fork of yaml.v2, whose error has another type and the same text.
func manyErrors(err error) error {
	if err == nil {
		return nil
	}
	list, ok := strings.CutPrefix(err.Error(), "yaml: unmarshal errors:\n")
	if !ok {
		return err
	}
	many := &yamlv2.TypeError{}
	for line := range strings.SplitSeq(list, "\n") {
		many.Errors = append(many.Errors, strings.TrimSpace(line))
	}
	return many
}

// whole puts the fragment where it will be: below a root that is the platform's.
// Names that it uses and does not define are there as well, because [fragment.names]
// tells about them, and tells where.
func (f *fragment) whole() *yaml.Node {
	usedReceivers, usedIntervals := names{}, names{}
	for route := range routes(valueAt(f.root, "route")) {
		usedReceivers.add(valueAt(route, "receiver"))
		for _, list := range intervalLists() {
			for _, n := range notNull(valueAt(route, list)) {
				usedIntervals.add(n)
			}
		}
	}
	root := mappingOf(plain("receiver"), quoted(rootReceiver))
	if route := valueAt(f.root, "route"); route != nil && !isNull(route) {
		root.Content = append(root.Content, plain("routes"), listOf(route))
	}
	receivers := f.list("receivers", usedReceivers)
	receivers.Content = append(receivers.Content, mappingOf(plain("name"), quoted(rootReceiver)))
	out := mappingOf(
		plain("route"), root,
		plain("receivers"), receivers,
		plain("time_intervals"), f.list("time_intervals", usedIntervals),
	)
	for _, section := range []string{"inhibit_rules", "templates"} {
		if n := valueAt(f.root, section); n != nil && !isNull(n) {
			out.Content = append(out.Content, plain(section), n)
		}
	}
	if f.global != nil {
		out.Content = append(out.Content, plain("global"), f.global)
	}
	return out
}

// list returns a section's elements and an empty one for each used name that none
// of them has.
func (f *fragment) list(section string, used names) *yaml.Node {
	n := valueAt(f.root, section)
	out := listOf()
	if n != nil {
		out.Content = slices.Clone(n.Content)
	}
	has := namesIn(n)
	for name := range used {
		if has[name] == 0 {
			out.Content = append(out.Content, mappingOf(plain("name"), quoted(name)))
		}
	}
	return out
}

// add adds a scalar's value.
func (n names) add(scalar *yaml.Node) {
	if scalar != nil && scalar.Kind == yaml.ScalarNode && scalar.Value != "" && !isNull(scalar) {
		n[scalar.Value] = scalar.Line
	}
}

// diagnose finds what is wrong, all of it, and where. It takes what is wrong out
// of the tree as it goes.
func (f *fragment) diagnose() []Problem {
	var problems []Problem
	b := &blamer{left: &f.left, try: f.try}
	for len(problems) < maxProblems {
		found := complaints(b.run())
		if len(found) == 0 {
			break
		}
		at := b.find(f.root, found[0])
		problems = append(problems, fragmentProblem(at, found[0]))
		if !at.remove(f.root) {
			break
		}
	}
	return problems
}

// fragmentProblem names what Alertmanager's parser says by where it says it.
func fragmentProblem(at place, complaint string) Problem {
	pr := Problem{Line: at.line, Code: CodeAlertmanagerInvalid, Message: complaint}
	matcher := func(step string) bool {
		return strings.HasSuffix(step, "matchers") || strings.HasSuffix(step, "match") || strings.HasSuffix(step, "match_re")
	}
	section := ""
	if len(at.path) > 0 {
		section = at.path[0]
	}
	switch {
	case strings.Contains(complaint, " not found in type "):
		pr.Code, pr.Message = CodeUnknownField, "unknown field "+quote(at.key)
		pr.Remedy = "Check its spelling and its indentation."
	case strings.HasPrefix(complaint, "cannot unmarshal"):
		pr.Code = CodeWrongType
		pr.Message = fmt.Sprintf("the value of %s has the wrong type: %s", quote(at.key), complaint)
	case at.has(matcher):
		pr.Code = CodeBadMatcher
		pr.Remedy = `Write a matcher as in severity="critical" or team=~"a|b".`
	case section == "route":
		pr.Code = CodeBadRoute
	case section == "receivers":
		pr.Code = CodeBadReceiver
	case section == "inhibit_rules":
		pr.Code = CodeBadInhibitRule
	case section == "time_intervals":
		pr.Code = CodeBadTimeInterval
		pr.Remedy = `Write times as in {start_time: "09:00", end_time: "17:00"} and days as in "monday:friday".`
	}
	return pr
}
