package dropin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func manyItems(n int) Manifest {
	var m Manifest
	for i := range n {
		ref := Ref{Namespace: "team", Name: fmt.Sprintf("app-%05d", i), Key: "rules.yaml"}
		m.Items = append(m.Items, ManifestItem{
			Ref: ref, Kind: KindRules, File: "rules/" + ref.FileName(), SHA256: sum([]byte(ref.Name)), Source: sum([]byte(ref.Name)),
			Version: fmt.Sprint(i), Created: time.Unix(int64(i), 0).UTC(), Stale: i%3 == 0,
		})
	}
	m.Digest = DigestOf(m.Items)
	return m
}

// What a reader has seen before never shows in what it reads next.
func TestManifestReaderReadsWhatEncodeWrites(t *testing.T) {
	var r ManifestReader
	m := manyItems(20)
	changed := manyItems(20)
	changed.Items[7].SHA256, changed.Items[7].Stale = sum(nil), true
	fewer := manyItems(20)
	fewer.Items = slices.Delete(fewer.Items, 3, 9)
	for i, want := range []Manifest{m, changed, m, fewer, manyItems(1), {Digest: "none", Items: []ManifestItem{}}, m} {
		raw, err := want.Encode()
		if err != nil {
			t.Fatal(err)
		}
		var plain Manifest
		if err := json.Unmarshal(raw, &plain); err != nil {
			t.Fatalf("%d: it is not plain JSON: %v", i, err)
		}
		got, err := r.Read(raw)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%d: %s", i, d)
		}
	}
}

func TestManifestReaderReadsOtherJSON(t *testing.T) {
	var r ManifestReader
	want := manyItems(3)
	raw, err := json.MarshalIndent(want, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// FuzzManifestReader: whatever the bytes, the reader agrees with encoding/json,
// however often it has read other manifests.
func FuzzManifestReader(f *testing.F) {
	raw, err := manyItems(3).Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(raw[:len(raw)/2])
	f.Add(bytes.ReplaceAll(raw, []byte(",\n"), []byte("\n")))
	f.Add([]byte("{\"items\":[\n{},\n]}\n"))
	f.Add([]byte("{\"items\":[\n\n]}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var r ManifestReader
		if _, err := r.Read(raw); err != nil {
			t.Fatal(err)
		}
		var want Manifest
		wantErr := json.Unmarshal(data, &want)
		got, gotErr := r.Read(data)
		if (wantErr == nil) != (gotErr == nil) {
			t.Fatalf("error %v, encoding/json says %v", gotErr, wantErr)
		}
		if wantErr == nil && len(want.Items)+len(got.Items) > 0 && !cmp.Equal(want, got) {
			t.Fatal(cmp.Diff(want, got))
		}
	})
}

func BenchmarkManifestReader(b *testing.B) {
	m := manyItems(2500)
	one, err := m.Encode()
	if err != nil {
		b.Fatal(err)
	}
	m.Items[1200].SHA256 = sum(nil)
	other, err := m.Encode()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("one changed", func(b *testing.B) {
		var r ManifestReader
		for i := 0; b.Loop(); i++ {
			if _, err := r.Read([][]byte{one, other}[i%2]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		for b.Loop() {
			var m Manifest
			if err := json.Unmarshal(one, &m); err != nil {
				b.Fatal(err)
			}
		}
	})
}
