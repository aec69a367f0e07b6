// Package manifest reads ConfigMaps from Kubernetes manifests: YAML with many
// documents, JSON, and the lists that kubectl prints. It serves those who have
// files and no cluster, and remembers where in the file each value stands.
//
// What is no ConfigMap is passed over: the output of Helm holds much else.
package manifest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"
	corev1 "k8s.io/api/core/v1"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// Object is one ConfigMap of a file.
type Object struct {
	*corev1.ConfigMap
	// File is the name given to [Decode].
	File string
	// keys says where each value of data and binaryData stands.
	keys map[string]position
	line int
}

// position is where a value begins.
type position struct {
	line int
	// literal says that the value's lines are lines of the file.
	literal bool
}

// Line returns the file's line for a line of a key's value, the line where the
// value begins if that is all one can say, and the object's own for no key.
func (o Object) Line(p dropin.Problem) int {
	pos, ok := o.keys[p.Ref.Key]
	switch {
	case !ok:
		return o.line
	case pos.literal && p.Line > 0:
		return pos.line + p.Line - 1
	default:
		return pos.line
	}
}

// Decode reads the ConfigMaps of a file. A document that cannot be read does not
// stop those after it: the error says what is wrong with each such document, and
// the objects are all the others.
func Decode(file string, data []byte) ([]Object, error) {
	var objects []Object
	var errs []error
	for _, doc := range split(data) {
		found, err := decodeDocument(file, doc)
		objects = append(objects, found...)
		if err != nil {
			errs = append(errs, err)
		}
	}
	return objects, errors.Join(errs...)
}

func decodeDocument(file string, doc document) ([]Object, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(doc.data, &root); err != nil {
		return nil, doc.wrap(file, err)
	}
	if root.Kind != yaml.DocumentNode || len(root.Content) == 0 {
		return nil, nil
	}
	return decodeNode(file, doc, root.Content[0])
}

func decodeNode(file string, doc document, n *yaml.Node) ([]Object, error) {
	switch kind := scalar(child(n, "kind")); kind {
	case "ConfigMap":
		o, err := decodeConfigMap(file, doc, n)
		if err != nil {
			return nil, err
		}
		return []Object{o}, nil
	case "List", "ConfigMapList":
		items := child(n, "items")
		if items == nil || items.Kind != yaml.SequenceNode {
			return nil, nil
		}
		var objects []Object
		var errs []error
		for _, item := range items.Content {
			if kind == "ConfigMapList" && child(item, "kind") == nil {
				// The API server leaves the kind out of a typed list's items.
				if o, err := decodeConfigMap(file, doc, item); err != nil {
					errs = append(errs, err)
				} else {
					objects = append(objects, o)
				}
				continue
			}
			found, err := decodeNode(file, doc, item)
			objects, errs = append(objects, found...), append(errs, err)
		}
		return objects, errors.Join(errs...)
	default:
		return nil, nil
	}
}

func decodeConfigMap(file string, doc document, n *yaml.Node) (Object, error) {
	where := fmt.Errorf("%s:%d", file, doc.before+n.Line)
	var value map[string]any
	if err := n.Decode(&value); err != nil {
		return Object{}, doc.wrap(file, err)
	}
	// Through JSON, because only the JSON names of the API types are complete.
	raw, err := json.Marshal(value)
	if err != nil {
		return Object{}, fmt.Errorf("%w: %w", where, err)
	}
	cm := &corev1.ConfigMap{}
	if err := json.NewDecoder(bytes.NewReader(raw)).Decode(cm); err != nil {
		return Object{}, fmt.Errorf("%w: ConfigMap: %w", where, err)
	}
	if cm.Name == "" {
		return Object{}, fmt.Errorf("%w: a ConfigMap has no name", where)
	}
	if cm.Namespace == "" {
		cm.Namespace = corev1.NamespaceDefault
	}
	o := Object{ConfigMap: cm, File: file, line: doc.before + n.Line, keys: map[string]position{}}
	for _, field := range []string{"data", "binaryData"} {
		o.locate(doc, child(n, field))
	}
	return o, nil
}

func (o Object) locate(doc document, data *yaml.Node) {
	if data == nil || data.Kind != yaml.MappingNode {
		return
	}
	for i := 0; i+1 < len(data.Content); i += 2 {
		key, value := data.Content[i], data.Content[i+1]
		pos := position{line: doc.before + value.Line, literal: value.Style&yaml.LiteralStyle != 0}
		if pos.literal {
			pos.line++ // the value's first line follows the "|"
		}
		o.keys[key.Value] = pos
	}
}

// child returns the value of a key of a mapping, nil if there is none.
func child(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func scalar(n *yaml.Node) string {
	if n == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	return n.Value
}
