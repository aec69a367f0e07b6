package e2e

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// lab is a sidecar of our own that runs as a process beside the test, reads one
// namespace of the real API server through a proxy that can fail, and publishes
// to a reader that can fail. The release is not touched.
type lab struct {
	*cluster
	t         *testing.T
	namespace string
	proxy     *proxy
	binary    string
	user      string // whom the sidecar acts as; empty for the test's own user
	logLevel  string // of the sidecars
	sidecars  []*process
}

// process is one life after another of a sidecar.
type process struct {
	lab    *lab
	live   string
	reader *reader
	cmd    *exec.Cmd
	output *os.File
	// under is what the sidecar is run by, empty if by nothing.
	under []string
}

func newLab(t *testing.T) *lab {
	t.Helper()
	c := connect(t)
	l := &lab{cluster: c, t: t, logLevel: "info", namespace: c.team(t), binary: build(t, filepath.Join("..", ".."), "./cmd/config-sidecar")}
	l.proxy = newProxy(t, c.config)
	return l
}

// built are the programs that tests of this run have built. Linking one takes longer
// than most of what is tested with it.
var built struct {
	sync.Mutex
	dir   string
	paths map[string]string
}

// build builds a program of the module in dir, once for all tests.
func build(t *testing.T, dir, program string) (path string) {
	t.Helper()
	built.Lock()
	defer built.Unlock()
	if path, ok := built.paths[program]; ok {
		return path
	}
	if built.paths == nil {
		var err error
		if built.dir, err = os.MkdirTemp("", "kube-monitoring-stack-e2e-"); err != nil {
			t.Fatal(err)
		}
		built.paths = map[string]string{}
	}
	path = filepath.Join(built.dir, filepath.Base(program))
	cmd := exec.Command("go", "build", "-o", path, program)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", program, err, out)
	}
	built.paths[program] = path
	return path
}

