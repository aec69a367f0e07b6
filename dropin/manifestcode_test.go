package dropin

import (
	"bytes"
	"encoding/json"
	"errors"
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
	changed.Digest = DigestOf(changed.Items)
	fewer := manyItems(20)
	fewer.Items = slices.Delete(fewer.Items, 3, 9)
	fewer.Digest = DigestOf(fewer.Items)
	for i, want := range []Manifest{m, changed, m, fewer, manyItems(1), {Digest: DigestOf(nil), Items: []ManifestItem{}}, m} {
		raw, err := want.Encode()
		if err != nil {
			t.Fatal(err)
		}
		var plain Manifest
		if err := json.Unmarshal(raw, &plain); err != nil {
			t.Fatalf("%d: it is not plain JSON: %v", i, err)
		}
		if d := cmp.Diff(want, read(t, &r, raw)); d != "" {
			t.Errorf("%d: %s", i, d)
		}
	}
}

// read is what r reads, as a manifest.
func read(t testing.TB, r *ManifestReader, raw []byte) Manifest {
	t.Helper()
	digest, items, err := r.Read(raw)
	if err != nil {
		t.Fatal(err)
	}
	m := Manifest{Digest: digest, Items: []ManifestItem{}}
	for _, it := range items {
		m.Items = append(m.Items, *it)
	}
	return m
}

// What did not change stays the same pointer, whatever changed around it.
func TestManifestReaderKeepsWhatDidNotChange(t *testing.T) {
	const n = 20
	for name, change := range map[string]func(*Manifest){
		"edited first": func(m *Manifest) { m.Items[0].Version = "new" },
		"edited":       func(m *Manifest) { m.Items[7].SHA256 = sum(nil) },
		"edited last":  func(m *Manifest) { m.Items[n-1].Stale = !m.Items[n-1].Stale },
		"removed":      func(m *Manifest) { m.Items = slices.Delete(m.Items, 3, 9) },
		"added":        func(m *Manifest) { m.Items = slices.Insert(m.Items, 5, ManifestItem{File: m.Items[4].File + "x"}) },
		"all at once": func(m *Manifest) {
			m.Items[18].SHA256 = sum(nil)
			m.Items = slices.Delete(m.Items, 0, 2)
			m.Items = slices.Insert(m.Items, 9, ManifestItem{File: m.Items[8].File + "x"})
		},
		"nothing": func(*Manifest) {},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := manyItems(n), manyItems(n)
			change(&after)
			after.Digest = DigestOf(after.Items)
			same := map[ManifestItem]bool{}
			for _, it := range before.Items {
				same[it] = true
			}
			var r ManifestReader
			pointers := map[*ManifestItem]bool{}
			for i, m := range []Manifest{before, after} {
				raw, err := m.Encode()
				if err != nil {
					t.Fatal(err)
				}
				_, items, err := r.Read(raw)
				if err != nil {
					t.Fatal(err)
				}
				for _, it := range items {
					if i == 1 && same[*it] != pointers[it] {
						t.Errorf("%s: unchanged %v, the same pointer %v", it.File, same[*it], pointers[it])
					}
					pointers[it] = true
				}
			}
		})
	}
}

func TestManifestReaderChecksTheDigest(t *testing.T) {
	var r ManifestReader
	m := manyItems(3)
	m.Items[1].SHA256 = sum(nil)
	raw, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Read(raw); !errors.Is(err, ErrDigest) {
		t.Errorf("got %v, want %v", err, ErrDigest)
	}
}

func TestManifestReaderReadsOtherJSON(t *testing.T) {
	var r ManifestReader
	want := manyItems(3)
	raw, err := json.MarshalIndent(want, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, read(t, &r, raw)); d != "" {
		t.Error(d)
	}
}

// FuzzManifestReader: whatever the bytes, the reader agrees with encoding/json
// and the digest, however often it has read other manifests.
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
		if _, _, err := r.Read(raw); err != nil {
			t.Fatal(err)
		}
		want := Manifest{Items: []ManifestItem{}}
		wantErr := json.Unmarshal(data, &want)
		if wantErr == nil && DigestOf(want.Items) != want.Digest {
			wantErr = ErrDigest
		}
		if wantErr == nil {
			if got := read(t, &r, data); len(want.Items)+len(got.Items) > 0 && !cmp.Equal(want, got) {
				t.Fatal(cmp.Diff(want, got))
			}
			return
		}
		if _, _, err := r.Read(data); err == nil {
			t.Fatalf("no error, want %v", wantErr)
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
	m.Digest = DigestOf(m.Items)
	other, err := m.Encode()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("one changed", func(b *testing.B) {
		var r ManifestReader
		for i := 0; b.Loop(); i++ {
			if _, _, err := r.Read([][]byte{one, other}[i%2]); err != nil {
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
