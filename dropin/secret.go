package dropin

import (
	"cmp"
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// FromSecret turns each key of a labeled Secret into an item, as [FromConfigMap]
// does with a ConfigMap. What is wrong with one is told without quoting it.
func FromSecret(s *corev1.Secret) ([]Item, []Problem) {
	values := make(map[string]value, len(s.Data))
	for key, data := range s.Data {
		values[key] = value{data: data}
	}
	return fromObject(&s.ObjectMeta, values, true)
}

// value is what a key holds.
type value struct {
	data []byte
	// twice says that a ConfigMap has the key in data and in binaryData.
	twice bool
}

func fromObject(m *metav1.ObjectMeta, values map[string]value, secret bool) ([]Item, []Problem) {
	kind, problem := kindOf(m, secret)
	if problem != nil {
		return nil, []Problem{*problem}
	}
	if kind == "" {
		return nil, nil
	}
	var folder string
	if kind == KindDashboard {
		folder = cmp.Or(m.Annotations[AnnotationFolder], m.Annotations[AnnotationTargetDirectory])
	}
	var items []Item
	var problems []Problem
	for _, key := range slices.Sorted(maps.Keys(values)) {
		ref := Ref{Namespace: m.Namespace, Name: m.Name, Key: key}
		if secret {
			ref.Key = secretPrefix + key
		}
		problem := checkKey(key, ref)
		var data []byte
		if problem == nil {
			data, problem = values[key].plain()
		}
		if problem != nil {
			problem.Ref, problem.Kind = ref, kind
			problems = append(problems, *problem)
			continue
		}
		items = append(items, Item{
			Ref:          ref,
			Kind:         kind,
			Data:         data,
			Created:      m.CreationTimestamp.Time,
			Version:      m.ResourceVersion,
			Folder:       folder,
			Confidential: secret,
		})
	}
	return items, problems
}

// plain returns the value, decompressed.
func (v value) plain() ([]byte, *Problem) {
	if v.twice {
		return nil, &Problem{
			Code:    CodeDuplicateKey,
			Message: "the key is in data and in binaryData",
			Remedy:  "Keep one of them.",
		}
	}
	return gunzip(v.data)
}
