package server

import (
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/prometheus/tsdb"
	prom_runtime "github.com/prometheus/prometheus/util/runtime"
)

// uploadsMaxAge is how long the list of uploaded blocks is believed: the TSDB
// asks for every block at every compaction.
const uploadsMaxAge = time.Minute

// uploads reads the file in which an uploader such as the Thanos sidecar lists
// the blocks it has stored, so that none is compacted away before.
type uploads struct {
	path   string
	logger *slog.Logger

	mtx    sync.Mutex // guards what follows
	done   []string
	readAt time.Time
}

func newUploads(l *slog.Logger, path string) *uploads {
	return &uploads{path: path, logger: l}
}

// pending says whether a block still waits for its upload. Only blocks fresh
// from the head do: larger ones are made of uploaded ones. If the file cannot
// be read nothing waits, or a mistake would stop compaction for good.
func (u *uploads) pending(meta *tsdb.BlockMeta) bool {
	if meta.Compaction.Level > 1 {
		return false
	}
	u.mtx.Lock()
	defer u.mtx.Unlock()
	if time.Since(u.readAt) > uploadsMaxAge {
		raw, err := os.ReadFile(u.path)
		var f struct {
			Uploaded []string `json:"uploaded"`
		}
		if err == nil {
			err = json.Unmarshal(raw, &f)
		}
		if err != nil {
			u.logger.Warn("cannot read the list of uploaded blocks", "path", u.path, "err", err)
			return false
		}
		u.done, u.readAt = f.Uploaded, time.Now()
	}
	return !slices.Contains(u.done, meta.ULID.String())
}

// filesystemSize is the capacity in bytes of the filesystem that path is on or
// will be on; 0 if it cannot be told.
func filesystemSize(path string) uint64 {
	for {
		if size := prom_runtime.FsSize(path); size > 0 {
			return size
		}
		_, err := os.Stat(path)
		parent := filepath.Dir(path)
		if !errors.Is(err, fs.ErrNotExist) || parent == path {
			return 0
		}
		path = parent
	}
}
