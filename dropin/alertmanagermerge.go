package dropin

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	amconfig "github.com/prometheus/alertmanager/config"
	"go.yaml.in/yaml/v3"
)

// AlertmanagerMerger merges bundles into one base. It remembers which drop-ins it
// found to fit, so that merging a thousand of which one changed checks that one.
// It is not safe for concurrent use.
type AlertmanagerMerger struct {
	policy Policy
	own    *ownTemplates
	// fits are the fragments that were found to fit, by their Refs.
	fits map[Ref]fitting
}

// fitting is a fragment that fits.
type fitting struct {
	sha string // of the published bytes
	// uses are the templates that it calls.
	uses []string
}

// NewAlertmanagerMerger returns a merger for the policy's base.
func NewAlertmanagerMerger(p Policy) *AlertmanagerMerger {
	return &AlertmanagerMerger{policy: p, fits: map[Ref]fitting{}}
}

// Merged is a whole configuration of Alertmanager.
type Merged struct {
	// Config is its alertmanager.yml.
	Config []byte
	// Templates are the files of templates, by the name that Config knows them by.
	Templates map[string][]byte
	// Globs name files of templates that are beside Alertmanager.
	Globs []string
}

// Merge puts the bundle's drop-ins into the base, which must be known. dir is where
// Config will find the templates, relative to itself. Problems say which drop-ins cannot be merged, though each was good
// when it was checked: the base may have changed, or something that it uses is
// gone. With problems nothing is merged. The error is about the whole.
func (m *AlertmanagerMerger) Merge(b *Bundle, dir string) (Merged, []Problem, error) {
	if m.own == nil {
		var err error
		if m.own, err = newOwnTemplates(); err != nil {
			return Merged{}, nil, err
		}
	}
	out := Merged{Templates: map[string][]byte{}}
	defined := map[string]bool{}
	var fragments []merging
	for _, it := range b.Manifest().Items {
		data := b.files[it.File]
		switch {
		case it.Kind != KindAlertmanager:
		case strings.HasSuffix(it.Ref.Key, templateSuffix):
			out.Templates[it.Ref.FileName()] = data
			found, err := parseTemplates(string(data))
			if err != nil {
				return Merged{}, []Problem{m.problem(it, "the template does not parse")}, nil
			}
			for _, d := range found {
				defined[d.name] = true
			}
		default:
			fragments = append(fragments, merging{item: it, data: data})
		}
	}
	var problems []Problem
	for i := range fragments {
		problems = append(problems, m.fit(&fragments[i])...)
	}
	for _, f := range fragments {
		problems = append(problems, m.checkTemplates(f, out.Templates, defined)...)
	}
	if len(problems) > 0 {
		slices.SortFunc(problems, Problem.Compare)
		return Merged{}, problems, nil
	}
	root := m.policy.Alertmanager.merge(fragments, dir, out.Templates)
	for _, n := range notNull(valueAt(root, "templates")) {
		if path.IsAbs(n.Value) {
			out.Globs = append(out.Globs, n.Value)
		}
	}
	var err error
	if out.Config, err = encode(root); err != nil {
		return Merged{}, nil, fmt.Errorf("write the merged configuration: %w", err)
	}
	if _, err := amconfig.Load(string(out.Config)); err != nil {
		return Merged{}, nil, fmt.Errorf("read the merged configuration: %w", err)
	}
	return out, nil, nil
}

// merging is one fragment on its way.
type merging struct {
	item ManifestItem
	data []byte
	root *yaml.Node
}

// fit checks a published fragment against the base as it is now.
func (m *AlertmanagerMerger) fit(f *merging) []Problem {
	root, problems := document(f.data)
	if len(problems) > 0 || root == nil || root.Kind != yaml.MappingNode {
		return []Problem{m.problem(f.item, "the published fragment cannot be read")}
	}
	f.root = root
	if m.fits[f.item.Ref].sha == f.item.SHA256 {
		return nil
	}
	global, err := globalFor(m.policy.Alertmanager)
	if err != nil {
		return []Problem{m.problem(f.item, err.Error())}
	}
	check := &fragment{
		root: root, namespace: f.item.Ref.Namespace, trusted: m.policy.trusts(f.item.Ref.Namespace),
		base: m.policy.Alertmanager, global: global, left: maxTried,
	}
	problems = check.names()
	parsed, err := decodeFragment(f.data)
	if err == nil {
		_, err = check.try()
	}
	switch {
	case err != nil && len(problems) == 0:
		problems = []Problem{{Message: err.Error()}}
	case err == nil:
		problems = append(problems, check.checkReceivers(parsed.Receivers)...)
	}
	for i, p := range problems {
		problems[i] = m.problem(f.item, p.Message)
	}
	if len(problems) == 0 {
		m.fits[f.item.Ref] = fitting{sha: f.item.SHA256, uses: templatesIn(root)}
	}
	return problems
}

