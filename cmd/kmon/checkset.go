package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/internal/manifest"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/sidecar/operatorobjects"
)

// dropIns are all drop-ins of a check, with the places they come from.
type dropIns struct {
	policy  dropin.Policy
	report  *report
	checked []dropin.Checked
	// where says at which file and line a problem is, by the drop-in's object.
	where map[string]func(dropin.Problem) (string, int)
	// secrets and configMaps are what objects may refer to.
	lookup lookup
}

func newDropIns(p dropin.Policy, r *report) *dropIns {
	return &dropIns{
		policy: p, report: r, where: map[string]func(dropin.Problem) (string, int){},
		lookup: lookup{secrets: map[string]*corev1.Secret{}, configMaps: map[string]*corev1.ConfigMap{}},
	}
}

// objectOf names the object that a drop-in is of.
func objectOf(ref dropin.Ref) string { return ref.ObjectKind() + " " + ref.Namespace + "/" + ref.Name }

func (d *dropIns) tell(problems []dropin.Problem) {
	for _, p := range problems {
		file, line := d.where[objectOf(p.Ref)](p)
		d.report.add(findingOf(file, line, p))
	}
}

// take checks items and keeps them for the check of all together.
func (d *dropIns) take(items []dropin.Item, problems []dropin.Problem, locate func(dropin.Item, []dropin.Problem) []dropin.Problem) {
	d.report.DropIns += len(items) + len(problems)
	d.tell(problems)
	for _, it := range items {
		c := dropin.Check(it, d.policy)
		if locate != nil {
			c.Problems = locate(it, c.Problems)
		}
		d.tell(c.Problems)
		d.checked = append(d.checked, c)
	}
}

func (d *dropIns) configMaps(objects []manifest.Object) {
	for _, o := range objects {
		d.lookup.configMaps[o.Namespace+"/"+o.Name] = o.ConfigMap
		d.configMap(o)
	}
}

func (d *dropIns) configMap(o manifest.Object) {
	d.where[objectOf(dropin.Ref{Namespace: o.Namespace, Name: o.Name})] = func(p dropin.Problem) (string, int) {
		return o.File, o.Line(p)
	}
	items, problems := dropin.FromConfigMap(o.ConfigMap)
	d.take(items, problems, nil)
}

// resources checks Secrets, and then the objects, which may refer to them.
func (d *dropIns) resources(list []manifest.Resource) {
	for _, r := range list {
		if r.Kind != "Secret" {
			continue
		}
		o, err := r.SecretAsConfigMap()
		if err != nil {
			d.report.add(finding{File: r.File, Line: r.Line, Code: codeUnreadable, Message: err.Error()})
			continue
		}
		d.lookup.add(o)
		d.configMap(o)
	}
	opts := operatorobjects.DefaultOptions()
	opts.Trusted = d.policy.Trusted
	converter := operatorobjects.New(opts)
	for _, r := range list {
		if strings.HasPrefix(r.APIVersion, operatorobjects.Group+"/") {
			d.object(r, converter)
		}
	}
}

func (d *dropIns) object(r manifest.Resource, converter *operatorobjects.Converter) {
	if !slices.Contains(operatorobjects.Kinds(), operatorobjects.Kind(r.Kind)) {
		d.report.Notes = append(d.report.Notes, fmt.Sprintf("%s:%d: %s %s/%s is for an operator, and not a drop-in", r.File, r.Line, r.Kind, r.Namespace, r.Name))
		return
	}
	object, err := operatorobjects.Decode(r.Content)
	if err != nil {
		d.report.add(finding{File: r.File, Line: r.Line, Code: codeUnreadable, Message: err.Error()})
		return
	}
	ref := dropin.RefOfObject(operatorobjects.Kind(r.Kind).Resource(), r.Namespace, r.Name)
	d.where[objectOf(ref)] = func(p dropin.Problem) (string, int) { return r.File, r.LineOf(fieldIn(p.Message)) }
	res, err := converter.Convert(operatorobjects.Input{Object: object, Lookup: d.lookup})
	if err != nil {
		d.report.add(finding{File: r.File, Line: r.Line, Code: codeUnreadable, Message: err.Error()})
		return
	}
	elsewhere := d.lookup.missing(res.References)
	if len(elsewhere) > 0 && !slices.ContainsFunc(res.Problems, func(p dropin.Problem) bool { return p.Code != dropin.CodeMissingReference }) {
		// What it refers to is in the cluster, or nowhere; files do not tell.
		d.report.DropIns++
		d.report.Notes = append(d.report.Notes, fmt.Sprintf("%s:%d: %s %s/%s refers to %s, which is not among the files; it was not looked at further",
			r.File, r.Line, r.Kind, r.Namespace, r.Name, strings.Join(elsewhere, ", ")))
		return
	}
	// Who has the manifest has its values, so nothing is kept from them.
	for i := range res.Items {
		res.Items[i].Confidential = false
	}
	d.take(res.Items, res.Problems, operatorobjects.Locate)
}

