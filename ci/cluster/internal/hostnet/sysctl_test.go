//go:build linux

package hostnet

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSettingsComeBack(t *testing.T) {
	root := t.TempDir()
	s := Sysctls{File: filepath.Join(t.TempDir(), "sysctls.json"), Root: root}
	put := func(name, value string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(root, name), []byte(value), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	get := func(name string) string {
		t.Helper()
		raw, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	put("forward", "0\n")
	put("limit", "128\n")
	put("enough", "9000\n")
	names := []string{"forward", "limit", "enough", "not-in-this-kernel"}
	for range 2 { // the second run must not take what the first has set for the original
		if err := s.Remember(names); err != nil {
			t.Fatal(err)
		}
		if err := s.Set("forward", "1"); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"limit", "enough", "not-in-this-kernel"} {
			if err := s.AtLeast(name, 2048); err != nil {
				t.Fatal(err)
			}
		}
	}
	if get("limit") != "2048" || get("enough") != "9000\n" {
		t.Errorf("limit is %q and enough %q; want the first raised and the second left alone", get("limit"), get("enough"))
	}
	if err := s.Restore(); err != nil {
		t.Fatal(err)
	}
	if get("forward") != "0" || get("limit") != "128" || get("enough") != "9000\n" {
		t.Errorf("after Restore: %q, %q, %q", get("forward"), get("limit"), get("enough"))
	}
	if err := (Sysctls{File: filepath.Join(root, "none"), Root: root}).Restore(); err != nil {
		t.Errorf("nothing to restore: %v", err)
	}
}