// problem is one of an item that was good when it was checked. Lines of what is
// published are not those that the author wrote.
func (m *AlertmanagerMerger) problem(it ManifestItem, message string) Problem {
	c := Checked{Ref: it.Ref, Kind: it.Kind, Confidential: it.Ref.mayHoldSecrets(it.Kind)}
	return c.Blame(Problem{
		Code:    CodeAlertmanagerInvalid,
		Message: message,
		Remedy:  "It was good before: look at what it uses, and at the base configuration.",
	})
}

// checkTemplates finds templates that the fragment uses and nobody has.
// Alertmanager would notice when it has something to send.
func (m *AlertmanagerMerger) checkTemplates(f merging, files map[string][]byte, defined map[string]bool) []Problem {
	if f.root == nil {
		return nil
	}
	var problems []Problem
	others := m.policy.Alertmanager != nil && valueAt(m.policy.Alertmanager.root, "templates") != nil
	for _, n := range notNull(valueAt(f.root, "templates")) {
		own := Ref{Namespace: f.item.Ref.Namespace, Name: f.item.Ref.Name, Key: n.Value}
		if !isOwnTemplate(n.Value) {
			others = true
			continue
		}
		if f.item.Ref.ObjectKind() == ObjectSecret {
			own.Key = secretPrefix + own.Key
		}
		if _, ok := files[own.FileName()]; !ok {
			problems = append(problems, m.problem(f.item, "the object has no good key "+quote(n.Value)))
		}
	}
	// What files beside Alertmanager define is not known here.
	if others || len(problems) > 0 {
		return problems
	}
	for _, name := range m.fits[f.item.Ref].uses {
		if !defined[name] && !m.own.defines(name) {
			problems = append(problems, m.problem(f.item, "no file defines the template "+quote(name)))
		}
	}
	return problems
}

// templatesIn returns the names of the templates that texts in the tree call.
func templatesIn(root *yaml.Node) []string {
	var out []string
	for n := range scalars(root) {
		if strings.Contains(n.Value, "{{") {
			out = append(out, usedTemplates(n.Value)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// merge appends the fragments to the base. Their routes come before its own, in
// the order of their Refs.
func (b *AlertmanagerBase) merge(fragments []merging, dir string, templates map[string][]byte) *yaml.Node {
	root := mappingOf(slices.Clone(b.root.Content)...)
	route := mappingOf(slices.Clone(valueAt(root, "route").Content)...)
	setValue(root, "route", route)
	var below []*yaml.Node
	added := map[string][]*yaml.Node{}
	for _, f := range fragments {
		if r := valueAt(f.root, "route"); r != nil && r.Kind == yaml.MappingNode {
			below = append(below, r)
		}
		for _, section := range []string{"receivers", "inhibit_rules", "time_intervals"} {
			added[section] = append(added[section], notNull(valueAt(f.root, section))...)
		}
		for _, n := range notNull(valueAt(f.root, "templates")) {
			if !isOwnTemplate(n.Value) {
				added["templates"] = append(added["templates"], n)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(templates)) {
		added["templates"] = append(added["templates"], quoted(dir+"/"+name))
	}
	if len(below) > 0 {
		setValue(route, "routes", listOf(append(below, notNull(valueAt(route, "routes"))...)...))
	}
	for _, section := range slices.Sorted(maps.Keys(added)) {
		if len(added[section]) > 0 {
			setValue(root, section, listOf(append(slices.Clone(notNull(valueAt(root, section))), added[section]...)...))
		}
	}
	return root
}
