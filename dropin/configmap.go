package dropin

import (
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
)

// The labels by which charts all over the ecosystem ship dashboards and
// datasources, and the annotation that names a dashboard's folder. They are
// understood so that those charts work unchanged.
const (
	LabelGrafanaDashboard  = "grafana_dashboard"
	LabelGrafanaDatasource = "grafana_datasource"
	AnnotationFolder       = "grafana_folder"
)

// maxFileName is NAME_MAX of the usual Linux file systems. A namespace, a
// name and a key may each be valid and still make a longer name together.
const maxFileName = 255

// FromConfigMap turns each data key of a labeled ConfigMap into an item, sorted
// by key. A key that cannot be an item is a problem and does not stop the
// others. A ConfigMap without a drop-in label has neither.
func FromConfigMap(cm *corev1.ConfigMap) ([]Item, []Problem) {
	kind, problem := kindOf(cm)
	if problem != nil {
		return nil, []Problem{*problem}
	}
	if kind == "" {
		return nil, nil
	}
	var folder string
	if kind == KindDashboard {
		folder = cm.Annotations[AnnotationFolder]
	}
	var items []Item
	var problems []Problem
	for _, key := range keysOf(cm) {
		ref := Ref{Namespace: cm.Namespace, Name: cm.Name, Key: key}
		data, problem := valueOf(cm, ref)
		if problem == nil {
			problem = checkKey(ref)
		}
		if problem != nil {
			problem.Ref, problem.Kind = ref, kind
			problems = append(problems, *problem)
			continue
		}
		items = append(items, Item{
			Ref:     ref,
			Kind:    kind,
			Data:    data,
			Created: cm.CreationTimestamp.Time,
			Version: cm.ResourceVersion,
			Folder:  folder,
		})
	}
	return items, problems
}

// kindOf reads the labels. A ConfigMap that two labels claim for different
// kinds is refused whole: each guess would surprise somebody.
func kindOf(cm *corev1.ConfigMap) (Kind, *Problem) {
	var kinds []Kind
	if v, ok := cm.Labels[Label]; ok {
		kind := Kind(v)
		if !slices.Contains(Kinds(), kind) {
			return "", &Problem{
				Ref:     Ref{Namespace: cm.Namespace, Name: cm.Name},
				Code:    CodeUnknownKind,
				Message: "label " + Label + " has the unknown value " + quote(v),
				Remedy:  "Use one of " + kindList() + ".",
			}
		}
		kinds = append(kinds, kind)
	}
	if isOn(cm.Labels[LabelGrafanaDashboard]) {
		kinds = append(kinds, KindDashboard)
	}
	if isOn(cm.Labels[LabelGrafanaDatasource]) {
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
			Ref:     Ref{Namespace: cm.Namespace, Name: cm.Name},
			Code:    CodeTwoKinds,
			Message: "its labels ask for the kinds " + string(kinds[0]) + " and " + string(kinds[1]),
			Remedy:  "Keep one of the labels, or split the ConfigMap.",
		}
	}
}

// isOn says whether a grafana_* label selects the ConfigMap. Charts switch it
// off by another value, so this must not be a test for presence.
func isOn(v string) bool { return v == "1" || v == "true" }

func keysOf(cm *corev1.ConfigMap) []string {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(cm.Data)), maps.Keys(cm.BinaryData))
	slices.Sort(keys)
	return slices.Compact(keys)
}

func valueOf(cm *corev1.ConfigMap, ref Ref) ([]byte, *Problem) {
	text, inData := cm.Data[ref.Key]
	data, inBinary := cm.BinaryData[ref.Key]
	if inData && inBinary {
		return nil, &Problem{
			Code:    CodeDuplicateKey,
			Message: "the key is in data and in binaryData",
			Remedy:  "Keep one of them.",
		}
	}
	if inData {
		data = []byte(text)
	}
	return gunzip(data)
}

// checkKey refuses what could leave the directory that the file is written to.
// The API server refuses most of these too, a manifest in CI has not met it yet.
func checkKey(ref Ref) *Problem {
	if ref.Key == "" || ref.Key == "." || strings.HasPrefix(ref.Key, "..") || strings.ContainsFunc(ref.Key, notInKey) {
		return &Problem{
			Code:    CodeBadKey,
			Message: "key " + quote(ref.Key) + " is not a plain file name",
			Remedy:  "Use letters, digits, '-', '_' and '.', and do not begin with '..'.",
		}
	}
	if len(ref.FileName()) > maxFileName {
		return &Problem{
			Code:    CodeNameTooLong,
			Message: "namespace, name and key are too long together to be a file name",
			Remedy:  "Shorten the ConfigMap's name or the key.",
		}
	}
	return nil
}

func notInKey(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
}
