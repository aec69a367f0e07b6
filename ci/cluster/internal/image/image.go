// Package image makes container images of static programs and puts them into the nodes.
// Equal input gives an equal digest, so what has not changed is not imported again.
package image

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"runtime"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// nobody is the user that images run as unless a pod says otherwise.
const nobody = 65534

const passwd = "root:x:0:0:root:/root:/sbin/nologin\nnobody:x:65534:65534:nobody:/:/sbin/nologin\n"

const group = "root:x:0:\nnobody:x:65534:\n"

// Spec says what is in an image.
type Spec struct {
	// Programs maps paths in the image to files of this machine.
	Programs map[string]string
	// Entrypoint is the program that a container starts.
	Entrypoint string
	// CACertificates is a file of this machine with the authorities to trust.
	CACertificates string
	// Root runs the image as root.
	Root bool
}

// Assemble makes the image.
func Assemble(s Spec) (v1.Image, error) {
	layer, err := s.layer()
	if err != nil {
		return nil, fmt.Errorf("image of %s: %w", s.Entrypoint, err)
	}
	img := mutate.MediaType(empty.Image, types.OCIManifestSchema1)
	img = mutate.ConfigMediaType(img, types.OCIConfigJSON)
	// Not compressed: it would take seconds, and the image travels no further than the next directory.
	img, err = mutate.AppendLayers(img, static.NewLayer(layer, types.OCIUncompressedLayer))
	if err != nil {
		return nil, fmt.Errorf("image of %s: %w", s.Entrypoint, err)
	}
	file, err := img.ConfigFile()
	if err != nil {
		return nil, fmt.Errorf("image of %s: %w", s.Entrypoint, err)
	}
	file = file.DeepCopy()
	file.OS, file.Architecture = "linux", runtime.GOARCH
	file.Config.Entrypoint = []string{s.Entrypoint}
	file.Config.Env = []string{"PATH=/bin:/usr/bin"}
	file.Config.User = fmt.Sprintf("%d:%d", nobody, nobody)
	if s.Root {
		file.Config.User = "0:0"
	}
	img, err = mutate.ConfigFile(img, file)
	if err != nil {
		return nil, fmt.Errorf("image of %s: %w", s.Entrypoint, err)
	}
	return img, nil
}

// entry is a file or directory of the layer.
type entry struct {
	header tar.Header
	source string // a file of this machine, instead of text
	text   string
}

func (s Spec) layer() ([]byte, error) {
	entries := map[string]entry{}
	add := func(name string, mode int64, e entry) {
		for dir := path.Dir(name); dir != "/" && dir != "."; dir = path.Dir(dir) {
			if _, ok := entries[dir]; !ok {
				entries[dir] = entry{header: tar.Header{Typeflag: tar.TypeDir, Mode: 0o755}}
			}
		}
		e.header.Mode = mode
		entries[name] = e
	}
	add("/etc/passwd", 0o644, entry{text: passwd})
	add("/etc/group", 0o644, entry{text: group})
	add("/tmp", 0o1777, entry{header: tar.Header{Typeflag: tar.TypeDir}})
	if s.CACertificates != "" {
		add("/etc/ssl/certs/ca-certificates.crt", 0o644, entry{source: s.CACertificates})
	}
	for at, file := range s.Programs {
		add(at, 0o755, entry{source: file})
	}
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if err := entries[name].write(w, name); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return out.Bytes(), w.Close()
}

func (e entry) write(w *tar.Writer, name string) error {
	h := e.header
	h.Name = strings.TrimPrefix(name, "/")
	if h.Typeflag == tar.TypeDir {
		h.Name += "/"
		return w.WriteHeader(&h)
	}
	h.Typeflag = tar.TypeReg
	if e.source == "" {
		h.Size = int64(len(e.text))
		if err := w.WriteHeader(&h); err != nil {
			return err
		}
		_, err := io.WriteString(w, e.text)
		return err
	}
	f, err := os.Open(e.source)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h.Size = info.Size()
	if err := w.WriteHeader(&h); err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return err
}
