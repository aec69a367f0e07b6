package image

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

func program(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func assemble(t *testing.T, s Spec) v1.Image {
	t.Helper()
	img, err := Assemble(s)
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func digest(t *testing.T, img v1.Image) string {
	t.Helper()
	d, err := img.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d.String()
}

func TestEqualInputGivesEqualImages(t *testing.T) {
	spec := func(text string) Spec {
		return Spec{Entrypoint: "/bin/x", Programs: map[string]string{"/bin/x": program(t, text), "/bin/y": program(t, "y")}}
	}
	first := digest(t, assemble(t, spec("one")))
	if again := digest(t, assemble(t, spec("one"))); again != first {
		t.Errorf("the same program in another file gives %s, first %s", again, first)
	}
	if other := digest(t, assemble(t, spec("two"))); other == first {
		t.Error("another program gives the same image")
	}
}

func TestUserAndFiles(t *testing.T) {
	img := assemble(t, Spec{Entrypoint: "/bin/x", Programs: map[string]string{"/bin/x": program(t, "x")}, CACertificates: program(t, "certs")})
	config, err := img.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if config.Config.User != "65534:65534" || !slices.Equal(config.Config.Entrypoint, []string{"/bin/x"}) {
		t.Errorf("user %q, entrypoint %q", config.Config.User, config.Config.Entrypoint)
	}
	layers, err := img.Layers()
	if err != nil || len(layers) != 1 {
		t.Fatalf("%d layers (%v), want 1", len(layers), err)
	}
	content, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer content.Close()
	modes := map[string]int64{}
	for r := tar.NewReader(content); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		modes[h.Name] = h.Mode
	}
	want := map[string]int64{
		"bin/": 0o755, "bin/x": 0o755, "etc/": 0o755, "etc/group": 0o644, "etc/passwd": 0o644, "etc/ssl/": 0o755,
		"etc/ssl/certs/": 0o755, "etc/ssl/certs/ca-certificates.crt": 0o644, "tmp/": 0o1777,
	}
	if !maps.Equal(modes, want) {
		t.Errorf("the layer has %v, want %v", modes, want)
	}
}

func TestArchiveNamesTheImage(t *testing.T) {
	img := assemble(t, Spec{Entrypoint: "/bin/x", Programs: map[string]string{"/bin/x": program(t, "x")}})
	file := filepath.Join(t.TempDir(), "x.tar")
	a, err := Write(img, "example.com/x:1", file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var index v1.IndexManifest
	blobs := 0
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Dir(h.Name) == "blobs/sha256" {
			blobs++
		}
		if h.Name == "index.json" {
			if err := json.NewDecoder(r).Decode(&index); err != nil {
				t.Fatal(err)
			}
		}
	}
	if blobs != 3 {
		t.Errorf("%d blobs, want manifest, configuration and layer", blobs)
	}
	if len(index.Manifests) != 1 || index.Manifests[0].Digest.String() != a.Digest || index.Manifests[0].Annotations["io.containerd.image.name"] != "example.com/x:1" {
		t.Errorf("index %+v does not name %s", index, a.Digest)
	}
}

func TestParseList(t *testing.T) {
	got := parseList(`REF                     TYPE                                       DIGEST        SIZE    PLATFORMS   LABELS
cluster.local/pause:1   application/vnd.oci.image.manifest.v1+json sha256:aaaa   1.6 MiB linux/amd64 io.cri-containerd.image=managed
sha256:bbbb             application/vnd.oci.image.manifest.v1+json sha256:cccc   1.6 MiB linux/amd64 -
`)
	if want := map[string]string{"cluster.local/pause:1": "sha256:aaaa", "sha256:bbbb": "sha256:cccc"}; !maps.Equal(got, want) {
		t.Errorf("parseList() = %v, want %v", got, want)
	}
}
