package rules

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dashboards"
)

// windowsExporterSum is what the module of windows_exporter hashes to, at the
// version that the chart's values name. It is no dependency of any module here,
// so no go.sum holds it.
const windowsExporterSum = "h1:rkH6NePtVWMbI/g7WibJPOHzyHvyYelwcDNTdMH3pRI="

// documented is a line of the tables of metrics in windows_exporter's docs.
var documented = regexp.MustCompile("(?m)^\\|? *`(windows_[a-z0-9_]+)` *\\|.*\\|([^|\n]+)\\|? *$")

// No cluster of the tests has a node with Windows, so this is what shows that
// what is asked of windows-exporter exists: its own documents, at the version
// that the chart installs, of the collectors that the chart turns on.
func TestWindowsExporterSaysWhatIsAsked(t *testing.T) {
	root := os.DirFS("../../..")
	files, err := dashboards.Files()
	if err != nil {
		t.Fatal(err)
	}
	used, err := Used(root, files)
	if err != nil {
		t.Fatal(err)
	}
	asked := used["windows-exporter"]
	if len(asked) == 0 {
		t.Fatal("nothing is asked of windows-exporter")
	}
	text, err := os.ReadFile("../../../charts/kube-monitoring-stack/values.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var values struct {
		WindowsExporter struct {
			Image      struct{ Tag string }
			Collectors []string
		} `yaml:"windowsExporter"`
	}
	if err := yaml.Unmarshal(text, &values); err != nil {
		t.Fatal(err)
	}
	docs := filepath.Join(windowsExporter(t, values.WindowsExporter.Image.Tag), "docs")
	labels := map[string]string{}
	for _, collector := range values.WindowsExporter.Collectors {
		page, err := os.ReadFile(filepath.Join(docs, "collector."+collector+".md"))
		if err != nil {
			t.Fatalf("collector %s of windowsExporter.collectors: %v", collector, err)
		}
		for _, m := range documented.FindAllStringSubmatch(string(page), -1) {
			labels[m[1]] = m[2]
		}
	}
	for _, name := range asked {
		if _, ok := labels[name]; !ok {
			t.Errorf("no collector of %v says %s", values.WindowsExporter.Collectors, name)
		}
	}
	// The labels that the dashboard tells series apart by.
	for name, label := range map[string]string{
		"windows_cpu_time_total": "mode", "windows_logical_disk_free_bytes": "volume", "windows_container_cpu_usage_seconds_total": "container_id",
		"windows_container_memory_usage_private_working_set_bytes": "container_id",
	} {
		if !slices.Contains(asked, name) {
			t.Errorf("%s is not asked any more", name)
		}
		if !strings.Contains(labels[name], label) {
			t.Errorf("%s has the labels %s, not %s", name, labels[name], label)
		}
	}
	t.Logf("%d metrics are asked of windows-exporter %s, and it documents them", len(asked), values.WindowsExporter.Image.Tag)
}

// windowsExporter is the folder of the module of a version.
func windowsExporter(t *testing.T, version string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", "github.com/prometheus-community/windows_exporter@v"+version)
	// Outside any module, and held to the hash above instead of to a database of hashes.
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "GONOSUMDB=github.com/prometheus-community/windows_exporter", "GOFLAGS=-mod=mod")
	out, err := cmd.Output()
	var module struct{ Dir, Sum, Error string }
	if jsonErr := json.Unmarshal(out, &module); jsonErr != nil || err != nil || module.Error != "" {
		t.Fatalf("download windows_exporter %s: %v, %v, %s", version, err, jsonErr, module.Error)
	}
	if module.Sum != windowsExporterSum {
		t.Fatalf("windows_exporter %s hashes to %s: if the chart's tag is meant to be %[1]s, set windowsExporterSum to that", version, module.Sum)
	}
	return module.Dir
}
