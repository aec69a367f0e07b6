package manifest

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
	corev1 "k8s.io/api/core/v1"
)

// Resource is an object of any kind, or a YAML document that is none.
type Resource struct {
	APIVersion, Kind, Namespace, Name string
	// File is the name given to [Resources], Line where the object begins in it.
	File string
	Line int
	// Content is the whole object.
	Content map[string]any

	node *yaml.Node
	doc  document
}

// Resources reads the objects of a file that are no ConfigMaps, and mappings that
// are no objects. What cannot be read [Decode] tells, and is left out.
func Resources(file string, data []byte) []Resource {
	var out []Resource
	for _, doc := range split(data) {
		var root yaml.Node
		if err := yaml.Unmarshal(doc.data, &root); err == nil && root.Kind == yaml.DocumentNode && len(root.Content) > 0 {
			out = appendResources(out, file, doc, root.Content[0])
		}
	}
	return out
}

func appendResources(out []Resource, file string, doc document, n *yaml.Node) []Resource {
	kind := scalar(child(n, "kind"))
	if items := child(n, "items"); strings.HasSuffix(kind, "List") && items != nil && items.Kind == yaml.SequenceNode {
		for _, item := range items.Content {
			out = appendResources(out, file, doc, item)
		}
		return out
	}
	r := Resource{
		APIVersion: scalar(child(n, "apiVersion")), Kind: kind,
		Namespace: scalar(child(child(n, "metadata"), "namespace")), Name: scalar(child(child(n, "metadata"), "name")),
		File: file, Line: doc.before + n.Line, node: n, doc: doc,
	}
	if n.Kind != yaml.MappingNode || kind == "ConfigMap" || n.Decode(&r.Content) != nil {
		return out
	}
	if r.Namespace == "" && kind != "" {
		r.Namespace = corev1.NamespaceDefault
		if metadata, ok := r.Content["metadata"].(map[string]any); ok {
			metadata["namespace"] = r.Namespace
		}
	}
	return append(out, r)
}

// LineOf returns the line of a field, "spec.groups[0].name", or of what of the path
// there is.
func (r Resource) LineOf(path string) int {
	n, line := r.node, r.node.Line
	for _, step := range regexp.MustCompile(`[^.\[\]]+`).FindAllString(path, -1) {
		var below *yaml.Node
		if i, err := strconv.Atoi(step); err == nil && n.Kind == yaml.SequenceNode && i >= 0 && i < len(n.Content) {
			below = n.Content[i]
		} else {
			below = child(n, step)
		}
		if below == nil {
			break
		}
		n, line = below, below.Line
	}
	return r.doc.before + line
}

// SecretAsConfigMap returns a Secret as the ConfigMap with the same drop-ins, with
// the places of its values. Who has the manifest has the values, so nothing needs
// to be kept from them.
func (r Resource) SecretAsConfigMap() (Object, error) {
	if r.Kind != "Secret" {
		return Object{}, errors.New("it is no Secret")
	}
	renamed := *r.node
	renamed.Content = nil
	for i := 0; i+1 < len(r.node.Content); i += 2 {
		key := *r.node.Content[i]
		switch key.Value {
		case "data":
			key.Value = "binaryData"
		case "stringData":
			key.Value = "data"
		case "kind":
			continue
		}
		renamed.Content = append(renamed.Content, &key, r.node.Content[i+1])
	}
	return decodeConfigMap(r.File, r.doc, &renamed)
}
