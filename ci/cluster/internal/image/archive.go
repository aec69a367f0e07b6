package image

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// Archive is an image under a name, written to a file that containerd imports.
type Archive struct {
	// Ref is the name with registry and tag, as containerd stores it.
	Ref string
	// WrittenAs is the name as a chart writes it, such as one without a registry.
	WrittenAs string
	// File is the path of the archive.
	File string
	// Digest is that of the image's manifest, ConfigDigest that of its configuration: containerd
	// lists the first, and a pod's status shows either.
	Digest, ConfigDigest string
}

// Write writes an image as an OCI archive. Unlike Docker's format it keeps the
// manifest, so that the digest in the node is the one known here.
func Write(img v1.Image, ref, file string) (Archive, error) {
	digest, err := img.Digest()
	if err != nil {
		return Archive{}, fmt.Errorf("archive %s: %w", ref, err)
	}
	config, err := img.ConfigName()
	if err != nil {
		return Archive{}, fmt.Errorf("archive %s: %w", ref, err)
	}
	a := Archive{Ref: ref, File: file, Digest: digest.String(), ConfigDigest: config.String()}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return Archive{}, fmt.Errorf("archive %s: %w", ref, err)
	}
	fresh, err := os.Create(file + ".new")
	if err != nil {
		return Archive{}, fmt.Errorf("archive %s: %w", ref, err)
	}
	defer fresh.Close()
	if err := write(img, ref, digest, fresh); err != nil {
		return Archive{}, fmt.Errorf("archive %s: %w", ref, err)
	}
	if err := fresh.Close(); err != nil {
		return Archive{}, fmt.Errorf("archive %s: %w", ref, err)
	}
	if err := os.Rename(fresh.Name(), file); err != nil {
		return Archive{}, fmt.Errorf("archive %s: %w", ref, err)
	}
	return a, nil
}

func write(img v1.Image, ref string, digest v1.Hash, to io.Writer) error {
	manifest, err := img.RawManifest()
	if err != nil {
		return err
	}
	parsed, err := img.Manifest()
	if err != nil {
		return err
	}
	config, err := img.RawConfigFile()
	if err != nil {
		return err
	}
	index, err := json.Marshal(v1.IndexManifest{
		SchemaVersion: 2,
		MediaType:     types.OCIImageIndex,
		Manifests: []v1.Descriptor{{
			MediaType:   types.OCIManifestSchema1,
			Digest:      digest,
			Size:        int64(len(manifest)),
			Annotations: map[string]string{"io.containerd.image.name": ref},
		}},
	})
	if err != nil {
		return err
	}
	w := tar.NewWriter(to)
	for name, content := range map[string][]byte{
		"oci-layout":               []byte(`{"imageLayoutVersion":"1.0.0"}`),
		"index.json":               index,
		blob(digest):               manifest,
		blob(parsed.Config.Digest): config,
	} {
		if err := add(w, name, int64(len(content)), bytes.NewReader(content)); err != nil {
			return err
		}
	}
	layers, err := img.Layers()
	if err != nil {
		return err
	}
	for i, layer := range layers {
		content, err := layer.Compressed()
		if err != nil {
			return err
		}
		err = add(w, blob(parsed.Layers[i].Digest), parsed.Layers[i].Size, content)
		content.Close()
		if err != nil {
			return err
		}
	}
	return w.Close()
}

func add(w *tar.Writer, name string, size int64, content io.Reader) error {
	if err := w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o644}); err != nil {
		return err
	}
	_, err := io.Copy(w, content)
	return err
}

func blob(h v1.Hash) string { return "blobs/" + h.Algorithm + "/" + h.Hex }