// fieldIn returns the path of the field that a message about an object begins with.
func fieldIn(message string) string { return regexp.MustCompile(`^spec[^\s:]*`).FindString(message) }

// together checks what is wrong only among several.
func (d *dropIns) together() {
	bundle, problems := dropin.Assemble(d.checked, d.policy)
	d.tell(problems)
	if d.policy.Alertmanager == nil {
		return
	}
	_, problems, err := dropin.NewAlertmanagerMerger(d.policy).Merge(bundle, "templates")
	d.tell(problems)
	if err != nil {
		d.report.add(finding{File: "alertmanager.yml", Code: dropin.CodeAlertmanagerInvalid, Message: err.Error()})
	}
}

// lookup finds what objects refer to among the files.
type lookup struct {
	secrets    map[string]*corev1.Secret
	configMaps map[string]*corev1.ConfigMap
}

func (l lookup) add(o manifest.Object) {
	s := &corev1.Secret{ObjectMeta: o.ObjectMeta, Data: maps.Clone(o.BinaryData)}
	if s.Data == nil {
		s.Data = map[string][]byte{}
	}
	for key, text := range o.Data {
		s.Data[key] = []byte(text)
	}
	l.secrets[o.Namespace+"/"+o.Name] = s
}

// Secret implements [operatorobjects.Lookup].
func (l lookup) Secret(namespace, name string) (*corev1.Secret, error) {
	if s := l.secrets[namespace+"/"+name]; s != nil {
		return s, nil
	}
	return nil, apierrors.NewNotFound(schema.GroupResource{Resource: "secrets"}, name)
}

// ConfigMap implements [operatorobjects.Lookup].
func (l lookup) ConfigMap(namespace, name string) (*corev1.ConfigMap, error) {
	if cm := l.configMaps[namespace+"/"+name]; cm != nil {
		return cm, nil
	}
	return nil, apierrors.NewNotFound(schema.GroupResource{Resource: "configmaps"}, name)
}

// missing returns the references to what no file holds.
func (l lookup) missing(refs []operatorobjects.Reference) []string {
	var out []string
	for _, ref := range refs {
		key := ref.Namespace + "/" + ref.Name
		if ref.Kind == dropin.ObjectSecret && l.secrets[key] == nil || ref.Kind == dropin.ObjectConfigMap && l.configMaps[key] == nil {
			out = append(out, ref.String())
		}
	}
	return out
}

// placeOf takes the place out of an error about a file: "f.yaml: yaml: line 3: …",
// "f.yaml:7: …".
func placeOf(file, text string) (int, string) {
	if m := regexp.MustCompile(`^` + regexp.QuoteMeta(file) + `:(\d+): `).FindStringSubmatch(text); m != nil {
		if line, err := strconv.Atoi(m[1]); err == nil {
			return line, strings.TrimPrefix(text, m[0])
		}
	}
	text = strings.TrimPrefix(text, file+": ")
	if m := regexp.MustCompile(`line (\d+)`).FindStringSubmatch(text); m != nil {
		if line, err := strconv.Atoi(m[1]); err == nil {
			return line, text
		}
	}
	return 0, text
}
