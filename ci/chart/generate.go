package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/chart/values"
)

const (
	chartDir   = "charts/kube-monitoring-stack"
	rulesDir   = "rules"
	shapesFile = "ci/chart/shapes.yaml"
	movedFile  = "ci/chart/moved.yaml"
	// A subchart, because Helm keeps the files of a chart in each release's
	// Secret, but not those of its subcharts.
	chartContent = chartDir + "/charts/content"
	chartRules   = chartContent + "/rules"

	tableBegin = "<!-- values: begin, generated -->\n"
	tableEnd   = "<!-- values: end -->\n"
)

// generate returns what the project under root should hold, and the paths of
// files that were generated once and no longer are.
func generate(root fs.FS) (want generated, stale []string, err error) {
	want = generated{}
	if err := generateRules(root, want); err != nil {
		return nil, nil, err
	}
	if err := generateValues(root, want); err != nil {
		return nil, nil, err
	}
	if err := generateContent(root, want); err != nil {
		return nil, nil, err
	}
	if err := compressDashboards(root, want); err != nil {
		return nil, nil, err
	}
	if err := generateRecipes(root, want); err != nil {
		return nil, nil, err
	}
	if err := generateImages(root, want); err != nil {
		return nil, nil, err
	}
	for _, pattern := range []string{chartRules + "/*.yaml", chartContent + "/dashboards/*.gz"} {
		have, err := fs.Glob(root, pattern)
		if err != nil {
			return nil, nil, err
		}
		for _, p := range have {
			if want[p] == nil {
				stale = append(stale, p)
			}
		}
	}
	return want, stale, nil
}

// generateRules copies the rules, without their unit tests and comments, to
// where Helm's templates can read them. Comments would take room in the chart's
// archive, and nobody reads them there.
func generateRules(root fs.FS, want generated) error {
	files, err := fs.Glob(root, rulesDir+"/*.yaml")
	if err != nil {
		return err
	}
	for _, p := range files {
		if strings.HasSuffix(p, "_test.yaml") {
			continue
		}
		data, err := fs.ReadFile(root, p)
		if err != nil {
			return err
		}
		if want[chartRules+"/"+path.Base(p)], err = withoutComments(data); err != nil {
			return fmt.Errorf("%s: %w", p, err)
		}
	}
	return nil
}

// withoutComments returns a YAML document without its comments. A # within a
// text, as PromQL may have it, is none.
func withoutComments(data []byte) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, err
	}
	dropComments(&doc)
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return nil, err
	}
	if err := enc.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func dropComments(n *yaml.Node) {
	n.HeadComment, n.LineComment, n.FootComment = "", "", ""
	for _, child := range n.Content {
		dropComments(child)
	}
}

// generateValues makes the schema and the README's table of values.
func generateValues(root fs.FS, want generated) error {
	data, err := fs.ReadFile(root, chartDir+"/values.yaml")
	if err != nil {
		return err
	}
	options, err := schemaOptions(root)
	if err != nil {
		return err
	}
	tree, err := values.Parse(data, options.Shapes)
	if err != nil {
		return fmt.Errorf("values.yaml: %w", err)
	}
	if want[chartDir+"/values.schema.json"], err = values.Schema(tree, options); err != nil {
		return fmt.Errorf("values.yaml: %w", err)
	}
	readme, err := fs.ReadFile(root, chartDir+"/README.md")
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(readme, []byte(tableBegin))
	_, after, ok2 := bytes.Cut(rest, []byte(tableEnd))
	if !ok || !ok2 {
		return fmt.Errorf("README.md lacks the lines %q and %q", strings.TrimSpace(tableBegin), strings.TrimSpace(tableEnd))
	}
	want[chartDir+"/README.md"] = []byte(string(before) + tableBegin + values.Table(tree) + tableEnd + string(after))
	return nil
}

// schemaOptions reads what belongs to the schema and not to the chart.
func schemaOptions(root fs.FS) (values.SchemaOptions, error) {
	o := values.SchemaOptions{Title: "Values of kube-monitoring-stack", Subcharts: []string{path.Base(chartContent), "library"}}
	data, err := fs.ReadFile(root, shapesFile)
	if err != nil {
		return o, err
	}
	if o.Shapes, err = values.ParseShapes(data); err != nil {
		return o, fmt.Errorf("%s: %w", shapesFile, err)
	}
	if data, err = fs.ReadFile(root, movedFile); err != nil {
		return o, err
	}
	if err := yaml.Unmarshal(data, &o.Moved); err != nil {
		return o, fmt.Errorf("%s: %w", movedFile, err)
	}
	return o, nil
}
