package main

import (
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/kube-monitoring-stack/kube-monitoring-stack/dropin"
)

// directory takes JSON files for dashboard drop-ins: the namespace is the name
// of the directory that a file is in.
type directory struct {
	path   string
	logger *slog.Logger
}

func (d directory) Items() []dropin.ManifestItem {
	if d.path == "" {
		return nil
	}
	files, err := filepath.Glob(filepath.Join(d.path, "*", "*.json"))
	if err != nil {
		d.logger.Warn("cannot list the dashboards", "err", err)
		return nil
	}
	var items []dropin.ManifestItem
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			d.logger.Warn("cannot read a dashboard", "err", err)
			continue
		}
		sum := sha256.Sum256(raw)
		folder := filepath.Base(filepath.Dir(file))
		items = append(items, dropin.ManifestItem{
			Ref:    dropin.Ref{Namespace: folder, Name: "dashboards", Key: filepath.Base(file)},
			Kind:   dropin.KindDashboard,
			File:   file,
			SHA256: hex.EncodeToString(sum[:]),
			Folder: folder,
		})
	}
	return items
}

func (d directory) Read(it dropin.ManifestItem) ([]byte, error) { return os.ReadFile(it.File) }
