package crash

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// TestDamagedGeneration damages the current generation while the server is down,
// in each way that a disk or a person may. It starts with the one before, and
// says so in its log, by a metric and in its API, until there is a good one.
func TestDamagedGeneration(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		damage func(live, current string) error
		reason string
	}{
		{"manifest cut short", func(_, gen string) error { return os.Truncate(filepath.Join(gen, "manifest.json"), 40) }, "manifest"},
		{"manifest gone", func(_, gen string) error { return os.Remove(filepath.Join(gen, "manifest.json")) }, "manifest"},
		{"file with other content", func(live, gen string) error {
			file, err := recordsOf(live, gen)
			if err != nil {
				return err
			}
			return os.WriteFile(file, []byte("groups: []\n"), 0o640)
		}, "team_records_drop-in.yaml"},
		{"file gone", func(live, gen string) error {
			file, err := recordsOf(live, gen)
			if err != nil {
				return err
			}
			return os.Remove(file)
		}, "team_records_drop-in.yaml"},
		{"current names nothing", func(live, gen string) error { return os.RemoveAll(gen) }, "no such file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			p := newPublisher(r, "127.0.0.1:1")
			r.start()
			p.mustReload(t)
			before := p.confirmed
			p.mustReload(t)
			r.Kill()
			if err := c.damage(r.live, filepath.Join(r.live, "gen-"+p.confirmed)); err != nil {
				t.Fatal(err)
			}

			r.start()
			if got := r.dropIns(); got.Digest != before || len(got.Items) != 3 ||
				got.Fallback.Running != "the previous generation" || !strings.Contains(got.Fallback.Reason, c.reason) {
				t.Errorf("the API says %+v, want digest %s", got, before)
			}
			r.mustSay("level=ERROR", "newest drop-ins are not in force", c.reason)
			if r.metric("kube_monitoring_stack_server_generation_fallback") != 1 || r.metric("prometheus_config_last_reload_successful") != 0 {
				t.Error("no metric tells of the fallback")
			}

			// A sidecar that starts now finds the damage as well, and goes on.
			again := newPublisher(r, "127.0.0.1:1")
			again.number = p.number
			again.mustReload(t)
			if got := r.dropIns(); got.Digest != again.confirmed || got.Fallback.Running != "" || r.metric("kube_monitoring_stack_server_generation_fallback") != 0 {
				t.Errorf("after the next publish the API says %+v", got)
			}
			r.stop()
			t.Logf("%s: starts with the generation before, says so three times, and takes the next one", c.name)
		})
	}
}

// dropIns is what the API says is in force.
type dropIns struct {
	Digest   string
	Items    []any
	Fallback struct{ Running, Reason string }
}

func (r *rig) dropIns() (d dropIns) {
	r.t.Helper()
	if err := r.api(r.t.Context(), "status/dropins", nil, &d); err != nil {
		r.t.Fatal(err)
	}
	return d
}

// recordsOf is where the bytes of the drop-in lie that differs from generation to
// generation, and so is no other one's.
func recordsOf(live, gen string) (string, error) {
	raw, err := os.ReadFile(filepath.Join(gen, dropin.ManifestName))
	if err != nil {
		return "", err
	}
	var m dropin.Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		return "", err
	}
	for i := range m.Items {
		if m.Items[i].Ref.Name == "records" {
			object, err := m.Items[i].Object()
			return filepath.Join(live, object), err
		}
	}
	return "", fmt.Errorf("%s lists no records", gen)
}
