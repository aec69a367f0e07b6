package dashboards

import (
	"bytes"
	"compress/gzip"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// uids are in bookmarks and in other people's links. A new dashboard is added
// here; none is ever renamed.
var uids = []string{
	"alertmanager", "api-server", "cluster", "container", "controller-manager", "core-dns", "drop-ins", "etcd", "kube-proxy", "kubelet", "namespace",
	"network", "node", "nodes", "pod", "remote-write", "scheduler", "server", "volumes", "windows", "workload",
}

func TestUIDsStay(t *testing.T) {
	var want, got []string
	for _, name := range uids {
		want = append(want, "kube-monitoring-"+name)
	}
	for _, d := range parsed(t) {
		got = append(got, d.UID)
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the uids are %q, want %q", got, want)
	}
}

var (
	link         = regexp.MustCompile(`"url":"/d/([^?"]+)\?([^"]*)"`)
	handedOn     = regexp.MustCompile(`(?:var-([a-z]+)=|\$\{([a-z]+):queryparam\})`)
	ownVariables = regexp.MustCompile(`\$\{([a-z]+):queryparam\}`)
)

// Each link leads to a dashboard that there is, hands on variables that it has,
// and takes their values from variables of its own.
func TestLinksLeadSomewhere(t *testing.T) {
	variables := map[string]map[string]bool{}
	for _, d := range parsed(t) {
		variables[d.UID] = map[string]bool{}
		for _, v := range d.Templating.List {
			variables[d.UID][v.Name] = true
		}
	}
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	leads := map[string]bool{}
	for name, data := range files {
		from := uid(strings.TrimSuffix(name, ".json"))
		for _, m := range link.FindAllSubmatch(data, -1) {
			to := string(m[1])
			leads[to] = true
			if variables[to] == nil {
				t.Errorf("%s links to %s, which there is not", name, to)
				continue
			}
			for _, v := range handedOn.FindAllSubmatch(m[2], -1) {
				if n := string(v[1]) + string(v[2]); !variables[to][n] {
					t.Errorf("%s hands %s on to %s, which has no such variable", name, n, to)
				}
			}
			for _, v := range ownVariables.FindAllSubmatch(m[2], -1) {
				if !variables[from][string(v[1])] {
					t.Errorf("%s hands on %s, which it has not", name, v[1])
				}
			}
		}
	}
	for _, level := range []string{"namespace", "workload", "pod", "container", "node"} {
		if !leads[uid(level)] {
			t.Errorf("no link leads to %s", level)
		}
	}
}

// Every number turns colour at a step, or says by none that no value is bad;
// every panel fits into the grid of 24 columns.
func TestPanelsFit(t *testing.T) {
	for name, d := range parsed(t) {
		each(d.Panels, func(p panelJSON) {
			if p.Type == "stat" && len(p.FieldConfig.Defaults.Thresholds.Steps) == 0 {
				t.Errorf("%s: %q has no thresholds", name, p.Title)
			}
			if p.GridPos.W == 0 || p.GridPos.X+p.GridPos.W > 24 {
				t.Errorf("%s: %q is at column %d and %d wide", name, p.Title, p.GridPos.X, p.GridPos.W)
			}
		})
	}
}

// What the dashboards weigh: in the ConfigMaps, and compressed as a release keeps them.
func TestDashboardsAreLight(t *testing.T) {
	const most, mostCompressed = 340 << 10, 40 << 10
	files, err := Files()
	if err != nil {
		t.Fatal(err)
	}
	var plain int
	var compressed bytes.Buffer
	w, err := gzip.NewWriterLevel(&compressed, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		plain += len(files[name])
		if _, err := w.Write(files[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d dashboards, %d bytes, %d compressed", len(files), plain, compressed.Len())
	if plain > most || compressed.Len() > mostCompressed {
		t.Errorf("that is more than %d bytes, %d compressed", most, mostCompressed)
	}
}
