package dropin

import (
	"fmt"
	htmltemplate "html/template"
	"regexp"
	"slices"
	"strconv"
	"strings"
	texttemplate "text/template"
	"text/template/parse"

	amtemplate "github.com/prometheus/alertmanager/template"
	"go.yaml.in/yaml/v3"
)

// checkTemplates validates a file of notification templates. It is published as
// it was written. All files share one space of names in Alertmanager, in which
// the last definition counts, so each name is a claim.
func checkTemplates(it Item, p Policy) ([]byte, []Claim, []Problem) {
	if i := firstInvalid(it.Data); i >= 0 {
		return nil, nil, []Problem{{
			Line: lineAt(it.Data, i), Code: CodeNotUTF8,
			Message: "the value is not UTF-8 text", Remedy: "Save the file as UTF-8.",
		}}
	}
	text := string(it.Data)
	defined, err := parseTemplates(text)
	if err != nil {
		line, complaint := templateLine(err), templateComplaint(err)
		return nil, nil, []Problem{{
			Line: line, Code: CodeBadNotification,
			Message: "the template does not parse: " + complaint,
			Remedy:  "Templates are Go's, with the functions of Alertmanager.",
		}}
	}
	own, err := newOwnTemplates()
	if err != nil {
		return nil, nil, []Problem{{Code: CodeCheckFailed, Message: err.Error()}}
	}
	var claims []Claim
	var problems []Problem
	for _, d := range defined {
		line := lineAt(it.Data, min(d.offset, len(it.Data)))
		if !p.trusts(it.Ref.Namespace) && own.defines(d.name) {
			problems = append(problems, Problem{
				Line: line, Code: CodeDuplicateTemplate,
				Message: fmt.Sprintf("%s is one of Alertmanager's own templates", quote(d.name)),
				Remedy:  "Choose a name of your own and use it in your receivers. " + remedyTrust,
			})
		}
		claims = append(claims, Claim{Code: CodeDuplicateTemplate, Name: "template " + d.name, Line: line})
	}
	return it.Data, claims, problems
}

// definition is a named template and where its text begins.
type definition struct {
	name   string
	offset int
}

// maxActions bounds the actions in one text. Go's parser goes as deep as they are
// nested, and a stack that is used up ends the process.
const maxActions = 10_000

// parseTemplates parses a text as Alertmanager does: as text and as HTML.
func parseTemplates(text string) ([]definition, error) {
	if n := strings.Count(text, "{{"); n > maxActions {
		return nil, fmt.Errorf("it has %d actions and %d are allowed", n, maxActions)
	}
	t, err := texttemplate.New("").Funcs(texttemplate.FuncMap(amtemplate.DefaultFuncs)).Parse(text)
	if err != nil {
		return nil, err
	}
	if _, err := htmltemplate.New("").Funcs(htmltemplate.FuncMap(amtemplate.DefaultFuncs)).Parse(text); err != nil {
		return nil, err
	}
	var out []definition
	for _, d := range t.Templates() {
		if d.Name() != "" && d.Tree != nil {
			out = append(out, definition{name: d.Name(), offset: int(d.Root.Position())})
		}
	}
	slices.SortFunc(out, func(a, b definition) int { return strings.Compare(a.name, b.name) })
	return out, nil
}

// usedTemplates returns the names that a text's templates call.
func usedTemplates(text string) []string {
	t, err := texttemplate.New("").Funcs(texttemplate.FuncMap(amtemplate.DefaultFuncs)).Parse(text)
	if err != nil {
		return nil
	}
	var out []string
	for _, d := range t.Templates() {
		if d.Tree != nil {
			out = appendCalls(out, d.Root)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func appendCalls(out []string, n parse.Node) []string {
	switch n := n.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, c := range n.Nodes {
				out = appendCalls(out, c)
			}
		}
	case *parse.TemplateNode:
		out = append(out, n.Name)
	case *parse.IfNode:
		out = appendCalls(appendCalls(out, n.List), n.ElseList)
	case *parse.RangeNode:
		out = appendCalls(appendCalls(out, n.List), n.ElseList)
	case *parse.WithNode:
		out = appendCalls(appendCalls(out, n.List), n.ElseList)
	}
	return out
}

// ownTemplates are those that Alertmanager comes with.
type ownTemplates struct {
	template *amtemplate.Template
	// known remembers answers, which cost an execution.
	known map[string]bool
}

func newOwnTemplates() (*ownTemplates, error) {
	t, err := amtemplate.FromGlobs(nil)
	if err != nil {
		return nil, fmt.Errorf("templates of Alertmanager: %w", err)
	}
	return &ownTemplates{template: t, known: map[string]bool{}}, nil
}

// defines says whether there is one of that name. The library does not list them,
// but a call of one that does not exist fails in HTML before anything is executed,
// taken branch or not.
func (o *ownTemplates) defines(name string) bool {
	known, asked := o.known[name]
	if !asked {
		_, err := o.template.ExecuteHTMLString("{{ if false }}{{ template "+strconv.Quote(name)+" . }}{{ end }}", nil)
		known = err == nil
		o.known[name] = known
	}
	return known
}

// templateLine is the line in an error of Go's templates, 0 if there is none.
func templateLine(err error) int {
	m := regexp.MustCompile(`^(?:html/)?template: [^:]*:(\d+)`).FindStringSubmatch(err.Error())
	if m == nil {
		return 0
	}
	line, convErr := strconv.Atoi(m[1])
	if convErr != nil {
		return 0
	}
	return line
}

// templateComplaint is the error without the name and line that Go puts first.
func templateComplaint(err error) string {
	return regexp.MustCompile(`^(?:html/)?template: [^:]*:\d+(?::\d+)?: `).ReplaceAllString(err.Error(), "")
}

// checkTemplatePaths looks at what the fragment's list of templates names. A key
// of the same object is always there; everything else is a file beside
// Alertmanager.
func (f *fragment) checkTemplatePaths() []Problem {
	var problems []Problem
	for _, n := range notNull(valueAt(f.root, "templates")) {
		if n.Kind != yaml.ScalarNode || isOwnTemplate(n.Value) || f.trusted {
			continue
		}
		problems = append(problems, Problem{
			Line: n.Line, Code: CodeAlertmanagerFile,
			Message: quote(n.Value) + " names files beside Alertmanager",
			Remedy:  "Put the templates under a key of this object that ends in " + templateSuffix + ", and name the key. " + remedyTrust,
		})
	}
	return problems
}

// isOwnTemplate says whether an entry of templates is a key of the same object.
func isOwnTemplate(entry string) bool {
	return strings.HasSuffix(entry, templateSuffix) && !strings.ContainsAny(entry, `/*?[\`)
}
