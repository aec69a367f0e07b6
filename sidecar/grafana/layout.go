package grafana

import (
	"encoding/json"
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

const (
	provisioningDir = "provisioning"
	datasourcesDir  = "datasources"
	dashboardsDir   = "dashboards"
	providerFile    = "kube-monitoring-stack-drop-ins.yaml"
	deletionsFile   = "kube-monitoring-stack-deletions.yaml"
)

// layout says which files make Grafana have what a bundle holds.
type layout struct {
	// root is the published directory, as Grafana sees it.
	root string
}

// provider has Grafana read dashboards from a directory. Reloads are asked for;
// that Grafana looks by itself now and then is for the case that nobody can ask.
const provider = `# Written by config-sidecar.
apiVersion: 1
providers:
- name: kube-monitoring-stack-drop-ins
  type: file
  allowUiUpdates: false
  updateIntervalSeconds: 30
  options:
    path: %s
    foldersFromFilesStructure: true
`

// files returns what should be below root, by path. gone are datasources that
// Grafana may still have and should not.
func (l layout) files(b *dropin.Bundle, own base, gone []dropin.Datasource) (map[string][]byte, error) {
	out := map[string][]byte{}
	for name, data := range own.files {
		out[path.Join(provisioningDir, name)] = data
	}
	dir, err := json.Marshal(filepath.Join(l.root, dashboardsDir)) // YAML reads it as well
	if err != nil {
		return nil, err
	}
	out[path.Join(provisioningDir, dashboardsDir, providerFile)] = fmt.Appendf(nil, provider, dir)
	i := 0
	items := b.Manifest().Items
	for _, data := range b.Files() {
		out[fileOf(items[i])] = data
		i++
	}
	if len(gone) > 0 {
		data, err := deletions(gone)
		if err != nil {
			return nil, err
		}
		out[path.Join(provisioningDir, datasourcesDir, deletionsFile)] = data
	}
	return out, nil
}

// fileOf is where an item goes. Grafana knows a dashboard by its path, so that must
// stay the same as long as the drop-in does.
func fileOf(it dropin.ManifestItem) string {
	name := it.Ref.FileName()
	if it.Kind == dropin.KindDashboard {
		folder := it.Folder
		if dropin.FolderTitle(folder) == "" {
			folder = ""
		}
		return path.Join(dashboardsDir, folder, name)
	}
	if !strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".yml") {
		name += ".yaml" // Grafana reads no others
	}
	return path.Join(provisioningDir, datasourcesDir, "drop-in_"+name)
}

// deletions is a datasource file that has Grafana delete datasources.
func deletions(gone []dropin.Datasource) ([]byte, error) {
	type deletion struct {
		Name  string      `json:"name"`
		OrgID json.Number `json:"orgId"`
	}
	file := struct {
		APIVersion int        `json:"apiVersion"`
		Delete     []deletion `json:"deleteDatasources"`
	}{APIVersion: 1}
	for _, ds := range gone {
		file.Delete = append(file.Delete, deletion{Name: ds.Name, OrgID: json.Number(ds.Organization)})
	}
	return json.MarshalIndent(file, "", "  ") // which is YAML too
}
