package parity

import (
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/build"
	"github.com/kube-monitoring-stack/kube-monitoring-stack/ci/peer/instance"
)

// TestConfigFiles gives both servers each configuration file of upstream's own
// tests, by a reload: both take it or both refuse it, for the same reason. Ours
// is the build with all discoveries, for these files use them all.
func TestConfigFiles(t *testing.T) {
	binary(t, build.Prometheus())
	binary(t, build.FullServer())
	if !offline(t) {
		return
	}
	source, err := build.ModuleDir(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	testdata := os.DirFS(filepath.Join(source, "config", "testdata"))
	files, err := fs.Glob(testdata, "*.yml")
	if err != nil {
		t.Fatal(err)
	}
	var server, agent []string
	for _, f := range files {
		if strings.HasPrefix(f, "agent_mode") {
			agent = append(agent, f)
		} else {
			server = append(server, f)
		}
	}
	common := []string{"--web.enable-lifecycle", "--storage.remote.flush-deadline=1s"}
	for _, mode := range []struct {
		name  string
		args  []string
		files []string
	}{
		{"server", common, server},
		{"agent", append([]string{"--agent"}, common...), agent},
	} {
		theirs, mine := newLoader(t, upstream(), testdata, mode.args), newLoader(t, full(), testdata, mode.args)
		loaded, refused := 0, 0
		for _, f := range mode.files {
			raw, err := fs.ReadFile(testdata, f)
			if err != nil {
				t.Fatal(err)
			}
			why, whyNot := theirs.load(t, raw), mine.load(t, raw)
			switch {
			case why == "" && stricter()[f] != "":
				if !strings.Contains(whyNot, stricter()[f]) {
					t.Errorf("%s: ours says %q, and not %q any more", f, whyNot, stricter()[f])
				}
			case (why == "") != (whyNot == ""):
				t.Errorf("%s: prometheus says %q, ours %q", f, why, whyNot)
			case why == "":
				loaded++
			default:
				refused++
				if !strings.Contains(whyNot, reason(why)) && !strings.Contains(why, "one or more errors occurred") {
					t.Errorf("%s: refused for different reasons: prometheus %q, ours %q", f, why, whyNot)
				}
			}
		}
		t.Logf("%s mode: both load %d files and refuse %d", mode.name, loaded, refused)
		if loaded == 0 || refused == 0 {
			t.Errorf("%s mode: files of one kind only", mode.name)
		}
	}
}

// stricter lists the files that only ours refuses, and why: by a reload that is
// answered with success all jobs are in force. Prometheus takes a job whose
// certificate is missing, and never scrapes it.
func stricter() map[string]string {
	return map[string]string{"scrape_config_files_glob.good.yml": "unable to read specified client cert"}
}

// loader is a server whose configuration file changes.
type loader struct {
	*instance.Instance
	file string
}

// newLoader starts a server in a copy of upstream's test data, which names
// files beside it.
func newLoader(t *testing.T, s side, testdata fs.FS, args []string) loader {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, testdata); err != nil {
		t.Fatal(err)
	}
	certificate(t, dir)
	for name, like := range map[string]string{"valid_cert_file": "tls.crt", "valid_ca_file": "tls.crt", "valid_key_file": "tls.key"} {
		raw, err := os.ReadFile(filepath.Join(dir, like))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), string(raw))
	}
	for _, name := range []string{"valid_token_file", "valid_password_file"} {
		write(t, filepath.Join(dir, name), "secret")
	}
	in := start(t, s, server{dir: dir, args: args})
	return loader{in, filepath.Join(dir, "prometheus.yml")}
}

// load replaces the configuration file and returns why it is refused.
func (l loader) load(t *testing.T, config []byte) string {
	t.Helper()
	write(t, l.file, string(config))
	a, err := request(t.Context(), http.MethodPost, l.URL+"/-/reload", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if a.status == http.StatusOK {
		return ""
	}
	var answer struct{ Error string }
	if json.Unmarshal(a.body, &answer) == nil && answer.Error != "" {
		return answer.Error
	}
	return string(a.body)
}

// reason strips what says where a text was found and not what is wrong.
func reason(text string) string {
	text = strings.TrimSpace(text)
	if _, after, ok := strings.Cut(text, "prometheus.yml: "); ok {
		return after
	}
	if m := regexp.MustCompile(`^failed to reload config: (?:.*config.file="[^"]*"\): )?`).FindString(text); m != "" {
		return text[len(m):]
	}
	return text
}
