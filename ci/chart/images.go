package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	imagesBegin = "  # images: begin, generated\n"
	imagesEnd   = "  # images: end\n"
)

// generateImages lists in Chart.yaml the images that the chart installs by
// default, for those who mirror or scan them before.
func generateImages(root fs.FS, want generated) error {
	data, err := fs.ReadFile(root, chartDir+"/values.yaml")
	if err != nil {
		return err
	}
	var values yaml.Node
	if err := yaml.Unmarshal(data, &values); err != nil {
		return fmt.Errorf("values.yaml: %w", err)
	}
	var list bytes.Buffer
	list.WriteString("  artifacthub.io/images: |\n")
	seen := map[string]bool{}
	for _, image := range imagesIn(&values) {
		if seen[image] {
			continue
		}
		seen[image] = true
		name, _, _ := strings.Cut(path.Base(image), ":")
		fmt.Fprintf(&list, "    - name: %s\n      image: %s\n", name, image)
	}
	const file = chartDir + "/Chart.yaml"
	chart, err := fs.ReadFile(root, file)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(chart, []byte(imagesBegin))
	_, after, ok2 := bytes.Cut(rest, []byte(imagesEnd))
	if !ok || !ok2 {
		return fmt.Errorf("%s lacks the lines %q and %q", file, strings.TrimSpace(imagesBegin), strings.TrimSpace(imagesEnd))
	}
	want[file] = bytes.Join([][]byte{before, []byte(imagesBegin), list.Bytes(), []byte(imagesEnd), after}, nil)
	return nil
}

// imagesIn returns the references of all maps that describe an image, in their order.
func imagesIn(n *yaml.Node) (out []string) {
	if n.Kind == yaml.MappingNode {
		var image struct{ Registry, Repository, Tag, Digest string }
		if err := n.Decode(&image); err == nil && image.Repository != "" {
			ref := image.Registry + "/" + image.Repository + ":" + image.Tag
			if image.Digest != "" {
				ref += "@" + image.Digest
			}
			return []string{ref}
		}
	}
	for _, c := range n.Content {
		out = append(out, imagesIn(c)...)
	}
	return out
}