func TestMain(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// sidecar starts one more sidecar on a live directory of its own, run by the command
// under, if there is one.
func (l *lab) sidecar(under ...string) *process {
	l.t.Helper()
	p := &process{lab: l, live: filepath.Join(l.t.TempDir(), "live"), under: under}
	p.reader = newReader(l.t, p.live)
	p.start()
	l.sidecars = append(l.sidecars, p)
	l.t.Cleanup(p.stop)
	return p
}

func (p *process) start() {
	t := p.lab.t
	t.Helper()
	dir := t.TempDir()
	kubeconfig := filepath.Join(dir, "kubeconfig")
	text := fmt.Sprintf(`{"apiVersion":"v1","kind":"Config","current-context":"x","clusters":[{"name":"x","cluster":{"server":%q}}],`+
		`"users":[{"name":"x","user":{"as":%q}}],"contexts":[{"name":"x","context":{"cluster":"x","user":"x"}}]}`, p.lab.proxy.url, p.lab.user)
	if err := os.WriteFile(kubeconfig, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if p.output, err = os.Create(filepath.Join(dir, "log")); err != nil {
		t.Fatal(err)
	}
	args := append(slices.Clone(p.under), p.lab.binary, "--kubeconfig="+kubeconfig, "--namespaces="+p.lab.namespace, "--live-dir="+p.live,
		"--reload-url="+p.reader.url, "--listen-address=127.0.0.1:0", "--objects=none",
		"--log.level="+p.lab.logLevel)
	p.cmd = exec.Command(args[0], args[1:]...)
	p.cmd.Stdout, p.cmd.Stderr = p.output, p.output
	// It goes with the test, whatever becomes of that.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

// kill ends the process as a node that fails would.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

func (p *process) stop() {
	p.kill()
	if p.lab.t.Failed() {
		if raw, err := os.ReadFile(p.output.Name()); err == nil {
			p.lab.t.Logf("the end of the sidecar's log:\n%s", raw[max(0, len(raw)-4000):])
		}
	}
	p.output.Close()
}

// get asks the sidecar for a page of its own.
func (p *process) get(page string) (string, error) {
	log, err := os.ReadFile(p.output.Name())
	if err != nil {
		return "", err
	}
	address := regexp.MustCompile(`address=(127\.0\.0\.1:\d+)`).FindSubmatch(log)
	if address == nil {
		return "", errors.New("the sidecar does not listen yet")
	}
	resp, err := http.Get("http://" + string(address[1]) + page)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", page, resp.Status, body)
	}
	return string(body), err
}

// manifest is what these tests read of a generation's.
type manifest struct {
	Digest string
	Items  []struct {
		Ref    struct{ Namespace, Name, Key string }
		Source string
	}
}

func (p *process) published() (manifest, error) {
	var m manifest
	raw, err := os.ReadFile(filepath.Join(p.live, "current", "manifest.json"))
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	return m, err
}

// wanted is what the cluster holds: the hash of each drop-in by its name and key.
func (l *lab) wanted(ctx context.Context) (map[string]string, error) {
	list, err := l.client.CoreV1().ConfigMaps(l.namespace).List(ctx, metav1.ListOptions{LabelSelector: dropInLabel})
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, cm := range list.Items {
		for key, value := range cm.Data {
			sum := sha256.Sum256([]byte(value))
			out[cm.Name+"/"+key] = hex.EncodeToString(sum[:])
		}
	}
	return out, nil
}

// converge waits until every sidecar has published what the cluster holds, has
// had it confirmed, and all of them the same digest.
func (l *lab) converge(limit time.Duration) time.Duration {
	l.t.Helper()
	return await(l.t, limit, 20*time.Millisecond, "all that the cluster holds is in use", func(ctx context.Context) error {
		want, err := l.wanted(ctx)
		if err != nil {
			return err
		}
		digests := map[string]bool{}
		for _, p := range l.sidecars {
			m, err := p.published()
			if err != nil {
				return err
			}
			got := map[string]string{}
			for _, it := range m.Items {
				got[it.Ref.Name+"/"+it.Ref.Key] = it.Source
			}
			if !maps.Equal(got, want) {
				return fmt.Errorf("%d drop-ins are published and the cluster has %d, or other versions of them", len(got), len(want))
			}
			if confirmed := p.reader.confirmed.Load(); confirmed == nil || *confirmed != m.Digest {
				return errors.New("the reader has not been asked to load it")
			}
			digests[m.Digest] = true
		}
		if len(digests) != 1 {
			return fmt.Errorf("the sidecars have different digests: %v", digests)
		}
		return nil
	})
}

// reader stands in for the server: it answers reloads with the digest in use.
type reader struct {
	url  string
	live string
	// down makes it hang up, hang makes it not answer for as long as the sidecar waits.
	down, hang atomic.Bool
	slow       atomic.Int64 // nanoseconds
	confirmed  atomic.Pointer[string]
	reloads    atomic.Int64
	// failed counts requests that it hung up on, hanging those that it does not answer.
	failed, hanging atomic.Int64
}

func newReader(t *testing.T, live string) *reader {
	r := &reader{live: live}
	srv := httptest.NewServer(r)
	t.Cleanup(func() { srv.CloseClientConnections(); srv.Close() })
	r.url = srv.URL + "/-/reload"
	return r
}

func (r *reader) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	_, _ = io.Copy(io.Discard, req.Body)
	if r.down.Load() {
		r.failed.Add(1)
		panic(http.ErrAbortHandler)
	}
	if r.hang.Load() {
		r.hanging.Add(1)
		<-req.Context().Done()
		return
	}
	target, err := os.Readlink(filepath.Join(r.live, "current"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	// Slow after it has looked, as a reader is that loads what it found.
	time.Sleep(time.Duration(r.slow.Load()))
	digest := strings.TrimPrefix(target, "gen-")
	fmt.Fprintf(w, `{"status":"success","digest":%q}`, digest)
	r.confirmed.Store(&digest)
	r.reloads.Add(1)
}
