package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// compressDashboards writes each dashboard compressed beside itself. A render
// holds all of them, and most is said over and over: compressed they take a
// tenth of their size in the API server and in the release's Secret.
//
// What another version of the compressor would make a little differently is
// left as it is: an old file that holds the same dashboard is good.
func compressDashboards(root fs.FS, want generated) error {
	files, err := fs.Glob(root, chartContent+"/dashboards/*.json")
	if err != nil {
		return err
	}
	for _, p := range files {
		data, err := fs.ReadFile(root, p)
		if err != nil {
			return err
		}
		name := p + ".gz"
		if old, err := fs.ReadFile(root, name); err == nil && holds(old, data) {
			want[name] = old
			continue
		}
		if want[name], err = compressed(data); err != nil {
			return fmt.Errorf("%s: %w", path.Base(p), err)
		}
	}
	return nil
}

// compressed has no time and no name in it, so equal data give equal bytes.
func compressed(data []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(bytes.TrimSpace(data)); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func holds(archive, data []byte) bool {
	r, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		return false
	}
	plain, err := io.ReadAll(r)
	return err == nil && bytes.Equal(plain, bytes.TrimSpace(data))
}
