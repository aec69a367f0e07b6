package dropin

import (
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The labels by which charts all over the ecosystem ship dashboards and
// datasources, and the annotations that name a dashboard's folder. They are
// understood so that those charts work unchanged.
const (
	LabelGrafanaDashboard  = "grafana_dashboard"
	LabelGrafanaDatasource = "grafana_datasource"
	AnnotationFolder       = "grafana_folder"
	// AnnotationTargetDirectory is the other name that the folder goes by.
	AnnotationTargetDirectory = "k8s-sidecar-target-directory"
)

// maxFileName is NAME_MAX of the usual Linux file systems. A namespace, a
// name and a key may each be valid and still make a longer name together.
const maxFileName = 255

// FromConfigMap turns each data key of a labeled ConfigMap into an item, sorted
// by key. A key that cannot be an item is a problem and does not stop the
// others. A ConfigMap without a drop-in label has neither.
func FromConfigMap(cm *corev1.ConfigMap) ([]Item, []Problem) {
	values := make(map[string]value, len(cm.Data)+len(cm.BinaryData))
	for key, text := range cm.Data {
		values[key] = value{data: []byte(text)}
	}
	for key, data := range cm.BinaryData {
		_, twice := cm.Data[key]
		values[key] = value{data: data, twice: twice}
	}
	return fromObject(&cm.ObjectMeta, values, false)
}

// kindOf reads the labels. An object that two labels claim for different kinds
// is refused whole: each guess would surprise somebody.
func kindOf(m *metav1.ObjectMeta, secret bool) (Kind, *Problem) {
	ref := Ref{Namespace: m.Namespace, Name: m.Name}
	if secret {
		ref.Key = secretPrefix
	}
	var kinds []Kind
	if v, ok := m.Labels[Label]; ok {
		kind := Kind(v)
		if !slices.Contains(Kinds(), kind) {
			return "", &Problem{
				Ref:     ref,
				Code:    CodeUnknownKind,
				Message: "label " + Label + " has the unknown value " + quote(v),
				Remedy:  "Use one of " + kindList() + ".",
			}
		}
		kinds = append(kinds, kind)
	}
	if isOn(m.Labels[LabelGrafanaDashboard]) {
		kinds = append(kinds, KindDashboard)
	}
	if isOn(m.Labels[LabelGrafanaDatasource]) {
		kinds = append(kinds, KindDatasource)
	}
	slices.Sort(kinds)
	switch kinds = slices.Compact(kinds); len(kinds) {
	case 0:
		return "", nil
	case 1:
		return kinds[0], nil
	default:
		return "", &Problem{
			Ref:     ref,
			Code:    CodeTwoKinds,
			Message: "its labels ask for the kinds " + string(kinds[0]) + " and " + string(kinds[1]),
			Remedy:  "Keep one of the labels, or split the object.",
		}
	}
}

// isOn says whether a grafana_* label selects the ConfigMap. Charts switch it
// off by another value, so this must not be a test for presence.
func isOn(v string) bool { return v == "1" || v == "true" }

// checkKey refuses what could leave the directory that the file is written to.
// The API server refuses most of these too, a manifest in CI has not met it yet.
func checkKey(key string, ref Ref) *Problem {
	if key == "" || key == "." || strings.HasPrefix(key, "..") || strings.ContainsFunc(key, notInKey) {
		return &Problem{
			Code:    CodeBadKey,
			Message: "key " + quote(key) + " is not a plain file name",
			Remedy:  "Use letters, digits, '-', '_' and '.', and do not begin with '..'.",
		}
	}
	if ref.customKind() != "" {
		return &Problem{
			Code:    CodeBadKey,
			Message: "key " + quote(key) + " is how objects of " + ObjectGroup + " are named",
			Remedy:  "Choose another key.",
		}
	}
	if len(ref.FileName()) > maxFileName {
		return &Problem{
			Code:    CodeNameTooLong,
			Message: "namespace, name and key are too long together to be a file name",
			Remedy:  "Shorten the object's name or the key.",
		}
	}
	return nil
}

func notInKey(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
}
