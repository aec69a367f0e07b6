package livedir

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// bundle assembles rule drop-ins of the ConfigMap team/<key>: key to bytes.
func bundle(t *testing.T, files map[string]string) *dropin.Bundle {
	t.Helper()
	var items []dropin.Checked
	for key, data := range files {
		sum := sha256.Sum256([]byte(data))
		items = append(items, dropin.Checked{
			Ref:       dropin.Ref{Namespace: "team", Name: "cm", Key: key},
			Kind:      dropin.KindRules,
			Published: []byte(data),
			SHA256:    hex.EncodeToString(sum[:]),
		})
	}
	b, problems := dropin.Assemble(items, dropin.Policy{})
	if len(problems) > 0 {
		t.Fatalf("assemble: %v", problems)
	}
	return b
}

func open(t *testing.T, path string) *Dir {
	t.Helper()
	d, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func publish(t *testing.T, d *Dir, b *dropin.Bundle) Written {
	t.Helper()
	w, err := d.Publish(b)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// confirm does what a writer does when the reader took the current generation.
func confirm(t *testing.T, d *Dir) {
	t.Helper()
	d.Confirm()
	flushNow(t, d)
}

func flushNow(t *testing.T, d *Dir) {
	t.Helper()
	f := d.StartFlush()
	if f == nil {
		return
	}
	err := f.Run()
	d.Flushed(f, err)
	if err != nil {
		t.Fatal(err)
	}
}

// contents reads what a reader sees behind a link: key to bytes, nil if nothing.
func contents(t *testing.T, path, link string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(path, link, dropin.ManifestName))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var m dropin.Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, it := range m.Items {
		data, err := readIntact(path, &it)
		if err != nil {
			t.Fatal(err)
		}
		got[it.Ref.Key] = string(data)
	}
	return got
}

// objectOf is where the bytes of a key lie that a generation lists.
func objectOf(t *testing.T, path, link, key string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(path, link, dropin.ManifestName))
	if err != nil {
		t.Fatal(err)
	}
	var m dropin.Manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	for _, it := range m.Items {
		if it.Ref.Key == key {
			object, err := it.Object()
			if err != nil {
				t.Fatal(err)
			}
			return filepath.Join(path, object)
		}
	}
	t.Fatalf("%s lists no %s", link, key)
	return ""
}

// objects are the objects in a live directory, by their paths.
func objects(t *testing.T, path string) map[string]bool {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(path, dropin.ObjectsDir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, f := range found {
		out[f] = true
	}
	return out
}

// outlive publishes until no generation of before is kept any more.
func outlive(t *testing.T, d *Dir) {
	t.Helper()
	for i := range keep + 3 {
		publish(t, d, bundle(t, map[string]string{"a": "1", "b": fmt.Sprint("later ", i)}))
		confirm(t, d)
		if err := d.Prune(); err != nil {
			t.Fatal(err)
		}
	}
}

// noneLost fails if a generation lists an object that is not there or damaged, or if
// there is one that none lists.
func noneLost(t *testing.T, path string) {
	t.Helper()
	left := objects(t, path)
	generations, err := filepath.Glob(filepath.Join(path, genPrefix+"*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range generations {
		for key := range contents(t, path, filepath.Base(g)) {
			delete(left, objectOf(t, path, filepath.Base(g), key))
		}
	}
	for o := range left {
		t.Errorf("no generation lists %s", o)
	}
}

func expect(t *testing.T, path, link string, want map[string]string) {
	t.Helper()
	if diff := cmp.Diff(want, contents(t, path, link)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", link, diff)
	}
}

func TestPublishWritesOnlyWhatChanged(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	one := map[string]string{"a": "1", "b": "0", "c": "4"}
	if w := publish(t, d, bundle(t, one)); w != (Written{Files: 3}) {
		t.Errorf("first publish: %+v", w)
	}
	confirm(t, d)
	two := map[string]string{"a": "1", "b": "2", "d": "3"}
	if w := publish(t, d, bundle(t, two)); w != (Written{Files: 2, Kept: 1}) {
		t.Errorf("second publish: %+v", w)
	}
	expect(t, path, "current", two)
	expect(t, path, "previous", one)
	// Three of the first, two of the second that are not among them.
	if got := objects(t, path); len(got) != 5 {
		t.Errorf("%d objects, want 5: %v", len(got), got)
	}
}

func TestPublishOfSameDigestIsNoOp(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	files := map[string]string{"a": "1"}
	publish(t, d, bundle(t, files))
	d.step = func(name string) error {
		t.Errorf("step %q of a publish that has nothing to do", name)
		return nil
	}
	if w := publish(t, d, bundle(t, files)); w != (Written{}) {
		t.Errorf("got %+v", w)
	}
}

func TestPreviousIsTheLastConfirmed(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	ran := map[string]string{"a": "ran"}
	publish(t, d, bundle(t, ran))
	confirm(t, d)
	publish(t, d, bundle(t, map[string]string{"a": "nobody read this"}))
	publish(t, d, bundle(t, map[string]string{"a": "nor this"}))
	expect(t, path, "previous", ran)
	if err := d.Rollback(); err != nil {
		t.Fatal(err)
	}
	expect(t, path, "current", ran)
	again := map[string]string{"a": "nor this"}
	publish(t, d, bundle(t, again))
	expect(t, path, "current", again)
	expect(t, path, "previous", ran)
}

func TestRollbackOfTheFirstGeneration(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	publish(t, d, bundle(t, map[string]string{"a": "1"}))
	if err := d.Rollback(); err != nil {
		t.Fatal(err)
	}
	if got := contents(t, path, "current"); got != nil {
		t.Errorf("current holds %v", got)
	}
	if d.Current().Digest != "" {
		t.Errorf("digest %q", d.Current().Digest)
	}
}

func TestReadAfterRestart(t *testing.T) {
	path := t.TempDir()
	publish(t, open(t, path), bundle(t, map[string]string{"a": "last good"}))
	d := open(t, path)
	items := d.Current().Items
	if len(items) != 1 {
		t.Fatalf("items: %+v", items)
	}
	got, err := d.Read(items[0])
	if err != nil || string(got) != "last good" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestPruneKeepsWhatAReaderMayHold(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	for _, v := range []string{"1", "2", "3", "4", "5", "6", "7"} {
		publish(t, d, bundle(t, map[string]string{"a": v}))
		confirm(t, d)
		if err := d.Prune(); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		t.Fatal(err)
	}
	var gens int
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), genPrefix) {
			gens++
		}
	}
	if gens != keep+2 {
		t.Errorf("%d generations are left, want current, previous and %d", gens, keep)
	}
	expect(t, path, "current", map[string]string{"a": "7"})
	expect(t, path, "previous", map[string]string{"a": "6"})
}

