package livedir

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// FuzzOpen: whatever a disk made of a manifest and of where the link leads, the
// directory opens or says why not, reads nothing that the manifest does not vouch for
// and nothing outside, and the next publish is whole.
func FuzzOpen(f *testing.F) {
	const one = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b" // the hash of "1"
	whole, err := dropin.Manifest{Items: []dropin.ManifestItem{{
		Ref: dropin.Ref{Namespace: "team", Name: "cm", Key: "a"}, Kind: dropin.KindRules, File: "rules/team_cm_a",
		SHA256: one,
	}}}.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole, "", true)
	f.Add(whole, "../outside", true)
	f.Add([]byte(`{"items":[{"file":"../secret","sha256":"x"}]}`), "", true)
	f.Add([]byte(`{"items":[{"file":"a","sha256":"../../secret"}]}`), "", true)
	f.Add([]byte(`{"items":[{"file":"/etc/passwd"}]}`), "gen-x", false)
	f.Add([]byte("{"), "gen-", false)
	f.Fuzz(func(t *testing.T, raw []byte, target string, honest bool) {
		path := filepath.Join(t.TempDir(), "live")
		name := genPrefix + "x"
		var m dropin.Manifest
		if honest && json.Unmarshal(raw, &m) == nil {
			// Without this nothing would ever get past the digest.
			m.Digest = dropin.DigestOf(m.Items)
			name = genPrefix + m.Digest
			var err error
			if raw, err = m.Encode(); err != nil {
				t.Skip(err)
			}
		}
		dir := filepath.Join(path, name)
		object := filepath.Join(path, dropin.ObjectsDir, one[:2], one)
		for _, dir := range []string{dir, filepath.Dir(object)} {
			if err := os.MkdirAll(dir, dirMode); err != nil {
				t.Fatal(err)
			}
		}
		for file, data := range map[string]string{
			filepath.Join(dir, dropin.ManifestName): string(raw), object: "1", filepath.Join(path, "secret"): "1",
		} {
			if err := os.WriteFile(file, []byte(data), fileMode); err != nil {
				t.Fatal(err)
			}
		}
		if target == "" {
			target = name
		}
		if os.Symlink(target, filepath.Join(path, currentLink)) != nil {
			t.Skip("that can be no link")
		}
		d, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, it := range d.Current().Items {
			data, err := d.Read(it)
			if err == nil && string(data) != "1" {
				t.Fatalf("read %q of %q", data, it.File)
			}
		}
		files := map[string]string{"a": "1", "b": "2"}
		publish(t, d, bundle(t, files))
		expect(t, path, currentLink, files)
	})
}