// A clock that was set back makes what is young look old. A reader may still be at it.
func TestPruneDoesNotGoByTheClock(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	const n = 7
	for v := range n {
		publish(t, d, bundle(t, map[string]string{"a": fmt.Sprint(v)}))
		confirm(t, d)
		back := time.Now().Add(-time.Duration(v) * time.Hour)
		if err := os.Chtimes(filepath.Join(path, d.current.name), back, back); err != nil {
			t.Fatal(err)
		}
		if err := d.Prune(); err != nil {
			t.Fatal(err)
		}
	}
	// Current, previous, and those before.
	for v := n - 1; v >= n-2-keep; v-- {
		name := genPrefix + bundle(t, map[string]string{"a": fmt.Sprint(v)}).Digest()
		if _, err := os.Stat(filepath.Join(path, name)); err != nil {
			t.Errorf("generation %d of %d is gone: %v", v+1, n, err)
		}
	}
}

func TestWriteStatus(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	for _, want := range []string{"{}", `{"dropIns":[]}`} {
		if err := d.WriteStatus([]byte(want)); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(path, "status.json"))
		if err != nil || string(got) != want {
			t.Errorf("got %q, %v", got, err)
		}
	}
}

// Whatever is edited, deleted, refused and made again, in whatever order: no
// generation that is there lacks an object, and none is kept for ever.
func TestObjectsAreKeptAsLongAsTheyAreListed(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	random := rand.New(rand.NewPCG(1, 2))
	files := map[string]string{}
	for range 300 {
		key := fmt.Sprint(random.IntN(6))
		if files[key] = fmt.Sprint(random.IntN(4)); random.IntN(4) == 0 {
			delete(files, key)
		}
		publish(t, d, bundle(t, files))
		expect(t, path, currentLink, files)
		switch random.IntN(8) {
		case 0:
			if err := d.Rollback(); err != nil {
				t.Fatal(err)
			}
		case 1: // the reader is away
		case 2: // the disk is slow
			d.Confirm()
		case 3: // a new life
			d = open(t, path)
		default:
			confirm(t, d)
		}
		if err := d.Prune(); err != nil {
			t.Fatal(err)
		}
		generations, err := filepath.Glob(filepath.Join(path, genPrefix+"*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range generations {
			contents(t, path, filepath.Base(g)) // fails if one is not there
		}
		if n := len(objects(t, path)); n > 4 {
			t.Fatalf("%d objects of 4 different contents", n)
		}
	}
	outlive(t, d)
	noneLost(t, path)
}

func TestObjectsOfARefusedGenerationGo(t *testing.T) {
	path := t.TempDir()
	d := open(t, path)
	publish(t, d, bundle(t, map[string]string{"a": "good"}))
	confirm(t, d)
	publish(t, d, bundle(t, map[string]string{"a": "refused"}))
	if err := d.Rollback(); err != nil {
		t.Fatal(err)
	}
	outlive(t, d)
	noneLost(t, path)
}
